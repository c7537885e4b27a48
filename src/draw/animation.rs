//! Several pictures as one that plays.
//!
//! The pictures lie on one sheet, one above the other, and a style sheet shows them in turn. A program without
//! style sheets shows the last one, and so does a browser whose reader wants no motion.

use std::fmt::Write;

use super::canvas::px;
use super::page::WIDTH;
use super::theme::{attribute, plate, without_plate};

/// Seconds for which a picture is shown, and for which the last one stays.
const EACH: f64 = 0.7;
const LAST: f64 = 3.0;

/// Returns one picture that shows these in turn, again and again, with a pause at the last.
///
/// The pictures are documents as the renderers of this module write them, in light colours; the result can be
/// [`themed`](super::themed) like them. Without pictures, it is empty.
///
/// ```
/// use steeple::draw::{CurvePicture, animated};
/// let frame = |step: u32| CurvePicture { title: format!("step {step}"), ..CurvePicture::default() }.render();
/// let film = animated(&[frame(0), frame(10)]);
/// assert!(film.contains("@keyframes") && film.contains("<title>step 10</title>"));
/// ```
pub fn animated(frames: &[String]) -> String {
    let Some(last) = frames.last() else {
        return String::new();
    };
    let heights = frames.iter().filter_map(|frame| height(frame));
    let high = heights.fold(0.0, f64::max);
    let Some((head, defs, _)) = parts(last) else {
        return last.clone();
    };
    let old = height(last).map_or_else(String::new, px);
    let head = head
        .replacen(
            &format!(" height=\"{old}\""),
            &format!(" height=\"{}\"", px(high)),
            1,
        )
        .replacen(
            &format!("0 0 {} {old}\"", px(WIDTH)),
            &format!("0 0 {} {}\"", px(WIDTH), px(high)),
            1,
        );
    let mut out = format!("{head}{defs}{}{}", motion(frames.len()), plate(high));
    for (i, frame) in frames.iter().enumerate() {
        let bare = without_plate(frame);
        let Some((_, _, body)) = parts(&bare) else {
            continue;
        };
        let rest = if i + 1 == frames.len() {
            ""
        } else {
            " visibility=\"hidden\""
        };
        let name = name(i, frames.len());
        let _ = write!(out, "<g class=\"{name}\"{rest}>\n{body}</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn height(svg: &str) -> Option<f64> {
    attribute(svg, "height")?.parse().ok()
}

/// The root with title and description, the definitions, and what is drawn.
fn parts(svg: &str) -> Option<(&str, &str, &str)> {
    const END: &str = "</defs>\n";
    let from = svg.find("<defs>")?;
    let to = svg.find(END)? + END.len();
    let end = svg.rfind("</svg>")?;
    Some((&svg[..from], &svg[from..to], svg.get(to..end)?))
}

/// The class of a frame. Films of one length have equal style sheets, so several may stand in one page.
fn name(frame: usize, count: usize) -> String {
    format!("st-{}-of-{count}", frame + 1)
}

/// The style sheet that shows one frame after the other.
fn motion(count: usize) -> String {
    let all = EACH * (count - 1) as f64 + LAST;
    let percent = |seconds: f64| px(seconds / all * 100.0);
    let mut sheet = String::from("<style>@media (prefers-reduced-motion:no-preference){");
    for frame in 0..count {
        let name = name(frame, count);
        let _ = write!(
            sheet,
            ".{name}{{animation:{name} {}s step-end infinite}}",
            px(all)
        );
    }
    sheet.push('}');
    for frame in 0..count {
        let (from, to) = (EACH * frame as f64, EACH * (frame + 1) as f64);
        let first = if frame == 0 { "visible" } else { "hidden" };
        let _ = write!(
            sheet,
            "@keyframes {}{{0%{{visibility:{first}}}",
            name(frame, count)
        );
        if frame > 0 {
            let _ = write!(sheet, "{}%{{visibility:visible}}", percent(from));
        }
        if frame + 1 < count {
            let _ = write!(sheet, "{}%{{visibility:hidden}}", percent(to));
        }
        sheet.push('}');
    }
    sheet.push_str("</style>\n");
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Background, CurvePicture, Theme, themed};

    fn film(count: usize) -> String {
        let frame = |i: usize| {
            CurvePicture {
                title: format!("after {i} steps"),
                caption: "a line\n".repeat(i),
                ..CurvePicture::default()
            }
            .render()
        };
        animated(&(0..count).map(frame).collect::<Vec<_>>())
    }

    #[test]
    fn without_style_sheets_the_last_frame_is_seen() {
        let text = film(3);
        assert_eq!(text.matches(" visibility=\"hidden\"").count(), 2);
        assert_eq!(text.matches("<g class=\"st-").count(), 3);
        let last = text
            .split("<g class=\"st-3-of-3\"")
            .nth(1)
            .expect("a frame");
        assert!(last.starts_with('>') && last.contains("after 2 steps"));
        assert_eq!(text.matches("<defs>").count(), 1);
        assert_eq!(text, film(3));
    }

    #[test]
    fn the_sheet_holds_the_tallest_frame_and_one_plate() {
        let text = film(4);
        let tallest = height(&text).expect("a height");
        let alone = film(1);
        assert!(tallest > height(&alone).expect("a height") + 30.0);
        assert_eq!(text.matches(&plate(tallest)).count(), 1);
        let clear = themed(&text, Theme::Light, Background::Transparent);
        assert_eq!(
            clear.matches("<path").count() + 1,
            text.matches("<path").count()
        );
        assert!(animated(&[]).is_empty());
    }

    #[test]
    fn each_frame_is_seen_at_one_time() {
        let sheet = motion(3);
        // 0.7 + 0.7 + 3 seconds.
        assert!(sheet.contains("{animation:st-1-of-3 4.4s step-end infinite}"));
        assert!(sheet.contains("@keyframes st-2-of-3{0%{visibility:hidden}15.91%{visibility:visible}31.82%{visibility:hidden}}"));
        assert!(
            sheet.contains("@keyframes st-3-of-3{0%{visibility:hidden}31.82%{visibility:visible}}")
        );
    }
}

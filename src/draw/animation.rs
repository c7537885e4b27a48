//! Several pictures as one that plays.
//!
//! The pictures lie on one sheet, one above the other, and a style sheet shows them in turn. What all of them
//! have in common is there once. A program without
//! style sheets shows the last one, and so does a browser whose reader wants no motion.

use std::collections::HashMap;
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
    let bare: Vec<String> = frames.iter().map(|frame| without_plate(frame)).collect();
    let bodies: Vec<Vec<&str>> = bare
        .iter()
        .map(|frame| elements(parts(frame).map_or("", |(_, _, body)| body)))
        .collect();
    let mut done = vec![0; bodies.len()];
    let ends = vec![bodies.iter().map(Vec::len).collect()];
    for places in common(&bodies).into_iter().chain(ends) {
        for (i, body) in bodies.iter().enumerate() {
            let own = body[done[i]..places[i]].concat();
            if !own.is_empty() {
                let is_last = i + 1 == bodies.len();
                let hidden = if is_last {
                    ""
                } else {
                    " visibility=\"hidden\""
                };
                let name = name(i, bodies.len());
                let _ = write!(out, "<g class=\"{name}\"{hidden}>\n{own}</g>\n");
            }
            done[i] = places[i] + 1;
        }
        out.push_str(bodies[0].get(places[0]).unwrap_or(&""));
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

/// The elements of a drawing; each begins a line.
fn elements(body: &str) -> Vec<&str> {
    let (mut found, mut from, mut at, mut depth) = (Vec::new(), 0, 0, 0_usize);
    for line in body.split_inclusive('\n') {
        at += line.len();
        let text = line.trim_end();
        if text.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if text.starts_with('<') && !text.ends_with("/>") && !text.contains("</") {
            depth += 1;
        }
        if depth == 0 {
            found.push(&body[from..at]);
            from = at;
        }
    }
    found
}

/// Elements that all frames have, in the order of all of them: their places in each frame. They are drawn once,
/// between what the frames have of their own, so nothing is hidden that was not.
fn common(bodies: &[Vec<&str>]) -> Vec<Vec<usize>> {
    let places: Vec<HashMap<&str, Vec<usize>>> = bodies
        .iter()
        .map(|body| {
            let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
            for (place, element) in body.iter().enumerate() {
                places.entry(element).or_default().push(place);
            }
            places
        })
        .collect();
    let mut found: Vec<Vec<usize>> = Vec::new();
    for element in bodies.first().into_iter().flatten() {
        // Once in each frame, and after the last of those found.
        let here: Option<Vec<usize>> = places
            .iter()
            .map(|places| match places.get(element).map(Vec::as_slice) {
                Some([only]) => Some(*only),
                _ => None,
            })
            .collect();
        let is_after = |here: &Vec<usize>| {
            let last = found.last();
            last.is_none_or(|last| last.iter().zip(here).all(|(a, b)| a < b))
        };
        found.extend(here.filter(is_after));
    }
    found
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
        for group in text.split("<g class=\"st-").skip(1) {
            let is_last = group.starts_with("3-of-3\">");
            let is_hidden = group.contains("-of-3\" visibility=\"hidden\"");
            assert_ne!(is_last, is_hidden, "{group}");
        }
        assert_eq!(text.matches("after 1 steps</text>").count(), 1);
        assert_eq!(text.matches("<defs>").count(), 1);
        assert_eq!(text, film(3));
    }

    #[test]
    fn common_parts_are_drawn_once_and_in_order() {
        let bodies = [
            vec!["<a/>", "<b/>", "<c/>", "<d/>", "<d/>"],
            vec!["<b/>", "<x/>", "<a/>", "<c/>", "<d/>"],
            vec!["<a/>", "<c/>", "<y/>"],
        ];
        // `a` comes first in the first frame; `b` is not in the last, and `d` not once.
        assert_eq!(common(&bodies), [vec![0, 2, 0], vec![2, 3, 1]]);
        let nested = "<svg x=\"1\">\n<path/>\n</svg>\n<text>t</text>\n";
        assert_eq!(
            elements(nested),
            ["<svg x=\"1\">\n<path/>\n</svg>\n", "<text>t</text>\n"]
        );
        // The last frame is whole again without the groups of the others.
        let text = film(3);
        let groups = text.split("<g class=\"").map(|part| {
            let (own, rest) = part.split_once("</g>\n").unwrap_or(("", part));
            let is_seen = own.starts_with("st-3-of-3");
            let own = own.split_once('\n').map_or("", |(_, own)| own);
            format!("{}{rest}", if is_seen { own } else { "" })
        });
        let whole = groups.collect::<String>();
        let last = CurvePicture {
            title: "after 2 steps".into(),
            caption: "a line\n".repeat(2),
            ..CurvePicture::default()
        };
        let last = without_plate(&last.render());
        let (_, _, body) = parts(&last).expect("a drawing");
        assert!(whole.contains(body), "{whole}");
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

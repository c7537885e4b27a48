//! Finished pictures in other colours: dark ones, ones that follow the reader's screen, ones without paper.
//!
//! Renderers draw for white paper, in the colours of the palette. A theme replaces the values of the
//! attributes `fill` and `stroke` of the finished document; texts are never touched. Each fixed colour of
//! the palette has a dark counterpart here. Scales (heights, errors) and the colours of kinds are light
//! enough to stay as they are, and so does what is drawn over them in `OVER_FILLS`.

use std::borrow::Cow;
use std::fmt::Write;

use super::canvas::px;
use super::page::WIDTH;
use super::palette::{
    AGREE_INSIDE, AGREE_OUTSIDE, BAND, BENT, BENT_INSIDE, BENT_OUTSIDE, BOX_EDGE, BOX_SIDES,
    FALSE_INSIDE, FALSE_OUTSIDE, GREY, GRID, HATCH_LINE, HATCH_PAPER, INK, MESH_LINE, NETWORK,
    OVER_FILLS, PAPER, SOFT, TARGET, TEAL, THEORY, UNIT, VIOLET, WITNESS,
};

/// The colours of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark lines on white paper.
    #[default]
    Light,
    /// Light lines on dark paper.
    Dark,
    /// Light, and dark where the reader's screen is dark (`prefers-color-scheme`).
    Auto,
}

/// What is behind a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Background {
    /// A sheet of paper in the colour of the theme.
    #[default]
    Plate,
    /// Nothing: the page shows through. Labels over a drawing keep their small boxes.
    Transparent,
}

/// Each fixed colour of a picture, and its counterpart on dark paper.
const DARK: [(&str, &str); 28] = [
    (INK, "#e8e8ec"),
    (SOFT, "#a3a3ad"),
    (GRID, "#34363e"),
    (PAPER, "#16181d"),
    (TARGET, "#c07a1c"),
    (NETWORK, "#8ec5f7"),
    (BAND, "#1f3a52"),
    (UNIT, "#e8a44a"),
    (WITNESS, "#ff6b78"),
    (TEAL, "#5cc4a8"),
    (VIOLET, "#c39be6"),
    (GREY, "#9aa0ad"),
    (THEORY, "#8f8f9a"),
    (AGREE_INSIDE, "#2c5577"),
    (AGREE_OUTSIDE, "#23252c"),
    (FALSE_INSIDE, "#e0702c"),
    (FALSE_OUTSIDE, "#c77fc0"),
    (HATCH_PAPER, "#5c4a10"),
    (HATCH_LINE, "#f0a868"),
    (BOX_SIDES[0], "#25272e"),
    (BOX_SIDES[1], "#1f2127"),
    (BOX_SIDES[2], "#1b1d22"),
    (BOX_EDGE, "#50535d"),
    (BENT_INSIDE, "#3a76a3"),
    (BENT_OUTSIDE, "#5a4a2c"),
    (BENT, "#3a3c44"),
    (MESH_LINE, MESH_LINE),
    (OVER_FILLS, OVER_FILLS),
];

/// The class of a picture that follows the reader's screen.
const AUTO: &str = "st-auto";

/// Returns a finished picture in the colours of a theme.
///
/// `svg` is a document as the renderers of this module write it: for white paper. The light theme on a
/// plate is that document, byte for byte. With [`Theme::Auto`], the attributes keep the light colours, which
/// programs without style sheets show, and a style sheet replaces them on a dark screen. It is the same
/// in every picture and applies to such pictures only, so any number of them may stand in one page.
///
/// ```
/// use steeple::draw::{Background, CurvePicture, Theme, themed};
/// let light = CurvePicture::default().render();
/// assert_eq!(themed(&light, Theme::Light, Background::Plate), light);
/// assert!(themed(&light, Theme::Dark, Background::Plate).contains("fill=\"#16181d\""));
/// assert!(themed(&light, Theme::Auto, Background::Transparent).contains("prefers-color-scheme:dark"));
/// ```
pub fn themed(svg: &str, theme: Theme, background: Background) -> String {
    let mut svg = Cow::Borrowed(svg);
    if background == Background::Transparent {
        svg = Cow::Owned(without_plate(&svg));
    }
    match theme {
        Theme::Light => svg.into_owned(),
        Theme::Dark => recoloured(&svg),
        Theme::Auto => following_screen(&svg),
    }
}

/// The path of the plate of a picture of the given height.
pub(super) fn plate(height: f64) -> String {
    let (wide, high) = (px(WIDTH), px(height));
    format!("<path d=\"M0 0h{wide}v{high}h-{wide}z\" fill=\"{PAPER}\"/>\n")
}

/// Leaves out the plate: the first path that covers the sheet.
pub(super) fn without_plate(svg: &str) -> String {
    let height = attribute(svg, "height").and_then(|text| text.parse().ok());
    let plate = plate(height.unwrap_or_default());
    svg.replacen(&plate, "", 1)
}

/// The first value of an attribute.
pub(super) fn attribute<'a>(svg: &'a str, name: &str) -> Option<&'a str> {
    let value = svg.split_once(&format!(" {name}=\""))?.1;
    value.split_once('"').map(|(value, _)| value)
}

fn dark(colour: &str) -> Option<&'static str> {
    let known = DARK.iter().find(|(light, _)| *light == colour);
    known.map(|(_, dark)| *dark)
}

/// Replaces colours inside of tags.
fn recoloured(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut rest = svg;
    while let Some((text, tag)) = rest.split_once('<') {
        out.push_str(text);
        out.push('<');
        let end = tag.find('>').unwrap_or(tag.len());
        let mut inside = &tag[..end];
        while let Some((before, value)) = inside.split_once("=\"") {
            let (value, after) = value.split_once('"').unwrap_or((value, ""));
            let is_paint = before.ends_with(" fill") || before.ends_with(" stroke");
            let shown = Some(value).filter(|_| is_paint).and_then(dark);
            let _ = write!(out, "{before}=\"{}\"", shown.unwrap_or(value));
            inside = after;
        }
        out.push_str(inside);
        rest = &tag[end..];
    }
    out.push_str(rest);
    out
}

/// Adds the style sheet.
fn following_screen(svg: &str) -> String {
    let mut style = String::from("<style>@media screen and (prefers-color-scheme:dark){");
    for (light, dark) in DARK.iter().filter(|(light, dark)| light != dark) {
        for paint in ["fill", "stroke"] {
            let _ = write!(style, ".{AUTO} [{paint}=\"{light}\"]{{{paint}:{dark}}}");
        }
    }
    style.push_str("}</style>\n");
    let svg = svg.replacen("<svg ", &format!("<svg class=\"{AUTO}\" "), 1);
    match svg.find("<defs>") {
        Some(at) => format!("{}{style}{}", &svg[..at], &svg[at..]),
        None => svg,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::palette::{Rgb, diverging, sequential};
    use crate::draw::{CurvePicture, CurveWitness};
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    fn rgb(hex: &str) -> Rgb {
        let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour");
        Rgb(part(1), part(3), part(5))
    }

    /// The contrast of WCAG, from 1 to 21.
    fn contrast(a: &str, b: &str) -> f64 {
        let light = |hex: &str| {
            let Rgb(r, g, b) = rgb(hex);
            let [r, g, b] = [r, g, b].map(|part| {
                let part = f64::from(part) / 255.0;
                if part <= 0.04045 {
                    part / 12.92
                } else {
                    libm::pow((part + 0.055) / 1.055, 2.4)
                }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        };
        let (a, b) = (light(a), light(b));
        a.max(b) / a.min(b)
    }

    fn picture() -> String {
        let line = vec![(0.0, 0.0), (1.0, 1.0)];
        CurvePicture {
            title: "a fill=\"#1b1b1f\" in a text".into(),
            caption: "x > 1 & stroke=\"#1b1b1f\"".into(),
            target: vec![line.clone()],
            network: vec![line.clone()],
            error: vec![line],
            witness: Some(CurveWitness {
                x: 0.5,
                target: 0.5,
                network: 0.5,
            }),
            ..CurvePicture::default()
        }
        .render()
    }

    #[test]
    fn every_colour_in_the_source_is_known() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/draw");
        let mut unknown = BTreeSet::new();
        let mut seen = 0;
        for file in fs::read_dir(folder).expect("the folder") {
            let path = file.expect("a file").path();
            if path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("text");
            let text = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
            for (at, _) in text.match_indices("\"#") {
                let colour = &text[at + 1..(at + 8).min(text.len())];
                if colour[1..].chars().all(|c| c.is_ascii_hexdigit()) {
                    seen += 1;
                    let is_dark = DARK.iter().any(|(_, dark)| *dark == colour);
                    if dark(colour).is_none() && !is_dark {
                        unknown.insert((path.clone(), colour.to_string()));
                    }
                }
            }
        }
        assert!(seen > 30, "{seen}");
        assert!(unknown.is_empty(), "add them to DARK: {unknown:?}");
    }

    #[test]
    fn letters_and_lines_can_be_seen_on_both_papers() {
        for letter in [INK, SOFT, WITNESS] {
            assert!(contrast(letter, PAPER) >= 4.5, "{letter}");
        }
        let paper = dark(PAPER).expect("known");
        for colour in [INK, SOFT, WITNESS, NETWORK, UNIT, FALSE_OUTSIDE] {
            let on_dark = dark(colour).expect("known");
            assert!(contrast(on_dark, paper) >= 4.5, "{colour}");
        }
        // The network is drawn over the target.
        assert!(contrast(dark(NETWORK).expect("known"), dark(TARGET).expect("known")) > 1.8);
    }

    #[test]
    fn the_table_has_no_colour_twice_and_none_of_a_scale() {
        let names: BTreeSet<&str> = DARK.iter().map(|(light, _)| *light).collect();
        assert_eq!(names.len(), DARK.len());
        let scale = (0..=400).map(|i| f64::from(i) / 400.0);
        for colour in scale.flat_map(|t| [sequential(t), diverging(2.0 * t - 1.0)]) {
            assert!(dark(&colour.hex()).is_none(), "{colour:?}");
        }
    }

    #[test]
    fn texts_are_not_touched() {
        let light = picture();
        let dark = themed(&light, Theme::Dark, Background::Plate);
        assert_eq!(light.lines().count(), dark.lines().count());
        let texts = |svg: &str| -> Vec<String> {
            let texts = svg.split('>').filter_map(|part| part.split('<').next());
            texts.map(str::to_owned).collect()
        };
        assert_eq!(texts(&light), texts(&dark));
        let shapes = dark.lines().filter(|line| line.starts_with("<path"));
        for colour in shapes.flat_map(|line| line.split('"')) {
            let is_light = DARK
                .iter()
                .any(|(light, dark)| light != dark && *light == colour);
            assert!(!is_light, "{colour}");
        }
        assert!(dark.contains(" stroke=\"#8ec5f7\"") && !dark.contains(" stroke=\"#0b4a80\""));
    }

    #[test]
    fn transparent_pictures_have_no_plate() {
        let light = picture();
        for theme in [Theme::Light, Theme::Dark, Theme::Auto] {
            let count = |background| themed(&light, theme, background).matches("<path").count();
            let (with, without) = (count(Background::Plate), count(Background::Transparent));
            assert_eq!(with, without + 1);
        }
    }

    #[test]
    fn the_style_sheet_is_the_same_in_all_pictures() {
        let sheet = |svg: &str| {
            let svg = themed(svg, Theme::Auto, Background::Plate);
            let sheet = svg.split_once("<style>").expect("a sheet").1;
            sheet.split_once("</style>").expect("an end").0.to_owned()
        };
        let (one, other) = (sheet(&picture()), sheet(&CurvePicture::default().render()));
        assert_eq!(one, other);
        assert_eq!(one.matches(".st-auto [").count(), 52);
    }
}

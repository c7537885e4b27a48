//! The sheet a picture stands on: title, legend and caption.

pub(crate) use super::canvas::{Canvas, Face, Paint, PathData, SMALL, Shape, text_width};
use super::canvas::{TEXT, clean, clean_lines, px};
use super::palette::{HATCH, HATCH_LINE, HATCH_PAPER, PAPER, SOFT};
use svg::node::Node;
use svg::node::element::Element;

pub(crate) const WIDTH: f64 = 720.0;
pub(crate) const MARGIN: f64 = 24.0;
const TITLE: f64 = 19.0;
/// What a witness is, in words.
pub(crate) const WITNESS_NAME: &str = "largest error found";

/// The swatch before a name in the legend.
#[derive(Clone, Debug)]
pub(crate) enum Swatch {
    Line(String, f64, &'static str),
    Fill(String),
    /// Colours from left to right.
    Ramp(Vec<String>),
    Witness,
    Point(super::points::Mark),
}

/// A picture under construction: draw on `canvas` below `top`, then call `finish`.
#[derive(Debug)]
pub(crate) struct Page {
    pub canvas: Canvas,
    pub top: f64,
    title: String,
    caption: String,
}

impl Page {
    pub fn new(title: &str, caption: &str, legend: &[(Swatch, String)]) -> Self {
        let mut page = Page {
            canvas: Canvas::default(),
            top: 14.0,
            title: clean(title),
            caption: clean_lines(caption),
        };
        let face = Face {
            size: TITLE,
            shape: Shape::Bold,
            ..Face::TICK.anchored("start")
        };
        for line in wrap(&page.title, TITLE * 1.08, WIDTH - 2.0 * MARGIN) {
            page.top += TITLE * 1.3;
            page.canvas.text((MARGIN, page.top), &line, face);
        }
        page.legend(legend);
        page.top += 14.0;
        page
    }

    fn legend(&mut self, items: &[(Swatch, String)]) {
        let mut x = MARGIN;
        if !items.is_empty() {
            self.top += 26.0;
        }
        for (swatch, name) in items {
            let name = wrap(&clean(name), SMALL, WIDTH - 2.0 * MARGIN - 40.0)
                .into_iter()
                .next()
                .unwrap_or_default();
            let wide = 34.0 + text_width(&name, SMALL) + 18.0;
            if x > MARGIN && x + wide > WIDTH - MARGIN + 18.0 {
                x = MARGIN;
                self.top += 21.0;
            }
            let y = self.top - 4.5;
            match swatch {
                Swatch::Line(colour, width, dash) => self.canvas.line(
                    (x, y),
                    (x + 26.0, y),
                    Paint::stroke(colour, *width).dashed(dash),
                ),
                Swatch::Fill(fill) => self.canvas.rect(
                    x + 4.0,
                    y - 7.0,
                    x + 26.0,
                    y + 7.0,
                    Paint::fill(fill).edge(SOFT, 0.7),
                ),
                Swatch::Ramp(colours) => {
                    let step = 26.0 / colours.len().max(1) as f64;
                    for (i, colour) in colours.iter().enumerate() {
                        let at = x + i as f64 * step;
                        let paint = Paint::fill(colour);
                        self.canvas.rect(at, y - 7.0, at + step, y + 7.0, paint);
                    }
                    let paint = Paint::stroke(SOFT, 0.7);
                    self.canvas.rect(x, y - 7.0, x + 26.0, y + 7.0, paint);
                }
                Swatch::Witness => self.canvas.witness((x + 15.0, y)),
                Swatch::Point(mark) => {
                    super::points::draw_swatch(&mut self.canvas, (x + 15.0, y), *mark);
                }
            }
            let at = (x + 33.0, self.top);
            self.canvas.text(at, &name, Face::TICK.anchored("start"));
            x += wide;
        }
    }

    /// Sets the caption below `bottom` and writes the document.
    pub fn finish(mut self, bottom: f64) -> String {
        let mut y = bottom + 8.0;
        let face = Face {
            size: TEXT,
            ..Face::TICK.anchored("start")
        };
        for paragraph in self.caption.clone().split('\n') {
            for line in wrap(paragraph, TEXT, WIDTH - 2.0 * MARGIN) {
                y += TEXT * 1.4;
                self.canvas.text((MARGIN, y), &line, face);
            }
        }
        let height = (y + 18.0).ceil();
        let mut root = Element::new("svg");
        for (name, value) in [
            ("xmlns", "http://www.w3.org/2000/svg".to_owned()),
            ("width", px(WIDTH)),
            ("height", px(height)),
            ("viewBox", format!("0 0 {} {}", px(WIDTH), px(height))),
            (
                "font-family",
                "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif".to_owned(),
            ),
            ("role", "img".to_owned()),
        ] {
            root.assign(name, value);
        }
        for (name, content) in [("title", &self.title), ("desc", &self.caption)] {
            if !content.is_empty() {
                let mut node = Element::new(name);
                node.append(svg::node::Text::new(content.as_str()));
                root.append(node);
            }
        }
        root.append(hatch());
        let mut paper = Canvas::default();
        paper.rect(0.0, 0.0, WIDTH, height, Paint::fill(PAPER));
        for node in paper
            .into_nodes()
            .into_iter()
            .chain(self.canvas.into_nodes())
        {
            root.append(node);
        }
        format!("{root}\n")
    }
}

/// The pattern of undecided places; the same in every picture, so a common identifier is harmless.
fn hatch() -> Element {
    let mut pattern = Element::new("pattern");
    pattern.assign(
        "id",
        HATCH.trim_start_matches("url(#").trim_end_matches(')'),
    );
    pattern.assign("width", "5");
    pattern.assign("height", "5");
    pattern.assign("patternUnits", "userSpaceOnUse");
    let mut tile = Canvas::default();
    tile.rect(0.0, 0.0, 5.0, 5.0, Paint::fill(HATCH_PAPER));
    let mut lines = PathData::default();
    for shift in [-5.0, 0.0, 5.0] {
        lines.open(&[(shift - 1.0, 6.0), (shift + 6.0, -1.0)]);
    }
    tile.path(lines, Paint::stroke(HATCH_LINE, 1.1));
    for node in tile.into_nodes() {
        pattern.append(node);
    }
    let mut defs = Element::new("defs");
    defs.append(pattern);
    defs
}

/// Breaks a text into lines at spaces, and inside a word that is longer than a line.
fn wrap(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && text_width(&line, size) + text_width(word, size) + size > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if text_width(&line, size) + size > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cleaned_and_wrapped() {
        assert_eq!(clean(" a\u{0}b\u{7}\n c "), "a b   c");
        assert!(clean(&"x".repeat(5000)).ends_with('…'));
        let lines = wrap(&format!("{} b", "a".repeat(200)), 10.0, 300.0);
        assert!(lines.len() > 2 && lines.iter().all(|l| text_width(l, 10.0) <= 310.0));
        assert!(wrap("", 10.0, 300.0).is_empty());
    }
}

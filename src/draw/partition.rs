//! The partition of the domain in a proof.

use super::axes::Scale;
use super::page::{Canvas, MARGIN, Page, Paint, PathData, Swatch, WIDTH};
use super::palette::{HATCH, HATCH_LINE, INK, KINDS, OVER_FILLS, sequential};
use super::plane::{Plane, Rect};
use std::collections::{BTreeMap, BTreeSet};

/// Shades in which a bound relative to the tolerance is shown.
const SHADES: usize = 10;
/// Cells smaller than this many pixels have no outline.
const OUTLINED: f64 = 3.0;
/// With more cells than this, cells smaller than a pixel are put on a raster.
const RASTERISED: usize = 20_000;
/// Side of a raster square, in pixels.
const RASTER: f64 = 0.8;

/// A leaf of the partition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartitionCell {
    /// The rectangle; the `y` side is not used with one input.
    pub rect: Rect,
    /// Index into [`PartitionPicture::methods`]; `None` for an undecided leaf.
    pub method: Option<usize>,
    /// Certified bound divided by the tolerance.
    pub ratio: f64,
    /// Number of cuts above the leaf.
    pub depth: u32,
}

/// What colours mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartitionColour {
    /// The method that bounded the leaf.
    #[default]
    Method,
    /// The bound relative to the tolerance, in ten shades.
    Bound,
}

/// The leaves of a proof: rectangles with two inputs, a strip of bars as high as deep with one.
#[derive(Clone, Debug, Default)]
pub struct PartitionPicture {
    /// Heading.
    pub title: String,
    /// The claim the picture shows; the counts are added.
    pub caption: String,
    /// Name of the first input; `x` when empty.
    pub x_label: String,
    /// Name of the second input, `y` when empty.
    pub y_label: String,
    /// Is there one input only?
    pub one_input: bool,
    /// The domain; the hull of the cells when it is empty.
    pub domain: Rect,
    /// The leaves, in any order.
    pub cells: Vec<PartitionCell>,
    /// Names of the leaf methods.
    pub methods: Vec<String>,
    /// What colours mean.
    pub colour: PartitionColour,
}

/// A fill: a kind of decided leaf, or undecided, which is painted last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fill {
    Decided(usize),
    Undecided,
}

impl PartitionPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let cells: Vec<&PartitionCell> = self
            .cells
            .iter()
            .filter(|c| c.rect.is_drawable() || (self.one_input && Self::flat(c).is_drawable()))
            .collect();
        let caption = self.counted();
        let mut page = Page::new(&self.title, &caption, &self.legend());
        let bottom = if self.one_input {
            self.draw_strip(&mut page, &cells)
        } else {
            self.draw_map(&mut page, &cells)
        };
        page.finish(bottom + Plane::BELOW)
    }

    /// Returns the interval of a cell with one input, as a bar up to its depth; a bar of depth 0 is
    /// visible.
    fn flat(cell: &PartitionCell) -> Rect {
        Rect::new(cell.rect.x0, cell.rect.x1, -0.5, f64::from(cell.depth))
    }

    fn fill(&self, cell: &PartitionCell) -> Fill {
        match (cell.method, self.colour) {
            (Some(m), PartitionColour::Method) => Fill::Decided(m.min(self.methods.len())),
            (Some(_), PartitionColour::Bound) if cell.ratio <= 1.0 => {
                let shade = (cell.ratio.max(0.0) * SHADES as f64).ceil() as usize;
                Fill::Decided(shade.clamp(1, SHADES) - 1)
            }
            // A missing bound, or one above the tolerance, decides nothing.
            (None, _) | (Some(_), PartitionColour::Bound) => Fill::Undecided,
        }
    }

    fn hex(&self, fill: Fill) -> String {
        match (fill, self.colour) {
            (Fill::Undecided, _) => HATCH.to_owned(),
            (Fill::Decided(m), PartitionColour::Method) => KINDS[m % KINDS.len()].hex(),
            (Fill::Decided(s), PartitionColour::Bound) => {
                sequential(0.08 + 0.72 * s as f64 / (SHADES - 1) as f64).hex()
            }
        }
    }

    fn counts(&self) -> BTreeMap<Fill, usize> {
        let mut counts = BTreeMap::new();
        for cell in &self.cells {
            *counts.entry(self.fill(cell)).or_insert(0) += 1;
        }
        counts
    }

    fn counted(&self) -> String {
        let open = self.counts().get(&Fill::Undecided).copied().unwrap_or(0);
        let depth = self.cells.iter().map(|c| c.depth).max().unwrap_or(0);
        let counts = format!(
            "{} {}, {open} undecided; the domain was cut up to {depth} times to reach a cell.",
            self.cells.len(),
            if self.cells.len() == 1 {
                "cell"
            } else {
                "cells"
            },
        );
        if self.caption.is_empty() {
            counts
        } else {
            format!("{}\n{counts}", self.caption)
        }
    }

    fn legend(&self) -> Vec<(Swatch, String)> {
        let counts = self.counts();
        let mut items = Vec::new();
        let swatch = |fill| Swatch::Fill(self.hex(fill));
        match self.colour {
            PartitionColour::Method => {
                for (&fill, n) in &counts {
                    if let Fill::Decided(m) = fill {
                        let name = self.methods.get(m).map_or("other", String::as_str);
                        items.push((swatch(fill), format!("{name}: {n}")));
                    }
                }
            }
            PartitionColour::Bound => {
                for shade in [0, SHADES / 2 - 1, SHADES - 1] {
                    let text = format!("bound ≤ {}% of the tolerance", (shade + 1) * 100 / SHADES);
                    items.push((swatch(Fill::Decided(shade)), text));
                }
            }
        }
        if let Some(n) = counts.get(&Fill::Undecided) {
            items.push((swatch(Fill::Undecided), format!("undecided: {n}")));
        }
        items
    }

    fn draw_map(&self, page: &mut Page, cells: &[&PartitionCell]) -> f64 {
        let domain = self.domain.or_hull(cells.iter().map(|c| c.rect));
        let plane = Plane::map(domain, page.top, MARGIN);
        let boxes = cells
            .iter()
            .map(|c| (plane.corners(&c.rect), self.fill(c)))
            .collect();
        self.paint(&mut page.canvas, &plane, boxes);
        let name = |s: &str, default: &str| if s.is_empty() { default } else { s }.to_owned();
        let (x, y) = (name(&self.x_label, "x"), name(&self.y_label, "y"));
        plane.draw_axes(&mut page.canvas, Some(&x), &y);
        plane.bottom()
    }

    fn draw_strip(&self, page: &mut Page, cells: &[&PartitionCell]) -> f64 {
        let hull = Rect::hull(cells.iter().map(|c| Self::flat(c)));
        let xs = if self.domain.x0 < self.domain.x1 {
            (self.domain.x0, self.domain.x1)
        } else {
            (hull.x0, hull.x1)
        };
        let size = (WIDTH - Plane::LEFT - MARGIN, 240.0);
        let plane = Plane::new(
            xs,
            (-0.5, hull.y1.max(1.0) + 0.5),
            Plane::LEFT,
            page.top,
            size,
        );
        let mut grid = Canvas::default();
        plane.draw_grid(&mut grid);
        plane.add_clipped(&mut page.canvas, grid);
        let boxes = cells
            .iter()
            .map(|c| (plane.corners(&Self::flat(c)), self.fill(c)))
            .collect();
        self.paint(&mut page.canvas, &plane, boxes);
        plane.draw_axes(&mut page.canvas, None, "depth");

        // Below, a tick for every end of a leaf; ticks in the same tenth of a pixel are merged.
        let strip = Plane {
            y: Scale::new((0.0, 1.0), plane.bottom() + 44.0, plane.bottom() + 14.0),
            ..plane
        };
        let ends: BTreeSet<i64> = cells
            .iter()
            .flat_map(|c| [c.rect.x0, c.rect.x1])
            .map(|x| (plane.x.at(x) * 10.0).floor() as i64)
            .collect();
        let mut data = PathData::default();
        for x in ends {
            let x = x as f64 / 10.0;
            data.open(&[(x, strip.bottom()), (x, strip.top())]);
        }
        let mut inner = Canvas::default();
        inner.path(data, Paint::stroke(OVER_FILLS, 0.5));
        strip.add_clipped(&mut page.canvas, inner);
        let name = if self.x_label.is_empty() {
            "x"
        } else {
            &self.x_label
        };
        let paint = Paint::stroke(INK, 1.0);
        let canvas = &mut page.canvas;
        canvas.rect(
            strip.left(),
            strip.top(),
            strip.right(),
            strip.bottom(),
            paint,
        );
        strip.draw_x_axis(canvas, Some(name));
        strip.bottom()
    }

    /// One path per colour, so that cells of one colour have no seams, then the outlines.
    fn paint(&self, canvas: &mut Canvas, plane: &Plane, boxes: Vec<(Corners, Fill)>) {
        let many = boxes.len() > RASTERISED;
        let mut fills: BTreeMap<Fill, PathData> = BTreeMap::new();
        let mut raster: BTreeMap<(i64, i64), Fill> = BTreeMap::new();
        let mut outline = PathData::default();
        for ((x0, y0, x1, y1), fill) in boxes {
            let small = (x1 - x0).min(y1 - y0);
            if many && (x1 - x0).max(y1 - y0) < RASTER {
                let place = |v: f64| (v / RASTER).floor() as i64;
                let at = (place(y0.midpoint(y1)), place(x0.midpoint(x1)));
                // An undecided leaf must not vanish behind a decided neighbour.
                let old = raster.entry(at).or_insert(fill);
                *old = (*old).max(fill);
                continue;
            }
            fills.entry(fill).or_default().rect(x0, y0, x1, y1);
            if small >= OUTLINED {
                outline.rect(x0, y0, x1, y1);
            }
        }
        for ((row, column), fill) in raster {
            let (x, y) = (column as f64 * RASTER, row as f64 * RASTER);
            fills
                .entry(fill)
                .or_default()
                .rect(x, y, x + RASTER, y + RASTER);
        }
        let mut inner = Canvas::default();
        for (fill, data) in fills {
            let colour = self.hex(fill);
            // A dark rim keeps undecided cells visible if they are too small for the hatching.
            let paint = match fill {
                Fill::Undecided => Paint::fill(&colour).edge(HATCH_LINE, 0.9),
                Fill::Decided(_) => Paint::fill(&colour),
            };
            inner.path(data, paint);
        }
        inner.path(outline, Paint::stroke(OVER_FILLS, 0.45).opacity(0.6));
        plane.add_clipped(canvas, inner);
    }
}

type Corners = (f64, f64, f64, f64);

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(x: f64, y: f64, side: f64, method: Option<usize>) -> PartitionCell {
        PartitionCell {
            rect: Rect::new(x, x + side, y, y + side),
            method,
            ratio: 0.5,
            depth: 3,
        }
    }

    #[test]
    fn caption_counts_leaves() {
        let picture = PartitionPicture {
            cells: vec![cell(0.0, 0.0, 1.0, Some(0)), cell(1.0, 0.0, 1.0, None)],
            methods: vec!["interval".to_owned()],
            ..PartitionPicture::default()
        };
        let text = picture.render();
        assert!(text.contains("2 cells, 1 undecided; the domain was cut up to 3 times"));
        assert!(text.contains("interval: 1") && text.contains("undecided: 1"));
    }

    #[test]
    fn fifty_thousand_leaves_stay_small_and_open_ones_stay_visible() {
        let mut cells: Vec<_> = (0..50_000)
            .map(|i| {
                let (x, y) = (f64::from(i % 250), f64::from(i / 250));
                cell(x, y, 1.0, Some((i % 3) as usize))
            })
            .collect();
        cells.extend((0..4000).map(|i| cell(f64::from(i) * 1e-4, 0.0, 1e-4, Some(0))));
        cells.push(cell(0.2, 0.0, 1e-4, None));
        let mut picture = PartitionPicture {
            cells,
            ..PartitionPicture::default()
        };
        picture.domain = Rect::new(0.0, 250.0, 0.0, 200.0);
        let text = picture.render();
        assert!(text.len() < 5_000_000, "{}", text.len());
        assert_eq!(text.matches(&format!("fill=\"{HATCH}\"")).count(), 2);
    }

    #[test]
    fn shades_round_up() {
        let picture = PartitionPicture {
            colour: PartitionColour::Bound,
            ..PartitionPicture::default()
        };
        let with = |ratio| {
            picture.fill(&PartitionCell {
                ratio,
                ..cell(0.0, 0.0, 1.0, Some(0))
            })
        };
        assert_eq!(with(0.1), Fill::Decided(0));
        assert_eq!(with(0.100_001), Fill::Decided(1));
        assert_eq!(with(1.0), Fill::Decided(SHADES - 1));
        assert_eq!(with(1.1), Fill::Undecided);
        assert_eq!(with(f64::NAN), Fill::Undecided);
    }
}

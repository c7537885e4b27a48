//! Linear regions in the plane, coloured so that neighbours differ, in grey as well.

use std::collections::BTreeMap;

use super::page::{Canvas, MARGIN, Page, Paint, PathData};
use super::palette::{KINDS, NETWORK, OVER_FILLS, PAPER};
use super::plane::{Plane, Rect};

/// Cells with a mean side below this many pixels have no outline.
const OUTLINED: f64 = 4.0;

/// One region: closed lines, filled by the even-odd rule, so that holes stay open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegionArea {
    /// The outline and the holes.
    pub rings: Vec<Vec<(f64, f64)>>,
    /// The regions with which it shares a side.
    pub neighbours: Vec<usize>,
}

/// A map of regions.
#[derive(Clone, Debug, Default)]
pub struct RegionsPicture {
    /// Heading.
    pub title: String,
    /// A caption about the counts.
    pub caption: String,
    /// Name of the first input; `x` when empty.
    pub x_label: String,
    /// Name of the second input; `y` when empty.
    pub y_label: String,
    /// The domain; the hull of the regions when it is empty.
    pub domain: Rect,
    /// The regions.
    pub regions: Vec<RegionArea>,
    /// Thin lines inside regions, where units change but the affine map does not.
    pub seams: Vec<[(f64, f64); 2]>,
    /// Broad lines over the map.
    pub marked: Vec<[(f64, f64); 2]>,
    /// Outlines of the region where the network decides "inside": broad lines.
    pub decision: Vec<Vec<(f64, f64)>>,
}

impl RegionsPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let mut page = Page::new(&self.title, &self.caption, &[]);
        let points = self
            .regions
            .iter()
            .flat_map(|region| region.rings.iter().flatten());
        let hull = points.map(|&(x, y)| Rect::new(x, x, y, y));
        let plane = Plane::map(self.domain.or_hull(hull), page.top, MARGIN);
        let mut inner = Canvas::default();
        let mut fills: BTreeMap<usize, PathData> = BTreeMap::new();
        let mut outlines = PathData::default();
        for (region, colour) in self.regions.iter().zip(colours(&self.regions)) {
            for ring in &region.rings {
                let pixels: Vec<(f64, f64)> = ring.iter().map(|&(x, y)| plane.at(x, y)).collect();
                fills.entry(colour).or_default().polygon(&pixels);
                if size(&pixels) > OUTLINED {
                    outlines.polygon(&pixels);
                }
            }
        }
        for (colour, data) in fills {
            let fill = KINDS[colour % KINDS.len()].hex();
            // Regions of one colour have no common side, so one path holds them and their holes.
            inner.even_odd(data, Paint::fill(&fill).edge(&fill, 0.4));
        }
        let mut seams = PathData::default();
        for [a, b] in &self.seams {
            seams.open(&[plane.at(a.0, a.1), plane.at(b.0, b.1)]);
        }
        inner.path(
            seams,
            Paint::stroke(OVER_FILLS, 0.4).dashed("2 2").opacity(0.6),
        );
        inner.path(outlines, Paint::stroke(OVER_FILLS, 0.5));
        let mut marked = PathData::default();
        for [a, b] in &self.marked {
            marked.open(&[plane.at(a.0, a.1), plane.at(b.0, b.1)]);
        }
        if !self.marked.is_empty() {
            inner.path(marked.clone(), Paint::stroke(PAPER, 5.0));
            inner.path(marked, Paint::stroke(NETWORK, 2.6));
        }
        for ring in &self.decision {
            let pixels: Vec<(f64, f64)> = ring.iter().map(|&(x, y)| plane.at(x, y)).collect();
            inner.polygon(&pixels, Paint::stroke(PAPER, 5.0));
            inner.polygon(&pixels, Paint::stroke(NETWORK, 2.6));
        }
        plane.add_clipped(&mut page.canvas, inner);
        let name = |s: &str, default: &str| if s.is_empty() { default } else { s }.to_owned();
        let (x, y) = (name(&self.x_label, "x"), name(&self.y_label, "y"));
        plane.draw_axes(&mut page.canvas, Some(&x), &y);
        page.finish(plane.bottom() + Plane::BELOW)
    }
}

/// The root of the area of a closed line, in pixels.
fn size(ring: &[(f64, f64)]) -> f64 {
    let turns = (0..ring.len()).map(|i| {
        let (p, q) = (ring[i], ring[(i + 1) % ring.len()]);
        p.0 * q.1 - q.0 * p.1
    });
    (turns.sum::<f64>() / 2.0).abs().sqrt()
}

/// Returns colours such that neighbours differ. The region with the fewest remaining neighbours is
/// set aside until none is left; then each region, in reverse order, takes the first free colour.
/// In any planar map some region has at most five neighbours, so six colours suffice.
fn colours(regions: &[RegionArea]) -> Vec<usize> {
    let mut left: Vec<usize> = regions
        .iter()
        .map(|region| region.neighbours.len())
        .collect();
    let most = left.iter().copied().max().unwrap_or(0);
    let mut buckets: Vec<Vec<usize>> = vec![Vec::new(); most + 1];
    for (i, &degree) in left.iter().enumerate().rev() {
        buckets[degree].push(i);
    }
    let (mut order, mut is_aside) = (Vec::new(), vec![false; regions.len()]);
    let mut lowest = 0;
    while lowest <= most {
        let Some(i) = buckets[lowest].pop() else {
            lowest += 1;
            continue;
        };
        // An entry counts only if it is still up to date.
        if is_aside[i] || left[i] != lowest {
            continue;
        }
        is_aside[i] = true;
        order.push(i);
        for &j in &regions[i].neighbours {
            if !is_aside[j] {
                left[j] -= 1;
                buckets[left[j]].push(j);
                lowest = lowest.min(left[j]);
            }
        }
    }
    let mut colours = vec![usize::MAX; regions.len()];
    for (turn, &i) in order.iter().rev().enumerate() {
        let taken: Vec<usize> = regions[i].neighbours.iter().map(|&j| colours[j]).collect();
        // Starts at a different colour each time, so that all colours are used; the darkest last.
        let free = (0..5)
            .map(|k| (turn + k) % 5)
            .chain(5..=taken.len() + 5)
            .find(|colour| !taken.contains(colour));
        colours[i] = free.unwrap_or(0);
    }
    colours
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid of triangles: each square cut by its diagonal.
    fn triangles(n: usize) -> Vec<RegionArea> {
        let mut all = Vec::new();
        for j in 0..n {
            for i in 0..n {
                let (x, y) = (i as f64, j as f64);
                let at = |i: usize, j: usize, k: usize| 2 * (j * n + i) + k;
                let mut lower = vec![at(i, j, 1)];
                let mut upper = vec![at(i, j, 0)];
                if j > 0 {
                    lower.push(at(i, j - 1, 1));
                }
                if j + 1 < n {
                    upper.push(at(i, j + 1, 0));
                }
                if i + 1 < n {
                    lower.push(at(i + 1, j, 1));
                }
                if i > 0 {
                    upper.push(at(i - 1, j, 0));
                }
                let ring = |a, b, c| vec![vec![a, b, c]];
                let (p, q) = ((x, y), (x + 1.0, y + 1.0));
                all.push(RegionArea {
                    rings: ring(p, (x + 1.0, y), q),
                    neighbours: lower,
                });
                all.push(RegionArea {
                    rings: ring(p, q, (x, y + 1.0)),
                    neighbours: upper,
                });
            }
        }
        all
    }

    #[test]
    fn neighbours_differ() {
        let regions = triangles(7);
        let colours = colours(&regions);
        for (i, region) in regions.iter().enumerate() {
            assert!(region.neighbours.iter().all(|&j| colours[i] != colours[j]));
        }
        assert!(colours.iter().all(|&colour| colour < 6));
        let text = RegionsPicture {
            regions,
            ..RegionsPicture::default()
        }
        .render();
        assert!(text.contains("evenodd"));
        assert!(!RegionsPicture::default().render().contains("NaN"));
    }
}

//! Cuts cells over which a function is sampled: along a grid where it is curved, and along its jumps.

use super::tiling::{Line, Point, Step, middle};
use crate::draw::FacetLine;

/// Mesh lines across the square: powers of two, so that the places are exact.
const MESH: f64 = 32.0;
/// Cells are no smaller than one part in this many, where the function is steep.
const FINE: f64 = 128.0;
/// The same in a zoom.
const SMALL: f64 = 64.0;
/// What differs by less than this fraction of the whole range is flat.
const FLAT: f64 = 5e-4;
/// What differs by more than this fraction gets finer cells than the mesh.
const CURVED: f64 = 0.012;
/// Jumps over less than this distance are drawn as walls: about a pixel.
const JUMP: f64 = 4e-3;

/// How finely a function is sampled.
#[derive(Clone, Debug)]
pub(super) struct Refinement {
    /// The range of all heights in the picture.
    range: f64,
    /// Samples on the mesh, `[row][column]`.
    samples: Vec<Vec<f64>>,
    fine: f64,
    mesh: FacetLine,
}

impl Refinement {
    /// The places of the samples along a side.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small count"
    )]
    pub(super) fn places() -> Vec<f64> {
        (0..=MESH as u32).map(|k| f64::from(k) / MESH).collect()
    }

    /// - `samples`: heights on the grid of [`Self::places`], `[row][column]`.
    /// - `range`: of all heights in the picture.
    pub(super) fn new(samples: Vec<Vec<f64>>, range: f64) -> Self {
        Self {
            range: range.max(f64::MIN_POSITIVE),
            samples,
            fine: FINE,
            mesh: FacetLine::Mesh,
        }
    }

    /// Larger cells where the function is steep: a zoom has no finer structure.
    pub(super) fn zoomed(self) -> Self {
        Self {
            fine: SMALL,
            ..self
        }
    }

    /// No mesh, for a small picture.
    pub(super) fn coarse(self) -> Self {
        Self {
            mesh: FacetLine::None,
            ..self
        }
    }

    /// Decides on a cell of a function.
    ///
    /// - `cut`: the jump along which the cell was cut, which is noted here.
    pub(super) fn step(
        &self,
        f: &mut dyn FnMut(Point) -> f64,
        cell: &[Point],
        cut: &mut Option<Line>,
    ) -> Step {
        let centre = middle(cell);
        if let Some(line) = cut {
            let off = JUMP * line.value(centre).signum();
            let heights = cell.iter().map(|p| f(line.beside(*p, off)));
            return Step::Whole(heights.collect());
        }
        // Just inside: at a jump, the corners belong to both sides.
        let inside = |p: &Point| (p.0 + 1e-6 * (centre.0 - p.0), p.1 + 1e-6 * (centre.1 - p.1));
        let heights: Vec<f64> = cell.iter().map(|p| f(inside(p))).collect();
        let ends = |axis: fn(&Point) -> f64| {
            let all = cell.iter().map(axis);
            all.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| {
                (lo.min(v), hi.max(v))
            })
        };
        let (x, y) = (ends(|p| p.0), ends(|p| p.1));
        let size = (x.1 - x.0).max(y.1 - y.0);
        let uneven = self.unevenness(f, cell, centre, &heights, (x, y));
        let is_large = size > 1.0 / MESH + 1e-9;
        if uneven < FLAT && !(is_large && self.varies(&heights)) {
            return Step::Whole(heights);
        }
        if is_large {
            return grid_cut((x, y), MESH, self.mesh).unwrap_or(Step::Whole(heights));
        }
        if uneven < CURVED {
            return Step::Whole(heights);
        }
        let mut finest = self.fine;
        if let Some((line, is_straight)) = self.jump(f, cell, &heights) {
            if is_straight || size < 1.5 / FINE {
                *cut = Some(line);
                return Step::Cut(line, FacetLine::Rim);
            }
            finest = FINE;
        }
        if size > 1.0 / finest + 1e-9 {
            // Twice as fine as the cell is wide.
            let mut parts = MESH;
            while size <= 1.0 / parts + 1e-9 {
                parts *= 2.0;
            }
            return grid_cut((x, y), parts, FacetLine::None).unwrap_or(Step::Whole(heights));
        }
        Step::Whole(heights)
    }

    /// Is the cell so large and tilted that one colour would hide its slope?
    fn varies(&self, heights: &[f64]) -> bool {
        let (lo, hi) = heights
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), z| {
                (lo.min(*z), hi.max(*z))
            });
        hi - lo > 0.02 * self.range
    }

    /// The largest distance from the plane through the corners, as a fraction of the range; infinite if a
    /// value is missing.
    fn unevenness(
        &self,
        f: &mut dyn FnMut(Point) -> f64,
        cell: &[Point],
        centre: Point,
        heights: &[f64],
        (x, y): ((f64, f64), (f64, f64)),
    ) -> f64 {
        let plane = plane(cell, centre, heights);
        let off = |p: Point, z: f64| {
            let [c, a, b] = plane;
            let far = (z - (c + a * (p.0 - centre.0) + b * (p.1 - centre.1))).abs() / self.range;
            if far.is_finite() { far } else { f64::INFINITY }
        };
        let corners = cell.iter().zip(heights).map(|(p, z)| off(*p, *z));
        let mut worst = corners.fold(off(centre, f(centre)), f64::max);
        let next = cell.iter().cycle().skip(1);
        for (p, q) in cell.iter().zip(next) {
            let m = (p.0.midpoint(q.0), p.1.midpoint(q.1));
            let near = (m.0 + 0.02 * (centre.0 - m.0), m.1 + 0.02 * (centre.1 - m.1));
            worst = worst.max(off(near, f(near)));
        }
        for (j, row) in self.samples.iter().enumerate() {
            for (i, z) in row.iter().enumerate() {
                #[allow(clippy::cast_precision_loss, reason = "a small number")]
                let p = (i as f64 / MESH, j as f64 / MESH);
                let is_near = p.0 > x.0 && p.0 < x.1 && p.1 > y.0 && p.1 < y.1;
                if is_near && is_inside(cell, p) {
                    worst = worst.max(off(p, *z));
                }
            }
        }
        worst
    }

    /// The chord of a jump through the cell, and whether the jump follows it; `None` if there is no
    /// jump from side to side.
    fn jump(
        &self,
        f: &mut dyn FnMut(Point) -> f64,
        cell: &[Point],
        heights: &[f64],
    ) -> Option<(Line, bool)> {
        let lo = heights.iter().copied().fold(f64::INFINITY, f64::min);
        let hi = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !(hi - lo > CURVED * self.range && (hi - lo).is_finite()) {
            return None;
        }
        let level = lo.midpoint(hi);
        let mut found: Vec<Point> = Vec::new();
        for (i, p) in cell.iter().enumerate() {
            let next = (i + 1) % cell.len();
            if (heights[i] >= level) != (heights[next] >= level) {
                let (below, above) = if heights[i] >= level {
                    (cell[next], *p)
                } else {
                    (*p, cell[next])
                };
                found.push(bisect(f, below, above, level, hi - lo)?);
            }
        }
        let &[p, q] = found.as_slice() else {
            return None;
        };
        let line = Line::through(p, q)?;
        let across = cell.iter().map(|p| line.value(*p));
        let (far, near) = across.fold((0.0_f64, 0.0_f64), |(hi, lo), v| (hi.max(v), lo.min(v)));
        if far - near < 1.5 * JUMP {
            // Strips of a transition layer are thinner: there, this would be a step beside the cell.
            return None;
        }
        let (dx, dy) = (q.0 - p.0, q.1 - p.1);
        let m = (p.0.midpoint(q.0), p.1.midpoint(q.1));
        let is_high =
            |t: f64, f: &mut dyn FnMut(Point) -> f64| f((m.0 - t * dy, m.1 + t * dx)) >= level;
        let is_straight = is_high(0.03, f) != is_high(-0.03, f);
        Some((line, is_straight))
    }
}

/// Where a function jumps across a level between two points; `None` if it climbs.
///
/// - `rise`: the jump that is expected, most of it over the distance [`JUMP`].
fn bisect(
    f: &mut dyn FnMut(Point) -> f64,
    below: Point,
    above: Point,
    level: f64,
    rise: f64,
) -> Option<Point> {
    let (dx, dy) = (above.0 - below.0, above.1 - below.1);
    let length = (dx * dx + dy * dy).sqrt();
    let (mut low, mut high) = (below, above);
    let mut gap = length;
    while gap > 1e-10 {
        let m = (low.0.midpoint(high.0), low.1.midpoint(high.1));
        if f(m) >= level {
            high = m;
        } else {
            low = m;
        }
        gap /= 2.0;
    }
    // The jump may lie at an end, so both places may lie beyond it.
    let mut beside = |sign: f64| {
        let t = sign * JUMP / (2.0 * length);
        f((
            (low.0 + t * dx).clamp(0.0, 1.0),
            (low.1 + t * dy).clamp(0.0, 1.0),
        ))
    };
    (beside(1.0) - beside(-1.0) >= 0.9 * rise).then_some(low)
}

/// A cut of the longer side along a grid.
fn grid_cut((x, y): ((f64, f64), (f64, f64)), parts: f64, drawn: FacetLine) -> Option<Step> {
    let across = |(lo, hi): (f64, f64)| {
        let near = (lo.midpoint(hi) * parts).round() / parts;
        (near > lo + 1e-7 && near < hi - 1e-7).then_some(near)
    };
    let is_wide = x.1 - x.0 >= y.1 - y.0;
    let vertical = |at: f64| Line::new(1.0, 0.0, -at);
    let level = |at: f64| Line::new(0.0, 1.0, -at);
    let line = if is_wide {
        across(x)
            .and_then(vertical)
            .or_else(|| across(y).and_then(level))
    } else {
        across(y)
            .and_then(level)
            .or_else(|| across(x).and_then(vertical))
    };
    line.map(|line| Step::Cut(line, drawn))
}

/// The plane `c + a·(x − x₀) + b·(y − y₀)` nearest to the corners.
#[allow(clippy::cast_precision_loss, reason = "corners are few")]
fn plane(cell: &[Point], centre: Point, heights: &[f64]) -> [f64; 3] {
    let mean = heights.iter().sum::<f64>() / heights.len().max(1) as f64;
    let (mut xx, mut xy, mut yy, mut xz, mut yz) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (p, z) in cell.iter().zip(heights) {
        let (x, y, z) = (p.0 - centre.0, p.1 - centre.1, z - mean);
        xx += x * x;
        xy += x * y;
        yy += y * y;
        xz += x * z;
        yz += y * z;
    }
    let det = xx * yy - xy * xy;
    if det < 1e-24 {
        return [mean, 0.0, 0.0];
    }
    [mean, (xz * yy - yz * xy) / det, (yz * xx - xz * xy) / det]
}

fn is_inside(cell: &[Point], p: Point) -> bool {
    let next = cell.iter().cycle().skip(1);
    let mut sides = cell.iter().zip(next);
    sides.all(|(a, b)| (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0) > 1e-7)
}

#[cfg(test)]
mod tests {
    use super::super::tiling::{Relief, tile};
    use super::*;

    struct Sampled<F>(F, Refinement);

    impl<F: FnMut(Point) -> f64> Relief for Sampled<F> {
        type State = Option<Line>;

        fn step(&mut self, cell: &[Point], state: &mut Option<Line>) -> Step {
            self.1.step(&mut self.0, cell, state)
        }
    }

    fn tiled(f: impl Fn(Point) -> f64) -> crate::draw::Facets {
        let places = Refinement::places();
        let samples = places
            .iter()
            .map(|y| places.iter().map(|x| f((*x, *y))).collect());
        let refinement = Refinement::new(samples.collect(), 1.0);
        tile(&mut Sampled(f, refinement), None, 20_000).expect("few cells")
    }

    #[test]
    fn a_disk_has_walls_on_its_circle_and_no_cracks() {
        let radius = 0.31;
        let square = |v: f64| (v - 0.5) * (v - 0.5);
        let found = tiled(|(x, y)| f64::from(u8::from(square(x) + square(y) <= radius * radius)));
        let mut length = 0.0;
        for side in &found.sides {
            let [p, q] = side.ends;
            if (side.left_heights[0] - side.right_heights[0]).abs() > 0.5 {
                length += ((q.0 - p.0) * (q.0 - p.0) + (q.1 - p.1) * (q.1 - p.1)).sqrt();
                for p in side.ends {
                    let r = (square(p.0) + square(p.1)).sqrt();
                    assert!((r - radius).abs() < 2e-3, "{p:?}");
                }
            }
        }
        assert!(
            (length - std::f64::consts::TAU * radius).abs() < 2e-2,
            "{length}"
        );
        assert!(
            found
                .cells
                .iter()
                .flatten()
                .all(|p| p[2].min(1.0 - p[2]).abs() < 1e-12)
        );
    }

    #[test]
    fn a_climb_thinner_than_a_pixel_is_a_wall_and_a_wide_one_is_a_slope() {
        let steep =
            |slope: f64| move |(x, y): Point| 1.0 / (1.0 + libm::exp(slope * (x + 0.3 * y - 0.6)));
        let walls = |found: &crate::draw::Facets| {
            let step =
                |s: &&crate::draw::FacetSide| (s.left_heights[0] - s.right_heights[0]).abs() > 0.9;
            found.sides.iter().filter(step).count()
        };
        let thin = tiled(steep(2e4));
        assert!((20..80).contains(&walls(&thin)), "{}", walls(&thin));
        let mut corners = thin.cells.iter().flatten();
        assert!(corners.all(|p| p[2] < 0.05 || p[2] > 0.95));
        assert_eq!(walls(&tiled(steep(60.0))), 0);
    }

    #[test]
    fn flat_parts_are_few_cells_and_curved_ones_follow_the_mesh() {
        assert_eq!(tiled(|_| 0.25).cells.len(), 1);
        let hill = tiled(|(x, y)| x * (1.0 - x) * y * (1.0 - y) * 16.0);
        assert_eq!(hill.cells.len(), 1024);
    }
}

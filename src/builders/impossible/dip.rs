//! Sigmoid towers in two or more inputs are off near inner corners of cells: T23, statement 4.

use std::collections::BTreeMap;

use super::{Formula, Impossible, MOST_CELLS, around, ends};
use crate::builders::cells::boxes::{Piece, subdivide};
use crate::builders::cells::towers::towers;
use crate::builders::error::MAX_WEIGHTS;
use crate::builders::grid::{whole, wide};
use crate::builders::parameters::{Division, Parameters};
use crate::builders::request::Request;
use crate::builders::tail::exp_minus_upper;
use crate::expr::derivative_range_upper;
use crate::network::forward;
use crate::numbers::{Interval, Rational};

/// Only networks with at most this many towers are built to measure their error.
const MOST_TOWERS: u128 = 400;
/// A network is evaluated at about this many points.
const POINTS: usize = 300;
/// At most this many grids of boxes are examined.
const MOST_BOXES: usize = 5000;

/// Returns the dip, if it is above the tolerance for every number of cells that can be built.
pub fn dip(request: &Request, tolerance: &Rational) -> Option<Impossible> {
    let mut dips = Dips::new(request, tolerance)?;
    if dips.peak.1 <= *tolerance {
        return None;
    }
    let error_lower = if request.parameters.grid == Some(Division::Adaptive) {
        dips.of_boxes()?
    } else {
        dips.of_grids()?
    };
    // At the peak, the error of one grid is |f|, so the error of M grids is at least |f|/M.
    let least = (&dips.peak.1 / tolerance).ceil();
    let least = usize::try_from(&least).ok().map(|least| least.max(2));
    Some(Impossible::Dip {
        error_lower,
        overlap: dips.overlap,
        least_overlap: least.filter(|_| request.parameters.grid != Some(Division::Adaptive)),
    })
}

struct Dips<'a> {
    request: &'a Request<'a>,
    tolerance: &'a Rational,
    /// The output with the largest |f|.
    formula: Formula,
    output: usize,
    /// The point with the largest |f| among some points, and a lower bound on it there.
    peak: (Vec<Rational>, Rational),
    /// An upper bound on the heights of towers.
    size: Rational,
    /// The largest rounding error of a value.
    rounding: Rational,
    inputs: usize,
    overlap: usize,
    /// As given; otherwise 100 for each part of the shortest cell side.
    first: Option<Rational>,
    second: Rational,
}

impl<'a> Dips<'a> {
    fn new(request: &'a Request<'a>, tolerance: &'a Rational) -> Option<Self> {
        let given = request.parameters;
        let inputs = request.domain.dimension();
        let overlap = given.overlap.unwrap_or(1);
        let second = given.second_steepness.clone();
        let second = second.unwrap_or_else(|| Rational::from(40));
        // Steps of a steepness per cell are not looked at.
        let first = match &given.steepness {
            Some(given) => Some(given.per_input()?),
            None => None,
        };
        let is_positive = second.is_positive() && first.is_none_or(Rational::is_positive);
        let is_adaptive = given.grid == Some(Division::Adaptive);
        // In one input the two towers beside a line are half on.
        if inputs < 2 || overlap == 0 || !is_positive || (is_adaptive && overlap > 1) {
            return None;
        }
        if !tolerance.is_positive() {
            return None;
        }
        let mut best: Option<(usize, Formula, (Vec<Rational>, Rational))> = None;
        let expressions = request.target.output_expressions();
        for (output, expression) in expressions.iter().enumerate() {
            let mut formula = Formula::new(expression, inputs);
            let peak = peak(request, &mut formula)?;
            if best.as_ref().is_none_or(|best| best.2.1 < peak.1) {
                best = Some((output, formula, peak));
            }
        }
        let (output, formula, peak) = best?;
        let size = derivative_range_upper(&expressions[output], request.domain, 0, 0)?;
        // Values are rounded to 40 bits below the largest.
        let rounding = &size * &Rational::power_of_two(-36);
        Some(Self {
            request,
            tolerance,
            formula,
            output,
            peak,
            size: size + &rounding,
            rounding,
            inputs,
            overlap,
            first: first.cloned(),
            second,
        })
    }

    /// A lower bound on the error with any number of equal cells; `None` if it is within the tolerance for
    /// some number.
    fn of_grids(&mut self) -> Option<Rational> {
        let mut least: Option<Rational> = None;
        for cells in 1..=MOST_CELLS {
            if self.weights(cells) > MAX_WEIGHTS {
                break;
            }
            let lower = self.of_cells(cells)?;
            least = Some(least.map_or(lower.clone(), |least| least.min(lower)));
        }
        least
    }

    fn of_cells(&mut self, cells: usize) -> Option<Rational> {
        let mut lower = self.at_corner(cells).unwrap_or_default();
        if lower <= *self.tolerance && self.towers(cells) <= MOST_TOWERS {
            lower = self.built(cells)?.max(lower);
        }
        (lower > *self.tolerance).then_some(lower)
    }

    /// The approximate number of towers.
    fn towers(&self, cells: usize) -> u128 {
        let power = u32::try_from(self.inputs).unwrap_or(u32::MAX);
        wide(cells)
            .saturating_pow(power)
            .saturating_mul(wide(self.overlap))
    }

    fn weights(&self, cells: usize) -> u128 {
        let each = wide(2 * self.inputs + 1 + self.request.target.outputs_count());
        self.towers(cells).saturating_mul(each)
    }

    /// A lower bound on the error at the inner corner that is next to the peak.
    fn at_corner(&mut self, cells: usize) -> Option<Rational> {
        if cells < 2 {
            return None;
        }
        let sides = self.request.domain.sides();
        let mut point = Vec::with_capacity(self.inputs);
        let mut lengths = Vec::with_capacity(self.inputs);
        for ((low, high), peak) in sides.iter().zip(&self.peak.0) {
            let cell = (high - low) / whole(cells);
            let nearest = ((peak - low) / &cell).round();
            let line = usize::try_from(&nearest).unwrap_or(0).clamp(1, cells - 1);
            point.push(low + &(&cell * &whole(line)));
            lengths.push(cell);
        }
        let power = i32::try_from(self.inputs).ok()?;
        // A tower of another corner has a step that is off by a cell.
        let first = self.first.clone();
        let steep = |cell: &Rational, parts: usize| match &first {
            Some(first) => exp_minus_upper(&(first * cell / whole(parts))),
            None => exp_minus_upper(&Rational::from(100)),
        };
        let half = Rational::ratio(1, 2);
        let far = lengths
            .iter()
            .map(|cell| steep(cell, 1))
            .max()?
            .min(half.clone());
        let near_room = whole(self.inputs - 1).half();
        let far_room = whole(self.inputs).half() - far;
        let near = whole(1 << self.inputs) * self.off(&near_room);
        let others = whole(cells).powi(power)? * self.off(&far_room);
        let (value, sign) = self.value(&point, &lengths)?;
        let mut network = &self.size * &(near + others);
        if self.overlap > 1 {
            let others = whole(self.overlap - 1);
            let moved = lengths.iter().map(|cell| steep(cell, self.overlap)).max()?;
            let room = half - moved;
            if !room.is_positive() {
                return None;
            }
            let off = whole(cells + 1).powi(power)? * self.off(&room);
            let around = self.largest_around(&point, &lengths, sign)?;
            network = (network + others * (around + &self.size * &off)) / whole(self.overlap);
        }
        Some(value - network)
    }

    /// The largest output of a tower whose preactivation, before steepness, is this much below 0.
    fn off(&self, room: &Rational) -> Rational {
        exp_minus_upper(&(&self.second * room))
    }

    /// A lower bound on |f| on a little box around a point, and the sign of f there.
    fn value(&mut self, point: &[Rational], lengths: &[Rational]) -> Option<(Rational, i32)> {
        let little = Rational::power_of_two(-40);
        let radius: Vec<Rational> = lengths.iter().map(|cell| cell * &little).collect();
        let (low, high) = ends(&self.formula.on(&around(point, &radius))?)?;
        if low.is_positive() {
            return Some((low, 1));
        }
        high.is_negative().then(|| (-high, -1))
    }

    /// An upper bound on f, or of -f, and of 0, within half a cell of a point.
    fn largest_around(
        &mut self,
        point: &[Rational],
        lengths: &[Rational],
        sign: i32,
    ) -> Option<Rational> {
        let sides = self
            .request
            .domain
            .sides()
            .iter()
            .zip(point.iter().zip(lengths));
        let sides: Vec<Interval> = sides
            .map(|((low, high), (x, cell))| {
                let (from, to) = (x - &cell.half(), x + &cell.half());
                Interval::from_rationals(&from.max(low.clone()), &to.min(high.clone()))
            })
            .collect();
        let (low, high) = ends(&self.formula.on(&sides)?)?;
        let most = if sign < 0 { -low } else { high };
        Some(most.max(Rational::ZERO) + &self.rounding)
    }

    /// A lower bound on the error of a network, at some points.
    fn built(&mut self, cells: usize) -> Option<Rational> {
        let parameters = Parameters {
            cells: Some(vec![cells]),
            ..self.request.parameters.clone()
        };
        let built = towers(&Request {
            parameters: &parameters,
            target: self.request.target,
            domain: self.request.domain,
            norm: self.request.norm,
            within: None,
        });
        let network = built.ok()?.network;
        let mut lower = Rational::ZERO;
        for point in points(self.request, cells) {
            // A small box: where the target jumps, one point does not count.
            let radius = vec![Rational::power_of_two(-60); self.inputs];
            let Some(value) = self.formula.on(&around(&point, &radius)) else {
                continue;
            };
            let inputs: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
            let Ok(outputs) = forward(&network, &(), &inputs) else {
                continue;
            };
            let error = outputs[self.output].minus(&value).magnitude();
            if let Some((low, _)) = ends(&error) {
                lower = lower.max(low);
            }
        }
        Some(lower)
    }

    /// The same with boxes that are halved where the target changes: a corner where all boxes around
    /// it meet stays one when they are halved further.
    fn of_boxes(&mut self) -> Option<Rational> {
        // The default steepness depends on the shortest side; nothing is known about another one.
        if self.first.is_some() {
            return None;
        }
        let mut least: Option<Rational> = None;
        for cells in 1_usize.. {
            let power = u32::try_from(self.inputs).ok()?;
            let count = cells
                .checked_pow(power)
                .filter(|count| *count <= MOST_BOXES)?;
            let pieces = subdivide(self.request, count, &Rational::ZERO);
            let lower = self
                .at_meeting(&pieces)
                .filter(|lower| lower > self.tolerance);
            if let Some(lower) = lower {
                return Some(least.map_or(lower.clone(), |least| least.min(lower)));
            }
            if wide(count) > MOST_TOWERS {
                return None;
            }
            let built = self.built(cells)?;
            if built <= *self.tolerance {
                return None;
            }
            least = Some(least.map_or(built.clone(), |least| least.min(built)));
        }
        None
    }

    /// A lower bound on the error at the best point where boxes meet with all their corners, for these
    /// boxes and any that they are halved into.
    fn at_meeting(&mut self, pieces: &[Piece]) -> Option<Rational> {
        let mut corners: BTreeMap<Vec<&Rational>, usize> = BTreeMap::new();
        for piece in pieces {
            for choice in 0..1_usize << self.inputs {
                let ends = piece.sides.iter().enumerate();
                let corner = ends.map(
                    |(axis, (low, high))| {
                        if choice >> axis & 1 == 0 { low } else { high }
                    },
                );
                *corners.entry(corner.collect()).or_default() += 1;
            }
        }
        let most = MAX_WEIGHTS / wide(2 * self.inputs + 2);
        let most = Rational::new(most, 1)?;
        let near = whole(1 << self.inputs) * self.off(&whole(self.inputs - 1).half());
        let far = exp_minus_upper(&Rational::from(100));
        let others = most * self.off(&(Rational::ratio(1, 2) - far));
        let network = &self.size * &(near + others);
        let lengths = vec![Rational::power_of_two(-20); self.inputs];
        let meetings = corners
            .into_iter()
            .filter(|(_, count)| *count == 1 << self.inputs);
        let meetings = meetings.map(|(corner, _)| corner.into_iter().cloned().collect());
        let meetings: Vec<Vec<Rational>> = meetings.collect();
        let mut values = meetings
            .iter()
            .filter_map(|corner| self.value(corner, &lengths));
        let (first, _) = values.next()?;
        Some(values.fold(first, |most, (value, _)| most.max(value)) - network)
    }
}

/// The point with the largest |f| among a few, and a lower bound on it there.
fn peak(request: &Request, formula: &mut Formula) -> Option<(Vec<Rational>, Rational)> {
    let mut best = None;
    for point in spread(request, 24) {
        let sides: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
        let value = formula.on(&sides).and_then(|value| ends(&value));
        let Some((low, high)) = value else { continue };
        let size = low.max(-high);
        if best.as_ref().is_none_or(|(_, most)| *most < size) {
            best = Some((point, size));
        }
    }
    best
}

/// Points spread over the domain, its ends included: as many for each side, or fewer in many inputs.
fn spread(request: &Request, parts: usize) -> Vec<Vec<Rational>> {
    let most = match request.domain.dimension() {
        2 => 24,
        3 => 10,
        _ => 6,
    };
    lattice(request, parts.min(most))
}

/// The points at which a network is evaluated: the corners of its cells, and some between them.
fn points(request: &Request, cells: usize) -> Vec<Vec<Rational>> {
    let power = i32::try_from(request.domain.dimension()).unwrap_or(1);
    let parts = (2..=24).rev().map(|parts| parts * cells);
    let fits = |parts: &usize| {
        let all = (0..power).fold(1_usize, |all, _| all.saturating_mul(parts + 1));
        all <= POINTS
    };
    let parts = parts.into_iter().find(fits).unwrap_or(cells);
    lattice(request, parts)
}

fn lattice(request: &Request, parts: usize) -> Vec<Vec<Rational>> {
    let mut points = vec![Vec::new()];
    for (low, high) in request.domain.sides() {
        let side: Vec<Rational> = (0..=parts)
            .map(|k| low + &((high - low) * whole(k) / whole(parts)))
            .collect();
        let longer = points.iter().flat_map(|point: &Vec<Rational>| {
            side.iter().map(move |x| {
                let mut point = point.clone();
                point.push(x.clone());
                point
            })
        });
        points = longer.collect();
    }
    points
}

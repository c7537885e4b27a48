//! Misclassified area of a cell, where the network's decision and the region are half-planes up
//! to a margin (T15).
//!
//! On a small cell a smooth boundary is nearly a line. If a set `S` is known to satisfy
//!
//! ```text
//! { c·e >= sup t }  ⊆  S  ⊆  { c·e >= inf t }        (up to measure zero)
//! ```
//!
//! in the coordinates `e` of the cell, then what it covers is known up to a thin strip, and the
//! area left undecided falls with the square of the cell. Areas of the polygons are exact.

use super::cell::Cell;
use super::graph;
use super::half_space;
use super::integral::Chart;
use super::prepared::{Prepared, inputs_over};
use crate::expr::{Condition, Expr, Tape};
use crate::geometry::{ConvexPolygon, HalfPlane};
use crate::network::{Specialised, SumView};
use crate::numbers::{
    Direction, Dyadic, Failure, Function, Hessian, Interval, LinearForm, Rational, Relation, Scalar,
};

/// Coefficients of half-planes are rounded to multiples of `2^-COEFFICIENT_BITS` of the largest.
const COEFFICIENT_BITS: u32 = 28;
/// Thresholds are rounded outward to multiples of `2^-THRESHOLD_BITS` of the largest coefficient.
const THRESHOLD_BITS: u32 = 36;

/// A set that is a half-plane up to a margin, in the normalised coordinates of a cell.
#[derive(Clone, Copy, Debug)]
struct Strip<const D: usize> {
    coefficients: [Dyadic; D],
    threshold: Interval,
    /// The comparison it stands for, if it is one of the region's.
    origin: Option<Origin>,
}

/// One comparison `difference >= 0` of a region, or its complement.
#[derive(Clone, Copy, Debug)]
struct Origin {
    /// Which output of the tape the difference is.
    output: usize,
    is_complement: bool,
}

/// What is known of a set on a cell.
#[derive(Clone, Copy, Debug)]
enum Known<const D: usize> {
    All,
    Nothing,
    Half(Strip<D>),
    Unknown,
}

impl<const D: usize> Known<D> {
    fn complement(self) -> Self {
        match self {
            Self::All => Self::Nothing,
            Self::Nothing => Self::All,
            Self::Half(strip) => Self::Half(Strip {
                coefficients: strip.coefficients.map(|c| -c),
                threshold: strip.threshold.negated(),
                origin: strip.origin.map(|origin| Origin {
                    is_complement: !origin.is_complement,
                    ..origin
                }),
            }),
            Self::Unknown => Self::Unknown,
        }
    }

    /// The points in both.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::All, known) | (known, Self::All) => known,
            _ => Self::Unknown,
        }
    }

    /// Encloses the share of a cell that the set covers.
    fn share(&self, chart: &Chart) -> Interval {
        match self {
            Self::All => Interval::ONE,
            Self::Nothing => Interval::ZERO,
            Self::Unknown => Interval::UNIT,
            Self::Half(strip) => {
                let slopes = strip.coefficients.map(Interval::point);
                let (slopes, shift) = chart.place(&slopes);
                half_space::share(&slopes, &strip.threshold.minus(&shift))
            }
        }
    }

    /// A set `{ form >= 0 }`: sorted by what the range says, else by the linear part.
    fn where_not_negative(form: &LinearForm<D>) -> Self {
        let range = form.range();
        if !range.inf().is_negative() {
            return Self::All;
        }
        if range.sup().is_negative() {
            return Self::Nothing;
        }
        if !form.constant_part().is_bounded() {
            return Self::Unknown;
        }
        let mut coefficients = [Dyadic::ZERO; D];
        let mut margin = form.constant_part();
        for (c, slope) in coefficients.iter_mut().zip(form.slopes()) {
            if !slope.is_bounded() {
                return Self::Unknown;
            }
            *c = slope.mid();
            margin = margin.plus(&Interval::symmetric(slope.rad()));
        }
        Self::Half(Strip {
            coefficients,
            threshold: margin.negated(),
            origin: None,
        })
    }

    /// The same set, which is where this output is not negative.
    fn of_output(self, output: usize) -> Self {
        match self {
            Self::Half(strip) => Self::Half(Strip {
                origin: Some(Origin {
                    output,
                    is_complement: false,
                }),
                ..strip
            }),
            other => other,
        }
    }
}

/// A region as a tree of comparisons, each with the difference of its sides as an output of one
/// tape.
pub(super) struct RegionForms<const D: usize> {
    tree: Node,
    tape: Tape,
    forms: Prepared<LinearForm<D>>,
    hessian: Prepared<Hessian<2>>,
    points: Prepared<Interval>,
}

enum Node {
    /// `output >= 0` (or `> 0`: the same up to measure zero, or not known).
    NotNegative(usize),
    /// Equality: not a half-plane.
    Other,
    And(Box<Node>, Box<Node>),
    Not(Box<Node>),
}

impl Node {
    fn new(condition: &Condition, differences: &mut Vec<Expr>) -> Self {
        match condition {
            Condition::Compare(relation, a, b) => {
                let mut difference = |high: &std::sync::Arc<Expr>, low: &std::sync::Arc<Expr>| {
                    differences.push(Expr::Sub(high.clone(), low.clone()));
                    Self::NotNegative(differences.len() - 1)
                };
                match relation {
                    Relation::GreaterOrEqual => difference(a, b),
                    Relation::LessOrEqual => difference(b, a),
                    Relation::Less => Self::Not(Box::new(difference(a, b))),
                    Relation::Greater => Self::Not(Box::new(difference(b, a))),
                    Relation::Equal | Relation::NotEqual => Self::Other,
                }
            }
            Condition::And(a, b) => Self::And(
                Box::new(Self::new(a, differences)),
                Box::new(Self::new(b, differences)),
            ),
            Condition::Or(a, b) => {
                let not = |c| Box::new(Self::Not(Box::new(c)));
                let (a, b) = (Self::new(a, differences), Self::new(b, differences));
                Self::Not(Box::new(Self::And(not(a), not(b))))
            }
            Condition::Not(a) => Self::Not(Box::new(Self::new(a, differences))),
        }
    }

    /// What is known of the region. A comparison that has no value counts as unknown, unless what
    /// stands before it decides.
    fn known<const D: usize>(&self, forms: &[Result<LinearForm<D>, Failure>]) -> Known<D> {
        match self {
            Self::NotNegative(k) => forms[*k]
                .as_ref()
                .map_or(Known::Unknown, Known::where_not_negative)
                .of_output(*k),
            Self::Other => Known::Unknown,
            Self::And(a, b) => a.known(forms).and(b.known(forms)),
            Self::Not(a) => a.known(forms).complement(),
        }
    }
}

impl<const D: usize> RegionForms<D> {
    pub(super) fn new(inputs: usize, condition: &Condition) -> Self {
        let mut differences = Vec::new();
        let tree = Node::new(condition, &mut differences);
        let tape = Tape::of_expressions(inputs, &differences);
        Self {
            tree,
            forms: Prepared::new(&tape),
            hessian: Prepared::new(&tape),
            points: Prepared::new(&tape),
            tape,
        }
    }

    /// Encloses the volume of the cell on which decision and region differ.
    ///
    /// # Errors
    /// [`Failure`] where the network has no value, or the cell is too thin.
    pub(super) fn misclassified(
        &mut self,
        cell: &Cell,
        network: &Specialised,
        threshold: &Interval,
    ) -> Result<Interval, Failure> {
        let inputs = inputs_over::<LinearForm<D>>(cell);
        let region = self.tree.known(&self.forms.outputs(&self.tape, &inputs));
        let decision = decision(network, cell, &inputs, threshold)?;
        if let (Known::Half(_), Known::Half(_)) = (&region, &decision)
            && cell.intervals().len() <= 2
        {
            return between_lines(cell, &region, &decision);
        }
        let chart = Chart::new(cell).ok_or(Failure::Inexact)?;
        let share = difference(region.share(&chart), decision.share(&chart));
        let volume = share.times(&cell.volume());
        let (
            Known::Half(Strip {
                origin: Some(origin),
                ..
            }),
            Known::All | Known::Nothing,
        ) = (region, &decision)
        else {
            return Ok(volume);
        };
        let Some(area) = self.covered(cell, origin) else {
            return Ok(volume);
        };
        Ok(volume.refine(&match decision {
            Known::All => cell.volume().minus(&area),
            _ => area,
        }))
    }

    /// Encloses the area of a cell in two inputs on which a comparison holds, or does not, by the
    /// curve between the two (T18).
    fn covered(&mut self, cell: &Cell, origin: Origin) -> Option<Interval> {
        let sides = cell.intervals();
        if sides.len() != 2 || !cell.is_dyadic() {
            return None;
        }
        let inputs = inputs_over::<Hessian<2>>(cell);
        let around = *self
            .hessian
            .outputs(&self.tape, &inputs)
            .get(origin.output)?;
        let around = around.ok()?;
        let (points, tape) = (&mut self.points, &self.tape);
        let area = graph::area_where_not_negative(sides, &around, |point| {
            let values = points.outputs(tape, &point.map(Interval::point));
            values.get(origin.output).copied()?.ok()
        })?;
        Some(if origin.is_complement {
            cell.volume().minus(&area)
        } else {
            area
        })
    }
}

/// The share on which two sets differ, from the shares of both: at least the difference of the two, at
/// most what they, or their complements, have together.
fn difference(a: Interval, b: Interval) -> Interval {
    let complement = |x: &Interval| Interval::ONE.minus(x);
    let least = a.minus(&b).mig();
    let most = a.plus(&b).sup();
    let most = most.min(complement(&a).plus(&complement(&b)).sup());
    Interval::ordered(least, most.max(least).min(Dyadic::ONE))
}

/// The same for two half-planes, by the polygons between them.
fn between_lines<const D: usize>(
    cell: &Cell,
    region: &Known<D>,
    decision: &Known<D>,
) -> Result<Interval, Failure> {
    let frame = Frame::new(cell)?;
    let first = frame.both(region, &decision.complement());
    let second = frame.both(&region.complement(), decision);
    let most = (first.1 + second.1).min(frame.area.clone());
    let least = first.0 + second.0;
    Ok(Interval::from_rationals(
        &(least * &frame.scale),
        &(most * &frame.scale),
    ))
}

/// What is known of the set where the network decides "inside".
fn decision<const D: usize>(
    network: &Specialised,
    cell: &Cell,
    inputs: &[LinearForm<D>],
    threshold: &Interval,
) -> Result<Known<D>, Failure> {
    if let Some(known) = peel(network, network.output(0), *threshold, cell) {
        return Ok(known);
    }
    let value = network.enclose(inputs)?[0];
    Ok(Known::where_not_negative(
        &value.sub(&LinearForm::from_range(*threshold)),
    ))
}

/// Decides `sum >= threshold` where the sum is one monotone unit of one monotone unit ... of an
/// affine function of the inputs: each unit is undone, which moves the threshold. So a decision
/// that hangs on one line is that line, however steep the units are.
fn peel<'a, const D: usize>(
    network: &'a Specialised,
    mut sum: SumView<'a>,
    mut threshold: Interval,
    cell: &Cell,
) -> Option<Known<D>> {
    // `flip` says that the question has become `sum <= threshold`, `negate` that the answer is the
    // complement of what is asked.
    let (mut flip, mut negate) = (false, false);
    let answer = |known: Known<D>, negate| Some(if negate { known.complement() } else { known });
    loop {
        let slack = Interval::symmetric(sum.radius);
        threshold = threshold.minus(&Interval::point(sum.bias)).minus(&slack);
        let inputs = network.inputs();
        let is_affine = sum
            .terms
            .iter()
            .all(|(variable, _)| usize::try_from(*variable).is_ok_and(|v| v < inputs));
        if is_affine {
            return answer(line(sum.terms, threshold, flip, cell), negate);
        }
        let [(variable, coefficient)] = sum.terms else {
            return None;
        };
        threshold = threshold.over(&Interval::point(*coefficient)).ok()?;
        flip ^= coefficient.is_negative();
        let unit = network.unit(usize::try_from(*variable).ok()? - inputs);
        let zero = Dyadic::ZERO;
        let (low, high) = match unit.function {
            Function::Tanh => (-Dyadic::ONE, Dyadic::ONE),
            Function::Relu => (zero, Dyadic::INFINITY),
            Function::Heaviside | Function::Sigmoid => (zero, Dyadic::ONE),
            // The others are left to the other ways.
            _ => return None,
        };
        // Outside the values that the unit takes, the answer does not depend on the inputs. (A
        // threshold on the edge of them is left to the other ways.)
        let is_inside = threshold.inf() > low && threshold.sup() < high;
        threshold = match unit.function {
            // The unit is 0 or 1: at least a threshold in between where its sum is at least 0. It
            // is at most that where its sum is *below* 0, which is not the same as at most 0: a sum
            // with a radius may be 0 on a set of any size.
            Function::Heaviside if is_inside => {
                negate ^= flip;
                flip = false;
                Interval::ZERO
            }
            Function::Sigmoid if is_inside => {
                let odds = threshold.over(&Interval::ONE.minus(&threshold)).ok()?;
                odds.apply(Function::Ln).ok()?
            }
            Function::Tanh if is_inside => {
                let one = Interval::ONE;
                let odds = one.plus(&threshold).over(&one.minus(&threshold)).ok()?;
                odds.apply(Function::Ln).ok()?.times_point(Dyadic::HALF)
            }
            Function::Relu if is_inside => threshold,
            _ => {
                let is_always = threshold.sup() < low;
                let is_never = threshold.inf() > high;
                return match (is_always || is_never, is_always ^ flip) {
                    (false, _) => None,
                    (true, true) => answer(Known::All, negate),
                    (true, false) => answer(Known::Nothing, negate),
                };
            }
        };
        sum = unit.sum;
    }
}

/// The set `terms >= threshold` (or `<=`) in the normalised coordinates of the cell.
fn line<const D: usize>(
    terms: &[(u32, Dyadic)],
    threshold: Interval,
    flip: bool,
    cell: &Cell,
) -> Known<D> {
    let mut form = LinearForm::<D>::from_range(threshold.negated());
    for (variable, coefficient) in terms {
        let Ok(i) = usize::try_from(*variable) else {
            return Known::Unknown;
        };
        form.accumulate(*coefficient, &LinearForm::variable(i, &cell.intervals()[i]));
    }
    let form = form.settled();
    if flip {
        Known::where_not_negative(&form.neg())
    } else {
        Known::where_not_negative(&form)
    }
}

/// A cell of one or two inputs as a polygon in normalised coordinates.
struct Frame {
    polygon: ConvexPolygon,
    area: Rational,
    /// Area in inputs for one unit of area in normalised coordinates.
    scale: Rational,
}

impl Frame {
    /// The forms' coordinates are those of the cell's intervals, which may be a little larger than
    /// the cell; so its own sides are not exactly −1 and 1.
    fn new(cell: &Cell) -> Result<Self, Failure> {
        let mut sides = Vec::new();
        let mut scale = Rational::ONE;
        for ((low, high), interval) in cell.sides().iter().zip(cell.intervals()) {
            let mid = interval.mid().to_rational().ok_or(Failure::Inexact)?;
            let rad = interval.rad().to_rational().ok_or(Failure::Inexact)?;
            let normal = |x: &Rational| (x - &mid).checked_div(&rad).ok_or(Failure::Inexact);
            sides.push((normal(low)?, normal(high)?));
            scale = scale * rad;
        }
        if sides.len() == 1 {
            // One input: a strip of width 1 beside it, so that areas are lengths.
            sides.push((Rational::ratio(-1, 2), Rational::ratio(1, 2)));
        }
        let mut sides = sides.into_iter();
        let (Some(x), Some(y), None) = (sides.next(), sides.next(), sides.next()) else {
            return Err(Failure::Inexact);
        };
        let polygon = ConvexPolygon::rectangle(&x, &y);
        Ok(Self {
            area: polygon.area(),
            polygon,
            scale,
        })
    }

    /// Bounds from below and above the area where both sets are.
    fn both<const D: usize>(&self, a: &Known<D>, b: &Known<D>) -> (Rational, Rational) {
        let area = |is_inner: bool| {
            let mut polygon = self.polygon.clone();
            for known in [a, b] {
                match known {
                    Known::Nothing => return Rational::ZERO,
                    Known::Unknown if is_inner => return Rational::ZERO,
                    Known::All | Known::Unknown => {}
                    Known::Half(strip) => match half_plane(strip, is_inner) {
                        Some(half) => polygon = polygon.clip(&half),
                        None if is_inner => return Rational::ZERO,
                        None => {}
                    },
                }
            }
            polygon.area()
        };
        (area(true), area(false))
    }
}

/// Returns a half-plane with short coefficients that is inside (or around) the set.
fn half_plane<const D: usize>(strip: &Strip<D>, is_inner: bool) -> Option<HalfPlane> {
    let largest = strip.coefficients.iter().map(|c| c.abs()).max()?;
    // Divide by a power of two near the largest coefficient.
    let shift = if largest.is_zero() {
        0
    } else {
        -(largest.exponent() + 62)
    };
    let mut bound = if is_inner {
        strip.threshold.sup()
    } else {
        strip.threshold.inf()
    };
    let outward = if is_inner {
        Direction::Up
    } else {
        Direction::Down
    };
    if bound.is_infinite() {
        return None;
    }
    bound = bound.scale(shift, outward);
    let mut short = Vec::new();
    for coefficient in &strip.coefficients {
        let exact = coefficient
            .scale(shift, Direction::Down)
            .rational_bound(Direction::Down)?;
        let rounded = exact.round_to_bits(COEFFICIENT_BITS);
        // |e| <= 1, so a rounded coefficient moves the sum by at most one unit of its last bit.
        let moved = Dyadic::power_of_two(-i64::from(COEFFICIENT_BITS));
        bound = if is_inner {
            bound.add(moved, Direction::Up)
        } else {
            bound.sub(moved, Direction::Down)
        };
        short.push(rounded);
    }
    // Beyond the reach of the coefficients (at most D times 2) the exact place does not matter.
    let reach = Dyadic::from_i64(i64::try_from(D).ok()?.checked_mul(4)?);
    bound = bound.max(-reach).min(reach);
    let exact = bound.rational_bound(outward)?;
    let rounded = exact.round_to_bits(THRESHOLD_BITS);
    let unit = Rational::power_of_two(-i32::try_from(THRESHOLD_BITS).ok()?);
    let c = if is_inner {
        rounded + unit
    } else {
        rounded - unit
    };
    let mut short = short.into_iter();
    Some(HalfPlane {
        a: short.next().unwrap_or_default(),
        b: short.next().unwrap_or_default(),
        c,
    })
}

//! Misclassified area of a cell where the network's decision and the region are half-planes up to a
//! margin (T15).
//!
//! On a small cell a smooth boundary is nearly a line. Suppose a set `S` satisfies
//!
//! ```text
//! { c·e >= sup t }  ⊆  S  ⊆  { c·e >= inf t }        (up to measure zero)
//! ```
//!
//! in the local coordinates `e` of the cell. Then `S` is known up to a thin strip, and the
//! undecided area is proportional to the square of the cell's area. Areas of the polygons are
//! exact.

use super::cell::Cell;
use super::natural::OnBox;
use super::prepared::Prepared;
use crate::expr::{Condition, Expr, Tape};
use crate::geometry::{ConvexPolygon, HalfPlane};
use crate::numbers::{
    Direction, Dyadic, Failure, Function, Interval, LinearForm, Rational, Relation, Scalar,
};

/// Coefficients of half-planes are rounded to multiples of `2^-COEFFICIENT_BITS` of the largest.
const COEFFICIENT_BITS: u32 = 28;
/// Thresholds are rounded outward to multiples of `2^-THRESHOLD_BITS` of the largest coefficient.
const THRESHOLD_BITS: u32 = 36;

/// A set that is a half-plane up to a margin, in the local coordinates of a cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strip<const D: usize> {
    pub(super) coefficients: [Dyadic; D],
    pub(super) threshold: Interval,
    /// The comparison of the region that it stands for, if any.
    pub(super) origin: Option<Origin>,
}

/// One comparison `difference >= 0` of a region, or its complement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// The output of the tape that is the difference.
    pub(super) output: usize,
    pub(super) is_complement: bool,
}

/// What is known about a set on a cell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known<const D: usize> {
    All,
    Nothing,
    Half(Strip<D>),
    Unknown,
}

impl<const D: usize> Known<D> {
    pub(super) fn complement(self) -> Self {
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

    /// The intersection of both sets.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::All, known) | (known, Self::All) => known,
            _ => Self::Unknown,
        }
    }

    /// The set `{ form >= 0 }`: decided by the range of the form if possible, else by its linear
    /// part.
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

    /// The same set, marked as the set where this output is nonnegative.
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

/// A region as a tree of comparisons; the difference of the two sides of each is an output of one
/// tape.
pub(super) struct RegionForms<const D: usize> {
    tree: Node,
    tape: Tape,
    forms: Prepared<LinearForm<D>>,
}

pub(super) enum Node {
    /// `output >= 0` (or `> 0`: the same up to measure zero, or unknown).
    NotNegative(usize),
    /// Equality of two sides with this difference; not a half-plane.
    Other(usize),
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
                    Relation::Equal | Relation::NotEqual => match difference(a, b) {
                        Self::NotNegative(output) => Self::Other(output),
                        other => other,
                    },
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

    /// Returns what is known about the region. A comparison that may have no value is a failure,
    /// unless an earlier one decides: then it is not evaluated.
    fn known<const D: usize>(
        &self,
        forms: &[Result<LinearForm<D>, Failure>],
    ) -> Result<Known<D>, Failure> {
        Ok(match self {
            Self::NotNegative(k) => {
                let form = forms[*k].as_ref().map_err(|failure| *failure)?;
                Known::where_not_negative(form).of_output(*k)
            }
            Self::Other(k) => {
                forms[*k].as_ref().map_err(|failure| *failure)?;
                Known::Unknown
            }
            Self::And(a, b) => match a.known(forms)? {
                Known::Nothing => Known::Nothing,
                known => known.and(b.known(forms)?),
            },
            Self::Not(a) => a.known(forms)?.complement(),
        })
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
            tape,
        }
    }

    /// Returns the differences of all comparisons.
    pub(super) fn tape(&self) -> &Tape {
        &self.tape
    }

    /// Returns what is known about the region on a cell.
    ///
    /// - Errors: [`Failure`] where it may have no value.
    pub(super) fn known(&mut self, inputs: &[LinearForm<D>]) -> Result<Known<D>, Failure> {
        self.tree.known(&self.forms.outputs(&self.tape, inputs))
    }
}

/// A sum of inputs and units, as the network on a box has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct SumOnBox<'a> {
    /// The interval that contains the constant.
    pub(super) bias: Interval,
    /// Variables and their coefficients.
    pub(super) terms: &'a [(u32, Dyadic)],
    /// The layer of the sum.
    pub(super) depth: usize,
}

/// A variable of a sum.
pub(super) enum Variable<'a> {
    Input(usize),
    Sum(SumOnBox<'a>),
    Unit(Function, SumOnBox<'a>),
    Other,
}

/// Returns what is known about the set on which the network decides "inside": by `peel` if
/// possible, else by the linear form of its output.
pub(super) fn decision<const D: usize>(
    network: &impl OnBox,
    cell: &Cell,
    threshold: &Interval,
    form: impl FnOnce() -> Result<LinearForm<D>, Failure>,
) -> Result<Known<D>, Failure> {
    if let Some(known) = peel(network, *threshold, cell) {
        return Ok(known);
    }
    Ok(Known::where_not_negative(
        &form()?.sub(&LinearForm::from_range(*threshold)),
    ))
}

/// Decides `output >= threshold` where the output is a composition of monotone units of one affine
/// function of the inputs. Each unit is inverted, which moves the threshold. So a decision by a
/// single line is found as that line, however steep the units are.
fn peel<const D: usize>(
    network: &impl OnBox,
    mut threshold: Interval,
    cell: &Cell,
) -> Option<Known<D>> {
    // `flip`: the question has become `value <= threshold`. `negate`: the answer is the complement
    // of the requested set.
    let (mut flip, mut negate) = (false, false);
    let answer = |known: Known<D>, negate| Some(if negate { known.complement() } else { known });
    let mut value = network.first_output();
    loop {
        let sum = match value {
            Variable::Sum(sum) => sum,
            Variable::Unit(function, sum) => {
                match undo(function, threshold)? {
                    Undone::Always => {
                        let known = if flip { Known::Nothing } else { Known::All };
                        return answer(known, negate);
                    }
                    Undone::Never => {
                        let known = if flip { Known::All } else { Known::Nothing };
                        return answer(known, negate);
                    }
                    // The unit is 0 or 1. It reaches a threshold in between where its sum is at
                    // least 0, and stays below it where its sum is *negative*. That is not the same
                    // as "at most 0": a sum whose bias is an interval may be 0 on a set of any
                    // size.
                    Undone::Step => {
                        negate ^= flip;
                        flip = false;
                        threshold = Interval::ZERO;
                    }
                    Undone::At(place) => threshold = place,
                }
                sum
            }
            Variable::Input(_) | Variable::Other => return None,
        };
        threshold = threshold.minus(&sum.bias);
        let inputs: Option<Vec<(usize, Dyadic)>> = (sum.terms.iter())
            .map(
                |(variable, weight)| match network.variable(&sum, *variable) {
                    Variable::Input(input) => Some((input, *weight)),
                    _ => None,
                },
            )
            .collect();
        if let Some(terms) = inputs {
            return answer(line(&terms, threshold, flip, cell), negate);
        }
        let [(variable, coefficient)] = sum.terms else {
            return None;
        };
        threshold = threshold.over(&Interval::point(*coefficient)).ok()?;
        flip ^= coefficient.is_negative();
        value = network.variable(&sum, *variable);
    }
}

/// Where a monotone unit reaches a threshold.
enum Undone {
    /// All its values are above the threshold.
    Always,
    /// All its values are below the threshold.
    Never,
    /// The unit is a step, and the threshold is between 0 and 1.
    Step,
    /// Where its sum is in this interval.
    At(Interval),
}

/// Inverts a unit. A threshold at a limit of the unit's values is not handled, nor are other units.
fn undo(function: Function, threshold: Interval) -> Option<Undone> {
    let zero = Dyadic::ZERO;
    let (low, high) = match function {
        Function::Tanh => (-Dyadic::ONE, Dyadic::ONE),
        Function::Relu => (zero, Dyadic::INFINITY),
        Function::Heaviside | Function::Sigmoid => (zero, Dyadic::ONE),
        _ => return None,
    };
    if threshold.sup() < low {
        return Some(Undone::Always);
    }
    if threshold.inf() > high {
        return Some(Undone::Never);
    }
    if threshold.inf() <= low || threshold.sup() >= high {
        return None;
    }
    let one = Interval::ONE;
    Some(match function {
        Function::Heaviside => Undone::Step,
        Function::Sigmoid => {
            let odds = threshold.over(&one.minus(&threshold)).ok()?;
            Undone::At(odds.apply(Function::Ln).ok()?)
        }
        Function::Tanh => {
            let odds = one.plus(&threshold).over(&one.minus(&threshold)).ok()?;
            Undone::At(odds.apply(Function::Ln).ok()?.times_point(Dyadic::HALF))
        }
        _ => Undone::At(threshold),
    })
}

/// The set `terms >= threshold` (or `<=`) in the local coordinates of the cell.
fn line<const D: usize>(
    terms: &[(usize, Dyadic)],
    threshold: Interval,
    flip: bool,
    cell: &Cell,
) -> Known<D> {
    let mut form = LinearForm::<D>::from_range(threshold.negated());
    for (input, coefficient) in terms {
        form.accumulate(
            *coefficient,
            &LinearForm::variable(*input, &cell.intervals()[*input]),
        );
    }
    let form = form.tightened();
    if flip {
        Known::where_not_negative(&form.neg())
    } else {
        Known::where_not_negative(&form)
    }
}

/// The misclassified area for two half-planes, from the polygons between them.
pub(super) fn between_lines<const D: usize>(
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

/// A cell of one or two inputs as a polygon in local coordinates.
pub(super) struct Frame {
    polygon: ConvexPolygon,
    area: Rational,
    /// The area in the inputs of one unit of area in local coordinates.
    scale: Rational,
}

impl Frame {
    /// The coordinates of the forms belong to the cell's intervals, which may be slightly larger
    /// than the cell. So the sides of the cell itself are not exactly −1 and 1.
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
            // One input: a strip of width 1, so that areas are lengths.
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

    /// Returns a lower and an upper bound of the area of the intersection.
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

/// Returns a half-plane with short coefficients that is contained in the set (or contains it).
pub(super) fn half_plane<const D: usize>(strip: &Strip<D>, is_inner: bool) -> Option<HalfPlane> {
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

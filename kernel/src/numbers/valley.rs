//! Slopes and lines of the functions that fall and then rise beside a line: softplus, elu, silu, gelu.

use super::constants::{Between, GELU_INFLECTION, GELU_STEEPEST, SILU_INFLECTION, SILU_STEEPEST};
use super::dyadic::Dyadic;
use super::elementary;
use super::interval::Interval;
use super::scalar::{Failure, Function, Scalar};
use super::slope::Curve;

/// `e^(-t²)`.
pub(super) fn bell(range: &Interval) -> Result<Interval, Failure> {
    range.squared().negated().apply(Function::Exp)
}

/// Where silu or gelu turns from convex to concave, and its slope there.
pub(super) fn inflection_of(function: Function) -> (Between, Between) {
    if function == Function::Silu {
        (SILU_INFLECTION, SILU_STEEPEST)
    } else {
        (GELU_INFLECTION, GELU_STEEPEST)
    }
}

/// The slope of silu or gelu at a finite number; that of silu is `s (1 + x (1 - s))`.
fn bent_slope_at(function: Function, x: Dyadic) -> Result<Interval, Failure> {
    if function == Function::Gelu {
        return Ok(elementary::gelu_slope(x));
    }
    let point = Interval::point(x);
    let (value, rest) = (
        point.apply(Function::Sigmoid)?,
        elementary::sigmoid_complement(&point),
    );
    Ok(value.times(&Interval::ONE.plus(&rest.times_point(x))))
}

/// The slopes of silu or gelu: they grow between the turns and fall outside, from 0 to 1 - the
/// steepest, up to the steepest, and down to 1.
pub(super) fn bent_slope(function: Function, range: &Interval) -> Result<Interval, Failure> {
    let (turn, steepest) = inflection_of(function);
    let (turn, high) = (turn.interval(), steepest.interval());
    let low = Interval::ONE.minus(&high);
    if !range.is_bounded() {
        return Ok(low.hull(&high));
    }
    let mut slopes = bent_slope_at(function, range.inf())?;
    if range.is_point() {
        return Ok(slopes);
    }
    slopes = slopes.hull(&bent_slope_at(function, range.sup())?);
    if range.intersection(&turn).is_some() {
        slopes = slopes.hull(&high);
    }
    if range.intersection(&turn.negated()).is_some() {
        slopes = slopes.hull(&low);
    }
    Ok(slopes)
}

/// A line of this slope, from which a curve falls and then rises.
pub(super) struct Valley {
    pub(super) slope: Dyadic,
    /// A lower bound of the curve less the line in `range`; nothing where it only falls or rises.
    pub(super) bottom: Option<Dyadic>,
}

/// How often the bracket of the bottom of a valley is halved: it is then off by about a thousandth
/// of its width.
const HALVINGS: u32 = 5;

impl Curve {
    /// Returns a valley of this slope, or of one that is close to it, for the curves that have one.
    ///
    /// ```text
    /// softplus  s(t) = a   t = ln(a / (1 - a))   softplus(t) - a t = -ln(1 - a) - a t
    /// elu       e^t = a    t = ln a              elu(t) - a t = a - 1 - a t
    /// ```
    pub(super) fn valley(self, range: &Interval, slope: Dyadic) -> Option<Result<Valley, Failure>> {
        let Self::Named(function) = self else {
            return None;
        };
        match function {
            Function::Softplus | Function::Elu => {}
            Function::Silu | Function::Gelu => return self.bent_valley(function, range, slope),
            _ => return None,
        }
        if !slope.is_positive() || slope >= Dyadic::ONE {
            return Some(Ok(Valley {
                slope,
                bottom: None,
            }));
        }
        let find = || -> Result<(Interval, Interval), Failure> {
            let (a, one) = (Interval::point(slope), Interval::ONE);
            if function == Function::Elu {
                let place = a.apply(Function::Ln)?;
                return Ok((place, a.minus(&one).minus(&a.times(&place))));
            }
            let rest = one.minus(&a);
            let place = a.over(&rest)?.apply(Function::Ln)?;
            let value = rest.apply(Function::Ln)?.negated();
            Ok((place, value.minus(&a.times(&place))))
        };
        Some(find().map(|(place, bottom)| Valley {
            slope,
            bottom: range.intersection(&place).map(|_| bottom.inf()),
        }))
    }

    /// The valley of silu or gelu less a line of slope `a`. Between the turns the curve is convex;
    /// left of them its slope is below 0, right of them above 1. So for `a` in `[0, 1]`, and for any
    /// `a` where all of the range is between the turns, the curve less the line falls and then rises.
    ///
    /// The bottom is bracketed: it falls up to `low` and rises from `high` on, and between them it lies
    /// above its tangent at `low`.
    fn bent_valley(
        self,
        function: Function,
        range: &Interval,
        slope: Dyadic,
    ) -> Option<Result<Valley, Failure>> {
        let turn = inflection_of(function).0.interval().inf();
        let middle = range.intersection(&Interval::symmetric(turn))?;
        if middle.is_point() {
            return None;
        }
        let slope = if middle == *range {
            slope
        } else {
            slope.max(Dyadic::ZERO).min(Dyadic::ONE)
        };
        let find = || -> Result<Option<Dyadic>, Failure> {
            let (mut low, mut high) = (middle.inf(), middle.sup());
            let mut at_low = bent_slope_at(function, low)?;
            if at_low.inf() >= slope || bent_slope_at(function, high)?.sup() <= slope {
                return Ok(None);
            }
            for _ in 0..HALVINGS {
                let place = low.between(high);
                let there = bent_slope_at(function, place)?;
                if there.sup() <= slope {
                    (low, at_low) = (place, there);
                } else if there.inf() >= slope {
                    high = place;
                } else {
                    break;
                }
            }
            let a = Interval::point(slope);
            let point = Interval::point(low);
            let width = Interval::ordered(Dyadic::ZERO, Interval::ordered(low, high).wid());
            let value = self.value(&point)?.minus(&a.times(&point));
            let tangent = at_low.minus(&a).times(&width);
            Ok(Some(value.plus(&tangent).inf()))
        };
        Some(find().map(|bottom| Valley { slope, bottom }))
    }
}

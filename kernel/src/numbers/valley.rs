//! Slopes and lines of functions that decrease and then increase relative to a line: softplus, elu,
//! silu, gelu.

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

/// Returns the inflection point of silu or gelu, and the slope there.
pub(super) fn inflection_of(function: Function) -> (Between, Between) {
    if function == Function::Silu {
        (SILU_INFLECTION, SILU_STEEPEST)
    } else {
        (GELU_INFLECTION, GELU_STEEPEST)
    }
}

/// The slope of silu or gelu at a finite number; that of silu is `s (1 + x (1 - s))`.
fn dipping_slope_at(function: Function, x: Dyadic) -> Result<Interval, Failure> {
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

/// Returns the slopes of silu or gelu. Between the inflection points they increase from 1 minus the
/// steepest slope to the steepest; left of them they decrease from 0, right of them to 1.
pub(super) fn dipping_slope(function: Function, range: &Interval) -> Result<Interval, Failure> {
    let (inflection, steepest) = inflection_of(function);
    let (inflection, high) = (inflection.interval(), steepest.interval());
    let low = Interval::ONE.minus(&high);
    if !range.is_bounded() {
        return Ok(low.hull(&high));
    }
    let mut slopes = dipping_slope_at(function, range.inf())?;
    if range.is_point() {
        return Ok(slopes);
    }
    slopes = slopes.hull(&dipping_slope_at(function, range.sup())?);
    if range.intersection(&inflection).is_some() {
        slopes = slopes.hull(&high);
    }
    if range.intersection(&inflection.negated()).is_some() {
        slopes = slopes.hull(&low);
    }
    Ok(slopes)
}

/// A line of this slope, relative to which a curve decreases and then increases.
pub(super) struct Valley {
    pub(super) slope: Dyadic,
    /// A lower bound of the curve minus the line in `range`; `None` if the difference is monotone.
    pub(super) bottom: Option<Dyadic>,
}

/// How often the bracket of the bottom of a valley is halved; it is then off by about a thousandth
/// of its width.
const HALVINGS: u32 = 5;

impl Curve {
    /// Returns a valley of this slope or of a slope close to it, for the curves that have one.
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
            Function::Silu | Function::Gelu => return self.dipping_valley(function, range, slope),
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

    /// Returns the valley of silu or gelu minus a line of slope `a`. Between the inflection points
    /// the curve is convex; left of them its slope is negative, right of them above 1. So the
    /// difference decreases and then increases for `a` in `[0, 1]`, and for any `a` if the whole
    /// range is between the inflection points.
    ///
    /// The bottom is bracketed: the difference decreases up to `low` and increases from `high` on,
    /// and between them it lies above its tangent at `low`.
    fn dipping_valley(
        self,
        function: Function,
        range: &Interval,
        slope: Dyadic,
    ) -> Option<Result<Valley, Failure>> {
        let inflection = inflection_of(function).0.interval().inf();
        let middle = range.intersection(&Interval::symmetric(inflection))?;
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
            let mut at_low = dipping_slope_at(function, low)?;
            if at_low.inf() >= slope || dipping_slope_at(function, high)?.sup() <= slope {
                return Ok(None);
            }
            for _ in 0..HALVINGS {
                let place = low.between(high);
                let there = dipping_slope_at(function, place)?;
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

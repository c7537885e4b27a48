//! The area beside a smooth boundary that is the graph of a monotone function (T18).
//!
//! On a small cell a level line `g = 0` is nearly straight, and the second derivatives of `g` bound
//! its curvature. The trapezoid between its two ends is off by a term of third order in the size of
//! the cell, and that term is known up to fourth order.

use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Hessian, Interval};

/// Steps of a root search; each at least halves the enclosure.
const ROOT_STEPS: usize = 64;
/// A root enclosure this many bits narrower than the interval searched is narrow enough.
const ROOT_BITS: i64 = 54;

/// The sign of a number; zero counts as either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    AtLeastZero,
    AtMostZero,
}

/// A box on which `g` is strictly increasing in one input, the *height*, and monotone in the other.
struct Box2<'a> {
    /// The ends of the other side: where the level line is high, and where it is low.
    along: (Dyadic, Dyadic),
    /// The ends of the height.
    height: (Dyadic, Dyadic),
    /// Slopes of `g` on the box.
    slope_along: Interval,
    slope_height: Interval,
    /// The value of `g` at a point of the side and a height.
    value: &'a mut dyn FnMut(Dyadic, Dyadic) -> Option<Interval>,
}

/// Encloses the area of `{ g >= 0 }` on a box, from its derivatives over the box and its values at
/// points. Returns `None` where the level line is not the graph of a monotone function, or where
/// its ends are undecided.
pub(super) fn area_where_not_negative<const D: usize>(
    sides: &[Interval],
    over_box: &Hessian<D>,
    mut value: impl FnMut([Dyadic; 2]) -> Option<Interval>,
) -> Option<Interval> {
    let [x, y] = sides else { return None };
    let slopes = [*over_box.partials().first()?, *over_box.partials().get(1)?];
    if !slopes.iter().all(Interval::is_bounded) {
        return None;
    }
    let height = usize::from(slopes[1].mig() > slopes[0].mig());
    let along = 1 - height;
    let rises = slopes[height].inf().is_positive();
    let falls = slopes[height].sup().is_negative();
    if !rises && !falls {
        return None;
    }
    // g or -g, whichever increases with the height.
    let facing = |v: Interval| if rises { v } else { v.negated() };
    let (slope_along, slope_height) = (facing(slopes[along]), facing(slopes[height]));
    // The level line falls where g increases along the side, and vice versa.
    let is_falling = !slope_along.inf().is_negative();
    if !is_falling && slope_along.sup().is_positive() {
        return None;
    }
    let side = [x, y][along];
    let ends = (side.inf(), side.sup());
    let mut at = |t: Dyadic, u: Dyadic| {
        let point = if along == 0 { [t, u] } else { [u, t] };
        value(point).map(facing)
    };
    let mut cell = Box2 {
        along: if is_falling { ends } else { (ends.1, ends.0) },
        height: ([x, y][height].inf(), [x, y][height].sup()),
        slope_along,
        slope_height,
        value: &mut at,
    };
    // The second derivative of the line: its slope is -g_t/g_u.
    let second = {
        let slope = slopes[along].over(&slopes[height]).ok()?.negated();
        let pure = over_box.second(along, along);
        let mixed = over_box.second(0, 1).times(&slope);
        let high = over_box.second(height, height).times(&slope.squared());
        let sum = pure
            .plus(&mixed.times_point(Dyadic::from_i64(2)))
            .plus(&high);
        sum.over(&slopes[height]).ok()?.negated()
    };
    let below = cell.area_below(&second)?;
    let whole = length(ends.0, ends.1).times(&length(cell.height.0, cell.height.1));
    let area = if rises { whole.minus(&below) } else { below };
    area.intersection(&Interval::new(Dyadic::ZERO, whole.sup())?)
}

impl Box2<'_> {
    /// Encloses the area below the level line, whose second derivative is in `second`.
    ///
    /// Seen from its high end, the line is above the box up to a place `a`, inside the box up to
    /// `b`, and below it from there on. All distances are from the high end.
    fn area_below(&mut self, second: &Interval) -> Option<Interval> {
        let (bottom, top) = self.height;
        let (high, low) = self.along;
        let (side, tall) = (length(high, low), length(bottom, top));
        // g increases with the height and away from the high end; all four corners must be decided.
        let far_top = self.sign(low, top)?;
        let near_bottom = self.sign(high, bottom)?;
        if far_top == Sign::AtMostZero {
            return Some(side.times(&tall));
        }
        if near_bottom == Sign::AtLeastZero {
            return Some(Interval::ZERO);
        }
        let (a, height_a) = match self.sign(high, top)? {
            Sign::AtLeastZero => (Interval::ZERO, self.root_in_height(high)?),
            Sign::AtMostZero => (self.root_along(top)?, Interval::point(top)),
        };
        let (b, height_b) = match self.sign(low, bottom)? {
            Sign::AtMostZero => (side, self.root_in_height(low)?),
            Sign::AtLeastZero => (self.root_along(bottom)?, Interval::point(bottom)),
        };
        let run = b.minus(&a);
        let run = run.intersection(&Interval::new(Dyadic::ZERO, side.sup())?)?;
        let mean = height_a.plus(&height_b).times_point(Dyadic::HALF);
        let trapezoid = run.times(&mean.minus(&Interval::point(bottom)));
        let twelfth = Interval::ONE.over(&Interval::from_i64(12)).ok()?;
        let cubic = run.times(&run.squared()).times(&twelfth).times(second);
        Some(a.times(&tall).plus(&trapezoid).minus(&cubic))
    }

    /// Returns the sign of `g` at a corner, if it is decided.
    fn sign(&mut self, t: Dyadic, u: Dyadic) -> Option<Sign> {
        let value = (self.value)(t, u)?;
        if !value.inf().is_negative() {
            Some(Sign::AtLeastZero)
        } else if !value.sup().is_positive() {
            Some(Sign::AtMostZero)
        } else {
            None
        }
    }

    /// Encloses the height of the line at this place of the side, that is, a root of `g`.
    fn root_in_height(&mut self, t: Dyadic) -> Option<Interval> {
        let slope = self.slope_height;
        let (bottom, top) = self.height;
        root(bottom, top, &slope, |u| (self.value)(t, u))
    }

    /// Encloses the distance from the high end at which the line has this height.
    fn root_along(&mut self, u: Dyadic) -> Option<Interval> {
        let (high, low) = self.along;
        let slope = self.slope_along;
        // g increases from the high end to the low one, since the line falls.
        let place = if high < low {
            root(high, low, &slope, |t| (self.value)(t, u))?
        } else {
            let mirrored = |t: Dyadic| (self.value)(-t, u);
            root(-high, -low, &slope.negated(), mirrored)?.negated()
        };
        let distance = place.minus(&Interval::point(high));
        Some(if high < low {
            distance
        } else {
            distance.negated()
        })
    }
}

/// Encloses a root of a nondecreasing function that is at most 0 at `low` and at least 0 at `high`,
/// with its slopes in `slope`: by Newton's method on intervals, and by bisection where that is
/// slow.
fn root(
    low: Dyadic,
    high: Dyadic,
    slope: &Interval,
    mut value: impl FnMut(Dyadic) -> Option<Interval>,
) -> Option<Interval> {
    let mut place = Interval::new(low, high)?;
    let enough = place.wid().scale(-ROOT_BITS, Up);
    for _ in 0..ROOT_STEPS {
        let before = place.wid();
        if before <= enough {
            break;
        }
        let middle = place.mid();
        let value = value(middle)?;
        let step = value.over(slope);
        if let Ok(step) = step {
            // Every root lies in the Newton step from the middle.
            place = place.intersection(&Interval::point(middle).minus(&step))?;
        }
        if place.wid() > before.scale(-1, Down) {
            if value.inf().is_positive() {
                place = Interval::new(place.inf(), place.sup().min(middle))?;
            } else if value.sup().is_negative() {
                place = Interval::new(place.inf().max(middle), place.sup())?;
            } else {
                break;
            }
        }
    }
    Some(place)
}

/// Encloses the distance between two places.
fn length(a: Dyadic, b: Dyadic) -> Interval {
    Interval::point(b).minus(&Interval::point(a)).magnitude()
}

#[cfg(test)]
// The second computation of the same areas is a sum in floats, on purpose.
#[allow(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss
)]
mod tests {
    use super::*;
    use crate::numbers::Enclosure;
    use crate::numbers::estimate::estimate_dyadic;
    use proptest::prelude::*;

    /// `c0 + c1 x + c2 y + c3 x² + c4 x y + c5 y²`.
    fn quadratic<S: Enclosure>(c: &[i64; 6], x: &S, y: &S) -> S {
        let times = |k: i64, v: &S| {
            let factor = S::from_range(Interval::from_i64(k));
            factor.mul(v).expect("a product")
        };
        let square = |a: &S, b: &S| a.mul(b).expect("a product");
        S::from_range(Interval::from_i64(c[0]))
            .add(&times(c[1], x))
            .add(&times(c[2], y))
            .add(&times(c[3], &square(x, x)))
            .add(&times(c[4], &square(x, y)))
            .add(&times(c[5], &square(y, y)))
    }

    fn area(c: &[i64; 6], sides: &[Interval; 2]) -> Option<Interval> {
        let [x, y] = [0, 1].map(|i| Hessian::<2>::variable(i, &sides[i]));
        area_where_not_negative(sides, &quadratic(c, &x, &y), |point| {
            let [x, y] = point.map(Interval::point);
            Some(quadratic(c, &x, &y))
        })
    }

    /// The area by columns: in each, the length on which the quadratic is nonnegative, from its
    /// roots.
    fn by_columns(c: &[i64; 6], sides: &[(f64, f64); 2]) -> f64 {
        let c = c.map(|c| c as f64);
        let n = 4000;
        let [(x0, x1), (y0, y1)] = *sides;
        let width = (x1 - x0) / f64::from(n);
        let column = |k: i32| {
            let x = x0 + (f64::from(k) + 0.5) * width;
            let value =
                |y: f64| c[0] + c[1] * x + c[2] * y + c[3] * x * x + c[4] * x * y + c[5] * y * y;
            // The sign does not change between two of these.
            let (a, b, d) = (c[5], c[2] + c[4] * x, c[0] + c[1] * x + c[3] * x * x);
            let mut places = vec![y0, y1];
            if a == 0.0 {
                places.push(-d / b);
            } else {
                let root = (b * b - 4.0 * a * d).max(0.0).sqrt();
                places.extend([(-b - root) / (2.0 * a), (-b + root) / (2.0 * a)]);
            }
            places.retain(|y| y0 <= *y && *y <= y1);
            places.sort_by(f64::total_cmp);
            let parts = places.windows(2);
            let inside = parts.filter(|part| value(f64::midpoint(part[0], part[1])) >= 0.0);
            inside.map(|part| part[1] - part[0]).sum::<f64>()
        };
        (0..n).map(column).sum::<f64>() * width
    }

    fn side(start: i64, length: i64, scale: i64) -> Interval {
        let at = |n: i64| Dyadic::from_i64(n).scale(-scale, Down);
        Interval::ordered(at(start), at(start + length))
    }

    #[test]
    fn a_small_arc_of_the_circle_is_known_to_the_fourth_power() {
        let circle = [-1, 0, 0, 1, 0, 1];
        // Through two opposite sides, and through two adjacent ones.
        for (x, y) in [
            (200, 997),
            (600, 818),
            (-640, 796),
            (712, -740),
            (-724, -733),
            (1000, 190),
        ] {
            let sides = [side(x, 12, 10), side(y, 12, 10)];
            let floats = [0, 1].map(|i: usize| {
                (
                    estimate_dyadic(sides[i].inf()),
                    estimate_dyadic(sides[i].sup()),
                )
            });
            let found = area(&circle, &sides).expect("a graph");
            let truth = by_columns(&circle, &floats);
            let cell = (12.0_f64 / 1024.0).powi(2);
            assert!(
                truth > 1e-4 * cell && truth < 0.9999 * cell,
                "the circle is elsewhere"
            );
            assert!(
                estimate_dyadic(found.wid()) < 2e-4 * cell,
                "{x} {y}: {found:?}"
            );
            let (low, high) = (estimate_dyadic(found.inf()), estimate_dyadic(found.sup()));
            assert!(
                low - 1e-9 <= truth && truth <= high + 1e-9,
                "{truth} {found:?}"
            );
        }
        // Around the top of the circle the line is not a monotone graph.
        assert_eq!(area(&circle, &[side(-6, 12, 10), side(1018, 12, 10)]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn areas_agree_with_a_sum_over_columns(
            c in prop::array::uniform6(-6_i64..=6),
            start in prop::array::uniform2(-64_i64..64), length in prop::array::uniform2(1_i64..64),
        ) {
            let sides = [side(start[0], length[0], 5), side(start[1], length[1], 5)];
            let floats = [0, 1].map(|i: usize| {
                (estimate_dyadic(sides[i].inf()), estimate_dyadic(sides[i].sup()))
            });
            if let Some(found) = area(&c, &sides) {
                let truth = by_columns(&c, &floats);
                let whole: f64 = floats.iter().map(|(low, high)| high - low).product();
                let (low, high) = (estimate_dyadic(found.inf()), estimate_dyadic(found.sup()));
                // A column at a corner may be completely wrong.
                let slack = whole * 1e-3;
                prop_assert!(low - slack <= truth && truth <= high + slack, "{truth} {found:?}");
            }
        }
    }
}

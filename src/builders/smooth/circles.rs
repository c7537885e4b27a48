//! A disk from three smooth units: T33.

use crate::builders::assemble::{LayerBuilder, network};
use crate::builders::sample::short_above;
use crate::expr::{Domain, Target, simplest_between};
use crate::network::{Activation, Network};
use crate::numbers::elementary::pi;
use crate::numbers::{Direction, Function, Interval, Rational, Scalar};

/// The height of the directions at 120° and 240° is within `2^-45` of `sqrt(3)/2`.
const BITS: i32 = 45;

/// Three sigmoid units around a centre, whose sum is approximately a function of the distance from it.
pub struct Circles {
    centre: (Rational, Rational),
    radius_squared: Rational,
    /// The weights of each unit.
    rows: [(Rational, Rational); 3],
    /// The steepness of the units per unit of distance.
    steepness: Rational,
    bias: Rational,
    /// The deviation of the directions from 120°: the difference of unit vectors.
    tilt: Rational,
    /// Inside is where the sum of the units is at least this.
    level: Rational,
    /// The output is `1/2 + scale (sum - level)`.
    scale: Rational,
    /// An enclosure of the square of steepness times radius, and of what it leads to.
    e_squared: Interval,
}

/// The derivatives of the sigmoid function at the bias, from the second to the fourth.
struct Derivatives {
    value: Interval,
    second: Interval,
    third: Interval,
    fourth: Interval,
}

impl Circles {
    /// Returns the units for a disk, with this steepness and the first unit in a direction of
    /// length exactly 1; `None` if numbers are out of range.
    ///
    /// Steepness times radius should be well below 1; 1/8 is good.
    pub fn new(
        centre: &(Rational, Rational),
        radius_squared: &Rational,
        steepness: &Rational,
        direction: &(Rational, Rational),
    ) -> Option<Self> {
        // Near ln(2 + sqrt 3), where the third derivative of the sigmoid function is 0.
        let bias = Rational::ratio(9195, 6982);
        let three = Interval::from_i64(3).root().ok()?;
        let height = three.times(&Interval::from_rational(&Rational::ratio(1, 2)));
        let near = Rational::power_of_two(-BITS);
        let middle = height.mid().to_rational()?;
        let height = simplest_between(&(&middle - &near), &(&middle + &near));
        let turned = |x: &Rational, y: &Rational| {
            let (c, s) = direction;
            let row = (c * x - s * y, s * x + c * y);
            (steepness * &row.0, steepness * &row.1)
        };
        let half = Rational::ratio(-1, 2);
        let rows = [
            turned(&Rational::ONE, &Rational::ZERO),
            turned(&half, &height),
            turned(&half, &-&height),
        ];
        let e_squared = steepness * steepness * radius_squared;
        let e_squared = Interval::from_rational(&e_squared);
        let mut circles = Self {
            centre: centre.clone(),
            radius_squared: radius_squared.clone(),
            rows,
            steepness: steepness.clone(),
            bias,
            // sqrt(3)/2 is known to 2^-60 as well.
            tilt: near * Rational::from(2),
            level: Rational::ZERO,
            scale: Rational::ONE,
            e_squared,
        };
        // Across the first direction the units see 0 and ±sqrt(3)/2 of the distance: cos 3t = 0.
        let across = e_squared.root().ok()?.times(&three);
        let across = across.times(&Interval::from_rational(&Rational::ratio(1, 2)));
        let at_bias = Interval::from_rational(&circles.bias);
        let sigmoid = |x: Interval| x.apply(Function::Sigmoid).ok();
        let level = sigmoid(at_bias)?
            .plus(&sigmoid(at_bias.plus(&across))?)
            .plus(&sigmoid(at_bias.minus(&across))?);
        circles.level = level.mid().to_rational()?;
        let drop = circles
            .terms(&circles.derivatives()?)
            .0
            .mid()
            .to_rational()?;
        let scale = drop.reciprocal()?;
        let slack = scale.abs() * Rational::power_of_two(-12);
        circles.scale = simplest_between(&(&scale - &slack), &(&scale + &slack));
        (circles.scale.is_positive()).then_some(circles)
    }

    /// Returns the network: 2 inputs, 3 units, 1 output that is at least 1/2 nearly on the disk.
    pub fn network(&self, target: &Target) -> Network {
        let mut units = LayerBuilder::new(2);
        for (a, b) in &self.rows {
            let at_centre = a * &self.centre.0 + b * &self.centre.1;
            units.unit([(0, a.clone()), (1, b.clone())], &self.bias - &at_centre);
        }
        let constant = Rational::ratio(1, 2) - &self.scale * &self.level;
        let weights = vec![self.scale.clone(); 3];
        let hidden = vec![units.finish(Activation::Sigmoid)];
        network(target, hidden, weights, constant)
    }

    /// Returns the units of an ellipse: those that have, at a point, the values of these units at
    /// `(x + shear y, stretch y)`, seen from the centre.
    #[must_use]
    pub fn sheared(mut self, shear: &Rational, stretch: &Rational) -> Self {
        for (a, b) in &mut self.rows {
            *b = &*a * shear + &*b * stretch;
        }
        self
    }

    fn derivatives(&self) -> Option<Derivatives> {
        let bias = Interval::from_rational(&self.bias);
        let value = bias.apply(Function::Sigmoid).ok()?;
        let whole = Interval::from_i64;
        let first = value.times(&whole(1).minus(&value));
        let bend = whole(1).minus(&value.plus(&value));
        let of = |factor: i64| whole(1).minus(&first.times(&whole(factor)));
        let second = first.times(&bend);
        Some(Derivatives {
            value,
            third: first.times(&of(6)),
            fourth: second.times(&of(12)),
            second,
        })
    }

    /// A and B of T33: with `s` the square of the distance over that of the radius, the sum is
    /// nearly a constant less `A s - B s^2`.
    fn terms(&self, at: &Derivatives) -> (Interval, Interval) {
        let share = |p, q| Interval::from_rational(&Rational::ratio(p, q));
        let e2 = &self.e_squared;
        let a = share(-3, 4).times(&at.second).times(e2);
        let b = share(3, 64).times(&at.fourth).times(&e2.squared());
        (a, b)
    }

    /// Returns the bound of T33 on the area of the domain where the decision and the disk differ; `None` if
    /// the units are too steep for it, or the domain is too large.
    pub fn area_error_upper(&self, domain: &Domain) -> Option<Rational> {
        let at = self.derivatives()?;
        let (a, b) = self.terms(&at);
        let low = |x: &Interval| x.inf().rational_bound(Direction::Down);
        let high = |x: &Interval| x.sup().rational_bound(Direction::Up);
        let share = |p, q| Interval::from_rational(&Rational::ratio(p, q));
        let e = self.e_squared.root().ok()?;
        // |level - G(1)|: the distance of the level from that of the expansion.
        let three = share(3, 1);
        let expected = three.times(&at.value).minus(&a).plus(&b);
        let level = Interval::from_rational(&self.level);
        let shift = high(&level.minus(&expected).magnitude())?;
        // E(s) = third s^(3/2) + fifth s^(5/2) + tilt (1 + s).
        let third = high(
            &at.third
                .magnitude()
                .times(&share(1, 4))
                .times(&e)
                .times(&self.e_squared),
        )?;
        let fifth = high(&share(3, 1280).times(&e).times(&self.e_squared.squared()))?;
        let tilt = high(
            &Interval::from_rational(&self.tilt)
                .times(&e)
                .times(&share(1, 4)),
        )?;
        let (a, b) = (low(&a)?, high(&b)?.max(Rational::ZERO));
        if !(&a - &(&b + &b)).is_positive() || low(&at.fourth)?.is_negative() {
            return None;
        }
        let one = Rational::ONE;
        let error = |s: &Rational| {
            let root = high(&Interval::from_rational(s).root().ok()?)?;
            Some(&root * s * (&third + &(&fifth * s)) + &tilt * &(&one + s) + &shift)
        };
        let slope = |s: &Rational| &a - &(&b * &(&one + s));
        let is_out = |s: &Rational| Some((s - &one) * slope(s) > error(s)?);
        let farthest = self.farthest(domain)?;
        let mut width = error(&one)? / (&a - &(&b + &b));
        for _ in 0..24 {
            width = short_above(&(width * Rational::ratio(17, 16)), 24);
            let (inner, outer) = (&one - &width, &one + &width);
            let is_in = inner.is_positive() && &width * &slope(&inner) > error(&one)?;
            // Beyond 1 the difference is concave, so its two ends decide.
            let is_out = farthest <= outer || (is_out(&outer)? && is_out(&farthest)?);
            if is_in && is_out {
                let ring = pi().times(&Interval::from_rational(&self.radius_squared));
                return Some(high(&ring)? * &width * Rational::from(2));
            }
        }
        None
    }

    /// The square of the largest distance from the centre in the domain, divided by that of the radius.
    fn farthest(&self, domain: &Domain) -> Option<Rational> {
        let [x, y] = domain.sides() else { return None };
        let reach = |(low, high): &(Rational, Rational), centre: &Rational| {
            let far = (low - centre).abs().max((high - centre).abs());
            &far * &far
        };
        let square = reach(x, &self.centre.0) + reach(y, &self.centre.1);
        square.checked_div(&self.radius_squared)
    }

    /// Steepness times radius, squared, is what the theorem is good for when small; the steepness.
    pub fn steepness(&self) -> &Rational {
        &self.steepness
    }
}

/// Returns a steepness near `1/(8 r)`.
pub fn default_steepness(radius_squared: &Rational) -> Rational {
    let root = Interval::from_rational(radius_squared).root().ok();
    let root = root.and_then(|root| root.mid().to_rational());
    let root = root.filter(Rational::is_positive).unwrap_or(Rational::ONE);
    let wanted = (root * Rational::from(8)).reciprocal().unwrap_or_default();
    simplest_between(&(&wanted * &Rational::ratio(7, 8)), &wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;
    use crate::network::forward;
    use crate::numbers::Precise;

    fn made(steepness: &Rational) -> (Circles, Target, Domain) {
        let domain = Domain::parse("x=-1..2,y=-1..2").expect("a domain");
        let target = parse_target(&["(x - 1/2)^2 + (y - 1/4)^2 <= 1"], Some(domain.names()));
        let centre = (Rational::ratio(1, 2), Rational::ratio(1, 4));
        let direction = (Rational::ratio(3, 5), Rational::ratio(4, 5));
        let circles = Circles::new(&centre, &Rational::ONE, steepness, &direction);
        (
            circles.expect("in range"),
            target.expect("a region"),
            domain,
        )
    }

    /// Where along a direction the output passes 1/2, as the square of the distance, to 2^-30.
    fn boundary(network: &Network, direction: &(Rational, Rational)) -> Rational {
        let (mut low, mut high) = (Rational::ratio(1, 2), Rational::ratio(3, 2));
        for _ in 0..30 {
            let r = low.midpoint(&high);
            let point = [
                Rational::ratio(1, 2) + &r * &direction.0,
                Rational::ratio(1, 4) + &r * &direction.1,
            ];
            let point = point.map(|x| Precise::constant(&128, &x));
            let value = forward(network, &128, &point).expect("defined").remove(0);
            if value.lower() >= Some(Rational::ratio(1, 2)) {
                low = r;
            } else {
                high = r;
            }
        }
        &low * &low
    }

    #[test]
    fn level_sets_become_circles() {
        let mut last = Rational::ONE;
        for (denominator, largest) in [(2, 40), (4, 300), (8, 2400), (16, 19000)] {
            let (circles, target, domain) = made(&Rational::ratio(1, denominator));
            let bound = circles.area_error_upper(&domain).expect("flat enough");
            let network = circles.network(&target);
            let mut worst = Rational::ZERO;
            for k in -6..=6 {
                // Rational directions all around.
                let t = Rational::ratio(k, 3);
                let square = &t * &t;
                let whole = Rational::ONE + &square;
                let direction = ((Rational::ONE - square) / &whole, (&t + &t) / &whole);
                let off = (boundary(&network, &direction) - Rational::ONE).abs();
                worst = worst.max(off);
            }
            // A ring of this width on both sides would have the area of the bound, nearly.
            let ring = &worst * &Rational::ratio(44, 7);
            assert!(ring <= bound, "1/{denominator}: {ring} {bound}");
            assert!(bound < last, "falls");
            assert!(
                worst < Rational::ratio(1, largest),
                "1/{denominator}: {worst}"
            );
            last = bound;
        }
        // At 1/8 the theorem promises what is asked for.
        let (circles, _, domain) = made(&Rational::ratio(1, 8));
        let bound = circles.area_error_upper(&domain).expect("flat enough");
        assert!(bound < Rational::ratio(5, 1000), "{bound}");
    }

    #[test]
    fn steep_units_have_no_bound() {
        let (circles, _, domain) = made(&Rational::from(3));
        assert_eq!(circles.area_error_upper(&domain), None);
    }
}

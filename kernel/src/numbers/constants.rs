//! Inflection points, extrema, and the values there: constants without a short exact form.
//!
//! Each lies between two neighbouring 63-bit numbers. T03 and T17 define them; `tests` proves every
//! entry by the signs of a derivative at both ends, with many digits.

use super::dyadic::Dyadic;
use super::interval::Interval;

/// A number between `mantissa · 2^exponent` and `(mantissa + 1) · 2^exponent`, where the mantissa
/// has 63 bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between {
    mantissa: i64,
    exponent: i64,
}

impl Between {
    const fn new(mantissa: i64, exponent: i64) -> Self {
        Self { mantissa, exponent }
    }

    pub(super) fn interval(self) -> Interval {
        let end = |mantissa| Dyadic::from_parts_unchecked(mantissa, self.exponent);
        Interval::ordered(end(self.mantissa), end(self.mantissa + 1))
    }
}

/// `1/sqrt 3`, where `w (1 - w²)` and `2 x/(1 + x²)²` have their peaks.
pub(super) const ROOT_THIRD: Between = Between::new(5_325_116_328_314_171_700, -63);
/// `2/(3 sqrt 3)`, the peak of `w (1 - w²)`.
pub(super) const CUBIC_PEAK: Between = Between::new(7_100_155_104_418_895_600, -64);
/// `3 sqrt 3/8`, the peak of `2 x/(1 + x²)²`.
pub(super) const ATAN_PEAK: Between = Between::new(5_990_755_869_353_443_163, -63);

/// `1/sqrt 2`, where `-erf''` has its peak.
pub(super) const ROOT_HALF: Between = Between::new(6_521_908_912_666_391_106, -63);
/// `2 sqrt(2/(pi e))`, the peak of `-erf''`.
pub(super) const ERF_PEAK: Between = Between::new(8_927_144_057_069_428_163, -63);
/// `1/sqrt(2 pi)`, the density of the normal distribution at 0.
pub(super) const NORMAL_PEAK: Between = Between::new(7_359_186_146_747_302_452, -64);

/// Minus the point where silu is smallest, 1.278.
pub(super) const SILU_PLACE: Between = Between::new(5_895_877_056_906_407_416, -62);
/// Minus the smallest value of silu, 0.278.
pub(super) const SILU_DEPTH: Between = Between::new(5_136_764_153_916_078_051, -64);
/// The inflection point of silu, 2.399: `x tanh(x/2) = 2`.
pub(super) const SILU_INFLECTION: Between = Between::new(5_532_541_211_882_571_177, -61);
/// The steepest slope of silu, 1.0998, at the inflection point.
pub(super) const SILU_STEEPEST: Between = Between::new(5_072_113_615_154_979_540, -62);
/// The point where the second derivative of silu is smallest, 3.436.
pub(super) const SILU_LOW: Between = Between::new(7_922_509_935_712_767_618, -61);
/// Minus the smallest second derivative of silu, 0.0369.
pub(super) const SILU_LEAST: Between = Between::new(5_447_599_960_478_658_556, -67);

/// Minus the point where gelu is smallest, 0.752.
pub(super) const GELU_PLACE: Between = Between::new(6_934_052_926_403_039_094, -63);
/// Minus the smallest value of gelu, 0.17.
pub(super) const GELU_DEPTH: Between = Between::new(6_270_830_728_562_338_965, -65);
/// The inflection point of gelu, `sqrt 2`.
pub(super) const GELU_INFLECTION: Between = Between::new(6_521_908_912_666_391_106, -62);
/// The steepest slope of gelu, 1.129, at the inflection point.
pub(super) const GELU_STEEPEST: Between = Between::new(5_206_151_462_495_100_325, -62);
/// The point where the second derivative of gelu is smallest, exactly 2.
pub(super) const TWO: Between = Between::new(1 << 62, -61);
/// Minus the smallest second derivative of gelu, 0.108, at 2.
pub(super) const GELU_LEAST: Between = Between::new(7_967_660_332_488_020_409, -66);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::precise::Precise;
    use crate::numbers::scalar::{Function, Relation, Scalar, Truth};
    use crate::numbers::{Failure, Rational};

    const BITS: u32 = 240;

    type Curve = fn(&Precise) -> Result<Precise, Failure>;

    fn whole(value: i64) -> Precise {
        Precise::constant(&BITS, &Rational::from(value))
    }

    fn normal(x: &Precise) -> Result<Precise, Failure> {
        let bell = x.mul(x)?.neg().div(&whole(2))?.apply(Function::Exp)?;
        let root = Precise::pi(&BITS)?.mul(&whole(2))?.apply(Function::Sqrt)?;
        bell.div(&root)
    }

    fn share(x: &Precise) -> Result<Precise, Failure> {
        let scaled = x.div(&whole(2).apply(Function::Sqrt)?)?;
        scaled.apply(Function::Erf)?.add(&whole(1)).div(&whole(2))
    }

    fn half_tanh(x: &Precise) -> Result<Precise, Failure> {
        x.div(&whole(2))?.apply(Function::Tanh)
    }

    fn slope_of_silu(x: &Precise) -> Result<Precise, Failure> {
        let s = x.apply(Function::Sigmoid)?;
        Ok(s.add(&x.mul(&s)?.mul(&whole(1).sub(&s))?))
    }

    fn slope_of_gelu(x: &Precise) -> Result<Precise, Failure> {
        Ok(share(x)?.add(&x.mul(&normal(x)?)?))
    }

    /// `x tanh(x/2) - 2`.
    fn inflection_of_silu(x: &Precise) -> Result<Precise, Failure> {
        Ok(x.mul(&half_tanh(x)?)?.sub(&whole(2)))
    }

    /// `3/2 x t² - 3 t - x/2` with `t = tanh(x/2)`: it has the sign of the third derivative.
    fn third_of_silu(x: &Precise) -> Result<Precise, Failure> {
        let t = half_tanh(x)?;
        let first = x.mul(&t)?.mul(&t)?.mul(&whole(3))?.div(&whole(2))?;
        Ok(first.sub(&t.mul(&whole(3))?).sub(&x.div(&whole(2))?))
    }

    fn second_of_silu(x: &Precise) -> Result<Precise, Failure> {
        let s = x.apply(Function::Sigmoid)?;
        let slope = s.mul(&whole(1).sub(&s))?;
        slope.mul(&inflection_of_silu(x)?.neg())
    }

    fn ends(of: Between) -> [Precise; 2] {
        let interval = of.interval();
        [interval.inf(), interval.sup()].map(|end| Precise::from_dyadic(end, BITS))
    }

    /// Checks that the curve changes its sign between the ends.
    fn assert_root(of: Between, is_mirrored: bool, curve: Curve) {
        let signs = ends(of).map(|end| {
            let end = if is_mirrored { end.neg() } else { end };
            curve(&end)
                .expect("defined")
                .compare(Relation::Less, &whole(0))
        });
        assert!(signs.iter().all(|sign| *sign != Truth::Unknown), "{of:?}");
        assert_ne!(signs[0], signs[1], "{of:?}");
    }

    fn assert_between(of: Between, value: &Precise) {
        let [low, high] = ends(of);
        assert_eq!(
            low.compare(Relation::LessOrEqual, value),
            Truth::True,
            "{of:?}"
        );
        assert_eq!(
            value.compare(Relation::LessOrEqual, &high),
            Truth::True,
            "{of:?}"
        );
    }

    /// The value of a curve at a place that lies between two numbers. The slope near it is below
    /// 2^-50, so the value differs by less than 2^-110 from the values at both numbers.
    fn at(place: Between, is_mirrored: bool, curve: Curve) -> Precise {
        let [low, high] = ends(place).map(|end| {
            let end = if is_mirrored { end.neg() } else { end };
            curve(&end).expect("defined")
        });
        let slack = Precise::constant(&BITS, &Rational::power_of_two(-110));
        low.hull(&high).add(&slack.neg().hull(&slack))
    }

    #[test]
    fn roots_are_where_they_are_said_to_be() {
        assert_root(SILU_PLACE, true, slope_of_silu);
        assert_root(SILU_INFLECTION, false, inflection_of_silu);
        assert_root(SILU_LOW, false, third_of_silu);
        assert_root(GELU_PLACE, true, slope_of_gelu);
        assert_root(GELU_INFLECTION, false, |x| Ok(x.mul(x)?.sub(&whole(2))));
        assert_root(ROOT_HALF, false, |x| {
            Ok(x.mul(x)?.mul(&whole(2))?.sub(&whole(1)))
        });
        assert_root(ROOT_THIRD, false, |x| {
            Ok(x.mul(x)?.mul(&whole(3))?.sub(&whole(1)))
        });
        assert!(TWO.interval().contains(Dyadic::from_i64(2)));
    }

    #[test]
    fn values_are_what_they_are_said_to_be() {
        let silu: Curve = |x| Ok(x.apply(Function::Silu)?.neg());
        let gelu: Curve = |x| Ok(x.apply(Function::Gelu)?.neg());
        assert_between(SILU_DEPTH, &at(SILU_PLACE, true, silu));
        assert_between(GELU_DEPTH, &at(GELU_PLACE, true, gelu));
        assert_between(SILU_STEEPEST, &at(SILU_INFLECTION, false, slope_of_silu));
        assert_between(GELU_STEEPEST, &at(GELU_INFLECTION, false, slope_of_gelu));
        assert_between(
            SILU_LEAST,
            &at(SILU_LOW, false, |x| Ok(second_of_silu(x)?.neg())),
        );
        assert_between(NORMAL_PEAK, &normal(&whole(0)).expect("defined"));
        // phi(2) (2 - 4)
        let least = normal(&whole(2)).expect("defined").mul(&whole(2));
        assert_between(GELU_LEAST, &least.expect("defined"));
        let square = |of: Between, p: i64, q: i64, by_pi_e: bool| {
            let root = |value: Precise| value.apply(Function::Sqrt).expect("positive");
            let value = Precise::constant(&BITS, &Rational::ratio(p, q));
            let pi_e = || {
                let e = whole(1).apply(Function::Exp).expect("defined");
                Precise::pi(&BITS)
                    .expect("defined")
                    .mul(&e)
                    .expect("defined")
            };
            let value = if by_pi_e {
                value.div(&pi_e()).expect("positive")
            } else {
                value
            };
            assert_between(of, &root(value));
        };
        square(CUBIC_PEAK, 4, 27, false);
        square(ATAN_PEAK, 27, 64, false);
        square(ERF_PEAK, 8, 1, true);
    }
}

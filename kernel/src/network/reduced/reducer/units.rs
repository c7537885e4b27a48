//! What a unit becomes on a box (T02): a constant, a line, an existing unit, or a new one.
//!
//! `activate` expresses the activation of a layer by functions. `apply` replaces a function of a
//! sum by a constant, decides it, or merges it.

use super::collect::{Loose, Rounded};
use super::table::Found;
use super::{Image, KNOWN, Known, Line, Nominal, Reducer, constant};
use crate::network::activation::Activation;
use crate::network::reduced::{index, total};
use crate::numbers::Direction::{Down, Up};
use crate::numbers::slope::lipschitz;
use crate::numbers::{Dyadic, Enclosure, Failure, Function, Interval, Rational, Scalar};

/// A sigmoid or tanh farther than `beyond` from its middle is constant up to `error`. Units shaped
/// like a ReLU are constant or a line from about there on.
#[derive(Clone, Copy)]
pub(super) struct Saturation {
    beyond: Dyadic,
    error: Dyadic,
}

impl Saturation {
    /// Far enough that the error is small compared with the constant radius:
    /// `error = 2^-19 constant_radius`. With `constant_radius >= 2^-n` and `t >= 0.7 (n + 20)`,
    /// `1 - sigmoid(t) < e^-t <= 2^-(n + 20)`, since `0.7 > ln 2`, and
    /// `1 - tanh(t) < 2 e^(-2t) <= 2^-(n + 19)`.
    pub(super) fn new(constant_radius: Dyadic) -> Option<Self> {
        if !constant_radius.is_positive() || constant_radius.is_infinite() {
            return None;
        }
        let n = (-(constant_radius.exponent() + 62)).max(0);
        let beyond = n.checked_add(20)?.checked_mul(7)?.checked_div(10)? + 1;
        Some(Self {
            beyond: Dyadic::from_i64(beyond),
            error: Dyadic::ONE.scale(-(n + 19), Up),
        })
    }

    /// Returns how far from 0 a softplus, elu, silu or gelu is within `error` of its limit. With
    /// `t = beyond`, where `e^-t <= 2^-(n + 20)`:
    /// - softplus is off by `ln(1 + e^-|z|) < e^-|z|`, elu by `e^z`;
    /// - silu is off by `|z| / (1 + e^|z|) < |z| e^-|z|`, which decreases from 1 on. At `t + 10`
    ///   that is below `e^-t` if `t + 10 < e^10`, and at `2 t` always, since `2 t < e^t`;
    /// - gelu is off by `|z| Q(|z|) < e^(-z²/2)` (Mills), so by less than `e^-t` from `sqrt(2 t)`
    ///   on.
    fn limit_from(&self, function: Function) -> Dyadic {
        let twice = self.beyond.scale(1, Up);
        match function {
            Function::Silu if self.beyond <= Dyadic::from_i64(1 << 14) => {
                self.beyond.add(Dyadic::from_i64(10), Up)
            }
            Function::Silu => twice,
            Function::Gelu => twice.sqrt(Up),
            _ => self.beyond,
        }
    }
}

/// The range of a sum that is not stored.
const UNKNOWN: Interval = Interval::ENTIRE;
/// A sigmoid or tanh whose sum extends this far in both directions takes (almost) all its values.
const WIDE: i64 = 8;

impl<E: Enclosure> Reducer<E> {
    /// Applies an activation of a layer to the sum (maxout: sums) of a unit.
    pub(super) fn activate(
        &mut self,
        activation: &Activation,
        pieces: &[Loose],
    ) -> Result<Image, Failure> {
        let z = &pieces[0];
        match activation {
            Activation::Identity => Ok(self.line(z)),
            Activation::Heaviside => self.apply(Function::Heaviside, z),
            Activation::Sigmoid => self.apply(Function::Sigmoid, z),
            Activation::Tanh => self.apply(Function::Tanh, z),
            Activation::Relu => self.apply(Function::Relu, z),
            Activation::LeakyRelu(slope) => {
                let line = self.line(z);
                let relu = self.apply(Function::Relu, z)?;
                let outer = Rounded::new(slope);
                let inner = Rounded::new(&(&Rational::ONE - slope));
                self.add(outer.value, outer.error, &line);
                self.add(inner.value, inner.error, &relu);
                Ok(self.take_line())
            }
            Activation::HardTanh => {
                let line = self.line(z);
                self.add(Dyadic::ONE, Dyadic::ZERO, &line);
                self.add_bias(Dyadic::ONE);
                let above = self.take();
                let rise = self.apply(Function::Relu, &above)?;
                self.add(-Dyadic::ONE, Dyadic::ZERO, &rise);
                self.add_bias(Dyadic::from_i64(2));
                let left = self.take();
                let left = self.apply(Function::Relu, &left)?;
                self.add(-Dyadic::ONE, Dyadic::ZERO, &left);
                self.add_bias(Dyadic::ONE);
                Ok(self.take_line())
            }
            Activation::Softplus(None) => self.apply(Function::Softplus, z),
            Activation::Softplus(Some(threshold)) => self.softplus(threshold, z),
            Activation::Softsign => self.apply(Function::Softsign, z),
            Activation::Elu(alpha) => {
                let elu = self.apply(Function::Elu, z)?;
                if *alpha == Rational::ONE {
                    return Ok(elu);
                }
                let relu = self.apply(Function::Relu, z)?;
                let outer = Rounded::new(alpha);
                let inner = Rounded::new(&(&Rational::ONE - alpha));
                self.add(outer.value, outer.error, &elu);
                self.add(inner.value, inner.error, &relu);
                Ok(self.take_line())
            }
            Activation::Silu => self.apply(Function::Silu, z),
            Activation::Gelu(None) => self.apply(Function::Gelu, z),
            Activation::Gelu(Some(divisor)) => {
                let scale =
                    Interval::from_rational(divisor).over(&Interval::from_i64(2).root()?)?;
                let inner = Rounded::of(&Interval::ONE.over(&scale)?);
                let outer = Rounded::of(&scale);
                let line = self.line(z);
                self.add(inner.value, inner.error, &line);
                let scaled = self.take();
                let gelu = self.apply(Function::Gelu, &scaled)?;
                self.add(outer.value, outer.error, &gelu);
                Ok(self.take_line())
            }
            Activation::Maxout(_) => {
                let mut largest = self.line(z);
                for piece in &pieces[1..] {
                    let next = self.line(piece);
                    self.add(Dyadic::ONE, Dyadic::ZERO, &next);
                    self.add(-Dyadic::ONE, Dyadic::ZERO, &largest);
                    let excess = self.take();
                    let gain = self.apply(Function::Relu, &excess)?;
                    self.add(Dyadic::ONE, Dyadic::ZERO, &largest);
                    self.add(Dyadic::ONE, Dyadic::ZERO, &gain);
                    largest = self.take_line();
                }
                Ok(largest)
            }
        }
    }

    /// Applies a softplus with a threshold, above which it is the sum itself. There softplus
    /// differs from the sum by `ln(1 + e^-z)`, which is at most its value at the threshold.
    fn softplus(&mut self, threshold: &Rational, z: &Loose) -> Result<Image, Failure> {
        let (low, high) = (
            Dyadic::from_rational(threshold, Down),
            Dyadic::from_rational(threshold, Up),
        );
        let range = total(z.bias, &z.terms, &self.values).range();
        let range = range.widened(z.radius);
        if range.inf() > high {
            return Ok(self.line(z));
        }
        let mut image = self.apply(Function::Softplus, z)?;
        if range.sup() > low {
            let jump = Scalar::apply(&Interval::point(-low), Function::Softplus)?;
            image.error = image.error.add(jump.sup(), Up);
        }
        Ok(image)
    }

    /// Applies a function to a sum: replaces it by a constant or the sum itself, merges it with an
    /// existing unit, or adds a unit.
    #[inline]
    pub(super) fn apply(&mut self, function: Function, sum: &Loose) -> Result<Image, Failure> {
        if matches!(
            function,
            Function::Sigmoid | Function::Tanh | Function::Softsign
        ) {
            return self.apply_symmetric(function, sum);
        }
        let nominal = total(sum.bias, &sum.terms, &self.values);
        if function == Function::Heaviside {
            return self.step(sum, nominal);
        }
        let z = nominal.range();
        let error = abstraction_error(function, &z, sum.radius)?;
        if function == Function::Relu {
            if !z.sup().is_positive() {
                return Ok(constant(Dyadic::ZERO, error));
            }
            if !z.inf().is_negative() {
                return Ok(self.line(sum));
            }
        } else if function == Function::Elu && !z.inf().is_negative() {
            return Ok(self.line(sum));
        } else if let Some(image) = self.far_out(function, sum, &z, error) {
            return Ok(image);
        }
        let variable = match self.find(function, sum) {
            Found::Taken(variable) => variable,
            Found::Free(gap) => {
                let value = self.value(function, nominal)?;
                if let Some(constant) = self.constant_for(&value.range(), error) {
                    return Ok(constant);
                }
                self.insert(Some(gap), function, sum, value)
            }
        };
        Ok(Image {
            sum: Nominal::Variable(variable),
            error,
        })
    }

    /// Merges sigmoids, tanhs and softsigns of opposite sums: s(-z) = 1 - s(z), tanh(-z) =
    /// -tanh(z), and softsign is odd as well.
    #[inline]
    fn apply_symmetric(&mut self, function: Function, sum: &Loose) -> Result<Image, Failure> {
        let first = sum.terms.first();
        if !first.is_some_and(|(_, coefficient)| coefficient.is_negative()) {
            return self.apply_facing(function, sum, sum.radius, false);
        }
        let mut negative = std::mem::replace(&mut self.negative, Loose::EMPTY);
        negative.bias = -sum.bias;
        negative.terms.clear();
        let terms = sum.terms.iter().map(|(v, c)| (*v, -*c));
        negative.terms.extend(terms);
        let image = self.apply_facing(function, &negative, sum.radius, true);
        self.negative = negative;
        image
    }

    /// Applies one of them to a sum whose sign makes its first coefficient positive.
    fn apply_facing(
        &mut self,
        function: Function,
        sum: &Loose,
        radius: Dyadic,
        is_flipped: bool,
    ) -> Result<Image, Failure> {
        // Most units of a grid already have an equal one, and are found before they are evaluated.
        let mut gap = None;
        if !sum.terms.is_empty() {
            match self.find(function, sum) {
                Found::Taken(variable) => {
                    let z = self.range_of_sum(variable);
                    if let Some(image) = self.saturated(function, &z, radius, is_flipped) {
                        return Ok(image);
                    }
                    let error = abstraction_error(function, &z, radius)?;
                    return Ok(self.facing(function, variable, error, is_flipped));
                }
                Found::Free(free) => gap = Some(free),
            }
        }
        let nominal = total(sum.bias, &sum.terms, &self.values);
        let z = nominal.range();
        if let Some(image) = self.saturated(function, &z, radius, is_flipped) {
            return Ok(image);
        }
        let error = abstraction_error(function, &z, radius)?;
        let value = self.value(function, nominal)?;
        let range = if is_flipped {
            opposite(function, &value.range())
        } else {
            value.range()
        };
        if let Some(constant) = self.constant_for(&range, error) {
            return Ok(constant);
        }
        let variable = match gap {
            Some(_) => self.insert(gap, function, sum, value),
            None => self.unit(function, sum, value),
        };
        self.note_sum(variable, z);
        Ok(self.facing(function, variable, error, is_flipped))
    }

    /// Returns the image of a unit, or of its opposite.
    #[inline]
    fn facing(
        &mut self,
        function: Function,
        variable: u32,
        error: Dyadic,
        is_flipped: bool,
    ) -> Image {
        if !is_flipped {
            return Image {
                sum: Nominal::Variable(variable),
                error,
            };
        }
        let range = opposite(function, &self.values[index(variable)].range());
        let start = self.side_terms.len();
        self.side_terms.push((variable, -Dyadic::ONE));
        let line = self.add_line(Line {
            bias: opposite(function, &Interval::ZERO).inf(),
            start,
            end: start + 1,
            range,
        });
        Image { sum: line, error }
    }

    /// Returns the constant that replaces a value in this range, if the range is short enough.
    #[inline]
    fn constant_for(&self, range: &Interval, error: Dyadic) -> Option<Image> {
        if range.wid() > self.twice_constant_radius {
            return None;
        }
        let (anchor, distance) = anchor(range, self.constant_radius);
        Some(constant(anchor, error.add(distance, Up)))
    }

    /// Returns the range of the sum of a unit.
    fn range_of_sum(&mut self, variable: u32) -> Interval {
        let k = index(variable) - self.inputs;
        if let Some(range) = self.sums.get(k)
            && *range != UNKNOWN
        {
            return *range;
        }
        let unit = &self.units[k];
        let range = total(unit.bias, &self.terms[unit.terms()], &self.values).range();
        self.note_sum(variable, range);
        range
    }

    fn note_sum(&mut self, variable: u32, range: Interval) {
        let k = index(variable) - self.inputs;
        if self.sums.len() <= k {
            self.sums.resize(k + 1, UNKNOWN);
        }
        self.sums[k] = range;
    }

    /// Returns the limit of a sigmoid or tanh (of the opposite sum if flipped), if its true sum,
    /// which is within `radius` of `z`, is so far out that the unit is constant up to the error of
    /// a saturated unit.
    #[inline]
    fn saturated(
        &self,
        function: Function,
        z: &Interval,
        radius: Dyadic,
        is_flipped: bool,
    ) -> Option<Image> {
        let far = self.saturation?;
        let is_above = if z.sup() < -far.beyond {
            (z.sup().add(radius, Up) < -far.beyond).then_some(is_flipped)?
        } else if z.inf() > far.beyond {
            (z.inf().sub(radius, Down) > far.beyond).then_some(!is_flipped)?
        } else {
            return None;
        };
        let limit = match function {
            Function::Sigmoid if is_above => Dyadic::ONE,
            Function::Sigmoid => Dyadic::ZERO,
            Function::Tanh if is_above => Dyadic::ONE,
            Function::Tanh => -Dyadic::ONE,
            _ => return None,
        };
        Some(constant(limit, far.error))
    }

    /// Returns what `function(sum)` becomes if it is shaped like a `ReLU` and `z`, the range of the
    /// sum, is so far out that it is constant or, on the other side, the sum itself, up to the
    /// error of a saturated unit.
    fn far_out(
        &mut self,
        function: Function,
        sum: &Loose,
        z: &Interval,
        error: Dyadic,
    ) -> Option<Image> {
        let lowest = match function {
            Function::Elu => -Dyadic::ONE,
            Function::Softplus | Function::Silu | Function::Gelu => Dyadic::ZERO,
            // Softsign approaches its limits slowly.
            _ => return None,
        };
        let far = self.saturation?;
        let error = error.add(far.error, Up);
        let beyond = far.limit_from(function);
        if z.sup() < -beyond {
            return Some(constant(lowest, error));
        }
        if z.inf() <= beyond {
            return None;
        }
        let line = self.line(sum);
        Some(Image { error, ..line })
    }

    /// Returns the value of a unit, which may be stored.
    fn value(&mut self, function: Function, nominal: E) -> Result<E, Failure> {
        if !E::IS_RANGE || function == Function::Relu {
            return nominal.apply(function);
        }
        let sum = nominal.range();
        let beyond = self.saturation.map_or(Dyadic::INFINITY, |far| far.beyond);
        let place = place_of(&sum);
        if let Some(known) = &self.known[place]
            && (known.function, known.beyond) == (function, beyond)
            && known.sum == sum
        {
            return Ok(E::from_range(known.value));
        }
        let value = range_of(function, &sum, beyond)?;
        self.known[place] = Some(Known {
            function,
            sum,
            beyond,
            value,
        });
        Ok(E::from_range(value))
    }

    fn step(&mut self, sum: &Loose, nominal: E) -> Result<Image, Failure> {
        let range = nominal.range().widened(sum.radius);
        if !range.inf().is_negative() {
            return Ok(constant(Dyadic::ONE, Dyadic::ZERO));
        }
        let is_affine = sum.radius.is_zero()
            && !sum.terms.is_empty()
            && sum.terms.iter().all(|(v, _)| index(*v) < self.inputs);
        if range.sup().is_negative() || (range.sup().is_zero() && is_affine) {
            return Ok(constant(Dyadic::ZERO, Dyadic::ZERO));
        }
        let value = nominal.widened(sum.radius).apply(Function::Heaviside)?;
        let variable = self.unit(Function::Heaviside, sum, value);
        Ok(Image {
            sum: Nominal::Variable(variable),
            error: Dyadic::ZERO,
        })
    }
}

/// Returns the place of the function values for these sums.
fn place_of(sum: &Interval) -> usize {
    let mix = |state: u64, end: Dyadic| {
        let bits = end.mantissa().cast_unsigned() ^ end.exponent().cast_unsigned();
        (state ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    };
    let bits = mix(mix(0, sum.inf()).rotate_left(32), sum.sup()) >> 58;
    usize::try_from(bits).map_or(0, |place| place % KNOWN)
}

/// Returns the range of a function over the range of a sum. The ends of a sigmoid or tanh are not
/// computed if the sum extends far in both directions, nor is an end as far out as for a saturated
/// unit.
fn range_of(function: Function, z: &Interval, beyond: Dyadic) -> Result<Interval, Failure> {
    let everything = match function {
        Function::Sigmoid => Interval::UNIT,
        Function::Tanh => Interval::SYMMETRIC_UNIT,
        _ => return z.apply(function),
    };
    let wide = Dyadic::from_i64(WIDE);
    let is_wide = !beyond.is_infinite() && z.inf() < -wide && z.sup() > wide;
    let is_low_far = is_wide || z.inf() < -beyond;
    let is_high_far = is_wide || z.sup() > beyond;
    if !is_low_far && !is_high_far {
        return z.apply(function);
    }
    let end = |at: Dyadic| Scalar::apply(&Interval::point(at), function);
    let low = if is_low_far {
        everything.inf()
    } else {
        end(z.inf())?.inf()
    };
    let high = if is_high_far {
        everything.sup()
    } else {
        end(z.sup())?.sup()
    };
    Ok(Interval::ordered(low, high))
}

/// Returns a bound of the difference between `function` of the true and of the nominal sum. The
/// nominal sum is in `z`, the true sum within `radius` of it.
#[inline]
pub(in crate::network) fn abstraction_error(
    function: Function,
    z: &Interval,
    radius: Dyadic,
) -> Result<Dyadic, Failure> {
    if radius.is_zero() {
        return Ok(Dyadic::ZERO);
    }
    // Powers of two: the steepest slope, and the slope farther out, if both sums are that far from
    // the middle.
    let steepest = match function {
        Function::Sigmoid => -2,
        Function::Tanh => 0,
        _ => {
            let steepest = lipschitz(function).ok_or(Failure::Inexact)?;
            return Ok(steepest.mul(radius, Up));
        }
    };
    let far = z.mig().sub(radius, Down);
    let slope = slope_far_out(function, far).map_or(steepest, |slope| slope.min(steepest));
    Ok(radius.scale(slope, Up))
}

/// Returns a power of two above the slope of a sigmoid or tanh farther than `far` from its middle.
/// The slope of a sigmoid is below its distance from the limit, that of a tanh below twice that.
fn slope_far_out(function: Function, far: Dyadic) -> Option<i64> {
    let tail = tail(function, far)?;
    Some(match function {
        Function::Tanh => tail + 1,
        _ => tail,
    })
}

/// Returns a power of two above the distance of a sigmoid or tanh from its limit, farther than
/// `far` from its middle. With a whole number `m <= far`, since `7/5 < 1/ln 2`:
/// `1 - sigmoid(t) < e^-t <= 2^-(7 m/5)` and `1 - tanh(t) < 2 e^(-2 t) <= 2^(1 - 14 m/5)`.
fn tail(function: Function, far: Dyadic) -> Option<i64> {
    let fifths = whole_part(far).checked_mul(7)?;
    match function {
        Function::Sigmoid => Some(-fifths.checked_div(5)?),
        Function::Tanh => Some(1 - fifths.checked_mul(2)?.checked_div(5)?),
        _ => None,
    }
}

/// Returns a nonnegative whole number that is not larger than this one, or 0.
fn whole_part(value: Dyadic) -> i64 {
    const LARGE: i64 = 1 << 20;
    let places = -value.exponent();
    match places {
        1..=62 if value.is_positive() => (value.mantissa() >> places).min(LARGE),
        ..=0 if value.is_positive() => LARGE,
        _ => 0,
    }
}

/// Returns `function(-z)` from `function(z)`: `1 - s` for a sigmoid `s`, `-t` for a tanh or a
/// softsign.
fn opposite(function: Function, value: &Interval) -> Interval {
    if function == Function::Sigmoid {
        Interval::ONE.minus(value)
    } else {
        value.negated()
    }
}

/// Chooses the constant that replaces a value: −1, 0 or 1 if the value is close enough to it (so
/// that sums of such constants stay short and equal), else its middle. Returns the distance of the
/// value from it, too.
fn anchor(value: &Interval, constant_radius: Dyadic) -> (Dyadic, Dyadic) {
    let near = constant_radius.scale(1, Up);
    let from = |anchor: Dyadic| (anchor, value.minus(&Interval::point(anchor)).mag());
    [Dyadic::ZERO, Dyadic::ONE, -Dyadic::ONE]
        .into_iter()
        .map(from)
        .find(|(_, distance)| *distance <= near)
        .unwrap_or_else(|| from(value.mid()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sigmoid(at: Dyadic) -> Interval {
        Scalar::apply(&Interval::point(at), Function::Sigmoid).expect("a value")
    }

    /// `1 - sigmoid(t) = sigmoid(-t)`, `1 - tanh(t) = 2 sigmoid(-2 t)`; and the slopes are
    /// `sigmoid(t) sigmoid(-t)` and `4 sigmoid(2 t) sigmoid(-2 t)`.
    #[test]
    fn tails_and_slopes_are_no_less_than_they_are() {
        let two = |value: Dyadic| value.scale(1, Up);
        for quarters in 0..400 {
            let t = Dyadic::from_i64(quarters).scale(-2, Up);
            let (below, above) = (sigmoid(-t), sigmoid(t));
            let power = |power: Option<i64>| Dyadic::power_of_two(power.expect("a power"));
            let (bound, slope) = (
                power(tail(Function::Sigmoid, t)),
                power(slope_far_out(Function::Sigmoid, t)),
            );
            assert!(bound >= below.sup(), "{quarters}");
            assert!(slope >= below.times(&above).sup(), "{quarters}");
            // Not much more either: e^-t up to a whole number, and 7/5 for 1/ln 2.
            let room = Dyadic::power_of_two(3 + quarters / 64);
            assert!(bound <= below.sup().mul(room, Up), "{quarters}");
            let (below, above) = (sigmoid(-two(t)), sigmoid(two(t)));
            let (bound, slope) = (
                power(tail(Function::Tanh, t)),
                power(slope_far_out(Function::Tanh, t)),
            );
            assert!(bound >= two(below.sup()), "{quarters}");
            assert!(slope >= two(two(below.times(&above).sup())), "{quarters}");
        }
        assert_eq!(tail(Function::Relu, Dyadic::ONE), None);
    }

    /// A unit is at its limit only if its true sum is far out on the whole box. Which limit depends
    /// on the side and on whether the sum was flipped. The difference is within the error.
    #[test]
    fn what_is_far_out_is_a_limit_within_its_error() {
        let constant_radius = Dyadic::power_of_two(-20);
        let mut reducer = Reducer::<Interval>::default();
        reducer.begin(&[], constant_radius, 0, 0);
        let beyond = reducer.saturation.expect("a constant_radius").beyond;
        let whole = Dyadic::from_i64;
        for function in [Function::Sigmoid, Function::Tanh] {
            for (is_below, is_flipped) in
                [(true, false), (true, true), (false, false), (false, true)]
            {
                let ends = [beyond.add(whole(1), Up), beyond.add(whole(3), Up)];
                let [near, far] = if is_below { ends.map(|end| -end) } else { ends };
                let z = Interval::ordered(near.min(far), near.max(far));
                // The true sum may be closer than `beyond`, or not.
                let at = |radius| reducer.saturated(function, &z, radius, is_flipped);
                assert!(
                    at(whole(2)).is_none(),
                    "{function:?} {is_below} {is_flipped}"
                );
                let Some(Image { sum, error }) = at(Dyadic::HALF) else {
                    panic!("{function:?} {is_below} {is_flipped}");
                };
                let Nominal::Constant(limit) = sum else {
                    panic!("a limit is a constant");
                };
                let truth = if is_flipped { z.negated() } else { z };
                let truth = truth.widened(Dyadic::HALF);
                let truth = Scalar::apply(&truth, function).expect("a value");
                assert!(Interval::point(limit).widened(error).encloses(&truth));
                assert!(error < constant_radius);
            }
        }
    }

    #[test]
    fn whole_parts_are_below() {
        for (value, whole) in [
            ("0", 0),
            ("1/2", 0),
            ("1", 1),
            ("7/2", 3),
            ("2^30", 1 << 20),
        ] {
            let exact = crate::numbers::literal::parse(value).expect("a number");
            assert_eq!(whole_part(Dyadic::from_rational(&exact, Down)), whole);
        }
        assert_eq!(whole_part(Dyadic::from_i64(-5)), 0);
        assert_eq!(whole_part(Dyadic::power_of_two(100)), 1 << 20);
        assert_eq!(whole_part(Dyadic::INFINITY), 1 << 20);
    }
}

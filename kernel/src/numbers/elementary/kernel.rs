//! Elementary functions of one number, in 64-bit fixed point with 128-bit products.
//!
//! A kernel returns a [`Ball`]: an integer, how far it can be off, and a power of two. The proof of
//! each radius stands in its comments, counted in units of the last place: a floor loses less than
//! one unit, a factor's error is multiplied by the other factor, and a series cut short loses less
//! than twice its first missing term, since the terms fall by more than half each time.
//!
//! "Error in `[a, b]`" always means: true value minus computed value.

use super::super::dyadic::Direction::{self, Down, Up};
use super::super::dyadic::Dyadic;
use super::super::interval::Interval;
use super::tables::{ANCHORS, ARCTANGENTS, HALF_PI, LN_2, POWERS, STEPS_PER_UNIT, TWO_OVER_PI};

/// Some number within `(mid ± radius) · 2^exponent`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ball {
    pub(super) mid: i128,
    pub(super) radius: i128,
    pub(super) exponent: i64,
}

impl Ball {
    /// The interval that holds the ball.
    pub(super) fn enclosure(self) -> Interval {
        Interval::ordered(self.bound(Down), self.bound(Up))
    }

    /// The end of the interval that holds the ball.
    pub(super) fn bound(self, direction: Direction) -> Dyadic {
        let end = match direction {
            Down => self.mid - self.radius,
            Up => self.mid + self.radius,
        };
        Dyadic::new(end, self.exponent, direction)
    }

    /// Returns the negative if requested.
    pub(super) fn negated_if(self, is_negative: bool) -> Self {
        Self {
            mid: if is_negative { -self.mid } else { self.mid },
            ..self
        }
    }
}

/// A number in `(top ± error) · 2^(-64 - drop)`, which is below 1: `drop >= 0`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Small {
    pub(super) top: u64,
    pub(super) error: u128,
    pub(super) drop: i64,
}

impl Small {
    /// `floor(t^2 · 2^64)` for `t = top · 2^(-64 - drop)`.
    pub(super) fn square(self) -> u64 {
        if self.drop < 32 {
            high(self.top, self.top) >> (2 * self.drop)
        } else {
            0
        }
    }

    /// This times a factor `(factor ± off) · 2^-63`: at most 17/16, or at most 2 where `error` is 0.
    ///
    /// Proof: `|t f - top·factor| <= error·f + top·off` for the true `f <= 17 · 2^59` units; a
    /// quarter of that, and a unit for each floor. It fits in 127 bits, for `error <= 2^64 + 1`.
    pub(super) fn times(self, factor: u64, off: u64) -> Ball {
        let product = u128::from(self.top) * u128::from(factor);
        let by_error = (self.error << 61) + (self.error << 57);
        let radius = by_error + ((u128::from(self.top) * u128::from(off)) >> 2) + 2;
        Ball {
            mid: (product >> 2).cast_signed(),
            radius: radius.cast_signed(),
            exponent: -125 - self.drop,
        }
    }
}

/// The upper half of the product: `floor(a b / 2^64)`.
fn high(a: u64, b: u64) -> u64 {
    low_half((u128::from(a) * u128::from(b)) >> 64)
}

/// A number known to fit.
pub(super) fn low_half(value: u128) -> u64 {
    u64::try_from(value).expect("a fixed-point number below its bound")
}

/// `floor(k · constant / 2^shift)` for `shift <= 64`; the caller knows that the result fits.
fn multiple(k: i64, constant: u128, shift: i64) -> i128 {
    let upper = i128::from(k) * (constant >> 64).cast_signed();
    let lower = i128::from(k) * (constant & u128::from(u64::MAX)).cast_signed();
    (upper << (64 - shift)) + (lower >> shift)
}

/// `floor(2^63 / first!)`, and on with `(first + step)!` and so forth.
const fn over_factorials<const N: usize>(first: u64, step: u64) -> [u64; N] {
    let mut result = [0; N];
    let (mut i, mut n, mut factorial) = (0, 1, 1u64);
    let mut wanted = first;
    while i < N {
        while n <= wanted {
            factorial *= n;
            n += 1;
        }
        result[i] = (1 << 63) / factorial;
        i += 1;
        wanted += step;
    }
    result
}

/// `floor(2^63 / 1)`, `floor(2^63 / 3)`, `floor(2^63 / 5)` and so forth.
const fn over_odd<const N: usize>() -> [u64; N] {
    let mut result = [0; N];
    let (mut i, mut n) = (0, 1);
    while i < N {
        result[i] = (1u64 << 63) / n;
        i += 1;
        n += 2;
    }
    result
}

/// `1/1!, 1/2!, ... 1/8!`
pub(super) const EXP: [u64; 8] = over_factorials(1, 1);
/// `1/1!, 1/3!, ... 1/19!`
pub(super) const ODD: [u64; 10] = over_factorials(1, 2);
/// `1/0!, 1/2!, ... 1/18!`
pub(super) const EVEN: [u64; 10] = over_factorials(0, 2);
/// `1, 1/3, ... 1/9`
pub(super) const LOG: [u64; 5] = over_odd();
/// `1, 1/3, ... 1/11`
const ARCTAN: [u64; 6] = over_odd();

/// `c_0 + c_1 z + c_2 z^2 + ...` in units of `2^-63`, for `z` in units of `2^-64`.
///
/// Error in `[0, 2/(1-z))`: each step adds two floors, of the coefficient and of the product, and
/// multiplies what came before by `z`.
fn rising(coefficients: &[u64], z: u64) -> u64 {
    coefficients.iter().rev().fold(0, |sum, c| c + high(sum, z))
}

/// `c_0 - c_1 z + c_2 z^2 - ...`, likewise; error within `±1/(1-z)`, since the two floors of a step
/// now go opposite ways. Nothing here is negative: the coefficients fall and `z < 1`.
pub(super) fn alternating(coefficients: &[u64], z: u64) -> u64 {
    coefficients.iter().rev().fold(0, |sum, c| c - high(sum, z))
}

/// `e^x` for finite `|x| < 2^50`, as `mid >= 2^125` with a radius of `1.5 · 2^62`.
///
/// `x = k ln 2/64 + r`, and with `k = 64 q + j`: `e^x = 2^q · 2^(j/64) · e^r`.
pub(super) fn exp(x: Dyadic) -> Ball {
    // Units of 2^-70; |fixed| < 2^120; error in [0, 1).
    let shift = x.exponent() + 70;
    let fixed = if shift >= 0 {
        i128::from(x.mantissa()) << shift
    } else {
        i128::from(x.mantissa()) >> (-shift).min(127)
    };
    exp_of(fixed)
}

/// `e^x` for `x` in units of `2^-70`, with an error in `[0, 1)` of them; `|fixed| < 2^120`.
pub(super) fn exp_of(fixed: i128) -> Ball {
    // The floor of k: 64 x/ln 2 within 2^-13 · 92.4 = 0.0113 (the shift) and 2^50 · 2^-57 = 0.0079
    // (the constant), less 2^-6 = 0.0156. So 0 < 64 r/ln 2 < 1 + 0.035, hence r < 0.01122.
    let steps = (fixed >> 57) * i128::from(STEPS_PER_UNIT) - (1 << 64);
    let k = i64::try_from(steps >> 70).expect("|x| < 2^50 takes fewer than 2^57 steps");
    // r in units of 2^-70, above 0 by more than 0.007 ln 2/64 and below 2^63.53. Error within ±2:
    // 1 from `fixed`, 1 from the floor, and |k| 2^-64 from the constant.
    let remainder = fixed - multiple(k, LN_2, 64);
    let remainder = u64::try_from(remainder).expect("the remainder is between 0 and a step");
    // (e^r - 1)/r in units of 2^-63, eight terms. Error in [0, 2.04]: 2/(1-r) as in `rising`, and
    // r^8/9! · 1.01 < 2^-70 for the tail.
    let series = EXP.iter().rev().fold(0, |sum, c| {
        c + low_half((u128::from(remainder) * u128::from(sum)) >> 70)
    });
    // e^r - 1 in units of 2^-70. Error within ±6: 2 · 1.01 + 2.04 · 2^(63.53 - 63) + 1.
    let growth = (u128::from(remainder) * u128::from(series)) >> 63;
    // 2^(j/64) (1 + growth) in units of 2^-125, below 2^126.02. Error within 1.4 · 2^62: 2^62 · 1.02
    // for the power, 2^64 · 6/256 for the growth, 1 for the floor.
    let power = u128::from(POWERS[usize::try_from(k & 63).expect("six bits")]);
    let mid = (power << 62) + ((power * growth) >> 8);
    Ball {
        mid: mid.cast_signed(),
        radius: 3 << 61,
        exponent: (k >> 6) - 125,
    }
}

/// `sigmoid(x) = e^x / (1 + e^x)` for finite `x <= 0`, `|x| < 2^50`; relative error below `2^-60`.
pub(super) fn sigmoid_of_negative(x: Dyadic) -> Ball {
    let power = exp(x);
    let drop = (-125 - power.exponent).clamp(0, 127);
    // 1 + e^x in units of 2^-62, between 2^62 and 2^63. Relative errors: 1.5 · 2^-63 from the power,
    // since y/(1+y) moves relatively by less than y does; 2^-62 and 2^-125 from these two floors;
    // 2^-62 from the floor of the quotient, which is at least 2^62: together below 2.8 · 2^-62.
    let whole = ((1u128 << 125) + (power.mid.cast_unsigned() >> drop)) >> 63;
    let quotient = power.mid.cast_unsigned() / whole;
    Ball {
        mid: quotient.cast_signed(),
        radius: (quotient >> 60).cast_signed() + 1,
        exponent: power.exponent + 62,
    }
}

/// `ln x` for finite `x > 0`.
///
/// `x = 2^q f` with `f` in `[1, 2)`, or in `[3/4, 1)` from 3/2 on, so that both sides of 1 have
/// `q = 0`. Then `ln f = ln c + 2 atanh(u)` with `f/c = 1 + z`, `|z| < 2^-6.8` and `u = z/(2+z)`.
pub(super) fn ln(x: Dyadic) -> Ball {
    let mantissa = i128::from(x.mantissa());
    let index = usize::try_from((mantissa >> 55) & 127).expect("seven bits");
    let q = x.exponent() + 62 + i64::from(index >= 64);
    let (inverse, log) = ANCHORS[index];
    // z in units of 2^-70, exactly; below 2^63.2.
    let z = mantissa * inverse - (1 << 70);
    let size = z.unsigned_abs();
    let ratio = if size == 0 {
        Small {
            top: 0,
            error: 0,
            drop: 0,
        }
    } else {
        // A numerator of 126 bits over a denominator within 2^63 (1 ± 2^-7.8): a quotient below
        // 2^63.02. Error within ±3: 1 for its floor, 2^63.02 · 2^-62.9 < 1.1 for the floor below.
        let zeros = size.leading_zeros();
        let denominator = ((1i128 << 71) + z).cast_unsigned() >> 8;
        Small {
            top: low_half((size << (zeros - 2)) / denominator),
            error: 3,
            drop: i64::from(zeros) - 58,
        }
    };
    // atanh(u)/u: |u| < 2^-7.7. Error within ±3: 2.1 (see `rising`), 1/3 of the error of u^2, which
    // is a floor and 2 u · 3 units of 2^-64, and u^10/11 for the tail.
    let log_rest = ratio
        .times(rising(&LOG, ratio.square()), 3)
        .negated_if(z < 0);
    if q == 0 && log == 0 {
        return Ball {
            exponent: log_rest.exponent + 1,
            ..log_rest
        };
    }
    // Units of 2^-96, or of 2^-64 for large q: then q ln 2 stays below 2^125. Error within 5: 1 + 1/2
    // for q ln 2, 2 for the anchor, 1 for the floor of the remainder.
    let places = if q.abs() < 1 << 24 { 96 } else { 64 };
    let shift = (-1 - log_rest.exponent - places).clamp(0, 127);
    Ball {
        mid: multiple(q, LN_2, 128 - places) + (log >> (96 - places)) + (log_rest.mid >> shift),
        radius: (log_rest.radius >> shift) + 6,
        exponent: -places,
    }
}

/// A number as a multiple of pi/2 and a remainder: `x = quarters · pi/2 ± remainder`,
/// `|remainder| < 0.7855`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Angle {
    quarters: i64,
    remainder: Small,
    is_negative: bool,
}

/// Reduces `|x| < 2^60` by multiples of pi/2; refuses larger numbers and infinities.
pub(super) fn reduce(x: Dyadic) -> Option<Angle> {
    if x.exponent() > 60 - 63 && !x.is_zero() {
        return None;
    }
    let bits = x.exponent() + 63;
    if x.is_zero() || bits < 0 {
        return Some(Angle {
            quarters: 0,
            remainder: Small {
                top: x.mantissa().unsigned_abs() << 1,
                error: 0,
                drop: (-bits).max(0),
            },
            is_negative: x.is_negative(),
        });
    }
    // The nearest integer to 2x/pi, in units of 2^(bits-125) before the shift; off by less than
    // 2^-60 more than a half.
    let quarters = multiple(x.mantissa(), TWO_OVER_PI, 64) + (1 << (124 - bits));
    let quarters = i64::try_from(quarters >> (125 - bits)).expect("|x| < 2^60");
    // x in units of 2^(bits-124), exactly, less the multiple. Error within ±2: |quarters| times one
    // unit of the constant is 2^-(bits+2) · (0.64 · 2^bits + 1) < 1, and 1 for the floor.
    let remainder = (i128::from(x.mantissa()) << 61) - multiple(quarters, HALF_PI, bits + 2);
    // Four units instead of two allow for taking 0 and 1 as 2.
    let size = remainder.unsigned_abs().max(2);
    let zeros = i64::from(size.leading_zeros());
    Some(Angle {
        quarters,
        remainder: Small {
            top: low_half((size << zeros) >> 64),
            error: 1 + if zeros >= 62 { 1 << (zeros - 62) } else { 1 },
            // size 2^(bits-124) = (size 2^zeros) 2^-128 · 2^(bits+4-zeros).
            drop: zeros - bits - 4,
        },
        is_negative: remainder < 0,
    })
}

impl Angle {
    /// Bounds for `floor(2x/pi)`: the two differ only where `x` is too close to a multiple.
    pub(super) fn floor(self) -> (i64, i64) {
        let is_unsure =
            u128::from(self.remainder.top) <= self.remainder.error && self.remainder.error > 0;
        if is_unsure {
            (self.quarters - 1, self.quarters)
        } else {
            let floor = self.quarters - i64::from(self.is_negative);
            (floor, floor)
        }
    }

    /// The sine.
    pub(super) fn sin(self) -> Interval {
        self.sin_of_quarter(self.quarters)
    }

    /// The cosine: the sine a quarter ahead.
    pub(super) fn cos(self) -> Interval {
        self.sin_of_quarter(self.quarters + 1)
    }

    /// `sin(quarters · pi/2 ± rest)`.
    fn sin_of_quarter(self, quarters: i64) -> Interval {
        // z = remainder^2 < 0.617. Error of z below 9 units of 2^-64: a floor and 2 · 0.786 times the
        // error of the remainder, at most 5 units (4 of the reduction, 1 of `top`).
        // sin(r)/r: error 2.7 (see `alternating`) and 9/2 · 1/6 < 1; the tail is z^10/21! < 2^-72.
        // cos r: error 2.7 and 9/2 · 1/2 < 2.3; the tail is z^10/20! < 2^-68. Both within ±6.
        let z = self.remainder.square();
        let ball = if quarters & 1 == 0 {
            if self.remainder.top == 0 {
                return Interval::ZERO;
            }
            self.remainder
                .times(alternating(&ODD, z), 6)
                .negated_if(self.is_negative)
        } else {
            if self.remainder.top == 0 {
                return if quarters & 2 == 0 {
                    Interval::ONE
                } else {
                    Interval::ONE.negated()
                };
            }
            Ball {
                mid: i128::from(alternating(&EVEN, z)),
                radius: 6,
                exponent: -63,
            }
        };
        let unit = Interval::SYMMETRIC_UNIT;
        ball.negated_if(quarters & 2 != 0).enclosure().refine(&unit)
    }
}

/// `sinh x` and `cosh x` for `|x| < 1/2`, `x` not 0.
pub(super) fn hyperbolic(x: Dyadic) -> (Ball, Ball) {
    let size = Small {
        top: x.mantissa().unsigned_abs() << 1,
        error: 0,
        drop: -(x.exponent() + 63),
    };
    // z < 1/4 with an error of 1 unit of 2^-64. Both within ±3: 2.7 (see `rising`), 1/2 · 1/2 for z,
    // and the tails z^10/20! < 2^-80.
    let z = size.square();
    let sinh = size.times(rising(&ODD, z), 3).negated_if(x.is_negative());
    let cosh = Ball {
        mid: i128::from(rising(&EVEN, z)),
        radius: 3,
        exponent: -63,
    };
    (sinh, cosh)
}

/// `atan x` for finite `x > 0`.
pub(super) fn atan(x: Dyadic) -> Ball {
    let bits = x.exponent() + 63;
    let mantissa = u128::from(x.mantissa().unsigned_abs());
    if bits <= -6 {
        let top = x.mantissa().unsigned_abs() << 1;
        return arctan_series(Small {
            top,
            error: 0,
            drop: -bits,
        });
    }
    if bits >= 8 {
        // 1/x = (2^126 / mantissa) · 2^(-126 - exponent); error of the quotient below 2.
        let top = low_half(((1u128 << 126) - 1) / mantissa);
        let inverse = arctan_series(Small {
            top,
            error: 2,
            drop: bits - 1,
        });
        return from_half_pi(shifted(inverse));
    }
    // y = min(x, 1/x) = n/d in [2^-7, 1], j the integer nearest to 64 y (within 2^-49 of a half), and
    // atan y = atan(j/64) + atan(t), t = (64 n - j d)/(64 d + j n), |t| < 2^-6.9.
    let power = 1u128 << (63 - bits);
    let (n, d) = if bits <= 0 {
        (mantissa, power)
    } else {
        (power, mantissa)
    };
    let j = (low_half(n) + low_half(d >> 7)) / low_half(d >> 6);
    let top = (n << 6).cast_signed() - (d * u128::from(j)).cast_signed();
    let bottom = (d << 6) + n * u128::from(j);
    let size = top.unsigned_abs();
    let remainder = if size == 0 {
        Small {
            top: 0,
            error: 0,
            drop: 0,
        }
    } else {
        // A numerator of 127 bits over a denominator of 64: the quotient is between 2^62 and 2^64.
        // Error within ±3: 1 for its floor and 2^64 · 2^-63 for the floor of the denominator.
        let zeros = size.leading_zeros();
        let excess = 64 - bottom.leading_zeros();
        Small {
            top: low_half((size << (zeros - 1)) / (bottom >> excess)),
            error: 3,
            drop: i64::from(zeros + excess) - 65,
        }
    };
    let remainder = shifted(arctan_series(remainder)).negated_if(top < 0);
    let index = usize::try_from(j).expect("j is at most 64");
    let sum = Ball {
        mid: ARCTANGENTS[index] + remainder.mid,
        radius: remainder.radius + 1,
        exponent: -125,
    };
    if bits <= 0 { sum } else { from_half_pi(sum) }
}

/// `atan t` for `0 <= t < 2^-6`. Error of the factor within ±3: 1.1 (see `alternating`), 1/3 of the
/// error of `t^2`, which is below 2 units of 2^-64, and `t^12/13 < 2^-75` for the tail.
fn arctan_series(t: Small) -> Ball {
    t.times(alternating(&ARCTAN, t.square()), 3)
}

/// The same ball in units of `2^-125`.
fn shifted(ball: Ball) -> Ball {
    let shift = (-125 - ball.exponent).min(127);
    Ball {
        mid: ball.mid >> shift,
        radius: (ball.radius >> shift) + 2,
        exponent: -125,
    }
}

/// `pi/2 - ball` for a ball in units of `2^-125`; the constant is off by less than one.
fn from_half_pi(ball: Ball) -> Ball {
    Ball {
        mid: (HALF_PI >> 1).cast_signed() - ball.mid,
        radius: ball.radius + 1,
        exponent: -125,
    }
}

/// pi.
pub(super) fn pi() -> Ball {
    Ball {
        mid: HALF_PI.cast_signed(),
        radius: 1,
        exponent: -125,
    }
}

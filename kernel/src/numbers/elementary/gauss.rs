//! The error function and the tail of the normal distribution, in fixed point (T03).
//!
//! For `y >= 0`, `erfc(y) = e^(-y²) M(y)`. The factor `M` falls slowly from 1, so it has a relative
//! accuracy where `erfc` is tiny. Below 8 it comes from its Taylor series about the nearest entry
//! of a table, beyond from a continued fraction. Errors are counted as in `kernel`.

use super::super::dyadic::Dyadic;
use super::super::interval::Interval;
use super::kernel::{Ball, Small, alternating, exp_of, low_half};
use super::tables::{MILLS, POWERS, TWO_OVER_ROOT_PI};

/// Is this outside `(-2^25, 2^25)`, or infinite? Then `e^(-x²/2)` is not computed.
pub(super) fn is_far(x: Dyadic) -> bool {
    x.exponent() > 25 - 63 && !x.is_zero()
}

/// The divisor of a number before it goes into `e^(-y²) M(y)`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// By 1: the error function.
    One,
    /// By `sqrt 2`: the normal distribution.
    RootTwo,
}

/// `e^(-y²)` for `y` this number over its scale; the number not far, of either sign.
pub(super) fn bell(x: Dyadic, scale: Scale) -> Ball {
    // y² in units of 2^-70, rounded up, so that -y² has an error in [0, 1). The square has at most
    // 126 bits, and |x| < 2^25 has an exponent of -38 at most, so the shift is to the right.
    let size = u128::from(x.mantissa().unsigned_abs());
    let halving = i64::from(scale == Scale::RootTwo);
    let shift = (halving - 70 - 2 * x.exponent()).clamp(0, 127);
    let up = (1 << shift) - 1;
    exp_of(-((size * size + up) >> shift).cast_signed())
}

/// `M(y)` for `y` this number over its scale; the number positive and not far.
pub(super) fn mills(x: Dyadic, scale: Scale) -> Interval {
    let size = u128::from(x.mantissa().unsigned_abs());
    // y = product · 2^exponent with a relative error of 2^-63.5 at most: 1/sqrt 2 = 2^(1/2)/2.
    let (product, exponent) = match scale {
        Scale::One => (size, x.exponent()),
        Scale::RootTwo => (size * u128::from(POWERS[32]), x.exponent() - 64),
    };
    let top = i64::from(128 - product.leading_zeros()) + exponent;
    if top <= 3 {
        // Below 8. Units of 2^-124: at most 127 bits.
        let shift = exponent + 124;
        let y = if shift >= 0 {
            product << shift
        } else {
            product >> (-shift).min(127)
        };
        return near(y).enclosure();
    }
    let y = Interval::point(x);
    beyond(&match scale {
        Scale::One => y,
        Scale::RootTwo => y.times(&root_half()),
    })
}

/// `1/sqrt 2`, from the floor of `2^(1/2) · 2^63`.
fn root_half() -> Interval {
    Ball {
        mid: i128::from(POWERS[32]) * 2 + 1,
        radius: 1,
        exponent: -65,
    }
    .enclosure()
}

/// `2/sqrt pi`.
pub(super) fn two_over_root_pi() -> Interval {
    Ball {
        mid: TWO_OVER_ROOT_PI.cast_signed(),
        radius: 1,
        exponent: -126,
    }
    .enclosure()
}

/// `M(y)` for `0 <= y < 8` in units of `2^-124`, off by a relative `2^-63.5` and one unit.
///
/// About `x = j/16`, `M(x + t)` is the sum of `d_0 = M(x)`, `d_1 = (2 x M(x) - 2/sqrt pi) t` and
/// `d_(n+1) = (2 x t d_n + 2 t² d_(n-1)) / (n+1)`, since `M' = 2 y M - 2/sqrt pi`. And
/// `|d_n| <= M(x) |t|^n / Gamma(n/2 + 1)`, so for `|t| <= 1/32` the terms from `d_12` on come to
/// less than `2^-69 M(x)`.
fn near(y: u128) -> Ball {
    let j = (y + (1 << 119)) >> 120;
    let entry = MILLS[usize::try_from(j).expect("at most 128")];
    // t in units of 2^-67, |t| <= 2^62; error in [0, 1]. The difference wraps to what it is.
    let t = y.wrapping_sub(j << 120).cast_signed() >> 57;
    let j = j.cast_signed();
    // 2 x t <= 1/2 and 2 t² <= 2^-9 in units of 2^-64; errors within 3 and 1.1.
    let (p, q) = ((j * t) >> 6, (t * t) >> 69);
    // M(x) with 64 bits, in units of 2^(shift - 68); error in [0, 1).
    let shift = 64 - i64::from(entry.leading_zeros());
    let first = (entry >> shift).cast_signed();
    // M'(x), below 1.13 M(x) in size. Error below 18: 16 for 2 x times that of M(x), and two floors.
    let slope = ((j * first) >> 3) - (TWO_OVER_ROOT_PI >> (58 + shift)).cast_signed();
    // Errors: 1.8 for d_1 (18/32, 0.2 for that of t, a floor); 2 for d_2 (half of 1.8/2, of 0.1 for p,
    // of 1.1 for q times 2^64, and a floor); then 1.4, 1.2 and, for eight more, at most 1.2.
    // Together with 1 for the table below 17.
    let (mut before, mut term, mut sum) = (first, (slope * t) >> 67, first);
    for n in 1..=11 {
        sum += term;
        let product = (p * term + q * before) >> 64;
        before = term;
        term = product.div_euclid(n + 1);
    }
    // The error of y moves M by less than itself, relatively: |M'(y)| < M(y)/y; that is 1.5 units,
    // and the rest of the series less than one.
    Ball {
        mid: sum,
        radius: 20,
        exponent: shift - 68,
    }
}

/// Steps of the fraction: from 8 on each end is relatively off by less than `2^-65`.
const STEPS: i64 = 15;

/// `M(y)` for `y >= 8`.
///
/// With `J_n` the integral of `s^n e^(-s² - 2 y s)` over `s > 0`: `M = 2/sqrt(pi) J_0`, and by parts
/// `2 J_1 + 2 y J_0 = 1` and `2 J_(n+1) + 2 y J_n = n J_(n-1)`. So the ratios `r_n = J_n / J_(n-1) > 0`
/// have `r_n = n / (2 y + 2 r_(n+1))`, which is below `n / (2 y)`.
fn beyond(y: &Interval) -> Interval {
    let twice = |x: &Interval| x.times_point(Dyadic::from_i64(2));
    let double = twice(y);
    let over = |n: &Interval, ratio: &Interval| {
        // The divisor is at least 16.
        n.over(&double.plus(&twice(ratio)))
            .unwrap_or(Interval::ENTIRE)
    };
    let last = over(&Interval::from_i64(STEPS), &Interval::ZERO);
    let last = Interval::ordered(Dyadic::ZERO, last.sup());
    let first = (1..STEPS)
        .rev()
        .fold(last, |ratio, n| over(&Interval::from_i64(n), &ratio));
    over(&two_over_root_pi(), &first)
}

/// `floor(2^63 / (n! (2n + 1)))`.
const fn erf_coefficients<const N: usize>() -> [u64; N] {
    let mut result = [0; N];
    let (mut i, mut n, mut factorial) = (0, 0, 1u64);
    while i < N {
        result[i] = (1 << 63) / (factorial * (2 * n + 1));
        i += 1;
        n += 1;
        factorial *= n;
    }
    result
}

/// `1, 1/3, 1/(2! 5), ... 1/(13! 27)`
pub(super) const ERF: [u64; 14] = erf_coefficients();

/// `erf x` for `0 < x < 1/2`: `x · 2/sqrt(pi) · (1 - z/3 + z²/(2! 5) - ...)` with `z = x²`.
pub(super) fn erf(x: Dyadic) -> Ball {
    let size = Small {
        top: x.mantissa().unsigned_abs() << 1,
        error: 0,
        drop: -(x.exponent() + 63),
    };
    // z < 1/4 with an error of 1 unit of 2^-64. The series within 3.2: 2.7 (see `alternating`), 1/2 · 1/3
    // for z, and the tail z^14/(14! 29) < 2^-69. Times 1.13, and two floors: within 6.
    let series = alternating(&ERF, size.square());
    let factor = (u128::from(series) * (TWO_OVER_ROOT_PI >> 63)) >> 63;
    size.times(low_half(factor), 6)
}

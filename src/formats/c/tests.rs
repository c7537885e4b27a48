//! The constants of T41, and its bounds, computed as the page says.

use super::activation_error;
use super::constants::{
    PARTS_PER_LN2, ROOT_TWO, ROOTS, STEP_HIGH, STEP_LOW, TAIL, TAIL_ENDS, exponential, hyperbolic,
    tail_middle,
};
use super::functions::degrees;
use crate::certificate::FloatFormat;
use crate::formats::floats::rational;
use crate::numbers::{Direction, Dyadic, Function, Precise, Rational, Scalar};

const BITS: u32 = 300;

fn precise(value: &Rational) -> Precise {
    Precise::constant(&BITS, value)
}

fn apply(function: Function, value: &Precise) -> Precise {
    value.apply(function).expect("defined")
}

fn over(a: &Precise, b: &Precise) -> Precise {
    a.div(b).expect("not 0")
}

fn times(a: &Precise, b: &Precise) -> Precise {
    a.mul(b).expect("defined")
}

/// An upper bound, with few digits.
fn upper(value: &Precise) -> Rational {
    shorter(&value.upper().expect("finite"))
}

/// A number a little above a positive one, with some 60 digits.
fn shorter(value: &Rational) -> Rational {
    let up = Dyadic::from_rational(value, Direction::Up);
    up.to_rational().expect("not tiny")
}

/// An upper bound of the size.
fn size(value: &Precise) -> Rational {
    let ends = [value.lower(), value.upper()].map(|end| end.expect("finite").abs());
    shorter(&ends[0].clone().max(ends[1].clone()))
}

fn lower(value: &Precise) -> Rational {
    value.lower().expect("finite")
}

fn over_rational(a: &Rational, b: &Rational) -> Rational {
    shorter(&a.checked_div(b).expect("not 0"))
}

/// `2^-53`
fn unit() -> Rational {
    Rational::power_of_two(-53)
}

fn ln2() -> Precise {
    apply(Function::Ln, &precise(&Rational::from(2)))
}

/// An upper bound of the distance of a float from a number, relative to it.
fn relative(float: f64, exact: &Precise) -> Rational {
    let distance = precise(&rational(float)).sub(exact);
    let ends = [distance.lower(), distance.upper()].map(|end| end.expect("finite").abs());
    let least = [exact.lower(), exact.upper()].map(|end| end.expect("finite").abs());
    over_rational(
        &ends[0].clone().max(ends[1].clone()),
        &least[0].clone().min(least[1].clone()),
    )
}

/// `Φ(-a) e^(a²/2)` and its derivatives over their factorials: `S' = a S - 1/sqrt(2 pi)`, and so
/// `S^(k+1) = a S^(k) + k S^(k-1)`.
fn tail(a: &Rational, count: i64) -> Vec<Precise> {
    let two = precise(&Rational::from(2));
    let point = precise(a);
    // Φ(-a) = -gelu(-a)/a
    let below = if a.is_zero() {
        precise(&Rational::ratio(1, 2))
    } else {
        over(&apply(Function::Gelu, &point.neg()), &point.neg())
    };
    let growth = apply(Function::Exp, &over(&times(&point, &point), &two));
    let pi = Precise::pi(&BITS).expect("pi");
    let density = over(
        &precise(&Rational::ONE),
        &apply(Function::Sqrt, &times(&two, &pi)),
    );
    let mut all = vec![times(&below, &growth)];
    all.push(times(&point, &all[0]).sub(&density));
    // With the factorials: (k + 1) s_(k+1) = a s_k + s_(k-1).
    for k in 1..count {
        let (last, before) = (&all[all.len() - 1], &all[all.len() - 2]);
        let sum = times(&point, last).add(before);
        all.push(over(&sum, &precise(&Rational::from(k + 1))));
    }
    all
}

#[test]
fn constants_are_the_nearest_floats() {
    let (sixteen, ln2) = (precise(&Rational::from(16)), ln2());
    assert!(relative(PARTS_PER_LN2, &over(&sixteen, &ln2)) <= unit());
    let rest = over(&ln2, &sixteen).sub(&precise(&rational(STEP_HIGH)));
    assert!(relative(STEP_LOW, &rest) <= unit());
    // The products with integers of 17 digits are exact.
    let digits = rational(STEP_HIGH).numerator().to_string();
    assert!(digits.parse::<i64>().expect("short") < 1 << 36);
    for (j, root) in (0..).zip(ROOTS) {
        let exact = over(&ln2.neg(), &sixteen);
        let exact = apply(Function::Exp, &times(&exact, &precise(&Rational::from(j))));
        assert!(relative(root, &exact) <= unit(), "{j}");
    }
    let root = apply(Function::Sqrt, &precise(&Rational::from(2)));
    assert!(relative(ROOT_TWO, &root) <= unit());
    for (piece, coefficients) in TAIL.iter().enumerate() {
        let exact = tail(&tail_middle(piece), 10);
        for (float, exact) in coefficients.iter().zip(&exact) {
            assert!(relative(*float, exact) <= unit(), "{piece}");
        }
    }
}

/// The error of Horner's rule and of its coefficients, and the largest value, for `|x| <= most`.
fn horner(coefficients: &[f64], exact: &[Rational], most: &Rational) -> (Rational, Rational) {
    let u = unit();
    let (mut value, mut error) = (Rational::ZERO, Rational::ZERO);
    for (float, exact) in coefficients.iter().zip(exact).rev() {
        let all = &value + &error;
        // A product and a sum, or both in one.
        error = &(&error * most) + &(&u * &(&all * most));
        value = &(&value * most) + &exact.abs();
        error = &error + &(&rational(*float) - exact).abs();
        error = &error + &(&u * &(&value + &error));
        error = shorter(&error);
    }
    (error, value)
}

fn factorials(degree: u32) -> Vec<Rational> {
    let mut value = Rational::ONE;
    let next = |k| {
        value = &value * &Rational::ratio(1, k);
        value.clone()
    };
    (1..=i64::from(degree) + 1).map(next).collect()
}

/// Factors `1 + ε` in a row add up to less than this.
fn with_products(sum: &Rational) -> Rational {
    sum * &(&Rational::ONE + &Rational::power_of_two(-16))
}

/// The relative error of `exp`.
fn exp_error(format: FloatFormat) -> Rational {
    let (u, degrees) = (unit(), degrees(format));
    let ln2 = ln2();
    let thirty_second = over(&ln2, &precise(&Rational::from(32)));
    let most = &upper(&thirty_second) * &(&Rational::ONE + &Rational::power_of_two(-30));
    let steps = over_rational(&Rational::from(degrees.last * 4 + 2), &lower(&ln2));
    assert!(steps < Rational::from(1 << 15), "an int holds it");
    // The reduced argument: two sums, a product, and the constants.
    let low = &rational(STEP_LOW) * &steps;
    let sixteenth = over(&ln2, &precise(&Rational::from(16)));
    let constants = precise(&(rational(STEP_HIGH) + rational(STEP_LOW))).sub(&sixteenth);
    let both = &(&most + &low) + &(&low + &most);
    let reduced = &(&u * &both) + &(&steps * &size(&constants));
    let exact = factorials(degrees.near);
    let (error, value) = horner(&exponential(degrees.near), &exact, &most);
    let q = &most * &(&value + &error);
    let q_error = &(&most * &error) + &(&u * &q);
    // y + y q: the root itself, q, a product and a sum.
    let sum = &(&u * &(&Rational::ONE + &q)) + &(&q_error + &(&u * &q));
    let sum = &sum + &(&u * &(&Rational::ONE + &(&q + &sum)));
    let degree = i32::try_from(degrees.near).expect("small") + 2;
    let rest = &most.powi(degree).expect("a power")
        * &factorials(degrees.near + 1)[usize::try_from(degree).expect("small") - 1];
    let absolute = &sum + &(&rest * &(&Rational::ONE + &(&most + &most)));
    let least = &Rational::ONE - &most;
    with_products(&(&over_rational(&absolute, &least) + &reduced))
}

/// The relative error of `expm1`.
fn expm1_error(format: FloatFormat) -> Rational {
    let (u, wide, half) = (unit(), degrees(format).wide, Rational::ratio(1, 2));
    let (error, value) = horner(&exponential(wide), &factorials(wide), &half);
    let degree = i32::try_from(wide).expect("small");
    // (e^t - 1)/t is at least this, and at most `value`, which is below 2 and so is e^t.
    assert!(value < Rational::ratio(13, 10));
    let least = Rational::ratio(78, 100);
    let rest = &half.powi(degree + 1).expect("a power")
        * &factorials(wide + 1)[usize::try_from(degree).expect("small") + 1];
    let rest = &rest * &Rational::from(2);
    with_products(&(&over_rational(&(&error + &rest), &least) + &u))
}

/// The relative errors of all functions.
fn errors(format: FloatFormat) -> Vec<(&'static str, Rational)> {
    let u = unit();
    let (exp, expm1) = (exp_error(format), expm1_error(format));
    let by = |value: &Rational, p, q| value * &Rational::ratio(p, q);
    let plus = |value: &Rational, units| with_products(&(value + &(&u * &Rational::from(units))));
    let sigmoid = plus(&exp, 2);
    // e <= e^(-1/2) < 0.60654: 2e/(1 - e²) < 1.92 and e/(1 - e) < 1.542.
    let tanh = plus(&by(&exp, 192, 100), 3).max(plus(&by(&expm1, 125, 100), 2));
    let elu = plus(&by(&exp, 1542, 1000), 3).max(plus(&expm1, 2));
    let s = plus(&exp, 2);
    let q = plus(&by(&s, 2, 1), 1);
    let terms = degrees(format).tangent;
    let odd: Vec<_> = (0..i64::from(terms))
        .map(|k| Rational::ratio(1, 2 * k + 1))
        .collect();
    let (series, _) = horner(&hyperbolic(terms), &odd, &Rational::ratio(1, 9));
    let power = i32::try_from(terms).expect("small");
    let rest = Rational::ratio(1, 9).powi(power).expect("a power");
    let rest = by(&rest, 9, 8 * (2 * i64::from(terms) + 1));
    let softplus = plus(&(&(&s + &by(&q, 1, 24)) + &(&series + &rest)), 2);
    let silu = plus(&sigmoid, 1).max(plus(&by(&exp, 2, 1), 3));
    let mut all = vec![
        ("sigmoid", sigmoid),
        ("tanh", tanh),
        ("softplus", softplus),
        ("softsign", plus(&Rational::ZERO, 2)),
        ("elu", elu),
        ("silu", silu),
    ];
    if format == FloatFormat::Float32 {
        let errors = (0..TAIL.len()).map(tail_error).max().expect("pieces");
        // 600 u for the rounding of a and 96 u for that of a²/2.
        all.push(("gelu", plus(&(&exp + &errors), 700)));
    }
    all
}

/// The relative error of a piece of `Φ(-a) e^(a²/2)`.
fn tail_error(piece: usize) -> Rational {
    let u = unit();
    let end = Rational::ratio(TAIL_ENDS[piece], 8);
    let middle = tail_middle(piece);
    let half = &end - &middle;
    let begin = &middle - &half;
    let exact: Vec<Rational> = tail(&middle, 10).iter().map(size).collect();
    let sizes: Vec<f64> = TAIL[piece].iter().map(|c| c.abs()).collect();
    let (error, _) = horner(&sizes, &exact, &half);
    // The derivatives fall in size, so that on the left is the largest; S' is at most S in size.
    let left = tail(&begin, 11);
    let rest = &size(&left[11]) * &half.powi(11).expect("a power");
    let least = lower(&tail(&end, 0)[0]);
    &over_rational(&(&error + &rest), &least) + &(&u * &Rational::from(2))
}

/// The table of T41: powers of two for float32, tenths of `2^-53` for float64.
const STATED: [(&str, i32, i64); 7] = [
    ("sigmoid", -42, 43),
    ("tanh", -33, 73),
    ("softplus", -39, 78),
    ("softsign", -51, 21),
    ("elu", -33, 65),
    ("silu", -41, 75),
    ("gelu", -30, 0),
];

#[test]
fn functions_are_within_their_bounds() {
    for format in [FloatFormat::Float32, FloatFormat::Float64] {
        let ulps = activation_error(format).ulps;
        for ((name, error), (stated_name, power, tenths)) in errors(format).into_iter().zip(STATED)
        {
            assert_eq!(name, stated_name);
            let stated = match format {
                FloatFormat::Float32 => Rational::power_of_two(power),
                FloatFormat::Float64 => &unit() * &Rational::ratio(tenths, 10),
            };
            let parts = over_rational(&error, &stated).round_to_bits(12);
            assert!(error <= stated, "{name} in {}: {parts}", format.name());
            // No more is stated than what was found.
            assert!(
                parts > Rational::ratio(2, 5),
                "{name} in {}: {parts}",
                format.name()
            );
            // A number is below 2^digits units of its last place.
            let digits = i32::try_from(format.digits()).expect("small");
            let in_units = &stated * &Rational::power_of_two(digits);
            let rounding = match format {
                FloatFormat::Float32 => Rational::ratio(1, 2),
                FloatFormat::Float64 => Rational::ZERO,
            };
            assert!(in_units + rounding <= ulps, "{name} in {}", format.name());
        }
    }
}

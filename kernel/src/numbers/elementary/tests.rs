use std::cmp::Ordering;

use astro_float::{BigFloat, Consts, RoundingMode, Sign};
use proptest::prelude::*;

use super::super::constants::{GELU_DEPTH, SILU_DEPTH};
use super::super::estimate::{Estimate, estimate_dyadic, exact_dyadic};
use super::super::precise::Precise;
use super::super::rational::{Integer, Rational};
use super::super::scalar::Function::{
    Acos, Asin, Atan, Cos, Cosh, Elu, Erf, Exp, Gelu, Ln, Sigmoid, Silu, Sin, Sinh, Softplus,
    Softsign, Tan, Tanh,
};
use super::gauss::ERF;
use super::kernel::{EVEN, EXP, LOG, ODD};
use super::tables::*;
use super::*;

const ALL: [Function; 18] = [
    Exp, Ln, Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Sigmoid, Erf, Softplus, Softsign,
    Elu, Silu, Gelu,
];
const SMOOTH: [Function; 6] = [Erf, Softplus, Softsign, Elu, Silu, Gelu];

fn int(value: impl Into<Integer>) -> Rational {
    Rational::from(value.into())
}

// ---------------------------------------------------------------------------------------------
// Constants, by exact rational bounds.

/// `low <= truth < high`, on a grid of `2^-200`.
#[derive(Clone)]
struct Bounds(Rational, Rational);

impl Bounds {
    fn new(low: &Rational, high: &Rational) -> Self {
        let grid = Rational::power_of_two(200);
        let (low, high) = ((low * &grid).floor(), (high * &grid).ceil());
        Self(int(low) / grid.clone(), int(high) / grid)
    }

    fn plus(&self, other: &Self, factor: i64) -> Self {
        let factor = Rational::from(factor);
        let (a, b) = (&other.0 * &factor, &other.1 * &factor);
        Self(&self.0 + a.clone().min(b.clone()), &self.1 + a.max(b))
    }
}

/// `sum of sign^k u^(2k+1)/(2k+1)` for `0 <= u <= 1/3`: atanh for sign 1, atan for sign -1. What is
/// left out is less than the last power.
fn odd_sum(u: &Rational, sign: i64) -> Bounds {
    let square = &(u * u) * &Rational::from(sign);
    let (mut sum, mut power, mut n) = (Rational::ZERO, u.clone(), 1i64);
    while power.abs() > Rational::power_of_two(-190) {
        sum = &sum + &(&power * &Rational::ratio(1, n));
        power = &power * &square;
        n += 2;
    }
    Bounds::new(&(&sum - &power.abs()), &(&sum + &power.abs()))
}

fn zero() -> Bounds {
    Bounds(Rational::ZERO, Rational::ZERO)
}

/// `2 atanh((p-q)/(p+q))`.
fn ln_of_ratio(p: i64, q: i64) -> Bounds {
    zero().plus(&odd_sum(&Rational::ratio(p - q, p + q), 1), 2)
}

/// Machin: `16 atan(1/5) - 4 atan(1/239)`.
fn pi_bounds() -> Bounds {
    zero()
        .plus(&odd_sum(&Rational::ratio(1, 5), -1), 16)
        .plus(&odd_sum(&Rational::ratio(1, 239), -1), -4)
}

/// Is the entry the floor of `truth · 2^places`?
fn assert_floor(entry: impl Into<Integer>, truth: &Bounds, places: i32) {
    let (entry, scale) = (entry.into(), Rational::power_of_two(places));
    assert!(int(entry.clone()) <= &truth.0 * &scale, "{entry} is high");
    assert!(&truth.1 * &scale < int(entry.clone() + 1), "{entry} is low");
}

#[test]
fn constants_are_proved() {
    let (ln_2, pi) = (ln_of_ratio(2, 1), pi_bounds());
    let half_pi = Bounds(pi.0.half(), pi.1.half());
    let inverse = |x: &Bounds, top: i64| {
        let top = Rational::from(top);
        Bounds(&top / &x.1, &top / &x.0)
    };
    assert_floor(LN_2, &ln_2, 128);
    assert_floor(HALF_PI, &half_pi, 126);
    assert_floor(TWO_OVER_PI, &inverse(&half_pi, 1), 126);
    assert_floor(STEPS_PER_UNIT, &inverse(&ln_2, 64), 57);
}

/// `p <= 2^(63 + j/64) < p + 1`, raised to the power 64.
#[test]
fn powers_are_proved() {
    for (j, &entry) in POWERS.iter().enumerate() {
        let truth = Integer::from(1) << (63 * 64 + j);
        let low = Integer::from(entry);
        let high = &low + Integer::ONE;
        assert!(low.pow(64) <= truth && truth < high.pow(64), "{j}");
    }
}

/// `atan(j/64) - atan((j-1)/64) = atan(64/(64^2 + j(j-1)))`.
#[test]
fn arctangents_are_proved() {
    let mut truth = zero();
    assert_eq!(ARCTANGENTS[0], 0);
    for (&entry, j) in ARCTANGENTS.iter().zip(0..).skip(1) {
        let step = Rational::ratio(64, 64 * 64 + j * (j - 1));
        truth = truth.plus(&odd_sum(&step, -1), 1);
        assert_floor(entry, &truth, 125);
    }
}

#[test]
fn anchors_are_proved() {
    for (&(inverse, log), i) in ANCHORS.iter().zip(0i64..) {
        let c = i64::try_from(inverse).expect("small");
        let whole = if i < 64 { 256 } else { 128 };
        match whole.cmp(&c) {
            Ordering::Equal => assert_eq!(log, 0),
            Ordering::Greater => assert_floor(log, &ln_of_ratio(whole, c), 96),
            Ordering::Less => {
                let Bounds(low, high) = ln_of_ratio(c, whole);
                assert_floor(log, &Bounds(-high, -low), 96);
            }
        }
        // |z| < 2^-6.8 at both ends, as the kernel says: to the fifth power, 2^-34.
        for end in [i, i + 1] {
            let z = Rational::ratio((128 + end) * c, 128 * 256) - Rational::ONE;
            let fifth = z.abs().powi(5).expect("positive power");
            assert!(fifth < Rational::power_of_two(-34), "{i}");
        }
    }
    // Close to 1 the logarithm must come from the series alone.
    assert_eq!((ANCHORS[0], ANCHORS[127]), ((256, 0), (128, 0)));
}

#[test]
fn coefficients_are_floors() {
    let factorial = |n: u64| (1..=n).map(Integer::from).product::<Integer>();
    let floor = |d: Integer| Integer::from(1u64 << 63) / d;
    for (i, n) in (0..8).zip(0u64..) {
        assert_eq!(floor(factorial(n + 1)), EXP[i].into());
        assert_eq!(floor(factorial(2 * n + 1)), ODD[i].into());
        assert_eq!(floor(factorial(2 * n)), EVEN[i].into());
    }
    assert_eq!(floor(Integer::from(9)), LOG[4].into());
    for (i, n) in (0..14).zip(0u64..) {
        assert_eq!(
            floor(factorial(n) * Integer::from(2 * n + 1)),
            ERF[i].into()
        );
    }
}

/// `4/pi`, since a root is proved by its square.
#[test]
fn two_over_root_pi_is_proved() {
    let Bounds(low, high) = pi_bounds();
    let square = |value: Integer| int(value.clone() * value) * Rational::power_of_two(-252);
    let entry = Integer::from(TWO_OVER_ROOT_PI);
    assert!(square(entry.clone()) <= Rational::from(4) / high);
    assert!(Rational::from(4) / low < square(entry + Integer::ONE));
}

/// `e^(x²) erfc(x)`, below 1 as `e^(x²) - 2/sqrt(pi) (x + 2 x³/3 + 4 x⁵/(3·5) + ...)`, and from 1 on by
/// its fraction in 800 steps, which the kernel does not use there.
#[test]
fn the_table_of_mills_is_proved() {
    let unit = Rational::power_of_two(-126);
    let entry = int(Integer::from(TWO_OVER_ROOT_PI));
    let factor = Bounds(&entry * &unit, &(&entry + &Rational::ONE) * &unit);
    for (&entry, j) in MILLS.iter().zip(0i64..) {
        let x = Rational::ratio(j, 16);
        let truth = if j < 16 {
            let square = &x * &x;
            let (mut power, mut term) = (zero(), Rational::ONE);
            let (mut sum, mut odd) = (zero(), x.clone());
            for n in 1..=60 {
                power = power.plus(&Bounds(term.clone(), term.clone()), 1);
                sum = sum.plus(&Bounds(odd.clone(), odd.clone()), 1);
                term = &(&term * &square) * &Rational::ratio(1, n);
                odd = &(&odd * &square) * &Rational::ratio(2, 2 * n + 1);
            }
            // What is left out is below the next term over 1/2.
            let (term, odd) = (&term + &term, &odd + &odd);
            let power = Bounds::new(&power.0, &(&power.1 + &term));
            let sum = Bounds::new(&sum.0, &(&sum.1 + &odd));
            Bounds::new(
                &(&power.0 - &(&factor.1 * &sum.1)),
                &(&power.1 - &(&factor.0 * &sum.0)),
            )
        } else {
            let double = &x + &x;
            let mut ratio = Bounds(Rational::ZERO, Rational::from(800) / double.clone());
            let over = |top: &Bounds, ratio: &Bounds| {
                let below = |r: &Rational| &(&double + r) + r;
                Bounds::new(&(&top.0 / &below(&ratio.1)), &(&top.1 / &below(&ratio.0)))
            };
            for n in (1..800).rev() {
                let top = Rational::from(n);
                ratio = over(&Bounds(top.clone(), top), &ratio);
            }
            over(&factor, &ratio)
        };
        if j == 0 {
            assert_eq!(entry, 1 << 68);
        } else {
            assert_floor(entry, &truth, 68);
        }
    }
}

#[test]
fn pi_is_enclosed() {
    let Bounds(low, high) = pi_bounds();
    assert!(pi().contains_rational(&low) && pi().contains_rational(&high));
    assert!(pi().wid() <= Dyadic::power_of_two(-61));
}

// ---------------------------------------------------------------------------------------------
// Points, against two oracles.

/// The widest that the enclosure of a point may be, relative to its value, where that is promised.
fn limit(function: Function, x: Dyadic) -> Option<i64> {
    let is_moderate = x.abs() <= Dyadic::from_i64(1 << 20);
    match function {
        Exp if !is_huge(x) => Some(-60),
        Ln | Atan => Some(-58),
        Sinh | Cosh | Sigmoid | Tanh if !is_huge(x) => Some(-58),
        Asin | Acos | Softsign | Elu => Some(-58),
        Softplus | Silu if !is_huge(x) => Some(-58),
        Erf => Some(-57),
        Gelu if !gauss::is_far(x) => Some(-57),
        Sin | Cos if is_moderate => Some(-58),
        Tan if is_moderate => Some(-57),
        _ => None,
    }
}

fn assert_narrow(function: Function, x: Dyadic, value: &Interval) {
    let Some(places) = limit(function, x) else {
        return;
    };
    // Up to 2^20 the reduction by pi/2 leaves an absolute error of 2^-101.
    let reduction = Dyadic::power_of_two(-101);
    let is_far_from_zero = value.mig() >= Dyadic::power_of_two(-20);
    let extra = match function {
        Sin | Cos => reduction,
        Tan if is_far_from_zero => value.squared().sup().mul(reduction, Up),
        Tan if x.exponent() >= -63 => reduction,
        _ => Dyadic::ZERO,
    };
    let allowed = value.mag().scale(places, Up).add(extra, Up);
    assert!(value.wid() <= allowed, "{function:?}({x}) = {value}: wide");
}

fn assert_meets_precise(function: Function, x: Dyadic, value: &Interval) {
    match Precise::from_dyadic(x, 256).apply(function) {
        Ok(truth) => assert!(truth.meets(value), "{function:?}({x}) = {value}"),
        // Beyond 2^40 the exponential is refused.
        Err(Failure::Inexact) => assert!(x.exponent() + 63 > 40, "{function:?}({x})"),
        Err(other) => panic!("{function:?}({x}): {other:?}"),
    }
}

const UP: RoundingMode = RoundingMode::Up;
const P: usize = 256;

fn to_float(x: Dyadic) -> Option<BigFloat> {
    if x.is_zero() {
        return Some(BigFloat::from_i8(0, P));
    }
    let sign = if x.is_negative() {
        Sign::Neg
    } else {
        Sign::Pos
    };
    let exponent = i32::try_from(x.exponent().checked_add(63)?).ok()?;
    Some(BigFloat::from_words(
        &[0, 0, 0, x.mantissa().unsigned_abs() << 1],
        sign,
        exponent,
    ))
}

fn float_oracle(function: Function, x: &BigFloat, cc: &mut Consts) -> BigFloat {
    match function {
        Exp => x.exp(P, UP, cc),
        Ln => x.ln(P, UP, cc),
        Sin => x.sin(P, UP, cc),
        Cos => x.cos(P, UP, cc),
        Tan => x.tan(P, UP, cc),
        Asin => x.asin(P, UP, cc),
        Acos => x.acos(P, UP, cc),
        Atan => x.atan(P, UP, cc),
        Sinh => x.sinh(P, UP, cc),
        Cosh => x.cosh(P, UP, cc),
        Tanh => x.tanh(P, UP, cc),
        Silu => x.mul(&float_oracle(Sigmoid, x, cc), P, UP),
        _ => {
            let one = BigFloat::from_i8(1, P);
            one.div(&one.add(&x.neg().exp(P, UP, cc), P, UP), P, UP)
        }
    }
}

/// The independent crate, with slack for its last bits: 2^-120 relative is far below our last place.
fn assert_meets_float(function: Function, x: Dyadic, value: &Interval, cc: &mut Consts) {
    let is_large = x.exponent() + 63
        > if matches!(function, Ln | Atan) {
            100
        } else {
            28
        };
    // No oracle for these but `Precise`.
    let is_unknown = SMOOTH.contains(&function) && function != Silu;
    if is_large || is_unknown || value.sup().is_infinite() {
        return;
    }
    let (Some(point), Some(low), Some(high)) =
        (to_float(x), to_float(value.inf()), to_float(value.sup()))
    else {
        return;
    };
    let truth = float_oracle(function, &point, cc);
    let slack = truth
        .abs()
        .mul(&BigFloat::from_words(&[1 << 63], Sign::Pos, -120), P, UP);
    let (above, below) = (truth.add(&slack, P, UP), truth.sub(&slack, P, UP));
    let is_ordered = |a: &BigFloat, b: &BigFloat| a.cmp(b).is_some_and(|order| order <= 0);
    assert!(
        is_ordered(&low, &above) && is_ordered(&below, &high),
        "{function:?}({x}) = {value}, but {truth}"
    );
}

/// Points of all sizes, and close to where something happens.
fn any_point() -> impl Strategy<Value = Dyadic> {
    let sign = prop_oneof![Just(1i64), Just(-1)];
    let mantissa = prop_oneof![any::<i64>(), -64i64..64, Just(i64::MAX), Just(1)];
    let near = (0i64..6, -200i64..200, any::<i32>(), 1i64..70);
    prop_oneof![
        (mantissa.clone(), -133i64..8).prop_map(|(m, e)| Dyadic::new(m.into(), e, Down)),
        (mantissa, -66i64..-58).prop_map(|(m, e)| Dyadic::new(m.into(), e, Down)),
        // k · 2^-j plus something small: 0, ±1, ties and ends of tables.
        (-130i64..130, sign, 0i64..8, 1i64..80).prop_map(|(k, sign, j, drop)| {
            let small = Dyadic::power_of_two(-drop);
            let small = if sign < 0 { -small } else { small };
            Dyadic::new(k.into(), -j, Down).add(small, Down)
        }),
        // Next to multiples of pi/2 and of ln 2/64.
        near.prop_map(|(kind, k, offset, drop)| {
            let unit = if kind < 4 {
                halved(&pi()).inf()
            } else {
                Dyadic::new((LN_2 >> 2).cast_signed(), -132, Down)
            };
            let offset = Dyadic::new(offset.into(), -31 - drop, Down);
            let k = if kind == 3 { k << 20 } else { k };
            let multiple = unit.mul(Dyadic::from_i64(k), Down);
            if kind == 0 {
                multiple
            } else {
                multiple.add(offset, Down)
            }
        }),
        (-1_000_000_000i64..1_000_000_000).prop_map(Dyadic::from_i64),
    ]
}

fn check_point(function: Function, x: Dyadic, cc: &mut Consts) {
    match apply(function, &Interval::point(x)) {
        Ok(value) => {
            assert_meets_precise(function, x, &value);
            assert_meets_float(function, x, &value, cc);
            assert_narrow(function, x, &value);
        }
        Err(failure) => {
            let is_outside = match function {
                Ln => !x.is_positive(),
                Asin | Acos => x.abs() > Dyadic::ONE,
                // Too close to a pole to tell, or too large to reduce.
                Tan => failure == Failure::PossiblyUndefined && x.exponent() > 60 - 63,
                _ => false,
            };
            assert!(is_outside, "{function:?}({x}): {failure:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn points_are_enclosed_and_sharp(x in any_point()) {
        let mut cc = Consts::new().expect("memory for constants");
        // Inverse functions see their domain often enough too.
        let inside = if x.abs() > Dyadic::ONE { Dyadic::ONE.div(x, Down) } else { x };
        for function in ALL {
            check_point(function, x, &mut cc);
            check_point(function, inside, &mut cc);
        }
        check_point(Ln, x.abs().max(Dyadic::power_of_two(-500)), &mut cc);
    }

    /// A point inside an interval has its value inside the value of the interval.
    #[test]
    fn intervals_hold_their_points(
        a in any_point(), b in any_point(), width in 0i64..60, share in 0i64..=4, far in any::<bool>(),
    ) {
        let b = if far { b } else { a.add(Dyadic::power_of_two(3 - width), Up) };
        let x = Interval::ordered(a.min(b), a.max(b));
        let step = x.sup().sub(x.inf(), Down).mul(Dyadic::new(share.into(), -2, Down), Down);
        let point = x.inf().add(step, Down);
        prop_assert!(x.contains(point));
        for function in ALL {
            if let Ok(value) = apply(function, &x) {
                match Precise::from_dyadic(point, 200).apply(function) {
                    Ok(truth) => prop_assert!(truth.meets(&value), "{function:?}({x}) at {point}"),
                    Err(failure) => prop_assert_eq!(failure, Failure::Inexact),
                }
            }
        }
    }

    /// Between steps of one unit in the last place the ends never go the wrong way far enough to
    /// part the enclosures.
    #[test]
    fn monotone_functions_keep_their_order(a in any_point(), b in any_point()) {
        let (a, b) = (a.min(b), a.max(b));
        for function in [Exp, Ln, Asin, Atan, Sinh, Tanh, Sigmoid, Erf, Softplus, Softsign, Elu] {
            let value = |x| apply(function, &Interval::point(x));
            if let (Ok(low), Ok(high)) = (value(a), value(b)) {
                prop_assert!(low.inf() <= high.sup(), "{function:?} {a} {b}");
                let whole = apply(function, &Interval::ordered(a, b)).expect("defined at the ends");
                prop_assert_eq!((whole.inf(), whole.sup()), (low.inf(), high.sup()));
            }
        }
    }

    #[test]
    fn steep_sigmoids_are_sharp(x in any_point(), power in 6u32..=12, offset in -1_000i64..1_000) {
        let steep = Dyadic::from_i64(10i64.pow(power));
        let shift = Dyadic::new(offset.into(), -10, Down);
        let argument = x.sub(shift, Down).mul(steep, Down);
        for function in [Exp, Sigmoid, Tanh] {
            let value = apply(function, &Interval::point(argument)).expect("defined everywhere");
            assert_meets_precise(function, argument, &value);
            assert_narrow(function, argument, &value);
        }
        let complement = sigmoid_complement(&Interval::point(argument));
        let mirrored = apply(Sigmoid, &Interval::point(-argument));
        prop_assert_eq!(Ok(complement), mirrored);
    }

    /// Huge exponents, where the promise is only to be on the safe side.
    #[test]
    fn huge_arguments_are_safe(m in any::<i64>(), e in -20i64..2_000, far in any::<bool>()) {
        let e = if far { (1 << 59) + e } else { e };
        let x = Dyadic::new(m.into(), e, Down);
        for function in ALL {
            // The slow part, so once for each point.
            let truths = [x, Dyadic::ONE].map(|at| (at, Precise::from_dyadic(at, 128).apply(function)));
            for range in [Interval::point(x), Interval::ordered(x.min(Dyadic::ONE), x.max(Dyadic::ONE)),
                          Interval::ordered(x, Dyadic::INFINITY),
                          Interval::ordered(Dyadic::NEG_INFINITY, x)] {
                let Ok(value) = apply(function, &range) else { continue };
                for (_, truth) in truths.iter().filter(|(at, _)| range.contains(*at)) {
                    match truth {
                        Ok(truth) => prop_assert!(truth.meets(&value), "{function:?}({range})"),
                        Err(failure) => prop_assert_eq!(*failure, Failure::Inexact),
                    }
                }
            }
        }
    }
}

/// Every step of the tables, at both ends.
#[test]
fn ends_of_table_steps_are_enclosed() {
    let mut cc = Consts::new().expect("memory for constants");
    let last = Dyadic::power_of_two(-62);
    for i in 0..=128 {
        let f = Dyadic::new((128 + i).into(), -7, Down);
        for x in [f, f.sub(last, Down), f.add(last, Up)] {
            for function in [
                Ln, Atan, Exp, Sigmoid, Sin, Cos, Tanh, Erf, Gelu, Softplus, Elu,
            ] {
                check_point(function, x, &mut cc);
                check_point(function, x.sub(Dyadic::ONE, Down), &mut cc);
            }
        }
    }
}

/// Without cancellation there is nothing to lose: `2^-52` is the worst that 63 bits can come to a
/// multiple of pi/2 and still be told apart.
#[test]
fn sine_is_relatively_sharp_close_to_multiples_of_pi() {
    for k in 1..2_000 {
        let x = pi().inf().mul(Dyadic::from_i64(k), Down);
        let value = apply(Sin, &Interval::point(x)).expect("defined everywhere");
        assert_meets_precise(Sin, x, &value);
        assert!(!value.contains_zero());
        assert!(value.wid() <= value.mag().scale(-45, Down), "{value}");
    }
}

// ---------------------------------------------------------------------------------------------
// Single cases.

fn at(function: Function, low: Dyadic, high: Dyadic) -> Result<Interval, Failure> {
    apply(function, &Interval::ordered(low, high))
}

#[test]
fn exact_values() {
    for (function, x, y) in [
        (Exp, 0, 1),
        (Ln, 1, 0),
        (Sin, 0, 0),
        (Cos, 0, 1),
        (Tan, 0, 0),
        (Asin, 0, 0),
        (Acos, 1, 0),
        (Atan, 0, 0),
        (Sinh, 0, 0),
        (Cosh, 0, 1),
        (Tanh, 0, 0),
        (Erf, 0, 0),
        (Softsign, 0, 0),
        (Elu, 0, 0),
        (Elu, 7, 7),
        (Silu, 0, 0),
        (Gelu, 0, 0),
    ] {
        assert_eq!(
            apply(function, &Interval::from_i64(x)),
            Ok(Interval::from_i64(y)),
            "{function:?}"
        );
    }
    assert_eq!(
        apply(Sigmoid, &Interval::ZERO),
        Ok(Interval::point(Dyadic::HALF))
    );
}

#[test]
fn tails_of_the_sigmoid() {
    let million = Interval::from_i64(1_000_000);
    let tail = apply(Sigmoid, &million.negated()).expect("defined everywhere");
    // e^-1000000 = 2^-1442695.04...
    assert!(tail.inf() >= Dyadic::power_of_two(-1_442_696));
    assert!(tail.sup() <= Dyadic::power_of_two(-1_442_695));
    assert!(tail.wid() <= tail.inf().scale(-58, Down));
    let top = apply(Sigmoid, &million).expect("defined everywhere");
    assert_eq!(
        top,
        Interval::ordered(Dyadic::ONE.sub(tail.sup(), Down), Dyadic::ONE)
    );
    assert!(top.inf() < Dyadic::ONE);
    assert_eq!(sigmoid_complement(&million), tail);
    let everything = apply(Sigmoid, &Interval::ENTIRE).expect("defined everywhere");
    assert_eq!(everything, Interval::UNIT);
}

#[test]
fn unbounded_intervals_are_safe() {
    let (minus, plus) = (Dyadic::NEG_INFINITY, Dyadic::INFINITY);
    let from_zero = |end| Ok(Interval::ordered(Dyadic::ZERO, end));
    let all = Interval::ENTIRE;
    assert_eq!(at(Exp, minus, Dyadic::ZERO), Ok(Interval::UNIT));
    assert_eq!(apply(Exp, &all), from_zero(plus));
    assert_eq!(apply(Sinh, &all), Ok(all));
    assert_eq!(apply(Cosh, &all), Ok(Interval::ordered(Dyadic::ONE, plus)));
    assert_eq!(apply(Tanh, &all), Ok(Interval::SYMMETRIC_UNIT));
    assert_eq!(apply(Sin, &all), Ok(Interval::SYMMETRIC_UNIT));
    assert_eq!(at(Cos, Dyadic::ZERO, plus), Ok(Interval::SYMMETRIC_UNIT));
    assert_eq!(apply(Tan, &all), Err(Failure::PossiblyUndefined));
    assert_eq!(at(Ln, Dyadic::ONE, plus), from_zero(plus));
    assert_eq!(apply(Ln, &all), Err(Failure::PossiblyUndefined));
    let half_pi = halved(&pi()).sup();
    assert_eq!(apply(Atan, &all), Ok(Interval::symmetric(half_pi)));
}

#[test]
fn outside_the_domain() {
    let (one, two) = (Dyadic::ONE, Dyadic::from_i64(2));
    assert_eq!(at(Ln, -one, Dyadic::ZERO), Err(Failure::Undefined));
    assert_eq!(at(Ln, Dyadic::ZERO, one), Err(Failure::PossiblyUndefined));
    for function in [Asin, Acos] {
        let slightly = one.add(Dyadic::power_of_two(-62), Up);
        assert_eq!(at(function, one, slightly), Err(Failure::PossiblyUndefined));
        assert_eq!(at(function, slightly, two), Err(Failure::Undefined));
        assert_eq!(at(function, -two, -slightly), Err(Failure::Undefined));
        assert!(at(function, -one, one).is_ok());
    }
    assert_eq!(at(Tan, one, two), Err(Failure::PossiblyUndefined));
    assert!(at(Tan, two, Dyadic::from_i64(4)).is_ok());
}

#[test]
fn extremes_inside_are_found_and_no_others() {
    let tenth = |n: i64| Interval::from_rational(&Rational::ratio(n, 10)).inf();
    let sup = |function, a, b| at(function, tenth(a), tenth(b)).expect("defined").sup();
    let inf = |function, a, b| at(function, tenth(a), tenth(b)).expect("defined").inf();
    assert_eq!(sup(Sin, 15, 16), Dyadic::ONE);
    assert!(sup(Sin, 14, 15) < Dyadic::ONE && sup(Sin, 16, 17) < Dyadic::ONE);
    assert_eq!(inf(Sin, 40, 50), -Dyadic::ONE);
    assert!(inf(Sin, 15, 16) > Dyadic::HALF);
    assert_eq!(inf(Cos, 31, 32), -Dyadic::ONE);
    assert!(inf(Cos, 30, 31) > -Dyadic::ONE);
    assert_eq!(sup(Cos, -1, 2), Dyadic::ONE);
    assert_eq!(at(Cos, tenth(-40), tenth(70)), Ok(Interval::SYMMETRIC_UNIT));
    assert_eq!(
        at(Cosh, tenth(-5), tenth(3)).expect("defined").inf(),
        Dyadic::ONE
    );
}

/// Next to every entry of the table of `M`, on both sides of the middle between two, and where it ends.
#[test]
fn ends_of_the_table_of_mills_are_enclosed() {
    let mut cc = Consts::new().expect("memory for constants");
    let root_two = Interval::from_i64(2).root().expect("a root");
    for j in 0..=264 {
        let y = Dyadic::new(j.into(), -5, Down);
        for step in [-1, 0, 1, 1 << 30] {
            let x = y.add(Dyadic::new(step, -60, Down), Down);
            let scaled = root_two.times_point(x).inf();
            for x in [x, -x, scaled, -scaled] {
                check_point(Erf, x, &mut cc);
                check_point(Gelu, x, &mut cc);
            }
        }
    }
}

/// What floats say, within a few units of their last place.
#[test]
fn floats_agree() {
    for step in -4000i32..4000 {
        let x = f64::from(step) / 128.0;
        let point = exact_dyadic(x).expect("finite");
        for function in SMOOTH {
            let value = apply(function, &Interval::point(point)).expect("defined everywhere");
            let float = Estimate(x).apply(function).expect("defined everywhere").0;
            let off = (float - estimate_dyadic(value.mid())).abs();
            assert!(
                off <= float.abs() * 2e-15 * (1.0 + x * x / 8.0) + 1e-320,
                "{function:?}({x}): {value} {float}"
            );
        }
    }
}

#[test]
fn the_least_values_are_found_and_no_others() {
    let tenth = |n: i64| Interval::from_rational(&Rational::ratio(n, 10)).inf();
    let on = |function, a, b| at(function, tenth(a), tenth(b)).expect("defined");
    for (function, a, b, depth) in [(Silu, -13, -12, SILU_DEPTH), (Gelu, -8, -7, GELU_DEPTH)] {
        let least = -depth.interval().sup();
        assert_eq!(on(function, a, b).inf(), least);
        assert_eq!(on(function, -1000, 50).inf(), least);
        assert!(on(function, a - 5, a).inf() > least);
        assert!(on(function, b, b + 3).inf() > least);
        assert_eq!(on(function, -1000, 50).sup(), on(function, 50, 50).sup());
        let left = on(function, -50, -40);
        assert_eq!(left.sup(), on(function, -50, -50).sup());
        assert_eq!(left.inf(), on(function, -40, -40).inf());
    }
}

#[test]
fn smooth_units_at_infinity() {
    let (minus, plus) = (Dyadic::NEG_INFINITY, Dyadic::INFINITY);
    let all = Interval::ENTIRE;
    let whole = |function| apply(function, &all).expect("defined everywhere");
    assert_eq!(whole(Erf), Interval::SYMMETRIC_UNIT);
    assert_eq!(whole(Softsign), Interval::SYMMETRIC_UNIT);
    assert_eq!(whole(Softplus), Interval::ordered(Dyadic::ZERO, plus));
    assert_eq!(whole(Elu), Interval::ordered(-Dyadic::ONE, plus));
    assert_eq!(whole(Silu).sup(), plus);
    assert_eq!(whole(Gelu).sup(), plus);
    // Far out to the left they are next to 0, from below.
    let far = -Dyadic::power_of_two(70);
    for function in [Silu, Gelu] {
        let tail = at(function, minus, far).expect("defined everywhere");
        assert_eq!(tail.sup(), Dyadic::ZERO);
        assert!(
            tail.inf() >= -Dyadic::power_of_two(-(1 << 40)),
            "{function:?}: {tail}"
        );
    }
    assert!(at(Elu, minus, far).expect("defined").sup() < -Dyadic::HALF);
}

/// The tail of gelu keeps its relative accuracy: at -40 it is 10^-349.
#[test]
fn tails_of_gelu_are_relatively_sharp() {
    for x in [-1i64, -5, -11, -12, -40, -1000, -1_000_000] {
        let value = apply(Gelu, &Interval::from_i64(x)).expect("defined everywhere");
        assert!(value.wid() <= value.mag().scale(-57, Down), "{x}: {value}");
        assert_meets_precise(Gelu, Dyadic::from_i64(x), &value);
    }
}

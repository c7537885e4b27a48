use super::super::scalar::Function::{Acos, Asin, Atan, Cos, Exp, Ln, Sigmoid, Sin, Tan, Tanh};
use super::*;
use proptest::prelude::*;

/// The leading decimals of the midpoint, which the width must not affect.
fn digits(value: &Precise, places: u32) -> String {
    let scale = Rational::from(10)
        .powi(i32::try_from(places).expect("small"))
        .expect("power");
    let scaled = |end: Option<Rational>| (end.expect("writable") * scale.clone()).floor();
    let (low, high) = (scaled(value.lower()), scaled(value.upper()));
    assert_eq!(low, high, "not that many digits");
    low.to_string()
}

fn at(function: Function, p: i64, q: i64, bits: u32) -> Precise {
    Precise::constant(&bits, &Rational::ratio(p, q))
        .apply(function)
        .expect("defined")
}

/// Published digits.
#[test]
fn known_digits() {
    let pi = Precise::pi(&200).expect("pi is a number");
    assert_eq!(
        digits(&pi, 50),
        "314159265358979323846264338327950288419716939937510"
    );
    assert_eq!(
        digits(&at(Exp, 1, 1, 200), 50),
        "271828182845904523536028747135266249775724709369995"
    );
    assert_eq!(
        digits(&at(Ln, 2, 1, 200), 50),
        "69314718055994530941723212145817656807550013436025"
    );
    assert_eq!(
        digits(&at(Function::Sqrt, 2, 1, 200), 50),
        "141421356237309504880168872420969807856967187537694"
    );
    assert_eq!(
        digits(&at(Sin, 1, 1, 200), 30),
        "841470984807896506652502321630"
    );
    assert_eq!(
        digits(&at(Cos, 1, 1, 200), 30),
        "540302305868139717400936607442"
    );
    assert_eq!(
        digits(&at(Function::Erf, 1, 1, 200), 30),
        "842700792949714869341220635082"
    );
    assert_eq!(
        digits(&at(Atan, 1, 1, 200).scaled(2), 30),
        "3141592653589793238462643383279"
    );
}

/// The last of 1000 decimals of e, computed independently by its exact series.
#[test]
fn a_thousand_digits_of_e() {
    let bits = 3400;
    let (mut sum, mut term) = (Rational::ZERO, Rational::ONE);
    for n in 1..500 {
        sum = &sum + &term;
        term = &term * &Rational::ratio(1, n);
    }
    let e = at(Exp, 1, 1, bits);
    assert!(e.lower().expect("writable") < &sum + &term.half());
    assert!(e.upper().expect("writable") > sum);
    assert_eq!(digits(&e, 1000).len(), 1001);
}

#[test]
fn tails_and_absurd_arguments() {
    let bits = 100;
    let tail = at(Sigmoid, -1_000_000, 1, bits);
    let low = tail.lower().expect("writable");
    assert!(low > Rational::power_of_two(-1_442_696));
    assert!(tail.upper().expect("writable") < Rational::power_of_two(-1_442_695));
    let absurd = Precise::constant(&bits, &Rational::power_of_two(50));
    assert_eq!(absurd.apply(Exp), Err(Failure::Inexact));
    let small = absurd.negated().apply(Exp).expect("close to zero");
    assert_eq!(small.lower(), Some(Rational::ZERO));
    assert_eq!(small.upper(), Some(Rational::power_of_two(-(1 << 24))));
    let top = absurd.apply(Sigmoid).expect("close to one");
    assert_eq!(top.upper(), Some(Rational::ONE));
    assert!(top.lower().expect("writable") < Rational::ONE);
    let large = Precise::constant(&bits, &Rational::power_of_two(20_000));
    assert_eq!(
        large.apply(Cos).expect("defined").upper(),
        Some(Rational::ONE)
    );
    // Repeated squaring ends in a refusal, not in a full memory.
    assert_eq!(
        absurd.powi(i32::MAX).and_then(|x| x.powi(i32::MAX)),
        Err(Failure::Inexact)
    );
}

#[test]
fn domains() {
    let bits = 64;
    let over =
        |low: i64, high: i64| Precise::from_i64(low, bits).hull(&Precise::from_i64(high, bits));
    assert_eq!(over(0, 1).apply(Ln), Err(Failure::PossiblyUndefined));
    assert_eq!(over(-1, 0).apply(Ln), Err(Failure::Undefined));
    assert_eq!(over(0, 2).apply(Asin), Err(Failure::PossiblyUndefined));
    assert_eq!(over(2, 3).apply(Acos), Err(Failure::Undefined));
    assert_eq!(over(1, 2).apply(Tan), Err(Failure::PossiblyUndefined));
    assert_eq!(
        over(-1, 1).div(&over(0, 1)),
        Err(Failure::PossiblyUndefined)
    );
    assert_eq!(
        over(0, 1).pow(&over(-1, 1)),
        Err(Failure::PossiblyUndefined)
    );
    assert_eq!(over(0, 0).pow(&over(2, 2)), Ok(over(0, 0)));
}

fn fraction() -> impl Strategy<Value = Rational> {
    (any::<i32>(), 1i64..1 << 20, -40i32..40)
        .prop_map(|(p, q, e)| Rational::ratio(i64::from(p), q) * Rational::power_of_two(e))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Two precisions of one value overlap, and the finer is narrower.
    #[test]
    fn precisions_agree(x in fraction()) {
        for function in [Exp, Sin, Cos, Tan, Atan, Tanh, Sigmoid, Ln, Asin, Acos, Function::Sinh,
                         Function::Cosh, Function::Sqrt, Function::Erf, Function::Softplus, Function::Softsign,
                         Function::Elu, Function::Silu, Function::Gelu] {
            let value = |bits: u32| Precise::constant(&bits, &x).apply(function);
            if let (Ok(coarse), Ok(fine)) = (value(40), value(300)) {
                let difference = coarse.minus(&fine);
                prop_assert!(difference.contains_zero(), "{function:?}({x})");
                prop_assert!(fine.minus(&fine).mag() <= coarse.minus(&coarse).mag().max(fine.mag().scaled(-250)));
            }
        }
    }

    #[test]
    fn arithmetic_encloses_exact_results(x in fraction(), y in fraction(), n in -4i32..5, bits in 8u32..90) {
        let (a, b) = (Precise::constant(&bits, &x), Precise::constant(&bits, &y));
        prop_assert!(a.contains_rational(&x));
        prop_assert!(a.plus(&b).contains_rational(&(&x + &y)));
        prop_assert!(a.minus(&b).contains_rational(&(&x - &y)));
        prop_assert!(a.times(&b).contains_rational(&(&x * &y)));
        if !y.is_zero() {
            prop_assert!(a.over(&b).contains_rational(&(&x / &y)));
        }
        if let Some(power) = x.powi(n) {
            prop_assert!(Scalar::powi(&a, n).expect("in range").contains_rational(&power));
        }
        let root = a.mul(&a).and_then(|square| square.apply(Function::Sqrt)).expect("a square");
        prop_assert!(root.contains_rational(&x.abs()));
    }

    /// Identities between the functions.
    #[test]
    fn identities(x in fraction()) {
        let bits = 200;
        let point = Precise::constant(&bits, &x);
        let both = |f, g| Some((point.apply(f).ok()?, point.apply(g).ok()?));
        if let Some((sin, cos)) = both(Sin, Cos) {
            let one = sin.times(&sin).plus(&cos.times(&cos));
            prop_assert!(one.contains_rational(&Rational::ONE));
        }
        if let Ok(log) = point.apply(Ln) {
            prop_assert!(log.apply(Exp).expect("in range").contains_rational(&x));
        }
        let angle = point.apply(Atan).expect("defined everywhere");
        if let Ok(back) = angle.apply(Tan) {
            prop_assert!(back.contains_rational(&x));
        }
        if let Ok(angle) = point.apply(Asin) {
            prop_assert!(angle.apply(Sin).expect("defined").contains_rational(&x));
            let other = point.apply(Acos).expect("the same domain");
            let right = angle.plus(&other).scaled(1).minus(&Precise::pi(&bits).expect("pi"));
            prop_assert!(right.contains_zero());
        }
    }
}

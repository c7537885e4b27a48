//! The float intervals against the multiprecision ones.

use super::*;
use steeple::numbers::{Function, Precise, Scalar};

const ALL: [Function; 22] = [
    Function::Exp,
    Function::Ln,
    Function::Sqrt,
    Function::Sin,
    Function::Cos,
    Function::Tan,
    Function::Asin,
    Function::Acos,
    Function::Atan,
    Function::Sinh,
    Function::Cosh,
    Function::Tanh,
    Function::Sigmoid,
    Function::Erf,
    Function::Softplus,
    Function::Softsign,
    Function::Elu,
    Function::Silu,
    Function::Gelu,
    Function::Abs,
    Function::Relu,
    Function::Heaviside,
];

/// Every function at many numbers: the float interval and the multiprecision one share a number, at
/// the number itself and on an interval around it.
#[test]
fn functions_hold_the_truth() {
    for function in ALL {
        for k in (-165..=165).step_by(11) {
            let x = Rational::ratio(k, 32);
            let precise = Precise::constant(&150, &x).apply(function);
            let found = Span::from_rational(&x).apply(function);
            let wide = Span::new(
                f64::from(i32::try_from(k).expect("small")) / 32.0 - 0.3,
                0.0,
            );
            let wide = Span::new(wide.low, wide.low + 0.7).apply(function);
            let (Ok(precise), Ok(found)) = (&precise, found) else {
                assert_eq!(precise.is_err(), found.is_err(), "{function:?} at {x}");
                continue;
            };
            let (low, high) = (precise.lower().expect("b"), precise.upper().expect("b"));
            for span in [Some(found), wide.ok()].into_iter().flatten() {
                let below = exact_of(span.low).is_none_or(|end| end <= low);
                let above = exact_of(span.high).is_none_or(|end| end >= high);
                assert!(below && above, "{function:?} at {x}: {span:?}");
            }
            assert!(found.high - found.low <= 1e-13 * found.mag().max(1.0));
        }
    }
}

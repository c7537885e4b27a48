use super::*;

#[test]
fn values_at_zero_and_one_are_exact() {
    assert_eq!(apply(Function::Exp, &Interval::ZERO), Ok(Interval::ONE));
    assert_eq!(apply(Function::Ln, &Interval::ONE), Ok(Interval::ZERO));
    assert_eq!(
        apply(Function::Sigmoid, &Interval::ZERO),
        Ok(Interval::point(Dyadic::HALF))
    );
}

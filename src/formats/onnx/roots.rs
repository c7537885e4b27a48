//! Square roots, exactly or to many bits.

use super::context::{Context, error};
use crate::formats::foreign::ForeignError;
use crate::numbers::Rational;

/// The root of a number: exactly where it is rational, else to 96 significant bits and more.
pub fn root(number: &Rational, context: &mut Context) -> Result<Rational, ForeignError> {
    if number.is_negative() {
        return Err(error("the root of a negative number"));
    }
    if let Some(root) = number.exact_sqrt() {
        return Ok(root);
    }
    context.note(
        "irrational roots (of variances) are taken to 96 bits: the network meant is the one with these numbers"
            .into(),
    );
    // floor(sqrt(n 4^k)) / 2^k, with k such that the root has 96 bits or more.
    let half = i32::try_from(number.magnitude_bits() / 2).unwrap_or(0);
    let shift = 99 - half;
    let scaled = number * &Rational::power_of_two(2 * shift);
    let floor = Rational::from(scaled.floor());
    // Newton's iteration from above, on integers.
    let mut root = Rational::power_of_two(half.saturating_add(shift).saturating_add(2));
    loop {
        let quotient = floor.checked_div(&root).unwrap_or(Rational::ONE).floor();
        let next = Rational::from((&root + &Rational::from(quotient)).half().floor());
        if next >= root {
            return Ok(&root * &Rational::power_of_two(-shift));
        }
        root = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn roots_are_close_from_below(p in 1i64.., q in 1i64.., e in -300i32..300) {
            let number = &Rational::ratio(p, q) * &Rational::power_of_two(e);
            let root = root(&number, &mut Context::new(0)).expect("positive");
            let above = &root + &(&root * &Rational::power_of_two(-96));
            prop_assert!(&root * &root <= number);
            prop_assert!(&above * &above >= number);
        }
    }
}

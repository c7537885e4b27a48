//! Numbers as arguments: exact values, or text.

use crate::numbers::{Rational, loose};

/// What an exact number may be given as: a [`Rational`], an integer, or text such as `"1/3"`, `"0.05"`, `"2^-5"`.
/// Floats are not accepted, because the float `0.1` is not 1/10. `Rational::from_f64` converts one exactly.
pub trait Number: sealed::Sealed {
    /// Returns the number, or the text that is not a number.
    #[doc(hidden)]
    fn rational(self) -> Result<Rational, String>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for &str {}
    impl Sealed for &String {}
    impl Sealed for String {}
    impl Sealed for i64 {}
    impl Sealed for super::Rational {}
    impl Sealed for &super::Rational {}
}

impl Number for &str {
    fn rational(self) -> Result<Rational, String> {
        loose::parse(self.trim()).map_err(|_| self.to_owned())
    }
}

impl Number for &String {
    fn rational(self) -> Result<Rational, String> {
        self.as_str().rational()
    }
}

impl Number for String {
    fn rational(self) -> Result<Rational, String> {
        self.as_str().rational()
    }
}

impl Number for i64 {
    fn rational(self) -> Result<Rational, String> {
        Ok(Rational::from(self))
    }
}

impl Number for Rational {
    fn rational(self) -> Result<Rational, String> {
        Ok(self)
    }
}

impl Number for &Rational {
    fn rational(self) -> Result<Rational, String> {
        Ok(self.clone())
    }
}

//! A claim: what holds, for which network and which target.

use std::fmt;

use super::header::Layer;
use super::semantics::Semantics;
use crate::expr::{Domain, Target};
use crate::network::Network;
use crate::numbers::{Direction, Dyadic, Function, Rational};

/// How the distance between a network and its target is measured over the domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Norm {
    /// The least upper bound of `|N - f|`, for the worst output; where `N` or `f` jumps, the
    /// essential one (sets of measure zero do not count).
    #[default]
    Sup,
    /// The integral of `|N - f|`; outputs are summed under the integral.
    L1,
    /// The square root of the integral of `(N - f)^2`; outputs are summed under the integral.
    L2,
    /// The area (length, volume) on which the decision `N >= threshold` differs from a region.
    Area,
}

impl Norm {
    /// All norms.
    pub const ALL: [Self; 4] = [Self::Sup, Self::L1, Self::L2, Self::Area];

    /// The name in specs, flags and certificates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sup => "sup",
            Self::L1 => "l1",
            Self::L2 => "l2",
            Self::Area => "area",
        }
    }

    /// Finds a norm by name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|norm| norm.name() == name)
    }
}

impl fmt::Display for Norm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A question about an error: everything in a claim except its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The digest of the network, `sha256:...`.
    pub network: String,
    /// The target; its inputs are in the order of the network's.
    pub target: Target,
    /// The box, its sides in the same order.
    pub domain: Domain,
    /// The norm of the error.
    pub norm: Norm,
    /// The network decides "inside" where its output is at least this. Present only for `area`.
    pub threshold: Option<Rational>,
    /// The arithmetic that evaluates the network.
    pub semantics: Semantics,
}

impl Question {
    /// Are two questions the same? The spelling of the formulas does not matter.
    pub fn is_same(&self, other: &Self) -> bool {
        self.network == other.network
            && self.target.inputs() == other.target.inputs()
            && self.target.body() == other.target.body()
            && self.domain == other.domain
            && self.norm == other.norm
            && self.threshold == other.threshold
            && self.semantics == other.semantics
    }
}

impl Question {
    /// Is the claim about every point, and not about almost every one? So it is in float
    /// arithmetic under `sup`.
    pub fn is_everywhere(&self) -> bool {
        self.norm == Norm::Sup && self.semantics != Semantics::Real
    }

    /// Returns the lowest layer of the kernel that supports the question.
    pub fn needs(&self, network: &Network) -> Layer {
        let is_core = self.target.functions_are(&Function::is_core)
            && (network.layers().iter()).all(|layer| layer.activation().is_core());
        match self.norm {
            _ if self.semantics != Semantics::Real => Layer::Floats,
            _ if !is_core => Layer::Smooth,
            Norm::L1 | Norm::L2 => Layer::Integrals,
            Norm::Sup | Norm::Area => Layer::Core,
        }
    }
}

/// A two-sided statement about an error.
///
/// [`Claim::error_lower`] and [`Claim::error_upper`] bound the error in every norm. What the
/// certificate *states* is the error itself, except for [`Norm::L2`]: there it is the *square* of
/// the error, because that is the integral of the leaves, and can be exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The question that it answers.
    pub question: Question,
    /// A lower bound of the error (`l2`: of its *square*).
    pub stated_lower: Rational,
    /// An upper bound of the error (`l2`: of its *square*); `None` if no bound is claimed.
    pub stated_upper: Option<Rational>,
}

impl Claim {
    /// Returns a lower bound of the error: exact if it is rational, else rounded down to 63 bits.
    pub fn error_lower(&self) -> Rational {
        match self.question.norm {
            Norm::L2 => root(&self.stated_lower, Direction::Down).unwrap_or_default(),
            Norm::Sup | Norm::L1 | Norm::Area => self.stated_lower.clone(),
        }
    }

    /// Returns an upper bound of the error: exact if it is rational, else rounded up to 63 bits.
    pub fn error_upper(&self) -> Option<Rational> {
        let upper = self.stated_upper.as_ref()?;
        match self.question.norm {
            Norm::L2 => root(upper, Direction::Up),
            Norm::Sup | Norm::L1 | Norm::Area => Some(upper.clone()),
        }
    }

    /// Returns the bounds of the square of the error, if these are what is stated.
    pub fn squared(&self) -> Option<(Rational, Option<Rational>)> {
        let is_square = self.question.norm == Norm::L2;
        is_square.then(|| (self.stated_lower.clone(), self.stated_upper.clone()))
    }

    /// Does the upper bound prove that the error is at most this? Exact, without a root.
    pub fn keeps(&self, tolerance: &Rational) -> bool {
        let upper = self.stated_upper.as_ref();
        !tolerance.is_negative() && upper.is_some_and(|upper| *upper <= self.comparable(tolerance))
    }

    /// Does the lower bound prove that the error is more than this? Exact, without a root.
    pub fn exceeds(&self, tolerance: &Rational) -> bool {
        tolerance.is_negative() || self.stated_lower > self.comparable(tolerance)
    }

    /// Returns an error in the unit of the stated bounds.
    fn comparable(&self, error: &Rational) -> Rational {
        match self.question.norm {
            Norm::L2 => error * error,
            Norm::Sup | Norm::L1 | Norm::Area => error.clone(),
        }
    }
}

/// Returns the square root, rounded if it is not rational; 0 for a negative number.
fn root(square: &Rational, direction: Direction) -> Option<Rational> {
    if !square.is_positive() {
        return Some(Rational::ZERO);
    }
    square.exact_sqrt().or_else(|| {
        Dyadic::from_rational(square, direction)
            .sqrt(direction)
            .rational_bound(direction)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn claim(norm: Norm, lower: &Rational, upper: &Rational) -> Claim {
        Claim {
            question: Question {
                network: "sha256:".into(),
                target: parse_target(&["x"], None).expect("a formula"),
                domain: Domain::parse("x=0..1").expect("a domain"),
                norm,
                threshold: None,
                semantics: Semantics::Real,
            },
            stated_lower: lower.clone(),
            stated_upper: Some(upper.clone()),
        }
    }

    #[test]
    fn the_l2_error_is_the_root_of_what_is_claimed() {
        let (low, high) = (Rational::ratio(1, 9), Rational::ratio(2, 9));
        let squared = claim(Norm::L2, &low, &high);
        assert_eq!(squared.error_lower(), Rational::ratio(1, 3));
        let upper = squared.error_upper().expect("bounded");
        assert!(&upper * &upper > high, "rounded up");
        assert!(&upper * &upper - &high < Rational::power_of_two(-60));
        let below = claim(Norm::L2, &high, &high).error_lower();
        assert!(&below * &below < high && below < upper);
        // 2/9 <= t^2 just fails for t = 4714046/10^7, and just holds for the next millionth.
        assert!(!squared.keeps(&Rational::ratio(4_714_045, 10_000_000)));
        assert!(squared.keeps(&Rational::ratio(4_714_046, 10_000_000)));
        assert!(squared.keeps(&upper) && !squared.keeps(&-&upper));
        assert!(!squared.exceeds(&Rational::ratio(1, 3)));
        assert!(squared.exceeds(&Rational::ratio(333, 1000)));
        assert_eq!(claim(Norm::L1, &low, &high).error_upper(), Some(high));
    }

    #[test]
    fn norms_are_found_by_their_names() {
        for norm in Norm::ALL {
            assert_eq!(Norm::from_name(norm.name()), Some(norm));
        }
    }
}

//! Combines the results of the leaves of a certificate.

use crate::bounds::Bound;
use crate::numbers::{Direction, Dyadic, Interval, Rational, Scalar};

/// The combined result of the leaves under a node.
#[derive(Clone, Debug)]
pub struct Total {
    /// The largest bound of a leaf.
    pub(super) largest: Dyadic,
    /// The largest exact error of a leaf, which is attained.
    pub(super) largest_exact: Rational,
    /// The sum of the enclosed contributions of leaves to the integral.
    pub(super) integral: Interval,
    /// The sum of the exact contributions, as long as it is a short number.
    pub(super) integral_exact: Rational,
    /// The number of leaves.
    pub(super) leaves: usize,
}

impl Total {
    pub(super) const NOTHING: Self = Self {
        largest: Dyadic::ZERO,
        largest_exact: Rational::ZERO,
        integral: Interval::ZERO,
        integral_exact: Rational::ZERO,
        leaves: 0,
    };

    pub(super) fn of_leaf(bound: Bound) -> Self {
        let mut total = Self {
            leaves: 1,
            ..Self::NOTHING
        };
        match bound {
            Bound::Sup(bound) => total.largest = bound,
            Bound::Exact(bound, _) => total.largest_exact = bound,
            Bound::Integral(contribution) => total.integral = contribution,
            Bound::ExactIntegral(contribution) => total.integral_exact = contribution,
        }
        total
    }

    /// Adds the rounding errors of float arithmetic to the exact errors (T40). Then the errors may not be attained.
    #[cfg(feature = "fast")]
    pub(super) fn add_rounding(&mut self, radius: Dyadic) {
        let exact = std::mem::replace(&mut self.largest_exact, Rational::ZERO);
        let error = Dyadic::from_rational(&exact, Direction::Up).add(radius, Direction::Up);
        self.largest = self.largest.max(error);
    }

    /// Combines two subtrees. An exact sum that grows too long becomes an enclosure.
    pub(super) fn and(self, other: Self) -> Self {
        let mut integral = self.integral.plus(&other.integral);
        let mut integral_exact = self.integral_exact + other.integral_exact;
        if integral_exact.is_too_long() {
            integral = integral.plus(&Interval::from_rational(&integral_exact));
            integral_exact = Rational::ZERO;
        }
        Self {
            largest: self.largest.max(other.largest),
            largest_exact: self.largest_exact.max(other.largest_exact),
            integral,
            integral_exact,
            leaves: self.leaves + other.leaves,
        }
    }

    /// Returns the lower and the upper end of the integral.
    pub(super) fn integral_ends(&self) -> (End, End) {
        let exact = &self.integral_exact;
        if self.integral == Interval::ZERO {
            return (End::Exact(exact.clone()), End::Exact(exact.clone()));
        }
        let total = self.integral.plus(&Interval::from_rational(exact));
        (End::Rounded(total.inf()), End::Rounded(total.sup()))
    }
}

/// One end of an integral.
pub(super) enum End {
    Exact(Rational),
    Rounded(Dyadic),
}

impl End {
    /// Is the upper end certainly at most the claimed one?
    pub(super) fn is_at_most(&self, claimed: &Rational) -> bool {
        match self {
            Self::Exact(found) => found <= claimed,
            Self::Rounded(found) => *found <= Dyadic::from_rational(claimed, Direction::Down),
        }
    }

    /// Is the lower end certainly at least the claimed one?
    pub(super) fn is_at_least(&self, claimed: &Rational) -> bool {
        match self {
            Self::Exact(found) => found >= claimed,
            Self::Rounded(found) => *found >= Dyadic::from_rational(claimed, Direction::Up),
        }
    }

    pub(super) fn text(&self, direction: Direction) -> String {
        let found = match self {
            Self::Exact(found) => Some(found.clone()),
            Self::Rounded(found) => found.rational_bound(direction),
        };
        found.map_or("no bound".to_string(), |f| f.to_string())
    }
}

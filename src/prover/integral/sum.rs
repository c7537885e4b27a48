//! Sums of contributions, in floats.

use crate::numbers::Interval;
use crate::numbers::estimate::estimate_dyadic;

/// Sums of the lower and of the upper ends; contributions without an upper end are counted.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) low: f64,
    bounded: f64,
    unbounded: i64,
}

impl Sum {
    pub(super) fn of(contribution: &Interval) -> Self {
        let is_bounded = !contribution.sup().is_infinite();
        Self {
            low: estimate_dyadic(contribution.inf()),
            bounded: if is_bounded {
                estimate_dyadic(contribution.sup())
            } else {
                0.0
            },
            unbounded: i64::from(!is_bounded),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            bounded: self.bounded + other.bounded,
            unbounded: self.unbounded + other.unbounded,
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            low: self.low - other.low,
            bounded: self.bounded - other.bounded,
            unbounded: self.unbounded - other.unbounded,
        }
    }

    /// Returns how much is unknown.
    pub(super) fn unknown(self) -> f64 {
        self.high() - self.low
    }

    pub(super) fn high(self) -> f64 {
        if self.unbounded > 0 {
            f64::INFINITY
        } else {
            self.bounded
        }
    }
}

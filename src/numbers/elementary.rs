//! Enclosures of the elementary functions by integer arithmetic alone.

use super::interval::Interval;
use super::scalar::{Failure, Function};

/// Returns an enclosure of pi.
pub fn pi() -> Interval {
    todo!()
}

/// Returns an enclosure of `function` on the interval.
pub fn apply(_function: Function, _x: &Interval) -> Result<Interval, Failure> {
    todo!()
}

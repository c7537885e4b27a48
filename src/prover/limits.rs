//! When to stop.

use std::time::{Duration, Instant};

/// What a search may use. Nothing is limited by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Wall time.
    pub time: Option<Duration>,
    /// Boxes looked at.
    pub boxes: Option<u64>,
}

/// What made a search stop before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoppedBy {
    /// [`Limits::time`].
    Time,
    /// [`Limits::boxes`].
    Boxes,
    /// The worst cell cannot be made smaller, or no method gives a better bound there.
    Resolution,
}

impl StoppedBy {
    /// The word in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Boxes => "boxes",
            Self::Resolution => "resolution",
        }
    }
}

impl Limits {
    /// Is a limit reached?
    pub fn reached(&self, started: Instant, boxes: u64) -> Option<StoppedBy> {
        if self.boxes.is_some_and(|limit| boxes >= limit) {
            return Some(StoppedBy::Boxes);
        }
        if self.time.is_some_and(|limit| started.elapsed() >= limit) {
            return Some(StoppedBy::Time);
        }
        None
    }
}

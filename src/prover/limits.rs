//! When to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A flag that somebody else sets when a search should come to an end.
#[derive(Clone, Copy, Debug)]
pub struct Interrupt(pub &'static AtomicBool);

impl Interrupt {
    /// Has the flag been set?
    pub fn is_set(self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl PartialEq for Interrupt {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Interrupt {}

/// What a search may use. Nothing is limited by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Wall time.
    pub time: Option<Duration>,
    /// Boxes looked at.
    pub boxes: Option<u64>,
    /// Bytes for the partition and the open boxes, as far as they are counted.
    pub memory: Option<u64>,
    /// Stops the search when it is set.
    pub interrupt: Option<Interrupt>,
}

/// What made a search stop before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoppedBy {
    /// [`Limits::time`].
    Time,
    /// [`Limits::boxes`].
    Boxes,
    /// [`Limits::memory`].
    Memory,
    /// [`Limits::interrupt`].
    Interrupt,
    /// The worst cell cannot be made smaller, or no method gives a better bound there.
    Resolution,
}

impl StoppedBy {
    /// The word in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Boxes => "boxes",
            Self::Memory => "memory",
            Self::Interrupt => "interrupt",
            Self::Resolution => "resolution",
        }
    }
}

impl Limits {
    /// Is a limit reached? `bytes` are counted only where they are limited.
    pub fn reached(
        &self,
        started: Instant,
        boxes: u64,
        bytes: impl FnOnce() -> u64,
    ) -> Option<StoppedBy> {
        if self.boxes.is_some_and(|limit| boxes >= limit) {
            return Some(StoppedBy::Boxes);
        }
        if self.memory.is_some_and(|limit| bytes() >= limit) {
            return Some(StoppedBy::Memory);
        }
        self.is_late(started)
    }

    /// Is there no time left, or does somebody wait for the end?
    pub fn is_late(&self, started: Instant) -> Option<StoppedBy> {
        if self.interrupt.is_some_and(Interrupt::is_set) {
            return Some(StoppedBy::Interrupt);
        }
        if self.time.is_some_and(|limit| started.elapsed() >= limit) {
            return Some(StoppedBy::Time);
        }
        None
    }
}

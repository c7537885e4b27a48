//! When to stop.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::clock::Moment;

use super::memory;

/// A flag that somebody else sets when a search should come to an end. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Returns a flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag, from any thread; returns whether it was set before.
    pub fn set(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }

    /// Has the flag been set?
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl PartialEq for Interrupt {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Interrupt {}

/// What a command may use. Nothing is limited by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Wall time, with the check of what is found.
    pub time: Option<Duration>,
    /// When that time began; with the search itself where this is not given.
    pub begun: Option<Moment>,
    /// Boxes looked at.
    pub boxes: Option<u64>,
    /// Bytes: those counted for the partition and the open boxes, and those of the whole process
    /// where the system tells them.
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
    /// Every bound carries an abstraction error that no cut takes away: of rounded weights, or of a
    /// softplus that jumps at its threshold.
    Abstraction,
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
            Self::Abstraction => "abstraction",
        }
    }

    /// Would the next search stop for the same reason at once?
    pub fn is_final(self) -> bool {
        matches!(self, Self::Time | Self::Memory | Self::Interrupt)
    }
}

impl Limits {
    /// Is there no time left at all, or does somebody wait for the end?
    pub fn is_over(&self) -> Option<StoppedBy> {
        if self.interrupt.as_ref().is_some_and(Interrupt::is_set) {
            return Some(StoppedBy::Interrupt);
        }
        let (time, begun) = (self.time?, self.begun?);
        (begun.elapsed() >= time).then_some(StoppedBy::Time)
    }

    /// The same limits with a part of the time that is left: one in so many.
    #[must_use]
    pub fn shared(&self, parts: usize) -> Self {
        let parts = u32::try_from(parts).unwrap_or(u32::MAX).max(1);
        let time = self.time.map(|time| {
            let spent = self.begun.map_or(Duration::ZERO, |begun| begun.elapsed());
            spent.min(time) + time.saturating_sub(spent) / parts
        });
        Self {
            time,
            ..self.clone()
        }
    }

    /// Should a check be given up? It may take a little longer than the search: what was found is
    /// worth nothing without it.
    pub fn is_check_over(&self, started: Moment) -> bool {
        let Some(time) = self.time else {
            return false;
        };
        let begun = self.begun.unwrap_or(started);
        begun.elapsed() >= time + time / 20 + GRACE
    }
}

/// How much longer than its limit a check may take, and a twentieth of the limit.
const GRACE: Duration = Duration::from_millis(400);
/// What a check does before its first cell (it names the network, looks at it on the domain, reads the
/// certificate) takes about as long as so many looks at the first cell.
const BEGINNING: u32 = 4;

/// The limits of a search that has begun. A part of the time is kept for the check of what was found.
#[derive(Debug)]
pub struct Clock {
    limits: Limits,
    /// When the time began that is limited; where it is not, no clock is asked.
    begun: Option<Moment>,
    /// What the first cell took.
    first: OnceLock<Duration>,
    threads: u32,
    /// Nanoseconds of all threads that a check of the cells so far would take.
    check: AtomicU64,
}

impl Clock {
    /// Starts a clock, for a search with so many threads that began now.
    pub fn start(limits: &Limits, threads: usize) -> Self {
        let begun = limits
            .time
            .map(|_| limits.begun.unwrap_or_else(Moment::now));
        Self {
            limits: limits.clone(),
            begun,
            first: OnceLock::new(),
            threads: u32::try_from(threads).unwrap_or(u32::MAX).max(1),
            check: AtomicU64::new(0),
        }
    }

    /// Starts a stopwatch for what a check will do again; none where nothing limits the time.
    pub fn stopwatch(&self) -> Option<Moment> {
        self.limits.time.map(|_| Moment::now())
    }

    /// Adds what a stopwatch shows to the time that is kept for the check.
    pub fn keep(&self, spent: Duration) {
        self.first.get_or_init(|| spent);
        let nanoseconds = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
        self.check.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// The same, where a time is limited.
    pub fn keep_some(&self, spent: Duration) {
        if self.limits.time.is_some() {
            self.keep(spent);
        }
    }

    /// For work on one thread that a check will do again: returns what keeps the time since it was
    /// asked last and says whether there is more.
    pub fn repeated(&self) -> impl Fn() -> bool {
        let last = Cell::new(self.stopwatch());
        move || {
            if let Some(since) = last.replace(self.stopwatch()) {
                self.keep(since.elapsed());
            }
            self.is_late().is_none()
        }
    }

    /// The wall time that is kept for the check: a quarter more than the cells took, since a check
    /// also reads the certificate and adds up.
    fn kept(&self) -> Duration {
        let cells = Duration::from_nanos(self.check.load(Ordering::Relaxed)) / self.threads;
        let beginning = self
            .first
            .get()
            .map_or(Duration::ZERO, |first| *first * BEGINNING);
        beginning + cells + cells / 4
    }

    /// Is a limit reached? `bytes` are counted only where they are limited.
    pub fn reached(&self, boxes: u64, bytes: impl FnOnce() -> u64) -> Option<StoppedBy> {
        let (most, memory) = (self.limits.boxes, self.limits.memory);
        if most.is_some_and(|limit| boxes >= limit) {
            return Some(StoppedBy::Boxes);
        }
        if let Some(limit) = memory {
            let used = memory::in_use_lately();
            // To count takes a while where many cells are open, and what is counted is a part of this.
            let is_near = used.is_none_or(|used| used >= limit / 8);
            if (is_near && bytes() >= limit) || used.is_some_and(|used| used >= limit) {
                return Some(StoppedBy::Memory);
            }
        }
        self.is_late()
    }

    /// Is there no time left, or does somebody wait for the end?
    pub fn is_late(&self) -> Option<StoppedBy> {
        if self
            .limits
            .interrupt
            .as_ref()
            .is_some_and(Interrupt::is_set)
        {
            return Some(StoppedBy::Interrupt);
        }
        let limit = self.limits.time?;
        (self.begun?.elapsed() + self.kept() >= limit).then_some(StoppedBy::Time)
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// Does the whole process take as much memory as this?
pub fn is_full(limit: u64) -> bool {
    memory::in_use_lately().is_some_and(|bytes| bytes >= limit)
}

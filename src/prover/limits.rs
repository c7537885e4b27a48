//! Limits of a search.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::clock::Moment;

use super::memory;

/// A flag that stops a search when it is set from outside. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Returns a flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag, from any thread; returns whether it was set before.
    ///
    /// ```
    /// let interrupt = steeple::Interrupt::new();
    /// let other = interrupt.clone();
    /// assert!(!other.set());
    /// assert!(interrupt.is_set());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

/// The resources that a command may use. Nothing is limited by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Wall time, including the check of the result.
    pub time: Option<Duration>,
    /// The start of that time; by default the start of the search.
    pub begun: Option<Moment>,
    /// The number of boxes.
    pub boxes: Option<u64>,
    /// Bytes: those counted for the partition and the open boxes, and those of the whole process if
    /// the system reports them.
    pub memory: Option<u64>,
    /// Stops the search when it is set.
    pub interrupt: Option<Interrupt>,
    /// Ends the check of what was found, which is then not known to hold.
    pub check_interrupt: Option<Interrupt>,
}

/// Why a search stopped before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoppedBy {
    /// [`Limits::time`].
    Time,
    /// [`Limits::boxes`].
    Boxes,
    /// [`Limits::memory`].
    Memory,
    /// [`Limits::interrupt`].
    Interrupt,
    /// The worst cell cannot be cut further, or no method gives a better bound there.
    Resolution,
    /// Every bound carries an abstraction error that no cut removes: from rounded weights, or from
    /// a softplus that jumps at its threshold.
    Abstraction,
}

impl StoppedBy {
    /// Returns the word in results.
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

    /// Is it a limit, so that another search goes on?
    pub fn is_limit(self) -> bool {
        !matches!(self, Self::Resolution | Self::Abstraction)
    }

    /// Would the next search stop for the same reason at once?
    pub fn is_final(self) -> bool {
        matches!(self, Self::Time | Self::Memory | Self::Interrupt)
    }
}

impl Limits {
    /// Is the time over, or is the interrupt set?
    pub fn is_over(&self) -> Option<StoppedBy> {
        if self.interrupt.as_ref().is_some_and(Interrupt::is_set) {
            return Some(StoppedBy::Interrupt);
        }
        let (time, begun) = (self.time?, self.begun?);
        (begun.elapsed() >= time).then_some(StoppedBy::Time)
    }

    /// Returns the same limits with one part of the remaining time.
    #[must_use]
    pub fn shared(&self, parts: usize) -> Self {
        let parts = u32::try_from(parts).unwrap_or(u32::MAX).max(1);
        let time = self.time.map(|time| {
            let spent = self.begun.map_or(Duration::ZERO, Moment::elapsed);
            spent.min(time) + time.saturating_sub(spent) / parts
        });
        Self {
            time,
            ..self.clone()
        }
    }

    /// Should a check be stopped? It may take slightly longer than the search: without it the
    /// result is worth nothing.
    pub fn is_check_over(&self, started: Moment) -> bool {
        if self.check_interrupt.as_ref().is_some_and(Interrupt::is_set) {
            return true;
        }
        let Some(time) = self.time else {
            return false;
        };
        let begun = self.begun.unwrap_or(started);
        begun.elapsed() >= time + time / 20 + GRACE
    }
}

/// How much longer than its limit a check may take, in addition to a twentieth of the limit.
const GRACE: Duration = Duration::from_millis(400);
/// A check takes about this many times the first cell before it begins: it computes the digest,
/// reduces the network to the domain and reads the certificate.
const BEGINNING: u32 = 4;

/// The limits of a search that has begun. Part of the time is reserved for the check of the result.
#[derive(Debug)]
pub struct Clock {
    limits: Limits,
    /// When the limited time began; without a limit no clock is read.
    begun: Option<Moment>,
    /// The time of the first cell.
    first: OnceLock<Duration>,
    threads: u32,
    /// Nanoseconds, of all threads, that a check of the cells so far would take.
    check: AtomicU64,
}

impl Clock {
    /// Starts a clock now, for a search on this many threads.
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

    /// Starts a stopwatch for work that a check will repeat; `None` if the time is not limited.
    pub fn stopwatch(&self) -> Option<Moment> {
        self.limits.time.map(|_| Moment::now())
    }

    /// Adds the time of a stopwatch to the time reserved for the check.
    pub fn keep(&self, spent: Duration) {
        self.first.get_or_init(|| spent);
        let nanoseconds = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
        self.check.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// The same, if the time is limited.
    pub fn keep_some(&self, spent: Duration) {
        if self.limits.time.is_some() {
            self.keep(spent);
        }
    }

    /// For work on one thread that a check will repeat: returns a function that reserves the time
    /// since its last call and says whether time is left.
    pub fn repeated(&self) -> impl Fn() -> bool {
        let last = Cell::new(self.stopwatch());
        move || {
            if let Some(since) = last.replace(self.stopwatch()) {
                self.keep(since.elapsed());
            }
            self.is_late().is_none()
        }
    }

    /// Returns the wall time reserved for the check: a quarter more than the cells took, because a
    /// check also reads the certificate and adds up.
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
            // Counting takes time when many cells are open, and the counted bytes are part of
            // these.
            let is_near = used.is_none_or(|used| used >= limit / 8);
            if (is_near && bytes() >= limit) || used.is_some_and(|used| used >= limit) {
                return Some(StoppedBy::Memory);
            }
        }
        self.is_late()
    }

    /// Is the time over, or is the interrupt set?
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

    /// Returns the limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// Does the whole process use this much memory?
pub fn is_full(limit: u64) -> bool {
    memory::in_use_lately().is_some_and(|bytes| bytes >= limit)
}

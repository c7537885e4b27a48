//! The one place that asks what time it is.
//!
//! Only limits of time and the figures of a report depend on a clock, never a result. A WebAssembly module
//! without a system (`wasm32-unknown-unknown`) has no clock of its own: [`set`] hands one in. Without it
//! time stands still there, so a limit of time is never reached; limit the boxes instead.

use std::sync::OnceLock;
use std::time::Duration;

/// A clock that was handed in: the time since a fixed moment.
static CLOCK: OnceLock<fn() -> Duration> = OnceLock::new();

/// Hands in the clock of a machine that has none, before anything else is asked.
///
/// The function returns the time since any fixed moment, and never less than it did before. On other machines
/// this changes nothing. The first clock stays: returns whether it was this one.
pub fn set(clock: fn() -> Duration) -> bool {
    CLOCK.set(clock).is_ok()
}

/// A moment in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Inner);

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
type Inner = Duration;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
type Inner = std::time::Instant;

impl Moment {
    /// Returns this moment.
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    pub fn now() -> Self {
        Self(CLOCK.get().map_or(Duration::ZERO, |clock| clock()))
    }

    /// Returns this moment.
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    pub fn now() -> Self {
        Self(Inner::now())
    }

    /// Returns how long ago this moment was.
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    pub fn elapsed(self) -> Duration {
        Self::now().0.saturating_sub(self.0)
    }

    /// Returns how long ago this moment was.
    #[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Returns the moment that was so long before this one, if there was one.
    pub fn checked_sub(self, time: Duration) -> Option<Self> {
        self.0.checked_sub(time).map(Self)
    }
}

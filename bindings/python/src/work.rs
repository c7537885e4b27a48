//! Long work: on a thread of its own, while this one listens for signals and tells the progress.
//!
//! The interpreter's lock is held only to look for a signal, every 50 ms, and to call a function of the caller. A
//! signal that raises `KeyboardInterrupt` ends the search; then what was found is checked. Where the check takes
//! longer than a second, or another signal comes, it is ended too, and what was found is not known to hold.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use steeple::Interrupt;

use crate::errors::{Failure, of_panic};

/// How often signals are looked for, and the progress is told.
const EVERY: Duration = Duration::from_millis(50);
/// How long a check may take after a signal.
const GRACE: Duration = Duration::from_secs(1);
/// How long work may go on that was told to end. Then it is left to itself.
const PATIENCE: Duration = Duration::from_secs(4);
/// The stack of a thread that works, as that of a program.
const STACK: usize = 16 << 20;

/// What work listens to.
#[derive(Clone, Debug, Default)]
pub struct Control<P> {
    /// Ends the search.
    pub interrupt: Interrupt,
    /// Ends the check as well.
    pub check_interrupt: Interrupt,
    latest: Arc<Mutex<Option<P>>>,
}

impl<P> Control<P> {
    fn new() -> Self {
        Self {
            interrupt: Interrupt::new(),
            check_interrupt: Interrupt::new(),
            latest: Arc::new(Mutex::new(None)),
        }
    }

    /// Says how far the work is.
    pub fn say(&self, progress: P) {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }

    fn take(&self) -> Option<P> {
        self.latest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn stop(&self) {
        self.interrupt.set();
        self.check_interrupt.set();
    }
}

/// How work ended.
pub enum Ended<T> {
    /// By itself.
    Done(T),
    /// By `KeyboardInterrupt`, with what was found, if the work came to an end.
    Interrupted(Option<T>),
}

/// A function of the caller that gets the progress.
pub type Tell<'a, P> = dyn Fn(Python<'_>, P) -> PyResult<()> + Send + Sync + 'a;

/// Does work, and tells its progress.
///
/// - Errors: that of a signal's handler, and that of `tell`; both end the work.
pub fn run<T: Send + 'static, P: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Control<P>) -> T + Send + 'static,
    tell: Option<&Tell<'_, P>>,
) -> PyResult<Ended<T>> {
    let control = Control::new();
    let (done, result) = channel();
    let theirs = Control {
        interrupt: control.interrupt.clone(),
        check_interrupt: control.check_interrupt.clone(),
        latest: Arc::clone(&control.latest),
    };
    thread::Builder::new()
        .name("steeple".into())
        .stack_size(STACK)
        .spawn(move || {
            let found = catch_unwind(AssertUnwindSafe(|| work(&theirs)));
            // Nobody waits for work that was left to itself.
            let _ = done.send(found);
        })
        .map_err(|error| Failure::new("InternalError", error))?;
    let unpacked =
        |found: thread::Result<T>| found.map_err(|panic| PyErr::from(of_panic(panic.as_ref())));
    let control = &control;
    let told = |py: Python<'_>| match (tell, control.take()) {
        (Some(tell), Some(progress)) => tell(py, progress),
        _ => Ok(()),
    };
    py.detach(move || {
        loop {
            match result.recv_timeout(EVERY) {
                Ok(found) => {
                    let found = unpacked(found)?;
                    return Python::attach(|py| {
                        // Short work has said nothing yet.
                        told(py)?;
                        // What was found as the signal came is not lost.
                        match py.check_signals() {
                            Ok(()) => Ok(Ended::Done(found)),
                            Err(error) if error.is_instance_of::<PyKeyboardInterrupt>(py) => {
                                Ok(Ended::Interrupted(Some(found)))
                            }
                            Err(error) => Err(error),
                        }
                    });
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(
                        Failure::new("InternalError", "the work ended without a result").into(),
                    );
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            let heard = Python::attach(|py| {
                py.check_signals()?;
                told(py)
            });
            if let Err(error) = heard {
                let is_interrupt =
                    Python::attach(|py| error.is_instance_of::<PyKeyboardInterrupt>(py));
                if !is_interrupt {
                    control.stop();
                    let _ = result.recv_timeout(PATIENCE);
                    return Err(error);
                }
                return match end(control, &result) {
                    Some(found) => Ok(Ended::Interrupted(Some(unpacked(found)?))),
                    None => Ok(Ended::Interrupted(None)),
                };
            }
        }
    })
}

/// Ends the work, and waits for what it found; for some time, or until the next signal.
fn end<T, P>(control: &Control<P>, result: &Receiver<T>) -> Option<T> {
    control.interrupt.set();
    let begun = Instant::now();
    loop {
        match result.recv_timeout(EVERY) {
            Ok(found) => return Some(found),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let is_again = Python::attach(|py| py.check_signals().is_err());
        if is_again || begun.elapsed() >= GRACE {
            control.check_interrupt.set();
            return result.recv_timeout(PATIENCE).ok();
        }
    }
}

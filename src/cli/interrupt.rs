//! Ctrl-C and SIGTERM: the first one ends a search with what is known, the second one everything.

use std::sync::{LazyLock, Once};

use crate::workflow::{Interrupt, files};

static STOPPED: LazyLock<Interrupt> = LazyLock::new(Interrupt::new);
static LISTENING: Once = Once::new();

/// Returns the flag that the first signal sets, and listens for it from now on.
pub fn listen() -> Interrupt {
    // Where no handler can be set, a signal ends the program at once, as it would without one.
    LISTENING.call_once(start);
    STOPPED.clone()
}

/// Takes note of a signal; the second one ends the process, as the number of the signal says.
fn take(signal: i32) {
    if STOPPED.set() {
        // Nothing half-written stays, and no results of two runs side by side.
        files::before_the_end();
        std::process::exit(128 + signal);
    }
    super::say("stopping with what is known; once more ends at once");
}

#[cfg(unix)]
fn start() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            take(signal);
        }
    });
}

#[cfg(not(unix))]
fn start() {
    let _ = ctrlc::set_handler(|| take(2));
}

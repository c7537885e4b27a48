//! Ctrl-C: the first one ends a search with what is known, the second one everything.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::workflow::Interrupt;

static STOPPED: AtomicBool = AtomicBool::new(false);
static LISTENING: Once = Once::new();

/// Returns the flag that the first Ctrl-C sets, and listens for it from now on.
pub fn listen() -> Interrupt {
    LISTENING.call_once(|| {
        // Where no handler can be set, Ctrl-C ends the program at once, as it would without one.
        let _ = ctrlc::set_handler(|| {
            if STOPPED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
            eprintln!("stopping with what is known; Ctrl-C once more ends at once");
        });
    });
    Interrupt(&STOPPED)
}

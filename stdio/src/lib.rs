//! Was standard output open when the process started?
//!
//! Before `main`, the Rust runtime opens `/dev/null` in place of closed standard streams, so a
//! result written to a closed output is lost without an error. This `/dev/null` cannot be
//! distinguished from the one that Python's `subprocess.DEVNULL` or Node's `ignore` pass on
//! purpose. So a function that the loader calls checks it before `main`. Registering that function
//! is the only unsafe code, and the reason why this is a package of its own: `steeple` itself
//! forbids unsafe code.

use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Was standard output closed when the process started, as by `>&-` in a shell?
///
/// - Exactness: exact on Linux, macOS and the BSDs; elsewhere the answer is no.
pub fn standard_output_was_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

#[cfg(unix)]
mod before_main {
    use super::{CLOSED, Ordering};

    #[allow(
        unsafe_code,
        reason = "the loader has to find it; it is a function of its kind"
    )]
    #[used]
    #[cfg_attr(
        any(target_os = "macos", target_os = "ios"),
        unsafe(link_section = "__DATA,__mod_init_func")
    )]
    #[cfg_attr(
        not(any(target_os = "macos", target_os = "ios")),
        unsafe(link_section = ".init_array")
    )]
    static LOOK: extern "C" fn() = look;

    extern "C" fn look() {
        #[allow(unsafe_code, reason = "it takes a number and changes nothing")]
        let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
        CLOSED.store(flags == -1, Ordering::Relaxed);
    }
}

//! Work on several cores.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use crate::bounds::OnCell;
use crate::certificate::Certificate;
use crate::checker::{Rejection, Stop, Verified, check_on_domain};
use crate::jobs::{Threads, on_threads};
use crate::network::Network;

/// Checks a certificate on several threads. The threads only decide where the checker's work is done; the
/// answer is that of [`check()`](crate::checker::check()).
///
/// - Errors: those of [`check()`](crate::checker::check()).
pub fn check_in_parallel(
    certificate: &Certificate,
    network: &Network,
    threads: Threads<'_>,
) -> Result<Verified, Rejection> {
    check_with_threads(certificate, network, threads, &|| false).map(|(verified, _)| verified)
}

/// Does [`check_in_parallel`] until it is told to stop, and also returns the checker's network on the domain.
pub(super) fn check_with_threads(
    certificate: &Certificate,
    network: &Network,
    threads: Threads<'_>,
    stop: Stop<'_>,
) -> Result<(Verified, Option<Arc<OnCell>>), Rejection> {
    on_threads(threads, |jobs| {
        check_on_domain(certificate, network, jobs.run, stop)
    })
}

/// Does two things at the same time, or one after the other if only one thread is allowed.
pub(super) fn side_by_side<A: Send, B>(
    threads: Threads<'_>,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B,
) -> (A, B) {
    if threads.is_one() {
        return (first(), second());
    }
    thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        let first = first.join().unwrap_or_else(|panic| resume_unwind(panic));
        (first, second)
    })
}

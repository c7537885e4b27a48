//! Checks on several cores.

use rayon::prelude::*;

use crate::certificate::Certificate;
use crate::checker::{Rejection, Verified, check, check_by};
use crate::network::Network;

/// Checks a certificate with so many threads (all of the machine's by default). The threads only
/// decide where the checker's own work is done; the answer is that of [`check()`].
///
/// # Errors
/// As [`check()`].
pub fn check_in_parallel(
    certificate: &Certificate,
    network: &Network,
    threads: Option<usize>,
) -> Result<Verified, Rejection> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    let Ok(pool) = pool.build() else {
        return check(certificate, network);
    };
    pool.install(|| {
        check_by(certificate, network, &|jobs, job| {
            (0..jobs).into_par_iter().with_max_len(1).for_each(job);
        })
    })
}

//! Threads, for those who may have some.
//!
//! Nothing below is tied to threads: a search and a check are handed a [`Runner`], which does their jobs
//! wherever it likes. In a browser that is [`in_order`].

use rayon::prelude::*;

pub use steeple_kernel::jobs::{Runner, each, in_order};

/// Where jobs are done, and on how many threads.
#[derive(Clone, Copy)]
pub struct Jobs<'r> {
    /// Does them.
    pub run: Runner<'r>,
    /// About how many at a time.
    pub threads: usize,
}

impl Jobs<'_> {
    /// All on the thread of the caller.
    pub const IN_ORDER: Jobs<'static> = Jobs {
        run: &in_order,
        threads: 1,
    };

    /// Has each of these jobs done; returns what they came to, in their order.
    pub fn each<J: Send, T: Send + Sync>(
        &self,
        jobs: Vec<J>,
        work: &(dyn Fn(J) -> T + Sync),
    ) -> Vec<T> {
        if jobs.len() <= 1 {
            return jobs.into_iter().map(work).collect();
        }
        each(jobs, self.run, work)
    }
}

/// Works with so many threads, all of the machine's by default; with the one of the caller where no
/// others can be had.
pub fn on_threads<R>(threads: Option<usize>, work: impl FnOnce(Jobs<'_>) -> R) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    let Ok(pool) = pool.build() else {
        return work(Jobs::IN_ORDER);
    };
    let run = |jobs: usize, job: &(dyn Fn(usize) + Sync)| {
        pool.install(|| (0..jobs).into_par_iter().with_max_len(1).for_each(job));
    };
    work(Jobs {
        run: &run,
        threads: pool.current_num_threads(),
    })
}

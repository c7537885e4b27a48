//! Threads, for those who may have some.
//!
//! Nothing below is tied to threads: a search and a check are handed a [`Runner`], which does their jobs
//! wherever it likes. In a browser that is [`in_order`].

use std::fmt;

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

/// On which threads a search and a check work. What they find does not depend on it.
#[derive(Clone, Copy, Default)]
pub enum Threads<'r> {
    /// All of the machine's. In a worker of a `rayon` pool, those of that pool.
    #[default]
    All,
    /// So many.
    Count(usize),
    /// The caller's own, lent for this.
    Lent(Jobs<'r>),
}

impl Threads<'_> {
    /// The thread of the caller alone.
    pub const CALLER: Threads<'static> = Threads::Lent(Jobs::IN_ORDER);

    /// Is there one thread and no other?
    pub fn is_one(&self) -> bool {
        match self {
            Self::All => false,
            Self::Count(count) => *count == 1,
            Self::Lent(jobs) => jobs.threads == 1,
        }
    }
}

impl From<Option<usize>> for Threads<'_> {
    /// All where no number is given.
    fn from(count: Option<usize>) -> Self {
        count.map_or(Self::All, Self::Count)
    }
}

impl fmt::Debug for Threads<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("All"),
            Self::Count(count) => write!(f, "Count({count})"),
            Self::Lent(jobs) => write!(f, "Lent({})", jobs.threads),
        }
    }
}

/// Works on these threads; on the one of the caller where no others can be had.
pub fn on_threads<R>(threads: Threads<'_>, work: impl FnOnce(Jobs<'_>) -> R) -> R {
    let count = match threads {
        Threads::Lent(jobs) => return work(jobs),
        Threads::All if rayon::current_thread_index().is_some() => {
            return work(Jobs {
                run: &|jobs, job| spread(jobs, job),
                threads: rayon::current_num_threads(),
            });
        }
        Threads::All => 0,
        Threads::Count(count) => count,
    };
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(count).build() else {
        return work(Jobs::IN_ORDER);
    };
    let run = |jobs: usize, job: &(dyn Fn(usize) + Sync)| pool.install(|| spread(jobs, job));
    work(Jobs {
        run: &run,
        threads: pool.current_num_threads(),
    })
}

/// Does jobs on the pool of the thread that asks.
fn spread(jobs: usize, job: &(dyn Fn(usize) + Sync)) {
    (0..jobs).into_par_iter().with_max_len(1).for_each(job);
}

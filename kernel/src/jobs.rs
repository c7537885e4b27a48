//! Work that a caller may spread over several cores. Nothing in this file starts a thread.

use std::sync::{Mutex, OnceLock, PoisonError};

/// Runs jobs `0 .. n`, each at least once, in any order and on any thread. The caller does the jobs
/// that it skips: a runner decides when the result comes, never what it is.
pub type Runner<'r> = &'r (dyn Fn(usize, &(dyn Fn(usize) + Sync)) + Sync);

/// Runs all jobs on the thread of the caller.
pub fn in_order(jobs: usize, job: &(dyn Fn(usize) + Sync)) {
    (0..jobs).for_each(job);
}

/// Runs these jobs by a runner; returns their results in order. A job is moved to where it runs, so
/// that its memory is freed as soon as possible.
pub fn each<J: Send, T: Send + Sync>(
    jobs: Vec<J>,
    run: Runner<'_>,
    work: &(dyn Fn(J) -> T + Sync),
) -> Vec<T> {
    let jobs: Vec<Mutex<Option<J>>> = jobs.into_iter().map(|job| Mutex::new(Some(job))).collect();
    let done: Vec<OnceLock<T>> = jobs.iter().map(|_| OnceLock::new()).collect();
    let result = |job: &Mutex<Option<J>>| {
        let job = job.lock().unwrap_or_else(PoisonError::into_inner).take();
        work(job.expect("a job that is done once"))
    };
    run(jobs.len(), &|k| {
        if let (Some(job), Some(slot)) = (jobs.get(k), done.get(k)) {
            slot.get_or_init(|| result(job));
        }
    });
    let done = done.into_iter().zip(&jobs);
    done.map(|(slot, job)| slot.into_inner().unwrap_or_else(|| result(job)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whatever_a_runner_does() {
        let work = |job: usize| job * job;
        let wanted = [0, 1, 4, 9];
        assert_eq!(each(vec![0, 1, 2, 3], &in_order, &work), wanted);
        let backwards = |jobs: usize, job: &(dyn Fn(usize) + Sync)| (0..jobs).rev().for_each(job);
        assert_eq!(each(vec![0, 1, 2, 3], &backwards, &work), wanted);
        // One that does nothing, one that does a job twice, and one that invents a job.
        assert_eq!(each(vec![0, 1, 2, 3], &|_, _| {}, &work), wanted);
        let odd = |_: usize, job: &(dyn Fn(usize) + Sync)| [1, 1, 7].into_iter().for_each(job);
        assert_eq!(each(vec![0, 1, 2, 3], &odd, &work), wanted);
    }
}

//! What each thread works with: prepared once, used in every round.

use std::sync::{Mutex, PoisonError};

/// One set of tools for each thread of a pool. What a tool does must not depend on what it was
/// used for before, so that it does not matter which thread takes which cell.
pub struct Workers<T> {
    tools: Vec<Mutex<T>>,
}

impl<T> Workers<T> {
    /// Makes the tools.
    pub fn new(pool: &rayon::ThreadPool, make: impl Fn() -> T) -> Self {
        let tools = (0..pool.current_num_threads())
            .map(|_| Mutex::new(make()))
            .collect();
        Self { tools }
    }

    /// Works with the tools of this thread.
    pub fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let thread = rayon::current_thread_index().unwrap_or(0);
        let tools = &self.tools[thread % self.tools.len()];
        // Tools hold memory to compute in and no results, so a panic elsewhere leaves them fit.
        work(&mut tools.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

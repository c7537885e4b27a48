//! A bar on standard error for anything longer than a second.

use std::io::{IsTerminal, stderr};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::numbers::estimate::short;
use crate::workflow::Progress;

/// Shows how far a search is, where standard error is a terminal.
pub struct Bar {
    started: Instant,
    shown: Option<ProgressBar>,
    is_terminal: bool,
}

impl Bar {
    /// Returns a bar that is not shown yet.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            shown: None,
            is_terminal: stderr().is_terminal(),
        }
    }

    /// Takes note of where the search is.
    pub fn show(&mut self, progress: &Progress) -> ControlFlow<()> {
        self.say(|| {
            let done = format!("{} boxes, {} open", progress.boxes, progress.open);
            match progress.enclosure {
                Some((lower, upper)) => format!(
                    "{done}, error between {} and {}",
                    short(lower),
                    short(upper)
                ),
                None => done,
            }
        });
        ControlFlow::Continue(())
    }

    /// Shows a message.
    pub fn say(&mut self, message: impl FnOnce() -> String) {
        if !self.is_terminal || self.started.elapsed() < Duration::from_secs(1) {
            return;
        }
        let bar = self.shown.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_message(message());
        bar.tick();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

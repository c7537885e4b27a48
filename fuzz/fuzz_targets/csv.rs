//! `cargo +nightly fuzz run csv`: any text gives points or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use steeple::training::{Task, csv};

fuzz_target!(|text: &str| {
    let inputs = ["x".to_string(), "y".to_string()];
    for task in [Task::Classification, Task::Regression] {
        if let Ok(samples) = csv::read(text, &inputs, task) {
            assert!(
                samples
                    .points()
                    .iter()
                    .flatten()
                    .all(|number| number.is_finite())
            );
        }
    }
});

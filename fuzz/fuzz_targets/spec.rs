//! `cargo +nightly fuzz run spec`: any text gives a spec or an error with its place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use steeple::workflow::spec;

fuzz_target!(|text: &str| {
    if let Err(error) = spec::read(text) {
        assert!(text.get(error.span).is_some());
    }
});

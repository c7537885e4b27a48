//! `cargo +nightly fuzz run vnnlib`: any bytes give a property or an error with its place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use steeple::formats::vnnlib;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = vnnlib::text(bytes)
        && let Err(error) = vnnlib::read(&text)
    {
        assert!(text.get(error.span).is_some());
    }
});

//! `cargo +nightly fuzz run json`: any bytes give a network or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use steeple::formats::json;

fuzz_target!(|bytes: &[u8]| {
    let _ = json::read_bytes(bytes);
});

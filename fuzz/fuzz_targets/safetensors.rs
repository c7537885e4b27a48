//! `cargo +nightly fuzz run safetensors`: any bytes give a network or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use steeple::formats::safetensors;

fuzz_target!(|bytes: &[u8]| {
    let _ = safetensors::read(bytes, Some(r#"{"activations": ["relu"]}"#));
});

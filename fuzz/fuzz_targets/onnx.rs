//! `cargo +nightly fuzz run onnx`: any bytes give a network or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use steeple::formats::onnx;

fuzz_target!(|bytes: &[u8]| {
    let _ = onnx::read(bytes);
});

//! `cargo +nightly fuzz run onnx`: any bytes give a network or an error, and a network is written and
//! read back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use steeple::formats::foreign::Weights;
use steeple::formats::floats::Precision;
use steeple::formats::{gzip, onnx};

fuzz_target!(|bytes: &[u8]| {
    let _ = gzip::unpack(bytes);
    if let Ok(imported) = onnx::read(bytes) {
        let network = imported.into_network(Weights::Stored, None).expect("numbered names fit");
        // Weights too large for a float32 are refused.
        if let Ok(written) = onnx::write(&network, Precision::Single) {
            let back = onnx::read(&written.bytes).expect("what is written is read");
            assert_eq!(back.into_network(Weights::Exact, None).as_ref(), Ok(&network));
        }
    }
});

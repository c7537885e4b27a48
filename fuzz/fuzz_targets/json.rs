//! `cargo +nightly fuzz run json`: any bytes give a network or an error, and a network is written and
//! read back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use steeple::formats::json;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(network) = json::read_bytes(bytes) {
        let mut written = Vec::new();
        json::write(&network, &mut written).expect("written to memory");
        assert_eq!(json::read_bytes(&written).as_ref(), Ok(&network));
    }
});

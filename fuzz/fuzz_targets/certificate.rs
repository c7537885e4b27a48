//! `cargo +nightly fuzz run certificate`: any bytes give a certificate or an error; what is read is
//! written and read back the same, and the checker accepts or rejects it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use steeple::certificate::{property, text};
use steeple::checker::check;
use steeple::formats::json;
use steeple::network::{Network, digest};

/// Small networks with one, two and one input, so that claims fit one of them.
static NETWORKS: LazyLock<Vec<Network>> = LazyLock::new(|| {
    [
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
            {"activation": "relu", "weights": [["1"], ["2"]], "bias": ["0", "-1/2"]},
            {"activation": "identity", "weights": [["1/2", "1/3"]], "bias": ["-1/16"]}]}"#,
        r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
            {"activation": "heaviside", "weights": [["1", "0"], ["0", "1"], ["-1", "-1"]], "bias": ["1", "1", "1"]},
            {"activation": "heaviside", "weights": [["1", "1", "1"]], "bias": ["-5/2"]}]}"#,
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
            {"activation": "sigmoid", "weights": [["10"], ["-3"]], "bias": ["-5", "1"]},
            {"activation": "identity", "weights": [["1", "1/3"]], "bias": ["0"]}]}"#,
    ]
    .iter()
    .map(|text| json::read(text).expect("a network"))
    .collect()
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mut certificate) = text::read(bytes) {
        let mut written = Vec::new();
        text::write(&certificate, &mut written).expect("written to memory");
        let back = text::read(&written).expect("what is written is read");
        assert_eq!(back, certificate);
        for network in &*NETWORKS {
            certificate.claim.question.network = digest(network);
            if let Err(rejection) = check(&certificate, network) {
                let _ = rejection.to_string();
            }
        }
    }
    if let Ok(certificate) = property::read(bytes) {
        let mut written = Vec::new();
        property::write(&certificate, &mut written).expect("written to memory");
        let back = property::read(&written).expect("what is written is read");
        assert_eq!(back, certificate);
    }
});

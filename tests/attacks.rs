//! Attempts to make the checker accept what is false, or to make a reader fall over.
//!
//! Each test is named for what went wrong once.

use steeple::certificate::{Certificate, text};
use steeple::checker::{Rejection, Verified, check};
use steeple::network::{Network, digest};
use steeple::numbers::Rational;

fn network(json: &str) -> Network {
    steeple::formats::json::read(json).expect("a network")
}

/// The certificate with these lines after the network's.
fn certificate(network: &Network, lines: &str, tree: &str) -> Certificate {
    let file = format!(
        "steeple certificate 1\nnetwork {}\n{}\ntree {}\n{tree}\nend\n",
        digest(network),
        lines.trim(),
        tree.len()
    );
    text::read(file.as_bytes()).expect("a certificate")
}

fn verdict(network: &Network, lines: &str, tree: &str) -> Result<Verified, Rejection> {
    check(&certificate(network, lines, tree), network)
}

/// `1 - H(m - 1)` with `m = relu(1 - relu(1 - x))`, which is 1 exactly for all `x >= 1`. Folding
/// `m` into `0 ± 1` leaves a step whose sum is known to be at most 0: it is not known to be below.
#[test]
fn a_folded_step_that_may_be_zero_on_half_of_the_cell_was_taken_as_off() {
    let network = network(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {"activation": "relu", "weights": [[-1]], "bias": [1]},
        {"activation": "relu", "weights": [[-1]], "bias": [1]},
        {"activation": "heaviside", "weights": [[1]], "bias": [-1]},
        {"activation": "identity", "weights": [[-1]], "bias": [1]}]}"#,
    );
    let at_two = steeple::network::forward(&network, &(), &[Rational::from(2)]);
    assert_eq!(at_two, Ok(vec![Rational::ZERO]));
    // The network says "outside" for x >= 1, a quarter of the domain; the region is all of it.
    let lines = "inputs x\ntarget x >= -100\ndomain x -2 2\nnorm area\nthreshold 1/2\n\
                 lower 0\nupper 1/2\nfold 1/2\nranges natural";
    let found = verdict(&network, lines, "h");
    assert!(
        matches!(found, Err(Rejection::UpperNotReached { .. })),
        "{found:?}"
    );
}

#[test]
fn the_least_exponent_of_an_i32_overflowed() {
    let error = steeple::expr::parse_target(&["x + 1e-2147483648"], None).expect_err("too long");
    assert_eq!(error.message, "this number is too long");
}

/// Long constants in a chain: every partial product is kept, which would take many gigabytes.
#[test]
fn a_chain_of_long_constants_filled_the_memory_at_a_witness() {
    let network = network(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {"activation": "identity", "weights": [[1]], "bias": [0]}]}"#,
    );
    for link in ["*1e9999", "+1/3^9999", "*3^20000"] {
        let formula = format!("x + 0*(7{})", link.repeat(900));
        let lines = format!(
            "inputs x\ntarget {formula}\ndomain x 0 1\nnorm sup\nlower 0\nupper none\n\
             witness 1/3 radius 0\nfold 0\nranges natural"
        );
        let started = std::time::Instant::now();
        let _ = verdict(&network, &lines, "o");
        assert!(
            started.elapsed().as_secs() < 5,
            "{link} {:?}",
            started.elapsed()
        );
    }
}

/// `a/b/c/...` of constants was one exact constant, however long, brought to lowest terms each time.
#[test]
fn a_chain_of_divided_constants_took_minutes_to_read() {
    let started = std::time::Instant::now();
    let formula = format!("x + 7{}", "/3e-9998".repeat(900));
    let _ = steeple::expr::parse_target(&[formula], None);
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

/// Cuts at places of a million bits: each open cell kept a few of them.
#[test]
fn a_small_tree_held_gigabytes_of_cells() {
    let network = network(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {"activation": "identity", "weights": [[1]], "bias": [0]}]}"#,
    );
    let lines = "inputs x\ntarget x\ndomain x 0 1\nnorm sup\nlower 0\nupper none\n\
                 fold 0\nranges natural";
    let tree = format!("@A1/3^400000;{}", "A".repeat(3900));
    let started = std::time::Instant::now();
    let file = format!(
        "steeple certificate 1\nnetwork {}\n{lines}\ntree {}\n{}end\n",
        digest(&network),
        tree.len(),
        lines_of(&tree)
    );
    let found = text::read(file.as_bytes()).map(|certificate| check(&certificate, &network));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    assert!(!matches!(found, Ok(Ok(_))));
}

/// A tree in lines of 100 characters.
fn lines_of(tree: &str) -> String {
    let mut lines = String::new();
    for line in tree.as_bytes().chunks(100) {
        lines.push_str(&String::from_utf8_lossy(line));
        lines.push('\n');
    }
    lines
}

//! Attempts to make the checker accept what is false, or to make a reader fall over.
//!
//! Each test is named for what went wrong once.

mod common;

use common::within_cpu_seconds;
use steeple::certificate::{Certificate, Layer, text};
use steeple::checker::{Rejection, Verified, check, check_core};
use steeple::network::{Network, digest};
use steeple::numbers::Rational;

fn network(json: &str) -> Network {
    steeple::formats::json::read(json).expect("a network")
}

/// The certificate with these lines after the network's.
fn certificate(network: &Network, lines: &str, tree: &str) -> Certificate {
    let (claim, lines) = lines.trim().split_once('\n').expect("a claim first");
    let file = format!(
        "steeple certificate 2\n{claim}\nnetwork N {}\nsemantics real\nweights exact\nlayer fast\n\
         {lines}\ntree {}\n{}end\n",
        digest(network),
        tree.len(),
        lines_of(tree)
    );
    text::read(file.as_bytes()).expect("a certificate")
}

/// What the checker says; the core says the same, or knows less.
fn verdict(network: &Network, lines: &str, tree: &str) -> Result<Verified, Rejection> {
    let certificate = certificate(network, lines, tree);
    let found = check(&certificate, network);
    let layer = certificate.claim.question.needs(network);
    let portable = Certificate {
        layer,
        ..certificate
    };
    let plain = check(&portable, network);
    if layer == Layer::Core {
        assert_eq!(check_core(&portable, network), plain);
    }
    match (&found, &plain) {
        (Ok(found), Ok(plain)) => assert_eq!(found.leaves(), plain.leaves()),
        // Layers that are kept apart do not fill up when they are seen through.
        (Err(Rejection::NoValue(_)), Ok(_)) => {}
        (Err(found), Ok(_)) => panic!("the core accepts what is rejected: {found}"),
        (Err(found), Err(plain)) if found.kind() != "no-bound" => {
            assert_eq!(found.kind(), plain.kind());
        }
        (_, Err(plain)) => assert!(
            ["no-bound", "upper-not-reached", "lower-not-reached"].contains(&plain.kind()),
            "{plain}"
        ),
    }
    found
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
    let lines = "claim area\ninputs x\ntarget x >= -100\ndomain x -2 2\nthreshold 1/2\n\
                 lower 0\nupper 1/2\nconstant-radius 1/2\nranges natural";
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
            "claim sup\ninputs x\ntarget {formula}\ndomain x 0 1\nlower 0\nupper none\n\
             witness 1/3 radius 0\nconstant-radius 0\nranges natural"
        );
        let _ = within_cpu_seconds(5, link, || verdict(&network, &lines, "o"));
    }
}

/// `a/b/c/...` of constants was one exact constant, however long, brought to lowest terms each time.
#[test]
fn a_chain_of_divided_constants_took_minutes_to_read() {
    let formula = format!("x + 7{}", "/3e-9998".repeat(900));
    let _ = within_cpu_seconds(5, "reading", || {
        steeple::expr::parse_target(&[formula], None)
    });
}

/// Cuts at places of a million bits: each open cell kept a few of them.
#[test]
fn a_small_tree_held_gigabytes_of_cells() {
    let network = network(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {"activation": "identity", "weights": [[1]], "bias": [0]}]}"#,
    );
    let lines = "inputs x\ntarget x\ndomain x 0 1\nlower 0\nupper none\n\
                 constant-radius 0\nranges natural";
    let tree = format!("@A1/3^400000;{}", "A".repeat(3900));
    let file = format!(
        "steeple certificate 2\nclaim sup\nnetwork N {}\nsemantics real\nweights exact\nlayer fast\n\
         {lines}\ntree {}\n{}end\n",
        digest(&network),
        tree.len(),
        lines_of(&tree)
    );
    let found = within_cpu_seconds(5, "a small tree", || {
        text::read(file.as_bytes()).map(|certificate| check(&certificate, &network))
    });
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

/// Ends of a million bits on all sides: each open cell kept all of them, and every cut rounded all of
/// them anew, for an hour.
#[test]
fn a_small_tree_on_a_domain_of_long_numbers_took_an_hour() {
    let names: Vec<String> = (0..26).map(|i| format!("x{i}")).collect();
    let network = network(&format!(
        r#"{{"steeple_network": 1, "inputs": ["{}"], "outputs": ["z"], "layers": [
        {{"activation": "identity", "weights": {{"rows": 1, "columns": 26, "entries": []}},
          "bias": [0]}}]}}"#,
        names.join(r#"", ""#)
    ));
    let lines = |end: &str| {
        let domain: Vec<String> = (names.iter())
            .map(|name| format!("domain {name} {end} 1\n"))
            .collect();
        format!(
            "claim sup\ninputs {}\ntarget x0\n{}lower 0\nupper none\nconstant-radius 0\nranges natural",
            names.join(" "),
            domain.concat()
        )
    };
    let tree = format!("{}{}", "A".repeat(300), "o".repeat(301));
    let found = verdict(&network, &lines("1/3^50000"), &tree);
    assert_eq!(found, Err(Rejection::LongDomain(1 << 14)));
    // The longest that there may be.
    let found = within_cpu_seconds(10, "long sides", || {
        verdict(&network, &lines("1/3^10000"), &tree)
    });
    assert_eq!(found.map(|verified| verified.leaves()), Ok(301));
}

/// Many units that stay alive on every cell at a corner: each of the cells down a thin tree kept its
/// own copy of the network, thousands in all.
#[test]
fn a_thin_tree_kept_thousands_of_networks() {
    let n = 4000;
    let rows: Vec<String> = (1..=n).map(|k| format!("[1, -{k}]")).collect();
    let network = network(&format!(
        r#"{{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
        {{"activation": "relu", "weights": [{}], "bias": [0{}]}},
        {{"activation": "identity", "weights": [[1{}]], "bias": [0]}}]}}"#,
        rows.join(", "),
        ", 0".repeat(n - 1),
        ", 1".repeat(n - 1),
    ));
    let lines = "claim sup\ninputs x y\ntarget x\ndomain x 0 1\ndomain y 0 1\nlower 0\n\
                 upper none\nconstant-radius 0\nranges natural";
    let tree = |levels: usize| format!("{}{}", "A".repeat(levels), "o".repeat(levels + 1));
    let found = verdict(&network, lines, &tree(2000));
    assert_eq!(found, Err(Rejection::TooLarge));
    assert!(verdict(&network, lines, &tree(50)).is_ok());
}

/// Every unit of the last of these layers sees all those of the first through the sums between, so
/// the sums of a network of `2 n log n` weights had `n² log n` terms.
#[test]
fn sums_seen_through_sums_squared_the_size_of_a_sparse_network() {
    let bits = 12;
    let n: usize = 1 << bits;
    let zeros = format!("0{}", ", 0".repeat(n - 1));
    let ones = zeros.replace('0', "1");
    let rows: Vec<String> = (1..=n).map(|k| format!("[{k}]")).collect();
    let bias: Vec<String> = (1..=n).map(|k| format!(r#""-1/{}""#, k + 1)).collect();
    let mut layers = vec![format!(
        r#"{{"activation": "relu", "weights": [{}], "bias": [{}]}}"#,
        rows.join(", "),
        bias.join(", ")
    )];
    for level in 0..bits {
        let entries: Vec<String> = (0..n)
            .map(|k| format!(r#"[{k}, {k}, 1], [{k}, {}, "1/3"]"#, k ^ (1 << level)))
            .collect();
        layers.push(format!(
            r#"{{"activation": "identity", "bias": [{zeros}],
            "weights": {{"rows": {n}, "columns": {n}, "entries": [{}]}}}}"#,
            entries.join(", ")
        ));
    }
    let layers = layers.join(", ");
    let network = network(&format!(
        r#"{{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [{layers},
        {{"activation": "identity", "weights": [[{ones}]], "bias": [0]}}]}}"#
    ));
    let lines = "claim sup\ninputs x\ntarget x\ndomain x 0 1\nlower 0\nupper none\n\
                 constant-radius 0\nranges natural";
    let found = verdict(&network, lines, "n");
    assert!(matches!(found, Err(Rejection::NoValue(_))), "{found:?}");
}

/// Eight letters for a weight of a million bits, each of them another.
#[test]
fn a_short_file_of_long_weights_filled_the_memory() {
    let weights: Vec<String> = (0..1500)
        .map(|k| format!("\"2^{}\"", 990_000 + k))
        .collect();
    let error = steeple::formats::json::read(&format!(
        r#"{{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {{"activation": "relu", "weights": [[{}]], "bias": [0]}}]}}"#,
        weights.join(", ")
    ));
    let error = error.expect_err("too long").message;
    assert!(error.contains("far longer than its text"), "{error}");
}

/// The integral of a polynomial takes powers of the corners, of as many bits as degree and corners
/// together: minutes for each leaf.
#[test]
fn exact_integrals_in_long_corners_took_minutes() {
    let network = network(
        r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
        {"activation": "identity", "weights": [[1, 1]], "bias": [0]}]}"#,
    );
    let lines = |formula: &str| {
        format!(
            "claim l2\ninputs x y\ntarget {formula}\ndomain x -1 1\ndomain y -1 1\nlower 0\n\
             upper none\nconstant-radius 0\nranges natural"
        )
    };
    let long_line = "/3^2500,-7^1400,5^1700;ee";
    let long_formula = "3^60000*x^16*y^15 + (x + y)^16";
    for (formula, tree) in [
        ("(x + y + 1/3)^8", long_line),
        ("(x + y + 1/3)^16", long_line),
        (long_formula, "e"),
        (long_formula, "/1,1,0;ee"),
    ] {
        let found = within_cpu_seconds(10, formula, || verdict(&network, &lines(formula), tree));
        assert!(matches!(found, Err(Rejection::NoBound { .. })), "{found:?}");
    }
    // Short numbers are no trouble at high degrees.
    let found = verdict(
        &network,
        &lines("(x + y + 1/3)^12"),
        "/30011,-70003,1701;ee",
    );
    assert!(found.is_ok(), "{found:?}");
}

/// A place of 4095 characters, the most that is allowed, in a tree that is long enough to be cut
/// into parts and in one that is not.
#[test]
fn the_longest_place_was_refused_in_a_long_tree() {
    let network = network(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {"activation": "identity", "weights": [[1]], "bias": [0]}]}"#,
    );
    let lines = "claim sup\ninputs x\ntarget x\ndomain x 0 1\nlower 0\nupper none\n\
                 constant-radius 0\nranges natural";
    let place = format!("0.{}1", "0".repeat(4092));
    for levels in [1, 1050] {
        let rest = format!("{}{}", "A".repeat(levels), "o".repeat(levels + 1));
        let found = verdict(&network, lines, &format!("@A{place};o{rest}{rest}"));
        assert!(matches!(found, Err(Rejection::TreeTooLong(_))), "{found:?}");
        let found = verdict(&network, lines, &format!("@A{place};{rest}{rest}"));
        assert_eq!(found.map(|verified| verified.leaves()), Ok(2 * levels + 2));
    }
}

/// `a < b < c` is `a < b and b < c`: what stands in the middle doubled, level by level, for whoever walked
/// the formula as a tree.
#[test]
fn chained_comparisons_in_one_another_took_for_ever() {
    let mut formula = "x".to_string();
    for _ in 0..60 {
        formula = format!("if(0<{formula}<1,1,0)");
    }
    let refused = steeple::expr::parse_target(&[&formula], None).expect_err("too long");
    assert!(refused.message.contains("too long"), "{refused}");
    let region = format!("{formula} > 0");
    assert!(steeple::expr::parse_target(&[&region], None).is_err());
    // A few levels are fine.
    let few = "if(0<if(0<if(0<x<1,1,0)<1,1,0)<1,1,0)";
    assert!(steeple::expr::parse_target(&[few], None).is_ok());
}

/// Leaf `h` took a region without a value for one that does not hold, where what stands behind decided.
#[test]
fn half_planes_need_a_region_that_is_defined() {
    let network = network(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {"activation": "identity", "weights": [["0"]], "bias": ["7"]}]}"#,
    );
    for (region, is_fine) in [
        ("sqrt(x) > 0 and x > 5", false),
        ("sqrt(x-5) > 0 and x > 5", false),
        ("sqrt(x-5) = 0 and x > 5", false),
        ("ln(x-5) > 0 or x > -5", false),
        ("x > 5 and sqrt(x-5) > 0", true),
    ] {
        let lines = format!(
            "claim area\ninputs x\ntarget {region}\ndomain x -1 1\nthreshold 100\nlower 0\nupper 2\n\
             constant-radius 0\nranges natural"
        );
        let found = verdict(&network, &lines, "h");
        assert_eq!(found.is_ok(), is_fine, "{region}: {found:?}");
    }
}

/// A witness at a point at which alone the target has a value: the error there is that of a set of measure zero.
#[test]
fn a_witness_needs_a_target_that_is_defined_around_it() {
    let network = network(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {"activation": "relu", "weights": [["-1"]], "bias": ["1"]},
        {"activation": "identity", "weights": [["1"]], "bias": ["0"]}]}"#,
    );
    for (formula, is_fine) in [
        ("0*sqrt(x^2*(x-1))", false),
        ("0*sqrt(-x^2)", false),
        ("0*sqrt(x)", true),
    ] {
        let lines = format!(
            "claim sup\ninputs x\ntarget {formula}\ndomain x 0 2\nlower 1\nupper none\n\
             witness 0 radius 0\nconstant-radius 0\nranges natural"
        );
        let found = verdict(&network, &lines, "o");
        assert_eq!(found.is_ok(), is_fine, "{formula}: {found:?}");
    }
}

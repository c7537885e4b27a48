//! What a verdict is about, and that it comes in time: which weights, exact errors, jumps of targets,
//! limits for the whole command.

mod common;

use std::fs;
use std::path::Path;
use std::time::Duration;

use common::{layer, network, number, program, program_within, question};
use proptest::prelude::*;
use serde_json::Value;
use steeple::bounds::polynomial::Polynomial;
use steeple::certificate::Norm;
use steeple::expr::evaluate::{Scratch, evaluate_exactly};
use steeple::expr::{Tape, parse_target};
use steeple::network::{Activation, Network};
use steeple::numbers::{Interval, Rational};
use steeple::prover::Limits;
use steeple::workflow::{StoppedBy, Verdict, VerifyRequest, verify as verify_request};

/// x/3: no float is 1/3.
const THIRD: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
 {"activation": "identity", "weights": [["1/3"]], "bias": ["0"]}]}"#;

fn object(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let arguments = [arguments, &["--format", "json"]].concat();
    let (code, out, err) = program(folder, &arguments);
    let value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("no JSON: {out}{err}"));
    (code, value)
}

#[test]
fn a_verdict_about_an_imported_file_names_the_weights_it_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    fs::write(at.join("third.json"), THIRD).expect("written");
    let asked = [
        "--target",
        "x/3",
        "--domain",
        "x=0..1",
        "--tolerance",
        "1e-9",
    ];
    for file in ["third.onnx", "third.safetensors"] {
        assert_eq!(program(at, &["convert", "third.json", file]).0, 0);
        let verify = |more: &[&str]| object(at, &[&["verify", file], &asked[..], more].concat());
        // float32's third is off by about 1e-8.
        let (code, found) = verify(&[]);
        assert_eq!(
            (
                code,
                &found["claim"]["weights"],
                &found["claim"]["semantics"]
            ),
            (1, &Value::from("stored"), &Value::from("real")),
            "{file}"
        );
        let (code, found) = verify(&["--weights", "exact"]);
        assert_eq!(
            (code, &found["claim"]["weights"]),
            (0, &Value::from("exact")),
            "{file}"
        );
        let arguments = [&["verify", file], &asked[..]].concat();
        let (_, text, note) = program(at, &arguments);
        assert!(
            text.contains("in real arithmetic, with the weights as the file stores them"),
            "{text}"
        );
        assert!(note.contains("--weights exact"), "{note}");
    }
    // Our own files have exact weights only, which are also what they store.
    let (code, found) = object(at, &[&["verify", "third.json"], &asked[..]].concat());
    assert_eq!(
        (code, &found["claim"]["weights"]),
        (0, &Value::from("exact"))
    );
    // A certificate about the exact weights is not one about the stored ones.
    let proved = [&["verify", "third.json", "--certificate", "c"], &asked[..]].concat();
    assert_eq!(program(at, &proved).0, 0);
    let (code, text, _) = program(at, &["check", "c", "--network", "third.onnx"]);
    assert!(
        code == 1 && text.contains("hint: --weights exact"),
        "{text}"
    );
    let exact = [
        "check",
        "c",
        "--network",
        "third.onnx",
        "--weights",
        "exact",
    ];
    assert_eq!(program(at, &exact).0, 0);
}

#[test]
fn exact_weights_cannot_be_asked_of_a_file_without_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    fs::write(at.join("third.json"), THIRD).expect("written");
    assert_eq!(program(at, &["convert", "third.json", "third.onnx"]).0, 0);
    // What others write has no such entry.
    let mut bytes = fs::read(at.join("third.onnx")).expect("read");
    let name = b"steeple_network";
    let place = bytes.windows(name.len()).position(|part| part == name);
    bytes[place.expect("the entry")] = b'S';
    fs::write(at.join("other.onnx"), bytes).expect("written");
    let (code, _, message) = program(
        at,
        &["eval", "other.onnx", "--at", "x=1", "--weights", "exact"],
    );
    assert!(
        code == 2 && message.contains("holds no exact weights"),
        "{message}"
    );
    let (code, value) = object(at, &["eval", "other.onnx", "--at", "x=1"]);
    // The float32 next to 1/3, exactly.
    assert_eq!(
        (code, &value["outputs"]["y"][0]),
        (0, &"11184811/33554432".into())
    );
}

#[test]
fn build_says_what_rounding_does_to_the_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let spec = |cells: u32, tolerance: &str| {
        format!(
            "[target]\nformula = \"x^2\"\ndomain = {{ x = [0, 1] }}\n[network]\nbuilder = \"interpolant\"\n\
             cells = {cells}\n[claim]\ntolerance = \"{tolerance}\"\n"
        )
    };
    // Thirds are rounded, and the tolerance is reached exactly.
    fs::write(at.join("thirds.toml"), spec(3, "1/36")).expect("written");
    let (code, text, _) = program(at, &["build", "thirds.toml"]);
    assert!(
        code == 0 && text.contains("warning: network.onnx breaks the tolerance 1/36"),
        "{text}"
    );
    let report = fs::read_to_string(at.join("thirds/report.md")).expect("a report");
    assert!(
        report.contains("network.onnx breaks the tolerance"),
        "{report}"
    );
    let json: Value =
        serde_json::from_slice(&fs::read(at.join("thirds/report.json")).expect("a report"))
            .expect("JSON");
    assert_eq!(json["verify"]["verdict"], "proved");
    // Float arithmetic may make up for the rounding, but real arithmetic does not.
    let found = |place: usize, key: &str| json["rounded"][place][key].clone();
    assert_eq!(
        [
            found(0, "semantics"),
            found(0, "verdict"),
            found(1, "semantics"),
            found(1, "verdict")
        ],
        ["float32", "undecided", "real", "refuted"]
    );
    let rounded = &json["rounded"][1];
    assert_eq!(rounded["file"], "network.onnx");
    // And the file says the same when it is asked.
    let asked = [
        "verify",
        "thirds/network.onnx",
        "--target",
        "x^2",
        "--domain",
        "x=0..1",
    ];
    let (code, found) = object(at, &[&asked[..], &["--tolerance", "1/36"]].concat());
    assert_eq!(
        (code, &found["error"]["lower"]),
        (1, &rounded["error"]["lower"])
    );

    fs::write(at.join("quarters.toml"), spec(4, "1/64")).expect("written");
    let (_, text, _) = program(at, &["build", "quarters.toml"]);
    assert!(
        text.contains("so it is unknown whether it keeps the tolerance 1/64"),
        "{text}"
    );
    fs::write(at.join("loose.toml"), spec(3, "1/30")).expect("written");
    let (_, text, _) = program(at, &["build", "loose.toml"]);
    assert!(
        text.contains("in float32 arithmetic (sums in any order), with the float32 weights stored in it, the error")
            && text.contains("within the tolerance")
            && !text.contains("warning"),
        "{text}"
    );
}

/// H(x - at) in one input.
fn step(at: &str) -> Network {
    let bias = (-number(at)).to_string();
    network(
        &["x"],
        vec![
            layer(Activation::Heaviside, &[(&["1"], &bias)]),
            layer(Activation::Identity, &[(&["1"], "0")]),
        ],
    )
}

/// Targets that jump where a network does, at a place that is no dyadic number: known at once.
#[test]
fn targets_that_jump_at_a_third_are_decided_beside_it() {
    let third = step("1/3");
    let cases = [
        ("if(x < 1/3, 0, 1) + sin(x)/10", Norm::Sup),
        ("if(3*x - 1 < 0, 0, 1) + sin(x)/10", Norm::Sup),
        ("if(1 - x > 2*x, sin(x)/10, 1)", Norm::Sup),
        ("heaviside(x - 1/3) + sin(x)/10", Norm::Sup),
        ("heaviside(2*x/5 - 2/15) + sin(x)/10", Norm::L1),
        ("if(not (1/3 > x), 1, 0) + exp(x)/10", Norm::L2),
        ("if(x > 1/7 and x >= 1/3, 1, 0) + sin(x)/10", Norm::Sup),
    ];
    for (formula, norm) in cases {
        let mut question = question(&third, &[formula], "x=0..1", None);
        question.norm = norm;
        let request = VerifyRequest {
            network: &third,
            question,
            tolerance: None,
            gap: Rational::ratio(1, 100),
            limits: Limits {
                boxes: Some(5000),
                ..Limits::default()
            },
            resume: None,
            threads: steeple::jobs::Threads::Count(1),
            weights: steeple::certificate::Weights::Exact,
            portable: false,
        };
        let found =
            verify_request(&request, None, &mut steeple::workflow::unwatched).expect("checked");
        assert_eq!(found.verdict, Verdict::Enclosed, "{formula}");
        assert!(
            found.search.leaves < 1100,
            "{formula}: {} leaves",
            found.search.leaves
        );
    }
}

/// The left side minus the right one is `slope x + offset`, written in several ways.
/// Two units jump, one at the middle of the domain, one near its end. The error is largest right at the
/// first jump, where no box is narrow enough to be on one side of it: all points that were tried were there,
/// so none refuted, and 200,000 boxes left the question open.
#[test]
fn an_error_that_is_largest_at_a_jump_is_refuted_beside_it() {
    let network = network(
        &["x"],
        vec![
            layer(Activation::Sigmoid, &[(&["-1"], "0"), (&["-1"], "0")]),
            layer(
                Activation::Heaviside,
                &[(&["467/64", "11/8"], "-7/3"), (&["-623/64", "13/8"], "4")],
            ),
            layer(Activation::Identity, &[(&["-1", "4/3"], "65/8")]),
        ],
    );
    let request = VerifyRequest {
        network: &network,
        question: question(&network, &["x - 13/16"], "x=-1..1", None),
        tolerance: Some(number("9.0859")),
        gap: number("1/100"),
        limits: Limits {
            boxes: Some(1000),
            ..Limits::default()
        },
        resume: None,
        threads: steeple::jobs::Threads::All,
        weights: steeple::certificate::Weights::Exact,
        portable: false,
    };
    let found =
        verify_request(&request, None, &mut steeple::workflow::unwatched).expect("a verdict");
    assert_eq!(found.verdict, Verdict::Refuted);
}

fn comparison(slope: &Rational, offset: &Rational, relation: &str, way: u8) -> String {
    match way % 4 {
        0 => format!("({slope})*x + ({offset}) {relation} 0"),
        1 => format!("({slope})*x {relation} -({offset})"),
        2 => format!("0 - ({offset}) - ({slope})*x {relation} 0"),
        _ => format!(
            "(2*({slope})*x + ({offset}))/3 {relation} (({slope})*x/2)*4/3 - ({offset})*2/3"
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// On a box that ends where a comparison changes, what is decided is what holds inside.
    #[test]
    fn a_comparison_at_the_end_of_a_box_is_what_holds_inside(
        (slope, offset) in ((-6i64..7, 1i64..8), (-9i64..10, 1i64..8)),
        relation in prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]),
        way in 0u8..4,
        (width, is_above, nudge) in (1i64..9, any::<bool>(), -1i64..2),
        share in 1i64..64,
    ) {
        let (slope, offset) = (Rational::ratio(slope.0, slope.1), Rational::ratio(offset.0, offset.1));
        prop_assume!(!slope.is_zero());
        let condition = comparison(&slope, &offset, relation, way);
        // At the place where the plain comparison changes, or a little beside it.
        let at = (-&offset).checked_div(&slope).expect("not zero") + Rational::ratio(nudge, 1000);
        let far = &at + &Rational::ratio(if is_above { width } else { -width }, 7);
        let (low, high) = if is_above { (at, far) } else { (far, at) };
        let names = ["x".to_string()];
        let formula = format!("if({condition}, 2, 3) + 5*heaviside(({slope})*x + ({offset}))");
        let target = parse_target(std::slice::from_ref(&formula), Some(&names)).expect("a formula");
        let tape = Tape::new(&target);
        let constants = tape.constants::<Interval>(&());
        let inputs = [Interval::from_rationals(&low, &high)];
        let sides = [(low.clone(), high.clone())];
        let mut scratch = Scratch::default();
        let found = tape.evaluate_inside(&constants, &inputs, &sides, &mut scratch);
        let found = *found.value(0).expect("a value");
        let point = &low + &(&(&high - &low) * &Rational::ratio(share, 64));
        let truth = evaluate_exactly(&target, &[point]).remove(0).expect("a value");
        prop_assert!(found.contains_rational(&truth), "{formula} on [{low}, {high}]: {found} and {truth}");
        // Exactly at the end it is decided.
        if nudge == 0 && way < 3 {
            prop_assert!(found.is_point(), "{condition} on [{low}, {high}]: {found}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Bernstein coefficients hold the polynomial between them, and are its values at the ends.
    #[test]
    fn bernstein_coefficients_hold_the_polynomial(
        coefficients in prop::collection::vec((-9i64..10, 1i64..7), 1..9),
        (low, width) in ((-20i64..20, 1i64..9), (1i64..30, 1i64..9)),
    ) {
        let ratio = |(p, q): &(i64, i64)| Rational::ratio(*p, *q);
        let coefficients: Vec<Rational> = coefficients.iter().map(ratio).collect();
        let low = ratio(&low);
        let high = &low + &ratio(&width);
        let value = |x: &Rational| {
            coefficients.iter().rev().fold(Rational::ZERO, |sum, k| sum * x + k)
        };
        let x = Polynomial::variable(0);
        let polynomial = coefficients.iter().rev().fold(Polynomial::default(), |sum, k| {
            let shifted = sum.times(&x).expect("a low degree");
            shifted.plus_multiple(k, &Polynomial::constant(&Rational::ONE))
        });
        let found = polynomial.bernstein(&low, &high).expect("little work");
        let (first, last) = (found.first().expect("one"), found.last().expect("one"));
        prop_assert_eq!((first, last), (&value(&low), &value(&high)));
        let (least, most) = (found.iter().min().expect("one"), found.iter().max().expect("one"));
        for k in 0..=24 {
            let at = &low + &(&(&high - &low) * &Rational::ratio(k, 24));
            let value = value(&at);
            prop_assert!(*least <= value && value <= *most, "{value} at {at}: {found:?}");
        }
        // Not much too wide: the middle of a line or parabola is a mean of them.
        if found.len() == 2 {
            prop_assert_eq!((least, most), (first.min(last), first.max(last)));
        }
    }
}

/// A quartic against a broken line: the error is largest at a kink or an end, and rational there.
#[test]
fn errors_at_rational_points_are_exact() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let kinks = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
     {"activation": "relu", "weights": [["1"], ["1"], ["-1"]], "bias": ["1/3", "-1.7", "0.3"]},
     {"activation": "identity", "weights": [["0.3", "2.1", "-1/7"]], "bias": ["0.2"]}]}"#;
    fs::write(at.join("kinks.json"), kinks).expect("written");
    for formula in [
        "x^4 - 5*x^2 + x/3 + 4",
        "x^5/8 + x",
        "(x-1)^3*x/2",
        "x^6/100",
    ] {
        let asked = [
            "verify",
            "kinks.json",
            "--target",
            formula,
            "--domain",
            "x=-2..3",
        ];
        let (code, found) = object(at, &asked);
        assert_eq!(
            (code, &found["error"]["exact"]),
            (0, &Value::Bool(true)),
            "{formula}: {found}"
        );
        let error = number(found["error"]["lower"].as_str().expect("a number"));
        // No point has a larger error, and the witness has this one.
        let network = steeple::formats::json::read(kinks).expect("a network");
        let question = question(&network, &[formula], "x=-2..3", None);
        for k in 0..=2000 {
            let point = [Rational::ratio(k - 800, 400)];
            assert!(
                common::error_at(&network, &question, &point) <= error,
                "{formula}"
            );
        }
        let witness = number(found["witness"]["point"]["x"].as_str().expect("a point"));
        assert_eq!(
            common::error_at(&network, &question, &[witness]),
            error,
            "{formula}"
        );
    }
    // Largest at an irrational point: an enclosure, and a narrow one.
    let zero = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
     {"activation": "relu", "weights": [["1"]], "bias": ["-1"]},
     {"activation": "identity", "weights": [["0"]], "bias": ["0"]}]}"#;
    fs::write(at.join("zero.json"), zero).expect("written");
    let asked = [
        "verify",
        "zero.json",
        "--target",
        "x^3 - x",
        "--domain",
        "x=0..1",
    ];
    let (code, found) = object(at, &asked);
    let ends =
        ["lower", "upper"].map(|end| number(found["error"][end].as_str().expect("a number")));
    // 2/(3 sqrt 3), whose square is 4/27.
    let truth = Rational::ratio(4, 27);
    assert!(
        &ends[0] * &ends[0] <= truth && truth <= &ends[1] * &ends[1],
        "{found}"
    );
    assert_eq!((code, &found["error"]["exact"]), (0, &Value::Bool(false)));
}

/// The point with the largest error is reported with that error, not with a number below it.
#[test]
fn the_lower_end_is_the_error_at_the_witness_where_that_is_rational() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    fs::write(at.join("third.json"), THIRD).expect("written");
    let asked = [
        "verify",
        "third.json",
        "--target",
        "1/(1 + 25*x^2)",
        "--domain",
        "x=-1..1",
    ];
    let (code, found) = object(at, &asked);
    let [network, target] = ["network", "target"].map(|which| {
        let ends = &found["witness"][which];
        assert_eq!(ends[0], ends[1]);
        number(ends[0].as_str().expect("a number"))
    });
    let lower = number(found["error"]["lower"].as_str().expect("a number"));
    assert_eq!((code, (network - target).abs()), (0, lower));
}

/// Bounds that carry the jump of a softplus, or what rounded weights lost, are not cut for ever.
#[test]
fn what_no_cut_takes_away_ends_the_search() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let jump = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
     {"activation": "softplus", "threshold": "0", "weights": [["1"]], "bias": ["0"]},
     {"activation": "identity", "weights": [["1"]], "bias": ["0"]}]}"#;
    fs::write(at.join("jump.json"), jump).expect("written");
    let steep = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
     {"activation": "sigmoid", "weights": [["1e100"], ["1e100"]], "bias": ["-1e99", "-7e99"]},
     {"activation": "identity", "weights": [["1/2", "1/2"]], "bias": ["0"]}]}"#;
    fs::write(at.join("steep.json"), steep).expect("written");
    for (file, norm) in [
        ("jump.json", "sup"),
        ("steep.json", "sup"),
        ("steep.json", "l1"),
    ] {
        for more in [&["--tolerance", "1/2"][..], &[]] {
            let asked = [
                "verify", file, "--target", "x", "--domain", "x=0..1", "--norm", norm,
            ];
            let (code, found) = object(at, &[&asked[..], more].concat());
            assert_eq!(
                (code, &found["search"]["stopped_by"]),
                (3, &"abstraction".into()),
                "{file} {norm}"
            );
            assert!(
                found["search"]["boxes"].as_u64().expect("a number") < 20_000,
                "{file} {norm}"
            );
        }
    }
    let asked = [
        "verify",
        "jump.json",
        "--target",
        "x",
        "--domain",
        "x=0..1",
        "--tolerance",
        "1/2",
    ];
    let (_, text, _) = program(at, &asked);
    assert!(text.contains("a softplus jumps at its threshold"), "{text}");
}

/// Layers of 24 units on each other, in five inputs, with weights that look random: searches that take long.
fn deep(folder: &Path, activation: &str) {
    let mut state: u64 = 12345;
    let mut number = || {
        state = (state * 1_103_515_245 + 12345) % (1 << 31);
        format!("\"{}/64\"", ((state >> 16) % 65).cast_signed() - 32)
    };
    let mut row = |n: usize| {
        let entries: Vec<String> = (0..n).map(|_| number()).collect();
        format!("[{}]", entries.join(","))
    };
    let mut layer = |name: &str, units: usize, inputs: usize| {
        let rows: Vec<String> = (0..units).map(|_| row(inputs)).collect();
        let (weights, bias) = (rows.join(","), row(units));
        format!("{{\"activation\":\"{name}\",\"weights\":[{weights}],\"bias\":{bias}}}")
    };
    let mut layers = vec![layer(activation, 24, 5)];
    layers.extend((0..4).map(|_| layer(activation, 24, 24)));
    layers.push(layer("identity", 1, 24));
    let names = r#""inputs":["a","b","c","d","g"],"outputs":["w"]"#;
    let text = format!(
        "{{\"steeple_network\":1,{names},\"layers\":[{}]}}",
        layers.join(",")
    );
    fs::write(folder.join("deep.json"), text).expect("written");
}

const CUBE: &str = "a=-1..1,b=-1..1,c=-1..1,d=-1..1,g=-1..1";

#[test]
fn a_time_limit_is_for_the_whole_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    for (norm, activation) in [("sup", "relu"), ("l1", "relu"), ("l2", "tanh")] {
        deep(at, activation);
        let asked = [
            "verify",
            "deep.json",
            "--target",
            "sin(a*b)*c",
            "--domain",
            CUBE,
            "--gap",
            "1e-6",
        ];
        let limited = ["--norm", norm, "--time-limit", "1", "--format", "json"];
        // Far more than it takes on two cores.
        let (code, out, err) = program_within(20, at, &[&asked[..], &limited].concat());
        let found: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        assert_eq!(
            (code, &found["search"]["stopped_by"]),
            (3, &"time".into()),
            "{norm}"
        );
    }
}

/// What is found when no time is left for the check is kept, and nothing of it is claimed.
#[test]
fn a_check_that_cannot_end_in_time_is_given_up() {
    let network = step("1/2");
    let question = question(&network, &["x^2"], "x=0..1", None);
    let begun = steeple::clock::Moment::now()
        .checked_sub(Duration::from_secs(60))
        .expect("a while ago");
    let request = VerifyRequest {
        network: &network,
        question,
        tolerance: Some(number("2")),
        gap: Rational::ratio(1, 100),
        limits: Limits {
            time: Some(Duration::from_secs(1)),
            begun: Some(begun),
            ..Limits::default()
        },
        resume: None,
        threads: steeple::jobs::Threads::Count(1),
        weights: steeple::certificate::Weights::Exact,
        portable: false,
    };
    let found =
        verify_request(&request, None, &mut steeple::workflow::unwatched).expect("no rejection");
    assert!(found.is_unchecked);
    assert_eq!(found.verdict, Verdict::Undecided);
    assert_eq!(found.search.stopped_by, Some(StoppedBy::Time));
    let claim = found.verified.claim();
    assert_eq!(
        (&claim.stated_lower, &claim.stated_upper),
        (&Rational::ZERO, &None)
    );
}

#[test]
fn a_size_whose_search_is_stopped_is_not_called_too_small() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let spec = "[target]\nformula = \"x*y*z\"\ndomain = { x = [0, 1], y = [0, 1], z = [0, 1] }\n\
                [network]\nbuilder = \"sawtooth\"\n[claim]\ntolerance = \"1/50\"\n";
    fs::write(at.join("product.toml"), spec).expect("written");
    let (code, text, _) = program(at, &["build", "product.toml", "--max-boxes", "300"]);
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("was being tried when the search was stopped by boxes"),
        "{text}"
    );
    assert!(at.join("product/network.json").exists());
    // A grid that does not fit is refused before it is built.
    let grid = "[target]\nformula = \"x*y\"\ndomain = { x = [0, 1], y = [0, 1] }\n[network]\n\
                builder = \"quadrants\"\ncells = 2048\n";
    fs::write(at.join("grid.toml"), grid).expect("written");
    let (code, _, said) = program(at, &["build", "grid.toml", "--memory-limit", "500MB"]);
    assert!(
        code == 3 && said.contains("and the memory limit is 500 MB"),
        "{said}"
    );
    // Enough memory for nothing.
    let (code, text, _) = program(
        at,
        &[
            "build",
            "product.toml",
            "--memory-limit",
            "1MB",
            "--out",
            "small",
        ],
    );
    assert!(code == 3 && text.contains("memory"), "{text}");
}

/// The error is 4.85 along the whole side x = 1, but `y < y` is undecided in a box, so only points where x and y
/// are nearly equal can be certified. The search used to look near y = 0 alone, until its cells were too small.
#[test]
fn a_claim_that_only_a_few_places_refute_is_refuted() {
    let text = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["a"], "layers": [
     {"activation": "softplus", "threshold": "20", "weights": [["-555/64", "-1835008"]], "bias": ["0"]},
     {"activation": "identity", "weights": [["5/8"]], "bias": ["-27/7"]}]}"#;
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("steep.json"), text).expect("written");
    let asked = [
        "verify",
        "steep.json",
        "--target",
        "if(y < y, y, x)",
        "--domain",
        "x=-1..1,y=0..1",
    ];
    let limits = ["--tolerance", "4.7447", "--max-boxes", "200000"];
    let (code, found) = object(folder.path(), &[&asked[..], &limits].concat());
    assert_eq!((code, &found["verdict"]), (1, &Value::from("refuted")));
}

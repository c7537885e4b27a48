//! Every spec in `examples/`, built by the real program, and the figures that it must show.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use steeple::numbers::{Rational, literal};

/// Builds an example; returns its folder and the JSON object on standard output.
fn build(name: &str) -> (tempfile::TempDir, PathBuf, Value) {
    let scratch = tempfile::tempdir().expect("a folder");
    let out = scratch.path().join(name);
    let spec = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(format!("{name}.toml"));
    let run = Command::cargo_bin("steeple")
        .expect("the program")
        .args(["--format", "json", "build"])
        .arg(&spec)
        .arg("--out")
        .arg(&out)
        .assert()
        .code(0);
    let text = String::from_utf8(run.get_output().stdout.clone()).expect("text");
    let object: Value = serde_json::from_str(&text).expect("one JSON object");
    for file in [
        "network.json",
        "certificate.steeple",
        "report.md",
        "report.html",
        "report.json",
    ] {
        assert!(out.join(file).is_file(), "{name}: {file}");
    }
    // The checker alone, on the files as they are, against the spec.
    Command::cargo_bin("steeple")
        .expect("the program")
        .arg("check")
        .arg(out.join("certificate.steeple"))
        .arg("--network")
        .arg(out.join("network.json"))
        .arg("--spec")
        .arg(&spec)
        .assert()
        .code(0);
    (scratch, out, object)
}

fn verdict(object: &Value) -> &str {
    object["verify"]["verdict"].as_str().expect("a verdict")
}

fn number(value: &Value) -> Rational {
    literal::parse(value.as_str().expect("a number as text")).expect("a number")
}

/// The two ends of the error.
fn error(object: &Value) -> (Rational, Rational) {
    let error = &object["verify"]["error"];
    (number(&error["lower"]), number(&error["upper"]))
}

fn decimal(text: &str) -> Rational {
    literal::parse(text).expect("a number")
}

#[test]
fn nielsen_is_proved() {
    let (_scratch, _, object) = build("nielsen");
    assert_eq!(verdict(&object), "proved");
    assert!(error(&object).1 <= Rational::ratio(1, 20));
}

#[test]
fn the_smallest_sine_has_three_units_and_relu_needs_38() {
    let (_scratch, out, object) = build("smallest");
    assert_eq!(verdict(&object), "proved");
    assert_eq!(object["network"]["units"], 3);
    let rows = object["candidates"].as_array().expect("rows");
    assert_eq!(rows[0]["units"], 3);
    assert!(rows[0]["error"].is_null(), "that of the report");
    // Nothing is said of tanh; every row of relu units states what one layer needs.
    assert!(rows[0]["at_least"].is_null());
    let relu: Vec<_> = rows
        .iter()
        .filter(|row| !row["at_least"].is_null())
        .collect();
    assert!(!relu.is_empty());
    for row in &relu {
        assert_eq!(row["at_least"], 38);
        assert!(row["units"].as_u64() >= Some(38));
        assert!(number(&row["error"]["upper"]) <= Rational::ratio(1, 1000));
    }
    // The bound has a certificate of its own.
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/smallest.toml");
    Command::cargo_bin("steeple")
        .expect("the program")
        .arg("check")
        .arg(out.join("at_least.steeple"))
        .arg("--spec")
        .arg(&spec)
        .assert()
        .code(0);
    let report = fs::read_to_string(out.join("report.md")).expect("a report");
    assert!(
        report.contains("## Networks that keep the tolerance"),
        "{report}"
    );
}

#[test]
fn smooth_or_steps_is_proved() {
    let (_scratch, _, object) = build("smooth_or_steps");
    assert_eq!(verdict(&object), "proved");
    // Steps of this number that jump: half of 15/48 is more than 1/10.
    assert!(error(&object).1 <= Rational::ratio(1, 40));
}

#[test]
fn square_is_exactly_1_over_1024_in_the_middle_of_a_piece() {
    let (_scratch, _, object) = build("square");
    assert_eq!(verdict(&object), "enclosed");
    assert_eq!(object["verify"]["error"]["exact"], true);
    let bound = Rational::ratio(1, 1024);
    assert_eq!(error(&object), (bound.clone(), bound));
    let x = number(&object["verify"]["witness"]["point"]["x"]);
    let odd = (x * Rational::from(32))
        .to_i64()
        .expect("a multiple of 1/32");
    assert_eq!(odd % 2, 1, "the middle of a piece");
}

#[test]
fn the_tariff_has_no_error_and_three_units() {
    let (_scratch, out, object) = build("tariff");
    assert_eq!(verdict(&object), "proved");
    assert_eq!(object["verify"]["error"]["exact"], true);
    assert_eq!(error(&object), (Rational::ZERO, Rational::ZERO));
    let network = fs::read_to_string(out.join("network.json")).expect("the network");
    let network: Value = serde_json::from_str(&network).expect("JSON");
    let units = network["layers"][0]["bias"].as_array().expect("biases");
    assert_eq!(units.len(), 3);
}

#[test]
fn deployed_keeps_its_tolerance_in_float32_as_hats() {
    let (_scratch, out, object) = build("deployed");
    assert_eq!(verdict(&object), "proved");
    assert_eq!(object["verify"]["claim"]["semantics"], "float32");
    assert!(error(&object).1 <= Rational::ratio(1, 1_000_000));
    assert_eq!(object["network"]["hidden_layers"], 2);
    let report = fs::read_to_string(out.join("report.md")).expect("a report");
    assert!(report.contains("rounding alone may cost 0.00"), "{report}");
    assert!(report.contains("arranged as hats"), "{report}");
}

#[test]
fn wave_is_proved_with_the_size_chosen() {
    let (_scratch, _, object) = build("wave");
    assert_eq!(verdict(&object), "proved");
    assert!(error(&object).1 <= Rational::ratio(1, 10));
}

#[test]
fn paraboloid_is_enclosed_to_a_percent_around_127_over_2048() {
    let (_scratch, _, object) = build("paraboloid");
    assert_eq!(verdict(&object), "enclosed");
    let (lower, upper) = error(&object);
    let truth = Rational::ratio(127, 2048);
    let tails = decimal("1e-6");
    assert!(&lower - &tails <= truth && truth <= &upper + &tails);
    assert!(&upper - &lower <= &upper * &Rational::ratio(1, 100));
}

#[test]
fn towers_dip_at_an_inner_corner() {
    let (_scratch, out, object) = build("towers");
    assert_eq!(verdict(&object), "enclosed");
    assert!(error(&object).0 >= Rational::ratio(9, 8));
    // Within 3/w of a corner like (3/4, 3/4).
    let steepness = Rational::from(400);
    let reach = Rational::from(3) / steepness;
    for name in ["x", "y"] {
        let at = number(&object["verify"]["witness"]["point"][name]).abs();
        assert!((at - Rational::ratio(3, 4)).abs() <= reach, "{name}");
    }
    let network = fs::read_to_string(out.join("network.json")).expect("the network");
    assert!(
        network.contains("\"400\""),
        "the steepness the test speaks of"
    );
    assert!(out.join("surface.svg").is_file());
}

#[test]
fn disk_differs_from_its_hexagon_by_what_geometry_says() {
    let (_scratch, _, object) = build("disk");
    assert_eq!(verdict(&object), "enclosed");
    let (lower, upper) = error(&object);
    // pi - 3 sqrt(3)/2
    let truth = decimal("0.54351644223");
    assert!(lower <= truth && truth <= upper);
    assert!(upper - lower <= decimal("1e-3"));
}

#[test]
fn smooth_disk_is_proved() {
    let (_scratch, _, object) = build("disk_smooth");
    assert_eq!(verdict(&object), "proved");
    assert!(error(&object).1 <= Rational::ratio(3, 20));
}

#[test]
fn round_is_round() {
    let (_scratch, _, object) = build("round");
    assert_eq!(verdict(&object), "proved");
    assert!(error(&object).1 <= decimal("0.002"));
}

#[test]
fn heart_is_a_polygon_with_one_notch() {
    let (_scratch, _, object) = build("heart");
    assert_eq!(verdict(&object), "proved");
    assert!(error(&object).1 <= Rational::ratio(1, 12));
}

#[test]
fn deep_square_is_exactly_a_power_of_two() {
    let (_scratch, _, object) = build("deep_square");
    assert_eq!(object["verify"]["error"]["exact"], true);
    let bound = Rational::power_of_two(-12);
    assert_eq!(error(&object), (bound.clone(), bound));
}

#[test]
fn ridge_is_one_hidden_layer_for_a_product() {
    let (_scratch, _, object) = build("ridge");
    assert_eq!(verdict(&object), "proved");
    assert_eq!(object["network"]["hidden_layers"], 1);
    let bound = Rational::ratio(1, 64);
    assert_eq!(error(&object), (bound.clone(), bound));
}

/// Nothing is built here: it is an experiment for `compare`.
#[test]
fn on_the_surface_two_and_six_trained_units_are_worse_than_a_constant() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/on_the_surface.toml");
    let run = Command::cargo_bin("steeple")
        .expect("the program")
        .args(["--format", "json", "compare"])
        .arg(&spec)
        .assert()
        .code(0);
    let object: Value = serde_json::from_slice(&run.get_output().stdout).expect("one JSON object");
    let rows = object["rows"].as_array().expect("rows");
    let volume = |row: &Value| {
        let area = &row["error"]["area"];
        (number(&area["lower"]), number(&area["upper"]))
    };
    let (trained, constant): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| row["origin"] == "trained");
    assert_eq!((trained.len(), constant.len()), (2, 1));
    // 2/5 - pi/800 = 0.39607, and a little less at the corners: the band is 1/10 thick, and cut at the floor and the top.
    let (lower, upper) = volume(constant[0]);
    assert!(lower <= decimal("0.396") && decimal("0.3961") <= upper);
    for row in trained {
        assert!(volume(row).0 > upper, "{row}");
    }
    // There is no builder in it, and the message says so.
    Command::cargo_bin("steeple")
        .expect("the program")
        .arg("build")
        .arg(&spec)
        .assert()
        .code(2);
}

#[test]
fn files_are_the_same_whatever_the_threads() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/disk_smooth.toml");
    let scratch = tempfile::tempdir().expect("a folder");
    let read = |threads: &str| {
        let out = scratch.path().join(threads);
        Command::cargo_bin("steeple")
            .expect("the program")
            .arg("build")
            .arg(&spec)
            .arg("--out")
            .arg(&out)
            .args(["--threads", threads])
            .assert()
            .code(0);
        let mut names: Vec<_> = fs::read_dir(&out)
            .expect("the folder")
            .map(|entry| entry.expect("a file").file_name())
            .collect();
        names.sort();
        names
            .into_iter()
            .map(|name| (name.clone(), fs::read(out.join(name)).expect("a file")))
            .collect::<Vec<_>>()
    };
    assert!(read("1") == read("3"), "every file, byte for byte");
}

//! `steeple explain`: what it prints and writes, and what it refuses.

mod common;

use std::fs;
use std::path::Path;

use common::program;
use serde_json::Value;

/// A tower over [1/4, 3/4]²: four steep sigmoids under one.
const TOWER: &str = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
    {"activation": "sigmoid", "weights": [["200", "0"], ["200", "0"], ["0", "200"], ["0", "200"]],
     "bias": ["-50", "-150", "-50", "-150"]},
    {"activation": "sigmoid", "weights": [["40", "-40", "40", "-40"]], "bias": ["-60"]},
    {"activation": "identity", "weights": [["1"]], "bias": ["0"]}]}"#;

/// Two sigmoids that make a soft bump.
const BUMP: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
    {"activation": "sigmoid", "weights": [["8"], ["8"]], "bias": ["4", "-4"]},
    {"activation": "identity", "weights": [["1", "-1"]], "bias": ["0"]}]}"#;

const AFFINE: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
    {"activation": "identity", "weights": [["2"]], "bias": ["1"]}]}"#;

/// Three inputs and a relu that is never on.
const THREE: &str = r#"{"steeple_network": 1, "inputs": ["x", "y", "z"], "outputs": ["u"], "layers": [
    {"activation": "relu", "weights": [["1", "1", "0"], ["1", "0", "-1"]], "bias": ["0", "-9"]},
    {"activation": "identity", "weights": [["1", "2"]], "bias": ["0"]}]}"#;

fn written(at: &Path) {
    for (name, text) in [
        ("tower.json", TOWER),
        ("bump.json", BUMP),
        ("affine.json", AFFINE),
        ("three.json", THREE),
    ] {
        fs::write(at.join(name), text).expect("written");
    }
}

#[test]
fn a_tower_is_explained() {
    let scratch = tempfile::tempdir().expect("a directory");
    written(scratch.path());
    let arguments = ["explain", "tower.json", "--domain", "x=0..1,y=0..1"];
    let (code, out, said) = program(scratch.path(), &arguments);
    assert_eq!((code, said.as_str()), (0, ""));
    insta::assert_snapshot!("tower_text", out);
}

#[test]
fn reports_and_pictures_are_written() {
    let scratch = tempfile::tempdir().expect("a directory");
    let at = scratch.path();
    written(at);
    let arguments = [
        "explain",
        "bump.json",
        "--target",
        "exp(-4*x^2)",
        "--domain",
        "x=-1..1",
        "--out",
        "explained",
    ];
    let (code, _, _) = program(at, &arguments);
    assert_eq!(code, 0);
    let folder = at.join("explained");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("written");
    let markdown = read("report.md");
    insta::assert_snapshot!("bump_markdown", markdown);
    for name in ["network", "steps", "diagram"] {
        assert!(
            markdown.contains(&format!("![{name}]({name}.svg)")),
            "{name}"
        );
        assert!(read(&format!("{name}.svg")).starts_with("<svg "), "{name}");
        assert!(
            read("report.html").contains(&format!("<figure id=\"picture-{name}\">")),
            "{name}"
        );
    }
    let object: Value = serde_json::from_str(&read("report.json")).expect("an object");
    assert_eq!(object["schema"], 2);
    assert_eq!(object["shapes"][0]["kind"], "bump");
    // The same object on standard output, and the same bytes when it is done again.
    let (code, out, _) = program(at, &[&arguments[..6], &["--format", "json"]].concat());
    assert_eq!(code, 0);
    assert_eq!(
        serde_json::from_str::<Value>(&out).expect("an object"),
        object
    );
    let (code, _, _) = program(at, &[&arguments[..], &["--threads", "1"]].concat());
    assert_eq!((code, read("report.md")), (0, markdown));
}

#[test]
fn networks_without_units_or_pictures_are_explained_in_words() {
    let scratch = tempfile::tempdir().expect("a directory");
    written(scratch.path());
    let (code, out, _) = program(
        scratch.path(),
        &["explain", "affine.json", "--domain", "x=0..1"],
    );
    assert_eq!(code, 0);
    assert!(
        out.contains("has no hidden units") && out.contains("z = 1 + 2*x"),
        "{out}"
    );
    let box_ = "x=0..1,y=0..1,z=0..1";
    let (code, out, _) = program(scratch.path(), &["explain", "three.json", "--domain", box_]);
    assert_eq!(code, 0);
    assert!(out.contains("A relu unit is not"), "{out}");
    assert!(
        out.contains("Pictures need one or two inputs, this network has 3."),
        "{out}"
    );
    let dead = out
        .lines()
        .find(|line| line.contains("dead"))
        .expect("a dead unit");
    assert!(dead.contains("x - z = 9 (outside)"), "{dead}");
}

#[test]
fn a_decision_is_compared_with_that_of_steps() {
    let scratch = tempfile::tempdir().expect("a directory");
    written(scratch.path());
    let arguments = [
        "explain",
        "tower.json",
        "--domain",
        "x=0..1,y=0..1",
        "--norm",
        "area",
        "--target",
        "x >= 1/4 and x <= 3/4 and y >= 1/4 and y <= 3/4",
        "--format",
        "json",
    ];
    let (code, out, _) = program(scratch.path(), &arguments);
    assert_eq!(code, 0);
    let object: Value = serde_json::from_str(&out).expect("an object");
    let decisions = &object["steps"]["decisions"];
    assert_eq!(decisions["threshold"], "1/2");
    let decimal = |value: &Value| {
        value
            .as_str()
            .expect("text")
            .parse::<f64>()
            .expect("a number")
    };
    let differ = &decisions["differ"];
    // Near the border of the box the sum of the tower is too small: it decides up to 0.001 further inside.
    assert!(decimal(&differ["lower_decimal"]) > 0.0001, "{differ}");
    assert!(decimal(&differ["upper_decimal"]) < 0.01, "{differ}");
    // The target is the region of the steps, so the error is the same area.
    let error = &object["error"]["bounds"];
    assert!(decimal(&error["upper_decimal"]) >= decimal(&differ["lower_decimal"]));
}

#[test]
fn a_limit_stops_the_work_with_what_is_known() {
    let scratch = tempfile::tempdir().expect("a directory");
    written(scratch.path());
    let arguments = [
        "explain",
        "tower.json",
        "--domain",
        "x=0..1,y=0..1",
        "--max-boxes",
        "5",
        "--format",
        "json",
    ];
    let (code, out, _) = program(scratch.path(), &arguments);
    assert_eq!(code, 3);
    let object: Value = serde_json::from_str(&out).expect("an object");
    assert_eq!(object["stopped_by"], "boxes");
    assert_eq!(object["units"].as_array().map(Vec::len), Some(5));
}

#[test]
fn what_cannot_be_explained_is_refused_with_a_hint() {
    let scratch = tempfile::tempdir().expect("a directory");
    let at = scratch.path();
    written(at);
    let mut said = String::new();
    for arguments in [
        &["explain", "tower.json"][..],
        &["explain", "tower.json", "--domain", "x=0..1"],
        &["explain", "tower.json", "--domain", "x=0..1,t=0..1"],
        &["explain", "tower.json", "--domain", "x=1..0,y=0..1"],
        &[
            "explain",
            "bump.json",
            "--domain",
            "x=0..1",
            "--target",
            "t^2",
        ],
        &["explain", "bump.json", "--target", "x^2"],
        &[
            "explain",
            "bump.json",
            "--domain",
            "x=0..1",
            "--tolerance",
            "1/10",
        ],
        &["explain", "missing.json", "--domain", "x=0..1"],
        &[
            "explain",
            "bump.json",
            "--domain",
            "x=0..1",
            "--out",
            "bump.json",
        ],
    ] {
        let (code, out, message) = program(at, arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        said.extend(["$ steeple ", &arguments.join(" "), "\n", &message, "\n"]);
    }
    insta::assert_snapshot!("refusals", said);
}

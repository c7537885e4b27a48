//! Bad input through the real program: exit code 2, one message that names the file and the place,
//! nothing on standard output, nothing left behind.

mod common;

use std::fs;
use std::path::Path;

use assert_cmd::Command;

const SPEC: &str = r#"[target]
formula = "x^2 + y^2"
inputs = ["x", "y"]
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "quadrants"
cells = 2

[claim]
norm = "sup"
tolerance = "2"
"#;

fn steeple(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("steeple").expect("the program");
    command.current_dir(folder);
    command
}

/// Runs the program; returns its exit code and what it says on standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = steeple(folder).args(arguments).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().expect("no signal"),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn specs_are_refused_with_their_place() {
    // What is replaced, by what, what the message says, and where.
    let cases = [
        ("cells = 2", "cell = 2", "unknown key `cell`", "spec.toml:8"),
        (
            "builder = \"quadrants\"",
            "",
            "key `builder` is missing",
            "spec.toml:6",
        ),
        (
            "cells = 2",
            "cells = \"two\"",
            "`two` is not a number",
            "spec.toml:8",
        ),
        ("cells = 2", "cells = [1, 2, 3]", "cells", "spec.toml:8"),
        ("cells = 2", "cells = 0", "cells", "spec.toml:8"),
        ("cells = 2", "cells = 2\nsides = 5", "sides", "spec.toml:9"),
        (
            "cells = 2",
            "cells = 2\nsteepness = -1",
            "`steepness` must be greater than 0",
            "spec.toml:9",
        ),
        ("\"quadrants\"", "\"interpolant\"", "1 input", "spec.toml:7"),
        ("\"quadrants\"", "\"disk\"", "", "spec.toml:"),
        (
            "[\"-1\", \"1\"], y",
            "[\"1\", \"-1\"], y",
            "empty",
            "spec.toml:4",
        ),
        (
            "[\"-1\", \"1\"], y",
            "[\"1\", \"1\"], y",
            "empty",
            "spec.toml:4",
        ),
        (
            "[\"-1\", \"1\"], y",
            "[\"-1\", inf], y",
            "the domain is bounded, found `inf`",
            "spec.toml:4",
        ),
        (
            "y = [\"-1\", \"1\"] }",
            "x = [0, 1] }",
            "duplicate",
            "spec.toml:4",
        ),
        (", y = [\"-1\", \"1\"] }", " }", "`y`", "spec.toml:4"),
        (
            "y = [\"-1\", \"1\"] }",
            "y = [0, 1], z = [0, 1] }",
            "`z`",
            "spec.toml:4",
        ),
        (
            "x^2 + y^2",
            "x^2 + z^2",
            "unknown variable `z`",
            "spec.toml:2:18",
        ),
        ("x^2 + y^2", "x^2 + ", "", "spec.toml:2"),
        (
            "x^2 + y^2",
            "1/2x + y",
            "where the divisor ends",
            "spec.toml:2",
        ),
        ("x^2 + y^2", "1/x + y", "x = 0", "spec.toml:2"),
        ("x^2 + y^2", "sqrt(x) + y", "not defined", "spec.toml:2"),
        ("x^2 + y^2", "ln(x + 1) + y", "x = -1", "spec.toml:2"),
        (
            "tolerance = \"2\"",
            "gap = 0",
            "greater than 0",
            "spec.toml:12",
        ),
        (
            "tolerance = \"2\"",
            "tolerance = -1e-3",
            "0 or greater",
            "spec.toml:12",
        ),
        (
            "norm = \"sup\"",
            "norm = \"area\"",
            "needs a region",
            "spec.toml:11",
        ),
        (
            "norm = \"sup\"",
            "norm = \"l3\"",
            "unknown norm `l3`; expected one of sup, l1, l2, area",
            "spec.toml:11",
        ),
        (
            "[claim]",
            "[claims]",
            "unknown key `claims`",
            "spec.toml:10",
        ),
        ("[claim]", "[claim", "", "spec.toml:10"),
    ];
    let scratch = tempfile::tempdir().expect("a folder");
    let spec = scratch.path().join("spec.toml");
    for (from, to, message, place) in cases {
        assert!(SPEC.contains(from), "{from}");
        fs::write(&spec, SPEC.replacen(from, to, 1)).expect("written");
        let (code, out, said) = run(scratch.path(), &["build", "spec.toml", "--out", "made"]);
        assert_eq!(code, 2, "{to}: {said}");
        assert!(said.contains(message), "{to}: {said}");
        assert!(said.contains(place), "{to}: {said}");
        assert!(said.starts_with("error: "), "{to}: {said}");
        assert!(out.is_empty(), "{to}: {out}");
        let left: Vec<_> = fs::read_dir(scratch.path()).expect("the folder").collect();
        assert_eq!(left.len(), 1, "{to}: something was left behind");
    }
}

#[test]
fn networks_are_refused_with_their_place() {
    let good = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"],
 "layers": [{"activation": "sigmoid", "weights": [["1/2"]], "bias": ["0"]}]}"#;
    let cases = [
        ("\"1/2\"", "NaN", "2:"),
        ("\"1/2\"", "\"nan\"", "2:"),
        ("\"1/2\"", "\"inf\"", "2:"),
        ("\"1/2\"", "0.5", "2:"),
        ("\"1/2\"", "\"1/0\"", "2:"),
        ("[\"0\"]", "[\"0\", \"1\"]", "2:"),
        ("\"sigmoid\"", "\"sigmoit\"", "2:"),
        ("\"layers\"", "\"layer\"", "2:"),
        ("\"steeple_network\": 1", "\"steeple_network\": 2", "1:"),
        ("}]}", "}]", "2:"),
        ("[\"x\"]", "[\"x\", \"y\"]", "2:"),
    ];
    let scratch = tempfile::tempdir().expect("a folder");
    let file = scratch.path().join("n.json");
    let verify = ["verify", "n.json", "--target", "x", "--domain", "x=0..1"];
    fs::write(&file, good).expect("written");
    assert_eq!(run(scratch.path(), &verify).0, 0);
    for (from, to, line) in cases {
        assert!(good.contains(from), "{from}");
        fs::write(&file, good.replacen(from, to, 1)).expect("written");
        let (code, out, said) = run(scratch.path(), &verify);
        assert_eq!(code, 2, "{to}: {said}");
        assert!(said.contains(&format!("n.json:{line}")), "{to}: {said}");
        assert!(out.is_empty(), "{to}");
    }
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let scratch = tempfile::tempdir().expect("a folder");
    fs::write(scratch.path().join("spec.toml"), SPEC).expect("written");
    let network = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"],
        "layers": [{"activation": "identity", "weights": [[1]], "bias": [0]}]}"#;
    fs::write(scratch.path().join("n.json"), network).expect("written");
    fs::write(scratch.path().join("file"), "").expect("written");
    let cases: &[(&[&str], &str)] = &[
        (
            &["verify", "none.json", "--target", "x", "--domain", "x=0..1"],
            "none.json",
        ),
        (&["verify", "n.json"], "--spec"),
        (&["verify", "n.json", "--spec", "spec.toml"], "inputs"),
        (&["verify", "n.json", "--target", "x"], "--domain"),
        (
            &["verify", "n.json", "--target", "x", "--domain", "x=1..0"],
            "empty",
        ),
        (
            &["verify", "n.json", "--target", "x", "--domain", "y=0..1"],
            "--domain",
        ),
        (
            &["verify", "n.json", "--target", "1/x", "--domain", "x=-1..1"],
            "x = 0",
        ),
        (
            &[
                "verify",
                "n.json",
                "--target",
                "x",
                "--domain",
                "x=0..1",
                "--tolerance=-1",
            ],
            "--tolerance",
        ),
        (
            &[
                "verify", "n.json", "--target", "x", "--domain", "x=0..1", "--norm", "area",
            ],
            "region",
        ),
        (
            &[
                "verify", "n.json", "--target", "x", "--target", "x", "--domain", "x=0..1",
            ],
            "outputs",
        ),
        (&["eval", "n.json", "--at", "y=1"], "no input `y`"),
        (
            &["eval", "n.json", "--at", "x=one"],
            "`one` is not a number",
        ),
        (&["draw", "circle", "n.json", "--out", "a.svg"], "circle"),
        (
            &[
                "draw", "surface", "n.json", "--target", "x", "--domain", "x=0..1", "--out",
                "a.svg",
            ],
            "two inputs",
        ),
        (&["build", "spec.toml", "--out", "file"], "file"),
        (
            &["build", "spec.toml", "--out", "no/such/place"],
            "no/such/place",
        ),
        (&["catalogue", "castle"], "castle"),
        (&["conquer"], "conquer"),
    ];
    for (arguments, message) in cases {
        let (code, out, said) = run(scratch.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        assert!(said.contains(message), "{arguments:?}: {said}");
        assert!(out.is_empty(), "{arguments:?}: {out}");
    }
    assert!(!scratch.path().join("a.svg").exists());
}

#[test]
fn a_tolerance_of_0_is_refused_where_no_size_is_enough() {
    let scratch = tempfile::tempdir().expect("a folder");
    for (formula, builder, message) in [
        ("abs(x)", "interpolant", "write builder = \"exact\""),
        (
            "abs(x) + x^2",
            "interpolant",
            "`x^2` is not piecewise linear",
        ),
        ("abs(x) + x^2", "exact", "`x^2` is not piecewise linear"),
        ("heaviside(x)", "staircase", "write `cells`"),
        (
            "heaviside(x)/3",
            "exact",
            "the target jumps by 1/3 at x = 0",
        ),
    ] {
        let spec = format!(
            "[target]\nformula = \"{formula}\"\ndomain = {{ x = [-1, 1] }}\n\
             [network]\nbuilder = \"{builder}\"\n[claim]\ntolerance = 0\n"
        );
        fs::write(scratch.path().join("spec.toml"), spec).expect("written");
        let (code, out, said) = run(scratch.path(), &["build", "spec.toml", "--out", "made"]);
        assert_eq!(code, 2, "{formula}: {said}");
        assert!(said.contains(message), "{formula} {builder}: {said}");
        assert!(out.is_empty() && !scratch.path().join("made").exists());
    }
}

#[test]
fn certificates_that_do_not_hold_are_rejected() {
    let scratch = tempfile::tempdir().expect("a folder");
    fs::write(scratch.path().join("spec.toml"), SPEC).expect("written");
    assert_eq!(
        run(scratch.path(), &["build", "spec.toml", "--out", "a"]).0,
        0
    );
    let other = SPEC.replace("cells = 2", "cells = 3");
    fs::write(scratch.path().join("other.toml"), other).expect("written");
    assert_eq!(
        run(scratch.path(), &["build", "other.toml", "--out", "b"]).0,
        0
    );
    let certificate =
        fs::read_to_string(scratch.path().join("a/certificate.steeple")).expect("text");
    let check = |text: &str, more: &[&str]| {
        fs::write(scratch.path().join("c.steeple"), text).expect("written");
        let mut arguments = vec!["check", "c.steeple", "--network", "a/network.json"];
        arguments.extend_from_slice(more);
        run(scratch.path(), &arguments)
    };
    assert_eq!(check(&certificate, &[]).0, 0);
    assert_eq!(check(&certificate, &["--spec", "spec.toml"]).0, 0);
    let tight = SPEC.replace("tolerance = \"2\"", "tolerance = \"1/1000\"");
    fs::write(scratch.path().join("tight.toml"), tight).expect("written");
    let foreign = fs::read_to_string(scratch.path().join("b/certificate.steeple")).expect("text");
    let half = &certificate[..certificate.len() / 2];
    let upper = certificate
        .lines()
        .find(|line| line.starts_with("upper "))
        .expect("a bound");
    let damaged = certificate.replacen(upper, "upper 1/1000", 1);
    for (text, more, kind) in [
        (half, &[][..], "malformed"),
        ("", &[], "malformed"),
        ("PK\u{3}\u{4}", &[], "malformed"),
        (&damaged, &[], "upper-not-reached"),
        (&foreign, &[], "other-network"),
        (&certificate, &["--spec", "tight.toml"], "other-claim"),
        (
            &certificate,
            &["--target", "x^2", "--domain", "x=-1..1,y=-1..1"],
            "other-claim",
        ),
    ] {
        let (code, out, _) = check(text, more);
        assert_eq!(code, 1, "{kind}: {out}");
        assert!(out.contains(&format!("rejected ({kind})")), "{kind}: {out}");
        let (_, json, _) = check(text, &[more, &["--format", "json"]].concat());
        let object: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(object["accepted"], false);
        assert_eq!(object["rejection"]["kind"], kind);
    }
    let (code, _, said) = run(
        scratch.path(),
        &["check", "none", "--network", "a/network.json"],
    );
    assert_eq!((code, said.contains("none")), (2, true));
}

#[test]
fn a_closed_standard_output_is_no_panic() {
    let scratch = tempfile::tempdir().expect("a folder");
    let output = std::process::Command::new("sh")
        .current_dir(scratch.path())
        .args([
            "-c",
            "\"$0\" catalogue quadrants | true",
            env!("CARGO_BIN_EXE_steeple"),
        ])
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked"), "{said}");
}

const POINTS: &str = r#"[target]
formula = "x^2 + y^2 <= 1"
inputs = ["x", "y"]
domain = { x = [-2, 2], y = [-2, 2] }

[compare]
hidden = [[3]]
restarts = 1
steps = 5
data = "points.csv"
"#;

#[test]
fn training_is_refused_with_the_place() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::write(folder.join("spec.toml"), POINTS).expect("written");
    let good = "x,y,label\n0,0,1\n1,1/2,0\n";
    let refused = |points: Option<&str>, flags: &[&str], message: &str| {
        match points {
            Some(points) => fs::write(folder.join("points.csv"), points).expect("written"),
            None => fs::remove_file(folder.join("points.csv")).unwrap_or_default(),
        }
        let arguments = [&["train", "spec.toml"], flags].concat();
        let (code, out, err) = run(folder, &arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{flags:?}: {err}");
        assert!(err.contains(message), "{flags:?}: {err}");
        assert!(!folder.join("spec.trained.json").exists(), "{flags:?}");
    };
    refused(None, &[], "spec.toml:10");
    refused(
        Some("x,y,label\n1,2\n"),
        &[],
        "points.csv:2:4: expected 3 fields, found 2",
    );
    refused(Some("x;y;label\n"), &[], "separate the fields by commas");
    refused(
        Some("x,y,value\n1,2,3\n"),
        &[],
        "points.csv:1:5: a column `value`",
    );
    refused(Some(good), &["--hidden", "0"], "at least 1 unit");
    refused(Some(good), &["--activation", "step"], "`step` units");
    refused(
        Some(good),
        &["--optimizer", "sgd"],
        "expected lbfgs or adam",
    );
    refused(
        Some(good),
        &["--learning-rate", "1"],
        "with --optimizer adam",
    );
    refused(Some(good), &["--out", "net.onnx"], ".json");
    refused(
        Some(good),
        &["--from", "spec.toml"],
        "spec.toml: this is a spec, not a network",
    );
    refused(
        Some(good),
        &["--hidden", "64,64", "--explain"],
        "at most 200",
    );
    refused(Some(good), &["--frames", "points.csv"], "points.csv");
    let (code, _, err) = run(folder, &["train", "spec.toml"]);
    assert_eq!(code, 0, "{err}");
    assert!(folder.join("spec.trained.json").exists());
    // Divergence is an answer: the starts and their seeds, and no network.
    fs::remove_file(folder.join("spec.trained.json")).expect("removed");
    let adam = [
        "--optimizer",
        "adam",
        "--learning-rate",
        "1e300",
        "--activation",
        "relu",
    ];
    let arguments = [&["train", "spec.toml", "--seed", "8"][..], &adam].concat();
    let (code, out, _) = run(folder, &arguments);
    assert_eq!(code, 3, "{out}");
    assert!(
        out.contains("every start diverged") && out.contains("     8 "),
        "{out}"
    );
    assert!(!folder.join("spec.trained.json").exists());
}

/// Builders and sizes whose networks would not fit the memory; also what takes forever to build.
#[test]
fn sizes_that_do_not_fit_are_refused_before_anything_is_built() {
    let many = "1000000000000";
    let line = "formula = \"x^2\"\ndomain = { x = [0, 1] }";
    let plane = "formula = \"x*y\"\ninputs = [\"x\", \"y\"]\ndomain = { x = [0, 1], y = [0, 1] }";
    let bowl = plane.replace("x*y", "x^2 + y^2");
    let power = plane.replace("x*y", "(x + y + 1)^60");
    let disk = plane.replace("x*y", "x^2 + y^2 <= 1");
    let none = "inputs = [\"x\", \"y\"]\ndomain = { x = [0, 1], y = [0, 1] }";
    let layers =
        |width: &str, layers: usize| format!("widths = [{}]", vec![width; layers].join(", "));
    let cells = |cells: &str| format!("cells = {cells}");
    let sized = "weights, at most";
    let cases: Vec<(&str, &str, String, &str)> = vec![
        ("staircase", line, cells(many), sized),
        ("staircase", line, cells("40000000"), sized),
        (
            "staircase",
            line,
            format!("cells = 5\nghosts = {many}"),
            "at most 5",
        ),
        ("interpolant", line, cells(many), sized),
        (
            "interpolant",
            line,
            format!("knots = \"balanced\"\n{}", cells("40000000")),
            sized,
        ),
        ("towers", plane, cells(many), sized),
        (
            "towers",
            plane,
            format!("cells = 3\noverlap = {many}"),
            sized,
        ),
        (
            "towers",
            plane,
            format!("grid = \"adaptive\"\n{}", cells("1000000")),
            sized,
        ),
        (
            "towers",
            plane,
            "cells = 9000000000000000000\noverlap = 9000000000000000000".into(),
            sized,
        ),
        ("quadrants", plane, cells(many), sized),
        ("quadrants", &bowl, cells(many), sized),
        (
            "quadrants",
            plane,
            format!("grid = \"adaptive\"\n{}", cells("1000000")),
            sized,
        ),
        ("disk", &disk, format!("sides = {many}"), sized),
        ("ridge", plane, cells(many), sized),
        (
            "ridge",
            plane,
            format!("profile = \"staircase\"\n{}", cells("40000000")),
            sized,
        ),
        (
            "tanh-smooth",
            line,
            "step = \"1e-600\"".into(),
            "`step` is below 2^-128",
        ),
        (
            "tanh-smooth",
            line,
            "step = \"1e-30000\"".into(),
            "`step` is a number of 99659 bits",
        ),
        ("sawtooth", plane, format!("folds = {many}"), "at most 64"),
        ("sawtooth", &power, "folds = 64".into(), sized),
        ("fold", none, layers("1000000", 2), sized),
        ("fold", none, "widths = [30000, 2000]".into(), sized),
        ("fold", none, "widths = [4, 1000000000000]".into(), sized),
        ("maxout-fold", none, layers("2", 25), "at most 24"),
        (
            "maxout-fold",
            none,
            format!("rank = {many}\nwidths = [2]"),
            "at most 256",
        ),
    ];
    // Those without a size of their own, or whose size is written out.
    let others = [
        "smallest", "step", "bump", "exact", "tower", "polygon", "polygons",
    ];
    for entry in steeple::builders::catalogue() {
        let is_tried = cases.iter().any(|(builder, ..)| *builder == entry.name);
        assert!(is_tried || others.contains(&entry.name), "{}", entry.name);
    }
    let scratch = tempfile::tempdir().expect("a folder");
    for (builder, target, keys, message) in cases {
        let spec = format!("[target]\n{target}\n[network]\nbuilder = \"{builder}\"\n{keys}\n");
        fs::write(scratch.path().join("spec.toml"), spec).expect("written");
        let arguments = ["build", "spec.toml", "--out", "made"];
        let (code, out, said) = common::program_within(20, scratch.path(), &arguments);
        assert_eq!(code, 2, "{builder} {keys}: {said}");
        assert!(said.contains(message), "{builder} {keys}: {said}");
        assert!(said.contains("spec.toml:"), "{builder} {keys}: {said}");
        assert_eq!(
            (out.as_str(), scratch.path().join("made").exists()),
            ("", false)
        );
    }
}

#[test]
fn ridge_wishes_that_cannot_be_met_say_why() {
    let scratch = tempfile::tempdir().expect("a folder");
    let wave = "formula = \"sin(3*x)*cos(2*y)\"\ninputs = [\"x\", \"y\"]\n\
                domain = { x = [-1, 1], y = [-1, 1] }";
    let four = "formula = \"sin(a*b) + c*d\"\ninputs = [\"a\", \"b\", \"c\", \"d\"]\n\
                domain = { a = [0, 1], b = [0, 1], c = [0, 1], d = [0, 1] }";
    let cubic = wave.replace("sin(3*x)*cos(2*y)", "x^3 + y");
    let two = wave.replace("\"sin(3*x)*cos(2*y)\"", "[\"x*y\", \"x^3 + y\"]");
    for (target, keys, message) in [
        (wave, "degree = 3", "degree 3 is too low for this tolerance"),
        (wave, "degree = 21\ncells = 4", "at most 20"),
        (four, "cells = 4", "with 4 inputs it is not approximated"),
        (four, "", "with 4 inputs it is not approximated"),
        (
            cubic.as_str(),
            "degree = 2\ncells = 4",
            "`degree` is 2, at least 3",
        ),
        (
            two.as_str(),
            "degree = 2\ncells = 4",
            "`degree` is 2, at least 3",
        ),
        (wave, "cells = 0", "`cells` is 0"),
        (wave, "profile = \"stairs\"\ncells = 4", "stairs"),
        (
            wave,
            "profile = \"interpolant\"\nactivation = \"sigmoid\"\ncells = 4",
            "does not go with",
        ),
        (
            wave,
            "profile = \"staircase\"\nactivation = \"relu\"\ncells = 4",
            "does not go with",
        ),
        (wave, "steepness = 4\ncells = 4", "relu units have none"),
    ] {
        let spec = format!(
            "[target]\n{target}\n[network]\nbuilder = \"ridge\"\n{keys}\n[claim]\ntolerance = \"1/20\"\n"
        );
        fs::write(scratch.path().join("spec.toml"), spec).expect("written");
        let (code, out, said) = run(scratch.path(), &["build", "spec.toml", "--out", "made"]);
        assert_eq!((code, out.as_str()), (2, ""), "{keys}: {said}");
        assert!(said.contains(message), "{keys}: {said}");
        assert!(said.contains("spec.toml:"), "{keys}: {said}");
    }
}

//! Points of the user: training on them alone, what is said about them, and pictures that show them.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("steeple")
        .expect("built")
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let code = output.status.code().expect("a code");
    (code, text(output.stdout), text(output.stderr))
}

/// 100 points of a grid, labelled by the side of the line x + y = 0.15 that they lie on.
fn labelled() -> String {
    let mut text = "x,y,label\n".to_owned();
    for i in 0..10 {
        for j in 0..10 {
            let (x, y) = (f64::from(i) / 5.0 - 0.9, f64::from(j) / 5.0 - 0.9);
            let _ = writeln!(text, "{x:.1},{y:.1},{}", u8::from(x + y > 0.15));
        }
    }
    text
}

#[test]
fn a_file_of_points_is_enough_to_train() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::write(folder.join("points.csv"), labelled()).expect("written");
    let train = [
        "train",
        "points.csv",
        "--hidden",
        "2",
        "--activation",
        "relu",
        "--restarts",
        "2",
        "--out",
        "net.json",
        "--frames",
        "frames",
    ];
    let (code, out, err) = run(folder, &train);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("the domain is the bounding box of the points: x=-0.9..0.9,y=-0.9..0.9"),
        "{err}"
    );
    assert!(
        out.contains("0 of 100 points on the wrong side, counted exactly"),
        "{out}"
    );
    assert!(
        out.contains("There is no formula, so nothing is proved about an error"),
        "{out}"
    );
    // The commands that are named work.
    let named: Vec<&str> = out
        .lines()
        .filter_map(|line| line.trim().strip_prefix("steeple "))
        .collect();
    assert_eq!(named.len(), 3, "{out}");
    for command in named {
        let arguments: Vec<String> = command
            .replace('"', "")
            .split(' ')
            .map(String::from)
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (code, _, err) = run(folder, &arguments);
        assert_eq!(code, 0, "{command}: {err}");
    }
    let frame = fs::read_to_string(folder.join("frames/frame00.svg")).expect("drawn");
    for part in ["labelled inside", "labelled outside", "network: "] {
        assert!(frame.contains(part), "{part}");
    }
    assert!(!frame.contains("target"), "there is none");

    let json = [&train[..], &["--format", "json"]].concat();
    let (_, out, _) = run(folder, &json);
    let found: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(found["on_points"]["wrong"], 0);
    assert_eq!(found["on_points"]["count"], 100);
    assert_eq!(found["domain"], "x=-0.9..0.9,y=-0.9..0.9");
}

#[test]
fn values_are_learned_too_and_the_largest_residual_is_bounded() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    let mut text = "t,value\n".to_owned();
    for k in 0..40 {
        let t = f64::from(k) / 10.0;
        // One value is far off.
        let value = if k == 17 { 5.0 } else { 2.0 * t };
        let _ = writeln!(text, "{t},{value}");
    }
    fs::write(folder.join("values.csv"), text).expect("written");
    let spec = "[target]\ninputs = [\"t\"]\n[compare]\ndata = \"values.csv\"\nhidden = [[1]]\n\
                activation = \"tanh\"\nrestarts = 1\nweight_decay = 0.001\n";
    fs::write(folder.join("values.toml"), spec).expect("written");
    let (code, out, err) = run(folder, &["train", "values.toml", "--frames", "frames"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("+ weight decay 0.001"), "{out}");
    assert!(out.contains("the largest residual is at most 1."), "{out}");
    assert!(out.contains("at t = 1.7"), "{out}");
    let frame = fs::read_to_string(folder.join("frames/frame00.svg")).expect("drawn");
    assert!(frame.contains("40 points") && frame.contains("largest residual"));
}

#[test]
fn what_is_unusual_about_points_is_said() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    let spec = "[target]\nformula = \"x^2 + y^2 <= 1\"\ndomain = { x = [-2, 2], y = [-2, 2] }\n\
                [claim]\nnorm = \"area\"\ngap = \"1/2\"\n\
                [compare]\ndata = \"points.csv\"\nhidden = [[1]]\nrestarts = 1\nsteps = 5\n";
    fs::write(folder.join("spec.toml"), spec).expect("written");
    let said = |points: &str| {
        fs::write(folder.join("points.csv"), points).expect("written");
        let (code, _, err) = run(folder, &["train", "spec.toml", "--out", "net.json"]);
        assert_eq!(code, 0, "{err}");
        err
    };
    let far = said("x,y,label\n0,0,1\n3,0,0\n0,-5/2,0\n");
    assert!(
        far.contains("2 of 3 points lie outside the domain, the first in line 3 of points.csv"),
        "{far}"
    );
    let both = said("x,y,label\n0,0,1\n0,0,0\n1/2,0,1\n");
    assert!(
        both.contains("every network is wrong on at least 1 of 3 points"),
        "{both}"
    );
    let (_, out, _) = run(folder, &["compare", "spec.toml"]);
    assert!(out.contains("1 place has points with both labels"), "{out}");
    let same = said("x,y,label\n0,0,1\n1/2,0,1\n");
    assert!(same.contains("every label is 1 (inside)"), "{same}");
}

#[test]
fn bad_points_are_refused_with_a_hint() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    for (points, place, hint) in [
        (
            "",
            "points.csv:1:1: the file is empty",
            "x,y,label for two classes",
        ),
        (
            "x,y,class\n1,2,0\n",
            "there is no column `label` and no column `value`; the columns are x, y, class",
            "x,y,value for a function",
        ),
        (
            "x,label\n1,0\n1,1\n",
            "x is 1 at every point",
            "give `domain` in [target]",
        ),
        (
            "x,label\n1,0\n2,7\n",
            "points.csv:3:3: expected a label 1 or 0, found `7`",
            "write 1 for inside",
        ),
        ("x,label\n", "there are no points to train on", ""),
    ] {
        fs::write(folder.join("points.csv"), points).expect("written");
        let (code, out, err) = run(folder, &["train", "points.csv"]);
        assert_eq!((code, out.as_str()), (2, ""), "{points:?}: {err}");
        assert!(
            err.contains(place) && err.contains(hint),
            "{points:?}: {err}"
        );
    }
    fs::write(
        folder.join("spec.toml"),
        "[target]\ninputs = [\"x\"]\n[claim]\nnorm = \"sup\"\n[compare]\ndata = \"points.csv\"\n",
    )
    .expect("written");
    let (code, _, err) = run(folder, &["train", "spec.toml"]);
    assert_eq!(code, 2);
    assert!(err.contains("has no table [claim]"), "{err}");
    fs::write(folder.join("points.csv"), labelled()).expect("written");
    let decay = ["train", "points.csv", "--weight-decay", "-1"];
    let (code, _, err) = run(folder, &decay);
    assert_eq!(code, 2);
    assert!(
        err.contains("--weight-decay must be at least 0, found -1"),
        "{err}"
    );
}

#[test]
fn pictures_show_the_points_of_a_spec() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    let spec = "[target]\nformula = \"x + y >= 0\"\ndomain = { x = [-1, 1], y = [-1, 1] }\n\
                [claim]\nnorm = \"area\"\ngap = \"1/2\"\n\
                [compare]\nsamples = 1000\nnoise = 0.1\nhidden = [[1]]\nrestarts = 1\n";
    fs::write(folder.join("spec.toml"), spec).expect("written");
    let (code, out, err) = run(folder, &["train", "spec.toml", "--out", "net.json"]);
    assert_eq!(code, 0, "{err}");
    let wrong = out
        .split("on the points: ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .expect("counted");
    for kind in ["halfplanes", "error", "surface"] {
        let out = format!("{kind}.svg");
        let draw = [
            "draw",
            kind,
            "net.json",
            "--spec",
            "spec.toml",
            "--out",
            &out,
        ];
        let (code, _, err) = run(folder, &draw);
        assert_eq!(code, 0, "{err}");
        let svg = fs::read_to_string(folder.join(&out)).expect("drawn");
        assert!(svg.contains("labelled inside"), "{kind}");
        // About a tenth of the labels are turned round, and each has its ring.
        assert!(
            svg.contains(&format!("{wrong} decided wrongly")),
            "{kind}: {wrong}"
        );
        assert!(svg.len() < 500_000, "{kind}: {}", svg.len());
    }
    let (code, _, err) = run(folder, &["compare", "spec.toml", "--out", "made"]);
    assert_eq!(code, 0, "{err}");
    let svg = fs::read_to_string(folder.join("made/decisions.svg")).expect("drawn");
    assert!(svg.contains("labelled outside") && svg.len() < 500_000);
}

//! `steeple compare`: every figure of the table is one that the checker accepts.

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
    (
        output.status.code().expect("a code"),
        text(output.stdout),
        text(output.stderr),
    )
}

const DISK: &str = r#"[target]
formula = "x^2 + y^2 <= 1"
inputs = ["x", "y"]
domain = { x = ["-2", "2"], y = ["-2", "2"] }

[network]
builder = "disk"
activation = "heaviside"
sides = 5

[claim]
norm = "area"
gap = "1/10"

[compare]
hidden = [[2], [3]]
activation = ["sigmoid", "relu"]
samples = 200
restarts = 2
steps = 40
"#;

/// A triangle in relu units, its inputs in another order than the spec's.
const GIVEN: &str = r#"{ "steeple_network": 1, "inputs": ["y", "x"], "outputs": ["z"], "layers": [
    { "activation": "relu", "weights": [["0", "1"], ["1", "-1"], ["-1", "-1"]], "bias": ["1/4", "1/4", "1/4"] },
    { "activation": "identity", "weights": [["-1", "-1", "-1"]], "bias": ["9/4"] } ] }"#;

#[test]
fn every_figure_is_one_that_the_checker_accepts() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::write(folder.join("disk.toml"), DISK).expect("written");
    fs::write(folder.join("given.json"), GIVEN).expect("written");
    let arguments = [
        "compare",
        "disk.toml",
        "given.json",
        "--out",
        "made",
        "--format",
        "json",
    ];
    let (code, out, err) = run(folder, &arguments);
    assert_eq!(code, 0, "{err}");
    let found: Value = serde_json::from_str(&out).expect("one object");
    let rows = found["rows"].as_array().expect("rows");
    let row = |name: &str| {
        let mut rows = rows.iter();
        rows.find(|row| row["name"] == name)
            .unwrap_or_else(|| panic!("{name} in {out}"))
    };
    // What people came for comes first, and what takes longest last.
    let names: Vec<_> = rows.iter().map(|row| row["name"].as_str()).collect();
    let expected = [
        "sigmoid 2-2-1",
        "relu 2-2-1",
        "sigmoid 2-3-1",
        "relu 2-3-1",
        "given",
        "constant",
        "disk, 5 sides",
        "best polygon of 3 sides",
        "smooth disk",
    ];
    assert_eq!(names, expected.map(Some));
    for (name, origin) in [
        ("disk, 5 sides", "built"),
        ("best polygon of 3 sides", "built"),
        ("smooth disk", "built"),
        ("constant", "built"),
        ("sigmoid 2-2-1", "trained"),
        ("relu 2-3-1", "trained"),
        ("given", "imported"),
    ] {
        let row = row(name);
        assert_eq!(row["origin"], origin, "{name}");
        let area = &row["error"]["area"];
        // The certificate beside the report is for this network, and says these ends.
        let file = name.replace(',', "").replace(' ', "-");
        let certificate = format!("made/{file}.area.steeple");
        let network = format!("made/{file}.json");
        let check = [
            "check",
            &certificate,
            "--network",
            &network,
            "--format",
            "json",
        ];
        let (code, out, err) = run(folder, &check);
        assert_eq!(code, 0, "{name}: {err}");
        let checked: Value = serde_json::from_str(&out).expect("one object");
        for end in ["lower", "upper"] {
            assert_eq!(checked["error"][end], area[end], "{name}");
        }
    }
    // Figures that are known: the best triangle is wrong on 1.141, two units leave 1.1 or more.
    let ends = |name: &str| {
        ["lower", "upper"].map(|end| {
            let text = row(name)["error"]["area"][end].as_str().expect("a number");
            let (p, q) = text.split_once('/').unwrap_or((text, "1"));
            p.parse::<f64>().expect("digits") / q.parse::<f64>().expect("digits")
        })
    };
    let [low, high] = ends("best polygon of 3 sides");
    assert!(
        low <= 1.1415 && 1.1405 <= high && high - low < 0.12,
        "{low} {high}"
    );
    // The answer "no" is wrong on the disk, and nowhere else.
    assert_eq!(row("constant")["constant"], "no");
    assert_eq!(row("constant")["units"], 0);
    let [low, high] = ends("constant");
    assert!(low <= std::f64::consts::PI && std::f64::consts::PI <= high && high - low < 0.32);
    assert_eq!(row("best polygon of 3 sides")["units"], 3);
    assert_eq!(row("best polygon of 3 sides")["decision_sides"], 3);
    assert!(ends("relu 2-2-1")[0] > 1.0);
    assert!(row("relu 2-3-1")["best_polygon_area"].is_string());
    assert!(
        row("relu 2-3-1")["gradient_check"]
            .as_f64()
            .expect("a number")
            < 1e-6
    );
    assert_eq!(
        row("relu 2-3-1")["restarts"].as_array().map(Vec::len),
        Some(2)
    );
    assert!(row("sigmoid 2-2-1")["linear_regions"].is_null());
    // -1/4 <= x, y - x <= -1/4.. : a triangle, whatever the order of the inputs.
    assert!(row("given")["linear_regions"].as_u64().expect("a count") > 3);
    for file in [
        "report.md",
        "report.html",
        "report.json",
        "decisions.svg",
        "loss.svg",
    ] {
        assert!(folder.join("made").join(file).exists(), "{file}");
    }
    let report = fs::read_to_string(folder.join("made/report.md")).expect("a report");
    assert!(report.contains("cannot enclose a bounded region"));
    assert!(report.contains("| given | imported |"));
}

#[test]
fn the_same_spec_gives_the_same_bytes_whatever_the_threads() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    let small = DISK
        .replace("[[2], [3]]", "[[3]]")
        .replace(", \"relu\"", "");
    fs::write(folder.join("disk.toml"), small).expect("written");
    let files = |out: &str, threads: &str| {
        let arguments = ["compare", "disk.toml", "--out", out, "--threads", threads];
        let (code, _, err) = run(folder, &arguments);
        assert_eq!(code, 0, "{err}");
        let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder.join(out))
            .expect("a folder")
            .map(|file| {
                let path = file.expect("a file").path();
                let name = path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned();
                (name, fs::read(path).expect("bytes"))
            })
            .collect();
        files.sort();
        files
    };
    let (one, two) = (files("one", "1"), files("two", "2"));
    assert!(one.len() > 10);
    assert!(one == two, "the bytes differ");
}

#[test]
fn functions_are_compared_by_sup_and_l1() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    let spec = "[target]\nformula = \"x^2\"\ndomain = { x = [0, 1] }\n[network]\nbuilder = \"interpolant\"\n\
                cells = 4\n[claim]\ngap = \"1/20\"\n[compare]\nhidden = [[3]]\nactivation = [\"relu\"]\n\
                samples = 50\nrestarts = 1\n";
    fs::write(folder.join("square.toml"), spec).expect("written");
    let (code, out, err) = run(folder, &["compare", "square.toml", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let found: Value = serde_json::from_str(&out).expect("one object");
    let rows = found["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 3);
    // 1/2 is the best constant for x^2, and its error is 1/2.
    assert_eq!(rows[1]["constant"], "0.5");
    for end in ["lower", "upper"] {
        assert_eq!(rows[1]["error"]["sup"][end], "1/2");
    }
    let built = &rows[2];
    assert_eq!(built["error"]["sup"]["lower"], "1/64");
    assert_eq!(built["error"]["sup"]["upper"], "1/64");
    assert!(built["error"]["l1"]["upper"].is_string());
    assert!(built["error"]["area"].is_null());
    assert_eq!(built["linear_regions"], 4);
    assert_eq!(rows[0]["origin"], "trained");
}

#[test]
fn what_cannot_be_compared_is_refused_or_said() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
    let refused = |arguments: &[&str], message: &str| {
        let (code, out, err) = run(folder, arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(message), "{arguments:?}: {err}");
    };
    write("disk.toml", DISK);
    write(
        "nothing.toml",
        "[target]\nformula = \"x\"\ndomain = { x = [0, 1] }\n",
    );
    refused(&["compare", "nothing.toml"], "no network to compare");
    refused(&["compare", "disk.toml", "missing.json"], "missing.json");
    write(
        "other.json",
        &GIVEN.replace("[\"y\", \"x\"]", "[\"u\", \"x\"]"),
    );
    refused(
        &["compare", "disk.toml", "other.json"],
        "the network has u, x",
    );
    write("bad.toml", &DISK.replace("sides = 5", "sides = 2"));
    refused(&["compare", "bad.toml"], "bad.toml:9");
    assert!(!folder.join("made").exists());
    // A row that diverges says so, with its seeds; the others are there.
    let adam = DISK
        .replace(
            "steps = 40",
            "steps = 40\noptimizer = \"adam\"\nlearning_rate = 1e300",
        )
        .replace("\"sigmoid\", ", "");
    write("adam.toml", &adam);
    let (code, out, err) = run(folder, &["compare", "adam.toml"]);
    assert_eq!(code, 3, "{out}{err}");
    assert!(out.contains("diverged from every start: seed 1"), "{out}");
    assert!(out.contains("disk, 5 sides"), "{out}");
}

/// A search that stops at once says nothing: such rows have no figure, and no sentence uses them.
#[test]
fn rows_that_were_not_searched_have_no_figures() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::write(folder.join("disk.toml"), DISK).expect("written");
    let all = ["compare", "disk.toml", "--max-boxes", "1"];
    let (_, text, _) = run(folder, &all);
    assert!(
        text.contains("Not searched, because a limit or an interrupt came first:"),
        "{text}"
    );
    for other in [
        "Here the misclassified",
        "as good as",
        "The smallest",
        "0–16",
    ] {
        assert!(!text.contains(other), "{other}: {text}");
    }
    let (_, text, _) = run(folder, &[&all[..], &["--format", "json"]].concat());
    let found: Value = serde_json::from_str(&text).expect("JSON");
    let rows = found["rows"].as_array().expect("rows");
    let missing = rows.iter().filter(|row| row["error"]["area"].is_null());
    let missing: Vec<_> = missing.collect();
    assert!(!missing.is_empty(), "{text}");
    for row in missing {
        assert_eq!(row["not_searched"], serde_json::json!(["area"]), "{row}");
        assert!(row["best_polygon_area"].is_null(), "{row}");
    }
}

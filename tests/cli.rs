//! The program from outside: what it prints, its exit codes, and what it leaves on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const SPEC: &str = r#"[target]
formula = "x^2"
domain = { x = ["0", "1"] }

[network]
builder = "interpolant"
cells = 4

[claim]
norm = "sup"
"#;

/// The ReLU network that interpolates x² at 0, 1/2 and 1: the error is 1/16, at 1/4 and 3/4.
const NETWORK: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
 {"activation": "relu", "weights": [["1"], ["1"]], "bias": ["0", "-1/2"]},
 {"activation": "identity", "weights": [["1/2", "1"]], "bias": ["0"]}]}
"#;

/// sigmoid(x) - y.
const SIGMOID: &str = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
 {"activation": "sigmoid", "weights": [["1", "0"], ["-1", "0"]], "bias": ["0", "0"]},
 {"activation": "identity", "weights": [["1", "0"]], "bias": ["0"]}]}
"#;

/// A folder of its own, in which the program runs.
struct Scratch(tempfile::TempDir);

impl Scratch {
    /// A folder with a spec and two networks.
    fn new() -> Self {
        let scratch = Self(tempfile::tempdir().expect("a folder"));
        scratch.write("spec.toml", SPEC);
        scratch.write("network.json", NETWORK);
        scratch.write("sigmoid.json", SIGMOID);
        scratch
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a text file")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("steeple"));
        command.current_dir(self.0.path()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::from(self.command(arguments).output().expect("it runs"))
    }

    /// The names of all files and folders in it, hidden ones as well.
    fn names(&self) -> Vec<String> {
        names(self.0.path())
    }

    /// Proves the network's error and keeps the certificate.
    fn certify(&self) {
        let run = self.run(&[
            "verify",
            "network.json",
            "--target",
            "x^2",
            "--domain",
            "x=0..1",
            "--certificate",
            "certificate.steeple",
        ]);
        assert_eq!(run.code, 0, "{}", run.err);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("text"))
        .collect();
    names.sort();
    names
}

/// What came of a run.
#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("no signal"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Not understood: exit code 2, nothing on standard output, this on standard error.
    fn is_refused(&self, words: &[&str]) {
        assert_eq!(self.code, 2, "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        assert!(self.err.contains("error: "), "{}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "expected {word:?} in {}", self.err);
        }
        assert!(!self.err.contains('\u{1b}'), "no colours in a pipe");
    }
}

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    object.keys().map(String::as_str).collect()
}

#[test]
fn a_bad_spec_is_refused_with_its_line_and_nothing_is_written() {
    let cases: [(&str, &str, &[&str]); 24] = [
        (
            "builder =",
            "bilder =",
            &["unknown key `bilder`", "did you mean `builder`?"],
        ),
        (
            "[claim]",
            "[clam]",
            &["unknown key `clam`", "spec.toml:9:2"],
        ),
        (
            "builder = \"interpolant\"\n",
            "",
            &["key `builder` is missing in [network]", "spec.toml:5:"],
        ),
        (
            "formula = \"x^2\"\n",
            "",
            &["key `formula` is missing in [target]", "spec.toml:1:"],
        ),
        (
            "cells = 4",
            "cells = \"four\"",
            &["`four` is not a number", "spec.toml:7:9"],
        ),
        (
            "cells = 4",
            "cells = true",
            &["`cells` is a number, found true or false", "spec.toml:7:9"],
        ),
        (
            "cells = 4",
            "cells = -4",
            &["`cells` is a whole number", "spec.toml:7:9"],
        ),
        ("cells = 4", "cells = 0", &["`cells`", "spec.toml:7:9"]),
        (
            "cells = 4",
            "cells = 4\nsides = 3",
            &["`interpolant` has no key `sides`", "spec.toml:8:9"],
        ),
        (
            "cells = 4",
            "cells = 4\nactivation = \"tanh\"",
            &["`interpolant` has no activation `tanh`", "spec.toml:8:14"],
        ),
        (
            "cells = 4\n",
            "",
            &[
                "`interpolant` needs `cells`, or a tolerance",
                "spec.toml:6:11",
            ],
        ),
        (
            "\"interpolant\"",
            "\"rigde\"",
            &["unknown builder `rigde`", "interpolant"],
        ),
        (
            "\"interpolant\"",
            "\"interpolent\"",
            &["unknown builder `interpolent`", "spec.toml:6:11"],
        ),
        (
            "[\"0\", \"1\"]",
            "[\"1\", \"0\"]",
            &["from 1 to 0 is empty", "spec.toml:3:16"],
        ),
        (
            "[\"0\", \"1\"]",
            "[\"0\", \"0\"]",
            &["from 0 to 0 is empty", "spec.toml:3:16"],
        ),
        (
            "[\"0\", \"1\"]",
            "[0, inf]",
            &["the domain is bounded, found `inf`", "spec.toml:3:20"],
        ),
        (
            "[\"0\", \"1\"]",
            "[\"0\", \"1\"], x = [0, 2]",
            &["duplicate key", "spec.toml:3:"],
        ),
        (
            "[\"0\", \"1\"]",
            "[\"0\", \"1\"], y = [0, 2]",
            &["`y`, which the formula does not use", "spec.toml:3:"],
        ),
        (
            "x^2",
            "x^2 + t",
            &["unknown variable `t`", "spec.toml:2:18"],
        ),
        (
            "x^2",
            "x^2 +",
            &["ends where a number is expected", "spec.toml:2:"],
        ),
        (
            "x^2",
            "1/(x - 1/3)",
            &["not defined at x = 1/3", "spec.toml:2:"],
        ),
        (
            "norm = \"sup\"",
            "norm = \"l3\"",
            &["unknown norm `l3`", "sup, l1, l2, area"],
        ),
        (
            "norm = \"sup\"",
            "norm = \"area\"",
            &["norm `area` needs a region", "spec.toml:10:"],
        ),
        (
            "norm = \"sup\"",
            "tolerance = -0.1",
            &[
                "`tolerance` must be 0 or greater, found -1/10",
                "spec.toml:10:13",
            ],
        ),
    ];
    for (from, to, words) in cases {
        assert_eq!(SPEC.matches(from).count(), 1, "{from}");
        let scratch = Scratch::new();
        scratch.write("spec.toml", SPEC.replace(from, to));
        let before = scratch.names();
        let mut all = vec!["spec.toml:"];
        all.extend(words);
        scratch.run(&["build", "spec.toml"]).is_refused(&all);
        assert_eq!(scratch.names(), before, "{to}: something was written");
    }
}

#[test]
fn files_that_are_not_there_or_not_text_are_refused_by_name() {
    let scratch = Scratch::new();
    scratch.write("bytes.toml", [0xff, 0xf0, 0x00]);
    scratch.write("bytes.json", [0xff, 0xf0, 0x00]);
    scratch.write("latin.toml", b"[target]\nformula = \"\xe9\"\n");
    scratch.write("half.json", &NETWORK[..80]);
    scratch.write("float.json", NETWORK.replace("\"1/2\"", "0.5"));
    scratch.write("empty.toml", "");
    let question = ["--target", "x^2", "--domain", "x=0..1"];
    let verify = |file| {
        let arguments: Vec<&str> = ["verify", file].into_iter().chain(question).collect();
        scratch.run(&arguments)
    };
    scratch
        .run(&["build", "nothing.toml"])
        .is_refused(&["nothing.toml: no such file"]);
    scratch
        .run(&["build", "bytes.toml"])
        .is_refused(&["bytes.toml: this is a binary file, not a spec"]);
    scratch
        .run(&["build", "latin.toml"])
        .is_refused(&["latin.toml: this is text, but not in UTF-8"]);
    scratch
        .run(&["build", "empty.toml"])
        .is_refused(&["empty.toml: the file is empty"]);
    verify("nothing.json").is_refused(&["nothing.json: no such file"]);
    verify("bytes.json").is_refused(&["bytes.json: this is a binary file, not a network"]);
    verify("half.json").is_refused(&["half.json:2:10"]);
    verify("float.json").is_refused(&["float.json:3:42", "write \"0.5\" in quotes"]);
    verify("network.onnx").is_refused(&["network.onnx: "]);
    scratch
        .run(&["check", "nothing.steeple", "--network", "network.json"])
        .is_refused(&["nothing.steeple: no such file"]);
}

#[test]
fn bad_flags_are_refused_before_anything_runs() {
    let scratch = Scratch::new();
    let before = scratch.names();
    let x2 = ["--target", "x^2", "--domain", "x=0..1"];
    let cases: [(&[&str], &[&str], &[&str]); 16] = [
        (&[], &[], &["--spec FILE", "--target FORMULA"]),
        (&["--target", "x^"], &x2[2..], &["--target:1:3"]),
        (&["--target", "y^2"], &["--domain", "y=0..1"], &["`y`", "x"]),
        (&x2[..2], &["--domain", "x=1..0"], &["--domain", "is empty"]),
        (
            &x2[..2],
            &["--domain", "x=0..1,y=0..1"],
            &["--domain", "`y`"],
        ),
        (&x2[..2], &["--domain", "x"], &["--domain", "x=-1..1"]),
        (
            &["--target", "sqrt(x-1/2)"],
            &x2[2..],
            &["not defined at x = "],
        ),
        (
            &x2,
            &["--tolerance=-1/3"],
            &["--tolerance must be 0 or greater, found -1/3"],
        ),
        (&x2, &["--tolerance", "nan"], &["`nan` is not a number"]),
        (
            &x2,
            &["--norm", "l3"],
            &["--norm: unknown norm `l3`", "sup, l1, l2, area"],
        ),
        (
            &x2,
            &["--norm", "l2", "--threshold", "1/2"],
            &[
                "a threshold can only be used with norm `area`",
                "--norm area",
            ],
        ),
        (&x2, &["--norm", "area"], &["needs a region"]),
        (
            &x2,
            &["--threshold", "1/2"],
            &[
                "a threshold can only be used with norm `area`",
                "--norm area",
            ],
        ),
        (&x2, &["--gap", "0"], &["--gap must be greater than 0"]),
        (&x2, &["--time-limit", "-1"], &["--time-limit"]),
        (
            &x2,
            &["--certificate", "no/such/folder"],
            &["no/such/folder: cannot be written: there is no directory no/such"],
        ),
    ];
    for (first, second, words) in cases {
        let mut arguments = vec!["verify", "network.json"];
        arguments.extend(first);
        arguments.extend(second);
        scratch.run(&arguments).is_refused(words);
    }
    scratch
        .run(&[
            "verify",
            "network.json",
            "--spec",
            "spec.toml",
            "--target",
            "x",
        ])
        .is_refused(&["cannot be used with"]);
    scratch
        .run(&["verify", "sigmoid.json", "--spec", "spec.toml"])
        .is_refused(&["the target has the inputs x, the network has x, y"]);
    scratch.run(&["prove"]).is_refused(&["prove", "help"]);
    assert_eq!(scratch.names(), before);
}

#[test]
fn verify_answers_in_words_json_and_exit_codes() {
    let scratch = Scratch::new();
    let run = |more: &[&str]| {
        let mut arguments = vec!["verify", "network.json", "--target", "x^2"];
        arguments.extend(["--domain", "x=0..1"]);
        arguments.extend(more);
        scratch.run(&arguments)
    };
    let proved = run(&["--tolerance", "1/16"]);
    assert_eq!(proved.code, 0);
    assert!(proved.out.starts_with(
        "proved: sup |N(x) - x^2| <= 1/16 for x in [0, 1]; 2 leaves, certificate checked\n"
    ));
    let refuted = run(&["--tolerance", "0.0624"]);
    assert_eq!(refuted.code, 1);
    assert!(refuted.out.starts_with("refuted: "), "{}", refuted.out);
    assert!(refuted.out.contains("/4, where the error is 1/16"));
    let enclosed = run(&[]);
    assert_eq!(enclosed.code, 0);
    assert!(enclosed.out.contains("= 1/16 (exact)"));
    let undecided = scratch.run(&[
        "verify",
        "sigmoid.json",
        "--target",
        "sigmoid(x + y) - sigmoid(y)",
        "--domain",
        "x=0..1,y=0..1",
        "--max-boxes",
        "1",
    ]);
    assert_eq!(undecided.code, 3, "{undecided:?}");
    assert!(undecided.out.contains("hint: raise --max-boxes"));

    let object = run(&["--tolerance", "1/16", "--format", "json"]).json();
    assert_eq!(
        keys(&object),
        [
            "schema",
            "steeple",
            "verdict",
            "claim",
            "error",
            "witness",
            "a_priori",
            "search",
            "certificate"
        ]
    );
    assert_eq!(object["verdict"], "proved");
    assert_eq!(object["claim"]["tolerance"], "1/16");
    assert_eq!(object["claim"]["domain"]["x"][1], "1");
    assert_eq!(object["claim"]["semantics"], "real");
    assert_eq!(object["claim"]["weights"], "exact");
    let digest = object["claim"]["network"].as_str().expect("text");
    assert_eq!(digest.len(), "sha256:".len() + 64);
    assert_eq!(
        keys(&object["error"]),
        ["lower", "upper", "lower_decimal", "upper_decimal", "exact"]
    );
    assert_eq!(object["error"]["upper_decimal"], "0.0625");
    assert_eq!(object["error"]["exact"], true);
    assert_eq!(object["search"]["leaves"], 2);
    assert_eq!(object["certificate"]["checked"], true);
    assert!(object["search"]["seconds"].is_number());
}

#[test]
fn inputs_are_matched_by_name_and_the_change_is_told() {
    let scratch = Scratch::new();
    let spec = "[target]\nformula = \"sigmoid(x) + 0*y\"\ninputs = [\"y\", \"x\"]\n\
                domain = { x = [0, 4], y = [0, \"1/8\"] }\n";
    scratch.write("swapped.toml", spec);
    let run = scratch.run(&[
        "verify",
        "sigmoid.json",
        "--spec",
        "swapped.toml",
        "--tolerance",
        "1e-9",
        "--format",
        "json",
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.err
            .contains("inputs are matched by name: the network takes x, y")
    );
    assert_eq!(run.json()["claim"]["inputs"][0], "x");
    assert_eq!(run.json()["claim"]["domain"]["x"][1], "4");
}

#[test]
fn check_accepts_what_holds_and_rejects_anything_else() {
    let scratch = Scratch::new();
    scratch.certify();
    let good = scratch.read("certificate.steeple");
    let check = |content: &[u8], more: &[&str]| {
        scratch.write("tried.steeple", content);
        let mut arguments = vec!["check", "tried.steeple", "--network", "network.json"];
        arguments.extend(["--format", "json"]);
        arguments.extend(more);
        let run = scratch.run(&arguments);
        let object = run.json();
        let kind = object["rejection"]["kind"].as_str().map(String::from);
        assert_eq!(object["accepted"], kind.is_none());
        assert_eq!(run.code, i32::from(kind.is_some()));
        kind
    };
    let rejected = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} in {good}");
        check(good.replacen(from, to, 1).as_bytes(), &[]).expect(to)
    };
    let x2 = |tolerance| {
        [
            "--target",
            "x^2",
            "--domain",
            "x=0..1",
            "--tolerance",
            tolerance,
        ]
    };
    assert_eq!(check(good.as_bytes(), &[]), None);
    assert_eq!(check(good.as_bytes(), &x2("1/16")), None);
    assert_eq!(check(good.as_bytes(), &x2("1")), None);
    let other = |more: &[&str]| check(good.as_bytes(), more).expect("another claim");
    assert_eq!(other(&x2("1/17")), "other-claim");
    assert_eq!(
        other(&["--target", "x^3", "--domain", "x=0..1"]),
        "other-claim"
    );
    assert_eq!(
        other(&["--target", "x^2", "--domain", "x=0..2"]),
        "other-claim"
    );

    assert_eq!(rejected("upper 1/16", "upper 1/17"), "upper-not-reached");
    assert_eq!(rejected("lower 1/16", "lower 1/15"), "lower-not-reached");
    assert_eq!(rejected("sha256:", "sha256:0"), "other-network");
    assert_eq!(rejected("target x^2", "target x^3"), "upper-not-reached");
    assert_eq!(rejected("target x^2", "target sin(x)"), "no-bound");
    assert_eq!(rejected("target x^2", "target x^"), "malformed");
    assert_eq!(
        rejected("domain x 0 1", "domain x 0 2"),
        "upper-not-reached"
    );
    assert_eq!(rejected("ee\nend", "eo\nend"), "upper-not-reached");
    assert_eq!(rejected("ee\nend", "ez\nend"), "bad-tree");
    assert_eq!(rejected("certificate 2", "certificate 3"), "malformed");
    assert_eq!(rejected("end\n", "end\nend\n"), "malformed");
    // Wherever it is cut off, and whatever it was instead.
    for length in 0..good.len() {
        let kind = check(&good.as_bytes()[..length], &[]);
        assert_eq!(kind.as_deref(), Some("malformed"), "{length} bytes");
    }
    assert_eq!(check(NETWORK.as_bytes(), &[]).as_deref(), Some("malformed"));
    assert_eq!(check(&[0xff; 100], &[]).as_deref(), Some("malformed"));
}

#[test]
fn check_says_what_holds() {
    let scratch = Scratch::new();
    scratch.certify();
    let arguments = ["check", "certificate.steeple", "--network", "network.json"];
    let run = scratch.run(&arguments);
    assert_eq!(run.code, 0);
    assert!(
        run.out
            .starts_with("accepted: sup |N(x) - x^2| = 1/16 (exact) for x in [0, 1]; 2 leaves"),
        "{}",
        run.out
    );
    let mut arguments = arguments.to_vec();
    arguments.extend(["--format", "json"]);
    let object = scratch.run(&arguments).json();
    assert_eq!(
        keys(&object),
        ["schema", "accepted", "layer", "claim", "error"]
    );
    assert_eq!(object["claim"]["target"], "x^2");
    assert_eq!(object["error"]["lower"], "1/16");
}

#[test]
fn build_writes_a_whole_folder_with_the_same_bytes_each_time() {
    let scratch = Scratch::new();
    let first = scratch.run(&["build", "spec.toml"]);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.out.contains("written to spec"), "{}", first.out);
    assert!(first.out.contains("= 1/64 (exact)"), "{}", first.out);
    let second = scratch.run(&["build", "spec.toml", "--out", "again", "--format", "json"]);
    let object = second.json();
    assert_eq!(
        keys(&object),
        [
            "schema",
            "steeple",
            "network",
            "notes",
            "candidates",
            "rounded",
            "verify"
        ]
    );
    assert_eq!(object["verify"]["a_priori"]["theorem"], "T22");
    let files = names(&scratch.path("spec"));
    for file in [
        "certificate.steeple",
        "curve.svg",
        "network.json",
        "partition.svg",
        "report.html",
        "report.json",
        "report.md",
    ] {
        assert!(files.iter().any(|name| name == file), "{file}");
    }
    assert_eq!(names(&scratch.path("again")), files);
    for file in &files {
        let read = |folder: &str| fs::read(scratch.path(folder).join(file)).expect("a file");
        assert!(read("spec") == read("again"), "{file} differs");
    }
    let html = scratch.read("spec/report.html");
    assert!(html.contains("<svg") && !html.contains("<link") && !html.contains(" src="));
    let report: Value = serde_json::from_str(&scratch.read("spec/report.json")).expect("JSON");
    assert_eq!(report["verify"]["error"], object["verify"]["error"]);
    assert!(!scratch.read("spec/report.json").contains("seconds"));
    // No temporary folder stays behind.
    assert!(scratch.names().iter().all(|name| !name.starts_with('.')));
}

#[test]
fn build_into_a_folder_that_is_there_keeps_what_it_does_not_write() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("out")).expect("a folder");
    scratch.write("out/notes.txt", "mine");
    scratch.write("out/network.json", "old");
    let run = scratch.run(&["build", "spec.toml", "--out", "out"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(scratch.read("out/notes.txt"), "mine");
    assert!(scratch.read("out/network.json").contains("steeple_network"));
    assert!(
        names(&scratch.path("out"))
            .iter()
            .all(|name| !name.starts_with('.'))
    );
    scratch
        .run(&["build", "spec.toml", "--out", "network.json"])
        .is_refused(&["network.json", "is not a directory"]);
    assert_eq!(scratch.read("network.json"), NETWORK);
    // A folder in the place of a result: nothing is written beside it.
    for place in ["network.json", "certificate.steeple", "partition.svg"] {
        let out = format!("taken-{place}");
        fs::create_dir_all(scratch.path(&out).join(place)).expect("a folder");
        scratch
            .run(&["build", "spec.toml", "--out", &out])
            .is_refused(&[&out, place, "a directory of that name exists"]);
        assert_eq!(names(&scratch.path(&out)), [place]);
    }
}

#[test]
fn eval_is_exact_where_it_can_be_and_encloses_elsewhere() {
    let scratch = Scratch::new();
    let run = scratch.run(&["eval", "network.json", "--at", "x=0.75"]);
    assert_eq!((run.code, run.out.as_str()), (0, "z = 5/8 (exact)\n"));
    let json = |network: &str, at: &str, digits: &str| {
        let arguments = ["eval", network, "--at", at, "--digits", digits];
        let mut arguments = arguments.to_vec();
        arguments.extend(["--format", "json"]);
        scratch.run(&arguments).json()
    };
    let object = json("network.json", "x=-1/3", "20");
    assert_eq!(keys(&object), ["schema", "outputs", "exact"]);
    assert_eq!(object["outputs"]["z"], serde_json::json!(["0", "0"]));
    // sigmoid(1) = 0.73105857863000487925...
    let object = json("sigmoid.json", "y=0,x=1", "12");
    assert_eq!(object["exact"], false);
    assert_eq!(
        object["outputs"]["z"],
        serde_json::json!(["0.73105857863", "0.731058578631"])
    );
    for (at, words) in [
        ("x=1", "no value for `y`"),
        ("x=1,y=0,t=2", "no input `t`"),
        ("x=1,x=2,y=0", "`x` twice"),
        ("x=1,y=one", "`one` is not a number"),
        ("x", "is not a value"),
    ] {
        scratch
            .run(&["eval", "sigmoid.json", "--at", at])
            .is_refused(&["--at", words]);
    }
}

/// Every digit of 0 is as hard as the last: this once doubled the precision for many minutes.
#[test]
fn eval_ends_where_the_value_is_zero_but_not_rational() {
    let scratch = Scratch::new();
    let zero = SIGMOID.replace("[\"1\", \"0\"]]", "[\"1\", \"-1\"]]");
    let zero = zero.replace("[\"-1\", \"0\"]", "[\"1\", \"0\"]");
    scratch.write("zero.json", zero);
    let run = scratch.run(&["eval", "zero.json", "--at", "x=1/3,y=0"]);
    assert_eq!(run.code, 0, "{run:?}");
    let (low, rest) = run.out.split_once(" <= z <= ").expect("an enclosure");
    assert!(low.starts_with('-') && low.contains("e-"), "{low}");
    assert!(!rest.starts_with('-') && rest.contains("e-"), "{rest}");
}

#[test]
fn draw_writes_a_picture_or_says_why_not() {
    let scratch = Scratch::new();
    scratch.certify();
    let draw = |kind: &str, more: &[&str]| {
        let mut arguments = vec!["draw", kind, "network.json", "--out", "picture.svg"];
        arguments.extend(more);
        scratch.run(&arguments)
    };
    let x2 = ["--target", "x^2", "--domain", "x=0..1"];
    draw("surface", &x2).is_refused(&["picture `surface` needs a network of two inputs"]);
    draw("portrait", &x2).is_refused(&["'portrait'", "curve, surface"]);
    draw("partition", &x2).is_refused(&["--certificate"]);
    draw("facets", &["--domain", "x=0..1"]).is_refused(&["picture `facets` needs", "two inputs"]);
    draw("warp", &["--domain", "x=0..1"]).is_refused(&["picture `warp` needs", "two inputs"]);
    draw("warp", &[]).is_refused(&["picture `warp` needs a domain", "--domain"]);
    assert!(!scratch.path("picture.svg").exists());
    assert_eq!(draw("diagram", &[]).code, 0);
    let run = draw("partition", &["--certificate", "certificate.steeple"]);
    assert_eq!((run.code, run.out.as_str()), (0, "drawn: picture.svg\n"));
    assert!(scratch.read("picture.svg").contains("<svg"));
    // A certificate that does not hold is the answer no.
    fs::remove_file(scratch.path("picture.svg")).expect("removed");
    let wrong = scratch.read("certificate.steeple");
    scratch.write("wrong.steeple", wrong.replace("upper 1/16", "upper 1/17"));
    let run = draw("curve", &["--certificate", "wrong.steeple"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("does not hold"));
    assert!(!scratch.path("picture.svg").exists());
}

#[test]
fn draw_writes_pixels_by_the_name_of_the_file() {
    let scratch = Scratch::new();
    scratch.certify();
    let draw = |file: &str| {
        let domain = ["--target", "x^2", "--domain", "x=0..1"];
        let command = ["draw", "curve", "network.json", "--out", file];
        scratch.run(&[&command[..], &domain].concat())
    };
    let run = draw("picture.png");
    assert_eq!((run.code, run.out.as_str()), (0, "drawn: picture.png\n"));
    draw("again.png");
    let bytes = |name: &str| fs::read(scratch.path(name)).expect("a picture");
    assert_eq!(&bytes("picture.png")[..8], b"\x89PNG\r\n\x1a\n");
    assert!(bytes("picture.png") == bytes("again.png"));
    draw("picture.jpg").is_refused(&["picture.jpg", ".svg or .png"]);
    assert!(!scratch.path("picture.jpg").exists());
}

#[test]
fn draw_convergence_builds_and_proves_each_size() {
    let scratch = Scratch::new();
    scratch.certify();
    let spec = |network: &str| {
        let text = format!(
            "[target]\nformula = \"x^2\"\ndomain = {{ x = [0, 1] }}\n\n[network]\n{network}\n"
        );
        scratch.write("spec.toml", text);
    };
    let draw = |more: &[&str]| {
        let command = ["draw", "convergence", "--out", "picture.svg"];
        scratch.run(&[&command[..], more].concat())
    };
    draw(&[]).is_refused(&["`convergence` needs --spec", "[network]"]);
    spec("builder = \"interpolant\"\ncells = 16");
    let run = draw(&["--spec", "spec.toml", "network.json"]);
    assert_eq!((run.code, run.out.as_str()), (0, "drawn: picture.svg\n"));
    let picture = scratch.read("picture.svg");
    for words in [
        "interpolant, certified",
        "upper bound by T22",
        "cells = 1 to cells = 16",
        "exact",
    ] {
        assert!(picture.contains(words), "{words} in {picture}");
    }
    // Five sizes and the network beside them.
    assert_eq!(picture.matches("<circle").count(), 6, "{picture}");
    spec("builder = \"step\"");
    draw(&["--spec", "spec.toml"]).is_refused(&["`step` has no size"]);
}

#[test]
fn draw_convergence_over_steepness_shows_both_kinds_of_heights() {
    let scratch = Scratch::new();
    let spec = |network: &str| {
        let text = format!(
            "[target]\nformula = \"x^2\"\ndomain = {{ x = [0, 1] }}\n\n[network]\n{network}\n"
        );
        scratch.write("spec.toml", text);
    };
    let draw = |kind: &str| {
        scratch.run(&[
            "draw",
            kind,
            "--spec",
            "spec.toml",
            "--over",
            "steepness",
            "--out",
            "picture.svg",
        ])
    };
    spec("builder = \"staircase\"\ncells = 6\nghosts = 4");
    let run = draw("convergence");
    assert_eq!((run.code, run.out.as_str()), (0, "drawn: picture.svg\n"));
    let picture = scratch.read("picture.svg");
    for words in [
        "Smooth, or made of steps?",
        "heights: values at the cell centres",
        "heights: fitted",
        "theory, steps: L·h/2",
        "theory, blur: max |f′′| π²/(6w²)",
        "6 cells, 13 units",
    ] {
        assert!(picture.contains(words), "{words} in {picture}");
    }
    assert_eq!(picture.matches("<circle").count(), 28, "{picture}");
    draw("curve").is_refused(&["--over cannot be used with picture `curve`"]);
    spec("builder = \"interpolant\"\ncells = 6");
    draw("convergence").is_refused(&["`interpolant` has no steps", "staircase"]);
    spec("builder = \"staircase\"");
    draw("convergence").is_refused(&["`staircase` needs `cells`"]);
}

#[test]
fn help_names_every_command_and_flag() {
    let scratch = Scratch::new();
    let commands = [
        "build",
        "verify",
        "check",
        "eval",
        "draw",
        "explore",
        "catalogue",
        "schema",
        "completions",
        "man",
    ];
    for asked in ["help", "-h", "--help"] {
        let run = scratch.run(&[asked]);
        assert_eq!(run.code, 0);
        for command in commands {
            assert!(run.out.contains(&format!("\n  {command}")), "{command}");
        }
        assert!(run.out.contains("Exit codes") || asked == "-h");
    }
    let verify = scratch.run(&["help", "verify"]).out;
    for flag in [
        "--spec",
        "--target",
        "--domain",
        "--norm",
        "--tolerance",
        "--threshold",
        "--gap",
        "--certificate",
        "--threads",
        "--time-limit",
        "--max-boxes",
        "--format",
    ] {
        assert!(verify.contains(flag), "{flag}");
    }
    let version = scratch.run(&["--version"]).out;
    assert_eq!(version, format!("steeple {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(scratch.run(&[]).code, 2);
}

#[test]
fn the_catalogue_explains_each_builder_with_a_spec_that_builds() {
    let scratch = Scratch::new();
    let list = scratch.run(&["catalogue", "--format", "json"]).json();
    let builders = list["builders"].as_array().expect("a list");
    assert!(builders.len() >= 7);
    for builder in builders {
        let name = builder["name"].as_str().expect("text");
        let explained = scratch.run(&["catalogue", name]);
        assert_eq!(explained.code, 0);
        let example = builder["example"].as_str().expect("text");
        assert!(explained.out.contains(example.trim_end()), "{name}");
        scratch.write("example.toml", example);
        // Anything but "not understood": a few boxes tell.
        let run = scratch.run(&["build", "example.toml", "--max-boxes", "2000"]);
        assert!(matches!(run.code, 0 | 1 | 3), "{name}: {run:?}");
    }
    scratch
        .run(&["catalogue", "spire"])
        .is_refused(&["unknown builder `spire`", "staircase"]);
}

#[test]
fn shells_and_manuals_are_served() {
    let scratch = Scratch::new();
    let bash = scratch.run(&["completions", "bash"]);
    assert!(bash.code == 0 && bash.out.contains("catalogue"));
    let schema = scratch.run(&["schema"]);
    assert_eq!(schema.code, 0);
    assert_eq!(schema.json(), steeple::workflow::spec::schema());
    let man = scratch.run(&["man"]);
    assert!(man.code == 0 && man.out.contains(".TH steeple"));
    scratch
        .run(&["completions", "abacus"])
        .is_refused(&["abacus"]);
}

/// As in `steeple man | head -0`.
#[test]
fn nobody_listening_is_no_reason_to_panic() {
    let scratch = Scratch::new();
    for arguments in [&["man"] as &[&str], &["help"], &["catalogue"]] {
        let mut child = scratch
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        // Nobody holds the other end of the pipe any more.
        drop(child.stdout.take());
        let run = Run::from(child.wait_with_output().expect("it ends"));
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(run.err, "", "{arguments:?}");
    }
}

/// The interpolant with two pieces: `l1` is 1/24, the square of `l2` is 1/480.
#[test]
fn integral_norms_are_answered_in_words_and_json() {
    let scratch = Scratch::new();
    let ask = |norm: &str, more: &[&str]| {
        let question = ["--target", "x^2", "--domain", "x=0..1", "--norm", norm];
        let certificate = ["--certificate", "certificate.steeple"];
        let command = ["verify", "network.json"];
        scratch.run(&[&command[..], &question, &certificate, more].concat())
    };
    let check = |norm: &str, tolerance: &str| {
        let files = ["check", "certificate.steeple", "--network", "network.json"];
        let question = ["--target", "x^2", "--domain", "x=0..1", "--norm", norm];
        scratch.run(&[&files[..], &question, &["--tolerance", tolerance]].concat())
    };
    let run = ask("l1", &["--tolerance", "0.042"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.out.starts_with("proved: l1 error |N(x) - x^2| <= "),
        "{}",
        run.out
    );
    assert_eq!(check("l1", "0.042").code, 0);
    assert_eq!(check("l1", "0.041").code, 1);
    assert_eq!(check("l2", "0.042").code, 1);
    let run = ask("l1", &["--tolerance", "0.0415"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.starts_with("refuted: l1 error"), "{}", run.out);
    // 1/sqrt(480) = 0.045643...
    assert_eq!(ask("l2", &["--tolerance", "0.0457"]).code, 0);
    assert_eq!(check("l2", "0.0457").code, 0);
    assert_eq!(check("l2", "0.0455").code, 1);
    assert_eq!(ask("l2", &["--tolerance", "0.0456"]).code, 1);
    let error = ask("l2", &["--gap", "1/100", "--format", "json"]).json()["error"].clone();
    let decimal = |value: &Value| {
        value
            .as_str()
            .expect("text")
            .parse::<f64>()
            .expect("a number")
    };
    let ends = |object: &Value| {
        (
            decimal(&object["lower_decimal"]),
            decimal(&object["upper_decimal"]),
        )
    };
    let (low, high) = ends(&error);
    assert!(
        low <= 0.045_643_546_46 && 0.045_643_546_45 <= high && high - low <= 0.01 * high,
        "{error}"
    );
    let (low, high) = ends(&error["squared"]);
    assert!(low <= 1.0 / 480.0 && 1.0 / 480.0 <= high, "{error}");
    let text = scratch.run(&["check", "certificate.steeple", "--network", "network.json"]);
    assert!(
        text.out.contains("<= l2 error |N(x) - x^2| <="),
        "{}",
        text.out
    );
}

/// Builders build for the integral norms, choose their size by them, and their theorem follows.
#[test]
fn builders_build_for_integral_norms() {
    let scratch = Scratch::new();
    let spec = SPEC
        .replace("\"sup\"", "\"l1\"\ntolerance = \"1/590\"")
        .replace("cells = 4\n", "");
    scratch.write("l1.toml", spec);
    let run = scratch.run(&["build", "l1.toml", "--format", "json"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    // h²/6 <= 1/590 from h = 1/10 on; the theorem says h²/4.
    let object = run.json();
    let verify = &object["verify"];
    assert_eq!(verify["verdict"], "proved");
    let cells = object["network"]["units"].as_u64().expect("a number");
    assert_eq!(cells, 10);
    assert_eq!(verify["a_priori"]["theorem"], "T22");
    let report = scratch.read("l1/report.md");
    assert!(report.contains("integral of |N - f|"), "{report}");
}

/// The smallest page with a place for what it begins with.
const PAGE: &str =
    "<p>é</p><script id=\"given\" type=\"application/json\">{}</script><script>1</script>";

/// What a page begins with.
fn given(page: &str) -> serde_json::Value {
    let (_, after) = page
        .split_once("type=\"application/json\">")
        .expect("the place");
    let (text, rest) = after.split_once("</script>").expect("its end");
    assert_eq!(rest, "<script>1</script>");
    assert!(!text.contains('<'), "{text}");
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn explore_writes_a_page_with_a_spec_or_a_network_in_it() {
    let scratch = Scratch::new();
    scratch.write("explorer.html", PAGE);
    let text = "# </script><b>\n[target]\nformula = \"x^2\"\ndomain = { x = [0, 1] }\n\
         [network]\nbuilder = \"interpolant\"\ncells = 4\n";
    scratch.write("spec.toml", text);
    let explore = |more: &[&str]| {
        let fixed = ["explore", "--page", "explorer.html", "--out", "page.html"];
        scratch.run(&[&fixed, more].concat())
    };
    let run = explore(&[]);
    assert_eq!(
        (run.code, run.out.as_str()),
        (0, "written: page.html; open it in a browser\n")
    );
    assert_eq!(scratch.read("page.html"), PAGE);
    let run = explore(&["spec.toml", "--format", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.json()["link"], "#spec");
    let page = scratch.read("page.html");
    assert_eq!(run.json()["bytes"], page.len());
    assert_eq!(
        given(&page),
        serde_json::json!({ "link": "#spec", "spec": text })
    );
    // A page that was filled is filled again, to standard output.
    let run = scratch.run(&["explore", "--page", "page.html", "--out", "-", "spec.toml"]);
    assert_eq!(run.out.trim_end(), page);
    assert_eq!(
        scratch.run(&["build", "spec.toml", "--out", "built"]).code,
        0
    );
    for (file, name) in [
        ("built/network.json", "network.json"),
        ("built/network.onnx", "network.onnx"),
    ] {
        assert_eq!(explore(&[file]).code, 0);
        let given = given(&scratch.read("page.html"));
        assert_eq!(given["link"], "#file");
        assert_eq!(given["network"]["name"], name);
        let text = given["network"]["base64"].as_str().expect("text");
        let bytes = std::fs::read(scratch.path(file)).expect("a file");
        assert_eq!(text.len(), bytes.len().div_ceil(3) * 4);
    }
}

#[test]
fn explore_refuses_what_no_page_can_show_and_writes_nothing() {
    let scratch = Scratch::new();
    scratch.write("explorer.html", PAGE);
    scratch.write("other.html", "<p>");
    scratch.write(
        "wrong.toml",
        "[target]\nformula = \"x^\"\ndomain = { x = [0, 1] }\n",
    );
    scratch.write("wrong.json", "{\"steeple_network\": 1}");
    scratch.write("large.onnx", "");
    let large = std::fs::File::options()
        .write(true)
        .open(scratch.path("large.onnx"))
        .expect("a file");
    // It takes no room on the disk.
    large.set_len((32 << 20) + 1).expect("a long file");
    let refused = |arguments: &[&str], words: &[&str]| {
        scratch
            .run(&[&["explore", "--page", "explorer.html"], arguments].concat())
            .is_refused(words);
    };
    let to_page = ["--out", "page.html"];
    for (file, words) in [
        ("wrong.toml", ["wrong.toml", "x^"]),
        ("wrong.json", ["wrong.json", "inputs"]),
        ("missing.toml", ["missing.toml", "no such file"]),
        (
            "large.onnx",
            ["a page opens up to 32 MB", "steeple explain"],
        ),
        // As every other command says it.
        ("explorer.html", ["explorer.html", "networks are"]),
    ] {
        refused(&[&[file], &to_page as &[&str]].concat(), &words);
        assert!(!scratch.path("page.html").exists(), "{file}");
    }
    refused(&["--out", "page.pdf"], &["page.pdf", ".html"]);
    refused(&["--out", "explorer.html"], &["would overwrite this file"]);
    refused(
        &["--out", "there/page.html"],
        &["there is no directory there"],
    );
    let both = [
        "explore",
        "--page",
        "explorer.html",
        "--out",
        "-",
        "--format",
        "json",
    ];
    let run = scratch.run(&both);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("both write to standard output"), "{run:?}");
    scratch
        .run(&["explore", "--page", "other.html", "--out", "page.html"])
        .is_refused(&["other.html", "not the explorer's page", "web/build.sh"]);
    if !cfg!(feature = "explore") {
        scratch
            .run(&["explore", "--out", "page.html"])
            .is_refused(&["built without the explorer's page", "--features explore"]);
    }
    assert_eq!(scratch.read("explorer.html"), PAGE);
}

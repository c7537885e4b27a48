//! Claims about float arithmetic through the real program: from specs and flags to verdicts, certificates,
//! reports and JSON, and what cannot be claimed.

mod common;

use std::fs;
use std::path::Path;

use common::program;
use serde_json::Value;

/// relu(x) - relu(x - 1/2), which is x up to 1/2 and constant from there.
const RAMP: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
    {"activation": "relu", "weights": [["1"], ["1"]], "bias": ["0", "-1/2"]},
    {"activation": "identity", "weights": [["1", "-1"]], "bias": ["0"]}]}"#;
const SIGMOID: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
    {"activation": "sigmoid", "weights": [["2"]], "bias": ["1/4"]},
    {"activation": "identity", "weights": [["3/2"]], "bias": ["-1/2"]}]}"#;
/// (x + 2^24) - 2^24: all digits of x are lost in float32, none in real arithmetic.
const CANCELS: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
    {"activation": "relu", "weights": [["1"]], "bias": ["16777216"]},
    {"activation": "identity", "weights": [["1"]], "bias": ["-16777216"]}]}"#;
const SPEC: &str = r#"[target]
formula = "1.5/(1 + exp(-2*x - 1/4)) - 1/2"
domain = { x = ["-1", "1"] }

[claim]
tolerance = "1/100000"
semantics = "float32"
"#;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn object(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let (code, text, message) = program(folder, &[arguments, &["--format", "json"]].concat());
    let object =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{message}"));
    (code, object)
}

#[test]
fn a_float_claim_is_proved_certified_and_checked() {
    let folder = folder(&[("net.json", SIGMOID), ("spec.toml", SPEC)]);
    let at = folder.path();
    let verify = [
        "verify",
        "net.json",
        "--spec",
        "spec.toml",
        "--certificate",
        "c.steeple",
    ];
    let (code, text, _) = program(at, &verify);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(code, 0, "{text}");
    assert!(
        lines[0].starts_with("proved in float32 arithmetic: sup |N(x) - (")
            && lines[0].contains(" for float32 x in [-1, 1]; "),
        "{text}"
    );
    assert_eq!(
        lines[2],
        "  in float32 arithmetic (sums in any order; sigmoid within 4 ulps + 2^-21), with the exact weights"
    );
    let certificate = fs::read_to_string(at.join("c.steeple")).expect("a certificate");
    assert!(
        certificate.contains("\nsemantics float32 sums any ulps 4 abs 1/2097152 inputs floats\n")
            && certificate.contains("\nlayer floats\n"),
        "{certificate}"
    );
    // The check says what was claimed, and rejects other claims.
    let check = ["check", "c.steeple", "--network", "net.json"];
    let (code, text, _) = program(at, &check);
    assert!(
        code == 0
            && text.contains("for float32 x in [-1, 1]")
            && text.contains("within 4 ulps + 2^-21"),
        "{text}"
    );
    let asked =
        |flags: &[&str]| program(at, &[&check[..], &["--spec", "spec.toml"], flags].concat());
    assert_eq!(asked(&[]).0, 0);
    assert_eq!(asked(&["--activation-error", "ulps=4,abs=2^-21"]).0, 0);
    for flags in [
        &["--semantics", "real"][..],
        &["--semantics", "float64"],
        &["--activation-error", "pytorch"],
        &["--summation", "emitted"],
        &["--rounded-inputs"],
    ] {
        let (code, text, _) = asked(flags);
        assert!(
            code == 1 && text.contains("rejected (other-claim)") && text.contains("semantics"),
            "{flags:?}: {text}"
        );
    }
    let (code, text, _) = program(at, &[&check[..], &["--core"]].concat());
    assert!(code == 1 && text.contains("needs layer `floats`"), "{text}");
}

#[test]
fn json_tells_the_arithmetic() {
    let folder = folder(&[
        ("net.json", SIGMOID),
        ("spec.toml", SPEC),
        ("ramp.json", RAMP),
    ]);
    let at = folder.path();
    let (code, found) = object(at, &["verify", "net.json", "--spec", "spec.toml"]);
    let claim = &found["claim"];
    assert_eq!((code, &claim["semantics"]), (0, &"float32".into()));
    let arithmetic = &claim["arithmetic"];
    assert_eq!(arithmetic["summation"], "any");
    assert_eq!(arithmetic["inputs"], "floats");
    assert_eq!(arithmetic["activation_error"]["ulps"], "4");
    assert_eq!(arithmetic["activation_error"]["abs"], "1/2097152");
    assert_eq!(arithmetic["activation_error"]["matters"], true);
    let names = arithmetic["activation_error"]["covers"]
        .as_array()
        .expect("names");
    assert!(
        ["libm", "onnxruntime", "pytorch"]
            .iter()
            .all(|name| names.contains(&(*name).into()))
    );
    let flags = [
        "--semantics",
        "float64",
        "--summation",
        "emitted",
        "--rounded-inputs",
    ];
    let (_, found) = object(
        at,
        &[&["verify", "net.json", "--spec", "spec.toml"], &flags[..]].concat(),
    );
    let claim = &found["claim"];
    assert_eq!(claim["semantics"], "float64");
    assert_eq!(claim["arithmetic"]["summation"], "emitted");
    assert_eq!(claim["arithmetic"]["inputs"], "rounded");
    assert_eq!(claim["arithmetic"]["points"], Value::Null);
    // Real arithmetic has nothing to add, and ReLUs are exact.
    let ramp = [
        "verify",
        "ramp.json",
        "--target",
        "min(x, 1/2)",
        "--domain",
        "x=0..1",
    ];
    let (_, real) = object(at, &ramp);
    assert_eq!(
        (&real["claim"]["semantics"], &real["claim"]["arithmetic"]),
        (&"real".into(), &Value::Null)
    );
    let (_, float) = object(at, &[&ramp[..], &["--semantics", "float32"]].concat());
    assert_eq!(
        float["claim"]["arithmetic"]["activation_error"]["matters"],
        false
    );
}

/// What float32 loses is seen: the digits of x are gone after x + 2^24.
#[test]
fn what_cancels_in_floats_is_not_proved_but_enclosed() {
    let folder = folder(&[("net.json", CANCELS)]);
    let at = folder.path();
    let asked = ["verify", "net.json", "--target", "x", "--domain", "x=0..1"];
    let (code, real) = object(at, &[&asked[..], &["--tolerance", "0"]].concat());
    assert_eq!((code, &real["verdict"]), (0, &"proved".into()));
    let float = ["--semantics", "float32", "--tolerance", "1/10"];
    let (code, found) = object(at, &[&asked[..], &float].concat());
    assert_eq!((code, &found["verdict"]), (3, &"undecided".into()));
    let upper = found["error"]["upper_decimal"].as_str().expect("a bound");
    let upper: f32 = upper.parse().expect("a number");
    let largest = (0..=1000_u16).map(|k| {
        let x = f32::from(k) / 1000.0;
        ((x + 16_777_216.0) - 16_777_216.0 - x).abs()
    });
    let largest = largest.fold(0.0, f32::max);
    assert!(
        largest > 0.49 && largest <= upper && upper < 8.0,
        "{largest} {upper}"
    );
    let (_, text, _) = program(at, &[&asked[..], &float].concat());
    assert!(
        text.contains("float32 arithmetic alone may cost what is missing"),
        "{text}"
    );
    // float64 has digits to spare.
    let double = ["--semantics", "float64", "--tolerance", "1/10000000"];
    assert_eq!(program(at, &[&asked[..], &double].concat()).0, 0);
}

/// A network, a domain and flags, and what the message says.
const REFUSED: [(&str, &str, &[&str], &str); 20] = [
    (
        "third",
        "x=0..1",
        &[],
        "layer 1, unit 2: the bias is -1/3, not a float32 number\n  hint: a claim about floats needs weights that are floats: `steeple convert",
    ),
    (
        "tiny",
        "x=0..1",
        &[],
        "layer 2, unit 1: the weight of input 2 is about 7.346839692e-40, a subnormal float32 number (below 2^-126)",
    ),
    (
        "large",
        "x=0..1",
        &[],
        "layer 2, unit 1: the weight of input 2 is about 1e39, beyond the largest float32 number",
    ),
    ("wide", "x=0..3", &[], "unit 1 of layer 2 may reach"),
    (
        "wide",
        "x=0..3",
        &[],
        "beyond the largest float32\n  hint: choose a smaller domain or smaller weights, or float64",
    ),
    (
        "leaky",
        "x=0..1",
        &[],
        "layer 1: the slope of its leaky ReLUs is 1/100, not a float32 number",
    ),
    (
        "ramp",
        "x=0..1",
        &["--norm", "l1"],
        "norm l1 is an integral over real inputs, and this claim is about inputs that are float32 numbers\n  hint: with rounded inputs (--rounded-inputs, or rounded_inputs = true)",
    ),
    (
        "ramp",
        "x=0..1",
        &["--norm", "l2"],
        "norm l2 is an integral",
    ),
    (
        "ramp",
        "x=0..1",
        &["--portable"],
        "needs the layer `floats` of the checker, which is not portable\n  hint: leave --portable out",
    ),
    (
        "ramp",
        "x=16777217/16777216..33554435/33554432",
        &[],
        "there is no float32 number for x between 16777217/16777216 and 33554435/33554432",
    ),
    (
        "sigmoid",
        "x=0..1",
        &["--activation-error", "ulps=1/4,abs=0"],
        "`ulps` is 1/4, but a computed sigmoid is off by up to 1/2 ulp, because it is rounded\n  hint: `ulps` of at least 1/2",
    ),
    (
        "sigmoid",
        "x=0..1",
        &["--activation-error", "ulps=0"],
        "`ulps` is 0, but",
    ),
    (
        "sigmoid",
        "x=0..1",
        &["--activation-error", "ulps=1,abs=-1"],
        "--activation-error: `abs` must be 0 or greater, found -1",
    ),
    (
        "sigmoid",
        "x=0..1",
        &["--activation-error", "abs=1"],
        "--activation-error: `ulps` is missing",
    ),
    (
        "sigmoid",
        "x=0..1",
        &["--activation-error", "openblas"],
        "--activation-error: unknown activations `openblas`\n  hint: write one of libm, onnxruntime, pytorch, emitted, or ulps=4,abs=1e-7",
    ),
    (
        "ramp",
        "x=0..1",
        &["--summation", "pairwise"],
        "--summation: unknown summation `pairwise`, expected any or emitted",
    ),
    (
        "ramp",
        "x=0..1",
        &["--semantics", "fixed"],
        "--semantics: semantics `fixed` is reserved for fixed-point arithmetic",
    ),
    (
        "ramp",
        "x=0..1",
        &["--semantics", "float16"],
        "--semantics: unknown semantics `float16`, expected one of real, float32, float64",
    ),
    (
        "ramp",
        "x=0..1",
        &["--semantics", "real", "--summation", "any"],
        "--summation is for claims about floats\n  hint: add --semantics float32 or float64",
    ),
    (
        "ramp",
        "x=0..1",
        &["--semantics", "real", "--rounded-inputs"],
        "--rounded-inputs is for claims about floats",
    ),
];

#[test]
fn what_cannot_be_claimed_is_refused_with_a_hint() {
    let third = RAMP.replace("\"-1/2\"", "\"-1/3\"");
    let tiny = RAMP.replace("[[\"1\", \"-1\"]]", "[[\"1\", \"2^-130\"]]");
    let large = RAMP.replace("[[\"1\", \"-1\"]]", "[[\"1\", \"1e39\"]]");
    let wide = RAMP.replace("[[\"1\", \"-1\"]]", "[[\"2^127\", \"2^127\"]]");
    let leaky = RAMP.replace("\"relu\"", "\"leaky-relu\", \"slope\": \"1/100\"");
    let folder = folder(&[
        ("ramp.json", RAMP),
        ("sigmoid.json", SIGMOID),
        ("third.json", &third),
        ("tiny.json", &tiny),
        ("large.json", &large),
        ("wide.json", &wide),
        ("leaky.json", &leaky),
    ]);
    for (network, domain, flags, expected) in REFUSED {
        let file = format!("{network}.json");
        let mut arguments = vec!["verify", &file, "--target", "x", "--domain", domain];
        if !flags.contains(&"--semantics") {
            arguments.extend(["--semantics", "float32"]);
        }
        arguments.extend(flags);
        let (code, text, message) = program(folder.path(), &arguments);
        assert_eq!((code, text.as_str()), (2, ""), "{arguments:?}: {message}");
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
    // An exact network needs no bound for its activations.
    let exact = ["--semantics", "float32", "--activation-error", "ulps=0"];
    let asked = [
        "verify",
        "ramp.json",
        "--target",
        "min(x, 1/2)",
        "--domain",
        "x=0..1",
    ];
    assert_eq!(program(folder.path(), &[&asked[..], &exact].concat()).0, 0);
}

#[test]
fn the_floats_of_a_domain_are_named_where_its_ends_are_not_floats() {
    let folder = folder(&[("net.json", RAMP)]);
    let at = folder.path();
    let asked = [
        "verify",
        "net.json",
        "--target",
        "min(x, 1/2)",
        "--domain",
        "x=0.1..0.9",
    ];
    let float = ["--semantics", "float32", "--tolerance", "1e-6"];
    let (code, text, _) = program(at, &[&asked[..], &float].concat());
    assert!(
        code == 0
            && text.contains(
                "\n  not all ends of the domain are float32 numbers; its float32 points have x from \
                 13421773/134217728 to 7549747/8388608"
            ),
        "{text}"
    );
    let (_, found) = object(at, &[&asked[..], &float].concat());
    assert_eq!(
        found["claim"]["arithmetic"]["points"]["x"][0],
        "13421773/134217728"
    );
    // Every real input counts where inputs are rounded, and integrals exist.
    let rounded = [&float[..], &["--rounded-inputs", "--norm", "l1"]].concat();
    let (code, text, _) = program(at, &[&asked[..], &rounded].concat());
    assert!(
        code == 0
            && text.contains(" for x in [1/10, 9/10]; ")
            && text.contains("(sums in any order; inputs rounded to float32)"),
        "{text}"
    );
}

#[test]
fn properties_are_decided_in_floats() {
    let property = |least: &str| {
        format!(
            "(declare-const X_0 Real)\n(declare-const Y_0 Real)\n(assert (>= X_0 0))\n(assert (<= X_0 1))\n\
             (assert (>= Y_0 {least}))\n"
        )
    };
    let folder = folder(&[
        ("net.json", SIGMOID),
        ("holds.vnnlib", &property("0.9")),
        ("fails.vnnlib", &property("0.8")),
    ]);
    let at = folder.path();
    let run = |file: &str, flags: &[&str]| {
        program(
            at,
            &[&["verify", "net.json", "--property", file], flags].concat(),
        )
    };
    let float = ["--semantics", "float32", "--certificate", "p.steeple"];
    let (code, text, _) = run("fails.vnnlib", &float);
    assert!(
        code == 1 && text.contains("refuted (sat)") && text.contains("in float32 arithmetic"),
        "{text}"
    );
    let (code, text, _) = run("holds.vnnlib", &float);
    assert!(
        code == 0
            && text.starts_with("proved (unsat): nothing that holds.vnnlib describes is possible, at any float32 point; ")
            && text.contains("within 4 ulps + 2^-21"),
        "{text}"
    );
    let certificate = fs::read_to_string(at.join("p.steeple")).expect("a certificate");
    assert!(
        certificate.contains("\nsemantics float32 sums any ulps 4 "),
        "{certificate}"
    );
    let check = [
        "check",
        "p.steeple",
        "--network",
        "net.json",
        "--property",
        "holds.vnnlib",
    ];
    let (code, text, _) = program(at, &check);
    assert!(code == 1 && text.contains("other-claim"), "{text}");
    let (code, text, _) = program(at, &[&check[..], &["--semantics", "float32"]].concat());
    assert!(
        code == 0 && text.contains("in float32 arithmetic"),
        "{text}"
    );
    let (_, found) = object(
        at,
        &[
            "verify",
            "net.json",
            "--property",
            "holds.vnnlib",
            "--semantics",
            "float32",
        ],
    );
    assert_eq!(
        found["claim"]["points"],
        "every float32 point of the closed boxes"
    );
    assert_eq!(found["claim"]["arithmetic"]["summation"], "any");
    // An earlier search in other arithmetic is no start.
    let (code, _, message) = run("holds.vnnlib", &["--resume", "p.steeple"]);
    assert!(
        code == 2 && message.contains("about another arithmetic"),
        "{message}"
    );
}

#[test]
fn a_search_in_other_arithmetic_cannot_be_continued() {
    let folder = folder(&[("net.json", SIGMOID), ("spec.toml", SPEC)]);
    let at = folder.path();
    let verify = ["verify", "net.json", "--spec", "spec.toml"];
    assert_eq!(
        program(at, &[&verify[..], &["--certificate", "c.steeple"]].concat()).0,
        0
    );
    let (code, _, message) = program(
        at,
        &[
            &verify[..],
            &["--resume", "c.steeple", "--semantics", "real"],
        ]
        .concat(),
    );
    assert!(
        code == 2 && message.contains("norm, threshold and semantics have to be the same"),
        "{message}"
    );
    assert_eq!(
        program(at, &[&verify[..], &["--resume", "c.steeple"]].concat()).0,
        0
    );
}

/// A spec of an interpolant whose weights are floats.
const SQUARE: &str = r#"[target]
formula = "x^2"
domain = { x = ["0", "1"] }

[network]
builder = "interpolant"
cells = 16

[claim]
tolerance = "1/1000"
"#;

#[test]
fn reports_tell_both_errors_and_what_is_assumed() {
    let folder = folder(&[
        ("real.toml", SQUARE),
        ("float.toml", &format!("{SQUARE}semantics = \"float32\"\n")),
    ]);
    let at = folder.path();
    let (code, text, _) = program(at, &["build", "real.toml"]);
    assert!(
        code == 0
            && text.contains(
                "network.onnx: in float32 arithmetic (sums in any order), with the float32 weights stored in \
                 it, the error is between"
            ),
        "{text}"
    );
    let report = fs::read_to_string(at.join("real/report.md")).expect("a report");
    assert!(
        report.contains("| in float32 |") && !report.contains("What this assumes"),
        "{report}"
    );
    let json: Value =
        serde_json::from_slice(&fs::read(at.join("real/report.json")).expect("a report"))
            .expect("JSON");
    assert_eq!(json["rounded"][0]["semantics"], "float32");
    assert_eq!(json["rounded"][0]["arithmetic"]["summation"], "any");

    let (code, text, message) = program(at, &["build", "float.toml"]);
    assert!(
        code == 0
            && text.starts_with(
                "proved in float32 arithmetic: sup |N(x) - x^2| <= 1/1000 for float32 x"
            ),
        "{text}{message}"
    );
    assert!(
        text.contains("network.onnx: in real arithmetic, with the float32 weights"),
        "{text}"
    );
    let report = fs::read_to_string(at.join("float/report.md")).expect("a report");
    for part in [
        "## What this assumes\n",
        "- Not covered: excess precision",
        "| arithmetic | in float32",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
    let page = fs::read_to_string(at.join("float/report.html")).expect("a page");
    assert!(page.contains(">What this assumes</h2>"), "{page}");
    // Flags go before the spec.
    let (_, text, _) = program(
        at,
        &[
            "build",
            "float.toml",
            "--semantics",
            "real",
            "--out",
            "other",
        ],
    );
    assert!(text.starts_with("proved: sup"), "{text}");
}

#[test]
fn comparisons_have_a_column_for_float32() {
    let folder = folder(&[
        ("spec.toml", SQUARE),
        ("third.json", &RAMP.replace("-1/2", "-1/3")),
    ]);
    let at = folder.path();
    let (code, text, _) = program(at, &["compare", "spec.toml", "third.json"]);
    assert!(
        code == 0 && text.contains(" in float32 ") && text.contains(" l1 error"),
        "{text}"
    );
    let (code, found) = object(at, &["compare", "spec.toml", "third.json"]);
    assert_eq!((code, &found["semantics"]), (0, &"real".into()));
    assert!(
        found["rows"][0]["error"]["sup_in_float32"]["upper"].is_string(),
        "{found}"
    );
    let (code, text, _) = program(
        at,
        &[
            "compare",
            "spec.toml",
            "third.json",
            "--semantics",
            "float32",
        ],
    );
    assert!(
        code == 0
            && text.contains("in float32 arithmetic (sums in any order)")
            && text.contains("so the weights of 1 network were rounded")
            && !text.contains("l1 error"),
        "{text}"
    );
    let region = SQUARE.replace("x^2\"", "x^2 <= 1/4\"");
    fs::write(
        at.join("region.toml"),
        region.replace("tolerance", "norm = \"area\"\ntolerance"),
    )
    .expect("written");
    let (code, _, message) = program(
        at,
        &[
            "compare",
            "region.toml",
            "third.json",
            "--semantics",
            "float32",
        ],
    );
    assert!(
        code == 2 && message.contains("norm area is an integral over real inputs"),
        "{message}"
    );
}

/// The library refuses what the program refuses: a file that does more than its layers.
#[test]
fn a_file_with_a_skip_has_no_claim_about_floats_in_the_library() {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/onnx");
        let bytes = fs::read(path.join(name)).expect("a file");
        steeple::formats::open(&bytes).expect("a network")
    };
    let target = steeple::Target::parse("0*x1 + 0*x2").expect("a formula");
    let domain = steeple::Domain::parse("x1=0..1,x2=0..1").expect("a box");
    for (name, words) in [
        ("torch_trace_skip.onnx", "layer by layer"),
        ("torch_trace_double.onnx", "computes in float64"),
    ] {
        let opened = read(name);
        let asked = opened.verify(&target, &domain);
        let refused = asked.semantics(steeple::Arithmetic::float32()).run();
        let refused = refused.map(|_| ()).expect_err(name).to_string();
        assert!(refused.contains(words), "{refused}");
    }
}

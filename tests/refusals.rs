//! Files of the wrong kind, numbers that are too large, and other requests that are refused: through
//! the real program, with what it says.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;
use steeple::formats::kind::{Kind, Wanted};

/// Runs the program; returns its exit code and what it says. A run that never ends is a failure.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("steeple").expect("the program");
    let command = command.current_dir(folder).args(arguments);
    let output = command
        .timeout(Duration::from_secs(300))
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

const SPEC: &str = "[target]\nformula = \"x^2\"\ndomain = { x = [0, 1] }\n\n[network]\nbuilder = \"interpolant\"\ncells = 4\n";
const RELU: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
    {"activation": "relu", "weights": [["1/2"]], "bias": ["0"]},
    {"activation": "identity", "weights": [["1"]], "bias": ["0"]}]}"#;
const PROPERTY: &str = "(declare-const X_0 Real)\n(declare-const Y_0 Real)\n(assert (>= X_0 0))\n(assert (<= X_0 1))\n(assert (> Y_0 2))\n";
const POINTS: &str = "x,value\n0,1\n1/2,3\n";

fn zip(name: &str) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\0\0\0\0\0".to_vec();
    bytes.extend([0; 16]);
    bytes.extend([u8::try_from(name.len()).expect("short"), 0, 0, 0]);
    bytes.extend(name.bytes());
    bytes
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

fn onnx(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/onnx");
    fs::read(folder.join(name)).expect("a fixture")
}

/// Files by name and content, and what they are called.
fn zoo() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("s.toml", text(SPEC), "a spec"),
        ("spec-without-ending", text(SPEC), "a spec"),
        ("n.json", text(RELU), "a network (JSON)"),
        ("p.vnnlib", text(PROPERTY), "a property (VNN-LIB)"),
        (
            "two.vnnlib",
            text("(vnnlib-version <2.0>)\n"),
            "a property in VNN-LIB 2.0",
        ),
        ("points.csv", text(POINTS), "a table of points (CSV)"),
        ("table", text(POINTS), "a table of points (CSV)"),
        (
            "net.onnx",
            onnx("torch_trace_relu.onnx"),
            "a network (ONNX)",
        ),
        ("net.bin", onnx("torch_trace_relu.onnx"), "a network (ONNX)"),
        (
            "a.nnet",
            text("// a net\n2,1,1,4,\n1,4,1,\n"),
            "an NNet file",
        ),
        ("a.pt", zip("archive/data.pkl"), "a PyTorch file"),
        ("unnamed", zip("archive/data.pkl"), "a PyTorch file"),
        (
            "old.pth",
            text("\u{80}")
                .into_iter()
                .skip(1)
                .chain([2, b'}'])
                .collect(),
            "a PyTorch file",
        ),
        ("m.keras", zip("config.json"), "a Keras file"),
        ("m.h5", b"\x89HDF\r\n\x1a\n123".to_vec(), "a Keras file"),
        (
            "saved_model.pb",
            b"\x08\x01\x12\x05hello".to_vec(),
            "a TensorFlow file",
        ),
        (
            "m.tflite",
            b"\x1c\0\0\0TFL3\0\0".to_vec(),
            "a TensorFlow Lite file",
        ),
        ("m.pkl", b"\x80\x04\x95\x0b.".to_vec(), "a Python pickle"),
        ("w.npy", b"\x93NUMPY\x01\0".to_vec(), "a NumPy file"),
        ("files.zip", zip("readme"), "a zip archive"),
        (
            "n.json.gz",
            packed(RELU.as_bytes()),
            "a file packed by gzip",
        ),
        ("a.png", b"\x89PNG\r\n\x1a\n".to_vec(), "a picture (PNG)"),
        ("a.svg", text("<svg xmlns=\"\"/>"), "a picture (SVG)"),
        ("a.html", text("<!DOCTYPE html><html>"), "a web page (HTML)"),
        ("spec.json", text("{\"target\": {}}"), "a JSON file"),
        ("list.json", text("[1, 2]"), "a JSON file"),
        ("spec.yaml", text("target:\n  formula: x\n"), "a YAML file"),
        ("plain", text("target:\n  formula: x\n"), "a YAML file"),
        ("wide.toml", utf16(SPEC), "text in UTF-16"),
        ("wide", utf16(SPEC)[2..].to_vec(), "text in UTF-16"),
        (
            "old.toml",
            b"formula = \"\xe9\"\n".to_vec(),
            "text that is not in UTF-8",
        ),
        ("nothing", Vec::new(), "an empty file"),
        ("blank.toml", text("\u{feff} \n\n"), "an empty file"),
        ("hello", text("hello"), "a text file"),
        ("noise", vec![7, 200, 3, 0, 9], "a binary file"),
    ]
}

#[test]
fn kinds_are_told_by_the_first_bytes_and_then_by_the_name() {
    for (name, bytes, expected) in zoo() {
        assert_eq!(Kind::of(&bytes, name).name(), expected, "{name}");
    }
    for (name, bytes, _) in zoo() {
        for length in 0..bytes.len().min(100) {
            let _ = Kind::of(&bytes[..length], name);
        }
    }
    let large = [SPEC.as_bytes(), "# é\n".repeat(20_000).as_bytes()].concat();
    assert_eq!(Kind::of(&large, "x"), Kind::Spec);
}

/// Each kind in the place of each other one: the message says what the file is.
#[test]
fn files_of_another_kind_are_called_by_their_name() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    for (name, bytes, _) in zoo() {
        fs::write(folder.join(name), bytes).expect("written");
    }
    let question = ["--target", "x", "--domain", "x=0..1"];
    let verify = ["verify", "n.json", "--certificate", "c.steeple"];
    let (code, _, said) = run(folder, &[&verify[..], &question].concat());
    assert_eq!(code, 0, "{said}");
    let mut zoo = zoo();
    let certificate = fs::read(folder.join("c.steeple")).expect("a certificate");
    zoo.push(("c.steeple", certificate, "a certificate"));
    let places: [(Wanted, &[&str]); 4] = [
        (Wanted::Network, &["eval", "FILE", "--at", "x=1"]),
        (Wanted::Spec, &["build", "FILE", "--out", "made"]),
        (
            Wanted::Property,
            &["verify", "n.json", "--property", "FILE"],
        ),
        (
            Wanted::Certificate,
            &["check", "FILE", "--network", "n.json"],
        ),
    ];
    for (name, bytes, kind) in &zoo {
        for (wanted, arguments) in &places {
            let Some(other) = Kind::of(bytes, name).refused(*wanted, name) else {
                continue;
            };
            let arguments: Vec<&str> = (arguments.iter())
                .map(|word| if *word == "FILE" { name } else { *word })
                .collect();
            let (code, out, said) = run(folder, &arguments);
            let shown = format!("{arguments:?}: {out}{said}");
            // What is no certificate is a certificate with wrong content.
            let is_no = *wanted == Wanted::Certificate;
            assert_eq!(code, if is_no { 1 } else { 2 }, "{shown}");
            if *kind == "an empty file" {
                assert!((out + &said).contains("the file is empty"), "{shown}");
                continue;
            }
            let place = if is_no { &out } else { &said };
            let is_known = !matches!(*kind, "a text file" | "a binary file");
            if is_known || !is_no {
                assert!(place.contains(&other.message), "{shown}");
                assert!(place.contains("this is "), "{shown}");
            }
            assert!(is_no || said.contains(name), "{shown}");
            if let (Some(hint), false) = (other.hint, is_no) {
                assert!(said.contains(&format!("  hint: {hint}\n")), "{shown}");
            }
        }
    }
    assert!(!folder.join("made").exists());
}

#[test]
fn hints_name_the_command_or_the_export() {
    let hint = |name: &str, bytes: &[u8], wanted| {
        let other = Kind::of(bytes, name)
            .refused(wanted, name)
            .expect("refused");
        format!("{}; {}", other.message, other.hint.unwrap_or_default())
    };
    let text = |name: &str| {
        let found = zoo().into_iter().find(|(known, ..)| *known == name);
        hint(name, &found.expect("in the zoo").1, Wanted::Network)
    };
    insta::assert_snapshot!([
        text("s.toml"),
        hint("c.steeple", b"steeple certificate 2\n", Wanted::Network),
        text("p.vnnlib"),
        text("points.csv"),
        text("a.nnet"),
        text("a.pt"),
        text("m.h5"),
        text("m.tflite"),
        text("m.pkl"),
        text("wide.toml"),
        hint("n.json", RELU.as_bytes(), Wanted::Spec),
        hint("s.toml", SPEC.as_bytes(), Wanted::Property),
        hint("spec.yaml", b"target:\n", Wanted::Spec),
        hint("c.csv", POINTS.as_bytes(), Wanted::Certificate),
        hint("n.json", RELU.as_bytes(), Wanted::Points),
    ].join("\n"), @r#"
    this is a spec, not a network; `steeple build s.toml` makes its network
    this is a certificate, not a network; `steeple check c.steeple --network NETWORK` checks it
    this is a property (VNN-LIB), not a network; `steeple verify NETWORK --property p.vnnlib`
    this is a table of points (CSV), not a network; a spec names it, [compare] data = "points.csv", and `steeple train SPEC` trains on it
    this is an NNet file, which is not read; convert it to ONNX, with nnet2onnx.py of the project NNet
    this is a PyTorch file, which is not read; load the model in Python and write torch.onnx.export(model, example, "net.onnx")
    this is a Keras file, which is not read; load the model in Python and write model.export("net.onnx", format="onnx"), or use tf2onnx
    this is a TensorFlow Lite file, which is not read; python -m tf2onnx.convert --tflite m.tflite --output net.onnx
    this is a Python pickle, which is not read; export the model to ONNX: torch.onnx.export for PyTorch, skl2onnx.to_onnx for scikit-learn
    this is text in UTF-16, and only UTF-8 is read; save it as UTF-8, for example with iconv -f UTF-16 -t UTF-8 wide.toml
    this is a network (JSON), not a spec; `steeple verify n.json --target FORMULA --domain SIDES` asks about it without a spec
    this is a spec, not a property; --spec s.toml takes it
    this is a YAML file, not a spec; a spec is a TOML file: [target] with formula = "x^2" and domain = { x = [0, 1] }
    this is a table of points (CSV), not a certificate; a certificate begins with `steeple certificate 2`
    this is a network (JSON), not a table of points; points are comma-separated values, with names in the first line
    "#);
}

#[test]
fn swapped_arguments_and_folders_are_named() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::write(folder.join("n.json"), RELU).expect("written");
    fs::write(folder.join("s.toml"), SPEC).expect("written");
    fs::create_dir_all(folder.join("built")).expect("made");
    fs::write(folder.join("built/network.json"), RELU).expect("written");
    fs::create_dir_all(folder.join("saved")).expect("made");
    fs::write(folder.join("saved/saved_model.pb"), "").expect("written");
    let question = ["--target", "x", "--domain", "x=0..1"];
    let (code, ..) = run(
        folder,
        &[&["verify", "n.json", "--certificate", "c"], &question[..]].concat(),
    );
    assert_eq!(code, 0);
    for (arguments, expected) in [
        (
            &["check", "n.json", "--network", "c"][..],
            "c: this is a certificate, not a network\n  hint: `steeple check c --network NETWORK` checks it",
        ),
        (
            &["verify", "built", "--target", "x", "--domain", "x=0..1"],
            "built: this is a directory, not a file\n  hint: in it there is built/network.json",
        ),
        (
            &["eval", "saved", "--at", "x=1"],
            "python -m tf2onnx.convert --saved-model saved --output net.onnx",
        ),
        (
            &["eval", "none.json", "--at", "x=1"],
            "none.json: no such file\n",
        ),
        (
            &["eval", "n.json/x", "--at", "x=1"],
            "n.json/x: a part of this path is a file, not a directory",
        ),
        (&["build", "none.toml"], "none.toml: no such file\n"),
        (
            &["check", "none", "--network", "n.json"],
            "none: no such file\n",
        ),
        (
            &[
                "verify",
                "n.json",
                "--target",
                "x",
                "--domain",
                "x=0..1",
                "--certificate",
                "no/c",
            ],
            "no/c: cannot be written: there is no directory no\n  hint: make the directory first",
        ),
        (
            &["convert", "n.json", "no/n.onnx"],
            "no/n.onnx: cannot be written: there is no directory no",
        ),
        (
            &["build", "s.toml", "--out", "no/s"],
            "no/s: cannot be written: there is no directory no",
        ),
        (
            &[
                "verify", "n.json", "--target", "x", "--domain", "x=0..1", "--resume", "s.toml",
            ],
            "s.toml: this is a spec, not a certificate",
        ),
        (
            &["train", "n.json"],
            "n.json: this is a network (JSON), not a spec",
        ),
        (
            &["compare", "n.json"],
            "n.json: this is a network (JSON), not a spec",
        ),
    ] {
        let (code, out, said) = run(folder, arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
        assert!(
            !said.contains("os error") && !said.contains("entity"),
            "{said}"
        );
    }
    // A certificate is wanted in a picture: what is wrong with it is the answer no.
    let picture = [
        "draw",
        "partition",
        "n.json",
        "--certificate",
        "s.toml",
        "--out",
        "a.svg",
    ];
    let (code, _, said) = run(folder, &picture);
    assert_eq!(code, 1);
    assert!(
        said.contains("s.toml: this is a spec, not a certificate"),
        "{said}"
    );
}

/// Editors put a mark before a text; certificates are read byte for byte.
#[test]
fn byte_order_marks_and_line_ends() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    let marked = |text: &str| format!("\u{feff}{text}");
    fs::write(folder.join("n.json"), marked(RELU)).expect("written");
    fs::write(folder.join("s.toml"), marked(SPEC).replace('\n', "\r\n")).expect("written");
    fs::write(
        folder.join("p.vnnlib"),
        marked(PROPERTY).replace('\n', "\r\n"),
    )
    .expect("written");
    let question = ["--target", "x", "--domain", "x=0..1"];
    let verify = ["verify", "n.json", "--certificate", "c"];
    let (code, out, said) = run(folder, &[&verify[..], &question].concat());
    assert_eq!(code, 0, "{out}{said}");
    let (code, out, said) = run(folder, &["build", "s.toml", "--out", "built"]);
    assert_eq!(code, 0, "{out}{said}");
    let (code, out, said) = run(
        folder,
        &[
            "verify",
            "n.json",
            "--property",
            "p.vnnlib",
            "--certificate",
            "pc",
        ],
    );
    assert_eq!(code, 0, "{out}{said}");
    for name in ["c", "pc"] {
        let good = fs::read_to_string(folder.join(name)).expect("a certificate");
        assert_eq!(run(folder, &["check", name, "--network", "n.json"]).0, 0);
        for (content, expected) in [
            (marked(&good), "the file starts with a byte-order mark"),
            (
                good.replace('\n', "\r\n"),
                "expected lines that end in LF, found CR LF",
            ),
            (
                good.replacen(" 2\n", " 1\n", 1),
                "certificates of version 1 are not supported; expected version 2",
            ),
            (
                good.replacen(" 2\n", " 2 \n", 1),
                "not a certificate: expected",
            ),
            (String::new(), "the file is empty"),
            (good[..good.len() / 2].to_string(), "line "),
        ] {
            fs::write(folder.join("x"), &content).expect("written");
            let (code, out, said) = run(folder, &["check", "x", "--network", "n.json"]);
            assert_eq!((code, said.as_str()), (1, ""), "{out}");
            assert!(out.starts_with("rejected (malformed): "), "{out}");
            assert!(out.contains(expected), "{out}");
        }
    }
}

/// Decimals and powers as Python and C write them.
#[test]
fn other_spellings_of_numbers_are_read() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::write(folder.join("n.json"), RELU).expect("written");
    let spec = SPEC
        .replace("x^2", "2.*x**2*.5")
        .replace("[0, 1]", "[\"-.5\", \"1.\"]");
    fs::write(
        folder.join("s.toml"),
        spec + "[claim]\ntolerance = \".5\"\n",
    )
    .expect("written");
    let (code, out, said) = run(folder, &["build", "s.toml", "--out", "built"]);
    assert_eq!(code, 0, "{out}{said}");
    let check = [
        "check",
        "built/certificate.steeple",
        "--network",
        "built/network.json",
    ];
    assert_eq!(
        run(folder, &check).0,
        0,
        "the certificate has the formula as it was typed"
    );
    let verify = [
        "verify",
        "n.json",
        "--target",
        ".5*x",
        "--domain",
        "x=-0...5",
        "--tolerance",
        "1.e-3",
    ];
    let (code, out, said) = run(folder, &verify);
    assert_eq!(code, 0, "{out}{said}");
    assert_eq!(
        run(folder, &["eval", "n.json", "--at", "x=.5"]).1,
        "z = 1/4 (exact)\n"
    );
    // Certificates keep their own numbers.
    let certificate = fs::read_to_string(folder.join("built/certificate.steeple")).expect("there");
    assert!(certificate.contains("domain x -1/2 1\n"), "{certificate}");
    fs::write(folder.join("c"), certificate.replace("-1/2 1\n", "-.5 1\n")).expect("written");
    let (code, out, _) = run(folder, &["check", "c", "--network", "built/network.json"]);
    assert_eq!(code, 1);
    assert!(out.contains("rejected (malformed)"), "{out}");
}

/// Numbers beyond what can be held or searched: an answer, or a refusal that says why.
#[test]
fn huge_numbers_are_refused_at_the_door() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::write(folder.join("r.json"), RELU).expect("written");
    fs::write(folder.join("n.json"), RELU.replace("relu", "sigmoid")).expect("written");
    let steep = RELU.replace("relu", "sigmoid").replace("1/2", "1e9999");
    fs::write(folder.join("steep.json"), steep).expect("written");
    let long = "ends at a number of 33217 bits; at most 16384 are supported";
    let exponent = "the exponent 99999999999999999999 is too large";
    let beyond = "beyond 2^500, the largest number that a search supports";
    for (network, target, domain, expected) in [
        ("r.json", "x", "x=0..1e9999", long),
        ("n.json", "x", "x=0..1e9999", long),
        (
            "n.json",
            "x",
            "x=0..1e4000",
            "the side of `x` ends beyond 2^500",
        ),
        ("n.json", "x^99999999999999999999", "x=0..1", exponent),
        ("r.json", "x**99999999999999999999 > 1", "x=0..1", exponent),
        ("n.json", "2^(x*999999999999999)", "x=0..1", beyond),
        ("n.json", "x + 2^9999999", "x=0..1", beyond),
        ("n.json", "x + 2^2^2^2^2^2", "x=0..1", beyond),
        ("n.json", "x + 1e9999", "x=0..1", beyond),
        (
            "n.json",
            "x*1e400",
            "x=0..1",
            "the target at x = 1/2 is beyond 2^500",
        ),
        (
            "steep.json",
            "x",
            "x=0..1",
            "layer 1 has a weight beyond 2^500",
        ),
    ] {
        for norm in ["sup", "l2"] {
            let (code, out, said) = run(
                folder,
                &[
                    "verify", network, "--target", target, "--domain", domain, "--norm", norm,
                ],
            );
            assert_eq!((code, out.as_str()), (2, ""), "{target}, {domain}: {said}");
            assert!(said.contains(expected), "{target}, {domain}: {said}");
        }
    }
    for (network, target, domain, tolerance) in [
        ("r.json", "x/2", "x=0..1e4000", "1e-99999"),
        ("n.json", "x", "x=0..1", "1e99999"),
        ("n.json", "x^2147483647", "x=0..1", "1"),
        ("n.json", "x", "x=0..1e-4000", "1"),
        ("n.json", "x*1e-9999", "x=0..1", "1"),
    ] {
        let question = [
            "--target",
            target,
            "--domain",
            domain,
            "--tolerance",
            tolerance,
        ];
        let (code, out, said) = run(folder, &[&["verify", network], &question[..]].concat());
        assert_eq!(code, 0, "{target}, {domain}: {out}{said}");
    }
    for (from, to, expected) in [
        ("[0, 1]", "[0, \"1e9999\"]", long),
        ("x^2", "x^99999999999999999999", exponent),
        (
            "\"interpolant\"\ncells = 4",
            "\"staircase\"\ncells = 4\nsteepness = \"1e9999\"",
            "`steepness` is a number of 33217 bits",
        ),
    ] {
        assert!(SPEC.contains(from));
        fs::write(folder.join("s.toml"), SPEC.replace(from, to)).expect("written");
        let (code, out, said) = run(folder, &["build", "s.toml", "--out", "built"]);
        assert_eq!((code, out.as_str()), (2, ""), "{to}: {said}");
        assert!(said.contains(expected), "{to}: {said}");
        assert!(!folder.join("built").exists());
    }
}

/// A property file with these assertions.
fn property(inputs: usize, assertions: &[&str]) -> String {
    let inputs = (0..inputs).map(|i| format!("(declare-const X_{i} Real)\n"));
    let assertions = assertions.iter().map(|text| format!("(assert {text})\n"));
    let outputs = ["(declare-const Y_0 Real)\n".to_string()];
    inputs.chain(outputs).chain(assertions).collect()
}

/// Nothing meets these: unsat, whatever the network, and loudly so.
#[test]
fn assertions_that_contradict_each_other_are_unsat() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::write(folder.join("n.json"), RELU).expect("written");
    let unit = ["(>= X_0 0)", "(<= X_0 1)"];
    for (assertions, reason) in [
        (vec!["false"], "they are false as they stand"),
        (
            vec!["(>= X_0 0.5)", "(<= X_0 -4)", "(> Y_0 0)"],
            "X_0 has to be at least 1/2 and at most -4",
        ),
        (
            vec![
                unit[0],
                unit[1],
                "(< (+ (* 2 X_0) Y_0 -2) (+ Y_0 -0.75))",
                "(> X_0 0.7)",
            ],
            "X_0 has to be above 7/10 and below 5/8",
        ),
        (
            vec![
                unit[0],
                unit[1],
                "(or (and (> X_0 1) (> Y_0 0)) (and (< X_0 0) (> Y_0 0)))",
            ],
            "X_0 has to be above 1 and at most 1",
        ),
        (
            vec![unit[0], unit[1], "(and (> Y_0 X_0) (> X_0 Y_0))"],
            "X_0 - Y_0 has to be above 0 and below 0",
        ),
    ] {
        fs::write(folder.join("p.vnnlib"), property(1, &assertions)).expect("written");
        let verify = [
            "verify",
            "n.json",
            "--property",
            "p.vnnlib",
            "--certificate",
            "c",
        ];
        let (code, out, said) = run(folder, &verify);
        assert_eq!(code, 0, "{assertions:?}: {said}");
        assert!(out.starts_with("proved (unsat): "), "{out}");
        assert!(
            said.contains("no inputs and outputs at all meet these assertions"),
            "{said}"
        );
        assert!(said.contains(reason), "{assertions:?}: {said}");
        let (_, out, _) = run(folder, &[&verify[..], &["--format", "json"]].concat());
        let object: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(
            (&object["vnnlib"], &object["verdict"]),
            (&"unsat".into(), &"proved".into())
        );
        assert_eq!(object["vacuous"], reason);
        let check = [
            "check",
            "c",
            "--network",
            "n.json",
            "--property",
            "p.vnnlib",
        ];
        let (code, out, said) = run(folder, &check);
        assert_eq!(code, 0, "{out}");
        assert!(said.contains("no inputs and outputs at all"), "{said}");
        // It answers no other property.
        fs::write(folder.join("other.vnnlib"), PROPERTY).expect("written");
        let check = [
            "check",
            "c",
            "--network",
            "n.json",
            "--property",
            "other.vnnlib",
        ];
        assert_eq!(run(folder, &check).0, 1);
    }
    fs::write(folder.join("p.vnnlib"), PROPERTY).expect("written");
    let (_, out, said) = run(
        folder,
        &[
            "verify",
            "n.json",
            "--property",
            "p.vnnlib",
            "--format",
            "json",
        ],
    );
    let object: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(object["vacuous"], serde_json::Value::Null);
    assert!(!said.contains("at all"), "{said}");
}

/// Where the margin is 0 all over a cell, floats cannot tell, and linear forms can.
#[test]
fn a_condition_that_is_just_missed_everywhere_is_unsat() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::write(folder.join("n.json"), RELU.replace("1/2", "1")).expect("written");
    let below = property(1, &["(>= X_0 0)", "(<= X_0 1)", "(< Y_0 X_0)"]);
    fs::write(folder.join("p.vnnlib"), below).expect("written");
    let (code, out, said) = run(folder, &["verify", "n.json", "--property", "p.vnnlib"]);
    assert_eq!(code, 0, "{out}{said}");
    assert!(out.contains("; 1 leaf, certificate checked"), "{out}");
    // relu(t) - relu(t - 1) for an oblique t is at most 1, and exactly 1 on a whole area.
    let clamp = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
        {"activation": "relu", "weights": [["3/10", "7/10"], ["3/10", "7/10"]], "bias": ["0", "-1"]},
        {"activation": "identity", "weights": [["1", "-1"]], "bias": ["0"]}]}"#;
    fs::write(folder.join("clamp.json"), clamp).expect("written");
    let sides = ["(>= X_0 -1)", "(<= X_0 3.7)", "(>= X_1 -1)", "(<= X_1 3.7)"];
    let above = property(2, &[&sides[..], &["(> Y_0 1)"]].concat());
    fs::write(folder.join("q.vnnlib"), above).expect("written");
    let (code, out, _) = run(folder, &["verify", "clamp.json", "--property", "q.vnnlib"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("  hint: near X_0 = "), "{out}");
    assert!(out.contains("almost an equality"), "{out}");
    assert!(out.contains("not yet for properties"), "{out}");
}

/// One box after the other, not each with all others.
#[test]
fn many_boxes_are_one_property() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path();
    fs::write(folder.join("n.json"), RELU).expect("written");
    let parts = |count: usize, part: &dyn Fn(usize) -> String| {
        let parts: Vec<String> = (0..count).map(part).collect();
        property(1, &[&format!("(or {})", parts.join("\n")), "(> Y_0 2)"])
    };
    let tiny = |k: usize| format!("(and (>= X_0 0.{k:06}) (<= X_0 0.{k:06}5))");
    let same = |_| "(and (>= X_0 0) (<= X_0 1))".to_string();
    for (text, leaves) in [
        (parts(100_000, &tiny), "; 100000 leaves, "),
        (parts(20_000, &same), "; 1 leaf, "),
    ] {
        fs::write(folder.join("p.vnnlib"), text).expect("written");
        let (code, out, said) = run(
            folder,
            &[
                "verify",
                "n.json",
                "--property",
                "p.vnnlib",
                "--certificate",
                "c",
            ],
        );
        assert_eq!(code, 0, "{said}");
        assert!(out.contains(leaves), "{out}");
        let check = [
            "check",
            "c",
            "--network",
            "n.json",
            "--property",
            "p.vnnlib",
        ];
        assert_eq!(run(folder, &check).0, 0);
    }
}

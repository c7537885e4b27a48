//! What the program says, as snapshots to be read: the help of every command, and its messages.

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use common::program;

const COMMANDS: [&str; 18] = [
    "build",
    "verify",
    "check",
    "split",
    "merge",
    "eval",
    "regions",
    "bound",
    "train",
    "compare",
    "explain",
    "explore",
    "draw",
    "convert",
    "catalogue",
    "schema",
    "completions",
    "man",
];

#[test]
fn the_help_of_every_command() {
    let scratch = tempfile::tempdir().expect("a directory");
    let (code, all, _) = program(scratch.path(), &["--help"]);
    assert_eq!(code, 0);
    for name in COMMANDS {
        assert!(
            all.contains(&format!("\n  {name} ")),
            "{name} is not in --help"
        );
        let (code, help, _) = program(scratch.path(), &[name, "--help"]);
        assert_eq!(code, 0, "{name}");
        let examples = help.split("Examples:").nth(1).unwrap_or_default();
        let count = examples.matches("\n  steeple ").count();
        assert_eq!(count, 2, "{name} has two examples");
        insta::assert_snapshot!(format!("help_{name}"), help);
    }
    let listed = all.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty()).count();
    assert_eq!(listed, COMMANDS.len() + 1, "with `help` itself");
    insta::assert_snapshot!("help", all);
}

/// Every enumeration is known to the shell.
#[test]
fn shells_complete_what_can_be_listed() {
    let scratch = tempfile::tempdir().expect("a directory");
    let (code, script, _) = program(scratch.path(), &["completions", "bash"]);
    assert_eq!(code, 0);
    for names in [
        "sup l1 l2 area",
        "lbfgs adam",
        "sigmoid tanh relu",
        "float32 float64",
        "curve surface error halfplanes partition regions facets warp ridges diagram convergence",
        "auto always never",
        "stored exact",
        "step bump staircase interpolant",
    ] {
        assert!(script.contains(names), "{names}");
    }
}

#[test]
fn every_command_has_a_page_with_its_options() {
    let scratch = tempfile::tempdir().expect("a directory");
    let (code, page, _) = program(scratch.path(), &["man"]);
    assert_eq!(code, 0);
    for name in COMMANDS {
        assert!(page.contains(&format!("steeple\\-{name}(1)")), "{name}");
        let (code, of, _) = program(scratch.path(), &["man", name]);
        assert_eq!(code, 0, "{name}");
        assert!(of.contains(&format!(".TH steeple-{name} 1")), "{name}");
        assert!(of.contains("Examples:"), "{name}");
    }
}

const NETWORK: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
 {"activation": "relu", "weights": [["1"]], "bias": ["0"]},
 {"activation": "identity", "weights": [["1"]], "bias": ["0"]}]}"#;
const SPEC: &str = "[target]\nformula = \"x^2\"\ndomain = { x = [0, 1] }\n[network]\nbuilder = \
                    \"interpolant\"\ncells = 4\n[claim]\ntolerance = \"1/10\"\n";

/// Runs the program, and returns what was typed and what came back.
fn asked(at: &Path, typed: &str) -> String {
    let words: Vec<String> = typed
        .split('"')
        .enumerate()
        .flat_map(|(k, part)| match k % 2 {
            1 => vec![part.to_owned()],
            _ => part.split_whitespace().map(str::to_owned).collect(),
        })
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (code, out, said) = program(at, &words);
    format!("$ steeple {typed}\n{said}{out}exit code {code}\n\n")
}

#[test]
fn messages_about_the_command_line() {
    let scratch = tempfile::tempdir().expect("a directory");
    let at = scratch.path();
    fs::write(at.join("net.json"), NETWORK).expect("written");
    fs::write(at.join("spec.toml"), SPEC).expect("written");
    fs::create_dir(at.join("folder")).expect("made");
    let mut said = String::new();
    for typed in [
        "biuld spec.toml",
        "verify net.json",
        "verify net.json --target x^2",
        "verify net.json --target x^2 --domain x=0..1 --norm linfty",
        "verify net.json --target x^2 --domain x=0..1 --tolerance nought",
        "verify net.json --target x^2 --domain x=0..1 --tolerance=-1",
        "verify net.json --target x^2 --domain x=0..1 --tolerance 1/10 --gap 1/10",
        "verify net.json --target x^2 --domain x=1..0",
        "verify net.json --target x^2 --domain y=0..1",
        "verify net.json --target \"x^2 + y\" --domain x=0..1",
        "verify net.json --target \"sin(x\" --domain x=0..1",
        "verify net.json --target x^2 --domain x=0..1 --threshold 1/2",
        "verify net.json --target x^2 --domain x=0..1 --norm area",
        "verify net.json --target x^2 --domain x=0..1 --certificate net.json",
        "verify net.json --target x^2 --domain x=0..1 --certificate - --format json",
        "verify - --spec -",
        "verify nothing.json --target x^2 --domain x=0..1",
        "verify folder --target x^2 --domain x=0..1",
        "verify spec.toml --target x^2 --domain x=0..1",
        "build net.json",
        "check net.json",
        "check net.json --network net.json",
        "eval net.json --at y=1",
        "eval net.json --at x",
        "regions net.json --domain x=0..1 --draw map.gif",
        "regions net.json --domain x=0..1 --draw map.svg",
        "draw surfaces net.json --out a.svg",
        "draw surface net.json --target x^2 --domain x=0..1 --out a.svg",
        "draw surface net.json --out a.svg",
        "draw surface net.json --domain x=0..1 --out a.svg",
        "draw convergence --out a.svg",
        "draw diagram net.json net.json --out a.svg",
        "draw diagram net.json --out missing/a.svg",
        "draw diagram net.json --property p.vnnlib --out a.svg",
        "convert net.json net.txt",
        "catalogue quadrant",
        "man bulid",
        "train spec.toml --activation softmax",
        "compare spec.toml --time-limit 0",
    ] {
        let _ = write!(said, "{}", asked(at, typed));
    }
    insta::assert_snapshot!("messages_command_line", said);
}

#[test]
fn messages_about_specs() {
    let scratch = tempfile::tempdir().expect("a directory");
    let at = scratch.path();
    let mut said = String::new();
    for (from, to) in [
        ("cells = 4", "cels = 4"),
        ("cells = 4", "cells = 0"),
        ("cells = 4", "cells = 4.5"),
        ("cells = 4", "cells = 4\nknots = \"even\""),
        ("cells = 4", "cells = 4\nsteepness = 3"),
        ("interpolant", "interpolator"),
        ("\"1/10\"", "-1"),
        ("\"1/10\"", "\"1/10\"\nnorm = \"linfty\""),
        ("\"1/10\"", "\"1/10\"\nnorm = \"area\""),
        ("\"x^2\"", "\"x^2 + y\""),
        ("\"x^2\"", "\"x^\""),
        ("\"x^2\"", "\"1/x\""),
        ("[0, 1]", "[1, 0]"),
        ("[0, 1]", "[0]"),
        ("[target]", "[tarket]"),
        ("formula", "function"),
    ] {
        fs::write(at.join("spec.toml"), SPEC.replacen(from, to, 1)).expect("written");
        let _ = write!(
            said,
            "{from} -> {to}\n{}",
            asked(at, "build spec.toml --out made")
        );
        assert!(!at.join("made").exists(), "{to}");
    }
    insta::assert_snapshot!("messages_specs", said);
}

/// Programs get the same message as an object.
#[test]
fn errors_are_objects_for_programs() {
    let scratch = tempfile::tempdir().expect("a directory");
    let at = scratch.path();
    fs::write(at.join("spec.toml"), SPEC.replacen("cells", "cels", 1)).expect("written");
    let mut said = String::new();
    for typed in [
        "build spec.toml --format json",
        "build nothing.toml --format json",
        "verify --format json",
        "verify a --domain x=0..1 --tolerence 1 --format=json",
    ] {
        let (code, out, _) = program(at, &typed.split(' ').collect::<Vec<_>>());
        let object: serde_json::Value = serde_json::from_str(&out).expect("an object");
        assert_eq!((code, &object["schema"]), (2, &2.into()), "{out}");
        let _ = writeln!(said, "$ steeple {typed}\n{out}");
    }
    insta::assert_snapshot!("messages_json", said);
}

#[test]
fn colours_are_asked_for_or_left_out() {
    let scratch = tempfile::tempdir().expect("a directory");
    let (_, _, plain) = program(scratch.path(), &["build", "nothing.toml"]);
    assert!(
        !plain.contains('\u{1b}'),
        "standard error is not a terminal"
    );
    let coloured = ["--color", "always", "build", "nothing.toml"];
    let (_, _, coloured) = program(scratch.path(), &coloured);
    assert!(
        coloured.starts_with("\u{1b}[1;31merror\u{1b}[0m: "),
        "{coloured}"
    );
}

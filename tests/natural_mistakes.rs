//! What students, teachers and engineers type first: it is read, or the message says what to type.
//!
//! Formulas and boxes alone are tested beside `expr::friendly`; here are whole specs and commands.

// Tables of cases are long.
#![allow(clippy::too_many_lines)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;
use steeple::workflow::spec;

const RELU: &str = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
    {"activation": "relu", "weights": [["1/2"]], "bias": ["0"]},
    {"activation": "identity", "weights": [["1"]], "bias": ["0"]}]}"#;
const BUILT: &str = "[target]\nformula = \"x^2\"\ndomain = { x = [0, 1] }\n[network]\n";

/// Runs the program; returns its exit code and what it says.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("steeple").expect("the program");
    let output = command
        .current_dir(folder)
        .args(arguments)
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

fn target(formula: &str, domain: &str) -> String {
    format!("[target]\n{formula}\n{domain}\n")
}

#[test]
fn targets_of_specs_are_read_as_people_write_them() {
    let formula = "formula = \"x^2\"";
    // The formula, the domain, and what is said.
    let cases: &[(&str, &str, &str, &str, &[&str])] = &[
        (
            "formula = \"y = x²\"",
            "domain = { x = [0, 1] }",
            "x^2",
            "x=0..1",
            &["read `y = x²` as `x^2`"],
        ),
        (
            "formula = '\\frac{1}{2} x'",
            "domain = { x = [0, 1] }",
            "(1/2)*x",
            "x=0..1",
            &["read `\\frac{1}{2} x` as `(1/2)*x`"],
        ),
        (formula, "domain = \"x=0..1\"", "x^2", "x=0..1", &[]),
        (formula, "domain = [0, 1]", "x^2", "x=0..1", &[]),
        (formula, "domain = [[0, 1]]", "x^2", "x=0..1", &[]),
        (formula, "domain = { x = \"0..1\" }", "x^2", "x=0..1", &[]),
        (
            formula,
            "domain = { x = \"[0, 1/2]\" }",
            "x^2",
            "x=0..1/2",
            &[],
        ),
        (
            formula,
            "domain = { x = [\"-(1/2)^2\", \"3*(1/2)^2\"] }",
            "x^2",
            "x=-1/4..3/4",
            &[],
        ),
        (
            formula,
            "domain = \"0 <= x <= 1\"",
            "x^2",
            "x=0..1",
            &["read `0 <= x <= 1` as `x=0..1`"],
        ),
        (
            formula,
            "domain = { x = [0, \"2*pi\"] }",
            "x^2",
            "x=0..14488038916154245685/2305843009213693952",
            &["`2*pi` is enclosed outward: the side ends at 6.283185307179586478"],
        ),
        (
            "formula = \"z = x*y\"",
            "domain = \"[0, 1]^2\"",
            "x*y",
            "x=0..1,y=0..1",
            &[
                "read `[0, 1]^2` as `x=0..1,y=0..1`",
                "read `z = x*y` as `x*y`",
            ],
        ),
    ];
    for (formula, domain, canonical, sides, notes) in cases {
        let text = target(formula, domain);
        let spec = spec::read(&text).unwrap_or_else(|error| panic!("{text}: {}", error.message));
        assert_eq!(spec.target.text(), [*canonical], "{text}");
        assert_eq!(spec.domain.to_string(), *sides, "{text}");
        assert_eq!(spec.notes, *notes, "{text}");
    }
}

#[test]
fn other_words_of_specs_are_read() {
    let read = |rest: &str| {
        let text = format!("{BUILT}{rest}\n");
        spec::read(&text).unwrap_or_else(|error| panic!("{text}: {}", error.message))
    };
    for (name, norm) in [
        ("max", "sup"),
        ("linf", "sup"),
        ("l_inf", "sup"),
        ("L∞", "sup"),
        ("L2", "l2"),
    ] {
        let spec = read(&format!(
            "builder = \"interpolant\"\n[claim]\nnorm = \"{name}\""
        ));
        assert_eq!(spec.claim.norm.name(), norm, "{name}");
        let is_said = spec
            .notes
            .iter()
            .any(|note| note.contains(&format!("norm `{name}`")));
        assert_eq!(
            is_said,
            norm != name.to_lowercase(),
            "{name}: {:?}",
            spec.notes
        );
    }
    let spec = read("builder = \"Staircase\"\nactivation = \"Sigmoid\"\nsteepness = \"4*8\"");
    let network = spec.network.expect("given");
    assert_eq!(network.builder.name(), "staircase");
    assert_eq!(network.parameters.units.expect("given").name(), "sigmoid");
    assert_eq!(
        network.parameters.steepness.expect("given").to_string(),
        "32"
    );
    let spec = read("builder = \"interpolant\"\n[claim]\ntolerance = \"1/(2*50)\"");
    assert_eq!(spec.claim.tolerance.expect("given").to_string(), "1/100");
}

#[test]
fn specs_that_are_not_understood_say_what_to_type() {
    let domain = "domain = { x = [0, 1] }";
    let formula = "formula = \"x^2\"";
    let built = |rest: &str| format!("{BUILT}{rest}\n");
    let cases = [
        (
            target("formula = x^2", domain),
            "quote it: formula = \"x^2\"",
        ),
        (
            target("formula = sin(x)", domain),
            "quote it: formula = \"sin(x)\"",
        ),
        (
            target("formula = \"x^2", domain),
            "close the quotes: formula = \"x^2\"",
        ),
        (
            target("formula = “x^2”", domain),
            "write straight quotes: formula = \"x^2\"",
        ),
        (
            target("formula: x^2", domain),
            "write = after a key: formula = \"x^2\"",
        ),
        (target("f(x) = \"x^2\"", domain), "write formula = \"x^2\""),
        (
            target("function = \"x^2\"", domain),
            "did you mean `formula`?",
        ),
        (
            target("formula = \"\\sin x\"", domain),
            "in \"...\" a backslash begins a sign of its own: write formula = '\\sin x'",
        ),
        (
            target("formula = \"\\frac{1}{2}x\"", domain),
            "in \"...\" a backslash begins a sign of its own: write '\\frac{1}{2}x'",
        ),
        (
            target("formula = \"x > 0 ? x : 0\"", domain),
            "write if(x > 0, x, 0)",
        ),
        (
            target("formula = \"x^2 + c\"", domain),
            "the inputs are x; give `c` a number, or make it an input with a side: c=0..1",
        ),
        (target("", domain), "write formula = \"x^2\""),
        (target(formula, ""), "write domain = { x = [0, 1] }"),
        (
            target(formula, "x = [0, 1]"),
            "a side stands in the domain: domain = { x = [0, 1] }",
        ),
        (
            target(formula, "domain = { x = [0, 2*pi] }"),
            "write domain = { x = [0, \"2*pi\"] }",
        ),
        (
            target(formula, "domain = { x = 0..1 }"),
            "write domain = { x = [0, 1] }",
        ),
        (
            target(formula, "domain = { x = (0, pi) }"),
            "write domain = { x = [0, \"pi\"] }",
        ),
        (
            target(formula, "domain = { x = [0 1] }"),
            "write domain = { x = [0, 1] }",
        ),
        (
            target(formula, "domain = { x = [0; 1] }"),
            "write domain = { x = [0, 1] }",
        ),
        (
            target(formula, "domain = { x: [0, 1] }"),
            "write domain = { x = [0, 1] }",
        ),
        (
            target(formula, "domain = { x = [0, 1]\n[claim]"),
            "close the bracket: domain = { x = [0, 1] }",
        ),
        (target(formula, "domain = { x = 1 }"), "write x = [0, 1]"),
        (
            target(formula, "domain = x=0..1"),
            "quote it: domain = \"x=0..1\"",
        ),
        (
            target(formula, "domain = { x = [0, inf] }"),
            "write a number for the end, as in x=0..100",
        ),
        (
            target(formula, "domain = { x = [0, \"inf\"] }"),
            "write a number for the end, as in x=0..100",
        ),
        (
            "formula = \"x\"\n".to_string(),
            "put it under a line [target]",
        ),
        (
            "[network]\nbuilder = \"disk\"\n".to_string(),
            "write [target] on a line, and formula = \"x^2\" and domain = { x = [0, 1] } below",
        ),
        (
            "[target\nformula = \"x\"\n".to_string(),
            "close the bracket: [target]",
        ),
        (
            "target:\n  formula: x\n".to_string(),
            "a table begins with its name in brackets: [target]",
        ),
        (
            built("units = 4\nbuilder = \"interpolant\""),
            "did you mean `cells`?",
        ),
        (built("type = \"interpolant\""), "did you mean `builder`?"),
        (
            built("cells = 4"),
            "write builder = \"interpolant\"; `steeple catalogue` lists all",
        ),
        (
            built("builder = interpolant"),
            "quote it: builder = \"interpolant\"",
        ),
        (
            built("builder = \"interpolant\"\ncells = four"),
            "write a number, as in cells = 4",
        ),
        (
            built("builder = \"interpolant\"\ntolerance = 0.1"),
            "`tolerance` belongs in the table [claim]",
        ),
        (
            built("builder = \"interpolant\"\n[claim]\neps = 0.1"),
            "did you mean `tolerance`?",
        ),
        (
            built("builder = \"interpolant\"\n[claim]\ntolerance = 1/100"),
            "quote it: tolerance = \"1/100\"",
        ),
        (
            built("builder = \"interpolant\"\n[claim]\ntolerance = 0,01"),
            "write tolerance = 0.01",
        ),
        (
            built("builder = \"interpolant\"\n[claim]\ntolerance = .01"),
            "write tolerance = 0.01",
        ),
        (
            built("builder = \"interpolant\"\n[claim]\ntolerance = 1%"),
            "write tolerance = \"1/100\"",
        ),
        (
            built("builder = \"interpolant\"\n[claim]\ntolerance = \"1%\""),
            "write 1/100",
        ),
        (
            built("builder = \"interpolant\"\n[claim]\ntolerance = \"sqrt(2)/10\""),
            "write a decimal, such as 0.141421",
        ),
        (
            built("builder = \"interpolant\"\n[claim]\nnorm = \"mse\""),
            "norm `l2` is the root of the integral of the squared error",
        ),
    ];
    for (text, hint) in cases {
        let error = spec::read(&text).expect_err(&text);
        assert_eq!(
            error.hint.as_deref(),
            Some(hint),
            "{text}: {}",
            error.message
        );
        assert!(text.get(error.span).is_some(), "{text}");
    }
    let error = spec::read(&built("builder = \"interpolation\"")).expect_err("no builder");
    let hint = error.hint.expect("a hint");
    assert!(hint.starts_with("did you mean `interpolant`?"), "{hint}");
}

#[test]
fn builders_say_what_to_type_instead() {
    let folder = tempfile::tempdir().expect("a folder");
    let plane = "domain = { x = [-2, 2], y = [-2, 2] }";
    let cases = [
        (
            format!("{BUILT}builder = \"interpolant\"\n"),
            "write cells = 16 in [network], or tolerance = 0.01 in [claim]",
        ),
        (
            target("formula = \"x*y\"", plane)
                + "[network]\nbuilder = \"interpolant\"\ncells = 4\n",
            "write builder = \"ridge\" or \"quadrants\" for two inputs",
        ),
        (
            target("formula = \"x^2/3 + y^2 <= 1\"", plane)
                + "[network]\nbuilder = \"disk\"\nsides = 6\n",
            "for another shape, such as an ellipse, write builder = \"polygon\" with its `vertices`",
        ),
        (
            target("formula = \"x\"", "domain = { x = [0, 1] }"),
            "write [network] and below it builder = \"interpolant\"",
        ),
    ];
    for (text, hint) in &cases {
        fs::write(folder.path().join("a.toml"), text).expect("written");
        let (code, output, said) = run(folder.path(), &["build", "a.toml"]);
        assert_eq!((code, output.as_str()), (2, ""), "{text}: {said}");
        assert!(said.contains(hint), "{text}: {said}");
    }
    let text = "[target]\nformula = \"sqrt(x)\"\ndomain = { x = [0, 1] }\n[network]\nbuilder = \"interpolant\"\n[claim]\ntolerance = 0.03\n";
    fs::write(folder.path().join("root.toml"), text).expect("written");
    let (code, _, said) = run(folder.path(), &["build", "root.toml"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("knots = \"balanced\""), "{said}");
}

#[test]
fn commands_read_what_people_type_and_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("net.json"), RELU).expect("written");
    fs::write(
        folder.path().join("wave.toml"),
        target("formula = \"x/2\"", "domain = [0, 1]"),
    )
    .expect("written");
    let verify = |target: &str, domain: &str, rest: &[&str]| {
        let mut arguments = vec!["verify", "net.json", "--target", target, "--domain", domain];
        arguments.extend(rest);
        run(folder.path(), &arguments)
    };
    for (formula, domain, rest, notes) in [
        (
            "y = x/2",
            "x in [0,1]",
            &[][..],
            &["read `y = x/2` as `x/2`", "read `x in [0,1]` as `x=0..1`"][..],
        ),
        (
            "x/2",
            "0..1",
            &["--time-limit", "5min"],
            &["read `0..1` as `x=0..1`"],
        ),
        ("x/2", "x=0..1", &["--norm", "linf"], &[]),
        (
            "x/2",
            "x=0..2*pi",
            &[],
            &["`2*pi` is enclosed outward: the side ends at 6.283185307179586478"],
        ),
        ("x/2", "x=0..1", &["--tolerance", "2^(-5)"], &[]),
    ] {
        let (code, output, said) = verify(formula, domain, rest);
        assert_eq!(code, 0, "{said}");
        assert!(!output.is_empty());
        let lines: Vec<&str> = said.lines().collect();
        let expected: Vec<String> = notes.iter().map(|note| format!("note: {note}")).collect();
        assert_eq!(lines, expected, "{formula} on {domain}");
    }
    // The certificate has the text of the kernel's grammar.
    let (code, _, said) = verify(
        "y = x²/4 + x/2",
        "0 <= x <= 1",
        &["--certificate", "a.steeple"],
    );
    assert_eq!(code, 0, "{said}");
    let certificate = fs::read_to_string(folder.path().join("a.steeple")).expect("written");
    assert!(
        certificate.contains("x^2/4 + x/2") && !certificate.contains('²'),
        "{certificate}"
    );
    let (code, _, said) = run(
        folder.path(),
        &["check", "a.steeple", "--network", "net.json"],
    );
    assert_eq!(code, 0, "{said}");

    let plain = [
        "verify", "net.json", "--target", "x/2", "--domain", "x=0..1",
    ];
    let with = |rest: &[&'static str]| [&plain[..], rest].concat();
    for (arguments, hint) in [
        (with(&["--tolerance", "1%"]), "write 1/100"),
        (with(&["--tolerance", "0,1"]), "write 0.1"),
        (
            with(&["--norm", "largest"]),
            "the largest error is norm `sup`",
        ),
        (
            with(&["--time-limit", "5 parsecs"]),
            "such as 30, 30s, 5min or 2h",
        ),
        (
            vec![
                "verify", "net.json", "--target", "x", "--domain", "x=0..inf",
            ],
            "write a number for the end",
        ),
        (
            vec!["verify", "net.json", "--target", "x", "--domain", "x=0-1"],
            "write x=0..1",
        ),
        (
            vec![
                "verify", "net.json", "--target", "x % 2", "--domain", "x=0..1",
            ],
            "if(x < 1, x, x - 1)",
        ),
        (
            vec!["verify", "net.json", "--spec", "waev.toml"],
            "did you mean wave.toml?",
        ),
        (
            vec!["verify", "net.jsn", "--spec", "wave.toml"],
            "did you mean net.json?",
        ),
        (vec!["build", "wave"], "did you mean wave.toml?"),
        (
            vec!["check", "a.steepel", "--network", "net.json"],
            "did you mean a.steeple?",
        ),
        (
            vec!["eval", "net.json", "--at", "x=pi"],
            "write a decimal, such as 3.14159",
        ),
        (
            vec!["eval", "net.json", "--at", "1,2"],
            "write --at \"x=0\"",
        ),
        (
            vec!["catalogue", "Interpolant"],
            "did you mean `interpolant`?",
        ),
    ] {
        let (code, output, said) = run(folder.path(), &arguments);
        assert_eq!((code, output.as_str()), (2, ""), "{arguments:?}: {said}");
        assert!(said.contains(hint), "{arguments:?}: {said}");
    }
    for (arguments, output) in [
        (vec!["eval", "net.json", "--at", "0.5"], "z = 1/4 (exact)\n"),
        (
            vec!["eval", "net.json", "--at", "x=1/(1+1)"],
            "z = 1/4 (exact)\n",
        ),
    ] {
        let (code, found, said) = run(folder.path(), &arguments);
        assert_eq!((code, found.as_str()), (0, output), "{said}");
    }
    // This picture reads the spec twice; what is said of it stands there once.
    let plane = RELU
        .replace("[\"x\"]", "[\"x\", \"y\"]")
        .replace("[[\"1/2\"]]", "[[\"1\", \"1\"]]");
    fs::write(folder.path().join("plane.json"), plane).expect("written");
    let spec = target("formula = \"x² + y² <= 1\"", "domain = \"[-1,1]^2\"");
    fs::write(folder.path().join("plane.toml"), spec).expect("written");
    let draw = [
        "draw",
        "warp",
        "plane.json",
        "--spec",
        "plane.toml",
        "--out",
        "a.svg",
    ];
    let (code, _, said) = run(folder.path(), &draw);
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        said.matches("note: read `x² + y² <= 1` as `x^2 + y^2 <= 1`")
            .count(),
        1,
        "{said}"
    );
    let along = [
        "regions",
        "net.json",
        "--domain",
        "-1 <= t <= 1",
        "--section",
        "x = 2t",
    ];
    let (code, output, said) = run(folder.path(), &along);
    assert_eq!(code, 0, "{said}");
    assert!(output.starts_with("2 linear regions"), "{output}");
    assert!(said.contains("note: read `2t` as `2*t`"), "{said}");
}

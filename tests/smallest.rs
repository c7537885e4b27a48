//! `builder = "smallest"` from the command line: what is refused, what a limit leaves, and comparisons.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// Writes a spec to a new folder, runs a command on it there, and returns the exit code and both outputs.
fn run(spec: &str, arguments: &str) -> (tempfile::TempDir, i32, String, String) {
    let scratch = tempfile::tempdir().expect("a folder");
    fs::write(scratch.path().join("spec.toml"), spec).expect("written");
    let output = Command::cargo_bin("steeple")
        .expect("the program")
        .current_dir(scratch.path())
        .args(arguments.split(' '))
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let code = output.status.code().expect("an exit code");
    (scratch, code, text(&output.stdout), text(&output.stderr))
}

fn spec(formula: &str, domain: &str, network: &str, claim: &str) -> String {
    format!("[target]\nformula = \"{formula}\"\ndomain = {domain}\n{network}\n[claim]\n{claim}\n")
}

const SINE: (&str, &str) = ("sin(x)", "{ x = [0, \"6.2831853\"] }");

#[test]
fn a_missing_builder_means_the_smallest_with_a_tolerance_in_the_norm_sup() {
    let (formula, domain) = ("3*x - 1", "{ x = [0, 1] }");
    for network in ["", "[network]\neffort = 1"] {
        let text = spec(formula, domain, network, "tolerance = \"1/100\"");
        let (_scratch, code, out, _) = run(&text, "build spec.toml --out out");
        assert_eq!(code, 0);
        assert!(out.contains("0 hidden units"), "{out}");
    }
    let text = spec(
        formula,
        domain,
        "[network]",
        "norm = \"l1\"\ntolerance = \"1/100\"",
    );
    let (scratch, code, _, message) = run(&text, "build spec.toml --out out");
    assert_eq!(code, 2);
    assert!(message.contains("key `builder` is missing"), "{message}");
    assert!(!scratch.path().join("out").exists());
    let text = spec(formula, domain, "", "norm = \"sup\"");
    let (_scratch, code, _, message) = run(&text, "build spec.toml --out out");
    assert_eq!(code, 2);
    assert!(message.contains("[network] is missing"), "{message}");
}

#[test]
fn what_is_piecewise_linear_gets_its_exact_network() {
    let tariff = "if(x < 10, x, if(x < 50, 10 + (x - 10)/2, 30 + (x - 50)/4))";
    for (formula, domain, units) in [
        ("max(x, y)", "{ x = [-1, 1], y = [-1, 1] }", 2),
        (tariff, "{ x = [0, 100] }", 3),
    ] {
        for tolerance in ["1/1000", "0"] {
            let claim = format!("tolerance = \"{tolerance}\"");
            let text = spec(formula, domain, "[network]\neffort = 1", &claim);
            let (_scratch, code, out, message) =
                run(&text, "--format json build spec.toml --out out");
            assert_eq!(code, 0, "{message}");
            let object: Value = serde_json::from_str(&out).expect("JSON");
            assert_eq!(object["network"]["units"], units);
            assert_eq!(object["verify"]["error"]["upper"], "0");
            assert_eq!(object["candidates"][0]["name"], "exact");
        }
    }
    let text = spec("x^2", "{ x = [0, 1] }", "", "tolerance = 0");
    let (_scratch, code, _, message) = run(&text, "build spec.toml --out out");
    assert_eq!(code, 2);
    assert!(
        message.contains("`x^2` is not piecewise linear"),
        "{message}"
    );
}

#[test]
fn too_few_units_are_refused_with_the_best_fit_and_the_lower_bound() {
    let network = "[network]\nactivation = \"relu\"\nhidden_layers = 1\nmax_units = 5\neffort = 1";
    let text = spec(SINE.0, SINE.1, network, "tolerance = \"1/100\"");
    let (scratch, code, _, message) = run(&text, "build spec.toml --out out");
    assert_eq!(code, 2);
    assert!(
        message.contains("no network of at most 5 units was found"),
        "{message}"
    );
    assert!(message.contains("an error of about 0."), "{message}");
    assert!(
        message.contains("in at most 1 hidden layer cannot keep it (certified, T38)"),
        "{message}"
    );
    assert!(message.contains("spec.toml:7:13"), "{message}");
    assert!(!scratch.path().join("out").exists());
}

#[test]
fn a_jump_is_refused_with_the_distance() {
    let text = spec(
        "if(x < 1/3, 0, 3)",
        "{ x = [0, 1] }",
        "",
        "tolerance = \"1/10\"",
    );
    let (_scratch, code, _, message) = run(&text, "build spec.toml --out out");
    assert_eq!(code, 2);
    assert!(
        message.contains("the target jumps by 3 at x = 1/3"),
        "{message}"
    );
    assert!(
        message.contains("its error is at least 3/2 there"),
        "{message}"
    );
}

#[test]
fn time_ends_the_search_with_the_best_so_far() {
    // A target for which the whole search takes minutes.
    let formula = "sin(9*x)*cos(8*y) + sin(7*x*y)";
    let text = spec(
        formula,
        "{ x = [-1, 1], y = [-1, 1] }",
        "",
        "tolerance = \"1/1000\"",
    );
    let (_scratch, code, out, message) = run(&text, "build spec.toml --out out --time-limit 4");
    assert_eq!(code, 3, "{out}{message}");
    assert!(
        format!("{out}{message}").contains("stopped by time"),
        "{out}{message}"
    );
}

#[test]
fn comparisons_find_the_smallest_trained_network_of_each_kind() {
    let text = "[target]\nformula = \"x^2\"\ndomain = { x = [-1, 1] }\n\
                [compare]\ntolerance = \"1/20\"\nactivation = [\"tanh\", \"sigmoid\", \"relu\"]\n";
    let (scratch, code, out, message) = run(text, "--format json compare spec.toml --out out");
    assert_eq!(code, 0, "{message}");
    let object: Value = serde_json::from_str(&out).expect("JSON");
    let rows = object["rows"].as_array().expect("rows");
    let units: Vec<_> = rows
        .iter()
        .map(|row| (row["name"].as_str(), row["units"].as_u64()))
        .collect();
    assert_eq!(units[0], (Some("smallest tanh"), Some(2)));
    assert_eq!(units[1], (Some("smallest sigmoid"), Some(2)));
    // x^2 on [-1, 1] to 1/20 needs 2 kinks.
    assert_eq!(units[2].0, Some("smallest relu"));
    assert!(units[2].1 >= Some(2) && units[2].1 <= Some(4), "{units:?}");
    assert!(Path::new(scratch.path()).join("out").exists());

    let region = text.replace("x^2", "x^2 <= 1/2");
    let (_scratch, code, _, message) = run(&region, "compare spec.toml --out out");
    assert_eq!(code, 2);
    assert!(message.contains("the target is a region"), "{message}");
}

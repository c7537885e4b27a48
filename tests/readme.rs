//! What README.md says is what happens: its commands are run, its links lead somewhere, its code compiles.

mod common;

use std::error::Error;
use std::fs;
use std::path::Path;

use common::pages::words;
use common::program;

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    fs::read_to_string(path).expect("README.md")
}

/// The lines of the first block of code below a heading.
fn block(heading: &str) -> Vec<String> {
    let text = readme();
    let below = text.split(heading).nth(1).expect("the heading");
    let code = below.split("```").nth(1).expect("a block");
    code.lines().skip(1).map(str::to_owned).collect()
}

/// The spec of the commands: quick, with two inputs, proved, piecewise linear.
const SPEC: &str = r#"
[target]
formula = "x^2+y^2"
domain = { x = [-1, 1], y = [-1, 1] }
[network]
builder = "ridge"
cells = 8
[claim]
tolerance = "1/10"
[compare]
samples = 50
restarts = 1
steps = 20
hidden = [[2]]
"#;

/// Points with labels, for the command that trains on points alone.
const POINTS: &str = "x,y,label\n0,0,1\n1,0,0\n0,1,0\n1,1,1\n";

#[test]
fn its_commands_do_what_it_says() {
    let scratch = tempfile::tempdir().expect("a directory");
    let at = scratch.path();
    fs::write(at.join("SPEC.toml"), SPEC).expect("written");
    fs::write(at.join("points.csv"), POINTS).expect("written");
    let lines = block("## Commands");
    assert!(lines.len() >= 10, "{lines:?}");
    for line in lines {
        let words = words(&line);
        assert_eq!(words[0], "steeple", "{line}");
        let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let (code, out, said) = program(at, &arguments);
        assert_eq!(code, 0, "{line}\n{out}{said}");
        // What the first command wrote is what the others read.
        if arguments[0] == "build" {
            for (from, to) in [
                ("network.json", "NETWORK"),
                ("certificate.steeple", "CERTIFICATE"),
                ("network.onnx", "network.onnx"),
            ] {
                fs::copy(at.join("SPEC").join(from), at.join(to)).expect("copied");
            }
        }
    }
}

#[test]
fn its_spec_is_built() {
    let scratch = tempfile::tempdir().expect("a directory");
    fs::write(
        scratch.path().join("disk.toml"),
        block("## A spec").join("\n"),
    )
    .expect("written");
    let (code, out, said) = program(scratch.path(), &["build", "disk.toml"]);
    assert_eq!(code, 0, "{out}{said}");
    assert!(out.starts_with("enclosed: "), "{out}");
}

/// The code of the section on the library, line by line.
#[test]
fn its_code_is_what_runs_here() -> Result<(), Box<dyn Error>> {
    use steeple::{Domain, Target, builders};
    let target = Target::parse("x^2")?;
    let domain = Domain::parse("x=0..1")?;
    let network = builders::interpolant(&target, &domain, 16)?;
    #[rustfmt::skip]
    let answer = steeple::verify(&network, &target, &domain).tolerance("1/1024")?.run()?;
    assert!(answer.is_proved());

    let here = include_str!("readme.rs");
    for line in block("## As a library") {
        assert!(here.contains(&line), "{line}");
    }
    Ok(())
}

#[test]
fn the_readme_says_what_the_program_does() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"))
        .expect("README");
    assert!(readme.contains("cargo run --release -- build examples/wave.toml"));
    assert!(readme.contains("cargo test"));
    for line in readme.lines().filter(|line| line.contains("](")) {
        for part in line.split("](").skip(1) {
            let link = part.split(')').next().unwrap_or_default();
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(link);
            assert!(link.starts_with("http") || path.exists(), "{link}");
        }
    }
    let scratch = tempfile::tempdir().expect("a folder");
    let (_, help, _) = program(scratch.path(), &["--help"]);
    // Both name every command: the help at the start of a line, the page as code.
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            line.strip_prefix("  ")
                .filter(|line| !line.starts_with(' '))
        })
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    for command in ["build", "verify", "check", "eval", "draw", "catalogue"] {
        assert!(commands.contains(&command), "{command} is not in --help");
    }
    // What is for the shell has its own help.
    let of_the_shell = ["completions", "man", "help"];
    for command in commands
        .iter()
        .filter(|command| !of_the_shell.contains(command))
    {
        let names = [format!("`{command}`"), format!("steeple {command}")];
        assert!(
            names.iter().any(|name| readme.contains(name)),
            "{command} is not in the README"
        );
    }
}

/// The examples that are programs print what they promise.
#[test]
fn its_examples_print_numbers_worth_seeing() {
    let folder = assert_cmd::cargo::cargo_bin("steeple");
    let folder = folder.parent().expect("a directory").join("examples");
    for (name, wanted) in [
        ("quickstart", "    32     31  "),
        ("import_onnx", "with the weights as the file stores them"),
        ("check_file", "is at most 1/1024"),
        ("draw", "|x| has 2 linear regions"),
    ] {
        let output = std::process::Command::new(folder.join(name)).output();
        let output = output.unwrap_or_else(|error| panic!("{name}: {error}"));
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && out.contains(wanted),
            "{name}: {out}"
        );
    }
}

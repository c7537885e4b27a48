//! The commands in a report that do the same again: as they were typed, without what only this machine has.

use std::path::Path;

use crate::report::Report;
use crate::report::document::Step;

/// Flags that change nothing in a report, with and without a value.
const VALUES: [&str; 5] = ["--threads", "--out", "--format", "--colour", "--color"];
const SWITCHES: [&str; 2] = ["--quiet", "-q"];

/// Returns the command that was typed.
pub fn typed(what: &'static str) -> Step {
    let given: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let kept = portable(&given);
    Step::new(what, kept.iter().map(String::as_str))
}

/// Returns what of the arguments is the same on every machine: files by name, no number of threads.
fn portable(given: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut given = given.iter();
    while let Some(argument) = given.next() {
        let (flag, value) = argument
            .split_once('=')
            .map_or((&**argument, None), |(flag, value)| (flag, Some(value)));
        if SWITCHES.contains(&flag) {
            continue;
        }
        if VALUES.contains(&flag) {
            if value.is_none() {
                given.next();
            }
            continue;
        }
        kept.push(match value.filter(|_| flag.starts_with("--")) {
            Some(value) => format!("{flag}={}", local(value)),
            None => local(argument),
        });
    }
    kept
}

/// A path that means nothing elsewhere, by its last name.
fn local(argument: &str) -> String {
    let path = Path::new(argument);
    let is_elsewhere = path.is_absolute() || path.starts_with("..");
    let name = path.file_name().filter(|_| is_elsewhere);
    name.map_or_else(
        || argument.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// Returns the commands for a network that was built: build, check, and search again.
pub fn of_build(report: &Report) -> Vec<Step> {
    let mut steps = vec![
        typed("Build the network, the proof and this report"),
        Step::new(
            "Check the proof, without a search, in the directory of this report",
            ["check", "certificate.steeple", "--network", "network.json"],
        ),
    ];
    // A claim about floats has more parts than fit on a line; the spec has them all.
    if report.arithmetic.floats().is_none() {
        let arguments = of_claim(report);
        steps.push(Step::new(
            "Search for a proof of the same claim",
            arguments.iter().map(String::as_str),
        ));
    }
    steps
}

/// The arguments of `verify` for the claim of a report.
fn of_claim(report: &Report) -> Vec<String> {
    let mut arguments = vec!["verify".to_owned(), "network.json".to_owned()];
    let mut add = |flag: &str, value: String| arguments.extend([flag.to_owned(), value]);
    for formula in &report.target {
        add(
            "--target",
            formula.split_whitespace().collect::<Vec<_>>().join(" "),
        );
    }
    let sides = report.domain.iter();
    let sides = sides.map(|(name, low, high)| format!("{name}={low}..{high}"));
    add("--domain", sides.collect::<Vec<_>>().join(","));
    if report.norm != crate::certificate::Norm::default() {
        add("--norm", report.norm.name().to_owned());
    }
    if let Some(threshold) = &report.threshold {
        add("--threshold", threshold.to_string());
    }
    if let Some(tolerance) = &report.tolerance {
        add("--tolerance", crate::report::exactly(tolerance));
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Norm;
    use crate::numbers::Rational;

    #[test]
    fn nothing_of_the_machine_is_kept() {
        let kept = |line: &str| {
            let given: Vec<String> = line.split(' ').map(str::to_owned).collect();
            portable(&given).join(" ")
        };
        assert_eq!(
            kept("build examples/wave.toml --threads 2 --max-boxes 9 --out=/tmp/x -q"),
            "build examples/wave.toml --max-boxes 9"
        );
        assert_eq!(
            kept("compare /home/me/a.toml ../nets/b.onnx --format json --weights=exact --out o"),
            "compare a.toml b.onnx --weights=exact"
        );
    }

    #[test]
    fn a_claim_is_asked_again() {
        let report = Report {
            norm: Norm::Area,
            target: vec!["x^2 +  y^2 <= 1".into()],
            domain: vec![("x".into(), -Rational::ONE, Rational::ratio(1, 2))],
            threshold: Some(Rational::ratio(1, 2)),
            tolerance: Some(Rational::ratio(1, 20)),
            ..Report::default()
        };
        let command = of_build(&report).remove(2).command;
        assert_eq!(
            command,
            "steeple verify network.json --target \"x^2 + y^2 <= 1\" --domain x=-1..1/2 --norm area --threshold 1/2 \
             --tolerance 1/20"
        );
    }
}

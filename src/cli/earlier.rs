//! What an earlier run left in a directory of results.
//!
//! The files of a run are those that its command always writes, and those that its own reports name: a
//! directory without a report of ours holds nothing of ours. Nobody else's files are touched.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::folder::has_ending;
use crate::certificate::Norm;
use crate::formats::reading::{self, Kind};
use crate::workflow::pictures::compared::file_name;

/// What a build always writes, beside pictures.
pub const RESULTS: [&str; 5] = [
    "network.json",
    "certificate.steeple",
    "report.json",
    "report.md",
    "report.html",
];
/// The other form of the network; not every build writes it.
pub const ONNX: &str = "network.onnx";
/// The certificate for how many units are needed; not every build has one.
pub const AT_LEAST: &str = "at_least.steeple";
/// The C code of a build: the source, the header, and points to test it with.
pub const CODE: [&str; 3] = ["network.c", "network.h", "network_test.csv"];
/// How the picture of a network begins, as all our pictures do.
const PICTURE: &[u8] = b"<svg ";

/// The files that an earlier `explain` wrote to this directory. A network there is what was explained, not what was
/// written; and a report of another command is not ours, nor are its files.
pub fn of_explanations(directory: &Path) -> Vec<String> {
    let report = reading::read(&directory.join("report.json"), Kind::REPORT).ok();
    let report = report.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    if !report.is_some_and(|report| is_explanation(&report)) {
        return Vec::new();
    }
    let mut names = of_reports(directory);
    names.retain(|name| {
        ["report.json", "report.md", "report.html"].contains(&name.as_str())
            || has_ending(name, &["svg"])
    });
    names
}

/// Is this the report of `explain`?
fn is_explanation(report: &Value) -> bool {
    report
        .get("steps")
        .is_some_and(|steps| steps.get("kind").is_some())
}

/// The files that an earlier `build` or `compare` wrote to this directory, as its reports say.
pub fn of_reports(directory: &Path) -> Vec<String> {
    let read = |name: &str| reading::read(&directory.join(name), Kind::REPORT).ok();
    let report = read("report.json").and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let Some(report) = report.filter(|report| report.get("steeple").is_some()) else {
        return Vec::new();
    };
    let mut names: BTreeSet<String> = ["report.json", "report.md", "report.html"]
        .map(String::from)
        .into();
    if let Some(rows) = report.get("rows").and_then(Value::as_array) {
        for row in rows {
            let Some(name) = row.get("name").and_then(Value::as_str).map(file_name) else {
                continue;
            };
            names.insert(format!("{name}.json"));
            for norm in [Norm::Sup, Norm::L1, Norm::L2, Norm::Area] {
                names.insert(format!("{name}.{}.steeple", norm.name()));
            }
        }
    } else if !is_explanation(&report) {
        names.extend(RESULTS.map(String::from));
        names.extend([ONNX, AT_LEAST].map(String::from));
        names.extend(CODE.map(String::from));
    }
    let text = read("report.md").unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    names.extend(text.lines().filter_map(picture).map(String::from));
    names.retain(|name| is_plain_file(&directory.join(name)));
    names.into_iter().collect()
}

/// The file of a line `![name](name.svg)`.
fn picture(line: &str) -> Option<&str> {
    let (name, file) = line.strip_prefix("![")?.split_once("](")?;
    let file = file.strip_suffix(')')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (file.strip_suffix(".svg") == Some(name) && name.chars().all(is_plain)).then_some(file)
}

/// The picture that plays all pictures on the way of a training.
pub const FILM: &str = "training";

/// Is this the name of a picture on the way of a training?
pub fn is_frame(name: &str) -> bool {
    if name.strip_suffix(".svg") == Some(FILM) {
        return true;
    }
    let number = name
        .strip_prefix("frame")
        .and_then(|rest| rest.strip_suffix(".svg"));
    number.is_some_and(|text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The pictures that an earlier `train --frames` wrote to this directory.
pub fn frames(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let is_ours = |name: &String| {
        is_frame(name)
            && is_plain_file(&directory.join(name))
            && reading::read(&directory.join(name), Kind::REPORT)
                .is_ok_and(|bytes| bytes.starts_with(PICTURE))
    };
    names.filter(is_ours).collect()
}

fn is_plain_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

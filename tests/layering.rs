//! Imports between the top-level modules point downward.

#[path = "common/source.rs"]
mod source;

use std::collections::BTreeMap;

/// From low to high; a module uses lower ones, not those beside it.
const LEVELS: [&[&str]; 10] = [
    &["numbers"],
    &["expr", "geometry"],
    &["network"],
    &["formats", "certificate"],
    &["checker"],
    &["builders", "prover", "regions", "training"],
    &["draw"],
    &["report", "compare"],
    &["workflow"],
    &["cli"],
];

#[test]
fn imports_point_downward() {
    let level: BTreeMap<&str, usize> = LEVELS
        .iter()
        .enumerate()
        .flat_map(|(level, names)| names.iter().map(move |name| (*name, level)))
        .collect();
    let files = source::files();
    let dependencies = source::dependencies();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (file, text) in &files {
        // The two roots see everything.
        let Some(here) = source::module(file).first().cloned() else {
            continue;
        };
        let Some(from) = level.get(here.as_str()) else {
            wrong.push(format!("{file}: `{here}` has no level yet"));
            continue;
        };
        for path in source::imports(file, text, &dependencies, &files).own {
            let Some(to) = path.first().filter(|to| **to != here) else {
                continue;
            };
            seen += 1;
            match level.get(to.as_str()) {
                Some(to) if to < from => {}
                _ => wrong.push(format!("{file} uses {}", path.join("::"))),
            }
        }
    }
    assert!(seen > 100, "the imports were found: {seen}");
    assert!(
        wrong.is_empty(),
        "imports that do not point downward:\n{}",
        wrong.join("\n")
    );
}

//! Rooms of the library use lower ones, not those beside them. (What a proof relies on is a package of
//! its own, so there the compiler sees to it.)

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// From low to high.
const LEVELS: [&[&str]; 11] = [
    &["numbers", "geometry"],
    &["expr"],
    &["network", "certificate"],
    &["bounds", "checker", "formats"],
    &["lowerbound", "floats"],
    &["builders", "prover", "regions", "training"],
    &["draw"],
    &["report"],
    &["workflow"],
    &["facade"],
    &["cli"],
];

/// Every source file below a folder, with its text.
fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).expect("text");
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn rooms_use_lower_rooms() {
    let levels = LEVELS.iter().enumerate();
    let level: BTreeMap<&str, usize> = levels
        .flat_map(|(level, rooms)| rooms.iter().map(move |room| (*room, level)))
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut seen, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(&root).expect("the sources") {
        let folder = entry.expect("an entry").path();
        if !folder.is_dir() {
            continue;
        }
        let room = folder.file_name().and_then(|name| name.to_str());
        let room = room.expect("a name").to_string();
        let from = level[room.as_str()];
        let mut texts = Vec::new();
        files(&folder, &mut texts);
        for (file, text) in texts {
            assert!(
                !text.contains("use crate::{"),
                "{file}: one `use` for each room"
            );
            for rest in text.split("crate::").skip(1) {
                let end = rest.find(|c: char| !c.is_ascii_lowercase());
                let to = &rest[..end.unwrap_or(rest.len())];
                let Some(level) = level.get(to).filter(|_| to != room) else {
                    continue;
                };
                seen += 1;
                if *level >= from {
                    wrong.push(format!("{file} uses {to}"));
                }
            }
        }
    }
    assert!(seen > 500, "the imports were found: {seen}");
    assert!(wrong.is_empty(), "not downward:\n{}", wrong.join("\n"));
}

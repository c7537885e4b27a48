//! What the guide says is what happens: its commands are run in a copy of a checkout, and what they print and draw is
//! what its pages show. `STEEPLE_UPDATE=1 cargo test --test guide` writes outputs and pictures into the pages instead.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::pages::{
    Block, blocks, decimals, is_among, is_shown, prose, renewed, shown, steps, words,
};
use common::program;

/// The pages with commands, in the order of the question.
const PAGES: [&str; 8] = [
    "experiment.md",
    "smooth_or_steps.md",
    "towers.md",
    "one_layer.md",
    "sides.md",
    "any_network.md",
    "depth.md",
    "backpropagation.md",
];

/// The directory of the pages that holds their pictures, each under the path that a command writes.
const PICTURES: &str = "pictures";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide")
}

fn page(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn is_update() -> bool {
    std::env::var_os("STEEPLE_UPDATE").is_some()
}

/// The directories of a checkout that have specs for commands of the guide.
const SPECS: [&str; 2] = ["examples", "docs/guide/specs"];

/// A directory that looks like a checkout with its specs.
fn checkout() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a directory");
    for directory in SPECS {
        let copy = scratch.path().join(directory);
        fs::create_dir_all(&copy).expect("a directory");
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(directory));
        for entry in entries.expect("the specs") {
            let path = entry.expect("an entry").path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                let name = path.file_name().expect("a name");
                fs::copy(&path, copy.join(name)).expect("copied");
            }
        }
    }
    scratch
}

/// The file that a block of code is: a comment on the first line of TOML, or the word behind `json`, names it.
fn file(block: &Block, lines: &[&str]) -> Option<String> {
    if let Some(name) = block.kind.strip_prefix("json ") {
        return Some(name.to_owned());
    }
    let named = lines.first()?.strip_prefix("# ")?;
    let is_spec = Path::new(named)
        .extension()
        .is_some_and(|end| end == "toml");
    (block.kind == "toml" && is_spec).then(|| named.to_owned())
}

/// The pictures of a page, by their paths below [`PICTURES`].
fn pictures(text: &str) -> Vec<String> {
    text.split(&format!("]({PICTURES}/"))
        .skip(1)
        .map(|part| part.split(')').next().unwrap_or_default().to_owned())
        .collect()
}

/// What came of a command: the exit code that `echo $?` prints, and what it printed. What it says on standard error
/// is shown where it prints nothing.
fn ran(at: &Path, command: &str) -> (i32, String) {
    let words = words(command);
    assert_eq!(words[0], "steeple", "{command}");
    let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let (code, out, said) = program(at, &arguments);
    (code, if out.is_empty() { said } else { out })
}

/// Runs the commands of a page and compares, or writes, their outputs and pictures.
fn check(name: &str) {
    let text = page(name);
    let lines: Vec<&str> = text.lines().collect();
    let scratch = checkout();
    let mut new: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    // What replaces which lines, from the top.
    let mut changes = Vec::new();
    let mut outputs = String::new();
    for block in blocks(&text) {
        let content = &lines[block.lines.clone()];
        if let Some(file) = file(&block, content) {
            fs::write(scratch.path().join(file), content.join("\n") + "\n").expect("written");
        }
        if block.kind != "console" {
            outputs.push_str(&content.join("\n"));
            continue;
        }
        let steps = steps(&lines, &block);
        let mut last = 0;
        for (k, step) in steps.iter().enumerate() {
            let wanted = &lines[step.output.clone()];
            let printed = if step.command == "echo $?" {
                last.to_string()
            } else {
                let (code, printed) = ran(scratch.path(), &step.command);
                let is_asked = steps
                    .get(k + 1)
                    .is_some_and(|next| next.command == "echo $?");
                assert!(code == 0 || is_asked, "{name}: {}\n{printed}", step.command);
                last = code;
                printed
            };
            let printed_lines = shown(&printed);
            outputs.push_str(&printed);
            outputs.push('\n');
            if is_update() {
                changes.push((step.output.clone(), renewed(wanted, &printed_lines)));
            } else {
                let expected = wanted.join("\n");
                assert!(
                    is_shown(wanted, &printed_lines),
                    "{name}: $ {}\nthe page shows\n{expected}\nand it prints\n{printed}",
                    step.command
                );
            }
        }
    }
    for (range, output) in changes.into_iter().rev() {
        new.splice(range, output);
    }
    if is_update() {
        fs::write(folder().join(name), new.join("\n") + "\n").expect("written");
    }
    for picture in pictures(&text) {
        let drawn = fs::read_to_string(scratch.path().join(&picture))
            .unwrap_or_else(|error| panic!("{name}: no command draws {picture}: {error}"));
        let kept = folder().join(PICTURES).join(&picture);
        if is_update() {
            fs::create_dir_all(kept.parent().expect("a directory")).expect("a directory");
            fs::write(&kept, drawn).expect("written");
        } else {
            let kept = fs::read_to_string(&kept)
                .unwrap_or_else(|error| panic!("{name}: {picture}: {error}"));
            assert!(kept == drawn, "{name}: {picture} is not what is drawn");
        }
    }
    // Figures of the text are figures of an output.
    let figures = decimals(&outputs);
    for figure in decimals(&prose(&text)) {
        assert!(
            is_among(&figure, &figures),
            "{name}: no command prints {figure}"
        );
    }
}

#[test]
fn the_experiment() {
    check("experiment.md");
}

#[test]
fn smooth_or_steps() {
    check("smooth_or_steps.md");
}

#[test]
fn towers() {
    check("towers.md");
}

#[test]
fn one_layer() {
    check("one_layer.md");
}

#[test]
fn sides() {
    check("sides.md");
}

#[test]
fn any_network() {
    check("any_network.md");
}

#[test]
fn depth() {
    check("depth.md");
}

#[test]
fn backpropagation() {
    check("backpropagation.md");
}

#[test]
fn every_page_is_in_the_list_and_ends_with_a_question() {
    let mut found: Vec<String> = fs::read_dir(folder())
        .expect("the guide")
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("text"))
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "md"))
        .collect();
    found.sort();
    let mut known: Vec<String> = PAGES.iter().map(|name| (*name).to_owned()).collect();
    known.push("README.md".to_owned());
    known.sort();
    assert_eq!(found, known);
    let contents = page("README.md");
    for name in PAGES {
        assert!(contents.contains(&format!("]({name})")), "{name}");
        let text = page(name);
        let end = text
            .split("## A question")
            .nth(1)
            .unwrap_or_else(|| panic!("{name} has no question"));
        assert!(
            end.contains("<details>") && end.contains("</details>"),
            "{name}: its answer is not folded"
        );
    }
}

#[test]
fn every_picture_belongs_to_one_page_and_says_what_it_shows() {
    // The pages are being written.
    if is_update() {
        return;
    }
    let mut known = BTreeSet::new();
    for name in PAGES {
        let text = page(name);
        for picture in pictures(&text) {
            let link = format!("]({PICTURES}/{picture})");
            let before = text.split(&link).next().expect("the text before it");
            let alternative = before.rsplit("![").next().unwrap_or_default();
            assert!(alternative.split(' ').count() >= 4, "{name}: {picture}");
            assert!(known.insert(picture.clone()), "{picture} is on two pages");
        }
    }
    let mut kept = BTreeSet::new();
    let root = folder().join(PICTURES);
    let mut open = vec![root.clone()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let below = path.strip_prefix(&root).expect("below it");
                kept.insert(below.to_str().expect("text").replace('\\', "/"));
            }
        }
    }
    assert_eq!(kept, known, "pictures kept, and pictures shown");
}

#[test]
fn a_line_that_differs_is_seen_and_renewed() {
    let output = ["proved: at most 3", "  details", "written"];
    assert!(is_shown(&output, &output));
    assert!(is_shown(&["proved: at most 3", "..."], &output));
    assert!(is_shown(&["...", "written"], &output));
    assert!(!is_shown(&["proved: at most 2", "..."], &output));
    assert!(!is_shown(&["proved: at most 3"], &output));
    assert_eq!(
        renewed(&["proved: at most 2", "..."], &output),
        ["proved: at most 3", "..."]
    );
    assert_eq!(renewed(&[], &output), output);
}

#[test]
fn figures_of_a_text_are_found_and_compared_by_their_digits() {
    let text = "about 0.25 (`9.99` is code), [1.25](2.50.md) of 3.14.";
    assert_eq!(decimals(&prose(text)), ["0.25", "1.25", "3.14"]);
    let figures = ["0.2478".to_owned()];
    assert!(is_among("0.25", &figures) && is_among("0.24", &figures));
    assert!(!is_among("0.26", &figures) && !is_among("0.249", &figures));
}

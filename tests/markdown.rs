//! Tables in Markdown are tables: every row has as many cells as the head.

mod common;

use std::fs;
use std::path::Path;

use common::program;

/// The cells of a line, as GitHub reads them: bars end a cell, also in code, unless a backslash stands
/// before them.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim().trim_start_matches('|');
    let mut cells = vec![String::new()];
    let mut is_escaped = false;
    for sign in line.chars() {
        match sign {
            '|' if !is_escaped => cells.push(String::new()),
            _ => cells.last_mut().expect("a cell").push(sign),
        }
        is_escaped = sign == '\\' && !is_escaped;
    }
    if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    cells
}

fn is_rule(line: &str) -> bool {
    let cells = cells(line);
    !cells.is_empty()
        && cells.iter().all(|cell| {
            let bare = cell.trim().trim_matches(':');
            !bare.is_empty() && bare.chars().all(|sign| sign == '-')
        })
}

/// The rows of each table, the head first; what is wrong with it otherwise.
fn tables(text: &str) -> Result<Vec<Vec<Vec<String>>>, String> {
    let mut tables = Vec::new();
    let mut is_code = false;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        // Four spaces make it code.
        if is_code || line.starts_with("    ") || !line.trim_start().starts_with('|') {
            continue;
        }
        let head = cells(line);
        let rule = lines.next().unwrap_or_default();
        if !is_rule(rule) || cells(rule).len() != head.len() {
            return Err(format!("no table: {line}\n{rule}"));
        }
        let mut rows = vec![head];
        while let Some(line) = lines.next_if(|line| line.trim_start().starts_with('|')) {
            let row = cells(line);
            if row.len() != rows[0].len() {
                return Err(format!(
                    "{} cells, not {}: {line}",
                    row.len(),
                    rows[0].len()
                ));
            }
            rows.push(row);
        }
        tables.push(rows);
    }
    Ok(tables)
}

#[test]
fn the_reader_knows_what_is_a_table() {
    assert_eq!(
        cells(r"| a | b \| c | `x\|y` |"),
        [" a ", r" b \| c ", r" `x\|y` "]
    );
    assert_eq!(cells(r"| a\\| b |"), [r" a\\", " b "]);
    assert!(tables("| max |w| | a |\n|---|---|\n").is_err());
    assert!(tables("| a | b |\n|---|---|\n| c |\n").is_err());
    assert_eq!(
        tables("| a | b |\n|---|---|\n| c | d |\n").map(|t| t[0].len()),
        Ok(2)
    );
}

#[test]
fn the_pages_of_the_project_have_whole_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = 0;
    for folder in ["", "docs", "proofs", "proofs/theorems", "proofs/notes"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.extension().is_some_and(|ending| ending == "md") {
                let text = fs::read_to_string(&path).expect("text");
                found += tables(&text)
                    .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
                    .len();
            }
        }
    }
    assert!(found > 5, "{found}");
}

#[test]
fn reports_have_whole_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = r#"[target]
formula = "abs(x)*2*x"
domain = { x = [-1, 1] }
[network]
builder = "interpolant"
cells = 4
[compare]
hidden = [[2]]
samples = 20
restarts = 2
steps = 5
"#;
    fs::write(folder.path().join("a.toml"), spec).expect("written");
    let (code, out, error) = program(folder.path(), &["build", "a.toml", "--out", "built"]);
    assert_eq!(code, 0, "{out}{error}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a report");
    let report = read("built/report.md");
    let found = tables(&report).expect("whole");
    let target = found[0].iter().find(|row| row[0].trim() == "target");
    // A star in a formula is no emphasis.
    assert_eq!(target.map(|row| row[1].trim()), Some(r"abs(x)\*2\*x"));
    let mut networks = vec!["compare", "a.toml", "--out", "compared"];
    // A bar can be in the name of a file, where the system allows it.
    let odd = folder.path().join("odd|name.json");
    if fs::copy(folder.path().join("built/network.json"), &odd).is_ok() {
        networks.push("odd|name.json");
    }
    let (code, out, error) = program(folder.path(), &networks);
    assert!(code == 0 || code == 3, "{out}{error}");
    let found = tables(&read("compared/report.md")).expect("whole");
    assert!(found.len() >= 2, "{found:?}");
    assert!(
        found[0][0].iter().any(|cell| cell.trim() == r"max \|w\|"),
        "{:?}",
        found[0][0]
    );
}

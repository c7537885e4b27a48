//! Reads the sources as text: which file imports what.

// Each test file uses a part of this.
#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the sources.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file, as `numbers/dyadic.rs`, with its text.
pub fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![root()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root()).expect("below the root");
                let name = name.to_str().expect("ASCII").replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    files
}

/// The lines of a file without its tests.
pub fn without_tests(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text.lines().peekable();
    while let Some(line) = rest.next() {
        if line.trim() != "#[cfg(test)]" {
            lines.push(line);
        } else if rest.next().is_some_and(|next| !next.ends_with(';')) {
            // Tests in the file end it; a file of tests beside it takes one more line.
            break;
        }
    }
    lines
}

/// The code of a file, without tests, comments and the contents of texts.
pub fn code(text: &str) -> String {
    let text = without_tests(text).join("\n");
    let mut code = String::new();
    let mut rest = text.as_str();
    while let Some(next) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if let Some(inside) = rest.strip_prefix('"') {
            let mut escaped = false;
            let end = inside.find(|c| {
                let is_end = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                is_end
            });
            code.push_str("\"\"");
            rest = &inside[end.map_or(inside.len(), |end| end + 1)..];
        } else if let Some(quote) = ["'\"'", "b'\"'", "'\\\"'", "'\\''"]
            .iter()
            .find(|q| rest.starts_with(**q))
        {
            // A quotation mark as a character opens no text.
            code.push_str("' '");
            rest = &rest[quote.len()..];
        } else {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    code
}

/// The module of a file: `numbers/dyadic.rs` is `[numbers, dyadic]`.
pub fn module(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" || path == "main" {
        return Vec::new();
    }
    path.split('/').map(ToString::to_string).collect()
}

/// The words and signs of code that paths are made of.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut rest = code.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if c == ':' && rest.peek() == Some(&':') {
            rest.next();
            tokens.push("::".into());
        } else if !c.is_whitespace() {
            tokens.push(c.to_string());
        }
    }
    tokens
}

/// Reads what may follow a path in a `use`: more segments, or a list of paths in braces.
fn tree(tokens: &[String], at: &mut usize, prefix: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(*at) {
        match token.as_str() {
            "::" => *at += 1,
            "{" => {
                *at += 1;
                while tokens.get(*at).is_some_and(|t| t != "}" && t != ";") {
                    tree(tokens, at, &path, found);
                    if tokens.get(*at).is_some_and(|t| t == ",") {
                        *at += 1;
                    }
                }
                *at += 1;
                return;
            }
            "," | "}" | ";" => break,
            "as" => *at += 2,
            "self" if !path.is_empty() => *at += 1,
            word => {
                path.push(word.to_string());
                *at += 1;
            }
        }
    }
    found.push(path);
}

/// Every path in a `use`, and every other path that begins with a word in `roots`, as written.
fn paths(code: &str, roots: &BTreeSet<String>) -> Vec<Vec<String>> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] == "use" && tokens.get(at + 1).is_some_and(|t| t != "<") {
            at += 1;
            tree(&tokens, &mut at, &[], &mut found);
        } else if roots.contains(&tokens[at])
            && tokens.get(at + 1).is_some_and(|t| t == "::")
            && (at == 0 || tokens[at - 1] != "::")
        {
            let mut path = vec![tokens[at].clone()];
            while tokens.get(at + 1).is_some_and(|t| t == "::") {
                let Some(next) = tokens.get(at + 2) else {
                    break;
                };
                path.push(next.clone());
                at += 2;
            }
            found.push(path);
            at += 1;
        } else {
            at += 1;
        }
    }
    found
}

/// What one file names.
pub struct Imports {
    /// Paths from the root of this crate.
    pub own: Vec<Vec<String>>,
    /// Other crates.
    pub crates: BTreeSet<String>,
}

/// Finds what a file names; `dependencies` are the names of other crates.
pub fn imports(
    file: &str,
    text: &str,
    dependencies: &BTreeSet<String>,
    files: &BTreeMap<String, String>,
) -> Imports {
    let here = module(file);
    let mut roots = dependencies.clone();
    roots.extend(["crate", "super", "self"].map(String::from));
    let children = files.keys().map(|file| module(file));
    roots.extend(
        children.filter_map(|child| Some(child.strip_prefix(here.as_slice())?.first()?.clone())),
    );
    let mut imports = Imports {
        own: Vec::new(),
        crates: BTreeSet::new(),
    };
    // A file that goes on in a folder of its own is used with all of that: methods are nowhere named.
    if !file.ends_with("mod.rs") && !file.ends_with("lib.rs") {
        for declared in tokens(&code(text)).windows(3) {
            if let [first, child, end] = declared
                && (first.as_str(), end.as_str()) == ("mod", ";")
            {
                imports
                    .own
                    .push([&here, std::slice::from_ref(child)].concat());
            }
        }
    }
    for path in paths(&code(text), &roots) {
        let (first, rest) = path.split_first().expect("no path is empty");
        match first.as_str() {
            "crate" => imports.own.push(rest.to_vec()),
            "self" => imports.own.push([&here, rest].concat()),
            "super" => {
                let up = path.iter().take_while(|s| *s == "super").count();
                let above = &here[..here.len().saturating_sub(up)];
                imports.own.push([above, &path[up..]].concat());
            }
            other if dependencies.contains(other) => {
                imports.crates.insert(other.to_string());
            }
            other => {
                let child = [here.as_slice(), &[other.to_string()]].concat();
                if file_of(&child, files).is_some() {
                    imports.own.push([&here, path.as_slice()].concat());
                }
            }
        }
    }
    imports
}

/// The file of a module.
pub fn file_of(module: &[String], files: &BTreeMap<String, String>) -> Option<String> {
    let path = module.join("/");
    [format!("{path}.rs"), format!("{path}/mod.rs")]
        .into_iter()
        .find(|file| files.contains_key(file))
}

/// The file in which a path from the root ends: through modules and what they re-export.
pub fn resolve(
    path: &[String],
    dependencies: &BTreeSet<String>,
    files: &BTreeMap<String, String>,
) -> Option<String> {
    let mut here: Vec<String> = Vec::new();
    for (at, segment) in path.iter().enumerate() {
        let child = [here.as_slice(), std::slice::from_ref(segment)].concat();
        if file_of(&child, files).is_some() {
            here = child;
            continue;
        }
        let file = file_of(&here, files)?;
        if file.ends_with("/mod.rs") {
            let exported = imports(&file, &files[&file], dependencies, files).own;
            let target = exported
                .into_iter()
                .find(|p| p.last() == Some(segment) && p.len() > 1);
            if let Some(target) = target {
                let whole = [&target, &path[at + 1..]].concat();
                return resolve(&whole, dependencies, files);
            }
        }
        return Some(file);
    }
    file_of(&here, files)
}

/// The other crates that `Cargo.toml` names, as they are written in code, and `std`.
pub fn dependencies() -> BTreeSet<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let text = fs::read_to_string(manifest).expect("a manifest");
    let section = text.split("[dependencies]").nth(1).expect("a section");
    let section = section.split("\n[").next().expect("its text");
    let names = section.lines().filter_map(|line| line.split_once('='));
    let mut names: BTreeSet<String> = names
        .map(|(name, _)| name.trim().replace('-', "_"))
        .collect();
    names.insert("std".into());
    names
}

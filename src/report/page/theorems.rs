//! The theorems that a page names, with their statements as they stand under `proofs/theorems`.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::inline::Inline;
use super::markup;

macro_rules! pages {
    ($($name:literal),+ $(,)?) => {
        /// The pages: number, title, statement and proof of a theorem each, in order.
        const PAGES: [(&str, &str); 37] = [
            $(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/proofs/theorems/", $name, ".md")))),+
        ];
    };
}

pages![
    "T01-intervals",
    "T02-specialise",
    "T03-activations",
    "T10-natural",
    "T11-linear-forms",
    "T12-mean-value",
    "T13-monotone",
    "T14-exact-cells",
    "T15-half-planes",
    "T16-integrals",
    "T17-second-order",
    "T18-graphs",
    "T19-properties",
    "T20-step",
    "T21-staircase",
    "T22-interpolant",
    "T23-towers",
    "T24-quadrants",
    "T25-polygon-disk",
    "T26-overlap",
    "T27-jumps",
    "T28-interval-biases",
    "T29-transition-layers",
    "T30-sawtooth",
    "T31-fold",
    "T32-maxout-fold",
    "T33-circles",
    "T34-polygons",
    "T35-monomials",
    "T36-ridge",
    "T37-broken-lines",
    "T38-units-at-least",
    "T39-exact-pieces",
    "T40-floats",
    "T41-c-functions",
    "T42-regions",
    "T43-slices",
];

/// Paragraphs that begin like this are not part of the statement.
const ENDS: [&str; 10] = [
    "**Proof",
    "**What",
    "**Tests",
    "**Relied",
    "**Code",
    "**Source",
    "**Functions",
    "**Where",
    "**Why",
    "**Also",
];
/// Paragraphs that begin like this are.
const BEGINS: [&str; 2] = ["**Statement", "**Setting"];

/// Returns the first number of a theorem at or after a place: where it begins, and the number.
pub fn find(text: &str, from: usize) -> Option<(usize, u8)> {
    let mut start = from;
    while let Some(found) = text[start..].find('T') {
        let at = start + found;
        let is_apart =
            |sign: Option<char>| !sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
        if let Some(number) = text.get(at + 1..at + 3)
            && number.bytes().all(|digit| digit.is_ascii_digit())
            && is_apart(text[..at].chars().next_back())
            && is_apart(text[at + 3..].chars().next())
            && let Ok(number) = number.parse()
            && page(number).is_some()
        {
            return Some((at, number));
        }
        start = at + 1;
    }
    None
}

/// The page of a theorem.
fn page(number: u8) -> Option<&'static str> {
    let name = format!("T{number:02}-");
    let found = PAGES.iter().find(|(page, _)| page.starts_with(&name));
    found.map(|(_, text)| *text)
}

/// The title of a page, and the paragraphs of its statement.
fn statement(page: &str) -> (&str, Vec<&str>) {
    let (head, text) = page.split_once('\n').unwrap_or((page, ""));
    let title = head.split_once(": ").map_or(head, |(_, title)| title);
    let mut is_statement = true;
    let mut blocks = markup::blocks(text);
    blocks.retain(|block| {
        if BEGINS.iter().any(|with| block.starts_with(with)) {
            is_statement = true;
        } else if ENDS.iter().any(|with| block.starts_with(with)) {
            is_statement = false;
        }
        is_statement
    });
    (title, blocks)
}

/// The section of a page with the theorems that it names, and those which their statements name.
pub fn section(inline: &Inline) -> Option<Markup> {
    let mut written: Vec<(u8, Markup)> = Vec::new();
    loop {
        let done: BTreeSet<u8> = written.iter().map(|(number, _)| *number).collect();
        let Some(number) = inline.theorems().difference(&done).next().copied() else {
            break;
        };
        let (title, blocks) = statement(page(number)?);
        inline.section();
        let markup = html! {
            article.theorem id=(format!("T{number:02}")) {
                h3 { (format!("T{number:02}: ")) (inline.text(title)) }
                @for block in blocks { (markup::block(block, inline)) }
            }
        };
        written.push((number, markup));
    }
    written.sort_by_key(|(number, _)| *number);
    (!written.is_empty()).then(|| {
        html! {
            p {
                "The statements. The proofs are in the source of Steeple, under "
                code { "proofs/theorems" } "."
            }
            @for (_, markup) in written { (markup) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theorem_page_is_here() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/proofs/theorems");
        let files = std::fs::read_dir(folder).expect("a folder");
        let mut files: Vec<String> = files
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .to_string_lossy()
                    .replace(".md", "")
            })
            .collect();
        files.sort();
        assert_eq!(files, PAGES.map(|(name, _)| name));
    }

    #[test]
    fn every_theorem_has_a_statement_and_no_proof() {
        for (name, text) in PAGES {
            let (title, blocks) = statement(text);
            assert!(!title.is_empty() && !title.contains(':'), "{name}: {title}");
            let stated = blocks.join("\n\n");
            assert!(stated.contains("**Statement"), "{name}: {stated}");
            assert!(
                !stated.contains("**Proof") && !stated.contains("What it does not say"),
                "{name}"
            );
        }
    }

    #[test]
    fn statements_become_html_without_leftover_signs() {
        let inline = Inline::default();
        for (name, _) in PAGES {
            let _ = inline.text(&name[..3]);
        }
        let shown = section(&inline).expect("a section").into_string();
        for sign in ["**", "`", "](", "```"] {
            let at = shown.find(sign);
            assert_eq!(
                at.map(|at| shown[at.saturating_sub(80)..]
                    .chars()
                    .take(160)
                    .collect::<String>()),
                None
            );
        }
        assert_eq!(shown.matches("<article").count(), PAGES.len());
        assert!(shown.contains("<h3>T24: "), "T24");
    }

    #[test]
    fn only_whole_numbers_of_theorems_are_found() {
        assert_eq!(find("T2, AT24, T245, T24a, T99; T24.", 0), Some((27, 24)));
        assert_eq!(find("no theorem T", 0), None);
    }
}

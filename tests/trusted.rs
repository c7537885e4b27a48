//! The page of trusted files says what the sources say.

#[path = "common/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Where a check begins: the checker, and the readers of the two files it is given.
const ROOTS: [&str; 5] = [
    "checker/check.rs",
    "checker/property.rs",
    "certificate/text.rs",
    "certificate/property.rs",
    "formats/json.rs",
];

const DENY: &str =
    "#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]";

/// Set this to write the page anew.
const WRITE: &str = "STEEPLE_WRITE_TRUSTED";

/// Every file that the roots import, directly or through others, and the crates they name.
fn closure(files: &BTreeMap<String, String>) -> (BTreeSet<String>, BTreeMap<String, usize>) {
    let dependencies = source::dependencies();
    let mut found = BTreeSet::new();
    let mut crates = BTreeMap::new();
    let mut open: Vec<String> = ROOTS.map(String::from).to_vec();
    while let Some(file) = open.pop() {
        if !found.insert(file.clone()) {
            continue;
        }
        let imports = source::imports(&file, &files[&file], &dependencies, files);
        for name in imports.crates {
            *crates.entry(name).or_insert(0) += 1;
        }
        for path in imports.own {
            open.extend(source::resolve(&path, &dependencies, files));
        }
    }
    (found, crates)
}

fn page(files: &BTreeMap<String, String>) -> String {
    let (trusted, crates) = closure(files);
    let lines = |file: &str| source::without_tests(&files[file]).len();
    let mut page = String::from(
        "# What a proof relies on\n\n\
         A proof is accepted by the checker, and these are the files it is made of: `checker/check.rs`\n\
         and `checker/property.rs`, the readers of certificates and networks, and everything that these import. They contain no\n\
         float arithmetic, `unwrap`, `as` casts or threads. Lines are counted with comments and without\n\
         tests. `tests/trusted.rs` compares this page with the sources.\n\n\
         | file | lines |\n|---|---:|\n",
    );
    let mut total = 0;
    for file in &trusted {
        total += lines(file);
        writeln!(page, "| `{file}` | {} |", lines(file)).expect("a string");
    }
    writeln!(page, "| **{} files** | **{total}** |", trusted.len()).expect("a string");
    page.push_str(
        "\nThey rely on these crates in turn:\n\n| crate | used in files |\n|---|---:|\n",
    );
    for (name, count) in &crates {
        writeln!(page, "| `{}` | {count} |", name.replace('_', "-")).expect("a string");
    }
    page.push_str(
        "\nHeld to the same rules, though no check depends on them:\n\n| file | lines |\n|---|---:|\n",
    );
    for file in files
        .keys()
        .filter(|file| files[*file].contains(DENY) && !trusted.contains(*file))
    {
        writeln!(page, "| `{file}` | {} |", lines(file)).expect("a string");
    }
    writeln!(
        page,
        "\nTo write this page anew: `{WRITE}=1 cargo test --test trusted`."
    )
    .expect("a string");
    page
}

#[test]
fn the_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/TRUSTED.md");
    let page = page(&source::files());
    if std::env::var_os(WRITE).is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, &page).expect("the page is written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "proofs/TRUSTED.md is out of date; write it anew with {WRITE}=1. It should be\n{page}"
    );
}

#[test]
fn trusted_files_keep_the_rules() {
    let files = source::files();
    let (trusted, crates) = closure(&files);
    for file in [
        "numbers/dyadic.rs",
        "numbers/elementary/kernel.rs",
        "expr/parse.rs",
        "network/specialise.rs",
        "geometry/polygon.rs",
        "checker/area.rs",
        "certificate/mod.rs",
    ] {
        assert!(trusted.contains(file), "{file} is found through imports");
    }
    for folder in ["prover", "builders", "draw", "workflow", "training", "cli"] {
        let inside = trusted.iter().find(|file| file.starts_with(folder));
        assert_eq!(inside, None, "nothing of {folder} is relied on");
    }
    let mut wrong = Vec::new();
    for file in &trusted {
        if !files[file].lines().any(|line| line == DENY) {
            wrong.push(format!("{file} lacks the line {DENY}"));
        }
        let code = source::code(&files[file]);
        for line in code.lines() {
            let casts = line.contains(" as ")
                && !line.contains("use ")
                && !line.contains("<Self as")
                && !line.contains("<Interval as")
                && !line.contains("DashuSign");
            let word = |word: &str| {
                line.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|w| w == word)
            };
            if casts
                || word("f64")
                || word("f32")
                || line.contains(".unwrap()")
                || line.contains("std::thread")
                || word("rayon")
                || word("unsafe")
            {
                wrong.push(format!("{file}: {}", line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let allowed = [
        "dashu_base",
        "dashu_int",
        "dashu_ratio",
        "serde",
        "serde_json",
        "sha2",
        "std",
        "thiserror",
    ];
    let strange: Vec<&String> = crates
        .keys()
        .filter(|name| !allowed.contains(&name.as_str()))
        .collect();
    assert!(strange.is_empty(), "trusted files use {strange:?}");
}

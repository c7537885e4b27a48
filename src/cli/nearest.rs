//! The file that is meant by a name that no file has.

use std::fs;
use std::path::{Path, PathBuf};

/// How many names of a folder are looked at.
const MOST: usize = 2000;

/// Returns a file beside a missing one whose name is nearly the same; of several the nearest, and then
/// the first by name.
pub fn file(missing: &Path) -> Option<PathBuf> {
    let wanted = missing.file_name()?.to_str()?.to_lowercase();
    let folder = match missing.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return None,
    };
    let mut found: Vec<(usize, String)> = Vec::new();
    for entry in fs::read_dir(folder).ok()?.take(MOST).flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if !entry.path().is_file() {
            continue;
        }
        let distance = apart(&wanted, &name.to_lowercase());
        if distance <= 3 {
            found.push((distance, name));
        }
    }
    found.sort();
    let (_, name) = found.into_iter().next()?;
    Some(missing.with_file_name(name))
}

/// How different two names are: 1 where one has an ending more, or another ending; otherwise the letters
/// to change, add or drop, and many where these are more than a quarter.
fn apart(a: &str, b: &str) -> usize {
    if a == b {
        return 0;
    }
    let stem = |name: &str| {
        name.rsplit_once('.')
            .map_or(name, |(stem, _)| stem)
            .to_string()
    };
    if stem(b) == a || stem(a) == b {
        return 1;
    }
    let letters = letters_apart(a, b);
    if stem(a) == stem(b) {
        return 2.min(letters);
    }
    if letters * 4 <= a.chars().count() {
        letters
    } else {
        usize::MAX
    }
}

/// The number of letters to change, add, drop or swap with the next (restricted Damerau–Levenshtein).
fn letters_apart(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_near_by_ending_or_by_letters() {
        assert_eq!(apart("wave", "wave.toml"), 1);
        assert_eq!(apart("wave.toml", "waev.toml"), 1);
        assert_eq!(apart("wave.tml", "wave.toml"), 1);
        assert_eq!(apart("wave.json", "wave.toml"), 2);
        assert_eq!(apart("a.toml", "b.json"), usize::MAX);
    }

    #[test]
    fn the_nearest_file_is_proposed_and_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["wave.toml", "square.toml", "network.json"] {
            fs::write(folder.path().join(name), "").expect("written");
        }
        let near = |name: &str| file(&folder.path().join(name));
        assert_eq!(near("wvae.toml"), Some(folder.path().join("wave.toml")));
        assert_eq!(
            near("network.jsn"),
            Some(folder.path().join("network.json"))
        );
        assert_eq!(near("other.toml"), None);
        assert_eq!(near("none/wave.toml"), None);
    }
}

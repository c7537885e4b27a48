//! Counts with their nouns, and long texts cut short, as messages and reports need them.

use std::fmt::Display;

/// Returns a count with its noun: `1 leaf`, `2 leaves`.
///
/// The plural is regular, of a noun that ends in `f` with `ves`, and of one that ends in `x`, `s` or `ch` with `es`.
#[allow(
    clippy::needless_pass_by_value,
    reason = "a number, which callers often make here"
)]
pub fn count<N: Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    if number == N::from(1) {
        return format!("1 {noun}");
    }
    let plural = match noun.strip_suffix('f') {
        Some(stem) => format!("{stem}ves"),
        None if noun.ends_with(['x', 's']) || noun.ends_with("ch") => format!("{noun}es"),
        None => format!("{noun}s"),
    };
    format!("{number} {plural}")
}

/// Returns a text, or the beginning of a longer one and how long it is.
pub fn short(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(most).collect();
    format!("{beginning}... ({length} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_agree_with_their_nouns() {
        assert_eq!(count(1_usize, "leaf"), "1 leaf");
        assert_eq!(count(2_usize, "leaf"), "2 leaves");
        assert_eq!(count(0_u64, "box"), "0 boxes");
        assert_eq!(count(12_u64, "linear region"), "12 linear regions");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(short("x²", 2), "x²");
        assert_eq!(short("x² + y²", 2), "x²... (7 characters)");
    }
}

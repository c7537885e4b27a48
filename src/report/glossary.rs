//! The words of reports, and what they mean.

use std::collections::BTreeSet;

/// A word and what it means.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in addresses.
    pub id: &'static str,
    /// The word.
    pub word: &'static str,
    /// How it stands in sentences, in lower case; longer forms first.
    forms: &'static [&'static str],
    /// What it means.
    pub meaning: &'static str,
}

const fn entry(
    id: &'static str,
    word: &'static str,
    forms: &'static [&'static str],
    meaning: &'static str,
) -> Entry {
    Entry {
        id,
        word,
        forms,
        meaning,
    }
}

/// All words. A word of several words stands before the words in it.
pub const ENTRIES: [Entry; 28] = [
    entry(
        "essential-sup",
        "essential sup",
        &["essential supremum", "essential sup"],
        "The largest error on the domain, where sets of measure zero, such as the points of a jump, do not \
         count.",
    ),
    entry(
        "sup",
        "sup",
        &["sup error", "supremum", "sup"],
        "The supremum of |N - f|: the largest error anywhere on the domain. N is the network, f the target.",
    ),
    entry(
        "l1",
        "l1 error",
        &["l1 error", "l1"],
        "The integral of |N - f| over the domain: the volume between network and target.",
    ),
    entry(
        "l2",
        "l2 error",
        &["l2 error", "l2"],
        "The root of the integral of (N - f)^2 over the domain.",
    ),
    entry(
        "misclassified",
        "misclassified area",
        &[
            "misclassified area",
            "misclassified volume",
            "misclassified length",
            "wrong area",
            "wrong volume",
            "wrong length",
        ],
        "The area (length, volume) of the places where network and target decide differently: one says inside, the \
         other outside.",
    ),
    entry(
        "proved",
        "proved",
        &["proved"],
        "The search found a certificate that the error is at most the tolerance, and the checker accepted it.",
    ),
    entry(
        "refuted",
        "refuted",
        &["refuted"],
        "The error is larger than the tolerance. The checker accepted the proof of this.",
    ),
    entry(
        "undecided",
        "undecided",
        &["undecided"],
        "The search stopped before the bounds were tight enough for an answer. The bounds it gives are proved.",
    ),
    entry(
        "enclosed",
        "enclosed",
        &["enclosed"],
        "No tolerance was asked for. The error is between the two bounds, and the checker accepted both.",
    ),
    entry(
        "tolerance",
        "tolerance",
        &["tolerance"],
        "The largest error that is allowed.",
    ),
    entry(
        "witness",
        "witness",
        &["witness"],
        "The point that gives the lower bound: at it, or close to it, the error is at least that large. So no \
         bound below it can be proved.",
    ),
    entry(
        "certificate",
        "certificate",
        &["certificates", "certificate"],
        "A file with all that the checker needs to compute the bounds again, without a search.",
    ),
    entry(
        "checker",
        "checker",
        &["checker"],
        "A small program that computes every bound of a certificate again, with integers and fractions only. It \
         shares no search with the prover, and a bound counts only if the checker accepts it.",
    ),
    entry(
        "leaf",
        "leaf",
        &["leaves", "leaf"],
        "A box that the search did not cut further. The bound is computed on each leaf, and the leaves cover \
         the domain.",
    ),
    entry(
        "box",
        "box",
        &["boxes", "box"],
        "A part of the domain, between two ends in each input. The search cuts boxes in two until the bounds on \
         them are good enough.",
    ),
    entry(
        "gap",
        "gap",
        &["gap"],
        "How far apart lower and upper bound may be, as a part of the error.",
    ),
    entry(
        "by-theorem",
        "by theorem",
        &["by theorem"],
        "A bound that a formula gives for every network of this kind. It is true, and often larger than the \
         bound that was proved for this network.",
    ),
    entry(
        "digest",
        "digest",
        &["digest"],
        "A number computed from all weights of the network. Two networks with the same digest are the same.",
    ),
    entry(
        "threshold",
        "threshold",
        &["threshold"],
        "The network decides inside where its output is at least this number.",
    ),
    entry(
        "float32",
        "float32",
        &["float32"],
        "Numbers of 24 binary digits, which most programs compute with. Each operation rounds.",
    ),
    entry(
        "activation-region",
        "activation region",
        &["activation regions", "activation region"],
        "A part of the domain on which every unit stays on the same side of its kink.",
    ),
    entry(
        "linear-region",
        "linear region",
        &["linear regions", "linear region"],
        "A largest connected part of the domain on which the network is affine: flat, without a crease.",
    ),
    entry(
        "corner-step",
        "corner step",
        &["corner steps", "corner step"],
        "A unit of the second layer that is on where several inputs are all beyond their lines.",
    ),
    entry(
        "steepness",
        "steepness",
        &["steepness"],
        "How fast a step rises: the larger it is, the narrower is the place where the unit is neither on nor off.",
    ),
    entry(
        "logit",
        "logit",
        &["logits", "logit"],
        "The output before the sigmoid: positive for inside, negative for outside.",
    ),
    entry(
        "central-differences",
        "central differences",
        &["central differences"],
        "The slope of the loss from two values close to each other. It checks the slope that backpropagation \
         computes.",
    ),
    entry(
        "sampled",
        "sampled",
        &["sampled"],
        "Computed at some points with floats. It shows the shape and proves nothing.",
    ),
    entry(
        "estimate",
        "estimate",
        &["estimates", "estimate"],
        "Computed with floats, without a bound on the error. It is not proved.",
    ),
];

/// A word in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it is.
    pub entry: &'static Entry,
}

/// Returns the first word of the glossary that the text has at or after a place, in bytes.
///
/// A part of a name is not a word: `certificate.steeple`, `leaf_size`.
pub fn find(text: &str, from: usize) -> Option<Found> {
    let mut before = text[..from].chars().next_back();
    for (offset, sign) in text[from..].char_indices() {
        let start = from + offset;
        if !before.is_some_and(is_inside_a_name)
            && sign.is_ascii_alphabetic()
            && let Some(found) = at(text, start)
        {
            return Some(found);
        }
        before = Some(sign);
    }
    None
}

/// The word that begins at this place.
fn at(text: &str, start: usize) -> Option<Found> {
    ENTRIES.iter().find_map(|entry| {
        let form = entry.forms.iter().find(|form| {
            let end = start + form.len();
            let is_same = text
                .get(start..end)
                .is_some_and(|found| found.eq_ignore_ascii_case(form));
            is_same && ends(&text[end..])
        })?;
        Some(Found {
            start,
            end: start + form.len(),
            entry,
        })
    })
}

/// Does a word end before this text?
fn ends(rest: &str) -> bool {
    let mut signs = rest.chars();
    match signs.next() {
        Some('.' | '-') => !signs.next().is_some_and(char::is_alphanumeric),
        Some(sign) => !is_inside_a_name(sign) && sign != '(',
        None => true,
    }
}

fn is_inside_a_name(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '_' | '-' | '.' | '/')
}

/// Returns the words that these texts have, in the order of their first letters; not those in `code`.
pub fn used<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<&'static Entry> {
    let mut found = BTreeSet::new();
    for text in texts {
        for plain in text.split('`').step_by(2) {
            let mut from = 0;
            while let Some(Found { end, entry, .. }) = find(plain, from) {
                found.insert(entry.id);
                from = end;
            }
        }
    }
    sorted(&found)
}

/// Returns the words with these names, in the order of their first letters.
pub fn sorted(ids: &BTreeSet<&str>) -> Vec<&'static Entry> {
    let mut all: Vec<_> = ENTRIES
        .iter()
        .filter(|entry| ids.contains(entry.id))
        .collect();
    all.sort_by_key(|entry| entry.word);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_names_are_not() {
        let ids = |text: &str| -> Vec<&str> { used([text]).iter().map(|entry| entry.id).collect() };
        assert_eq!(
            ids("755 leaves, certificate checked"),
            ["certificate", "leaf"]
        );
        assert_eq!(ids("Essential sup |N(x) - x^2|"), ["essential-sup"]);
        assert_eq!(ids("sup |N - f|; the witness."), ["sup", "witness"]);
        assert_eq!(
            ids("see certificate.steeple, leaf_size, superb and `gap`"),
            [""; 0]
        );
        assert_eq!(ids("ein Täter: gap"), ["gap"]);
    }

    #[test]
    fn every_word_is_explained_once_and_found_by_its_name() {
        let ids: BTreeSet<&str> = ENTRIES.iter().map(|entry| entry.id).collect();
        assert_eq!(ids.len(), ENTRIES.len());
        for entry in &ENTRIES {
            assert_eq!(
                find(entry.word, 0).map(|found| found.entry.id),
                Some(entry.id)
            );
            assert!(entry.meaning.ends_with('.'), "{}", entry.word);
        }
    }
}

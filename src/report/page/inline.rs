//! Text inside a page: code, formulas, words of the glossary and numbers of theorems.

use std::cell::RefCell;
use std::collections::BTreeSet;

use maud::{Markup, html};

use super::signs::{Kind, typeset};
use super::theorems;
use crate::report::glossary::{self, Found};

/// Writes text, and remembers which words and theorems it was linked to.
///
/// A word is linked where it first stands in a section.
#[derive(Debug, Default)]
pub struct Inline {
    seen: RefCell<BTreeSet<&'static str>>,
    words: RefCell<BTreeSet<&'static str>>,
    theorems: RefCell<BTreeSet<u8>>,
}

impl Inline {
    /// Begins a section: words are linked again.
    pub fn section(&self) {
        self.seen.borrow_mut().clear();
    }

    /// The words that were linked.
    pub fn words(&self) -> BTreeSet<&'static str> {
        self.words.borrow().clone()
    }

    /// The theorems that were linked.
    pub fn theorems(&self) -> BTreeSet<u8> {
        self.theorems.borrow().clone()
    }

    /// A sentence. What stands between backquotes is code; a backquote without a partner stays.
    pub fn text(&self, text: &str) -> Markup {
        self.parts(text, Kind::Sentence)
    }

    /// A formula, perhaps with words.
    pub fn formula(&self, text: &str) -> Markup {
        self.parts(text, Kind::Formula)
    }

    /// A heading or an explanation: nothing in it is linked.
    pub fn title(text: &str) -> Markup {
        html! { @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (typeset(part, Kind::Formula)) }
        } }
    }

    fn parts(&self, text: &str, kind: Kind) -> Markup {
        let parts: Vec<&str> = text.split('`').collect();
        let last = parts.len() - 1;
        // An even number of parts has one backquote too many, which begins the last part.
        let is_open = parts.len().is_multiple_of(2);
        html! {
            @for (place, part) in parts.iter().enumerate() {
                @if is_open && place == last { "`" (self.plain(part, kind)) }
                @else if place % 2 == 1 { code { (part) } }
                @else { (self.plain(part, kind)) }
            }
        }
    }

    /// Text without code.
    fn plain(&self, text: &str, kind: Kind) -> Markup {
        let mut out = String::new();
        let mut from = 0;
        // Words that are linked already do not end a formula.
        let mut next = 0;
        while let Some(link) = link(text, next) {
            next = link.end;
            let shown = &text[link.start..link.end];
            let markup = match link.to {
                To::Theorem(number) => {
                    self.theorems.borrow_mut().insert(number);
                    html! { a href=(format!("#T{number:02}")) { (shown) } }
                }
                To::Word(entry) => {
                    if !self.seen.borrow_mut().insert(entry.id) {
                        continue;
                    }
                    self.words.borrow_mut().insert(entry.id);
                    html! { a.term href=(format!("#word-{}", entry.id)) { (shown) } }
                }
            };
            out += &typeset(&text[from..link.start], kind).into_string();
            out += &markup.into_string();
            from = link.end;
        }
        out += &typeset(&text[from..], kind).into_string();
        maud::PreEscaped(out)
    }
}

enum To {
    Word(&'static glossary::Entry),
    Theorem(u8),
}

struct Link {
    start: usize,
    end: usize,
    to: To,
}

/// The first word or theorem at or after a place.
fn link(text: &str, from: usize) -> Option<Link> {
    let word = glossary::find(text, from).map(|Found { start, end, entry }| Link {
        start,
        end,
        to: To::Word(entry),
    });
    let theorem = theorems::find(text, from).map(|(start, number)| Link {
        start,
        end: start + 3,
        to: To::Theorem(number),
    });
    match (word, theorem) {
        (Some(word), Some(theorem)) if theorem.start < word.start => Some(theorem),
        (Some(word), _) => Some(word),
        (None, theorem) => theorem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_signs_words_and_theorems_are_shown_as_such() {
        let inline = Inline::default();
        let shown = |text: &str| {
            inline.section();
            inline.text(text).into_string()
        };
        assert_eq!(shown("|N - x| <= 1"), "|N − x| ≤ 1");
        assert_eq!(
            shown("`a <= b` if a < 1"),
            "<code>a &lt;= b</code> if a &lt; 1"
        );
        assert_eq!(shown("`a` and `b"), "<code>a</code> and `b");
        assert_eq!(shown("one ` alone"), "one ` alone");
        assert_eq!(shown(""), "");
        assert_eq!(shown("by T24, T99"), r##"by <a href="#T24">T24</a>, T99"##);
        assert_eq!(
            shown("a leaf, then leaves: x^2"),
            r##"a <a class="term" href="#word-leaf">leaf</a>, then leaves: x<sup>2</sup>"##
        );
        assert_eq!(inline.words(), BTreeSet::from(["leaf"]));
        assert_eq!(inline.theorems(), BTreeSet::from([24]));
    }
}

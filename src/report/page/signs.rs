//! Formulas in plain text, typeset in HTML.
//!
//! `x^2` becomes x², `3*x` becomes 3x, `a*b` becomes a·b, `<=` becomes ≤, `-` a minus sign, `pi` π, `abs(x)` |x|,
//! `x1` and `L_i` get an index. Nothing else changes, so that the order of operations stays visible.

use maud::{Markup, PreEscaped, html};

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A sentence: a hyphen is a hyphen unless a number or a space is after it, and letters are words.
    Sentence,
    /// A formula, perhaps with some words: single letters are variables.
    Formula,
}

/// Returns a text with its formulas typeset.
pub fn typeset(text: &str, kind: Kind) -> Markup {
    let signs: Vec<char> = text.chars().collect();
    let mut setter = Setter {
        signs: &signs,
        kind,
        index: None,
        out: String::with_capacity(text.len() + 32),
    };
    setter.all(0, signs.len());
    PreEscaped(setter.out)
}

/// Names that are written upright and without an index.
const UPRIGHT: [&str; 2] = ["l1", "l2"];

struct Setter<'a> {
    signs: &'a [char],
    kind: Kind,
    /// Where an index begins that is being written.
    index: Option<usize>,
    out: String,
}

impl Setter<'_> {
    fn sign(&self, at: usize) -> Option<char> {
        self.signs.get(at).copied()
    }

    fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.sign(at))
    }

    /// The text from one place to another.
    fn all(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            at = self.one(at, end);
        }
    }

    /// Writes what begins here, and returns where it ends.
    fn one(&mut self, at: usize, end: usize) -> usize {
        if let Some(stop) = self.whole(at, end) {
            self.out.push_str("<span class=\"whole\">");
            let signs: String = self.signs[at..stop].iter().collect();
            self.out.push_str(&html! { (signs) }.into_string());
            return self.put("</span>", stop);
        }
        let sign = self.signs[at];
        let next = self.sign(at + 1).filter(|_| at + 1 < end);
        let is_inside =
            |before: char| before.is_alphanumeric() || before == '_' && self.index != Some(at);
        if sign.is_ascii_alphabetic() && !self.before(at).is_some_and(is_inside) {
            return self.word(at, end);
        }
        match (sign, next) {
            ('<', Some('=')) => self.put("≤", at + 2),
            ('>', Some('=')) => self.put("≥", at + 2),
            ('!', Some('=')) => self.put("≠", at + 2),
            ('*', Some('*')) => self.raised(at, at + 2, end),
            ('^', _) => self.raised(at, at + 1, end),
            ('_', Some(_)) if self.before(at).is_some_and(char::is_alphanumeric) => {
                self.lowered(at, end)
            }
            ('*', Some(next))
                if self
                    .before(at)
                    .is_some_and(|before| !before.is_whitespace()) =>
            {
                let is_number = self.number_ends(at);
                let between = match next {
                    letter if is_number && letter.is_ascii_alphabetic() => {
                        if self.is_function(at + 1) {
                            "\u{2009}"
                        } else {
                            ""
                        }
                    }
                    '(' if is_number => "",
                    next if next.is_whitespace() => "*",
                    _ => "·",
                };
                self.put(between, at + 1)
            }
            ('-', _) if self.is_minus(at, next) => self.put("−", at + 1),
            _ => {
                self.escaped(sign);
                at + 1
            }
        }
    }

    /// Where a range such as `0.2–0.3` or a short name such as `2-6-1` or `n-gon` ends, which no line may break.
    fn whole(&self, at: usize, end: usize) -> Option<usize> {
        const LONGEST: usize = 24;
        let opens = self
            .before(at)
            .is_none_or(|sign| sign.is_whitespace() || sign == '(');
        if self.kind == Kind::Formula || !opens {
            return None;
        }
        let is_part = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '–' | '.');
        let mut stop = self.run(at, end, is_part);
        while stop > at && !self.signs[stop - 1].is_alphanumeric() {
            stop -= 1;
        }
        let signs = &self.signs[at..stop];
        let joins = signs.windows(3).any(|near| {
            let [before, sign, after] = [near[0], near[1], near[2]];
            before.is_alphanumeric()
                && after.is_alphanumeric()
                && (sign == '–' || (sign == '-' && (before.is_ascii_digit() || signs[1] == '-')))
        });
        (joins && signs.len() <= LONGEST).then_some(stop)
    }

    fn put(&mut self, text: &str, end: usize) -> usize {
        self.out.push_str(text);
        end
    }

    fn escaped(&mut self, sign: char) {
        match sign {
            '<' => self.out.push_str("&lt;"),
            '>' => self.out.push_str("&gt;"),
            '&' => self.out.push_str("&amp;"),
            '"' => self.out.push_str("&quot;"),
            sign => self.out.push(sign),
        }
    }

    /// A word: a variable, a function, or plain text.
    fn word(&mut self, at: usize, end: usize) -> usize {
        let stop = self.run(at, end, |sign| sign.is_ascii_alphanumeric());
        let word: String = self.signs[at..stop].iter().collect();
        if word == "pi" {
            return self.put("π", stop);
        }
        if word == "abs"
            && self.sign(stop) == Some('(')
            && let Some(close) = self.closing(stop, end)
        {
            self.out.push('|');
            self.all(stop + 1, close);
            return self.put("|", close + 1);
        }
        if word == "sqrt"
            && self.sign(stop) == Some('(')
            && let Some(close) = self.closing(stop, end)
        {
            self.out.push('√');
            self.all(stop, close + 1);
            return close + 1;
        }
        // `dτ` is a product, `für` is a word.
        let is_end = |sign: char| !sign.is_alphabetic() || ('α'..='ω').contains(&sign);
        let letters = word.trim_end_matches(|sign: char| sign.is_ascii_digit());
        let index = &word[letters.len()..];
        let is_variable = self.kind == Kind::Formula
            && letters.len() == 1
            && self.is_operand(letters, at, stop)
            && !UPRIGHT.contains(&word.as_str())
            && self.sign(stop).is_none_or(is_end);
        let is_variable = is_variable && !(letters == "T" && index.len() == 2);
        let markup = if is_variable {
            html! { var { (letters) } @if !index.is_empty() { sub { (index) } } }
        } else {
            html! { (word) }
        };
        self.put(&markup.into_string(), stop)
    }

    /// Letters that are words too are variables only beside an operator.
    fn is_operand(&self, letter: &str, at: usize, stop: usize) -> bool {
        let operator =
            |sign: Option<char>| sign.is_some_and(|sign| "+-*/^=<>()|,_[".contains(sign));
        let left = (0..at)
            .rev()
            .map(|i| self.signs[i])
            .find(|sign| !sign.is_whitespace());
        let right = self.signs[stop..]
            .iter()
            .copied()
            .find(|sign| !sign.is_whitespace());
        !["a", "A", "I"].contains(&letter)
            || self.signs.len() == 1
            || operator(left)
            || operator(right)
    }

    /// Does a function begin here: a name of several letters and a parenthesis?
    fn is_function(&self, at: usize) -> bool {
        let stop = self.run(at, self.signs.len(), |sign| sign.is_ascii_alphanumeric());
        let name: String = self.signs[at..stop].iter().collect();
        stop > at + 1 && self.sign(stop) == Some('(') && name != "abs" && name != "sqrt"
    }

    /// Does a number, not a name with an index, end before this place?
    fn number_ends(&self, at: usize) -> bool {
        let start = (0..at)
            .rev()
            .take_while(|i| self.signs[*i].is_ascii_alphanumeric() || self.signs[*i] == '.')
            .last();
        start.is_some_and(|start| {
            self.signs[start].is_ascii_digit() && self.before(start) != Some('^')
        })
    }

    fn is_minus(&self, at: usize, next: Option<char>) -> bool {
        let before = self.before(at);
        if next == Some('>') || next == Some('-') || before == Some('-') {
            return false;
        }
        let is_number = next.is_some_and(|sign| sign.is_ascii_digit());
        let opens = before.is_none_or(|sign| sign.is_whitespace() || "([{=<>,^|".contains(sign));
        match self.kind {
            // A dash stands between spaces too, but not in our sentences.
            Kind::Sentence => {
                opens && (is_number || next == Some(' ') || next.is_some_and(char::is_alphabetic))
            }
            Kind::Formula => !self.is_hyphen(at),
        }
    }

    /// Does a hyphen here join words, as in `n-gon`?
    fn is_hyphen(&self, at: usize) -> bool {
        let letters = |sign: &char| sign.is_alphabetic();
        let left = self.signs[..at]
            .iter()
            .rev()
            .copied()
            .take_while(|sign| letters(sign))
            .count();
        let right: String = self.signs[at + 1..]
            .iter()
            .copied()
            .take_while(|sign| letters(sign))
            .collect();
        let after = self.sign(at + 1 + right.chars().count());
        let is_word = right.chars().count() > 1 && right != "pi" && after != Some('(');
        left > 0 && (is_word || (left > 1 && !right.is_empty()))
    }

    /// An exponent, whose text begins at `from`.
    fn raised(&mut self, at: usize, from: usize, end: usize) -> usize {
        let is_base = self
            .before(at)
            .is_some_and(|before| before.is_alphanumeric() || ")]}|".contains(before));
        match self.script(from, end) {
            Some((start, stop, after)) if is_base => {
                self.out.push_str("<sup>");
                let kind = std::mem::replace(&mut self.kind, Kind::Formula);
                self.all(start, stop);
                self.kind = kind;
                self.put("</sup>", after)
            }
            _ => {
                self.escaped(self.signs[at]);
                at + 1
            }
        }
    }

    /// An index.
    fn lowered(&mut self, at: usize, end: usize) -> usize {
        let base = (0..at)
            .rev()
            .take_while(|i| self.signs[*i].is_alphanumeric())
            .count();
        match self.script(at + 1, end) {
            Some((start, stop, after)) if base == 1 && self.sign(after) != Some('_') => {
                self.out.push_str("<sub>");
                let index = self.index.replace(start);
                self.all(start, stop);
                self.index = index;
                self.put("</sub>", after)
            }
            _ => {
                self.out.push('_');
                at + 1
            }
        }
    }

    /// Where an exponent or index begins and ends, and where the text goes on.
    fn script(&self, from: usize, end: usize) -> Option<(usize, usize, usize)> {
        if self.sign(from) == Some('(') {
            let close = self.closing(from, end)?;
            return Some((from + 1, close, close + 1));
        }
        let digits = if matches!(self.sign(from), Some('-' | '+')) {
            from + 1
        } else {
            from
        };
        let mut stop = self.run(digits, end, char::is_alphanumeric);
        if self.sign(stop) == Some('.')
            && self
                .sign(stop + 1)
                .is_some_and(|sign| sign.is_ascii_digit())
        {
            stop = self.run(stop + 1, end, char::is_alphanumeric);
        }
        // A tower of powers: x^y^z is x^(y^z).
        if stop > digits
            && self.sign(stop) == Some('^')
            && let Some((_, _, after)) = self.script(stop + 1, end)
        {
            return Some((from, after, after));
        }
        (stop > from).then_some((from, stop, stop))
    }

    fn run(&self, from: usize, end: usize, is_inside: impl Fn(char) -> bool) -> usize {
        (from..end)
            .find(|at| !is_inside(self.signs[*at]))
            .unwrap_or(end)
    }

    /// The parenthesis that closes the one here.
    fn closing(&self, open: usize, end: usize) -> Option<usize> {
        let mut depth = 0usize;
        (open..end).find(|at| {
            match self.signs[*at] {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formula(text: &str) -> String {
        typeset(text, Kind::Formula)
            .into_string()
            .replace("<var>", "")
            .replace("</var>", "")
    }

    fn sentence(text: &str) -> String {
        typeset(text, Kind::Sentence).into_string()
    }

    #[test]
    fn formulas_look_as_in_a_book() {
        assert_eq!(formula("sin(3*x)*cos(2*y)"), "sin(3x)·cos(2y)");
        assert_eq!(
            formula("x1^2 + x2**2 <= 1"),
            "x<sub>1</sub><sup>2</sup> + x<sub>2</sub><sup>2</sup> ≤ 1"
        );
        assert_eq!(
            formula("exp(-x^2-y^2)"),
            "exp(−x<sup>2</sup>−y<sup>2</sup>)"
        );
        assert_eq!(
            formula("2*sin(2*pi*x)/x^(n-1)"),
            "2\u{2009}sin(2π·x)/x<sup>n−1</sup>"
        );
        assert_eq!(formula("2^-21"), "2<sup>−21</sup>");
        assert_eq!(formula("x^2^3*y"), "x<sup>2<sup>3</sup></sup>·y");
        assert_eq!(formula("abs(x - abs(y)) + sqrt(x)"), "|x − |y|| + √(x)");
        assert_eq!(
            formula("L_i h_i/2 + s_(i,k)"),
            "L<sub>i</sub> h<sub>i</sub>/2 + s<sub>i,k</sub>"
        );
        assert_eq!(formula("x1*2*3"), "x<sub>1</sub>·2·3");
        assert_eq!(formula("x^(2"), "x^(2");
        assert_eq!(formula("a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;");
    }

    #[test]
    fn variables_are_slanted_and_words_are_not() {
        let shown = |text: &str| typeset(text, Kind::Formula).into_string();
        assert_eq!(shown("x in [0, 1]"), "<var>x</var> in [0, 1]");
        assert_eq!(shown("has a proof für x²"), "has a proof für <var>x</var>²");
        assert_eq!(
            shown("K_i T_ab dτ"),
            "<var>K</var><sub><var>i</var></sub> <var>T</var><sub>ab</sub> <var>d</var>τ"
        );
        assert_eq!(shown("a^2"), "<var>a</var><sup>2</sup>");
        assert_eq!(shown("l1 error, T24"), "l1 error, T24");
        assert_eq!(
            formula("an n-gon, x-pi, x-exp(y), a-priori"),
            "an n-gon, x−π, x−exp(y), a-priori"
        );
    }

    #[test]
    fn sentences_keep_their_hyphens() {
        let whole = |text: &str| {
            sentence(text)
                .replace("<span class=\"whole\">", "⟨")
                .replace("</span>", "⟩")
        };
        assert_eq!(
            whole("sigmoid 2-6-1, n-gon, at x = -49/512"),
            "sigmoid ⟨2-6-1⟩, ⟨n-gon⟩, at x = −49/512"
        );
        assert_eq!(
            whole("|N - f| <= 2^-21 of a file_name"),
            "|N − f| ≤ 2<sup>−21</sup> of a file_name"
        );
        assert_eq!(
            whole("pi r^2 -> a, largest-first"),
            "π r<sup>2</sup> -&gt; a, largest-first"
        );
        assert_eq!(
            whole("(0.2–0.3), 5 * 3, --max-boxes"),
            "(⟨0.2–0.3⟩), 5 * 3, ⟨--max-boxes⟩"
        );
    }
}

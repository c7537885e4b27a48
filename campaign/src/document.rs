//! A certificate as text with parts that can be changed: lines of a keyword and a value, and trees
//! of tokens.
//!
//! It is not the kernel's reader: it accepts more, and writes invalid certificates, too.

use std::fmt::Write;

/// The letters of leaves.
pub const LEAVES: &[u8] = b"onlgsmehw";

/// A node of a tree as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A cut: `A`, `@A1/3;` or `/1,1,0;`.
    Cut(String),
    /// A leaf.
    Leaf(u8),
}

/// The nodes of a tree in the order of a walk.
pub type Tree = Vec<Token>;

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Lines before the trees, keyword and value.
    pub lines: Vec<(String, String)>,
    /// The trees: one for an error, one for each case of a property, none for a property with a
    /// witness.
    pub trees: Vec<Tree>,
}

impl Document {
    /// Splits a certificate into parts; `None` if it is not one.
    pub fn read(text: &str) -> Option<Self> {
        let mut document = Self {
            lines: Vec::new(),
            trees: Vec::new(),
        };
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "end" => return Some(document),
                "tree" => {
                    let length: usize = rest.parse().ok()?;
                    let mut text = String::new();
                    while text.len() < length {
                        text.push_str(lines.next()?);
                    }
                    document.trees.push(tokens(&text)?);
                }
                _ => document.lines.push((word.to_string(), rest.to_string())),
            }
        }
        None
    }

    /// Returns the text of the certificate.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (word, rest) in &self.lines {
            let space = if rest.is_empty() { "" } else { " " };
            // Writing to a string does not fail.
            _ = writeln!(out, "{word}{space}{rest}");
        }
        for tree in &self.trees {
            let text = tree_text(tree);
            _ = writeln!(out, "tree {}", text.len());
            let mut rest = text.as_str();
            while !rest.is_empty() {
                let (line, after) = rest.split_at(rest.len().min(100));
                _ = writeln!(out, "{line}");
                rest = after;
            }
        }
        out.push_str("end\n");
        out
    }

    /// Returns the value of the first line with this keyword.
    pub fn field(&self, word: &str) -> Option<&str> {
        let line = self.lines.iter().find(|(found, _)| found == word);
        line.map(|(_, rest)| rest.as_str())
    }

    /// Returns the value of the first line with this keyword, to be changed.
    pub fn field_mut(&mut self, word: &str) -> Option<&mut String> {
        let line = self.lines.iter_mut().find(|(found, _)| found == word);
        line.map(|(_, rest)| rest)
    }

    /// Returns the values of all lines with this keyword.
    pub fn fields_mut(&mut self, word: &str) -> Vec<&mut String> {
        let lines = self.lines.iter_mut().filter(|(found, _)| found == word);
        lines.map(|(_, rest)| rest).collect()
    }
}

/// The text of a tree.
pub fn tree_text(tree: &Tree) -> String {
    let mut out = String::new();
    for token in tree {
        match token {
            Token::Cut(text) => out.push_str(text),
            Token::Leaf(letter) => out.push(char::from(*letter)),
        }
    }
    out
}

/// Splits the text of a tree into tokens.
pub fn tokens(text: &str) -> Option<Tree> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '@' | '/' => rest.find(';')? + 1,
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(match token.as_bytes() {
            [letter] if letter.is_ascii_lowercase() => Token::Leaf(*letter),
            _ => Token::Cut(token.to_string()),
        });
        rest = after;
    }
    Some(tokens)
}

/// Returns the end of the subtree that begins at a token, exclusive.
pub fn subtree_end(tree: &Tree, start: usize) -> usize {
    let mut open = 1;
    let mut at = start;
    while open > 0 && at < tree.len() {
        open += match &tree[at] {
            Token::Cut(_) => 1,
            Token::Leaf(_) => -1,
        };
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_written_as_they_were_read() {
        let tree = format!("A@B1/3;nl/1,-2,3/4;e{}", "Ao".repeat(60));
        let (first, second) = tree.split_at(100);
        let text = format!(
            "steeple certificate 2\nclaim sup\nlower 0\ntree {}\n{first}\n{second}\nend\n",
            tree.len()
        );
        let document = Document::read(&text).expect("a certificate");
        assert_eq!(document.text(), text);
        assert_eq!(document.field("claim"), Some("sup"));
        assert_eq!(subtree_end(&document.trees[0], 1), 4);
        assert_eq!(tree_text(&document.trees[0]), tree);
    }
}

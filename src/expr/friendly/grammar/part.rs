//! Parts of a formula in the kernel's text, each with the place that it was read from.

use std::ops::Range;

use super::super::words::Token;

/// A part of the canonical text, and what it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub from: Range<usize>,
}

/// A part of the formula.
#[derive(Clone, Debug)]
pub(in crate::expr::friendly) struct Part {
    pub pieces: Vec<Piece>,
    pub span: Range<usize>,
    /// Is it one number, name, call or group?
    pub is_atom: bool,
    /// Is it a number as it was written?
    pub is_number: bool,
    /// Does it end in a power, as `x^2`, whose exponent might go on?
    pub ends_in_power: bool,
}

impl Part {
    pub fn text(&self) -> String {
        let text: String = self
            .pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect();
        text.trim().to_string()
    }

    pub fn length(&self) -> usize {
        self.pieces.iter().map(|piece| piece.text.len()).sum()
    }

    pub fn without_space(mut self) -> Self {
        if let Some(first) = self.pieces.first_mut() {
            first.text = first.text.trim_start().to_string();
        }
        self
    }

    /// The pieces without the space before them.
    pub fn trimmed(self) -> Vec<Piece> {
        self.without_space().pieces
    }
}

pub fn piece(text: &str, from: &Range<usize>) -> Piece {
    Piece {
        text: text.to_string(),
        from: from.clone(),
    }
}

/// A token as it stands, with its space.
pub fn word(token: &Token) -> Piece {
    let space = if token.spaced { " " } else { "" };
    piece(&format!("{space}{}", token.text), &token.span)
}

pub fn atom(token: &Token) -> Part {
    atom_of(&token.text, token)
}

pub fn atom_of(text: &str, token: &Token) -> Part {
    let space = if token.spaced { " " } else { "" };
    Part {
        pieces: vec![piece(&format!("{space}{text}"), &token.span)],
        span: token.span.clone(),
        is_atom: true,
        is_number: false,
        ends_in_power: false,
    }
}

pub fn empty(span: &Range<usize>) -> Part {
    Part {
        pieces: Vec::new(),
        span: span.clone(),
        is_atom: false,
        is_number: false,
        ends_in_power: false,
    }
}

/// One part, an operator and perhaps another part.
pub fn joined(left: Part, operator: Piece, right: Option<Part>) -> Part {
    let mut pieces = left.pieces;
    let end = right
        .as_ref()
        .map_or(operator.from.end, |right| right.span.end);
    let ends_in_power = right.as_ref().is_some_and(|right| right.ends_in_power);
    pieces.push(operator);
    pieces.extend(right.map(|right| right.pieces).unwrap_or_default());
    Part {
        pieces,
        span: left.span.start.min(end)..end.max(left.span.start),
        is_atom: false,
        is_number: false,
        ends_in_power,
    }
}

/// A call to a power.
pub fn raised(call: Part, power: Option<String>) -> Part {
    let Some(power) = power else {
        return call;
    };
    let end = call.span.end;
    let text = if power.starts_with('-') {
        format!("^({power})")
    } else {
        format!("^{power}")
    };
    joined(call, piece(&text, &(end..end)), None)
}

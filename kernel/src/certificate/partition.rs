//! The tree of cuts that a proof walks down, as text.
//!
//! A tree is a string of ASCII characters, in the order in which a walk from the root visits the
//! nodes (a node, then its lower half, then its upper half):
//!
//! | text | node |
//! |---|---|
//! | `A` .. `Z` | a cut across input 0 .. 25 in the middle of its side |
//! | `@A1/32;` | a cut across input 0 at 1/32 |
//! | `/2,-3,1;` | a cut along the line 2 x - 3 y + 1 = 0; its upper half is where this is positive |
//! | a small letter | a leaf; the letter names the [`Method`] |
//!
//! The leaves cover the domain by construction: the two halves of a cut make up the cell.

use crate::geometry::Affine;
use crate::numbers::Rational;
use crate::numbers::literal;

/// The most inputs that a certificate supports.
pub const MAX_INPUTS: usize = 26;

/// The most lines above a leaf: a polygon has at most four more sides.
pub const MAX_LINES: usize = 256;

/// The greatest length of a place of a cut, or of an end of the domain, in bits of numerator and
/// denominator: all cells below it contain the number.
pub const MAX_PLACE_BITS: usize = 1 << 14;

/// The greatest length of a coefficient of a line, in bits.
pub const MAX_LINE_BITS: usize = 1 << 12;

/// How the bound of a leaf is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Not at all: the leaf has no bound; for `area`, all of it may be misclassified.
    Open,
    /// Intervals (T10; T16 for integrals).
    Natural,
    /// Linear forms (T11; T16 for integrals).
    Linear,
    /// The mean value form (T12).
    MeanValue,
    /// Taylor's formula of second order (T17; T16 for integrals).
    SecondOrder,
    /// Linear forms on the faces where the difference is largest and smallest (T13).
    Monotone,
    /// Exact maximum of a piece that is affine minus a polynomial of degree at most 2 (T14).
    Exact,
    /// Area: decision and region are half-planes up to a margin (T15).
    HalfPlanes,
    /// `l1` and `l2`: part by part of a grid along the transition layers of steps (T29).
    TransitionLayers,
}

impl Method {
    /// All methods.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::Natural,
        Self::Linear,
        Self::MeanValue,
        Self::Monotone,
        Self::Exact,
        Self::HalfPlanes,
        Self::SecondOrder,
        Self::TransitionLayers,
    ];

    /// The letter in certificates.
    pub fn letter(self) -> u8 {
        match self {
            Self::Open => b'o',
            Self::Natural => b'n',
            Self::Linear => b'l',
            Self::MeanValue => b'g',
            Self::SecondOrder => b's',
            Self::Monotone => b'm',
            Self::Exact => b'e',
            Self::HalfPlanes => b'h',
            Self::TransitionLayers => b'w',
        }
    }

    /// Does every checker support it?
    pub fn is_core(self) -> bool {
        match self {
            Self::Open | Self::Natural | Self::Linear | Self::Exact | Self::HalfPlanes => true,
            Self::MeanValue | Self::SecondOrder | Self::Monotone | Self::TransitionLayers => false,
        }
    }

    /// Finds a method by its letter.
    pub fn from_letter(letter: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|method| method.letter() == letter)
    }
}

/// One node of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A cut across an input; with a place if it is not in the middle.
    Cut {
        /// The input.
        axis: usize,
        /// The place; `None` for the middle.
        place: Option<Rational>,
    },
    /// A cut along a line, in two inputs: the function is at most 0 on the lower half.
    Line(Affine),
    /// A leaf, and how its bound is computed.
    Leaf(Method),
}

/// The text of a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partition {
    text: Vec<u8>,
}

/// Why a text is not a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The text ends in the middle of the tree.
    #[error("the tree ends after {0} characters, before all cells have a leaf")]
    Truncated(usize),
    /// A character without a meaning.
    #[error("expected a cut or a leaf at character {position} of the tree, found `{found}`")]
    Unknown {
        /// The position, counted from one.
        position: usize,
        /// The character, escaped if it does not print.
        found: String,
    },
    /// A leaf with numbers of its own, which no method supports yet.
    #[error(
        "leaf `{method}` at character {position} of the tree has a payload, which is not supported yet"
    )]
    Payload {
        /// The position of the leaf, counted from one.
        position: usize,
        /// Its letter.
        method: char,
    },
    /// The place of a cut is not a number, or its line not three numbers.
    #[error("the place of the cut at character {position} of the tree is not a number")]
    BadPlace {
        /// The position, counted from one.
        position: usize,
    },
}

impl Partition {
    /// Returns a tree from its text without line ends.
    pub fn from_text(text: Vec<u8>) -> Self {
        Self { text }
    }

    /// The text of the tree.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Adds the next node of the walk.
    ///
    /// - Panics: for an axis beyond [`MAX_INPUTS`], which no certificate has.
    pub fn push(&mut self, node: &Node) {
        match node {
            Node::Leaf(method) => self.text.push(method.letter()),
            Node::Line(Affine { a, b, c }) => {
                self.text
                    .extend_from_slice(format!("/{a},{b},{c};").as_bytes());
            }
            Node::Cut { axis, place } => {
                let letter = u8::try_from(*axis)
                    .ok()
                    .filter(|axis| usize::from(*axis) < MAX_INPUTS)
                    .map(|axis| b'A' + axis)
                    .expect("a certificate has at most 26 inputs");
                match place {
                    None => self.text.push(letter),
                    Some(place) => {
                        self.text.push(b'@');
                        self.text.push(letter);
                        self.text.extend_from_slice(place.to_string().as_bytes());
                        self.text.push(b';');
                    }
                }
            }
        }
    }

    /// Returns a reader of the nodes in order.
    pub fn nodes(&self) -> Nodes<'_> {
        self.nodes_from(0)
    }

    /// Returns a reader of the nodes from a position in the text.
    pub fn nodes_from(&self, position: usize) -> Nodes<'_> {
        Nodes {
            text: &self.text,
            position,
        }
    }

    /// Returns the number of leaves, counted by their letters.
    pub fn leaves(&self) -> usize {
        self.text
            .iter()
            .filter(|byte| byte.is_ascii_lowercase())
            .count()
    }
}

/// Reads the nodes of a tree in order.
#[derive(Clone, Debug)]
pub struct Nodes<'a> {
    text: &'a [u8],
    position: usize,
}

impl Nodes<'_> {
    /// Returns the next node.
    ///
    /// - Errors: [`TreeError`], also at the end of the text: a walk asks only while cells are open.
    pub fn next_node(&mut self) -> Result<Node, TreeError> {
        let byte = self.take()?;
        match byte {
            b'A'..=b'Z' => Ok(Node::Cut {
                axis: usize::from(byte - b'A'),
                place: None,
            }),
            b'@' => {
                let position = self.position;
                let letter = self.take()?;
                let axis = letter
                    .checked_sub(b'A')
                    .map(usize::from)
                    .filter(|axis| *axis < MAX_INPUTS)
                    .ok_or(TreeError::BadPlace { position })?;
                let place = number(self.until_semicolon()?, MAX_PLACE_BITS)
                    .ok_or(TreeError::BadPlace { position })?;
                Ok(Node::Cut {
                    axis,
                    place: Some(place),
                })
            }
            b'/' => {
                let position = self.position;
                let parts: Option<Vec<Rational>> = self
                    .until_semicolon()?
                    .split(|byte| *byte == b',')
                    .map(|text| number(text, MAX_LINE_BITS))
                    .collect();
                let line = match parts.as_deref() {
                    Some([a, b, c]) => Affine::from_rationals(a, b, c),
                    _ => return Err(TreeError::BadPlace { position }),
                };
                if line.bits() > MAX_LINE_BITS {
                    return Err(TreeError::BadPlace { position });
                }
                Ok(Node::Line(line))
            }
            _ => {
                let method = Method::from_letter(byte).ok_or_else(|| TreeError::Unknown {
                    position: self.position,
                    found: byte.escape_ascii().to_string(),
                })?;
                if self.text.get(self.position) == Some(&b'(') {
                    return Err(TreeError::Payload {
                        position: self.position,
                        method: char::from(byte),
                    });
                }
                Ok(Node::Leaf(method))
            }
        }
    }

    /// Skips a node and everything below it, without reading numbers; returns the number of leaves.
    ///
    /// - Errors: [`TreeError`] if the text ends before the tree does.
    pub fn skip_tree(&mut self) -> Result<usize, TreeError> {
        let mut open: usize = 1;
        let mut leaves = 0;
        while open > 0 {
            match self.take()? {
                b'A'..=b'Z' => open += 1,
                b'@' => {
                    self.take()?;
                    self.until_semicolon()?;
                    open += 1;
                }
                b'/' => {
                    self.until_semicolon()?;
                    open += 1;
                }
                _ => {
                    open -= 1;
                    leaves += 1;
                }
            }
        }
        Ok(leaves)
    }

    /// Reads up to a semicolon, and returns the text before it.
    fn until_semicolon(&mut self) -> Result<&[u8], TreeError> {
        let position = self.position;
        let rest = &self.text[self.position..];
        let length = rest
            .iter()
            .take(4096)
            .position(|byte| *byte == b';')
            .ok_or(TreeError::BadPlace { position })?;
        self.position += length + 1;
        Ok(&rest[..length])
    }

    fn take(&mut self) -> Result<u8, TreeError> {
        let byte = self
            .text
            .get(self.position)
            .ok_or(TreeError::Truncated(self.position))?;
        self.position += 1;
        Ok(*byte)
    }

    /// Has every character been read?
    pub fn is_at_end(&self) -> bool {
        self.position == self.text.len()
    }

    /// Returns the number of characters read.
    pub fn position(&self) -> usize {
        self.position
    }
}

/// Reads a number of at most this many bits.
fn number(text: &[u8], bits: usize) -> Option<Rational> {
    let text = std::str::from_utf8(text).ok()?;
    literal::parse(text)
        .ok()
        .filter(|number| number.bits() <= bits)
}

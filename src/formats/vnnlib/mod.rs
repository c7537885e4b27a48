//! VNN-LIB 1.0: what must not happen, as a property of a network's inputs and outputs.
//!
//! ```text
//! (declare-const X_0 Real)            inputs X_0, X_1, .. and outputs Y_0, Y_1, .., without gaps
//! (declare-const Y_0 Real)
//! (assert (<= X_0 0.5))               all assertions together describe what must not happen
//! (assert (or (and (<= X_0 0.1) (>= Y_0 3.0)) ...))
//! ```
//!
//! Conditions are `and`, `or` and `not` in any nesting over `<=`, `<`, `>=`, `>` and `=`; terms are
//! `+`, `-`, `*` and `/`, linear in inputs and outputs, which may be mixed. Decimals are exact. Every
//! part of a disjunction must bound every input. The result is a [`Property`]: closed boxes of inputs with a
//! condition each. A strict bound stays in the condition, so the meaning does not change.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

mod condition;
mod expression;
mod linear;
mod pieces;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;
use std::io::Read;
use std::ops::Range;

use flate2::read::MultiGzDecoder;

use super::kind::without_mark;
use crate::expr::{Property, PropertyError};
use condition::{Cases, Node, cases, condition};
use expression::Expression;
use linear::Variable;
pub use write::{ClaimError, Edge, write_claim};

/// The largest file, in bytes, unpacked.
pub const MAX_BYTES: usize = 1 << 26;

/// The reason why a file is not a property, with the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VnnlibError {
    /// The message.
    pub message: String,
    /// How to fix it, if that is known.
    pub hint: Option<String>,
    /// The place, in bytes of the text.
    pub span: Range<usize>,
}

impl VnnlibError {
    fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            span,
        }
    }

    fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_string());
        self
    }
}

impl fmt::Display for VnnlibError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for VnnlibError {}

/// Returns the text of a file, which may be packed by gzip, without a byte-order mark.
///
/// - Errors: the file is damaged, too large, or not text; with an empty place.
pub fn text(bytes: &[u8]) -> Result<String, VnnlibError> {
    let wrong = |message: String| VnnlibError::new(message, 0..0);
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
        let mut unpacked = Vec::new();
        MultiGzDecoder::new(bytes)
            .take(most.saturating_add(1))
            .read_to_end(&mut unpacked)
            .map_err(|error| wrong(format!("the file cannot be unpacked: {error}")))?;
        unpacked
    } else {
        bytes.to_vec()
    };
    if bytes.len() > MAX_BYTES {
        let message = format!("the file has more than {MAX_BYTES} bytes");
        return Err(wrong(message));
    }
    let bytes = without_mark(&bytes).to_vec();
    String::from_utf8(bytes).map_err(|_| wrong("this is not a text file in UTF-8".into()))
}

/// Reads a property.
///
/// - Errors: [`VnnlibError`] with the first thing that is wrong or not supported.
///
/// ```
/// let property = steeple::formats::vnnlib::read(
///     "(declare-const X_0 Real) (declare-const Y_0 Real)
///      (assert (>= X_0 -1.0)) (assert (<= X_0 1.0)) (assert (>= (* 2.0 Y_0) 0.1))",
/// )?;
/// assert_eq!(property.cases()[0].text(), "2*Y_0 >= 1/10");
/// # Ok::<(), steeple::formats::vnnlib::VnnlibError>(())
/// ```
pub fn read(text: &str) -> Result<Property, VnnlibError> {
    Ok(read_explained(text)?.0)
}

/// Reads a property. If no inputs and outputs satisfy the assertions, and the reader sees it, it also returns
/// the reason; the property then has one case, with one point and a condition that is false.
///
/// - Errors: those of [`read`].
pub fn read_explained(text: &str) -> Result<(Property, Option<String>), VnnlibError> {
    let mut inputs = Vec::new();
    let mut outputs = Vec::new();
    let mut assertions: Vec<Node> = Vec::new();
    for command in expression::read(text)? {
        let span = command.span.clone();
        let wrong = |message: &str| VnnlibError::new(message, span.clone());
        let (name, operands) = command
            .call()
            .ok_or_else(|| wrong("expected a command here").hint("such as (assert ...)"))?;
        match (name, operands) {
            ("declare-const", [name, kind]) => declare(name, kind, &mut inputs, &mut outputs)?,
            ("declare-fun", [name, arguments, kind]) if is_empty(arguments) => {
                declare(name, kind, &mut inputs, &mut outputs)?;
            }
            ("declare-const" | "declare-fun", _) => {
                return Err(wrong("expected a name and its kind").hint("(declare-const X_0 Real)"));
            }
            ("assert", [one]) => {
                let declared = |variable: Variable| match variable {
                    Variable::Input(i) => matches!(inputs.get(i), Some(Some(_))),
                    Variable::Output(j) => matches!(outputs.get(j), Some(Some(_))),
                };
                assertions.push(condition(one, false, &declared)?);
            }
            ("assert", _) => return Err(wrong("`assert` needs one condition")),
            // Commands to solvers that are not part of the problem.
            ("set-logic" | "set-info" | "set-option" | "check-sat" | "get-model" | "exit", _) => {}
            (name, _) if name.starts_with("vnnlib-version") || name == "declare-network" => {
                return Err(wrong("VNN-LIB 2.0 is not read in this version")
                    .hint("VNN-LIB 1.0 has (declare-const X_0 Real) and so on"));
            }
            (name, _) => {
                return Err(wrong(&format!("the command `{name}` is not supported"))
                    .hint("declare-const and assert are"));
            }
        }
    }
    let inputs = without_gaps(inputs, "X", "input")?;
    let outputs = without_gaps(outputs, "Y", "output")?;
    if assertions.is_empty() {
        return Err(VnnlibError::new("there is no assertion", 0..0));
    }
    let Cases { cases, vacuous } = cases(assertions, &inputs)?;
    let property = Property::new(inputs.len(), outputs.len(), cases);
    let property = property.map_err(|error| {
        let error = match error {
            PropertyError::Formula { case, error } => {
                format!("the condition of box {case} is too long: {error}")
            }
            other => other.to_string(),
        };
        VnnlibError::new(error, 0..0)
    })?;
    Ok((property, vacuous))
}

/// Where variables are declared, by their place.
type Declarations = Vec<Option<Range<usize>>>;

/// The most inputs, or outputs.
const MAX_VARIABLES: usize = 1 << 16;

fn is_empty(expression: &Expression<'_>) -> bool {
    matches!(&expression.kind, expression::Kind::List(items) if items.is_empty())
}

fn declare(
    name: &Expression<'_>,
    kind: &Expression<'_>,
    inputs: &mut Declarations,
    outputs: &mut Declarations,
) -> Result<(), VnnlibError> {
    let word = name
        .word()
        .ok_or_else(|| VnnlibError::new("expected a name here", name.span.clone()))?;
    if kind.word() != Some("Real") {
        let error = VnnlibError::new(format!("`{word}` is not Real"), kind.span.clone());
        return Err(error.hint("all variables are real numbers"));
    }
    let (list, place) = match Variable::from_name(word) {
        Some(Variable::Input(place)) => (inputs, place),
        Some(Variable::Output(place)) => (outputs, place),
        None => {
            let message = format!("`{word}` is neither an input X_i nor an output Y_j");
            return Err(VnnlibError::new(message, name.span.clone())
                .hint("variables are X_0, X_1, .. and Y_0, Y_1, .."));
        }
    };
    if place >= MAX_VARIABLES {
        let message = format!("`{word}` is beyond the {MAX_VARIABLES} that are allowed");
        return Err(VnnlibError::new(message, name.span.clone()));
    }
    if list.len() <= place {
        list.resize(place + 1, None);
    }
    match list.get_mut(place) {
        Some(slot @ None) => {
            *slot = Some(name.span.clone());
            Ok(())
        }
        _ => Err(VnnlibError::new(
            format!("`{word}` is declared twice"),
            name.span.clone(),
        )),
    }
}

fn without_gaps(
    list: Declarations,
    letter: &str,
    what: &str,
) -> Result<Vec<Range<usize>>, VnnlibError> {
    if list.is_empty() {
        let message = format!("no {what} is declared");
        let hint = format!("(declare-const {letter}_0 Real)");
        return Err(VnnlibError::new(message, 0..0).hint(&hint));
    }
    let last = list.iter().flatten().last().cloned().unwrap_or_default();
    let each = list.into_iter().enumerate().map(|(place, slot)| {
        let message = format!("{what} {letter}_{place} is not declared, but a later one is");
        slot.ok_or_else(|| VnnlibError::new(message, last.clone()))
    });
    each.collect()
}

//! What an operator works on: its node, the inputs of the node, and the context.

use std::rc::Rc;

use super::context::{Context, error};
use super::places::{all_axes, axis};
use super::proto::Node;
use super::value::{Value, rational};
use crate::formats::foreign::ForeignError;
use crate::numbers::Rational;

/// What goes into a node; nothing for an optional input that is left out.
pub type Operands = Vec<Option<Rc<Value>>>;

/// What most operators give: one value, or why not.
pub type Output = Result<Value, ForeignError>;

/// An operator at work on one node.
pub struct Call<'a> {
    /// The node, with its attributes.
    pub node: &'a Node<'a>,
    /// What goes in.
    pub inputs: Inputs,
    /// What all nodes share.
    pub context: &'a mut Context,
}

impl Call<'_> {
    /// Takes the first input, to change it.
    pub fn own(&mut self) -> Output {
        let value = self.inputs.take(0)?;
        self.context.own(value)
    }

    /// Integers that older versions of the operators keep in an attribute, and later ones in an input.
    pub fn integers(&mut self, name: &str, index: usize) -> Result<Option<Vec<i64>>, ForeignError> {
        match self.node.integers(name)? {
            Some(list) => Ok(Some(list)),
            None => self.inputs.integers(index),
        }
    }

    /// The axes given by the attribute `axes`, or else by an input.
    pub fn axes(&mut self, index: usize, rank: usize) -> Result<Option<Vec<usize>>, ForeignError> {
        let list = self.integers("axes", index)?;
        if list.as_ref().is_some_and(|list| list.len() > rank) {
            return Err(error("an axis is named twice"));
        }
        list.map(|list| all_axes(list, rank)).transpose()
    }

    /// The attribute `axis`, for a tensor with this many axes.
    pub fn axis(&self, default: i64, rank: usize) -> Result<usize, ForeignError> {
        axis(self.node.integer("axis")?.unwrap_or(default), rank)
    }

    /// An attribute that has to be finite.
    pub fn number(&self, name: &str, default: f32) -> Result<Rational, ForeignError> {
        let value = self.node.float(name)?.unwrap_or(default);
        if value.is_finite() {
            Ok(rational(f64::from(value)))
        } else {
            Err(error(format!("the attribute `{name}` is not finite")))
        }
    }
}

/// The inputs of a node, handed out one by one.
pub struct Inputs {
    operands: Operands,
}

impl Inputs {
    /// The inputs that these operands are.
    pub fn new(operands: Operands) -> Self {
        Self { operands }
    }

    /// How many there are, those left out at the end not counted.
    pub fn len(&self) -> usize {
        self.operands.len()
    }

    /// The place of an input that nobody has taken, so that it would be read as if it were not there.
    pub fn overlooked(&self) -> Option<usize> {
        self.operands.iter().position(Option::is_some)
    }

    /// Is an element of an input infinite?
    pub fn has_infinity(&self) -> bool {
        let mut operands = self.operands.iter().flatten();
        operands.any(|value| value.is_infinite)
    }

    /// Takes all inputs, which have to be there.
    pub fn take_all(&mut self) -> Result<Vec<Rc<Value>>, ForeignError> {
        (0..self.len()).map(|index| self.take(index)).collect()
    }

    /// Takes an input that has to be there.
    pub fn take(&mut self, index: usize) -> Result<Rc<Value>, ForeignError> {
        self.optional(index)
            .ok_or_else(|| error(format!("input {} is missing", index + 1)))
    }

    /// Takes an input that may be left out.
    pub fn optional(&mut self, index: usize) -> Option<Rc<Value>> {
        self.operands.get_mut(index).and_then(Option::take)
    }

    /// Takes an input that holds constant integers, such as sizes and axes.
    pub fn integers(&mut self, index: usize) -> Result<Option<Vec<i64>>, ForeignError> {
        self.optional(index)
            .map(|value| {
                value
                    .as_integers()
                    .ok_or_else(|| error(format!("input {} must be constant", index + 1)))
            })
            .transpose()
    }
}

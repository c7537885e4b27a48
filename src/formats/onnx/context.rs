//! What operators share while a graph is read: the units found so far, and a budget.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::value::{Coefficient, Form, Value};
use crate::formats::foreign::ForeignError;
use crate::network::Activation;
use crate::numbers::Rational;

/// An error without a place yet; the walk through the graph adds the node.
pub fn error(message: impl Into<String>) -> ForeignError {
    ForeignError::new(message)
}

/// What some activations are written with, but no activation itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The error function, of gelu.
    Erf,
    /// The exponential function, of softplus.
    Exp,
}

impl Part {
    /// The name of the operator, and what it has to be a part of.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Erf => ("Erf", "gelu"),
            Self::Exp => ("Exp", "softplus"),
        }
    }
}

/// A unit that an operator asked for, or an input of the network.
pub struct Unit {
    /// What it does; nothing for an input. What a part does is not said here.
    pub activation: Option<Activation>,
    /// Is this no activation, but a part of one?
    pub part: Option<Part>,
    /// Its preactivations: one, or as many as maxout has.
    pub rows: Vec<Form>,
    /// Which node asked for it: an index into [`Context::places`].
    pub place: usize,
}

/// What is known while a graph is read.
pub struct Context {
    /// Inputs first, then units after all those they use.
    pub units: Vec<Unit>,
    /// What messages call the nodes that made units.
    pub places: Vec<String>,
    /// What whoever reads the network should know.
    pub notes: Vec<String>,
    /// The operators of the standard that were used, by name.
    pub operators: BTreeSet<String>,
    budget: u64,
}

impl Context {
    /// Starts with a budget that is worth a file of this many bytes.
    pub fn new(file: usize) -> Self {
        Self {
            units: Vec::new(),
            places: Vec::new(),
            notes: Vec::new(),
            operators: BTreeSet::new(),
            // A float32 weight, 4 bytes in the file, may be touched some thirty times.
            budget: (1 << 21) + 8 * file as u64,
        }
    }

    /// Takes this many numbers from the budget, before memory is taken for them.
    pub fn spend(&mut self, numbers: u64) -> Result<(), ForeignError> {
        match self.budget.checked_sub(numbers) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(ForeignError::new(
                "the network becomes much larger than the file it is read from",
            )
            .hint("limits keep small files from taking all memory; is this a network of dense layers?")),
        }
    }

    /// Says something once.
    pub fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Returns the value to change, which is copied if someone else still needs it.
    pub fn own(&mut self, value: Rc<Value>) -> Result<Value, ForeignError> {
        match Rc::try_unwrap(value) {
            Ok(value) => Ok(value),
            Err(shared) => {
                self.spend(shared.cost())?;
                Ok((*shared).clone())
            }
        }
    }

    /// Adds an input of the network.
    pub fn input(&mut self) -> Result<Form, ForeignError> {
        self.push(None, None, Vec::new())
    }

    /// Adds a part of an activation that is not known yet; a constant where it is rational.
    pub fn part(&mut self, part: Part, row: Form) -> Result<Form, ForeignError> {
        if row.is_constant() && row.bias.is_zero() {
            return Ok(Form::constant(match part {
                Part::Erf => Coefficient::ZERO,
                Part::Exp => Coefficient::ONE,
            }));
        }
        self.push(Some(Activation::Identity), Some(part), vec![row])
    }

    fn push(
        &mut self,
        activation: Option<Activation>,
        part: Option<Part>,
        rows: Vec<Form>,
    ) -> Result<Form, ForeignError> {
        self.spend(8)?;
        let unit = u32::try_from(self.units.len())
            .map_err(|_| ForeignError::new("there are more than 2^32 units"))?;
        self.units.push(Unit {
            activation,
            part,
            rows,
            place: self.places.len().saturating_sub(1),
        });
        Ok(Form::unit(unit))
    }

    /// Returns a unit with this activation on these preactivations; a constant where they are
    /// constant and the value is rational.
    pub fn activate(
        &mut self,
        activation: Activation,
        rows: Vec<Form>,
    ) -> Result<Form, ForeignError> {
        if rows.iter().all(Form::is_constant) {
            let values: Vec<_> = rows.iter().map(|row| row.bias.to_rational()).collect();
            if let Ok(value) = activation.combine::<Rational>(&(), &values) {
                return Ok(Form::constant(value));
            }
        }
        self.push(Some(activation), None, rows)
    }

    /// Returns max(0, form).
    pub fn relu(&mut self, form: Form) -> Result<Form, ForeignError> {
        self.activate(Activation::Relu, vec![form])
    }

    /// Returns the form cut off below `low` and above `high`, where they are given.
    ///
    /// - Exactness: exact. `low + relu(z - low)`; `high - relu(high - z)`; with centre c and half
    ///   width r, `c + r hard-tanh((z - c) / r)`; `high` where `low >= high`, as ONNX defines it.
    pub fn clip(
        &mut self,
        form: Form,
        low: Option<&Rational>,
        high: Option<&Rational>,
    ) -> Result<Form, ForeignError> {
        let plus = |form: Form, value: &Rational| form.plus(&Form::constant(value.clone()));
        match (low, high) {
            (None, None) => Ok(form),
            (Some(low), None) => {
                let above = self.relu(plus(form, &-low))?;
                Ok(plus(above, low))
            }
            (None, Some(high)) => {
                let below = self.relu(plus(form.negated(), high))?;
                Ok(plus(below.negated(), high))
            }
            (Some(low), Some(high)) if low >= high => Ok(Form::constant(high.clone())),
            (Some(low), Some(high)) => {
                let (centre, half) = (low.midpoint(high), (high - low).half());
                let inverse = half.reciprocal().unwrap_or(Rational::ONE);
                let scaled = plus(form, &-&centre).times(&inverse.into());
                let cut = self.activate(Activation::HardTanh, vec![scaled])?;
                Ok(plus(cut.times(&half.into()), &centre))
            }
        }
    }
}

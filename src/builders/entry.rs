//! What there is to know about a builder, and what it can be asked to do.

use super::error::BuildError;
use super::parameters::{Parameter, Parameters, Units};
use super::request::{Built, Request};
use crate::numbers::Rational;

/// A key of `[network]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What holds when it is left out.
    pub default: &'static str,
}

impl Key {
    /// What it says, and what its value has to be.
    pub fn parameter(&self) -> Option<&'static Parameter> {
        Parameter::named(self.name)
    }
}

/// What a target is to a builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Goal {
    /// The network is to be near the target; the error is what is proved.
    Target,
    /// The target has only inputs and a domain. Nothing is claimed: linear regions are counted.
    Regions,
}

/// How many outputs a target may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outputs {
    /// One.
    One,
    /// Any number: one formula for each.
    Several,
}

/// Which norms a builder's theorem speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bounds {
    /// The supremum; what follows for `l1` and `l2` is worked out by the caller.
    Sup,
    /// Whatever norm the request names.
    AsAsked,
}

/// The key that is chosen from a tolerance when it is left out.
#[derive(Clone, Copy, Debug)]
pub struct SizeKey {
    /// Its name.
    pub name: &'static str,
    /// The smallest value that makes sense.
    pub smallest: usize,
    /// The largest value worth trying; a grid in several inputs is refused earlier.
    pub largest: usize,
    /// Puts a size among the parameters.
    pub set: fn(&mut Parameters, usize),
    /// Returns a size whose a-priori bound is at most a tolerance, in the norm of the request.
    pub needed: fn(&Request, &Rational) -> Option<usize>,
    /// Has a size any meaning with these parameters?
    pub is_of_use: fn(&Parameters) -> bool,
    /// Fills in what else is chosen from a tolerance, before any size is tried; or says why no size
    /// can keep it.
    pub prepare: Option<Prepare>,
}

/// Parameters that a tolerance is to be kept with.
pub type Prepare = fn(&Request, &Rational) -> Result<Parameters, BuildError>;

impl SizeKey {
    /// Is this key among the parameters, or of no use with them?
    pub fn is_given(&self, parameters: &Parameters) -> bool {
        !(self.is_of_use)(parameters) || parameters.present().contains(&self.name)
    }

    /// Returns a size as the key has it: a number, or for larger sizes a smaller step.
    pub fn text(&self, size: usize) -> String {
        let with_size = self.with(&Parameters::default(), size);
        with_size
            .step
            .map_or(size.to_string(), |step| step.to_string())
    }

    /// Returns the parameters with this size.
    pub fn with(&self, parameters: &Parameters, size: usize) -> Parameters {
        let mut parameters = parameters.clone();
        (self.set)(&mut parameters, size);
        parameters
    }
}

/// A builder: in words for `steeple catalogue`, and as functions.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name in specs.
    pub name: &'static str,
    /// What it builds, in a line.
    pub summary: &'static str,
    /// The fewest and the most inputs.
    pub inputs: (usize, usize),
    /// How many outputs.
    pub outputs: Outputs,
    /// What the target is for.
    pub goal: Goal,
    /// The activations it takes, the default one first.
    pub activations: &'static [Units],
    /// The keys it takes.
    pub keys: &'static [Key],
    /// The key that is its size; none where the parameters say all.
    pub size: Option<SizeKey>,
    /// Which norms its bound is in.
    pub bounds: Bounds,
    /// The a-priori bound.
    pub bound: &'static str,
    /// The page under `proofs/theorems`.
    pub theorem: &'static str,
    /// A spec that can be tried.
    pub example: &'static str,
    /// Builds a network for a request that fits the entry.
    pub build: fn(&Request) -> Result<Built, BuildError>,
}

/// More inputs than this are not named as a largest number.
const ANY_NUMBER: usize = 64;

impl Entry {
    /// The number of inputs in words.
    pub fn inputs_text(&self) -> String {
        match self.inputs {
            (1, 1) => "1 input".to_owned(),
            (fewest, most) if most > ANY_NUMBER => format!("{fewest} or more inputs"),
            (fewest, most) if fewest == most => format!("{most} inputs"),
            (fewest, most) => format!("{fewest} to {most} inputs"),
        }
    }
}

/// Returns a key with what holds when it is left out.
pub const fn key(name: &'static str, default: &'static str) -> Key {
    Key { name, default }
}

/// Activations of builders whose units are steps.
pub const STEPS: &[Units] = &[Units::Sigmoid, Units::Heaviside];
/// `cells` of a builder whose size it is.
pub const CELLS: Key = key("cells", "from the tolerance");
/// `activation` of builders whose units are steps.
pub const ACTIVATION: Key = key("activation", "sigmoid");
/// `second_steepness`.
pub const SECOND: Key = key("second_steepness", "40 (heaviside: 1)");

/// `cells` as a size that [`SizeKey::needed`] finds by this function.
pub const fn cells_by(needed: fn(&Request, &Rational) -> Option<usize>, largest: usize) -> SizeKey {
    SizeKey {
        name: "cells",
        smallest: 1,
        largest,
        set: |parameters, size| parameters.cells = Some(vec![size]),
        needed,
        is_of_use: |_| true,
        prepare: None,
    }
}

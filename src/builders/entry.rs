//! The description of a builder: its keys, its limits, and the function that builds.

use super::error::BuildError;
use super::parameters::{Parameter, Parameters, Units};
use super::request::{Built, Request};
use crate::numbers::Rational;

/// A key of `[network]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// The value if the key is left out.
    pub default: &'static str,
}

impl Key {
    /// Its meaning, and the form of its value.
    pub fn parameter(&self) -> Option<&'static Parameter> {
        Parameter::named(self.name)
    }
}

/// How a builder uses the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Goal {
    /// The network approximates the target, and the error is proved.
    Target,
    /// The target has only inputs and a domain; linear regions are counted.
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

/// The norms of a builder's theorem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bounds {
    /// The supremum; the caller derives bounds for `l1` and `l2`.
    Sup,
    /// The norm of the request.
    AsAsked,
}

/// The key that is chosen from a tolerance if it is left out.
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
    /// Does the size have an effect with these parameters?
    pub is_of_use: fn(&Parameters) -> bool,
    /// Does the builder find the smallest size itself, from a tolerance in the norm `sup`?
    pub is_found: fn(&Parameters) -> bool,
    /// Fills in other parameters that are chosen from a tolerance, before any size is tried; or explains
    /// why no size can keep it.
    pub prepare: Option<Prepare>,
}

/// The function that chooses parameters for a tolerance.
pub type Prepare = fn(&Request, &Rational) -> Result<Parameters, BuildError>;

impl SizeKey {
    /// Is this key among the parameters, or without effect on them?
    pub fn is_given(&self, parameters: &Parameters) -> bool {
        !(self.is_of_use)(parameters) || parameters.present().contains(&self.name)
    }

    /// Returns a size in the form of the key: a number, or a step that is smaller for larger sizes.
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

/// A builder: its texts for `steeple catalogue`, and its functions.
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
    /// How the target is used.
    pub goal: Goal,
    /// The activations it takes, the default one first.
    pub activations: &'static [Units],
    /// The keys it takes.
    pub keys: &'static [Key],
    /// The key for its size, if it has one.
    pub size: Option<SizeKey>,
    /// Which norms its bound is in.
    pub bounds: Bounds,
    /// The a-priori bound.
    pub bound: &'static str,
    /// The page under `proofs/theorems`.
    pub theorem: &'static str,
    /// An example spec.
    pub example: &'static str,
    /// Builds a network for a request that fits the entry.
    pub build: fn(&Request) -> Result<Built, BuildError>,
}

/// A larger limit on the inputs is shown as "or more".
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

/// Returns a key with its default.
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
        is_found: |_| false,
        prepare: None,
    }
}

//! Exact relu networks for targets that are piecewise linear already.
//!
//! [`read`] turns a formula into a sum of functions of one direction ([`form`], [`pieces`]) and of nested
//! units ([`units`]); [`choice`] does so for `if`, where its branches meet. [`layers`] puts the units
//! into layers with as few units as it finds, and [`orient`] turns units round to save one.

pub mod choice;
pub mod form;
pub mod layers;
pub mod orient;
pub mod pieces;
pub mod read;
#[cfg(test)]
mod tests;
pub mod units;

use std::fmt::Write;
use std::panic::resume_unwind;
use std::thread;

use crate::builders::entry::{Bounds, Entry, Goal, Outputs, key};
use crate::builders::error::BuildError;
use crate::builders::parameters::{Parameters, Units as Activations};
use crate::builders::request::{APriori, Built, Request};
use crate::expr::{Domain, Expr, Target};
use crate::network::Network;
use crate::numbers::Rational;
use crate::words::count;
use layers::Layers;
use read::Reader;
use units::Units;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "exact",
    summary: "a target of max, min, abs, relu and continuous `if` of affine parts, with error 0",
    inputs: (1, usize::MAX),
    outputs: Outputs::Several,
    goal: Goal::Target,
    activations: &[Activations::Relu],
    keys: &[key("activation", "relu")],
    size: None,
    bounds: Bounds::Sup,
    bound: "0: the network is the target",
    theorem: "T39",
    example: r#"[target]
formula = "max(x, y)"
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "exact"

[claim]
norm = "sup"
tolerance = 0
"#,
    build: exact,
};

/// A target that was recognised as continuous and piecewise linear on its domain, with the units of an
/// exact network.
#[derive(Clone, Debug)]
pub struct Recognised {
    layers: Layers,
}

impl Recognised {
    /// The number of units.
    pub fn units(&self) -> usize {
        self.layers.units()
    }

    /// The number of units of each hidden layer.
    pub fn widths(&self) -> Vec<usize> {
        self.layers.widths()
    }

    /// The number of units that are always on.
    pub fn always_on(&self) -> usize {
        self.layers.carriers()
    }

    /// Returns the network; the target is the one that was recognised.
    pub fn network(&self, target: &Target) -> Network {
        self.layers.network(target)
    }
}

/// Recognises a target that is continuous and piecewise linear, up to a set of measure zero.
///
/// - Bound: the error of [`Recognised::network`] is 0.
/// - Exactness: exact.
/// - Errors: [`BuildError`]: the part that is not piecewise linear, the place of a jump, or the part that
///   was not recognised.
/// - Source: T39.
///
/// ```
/// use steeple::builders::recognise;
/// use steeple::expr::{Domain, parse_target};
/// let target = parse_target(&["if(x < 10, x, if(x < 50, 10 + (x-10)/2, 30 + (x-50)/4))"], None);
/// let domain = Domain::parse("x=0..100").expect("a domain");
/// let tariff = recognise(&target.expect("a formula"), &domain)?;
/// assert_eq!(tariff.widths(), [3]);
/// # Ok::<(), steeple::builders::BuildError>(())
/// ```
pub fn recognise(target: &Target, domain: &Domain) -> Result<Recognised, BuildError> {
    let domain = domain.in_order(target.inputs())?;
    let flat = laid_out(target, &domain, true);
    // A function that is composed of itself has more kinks than units in many layers.
    let deep = laid_out(target, &domain, false);
    let layers = match (flat, deep) {
        (Ok(flat), Ok(deep)) if deep.units() < flat.units() => deep,
        (Err(BuildError::ManyPieces { .. }), Ok(deep)) => deep,
        (flat, _) => flat?,
    };
    Ok(Recognised { layers })
}

/// Is a target recognised as continuous and piecewise linear on its domain?
///
/// ```
/// use steeple::builders::is_piecewise_linear;
/// use steeple::expr::{Domain, parse_target};
/// let domain = Domain::parse("x=-1..1").expect("a domain");
/// let is = |text: &str| is_piecewise_linear(&parse_target(&[text], None).expect("a formula"), &domain);
/// assert!(is("max(0, abs(x) - 1/3)"));
/// assert!(!is("x^2") && !is("if(x < 0, 0, 1)"));
/// ```
pub fn is_piecewise_linear(target: &Target, domain: &Domain) -> bool {
    recognise(target, domain).is_ok()
}

/// The stack of the thread that reads high formulas, in bytes.
const STACK: usize = 1 << 28;
/// Formulas that are no higher are read on the stack of the caller.
const LOW: usize = 32;
/// The same where there are no other threads.
const LOW_ENOUGH: usize = 128;

/// Reads and lays out a target, on a thread with a large stack where its formulas are high.
fn laid_out(target: &Target, domain: &Domain, is_flat: bool) -> Result<Layers, BuildError> {
    let formulas = target.output_expressions();
    let height = formulas.iter().map(Expr::height).max().unwrap_or(0);
    let work = || laid_out_here(target, &formulas, domain, is_flat);
    if height <= LOW {
        return work();
    }
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(STACK);
        match builder.spawn_scoped(scope, work) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) if height <= LOW_ENOUGH => work(),
            Err(_) => Err(BuildError::HighFormula {
                height,
                most: LOW_ENOUGH,
            }),
        }
    })
}

fn laid_out_here(
    target: &Target,
    formulas: &[Expr],
    domain: &Domain,
    is_flat: bool,
) -> Result<Layers, BuildError> {
    let mut reader = Reader {
        names: target.inputs(),
        domain,
        units: Units::default(),
        is_flat,
    };
    let outputs = formulas.iter().map(|formula| reader.read(formula));
    let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
    Ok(Layers::of(&reader.units, &outputs, domain))
}

/// Returns a network that equals the target.
///
/// - Shapes: any number of inputs and outputs; one hidden layer where the target is a sum of functions of
///   one direction each, more for nested ones.
/// - Bound: `N = f` on the domain.
/// - Exactness: exact.
/// - Errors: [`BuildError`], as [`recognise`].
/// - Source: T39; Arora, Basu, Mianjy and Mukherjee 2018; He, Li, Xu and Zheng 2020.
pub fn exact(request: &Request) -> Result<Built, BuildError> {
    let found = recognise(request.target, request.domain)?;
    let widths = found.widths();
    let mut notes = vec![count(found.units(), "relu unit")];
    if widths.len() > 1 {
        let widths_text = layers::widths_text(&widths);
        let _ = write!(
            notes[0],
            " in {} hidden layers ({widths_text})",
            widths.len()
        );
    }
    match found.always_on() {
        0 => {}
        1 => notes.push("1 of them is always on: it carries an affine part".to_owned()),
        many => notes.push(format!(
            "{many} of them are always on: they carry what later layers need"
        )),
    }
    if request.target.inputs().len() > 2 && !found.layers.is_parallel_to_axes() {
        notes.push(
            "in more than 2 inputs the prover reaches the error 0 only at kinks that are parallel to an \
             axis; at others it is the theorem that says 0"
                .to_owned(),
        );
    }
    Ok(Built {
        network: found.network(request.target),
        a_priori: Some(APriori::new(
            Rational::ZERO,
            request.norm,
            "T39",
            "the network equals the target",
        )),
        notes,
        chosen: Parameters {
            units: Some(Activations::Relu),
            ..Parameters::default()
        },
    })
}

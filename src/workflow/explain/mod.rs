//! What a network does on a box, unit by unit, and how far it is from one made of steps.
//!
//! Distances, errors and areas are questions to the prover, and come back with a checked certificate. A question
//! about the hardened network `H` has the formula of `H` as its target. A part of the domain on which a condition
//! holds is one minus the area that the network 1, which says "inside" everywhere, gets wrong. Ranges of single
//! units, and what follows from them alone, come from interval arithmetic; so does everything about a network that
//! is too long as a formula.

mod ask;
mod cells;
mod edit;
mod formula;
pub mod pictures;
mod ranges;
mod removal;
mod shapes;
mod steps;
mod units;

#[cfg(test)]
mod tests;

use self::ask::{Ask, Asked};
use self::ranges::{UnitRange, ends, ranges};
use crate::certificate::{Norm, Weights};
use crate::expr::{Domain, Target};
use crate::jobs::Threads;
use crate::network::{Activation, Network, digest, size};
use crate::numbers::Rational;
use crate::prover::{Limits, Watch};
use crate::report::explain::{Bounds, By, ErrorReport, Explanation, LayerWeights, UnitReport};

/// Weights of at most this part of the largest in their layer are nearly zero: 1/1000.
const NEARLY_ZERO: i64 = 1000;

/// What to explain.
#[derive(Clone, Debug)]
pub struct ExplainRequest<'a> {
    /// What the network is called.
    pub name: String,
    /// The network.
    pub network: &'a Network,
    /// Which weights of its file it has.
    pub weights: Weights,
    /// The box of its inputs.
    pub domain: &'a Domain,
    /// What the network should compute, and how the error is measured.
    pub target: Option<(&'a Target, Norm)>,
    /// The network decides "inside" at this value or more.
    pub threshold: Option<Rational>,
    /// When to stop.
    pub limits: Limits,
    /// How many threads; the result does not depend on it.
    pub threads: Threads<'a>,
}

/// Explains a network.
///
/// - Exactness: every pair of bounds encloses the true value and says who stands for it. Classes of units are
///   descriptions.
pub fn explain(request: &ExplainRequest<'_>, progress: &mut Watch<'_>) -> Explanation {
    let (network, domain) = (request.network, request.domain);
    let found = ranges(network, domain);
    let outputs: Vec<Option<(Rational, Rational)>> = found
        .last()
        .map(|units| units.iter().map(|unit| ends(&unit.output)).collect())
        .unwrap_or_default();
    let mut ask = Ask {
        domain,
        limits: &request.limits,
        threads: request.threads,
        weights: request.weights,
        progress,
        cells: None,
        stopped_by: None,
    };
    let threshold = request.threshold.as_ref();
    let error = request.target.map(|(target, norm)| ErrorReport {
        target: target.text().to_vec(),
        norm,
        error: ask.bounds(&Asked {
            network,
            target,
            norm,
            threshold: threshold.filter(|_| norm == Norm::Area),
            share: 1,
        }),
    });
    let widest = outputs.iter().flatten().map(|(low, high)| high - low).max();
    let steps = steps::compare_with_steps(&mut ask, network, widest.as_ref(), threshold);
    let flat = steps::flat_part(&mut ask, network);
    let units = explain_units(request, &found, error.as_ref(), &mut ask);
    let stopped_by = ask.stopped_by;
    let names = domain.names().iter().cloned().zip(domain.sides());
    Explanation {
        name: request.name.clone(),
        outputs: network.outputs().to_vec(),
        layers: network
            .layers()
            .iter()
            .map(|layer| (layer.units(), layer.activation().name()))
            .collect(),
        domain: names
            .map(|(name, (low, high))| (name, low.clone(), high.clone()))
            .collect(),
        network: digest(network),
        size: size(network).into(),
        affine: affine(network),
        ranges: outputs,
        error,
        units,
        steps,
        flat,
        weights: weights(network),
        shapes: shapes::shapes(network, domain, threshold),
        stopped_by,
        notes: Vec::new(),
    }
}

/// The hidden units, the one that matters most first.
fn explain_units(
    request: &ExplainRequest<'_>,
    found: &[Vec<UnitRange>],
    error: Option<&ErrorReport>,
    ask: &mut Ask<'_, '_>,
) -> Vec<UnitReport> {
    let (network, domain) = (request.network, request.domain);
    let hidden = network.layers().len() - 1;
    let mut units = Vec::new();
    let mut searched = 0;
    for (index, (layer, ranges)) in network.layers().iter().zip(found).take(hidden).enumerate() {
        for (unit, range) in ranges.iter().enumerate() {
            let names = network.inputs();
            let mut report = units::describe((index, layer), unit, range, names, domain);
            report.weight = only_weight(network, unit);
            report.constant = report.range.as_ref().map(removal::constant);
            if let Some(constant) = &report.constant {
                report.change = removal::affine_change(network, domain, unit, range, constant);
                if report.change.is_none() && searched < removal::MOST_SEARCHED {
                    searched += 1;
                    report.change = removal::searched_change(ask, network, &report);
                }
            }
            units.push(report);
        }
    }
    // The largest change first; what is not known last.
    let known = |unit: &UnitReport| unit.change.as_ref().and_then(|change| change.upper.clone());
    units.sort_by(|a, b| {
        known(b)
            .cmp(&known(a))
            .then((a.layer, a.unit).cmp(&(b.layer, b.unit)))
    });
    let (Some((target, norm)), Some(whole)) = (request.target, error) else {
        return units;
    };
    for (place, unit) in units.iter_mut().enumerate() {
        unit.error = if place < removal::MOST_ERRORS {
            let threshold = request.threshold.as_ref().filter(|_| norm == Norm::Area);
            removal::error_without(ask, network, unit, (target, norm, threshold))
        } else {
            by_triangle(whole.error.as_ref(), unit.change.as_ref(), norm)
        };
    }
    units
}

/// The error without a unit differs from that with it by no more than the unit changes.
fn by_triangle(error: Option<&Bounds>, change: Option<&Bounds>, norm: Norm) -> Option<Bounds> {
    let (error, change) = (error?, change?);
    let most = change.upper.as_ref().filter(|_| norm == Norm::Sup)?;
    Some(Bounds {
        lower: (&error.lower - most).max(Rational::ZERO),
        upper: error.upper.as_ref().map(|upper| upper + most),
        by: By::Arithmetic,
    })
}

/// The weight of a unit to the only output, with one hidden layer.
fn only_weight(network: &Network, unit: usize) -> Option<Rational> {
    let [_, last] = network.layers() else {
        return None;
    };
    if last.rows() != 1 {
        return None;
    }
    let mut row = last.weights().row(0);
    let found = row.find(|(column, _)| *column == unit);
    Some(found.map_or(Rational::ZERO, |(_, weight)| weight.clone()))
}

/// The formulas of the outputs, for a network without hidden units.
fn affine(network: &Network) -> Option<Vec<String>> {
    let [only] = network.layers() else {
        return None;
    };
    let found = formula::formulas(network, formula::Shape::Kept)?;
    let outputs = network.outputs().iter().zip(&found.outputs);
    let text = |(name, output): (&String, &crate::expr::Expr)| {
        format!("{name} = {}", output.display(network.inputs()))
    };
    let is_affine = *only.activation() == Activation::Identity;
    (is_affine || only.activation().rows_per_unit() == 1).then(|| outputs.map(text).collect())
}

/// Zeros among the weights.
fn weights(network: &Network) -> Vec<LayerWeights> {
    let layers = network.layers().iter();
    let of_layer = |layer: &crate::network::Layer| {
        let rows = 0..layer.rows();
        let all = rows.flat_map(|row| layer.weights().row(row));
        let sizes: Vec<Rational> = all
            .map(|(_, weight)| weight.abs())
            .filter(|size| !size.is_zero())
            .collect();
        let largest = sizes.iter().max().cloned().unwrap_or_default();
        let least = &largest * Rational::ratio(1, NEARLY_ZERO);
        let weights = layer.rows().saturating_mul(layer.inputs());
        LayerWeights {
            weights,
            zeros: weights - sizes.len(),
            near_zeros: sizes.iter().filter(|size| **size <= least).count(),
            largest,
        }
    };
    layers.map(of_layer).collect()
}

//! Where a network's layers move the plane.

use serde::Deserialize;
use serde_json::{Value, json};
use steeple::builders;
use steeple::network::LayerEstimate;
use steeple::numbers::Rational;
use steeple::numbers::estimate::{Estimate, estimate_rational};
use steeple::workflow::pictures::warp::warp;
use steeple::workflow::spec;
use steeple::{Activation, Domain, Network, Target};

use crate::failure::Failure;
use crate::files::opened;
use crate::prove;

/// A page moves layers of at most this many units.
const MOST_UNITS: usize = 64;
/// A page moves at most this many layers.
const MOST_LAYERS: usize = 16;

/// Returns where a grid of inputs is before and after each activation of a network.
#[derive(Deserialize)]
pub struct Bend {
    /// A spec that says how many units its network has.
    spec: Option<String>,
    /// Instead of a spec: the text of a network file, with target and domain.
    network: Option<String>,
    target: Option<String>,
    domain: Option<String>,
}

impl Bend {
    pub fn run(self) -> Result<Value, Failure> {
        let (network, target, domain, threshold) = match self.spec {
            Some(text) => built(&text)?,
            None => {
                let network = opened(self.network.unwrap_or_default().as_bytes())?.network;
                let inputs = network.inputs();
                let (target, _) = prove::target(&self.target.unwrap_or_default(), inputs)?;
                let (domain, _) = prove::domain(&self.domain.unwrap_or_default(), inputs)?;
                (network, target, domain, None)
            }
        };
        let domain = domain
            .in_order(network.inputs())
            .map_err(|error| Failure::new(error).within("domain"))?;
        told(&network, &target, &domain, threshold.as_ref())
    }
}

/// The network of a spec; nothing is proved about it here.
fn built(text: &str) -> Result<(Network, Target, Domain, Option<Rational>), Failure> {
    let read = spec::read(text)?;
    let wanted = read
        .network
        .ok_or_else(|| Failure::new("the spec builds no network").within("spec"))?;
    let built = builders::build(
        wanted.builder,
        &wanted.parameters,
        &read.target,
        &read.domain,
        read.claim.norm,
    )
    .map_err(|error| Failure::new(error).within("spec").at(wanted.span.clone()))?;
    let threshold = read.claim.threshold;
    Ok((built.network, read.target, read.domain, threshold))
}

fn told(
    network: &Network,
    target: &Target,
    domain: &Domain,
    threshold: Option<&Rational>,
) -> Result<Value, Failure> {
    let layers = network.layers();
    let widest = layers.iter().map(|layer| layer.rows()).max().unwrap_or(0);
    if widest > MOST_UNITS || layers.len() > MOST_LAYERS {
        return Err(Failure::new(format!(
            "a page moves up to {MOST_LAYERS} layers of up to {MOST_UNITS} units"
        ))
        .hint(Some("`steeple draw warp FILE` draws larger networks"))
        .within("network"));
    }
    let region = target.is_region().then_some(target);
    let picture = warp(network, domain, region, threshold).ok_or_else(|| {
        Failure::new(format!(
            "the plane has two inputs, the network has {}",
            network.inputs().len()
        ))
        .within("network")
    })?;
    let inputs = &picture.panels[0];
    let mut points: Vec<Vec<f64>> = [&inputs.grid, &inputs.edge, &inputs.points]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let start = flat(&points);
    let mut moved = Vec::new();
    for layer in LayerEstimate::of(network) {
        let before: Vec<Vec<f64>> = points.iter().map(|point| sums(&layer, point)).collect();
        points = before.iter().map(|sums| activated(&layer, sums)).collect();
        moved.push(json!({
            "activation": layer.activation.name(),
            "rows": layer.rows.len(),
            "units": layer.rows.len() / layer.activation.rows_per_unit(),
            // For each row the weights, and then the bias.
            "weights": layer.rows.iter().map(|row| dense(&layer, row)).collect::<Vec<_>>(),
            "sums": flat(&before),
            "values": flat(&points),
        }));
    }
    Ok(json!({
        "columns": picture.columns,
        "cells": picture.cells,
        "split": picture.split.iter().map(|split| json!({
            "cell": split.cell, "parts": split.parts, "edges": split.edges,
        })).collect::<Vec<_>>(),
        "labels": picture.labels,
        "grid": inputs.grid.len(),
        "edge": inputs.edge.len(),
        "inputs": network.inputs(),
        "start": start,
        "layers": moved,
        "threshold": threshold.map_or(0.5, estimate_rational),
    }))
}

/// Coordinates in a row, as a page's picture needs them; without a value, none.
#[allow(
    clippy::cast_possible_truncation,
    reason = "places in a picture, not bounds"
)]
fn flat(points: &[Vec<f64>]) -> Vec<Option<f32>> {
    let all = points.iter().flatten().map(|value| *value as f32);
    all.map(|value| value.is_finite().then_some(value))
        .collect()
}

fn dense(layer: &LayerEstimate, (bias, weights): &(f64, Vec<(usize, f64)>)) -> Vec<f64> {
    let mut row = vec![0.0; layer.inputs];
    for (column, weight) in weights {
        row[*column] = *weight;
    }
    row.push(*bias);
    row
}

fn sums(layer: &LayerEstimate, inputs: &[f64]) -> Vec<f64> {
    let sum = |(bias, weights): &(f64, Vec<(usize, f64)>)| {
        let terms = weights.iter();
        terms.fold(*bias, |sum, (column, weight)| {
            sum + weight * inputs[*column]
        })
    };
    layer.rows.iter().map(sum).collect()
}

fn activated(layer: &LayerEstimate, sums: &[f64]) -> Vec<f64> {
    let value = |rows: &[f64]| {
        let rows: Vec<Estimate> = rows.iter().copied().map(Estimate).collect();
        let value = layer.activation.combine(&(), &rows);
        value.map_or(f64::NAN, |value| value.0)
    };
    if layer.activation == Activation::Identity {
        return sums.to_vec();
    }
    sums.chunks(layer.activation.rows_per_unit())
        .map(value)
        .collect()
}

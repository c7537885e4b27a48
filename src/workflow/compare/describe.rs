//! Facts about a network that need no proof: sizes, regions, and the lines of its first-layer units.

use crate::expr::Domain;
use crate::network::{Activation, Layer, LayerEstimate, Network, size};
use crate::numbers::Rational;
use crate::numbers::estimate::estimate_rational;
use crate::report::comparison::{Row, UnitLine};
use crate::workflow::regions::{RegionsRequest, count_regions};

/// Bytes that counting regions may take.
const REGIONS_MEMORY: u64 = 1 << 30;
/// The lines of a first layer with more units are not listed.
const MOST_LINES: usize = 24;
/// A transition within this fraction of the domain's width is a step.
const STEP_SHARE: f64 = 0.05;

/// Fills in the facts about a network that need no proof.
pub fn describe(row: &mut Row, network: &Network, domain: &Domain, threshold: Option<&Rational>) {
    let counts = size(network);
    let hidden = &network.layers()[..network.layers().len() - 1];
    row.hidden = hidden
        .iter()
        .map(|layer| (layer.units(), layer.activation().name().to_string()))
        .collect();
    row.units = counts.units;
    row.parameters = counts.parameters;
    row.zero_weight_share = estimate_rational(&counts.zero_weight_share);
    row.largest_weight = estimate_rational(&counts.largest_weight);
    if network.is_piecewise_linear() && domain.dimension() <= 2 {
        let counted = count_regions(&RegionsRequest {
            network,
            domain,
            threshold,
            memory: REGIONS_MEMORY,
        });
        if let Ok(answer) = counted {
            row.linear_regions = Some(answer.counts.linear_regions);
            let planar = domain.dimension() == 2;
            row.decision_sides = answer
                .decision
                .filter(|_| planar)
                .map(|d| d.sides - d.border_sides);
        }
    }
    if let Some(first) = hidden.first() {
        row.axis_ratios = axis_ratios(first);
        if domain.dimension() == 2 && first.units() <= MOST_LINES {
            row.lines = lines(network, domain);
        }
    }
}

/// For each unit, the second largest weight divided by the largest; nothing with one input.
fn axis_ratios(layer: &Layer) -> Vec<f64> {
    if layer.inputs() < 2 || layer.activation().rows_per_unit() != 1 {
        return Vec::new();
    }
    let ratio = |row: usize| {
        let weights = layer.weights().row(row);
        let mut sizes: Vec<f64> = weights.map(|(_, w)| estimate_rational(w).abs()).collect();
        sizes.sort_by(|a, b| b.total_cmp(a));
        match sizes[..] {
            [largest, second, ..] if largest > 0.0 => second / largest,
            _ => 0.0,
        }
    };
    (0..layer.rows()).map(ratio).collect()
}

/// The lines across which units of the first layer change.
fn lines(network: &Network, domain: &Domain) -> Vec<UnitLine> {
    let [x, y] = domain.sides() else {
        return Vec::new();
    };
    let side =
        |(low, high): &(Rational, Rational)| (estimate_rational(low), estimate_rational(high));
    let (x, y) = (side(x), side(y));
    let width = (x.1 - x.0).min(y.1 - y.0);
    let layers = LayerEstimate::of(network);
    let layer = &layers[0];
    // From a tenth to nine tenths: twice the inverse at nine tenths, over the steepness.
    let span = match layer.activation {
        Activation::Sigmoid => Some(2.0 * libm::log(9.0)),
        Activation::Tanh => Some(libm::log(9.0)),
        Activation::Heaviside => Some(0.0),
        _ => None,
    };
    if layer.activation.rows_per_unit() != 1 {
        return Vec::new();
    }
    let line = |(bias, weights): &(f64, Vec<(usize, f64)>)| {
        let weight = |k: usize| {
            weights
                .iter()
                .find(|(column, _)| *column == k)
                .map_or(0.0, |w| w.1)
        };
        let (a, b) = (weight(0), weight(1));
        let steepness = libm::hypot(a, b);
        if !(steepness > 0.0 && steepness.is_finite()) {
            return None;
        }
        let sums =
            [(x.0, y.0), (x.0, y.1), (x.1, y.0), (x.1, y.1)].map(|(x, y)| a * x + b * y + bias);
        let transition = span.map(|span| span / steepness);
        Some(UnitLine {
            direction: (a / steepness, b / steepness),
            place: -bias / steepness,
            steepness,
            transition,
            is_step: transition.map(|t| t <= STEP_SHARE * width),
            meets: sums.iter().any(|s| *s >= 0.0) && sums.iter().any(|s| *s <= 0.0),
        })
    };
    layer.rows.iter().filter_map(line).collect()
}

//! One forward and one backward pass, value by value, for people who learn backpropagation.
//!
//! The passes are computed a second time here, in the simple way, point by point; the last column
//! is the central difference of the [`Objective`](super::Objective)'s loss.

use std::fmt::Write as _;

use super::gradient_check::central_difference;
use super::numbers::{sigmoid, softplus};
use super::perceptron::{Loss, Part, Perceptron, Unit};
use super::train::Problem;

/// The most parameters that are written out.
pub const MAX_EXPLAINED: usize = 200;

/// Returns the two passes at one sample as text: sums, activations, loss, then the derivative of
/// the loss by each sum and by each parameter, next to the central difference.
///
/// - Returns `None` if the network has more than [`MAX_EXPLAINED`] parameters, or there is no such
///   sample (they count from 0).
///
/// - Panics: when the number of parameters is not that of the shape.
pub fn explain(problem: &Problem<'_>, parameters: &[f64], sample: usize) -> Option<String> {
    let shape = problem.perceptron();
    if shape.parameters() > MAX_EXPLAINED || sample >= problem.samples().count() {
        return None;
    }
    let mut text = String::new();
    let (inputs, targets) = point(problem, sample, &mut text);
    let (sums, values) = forward(shape, parameters, &inputs, &mut text);
    write_loss(shape, &sums, &values, &targets, &mut text);
    let mut objective = problem.objective_at(sample)?;
    let mut moved = parameters.to_vec();
    let mut numeric = |k: usize| central_difference(&mut objective, &mut moved, k);
    text += "\nbackward: how the loss L changes with each sum and each parameter\n";
    let mut above: Option<(&Part, Vec<f64>)> = None;
    for (layer, part) in shape.parts().iter().enumerate().rev() {
        let deltas = deltas(
            shape,
            layer,
            &sums,
            &values,
            &targets,
            parameters,
            above.as_ref(),
        );
        let _ = writeln!(text, "  layer {} ({})", layer + 1, words(part.unit));
        let (before, letter) = match layer.checked_sub(1) {
            Some(before) => (&values[before], "a"),
            None => (&inputs, "x"),
        };
        for (unit, (delta, derivation)) in deltas.iter().enumerate() {
            let _ = writeln!(
                text,
                "    unit {}: dL/dz = {derivation} = {}",
                unit + 1,
                short(*delta)
            );
            let mut row = |name: &str, rule: String, value: f64, parameter: usize| {
                let difference = numeric(parameter).map_or("at a kink".into(), short);
                let _ = writeln!(
                    text,
                    "      {name:<12} {rule:<28} = {:>13}   central difference {difference:>13}",
                    short(value)
                );
            };
            for (input, value) in before.iter().enumerate() {
                row(
                    &format!("dL/dw{}", input + 1),
                    format!("dL/dz * {letter}{}", input + 1),
                    delta * value,
                    part.weights + unit * part.inputs + input,
                );
            }
            row("dL/db", "dL/dz".into(), *delta, part.bias() + unit);
        }
        above = Some((part, deltas.into_iter().map(|(delta, _)| delta).collect()));
    }
    text.truncate(text.trim_end().len());
    Some(text)
}

/// Writes the sample; returns its inputs and targets as the network sees them.
fn point(problem: &Problem<'_>, sample: usize, text: &mut String) -> (Vec<f64>, Vec<f64>) {
    let (samples, scaling) = (problem.samples(), &problem.scaling);
    let _ = writeln!(text, "one point of {}:", samples.count());
    let mut inputs = Vec::new();
    for (k, (name, column)) in samples.inputs().iter().zip(samples.points()).enumerate() {
        let (raw, scaled) = (column[sample], scaling.input(k, column[sample]));
        let _ = write!(text, "  x{} = {name} = {}", k + 1, short(raw));
        if scaling.centres[k] != 0.0 || scaling.exponents[k] != 0 {
            let _ = write!(
                text,
                ", scaled: ({name} - {}) / 2^{} = {}",
                scaling.centres[k],
                scaling.exponents[k],
                short(scaled)
            );
        }
        text.push('\n');
        inputs.push(scaled);
    }
    let mut targets = Vec::new();
    for (k, column) in samples.targets().iter().enumerate() {
        let (raw, scaled) = (column[sample], scaling.output(k, column[sample]));
        let _ = write!(text, "  target t{} = {}", k + 1, short(raw));
        if scaling.output_centres[k] != 0.0 || scaling.output_exponent != 0 {
            let _ = write!(
                text,
                ", scaled: (t{} - {}) / 2^{} = {}",
                k + 1,
                scaling.output_centres[k],
                scaling.output_exponent,
                short(scaled)
            );
        }
        text.push('\n');
        targets.push(scaled);
    }
    (inputs, targets)
}

type Layers = Vec<Vec<f64>>;

fn forward(
    shape: &Perceptron,
    parameters: &[f64],
    inputs: &[f64],
    text: &mut String,
) -> (Layers, Layers) {
    *text += "\nforward: each unit adds up z, then applies its activation to get a\n";
    let (mut sums, mut values) = (Layers::new(), Layers::new());
    for (layer, part) in shape.parts().iter().enumerate() {
        let _ = writeln!(text, "  layer {} ({})", layer + 1, words(part.unit));
        let before = values.last().map_or(inputs, Vec::as_slice).to_vec();
        let (mut z_all, mut a_all) = (Vec::new(), Vec::new());
        for unit in 0..part.units {
            let row = &parameters[part.weights + unit * part.inputs..][..part.inputs];
            let mut z = parameters[part.bias() + unit];
            let mut terms = short(z);
            for (weight, value) in row.iter().zip(&before) {
                z += weight * value;
                let _ = write!(terms, " + ({})({})", short(*weight), short(*value));
            }
            let a = match part.unit {
                Unit::Identity => z,
                Unit::Sigmoid => sigmoid(z),
                Unit::Tanh => libm::tanh(z),
                Unit::Relu => z.max(0.0),
            };
            let _ = write!(text, "    unit {}: z = {terms} = {}", unit + 1, short(z));
            match part.unit {
                Unit::Identity => text.push('\n'),
                bent => {
                    let _ = writeln!(text, ", a = {}(z) = {}", bent.name(), short(a));
                }
            }
            z_all.push(z);
            a_all.push(a);
        }
        sums.push(z_all);
        values.push(a_all);
    }
    (sums, values)
}

fn write_loss(
    shape: &Perceptron,
    sums: &Layers,
    values: &Layers,
    targets: &[f64],
    text: &mut String,
) {
    let last = sums.len() - 1;
    match shape.loss() {
        Loss::CrossEntropy => {
            let z = sums[last][0];
            let _ = writeln!(
                text,
                "  P(inside) = 1 / (1 + e^-z) = {}\n  L = -ln P(label) = ln(1 + e^z) - t1 z = {}",
                short(sigmoid(z)),
                short(softplus(z) - targets[0] * z)
            );
        }
        Loss::MeanSquares => {
            let pairs = values[last].iter().zip(targets);
            let total: f64 = pairs.map(|(a, t)| (a - t) * (a - t)).sum();
            let _ = writeln!(
                text,
                "  L = mean over outputs of (a - t)^2 = {}",
                short(total / targets.len() as f64)
            );
        }
    }
}

/// Returns the derivatives by the sums of a layer, and how each is computed.
fn deltas(
    shape: &Perceptron,
    layer: usize,
    sums: &Layers,
    values: &Layers,
    targets: &[f64],
    parameters: &[f64],
    above: Option<&(&Part, Vec<f64>)>,
) -> Vec<(f64, String)> {
    let part = &shape.parts()[layer];
    let slope = |unit: usize| {
        let (z, a) = (sums[layer][unit], values[layer][unit]);
        match part.unit {
            Unit::Identity => (1.0, "1".to_string()),
            Unit::Sigmoid => (
                a * (1.0 - a),
                format!("a(1 - a) = {}", short(a * (1.0 - a))),
            ),
            Unit::Tanh => (1.0 - a * a, format!("1 - a^2 = {}", short(1.0 - a * a))),
            Unit::Relu => {
                let slope = f64::from(z > 0.0);
                (
                    slope,
                    format!("{slope}, as z {} 0", if z > 0.0 { ">" } else { "<=" }),
                )
            }
        }
    };
    let Some((next, deltas)) = above else {
        return (0..part.units)
            .map(|unit| match shape.loss() {
                Loss::CrossEntropy => {
                    let p = sigmoid(sums[layer][unit]);
                    (p - targets[unit], "P(inside) - t1".to_string())
                }
                Loss::MeanSquares => {
                    let error = values[layer][unit] - targets[unit];
                    let outputs = targets.len() as f64;
                    let (slope, words) = slope(unit);
                    let factor = if targets.len() == 1 {
                        "2".into()
                    } else {
                        format!("2/{outputs}")
                    };
                    let slope_of = if part.unit == Unit::Identity {
                        String::new()
                    } else {
                        format!(" * slope ({words})")
                    };
                    (
                        2.0 / outputs * error * slope,
                        format!("{factor} * (a - t{}){slope_of}", unit + 1),
                    )
                }
            })
            .collect();
    };
    (0..part.units)
        .map(|unit| {
            let weight = |k: usize| parameters[next.weights + k * next.inputs + unit];
            let mut total = 0.0;
            let mut terms = Vec::new();
            for (k, delta) in deltas.iter().enumerate() {
                total += weight(k) * delta;
                terms.push(format!("({})({})", short(weight(k)), short(*delta)));
            }
            let (slope, words) = slope(unit);
            let sum = terms.join(" + ");
            (
                total * slope,
                format!("[{sum}: weight * dL/dz above] * slope ({words})"),
            )
        })
        .collect()
}

fn words(unit: Unit) -> &'static str {
    match unit {
        Unit::Identity => "linear",
        bent => bent.name(),
    }
}

/// Six digits after the point, or an exponent if that shows too little.
fn short(value: f64) -> String {
    if value == 0.0 {
        "0".into()
    } else if value.abs() >= 1e6 || value.abs() < 1e-3 {
        format!("{value:.5e}")
    } else {
        format!("{value:.6}")
    }
}

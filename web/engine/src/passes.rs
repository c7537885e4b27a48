//! One point, forward and backward through a small network, value by value.

use serde::Deserialize;
use serde_json::{Value, json};
use steeple::numbers::estimate::estimate_rational;
use steeple::training::{Loss, Objective, Perceptron, Samples, Task};
use steeple::{Activation, Network, Rational};

use crate::failure::Failure;

/// More values than these are no longer read one by one.
const MOST_PARAMETERS: usize = 60;
/// The largest absolute value of a weight, an input or a label.
const LARGEST: i64 = 1_000_000;
/// The step of a central difference: about the cube root of a float's precision.
const STEP: f64 = 1.0 / 131_072.0;
/// So many learning rates are tried for the picture of the loss along a step.
const RATES: u32 = 80;
/// The most steps at once.
const MOST_STEPS: u32 = 1000;
/// Weights after a step are rounded to multiples of this, so that they can be read.
const ROUNDING: f64 = 1e-9;
/// How far around the point the network is looked at: a hundredth.
const AROUND: i64 = 100;

/// A network with one hidden layer or more, a point and its label. Numbers are texts: `0.5`, `1/3`.
#[derive(Deserialize)]
pub struct Passes {
    /// Units of each hidden layer.
    hidden: Vec<usize>,
    activation: String,
    /// The activation of the output unit.
    output: String,
    loss: LossName,
    /// Layer after layer, the weights of each unit, then the biases.
    parameters: Vec<String>,
    point: Vec<String>,
    label: String,
    rate: f64,
    steps: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LossName {
    Squares,
    CrossEntropy,
}

/// Where a layer has its parameters: all weights row after row, then the biases.
struct Part {
    inputs: usize,
    units: usize,
    weights: usize,
    activation: Activation,
}

impl Part {
    fn bias(&self) -> usize {
        self.weights + self.inputs * self.units
    }
}

/// One layer at the point.
#[derive(Default)]
struct Layer {
    sums: Vec<f64>,
    values: Vec<f64>,
    slopes: Vec<f64>,
    /// The derivatives of the loss by the sums.
    deltas: Vec<f64>,
}

impl Passes {
    pub fn run(self) -> Result<Value, Failure> {
        let parts = self.parts()?;
        let exact = numbers("parameters", &self.parameters)?;
        let point = numbers("inputs", &self.point)?;
        let label = numbers("label", std::slice::from_ref(&self.label))?;
        let rate = self.rate;
        if !rate.is_finite() || self.steps > MOST_STEPS {
            return Err(Failure::new(format!(
                "the learning rate must be a number, with at most {MOST_STEPS} steps"
            )));
        }
        let is_label = |label: &Rational| label.is_zero() || *label == Rational::ONE;
        if self.loss == LossName::CrossEntropy && !label.iter().all(is_label) {
            return Err(Failure::new("for the cross-entropy a label is 0 or 1").within("label"));
        }
        let network = network(&parts, &exact, &point)?;
        let loss = match self.loss {
            LossName::Squares => Loss::MeanSquares,
            LossName::CrossEntropy => Loss::CrossEntropy,
        };
        let (shape, weights) = Perceptron::of_network(&network, loss).map_err(Failure::new)?;
        let near = |exact: &[Rational]| exact.iter().map(estimate_rational).collect::<Vec<f64>>();
        let (inputs, target) = (near(&point), near(&label));
        let columns = |values: &[f64]| values.iter().map(|value| vec![*value]).collect();
        let samples = Samples::new(
            network.inputs().to_vec(),
            Task::Regression,
            columns(&inputs),
            columns(&target),
        )
        .map_err(Failure::new)?;
        let mut objective = Objective::new(&shape, &samples);
        let mut gradient = vec![0.0; weights.len()];
        let here = objective.loss_and_gradient(&weights, &mut gradient);
        let mut layers = forward(&parts, &weights, &inputs);
        backward(&parts, &weights, &mut layers, target[0], self.loss);
        let checked = checked(&mut objective, &weights, &gradient, STEP);
        let by_step: Vec<Value> = (1..=12)
            .map(|digits| {
                let step = 10.0_f64.powi(-digits);
                let worst = checked_worst(&mut objective, &weights, &gradient, step);
                json!([step, worst])
            })
            .collect();
        Ok(json!({
            "inputs": inputs,
            "label": target[0],
            "layers": parts.iter().zip(&layers).map(|(part, layer)| json!({
                "activation": part.activation.name(),
                "z": layer.sums, "a": layer.values, "slope": layer.slopes, "delta": layer.deltas,
            })).collect::<Vec<_>>(),
            "loss": here,
            "parameters": weights,
            "gradient": gradient,
            "check": {
                "step": STEP,
                "differences": checked.iter().map(|(difference, _)| *difference).collect::<Vec<_>>(),
                "relative": checked.iter().map(|(_, relative)| *relative).collect::<Vec<_>>(),
                "by_step": by_step,
            },
            "along": along(&mut objective, &weights, &gradient),
            "next": self.next(&mut objective, &weights),
            "network": String::from_utf8_lossy(&steeple::formats::to_json(&network)),
            "domain": around(&network, &point),
        }))
    }

    /// The layers, if they are small.
    fn parts(&self) -> Result<Vec<Part>, Failure> {
        let named = |name: &str| match Activation::from_name(name) {
            Some(found @ (Activation::Sigmoid | Activation::Tanh | Activation::Identity)) => {
                Ok(found)
            }
            _ => Err(Failure::new(format!(
                "unknown activation `{name}`, expected one of sigmoid, tanh, identity"
            ))),
        };
        let (hidden, last) = (named(&self.activation)?, named(&self.output)?);
        if self.loss == LossName::CrossEntropy && last != Activation::Sigmoid {
            return Err(Failure::new(
                "the cross-entropy needs an output between 0 and 1: a sigmoid",
            ));
        }
        let mut parts = Vec::new();
        let (mut inputs, mut end) = (self.point.len(), 0_usize);
        let layers = self.hidden.iter().map(|units| (*units, hidden.clone()));
        for (units, activation) in layers.chain([(1, last)]) {
            if units == 0 || inputs == 0 {
                return Err(Failure::new("each layer needs a unit and an input"));
            }
            let part = Part {
                inputs,
                units,
                weights: end,
                activation,
            };
            end = end.saturating_add(units.saturating_mul(inputs.saturating_add(1)));
            if end > MOST_PARAMETERS {
                return Err(Failure::new(format!(
                    "the passes are written out for at most {MOST_PARAMETERS} weights and biases"
                ))
                .hint(Some("`steeple train SPEC --explain` writes out up to 200")));
            }
            inputs = units;
            parts.push(part);
        }
        if end != self.parameters.len() {
            return Err(Failure::new(format!(
                "the network has {end} weights and biases, found {} numbers",
                self.parameters.len()
            ))
            .within("parameters"));
        }
        Ok(parts)
    }

    /// The weights after some steps along the falling gradient, and the loss on the way.
    fn next(&self, objective: &mut Objective, weights: &[f64]) -> Value {
        let mut weights = weights.to_vec();
        let mut gradient = vec![0.0; weights.len()];
        let mut losses = Vec::new();
        for _ in 0..self.steps {
            losses.push(objective.loss_and_gradient(&weights, &mut gradient));
            for (weight, derivative) in weights.iter_mut().zip(&gradient) {
                *weight -= self.rate * derivative;
            }
        }
        for weight in &mut weights {
            *weight = (*weight / ROUNDING).round() * ROUNDING;
        }
        // What is shown is what the next question will send.
        let texts: Vec<String> = weights.iter().map(|weight| text(*weight)).collect();
        let read = texts.iter().map(|text| text.parse().unwrap_or(f64::NAN));
        let weights: Vec<f64> = read.collect();
        let is_in_range = weights.iter().all(|weight| weight.abs() <= LARGEST as f64);
        let loss = objective.loss(&weights);
        losses.push(loss);
        json!({
            "parameters": is_in_range.then_some(texts),
            "loss": loss,
            "losses": losses,
        })
    }
}

/// A float with at most nine decimals.
fn text(value: f64) -> String {
    let text = format!("{value:.9}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_owned()
}

/// Reads numbers; a failure says which one it is about, as its place.
fn numbers(field: &'static str, texts: &[String]) -> Result<Vec<Rational>, Failure> {
    let read = |(place, text): (usize, &String)| {
        let wrong = |message: String| Failure::new(message).within(field).at(place..place + 1);
        let text = text.trim();
        if text.is_empty() {
            return Err(wrong("write a number, such as 0.5, -2 or 1/3".into()));
        }
        if text.len() > 40 {
            return Err(wrong("a number of at most 40 signs is expected".into()));
        }
        let value: Rational = text.parse().map_err(|_| {
            wrong(format!(
                "`{text}` is not a number; expected one such as 0.5, -2 or 1/3"
            ))
        })?;
        if value.abs() > Rational::from(LARGEST) {
            return Err(wrong(format!(
                "expected a number between -{LARGEST} and {LARGEST}, found {text}"
            )));
        }
        Ok(value)
    };
    texts.iter().enumerate().map(read).collect()
}

/// The network with exactly these weights.
fn network(parts: &[Part], exact: &[Rational], point: &[Rational]) -> Result<Network, Failure> {
    let mut layers = Vec::new();
    for part in parts {
        let rows = exact[part.weights..part.bias()].chunks(part.inputs);
        let rows = rows.map(<[Rational]>::to_vec).collect();
        let bias = exact[part.bias()..part.bias() + part.units].to_vec();
        let weights = steeple::network::Matrix::from_dense(rows).map_err(Failure::new)?;
        let layer = steeple::network::Layer::new(weights, bias, part.activation.clone());
        layers.push(layer.map_err(Failure::new)?);
    }
    let names = match point.len() {
        1 => vec!["x".to_owned()],
        2 => vec!["x".to_owned(), "y".to_owned()],
        several => (1..=several).map(|place| format!("x{place}")).collect(),
    };
    Network::new(names, vec!["z".to_owned()], layers).map_err(Failure::new)
}

/// The box around the point, as text.
fn around(network: &Network, point: &[Rational]) -> String {
    let radius = Rational::ratio(1, AROUND);
    let sides = network.inputs().iter().zip(point);
    let sides: Vec<String> = sides
        .map(|(name, at)| format!("{name}={}..{}", at - &radius, at + &radius))
        .collect();
    sides.join(",")
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// The sums and the values of each unit, in the simplest way.
fn forward(parts: &[Part], weights: &[f64], inputs: &[f64]) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::new();
    for part in parts {
        let mut layer = Layer::default();
        for unit in 0..part.units {
            let before = layers.last().map_or(inputs, |layer| &layer.values);
            let row = &weights[part.weights + unit * part.inputs..][..part.inputs];
            let products = row.iter().zip(before).map(|(weight, value)| weight * value);
            let z = weights[part.bias() + unit] + products.sum::<f64>();
            let (a, slope) = match part.activation {
                Activation::Sigmoid => (sigmoid(z), sigmoid(z) * (1.0 - sigmoid(z))),
                Activation::Tanh => (z.tanh(), 1.0 - z.tanh() * z.tanh()),
                _ => (z, 1.0),
            };
            layer.sums.push(z);
            layer.values.push(a);
            layer.slopes.push(slope);
        }
        layers.push(layer);
    }
    layers
}

/// The derivatives of the loss by the sums, from the last layer to the first.
fn backward(parts: &[Part], weights: &[f64], layers: &mut [Layer], label: f64, loss: LossName) {
    for (place, part) in parts.iter().enumerate().rev() {
        let deltas = match (parts.get(place + 1), layers.get(place + 1)) {
            (Some(next), Some(after)) => (0..part.units)
                .map(|unit| {
                    let into = |k: usize| weights[next.weights + k * next.inputs + unit];
                    let above = after.deltas.iter().enumerate();
                    let total: f64 = above.map(|(k, delta)| into(k) * delta).sum();
                    total * layers[place].slopes[unit]
                })
                .collect(),
            _ => {
                let (a, slope) = (layers[place].values[0], layers[place].slopes[0]);
                vec![match loss {
                    LossName::Squares => 2.0 * (a - label) * slope,
                    LossName::CrossEntropy => a - label,
                }]
            }
        };
        layers[place].deltas = deltas;
    }
}

/// The central difference by each parameter, and how far it is from the derivative, relatively: to the larger of the
/// two, or to a thousandth of the largest derivative if that is more.
fn checked(
    objective: &mut Objective,
    weights: &[f64],
    gradient: &[f64],
    step: f64,
) -> Vec<(f64, f64)> {
    let largest = gradient.iter().fold(0.0_f64, |most, g| most.max(g.abs()));
    let mut moved = weights.to_vec();
    let mut found = Vec::new();
    for (place, derivative) in gradient.iter().enumerate() {
        let here = weights[place];
        let mut at = |weight: f64| {
            moved[place] = weight;
            objective.loss(&moved)
        };
        let (low, high) = (here - step, here + step);
        let difference = (at(high) - at(low)) / (high - low);
        moved[place] = here;
        let size = derivative.abs().max(difference.abs()).max(1e-3 * largest);
        let relative = if size > 0.0 {
            (derivative - difference).abs() / size
        } else {
            0.0
        };
        found.push((difference, relative));
    }
    found
}

fn checked_worst(objective: &mut Objective, weights: &[f64], gradient: &[f64], step: f64) -> f64 {
    let checked = checked(objective, weights, gradient, step);
    checked
        .iter()
        .fold(0.0, |worst, (_, relative)| worst.max(*relative))
}

/// The loss after one step, for many learning rates from 1/100 to 100; equal factors between them.
fn along(objective: &mut Objective, weights: &[f64], gradient: &[f64]) -> Vec<[f64; 2]> {
    (0..=RATES)
        .map(|place| {
            let rate = 10.0_f64.powf(-2.0 + 4.0 * f64::from(place) / f64::from(RATES));
            let moved: Vec<f64> = weights
                .iter()
                .zip(gradient)
                .map(|(weight, derivative)| weight - rate * derivative)
                .collect();
            [rate, objective.loss(&moved)]
        })
        .collect()
}

//! What a page needs to draw sums of steps by itself, and surfaces while something is dragged.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use steeple::draw::{Surface, SurfacePicture, SurfaceWitness};
use steeple::expr::Tape;
use steeple::expr::evaluate::Scratch;
use steeple::network::LayerEstimate;
use steeple::numbers::estimate::{Estimate, estimate_rational};
use steeple::{Activation, Network, Target};

use crate::failure::Failure;
use crate::kept::{Asked, Kept, find};
use crate::picture::on_screen;

/// The most samples of a target.
const MOST_SAMPLES: usize = 2000;
/// The most units that are told one by one.
const MOST_UNITS: usize = 1000;
/// Lines of a coarse surface along each input, beside those of its steps.
const LINES: usize = 17;
/// The most lines along each input: with more, a picture takes longer than a finger.
const MOST_LINES: usize = 48;

/// Returns the units of a kept network with one input and one hidden layer, and samples of its target. All numbers are
/// estimates, for a page's own picture.
#[derive(Deserialize)]
pub struct Steps {
    name: String,
    samples: usize,
}

impl Steps {
    pub fn run(self, kept: &BTreeMap<String, Kept>) -> Result<Value, Failure> {
        let found = find(kept, &self.name)?;
        let asked = found.asked()?;
        let (Some(layers), [side]) = (one_layer(&found.network), asked.domain.sides()) else {
            return Err(Failure::new(
                "single steps are shown of networks with one input and one hidden layer",
            ));
        };
        let [hidden, output] = layers;
        let [(constant, heights)] = output.rows.as_slice() else {
            return Err(Failure::new("single steps are shown of one output"));
        };
        if hidden.rows.len() > MOST_UNITS {
            return Err(Failure::new(format!(
                "single steps are shown of up to {MOST_UNITS} units, and this network has {}",
                hidden.rows.len()
            )));
        }
        let units: Vec<Value> = heights
            .iter()
            .map(|(unit, height)| {
                let (bias, weights) = &hidden.rows[*unit];
                let weight: f64 = weights.iter().map(|(_, weight)| weight).sum();
                json!([weight, bias, height])
            })
            .collect();
        let (low, high) = (estimate_rational(&side.0), estimate_rational(&side.1));
        let samples = self.samples.clamp(2, MOST_SAMPLES);
        let target = Sampled::new(&asked.target);
        let values: Vec<Value> = (0..samples)
            .map(|i| {
                let x = low + (high - low) * i as f64 / (samples - 1) as f64;
                let value = target.at(&[x]);
                // A value that is not finite is `null`.
                json!([x, value])
            })
            .collect();
        Ok(json!({
            "activation": hidden.activation.name(),
            "output": output.activation.name(),
            "units": units,
            "constant": constant,
            "domain": [low, high],
            "target": values,
        }))
    }
}

/// The layers of a network with one hidden layer, whose units have one sum each.
fn one_layer(network: &Network) -> Option<[LayerEstimate; 2]> {
    let layers: [LayerEstimate; 2] = LayerEstimate::of(network).try_into().ok()?;
    (network.inputs().len() == 1 && layers[0].activation.rows_per_unit() == 1).then_some(layers)
}

/// A target as samples; a region is 1 inside and 0 outside.
struct Sampled {
    tape: Tape,
    constants: steeple::expr::evaluate::Constants<Estimate>,
}

impl Sampled {
    fn new(target: &Target) -> Self {
        let tape = Tape::new(&target.indicator());
        let constants = tape.constants(&());
        Self { tape, constants }
    }

    /// The first output; NaN where there is none.
    fn at(&self, point: &[f64]) -> f64 {
        let inputs: Vec<Estimate> = point.iter().map(|x| Estimate(*x)).collect();
        let mut scratch = Scratch::default();
        let results = self.tape.evaluate(&self.constants, &inputs, &mut scratch);
        results.value(0).map_or(f64::NAN, |value| value.0)
    }
}

/// Draws the surface of a kept network with two inputs on few lines: at once, while something is dragged.
#[derive(Deserialize)]
pub struct Coarse {
    name: String,
}

impl Coarse {
    pub fn run(self, kept: &BTreeMap<String, Kept>) -> Result<Value, Failure> {
        let found = find(kept, &self.name)?;
        Ok(json!({ "svg": on_screen(&coarse(&found.network, found.asked()?)?) }))
    }
}

/// The network and its target, sampled on a coarse grid.
fn coarse(network: &Network, asked: &Asked) -> Result<String, Failure> {
    let [first, second] = asked.domain.sides() else {
        return Err(Failure::new("a surface has two inputs"));
    };
    let layers = LayerEstimate::of(network);
    let target = Sampled::new(&asked.target);
    let xs = lines(&layers, 0, first);
    let ys = lines(&layers, 1, second);
    let grid = |value: &dyn Fn(&[f64]) -> f64| -> Vec<Vec<f64>> {
        let row = |y: &f64| xs.iter().map(|x| value(&[*x, *y])).collect();
        ys.iter().map(row).collect()
    };
    let of_network = |point: &[f64]| {
        let outputs = layers
            .iter()
            .fold(point.to_vec(), |values, layer| layer.values(&values));
        outputs.first().copied().unwrap_or(f64::NAN)
    };
    let surface = |name: &str, z| Surface {
        name: name.to_string(),
        xs: xs.clone(),
        ys: ys.clone(),
        z,
        ..Surface::default()
    };
    // An area has no place where it is largest.
    let place: Option<Vec<f64>> = asked
        .answer
        .witness()
        .map(|point| point.iter().map(|(_, x)| estimate_rational(x)).collect());
    let witness = match place.as_deref() {
        Some(&[x, y]) => Some(SurfaceWitness {
            x,
            y,
            network: of_network(&[x, y]),
            target: target.at(&[x, y]),
        }),
        _ => None,
    };
    let middle =
        [first, second].map(|(low, high)| estimate_rational(low).midpoint(estimate_rational(high)));
    let [x_label, y_label] = [0, 1].map(|i| asked.domain.names()[i].clone());
    let picture = SurfacePicture {
        title: "A coarse picture while something changes".into(),
        caption: format!(
            "Sampled on {} by {} lines. The fine picture follows.",
            xs.len(),
            ys.len()
        ),
        x_label,
        y_label,
        z_label: network.outputs()[0].clone(),
        surfaces: vec![
            surface("network", grid(&of_network)),
            surface("target", grid(&|point| target.at(point))),
        ],
        toward: toward(witness, middle),
        witness,
        ..SurfacePicture::default()
    };
    Ok(picture.render())
}

/// The direction to look from, as the fine picture does: a place below the target is seen across the middle.
fn toward(witness: Option<SurfaceWitness>, middle: [f64; 2]) -> [f64; 3] {
    const USUAL: [f64; 3] = [-0.48, -0.72, 0.52];
    match witness {
        Some(at) if at.network < at.target => {
            let away = |at: f64, axis: usize| {
                let size = USUAL[axis].abs();
                if at > middle[axis] { -size } else { size }
            };
            [away(at.x, 0), away(at.y, 1), 0.62]
        }
        _ => USUAL,
    }
}

/// Even lines along an input, and lines at the steps across it: where the step is, and on both of its sides.
fn lines(
    layers: &[LayerEstimate],
    axis: usize,
    side: &(steeple::Rational, steeple::Rational),
) -> Vec<f64> {
    let (low, high) = (estimate_rational(&side.0), estimate_rational(&side.1));
    let even = |count: usize| -> Vec<f64> {
        (0..count)
            .map(|i| low + (high - low) * i as f64 / (count - 1) as f64)
            .collect()
    };
    let mut steps = Vec::new();
    if let Some(first) = layers.first() {
        for (bias, weights) in &first.rows {
            let [(column, weight)] = weights.as_slice() else {
                continue;
            };
            if *column == axis && *weight != 0.0 {
                let reach = match first.activation {
                    // A second layer that counts steps jumps where a step is at about 1/2.
                    Activation::Sigmoid if layers.len() > 2 => 1.5 / weight.abs(),
                    Activation::Sigmoid => 3.0 / weight.abs(),
                    _ => (high - low) * 1e-6,
                };
                let place = -bias / weight;
                steps.extend([place - reach, place, place + reach]);
            }
        }
    }
    steps.retain(|place| *place > low && *place < high);
    if steps.is_empty() || steps.len() > MOST_LINES {
        return even(2 * LINES - 1);
    }
    steps.extend(even(LINES.min(MOST_LINES + 2 - steps.len()).max(2)));
    steps.sort_by(f64::total_cmp);
    steps.dedup_by(|a, b| (*a - *b).abs() < (high - low) * 1e-9);
    steps
}

//! A small training, to lay its weights beside those of a formula.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use steeple::clock::Moment;
use steeple::network::LayerEstimate;
use steeple::training::{Problem, Settings, Start, sample};
use steeple::{Activation, Network, Norm, Threads};

use crate::failure::Failure;
use crate::kept::{Asked, Kept, find};
use crate::prove::{Effort, MEMORY, domain, target, tell_of};

/// Limits of a training that a page waits for.
const MOST_UNITS: usize = 32;
const MOST_LAYERS: usize = 3;
const MOST_POINTS: usize = 5_000;
const MOST_STARTS: usize = 10;
const MOST_STEPS: usize = 2_000;
const LONGEST: u64 = 20_000;

/// Trains a network of few units to tell a region from the rest, and proves the area where it is wrong.
#[derive(Deserialize)]
pub struct TrainSmall {
    name: String,
    target: String,
    domain: String,
    /// Units of each hidden layer.
    hidden: Vec<usize>,
    activation: String,
    points: usize,
    starts: usize,
    steps: usize,
    seed: u64,
    /// Milliseconds for training; the best so far counts then.
    train_millis: u64,
    #[serde(flatten)]
    effort: Effort,
}

impl TrainSmall {
    pub fn run(self, kept: &mut BTreeMap<String, Kept>) -> Result<Value, Failure> {
        self.check()?;
        let region = target(&self.target)?;
        if !region.is_region() {
            return Err(Failure::new("the target is not a region")
                .hint(Some("write a condition, such as x^2 + y^2 <= 1"))
                .within("target"));
        }
        let place = domain(&self.domain)?;
        let activation = Activation::from_name(&self.activation)
            .ok_or_else(|| Failure::new(format!("unknown activation `{}`", self.activation)))?;
        let samples = sample(&region, &place, self.points, 0.0, self.seed).map_err(Failure::new)?;
        let settings = Settings {
            steps: self.steps,
            restarts: self.starts,
            seed: self.seed,
            ..Settings::default()
        };
        let start = Start::Random {
            hidden: &self.hidden,
            activation: &activation,
        };
        let problem = Problem::new(&start, &samples, &settings).map_err(Failure::new)?;
        let (network, mut told) = train(&problem, Duration::from_millis(self.train_millis))?;
        told.insert("layers".into(), layers(&network));

        let mut verify = steeple::verify(&network, &region, &place)
            .norm(Norm::Area)
            .gap("1/50")?
            .threads(Threads::CALLER)
            .memory_limit(MEMORY);
        if let Some(time) = self.effort.time() {
            verify = verify.time_limit(time);
        }
        let answer = verify.run()?;
        let found = Kept {
            weights: steeple::Weights::Exact,
            spec: None,
            opened: None,
            asked: Some(Asked {
                threshold: answer.claim().question.threshold.clone(),
                target: region,
                domain: place,
                norm: Norm::Area,
                tolerance: None,
                gap: steeple::workflow::spec::default_gap(),
                answer,
            }),
            network,
        };
        let told = tell_of(&found, &self.effort, told)?;
        kept.insert(self.name, found);
        Ok(told)
    }

    /// Is it small enough for a page?
    fn check(&self) -> Result<(), Failure> {
        let limits = [
            ("layers", self.hidden.len(), MOST_LAYERS),
            (
                "units",
                self.hidden
                    .iter()
                    .fold(0, |sum, units| units.saturating_add(sum)),
                MOST_UNITS,
            ),
            ("points", self.points, MOST_POINTS),
            ("starts", self.starts, MOST_STARTS),
            ("steps", self.steps, MOST_STEPS),
        ];
        for (what, found, most) in limits {
            if found > most {
                return Err(Failure::new(format!(
                    "a page trains with up to {most} {what} here, found {found}"
                ))
                .hint(Some("`steeple compare` has no such limit")));
            }
        }
        Ok(())
    }
}

/// Descends from one start after the other, as long as there is time.
fn train(
    problem: &Problem<'_>,
    longest: Duration,
) -> Result<(Network, Map<String, Value>), Failure> {
    let begin = Moment::now();
    let longest = longest.min(Duration::from_millis(LONGEST));
    let in_time = || begin.elapsed() < longest;
    let was_stopped = Cell::new(false);
    let mut best = None::<steeple::training::Found>;
    let mut starts = 0;
    for start in 0..problem.restarts() {
        if start > 0 && !in_time() {
            was_stopped.set(true);
            break;
        }
        starts += 1;
        let found = problem.descend(start, &mut |_, _, _| {
            let goes_on = in_time();
            was_stopped.set(was_stopped.get() || !goes_on);
            goes_on
        });
        if let Ok(found) = found
            && best.as_ref().is_none_or(|best| found.loss < best.loss)
        {
            best = Some(found);
        }
    }
    let best = best.ok_or_else(|| Failure::new("training diverged from every start"))?;
    let network = problem
        .network(&best.parameters)
        .ok_or_else(|| Failure::new("a weight of the trained network is not finite"))?;
    let mut told = Map::new();
    told.insert("right".into(), json!(best.fit));
    told.insert("steps".into(), json!(best.steps));
    told.insert("starts".into(), json!(starts));
    told.insert("was_stopped".into(), json!(was_stopped.get()));
    Ok((network, told))
}

/// The weights of a kept network, for a page's own tables.
#[derive(Deserialize)]
pub struct Weights {
    name: String,
}

impl Weights {
    pub fn run(self, kept: &BTreeMap<String, Kept>) -> Result<Value, Failure> {
        let network = &find(kept, &self.name)?.network;
        let weights = network.layers().iter().map(|layer| layer.weights());
        let count = weights.fold(0_usize, |sum, matrix| {
            sum.saturating_add(matrix.rows().saturating_mul(matrix.columns()))
        });
        if count > MOST_WEIGHTS {
            return Err(Failure::new(format!(
                "the network has {count} weights, and a page shows up to {MOST_WEIGHTS}"
            ))
            .hint(Some("the network file has them all")));
        }
        Ok(json!({ "layers": layers(network) }))
    }
}

/// The most weights in a table.
const MOST_WEIGHTS: usize = 10_000;

/// Rows of weights and the bias terms of each layer: near, zeros exact.
fn layers(network: &Network) -> Value {
    let layers = LayerEstimate::of(network);
    let layers = layers.iter().zip(network.layers()).map(|(near, layer)| {
        let rows = near.rows.iter().map(|(_, weights)| {
            let mut row = vec![0.0; layer.inputs()];
            for (column, weight) in weights {
                row[*column] = *weight;
            }
            row
        });
        let rows: Vec<Vec<f64>> = rows.collect();
        let bias: Vec<f64> = near.rows.iter().map(|(bias, _)| *bias).collect();
        json!({ "activation": layer.activation().name(), "weights": rows, "bias": bias })
    });
    layers.collect()
}

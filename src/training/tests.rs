//! Training as a whole: gradients, equal bits, divergence, and what a start at a network keeps.

use super::*;
use crate::expr::{Domain, Target, parse_target};
use crate::network::{Activation, Layer, Matrix, Network, digest, forward};
use crate::numbers::estimate::{Estimate, estimate_rational, exact_dyadic};
use crate::numbers::{Rational, literal};

const ACTIVATIONS: [Activation; 3] = [Activation::Sigmoid, Activation::Tanh, Activation::Relu];

fn target(formulas: &[&str]) -> Target {
    let names = ["x".to_string(), "y".to_string()];
    parse_target(formulas, Some(&names)).expect("parses")
}

fn samples(formulas: &[&str], count: usize) -> Samples {
    let domain = Domain::parse("x=-3/2..3/2,y=-3/2..3/2").expect("parses");
    sample(&target(formulas), &domain, count, 0.0, 1).expect("drawn")
}

fn disk() -> Samples {
    samples(&["x^2 + y^2 <= 1"], 300)
}

/// Rows of weights, bias, activation.
type Parts<'a> = (&'a [&'a [&'a str]], &'a [&'a str], Activation);

fn network(layers: &[Parts<'_>]) -> Network {
    let number = |text: &&str| literal::parse(text).expect("a number");
    let layers = layers.iter().map(|(rows, bias, activation)| {
        let rows = rows.iter().map(|row| row.iter().map(number).collect());
        let weights = Matrix::from_dense(rows.collect()).expect("rectangular");
        let bias = bias.iter().map(number).collect();
        Layer::new(weights, bias, activation.clone()).expect("fits")
    });
    let layers = layers.collect();
    Network::new(vec!["x".into(), "y".into()], vec!["z".into()], layers).expect("fits")
}

#[test]
fn backpropagation_agrees_with_central_differences() {
    let settings = Settings::default();
    let tasks = [
        disk(),
        samples(&["sin(2*x)*y"], 150),
        samples(&["1000*x", "y^2 - 4"], 130),
    ];
    for data in &tasks {
        for activation in &ACTIVATIONS {
            for hidden in [&[][..], &[6], &[5, 4], &[3, 4, 5]] {
                let start = Start::Random { hidden, activation };
                let problem = Problem::new(&start, data, &settings).expect("a problem");
                for restart in 0..2 {
                    let check = problem.check_gradient(&problem.start(restart));
                    let name = format!("{activation:?} {hidden:?}: {check:?}");
                    assert!(check.largest < 1e-6, "{name}");
                    assert_eq!(
                        check.compared + check.at_kinks,
                        problem.perceptron().parameters()
                    );
                    assert!(check.at_kinks * 10 <= check.compared, "{name}");
                }
            }
        }
    }
}

#[test]
fn backpropagation_agrees_through_an_output_unit_of_every_kind() {
    let data = disk();
    let settings = Settings::default();
    for last in [Activation::Sigmoid, Activation::Tanh, Activation::Relu] {
        let built = network(&[
            (
                &[&["1.5", "-1"], &["0.5", "2"]],
                &["0.3", "-1/3"],
                Activation::Tanh,
            ),
            (&[&["1", "-2"]], &["0.25"], last.clone()),
        ]);
        let problem = Problem::new(&Start::Network(&built), &data, &settings);
        let problem = problem.expect("a problem");
        let expected = if last == Activation::Sigmoid {
            Loss::CrossEntropy
        } else {
            Loss::MeanSquares
        };
        assert_eq!(problem.perceptron().loss(), expected);
        let check = problem.check_gradient(&problem.start(0));
        assert!(check.largest < 1e-6, "{last:?}: {check:?}");
    }
}

/// The passes of `explain` are computed differently from the objective's.
#[test]
fn the_passes_written_out_agree_with_their_differences() {
    for (data, activation) in [
        (disk(), Activation::Sigmoid),
        (samples(&["x*y"], 20), Activation::Tanh),
    ] {
        let settings = Settings::default();
        let start = Start::Random {
            hidden: &[2, 2],
            activation: &activation,
        };
        let problem = Problem::new(&start, &data, &settings).expect("a problem");
        let text = explain(&problem, &problem.start(0), 3).expect("small");
        let mut compared = 0;
        for line in text
            .lines()
            .filter(|line| line.contains("central difference"))
        {
            let (left, right) = line.split_once("central difference").expect("both");
            let value = left.rsplit('=').next().expect("a value").trim();
            let (value, difference): (f64, f64) = (
                value.parse().expect("a number"),
                right.trim().parse().expect("a number"),
            );
            assert!(
                (value - difference).abs() <= 2e-5 * value.abs() + 1e-6,
                "{line}"
            );
            compared += 1;
        }
        assert_eq!(compared, problem.perceptron().parameters());
        assert!(explain(&problem, &problem.start(0), data.count()).is_none());
    }
}

#[test]
fn the_network_computes_what_was_trained() {
    // Scaled inputs and outputs are converted exactly, even far from 1.
    let domain = Domain::parse("x=1000..1010,y=-1/8..0").expect("parses");
    let far = target(&["1000000 + 7*x + 100*y"]);
    let data = sample(&far, &domain, 200, 0.0, 4).expect("drawn");
    let settings = Settings::default();
    let start = Start::Random {
        hidden: &[3],
        activation: &Activation::Tanh,
    };
    let problem = Problem::new(&start, &data, &settings).expect("a problem");
    let training = problem.train(&|_| true).expect("trained");
    let found = training.found();
    let mut square = 0.0;
    for p in 0..data.count() {
        let point: Vec<Estimate> = data.points().iter().map(|x| Estimate(x[p])).collect();
        let value = forward(&training.network, &(), &point).expect("a value")[0].0;
        square += (value - data.targets()[0][p]) * (value - data.targets()[0][p]);
    }
    let rms = (square / 200.0).sqrt();
    assert!(
        (rms - found.fit).abs() < 1e-6 + 1e-3 * rms,
        "{rms} {}",
        found.fit
    );
    assert!(found.fit < 0.5, "of a range of 70: {}", found.fit);
    assert!((found.loss - found.fit * found.fit).abs() <= 1e-9 * found.loss);
}

#[test]
fn inside_is_where_the_output_is_at_least_the_threshold() {
    let data = disk();
    let settings = Settings {
        threshold: Rational::ratio(1, 3),
        steps: 60,
        restarts: 2,
        ..Settings::default()
    };
    for activation in &ACTIVATIONS {
        let start = Start::Random {
            hidden: &[6],
            activation,
        };
        let training = train(&start, &data, &settings, &|_| true).expect("trained");
        let right = (0..data.count()).filter(|&p| {
            let point: Vec<Estimate> = data.points().iter().map(|x| Estimate(x[p])).collect();
            let value = forward(&training.network, &(), &point).expect("a value")[0].0;
            (value >= 1.0 / 3.0) == (data.targets()[0][p] > 0.5)
        });
        let accuracy = right.count() as f64 / data.count() as f64;
        assert!((accuracy - training.found().fit).abs() < 0.01);
        assert!(accuracy > 0.9, "{activation:?}: {accuracy}");
        let last = training.network.layers().last().expect("a layer");
        assert_eq!(*last.activation(), Activation::Identity);
    }
}

#[test]
fn weight_decay_is_in_the_gradient_and_keeps_weights_small() {
    // Labels that a line separates: without decay, weights grow as long as training lasts.
    let xs: Vec<f64> = (0..40).map(|k| f64::from(k) / 20.0 - 1.0).collect();
    let labels: Vec<f64> = xs.iter().map(|x| f64::from(*x > 0.1)).collect();
    let data = Samples::new(
        vec!["x".into()],
        Task::Classification,
        vec![xs],
        vec![labels],
    );
    let data = data.expect("good");
    let start = Start::Random {
        hidden: &[3],
        activation: &Activation::Tanh,
    };
    let largest = |weight_decay: f64| {
        let settings = Settings {
            weight_decay,
            restarts: 1,
            ..Settings::default()
        };
        let problem = Problem::new(&start, &data, &settings).expect("a problem");
        let check = problem.check_gradient(&problem.start(0));
        assert!(check.largest < 1e-6, "{weight_decay}: {}", check.largest);
        let training = problem.train(&|_| true).expect("trained");
        assert!(training.found().fit > 0.97, "{weight_decay}");
        let size = crate::network::size(&training.network);
        estimate_rational(&size.largest_weight)
    };
    let (free, kept) = (largest(0.0), largest(1e-3));
    assert!(kept < 12.0 && free > 5.0 * kept, "{free} {kept}");
}

/// Another digest on some machine means that a float operation differs there.
#[test]
fn training_gives_the_same_bits_everywhere() {
    let data = disk();
    let digests: Vec<String> = [
        (Optimizer::Lbfgs, Activation::Sigmoid),
        (Optimizer::Lbfgs, Activation::Relu),
        (Optimizer::Adam, Activation::Tanh),
    ]
    .iter()
    .map(|(optimizer, activation)| {
        let settings = Settings {
            optimizer: *optimizer,
            steps: 40,
            restarts: 3,
            ..Settings::default()
        };
        let start = Start::Random {
            hidden: &[5, 3],
            activation,
        };
        let run = || train(&start, &data, &settings, &|_| true).expect("trained");
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let alone = one.expect("a thread").install(run);
        assert_eq!(run(), alone, "threads do not matter");
        digest(&alone.network).clone()
    })
    .collect();
    assert_eq!(digests, PINNED);
}

const PINNED: [&str; 3] = [
    "sha256:6ab9bfdc54230b2b7848536b5e0882ec844f2fadf90eb07f9664e5292016f407",
    "sha256:961119bf2c1ccdfc925a26052124a6183b4e1d7e00b753f0dccd0625cbae3ec6",
    "sha256:3e55e5a8f988c3fc36dbe4c5458a2ed76ce98bbbc025247e06bce8f2c0e8cb3f",
];

#[test]
fn restarts_are_listed_and_the_best_is_taken() {
    let data = disk();
    let settings = Settings {
        restarts: 4,
        seed: 11,
        steps: 80,
        ..Settings::default()
    };
    let start = Start::Random {
        hidden: &[3],
        activation: &Activation::Sigmoid,
    };
    let training = train(&start, &data, &settings, &|_| true).expect("trained");
    let seeds: Vec<u64> = training.restarts.iter().map(|r| r.seed).collect();
    assert_eq!(seeds, [11, 12, 13, 14]);
    for restart in &training.restarts {
        let found = restart.outcome.as_ref().expect("finite");
        assert!(training.found().loss <= found.loss);
        assert_eq!(found.losses.len(), found.steps + 1);
    }
    // A single start, by its seed.
    let alone = Settings {
        restarts: 1,
        seed: 11 + training.best as u64,
        ..settings
    };
    let again = train(&start, &data, &alone, &|_| true).expect("trained");
    assert_eq!(again.network, training.network);
}

#[test]
fn divergence_is_the_outcome_of_its_start() {
    let data = samples(&["x^2 + y"], 50);
    let settings = Settings {
        optimizer: Optimizer::Adam,
        learning_rate: 1e200,
        restarts: 2,
        seed: 5,
        ..Settings::default()
    };
    let start = Start::Random {
        hidden: &[3, 3],
        activation: &Activation::Relu,
    };
    let error = train(&start, &data, &settings, &|_| true).expect_err("diverges");
    let TrainingError::Diverged(starts) = &error else {
        panic!("{error}");
    };
    assert_eq!(starts.iter().map(|d| d.seed).collect::<Vec<_>>(), [5, 6]);
    assert!(error.to_string().contains("seed 6 after"), "{error}");
    // L-BFGS avoids points that are not finite.
    let settings = Settings {
        optimizer: Optimizer::Lbfgs,
        steps: 20,
        ..settings
    };
    assert!(train(&start, &data, &settings, &|_| true).is_ok());
}

#[test]
fn descent_from_a_network_says_what_it_keeps() {
    // A steep step at x = 0 with a zero weight, and labels that it already matches except for a
    // tilt.
    let built = network(&[
        (&[&["400", "0"]], &["0"], Activation::Sigmoid),
        (&[&["1"]], &["0"], Activation::Identity),
    ]);
    let data = samples(&["10*x + y >= 0"], 300);
    let settings = Settings {
        steps: 50,
        ..Settings::default()
    };
    let problem = Problem::new(&Start::Network(&built), &data, &settings).expect("a problem");
    assert_eq!(problem.restarts(), 1);
    assert_eq!(problem.network(&problem.start(0)), Some(built.clone()));
    let training = problem.train(&|_| true).expect("trained");
    let kept = problem.compare_with_start(0, &training.found().parameters);
    assert_eq!(
        (kept.zero_weights, kept.units, kept.steep_before),
        (1, 1, 1)
    );
    assert_eq!(
        kept.zeros_kept,
        usize::from(kept.largest_former_zero == 0.0)
    );
    let same = problem.compare_with_start(0, &problem.start(0));
    assert_eq!((same.zeros_kept, same.steep_after), (1, 1));
    assert!(same.largest_change.abs() < f64::MIN_POSITIVE);
}

#[test]
fn networks_that_do_not_fit_the_points_are_refused() {
    let data = disk();
    let settings = Settings::default();
    let refused = |network: &Network| {
        let problem = Problem::new(&Start::Network(network), &data, &settings);
        problem.err().expect("refused").to_string()
    };
    let heaviside = network(&[(&[&["1", "1"]], &["0"], Activation::Heaviside)]);
    assert!(refused(&heaviside).contains("layer 1: heaviside units cannot be trained"));
    let huge = network(&[(&[&["1e400", "1"]], &["0"], Activation::Relu)]);
    assert!(refused(&huge).contains("beyond the range of floats"));
    let weights = Matrix::from_dense(vec![vec![Rational::ONE]]).expect("rectangular");
    let layer = Layer::new(weights, vec![Rational::ONE], Activation::Relu).expect("fits");
    let other = Network::new(vec!["t".into()], vec!["z".into()], vec![layer]).expect("fits");
    assert_eq!(
        refused(&other),
        "the network has the inputs t, the points have x, y"
    );
    let none = Settings {
        restarts: 0,
        ..settings
    };
    let start = Start::Random {
        hidden: &[2],
        activation: &Activation::Relu,
    };
    assert_eq!(
        train(&start, &data, &none, &|_| true),
        Err(TrainingError::NoStart)
    );
}

#[test]
fn snapshots_are_those_of_the_descent() {
    let data = disk();
    let settings = Settings {
        steps: 64,
        ..Settings::default()
    };
    let start = Start::Random {
        hidden: &[4],
        activation: &Activation::Tanh,
    };
    let problem = Problem::new(&start, &data, &settings).expect("a problem");
    let found = problem.descend(1, &mut |_, _, _| true).expect("finite");
    let snapshots = problem.snapshots(1, 8).expect("finite");
    assert!(snapshots.len() <= 9);
    assert_eq!(snapshots[0].parameters, problem.start(1));
    let last = snapshots.last().expect("some");
    assert_eq!(
        (last.step, &last.parameters),
        (found.steps, &found.parameters)
    );
    for snapshot in &snapshots {
        assert_eq!(
            snapshot.loss.to_bits(),
            found.losses[snapshot.step].to_bits()
        );
    }
    // Weights are exactly the floats.
    let network = problem.network(&found.parameters).expect("finite");
    let scale = &problem.scaling;
    let weight = exact_dyadic(libm::ldexp(found.parameters[0], -scale.exponents[0]));
    let row: Vec<_> = network.layers()[0].weights().row(0).collect();
    assert_eq!(
        Some(row[0].1.clone()),
        weight.and_then(crate::numbers::Dyadic::to_rational)
    );
}

//! Networks in float arithmetic, against their enclosures (T40): every order of summation, fused or
//! not, with subnormal numbers kept or flushed, and activations as wrong as they may be.

mod common;

use common::{Choices, cases, choices};
use proptest::prelude::*;
use steeple::bounds::{Cell, Leaves, OnCell, Reduction};
use steeple::certificate::{
    ActivationError, FloatFormat, Floats, Norm, Question, Ranges, Semantics, Summation,
};
use steeple::expr::{Domain, parse_target};
use steeple::network::{Activation, Layer, Matrix, Network, digest, forward};
use steeple::numbers::{Dyadic, Interval, Rational};

/// The exact value of a float.
fn exact(value: f64) -> Rational {
    let float = steeple::numbers::Float64::from_bits(value.to_bits());
    float.expect("a finite float").to_rational()
}

fn of_f32(value: f32) -> Rational {
    exact(f64::from(value))
}

fn flushed(value: f32, is_flushed: bool) -> f32 {
    if is_flushed && value.is_subnormal() {
        0.0
    } else {
        value
    }
}

/// A network as floats: for each layer its rows of weights, its bias and its activation.
#[derive(Clone, Debug)]
struct Program {
    layers: Vec<(Vec<Vec<f32>>, Vec<f32>, Activation)>,
}

/// How a program computes, as T40 leaves it open.
struct Machine<'c> {
    choices: &'c mut Choices,
    summation: Summation,
    error: ActivationError,
}

impl Machine<'_> {
    /// Does it flush the next subnormal number?
    fn flushes(&mut self) -> bool {
        self.choices.below(2) == 1
    }

    fn read(&mut self, value: f32) -> f32 {
        let flushes = self.flushes();
        flushed(value, flushes)
    }

    /// A sum in a random order, with random groups and fused operations.
    fn sum(&mut self, weights: &[f32], values: &[f32], bias: f32) -> f32 {
        let mut terms: Vec<(f32, f32)> = Vec::new();
        for (weight, value) in weights.iter().zip(values) {
            if *weight != 0.0 {
                terms.push((*weight, self.read(*value)));
            }
        }
        if self.summation == Summation::Emitted {
            let mut total = f64::from(bias);
            while !terms.is_empty() {
                let (weight, value) = terms.swap_remove(self.choices.below(terms.len()));
                total += f64::from(weight) * f64::from(value);
            }
            #[allow(clippy::cast_possible_truncation)]
            let rounded = total as f32;
            return self.read(rounded);
        }
        let mut partial = vec![bias];
        while !terms.is_empty() {
            let (weight, value) = terms.swap_remove(self.choices.below(terms.len()));
            match self.choices.below(3) {
                0 => {
                    let product = weight * value;
                    let product = self.read(product);
                    partial.push(product);
                }
                choice => {
                    let at = self.choices.below(partial.len());
                    let other = self.read(partial[at]);
                    let sum = if choice == 1 {
                        let product = weight * value;
                        self.read(product) + other
                    } else {
                        weight.mul_add(value, other)
                    };
                    partial[at] = self.read(sum);
                }
            }
        }
        while partial.len() > 1 {
            let at = self.choices.below(partial.len());
            let a = partial.swap_remove(at);
            let at = self.choices.below(partial.len());
            let b = self.read(partial[at]);
            let sum = self.read(a) + b;
            partial[at] = self.read(sum);
        }
        partial[0]
    }

    /// A value as far from the exact one as it may be, on a random side.
    fn wrong(&mut self, value: f64) -> f32 {
        let near = libm::fabs(value).max(f64::from(f32::MIN_POSITIVE));
        let ulp = libm::ldexp(1.0, libm::ilogb(near) - 23);
        let ulps = steeple::numbers::estimate::estimate_rational(&self.error.ulps);
        let abs = steeple::numbers::estimate::estimate_rational(&self.error.abs);
        // The rounding to a float is a part of the error.
        let room = (ulps - 0.5) * ulp * 0.999 + abs * 0.999;
        let side = [-1.0, 0.0, 1.0][self.choices.below(3)];
        #[allow(clippy::cast_possible_truncation)]
        let rounded = (value + side * room) as f32;
        self.read(rounded)
    }

    fn unit(&mut self, activation: &Activation, z: &[f32]) -> f32 {
        let first = self.read(z[0]);
        let wide = f64::from(first);
        match activation {
            Activation::Identity => first,
            Activation::Heaviside => f32::from(first >= 0.0),
            Activation::Relu => first.max(0.0),
            Activation::HardTanh => first.clamp(-1.0, 1.0),
            Activation::LeakyRelu(_) if first >= 0.0 => first,
            Activation::LeakyRelu(slope) => {
                let slope = steeple::numbers::estimate::estimate_rational(slope);
                #[allow(clippy::cast_possible_truncation)]
                let product = slope as f32 * first;
                self.read(product)
            }
            Activation::Maxout(_) => z.iter().copied().fold(first, f32::max),
            Activation::Sigmoid => self.wrong(1.0 / (1.0 + libm::exp(-wide))),
            Activation::Tanh => self.wrong(libm::tanh(wide)),
            Activation::Softplus(_) => {
                let value = libm::log1p(libm::exp(-libm::fabs(wide))) + wide.max(0.0);
                self.wrong(value)
            }
            Activation::Softsign => self.wrong(wide / (1.0 + libm::fabs(wide))),
            Activation::Elu(_) if first >= 0.0 => first,
            Activation::Elu(_) => self.wrong(libm::expm1(wide)),
            Activation::Silu => self.wrong(wide / (1.0 + libm::exp(-wide))),
            Activation::Gelu(_) => {
                let half = 0.5 * libm::erfc(-wide / core::f64::consts::SQRT_2);
                self.wrong(wide * half)
            }
        }
    }

    fn run(&mut self, program: &Program, inputs: &[f32]) -> Vec<f32> {
        let mut values = inputs.to_vec();
        for (weights, bias, activation) in &program.layers {
            let sums: Vec<f32> = (weights.iter().zip(bias))
                .map(|(row, bias)| self.sum(row, &values, *bias))
                .collect();
            values = (sums.chunks(activation.rows_per_unit()))
                .map(|z| self.unit(activation, z))
                .collect();
        }
        values
    }
}

/// A weight: short, a power of two, any float, or rarely zero or of an extreme size.
#[allow(clippy::cast_precision_loss)]
fn weight(c: &mut Choices) -> f32 {
    match c.below(12) {
        0 => 0.0,
        1..4 => c.integer(-16, 16) as f32 / 8.0,
        4..6 => {
            let power = c.integer(-3, 3);
            let sign = if c.below(2) == 0 { 1.0 } else { -1.0 };
            sign * 2.0_f32.powi(i32::try_from(power).expect("small"))
        }
        6 if c.once_in(4) => 2.0_f32.powi(-100) * c.integer(-9, 9) as f32,
        7 if c.once_in(4) => 1e5 * c.integer(-9, 9) as f32,
        _ => c.integer(-4_000_000, 4_000_000) as f32 * 9.537e-7,
    }
}

fn activation(c: &mut Choices) -> Activation {
    c.pick(&[
        Activation::Relu,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Heaviside,
        Activation::HardTanh,
        Activation::LeakyRelu(Rational::ratio(1, 8)),
        Activation::LeakyRelu(of_f32(0.3)),
        Activation::Maxout(2),
        Activation::Softplus(None),
        Activation::Softsign,
        Activation::Elu(Rational::ONE),
        Activation::Silu,
        Activation::Gelu(None),
        Activation::Identity,
    ])
}

fn program(c: &mut Choices, inputs: usize) -> Program {
    let depth = 1 + c.below(3);
    let mut below = inputs;
    let mut layers = Vec::new();
    for at in 0..=depth {
        let is_last = at == depth;
        let units = if is_last {
            1 + c.below(2)
        } else {
            1 + c.below(5)
        };
        let kind = if is_last && !c.once_in(4) {
            Activation::Identity
        } else {
            activation(c)
        };
        let rows = units * kind.rows_per_unit();
        let weights = (0..rows)
            .map(|_| (0..below).map(|_| weight(c)).collect())
            .collect();
        let bias = (0..rows).map(|_| weight(c)).collect();
        layers.push((weights, bias, kind));
        below = units;
    }
    let mut program = Program { layers };
    if c.once_in(5) {
        program.scale(2.0_f32.powi(-60));
    }
    program
}

impl Program {
    /// Makes everything so small that products underflow.
    fn scale(&mut self, factor: f32) {
        for (weights, bias, _) in &mut self.layers {
            for weight in weights.iter_mut().flatten() {
                *weight = flushed(*weight * factor, true);
            }
            for bias in bias {
                *bias = flushed(*bias * factor * factor, true);
            }
        }
    }
}

fn network(program: &Program, inputs: usize) -> Network {
    let layers = program.layers.iter().map(|(weights, bias, activation)| {
        let rows = weights
            .iter()
            .map(|row| row.iter().map(|w| of_f32(*w)).collect());
        let matrix = Matrix::from_dense(rows.collect()).expect("rectangular");
        let bias: Vec<Rational> = bias.iter().map(|b| of_f32(*b)).collect();
        Layer::new(matrix, bias, activation.clone()).expect("fits")
    });
    let layers: Vec<Layer> = layers.collect();
    let names = |prefix: &str, count: usize| (0..count).map(|i| format!("{prefix}{i}")).collect();
    let outputs = layers.last().expect("a layer").units();
    Network::new(names("x", inputs), names("y", outputs), layers).expect("fits")
}

fn floats(summation: Summation, error: ActivationError, rounded_inputs: bool) -> Floats {
    Floats {
        format: FloatFormat::Float32,
        summation,
        activation: error,
        rounded_inputs,
    }
}

fn weakest() -> ActivationError {
    ActivationError {
        ulps: Rational::from(4),
        abs: Rational::power_of_two(-21),
    }
}

/// A box with float ends, and a float in each side.
fn sides(c: &mut Choices, inputs: usize) -> Vec<(f32, f32)> {
    let side = |c: &mut Choices| {
        #[allow(clippy::cast_precision_loss)]
        let end = |c: &mut Choices| c.integer(-200, 200) as f32 / 100.0;
        let (a, b) = (end(c), end(c));
        (a.min(b), a.max(b))
    };
    (0..inputs).map(|_| side(c)).collect()
}

#[allow(clippy::cast_precision_loss)]
fn point_in(c: &mut Choices, sides: &[(f32, f32)]) -> Vec<f32> {
    sides
        .iter()
        .map(|(low, high)| match c.below(4) {
            0 => *low,
            1 => *high,
            _ => {
                let share = c.integer(0, 1_000_000) as f32 / 1e6;
                (low + (high - low) * share).clamp(*low, *high)
            }
        })
        .collect()
}

fn cell(sides: &[(f32, f32)]) -> Cell {
    let sides = sides.iter().map(|(a, b)| (of_f32(*a), of_f32(*b)));
    Cell::from_sides(sides.collect())
}

/// Encloses the real network at a point; `None` if a step is undecided there.
fn real_at(network: &Network, point: &[f32]) -> Option<Vec<Interval>> {
    let inputs: Vec<Interval> = (point.iter())
        .map(|x| Interval::from_rational(&of_f32(*x)))
        .collect();
    forward(network, &(), &inputs).ok()
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn enclosures_hold_what_any_program_computes(mut c in choices(), mut more in choices()) {
        let inputs = 1 + c.below(3);
        let program = program(&mut c, inputs);
        let network = network(&program, inputs);
        let summation = c.pick(&[Summation::Any, Summation::Emitted]);
        let error = if c.once_in(3) {
            ActivationError { ulps: Rational::ONE, abs: Rational::ZERO }
        } else {
            weakest()
        };
        let mut whole = sides(&mut c, inputs);
        if c.once_in(5) {
            let tiny = 2.0_f32.powi(-66);
            for side in &mut whole {
                *side = (side.0 * tiny, side.1 * tiny);
            }
        }
        let floats = floats(summation, error.clone(), false);
        let root_cell = cell(&whole);
        let Ok(root) = OnCell::of_floats(&network, root_cell.intervals(), &floats) else {
            return common::not_a_case();
        };
        let names = network.inputs().to_vec();
        let any = (Rational::from(-3), Rational::from(3));
        let domain = Domain::new(names.clone(), vec![any; inputs]).expect("a domain");
        let zeros = vec!["0"; network.outputs().len()];
        let question = Question {
            network: digest(&network),
            target: parse_target(&zeros, Some(&names)).expect("a target"),
            domain,
            norm: Norm::Sup,
            threshold: None,
            semantics: Semantics::Float(floats),
        };
        // A chain of cells, each in the one before, reduced with a random constant radius.
        let reduction = Reduction {
            ranges: c.pick(&[Ranges::Natural, Ranges::Linear]),
            kept_rounding: c.pick(&[Dyadic::ZERO, Dyadic::power_of_two(-18)]),
            constant_radius: c.pick(&[Dyadic::ZERO, Dyadic::power_of_two(-20), Dyadic::power_of_two(-6)]),
        };
        let mut leaves = Leaves::new(&network, &question);
        let (mut local, mut place) = (root, whole);
        for _ in 0..4 {
            for _ in 0..4 {
                let point = point_in(&mut more, &place);
                let mut machine = Machine { choices: &mut more, summation, error: error.clone() };
                let found = machine.run(&program, &point);
                for (k, value) in found.iter().enumerate() {
                    let value = of_f32(*value);
                    let range = local.output_ranges()[k];
                    prop_assert!(
                        range.contains_rational(&value),
                        "{program:?} at {point:?}: {value} is not in {range:?}"
                    );
                    let at_point = cell(&point.iter().map(|x| (*x, *x)).collect::<Vec<_>>());
                    let near = local.enclose_on(&network, &at_point).expect("a value")[k];
                    prop_assert!(
                        near.contains_rational(&value),
                        "{program:?} at {point:?}: {value} is not near {near:?}"
                    );
                    if !network.has_jumps()
                        && let Some(real) = real_at(&network, &point)
                    {
                        let most = local.rounding()[k];
                        let apart = Interval::from_rational(&value).minus(&real[k]).mig();
                        prop_assert!(apart <= most, "{program:?} at {point:?}: {apart:?} {most:?}");
                    }
                }
            }
            let mut ends = |side: &(f32, f32)| {
                let two = point_in(&mut c, &[*side, *side]);
                (two[0].min(two[1]), two[0].max(two[1]))
            };
            place = place.iter().map(&mut ends).collect();
            local = leaves.descend(&local, &cell(&place), reduction).expect("a value");
        }
    }
}

/// The bounds are not vacuous: on sums of at most ten terms some program comes close to them.
#[test]
fn some_program_is_nearly_as_wrong_as_the_bound() {
    let relu = |weights: &[f32]| -> Vec<Vec<f32>> { weights.iter().map(|w| vec![*w]).collect() };
    let line = [0.9, -1.3, 0.7, 1.1, -0.3, 0.57];
    let bias = vec![0.31, 0.77, -0.13, 0.9, 0.411, -0.23];
    let last = (vec![vec![0.71, 0.53, -0.92, 0.37, 0.81, 1.21]], vec![0.17]);
    for (kind, least) in [
        (Activation::Relu, 0.2),
        (Activation::Sigmoid, 0.15),
        (Activation::Tanh, 0.15),
        (Activation::LeakyRelu(of_f32(0.3)), 0.15),
    ] {
        let program = Program {
            layers: vec![
                (relu(&line), bias.clone(), kind.clone()),
                (last.0.clone(), last.1.clone(), Activation::Identity),
            ],
        };
        let network = network(&program, 1);
        let error = ActivationError {
            ulps: Rational::ONE,
            abs: Rational::ZERO,
        };
        let floats = floats(Summation::Any, error.clone(), false);
        let whole = cell(&[(-1.0, 1.0)]);
        let root = OnCell::of_floats(&network, whole.intervals(), &floats).expect("floats");
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        let mut most: f64 = 0.0;
        for _ in 0..400 {
            let mut c = Choices::from_values((0..2000).map(|_| next()).collect());
            let point = point_in(&mut c, &[(-1.0, 1.0)]);
            let at_point = cell(&[(point[0], point[0])]);
            let near = root.enclose_on(&network, &at_point).expect("a value")[0];
            let real = real_at(&network, &point).expect("a value")[0];
            for _ in 0..40 {
                let mut machine = Machine {
                    choices: &mut c,
                    summation: Summation::Any,
                    error: error.clone(),
                };
                let found = of_f32(machine.run(&program, &point)[0]);
                let apart = Interval::from_rational(&found).minus(&real).mig();
                let share = |x: Dyadic| steeple::numbers::estimate::estimate_dyadic(x);
                most = most.max(share(apart) / share(near.rad()));
            }
        }
        eprintln!("{kind:?}: {most:.3} of the bound");
        assert!((least..=1.0).contains(&most), "{kind:?}: {most}");
    }
}

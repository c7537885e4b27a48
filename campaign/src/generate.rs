//! Random small networks with every activation, and random targets with every function.

use steeple::network::{Activation, Layer, Matrix, Network};
use steeple::numbers::Rational;

use crate::random::Choices;

/// The names of inputs, in order.
pub const NAMES: [&str; 3] = ["x", "y", "z"];
/// Functions of formulas in the core.
const CORE: [&str; 9] = [
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "abs",
    "relu",
    "heaviside",
    "step",
    "sin",
];
/// Functions of formulas that have a value everywhere.
const EVERYWHERE: [&str; 17] = [
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "atan",
    "erf",
    "softplus",
    "softsign",
    "elu",
    "silu",
    "gelu",
    "abs",
    "relu",
    "heaviside",
    "step",
    "cosh",
    "sinh",
];
/// Functions that are undefined somewhere, or grow fast.
const SOMEWHERE: [&str; 6] = ["sqrt", "ln", "exp", "tan", "asin", "acos"];

/// A number of moderate size, often a corner.
pub fn number(choices: &mut Choices) -> Rational {
    match choices.below(6) {
        0 => Rational::from(choices.integer(-1, 1)),
        1 => Rational::from(choices.integer(-3, 3)),
        2 => Rational::ratio(choices.integer(-16, 16), 8),
        3 => Rational::ratio(choices.integer(-9, 9), 3),
        4 => Rational::ratio(choices.integer(-20, 20), 7),
        _ => Rational::ratio(choices.integer(-150, 150), 64),
    }
}

/// A weight: mostly moderate, sometimes steep or tiny.
fn weight(choices: &mut Choices) -> Rational {
    let number = number(choices);
    if choices.once_in(16) {
        return number * Rational::power_of_two(choices.small(-30, 16));
    }
    number
}

/// The parts of networks and formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// Everything.
    All,
    /// Only parts of the core.
    Core,
}

/// Any activation; those of the core come first.
pub fn activation(choices: &mut Choices, parts: Parts) -> Activation {
    let kinds = match parts {
        Parts::All => 19,
        Parts::Core => 11,
    };
    match choices.below(kinds) {
        0 => Activation::Identity,
        1 | 2 => Activation::Relu,
        3 => Activation::LeakyRelu(Rational::ratio(1, 10)),
        4 => Activation::LeakyRelu(Rational::from(choices.pick(&[-2, 3]))),
        5 => Activation::HardTanh,
        6 => Activation::Maxout(choices.pick(&[2, 3])),
        7 => Activation::Heaviside,
        8 | 9 => Activation::Sigmoid,
        10 => Activation::Tanh,
        11 => Activation::Softplus(None),
        12 => Activation::Softplus(Some(Rational::ratio(choices.pick(&[1, 40]), 2))),
        13 => Activation::Softsign,
        14 => Activation::Elu(Rational::ONE),
        15 => Activation::Elu(Rational::ratio(-1, 3)),
        16 => Activation::Silu,
        17 => Activation::Gelu(None),
        // The square root of 2 as a float32.
        _ => Activation::Gelu(Some(Rational::ratio(11_863_283, 1 << 23))),
    }
}

/// A layer with ties: rows that are equal, opposite, or differ only in the bias.
fn layer(choices: &mut Choices, columns: usize, units: usize, activation: Activation) -> Layer {
    let mut rows: Vec<(Vec<Rational>, Rational)> = Vec::new();
    for _ in 0..units * activation.rows_per_unit() {
        let old = rows.get(choices.below(rows.len())).cloned();
        let row = match (choices.below(8), old) {
            (0, Some(old)) => old,
            (1, Some((weights, bias))) => (weights.iter().map(|w| -w).collect(), -bias),
            (2, Some((weights, _))) => (weights, weight(choices)),
            _ => {
                let weights = (0..columns).map(|_| weight(choices)).collect();
                (weights, number(choices))
            }
        };
        rows.push(row);
    }
    let (weights, bias) = rows.into_iter().unzip();
    let weights = Matrix::from_dense(weights).expect("rows of equal length");
    Layer::new(weights, bias, activation).expect("a bias for each row")
}

/// A network with one or two hidden layers of up to four units.
pub fn network(choices: &mut Choices, inputs: usize, outputs: usize, parts: Parts) -> Network {
    let mut columns = inputs;
    let mut layers = Vec::new();
    for _ in 0..=choices.below(2) {
        let units = 1 + choices.below(4);
        let activation = activation(choices, parts);
        layers.push(layer(choices, columns, units, activation));
        columns = units;
    }
    let last = if choices.once_in(8) {
        activation(choices, parts)
    } else {
        Activation::Identity
    };
    layers.push(layer(choices, columns, outputs, last));
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let inputs = names(&NAMES[..inputs]);
    Network::new(inputs, names(&["a", "b"][..outputs]), layers).expect("layers that fit")
}

/// The text of a formula, at most `height` operations high.
pub fn formula(choices: &mut Choices, inputs: usize, height: usize, parts: Parts) -> String {
    if height == 0 || choices.once_in(6) {
        return match choices.below(4) {
            0 => format!("({})", number(choices)),
            _ => NAMES[choices.below(inputs)].to_string(),
        };
    }
    let part = |choices: &mut Choices| formula(choices, inputs, height - 1, parts);
    match choices.below(14) {
        0 | 1 => format!("({} + {})", part(choices), part(choices)),
        2 => format!("({} - {})", part(choices), part(choices)),
        3 => format!("({} * {})", part(choices), part(choices)),
        4 => format!("({})^{}", part(choices), choices.integer(0, 3)),
        5..=7 if parts == Parts::Core => format!("{}({})", choices.pick(&CORE), part(choices)),
        5 | 6 => format!("{}({})", choices.pick(&EVERYWHERE), part(choices)),
        7 => format!("{}({})", choices.pick(&SOMEWHERE), part(choices)),
        8 => format!("({})/(2 + cos({}))", part(choices), part(choices)),
        9 => {
            let name = choices.pick(&["min", "max"]);
            format!("{name}({}, {})", part(choices), part(choices))
        }
        10 => {
            let exponent = choices.pick(&["-1", "-2", "1/2", "3/2", "5/3", "x"]);
            format!("(2 + sin({}))^({exponent})", part(choices))
        }
        11 => format!("sqrt(abs({}) + 1/8)", part(choices)),
        12 => format!("(-{})*pi/e", part(choices)),
        _ => {
            let (a, b) = (part(choices), part(choices));
            format!(
                "if({}, {a}, {b})",
                condition(choices, inputs, height - 1, parts)
            )
        }
    }
}

/// The text of a condition.
pub fn condition(choices: &mut Choices, inputs: usize, height: usize, parts: Parts) -> String {
    let (a, b) = (
        formula(choices, inputs, height, parts),
        formula(choices, inputs, height, parts),
    );
    let sign = choices.pick(&["<=", "<", ">=", ">"]);
    let first = format!("{a} {sign} {b}");
    let name = NAMES[choices.below(inputs)];
    match choices.below(8) {
        0 => format!("({first} and {name} >= 1/2)"),
        1 => format!("({first} or {name} < 0)"),
        2 => format!("not ({first})"),
        3 => format!("-1/2 < {name} <= {}", number(choices)),
        _ => first,
    }
}

/// Sides of a box with ends at 0, ±1, eighths and thirds.
pub fn sides(choices: &mut Choices, inputs: usize) -> Vec<(Rational, Rational)> {
    let side = |choices: &mut Choices| match choices.below(4) {
        0 => (Rational::from(-1), Rational::ONE),
        1 => (Rational::ZERO, Rational::ONE),
        _ => {
            let by = choices.pick(&[8, 3]);
            let low = choices.integer(-2 * by, by);
            let length = choices.integer(1, 2 * by);
            (Rational::ratio(low, by), Rational::ratio(low + length, by))
        }
    };
    (0..inputs).map(|_| side(choices)).collect()
}

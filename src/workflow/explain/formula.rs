//! A network as formulas, so that a question about it can be asked of the prover: as it is, or hardened.

use std::sync::Arc;

use crate::expr::{Condition, Expr, Target, TargetBody};
use crate::network::{Activation, Layer, Network};
use crate::numbers::{Function, Rational, Relation};

/// A longer formula is not asked about: the reader of certificates takes 64 kB.
const LONGEST: usize = 56_000;

/// Is each sigmoid and each tanh kept, or made a step?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As it is.
    Kept,
    /// sigmoid(z) becomes heaviside(z), and tanh(z) becomes 2 heaviside(z) - 1.
    Hardened,
}

/// A network as formulas.
#[derive(Clone, Debug)]
pub struct Formulas {
    /// The activation and the sum of each unit; the units of one layer after those of another.
    pub sums: Vec<(Activation, Expr)>,
    /// The outputs.
    pub outputs: Vec<Expr>,
}

/// Does the hardened network have a step in the place of this activation?
pub fn hardens(activation: &Activation) -> bool {
    matches!(activation, Activation::Sigmoid | Activation::Tanh)
}

/// Returns the network as formulas; `None` if they would be too long, or cannot be written.
///
/// - Exactness: exact.
pub fn formulas(network: &Network, shape: Shape) -> Option<Formulas> {
    if length(network) > LONGEST {
        return None;
    }
    let mut values: Vec<Expr> = (0..network.inputs().len()).map(Expr::Variable).collect();
    let mut sums = Vec::new();
    for layer in network.layers() {
        let shared: Vec<Arc<Expr>> = values.into_iter().map(Arc::new).collect();
        let activation = layer.activation();
        let rows: Vec<Expr> = (0..layer.rows())
            .map(|row| sum(layer, row, &shared))
            .collect();
        values = Vec::new();
        for rows in rows.chunks(activation.rows_per_unit()) {
            sums.extend(rows.iter().map(|row| (activation.clone(), row.clone())));
            values.push(unit(activation, rows, shape)?);
        }
    }
    Some(Formulas {
        sums,
        outputs: values,
    })
}

/// The length of the outputs as text, roughly; no formula is built.
fn length(network: &Network) -> usize {
    let mut lengths = vec![6_usize; network.inputs().len()];
    let mut longest = 0_usize;
    for layer in network.layers() {
        let digits = |value: &Rational| value.bits() / 3 + 6;
        let copies = match layer.activation() {
            Activation::LeakyRelu(_) | Activation::Elu(_) | Activation::Softplus(Some(_)) => 3,
            _ => 1,
        };
        let row = |(row, bias): (usize, &Rational)| {
            let terms = layer.weights().row(row);
            terms.fold(digits(bias), |sum, (column, weight)| {
                sum.saturating_add(lengths[column])
                    .saturating_add(digits(weight))
            })
        };
        let rows: Vec<usize> = layer.bias().iter().enumerate().map(row).collect();
        longest = rows
            .iter()
            .fold(longest, |sum, row| sum.saturating_add(*row));
        let units = rows.chunks(layer.activation().rows_per_unit()).map(|rows| {
            let all = rows
                .iter()
                .fold(12_usize, |sum, row| sum.saturating_add(*row));
            all.saturating_mul(copies)
        });
        lengths = units.collect();
    }
    lengths
        .iter()
        .fold(longest, |sum, one| sum.saturating_add(*one))
}

fn sum(layer: &Layer, row: usize, values: &[Arc<Expr>]) -> Expr {
    let bias = layer.bias().iter().nth(row).cloned().unwrap_or_default();
    let mut sum: Option<Expr> = (!bias.is_zero()).then_some(Expr::Number(bias));
    for (column, weight) in layer.weights().row(row) {
        let size = weight.abs();
        let value = Arc::clone(&values[column]);
        let term = if size == Rational::ONE {
            value
        } else {
            Arc::new(Expr::Mul(Arc::new(Expr::Number(size)), value))
        };
        sum = Some(match (sum, weight.is_negative()) {
            (None, false) => Arc::unwrap_or_clone(term),
            (None, true) => Expr::Negate(term),
            (Some(sum), false) => Expr::Add(Arc::new(sum), term),
            (Some(sum), true) => Expr::Sub(Arc::new(sum), term),
        });
    }
    sum.unwrap_or_else(Expr::zero)
}

fn unit(activation: &Activation, rows: &[Expr], shape: Shape) -> Option<Expr> {
    let mut rows = rows.iter().cloned();
    let z = Arc::new(rows.next()?);
    let apply = |function| Expr::Apply(function, Arc::clone(&z));
    let number = |value: &Rational| Arc::new(Expr::Number(value.clone()));
    let times = |factor: &Rational, value| Arc::new(Expr::Mul(number(factor), Arc::new(value)));
    let one = Rational::ONE;
    let hard = shape == Shape::Hardened;
    Some(match activation {
        Activation::Identity => Arc::unwrap_or_clone(z),
        Activation::Maxout(_) => {
            let first = Arc::unwrap_or_clone(z);
            rows.fold(first, |a, b| Expr::Max(Arc::new(a), Arc::new(b)))
        }
        Activation::Heaviside => apply(Function::Heaviside),
        Activation::Sigmoid if hard => apply(Function::Heaviside),
        Activation::Tanh if hard => Expr::Sub(
            times(&Rational::from(2), apply(Function::Heaviside)),
            Arc::new(Expr::one()),
        ),
        Activation::Sigmoid => apply(Function::Sigmoid),
        Activation::Tanh => apply(Function::Tanh),
        Activation::Relu => apply(Function::Relu),
        Activation::LeakyRelu(slope) => {
            let below = Expr::Apply(Function::Relu, Arc::new(Expr::Negate(Arc::clone(&z))));
            Expr::Sub(Arc::new(apply(Function::Relu)), times(slope, below))
        }
        Activation::HardTanh => {
            let below = Expr::Min(Arc::new(Expr::one()), Arc::clone(&z));
            Expr::Max(number(&-one), Arc::new(below))
        }
        Activation::Softplus(None) => apply(Function::Softplus),
        Activation::Softplus(Some(threshold)) => {
            let above = Condition::Compare(Relation::Greater, Arc::clone(&z), number(threshold));
            Expr::If(
                Arc::new(above),
                Arc::clone(&z),
                Arc::new(apply(Function::Softplus)),
            )
        }
        Activation::Softsign => apply(Function::Softsign),
        Activation::Elu(alpha) if *alpha == one => apply(Function::Elu),
        Activation::Elu(alpha) => {
            let other = times(&(&one - alpha), apply(Function::Relu));
            Expr::Add(times(alpha, apply(Function::Elu)), other)
        }
        Activation::Silu => apply(Function::Silu),
        Activation::Gelu(None) => apply(Function::Gelu),
        Activation::Gelu(Some(_)) => return None,
    })
}

/// Returns the target of these outputs; `None` if the names or the size do not allow one.
pub fn target_of(inputs: &[String], outputs: Vec<Expr>) -> Option<Target> {
    is_short(Target::new(inputs.to_vec(), TargetBody::Outputs(outputs)).ok()?)
}

/// Returns the target of a region; `None` as for [`target_of`].
pub fn region_of(inputs: &[String], condition: Condition) -> Option<Target> {
    is_short(Target::new(inputs.to_vec(), TargetBody::Region(condition)).ok()?)
}

fn is_short(target: Target) -> Option<Target> {
    let length: usize = target.text().iter().map(String::len).sum();
    (length <= LONGEST).then_some(target)
}

/// Joins conditions by "and"; `None` without one.
pub fn all_of(conditions: impl IntoIterator<Item = Condition>) -> Option<Condition> {
    let mut conditions = conditions.into_iter();
    let first = conditions.next()?;
    Some(conditions.fold(first, |a, b| Condition::And(Arc::new(a), Arc::new(b))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{evaluate_exactly, parse_target};
    use crate::network::{forward, json};

    #[test]
    fn formulas_compute_what_the_network_does() {
        let network = json::read(
            r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["a", "b"], "layers": [
            {"activation": "relu", "weights": [["1", "-2/3"], ["3", "1"], ["-1", "0"]], "bias": ["1", "-1/2", "0"]},
            {"activation": "leaky-relu", "slope": "1/10", "weights": [["2", "-1", "1"], ["1", "1", "-3"]], "bias": ["1/3", "0"]},
            {"activation": "maxout", "rank": 2, "weights": [["1", "-1"], ["2", "1/2"]], "bias": ["0", "7"]},
            {"activation": "hard-tanh", "weights": [["-1/9"]], "bias": ["1/3"]},
            {"activation": "identity", "weights": [["5"], ["0"]], "bias": ["-1", "2"]}]}"#,
        )
        .expect("a network");
        let found = formulas(&network, Shape::Kept).expect("short");
        assert_eq!(found.sums.len(), 3 + 2 + 2 + 1 + 2);
        let target = target_of(network.inputs(), found.outputs).expect("short");
        // What a certificate holds is the text, so that is what must be right.
        let read = parse_target(target.text(), Some(network.inputs())).expect("a formula");
        for (x, y) in [(0, 0), (1, 2), (-3, 1), (2, -5), (9, 4)] {
            let at = [Rational::ratio(x, 2), Rational::ratio(y, 3)];
            let values: Vec<_> = evaluate_exactly(&read, &at);
            let values: Result<Vec<_>, _> = values.into_iter().collect();
            assert_eq!(values, forward(&network, &(), &at));
        }
    }

    #[test]
    fn sigmoids_and_tanhs_become_steps_and_relus_stay() {
        let network = json::read(
            r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
            {"activation": "tanh", "weights": [["2"], ["-1"]], "bias": ["-1", "0"]},
            {"activation": "relu", "weights": [["1", "-1"]], "bias": ["1/4"]},
            {"activation": "sigmoid", "weights": [["3"]], "bias": ["0"]}]}"#,
        )
        .expect("a network");
        let found = formulas(&network, Shape::Hardened).expect("short");
        let text = target_of(network.inputs(), found.outputs).expect("short");
        insta::assert_snapshot!(text.text()[0], @"heaviside(3*relu(1/4 + (2*heaviside(-1 + 2*x) - 1) - (2*heaviside(-x) - 1)))");
    }

    #[test]
    fn a_deep_network_is_refused_before_its_formula_is_built() {
        let layer = r#"{"activation": "tanh", "weights": [["1","1","1","1"],["1","1","1","1"],["1","1","1","1"],["1","1","1","1"]], "bias": ["0","0","0","0"]}"#;
        let layers = vec![layer; 40].join(",");
        let text = format!(
            r#"{{"steeple_network": 1, "inputs": ["a", "b", "c", "d"], "outputs": ["p", "q", "r", "s"], "layers": [{layers}]}}"#
        );
        let network = json::read(&text).expect("a network");
        assert!(formulas(&network, Shape::Kept).is_none());
    }
}

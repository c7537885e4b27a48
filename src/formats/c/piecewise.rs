//! Continuous piecewise linear functions of one variable, exactly: what each unit of a network in one input is.

use super::error::CError;
use crate::network::{Activation, Layer, Network};
use crate::numbers::Rational;

/// Kinks of one layer, at most.
const MOST: usize = 1 << 20;
/// The longest number, in bits.
const LONGEST: usize = 1 << 14;

/// `constant + slope·x + Σ change_k·max(0, x - place_k)`.
///
/// Invariant: the places increase, and no change is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Curve {
    constant: Rational,
    slope: Rational,
    kinks: Vec<(Rational, Rational)>,
}

/// A line on a piece of a curve, from its left end on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The left end; `None` for the first piece.
    pub begin: Option<Rational>,
    /// The value of the line at 0.
    pub constant: Rational,
    /// Its slope.
    pub slope: Rational,
}

impl Piece {
    /// The value of the line.
    pub fn at(&self, x: &Rational) -> Rational {
        &self.constant + &(&self.slope * x)
    }
}

impl Curve {
    /// `x`.
    pub fn identity() -> Self {
        Self {
            slope: Rational::ONE,
            ..Self::default()
        }
    }

    fn constant(value: Rational) -> Self {
        Self {
            constant: value,
            ..Self::default()
        }
    }

    /// Returns a constant and a combination of curves.
    fn combination<'a>(
        constant: &Rational,
        terms: impl Iterator<Item = (&'a Rational, &'a Self)>,
    ) -> Self {
        let mut sum = Self::constant(constant.clone());
        let mut kinks = Vec::new();
        for (weight, curve) in terms {
            if weight.is_zero() {
                continue;
            }
            sum.constant = &sum.constant + &(weight * &curve.constant);
            sum.slope = &sum.slope + &(weight * &curve.slope);
            for (place, change) in &curve.kinks {
                kinks.push((place.clone(), weight * change));
            }
        }
        kinks.sort_by(|a, b| a.0.cmp(&b.0));
        for (place, change) in kinks {
            match sum.kinks.last_mut() {
                Some(last) if last.0 == place => last.1 = &last.1 + &change,
                _ => sum.kinks.push((place, change)),
            }
        }
        sum.kinks.retain(|(_, change)| !change.is_zero());
        sum
    }

    fn plus(&self, weight: &Rational, other: &Self) -> Self {
        let terms = [(&Rational::ONE, self), (weight, other)];
        Self::combination(&Rational::ZERO, terms.into_iter())
    }

    fn shifted(&self, by: &Rational) -> Self {
        Self {
            constant: &self.constant + by,
            ..self.clone()
        }
    }

    /// The pieces from left to right.
    pub fn pieces(&self) -> Vec<Piece> {
        let mut pieces = vec![Piece {
            begin: None,
            constant: self.constant.clone(),
            slope: self.slope.clone(),
        }];
        for (place, change) in &self.kinks {
            let last = &pieces[pieces.len() - 1];
            let next = Piece {
                begin: Some(place.clone()),
                constant: &last.constant - &(change * place),
                slope: &last.slope + change,
            };
            pieces.push(next);
        }
        pieces
    }

    /// The curve of neighbouring pieces that meet.
    fn from_pieces(pieces: &[Piece]) -> Self {
        let mut curve = Self {
            constant: pieces[0].constant.clone(),
            slope: pieces[0].slope.clone(),
            kinks: Vec::new(),
        };
        for pair in pieces.windows(2) {
            let change = &pair[1].slope - &pair[0].slope;
            if let Some(begin) = pair[1].begin.clone().filter(|_| !change.is_zero()) {
                curve.kinks.push((begin, change));
            }
        }
        curve
    }

    /// Returns the larger of the curve and 0.
    fn positive_part(&self) -> Self {
        let pieces = self.pieces();
        let mut parts: Vec<Piece> = Vec::new();
        for (k, piece) in pieces.iter().enumerate() {
            let zero = |begin: &Option<Rational>| Piece {
                begin: begin.clone(),
                constant: Rational::ZERO,
                slope: Rational::ZERO,
            };
            let end = pieces.get(k + 1).and_then(|next| next.begin.as_ref());
            let Some(root) = (-&piece.constant).checked_div(&piece.slope) else {
                parts.push(if piece.constant.is_positive() {
                    piece.clone()
                } else {
                    zero(&piece.begin)
                });
                continue;
            };
            let rises = piece.slope.is_positive();
            let is_before = piece.begin.as_ref().is_some_and(|begin| root <= *begin);
            let is_after = end.is_some_and(|end| root >= *end);
            if is_before || is_after {
                // Right of its root the line is positive if it rises.
                parts.push(if rises == is_before {
                    piece.clone()
                } else {
                    zero(&piece.begin)
                });
                continue;
            }
            let root = Some(root);
            let from_root = Piece {
                begin: root.clone(),
                ..piece.clone()
            };
            if rises {
                parts.extend([zero(&piece.begin), from_root]);
            } else {
                parts.extend([piece.clone(), zero(&root)]);
            }
        }
        Self::from_pieces(&parts)
    }

    /// A unit of a piecewise linear layer from its sums; `None` for other activations.
    fn unit(activation: &Activation, sums: &[Self]) -> Option<Self> {
        let (first, others) = sums.split_first()?;
        let minus_one = -&Rational::ONE;
        Some(match activation {
            Activation::Identity => first.clone(),
            Activation::Relu => first.positive_part(),
            // slope z + (1 - slope) relu(z)
            Activation::LeakyRelu(slope) => {
                let rest = &Rational::ONE - slope;
                let terms = [(slope, first), (&rest, &first.positive_part())];
                Self::combination(&Rational::ZERO, terms.into_iter())
            }
            // relu(z + 1) - relu(z - 1) - 1
            Activation::HardTanh => {
                let above = first.shifted(&minus_one).positive_part();
                let below = first.shifted(&Rational::ONE).positive_part();
                below.plus(&minus_one, &above).shifted(&minus_one)
            }
            Activation::Maxout(_) => others.iter().fold(first.clone(), |largest, sum| {
                largest.plus(
                    &Rational::ONE,
                    &sum.plus(&minus_one, &largest).positive_part(),
                )
            }),
            Activation::Heaviside
            | Activation::Sigmoid
            | Activation::Tanh
            | Activation::Softplus(_)
            | Activation::Softsign
            | Activation::Elu(_)
            | Activation::Silu
            | Activation::Gelu(_) => return None,
        })
    }
}

/// Returns the outputs of a network in one input as functions of it.
///
/// - Exactness: exact.
/// - Errors: [`CError::Pieces`] for several inputs, other activations, or more than 2^20 kinks in a layer.
pub fn curves(network: &Network) -> Result<Vec<Curve>, CError> {
    let refused = |reason: String| Err(CError::Pieces { reason });
    let inputs = network.inputs().len();
    if inputs != 1 {
        return refused(format!("it has {inputs} inputs, not one"));
    }
    let mut below = vec![Curve::identity()];
    for (k, layer) in network.layers().iter().enumerate() {
        let Some(units) = units(layer, &below) else {
            let name = layer.activation().name();
            return refused(format!("layer {} has the activation {name}", k + 1));
        };
        let kinks: usize = units.iter().map(|unit| unit.kinks.len()).sum();
        let longest = |unit: &Curve| {
            let last = unit
                .kinks
                .last()
                .map_or(0, |kink| kink.0.bits().max(kink.1.bits()));
            last.max(unit.constant.bits())
        };
        if kinks > MOST || units.iter().map(longest).max() > Some(LONGEST) {
            return refused(format!(
                "layer {} has too many kinks, or too long numbers",
                k + 1
            ));
        }
        below = units;
    }
    Ok(below)
}

fn units(layer: &Layer, below: &[Curve]) -> Option<Vec<Curve>> {
    let rank = layer.activation().rows_per_unit();
    let bias: Vec<&Rational> = layer.bias().iter().collect();
    (0..layer.units())
        .map(|unit| {
            let rows = unit * rank..(unit + 1) * rank;
            let sums: Vec<Curve> = rows
                .map(|row| {
                    let terms = layer.weights().row(row);
                    let terms = terms.map(|(column, weight)| (weight, &below[column]));
                    Curve::combination(bias[row], terms)
                })
                .collect();
            Curve::unit(layer.activation(), &sums)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Matrix, forward};
    use proptest::prelude::*;

    fn network(activations: &[Activation], numbers: &[i64]) -> Network {
        let mut numbers = numbers.iter().cycle();
        let mut next = || Rational::ratio(*numbers.next().expect("endless"), 4);
        let (mut inputs, mut layers) = (1, Vec::new());
        for activation in activations {
            let rows = 6;
            let weights = (0..rows)
                .map(|_| (0..inputs).map(|_| next()).collect())
                .collect();
            let weights = Matrix::from_dense(weights).expect("rectangular");
            let bias = (0..rows).map(|_| next()).collect();
            let layer = Layer::new(weights, bias, activation.clone()).expect("fits");
            inputs = layer.units();
            layers.push(layer);
        }
        let outputs = crate::network::numbered("y", inputs);
        Network::new(vec!["x".to_owned()], outputs, layers).expect("fits")
    }

    fn activation() -> impl Strategy<Value = Activation> {
        proptest::sample::select(vec![
            Activation::Relu,
            Activation::Identity,
            Activation::HardTanh,
            Activation::Maxout(2),
            Activation::Maxout(3),
            Activation::LeakyRelu(Rational::ratio(1, 8)),
        ])
    }

    proptest! {
        #[test]
        fn curves_are_the_network(
            activations in proptest::collection::vec(activation(), 1..4),
            numbers in proptest::collection::vec(-9i64..10, 97),
            points in proptest::collection::vec(-200i64..200, 8),
        ) {
            let network = network(&activations, &numbers);
            let curves = curves(&network).expect("piecewise linear");
            let mut points: Vec<Rational> = points.into_iter().map(|p| Rational::ratio(p, 16)).collect();
            points.extend(curves.iter().flat_map(|curve| curve.kinks.iter().map(|kink| kink.0.clone())));
            for x in points {
                let exact = forward(&network, &(), std::slice::from_ref(&x)).expect("exact");
                for (curve, value) in curves.iter().zip(exact) {
                    let pieces = curve.pieces();
                    let piece = pieces.iter().rfind(|piece| piece.begin.as_ref().is_none_or(|begin| *begin <= x));
                    prop_assert_eq!(piece.expect("the first one").at(&x), value);
                }
            }
            for curve in &curves {
                prop_assert!(curve.kinks.is_sorted_by(|a, b| a.0 < b.0));
                prop_assert!(curve.kinks.iter().all(|kink| !kink.1.is_zero()));
            }
        }
    }

    #[test]
    fn steps_and_curved_units_have_no_curve() {
        for activation in [Activation::Heaviside, Activation::Tanh] {
            let error = curves(&network(&[activation], &[1])).expect_err("refused");
            assert!(
                error.to_string().contains("layer 1 has the activation"),
                "{error}"
            );
        }
    }
}

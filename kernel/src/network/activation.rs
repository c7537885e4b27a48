//! Activation functions, evaluated over any scalar.

use crate::numbers::{Failure, Function, Rational, Relation, Scalar, Truth};

/// The function that a unit applies to its preactivation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// z.
    Identity,
    /// 1 where z >= 0, else 0: heaviside(0) = 1, everywhere.
    Heaviside,
    /// 1 / (1 + e^-z).
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// max(0, z).
    Relu,
    /// z where z >= 0, else slope · z.
    LeakyRelu(Rational),
    /// z, clamped to −1 and 1.
    HardTanh,
    /// ln(1 + e^z); with a threshold, z itself above it (`PyTorch` uses 20).
    Softplus(Option<Rational>),
    /// z / (1 + |z|).
    Softsign,
    /// z where z >= 0, else alpha (e^z − 1).
    Elu(Rational),
    /// z / (1 + e^-z).
    Silu,
    /// z (1 + erf(z / divisor)) / 2; the divisor is positive, and sqrt 2 by default.
    Gelu(Option<Rational>),
    /// The largest of this many preactivations, which are consecutive rows of the layer.
    Maxout(usize),
}

impl Activation {
    /// Returns the name in network files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Heaviside => "heaviside",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::LeakyRelu(_) => "leaky-relu",
            Self::HardTanh => "hard-tanh",
            Self::Softplus(_) => "softplus",
            Self::Softsign => "softsign",
            Self::Elu(_) => "elu",
            Self::Silu => "silu",
            Self::Gelu(_) => "gelu",
            Self::Maxout(_) => "maxout",
        }
    }

    /// Returns the activation of this name, if it needs no parameter; `leaky-relu`, `elu` and
    /// `maxout` need a number.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Identity,
            Self::Heaviside,
            Self::Sigmoid,
            Self::Tanh,
            Self::Relu,
            Self::HardTanh,
            Self::Softplus(None),
            Self::Softsign,
            Self::Silu,
            Self::Gelu(None),
        ]
        .into_iter()
        .find(|activation| activation.name() == name)
    }

    /// Returns how many rows of the layer belong to one unit: the rank of maxout, else 1.
    pub fn rows_per_unit(&self) -> usize {
        match self {
            Self::Maxout(rank) => *rank,
            _ => 1,
        }
    }

    /// Is every piece of the function affine? True for the Heaviside step, too, which jumps.
    pub fn is_piecewise_linear(&self) -> bool {
        match self {
            Self::Sigmoid
            | Self::Tanh
            | Self::Softplus(_)
            | Self::Softsign
            | Self::Elu(_)
            | Self::Silu
            | Self::Gelu(_) => false,
            Self::Identity
            | Self::Heaviside
            | Self::Relu
            | Self::LeakyRelu(_)
            | Self::HardTanh
            | Self::Maxout(_) => true,
        }
    }

    /// Does the core of the checker support it?
    pub fn is_core(&self) -> bool {
        match self {
            Self::Identity
            | Self::Heaviside
            | Self::Sigmoid
            | Self::Tanh
            | Self::Relu
            | Self::LeakyRelu(_)
            | Self::HardTanh
            | Self::Maxout(_) => true,
            Self::Softplus(_) | Self::Softsign | Self::Elu(_) | Self::Silu | Self::Gelu(_) => false,
        }
    }

    /// Is the function a step, so that its value at the jump must be excluded? The tiny jump of a
    /// softplus at its threshold does not count: bounds hold there, too.
    pub fn has_jumps(&self) -> bool {
        matches!(self, Self::Heaviside)
    }

    /// Returns the activation of one preactivation.
    ///
    /// - Exactness: that of the scalar.
    /// - Maxout of one preactivation is that preactivation; [`Activation::combine`] takes all of
    ///   them.
    /// - Errors: the scalar's [`Failure`].
    pub fn apply<S: Scalar>(&self, context: &S::Context, z: &S) -> Result<S, Failure> {
        match self {
            Self::Identity | Self::Maxout(_) => Ok(z.clone()),
            Self::Heaviside => z.apply(Function::Heaviside),
            Self::Sigmoid => z.apply(Function::Sigmoid),
            Self::Tanh => z.apply(Function::Tanh),
            Self::Relu => z.apply(Function::Relu),
            // One of the two terms is 0 at every point, so this holds for every slope.
            Self::LeakyRelu(slope) => {
                let below = z.neg().apply(Function::Relu)?;
                let slope = S::constant(context, slope);
                Ok(z.apply(Function::Relu)?.sub(&slope.mul(&below)?))
            }
            Self::HardTanh => {
                let constant = |value| S::constant(context, &Rational::from(value));
                z.max(&constant(-1))?.min(&constant(1))
            }
            Self::Softplus(None) => z.apply(Function::Softplus),
            Self::Softplus(Some(threshold)) => {
                let threshold = S::constant(context, threshold);
                match z.compare(Relation::Greater, &threshold) {
                    Truth::True => Ok(z.clone()),
                    Truth::False => z.apply(Function::Softplus),
                    Truth::Unknown => Ok(z.apply(Function::Softplus)?.hull(z)),
                }
            }
            Self::Softsign => z.apply(Function::Softsign),
            // alpha elu(z) + (1 - alpha) relu(z)
            Self::Elu(alpha) => {
                let elu = S::constant(context, alpha).mul(&z.apply(Function::Elu)?)?;
                let rest = S::constant(context, &(&Rational::ONE - alpha));
                Ok(elu.add(&rest.mul(&z.apply(Function::Relu)?)?))
            }
            Self::Silu => z.apply(Function::Silu),
            Self::Gelu(None) => z.apply(Function::Gelu),
            // gelu_s(z) = (s/sqrt 2) gelu(z sqrt 2/s)
            Self::Gelu(Some(divisor)) => {
                let root = S::constant(context, &Rational::from(2)).apply(Function::Sqrt)?;
                let scale = S::constant(context, divisor).div(&root)?;
                scale.mul(&z.div(&scale)?.apply(Function::Gelu)?)
            }
        }
    }

    /// Returns the activation of one unit from the preactivations of its rows.
    ///
    /// - Errors: the scalar's [`Failure`]; [`Failure::Undefined`] if there is no row.
    pub fn combine<S: Scalar>(&self, context: &S::Context, rows: &[S]) -> Result<S, Failure> {
        let (first, rest) = rows.split_first().ok_or(Failure::Undefined)?;
        let mut largest = first.clone();
        for z in rest {
            largest = largest.max(z)?;
        }
        self.apply(context, &largest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(activation: &Activation, p: i64, q: i64) -> Result<Rational, Failure> {
        activation.apply(&(), &Rational::ratio(p, q))
    }

    #[test]
    fn values_at_kinks_and_on_both_sides() {
        let leaky = Activation::LeakyRelu(Rational::ratio(1, 10));
        let steep = Activation::LeakyRelu(Rational::from(3));
        let cases = [
            (&Activation::Identity, [(-2, -2, 1), (0, 0, 1), (2, 2, 1)]),
            (&Activation::Heaviside, [(-1, 0, 1), (0, 1, 1), (1, 1, 1)]),
            (&Activation::Relu, [(-2, 0, 1), (0, 0, 1), (2, 2, 1)]),
            (&leaky, [(-2, -1, 5), (0, 0, 1), (2, 2, 1)]),
            (&steep, [(-2, -6, 1), (0, 0, 1), (2, 2, 1)]),
            (&Activation::HardTanh, [(-2, -1, 1), (0, 0, 1), (2, 1, 1)]),
            (&Activation::Softsign, [(-2, -2, 3), (0, 0, 1), (2, 2, 3)]),
        ];
        for (activation, points) in cases {
            for (z, p, q) in points {
                let value = at(activation, z, 1);
                assert_eq!(value, Ok(Rational::ratio(p, q)), "{activation:?} at {z}");
            }
        }
        assert_eq!(at(&Activation::HardTanh, 1, 3), Ok(Rational::ratio(1, 3)));
        assert_eq!(at(&Activation::Sigmoid, 1, 1), Err(Failure::Inexact));
        assert_eq!(at(&Activation::Sigmoid, 0, 1), Ok(Rational::ratio(1, 2)));
        assert_eq!(at(&Activation::Tanh, 0, 1), Ok(Rational::ZERO));
    }

    #[test]
    fn maxout_takes_the_largest() {
        let rows = [-3, 5, 4].map(Rational::from);
        let maxout = Activation::Maxout(3);
        assert_eq!(maxout.combine(&(), &rows), Ok(Rational::from(5)));
        assert_eq!(
            maxout.combine::<Rational>(&(), &[]),
            Err(Failure::Undefined)
        );
    }

    #[test]
    fn names_read_back() {
        for name in [
            "identity",
            "heaviside",
            "sigmoid",
            "tanh",
            "relu",
            "hard-tanh",
        ] {
            assert_eq!(Activation::from_name(name).map(|a| a.name()), Some(name));
        }
        for name in ["softplus", "softsign", "silu", "gelu"] {
            assert_eq!(Activation::from_name(name).map(|a| a.name()), Some(name));
        }
        assert_eq!(Activation::from_name("leaky-relu"), None);
        assert_eq!(Activation::from_name("elu"), None);
        assert_eq!(Activation::from_name("ReLU"), None);
    }
}

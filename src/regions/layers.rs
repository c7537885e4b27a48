//! A piecewise-linear network, prepared for counting: integer weights, floats near them, and the cuts that
//! its units make.
//!
//! A *cut* is a place where a unit changes its piece: ReLU, leaky ReLU and heaviside units have one
//! (the sum is at least 0), hard-tanh units two (at least −1, at least 1), a maxout unit of rank k
//! has k (k − 1) / 2 (row i is at least row j, i < j). A pattern holds one bit for each cut, in
//! this order; for maxout they are replaced by the number of the largest row.

use dashu_base::{BitTest, Gcd};

use super::RegionsError;
use super::filter::fraction;
use super::pattern::Bits;
use crate::network::{Activation, Layer, Network};
use crate::numbers::{Integer, Rational};

/// The longest number of a piece, in bits.
const LONGEST: usize = 1 << 14;
/// The most layers; they are visited recursively.
const MOST_LAYERS: usize = 1000;

/// The layers of a piecewise-linear network.
#[derive(Clone, Debug)]
pub struct Layers {
    layers: Vec<CutLayer>,
}

/// One layer: weights over their denominators.
#[derive(Clone, Debug)]
pub struct CutLayer {
    /// The activation.
    pub activation: Activation,
    /// For each row: columns and indices into the pools.
    rows: Vec<Vec<(u32, u32)>>,
    /// The weights times their common denominator.
    pool: Vec<Integer>,
    /// Floats near the weights.
    near_pool: Vec<f64>,
    bias: Vec<Integer>,
    near_bias: Vec<f64>,
    /// The number 1 as a sum: the denominator of the sums.
    pub one: Integer,
    /// Leaky ReLU: numerator and denominator of its slope.
    pub slope: (Integer, Integer),
    /// A float near the slope.
    pub near_slope: f64,
}

/// The value of a unit on a cell on which it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A number of ones: −1, 0 or 1.
    Constant(i8),
    /// A row.
    Row(usize),
    /// A row times the numerator of the slope.
    Below(usize),
    /// A row times the denominator of the slope.
    Above(usize),
}

impl Layers {
    /// Returns the layers of a network.
    ///
    /// - Errors: [`RegionsError::Smooth`]; [`RegionsError::TooDeep`]; [`RegionsError::TooLong`] if products of
    ///   weights would have more than 2^14 bits.
    pub fn new(network: &Network) -> Result<Self, RegionsError> {
        if !network.is_piecewise_linear() {
            return Err(RegionsError::Smooth);
        }
        if network.layers().len() > MOST_LAYERS {
            return Err(RegionsError::TooDeep {
                layers: network.layers().len(),
                most: MOST_LAYERS,
            });
        }
        let mut below = Integer::ONE;
        let mut bits = 0;
        let mut layers = Vec::new();
        for layer in network.layers() {
            layers.push(CutLayer::new(layer, &mut below, &mut bits)?);
        }
        Ok(Self { layers })
    }

    /// The number of layers.
    pub fn count(&self) -> usize {
        self.layers.len()
    }

    /// A layer.
    pub fn layer(&self, index: usize) -> &CutLayer {
        &self.layers[index]
    }

    /// The divisor of the outputs.
    pub fn denominator(&self) -> Integer {
        self.layers
            .last()
            .map_or(Integer::ONE, |layer| &layer.one * &layer.slope.1)
    }

    /// Returns the layers, from the first.
    pub fn iter(&self) -> impl Iterator<Item = &CutLayer> {
        self.layers.iter()
    }
}

impl CutLayer {
    fn new(layer: &Layer, below: &mut Integer, bits: &mut usize) -> Result<Self, RegionsError> {
        let weights = layer.weights();
        let mut common = Integer::ONE;
        for value in weights.pool().iter().chain(layer.bias().pool()) {
            let denominator = Integer::from(value.denominator().clone());
            if denominator.is_one() {
                continue;
            }
            let shared = Integer::from((&common).gcd(&denominator));
            common = common / shared * denominator;
            if common.bit_len() > LONGEST {
                return Err(RegionsError::TooLong);
            }
        }
        let whole = |value: &Rational| {
            value.numerator() * (&common / Integer::from(value.denominator().clone()))
        };
        let pool: Vec<Integer> = weights.pool().iter().map(whole).collect();
        let (slope, near_slope) = match layer.activation() {
            Activation::LeakyRelu(slope) => {
                let denominator = Integer::from(slope.denominator().clone());
                ((slope.numerator().clone(), denominator), fraction(slope))
            }
            _ => ((Integer::ONE, Integer::ONE), 1.0),
        };
        let size = |value: &Integer| value.bit_len();
        let longest = pool.iter().map(size).max().unwrap_or(0);
        let longest_bias = layer.bias().iter().map(whole).map(|b| b.bit_len()).max();
        *bits += longest.max(longest_bias.unwrap_or(0))
            + size(&Integer::from(weights.columns()))
            + slope.0.bit_len().max(slope.1.bit_len());
        if *bits > LONGEST {
            return Err(RegionsError::TooLong);
        }
        let bias = layer.bias().iter().map(|b| whole(b) * &*below).collect();
        let one = common * &*below;
        *below = &one * &slope.1;
        let place = |index: usize| u32::try_from(index).map_err(|_| RegionsError::TooLong);
        let rows = (0..layer.rows())
            .map(|row| {
                let entries = weights.row_indices(row);
                entries.map(|(c, p)| Ok((place(c)?, place(p)?))).collect()
            })
            .collect::<Result<_, RegionsError>>()?;
        Ok(Self {
            activation: layer.activation().clone(),
            rows,
            near_pool: weights.pool().iter().map(fraction).collect(),
            pool,
            near_bias: layer.bias().iter().map(fraction).collect(),
            bias,
            one,
            slope,
            near_slope,
        })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The number of units.
    pub fn units(&self) -> usize {
        self.rows.len() / self.activation.rows_per_unit()
    }

    /// The number of cuts of a unit.
    pub fn cuts_per_unit(&self) -> usize {
        match &self.activation {
            Activation::Identity => 0,
            Activation::HardTanh => 2,
            Activation::Maxout(rank) => rank * (rank - 1) / 2,
            _ => 1,
        }
    }

    /// The number of cuts of the layer.
    pub fn cuts(&self) -> usize {
        self.units() * self.cuts_per_unit()
    }

    /// The nonzero weights of a row, with their columns.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, &Integer)> {
        self.rows[row]
            .iter()
            .map(|&(column, place)| (column as usize, &self.pool[place as usize]))
    }

    /// The bias of a row.
    pub fn bias(&self, row: usize) -> &Integer {
        &self.bias[row]
    }

    /// The weights of a row as floats near them.
    pub fn near_row(&self, row: usize) -> impl Iterator<Item = (usize, f64)> + Clone {
        self.rows[row]
            .iter()
            .map(|&(column, place)| (column as usize, self.near_pool[place as usize]))
    }

    /// A float near the bias of a row.
    pub fn near_bias(&self, row: usize) -> f64 {
        self.near_bias[row]
    }

    /// Returns the value of a unit, from the bits of a (finished) pattern.
    pub fn piece(&self, pattern: Bits<'_>, unit: usize) -> Piece {
        let first = unit * self.cuts_per_unit();
        match &self.activation {
            Activation::Identity => Piece::Row(unit),
            Activation::Relu if pattern.get(first) => Piece::Row(unit),
            Activation::Relu => Piece::Constant(0),
            Activation::Heaviside => Piece::Constant(i8::from(pattern.get(first))),
            Activation::LeakyRelu(_) if pattern.get(first) => Piece::Above(unit),
            Activation::LeakyRelu(_) => Piece::Below(unit),
            Activation::HardTanh => match (pattern.get(first), pattern.get(first + 1)) {
                (_, true) => Piece::Constant(1),
                (true, false) => Piece::Row(unit),
                (false, false) => Piece::Constant(-1),
            },
            Activation::Maxout(rank) => {
                let slot = pattern.number(first, self.cuts_per_unit());
                Piece::Row(unit * rank + slot)
            }
            // `Layers::new` refuses these.
            Activation::Sigmoid
            | Activation::Tanh
            | Activation::Softplus(_)
            | Activation::Softsign
            | Activation::Elu(_)
            | Activation::Silu
            | Activation::Gelu(_) => Piece::Constant(0),
        }
    }
}

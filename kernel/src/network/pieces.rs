//! The affine pieces of a piecewise-linear network in one or two inputs, in integers.
//!
//! The network is affine on a convex cell on which every unit is decided: a ReLU's sum has one sign
//! there, one row of a maxout is the largest, and so on. [`IntegerNetwork`] has all weights over
//! common denominators, so that the sums of a layer are integer combinations. A [`Stage`] records
//! how far the units are decided on a cell; every part of the cell continues from there.

use std::sync::Arc;

use dashu_base::{BitTest, Gcd};

use super::activation::Activation;
use super::model::Network;
use crate::geometry::{Affine, PlaneCell};
use crate::numbers::{Integer, Rational};

/// The greatest length of the numbers of a piece, in bits.
const LONGEST: usize = 1 << 14;

/// A piecewise-linear network in one or two inputs with integer weights.
#[derive(Clone, Debug)]
pub struct IntegerNetwork<'a> {
    network: &'a Network,
    layers: Vec<IntegerLayer>,
    /// The common denominator of the outputs.
    denominator: Integer,
}

/// A layer over its denominators: values of the layer below are integers over `below`, sums over
/// `one`.
#[derive(Clone, Debug)]
struct IntegerLayer {
    /// The weights of the matrix's pool times their common denominator.
    pool: Vec<Integer>,
    bias: Vec<Integer>,
    /// The number 1 as a sum: the denominator of the sums.
    one: Integer,
    /// Leaky ReLU: numerator and denominator of its slope.
    slope: (Integer, Integer),
}

/// How far the units of a network are decided on a cell.
#[derive(Clone, Debug)]
pub struct Stage {
    /// All layers below this one are decided.
    layer: usize,
    /// The sums of this layer; after the last layer, the outputs.
    sums: Arc<Vec<Affine>>,
    /// Its units, as far as they are decided.
    units: Vec<Option<Affine>>,
}

impl Stage {
    /// Returns the outputs times the network's denominator; valid once all units are decided.
    pub fn outputs(&self) -> &[Affine] {
        &self.sums
    }
}

impl<'a> IntegerNetwork<'a> {
    /// Returns the network over integers; `None` if it is not piecewise linear, has more than two
    /// inputs, or its numbers would be too long.
    pub fn new(network: &'a Network) -> Option<Self> {
        if !network.is_piecewise_linear() || network.inputs().len() > 2 {
            return None;
        }
        let mut below = Integer::ONE;
        let mut bits = 0;
        let mut layers = Vec::new();
        for layer in network.layers() {
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
                    return None;
                }
            }
            let whole = |value: &Rational| {
                value.numerator() * (&common / Integer::from(value.denominator().clone()))
            };
            let pool: Vec<Integer> = weights.pool().iter().map(whole).collect();
            let slope = match layer.activation() {
                Activation::LeakyRelu(slope) => (
                    slope.numerator().clone(),
                    Integer::from(slope.denominator().clone()),
                ),
                _ => (Integer::ONE, Integer::ONE),
            };
            let size = |value: &Integer| value.bit_len();
            let longest = pool.iter().map(size).max().unwrap_or(0);
            let longest_bias = layer.bias().iter().map(whole).map(|b| b.bit_len()).max();
            let columns = usize::BITS - weights.columns().leading_zeros();
            bits += longest.max(longest_bias.unwrap_or(0))
                + usize::try_from(columns).ok()?
                + slope.0.bit_len().max(slope.1.bit_len());
            if bits > LONGEST {
                return None;
            }
            let bias = layer.bias().iter().map(|b| whole(b) * &below).collect();
            let one = common * &below;
            below = &one * &slope.1;
            layers.push(IntegerLayer {
                pool,
                bias,
                one,
                slope,
            });
        }
        Some(Self {
            network,
            layers,
            denominator: below,
        })
    }

    /// Returns the positive common denominator of the outputs.
    pub fn denominator(&self) -> &Integer {
        &self.denominator
    }

    /// Returns the stage at which no unit is decided yet.
    pub fn start(&self) -> Stage {
        let (one, zero) = (Integer::ONE, Integer::ZERO);
        let x = Affine {
            a: one.clone(),
            b: zero.clone(),
            c: zero.clone(),
        };
        let y = Affine {
            a: zero.clone(),
            b: one,
            c: zero,
        };
        let inputs = self.network.inputs().len();
        self.begin(0, [x, y].into_iter().take(inputs).collect())
    }

    /// Computes the sums of a layer from the units below it.
    fn begin(&self, layer: usize, below: Vec<Affine>) -> Stage {
        let Some(integers) = self.layers.get(layer) else {
            return Stage {
                layer,
                sums: Arc::new(below),
                units: Vec::new(),
            };
        };
        let source = &self.network.layers()[layer];
        let sums: Vec<Affine> = (0..source.rows())
            .map(|row| {
                let mut sum = Affine::constant(integers.bias[row].clone());
                for (column, pooled) in source.weights().row_indices(row) {
                    sum.add_multiple(&integers.pool[pooled], &below[column]);
                }
                sum
            })
            .collect();
        Stage {
            layer,
            sums: Arc::new(sums),
            units: vec![None; source.units()],
        }
    }

    /// Decides the units on a cell, layer by layer, up to the outputs.
    ///
    /// A unit whose sum is 0 on the whole cell takes its value at 0. If the sum is 0 only on an
    /// edge or at a corner, the points inside decide.
    ///
    /// - Errors: where units stay undecided, lines through the inside of the cell that help to
    ///   decide the first layer with such units. The stage continues from there on a part of the
    ///   cell.
    pub fn advance(&self, stage: &mut Stage, cell: &PlaneCell) -> Result<(), Vec<Affine>> {
        while let Some(integers) = self.layers.get(stage.layer) {
            let activation = self.network.layers()[stage.layer].activation();
            let rank = activation.rows_per_unit();
            let mut lines = Vec::new();
            for (unit, rows) in stage.units.iter_mut().zip(stage.sums.chunks(rank)) {
                if unit.is_none() {
                    *unit = integers.decide(activation, rows, cell, &mut lines);
                }
            }
            let units: Option<Vec<Affine>> = stage.units.iter().cloned().collect();
            match units {
                Some(units) => *stage = self.begin(stage.layer + 1, units),
                None => return Err(lines),
            }
        }
        Ok(())
    }
}

impl IntegerLayer {
    /// Returns the affine function that a unit is on the cell, or records lines that help to decide
    /// it.
    fn decide(
        &self,
        activation: &Activation,
        rows: &[Affine],
        cell: &PlaneCell,
        lines: &mut Vec<Affine>,
    ) -> Option<Affine> {
        let sum = rows.first()?;
        // Is a sum at least 0 on the cell, or at most 0?
        let mut is_above = |sum: &Affine| {
            let sides = cell.sides_of(sum);
            if sides.above && sides.below {
                lines.push(sum.clone());
                return None;
            }
            Some(!sides.below)
        };
        Some(match activation {
            Activation::Identity => sum.clone(),
            Activation::Relu => {
                if is_above(sum)? {
                    sum.clone()
                } else {
                    Affine::default()
                }
            }
            Activation::LeakyRelu(_) => {
                if is_above(sum)? {
                    sum.times(&self.slope.1)
                } else {
                    sum.times(&self.slope.0)
                }
            }
            Activation::Heaviside => {
                if is_above(sum)? {
                    Affine::constant(self.one.clone())
                } else {
                    Affine::default()
                }
            }
            Activation::HardTanh => {
                let over_one = is_above(&sum.plus_constant(&-&self.one));
                let over_minus_one = is_above(&sum.plus_constant(&self.one));
                match (over_one?, over_minus_one?) {
                    (true, _) => Affine::constant(self.one.clone()),
                    (_, false) => Affine::constant(-&self.one),
                    (false, true) => sum.clone(),
                }
            }
            Activation::Maxout(_) => return largest(rows, cell, lines),
            Activation::Sigmoid
            | Activation::Tanh
            | Activation::Softplus(_)
            | Activation::Softsign
            | Activation::Elu(_)
            | Activation::Silu
            | Activation::Gelu(_) => return None,
        })
    }
}

/// Returns the row that is the largest on the whole cell, or records a line between two that are
/// the largest somewhere.
fn largest(rows: &[Affine], cell: &PlaneCell, lines: &mut Vec<Affine>) -> Option<Affine> {
    // A row that is at least the best one everywhere replaces it. So no row is above the final best
    // one everywhere: a row that is above it somewhere is below it elsewhere.
    let mut best = 0;
    let mut undecided = None;
    for (i, row) in rows.iter().enumerate().skip(1) {
        let sides = cell.sides_of(&row.minus(&rows[best]));
        if sides.above && !sides.below {
            best = i;
        }
    }
    let beats_all = rows.iter().all(|row| {
        let difference = row.minus(&rows[best]);
        let sides = cell.sides_of(&difference);
        if sides.above && sides.below {
            undecided = Some(difference);
        }
        !sides.above
    });
    if beats_all {
        return rows.get(best).cloned();
    }
    lines.extend(undecided);
    None
}

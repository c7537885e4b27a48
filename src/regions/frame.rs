//! The sums of one layer on a cell on which all lower layers are decided.
//!
//! All sums are approximated well enough for most signs; exact sums are computed on request.

use std::cell::OnceCell;
use std::rc::Rc;

use super::filter::NearAffine;
use super::layers::{Layers, Piece};
use super::pattern::Bits;
use crate::geometry::Affine;
use crate::numbers::Integer;

/// The sums of one layer on a cell; past the last layer, the outputs.
#[derive(Debug)]
pub struct Frame {
    layer: usize,
    below: Option<(Rc<Frame>, Box<[u64]>)>,
    near: Vec<NearAffine>,
    exact: Vec<OnceCell<Affine>>,
}

impl Frame {
    /// Returns the sums of the first layer: those of the inputs.
    pub fn first(layers: &Layers, inputs: usize) -> Self {
        let axis = |k: usize| {
            let mut near = NearAffine::default();
            near.mid[k] = 1.0;
            near
        };
        let below: Vec<NearAffine> = (0..inputs).map(axis).collect();
        Self::of(layers, 0, None, &below)
    }

    /// Returns the sums above a cell of this frame's layer that has the pattern given.
    pub fn above(self: &Rc<Self>, layers: &Layers, pattern: Bits<'_>) -> Self {
        let layer = layers.layer(self.layer);
        let below: Vec<NearAffine> = (0..layer.units())
            .map(|unit| match layer.piece(pattern, unit) {
                Piece::Constant(c) => NearAffine {
                    mid: [0.0, 0.0, f64::from(c)],
                    rad: [0.0; 3],
                },
                Piece::Row(row) | Piece::Above(row) => self.near[row],
                Piece::Below(row) => self.near[row].times(layer.near_slope),
            })
            .collect();
        let own = Some((Rc::clone(self), pattern.0.into()));
        Self::of(layers, self.layer + 1, own, &below)
    }

    fn of(
        layers: &Layers,
        layer: usize,
        below: Option<(Rc<Self>, Box<[u64]>)>,
        units: &[NearAffine],
    ) -> Self {
        // Past the last layer, the sums are the units below.
        let (near, rows) = if layer == layers.count() {
            (units.to_vec(), units.len())
        } else {
            let own = layers.layer(layer);
            let sum = |row: usize| {
                // Most units of a ReLU layer are 0 on a cell.
                let terms = own.near_row(row).map(|(column, w)| (w, &units[column]));
                NearAffine::combination(terms, own.near_bias(row))
            };
            ((0..own.rows()).map(sum).collect(), own.rows())
        };
        Self {
            layer,
            below,
            near,
            exact: vec![OnceCell::new(); rows],
        }
    }

    /// The layer.
    pub fn layer(&self) -> usize {
        self.layer
    }

    /// An approximate sum: its value, not over the layer's denominator.
    pub fn near(&self, row: usize) -> &NearAffine {
        &self.near[row]
    }

    /// The number of sums.
    pub fn rows(&self) -> usize {
        self.exact.len()
    }

    /// The exact sum, times the denominator of the layer's sums.
    pub fn exact(&self, layers: &Layers, row: usize) -> &Affine {
        self.exact[row].get_or_init(|| {
            if self.layer == layers.count() {
                let mut sum = Affine::default();
                self.add_unit(layers, &mut sum, &Integer::ONE, row);
                return sum;
            }
            let own = layers.layer(self.layer);
            let mut sum = Affine::constant(own.bias(row).clone());
            for (column, weight) in own.row(row) {
                self.add_unit(layers, &mut sum, weight, column);
            }
            sum
        })
    }

    /// Adds a unit below times a weight.
    fn add_unit(&self, layers: &Layers, sum: &mut Affine, weight: &Integer, unit: usize) {
        let Some((frame, pattern)) = &self.below else {
            match unit {
                0 => sum.a += weight,
                _ => sum.b += weight,
            }
            return;
        };
        let layer = layers.layer(frame.layer);
        match layer.piece(Bits(pattern), unit) {
            Piece::Constant(0) => {}
            Piece::Constant(c) => {
                sum.c += weight * Integer::from(c) * &layer.one * &layer.slope.1;
            }
            Piece::Row(row) => sum.add_multiple(weight, frame.exact(layers, row)),
            Piece::Above(row) => {
                sum.add_multiple(&(weight * &layer.slope.1), frame.exact(layers, row));
            }
            Piece::Below(row) => {
                sum.add_multiple(&(weight * &layer.slope.0), frame.exact(layers, row));
            }
        }
    }

    /// The approximate number of bytes of the frame.
    pub fn bytes(&self) -> usize {
        self.near.capacity() * 48 + self.exact.capacity() * 80
    }
}

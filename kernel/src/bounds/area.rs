//! Misclassified area of a cell where two lines are not enough: half-spaces in more than two inputs
//! (T15), and the area beside a curve (T18).

use super::cell::Cell;
use super::graph;
use super::half_plane::{Known, Origin, RegionForms, Strip, between_lines, decision};
use super::half_space;
use super::integral::LocalCoordinates;
use super::prepared::{Prepared, inputs_over};
use crate::expr::Condition;
use crate::network::Reduced;
use crate::numbers::{Dyadic, Failure, Hessian, Interval, LinearForm};

/// A region prepared for cells in which its boundary is curved, over boxes of up to `D` inputs.
pub(super) struct CurvedRegion<const D: usize> {
    region: RegionForms<D>,
    hessian: Prepared<Hessian<2>>,
    points: Prepared<Interval>,
}

/// Encloses the fraction of a cell that a set covers.
fn fraction<const D: usize>(known: &Known<D>, coordinates: &LocalCoordinates) -> Interval {
    match known {
        Known::All => Interval::ONE,
        Known::Nothing => Interval::ZERO,
        Known::Unknown => Interval::UNIT,
        Known::Half(strip) => {
            let slopes = strip.coefficients.map(Interval::point);
            let (slopes, shift) = coordinates.place(&slopes);
            half_space::fraction(&slopes, &strip.threshold.minus(&shift))
        }
    }
}

impl<const D: usize> CurvedRegion<D> {
    pub(super) fn new(inputs: usize, condition: &Condition) -> Self {
        let region = RegionForms::new(inputs, condition);
        Self {
            hessian: Prepared::new(region.tape()),
            points: Prepared::new(region.tape()),
            region,
        }
    }

    /// Encloses the volume of the cell on which decision and region differ.
    ///
    /// - Errors: [`Failure`] where the network has no value, or the cell is too thin.
    pub(super) fn misclassified(
        &mut self,
        cell: &Cell,
        network: &Reduced,
        threshold: &Interval,
    ) -> Result<Interval, Failure> {
        let inputs = inputs_over::<LinearForm<D>>(cell);
        let region = self.region.known(&inputs)?;
        let decision = decision(
            network,
            cell,
            threshold,
            || Ok(network.enclose(&inputs)?[0]),
        )?;
        if let (Known::Half(_), Known::Half(_)) = (&region, &decision)
            && cell.intervals().len() <= 2
        {
            return between_lines(cell, &region, &decision);
        }
        let coordinates = LocalCoordinates::new(cell).ok_or(Failure::Inexact)?;
        let differing = difference(
            fraction(&region, &coordinates),
            fraction(&decision, &coordinates),
        );
        let volume = differing.times(&cell.volume());
        let (
            Known::Half(Strip {
                origin: Some(origin),
                ..
            }),
            Known::All | Known::Nothing,
        ) = (region, &decision)
        else {
            return Ok(volume);
        };
        let Some(area) = self.covered(cell, origin) else {
            return Ok(volume);
        };
        Ok(volume.refine(&match decision {
            Known::All => cell.volume().minus(&area),
            _ => area,
        }))
    }

    /// Encloses the area of a cell in two inputs on which a comparison holds (or, for a complement,
    /// fails), from the curve that separates the two (T18).
    fn covered(&mut self, cell: &Cell, origin: Origin) -> Option<Interval> {
        let sides = cell.intervals();
        if sides.len() != 2 || !cell.is_dyadic() {
            return None;
        }
        let inputs = inputs_over::<Hessian<2>>(cell);
        let over_box = *self
            .hessian
            .outputs(self.region.tape(), &inputs)
            .get(origin.output)?;
        let over_box = over_box.ok()?;
        let (points, tape) = (&mut self.points, self.region.tape());
        let area = graph::area_where_not_negative(sides, &over_box, |point| {
            let values = points.outputs(tape, &point.map(Interval::point));
            values.get(origin.output).copied()?.ok()
        })?;
        Some(if origin.is_complement {
            cell.volume().minus(&area)
        } else {
            area
        })
    }
}

/// Encloses the fraction of the cell on which two sets differ, from the fractions of both sets. It
/// is at least the difference of the two fractions, and at most their sum or the sum of the
/// complements' fractions.
fn difference(a: Interval, b: Interval) -> Interval {
    let complement = |x: &Interval| Interval::ONE.minus(x);
    let least = a.minus(&b).mig();
    let most = a.plus(&b).sup();
    let most = most.min(complement(&a).plus(&complement(&b)).sup());
    Interval::ordered(least, most.max(least).min(Dyadic::ONE))
}

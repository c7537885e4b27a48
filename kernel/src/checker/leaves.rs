//! The leaves of a claim: each has a bound, and what all give together is compared with the claim.

use std::sync::Arc;

use super::planar;
use super::rejection::Rejection;
use super::total::Total;
use super::walk::Look;
use crate::bounds::{Bound, Cell, ExactCells, PlainLeaves};
use crate::certificate::{Certificate, Method, Nodes};
use crate::geometry::Affine;
use crate::network::{Local, Network};
use crate::numbers::{Direction, Dyadic, Failure, Interval};

/// Bounds of a question on cells, by the methods of some layer.
pub(super) trait Bounds {
    /// The network on a cell.
    type Here: Clone;

    fn bytes(here: &Self::Here) -> usize;
    fn descend(&mut self, around: &Self::Here, cell: &Cell) -> Result<Self::Here, Failure>;
    fn bound(&mut self, method: Method, cell: &Cell, here: &Self::Here) -> Result<Bound, Failure>;
    fn exact_cells(&self) -> Option<&ExactCells<'_>>;
    /// What a cell without a bound adds to an integral.
    fn anything(&self, cell: &Cell) -> Interval;
}

/// A claim whose leaves are looked at with these bounds.
pub(super) struct Claimed<B>(pub B);

impl<B: Bounds> Look for Claimed<B> {
    type Here = B::Here;
    type Total = Total;

    fn bytes(here: &B::Here) -> usize {
        B::bytes(here)
    }

    fn and(lower: Total, upper: Total) -> Total {
        lower.and(upper)
    }

    fn descend(&mut self, around: &B::Here, cell: &Cell) -> Result<B::Here, Failure> {
        self.0.descend(around, cell)
    }

    fn leaf(
        &mut self,
        method: Method,
        cell: &Cell,
        around: &B::Here,
        number: usize,
    ) -> Result<Total, Rejection> {
        // An exact leaf and an open one do not look at the network on the cell.
        let here = match method {
            Method::Open | Method::Exact => Ok(around.clone()),
            _ => self.0.descend(around, cell),
        };
        let here = here.map_err(|failure| Rejection::NoValue(failure.to_string()))?;
        let bound = self.0.bound(method, cell, &here);
        let bound = bound.map_err(|failure| Rejection::no_bound(number, method, failure))?;
        Ok(Total::of_leaf(bound))
    }

    fn below_line(
        &mut self,
        nodes: &mut Nodes<'_>,
        line: &Affine,
        cell: &Cell,
        _around: &B::Here,
        before: usize,
    ) -> Result<(Total, usize), Rejection> {
        let anything = |cell: &Cell| self.0.anything(cell);
        let total = planar::below(self.0.exact_cells(), nodes, cell, line, before, anything)?;
        let leaves = total.leaves;
        Ok((total, leaves))
    }
}

/// The bounds of the core, from networks with interval biases.
pub(super) struct Plain<'a> {
    network: &'a Network,
    leaves: PlainLeaves<'a>,
    constant_radius: Dyadic,
}

impl<'a> Plain<'a> {
    pub(super) fn new(certificate: &Certificate, network: &'a Network) -> Self {
        Self {
            network,
            leaves: PlainLeaves::new(network, &certificate.claim.question),
            constant_radius: Dyadic::from_rational(&certificate.constant_radius, Direction::Down),
        }
    }
}

impl Bounds for Plain<'_> {
    type Here = Arc<Local>;

    fn bytes(here: &Arc<Local>) -> usize {
        here.bytes()
    }

    fn descend(&mut self, around: &Arc<Local>, cell: &Cell) -> Result<Arc<Local>, Failure> {
        let (intervals, sides) = (cell.intervals(), cell.sides());
        let here = around.reduced(self.network, intervals, sides, self.constant_radius)?;
        Ok(Arc::new(here))
    }

    fn bound(&mut self, method: Method, cell: &Cell, here: &Arc<Local>) -> Result<Bound, Failure> {
        self.leaves.bound(method, cell, here)
    }

    fn exact_cells(&self) -> Option<&ExactCells<'_>> {
        self.leaves.exact_cells()
    }

    fn anything(&self, cell: &Cell) -> Interval {
        self.leaves.anything(cell)
    }
}

//! The leaves of a claim in the core, on networks with interval biases.

use std::sync::Arc;

use super::planar;
use super::rejection::Rejection;
use super::total::Total;
use super::walk::Visitor;
use crate::bounds::{Cell, PlainLeaves};
use crate::certificate::{Method, Nodes};
use crate::geometry::Affine;
use crate::network::Local;
use crate::numbers::Failure;

impl Visitor for PlainLeaves<'_> {
    type Network = Arc<Local>;
    type Total = Total;

    fn bytes(local: &Arc<Local>) -> usize {
        local.bytes()
    }

    fn and(lower: Total, upper: Total) -> Total {
        lower.and(upper)
    }

    fn descend(&mut self, parent: &Arc<Local>, cell: &Cell) -> Result<Arc<Local>, Failure> {
        self.reduced(parent, cell).map(Arc::new)
    }

    fn leaf(
        &mut self,
        method: Method,
        cell: &Cell,
        local: &Arc<Local>,
        number: usize,
    ) -> Result<Total, Rejection> {
        let bound = self.bound(method, cell, local);
        let bound = bound.map_err(|failure| Rejection::no_bound(number, method, failure))?;
        Ok(Total::of_leaf(bound))
    }

    fn below_line(
        &mut self,
        nodes: &mut Nodes<'_>,
        line: &Affine,
        cell: &Cell,
        _parent: &Arc<Local>,
        earlier: usize,
    ) -> Result<(Total, usize), Rejection> {
        let anything = |cell: &Cell| self.anything(cell);
        let total = planar::below(self.exact_cells(), nodes, cell, line, earlier, anything)?;
        let leaves = total.leaves;
        Ok((total, leaves))
    }
}

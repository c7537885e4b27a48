//! The leaves of a claim as the core looks at them, on networks with interval biases.

use std::sync::Arc;

use super::planar;
use super::rejection::Rejection;
use super::total::Total;
use super::walk::Look;
use crate::bounds::{Cell, PlainLeaves};
use crate::certificate::{Method, Nodes};
use crate::geometry::Affine;
use crate::network::Local;
use crate::numbers::Failure;

impl Look for PlainLeaves<'_> {
    type Here = Arc<Local>;
    type Total = Total;

    fn bytes(here: &Arc<Local>) -> usize {
        here.bytes()
    }

    fn and(lower: Total, upper: Total) -> Total {
        lower.and(upper)
    }

    fn descend(&mut self, around: &Arc<Local>, cell: &Cell) -> Result<Arc<Local>, Failure> {
        self.reduced(around, cell).map(Arc::new)
    }

    fn leaf(
        &mut self,
        method: Method,
        cell: &Cell,
        here: &Arc<Local>,
        number: usize,
    ) -> Result<Total, Rejection> {
        let bound = self.bound(method, cell, here);
        let bound = bound.map_err(|failure| Rejection::no_bound(number, method, failure))?;
        Ok(Total::of_leaf(bound))
    }

    fn below_line(
        &mut self,
        nodes: &mut Nodes<'_>,
        line: &Affine,
        cell: &Cell,
        _around: &Arc<Local>,
        before: usize,
    ) -> Result<(Total, usize), Rejection> {
        let anything = |cell: &Cell| self.anything(cell);
        let total = planar::below(self.exact_cells(), nodes, cell, line, before, anything)?;
        let leaves = total.leaves;
        Ok((total, leaves))
    }
}

//! Continues an earlier search from its certificate.

use std::sync::Arc;

use super::engine::{Engine, Evaluated, Fate, Problem};
use super::tree::Tree;
use super::within::Within;
use crate::bounds::Cell;
use crate::certificate::{Method, Nodes, Partition};
use crate::checker::Rejection;
use crate::checker::walk::{Visitor, Walk};
use crate::geometry::Affine;
use crate::numbers::Failure;

/// A problem whose searches can be continued.
pub trait Resumable: Problem<Local: From<Arc<Self::Network>>> {
    /// The network on a cell.
    type Network: Send + Sync;

    fn network_bytes(network: &Self::Network) -> usize;

    /// Returns the network on a cell above a part of the domain, which may be kept already.
    fn ancestor(
        &self,
        _within: &Within<'_>,
        _cell: &Cell,
        descend: impl FnOnce() -> Arc<Self::Network>,
    ) -> Arc<Self::Network> {
        descend()
    }

    /// Returns the network on a cell of a root as the checker reduces it, from the network on its
    /// parent; the parent's network if it has no value.
    fn descend(
        &self,
        tools: &mut Self::Tools,
        root: usize,
        parent: &Arc<Self::Network>,
        cell: &Cell,
    ) -> Arc<Self::Network>;

    /// Bounds an earlier leaf by its method only; [`Method::Open`] for a leaf that must be searched
    /// again.
    fn again(
        &self,
        tools: &mut Self::Tools,
        root: usize,
        leaf: (Method, &Cell),
        local: Arc<Self::Network>,
    ) -> Evaluated<Self>;
}

/// A root, the network on it, and the earlier partition.
pub type Earlier<'e, P> = (Cell, Arc<<P as Resumable>::Network>, &'e Partition);

impl<P: Resumable> Engine<'_, P> {
    /// Rebuilds earlier partitions; the leaves that are not good enough are open. Leaves of other
    /// parts of the domain are not searched, and have no bound. Returns `None` if a text is not a tree.
    pub fn resume(
        &mut self,
        problem: &mut P,
        earlier: Vec<Earlier<'_, P>>,
        within: Option<&Within<'_>>,
    ) -> Option<()> {
        let mut open = Vec::new();
        let mut trees = Vec::new();
        for (root, (cell, network, partition)) in earlier.into_iter().enumerate() {
            let shared = &*problem;
            let visitor = || Reopening {
                problem: shared,
                tools: shared.tools(),
                root,
                within,
            };
            let walk = Walk::new(partition, P::network_bytes(&network), &|| false);
            let walked = walk.in_parts(&visitor, cell, network, self.host.jobs.run, &|| {});
            let evaluated = walked.ok()?;
            let value = P::value(&evaluated.first()?.1.known);
            let (mut tree, leaves) = Tree::of(partition, value)?;
            for ((cell, evaluated), (node, depth)) in evaluated.into_iter().zip(leaves) {
                tree.fathom(node, evaluated.method, P::value(&evaluated.known));
                if within.is_some_and(|within| !within.covers(&cell)) {
                    continue;
                }
                self.boxes += 1;
                let is_open = evaluated.fate != Fate::Leaf;
                let leaf = evaluated.opened(root, node, depth, cell);
                if is_open {
                    open.push(leaf);
                } else {
                    problem.stays(&leaf);
                }
            }
            trees.push(tree);
        }
        self.trees = trees;
        for open in open {
            problem.opened(&open);
            self.frontier.push(open);
        }
        Some(())
    }
}

/// Visits an earlier partition in the order of the checker; collects the leaves.
struct Reopening<'p, P: Problem> {
    problem: &'p P,
    tools: P::Tools,
    root: usize,
    within: Option<&'p Within<'p>>,
}

impl<P: Resumable> Visitor for Reopening<'_, P> {
    type Network = Arc<P::Network>;
    type Total = Vec<(Cell, Evaluated<P>)>;

    fn bytes(local: &Arc<P::Network>) -> usize {
        P::network_bytes(local)
    }

    fn and(mut lower: Self::Total, upper: Self::Total) -> Self::Total {
        lower.extend(upper);
        lower
    }

    fn descend(
        &mut self,
        parent: &Arc<P::Network>,
        cell: &Cell,
    ) -> Result<Arc<P::Network>, Failure> {
        let (problem, tools) = (self.problem, &mut self.tools);
        let mut descend = || problem.descend(tools, self.root, parent, cell);
        Ok(match self.within {
            Some(within) => problem.ancestor(within, cell, descend),
            None => descend(),
        })
    }

    fn leaf(
        &mut self,
        method: Method,
        cell: &Cell,
        local: &Arc<P::Network>,
        _number: usize,
    ) -> Result<Self::Total, Rejection> {
        let is_other = self.within.is_some_and(|within| !within.covers(cell));
        // An open leaf has the network on its parent here. It will be cut, and the checker then
        // reduces the network to it first.
        let local = match method {
            Method::Open if !is_other => self
                .descend(local, cell)
                .unwrap_or_else(|_| Arc::clone(local)),
            _ => Arc::clone(local),
        };
        let method = if is_other { Method::Open } else { method };
        let (problem, tools) = (self.problem, &mut self.tools);
        let evaluated = problem.again(tools, self.root, (method, cell), local);
        Ok(vec![(cell.clone(), evaluated)])
    }

    /// Leaves below a line are found again faster than they are read.
    fn below_line(
        &mut self,
        nodes: &mut Nodes<'_>,
        _line: &Affine,
        cell: &Cell,
        parent: &Arc<P::Network>,
        _before: usize,
    ) -> Result<(Self::Total, usize), Rejection> {
        let mut leaves = 0;
        for _ in 0..2 {
            leaves += nodes.skip_tree().map_err(Rejection::Tree)?;
        }
        let local = self.descend(parent, cell);
        let local = local.map_err(|failure| Rejection::NoValue(failure.to_string()))?;
        let evaluated = self.leaf(Method::Open, cell, &local, 0)?;
        Ok((evaluated, leaves))
    }
}

//! Goes on where an earlier search stopped: from its certificate.

use std::sync::Arc;

use super::tree::Tree;
use crate::bounds::Cell;
use crate::bounds::{Leaves, OnCell, Reduction};
use crate::certificate::{Certificate, Method, Node};

/// A leaf of the earlier partition.
pub struct Reopened {
    /// Its node in the new tree.
    pub node: usize,
    /// The cell.
    pub cell: Cell,
    /// The network on it.
    pub here: Arc<OnCell>,
    /// How many cuts are above it.
    pub depth: usize,
    /// How it was bounded.
    pub method: Method,
}

/// Makes the tree of a certificate anew and calls back for each of its leaves; nothing where it
/// cannot be searched on: it is no tree, or is cut along lines, which only a finished one is.
pub fn reopen(
    certificate: &Certificate,
    root: &Arc<OnCell>,
    leaves: &mut Leaves<'_>,
    mut visit: impl FnMut(&mut Leaves<'_>, Reopened),
) -> Option<Tree> {
    let reduction = Reduction::of(certificate);
    let whole = Cell::root(&certificate.claim.question.domain);
    let mut tree = Tree::new();
    let mut nodes = certificate.partition.nodes();
    let mut open = vec![(0, whole, Arc::clone(root), 0)];
    while let Some((node, cell, around, depth)) = open.pop() {
        let here = leaves
            .descend(&around, &cell, reduction)
            .map_or(around, Arc::new);
        match nodes.next_node().ok()? {
            Node::Line(_) => return None,
            Node::Cut { axis, place } => {
                let (lower, upper) = cell.cut(axis, place.as_ref())?;
                let (at_lower, at_upper) = tree.cut(node, axis, place);
                open.push((at_upper, upper, Arc::clone(&here), depth + 1));
                open.push((at_lower, lower, here, depth + 1));
            }
            Node::Leaf(method) => {
                // A portable certificate has no leaves of other methods; they are looked at again.
                let is_known = method.is_core() || !root.is_portable();
                let method = if is_known { method } else { Method::Open };
                tree.settle(node, method);
                visit(
                    leaves,
                    Reopened {
                        node,
                        cell,
                        here,
                        depth,
                        method,
                    },
                );
            }
        }
    }
    Some(tree)
}

//! Walks down the tree of a certificate, for every question and every layer.
//!
//! Each waiting cell carries the network reduced to its parent cell. The results of two halves are
//! combined as soon as both are finished, so the result depends on the tree only, not on the order
//! of the walk. A walk may therefore leave subtrees to other threads.

use super::rejection::Rejection;
use crate::bounds::Cell;
use crate::certificate::{Method, Node, Nodes, Partition};
use crate::geometry::Affine;
use crate::numbers::Failure;

/// The deepest tree that is walked: such a cell would be `2^-MAX_DEPTH` of the domain.
pub const MAX_DEPTH: usize = 4000;

/// The networks of waiting cells take at most this many bytes, plus `HELD_ROOTS` times the size of
/// the network on the domain. Usually the network shrinks with the cell, and they add up to a few
/// times that size. Down a thin tree on which it does not shrink they could take thousands of times
/// as much.
const HELD: usize = 1 << 28;
const HELD_ROOTS: usize = 32;

/// Tells a walk to stop; it then returns [`Rejection::Stopped`].
pub type Stop<'s> = &'s (dyn Fn() -> bool + Sync);

/// What a walk does with each cell.
pub trait Visitor {
    /// The network on a cell; the halves of a cell share it.
    type Network: Clone;
    /// The combined result of the leaves below a node.
    type Total;

    /// Returns the size of a network in bytes, approximately.
    fn bytes(local: &Self::Network) -> usize;

    /// Combines the results of the two halves of a cell, the lower one first.
    fn and(lower: Self::Total, upper: Self::Total) -> Self::Total;

    /// Returns the network on a cell, from the network on its parent.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    fn descend(&mut self, parent: &Self::Network, cell: &Cell) -> Result<Self::Network, Failure>;

    /// Checks leaf `number` of the tree, counted from 1. `local` is the network on the leaf; exact
    /// and open leaves do not use it and get the network on the parent cell.
    ///
    /// - Errors: [`Rejection`] where the method gives no bound.
    fn leaf(
        &mut self,
        method: Method,
        cell: &Cell,
        local: &Self::Network,
        number: usize,
    ) -> Result<Self::Total, Rejection>;

    /// Walks the tree below a cut of a box by a line, after `earlier` leaves. Returns the
    /// number of its leaves, too. Most trees have no such cut.
    ///
    /// - Errors: [`Rejection`] of a leaf below the line.
    fn below_line(
        &mut self,
        nodes: &mut Nodes<'_>,
        _line: &Affine,
        _cell: &Cell,
        _parent: &Self::Network,
        _earlier: usize,
    ) -> Result<(Self::Total, usize), Rejection> {
        Err(Rejection::BadCut {
            position: nodes.position(),
        })
    }
}

/// A tree, and the limits of every walk in it.
#[derive(Clone, Copy)]
pub struct Walk<'a> {
    pub(super) partition: &'a Partition,
    stop: Stop<'a>,
    /// Bytes that the networks of waiting cells may take.
    pub(super) most_held: usize,
}

/// A subtree that waits to be walked.
#[derive(Clone)]
pub struct Part<H> {
    /// Its cell.
    pub cell: Cell,
    /// The network on the parent cell.
    pub parent: H,
    /// The number of cuts above it.
    pub depth: usize,
    /// Where its text begins, and the number of leaves before it; both are set when its walk
    /// begins.
    pub position: usize,
    /// See `position`.
    pub earlier: usize,
    /// Bytes that become free when it is finished.
    frees: usize,
}

impl<H> Part<H> {
    /// The whole tree.
    pub fn whole(cell: Cell, parent: H) -> Self {
        Self {
            cell,
            parent,
            depth: 0,
            position: 0,
            earlier: 0,
            frees: 0,
        }
    }
}

/// Decides whether a subtree is left to another thread; if so, returns where its text ends and how
/// many leaves it has.
pub(super) type Defer<'l, H> =
    &'l mut dyn FnMut(&Part<H>) -> Result<Option<(usize, usize)>, Rejection>;

impl<'a> Walk<'a> {
    /// Returns a walk that stops when `stop` returns true. `root_bytes` is the size of the network on
    /// the root.
    pub fn new(partition: &'a Partition, root_bytes: usize, stop: Stop<'a>) -> Self {
        Self {
            partition,
            stop,
            most_held: root_bytes.saturating_mul(HELD_ROOTS).saturating_add(HELD),
        }
    }

    /// Walks the whole tree, one cell after another.
    ///
    /// - Errors: [`Rejection`], the first in the order of the text.
    pub fn whole<L: Visitor>(
        &self,
        visitor: &mut L,
        cell: Cell,
        root: L::Network,
    ) -> Result<L::Total, Rejection> {
        let (total, end) = self.subtree(visitor, Part::whole(cell, root))?;
        self.at_end(end).map(|()| total)
    }

    /// Checks that the tree ends where its text ends.
    pub(super) fn at_end(&self, position: usize) -> Result<(), Rejection> {
        if position == self.partition.text().len() {
            Ok(())
        } else {
            Err(Rejection::TreeTooLong(position.saturating_add(1)))
        }
    }

    /// Walks one subtree; returns where its text ends, too.
    ///
    /// - Errors: [`Rejection`], the first in the order of the text.
    pub fn subtree<L: Visitor>(
        &self,
        visitor: &mut L,
        start: Part<L::Network>,
    ) -> Result<(L::Total, usize), Rejection> {
        let mut sums = Sums::new(L::and);
        let end = self.cells(visitor, start, None, &mut |depth, total| {
            sums.push(depth, total);
        })?;
        let total = sums.total().ok_or(Rejection::TreeTooLong(end))?;
        Ok((total, end))
    }

    /// Walks the cells of a subtree, except those left to other threads. Reports the depth and the
    /// result of each leaf. Returns where the text of the subtree ends.
    pub(super) fn cells<L: Visitor>(
        &self,
        visitor: &mut L,
        start: Part<L::Network>,
        mut defer: Option<Defer<'_, L::Network>>,
        report: &mut dyn FnMut(usize, L::Total),
    ) -> Result<usize, Rejection> {
        let no_value = |failure: Failure| Rejection::NoValue(failure.to_string());
        let mut nodes = self.partition.nodes_from(start.position);
        let mut earlier = start.earlier;
        // Bytes of the networks of waiting cells.
        let mut held: usize = 0;
        let mut open = vec![start];
        while let Some(mut part) = open.pop() {
            held = held.saturating_sub(part.frees);
            if (self.stop)() {
                return Err(Rejection::Stopped);
            }
            if part.depth > MAX_DEPTH {
                return Err(Rejection::TooDeep(MAX_DEPTH));
            }
            (part.position, part.earlier) = (nodes.position(), earlier);
            if let Some(defer) = defer.as_mut()
                && let Some((end, leaves)) = defer(&part)?
            {
                nodes = self.partition.nodes_from(end);
                earlier = earlier.saturating_add(leaves);
                continue;
            }
            let (cell, parent) = (&part.cell, &part.parent);
            match nodes.next_node().map_err(Rejection::Tree)? {
                Node::Cut { axis, place } => {
                    let position = nodes.position();
                    let (lower, upper) = cell
                        .cut(axis, place.as_ref())
                        .ok_or(Rejection::BadCut { position })?;
                    let local = visitor.descend(parent, cell).map_err(no_value)?;
                    let frees = L::bytes(&local);
                    held = held.saturating_add(frees);
                    if held > self.most_held {
                        return Err(Rejection::TooLarge);
                    }
                    let depth = part.depth.saturating_add(1);
                    let half = |cell, parent, frees| Part {
                        depth,
                        frees,
                        ..Part::whole(cell, parent)
                    };
                    open.push(half(upper, local.clone(), frees));
                    open.push(half(lower, local, 0));
                }
                Node::Line(line) => {
                    let (total, leaves) =
                        visitor.below_line(&mut nodes, &line, cell, parent, earlier)?;
                    earlier = earlier.saturating_add(leaves);
                    report(part.depth, total);
                }
                Node::Leaf(method) => {
                    earlier = earlier.saturating_add(1);
                    let local = match method {
                        Method::Open | Method::Exact => Ok(parent.clone()),
                        _ => visitor.descend(parent, cell),
                    };
                    let local = local.map_err(no_value)?;
                    report(part.depth, visitor.leaf(method, cell, &local, earlier)?);
                }
            }
        }
        Ok(nodes.position())
    }
}

/// The results so far, by depth: two consecutive results of the same depth are the halves of a
/// cell.
pub(super) struct Sums<T> {
    pending: Vec<(usize, T)>,
    and: fn(T, T) -> T,
}

impl<T> Sums<T> {
    pub(super) fn new(and: fn(T, T) -> T) -> Self {
        Self {
            pending: Vec::new(),
            and,
        }
    }

    pub(super) fn push(&mut self, mut depth: usize, mut total: T) {
        while let Some((_, lower)) = self
            .pending
            .pop_if(|(above, _)| *above == depth && depth > 0)
        {
            total = (self.and)(lower, total);
            depth = depth.saturating_sub(1);
        }
        self.pending.push((depth, total));
    }

    /// Returns the combined result; `None` if there were no leaves.
    pub(super) fn total(self) -> Option<T> {
        self.pending
            .into_iter()
            .map(|(_, total)| total)
            .reduce(self.and)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Rational;

    /// Records the letter and number of each leaf, and its cuts as parentheses.
    struct Written;

    impl Visitor for Written {
        /// The number of parent networks.
        type Network = usize;
        type Total = String;

        fn bytes(_: &usize) -> usize {
            1 << 26
        }
        fn and(lower: String, upper: String) -> String {
            format!("({lower} {upper})")
        }
        fn descend(&mut self, parent: &usize, _: &Cell) -> Result<usize, Failure> {
            Ok(parent + 1)
        }
        fn leaf(
            &mut self,
            method: Method,
            _: &Cell,
            local: &usize,
            number: usize,
        ) -> Result<String, Rejection> {
            Ok(format!("{}{number}:{local}", char::from(method.letter())))
        }
    }

    fn unit() -> Cell {
        Cell::from_sides(vec![(Rational::ZERO, Rational::ONE)])
    }

    fn walked(text: &str) -> Result<String, Rejection> {
        let partition = Partition::from_text(text.into());
        Walk::new(&partition, 1, &|| false).whole(&mut Written, unit(), 0)
    }

    #[test]
    fn leaves_are_met_in_order_below_their_networks() {
        assert_eq!(walked("n").expect("a tree"), "n1:1");
        // Exact and open leaves do not use their network.
        assert_eq!(walked("AeAno").expect("a tree"), "(e1:1 (n2:3 o3:2))");
        assert!(matches!(walked("AnnA"), Err(Rejection::TreeTooLong(4))));
        assert!(matches!(walked("An"), Err(Rejection::Tree(_))));
        assert!(matches!(
            walked("/1,0,0;nn"),
            Err(Rejection::BadCut { position: 7 })
        ));
    }

    #[test]
    fn a_subtree_is_walked_alone_and_may_be_left_to_others() {
        let partition = Partition::from_text(b"AAnlAhg".to_vec());
        let walk = Walk::new(&partition, 1, &|| false);
        let mut upper = Part::whole(unit(), 1);
        (upper.position, upper.earlier, upper.depth) = (4, 2, 1);
        let (total, end) = walk.subtree(&mut Written, upper).expect("a tree");
        assert_eq!((total.as_str(), end), ("(h3:3 g4:3)", 7));
        // Subtrees left to others are skipped, and the numbering continues after them.
        let mut met = Vec::new();
        let mut defer = |part: &Part<usize>| Ok((part.position == 1).then_some((4, 2)));
        let whole = Part::whole(unit(), 0);
        let mut report = |depth, total| met.push((depth, total));
        let end = walk.cells(&mut Written, whole, Some(&mut defer), &mut report);
        assert_eq!(end.expect("an end"), 7);
        assert_eq!(met, [(2, "h3:3".to_string()), (2, "g4:3".to_string())]);
    }

    #[test]
    fn networks_that_wait_take_no_more_memory_than_allowed() {
        // Each cut holds one network until its upper half is finished.
        let thin = |depth: usize| "A".repeat(depth) + &"n".repeat(depth + 1);
        assert!(walked(&thin(4)).is_ok());
        assert_eq!(walked(&thin(5)), Err(Rejection::TooLarge));
        // The memory of a finished half is free again.
        let partition = Partition::from_text((("An".repeat(40)) + "n").into_bytes());
        assert!(
            Walk::new(&partition, 1, &|| false)
                .whole(&mut Written, unit(), 0)
                .is_ok()
        );
        let stopped = Walk::new(&partition, 1, &|| true).whole(&mut Written, unit(), 0);
        assert_eq!(stopped, Err(Rejection::Stopped));
    }
}

//! A walk in parts, which may be walked anywhere and in any order.

use std::cell::RefCell;
use std::sync::Arc;

use super::rejection::Rejection;
use super::walk::{Part, Sums, Visitor, Walk};
use crate::bounds::Cell;
use crate::jobs::{Runner, each};

/// Trees of fewer characters than this are walked in one part.
const SMALL: usize = 1 << 13;
/// A part has at most so many of `SHARES` of all characters, unless it is deeper than `PARTS_DEPTH`. A
/// large tree is cut into a few parts first, and these into smaller ones side by side: near the root
/// the network is large, and each cell takes long. The last ones are so small that none is waited for long.
const PARTS: [usize; 4] = [40, 16, 4, 1];
const WHOLE: usize = 64;
/// Parts begin at this depth at the latest, so that looking for them takes little time.
const PARTS_DEPTH: usize = 24;

/// What has been met of a tree, in the order of its text.
type Pieces<N, L> = Vec<Piece<Arc<N>, <L as Visitor>::Total>>;

/// A part of that.
enum Piece<H, T> {
    /// A subtree that is done, and its depth.
    Done(usize, T),
    /// One that is still to be walked.
    Part(Part<H>),
    /// Something that is wrong; what follows in the same part was not looked at.
    Wrong(Rejection),
}

impl Walk<'_> {
    /// Walks the whole tree, its parts by a runner; each part has a [`Look`] of its own. Does something
    /// else beside the largest part of that, when the networks that wait are small already, or leaves
    /// it undone.
    ///
    /// - Errors: [`Rejection`], the first in the order of the text, whatever the runner.
    pub fn in_parts<N, L>(
        &self,
        visitor: &(dyn Fn() -> L + Sync),
        cell: Cell,
        root: Arc<N>,
        run: Runner<'_>,
        alongside: &(dyn Fn() + Sync),
    ) -> Result<L::Total, Rejection>
    where
        N: Send + Sync,
        L: Visitor<Network = Arc<N>, Total: Send + Sync>,
    {
        let length = self.partition.text().len();
        if length < SMALL {
            return self.whole(&mut visitor(), cell, root);
        }
        let mut end = Ok(());
        let mut pieces = vec![Piece::Part(Part::whole(cell, root))];
        for (stage, fraction) in PARTS.into_iter().enumerate() {
            let parts = pieces
                .iter()
                .filter(|piece| matches!(piece, Piece::Part(_)));
            let limits = Limits {
                characters: length / WHOLE * fraction,
                held: self.most_held / parts.count().max(1),
            };
            let smaller = each(pieces, run, &|piece| match piece {
                Piece::Part(part) => self.cut(&mut visitor(), part, limits),
                piece => (vec![piece], 0),
            });
            if let (0, [(_, reached)]) = (stage, &smaller[..]) {
                end = self.at_end(*reached);
            }
            pieces = smaller.into_iter().flat_map(|(pieces, _)| pieces).collect();
        }
        // The other thing is one job more, which comes to nothing. It may take long, so it is begun first.
        let jobs = std::iter::once(None)
            .chain(pieces.into_iter().map(Some))
            .collect();
        let totals = each(jobs, run, &|piece| match piece {
            None => {
                alongside();
                Ok(None)
            }
            Some(Piece::Done(depth, total)) => Ok(Some((depth, total))),
            Some(Piece::Wrong(rejection)) => Err(rejection),
            Some(Piece::Part(part)) => {
                let depth = part.depth;
                let (total, _) = self.subtree(&mut visitor(), part)?;
                Ok(Some((depth, total)))
            }
        });
        let mut sums = Sums::new(L::and);
        for total in totals {
            if let Some((depth, total)) = total? {
                sums.push(depth, total);
            }
        }
        end?;
        sums.total().ok_or(Rejection::TreeTooLong(0))
    }

    /// Walks a part but for its own parts; returns what was met, and where its text ends (0 where
    /// something is wrong).
    fn cut<N, L: Visitor<Network = Arc<N>>>(
        &self,
        visitor: &mut L,
        part: Part<Arc<N>>,
        limits: Limits,
    ) -> (Pieces<N, L>, usize) {
        let pieces = RefCell::new(Vec::new());
        // Bytes of the networks of parts.
        let mut held: usize = 0;
        let mut last: Option<Arc<N>> = None;
        let mut defer = |part: &Part<Arc<N>>| {
            // Parts keep their networks. Where they are too many, the rest is walked at once, which
            // comes to the same.
            if held > limits.held {
                return Ok(None);
            }
            let mut nodes = self.partition.nodes_from(part.position);
            let leaves = nodes.skip_tree().map_err(Rejection::Tree)?;
            let end = nodes.position();
            if part.depth < PARTS_DEPTH && end - part.position > limits.characters {
                return Ok(None);
            }
            // Halves of one cell share its network.
            if !last
                .as_ref()
                .is_some_and(|last| Arc::ptr_eq(last, &part.parent))
            {
                held = held.saturating_add(L::bytes(&part.parent));
            }
            last = Some(Arc::clone(&part.parent));
            pieces.borrow_mut().push(Piece::Part(part.clone()));
            Ok(Some((end, leaves)))
        };
        let mut report = |depth, total| pieces.borrow_mut().push(Piece::Done(depth, total));
        let end = self.cells(visitor, part, Some(&mut defer), &mut report);
        let mut pieces = pieces.into_inner();
        let end = end.unwrap_or_else(|rejection| {
            pieces.push(Piece::Wrong(rejection));
            0
        });
        (pieces, end)
    }
}

/// How large the parts may be that are left to others.
#[derive(Clone, Copy)]
struct Limits {
    /// The most characters of one.
    characters: usize,
    /// Bytes that the networks of all of them may take, or little more.
    held: usize,
}

//! Walks a tree in parts, on any thread and in any order.

use std::cell::RefCell;
use std::sync::Arc;

use super::rejection::Rejection;
use super::walk::{Part, Sums, Visitor, Walk};
use crate::bounds::Cell;
use crate::jobs::{Runner, each};

/// Trees of fewer characters than this are walked as one part.
const SMALL: usize = 1 << 13;
/// A part has at most this fraction (over `WHOLE`) of all characters, unless it is deeper than
/// `PARTS_DEPTH`. A large tree is first cut into a few parts, and these in parallel into smaller
/// ones: near the root the network is large and each cell takes long. The last parts are so small
/// that no thread waits long for one.
const PARTS: [usize; 4] = [40, 16, 4, 1];
const WHOLE: usize = 64;
/// Parts begin at this depth at the latest, so that finding them takes little time.
const PARTS_DEPTH: usize = 24;

/// The pieces of a tree, in the order of its text.
type Pieces<N, L> = Vec<Piece<Arc<N>, <L as Visitor>::Total>>;

/// A piece of a tree.
enum Piece<H, T> {
    /// A finished subtree, and its depth.
    Done(usize, T),
    /// A subtree that is still to be walked.
    Part(Part<H>),
    /// An error; whatever follows it in the same part was not checked.
    Wrong(Rejection),
}

impl Walk<'_> {
    /// Walks the whole tree, its parts by a runner; each part has its own [`Visitor`]. Calls
    /// `alongside` in parallel with the largest parts, once the waiting networks are small; may
    /// skip the call.
    ///
    /// - Errors: [`Rejection`], the first in the order of the text, for every runner.
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
        // `alongside` is one more job, without a result. It may take long, so it starts first.
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

    /// Walks a part except for its own parts. Returns the pieces, and where its text ends (0 after
    /// an error).
    fn cut<N, L: Visitor<Network = Arc<N>>>(
        &self,
        visitor: &mut L,
        part: Part<Arc<N>>,
        limits: Limits,
    ) -> (Pieces<N, L>, usize) {
        let pieces = RefCell::new(Vec::new());
        // Bytes of the networks of the parts.
        let mut held: usize = 0;
        let mut last: Option<Arc<N>> = None;
        let mut defer = |part: &Part<Arc<N>>| {
            // Parts keep their networks. When these take too much memory, the walk continues here,
            // with the same result.
            if held > limits.held {
                return Ok(None);
            }
            let mut nodes = self.partition.nodes_from(part.position);
            let leaves = nodes.skip_tree().map_err(Rejection::Tree)?;
            let end = nodes.position();
            if part.depth < PARTS_DEPTH && end - part.position > limits.characters {
                return Ok(None);
            }
            // The halves of one cell share its network.
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

/// Limits for the parts that are left to other threads.
#[derive(Clone, Copy)]
struct Limits {
    /// Characters of one part, at most.
    characters: usize,
    /// Bytes that the networks of all parts may take, approximately.
    held: usize,
}

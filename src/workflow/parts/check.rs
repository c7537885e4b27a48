//! Checks a part alone.
//!
//! Every bound of the part is computed again, from the domain down, by the methods and the walk of the checker.
//! This is not yet a proof of anything about the whole: whoever adds up parts trusts those who checked them.

use std::sync::Arc;

use super::work::{WorkError, Worker};
use super::{Part, PartError, tree};
use crate::bounds::{Bound, Cell, Leaves, OnCell, Reduction};
use crate::certificate::{Method, Norm, Partition};
use crate::checker::Rejection;
use crate::checker::walk::{Visitor, Walk};
use crate::jobs::{Threads, on_threads};
use crate::numbers::{Direction, Dyadic, Failure, Interval, Rational};

/// What the leaves of a part give.
#[derive(Clone, Debug)]
pub struct CheckedPart {
    /// The leaves of the part.
    pub leaves: usize,
    /// The upper bound, computed again; `None` while cells are open.
    pub upper: Option<Rational>,
    /// Do the leaves give all bounds that the part claims?
    pub holds: bool,
}

/// Computes the bounds of a part again.
///
/// - Errors: [`WorkError`] if it is about another network; [`Rejection`] where a leaf has no bound, inside.
pub fn check(
    worker: &mut Worker,
    part: &Part,
    threads: Threads<'_>,
) -> Result<Result<CheckedPart, Rejection>, WorkError> {
    let root = worker.root(part)?;
    let certificate = &part.certificate;
    let question = &certificate.claim.question;
    let reduction = Reduction::of(certificate);
    let network = worker.network();
    let walked = on_threads(threads, |jobs| {
        let visitor = || Bounding {
            leaves: Leaves::new(network, question),
            reduction,
        };
        let walk = Walk::new(&certificate.partition, root.bytes(), &|| false);
        let whole = Cell::root(&question.domain);
        walk.in_parts(&visitor, whole, Arc::clone(&root), jobs.run, &|| {})
    });
    let bounds = match walked {
        Ok(bounds) => bounds,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let totals =
        totals(part, bounds).ok_or_else(|| PartError::damaged("its partition is not a tree"))?;
    let claimed = part.bounds.iter();
    let holds = part.bounds.len() == totals.len()
        && claimed.zip(&totals).all(|(claimed, found)| {
            let upper_holds = match (&claimed.upper, found.upper()) {
                (None, _) => true,
                (Some(claimed), Some(found)) => found <= *claimed,
                (Some(_), None) => false,
            };
            claimed.lower <= found.lower() && upper_holds
        });
    let uppers = totals.iter().map(Total::upper);
    let upper = match question.norm {
        Norm::Sup => uppers.reduce(|a, b| Some(a?.max(b?))).flatten(),
        Norm::L1 | Norm::L2 | Norm::Area => uppers.reduce(|a, b| Some(a? + b?)).flatten(),
    };
    Ok(Ok(CheckedPart {
        leaves: tree::leaves(part).map_or(0, |leaves| leaves.len()),
        upper,
        holds,
    }))
}

/// Adds up the bounds of all leaves to those of the cells of the part, pairwise like the checker.
fn totals(part: &Part, bounds: Vec<Total>) -> Option<Vec<Total>> {
    let partition = &part.certificate.partition;
    let places = tree::grown(&part.tree, &part.own, partition)?;
    let mut bounds = bounds.into_iter();
    let mut totals = Vec::new();
    for (at, place) in places.into_iter().enumerate() {
        let below = Partition::from_text(partition.text().get(place)?.to_vec());
        let total = tree::folded(&below, &mut bounds, Total::and)?;
        if part.own.contains(&at) {
            totals.push(total);
        }
    }
    Some(totals)
}

/// The bound of a leaf, or of all leaves below a node.
enum Total {
    Sup(Dyadic),
    Integral(Interval),
}

impl Total {
    fn lower(&self) -> Rational {
        match self {
            Self::Sup(_) => Rational::ZERO,
            Self::Integral(sum) => {
                let lower = sum.inf().rational_bound(Direction::Down);
                lower.unwrap_or_default()
            }
        }
    }

    fn upper(&self) -> Option<Rational> {
        match self {
            Self::Sup(bound) => bound.rational_bound(Direction::Up),
            Self::Integral(sum) => sum.sup().rational_bound(Direction::Up),
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Sup(a), Self::Sup(b)) => Self::Sup(a.max(b)),
            (Self::Integral(a), Self::Integral(b)) => Self::Integral(a.plus(&b)),
            // A question has one norm.
            _ => Self::Sup(Dyadic::INFINITY),
        }
    }
}

/// Bounds each leaf.
struct Bounding<'a> {
    leaves: Leaves<'a>,
    reduction: Reduction,
}

impl Visitor for Bounding<'_> {
    type Network = Arc<OnCell>;
    type Total = Vec<Total>;

    fn bytes(local: &Arc<OnCell>) -> usize {
        local.bytes()
    }

    fn and(mut lower: Vec<Total>, upper: Vec<Total>) -> Vec<Total> {
        lower.extend(upper);
        lower
    }

    fn descend(&mut self, parent: &Arc<OnCell>, cell: &Cell) -> Result<Arc<OnCell>, Failure> {
        self.leaves
            .descend(parent, cell, self.reduction)
            .map(Arc::new)
    }

    fn leaf(
        &mut self,
        method: Method,
        cell: &Cell,
        local: &Arc<OnCell>,
        number: usize,
    ) -> Result<Vec<Total>, Rejection> {
        let bound = self.leaves.bound(method, cell, local, self.reduction);
        let bound = bound.map_err(|failure| {
            let letter = char::from(method.letter());
            Rejection::NoValue(format!("leaf {number}: method {letter}: {failure}"))
        })?;
        let up = |bound: Rational| Dyadic::from_rational(&bound, Direction::Up);
        Ok(vec![match bound {
            Bound::Sup(bound) => Total::Sup(bound),
            Bound::Exact(bound, _) => Total::Sup(up(bound)),
            Bound::Integral(contribution) => Total::Integral(contribution),
            Bound::ExactIntegral(contribution) => {
                Total::Integral(Interval::from_rational(&contribution))
            }
        }])
    }
}

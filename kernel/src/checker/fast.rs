//! Checks certificates of every layer, on all cores.

use std::sync::{Arc, OnceLock};

use super::check::{Verified, check_layer, check_plain, check_question, conclude};
use super::planar;
use super::rejection::Rejection;
use super::total::Total;
use super::walk::{Stop, Visitor, Walk};
use crate::bounds::{Cell, Leaves, OnCell, PlainLeaves, Reduction, on_domain};
use crate::certificate::{Certificate, Layer, Method, Nodes, Norm, Question, Semantics};
use crate::geometry::Affine;
use crate::jobs::{Runner, each, in_order};
use crate::network::{Network, digest};
use crate::numbers::Failure;

/// Checks a certificate against a network.
///
/// The digest, all cells, all bounds and the witness are recomputed. The check stops at the first
/// error.
///
/// - Errors: [`Rejection`], one variant per reason.
pub fn check(certificate: &Certificate, network: &Network) -> Result<Verified, Rejection> {
    check_by(certificate, network, &in_order)
}

/// Checks a certificate like [`check()`], its parts by a runner, for example on several cores. The
/// result is the same for every runner.
///
/// - Errors: as [`check()`].
pub fn check_by(
    certificate: &Certificate,
    network: &Network,
    run: Runner<'_>,
) -> Result<Verified, Rejection> {
    check_on_domain(certificate, network, run, &|| false).map(|(verified, _)| verified)
}

/// Checks a certificate like [`check_by()`]. Also returns the network on the domain of the claim,
/// where the check began, unless the certificate belongs to a portable layer. Stops when `stop`
/// returns true.
///
/// - Errors: as [`check()`]; [`Rejection::Stopped`].
pub fn check_on_domain(
    certificate: &Certificate,
    network: &Network,
    run: Runner<'_>,
    stop: Stop<'_>,
) -> Result<(Verified, Option<Arc<OnCell>>), Rejection> {
    if certificate.layer.is_portable() {
        let visitor = || PlainLeaves::of(certificate, network);
        let walked = |walk: Walk<'_>, cell, root| walk.in_parts(&visitor, cell, root, run, &|| {});
        let verified = check_plain(Layer::Smooth, certificate, network, stop, &walked)?;
        return Ok((verified, None));
    }
    let question = &certificate.claim.question;
    let most = match question.semantics {
        Semantics::Real => Layer::Fast,
        Semantics::Float(_) => Layer::Floats,
    };
    check_layer(certificate, network, most)?;
    let fits = check_question(certificate, network);
    // For a large network the digest takes about as long as the reduction to the domain.
    let jobs = if fits.is_ok() {
        vec![Begin::Name, Begin::OnDomain]
    } else {
        vec![Begin::Name]
    };
    let mut root = None;
    for begun in each(jobs, run, &|job| job.done(network, question)) {
        match begun {
            Begun::Name(found) if found != question.network => {
                return Err(Rejection::OtherNetwork {
                    claimed: question.network.clone(),
                    found,
                });
            }
            Begun::Name(_) => {}
            Begun::OnDomain(found) => root = Some(*found),
        }
    }
    fits?;
    let root = root.unwrap_or_else(|| rooted(network, question))?;
    let root = Arc::new(root);
    // The witness is checked in parallel with the walk: it takes as long as many cells.
    let values = OnceLock::new();
    let point = certificate.witness.as_ref();
    let point = point.filter(|_| question.norm == Norm::Sup);
    let looked = || point.map(|point| root.evaluate_witness(question, network, point));
    let alongside = || _ = values.get_or_init(looked);
    let walk = Walk::new(&certificate.partition, root.bytes(), stop);
    let visitor = || Fast::new(certificate, network);
    let total = walk.in_parts(
        &visitor,
        Cell::root(&question.domain),
        Arc::clone(&root),
        run,
        &alongside,
    )?;
    let values = values.into_inner().unwrap_or_else(looked);
    let verified = conclude(certificate, total, values)?;
    Ok((verified, Some(root)))
}

/// What is computed before the walk.
enum Begin {
    Name,
    OnDomain,
}

/// Its result.
enum Begun {
    Name(String),
    OnDomain(Box<Result<OnCell, Rejection>>),
}

impl Begin {
    fn done(self, network: &Network, question: &Question) -> Begun {
        match self {
            Self::Name => Begun::Name(digest(network)),
            Self::OnDomain => Begun::OnDomain(Box::new(rooted(network, question))),
        }
    }
}

/// The network on the domain, in the arithmetic of the question.
fn rooted(network: &Network, question: &Question) -> Result<OnCell, Rejection> {
    let Semantics::Float(floats) = &question.semantics else {
        let root = on_domain(network, question);
        return root.map_err(|failure| Rejection::NoValue(failure.to_string()));
    };
    let cell = Cell::root(&question.domain);
    OnCell::of_floats(network, cell.intervals(), floats)
        .map_err(|error| Rejection::NoFloats(error.to_string()))
}

/// Bounds of all layers, on reduced networks.
struct Fast<'a> {
    leaves: Leaves<'a>,
    reduction: Reduction,
}

impl<'a> Fast<'a> {
    fn new(certificate: &Certificate, network: &'a Network) -> Self {
        Self {
            leaves: Leaves::new(network, &certificate.claim.question),
            reduction: Reduction::of(certificate),
        }
    }
}

impl Visitor for Fast<'_> {
    type Network = Arc<OnCell>;
    type Total = Total;

    fn bytes(local: &Arc<OnCell>) -> usize {
        local.bytes()
    }

    fn and(lower: Total, upper: Total) -> Total {
        lower.and(upper)
    }

    fn descend(&mut self, parent: &Arc<OnCell>, cell: &Cell) -> Result<Arc<OnCell>, Failure> {
        let local = self.leaves.descend(parent, cell, self.reduction)?;
        Ok(Arc::new(local))
    }

    fn leaf(
        &mut self,
        method: Method,
        cell: &Cell,
        local: &Arc<OnCell>,
        number: usize,
    ) -> Result<Total, Rejection> {
        let bound = self.leaves.bound(method, cell, local, self.reduction);
        let bound = bound.map_err(|failure| Rejection::no_bound(number, method, failure))?;
        Ok(Total::of_leaf(bound))
    }

    fn below_line(
        &mut self,
        nodes: &mut Nodes<'_>,
        line: &Affine,
        cell: &Cell,
        parent: &Arc<OnCell>,
        earlier: usize,
    ) -> Result<(Total, usize), Rejection> {
        let anything = |cell: &Cell| self.leaves.anything(cell);
        let mut total = planar::below(
            self.leaves.exact_cells(),
            nodes,
            cell,
            line,
            earlier,
            anything,
        )?;
        let radius = self.leaves.float_radius(cell, parent, self.reduction);
        let radius = radius.map_err(|failure| Rejection::NoValue(failure.to_string()))?;
        if let Some(radius) = radius {
            total.add_rounding(radius);
        }
        let leaves = total.leaves;
        Ok((total, leaves))
    }
}

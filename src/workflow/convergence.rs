//! The error of a builder by size: each size is built, proved and checked.

use super::build::BuildRequest;
use super::verify::{Verdict, VerifyRequest, WorkflowError, verify};
use crate::builders::{self, APriori};
use crate::certificate::{Question, Semantics};
use crate::network::{Network, digest, size};
use crate::numbers::Rational;
use crate::prover::Watch;

/// The number of sizes that are tried.
const SIZES: usize = 8;
/// The box limit for one size; if it is reached, the series ends.
const BOXES: u64 = 200_000;

/// The certified error of one network.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Its hidden units.
    pub units: usize,
    /// The lower bound on the error.
    pub lower: Rational,
    /// The upper bound, if one is known.
    pub upper: Option<Rational>,
}

/// One size of a builder.
#[derive(Clone, Debug)]
pub struct Sized {
    /// The size, as in a spec: `cells = 8`.
    pub size: String,
    /// The network of this size.
    pub measured: Measured,
    /// The bound by theorem.
    pub a_priori: Option<APriori>,
}

/// Builds, proves and checks a few sizes, from the smallest on. Sizes double, or grow by one if the number
/// of layers grows.
///
/// - Ends: after eight sizes, at the size that the parameters give, or at the first size whose search
///   stops before it reaches the gap.
/// - Errors: [`WorkflowError`], for builders without a size and for networks that cannot be built.
pub fn convergence(
    request: &BuildRequest<'_>,
    progress: &mut Watch<'_>,
) -> Result<Vec<Sized>, WorkflowError> {
    let entry = builders::entry(request.builder);
    let Some(key) = entry.size else {
        return Err(WorkflowError::NothingGrows {
            builder: entry.name,
        });
    };
    let given = request.parameters.cells.as_deref();
    let last = given
        .filter(|_| key.name == "cells")
        .and_then(|cells| cells.iter().max().copied());
    let mut sizes = Vec::new();
    let mut next = key.smallest.max(1);
    while sizes.len() < SIZES && next <= key.largest {
        sizes.push(next);
        next = if matches!(key.name, "cells" | "sides") {
            next * 2
        } else {
            next + 1
        };
    }
    if let Some(last) = last {
        // The size of the spec, halved again and again.
        sizes = std::iter::successors(Some(last), |size| Some(size / 2))
            .take(SIZES)
            .take_while(|size| *size >= key.smallest.max(1))
            .collect();
        sizes.reverse();
    }
    let mut found: Vec<Sized> = Vec::new();
    for size in sizes {
        let built = match request.build_with(&key.with(request.parameters, size)) {
            Ok(built) => built,
            // A grid that has become too large ends the series.
            Err(_) if found.len() > 2 => break,
            Err(error) => return Err(error),
        };
        let (measured, is_done) = measured(request, &built.network, progress)?;
        found.push(Sized {
            size: format!("{} = {}", key.name, key.text(size)),
            measured,
            a_priori: built.a_priori,
        });
        if !is_done {
            break;
        }
    }
    Ok(found)
}

/// Returns bounds on the error of a network for the question of the request, and whether they reach the
/// gap.
///
/// - Errors: [`WorkflowError`].
pub fn measured(
    request: &BuildRequest<'_>,
    network: &Network,
    progress: &mut Watch<'_>,
) -> Result<(Measured, bool), WorkflowError> {
    let question = Question {
        network: digest(network),
        target: request.target.clone(),
        domain: request.domain.clone(),
        norm: request.norm,
        threshold: request.threshold.clone(),
        semantics: Semantics::Real,
    };
    let mut limits = request.limits.clone();
    limits.boxes = Some(limits.boxes.map_or(BOXES, |boxes| boxes.min(BOXES)));
    let answer = verify(
        &VerifyRequest {
            network,
            question,
            tolerance: None,
            gap: request.gap.clone(),
            limits,
            resume: None,
            threads: request.threads,
            weights: crate::certificate::Weights::Exact,
            portable: false,
        },
        None,
        progress,
    )?;
    let claim = answer.verified.claim();
    let measured = Measured {
        units: size(network).units,
        lower: claim.error_lower(),
        upper: claim.error_upper(),
    };
    Ok((measured, answer.verdict == Verdict::Enclosed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builders::{BuilderName, Parameters};
    use crate::certificate::Norm;
    use crate::expr::{Domain, parse_target};
    use crate::prover::Limits;

    /// The interpolant of x² on n cells misses it by 1/(4n²), as T22 says.
    #[test]
    fn the_interpolant_of_a_square_converges_as_its_theorem_says() {
        let target = parse_target(&["x^2"], None).expect("a formula");
        let domain = Domain::parse("x=0..1").expect("a box");
        let mut parameters = Parameters::default();
        let sizes = |parameters: &Parameters| {
            let request = BuildRequest {
                builder: BuilderName::Interpolant,
                parameters,
                target: &target,
                domain: &domain,
                norm: Norm::Sup,
                threshold: None,
                tolerance: None,
                gap: Rational::ratio(1, 100),
                semantics: Semantics::Real,
                limits: Limits::default(),
                threads: crate::jobs::Threads::Count(1),
                portable: false,
            };
            convergence(&request, &mut crate::workflow::unwatched).expect("it builds")
        };
        let found = sizes(&parameters);
        assert_eq!(found.len(), SIZES);
        for (k, size) in (0..).zip(&found) {
            let cells = 1 << k;
            assert_eq!(size.size, format!("cells = {cells}"));
            let error = Rational::ratio(1, 4 * cells * cells);
            assert_eq!(size.measured.lower, error);
            assert_eq!(size.measured.upper.as_ref(), Some(&error));
            let bound = size.a_priori.as_ref().expect("a theorem");
            assert_eq!((&bound.upper, bound.theorem), (&error, "T22"));
        }
        parameters.cells = Some(vec![12]);
        let names: Vec<String> = sizes(&parameters).into_iter().map(|s| s.size).collect();
        assert_eq!(names, ["cells = 1", "cells = 3", "cells = 6", "cells = 12"]);
    }
}

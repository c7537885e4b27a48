//! The request to a builder, and its answer.

use super::error::BuildError;
use super::parameters::{Parameters, Steepness};
use super::sample::short_above;
use crate::certificate::Norm;
use crate::expr::{Domain, Expr, Target, derivative_range_upper, lipschitz_upper};
use crate::network::Network;
use crate::numbers::{Direction, Dyadic, Rational};

/// A network, with what theorems say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The network; its inputs are those of the target.
    pub network: Network,
    /// The bound that a theorem gives, if one applies.
    pub a_priori: Option<APriori>,
    /// Notes, one line each: choices that were made, and anything unusual.
    pub notes: Vec<String>,
    /// The parameters with every key of the builder filled in.
    pub chosen: Parameters,
}

/// An error bound by theorem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct APriori {
    /// The error is at most this.
    pub upper: Rational,
    /// How the error is measured.
    pub norm: Norm,
    /// The page under `proofs/theorems`.
    pub theorem: &'static str,
    /// The bound as a formula.
    pub statement: String,
}

impl APriori {
    /// Returns the bound, rounded up to 40 bits where the fraction is long.
    pub fn new(upper: Rational, norm: Norm, theorem: &'static str, statement: &str) -> Self {
        Self {
            upper: if upper.bits() > 96 {
                short_above(&upper, 40)
            } else {
                upper
            },
            norm,
            theorem,
            statement: statement.to_owned(),
        }
    }
}

impl APriori {
    /// Returns the bound on an integral over the domain that follows from this bound on the supremum.
    pub fn integrated(&self, norm: Norm, domain: &Domain, outputs: usize) -> Option<Self> {
        let word = match norm {
            Norm::L1 => "volume",
            Norm::L2 => "root of the volume",
            Norm::Sup | Norm::Area => return None,
        };
        let factor = integral_of_one(norm, domain, outputs)?;
        let outputs = if outputs == 1 {
            ""
        } else {
            " and of the number of outputs"
        };
        let statement = format!(
            "{word} of the domain{outputs} times this: {}",
            self.statement
        );
        Some(Self::new(
            &self.upper * &factor,
            norm,
            self.theorem,
            &statement,
        ))
    }
}

/// Returns the error of a network that is off by 1 everywhere in every output, rounded up: the
/// number of outputs times the volume of the domain for `l1`, the root of that for `l2`, 1 for
/// other norms.
pub fn integral_of_one(norm: Norm, domain: &Domain, outputs: usize) -> Option<Rational> {
    let sides = domain.sides().iter();
    let outputs = super::grid::whole(outputs);
    let volume = sides.fold(outputs, |product, (low, high)| product * (high - low));
    match norm {
        Norm::L1 => Some(volume),
        Norm::L2 => volume.exact_sqrt().or_else(|| {
            Dyadic::from_rational(&volume, Direction::Up)
                .sqrt(Direction::Up)
                .rational_bound(Direction::Up)
        }),
        Norm::Sup | Norm::Area => Some(Rational::ONE),
    }
}

/// What to build.
pub struct Request<'a> {
    /// The keys that were given.
    pub parameters: &'a Parameters,
    /// The target.
    pub target: &'a Target,
    /// The domain, its sides in the order of the target's inputs.
    pub domain: &'a Domain,
    /// How the error is measured.
    pub norm: Norm,
    /// For builders that find their size themselves: the error wanted.
    pub within: Option<Within<'a>>,
}

/// An error that a builder is asked to keep.
#[derive(Clone, Copy, Debug)]
pub struct Within<'a> {
    /// The error, in the norm of the request.
    pub tolerance: &'a Rational,
    /// How often a network was built that was not proved to keep it.
    pub attempt: u32,
}

impl Request<'_> {
    /// Returns the slopes for a bound in the sup norm; without them, notes why there is no bound.
    pub fn sup_slopes(&self, notes: &mut Vec<String>) -> Option<Vec<Rational>> {
        if self.norm != Norm::Sup {
            notes.push(format!("no a-priori bound for the norm {}", self.norm));
            return None;
        }
        let slopes = self.slopes();
        if slopes.is_none() {
            notes.push(
                "no a-priori bound: no bound on the slopes of the target was found".to_owned(),
            );
        }
        slopes
    }

    /// Returns upper bounds on the slopes of the target: for each input, of every output.
    pub fn slopes(&self) -> Option<Vec<Rational>> {
        slopes_upper(&self.target.output_expressions(), self.domain)
    }

    /// Returns an upper bound on the absolute value of every output.
    pub fn size_upper(&self) -> Option<Rational> {
        let formulas = self.target.output_expressions();
        let sizes = formulas.iter();
        let sizes = sizes.map(|formula| derivative_range_upper(formula, self.domain, 0, 0));
        sizes.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// Returns a usual upper bound on the rounding error of values; builders compute the true one.
    pub fn rounding_guess(&self) -> Option<Rational> {
        Some(self.size_upper()? * Rational::power_of_two(-36))
    }
}

/// Returns upper bounds on the slopes of all formulas, for each input.
pub fn slopes_upper(formulas: &[Expr], domain: &Domain) -> Option<Vec<Rational>> {
    let mut largest = vec![Rational::ZERO; domain.dimension()];
    for formula in formulas {
        let slopes = lipschitz_upper(formula, domain)?;
        for (largest, slope) in largest.iter_mut().zip(slopes) {
            *largest = slope.max(std::mem::take(largest));
        }
    }
    Some(largest)
}

/// Returns the steepness if one is given, for a builder that has no cells; checks that it is above 0.
pub fn steepness_without_cells(
    builder: &'static str,
    given: &Parameters,
) -> Result<Option<Rational>, BuildError> {
    match &given.steepness {
        Some(found @ Steepness::PerCell(_)) => {
            let found = found.clone();
            Err(BuildError::NoCells { builder, found })
        }
        found => positive("steepness", found.as_ref().map(Steepness::number)),
    }
}

/// Returns a number if one is given, and checks that it is above 0.
pub fn positive(
    key: &'static str,
    value: Option<&Rational>,
) -> Result<Option<Rational>, BuildError> {
    match value {
        Some(found) if !found.is_positive() => {
            let found = found.clone();
            Err(BuildError::NotPositive { key, found })
        }
        other => Ok(other.cloned()),
    }
}

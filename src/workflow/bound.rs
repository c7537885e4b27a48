//! Lower bounds of the size of all networks of a kind, with a certificate (T38).
//!
//! [`bound()`] lets [`lowerbound`](crate::lowerbound) propose triples and pairs, writes the
//! certificate, reads it back, and lets the kernel decide.

mod words;

pub use words::{bound_json, bound_text, claim_json, found_text};

use crate::builders::impossible::{Jump, jumps};
use crate::certificate::size::{self, SizeCertificate};
use crate::checker::size::{VerifiedSize, check_size, units_for_kinks};
use crate::expr::{Domain, Expr, Scratch, Tape, Target, derivative};
use crate::lowerbound::{pairs, radius, triples};
use crate::numbers::{Interval, Rational};

/// A kind of unit that bends its sum a few times, so that the number of kinks bounds its number from
/// below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BendingUnit {
    /// The name in results.
    pub name: &'static str,
    /// The kinks that one unit makes along a line, at most.
    pub bends: usize,
}

/// The kinds of units with kinks. Sigmoid and tanh are not among them: they have none.
pub const BENDING_UNITS: [BendingUnit; 5] = [
    unit("relu", 1),
    unit("leaky-relu", 1),
    unit("abs", 1),
    unit("hard-tanh", 2),
    unit("maxout-3", 2),
];

const fn unit(name: &'static str, bends: usize) -> BendingUnit {
    BendingUnit { name, bends }
}

impl BendingUnit {
    /// The least number of units that allow this many kinks: with a number of hidden layers, or with
    /// any.
    pub fn units(self, kinks: usize, hidden_layers: Option<usize>) -> usize {
        units_for_kinks(kinks, self.bends, hidden_layers)
    }
}

/// Why no continuous piecewise-linear function is within the tolerance, whatever its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The target jumps by more than twice the tolerance (T27).
    Jump(Jump),
    /// The tolerance is 0, and the target is curved.
    Curved,
}

/// A lower bound of size.
#[derive(Clone, Debug)]
pub struct LowerBound {
    target: Target,
    domain: Domain,
    tolerance: Rational,
    obstacle: Option<Obstacle>,
    found: Option<Found>,
}

/// A certificate and what it proves.
#[derive(Clone, Debug)]
struct Found {
    certificate: SizeCertificate,
    bytes: Vec<u8>,
    verified: VerifiedSize,
}

impl LowerBound {
    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The tolerance.
    pub fn tolerance(&self) -> &Rational {
        &self.tolerance
    }

    /// Why no continuous piecewise-linear function keeps the tolerance, if none does.
    pub fn obstacle(&self) -> Option<&Obstacle> {
        self.obstacle.as_ref()
    }

    /// Every continuous piecewise-linear function within the tolerance has at least this many kinks
    /// along a line. `None` where no such function exists.
    pub fn kinks(&self) -> Option<usize> {
        let found = || self.found.as_ref()?.verified.kinks();
        match self.obstacle {
            Some(_) => None,
            None => Some(found().unwrap_or(0)),
        }
    }

    /// Every step function within the tolerance has at least this many jumps along a line. `None` where
    /// no step function of finitely many pieces exists.
    pub fn jumps(&self) -> Option<usize> {
        let found = || self.found.as_ref()?.verified.jumps();
        match self.obstacle {
            Some(Obstacle::Curved) => None,
            _ => Some(found().unwrap_or(0)),
        }
    }

    /// What the kernel accepted; `None` where nothing is forced.
    pub fn verified(&self) -> Option<&VerifiedSize> {
        Some(&self.found.as_ref()?.verified)
    }

    /// The certificate, if something is forced.
    pub fn certificate(&self) -> Option<&[u8]> {
        Some(&self.found.as_ref()?.bytes)
    }
}

/// Searches a lower bound, and checks it.
///
/// - Exactness: what is returned is certain. A larger bound may hold.
/// - Errors: none; where nothing is found the bound is 0.
/// - Source: T38, T27.
pub fn bound(target: &Target, domain: &Domain, tolerance: &Rational) -> LowerBound {
    search(target, domain, tolerance, true)
}

/// Searches a lower bound of kinks alone.
pub(super) fn bound_of_kinks(target: &Target, domain: &Domain, tolerance: &Rational) -> LowerBound {
    search(target, domain, tolerance, false)
}

fn search(target: &Target, domain: &Domain, tolerance: &Rational, with_jumps: bool) -> LowerBound {
    let obstacle = obstacle(target, domain, tolerance);
    let kinks = match obstacle {
        None => triples(target, domain, tolerance),
        Some(_) => None,
    };
    let jumps = match obstacle {
        Some(Obstacle::Curved) => None,
        _ if !with_jumps => None,
        _ => pairs(target, domain, tolerance),
    };
    let is_empty = kinks.is_none() && jumps.is_none();
    let certificate = SizeCertificate {
        target: target.clone(),
        domain: domain.clone(),
        tolerance: tolerance.clone(),
        radius: radius(domain),
        kinks,
        jumps,
    };
    LowerBound {
        target: target.clone(),
        domain: domain.clone(),
        tolerance: tolerance.clone(),
        obstacle,
        found: if is_empty {
            None
        } else {
            checked(&certificate)
        },
    }
}

/// Writes a certificate, reads it back and checks it.
fn checked(certificate: &SizeCertificate) -> Option<Found> {
    let mut bytes = Vec::new();
    size::write(certificate, &mut bytes).ok()?;
    let certificate = size::read(&bytes).ok()?;
    let verified = check_size(&certificate).ok()?;
    Some(Found {
        certificate,
        bytes,
        verified,
    })
}

fn obstacle(target: &Target, domain: &Domain, tolerance: &Rational) -> Option<Obstacle> {
    let jump = jumps(target, domain)
        .into_iter()
        .find(|jump| jump.size.half() > *tolerance);
    if let Some(jump) = jump {
        return Some(Obstacle::Jump(jump));
    }
    let is_curved = tolerance.is_zero() && is_curved(target, domain);
    is_curved.then_some(Obstacle::Curved)
}

/// Is a second derivative of an output different from 0 on a small box? Then the target is affine on no
/// part of it.
fn is_curved(target: &Target, domain: &Domain) -> bool {
    let inputs = domain.dimension();
    target.output_expressions().iter().any(|output| {
        let pairs = (0..inputs).flat_map(|i| (i..inputs).map(move |k| (i, k)));
        let mut second =
            pairs.filter_map(|(i, k)| derivative(&derivative(output, i).ok()?, k).ok());
        second.any(|second| is_never_zero_somewhere(&second, domain))
    })
}

/// Is a formula different from 0 on one of a few small boxes?
fn is_never_zero_somewhere(formula: &Expr, domain: &Domain) -> bool {
    let tape = Tape::of_expressions(domain.dimension(), [formula]);
    let constants = tape.constants::<Interval>(&());
    let mut scratch = Scratch::default();
    (1..16).any(|k| {
        let sides = domain.sides().iter();
        let around: Vec<Interval> = sides
            .map(|(low, high)| {
                let length = high - low;
                let from = low + &(&length * Rational::ratio(k, 16));
                let to = &from + length * Rational::power_of_two(-30);
                Interval::from_rationals(&from, &to)
            })
            .collect();
        let results = tape.evaluate(&constants, &around, &mut scratch);
        results.value(0).is_ok_and(|value| !value.contains_zero())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn found(formulas: &[&str], domain: &str, tolerance: &str) -> LowerBound {
        let domain = Domain::parse(domain).expect("a domain");
        let target = parse_target(formulas, Some(domain.names())).expect("formulas");
        bound(&target, &domain, &tolerance.parse().expect("a number"))
    }

    #[test]
    fn a_sine_needs_as_many_kinks_as_the_best_broken_line_has() {
        let sine = found(&["sin(x)"], "x=0..6.2831853", "1/1000");
        assert_eq!(sine.kinks(), Some(38));
        // Up by 1, down by 2 and up by 1 again in steps of 1/500.
        assert!((1995..=2000).contains(&sine.jumps().expect("steps")));
        let units = |k: usize, layers| BENDING_UNITS[k].units(38, layers);
        assert_eq!([units(0, Some(1)), units(0, None)], [38, 6]);
        assert_eq!([units(3, Some(1)), units(3, None)], [19, 4]);
        let verified = sine.verified().expect("a certificate");
        let half = Rational::ratio(1, 2000);
        let answers = |tolerance| verified.answers(sine.target(), sine.domain(), Some(tolerance));
        assert!(answers(&half).is_ok() && answers(sine.tolerance()).is_ok());
        assert!(answers(&(sine.tolerance() + &half)).is_err());
    }

    #[test]
    fn nothing_is_forced_within_a_wide_tolerance() {
        let flat = found(&["sin(x)"], "x=0..6", "1");
        assert_eq!((flat.kinks(), flat.jumps()), (Some(0), Some(0)));
        assert!(flat.certificate().is_none());
    }

    #[test]
    fn functions_that_no_size_reaches_have_no_bound() {
        let step = found(&["if(x < 1/3, 0, 10)"], "x=0..1", "1/10");
        assert_eq!((step.kinks(), step.jumps()), (None, Some(1)));
        assert!(matches!(step.obstacle(), Some(Obstacle::Jump(_))));
        let wide = found(&["if(x < 1/3, 0, 10)"], "x=0..1", "5");
        assert_eq!((wide.kinks(), wide.jumps()), (Some(0), Some(0)));
        for (formula, domain) in [("x^2", "x=0..1"), ("x*y", "x=0..1,y=0..1")] {
            let curved = found(&[formula], domain, "0");
            assert_eq!(curved.obstacle(), Some(&Obstacle::Curved));
            assert_eq!((curved.kinks(), curved.jumps()), (None, None));
        }
        // This one is exact with two kinks.
        let bent = found(&["abs(x) + max(x, 1/2)"], "x=-1..1", "0");
        assert_eq!((bent.kinks(), bent.obstacle()), (Some(2), None));
    }

    #[test]
    fn lines_are_chosen_in_several_inputs_and_outputs() {
        let ridge = found(&["x", "sin(3*x + 3*y)"], "x=-1..1,y=-1..1", "1/100");
        // Along the diagonal it is sin(6 t) for t from -1 to 1: as sin(x) over two periods.
        let sine = found(&["sin(x)"], "x=-6..6", "1/100");
        assert!(
            ridge.kinks() >= sine.kinks(),
            "{:?} {:?}",
            ridge.kinks(),
            sine.kinks()
        );
        let kinks = ridge
            .found
            .expect("found")
            .certificate
            .kinks
            .expect("kinks");
        assert_eq!(kinks.output, 1);
        let bell = found(&["exp(-x^2-y^2)"], "x=-2..2,y=-2..2", "1/100");
        assert!(bell.kinks() >= Some(8), "{:?}", bell.kinks());
    }
}

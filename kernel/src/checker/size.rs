//! Checks lower bounds of size (T38): every function near a target has many kinks or jumps.

use crate::certificate::MAX_INPUTS;
use crate::certificate::MAX_PLACE_BITS;
use crate::certificate::size::{Along, MAX_NUMBER_BITS, MAX_PLACES, SizeCertificate};
use crate::expr::evaluate::{Constants, Scratch};
use crate::expr::{Domain, Tape, Target};
use crate::numbers::{Direction, Failure, Interval, Rational};

/// Why a certificate was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeRejection {
    /// The domain's inputs are not the target's.
    #[error("the domain must name the target's inputs in the same order")]
    OtherDomain,
    /// More inputs than a certificate supports.
    #[error("at most {MAX_INPUTS} inputs are supported, found {0}")]
    TooManyInputs(usize),
    /// A number of too many bits.
    #[error("a number of the certificate has more than {0} bits")]
    LongNumber(usize),
    /// The tolerance is negative.
    #[error("the tolerance {0} is negative")]
    NegativeTolerance(Rational),
    /// The boxes around the points have no volume.
    #[error("the radius has to be positive, found {0}")]
    NoRadius(Rational),
    /// There are neither triples nor pairs.
    #[error("expected at least one triple or pair")]
    NothingClaimed,
    /// There are too many of them.
    #[error("at most {MAX_PLACES} triples or pairs are supported, found {0}")]
    TooMany(usize),
    /// There is no such output.
    #[error("the target has {outputs} outputs, and no output {output}, counted from 0")]
    NoOutput {
        /// In the certificate.
        output: usize,
        /// Outputs of the target.
        outputs: usize,
    },
    /// The line is not in the domain.
    #[error("the line does not lead from a point of the domain to another one")]
    BadLine,
    /// The parameters of a group are not in order.
    #[error("the parameters of {group} {number} are not in order, or not between 0 and 1")]
    OutOfOrder {
        /// `triple` or `pair`.
        group: &'static str,
        /// Counted from one.
        number: usize,
    },
    /// The target has no value near a point of a group.
    #[error("{group} {number}: {failure}")]
    NoValue {
        /// `triple` or `pair`.
        group: &'static str,
        /// Counted from one.
        number: usize,
        /// Why.
        failure: Failure,
    },
    /// A group does not force a kink or a jump.
    #[error(
        "{group} {number} forces nothing: its gap of {gap} is not more than twice the tolerance"
    )]
    NotForced {
        /// `triple` or `pair`.
        group: &'static str,
        /// Counted from one.
        number: usize,
        /// Recomputed, rounded down.
        gap: String,
    },
    /// The certificate is for another claim than the requested one.
    #[error("the certificate claims something else: {0}")]
    OtherClaim(String),
}

impl SizeRejection {
    /// Returns a fixed word for scripts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OtherDomain => "other-domain",
            Self::TooManyInputs(_) => "too-many-inputs",
            Self::LongNumber(_) => "long-number",
            Self::NegativeTolerance(_) => "negative-tolerance",
            Self::NoRadius(_) => "no-radius",
            Self::NothingClaimed => "nothing-claimed",
            Self::TooMany(_) => "too-many",
            Self::NoOutput { .. } => "no-output",
            Self::BadLine => "bad-line",
            Self::OutOfOrder { .. } => "out-of-order",
            Self::NoValue { .. } => "no-value",
            Self::NotForced { .. } => "not-forced",
            Self::OtherClaim(_) => "other-claim",
        }
    }
}

/// A lower bound that the checker accepted. Only the checker can construct one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedSize {
    target: Target,
    domain: Domain,
    tolerance: Rational,
    kinks: Option<usize>,
    jumps: Option<usize>,
}

impl VerifiedSize {
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

    /// Every continuous piecewise-linear function within the tolerance has at least this many kinks
    /// along a line.
    pub fn kinks(&self) -> Option<usize> {
        self.kinks
    }

    /// Every step function within the tolerance has at least this many jumps along a line.
    pub fn jumps(&self) -> Option<usize> {
        self.jumps
    }

    /// Compares the claim with a request: the same target and domain, and a tolerance of at most
    /// the certificate's. (A function within a smaller tolerance is within a larger one.)
    ///
    /// - Errors: [`SizeRejection::OtherClaim`] with the difference.
    pub fn answers(
        &self,
        target: &Target,
        domain: &Domain,
        tolerance: Option<&Rational>,
    ) -> Result<(), SizeRejection> {
        let other = |text: String| Err(SizeRejection::OtherClaim(text));
        if self.target.inputs() != target.inputs() || self.target.body() != target.body() {
            return other(format!(
                "found target {}, expected {}",
                self.target.text().join(", "),
                target.text().join(", ")
            ));
        }
        if self.domain != *domain {
            return other(format!("found domain {}, expected {domain}", self.domain));
        }
        match tolerance {
            Some(tolerance) if *tolerance > self.tolerance => other(format!(
                "it is about functions within {}, expected within {tolerance}",
                self.tolerance
            )),
            _ => Ok(()),
        }
    }
}

/// Checks a certificate: everything is recomputed, and the first error ends the check.
///
/// - Errors: [`SizeRejection`], one variant per reason.
pub fn check_size(certificate: &SizeCertificate) -> Result<VerifiedSize, SizeRejection> {
    let SizeCertificate {
        target,
        domain,
        tolerance,
        radius,
        kinks,
        jumps,
    } = certificate;
    if domain.names() != target.inputs() {
        return Err(SizeRejection::OtherDomain);
    }
    if domain.dimension() > MAX_INPUTS {
        return Err(SizeRejection::TooManyInputs(domain.dimension()));
    }
    let is_long = |(low, high): &(Rational, Rational)| low.bits().max(high.bits()) > MAX_PLACE_BITS;
    if domain.sides().iter().any(is_long) {
        return Err(SizeRejection::LongNumber(MAX_PLACE_BITS));
    }
    if tolerance.bits().max(radius.bits()) > MAX_NUMBER_BITS {
        return Err(SizeRejection::LongNumber(MAX_NUMBER_BITS));
    }
    if tolerance.is_negative() {
        return Err(SizeRejection::NegativeTolerance(tolerance.clone()));
    }
    if !radius.is_positive() {
        return Err(SizeRejection::NoRadius(radius.clone()));
    }
    let kinks = kinks.as_ref();
    let kinks = kinks.map(|kinks| check_along(kinks, certificate, "triple"));
    let jumps = jumps.as_ref();
    let jumps = jumps.map(|jumps| check_along(jumps, certificate, "pair"));
    if kinks.is_none() && jumps.is_none() {
        return Err(SizeRejection::NothingClaimed);
    }
    Ok(VerifiedSize {
        target: target.clone(),
        domain: domain.clone(),
        tolerance: tolerance.clone(),
        kinks: kinks.transpose()?,
        jumps: jumps.transpose()?,
    })
}

/// Checks all triples or pairs of a line. Returns their number.
fn check_along<const N: usize>(
    along: &Along<N>,
    certificate: &SizeCertificate,
    group: &'static str,
) -> Result<usize, SizeRejection> {
    let SizeCertificate {
        target,
        domain,
        tolerance,
        radius,
        ..
    } = certificate;
    let Along {
        output,
        from,
        to,
        places,
    } = along;
    match places.len() {
        0 => return Err(SizeRejection::NothingClaimed),
        count if count > MAX_PLACES => return Err(SizeRejection::TooMany(count)),
        _ => {}
    }
    let numbers = from.iter().chain(to).chain(places.iter().flatten());
    if numbers.map(Rational::bits).max() > Some(MAX_NUMBER_BITS) {
        return Err(SizeRejection::LongNumber(MAX_NUMBER_BITS));
    }
    if !domain.contains(from) || !domain.contains(to) || from == to {
        return Err(SizeRejection::BadLine);
    }
    let outputs = target.outputs_count();
    let mut line =
        Line::new(target, domain, *output, (from, to), radius).ok_or(SizeRejection::NoOutput {
            output: *output,
            outputs,
        })?;
    let mut before = &Rational::ZERO;
    for (places, number) in places.iter().zip(1..) {
        let is_ordered = places.is_sorted_by(|a, b| a < b);
        let (Some(first), Some(last)) = (places.first(), places.last()) else {
            return Err(SizeRejection::OutOfOrder { group, number });
        };
        if !is_ordered || first < before || *last > Rational::ONE {
            return Err(SizeRejection::OutOfOrder { group, number });
        }
        before = last;
        let gap = line.gap(places).map_err(|failure| SizeRejection::NoValue {
            group,
            number,
            failure,
        })?;
        if gap <= tolerance + tolerance {
            let gap = crate::numbers::literal::decimal_down(&gap, 6);
            return Err(SizeRejection::NotForced { group, number, gap });
        }
    }
    Ok(places.len())
}

/// An output of a target along a line segment, prepared for many points.
pub struct Line<'a> {
    sides: &'a [(Rational, Rational)],
    from: &'a [Rational],
    to: &'a [Rational],
    radius: &'a Rational,
    tape: Tape,
    constants: Constants<Interval>,
    scratch: Scratch<Interval>,
}

impl<'a> Line<'a> {
    /// Prepares an output along a segment of the domain; `None` if there is no such output.
    pub fn new(
        target: &Target,
        domain: &'a Domain,
        output: usize,
        (from, to): (&'a [Rational], &'a [Rational]),
        radius: &'a Rational,
    ) -> Option<Self> {
        let outputs = target.output_expressions();
        let tape = Tape::of_expressions(domain.dimension(), [outputs.get(output)?]);
        Some(Self {
            sides: domain.sides(),
            from,
            to,
            radius,
            constants: tape.constants(&()),
            scratch: Scratch::default(),
            tape,
        })
    }

    /// Returns a number that the second difference of the target at three parameters, or the
    /// difference at two of them, is certainly at least in size.
    ///
    /// With `l = (t - s)/(u - s)` these are `(1 - l) f(s) + l f(u) - f(t)` and `f(t) - f(s)`. The
    /// bound holds for values near the points as well: it may take any value that `f` has almost
    /// everywhere in a box around each.
    ///
    /// - Exactness: rounded down.
    /// - Errors: [`Failure`] where the target has no value near a point, or for another number of
    ///   parameters.
    pub fn gap(&mut self, places: &[Rational]) -> Result<Rational, Failure> {
        let difference = match places {
            [s, t] => self.value(t)?.minus(&self.value(s)?),
            [s, t, u] => {
                let part = (t - s).checked_div(&(u - s)).ok_or(Failure::Undefined)?;
                let rest = Interval::from_rational(&(&Rational::ONE - &part));
                let part = Interval::from_rational(&part);
                let line = rest
                    .times(&self.value(s)?)
                    .plus(&part.times(&self.value(u)?));
                line.minus(&self.value(t)?)
            }
            _ => return Err(Failure::Inexact),
        };
        let gap = difference.mig().rational_bound(Direction::Down);
        gap.ok_or(Failure::Inexact)
    }

    /// Encloses the target at almost all points of the domain that are near the point of a
    /// parameter.
    fn value(&mut self, place: &Rational) -> Result<Interval, Failure> {
        let ends = self.from.iter().zip(self.to);
        let point = ends.map(|(from, to)| from + place * (to - from));
        let sides: Vec<(Rational, Rational)> = point
            .zip(self.sides)
            .map(|(x, (low, high))| {
                let (least, most) = (&x - self.radius, x + self.radius);
                (least.max(low.clone()), most.min(high.clone()))
            })
            .collect();
        let inputs: Vec<Interval> = sides
            .iter()
            .map(|(low, high)| Interval::from_rationals(low, high))
            .collect();
        let tape = &self.tape;
        let found = tape.evaluate_inside(&self.constants, &inputs, &sides, &mut self.scratch);
        found.value(0).copied()
    }
}

/// Returns the least number of units that allow this many kinks along a line, if each unit bends
/// its sum at most `bends` times: relu 1, hard tanh 2, maxout of rank r at most r - 1.
///
/// With a number of hidden layers, for these; without one, for any number of them. Networks are
/// chains of layers with an affine output.
///
/// - Exactness: the least number `n_1 + .. + n_L` with `(bends n_1 + 1) .. (bends n_L + 1) > kinks`.
/// - Source: T38.
pub fn units_for_kinks(kinks: usize, bends: usize, hidden_layers: Option<usize>) -> usize {
    let (kinks, bends) = (wide(kinks), wide(bends));
    if kinks == 0 || bends == 0 {
        return 0;
    }
    // The product grows most if every layer has one unit, or if all are as wide as each other.
    let pieces = |units: usize| {
        let layers = hidden_layers.unwrap_or(units).min(units).max(1);
        let (least, wider) = (units / layers, units % layers);
        (0..layers).fold(1_u128, |product, layer| {
            let width = wide(least).saturating_add(u128::from(layer < wider));
            product.saturating_mul(bends.saturating_mul(width).saturating_add(1))
        })
    };
    let (mut low, mut high) = (0, 1_usize);
    while pieces(high) <= kinks {
        (low, high) = (high, high.saturating_mul(2));
    }
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        if pieces(middle) <= kinks {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn wide(count: usize) -> u128 {
    u128::try_from(count).unwrap_or(u128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    #[test]
    fn gaps_are_those_of_the_target() {
        let domain = Domain::parse("x=0..2").expect("a domain");
        let target = parse_target(&["x^2", "if(x < 1, 0, 1)", "1/x"], None).expect("formulas");
        let radius = Rational::power_of_two(-60);
        let (from, to) = ([Rational::ZERO], [Rational::from(2)]);
        let line = |k| Line::new(&target, &domain, k, (&from, &to), &radius);
        let ratio = Rational::ratio;
        let mut square = line(0).expect("an output");
        // Between 1/2 and 3/2 the chord of x^2 is 3/16 above the parabola at 3/4.
        let places = [ratio(1, 4), ratio(3, 8), ratio(3, 4)];
        let gap = square.gap(&places).expect("a gap");
        assert!(gap < ratio(3, 16) && gap > ratio(3, 16) - Rational::power_of_two(-56));
        assert_eq!(square.gap(&places[..1]), Err(Failure::Inexact));
        let mut step = line(1).expect("an output");
        let across = [Rational::ZERO, Rational::ONE];
        assert_eq!(step.gap(&across), Ok(Rational::ONE));
        // At the jump the target has both values nearby.
        assert_eq!(step.gap(&[Rational::ZERO, ratio(1, 2)]), Ok(Rational::ZERO));
        let mut pole = line(2).expect("an output");
        assert!(pole.gap(&across).is_err());
        assert!(line(3).is_none());
    }

    #[test]
    fn a_jump_at_the_end_of_the_domain_is_not_seen() {
        let domain = Domain::parse("x=0..1").expect("a domain");
        let target = parse_target(&["if(x < 1, 0, 1)"], None).expect("a formula");
        let radius = Rational::power_of_two(-60);
        let (from, to) = ([Rational::ZERO], [Rational::ONE]);
        let mut line = Line::new(&target, &domain, 0, (&from, &to), &radius).expect("an output");
        // The value at 1 alone is 1, and almost all values near 1 are 0.
        assert_eq!(
            line.gap(&[Rational::ZERO, Rational::ONE]),
            Ok(Rational::ZERO)
        );
    }

    /// The least sum of widths by trying all of them.
    fn slow(kinks: usize, bends: usize, layers: usize) -> usize {
        fn most(units: usize, bends: usize, layers: usize) -> usize {
            if layers == 1 {
                return bends * units + 1;
            }
            let first = 0..=units;
            let each = first.map(|n| (bends * n + 1) * most(units - n, bends, layers - 1));
            each.max().unwrap_or(1)
        }
        (0..)
            .find(|units| most(*units, bends, layers) > kinks)
            .expect("enough")
    }

    #[test]
    fn units_are_as_few_as_the_products_allow() {
        for kinks in 0..40 {
            for bends in 1..4 {
                for layers in 1..5 {
                    let fast = units_for_kinks(kinks, bends, Some(layers));
                    assert_eq!(fast, slow(kinks, bends, layers), "{kinks} {bends} {layers}");
                }
                // More layers than units do not help.
                assert_eq!(units_for_kinks(kinks, bends, None), slow(kinks, bends, 7));
            }
        }
        assert_eq!(units_for_kinks(38, 1, Some(1)), 38);
        assert_eq!(units_for_kinks(38, 2, Some(1)), 19);
        assert_eq!(units_for_kinks(38, 1, None), 6);
        assert_eq!(units_for_kinks(usize::MAX, 1, None), 64);
        assert_eq!(units_for_kinks(usize::MAX, 1, Some(1)), usize::MAX);
    }
}

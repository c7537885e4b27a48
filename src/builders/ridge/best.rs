//! Ridge networks with `knots = "best"`: each profile is a broken line with the fewest kinks.
//!
//! The error is at most the sum of those of the profiles, so a tolerance is divided among the directions: each
//! piece goes where it lowers the sum most. The affine part costs at most one unit, which is always on.

use super::directions::{Curved, MOST_DIRECTIONS, Ridge, cheapest};
use super::network::{HIGHEST_DEGREE, Source, approximation, cells, shape};
use crate::builders::assemble::{LayerBuilder, network_of_rows};
use crate::builders::error::BuildError;
use crate::builders::grid::whole;
use crate::builders::line::best::{Curve, MOST_PIECES, NoLine};
use crate::builders::line::fewest::{row_scale, within};
use crate::builders::line::short::Units;
use crate::builders::parameters::{Knots, Parameters};
use crate::builders::request::{Built, Request};
use crate::builders::sample::short_above;
use crate::expr::Expr;
use crate::network::{Activation, Layer};
use crate::numbers::Rational;
use crate::numbers::estimate::{estimate_rational, short};
use crate::words::count;

/// Places at which a second derivative is summed up.
const PLACES: u32 = 64;
/// So many degrees above the first that is near enough are compared.
const DEGREES: usize = 4;
/// Above this degree the first one that is near enough is taken: higher ones take long.
const MOST_COMPARED: usize = 8;
/// The bits of the constant of the unit that is always on.
const SHORT: i32 = 8;
/// Short weights may raise the error by this part. The more of a tolerance is left, the faster is the proof.
const ROOM: f64 = 1.0 / 128.0;
/// With more pieces than this part of the guess, they are added one by one.
const BEGIN: f64 = 0.7;

/// Returns the network of one hidden layer whose profiles are the best broken lines.
///
/// - Shapes: 1 to 4 inputs, an output for each formula, 1 hidden layer: a unit for each kink of a profile, and at
///   most one for each output that is always on.
/// - Bound: none; the search is an estimate, and the prover decides.
/// - Exactness: directions are integers, kinks and output weights dyadic.
/// - Errors: [`BuildError`].
/// - Source: T36 for the directions, T37 for the profiles.
pub fn best(request: &Request) -> Result<Built, BuildError> {
    let (units, profile) = shape(request.parameters)?;
    let sides = request.domain.sides().iter();
    let middle: Vec<Rational> = sides.map(|(low, high)| low.midpoint(high)).collect();
    let reach = reach(request);
    let mut notes = Vec::new();
    let mut degree = 0;
    let mut parts = Vec::new();
    for formula in &request.target.output_expressions() {
        let source = Source::of(request, formula, &middle)?;
        degree = degree.max(source.degree);
        parts.push(Part::of(request, source, &mut notes)?);
    }
    notes.push("no a-priori bound: the kinks come from a search".to_owned());
    let mut layer = LayerBuilder::new(middle.len());
    let parts = parts.iter();
    let (hidden, rows): (Vec<Layer>, Vec<Row>) = if parts.clone().all(|part| part.pieces() == 1) {
        let rows = parts.clone().map(|part| part.straight(&middle));
        (Vec::new(), rows.collect())
    } else {
        let rows = parts
            .clone()
            .map(|part| part.add(&reach, &middle, &mut layer));
        let rows = rows.collect();
        (vec![layer.finish(Activation::Relu)], rows)
    };
    let pieces = parts.map(Part::pieces).max().unwrap_or(1);
    Ok(Built {
        network: network_of_rows(request.target, hidden, rows, Activation::Identity),
        a_priori: None,
        notes,
        chosen: Parameters {
            units: Some(units),
            degree: Some(degree),
            cells: Some(vec![pieces]),
            profile: Some(profile),
            knots: Some(Knots::Best),
            ..Parameters::default()
        },
    })
}

/// Weights of the last layer, and a constant.
type Row = (Vec<(usize, Rational)>, Rational);

/// A formula as an affine function and profiles.
struct Part {
    constant: Rational,
    slopes: Vec<Rational>,
    profiles: Vec<(Vec<i64>, Units)>,
    /// Is there anything but profiles?
    has_slope: bool,
}

impl Part {
    fn of(request: &Request, source: Source, notes: &mut Vec<String>) -> Result<Self, BuildError> {
        let reach = reach(request);
        let Source {
            polynomial,
            degree,
            distance,
        } = source;
        let directions = BuildError::Directions {
            degree,
            most: MOST_DIRECTIONS,
        };
        let curved = cheapest(&polynomial, &reach, |ridges| cost(ridges, &reach));
        let Curved {
            constant,
            slopes,
            ridges,
        } = curved.ok_or(directions)?;
        if let Some(distance) = distance {
            notes.push(format!(
                "approximated by a polynomial of degree {degree}, at distance about {} from the target \
                 (an estimate)",
                short(distance)
            ));
        }
        let shares = Shares::of(request, &ridges, &reach, distance.unwrap_or(0.0))?;
        // An affine part has a unit of its own anyway; without one, the units of profiles may be turned.
        let is_sloped = slopes.iter().any(|slope| !slope.is_zero());
        let mut found = shares.units(!is_sloped)?;
        let has_slope = is_sloped || found.iter().any(|units| !units.slope.is_zero());
        if has_slope && !is_sloped {
            found = shares.units(false)?;
        }
        let directions = ridges.into_iter().map(|ridge| ridge.direction);
        let part = Self {
            constant,
            slopes,
            profiles: directions.zip(found).collect(),
            has_slope,
        };
        notes.push(part.note());
        Ok(part)
    }

    /// The most pieces of a profile.
    fn pieces(&self) -> usize {
        let pieces = self.profiles.iter().map(|(_, units)| units.units.len() + 1);
        pieces.max().unwrap_or(1)
    }

    fn note(&self) -> String {
        let kinks = self.profiles.iter().map(|(direction, units)| {
            let direction: Vec<String> = direction.iter().map(ToString::to_string).collect();
            format!("({}): {}", direction.join(", "), units.units.len())
        });
        let kinks: Vec<String> = kinks.collect();
        let all: usize = self
            .profiles
            .iter()
            .map(|(_, units)| units.units.len())
            .sum();
        let error: f64 = self
            .profiles
            .iter()
            .map(|(_, units)| units.error_estimate)
            .sum();
        let always = if self.has_slope && all > 0 {
            ", and one unit that is always on"
        } else {
            ""
        };
        if all == 0 {
            return "an affine function needs no kink".to_owned();
        }
        format!(
            "{} in {}, by direction {}{always}; the errors of the profiles add up to about {} (an estimate)",
            count(all, "kink"),
            count(self.profiles.len(), "direction"),
            kinks.join(", "),
            short(error)
        )
    }

    /// All slopes together: of the affine part, and of the profiles.
    fn slope(&self) -> Vec<Rational> {
        let mut slopes = self.slopes.clone();
        for (direction, units) in &self.profiles {
            for (slope, entry) in slopes.iter_mut().zip(direction) {
                *slope = &*slope + &(&units.slope * &Rational::from(*entry));
            }
        }
        slopes
    }

    fn constant(&self) -> Rational {
        let constants = self.profiles.iter().map(|(_, units)| &units.constant);
        constants.fold(self.constant.clone(), |sum, constant| sum + constant)
    }

    /// The affine function alone, for a network without hidden layers.
    fn straight(&self, middle: &[Rational]) -> Row {
        let slope = self.slope();
        let at_middle: Rational = slope.iter().zip(middle).map(|(a, m)| a * m).sum();
        (
            slope.into_iter().enumerate().collect(),
            self.constant() - at_middle,
        )
    }

    /// Adds the units.
    fn add(&self, reach: &[Rational], middle: &[Rational], layer: &mut LayerBuilder) -> Row {
        let mut weights = Vec::new();
        let mut constant = self.constant();
        let slope = self.slope();
        if slope.iter().any(|slope| !slope.is_zero()) {
            let least: Rational = slope.iter().zip(reach).map(|(a, r)| a.abs() * r).sum();
            let raised = short_above(&least, SHORT);
            let scale = slope.iter().map(row_scale).max().unwrap_or(Rational::ONE);
            let at_middle: Rational = slope.iter().zip(middle).map(|(a, m)| a * m).sum();
            let bias = (&raised - &at_middle) / &scale;
            let entries = slope.into_iter().enumerate();
            let entries = entries.filter(|(_, a)| !a.is_zero());
            let entries: Vec<_> = entries.map(|(input, a)| (input, a / &scale)).collect();
            weights.push((layer.units(), scale));
            layer.unit(entries, bias);
            constant = constant - raised;
        }
        for (direction, units) in &self.profiles {
            let direction: Vec<Rational> = direction.iter().map(|a| Rational::from(*a)).collect();
            let at_middle: Rational = direction.iter().zip(middle).map(|(a, m)| a * m).sum();
            for unit in &units.units {
                let scale = row_scale(&unit.bend);
                weights.push((layer.units(), &unit.bend / &scale));
                let scale = if unit.is_left { -scale } else { scale };
                let entries = direction.iter().enumerate().filter(|(_, a)| !a.is_zero());
                let entries: Vec<_> = entries.map(|(input, a)| (input, a * &scale)).collect();
                layer.unit(entries, -(&scale * &(&at_middle + &unit.place)));
            }
        }
        (weights, constant)
    }
}

/// Half the sides of the domain.
fn reach(request: &Request) -> Vec<Rational> {
    let sides = request.domain.sides().iter();
    sides.map(|(low, high)| (high - low).half()).collect()
}

/// Half the extent of the domain in the direction of a ridge.
fn length(ridge: &Ridge, reach: &[Rational]) -> f64 {
    let parts = ridge.direction.iter().zip(reach);
    let length: Rational = parts.map(|(a, r)| Rational::from(a.abs()) * r).sum();
    estimate_rational(&length)
}

/// The coefficients of a profile in floats.
fn floats(ridge: &Ridge) -> Vec<f64> {
    ridge.coefficients.iter().map(estimate_rational).collect()
}

fn horner(coefficients: &[f64], t: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * t + c)
}

/// The integral of the root of `|g''|`: a broken line of `n` pieces has an error of about its square over `16 n²`.
fn need(ridge: &Ridge, reach: &[Rational]) -> f64 {
    let mut second = floats(ridge);
    for _ in 0..2 {
        let mut power = 0.0;
        second = second
            .iter()
            .skip(1)
            .map(|c| {
                power += 1.0;
                c * power
            })
            .collect();
    }
    let length = length(ridge, reach);
    let roots = (0..PLACES).map(|k| {
        let part = (f64::from(k) + 0.5) / f64::from(PLACES) * 2.0 - 1.0;
        horner(&second, part * length).abs().sqrt()
    });
    roots.sum::<f64>() * 2.0 * length / f64::from(PLACES)
}

/// The number of units for an error of 1/16, about: with the best division of the error, the pieces are
/// proportional to the power 2/3 of the needs.
fn cost(ridges: &[Ridge], reach: &[Rational]) -> f64 {
    let needs = ridges
        .iter()
        .map(|ridge| libm::pow(need(ridge, reach), 2.0 / 3.0));
    libm::pow(needs.sum(), 1.5)
}

/// Returns the degree of an approximation for which the fewest units seem to be enough; `None` if none is near enough.
pub fn degree(
    request: &Request,
    formula: &Expr,
    tolerance: f64,
) -> Result<Option<usize>, BuildError> {
    let reach = reach(request);
    let mut best: Option<(f64, usize)> = None;
    let mut first = None;
    for degree in 1..=HIGHEST_DEGREE {
        let more = |first| if first > MOST_COMPARED { 0 } else { DEGREES };
        if first.is_some_and(|first| degree > first + more(first)) {
            break;
        }
        let (polynomial, distance) = approximation(request, formula, degree)?;
        if distance > 0.75 * tolerance {
            continue;
        }
        first = first.or(Some(degree));
        let Some(curved) = cheapest(&polynomial, &reach, |ridges| cost(ridges, &reach)) else {
            break;
        };
        let pieces = cost(&curved.ridges, &reach) / (tolerance - distance).sqrt();
        if best.is_none_or(|(least, _)| pieces < least) {
            best = Some((pieces, degree));
        }
    }
    Ok(best.map(|(_, degree)| degree))
}

/// Profiles with their parts of the error.
struct Shares {
    curves: Vec<Curve>,
    distances: Vec<f64>,
}

impl Shares {
    /// Divides the tolerance, or the pieces that are given.
    fn of(
        request: &Request,
        ridges: &[Ridge],
        reach: &[Rational],
        taken: f64,
    ) -> Result<Self, BuildError> {
        if ridges.is_empty() {
            return Ok(Self {
                curves: Vec::new(),
                distances: Vec::new(),
            });
        }
        let needs: Vec<f64> = ridges.iter().map(|ridge| need(ridge, reach)).collect();
        let powers: Vec<f64> = needs
            .iter()
            .map(|need| libm::pow(*need, 2.0 / 3.0))
            .collect();
        let sum: f64 = powers.iter().sum();
        let given = request.parameters.cells.is_some();
        let (pieces, allowed, attempt) = match &request.within {
            Some(goal) if !given => {
                let allowed = within(goal.tolerance, goal.attempt) - taken;
                if allowed <= 0.0 {
                    return Err(BuildError::NoBrokenLine);
                }
                let pieces = libm::pow(sum, 1.5) / (4.0 * allowed.sqrt());
                (pieces, Some(allowed), goal.attempt)
            }
            _ => {
                let pieces = whole(cells(request.parameters)?) * whole(ridges.len());
                (estimate_rational(&pieces), None, 0)
            }
        };
        let guess = libm::pow(sum, 3.0) / (16.0 * pieces * pieces);
        let distance = guess / estimate_rational(&whole(ridges.len()));
        let curves = ridges.iter().map(|ridge| {
            let coefficients = floats(ridge);
            let length = length(ridge, reach);
            Curve::new(
                |t| horner(&coefficients, t),
                (-length, length),
                distance,
                attempt,
            )
        });
        let curves: Result<Vec<Curve>, NoLine> = curves.collect();
        let curves = curves.map_err(|_| BuildError::NoBrokenLine)?;
        let start = powers.iter().map(|power| BEGIN * pieces * power / sum);
        let mut counts: Vec<usize> = start.map(|pieces| floor(pieces).max(1)).collect();
        let mut now: Vec<f64> = least(&curves, &counts);
        let next: Vec<usize> = counts.iter().map(|count| count + 1).collect();
        let mut then = least(&curves, &next);
        let most = floor(pieces + 0.5);
        loop {
            let total: f64 = now.iter().sum();
            let is_enough = match allowed {
                Some(allowed) => total <= allowed,
                None => counts.iter().sum::<usize>() >= most,
            };
            if is_enough {
                break;
            }
            let gains = now
                .iter()
                .zip(&then)
                .map(|(now, then)| now - then)
                .enumerate();
            let best = gains.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
            let Some((place, _)) = best.filter(|_| counts.iter().all(|count| *count < MOST_PIECES))
            else {
                return Err(BuildError::NoBrokenLine);
            };
            counts[place] += 1;
            now[place] = then[place];
            then[place] = curves[place].least(counts[place] + 1);
        }
        let total: f64 = now.iter().sum();
        // What is left of the error leaves room for short weights.
        let factor = match allowed {
            Some(allowed) if total > 0.0 => (allowed / total).min(1.0 + ROOM),
            _ => 1.0 + ROOM,
        };
        Ok(Self {
            curves,
            distances: now.iter().map(|least| least * factor).collect(),
        })
    }

    fn units(&self, is_turned: bool) -> Result<Vec<Units>, BuildError> {
        let pairs = self.curves.iter().zip(&self.distances);
        let units = pairs.map(|(curve, distance)| {
            let turned = is_turned.then(|| curve.units(*distance)).flatten();
            turned.or_else(|| curve.sloped_units(*distance))
        });
        units
            .collect::<Option<Vec<_>>>()
            .ok_or(BuildError::NoBrokenLine)
    }
}

fn least(curves: &[Curve], counts: &[usize]) -> Vec<f64> {
    let pairs = curves.iter().zip(counts);
    pairs.map(|(curve, count)| curve.least(*count)).collect()
}

/// The integer below a small positive number.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pieces are few and not negative"
)]
fn floor(value: f64) -> usize {
    value as usize
}

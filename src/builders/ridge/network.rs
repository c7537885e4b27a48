//! The builder of ridge networks.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::best;
use super::chebyshev::{MOST_INPUTS, Values};
use super::directions::{MOST_DIRECTIONS, Ridge, ridges};
use super::distance::distance_upper;
use super::profile::{Curve, Reach, Steps};
use crate::builders::assemble::{LayerBuilder, activation, network_of_rows};
use crate::builders::entry::{Bounds, CELLS, Entry, Goal, Outputs, SizeKey, key};
use crate::builders::error::{BuildError, check_size_of_different};
use crate::builders::gentle::{Aim, Choice, Gentle};
use crate::builders::grid::wide;
use crate::builders::parameters::{Knots, Parameters, Profile, Steepness, Units};
use crate::builders::polynomial::Polynomial;
use crate::builders::request::{APriori, Built, Request, positive};
use crate::builders::sizes::smallest_size;
use crate::certificate::Norm;
use crate::expr::Expr;
use crate::network::Activation;
use crate::numbers::Rational;
use crate::numbers::estimate::{estimate_rational, short};
use crate::numbers::literal::decimal_up;
use crate::words::count;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "ridge",
    summary: "one hidden layer in several inputs: a sum of functions of one direction each",
    inputs: (1, 4),
    outputs: Outputs::Several,
    goal: Goal::Target,
    activations: &[Units::Relu, Units::Sigmoid, Units::Heaviside],
    keys: &[
        key("activation", "relu (profile = \"staircase\": sigmoid)"),
        key(
            "degree",
            "the degree of a polynomial target; else from the tolerance, or 8",
        ),
        CELLS,
        key(
            "knots",
            "uniform (balanced: closer where a profile is more curved; best: the fewest units)",
        ),
        key("profile", "interpolant for relu, else staircase"),
        key(
            "steepness",
            "gentle, with fitted heights: 1 to 10 per cell of a profile, whichever has the smallest error (norm \
             area: 40; heaviside: 1)",
        ),
    ],
    size: Some(SizeKey {
        prepare: Some(with_degree),
        is_found: |parameters| parameters.knots == Some(Knots::Best),
        ..crate::builders::entry::cells_by(needed_size, 1 << 16)
    }),
    bounds: Bounds::Sup,
    bound: "sup: sum over directions of max g'' h^2/8, or of max -g'' (staircase: L h/2 + tails), \
            and sup |f - p|; best knots: no bound, the prover decides (T37)",
    theorem: "T36",
    example: r#"[target]
formula = "x*y"
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "ridge"

[claim]
norm = "sup"
tolerance = "1/50"
"#,
    build: ridge,
};

/// The default degree of an approximation.
const USUAL_DEGREE: usize = 8;
/// The highest degree of an approximation.
pub(super) const HIGHEST_DEGREE: usize = 20;

/// Returns the network of one hidden layer that adds up functions of one direction each.
///
/// A polynomial target is a sum of polynomials in few directions, exactly; any other formula is
/// first approximated by a polynomial of the given degree. Each of these functions of one variable
/// becomes an interpolant or a staircase of `cells` pieces. Outputs share the units that they have in
/// common.
///
/// - Shapes: 1 to 4 inputs, an output for each formula, 1 hidden layer of at most `cells` units per
///   direction.
/// - Bound: T36; if a polynomial replaces the target, the bound includes the (enclosed) distance.
/// - Exactness: directions are integers; values of profiles that are long are rounded to 44 bits,
///   which the bound allows for.
/// - Errors: [`BuildError`].
/// - Source: T36; Vostrecov and Kreines 1961, Pinkus 1999 (section 5) for the directions.
pub fn ridge(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    if given.knots == Some(Knots::Best) {
        return best::best(request);
    }
    let plan = Plan::of(request)?;
    let cells = cells(given)?;
    check_size_of_different(
        wide(plan.ridges().count())
            .saturating_mul(wide(cells))
            .saturating_mul(4),
    )?;
    let mut notes = plan.notes.clone();
    let given_steepness = plan.steepness(request, cells, &mut notes)?;
    let fitted = plan.fitted(request, cells, given_steepness.as_ref());
    let (steepness, mut fitted) = match fitted {
        Some(found) => {
            notes.push(format!(
                "steepness {} per cell; {} on each side; the heights are fitted",
                found.per_cell,
                count(found.padding, "padding step")
            ));
            let steepness = Steepness::PerCell(found.per_cell);
            (Some(steepness), Some(found.heights.into_iter()))
        }
        None => (given_steepness, None),
    };

    let mut units = LayerBuilder::new(request.domain.dimension());
    let mut known: HashMap<(Vec<i64>, Rational), usize> = HashMap::new();
    let mut rows = Vec::new();
    let mut roundings = Vec::new();
    for part in &plan.parts {
        let mut row: BTreeMap<usize, Rational> = BTreeMap::new();
        let mut constant = Rational::ZERO;
        let mut rounding = Rational::ZERO;
        for ridge in &part.ridges {
            let curve = plan.curve(ridge);
            let Steps {
                units: steps,
                constant: start,
                rounding_upper,
            } = match (plan.profile, fitted.as_mut().and_then(Iterator::next)) {
                (Profile::Interpolant, _) => curve.interpolant(cells),
                (Profile::Staircase, None) => curve.staircase(cells),
                (Profile::Staircase, Some(heights)) => curve.fitted_staircase(cells, &heights),
            };
            // direction · (x - middle), times the steepness of the steps.
            let scale = steepness
                .as_ref()
                .and_then(|steepness| steepness.for_cell(&curve.cell(cells)))
                .unwrap_or(Rational::ONE);
            let slopes = ridge.direction.iter().map(|a| Rational::from(*a));
            let slopes: Vec<Rational> = slopes.collect();
            let middle: Rational = slopes.iter().zip(&plan.middle).map(|(a, c)| a * c).sum();
            for (place, weight) in steps {
                let next = units.units();
                let key = (ridge.direction.clone(), place.clone());
                let unit = *known.entry(key).or_insert(next);
                if unit == next {
                    let entries = slopes.iter().enumerate().filter(|(_, a)| !a.is_zero());
                    let entries = entries.map(|(input, a)| (input, a * &scale));
                    units.unit(entries, -(&scale * &(&middle + &place)));
                }
                row.insert(unit, weight);
            }
            constant = constant + start;
            rounding = rounding + rounding_upper;
        }
        rows.push((row, constant));
        roundings.push(rounding);
    }
    notes.push(format!(
        "{}, {}",
        count(plan.directions(), "direction"),
        count(units.units(), "unit")
    ));
    let a_priori = if fitted.is_some() {
        notes.push("no a-priori bound: the heights are fitted".to_owned());
        None
    } else if request.norm == Norm::Sup {
        plan.bound(request, cells, steepness.as_ref(), &roundings, &mut notes)
    } else {
        notes.push(format!("no a-priori bound for the norm {}", request.norm));
        None
    };
    let hidden = if units.units() == 0 {
        Vec::new()
    } else {
        vec![units.finish(activation(plan.units))]
    };
    Ok(Built {
        network: network_of_rows(request.target, hidden, rows, Activation::Identity),
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(plan.units),
            degree: plan.parts.iter().map(|part| part.degree).max(),
            cells: Some(vec![cells]),
            knots: (plan.profile == Profile::Interpolant).then_some(plan.knots),
            profile: Some(plan.profile),
            steepness: match plan.units {
                Units::Relu => None,
                _ => steepness,
            },
            ..Parameters::default()
        },
    })
}

/// The choices that come before the size.
struct Plan {
    /// One for each output.
    parts: Vec<Part>,
    middle: Vec<Rational>,
    reach: Vec<Rational>,
    units: Units,
    profile: Profile,
    knots: Knots,
    notes: Vec<String>,
}

/// A formula as a sum of ridges.
struct Part {
    ridges: Vec<Ridge>,
    degree: usize,
    /// The polynomial that replaces the formula, if the formula is not a polynomial.
    instead: Option<Polynomial>,
}

impl Plan {
    fn of(request: &Request) -> Result<Self, BuildError> {
        let (units, profile) = shape(request.parameters)?;
        let sides = request.domain.sides();
        let middle: Vec<Rational> = sides.iter().map(|(low, high)| low.midpoint(high)).collect();
        let reach: Vec<Rational> = sides
            .iter()
            .map(|(low, high)| (high - low).half())
            .collect();
        let mut notes = Vec::new();
        let formulas = request.target.output_expressions();
        let parts = formulas
            .iter()
            .map(|formula| Part::of(request, formula, &middle, &reach, &mut notes))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            parts,
            middle,
            reach,
            units,
            profile,
            knots: request.parameters.knots.unwrap_or_default(),
            notes,
        })
    }

    fn ridges(&self) -> impl Iterator<Item = &Ridge> {
        self.parts.iter().flat_map(|part| &part.ridges)
    }

    /// The number of directions.
    fn directions(&self) -> usize {
        let directions: HashSet<_> = self.ridges().map(|ridge| &ridge.direction).collect();
        directions.len()
    }

    /// Are the sums of ridges the formulas themselves?
    fn is_exact(&self) -> bool {
        self.parts.iter().all(|part| part.instead.is_none())
    }

    /// The bound of T36: that of the worst output.
    fn bound(
        &self,
        request: &Request,
        cells: usize,
        steepness: Option<&Steepness>,
        roundings: &[Rational],
        notes: &mut Vec<String>,
    ) -> Option<APriori> {
        let mut largest = Rational::ZERO;
        let formulas = request.target.output_expressions();
        for ((part, formula), rounding) in self.parts.iter().zip(&formulas).zip(roundings) {
            let mut upper = self.upper(part, cells, steepness)? + rounding;
            if let Some(polynomial) = &part.instead {
                let Some(distance) = distance_upper(formula, polynomial, request.domain) else {
                    notes.push(
                        "no a-priori bound: no bound on the distance between polynomial and target was found"
                            .to_owned(),
                    );
                    return None;
                };
                notes.push(format!(
                    "approximated by a polynomial of degree {}, at distance at most {} from the target (certain)",
                    part.degree,
                    decimal_up(&distance, 3)
                ));
                upper = upper + distance;
            }
            largest = largest.max(upper);
        }
        let statement = match (self.profile, self.is_exact()) {
            (Profile::Interpolant, true) => {
                "sup |N - f| <= sum over directions of max g'' h^2/8 (or of max -g'') + rounding of the \
                 values"
            }
            (Profile::Interpolant, false) => {
                "sup |N - f| <= sup |f - p| + sum over directions of max g'' h^2/8 (or of max -g'') + \
                 rounding of the values"
            }
            (Profile::Staircase, true) => {
                "sup |N - f| <= sum over directions of L h (1/2 + tails of the steps) + rounding of \
                 the values"
            }
            (Profile::Staircase, false) => {
                "sup |N - f| <= sup |f - p| + sum over directions of L h (1/2 + tails of the steps) + \
                 rounding of the values"
            }
        };
        Some(APriori::new(largest, Norm::Sup, "T36", statement))
    }

    /// The polynomial of a direction over the domain.
    fn curve<'a>(&self, ridge: &'a Ridge) -> Curve<'a> {
        let reach = self.length(ridge);
        let curve = Curve::new(&ridge.coefficients, -&reach, reach);
        match self.knots {
            Knots::Balanced => curve.balanced(),
            Knots::Uniform | Knots::Best => curve,
        }
    }

    /// Half the extent of the domain in a direction.
    fn length(&self, ridge: &Ridge) -> Rational {
        let parts = ridge.direction.iter().zip(&self.reach);
        parts.map(|(a, r)| Rational::from(a.abs()) * r).sum()
    }

    /// The steepness of steps; none for lines, and for steps whose heights are to be fitted.
    fn steepness(
        &self,
        request: &Request,
        cells: usize,
        notes: &mut Vec<String>,
    ) -> Result<Option<Steepness>, BuildError> {
        if self.profile == Profile::Interpolant {
            return Ok(None);
        }
        let given = request.parameters.steepness.as_ref();
        positive("steepness", given.map(Steepness::number))?;
        if let Some(steepness) = given {
            return Ok(Some(steepness.clone()));
        }
        if self.units == Units::Heaviside {
            return Ok(Some(Rational::ONE.into()));
        }
        if request.norm != Norm::Area {
            return Ok(None);
        }
        let sides = self.ridges().map(|ridge| self.curve(ridge).cell(cells));
        let shortest = sides.filter(Rational::is_positive).min();
        let steepness = Rational::from(40) / shortest.unwrap_or(Rational::ONE);
        notes.push(format!("steepness {steepness} (40 per shortest cell)"));
        Ok(Some(steepness.into()))
    }

    /// Gentle steps for all outputs and directions, one after the other, unless a steepness is known: their
    /// steepness per cell and heights.
    fn fitted(&self, request: &Request, cells: usize, known: Option<&Steepness>) -> Option<Gentle> {
        if self.profile == Profile::Interpolant || known.is_some() {
            return None;
        }
        let samples = |cells| {
            self.ridges()
                .map(|ridge| self.curve(ridge).samples(cells))
                .collect()
        };
        let choice = Choice {
            per_cell: None,
            padding: None,
            aim: Aim::of(request.norm),
        };
        choice.stairs(cells, samples)
    }

    /// The bound of T36 for the sum of ridges, without rounding.
    fn upper(&self, part: &Part, cells: usize, steepness: Option<&Steepness>) -> Option<Rational> {
        self.sum_of_bounds(&self.reaches(part)?, cells, steepness)
    }

    /// The functions of single directions, with bounds on the derivatives that determine their errors.
    fn reaches<'a>(&self, part: &'a Part) -> Option<Vec<(Curve<'a>, Reach)>> {
        let order = match self.profile {
            Profile::Interpolant => 2,
            Profile::Staircase => 1,
        };
        let reach = |ridge| {
            let curve = self.curve(ridge);
            let reach = curve.derivative_reach(order)?;
            Some((curve, reach))
        };
        part.ridges.iter().map(reach).collect()
    }

    /// Interpolants go above where the polynomial is convex and below where it is concave; those in
    /// different directions may do either at one point.
    fn sum_of_bounds(
        &self,
        curves: &[(Curve, Reach)],
        cells: usize,
        steepness: Option<&Steepness>,
    ) -> Option<Rational> {
        if self.profile == Profile::Staircase {
            let bound = |(curve, slope): &(Curve, Reach)| {
                let steepness = steepness?.for_cell(&curve.cell(cells))?;
                curve.staircase_bound(slope.largest(), cells, self.units, &steepness)
            };
            return curves.iter().map(bound).sum();
        }
        let reaches = curves
            .iter()
            .map(|(curve, second)| curve.interpolant_reach(second, cells));
        let sum = reaches.fold(Reach::default(), |sum, reach| sum.plus(&reach));
        Some(sum.largest().clone())
    }
}

impl Part {
    fn of(
        request: &Request,
        formula: &Expr,
        middle: &[Rational],
        reach: &[Rational],
        notes: &mut Vec<String>,
    ) -> Result<Self, BuildError> {
        let Source {
            polynomial,
            degree,
            distance,
        } = Source::of(request, formula, middle)?;
        if let Some(distance) = distance
            && request.norm != Norm::Sup
        {
            notes.push(format!(
                "approximated by a polynomial of degree {degree}, at distance about {} from the \
                 target (an estimate)",
                short(distance)
            ));
        }
        let ridges = ridges(&polynomial, reach).ok_or(BuildError::Directions {
            degree,
            most: MOST_DIRECTIONS,
        })?;
        Ok(Self {
            ridges,
            degree,
            instead: distance.is_some().then_some(polynomial),
        })
    }
}

/// The polynomial that is built for a formula.
pub(super) struct Source {
    /// In the distances from the middle of the domain.
    pub polynomial: Polynomial,
    /// Its degree, or that of the approximation.
    pub degree: usize,
    /// The estimated distance from the formula, if that is not a polynomial.
    pub distance: Option<f64>,
}

impl Source {
    /// The formula itself if it is a polynomial, or an approximation.
    pub fn of(request: &Request, formula: &Expr, middle: &[Rational]) -> Result<Self, BuildError> {
        let given = request.parameters;
        let exact = Polynomial::of(formula, middle.len());
        let exact = exact.and_then(|polynomial| polynomial.around(middle));
        let Some(polynomial) = exact else {
            let degree = given.degree.unwrap_or(USUAL_DEGREE);
            let (polynomial, distance) = approximation(request, formula, degree)?;
            return Ok(Self {
                polynomial,
                degree,
                distance: Some(distance),
            });
        };
        let degree = polynomial.degree() as usize;
        if let Some(found) = given.degree
            && found < degree
        {
            return Err(BuildError::TooSmall {
                key: "degree",
                found,
                smallest: degree,
            });
        }
        Ok(Self {
            polynomial,
            degree,
            distance: None,
        })
    }
}

/// The pieces of each direction.
pub(super) fn cells(given: &Parameters) -> Result<usize, BuildError> {
    let cells = given.cells.as_ref().ok_or(BuildError::MissingSize {
        builder: ENTRY.name,
        key: "cells",
    })?;
    let [cells] = cells[..] else {
        return Err(BuildError::Length {
            key: "cells",
            found: cells.len(),
            inputs: 1,
        });
    };
    if cells == 0 {
        return Err(BuildError::TooSmall {
            key: "cells",
            found: 0,
            smallest: 1,
        });
    }
    Ok(cells)
}

/// Units and profile, from the given keys.
pub(super) fn shape(given: &Parameters) -> Result<(Units, Profile), BuildError> {
    let is_relu = |units| units == Units::Relu;
    let (units, profile) = match (given.units, given.profile) {
        (None, None | Some(Profile::Interpolant)) => (Units::Relu, Profile::Interpolant),
        (None, Some(Profile::Staircase)) => (Units::Sigmoid, Profile::Staircase),
        (Some(units), None) if is_relu(units) => (units, Profile::Interpolant),
        (Some(units), None) => (units, Profile::Staircase),
        (Some(units), Some(profile)) => (units, profile),
    };
    if is_relu(units) != (profile == Profile::Interpolant) {
        return Err(BuildError::ProfileUnits { profile, units });
    }
    if !is_relu(units) && given.knots.is_some() {
        return Err(BuildError::KnotsOfSteps);
    }
    if is_relu(units) && given.steepness.is_some() {
        return Err(BuildError::NoSteepness);
    }
    Ok((units, profile))
}

/// A polynomial near the target, in distances from the middle of the domain, and its distance from it.
pub(super) fn approximation(
    request: &Request,
    formula: &Expr,
    degree: usize,
) -> Result<(Polynomial, f64), BuildError> {
    let inputs = request.domain.dimension();
    if inputs > MOST_INPUTS {
        return Err(BuildError::NoPolynomial { inputs });
    }
    if degree > HIGHEST_DEGREE {
        return Err(BuildError::TooLargeDegree {
            found: degree,
            largest: HIGHEST_DEGREE,
        });
    }
    let mut values = Values::new(formula, request.domain);
    let found = u32::try_from(degree)
        .ok()
        .and_then(|degree| values.polynomial(degree));
    let polynomial = found.ok_or_else(|| BuildError::NotEvaluated("a Chebyshev point".into()))?;
    let distance = values.distance_estimate(&polynomial);
    Ok((polynomial, distance))
}

/// Fills in the degree if the target is not a polynomial: the lowest whose approximation uses at most three
/// quarters of the tolerance. Refuses a degree whose approximation uses all of it.
fn with_degree(request: &Request, tolerance: &Rational) -> Result<Parameters, BuildError> {
    let mut parameters = request.parameters.clone();
    if request.norm != Norm::Sup {
        return Ok(parameters);
    }
    let tolerance = estimate_rational(tolerance);
    let refuse = |degree, distance: f64| BuildError::DegreeTooLow {
        degree,
        distance: short(distance),
    };
    let mut needed = None;
    for formula in &request.target.output_expressions() {
        if let Some(polynomial) = Polynomial::of(formula, request.domain.dimension()) {
            needed = needed.max(Some(polynomial.degree() as usize));
            continue;
        }
        let distance = |degree| approximation(request, formula, degree).map(|found| found.1);
        if let Some(degree) = request.parameters.degree {
            let distance = distance(degree)?;
            if distance >= tolerance {
                return Err(refuse(degree, distance));
            }
            continue;
        }
        if request.parameters.knots == Some(Knots::Best) {
            let degree = best::degree(request, formula, tolerance)?;
            parameters.degree = parameters.degree.max(degree);
            if degree.is_none() {
                return Err(refuse(HIGHEST_DEGREE, distance(HIGHEST_DEGREE)?));
            }
            continue;
        }
        let mut last = f64::INFINITY;
        for degree in 1..=HIGHEST_DEGREE {
            last = distance(degree)?;
            if last <= 0.75 * tolerance {
                parameters.degree = parameters.degree.max(Some(degree));
                break;
            }
        }
        if last > 0.75 * tolerance {
            return Err(refuse(HIGHEST_DEGREE, last));
        }
    }
    // A given degree applies to all outputs.
    if parameters.degree.is_some() && request.parameters.degree.is_none() {
        parameters.degree = parameters.degree.max(needed);
    }
    Ok(parameters)
}

/// Returns a number of cells whose a-priori bound is at most the tolerance.
pub fn needed_size(request: &Request, tolerance: &Rational) -> Option<usize> {
    if request.norm != Norm::Sup || request.parameters.knots == Some(Knots::Best) {
        return None;
    }
    let plan = Plan::of(request).ok().filter(Plan::is_exact)?;
    let parts = plan.parts.iter().map(|part| plan.reaches(part));
    let parts: Vec<_> = parts.collect::<Option<_>>()?;
    smallest_size(1, 1 << 16, |cells| {
        let steepness = plan.steepness(request, cells, &mut Vec::new()).ok()?;
        let upper = |curves: &Vec<_>| plan.sum_of_bounds(curves, cells, steepness.as_ref());
        let uppers: Vec<Rational> = parts.iter().map(upper).collect::<Option<_>>()?;
        Some(uppers.iter().all(|upper| upper <= tolerance))
    })
}

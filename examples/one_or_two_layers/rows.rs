//! What builders need for equal certified error: the rows of `docs/one_or_two_layers.md`.
//!
//! Sizes are found with the prover, and every figure of a row that says so is a claim that the
//! checker returned. Searches are limited by boxes, not by time, so the rows are the same everywhere.

use super::page::{LayersRow, LayersTable, Source};
use steeple::Threads;
use steeple::builders::polynomial::Polynomial;
use steeple::builders::ridge::chebyshev::Values;
use steeple::builders::{
    BuildError, BuilderName, Built, Parameters, Units, build, entry, needed_size,
};
use steeple::certificate::{Norm, Question, Semantics};
use steeple::expr::{Domain, Target, derivative_range_upper, lipschitz_upper, parse_target};
use steeple::network::{digest, size};
use steeple::numbers::Rational;
use steeple::numbers::estimate::estimate_rational;
use steeple::report::SizeReport;
use steeple::workflow::{
    BuildRequest, Limits, Verdict, Verification, VerifyRequest, WorkflowError, spec, verify,
};

/// Boxes that any size may take, and more for each cell of a grid of that size.
const BOXES: u64 = 15_000;
/// Towers are built up to this many.
const MOST_TOWERS: usize = 60_000;
/// The name of their row.
const OVERLAPPING: &str = "towers that overlap";
/// The degrees of polynomials that are looked at.
const DEGREES: std::ops::RangeInclusive<usize> = 1..=14;

/// One target, domain and norm.
struct SizeSearch {
    target: Target,
    domain: Domain,
    norm: Norm,
}

/// A builder with all parameters but a size.
struct Candidate {
    name: &'static str,
    builder: BuilderName,
    /// What is built for, where that is not the target itself.
    polynomial: Option<Target>,
    parameters: fn(&SizeSearch, usize) -> Parameters,
    /// Parameters that stay the same.
    degree: Option<usize>,
    largest: usize,
}

/// Returns the table of a formula on a domain such as `x=-1..1,y=-1..1`, for falling tolerances, in the
/// norm `sup` or `l1`.
///
/// - Exactness: errors are claims that the checker accepted, unless a row says otherwise.
/// - Errors: text, for formulas that cannot be read and networks that cannot be built.
pub fn layers_table(
    formula: &str,
    domain: &str,
    norm: Norm,
    tolerances: &[Rational],
    progress: &mut dyn FnMut(&LayersRow),
) -> Result<LayersTable, String> {
    let domain = Domain::parse(domain).map_err(|error| error.to_string())?;
    let target = parse_target(&[formula], Some(domain.names())).map_err(|error| error.message)?;
    let search = SizeSearch {
        target,
        domain,
        norm,
    };
    let mut rows = Vec::new();
    let mut started: Vec<(String, usize)> = Vec::new();
    for tolerance in tolerances {
        for candidates in search.candidates(tolerance) {
            let mut found: Option<LayersRow> = None;
            for candidate in candidates {
                let key = format!("{} {:?}", candidate.name, candidate.degree);
                let before = started.iter().rev().find(|(name, _)| *name == key);
                let from = before.map_or(1, |(_, size)| *size);
                let (row, size) = search.row(&candidate, tolerance, from)?;
                started.extend(size.map(|size| (key, size)));
                let units = |row: &LayersRow| row.size.as_ref().map_or(usize::MAX, |s| s.units);
                if found
                    .as_ref()
                    .is_none_or(|found| units(&row) < units(found))
                {
                    found = Some(row);
                }
            }
            if let Some(mut row) = found {
                row.at_least = search.at_least(&row, tolerance);
                progress(&row);
                rows.push(row);
            }
        }
        if norm == Norm::Sup {
            let row = search.smallest(tolerance)?;
            progress(&row);
            rows.push(row);
        }
    }
    let sides = search.domain.names().iter().zip(search.domain.sides());
    let sides = sides.map(|(name, (low, high))| format!("{name} in [{low}, {high}]"));
    Ok(LayersTable {
        target: format!("`{formula}`"),
        domain: sides.collect::<Vec<_>>().join(", "),
        norm: norm.name().to_owned(),
        rows,
    })
}

fn cells(cells: usize) -> Parameters {
    Parameters {
        cells: Some(vec![cells]),
        ..Parameters::default()
    }
}

impl SizeSearch {
    /// The builders, one list for each row: of several degrees the best one is taken.
    fn candidates(&self, tolerance: &Rational) -> Vec<Vec<Candidate>> {
        let plain = |name, builder, parameters| {
            vec![Candidate {
                name,
                builder,
                polynomial: None,
                parameters,
                degree: None,
                largest: 512,
            }]
        };
        let towers = if self.norm == Norm::Sup {
            plain(OVERLAPPING, BuilderName::Towers, |search, k| Parameters {
                overlap: Some(search.overlap(k)),
                ..cells(k)
            })
        } else {
            plain("towers, one grid", BuilderName::Towers, |search, k| {
                Parameters {
                    // Dips cost about 14 mean |f| / (w h)^2 of the area, and the strips in which towers
                    // take turns about 6 / (w h): next to nothing, and little to prove.
                    steepness: search
                        .shortest(k)
                        .map(|h| (Rational::from(100_000) / h).into()),
                    ..cells(k)
                }
            })
        };
        let steps = plain("towers of steps", BuilderName::Towers, |_, k| Parameters {
            units: Some(Units::Heaviside),
            ..cells(k)
        });
        let quadrants = plain("quadrants", BuilderName::Quadrants, |_, k| cells(k));
        let mut ridge = Vec::new();
        let mut sawtooth = Vec::new();
        for (degree, polynomial) in self.polynomials(tolerance) {
            ridge.push(Candidate {
                name: "ridge",
                builder: BuilderName::Ridge,
                polynomial: None,
                parameters: |_, k| cells(k),
                degree,
                largest: 512,
            });
            sawtooth.push(Candidate {
                name: "sawtooth",
                builder: BuilderName::Sawtooth,
                polynomial,
                parameters: |_, folds| Parameters {
                    folds: Some(folds),
                    ..Parameters::default()
                },
                degree,
                largest: 6,
            });
        }
        vec![towers, steps, quadrants, ridge, sawtooth]
    }

    /// Polynomials for builders that need one: none beside a target that is one itself, else the one
    /// of lowest degree that leaves room below the tolerance.
    fn polynomials(&self, tolerance: &Rational) -> Vec<(Option<usize>, Option<Target>)> {
        let formula = self.target.output_expressions().remove(0);
        let inputs = self.domain.dimension();
        if Polynomial::of(&formula, inputs).is_some() {
            return vec![(None, None)];
        }
        // An estimate; what counts is the proof about the network.
        let volume = if self.norm == Norm::Sup {
            1.0
        } else {
            let sides = self.domain.sides().iter();
            let lengths = sides.map(|(low, high)| estimate_rational(&(high - low)));
            lengths.product::<f64>() / 2.0
        };
        let room = 0.6 * estimate_rational(tolerance) / volume;
        let mut values = Values::new(&formula, &self.domain);
        let mut last = f64::INFINITY;
        let found = DEGREES.filter_map(|degree| {
            let polynomial = values.polynomial(u32::try_from(degree).ok()?)?;
            let distance = values.distance_estimate(&polynomial);
            // A degree that adds nothing is that of an even or odd function.
            if distance > room || distance > 0.99 * last {
                return None;
            }
            last = distance;
            Some((Some(degree), Some(self.as_target(&polynomial)?)))
        });
        found.take(1).collect()
    }

    /// A polynomial in distances from the middle of the domain as a formula.
    fn as_target(&self, polynomial: &Polynomial) -> Option<Target> {
        let sides = self.domain.sides().iter();
        let middle: Vec<_> = sides.map(|(low, high)| -low.midpoint(high)).collect();
        let polynomial = polynomial.around(&middle)?;
        let terms = polynomial.terms().iter().map(|(exponents, factor)| {
            let powers = self.domain.names().iter().zip(exponents);
            let powers = powers.filter(|(_, exponent)| **exponent > 0);
            powers.fold(format!("({factor})"), |text, (name, exponent)| {
                text + &format!("*{name}^{exponent}")
            })
        });
        let text = terms.collect::<Vec<_>>().join(" + ");
        parse_target(&[&text], Some(self.domain.names())).ok()
    }

    fn shortest(&self, cells: usize) -> Option<Rational> {
        let sides = self.domain.sides().iter().map(|(low, high)| high - low);
        Some(sides.min()? / Rational::new(cells, 1usize)?)
    }

    /// How many families of towers go with this many cells: where units are saved most by T26, whose
    /// bound is about `sum of L_i h_i/4 + F/M`, while there are about `cells^2 M` towers.
    fn overlap(&self, cells: usize) -> usize {
        let formula = self.target.output_expressions().remove(0);
        let largest = derivative_range_upper(&formula, &self.domain, 0, 0);
        let slopes = lipschitz_upper(&formula, &self.domain).unwrap_or_default();
        let sides = self.domain.sides().iter();
        let spread: Rational = slopes
            .iter()
            .zip(sides)
            .map(|(slope, (low, high))| slope * &(high - low))
            .sum();
        let ratio = largest.and_then(|largest| (Rational::from(8) * largest).checked_div(&spread));
        let families =
            ratio.unwrap_or(Rational::ONE) * Rational::new(cells, 1usize).unwrap_or_default();
        let families = (families + Rational::ratio(1, 2)).floor();
        usize::try_from(&families).unwrap_or(1).max(2)
    }

    /// Returns the row of one builder, and the size that was found.
    fn row(
        &self,
        candidate: &Candidate,
        tolerance: &Rational,
        from: usize,
    ) -> Result<(LayersRow, Option<usize>), String> {
        if candidate.name == OVERLAPPING
            && let Some(row) = self.by_theorem(candidate, tolerance)
        {
            return Ok((row, None));
        }
        let mut best: Option<(usize, Built, Verification)> = None;
        let mut attempt = |place: usize| -> Result<bool, String> {
            let size = rung(place);
            let (built, answer) = match self.attempt(candidate, size, tolerance) {
                Ok(made) => made,
                // Too large.
                Err(WorkflowError::Build(_)) => return Ok(false),
                Err(error) => return Err(error.to_string()),
            };
            let is_proved = answer.verdict == Verdict::Proved;
            if is_proved {
                best = Some((size, built, answer));
            }
            Ok(is_proved)
        };
        // Up from the size of the last tolerance, in growing steps; then halve.
        let mut low = 0;
        let mut high = place_of(from);
        let top = place_of(candidate.largest);
        let mut step = 1;
        let found = loop {
            if attempt(high)? {
                break true;
            }
            low = high + 1;
            if high >= top {
                break false;
            }
            high = (high + step).min(top);
            step *= 2;
        };
        while found && low < high {
            let middle = usize::midpoint(low, high);
            if attempt(middle)? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let row = |setup, size, source| LayersRow {
            tolerance: tolerance.clone(),
            name: candidate.name.to_owned(),
            setup,
            size,
            at_least: None,
            source,
        };
        let Some((found, built, answer)) = best else {
            let reason = format!("none up to {} was proved", candidate.largest);
            let reason = Source::NotFound(reason);
            return Ok((row(String::new(), None, reason), None));
        };
        let claim = answer.verified.claim();
        let upper = claim.error_upper().unwrap_or_else(|| tolerance.clone());
        let source = Source::Proved(claim.error_lower(), upper);
        let network = SizeReport::from(size(&built.network));
        let setup = self.setup(candidate, found);
        Ok((row(setup, Some(network), source), Some(found)))
    }

    /// The certified lower bound of the units of relu networks with as many hidden layers as this one.
    fn at_least(&self, row: &LayersRow, tolerance: &Rational) -> Option<usize> {
        let of_relu = [BuilderName::Ridge.name(), BuilderName::Sawtooth.name()];
        if self.norm != Norm::Sup || !of_relu.contains(&row.name.as_str()) {
            return None;
        }
        let layers = row.size.as_ref()?.hidden_layers;
        let bound = steeple::bound(&self.target, &self.domain, tolerance.clone()).ok()?;
        bound.units("relu", Some(layers))
    }

    /// The smallest network.
    fn smallest(&self, tolerance: &Rational) -> Result<LayersRow, String> {
        let parameters = Parameters::default();
        let request = BuildRequest {
            builder: BuilderName::Smallest,
            parameters: &parameters,
            target: &self.target,
            domain: &self.domain,
            norm: self.norm,
            threshold: None,
            tolerance: Some(tolerance),
            gap: spec::default_gap(),
            semantics: Semantics::Real,
            limits: Limits::default(),
            threads: Threads::All,
            portable: false,
        };
        let outcome = steeple::workflow::build(&request, None, &mut steeple::workflow::unwatched);
        let outcome = outcome.map_err(|error| error.to_string())?;
        let claim = outcome.verification.verified.claim();
        let upper = claim.error_upper().unwrap_or_else(|| tolerance.clone());
        let found = outcome.comparison.candidates.into_iter().next();
        let found = found.ok_or("the smallest network is the first candidate")?;
        Ok(LayersRow {
            tolerance: tolerance.clone(),
            name: BuilderName::Smallest.to_string(),
            setup: found.name,
            size: Some(SizeReport::from(size(&outcome.built.network))),
            at_least: found.at_least,
            source: Source::Proved(claim.error_lower(), upper),
        })
    }

    /// Boxes that a size may take: as many as its grid has cells, and some more.
    fn boxes(&self, candidate: &Candidate, size: usize) -> u64 {
        if candidate.builder == BuilderName::Sawtooth {
            // Deep networks take long for each box.
            return if self.norm == Norm::Sup {
                30_000
            } else {
                8_000
            };
        }
        let per_cell = match (self.norm, candidate.name) {
            (Norm::Sup, OVERLAPPING) => 120,
            (Norm::Sup, _) => 4,
            _ => 16,
        };
        let cells = u64::try_from(size).unwrap_or(u64::MAX).saturating_pow(2);
        cells.saturating_mul(per_cell).saturating_add(BOXES)
    }

    /// What was chosen, in words.
    fn setup(&self, candidate: &Candidate, size: usize) -> String {
        let parameters = (candidate.parameters)(self, size);
        let key = entry(candidate.builder).size.map_or("size", |key| key.name);
        let mut words = vec![format!("{key} = {size}")];
        words.extend(parameters.overlap.map(|m| format!("overlap = {m}")));
        words.extend(parameters.steepness.map(|w| format!("steepness = {w}")));
        words.extend(candidate.degree.map(|k| format!("degree {k}")));
        words.join(", ")
    }

    #[allow(clippy::result_large_err, reason = "it is made once a table")]
    fn built(&self, candidate: &Candidate, size: usize) -> Result<Built, BuildError> {
        let mut parameters = (candidate.parameters)(self, size);
        let mut target = &self.target;
        if let Some(polynomial) = &candidate.polynomial {
            target = polynomial;
        } else {
            parameters.degree = candidate.degree;
        }
        build(
            candidate.builder,
            &parameters,
            target,
            &self.domain,
            self.norm,
        )
    }

    fn attempt(
        &self,
        candidate: &Candidate,
        size: usize,
        tolerance: &Rational,
    ) -> Result<(Built, Verification), WorkflowError> {
        let built = self.built(candidate, size)?;
        let request = VerifyRequest {
            network: &built.network,
            question: Question {
                network: digest(&built.network),
                target: self.target.clone(),
                domain: self.domain.clone(),
                norm: self.norm,
                threshold: None,
                semantics: Semantics::Real,
            },
            tolerance: Some(tolerance.clone()),
            gap: spec::default_gap(),
            limits: Limits {
                boxes: Some(self.boxes(candidate, size)),
                ..Limits::default()
            },
            resume: None,
            threads: steeple::jobs::Threads::All,
            weights: steeple::certificate::Weights::Exact,
            portable: false,
        };
        let answer = verify(&request, None, &mut steeple::workflow::unwatched)?;
        Ok((built, answer))
    }

    /// The row of overlapping towers that are too many to be built: the smallest number of cells
    /// whose bound of T26 is below the tolerance. Nothing where they can be built.
    fn by_theorem(&self, candidate: &Candidate, tolerance: &Rational) -> Option<LayersRow> {
        let is_enough = |k: usize| {
            let parameters = Parameters {
                cells: None,
                ..(candidate.parameters)(self, k)
            };
            let (target, domain) = (&self.target, &self.domain);
            let needed = needed_size(
                candidate.builder,
                &parameters,
                target,
                domain,
                self.norm,
                tolerance,
            );
            needed.is_some_and(|needed| needed <= k)
        };
        let mut place = 0;
        while !is_enough(rung(place)) {
            if rung(place) > 1 << 14 {
                return None;
            }
            place += 1;
        }
        let k = rung(place);
        let families = self.overlap(k);
        let size = towers_size(k, families, self.domain.dimension());
        if size.units <= MOST_TOWERS {
            return None;
        }
        Some(LayersRow {
            tolerance: tolerance.clone(),
            name: candidate.name.to_owned(),
            setup: self.setup(candidate, k),
            size: Some(size),
            at_least: None,
            source: Source::Theorem(tolerance.clone(), "T26".to_owned()),
        })
    }
}

/// The size of overlapping towers at most, where no height is 0: T26 says which steps and cells.
fn towers_size(cells: usize, families: usize, inputs: usize) -> SizeReport {
    let power = |n: usize| n.saturating_pow(u32::try_from(inputs).unwrap_or(u32::MAX));
    let steps = inputs * (cells + 1 + cells * (families - 1));
    let towers = power(cells) + (families - 1) * power(cells + 1);
    let outputs = towers;
    let parameters = 2 * steps + (2 * inputs + 1) * towers + outputs;
    SizeReport {
        hidden_layers: 2,
        units: steps + towers,
        parameters,
        nonzero_parameters: parameters,
    }
}

/// The sizes that are tried: all up to 16, then four from each power of two to the next.
fn rung(place: usize) -> usize {
    if place < 16 {
        return place + 1;
    }
    let (octave, quarter) = ((place - 15) / 4, (place - 15) % 4);
    (4 + quarter) << (octave + 2)
}

/// The place of the largest size that is tried and not above this one.
fn place_of(size: usize) -> usize {
    let mut place = 0;
    while rung(place + 1) <= size {
        place += 1;
    }
    place
}

/// Returns tolerances 1/4, 1/8 and so on.
pub fn halving_tolerances(count: i32) -> Vec<Rational> {
    (0..count).map(|k| Rational::power_of_two(-2 - k)).collect()
}

/// The targets of the page, with their domain.
pub const TARGETS: [(&str, &str); 2] = [
    ("x^2 + y^2", "x=-1..1,y=-1..1"),
    ("sin(3*x)*cos(2*y)", "x=-1..1,y=-1..1"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_are_tried_rise_by_a_quarter() {
        let rungs: Vec<usize> = (0..34).map(rung).collect();
        assert_eq!(
            rungs[14..26],
            [15, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96]
        );
        for (place, size) in rungs.iter().enumerate() {
            assert_eq!(place_of(*size), place);
        }
        assert_eq!(place_of(17), 15);
    }

    #[test]
    fn towers_are_counted_as_they_are_built() {
        let search = SizeSearch {
            target: parse_target(&["3 + x*y"], None).expect("a formula"),
            domain: Domain::parse("x=-1..1,y=-1..1").expect("a domain"),
            norm: Norm::Sup,
        };
        let rows = search.candidates(&Rational::ratio(1, 4));
        let towers = &rows[0][0];
        for cells in [3, 4, 5] {
            let built = search.built(towers, cells).expect("built");
            let counted = SizeReport::from(size(&built.network));
            let said = towers_size(cells, search.overlap(cells), 2);
            assert_eq!(counted.units, said.units);
            // A step at 0 has no bias: at most one for each input and family.
            let without = said.nonzero_parameters - counted.nonzero_parameters;
            assert!(without <= 2 * search.overlap(cells), "{without}");
        }
    }
}

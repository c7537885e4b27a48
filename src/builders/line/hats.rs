//! The interpolant as hats: at every point at most two terms of the output are not 0.
//!
//! One layer of relu units adds up a bend for each knot left of the point: many large terms that cancel, which
//! costs digits in floats. A hat is 0 away from its knot, so nothing cancels; it takes two hidden layers:
//!
//! ```text
//! u_k = relu(x - t_k), v_k = relu(t_k - x)        a knot t_k, pieces of length l_k left and r_k right of it
//! hat_k = relu(c_k - q_k u_k - p_k v_k)           q_k r_k = p_k l_k = c_k
//! N = sum of (y_k / c_k) hat_k
//! ```
//!
//! Knots are on grids of powers of two, a thousandth of a piece apart, so that `t_k`, `q_k`, `p_k` and `c_k` are
//! short: floats without rounding. Between equal pieces `p_k` and `q_k` are equal powers of two.

use super::best::{Curve as Lines, NoLine};
use super::fewest::{Estimates, pieces, within};
use super::interpolant::{Curve, ENTRY};
use crate::builders::assemble::{LayerBuilder, network_of_rows};
use crate::builders::error::{BuildError, check_size_of_different};
use crate::builders::grid::{Axis, Grid, wide};
use crate::builders::parameters::{Arrangement, Knots, Parameters, Units};
use crate::builders::request::{APriori, Built, Request};
use crate::builders::sample::{Sampler, exponent_above};
use crate::certificate::Norm;
use crate::network::{Activation, Network};
use crate::numbers::Rational;
use crate::numbers::estimate::{estimate_rational, exact_dyadic, short};
use crate::words::count;

/// A knot may move by half of this power of two, times the shorter piece beside it.
const FINE: i32 = -10;
/// Where floats of 24 digits are not that close together, it may move by half of this power instead.
const COARSE: i32 = -4;
/// Knots have at most so many digits after the binary point of the farther end.
const DIGITS: i32 = 23;
/// The distance of a line with so many pieces may grow by this part.
const ROOM: f64 = 1.0 / 1024.0;

/// Straight lines between knots, for each output.
struct BrokenLines {
    /// From the lower end of the domain, or just below it, to the upper end or just above it.
    knots: Vec<Rational>,
    /// For each output, the values at the knots.
    values: Vec<Vec<Rational>>,
    a_priori: Option<APriori>,
    notes: Vec<String>,
}

/// Returns the interpolant as hats.
///
/// - Shapes: 1 input, an output for each formula, 2 hidden layers: two units for each knot (one at the ends), and a
///   hat for each knot; at most 2 hats, and 1 unit below each, are positive at a point.
/// - Bound: that of the sum, for uniform and balanced knots; none for the best.
/// - Exactness: exact; values as in the sum. All other weights are short.
/// - Errors: [`BuildError`].
/// - Source: T22, T40.
pub fn hats(request: &Request) -> Result<Built, BuildError> {
    let knots = request.parameters.knots.unwrap_or_default();
    let outputs = request.target.outputs_count();
    let lines = if knots == Knots::Best {
        best(request)?
    } else {
        interpolated(request, knots)?
    };
    let hats = lines.knots.len();
    check_size_of_different(wide(hats).saturating_mul(4 + wide(outputs)))?;
    let mut notes = vec![format!(
        "{}: at most two terms of an output are not 0",
        count(hats, "hat")
    )];
    notes.extend(lines.notes.iter().cloned());
    Ok(Built {
        network: network(request, &lines),
        a_priori: lines.a_priori,
        notes,
        chosen: Parameters {
            units: Some(Units::Relu),
            cells: Some(vec![hats - 1]),
            knots: Some(knots),
            arrangement: Some(Arrangement::Hats),
            ..Parameters::default()
        },
    })
}

/// The fewest pieces within the tolerance, or so many pieces with the smallest error.
fn best(request: &Request) -> Result<BrokenLines, BuildError> {
    let formulas = request.target.indicator().output_expressions();
    let [formula] = formulas.as_slice() else {
        let found = formulas.len();
        return Err(BuildError::SharedKinks { found });
    };
    let (low, high) = &request.domain.sides()[0];
    let ends = (estimate_rational(low), estimate_rational(high));
    let mut f = Estimates::new(formula);
    let refused = |reason| match reason {
        NoLine::Undefined(x) => {
            BuildError::NotEvaluated(format!("{} = {}", request.target.inputs()[0], short(x)))
        }
        NoLine::TooManyPieces => BuildError::NoBrokenLine,
    };
    let (curve, distance) = match (request.parameters.cells.as_deref(), &request.within) {
        (Some(cells), _) => {
            let (curve, least) =
                Lines::for_pieces(|x| f.at(x), ends, pieces(cells)?).map_err(refused)?;
            (curve, least * (1.0 + ROOM))
        }
        (None, Some(wanted)) => {
            // Knots that are moved cost up to 1/128 of the distance.
            let distance = within(wanted.tolerance, wanted.attempt) * (1.0 - 8.0 * ROOM);
            let curve = Lines::new(|x| f.at(x), ends, distance, wanted.attempt);
            (curve.map_err(refused)?, distance)
        }
        (None, None) => {
            return Err(BuildError::MissingSize {
                builder: ENTRY.name,
                key: "cells",
            });
        }
    };
    let line = curve.fewest(distance).ok_or(BuildError::NoBrokenLine)?;
    let exact = |numbers: &[f64]| -> Option<Vec<Rational>> {
        let exact = |number: &f64| exact_dyadic(*number)?.to_rational();
        numbers.iter().map(exact).collect()
    };
    let (mut given, values) = exact(&line.knots)
        .zip(exact(&line.values))
        .ok_or(BuildError::NoBrokenLine)?;
    let last = given.len() - 1;
    (given[0], given[last]) = (low.clone(), high.clone());
    let knots = on_grids(&given);
    let values = moved(&given, &values, &knots);
    Ok(BrokenLines {
        knots,
        values: vec![values],
        a_priori: None,
        notes: vec![format!(
            "error about {} (an estimate); no a-priori bound: the kinks come from a search",
            short(line.error_estimate)
        )],
    })
}

/// Lines between points of the graph.
fn interpolated(request: &Request, knots: Knots) -> Result<BrokenLines, BuildError> {
    let grid = Grid::new(
        ENTRY.name,
        request.parameters.cells.as_ref(),
        request.domain,
    )?;
    let outputs = request.target.outputs_count();
    check_size_of_different(wide(grid.axes[0].cells).saturating_mul(4 + wide(outputs)))?;
    let curve = Curve::of(request, knots);
    let axis = curve.axis(&grid.axes[0]);
    let lines: Vec<Rational> = (0..=axis.cells).map(|k| axis.line(k)).collect();
    let knots = on_grids(&lines);
    // The target may have no value outside the domain.
    let last = knots.len() - 1;
    let mut inside = knots.clone();
    (inside[0], inside[last]) = (lines[0].clone(), lines[lines.len() - 1].clone());
    let (mut values, mut rounding) = (Vec::with_capacity(outputs), Rational::ZERO);
    for mut sampler in Sampler::all(request.target) {
        let sampled = sampler.values(inside.iter().map(|x| vec![x.clone()]))?;
        values.push(moved(&inside, &sampled.values, &knots));
        rounding = rounding.max(sampled.rounding_upper);
    }
    let mut notes = Vec::new();
    let mut a_priori = None;
    if request.norm != Norm::Sup {
        notes.push(format!("no a-priori bound for the norm {}", request.norm));
    } else if let Some((upper, statement)) = curve.bound(&Axis::with_lines(inside)) {
        a_priori = Some(APriori::new(upper + rounding, Norm::Sup, "T22", statement));
    } else {
        notes.push("no a-priori bound: no bound on the slopes of the target was found".to_owned());
    }
    Ok(BrokenLines {
        knots,
        values,
        a_priori,
        notes,
    })
}

/// Moves each knot to a multiple of a power of two that is small beside its pieces; the ends move outward.
fn on_grids(knots: &[Rational]) -> Vec<Rational> {
    let last = knots.len() - 1;
    let side = |k: usize| &knots[k + 1] - &knots[k];
    let moved = knots.iter().enumerate().map(|(k, knot)| {
        let shorter = match k {
            0 => side(0),
            _ if k == last => side(k - 1),
            _ => side(k - 1).min(side(k)),
        };
        let piece = floor_log2(&shorter);
        let float = exponent_above(knot) - DIGITS;
        let power = if float <= piece + COARSE {
            float.max(piece + FINE)
        } else {
            piece + FINE
        };
        let unit = Rational::power_of_two(power);
        let steps = knot / &unit;
        let steps = match k {
            0 => steps.floor(),
            _ if k == last => steps.ceil(),
            _ => steps.round(),
        };
        Rational::from(steps) * unit
    });
    moved.collect()
}

/// Returns the exponent of the largest power of two that is not above a positive number.
fn floor_log2(value: &Rational) -> i32 {
    // At most two too large.
    let above = exponent_above(value);
    let is_above = |power: &i32| Rational::power_of_two(*power) > *value;
    (above - 2..=above)
        .rev()
        .find(|power| !is_above(power))
        .unwrap_or(above - 2)
}

/// Returns the values of broken lines at moved knots: on the piece that the new place is on, and at the ends on
/// the first and last piece.
fn moved(knots: &[Rational], values: &[Rational], places: &[Rational]) -> Vec<Rational> {
    let last = knots.len() - 1;
    let value = |k: usize| {
        let (from, to) = match k {
            0 => (0, 1),
            _ if k == last || places[k] < knots[k] => (k - 1, k),
            _ => (k, k + 1),
        };
        if places[k] == knots[k] {
            return values[k].clone();
        }
        let slope = (&values[to] - &values[from]) / (&knots[to] - &knots[from]);
        &values[k] + &(slope * (&places[k] - &knots[k]))
    };
    (0..=last).map(value).collect()
}

/// The weights of a hat: `c`, `q` and `p`, with `c` between 1/4 and 1.
fn hat(left: Option<&Rational>, right: Option<&Rational>) -> (Rational, Rational, Rational) {
    let (c, q, p) = match (left, right) {
        (Some(left), Some(right)) => {
            let ratio = left / right;
            let q = Rational::from(ratio.numerator().clone());
            let p = Rational::from(ratio.denominator().clone());
            (&q * right, q, p)
        }
        (None, Some(side)) | (Some(side), None) => (side.clone(), Rational::ONE, Rational::ONE),
        (None, None) => (Rational::ONE, Rational::ONE, Rational::ONE),
    };
    let scale = Rational::power_of_two(-exponent_above(&c));
    (&c * &scale, q * &scale, p * scale)
}

fn network(request: &Request, lines: &BrokenLines) -> Network {
    let knots = &lines.knots;
    let last = knots.len() - 1;
    let mut first = LayerBuilder::new(1);
    let mut rows = Vec::with_capacity(knots.len());
    let mut heights = Vec::with_capacity(knots.len());
    for (k, knot) in knots.iter().enumerate() {
        let left = (k > 0).then(|| knot - &knots[k - 1]);
        let right = (k < last).then(|| &knots[k + 1] - knot);
        let (c, q, p) = hat(left.as_ref(), right.as_ref());
        let mut row = Vec::with_capacity(2);
        if left.is_some() {
            row.push((first.units(), -p));
            first.step(0, knot, &-Rational::ONE);
        }
        if right.is_some() {
            row.push((first.units(), -q));
            first.step(0, knot, &Rational::ONE);
        }
        rows.push((row, c.clone()));
        heights.push(c);
    }
    let mut second = LayerBuilder::new(first.units());
    for (row, c) in rows {
        second.unit(row, c);
    }
    let outputs = lines.values.iter().map(|values| {
        let weights = values.iter().zip(&heights).map(|(y, c)| y / c);
        (weights.enumerate(), Rational::ZERO)
    });
    let hidden = vec![
        first.finish(Activation::Relu),
        second.finish(Activation::Relu),
    ];
    network_of_rows(request.target, hidden, outputs, Activation::Identity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builders::{BuilderName, build, build_within};
    use crate::certificate::FloatFormat::Float32;
    use crate::expr::{Domain, Target, parse_target};
    use crate::network::forward;
    use crate::numbers::literal;

    fn problem(formulas: &[&str], domain: &str) -> (Target, Domain) {
        let domain = Domain::parse(domain).expect("a domain");
        let target = parse_target(formulas, Some(domain.names())).expect("formulas");
        (target, domain)
    }

    fn keys(arrangement: Arrangement, knots: Knots, cells: Option<usize>) -> Parameters {
        Parameters {
            cells: cells.map(|cells| vec![cells]),
            knots: Some(knots),
            arrangement: Some(arrangement),
            ..Parameters::default()
        }
    }

    fn made(keys: &Parameters, (target, domain): &(Target, Domain)) -> Built {
        build(BuilderName::Interpolant, keys, target, domain, Norm::Sup).expect("built")
    }

    fn at(network: &Network, x: &Rational) -> Vec<Rational> {
        forward(network, &(), std::slice::from_ref(x)).expect("rational")
    }

    fn points(low: &str, high: &str, count: i64) -> Vec<Rational> {
        let (low, high) = (number(low), number(high));
        let part = |k| &low + &((&high - &low) * Rational::ratio(k, count));
        (0..=count).map(part).collect()
    }

    fn number(text: &str) -> Rational {
        literal::parse(text).expect("a number")
    }

    /// The values of hats that are not 0.
    fn live(network: &Network, x: &Rational) -> usize {
        let hidden = network.layers()[..2].to_vec();
        let names = (0..hidden[1].units()).map(|k| format!("h{k}")).collect();
        let hats = Network::new(network.inputs().to_vec(), names, hidden).expect("it fits");
        at(&hats, x).iter().filter(|hat| !hat.is_zero()).count()
    }

    #[test]
    fn hats_are_the_interpolant_in_another_arrangement() {
        let square = problem(&["x^2", "x/3"], "x=0..1");
        let hats = made(&keys(Arrangement::Hats, Knots::Uniform, Some(16)), &square);
        let sum = made(&keys(Arrangement::Sum, Knots::Uniform, Some(16)), &square);
        assert_eq!(hats.a_priori, sum.a_priori);
        assert_eq!(crate::network::size(&hats.network).units, 16 * 2 + 17);
        for x in points("0", "1", 37) {
            assert_eq!(at(&hats.network, &x), at(&sum.network, &x), "{x}");
            assert!(live(&hats.network, &x) <= 2, "{x}");
        }
    }

    #[test]
    fn all_weights_but_the_heights_are_floats_and_the_bound_holds() {
        for (formula, domain, low, high) in [
            ("sin(x)", "x=0..6.2831853", "0", "6.2831853"),
            ("exp(x)", "x=-0.7..1/3", "-0.7", "1/3"),
            // No value left of the lower end.
            ("sqrt(x - 0.1)", "x=0.1..1000", "0.1", "1000"),
        ] {
            let problem = problem(&[formula], domain);
            let built = made(
                &keys(Arrangement::Hats, Knots::Balanced, Some(200)),
                &problem,
            );
            let [first, second, _] = built.network.layers() else {
                panic!("three layers");
            };
            for layer in [first, second] {
                let numbers = layer.weights().pool().iter().chain(layer.bias().pool());
                let long: Vec<_> = numbers
                    .filter(|number| !Float32.is_normal(number))
                    .collect();
                // There a piece may be far longer than its neighbour.
                let few = if formula.starts_with("sqrt") { 4 } else { 0 };
                assert!(long.len() <= few, "{formula}: {long:?}");
            }
            // There is none beside a pole of the slope.
            let bound = built.a_priori.map(|bound| estimate_rational(&bound.upper));
            assert_eq!(bound.is_none(), formula.starts_with("sqrt"));
            let bound = bound.unwrap_or(0.1);
            let mut f = Estimates::new(&problem.0.output_expressions()[0]);
            let errors = points(low, high, 1000).into_iter().map(|x| {
                let off =
                    estimate_rational(&at(&built.network, &x)[0]) - f.at(estimate_rational(&x));
                off.abs()
            });
            let worst = errors.fold(0.0, f64::max);
            assert!(
                worst <= bound && bound < 2.0 * worst + 0.1,
                "{formula}: {worst} {bound}"
            );
        }
    }

    #[test]
    fn the_fewest_hats_keep_a_tolerance() {
        let (target, domain) = problem(&["sin(x)"], "x=0..6.2831853");
        let tolerance = Rational::ratio(1, 1000);
        let keys = keys(Arrangement::Hats, Knots::Best, None);
        let name = BuilderName::Interpolant;
        let built = build_within(name, &keys, &target, &domain, &tolerance, 0).expect("built");
        // As many pieces as the sum has, for which 38 kinks are the fewest.
        assert_eq!(built.chosen.cells, Some(vec![39]));
        for x in points("0", "6.2831853", 500) {
            let off =
                estimate_rational(&at(&built.network, &x)[0]) - libm::sin(estimate_rational(&x));
            assert!(off.abs() < 1e-3, "{x}: {off}");
        }
        let (target, domain) = problem(&["x^2", "x^3"], "x=0..1");
        let refused = build_within(name, &keys, &target, &domain, &tolerance, 0);
        assert_eq!(refused, Err(BuildError::SharedKinks { found: 2 }));
    }
}

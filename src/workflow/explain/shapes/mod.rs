//! Several units that make one thing together: a bump, a staircase, a tower, an n-gon.
//!
//! All of it is exact geometry of the lines on which sums are 0, with rational numbers. What is said holds for
//! the hardened network, in which each sigmoid and each tanh is a step; the network itself is a smooth form of it.

mod parallel;
mod place;
mod sum;

#[cfg(test)]
mod tests;

use self::parallel::{on_a_line, pairs};
use self::place::{place_of, region};
use self::sum::{StepSum, is_step};
use super::units::number;
use crate::expr::Domain;
use crate::network::{Activation, Layer, Network};
use crate::numbers::Rational;
use crate::report::explain::ShapeReport;

/// At most this many shapes are named.
const MOST_SHAPES: usize = 200;
/// Returns the shapes that are found in a network.
///
/// - `threshold`: the network decides "inside" at this value or more.
/// - Exactness: exact, for the hardened network.
pub fn shapes(
    network: &Network,
    domain: &Domain,
    threshold: Option<&Rational>,
) -> Vec<ShapeReport> {
    let [first, second, later @ ..] = network.layers() else {
        return Vec::new();
    };
    let names = network.inputs();
    let mut found = Vec::new();
    for row in 0..second.rows() {
        if found.len() >= MOST_SHAPES {
            break;
        }
        let Some(sum) = StepSum::new(first, second, row) else {
            continue;
        };
        let unit = row + 1;
        if is_step(second.activation()) {
            let who = if later.is_empty() {
                "the output says yes".to_owned()
            } else {
                format!("unit {unit} of layer 2 is on")
            };
            if let Some((kind, place)) = region(&sum, &Rational::ZERO, names, domain) {
                let sentence = format!(
                    "{} make {place}: {who} inside, and nowhere else",
                    list(&sum.units())
                );
                found.push(shape(kind, &sum, &sentence));
            }
        } else if later.is_empty() && *second.activation() == Activation::Identity {
            found.extend(of_sum(first, &sum, threshold, names, domain));
        }
    }
    found
}

fn shape(kind: String, sum: &StepSum, sentence: &str) -> ShapeReport {
    ShapeReport {
        kind,
        units: sum.units(),
        sentence: sentence_case(sentence),
    }
}

/// Shapes of one hidden layer whose steps are added up.
fn of_sum(
    first: &Layer,
    sum: &StepSum,
    threshold: Option<&Rational>,
    names: &[String],
    domain: &Domain,
) -> Vec<ShapeReport> {
    if let Some(at) = threshold
        && let Some((kind, place)) = region(sum, at, names, domain)
    {
        let sentence = format!(
            "{} make {place}: the output reaches the threshold {at} inside, and nowhere else",
            list(&sum.units())
        );
        return vec![shape(kind, sum, &sentence)];
    }
    // Steps of one height around a polygon: the sum is highest inside.
    let heights: Vec<&Rational> = sum.steps.iter().map(|step| &step.factor).collect();
    let is_level = heights.windows(2).all(|pair| pair[0] == pair[1]);
    if names.len() > 1
        && is_level
        && let Some((kind, place)) = place_of(sum, names, domain)
    {
        let (n, height) = (sum.steps.len(), number(heights[0]));
        let sentence = format!(
            "{} surround {place}: the sum is highest inside and falls by {height} across each side; just outside, {} \
             of {n} parts are left, so only a threshold shows the {kind} alone",
            list(&sum.units()),
            n - 1
        );
        return vec![shape(kind, sum, &sentence)];
    }
    let outside = sum.turned();
    if names.len() > 1
        && is_level
        && let Some((kind, place)) = place_of(&outside, names, domain)
    {
        let sentence = format!(
            "{} surround {place}: the sum is lowest inside and rises by {} across each side",
            list(&sum.units()),
            number(heights[0])
        );
        return vec![shape(kind, sum, &sentence)];
    }
    if names.len() == 1 {
        return on_a_line(sum, names, domain).into_iter().collect();
    }
    pairs(first, sum, names)
}

/// Units by number: `units 1-6`, `units 1 and 3`.
fn list(units: &[usize]) -> String {
    let (Some(first), Some(last)) = (units.first(), units.last()) else {
        return "no units".into();
    };
    let is_run = units.windows(2).all(|pair| pair[1] == pair[0] + 1);
    match units {
        [one] => format!("unit {one}"),
        [a, b] => format!("units {a} and {b}"),
        _ if is_run => format!("units {first}-{last}"),
        [init @ .., last] => {
            let init: Vec<String> = init.iter().map(ToString::to_string).collect();
            format!("units {} and {last}", init.join(", "))
        }
        [] => String::new(),
    }
}

fn sentence_case(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(signs).collect()
    })
}

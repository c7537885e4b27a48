//! Steps whose lines are parallel: staircases, bumps and dips on a line; walls and ditches elsewhere.

use super::sum::StepSum;
use super::{MOST_SHAPES, list, sentence_case};
use crate::expr::Domain;
use crate::network::Layer;
use crate::numbers::Rational;
use crate::report::explain::ShapeReport;
use crate::words::count;
use crate::workflow::explain::units::{equation, number};

/// One input: steps that all go up or all go down make a staircase, and one up and one down of the same height a
/// bump.
pub(super) fn on_a_line(sum: &StepSum, names: &[String], domain: &Domain) -> Vec<ShapeReport> {
    let (name, (low, high)) = (&names[0], &domain.sides()[0]);
    // Where a step is, and how much the sum rises there, from left to right.
    let mut rises: Vec<(Rational, Rational, usize)> = sum
        .steps
        .iter()
        .filter_map(|step| {
            let at = -(&step.bias.checked_div(&step.weights[0])?);
            let rise = if step.weights[0].is_positive() {
                step.factor.clone()
            } else {
                -&step.factor
            };
            Some((at, rise, step.unit + 1))
        })
        .collect();
    rises.sort();
    let inside: Vec<_> = rises
        .iter()
        .filter(|(at, _, _)| low < at && at < high)
        .collect();
    let one_way = |up: bool| inside.iter().all(|(_, rise, _)| rise.is_positive() == up);
    if inside.len() >= 3 && (one_way(true) || one_way(false)) {
        let gaps: Vec<Rational> = inside
            .windows(2)
            .map(|pair| &pair[1].0 - &pair[0].0)
            .collect();
        let even = gaps.windows(2).all(|pair| pair[0] == pair[1]);
        let way = if one_way(true) { "up" } else { "down" };
        let distance = if even {
            format!(", {} apart", number(&gaps[0]))
        } else {
            String::new()
        };
        return vec![staircase(&inside, &format!("that goes {way}"), &distance)];
    }
    let mut found = Vec::new();
    for pair in rises.windows(2) {
        let [(from, up, a), (to, down, b)] = pair else {
            continue;
        };
        if *up == -down && from < to {
            let (kind, what) = if up.is_positive() {
                ("bump", "bump")
            } else {
                ("dip", "dip")
            };
            let [from, to, height] = [from, to, &up.abs()].map(number);
            found.push(ShapeReport {
                kind: kind.into(),
                units: vec![*a, *b],
                sentence: sentence_case(&format!(
                    "{} make a {what} between {name} = {from} and {name} = {to}, of height {height}",
                    list(&[*a, *b])
                )),
            });
        }
    }
    let gaps: Vec<Rational> = rises
        .windows(2)
        .map(|pair| &pair[1].0 - &pair[0].0)
        .collect();
    let even = gaps.len() >= 3 && gaps.windows(2).all(|pair| pair[0] == pair[1]);
    if found.is_empty() && even {
        let distance = format!(", {} apart", number(&gaps[0]));
        let all: Vec<_> = rises.iter().collect();
        found.push(staircase(&all, "up and down", &distance));
    }
    found
}

fn staircase(steps: &[&(Rational, Rational, usize)], way: &str, distance: &str) -> ShapeReport {
    let mut units: Vec<usize> = steps.iter().map(|(_, _, unit)| *unit).collect();
    units.sort_unstable();
    let sentence = format!(
        "{} make a staircase {way}: {}{distance}",
        list(&units),
        count(units.len(), "step")
    );
    ShapeReport {
        kind: "staircase".into(),
        units,
        sentence: sentence_case(&sentence),
    }
}

/// Two inputs or more: two steps of the same height whose lines are parallel. If they face each other, both are on
/// between the lines, and make a wall; if they face away, neither is, and they make a ditch.
pub(super) fn pairs(first: &Layer, sum: &StepSum, names: &[String]) -> Vec<ShapeReport> {
    let mut found = Vec::new();
    let mut used = vec![false; sum.steps.len()];
    for (i, a) in sum.steps.iter().enumerate() {
        for (j, b) in sum.steps.iter().enumerate().skip(i + 1) {
            if used[i] || used[j] || found.len() >= MOST_SHAPES || a.factor != b.factor {
                continue;
            }
            let Some(scale) = opposite(&a.weights, &b.weights) else {
                continue;
            };
            let lines = [a.unit, b.unit].map(|unit| equation(first, unit, names));
            let [Some((from, _)), Some((to, _))] = lines else {
                continue;
            };
            (used[i], used[j]) = (true, true);
            let units = vec![a.unit + 1, b.unit + 1];
            let is_wall = &b.bias * &scale > -&a.bias;
            let kind = if is_wall { "wall" } else { "ditch" };
            let sentence = format!(
                "{} make a {kind} between the parallel lines {from} and {to}, of height {}",
                list(&units),
                number(&a.factor)
            );
            found.push(ShapeReport {
                kind: kind.into(),
                units,
                sentence: sentence_case(&sentence),
            });
        }
    }
    found
}

/// The positive number that makes `b` the opposite of `a`, if there is one.
fn opposite(a: &[Rational], b: &[Rational]) -> Option<Rational> {
    let lead = b.iter().position(|weight| !weight.is_zero())?;
    let scale = -(&a[lead].checked_div(&b[lead])?);
    let is_opposite = a.iter().zip(b).all(|(a, b)| *a == -(b * &scale));
    (scale.is_positive() && is_opposite).then_some(scale)
}

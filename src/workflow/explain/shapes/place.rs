//! Where all steps of a sum are on: a box, or a convex polygon.

use super::sum::StepSum;
use crate::expr::Domain;
use crate::geometry::polygon::{ConvexPolygon, HalfPlane};
use crate::numbers::Rational;
use crate::workflow::explain::units::number;

/// At most this many sides.
const MOST_SIDES: usize = 64;
/// A bounded region lies within the domain, made so many times as large.
const LARGE: i64 = 1 << 20;

/// The region in which all steps are on, if the sum is at least the threshold there and nowhere else.
pub(super) fn region(
    sum: &StepSum,
    threshold: &Rational,
    names: &[String],
    domain: &Domain,
) -> Option<(String, String)> {
    sum.is_and(threshold)
        .then(|| place_of(sum, names, domain))
        .flatten()
}

/// The region in which all steps are on, where it is bounded and each step gives a side: its kind, and where it is.
pub(super) fn place_of(
    sum: &StepSum,
    names: &[String],
    domain: &Domain,
) -> Option<(String, String)> {
    if sum.steps.len() > MOST_SIDES {
        return None;
    }
    if let Some(sides) = box_of(sum, names.len()) {
        let sides = names.iter().zip(&sides).map(|(name, (low, high))| {
            let (low, high) = (number(low), number(high));
            format!("{name} in [{low}, {high}]")
        });
        let sides = sides.collect::<Vec<_>>().join(", ");
        return Some(if names.len() == 1 {
            ("bump".into(), format!("a bump over {sides}"))
        } else {
            ("tower".into(), format!("a tower over {sides}"))
        });
    }
    if names.len() != 2 {
        return None;
    }
    let polygon = polygon(sum, domain)?;
    let n = sum.steps.len();
    let kind = name_of(n);
    let area = number(&polygon.area());
    let article = if kind.starts_with('o') || kind.starts_with('8') || kind.starts_with("11-") {
        "an"
    } else {
        "a"
    };
    Some((kind.clone(), format!("{article} {kind} of area {area}")))
}

/// The box in which all steps are on: two steps for each input, facing each other, and no others.
fn box_of(sum: &StepSum, inputs: usize) -> Option<Vec<(Rational, Rational)>> {
    if sum.steps.len() != 2 * inputs {
        return None;
    }
    let mut sides: Vec<(Option<Rational>, Option<Rational>)> = vec![(None, None); inputs];
    for step in &sum.steps {
        let mut across = step
            .weights
            .iter()
            .enumerate()
            .filter(|(_, weight)| !weight.is_zero());
        let (input, weight) = across.next()?;
        if across.next().is_some() {
            return None;
        }
        let at = -(&step.bias.checked_div(weight)?);
        let side = if weight.is_positive() {
            &mut sides[input].0
        } else {
            &mut sides[input].1
        };
        if side.replace(at).is_some() {
            return None;
        }
    }
    let both = sides.into_iter().map(|(low, high)| {
        let (low, high) = (low?, high?);
        (low < high).then_some((low, high))
    });
    both.collect()
}

/// The polygon in which all steps are on, if it is bounded and has one side for each step.
fn polygon(sum: &StepSum, domain: &Domain) -> Option<ConvexPolygon> {
    let [x, y] = domain.sides() else { return None };
    let wide = |(low, high): &(Rational, Rational)| {
        let (middle, room) = (low.midpoint(high), (high - low) * Rational::from(LARGE));
        (&middle - &room, &middle + &room)
    };
    let mut polygon = ConvexPolygon::rectangle(&wide(x), &wide(y));
    let halves: Vec<HalfPlane> = sum
        .steps
        .iter()
        .map(|step| HalfPlane {
            a: step.weights[0].clone(),
            b: step.weights[1].clone(),
            c: -&step.bias,
        })
        .collect();
    for half in &halves {
        polygon = polygon.clip(half);
    }
    let corners = polygon.corners();
    if corners.len() != halves.len() || corners.len() < 3 || !polygon.area().is_positive() {
        return None;
    }
    // Each side lies on the line of a step, another one each.
    let mut used = vec![false; halves.len()];
    for (k, corner) in corners.iter().enumerate() {
        let next = &corners[(k + 1) % corners.len()];
        let on = |half: &HalfPlane| half.excess(corner).is_zero() && half.excess(next).is_zero();
        let side = halves.iter().position(on)?;
        if std::mem::replace(&mut used[side], true) {
            return None;
        }
    }
    Some(polygon)
}

fn name_of(sides: usize) -> String {
    match sides {
        3 => "triangle".into(),
        4 => "quadrilateral".into(),
        5 => "pentagon".into(),
        6 => "hexagon".into(),
        7 => "heptagon".into(),
        8 => "octagon".into(),
        n => format!("{n}-gon"),
    }
}

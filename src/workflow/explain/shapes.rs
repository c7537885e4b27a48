//! Several units that make one thing together: a bump, a staircase, a tower, an n-gon.
//!
//! All of it is exact geometry of the lines on which sums are 0, with rational numbers. What is said holds for
//! the hardened network, in which each sigmoid and each tanh is a step; the network itself is a smooth form of it.

use super::formula::hardens;
use super::units::{equation, number};
use crate::expr::Domain;
use crate::geometry::polygon::{ConvexPolygon, HalfPlane};
use crate::network::{Activation, Layer, Network};
use crate::numbers::Rational;
use crate::report::explain::ShapeReport;
use crate::words::count;

/// At most this many sides.
const MOST_SIDES: usize = 64;
/// At most this many shapes are named.
const MOST_SHAPES: usize = 200;
/// A bounded region lies within the domain, made so many times as large.
const LARGE: i64 = 1 << 20;

/// A step: 1 where `weights · x + bias` is positive, else 0; and its factor in a sum.
#[derive(Clone, Debug)]
struct Step {
    unit: usize,
    weights: Vec<Rational>,
    bias: Rational,
    factor: Rational,
}

/// A sum of steps: what a unit of the second layer sees of the first.
#[derive(Clone, Debug)]
struct StepSum {
    steps: Vec<Step>,
    /// What is added to the steps.
    constant: Rational,
}

/// Does this activation become a step, or is it one?
fn is_step(activation: &Activation) -> bool {
    hardens(activation) || *activation == Activation::Heaviside
}

impl StepSum {
    /// The sum of a row of the second layer, all factors positive: a step with a negative factor is 1 minus the
    /// step the other way. `None` without steps.
    fn new(first: &Layer, second: &Layer, row: usize) -> Option<Self> {
        if !is_step(first.activation()) {
            return None;
        }
        let mut constant = second.bias().iter().nth(row)?.clone();
        let mut steps = Vec::new();
        for (unit, weight) in second.weights().row(row) {
            let mut weights = vec![Rational::ZERO; first.inputs()];
            for (column, value) in first.weights().row(unit) {
                weights[column] = value.clone();
            }
            let mut bias = first.bias().iter().nth(unit)?.clone();
            let mut factor = weight.clone();
            // tanh(z) is about 2 step(z) - 1.
            if *first.activation() == Activation::Tanh {
                constant = constant - &factor;
                factor = factor * Rational::from(2);
            }
            if weights.iter().all(Rational::is_zero) {
                if !bias.is_negative() {
                    constant = constant + factor;
                }
                continue;
            }
            if factor.is_negative() {
                constant = constant + &factor;
                factor = -factor;
                weights = weights.iter().map(|weight| -weight).collect();
                bias = -bias;
            }
            if !factor.is_zero() {
                steps.push(Step {
                    unit,
                    weights,
                    bias,
                    factor,
                });
            }
        }
        (!steps.is_empty()).then_some(Self { steps, constant })
    }

    /// Is the sum at least `threshold` where all steps are 1, and below it wherever one of them is 0?
    fn is_and(&self, threshold: &Rational) -> bool {
        let all: Rational = self.steps.iter().map(|step| &step.factor).sum();
        let all = all + &self.constant;
        let least = self.steps.iter().map(|step| &step.factor).min();
        least.is_some_and(|least| all >= *threshold && &all - least < *threshold)
    }

    /// The same steps, each the other way round.
    fn turned(&self) -> Self {
        let mut turned = self.clone();
        for step in &mut turned.steps {
            step.weights = step.weights.iter().map(|weight| -weight).collect();
            step.bias = -&step.bias;
        }
        turned
    }

    fn units(&self) -> Vec<usize> {
        self.steps.iter().map(|step| step.unit + 1).collect()
    }
}

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
                found.push(shape(kind, &sum, sentence));
            }
        } else if later.is_empty() && *second.activation() == Activation::Identity {
            found.extend(of_sum(first, &sum, threshold, names, domain));
        }
    }
    found
}

fn shape(kind: String, sum: &StepSum, sentence: String) -> ShapeReport {
    ShapeReport {
        kind,
        units: sum.units(),
        sentence: sentence_case(&sentence),
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
        return vec![shape(kind, sum, sentence)];
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
        return vec![shape(kind, sum, sentence)];
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
        return vec![shape(kind, sum, sentence)];
    }
    if names.len() == 1 {
        return on_a_line(sum, names, domain).into_iter().collect();
    }
    pairs(first, sum, names)
}

/// The region in which all steps are on, if the sum is at least the threshold there and nowhere else.
fn region(
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
fn place_of(sum: &StepSum, names: &[String], domain: &Domain) -> Option<(String, String)> {
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

/// One input: steps that all go up or all go down make a staircase, and one up and one down of the same height a
/// bump.
fn on_a_line(sum: &StepSum, names: &[String], domain: &Domain) -> Vec<ShapeReport> {
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
fn pairs(first: &Layer, sum: &StepSum, names: &[String]) -> Vec<ShapeReport> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::json;

    fn found(inputs: &str, layers: &str, threshold: Option<&str>, domain: &str) -> Vec<String> {
        let text = format!(
            r#"{{"steeple_network": 1, "inputs": [{inputs}], "outputs": ["z"], "layers": [{layers}]}}"#
        );
        let network = json::read(&text).expect("a network");
        let domain = Domain::parse(domain).expect("a domain");
        let threshold =
            threshold.map(|text| crate::numbers::literal::parse(text).expect("a number"));
        let found = shapes(&network, &domain, threshold.as_ref());
        found.into_iter().map(|shape| shape.sentence).collect()
    }

    const SQUARE: &str = "x=0..1,y=0..1";

    #[test]
    fn a_tower_is_four_steps_under_one_unit() {
        let first = r#"{"activation": "sigmoid", "weights": [["200", "0"], ["200", "0"], ["0", "200"], ["0", "200"]],
            "bias": ["-50", "-150", "-50", "-150"]}"#;
        let tower = |bias: &str| {
            format!(
                r#"{first}, {{"activation": "sigmoid", "weights": [["40", "-40", "40", "-40"]], "bias": ["{bias}"]}},
                {{"activation": "identity", "weights": [["1"]], "bias": ["0"]}}"#
            )
        };
        let inputs = r#""x", "y""#;
        let said = "Units 1-4 make a tower over x in [1/4, 3/4], y in [1/4, 3/4]: unit 1 of layer 2 is on just where \
                    all 4 of them are";
        assert_eq!(found(inputs, &tower("-60"), None, SQUARE), [said]);
        // With -30 two steps of three that are on suffice: a cross, and no tower. With -90 nothing is ever on.
        assert_eq!(found(inputs, &tower("-30"), None, SQUARE), [""; 0]);
        assert_eq!(found(inputs, &tower("-90"), None, SQUARE), [""; 0]);
    }

    #[test]
    fn polygons_have_as_many_sides_as_units() {
        let inputs = r#""x", "y""#;
        let octagon = r#"{"activation": "tanh", "weights": [["5", "0"], ["-5", "0"], ["0", "5"], ["0", "5"],
            ["3", "3"], ["-3", "3"], ["3", "-3"], ["-3", "-3"]], "bias": ["5", "5", "5", "-5", "4", "4", "4", "4"]}"#;
        let by = |weights: &str, threshold: Option<&str>| {
            let layers = format!(
                r#"{octagon}, {{"activation": "identity", "weights": [[{weights}]], "bias": ["0"]}}"#
            );
            found(inputs, &layers, threshold, "x=-2..2,y=-2..2")
        };
        // The sides cut corners of x, y in [-1, 1], whose legs are 2/3: the area is 4 - 4 (2/3)^2 / 2.
        let level = r#""1", "1", "1", "-1", "1", "1", "1", "1""#;
        let surround = "Units 1-8 surround an octagon of area 28/9: inside, all 8 of them add up; across each side \
                        the sum falls by 2, so the corners outside keep up to 7 of 8 parts";
        assert_eq!(by(level, None), [surround]);
        let make = "Units 1-8 make an octagon of area 28/9: the output reaches the threshold 7 just where all 8 of \
                    them are on";
        assert_eq!(by(level, Some("7")), [make]);
        // The fourth step the other way round leaves y open above.
        assert_eq!(
            by(r#""1", "1", "1", "1", "1", "1", "1", "1""#, None),
            [""; 0]
        );
    }

    #[test]
    fn steps_on_a_line_make_bumps_and_staircases() {
        let by = |bias: &str, weights: &str| {
            let layers = format!(
                r#"{{"activation": "sigmoid", "weights": [["30"], ["30"], ["30"], ["30"]], "bias": [{bias}]}},
                {{"activation": "identity", "weights": [[{weights}]], "bias": ["0"]}}"#
            );
            found(r#""x""#, &layers, None, "x=0..1")
        };
        let even = r#""-3", "-9", "-15", "-21""#;
        assert_eq!(
            by(even, r#""1", "2", "1/2", "7""#),
            ["Units 1-4 make a staircase that goes up: 4 steps, 1/5 apart"]
        );
        assert_eq!(
            by(even, r#""1", "-1", "-2", "2""#),
            [
                "Units 1 and 2 make a bump between x = 1/10 and x = 3/10, of height 1",
                "Units 3 and 4 make a dip between x = 1/2 and x = 7/10, of height 2"
            ]
        );
        assert_eq!(
            by(even, r#""1", "-5", "-2", "3""#),
            ["Units 1-4 make a staircase up and down: 4 steps, 1/5 apart"]
        );
        assert_eq!(
            by(r#""-3", "-9", "-15", "-22""#, r#""1", "-5", "-2", "3""#),
            [""; 0]
        );
    }

    #[test]
    fn parallel_steps_make_walls_and_ditches() {
        let by = |weights: &str| {
            let layers = format!(
                r#"{{"activation": "sigmoid", "weights": [["30", "10"], ["60", "20"], ["7", "1"]], "bias": ["-5", "-30", "0"]}},
                {{"activation": "identity", "weights": [[{weights}]], "bias": ["0"]}}"#
            );
            found(r#""x", "y""#, &layers, None, SQUARE)
        };
        assert_eq!(
            by(r#""3", "-3", "5""#),
            [
                "Units 1 and 2 make a wall between the parallel lines x + 1/3*y = 1/6 and x + 1/3*y = 1/2, of height 3"
            ]
        );
        assert_eq!(
            by(r#""-3", "3", "5""#),
            [
                "Units 1 and 2 make a ditch between the parallel lines x + 1/3*y = 1/6 and x + 1/3*y = 1/2, of height 3"
            ]
        );
        assert_eq!(by(r#""3", "3", "5""#), [""; 0]);
    }
}

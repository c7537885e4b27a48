//! Titles that say what is seen: `16 steps follow sin(3x) to within 1/20`, `6 steps make a hexagon`.
//!
//! What is proved stands in a caption. A title names the parts of the network, what they do, and the proved
//! bound where there is one. The parts are described from estimates of the weights.

use crate::certificate::Question;
use crate::draw::Bound;
use crate::expr::typeset_target;
use crate::network::{Activation, LayerEstimate, Network};
use crate::numbers::estimate::estimate_rational;
use crate::words::count;

/// Longest formula or bound in a title, in characters.
const LONGEST: usize = 34;
/// A sigmoid is called a step if it climbs from 1/10 to 9/10 within this fraction of its way across the domain.
const STEEP: f64 = 0.1;
/// Names of polygons, from three sides on.
const POLYGONS: [&str; 8] = [
    "triangle",
    "quadrilateral",
    "pentagon",
    "hexagon",
    "heptagon",
    "octagon",
    "nonagon",
    "decagon",
];

/// What the title says of a network's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    /// The first layer, or all of them: `16 steps`.
    text: String,
    is_one: bool,
}

/// A network over two or one inputs, with its target.
pub(super) fn against(network: &Network, question: &Question, upper: Option<&Bound>) -> String {
    let layers = LayerEstimate::of(network);
    let sides = sides(question);
    let parts = parts(&layers, &sides);
    let target = target(question);
    if question.target.is_region() {
        if let Some(polygon) = polygon(&layers, &sides, threshold(question)) {
            return format!("{} {} {}", parts.text, verb(&parts, "make"), name(polygon));
        }
        return format!("{} {} {target}", parts.text, verb(&parts, "decide"));
    }
    let within = upper.filter(|bound| bound.text.chars().count() <= LONGEST);
    let within = within.map_or(String::new(), |bound| format!(" to within {}", bound.text));
    format!("{} {} {target}{within}", parts.text, verb(&parts, "follow"))
}

/// The lines of the first layer, and the region.
pub(super) fn lines(network: &Network, question: &Question) -> String {
    let layers = LayerEstimate::of(network);
    let sides = sides(question);
    let lines = count(layers[0].rows.len(), "line");
    match polygon(&layers, &sides, threshold(question)) {
        Some(polygon) => format!("{lines} cut out {}", name(polygon)),
        None => against(network, question, None),
    }
}

/// Where the error is.
pub(super) fn error(upper: Option<&Bound>) -> String {
    match upper.filter(|bound| bound.text.chars().count() <= LONGEST) {
        Some(bound) => format!("Where the error is: at most {}", bound.text),
        None => "Where the error is".into(),
    }
}

/// The units of a network from left to right.
pub fn units(network: &Network) -> String {
    let layers = LayerEstimate::of(network);
    let mut parts = vec![count(network.inputs().len(), "input")];
    if let Some((_, hidden)) = layers.split_last() {
        parts.extend(hidden.iter().map(|layer| {
            let units = layer.rows.len() / layer.activation.rows_per_unit();
            count(units, &format!("{} unit", layer.activation.name()))
        }));
    }
    parts.push(count(network.outputs().len(), "output"));
    parts.join(", ")
}

/// What the hidden layers of a network do: `6 tanh units bend the plane`.
pub fn doing(network: &Network, verb: [&str; 2], what: &str) -> String {
    let parts = parts(&LayerEstimate::of(network), &[]);
    let verb = verb[usize::from(!parts.is_one)];
    format!("{} {verb} {what}", parts.text)
}

/// What a hidden layer is made of, for a picture of its parts: `16 steps add up to z`.
pub(super) fn adding(network: &Network, sides: &[(f64, f64)], among: &str) -> String {
    let parts = parts(&LayerEstimate::of(network), sides);
    let output = &network.outputs()[0];
    format!(
        "{}{among} {} up to {output}",
        parts.text,
        verb(&parts, "add")
    )
}

/// `verb` is of several.
fn verb(parts: &Parts, verb: &str) -> String {
    format!("{verb}{}", if parts.is_one { "s" } else { "" })
}

/// The target as it is typeset, or its letter.
fn target(question: &Question) -> String {
    let text = typeset_target(&question.target);
    if text.chars().count() > LONGEST || question.target.text().len() > 1 {
        let is_region = question.target.is_region();
        return if is_region { "the region" } else { "f" }.into();
    }
    text
}

fn threshold(question: &Question) -> f64 {
    let threshold = question.threshold.as_ref();
    threshold.map_or(0.5, estimate_rational)
}

fn sides(question: &Question) -> Vec<(f64, f64)> {
    let sides = question.domain.sides().iter();
    sides
        .map(|(low, high)| (estimate_rational(low), estimate_rational(high)))
        .collect()
}

/// The hidden units in words. Without sides of a domain, only jumps are steps.
fn parts(layers: &[LayerEstimate], sides: &[(f64, f64)]) -> Parts {
    let hidden = &layers[..layers.len().saturating_sub(1)];
    let units = |layer: &LayerEstimate| layer.rows.len() / layer.activation.rows_per_unit();
    let total: usize = hidden.iter().map(units).sum();
    let text = match hidden {
        [] => "an affine map".into(),
        [first, ..]
            if is_made_of_steps(first, sides)
                && (hidden.len() == 1 || total == first.rows.len() + 1) =>
        {
            return Parts {
                text: count(first.rows.len(), "step"),
                is_one: first.rows.len() == 1,
            };
        }
        [only] => count(total, &format!("{} unit", only.activation.name())),
        _ => format!("{} in {} layers", count(total, "unit"), hidden.len()),
    };
    Parts {
        text,
        is_one: total <= 1,
    }
}

/// Is each unit of a first layer off on one side of a line, on on the other, and between only nearby?
fn is_made_of_steps(layer: &LayerEstimate, sides: &[(f64, f64)]) -> bool {
    // How far the sum goes while the unit climbs from 1/10 to 9/10: 2 ln 9 and ln 9.
    let climb = match layer.activation {
        Activation::Heaviside => return true,
        Activation::Sigmoid => 4.4,
        Activation::Tanh => 2.2,
        _ => return false,
    };
    layer.rows.iter().all(|(_, weights)| {
        let way: f64 = weights
            .iter()
            .filter_map(|(input, weight)| {
                let (low, high) = sides.get(*input)?;
                Some(weight.abs() * (high - low))
            })
            .sum();
        way * STEEP >= climb
    })
}

/// Returns how many sides the decision polygon has, if every step is one half-plane and the network decides
/// for the inside where all of them are on (or on their side).
fn polygon(layers: &[LayerEstimate], sides: &[(f64, f64)], threshold: f64) -> Option<usize> {
    let (first, rest) = layers.split_first()?;
    if !(1..=2).contains(&rest.len()) || sides.len() != 2 || !is_made_of_steps(first, sides) {
        return None;
    }
    if !(3..=64).contains(&first.rows.len()) {
        return None;
    }
    let off = if first.activation == Activation::Tanh {
        -1.0
    } else {
        0.0
    };
    let output = |on: &[bool]| {
        let values = on.iter().map(|on| if *on { 1.0 } else { off }).collect();
        let values: Vec<f64> = rest
            .iter()
            .fold(values, |values: Vec<f64>, layer| layer.values(&values));
        values.first().copied().unwrap_or(f64::NAN)
    };
    // On which side of its line each unit speaks for the inside.
    let mut inside = vec![true; first.rows.len()];
    let all = inside.clone();
    for unit in 0..inside.len() {
        let mut without = all.clone();
        without[unit] = false;
        inside[unit] = output(&all) >= output(&without);
    }
    let is_inside = |on: &[bool]| output(on) >= threshold;
    let flipped = |unit: usize| {
        let mut on = inside.clone();
        on[unit] = !on[unit];
        on
    };
    if !is_inside(&inside) || (0..inside.len()).any(|unit| is_inside(&flipped(unit))) {
        return None;
    }
    let half_planes = first.rows.iter().zip(&inside).map(|((bias, weights), on)| {
        let sign = if *on { 1.0 } else { -1.0 };
        let weight = |input: usize| {
            let found = weights.iter().find(|(column, _)| *column == input);
            sign * found.map_or(0.0, |(_, weight)| *weight)
        };
        [weight(0), weight(1), sign * bias]
    });
    sides_of(half_planes, sides)
}

/// The number of sides of the intersection of half-planes `a x + b y + c >= 0`, if it is bounded.
fn sides_of(half_planes: impl Iterator<Item = [f64; 3]>, domain: &[(f64, f64)]) -> Option<usize> {
    let far = |(low, high): (f64, f64)| {
        let reach = 100.0 * (high - low);
        (low - reach, high + reach)
    };
    let (x, y) = (far(domain[0]), far(domain[1]));
    // Corners, each with the half-plane whose edge begins there.
    let corners = [(x.0, y.0), (x.1, y.0), (x.1, y.1), (x.0, y.1)];
    let mut polygon: Vec<((f64, f64), Option<usize>)> = corners.map(|p| (p, None)).to_vec();
    for (number, [a, b, c]) in half_planes.enumerate() {
        let height = |p: (f64, f64)| a * p.0 + b * p.1 + c;
        let mut cut = Vec::new();
        for (i, &(p, edge)) in polygon.iter().enumerate() {
            let (q, _) = polygon[(i + 1) % polygon.len()];
            let (here, there) = (height(p), height(q));
            let t = here / (here - there);
            let between = (p.0 + t * (q.0 - p.0), p.1 + t * (q.1 - p.1));
            match (here >= 0.0, there >= 0.0) {
                (true, true) => cut.push((p, edge)),
                (true, false) => cut.extend([(p, edge), (between, Some(number))]),
                (false, true) => cut.push((between, edge)),
                (false, false) => {}
            }
        }
        polygon = cut;
    }
    let edges: Option<Vec<usize>> = polygon.iter().map(|(_, edge)| *edge).collect();
    edges.map(|edges| edges.len()).filter(|sides| *sides >= 3)
}

/// A polygon with its article.
fn name(sides: usize) -> String {
    match POLYGONS.get(sides - 3) {
        Some(name) if name.starts_with('o') => format!("an {name}"),
        Some(name) => format!("a {name}"),
        None if matches!(sides, 11 | 18 | 80..90) => format!("an {sides}-gon"),
        None => format!("a {sides}-gon"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::{Norm, Semantics};
    use crate::expr::{Domain, parse_target};
    use crate::network::{Layer, Matrix, digest};
    use crate::numbers::Rational;

    fn network(first: &[[i64; 3]], activation: Activation, last: (i64, i64)) -> Network {
        let number = Rational::from;
        let rows = first.iter().map(|[a, b, _]| vec![number(*a), number(*b)]);
        let bias = first.iter().map(|[.., c]| number(*c)).collect();
        let hidden = Layer::new(
            Matrix::from_dense(rows.collect()).expect("a matrix"),
            bias,
            activation,
        );
        let ones = vec![number(last.0); first.len()];
        let output = Layer::new(
            Matrix::from_dense(vec![ones]).expect("a matrix"),
            vec![number(last.1)],
            Activation::Identity,
        );
        let names = ["x", "y"].map(str::to_owned).to_vec();
        let layers = vec![hidden.expect("a layer"), output.expect("a layer")];
        Network::new(names, vec!["z".into()], layers).expect("a network")
    }

    fn question(network: &Network, target: &str) -> Question {
        let names = ["x", "y"].map(str::to_owned);
        let side = || (Rational::from(-2), Rational::from(2));
        Question {
            network: digest(network),
            target: parse_target(&[target], Some(&names)).expect("a target"),
            domain: Domain::new(names.to_vec(), vec![side(), side()]).expect("a domain"),
            norm: Norm::Area,
            threshold: None,
            semantics: Semantics::Real,
        }
    }

    /// `|x| <= 1` and `|y| <= 1`, times a steepness.
    fn square(steep: i64) -> Vec<[i64; 3]> {
        [[1, 0, 1], [-1, 0, 1], [0, 1, 1], [0, -1, 1]]
            .map(|row| row.map(|part| part * steep))
            .to_vec()
    }

    #[test]
    fn steps_that_bound_a_region_are_a_polygon() {
        let disk = "x^2 + y^2 <= 1";
        let shown = |first: &[[i64; 3]], activation, last| {
            let network = network(first, activation, last);
            against(&network, &question(&network, disk), None)
        };
        let four = square(1);
        assert_eq!(
            shown(&four, Activation::Heaviside, (1, -3)),
            "4 steps make a quadrilateral"
        );
        assert_eq!(
            shown(&square(50), Activation::Sigmoid, (1, -3)),
            "4 steps make a quadrilateral"
        );
        // Any three of the four are enough here.
        assert_eq!(
            shown(&four, Activation::Heaviside, (1, -2)),
            "4 steps decide x² + y² ≤ 1"
        );
        assert_eq!(
            shown(&four, Activation::Sigmoid, (1, -3)),
            "4 sigmoid units decide x² + y² ≤ 1"
        );
        // A strip has no end.
        assert_eq!(
            shown(
                &[[1, 0, 1], [-1, 0, 1], [1, 0, 2]],
                Activation::Heaviside,
                (1, -2)
            ),
            "3 steps decide x² + y² ≤ 1"
        );
    }

    #[test]
    fn a_function_is_followed() {
        let network = network(&square(1), Activation::Relu, (1, 0));
        let asked = question(&network, "sin(3*x)*y");
        let bound = Bound {
            value: 0.05,
            text: "1/20".into(),
        };
        assert_eq!(
            against(&network, &asked, Some(&bound)),
            "4 relu units follow sin(3x)·y to within 1/20"
        );
        assert_eq!(
            against(&network, &asked, None),
            "4 relu units follow sin(3x)·y"
        );
        assert_eq!(units(&network), "2 inputs, 4 relu units, 1 output");
        assert_eq!(
            doing(&network, ["bends", "bend"], "the plane"),
            "4 relu units bend the plane"
        );
        assert_eq!(error(Some(&bound)), "Where the error is: at most 1/20");
    }

    #[test]
    fn sides_are_counted_once() {
        let domain = [(-1.0, 1.0), (-1.0, 1.0)];
        let turned = |k: u32| {
            let angle = f64::from(k) * 2.0 * std::f64::consts::PI / 11.0;
            [-libm::cos(angle), -libm::sin(angle), 0.5]
        };
        let all = || (0..11).map(turned);
        assert_eq!(sides_of(all(), &domain), Some(11));
        // One that is not needed, and one that leaves nothing.
        assert_eq!(sides_of(all().chain([[1.0, 0.0, 3.0]]), &domain), Some(11));
        assert_eq!(sides_of(all().chain([[1.0, 0.0, -3.0]]), &domain), None);
        assert_eq!(sides_of(all().take(2), &domain), None);
        assert_eq!(
            (name(11), name(8)),
            ("an 11-gon".into(), "an octagon".into())
        );
    }
}

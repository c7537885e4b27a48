//! How one hidden layer does it: what its units add, one by one or by direction, and their sum.

#![allow(clippy::cast_precision_loss, reason = "places in a picture")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{PictureError, Scene, Subject, titles};
use crate::certificate::{Norm, Question, Semantics};
use crate::draw::{Part, Ridge, RidgesPicture, StackPicture, Surface, decimal};
use crate::expr::{Domain, Expr, Target, TargetBody};
use crate::network::{Activation, LayerEstimate, Network, digest};
use crate::numbers::Rational;
use crate::numbers::estimate::{Estimate, estimate_rational};
use crate::words::count;

/// Panels or curves drawn, at most.
const MOST: usize = 12;
/// Places along a direction, besides those of the units.
const EVEN: u32 = 96;

/// Several units that change along one direction: `sum of height * activation(slope * t + bias)`.
struct Units {
    /// The direction: the first of its coefficients that is not 0 is 1.
    direction: Vec<f64>,
    units: Vec<Unit>,
}

struct Unit {
    /// Its number in the network, from 1.
    number: usize,
    slope: f64,
    bias: f64,
    height: f64,
}

/// Draws what the units of one hidden layer add to the first output: in one input, unit by unit; in two
/// inputs, the ridge function of each direction. Returns SVG.
///
/// - Exactness: units with the same direction are found exactly; heights are samples.
/// - Errors: [`PictureError`] for more inputs or hidden layers, for `maxout` units, and for an output that is
///   not a sum.
pub fn ridges(network: &Network, domain: &Domain) -> Result<String, PictureError> {
    let inputs = network.inputs().len();
    if !(1..=2).contains(&inputs) {
        return Err(PictureError::Inputs {
            kind: "ridges",
            expected: "one or two inputs",
            found: inputs,
        });
    }
    let layers = LayerEstimate::of(network);
    let [hidden, output] = layers.as_slice() else {
        let found = count(layers.len().saturating_sub(1), "hidden layer");
        return Err(PictureError::NotOneLayer(format!("this one has {found}")));
    };
    if output.activation != Activation::Identity {
        let found = output.activation.name();
        return Err(PictureError::NotOneLayer(format!(
            "the output of this one is {found}"
        )));
    }
    if hidden.activation.rows_per_unit() > 1 {
        return Err(PictureError::NotOneLayer(
            "a maxout unit has several directions".into(),
        ));
    }
    let sides: Vec<(f64, f64)> = domain
        .sides()
        .iter()
        .map(|(low, high)| (estimate_rational(low), estimate_rational(high)))
        .collect();
    let layer = Layer {
        network,
        activation: &hidden.activation,
        groups: groups(network, &layers),
        constant: constant(&layers),
        sides,
    };
    Ok(match inputs {
        1 => layer.stack().render(),
        _ => layer.ridges(sum(network, domain)?).render(),
    })
}

/// The surface of a network.
fn sum(network: &Network, domain: &Domain) -> Result<Surface, PictureError> {
    let zeros = TargetBody::Outputs(vec![Expr::zero(); network.outputs().len()]);
    let target =
        Target::new(network.inputs().to_vec(), zeros).map_err(|_| PictureError::NoValue)?;
    let question = Question {
        network: digest(network),
        target,
        domain: domain.clone(),
        norm: Norm::Sup,
        threshold: None,
        semantics: Semantics::Real,
    };
    let subject = Subject::alone(network, &question);
    let scene = Scene {
        has_target: false,
        ..Scene::new(&subject)?
    };
    scene
        .surface()
        .surfaces
        .into_iter()
        .next()
        .ok_or(PictureError::NoValue)
}

/// A hidden layer, sorted by direction.
struct Layer<'a> {
    network: &'a Network,
    activation: &'a Activation,
    groups: Vec<Units>,
    constant: f64,
    sides: Vec<(f64, f64)>,
}

/// The units by direction, without those that do not change or are not used.
fn groups(network: &Network, layers: &[LayerEstimate]) -> Vec<Units> {
    let heights = &layers[1].rows[0].1;
    let mut groups: BTreeMap<Vec<Rational>, Units> = BTreeMap::new();
    let first = &network.layers()[0];
    for row in 0..first.rows() {
        let mut weights = vec![Rational::ZERO; network.inputs().len()];
        for (input, weight) in first.weights().row(row) {
            weights[input] = weight.clone();
        }
        let height = heights.iter().find(|(unit, _)| *unit == row);
        let Some(&(_, height)) = height.filter(|(_, height)| *height != 0.0) else {
            continue;
        };
        let leading = weights.iter().find(|weight| !weight.is_zero()).cloned();
        let Some(leading) = leading else { continue };
        let key: Option<Vec<Rational>> = weights.iter().map(|w| w.checked_div(&leading)).collect();
        let Some(key) = key else { continue };
        let group = groups.entry(key).or_insert_with_key(|key| Units {
            direction: key.iter().map(estimate_rational).collect(),
            units: Vec::new(),
        });
        group.units.push(Unit {
            number: row + 1,
            slope: estimate_rational(&leading),
            bias: layers[0].rows[row].0,
            height,
        });
    }
    groups.into_values().collect()
}

/// What the output is without the units that change.
fn constant(layers: &[LayerEstimate]) -> f64 {
    let (bias, heights) = &layers[1].rows[0];
    let still = heights.iter().filter_map(|&(unit, height)| {
        let (bias, weights) = &layers[0].rows[unit];
        let is_still = weights.iter().all(|(_, weight)| *weight == 0.0);
        let value = layers[0].activation.combine(&(), &[Estimate(*bias)]);
        is_still.then(|| value.map_or(f64::NAN, |value| height * value.0))
    });
    still.fold(*bias, |sum, value| sum + value)
}

impl Layer<'_> {
    fn value(&self, unit: &Unit, t: f64) -> f64 {
        let sum = Estimate(unit.slope * t + unit.bias);
        let value = self.activation.combine(&(), &[sum]);
        value.map_or(f64::NAN, |value| unit.height * value.0)
    }

    /// Places between two ends, dense where units change; a jump is a place.
    fn places(&self, units: &[Unit], (low, high): (f64, f64)) -> Vec<f64> {
        let mut places = vec![low, high];
        if !self.activation.is_piecewise_linear() {
            let step = (high - low) / f64::from(EVEN);
            places.extend((1..EVEN).map(|i| low + step * f64::from(i)));
        }
        let offsets: &[f64] = match self.activation {
            Activation::Heaviside | Activation::Relu | Activation::LeakyRelu(_) => &[0.0],
            Activation::HardTanh => &[1.0],
            _ if units.len() > 40 => &[1.0, 3.0],
            _ => &[0.0, 0.5, 1.0, 1.6, 2.4, 4.0, 6.0],
        };
        for unit in units {
            let centre = -unit.bias / unit.slope;
            for offset in offsets {
                let reach = offset / unit.slope.abs();
                places.extend([centre - reach, centre + reach]);
            }
        }
        places.retain(|t| (low..=high).contains(t));
        places.sort_by(f64::total_cmp);
        places.dedup();
        places
    }

    /// The values to the left and to the right of each place.
    fn profile(&self, units: &[Unit], ends: (f64, f64)) -> Vec<(f64, f64, f64)> {
        let near = (ends.1 - ends.0) * 1e-9;
        let total = |t: f64| {
            units
                .iter()
                .fold(0.0, |sum, unit| sum + self.value(unit, t))
        };
        let places = self.places(units, ends).into_iter();
        let both = places.map(|t| {
            if self.activation.has_jumps() {
                (t, total(t - near), total(t + near))
            } else {
                (t, total(t), total(t))
            }
        });
        both.collect()
    }

    fn ridges(&self, sum: Surface) -> RidgesPicture {
        let units: usize = self.groups.iter().map(|group| group.units.len()).sum();
        let directions = self.groups.len();
        let names = self.network.inputs();
        let mut found: Vec<(f64, Ridge)> = self
            .groups
            .iter()
            .map(|group| {
                let direction = [group.direction[0], group.direction[1]];
                let corner = |k: usize| {
                    let (x, y) = (self.sides[0], self.sides[1]);
                    let (x, y) = ([x.0, x.1][k / 2], [y.0, y.1][k % 2]);
                    direction[0] * x + direction[1] * y
                };
                let ends = ends((0..4).map(corner));
                let profile = self.profile(&group.units, ends);
                let values = self::ends(profile.iter().flat_map(|p| [p.1, p.2]));
                let ridge = Ridge {
                    name: format!(
                        "{}: {}",
                        along(direction, names),
                        count(group.units.len(), "unit")
                    ),
                    direction,
                    profile,
                };
                (values.1 - values.0, ridge)
            })
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        let shown = found.len().min(MOST);
        let mut caption =
            "Each unit changes along one direction only, and so do all units of that direction \
                           together: they make a ridge. Where ridges cross, they add up."
                .to_string();
        if shown < directions {
            let _ = write!(
                caption,
                " Drawn are the {shown} ridges that change most, of {directions}."
            );
        }
        caption += "\nSampled; nothing is proved here.";
        let among = match directions {
            0 | 1 => String::new(),
            _ if directions == units => String::new(),
            _ => format!(" in {directions} directions"),
        };
        RidgesPicture {
            title: titles::adding(self.network, &self.sides, &among),
            caption,
            labels: [
                names[0].clone(),
                names[1].clone(),
                self.network.outputs()[0].clone(),
            ],
            domain: [self.sides[0], self.sides[1]],
            ridges: found
                .into_iter()
                .take(MOST)
                .map(|(_, ridge)| ridge)
                .collect(),
            sum,
        }
    }

    fn stack(&self) -> StackPicture {
        let ends = self.sides[0];
        // One direction at most: the input itself.
        let units = self.groups.first().map_or(&[][..], |group| &group.units);
        let near = (ends.1 - ends.0) * 1e-9;
        let mut xs = Vec::new();
        for x in self.places(units, ends) {
            if self.activation.has_jumps() && x - near > ends.0 && x + near < ends.1 {
                xs.extend([x - near, x + near]);
            } else {
                xs.push(x);
            }
        }
        let mut all: Vec<(f64, &Unit, Vec<f64>)> = units
            .iter()
            .map(|unit| {
                let values: Vec<f64> = xs.iter().map(|&x| self.value(unit, x)).collect();
                let (low, high) = self::ends(values.iter().copied());
                (high - low, unit, values)
            })
            .collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0));
        let rest = if all.len() > MOST {
            all.split_off(MOST - 1)
        } else {
            Vec::new()
        };
        let centre = |unit: &Unit| -unit.bias / unit.slope;
        all.sort_by(|a, b| centre(a.1).total_cmp(&centre(b.1)));
        let mut parts = Vec::new();
        if !rest.is_empty() {
            let mut values = vec![0.0; xs.len()];
            for (_, _, more) in &rest {
                for (sum, value) in values.iter_mut().zip(more) {
                    *sum += value;
                }
            }
            parts.push(Part {
                name: format!("{} more units together", rest.len()),
                values,
            });
        }
        parts.extend(all.into_iter().map(|(_, unit, values)| Part {
            name: format!("unit {}, at {}", unit.number, decimal(centre(unit), 3)),
            values,
        }));
        let mut caption =
            "Above: what each unit adds, and where it changes. Below: the sums so far, from the \
                           constant upwards; each coloured area is what one unit adds."
                .to_string();
        if !rest.is_empty() {
            let _ = write!(
                caption,
                " The {} units that change most are drawn one by one.",
                MOST - 1
            );
        }
        caption += "\nSampled; nothing is proved here.";
        StackPicture {
            title: titles::adding(self.network, &self.sides, ""),
            caption,
            x_label: self.network.inputs()[0].clone(),
            y_label: self.network.outputs()[0].clone(),
            xs,
            constant: self.constant,
            parts,
        }
    }
}

/// The least and the greatest of some numbers.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

/// A direction as a formula, with coefficients of at most 1: `x − 0.5y`.
fn along(direction: [f64; 2], names: &[String]) -> String {
    let most = direction[0].abs().max(direction[1].abs());
    let mut text = String::new();
    for (coefficient, name) in direction.iter().zip(names) {
        let part = coefficient / most;
        if part == 0.0 {
            continue;
        }
        text += match (text.is_empty(), part < 0.0) {
            (true, false) => "",
            (true, true) => "−",
            (false, false) => " + ",
            (false, true) => " − ",
        };
        if (part.abs() - 1.0).abs() > 5e-3 {
            text += &decimal(part.abs(), 2);
        }
        text += name;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::json as json_network;

    fn network(inputs: &str, weights: &str, bias: &str, activation: &str, last: &str) -> Network {
        let text = format!(
            "{{\"steeple_network\": 1, \"inputs\": [{inputs}], \"outputs\": [\"z\"], \"layers\": [\
             {{\"activation\": \"{activation}\", \"weights\": [{weights}], \"bias\": [{bias}]}},\
             {{\"activation\": \"identity\", \"weights\": [[{last}]], \"bias\": [\"1\"]}}]}}"
        );
        json_network::read(&text).expect("a network")
    }

    fn layer(network: &Network, sides: &str) -> (Vec<LayerEstimate>, Vec<(f64, f64)>) {
        let domain = Domain::parse(sides).expect("a domain");
        let sides = domain.sides().iter();
        let sides = sides.map(|(a, b)| (estimate_rational(a), estimate_rational(b)));
        (LayerEstimate::of(network), sides.collect())
    }

    #[test]
    fn units_of_a_direction_are_one_ridge() {
        let net = network(
            "\"x\", \"y\"",
            "[\"1/3\", \"1\"], [\"-1\", \"-3\"], [\"0\", \"2\"], [\"0\", \"0\"]",
            "\"0\", \"1\", \"1\", \"5\"",
            "relu",
            "\"1\", \"2\", \"-1\", \"3\"",
        );
        let (layers, _) = layer(&net, "x=-1..1,y=-1..1");
        let groups = groups(&net, &layers);
        let sizes: Vec<usize> = groups.iter().map(|group| group.units.len()).collect();
        assert_eq!(sizes, [1, 2]);
        assert_eq!(groups[1].direction, [1.0, 3.0]);
        assert!((groups[1].units[1].slope + 1.0).abs() < 1e-12);
        // The bias of the output, and the unit that never changes.
        assert!((constant(&layers) - 16.0).abs() < 1e-12);
        let names = net.inputs();
        assert_eq!(along([1.0, 3.0], names), "0.33x + y");
        assert_eq!(along([1.0, -1.0], names), "x − y");
        assert_eq!(along([0.0, 1.0], names), "y");
    }

    #[test]
    fn the_ridges_add_up_to_the_network() {
        let net = network(
            "\"x\", \"y\"",
            "[\"3\", \"1\"], [\"-1\", \"-3\"], [\"9\", \"3\"]",
            "\"0\", \"1\", \"1/2\"",
            "tanh",
            "\"1\", \"2\", \"-1\"",
        );
        let (layers, sides) = layer(&net, "x=-1..1,y=-1..1");
        let all = Layer {
            network: &net,
            activation: &layers[0].activation,
            groups: groups(&net, &layers),
            constant: constant(&layers),
            sides,
        };
        let picture = all.ridges(Surface::default());
        assert_eq!(picture.title, "3 tanh units in 2 directions add up to z");
        let corner = layers
            .iter()
            .fold(vec![-1.0, -1.0], |v, layer| layer.values(&v))[0];
        let sum = picture.ridges.iter().fold(all.constant, |sum, ridge| {
            let t = -ridge.direction[0] - ridge.direction[1];
            let end = ridge.profile.iter().find(|p| (p.0 - t).abs() < 1e-12);
            sum + end.expect("a corner is an end").1
        });
        assert!((corner - sum).abs() < 1e-12, "{corner} {sum}");
    }

    #[test]
    fn steps_are_stacked_from_left_to_right() {
        let steps = |count: usize| {
            let rows: Vec<String> = (0..count).map(|_| "[\"1\"]".into()).collect();
            let bias: Vec<String> = (0..count)
                .map(|k| format!("\"-{}/20\"", count - k))
                .collect();
            let last: Vec<String> = (0..count).map(|_| "\"1\"".into()).collect();
            let net = network(
                "\"x\"",
                &rows.join(","),
                &bias.join(","),
                "heaviside",
                &last.join(","),
            );
            let domain = Domain::parse("x=0..2").expect("a domain");
            ridges(&net, &domain).expect("a picture")
        };
        let few = steps(3);
        assert!(few.contains("3 steps add up to z") && few.contains("unit 1, at 0.15"));
        assert!(!few.contains("more units"));
        let many = steps(20);
        assert!(many.contains("9 more units together") && many.matches(">unit ").count() == 11);
    }

    #[test]
    fn other_networks_are_refused() {
        let net = network(
            "\"x\", \"y\", \"z\"",
            "[\"1\", \"0\", \"0\"]",
            "\"0\"",
            "relu",
            "\"1\"",
        );
        let domain = Domain::parse("x=0..1,y=0..1,z=0..1").expect("a domain");
        let error = ridges(&net, &domain).expect_err("three inputs").to_string();
        assert_eq!(
            error,
            "picture `ridges` needs a network of one or two inputs, found 3"
        );
    }
}

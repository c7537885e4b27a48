//! Baselines for a disk: polygons with as many sides as a network has units, and three smooth units.

use super::{Candidate, threshold};
use crate::builders::shape::circle::Disk;
use crate::builders::{self, BuilderName, Fit, Parameters, Units};
use crate::certificate::Norm;
use crate::network::{Layer, Network, digest};
use crate::numbers::Rational;
use crate::report::comparison::{Enclosure, Origin, Row};
use crate::workflow::spec::Spec;

/// The most sides of a polygon that is built as a baseline.
const MOST_SIDES: usize = 64;

/// Does all of a disk lie in the domain?
pub fn is_inside(disk: &Disk, spec: &Spec) -> bool {
    let [x, y] = spec.domain.sides() else {
        return false;
    };
    let fits = |centre: &Rational, (low, high): &(Rational, Rational)| {
        let (below, above) = (centre - low, high - centre);
        let room = |room: Rational| !room.is_negative() && &room * &room >= disk.radius_squared;
        room(below) && room(above)
    };
    fits(&disk.centre.0, x) && fits(&disk.centre.1, y)
}

/// Returns, for a disk, the best regular polygon of steps for each number of units of a network with one
/// hidden layer, and the disk of three smooth units.
pub fn baselines(spec: &Spec, before: Option<&Candidate>, others: &[Candidate]) -> Vec<Candidate> {
    let mut sides: Vec<usize> = others
        .iter()
        .filter_map(|candidate| candidate.network.as_ref())
        .filter_map(|network| match network.layers() {
            [hidden, _] => Some(hidden.units()),
            _ => None,
        })
        .filter(|units| (3..=MOST_SIDES).contains(units))
        .collect();
    sides.sort_unstable();
    sides.dedup();
    let polygon = |sides: usize| {
        let parameters = Parameters {
            sides: Some(sides),
            fit: Some(Fit::Balanced),
            units: Some(Units::Heaviside),
            hidden_layers: Some(1),
            ..Parameters::default()
        };
        (polygon_name(sides), parameters)
    };
    let smooth = Parameters {
        fit: Some(Fit::Smooth),
        ..Parameters::default()
    };
    let wanted = sides
        .into_iter()
        .map(polygon)
        .chain([("smooth disk".to_string(), smooth)]);
    let known = before.and_then(|candidate| candidate.network.as_ref().map(digest));
    wanted
        .filter_map(|(name, parameters)| {
            let (target, domain) = (&spec.target, &spec.domain);
            let built = builders::build(BuilderName::Disk, &parameters, target, domain, Norm::Area);
            let mut network = built.ok()?.network;
            if let (Some(sides), Some(threshold)) = (parameters.sides, threshold(spec)) {
                // One layer of steps counts for how many sides a point is on the inner side: for
                // all of them, or for at most sides - 1.
                let middle = Rational::from(i64::try_from(sides).ok()?) - Rational::ratio(1, 2);
                network = raised(&network, &(threshold - middle))?;
            }
            let is_new = known != Some(digest(&network));
            let row = Row::new(name, Origin::Built);
            is_new.then(|| Candidate::new(row, Some(network)))
        })
        .collect()
}

/// The network with a constant added to its output.
fn raised(network: &Network, by: &Rational) -> Option<Network> {
    let (last, before) = network.layers().split_last()?;
    let bias = last.bias().iter().map(|bias| bias + by).collect();
    let last = Layer::new(last.weights().clone(), bias, last.activation().clone()).ok()?;
    let layers = before.iter().cloned().chain([last]).collect();
    Network::new(
        network.inputs().to_vec(),
        network.outputs().to_vec(),
        layers,
    )
    .ok()
}

fn polygon_name(sides: usize) -> String {
    format!("best polygon of {sides} sides")
}

/// Gives each row with one hidden layer the error of the polygon with as many sides as it has units.
pub fn beside_polygons(rows: &mut [Row]) {
    let figures: Vec<(String, Option<Enclosure>)> = rows
        .iter()
        .map(|row| (row.name.clone(), row.area.clone()))
        .collect();
    for row in rows {
        if row.hidden.len() == 1 && row.origin != Origin::Built {
            let name = polygon_name(row.units);
            let figure = figures.iter().find(|(other, _)| *other == name);
            row.best_polygon = figure.and_then(|(_, area)| area.clone());
        }
    }
}

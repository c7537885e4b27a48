//! Unions of polygons of any outline, by convex parts: T34.

use std::collections::BTreeMap;

use super::parts::Parts;
use super::polygon::{left_of, length_estimate, scale};
use crate::builders::assemble::{LayerBuilder, activation, network};
use crate::builders::entry::{ACTIVATION, Bounds, Entry, Goal, Outputs, SECOND, STEPS, key};
use crate::builders::error::{BuildError, check_size_of_different};
use crate::builders::grid::{whole, wide};
use crate::builders::parameters::{Parameters, Units, Vertex};
use crate::builders::request::{Built, Request, positive, steepness_without_cells};
use crate::builders::values::Outlines;
use crate::geometry::{ConvexPolygon, HalfPlane, Point};
use crate::network::Network;
use crate::numbers::Rational;
use crate::words::count;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "polygons",
    summary: "a union of polygons, convex or not: one unit for each side and one for each convex part",
    inputs: (2, 2),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: STEPS,
    keys: &[
        ACTIVATION,
        key("vertices", "needed: a list of points for each polygon"),
        key(
            "hidden_layers",
            "2 if no two polygons overlap (the parts are added), else 3 (a unit decides)",
        ),
        key("steepness", "400 per shortest side (heaviside: 1)"),
        SECOND,
    ],
    size: None,
    bounds: Bounds::AsAsked,
    bound: "none; with heaviside, the network is exactly the union of the closed polygons",
    theorem: "T34",
    example: r#"[target]
formula = "abs(x) + abs(y) <= 1 or (x >= 1/2 and y >= 1/2)"
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "polygons"
vertices = [
  [["1", "0"], ["0", "1"], ["-1", "0"], ["0", "-1"]],
  [["1/2", "1/2"], ["2", "1/2"], ["2", "2"], ["1/2", "2"]],
]

[claim]
norm = "area"
tolerance = "1/10"
"#,
    build: polygons,
};

/// Returns the network that decides "inside" on a union of polygons.
///
/// - Shapes: 2 inputs, 1 output; a first-layer unit for each side of a convex part (one for both
///   parts beside an inner side), a second-layer unit for each part, and with `hidden_layers = 3`
///   one more that decides.
/// - Bound: none on a domain, because the target is not used.
/// - Exactness: exact half-planes; sigmoid units have normals within `2^-20` of length 1.
/// - Errors: [`BuildError`].
/// - Source: T34.
pub fn polygons(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let (builder, key) = (ENTRY.name, "vertices");
    if given.vertices == Some(Outlines::FromTarget) {
        return Err(BuildError::OnlyPolygon);
    }
    let outlines = given.vertices.clone().map(|vertices| match vertices {
        Outlines::One(list) => vec![list],
        Outlines::Several(lists) => lists,
        Outlines::FromTarget => Vec::new(),
    });
    let outlines = outlines.filter(|list| !list.is_empty());
    let outlines = outlines.ok_or(BuildError::MissingKey { builder, key })?;
    let mut all = Vec::new();
    for (index, outline) in outlines.iter().enumerate() {
        let parts = split(outline).map_err(|error| BuildError::Outline {
            polygon: index + 1,
            error,
        })?;
        all.push(parts);
    }
    let overlapping = first_overlap(&all);
    let layers = given
        .hidden_layers
        .unwrap_or(if overlapping.is_some() { 3 } else { 2 });
    let mut built = union(request, &all, layers)?;
    built.notes.insert(0, count(all.len(), "polygon"));
    if let (Some((i, j)), 2) = (overlapping, layers) {
        built.notes.push(format!(
            "polygons {} and {} overlap: the network is about 2 there, which is also above the threshold",
            i + 1,
            j + 1
        ));
    }
    built.chosen.vertices = Some(Outlines::Several(outlines));
    Ok(built)
}

/// Splits the polygon with these vertices.
pub fn split(outline: &[Vertex]) -> Result<Parts, super::parts::OutlineError> {
    let points: Vec<Point> = outline
        .iter()
        .map(|(x, y)| Point {
            x: x.clone(),
            y: y.clone(),
        })
        .collect();
    Parts::new(&points)
}

/// Returns the network for a union of split polygons; 2 or 3 hidden layers.
pub fn union(request: &Request, all: &[Parts], layers: usize) -> Result<Built, BuildError> {
    let given = request.parameters;
    if !(2..=3).contains(&layers) {
        return Err(BuildError::UnionLayers(layers));
    }
    let units = given.units.unwrap_or(Units::Sigmoid);
    let is_steep = units != Units::Heaviside;
    let sides: usize = all
        .iter()
        .flat_map(Parts::sides)
        .map(|sides| sides.len())
        .sum();
    check_size_of_different(wide(8 * sides))?;
    let (lines, gates) = gates_of(all);

    let steepness = steepness_without_cells(ENTRY.name, given)?;
    let second = positive("second_steepness", given.second_steepness.as_ref())?;
    let mut notes = vec![format!(
        "{}, {}",
        count(gates.len(), "convex part"),
        count(lines.len(), "line")
    )];
    let w = steepness.unwrap_or_else(|| {
        if !is_steep {
            return Rational::ONE;
        }
        let chosen = Rational::from(400) / shortest_side(all);
        notes.push(format!("steepness {chosen}"));
        chosen
    });
    let one_or_forty = if is_steep { 40 } else { 1 };
    let second = second.unwrap_or_else(|| Rational::from(one_or_forty));
    notes.push("no a-priori bound: the target is not compared with the polygons".to_owned());
    Ok(Built {
        network: assembled(request, &Sum::of(lines, gates), units, &w, &second, layers),
        a_priori: None,
        notes,
        chosen: Parameters {
            units: Some(units),
            hidden_layers: Some(layers),
            steepness: Some(w.into()),
            second_steepness: Some(second),
            ..Parameters::default()
        },
    })
}

/// Convex pieces that are added and taken away.
pub(super) struct Sum {
    /// The lines.
    pub(super) lines: Vec<HalfPlane>,
    /// The lines of each piece.
    pub(super) gates: Vec<Gate>,
    /// Is a piece added?
    pub(super) is_added: Vec<bool>,
    /// What counts everywhere.
    pub(super) constant: Rational,
}

impl Sum {
    fn of(lines: Vec<HalfPlane>, gates: Vec<Gate>) -> Self {
        Self {
            lines,
            is_added: vec![true; gates.len()],
            gates,
            constant: Rational::ZERO,
        }
    }
}

/// The network that adds up pieces.
pub(super) fn assembled(
    request: &Request,
    sum: &Sum,
    units: Units,
    w: &Rational,
    second: &Rational,
    layers: usize,
) -> Network {
    let mut planes = LayerBuilder::new(2);
    for line in &sum.lines {
        let mut line = line.clone();
        if units != Units::Heaviside {
            let length = length_estimate(&line);
            scale(&mut line, &length);
        }
        planes.unit([(0, w * &line.a), (1, w * &line.b)], -(w * &line.c));
    }
    let half = Rational::ratio(1, 2);
    let mut parts = LayerBuilder::new(sum.lines.len());
    for gate in &sum.gates {
        // On where all units count 1, and of others at least one: all of the others weigh as much as one of
        // these. A unit seen from the other side counts 1 minus its value.
        let each = whole(gate.any.len().max(1));
        let reversed = &each * &whole(reversed(&gate.lines)) + whole(reversed(&gate.any));
        let all = &each * &whole(gate.lines.len());
        let needed = if gate.any.is_empty() {
            all - &half
        } else {
            all + &half
        } - reversed;
        let weight = |(line, is_own): &(usize, bool), size: &Rational| {
            let weight = second * size;
            (*line, if *is_own { weight } else { -weight })
        };
        let one = Rational::ONE;
        let weights = gate.lines.iter().map(|side| weight(side, &each));
        let weights = weights.chain(gate.any.iter().map(|side| weight(side, &one)));
        let mut weights: Vec<_> = weights.collect();
        weights.sort_unstable_by_key(|(line, _)| *line);
        parts.unit(weights, -(second * &needed));
    }
    let mut hidden = vec![
        planes.finish(activation(units)),
        parts.finish(activation(units)),
    ];
    let signs = sum.is_added.iter();
    let signs = signs.map(|is_added| Rational::from(if *is_added { 1 } else { -1 }));
    let (mut weights, mut constant): (Vec<_>, _) = (signs.collect(), sum.constant.clone());
    if layers == 3 {
        let mut decision = LayerBuilder::new(sum.gates.len());
        let all = weights.iter().map(|sign| second * sign).enumerate();
        decision.unit(all, second * &(&constant - &half));
        hidden.push(decision.finish(activation(units)));
        (weights, constant) = (vec![Rational::ONE], Rational::ZERO);
    }
    network(request.target, hidden, weights, constant)
}

/// The lines around a convex part, in order, and whether the part is on their positive side.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    pub(super) lines: Vec<(usize, bool)>,
    /// Lines of which one is enough; if there are none, nothing is asked.
    pub(super) any: Vec<(usize, bool)>,
}

fn reversed(lines: &[(usize, bool)]) -> usize {
    lines.iter().filter(|(_, is_own)| !is_own).count()
}

/// The lines of all parts, each once for each side that is in use, and the gate of each part.
///
/// Two parts that share a side share the unit: one has the closed half-plane, the other its complement, so
/// every point counts exactly once. (If they share only a stretch of a side, each has its own unit.)
fn gates_of(all: &[Parts]) -> (Vec<HalfPlane>, Vec<Gate>) {
    let mut lines: Vec<HalfPlane> = Vec::new();
    let mut places = BTreeMap::new();
    let mut gates = Vec::new();
    for parts in all {
        let corners = parts.corners();
        let mut inner = BTreeMap::new();
        for sides in parts.sides() {
            let mut gate = Gate::default();
            for (from, to) in sides {
                if let Some(line) = inner.get(&(to, from)) {
                    gate.lines.push((*line, false));
                    continue;
                }
                let line = left_of(&corners[from], &corners[to]);
                let place = *places.entry(key_of(&line)).or_insert_with(|| {
                    lines.push(line);
                    lines.len() - 1
                });
                if parts.is_inner((from, to)) {
                    inner.insert((from, to), place);
                }
                gate.lines.push((place, true));
            }
            gate.lines.sort_unstable();
            gates.push(gate);
        }
    }
    (lines, gates)
}

/// The same for two multiples of one half-plane by a positive number.
fn key_of(line: &HalfPlane) -> (Rational, Rational, Rational) {
    let size = if line.a.is_zero() {
        line.b.abs()
    } else {
        line.a.abs()
    };
    (&line.a / &size, &line.b / &size, &line.c / &size)
}

/// The approximate length of the shortest side of an outline.
fn shortest_side(all: &[Parts]) -> Rational {
    let sides = all.iter().flat_map(|parts| {
        let corners = parts.corners();
        let next = corners.iter().cycle().skip(1);
        corners
            .iter()
            .zip(next)
            .map(|(p, q)| length_estimate(&left_of(p, q)))
    });
    sides.min().unwrap_or(Rational::ONE)
}

/// The first two polygons that share more than boundary points.
fn first_overlap(all: &[Parts]) -> Option<(usize, usize)> {
    let convex: Vec<(usize, ConvexPolygon, Vec<HalfPlane>)> = all
        .iter()
        .enumerate()
        .flat_map(|(index, parts)| {
            parts.sides().filter_map(move |sides| {
                let corner = |i: usize| parts.corners()[i].clone();
                let planes = sides.iter().map(|&(p, q)| left_of(&corner(p), &corner(q)));
                let planes = planes.collect();
                let corners = sides.iter().map(|&(p, _)| corner(p)).collect();
                Some((index, ConvexPolygon::new(corners).ok()?, planes))
            })
        })
        .collect();
    for (i, polygon, _) in &convex {
        for (j, _, planes) in convex.iter().filter(|(j, _, _)| j > i) {
            let common = planes
                .iter()
                .fold(polygon.clone(), |left, plane| left.clip(plane));
            if common.area().is_positive() {
                return Some((*i, *j));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Norm;
    use crate::expr::{Domain, Target, parse_target};
    use crate::network::{forward, size};
    use crate::numbers::Precise;
    use crate::numbers::Scalar;

    type Outline = Vec<(i64, i64)>;

    fn outlines(lists: &[Outline]) -> Vec<Vec<Vertex>> {
        let vertex = |&(x, y): &(i64, i64)| (Rational::from(x), Rational::from(y));
        let outline = |list: &Outline| list.iter().map(vertex).collect();
        lists.iter().map(outline).collect()
    }

    fn made(lists: &[Outline], units: Units, layers: Option<usize>) -> Result<Built, String> {
        let domain = Domain::parse("x=-6..6,y=-6..6").expect("a domain");
        let target: Target = parse_target(&["x > y"], Some(domain.names())).expect("a region");
        let parameters = Parameters {
            units: Some(units),
            vertices: Some(Outlines::Several(outlines(lists))),
            hidden_layers: layers,
            ..Parameters::default()
        };
        let request = Request {
            parameters: &parameters,
            target: &target,
            domain: &domain,
            norm: Norm::Area,
            within: None,
        };
        polygons(&request).map_err(|error| error.to_string())
    }

    /// 1 inside, 0 outside, nothing on a side: whether a ray to the right crosses an odd number of
    /// sides.
    fn holds(outline: &Outline, x: &Rational, y: &Rational) -> Option<bool> {
        let mut is_inside = false;
        for (k, p) in outline.iter().enumerate() {
            let q = &outline[(k + 1) % outline.len()];
            let [px, py, qx, qy] = [p.0, p.1, q.0, q.1].map(Rational::from);
            let cross = (&qx - &px) * (y - &py) - (&qy - &py) * (x - &px);
            let between =
                |a: &Rational, b: &Rational, c: &Rational| (a <= c && c <= b) || (b <= c && c <= a);
            if cross.is_zero() && between(&px, &qx, x) && between(&py, &qy, y) {
                return None;
            }
            if (py > *y) != (qy > *y) && (cross.is_positive() == (qy > py)) {
                is_inside = !is_inside;
            }
        }
        Some(is_inside)
    }

    fn shapes() -> Vec<Vec<Outline>> {
        let star = vec![
            (0, 5),
            (1, 1),
            (5, 0),
            (1, -1),
            (0, -5),
            (-1, -1),
            (-5, 0),
            (-1, 1),
        ];
        let u = vec![
            (-5, -5),
            (5, -5),
            (5, 5),
            (3, 5),
            (3, -3),
            (-3, -3),
            (-3, 5),
            (-5, 5),
        ];
        let small = vec![(-2, -2), (-2, 2), (2, 2), (2, -2)];
        let comb = vec![
            (-5, 0),
            (5, 0),
            (5, 4),
            (3, 1),
            (1, 4),
            (-1, 1),
            (-3, 4),
            (-5, 1),
        ];
        vec![
            vec![star.clone()],
            vec![u.clone(), small.clone()],
            vec![star, small],
            vec![comb, vec![(-5, -1), (5, -1), (0, -5)]],
        ]
    }

    #[test]
    fn unions_are_their_polygons() {
        for lists in shapes() {
            for layers in [2, 3] {
                let built = made(&lists, Units::Heaviside, Some(layers)).expect("built");
                // On vertices and sides, and then beside them: parts may share a stretch of a side.
                for beside in [Rational::ZERO, Rational::ratio(1, 97)] {
                    for (i, j) in (0..49 * 49).map(|k| (k / 49 - 24, k % 49 - 24)) {
                        let at = |k| Rational::ratio(k, 4) + &beside;
                        let point = [at(i), at(j)];
                        let value = forward(&built.network, &(), &point);
                        let value = value.expect("rational").remove(0);
                        let each = lists
                            .iter()
                            .map(|list| holds(list, &point[0], &point[1]))
                            .collect::<Vec<_>>();
                        let is_inside = each.iter().any(|inside| *inside != Some(false));
                        assert_eq!(value >= Rational::ONE, is_inside, "{point:?}");
                        if layers == 3 {
                            assert!(value <= Rational::ONE);
                        } else if !beside.is_zero() {
                            let count = each.iter().filter(|inside| **inside == Some(true));
                            assert_eq!(value, whole(count.count()), "{point:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn sigmoid_units_leave_no_seam_between_parts() {
        let l = vec![(0, 0), (4, 0), (4, 2), (2, 2), (2, 4), (0, 4)];
        let built = made(&[l], Units::Sigmoid, None).expect("built");
        // Six sides and a line between two parts.
        let layers: Vec<usize> = built
            .network
            .layers()
            .iter()
            .map(crate::network::Layer::units)
            .collect();
        assert_eq!(layers, [7, 2, 1]);
        for k in 1..40 {
            // Along both diagonals of the inner corner.
            for (x, y) in [(k, k), (40 - k, k)] {
                let point = [Rational::ratio(x, 20), Rational::ratio(y, 20)];
                let point = point.map(|x| Precise::constant(&80, &x));
                let value = forward(&built.network, &80, &point)
                    .expect("defined")
                    .remove(0);
                assert!(
                    value.lower() > Some(Rational::ratio(999, 1000)),
                    "{x} {y} {value:?}"
                );
            }
        }
        assert_eq!(size(&built.network).hidden_layers, 2);
    }

    #[test]
    fn layers_are_two_unless_polygons_overlap() {
        let layers = |lists: &[Outline]| {
            let built = made(lists, Units::Sigmoid, None).expect("built");
            built.chosen.hidden_layers
        };
        let all = shapes();
        assert_eq!(layers(&all[1]), Some(2));
        assert_eq!(layers(&all[2]), Some(3));
        let forced = made(&all[2], Units::Sigmoid, Some(2)).expect("built");
        assert!(
            forced
                .notes
                .iter()
                .any(|note| note.contains("1 and 2 overlap"))
        );
        let refused = made(&all[1], Units::Sigmoid, Some(1)).expect_err("too few");
        assert_eq!(
            refused,
            "`hidden_layers` is 1; a polygon in several convex parts has 2 or 3"
        );
        let bow = made(
            &[vec![(0, 0), (2, 2), (2, 0), (0, 2)]],
            Units::Sigmoid,
            None,
        );
        assert_eq!(
            bow.expect_err("crosses"),
            "`vertices`, polygon 1: the sides of the polygon after vertex 1 and after vertex 3 meet"
        );
    }
}

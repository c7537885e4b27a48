//! Convex polygons: one first-layer unit for each side, and a unit, or the threshold, that counts.
//! Others are split into convex parts.

use super::{from_target, polygons};
use crate::builders::assemble::{LayerBuilder, activation, network};
use crate::builders::cells::tower::gate_bias;
use crate::builders::entry::{ACTIVATION, Bounds, Entry, Goal, Key, Outputs, SECOND, STEPS, key};
use crate::builders::error::{BuildError, check_size_of_different};
use crate::builders::grid::{whole, wide};
use crate::builders::parameters::{Parameters, Steepness, Units};
use crate::builders::request::{Built, Request, positive, steepness_without_cells};
use crate::builders::sample::short_above;
use crate::builders::values::Outlines;
use crate::expr::Target;
use crate::geometry::polygon::PolygonError;
use crate::geometry::{ConvexPolygon, HalfPlane, Point};
use crate::network::Network;
use crate::numbers::{Interval, Rational};
use crate::words::count;

/// `hidden_layers` of shapes.
pub const SHAPE_LAYERS: Key = key(
    "hidden_layers",
    "2 (with 1, inside is where the output is at least sides - 1/2)",
);

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "polygon",
    summary: "a polygon: one unit for each side, and one that counts them (one for each convex part)",
    inputs: (2, 2),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: STEPS,
    keys: &[
        ACTIVATION,
        key(
            "vertices",
            "needed: points in order around the polygon, or \"from target\"",
        ),
        key("sides", "from the tolerance, for vertices from the target"),
        key(
            "fit",
            "for vertices from the target: smooth if `sides` is left out and it needs fewer units, else balanced",
        ),
        SHAPE_LAYERS,
        key("steepness", "400 per shortest side (heaviside: 1)"),
        SECOND,
    ],
    size: Some(from_target::SIZE),
    bounds: Bounds::AsAsked,
    bound: "none; with heaviside, the network is exactly the closed polygon",
    theorem: "T25",
    example: r#"[target]
formula = "abs(x) + abs(y) <= 1"
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "polygon"
vertices = [["1", "0"], ["0", "1"], ["-1", "0"], ["0", "-1"]]

[claim]
norm = "area"
tolerance = "1/10"
"#,
    build: polygon,
};

/// Returns the network that decides "inside" on a polygon; a polygon that is not convex is split
/// ([`polygons`]).
///
/// - Shapes: 2 inputs, 1 output; 2 hidden layers of `n` and 1 units, or 1 of `n` units whose sum
///   is compared with `n - 1/2`.
/// - Bound: none on a domain, because the target is not used; with Heaviside units the network is exactly
///   the closed polygon.
/// - Exactness: exact half-planes; sigmoid units have normals within `2^-20` of length 1.
/// - Errors: [`BuildError`].
/// - Source: T25.
pub fn polygon(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let key = "vertices";
    let builder = ENTRY.name;
    let only_from_target = [
        ("sides", given.sides.is_some()),
        ("fit", given.fit.is_some()),
    ];
    let is_from_target = given.vertices == Some(Outlines::FromTarget);
    if let Some((key, _)) = only_from_target.into_iter().find(|(_, is_given)| *is_given)
        && !is_from_target
    {
        return Err(BuildError::OnlyFromTarget(key));
    }
    let vertices = match &given.vertices {
        Some(Outlines::FromTarget) => return from_target::polygon(request),
        Some(Outlines::One(vertices)) => vertices,
        Some(Outlines::Several(lists)) => return Err(BuildError::SeveralPolygons(lists.len())),
        None => return Err(BuildError::MissingKey { builder, key }),
    };
    let point = |(x, y): &(Rational, Rational)| Point {
        x: x.clone(),
        y: y.clone(),
    };
    let polygon = match ConvexPolygon::new(vertices.iter().map(point).collect()) {
        Ok(polygon) => polygon,
        Err(error @ PolygonError::NotConvex(_)) => {
            if given.hidden_layers == Some(1) {
                return Err(BuildError::OneLayer(error));
            }
            let parts = polygons::split(vertices).map_err(BuildError::Vertices)?;
            let mut built = polygons::union(request, &[parts], given.hidden_layers.unwrap_or(2))?;
            built.chosen.vertices = Some(Outlines::One(vertices.clone()));
            return Ok(built);
        }
        Err(error) => return Err(error.into()),
    };
    let corners = polygon.corners();
    let edges = corners.iter().zip(corners.iter().cycle().skip(1));
    let units = given.units.unwrap_or(Units::Sigmoid);
    let mut sides: Vec<HalfPlane> = edges.map(|(p, q)| left_of(p, q)).collect();
    let mut shortest: Option<Rational> = None;
    if units != Units::Heaviside {
        for side in &mut sides {
            let length = length_estimate(side);
            scale(side, &length);
            shortest = Some(shortest.map_or(length.clone(), |least| least.min(length)));
        }
    }
    let mut shape = Shape::of(ENTRY.name, given, units)?;
    shape.choose_steepness(&(Rational::from(400) / shortest.unwrap_or(Rational::ONE)));
    let mut notes = shape.notes(sides.len());
    notes.push("no a-priori bound: the target is not compared with the polygon".to_owned());
    Ok(Built {
        network: shape.network(request.target, &sides),
        a_priori: None,
        notes,
        chosen: Parameters {
            vertices: Some(Outlines::One(vertices.clone())),
            ..shape.chosen()
        },
    })
}

/// The closed half-plane on the left of the line from p to q.
pub(super) fn left_of(p: &Point, q: &Point) -> HalfPlane {
    let (a, b) = (&p.y - &q.y, &q.x - &p.x);
    let c = &a * &p.x + &b * &p.y;
    HalfPlane { a, b, c }
}

/// Returns the length of the normal of a half-plane, relatively within `2^-24`.
pub(super) fn length_estimate(side: &HalfPlane) -> Rational {
    let square = &side.a * &side.a + &side.b * &side.b;
    let root = Interval::from_rational(&square).root().ok();
    let root = root.and_then(|root| root.mid().to_rational());
    // An infinite or subnormal length is not scaled: any positive factor is right.
    let root = root.filter(Rational::is_positive).unwrap_or(Rational::ONE);
    short_above(&root, 24)
}

pub(super) fn scale(side: &mut HalfPlane, length: &Rational) {
    side.a = &side.a / length;
    side.b = &side.b / length;
    side.c = &side.c / length;
}

/// Turns half-planes into a network, for polygons and disks.
pub struct Shape {
    units: Units,
    hidden_layers: usize,
    steepness: Option<Rational>,
    second: Option<Rational>,
    has_chosen: bool,
}

impl Shape {
    /// Reads and checks the keys.
    pub fn of(builder: &'static str, given: &Parameters, units: Units) -> Result<Self, BuildError> {
        let hidden_layers = given.hidden_layers.unwrap_or(2);
        if !(1..=2).contains(&hidden_layers) {
            return Err(BuildError::HiddenLayers(hidden_layers));
        }
        let steepness = steepness_without_cells(builder, given)?;
        let second = positive("second_steepness", given.second_steepness.as_ref())?;
        if hidden_layers == 1 && second.is_some() {
            return Err(BuildError::NoSecondLayer);
        }
        Ok(Self {
            units,
            hidden_layers,
            steepness,
            second,
            has_chosen: false,
        })
    }

    /// Fills in missing keys.
    pub fn choose_steepness(&mut self, steepness: &Rational) {
        let is_steep = self.units != Units::Heaviside;
        if self.steepness.is_none() {
            self.steepness = Some(if is_steep {
                steepness.clone()
            } else {
                Rational::ONE
            });
            self.has_chosen = is_steep;
        }
        if self.hidden_layers == 2 && self.second.is_none() {
            let second = if is_steep { 40 } else { 1 };
            self.second = Some(Rational::from(second));
        }
    }

    /// The steepness, after it is chosen.
    pub fn steepness(&self) -> Rational {
        self.steepness.clone().unwrap_or(Rational::ONE)
    }

    /// The threshold that the network is made for.
    pub fn threshold(&self, sides: usize) -> Rational {
        if self.hidden_layers == 2 {
            Rational::ratio(1, 2)
        } else {
            whole(sides) - Rational::ratio(1, 2)
        }
    }

    /// Returns the notes for the user.
    pub fn notes(&self, sides: usize) -> Vec<String> {
        let mut notes = vec![count(sides, "side")];
        if self.has_chosen {
            notes.push(format!("steepness {}", self.steepness()));
        }
        if self.hidden_layers == 1 {
            notes.push(format!(
                "one hidden layer: a point is inside if the output is at least {}; set `threshold` in \
                 [claim] to this number",
                self.threshold(sides)
            ));
        }
        notes
    }

    /// The keys that are filled in here.
    pub fn chosen(&self) -> Parameters {
        Parameters {
            units: Some(self.units),
            hidden_layers: Some(self.hidden_layers),
            steepness: self.steepness.clone().map(Steepness::from),
            second_steepness: self.second.clone(),
            ..Parameters::default()
        }
    }

    /// Returns the network.
    pub fn network(&self, target: &Target, sides: &[HalfPlane]) -> Network {
        let w = self.steepness();
        let mut planes = LayerBuilder::new(2);
        for side in sides {
            let weights = [(0, &w * &side.a), (1, &w * &side.b)];
            planes.unit(weights, -(&w * &side.c));
        }
        let activation = || activation(self.units);
        let mut hidden = vec![planes.finish(activation())];
        let mut weights = vec![Rational::ONE; sides.len()];
        if let Some(second) = &self.second {
            let mut gate = LayerBuilder::new(sides.len());
            let all = (0..sides.len()).map(|side| (side, second.clone()));
            gate.unit(all, gate_bias(sides.len(), second));
            hidden.push(gate.finish(activation()));
            weights = vec![Rational::ONE];
        }
        network(target, hidden, weights, Rational::ZERO)
    }
}

/// Refuses more sides than fit into memory.
pub fn check_sides(sides: usize) -> Result<(), BuildError> {
    if sides < 3 {
        return Err(BuildError::TooSmall {
            key: "sides",
            found: sides,
            smallest: 3,
        });
    }
    // Rational points on a circle are long: about a hundred bytes for each of several weights.
    check_size_of_different(wide(sides).saturating_mul(5))
}

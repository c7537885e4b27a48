//! Polygons whose vertices are found from the region that is the target: T34.

use super::ellipse::{smooth_ellipse, steepness_for};
use super::outline::field::Field;
use super::outline::found::Found;
use super::outline::pieces::{self, Frame, Piece};
use super::polygon::{Shape, left_of, length_estimate, scale};
use super::polygons::{Gate, Sum, assembled};
use crate::builders::entry::SizeKey;
use crate::builders::error::BuildError;
use crate::builders::parameters::{Fit, Parameters, Units};
use crate::builders::request::{Built, Request, positive, steepness_without_cells};
use crate::builders::values::Outlines;
use crate::certificate::Norm;
use crate::expr::{Domain, simplest_between};
use crate::geometry::{HalfPlane, Point};
use crate::numbers::Rational;
use crate::numbers::estimate::{estimate_rational, short};
use crate::words::count;

/// The most sides: splitting a polygon takes a time that grows with their cube.
const MOST_SIDES: usize = 256;
/// `sides` as the size of a polygon from the target.
pub const SIZE: SizeKey = SizeKey {
    is_found: |_| false,
    name: "sides",
    smallest: 1,
    largest: MOST_SIDES,
    set: |parameters, size| parameters.sides = Some(size),
    needed: |_, _| None,
    is_of_use: |parameters| {
        parameters.vertices == Some(Outlines::FromTarget) && parameters.fit != Some(Fit::Smooth)
    },
    prepare: Some(prepare),
};

/// Takes three smooth units where they keep the tolerance: no polygon has so few units.
#[allow(
    clippy::unnecessary_wraps,
    reason = "the form of all functions that choose parameters"
)]
fn prepare(request: &Request, tolerance: &Rational) -> Result<Parameters, BuildError> {
    let given = request.parameters;
    let is_free = given.fit.is_none()
        && given.steepness.is_none()
        && given.second_steepness.is_none()
        && given.units.is_none_or(|units| units == Units::Sigmoid)
        && given.hidden_layers.is_none_or(|layers| layers == 1);
    let is_wanted = is_free && request.norm == Norm::Area && request.target.is_region();
    let steepness = is_wanted
        .then(|| steepness_for(request, tolerance))
        .flatten();
    Ok(match steepness {
        Some(steepness) => Parameters {
            fit: Some(Fit::Smooth),
            steepness: Some(steepness.into()),
            ..given.clone()
        },
        None => given.clone(),
    })
}

/// Returns the network that decides "inside" on a polygon near the region of the target.
///
/// - Shapes: 2 inputs, 1 output; 2 hidden layers: a unit for each side (none for those on the edge of the
///   domain), and one for each convex piece that is added or taken away; with `hidden_layers = 3` one more.
///   For three smooth units: [`smooth_ellipse`].
/// - Bound: none for polygons; the corners are found in floats, and the prover finds the area.
/// - Exactness: exact half-planes of the corners that were found; sigmoid units have normals within `2^-20` of
///   length 1.
/// - Errors: [`BuildError`].
/// - Source: T34.
pub fn polygon(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    match given.fit {
        Some(Fit::Smooth) => return smooth_ellipse(request),
        Some(fit @ (Fit::Inscribed | Fit::Circumscribed)) => {
            return Err(BuildError::FitOfRegion(fit));
        }
        Some(Fit::Balanced) | None => {}
    }
    let (builder, key) = (super::polygon::ENTRY.name, SIZE.name);
    let mut field = Field::new(request.target, request.domain).ok_or(BuildError::NoRegion)?;
    let sides = given
        .sides
        .ok_or(BuildError::MissingSize { builder, key })?;
    if sides > MOST_SIDES {
        return Err(BuildError::AboveLargest {
            key,
            found: sides,
            largest: MOST_SIDES,
        });
    }
    let found = Found::new(&mut field, sides)?;
    let polygons = found.polygons(request.domain);
    let frame = Frame::new(request.domain).ok_or(BuildError::NoRegion)?;
    let pieces = frame.pieces(&polygons);
    let pieces = pieces.map_err(|_| BuildError::CrossingSides(sides))?;
    let steepness = Rational::from(400) / typical_side(&polygons, request.domain);
    let steepness = simplest_between(&steepness, &(&steepness * &Rational::ratio(5, 4)));
    let mut built = network(request, &pieces, steepness)?;
    let volume = estimate_rational(&request.domain.volume());
    let mut notes = vec![format!(
        "{} found from the target, with {}; misclassified area about {}",
        count(found.outlines.len(), "outline"),
        count(sides, "side"),
        short(found.area * volume)
    )];
    notes.append(&mut built.notes);
    notes.push("no a-priori bound for a polygon found from the target".to_owned());
    built.notes = notes;
    built.chosen.sides = Some(sides);
    built.chosen.fit = Some(Fit::Balanced);
    built.chosen.vertices = Some(Outlines::FromTarget);
    Ok(built)
}

/// The approximate length of a rather short side: three quarters of those inside the domain are longer.
fn typical_side(polygons: &[(Vec<Point>, bool)], domain: &Domain) -> Rational {
    let on = |point: &Point| {
        let places = [&point.x, &point.y].into_iter().zip(domain.sides());
        let ends = places.flat_map(|(t, (low, high))| [t == low, t == high]);
        ends.collect::<Vec<_>>()
    };
    let sides = polygons.iter().flat_map(|(corners, _)| {
        let next = corners.iter().cycle().skip(1);
        corners.iter().zip(next)
    });
    let is_inside = |(p, q): &(&Point, &Point)| !on(p).iter().zip(on(q)).any(|(a, b)| *a && b);
    let lengths = sides
        .filter(is_inside)
        .map(|(p, q)| length_estimate(&left_of(p, q)));
    let mut lengths: Vec<Rational> = lengths.collect();
    lengths.sort_unstable();
    lengths
        .get(lengths.len() / 4)
        .cloned()
        .unwrap_or(Rational::ONE)
}

/// The network of one convex piece.
fn convex(
    request: &Request,
    planes: &[HalfPlane],
    steepness: &Rational,
) -> Result<Built, BuildError> {
    let mut given = request.parameters.clone();
    if planes.len() == 1 && given.second_steepness.is_none() {
        // One half-plane needs no unit that counts.
        given.hidden_layers = given.hidden_layers.or(Some(1));
    }
    let units = given.units.unwrap_or(Units::Sigmoid);
    let mut planes = planes.to_vec();
    if units != Units::Heaviside {
        for plane in &mut planes {
            let length = length_estimate(plane);
            scale(plane, &length);
        }
    }
    let mut shape = Shape::of("polygon", &given, units)?;
    shape.choose_steepness(steepness);
    Ok(Built {
        network: shape.network(request.target, &planes),
        a_priori: None,
        notes: shape.notes(planes.len()),
        chosen: shape.chosen(),
    })
}

/// The network of pieces.
fn network(request: &Request, pieces: &[Piece], steepness: Rational) -> Result<Built, BuildError> {
    let given = request.parameters;
    let units = given.units.unwrap_or(Units::Sigmoid);
    let (lines, gates) = pieces::gates(pieces);
    if let [piece] = pieces
        && piece.is_added
        && piece.any.is_empty()
        && given.hidden_layers.is_none_or(|layers| layers < 3)
    {
        return convex(request, &piece.planes, &steepness);
    }
    let layers = given.hidden_layers.unwrap_or(2);
    if !(2..=3).contains(&layers) {
        return Err(BuildError::UnionLayers(layers));
    }
    let is_steep = units != Units::Heaviside;
    let one_or = |value: Rational| if is_steep { value } else { Rational::ONE };
    let w = steepness_without_cells("polygon", given)?;
    let second = positive("second_steepness", given.second_steepness.as_ref())?;
    let number = |is_counted: &dyn Fn(&Piece) -> bool| {
        pieces.iter().filter(|piece| is_counted(piece)).count()
    };
    let mut notes = vec![format!(
        "{}: {} added, {} taken away, {} with a convex part left out; {}",
        count(pieces.len(), "piece"),
        number(&|piece| piece.is_added),
        number(&|piece| !piece.is_added),
        number(&|piece| !piece.any.is_empty()),
        count(lines.len(), "line")
    )];
    if w.is_none() && is_steep {
        notes.push(format!("steepness {steepness}"));
    }
    let w = w.unwrap_or_else(|| one_or(steepness));
    let second = second.unwrap_or_else(|| one_or(Rational::from(40)));
    let mut sum = Sum {
        lines,
        gates: Vec::new(),
        is_added: Vec::new(),
        constant: Rational::ZERO,
    };
    for (piece, (lines, any)) in pieces.iter().zip(gates) {
        if lines.is_empty() && any.is_empty() {
            let sign = if piece.is_added { 1 } else { -1 };
            sum.constant = sum.constant + Rational::from(sign);
        } else {
            sum.gates.push(Gate { lines, any });
            sum.is_added.push(piece.is_added);
        }
    }
    Ok(Built {
        network: assembled(request, &sum, units, &w, &second, layers),
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

#[cfg(test)]
mod tests {
    use super::super::outline::descent::Chain;
    use super::super::outline::runs::runs;
    use super::super::outline::trace::{Trace, trace};
    use super::*;
    use crate::builders::{BuilderName, build, entry, prepare as prepared};
    use crate::expr::{Target, parse_target};
    use crate::network::{Network, forward, size};

    fn target(formula: &str) -> Target {
        let inputs = ["x".to_owned(), "y".to_owned()];
        parse_target(&[formula], Some(&inputs)).expect("a formula")
    }

    fn domain(text: &str) -> Domain {
        Domain::parse(text).expect("a domain")
    }

    const AROUND: &str = "x=-3/2..3/2,y=-3/2..3/2";

    fn keys(sides: usize, units: Units) -> Parameters {
        Parameters {
            vertices: Some(Outlines::FromTarget),
            sides: Some(sides),
            units: Some(units),
            ..Parameters::default()
        }
    }

    fn made(formula: &str, on: &str, keys: &Parameters) -> Result<Built, String> {
        let (target, domain) = (target(formula), domain(on));
        let built = build(BuilderName::Polygon, keys, &target, &domain, Norm::Area);
        built.map_err(|error| error.to_string())
    }

    /// The misclassified area by counting points of a grid, with Heaviside units.
    fn area(network: &Network, formula: &str, on: &str) -> f64 {
        const POINTS: u32 = 120;
        let domain = domain(on);
        let mut field = Field::new(&target(formula), &domain).expect("a region");
        let mut wrong = 0_u32;
        for i in 0..POINTS {
            for j in 0..POINTS {
                let share = |k: u32| Rational::ratio(i64::from(2 * k + 1), i64::from(2 * POINTS));
                let [x, y] = [(0, share(i)), (1, share(j))].map(|(side, t)| {
                    let (low, high) = &domain.sides()[side];
                    low + &(t * (high - low))
                });
                let value = forward(network, &(), &[x, y]).expect("defined").remove(0);
                let [x, y] = [i, j].map(|k| (f64::from(k) + 0.5) / f64::from(POINTS));
                wrong += u32::from((value >= Rational::ratio(1, 2)) != field.holds([x, y]));
            }
        }
        estimate_rational(&domain.volume()) * f64::from(wrong) / f64::from(POINTS * POINTS)
    }

    #[test]
    fn polygons_of_disks_and_ellipses_are_the_best() {
        let best = [(3, 1.141), (4, 0.568), (5, 0.343), (6, 0.231)];
        for (sides, least) in best {
            for (formula, on, factor) in [
                ("x^2 + y^2 <= 1", AROUND, 1.0),
                ("x^2/4 + y^2 <= 1", "x=-5/2..5/2,y=-3/2..3/2", 2.0),
                ("5*x^2 + 6*x*y + 5*y^2 <= 8", "x=-2..2,y=-2..2", 2.0),
            ] {
                let domain = domain(on);
                let mut field = Field::new(&target(formula), &domain).expect("a region");
                let found = Found::new(&mut field, sides).expect("found");
                let area = found.area * estimate_rational(&domain.volume());
                assert!(
                    (area / factor / least - 1.0).abs() < 0.004,
                    "{formula} {sides}: {area}"
                );
            }
        }
    }

    #[test]
    fn outlines_holes_and_edges_are_found() {
        let cases = [
            // formula, domain, sides, units, area at most
            ("1/4 <= x^2 + y^2 and x^2 + y^2 <= 1", AROUND, 16, 17, 0.16),
            ("(x^2 + y^2 - 1)^3 <= x^2*y^3", AROUND, 16, 19, 0.045),
            (
                "x^2 + y^2 <= 1 or (x - 3/2)^2 + y^2 <= 1",
                "x=-3/2..3,y=-3/2..3/2",
                16,
                18,
                0.125,
            ),
            ("x^2 + y^2 <= 1", "x=0..3/2,y=-3/2..3/2", 8, 9, 0.02),
            ("x^2 + y^2 >= 1", AROUND, 8, 9, 0.15),
            ("x + 2*y <= 1/3", AROUND, 1, 1, 0.001),
            ("abs(x) <= 1/2", AROUND, 2, 3, 0.001),
            (
                "(x - 1/2)^2 + y^2 <= 1/9 or (x + 1/2)^2 + y^2 <= 1/9",
                AROUND,
                8,
                10,
                0.15,
            ),
        ];
        for (formula, on, sides, units, most) in cases {
            let built = made(formula, on, &keys(sides, Units::Heaviside)).expect(formula);
            let hidden = size(&built.network).units;
            assert!(hidden <= units, "{formula}: {hidden} units");
            let counted = area(&built.network, formula, on);
            assert!(counted <= most, "{formula}: {counted}");
            // The estimate is that of the grid, up to the width of its cells.
            let mut field = Field::new(&target(formula), &domain(on)).expect("a region");
            let found = Found::new(&mut field, sides).expect("found").area;
            let found = found * estimate_rational(&domain(on).volume());
            assert!(
                (found - counted).abs() < 0.02 + 0.05 * counted,
                "{formula}: {found} {counted}"
            );
        }
    }

    #[test]
    fn polygons_are_found_as_they_are() {
        let built = made("abs(x) + abs(y) <= 1", AROUND, &keys(4, Units::Heaviside));
        let layers = built.expect("built").network;
        let planes = &layers.layers()[0];
        for row in 0..4 {
            let weights: Vec<Rational> = planes.weights().row(row).map(|(_, w)| w.abs()).collect();
            let bias = planes.bias().iter().nth(row).cloned();
            assert!(weights[0] == weights[1] && bias.as_ref() == weights.first());
        }
    }

    #[test]
    fn corners_are_better_than_evenly_spaced_ones() {
        for formula in ["(x^2 + y^2 - 1)^3 <= x^2*y^3", "x^2 + 4*y^2 <= 1"] {
            let mut field = Field::new(&target(formula), &domain(AROUND)).expect("a region");
            let Trace::Loops(loops) = trace(&mut field) else {
                panic!("a boundary")
            };
            let all = runs(&loops[0]);
            for sides in [8, 16, 32] {
                let n = all[0].points.len();
                let even = (0..sides).map(|k| (all[0].points[k * n / sides], k * n / sides));
                let (even, _) = Chain::new(&all[0], even.collect()).area();
                let found = Found::new(&mut field, sides).expect("found").area;
                assert!(found < 0.5 * even, "{formula} {sides}: {found} {even}");
            }
        }
    }

    #[test]
    fn three_smooth_units_are_taken_where_they_keep_the_tolerance() {
        let (target, domain) = (target("x^2 + y^2 <= 1"), domain(AROUND));
        let given = Parameters {
            sides: None,
            units: None,
            ..keys(0, Units::Sigmoid)
        };
        let chosen = |given: &Parameters, target: &Target| {
            let tolerance = Rational::ratio(1, 1000);
            let polygon = BuilderName::Polygon;
            prepared(polygon, given, target, &domain, Norm::Area, &tolerance).expect("prepared")
        };
        let smooth = chosen(&given, &target);
        assert_eq!(smooth.fit, Some(Fit::Smooth));
        let built = build(BuilderName::Polygon, &smooth, &target, &domain, Norm::Area);
        let built = built.expect("built");
        assert_eq!(size(&built.network).units, 3);
        let upper = built.a_priori.expect("a bound").upper;
        assert!(upper <= Rational::ratio(1, 1000));
        let forced = Parameters {
            fit: Some(Fit::Balanced),
            ..given.clone()
        };
        assert_eq!(chosen(&forced, &target), forced);
        let heart = self::target("(x^2 + y^2 - 1)^3 <= x^2*y^3");
        assert_eq!(chosen(&given, &heart), given);
        let size = entry(BuilderName::Polygon).size.expect("a size");
        assert!(size.is_given(&smooth) && !size.is_given(&given));
    }

    #[test]
    fn requests_that_cannot_be_met_are_refused() {
        let refused =
            |formula: &str, keys: &Parameters| made(formula, AROUND, keys).expect_err("refused");
        let three = keys(3, Units::Sigmoid);
        assert!(refused("x^2 + y^2", &three).contains("not a region"));
        assert!(refused("x^2 + y^2 <= 9", &three).contains("it is all of it"));
        assert!(refused("x^2 + y^2 <= -1", &three).contains("no part of it"));
        let annulus = "1/4 <= x^2 + y^2 and x^2 + y^2 <= 1";
        let few = refused(annulus, &three);
        assert!(
            few.contains("at least 6 are needed") && few.contains("2 parts"),
            "{few}"
        );
        let many = refused(annulus, &keys(257, Units::Sigmoid));
        assert!(many.contains("at most 256"), "{many}");
        let fit = |fit: Fit| Parameters {
            fit: Some(fit),
            ..three.clone()
        };
        assert!(refused(annulus, &fit(Fit::Inscribed)).contains("\"balanced\" and \"smooth\""));
        let smooth = Parameters {
            sides: None,
            ..fit(Fit::Smooth)
        };
        assert!(refused(annulus, &smooth).contains("not recognised as a disk or an ellipse"));
        let vertices = Parameters {
            vertices: Some(Outlines::One(vec![])),
            ..three.clone()
        };
        assert!(refused(annulus, &vertices).contains("goes with `vertices` = \"from target\""));
        let missing = Parameters {
            sides: None,
            ..three
        };
        assert!(refused(annulus, &missing).contains("needs `sides`, or a tolerance"));
    }
}

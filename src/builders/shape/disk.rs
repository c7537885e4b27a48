//! Disks: polygons with rational corners and rational normals of length exactly 1, or smooth units.

use super::circle::{Disk, read_disk};
use super::polygon::{SHAPE_LAYERS, Shape, check_sides};
use super::smooth;
use crate::builders::entry::{
    ACTIVATION, Bounds, Entry, Goal, Outputs, SECOND, STEPS, SizeKey, key,
};
use crate::builders::error::BuildError;
use crate::builders::grid::whole;
use crate::builders::parameters::{Fit, Parameters, Units};
use crate::builders::request::{APriori, Built, Request, positive, steepness_without_cells};
use crate::builders::sample::exponent_above;
use crate::builders::sizes::smallest_size;
use crate::builders::tail::ln_upper;
use crate::certificate::Norm;
use crate::expr::simplest_between;
use crate::geometry::HalfPlane;
use crate::numbers::elementary::pi;
use crate::numbers::{Direction, Function, Interval, Rational, Scalar};

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "disk",
    summary: "a disk as an n-gon, or with fit = \"smooth\" as three smooth units, which is round",
    inputs: (2, 2),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: STEPS,
    keys: &[
        ACTIVATION,
        key("sides", "from the tolerance"),
        key("fit", "inscribed"),
        key("centre", "from the target"),
        key("radius", "from the target"),
        key("radius_squared", "from the target"),
        key("rotation", "0 (turns)"),
        SHAPE_LAYERS,
        key(
            "steepness",
            "max(100 n, 16 n^2)/r or slightly more (heaviside: 1; smooth: about 1/(8 r))",
        ),
        SECOND,
    ],
    size: Some(SizeKey {
        name: "sides",
        smallest: 3,
        largest: 1 << 20,
        set: |parameters, size| parameters.sides = Some(size),
        needed: needed_size,
        // Smooth units have no sides.
        is_of_use: |parameters| parameters.fit != Some(Fit::Smooth),
        is_found: |_| false,
        prepare: None,
    }),
    bounds: Bounds::AsAsked,
    bound: "area: the area on which disk and polygon differ; sigmoid: + perimeter ln(2n)/w",
    theorem: "T25",
    example: r#"[target]
formula = "x^2 + y^2 <= 1"
domain = { x = ["-3/2", "3/2"], y = ["-3/2", "3/2"] }

[network]
builder = "disk"
sides = 6
fit = "balanced"

[claim]
norm = "area"
tolerance = "1/4"
"#,
    build: disk,
};

/// Directions and radii are this close to the ideal ones, in bits.
const BITS: i32 = 44;
const RADIUS_BITS: i32 = 50;

/// Returns the network that decides "inside" on a polygon for the target's disk.
///
/// - Shapes: 2 inputs, 1 output; 2 hidden layers of `n` and 1 units, or 1 of `n` units whose sum
///   is compared with `n - 1/2`.
/// - Bound: the area on which the decision and the disk differ: that of disk and polygon, and
///   `perimeter ln(2n) / w` for sigmoid units.
/// - Exactness: exact weights; vertices of the inscribed polygon lie exactly on the circle where
///   the radius is rational, within `2^-40` of the ideal directions.
/// - Errors: [`BuildError`].
/// - Source: T25.
pub fn disk(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let fit = given.fit.unwrap_or_default();
    let read = read_disk(request.target);
    if fit == Fit::Smooth {
        return smooth::smooth_disk(request, read.as_ref());
    }
    let builder = ENTRY.name;
    let key = "sides";
    let sides = given.sides;
    let sides = sides.ok_or(BuildError::MissingSize { builder, key })?;
    check_sides(sides)?;
    let disk = wanted_disk(given, read.as_ref())?;
    let units = given.units.unwrap_or(Units::Sigmoid);
    let rotation = given.rotation.clone().unwrap_or_default();
    let mut shape = Shape::of(ENTRY.name, given, units)?;
    shape.choose_steepness(&default_steepness(sides, &disk));

    let polygon = Ngon::new(sides, &rotation, fit, &disk);
    let planes = polygon.half_planes(&disk.centre);
    let mut notes = shape.notes(sides);
    notes.push(format!(
        "disk around ({}, {}), radius squared {}",
        disk.centre.0, disk.centre.1, disk.radius_squared
    ));
    let mut a_priori = None;
    if request.norm != Norm::Area {
        notes.push(match request.norm {
            Norm::Sup => {
                "no a-priori bound in the sup norm: the error is about 1 near the jump; use the norm \
                     area"
                    .to_owned()
            }
            norm => format!("no a-priori bound for the norm {norm}; use the norm area"),
        });
    } else if read.as_ref() != Some(&disk) || !request.target.is_region() {
        notes.push("no a-priori bound: the target is not recognised as this disk".to_owned());
    } else {
        let upper = polygon.area_error_upper(&disk, units, &shape.steepness());
        let statement = statement(fit, units, &shape.threshold(sides));
        a_priori = upper.map(|upper| APriori::new(upper, Norm::Area, "T25", &statement));
    }
    let radius = given.radius.clone();
    Ok(Built {
        network: shape.network(request.target, &planes),
        a_priori,
        notes,
        chosen: Parameters {
            sides: Some(sides),
            fit: Some(fit),
            radius_squared: radius.is_none().then(|| disk.radius_squared.clone()),
            centre: Some(disk.centre),
            radius,
            rotation: Some(rotation),
            ..shape.chosen()
        },
    })
}

fn statement(fit: Fit, units: Units, threshold: &Rational) -> String {
    let area = match fit {
        Fit::Inscribed => "pi r^2 - area of the polygon",
        Fit::Circumscribed => "area of the polygon - pi r^2",
        Fit::Balanced | Fit::Smooth => "area on which polygon and disk differ",
    };
    let strip = match units {
        Units::Heaviside => "",
        _ => " + perimeter ln(2n)/w",
    };
    format!("misclassified area <= {area}{strip}, at threshold {threshold}")
}

/// The disk from the keys; missing keys are read from the target.
pub(super) fn wanted_disk(given: &Parameters, read: Option<&Disk>) -> Result<Disk, BuildError> {
    let radius = positive("radius", given.radius.as_ref())?;
    let square = positive("radius_squared", given.radius_squared.as_ref())?;
    let square = match (radius, square) {
        (Some(_), Some(_)) => return Err(BuildError::TwoRadii),
        (Some(radius), None) => Some(&radius * &radius),
        (None, square) => square,
    };
    let centre = given.centre.clone();
    Ok(Disk {
        centre: centre
            .or_else(|| read.map(|disk| disk.centre.clone()))
            .ok_or(BuildError::NoDisk)?,
        radius_squared: square
            .or_else(|| read.map(|disk| disk.radius_squared.clone()))
            .ok_or(BuildError::NoDisk)?,
    })
}

/// Returns a rational radius as it is, and an irrational one within `2^-50`, on the requested side.
fn radius(square: &Rational, direction: Direction) -> Rational {
    if let Some(radius) = square.exact_sqrt() {
        return radius;
    }
    // Bits below the radius, whatever its size: the floor of an integer square root is exact.
    let exponent = RADIUS_BITS - exponent_above(square).div_euclid(2);
    let scaled = square * &Rational::power_of_two(exponent.saturating_mul(2));
    let mut low = root_floor(&scaled);
    if direction == Direction::Up {
        low = low + Rational::ONE;
    }
    low * Rational::power_of_two(-exponent)
}

/// The largest integer whose square is at most this.
fn root_floor(square: &Rational) -> Rational {
    let estimate = Interval::from_rational(square).root().ok();
    let estimate = estimate.and_then(|root| root.inf().to_rational());
    let mut root = Rational::from(estimate.unwrap_or_default().floor());
    while (&root * &root) > *square {
        root = root - Rational::ONE;
    }
    loop {
        let next = &root + &Rational::ONE;
        if &next * &next > *square {
            return root;
        }
        root = next;
    }
}

/// The steepness at which the strip along the sides costs less than the missing segments.
fn default_steepness(sides: usize, disk: &Disk) -> Rational {
    let n = whole(sides);
    let wanted = (&n * &Rational::from(100)).max(&n * &n * Rational::from(16));
    let wanted = wanted / radius(&disk.radius_squared, Direction::Up);
    simplest_between(&wanted, &(&wanted * &Rational::ratio(5, 4)))
}

/// A vector of length 1, or any other.
pub(super) type Vector = (Rational, Rational);

fn dot(a: &Vector, b: &Vector) -> Rational {
    &a.0 * &b.0 + &a.1 * &b.1
}

fn cross(a: &Vector, b: &Vector) -> Rational {
    &a.0 * &b.1 - &a.1 * &b.0
}

/// The product as complex numbers: angles add.
pub(super) fn turned(a: &Vector, b: &Vector) -> Vector {
    (&a.0 * &b.0 - &a.1 * &b.1, &a.0 * &b.1 + &a.1 * &b.0)
}

/// Returns a rational point on the unit circle, within `2^-40` of the direction of half this many turns.
/// Its square is then equally near to that many turns.
pub(super) fn half_direction(turns: &Rational) -> Vector {
    // turns in (-1/2, 1/2]: the angle is at most pi, a quarter of it at most pi/4.
    let turns = turns - &Rational::from((turns - &Rational::ratio(1, 2)).ceil());
    let quarter = pi().times(&Interval::from_rational(&turns.half()));
    let tangent = quarter.apply(Function::Tan).ok();
    let tangent = tangent.and_then(|tangent| tangent.mid().to_rational());
    let tangent = tangent.unwrap_or_default();
    let near = Rational::power_of_two(-BITS);
    // tan of half the angle of a point is a rational parametrisation of the circle.
    let t = simplest_between(&(&tangent - &near), &(&tangent + &near));
    let square = &t * &t;
    let whole = Rational::ONE + &square;
    ((Rational::ONE - square) / &whole, (&t + &t) / whole)
}

/// A polygon around the origin with unit normals, counter-clockwise.
struct Ngon {
    /// The outward normals of the sides, each of length exactly 1.
    normals: Vec<Vector>,
    /// The distance of each side from the origin.
    offsets: Vec<Rational>,
    /// The length of each side.
    lengths: Vec<Rational>,
    fit: Fit,
}

impl Ngon {
    fn new(sides: usize, rotation: &Rational, fit: Fit, disk: &Disk) -> Self {
        let turns = |k: usize| rotation + &(whole(k) / whole(sides));
        let halves: Vec<Vector> = (0..sides).map(|k| half_direction(&turns(k))).collect();
        // Vertex k has the direction z_k^2; the side to the next one has the normal z_k z_(k+1).
        let next = halves.iter().cycle().skip(1);
        let normals = halves.iter().zip(next.clone()).map(|(a, b)| {
            let normal = turned(a, b);
            // Half directions are known up to their sign.
            if dot(a, b).is_negative() {
                (-normal.0, -normal.1)
            } else {
                normal
            }
        });
        let normals: Vec<Vector> = normals.collect();
        let square = &disk.radius_squared;
        let (offsets, lengths) = if fit == Fit::Inscribed {
            let r = radius(square, Direction::Down);
            let pairs = || halves.iter().zip(next.clone());
            (
                pairs().map(|(a, b)| &r * &dot(a, b).abs()).collect(),
                pairs()
                    .map(|(a, b)| &r * &cross(a, b).abs() * Rational::from(2))
                    .collect(),
            )
        } else {
            let offset = if fit == Fit::Circumscribed {
                radius(square, Direction::Up)
            } else {
                balanced_apothem(sides, square)
            };
            // From the foot of the normal to a corner: the tangent of half the turn there.
            let corner =
                |a: &Vector, b: &Vector| &offset * &cross(a, b) / (Rational::ONE + dot(a, b));
            let after = normals.iter().cycle().skip(1);
            let corners: Vec<Rational> = normals
                .iter()
                .zip(after)
                .map(|(a, b)| corner(a, b))
                .collect();
            let before = corners.iter().cycle().skip(sides - 1);
            let lengths = corners.iter().zip(before).map(|(a, b)| a + b);
            (vec![offset.clone(); sides], lengths.collect())
        };
        Self {
            normals,
            offsets,
            lengths,
            fit,
        }
    }

    /// The sides as half-planes around a centre: `offset - n (x - centre) >= 0`.
    fn half_planes(&self, centre: &Vector) -> Vec<HalfPlane> {
        let sides = self.normals.iter().zip(&self.offsets);
        let plane = |(normal, offset): (&Vector, &Rational)| HalfPlane {
            a: -&normal.0,
            b: -&normal.1,
            c: -(offset + &dot(normal, centre)),
        };
        sides.map(plane).collect()
    }

    /// Encloses the area: half of offset times length, summed over the sides.
    fn area(&self) -> Interval {
        let sides = self.offsets.iter().zip(&self.lengths);
        let triangles = sides.map(|(a, b)| Interval::from_rational(&(a * b).half()));
        triangles.fold(Interval::ZERO, |sum, area| sum.plus(&area))
    }

    fn perimeter(&self) -> Interval {
        let lengths = self.lengths.iter().map(Interval::from_rational);
        lengths.fold(Interval::ZERO, |sum, length| sum.plus(&length))
    }

    /// The bound of T25.
    fn area_error_upper(&self, disk: &Disk, units: Units, w: &Rational) -> Option<Rational> {
        let square = Interval::from_rational(&disk.radius_squared);
        let round = pi().times(&square);
        let differing = match self.fit {
            Fit::Inscribed => round.minus(&self.area()),
            Fit::Circumscribed => self.area().minus(&round),
            Fit::Balanced => self.balanced_difference(&disk.radius_squared, &round)?,
            Fit::Smooth => return None,
        };
        // Rounding can make the difference of nearly equal areas negative.
        let mut upper = differing.sup().rational_bound(Direction::Up)?;
        if units != Units::Heaviside {
            let perimeter = self.perimeter().sup().rational_bound(Direction::Up)?;
            let n = self.normals.len();
            upper = upper + perimeter * ln_upper(&whole(2 * n))? / w;
        }
        Some(upper)
    }

    /// The area on which a polygon with equal offsets p < r and a disk differ:
    /// `area - pi r^2 - 2 n p sqrt(r^2 - p^2) + 2 n r^2 acos(p/r)`, provided that the circle meets
    /// every side away from its corners.
    fn balanced_difference(&self, square: &Rational, round: &Interval) -> Option<Interval> {
        let p = self.offsets.first()?;
        // cos of twice the angle between a normal and the place where the circle meets the side.
        let meeting = p * p * Rational::from(2) / square - Rational::ONE;
        let next = self.normals.iter().cycle().skip(1);
        let mut corners = self.normals.iter().zip(next);
        if !corners.all(|(a, b)| dot(a, b) <= meeting) {
            return None;
        }
        let half_chord = Interval::from_rational(&(square - &(p * p))).root().ok()?;
        let p = Interval::from_rational(p);
        // acos(p/r) = atan(half chord / p), which is accurate where acos is not.
        let angle = half_chord.over(&p).ok()?.apply(Function::Atan).ok()?;
        let twice = Interval::from_rational(&whole(2 * self.normals.len()));
        let triangles = p.times(&half_chord);
        let sectors = Interval::from_rational(square).times(&angle);
        let difference = twice.times(&sectors.minus(&triangles));
        Some(self.area().minus(round).plus(&difference))
    }
}

/// `r / sqrt(1 + tan(pi/n)^2 / 4)`, within `2^-50`: the polygon whose sides lie half inside.
fn balanced_apothem(sides: usize, square: &Rational) -> Rational {
    let tangent = regular(sides, Function::Tan).unwrap_or_default();
    let spread = Rational::ONE + &tangent * &tangent * Rational::ratio(1, 4);
    radius(&(square / &spread), Direction::Down)
}

/// A number very near to a trigonometric function of pi/n.
fn regular(sides: usize, function: Function) -> Option<Rational> {
    let angle = pi().over(&Interval::from_rational(&whole(sides))).ok()?;
    angle.apply(function).ok()?.mid().to_rational()
}

/// Returns a number of sides whose a-priori bound is at most the tolerance.
///
/// It assumes a regular polygon; ours is regular up to `2^-40`.
pub fn needed_size(request: &Request, tolerance: &Rational) -> Option<usize> {
    if request.norm != Norm::Area {
        return None;
    }
    let given = request.parameters;
    let read = read_disk(request.target)?;
    let disk = wanted_disk(given, Some(&read)).ok()?;
    if disk != read || !request.target.is_region() {
        return None;
    }
    let units = given.units.unwrap_or(Units::Sigmoid);
    let fit = given.fit.unwrap_or_default();
    let square = &disk.radius_squared;
    let round = pi().mid().to_rational()? * square;
    smallest_size(3, 1 << 20, |n| {
        let (sine, cosine) = (regular(n, Function::Sin)?, regular(n, Function::Cos)?);
        let tangent = &sine / &cosine;
        let scale = match fit {
            Fit::Inscribed => &cosine * &cosine,
            Fit::Circumscribed => Rational::ONE,
            Fit::Balanced => {
                let spread = Rational::ONE + &tangent * &tangent * Rational::ratio(1, 4);
                spread.reciprocal()?
            }
            Fit::Smooth => return None,
        };
        // n triangles of height p and base 2 p tan(pi/n), where p^2 is this.
        let apothem_squared = square * &scale;
        let area = whole(n) * &apothem_squared * &tangent;
        let mut upper = match fit {
            Fit::Inscribed => &round - &area,
            Fit::Circumscribed => &area - &round,
            Fit::Balanced => {
                // T25 again, with the chord p tan(pi/n) of a regular polygon.
                let half = Interval::from_rational(&tangent.half());
                let angle = half.apply(Function::Atan).ok()?.mid().to_rational()?;
                let sectors = square * &angle - &apothem_squared * &tangent.half();
                area - &round + whole(2 * n) * sectors
            }
            Fit::Smooth => return None,
        };
        if units != Units::Heaviside {
            let w = steepness_without_cells(ENTRY.name, given).ok()?;
            let w = w.unwrap_or_else(|| default_steepness(n, &disk));
            let apothem = radius(&apothem_squared, Direction::Up);
            let perimeter = whole(2 * n) * apothem * tangent;
            upper = upper + perimeter * ln_upper(&whole(2 * n))? / w;
        }
        let room = square * &Rational::power_of_two(-36);
        Some(upper + room <= *tolerance)
    })
}

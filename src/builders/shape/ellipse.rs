//! Ellipses without sides: the three smooth units of a disk, stretched.

use super::circle::{Ellipse, read_ellipse};
use crate::builders::error::BuildError;
use crate::builders::parameters::{Fit, Parameters, Units};
use crate::builders::request::{APriori, Built, Request, steepness_without_cells};
use crate::builders::smooth::circles::{self, Circles};
use crate::builders::values::Outlines;
use crate::certificate::Norm;
use crate::expr::{Domain, simplest_between};
use crate::numbers::elementary::pi;
use crate::numbers::{Direction, Interval, Rational};

/// An irrational stretch is this close to the true one, in bits.
const BITS: i32 = 44;

/// Returns the network that decides "inside" approximately on the target's ellipse, for the threshold 1/2.
///
/// - Shapes: 2 inputs, 1 output, 1 hidden layer of 3 sigmoid units.
/// - Bound: the area on which the decision and the ellipse differ.
/// - Exactness: exact weights; where the ratio of the axes is irrational, they are those of an ellipse
///   within `2^-44` of the target's, and the bound counts the area between.
/// - Errors: [`BuildError`], also for keys of polygons, and if the target is not recognised as an ellipse.
/// - Source: T33.
pub fn smooth_ellipse(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let misfits = [
        ("sides", given.sides.is_some()),
        (
            "activation",
            given.units.is_some_and(|units| units != Units::Sigmoid),
        ),
        (
            "hidden_layers",
            given.hidden_layers.is_some_and(|layers| layers != 1),
        ),
        ("second_steepness", given.second_steepness.is_some()),
    ];
    if let Some((key, _)) = misfits.into_iter().find(|(_, is_given)| *is_given) {
        return Err(BuildError::Smooth(key));
    }
    let ellipse = read_ellipse(request.target).ok_or(BuildError::NoEllipse)?;
    let steepness = steepness_without_cells("polygon", given)?;
    let steepness =
        steepness.unwrap_or_else(|| circles::default_steepness(&ellipse.radius_squared));
    let made = Made::new(&ellipse, &steepness).ok_or(BuildError::Flat)?;
    let mut notes = vec![
        format!(
            "ellipse around ({}, {})",
            ellipse.centre.0, ellipse.centre.1
        ),
        format!("three smooth units of steepness {steepness}; fit = \"balanced\" makes a polygon"),
    ];
    let mut a_priori = None;
    if request.norm != Norm::Area {
        notes.push(format!(
            "no a-priori bound for the norm {}; use the norm area",
            request.norm
        ));
    } else if let Some(upper) = made.area_error_upper(&ellipse, request.domain) {
        let statement =
            "misclassified area <= 2 A t, A the area, t about 0.031 (w r)^3, at threshold 1/2";
        a_priori = Some(APriori::new(upper, Norm::Area, "T33", statement));
    } else {
        notes.push(
            "no a-priori bound: the steepness or the domain is too large for the expansion"
                .to_owned(),
        );
    }
    let Made { circles, stretch } = made;
    Ok(Built {
        network: circles
            .sheared(&ellipse.shear, &stretch)
            .network(request.target),
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(Units::Sigmoid),
            vertices: Some(Outlines::FromTarget),
            fit: Some(Fit::Smooth),
            hidden_layers: Some(1),
            steepness: Some(steepness.into()),
            ..Parameters::default()
        },
    })
}

/// Returns a steepness with which three smooth units keep a tolerance in the norm `area` by theorem; `None` if
/// the target is not an ellipse, or the units would be too flat.
pub fn steepness_for(request: &Request, tolerance: &Rational) -> Option<Rational> {
    /// Weights of the output grow like the inverse square of the steepness.
    const MOST_HALVINGS: usize = 8;
    let ellipse = read_ellipse(request.target)?;
    let mut steepness = circles::default_steepness(&ellipse.radius_squared);
    for _ in 0..=MOST_HALVINGS {
        let made = Made::new(&ellipse, &steepness)?;
        let upper = made.area_error_upper(&ellipse, request.domain);
        if upper.is_some_and(|upper| upper <= *tolerance) {
            return Some(steepness);
        }
        steepness = steepness.half();
    }
    None
}

/// The units of a disk, and how far it is stretched.
struct Made {
    circles: Circles,
    stretch: Rational,
}

impl Made {
    fn new(ellipse: &Ellipse, steepness: &Rational) -> Option<Self> {
        let square = &ellipse.stretch_squared;
        let stretch = if let Some(root) = square.exact_sqrt() {
            root
        } else {
            let root = Interval::from_rational(square).root().ok()?.mid();
            let root = root.to_rational()?;
            let near = &root * &Rational::power_of_two(-BITS);
            simplest_between(&(&root - &near), &(&root + &near))
        };
        let direction = (Rational::ONE, Rational::ZERO);
        let radius_squared = &ellipse.radius_squared;
        let circles = Circles::new(&ellipse.centre, radius_squared, steepness, &direction)?;
        Some(Self { circles, stretch })
    }

    /// The bound of T33, divided by the determinant of the map to the disk; and the area between the true
    /// ellipse and that with the rounded stretch, which are nested.
    fn area_error_upper(&self, ellipse: &Ellipse, domain: &Domain) -> Option<Rational> {
        let [x, y] = domain.sides() else { return None };
        let (centre, shear) = (&ellipse.centre, &ellipse.shear);
        let about = |(low, high): &(Rational, Rational), at: &Rational| (low - at, high - at);
        let (x, y) = (about(x, &centre.0), about(y, &centre.1));
        let ordered = |a: Rational, b: Rational| if a <= b { (a, b) } else { (b, a) };
        let slant = ordered(shear * &y.0, shear * &y.1);
        let u = (
            &centre.0 + &(&x.0 + &slant.0),
            &centre.0 + &(&x.1 + &slant.1),
        );
        let v = (
            &centre.1 + &(&self.stretch * &y.0),
            &centre.1 + &(&self.stretch * &y.1),
        );
        let around = Domain::new(domain.names().to_vec(), vec![u, v]).ok()?;
        let upper = self.circles.area_error_upper(&around)? / &self.stretch;
        let one = Interval::from_rational(&Rational::ONE);
        let root = Interval::from_rational(&ellipse.stretch_squared)
            .root()
            .ok()?;
        let rounded = Interval::from_rational(&self.stretch);
        let between = one.over(&root).ok()?.minus(&one.over(&rounded).ok()?);
        if ellipse.stretch_squared.exact_sqrt().is_some() {
            return Some(upper);
        }
        let area = pi().times(&Interval::from_rational(&ellipse.radius_squared));
        let between = area.times(&between).magnitude();
        Some(upper + between.sup().rational_bound(Direction::Up)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builders::{BuilderName, build};
    use crate::expr::parse_target;
    use crate::network::{forward, size};
    use crate::numbers::{Precise, Scalar};

    /// Builds with this steepness, and compares the decision with the formula on a grid.
    fn compare(formula: &str, ellipse: &str, steepness: &Rational) -> (Rational, i64) {
        let domain = Domain::parse("x=-3..3,y=-2..2").expect("a domain");
        let target = parse_target(&[formula], Some(domain.names())).expect("a region");
        let inside = parse_target(&[ellipse], Some(domain.names())).expect("a formula");
        let given = Parameters {
            vertices: Some(Outlines::FromTarget),
            fit: Some(Fit::Smooth),
            steepness: Some(steepness.clone().into()),
            ..Parameters::default()
        };
        let built = build(BuilderName::Polygon, &given, &target, &domain, Norm::Area);
        let built = built.expect("built");
        assert_eq!(size(&built.network).units, 3);
        let mut wrong = 0;
        for i in -24..=24 {
            for j in -16..=16 {
                // No point of the grid is on the curves.
                let at = |k: i64| Rational::ratio(k, 8) + Rational::ratio(1, 97);
                let point = [at(i), at(j)];
                let value = crate::expr::evaluate_exactly(&inside, &point).remove(0);
                let is_inside = !value.expect("defined").is_positive();
                let point = point.map(|x| Precise::constant(&128, &x));
                let value = forward(&built.network, &128, &point)
                    .expect("defined")
                    .remove(0);
                let decided = value.lower() >= Some(Rational::ratio(1, 2));
                wrong += i64::from(decided != is_inside);
            }
        }
        (built.a_priori.expect("flat enough").upper, wrong)
    }

    #[test]
    fn stretched_units_are_ellipses() {
        let fine = Rational::ratio(1, 32);
        for formula in [
            "(x - 1/5)^2/4 + (y + 1/7)^2 - 1",
            "x^2/3 + y^2 - 1",
            "2*x^2 + 2*x*y + 3*y^2 + x/3 - 5",
        ] {
            let region = format!("{formula} <= 0");
            let (upper, wrong) = compare(&region, formula, &fine);
            assert_eq!(wrong, 0, "{formula}");
            assert!(upper < Rational::ratio(1, 1000), "{formula}: {upper}");
            // Steeper units are not as round, and the bound says so.
            let (steeper, _) = compare(&region, formula, &Rational::ratio(1, 8));
            assert!(steeper > upper * Rational::from(10), "{formula}");
        }
    }
}

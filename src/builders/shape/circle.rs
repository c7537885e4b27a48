//! Recognises a disk in a target: an exact quadratic polynomial with its square completed.

use std::sync::Arc;

use crate::expr::{Condition, Expr, Target, TargetBody, exact_value};
use crate::numbers::{Function, Rational, Relation};

/// The points within a distance of a centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// The centre.
    pub centre: (Rational, Rational),
    /// The square of the radius, above 0.
    pub radius_squared: Rational,
}

/// Returns the disk that a target in two inputs describes, with or without its circle; `None` unless the
/// formula has the form `(x-a)^2 + (y-b)^2 <= c`, expanded or not, on either side, or with a root around
/// it.
pub fn read_disk(target: &Target) -> Option<Disk> {
    read_quadratic(target)?.disk()
}

/// An ellipse: the points with `(x + s y)^2 + t^2 y^2 <= r^2`, seen from its centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ellipse {
    /// The centre.
    pub centre: (Rational, Rational),
    /// s.
    pub shear: Rational,
    /// `t^2`, above 0.
    pub stretch_squared: Rational,
    /// `r^2`, above 0.
    pub radius_squared: Rational,
}

/// Returns the ellipse that a target in two inputs describes, as [`read_disk`] does for disks.
pub fn read_ellipse(target: &Target) -> Option<Ellipse> {
    read_quadratic(target)?.ellipse()
}

/// The polynomial that is at most 0 in the region.
fn read_quadratic(target: &Target) -> Option<Quadratic> {
    match target.body() {
        TargetBody::Region(condition) => of_condition(condition, false),
        TargetBody::Outputs(outputs) => match outputs.as_slice() {
            // if(region, 1, 0) is the indicator of a region.
            [Expr::If(condition, inside, outside)]
                if **inside == Expr::one() && **outside == Expr::zero() =>
            {
                of_condition(condition, false)
            }
            _ => None,
        },
    }
}

fn of_condition(condition: &Condition, is_negated: bool) -> Option<Quadratic> {
    let (relation, a, b) = match condition {
        Condition::Not(inner) => return of_condition(inner, !is_negated),
        Condition::Compare(relation, a, b) => (relation, a, b),
        Condition::And(..) | Condition::Or(..) => return None,
    };
    let is_less = match relation {
        Relation::Less | Relation::LessOrEqual => true,
        Relation::Greater | Relation::GreaterOrEqual => false,
        Relation::Equal | Relation::NotEqual => return None,
    };
    let (small, large) = if is_less == is_negated {
        (b, a)
    } else {
        (a, b)
    };
    // sqrt(q) <= r means q <= r^2 for r >= 0.
    let (small, large) = match (small.as_ref(), exact_value(large)) {
        (Expr::Apply(Function::Sqrt, q), Some(r)) if !r.is_negative() => {
            (q, Arc::new(Expr::Number(&r * &r)))
        }
        _ => (small, large.clone()),
    };
    Some(Quadratic::of(small)?.minus(&Quadratic::of(&large)?))
}

/// A polynomial of degree at most two, by its coefficients.
#[derive(Clone, Debug, Default, PartialEq)]
struct Quadratic {
    xx: Rational,
    xy: Rational,
    yy: Rational,
    x: Rational,
    y: Rational,
    one: Rational,
}

impl Quadratic {
    fn of(formula: &Expr) -> Option<Self> {
        if let Some(one) = exact_value(formula) {
            return Some(Self::constant(one));
        }
        let linear = |x: i64, y: i64| Self {
            x: Rational::from(x),
            y: Rational::from(y),
            ..Self::default()
        };
        match formula {
            Expr::Variable(0) => Some(linear(1, 0)),
            Expr::Variable(1) => Some(linear(0, 1)),
            Expr::Negate(a) => Some(Self::default().minus(&Self::of(a)?)),
            Expr::Add(a, b) => Some(Self::of(a)?.plus(&Self::of(b)?)),
            Expr::Sub(a, b) => Some(Self::of(a)?.minus(&Self::of(b)?)),
            Expr::Mul(a, b) => Self::of(a)?.times(&Self::of(b)?),
            Expr::Div(a, b) => {
                let factor = exact_value(b)?.reciprocal()?;
                Some(Self::of(a)?.scaled(&factor))
            }
            Expr::Power(a, b) => {
                let base = Self::of(a)?;
                match exact_value(b)?.to_i64()? {
                    0 => Some(Self::constant(Rational::ONE)),
                    1 => Some(base),
                    2 => base.times(&base),
                    _ => None,
                }
            }
            // |a|^2 is a^2, but |a| alone is not a polynomial.
            _ => None,
        }
    }

    fn constant(one: Rational) -> Self {
        Self {
            one,
            ..Self::default()
        }
    }

    fn scaled(&self, factor: &Rational) -> Self {
        Self {
            xx: &self.xx * factor,
            xy: &self.xy * factor,
            yy: &self.yy * factor,
            x: &self.x * factor,
            y: &self.y * factor,
            one: &self.one * factor,
        }
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            xx: &self.xx + &other.xx,
            xy: &self.xy + &other.xy,
            yy: &self.yy + &other.yy,
            x: &self.x + &other.x,
            y: &self.y + &other.y,
            one: &self.one + &other.one,
        }
    }

    fn minus(&self, other: &Self) -> Self {
        self.plus(&other.scaled(&-Rational::ONE))
    }

    fn is_affine(&self) -> bool {
        self.xx.is_zero() && self.xy.is_zero() && self.yy.is_zero()
    }

    fn times(&self, other: &Self) -> Option<Self> {
        let is_constant = |p: &Self| p.is_affine() && p.x.is_zero() && p.y.is_zero();
        if is_constant(self) {
            return Some(other.scaled(&self.one));
        }
        if is_constant(other) {
            return Some(self.scaled(&other.one));
        }
        if !self.is_affine() || !other.is_affine() {
            return None;
        }
        let (a, b) = (self, other);
        Some(Self {
            xx: &a.x * &b.x,
            xy: &a.x * &b.y + &a.y * &b.x,
            yy: &a.y * &b.y,
            x: &a.x * &b.one + &a.one * &b.x,
            y: &a.y * &b.one + &a.one * &b.y,
            one: &a.one * &b.one,
        })
    }

    /// The disk where this is at most 0.
    fn disk(&self) -> Option<Disk> {
        if self.xx != self.yy || !self.xx.is_positive() || !self.xy.is_zero() {
            return None;
        }
        let unit = self.scaled(&self.xx.reciprocal()?);
        let (a, b) = (-unit.x.half(), -unit.y.half());
        let radius_squared = &a * &a + &b * &b - &unit.one;
        radius_squared.is_positive().then_some(Disk {
            centre: (a, b),
            radius_squared,
        })
    }

    /// The ellipse where this is at most 0.
    fn ellipse(&self) -> Option<Ellipse> {
        if !self.xx.is_positive() {
            return None;
        }
        let unit = self.scaled(&self.xx.reciprocal()?);
        let shear = unit.xy.half();
        let stretch_squared = &unit.yy - &(&shear * &shear);
        if !stretch_squared.is_positive() {
            return None;
        }
        // With u = x + s y: u^2 + t^2 y^2 + a u + (b - s a) y + c, so u = -a/2 and y = (s a - b)/(2 t^2) there.
        let (u, rest) = (-unit.x.half(), (&shear * &unit.x - &unit.y).half());
        let y = &rest / &stretch_squared;
        let radius_squared = &u * &u + &rest * &y - &unit.one;
        radius_squared.is_positive().then(|| Ellipse {
            centre: (&u - &(&shear * &y), y),
            shear,
            stretch_squared,
            radius_squared,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn disk(formula: &str) -> Option<(String, String, String)> {
        let inputs = ["x".to_owned(), "y".to_owned()];
        let target = parse_target(&[formula], Some(&inputs)).expect("a formula");
        let disk = read_disk(&target)?;
        let (a, b) = disk.centre;
        let text = (
            a.to_string(),
            b.to_string(),
            disk.radius_squared.to_string(),
        );
        Some(text)
    }

    #[test]
    fn disks_are_read_in_the_usual_spellings() {
        let unit = Some(("0".to_owned(), "0".to_owned(), "1".to_owned()));
        for formula in [
            "x^2 + y^2 <= 1",
            "x*x + y*y < 1",
            "1 >= x^2 + y^2",
            "1 - x^2 - y^2 > 0",
            "not (x^2 + y^2 > 1)",
            "sqrt(x^2 + y^2) <= 1",
            "2*x^2 + 2*y^2 <= 2",
            "(x^2 + y^2)/4 <= 1/4",
            "(x + y)^2 - 2*x*y <= 1",
            "-(x^2) - y^2 >= -1",
            "if(x^2 + y^2 <= 1, 1, 0)",
        ] {
            assert_eq!(disk(formula), unit, "{formula}");
        }
        let moved = Some(("1/2".to_owned(), "-3".to_owned(), "2".to_owned()));
        assert_eq!(disk("(x - 1/2)^2 + (y + 3)^2 <= 2"), moved);
        assert_eq!(disk("x^2 - x + y^2 + 6*y + 9 + 1/4 < 2"), moved);
    }

    #[test]
    fn what_is_no_disk_is_not_read_as_one() {
        for formula in [
            "x^2 + 2*y^2 <= 1",
            "x^2 + y^2 >= 1",
            "x^2 + y^2 + x*y <= 1",
            "x^2 + y^2 <= -1",
            "x^2 + y^2 = 1",
            "x^2 + y^2 <= 1 and x > 0",
            "x^2*y^2 + y^2 <= 1",
            "sqrt(x^2 + y^2) <= -1",
            "x + y <= 1",
            "x^3 + y^2 <= 1",
            "abs(x) + y^2 <= 1",
            "x^2 + y^2",
            "if(x^2 + y^2 <= 1, 0, 1)",
        ] {
            assert_eq!(disk(formula), None, "{formula}");
        }
    }

    #[test]
    fn ellipses_are_read_with_their_axes() {
        let inputs = ["x".to_owned(), "y".to_owned()];
        let read = |formula: &str| {
            let target = parse_target(&[formula], Some(&inputs)).expect("a formula");
            read_ellipse(&target)
        };
        let found = read("(x - 1)^2/4 + (y + 2)^2 <= 1").expect("an ellipse");
        assert_eq!(found.centre, (Rational::ONE, Rational::from(-2)));
        assert_eq!(
            (found.shear, found.stretch_squared),
            (Rational::ZERO, Rational::from(4))
        );
        assert_eq!(found.radius_squared, Rational::from(4));
        // A slanted one: every point of the formula's curve is on that of the ellipse.
        let formula = "5*x^2 + 6*x*y + 5*y^2 - 2*x + y <= 8";
        let found = read(formula).expect("an ellipse");
        for (x, y) in [(0, 0), (1, 2), (-3, 5)] {
            let (x, y) = (Rational::from(x), Rational::from(y));
            let five = Rational::from(5);
            let value = &five * &x * &x + Rational::from(6) * &x * &y + &five * &y * &y
                - Rational::from(2) * &x
                + &y
                - Rational::from(8);
            let (dx, dy) = (&x - &found.centre.0, &y - &found.centre.1);
            let u = &dx + &(&found.shear * &dy);
            let other = &u * &u + &found.stretch_squared * &dy * &dy - &found.radius_squared;
            assert_eq!(value, five * other);
        }
        assert_eq!(read("x^2 - y^2 <= 1"), None);
        assert_eq!(read("x^2 + y <= 1"), None);
        assert_eq!(read("x^2 + y^2 <= -1"), None);
    }
}

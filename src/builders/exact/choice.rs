//! Conditions, and `if` where the two branches meet.

use super::form::{Direction, Form, Way, ends};
use super::pieces::{Line, Pieces};
use super::read::Reader;
use crate::builders::affine::Affine;
use crate::builders::error::BuildError;
use crate::expr::{Condition, Domain, Expr, Target, TargetBody, evaluate_exactly};
use crate::numbers::{Rational, Relation};

/// Where a condition holds, up to a set of measure zero.
#[derive(Clone, Debug)]
pub enum Truth {
    /// Everywhere, or nowhere.
    Always(bool),
    /// Where a function of `direction · x` is 1 and not 0; also where a form is positive, if that is known.
    Along(Direction, Pieces, Option<Form>),
    /// Where a form is positive; where the form is 0 on a set that is larger, it may hold or not.
    Sign(Form),
    /// That was not found out.
    Unknown,
}

impl Reader<'_> {
    /// Returns where a form stands in this relation to 0.
    pub fn sign(&self, form: &Form, relation: Relation) -> Truth {
        if form.range.0.is_positive() || form.range.1.is_negative() {
            return Truth::Always(relation.holds(form.range.0.cmp(&Rational::ZERO)));
        }
        let negative = || form.times(&-Rational::ONE, self.domain);
        let positive = match relation {
            Relation::Greater | Relation::GreaterOrEqual => Some(form.clone()),
            Relation::Less | Relation::LessOrEqual => Some(negative()),
            Relation::Equal | Relation::NotEqual => None,
        };
        match Form::way(&[form]) {
            Way::Constant => {
                let ordering = form.affine.constant.cmp(&Rational::ZERO);
                Truth::Always(relation.holds(ordering))
            }
            Way::One(direction) => match form.along(&direction, self.domain) {
                Some(pieces) => along(direction, pieces.compared(relation), positive),
                None => Truth::Unknown,
            },
            Way::Several => positive.map_or(Truth::Unknown, Truth::Sign),
        }
    }

    /// Returns where a condition holds.
    fn truth(&mut self, condition: &Condition) -> Result<Truth, BuildError> {
        Ok(match condition {
            Condition::Compare(relation, a, b) => {
                let (a, b) = (self.form(a)?, self.form(b)?);
                let difference = self.plus(&a, &-Rational::ONE, &b);
                self.sign(&difference, *relation)
            }
            Condition::Not(inner) => {
                let inner = self.truth(inner)?;
                self.not(inner)
            }
            Condition::And(a, b) => {
                let a = self.truth(a)?;
                if let Truth::Always(false) = a {
                    return Ok(a);
                }
                let b = self.truth(b)?;
                self.both(a, b)
            }
            Condition::Or(a, b) => {
                let a = self.truth(a)?;
                if let Truth::Always(true) = a {
                    return Ok(a);
                }
                let b = self.truth(b)?;
                let (a, b) = (self.not(a), self.not(b));
                let neither = self.both(a, b);
                self.not(neither)
            }
        })
    }

    fn not(&self, truth: Truth) -> Truth {
        let negative = |form: &Form| form.times(&-Rational::ONE, self.domain);
        match truth {
            Truth::Always(holds) => Truth::Always(!holds),
            Truth::Along(direction, holds, form) => {
                let one = Line::constant(Rational::ONE);
                let one = Pieces::line(ends(&direction, self.domain), one);
                let fails = one.plus(&-Rational::ONE, &holds);
                Truth::Along(direction, fails, form.as_ref().map(negative))
            }
            Truth::Sign(form) => Truth::Sign(negative(&form)),
            Truth::Unknown => Truth::Unknown,
        }
    }

    fn both(&mut self, a: Truth, b: Truth) -> Truth {
        match (a, b) {
            (Truth::Always(false), _) | (_, Truth::Always(false)) => Truth::Always(false),
            (Truth::Always(true), other) | (other, Truth::Always(true)) => other,
            (Truth::Along(one, a, f), Truth::Along(two, b, g)) if one == two => {
                let Some(both) = a.times(&b) else {
                    return Truth::Unknown;
                };
                let form = f.zip(g).and_then(|(f, g)| self.smaller(&f, &g).ok());
                along(one, both, form)
            }
            (
                Truth::Along(.., Some(f)) | Truth::Sign(f),
                Truth::Along(.., Some(g)) | Truth::Sign(g),
            ) => match self.smaller(&f, &g) {
                Ok(form) => Truth::Sign(form),
                Err(_) => Truth::Unknown,
            },
            _ => Truth::Unknown,
        }
    }

    /// Returns `if(condition, a, b)`.
    ///
    /// - Errors: [`BuildError`], for branches that do not meet, or were not seen to meet.
    pub fn choice(
        &mut self,
        formula: &Expr,
        condition: &Condition,
        a: &Expr,
        b: &Expr,
    ) -> Result<Form, BuildError> {
        let truth = self.truth(condition)?;
        if let Truth::Always(holds) = truth {
            return self.form(if holds { a } else { b });
        }
        let (first, second) = (self.form(a)?, self.form(b)?);
        let difference = self.plus(&first, &-Rational::ONE, &second);
        if let Some(added) = self.where_true(&truth, &difference) {
            return Ok(self.plus(&second, &Rational::ONE, &added));
        }
        // On one side of a hyperplane, parts of the difference may be affine.
        let (Truth::Along(.., Some(positive)) | Truth::Sign(positive)) = &truth else {
            return Err(self.not_recognised(formula));
        };
        if !positive.ridges.is_empty() || !positive.units.is_empty() {
            return Err(self.not_recognised(formula));
        }
        let side = positive.affine.clone();
        let above = self.beyond(&difference, &side);
        if let Some(added) = self.where_true(&truth, &above) {
            return Ok(self.plus(&second, &Rational::ONE, &added));
        }
        let below = self.beyond(&difference, &side.times(&-Rational::ONE));
        let fails = self.not(truth);
        if let Some(added) = self.where_true(&fails, &below) {
            return Ok(self.plus(&first, &-Rational::ONE, &added));
        }
        Err(self
            .meeting(a, b, &side)
            .unwrap_or_else(|| self.not_recognised(formula)))
    }

    /// Returns what is `form` where the condition holds, and 0 elsewhere.
    fn where_true(&mut self, truth: &Truth, form: &Form) -> Option<Form> {
        if form.constant().is_some_and(Rational::is_zero) {
            return Some(form.clone());
        }
        if let Truth::Along(direction, holds, _) = truth
            && let Some(pieces) = form.along(direction, self.domain)
        {
            let product = pieces.times(holds)?;
            return Some(Form::of_pieces(direction, product, self.domain));
        }
        let (Truth::Along(.., Some(positive)) | Truth::Sign(positive)) = truth else {
            return None;
        };
        // c relu(g) is c g where g is positive.
        let form = self.units.sum(form, self.domain).ok()?;
        let sum = self.units.sum(positive, self.domain).ok()?;
        let factor = form.ratio(&sum)?;
        Some(self.relu(positive).ok()?.times(&factor, self.domain))
    }

    /// Returns a form that is the same where `side` is not negative, with fewer pieces.
    fn beyond(&self, form: &Form, side: &Affine) -> Form {
        let mut known = form.clone();
        for (direction, pieces) in &form.ridges {
            let line = Affine {
                weights: direction.clone(),
                constant: Rational::ZERO,
            };
            let (low, high) = range_beyond(&line, side, self.domain);
            let fewer = pieces.between(&low, &high);
            let change = fewer.plus(&-Rational::ONE, pieces);
            let change = Form::of_pieces(direction, change, self.domain);
            known = known.plus(&Rational::ONE, &change, self.domain);
        }
        known
    }

    /// Returns the error for branches that do not meet at a point where the condition changes.
    fn meeting(&self, a: &Expr, b: &Expr, side: &Affine) -> Option<BuildError> {
        let difference = Expr::Sub(a.clone().into(), b.clone().into());
        let body = TargetBody::Outputs(vec![difference]);
        let target = Target::new(self.names.to_vec(), body).ok()?;
        let corners = edge_points(side, self.domain);
        let pairs = corners.iter().zip(corners.iter().skip(1));
        let middles = pairs.map(|(a, b)| {
            let pairs = a.iter().zip(b);
            pairs.map(|(a, b)| a.midpoint(b)).collect::<Vec<_>>()
        });
        let mut points = middles.chain(corners.iter().cloned());
        points.find_map(|point| {
            let size = evaluate_exactly(&target, &point).pop()?.ok()?;
            (!size.is_zero()).then(|| self.jump_at(&point, &size))
        })
    }
}

/// Where a function of one direction is 1; everywhere or nowhere if it is constant.
fn along(direction: Direction, holds: Pieces, form: Option<Form>) -> Truth {
    match holds.constant() {
        Some(value) => Truth::Always(!value.is_zero()),
        None => Truth::Along(direction, holds, form),
    }
}

/// Returns the range of an affine function on the part of a box where another one is not negative; that
/// is positive somewhere.
///
/// The largest value is the least of the bounds `max f + m g` over the box, for `m >= 0` (duality of
/// linear programs); that bound is convex in `m` and straight between `m = 0` and the `m` where a
/// weight of `f + m g` is 0.
fn range_beyond(f: &Affine, g: &Affine, domain: &Domain) -> (Rational, Rational) {
    let largest = |f: &Affine| {
        let weights = f.weights.iter().zip(&g.weights);
        let places = weights.filter_map(|(f, g)| (-f).checked_div(g));
        let places = places.filter(Rational::is_positive).chain([Rational::ZERO]);
        let bounds = places.map(|m| f.plus(g, &m).range(domain).1);
        bounds.min().expect("there is a place")
    };
    (-largest(&f.times(&-Rational::ONE)), largest(f))
}

/// The most edges of a box that are looked at.
const MOST_EDGES: usize = 64;

/// Returns points on edges of a box where an affine function is 0.
fn edge_points(side: &Affine, domain: &Domain) -> Vec<Vec<Rational>> {
    let inputs = domain.dimension();
    let mut points = Vec::new();
    for free in (0..inputs).filter(|input| !side.weights[*input].is_zero()) {
        let corners = 1_usize << inputs.min(6);
        for corner in 0..corners {
            let sides = domain.sides().iter().enumerate();
            let mut point: Vec<Rational> = sides
                .map(|(input, (low, high))| {
                    let is_high = input < usize::BITS as usize && corner >> input & 1 == 1;
                    if is_high { high } else { low }.clone()
                })
                .collect();
            point[free] = Rational::ZERO;
            let pairs = side.weights.iter().zip(&point);
            let rest = pairs.fold(side.constant.clone(), |sum, (w, x)| sum + w * x);
            point[free] = -rest / &side.weights[free];
            let (low, high) = &domain.sides()[free];
            if *low <= point[free] && point[free] <= *high && !points.contains(&point) {
                points.push(point);
            }
            if points.len() >= MOST_EDGES {
                return points;
            }
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn affine(weights: &[i64], constant: i64) -> Affine {
        Affine {
            weights: weights.iter().copied().map(Rational::from).collect(),
            constant: Rational::from(constant),
        }
    }

    fn value(f: &Affine, point: &[Rational]) -> Rational {
        let pairs = f.weights.iter().zip(point);
        pairs.fold(f.constant.clone(), |sum, (w, x)| sum + w * x)
    }

    /// The corners of the part are corners of the box, and points of its edges where g is 0.
    #[test]
    fn the_range_on_one_side_is_that_of_the_corners_there() {
        let domain = Domain::parse("x=-1..2, y=0..3, z=-2..1").expect("a domain");
        let sides = domain.sides();
        let mut seen = 0;
        for k in 0..400_i64 {
            let number = |by: i64| (k * by + k / 7) % 7 - 3;
            let f = affine(&[number(2), number(3), number(5)], 1);
            let g = affine(&[number(4), number(1), number(6)], number(9));
            let mut corners = edge_points(&g, &domain);
            corners.extend((0..8_usize).map(|corner| {
                let ends = sides.iter().enumerate();
                let ends = ends.map(|(k, (a, b))| if corner >> k & 1 == 1 { b } else { a });
                ends.cloned().collect()
            }));
            if !g.range(&domain).1.is_positive() {
                continue;
            }
            corners.retain(|point| !value(&g, point).is_negative());
            let values = || corners.iter().map(|point| value(&f, point));
            let wanted = (values().min(), values().max());
            let (low, high) = range_beyond(&f, &g, &domain);
            assert_eq!((Some(low), Some(high)), wanted, "{f:?} where {g:?} >= 0");
            seen += 1;
        }
        assert!(seen > 200, "{seen}");
    }
}

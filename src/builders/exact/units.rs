//! The relu units that a target is made of, each kept once.

use std::collections::{BTreeMap, HashMap};

use super::form::{Direction, Form, common_divisor, ends};
use crate::builders::affine::Affine;
use crate::expr::Domain;
use crate::numbers::Rational;

/// `affine + the sum of factors times units`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sum {
    /// The affine part.
    pub affine: Affine,
    /// Factors of units by number, not 0.
    pub terms: BTreeMap<usize, Rational>,
}

impl Sum {
    /// Returns an affine function.
    pub fn affine(affine: Affine) -> Self {
        let terms = BTreeMap::new();
        Self { affine, terms }
    }

    /// Adds `factor · other`.
    pub fn add(&mut self, factor: &Rational, other: &Self) {
        self.affine = self.affine.plus(&other.affine, factor);
        for (unit, weight) in &other.terms {
            self.add_unit(*unit, &(factor * weight));
        }
    }

    /// Adds a unit.
    pub fn add_unit(&mut self, unit: usize, weight: &Rational) {
        let sum = self.terms.remove(&unit).unwrap_or_default() + weight;
        if !sum.is_zero() {
            self.terms.insert(unit, sum);
        }
    }

    /// Returns `factor · self`, for a factor that is not 0.
    #[must_use]
    pub fn times(&self, factor: &Rational) -> Self {
        let terms = self.terms.iter();
        Self {
            affine: self.affine.times(factor),
            terms: terms
                .map(|(unit, weight)| (*unit, weight * factor))
                .collect(),
        }
    }

    /// Returns the number by which this is `factor · other`.
    pub fn ratio(&self, other: &Self) -> Option<Rational> {
        let weights = |sum: &Self| -> Vec<Rational> {
            let affine = sum.affine.weights.iter().chain([&sum.affine.constant]);
            affine.chain(sum.terms.values()).cloned().collect()
        };
        let (mine, others) = (weights(self), weights(other));
        let mut pairs = mine.iter().zip(&others);
        let factor = pairs.find_map(|(a, b)| a.checked_div(b))?;
        (!factor.is_zero() && *self == other.times(&factor)).then_some(factor)
    }

    /// Returns the largest number of which all weights are whole multiples; the constant does not count.
    fn scale(&self) -> Rational {
        common_divisor(self.affine.weights.iter().chain(self.terms.values()))
    }
}

/// A jump of a function of one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jump {
    /// The direction.
    pub direction: Direction,
    /// Where it is.
    pub at: Rational,
    /// Its size.
    pub size: Rational,
}

/// The units `relu(inner)`. An inner sum uses earlier units only.
#[derive(Clone, Debug, Default)]
pub struct Units {
    /// What each unit is the positive part of.
    pub inner: Vec<Sum>,
    /// The largest value of each, or more.
    pub highs: Vec<Rational>,
    numbers: HashMap<Sum, usize>,
}

impl Units {
    /// Returns the unit of this inner sum, a new one if there is none.
    fn unit(&mut self, inner: Sum, high: Rational) -> usize {
        if let Some(unit) = self.numbers.get(&inner) {
            return *unit;
        }
        let unit = self.inner.len();
        self.numbers.insert(inner.clone(), unit);
        self.inner.push(inner);
        self.highs.push(high);
        unit
    }

    /// Returns `relu(form)` as a unit; of two opposite ones, the second is made of the first:
    /// `relu(-s) = relu(s) - s`.
    ///
    /// - Errors: [`Jump`], for a form that jumps.
    pub fn relu(&mut self, form: &Form, domain: &Domain) -> Result<Form, Jump> {
        let sum = self.sum(form, domain)?;
        let scale = sum.scale();
        let Some(factor) = scale.reciprocal() else {
            return Ok(form.clone());
        };
        let opposite = sum.times(&-&factor);
        let known = self.numbers.get(&opposite).copied();
        let unit = known.unwrap_or_else(|| {
            let high = &form.range.1 * &factor;
            self.unit(sum.times(&factor), high)
        });
        let unit = Form::unit(unit, self.highs[unit].clone(), domain);
        let mut value = unit.times(&scale, domain);
        if known.is_some() {
            value = value.plus(&Rational::ONE, form, domain);
        }
        value.range = (Rational::ZERO, form.range.1.clone());
        Ok(value)
    }

    /// Returns the form with a unit for each kink.
    ///
    /// - Errors: [`Jump`].
    pub fn sum(&mut self, form: &Form, domain: &Domain) -> Result<Sum, Jump> {
        let mut sum = Sum {
            affine: form.affine.clone(),
            terms: form.units.clone(),
        };
        for (direction, pieces) in &form.ridges {
            if let Some((at, size)) = pieces.jump() {
                return Err(Jump {
                    direction: direction.clone(),
                    at,
                    size,
                });
            }
            let along = |factor: &Rational, constant: Rational| Affine {
                weights: direction.iter().map(|d| d * factor).collect(),
                constant,
            };
            let first = &pieces.lines()[0];
            let first = along(&first.slope, first.offset.clone());
            sum.affine = sum.affine.plus(&first, &Rational::ONE);
            let high = ends(direction, domain).1;
            for (at, lines) in pieces.breaks().iter().zip(pieces.lines().windows(2)) {
                let inner = Sum::affine(along(&Rational::ONE, -at));
                let unit = self.unit(inner, &high - at);
                sum.add_unit(unit, &(&lines[1].slope - &lines[0].slope));
            }
        }
        Ok(sum)
    }
}

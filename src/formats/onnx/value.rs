//! What flows through a graph: tensors whose elements are constants or affine forms of units.

pub use crate::formats::floats::rational;
use crate::formats::foreign::ForeignError;
use crate::numbers::{Float64, Rational};

/// The longest exact number that a graph may compute, in bits.
const LONGEST: usize = 1 << 14;

/// An exact number: a float as long as that holds it.
#[derive(Clone, Debug)]
pub enum Coefficient {
    /// A finite float.
    Float(f64),
    /// Any other number.
    Exact(Box<Rational>),
}

impl Coefficient {
    /// 0.
    pub const ZERO: Self = Self::Float(0.0);
    /// 1.
    pub const ONE: Self = Self::Float(1.0);

    /// The number.
    pub fn to_rational(&self) -> Rational {
        match self {
            Self::Float(value) => rational(*value),
            Self::Exact(value) => (**value).clone(),
        }
    }

    /// The float, where it is one.
    pub fn as_float(&self) -> Option<Float64> {
        match self {
            Self::Float(value) => Float64::from_bits(value.to_bits()),
            Self::Exact(_) => None,
        }
    }

    /// Is this 0?
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Float(value) => *value == 0.0,
            Self::Exact(value) => value.is_zero(),
        }
    }

    /// Is this 1?
    pub fn is_one(&self) -> bool {
        match self {
            Self::Float(value) => *value == 1.0,
            Self::Exact(value) => **value == Rational::ONE,
        }
    }

    /// How much memory it takes, about: 1 for a float.
    pub fn cost(&self) -> u64 {
        match self {
            Self::Float(_) => 1,
            Self::Exact(value) => 4 + value.bits() as u64 / 64,
        }
    }

    /// The sum, exactly.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        if let (Self::Float(a), Self::Float(b)) = (self, other) {
            // Knuth's sum: the error of the float sum is itself a float.
            let sum = a + b;
            let part = sum - a;
            if sum.is_finite() && (a - (sum - part)) + (b - part) == 0.0 {
                return Self::Float(sum);
            }
        }
        Self::from(&self.to_rational() + &other.to_rational())
    }

    /// The product, exactly.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => {
                let product = a * b;
                let is_small = |value: f64| value.to_bits().trailing_zeros() >= 27;
                // Mantissas of at most 26 bits, and nothing near the smallest floats.
                let fits = is_small(*a) && is_small(*b) && (1e-280..1e280).contains(&product.abs());
                if a.abs() == 1.0 || b.abs() == 1.0 || *a == 0.0 || *b == 0.0 || fits {
                    return Self::Float(product);
                }
            }
            (one, other) | (other, one) if one.is_one() => return other.clone(),
            _ => {}
        }
        Self::from(&self.to_rational() * &other.to_rational())
    }

    /// The negative.
    #[must_use]
    pub fn negated(&self) -> Self {
        match self {
            Self::Float(value) => Self::Float(-value),
            Self::Exact(value) => Self::from(-&**value),
        }
    }

    /// Refuses numbers that grow without end.
    pub fn check(&self) -> Result<(), ForeignError> {
        match self {
            Self::Exact(value) if value.bits() > LONGEST => Err(ForeignError::new(format!(
                "the exact weights grow beyond {LONGEST} bits here"
            ))),
            _ => Ok(()),
        }
    }
}

impl From<Rational> for Coefficient {
    fn from(value: Rational) -> Self {
        if value.is_zero() {
            Self::ZERO
        } else if value == Rational::ONE {
            Self::ONE
        } else {
            Self::Exact(Box::new(value))
        }
    }
}

/// `bias + sum of weight · unit`, units increasing, no weight 0.
#[derive(Clone, Debug)]
pub struct Form {
    /// What is added.
    pub bias: Coefficient,
    /// Units and their weights.
    pub terms: Vec<(u32, Coefficient)>,
}

impl Form {
    /// A constant.
    pub fn constant(bias: impl Into<Coefficient>) -> Self {
        Self {
            bias: bias.into(),
            terms: Vec::new(),
        }
    }

    /// One unit.
    pub fn unit(unit: u32) -> Self {
        Self {
            bias: Coefficient::ZERO,
            terms: vec![(unit, Coefficient::ONE)],
        }
    }

    /// Does it depend on nothing?
    pub fn is_constant(&self) -> bool {
        self.terms.is_empty()
    }

    /// The unit that this is, if it is one as it stands.
    pub fn as_unit(&self) -> Option<u32> {
        match &self.terms[..] {
            [(unit, weight)] if weight.is_one() && self.bias.is_zero() => Some(*unit),
            _ => None,
        }
    }

    /// How much memory it takes, about.
    pub fn cost(&self) -> u64 {
        let terms: u64 = self.terms.iter().map(|(_, weight)| weight.cost()).sum();
        2 + self.bias.cost() + terms
    }

    /// The form times a number.
    #[must_use]
    pub fn times(mut self, factor: &Coefficient) -> Self {
        if factor.is_zero() {
            return Self::constant(Coefficient::ZERO);
        }
        if !factor.is_one() {
            self.bias = self.bias.times(factor);
            for (_, weight) in &mut self.terms {
                *weight = weight.times(factor);
            }
        }
        self
    }

    /// The negative.
    #[must_use]
    pub fn negated(mut self) -> Self {
        self.bias = self.bias.negated();
        for (_, weight) in &mut self.terms {
            *weight = weight.negated();
        }
        self
    }

    /// The sum of two forms.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.bias = self.bias.plus(&other.bias);
        if !other.terms.is_empty() {
            self.terms.extend(other.terms.iter().cloned());
            self.merge();
        }
        self
    }

    /// Brings the terms in order, one for each unit.
    pub fn merge(&mut self) {
        if !self.terms.is_sorted_by(|a, b| a.0 < b.0) {
            self.terms.sort_by_key(|term| term.0);
            self.terms.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    earlier.1 = earlier.1.plus(&later.1);
                }
                same
            });
        }
        self.terms.retain(|(_, weight)| !weight.is_zero());
    }
}

/// What the elements of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Real numbers.
    Float,
    /// Integers.
    Integer,
    /// 0 and 1.
    Bool,
}

/// The elements of a tensor, the last dimension fastest.
#[derive(Clone, Debug)]
pub enum Data {
    /// Stored floats.
    Floats(Vec<f64>),
    /// Stored integers.
    Integers(Vec<i64>),
    /// Anything.
    Forms(Vec<Form>),
}

/// A tensor.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its sizes.
    pub dims: Vec<usize>,
    /// What its elements are.
    pub kind: Kind,
    /// The elements.
    pub data: Data,
    /// Is one of the elements infinite?
    pub is_infinite: bool,
}

impl Value {
    /// A tensor of floats, finite ones.
    pub fn forms(dims: Vec<usize>, forms: Vec<Form>) -> Self {
        Self {
            dims,
            kind: Kind::Float,
            data: Data::Forms(forms),
            is_infinite: false,
        }
    }

    /// A list of integers.
    pub fn integers(list: Vec<i64>) -> Self {
        Self {
            dims: vec![list.len()],
            kind: Kind::Integer,
            data: Data::Integers(list),
            is_infinite: false,
        }
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Floats(list) => list.len(),
            Data::Integers(list) => list.len(),
            Data::Forms(list) => list.len(),
        }
    }

    /// Does no element depend on the inputs?
    pub fn is_constant(&self) -> bool {
        match &self.data {
            Data::Forms(list) => list.iter().all(Form::is_constant),
            _ => true,
        }
    }

    /// One element, where it is constant.
    pub fn constant(&self, index: usize) -> Option<Coefficient> {
        match &self.data {
            Data::Floats(list) => Some(Coefficient::Float(list[index])),
            Data::Integers(list) => Some(integer(list[index])),
            Data::Forms(list) => {
                let form = &list[index];
                form.is_constant().then(|| form.bias.clone())
            }
        }
    }

    /// One element.
    pub fn form(&self, index: usize) -> Form {
        match &self.data {
            Data::Floats(list) => Form::constant(Coefficient::Float(list[index])),
            Data::Integers(list) => Form::constant(integer(list[index])),
            Data::Forms(list) => list[index].clone(),
        }
    }

    /// All elements.
    pub fn into_forms(self) -> Vec<Form> {
        match self.data {
            Data::Forms(list) => list,
            _ => (0..self.len()).map(|index| self.form(index)).collect(),
        }
    }

    /// The elements as integers, where they are constant ones.
    pub fn as_integers(&self) -> Option<Vec<i64>> {
        match &self.data {
            Data::Integers(list) => Some(list.clone()),
            _ => (0..self.len())
                .map(|index| self.constant(index)?.to_rational().to_i64())
                .collect(),
        }
    }

    /// The tensor of these elements of this one.
    pub fn pick(&self, dims: Vec<usize>, indices: &[usize]) -> Self {
        let data = match &self.data {
            Data::Floats(list) => Data::Floats(indices.iter().map(|&k| list[k]).collect()),
            Data::Integers(list) => Data::Integers(indices.iter().map(|&k| list[k]).collect()),
            Data::Forms(list) => Data::Forms(indices.iter().map(|&k| list[k].clone()).collect()),
        };
        Self {
            dims,
            kind: self.kind,
            data,
            is_infinite: self.is_infinite,
        }
    }

    /// What a copy would cost.
    pub fn cost(&self) -> u64 {
        match &self.data {
            Data::Forms(list) => list.iter().map(Form::cost).sum(),
            _ => self.len() as u64,
        }
    }

    /// What storing these elements anew would cost.
    pub fn cost_of(&self, indices: &[usize]) -> u64 {
        match &self.data {
            Data::Forms(list) => indices.iter().map(|&k| list[k].cost()).sum(),
            _ => indices.len() as u64,
        }
    }
}

fn integer(value: i64) -> Coefficient {
    // 2^53: floats hold every integer up to there.
    if value.unsigned_abs() <= 1 << 53 {
        Coefficient::Float(value as f64)
    } else {
        Coefficient::from(Rational::from(value))
    }
}

/// The number by which the second form is that of the first, if there is one.
pub fn ratio(first: &Form, second: &Form) -> Option<Rational> {
    let (a, b) = (first.terms.first()?, second.terms.first()?);
    let ratio = b.1.to_rational().checked_div(&a.1.to_rational())?;
    let is_ratio = |a: &Coefficient, b: &Coefficient| &a.to_rational() * &ratio == b.to_rational();
    let is_multiple = first.terms.len() == second.terms.len()
        && is_ratio(&first.bias, &second.bias)
        && first
            .terms
            .iter()
            .zip(&second.terms)
            .all(|(a, b)| a.0 == b.0 && is_ratio(&a.1, &b.1));
    is_multiple.then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn floats() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<f64>().prop_filter("finite", |value| value.is_finite()),
            any::<f32>()
                .prop_filter("finite", |value| value.is_finite())
                .prop_map(f64::from),
            (-64i32..64).prop_map(|k| f64::from(k) / 8.0),
        ]
    }

    /// The slow way: by the decimal digits of the float, which are exact and finitely many.
    fn slow(value: f64) -> Rational {
        crate::numbers::literal::parse(&format!("{value:.1080}")).expect("a decimal")
    }

    proptest! {
        #[test]
        fn floats_are_exact(a in floats(), b in floats()) {
            prop_assert_eq!(rational(a), slow(a));
            let (x, y) = (Coefficient::Float(a), Coefficient::Float(b));
            prop_assert_eq!(x.plus(&y).to_rational(), &rational(a) + &rational(b));
            prop_assert_eq!(x.times(&y).to_rational(), &rational(a) * &rational(b));
        }
    }

    #[test]
    fn forms_add_up_and_cancel() {
        let form = Form {
            bias: Coefficient::Float(1.0),
            terms: vec![(2, Coefficient::ONE), (5, Coefficient::Float(-0.5))],
        };
        let sum = form
            .clone()
            .plus(&Form::unit(3))
            .plus(&form.times(&Coefficient::Float(-1.0)));
        assert_eq!(sum.as_unit(), Some(3));
    }
}

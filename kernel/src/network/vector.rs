//! Vectors of exact numbers, whose distinct values are stored once.

use std::ops::Index;

use super::pool::{Pool, in_order_of_use, index};
use crate::numbers::Rational;

/// Exact numbers, read-only; a million gates of one grid share their bias.
///
/// The pool is in order of first appearance, so equal vectors are stored alike.
#[derive(Clone, PartialEq, Eq)]
pub struct Vector {
    places: Vec<u32>,
    pool: Vec<Rational>,
}

impl Vector {
    /// Returns the length.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Is the vector empty?
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The numbers from first to last.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rational> {
        self.indices().map(|place| &self.pool[place])
    }

    /// Returns the distinct numbers, in order of first appearance.
    pub fn pool(&self) -> &[Rational] {
        &self.pool
    }

    /// The numbers from first to last, as indices into the [`Vector::pool`].
    pub fn indices(&self) -> impl ExactSizeIterator<Item = usize> {
        self.places.iter().map(|&place| index(place))
    }
}

impl Index<usize> for Vector {
    type Output = Rational;

    fn index(&self, position: usize) -> &Rational {
        &self.pool[index(self.places[position])]
    }
}

impl From<Vec<Rational>> for Vector {
    /// - Panics: when more than 2^32 numbers differ: they would not have fitted in memory.
    fn from(values: Vec<Rational>) -> Self {
        let mut builder = VectorBuilder::default();
        for value in values {
            let number = builder.number(value).expect("fewer than 2^32 values");
            builder.push(number);
        }
        builder.finish()
    }
}

impl<const N: usize> PartialEq<[Rational; N]> for Vector {
    fn eq(&self, other: &[Rational; N]) -> bool {
        self.iter().eq(other)
    }
}

impl std::fmt::Debug for Vector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A number known to one [`VectorBuilder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(u32);

/// Collects the numbers of a [`Vector`].
#[derive(Default)]
pub struct VectorBuilder {
    known: Pool,
    places: Vec<u32>,
}

impl VectorBuilder {
    /// Returns the length so far.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Is the vector empty so far?
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Returns a handle to a number; `None` if 2^32 are known.
    pub fn number(&mut self, value: Rational) -> Option<Number> {
        self.known.place(value).map(Number)
    }

    /// Adds a number of this builder.
    pub fn push(&mut self, number: Number) {
        self.places.push(number.0);
    }

    /// Returns the vector.
    pub fn finish(self) -> Vector {
        let mut places = self.places;
        let pool = in_order_of_use(self.known.into_values(), &mut places);
        places.shrink_to_fit();
        Vector { places, pool }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stored_once() {
        let numbers = [3, 0, 3, -2].map(Rational::from);
        let vector = Vector::from(numbers.to_vec());
        assert_eq!(vector, numbers);
        assert_eq!(vector.pool(), [3, 0, -2].map(Rational::from));
        assert_eq!((vector.len(), &vector[3]), (4, &Rational::from(-2)));
        assert_ne!(vector, Vector::from(numbers[..3].to_vec()));
        let mut builder = VectorBuilder::default();
        let [unused, zero] = [7, 0].map(|value| builder.number(Rational::from(value)));
        assert!(unused.is_some());
        builder.push(zero.expect("few"));
        assert_eq!(builder.finish().pool(), [Rational::ZERO]);
        assert!(Vector::from(Vec::new()).is_empty());
    }
}

//! Different values, each stored once: what matrices and vectors of few different numbers share.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;

use crate::numbers::Rational;

/// Collects different values; each has a place, in the order in which they come.
#[derive(Default)]
pub struct Pool {
    values: Vec<Rational>,
    /// Where each value is: by its hash, or the next free number after that.
    places: HashMap<u64, u32>,
    hasher: RandomState,
}

impl Pool {
    /// Returns the place of a value, which joins if it is new; nothing where 2^32 are there.
    pub fn place(&mut self, value: Rational) -> Option<u32> {
        let mut key = self.hasher.hash_one(&value);
        loop {
            match self.places.entry(key) {
                Entry::Occupied(place) if self.values[index(*place.get())] == value => {
                    return Some(*place.get());
                }
                // Another value has this hash: try the next key, as every search will.
                Entry::Occupied(_) => key = key.wrapping_add(1),
                Entry::Vacant(free) => {
                    let place = u32::try_from(self.values.len()).ok()?;
                    free.insert(place);
                    self.values.push(value);
                    return Some(place);
                }
            }
        }
    }

    /// Returns the values by place.
    pub fn into_values(self) -> Vec<Rational> {
        self.values
    }
}

/// Returns the values that the places name, in the order in which they are first named; the places
/// then name them there. So equal sequences of values are stored alike.
pub fn in_order_of_use(values: Vec<Rational>, places: &mut [u32]) -> Vec<Rational> {
    let mut values: Vec<_> = values.into_iter().map(Some).collect();
    let mut new_places = vec![0; values.len()];
    let mut ordered = Vec::new();
    for place in places {
        let old = index(*place);
        if let Some(value) = values[old].take() {
            new_places[old] = u32::try_from(ordered.len()).expect("no more than there were");
            ordered.push(value);
        }
        *place = new_places[old];
    }
    ordered.shrink_to_fit();
    ordered
}

/// A place as an index.
pub fn index(place: u32) -> usize {
    usize::try_from(place).expect("usize holds 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_once_and_ordered_by_use() {
        let mut pool = Pool::default();
        let mut places: Vec<u32> = [5, 7, 5, 9, 7]
            .into_iter()
            .map(|value| pool.place(Rational::from(value)).expect("few"))
            .collect();
        assert_eq!(places, [0, 1, 0, 2, 1]);
        places.remove(1);
        places.swap(0, 2);
        // Now 9, 5, 5, 7.
        let values = in_order_of_use(pool.into_values(), &mut places);
        assert_eq!(values, [9, 5, 7].map(Rational::from));
        assert_eq!(places, [0, 1, 1, 2]);
        let none = in_order_of_use(values, &mut []);
        assert!(none.is_empty());
    }
}

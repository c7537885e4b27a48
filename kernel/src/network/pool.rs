//! Distinct values, each stored once; shared by matrices and vectors with few distinct numbers.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use crate::numbers::Rational;

/// Collects distinct values; each has a place, in order of arrival.
///
/// A value is found through `slots`, a table whose length is a power of two: the search goes from
/// the slot of its hash to the first free one. At most half of the slots are taken.
#[derive(Default)]
pub struct Pool {
    values: Vec<Rational>,
    slots: Vec<Slot>,
    hasher: RandomState,
}

/// The place of a value, and 32 bits of its hash.
#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    /// 1 more than the place; 0 in a free slot.
    mark: u32,
}

const FREE: Slot = Slot { hash: 0, mark: 0 };

impl Pool {
    /// Returns the place of a value, and adds the value if it is new; `None` if 2^32 - 1 are
    /// stored.
    pub fn place(&mut self, value: Rational) -> Option<u32> {
        if self.slots.len() <= 2 * self.values.len() {
            self.grow();
        }
        let hash = self.hasher.hash_one(&value);
        let hash = u32::try_from(hash >> 32).expect("32 bits");
        let mut slot = self.first_slot(hash);
        loop {
            let found = self.slots[slot];
            let Some(place) = found.mark.checked_sub(1) else {
                break;
            };
            if found.hash == hash && self.values[index(place)] == value {
                return Some(place);
            }
            slot = self.slot_after(slot);
        }
        let place = u32::try_from(self.values.len()).ok()?;
        let mark = place.checked_add(1)?;
        self.slots[slot] = Slot { hash, mark };
        self.values.push(value);
        Some(place)
    }

    /// Returns the values by place.
    pub fn into_values(self) -> Vec<Rational> {
        self.values
    }

    fn first_slot(&self, hash: u32) -> usize {
        index(hash) & (self.slots.len() - 1)
    }

    fn slot_after(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }

    /// Makes a larger table with the same entries.
    fn grow(&mut self) {
        let size = (4 * self.values.len()).next_power_of_two().max(16);
        let old = std::mem::replace(&mut self.slots, vec![FREE; size]);
        for taken in old.into_iter().filter(|slot| slot.mark != 0) {
            let mut slot = self.first_slot(taken.hash);
            while self.slots[slot].mark != 0 {
                slot = self.slot_after(slot);
            }
            self.slots[slot] = taken;
        }
    }
}

/// Returns the values that the places name, in order of first use, and renumbers the places
/// accordingly. So equal sequences of values are stored alike.
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
#[allow(clippy::float_arithmetic)]
mod tests {
    use super::*;
    use crate::network::float_matrix::shared;
    use crate::numbers::Float64;

    #[test]
    fn every_value_is_found_again() {
        let value = |k: i64| Rational::ratio(k * k - 500, 1 + k % 7);
        let mut pool = Pool::default();
        let mut slow: Vec<Rational> = Vec::new();
        for k in (0..3000).chain(0..3000) {
            let expected = slow.iter().position(|known| *known == value(k));
            let expected = expected.unwrap_or_else(|| {
                slow.push(value(k));
                slow.len() - 1
            });
            assert_eq!(pool.place(value(k)).map(index), Some(expected));
        }
        assert_eq!(pool.into_values(), slow);
    }

    #[test]
    fn floats_are_shared_as_the_table_shares_them() {
        let float = |k: u32| {
            let value = f64::from(k * k % 37) / 8.0 - f64::from(k % 5);
            Float64::from_bits(value.to_bits()).expect("finite")
        };
        for count in [0, 1, 2, 50, 1000] {
            let floats: Vec<_> = (0..count).map(float).collect();
            let (values, places) = shared(&floats).expect("few");
            let mut pool = Pool::default();
            let expected: Vec<_> = floats
                .iter()
                .map(|float| pool.place(float.to_rational()).expect("few"))
                .collect();
            assert_eq!(places, expected);
            assert_eq!(values, pool.into_values());
        }
    }

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

//! A hash table of units, to find equal ones (T02).
//!
//! It is our own because of its layout: the units of a grid are looked up row by row, and in a
//! large table a row lies in one stretch of memory. The result does not depend on the layout.

use super::clear;
use crate::network::reduced::{NONE, index, number};
use crate::numbers::{Dyadic, Function};

/// This many units with consecutive last variables, and with other variables at the same distance
/// or the same, form a group: they are adjacent in a large table.
const GROUP: u32 = 64;
/// A table of at most this many places fits in the processor's cache; its units may be anywhere.
const NEAR: usize = 1 << 14;
/// An odd number without a pattern.
const SPREAD: u32 = 0x9e37_79b1;

/// The key of a unit: equal units have equal keys.
#[derive(Clone, Copy)]
pub(super) struct Hash {
    bits: u32,
    /// Its last variable within a group.
    in_group: u32,
    /// Other bits, which distinguish most units.
    mark: u32,
}

/// The result of a search in the table.
pub(super) enum Found {
    /// The unit is there, as this variable.
    Taken(u32),
    /// It is not; it would be at this gap.
    Free(Gap),
}

/// An empty place in the table, and the key of the unit that will be there. (Short, because it is
/// passed around for each unit.)
#[derive(Clone, Copy)]
pub(super) struct Gap {
    place: u32,
    mark: u32,
}

/// A place in the table.
#[derive(Clone, Copy)]
struct Slot {
    mark: u32,
    variable: u32,
}

impl Slot {
    const EMPTY: Self = Self {
        mark: 0,
        variable: NONE,
    };
}

/// Variables of units by their hashes, each at the next free place. The length is a power of two,
/// and at most two thirds are taken.
#[derive(Default)]
pub(super) struct Table {
    slots: Vec<Slot>,
}

impl Table {
    /// Clears the table, and makes room for this many units.
    pub(super) fn clear(&mut self, units: usize) {
        let places = units.saturating_add(units / 2).max(8).next_power_of_two();
        clear(&mut self.slots, places);
        self.slots.resize(places, Slot::EMPTY);
    }

    /// Searches for an equal unit with this hash.
    pub(super) fn find(&self, hash: Hash, is_same: impl Fn(u32) -> bool) -> Found {
        let length = self.slots.len();
        let mut place = hash.place(length);
        loop {
            let slot = self.slots[place];
            if slot.variable == NONE {
                return Found::Free(Gap {
                    place: number(place),
                    mark: hash.mark,
                });
            }
            if slot.mark == hash.mark && is_same(slot.variable) {
                return Found::Taken(slot.variable);
            }
            place = next_place(place, length);
        }
    }

    /// Inserts a unit where it was not found.
    pub(super) fn fill(&mut self, gap: Gap, variable: u32) {
        let Gap { place, mark } = gap;
        self.slots[index(place)] = Slot { mark, variable };
    }

    /// Would it be more than two thirds full with this many units?
    pub(super) fn is_crowded(&self, units: usize) -> bool {
        units * 3 > self.slots.len() * 2
    }

    /// Returns the number of places.
    #[cfg(test)]
    pub(super) fn places(&self) -> usize {
        self.slots.len()
    }

    /// Makes it four times as long.
    pub(super) fn grow(&mut self, hash: impl Fn(u32) -> Hash) {
        let length = self.slots.len() * 4;
        let old = std::mem::replace(&mut self.slots, vec![Slot::EMPTY; length]);
        for slot in old.into_iter().filter(|slot| slot.variable != NONE) {
            let mut place = hash(slot.variable).place(length);
            while self.slots[place].variable != NONE {
                place = next_place(place, length);
            }
            self.slots[place] = slot;
        }
    }
}

/// Returns where the search continues in a table of this length; it reaches all places in the end.
fn next_place(place: usize, length: usize) -> usize {
    if length <= NEAR {
        return (place + 1) & (length - 1);
    }
    // The same place in the next group, so that a full group costs one step only.
    let group = index(GROUP);
    let next = place + group;
    if next < length {
        next
    } else {
        (next - length + 1) & (group - 1)
    }
}

impl Hash {
    /// Mixes a unit into a number. Equal units have equal hashes; equal hashes are compared in full.
    pub(super) fn of(function: Function, bias: Dyadic, terms: &[(u32, Dyadic)]) -> Self {
        let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mix = |word: u64| {
            state = (state ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
            state ^= state >> 32;
        };
        let last = terms.last().map_or(0, |(variable, _)| *variable);
        let in_group = last & (GROUP - 1);
        let number = |value: Dyadic| {
            let exponent = value.exponent().cast_unsigned();
            value.mantissa().cast_unsigned() ^ exponent.rotate_left(17)
        };
        mix(number(bias));
        for &(variable, coefficient) in terms {
            let before = last.wrapping_sub(variable);
            let variable = if variable == last {
                last ^ in_group
            } else if before < GROUP {
                before
            } else {
                variable
            };
            mix(number(coefficient) ^ u64::from(variable).rotate_left(40));
        }
        mix(match function {
            Function::Heaviside => 1,
            Function::Sigmoid => 2,
            Function::Tanh => 3,
            Function::Softplus => 5,
            Function::Softsign => 6,
            Function::Elu => 7,
            Function::Silu => 8,
            Function::Gelu => 9,
            _ => 4,
        });
        let low = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or_default();
        Self {
            bits: low(state),
            in_group,
            mark: low(state >> 32) ^ in_group,
        }
    }

    /// Returns where the search begins in a table of this length, a power of two.
    fn place(self, length: usize) -> usize {
        let place = if length <= NEAR {
            self.bits ^ self.in_group.wrapping_mul(SPREAD)
        } else {
            // In the stretch of its group. The start within the stretch depends on the group, so
            // that units with the same last variable are spread out.
            let place = self.bits.wrapping_add(self.in_group);
            (self.bits & !(GROUP - 1)) | (place & (GROUP - 1))
        };
        index(place) & (length - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inserts units into a table; returns how many places were visited, for each.
    fn steps(units: &[(Dyadic, Vec<(u32, Dyadic)>)]) -> usize {
        let mut table = Table::default();
        table.clear(units.len());
        let length = table.places();
        let mut steps = 0;
        for (variable, (bias, terms)) in units.iter().enumerate() {
            let hash = Hash::of(Function::Sigmoid, *bias, terms);
            let Found::Free(gap) = table.find(hash, |_| false) else {
                panic!("no unit is the same");
            };
            let mut place = hash.place(length);
            while place != index(gap.place) {
                place = next_place(place, length);
                steps += 1;
            }
            table.fill(gap, number(variable));
        }
        steps / units.len()
    }

    /// Units of one input, which have the same last variable; dense ones; towers of a grid, row by row.
    #[test]
    fn few_places_are_looked_at() {
        let whole = Dyadic::from_i64;
        for n in [20_u32, 2700, 2800, 20_000] {
            let one_input: Vec<_> = (0..n)
                .map(|k| (whole(i64::from(k)), vec![(0, whole(7))]))
                .collect();
            let dense: Vec<_> = (0..n)
                .map(|k| {
                    let weight = |j: u32| whole(i64::from(k % (j + 2)));
                    let terms = (0..40).map(|j| (j, weight(j)));
                    (whole(i64::from(k / 7)), terms.collect())
                })
                .collect();
            let towers: Vec<_> = (0..n)
                .map(|k| {
                    let (i, j) = (k / 140, 1000 + k % 140);
                    let terms = [i, i + 1, j, j + 1].map(|variable| (variable, whole(40)));
                    (whole(-60), terms.to_vec())
                })
                .collect();
            for units in [one_input, dense, towers] {
                assert!(steps(&units) < 4, "{} of {n}", steps(&units));
            }
        }
    }

    #[test]
    fn a_search_comes_to_every_place() {
        for length in [8, 64, NEAR, 2 * NEAR, 4 * NEAR] {
            for start in [0, 1, length / 2 + 3, length - 1] {
                let mut seen = vec![false; length];
                let mut place = start;
                // Once around the table for each place of a group.
                for _ in 0..length + length / 4 {
                    seen[place] = true;
                    place = next_place(place, length);
                }
                assert!(seen.iter().all(|seen| *seen), "{length} from {start}");
            }
        }
    }

    /// Towers of a grid: every unit is found as itself, in small and large tables, and in one that
    /// had to grow.
    #[test]
    fn units_are_found_as_what_they_are() {
        for (rows, room) in [(3_u32, 9), (100, 10_000), (100, 8)] {
            let unit = |i: u32, j: u32| {
                let terms = [i, i + 1, 1000 + j, 1001 + j];
                terms.map(|variable| (variable, Dyadic::from_i64(40)))
            };
            let hash = |variable: u32| {
                let (i, j) = (variable / rows, variable % rows);
                Hash::of(Function::Sigmoid, Dyadic::ONE, &unit(i, j))
            };
            let mut table = Table::default();
            table.clear(room);
            let mut count = 0;
            for variable in 0..rows * rows {
                let Found::Free(gap) = table.find(hash(variable), |found| found == variable) else {
                    panic!("{variable} is there already");
                };
                table.fill(gap, variable);
                count += 1;
                if table.is_crowded(count) {
                    table.grow(hash);
                }
            }
            for variable in 0..rows * rows {
                let found = table.find(hash(variable), |found| found == variable);
                assert!(matches!(found, Found::Taken(found) if found == variable));
            }
        }
    }
}

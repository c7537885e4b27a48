//! Finishes a reduced network: keeps the units that are used, and renumbers them.

use std::ops::Range;

use super::{LARGE, Reducer};
use crate::network::reduced::{NONE, Reduced, index, number};
use crate::numbers::{Dyadic, Enclosure};

impl<E: Enclosure> Reducer<E> {
    /// Returns the reduced network, with the used units only.
    pub(super) fn finish(&mut self) -> Reduced {
        self.used.clear();
        self.used.resize(self.units.len(), false);
        let inputs = self.inputs;
        let mark = |used: &mut Vec<bool>, terms: &[(u32, Dyadic)]| {
            for (variable, _) in terms {
                if let Some(unit) = index(*variable).checked_sub(inputs) {
                    used[unit] = true;
                }
            }
        };
        for output in &self.outputs {
            mark(&mut self.used, &self.terms[output.start..output.end]);
        }
        for k in (0..self.units.len()).rev() {
            if self.used[k] {
                mark(&mut self.used, &self.terms[self.units[k].terms()]);
            }
        }
        self.renumbered.clear();
        self.renumbered.extend(0..number(inputs));
        let mut next = number(inputs);
        for is_used in &self.used {
            self.renumbered.push(next);
            next += u32::from(*is_used);
        }
        let kept = index(next) - inputs;
        // Units, and terms in the order of the units, move down over the unused ones.
        let mut length = 0;
        let (terms, renumbered) = (&mut self.terms, &self.renumbered);
        let mut pack = |from: Range<usize>| {
            let start = length;
            for at in from {
                let (variable, coefficient) = terms[at];
                terms[length] = (renumbered[index(variable)], coefficient);
                length += 1;
            }
            start..length
        };
        let mut has_places = false;
        let mut ranges = Vec::with_capacity(if E::IS_RANGE { kept } else { 0 });
        let mut to = 0;
        for (k, is_used) in self.used.iter().enumerate() {
            if *is_used {
                let mut unit = self.units[k].clone();
                let rare = self.rare.get(index(unit.rare));
                has_places |= rare.is_some_and(|rare| rare.place != NONE);
                let packed = pack(unit.terms());
                (unit.start, unit.end) = (number(packed.start), number(packed.end));
                self.units[to] = unit;
                to += 1;
                if E::IS_RANGE {
                    ranges.push(self.values[inputs + k].range());
                }
            }
        }
        self.units.truncate(kept);
        for output in &mut self.outputs {
            let packed = pack(output.start..output.end);
            (output.start, output.end) = (packed.start, packed.end);
        }
        self.terms.truncate(length);
        let sides = if E::IS_RANGE { inputs } else { 0 };
        Reduced {
            inputs,
            units: handed_over(&mut self.units),
            outputs: self.outputs.clone(),
            rounding: self.rounding.clone(),
            output_ranges: self.output_ranges.clone(),
            terms: handed_over(&mut self.terms),
            rare: self.rare.clone(),
            places: self.places.take().filter(|_| has_places),
            sides: self.values[..sides].iter().map(Enclosure::range).collect(),
            ranges,
        }
    }
}

/// Returns a list in no more memory than it needs: moved if it is long, else copied.
fn handed_over<T: Clone>(made: &mut Vec<T>) -> Vec<T> {
    if made.len() <= LARGE {
        return made.clone();
    }
    let mut made = std::mem::take(made);
    made.shrink_to_fit();
    made
}

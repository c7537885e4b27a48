//! Which units face the other way, so that nothing is left to carry.

use std::collections::HashMap;

use crate::numbers::Rational;

/// Sums that are looked at on each half, and additions in all.
const MOST_SUMS: usize = 1 << 15;
const MOST_ADDITIONS: usize = 1 << 21;

type Vector = Vec<Rational>;

/// Returns a set of these vectors that add up to a sum; `None` if there is none, or if it was not found
/// among the sums that are looked at.
///
/// The sums of each half of the vectors are listed, and one of each is matched. There are few where the
/// vectors are whole multiples of one number.
pub fn subset_with_sum(vectors: &[Vector], wanted: &[Rational]) -> Option<Vec<usize>> {
    let (first, second) = vectors.split_at(vectors.len() / 2);
    let most = MOST_SUMS.min(MOST_ADDITIONS / vectors.len().max(1));
    let (first_sums, second_sums) = (
        sums(first, wanted.len(), most),
        sums(second, wanted.len(), most),
    );
    // In the order in which they were found, so that the answer is the same every time.
    for sum in &first_sums.order {
        let rest: Vector = wanted.iter().zip(sum).map(|(w, s)| w - s).collect();
        if second_sums.last.contains_key(&rest) {
            let mut chosen = first_sums.members(first, sum);
            let others = second_sums.members(second, &rest);
            chosen.extend(others.into_iter().map(|k| k + first.len()));
            return Some(chosen);
        }
    }
    None
}

/// The sums of sets of vectors, with the last vector of a set.
struct Sums {
    last: HashMap<Vector, Option<usize>>,
    order: Vec<Vector>,
}

fn sums(vectors: &[Vector], length: usize, most: usize) -> Sums {
    let none = vec![Rational::ZERO; length];
    let mut sums = Sums {
        last: HashMap::from([(none.clone(), None)]),
        order: vec![none],
    };
    for (k, vector) in vectors.iter().enumerate() {
        for known in 0..sums.order.len() {
            if sums.order.len() >= most {
                return sums;
            }
            let pairs = sums.order[known].iter().zip(vector);
            let sum: Vector = pairs.map(|(a, b)| a + b).collect();
            if !sums.last.contains_key(&sum) {
                sums.last.insert(sum.clone(), Some(k));
                sums.order.push(sum);
            }
        }
    }
    sums
}

impl Sums {
    /// Returns the vectors that add up to a known sum: what is left without the last vector is a sum of
    /// earlier ones, since it was known before.
    fn members(&self, vectors: &[Vector], sum: &[Rational]) -> Vec<usize> {
        let mut rest = sum.to_vec();
        let mut members = Vec::new();
        while let Some(Some(k)) = self.last.get(&rest) {
            members.push(*k);
            rest = rest.iter().zip(&vectors[*k]).map(|(a, b)| a - b).collect();
        }
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[i64]) -> Vec<Vector> {
        values.iter().map(|v| vec![Rational::from(*v)]).collect()
    }

    #[test]
    fn every_sum_of_a_subset_is_found_and_no_other() {
        let values = [3, -5, 8, 8, 2, 14];
        let vectors = numbers(&values);
        let all: Vec<i64> = (0..1 << values.len())
            .map(|set: usize| {
                let chosen = (0..values.len()).filter(|k| set >> k & 1 == 1);
                chosen.map(|k| values[k]).sum()
            })
            .collect();
        for wanted in -10..40 {
            let found = subset_with_sum(&vectors, &[Rational::from(wanted)]);
            assert_eq!(found.is_some(), all.contains(&wanted), "{wanted}");
            if let Some(mut found) = found {
                let sum: i64 = found.iter().map(|k| values[*k]).sum();
                assert_eq!(sum, wanted);
                found.sort_unstable();
                found.dedup();
                assert_eq!(found.iter().map(|k| values[*k]).sum::<i64>(), wanted);
            }
        }
    }

    #[test]
    fn many_equal_steps_have_few_sums() {
        let vectors = numbers(&[1; 500]);
        let found = subset_with_sum(&vectors, &[Rational::from(377)]).expect("a set");
        assert_eq!(found.len(), 377);
        assert_eq!(subset_with_sum(&vectors, &[Rational::from(501)]), None);
    }
}

//! Which way the units of a broken line face.
//!
//! A broken line with first slope `s` and bends `d_i` at `x_i` is a constant and one relu unit per kink, some of which
//! face left (`relu(x_i - x)`), if `s` and the bends of those add up to 0. A subset whose sum is near is searched,
//! and the values at the knots are moved a little to make it 0.

/// Of more kinks than this, those with the largest bends are decided one after the other.
const SEARCHED: usize = 14;
/// The number of subsets that are compared by how far values have to move.
const COMPARED: usize = 256;

/// Units that face left, and values for which no other unit is needed.
#[derive(Clone, Debug, PartialEq)]
pub struct Facing {
    /// For each kink: does its unit face left?
    pub is_left: Vec<bool>,
    /// The value at each knot.
    pub values: Vec<f64>,
    /// How far each value was moved.
    pub moved: f64,
}

/// Returns which slopes add up to 0: for each piece its factor, -1, 0 or 1.
pub fn factors(is_left: &[bool]) -> Vec<i64> {
    let mut factors = vec![0; is_left.len() + 1];
    factors[0] = 1;
    for (kink, _) in is_left.iter().enumerate().filter(|(_, is_left)| **is_left) {
        factors[kink] -= 1;
        factors[kink + 1] += 1;
    }
    factors
}

/// Moves the values at knots as little as possible so that the units that face left make the first slope; `None`
/// if no movement does.
///
/// - Exactness: an estimate. The largest movement is the smallest possible one: the sum of slopes is linear in
///   the values, so each moves by the same amount, up or down.
pub fn moved(knots: &[f64], values: &[f64], is_left: &[bool]) -> Option<Facing> {
    let mut weights = vec![0.0; values.len()];
    let mut sum = 0.0;
    for (piece, factor) in factors(is_left).into_iter().enumerate() {
        if factor != 0 {
            let factor = if factor > 0 { 1.0 } else { -1.0 };
            let width = knots[piece + 1] - knots[piece];
            weights[piece + 1] += factor / width;
            weights[piece] -= factor / width;
            sum += factor * (values[piece + 1] - values[piece]) / width;
        }
    }
    let most: f64 = weights.iter().map(|weight| weight.abs()).sum();
    let step = sum / most;
    let pairs = values.iter().zip(&weights);
    let values = pairs.map(|(value, weight)| match weight {
        weight if *weight > 0.0 => value - step,
        weight if *weight < 0.0 => value + step,
        _ => *value,
    });
    step.is_finite().then(|| Facing {
        is_left: is_left.to_vec(),
        values: values.collect(),
        moved: step.abs(),
    })
}

/// Searches the directions of units for which the values move least.
///
/// - Exactness: an estimate; of many kinks not all subsets are tried.
pub fn facing(knots: &[f64], values: &[f64]) -> Option<Facing> {
    let pieces = values.len() - 1;
    let slope =
        |piece: usize| (values[piece + 1] - values[piece]) / (knots[piece + 1] - knots[piece]);
    let bends: Vec<f64> = (1..pieces)
        .map(|piece| slope(piece) - slope(piece - 1))
        .collect();
    let mut order: Vec<usize> = (0..bends.len()).collect();
    order.sort_by(|a, b| bends[*b].abs().total_cmp(&bends[*a].abs()).then(a.cmp(b)));
    let (large, small) = order.split_at(order.len().saturating_sub(SEARCHED));
    let mut start = vec![false; bends.len()];
    let mut sum = slope(0);
    for kink in large {
        if (sum + bends[*kink]).abs() < sum.abs() {
            sum += bends[*kink];
            start[*kink] = true;
        }
    }
    let mut subsets: Vec<(f64, usize)> = Vec::with_capacity(1 << small.len());
    subsets.push((sum, 0));
    for (bit, kink) in small.iter().enumerate() {
        for place in 0..subsets.len() {
            let (sum, subset) = subsets[place];
            subsets.push((sum + bends[*kink], subset | 1 << bit));
        }
    }
    subsets.sort_by(|a, b| a.0.abs().total_cmp(&b.0.abs()).then(a.1.cmp(&b.1)));
    let candidates = subsets
        .into_iter()
        .take(COMPARED)
        .filter_map(|(_, subset)| {
            let mut is_left = start.clone();
            for (bit, kink) in small.iter().enumerate() {
                is_left[*kink] = subset >> bit & 1 == 1;
            }
            moved(knots, values, &is_left)
        });
    candidates.min_by(|a, b| a.moved.total_cmp(&b.moved))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value at the left end of what units make: a constant is added so that the right end fits.
    fn network(knots: &[f64], facing: &Facing, x: f64) -> f64 {
        let slope = |piece: usize| {
            (facing.values[piece + 1] - facing.values[piece]) / (knots[piece + 1] - knots[piece])
        };
        let units = facing.is_left.iter().enumerate();
        let units = units.map(|(kink, is_left)| {
            let off = x - knots[kink + 1];
            let off = if *is_left { -off } else { off };
            (slope(kink + 1) - slope(kink)) * off.max(0.0)
        });
        units.sum()
    }

    #[test]
    fn units_alone_make_the_moved_line() {
        let knots = [0.0, 1.0, 1.5, 2.5, 4.0, 4.5];
        let values = [0.0, 1.0, 1.1, 0.3, -0.4, 0.2];
        let found = facing(&knots, &values).expect("subsets");
        assert!(found.moved < 0.05, "{found:?}");
        let constant = found.values[0] - network(&knots, &found, knots[0]);
        for (x, (value, before)) in knots.iter().zip(found.values.iter().zip(values)) {
            assert!((value - before).abs() <= found.moved + 1e-12);
            assert!((constant + network(&knots, &found, *x) - value).abs() < 1e-12);
        }
    }

    /// The slow and obvious search: every subset.
    #[test]
    fn no_subset_moves_less() {
        let knots: Vec<f64> = [0, 3, 5, 9, 12, 20, 22].map(f64::from).to_vec();
        let values = [1.0, 2.0, 0.5, 3.0, 2.5, 2.75, 9.0];
        let least = (0..1 << 5).filter_map(|subset: u32| {
            let is_left: Vec<bool> = (0..5).map(|bit| subset >> bit & 1 == 1).collect();
            moved(&knots, &values, &is_left)
        });
        let least = least.map(|facing| facing.moved).fold(f64::MAX, f64::min);
        let found = facing(&knots, &values).expect("subsets");
        assert!((found.moved - least).abs() < 1e-12 && least > 0.0);
    }
}

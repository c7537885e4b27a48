//! Joins short segments to long lines.

use std::collections::BTreeMap;

type Point = (f64, f64);

/// Joins segments whose ends agree to `near`; returns lines, closed ones with the first point again at the end.
pub(crate) fn chain(segments: &[[Point; 2]], near: f64) -> Vec<Vec<Point>> {
    let key = |p: Point| (cell(p.0 / near), cell(p.1 / near));
    let mut at: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for (i, segment) in segments.iter().enumerate() {
        for p in segment {
            at.entry(key(*p)).or_default().push(i);
        }
    }
    let close = |p: Point, q: Point| (p.0 - q.0).abs() <= near && (p.1 - q.1).abs() <= near;
    // Points are left out.
    let mut is_used: Vec<bool> = segments.iter().map(|[p, q]| close(*p, *q)).collect();
    // The unused segment that starts at a point, and its other end.
    let next = |from: Point, is_used: &[bool]| -> Option<(usize, Point)> {
        let (x, y) = key(from);
        let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)));
        let found = around
            .filter_map(|place| at.get(&place))
            .flatten()
            .filter(|i| !is_used[**i]);
        let mut ends = found.filter_map(|&i| {
            let [p, q] = segments[i];
            if close(p, from) {
                Some((i, q))
            } else if close(q, from) {
                Some((i, p))
            } else {
                None
            }
        });
        ends.next()
    };
    let mut lines = Vec::new();
    for start in 0..segments.len() {
        if is_used[start] {
            continue;
        }
        is_used[start] = true;
        let [p, q] = segments[start];
        let mut halves = [vec![q], vec![p]];
        for half in &mut halves {
            while let Some((i, to)) = half.last().and_then(|end| next(*end, &is_used)) {
                is_used[i] = true;
                half.push(to);
            }
        }
        let [forward, backward] = halves;
        lines.push(backward.into_iter().rev().chain(forward).collect());
    }
    lines
}

#[allow(clippy::cast_possible_truncation, reason = "casts of floats saturate")]
fn cell(v: f64) -> i64 {
    // One less than the largest, so that neighbours have numbers too.
    (v.floor() as i64).clamp(i64::MIN + 1, i64::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_in_pieces_is_one_closed_line() {
        let pieces = [
            [(0.0, 0.0), (1.0, 0.0)],
            [(1.0, 1.0), (0.0, 1.0 + 1e-9)],
            [(0.0, 1.0), (0.0, 0.0)],
            [(1.0, 1.0), (1.0, 1e-9)],
            [(5.0, 5.0), (6.0, 5.0)],
            [(1.0, 0.0), (1.0, 1e-9)],
        ];
        let lines = chain(&pieces, 1e-6);
        assert_eq!(lines.iter().map(Vec::len).collect::<Vec<_>>(), [5, 2]);
        assert!((lines[0][0].0 - lines[0][4].0).abs() < 1e-6);
        assert!(chain(&[[(f64::NAN, 0.0), (f64::INFINITY, 0.0)]], 1e-6).len() == 1);
    }
}

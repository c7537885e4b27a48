//! Places of labels beside curves.

/// Moves places apart until neighbours are `gap` away from each other, as little as possible and within
/// `lo` and `hi` where they fit; returns them in the order given.
///
/// Places that would overlap become a block around their mean.
pub(crate) fn spread(places: &[f64], gap: f64, (lo, hi): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|&i, &j| places[i].total_cmp(&places[j]));
    // Each block: its first place, how many there are, and the sum of where the first would like to be.
    let mut blocks: Vec<(f64, usize, f64)> = Vec::new();
    let inside = |first: f64, count: usize| {
        let last = hi - gap * (count - 1) as f64;
        first.min(last).max(lo)
    };
    for &i in &order {
        blocks.push((inside(places[i], 1), 1, places[i]));
        while let [.., (before, n, wish), (first, m, other)] = *blocks.as_slice() {
            if before + gap * n as f64 <= first {
                break;
            }
            let count = n + m;
            let wish = wish + other - (n * m) as f64 * gap;
            blocks.truncate(blocks.len() - 2);
            blocks.push((inside(wish / count as f64, count), count, wish));
        }
    }
    let spots = blocks
        .iter()
        .flat_map(|&(first, count, _)| (0..count).map(move |k| first + gap * k as f64));
    let mut found = vec![0.0; places.len()];
    for (&i, spot) in order.iter().zip(spots) {
        found[i] = spot;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_overlap() {
        assert_eq!(spread(&[5.0, 90.0], 10.0, (0.0, 100.0)), [5.0, 90.0]);
        assert_eq!(spread(&[52.0, 48.0], 10.0, (0.0, 100.0)), [55.0, 45.0]);
        assert_eq!(spread(&[50.0; 3], 10.0, (0.0, 100.0)), [40.0, 50.0, 60.0]);
        // At an end they move inwards, and take others along.
        assert_eq!(
            spread(&[99.0, 98.0, 83.0], 10.0, (0.0, 100.0)),
            [100.0, 90.0, 80.0]
        );
        assert!(spread(&[], 10.0, (0.0, 1.0)).is_empty());
    }
}

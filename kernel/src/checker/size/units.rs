//! What a number of kinks along a line means for the number of units (T38).

/// Returns the least number of units that allow this many kinks along a line, if each unit bends
/// its sum at most `bends` times: relu 1, hard tanh 2, maxout of rank r at most r - 1.
///
/// With a number of hidden layers, for these; without one, for any number of them. Networks are
/// chains of layers with an affine output.
///
/// - Exactness: the least number `n_1 + .. + n_L` with `(bends n_1 + 1) .. (bends n_L + 1) > kinks`.
/// - Source: T38.
pub fn units_for_kinks(kinks: usize, bends: usize, hidden_layers: Option<usize>) -> usize {
    let (kinks, bends) = (wide(kinks), wide(bends));
    if kinks == 0 || bends == 0 {
        return 0;
    }
    // The product grows most if every layer has one unit, or if all are as wide as each other.
    let pieces = |units: usize| {
        let layers = hidden_layers.unwrap_or(units).min(units).max(1);
        let (least, wider) = (units / layers, units % layers);
        (0..layers).fold(1_u128, |product, layer| {
            let width = wide(least).saturating_add(u128::from(layer < wider));
            product.saturating_mul(bends.saturating_mul(width).saturating_add(1))
        })
    };
    let (mut low, mut high) = (0, 1_usize);
    while pieces(high) <= kinks {
        (low, high) = (high, high.saturating_mul(2));
    }
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        if pieces(middle) <= kinks {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn wide(count: usize) -> u128 {
    u128::try_from(count).unwrap_or(u128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least sum of widths by trying all of them.
    fn slow(kinks: usize, bends: usize, layers: usize) -> usize {
        fn most(units: usize, bends: usize, layers: usize) -> usize {
            if layers == 1 {
                return bends * units + 1;
            }
            let first = 0..=units;
            let each = first.map(|n| (bends * n + 1) * most(units - n, bends, layers - 1));
            each.max().unwrap_or(1)
        }
        (0..=kinks)
            .find(|units| most(*units, bends, layers) > kinks)
            .expect("enough")
    }

    #[test]
    fn units_are_as_few_as_the_products_allow() {
        for kinks in 0..40 {
            for bends in 1..4 {
                for layers in 1..5 {
                    let fast = units_for_kinks(kinks, bends, Some(layers));
                    assert_eq!(fast, slow(kinks, bends, layers), "{kinks} {bends} {layers}");
                }
                // More layers than units do not help.
                assert_eq!(units_for_kinks(kinks, bends, None), slow(kinks, bends, 7));
            }
        }
        assert_eq!(units_for_kinks(38, 1, Some(1)), 38);
        assert_eq!(units_for_kinks(38, 2, Some(1)), 19);
        assert_eq!(units_for_kinks(38, 1, None), 6);
        assert_eq!(units_for_kinks(usize::MAX, 1, None), 64);
        assert_eq!(units_for_kinks(usize::MAX, 1, Some(1)), usize::MAX);
    }
}

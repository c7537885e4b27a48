//! Bounds from the literature on the number of linear regions of an architecture.
//!
//! With inputs `n_0`, `L` hidden layers of widths `n_1 .. n_L`, and C for binomial coefficients:
//!
//! | bound | formula | of |
//! |---|---|---|
//! | Zaslavsky 1975 | `sum over j <= n_0 of C(n_1, j)` | one layer; reached by hyperplanes in general position |
//! | Pascanu, Montufar, Bengio 2013 | `prod over l < L of floor(n_l / n_0) · sum over j <= n_0 of C(n_L, j)` | relu, `n_l >= n_0`: some network has as many |
//! | Montufar, Pascanu, Cho, Bengio 2014, Theorem 4 | `prod over l < L of floor(n_l / n_0)^(n_0) · sum over j <= n_0 of C(n_L, j)` | the same |
//! | Montufar et al. 2014, Theorem 8 | `k^(L - 1) k^(n_0)` | maxout of rank k, all widths `n_0`: some network has as many |
//! | Montufar 2017 | `prod over l of sum over j <= min(n_0 .. n_(l - 1)) of C(n_l, j)` | units with one cut: no network has more |
//! | Serra, Tjandraatmadja, Ramalingam 2018, Theorem 1 | `sum over J of prod over l of C(n_l, j_l)`, J: `j_l <= min(n_0, n_1 - j_1, .., n_(l-1) - j_(l-1), n_l)` | rectifiers: no network has more |
//! | Hanin, Rolnick 2019 | about `N^(n_0) / n_0!`, N all units | an estimate for random relu networks of any depth |
//!
//! For maxout of rank k, the argument of Montufar 2017 (a layer cuts the image of a region, whose
//! dimension is at most that of the narrowest layer below) gives the same with `k (k - 1) / 2` cuts
//! for each unit, and a layer has no more than `k^(n_l)` cells.

use crate::network::{Activation, Network};
use crate::numbers::Natural;

/// The facts about a network that the bounds need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Architecture {
    /// The number of inputs (or of parameters of a section).
    pub inputs: usize,
    /// For each layer that changes its pieces: units and kind.
    pub hidden: Vec<(usize, Kind)>,
}

/// The kind of a layer's units, for the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ReLU.
    Rectifier,
    /// One cut, but not 0 on one side: leaky ReLU; or constant on both: heaviside.
    OneCut,
    /// Maxout of this rank.
    Maxout(usize),
    /// No cut: only its width matters.
    Affine,
    /// Others.
    Other,
}

/// The bounds that apply; large numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Zaslavsky 1975.
    pub zaslavsky: Option<Natural>,
    /// Pascanu et al. 2013, lower bound of the largest number.
    pub pascanu: Option<Natural>,
    /// Montufar et al. 2014, lower bound of the largest number.
    pub montufar_lower: Option<Natural>,
    /// Montufar 2017, upper bound.
    pub montufar_upper: Option<Natural>,
    /// Serra et al. 2018, upper bound.
    pub serra: Option<Natural>,
    /// Hanin and Rolnick 2019, an estimate, rounded down.
    pub hanin_rolnick: Option<Natural>,
}

/// Returns `C(n, k)`.
pub fn binomial(n: usize, k: usize) -> Natural {
    if k > n {
        return Natural::ZERO;
    }
    (0..k.min(n - k)).fold(Natural::ONE, |product, i| {
        product * Natural::from(n - i) / Natural::from(i + 1)
    })
}

/// Returns the largest number of cells that `n` hyperplanes cut a space of `d` dimensions into.
///
/// - Source: Zaslavsky 1975; Buck 1943.
pub fn arrangement(n: usize, d: usize) -> Natural {
    (0..=d.min(n)).map(|j| binomial(n, j)).sum()
}

impl Architecture {
    /// Returns the architecture of a network.
    pub fn of(network: &Network) -> Self {
        let layers = network.layers();
        let kind = |activation: &Activation| match activation {
            Activation::Identity | Activation::Maxout(1) => Kind::Affine,
            Activation::Relu => Kind::Rectifier,
            Activation::LeakyRelu(_) | Activation::Heaviside => Kind::OneCut,
            Activation::Maxout(rank) => Kind::Maxout(*rank),
            Activation::HardTanh
            | Activation::Sigmoid
            | Activation::Tanh
            | Activation::Softplus(_)
            | Activation::Softsign
            | Activation::Elu(_)
            | Activation::Silu
            | Activation::Gelu(_) => Kind::Other,
        };
        let mut hidden: Vec<(usize, Kind)> = layers
            .iter()
            .map(|layer| (layer.units(), kind(layer.activation())))
            .collect();
        while hidden.last().is_some_and(|(_, kind)| *kind == Kind::Affine) {
            hidden.pop();
        }
        Self {
            inputs: network.inputs().len(),
            hidden,
        }
    }

    fn all(&self, wanted: impl Fn(Kind) -> bool) -> bool {
        !self.hidden.is_empty() && self.hidden.iter().all(|(_, kind)| wanted(*kind))
    }

    /// Returns the bounds that apply.
    ///
    /// ```
    /// use steeple::regions::{Architecture, Kind};
    /// let deep = Architecture { inputs: 2, hidden: vec![(4, Kind::Rectifier); 2] };
    /// assert_eq!(deep.bounds().montufar_lower, Some(44u32.into()));
    /// ```
    pub fn bounds(&self) -> Bounds {
        let widths: Vec<usize> = self.hidden.iter().map(|(units, _)| *units).collect();
        let rectifiers = self.all(|kind| kind == Kind::Rectifier);
        let one_cut = self.all(|kind| matches!(kind, Kind::Rectifier | Kind::OneCut));
        let mut bounds = Bounds::default();
        if let (true, [units]) = (one_cut, widths.as_slice()) {
            bounds.zaslavsky = Some(arrangement(*units, self.inputs));
        }
        let wide = widths.iter().all(|width| *width >= self.inputs);
        if rectifiers && wide {
            bounds.pascanu = Some(self.folds(&widths, 1));
            bounds.montufar_lower = Some(self.folds(&widths, self.inputs));
        }
        if let Some(&(_, Kind::Maxout(rank))) = self.hidden.first()
            && self
                .hidden
                .iter()
                .all(|layer| *layer == (self.inputs, Kind::Maxout(rank)))
        {
            let exponent = self.hidden.len() - 1 + self.inputs;
            bounds.montufar_lower = Some(Natural::from(rank).pow(exponent));
        }
        if self.all(|kind| kind != Kind::Other) {
            bounds.montufar_upper = Some(self.dimensions());
        }
        if rectifiers {
            bounds.serra = Some(serra(&widths, self.inputs));
            let units = widths.iter().sum::<usize>();
            bounds.hanin_rolnick = Some(if units < self.inputs {
                Natural::from(2u32).pow(units)
            } else {
                let factorial: Natural = (1..=self.inputs).map(Natural::from).product();
                Natural::from(units).pow(self.inputs) / factorial
            });
        }
        bounds
    }

    fn folds(&self, widths: &[usize], exponent: usize) -> Natural {
        let Some((last, before)) = widths.split_last() else {
            return Natural::ONE;
        };
        let each = before
            .iter()
            .map(|n| Natural::from(n / self.inputs).pow(exponent));
        each.product::<Natural>() * arrangement(*last, self.inputs)
    }

    fn dimensions(&self) -> Natural {
        let (mut product, mut dimension) = (Natural::ONE, self.inputs);
        for &(units, kind) in &self.hidden {
            product *= match kind {
                Kind::Affine => Natural::ONE,
                Kind::Maxout(rank) => {
                    let cells = arrangement(units * (rank * (rank - 1) / 2), dimension);
                    cells.min(Natural::from(rank).pow(units))
                }
                _ => arrangement(units, dimension),
            };
            dimension = dimension.min(units);
        }
        product
    }
}

/// The sum of Serra et al., over the dimension left after each layer.
fn serra(widths: &[usize], inputs: usize) -> Natural {
    // For each dimension left, the sum over the layers above: from the last to the first.
    let mut above = vec![Natural::ONE; inputs + 1];
    for &n in widths.iter().rev() {
        above = (0..=inputs)
            .map(|d| {
                let terms = (0..=d.min(n)).map(|j| binomial(n, j) * &above[d.min(n - j)]);
                terms.sum()
            })
            .collect();
    }
    above.swap_remove(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relu(inputs: usize, widths: &[usize]) -> Bounds {
        let hidden = widths.iter().map(|w| (*w, Kind::Rectifier)).collect();
        Architecture { inputs, hidden }.bounds()
    }

    #[expect(clippy::unnecessary_wraps, reason = "bounds are optional")]
    fn number(value: u64) -> Option<Natural> {
        Some(Natural::from(value))
    }

    #[test]
    fn lines_cut_the_plane_as_counted_by_hand() {
        // 0, 1, 2, 3, 4 lines: 1, 2, 4, 7, 11 parts; three planes: 8; points on a line: n + 1.
        for (n, parts) in [(0, 1u32), (1, 2), (2, 4), (3, 7), (4, 11)] {
            assert_eq!(arrangement(n, 2), Natural::from(parts));
        }
        assert_eq!(arrangement(3, 3), Natural::from(8u32));
        assert_eq!(arrangement(9, 1), Natural::from(10u32));
        assert_eq!(binomial(52, 5), Natural::from(2_598_960u32));
    }

    #[test]
    fn one_layer_has_one_bound() {
        let bounds = relu(2, &[3]);
        assert_eq!(bounds.zaslavsky, number(7));
        let others = [
            bounds.pascanu,
            bounds.montufar_lower,
            bounds.montufar_upper,
            bounds.serra,
        ];
        assert!(others.iter().all(|bound| *bound == number(7)), "{others:?}");
    }

    #[test]
    fn small_deep_networks_by_hand() {
        // (4, 4): 2^2 · (1 + 4 + 6); (6, 6, 6): 9 · 9 · 22.
        assert_eq!(relu(2, &[4, 4]).montufar_lower, number(44));
        assert_eq!(relu(2, &[6, 6, 6]).montufar_lower, number(1782));
        assert_eq!(relu(2, &[4, 4]).pascanu, number(22));
        assert_eq!(relu(2, &[4, 4]).montufar_upper, number(121));
        // One input, widths 2 and 2, by hand: j_1 = 0 leaves 1 dimension: 1 + 2; j_1 = 1 leaves
        // min(1, 2 - 1) = 1: 2 · (1 + 2); together 9.
        assert_eq!(relu(1, &[2, 2]).serra, number(9));
        // Width 1 in the middle: j_1 = 0: 1 · 3; j_1 = 1: no unit active, so 1 · 1; together 4,
        // where Montufar 2017 has 2 · 3.
        assert_eq!(relu(1, &[1, 2]).serra, number(4));
        assert_eq!(relu(1, &[1, 2]).montufar_upper, number(6));
        assert_eq!(relu(3, &[2, 4]).montufar_lower, None);
        assert_eq!(relu(1, &[7]).hanin_rolnick, number(7));
        assert_eq!(relu(2, &[4, 4]).hanin_rolnick, number(32));
    }

    #[test]
    fn maxout_of_constant_width() {
        let hidden = vec![(2, Kind::Maxout(3)); 2];
        let bounds = Architecture { inputs: 2, hidden }.bounds();
        assert_eq!(bounds.montufar_lower, number(27));
        // Each layer: 6 lines give at most 22 parts, but 2 units of rank 3 only 9.
        assert_eq!(bounds.montufar_upper, number(81));
        assert_eq!(bounds.serra, None);
    }

    #[test]
    fn upper_bounds_lie_above_lower_ones() {
        for inputs in 1..4 {
            for widths in [vec![4], vec![5, 4], vec![3, 9, 3], vec![6, 6, 6, 6]] {
                let b = relu(inputs, &widths);
                assert!(b.pascanu <= b.montufar_lower && b.montufar_lower <= b.serra);
                assert!(b.serra <= b.montufar_upper, "{inputs} {widths:?}");
            }
        }
    }
}

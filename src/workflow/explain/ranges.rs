//! Enclosures of every sum and every unit of a network over a box.
//!
//! The box is cut into a grid, the network is evaluated on each cell in interval arithmetic, and the enclosures
//! of the cells are joined. Sums of the first layer are affine, so their range over the box is exact.

use crate::expr::Domain;
use crate::network::{Activation, Layer, Network};
use crate::numbers::{Dyadic, Interval, Rational};

/// The grid has at most this many cells ...
const MOST_CELLS: usize = 1 << 12;
/// ... and takes at most about this many operations.
const MOST_OPERATIONS: usize = 3_000_000;

/// Sum and output of a unit over the box. A maxout unit has the hull of its sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitRange {
    /// An enclosure of its sum.
    pub sum: Interval,
    /// An enclosure of its output.
    pub output: Interval,
}

impl UnitRange {
    const NOTHING_KNOWN: Self = Self {
        sum: Interval::ENTIRE,
        output: Interval::ENTIRE,
    };

    fn hull(&self, other: &Self) -> Self {
        Self {
            sum: self.sum.hull(&other.sum),
            output: self.output.hull(&other.output),
        }
    }
}

/// Returns the ranges of all units, layer by layer.
///
/// - Exactness: encloses the true ranges.
pub fn ranges(network: &Network, domain: &Domain) -> Vec<Vec<UnitRange>> {
    let mut all: Option<Vec<Vec<UnitRange>>> = None;
    for cell in grid(network, domain) {
        let found = on_cell(network, &cell);
        all = Some(match all {
            None => found,
            Some(all) => {
                let layers = all.iter().zip(&found);
                let units = |(a, b): (&Vec<UnitRange>, &Vec<UnitRange>)| {
                    a.iter().zip(b).map(|(a, b)| a.hull(b)).collect()
                };
                layers.map(units).collect()
            }
        });
    }
    let mut all = all.unwrap_or_default();
    let (Some(layer), Some(units)) = (network.layers().first(), all.first_mut()) else {
        return all;
    };
    let rank = layer.activation().rows_per_unit();
    for (unit, known) in units.iter_mut().enumerate() {
        let rows = (unit * rank..(unit + 1) * rank).map(|row| {
            let (low, high) = affine_range(layer, row, domain);
            Interval::from_rationals(&low, &high)
        });
        let rows: Vec<Interval> = rows.collect();
        let exact = of_unit(layer.activation(), &rows);
        known.sum = known.sum.refine(&exact.sum);
        known.output = known.output.refine(&exact.output);
    }
    all
}

/// Returns the range of a sum of the first layer over the domain.
///
/// - Exactness: exact.
pub fn affine_range(layer: &Layer, row: usize, domain: &Domain) -> (Rational, Rational) {
    let bias = layer.bias().iter().nth(row).cloned().unwrap_or_default();
    let (mut low, mut high) = (bias.clone(), bias);
    for (column, weight) in layer.weights().row(row) {
        let Some((from, to)) = domain.sides().get(column) else {
            continue;
        };
        let (least, most) = if weight.is_negative() {
            (to, from)
        } else {
            (from, to)
        };
        low = low + weight * least;
        high = high + weight * most;
    }
    (low, high)
}

fn on_cell(network: &Network, cell: &[Interval]) -> Vec<Vec<UnitRange>> {
    let mut values = cell.to_vec();
    let mut all = Vec::with_capacity(network.layers().len());
    for layer in network.layers() {
        let rows = layer.bias().iter().enumerate().map(|(row, bias)| {
            let terms = layer.weights().row(row);
            terms.fold(Interval::from_rational(bias), |sum, (column, weight)| {
                sum.plus(&values[column].times(&Interval::from_rational(weight)))
            })
        });
        let rows: Vec<Interval> = rows.collect();
        let units = rows.chunks(layer.activation().rows_per_unit());
        let units: Vec<UnitRange> = units
            .map(|rows| of_unit(layer.activation(), rows))
            .collect();
        values = units.iter().map(|unit| unit.output).collect();
        all.push(units);
    }
    all
}

fn of_unit(activation: &Activation, rows: &[Interval]) -> UnitRange {
    let hull = rows.iter().copied().reduce(|a, b| a.hull(&b));
    match (hull, activation.combine(&(), rows)) {
        (Some(sum), Ok(output)) => UnitRange { sum, output },
        (Some(sum), Err(_)) => UnitRange {
            sum,
            ..UnitRange::NOTHING_KNOWN
        },
        (None, _) => UnitRange::NOTHING_KNOWN,
    }
}

/// The cells of a grid over the domain, of as many cells as the size of the network allows.
fn grid(network: &Network, domain: &Domain) -> Vec<Vec<Interval>> {
    let layers = network.layers().iter();
    let operations: usize = layers
        .map(|layer| layer.weights().entries() + 20 * layer.rows())
        .sum();
    let most = (MOST_OPERATIONS / operations.max(1)).clamp(1, MOST_CELLS);
    // The sides are halved in turn, while there is room for twice as many cells.
    let mut cells = vec![domain.sides().to_vec()];
    let mut side = 0;
    while 2 * cells.len() <= most {
        let halves = cells.into_iter().flat_map(|cell| {
            let middle = cell[side].0.midpoint(&cell[side].1);
            let (mut low, mut high) = (cell.clone(), cell);
            low[side].1 = middle.clone();
            high[side].0 = middle;
            [low, high]
        });
        cells = halves.collect();
        side = (side + 1) % domain.dimension();
    }
    let enclosed = cells.iter().map(|cell| {
        let sides = cell.iter();
        sides
            .map(|(low, high)| Interval::from_rationals(low, high))
            .collect()
    });
    enclosed.collect()
}

/// Returns the ends of an interval as exact numbers, if they are finite.
pub fn ends(interval: &Interval) -> Option<(Rational, Rational)> {
    let end = |end: Dyadic| end.to_rational();
    Some((end(interval.inf())?, end(interval.sup())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{forward, json};

    #[test]
    fn ranges_hold_every_point_and_are_not_much_too_wide() {
        // The second layer is a hat: its sums are 0 at the ends, and 1 in the middle.
        let network = json::read(
            r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
            {"activation": "relu", "weights": [["1"], ["1"]], "bias": ["0", "-1"]},
            {"activation": "relu", "weights": [["1", "-2"]], "bias": ["0"]},
            {"activation": "identity", "weights": [["3"]], "bias": ["1"]}]}"#,
        )
        .expect("a network");
        let domain = Domain::parse("x=0..2").expect("a domain");
        let found = ranges(&network, &domain);
        let ends_of = |k: usize, unit: usize| ends(&found[k][unit].output).expect("finite");
        assert_eq!(ends_of(0, 0), (Rational::ZERO, Rational::from(2)));
        assert_eq!(ends_of(0, 1), (Rational::ZERO, Rational::ONE));
        assert_eq!(
            ends(&found[0][1].sum),
            Some((Rational::from(-1), Rational::ONE))
        );
        // Plain intervals over the whole box would give [0, 2], and [1, 7] for the output.
        let (low, high) = ends_of(1, 0);
        assert_eq!(low, Rational::ZERO);
        assert!(Rational::ONE <= high && high <= Rational::ratio(101, 100));
        let (low, high) = ends_of(2, 0);
        for k in 0..=64 {
            let at = [Rational::ratio(k, 32)];
            let value = &forward(&network, &(), &at).expect("exact")[0];
            assert!(low <= *value && *value <= high);
        }
        assert!(low == Rational::ONE && high <= Rational::ratio(41, 10));
    }
}

//! A slice of a `quadrants` network is one for the same target on a block of its cells: T43.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::*;

const SIDES: (i64, i64) = (-1, 1);

/// A grid of `cells` x `cells` cells over [-1, 1]², cut into slices of `size` x `size`.
struct Whole {
    formula: &'static str,
    units: Units,
    cells: i64,
    size: i64,
}

impl Whole {
    fn line(&self, k: i64) -> Rational {
        rational(SIDES.0, 1) + rational((SIDES.1 - SIDES.0) * k, self.cells)
    }

    /// The network for the cells from `low` to `high` in each input, with the steepness of the whole.
    fn network(&self, low: [i64; 2], high: [i64; 2]) -> Network {
        let sides = ["x", "y"].into_iter().zip(low.into_iter().zip(high));
        let sides = sides.map(|(name, (low, high))| {
            let (low, high) = (self.line(low), self.line(high));
            format!("{name}={low}..{high}")
        });
        let domain = sides.collect::<Vec<_>>().join(",");
        let count = [0, 1].map(|i| usize::try_from(high[i] - low[i]).expect("small"));
        let steepness = match self.units {
            Units::Sigmoid => rational(20 * self.cells, 1),
            _ => Rational::ONE,
        };
        let parameters = Parameters {
            steepness: Some(steepness.into()),
            ..with_units(self.units, cells(&count))
        };
        made(
            BuilderName::Quadrants,
            &parameters,
            &problem(self.formula, &domain),
        )
        .network
    }

    /// Calls `each` with the lowest cell of each slice, and its network with this margin of cells.
    fn slices(&self, margin: i64, mut each: impl FnMut([i64; 2], &Network)) {
        let places = usize::try_from(self.size).expect("small");
        for i in (0..self.cells).step_by(places) {
            for j in (0..self.cells).step_by(places) {
                let first = [i, j];
                let low = first.map(|k| (k - margin).max(0));
                let high = first.map(|k| (k + self.size + margin).min(self.cells));
                each(first, &self.network(low, high));
            }
        }
    }

    /// The corners of a slice, the middles of two of its edges, and random points of it.
    fn points(&self, first: [i64; 2], random: &mut ChaCha8Rng) -> Vec<[Rational; 2]> {
        let ends = [0, self.size].map(|k| first.map(|f| self.line(f + k)));
        let corners = [(0, 0), (0, 1), (1, 0), (1, 1)];
        let mut points = corners
            .map(|(a, b)| [ends[a][0].clone(), ends[b][1].clone()])
            .to_vec();
        let mut inside = |input: usize| {
            let part = rational(i64::from(random.next_u32() % 1000), 1000);
            &ends[0][input] + &((&ends[1][input] - &ends[0][input]) * part)
        };
        for end in &ends {
            points.push([end[0].clone(), inside(1)]);
            points.push([inside(0), end[1].clone()]);
        }
        for _ in 0..10 {
            points.push([inside(0), inside(1)]);
        }
        points
    }
}

#[test]
fn slices_of_jumps_are_equal_to_the_whole_at_every_point() {
    let whole = Whole {
        formula: "x^2*y + x - y/3",
        units: Units::Heaviside,
        cells: 64,
        size: 16,
    };
    let network = whole.network([0, 0], [64, 64]);
    let mut random = ChaCha8Rng::seed_from_u64(43);
    let mut compared = 0;
    whole.slices(1, |first, slice| {
        for point in whole.points(first, &mut random) {
            assert_eq!(exact(&network, &point), exact(slice, &point), "{point:?}");
            compared += 1;
        }
    });
    assert_eq!(compared, 16 * 18);
}

/// Upper and lower bounds of the difference of two networks of sigmoid units.
fn difference(one: &Network, other: &Network, point: &[Rational]) -> (Rational, Rational) {
    let point: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
    let value = |network| forward(network, &(), &point).expect("defined").remove(0);
    let difference = value(one).minus(&value(other)).magnitude();
    let low = difference.inf().rational_bound(Direction::Down);
    let high = difference.sup().rational_bound(Direction::Up);
    (low.expect("finite"), high.expect("finite"))
}

/// The largest difference of a network and its slices at some points, rounded down and up.
fn farthest(whole: &Whole, network: &Network, margin: i64) -> (Rational, Rational) {
    let mut random = ChaCha8Rng::seed_from_u64(44);
    let mut worst = (Rational::ZERO, Rational::ZERO);
    whole.slices(margin, |first, slice| {
        for point in whole.points(first, &mut random) {
            let (low, high) = difference(network, slice, &point);
            worst = (worst.0.clone().max(low), worst.1.clone().max(high));
        }
    });
    worst
}

#[test]
fn slices_of_sigmoid_steps_with_a_margin_are_within_the_bound() {
    let whole = Whole {
        formula: "sin(3*x)*cos(2*y)",
        units: Units::Sigmoid,
        cells: 16,
        size: 4,
    };
    let network = whole.network([0, 0], [16, 16]);
    // V_1 + V_2 is at most the sum of all weights. W = w h = 40, so T'_1 and T'_2 are below 2.07e-9; values
    // are rounded to 2^-38 at most, ρ is two roundings, and the sum over U_a stays below 1.
    let weights = network.layers()[2].weights().row(0);
    let sum: Rational = weights.map(|(_, weight)| weight.abs()).sum();
    let bound = sum * rational(207, 100_000_000_000) + rational(6, 1) * Rational::power_of_two(-37);
    assert!(bound < rational(1, 10_000_000), "{bound}");
    let (_, high) = farthest(&whole, &network, 1);
    assert!(high <= bound, "{high} and {bound}");
    // Without the margin the step on an edge is missing: half of a jump, of up to 3 h = 3/8.
    let (low, _) = farthest(&whole, &network, 0);
    assert!(low > rational(1, 10), "{low}");
}

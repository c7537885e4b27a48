//! The same questions for networks that are too long as a formula: the domain is cut into cells, and both networks
//! are evaluated on each in interval arithmetic. What comes out encloses the truth, and has no certificate.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::formula::hardens;
use crate::expr::Domain;
use crate::network::{Activation, Layer, Network};
use crate::numbers::{Direction, Dyadic, Failure, Function, Interval, Rational, Scalar};
use crate::prover::Limits;
use crate::report::explain::{Bounds, By};

/// At most this many cells ...
const MOST_CELLS: usize = 20_000;
/// ... which take at most about this many operations.
const MOST_OPERATIONS: usize = 120_000_000;
/// The clock is read after so many cells.
const LOOK: usize = 64;

/// What is measured on the domain.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The largest distance between the network and the hardened one.
    pub largest: Bounds,
    /// The mean distance.
    pub mean: Bounds,
    /// The part of the domain on which they are at most the tolerance apart.
    pub same: Bounds,
    /// The part on which every hidden unit is flat.
    pub flat: Bounds,
    /// The part on which the decisions differ.
    pub differ: Bounds,
}

/// What holds on a part of the domain: everywhere, nowhere, or not known.
type Part = Option<bool>;

/// A cell, and what is known of it.
struct Open {
    sides: Vec<(Rational, Rational)>,
    /// The cell is `2^-depth` of the domain.
    depth: i32,
    found: OnCell,
    /// How much is not known: the cell with the most is cut next, the older one of two.
    unknown: Dyadic,
    age: usize,
}

#[derive(Clone, Copy)]
struct OnCell {
    distance: Interval,
    /// A distance that is reached in the cell, or less.
    reached: Dyadic,
    same: Part,
    flat: Part,
    differ: Part,
}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.unknown.cmp(&other.unknown)).then(other.age.cmp(&self.age))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.age == other.age
    }
}

impl Eq for Open {}

/// Measures a network. `None` where it has no value on some cell.
///
/// - Exactness: encloses the true values.
pub fn measure(
    network: &Network,
    domain: &Domain,
    tolerance: &Rational,
    threshold: Option<&Rational>,
    limits: &Limits,
) -> Option<Measured> {
    let asked = Asked {
        network,
        tolerance: Interval::from_rational(tolerance),
        threshold: threshold.map(Interval::from_rational),
    };
    let mut heap = BinaryHeap::new();
    let mut age = 0;
    let open = |sides: Vec<(Rational, Rational)>, depth: i32, age: usize| {
        let found = asked.on_cell(&sides).ok()?;
        let unknown = found.unknown(&asked.tolerance);
        let unknown = unknown.scale(i64::from(-depth), Direction::Up);
        Some(Open {
            sides,
            depth,
            found,
            unknown,
            age,
        })
    };
    heap.push(open(domain.sides().to_vec(), 0, age)?);
    let layers = network.layers().iter();
    let cost: usize = layers
        .map(|layer| 2 * layer.weights().entries() + 40 * layer.rows())
        .sum();
    let most = (MOST_OPERATIONS / cost.max(1)).clamp(64, MOST_CELLS);
    while age < most && (age % LOOK != 0 || limits.is_over().is_none()) {
        let Some(worst) = heap.pop() else { break };
        if worst.unknown.is_zero() {
            heap.push(worst);
            break;
        }
        let side = widest(&worst.sides, domain);
        let middle = worst.sides[side].0.midpoint(&worst.sides[side].1);
        let (mut low, mut high) = (worst.sides.clone(), worst.sides);
        low[side].1 = middle.clone();
        high[side].0 = middle;
        for half in [low, high] {
            age += 1;
            heap.push(open(half, worst.depth + 1, age)?);
        }
    }
    Some(total(&heap.into_vec()))
}

/// The side that was cut least often.
fn widest(sides: &[(Rational, Rational)], domain: &Domain) -> usize {
    let parts = sides.iter().zip(domain.sides());
    let parts = parts.map(|((low, high), (from, to))| (high - low).checked_div(&(to - from)));
    let parts: Vec<Rational> = parts.map(Option::unwrap_or_default).collect();
    let widest = parts.iter().max();
    parts
        .iter()
        .position(|part| Some(part) == widest)
        .unwrap_or(0)
}

fn total(cells: &[Open]) -> Measured {
    let number = |value: Dyadic| value.to_rational();
    let part = |of: fn(&OnCell) -> Part| {
        let mut known = [Rational::ZERO, Rational::ZERO];
        for cell in cells {
            if let Some(holds) = of(&cell.found) {
                let place = usize::from(holds);
                known[place] = &known[place] + Rational::power_of_two(-cell.depth);
            }
        }
        let [nowhere, everywhere] = known;
        Bounds {
            lower: everywhere,
            upper: Some(Rational::ONE - nowhere),
            by: By::Arithmetic,
        }
    };
    let mean = cells.iter().fold(Interval::ZERO, |sum, cell| {
        let size = Dyadic::power_of_two(i64::from(-cell.depth));
        sum.plus(&cell.found.distance.times_point(size))
    });
    let reached = cells.iter().map(|cell| cell.found.reached).max();
    let largest = cells.iter().map(|cell| cell.found.distance.sup()).max();
    let bounds = |lower: Option<Dyadic>, upper: Option<Dyadic>| Bounds {
        lower: lower.and_then(number).unwrap_or_default(),
        upper: upper.and_then(number),
        by: By::Arithmetic,
    };
    Measured {
        largest: bounds(reached, largest),
        mean: bounds(Some(mean.inf()), Some(mean.sup())),
        same: part(|cell| cell.same),
        flat: part(|cell| cell.flat),
        differ: part(|cell| cell.differ),
    }
}

impl OnCell {
    /// How much is not known of the cell.
    fn unknown(&self, tolerance: &Interval) -> Dyadic {
        let open = [self.same, self.flat, self.differ];
        let open = open.iter().filter(|part| part.is_none()).count();
        let open = Dyadic::from_i64(i64::try_from(open).unwrap_or(3));
        let parts = tolerance.sup().mul(open, Direction::Up);
        self.distance.wid().add(parts, Direction::Up)
    }
}

struct Asked<'a> {
    network: &'a Network,
    tolerance: Interval,
    threshold: Option<Interval>,
}

impl Asked<'_> {
    fn on_cell(&self, sides: &[(Rational, Rational)]) -> Result<OnCell, Failure> {
        let cell = sides.iter();
        let cell: Vec<Interval> = cell
            .map(|(low, high)| Interval::from_rationals(low, high))
            .collect();
        let (kept, hard, flat, _) = self.both(&cell)?;
        let distance = distance(&kept, &hard)?;
        let middle: Vec<Interval> = sides
            .iter()
            .map(|(low, high)| Interval::from_rational(&low.midpoint(high)))
            .collect();
        let (kept_there, hard_there, _, is_decided) = self.both(&middle)?;
        // Where no sum is 0, the steps are constant near the point, so its distance counts.
        let reached = if is_decided {
            self::distance(&kept_there, &hard_there)?.inf()
        } else {
            Dyadic::ZERO
        };
        let same = if distance.sup() <= self.tolerance.inf() {
            Some(true)
        } else if distance.inf() > self.tolerance.sup() {
            Some(false)
        } else {
            None
        };
        let differ = self.threshold.as_ref().map_or(Some(false), |threshold| {
            let decides = |value: &Interval| {
                let over = value.minus(threshold);
                if over.inf() >= Dyadic::ZERO {
                    Some(true)
                } else {
                    over.sup().is_negative().then_some(false)
                }
            };
            Some(decides(kept.first()?)? != decides(hard.first()?)?)
        });
        Ok(OnCell {
            reached: reached.max(distance.inf()),
            distance,
            same,
            flat,
            differ,
        })
    }

    /// The outputs of both networks; is every hidden unit flat; and is no sum of the steps 0?
    #[allow(clippy::type_complexity, reason = "four results of one walk")]
    fn both(
        &self,
        cell: &[Interval],
    ) -> Result<(Vec<Interval>, Vec<Interval>, Part, bool), Failure> {
        let (mut kept, mut hard) = (cell.to_vec(), cell.to_vec());
        let (mut flat, mut is_decided) = (Some(true), true);
        let hidden = self.network.layers().len() - 1;
        for (k, layer) in self.network.layers().iter().enumerate() {
            let activation = layer.activation();
            let sums = [&kept, &hard].map(|values| rows(layer, values));
            if k < hidden {
                for sum in &sums[0] {
                    flat = both_hold(flat, is_flat(activation, sum));
                }
            }
            let jumps = hardens(activation) || activation.has_jumps();
            is_decided &= !jumps || sums[1].iter().all(|sum| !sum.contains_zero());
            let unit = |rows: &[Interval]| activation.combine(&(), rows);
            let rank = activation.rows_per_unit();
            kept = sums[0].chunks(rank).map(unit).collect::<Result<_, _>>()?;
            hard = sums[1]
                .chunks(rank)
                .map(|rows| match activation {
                    Activation::Sigmoid => rows[0].apply(Function::Heaviside),
                    Activation::Tanh => {
                        let step = rows[0].apply(Function::Heaviside)?;
                        Ok(step.plus(&step).minus(&Interval::ONE))
                    }
                    _ => unit(rows),
                })
                .collect::<Result<_, _>>()?;
        }
        Ok((kept, hard, flat, is_decided))
    }
}

fn rows(layer: &Layer, values: &[Interval]) -> Vec<Interval> {
    let rows = layer.bias().iter().enumerate();
    rows.map(|(row, bias)| {
        let terms = layer.weights().row(row);
        terms.fold(Interval::from_rational(bias), |sum, (column, weight)| {
            sum.plus(&values[column].times(&Interval::from_rational(weight)))
        })
    })
    .collect()
}

fn distance(a: &[Interval], b: &[Interval]) -> Result<Interval, Failure> {
    let mut largest = Interval::ZERO;
    for (a, b) in a.iter().zip(b) {
        largest = Scalar::max(&largest, &a.minus(b).magnitude())?;
    }
    Ok(largest)
}

fn both_hold(a: Part, b: Part) -> Part {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Is a unit flat for all sums in this range? Slopes of at most 1/1000 for sigmoid and tanh, as arcosh 499 =
/// 6.905752... and arcosh sqrt 1000 = 4.146774...
fn is_flat(activation: &Activation, sum: &Interval) -> Part {
    let beyond = |low: (i64, i64), high: (i64, i64)| {
        let [low, high] = [low, high].map(|(p, q)| Interval::from_rational(&Rational::ratio(p, q)));
        if sum.mig() >= high.sup() {
            Some(true)
        } else {
            (sum.mag() < low.inf()).then_some(false)
        }
    };
    match activation {
        Activation::Sigmoid => beyond((6_905_752, 1_000_000), (6_905_753, 1_000_000)),
        Activation::Tanh => beyond((4_146_774, 1_000_000), (4_146_775, 1_000_000)),
        Activation::HardTanh => beyond((1, 1), (1, 1)),
        Activation::Relu if sum.sup() <= Dyadic::ZERO => Some(true),
        Activation::Relu => (sum.inf() > Dyadic::ZERO).then_some(false),
        Activation::Heaviside | Activation::Identity => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::json;

    fn measured(activation: &str) -> Measured {
        let text = format!(
            r#"{{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
            {{"activation": "{activation}", "weights": [["100"]], "bias": ["0"]}},
            {{"activation": "identity", "weights": [["1"]], "bias": ["0"]}}]}}"#
        );
        let network = json::read(&text).expect("a network");
        let domain = Domain::parse("x=-1..1").expect("a domain");
        let hundredth = Rational::ratio(1, 100);
        let half = Rational::ratio(1, 4);
        measure(
            &network,
            &domain,
            &hundredth,
            Some(&half),
            &Limits::default(),
        )
        .expect("values")
    }

    fn holds(bounds: &Bounds, value: &str) {
        let value: Rational = crate::numbers::literal::parse(value).expect("a number");
        let upper = bounds.upper.as_ref().expect("an upper bound");
        assert!(
            bounds.lower <= value && value <= *upper,
            "{value}, {bounds:?}"
        );
        assert!(
            upper - &bounds.lower <= Rational::ratio(1, 1000),
            "{bounds:?}"
        );
    }

    /// The closed forms are those of the tests that ask the prover.
    #[test]
    fn cells_enclose_what_is_known_in_closed_form() {
        let sigmoid = measured("sigmoid");
        holds(&sigmoid.largest, "1/2");
        holds(&sigmoid.mean, "0.006931471805599453");
        holds(&sigmoid.same, "0.95404880");
        holds(&sigmoid.flat, "0.93094247727702080");
        // The decision at 1/4 comes where 100 x = -ln 3, and that of the step at 0: ln 3 / 200 of the domain.
        holds(&sigmoid.differ, "0.005493061443340548");
        let tanh = measured("tanh");
        holds(&tanh.mean, "0.006931471805599453");
        holds(&tanh.flat, "0.95853225273751104");
    }
}

//! An estimate of what rounding costs: the bounds of T40 on small boxes all over a domain.
//!
//! It serves to choose networks; the prover decides. [`Pass`] computes the same bounds for single points in
//! floats, and says which sums lose most.

use crate::certificate::{FloatFormat, Floats, Summation};
use crate::expr::Domain;
use crate::network::{Activation, FloatsError, LayerEstimate, Network, Rounding};
use crate::numbers::estimate::{estimate_dyadic, estimate_rational, exact_dyadic};
use crate::numbers::{Dyadic, Estimate, Interval};

/// Work for all boxes: nonzero weights times boxes.
const WORK: usize = 20_000_000;
/// The most and the fewest boxes.
const MOST_BOXES: usize = 500;
const FEWEST_BOXES: usize = 17;
/// The sides of boxes that do not end at kinks, as parts of those of the domain.
const SIDE: f64 = 1.0 / 4096.0;
/// Parts of a piece between kinks that the prover is expected to bound.
const PART: f64 = 1.0 / 16.0;
/// The step of a difference quotient of an activation.
const STEP: f64 = 1e-6;

/// What rounding may cost at the worst of some boxes: an estimate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RadiusEstimate {
    /// How far an output may be from the one in real arithmetic.
    pub radius: f64,
    /// The terms of the worst output that are not 0 in the middle of that box, with the bias.
    pub terms: usize,
    /// The sum of the sizes of these terms.
    pub size: f64,
}

/// Estimates how far the outputs of a network in floats may be from those in real arithmetic on a domain, at
/// most: as the prover sees it on small cells. Steps count as exact: they move, and are not off elsewhere.
///
/// - Exactness: estimate: the bounds of T40 on parts of some of the cells between kinks of the first layer (in one input),
///   or on boxes that fill the domain evenly.
/// - Errors: [`FloatsError`] where T40 does not apply to the network.
/// - Source: T40.
pub fn radius_estimate(
    network: &Network,
    domain: &Domain,
    floats: &Floats,
) -> Result<RadiusEstimate, FloatsError> {
    let sides = domain.sides().iter();
    let sides: Vec<_> = sides
        .map(|(low, high)| Interval::from_rational(low).hull(&Interval::from_rational(high)))
        .collect();
    let (whole, _) = Rounding::from_network(network, &sides, floats)?;
    let pass = Pass::new(network, floats);
    let weights = pass.layers.iter().flat_map(|layer| &layer.rows);
    let weights: usize = weights.map(|(_, row)| row.len() + 1).sum();
    let count = (WORK / weights.max(1)).clamp(FEWEST_BOXES, MOST_BOXES);
    let ends = domain.sides().iter();
    let ends: Vec<_> = ends
        .map(|(low, high)| (estimate_rational(low), estimate_rational(high)))
        .collect();
    let mut worst: Option<(f64, Vec<(f64, f64)>)> = None;
    for cell in cells(&pass, &ends, count) {
        let sides: Option<Vec<Interval>> = cell.iter().map(interval).collect();
        let Some(sides) = sides else { continue };
        // A value that is unknown here is not known to the prover either.
        let radius = whole.reduced(&sides, Dyadic::ZERO);
        let radius = radius.map_or(f64::INFINITY, |here| estimate_dyadic(here.largest()));
        if worst.as_ref().is_none_or(|(so_far, _)| radius > *so_far) {
            worst = Some((radius, cell));
        }
    }
    let Some((radius, cell)) = worst else {
        return Ok(RadiusEstimate::default());
    };
    let middle: Vec<f64> = cell
        .iter()
        .map(|(low, high)| f64::midpoint(*low, *high))
        .collect();
    Ok(RadiusEstimate {
        radius,
        ..pass.at(&middle)
    })
}

fn interval((low, high): &(f64, f64)) -> Option<Interval> {
    Some(Interval::point(exact_dyadic(*low)?).hull(&Interval::point(exact_dyadic(*high)?)))
}

/// Boxes of a domain: in one input, parts of those between neighbouring kinks of the first layer, else small ones.
fn cells(pass: &Pass<'_>, ends: &[(f64, f64)], count: usize) -> Vec<Vec<(f64, f64)>> {
    if let [(low, high)] = *ends {
        let mut kinks = pass.kinks(low, high);
        if !kinks.is_empty() {
            kinks.extend([low, high]);
            kinks.sort_by(f64::total_cmp);
            kinks.dedup();
            let each = kinks.len().div_ceil(count).max(1);
            let pairs = kinks.windows(2).step_by(each);
            return pairs.flat_map(|pair| parts(pair[0], pair[1])).collect();
        }
    }
    let around = |(x, (low, high)): (f64, &(f64, f64))| {
        let half = 0.5 * SIDE * (high - low);
        ((x - half).max(*low), (x + half).min(*high))
    };
    (0..count)
        .map(|index| {
            let point = point(index, ends).into_iter();
            point.zip(ends).map(around).collect()
        })
        .collect()
}

/// Parts of a piece: at its lower end, and in the middle.
fn parts(low: f64, high: f64) -> [Vec<(f64, f64)>; 2] {
    let (length, middle) = (PART * (high - low), f64::midpoint(low, high));
    [(low, low + length), (middle, middle + length)].map(|part| vec![part])
}

/// The points of a sequence that fills a box evenly: multiples of roots of primes, modulo 1.
fn point(index: usize, ends: &[(f64, f64)]) -> Vec<f64> {
    let index = f64::from(u32::try_from(index).unwrap_or(u32::MAX));
    let mut primes = (2_u32..).filter(|n| (2..*n).all(|k| n % k != 0));
    let coordinate = |(low, high): &(f64, f64)| {
        let root = libm::sqrt(f64::from(primes.next().unwrap_or(2)));
        let part = index * root - libm::floor(index * root);
        low + part * (high - low)
    };
    ends.iter().map(coordinate).collect()
}

/// A value, and how far the one in floats may be from it.
#[derive(Clone, Copy, Default)]
struct Value {
    real: f64,
    radius: f64,
}

/// A sum, its terms, and their sizes.
struct Sum {
    value: Value,
    terms: usize,
    size: f64,
}

struct Pass<'a> {
    layers: Vec<LayerEstimate>,
    floats: &'a Floats,
    unit: f64,
    least: f64,
    ulps: f64,
    abs: f64,
}

impl<'a> Pass<'a> {
    fn new(network: &Network, floats: &'a Floats) -> Self {
        Self {
            layers: LayerEstimate::of(network),
            floats,
            unit: estimate_dyadic(floats.format.unit()),
            least: estimate_dyadic(floats.format.smallest()),
            ulps: estimate_rational(&floats.activation.ulps),
            abs: estimate_rational(&floats.activation.abs),
        }
    }

    /// The worst output at a point.
    fn at(&self, point: &[f64]) -> RadiusEstimate {
        let input = |real: &f64| Value {
            real: *real,
            radius: if self.floats.rounded_inputs {
                self.unit * real.abs() + self.least
            } else {
                0.0
            },
        };
        let mut values: Vec<Value> = point.iter().map(input).collect();
        let mut worst = RadiusEstimate::default();
        for (place, layer) in self.layers.iter().enumerate() {
            let sums = layer.rows.iter();
            let sums: Vec<Sum> = sums.map(|row| self.sum(row, &values)).collect();
            if place + 1 == self.layers.len() {
                for sum in &sums {
                    let here = self.unit_of(&layer.activation, &[sum.value]);
                    if here.radius > worst.radius || here.radius.is_nan() {
                        worst = RadiusEstimate {
                            radius: here.radius,
                            terms: sum.terms,
                            size: sum.size,
                        };
                    }
                }
            }
            let sums: Vec<Value> = sums.into_iter().map(|sum| sum.value).collect();
            let units = sums.chunks(layer.activation.rows_per_unit());
            values = units
                .map(|rows| self.unit_of(&layer.activation, rows))
                .collect();
        }
        worst
    }

    /// Steps 1 to 3 of T40.
    fn sum(&self, (bias, weights): &(f64, Vec<(usize, f64)>), values: &[Value]) -> Sum {
        let mut terms = usize::from(*bias != 0.0);
        let (mut total, mut below) = (*bias, 0.0);
        // Sizes of products, of those with powers of two, and of all weights.
        let (mut products, mut powers, mut all) = (0.0, bias.abs(), 0.0);
        for (column, weight) in weights {
            let value = values[*column];
            let size = value.real.abs() + value.radius;
            if size == 0.0 {
                continue;
            }
            terms += 1;
            total += weight * value.real;
            below += weight.abs() * value.radius;
            all += weight.abs();
            if is_power_of_two(*weight) {
                powers += weight.abs() * size;
            } else {
                products += weight.abs() * size;
            }
        }
        let count = f64::from(u32::try_from(terms).unwrap_or(u32::MAX));
        let radius = if terms == 0 {
            0.0
        } else {
            let (inner, last) = match self.floats.summation {
                Summation::Any if terms == 1 => (0.0, products),
                Summation::Any => {
                    let inner = gamma(count - 1.0, self.unit) * products
                        + gamma(count - 2.0, self.unit) * powers;
                    (inner, total.abs() + below + inner)
                }
                Summation::Emitted => {
                    let unit = estimate_dyadic(FloatFormat::Float64.unit());
                    let inner = gamma(count, unit) * (products + powers);
                    (inner, total.abs() + below + inner)
                }
            };
            below + inner + self.unit * last + 2.0 * self.least * (4.0 * count + all)
        };
        Sum {
            value: Value {
                real: total,
                radius,
            },
            terms,
            size: products + powers,
        }
    }

    /// Step 4 of T40: the value of a unit from its sums.
    fn unit_of(&self, activation: &Activation, sums: &[Value]) -> Value {
        let apply = |z: f64| {
            let value = activation.apply(&(), &Estimate(z));
            value.map_or(f64::NAN, |value| value.0)
        };
        let largest = |part: fn(&Value) -> f64| sums.iter().map(part).fold(f64::MIN, f64::max);
        let (z, error) = (largest(|sum| sum.real), largest(|sum| sum.radius));
        let real = apply(z);
        let radius = match activation {
            Activation::Identity | Activation::Maxout(_) => error,
            Activation::Relu if z + error <= 0.0 => 0.0,
            Activation::Relu | Activation::HardTanh => error + 2.0 * self.least,
            Activation::Heaviside => 0.0,
            Activation::LeakyRelu(slope) => {
                let product = self.unit * (estimate_rational(slope) * z).abs();
                steepness(&apply, z, error) * error + product + 2.0 * self.least
            }
            _ => {
                let ulp = 2.0 * self.unit * real.abs().max(self.least);
                let own = self.ulps * ulp + self.abs + 2.0 * self.least;
                steepness(&apply, z, error) * error + own
            }
        };
        Value { real, radius }
    }

    /// The places inside a side where the sum of a unit of the first layer is 0.
    fn kinks(&self, low: f64, high: f64) -> Vec<f64> {
        let rows = self.layers.first().map_or(&[][..], |layer| &layer.rows);
        let places = rows.iter().filter_map(|(bias, weights)| {
            let (_, weight) = weights.first()?;
            let place = -bias / weight;
            (low < place && place < high).then_some(place)
        });
        places.collect()
    }
}

/// The slope of an activation around a place.
fn steepness(apply: &dyn Fn(f64) -> f64, z: f64, error: f64) -> f64 {
    let step = error.max(STEP);
    let (below, at, above) = (apply(z - step), apply(z), apply(z + step));
    (above - at).abs().max((at - below).abs()) / step
}

fn is_power_of_two(value: f64) -> bool {
    // Only the exponent has digits.
    value.to_bits() << 12 == 0
}

/// `k u/(1 - k u)`.
fn gamma(k: f64, unit: f64) -> f64 {
    if k * unit >= 0.5 {
        return f64::INFINITY;
    }
    k.max(0.0) * unit / (1.0 - k * unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::ActivationError;
    use crate::network::{Layer, Matrix};
    use crate::numbers::Rational;

    fn floats(summation: Summation) -> Floats {
        Floats {
            format: FloatFormat::Float32,
            summation,
            activation: ActivationError {
                ulps: Rational::from(4),
                abs: Rational::power_of_two(-21),
            },
            rounded_inputs: true,
        }
    }

    fn layer(rows: &[&[i64]], bias: &[i64], activation: Activation) -> Layer {
        let number = |number: &i64| Rational::ratio(*number, 8);
        let rows = rows.iter().map(|row| row.iter().map(number).collect());
        let matrix = Matrix::from_dense(rows.collect()).expect("rows");
        let bias = bias.iter().map(number).collect();
        Layer::new(matrix, bias, activation).expect("a layer")
    }

    fn network(activation: &Activation) -> Network {
        let first = layer(
            &[&[3, -5], &[8, 7], &[-9, 4], &[1, 1]],
            &[3, 0, -1, 80],
            activation.clone(),
        );
        let units: &[i64] = match first.units() {
            2 => &[11, -13],
            _ => &[11, -13, 3, 16],
        };
        let last = layer(&[units], &[5], Activation::Identity);
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Network::new(names(&["x", "y"]), names(&["z"]), vec![first, last]).expect("they fit")
    }

    #[test]
    fn boxes_lose_what_their_points_lose_and_little_more() {
        let domain = Domain::parse("x=-1..1,y=0..3").expect("a domain");
        for activation in [
            Activation::Relu,
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Maxout(2),
            Activation::LeakyRelu(Rational::ratio(1, 4)),
        ] {
            for summation in [Summation::Any, Summation::Emitted] {
                let (network, floats) = (network(&activation), floats(summation));
                let boxes = radius_estimate(&network, &domain, &floats).expect("floats");
                let pass = Pass::new(&network, &floats);
                let points = (0..500).map(|k| pass.at(&point(k, &[(-1.0, 1.0), (0.0, 3.0)])));
                let points = points.map(|here| here.radius).fold(0.0, f64::max);
                let ratio = boxes.radius / points;
                assert!((0.99..1.5).contains(&ratio), "{activation:?}: {ratio}");
                assert!(boxes.terms > 1 && boxes.size > 1.0);
            }
        }
    }

    #[test]
    fn kinks_and_overflows_are_seen() {
        // relu(x - 1/2) and relu(1/2 - x), times 8: 0 at the kink.
        let first = layer(&[&[8], &[-8]], &[-4, 4], Activation::Relu);
        let last = layer(&[&[64, 64]], &[0], Activation::Identity);
        let names = |name: &str| vec![name.to_owned()];
        let network = Network::new(names("x"), names("z"), vec![first, last]).expect("they fit");
        let floats = Floats {
            rounded_inputs: false,
            ..floats(Summation::Any)
        };
        let domain = Domain::parse("x=0..1").expect("a domain");
        let pass = Pass::new(&network, &floats);
        assert_eq!(pass.kinks(0.0, 1.0), [0.5, 0.5]);
        let found = radius_estimate(&network, &domain, &floats).expect("floats");
        // One unit is on, of at most 1/2: its difference is rounded, and multiplied by 8.
        assert!(
            found.radius >= 8.0 * 0.5 * libm::ldexp(1.0, -25),
            "{found:?}"
        );
        assert!(
            found.radius < 8.0 * 4.0 * libm::ldexp(1.0, -24),
            "{found:?}"
        );
        let far = Domain::new(
            names("x"),
            vec![(Rational::ZERO, Rational::power_of_two(200))],
        );
        let refused = radius_estimate(&network, &far.expect("a domain"), &floats);
        assert!(
            matches!(refused, Err(FloatsError::Overflow { .. })),
            "{refused:?}"
        );
    }
}

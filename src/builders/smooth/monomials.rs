//! Polynomials in one variable from differences of a smooth unit: T35.

use std::collections::BTreeMap;

use crate::builders::assemble::{LayerBuilder, activation, network};
use crate::builders::entry::{Bounds, Entry, Goal, Outputs, SizeKey, key};
use crate::builders::error::BuildError;
use crate::builders::parameters::{Parameters, Units};
use crate::builders::polynomial::Polynomial;
use crate::builders::request::{APriori, Built, Request, positive};
use crate::builders::sample::short_above;
use crate::builders::sizes::smallest_size;
use crate::certificate::Norm;
use crate::expr::{Target, simplest_between};
use crate::network::Network;
use crate::numbers::{Direction, Function, Integer, Interval, Rational, Scalar};

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "tanh-smooth",
    summary: "a polynomial in one variable, from differences of a smooth unit in one hidden layer",
    inputs: (1, 1),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: &[Units::Tanh, Units::Sigmoid],
    keys: &[
        key("activation", "tanh"),
        key("degree", "the degree of the polynomial"),
        key("step", "from the tolerance"),
    ],
    size: Some(SizeKey {
        name: "step",
        smallest: 1,
        largest: MOST_HALVINGS,
        set: |parameters, size| parameters.step = Some(step_of(size)),
        needed: needed_size,
        is_of_use: |_| true,
        is_found: |_| false,
        prepare: None,
    }),
    bounds: Bounds::Sup,
    bound: "sup: sum over k of |a_k| Y^(k+2) k h^2/24 max |s^(k+2)|/|s^(k)(b)|, Y half the domain",
    theorem: "T35",
    example: r#"[target]
formula = "x^3 - x/2"
domain = { x = ["-1", "1"] }

[network]
builder = "tanh-smooth"
step = "1/16"

[claim]
norm = "sup"
tolerance = "1/100"
"#,
    build: tanh_smooth,
};

/// The highest degree: in differences of higher order nearly all digits cancel.
const HIGHEST: u32 = 12;
/// The choice of a step halves it at most this often.
const MOST_HALVINGS: usize = 40;

/// Steps below `2^-` this are refused: weights grow like `step^-degree`.
const SMALLEST_STEP_BITS: u32 = 128;

fn smallest_step() -> Rational {
    Rational::power_of_two(-128)
}

/// The step of this size: `2^(1 - size)`.
fn step_of(size: usize) -> Rational {
    let halvings = i32::try_from(size).unwrap_or(i32::MAX);
    Rational::power_of_two(1 - halvings)
}

/// Returns a network of one hidden layer whose output approximates a polynomial.
///
/// Around the middle of the domain `p = sum of a_k y^k`; each power is a central difference of
/// order k of `s(b + t y)` in t at 0, with the given step, over `s^(k)(b)`.
///
/// - Shapes: 1 input, 1 output, 1 hidden layer; `(k + 1)/2` units for an odd power, `k + 1` for an
///   even one, which share them.
/// - Bound: T35, of second order in the step.
/// - Exactness: exact weights; the derivatives at b that are not rational are rounded to 50 bits,
///   which the bound allows for.
/// - Errors: [`BuildError`].
/// - Source: T35; De Ryck, Lanthaler, Mishra 2021, section 3 (even powers there go by odd ones).
pub fn tanh_smooth(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let units = given.units.unwrap_or(Units::Tanh);
    let plan = Plan::of(request, units)?;
    let step = positive("step", given.step.as_ref())?;
    let (builder, key) = (ENTRY.name, "step");
    let step = step.ok_or(BuildError::MissingSize { builder, key })?;
    if step < smallest_step() {
        let smallest = SMALLEST_STEP_BITS;
        return Err(BuildError::TooFine { smallest });
    }
    let degree = usize::try_from(plan.degree()).unwrap_or_default();
    if let Some(found) = given.degree
        && found < degree
    {
        let (key, smallest) = ("degree", degree);
        return Err(BuildError::TooSmall {
            key,
            found,
            smallest,
        });
    }
    let powers = plan.powers(&step);
    let made = plan.network(&powers, &step, request.target);
    let weights: Vec<Rational> = made.layers()[made.layers().len() - 1]
        .weights()
        .row(0)
        .map(|(_, weight)| weight.abs())
        .collect();
    let mut notes = vec![format!("step {step}")];
    if made.layers().len() > 1 {
        let largest = weights.iter().max().cloned().unwrap_or_default();
        let total: Rational = weights.iter().sum();
        let lost = &total * &Rational::power_of_two(-24);
        notes.push(format!(
            "the largest output weight is about {}, and the absolute values add up to {}; float32 rounds \
             each term by up to 2^-24 of itself, so it can lose {}",
            decimal(&largest),
            decimal(&total),
            decimal(&lost)
        ));
    }
    let mut a_priori = None;
    if request.norm != Norm::Sup {
        notes.push(format!("no a-priori bound for the norm {}", request.norm));
    } else if let Some(upper) = plan.error_upper(&powers, &step) {
        let statement =
            "sup |N - f| <= sum over k of |a_k| Y^(k+2) k h^2/24 max |s^(k+2)|/|s^(k)(b)|";
        a_priori = Some(APriori::new(upper, Norm::Sup, "T35", statement));
    } else {
        notes.push("no a-priori bound: the step is too large".to_owned());
    }
    Ok(Built {
        network: made,
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(units),
            degree: Some(given.degree.unwrap_or(degree)),
            step: Some(step),
            ..Parameters::default()
        },
    })
}

/// A number to three digits, rounded up.
fn decimal(value: &Rational) -> String {
    let short = short_above(value, 12);
    let interval = Interval::from_rational(&short);
    let estimate = crate::numbers::estimate::estimate_dyadic(interval.sup());
    format!("{estimate:.3e}")
}

/// Returns a size of the step whose a-priori bound is at most the tolerance.
pub fn needed_size(request: &Request, tolerance: &Rational) -> Option<usize> {
    if request.norm != Norm::Sup {
        return None;
    }
    let units = request.parameters.units.unwrap_or(Units::Tanh);
    let plan = Plan::of(request, units).ok()?;
    smallest_size(1, MOST_HALVINGS, |size| {
        let step = step_of(size);
        let upper = plan.error_upper(&plan.powers(&step), &step);
        Some(upper.is_some_and(|upper| upper <= *tolerance))
    })
}

/// A polynomial around the middle of the domain.
struct Plan {
    units: Units,
    centre: Rational,
    /// Half the length of the domain.
    half: Rational,
    polynomial: Polynomial,
    /// `s^(k)` as a polynomial in s, for k from 0 on.
    derivatives: Vec<Vec<Rational>>,
    /// The point at which the differences for even powers are taken.
    even_bias: Rational,
}

/// The construction of one power.
struct Power {
    exponent: u32,
    coefficient: Rational,
    bias: Rational,
    /// Nearly `1 / (s^(k)(b) h^k)`.
    scale: Rational,
}

impl Plan {
    fn of(request: &Request, units: Units) -> Result<Self, BuildError> {
        let builder = ENTRY.name;
        let formulas = request.target.output_expressions();
        let read = formulas.first().filter(|_| !request.target.is_region());
        let read = read.and_then(|formula| Polynomial::of(formula, 1));
        let (low, high) = &request.domain.sides()[0];
        let centre = low.midpoint(high);
        let moved = read.and_then(|polynomial| polynomial.around(std::slice::from_ref(&centre)));
        let polynomial = moved.ok_or(BuildError::NotPolynomial { builder })?;
        let degree = polynomial.degree();
        if degree > HIGHEST {
            return Err(BuildError::AboveLargest {
                key: "degree",
                found: usize::try_from(degree).unwrap_or(usize::MAX),
                largest: usize::try_from(HIGHEST).unwrap_or(usize::MAX),
            });
        }
        let mut plan = Self {
            units,
            half: (high - low).half(),
            centre,
            derivatives: derivatives(units, degree + 3),
            polynomial,
            even_bias: Rational::ZERO,
        };
        plan.even_bias = plan.choose_even_bias();
        Ok(plan)
    }

    fn degree(&self) -> u32 {
        self.polynomial.degree()
    }

    /// The exponents above 0 that occur.
    fn exponents(&self) -> Vec<u32> {
        let exponents = self.polynomial.terms().keys().map(|e| e[0]);
        exponents.filter(|&exponent| exponent > 0).collect()
    }

    /// Among the multiples of 1/16 up to 2, the point that maximises the smallest even derivative that is
    /// needed, relative to its largest value. An approximation is enough: any point is right.
    fn choose_even_bias(&self) -> Rational {
        let exponents: Vec<u32> = self.exponents();
        let even: Vec<u32> = exponents.into_iter().filter(|k| k % 2 == 0).collect();
        let places: Vec<Rational> = (1..=32).map(|k| Rational::ratio(k, 16)).collect();
        let values = |k: u32| -> Vec<Rational> {
            let at = |b: &Rational| {
                let value = self.derivative(k, &Interval::from_rational(b));
                value.and_then(|value| value.mig().to_rational())
            };
            let values = places.iter().map(|b| at(b).unwrap_or_default());
            values.collect()
        };
        let mut worst = vec![Rational::ONE; places.len()];
        for k in even {
            let values = values(k);
            let largest = values.iter().max().cloned().unwrap_or_default();
            for (worst, value) in worst.iter_mut().zip(values) {
                let share = value.checked_div(&largest).unwrap_or_default();
                *worst = worst.clone().min(share);
            }
        }
        let best = (0..places.len()).max_by(|&i, &j| worst[i].cmp(&worst[j]).then(j.cmp(&i)));
        places[best.unwrap_or_default()].clone()
    }

    /// Encloses `s^(k)` on an interval.
    fn derivative(&self, k: u32, at: &Interval) -> Option<Interval> {
        let function = match self.units {
            Units::Sigmoid => Function::Sigmoid,
            _ => Function::Tanh,
        };
        let value = at.apply(function).ok()?;
        let coefficients = self.derivatives.get(usize::try_from(k).ok()?)?;
        let horner = |sum: Interval, factor: &Rational| {
            sum.times(&value).plus(&Interval::from_rational(factor))
        };
        Some(coefficients.iter().rev().fold(Interval::ZERO, horner))
    }

    /// The powers and their scales for a step.
    fn powers(&self, step: &Rational) -> Vec<Power> {
        let power = |exponent: u32| {
            let bias = if exponent % 2 == 1 {
                Rational::ZERO
            } else {
                self.even_bias.clone()
            };
            let at = self.derivative(exponent, &Interval::from_rational(&bias))?;
            let derivative = at.mid().to_rational()?;
            // 50 bits are enough; exact where it is a short fraction, as it is at 0.
            let near = derivative.abs() * Rational::power_of_two(-50);
            let short = simplest_between(&(&derivative - &near), &(&derivative + &near));
            Some(Power {
                exponent,
                coefficient: self.polynomial.coefficient(&[exponent]),
                bias,
                scale: (short * powi(step, exponent)).reciprocal()?,
            })
        };
        self.exponents().into_iter().filter_map(power).collect()
    }

    /// The bound of T35.
    fn error_upper(&self, powers: &[Power], step: &Rational) -> Option<Rational> {
        let mut total = Rational::ZERO;
        for power in powers {
            let k = power.exponent;
            let factor = Interval::from_rational(&(&power.scale * &powi(step, k)));
            let at = self.derivative(k, &Interval::from_rational(&power.bias))?;
            let off = factor.times(&at).minus(&Interval::from_i64(1)).magnitude();
            let reach = Rational::from(i64::from(k)).half() * step * &self.half;
            let largest = self.largest(k + 2, &power.bias, &reach)?;
            let share = Rational::from(i64::from(k)) * step * step * Rational::ratio(1, 24);
            let bend = factor
                .magnitude()
                .times(&largest)
                .times(&Interval::from_rational(&(share * powi(&self.half, 2))));
            let sum = off.plus(&bend);
            let size = power.coefficient.abs() * powi(&self.half, k);
            let error = sum.times(&Interval::from_rational(&size));
            total = total + error.sup().rational_bound(Direction::Up)?;
        }
        Some(total)
    }

    /// Returns a point above `|s^(k)|` within a distance of b: on each of some parts its value in the
    /// middle and what the next derivative can add, as powers of s depend on each other.
    fn largest(&self, k: u32, b: &Rational, reach: &Rational) -> Option<Interval> {
        const PARTS: i64 = 16;
        let half = reach * &Rational::ratio(1, PARTS);
        let mut largest = Interval::ZERO;
        for part in 0..PARTS {
            let middle = b + &(reach * &Rational::ratio(2 * part + 1 - PARTS, PARTS));
            let range = Interval::from_rationals(&(&middle - &half), &(&middle + &half));
            let value = self.derivative(k, &Interval::from_rational(&middle))?;
            let slope = self.derivative(k + 1, &range)?.magnitude();
            let off = slope.times(&Interval::from_rational(&half));
            largest = largest.hull(&value.magnitude().plus(&off));
        }
        let upper = largest.sup().rational_bound(Direction::Up)?;
        Some(Interval::from_rational(&upper))
    }

    fn network(&self, powers: &[Power], step: &Rational, target: &Target) -> Network {
        // The output weights of the units, by bias and by weight in half steps.
        let mut units: BTreeMap<(Rational, i64), Rational> = BTreeMap::new();
        let mut constant = self.polynomial.coefficient(&[0]);
        for power in powers {
            let k = i64::from(power.exponent);
            let factor = &power.scale * &power.coefficient;
            let mut binomial = Integer::ONE;
            for i in 0..=k {
                let mut worth = &factor * &Rational::from(binomial.clone());
                if i % 2 == 1 {
                    worth = -worth;
                }
                binomial = binomial * Integer::from(k - i) / Integer::from(i + 1);
                let mut place = k - 2 * i;
                if power.bias.is_zero() && place < 0 {
                    // tanh(-z) = -tanh(z), sigmoid(-z) = 1 - sigmoid(z).
                    place = -place;
                    if self.units == Units::Sigmoid {
                        constant = constant + &worth;
                    }
                    worth = -worth;
                }
                let sum = units.entry((power.bias.clone(), place)).or_default();
                *sum = &*sum + &worth;
            }
        }
        units.retain(|_, worth| !worth.is_zero());
        let mut layer = LayerBuilder::new(1);
        for (bias, place) in units.keys() {
            let weight = Rational::from(*place).half() * step;
            let at_centre = &weight * &self.centre;
            layer.unit([(0, weight)], bias - &at_centre);
        }
        let hidden = if units.is_empty() {
            Vec::new()
        } else {
            vec![layer.finish(activation(self.units))]
        };
        network(target, hidden, units.into_values(), constant)
    }
}

/// `s^(k)` for k up to the highest, as polynomials in s: `s' = 1 - s^2` for tanh, `s - s^2` for the
/// sigmoid function.
fn derivatives(units: Units, highest: u32) -> Vec<Vec<Rational>> {
    let first: [i64; 3] = match units {
        Units::Sigmoid => [0, 1, -1],
        _ => [1, 0, -1],
    };
    let mut all = vec![vec![Rational::ZERO, Rational::ONE]];
    for k in 0..usize::try_from(highest).unwrap_or_default() {
        let last = &all[k];
        let mut next = vec![Rational::ZERO; last.len() + 1];
        for (i, coefficient) in last.iter().enumerate().skip(1) {
            let slope = coefficient * &Rational::from(Integer::from(i));
            for (j, factor) in first.into_iter().enumerate() {
                next[i - 1 + j] = &next[i - 1 + j] + &(&slope * &Rational::from(factor));
            }
        }
        all.push(next);
    }
    all
}

fn powi(base: &Rational, exponent: u32) -> Rational {
    (0..exponent).fold(Rational::ONE, |product, _| product * base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{Domain, parse_target};
    use crate::network::{forward, size};
    use crate::numbers::Precise;

    fn made(formula: &str, domain: &str, units: Units, step: Rational) -> (Built, Polynomial) {
        let domain = Domain::parse(domain).expect("a domain");
        let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
        let parameters = Parameters {
            units: Some(units),
            step: Some(step),
            ..Parameters::default()
        };
        let request = Request {
            parameters: &parameters,
            target: &target,
            domain: &domain,
            norm: Norm::Sup,
            within: None,
        };
        let formulas = target.output_expressions();
        let polynomial = Polynomial::of(&formulas[0], 1).expect("a polynomial");
        (tanh_smooth(&request).expect("built"), polynomial)
    }

    /// The largest error at points of the domain, rounded up: 200 bits, as weights cancel.
    fn worst(built: &Built, polynomial: &Polynomial, low: i64, high: i64) -> Rational {
        let mut worst = Rational::ZERO;
        for k in 0..=24 {
            let x = Rational::from(low) + Rational::ratio((high - low) * k, 24);
            let point = [Precise::constant(&200, &x)];
            let value = forward(&built.network, &200, &point)
                .expect("defined")
                .remove(0);
            let truth = polynomial.at(&[x]);
            for end in [value.lower(), value.upper()] {
                worst = worst.max((end.expect("finite") - &truth).abs());
            }
        }
        worst
    }

    #[test]
    fn powers_are_of_second_order_and_keep_their_bound() {
        for units in [Units::Tanh, Units::Sigmoid] {
            // Errors of several powers may cancel; the bound adds them up.
            for (formula, domain, low, high, slack) in [
                ("x^2", "x=-1..1", -1, 1, 2),
                ("x^3", "x=-1..1", -1, 1, 2),
                ("x^4", "x=-1..1", -1, 1, 2),
                ("x^2", "x=0..1", 0, 1, 3),
                ("3*x^5 - x^4 + x - 7", "x=-2..1", -2, 1, 20),
            ] {
                let at = |q: i64| {
                    let (built, polynomial) = made(formula, domain, units, Rational::ratio(1, q));
                    let worst = worst(&built, &polynomial, low, high);
                    let bound = built.a_priori.expect("a bound").upper;
                    assert!(worst <= bound, "{formula} 1/{q}: {worst} {bound}");
                    assert!(
                        bound <= &worst * &Rational::from(slack),
                        "{formula}: {worst} {bound}"
                    );
                    worst
                };
                // Half the step, a quarter of the error.
                let ratio = at(32) / at(64);
                let around = Rational::ratio(39, 10)..Rational::ratio(41, 10);
                assert!(around.contains(&ratio), "{formula}: {ratio}");
            }
        }
    }

    #[test]
    fn units_are_shared_and_odd_ones_folded() {
        let units = |formula: &str| {
            let (built, _) = made(formula, "x=-1..1", Units::Tanh, Rational::ratio(1, 8));
            size(&built.network).units
        };
        assert_eq!(units("x"), 1);
        assert_eq!(units("x^3"), 2);
        assert_eq!(units("x^3 - x"), 2);
        assert_eq!(units("x^2"), 3);
        assert_eq!(units("x^4 + x^2"), 5);
        assert_eq!(units("3"), 0);
    }

    #[test]
    fn derivatives_are_those_of_the_functions() {
        let tanh = derivatives(Units::Tanh, 5);
        // tanh''' at 0 is -2, tanh''''' is 16.
        assert_eq!(tanh[3][0], Rational::from(-2));
        assert_eq!(tanh[5][0], Rational::from(16));
        // The sigmoid is 1/2 at 0: s''' there is -1/8.
        let at_half = |coefficients: &[Rational]| {
            let horner = |sum: Rational, c: &Rational| sum.half() + c;
            coefficients.iter().rev().fold(Rational::ZERO, horner)
        };
        let sigmoid = derivatives(Units::Sigmoid, 5);
        assert_eq!(at_half(&sigmoid[3]), Rational::ratio(-1, 8));
        assert_eq!(at_half(&sigmoid[5]), Rational::ratio(1, 4));
    }
}

//! Bounds the distance between a polynomial and a function.
//!
//! If both are close, their difference is nearly linear even on large boxes. It is expanded to second
//! order around the middle of a box, the polynomial by its Taylor coefficients there, and the boxes with
//! the largest bounds are halved first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::builders::polynomial::Polynomial;
use crate::expr::{Constants, Domain, Expr, Scratch, Tape};
use crate::numbers::Direction::Up;
use crate::numbers::{Dyadic, Hessian, Interval, Rational};

/// The largest number of boxes; the number of products limits it too.
const MOST_BOXES: usize = 2000;
const MOST_PRODUCTS: usize = 1 << 25;
/// The bound may exceed the largest known distance by 1 part in this.
const CLOSE: i64 = 20;

/// Returns an upper bound on `|f - p|` on the domain, where `p` is in the distances from its middle;
/// `None` if no bound was found.
///
/// - Exactness: rounded up; usually within 5 % of the largest distance where `f` is smooth.
pub fn distance_upper(
    formula: &Expr,
    polynomial: &Polynomial,
    domain: &Domain,
) -> Option<Rational> {
    match domain.dimension() {
        1 => Search::<1>::new(formula, polynomial, domain).run(),
        2 => Search::<2>::new(formula, polynomial, domain).run(),
        3 => Search::<3>::new(formula, polynomial, domain).run(),
        4 => Search::<4>::new(formula, polynomial, domain).run(),
        _ => None,
    }
}

struct Search<const D: usize> {
    polynomial: Dense<D>,
    tape: Tape,
    constants: Constants<Hessian<D>>,
    scratch: Scratch<Hessian<D>>,
    middle: Vec<Interval>,
    whole: Vec<Interval>,
    most_boxes: usize,
    /// All boxes so far, and those that are open: the largest bound first, of equal ones the oldest.
    boxes: Vec<Vec<Interval>>,
    open: BinaryHeap<(Dyadic, Reverse<usize>)>,
    /// The largest distance known, from below.
    least: Dyadic,
}

impl<const D: usize> Search<D> {
    fn new(formula: &Expr, polynomial: &Polynomial, domain: &Domain) -> Self {
        let tape = Tape::of_expressions(domain.dimension(), [formula]);
        let sides = domain.sides().iter();
        let polynomial = Dense::new(polynomial);
        Self {
            most_boxes: (MOST_PRODUCTS / polynomial.products()).clamp(1, MOST_BOXES),
            polynomial,
            constants: tape.constants(&()),
            tape,
            scratch: Scratch::default(),
            middle: sides
                .clone()
                .map(|(low, high)| Interval::from_rational(&low.midpoint(high)))
                .collect(),
            whole: sides
                .map(|(low, high)| Interval::from_rationals(low, high))
                .collect(),
            boxes: Vec::new(),
            open: BinaryHeap::new(),
            least: Dyadic::ZERO,
        }
    }

    fn run(mut self) -> Option<Rational> {
        self.look(self.whole.clone());
        while let Some((worst, Reverse(number))) = self.open.pop() {
            let slack = self.least.div(Dyadic::from_i64(CLOSE), Up);
            if worst <= self.least.add(slack, Up) || self.boxes.len() >= self.most_boxes {
                return worst.rational_bound(Up);
            }
            let sides = std::mem::take(&mut self.boxes[number]);
            let axis = self.widest(&sides)?;
            let (side, middle) = (sides[axis], sides[axis].mid());
            for (low, high) in [(side.inf(), middle), (middle, side.sup())] {
                let mut half = sides.clone();
                half[axis] = Interval::ordered(low, high);
                self.look(half);
            }
        }
        None
    }

    /// The side that is longest relative to that of the domain.
    fn widest(&self, sides: &[Interval]) -> Option<usize> {
        let share = |axis: usize| sides[axis].wid().div(self.whole[axis].wid(), Up);
        (0..D).max_by_key(|axis| (share(*axis), Reverse(*axis)))
    }

    fn look(&mut self, sides: Vec<Interval>) {
        let bound = self.bound(&sides).unwrap_or(Dyadic::INFINITY);
        self.open.push((bound, Reverse(self.boxes.len())));
        self.boxes.push(sides);
    }

    /// The Taylor expansion of second order around the middle, or the plain range.
    fn bound(&mut self, sides: &[Interval]) -> Option<Dyadic> {
        let over = self.function(sides)?;
        let centre: Vec<Interval> = sides.iter().map(|s| Interval::point(s.mid())).collect();
        let reach: Vec<Dyadic> = sides.iter().map(Interval::rad).collect();
        let places = centre.iter().zip(&self.middle).map(|(c, m)| c.minus(m));
        let around = self.polynomial.around(&places.collect::<Vec<_>>(), &reach);
        let plain = around.range.minus(&over.value()).mag();
        let Some(at) = self.function(&centre) else {
            return Some(plain);
        };
        let value = around.value.minus(&at.value());
        self.least = self.least.max(value.mig());
        let mut bound = value.mag();
        for i in 0..D {
            let slope = around.partials[i].minus(&at.partials()[i]).mag();
            bound = bound.add(slope.mul(reach[i], Up), Up);
            for j in i..D {
                let bend = around.seconds[i][j].minus(&over.second(i, j)).mag();
                let share = bend.mul(reach[i], Up).mul(reach[j], Up);
                let share = if i == j { share.scale(-1, Up) } else { share };
                bound = bound.add(share, Up);
            }
        }
        Some(bound.min(plain))
    }

    /// The function with its derivatives over a box.
    fn function(&mut self, sides: &[Interval]) -> Option<Hessian<D>> {
        let inputs: Vec<Hessian<D>> = (0..D).map(|i| Hessian::variable(i, &sides[i])).collect();
        let results = self
            .tape
            .evaluate(&self.constants, &inputs, &mut self.scratch);
        results.value(0).ok().copied()
    }
}

/// A polynomial with a coefficient for every power up to the highest of any input.
struct Dense<const D: usize> {
    /// Powers of an input: one more than the highest.
    width: usize,
    /// Between two exponents of each input, in the table: the last input's runs fastest.
    strides: [usize; D],
    coefficients: Vec<Interval>,
}

/// A polynomial around a point: value and slopes there; second derivatives and range over a box.
struct Around<const D: usize> {
    value: Interval,
    partials: [Interval; D],
    seconds: [[Interval; D]; D],
    range: Interval,
}

impl<const D: usize> Dense<D> {
    fn new(polynomial: &Polynomial) -> Self {
        let highest = polynomial.terms().keys().flatten().max().copied();
        // Slopes have a place also where there are none.
        let width = highest.unwrap_or(0).max(2) as usize + 1;
        let mut size = 1;
        let mut strides = [1; D];
        for stride in strides.iter_mut().rev() {
            *stride = size;
            size *= width;
        }
        let mut coefficients = vec![Interval::ZERO; size];
        for (exponents, value) in polynomial.terms() {
            let place = exponents
                .iter()
                .fold(0, |place, e| place * width + *e as usize);
            coefficients[place] = Interval::from_rational(value);
        }
        Self {
            width,
            strides,
            coefficients,
        }
    }

    /// The number of products that moving it takes.
    fn products(&self) -> usize {
        self.coefficients.len() * self.width * D
    }

    /// The Taylor coefficients at `centre`, by repeated Horner steps in each input.
    fn moved(&self, centre: &[Interval]) -> Vec<Interval> {
        let mut moved = self.coefficients.clone();
        for (input, shift) in centre.iter().enumerate() {
            let stride = self.strides[input];
            let starts =
                (0..moved.len()).filter(|place| (place / stride).is_multiple_of(self.width));
            for start in starts {
                for lowest in 0..self.width - 1 {
                    for power in (lowest..self.width - 1).rev() {
                        let here = start + power * stride;
                        let above = moved[here + stride];
                        if above != Interval::ZERO {
                            moved[here] = moved[here].plus(&above.times(shift));
                        }
                    }
                }
            }
        }
        moved
    }

    fn around(&self, centre: &[Interval], reach: &[Dyadic]) -> Around<D> {
        let moved = self.moved(centre);
        let powers: Vec<Vec<Dyadic>> = reach
            .iter()
            .map(|reach| {
                let next = |power: &Dyadic| Some(power.mul(*reach, Up));
                std::iter::successors(Some(Dyadic::ONE), next)
                    .take(self.width)
                    .collect()
            })
            .collect();
        let mut around = Around {
            value: moved[0],
            partials: std::array::from_fn(|i| moved[self.strides[i]]),
            seconds: [[Interval::ZERO; D]; D],
            range: moved[0],
        };
        for (place, coefficient) in moved.iter().enumerate().skip(1) {
            if *coefficient == Interval::ZERO {
                continue;
            }
            let exponents: [usize; D] =
                std::array::from_fn(|i| place / self.strides[i] % self.width);
            // The size over the box of the term differentiated so often in each input.
            let size = |orders: [usize; D]| {
                let mut size = coefficient.mag();
                for i in 0..D {
                    for factor in 0..orders[i] {
                        let factor = exponents[i].saturating_sub(factor);
                        let factor = i64::try_from(factor).unwrap_or(i64::MAX);
                        size = size.mul(Dyadic::from_i64(factor), Up);
                    }
                    size = size.mul(powers[i][exponents[i].saturating_sub(orders[i])], Up);
                }
                size
            };
            around.range = around.range.plus(&Interval::symmetric(size([0; D])));
            let total: usize = exponents.iter().sum();
            for i in 0..D {
                for j in i..D {
                    let mut orders = [0; D];
                    orders[i] += 1;
                    orders[j] += 1;
                    if total == 2 && exponents == orders {
                        // A constant, and twice the coefficient where it is a square.
                        let factor = Dyadic::from_i64(if i == j { 2 } else { 1 });
                        let second = coefficient.times_point(factor);
                        around.seconds[i][j] = around.seconds[i][j].plus(&second);
                    } else if (0..D).all(|k| exponents[k] >= orders[k]) {
                        let rest = Interval::symmetric(size(orders));
                        around.seconds[i][j] = around.seconds[i][j].plus(&rest);
                    }
                }
            }
        }
        around
    }
}

#[cfg(test)]
mod tests {
    use super::super::chebyshev::Values;
    use super::*;
    use crate::expr::parse_target;
    use crate::numbers::estimate::estimate_rational;

    /// The bound is above the distance at all points of a grid, and not much above the largest.
    #[test]
    fn bounds_are_a_little_above_what_points_show() {
        for (formula, domain, degree) in [
            ("exp(x)", "x=-1..1", 3),
            ("sin(3*x)*cos(2*y)", "x=-1..1,y=-1..1", 5),
            ("exp(-(x^2+y^2+z^2))", "x=-1..1,y=0..1,z=0..1/3", 4),
            ("exp(-(9*x-2)^2/4 - (9*y-2)^2/4)", "x=0..1,y=0..1", 9),
        ] {
            let domain = Domain::parse(domain).expect("a domain");
            let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
            let formula = &target.output_expressions()[0];
            let mut values = Values::new(formula, &domain);
            let polynomial = values.polynomial(degree).expect("values everywhere");
            let shown = values.distance_estimate(&polynomial);
            let bound = distance_upper(formula, &polynomial, &domain).expect("a bound");
            let bound = estimate_rational(&bound);
            assert!(
                shown <= bound && bound <= 1.2 * shown,
                "{shown} and {bound}"
            );
        }
    }

    #[test]
    fn kinks_and_poles_are_bounded_as_well_as_they_can_be() {
        let domain = Domain::parse("x=-1..1").expect("a domain");
        let zero = Polynomial::constant(1, Rational::ZERO);
        let bound = |formula: &str| {
            let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
            distance_upper(&target.output_expressions()[0], &zero, &domain)
        };
        let kink = bound("abs(x)").expect("a bound");
        assert!(
            Rational::ONE <= kink && kink <= Rational::ratio(11, 10),
            "{kink}"
        );
        assert_eq!(bound("1/x"), None);
    }
}

//! The baseline of every comparison: the best constant answer. A network that is worse than it learned nothing.

use crate::builders::assemble::network_of_rows;
use crate::certificate::Norm;
use crate::expr::{Domain, Target};
use crate::network::{Activation, Network};
use crate::numbers::Rational;
use crate::numbers::estimate::{estimate_rational, exact_dyadic, short};
use crate::training::value_finder;

/// The name of its row.
pub const NAME: &str = "constant";
/// The target is evaluated at about so many points, to choose the constant.
const POINTS: usize = 4096;
/// Bits of a constant that is chosen from values: few enough for float32.
const BITS: f64 = 20.0;

/// Returns a network without units whose output is the same everywhere: for a region "no" or "yes", whichever
/// is right at more points of a grid; else, for each output, the middle between its smallest and its largest
/// value on the grid (for the norm l1 the median, for l2 the mean).
///
/// - Shapes: as many inputs and outputs as the target; no hidden layer, all weights 0.
/// - Bound: none here; its error is proved like that of any other network.
/// - Exactness: the constant is an exact number of about 20 bits; that it is the best one is an estimate.
pub fn constant(
    target: &Target,
    domain: &Domain,
    norm: Norm,
    threshold: Option<&Rational>,
) -> Network {
    let values = values(target, domain);
    let constants: Vec<Rational> = match threshold {
        Some(threshold) => {
            let inside = values[0].iter().filter(|value| **value > 0.5).count();
            vec![answer(2 * inside > values[0].len(), threshold)]
        }
        None => values
            .into_iter()
            .map(|column| middle(column, norm))
            .collect(),
    };
    let rows = constants.into_iter().map(|constant| ([], constant));
    network_of_rows(target, Vec::new(), rows, Activation::Identity)
}

/// The output that says "yes" or "no" at this threshold: 1 or 0 where they do.
fn answer(is_yes: bool, threshold: &Rational) -> Rational {
    let usual = threshold.is_positive() && *threshold <= Rational::ONE;
    match (is_yes, usual) {
        (true, true) => Rational::ONE,
        (false, true) => Rational::ZERO,
        (true, false) => threshold.clone(),
        (false, false) => threshold - Rational::ONE,
    }
}

/// The answer of such a network in words: `yes` or `no` at a threshold, else its numbers.
pub fn words(network: &Network, threshold: Option<&Rational>) -> String {
    let constants = network.layers()[0].bias().iter();
    match threshold {
        Some(threshold) if network.layers()[0].bias()[0] >= *threshold => "yes".into(),
        Some(_) => "no".into(),
        None => {
            let numbers = constants.map(|constant| short(estimate_rational(constant)));
            numbers.collect::<Vec<_>>().join(", ")
        }
    }
}

/// The values of each output on an even grid with the corners of the box, where they are known.
fn values(target: &Target, domain: &Domain) -> Vec<Vec<f64>> {
    let ends = domain.sides().iter();
    let sides: Vec<(f64, f64)> = ends
        .map(|(low, high)| (estimate_rational(low), estimate_rational(high)))
        .collect();
    let steps = grid_steps(sides.len());
    let mut find = value_finder(target);
    let mut columns = vec![Vec::new(); target.outputs_count()];
    let mut place = vec![0_usize; sides.len()];
    for _ in 0..POINTS {
        let point: Vec<f64> = place
            .iter()
            .zip(&sides)
            .map(|(&k, &(low, high))| {
                let t = f64::from(u32::try_from(k).unwrap_or(0))
                    / f64::from(u32::try_from(steps).unwrap_or(1));
                low * (1.0 - t) + high * t
            })
            .collect();
        if let Some(found) = find(&point) {
            for (column, value) in columns.iter_mut().zip(found) {
                column.push(value);
            }
        }
        // The next point of the grid, like a counter of several digits.
        let Some(digit) = place.iter().position(|k| *k < steps) else {
            break;
        };
        place[digit] += 1;
        place[..digit].fill(0);
    }
    columns
}

/// The steps of the grid along each side: a power of two, at most so many points in all.
fn grid_steps(dimension: usize) -> usize {
    let fits = |steps: &usize| {
        let power = u32::try_from(dimension).ok();
        power
            .and_then(|power| (steps + 1).checked_pow(power))
            .is_some_and(|points| points <= POINTS)
    };
    let mut steps = (0..12).rev().map(|k| 1 << k);
    steps.find(fits).unwrap_or(1)
}

/// The constant nearest to these values in a norm, rounded.
fn middle(mut column: Vec<f64>, norm: Norm) -> Rational {
    column.sort_by(f64::total_cmp);
    let (Some(low), Some(high)) = (column.first(), column.last()) else {
        return Rational::ZERO;
    };
    let best = match norm {
        Norm::L1 => column[column.len() / 2],
        Norm::L2 => {
            let count = f64::from(u32::try_from(column.len()).unwrap_or(u32::MAX));
            column.iter().sum::<f64>() / count
        }
        Norm::Sup | Norm::Area => low / 2.0 + high / 2.0,
    };
    let size = best.abs().max(high - low);
    if !size.is_finite() || size <= 0.0 {
        return Rational::ZERO;
    }
    let unit = libm::exp2(libm::ceil(libm::log2(size)) - BITS);
    let rounded = libm::round(best / unit) * unit;
    exact_dyadic(rounded)
        .and_then(crate::numbers::Dyadic::to_rational)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn bias(formula: &str, domain: &str, norm: Norm, threshold: Option<&Rational>) -> Rational {
        let target = parse_target(&[formula], None).expect("parses");
        let domain = Domain::parse(domain).expect("parses");
        let network = constant(&target, &domain, norm, threshold);
        assert_eq!(network.layers().len(), 1);
        assert_eq!(network.inputs(), target.inputs());
        network.layers()[0].bias()[0].clone()
    }

    #[test]
    fn regions_get_the_answer_that_is_right_more_often() {
        let half = Rational::ratio(1, 2);
        let of = |formula, threshold: &Rational| {
            bias(formula, "x=-1..1,y=-1..1", Norm::Area, Some(threshold))
        };
        assert_eq!(of("x^2 + y^2 <= 1/4", &half), Rational::ZERO);
        assert_eq!(of("x^2 + y^2 <= 1", &half), Rational::ONE);
        // Inside is where the output is at least the threshold, whatever that is.
        let three = Rational::from(3);
        assert!(of("x^2 + y^2 <= 1/4", &three) < three);
        assert!(of("x^2 + y^2 <= 1", &three) >= three);
        let minus = -Rational::ONE;
        assert!(of("x^2 + y^2 <= 1/4", &minus) < minus);
    }

    #[test]
    fn functions_get_the_middle_of_their_values() {
        let of = |norm| bias("x^2", "x=0..1", norm, None);
        assert_eq!(of(Norm::Sup), Rational::ratio(1, 2));
        assert_eq!(of(Norm::L1), Rational::ratio(1, 4));
        let mean = estimate_rational(&of(Norm::L2));
        assert!((mean - 1.0 / 3.0).abs() < 1e-3, "{mean}");
        assert_eq!(
            bias("7 + 0*x", "x=0..1", Norm::Sup, None),
            Rational::from(7)
        );
        // The corners of a box are on the grid, in many dimensions as well.
        let sum = "a+b+c+d+f+g+h+i+j+k";
        let sides = ["a", "b", "c", "d", "f", "g", "h", "i", "j", "k"];
        let domain = sides.map(|name| format!("{name}=0..1")).join(",");
        assert_eq!(bias(sum, &domain, Norm::Sup, None), Rational::from(5));
    }
}

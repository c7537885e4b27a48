//! Points and values to test the code with.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::Options;
use super::piecewise::curves;
use crate::certificate::FloatFormat;
use crate::formats::floats::{Precision, rational};
use crate::network::{Network, forward};
use crate::numbers::{Interval, Rational};

/// Points in one file, at most, and their product with the weights.
const MOST: usize = 256;
const LEAST: usize = 8;
const WORK: usize = 1 << 23;
/// Corners, at most.
const CORNERS: usize = 64;
/// Weights of a network whose kinks are looked for, at most.
const SMALL: usize = 1 << 14;

/// Returns a table of points and values: a line of names, then one line for each point, with the inputs (floats
/// of the format, in decimals that are read back as the same floats), the values of the network in real
/// arithmetic, rounded to 9 digits (17 for float64), and the allowed error, if there is one.
///
/// The points are the corners and the middle of the domain (by default `-1 <= x <= 1`), kinks of a network in
/// one input with the floats beside them, and others spread over the domain. A point at which the value is not
/// known to all digits (at a step, say) is left out.
pub fn vectors(network: &Network, options: &Options) -> String {
    let format = options.format;
    let mut out = network
        .inputs()
        .iter()
        .chain(network.outputs())
        .enumerate()
        .fold(String::new(), |mut line, (k, name)| {
            let comma = if k == 0 { "" } else { "," };
            let _ = write!(line, "{comma}{}", quoted(name));
            line
        });
    if options.allowed.is_some() {
        out += ",allowed";
    }
    out.push('\n');
    for point in points(network, options) {
        let inputs: Vec<Interval> = point
            .iter()
            .map(|x| Interval::from_rational(&rational(*x)))
            .collect();
        let Some(values) = values(network, &inputs, format) else {
            continue;
        };
        let allowed = options
            .allowed
            .as_ref()
            .and_then(|allowed| Precision::Double.nearest(allowed));
        let numbers = point.into_iter().chain(values).chain(allowed);
        let text: Vec<String> = numbers.map(|number| decimal(number, format)).collect();
        let _ = writeln!(out, "{}", text.join(","));
    }
    out
}

/// A name as a field of a table.
fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}

fn decimal(number: f64, format: FloatFormat) -> String {
    match format {
        FloatFormat::Float32 => format!("{number:.8e}"),
        FloatFormat::Float64 => format!("{number:.16e}"),
    }
}

/// The outputs in real arithmetic, if they are known to the digits that are printed.
fn values(network: &Network, inputs: &[Interval], format: FloatFormat) -> Option<Vec<f64>> {
    let outputs = forward(network, &(), inputs).ok()?;
    let digits = match format {
        FloatFormat::Float32 => 30,
        FloatFormat::Float64 => 50,
    };
    let is_known = |value: &Interval| {
        let width = value.wid().to_rational();
        let size = value.mag().to_rational();
        let (Some(width), Some(size)) = (width, size) else {
            return false;
        };
        width <= &size.max(Rational::power_of_two(-20)) * &Rational::power_of_two(-digits)
    };
    outputs
        .iter()
        .map(|value| {
            let middle = value.mid().to_rational().filter(|_| is_known(value))?;
            Precision::Double.nearest(&middle)
        })
        .collect()
}

fn points(network: &Network, options: &Options) -> Vec<Vec<f64>> {
    let inputs = network.inputs().len();
    let plain = || vec![(Rational::from(-1), Rational::ONE); inputs];
    let domain = options.domain.clone().unwrap_or_else(plain);
    let weights: usize = network
        .layers()
        .iter()
        .map(|layer| layer.weights().entries())
        .sum();
    let most = (WORK / weights.max(1)).clamp(LEAST, MOST);
    let float = |value: &Rational| {
        let float = Precision::from(options.format)
            .nearest(value)
            .unwrap_or(0.0);
        if float.abs() < TINY { 0.0 } else { float }
    };
    let mut points: Vec<Vec<f64>> = Vec::new();
    let between = |side: &(Rational, Rational), k: i64, of: i64| {
        let part = Rational::ratio(k, of);
        float(&(&side.0 + &(&part * &(&side.1 - &side.0))))
    };
    points.push(domain.iter().map(|side| between(side, 1, 2)).collect());
    let corners = 1_usize.checked_shl(u32::try_from(inputs).unwrap_or(u32::MAX));
    for corner in 0..corners.map_or(CORNERS, |corners| corners.min(CORNERS)) {
        points.push(
            domain
                .iter()
                .enumerate()
                .map(|(axis, side)| {
                    between(side, i64::from(axis < 32 && corner >> axis & 1 == 1), 1)
                })
                .collect(),
        );
    }
    if let [side] = &domain[..] {
        for kink in kinks(network, weights) {
            if kink < side.0 || kink > side.1 || points.len() + 3 > most * 3 / 4 {
                continue;
            }
            let Some(at) = Precision::from(options.format).at_least(&kink) else {
                continue;
            };
            let at = if at.abs() < TINY { 0.0 } else { at };
            let unit =
                &rational(at).abs() * &options.format.unit().to_rational().unwrap_or_default();
            for step in [-2, 0, 2] {
                points.push(vec![float(
                    &(&rational(at) + &(&unit * &Rational::from(step))),
                )]);
            }
        }
    }
    // A fixed sequence: the same file on every machine.
    let mut state: u64 = 1;
    while points.len() < most {
        let mut next = |side: &(Rational, Rational)| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let high = i64::try_from(state >> 33).unwrap_or(0);
            between(side, high, 1 << 31)
        };
        points.push(domain.iter().map(&mut next).collect());
    }
    points.retain(|point| {
        let is_in = |(x, side): (&f64, &(Rational, Rational))| {
            let x = rational(*x);
            side.0 <= x && x <= side.1
        };
        point.iter().zip(&domain).all(is_in)
    });
    let mut seen = HashSet::new();
    points.retain(|point| {
        seen.insert(
            point
                .iter()
                .map(|x| if *x == 0.0 { 0 } else { x.to_bits() })
                .collect::<Vec<_>>(),
        )
    });
    points.truncate(most);
    points
}

/// Smaller inputs are 0.
const TINY: f64 = 1e-30;

/// Some kinks of a small piecewise linear network in one input, spread over all of them.
fn kinks(network: &Network, weights: usize) -> Vec<Rational> {
    if weights > SMALL || !network.is_piecewise_linear() || network.has_jumps() {
        return Vec::new();
    }
    let Ok(curves) = curves(network) else {
        return Vec::new();
    };
    let all: Vec<Rational> = curves
        .iter()
        .flat_map(|curve| curve.pieces().into_iter().filter_map(|piece| piece.begin))
        .collect();
    let step = all.len().div_ceil(MOST / 4).max(1);
    all.into_iter().step_by(step).collect()
}

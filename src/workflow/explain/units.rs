//! What a single unit does on the domain: its line, its transition layer, its class.

use std::fmt::Write;

use super::ranges::{UnitRange, affine_range, ends};
use crate::expr::Domain;
use crate::network::{Activation, Layer};
use crate::numbers::estimate::{estimate_rational, short};
use crate::numbers::{Function, Interval, Rational, Scalar};
use crate::report::explain::{Class, Transition, UnitReport};

/// An equation with longer numbers is rounded.
const MOST_BITS: usize = 24;
/// At most this many terms are written.
const MOST_TERMS: usize = 6;
/// An affine function is compared with an activation on this many pieces.
const PIECES: u32 = 256;

/// Describes a unit of a hidden layer; `layer` and `unit` count from 0.
pub fn describe(
    (index, layer): (usize, &Layer),
    unit: usize,
    range: &UnitRange,
    names: &[String],
    domain: &Domain,
) -> UnitReport {
    let is_first = index == 0;
    let activation = layer.activation();
    let has_line = is_first && activation.rows_per_unit() == 1;
    let equation = has_line.then(|| equation(layer, unit, names)).flatten();
    let transition = has_line.then(|| transition(layer, unit, domain)).flatten();
    let (line, is_line_rounded) =
        equation.map_or((None, false), |(text, rounded)| (Some(text), rounded));
    UnitReport {
        layer: index + 1,
        unit: unit + 1,
        activation: activation.name(),
        line,
        is_line_rounded,
        meets: has_line.then(|| {
            let (low, high) = affine_range(layer, unit, domain);
            !low.is_positive() && !high.is_negative()
        }),
        class: class(activation, range),
        transition,
        range: ends(&range.output),
        ..UnitReport::default()
    }
}

/// The line or plane on which the sum of a unit is 0, as an equation whose largest factor is 1 or -1; and is it
/// rounded? `None` without weights.
pub fn equation(layer: &Layer, row: usize, names: &[String]) -> Option<(String, bool)> {
    let bias = layer.bias().iter().nth(row).cloned().unwrap_or_default();
    let entries: Vec<(usize, &Rational)> = layer.weights().row(row).collect();
    let largest = entries.iter().map(|(_, weight)| weight.abs()).max()?;
    let first = entries.first()?.1;
    let sign = if first.is_negative() { -1 } else { 1 };
    let scale = (&largest * Rational::from(sign)).reciprocal()?;
    let factors: Vec<Rational> = entries.iter().map(|(_, weight)| *weight * &scale).collect();
    let constant = -(&bias * &scale);
    let is_short = factors
        .iter()
        .chain([&constant])
        .all(|number| number.bits() <= MOST_BITS);
    let number = |value: &Rational| {
        if is_short {
            value.to_string()
        } else {
            short(estimate_rational(value))
        }
    };
    // Strings take any text, so writing to one cannot fail.
    let mut text = String::new();
    for ((column, _), factor) in entries.iter().zip(&factors).take(MOST_TERMS) {
        let size = factor.abs();
        text += match (text.is_empty(), factor.is_negative()) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        if size != Rational::ONE {
            text += &number(&size);
            text.push('*');
        }
        text += names.get(*column).map_or("?", String::as_str);
    }
    if entries.len() > MOST_TERMS {
        let _ = write!(text, " + ... ({} terms)", entries.len());
    }
    let sign = if is_short { "=" } else { "\u{2248}" };
    let _ = write!(text, " {sign} {}", number(&constant));
    Some((text, !is_short))
}

/// Returns a number for readers: exact where it is short, else rounded, and then it says so.
pub fn number(value: &Rational) -> String {
    if value.bits() <= MOST_BITS {
        value.to_string()
    } else {
        format!("about {}", short(estimate_rational(value)))
    }
}

/// How far the sum of an S-shaped unit moves while its output goes from a tenth to nine tenths of the way.
fn steepest_part(activation: &Activation) -> Option<Interval> {
    let log = Interval::from_i64(9).apply(Function::Ln).ok()?;
    Some(match activation {
        Activation::Heaviside => Interval::ZERO,
        // sigmoid(ln 9) = 9/10, and tanh(z) = 2 sigmoid(2 z) - 1.
        Activation::Sigmoid => log.plus(&log),
        Activation::Tanh => log,
        Activation::HardTanh => Interval::from_rational(&Rational::ratio(8, 5)),
        // softsign(4) = 4/5.
        Activation::Softsign => Interval::from_i64(8),
        _ => return None,
    })
}

/// The transition layer of an S-shaped unit of the first layer.
fn transition(layer: &Layer, row: usize, domain: &Domain) -> Option<Transition> {
    let steep = steepest_part(layer.activation())?;
    let weights = layer.weights().row(row);
    let squares: Rational = weights.map(|(_, weight)| weight * weight).sum();
    let (low, high) = affine_range(layer, row, domain);
    let extent = &high - &low;
    if !extent.is_positive() {
        return None;
    }
    let length = Interval::from_rational(&squares).root().ok()?;
    let width = steep.over(&length).ok()?;
    let part = steep.over(&Interval::from_rational(&extent)).ok()?;
    Some(Transition {
        width: ends(&width)?,
        part: ends(&part)?,
    })
}

/// What a unit with this range of sums does.
fn class(activation: &Activation, range: &UnitRange) -> Class {
    let (Some((low, high)), Some((least, most))) = (ends(&range.sum), ends(&range.output)) else {
        return Class::Bent;
    };
    let extent = &high - &low;
    let change = &most - &least;
    if change <= Rational::ratio(1, 1000) {
        return Class::Constant;
    }
    let meets = low.is_negative() && high.is_positive();
    let steep = steepest_part(activation).and_then(|steep| ends(&steep));
    match (activation, steep) {
        (Activation::Identity, _) => Class::Linear,
        (Activation::Relu | Activation::LeakyRelu(_), _) if !meets => Class::Linear,
        (Activation::Relu | Activation::LeakyRelu(_), _) => Class::Kink,
        (Activation::Maxout(1), _) => Class::Linear,
        (Activation::Maxout(_), _) => Class::Kink,
        (_, Some((_, steep))) if meets && &steep * Rational::from(10) <= extent => Class::StepLike,
        _ if is_straight(activation, &low, &high, &change) => Class::Linear,
        _ => Class::Bent,
    }
}

/// Is the activation within a twentieth of its change of a straight line, for sums between these?
fn is_straight(
    activation: &Activation,
    low: &Rational,
    high: &Rational,
    change: &Rational,
) -> bool {
    let value = |z: &Interval| activation.apply(&(), z).ok();
    let run = || {
        let (from, to) = (Interval::from_rational(low), Interval::from_rational(high));
        let (first, last) = (value(&from)?, value(&to)?);
        let slope = last.minus(&first).over(&to.minus(&from)).ok()?;
        let most = Interval::from_rational(&(change * Rational::ratio(1, 20)));
        let step = (high - low) * Rational::ratio(1, i64::from(PIECES));
        let at = |k: u32| low + &(&step * Rational::from(i64::from(k)));
        for k in 0..PIECES {
            let piece = Interval::from_rationals(&at(k), &at(k + 1));
            let line = first.plus(&slope.times(&piece.minus(&from)));
            if value(&piece)?.minus(&line).mag() > most.inf() {
                return Some(false);
            }
        }
        Some(true)
    };
    run().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::json;
    use crate::workflow::explain::ranges::ranges;

    fn described(activation: &str, weights: &str, bias: &str, domain: &str) -> UnitReport {
        let text = format!(
            r#"{{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
            {{"activation": "{activation}", "weights": [{weights}], "bias": ["{bias}"]}},
            {{"activation": "identity", "weights": [["1"]], "bias": ["0"]}}]}}"#
        );
        let network = json::read(&text).expect("a network");
        let domain = Domain::parse(domain).expect("a domain");
        let found = ranges(&network, &domain);
        let layer = &network.layers()[0];
        describe((0, layer), 0, &found[0][0], network.inputs(), &domain)
    }

    #[test]
    fn classes_of_units() {
        for (activation, weights, bias, class) in [
            ("sigmoid", r#"["40", "0"]"#, "0", Class::StepLike),
            ("sigmoid", r#"["4", "0"]"#, "0", Class::Bent),
            ("sigmoid", r#"["1/4", "1/4"]"#, "0", Class::Linear),
            // The sum is at least 8: the output changes by less than 1/1000.
            ("sigmoid", r#"["1", "0"]"#, "9", Class::Constant),
            ("tanh", r#"["0", "-30"]"#, "1", Class::StepLike),
            ("tanh", r#"["0", "0"]"#, "1", Class::Constant),
            ("heaviside", r#"["1", "0"]"#, "0", Class::StepLike),
            ("heaviside", r#"["1", "0"]"#, "2", Class::Constant),
            ("relu", r#"["1", "1"]"#, "-1", Class::Kink),
            ("relu", r#"["1", "1"]"#, "2", Class::Linear),
            ("relu", r#"["1", "1"]"#, "-2", Class::Constant),
            ("softplus", r#"["1", "0"]"#, "0", Class::Bent),
            ("softplus", r#"["1", "0"]"#, "9", Class::Linear),
            ("identity", r#"["1", "0"]"#, "0", Class::Linear),
        ] {
            let unit = described(activation, weights, bias, "x=-1..1,y=-1..1");
            assert_eq!(unit.class, class, "{activation} {weights} {bias}");
        }
    }

    #[test]
    fn the_line_and_the_transition_layer_of_a_unit() {
        let unit = described("sigmoid", r#"["3", "-2"]"#, "-1/2", "x=-1..1,y=-1..1");
        assert_eq!(unit.line.as_deref(), Some("x - 2/3*y = 1/6"));
        assert!(!unit.is_line_rounded && unit.meets == Some(true));
        let transition = unit.transition.expect("of a sigmoid");
        // 2 ln 9 / sqrt 13 = 1.2188..., and the sum runs from -11/2 to 9/2: 2 ln 9 / 10 = 0.4394...
        let near = |(low, high): &(Rational, Rational), text: &str| {
            let value: Rational = crate::numbers::literal::parse(text).expect("a number");
            let room = Rational::ratio(1, 10_000);
            assert!(
                low <= high && *low >= value && *high <= &value + &room,
                "{text}"
            );
        };
        near(&transition.width, "1.2188");
        near(&transition.part, "0.4394");
        let unit = described("relu", r#"["-4", "0"]"#, "-1", "x=-1..1,y=-1..1");
        assert_eq!(unit.line.as_deref(), Some("x = -1/4"));
        assert_eq!(unit.transition, None);
        let unit = described(
            "tanh",
            r#"["0.1234567890123", "1"]"#,
            "7",
            "x=-1..1,y=-1..1",
        );
        assert_eq!(unit.line.as_deref(), Some("0.1234*x + y \u{2248} -7"));
        assert_eq!(unit.meets, Some(false));
    }
}

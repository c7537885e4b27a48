//! Is the network made of steps, and where is it flat?

use std::sync::Arc;

use super::ask::{Ask, Asked};
use super::cells::measure;
use super::edit::one;
use super::formula::{Shape, all_of, formulas, hardens, region_of, target_of};
use crate::certificate::Norm;
use crate::expr::{Condition, Expr};
use crate::network::{Activation, Layer, Network};
use crate::numbers::{Function, Rational, Relation};
use crate::report::explain::{Bounds, FlatReport, HardenedReport, Steps};

/// Why a network cannot be measured.
const NO_VALUE: &str = "interval arithmetic gives no values on the domain";
/// Why a search gave nothing.
const NO_TIME: &str = "no bounds were found in the time for it";

/// Compares a network with the hardened one, in which every sigmoid and every tanh is a step.
///
/// - `range`: about the size of the values of the network, for the tolerance.
/// - `threshold`: the network decides "inside" at this value or more.
pub fn compare_with_steps(
    ask: &mut Ask<'_, '_>,
    network: &Network,
    range: Option<&Rational>,
    threshold: Option<&Rational>,
) -> Steps {
    let layers = network.layers();
    let units = |test: &dyn Fn(&Activation) -> bool| -> usize {
        let layers = layers.iter().filter(|layer| test(layer.activation()));
        layers.map(Layer::units).sum()
    };
    let replaced = units(&hardens);
    if replaced == 0 {
        let is_step = |activation: &Activation| {
            matches!(activation, Activation::Heaviside | Activation::Identity)
        };
        let steps = units(&|activation| *activation == Activation::Heaviside);
        if layers.len() < 2 && steps == 0 {
            return Steps::NoUnits;
        }
        if steps > 0 && layers.iter().all(|layer| is_step(layer.activation())) {
            return Steps::Already;
        }
        let hidden = layers.iter().map(|layer| layer.activation().name());
        let first = hidden.into_iter().find(|name| *name != "identity");
        return Steps::Never(first.unwrap_or("identity").to_owned());
    }
    let kept = units(&|activation| {
        !hardens(activation) && !matches!(activation, Activation::Identity | Activation::Heaviside)
    });
    let mut report = HardenedReport {
        replaced,
        kept,
        tolerance: tolerance(range),
        ..HardenedReport::default()
    };
    if ask_all(ask, network, threshold, &mut report).is_none() {
        let measured = measure(
            network,
            ask.domain,
            &report.tolerance,
            threshold,
            ask.limits,
        );
        let Some(measured) = measured else {
            report.reason = Some(NO_VALUE.to_owned());
            return Steps::Compared(Box::new(report));
        };
        ask.stopped_by = ask.stopped_by.or(ask.limits.is_over());
        ask.cells = Some(measured.clone());
        report.largest = Some(measured.largest);
        report.mean = Some(measured.mean);
        report.same = Some(measured.same);
        report.decisions = threshold.map(|at| (at.clone(), Some(measured.differ)));
    } else if report.largest.is_none() {
        report.reason = Some(NO_TIME.to_owned());
    }
    Steps::Compared(Box::new(report))
}

fn ask_all(
    ask: &mut Ask<'_, '_>,
    network: &Network,
    threshold: Option<&Rational>,
    report: &mut HardenedReport,
) -> Option<()> {
    let names = network.inputs();
    let hard = formulas(network, Shape::Hardened)?.outputs;
    let kept = formulas(network, Shape::Kept)?.outputs;
    let target = target_of(names, hard.clone())?;
    let mut far = |norm| {
        ask.bounds(&Asked {
            network,
            target: &target,
            norm,
            threshold: None,
            share: 1,
        })
    };
    report.largest = far(Norm::Sup);
    let integral = far(Norm::L1);
    report.mean = integral.and_then(|bounds| over_volume(&bounds, &ask.domain.volume()));
    let tolerance = Arc::new(Expr::Number(report.tolerance.clone()));
    let near = kept.into_iter().zip(&hard).map(|(kept, hard)| {
        let difference = Expr::Sub(Arc::new(kept), Arc::new(hard.clone()));
        let size = Expr::Apply(Function::Abs, Arc::new(difference));
        Condition::Compare(
            Relation::LessOrEqual,
            Arc::new(size),
            Arc::clone(&tolerance),
        )
    });
    report.same = all_of(near).and_then(|near| part_where(ask, names, near));
    if let (Some(threshold), [hard]) = (threshold, hard.as_slice()) {
        let inside = Condition::Compare(
            Relation::GreaterOrEqual,
            Arc::new(hard.clone()),
            Arc::new(Expr::Number(threshold.clone())),
        );
        let differ = region_of(names, inside).and_then(|target| {
            ask.bounds(&Asked {
                network,
                target: &target,
                norm: Norm::Area,
                threshold: Some(threshold),
                share: 1,
            })
        });
        let differ = differ.and_then(|area| over_volume(&area, &ask.domain.volume()));
        report.decisions = Some((threshold.clone(), differ));
    }
    Some(())
}

/// Returns the part of the domain on which a condition holds, between 0 and 1: one minus the area that the
/// network 1, which says "inside" everywhere, gets wrong.
fn part_where(ask: &mut Ask<'_, '_>, names: &[String], condition: Condition) -> Option<Bounds> {
    let target = region_of(names, condition)?;
    let network = one(names)?;
    let wrong = ask.bounds(&Asked {
        network: &network,
        target: &target,
        norm: Norm::Area,
        threshold: Some(&Rational::ratio(1, 2)),
        share: 1,
    })?;
    let wrong = over_volume(&wrong, &ask.domain.volume())?;
    let upper = wrong.upper.unwrap_or(Rational::ONE).min(Rational::ONE);
    Some(Bounds {
        lower: Rational::ONE - upper,
        upper: Some(Rational::ONE - wrong.lower),
        by: wrong.by,
    })
}

fn over_volume(bounds: &Bounds, volume: &Rational) -> Option<Bounds> {
    let per = volume.reciprocal()?;
    Some(Bounds {
        lower: &bounds.lower * &per,
        upper: bounds.upper.as_ref().map(|upper| upper * &per),
        by: bounds.by,
    })
}

/// Returns 1, 2 or 5 times a power of ten, about a hundredth of the range and at most a tenth above it; 1/100
/// without a range.
fn tolerance(range: Option<&Rational>) -> Rational {
    let Some(range) = range.filter(|range| range.is_positive()) else {
        return Rational::ratio(1, 100);
    };
    let wanted = range * Rational::ratio(11, 1000);
    let ten = Rational::from(10);
    let mut power = Rational::ONE;
    while &power * &ten <= wanted {
        power = &power * &ten;
    }
    while power > wanted {
        power = power * Rational::ratio(1, 10);
    }
    let times = [5, 2, 1].map(|factor| &power * Rational::from(factor));
    times
        .into_iter()
        .find(|tolerance| *tolerance <= wanted)
        .unwrap_or(power)
}

/// Returns the part of the domain on which every hidden unit is flat: the slope of each sigmoid and tanh is at
/// most 1/1000, and each relu is off. `None` without units; an error says why it is not known.
pub fn flat_part(ask: &mut Ask<'_, '_>, network: &Network) -> Option<Result<FlatReport, String>> {
    let (_, hidden) = network.layers().split_last()?;
    let units = hidden
        .iter()
        .filter(|layer| *layer.activation() != Activation::Identity);
    let mut kinds: Vec<&'static str> = Vec::new();
    for layer in units {
        let name = layer.activation().name();
        if !kinds.contains(&name) {
            kinds.push(name);
        }
    }
    if kinds.is_empty() {
        return None;
    }
    let everywhere = |part: Rational, meaning: String| FlatReport {
        part: Bounds {
            lower: part.clone(),
            upper: Some(part),
            ..Bounds::default()
        },
        meaning,
    };
    for kind in &kinds {
        match *kind {
            "sigmoid" | "tanh" | "relu" | "hard-tanh" | "heaviside" => {}
            // Both of its pieces have a slope.
            "leaky-relu" => {
                return Some(Ok(everywhere(Rational::ZERO, meaning(&kinds, network))));
            }
            other => return Some(Err(format!("this is not told of {other} units"))),
        }
    }
    if kinds == ["heaviside"] {
        return Some(Ok(everywhere(Rational::ONE, meaning(&kinds, network))));
    }
    let found = formulas(network, Shape::Kept).and_then(|found| {
        let hidden: usize = hidden.iter().map(Layer::rows).sum();
        let sums = found.sums.into_iter().take(hidden);
        all_of(sums.filter_map(|(activation, sum)| is_flat(&activation, sum)))
    });
    let meaning = meaning(&kinds, network);
    let Some(flat) = found else {
        let limits = ask.limits;
        let measured = ask.cells.clone();
        let measured =
            measured.or_else(|| measure(network, ask.domain, &Rational::ONE, None, limits));
        ask.stopped_by = ask.stopped_by.or(limits.is_over());
        let part = measured.map(|measured| measured.flat);
        return Some(
            part.map(|part| FlatReport { part, meaning })
                .ok_or_else(|| NO_VALUE.to_owned()),
        );
    };
    let part = part_where(ask, network.inputs(), flat);
    Some(
        part.map(|part| FlatReport { part, meaning })
            .ok_or_else(|| NO_TIME.to_owned()),
    )
}

/// Where a unit with this sum is flat; `None` for a step, which is flat everywhere, and for the identity.
fn is_flat(activation: &Activation, sum: Expr) -> Option<Condition> {
    let root = |value: i64| {
        let value = Arc::new(Expr::integer(value));
        Arc::new(Expr::Apply(Function::Sqrt, value))
    };
    let log_of = |a: Arc<Expr>, b: Arc<Expr>| {
        let sum = Arc::new(Expr::Add(a, b));
        Expr::Apply(Function::Ln, sum)
    };
    let far = match activation {
        // The slope is 1 / (2 + 2 cosh z), and 2 + 2 cosh z = 1000 where z = arcosh 499.
        Activation::Sigmoid => log_of(Arc::new(Expr::integer(499)), root(499 * 499 - 1)),
        // The slope is 1 / cosh(z)^2, and cosh(z)^2 = 1000 where z = arcosh sqrt 1000.
        Activation::Tanh => log_of(root(1000), root(999)),
        Activation::HardTanh => Expr::one(),
        Activation::Relu => {
            let zero = Arc::new(Expr::zero());
            return Some(Condition::Compare(
                Relation::LessOrEqual,
                Arc::new(sum),
                zero,
            ));
        }
        _ => return None,
    };
    let size = Arc::new(Expr::Apply(Function::Abs, Arc::new(sum)));
    Some(Condition::Compare(
        Relation::GreaterOrEqual,
        size,
        Arc::new(far),
    ))
}

fn meaning(kinds: &[&'static str], network: &Network) -> String {
    let mut parts: Vec<&str> = kinds
        .iter()
        .map(|kind| match *kind {
            "sigmoid" | "tanh" => "has a slope of at most 1/1000",
            "relu" => "is 0",
            "hard-tanh" => "is -1 or 1",
            "leaky-relu" => "has the slope 0",
            _ => "is a step",
        })
        .collect();
    parts.dedup();
    let hidden = &network.layers()[..network.layers().len() - 1];
    let units: usize = hidden.iter().map(Layer::units).sum();
    let who = if units == 1 {
        "the hidden unit".to_owned()
    } else {
        format!("each of the {units} hidden units")
    };
    format!("{who} {}", parts.join(", or "))
}

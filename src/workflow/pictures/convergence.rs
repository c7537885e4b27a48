//! Error against size, on logarithmic axes.

#![allow(clippy::cast_precision_loss, reason = "places in a picture")]

use crate::certificate::Norm;
use crate::draw::{LogPlot, Series};
use crate::expr::typeset;
use crate::numbers::estimate::estimate_rational;
use crate::workflow::convergence::{Measured, Sized};

/// Returns the plot of a builder's errors by size, with the line of its theorem, and other networks.
///
/// - `target`: the formulas, for the caption.
/// - Claim: each bar reaches from the certified lower bound to the certified upper bound, and is a point
///   if they are equal. An error of 0 is left out.
pub fn convergence_picture(
    builder: &str,
    target: &str,
    norm: Norm,
    sizes: &[Sized],
    beside: &[(String, Measured)],
) -> LogPlot {
    let theorem = sizes
        .iter()
        .find_map(|size| Some(size.a_priori.as_ref()?.theorem));
    let mut series = vec![Series {
        name: format!("{builder}, certified"),
        points: sizes.iter().map(|size| by_units(&size.measured)).collect(),
        is_marked: true,
        is_theory: false,
    }];
    if let Some(theorem) = theorem {
        let points = sizes.iter().filter_map(|size| {
            let upper = estimate_rational(&size.a_priori.as_ref()?.upper);
            Some((size.measured.units as f64, upper, upper))
        });
        series.push(Series {
            name: format!("upper bound by {theorem}"),
            points: points.collect(),
            is_marked: false,
            is_theory: true,
        });
    }
    for (name, measured) in beside {
        series.push(Series {
            name: name.clone(),
            points: vec![by_units(measured)],
            is_marked: true,
            is_theory: false,
        });
    }
    let exact = sizes
        .iter()
        .all(|size| size.measured.upper.as_ref() == Some(&size.measured.lower));
    let words = match (exact, sizes) {
        (true, _) => "errors are exact",
        (false, _) => "bars reach from the lower to the upper bound",
    };
    let range = match sizes {
        [first, .., last] => format!("{} to {}", first.size, last.size),
        _ => sizes.iter().map(|size| size.size.clone()).collect(),
    };
    LogPlot {
        title: format!("The error of {builder} by its number of units"),
        caption: format!("f = {}. {range}; {words}. All are proved.", typeset(target)),
        x_label: "hidden units".into(),
        y_label: norm_words(norm).into(),
        is_x_log: true,
        series,
    }
}

/// A point of a series: the place, and the lower and the upper bound.
pub(super) fn bar(place: f64, measured: &Measured) -> (f64, f64, f64) {
    let lower = estimate_rational(&measured.lower);
    let upper = measured.upper.as_ref().map_or(lower, estimate_rational);
    (place, lower, upper)
}

fn by_units(measured: &Measured) -> (f64, f64, f64) {
    bar(measured.units as f64, measured)
}

/// The name of an axis of errors.
pub(super) fn norm_words(norm: Norm) -> &'static str {
    match norm {
        Norm::Sup => "sup |N − f|",
        Norm::L1 => "L¹ error",
        Norm::L2 => "L² error",
        Norm::Area => "misclassified area",
    }
}

//! Error against steepness, on logarithmic axes.

use super::convergence::{bar, norm_words};
use crate::certificate::Norm;
use crate::draw::{LogPlot, Series};
use crate::expr::typeset;
use crate::workflow::steepness::BySteepness;

/// Returns the plot of the errors of a staircase by steepness times cell side, with lines by theory.
///
/// - `target`: the formulas, for the caption.
/// - Claim: each bar reaches from the certified lower bound to the certified upper bound; the thin lines are theory
///   for steps that jump and for functions that are only blurred.
pub fn steepness_picture(target: &str, norm: Norm, all: &BySteepness) -> LogPlot {
    let values = all.found.iter();
    let values = values.map(|steep| bar(steep.per_cell, &steep.values));
    let fitted = all.found.iter();
    let fitted = fitted.filter_map(|steep| Some(bar(steep.per_cell, steep.fitted.as_ref()?)));
    let marked = |name: &str, points: Vec<_>| Series {
        name: name.into(),
        points,
        is_marked: true,
        is_theory: false,
    };
    let mut series = vec![
        marked("heights: values at the cell centres", values.collect()),
        marked("heights: fitted", fitted.collect()),
    ];
    series.retain(|series| !series.points.is_empty());
    let line = |name: String, points: Vec<(f64, f64, f64)>| Series {
        name,
        points,
        is_marked: false,
        is_theory: true,
    };
    let places: Vec<f64> = all.found.iter().map(|steep| steep.per_cell).collect();
    if let Some(error) = all.of_steps {
        let points = places.iter().map(|x| (*x, error, error)).collect();
        series.push(line("theory, steps: L·h/2".into(), points));
    }
    if let Some((error, power)) = all.of_blur {
        let at = |x: &f64| {
            (
                *x,
                error / x.powi(power.into()),
                error / x.powi(power.into()),
            )
        };
        let name = match power {
            2 => "theory, blur: max |f′′| π²/(6w²)",
            _ => "theory, blur: 2 ln 2·L/w",
        };
        // It says nothing about steps that are less wide than where values are best.
        let errors = series.first().map_or(&[][..], |values| &values.points[..]);
        let least = errors
            .iter()
            .fold(f64::INFINITY, |least, point| least.min(point.2));
        let points = places.iter().map(at).filter(|point| point.1 >= least / 4.0);
        series.push(line(name.into(), points.collect()));
    }
    let units = all.found.first().map_or(0, |steep| steep.values.units);
    LogPlot {
        title: "Smooth, or made of steps?".into(),
        caption: format!(
            "f = {}. A staircase with {} cells, {}. Bars reach from the lower to the upper bound; all are proved.",
            typeset(target),
            all.cells,
            crate::words::count(units, "unit")
        ),
        x_label: "w·h: steepness times cell side".into(),
        y_label: norm_words(norm).into(),
        is_x_log: true,
        series,
    }
}

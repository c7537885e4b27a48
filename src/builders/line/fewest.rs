//! The interpolant with `knots = "best"`: a broken line with the fewest kinks as one layer of relu units.

use super::best::{Curve, MOST_PIECES, NoLine};
use super::interpolant::ENTRY;
use super::short::Units;
use crate::builders::assemble::{LayerBuilder, network_of_rows};
use crate::builders::error::BuildError;
use crate::builders::parameters::{self, Arrangement, Knots, Parameters};
use crate::builders::request::{Built, Request};
use crate::expr::{Constants, Expr, Scratch, Tape};
use crate::network::Activation;
use crate::numbers::Rational;
use crate::numbers::estimate::{Estimate, estimate_rational, short};
use crate::words::count;

/// With every attempt the corridor is narrower: by this part of the tolerance, then by 8 times that.
const MARGIN: f64 = 1.0 / 4096.0;
/// Row weights balance output weights above this.
const LARGE: i64 = 1000;

/// A formula in one variable, in floats.
pub struct Estimates {
    tape: Tape,
    constants: Constants<Estimate>,
    scratch: Scratch<Estimate>,
}

impl Estimates {
    /// Prepares a formula.
    pub fn new(formula: &Expr) -> Self {
        let tape = Tape::of_expressions(1, [formula]);
        Self {
            constants: tape.constants(&()),
            scratch: Scratch::default(),
            tape,
        }
    }

    /// Estimates a value; NaN if there is none.
    pub fn at(&mut self, x: f64) -> f64 {
        let point = [Estimate(x)];
        let results = self
            .tape
            .evaluate(&self.constants, &point, &mut self.scratch);
        results.value(0).map_or(f64::NAN, |value| value.0)
    }
}

/// The distance that is left of a tolerance for floats, in this attempt.
pub fn within(tolerance: &Rational, attempt: u32) -> f64 {
    let margin = MARGIN * f64::from(1_u32 << (3 * attempt.min(3)));
    estimate_rational(tolerance) * (1.0 - margin)
}

/// Returns the network of a broken line with the fewest kinks for the tolerance, or of one with `cells` pieces and
/// the smallest error.
///
/// - Shapes: 1 input, 1 output, 1 hidden layer with a unit for each kink, and at most one that is always on; no
///   hidden layer where a straight line is enough.
/// - Bound: none; the search is an estimate, and the prover decides.
/// - Exactness: all weights are dyadic.
/// - Errors: [`BuildError`].
/// - Source: T37.
pub fn best(request: &Request) -> Result<Built, BuildError> {
    let formulas = request.target.indicator().output_expressions();
    let [formula] = formulas.as_slice() else {
        return Err(BuildError::SharedKinks {
            found: formulas.len(),
        });
    };
    let (low, high) = &request.domain.sides()[0];
    let ends = (estimate_rational(low), estimate_rational(high));
    let mut f = Estimates::new(formula);
    let refused = |reason| match reason {
        NoLine::Undefined(x) => {
            BuildError::NotEvaluated(format!("{} = {}", request.target.inputs()[0], short(x)))
        }
        NoLine::TooManyPieces => BuildError::NoBrokenLine,
    };
    let (found, cells) = match (request.parameters.cells.as_deref(), &request.within) {
        (Some(cells), _) => {
            let cells = pieces(cells)?;
            let (curve, least) = Curve::for_pieces(|x| f.at(x), ends, cells).map_err(refused)?;
            (curve.units_of_pieces(cells, least), Some(cells))
        }
        (None, Some(within_this)) => {
            let distance = within(within_this.tolerance, within_this.attempt);
            let curve = Curve::new(|x| f.at(x), ends, distance, within_this.attempt);
            (curve.map_err(refused)?.units(distance), None)
        }
        (None, None) => {
            return Err(BuildError::MissingSize {
                builder: ENTRY.name,
                key: "cells",
            });
        }
    };
    let units = found.ok_or(BuildError::NoBrokenLine)?;
    Ok(Built {
        network: network(request, &units, low),
        a_priori: None,
        notes: vec![
            note(&units),
            format!(
                "error about {} (an estimate); no a-priori bound: the kinks come from a search",
                short(units.error_estimate)
            ),
        ],
        chosen: Parameters {
            units: Some(parameters::Units::Relu),
            cells: Some(vec![cells.unwrap_or(units.units.len() + 1)]),
            knots: Some(Knots::Best),
            arrangement: Some(Arrangement::Sum),
            ..Parameters::default()
        },
    })
}

pub(super) fn pieces(cells: &[usize]) -> Result<usize, BuildError> {
    let [cells] = *cells else {
        return Err(BuildError::Length {
            key: "cells",
            found: cells.len(),
            inputs: 1,
        });
    };
    match cells {
        0 => Err(BuildError::TooSmall {
            key: "cells",
            found: 0,
            smallest: 1,
        }),
        _ if cells > MOST_PIECES => Err(BuildError::AboveLargest {
            key: "cells",
            found: cells,
            largest: MOST_PIECES,
        }),
        _ => Ok(cells),
    }
}

/// Which units the kinks need, in words.
fn note(units: &Units) -> String {
    let kinks = units.units.len();
    let (left, all) = (units.left(), units.count());
    let why = match kinks {
        0 => "a straight line needs no hidden layer".to_owned(),
        _ if units.slope.is_zero() => match left {
            0 => "all face right, since the first piece is level".to_owned(),
            _ if left == kinks => "all face left, since the last piece is level".to_owned(),
            _ => format!("{left} of them face left and make the first slope"),
        },
        _ => {
            "one unit is always on, since no turning of the others makes the first slope".to_owned()
        }
    };
    format!(
        "{}, {}: {why}",
        count(kinks, "kink"),
        count(if kinks == 0 { 0 } else { all }, "unit")
    )
}

/// The number by which the row of a unit is multiplied, so that neither row nor output weight is huge.
pub fn row_scale(bend: &Rational) -> Rational {
    let mut scale = Rational::ONE;
    let mut size = bend.abs();
    while size > Rational::from(LARGE) && scale < size {
        scale = scale * Rational::from(2);
        size = size.half();
    }
    scale
}

fn network(request: &Request, units: &Units, low: &Rational) -> crate::network::Network {
    let mut layer = LayerBuilder::new(1);
    let mut weights = Vec::new();
    let mut constant = units.constant.clone();
    if units.units.is_empty() {
        let row = (vec![(0, units.slope.clone())], constant);
        return network_of_rows(request.target, Vec::new(), [row], Activation::Identity);
    }
    if !units.slope.is_zero() {
        // On from a short number at or below the lower end.
        let start = Rational::from(low.floor());
        let scale = row_scale(&units.slope);
        layer.step(0, &start, &scale);
        constant = constant + &units.slope * &start;
        weights.push(&units.slope / &scale);
    }
    for unit in &units.units {
        let scale = row_scale(&unit.bend);
        weights.push(&unit.bend / &scale);
        let scale = if unit.is_left { -scale } else { scale };
        layer.step(0, &unit.place, &scale);
    }
    let hidden = vec![layer.finish(Activation::Relu)];
    let row = (weights.into_iter().enumerate(), constant);
    network_of_rows(request.target, hidden, [row], Activation::Identity)
}

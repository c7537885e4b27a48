//! The error of a staircase by steepness, at a fixed number of cells: smooth, or made of steps?

use super::build::BuildRequest;
use super::convergence::{Measured, measured};
use super::verify::WorkflowError;
use crate::builders::{self, BuilderName, Heights, Parameters, Steepness, Units};
use crate::certificate::Norm;
use crate::expr::{derivative_range_upper, lipschitz_upper};
use crate::numbers::Rational;
use crate::numbers::estimate::estimate_rational;
use crate::prover::Watch;

/// Twice the numbers per cell that are tried.
const HALVES: [i64; 14] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 40, 80, 200, 800, 2000];

/// A staircase of one steepness.
#[derive(Clone, Debug)]
pub struct Steep {
    /// Steepness times cell side, for sigmoids.
    pub per_cell: f64,
    /// The network with the values of the target as heights.
    pub values: Measured,
    /// The network with fitted heights, where a fit was found.
    pub fitted: Option<Measured>,
}

/// Staircases with the same cells, from gentle to steep.
#[derive(Clone, Debug)]
pub struct BySteepness {
    /// The number of cells.
    pub cells: usize,
    /// The networks.
    pub found: Vec<Steep>,
    /// The error of steps that jump, by theory: half of the largest slope, times the cell side.
    pub of_steps: Option<f64>,
    /// The error of a blur `w h = 1` wide, by theory, and the power of `w h` with which it falls: 2 where the second
    /// derivative is bounded, else 1.
    pub of_blur: Option<(f64, u8)>,
}

/// Builds, proves and checks staircases of the size that the parameters give, from gentle to steep.
///
/// - Ends: after the steepest, or at the first network whose search stops before it reaches the gap.
/// - Errors: [`WorkflowError`], also for builders and units without a choice of steepness, and without `cells`.
pub fn by_steepness(
    request: &BuildRequest<'_>,
    progress: &mut Watch<'_>,
) -> Result<BySteepness, WorkflowError> {
    let units = request.parameters.units.unwrap_or(Units::Sigmoid);
    if request.builder != BuilderName::Staircase || units == Units::Heaviside {
        return Err(WorkflowError::NothingSteepens {
            builder: builders::entry(request.builder).name,
        });
    }
    let mut found = Vec::new();
    let mut cells = 0;
    for halves in HALVES {
        let number = Rational::ratio(halves, 2);
        // tanh is twice as steep as sigmoid.
        let given = if units == Units::Tanh {
            number.half()
        } else {
            number.clone()
        };
        let with = |heights| Parameters {
            steepness: Some(Steepness::PerCell(given.clone())),
            heights: Some(heights),
            ..request.parameters.clone()
        };
        let built = request.build_with(&with(Heights::Values))?;
        cells = built.chosen.cells.iter().flatten().copied().sum();
        let (values, mut is_done) = measured(request, &built.network, progress)?;
        let built = request.build_with(&with(Heights::Fitted))?;
        let mut fitted = None;
        if built.chosen.heights == Some(Heights::Fitted) {
            let (measured, is_fit_done) = measured(request, &built.network, progress)?;
            is_done &= is_fit_done;
            fitted = Some(measured);
        }
        found.push(Steep {
            per_cell: estimate_rational(&number),
            values,
            fitted,
        });
        if !is_done {
            break;
        }
    }
    let (of_steps, of_blur) = theory(request, cells);
    Ok(BySteepness {
        cells,
        found,
        of_steps,
        of_blur,
    })
}

/// What theory says of steps and of blurs, for the supremum.
///
/// Steps of height `L h` are off by half of that. A sigmoid step is a jump at a random place: its density has the mean
/// distance `2 ln 2 / w` and the variance `pi^2/(3 w^2)`, so blurring a function by it changes it by at most
/// `2 ln 2 L / w`, and by at most `max |f''| pi^2/(6 w^2)`.
fn theory(request: &BuildRequest<'_>, cells: usize) -> (Option<f64>, Option<(f64, u8)>) {
    let [(low, high)] = request.domain.sides() else {
        return (None, None);
    };
    if request.norm != Norm::Sup || cells == 0 || request.parameters.output.is_some() {
        return (None, None);
    }
    let cell =
        estimate_rational(&((high - low) / Rational::from(i64::try_from(cells).unwrap_or(1))));
    let formulas = request.target.output_expressions();
    let largest = |bounds: Option<Vec<Rational>>| {
        let bounds = bounds?.into_iter().map(|bound| estimate_rational(&bound));
        Some(bounds.fold(0.0, f64::max))
    };
    let slopes = formulas.iter();
    let slopes = slopes.map(|formula| lipschitz_upper(formula, request.domain)?.pop());
    let slope = largest(slopes.collect());
    let seconds = formulas.iter();
    let seconds = seconds.map(|formula| derivative_range_upper(formula, request.domain, 0, 2));
    let second = largest(seconds.collect());
    let square = std::f64::consts::PI * std::f64::consts::PI / 6.0 * cell * cell;
    let by_second = second.map(|second| (second * square, 2));
    let by_slope = slope.map(|slope| (2.0 * std::f64::consts::LN_2 * slope * cell, 1));
    (
        slope.map(|slope| slope * cell / 2.0),
        by_second.or(by_slope),
    )
}

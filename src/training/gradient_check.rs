//! Compares backpropagation with central differences.

use super::gradient::Objective;

/// How well the two agree.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientCheck {
    /// The largest difference, relative to the larger of the two, or to a thousandth of the largest
    /// derivative if that is more.
    pub largest: f64,
    /// The parameter with this difference.
    pub parameter: usize,
    /// The derivative by this parameter, by backpropagation and by differences.
    pub values: (f64, f64),
    /// Parameters compared.
    pub compared: usize,
    /// Parameters left out: a relu unit has its kink so close to a sample that the loss has no
    /// derivative.
    pub at_kinks: usize,
}

/// The step: about the cube root of a float's precision, where rounding and curvature balance.
const STEP: f64 = 1.0 / 131_072.0;
/// Attempts with smaller steps if a kink is too close.
const TRIES: usize = 4;

/// Compares the derivative by each parameter with `(L(p + h) − L(p − h)) / 2h`.
///
/// - If a relu unit turns on or off at a sample between the two, h is reduced, down to a 512th;
///   parameters for which that does not help are counted as lying at kinks.
/// - Exactness: an estimate; rounding alone gives about 1e-9.
///
/// - Panics: when the number of parameters is not that of the shape.
pub fn check_gradient(objective: &mut Objective, parameters: &[f64]) -> GradientCheck {
    let mut gradient = vec![0.0; parameters.len()];
    objective.loss_and_gradient(parameters, &mut gradient);
    let largest = super::numbers::largest(&gradient);
    let mut check = GradientCheck {
        largest: 0.0,
        parameter: 0,
        values: (0.0, 0.0),
        compared: 0,
        at_kinks: 0,
    };
    let mut moved = parameters.to_vec();
    for (k, &derivative) in gradient.iter().enumerate() {
        let Some(difference) = central_difference(objective, &mut moved, k) else {
            check.at_kinks += 1;
            continue;
        };
        check.compared += 1;
        let size = derivative.abs().max(difference.abs()).max(1e-3 * largest);
        let relative = (derivative - difference).abs() / size;
        // NaN is reported as well.
        if size > 0.0 && (relative > check.largest || relative.is_nan()) {
            check.largest = relative;
            check.parameter = k;
            check.values = (derivative, difference);
        }
    }
    check
}

/// Returns the central difference by parameter `k`; `None` if a kink lies between.
pub(super) fn central_difference(
    objective: &mut Objective,
    parameters: &mut [f64],
    k: usize,
) -> Option<f64> {
    let here = parameters[k];
    let mut step = STEP * here.abs().clamp(1.0, 8.0);
    for _ in 0..TRIES {
        let mut at = |place: f64, objective: &mut Objective| {
            parameters[k] = place;
            (objective.pattern(parameters), objective.loss(parameters))
        };
        let (low, high) = (here - step, here + step);
        let (low_pattern, low_loss) = at(low, objective);
        let (high_pattern, high_loss) = at(high, objective);
        parameters[k] = here;
        if low_pattern == high_pattern {
            return Some((high_loss - low_loss) / (high - low));
        }
        step /= 8.0;
    }
    None
}

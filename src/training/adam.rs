//! Adam: steps scaled by running means of the gradient and of its square.
//!
//! Source: Kingma and Ba 2015, Algorithm 1, with their constants.

use super::minimise::{FLAT, Function, Minimum, NotFinite, Observer, Stop};
use super::numbers::largest;

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// Descends from `start` by at most `steps` steps of size `rate`.
///
/// - Returns the lowest point seen, which need not be the last.
/// - Errors: `NotFinite` if the loss becomes NaN or infinite.
pub fn minimise(
    function: &mut Function<'_>,
    start: Vec<f64>,
    steps: usize,
    rate: f64,
    observe: &mut Observer<'_>,
) -> Result<Minimum, NotFinite> {
    let mut x = start;
    let mut gradient = vec![0.0; x.len()];
    let (mut mean, mut square) = (gradient.clone(), gradient.clone());
    // β^t as products, as powers are not the same everywhere.
    let (mut power_1, mut power_2) = (1.0, 1.0);
    let mut best: Option<Minimum> = None;
    let mut step = 0;
    let stop = loop {
        let loss = function(&x, &mut gradient);
        let size = largest(&gradient);
        if !loss.is_finite() || !size.is_finite() {
            return Err(NotFinite { step });
        }
        let goes_on = observe(step, loss, &x);
        if best.as_ref().is_none_or(|best| loss < best.loss) {
            best = Some(Minimum {
                parameters: x.clone(),
                loss,
                steps: step,
                stop: Stop::Steps,
            });
        }
        if size <= FLAT {
            break Stop::Flat;
        }
        if step == steps {
            break Stop::Steps;
        }
        if !goes_on {
            break Stop::Asked;
        }
        step += 1;
        power_1 *= BETA_1;
        power_2 *= BETA_2;
        for k in 0..x.len() {
            let g = gradient[k];
            mean[k] = BETA_1 * mean[k] + (1.0 - BETA_1) * g;
            square[k] = BETA_2 * square[k] + (1.0 - BETA_2) * (g * g);
            let m = mean[k] / (1.0 - power_1);
            let v = square[k] / (1.0 - power_2);
            x[k] -= rate * m / (libm::sqrt(v) + EPSILON);
        }
    };
    let best = best.ok_or(NotFinite { step })?;
    Ok(Minimum {
        steps: step,
        stop,
        ..best
    })
}

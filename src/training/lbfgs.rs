//! L-BFGS: Newton's method with a curvature estimated from the last few steps.
//!
//! Sources: Liu and Nocedal 1989 (Algorithm 2.1). The line search for the weak Wolfe conditions by
//! doubling and halving is that of Lewis and Overton 2013 (Algorithm 4.6), which also works at the
//! kinks of relu networks.

use std::collections::VecDeque;

use super::minimise::{FLAT, Function, Minimum, NotFinite, Observer, Settling, Stop};
use super::numbers::{add_multiple, dot, largest, norm};

/// Steps that are stored.
const MEMORY: usize = 12;
/// Evaluations in one line search.
const MAX_TRIALS: usize = 40;
/// Sufficient decrease, and sufficient change of slope.
const DECREASE: f64 = 1e-4;
const CURVATURE: f64 = 0.9;

/// A step and the change of the gradient along it; the product of both is positive.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    product: f64,
}

/// Descends from `start` by at most `steps` steps; the loss never increases.
///
/// - Errors: `NotFinite` if loss or gradient are NaN or infinite at the start. Later such points
///   are only avoided.
pub fn minimise(
    function: &mut Function<'_>,
    start: Vec<f64>,
    steps: usize,
    observe: &mut Observer<'_>,
) -> Result<Minimum, NotFinite> {
    let mut x = start;
    let mut gradient = vec![0.0; x.len()];
    let mut loss = function(&x, &mut gradient);
    if !loss.is_finite() || !largest(&gradient).is_finite() {
        return Err(NotFinite { step: 0 });
    }
    let mut goes_on = observe(0, loss, &x);
    let mut memory: VecDeque<Pair> = VecDeque::new();
    let mut settling = Settling::new();
    let mut trial = Trial {
        x: x.clone(),
        gradient: gradient.clone(),
    };
    let mut step = 0;
    let stop = loop {
        if largest(&gradient) <= FLAT {
            break Stop::Flat;
        }
        if settling.has_settled(loss) {
            break Stop::Settled;
        }
        if step == steps {
            break Stop::Steps;
        }
        if !goes_on {
            break Stop::Asked;
        }
        let direction = direction(&memory, &gradient);
        let slope = dot(&direction, &gradient);
        let found = if slope < 0.0 {
            search(function, &x, loss, &direction, slope, &mut trial)
        } else {
            None
        };
        let Some(lower) = found else {
            // Once more along the gradient, without the stored steps.
            if memory.is_empty() {
                break Stop::NoDescent;
            }
            memory.clear();
            continue;
        };
        let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        let taken: Vec<f64> = difference(&trial.x, &x);
        let change: Vec<f64> = difference(&trial.gradient, &gradient);
        let product = dot(&taken, &change);
        if product > 1e-14 * norm(&taken) * norm(&change) {
            if memory.len() == MEMORY {
                memory.pop_front();
            }
            memory.push_back(Pair {
                step: taken,
                change,
                product,
            });
        }
        std::mem::swap(&mut x, &mut trial.x);
        std::mem::swap(&mut gradient, &mut trial.gradient);
        loss = lower;
        step += 1;
        goes_on = observe(step, loss, &x);
    };
    Ok(Minimum {
        parameters: x,
        loss,
        steps: step,
        stop,
    })
}

/// Returns the direction of descent, by the two loops over the stored steps.
fn direction(memory: &VecDeque<Pair>, gradient: &[f64]) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(memory.len());
    for pair in memory.iter().rev() {
        let share = dot(&pair.step, &q) / pair.product;
        add_multiple(&mut q, -share, &pair.change);
        shares.push(share);
    }
    // Without stored steps the first step has at most length 1.
    let scale = match memory.back() {
        Some(last) => last.product / dot(&last.change, &last.change),
        None => (1.0 / norm(gradient)).min(1.0),
    };
    for x in &mut q {
        *x *= scale;
    }
    for (pair, share) in memory.iter().zip(shares.iter().rev()) {
        let other = dot(&pair.change, &q) / pair.product;
        add_multiple(&mut q, share - other, &pair.step);
    }
    q
}

/// A point that was tried, and the gradient there.
struct Trial {
    x: Vec<f64>,
    gradient: Vec<f64>,
}

/// Leaves a lower point in `trial`, and returns the loss there.
fn search(
    function: &mut Function<'_>,
    x: &[f64],
    loss: f64,
    direction: &[f64],
    slope: f64,
    trial: &mut Trial,
) -> Option<f64> {
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut length = 1.0;
    let mut at = |length: f64, trial: &mut Trial| {
        for (k, to) in trial.x.iter_mut().enumerate() {
            *to = x[k] + length * direction[k];
        }
        let found = function(&trial.x, &mut trial.gradient);
        (found.is_finite() && largest(&trial.gradient).is_finite()).then_some(found)
    };
    for _ in 0..MAX_TRIALS {
        let found = at(length, trial);
        match found {
            Some(found) if found <= loss + DECREASE * length * slope => {
                if dot(&trial.gradient, direction) >= CURVATURE * slope {
                    return Some(found);
                }
                low = length;
            }
            _ => high = length,
        }
        length = if high.is_finite() {
            low + (high - low) / 2.0
        } else {
            2.0 * low
        };
    }
    // Still a lower point, if only the change of slope is insufficient.
    if low > 0.0 {
        return at(low, trial).filter(|found| *found < loss);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quadratic_is_minimised_to_rounding() {
        // Σ k² (x_k − k)², condition 400.
        let mut function = |x: &[f64], gradient: &mut [f64]| {
            let mut total = 0.0;
            for (k, (x, g)) in x.iter().zip(gradient).enumerate() {
                let (weight, error) = (((k + 1) * (k + 1)) as f64, x - k as f64);
                total += weight * error * error;
                *g = 2.0 * weight * error;
            }
            total
        };
        let mut losses = Vec::new();
        let start = vec![0.5; 20];
        let found = minimise(&mut function, start, 200, &mut |_, loss, _| {
            losses.push(loss);
            true
        });
        let found = found.expect("finite");
        assert!(found.loss < 1e-15 && found.steps < 200, "{found:?}");
        assert!(losses.windows(2).all(|pair| pair[1] <= pair[0]));
        assert_eq!(losses.len(), found.steps + 1);
    }

    #[test]
    fn kinks_are_survived() {
        let mut function = |x: &[f64], gradient: &mut [f64]| {
            gradient[0] = x[0].signum();
            gradient[1] = 4.0 * x[1].signum();
            x[0].abs() + 4.0 * x[1].abs()
        };
        let found = minimise(&mut function, vec![3.0, -1.7], 200, &mut |_, _, _| true);
        assert!(found.expect("finite").loss < 1e-3);
    }

    #[test]
    fn what_is_not_finite_at_the_start_is_an_error() {
        let mut function = |_: &[f64], _: &mut [f64]| f64::NAN;
        let found = minimise(&mut function, vec![0.0], 10, &mut |_, _, _| true);
        assert_eq!(found, Err(NotFinite { step: 0 }));
    }
}

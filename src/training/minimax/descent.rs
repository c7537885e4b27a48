//! Damped Gauss-Newton steps on the sum of a power of the errors.

use super::pass::Pass;
use super::points::FitPoints;
use super::system::solve;
use crate::training::perceptron::Perceptron;

/// Damped steps that are tried from one place.
const TRIALS: usize = 12;
/// The damping at the start, and its limits.
const DAMPING: f64 = 1e-2;
const LEAST_DAMPING: f64 = 1e-14;
const MOST_DAMPING: f64 = 1e12;
/// A step that lowers the loss by a smaller share is a small one, and so many of them in a row are the end.
const SMALL: f64 = 1e-5;
const MOST_SMALL: usize = 6;
/// Points whose weight is below this share of the largest do not matter.
const NO_WEIGHT: f64 = 1e-14;

/// A shape, the points to fit, and how far the parameters may go.
#[derive(Clone, Copy, Debug)]
pub struct Fit<'a> {
    /// The shape.
    pub perceptron: &'a Perceptron,
    /// What to fit.
    pub points: &'a FitPoints,
    /// The largest size of each parameter; 0 keeps a parameter at 0.
    pub largest: &'a [f64],
    /// The weight of the squares of the parameters in the loss: it keeps them from growing without use.
    pub decay: f64,
}

/// The end of a descent.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The parameters.
    pub parameters: Vec<f64>,
    /// The power mean of the errors over points and outputs.
    pub mean: f64,
    /// The largest error at a point.
    pub largest: f64,
    /// The work done: multiplications, about. It depends on the input alone.
    pub work: u64,
}

impl Fit<'_> {
    /// Writes the error of every output at every point; returns the largest size, infinite if one is not a
    /// number.
    pub fn errors(&self, parameters: &[f64], errors: &mut Vec<f64>) -> f64 {
        self.errors_with(&mut Pass::new(self.perceptron), parameters, errors)
    }

    fn errors_with(&self, pass: &mut Pass<'_>, parameters: &[f64], errors: &mut Vec<f64>) -> f64 {
        errors.clear();
        let mut largest = 0.0_f64;
        for (point, values) in self.points.iter() {
            let outputs = pass.forward(parameters, point);
            for (output, value) in outputs.iter().zip(values) {
                let error = output - value;
                if error.is_nan() {
                    return f64::INFINITY;
                }
                largest = largest.max(error.abs());
                errors.push(error);
            }
        }
        largest
    }

    /// Lowers the sum of this even power of the errors by at most so many steps. The sum never increases.
    ///
    /// - Exactness: estimates, the same on every machine.
    /// - Panics: when the lengths of `start` and [`Fit::largest`] are not the number of parameters.
    ///
    /// ```
    /// use steeple::network::Activation;
    /// use steeple::training::{Fit, FitPoints, Loss, Perceptron};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut points = FitPoints::new(1, 1);
    /// for k in -32..=32 {
    ///     let x = f64::from(k) / 32.0;
    ///     points.push(&[x], &[x * x]);
    /// }
    /// // One pair of tanh units is nearly a parabola.
    /// let shape = Perceptron::new(1, &[2], &Activation::Tanh, 1, Loss::MeanSquares)?;
    /// let largest = vec![1000.0; shape.parameters()];
    /// let fit = Fit { perceptron: &shape, points: &points, largest: &largest, decay: 1e-9 };
    /// let found = fit.descend(fit.start(1), 2, 200);
    /// assert!(found.largest < 0.01);
    /// # Ok(())
    /// # }
    /// ```
    pub fn descend(&self, start: Vec<f64>, power: u32, steps: usize) -> Fitted {
        assert_eq!(
            start.len(),
            self.largest.len(),
            "a limit for each parameter"
        );
        let count = start.len();
        let mut pass = Pass::new(self.perceptron);
        let mut here = start;
        for (parameter, largest) in here.iter_mut().zip(self.largest) {
            *parameter = parameter.clamp(-largest, *largest);
        }
        let mut errors = Vec::with_capacity(self.points.count());
        let mut trial_errors = Vec::with_capacity(self.points.count());
        let mut largest = self.errors_with(&mut pass, &here, &mut errors);
        let mut system = System::new(count);
        let (mut matrix, mut trial) = (vec![0.0; count * count], vec![0.0; count]);
        let (mut damping, mut small) = (DAMPING, 0);
        let each = work_of(self.points.count() * self.points.outputs(), count);
        let mut work = 0_u64;
        for _ in 0..steps {
            if largest == 0.0 || !largest.is_finite() {
                break;
            }
            let before = self.loss(&errors, &here, largest, power);
            self.assemble(&mut system, &mut pass, &here, (&errors, largest, power));
            work = work.saturating_add(each);
            let mut lower = None;
            for _ in 0..TRIALS {
                matrix.copy_from_slice(&system.matrix);
                trial.copy_from_slice(&system.right);
                for i in 0..count {
                    let diagonal = i * count + i;
                    matrix[diagonal] += damping * (system.matrix[diagonal] + 1e-9);
                }
                if solve(&mut matrix, &mut trial) {
                    for ((to, from), most) in trial.iter_mut().zip(&here).zip(self.largest) {
                        *to = (*to + from).clamp(-most, *most);
                    }
                    let found = self.errors_with(&mut pass, &trial, &mut trial_errors);
                    if found.is_finite() {
                        let loss = self.loss(&trial_errors, &trial, largest, power);
                        if loss < before {
                            largest = found;
                            lower = Some(loss);
                            break;
                        }
                    }
                }
                damping *= 6.0;
                if damping > MOST_DAMPING {
                    break;
                }
            }
            let Some(loss) = lower else {
                break;
            };
            std::mem::swap(&mut here, &mut trial);
            std::mem::swap(&mut errors, &mut trial_errors);
            damping = (damping / 4.0).max(LEAST_DAMPING);
            small = if before - loss < SMALL * before {
                small + 1
            } else {
                0
            };
            if small >= MOST_SMALL {
                break;
            }
        }
        Fitted {
            mean: power_mean(&errors, largest, power),
            parameters: here,
            largest,
            work,
        }
    }

    /// The sum of the power of the errors, in units of `scale`, and the decay.
    fn loss(&self, errors: &[f64], parameters: &[f64], scale: f64, power: u32) -> f64 {
        let mut sum = 0.0;
        for error in errors {
            sum += raise(error.abs() / scale, power);
        }
        let mut squares = 0.0;
        for parameter in parameters {
            squares += parameter * parameter;
        }
        sum + self.decay * squares
    }

    /// Writes the system of one step. With r an error in units of the largest and J its gradient, the gradient
    /// of the loss is `p sum |r|^(p-2) r J`, and `p (p-1) sum |r|^(p-2) J J'` stands for its second derivative.
    fn assemble(
        &self,
        system: &mut System,
        pass: &mut Pass<'_>,
        parameters: &[f64],
        (errors, largest, power): (&[f64], f64, u32),
    ) {
        let System {
            matrix,
            right,
            gradient,
        } = system;
        let count = right.len();
        matrix.fill(0.0);
        right.fill(0.0);
        let outputs = self.points.outputs();
        for ((point, _), errors) in self.points.iter().zip(errors.chunks_exact(outputs)) {
            let is_forward = errors
                .iter()
                .any(|error| raise(error.abs() / largest, power - 2) >= NO_WEIGHT);
            if !is_forward {
                continue;
            }
            pass.forward(parameters, point);
            for (output, error) in errors.iter().enumerate() {
                let error = error / largest;
                let weight = raise(error.abs(), power - 2);
                if weight < NO_WEIGHT {
                    continue;
                }
                pass.backward(parameters, point, output, gradient);
                for i in 0..count {
                    let scaled = weight * gradient[i];
                    if scaled == 0.0 {
                        continue;
                    }
                    right[i] -= scaled * error;
                    let row = &mut matrix[i * count..=i * count + i];
                    for (sum, other) in row.iter_mut().zip(gradient.iter()) {
                        *sum += scaled * other;
                    }
                }
            }
        }
        let less_one = f64::from(power - 1);
        let decay = 2.0 * self.decay / (f64::from(power) * less_one);
        for (i, (right, parameter)) in right.iter_mut().zip(parameters).enumerate() {
            let row = &mut matrix[i * count..=i * count + i];
            for sum in row.iter_mut() {
                *sum /= largest * largest;
            }
            row[i] += decay;
            *right = *right / (largest * less_one) - decay * parameter;
        }
    }
}

/// A step's system of equations, its lower triangle, and room for one gradient.
struct System {
    matrix: Vec<f64>,
    right: Vec<f64>,
    gradient: Vec<f64>,
}

impl System {
    fn new(count: usize) -> Self {
        Self {
            matrix: vec![0.0; count * count],
            right: vec![0.0; count],
            gradient: vec![0.0; count],
        }
    }
}

/// Returns a number of at least 0 raised to a power.
fn raise(base: f64, mut power: u32) -> f64 {
    let (mut result, mut square) = (1.0, base);
    while power > 0 {
        if power % 2 == 1 {
            result *= square;
        }
        square *= square;
        power /= 2;
    }
    result
}

/// The power mean of errors, computed in units of the largest.
fn power_mean(errors: &[f64], largest: f64, power: u32) -> f64 {
    if largest == 0.0 || !largest.is_finite() || errors.is_empty() {
        return largest;
    }
    let mut sum = 0.0;
    for error in errors {
        sum += raise(error.abs() / largest, power);
    }
    largest * libm::pow(sum / errors.len() as f64, 1.0 / f64::from(power))
}

/// The multiplications of one step.
fn work_of(errors: usize, parameters: usize) -> u64 {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let (errors, parameters) = (number(errors), number(parameters));
    let of_system = parameters
        .saturating_mul(parameters)
        .saturating_mul(parameters);
    // The passes cost about forty multiplications for each parameter.
    let of_point = parameters.saturating_mul(parameters / 2 + 40);
    errors.saturating_mul(of_point).saturating_add(of_system)
}

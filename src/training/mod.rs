//! Gradient descent, to compare what training finds with what formulas build.
//!
//! A [`Samples`] holds points with a value (regression) or a label, inside or outside
//! (classification). A [`Perceptron`] is the shape of a multilayer perceptron; its parameters are
//! one list of floats. [`Objective`] gives the loss and, by backpropagation (Rumelhart, Hinton and
//! Williams 1986), its gradient; [`check_gradient`] compares it with central differences. [`train()`]
//! runs [Adam](adam) or [L-BFGS](lbfgs) from several random starts, lists all outcomes and turns
//! the best one into a [`Network`](crate::network::Network), whose weights are exactly the floats
//! found. [`Fit`] makes the largest error of a small network small. [`explain()`] writes one forward and one backward pass out for a learner.
//!
//! Floats are estimates: nothing here is a proof, and no proof relies on it. But the estimates are
//! the same on every machine. Only + − · / and square roots are used, which IEEE 754 defines, and
//! the functions of `libm`, which are made of these; sums have a fixed order, and threads share
//! only the list of starts. So the same samples and settings give the same bits everywhere.

// Floats are intended here, and counts are far below 2^53.
#![allow(clippy::cast_precision_loss)]

pub mod adam;
pub mod csv;
mod explain;
mod gradient;
mod gradient_check;
mod judge;
mod kept;
pub mod lbfgs;
mod minimax;
mod minimise;
mod numbers;
mod perceptron;
mod random;
mod sample;
mod scaling;
mod settings;
mod start;
#[cfg(test)]
mod tests;
mod train;

pub use explain::{MAX_EXPLAINED, explain};
pub use gradient::Objective;
pub use gradient_check::{GradientCheck, check_gradient};
pub use judge::{Judged, Residual, judge};
pub use kept::{Kept, compare_weights};
pub use minimax::{Fit, FitPoints, Fitted};
pub use minimise::Stop;
pub use perceptron::{Loss, Perceptron, PerceptronError};
pub(crate) use random::{Purpose, Random};
pub(crate) use sample::value_finder;
pub use sample::{MAX_SAMPLES, SampleError, Samples, Task, sample};
pub use settings::{Optimizer, Settings};
pub use train::{
    Diverged, Found, Problem, Progress, Restart, Snapshot, Start, Training, TrainingError, train,
};

//! The settings of training.

use crate::numbers::Rational;

/// The method of descent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimizer {
    /// Limited-memory BFGS on all points (Liu and Nocedal 1989).
    Lbfgs,
    /// Adam on all points (Kingma and Ba 2015).
    Adam,
}

impl Optimizer {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Lbfgs, Self::Adam];
    /// Their names, in the same order.
    pub const NAMES: &[&str] = &["lbfgs", "adam"];

    /// The name in specs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lbfgs => "lbfgs",
            Self::Adam => "adam",
        }
    }

    /// Returns the method of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|method| method.name() == name)
    }

    /// Returns the default number of steps.
    pub fn default_steps(self) -> usize {
        match self {
            Self::Lbfgs => 500,
            Self::Adam => 1000,
        }
    }
}

/// The settings of training; the default is used where specs give nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The method.
    pub optimizer: Optimizer,
    /// At most this many steps from each start.
    pub steps: usize,
    /// Adam's step size; L-BFGS chooses its own.
    pub learning_rate: f64,
    /// Half the sum of the squared weights, times this, is added to the loss, for inputs and outputs scaled to
    /// about [-1, 1]. With 0, labels that can be separated drive weights up without end.
    pub weight_decay: f64,
    /// Random starts. Start r uses the seed `seed + r`, r from 0, so each can be run alone.
    pub restarts: usize,
    /// The seed of the first start.
    pub seed: u64,
    /// Classification: the network decides "inside" where its output is at least this.
    pub threshold: Rational,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            optimizer: Optimizer::Lbfgs,
            steps: Optimizer::Lbfgs.default_steps(),
            learning_rate: 0.01,
            weight_decay: 0.0,
            restarts: 5,
            seed: 1,
            threshold: Rational::ratio(1, 2),
        }
    }
}

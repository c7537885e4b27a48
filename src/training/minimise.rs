//! The common part of the methods of descent.

/// Why descent ended, if it did not diverge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// All steps allowed were taken.
    Steps,
    /// The gradient is 0 up to rounding.
    Flat,
    /// The loss hardly changes any more.
    Settled,
    /// No lower point was found along the line of descent.
    NoDescent,
    /// The observer asked to stop.
    Asked,
}

impl Stop {
    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Steps => "all steps taken",
            Self::Flat => "gradient 0",
            Self::Settled => "settled",
            Self::NoDescent => "no descent",
            Self::Asked => "stopped",
        }
    }
}

/// Where descent ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// The parameters of the lowest loss seen.
    pub parameters: Vec<f64>,
    /// That loss.
    pub loss: f64,
    /// Steps taken.
    pub steps: usize,
    /// Why it ended.
    pub stop: Stop,
}

/// The loss was NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFinite {
    /// After this many steps.
    pub step: usize,
}

/// Returns the value of a function and writes its gradient.
pub type Function<'a> = dyn FnMut(&[f64], &mut [f64]) -> f64 + 'a;
/// Sees the number of steps, the loss and the parameters; returns whether to continue.
pub type Observer<'a> = dyn FnMut(usize, f64, &[f64]) -> bool + 'a;

/// A gradient with no larger entry is 0.
pub(super) const FLAT: f64 = 1e-8;

/// Detects that the loss has settled.
pub(super) struct Settling(Vec<f64>);

impl Settling {
    const STEPS: usize = 25;
    const SHARE: f64 = 1e-6;

    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Records a loss. Did the last 25 steps lower it by less than a millionth?
    pub fn has_settled(&mut self, loss: f64) -> bool {
        self.0.push(loss);
        let Some(earlier) = self.0.len().checked_sub(Self::STEPS + 1) else {
            return false;
        };
        self.0[earlier] - loss <= Self::SHARE * loss
    }
}

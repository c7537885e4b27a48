//! Recomputes the bound of one leaf.
//!
//! The prover asks the same functions, so what it finds is what the checker will find again.

use std::cell::OnceCell;

use super::area::RegionForms;
use super::bend::Bent;
use super::cell::Cell;
use super::exact::{ExactCells, ExactError};
use super::integral::{Chart, Integrand};
use super::prepared::{Prepared, inputs_over};
use super::smooth::Derivatives;
use super::windows;
use crate::certificate::{Certificate, Method, Norm, Question, Ranges};
use crate::expr::{Place, Tape, TargetBody};
use crate::geometry::PlaneCell;
use crate::network::{Network, Reducer, Specialised};
use crate::numbers::{
    Direction, Dyadic, Enclosure, Failure, Interval, LinearForm, Rational, Scalar, Truth,
};

/// The bound of a leaf.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// `sup`: the error is at most this at (almost) every point of the cell.
    Sup(Dyadic),
    /// `sup`: the error is exactly this, and taken at this point.
    Exact(Rational, Vec<Rational>),
    /// `l1`, `l2`, `area`: the cell's share lies here: the integral over it of the sum of
    /// `|N_k - f_k|`, or of their squares, or its misclassified volume.
    Integral(Interval),
    /// The other norms: the cell's share in the integral is exactly this.
    ExactIntegral(Rational),
}

/// How networks are reduced to cells, which a certificate says (T02).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// In which arithmetic the ranges of units are computed.
    pub ranges: Ranges,
    /// The folding radius; at least 0.
    pub fold: Dyadic,
}

impl Reduction {
    /// By intervals, without folding.
    pub const PLAIN: Self = Self {
        ranges: Ranges::Natural,
        fold: Dyadic::ZERO,
    };

    /// What a certificate says.
    pub fn of(certificate: &Certificate) -> Self {
        Self {
            ranges: certificate.ranges,
            fold: Dyadic::from_rational(&certificate.fold, Direction::Down),
        }
    }
}

/// Returns the network on the whole domain: where a walk begins.
///
/// # Errors
/// [`Failure`] when a weight has no bound.
pub fn on_domain(network: &Network, question: &Question) -> Result<Specialised, Failure> {
    let cell = Cell::root(&question.domain);
    Specialised::from_network(network, cell.intervals())
}

/// A question made ready for many leaves.
pub struct Leaves<'a>(Box<dyn Methods<'a> + Send + 'a>);

/// What is asked of a question made ready, whatever the number of inputs that its arithmetic has room
/// for.
pub(super) trait Methods<'a> {
    fn descend(
        &mut self,
        network: &Specialised,
        cell: &Cell,
        reduction: Reduction,
    ) -> Result<Specialised, Failure>;

    fn bound(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &Specialised,
        reduction: Reduction,
    ) -> Result<Bound, Failure>;

    fn exact_cells(&self) -> Option<&ExactCells<'a>>;

    fn anything(&self, cell: &Cell) -> Interval;

    fn places(&self) -> &[Place];

    fn inputs(&self) -> usize;
}

impl<'a> Leaves<'a> {
    /// Prepares a question about a network.
    pub fn new(network: &'a Network, question: &Question) -> Self {
        Self(over_inputs!(
            question.target.inputs().len(),
            D, S => Box::new(LeavesOver::<D, S>::new(network, question))
        ))
    }

    /// Returns the network on a cell, from the network on a cell around it.
    ///
    /// # Errors
    /// [`Failure`] where a unit has no value.
    pub fn descend(
        &mut self,
        network: &Specialised,
        cell: &Cell,
        reduction: Reduction,
    ) -> Result<Specialised, Failure> {
        self.0.descend(network, cell, reduction)
    }

    /// Returns the bound that a method gives on a cell, on which `network` encloses the network. It is
    /// reduced to parts of the cell where the method looks at parts.
    ///
    /// # Errors
    /// [`Failure`] when the method does not apply there.
    pub fn bound(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &Specialised,
        reduction: Reduction,
    ) -> Result<Bound, Failure> {
        self.0.bound(method, cell, network, reduction)
    }

    /// The question made ready for exact cells, where there are any: one or two inputs, a
    /// piecewise-linear network.
    pub fn exact_cells(&self) -> Option<&ExactCells<'a>> {
        self.0.exact_cells()
    }

    /// What a cell without a bound adds to an integral.
    pub fn anything(&self, cell: &Cell) -> Interval {
        self.0.anything(cell)
    }

    /// Where the target jumps or has a kink, if that depends on one input alone.
    pub fn places(&self) -> &[Place] {
        self.0.places()
    }

    /// How many inputs the question has.
    pub fn inputs(&self) -> usize {
        self.0.inputs()
    }
}

/// A question made ready for many leaves, over boxes of up to `D` inputs.
pub(super) struct LeavesOver<'a, const D: usize, const S: usize> {
    network: &'a Network,
    norm: Norm,
    inputs: usize,
    question: Question,
    tape: Tape,
    exact: OnceCell<Option<ExactCells<'a>>>,
    natural: Prepared<Interval>,
    linear: Prepared<LinearForm<D>>,
    derivatives: Derivatives<D, S>,
    region: Option<RegionForms<D>>,
    threshold: Interval,
    by_intervals: Reducer<Interval>,
    by_forms: Reducer<LinearForm<D>>,
}

impl<'a, const D: usize, const S: usize> LeavesOver<'a, D, S> {
    fn new(network: &'a Network, question: &Question) -> Self {
        let inputs = question.target.inputs().len();
        let is_area = question.norm == Norm::Area;
        // Under other norms a region stands for its 0/1 indicator.
        let target = if is_area {
            question.target.clone()
        } else {
            question.target.indicator()
        };
        let tape = Tape::new(&target);
        let region = match target.body() {
            TargetBody::Region(condition) => Some(RegionForms::new(inputs, condition)),
            TargetBody::Outputs(_) => None,
        };
        let threshold = question
            .threshold
            .as_ref()
            .map_or(Interval::ZERO, Interval::from_rational);
        Self {
            network,
            norm: question.norm,
            inputs,
            question: question.clone(),
            exact: OnceCell::new(),
            natural: Prepared::new(&tape),
            linear: Prepared::new(&tape),
            derivatives: Derivatives::new(&tape),
            region,
            threshold,
            tape,
            by_intervals: Reducer::default(),
            by_forms: Reducer::default(),
        }
    }

    /// Returns where the outputs of a network lie on a cell, which is in the cell it was reduced to: what
    /// [`Leaves::descend`] finds, without the network.
    fn output_ranges(
        &mut self,
        network: &Specialised,
        cell: &Cell,
        reduction: Reduction,
    ) -> Result<&[Interval], Failure> {
        let sides = network.needs_sides().then(|| cell.sides());
        let Reduction { ranges, fold } = reduction;
        match ranges {
            Ranges::Natural => {
                self.by_intervals
                    .output_ranges(network, cell.intervals(), sides, fold)
            }
            Ranges::Linear => self
                .by_forms
                .output_ranges(network, &inputs_over(cell), sides, fold),
        }
    }

    /// T10: both ranges as intervals. The network's was found when it was reduced to the cell.
    fn natural_bound(&mut self, cell: &Cell, network: &Specialised) -> Result<Dyadic, Failure> {
        let differences = self.natural_differences(cell, network)?;
        Ok(largest(&differences))
    }

    /// T11: network and target as linear forms; what they share to first order cancels.
    fn linear_bound(&mut self, cell: &Cell, network: &Specialised) -> Result<Dyadic, Failure> {
        let differences = self.linear_differences(cell, network)?;
        Ok(largest(&differences))
    }

    /// The differences of all outputs, as intervals. The network's ranges were found when it was
    /// reduced to the cell.
    fn natural_differences(
        &mut self,
        cell: &Cell,
        network: &Specialised,
    ) -> Result<Vec<Interval>, Failure> {
        let targets = self
            .natural
            .outputs_inside(&self.tape, cell.intervals(), cell);
        differences(network.output_ranges(), targets)
    }

    /// What [`Method::Natural`] gives on a cell inside the one that the network was reduced to.
    pub(super) fn natural_integral(
        &mut self,
        integrand: Integrand,
        cell: &Cell,
        network: &Specialised,
        reduction: Reduction,
    ) -> Result<Interval, Failure> {
        let ranges = self.output_ranges(network, cell, reduction)?.to_vec();
        let targets = self
            .natural
            .outputs_inside(&self.tape, cell.intervals(), cell);
        let differences = differences(&ranges, targets)?;
        let mean = sum(differences.iter().map(|d| integrand.of_range(d)));
        Ok(mean.times(&cell.volume()))
    }

    /// The differences of all outputs, as linear forms.
    fn linear_differences(
        &mut self,
        cell: &Cell,
        network: &Specialised,
    ) -> Result<Vec<LinearForm<D>>, Failure> {
        let inputs = inputs_over::<LinearForm<D>>(cell);
        let values = network.linear_forms(&inputs)?;
        let targets = self.linear.outputs_inside(&self.tape, &inputs, cell);
        differences(&values, targets)
    }

    /// Where the integrand lies on a cell, outputs added up.
    pub(super) fn natural_mean(
        &mut self,
        integrand: Integrand,
        cell: &Cell,
        network: &Specialised,
    ) -> Result<Interval, Failure> {
        let differences = self.natural_differences(cell, network)?;
        Ok(sum(differences.iter().map(|d| integrand.of_range(d))))
    }

    /// T16: the volume times the mean of the integrand, outputs added up.
    pub(super) fn integral(
        &mut self,
        method: Method,
        integrand: Integrand,
        cell: &Cell,
        network: &Specialised,
    ) -> Result<Interval, Failure> {
        let mean = match method {
            Method::Open => Interval::ordered(Dyadic::ZERO, Dyadic::INFINITY),
            Method::Natural => self.natural_mean(integrand, cell, network)?,
            Method::Linear => {
                let chart = Chart::new(cell).ok_or(Failure::Inexact)?;
                let differences = self.linear_differences(cell, network)?;
                sum(differences
                    .iter()
                    .map(|d| integrand.mean_of_form(d, &chart)))
            }
            Method::SecondOrder => {
                let chart = Chart::new(cell).ok_or(Failure::Inexact)?;
                let differences = self
                    .derivatives
                    .second_differences(&self.tape, cell, network)?;
                let mut mean = Interval::ZERO;
                for (k, (here, around)) in differences.iter().enumerate() {
                    let radius = network.output(k).radius;
                    let bent = Bent::of(here, around, cell.intervals(), &chart, radius);
                    mean = mean.plus(&bent.ok_or(Failure::Inexact)?.mean(integrand));
                }
                mean.intersection(&Interval::ordered(Dyadic::ZERO, Dyadic::INFINITY))
                    .ok_or(Failure::Inexact)?
            }
            Method::MeanValue
            | Method::Monotone
            | Method::Exact
            | Method::HalfPlanes
            | Method::Windows => return Err(Failure::Inexact),
        };
        Ok(mean.times(&cell.volume()))
    }

    /// T14: in one or two inputs, where network and target are exact polynomials on the cell.
    fn exact(&self, cell: &Cell) -> Result<Bound, Failure> {
        let exact = self.exact_cells().ok_or(Failure::Inexact)?;
        let cell = PlaneCell::from_sides(cell.sides()).ok_or(Failure::Inexact)?;
        exact
            .error(&mut exact.start(), &cell)
            .map(|error| match error {
                ExactError::Largest(error, point) => Bound::Exact(error, point),
                ExactError::AtMost(error) => {
                    Bound::Sup(Dyadic::from_rational(&error, Direction::Up))
                }
                ExactError::Integral(share) => Bound::ExactIntegral(share),
            })
            .map_err(|undecided| undecided.failure())
    }

    /// T10 for decisions: all of the cell is inside or outside, for the network and the region.
    fn decided_area(&mut self, cell: &Cell, network: &Specialised) -> Result<Interval, Failure> {
        let value = network.output_ranges()[0];
        let decision = value.compare(crate::numbers::Relation::GreaterOrEqual, &self.threshold);
        let region = self.natural.truth(&self.tape, cell.intervals(), cell)?;
        Ok(match (decision, region) {
            (Truth::Unknown, _) | (_, Truth::Unknown) => undecided(cell),
            (a, b) if a == b => Interval::ZERO,
            _ => cell.volume(),
        })
    }
}

impl<'a, const D: usize, const S: usize> Methods<'a> for LeavesOver<'a, D, S> {
    fn descend(
        &mut self,
        network: &Specialised,
        cell: &Cell,
        reduction: Reduction,
    ) -> Result<Specialised, Failure> {
        let sides = network.needs_sides().then(|| cell.sides());
        let Reduction { ranges, fold } = reduction;
        match ranges {
            Ranges::Natural => self
                .by_intervals
                .specialise(network, cell.intervals(), sides, fold),
            Ranges::Linear => self
                .by_forms
                .specialise(network, &inputs_over(cell), sides, fold),
        }
    }

    fn bound(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &Specialised,
        reduction: Reduction,
    ) -> Result<Bound, Failure> {
        match (self.norm, method) {
            (Norm::Sup, Method::Open) => Ok(Bound::Sup(Dyadic::INFINITY)),
            (Norm::Sup, Method::Natural) => self.natural_bound(cell, network).map(Bound::Sup),
            (Norm::Sup, Method::Linear) => self.linear_bound(cell, network).map(Bound::Sup),
            (Norm::Sup, Method::MeanValue) => self
                .derivatives
                .mean_value(&self.tape, &mut self.natural, cell, network)
                .map(Bound::Sup),
            (Norm::Sup, Method::SecondOrder) => self
                .derivatives
                .second_order(&self.tape, cell, network)
                .map(Bound::Sup),
            (Norm::Sup, Method::Monotone) => self
                .derivatives
                .monotone(&self.tape, &mut self.linear, cell, network)
                .map(Bound::Sup),
            (_, Method::Exact) => self.exact(cell),
            (Norm::L1 | Norm::L2, _) => {
                let integrand = if self.norm == Norm::L1 {
                    Integrand::Magnitude
                } else {
                    Integrand::Square
                };
                let share = if method == Method::Windows {
                    windows::share(self, integrand, cell, network, reduction)
                } else {
                    self.integral(method, integrand, cell, network)
                };
                share.map(Bound::Integral)
            }
            (Norm::Area, Method::Open) => Ok(Bound::Integral(undecided(cell))),
            (Norm::Area, Method::Natural) => self.decided_area(cell, network).map(Bound::Integral),
            (Norm::Area, Method::HalfPlanes) => {
                let region = self.region.as_mut().ok_or(Failure::Inexact)?;
                region
                    .misclassified(cell, network, &self.threshold)
                    .map(Bound::Integral)
            }
            (Norm::Sup, Method::HalfPlanes | Method::Windows)
            | (
                Norm::Area,
                Method::Linear
                | Method::MeanValue
                | Method::SecondOrder
                | Method::Monotone
                | Method::Windows,
            ) => Err(Failure::Inexact),
        }
    }

    fn exact_cells(&self) -> Option<&ExactCells<'a>> {
        let exact = self
            .exact
            .get_or_init(|| ExactCells::new(self.network, &self.question, &self.tape));
        exact.as_ref()
    }

    fn anything(&self, cell: &Cell) -> Interval {
        match self.norm {
            Norm::Area => undecided(cell),
            _ => Interval::ordered(Dyadic::ZERO, Dyadic::INFINITY),
        }
    }

    fn places(&self) -> &[Place] {
        self.tape.places()
    }

    fn inputs(&self) -> usize {
        self.inputs
    }
}

/// Anything from none to all of the cell.
fn undecided(cell: &Cell) -> Interval {
    Interval::ordered(Dyadic::ZERO, cell.volume().sup())
}

/// Network minus target, for each output.
pub(super) fn differences<E: Enclosure>(
    values: &[E],
    targets: Vec<Result<E, Failure>>,
) -> Result<Vec<E>, Failure> {
    values
        .iter()
        .zip(targets)
        .map(|(value, target)| Ok(value.sub(&target?)))
        .collect()
}

/// The largest possible size of a difference.
fn largest<E: Enclosure>(differences: &[E]) -> Dyadic {
    let sizes = differences.iter().map(|d| d.range().mag());
    sizes.max().unwrap_or(Dyadic::ZERO)
}

fn sum(means: impl Iterator<Item = Interval>) -> Interval {
    means.fold(Interval::ZERO, |sum, mean| sum.plus(&mean))
}

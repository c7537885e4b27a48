//! The methods of the core on one cell: intervals, linear forms, exact cells and half-planes (T10,
//! T11, T14, T15).

use std::cell::OnceCell;

use super::cell::Cell;
use super::exact::{ExactCells, ExactError};
use super::half_plane::{RegionForms, SumOnBox, Variable, between_lines, decision};
#[cfg(feature = "integrals")]
use super::integral::{Integrand, LocalCoordinates};
use super::prepared::{Prepared, inputs_over};
use crate::certificate::{Method, Norm, Question};
use crate::expr::{Tape, TargetBody};
use crate::geometry::PlaneCell;
use crate::network::{Activation, Local, Network};
use crate::numbers::{
    Direction, Dyadic, Enclosure, Failure, Function, Interval, LinearForm, Rational, Relation,
    Scalar, Truth,
};

/// The bound of a leaf.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// `sup`: an upper bound of the error at (almost) every point of the cell.
    Sup(Dyadic),
    /// `sup`: the exact largest error, and the point where it is attained.
    Exact(Rational, Vec<Rational>),
    /// `l1`, `l2`, `area`: an enclosure of the cell's contribution: the integral over it of the sum
    /// of `|N_k - f_k|` or of their squares, or its misclassified volume.
    Integral(Interval),
    /// The other norms: the exact contribution of the cell.
    ExactIntegral(Rational),
}

/// A network on a box, as these methods see it.
pub(super) trait OnBox {
    /// Returns the ranges of the outputs.
    fn output_ranges(&self) -> &[Interval];

    /// Returns the outputs as linear forms.
    fn linear_forms<const D: usize>(
        &self,
        inputs: &[LinearForm<D>],
    ) -> Result<Vec<LinearForm<D>>, Failure>;

    /// Returns the first output as a variable.
    fn first_output(&self) -> Variable<'_>;

    /// Returns a variable of a sum.
    fn variable(&self, sum: &SumOnBox<'_>, variable: u32) -> Variable<'_>;
}

impl OnBox for Local {
    fn output_ranges(&self) -> &[Interval] {
        Local::output_ranges(self)
    }

    fn linear_forms<const D: usize>(
        &self,
        inputs: &[LinearForm<D>],
    ) -> Result<Vec<LinearForm<D>>, Failure> {
        Local::linear_forms(self, inputs)
    }

    fn first_output(&self) -> Variable<'_> {
        only_unit(self, self.layers())
    }

    fn variable(&self, sum: &SumOnBox<'_>, variable: u32) -> Variable<'_> {
        if sum.depth == 0 {
            return usize::try_from(variable).map_or(Variable::Other, Variable::Input);
        }
        only_unit(self, sum.depth)
    }
}

/// Returns the unit of the layer below this depth, if it has exactly one.
fn only_unit(network: &Local, depth: usize) -> Variable<'_> {
    let Some(depth) = depth.checked_sub(1) else {
        return Variable::Other;
    };
    let Some((activation, sum)) = network.only_sum(depth) else {
        return Variable::Other;
    };
    let sum = SumOnBox {
        bias: sum.bias,
        terms: sum.terms,
        depth,
    };
    match activation {
        Activation::Identity => Variable::Sum(sum),
        Activation::Heaviside => Variable::Unit(Function::Heaviside, sum),
        Activation::Sigmoid => Variable::Unit(Function::Sigmoid, sum),
        Activation::Tanh => Variable::Unit(Function::Tanh, sum),
        Activation::Relu => Variable::Unit(Function::Relu, sum),
        _ => Variable::Other,
    }
}

/// A question prepared for the methods of the core, over boxes of up to `D` inputs.
pub(super) struct Basic<'a, const D: usize> {
    pub(super) network: &'a Network,
    pub(super) norm: Norm,
    /// Must a bound hold at every point, and not at almost every one? (T40)
    pub(super) is_everywhere: bool,
    /// Is the claim about float arithmetic?
    pub(super) is_float: bool,
    /// Can the network or the target jump?
    pub(super) has_jumps: bool,
    pub(super) inputs: usize,
    question: Question,
    pub(super) tape: Tape,
    exact: OnceCell<Option<ExactCells<'a>>>,
    pub(super) natural: Prepared<Interval>,
    pub(super) linear: Prepared<LinearForm<D>>,
    region: Option<RegionForms<D>>,
    pub(super) threshold: Interval,
}

impl<'a, const D: usize> Basic<'a, D> {
    pub(super) fn new(network: &'a Network, question: &Question) -> Self {
        let inputs = question.target.inputs().len();
        // In the other norms a region stands for its 0/1 indicator.
        let target = if question.norm == Norm::Area {
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
            is_everywhere: question.is_everywhere(),
            is_float: question.semantics.floats().is_some(),
            has_jumps: network.has_jumps() || target.has_jumps(),
            inputs,
            question: question.clone(),
            exact: OnceCell::new(),
            natural: Prepared::new(&tape),
            linear: Prepared::new(&tape),
            region,
            threshold,
            tape,
        }
    }

    /// Returns the bound that a method of the core gives on a cell.
    ///
    /// - Errors: [`Failure`] when the method does not apply there.
    pub(super) fn bound(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &impl OnBox,
    ) -> Result<Bound, Failure> {
        match (self.norm, method) {
            (_, Method::Exact) => self.exact(cell),
            (Norm::Sup, Method::Open) => Ok(Bound::Sup(Dyadic::INFINITY)),
            (Norm::Sup, Method::Natural) => self
                .natural_differences(cell, network)
                .map(|differences| Bound::Sup(largest(&differences))),
            (Norm::Sup, Method::Linear) => self
                .linear_differences(cell, network)
                .map(|differences| Bound::Sup(largest(&differences))),
            #[cfg(feature = "integrals")]
            (Norm::L1 | Norm::L2, _) => self.integral(method, cell, network),
            (Norm::Area, Method::Open) => Ok(Bound::Integral(undecided(cell))),
            (Norm::Area, Method::Natural) => self.decided_area(cell, network).map(Bound::Integral),
            (Norm::Area, Method::HalfPlanes) => self.between(cell, network).map(Bound::Integral),
            _ => Err(Failure::Inexact),
        }
    }

    /// T10: the differences of all outputs as intervals. A step may be decided almost everywhere
    /// only.
    pub(super) fn natural_differences(
        &mut self,
        cell: &Cell,
        network: &impl OnBox,
    ) -> Result<Vec<Interval>, Failure> {
        let (tape, inputs) = (&self.tape, cell.intervals());
        let targets = if self.is_everywhere {
            self.natural.outputs(tape, inputs)
        } else {
            self.natural.outputs_inside(tape, inputs, cell)
        };
        differences(network.output_ranges(), targets)
    }

    /// T11: the differences of all outputs as linear forms; what network and target have in common
    /// to first order cancels.
    pub(super) fn linear_differences(
        &mut self,
        cell: &Cell,
        network: &impl OnBox,
    ) -> Result<Vec<LinearForm<D>>, Failure> {
        let inputs = inputs_over::<LinearForm<D>>(cell);
        let values = network.linear_forms(&inputs)?;
        let targets = if self.is_everywhere {
            self.linear.outputs(&self.tape, &inputs)
        } else {
            self.linear.outputs_inside(&self.tape, &inputs, cell)
        };
        differences(&values, targets)
    }

    /// T16: the integral over the cell by intervals or linear forms.
    #[cfg(feature = "integrals")]
    fn integral(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &impl OnBox,
    ) -> Result<Bound, Failure> {
        let integrand = Integrand::of(self.norm).ok_or(Failure::Inexact)?;
        let mean = match method {
            Method::Open => Interval::ordered(Dyadic::ZERO, Dyadic::INFINITY),
            Method::Natural => integrand.mean_of_ranges(&self.natural_differences(cell, network)?),
            Method::Linear => {
                let coordinates = LocalCoordinates::new(cell).ok_or(Failure::Inexact)?;
                integrand.mean_of_forms(&self.linear_differences(cell, network)?, &coordinates)
            }
            _ => return Err(Failure::Inexact),
        };
        Ok(Bound::Integral(mean.times(&cell.volume())))
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
                ExactError::Integral(contribution) => Bound::ExactIntegral(contribution),
            })
            .map_err(|undecided| undecided.failure())
    }

    /// T10 for decisions: the whole cell is inside or outside, for both network and region.
    fn decided_area(&mut self, cell: &Cell, network: &impl OnBox) -> Result<Interval, Failure> {
        let value = network.output_ranges()[0];
        let decision = value.compare(Relation::GreaterOrEqual, &self.threshold);
        let region = self.natural.truth(&self.tape, cell.intervals(), cell)?;
        Ok(match (decision, region) {
            (Truth::Unknown, _) | (_, Truth::Unknown) => undecided(cell),
            (a, b) if a == b => Interval::ZERO,
            _ => cell.volume(),
        })
    }

    /// T15: in one or two inputs, the area between the lines that bound decision and region.
    fn between(&mut self, cell: &Cell, network: &impl OnBox) -> Result<Interval, Failure> {
        let region = self.region.as_mut().ok_or(Failure::Inexact)?;
        let inputs = inputs_over::<LinearForm<D>>(cell);
        let region = region.known(&inputs)?;
        let decision = decision(network, cell, &self.threshold, || {
            let forms = network.linear_forms(&inputs)?;
            forms.first().copied().ok_or(Failure::Inexact)
        })?;
        between_lines(cell, &region, &decision)
    }

    /// Returns the question prepared for exact cells, if it has them: one or two inputs and a
    /// piecewise-linear network.
    pub(super) fn exact_cells(&self) -> Option<&ExactCells<'a>> {
        let exact = self
            .exact
            .get_or_init(|| ExactCells::new(self.network, &self.question, &self.tape));
        exact.as_ref()
    }

    /// Returns the contribution of a cell without a bound to an integral.
    pub(super) fn anything(&self, cell: &Cell) -> Interval {
        match self.norm {
            Norm::Area => undecided(cell),
            _ => Interval::ordered(Dyadic::ZERO, Dyadic::INFINITY),
        }
    }
}

/// The volume of any part of the cell, from nothing to all of it.
fn undecided(cell: &Cell) -> Interval {
    Interval::ordered(Dyadic::ZERO, cell.volume().sup())
}

/// Returns network minus target, for each output.
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

/// Returns the largest possible absolute difference.
fn largest<E: Enclosure>(differences: &[E]) -> Dyadic {
    let sizes = differences.iter().map(|d| d.range().mag());
    sizes.max().unwrap_or(Dyadic::ZERO)
}

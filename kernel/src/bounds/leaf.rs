//! Recomputes the bound of one leaf, by any method.
//!
//! The prover calls the same functions, so the checker finds the same bounds again.

use std::sync::Arc;

use super::area::CurvedRegion;
use super::cell::Cell;
use super::exact::ExactCells;
use super::half_plane::{SumOnBox, Variable};
use super::integral::{Integrand, LocalCoordinates};
use super::natural::{Basic, Bound, OnBox, differences};
use super::prepared::inputs_over;
use super::smooth::Derivatives;
use super::taylor_model::TaylorModel;
use super::transition_layers;
use super::witness::{WitnessFailure, WitnessValues, evaluate_witness};
use crate::certificate::{Certificate, Floats, Method, Norm, Question, Ranges, Witness};
use crate::expr::{Place, TargetBody};
use crate::network::{FloatsError, Local, Network, Reduced, Reducer, Rounding, SumView};
use crate::numbers::{Direction, Dyadic, Failure, Interval, LinearForm};

/// How a certificate reduces networks to cells (T02).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// The arithmetic in which the ranges of units are computed.
    pub ranges: Ranges,
    /// The constant radius; at least 0.
    pub constant_radius: Dyadic,
    /// Rounding errors of at most this are taken over from a larger cell (T40).
    pub kept_rounding: Dyadic,
}

impl Reduction {
    /// By intervals; only units that are exactly constant become constants.
    pub const PLAIN: Self = Self {
        ranges: Ranges::Natural,
        constant_radius: Dyadic::ZERO,
        kept_rounding: Dyadic::ZERO,
    };

    /// Returns the reduction of a certificate.
    pub fn of(certificate: &Certificate) -> Self {
        Self {
            ranges: certificate.ranges,
            constant_radius: Dyadic::from_rational(&certificate.constant_radius, Direction::Down),
            kept_rounding: Dyadic::from_rational(&certificate.kept_rounding, Direction::Down),
        }
    }
}

/// A network on a cell, reduced as far as possible. For a portable certificate it also keeps the
/// network with interval biases, for a claim about floats the rounding errors on the cell.
#[derive(Clone, Debug)]
pub struct OnCell {
    reduced: Reduced,
    local: Option<Local>,
    rounding: Option<Arc<Rounding>>,
}

impl OnCell {
    /// Returns a network on the whole domain, where a walk begins.
    ///
    /// - Errors: [`Failure`] when a weight has no bound.
    pub fn domain(
        network: &Network,
        question: &Question,
        is_portable: bool,
    ) -> Result<Self, Failure> {
        let cell = Cell::root(&question.domain);
        if let Some(floats) = question.semantics.floats() {
            return Self::of_floats(network, cell.intervals(), floats).map_err(
                |error| match error {
                    FloatsError::NoValue(failure) => failure,
                    _ => Failure::Inexact,
                },
            );
        }
        let local = is_portable.then(|| Local::from_network(network, cell.intervals()));
        Ok(Self {
            reduced: Reduced::from_network(network, cell.intervals())?,
            local: local.transpose()?,
            rounding: None,
        })
    }

    /// Returns a network in float arithmetic on a box.
    ///
    /// - Errors: [`FloatsError`] where the assumptions of T40 fail.
    pub fn of_floats(
        network: &Network,
        sides: &[Interval],
        floats: &Floats,
    ) -> Result<Self, FloatsError> {
        let (rounding, steps) = Rounding::from_network(network, sides, floats)?;
        let floats = Some((steps.as_slice(), rounding.outputs()));
        let reduced = Reducer::<Interval>::default().from_network_with(network, sides, floats)?;
        Ok(Self {
            reduced,
            local: None,
            rounding: Some(Arc::new(rounding)),
        })
    }

    /// Encloses the outputs on a smaller cell: those of the network in the arithmetic of the
    /// question.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn enclose_on(&self, network: &Network, cell: &Cell) -> Result<Vec<Interval>, Failure> {
        if let Some(local) = &self.local {
            return local.on(network, cell.intervals(), cell.sides());
        }
        let sides = cell.intervals();
        if let Some(rounding) = &self.rounding {
            let rounding = rounding.reduced(sides, Dyadic::ZERO)?;
            let on_cell = Reducer::default().reduce_with(
                &self.reduced,
                sides,
                None,
                Dyadic::ZERO,
                Some(rounding.outputs()),
            )?;
            return on_cell.enclose(sides);
        }
        let on_cell = self.reduced.reduce(sides, None, Dyadic::ZERO)?;
        on_cell.enclose(sides)
    }

    /// Recomputes a certain bound of the error at a witness; see [`evaluate_witness`].
    ///
    /// - Errors: [`WitnessFailure`] when the witness proves nothing.
    pub fn evaluate_witness(
        &self,
        question: &Question,
        network: &Network,
        witness: &Witness,
    ) -> Result<WitnessValues, WitnessFailure> {
        evaluate_witness(question, network, witness, &|cell| {
            self.enclose_on(network, cell)
        })
    }

    /// Are bounds computed from interval biases, as a portable certificate needs?
    pub fn is_portable(&self) -> bool {
        self.local.is_some()
    }

    /// Returns the rounding errors on a smaller cell (T40): those of this one where they are small.
    /// `None` in real arithmetic.
    pub(super) fn rounding_on(
        &self,
        cell: &Cell,
        reduction: Reduction,
    ) -> Result<Option<Arc<Rounding>>, Failure> {
        let Some(rounding) = &self.rounding else {
            return Ok(None);
        };
        if rounding.largest() <= reduction.kept_rounding {
            return Ok(Some(Arc::clone(rounding)));
        }
        let rounding = rounding.reduced(cell.intervals(), reduction.constant_radius)?;
        Ok(Some(Arc::new(rounding)))
    }

    /// Returns a network with its rounding errors.
    pub(super) fn of_parts(reduced: Reduced, rounding: Option<Arc<Rounding>>) -> Self {
        Self {
            reduced,
            local: None,
            rounding,
        }
    }

    /// Returns its size in bytes, approximately.
    pub fn bytes(&self) -> usize {
        let local = self.local.as_ref().map_or(0, Local::bytes);
        let local = local
            + self
                .rounding
                .as_ref()
                .map_or(0, |rounding| rounding.bytes());
        self.reduced.bytes() + local
    }
}

impl std::ops::Deref for OnCell {
    type Target = Reduced;

    fn deref(&self) -> &Reduced {
        &self.reduced
    }
}

impl From<Reduced> for OnCell {
    fn from(reduced: Reduced) -> Self {
        Self {
            reduced,
            local: None,
            rounding: None,
        }
    }
}

/// Returns a network on the whole domain, where a walk begins.
///
/// - Errors: [`Failure`] when a weight has no bound.
pub fn on_domain(network: &Network, question: &Question) -> Result<OnCell, Failure> {
    OnCell::domain(network, question, false)
}

impl OnBox for Reduced {
    fn output_ranges(&self) -> &[Interval] {
        Reduced::output_ranges(self)
    }

    fn linear_forms<const D: usize>(
        &self,
        inputs: &[LinearForm<D>],
    ) -> Result<Vec<LinearForm<D>>, Failure> {
        Reduced::linear_forms(self, inputs)
    }

    fn first_output(&self) -> Variable<'_> {
        Variable::Sum(on_box(self.output(0)))
    }

    fn variable(&self, _: &SumOnBox<'_>, variable: u32) -> Variable<'_> {
        let Ok(variable) = usize::try_from(variable) else {
            return Variable::Other;
        };
        match variable.checked_sub(self.inputs()) {
            None => Variable::Input(variable),
            Some(unit) => {
                let unit = self.unit(unit);
                Variable::Unit(unit.function, on_box(unit.sum))
            }
        }
    }
}

fn on_box(sum: SumView<'_>) -> SumOnBox<'_> {
    SumOnBox {
        bias: Interval::point(sum.bias).plus(&Interval::symmetric(sum.radius)),
        terms: sum.terms,
        depth: 0,
    }
}

/// A question prepared for many leaves.
pub struct Leaves<'a>(Box<dyn Methods<'a> + Send + 'a>);

/// The operations of a prepared question, independent of the number of inputs of its arithmetic.
pub(super) trait Methods<'a> {
    fn descend(
        &mut self,
        network: &OnCell,
        cell: &Cell,
        reduction: Reduction,
    ) -> Result<OnCell, Failure>;

    fn bound(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &OnCell,
        reduction: Reduction,
    ) -> Result<Bound, Failure>;

    fn exact_cells(&self) -> Option<&ExactCells<'a>>;

    fn float_radius(
        &self,
        cell: &Cell,
        network: &OnCell,
        reduction: Reduction,
    ) -> Result<Option<Dyadic>, Failure>;

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

    /// Returns the network on a cell, from the network on its parent.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn descend(
        &mut self,
        network: &OnCell,
        cell: &Cell,
        reduction: Reduction,
    ) -> Result<OnCell, Failure> {
        self.0.descend(network, cell, reduction)
    }

    /// Returns the bound that a method gives on a cell; `network` encloses the network on it. A
    /// method that works on parts of the cell reduces the network to them.
    ///
    /// - Errors: [`Failure`] when the method does not apply there.
    pub fn bound(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &OnCell,
        reduction: Reduction,
    ) -> Result<Bound, Failure> {
        self.0.bound(method, cell, network, reduction)
    }

    /// Returns the question prepared for exact cells, if it has them: one or two inputs and a
    /// piecewise-linear network.
    pub fn exact_cells(&self) -> Option<&ExactCells<'a>> {
        self.0.exact_cells()
    }

    /// Returns what float arithmetic adds to an exact error on a cell; `None` in real arithmetic.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn float_radius(
        &self,
        cell: &Cell,
        network: &OnCell,
        reduction: Reduction,
    ) -> Result<Option<Dyadic>, Failure> {
        self.0.float_radius(cell, network, reduction)
    }

    /// Returns the contribution of a cell without a bound to an integral.
    pub fn anything(&self, cell: &Cell) -> Interval {
        self.0.anything(cell)
    }

    /// Returns where the target has a jump or a kink that depends on one input only.
    pub fn places(&self) -> &[Place] {
        self.0.places()
    }

    /// Returns the number of inputs of the question.
    pub fn inputs(&self) -> usize {
        self.0.inputs()
    }
}

/// A question prepared for many leaves, over boxes of up to `D` inputs.
pub(super) struct LeavesOver<'a, const D: usize, const S: usize> {
    basic: Basic<'a, D>,
    derivatives: Derivatives<D, S>,
    region: Option<CurvedRegion<D>>,
    by_intervals: Reducer<Interval>,
    by_forms: Reducer<LinearForm<D>>,
}

impl<'a, const D: usize, const S: usize> LeavesOver<'a, D, S> {
    fn new(network: &'a Network, question: &Question) -> Self {
        let basic = Basic::new(network, question);
        let region = match question.target.body() {
            TargetBody::Region(condition) if question.norm == Norm::Area => {
                Some(CurvedRegion::new(basic.inputs, condition))
            }
            _ => None,
        };
        Self {
            derivatives: Derivatives::new(&basic.tape),
            basic,
            region,
            by_intervals: Reducer::default(),
            by_forms: Reducer::default(),
        }
    }

    /// Returns the network on a part of a cell.
    pub(super) fn reduced(
        &mut self,
        network: &Reduced,
        cell: &Cell,
        reduction: Reduction,
    ) -> Result<Reduced, Failure> {
        self.reduced_with(network, cell, reduction, None)
    }

    /// Returns the network on a part of a cell, with other roundings if they are given.
    fn reduced_with(
        &mut self,
        network: &Reduced,
        cell: &Cell,
        reduction: Reduction,
        rounding: Option<&[Dyadic]>,
    ) -> Result<Reduced, Failure> {
        let sides = network.needs_sides().then(|| cell.sides());
        let Reduction {
            ranges,
            constant_radius,
            ..
        } = reduction;
        match ranges {
            Ranges::Natural => self.by_intervals.reduce_with(
                network,
                cell.intervals(),
                sides,
                constant_radius,
                rounding,
            ),
            Ranges::Linear => self.by_forms.reduce_with(
                network,
                &inputs_over(cell),
                sides,
                constant_radius,
                rounding,
            ),
        }
    }

    /// Returns the ranges of the outputs on a part of the cell: the same as [`Leaves::descend`]
    /// finds, without constructing the network.
    fn output_ranges(
        &mut self,
        network: &Reduced,
        cell: &Cell,
        reduction: Reduction,
    ) -> Result<&[Interval], Failure> {
        let sides = network.needs_sides().then(|| cell.sides());
        let Reduction {
            ranges,
            constant_radius,
            ..
        } = reduction;
        match ranges {
            Ranges::Natural => {
                self.by_intervals
                    .output_ranges(network, cell.intervals(), sides, constant_radius)
            }
            Ranges::Linear => {
                self.by_forms
                    .output_ranges(network, &inputs_over(cell), sides, constant_radius)
            }
        }
    }

    /// Returns the bound of [`Method::Natural`] on a part of the cell that the network was reduced
    /// to.
    pub(super) fn natural_integral(
        &mut self,
        integrand: Integrand,
        cell: &Cell,
        network: &Reduced,
        reduction: Reduction,
    ) -> Result<Interval, Failure> {
        let ranges = self.output_ranges(network, cell, reduction)?.to_vec();
        let basic = &mut self.basic;
        let targets = (basic.natural).outputs_inside(&basic.tape, cell.intervals(), cell);
        let differences = differences(&ranges, targets)?;
        let mean = integrand.mean_of_ranges(&differences);
        Ok(mean.times(&cell.volume()))
    }

    /// Encloses the integrand on a cell, summed over the outputs.
    pub(super) fn natural_mean(
        &mut self,
        integrand: Integrand,
        cell: &Cell,
        network: &Reduced,
    ) -> Result<Interval, Failure> {
        let differences = self.basic.natural_differences(cell, network)?;
        Ok(integrand.mean_of_ranges(&differences))
    }

    /// T16: the integral over the cell by this method.
    pub(super) fn integral(
        &mut self,
        method: Method,
        integrand: Integrand,
        cell: &Cell,
        network: &Reduced,
    ) -> Result<Interval, Failure> {
        if method != Method::SecondOrder {
            return match self.basic.bound(method, cell, network)? {
                Bound::Integral(found) => Ok(found),
                _ => Err(Failure::Inexact),
            };
        }
        let coordinates = LocalCoordinates::new(cell).ok_or(Failure::Inexact)?;
        let differences = self
            .derivatives
            .second_differences(&self.basic.tape, cell, network)?;
        let mut mean = Interval::ZERO;
        for (k, (middle, over_box)) in differences.iter().enumerate() {
            let radius = network.output(k).radius;
            let model = TaylorModel::of(middle, over_box, cell.intervals(), &coordinates, radius);
            mean = mean.plus(&model.ok_or(Failure::Inexact)?.mean(integrand));
        }
        let mean = mean
            .intersection(&Interval::ordered(Dyadic::ZERO, Dyadic::INFINITY))
            .ok_or(Failure::Inexact)?;
        Ok(mean.times(&cell.volume()))
    }
}

impl<'a, const D: usize, const S: usize> Methods<'a> for LeavesOver<'a, D, S> {
    fn descend(
        &mut self,
        network: &OnCell,
        cell: &Cell,
        reduction: Reduction,
    ) -> Result<OnCell, Failure> {
        let local = network.local.as_ref().map(|local| {
            let whole = self.basic.network;
            local.reduced(
                whole,
                cell.intervals(),
                cell.sides(),
                reduction.constant_radius,
            )
        });
        let rounding = network.rounding_on(cell, reduction)?;
        let outputs = rounding.as_ref().map(|rounding| rounding.outputs());
        Ok(OnCell {
            local: local.transpose()?,
            reduced: self.reduced_with(&network.reduced, cell, reduction, outputs)?,
            rounding,
        })
    }

    fn bound(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &OnCell,
        reduction: Reduction,
    ) -> Result<Bound, Failure> {
        if let Some(local) = &network.local {
            return self.basic.bound(method, cell, local);
        }
        if method == Method::Exact && network.rounding.is_some() {
            self.exact_cells().ok_or(Failure::Inexact)?;
            let radius = self.float_radius(cell, network, reduction)?;
            let radius = radius.ok_or(Failure::Inexact)?;
            let error = match self.basic.bound(method, cell, &network.reduced)? {
                Bound::Exact(error, _) => Dyadic::from_rational(&error, Direction::Up),
                Bound::Sup(error) => error,
                _ => return Err(Failure::Inexact),
            };
            return Ok(Bound::Sup(error.add(radius, Direction::Up)));
        }
        let network = &network.reduced;
        let basic = &mut self.basic;
        match (basic.norm, method) {
            (Norm::Sup, Method::MeanValue) => self
                .derivatives
                .mean_value(&basic.tape, &mut basic.natural, cell, network)
                .map(Bound::Sup),
            (Norm::Sup, Method::SecondOrder) => self
                .derivatives
                .second_order(&basic.tape, cell, network)
                .map(Bound::Sup),
            (Norm::Sup, Method::Monotone) => self
                .derivatives
                .monotone(&basic.tape, &mut basic.linear, cell, network)
                .map(Bound::Sup),
            (Norm::L1 | Norm::L2, Method::SecondOrder | Method::TransitionLayers) => {
                let integrand = Integrand::of(basic.norm).ok_or(Failure::Inexact)?;
                let found = if method == Method::TransitionLayers {
                    transition_layers::contribution(self, integrand, cell, network, reduction)
                } else {
                    self.integral(method, integrand, cell, network)
                };
                found.map(Bound::Integral)
            }
            (Norm::Area, Method::HalfPlanes) => {
                let region = self.region.as_mut().ok_or(Failure::Inexact)?;
                region
                    .misclassified(cell, network, &basic.threshold)
                    .map(Bound::Integral)
            }
            _ => basic.bound(method, cell, network),
        }
    }

    /// In float arithmetic the exact error of the real network is used under `sup` only, and where
    /// nothing jumps.
    fn exact_cells(&self) -> Option<&ExactCells<'a>> {
        let basic = &self.basic;
        let is_usable = !basic.is_float || basic.is_everywhere && !basic.has_jumps;
        is_usable.then(|| basic.exact_cells())?
    }

    fn float_radius(
        &self,
        cell: &Cell,
        network: &OnCell,
        reduction: Reduction,
    ) -> Result<Option<Dyadic>, Failure> {
        let rounding = network.rounding_on(cell, reduction)?;
        Ok(rounding.map(|rounding| rounding.largest()))
    }

    fn anything(&self, cell: &Cell) -> Interval {
        self.basic.anything(cell)
    }

    fn places(&self) -> &[Place] {
        self.basic.tape.places()
    }

    fn inputs(&self) -> usize {
        self.basic.inputs
    }
}

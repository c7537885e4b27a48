//! The core on its own: a question prepared for the methods of the core, and networks with interval
//! biases.

use super::cell::Cell;
use super::exact::ExactCells;
use super::natural::{Basic, Bound};
use crate::certificate::{Certificate, Method};
use crate::network::{Local, Network};
use crate::numbers::{Direction, Dyadic, Failure, Interval};

/// A question prepared for many leaves of the core.
pub struct PlainLeaves<'a> {
    network: &'a Network,
    constant_radius: Dyadic,
    plain: Box<dyn Plain<'a> + 'a>,
}

/// The same, independent of the number of inputs of its arithmetic.
trait Plain<'a> {
    fn bound(&mut self, method: Method, cell: &Cell, network: &Local) -> Result<Bound, Failure>;
    fn exact_cells(&self) -> Option<&ExactCells<'a>>;
    fn anything(&self, cell: &Cell) -> Interval;
}

impl<'a, const D: usize> Plain<'a> for Basic<'a, D> {
    fn bound(&mut self, method: Method, cell: &Cell, network: &Local) -> Result<Bound, Failure> {
        Basic::bound(self, method, cell, network)
    }

    fn exact_cells(&self) -> Option<&ExactCells<'a>> {
        Basic::exact_cells(self)
    }

    fn anything(&self, cell: &Cell) -> Interval {
        Basic::anything(self, cell)
    }
}

impl<'a> PlainLeaves<'a> {
    /// Prepares the question of a certificate about a network.
    pub fn of(certificate: &Certificate, network: &'a Network) -> Self {
        let question = &certificate.claim.question;
        let inputs = question.target.inputs().len();
        let constant_radius = Dyadic::from_rational(&certificate.constant_radius, Direction::Down);
        Self {
            network,
            constant_radius,
            plain: over_inputs!(inputs, D, _S => Box::new(Basic::<D>::new(network, question))),
        }
    }

    /// Returns the network on a cell, from the network on its parent.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn reduced(&self, parent: &Local, cell: &Cell) -> Result<Local, Failure> {
        let (intervals, sides) = (cell.intervals(), cell.sides());
        parent.reduced(self.network, intervals, sides, self.constant_radius)
    }

    /// Returns the bound that a method gives on a cell, on which `network` is the network.
    ///
    /// - Errors: [`Failure`] when the method does not apply there.
    pub fn bound(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &Local,
    ) -> Result<Bound, Failure> {
        self.plain.bound(method, cell, network)
    }

    /// Returns the question prepared for exact cells, if it has them.
    pub fn exact_cells(&self) -> Option<&ExactCells<'a>> {
        self.plain.exact_cells()
    }

    /// Returns the contribution of a cell without a bound to an integral.
    pub fn anything(&self, cell: &Cell) -> Interval {
        self.plain.anything(cell)
    }
}

//! Units and what they use, put into layers.
//!
//! A layer has one activation, and sees the layer before it only. So a value that is used later
//! is carried along, exactly: through relu as `relu(z) - relu(-z)` (or `relu(z)` where z >= 0),
//! through leaky relu with slope a as `(leaky(z) - leaky(-z)) / (1 + a)`, through maxout and
//! identity as it is, and through hard-tanh where |z| <= 1 is known. Nothing can be carried past
//! sigmoid, tanh and other smooth units.

use std::cmp::Reverse;
use std::collections::HashSet;

use rayon::prelude::*;

use super::context::{Context, Unit, error};
use super::value::{Coefficient, Form};
use crate::formats::foreign::ForeignError;
use crate::network::{
    Activation, FloatMatrixBuilder, Layer, Matrix, MatrixBuilder, MatrixError, VectorBuilder,
};
use crate::numbers::Rational;

/// Deeper networks are refused.
const MOST_LAYERS: usize = 1024;
/// More different activations side by side are refused.
const MOST_KINDS: usize = 64;

/// Returns the layers that compute the outputs.
///
/// - Exactness: exact; the layers compute the same function of the inputs.
/// - Errors: what would have to be carried past a layer that nothing can be carried past.
pub fn layers(context: &mut Context, outputs: Vec<Form>) -> Result<Vec<Layer>, ForeignError> {
    let inputs = context
        .units
        .iter()
        .take_while(|unit| unit.activation.is_none())
        .count();
    if inputs == 0 {
        return Err(error("the graph has no input"));
    }
    if outputs.is_empty() {
        return Err(error("the outputs of the graph are empty"));
    }
    let schedule = match schedule(context, &outputs, Order::Early) {
        Ok(schedule) => schedule,
        Err(_) => schedule_late(context, &outputs)?,
    };
    assemble(context, inputs, schedule, outputs)
}

fn schedule_late(context: &Context, outputs: &[Form]) -> Result<Vec<Stage>, ForeignError> {
    schedule(context, outputs, Order::Late)
}

/// When a unit is computed: as early as it can be, or as late.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Early,
    Late,
}

/// A layer to be.
struct Stage {
    activation: Activation,
    /// The units computed here.
    computed: Vec<u32>,
    /// The units carried past.
    carried: Vec<u32>,
}

fn users(units: &[Unit], unit: u32) -> impl Iterator<Item = u32> + '_ {
    let rows = units[unit as usize].rows.iter();
    rows.flat_map(|row| row.terms.iter().map(|term| term.0))
}

/// Puts the units that outputs need into layers, one layer after the other.
fn schedule(context: &Context, outputs: &[Form], order: Order) -> Result<Vec<Stage>, ForeignError> {
    let mut schedule = Schedule::new(context, outputs, order)?;
    let mut stages = Vec::new();
    while !schedule.open.is_empty() {
        let stage = schedule.next()?;
        schedule.take(&stage);
        stages.push(stage);
        if stages.len() > MOST_LAYERS {
            return Err(error(format!(
                "the network has more than {MOST_LAYERS} layers"
            )));
        }
    }
    Ok(stages)
}

/// What is not in a layer yet.
struct Schedule<'a> {
    context: &'a Context,
    order: Order,
    /// How many steps each unit is away from the outputs; 0: not used.
    height: Vec<u32>,
    /// The units not yet computed.
    open: Vec<u32>,
    /// How many of these, and of the outputs, use each unit.
    uses: Vec<u32>,
    /// The units at hand, in the order in which they are the columns of the next layer.
    at_hand: Vec<u32>,
    is_at_hand: Vec<bool>,
    /// How many of the uses are in the layer that is looked at; 0 between layers.
    here: Vec<u32>,
}

impl<'a> Schedule<'a> {
    fn new(context: &'a Context, outputs: &[Form], order: Order) -> Result<Self, ForeignError> {
        let units = &context.units;
        let height = heights(units, outputs);
        let needed = (0..units.len() as u32).filter(|&k| height[k as usize] > 0);
        let needed: Vec<u32> = needed.collect();
        let mut needed_units = needed.iter().map(|&k| &units[k as usize]);
        if let Some((unit, part)) = needed_units.find_map(|unit| Some((unit, unit.part?))) {
            let ((name, whole), place) = (part.name(), context.places.get(unit.place));
            return Err(
                error(format!("{name} is only supported as a part of {whole}"))
                    .at(|| place.cloned().unwrap_or_default()),
            );
        }
        let (at_hand, open): (Vec<u32>, Vec<u32>) = needed
            .into_iter()
            .partition(|&k| units[k as usize].activation.is_none());
        let mut uses = vec![0u32; units.len()];
        for &unit in &open {
            users(units, unit).for_each(|used| uses[used as usize] += 1);
        }
        for term in outputs.iter().flat_map(|output| &output.terms) {
            uses[term.0 as usize] += 1;
        }
        let mut is_at_hand = vec![false; units.len()];
        for &unit in &at_hand {
            is_at_hand[unit as usize] = true;
        }
        Ok(Self {
            context,
            order,
            height,
            open,
            uses,
            at_hand,
            is_at_hand,
            here: vec![0; units.len()],
        })
    }

    /// Returns the best of the layers that can come next.
    fn next(&mut self) -> Result<Stage, ForeignError> {
        let units = &self.context.units;
        let ready = self.ready();
        let mut candidates: Vec<(Activation, Vec<u32>)> = kinds(units, &ready)?
            .into_iter()
            .map(|kind| {
                let computed = exactly(units, &ready, &kind);
                (kind, computed)
            })
            .collect();
        // Everything with straight pieces can be written with relu, when that is needed.
        let with_relu = |unit: &u32| can_compute(&units[*unit as usize], &Activation::Relu);
        let computed = ready.iter().copied().filter(with_relu).collect();
        candidates.push((Activation::Relu, computed));
        let mut best: Option<((bool, Reverse<usize>), Stage)> = None;
        let mut problem = None;
        for (activation, computed) in candidates {
            if computed.is_empty() {
                continue;
            }
            let carried = self.carried(&computed);
            if let Some(&stuck) = carried
                .iter()
                .find(|unit| carry(units, **unit, &activation).is_none())
            {
                problem.get_or_insert((stuck, computed[0]));
                continue;
            }
            let is_native = computed
                .iter()
                .all(|&k| units[k as usize].activation.as_ref() == Some(&activation));
            let rank = (is_native, Reverse(carried.len()));
            if best.as_ref().is_none_or(|(other, _)| rank > *other) {
                let stage = Stage {
                    activation,
                    computed,
                    carried,
                };
                best = Some((rank, stage));
            }
        }
        best.map(|(_, stage)| stage)
            .ok_or_else(|| cannot_carry(self.context, problem))
    }

    /// The units that only use what is at hand, and whose turn it is.
    fn ready(&self) -> Vec<u32> {
        let height = |unit: u32| self.height[unit as usize];
        let top = self.open.iter().map(|&k| height(k)).max().unwrap_or(0);
        let units = &self.context.units;
        let ready = self.open.iter().copied().filter(|&k| {
            (self.order == Order::Early || height(k) == top)
                && users(units, k).all(|used| self.is_at_hand[used as usize])
        });
        ready.collect()
    }

    /// The units at hand that others than the computed ones use.
    fn carried(&mut self, computed: &[u32]) -> Vec<u32> {
        for &unit in computed {
            users(&self.context.units, unit).for_each(|used| self.here[used as usize] += 1);
        }
        let carried = self
            .at_hand
            .iter()
            .copied()
            .filter(|unit| self.uses[*unit as usize] > self.here[*unit as usize]);
        let carried = carried.collect();
        for &unit in &self.at_hand {
            self.here[unit as usize] = 0;
        }
        carried
    }

    /// Goes on above a layer.
    fn take(&mut self, stage: &Stage) {
        for &unit in &stage.computed {
            users(&self.context.units, unit).for_each(|used| self.uses[used as usize] -= 1);
        }
        let done: HashSet<u32> = stage.computed.iter().copied().collect();
        self.open.retain(|unit| !done.contains(unit));
        for &unit in &self.at_hand {
            self.is_at_hand[unit as usize] = false;
        }
        self.at_hand.clone_from(&stage.computed);
        self.at_hand.extend(&stage.carried);
        self.at_hand.retain(|unit| self.uses[*unit as usize] > 0);
        for &unit in &self.at_hand {
            self.is_at_hand[unit as usize] = true;
        }
    }
}

/// How many steps each unit is away from the outputs, from the last to the first; 0: not used.
fn heights(units: &[Unit], outputs: &[Form]) -> Vec<u32> {
    let mut height = vec![0u32; units.len()];
    for term in outputs.iter().flat_map(|output| &output.terms) {
        height[term.0 as usize] = 1;
    }
    for unit in (0..units.len()).rev() {
        if height[unit] > 0 {
            for used in users(units, unit as u32) {
                height[used as usize] = height[used as usize].max(height[unit] + 1);
            }
        }
    }
    height
}

/// The different activations of units.
fn kinds(units: &[Unit], ready: &[u32]) -> Result<Vec<Activation>, ForeignError> {
    let mut kinds: Vec<Activation> = Vec::new();
    for &unit in ready {
        if let Some(kind) = &units[unit as usize].activation
            && kinds.last() != Some(kind)
            && !kinds.contains(kind)
        {
            kinds.push(kind.clone());
            if kinds.len() > MOST_KINDS {
                return Err(error(format!(
                    "more than {MOST_KINDS} different activations stand side by side"
                )));
            }
        }
    }
    Ok(kinds)
}

fn exactly(units: &[Unit], ready: &[u32], kind: &Activation) -> Vec<u32> {
    let same = |&unit: &u32| units[unit as usize].activation.as_ref() == Some(kind);
    ready.iter().copied().filter(same).collect()
}

fn cannot_carry(context: &Context, problem: Option<(u32, u32)>) -> ForeignError {
    let place = |unit: u32| context.places.get(context.units[unit as usize].place);
    let Some((stuck, past)) = problem else {
        return error("the graph cannot be put into layers");
    };
    let source = if context.units[stuck as usize].activation.is_none() {
        "an input of the network".to_owned()
    } else {
        format!(
            "the output of {}",
            place(stuck).map_or("a node", String::as_str)
        )
    };
    error(format!(
        "{source} is used in this layer and in later ones, and this layer cannot pass it on"
    ))
    .at(|| place(past).cloned().unwrap_or_default())
    .hint("connections may skip layers of relu, leaky relu and maxout only")
}

/// Can a layer with this activation compute the unit?
fn can_compute(unit: &Unit, layer: &Activation) -> bool {
    match (&unit.activation, layer) {
        (Some(own), layer) if own == layer => true,
        (
            Some(Activation::Identity | Activation::LeakyRelu(_) | Activation::HardTanh),
            Activation::Relu,
        ) => true,
        _ => false,
    }
}

/// Rows of a layer, and what they give together: a form over these rows.
type Rows = (Vec<Vec<Form>>, Form);

fn row(weights: &[f64], bias: f64) -> Form {
    Form {
        bias: Coefficient::Float(bias),
        terms: (0..)
            .zip(weights.iter().map(|&w| Coefficient::Float(w)))
            .collect(),
    }
}

/// Returns how a layer computes a unit: its rows, and the form over them that is the unit.
fn compute(unit: &Unit, layer: &Activation) -> Rows {
    let z = || unit.rows[0].clone();
    match (&unit.activation, layer) {
        (Some(own), layer) if own == layer => (vec![unit.rows.clone()], row(&[1.0], 0.0)),
        (Some(Activation::LeakyRelu(slope)), _) => {
            let mut form = row(&[1.0, 1.0], 0.0);
            form.terms[1].1 = Coefficient::from(-slope);
            form.merge();
            (vec![vec![z()], vec![z().negated()]], form)
        }
        (Some(Activation::HardTanh), _) => {
            let shifted = |by: f64| vec![z().plus(&Form::constant(Coefficient::Float(by)))];
            (vec![shifted(1.0), shifted(-1.0)], row(&[1.0, -1.0], -1.0))
        }
        _ => (vec![vec![z()], vec![z().negated()]], row(&[1.0, -1.0], 0.0)),
    }
}

/// Returns how a layer carries a unit, if it can.
fn carry(units: &[Unit], unit: u32, layer: &Activation) -> Option<Rows> {
    let own = units[unit as usize].activation.as_ref();
    let is_positive = matches!(
        own,
        Some(
            Activation::Relu
                | Activation::Sigmoid
                | Activation::Heaviside
                | Activation::Softplus(_)
        )
    );
    let is_within_one = matches!(
        own,
        Some(
            Activation::HardTanh
                | Activation::Sigmoid
                | Activation::Heaviside
                | Activation::Tanh
                | Activation::Softsign
        )
    );
    let z = Form::unit(unit);
    let once = || Some((vec![vec![z.clone()]], row(&[1.0], 0.0)));
    match layer {
        Activation::Identity => once(),
        Activation::Maxout(rank) => Some((vec![vec![z; *rank]], row(&[1.0], 0.0))),
        Activation::Relu | Activation::LeakyRelu(_) if is_positive => once(),
        Activation::Relu => {
            let below = z.clone().negated();
            Some((vec![vec![z], vec![below]], row(&[1.0, -1.0], 0.0)))
        }
        Activation::LeakyRelu(slope) => {
            let share = (&Rational::ONE + slope).reciprocal()?;
            let below = z.clone().negated();
            let both = row(&[1.0, -1.0], 0.0).times(&share.into());
            Some((vec![vec![z], vec![below]], both))
        }
        Activation::HardTanh if is_within_one => once(),
        _ => None,
    }
}

fn assemble(
    context: &mut Context,
    inputs: usize,
    stages: Vec<Stage>,
    outputs: Vec<Form>,
) -> Result<Vec<Layer>, ForeignError> {
    let mut layers: Vec<Plan> = Vec::new();
    // What each unit at hand is, as a form over the columns.
    let mut columns = Columns::new(context.units.len());
    let mut width = inputs;
    let mut is_plain = true;
    for unit in 0..inputs as u32 {
        columns.put(unit, Form::unit(unit));
    }
    // The units that are the columns as they stand, for the last layer.
    let mut last: Vec<u32> = Vec::new();
    for stage in stages {
        let mut rows = Vec::new();
        let mut next = Vec::new();
        let mut next_is_plain = true;
        let mut units = 0u32;
        last.clone_from(&stage.computed);
        last.extend(&stage.carried);
        for (k, &unit) in stage.computed.iter().chain(&stage.carried).enumerate() {
            let (unit_rows, form) = if k < stage.computed.len() {
                let taken = &mut context.units[unit as usize];
                let made = compute(taken, &stage.activation);
                taken.rows = Vec::new();
                made
            } else {
                carry(&context.units, unit, &stage.activation)
                    .ok_or_else(|| error("a unit cannot be carried"))?
            };
            let made = unit_rows.len() as u32;
            next_is_plain &= made == 1 && form.as_unit().is_some();
            let mut form = form;
            form.terms.iter_mut().for_each(|term| term.0 += units);
            units += made;
            next.push((unit, form));
            rows.extend(unit_rows.into_iter().flatten());
        }
        layers.push(Plan::new(context, rows, &columns, width, stage.activation)?);
        columns.replace(next);
        width = units as usize;
        is_plain = next_is_plain;
    }
    let is_last = is_plain
        && !layers.is_empty()
        && outputs.len() == last.len()
        && outputs
            .iter()
            .zip(&last)
            .all(|(form, unit)| form.as_unit() == Some(*unit));
    if !is_last {
        let activation = Activation::Identity;
        layers.push(Plan::new(context, outputs, &columns, width, activation)?);
    }
    // Most of the time goes here, into exact numbers, and layers have nothing to do with each other.
    layers.into_par_iter().map(Plan::layer).collect()
}

/// What the units at hand are, as forms over the columns of the next layer.
struct Columns {
    places: Vec<Place>,
    list: Vec<(u32, Form)>,
}

/// Where a unit is among the columns.
#[derive(Clone, Copy)]
enum Place {
    /// It is not at hand.
    Nowhere,
    /// It is a column.
    Column(u32),
    /// It is a form over columns, at this place of the list.
    Form(u32),
}

impl Columns {
    fn new(units: usize) -> Self {
        Self {
            places: vec![Place::Nowhere; units],
            list: Vec::new(),
        }
    }

    fn put(&mut self, unit: u32, form: Form) {
        self.places[unit as usize] = match form.as_unit() {
            Some(column) => Place::Column(column),
            None => Place::Form(self.list.len() as u32),
        };
        self.list.push((unit, form));
    }

    fn replace(&mut self, list: Vec<(u32, Form)>) {
        for (unit, _) in self.list.drain(..) {
            self.places[unit as usize] = Place::Nowhere;
        }
        for (unit, form) in list {
            self.put(unit, form);
        }
    }
}

/// The rows of a layer, as forms over its columns.
struct Plan {
    rows: Vec<Form>,
    width: usize,
    activation: Activation,
}

impl Plan {
    /// Takes rows that are forms over units, which are forms over columns.
    fn new(
        context: &mut Context,
        rows: Vec<Form>,
        columns: &Columns,
        width: usize,
        activation: Activation,
    ) -> Result<Self, ForeignError> {
        let rows = rows
            .into_iter()
            .map(|row| substituted(context, row, columns))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            rows,
            width,
            activation,
        })
    }

    /// Returns the layer.
    fn layer(self) -> Result<Layer, ForeignError> {
        let failed = |e: MatrixError| error(e.to_string());
        let mut bias = VectorBuilder::default();
        for row in &self.rows {
            let term = bias.number(row.bias.to_rational());
            bias.push(term.ok_or_else(|| failed(MatrixError::TooLarge))?);
        }
        let weights = matrix(self.rows, self.width).map_err(failed)?;
        Layer::with_bias(weights, bias.finish(), self.activation).map_err(|e| error(e.to_string()))
    }
}

/// Returns the weights of rows.
fn matrix(rows: Vec<Form>, width: usize) -> Result<Matrix, MatrixError> {
    let mut terms = rows.iter().flat_map(|row| &row.terms);
    if terms.all(|(_, weight)| weight.as_float().is_some()) {
        let mut weights = FloatMatrixBuilder::new(width);
        let mut entries = Vec::new();
        for row in rows {
            let floats = row.terms.iter().filter_map(|(column, weight)| {
                let float = weight.as_float()?;
                Some((*column as usize, float))
            });
            entries.clear();
            entries.extend(floats);
            weights.push_row(&entries)?;
        }
        return weights.finish();
    }
    let mut weights = MatrixBuilder::new(width);
    for row in rows {
        let exact = row.terms.iter();
        weights.push_row(exact.map(|(column, weight)| (*column as usize, weight.to_rational())))?;
    }
    Ok(weights.finish())
}

/// Returns a row, a form over units, as a form over columns.
fn substituted(
    context: &mut Context,
    mut row: Form,
    columns: &Columns,
) -> Result<Form, ForeignError> {
    let column = |unit: u32| match columns.places[unit as usize] {
        Place::Column(column) => Some(column),
        Place::Form(_) | Place::Nowhere => None,
    };
    // Where units are columns as they stand, only their names change.
    if row.terms.iter().all(|term| column(term.0).is_some()) {
        for (unit, _) in &mut row.terms {
            *unit = column(*unit).unwrap_or(*unit);
        }
        row.merge();
        return Ok(row);
    }
    let mut result = Form {
        bias: row.bias,
        terms: Vec::with_capacity(row.terms.len()),
    };
    for (unit, weight) in row.terms {
        let place = match columns.places[unit as usize] {
            Place::Column(column) => {
                result.terms.push((column, weight));
                continue;
            }
            Place::Form(place) => place,
            Place::Nowhere => return Err(error("a unit is missing in its layer")),
        };
        let form = &columns.list[place as usize].1;
        context.spend(form.cost())?;
        result.bias = result.bias.plus(&form.bias.times(&weight));
        for (column, factor) in &form.terms {
            result.terms.push((*column, factor.times(&weight)));
        }
    }
    result.merge();
    Ok(result)
}

//! Units and what they use, put into layers: weights and bias terms over the layer before.

use rayon::prelude::*;

use super::carry::{carry, compute};
use super::context::{Context, error};
use super::schedule::{Order, Stage, schedule};
use super::value::Form;
use crate::formats::foreign::ForeignError;
use crate::network::{
    Activation, FloatMatrixBuilder, Layer, Matrix, MatrixBuilder, MatrixError, VectorBuilder,
};

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
        Err(_) => schedule(context, &outputs, Order::Late)?,
    };
    assemble(context, inputs, schedule, outputs)
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

//! Evaluates a network at the points of a file, or in float arithmetic.

use std::path::Path;

use super::written;
use crate::bounds::{Cell, OnCell};
use crate::certificate::{Floats, Semantics};
use crate::cli::arguments::Eval;
use crate::cli::{Refusal, inputs};
use crate::floats::fits;
use crate::formats::kind::Wanted;
use crate::formats::reading::Kind as Reading;
use crate::network::Network;
use crate::numbers::literal::{self, decimal_down, decimal_up};
use crate::numbers::{Direction, Interval, Rational};
use crate::workflow::evaluate::enclose;

/// Values in float arithmetic (T40): what any program computes lies in them.
pub struct Enclosures<'a> {
    network: &'a Network,
    floats: &'a Floats,
    around: OnCell,
}

impl<'a> Enclosures<'a> {
    /// Prepares a network for these points.
    pub fn new(
        network: &'a Network,
        floats: &'a Floats,
        points: &[Vec<Rational>],
    ) -> Result<Self, Refusal> {
        let sides: Vec<(Rational, Rational)> = (0..network.inputs().len())
            .map(|input| {
                let values = || points.iter().map(|point| &point[input]);
                let ends = values().min().zip(values().max());
                ends.map(|(low, high)| (low.clone(), high.clone()))
                    .unwrap_or_default()
            })
            .collect();
        let named = network.inputs().iter().zip(&sides);
        let named = named.map(|(name, (low, high))| (name.clone(), low, high));
        fits(floats, network, None, named, false)
            .map_err(|error| Refusal::new(error.to_string()))?;
        let cell = Cell::from_sides(sides);
        let around = OnCell::of_floats(network, cell.intervals(), floats)
            .map_err(|error| Refusal::new(error.to_string()))?;
        Ok(Self {
            network,
            floats,
            around,
        })
    }

    /// Encloses the outputs at one of the points, to this many digits.
    pub fn at(&self, point: &[Rational], digits: usize) -> Result<Vec<(String, String)>, Refusal> {
        let format = self.floats.format;
        if !self.floats.rounded_inputs
            && let Some(x) = point.iter().find(|x| !format.has(x))
        {
            let message = format_args!("{} is not a {} number", x, format.name());
            return Err(Refusal::new(message)
                .hint("with --rounded-inputs the network is evaluated at the rounded point"));
        }
        let sides = point.iter().map(|x| (x.clone(), x.clone())).collect();
        let values = self
            .around
            .enclose_on(self.network, &Cell::from_sides(sides));
        let out_of_range = || Refusal::new("the value at this point is out of range");
        let text = |value: &Interval| {
            let low = value.inf().rational_bound(Direction::Down)?;
            let high = value.sup().rational_bound(Direction::Up)?;
            Some((decimal_down(&low, digits), decimal_up(&high, digits)))
        };
        let values = values.map_err(|_| out_of_range())?;
        let texts: Option<Vec<_>> = values.iter().map(text).collect();
        texts.ok_or_else(out_of_range)
    }
}

/// Returns the enclosures at all points of a CSV file, as a CSV file with the same lines.
pub fn run(arguments: &Eval, path: &Path, digits: usize) -> Result<String, Refusal> {
    let bytes = inputs::bytes_of(Wanted::Points, path, Reading::DATA)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Refusal::in_file(path, "the file is not UTF-8 text"))?;
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let names: Vec<String> = header
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect();
    let names_of = inputs::Names::List(&names);
    let loaded = inputs::read_network(&arguments.network, names_of, arguments.weights)?;
    let network = &loaded.network;
    let semantics = super::semantics(arguments, network)?;
    loaded.fits(&arguments.network, &semantics)?;
    let points = read(path, text, &names, network)?;
    let enclosures = match &semantics {
        Semantics::Real => None,
        Semantics::Float(floats) => Some(Enclosures::new(network, floats, &points)?),
    };
    let header = network.outputs().iter();
    let header: Vec<String> = header
        .map(|name| format!("{name} low,{name} high"))
        .collect();
    let mut lines = vec![header.join(",")];
    for point in &points {
        let values = match &enclosures {
            Some(enclosures) => enclosures.at(point, digits)?,
            None => written(
                &enclose(network, point, digits).map_err(Refusal::new)?,
                digits,
            ),
        };
        let values: Vec<String> = (values.iter())
            .map(|(low, high)| format!("{low},{high}"))
            .collect();
        lines.push(values.join(","));
    }
    Ok(lines.join("\n"))
}

/// Reads the points, in the order of the network's inputs.
fn read(
    path: &Path,
    text: &str,
    names: &[String],
    network: &Network,
) -> Result<Vec<Vec<Rational>>, Refusal> {
    let refused = |line: usize, message: String| {
        Refusal::in_file(path, format_args!("line {line}: {message}"))
    };
    let lines = (1..).zip(text.lines()).skip(1);
    let order: Option<Vec<usize>> = (network.inputs().iter())
        .map(|input| names.iter().position(|name| name == input))
        .collect();
    let order = order.ok_or_else(|| {
        let expected = network.inputs().join(",");
        refused(1, format!("expected the names of the inputs, `{expected}`"))
    })?;
    let mut points = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let values: Vec<&str> = line.split(',').map(str::trim).collect();
        if values.len() != names.len() {
            let (found, expected) = (values.len(), names.len());
            let message = format!("expected {expected} values, found {found}");
            return Err(refused(number, message));
        }
        let point: Result<Vec<Rational>, Refusal> = (order.iter())
            .map(|place| {
                let text = values[*place];
                literal::parse(text).map_err(|error| refused(number, format!("`{text}`: {error}")))
            })
            .collect();
        points.push(point?);
    }
    Ok(points)
}

//! Stairs in one variable: one hidden layer of steps.

use std::sync::Arc;

use crate::builders::assemble::{LayerBuilder, activation, network_of_rows};
use crate::builders::entry::{
    ACTIVATION, Bounds, CELLS, Entry, Goal, Outputs, SizeKey, cells_by, key,
};
use crate::builders::error::{BuildError, check_size_of_different};
use crate::builders::gentle::{self, Aim, Choice, Estimates, Samples};
use crate::builders::grid::{Axis, Grid, whole, wide};
use crate::builders::parameters::{Heights, OutputUnit, Parameters, Steepness, Units};
use crate::builders::request::{APriori, Built, Request, positive, slopes_upper};
use crate::builders::sample::{Sampler, range};
use crate::builders::sizes::smallest_size;
use crate::builders::tail::exp_minus_upper;
use crate::certificate::Norm;
use crate::expr::{Expr, NotDefined, Target, TargetBody, check_defined, derivative_range_upper};
use crate::network::{Activation, Layer};
use crate::numbers::estimate::estimate_rational;
use crate::numbers::{Function, Rational};
use crate::words;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "staircase",
    summary: "stairs in one variable: one step for each line between cells",
    inputs: (1, 1),
    outputs: Outputs::Several,
    goal: Goal::Target,
    activations: &[Units::Sigmoid, Units::Heaviside, Units::Tanh],
    keys: &[
        ACTIVATION,
        CELLS,
        key(
            "steepness",
            "gentle: 1 to 10 per cell, whichever has the smallest error (tanh: half of that; norm area: 40 per \
             cell; heaviside: 1)",
        ),
        key(
            "heights",
            "fitted (with a given steepness, for norm area and for heaviside: values)",
        ),
        key(
            "output",
            "linear (sigmoid: a sigmoid output unit, for targets between 0 and 1)",
        ),
        key(
            "ghosts",
            "1 to 4 for fitted heights, else 2, with a given steepness 0 (padding steps: steps at the ends of the domain \
             and beyond, on each side)",
        ),
    ],
    size: Some(SizeKey {
        prepare: Some(with_padding),
        ..cells_by(needed_size, 1 << 22)
    }),
    bounds: Bounds::Sup,
    bound: "sup, heights = \"values\": L h (1/2 + 2 e^(-wh/2)/(1 - e^(-wh))); heaviside: L h/2",
    theorem: "T21",
    example: r#"[target]
formula = "cos(2*pi*x)"
domain = { x = ["0", "1"] }

[network]
builder = "staircase"
cells = 64

[claim]
norm = "sup"
tolerance = "1/10"
"#,
    build: staircase,
};

/// Returns `v_0 + sum of (v_k - v_(k-1)) s(w (x - s_k))`, with the heights `v_k` and the lines `s_k` between the
/// cells; with an output unit, `sigmoid` of that for `ln(f/(1 - f))`.
///
/// Unless a steepness is given, the steps are gentle and their heights are fitted: see [`gentle`]. Heights that are
/// values are `f(c_k)`, with the cell centres `c_k`.
///
/// - Shapes: 1 input, an output for each formula, 1 hidden layer, `cells - 1 + 2 ghosts` units at
///   most, which the outputs share.
/// - Bound: for values, `sup |N - f| <= L h (1/2 + 2 e^(-wh/2) / (1 - e^(-wh)))`, plus rounding; with an output
///   unit a quarter of that, L being the slope of `ln(f/(1 - f))`. None for fitted heights.
/// - Exactness: weights exact for the heights used; irrational values rounded to 40 bits.
/// - Errors: [`BuildError`].
/// - Source: T21.
pub fn staircase(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let units = given.units.unwrap_or(Units::Sigmoid);
    let output = given.output.unwrap_or_default();
    let grid = Grid::new(ENTRY.name, given.cells.as_ref(), request.domain)?;
    let axis = &grid.axes[0];
    let heights = kind_of_heights(request)?;
    let mut notes = Vec::new();
    let cell = axis.side(0);
    let formulas = stairs_for(request, output)?;
    let padded = given.ghosts.unwrap_or(gentle::MOST_PADDING);
    // A size that is searched for starts with one cell; where heights are values, `ghosts` refuses more than cells.
    if padded > axis.cells.max(gentle::MOST_PADDING) {
        let (ghosts, cells) = (padded, axis.cells);
        return Err(BuildError::Ghosts { ghosts, cells });
    }
    check_size_of_different(
        (wide(axis.cells) + 2 * wide(padded)).saturating_mul(2 + 2 * wide(formulas.len())),
    )?;

    let found = fitted(request, &formulas, axis, heights, &mut notes)?;
    let is_fitted = found.is_some();
    let (stairs, steepness) = if let Some(found) = found {
        found
    } else {
        let steepness = steepness(request, units, &cell, &mut notes)?;
        let ghosts = match heights {
            Heights::Values => ghosts(given, axis.cells)?,
            Heights::Fitted => padded.min(axis.cells),
        };
        let stairs = formulas.iter().map(|formula| {
            let sampler = Sampler::new(request.target.inputs(), formula.clone());
            Stairs::of_values(sampler, axis, ghosts)
        });
        (stairs.collect::<Result<Vec<_>, _>>()?, steepness)
    };
    // Each cell has a height, those of the padding steps as well.
    let ghosts = (stairs[0].heights.len() - axis.cells) / 2;
    let (hidden, rows) = assembled(&stairs, (axis, ghosts), units, &steepness, &mut notes);
    let a_priori = if is_fitted {
        notes.push("no a-priori bound: the heights are fitted".to_owned());
        None
    } else {
        let rounding = stairs.iter().map(|stairs| stairs.rounding_upper.clone());
        let rounding = rounding.max().unwrap_or_default();
        let upper = sup_slope(request, &formulas, &mut notes)
            .and_then(|slope| bound(&slope, &cell, units, &steepness));
        upper.map(|upper| {
            let upper = (upper + rounding) * share(output);
            APriori::new(upper, Norm::Sup, "T21", statement(units, output))
        })
    };
    let last = match output {
        OutputUnit::Linear => Activation::Identity,
        OutputUnit::Sigmoid => Activation::Sigmoid,
    };
    Ok(Built {
        network: network_of_rows(request.target, hidden, rows, last),
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(units),
            cells: Some(grid.cells()),
            steepness: Some(steepness.into()),
            heights: Some(if is_fitted {
                Heights::Fitted
            } else {
                Heights::Values
            }),
            ghosts: Some(ghosts),
            output: Some(output),
            ..Parameters::default()
        },
    })
}

/// The functions at points of equal cells.
fn samples(
    formulas: &[Expr],
    low: &Rational,
    high: &Rational,
    cells: usize,
) -> Option<Vec<Samples>> {
    let axis = Axis::equal(low, high, cells);
    let each = formulas.iter().map(|formula| {
        let mut estimates = Estimates::new(formula);
        Samples::new(&axis, |x| estimates.at(x))
    });
    each.collect()
}

/// Fills in the number of padding steps for a tolerance, where it and the steepness are free.
fn with_padding(request: &Request, tolerance: &Rational) -> Result<Parameters, BuildError> {
    let mut parameters = request.parameters.clone();
    let is_free = parameters.ghosts.is_none() && parameters.steepness.is_none();
    let is_sup = request.norm == Norm::Sup;
    if !is_free || !is_sup || kind_of_heights(request)? == Heights::Values {
        return Ok(parameters);
    }
    let output = parameters.output.unwrap_or_default();
    let formulas = stairs_for(request, output)?;
    let tolerance = tolerance.checked_div(&share(output)).unwrap_or_default();
    let choice = Choice {
        per_cell: None,
        padding: None,
        aim: Aim::Largest,
    };
    if let [(low, high)] = request.domain.sides() {
        let samples = |cells| samples(&formulas, low, high, cells);
        parameters.ghosts = choice.padding_for(estimate_rational(&tolerance), samples);
    }
    Ok(parameters)
}

/// The rows of the output layer: weights of units, and a constant.
type Rows = Vec<(Vec<(usize, Rational)>, Rational)>;

/// Makes the units of all stairs, which they share, and the weights of each.
fn assembled(
    stairs: &[Stairs],
    (axis, ghosts): (&Axis, usize),
    units: Units,
    steepness: &Rational,
    notes: &mut Vec<String>,
) -> (Vec<Layer>, Rows) {
    let mut steps = LayerBuilder::new(1);
    let rows = stairs
        .iter()
        .map(|stairs| (Vec::new(), stairs.heights[0].clone()));
    let mut rows: Rows = rows.collect();
    for place in 1..axis.cells + 2 * ghosts {
        let differences = stairs.iter().map(|stairs| stairs.difference(place));
        let differences: Vec<Rational> = differences.collect();
        if differences.iter().all(Rational::is_zero) {
            continue;
        }
        let step = steps.units();
        steps.step(0, &line(axis, ghosts, place), steepness);
        for (difference, (weights, constant)) in differences.into_iter().zip(&mut rows) {
            if difference.is_zero() {
                continue;
            }
            // tanh is a step from -1 to 1: half of the height as its weight, the other half as a constant.
            if units == Units::Tanh {
                *constant = &*constant + &difference.half();
                weights.push((step, difference.half()));
            } else {
                weights.push((step, difference));
            }
        }
    }
    notes.push(words::count(steps.units(), "step"));
    let hidden = if steps.units() == 0 {
        Vec::new()
    } else {
        vec![steps.finish(activation(units))]
    };
    (hidden, rows)
}

/// Where the heights come from: a fit, unless a steepness is given, or the steps have to be steep.
fn kind_of_heights(request: &Request) -> Result<Heights, BuildError> {
    let given = request.parameters;
    let is_sharp = given.units == Some(Units::Heaviside);
    let usual = if given.steepness.is_some() || is_sharp || request.norm == Norm::Area {
        Heights::Values
    } else {
        Heights::Fitted
    };
    match given.heights {
        Some(Heights::Fitted) if is_sharp => Err(BuildError::SharpFit),
        Some(heights) => Ok(heights),
        None => Ok(usual),
    }
}

/// The number of padding steps on each side where heights are values: at most one for each cell.
fn ghosts(given: &Parameters, cells: usize) -> Result<usize, BuildError> {
    let is_steep = given.steepness.is_some() || given.units == Some(Units::Heaviside);
    match given.ghosts {
        Some(ghosts) if ghosts > cells => Err(BuildError::Ghosts { ghosts, cells }),
        Some(ghosts) => Ok(ghosts),
        None if is_steep => Ok(0),
        None => Ok(gentle::PADDING_FOR_VALUES.min(cells)),
    }
}

/// The stairs with fitted heights and their steepness; nothing if heights should be values, or no fit was found.
fn fitted(
    request: &Request,
    formulas: &[Expr],
    axis: &Axis,
    heights: Heights,
    notes: &mut Vec<String>,
) -> Result<Option<(Vec<Stairs>, Rational)>, BuildError> {
    if heights == Heights::Values {
        return Ok(None);
    }
    let cell = axis.side(0);
    let given = positive(
        "steepness",
        request.parameters.steepness.as_ref().map(Steepness::number),
    )?;
    let given = given.and(request.parameters.steepness.as_ref());
    let given = given.and_then(|given| given.for_cell(&cell));
    let is_tanh = request.parameters.units == Some(Units::Tanh);
    // sigmoid(2z) = (1 + tanh z)/2
    let factor = Rational::from(if is_tanh { 2 } else { 1 });
    // Undefined targets are refused as for values.
    for formula in formulas {
        let centres = (0..axis.cells).map(|k| vec![axis.centre(k)]);
        Sampler::new(request.target.inputs(), formula.clone()).values(centres)?;
    }
    let number = given.as_ref().map(|given| given * &cell * &factor);
    let choice = Choice {
        per_cell: number.as_ref(),
        padding: request.parameters.ghosts,
        aim: Aim::of(request.norm),
    };
    let samples = |cells| samples(formulas, axis.low(), axis.high(), cells);
    let Some(found) = choice.stairs(axis.cells, samples) else {
        notes.push("the heights are values: no fit was found".to_owned());
        return Ok(None);
    };
    let number = found.per_cell.checked_div(&factor).unwrap_or_default();
    let steepness = given.unwrap_or_else(|| &number / &cell);
    notes.push(format!(
        "steepness {steepness} ({number} per cell); {} on each side; the heights are fitted",
        words::count(found.padding, "padding step")
    ));
    let stairs = found.heights.into_iter().map(|heights| Stairs {
        heights,
        rounding_upper: Rational::ZERO,
    });
    Ok(Some((stairs.collect(), steepness)))
}

/// The heights of the stairs for one output, with the padding steps (`ghosts`).
struct Stairs {
    heights: Vec<Rational>,
    /// No height that is a value is farther than this from the true one.
    rounding_upper: Rational,
}

impl Stairs {
    fn of_values(mut sampler: Sampler, axis: &Axis, ghosts: usize) -> Result<Self, BuildError> {
        let cells = axis.cells;
        let centres = (0..cells).map(|k| axis.centre(k));
        let ends = [axis.low().clone(), axis.high().clone()].into_iter();
        let points = centres.chain(ends).map(|x| vec![x]);
        // The values at the ends are needed only if cells are mirrored there.
        let count = cells + if ghosts > 0 { 2 } else { 0 };
        let sampled = sampler.values(points.take(count))?;
        let values = sampled.values;
        if ghosts == 0 {
            return Ok(Self {
                heights: values,
                rounding_upper: sampled.rounding_upper,
            });
        }
        let mirrored = |end: &Rational, value: &Rational| end + end - value;
        let before = (0..ghosts)
            .rev()
            .map(|m| mirrored(&values[cells], &values[m]));
        let after = (0..ghosts).map(|m| mirrored(&values[cells + 1], &values[cells - 1 - m]));
        let inside = values[..cells].iter().cloned();
        Ok(Self {
            heights: before.chain(inside).chain(after).collect(),
            // A mirrored height is twice one value minus another.
            rounding_upper: sampled.rounding_upper * Rational::from(3),
        })
    }

    fn difference(&self, place: usize) -> Rational {
        &self.heights[place] - &self.heights[place - 1]
    }
}

/// The line below the cell at this place, counted from the lowest padding step.
fn line(axis: &Axis, ghosts: usize, place: usize) -> Rational {
    axis.low() + &(axis.side(0) * (whole(place) - whole(ghosts)))
}

/// The functions that the stairs are built for: the target's, or the inverse sigmoid of them.
fn stairs_for(request: &Request, output: OutputUnit) -> Result<Vec<Expr>, BuildError> {
    let formulas = request.target.output_expressions();
    if output == OutputUnit::Linear {
        return Ok(formulas);
    }
    let inverse = |formula: &Expr| {
        let formula = Arc::new(formula.clone());
        let rest = Expr::Sub(Arc::new(Expr::one()), formula.clone());
        Expr::Apply(Function::Ln, Arc::new(Expr::Div(formula, Arc::new(rest))))
    };
    let inverses: Vec<Expr> = formulas.iter().map(inverse).collect();
    let body = TargetBody::Outputs(inverses.clone());
    let target = Target::new(request.target.inputs().to_vec(), body);
    let target = target.expect("as many inputs as before");
    check_defined(&target, request.domain).map_err(|place| {
        let found = value_outside(&formulas, &place.point);
        BuildError::OutputRange {
            place: place_text(&place),
            found,
        }
    })?;
    Ok(inverses)
}

fn place_text(place: &NotDefined) -> String {
    let sides = place.names.iter().zip(&place.point);
    let sides: Vec<_> = sides.map(|(name, x)| format!("{name} = {x}")).collect();
    sides.join(", ")
}

/// What is known about an output that is not between 0 and 1 there.
fn value_outside(formulas: &[Expr], point: &[Rational]) -> Option<&'static str> {
    let sides: Vec<_> = point.iter().map(|x| (x.clone(), x.clone())).collect();
    let ranges = formulas.iter().filter_map(|formula| range(formula, &sides));
    let mut outside = ranges.filter_map(|(low, high)| {
        let is_low = !high.is_positive();
        let is_high = low >= Rational::ONE;
        is_low
            .then_some("0 or less")
            .or(is_high.then_some("1 or more"))
    });
    outside.next()
}

/// The factor by which an error of the weighted sum reaches the output at most: the slope of the output unit.
fn share(output: OutputUnit) -> Rational {
    match output {
        OutputUnit::Linear => Rational::ONE,
        OutputUnit::Sigmoid => Rational::ratio(1, 4),
    }
}

fn statement(units: Units, output: OutputUnit) -> &'static str {
    match (units, output) {
        (Units::Heaviside, OutputUnit::Linear) => "sup |N - f| <= L h/2 + rounding of the heights",
        (_, OutputUnit::Linear) => {
            "sup |N - f| <= L h (1/2 + 2 e^(-wh/2)/(1 - e^(-wh))) + rounding of the heights"
        }
        (Units::Heaviside, OutputUnit::Sigmoid) => {
            "sup |N - f| <= (L h/2 + rounding of the heights)/4, L the slope of ln(f/(1 - f))"
        }
        (_, OutputUnit::Sigmoid) => {
            "sup |N - f| <= (L h (1/2 + 2 e^(-wh/2)/(1 - e^(-wh))) + rounding of the heights)/4, L \
             the slope of ln(f/(1 - f))"
        }
    }
}

/// The slope of the stairs for a bound in the sup norm; without it, notes why there is no bound.
fn sup_slope(request: &Request, formulas: &[Expr], notes: &mut Vec<String>) -> Option<Rational> {
    if request.norm != Norm::Sup {
        notes.push(format!("no a-priori bound for the norm {}", request.norm));
        return None;
    }
    let slope = slopes_upper(formulas, request.domain).and_then(|mut slopes| slopes.pop());
    if slope.is_none() {
        notes.push("no a-priori bound: no bound on the slopes of the target was found".to_owned());
    }
    slope
}

/// Returns the steepness given. Without one: 4 per cell, for the norm area 40 (half of it for tanh, which is twice as
/// steep as sigmoid).
fn steepness(
    request: &Request,
    units: Units,
    cell: &Rational,
    notes: &mut Vec<String>,
) -> Result<Rational, BuildError> {
    let given = request.parameters.steepness.as_ref();
    positive("steepness", given.map(Steepness::number))?;
    if let Some(steepness) = given.and_then(|given| given.for_cell(cell)) {
        return Ok(steepness);
    }
    let per_cell = match request.norm {
        Norm::Area => 40,
        _ => gentle::FOR_VALUES,
    };
    let per_cell = match units {
        Units::Heaviside => return Ok(Rational::ONE),
        Units::Tanh => per_cell / 2,
        _ => per_cell,
    };
    let steepness = Rational::from(per_cell) / cell;
    notes.push(format!("steepness {steepness} ({per_cell} per cell)"));
    Ok(steepness)
}

/// The bound of T21 without the rounding of heights; `None` if the steps are so gentle that it is useless.
fn bound(
    slope: &Rational,
    cell: &Rational,
    units: Units,
    steepness: &Rational,
) -> Option<Rational> {
    let spread = slope * cell;
    if units == Units::Heaviside {
        return Some(spread.half());
    }
    // sigmoid(2z) = (1 + tanh z)/2
    let w = match units {
        Units::Tanh => steepness + steepness,
        _ => steepness.clone(),
    };
    // q is an upper bound of e^(-wh/2), and the tail 2q/(1 - q^2) increases with it.
    let q = exp_minus_upper(&(w * cell).half());
    let rest = Rational::ONE - &q * &q;
    if !rest.is_positive() {
        return None;
    }
    Some(spread * (Rational::ratio(1, 2) + (&q + &q) / rest))
}

/// Returns a number of cells whose a-priori bound is at most the tolerance.
pub fn needed_size(request: &Request, tolerance: &Rational) -> Option<usize> {
    if request.norm != Norm::Sup {
        return None;
    }
    if kind_of_heights(request).ok()? == Heights::Fitted {
        return None;
    }
    let output = request.parameters.output.unwrap_or_default();
    let formulas = stairs_for(request, output).ok()?;
    let slope = slopes_upper(&formulas, request.domain)?.pop()?;
    let units = request.parameters.units.unwrap_or(Units::Sigmoid);
    let (low, high) = request.domain.sides().first()?;
    let sizes = formulas.iter();
    let sizes = sizes.map(|formula| derivative_range_upper(formula, request.domain, 0, 0));
    let largest = sizes.collect::<Option<Vec<_>>>()?.into_iter().max()?;
    let rounding = largest * Rational::power_of_two(-36);
    smallest_size(1, 1 << 22, |cells| {
        let cell = (high - low) / whole(cells);
        let steepness = steepness(request, units, &cell, &mut Vec::new()).ok()?;
        // Stairs of gentle steps get worse with more cells, until the bound is useless: then stop.
        let upper = bound(&slope, &cell, units, &steepness);
        Some(upper.is_some_and(|upper| (upper + &rounding) * share(output) <= *tolerance))
    })
}

//! Towers: a box is where all its steps agree, and a second-layer unit counts them.

use super::assemble::{LayerBuilder, activation, network};
use super::error::{BuildError, check_size};
use super::grid::{Grid, Indices, whole, wide};
use super::parameters::{BuilderName, Parameters, Units};
use super::request::{APriori, Built, Request, positive, smallest_size};
use super::sample::Sampler;
use crate::certificate::Norm;
use crate::numbers::Rational;

/// Returns `height · s(W (sum of S(x_i - a_i) - S(x_i - b_i), less d - 1/2))`: the indicator of
/// a box.
///
/// - Shapes: 1 to 4 inputs, 1 output, 2 hidden layers of `2d` and 1 units.
/// - Bound: none over a domain, since the target is not looked at; Heaviside units give the
///   indicator of the box (lower ends included, upper ends not) exactly.
/// - Exactness: exact weights.
/// - Errors: [`BuildError`].
/// - Source: T23.
pub fn tower(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let inputs = request.domain.dimension();
    let key = "box";
    let builder = BuilderName::Tower;
    let sides = given.sides_of_box.as_ref();
    let sides = sides.ok_or(BuildError::MissingKey { builder, key })?;
    if sides.len() != inputs {
        let found = sides.len();
        return Err(BuildError::Length { key, found, inputs });
    }
    for (side, (low, high)) in sides.iter().enumerate() {
        if low >= high {
            return Err(BuildError::EmptyBox {
                side: side + 1,
                low: low.clone(),
                high: high.clone(),
            });
        }
    }
    let height = given.height.clone().unwrap_or(Rational::ONE);
    if height.is_zero() {
        return Err(BuildError::NoHeight);
    }
    let units = given.units.unwrap_or(Units::Sigmoid);
    let shortest = sides.iter().map(|(low, high)| high - low).min();
    let (w, second, mut notes) = steepnesses(given, units, 100, &shortest.unwrap_or_default())?;
    notes.push("no a-priori bound: a tower is what its box says, whatever the target".to_owned());

    let mut steps = LayerBuilder::new(inputs);
    for (input, (low, high)) in sides.iter().enumerate() {
        steps.step(input, low, &w);
        steps.step(input, high, &w);
    }
    let mut gates = LayerBuilder::new(steps.units());
    let signs = (0..steps.units()).map(|step| (step, step_sign(step, &second)));
    gates.unit(signs, gate_bias(inputs, &second));
    let hidden = vec![
        steps.finish(activation(units)),
        gates.finish(activation(units)),
    ];
    Ok(Built {
        network: network(request.target, hidden, vec![height.clone()], Rational::ZERO),
        a_priori: None,
        notes,
        chosen: Parameters {
            units: Some(units),
            sides_of_box: Some(sides.clone()),
            height: Some(height),
            steepness: Some(w),
            second_steepness: Some(second),
            ..Parameters::default()
        },
    })
}

/// Returns one tower for each cell of a grid, as high as the target at the cell's centre.
///
/// - Shapes: 1 to 4 inputs, 1 output, 2 hidden layers: `cells + 1` steps for each input, which the
///   towers share, and a unit for each cell where the target is not 0.
/// - Bound: Heaviside: `sup |N - f| <= sum of L_i h_i / 2`, plus rounding. Sigmoid: none in the
///   sup norm, since near inner corners of cells all towers are off.
/// - Exactness: weights exact for the values used; irrational values rounded to 40 bits.
/// - Errors: [`BuildError`].
/// - Source: T23.
pub fn towers(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let grid = Grid::new(BuilderName::Towers, given.cells.as_ref(), request.domain)?;
    let inputs = grid.axes.len();
    check_size(grid.total().saturating_mul(wide(2 * inputs + 2)))?;
    let units = given.units.unwrap_or(Units::Sigmoid);
    let (w, second, mut notes) = steepnesses(given, units, 100, &grid.shortest())?;
    let (values, rounding_upper) = Sampler::new(request.target).on_grid(&grid)?;
    let cells = || Indices::of_cells(&grid).enumerate();
    let kept = || cells().filter(|(place, _)| !values.is_zero(*place));

    // A step is made only where a tower stands on either side of it.
    let mut columns: Vec<Vec<Option<usize>>> = grid
        .axes
        .iter()
        .map(|axis| vec![None; axis.cells + 1])
        .collect();
    for (_, index) in kept() {
        for (column, k) in columns.iter_mut().zip(index) {
            (column[k], column[k + 1]) = (Some(0), Some(0));
        }
    }
    let mut steps = LayerBuilder::new(inputs);
    for (input, (axis, columns)) in grid.axes.iter().zip(&mut columns).enumerate() {
        // The first and the last step have nothing to switch inside the domain.
        let away = if units == Units::Heaviside {
            axis.cell.clone()
        } else {
            Rational::from(40) / &w
        };
        for (k, column) in columns.iter_mut().enumerate() {
            if column.is_some() {
                *column = Some(steps.units());
                let place = match k {
                    0 => axis.line(0) - &away,
                    k if k == axis.cells => axis.line(k) + &away,
                    k => axis.line(k),
                };
                steps.step(input, &place, &w);
            }
        }
    }
    let mut gates = LayerBuilder::new(steps.units());
    let bias = gates.bias(gate_bias(inputs, &second));
    let signs = [0, 1].map(|place| gates.weight(step_sign(place, &second)));
    let mut around = Vec::new();
    for (_, index) in kept() {
        around.clear();
        for (columns, k) in columns.iter().zip(index) {
            let sides = columns[k].into_iter().chain(columns[k + 1]);
            around.extend(sides.zip(signs));
        }
        gates.known_unit(&around, bias);
    }
    let heights = kept().map(|(place, _)| values.get(place));
    notes.push(format!("{} steps, {} towers", steps.units(), gates.units()));
    let hidden = if gates.units() == 0 {
        Vec::new()
    } else {
        let (first, then) = (activation(units), activation(units));
        vec![steps.finish(first), gates.finish(then)]
    };

    let a_priori = if units == Units::Heaviside {
        request.sup_slopes(&mut notes).map(|slopes| {
            let upper = half_steps(&grid, &slopes) + &rounding_upper;
            let statement = "ess sup |N - f| <= sum of L_i h_i/2 + rounding of the values";
            APriori::new(upper, Norm::Sup, "T23", statement)
        })
    } else {
        notes.push(
            "no a-priori bound: near inner corners of cells all sigmoid towers are off and the \
             network dips to about 0; `quadrants` has no dip"
                .to_owned(),
        );
        None
    };
    Ok(Built {
        network: network(request.target, hidden, heights, Rational::ZERO),
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(units),
            cells: Some(grid.cells()),
            steepness: Some(w),
            second_steepness: Some(second),
            ..Parameters::default()
        },
    })
}

/// Returns a number of cells for each input whose a-priori bound is at most the tolerance.
pub fn needed_size(request: &Request, tolerance: &Rational) -> Option<usize> {
    if request.parameters.units != Some(Units::Heaviside) {
        return None;
    }
    let slopes = request.slopes()?;
    let rounding = request.rounding_guess()?;
    smallest_size(1, 1 << 22, |cells| {
        let grid = Grid::new(request.name, Some(&vec![cells]), request.domain).ok()?;
        Some(half_steps(&grid, &slopes) + &rounding <= *tolerance)
    })
}

/// The sum of `L_i h_i / 2`.
pub fn half_steps(grid: &Grid, slopes: &[Rational]) -> Rational {
    let axes = grid.axes.iter().zip(slopes);
    axes.map(|(axis, slope)| (slope * &axis.cell).half()).sum()
}

/// Steps switch a tower on and off by turns.
fn step_sign(place: usize, second: &Rational) -> Rational {
    if place.is_multiple_of(2) {
        second.clone()
    } else {
        -second
    }
}

/// The bias of a unit that needs all of `count` steps: `-W (count - 1/2)`.
pub fn gate_bias(count: usize, second: &Rational) -> Rational {
    -(second * &(whole(count) - Rational::ratio(1, 2)))
}

/// Returns the steepness of both layers, as given or chosen, and what was chosen.
pub fn steepnesses(
    given: &Parameters,
    units: Units,
    per_cell: i64,
    shortest: &Rational,
) -> Result<(Rational, Rational, Vec<String>), BuildError> {
    let first = positive("steepness", given.steepness.as_ref())?;
    let second = positive("second_steepness", given.second_steepness.as_ref())?;
    if units == Units::Heaviside {
        let one = |given: Option<Rational>| given.unwrap_or(Rational::ONE);
        return Ok((one(first), one(second), Vec::new()));
    }
    let mut notes = Vec::new();
    let first = first.unwrap_or_else(|| {
        let chosen = Rational::from(per_cell).checked_div(shortest);
        let chosen = chosen.unwrap_or(Rational::ONE);
        notes.push(format!("steepness {chosen} ({per_cell} per shortest side)"));
        chosen
    });
    let second = second.unwrap_or_else(|| {
        notes.push("second_steepness 40".to_owned());
        Rational::from(40)
    });
    Ok((first, second, notes))
}

//! A grid of towers.

use super::tower::{gate_bias, half_steps, steepnesses, step_sign};
use crate::builders::assemble::{LayerBuilder, activation, network};
use crate::builders::entry::{
    ACTIVATION, Bounds, CELLS, Entry, Goal, Outputs, SECOND, STEPS, cells_by, key,
};
use crate::builders::error::{BuildError, check_size};
use crate::builders::grid::{Grid, Indices, wide};
use crate::builders::parameters::{Parameters, Units};
use crate::builders::request::{APriori, Built, Request, smallest_size};
use crate::builders::sample::Sampler;
use crate::certificate::Norm;
use crate::numbers::Rational;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "towers",
    summary: "a grid of towers, each as high as the target at its centre",
    inputs: (1, 4),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: STEPS,
    keys: &[
        ACTIVATION,
        CELLS,
        key("steepness", "100 per shortest cell side (heaviside: 1)"),
        SECOND,
    ],
    size: Some(cells_by(needed_size, 1 << 20)),
    bounds: Bounds::Sup,
    bound: "ess sup, heaviside: sum of L_i h_i/2; sigmoid: none, the network dips to about 0 \
            where cells meet",
    theorem: "T23",
    example: r#"[target]
formula = "sin(3*x)*cos(2*y)"
inputs = ["x", "y"]
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "towers"
activation = "heaviside"
cells = 32

[claim]
norm = "sup"
tolerance = "1/5"
"#,
    build: towers,
};

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
    let grid = Grid::new(ENTRY.name, given.cells.as_ref(), request.domain)?;
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
    if request.norm != Norm::Sup {
        return None;
    }
    if request.parameters.units != Some(Units::Heaviside) {
        return None;
    }
    let slopes = request.slopes()?;
    let rounding = request.rounding_guess()?;
    smallest_size(1, 1 << 22, |cells| {
        let grid = Grid::new(ENTRY.name, Some(&vec![cells]), request.domain).ok()?;
        Some(half_steps(&grid, &slopes) + &rounding <= *tolerance)
    })
}

//! Stairs in one variable: one hidden layer of steps.

use crate::builders::assemble::{LayerBuilder, activation, network};
use crate::builders::entry::{ACTIVATION, Bounds, CELLS, Entry, Goal, Outputs, cells_by, key};
use crate::builders::error::{BuildError, check_size};
use crate::builders::grid::{Grid, whole, wide};
use crate::builders::parameters::{Parameters, Units};
use crate::builders::request::{APriori, Built, Request, positive, smallest_size};
use crate::builders::sample::Sampler;
use crate::builders::tail::exp_minus_upper;
use crate::certificate::Norm;
use crate::expr::lipschitz_upper;
use crate::numbers::Rational;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "staircase",
    summary: "stairs in one variable: a step for each line between cells",
    inputs: (1, 1),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: &[Units::Sigmoid, Units::Heaviside, Units::Tanh],
    keys: &[
        ACTIVATION,
        CELLS,
        key("steepness", "40 per cell (tanh: 20, heaviside: 1)"),
        key(
            "ghosts",
            "0 (mirrored steps outside the domain, on each side)",
        ),
    ],
    size: Some(cells_by(needed_size, 1 << 22)),
    bounds: Bounds::Sup,
    bound: "sup: L h (1/2 + 2 e^(-wh/2)/(1 - e^(-wh))); heaviside: L h/2",
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

/// Returns `f(c_0) + sum of (f(c_k) - f(c_(k-1))) s(w (x - s_k))`, with the cell centres `c_k` and
/// the lines `s_k` between the cells.
///
/// - Shapes: 1 input, 1 output, 1 hidden layer, `cells - 1 + 2 ghosts` units at most.
/// - Bound: `sup |N - f| <= L h (1/2 + 2 e^(-wh/2) / (1 - e^(-wh)))`, plus rounding.
/// - Exactness: weights exact for the heights used; irrational heights rounded to 40 bits.
/// - Errors: [`BuildError`].
/// - Source: T21.
pub fn staircase(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let units = given.units.unwrap_or(Units::Sigmoid);
    let grid = Grid::new(ENTRY.name, given.cells.as_ref(), request.domain)?;
    let axis = &grid.axes[0];
    let ghosts = given.ghosts.unwrap_or(0);
    if ghosts > axis.cells {
        let cells = axis.cells;
        return Err(BuildError::Ghosts { ghosts, cells });
    }
    let mut notes = Vec::new();
    let steepness = steepness(given, units, &axis.cell, &mut notes)?;
    check_size(4 * (wide(axis.cells) + 2 * wide(ghosts)))?;

    let end = axis.line(axis.cells);
    let centres = (0..axis.cells).map(|k| axis.centre(k));
    let ends = [axis.low.clone(), end.clone()].into_iter();
    let points = centres.chain(ends).map(|x| vec![x]);
    // The ends are looked at only where cells are mirrored there.
    let count = axis.cells + if ghosts > 0 { 2 } else { 0 };
    let sampled = Sampler::new(request.target).values(points.take(count))?;
    let values = &sampled.values;
    let mut heights = Vec::with_capacity(axis.cells + 2 * ghosts);
    let mut lines = Vec::with_capacity(heights.capacity());
    let two = Rational::from(2);
    for m in (0..ghosts).rev() {
        heights.push(&two * &values[axis.cells] - &values[m]);
        lines.push(&axis.low - &(&axis.cell * &whole(m + 1)));
    }
    for (k, value) in values.iter().take(axis.cells).enumerate() {
        heights.push(value.clone());
        lines.push(axis.line(k));
    }
    for m in 0..ghosts {
        heights.push(&two * &values[axis.cells + 1] - &values[axis.cells - 1 - m]);
        lines.push(&end + &(&axis.cell * &whole(m)));
    }

    let mut steps = LayerBuilder::new(1);
    let mut weights = Vec::new();
    let mut constant = heights[0].clone();
    for (pair, line) in heights.windows(2).zip(&lines[1..]) {
        let difference = &pair[1] - &pair[0];
        if difference.is_zero() {
            continue;
        }
        steps.step(0, line, &steepness);
        // tanh is a step from -1 to 1: half of it, and the other half of the height for good.
        if units == Units::Tanh {
            constant = constant + difference.half();
            weights.push(difference.half());
        } else {
            weights.push(difference);
        }
    }
    notes.push(format!("{} steps", steps.units()));
    let hidden = if steps.units() == 0 {
        Vec::new()
    } else {
        vec![steps.finish(activation(units))]
    };

    // A mirrored height is twice one value less another.
    let rounding = if ghosts > 0 {
        &sampled.rounding_upper * &Rational::from(3)
    } else {
        sampled.rounding_upper.clone()
    };
    let slope = request.sup_slopes(&mut notes);
    let upper = slope.and_then(|slopes| bound(&slopes[0], &axis.cell, units, &steepness));
    let statement = match units {
        Units::Heaviside => "sup |N - f| <= L h/2 + rounding of the heights",
        _ => "sup |N - f| <= L h (1/2 + 2 e^(-wh/2)/(1 - e^(-wh))) + rounding of the heights",
    };
    let a_priori = upper.map(|upper| APriori::new(upper + rounding, Norm::Sup, "T21", statement));
    Ok(Built {
        network: network(request.target, hidden, weights, constant),
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(units),
            cells: Some(grid.cells()),
            steepness: Some(steepness),
            ghosts: Some(ghosts),
            ..Parameters::default()
        },
    })
}

/// Returns the steepness given, or 40 per cell (20 for tanh, which is twice as steep as sigmoid).
fn steepness(
    given: &Parameters,
    units: Units,
    cell: &Rational,
    notes: &mut Vec<String>,
) -> Result<Rational, BuildError> {
    if let Some(steepness) = positive("steepness", given.steepness.as_ref())? {
        return Ok(steepness);
    }
    let per_cell = match units {
        Units::Heaviside => return Ok(Rational::ONE),
        Units::Tanh => 20,
        _ => 40,
    };
    let steepness = Rational::from(per_cell) / cell;
    notes.push(format!("steepness {steepness} ({per_cell} per cell)"));
    Ok(steepness)
}

/// The bound of T21 without the rounding of heights; nothing where the steps are so blurred that
/// it says nothing.
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
    let target = request.target.output_expressions();
    let slope = lipschitz_upper(target.first()?, request.domain)?.pop()?;
    let units = request.parameters.units.unwrap_or(Units::Sigmoid);
    let (low, high) = request.domain.sides().first()?;
    let rounding = request.rounding_guess()?;
    smallest_size(1, 1 << 22, |cells| {
        let cell = (high - low) / whole(cells);
        let steepness = steepness(request.parameters, units, &cell, &mut Vec::new()).ok()?;
        // A blurred staircase gets worse with more cells, until the bound says nothing: that is no.
        let upper = bound(&slope, &cell, units, &steepness);
        Some(upper.is_some_and(|upper| upper + &rounding <= *tolerance))
    })
}

//! Towers: a second-layer unit counts the steps of a box, and is on where all of them agree.

use crate::builders::assemble::{LayerBuilder, activation, network};
use crate::builders::entry::{ACTIVATION, Bounds, Entry, Goal, Outputs, SECOND, STEPS, key};
use crate::builders::error::BuildError;
use crate::builders::grid::{Grid, whole};
use crate::builders::parameters::{Parameters, Steepness, Units};
use crate::builders::request::{Built, Request, positive, steepness_without_cells};
use crate::numbers::Rational;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "tower",
    summary: "one box: two steps for each input, and a unit that counts them",
    inputs: (1, 4),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: STEPS,
    keys: &[
        ACTIVATION,
        key("box", "needed: a side for each input"),
        key("height", "1"),
        key(
            "steepness",
            "100 per shortest side of the box (heaviside: 1)",
        ),
        SECOND,
    ],
    size: None,
    bounds: Bounds::Sup,
    bound: "none; with heaviside, the network is exactly 1 on the box and 0 elsewhere",
    theorem: "T23",
    example: r#"[target]
formula = "x >= 0 and x < 1/2 and y >= 0 and y < 1/2"
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "tower"
box = { x = ["0", "1/2"], y = ["0", "1/2"] }
steepness = 200

[claim]
norm = "area"
tolerance = "1/50"
"#,
    build: tower,
};

/// Returns `height · s(W (sum of S(x_i - a_i) - S(x_i - b_i), less d - 1/2))`: the indicator of
/// a box.
///
/// - Shapes: 1 to 4 inputs, 1 output, 2 hidden layers of `2d` and 1 units.
/// - Bound: none on a domain, because the target is not used; with Heaviside units the network is exactly
///   the indicator of the box (with its lower ends, without its upper ends).
/// - Exactness: exact weights.
/// - Errors: [`BuildError`].
/// - Source: T23.
pub fn tower(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let inputs = request.domain.dimension();
    let key = "box";
    let builder = ENTRY.name;
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
    steepness_without_cells(ENTRY.name, given)?;
    let (w, second, mut notes) = steepnesses(given, units, 100, &shortest.unwrap_or_default())?;
    notes.push("no a-priori bound: the target is not compared with the box".to_owned());

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
            steepness: Some(w.into()),
            second_steepness: Some(second),
            ..Parameters::default()
        },
    })
}

/// The sum of `L_i h_i / 2`.
pub fn half_steps(grid: &Grid, slopes: &[Rational]) -> Rational {
    let axes = grid.axes.iter().zip(slopes);
    axes.map(|(axis, slope)| (slope * &axis.longest()).half())
        .sum()
}

/// Steps switch a tower on and off alternately.
pub fn step_sign(place: usize, second: &Rational) -> Rational {
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

/// Returns the steepness of both layers, given or chosen, and notes about what was chosen.
pub fn steepnesses(
    given: &Parameters,
    units: Units,
    per_cell: i64,
    shortest: &Rational,
) -> Result<(Rational, Rational, Vec<String>), BuildError> {
    positive("steepness", given.steepness.as_ref().map(Steepness::number))?;
    let first = given.steepness.as_ref();
    let first = first.and_then(|given| given.for_cell(shortest));
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

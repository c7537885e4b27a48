//! Corner steps (orthant indicators): their sums have no dip where cells meet.

use super::mixed::{Table, is_additive, largest_mixed_differences, mixed_derivative, subsets};
use super::spacing::Spacing;
use super::tower::{gate_bias, steepnesses};
use crate::builders::assemble::{LayerBuilder, activation, network_of_rows};
use crate::builders::entry::{
    ACTIVATION, Bounds, CELLS, Entry, Goal, Outputs, SECOND, STEPS, cells_by, key,
};
use crate::builders::error::{BuildError, check_size};
use crate::builders::fixed::Numbers;
use crate::builders::grid::{Axis, Grid, Index, Indices, whole, wide};
use crate::builders::parameters::{Parameters, Units};
use crate::builders::request::{APriori, Built, Request};
use crate::builders::sample::Sampler;
use crate::builders::sizes::smallest_size;
use crate::builders::tail::exp_minus_upper;
use crate::certificate::Norm;
use crate::network::Activation;
use crate::numbers::Rational;
use crate::words::count;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "quadrants",
    summary: "a grid of corner steps (on where all inputs are beyond their lines), a staircase without dips",
    inputs: (1, 4),
    outputs: Outputs::Several,
    goal: Goal::Target,
    activations: STEPS,
    keys: &[
        ACTIVATION,
        CELLS,
        key("steepness", "40 per shortest cell side (heaviside: 1)"),
        SECOND,
        key(
            "grid",
            "uniform (adaptive: lines are closer where the target is steep in that input)",
        ),
    ],
    size: Some(cells_by(needed_size, 1 << 20)),
    bounds: Bounds::Sup,
    bound: "sup: sum of L_i h_i/2 + largest mixed differences + tails; heaviside: sum of \
            L_i h_i/2",
    theorem: "T24",
    example: r#"[target]
formula = "sin(3*x)*cos(2*y)"
inputs = ["x", "y"]
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "quadrants"
cells = 32

[claim]
norm = "sup"
tolerance = "1/5"
"#,
    build: quadrants,
};

/// Returns the sum over subsets A of the inputs, and over lines `k_i` for each input in A, of a
/// corner step `s(W (sum over A of S_(i, k_i), less |A| - 1/2))` times the mixed difference over A
/// of the values at the cell centres, at index 0 in the other inputs.
///
/// - Shapes: 1 to 4 inputs, an output for each formula, 2 hidden layers: `cells - 1` steps for each input, and a unit
///   for each mixed difference that is not 0.
/// - Bound: Heaviside: `sup |N - f| <= sum of L_i h_i / 2` (on an adaptive grid of the largest
///   `L_i h_i` of an axis), plus rounding. Sigmoid: that, the sum
///   over subsets of at least two inputs of the largest mixed difference, and tails.
/// - Exactness: weights exact for the values used; irrational values rounded to 40 bits.
/// - Errors: [`BuildError`].
/// - Source: T24.
pub fn quadrants(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let spacing = Spacing::of(request);
    let grid = spacing.grid(ENTRY.name, given.cells.as_ref(), request)?;
    let inputs = grid.axes.len();
    let formulas = request.target.output_expressions();
    let all_additive = formulas.iter().all(|formula| is_additive(formula, inputs));
    let cells = grid.cells();
    // A mixed difference has up to `inputs` weights, an output weight each and a bias.
    let corners = if all_additive {
        cells.iter().map(|&cells| wide(cells)).sum()
    } else {
        grid.total()
    };
    check_size(corners.saturating_mul(wide(inputs + 1 + formulas.len())))?;
    let units = given.units.unwrap_or(Units::Sigmoid);
    let (w, second, mut notes) = steepnesses(given, units, 40, &spacing.shortest(&grid))?;
    let tables = formulas.into_iter().map(|formula| {
        let is_additive = is_additive(&formula, inputs);
        Table::new(
            Sampler::new(request.target.inputs(), formula),
            &grid,
            is_additive,
        )
    });
    let tables: Vec<Table> = tables.collect::<Result<_, _>>()?;

    let families: Vec<Family> = subsets(inputs)
        .into_iter()
        .filter(|subset| subset.len() == 1 || !all_additive)
        .map(|subset| Family::new(subset, &grid, &tables))
        .collect();
    let (steps, gates) = layers(&grid, &families, &w, &second);
    notes.push(format!(
        "{}, {}",
        count(steps.units(), "step"),
        count(gates.units(), "corner step")
    ));
    let hidden = if gates.units() == 0 {
        Vec::new()
    } else {
        let (first, then) = (activation(units), activation(units));
        vec![steps.finish(first), gates.finish(then)]
    };

    let upper = request.sup_slopes(&mut notes).and_then(|slopes| {
        let outputs = tables.iter().enumerate();
        let rest = outputs.map(|(output, table)| {
            if units == Units::Heaviside {
                return Some(table.rounding_upper.clone());
            }
            let mixed = largest_mixed_differences(table, &grid);
            let tails = families.iter().map(|family| {
                let Some(differences) = &family.differences[output] else {
                    return Some(Rational::ZERO);
                };
                let (_, variation) = differences.sizes();
                if variation.is_zero() {
                    return Some(variation);
                }
                Some(variation * tail(family.subset.len(), &grid, &w, &second)?)
            });
            Some(&table.rounding_upper + &mixed + tails.sum::<Option<Rational>>()?)
        });
        let rest = rest.collect::<Option<Vec<_>>>()?.into_iter().max()?;
        Some(spacing.half_steps(&grid, &slopes) + rest)
    });
    if upper.is_none() && request.norm == Norm::Sup {
        notes.push("no a-priori bound: T24 does not apply".to_owned());
    }
    let statement = match units {
        Units::Heaviside => "ess sup |N - f| <= sum of L_i h_i/2 + rounding of the values",
        _ => {
            "sup |N - f| <= sum of L_i h_i/2 + largest mixed differences + tails of the steps + \
             rounding of the values"
        }
    };
    let a_priori = upper.map(|upper| APriori::new(upper, Norm::Sup, "T24", statement));
    let rows = tables.iter().enumerate().map(|(output, table)| {
        let families = families.iter();
        let kept = families.flat_map(|family| family.kept().map(move |(place, _)| (family, place)));
        let weights = kept.enumerate().filter_map(move |(gate, (family, place))| {
            let differences = family.differences[output].as_ref()?;
            let weight = (!differences.is_zero(place)).then(|| differences.get(place));
            Some((gate, weight?))
        });
        (weights, table.first())
    });
    let network = network_of_rows(request.target, hidden, rows, Activation::Identity);
    Ok(Built {
        network,
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(units),
            cells: Some(given.cells.clone().unwrap_or(cells)),
            grid: Some(given.grid.unwrap_or_default()),
            steepness: Some(w.into()),
            second_steepness: Some(second),
            ..Parameters::default()
        },
    })
}

/// The corner steps over one subset of the inputs: the corners (0 outside the subset), and for each
/// output their weights in the same order; `None` if the formula makes them all 0.
struct Family {
    subset: Vec<usize>,
    corners: Indices,
    differences: Vec<Option<Numbers>>,
}

impl Family {
    fn new(subset: Vec<usize>, grid: &Grid, tables: &[Table]) -> Self {
        let corners = corners_of(grid, &subset);
        let differences = tables.iter().map(|table| {
            let is_made = subset.len() == 1 || !table.is_additive;
            is_made.then(|| table.mixed_differences(&subset, corners.clone()))
        });
        Self {
            differences: differences.collect(),
            subset,
            corners,
        }
    }

    /// The places of the weights that are not 0 in every output, and the corners there.
    fn kept(&self) -> impl Iterator<Item = (usize, Index)> {
        let corners = self.corners.clone().enumerate();
        corners.filter(|(place, _)| {
            let mut outputs = self.differences.iter().flatten();
            outputs.any(|differences| !differences.is_zero(*place))
        })
    }
}

/// The indices from 1 in the inputs of the subset, and 0 in the others.
fn corners_of(grid: &Grid, subset: &[usize]) -> Indices {
    let starts = (0..grid.axes.len()).map(|input| usize::from(subset.contains(&input)));
    let starts: Vec<usize> = starts.collect();
    let ends = grid.cells().into_iter().zip(&starts);
    let ends = ends.map(|(cells, &start)| if start == 1 { cells } else { 1 });
    Indices::new(starts.clone(), ends.collect())
}

/// The first layer, of the steps that some corner uses, and the second, of the corner steps.
fn layers(
    grid: &Grid,
    families: &[Family],
    w: &Rational,
    second: &Rational,
) -> (LayerBuilder, LayerBuilder) {
    let cells = grid.cells();
    let none = cells.iter().map(|&cells| vec![None; cells]);
    let mut columns: Vec<Vec<Option<usize>>> = none.collect();
    for family in families {
        for (_, index) in family.kept() {
            for &input in &family.subset {
                columns[input][index[input]] = Some(0);
            }
        }
    }
    let mut steps = LayerBuilder::new(cells.len());
    for (input, (axis, columns)) in grid.axes.iter().zip(&mut columns).enumerate() {
        for (k, column) in columns.iter_mut().enumerate() {
            if column.is_some() {
                *column = Some(steps.units());
                steps.step(input, &axis.line(k), w);
            }
        }
    }
    let mut gates = LayerBuilder::new(steps.units());
    let weight = gates.weight(second.clone());
    for family in families {
        let bias = gates.bias(gate_bias(family.subset.len(), second));
        let mut on = Vec::new();
        for (_, index) in family.kept() {
            on.clear();
            let steps = family.subset.iter();
            let steps = steps.filter_map(|&input| columns[input][index[input]]);
            on.extend(steps.map(|column| (column, weight)));
            gates.known_unit(&on, bias);
        }
    }
    (steps, gates)
}

/// The error of a corner step over `size` inputs against the ideal one of T24, per unit of output weight;
/// `None` if the steps are too gentle for T24.
fn tail(size: usize, grid: &Grid, w: &Rational, second: &Rational) -> Option<Rational> {
    let cut = grid.axes.iter().filter(|axis| axis.cells > 1);
    let Some(shortest) = cut.map(Axis::shortest).min() else {
        return Some(Rational::ZERO);
    };
    let step = exp_minus_upper(&(w * &shortest).half());
    let room = Rational::ratio(1, 2) - whole(size) * &step;
    if !room.is_positive() {
        return None;
    }
    let decided = exp_minus_upper(&(second * &room));
    let undecided = whole(size - 1) * second * step * Rational::ratio(1, 4);
    Some(decided.max(undecided))
}

/// Returns a number of cells for each input whose a-priori bound is at most the tolerance.
pub fn needed_size(request: &Request, tolerance: &Rational) -> Option<usize> {
    if request.norm != Norm::Sup {
        return None;
    }
    let slopes = request.slopes()?;
    let rounding = request.rounding_guess()?;
    let given = request.parameters;
    let units = given.units.unwrap_or(Units::Sigmoid);
    let inputs = request.domain.dimension();
    let formulas = request.target.output_expressions();
    let spacing = Spacing::of(request);
    // For each output, the subsets of its corner steps, with a bound on the derivative.
    let outputs = formulas.iter().map(|formula| {
        let subsets = subsets(inputs).into_iter();
        let made = subsets.filter(|subset| subset.len() == 1 || !is_additive(formula, inputs));
        let bounded = made.map(|subset| {
            let bound = mixed_derivative(formula, request.domain, &subset);
            (subset, bound)
        });
        bounded.collect()
    });
    let outputs: Vec<Vec<(Vec<usize>, Option<Rational>)>> = outputs.collect();
    smallest_size(1, 1 << 20, |cells| {
        let grid = spacing.grid(ENTRY.name, Some(&vec![cells]), request).ok()?;
        let spread = spacing.half_steps(&grid, &slopes) + &rounding;
        if units == Units::Heaviside {
            return Some(spread <= *tolerance);
        }
        let (w, second, _) = steepnesses(given, units, 40, &spacing.shortest(&grid)).ok()?;
        for families in &outputs {
            let mut upper = spread.clone();
            for (subset, derivative) in families {
                // A mixed difference is at most the mixed derivative times the distances of centres,
                // and at most 2^(|A| - 1) differences in one input.
                let single = subset.iter().map(|&i| &slopes[i] * &grid.axes[i].longest());
                let doubled = Rational::power_of_two(i32::try_from(subset.len()).ok()? - 1);
                let mut largest = single.min()? * doubled;
                if let Some(derivative) = derivative {
                    let sides = subset.iter().map(|&i| grid.axes[i].longest());
                    largest = largest.min(sides.fold(derivative.clone(), |area, side| area * side));
                }
                let count = subset.iter().map(|&i| whole(grid.axes[i].cells - 1));
                let total = count.fold(largest.clone(), |total, count| total * count);
                if subset.len() > 1 {
                    upper = upper + largest;
                }
                match tail(subset.len(), &grid, &w, &second) {
                    Some(tail) => upper = upper + total * tail,
                    None => return Some(false),
                }
            }
            if upper > *tolerance {
                return Some(false);
            }
        }
        Some(true)
    })
}

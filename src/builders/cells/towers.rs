//! Grids of towers: one, several that overlap, or boxes of different sizes.

use std::collections::BTreeMap;

use super::boxes::{Piece, subdivide, worst_spread};
use super::tower::{gate_bias, half_steps, steepnesses, step_sign};
use crate::builders::assemble::{LayerBuilder, activation, network_of_rows};
use crate::builders::entry::{
    ACTIVATION, Bounds, CELLS, Entry, Goal, Outputs, SECOND, STEPS, cells_by, key,
};
use crate::builders::error::{BuildError, check_size};
use crate::builders::fixed::Numbers;
use crate::builders::grid::{Grid, Index, Indices, whole, wide};
use crate::builders::parameters::{Division, Parameters, Units};
use crate::builders::request::{APriori, Built, Request};
use crate::builders::sample::{Sampler, Values};
use crate::builders::sizes::smallest_size;
use crate::builders::tail::exp_minus_upper;
use crate::certificate::Norm;
use crate::network::{Activation, Layer};
use crate::numbers::Rational;
use crate::words;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "towers",
    summary: "a grid of towers, each as high as the target at its centre (a tower is about 1 on a box, else 0)",
    inputs: (1, 4),
    outputs: Outputs::Several,
    goal: Goal::Target,
    activations: STEPS,
    keys: &[
        ACTIVATION,
        CELLS,
        key(
            "steepness",
            "100 overlap per shortest cell side (heaviside: 1)",
        ),
        SECOND,
        key(
            "overlap",
            "1 (with M: M grids shifted along the diagonal, each 1/M as high)",
        ),
        key(
            "grid",
            "uniform (adaptive: cells^inputs boxes, halved where the target changes most)",
        ),
    ],
    size: Some(cells_by(needed_size, 1 << 20)),
    bounds: Bounds::Sup,
    bound: "ess sup, heaviside: sum of L_i h_i/2; sigmoid: about sum of L_i h_i/4 + max |f|/M if M \
            grids overlap, else none, because the network dips to about 0 where cells meet",
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

/// Returns one tower for each cell of a grid, as high as the target at its centre; or of several grids,
/// shifted along the diagonal, with towers lower by that factor; or of boxes that are halved where the
/// target changes most.
///
/// - Shapes: 1 to 4 inputs, an output for each formula, 2 hidden layers: `cells + 1` steps for each
///   input (about `overlap cells`), which the towers share, and a unit for each cell where the
///   target is not 0.
/// - Bound: Heaviside: `sup |N - f| <= sum of L_i h_i / 2` (overlapping: about half of that), plus
///   rounding. Sigmoid: that, `max |f| / overlap` and tails; none without overlap, because near inner
///   corners of cells all towers are off.
/// - Exactness: weights exact for the values used; irrational values rounded to 40 bits.
/// - Errors: [`BuildError`].
/// - Source: T23, T26.
pub fn towers(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let overlap = given.overlap.unwrap_or(1);
    if overlap == 0 {
        return Err(BuildError::TooSmall {
            key: "overlap",
            found: 0,
            smallest: 1,
        });
    }
    let grid = Grid::new(ENTRY.name, given.cells.as_ref(), request.domain)?;
    let units = given.units.unwrap_or(Units::Sigmoid);
    let outputs = request.target.outputs_count();
    let inputs = grid.axes.len();
    let count = grid.total().saturating_mul(wide(overlap));
    check_size(count.saturating_mul(wide(2 * inputs + 1 + outputs)))?;
    if given.grid == Some(Division::Adaptive) {
        if overlap > 1 {
            return Err(BuildError::OverlapOfBoxes);
        }
        return adaptive_towers(request, &grid, units);
    }
    let per_cell = i64::try_from(overlap)
        .unwrap_or(i64::MAX / 200)
        .saturating_mul(100);
    let (w, second, mut notes) = steepnesses(given, units, per_cell, &grid.shortest())?;

    let mut samplers = Sampler::all(request.target);
    let families = (0..overlap).map(|m| Family::new(&grid, m, overlap, &mut samplers));
    let families: Vec<Family> = families.collect::<Result<_, _>>()?;
    let (steps, columns) = steps(&grid, &families, units, &w);
    let mut gates = LayerBuilder::new(steps.units());
    let bias = gates.bias(gate_bias(inputs, &second));
    let signs = [0, 1].map(|place| gates.weight(step_sign(place, &second)));
    let mut around = Vec::new();
    for (family, columns) in families.iter().zip(&columns) {
        for (_, index) in family.kept() {
            around.clear();
            for (columns, k) in columns.iter().zip(index) {
                let sides = columns[k].into_iter().chain(columns[k + 1]);
                around.extend(sides.zip(signs));
            }
            gates.known_unit(&around, bias);
        }
    }
    notes.push(format!(
        "{}, {}",
        words::count(steps.units(), "step"),
        words::count(gates.units(), "tower")
    ));
    let a_priori = bound(request, &grid, &families, (units, &w, &second), &mut notes);
    let share = Rational::ONE / whole(overlap);
    let rows = (0..outputs).map(|output| {
        let kept = families.iter().flat_map(|family| {
            let kept = family.kept();
            kept.map(move |(place, _)| (&family.values[output], place))
        });
        let kept = kept.enumerate();
        let high = kept.filter(|(_, (values, place))| !values.is_zero(*place));
        let weights = high.map(|(gate, (values, place))| (gate, values.get(place) * &share));
        (weights.collect::<Vec<_>>(), Rational::ZERO)
    });
    let network = network_of_rows(
        request.target,
        hidden(steps, gates, units),
        rows,
        Activation::Identity,
    );
    Ok(Built {
        network,
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(units),
            cells: Some(grid.cells()),
            steepness: Some(w.into()),
            second_steepness: Some(second),
            overlap: Some(overlap),
            grid: Some(Division::Uniform),
            ..Parameters::default()
        },
    })
}

fn hidden(steps: LayerBuilder, gates: LayerBuilder, units: Units) -> Vec<Layer> {
    if gates.units() == 0 {
        return Vec::new();
    }
    vec![
        steps.finish(activation(units)),
        gates.finish(activation(units)),
    ]
}

/// The towers of one grid.
struct Family {
    grid: Grid,
    /// The heights, for each output.
    values: Vec<Numbers>,
    rounding_upper: Rational,
}

impl Family {
    /// Shifts a grid by this many parts of a cell; cells outside the domain take the value at the point of
    /// the domain nearest to their centre.
    fn new(
        grid: &Grid,
        shift: usize,
        parts: usize,
        samplers: &mut [Sampler],
    ) -> Result<Self, BuildError> {
        let part = whole(shift) / whole(parts);
        let axes = grid.axes.iter().map(|axis| axis.shifted(&part));
        let grid = Grid {
            axes: axes.collect(),
        };
        let mut values = Vec::with_capacity(samplers.len());
        let mut rounding_upper = Rational::ZERO;
        for sampler in samplers {
            let (found, rounding) = sampler.on_grid(&grid)?;
            values.push(found);
            rounding_upper = rounding_upper.max(rounding);
        }
        Ok(Self {
            grid,
            values,
            rounding_upper,
        })
    }

    /// The cells where some output is not 0.
    fn kept(&self) -> impl Iterator<Item = (usize, Index)> {
        let cells = Indices::of_cells(&self.grid).enumerate();
        cells.filter(|(place, _)| self.values.iter().any(|values| !values.is_zero(*place)))
    }
}

/// For each family and input, the step at each line that has a tower next to it.
type Columns = Vec<Vec<Vec<Option<usize>>>>;

/// Makes the first layer. The first and the last step of an input have nothing to switch inside the
/// domain; they stand outside, and all families share them.
fn steps(grid: &Grid, families: &[Family], units: Units, w: &Rational) -> (LayerBuilder, Columns) {
    let inputs = grid.axes.len();
    let none = families.iter().map(|family| {
        let axes = family.grid.axes.iter();
        axes.map(|axis| vec![None; axis.cells + 1]).collect()
    });
    let mut columns: Columns = none.collect();
    for (family, columns) in families.iter().zip(&mut columns) {
        for (_, index) in family.kept() {
            for (column, k) in columns.iter_mut().zip(index) {
                (column[k], column[k + 1]) = (Some(0), Some(0));
            }
        }
    }
    let mut steps = LayerBuilder::new(inputs);
    for (input, axis) in grid.axes.iter().enumerate() {
        let away = if units == Units::Heaviside {
            axis.longest()
        } else {
            Rational::from(40) / w
        };
        // The first lines of all families, then the inner lines, then the last.
        if share_step(&mut columns, input, steps.units(), <[_]>::first_mut) {
            steps.step(input, &(axis.low() - &away), w);
        }
        for (family, columns) in families.iter().zip(&mut columns) {
            let axis = &family.grid.axes[input];
            for (k, column) in columns[input].iter_mut().enumerate() {
                if 0 < k && k < axis.cells && column.is_some() {
                    *column = Some(steps.units());
                    steps.step(input, &axis.line(k), w);
                }
            }
        }
        if share_step(&mut columns, input, steps.units(), <[_]>::last_mut) {
            steps.step(input, &(axis.high() + &away), w);
        }
    }
    (steps, columns)
}

/// Gives one step to all families that use their line at this end; returns whether any does.
fn share_step(
    columns: &mut Columns,
    input: usize,
    step: usize,
    end: impl Fn(&mut [Option<usize>]) -> Option<&mut Option<usize>>,
) -> bool {
    let mut is_used = false;
    for columns in columns {
        if let Some(Some(column)) = end(&mut columns[input]) {
            *column = step;
            is_used = true;
        }
    }
    is_used
}

/// The bound of T23 or T26, or a note that explains why there is none.
fn bound(
    request: &Request,
    grid: &Grid,
    families: &[Family],
    (units, w, second): (Units, &Rational, &Rational),
    notes: &mut Vec<String>,
) -> Option<APriori> {
    let overlap = families.len();
    if units != Units::Heaviside && overlap == 1 {
        notes.push(
            "no a-priori bound: near inner corners of cells all sigmoid towers are off, so the network \
             dips to about 0; `overlap` makes the dips smaller, and `quadrants` has none"
                .to_owned(),
        );
        return None;
    }
    let slopes = request.sup_slopes(notes)?;
    let rounding = families.iter().map(|family| family.rounding_upper.clone());
    let spread = mean_distance(overlap) * two_half_steps(grid, &slopes) + rounding.max()?;
    if units == Units::Heaviside {
        let statement = if overlap == 1 {
            "ess sup |N - f| <= sum of L_i h_i/2 + rounding of the values"
        } else {
            "ess sup |N - f| <= sum of L_i h_i/4, a little more for odd overlaps, + rounding of the \
             values"
        };
        return Some(APriori::new(spread, Norm::Sup, "T23", statement));
    }
    let sizes = families
        .iter()
        .flat_map(|family| family.values.iter().map(Numbers::sizes));
    let (mut largest, mut sum) = (Rational::ZERO, Rational::ZERO);
    for (most, total) in sizes {
        (largest, sum) = (largest.max(most), sum.max(total));
    }
    let made = Overlap {
        grid,
        slopes: &slopes,
        families: overlap,
        steepness: (w, second),
    };
    let dip = request.size_upper();
    let upper = dip.and_then(|size| made.bound(&spread, &size, &largest, &sum));
    if upper.is_none() {
        notes.push("no a-priori bound: the steps are too gentle for T26".to_owned());
    }
    let statement = "sup |N - f| <= sum of L_i h_i/4, a little more for odd overlaps, + max |f|/M + \
                     tails of the steps + rounding of the values";
    Some(APriori::new(upper?, Norm::Sup, "T26", statement))
}

/// The largest distance of a point from the centre of its cell, averaged over the families, in cells:
/// 1/4, and `1/(4 M^2)` more for odd numbers M of families.
fn mean_distance(overlap: usize) -> Rational {
    let quarter = Rational::ratio(1, 4);
    if overlap.is_multiple_of(2) {
        return quarter;
    }
    let square = whole(overlap) * whole(overlap);
    &quarter + &(&quarter / &square)
}

/// The sum of `L_i h_i`.
fn two_half_steps(grid: &Grid, slopes: &[Rational]) -> Rational {
    let half = half_steps(grid, slopes);
    &half + &half
}

/// Overlapping sigmoid towers, for T26.
struct Overlap<'a> {
    grid: &'a Grid,
    slopes: &'a [Rational],
    families: usize,
    steepness: (&'a Rational, &'a Rational),
}

impl Overlap<'_> {
    /// T26, from the staircase part of the bound, the largest |f|, and the largest height and sum
    /// of heights of a family. `None` if the steps are too gentle.
    fn bound(
        &self,
        spread: &Rational,
        size: &Rational,
        largest: &Rational,
        sum: &Rational,
    ) -> Option<Rational> {
        let (w, second) = self.steepness;
        let families = whole(self.families);
        let inputs = self.grid.axes.len();
        let mut near = Rational::ZERO;
        let mut step_tail = Rational::ZERO;
        for (axis, slope) in self.grid.axes.iter().zip(self.slopes) {
            // A point is near a line within distance d of it: in each input, at most one family is.
            let d = (axis.side(0) / &families)
                .half()
                .min(Rational::from(30) / w);
            near = near + slope * &(&d + &d) / &families;
            step_tail = step_tail.max(exp_minus_upper(&(w * &d)));
        }
        let moved = whole(2 * inputs) * step_tail;
        let room = Rational::ratio(1, 2) - &moved;
        if !room.is_positive() {
            return None;
        }
        let off = exp_minus_upper(&(second * &room));
        let candidates = whole(1 << inputs);
        let more = (&candidates - &Rational::from(2)).max(Rational::ZERO) * &off;
        if more > Rational::ONE {
            return None;
        }
        let undecided = &candidates * largest * second * &moved * Rational::ratio(1, 4);
        let dip = size * &whole(inputs / 2) / &families;
        Some((spread + &near) * (Rational::ONE + more) + dip + off * sum + undecided)
    }
}

/// Towers on boxes that are halved where the target changes most.
fn adaptive_towers(request: &Request, grid: &Grid, units: Units) -> Result<Built, BuildError> {
    let given = request.parameters;
    let inputs = grid.axes.len();
    let count = usize::try_from(grid.total()).unwrap_or(usize::MAX);
    let pieces = subdivide(request, count, &Rational::ZERO);
    let lengths = pieces.iter().flat_map(|piece| piece.sides.iter());
    let shortest = lengths
        .map(|(low, high)| high - low)
        .min()
        .unwrap_or_default();
    let (w, second, mut notes) = steepnesses(given, units, 100, &shortest)?;
    let mut samplers = Sampler::all(request.target);
    let values = samplers
        .iter_mut()
        .map(|sampler| sampler.values(pieces.iter().map(Piece::centre)));
    let values: Vec<Values> = values.collect::<Result<_, _>>()?;
    let kept = |place: &usize| values.iter().any(|values| !values.values[*place].is_zero());
    let kept: Vec<usize> = (0..pieces.len()).filter(kept).collect();

    // Boxes share the steps on their lines.
    let mut steps = LayerBuilder::new(inputs);
    let mut columns: Vec<BTreeMap<&Rational, usize>> = vec![BTreeMap::new(); inputs];
    for (input, (columns, (low, high))) in
        columns.iter_mut().zip(request.domain.sides()).enumerate()
    {
        for &place in &kept {
            let (from, to) = &pieces[place].sides[input];
            columns.insert(from, 0);
            columns.insert(to, 0);
        }
        let away = if units == Units::Heaviside {
            high - low
        } else {
            Rational::from(40) / &w
        };
        for (line, column) in columns {
            *column = steps.units();
            let place = match *line {
                line if line == low => line - &away,
                line if line == high => line + &away,
                line => line.clone(),
            };
            steps.step(input, &place, &w);
        }
    }
    let mut gates = LayerBuilder::new(steps.units());
    let bias = gates.bias(gate_bias(inputs, &second));
    let [on, off] = [0, 1].map(|place| gates.weight(step_sign(place, &second)));
    for &place in &kept {
        let sides = pieces[place].sides.iter().zip(&columns);
        let around =
            sides.flat_map(|((from, to), columns)| [(columns[from], on), (columns[to], off)]);
        gates.known_unit(&around.collect::<Vec<_>>(), bias);
    }
    notes.push(format!(
        "{}, {}, {}",
        words::count(pieces.len(), "box"),
        words::count(steps.units(), "step"),
        words::count(gates.units(), "tower")
    ));
    let mut a_priori = None;
    if units != Units::Heaviside {
        notes.push("no a-priori bound: sigmoid towers dip where boxes meet".to_owned());
    } else if request.norm != Norm::Sup {
        notes.push(format!("no a-priori bound for the norm {}", request.norm));
    } else if let Some(spread) = worst_spread(&pieces) {
        let rounding = values.iter().map(|values| values.rounding_upper.clone());
        let upper = spread.half() + rounding.max().unwrap_or_default();
        let statement =
            "ess sup |N - f| <= largest sum of L_i h_i/2 of a box + rounding of the values";
        a_priori = Some(APriori::new(upper, Norm::Sup, "T23", statement));
    } else {
        notes.push(
            "no a-priori bound: on some box, no bound on the slopes of the target was found"
                .to_owned(),
        );
    }
    let rows = values.iter().map(|values| {
        let heights = kept.iter().map(|&place| values.values[place].clone());
        let weights = heights.enumerate().filter(|(_, height)| !height.is_zero());
        (weights, Rational::ZERO)
    });
    let network = network_of_rows(
        request.target,
        hidden(steps, gates, units),
        rows,
        Activation::Identity,
    );
    Ok(Built {
        network,
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(units),
            cells: Some(grid.cells()),
            steepness: Some(w.into()),
            second_steepness: Some(second),
            overlap: Some(1),
            grid: Some(Division::Adaptive),
            ..Parameters::default()
        },
    })
}

/// The search for a size tries at most this many boxes.
const MOST_BOXES: usize = 1 << 16;

/// Returns a number of cells for each input whose a-priori bound is at most the tolerance.
pub fn needed_size(request: &Request, tolerance: &Rational) -> Option<usize> {
    if request.norm != Norm::Sup {
        return None;
    }
    let given = request.parameters;
    let units = given.units.unwrap_or(Units::Sigmoid);
    let overlap = given.overlap.unwrap_or(1).max(1);
    let rounding = request.rounding_guess()?;
    let inputs = u32::try_from(request.domain.dimension()).ok()?;
    if given.grid == Some(Division::Adaptive) {
        if units != Units::Heaviside {
            return None;
        }
        let room = tolerance - &rounding;
        let pieces = subdivide(request, MOST_BOXES, &(&room + &room));
        if worst_spread(&pieces)?.half() > room {
            return None;
        }
        return smallest_size(1, MOST_BOXES, |cells| {
            Some(cells.saturating_pow(inputs) >= pieces.len())
        });
    }
    if units != Units::Heaviside && overlap == 1 {
        return None;
    }
    let slopes = request.slopes()?;
    let size = request.size_upper()?;
    smallest_size(1, 1 << 22, |cells| {
        let grid = Grid::new(ENTRY.name, Some(&vec![cells]), request.domain).ok()?;
        let spread = mean_distance(overlap) * two_half_steps(&grid, &slopes) + &rounding;
        if units == Units::Heaviside {
            return Some(spread <= *tolerance);
        }
        let per_cell = i64::try_from(overlap).ok()?.checked_mul(100)?;
        let (w, second, _) = steepnesses(given, units, per_cell, &grid.shortest()).ok()?;
        let made = Overlap {
            grid: &grid,
            slopes: &slopes,
            families: overlap,
            steepness: (&w, &second),
        };
        let sum = whole(cells + 1).powi(i32::try_from(inputs).ok()?)? * &size;
        let upper = made.bound(&spread, &size, &size, &sum);
        Some(upper.is_some_and(|upper| upper <= *tolerance))
    })
}

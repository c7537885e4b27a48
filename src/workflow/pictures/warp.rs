//! The images of the inputs in each hidden layer.

#![allow(clippy::cast_precision_loss, reason = "places in a picture")]

use super::contour::{Parts, Spot, crossing};
use super::titles;
use crate::draw::{SplitCell, WarpPanel, WarpPicture};
use crate::expr::evaluate::Scratch;
use crate::expr::{Domain, Tape, Target, typeset_target};
use crate::network::{Activation, LayerEstimate, Network};
use crate::numbers::Rational;
use crate::numbers::estimate::{Estimate, estimate_rational};

/// Cells of the grid along an input.
const CELLS: usize = 32;
/// Labelled points.
const POINTS: usize = 220;
/// The lines of the next layer are drawn if it has at most this many units.
const MOST_LINES: usize = 8;

/// Returns the picture of a grid of inputs, mapped by each hidden layer; `None` unless the network has two
/// inputs.
///
/// Cells and points are labelled by the region, if there is one; else by the network, if there is
/// a threshold. Layers of more than three units are shown along their three principal directions.
pub fn warp(
    network: &Network,
    domain: &Domain,
    region: Option<&Target>,
    threshold: Option<&Rational>,
) -> Option<WarpPicture> {
    let [x, y] = domain.sides() else { return None };
    let side =
        |(low, high): &(Rational, Rational)| (estimate_rational(low), estimate_rational(high));
    let ((x0, x1), (y0, y1)) = (side(x), side(y));
    let at = |s: f64, t: f64| vec![x0 + s * (x1 - x0), y0 + t * (y1 - y0)];
    let share = |k: usize| k as f64 / CELLS as f64;
    let grid: Vec<Vec<f64>> = (0..=CELLS)
        .flat_map(|j| (0..=CELLS).map(move |i| (i, j)))
        .map(|(i, j)| at(share(i), share(j)))
        .collect();
    let half = 0.5 / CELLS as f64;
    let middles = (0..CELLS).flat_map(|j| (0..CELLS).map(move |i| (i, j)));
    let middles = middles.map(|(i, j)| at(share(i) + half, share(j) + half));
    // Evenly spread: multiples of the powers of the plastic number's inverse.
    let spread = |k: usize, step: f64| (0.5 + step * k as f64).fract();
    let points: Vec<Vec<f64>> = (0..POINTS)
        .map(|k| {
            at(
                spread(k, 0.754_877_666_246_692_8),
                spread(k, 0.569_840_290_998_053_3),
            )
        })
        .collect();

    let layers = LayerEstimate::of(network);
    let half_way = Rational::ratio(1, 2);
    let threshold = threshold
        .or(region.map(|_| &half_way))
        .map(estimate_rational);
    let tape = region.map(|region| Tape::new(&region.indicator()));
    let constants = tape.as_ref().map(|tape| tape.constants::<Estimate>(&()));
    let mut scratch = Scratch::default();
    let mut label = |point: &[f64]| match (&tape, &constants) {
        (Some(tape), Some(constants)) => {
            let inputs: Vec<Estimate> = point.iter().copied().map(Estimate).collect();
            let results = tape.evaluate(constants, &inputs, &mut scratch);
            results.value(0).ok().map(|value| value.0 >= 0.5)
        }
        _ => threshold.map(|threshold| {
            let outputs = layers
                .iter()
                .fold(point.to_vec(), |values, layer| layer.values(&values));
            outputs[0] >= threshold
        }),
    };
    let cells: Vec<Option<bool>> = middles.map(|middle| label(&middle)).collect();
    let (split, edge) = split_cells(&grid, &cells, &mut label);
    let labels: Vec<Option<bool>> = points.iter().map(|point| label(point)).collect();
    let points: Vec<Vec<f64>> = points
        .into_iter()
        .zip(&labels)
        .filter(|(_, label)| label.is_some())
        .map(|(point, _)| point)
        .collect();

    let mut panels = vec![WarpPanel {
        name: "inputs".into(),
        axes: network.inputs().to_vec(),
        grid,
        edge,
        points,
        decision: None,
        units: lines(&layers[0]),
    }];
    let (mut grid, mut points) = (panels[0].grid.clone(), panels[0].points.clone());
    let mut edge = panels[0].edge.clone();
    for (k, layer) in layers[..layers.len() - 1].iter().enumerate() {
        for values in grid.iter_mut().chain(&mut points).chain(&mut edge) {
            *values = layer.values(values);
        }
        let next = &layers[k + 1];
        let is_last = k + 2 == layers.len();
        let decision = threshold
            .filter(|_| is_last)
            .and_then(|t| boundary(next, t));
        panels.push(panel(
            k + 1,
            [&grid, &edge, &points],
            decision,
            if is_last { Vec::new() } else { lines(next) },
            &panels[0],
        ));
    }
    let shown = network.layers().len() - 1;
    let is_flattened = network.layers()[..shown]
        .iter()
        .any(|layer| layer.units() > 3);
    Some(WarpPicture {
        title: titles::doing(network, ["bends", "bend"], "the plane"),
        caption: caption(shown, region, threshold.is_some(), is_flattened),
        columns: CELLS + 1,
        cells,
        split,
        labels: labels.into_iter().flatten().collect(),
        panels,
    })
}

/// The cells through which the edge of the region runs, and the places where it crosses their sides.
fn split_cells(
    grid: &[Vec<f64>],
    cells: &[Option<bool>],
    label: &mut dyn FnMut(&[f64]) -> Option<bool>,
) -> (Vec<SplitCell>, Vec<Vec<f64>>) {
    let labels: Vec<Option<bool>> = grid.iter().map(|point| label(point)).collect();
    let (mut split, mut edge) = (Vec::new(), Vec::new());
    for (cell, centre) in cells.iter().enumerate() {
        let first = cell / CELLS * (CELLS + 1) + cell % CELLS;
        let corners = [first, first + 1, first + CELLS + 2, first + CELLS + 1];
        let [Some(a), Some(b), Some(c), Some(d)] = corners.map(|k| labels[k]) else {
            continue;
        };
        let Some(centre) = centre else { continue };
        if [a, b, c, d] == [*centre; 4] {
            continue;
        }
        let found = Parts::of([a, b, c, d], *centre);
        let mut crossings = [0_usize; 4];
        for side in found.edges.iter().flatten() {
            let point = |k: usize| (grid[corners[k % 4]][0], grid[corners[k % 4]][1]);
            let mut is_inside = |(x, y): (f64, f64)| label(&[x, y]) == Some(true);
            let (x, y) = crossing(&mut is_inside, point(*side), point(side + 1));
            crossings[*side] = edge.len();
            edge.push(vec![x, y]);
        }
        let spot = |spot: &Spot| match spot {
            Spot::Corner(k) => corners[*k],
            Spot::Crossing(side) => grid.len() + crossings[*side],
        };
        let parts = found.parts.iter();
        split.push(SplitCell {
            cell,
            parts: parts
                .map(|(inside, part)| (*inside, part.iter().map(spot).collect()))
                .collect(),
            edges: found
                .edges
                .iter()
                .map(|ends| ends.map(|side| crossings[side]))
                .collect(),
        });
    }
    (split, edge)
}

fn caption(hidden: usize, region: Option<&Target>, is_decided: bool, is_flattened: bool) -> String {
    let mut text =
        "A grid of inputs, mapped by the hidden layers: each layer turns and shears the \
                    plane, and its activation bends it. Sampled; nothing is proved here."
            .to_string();
    if let Some(region) = region {
        text += "\nInside: ";
        text += &typeset_target(region);
        text += ".";
    }
    if is_flattened {
        text += " A layer with more than three units is shown along the three directions in which its image is widest.";
    }
    if is_decided && hidden > 0 {
        text += " The output cuts the last hidden layer with one line or plane: one side of it is inside.";
    }
    text
}

/// One hidden layer's panel: as it is with two or three units; with one, beside the first input;
/// with more, along three principal directions.
fn panel(
    number: usize,
    [grid, edge, points]: [&[Vec<f64>]; 3],
    decision: Option<Vec<f64>>,
    units: Vec<Vec<f64>>,
    inputs: &WarpPanel,
) -> WarpPanel {
    let width = grid.first().map_or(0, Vec::len);
    let name = format!("hidden layer {number}");
    let unit = |k: usize| format!("unit {k}");
    match width {
        1 => {
            let beside = |values: &[Vec<f64>], inputs: &[Vec<f64>]| {
                let pairs = values.iter().zip(inputs);
                pairs
                    .map(|(value, input)| vec![value[0], input[0]])
                    .collect()
            };
            WarpPanel {
                name: format!("{name}, against the first input"),
                axes: vec![unit(1), inputs.axes[0].clone()],
                grid: beside(grid, &inputs.grid),
                edge: beside(edge, &inputs.edge),
                points: beside(points, &inputs.points),
                decision: decision.map(|line| vec![line[0], 0.0, line[1]]),
                units: units
                    .into_iter()
                    .map(|line| vec![line[0], 0.0, line[1]])
                    .collect(),
            }
        }
        2 | 3 => WarpPanel {
            name,
            axes: (1..=width).map(unit).collect(),
            grid: grid.to_vec(),
            edge: edge.to_vec(),
            points: points.to_vec(),
            decision,
            units: if width == 2 { units } else { Vec::new() },
        },
        _ => {
            let (middle, directions) = principal(grid);
            let project = |values: &Vec<f64>| -> Vec<f64> {
                let away: Vec<f64> = values.iter().zip(&middle).map(|(v, m)| v - m).collect();
                directions.iter().map(|d| dot(d, &away)).collect()
            };
            WarpPanel {
                name: format!("{name}: {width} units, 3 directions"),
                axes: ["1st", "2nd", "3rd"].map(String::from).to_vec(),
                grid: grid.iter().map(project).collect(),
                edge: edge.iter().map(project).collect(),
                points: points.iter().map(project).collect(),
                decision: None,
                units: Vec::new(),
            }
        }
    }
}

/// The lines on which the sums of a layer are 0, if they are few.
fn lines(layer: &LayerEstimate) -> Vec<Vec<f64>> {
    let is_bent = layer.activation != Activation::Identity && layer.activation.rows_per_unit() == 1;
    if !is_bent || layer.rows.len() > MOST_LINES {
        return Vec::new();
    }
    (0..layer.rows.len())
        .map(|row| line(layer, row, 0.0))
        .collect()
}

/// `a·p + c` for a row's sum less `level`: coefficients, and then the constant.
fn line(layer: &LayerEstimate, row: usize, level: f64) -> Vec<f64> {
    let (bias, weights) = &layer.rows[row];
    let mut line = vec![0.0; layer.inputs];
    for (column, weight) in weights {
        line[*column] = *weight;
    }
    line.push(bias - level);
    line
}

/// Where the output unit reaches the threshold, as a line or plane in the layer below.
fn boundary(output: &LayerEstimate, threshold: f64) -> Option<Vec<f64>> {
    let level = match output.activation {
        Activation::Identity => threshold,
        Activation::Relu if threshold > 0.0 => threshold,
        Activation::HardTanh if threshold > -1.0 && threshold <= 1.0 => threshold,
        Activation::Heaviside if threshold > 0.0 && threshold <= 1.0 => 0.0,
        Activation::Sigmoid if threshold > 0.0 && threshold < 1.0 => {
            libm::log(threshold / (1.0 - threshold))
        }
        Activation::Softsign if threshold > -1.0 && threshold < 1.0 => {
            threshold / (1.0 - threshold.abs())
        }
        Activation::Tanh if threshold > -1.0 && threshold < 1.0 => libm::atanh(threshold),
        _ => return None,
    };
    Some(line(output, 0, level))
}

fn dot(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(a, b)| a * b).sum()
}

/// The mean and the three orthonormal directions in which the points spread most, by repeated
/// multiplication with the covariance. Plain loops give the same figures on every machine.
fn principal(points: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let width = points.first().map_or(0, Vec::len);
    let finite: Vec<&Vec<f64>> = points
        .iter()
        .filter(|p| p.iter().all(|v| v.is_finite()))
        .collect();
    let count = finite.len().max(1) as f64;
    let middle: Vec<f64> = (0..width)
        .map(|k| finite.iter().map(|p| p[k]).sum::<f64>() / count)
        .collect();
    let away: Vec<Vec<f64>> = finite
        .iter()
        .map(|p| p.iter().zip(&middle).map(|(v, m)| v - m).collect())
        .collect();
    let mut directions: Vec<Vec<f64>> = Vec::new();
    for turn in 0..3 {
        let mut direction: Vec<f64> = (0..width)
            .map(|k| 1.0 + ((k * 7 + turn * 3) % 5) as f64)
            .collect();
        for _ in 0..200 {
            let mut next = vec![0.0; width];
            for p in &away {
                let share = dot(p, &direction);
                for (sum, v) in next.iter_mut().zip(p) {
                    *sum += share * v;
                }
            }
            for known in &directions {
                let share = dot(known, &next);
                for (sum, v) in next.iter_mut().zip(known) {
                    *sum -= share * v;
                }
            }
            let size = dot(&next, &next).sqrt();
            if size < 1e-200 {
                break;
            }
            direction = next.into_iter().map(|v| v / size).collect();
        }
        // The sign is free: the largest coefficient is positive.
        let largest = direction
            .iter()
            .copied()
            .fold(0.0_f64, |a, b| if b.abs() > a.abs() { b } else { a });
        if largest < 0.0 {
            direction = direction.into_iter().map(|v| -v).collect();
        }
        directions.push(direction);
    }
    (middle, directions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principal_directions_of_a_stretched_cloud() {
        let points: Vec<Vec<f64>> = (0..60)
            .map(|k| {
                let t = f64::from(k);
                vec![
                    (t * 0.7).fract(),
                    9.0 * (t * 0.37).fract(),
                    3.0 * (t * 0.61).fract(),
                    0.5,
                ]
            })
            .collect();
        let (middle, directions) = principal(&points);
        assert!((middle[3] - 0.5).abs() < 1e-12);
        assert!(directions[0][1] > 0.99 && directions[1][2] > 0.95);
        for (i, p) in directions.iter().enumerate() {
            for q in &directions[..i] {
                assert!(dot(p, q).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn the_edge_of_a_region_splits_the_cells_that_it_crosses() {
        let side = |k: usize| 2.0 * k as f64 / CELLS as f64 - 1.0;
        let point = |i: usize, j: usize| vec![side(i), side(j)];
        let grid: Vec<Vec<f64>> = (0..=CELLS)
            .flat_map(|j| (0..=CELLS).map(move |i| point(i, j)))
            .collect();
        let mut label = |p: &[f64]| Some(p[0] + p[1] >= 0.01);
        let half = 1.0 / CELLS as f64;
        let cells: Vec<Option<bool>> = (0..CELLS * CELLS)
            .map(|k| label(&[side(k % CELLS) + half, side(k / CELLS) + half]))
            .collect();
        let (split, edge) = split_cells(&grid, &cells, &mut label);
        // Just above the diagonal, every row has two cells with the edge in them, the last has one.
        assert_eq!(split.len(), 2 * CELLS - 1);
        assert!(edge.iter().all(|p| (p[0] + p[1] - 0.01).abs() < 1e-9));
        for cell in &split {
            assert_eq!((cell.parts.len(), cell.edges.len()), (2, 1));
            assert_ne!(cell.parts[0].0, cell.parts[1].0);
            let ends = grid.len() + edge.len();
            assert!(
                cell.parts
                    .iter()
                    .flat_map(|(_, part)| part)
                    .all(|&k| k < ends)
            );
        }
    }
}

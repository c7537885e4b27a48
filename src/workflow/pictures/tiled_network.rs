//! A network over the unit square, cut where its units change.
//!
//! On a cell that no earlier unit changes on, the sum of a unit is affine, so it changes on a line:
//! heaviside jumps there, relu has a kink, and a sigmoid whose transition layer is thinner than a
//! pixel is drawn as a jump. Wider transition layers are cut into strips. Where the output is affine, its
//! corners are enough; elsewhere it is sampled.

use super::refine::Refinement;
use super::surface::Reading;
use super::tiling::{Line, Point, Relief, Step, middle};
use crate::draw::FacetLine;
use crate::network::{Reduced, SumView};
use crate::numbers::Function;
use crate::numbers::Scalar;
use crate::numbers::estimate::{Estimate, estimate_dyadic};

/// A sigmoid has done its step at this distance from 0; tanh at half of it.
const DONE: f64 = 18.0;
/// Transition layers (from -4 to 4) narrower than this part of the square are drawn as jumps.
const THIN: f64 = 0.004;
/// Steeper sums have transition layers of a few pixels.
const CLIFF: f64 = 400.0;
/// Wider ones than this part are sampled on the mesh.
const WIDE: f64 = 0.4;

/// `c + a·x + b·y`.
type Affine = [f64; 3];

#[derive(Clone, Debug)]
struct Unit {
    function: Function,
    bias: f64,
    terms: Vec<(usize, f64)>,
}

/// What is known of the units on a cell.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Units decided so far, after the two inputs; `None` where a unit is neither affine nor constant.
    values: Vec<Option<Affine>>,
    /// Cuts made for the next unit.
    cuts: usize,
    /// A jump that was found by samples, along which the cell was cut.
    cut: Option<Line>,
}

/// A network whose units are known one by one.
pub(super) struct TiledNetwork<'a> {
    units: Vec<Unit>,
    output: Unit,
    domain: [(f64, f64); 2],
    /// Where a transition layer is cut, in values of the sum.
    strips: &'static [f64],
    refinement: &'a Refinement,
    memory: Vec<f64>,
}

/// How a unit changes on a cell.
enum Change {
    /// From one constant to another at 0.
    Jump(f64, f64),
    /// From 0 to the sum at 0.
    Kink,
    /// Gradually, or in a transition layer that is cut into strips.
    Smooth { is_narrow: bool },
}

impl<'a> TiledNetwork<'a> {
    /// - `network`: reduced to the domain.
    /// - `domain`: what the unit square stands for.
    pub(super) fn new(
        network: &Reduced,
        domain: [(f64, f64); 2],
        reading: Reading,
        refinement: &'a Refinement,
    ) -> Self {
        let sum = |view: SumView<'_>, function| Unit {
            function,
            bias: estimate_dyadic(view.bias),
            terms: view
                .terms
                .iter()
                .map(|(k, w)| (*k as usize, estimate_dyadic(*w)))
                .collect(),
        };
        let all = (0..network.units()).map(|k| network.unit(k));
        let mut units: Vec<Unit> = all.map(|unit| sum(unit.sum, unit.function)).collect();
        // The function of an output is not used.
        let mut output = sum(network.output(0), Function::Relu);
        if let Reading::Squashed(threshold) = reading {
            let mut last = output;
            last.function = Function::Sigmoid;
            last.bias -= threshold;
            output = Unit {
                bias: 0.0,
                terms: vec![(units.len() + 2, 1.0)],
                ..last.clone()
            };
            units.push(last);
        }
        let gradual = |unit: &&Unit| matches!(unit.function, Function::Sigmoid | Function::Tanh);
        let strips: &[f64] = match units.iter().filter(gradual).count() {
            0..=8 => &[0.0, -1.0, 1.0, -2.2, 2.2, -4.0, 4.0, -7.0, 7.0],
            9..=20 => &[0.0, -1.6, 1.6, -4.5, 4.5],
            21..=40 => &[-3.0, 3.0],
            _ => &[],
        };
        Self {
            units,
            output,
            domain,
            strips,
            refinement,
            memory: Vec::new(),
        }
    }

    /// What is known before any cut.
    pub(super) fn nothing_known(&self) -> Known {
        let [(x0, x1), (y0, y1)] = self.domain;
        Known {
            values: vec![Some([x0, x1 - x0, 0.0]), Some([y0, 0.0, y1 - y0])],
            cuts: 0,
            cut: None,
        }
    }

    /// Decides on the next unit; returns a cut if one is needed first.
    fn next_unit(&self, cell: &[Point], known: &mut Known) -> Option<Step> {
        let unit = &self.units[known.values.len() - 2];
        let value = match affine(unit, &known.values) {
            None => None,
            Some(sum) => {
                let slope = (sum[1] * sum[1] + sum[2] * sum[2]).sqrt();
                let ends = cell.iter().map(|p| at(sum, *p));
                let (lo, hi) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), z| {
                    (lo.min(z), hi.max(z))
                });
                let change = change(unit.function, slope);
                let levels = match change {
                    Change::Jump(..) | Change::Kink => &[0.0][..],
                    // A cliff of a few pixels.
                    Change::Smooth { is_narrow: true } if slope > CLIFF => &[0.0, -4.0, 4.0],
                    Change::Smooth { is_narrow: true } => self.strips,
                    Change::Smooth { is_narrow: false } => &[],
                };
                while let Some(level) = levels.get(known.cuts) {
                    known.cuts += 1;
                    let level = if unit.function == Function::Tanh {
                        level / 2.0
                    } else {
                        *level
                    };
                    let line = Line::new(sum[1], sum[2], sum[0] - level);
                    if let (true, Some(line)) = (lo < level && level < hi, line) {
                        let is_strip = matches!(change, Change::Smooth { .. });
                        let drawn = if is_strip {
                            FacetLine::Rim
                        } else {
                            FacetLine::Crease
                        };
                        return Some(Step::Cut(line, drawn));
                    }
                }
                let centre = at(sum, middle(cell));
                match change {
                    Change::Jump(below, above) => {
                        Some([if centre >= 0.0 { above } else { below }, 0.0, 0.0])
                    }
                    Change::Kink => Some(if centre >= 0.0 { sum } else { [0.0; 3] }),
                    Change::Smooth { .. } => {
                        let done = if unit.function == Function::Tanh {
                            DONE / 2.0
                        } else {
                            DONE
                        };
                        let is_step = matches!(unit.function, Function::Sigmoid | Function::Tanh);
                        let is_done = is_step && (lo > done || hi < -done);
                        let is_constant = is_done || hi - lo < 1e-12 * (1.0 + hi.abs());
                        is_constant.then(|| [applied(unit.function, centre), 0.0, 0.0])
                    }
                }
            }
        };
        known.values.push(value);
        known.cuts = 0;
        None
    }
}

impl Relief for TiledNetwork<'_> {
    type State = Known;

    fn step(&mut self, cell: &[Point], known: &mut Known) -> Step {
        while known.values.len() < self.units.len() + 2 {
            if let Some(cut) = self.next_unit(cell, known) {
                return cut;
            }
        }
        if let Some(height) = affine(&self.output, &known.values) {
            return Step::Whole(cell.iter().map(|p| at(height, *p)).collect());
        }
        let (units, output, memory) = (&self.units, &self.output, &mut self.memory);
        let values = &known.values;
        let mut height = |p: Point| {
            memory.clear();
            for (k, value) in values.iter().enumerate() {
                memory.push(match value {
                    Some(value) => at(*value, p),
                    None => applied(units[k - 2].function, sum(&units[k - 2], memory)),
                });
            }
            sum(output, memory)
        };
        self.refinement.step(&mut height, cell, &mut known.cut)
    }
}

/// How a unit changes whose sum has this slope across the square.
fn change(function: Function, slope: f64) -> Change {
    let width = 8.0 / slope;
    match function {
        Function::Heaviside => Change::Jump(0.0, 1.0),
        Function::Relu => Change::Kink,
        Function::Sigmoid if width < THIN => Change::Jump(0.0, 1.0),
        Function::Tanh if width / 2.0 < THIN => Change::Jump(-1.0, 1.0),
        Function::Softplus | Function::Silu | Function::Gelu if width < THIN => Change::Kink,
        Function::Sigmoid => Change::Smooth {
            is_narrow: width < WIDE,
        },
        Function::Tanh => Change::Smooth {
            is_narrow: width / 2.0 < WIDE,
        },
        _ => Change::Smooth { is_narrow: false },
    }
}

fn applied(function: Function, sum: f64) -> f64 {
    Estimate(sum)
        .apply(function)
        .map_or(f64::NAN, |value| value.0)
}

fn at(value: Affine, p: Point) -> f64 {
    value[0] + value[1] * p.0 + value[2] * p.1
}

fn sum(unit: &Unit, values: &[f64]) -> f64 {
    unit.terms
        .iter()
        .fold(unit.bias, |sum, (k, w)| sum + w * values[*k])
}

/// The sum of a unit, if it is affine on the cell.
fn affine(unit: &Unit, values: &[Option<Affine>]) -> Option<Affine> {
    let mut sum = [unit.bias, 0.0, 0.0];
    for (k, w) in &unit.terms {
        let value = values[*k]?;
        for (total, part) in sum.iter_mut().zip(value) {
            *total += w * part;
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::super::tiling::tile;
    use super::*;
    use crate::builders::{BuilderName, Parameters, Units, build};
    use crate::certificate::Norm;
    use crate::draw::{FacetSide, Facets};
    use crate::expr::{Domain, parse_target};
    use crate::network::{Activation, Layer, Matrix, Network};
    use crate::numbers::Rational;

    const DOMAIN: [(f64, f64); 2] = [(-1.5, 1.5), (-1.5, 1.5)];

    fn tiled(network: &Network) -> Facets {
        let domain = Domain::parse("x=-3/2..3/2, y=-3/2..3/2").expect("a box");
        let reduced = Reduced::from_network(network, &domain.enclosure()).expect("reduced");
        let places = Refinement::places();
        let along = |t: &f64| 3.0 * t - 1.5;
        let mut memory = Vec::new();
        let mut at = |x: &f64, y: &f64| {
            crate::network::estimate_outputs(&reduced, &[along(x), along(y)], &mut memory)[0]
        };
        let row = |y: &f64| places.iter().map(|x| at(x, y)).collect();
        let samples = places.iter().map(row).collect();
        let refinement = Refinement::new(samples, 1.0);
        let mut tiled = TiledNetwork::new(&reduced, DOMAIN, Reading::Plain, &refinement);
        let known = tiled.nothing_known();
        tile(&mut tiled, known, 10_000).expect("few cells")
    }

    /// `activation(weight · (x + y))`.
    fn unit(activation: Activation, weight: i64) -> Network {
        let names = vec!["x".to_string(), "y".to_string()];
        let matrix = |row: Vec<i64>| {
            let row = row.into_iter().map(Rational::from).collect();
            Matrix::from_dense(vec![row]).expect("a row")
        };
        let layer = |row, activation| Layer::new(matrix(row), vec![Rational::ZERO], activation);
        let hidden = layer(vec![weight, weight], activation).expect("a layer");
        let output = layer(vec![1], Activation::Identity).expect("a layer");
        Network::new(names, vec!["z".into()], vec![hidden, output]).expect("a network")
    }

    fn length(side: &FacetSide) -> f64 {
        let [p, q] = side.ends;
        ((q.0 - p.0) * (q.0 - p.0) + (q.1 - p.1) * (q.1 - p.1)).sqrt()
    }

    fn walls(facets: &Facets) -> f64 {
        let is_wall =
            |side: &&FacetSide| (side.left_heights[0] - side.right_heights[0]).abs() > 0.9;
        facets.sides.iter().filter(is_wall).map(length).sum()
    }

    #[test]
    fn the_walls_of_a_hexagon_are_its_sides() {
        let target = parse_target(&["x^2 + y^2 <= 1"], None).expect("a region");
        let domain = Domain::parse("x=-3/2..3/2, y=-3/2..3/2").expect("a box");
        let parameters = Parameters {
            sides: Some(6),
            units: Some(Units::Heaviside),
            ..Parameters::default()
        };
        let built = build(BuilderName::Disk, &parameters, &target, &domain, Norm::Area);
        let facets = tiled(&built.expect("built").network);
        assert!(
            facets
                .cells
                .iter()
                .flatten()
                .all(|p| p[2].min(1.0 - p[2]).abs() < 1e-12)
        );
        // Inscribed in a circle of radius 1, in a square of side 3: six sides of 1/3.
        assert!((walls(&facets) - 2.0).abs() < 1e-6, "{}", walls(&facets));
        let high = facets.cells.iter().filter(|cell| cell[0][2] > 0.5);
        assert_eq!(high.count(), 1, "one plateau");
    }

    #[test]
    fn a_kink_is_a_line_between_two_flat_facets() {
        let facets = tiled(&unit(Activation::Relu, 1));
        assert_eq!((facets.cells.len(), facets.sides.len()), (2, 1));
        assert!((length(&facets.sides[0]) - 2.0_f64.sqrt()).abs() < 1e-9);
        let highest = facets
            .cells
            .iter()
            .flatten()
            .map(|p| p[2])
            .fold(0.0, f64::max);
        assert!(walls(&facets) < 1e-9 && (highest - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_sigmoid_is_a_wall_if_its_transition_layer_cannot_be_seen() {
        let steep = tiled(&unit(Activation::Sigmoid, 100_000));
        assert_eq!(steep.cells.len(), 2);
        assert!((walls(&steep) - 2.0_f64.sqrt()).abs() < 1e-9);
        for weight in [3, 20, 200] {
            let facets = tiled(&unit(Activation::Sigmoid, weight));
            assert!(walls(&facets) < 1e-9, "{weight}");
            assert!(facets.cells.len() > 4, "{weight}");
        }
    }
}

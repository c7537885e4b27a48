//! Counts activation and linear regions of small networks in any number of inputs, with exact linear
//! programs for each cell.

use std::collections::BTreeMap;

use super::RegionsError;
use super::feasibility::interior_point;
use super::merge::Joined;
use super::section::{Section, restrict, sums};
use crate::network::{Activation, Layer, Network};
use crate::numbers::{AffineMap, Rational};

/// A cell on which every unit is decided.
#[derive(Clone, Debug)]
pub struct SpaceCell {
    /// For each layer, the number of each unit's piece.
    pub pattern: Vec<Vec<u32>>,
    /// Functions that are positive inside; together with the box they bound the cell.
    pub bounds: Vec<AffineMap>,
    /// A point inside.
    pub inside: Vec<Rational>,
    /// The units that were decided last; at the end, the outputs.
    pub outputs: Vec<AffineMap>,
}

/// One way to decide a unit: the functions that must be positive, the value of the unit, and its number.
struct Way {
    needs: Vec<AffineMap>,
    value: AffineMap,
    number: u32,
}

/// Returns the cells of positive volume in the part of a box where some functions are positive.
///
/// - Errors: [`RegionsError::Smooth`]; [`RegionsError::Memory`] when the cells reach the memory limit.
pub fn cells(
    network: &Network,
    sides: &[(Rational, Rational)],
    within: Vec<AffineMap>,
    memory: u64,
) -> Result<Vec<SpaceCell>, RegionsError> {
    if !network.is_piecewise_linear() {
        return Err(RegionsError::Smooth);
    }
    let n = sides.len();
    let Some(inside) = interior_point(sides, &within) else {
        return Ok(Vec::new());
    };
    let start = SpaceCell {
        pattern: Vec::new(),
        bounds: within,
        inside,
        outputs: (0..n).map(|k| AffineMap::variable(n, k)).collect(),
    };
    let (mut open, mut done) = (vec![start], Vec::new());
    let mut bytes = 0u64;
    while let Some(cell) = open.pop() {
        let Some(layer) = network.layers().get(cell.pattern.len()) else {
            let numbers = (cell.bounds.len() + cell.outputs.len()) * (n + 1);
            bytes += u64::try_from(numbers * 96 + 200).unwrap_or(u64::MAX / 2);
            if bytes > memory {
                return Err(RegionsError::Memory {
                    counted: done.len(),
                });
            }
            done.push(cell);
            continue;
        };
        let parts = decide(layer, cell, sides);
        open.extend(parts.into_iter().rev());
    }
    Ok(done)
}

/// Decides the units of a layer on a cell: its parts.
fn decide(layer: &Layer, cell: SpaceCell, sides: &[(Rational, Rational)]) -> Vec<SpaceCell> {
    let sums = sums(layer, sides.len(), &cell.outputs);
    let mut pattern = cell.pattern;
    pattern.push(Vec::with_capacity(layer.units()));
    let mut parts = vec![SpaceCell {
        pattern,
        outputs: Vec::new(),
        ..cell
    }];
    for rows in sums.chunks(layer.activation().rows_per_unit()) {
        let ways = ways(layer.activation(), rows);
        parts = parts
            .into_iter()
            .flat_map(|part| split(&part, &ways, sides))
            .collect();
    }
    parts
}

/// Returns the parts of a cell on which a unit is decided in one way.
fn split(part: &SpaceCell, ways: &[Way], sides: &[(Rational, Rational)]) -> Vec<SpaceCell> {
    let mut found = Vec::new();
    for way in ways {
        let holds = way
            .needs
            .iter()
            .all(|f| f.value(&part.inside).is_positive());
        let point = if holds || ways.len() == 1 {
            Some(part.inside.clone())
        } else {
            interior_point(sides, part.bounds.iter().chain(&way.needs))
        };
        found.extend(point.map(|point| (way, point)));
    }
    // If there is only one way on a cell, its functions do not bound the cell.
    let is_whole = found.len() == 1;
    found
        .into_iter()
        .map(|(way, inside)| {
            let mut part = part.clone();
            if !is_whole {
                part.bounds.extend(way.needs.iter().cloned());
            }
            if let Some(numbers) = part.pattern.last_mut() {
                numbers.push(way.number);
            }
            part.outputs.push(way.value.clone());
            SpaceCell { inside, ..part }
        })
        .collect()
}

/// The ways of a unit with these rows that can have volume.
fn ways(activation: &Activation, rows: &[AffineMap]) -> Vec<Way> {
    let sum = &rows[0];
    let number = |value: i64| AffineMap::number(sum.gradient().len(), Rational::from(value));
    let plus = |value: i64| sum.plus(&Rational::from(value));
    let way = |number: u32, needs: Vec<AffineMap>, value: AffineMap| Way {
        needs,
        value,
        number,
    };
    let both = |above: AffineMap, below: AffineMap| {
        vec![
            way(0, vec![sum.negated()], below),
            way(1, vec![sum.clone()], above),
        ]
    };
    let all = match activation {
        Activation::Relu => both(sum.clone(), number(0)),
        Activation::LeakyRelu(slope) => both(sum.clone(), sum.times(slope)),
        Activation::Heaviside => both(number(1), number(0)),
        Activation::HardTanh => vec![
            way(0, vec![plus(1).negated()], number(-1)),
            way(1, vec![plus(1), plus(-1).negated()], sum.clone()),
            way(2, vec![plus(-1)], number(1)),
        ],
        Activation::Maxout(rank) => (0..*rank)
            .filter_map(|i| {
                let mut needs = Vec::new();
                for j in (0..*rank).filter(|&j| j != i) {
                    let mut difference = rows[i].clone();
                    difference.add(&Rational::from(-1), &rows[j]);
                    let equal = difference.is_constant() && difference.constant().is_zero();
                    if !equal {
                        needs.push(difference);
                    } else if j < i {
                        return None;
                    }
                }
                Some(way(u32::try_from(i).ok()?, needs, rows[i].clone()))
            })
            .collect(),
        // `cells` refuses smooth units.
        Activation::Identity
        | Activation::Sigmoid
        | Activation::Tanh
        | Activation::Softplus(_)
        | Activation::Softsign
        | Activation::Elu(_)
        | Activation::Silu
        | Activation::Gelu(_) => {
            vec![way(0, Vec::new(), sum.clone())]
        }
    };
    let is_true = |f: &AffineMap| f.is_constant() && f.constant().is_positive();
    // For constants, the way that holds; if one is 0 everywhere, the last way that it allows.
    let possible = |f: &AffineMap| !f.is_constant() || !f.constant().is_negative();
    let mut all: Vec<Way> = all
        .into_iter()
        .filter(|way| way.needs.iter().all(possible))
        .map(|mut way| {
            way.needs.retain(|f| !is_true(f));
            way
        })
        .collect();
    let is_zero = |f: &AffineMap| f.is_constant() && f.constant().is_zero();
    if all.iter().any(|way| way.needs.iter().any(is_zero)) {
        let mut last = all.pop().expect("a way");
        last.needs.clear();
        return vec![last];
    }
    all
}

/// Returns the number of linear regions that cells of one network form.
pub fn linear_regions(
    network: &Network,
    cells: &[SpaceCell],
    sides: &[(Rational, Rational)],
) -> usize {
    let count = u32::try_from(cells.len()).unwrap_or(u32::MAX);
    let mut joined = Joined::new(count);
    let mut alike: BTreeMap<Vec<&Rational>, Vec<u32>> = BTreeMap::new();
    for (i, cell) in (0..count).zip(cells) {
        let numbers = cell
            .outputs
            .iter()
            .flat_map(|f| f.gradient().iter().chain([f.constant()]));
        alike.entry(numbers.collect()).or_default().push(i);
    }
    for group in alike.values() {
        for (k, &a) in group.iter().enumerate() {
            for &b in &group[..k] {
                let (p, q) = (&cells[a as usize], &cells[b as usize]);
                if joined.find(a) != joined.find(b) && share_side(network, p, q, sides) {
                    joined.join(a, b);
                }
            }
        }
    }
    joined.number(count, |_| true).1
}

/// Do two cells with the same outputs share a piece of a side, on which these hold as well?
fn share_side(
    network: &Network,
    a: &SpaceCell,
    b: &SpaceCell,
    sides: &[(Rational, Rational)],
) -> bool {
    a.bounds.iter().any(|side| {
        // On the plane where the side's function is 0, one coordinate is a function of the others.
        let Some(k) = side.gradient().iter().position(|g| !g.is_zero()) else {
            return false;
        };
        let solve = |f: &AffineMap| f.on(side, k);
        let inputs: Vec<AffineMap> = (0..sides.len())
            .map(|j| solve(&AffineMap::variable(sides.len(), j)))
            .collect();
        let mut rest = sides.to_vec();
        let (low, high) = rest.remove(k);
        let all = a.bounds.iter().chain(&b.bounds).map(solve);
        let within: Vec<AffineMap> = all
            .filter(|f| !f.is_constant() || !f.constant().is_zero())
            .chain([inputs[k].plus(&-low), inputs[k].negated().plus(&high)])
            .collect();
        if interior_point(&rest, &within).is_none() {
            return false;
        }
        if !network.has_jumps() {
            return true;
        }
        let section = Section {
            names: (1..sides.len()).map(|j| format!("t{j}")).collect(),
            inputs,
        };
        let expected: Vec<AffineMap> = a.outputs.iter().map(solve).collect();
        restrict(network, &section).is_ok_and(|network| {
            cells(&network, &rest, within, u64::MAX)
                .is_ok_and(|parts| parts.iter().any(|part| part.outputs == expected))
        })
    })
}

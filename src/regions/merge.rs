//! Joins activation regions that share a piece of a side and an affine map into linear regions.
//!
//! Usually one unit changes on a side. Then the difference of the outputs is a multiple of that
//! unit's jump (of its function, for a continuous unit), and the factor is found by walking the
//! number 1 up from the unit through the pieces that both cells share: no affine map is needed.

use std::collections::{BTreeMap, HashMap};

use super::filter::{NearAffine, NearNumber};
use super::layers::{CutLayer, Piece};
use super::outputs::Outputs;
use super::seam::holds_on_edge;
use super::search::Cells;
use super::subdivision::{NONE, NOWHERE, twin};
use crate::geometry::Affine;
use crate::network::{Activation, Network};
use crate::numbers::Integer;

/// The linear region of each face.
#[derive(Clone, Debug)]
pub struct LinearRegions {
    /// The number of regions.
    pub count: usize,
    /// For each face its region, from 0 in the order of their first faces; `u32::MAX` for what is
    /// no face.
    pub of_face: Vec<u32>,
}

/// Disjoint sets that can be joined, each named by one of its members.
pub struct Joined(Vec<u32>);

impl Joined {
    /// As many sets as members.
    pub fn new(members: u32) -> Self {
        Self((0..members).collect())
    }

    /// The name of a member's set.
    pub fn find(&mut self, mut member: u32) -> u32 {
        while self.0[member as usize] != member {
            let above = self.0[self.0[member as usize] as usize];
            self.0[member as usize] = above;
            member = above;
        }
        member
    }

    /// Joins two sets; the smaller name stays.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
    }

    /// Returns numbers from 0 for the sets of the members wanted, and how many there are.
    pub fn number(&mut self, members: u32, is_wanted: impl Fn(u32) -> bool) -> (Vec<u32>, usize) {
        let (mut numbers, mut count) = (vec![NONE; members as usize], 0u32);
        for member in (0..members).filter(|&member| is_wanted(member)) {
            let name = self.find(member);
            if numbers[name as usize] == NONE {
                numbers[name as usize] = count;
                count += 1;
            }
            numbers[member as usize] = numbers[name as usize];
        }
        (numbers, count as usize)
    }
}

/// Joins the cells of a network; it is the one that they were made for.
pub fn linear_regions(cells: &Cells, network: &Network) -> LinearRegions {
    let map = &cells.map;
    let mut joined = Joined::new(map.face_count());
    let mut unsure = Vec::new();
    let last = LastLayer::new(cells);
    let jumps = network.has_jumps();
    for edge in (0..map.edge_count()).step_by(2) {
        let (a, b) = (map.edge(edge).face, map.edge(twin(edge)).face);
        if a == NOWHERE || b == NOWHERE || a == b {
            continue;
        }
        match last
            .is_same(cells, edge)
            .or_else(|| single_flip(cells, a, b))
        {
            Some(false) => {}
            Some(true) if !jumps => joined.join(a, b),
            _ => unsure.push((edge, a, b)),
        }
    }
    let pairs: Vec<(u32, u32)> = unsure
        .iter()
        .map(|&(_, a, b)| (map.node(a), map.node(b)))
        .collect();
    let equal = equal_outputs(cells, &pairs);
    let mut outputs = Outputs::new(cells);
    for ((edge, a, b), equal) in unsure.into_iter().zip(equal) {
        if equal && (!jumps || holds_on_edge(cells, network, edge, &mut outputs)) {
            joined.join(a, b);
        }
    }
    let (of_face, count) = joined.number(map.face_count(), |face| map.is_face(face));
    LinearRegions { count, of_face }
}

/// For each unit of the last layer with cuts: does its change reach an output?
struct LastLayer {
    matters: Vec<bool>,
    cuts_per_unit: usize,
}

impl LastLayer {
    fn new(cells: &Cells) -> Self {
        let Some(last) = cells.depth.checked_sub(1) else {
            return Self {
                matters: Vec::new(),
                cuts_per_unit: 1,
            };
        };
        let layer = cells.layers.layer(last);
        let matters = (0..layer.units())
            .map(|unit| {
                let mut d = vec![Integer::ZERO; layer.units()];
                d[unit] = Integer::ONE;
                has_effect(layer) && climb(cells, cells.depth, d, &|_, row| Piece::Row(row))
            })
            .collect();
        Self {
            matters,
            cuts_per_unit: layer.cuts_per_unit().max(1),
        }
    }

    /// The answer for an edge drawn at the last layer on which one unit changes.
    fn is_same(&self, cells: &Cells, edge: u32) -> Option<bool> {
        let line = cells.map.line(cells.map.edge(edge).line);
        if line.cut == NONE || cells.tree.depth(line.owner) + 1 != cells.depth {
            return None;
        }
        Some(!self.matters[line.cut as usize / self.cuts_per_unit])
    }
}

/// Do the two sides of a cut differ?
fn has_effect(layer: &CutLayer) -> bool {
    !matches!(layer.activation, Activation::LeakyRelu(_)) || layer.slope.0 != layer.slope.1
}

/// Follows a change of the units below a layer up to the outputs; does an output change (exactly)?
fn climb(
    cells: &Cells,
    from: usize,
    mut change: Vec<Integer>,
    piece: &dyn Fn(usize, usize) -> Piece,
) -> bool {
    for l in from..cells.layers.count() {
        let layer = cells.layers.layer(l);
        let sum = |row: usize| -> Integer {
            let terms = layer
                .row(row)
                .filter(|(column, _)| !change[*column].is_zero());
            terms.map(|(column, weight)| weight * &change[column]).sum()
        };
        let next: Vec<Integer> = (0..layer.units())
            .map(|unit| match piece(l, unit) {
                Piece::Constant(_) => Integer::ZERO,
                Piece::Row(row) => sum(row),
                Piece::Above(row) => sum(row) * &layer.slope.1,
                Piece::Below(row) => sum(row) * &layer.slope.0,
            })
            .collect();
        if next.iter().all(Integer::is_zero) {
            return false;
        }
        change = next;
    }
    change.iter().any(|value| !value.is_zero())
}

/// Does [`climb`] in floats: does an output certainly change?
fn certainly_climbs(
    cells: &Cells,
    from: usize,
    unit: usize,
    piece: &dyn Fn(usize, usize) -> Piece,
) -> bool {
    let zero = NearNumber::default();
    let mut change = vec![zero; cells.layers.layer(from - 1).units()];
    change[unit].mid = 1.0;
    for l in from..cells.layers.count() {
        let layer = cells.layers.layer(l);
        let sum = |row: usize| {
            let terms = layer.near_row(row).map(|(column, w)| (w, change[column]));
            NearNumber::combination(terms)
        };
        change = (0..layer.units())
            .map(|unit| match piece(l, unit) {
                Piece::Constant(_) => zero,
                Piece::Row(row) | Piece::Above(row) => sum(row),
                Piece::Below(row) => {
                    NearNumber::combination(std::iter::once((layer.near_slope, sum(row))))
                }
            })
            .collect();
    }
    change.iter().any(NearNumber::is_certain)
}

/// Have two cells the same outputs? Answered if their patterns differ in one unit.
fn single_flip(cells: &Cells, a: u32, b: u32) -> Option<bool> {
    let tree = &cells.tree;
    let (mut a, mut b) = (cells.map.node(a), cells.map.node(b));
    // The nodes of one of them, from the last layer down to where they part.
    let mut path = Vec::new();
    let mut flipped = None;
    while a != b {
        let l = tree.depth(a) - 1;
        let layer = cells.layers.layer(l);
        let (here, there) = (tree.bits(a), tree.bits(b));
        for (word, (p, q)) in here.0.iter().zip(there.0).enumerate() {
            let mut different = p ^ q;
            while different != 0 {
                let bit = word * 64 + different.trailing_zeros() as usize;
                let unit = bit / layer.cuts_per_unit();
                if flipped.is_some_and(|old| old != (l, unit)) {
                    return None;
                }
                flipped = Some((l, unit));
                different &= different - 1;
            }
        }
        path.push(a);
        (a, b) = (tree.parent(a), tree.parent(b));
    }
    let (l, unit) = flipped?;
    if !has_effect(cells.layers.layer(l)) {
        return Some(true);
    }
    let piece = |l: usize, unit: usize| {
        let layer = cells.layers.layer(l);
        match (cells.depth - 1).checked_sub(l).and_then(|k| path.get(k)) {
            Some(&node) => layer.piece(tree.bits(node), unit),
            None => Piece::Row(unit),
        }
    };
    if certainly_climbs(cells, l + 1, unit, &piece) {
        return Some(false);
    }
    let mut change = vec![Integer::ZERO; cells.layers.layer(l).units()];
    change[unit] = Integer::ONE;
    Some(!climb(cells, l + 1, change, &piece))
}

/// For each pair of nodes: are the outputs on their cells the same functions?
fn equal_outputs(cells: &Cells, pairs: &[(u32, u32)]) -> Vec<bool> {
    let mut near: BTreeMap<u32, Vec<NearAffine>> = BTreeMap::new();
    for &(a, b) in pairs {
        near.entry(a).or_default();
        near.entry(b).or_default();
    }
    let mut outputs = Outputs::new(cells);
    for (&node, values) in &mut near {
        let frame = outputs.on(node);
        values.extend((0..frame.rows()).map(|row| *frame.near(row)));
    }
    let differ =
        |a: &[NearAffine], b: &[NearAffine]| a.iter().zip(b).any(|(p, q)| p.certainly_differs(q));
    let maybe: Vec<bool> = pairs
        .iter()
        .map(|(a, b)| !differ(&near[a], &near[b]))
        .collect();
    let close = || pairs.iter().zip(&maybe).filter(|(_, maybe)| **maybe);
    // Each function is kept once, by a number.
    let mut exact: BTreeMap<u32, usize> = BTreeMap::new();
    exact.extend(close().flat_map(|(&(a, b), _)| [(a, 0), (b, 0)]));
    let mut known: HashMap<Vec<(Integer, Integer, Integer)>, usize> = HashMap::new();
    for (&node, name) in &mut exact {
        let key = outputs
            .integers(node)
            .into_iter()
            .map(|Affine { a, b, c }| (a, b, c));
        let next = known.len();
        *name = *known.entry(key.collect()).or_insert(next);
    }
    let same = |(a, b): &(u32, u32)| exact.get(a) == exact.get(b);
    pairs
        .iter()
        .zip(&maybe)
        .map(|(pair, maybe)| *maybe && same(pair))
        .collect()
}

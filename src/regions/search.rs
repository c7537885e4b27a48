//! Cuts a rectangle into the cells on which every unit of a network is decided, layer by layer.
//!
//! On a cell of the layers below, the sums of a layer are affine, so the places where its units
//! change are lines. The lines that cross the cell are drawn through it one after another, each by a walk
//! through the faces that it passes. Together, the faces that one of n lines passes have at most about 6 n
//! sides (zone theorem; Edelsbrunner, Seidel and Sharir 1993), so the time per new face stays constant.
//! Corners are shared with the neighbouring cells, so neighbours are known.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::RegionsError;
use super::filter::{NearAffine, NearPoint};
use super::frame::Frame;
use super::layers::{CutLayer, Layers};
use super::pattern::{self, Bits, PatternTree, ROOT};
use super::subdivision::{NONE, NOWHERE, Subdivision, canonical, twin};
use crate::geometry::Affine;
use crate::network::Activation;
use crate::numbers::{Integer, Rational};

/// The memory is measured after this many lines.
const LOOK: usize = 256;

/// A rectangle cut into activation regions: the faces of the subdivision.
#[derive(Debug)]
pub struct Cells {
    /// The network.
    pub layers: Layers,
    /// The number of inputs, one or two; one input gives a strip of height 1.
    pub inputs: usize,
    /// The faces.
    pub map: Subdivision,
    /// Their patterns.
    pub tree: PatternTree,
    /// Layers with cuts end before this one.
    pub depth: usize,
}

/// The sign of a line's function on the cell: at least 0, at most 0, or both signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Above,
    Below,
    Both,
}

/// Lines that cross a cell, and the cuts that change on each: with `true` where the cut's function
/// is minus the line's.
type Crossings = Vec<(u32, Vec<(usize, bool)>)>;

impl Cells {
    /// Cuts the rectangle of two intervals (of one, and `[0, 1]`) for a network of as many inputs.
    ///
    /// - Errors: those of [`Layers::new`]; [`RegionsError::Memory`] when the memory limit is reached.
    pub fn new(
        layers: Layers,
        sides: &[(Rational, Rational)],
        memory: u64,
    ) -> Result<Self, RegionsError> {
        let strip = (Rational::ZERO, Rational::ONE);
        let depth = (0..layers.count())
            .rev()
            .find(|&l| layers.layer(l).cuts() > 0)
            .map_or(0, |last| last + 1);
        let mut cells = Self {
            inputs: sides.len(),
            map: Subdivision::new(&sides[0], sides.get(1).unwrap_or(&strip), ROOT),
            tree: PatternTree::new(layers.iter().map(CutLayer::cuts)),
            depth,
            layers,
        };
        // Faces with the sums of the layer below; the last one comes next.
        let mut open: Vec<(u32, Option<Rc<Frame>>)> = vec![(1, None)];
        while let Some((face, below)) = open.pop() {
            if cells.depth == 0 {
                break;
            }
            let frame = Rc::new(match below {
                None => Frame::first(&cells.layers, sides.len()),
                Some(below) => below.above(&cells.layers, cells.tree.bits(cells.map.node(face))),
            });
            let parts = cells.cut(face, &frame, memory)?;
            if frame.layer() + 1 < depth {
                let next = parts.into_iter().rev();
                open.extend(next.map(|part| (part, Some(Rc::clone(&frame)))));
            }
        }
        Ok(cells)
    }

    /// The number of faces.
    pub fn count(&self) -> usize {
        self.map.all_faces().count()
    }

    /// Stops if the memory in use, with the memory about to be used, is above the limit.
    fn check_memory(
        &self,
        frame: &Frame,
        memory: u64,
        (counted, more): (usize, usize),
    ) -> Result<(), RegionsError> {
        let frames = frame.bytes().saturating_mul(frame.layer() + 1);
        let bytes = [self.map.bytes(), self.tree.bytes(), frames];
        let bytes = bytes.into_iter().fold(more, usize::saturating_add);
        let most = usize::try_from(memory).unwrap_or(usize::MAX);
        // Places are 32-bit numbers.
        if bytes > most || self.map.edge_count() > u32::MAX - (1 << 20) {
            return Err(RegionsError::Memory { counted });
        }
        Ok(())
    }

    /// Cuts a face by the units of a layer; returns the parts.
    fn cut(&mut self, face: u32, frame: &Frame, memory: u64) -> Result<Vec<u32>, RegionsError> {
        let node = self.map.node(face);
        let layer = frame.layer();
        let border: Vec<u32> = self.map.around(face).collect();
        let (words, mut crossings) = self.decide(&border, frame, node);
        if crossings.len() > 8 {
            // From the end of the border to its start, so that a line does not have to pass others.
            let place = |line: u32| self.map.entrance(&border, line);
            let mut keyed: Vec<_> = crossings.into_iter().map(|c| (place(c.0), c)).collect();
            keyed.sort_by(|(p, _), (q, _)| p.0.cmp(&q.0).then(q.1.total_cmp(&p.1)));
            crossings = keyed.into_iter().map(|(_, crossing)| crossing).collect();
        }
        let is_maxout = matches!(self.layers.layer(layer).activation, Activation::Maxout(_));
        let faces_before = self.map.face_count();
        // Lines of maxout units can cut too much until all are drawn.
        let counted = |now: u32| if is_maxout { faces_before } else { now } as usize - 1;
        self.check_memory(frame, memory, (counted(faces_before), 0))?;
        for (i, (line, _)) in crossings.iter().enumerate() {
            self.map.draw(&border, *line, node);
            if i % LOOK == LOOK - 1 {
                let counted = counted(self.map.face_count());
                self.check_memory(frame, memory, (counted, 0))?;
            }
        }
        let made = (self.map.face_count() - faces_before) as usize + 1;
        let patterns = made.saturating_mul(words.len() * 8 + 24);
        let counted = counted(self.map.face_count());
        self.check_memory(frame, memory, (counted, patterns))?;
        let mut parts = self
            .name_parts(face, node, &words, &crossings)
            .ok_or(RegionsError::Memory { counted })?;
        debug_assert_eq!(
            parts.len(),
            1 + (self.map.face_count() - faces_before) as usize
        );
        if let Activation::Maxout(rank) = self.layers.layer(layer).activation {
            self.name_rows(&parts, layer, rank);
            if rank > 2 && parts.len() > 1 {
                let tree = &self.tree;
                self.map.merge_faces(&parts, |map, a, b| {
                    let (a, b) = (map.node(a), map.node(b));
                    tree.parent(a) == node && tree.parent(b) == node && tree.bits(a) == tree.bits(b)
                });
                parts.retain(|&part| self.map.is_face(part));
            }
        }
        Ok(parts)
    }

    /// Decides the cuts of a layer on a face with this border, or lists the lines that decide them.
    fn decide(&mut self, border: &[u32], frame: &Frame, node: u32) -> (Vec<u64>, Crossings) {
        let layers = &self.layers;
        let layer = layers.layer(frame.layer());
        let corners: Vec<(u32, NearPoint)> = border
            .iter()
            .map(|&edge| self.map.edge(edge).origin)
            .map(|vertex| (vertex, self.map.near(vertex)))
            .collect();
        let mut words = vec![0; layer.cuts().div_ceil(64)];
        let mut found: BTreeMap<(Integer, Integer, Integer), usize> = BTreeMap::new();
        let mut crossings: Crossings = Vec::new();
        for cut in 0..layer.cuts() {
            let (near, make) = cut_function(layers, layer, frame, cut);
            let (side, exact) = side(&self.map, &near, make, &corners);
            pattern::set(&mut words, cut, side != Side::Below);
            if let (Side::Both, Some(exact)) = (side, exact) {
                let (line, turned) = canonical(exact);
                let key = (line.a.clone(), line.b.clone(), line.c.clone());
                let place = *found.entry(key).or_insert_with(|| {
                    crossings.push((self.map.add_line(line, node, NONE), Vec::new()));
                    crossings.len() - 1
                });
                crossings[place].1.push((cut, turned));
            }
        }
        for (line, cuts) in &crossings {
            if let [(cut, _)] = cuts.as_slice() {
                self.map.set_cut(*line, u32::try_from(*cut).unwrap_or(NONE));
            }
        }
        (words, crossings)
    }

    /// Gives each part of a cell its node: first the signs in one part, then from neighbour to neighbour,
    /// because crossing a line flips its cuts. Returns the parts; `None` if there are too many nodes.
    fn name_parts(
        &mut self,
        face: u32,
        node: u32,
        words: &[u64],
        crossings: &Crossings,
    ) -> Option<Vec<u32>> {
        let first = self.tree.push(node, words)?;
        let corners: Vec<u32> = self
            .map
            .around(face)
            .map(|e| self.map.edge(e).origin)
            .collect();
        for (line, cuts) in crossings {
            let signs = corners.iter().map(|&vertex| self.map.sign(*line, vertex));
            let is_above = signs.clone().find(|s| s.is_ne()) == Some(Ordering::Greater);
            for &(cut, turned) in cuts {
                pattern::set(self.tree.words_mut(first), cut, is_above != turned);
            }
        }
        self.map.set_node(face, first);
        let mut parts = vec![face];
        if crossings.is_empty() {
            return Some(parts);
        }
        let base = crossings.iter().map(|(line, _)| *line).min()?;
        let mut cuts_of = vec![&[][..]; crossings.len()];
        for (line, cuts) in crossings {
            cuts_of[(line - base) as usize] = cuts.as_slice();
        }
        let (mut queue, mut around) = (VecDeque::from([face]), Vec::new());
        while let Some(part) = queue.pop_front() {
            let here = self.map.node(part);
            around.clear();
            around.extend(self.map.around(part));
            for &edge in &around {
                let beyond = self.map.edge(twin(edge)).face;
                if beyond == NOWHERE || self.map.node(beyond) != node {
                    continue;
                }
                let there = self.tree.push_like(here)?;
                let line = self.map.edge(edge).line;
                for &(cut, _) in cuts_of[(line - base) as usize] {
                    pattern::flip(self.tree.words_mut(there), cut);
                }
                self.map.set_node(beyond, there);
                parts.push(beyond);
                queue.push_back(beyond);
            }
        }
        Some(parts)
    }

    /// Replaces the bits of maxout units by the number of the largest row, the first if several are equal.
    fn name_rows(&mut self, parts: &[u32], layer: usize, rank: usize) {
        let (units, cuts) = (self.layers.layer(layer).units(), rank * (rank - 1) / 2);
        for &part in parts {
            let words = self.tree.words_mut(self.map.node(part));
            for unit in 0..units {
                let first = unit * cuts;
                let bit = |i: usize, j: usize| Bits(words).get(first + pair_index(rank, i, j));
                let beats =
                    |i: usize| (0..i).all(|j| !bit(j, i)) && (i + 1..rank).all(|j| bit(i, j));
                let largest = (0..rank).find(|&i| beats(i)).unwrap_or(0);
                pattern::write_number(words, first, cuts, largest);
            }
        }
    }
}

/// The place of the pair `i < j` among the pairs below `rank`.
fn pair_index(rank: usize, i: usize, j: usize) -> usize {
    i * (2 * rank - i - 1) / 2 + (j - i - 1)
}

/// The pair with this place.
fn pair_of(rank: usize, mut index: usize) -> (usize, usize) {
    let mut i = 0;
    while index >= rank - 1 - i {
        index -= rank - 1 - i;
        i += 1;
    }
    (i, i + 1 + index)
}

/// The function that is at least 0 where a cut's bit is set: approximate, and exact on request.
fn cut_function<'a>(
    layers: &'a Layers,
    layer: &'a CutLayer,
    frame: &'a Frame,
    cut: usize,
) -> (NearAffine, impl FnOnce() -> Affine + 'a) {
    // A row, and another to subtract or a number of ones to add.
    let (row, minus, ones) = match &layer.activation {
        Activation::HardTanh => (cut / 2, None, [1, -1][cut % 2]),
        Activation::Maxout(rank) => {
            let cuts = layer.cuts_per_unit();
            let (i, j) = pair_of(*rank, cut % cuts);
            let first = cut / cuts * rank;
            (first + i, Some(first + j), 0)
        }
        _ => (cut, None, 0),
    };
    let near = match minus {
        Some(other) => frame.near(row).plus(-1.0, frame.near(other), 0.0),
        None if ones != 0 => {
            let zero = NearAffine::default();
            frame.near(row).plus(1.0, &zero, f64::from(ones))
        }
        None => *frame.near(row),
    };
    let exact = move || {
        let sum = frame.exact(layers, row);
        match minus {
            Some(other) => sum.minus(frame.exact(layers, other)),
            None => sum.plus_constant(&(Integer::from(ones) * &layer.one)),
        }
    };
    (near, exact)
}

/// The signs of a function at these corners, with the exact function if it was needed.
fn side(
    map: &Subdivision,
    near: &NearAffine,
    exact: impl FnOnce() -> Affine,
    corners: &[(u32, NearPoint)],
) -> (Side, Option<Affine>) {
    let (mut above, mut below) = (false, false);
    let mut unknown = Vec::new();
    for &(vertex, at) in corners {
        match near.sign(at) {
            Some(Ordering::Greater) => above = true,
            Some(_) => below = true,
            None => unknown.push(vertex),
        }
    }
    let known = unknown.is_empty();
    if known && above != below {
        return (if above { Side::Above } else { Side::Below }, None);
    }
    let exact = exact();
    if !(above && below) {
        for vertex in unknown {
            match map.exact_sign(&exact, vertex) {
                Ordering::Greater => above = true,
                Ordering::Less => below = true,
                Ordering::Equal => {}
            }
        }
    }
    match (above, below) {
        (true, true) => (Side::Both, Some(exact)),
        // A sum that is 0 everywhere is at least 0.
        (_, false) => (Side::Above, None),
        (false, true) => (Side::Below, None),
    }
}

//! The affine function of a network on a cell.

use std::rc::Rc;

use super::frame::Frame;
use super::pattern::{Bits, ROOT};
use super::search::Cells;
use crate::geometry::Affine;
use crate::numbers::{AffineMap, Integer, Rational};

/// Finds the outputs on one cell after another; quick if the next cell is near in the pattern tree.
#[derive(Debug)]
pub struct Outputs<'a> {
    cells: &'a Cells,
    first: Rc<Frame>,
    /// Nodes from below the root, with the sums above each.
    path: Vec<(u32, Rc<Frame>)>,
    denominator: Integer,
}

impl<'a> Outputs<'a> {
    /// Starts at the root.
    pub fn new(cells: &'a Cells) -> Self {
        Self {
            first: Rc::new(Frame::first(&cells.layers, cells.inputs)),
            path: Vec::new(),
            denominator: cells.layers.denominator(),
            cells,
        }
    }

    /// Returns the outputs on the cell of a node without children.
    pub fn on(&mut self, node: u32) -> Rc<Frame> {
        let (layers, tree) = (&self.cells.layers, &self.cells.tree);
        let wanted = if node == ROOT {
            Vec::new()
        } else {
            tree.path(node)
        };
        let same = self
            .path
            .iter()
            .zip(&wanted)
            .take_while(|(p, w)| p.0 == **w);
        let shared = same.count();
        self.path.truncate(shared);
        for &next in &wanted[shared..] {
            let below = self.path.last().map_or(&self.first, |(_, frame)| frame);
            let frame = Rc::new(below.above(layers, tree.bits(next)));
            self.path.push((next, frame));
        }
        let mut frame = Rc::clone(self.path.last().map_or(&self.first, |(_, frame)| frame));
        while frame.layer() < layers.count() {
            frame = Rc::new(frame.above(layers, Bits(&[])));
        }
        frame
    }

    /// Returns the outputs on the cell of a node, over one denominator: equal functions give equal integers.
    pub fn integers(&mut self, node: u32) -> Vec<Affine> {
        let frame = self.on(node);
        let all = (0..frame.rows()).map(|row| frame.exact(&self.cells.layers, row).clone());
        all.collect()
    }

    /// Returns the outputs on the cell of a node.
    pub fn maps(&mut self, node: u32) -> Vec<AffineMap> {
        let all = self.integers(node);
        let over = |value: &Integer| {
            Rational::new(value.clone(), self.denominator.clone()).expect("a denominator")
        };
        let inputs = self.cells.inputs;
        all.iter()
            .map(|f| {
                let gradient = [&f.a, &f.b].into_iter().take(inputs).map(over);
                AffineMap::new(gradient.collect(), over(&f.c))
            })
            .collect()
    }
}

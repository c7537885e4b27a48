//! The partition while it grows.

use crate::certificate::{Method, Node, Partition};
use crate::geometry::Affine;
use crate::numbers::Rational;

/// A node of a growing tree.
#[derive(Clone, Debug)]
pub enum Growing {
    /// A leaf, for now or for good.
    Leaf(Method),
    /// A cut, and where its halves are.
    Cut {
        /// Which input.
        axis: usize,
        /// Where, if not in the middle.
        place: Option<Rational>,
        /// The lower half.
        lower: usize,
        /// The upper half.
        upper: usize,
    },
    /// A cut along a line, and where its halves are.
    Line {
        /// At most 0 on the lower half.
        line: Affine,
        /// The lower half.
        lower: usize,
        /// The upper half.
        upper: usize,
    },
}

/// A tree of cuts, nodes in the order in which they were made.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Growing>,
}

impl Tree {
    /// Returns a tree of one leaf without a bound.
    pub fn new() -> Self {
        Self {
            nodes: vec![Growing::Leaf(Method::Open)],
        }
    }

    /// Sets the method of a leaf.
    pub fn settle(&mut self, node: usize, method: Method) {
        self.nodes[node] = Growing::Leaf(method);
    }

    /// Cuts a leaf; returns the two new ones, without bounds yet.
    pub fn cut(&mut self, node: usize, axis: usize, place: Option<Rational>) -> (usize, usize) {
        let lower = self.nodes.len();
        self.nodes.push(Growing::Leaf(Method::Open));
        self.nodes.push(Growing::Leaf(Method::Open));
        self.nodes[node] = Growing::Cut {
            axis,
            place,
            lower,
            upper: lower + 1,
        };
        (lower, lower + 1)
    }

    /// Cuts a leaf along a line; returns the two new ones, without bounds yet.
    pub fn cut_along(&mut self, node: usize, line: Affine) -> (usize, usize) {
        let lower = self.nodes.len();
        self.nodes.push(Growing::Leaf(Method::Open));
        self.nodes.push(Growing::Leaf(Method::Open));
        self.nodes[node] = Growing::Line {
            line,
            lower,
            upper: lower + 1,
        };
        (lower, lower + 1)
    }

    /// Puts a tree in the place of a leaf; returns where its node 0, 1, ... are now.
    pub fn graft(&mut self, node: usize, small: Tree) -> impl Fn(usize) -> usize + use<> {
        // Node 0 of the small tree takes the leaf's place, the others come at the end.
        let base = self.nodes.len();
        let moved = move |index: usize| if index == 0 { node } else { base + index - 1 };
        for (index, growing) in small.nodes.into_iter().enumerate() {
            let growing = match growing {
                Growing::Cut {
                    axis,
                    place,
                    lower,
                    upper,
                } => Growing::Cut {
                    axis,
                    place,
                    lower: moved(lower),
                    upper: moved(upper),
                },
                Growing::Line { line, lower, upper } => Growing::Line {
                    line,
                    lower: moved(lower),
                    upper: moved(upper),
                },
                leaf @ Growing::Leaf(_) => leaf,
            };
            if index == 0 {
                self.nodes[node] = growing;
            } else {
                self.nodes.push(growing);
            }
        }
        moved
    }

    /// Calls back for every node in the order of the checker's walk.
    fn walk<'a>(&'a self, mut visit: impl FnMut(usize, &'a Growing)) {
        let mut open = vec![0];
        while let Some(index) = open.pop() {
            let node = &self.nodes[index];
            visit(index, node);
            if let Growing::Cut { lower, upper, .. } | Growing::Line { lower, upper, .. } = node {
                open.push(*upper);
                open.push(*lower);
            }
        }
    }

    /// Returns the leaves in the order of the checker's walk.
    pub fn leaves(&self) -> Vec<usize> {
        let mut leaves = Vec::new();
        self.walk(|index, node| {
            if matches!(node, Growing::Leaf(_)) {
                leaves.push(index);
            }
        });
        leaves
    }

    /// Writes the tree as the checker will walk it.
    pub fn partition(&self) -> Partition {
        let mut partition = Partition::default();
        self.walk(|_, node| {
            partition.push(&match node {
                Growing::Leaf(method) => Node::Leaf(*method),
                Growing::Cut { axis, place, .. } => Node::Cut {
                    axis: *axis,
                    place: place.clone(),
                },
                Growing::Line { line, .. } => Node::Line(line.clone()),
            });
        });
        partition
    }
}

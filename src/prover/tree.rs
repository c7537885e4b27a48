//! The partition while it grows.

use crate::certificate::{MAX_INPUTS, Method, Node, Partition};
use crate::geometry::Affine;
use crate::numbers::{Interval, Rational};

/// What a node is: a leaf's method or a cut's input, in one byte beside two indices.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Leaf(Method),
    Cut(u8),
    Line,
}

#[derive(Clone, Copy, Debug)]
struct Growing {
    kind: Kind,
    /// The lower half; the upper one follows it.
    lower: u32,
    /// Where its place is in [`Tree::places`], if it is not cut in the middle; its line in
    /// [`Tree::lines`], where it is cut along one.
    place: u32,
}

const NO_PLACE: u32 = u32::MAX;

const UNBOUNDED: Growing = Growing {
    kind: Kind::Leaf(Method::Open),
    lower: 0,
    place: NO_PLACE,
};

/// A tree of cuts, nodes in the order in which they were made.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Growing>,
    places: Vec<Rational>,
    lines: Vec<Affine>,
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("fewer than 2^32 nodes fit in memory")
}

impl Tree {
    /// Returns a tree of one leaf without a bound.
    pub fn new() -> Self {
        Self {
            nodes: vec![UNBOUNDED],
            places: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Sets the method of a leaf.
    pub fn settle(&mut self, node: usize, method: Method) {
        self.nodes[node] = Growing {
            kind: Kind::Leaf(method),
            ..UNBOUNDED
        };
    }

    /// Cuts a leaf; returns the two new ones, without bounds yet.
    pub fn cut(&mut self, node: usize, axis: usize, place: Option<Rational>) -> (usize, usize) {
        let lower = self.nodes.len();
        self.nodes.extend([UNBOUNDED, UNBOUNDED]);
        debug_assert!(axis < MAX_INPUTS, "an input");
        self.nodes[node] = Growing {
            kind: Kind::Cut(u8::try_from(axis).unwrap_or(u8::MAX)),
            lower: index(lower),
            place: place.map_or(NO_PLACE, |place| {
                self.places.push(place);
                index(self.places.len() - 1)
            }),
        };
        (lower, lower + 1)
    }

    /// Cuts a leaf along a line, which is at most 0 on the lower half; returns the two new ones,
    /// without bounds yet.
    pub fn cut_along(&mut self, node: usize, line: Affine) -> (usize, usize) {
        let lower = self.nodes.len();
        self.nodes.extend([UNBOUNDED, UNBOUNDED]);
        self.lines.push(line);
        self.nodes[node] = Growing {
            kind: Kind::Line,
            lower: index(lower),
            place: index(self.lines.len() - 1),
        };
        (lower, lower + 1)
    }

    /// Puts a tree in the place of a leaf; returns where its node 0, 1, ... are now.
    pub fn graft(&mut self, node: usize, small: Tree) -> impl Fn(usize) -> usize + use<> {
        // Node 0 of the small tree takes the leaf's place, the others come at the end.
        let base = self.nodes.len();
        let first_place = index(self.places.len());
        let moved = move |at: usize| if at == 0 { node } else { base + at - 1 };
        let first_line = index(self.lines.len());
        self.places.extend(small.places);
        self.lines.extend(small.lines);
        let mut renumbered = small.nodes.into_iter().map(|growing| Growing {
            kind: growing.kind,
            lower: index(moved(growing.lower as usize)),
            place: match (growing.kind, growing.place) {
                (_, NO_PLACE) => NO_PLACE,
                (Kind::Line, line) => first_line + line,
                (_, place) => first_place + place,
            },
        });
        if let Some(root) = renumbered.next() {
            self.nodes[node] = root;
        }
        self.nodes.extend(renumbered);
        moved
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        // A place or a line has two or three short numbers.
        self.nodes.len() * size_of::<Growing>() + self.places.len() * 64 + self.lines.len() * 128
    }

    /// Calls back for every node in the order of the checker's walk.
    fn walk(&self, mut visit: impl FnMut(&Growing)) {
        let mut open = vec![0];
        while let Some(at) = open.pop() {
            let node = &self.nodes[at];
            visit(node);
            if let Kind::Cut(_) | Kind::Line = node.kind {
                open.push(node.lower as usize + 1);
                open.push(node.lower as usize);
            }
        }
    }

    /// Adds up the shares of the leaves as the checker does: those of the two halves of each cut.
    /// There is a share for every node; those of cuts do not matter.
    pub fn total(&self, mut shares: Vec<Interval>) -> Interval {
        // A node is made after the one that it is a half of.
        for (at, node) in self.nodes.iter().enumerate().rev() {
            if !matches!(node.kind, Kind::Leaf(_)) {
                let lower = node.lower as usize;
                shares[at] = shares[lower].plus(&shares[lower + 1]);
            }
        }
        shares[0]
    }

    /// Writes the tree as the checker will walk it.
    pub fn partition(&self) -> Partition {
        let mut partition = Partition::default();
        self.walk(|node| {
            partition.push(&match node.kind {
                Kind::Leaf(method) => Node::Leaf(method),
                Kind::Line => Node::Line(self.lines[node.place as usize].clone()),
                Kind::Cut(axis) => Node::Cut {
                    axis: usize::from(axis),
                    place: self.places.get(node.place as usize).cloned(),
                },
            });
        });
        partition
    }
}

//! The partition during a search.

use crate::certificate::{MAX_INPUTS, Method, Node, Partition};
use crate::geometry::Affine;
use crate::numbers::{Interval, Rational};

/// A node: a leaf's method or a cut's input, in one byte alongside two indices.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Leaf(Method),
    Cut(u8),
    Line,
}

#[derive(Clone, Copy, Debug)]
struct TreeNode {
    kind: Kind,
    /// The lower half; the upper half follows it.
    lower: u32,
    /// The index of its place in [`Tree::places`] if it is not cut in the middle, or of its line in
    /// [`Tree::lines`] if it is cut along one.
    place: u32,
}

const NO_PLACE: u32 = u32::MAX;

const UNBOUNDED: TreeNode = TreeNode {
    kind: Kind::Leaf(Method::Open),
    lower: 0,
    place: NO_PLACE,
};

/// A tree of cuts. Nodes are in the order in which they were made, each with a value; the values of
/// cuts have no meaning.
#[derive(Clone, Debug)]
pub struct Tree<V = ()> {
    nodes: Vec<TreeNode>,
    values: Vec<V>,
    places: Vec<Rational>,
    lines: Vec<Affine>,
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("fewer than 2^32 nodes fit in memory")
}

impl Tree {
    /// Returns a tree of one leaf without a bound.
    pub fn new() -> Self {
        Self::leaf(Method::Open, ())
    }
}

impl<V: Copy> Tree<V> {
    /// Returns a tree of one leaf.
    pub fn leaf(method: Method, value: V) -> Self {
        Self {
            nodes: vec![TreeNode {
                kind: Kind::Leaf(method),
                ..UNBOUNDED
            }],
            values: vec![value],
            places: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Sets the method of a leaf, and its value.
    pub fn fathom(&mut self, node: usize, method: Method, value: V) {
        self.nodes[node] = TreeNode {
            kind: Kind::Leaf(method),
            ..UNBOUNDED
        };
        self.values[node] = value;
    }

    /// Adds two leaves without bounds, with the value of the cell that they halve.
    fn add_halves(&mut self, node: usize) -> usize {
        let lower = self.nodes.len();
        self.nodes.extend([UNBOUNDED, UNBOUNDED]);
        let value = self.values[node];
        self.values.extend([value, value]);
        lower
    }

    /// Cuts a leaf; returns the two new leaves, without bounds yet.
    pub fn cut(&mut self, node: usize, axis: usize, place: Option<Rational>) -> (usize, usize) {
        let lower = self.add_halves(node);
        debug_assert!(axis < MAX_INPUTS, "an input");
        self.nodes[node] = TreeNode {
            kind: Kind::Cut(u8::try_from(axis).unwrap_or(u8::MAX)),
            lower: index(lower),
            place: place.map_or(NO_PLACE, |place| {
                self.places.push(place);
                index(self.places.len() - 1)
            }),
        };
        (lower, lower + 1)
    }

    /// Cuts a leaf along a line, which is at most 0 on the lower half; returns the two new leaves,
    /// without bounds yet.
    pub fn cut_along(&mut self, node: usize, line: Affine) -> (usize, usize) {
        let lower = self.add_halves(node);
        self.lines.push(line);
        self.nodes[node] = TreeNode {
            kind: Kind::Line,
            lower: index(lower),
            place: index(self.lines.len() - 1),
        };
        (lower, lower + 1)
    }

    /// Replaces a leaf by a tree; returns the new positions of its nodes.
    pub fn graft(&mut self, node: usize, small: Tree<V>) -> impl Fn(usize) -> usize + use<V> {
        // Node 0 of the small tree takes the leaf's place, the others come at the end.
        let base = self.nodes.len();
        let first_place = index(self.places.len());
        let moved = move |at: usize| if at == 0 { node } else { base + at - 1 };
        let first_line = index(self.lines.len());
        self.places.extend(small.places);
        self.lines.extend(small.lines);
        let mut renumbered = small.nodes.into_iter().map(|old| TreeNode {
            kind: old.kind,
            lower: index(moved(old.lower as usize)),
            place: match (old.kind, old.place) {
                (_, NO_PLACE) => NO_PLACE,
                (Kind::Line, line) => first_line + line,
                (_, place) => first_place + place,
            },
        });
        if let Some(root) = renumbered.next() {
            self.nodes[node] = root;
            self.values[node] = small.values[0];
        }
        self.nodes.extend(renumbered);
        self.values.extend_from_slice(&small.values[1..]);
        moved
    }

    /// Returns the input and the place of a cut, and its lower half, which the upper one follows;
    /// `None` for a leaf, and for a cut along a line.
    pub fn cut_of(&self, node: usize) -> Option<(usize, Option<&Rational>, usize)> {
        let node = &self.nodes[node];
        let Kind::Cut(axis) = node.kind else {
            return None;
        };
        let place = self.places.get(node.place as usize);
        Some((usize::from(axis), place, node.lower as usize))
    }

    /// Returns its size in bytes, approximately.
    pub fn bytes(&self) -> usize {
        // A place or a line has two or three short numbers.
        self.nodes.len() * (size_of::<TreeNode>() + size_of::<V>())
            + self.places.len() * 64
            + self.lines.len() * 128
    }

    /// Calls back for every node in the order of the checker's walk.
    fn walk(&self, mut visit: impl FnMut(&TreeNode)) {
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

    /// Returns the tree as the checker will walk it.
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

impl Tree<Interval> {
    /// Adds up the values of the leaves like the checker, pairwise at each cut.
    pub fn total(&self) -> Interval {
        self.totals()[0]
    }

    /// Returns the total below each node.
    pub fn totals(&self) -> Vec<Interval> {
        let mut sums = self.values.clone();
        // A half is made after the node that it halves.
        for (at, node) in self.nodes.iter().enumerate().rev() {
            if !matches!(node.kind, Kind::Leaf(_)) {
                let lower = node.lower as usize;
                sums[at] = sums[lower].plus(&sums[lower + 1]);
            }
        }
        sums
    }
}

impl<V: Copy> Tree<V> {
    /// Rebuilds the tree of a partition, every leaf with this value. A subtree below a line becomes
    /// one leaf without a bound. Returns the node and the depth of each leaf, in order; `None` if
    /// the text is not a tree.
    pub fn of(partition: &Partition, value: V) -> Option<(Self, Vec<(usize, usize)>)> {
        let mut tree = Self::leaf(Method::Open, value);
        let mut nodes = partition.nodes();
        let mut leaves = Vec::new();
        let mut open = vec![(0, 0)];
        while let Some((node, depth)) = open.pop() {
            match nodes.next_node().ok()? {
                Node::Cut { axis, place } => {
                    let (lower, upper) = tree.cut(node, axis, place);
                    open.push((upper, depth + 1));
                    open.push((lower, depth + 1));
                }
                Node::Line(_) => {
                    nodes.skip_tree().ok()?;
                    nodes.skip_tree().ok()?;
                    leaves.push((node, depth));
                }
                Node::Leaf(_) => leaves.push((node, depth)),
            }
        }
        nodes.is_at_end().then_some((tree, leaves))
    }
}

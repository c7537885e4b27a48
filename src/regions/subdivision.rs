//! A subdivision of a rectangle into convex faces: half-edges, each next to its twin.
//!
//! A corner is stored as the two lines through it, so its exact numbers never grow with the number of cuts,
//! and as a float near it. Floats decide signs if they can prove them.
//!
//! ```text
//!            next          Half-edges go around a face counter-clockwise; the twin of a
//!      <------------       half-edge runs the other way in the face beyond it. Beyond the
//!     |   face      ^      rectangle is the face NOWHERE. A face may have corners in the middle
//!     v  half-edge  |      of a side, where a line ends on the other side of it.
//!      ------------>
//!  origin      <---- twin
//! ```

use std::cmp::Ordering;

use dashu_base::BitTest;

use super::filter::{NearLine, NearPoint, sign_of};
use crate::geometry::{Affine, Corner};
use crate::numbers::{Integer, Rational};

/// The face beyond the rectangle.
pub const NOWHERE: u32 = 0;
/// The absent half-edge or owner.
pub const NONE: u32 = u32::MAX;

/// One side of an edge.
#[derive(Clone, Copy, Debug)]
pub struct HalfEdge {
    /// The corner it leaves.
    pub origin: u32,
    /// The next half-edge around the face.
    pub next: u32,
    /// The one before it.
    pub before: u32,
    /// The face to its left.
    pub face: u32,
    /// The line it lies on.
    pub line: u32,
}

/// A corner: two lines through it.
#[derive(Clone, Copy, Debug)]
struct Vertex {
    near: NearPoint,
    lines: (u32, u32),
}

/// A line, and what crossing it changes.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where this is 0; no common factor, the first coefficient that is not 0 is positive.
    pub exact: Affine,
    near: NearLine,
    /// The node of the pattern tree in which it was drawn; [`NONE`] for the rectangle's sides.
    pub owner: u32,
    /// The cut that changes on it, if there is only one; otherwise [`NONE`].
    pub cut: u32,
}

/// The subdivision.
#[derive(Clone, Debug)]
pub struct Subdivision {
    vertices: Vec<Vertex>,
    /// Half-edge `h` and `h ^ 1` are twins.
    edges: Vec<HalfEdge>,
    /// For each face, one half-edge around it ([`NONE`] if the face was removed), and the node of its pattern.
    faces: Vec<(u32, u32)>,
    lines: Vec<Line>,
    /// Bits of the lines' coefficients, for the memory limit.
    line_bits: usize,
}

/// The half-edge on the other side.
pub fn twin(edge: u32) -> u32 {
    edge ^ 1
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("the memory limit keeps counts below 2^32")
}

impl Subdivision {
    /// Returns the rectangle as one face with the given node.
    pub fn new(x: &(Rational, Rational), y: &(Rational, Rational), node: u32) -> Self {
        let (one, zero) = (Rational::ONE, Rational::ZERO);
        let mut all = Self {
            vertices: Vec::new(),
            edges: Vec::new(),
            faces: vec![(1, NONE), (0, node)],
            lines: Vec::new(),
            line_bits: 0,
        };
        // Bottom, right, top, left.
        let sides = [
            Affine::from_rationals(&zero, &one, &-&y.0),
            Affine::from_rationals(&one, &zero, &-&x.1),
            Affine::from_rationals(&zero, &one, &-&y.1),
            Affine::from_rationals(&one, &zero, &-&x.0),
        ];
        for side in sides {
            all.add_line(side, NONE, NONE);
        }
        for (i, before) in [(0, 3), (1, 0), (2, 1), (3, 2)] {
            all.add_vertex(before, i);
        }
        for i in 0..4u32 {
            let (next, before) = ((i + 1) % 4, (i + 3) % 4);
            all.edges.push(HalfEdge {
                origin: i,
                next: 2 * next,
                before: 2 * before,
                face: 1,
                line: i,
            });
            all.edges.push(HalfEdge {
                origin: next,
                next: 2 * before + 1,
                before: 2 * next + 1,
                face: NOWHERE,
                line: i,
            });
        }
        all
    }

    /// Adds a line; returns it.
    pub fn add_line(&mut self, exact: Affine, owner: u32, cut: u32) -> u32 {
        let near = NearLine::of(&exact);
        self.line_bits += exact.a.bit_len() + exact.b.bit_len() + exact.c.bit_len();
        self.lines.push(Line {
            exact,
            near,
            owner,
            cut,
        });
        number(self.lines.len() - 1)
    }

    /// Adds the corner on two lines that meet.
    fn add_vertex(&mut self, first: u32, second: u32) -> u32 {
        let lines = (first, second);
        let near = NearPoint::of(&self.meet(lines));
        self.vertices.push(Vertex { near, lines });
        number(self.vertices.len() - 1)
    }

    fn meet(&self, (first, second): (u32, u32)) -> Corner {
        let line = |index: u32| &self.lines[index as usize].exact;
        line(first)
            .meet(line(second))
            .expect("a corner lies on two lines that are not parallel")
    }

    /// A line.
    pub fn line(&self, line: u32) -> &Line {
        &self.lines[line as usize]
    }

    /// Sets the cut that changes on a line.
    pub fn set_cut(&mut self, line: u32, cut: u32) {
        self.lines[line as usize].cut = cut;
    }

    /// A half-edge.
    pub fn edge(&self, edge: u32) -> &HalfEdge {
        &self.edges[edge as usize]
    }

    /// The corner that a half-edge leads to.
    pub fn target(&self, edge: u32) -> u32 {
        self.edge(twin(edge)).origin
    }

    /// The number of half-edges.
    pub fn edge_count(&self) -> u32 {
        number(self.edges.len())
    }

    /// The number of faces that were ever made, with the one beyond the rectangle.
    pub fn face_count(&self) -> u32 {
        number(self.faces.len())
    }

    /// The node of a face's pattern.
    pub fn node(&self, face: u32) -> u32 {
        self.faces[face as usize].1
    }

    /// Sets the node of a face's pattern.
    pub fn set_node(&mut self, face: u32, node: u32) {
        self.faces[face as usize].1 = node;
    }

    /// Is this face one of the subdivision, and not merged away?
    pub fn is_face(&self, face: u32) -> bool {
        face != NOWHERE && self.faces[face as usize].0 != NONE
    }

    /// Returns the faces.
    pub fn all_faces(&self) -> impl Iterator<Item = u32> + '_ {
        (1..self.face_count()).filter(|&face| self.is_face(face))
    }

    /// Returns the half-edges around a face, counter-clockwise.
    pub fn around(&self, face: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.faces[face as usize].0;
        let mut next = (first != NONE).then_some(first);
        std::iter::from_fn(move || {
            let edge = next?;
            let after = self.edge(edge).next;
            next = (after != first).then_some(after);
            Some(edge)
        })
    }

    /// The point near a corner.
    pub fn near(&self, vertex: u32) -> NearPoint {
        self.vertices[vertex as usize].near
    }

    /// The exact corner.
    pub fn corner(&self, vertex: u32) -> Corner {
        self.meet(self.vertices[vertex as usize].lines)
    }

    /// The sign of a line's function at a corner.
    pub fn sign(&self, line: u32, vertex: u32) -> Ordering {
        let (line_, at) = (&self.lines[line as usize], &self.vertices[vertex as usize]);
        if line == at.lines.0 || line == at.lines.1 {
            return Ordering::Equal;
        }
        line_
            .near
            .sign(at.near)
            .unwrap_or_else(|| self.exact_sign(&line_.exact, vertex))
    }

    /// The sign of an affine function at a corner, by integers.
    pub fn exact_sign(&self, function: &Affine, vertex: u32) -> Ordering {
        let (first, second) = self.vertices[vertex as usize].lines;
        let (p, q) = (
            &self.lines[first as usize].exact,
            &self.lines[second as usize].exact,
        );
        // The determinant of the three lines, without making the corner: w, x and y times it.
        let w = &p.a * &q.b - &p.b * &q.a;
        let mut value = &function.c * &w;
        if !function.a.is_zero() {
            value += &function.a * (&p.b * &q.c - &p.c * &q.b);
        }
        if !function.b.is_zero() {
            value += &function.b * (&p.c * &q.a - &p.a * &q.c);
        }
        match sign_of(&w) {
            Ordering::Less => sign_of(&value).reverse(),
            _ => sign_of(&value),
        }
    }

    /// Cuts an edge in two where a line crosses it. The half-edge keeps its origin; its twin starts
    /// at the new corner.
    fn split_edge(&mut self, edge: u32, line: u32) {
        let vertex = self.add_vertex(self.edge(edge).line, line);
        let (here, there) = (*self.edge(edge), *self.edge(twin(edge)));
        let after = number(self.edges.len());
        let back = twin(after);
        // The new pair: from the corner on, and back to it.
        self.edges.push(HalfEdge {
            origin: vertex,
            next: here.next,
            before: edge,
            ..here
        });
        self.edges.push(HalfEdge {
            origin: there.origin,
            next: twin(edge),
            before: there.before,
            ..there
        });
        self.edges[here.next as usize].before = after;
        self.edges[there.before as usize].next = back;
        self.edges[edge as usize].next = after;
        let old = &mut self.edges[twin(edge) as usize];
        old.origin = vertex;
        old.before = back;
    }

    /// Cuts a face along a line from the origin of one half-edge to that of another; the new face
    /// is the part from `from` to `to`, on the left of the chord back.
    fn split_face(&mut self, from: u32, to: u32, line: u32) {
        let (start, end) = (*self.edge(from), *self.edge(to));
        let face = number(self.faces.len());
        let chord = number(self.edges.len());
        self.edges.push(HalfEdge {
            origin: end.origin,
            next: from,
            before: end.before,
            face,
            line,
        });
        self.edges.push(HalfEdge {
            origin: start.origin,
            next: to,
            before: start.before,
            face: start.face,
            line,
        });
        self.edges[end.before as usize].next = chord;
        self.edges[start.before as usize].next = twin(chord);
        self.edges[from as usize].before = chord;
        self.edges[to as usize].before = twin(chord);
        self.faces[start.face as usize].0 = twin(chord);
        self.faces.push((chord, self.node(start.face)));
        let mut edge = from;
        while edge != chord {
            self.edges[edge as usize].face = face;
            edge = self.edge(edge).next;
        }
    }

    /// Is the face on the left of a half-edge part of the node's cell?
    fn is_inside(&self, edge: u32, node: u32) -> bool {
        self.node(self.edge(edge).face) == node
    }

    /// Returns how far along the border a line enters a cell, about: the number of the border's
    /// edge, and the share of it.
    pub fn entrance(&self, border: &[u32], line: u32) -> (usize, f64) {
        let near = &self.lines[line as usize].near;
        let value = |i: usize| near.value(self.near(self.edge(border[i % border.len()]).origin));
        let enters = |&i: &usize| value(i) < 0.0 && value(i + 1) >= 0.0;
        let at = (0..border.len()).find(enters).unwrap_or(0);
        (at, value(at) / (value(at) - value(at + 1)))
    }

    /// Returns where a line enters the cell of a node, cut there if need be: the half-edge of the
    /// cell that leaves the point.
    ///
    /// `border` are the half-edges that leave the corners that the cell had before it was cut.
    /// The entrance is where, counter-clockwise, the sign goes from negative to positive.
    fn enter(&mut self, border: &[u32], line: u32, node: u32) -> Option<u32> {
        let n = border.len();
        let signs: Vec<Ordering> = border
            .iter()
            .map(|&edge| self.sign(line, self.edge(edge).origin))
            .collect();
        let at =
            (0..n).find(|&i| signs[i] == Ordering::Less && signs[(i + 1) % n] != Ordering::Less)?;
        if signs[(at + 1) % n] == Ordering::Equal {
            return Some(border[(at + 1) % n]);
        }
        // Along the border, past the ends of earlier lines.
        let mut edge = border[at];
        loop {
            match self.sign(line, self.target(edge)) {
                Ordering::Less => {}
                Ordering::Greater => {
                    self.split_edge(edge, line);
                    return Some(self.edge(edge).next);
                }
                Ordering::Equal => return Some(self.along_border(edge, node)),
            }
            edge = self.along_border(edge, node);
        }
    }

    /// The next half-edge on the border of a node's cell.
    fn along_border(&self, edge: u32, node: u32) -> u32 {
        let mut next = self.edge(edge).next;
        while self.is_inside(twin(next), node) {
            next = self.edge(twin(next)).next;
        }
        next
    }

    /// Draws a line through the cell of a node, which it crosses: every face of the cell that it
    /// passes through is cut. No line inside the cell may be the same.
    ///
    /// The walk keeps positive signs on its right: in each face it goes on from the corner or
    /// edge where the sign falls.
    pub fn draw(&mut self, border: &[u32], line: u32, node: u32) {
        let Some(start) = self.enter(border, line, node) else {
            return;
        };
        let mut leaving = start;
        while let Some(from) = self.find_entered(leaving, line, node) {
            let mut edge = self.edge(from).next;
            let sign = loop {
                match self.sign(line, self.target(edge)) {
                    Ordering::Greater => edge = self.edge(edge).next,
                    sign => break sign,
                }
            };
            if sign == Ordering::Less {
                self.split_edge(edge, line);
            }
            let to = self.edge(edge).next;
            self.split_face(from, to, line);
            leaving = to;
        }
    }

    /// Among the half-edges that leave a corner on a line: the one of the cell's face that the
    /// line enters there, with a positive sign after the corner and a negative one before it.
    fn find_entered(&self, leaving: u32, line: u32, node: u32) -> Option<u32> {
        let mut edge = leaving;
        loop {
            let before = self.edge(edge).before;
            if self.is_inside(edge, node)
                && self.sign(line, self.target(edge)) == Ordering::Greater
                && self.sign(line, self.edge(before).origin) == Ordering::Less
            {
                return Some(edge);
            }
            edge = twin(before);
            if edge == leaving {
                return None;
            }
        }
    }

    /// Removes the edges around these faces for which `is_gone` says so of the two faces beside
    /// them; what they bounded together becomes one face.
    ///
    /// Faces that become one have a union without holes.
    pub fn merge_faces(&mut self, faces: &[u32], is_gone: impl Fn(&Self, u32, u32) -> bool) {
        let gone = |all: &Self, edge: u32| {
            let (a, b) = (all.edge(edge).face, all.edge(twin(edge)).face);
            a != NOWHERE && b != NOWHERE && is_gone(all, a, b)
        };
        // All from the old pointers, so that the order does not matter.
        let (mut next, mut removed) = (Vec::new(), Vec::new());
        for edge in faces.iter().flat_map(|&face| self.around(face)) {
            if gone(self, edge) {
                removed.push(edge);
                continue;
            }
            let mut after = self.edge(edge).next;
            while gone(self, after) {
                after = self.edge(twin(after)).next;
            }
            next.push((edge, after));
        }
        for &face in faces {
            self.faces[face as usize].0 = NONE;
        }
        for &(edge, after) in &next {
            self.edges[edge as usize].next = after;
            self.edges[after as usize].before = edge;
        }
        for edge in removed {
            self.edges[edge as usize].face = NOWHERE;
        }
        // The first half-edge of a loop names its face.
        for &(first, _) in &next {
            let face = self.edge(first).face;
            if self.faces[face as usize].0 != NONE {
                continue;
            }
            self.faces[face as usize].0 = first;
            let mut edge = self.edge(first).next;
            while edge != first {
                self.edges[edge as usize].face = face;
                edge = self.edge(edge).next;
            }
        }
    }

    /// Bytes that the subdivision takes, about.
    pub fn bytes(&self) -> usize {
        self.vertices.capacity() * size_of::<Vertex>()
            + self.edges.capacity() * size_of::<HalfEdge>()
            + self.faces.capacity() * size_of::<(u32, u32)>()
            + self.lines.capacity() * size_of::<Line>()
            + self.line_bits / 4
    }
}

/// Returns the line's function with its first coefficient positive, and whether it was turned.
pub fn canonical(function: Affine) -> (Affine, bool) {
    let primitive = function.primitive();
    let first = if primitive.a.is_zero() {
        &primitive.b
    } else {
        &primitive.a
    };
    if *first < Integer::ZERO {
        (primitive.negated(), true)
    } else {
        (primitive, false)
    }
}

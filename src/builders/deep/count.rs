//! A slow count of regions in one and two inputs, for tests: exact cells, joined pair by pair.

use std::collections::{BTreeMap, BTreeSet};

use crate::expr::Domain;
use crate::geometry::{Affine, PlaneCell};
use crate::network::{Activation, IntegerNetwork, Network};
use crate::numbers::Rational;

/// A cell on which the network is affine.
pub struct Piece {
    cell: PlaneCell,
    map: Affine,
    /// Which units are on, or which of their rows is the largest, at a point inside.
    pattern: Vec<usize>,
}

/// Returns the cells between all lines that the units need to be decided.
pub fn pieces(network: &Network, domain: &Domain) -> Vec<Piece> {
    let integers = IntegerNetwork::new(network).expect("piecewise linear");
    let whole = PlaneCell::from_sides(domain.sides()).expect("one or two inputs");
    let mut open = vec![(whole, integers.start())];
    let mut pieces = Vec::new();
    while let Some((cell, mut stage)) = open.pop() {
        match integers.advance(&mut stage, &cell) {
            Ok(()) => pieces.push(Piece {
                map: stage.outputs()[0].clone(),
                pattern: pattern(network, &middle(&cell, domain.dimension())),
                cell,
            }),
            Err(lines) => {
                let cut = cell.cut(&lines[0]).expect("the line passes through");
                open.push((cut.0, stage.clone()));
                open.push((cut.1, stage));
            }
        }
    }
    pieces
}

/// The mean of the corners: inside, as the cell is convex.
fn middle(cell: &PlaneCell, inputs: usize) -> Vec<Rational> {
    let count = Rational::from(i64::try_from(cell.corners().len()).expect("few"));
    let corners = || cell.corners().iter();
    let first = corners().map(|corner| corner.first()).sum::<Rational>() / &count;
    let second = corners().map(|corner| corner.second()).sum::<Rational>() / &count;
    [first, second].into_iter().take(inputs).collect()
}

fn pattern(network: &Network, point: &[Rational]) -> Vec<usize> {
    let mut values = point.to_vec();
    let mut pattern = Vec::new();
    for layer in network.layers() {
        let sums: Vec<Rational> = (0..layer.rows())
            .map(|row| {
                let weights = layer.weights().row(row);
                let products = weights.map(|(column, weight)| weight * &values[column]);
                products.sum::<Rational>() + &layer.bias()[row]
            })
            .collect();
        values = match layer.activation() {
            Activation::Relu => {
                pattern.extend(sums.iter().map(|sum| usize::from(sum.is_positive())));
                sums.into_iter()
                    .map(|sum| sum.max(Rational::ZERO))
                    .collect()
            }
            Activation::Maxout(rank) => {
                let largest = |rows: &[Rational]| {
                    let place = (0..rows.len()).max_by(|&i, &j| rows[i].cmp(&rows[j]));
                    place.expect("a unit has rows")
                };
                pattern.extend(sums.chunks(*rank).map(largest));
                let units = sums.chunks(*rank);
                units.map(|rows| rows[largest(rows)].clone()).collect()
            }
            _ => sums,
        };
    }
    pattern
}

/// Returns the number of different patterns. (The points of one pattern are a convex set.)
pub fn activation_regions(pieces: &[Piece]) -> usize {
    let patterns: BTreeSet<&[usize]> = pieces.iter().map(|p| &p.pattern[..]).collect();
    patterns.len()
}

/// Returns the number of sets of cells that hang together by their sides and have one affine map.
pub fn linear_regions(pieces: &[Piece]) -> usize {
    let mut by_map: BTreeMap<String, Vec<&PlaneCell>> = BTreeMap::new();
    for piece in pieces {
        let cells = by_map.entry(format!("{:?}", piece.map)).or_default();
        cells.push(&piece.cell);
    }
    let mut regions = 0;
    for mut cells in by_map.into_values() {
        while let Some(first) = cells.pop() {
            regions += 1;
            let mut open = vec![first];
            while let Some(cell) = open.pop() {
                let (joined, rest) = cells.into_iter().partition(|other| touch(cell, other));
                cells = rest;
                let joined: Vec<&PlaneCell> = joined;
                open.extend(joined);
            }
        }
    }
    regions
}

/// Do two cells have more than a point of their sides in common (on the line, an end)?
fn touch(a: &PlaneCell, b: &PlaneCell) -> bool {
    if a.corners().len() == 2 {
        return (0..2).any(|i| a.corners()[1 - i].first() == b.corners()[i].first());
    }
    let touches = |(edge, from, to): (_, _, _)| {
        let (edge, from, to): (&Affine, _, _) = (edge, from, to);
        let along = edge.clone().primitive().negated();
        b.sides().any(|(other, other_from, other_to)| {
            // Seen from the other side the edge leads the other way.
            other.clone().primitive() == along
                && overlap(ends(from, to), ends(other_to, other_from))
        })
    };
    a.sides().any(touches)
}

type Ends = ((Rational, Rational), (Rational, Rational));

fn ends(from: &crate::geometry::Corner, to: &crate::geometry::Corner) -> Ends {
    let point = |corner: &crate::geometry::Corner| (corner.first(), corner.second());
    let (from, to) = (point(from), point(to));
    if from <= to { (from, to) } else { (to, from) }
}

/// Do two stretches of one line share more than a point? Points on a line are in the order of
/// their coordinates.
fn overlap(a: Ends, b: Ends) -> bool {
    a.0.max(b.0) < a.1.min(b.1)
}

//! If a network jumps, the common side can separate two cells with the same affine map.
//!
//! `H(x) + H(-x)` is 1 on both sides of 0 and 2 at 0: two regions. So the network is evaluated on
//! the side itself, as a network in one input.

use super::layers::Layers;
use super::outputs::Outputs;
use super::search::Cells;
use super::section::{Section, restrict};
use super::subdivision::twin;
use crate::network::{Network, forward};
use crate::numbers::Rational;

/// Does the map of the cells next to an edge also hold on some piece of the edge?
pub fn holds_on_edge(
    cells: &Cells,
    network: &Network,
    edge: u32,
    outputs: &mut Outputs<'_>,
) -> bool {
    let map = &cells.map;
    let ends = [map.edge(edge).origin, map.edge(twin(edge)).origin].map(|v| map.corner(v));
    let points = ends.map(|end| {
        let all = [end.first(), end.second()].into_iter();
        all.take(cells.inputs).collect::<Vec<_>>()
    });
    let maps = outputs.maps(map.node(map.edge(edge).face));
    if cells.inputs == 1 {
        let values = forward(network, &(), &points[0]);
        let expected = maps.iter().map(|map| map.value(&points[0])).collect();
        return values == Ok(expected);
    }
    let section = Section::between(&points[0], &points[1]);
    let Ok(restricted) = restrict(network, &section) else {
        return false;
    };
    let unit = [(Rational::ZERO, Rational::ONE)];
    let Ok(pieces) = Layers::new(&restricted).and_then(|l| Cells::new(l, &unit, u64::MAX)) else {
        return false;
    };
    let mut on_edge = Outputs::new(&pieces);
    let nodes: Vec<u32> = pieces
        .map
        .all_faces()
        .map(|face| pieces.map.node(face))
        .collect();
    nodes.into_iter().any(|node| {
        let here = on_edge.maps(node);
        here.iter().zip(&maps).all(|(here, map)| {
            [(Rational::ZERO, &points[0]), (Rational::ONE, &points[1])]
                .iter()
                .all(|(t, point)| here.value(std::slice::from_ref(t)) == map.value(point))
        })
    })
}

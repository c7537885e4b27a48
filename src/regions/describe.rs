//! Regions one by one: polygon, area, affine maps, pattern.

use super::layers::Piece;
use super::merge::LinearRegions;
use super::outline::{doubled_areas, face_area, is_outline, loops};
use super::outputs::Outputs;
use super::pattern::ROOT;
use super::search::Cells;
use super::subdivision::{NONE, NOWHERE, twin};
use crate::network::Activation;
use crate::numbers::{AffineMap, Rational};

/// A closed line through these corners.
pub type Ring = Vec<(Rational, Rational)>;

/// An activation region.
#[derive(Clone, Debug)]
pub struct ActivationRegion {
    /// The corners, counter-clockwise; convex. With one input, a strip of height 1.
    pub polygon: Ring,
    /// The area; with one input, the length.
    pub area: Rational,
    /// The number of the linear region that it is part of.
    pub linear_region: u32,
    /// For each layer with several pieces, the piece of each unit: 0 or 1; 0, 1 or 2 for
    /// hard-tanh; the row, from 0, for maxout.
    pub pattern: Vec<Vec<u32>>,
}

/// A linear region.
#[derive(Clone, Debug)]
pub struct LinearRegion {
    /// The outline, counter-clockwise, and then the holes, clockwise.
    pub rings: Vec<Ring>,
    /// The area; with one input, the length.
    pub area: Rational,
    /// For each output, the affine function of the network there.
    pub maps: Vec<AffineMap>,
}

/// Returns the activation regions, in the order in which they were found.
pub fn activation_regions<'a>(
    cells: &'a Cells,
    linear: &'a LinearRegions,
) -> impl Iterator<Item = ActivationRegion> + 'a {
    cells.map.all_faces().map(|face| {
        let ring = loops_of(cells, face);
        ActivationRegion {
            polygon: ring,
            area: face_area(&cells.map, face),
            linear_region: linear.of_face[face as usize],
            pattern: pattern(cells, cells.map.node(face)),
        }
    })
}

/// The corners of a face at which its border turns.
fn loops_of(cells: &Cells, face: u32) -> Ring {
    let map = &cells.map;
    let edges: Vec<u32> = map.around(face).collect();
    let line = |i: usize| map.edge(edges[i % edges.len()]).line;
    (0..edges.len())
        .filter(|&i| {
            let (p, q) = (line(i + edges.len() - 1), line(i));
            p != q && map.line(p).exact != map.line(q).exact
        })
        .map(|i| map.corner(map.edge(edges[i]).origin))
        .map(|corner| (corner.first(), corner.second()))
        .collect()
}

/// The pieces of all units of layers with more than one.
fn pattern(cells: &Cells, node: u32) -> Vec<Vec<u32>> {
    let path = if node == ROOT {
        Vec::new()
    } else {
        cells.tree.path(node)
    };
    let layers = cells.layers.iter().zip(path);
    layers
        .filter(|(layer, _)| layer.cuts() > 0)
        .map(|(layer, node)| {
            let bits = cells.tree.bits(node);
            (0..layer.units())
                .map(|unit| match (&layer.activation, layer.piece(bits, unit)) {
                    (Activation::Maxout(rank), Piece::Row(row)) => (row % rank) as u32,
                    (Activation::HardTanh, Piece::Constant(c)) => u32::from(c > 0) * 2,
                    (Activation::HardTanh, _) => 1,
                    (_, Piece::Constant(c)) => u32::from(c > 0),
                    (_, Piece::Below(_)) => 0,
                    _ => 1,
                })
                .collect()
        })
        .collect()
}

/// Returns the linear regions by number.
pub fn linear_regions(cells: &Cells, linear: &LinearRegions) -> Vec<LinearRegion> {
    let mut regions: Vec<LinearRegion> = Vec::with_capacity(linear.count);
    let mut outputs = Outputs::new(cells);
    for face in cells.map.all_faces() {
        // Regions are numbered by their first faces.
        if linear.of_face[face as usize] as usize == regions.len() {
            regions.push(LinearRegion {
                rings: Vec::new(),
                area: Rational::ZERO,
                maps: outputs.maps(cells.map.node(face)),
            });
        }
    }
    let label = |face: u32| Some(linear.of_face[face as usize]).filter(|&label| label != NONE);
    for ring in loops(&cells.map, &label) {
        let region = &mut regions[ring.label as usize];
        region.area = &region.area + doubled_areas(&ring.corners).sum::<Rational>().half();
        if is_outline(&ring.corners) {
            region.rings.insert(0, ring.corners);
        } else {
            region.rings.push(ring.corners);
        }
    }
    regions
}

/// The neighbours of regions, and the sides inside regions.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// For each linear region, its neighbours in order.
    pub neighbours: Vec<Vec<usize>>,
    /// The sides between activation regions of one linear region.
    pub seams: Vec<[(Rational, Rational); 2]>,
}

/// Returns which linear regions share a side of positive length.
pub fn neighbours(cells: &Cells, linear: &LinearRegions) -> Neighbours {
    let map = &cells.map;
    let mut found = Neighbours {
        neighbours: vec![Vec::new(); linear.count],
        seams: Vec::new(),
    };
    for edge in (0..map.edge_count()).step_by(2) {
        let (a, b) = (map.edge(edge).face, map.edge(twin(edge)).face);
        if a == NOWHERE || b == NOWHERE || a == b {
            continue;
        }
        let (p, q) = (linear.of_face[a as usize], linear.of_face[b as usize]);
        if p == q {
            found.seams.push([edge, twin(edge)].map(|edge| {
                let corner = map.corner(map.edge(edge).origin);
                (corner.first(), corner.second())
            }));
        } else {
            found.neighbours[p as usize].push(q as usize);
            found.neighbours[q as usize].push(p as usize);
        }
    }
    for all in &mut found.neighbours {
        all.sort_unstable();
        all.dedup();
    }
    found
}

/// A side between two activation regions.
#[derive(Clone, Debug)]
pub struct SharedSide {
    /// The number of the region to the left of the way from the first end to the second.
    pub left: usize,
    /// The number of the region to the right.
    pub right: usize,
    /// The two ends.
    pub ends: [(Rational, Rational); 2],
}

/// Returns the sides between activation regions, which are numbered as by
/// [`activation_regions()`]. One side may come in several pieces.
pub fn shared_sides(cells: &Cells) -> Vec<SharedSide> {
    let map = &cells.map;
    let mut number = vec![usize::MAX; map.face_count() as usize];
    for (i, face) in map.all_faces().enumerate() {
        number[face as usize] = i;
    }
    let inner = (0..map.edge_count()).step_by(2).filter_map(|edge| {
        let (a, b) = (map.edge(edge).face, map.edge(twin(edge)).face);
        (a != NOWHERE && b != NOWHERE && a != b).then(|| SharedSide {
            left: number[a as usize],
            right: number[b as usize],
            ends: [edge, twin(edge)].map(|edge| {
                let corner = map.corner(map.edge(edge).origin);
                (corner.first(), corner.second())
            }),
        })
    });
    inner.collect()
}

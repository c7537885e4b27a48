//! The region on which a network decides "inside": `N >= t`, as exact polygons.
//!
//! The decision is a heaviside unit on top of the network, so its cells are cells of a network and no new
//! cuts are needed. Sets without area (a line on which a network with jumps decides otherwise) are left
//! out.

use super::RegionsError;
use super::layers::Layers;
use super::merge::Joined;
use super::outline::{Loop, doubled_areas, is_outline, length, loops, sum_exactly};
use super::search::Cells;
use super::subdivision::{NOWHERE, twin};
use crate::network::{Activation, Layer, Matrix, Network};
use crate::numbers::{Dyadic, Interval, Rational};

/// The longest exact area, in bits.
const LONGEST: usize = 1 << 17;

/// The set where the output of a network is at least the threshold.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The number of sides of all polygons, holes included; pieces of one straight side are one.
    pub sides: usize,
    /// The number of those sides on the border of the domain.
    pub border_sides: usize,
    /// The number of connected parts; parts that touch in a point count separately.
    pub components: usize,
    /// The number of holes. Holes that touch in a point count once; a hole that touches the outside does not
    /// count.
    pub holes: usize,
    /// Lower and upper bounds on the area (with one input: the length); equal if it is exact.
    pub area: (Rational, Rational),
    /// Encloses the length of the outlines and holes.
    pub perimeter: Interval,
    /// For each component, its outline (counter-clockwise) and then its holes (clockwise).
    pub polygons: Vec<Vec<Vec<(Rational, Rational)>>>,
}

/// Returns the region of a domain on which the only output is at least the threshold.
///
/// - Exactness: exact, except for the perimeter and an area of more than 2^17 bits, which are enclosed.
/// - Errors: [`RegionsError::Outputs`] for several outputs; those of [`Cells::new`].
pub fn decision(
    network: &Network,
    sides: &[(Rational, Rational)],
    threshold: &Rational,
    memory: u64,
) -> Result<Decision, RegionsError> {
    if network.outputs().len() != 1 {
        return Err(RegionsError::Outputs(network.outputs().len()));
    }
    let one = Matrix::from_dense(vec![vec![Rational::ONE]]).expect("one weight");
    let step = Layer::new(one, vec![-threshold], Activation::Heaviside).expect("one unit");
    let mut layers = network.layers().to_vec();
    layers.push(step);
    let decided = Network::new(
        network.inputs().to_vec(),
        network.outputs().to_vec(),
        layers,
    )
    .expect("one output goes into the step");
    let cells = Cells::new(Layers::new(&decided)?, sides, memory)?;
    Ok(outline(&cells))
}

fn outline(cells: &Cells) -> Decision {
    let map = &cells.map;
    let inside =
        |face: u32| face != NOWHERE && map.is_face(face) && cells.tree.bits(map.node(face)).get(0);
    let mut joined = Joined::new(map.face_count());
    for edge in (0..map.edge_count()).step_by(2) {
        let (a, b) = (map.edge(edge).face, map.edge(twin(edge)).face);
        if inside(a) && inside(b) {
            joined.join(a, b);
        }
    }
    let (of_face, components) = joined.number(map.face_count(), inside);
    let all = loops(map, &|face| inside(face).then(|| of_face[face as usize]));
    let mut polygons = vec![Vec::new(); components];
    let (mut terms, mut perimeter) = (Vec::new(), Interval::from_i64(0));
    let (mut sides, mut border_sides) = (0, 0);
    for Loop {
        label,
        corners,
        on_border,
    } in &all
    {
        sides += corners.len();
        border_sides += on_border.iter().filter(|on| **on).count();
        terms.extend(doubled_areas(corners));
        perimeter = perimeter.plus(&length(corners));
        let own: &mut Vec<_> = &mut polygons[*label as usize];
        if is_outline(corners) {
            own.insert(0, corners.clone());
        } else {
            own.push(corners.clone());
        }
    }
    let area = if let Some(doubled) = sum_exactly(&terms, LONGEST) {
        (doubled.half(), doubled.half())
    } else {
        let zero = Interval::from_i64(0);
        let terms = terms.iter().map(Interval::from_rational);
        let sum = terms.fold(zero, |sum, term| sum.plus(&term));
        let end = |end: Dyadic| end.to_rational().unwrap_or_default().half();
        (end(sum.inf()), end(sum.sup()))
    };
    Decision {
        sides,
        border_sides,
        components,
        holes: all.len() - components,
        area,
        perimeter,
        polygons,
    }
}

//! Deep maxout networks with as many linear regions as T32 promises.

use std::collections::BTreeSet;

use crate::builders::assemble::{LayerBuilder, network};
use crate::builders::entry::{Bounds, Entry, Goal, Outputs, key};
use crate::builders::error::{BuildError, check_size_of_different};
use crate::builders::grid::wide;
use crate::builders::parameters::Parameters;
use crate::builders::request::{Built, Request};
use crate::expr::domain::MAX_INPUTS;
use crate::expr::{Domain, Target};
use crate::network::{Activation, Network};
use crate::numbers::{Integer, Rational};

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "maxout-fold",
    summary: "a deep maxout network with many linear regions, each layer as wide as the number of inputs",
    inputs: (1, MAX_INPUTS),
    outputs: Outputs::One,
    goal: Goal::Regions,
    activations: &[],
    keys: &[
        key("rank", "2"),
        key(
            "widths",
            "needed: the number of inputs, once for each hidden layer",
        ),
    ],
    size: None,
    bounds: Bounds::AsAsked,
    bound: "regions: (1 + (k - 1)(2^L - 1))^(n_0), for n_0 > 1 mostly above k^(L-1) k^(n_0)",
    theorem: "T32",
    example: r#"[target]
inputs = ["x", "y"]
domain = { x = ["0", "1"], y = ["0", "1"] }

[network]
builder = "maxout-fold"
widths = [2, 2]
rank = 3
"#,
    build,
};

/// The largest rank; each unit has as many rows.
const LARGEST_RANK: usize = 256;
/// The most layers. Corners are followed through all of them, and their numbers grow.
const MOST_LAYERS: usize = 24;

/// Builds [`maxout_fold`] with the widths and the rank of a request.
///
/// - Errors: [`BuildError`].
pub fn build(request: &Request) -> Result<Built, BuildError> {
    let builder = ENTRY.name;
    let given = request.parameters;
    let inputs = request.domain.dimension();
    let rank = given.rank.unwrap_or(2);
    let key = "rank";
    if rank < 2 {
        let (found, smallest) = (rank, 2);
        return Err(BuildError::TooSmall {
            key,
            found,
            smallest,
        });
    }
    if rank > LARGEST_RANK {
        let (found, largest) = (rank, LARGEST_RANK);
        return Err(BuildError::AboveLargest {
            key,
            found,
            largest,
        });
    }
    let key = "widths";
    let widths = given.widths.as_ref().filter(|widths| !widths.is_empty());
    let widths = widths.ok_or(BuildError::MissingKey { builder, key })?;
    if let Some((index, &found)) = widths.iter().enumerate().find(|(_, w)| **w != inputs) {
        let layer = index + 1;
        return Err(BuildError::NotConstant {
            layer,
            found,
            inputs,
        });
    }
    let layers = widths.len();
    if layers > MOST_LAYERS {
        return Err(BuildError::Layers {
            key,
            found: layers,
            largest: MOST_LAYERS,
        });
    }
    // Each unit has one input, but its numbers have some hundred bits.
    check_size_of_different(wide(layers * inputs * rank).saturating_mul(2))?;
    let count = regions(rank, layers, inputs);
    let theorem = promised(rank, layers, inputs);
    let mut notes = vec![format!("{count} linear regions in the domain, by T32")];
    if count < theorem {
        notes.push(if inputs == 1 {
            format!(
                "k^(L-1) k^(n_0) = {theorem} is impossible with one input: compositions of convex \
                 functions have at most {count} pieces"
            )
        } else {
            format!("k^(L-1) k^(n_0) = {theorem} is more than this construction has")
        });
    } else {
        notes.push(format!("k^(L-1) k^(n_0) = {theorem}"));
    }
    Ok(Built {
        network: maxout_fold(rank, layers, request.domain, request.target),
        a_priori: None,
        notes,
        chosen: Parameters {
            widths: Some(widths.clone()),
            rank: Some(rank),
            ..Parameters::default()
        },
    })
}

/// Returns a network with [`regions`] linear regions in the domain, all of them boxes.
///
/// Every layer takes each coordinate of the unit cube through a convex function of `rank` pieces
/// that goes from 1 down to 0 and up to 1 again, so it folds the cube once in every direction.
///
/// - Shapes: `layers` hidden layers, as wide as there are inputs, of this rank.
/// - Exactness: exact weights.
/// - Source: T32; Montúfar, Pascanu, Cho, Bengio 2014, Theorem 8, which promises fewer where
///   [`promised`] is smaller.
///
/// - Panics: the rank is below 2, or there is no layer.
pub fn maxout_fold(rank: usize, layers: usize, domain: &Domain, target: &Target) -> Network {
    assert!(rank >= 2 && layers >= 1, "checked before");
    let inputs = domain.dimension();
    let sides = domain.sides();
    let mut hidden = Vec::new();
    for (index, knots) in knots_of_layers(rank, layers).iter().enumerate() {
        let mut layer = LayerBuilder::new(inputs);
        for (input, (low, high)) in sides.iter().enumerate() {
            for pair in knots.windows(2) {
                let [(x0, y0), (x1, y1)] = pair else {
                    unreachable!("windows of two")
                };
                let slope = (y1 - y0) / (x1 - x0);
                let constant = y0 - &(&slope * x0);
                if index == 0 {
                    // The first layer brings the domain to the unit cube.
                    let scaled = slope / (high - low);
                    let constant = constant - low * &scaled;
                    layer.unit([(input, scaled)], constant);
                } else {
                    layer.unit([(input, slope)], constant);
                }
            }
        }
        hidden.push(layer.finish(Activation::Maxout(rank)));
    }
    network(target, hidden, vec![Rational::ONE; inputs], Rational::ZERO)
}

/// Returns the number of linear regions of [`maxout_fold`] in the domain, which are its activation
/// regions: `(1 + (k - 1)(2^L - 1))^(n_0)` with rank k, L layers and `n_0` inputs.
///
/// In one input no network of this shape has more.
pub fn regions(rank: usize, layers: usize, inputs: usize) -> Integer {
    let folds = Integer::from(2).pow(layers) - Integer::ONE;
    (Integer::from(rank - 1) * folds + Integer::ONE).pow(inputs)
}

/// Returns the number of the theorem, `k^(L-1) k^(n_0)`.
pub fn promised(rank: usize, layers: usize, inputs: usize) -> Integer {
    Integer::from(rank).pow(layers - 1 + inputs)
}

/// A corner of a piecewise-linear function: place and value.
type Knot = (Rational, Rational);

/// The corners of the convex function of each layer, its ends included: `rank + 1` points of the
/// parabola `(2x - 1)^2`, 1/2 among them. No corner is the image of a corner of a lower layer.
fn knots_of_layers(rank: usize, layers: usize) -> Vec<Vec<Knot>> {
    // Odd denominators keep images away from 1/2, which is a corner in every layer. Whether they also
    // keep away from the other corners is tested; the first attempt nearly always succeeds.
    let mut first = (rank | 1) + 2;
    loop {
        if let Some(knots) = separate_knots(rank, layers, first) {
            return knots;
        }
        first += 2;
    }
}

/// Tries denominators from the first one on, a few for each layer.
fn separate_knots(rank: usize, layers: usize, first: usize) -> Option<Vec<Vec<Knot>>> {
    const TRIES: usize = 16;
    let mut images: BTreeSet<Rational> = BTreeSet::new();
    let mut all = Vec::new();
    for layer in 0..layers {
        let tried = (0..TRIES).map(|k| knots(rank, first + 2 * (layer + k)));
        let is_free = |knots: &Vec<Knot>| {
            // The ends are not corners: the function does not bend there.
            let mut inner = knots[1..rank].iter();
            inner.all(|(x, _)| !images.contains(x))
        };
        let knots = tried.into_iter().find(is_free)?;
        images.extend(knots[1..rank].iter().map(|(x, _)| x.clone()));
        images = images.iter().map(|x| value(&knots, x)).collect();
        if images.contains(&Rational::ratio(1, 2)) && layer + 1 < layers {
            return None;
        }
        all.push(knots);
    }
    Some(all)
}

/// `floor(rank/2)` pieces on the left of 1/2, the others on the right.
fn knots(rank: usize, denominator: usize) -> Vec<Knot> {
    let (left, right) = (rank / 2, rank - rank / 2);
    let share = |i: usize| whole(i) / whole(denominator);
    // Distances from 1/2, as a fraction of the half: the end, then the corners, 1/2 itself once.
    let mut places = vec![-Rational::ONE];
    places.extend((0..left).rev().map(|i| -share(i)));
    places.extend((1..right).map(share));
    places.push(Rational::ONE);
    let knot = |u: Rational| ((&u + &Rational::ONE).half(), &u * &u);
    places.into_iter().map(knot).collect()
}

/// The value of the function through these corners at a point between its ends.
fn value(knots: &[Knot], x: &Rational) -> Rational {
    let pair = knots.windows(2).find(|pair| *x <= pair[1].0);
    let [(x0, y0), (x1, y1)] = pair.expect("a point of [0, 1]") else {
        unreachable!("windows of two")
    };
    y0 + &((y1 - y0) * (x - x0) / (x1 - x0))
}

fn whole(value: usize) -> Rational {
    Rational::from(Integer::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builders::deep::count::{activation_regions, linear_regions, pieces};
    use crate::expr::parse_target;

    #[test]
    fn regions_are_as_many_as_computed() {
        for (rank, layers, domain) in [
            (2, 1, "x=0..1"),
            (2, 4, "x=-1..2"),
            (3, 3, "x=0..1"),
            (5, 3, "x=0..1"),
            (2, 2, "x=0..1,y=0..1"),
            (3, 2, "x=0..1,y=-1..3"),
            (2, 3, "x=0..1,y=0..1"),
            (4, 2, "x=0..1,y=0..1"),
            (3, 3, "x=0..1,y=0..1"),
        ] {
            let domain = Domain::parse(domain).expect("a domain");
            let target = parse_target(&["0"], Some(domain.names())).expect("a formula");
            let network = maxout_fold(rank, layers, &domain, &target);
            let cells = pieces(&network, &domain);
            let inputs = domain.dimension();
            let expected = usize::try_from(regions(rank, layers, inputs)).expect("small");
            assert_eq!(activation_regions(&cells), expected, "{rank} {layers}");
            assert_eq!(linear_regions(&cells), expected, "{rank} {layers}");
        }
    }

    #[test]
    fn the_theorem_promises_no_more_for_small_ranks_in_two_inputs() {
        for (rank, layers) in [(2, 1), (2, 9), (3, 9), (4, 9), (5, 5), (6, 3), (7, 2)] {
            assert!(regions(rank, layers, 2) >= promised(rank, layers, 2));
        }
        assert!(regions(5, 6, 2) < promised(5, 6, 2));
        // In one input it promises more than a composition of convex functions can have.
        assert!(regions(3, 2, 1) < promised(3, 2, 1));
        assert_eq!(regions(3, 2, 1), Integer::from(7));
    }
}

//! Deep relu networks with as many linear regions as T31 promises.

use crate::builders::assemble::{LayerBuilder, network};
use crate::builders::entry::{Bounds, Entry, Goal, Outputs, key};
use crate::builders::error::{BuildError, check_size_of_different};
use crate::builders::grid::wide;
use crate::builders::parameters::{Parameters, Units};
use crate::builders::request::{Built, Request};
use crate::expr::domain::MAX_INPUTS;
use crate::expr::{Domain, Target};
use crate::network::{Activation, Network};
use crate::numbers::{Integer, Rational};
use crate::words;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "fold",
    summary: "a deep network with as many linear regions as the theorem promises for its widths",
    inputs: (1, MAX_INPUTS),
    outputs: Outputs::One,
    goal: Goal::Regions,
    activations: &[Units::Relu],
    keys: &[
        key("activation", "relu"),
        key(
            "widths",
            "needed: the units of each hidden layer; all but the last have at least as many as there are inputs",
        ),
    ],
    size: None,
    bounds: Bounds::AsAsked,
    bound: "regions: (product over l < L of floor(n_l/n_0)^(n_0)) (sum over j <= n_0 of C(n_L, j))",
    theorem: "T31",
    example: r#"[target]
inputs = ["x", "y"]
domain = { x = ["0", "1"], y = ["0", "1"] }

[network]
builder = "fold"
widths = [4, 4]
"#,
    build,
};

/// Builds [`fold`] with the widths of a request.
///
/// - Errors: [`BuildError`] without widths, or with one that is too small or too large.
pub fn build(request: &Request) -> Result<Built, BuildError> {
    let (builder, key) = (ENTRY.name, "widths");
    let inputs = request.domain.dimension();
    let widths = request.parameters.widths.as_ref();
    let widths = widths.ok_or(BuildError::MissingKey { builder, key })?;
    let (last, layers) = (widths.last().copied().unwrap_or(0), widths.len());
    if layers == 0 {
        return Err(BuildError::MissingKey { builder, key });
    }
    for (index, &found) in widths.iter().enumerate() {
        let smallest = if index + 1 == layers { 1 } else { inputs };
        if found < smallest {
            let layer = index + 1;
            return Err(BuildError::Narrow {
                layer,
                found,
                smallest,
            });
        }
    }
    let pairs = widths
        .windows(2)
        .map(|pair| wide(pair[0]).saturating_mul(wide(pair[1])));
    let weights = pairs.fold(
        wide(inputs).saturating_mul(wide(widths[0])),
        u128::saturating_add,
    );
    check_size_of_different(weights)?;
    let count = regions(widths, inputs);
    let note = if last > inputs {
        format!(
            "{} in the domain, by T31",
            words::count(count, "linear region")
        )
    } else {
        format!(
            "{} in the domain, by T31; if all units of the last layer are off on both sides of a fold, \
             both sides are one linear region (this cannot happen if the last layer has more than {})",
            words::count(count, "activation region"),
            words::count(inputs, "unit")
        )
    };
    Ok(Built {
        network: fold(widths, request.domain, request.target),
        a_priori: None,
        notes: vec![note],
        chosen: Parameters {
            units: Some(Units::Relu),
            widths: Some(widths.clone()),
            ..Parameters::default()
        },
    })
}

/// Returns a network with [`regions`] linear regions in the domain.
///
/// All layers but the last fold the domain onto itself, once for every unit of an input; the last
/// one cuts it by hyperplanes in general position, all of whose corners lie inside.
///
/// - Shapes: one hidden layer for each width; every width but the last is at least the number of
///   inputs, the last at least 1.
/// - Exactness: exact weights.
/// - Source: T31; Montúfar, Pascanu, Cho, Bengio 2014, Theorem 4 and its proof.
///
/// - Panics: a width is too small.
pub fn fold(widths: &[usize], domain: &Domain, target: &Target) -> Network {
    let inputs = domain.dimension();
    let (last, folds) = widths.split_last().expect("there is a layer");
    let mut hidden = Vec::new();
    // The coordinates of the unit cube over the layer below: weights and a constant for each.
    let mut coordinates: Vec<(Vec<(usize, Rational)>, Rational)> = domain
        .sides()
        .iter()
        .enumerate()
        .map(|(input, (low, high))| {
            let scale = (high - low).reciprocal().expect("sides have a length");
            let constant = -(low * &scale);
            (vec![(input, scale)], constant)
        })
        .collect();
    let mut below = inputs;
    for &width in folds {
        let mut layer = LayerBuilder::new(below);
        let mut next = Vec::new();
        for (input, pieces) in shares(width, inputs).into_iter().enumerate() {
            let (weights, constant) = &coordinates[input];
            let mut tooth = Vec::new();
            // p t, then 2 (p t - k): up, down, up, ... between 0 and 1.
            for k in 0..pieces {
                let steepness = whole(if k == 0 { pieces } else { 2 * pieces });
                let scaled = weights.iter().map(|(unit, w)| (*unit, w * &steepness));
                let shift = whole(if k == 0 { 0 } else { 2 * k });
                let sign = if k % 2 == 0 { 1 } else { -1 };
                tooth.push((layer.units(), Rational::from(sign)));
                layer.unit(scaled, constant * &steepness - shift);
            }
            next.push((tooth, Rational::ZERO));
        }
        below = layer.units();
        hidden.push(layer.finish(Activation::Relu));
        coordinates = next;
    }
    let mut layer = LayerBuilder::new(below);
    for plane in hyperplanes(*last, inputs) {
        let mut constant = plane.constant;
        let mut row = Vec::new();
        for (slope, (weights, at)) in plane.slopes.iter().zip(&coordinates) {
            constant = constant + slope * at;
            // Coordinates speak of units in increasing order, each of its own.
            row.extend(weights.iter().map(|(unit, w)| (*unit, w * slope)));
        }
        layer.unit(row, constant);
    }
    hidden.push(layer.finish(Activation::Relu));
    let signs = (0..*last).map(|i| Rational::from(sign(i, *last)));
    network(target, hidden, signs, Rational::ZERO)
}

/// Returns the number of activation regions of [`fold`] in the domain. It is also the number of linear
/// regions if the last layer has more units than there are inputs.
///
/// With widths `n_1 .. n_L` and `n_0` inputs it is at least
/// `(product over l < L of floor(n_l / n_0)^(n_0)) (sum over j <= n_0 of C(n_L, j))`, and more where
/// a width is not a multiple of `n_0`.
pub fn regions(widths: &[usize], inputs: usize) -> Integer {
    let (last, folds) = widths.split_last().expect("there is a layer");
    let copies = folds.iter().flat_map(|&width| shares(width, inputs));
    let copies = copies.fold(Integer::ONE, |product, pieces| {
        product * Integer::from(pieces)
    });
    let mut binomial = Integer::ONE;
    let mut cells = Integer::ONE;
    for j in 0..inputs.min(*last) {
        binomial = binomial * Integer::from(last - j) / Integer::from(j + 1);
        cells += &binomial;
    }
    copies * cells
}

/// The number of units of a folding layer for each input, as equal as possible.
fn shares(width: usize, inputs: usize) -> Vec<usize> {
    let (each, rest) = (width / inputs, width % inputs);
    (0..inputs).map(|i| each + usize::from(i < rest)).collect()
}

/// A unit of the last layer over the coordinates of the unit cube.
struct Plane {
    slopes: Vec<Rational>,
    constant: Rational,
}

/// The sign of unit `i` of `n`, and of its weight in the sum: `+` for the last one, then alternating.
fn sign(i: usize, n: usize) -> i64 {
    if (n - 1 - i).is_multiple_of(2) { 1 } else { -1 }
}

/// Hyperplanes in general position: any `d` of them meet in one point, each in another one, and
/// all of these lie inside the unit cube.
///
/// Unit i is `± (e t^d - sum over j of z_j t^(j-1))` with `z = y - 1/2`, `t = (i + 1)/n`: the value at t of
/// a polynomial of degree d. Where d units are 0 their t are its roots, so `±z_j` are e times the
/// elementary symmetric functions of d numbers in (0, 1], below e times a binomial coefficient.
fn hyperplanes(count: usize, inputs: usize) -> Vec<Plane> {
    let mut binomial = 1;
    let mut largest = 1;
    for j in 0..inputs {
        binomial = binomial * (inputs - j) / (j + 1);
        largest = largest.max(binomial);
    }
    let e = whole(4 * largest).reciprocal().expect("above 0");
    let half = Rational::ratio(1, 2);
    (0..count)
        .map(|i| {
            let t = whole(i + 1) / whole(count);
            let sign = Rational::from(sign(i, count));
            let mut power = sign.clone();
            let mut constant = Rational::ZERO;
            let mut slopes = Vec::new();
            for _ in 0..inputs {
                slopes.push(-&power);
                constant = constant + &power * &half;
                power = power * &t;
            }
            Plane {
                slopes,
                constant: constant + e.clone() * power,
            }
        })
        .collect()
}

fn whole(value: usize) -> Rational {
    Rational::from(Integer::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builders::deep::count::{activation_regions, linear_regions, pieces};
    use crate::expr::parse_target;

    fn made(widths: &[usize], domain: &str) -> (Network, Domain) {
        let domain = Domain::parse(domain).expect("a domain");
        let target = parse_target(&["0"], Some(domain.names())).expect("a formula");
        (fold(widths, &domain, &target), domain)
    }

    fn promised(widths: &[usize], inputs: usize) -> usize {
        usize::try_from(regions(widths, inputs)).expect("small")
    }

    #[test]
    fn the_figures_of_the_literature() {
        assert_eq!(promised(&[4, 4], 2), 44);
        assert_eq!(promised(&[6, 6, 6], 2), 1782);
        assert_eq!(promised(&[3, 3], 1), 12);
        assert_eq!(promised(&[5, 4], 2), 66);
        assert_eq!(promised(&[8, 6, 5], 3), 9 * 2 * 8 * 26);
    }

    #[test]
    fn regions_of_the_plane_are_as_many_as_promised() {
        for (widths, domain) in [
            (&[4, 4][..], "x=0..1,y=0..1"),
            (&[5, 4], "x=-1..1,y=0..3"),
            (&[2, 6, 3], "x=0..1,y=0..1"),
            (&[7], "x=0..1,y=0..1"),
            (&[4, 4, 4], "x=0..1,y=0..1"),
            (&[6, 6, 6], "x=0..1,y=0..1"),
        ] {
            let (network, domain) = made(widths, domain);
            let cells = pieces(&network, &domain);
            assert_eq!(
                activation_regions(&cells),
                promised(widths, 2),
                "{widths:?}"
            );
            assert_eq!(linear_regions(&cells), promised(widths, 2), "{widths:?}");
        }
    }

    #[test]
    fn regions_of_the_line_are_as_many_as_promised() {
        for (widths, domain) in [
            (&[3, 2][..], "x=0..1"),
            (&[4, 3, 5], "x=-2..1"),
            (&[9], "x=0..1"),
        ] {
            let (network, domain) = made(widths, domain);
            let cells = pieces(&network, &domain);
            assert_eq!(
                activation_regions(&cells),
                promised(widths, 1),
                "{widths:?}"
            );
            assert_eq!(linear_regions(&cells), promised(widths, 1), "{widths:?}");
        }
    }

    #[test]
    fn hyperplanes_are_in_general_position_inside_the_cube() {
        let planes = hyperplanes(7, 3);
        let at = |plane: &Plane, point: &[Rational; 3]| {
            let products = plane.slopes.iter().zip(point).map(|(k, x)| k * x);
            products.sum::<Rational>() + &plane.constant
        };
        for i in 0..7 {
            for j in 0..i {
                for k in 0..j {
                    let corner = solve([&planes[i], &planes[j], &planes[k]]);
                    for x in &corner {
                        assert!(x.is_positive() && *x < Rational::ONE, "{corner:?}");
                    }
                    for (other, plane) in planes.iter().enumerate() {
                        let is_on = at(plane, &corner).is_zero();
                        assert_eq!(is_on, [i, j, k].contains(&other));
                    }
                }
            }
        }
    }

    /// The point where three planes meet, by Cramer's rule.
    fn solve(planes: [&Plane; 3]) -> [Rational; 3] {
        let determinant = |columns: [[&Rational; 3]; 3]| {
            let [a, b, c] = columns;
            let minor = |i: usize, j: usize| b[i] * c[j] - b[j] * c[i];
            a[0] * &minor(1, 2) - a[1] * &minor(0, 2) + a[2] * &minor(0, 1)
        };
        let column = |j: usize| planes.map(|plane| &plane.slopes[j]);
        let constants = planes.map(|plane| -&plane.constant);
        let constants = [&constants[0], &constants[1], &constants[2]];
        let whole = determinant([column(0), column(1), column(2)]);
        [0, 1, 2].map(|k| {
            let mut columns = [column(0), column(1), column(2)];
            columns[k] = constants;
            determinant(columns) / &whole
        })
    }

    #[test]
    fn regions_where_all_units_are_off_are_joined_across_folds() {
        // Three folds of one step: on at 1/6, back at 1/2, on at 5/6, a fold on top at 1/3. The
        // fold at 2/3 is in a stretch where the network is 0.
        let (network, domain) = made(&[3, 1], "x=0..1");
        let cells = pieces(&network, &domain);
        assert_eq!((activation_regions(&cells), linear_regions(&cells)), (6, 5));
    }
}

//! Counts of regions against a slow, obvious way: all patterns, each by Fourier–Motzkin
//! elimination over another crate's rationals.

use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use steeple::network::{Activation, Layer, Matrix, Network, forward};
use steeple::numbers::Rational;
use steeple::regions::{
    Cells, Layers, activation_regions, count, decision, describe_linear_regions, linear_regions,
    space,
};

type Big = BigRational;

/// `gradient · x + constant`: the constant comes last.
type Function = Vec<Big>;

fn big(value: &Rational) -> Big {
    let text = format!("{}/{}", value.numerator(), value.denominator());
    text.parse().expect("a fraction")
}

fn small(value: &Big) -> Rational {
    let part = |text: String| text.parse::<i128>().expect("small numbers in these tests");
    Rational::new(
        part(value.numer().to_string()),
        part(value.denom().to_string()),
    )
    .expect("not 0")
}

fn value(f: &[Big], point: &[Big]) -> Big {
    let products = f.iter().zip(point).map(|(g, x)| g * x);
    products.fold(f[point.len()].clone(), |sum, term| sum + term)
}

/// Is there a point where all functions are positive? Eliminates variable after variable.
fn is_possible(mut functions: Vec<Function>, variables: usize) -> bool {
    for k in 0..variables {
        let (mut next, mut above, mut below) = (Vec::new(), Vec::new(), Vec::new());
        for f in functions {
            if f[k].is_zero() {
                next.push(f);
            } else {
                let size = f[k].abs();
                let scaled: Function = f.iter().map(|c| c / &size).collect();
                if f[k].is_positive() {
                    above.push(scaled);
                } else {
                    below.push(scaled);
                }
            }
        }
        for f in &above {
            next.extend(
                below
                    .iter()
                    .map(|g| f.iter().zip(g).map(|(p, q)| p + q).collect()),
            );
        }
        functions = next;
    }
    functions.iter().all(|f| f[variables].is_positive())
}

/// One cell of the slow way.
#[derive(Clone)]
struct Slow {
    bounds: Vec<Function>,
    outputs: Vec<Function>,
}

fn is_constant(f: &Function) -> bool {
    f[..f.len() - 1].iter().all(Zero::is_zero)
}

/// All cells of positive volume: all patterns, tried out.
fn slow_cells(network: &Network, sides: &[(Big, Big)]) -> Vec<Slow> {
    let n = sides.len();
    let unit = |k: usize, sign: i64, constant: &Big| -> Function {
        let mut f = vec![Big::zero(); n + 1];
        f[k] = Big::from_integer(sign.into());
        f[n] = constant.clone();
        f
    };
    let zero = vec![Big::zero(); n + 1];
    let constant = |c: i64| {
        let mut f = zero.clone();
        f[n] = Big::from_integer(c.into());
        f
    };
    let times = |f: &Function, c: &Big| -> Function { f.iter().map(|g| g * c).collect() };
    let plus =
        |f: &Function, g: &Function| -> Function { f.iter().zip(g).map(|(p, q)| p + q).collect() };
    let minus_one = -Big::one();
    let mut bounds = Vec::new();
    for (k, (low, high)) in sides.iter().enumerate() {
        bounds.push(unit(k, 1, &-low));
        bounds.push(unit(k, -1, high));
    }
    let inputs = (0..n).map(|k| unit(k, 1, &Big::zero())).collect();
    let mut cells = vec![Slow {
        bounds,
        outputs: inputs,
    }];
    for layer in network.layers() {
        let mut next = Vec::new();
        for cell in cells {
            let sums: Vec<Function> = (0..layer.rows())
                .map(|row| {
                    let mut sum = zero.clone();
                    sum[n] = big(&layer.bias()[row]);
                    for (column, weight) in layer.weights().row(row) {
                        sum = plus(&sum, &times(&cell.outputs[column], &big(weight)));
                    }
                    sum
                })
                .collect();
            let mut parts = vec![Slow {
                bounds: cell.bounds,
                outputs: Vec::new(),
            }];
            for rows in sums.chunks(layer.activation().rows_per_unit()) {
                let z = &rows[0];
                let not = |f: &Function| times(f, &minus_one);
                // Conditions and values. What is constant is decided here.
                let ways: Vec<(Vec<Function>, Function)> = match layer.activation() {
                    Activation::Identity => vec![(vec![], z.clone())],
                    Activation::Relu => {
                        vec![(vec![z.clone()], z.clone()), (vec![not(z)], zero.clone())]
                    }
                    Activation::LeakyRelu(slope) => vec![
                        (vec![z.clone()], z.clone()),
                        (vec![not(z)], times(z, &big(slope))),
                    ],
                    Activation::Heaviside => {
                        vec![(vec![z.clone()], constant(1)), (vec![not(z)], zero.clone())]
                    }
                    Activation::HardTanh => {
                        let (up, down) = (plus(z, &constant(1)), plus(z, &constant(-1)));
                        vec![
                            (vec![down.clone()], constant(1)),
                            (vec![up.clone(), not(&down)], z.clone()),
                            (vec![not(&up)], constant(-1)),
                        ]
                    }
                    Activation::Maxout(_) => {
                        let distinct: BTreeSet<&Function> = rows.iter().collect();
                        let over = |f: &Function| -> Vec<Function> {
                            let others = distinct.iter().filter(|g| **g != f);
                            others.map(|g| plus(f, &not(g))).collect()
                        };
                        distinct.iter().map(|f| (over(f), (*f).clone())).collect()
                    }
                    _ => unreachable!(),
                };
                let mut split = Vec::new();
                for part in parts {
                    for (needs, value) in &ways {
                        let mut bounds = part.bounds.clone();
                        bounds.extend(needs.iter().cloned());
                        let mut outputs = part.outputs.clone();
                        outputs.push(value.clone());
                        // A sum that is 0 (or ±1) all over: the first way in which it may be so.
                        let flat = |f: &Function| is_constant(f) && f[n].is_zero();
                        let first = ways.iter().position(|(needs, _)| needs.iter().any(flat));
                        if let Some(first) = first {
                            if std::ptr::eq(&raw const ways[first].1, value) {
                                bounds.clone_from(&part.bounds);
                            } else {
                                continue;
                            }
                        }
                        if is_possible(bounds.clone(), n) {
                            split.push(Slow { bounds, outputs });
                        }
                    }
                }
                parts = split;
            }
            next.extend(parts);
        }
        cells = next;
    }
    cells
}

/// The number of linear regions: cells with the same outputs joined where they share a side.
fn slow_regions(network: &Network, cells: &[Slow], n: usize) -> usize {
    let mut name: Vec<usize> = (0..cells.len()).collect();
    for i in 0..cells.len() {
        for j in 0..i {
            if cells[i].outputs == cells[j].outputs
                && name[i] != name[j]
                && touch(network, &cells[i], &cells[j], n)
            {
                let (old, new) = (name[i], name[j]);
                name.iter_mut()
                    .filter(|k| **k == old)
                    .for_each(|k| *k = new);
            }
        }
    }
    name.iter().collect::<BTreeSet<_>>().len()
}

fn touch(network: &Network, a: &Slow, b: &Slow, n: usize) -> bool {
    a.bounds
        .iter()
        .filter(|side| !is_constant(side))
        .any(|side| {
            let k = (0..n).find(|&k| !side[k].is_zero()).expect("not constant");
            let solve = |f: &Function| {
                let factor = &f[k] / &side[k];
                let mut on: Function = f.iter().zip(side).map(|(p, q)| p - &factor * q).collect();
                on.remove(k);
                on
            };
            let within: Vec<Function> = a
                .bounds
                .iter()
                .chain(&b.bounds)
                .map(solve)
                .filter(|f| !f.iter().all(Zero::is_zero))
                .collect();
            if !is_possible(within.clone(), n - 1) {
                return false;
            }
            // With jumps: somewhere on the side, at points on no other line of small numbers, the
            // network must be what it is beside it. (On a line or in the plane.)
            !network.has_jumps()
                || (-1009..1009).any(|i| {
                    let t = Big::new(i.into(), 1013.into());
                    let line: Vec<Big> = vec![t; n - 1];
                    if !within.iter().all(|f| value(f, &line).is_positive()) {
                        return false;
                    }
                    let mut point = line;
                    let mut rest = side.clone();
                    let factor = rest.remove(k);
                    point.insert(k, -value(&rest, &point) / factor);
                    let inputs: Vec<Rational> = point.iter().map(small).collect();
                    let expected: Vec<Rational> =
                        a.outputs.iter().map(|f| small(&value(f, &point))).collect();
                    forward(network, &(), &inputs) == Ok(expected)
                })
        })
}

fn activation() -> impl Strategy<Value = Activation> {
    prop_oneof![
        4 => Just(Activation::Relu),
        1 => Just(Activation::LeakyRelu(Rational::ratio(1, 3))),
        1 => Just(Activation::LeakyRelu(Rational::ONE)),
        1 => Just(Activation::HardTanh),
        1 => Just(Activation::Heaviside),
        1 => Just(Activation::Maxout(2)),
        2 => Just(Activation::Maxout(3)),
        1 => Just(Activation::Identity),
    ]
}

/// Networks with corners: zero, equal and opposite rows, lines through one point and through the
/// corners of the square, constant and dead units.
fn network(inputs: usize, most: usize) -> impl Strategy<Value = Network> {
    let weight = prop_oneof![3 => -1i64..=1, 2 => -3i64..=3].prop_map(Rational::from);
    let fine = (-7i64..=7, 1i64..=4).prop_map(|(p, q)| Rational::ratio(p, q));
    let weight = prop_oneof![3 => weight, 1 => fine];
    let hidden = (activation(), 1..=most);
    let outputs = prop_oneof![3 => Just(Activation::Identity), 1 => Just(Activation::Relu)];
    prop::collection::vec(hidden, 1..=2)
        .prop_flat_map(move |mut hidden| {
            // Maxout units and second layers are worth several others.
            for (activation, units) in &mut hidden {
                if matches!(activation, Activation::Maxout(_) | Activation::HardTanh) {
                    *units = (*units).min(2);
                }
            }
            let weights = prop::collection::vec(weight.clone(), 200);
            (Just(hidden), weights, outputs.clone(), 1usize..=2)
        })
        .prop_map(move |(hidden, weights, last, outputs)| {
            let mut weights = weights.into_iter().cycle();
            let mut columns = inputs;
            let mut layers = Vec::new();
            for (activation, units) in hidden.into_iter().chain([(last, outputs)]) {
                let rows = units * activation.rows_per_unit();
                let matrix = (0..rows)
                    .map(|_| weights.by_ref().take(columns).collect())
                    .collect();
                let bias = weights.by_ref().take(rows).collect();
                let matrix = Matrix::from_dense(matrix).expect("rectangular");
                layers.push(Layer::new(matrix, bias, activation).expect("fits"));
                columns = units;
            }
            let names =
                |letter: &str, count: usize| (0..count).map(|i| format!("{letter}{i}")).collect();
            Network::new(names("x", inputs), names("z", outputs), layers).expect("fits")
        })
}

fn square(n: usize) -> Vec<(Rational, Rational)> {
    vec![(Rational::from(-1), Rational::ONE); n]
}

fn big_square(n: usize) -> Vec<(Big, Big)> {
    vec![(-Big::one(), Big::one()); n]
}

/// Everything that can be asked of the cells of one network.
fn check_cells(network: &Network, n: usize) -> Result<(), TestCaseError> {
    let cells =
        Cells::new(Layers::new(network).expect("fits"), &square(n), 1 << 30).expect("small");
    let linear = linear_regions(&cells, network);
    let slow = slow_cells(network, &big_square(n));
    prop_assert_eq!(cells.count(), slow.len(), "activation regions");
    prop_assert_eq!(
        linear.count,
        slow_regions(network, &slow, n),
        "linear regions"
    );
    let whole = Rational::from(if n == 1 { 2 } else { 4 });
    let (mut total, mut patterns) = (Rational::ZERO, BTreeSet::new());
    let regions = describe_linear_regions(&cells, &linear);
    let mut shares = vec![Rational::ZERO; regions.len()];
    for region in activation_regions(&cells, &linear) {
        prop_assert!(region.area.is_positive());
        total = &total + &region.area;
        let share = &mut shares[region.linear_region as usize];
        *share = &*share + &region.area;
        prop_assert!(patterns.insert(region.pattern), "a pattern twice");
        // Inside, the network is the region's map.
        let corners = Rational::from(i64::try_from(region.polygon.len()).expect("few"));
        let mean = |k: fn(&(Rational, Rational)) -> &Rational| {
            region.polygon.iter().map(k).sum::<Rational>() / &corners
        };
        let inside = [mean(|p| &p.0), mean(|p| &p.1)];
        let maps = &regions[region.linear_region as usize].maps;
        let expected = maps.iter().map(|map| map.value(&inside[..n])).collect();
        prop_assert_eq!(forward(network, &(), &inside[..n]), Ok(expected));
    }
    prop_assert_eq!(total, whole);
    let areas: Vec<Rational> = regions.iter().map(|region| region.area.clone()).collect();
    prop_assert_eq!(areas, shares);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn two_inputs_as_by_all_patterns(network in network(2, 4)) {
        check_cells(&network, 2)?;
    }

    #[test]
    fn one_input_as_by_all_patterns(network in network(1, 5)) {
        check_cells(&network, 1)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn more_inputs_as_by_all_patterns(network in network(3, 3)) {
        let slow = slow_cells(&network, &big_square(3));
        let cells = space::cells(&network, &square(3), Vec::new(), 1 << 30).expect("small");
        prop_assert_eq!(cells.len(), slow.len());
        if !network.has_jumps() {
            let regions = space::linear_regions(&network, &cells, &square(3));
            prop_assert_eq!(regions, slow_regions(&network, &slow, 3));
        }
    }

    #[test]
    fn linear_programs_agree_in_the_plane(network in network(2, 4)) {
        let fast = count(&network, &square(2), 1 << 30).expect("small");
        let cells = space::cells(&network, &square(2), Vec::new(), 1 << 30).expect("small");
        prop_assert_eq!(fast.activation_regions, cells.len());
        prop_assert_eq!(fast.linear_regions, space::linear_regions(&network, &cells, &square(2)));
    }

    #[test]
    fn decisions_have_the_area_of_their_cells(network in network(2, 4), p in -3i64..3, q in 1i64..3) {
        let threshold = Rational::ratio(p, q);
        prop_assume!(network.outputs().len() == 1);
        let found = decision(&network, &square(2), &threshold, 1 << 30).expect("small");
        prop_assert_eq!(&found.area.0, &found.area.1);
        // The same by the linear regions: each cut by its own map.
        let cells = Cells::new(Layers::new(&network).expect("fits"), &square(2), 1 << 30).expect("small");
        let linear = linear_regions(&cells, &network);
        let regions = describe_linear_regions(&cells, &linear);
        let mut area = Rational::ZERO;
        for region in activation_regions(&cells, &linear) {
            let map = &regions[region.linear_region as usize].maps[0];
            let height = |p: &(Rational, Rational)| map.value(&[p.0.clone(), p.1.clone()]) - &threshold;
            let mut kept = Vec::new();
            for (i, p) in region.polygon.iter().enumerate() {
                let q = &region.polygon[(i + 1) % region.polygon.len()];
                let (h, k) = (height(p), height(q));
                if !h.is_negative() {
                    kept.push(p.clone());
                }
                if h.signum() * k.signum() < 0 {
                    let t = &h / &(&h - &k);
                    kept.push((&p.0 + &t * (&q.0 - &p.0), &p.1 + &t * (&q.1 - &p.1)));
                }
            }
            for i in 1..kept.len().max(2) - 1 {
                let (o, p, q) = (&kept[0], &kept[i], &kept[i + 1]);
                area = area + ((&p.0 - &o.0) * (&q.1 - &o.1) - (&q.0 - &o.0) * (&p.1 - &o.1)).half();
            }
        }
        prop_assert_eq!(found.area.0, area);
    }
}

fn read(text: &str) -> Network {
    steeple::formats::json::read_bytes(text.as_bytes()).expect("a network")
}

/// Activation, rows and bias of a layer with integer weights.
type Parts<'a> = (&'a str, &'a [&'a [i64]], &'a [i64]);

/// A network in x and y.
fn plane(layers: &[Parts<'_>]) -> Network {
    let layers: Vec<String> = layers
        .iter()
        .map(|(name, rows, bias)| {
            format!("{{\"activation\": {name}, \"weights\": {rows:?}, \"bias\": {bias:?}}}")
        })
        .collect();
    let head = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": "#;
    read(&format!("{head}[{}]}}", layers.join(",")))
}

fn counts(network: &Network) -> (usize, usize) {
    let found = count(network, &square(2), 1 << 30).expect("small");
    (found.activation_regions, found.linear_regions)
}

const RELU: &str = "\"relu\"";
const OUT: &str = "\"identity\"";

#[test]
fn two_trained_networks_as_counted_elsewhere() {
    for (name, activation, linear) in [("q3_relu_16", 48, 48), ("q3_relu_16_16", 131, 131)] {
        let path = format!(
            "{}/tests/data/queries/{name}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let network = read(&std::fs::read_to_string(path).expect("a file"));
        assert_eq!(counts(&network), (activation, linear), "{name}");
    }
}

#[test]
fn many_lines_through_one_point_and_through_corners() {
    // Eight lines through the origin, one given twice and one turned around, two of them through
    // corners of the square.
    let rows: [&[i64]; 10] = [
        &[1, 0],
        &[0, 1],
        &[1, 1],
        &[1, -1],
        &[2, 1],
        &[1, 2],
        &[2, -1],
        &[-1, 2],
        &[3, 0],
        &[-4, 0],
    ];
    let network = plane(&[
        (RELU, &rows, &[0; 10]),
        (OUT, &[&[1, 3, 9, 2, 5, 7, 1, 1, 1, 1]], &[0]),
    ]);
    assert_eq!(counts(&network), (16, 16));
    // A line that only touches the square in a corner, one along its border, and dead units.
    let rows: [&[i64]; 4] = [&[1, 1], &[1, 0], &[0, 0], &[0, 0]];
    let network = plane(&[
        (RELU, &rows, &[-2, -1, -3, 0]),
        (OUT, &[&[1, 1, 1, 1]], &[0]),
    ]);
    assert_eq!(counts(&network), (1, 1));
}

#[test]
fn regions_that_touch_in_a_point_are_two() {
    // min(x+, y-) + min(x-, y+): 0 on two opposite quadrants.
    let network = plane(&[
        (RELU, &[&[1, 0], &[-1, 0], &[0, 1], &[0, -1]], &[0; 4]),
        (
            RELU,
            &[&[1, 0, 0, 0], &[0, 1, 0, 0], &[1, 0, 0, -1], &[0, 1, -1, 0]],
            &[0; 4],
        ),
        (OUT, &[&[1, 1, -1, -1]], &[0]),
    ]);
    assert_eq!(counts(&network).1, 6);
}

#[test]
fn opposite_jumps_part_what_they_do_not_change() {
    let jump = "\"heaviside\"";
    // H(x) + H(-x) is 2 on the line x = 0; H(x) - H(y) with y = x is 0 on it as well.
    let network = plane(&[
        (jump, &[&[1, 0], &[-1, 0]], &[0, 0]),
        (OUT, &[&[1, 1]], &[0]),
    ]);
    assert_eq!(counts(&network), (2, 2));
    let network = plane(&[
        (jump, &[&[1, 0], &[2, 0]], &[0, 0]),
        (OUT, &[&[1, -1]], &[0]),
    ]);
    assert_eq!(counts(&network), (2, 1));
}

#[test]
fn a_square_ring_has_a_hole_and_two_strips_are_two_parts() {
    // 1/4 - | max(|x|, |y|) - 1/2 |, times 4.
    let ring = plane(&[
        (
            "\"maxout\", \"rank\": 4",
            &[&[1, 0], &[-1, 0], &[0, 1], &[0, -1]],
            &[0; 4],
        ),
        (RELU, &[&[4], &[-4]], &[-2, 2]),
        (OUT, &[&[-1, -1]], &[1]),
    ]);
    let found = decision(&ring, &square(2), &Rational::ZERO, 1 << 30).expect("small");
    assert_eq!((found.sides, found.border_sides), (8, 0));
    assert_eq!((found.components, found.holes), (1, 1));
    assert_eq!(found.area, (Rational::from(2), Rational::from(2)));
    assert!(found.perimeter.contains_rational(&Rational::from(8)));
    assert_eq!(found.polygons[0][0].len(), 4);
    let strips = plane(&[
        (RELU, &[&[1, 0], &[-1, 0]], &[0, 0]),
        (OUT, &[&[2, 2]], &[-1]),
    ]);
    let found = decision(&strips, &square(2), &Rational::ZERO, 1 << 30).expect("small");
    assert_eq!((found.components, found.holes), (2, 0));
    assert_eq!((found.sides, found.border_sides), (8, 6));
    // A unit that counts for nothing cuts the side x = 0 of the half x >= 0 in two: one side.
    let half = plane(&[
        (RELU, &[&[1, 0], &[-1, 0], &[0, 1]], &[0, 0, 0]),
        (OUT, &[&[1, -1, 0]], &[0]),
    ]);
    let found = decision(&half, &square(2), &Rational::ZERO, 1 << 30).expect("small");
    assert_eq!((found.sides, found.border_sides), (4, 3));
    // At least 0 everywhere, and nowhere.
    let found = decision(&strips, &square(2), &Rational::from(-1), 1 << 30).expect("small");
    assert_eq!((found.sides, found.components), (4, 1));
    let found = decision(&strips, &square(2), &Rational::from(9), 1 << 30).expect("small");
    assert_eq!(
        (found.sides, found.components, found.area.1),
        (0, 0, Rational::ZERO)
    );
}

#[test]
fn a_plane_of_a_cube_and_a_segment_count_like_their_restriction() {
    use steeple::numbers::AffineMap;
    use steeple::regions::{Section, restrict};
    // |x| + |y| + |z| on the plane z = x, and on the diagonal through the origin.
    let text = r#"{"steeple_network": 1, "inputs": ["x", "y", "z"], "outputs": ["f"], "layers": [
      {"activation": "relu", "weights": [[1,0,0],[-1,0,0],[0,1,0],[0,-1,0],[0,0,1],[0,0,-1]],
       "bias": [0,0,0,0,0,0]},
      {"activation": "identity", "weights": [[1,1,1,1,1,1]], "bias": [0]}]}"#;
    let network = read(text);
    assert_eq!(
        count(&network, &square(3), 1 << 30)
            .expect("small")
            .linear_regions,
        8
    );
    let axis = |x: i64, y: i64, z: i64| [x, y, z].map(Rational::from).to_vec();
    let plane = Section {
        names: vec!["s".into(), "t".into()],
        inputs: [0, 1, 0]
            .map(|place| AffineMap::variable(2, place))
            .to_vec(),
    };
    let cut = restrict(&network, &plane).expect("three coordinates");
    assert_eq!(
        count(&cut, &square(2), 1 << 30)
            .expect("small")
            .linear_regions,
        4
    );
    let line = restrict(
        &network,
        &Section::between(&axis(-1, -1, -1), &axis(1, 1, 1)),
    );
    let unit = [(Rational::ZERO, Rational::ONE)];
    let found = count(&line.expect("three coordinates"), &unit, 1 << 30).expect("small");
    assert_eq!(found.linear_regions, 2);
}

/// The program itself.
mod program {
    use assert_cmd::Command;
    use serde_json::Value;

    const ABS: &str = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
     {"activation": "relu", "weights": [[1, 0], [-1, 0], [0, 1], [0, -1]], "bias": [0, 0, 0, 0]},
     {"activation": "identity", "weights": [[1, 1, 1, 1]], "bias": [0]}]}"#;
    const DOMAIN: &str = "x=-1..1,y=-1..1";

    struct Run {
        code: i32,
        out: String,
        err: String,
    }

    fn run(folder: &std::path::Path, arguments: &[&str]) -> Run {
        let mut command = Command::cargo_bin("steeple").expect("the program");
        let output = command
            .current_dir(folder)
            .args(arguments)
            .output()
            .expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run {
            code: output.status.code().expect("no signal"),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("abs.json"), ABS).expect("a file");
        let smooth = ABS.replace("relu", "sigmoid");
        std::fs::write(folder.path().join("smooth.json"), smooth).expect("a file");
        folder
    }

    fn json(run: &Run) -> Value {
        serde_json::from_str(&run.out).expect("one JSON object")
    }

    #[test]
    fn counts_decides_draws_and_exports() {
        let folder = folder();
        let flags = [
            "--format", "json", "regions", "abs.json", "--domain", DOMAIN,
        ];
        let more = [
            "--threshold",
            "1",
            "--draw",
            "map.svg",
            "--export",
            "all.json",
        ];
        let done = run(folder.path(), &[&flags[..], &more[..]].concat());
        assert_eq!(done.code, 0, "{}", done.err);
        let found = json(&done);
        assert_eq!(found["count"], 4);
        assert_eq!(found["activation_regions"], 4);
        assert_eq!(found["bounds"]["zaslavsky"], "11");
        assert_eq!(found["decision"]["area"], "2");
        assert_eq!(found["decision"]["components"], 4);
        assert_eq!(found["decision"]["sides"], 12);
        let all = std::fs::read_to_string(folder.path().join("all.json")).expect("written");
        let all: Value = serde_json::from_str(&all).expect("JSON");
        assert_eq!(all["activation_regions"].as_array().map(Vec::len), Some(4));
        assert_eq!(all["linear_regions"][0]["area"], "1");
        let first = run(
            folder.path(),
            &[
                "draw", "regions", "abs.json", "--domain", DOMAIN, "--out", "a.svg",
            ],
        );
        assert_eq!(first.code, 0, "{}", first.err);
        let picture = std::fs::read_to_string(folder.path().join("map.svg")).expect("written");
        assert!(picture.contains("4 linear regions"));
    }

    #[test]
    fn sections_are_affine_formulas() {
        let folder = folder();
        let count = |section: &str, domain: &str| {
            let flags = [
                "--format",
                "json",
                "regions",
                "abs.json",
                "--section",
                section,
            ];
            run(folder.path(), &[&flags[..], &["--domain", domain]].concat())
        };
        assert_eq!(json(&count("x=t,y=1/2-t", "t=-1..1"))["count"], 3);
        assert_eq!(
            json(&count("x=s+t,y=(s-t)/2", "s=-1..1,t=-1..1"))["count"],
            4
        );
        for (section, message) in [
            ("x=t", "gives no formula for `y`"),
            ("x=t,y=t^2", "the formula for `y` is not affine"),
            ("x=t,y=t,w=t", "has no input `w`"),
            ("x=t,y=q", "q"),
            ("x", "is not a formula"),
        ] {
            let refused = count(section, "t=-1..1");
            assert_eq!(refused.code, 2, "{section}");
            assert!(refused.err.contains(message), "{section}: {}", refused.err);
        }
    }

    #[test]
    fn what_cannot_be_counted_is_said() {
        let folder = folder();
        let smooth = run(
            folder.path(),
            &["regions", "smooth.json", "--domain", DOMAIN],
        );
        assert_eq!(smooth.code, 2);
        assert!(smooth.err.contains("no linear regions"), "{}", smooth.err);
        assert!(smooth.err.contains("4 of the 4 lines"), "{}", smooth.err);
        let flat = run(
            folder.path(),
            &["regions", "abs.json", "--domain", "x=1..1,y=0..1"],
        );
        assert_eq!((flat.code, flat.out.as_str()), (2, ""));
        let flags = [
            "--format", "json", "regions", "abs.json", "--domain", DOMAIN,
        ];
        let small = run(
            folder.path(),
            &[&flags[..], &["--memory-limit", "600"]].concat(),
        );
        assert_eq!(small.code, 3, "{}", small.err);
        assert_eq!(json(&small)["stopped_by"], "memory");
        assert!(json(&small)["activation_regions_at_least"].as_u64() >= Some(1));
    }

    /// `build` of a network that is made for its regions counts them, beside what is promised.
    #[test]
    fn built_regions_are_counted_and_drawn() {
        let folder = tempfile::tempdir().expect("a folder");
        let plane = "inputs = [\"x\", \"y\"]\ndomain = { x = [0, 1], y = [0, 1] }";
        let skew = plane.replace("x = [0, 1]", "x = [\"-1/3\", 2]");
        let line = "inputs = [\"x\"]\ndomain = { x = [0, 1] }";
        let space =
            "inputs = [\"x\", \"y\", \"z\"]\ndomain = { x = [0, 1], y = [0, 1], z = [0, 1] }";
        let fold = "builder = \"fold\"\nwidths =";
        for (target, network, linear, activation, promised, of) in [
            (
                plane,
                format!("{fold} [4, 4]"),
                44,
                44,
                "44",
                "linear regions",
            ),
            (
                skew.as_str(),
                format!("{fold} [4, 4]"),
                44,
                44,
                "44",
                "linear regions",
            ),
            (
                plane,
                format!("{fold} [6, 6, 6]"),
                1782,
                1782,
                "1782",
                "linear regions",
            ),
            (
                plane,
                format!("{fold} [4, 2]"),
                14,
                16,
                "16",
                "activation regions",
            ),
            (
                line,
                format!("{fold} [3, 3]"),
                12,
                12,
                "12",
                "linear regions",
            ),
            (
                space,
                format!("{fold} [3, 4]"),
                15,
                15,
                "15",
                "linear regions",
            ),
            (
                plane,
                "builder = \"maxout-fold\"\nrank = 3\nwidths = [2, 2]".into(),
                49,
                49,
                "49",
                "linear regions",
            ),
        ] {
            let spec = format!("[target]\n{target}\n[network]\n{network}\n");
            std::fs::write(folder.path().join("spec.toml"), spec).expect("a file");
            let flags = ["--format", "json", "build", "spec.toml", "--out", "made"];
            let done = run(folder.path(), &flags);
            assert_eq!(done.code, 0, "{network}: {}", done.err);
            let found = json(&done);
            assert_eq!(found["regions"]["count"], linear, "{network}");
            assert_eq!(
                found["regions"]["activation_regions"], activation,
                "{network}"
            );
            assert_eq!(found["promise"]["count"], promised, "{network}");
            assert_eq!(found["promise"]["of"], of, "{network}");
            assert_eq!(found["promise"]["reached"], true, "{network}");
            let made = folder.path().join("made");
            let read = |name: &str| std::fs::read_to_string(made.join(name)).expect("text");
            let said = format!("{linear} (exact)");
            assert!(read("report.md").contains(&said) && read("report.html").contains(&said));
            let filed: Value = serde_json::from_str(&read("report.json")).expect("JSON");
            assert_eq!(filed, found);
            let is_planar = target.contains('y') && !target.contains('z');
            assert_eq!(made.join("regions.svg").exists(), is_planar, "{network}");
            // The command of its own says the same.
            let network_file = made.join("network.json");
            let domain = match target {
                _ if target == line => "x=0..1",
                _ if target == space => "x=0..1,y=0..1,z=0..1",
                _ if target == plane => "x=0..1,y=0..1",
                _ => "x=-1/3..2,y=0..1",
            };
            let network_file = network_file.to_str().expect("text");
            let flags = [
                "--format",
                "json",
                "regions",
                network_file,
                "--domain",
                domain,
            ];
            let counted = json(&run(folder.path(), &flags));
            assert_eq!(counted["count"], linear, "{network}");
            std::fs::remove_dir_all(&made).expect("removed");
        }
    }

    #[test]
    fn regions_that_are_too_many_are_not_counted_but_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let spec = "[target]\ninputs = [\"x\", \"y\"]\ndomain = { x = [0, 1], y = [0, 1] }\n\
                    [network]\nbuilder = \"fold\"\nwidths = [32, 32, 32]\n";
        std::fs::write(folder.path().join("spec.toml"), spec).expect("a file");
        let done = run(folder.path(), &["build", "spec.toml", "--out", "made"]);
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(
            done.out.starts_with("not counted: 34668544 linear regions"),
            "{}",
            done.out
        );
        let report = std::fs::read_to_string(folder.path().join("made/report.md")).expect("text");
        assert!(report.contains("not counted because"), "{report}");
    }
}

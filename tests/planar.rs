//! Exact errors in two inputs against a slow and obvious way to find them.

mod common;

use proptest::prelude::*;

use common::{Choices, Settings, choices, layer, network, number, question, run};
use steeple::certificate::{Certificate, Node, Norm, Partition, text};
use steeple::checker::{Rejection, check};
use steeple::network::{Activation, Layer, Matrix, Network, forward};
use steeple::numbers::Rational;
use steeple::workflow::{Verdict, Verification};

type Point = [Rational; 2];
/// `k0 + k1 x + k2 y + k3 x² + k4 x y + k5 y²`.
type Coefficients = [i64; 6];

const SQUARE: &str = "x=-1..1,y=-1..1";

fn r(value: i64) -> Rational {
    Rational::from(value)
}

fn formula(k: &Coefficients) -> String {
    let [k0, k1, k2, k3, k4, k5] = k;
    format!("{k0} + {k1}*x + {k2}*y + {k3}*x^2 + {k4}*x*y + {k5}*y^2")
}

fn value_of(network: &Network, point: &Point) -> Rational {
    forward(network, &(), point).expect("exact")[0].clone()
}

/// The lines on which the units of a network with one hidden layer change their piece, and the
/// sides of the square `[-1, 1]²`, each as `a x + b y + c = 0`.
fn lines(network: &Network) -> Vec<[Rational; 3]> {
    let (one, zero) = (Rational::ONE, Rational::ZERO);
    let mut lines = vec![
        [one.clone(), zero.clone(), one.clone()],
        [one.clone(), zero.clone(), -&one],
        [zero.clone(), one.clone(), one.clone()],
        [zero.clone(), one.clone(), -&one],
    ];
    let hidden = &network.layers()[0];
    let rows: Vec<[Rational; 3]> = (0..hidden.rows())
        .map(|row| {
            let mut line = [zero.clone(), zero.clone(), hidden.bias()[row].clone()];
            for (column, weight) in hidden.weights().row(row) {
                line[column] = weight.clone();
            }
            line
        })
        .collect();
    for unit in rows.chunks(hidden.activation().rows_per_unit()) {
        match hidden.activation() {
            Activation::HardTanh => {
                for shift in [-1, 1] {
                    let [a, b, c] = unit[0].clone();
                    lines.push([a, b, c + r(shift)]);
                }
            }
            Activation::Maxout(_) => {
                for (i, p) in unit.iter().enumerate() {
                    for q in &unit[..i] {
                        lines.push([0, 1, 2].map(|k| &p[k] - &q[k]));
                    }
                }
            }
            _ => lines.push(unit[0].clone()),
        }
    }
    lines.retain(|[a, b, _]| !a.is_zero() || !b.is_zero());
    lines
}

/// The (essential) supremum of `|N - f|` on `[-1, 1]²`, for one hidden layer: beside every stretch
/// of every line between its crossings with others lies a cell, and every cell has such a stretch.
/// On each the difference is read off three points close together.
fn slow_error(network: &Network, k: &Coefficients) -> Rational {
    let lines = lines(network);
    let on = |[a, b, c]: &[Rational; 3], p: &Point| a * &p[0] + b * &p[1] + c;
    let is_inside = |p: &Point| p.iter().all(|x| x.abs() <= Rational::ONE);
    let tiny = Rational::power_of_two(-60);
    let step = Rational::power_of_two(-90);
    let mut most = Rational::ZERO;
    for line in &lines {
        let [a, b, _] = line;
        let mut crossings: Vec<Point> = lines
            .iter()
            .filter_map(|other| {
                let determinant = a * &other[1] - b * &other[0];
                let x = (b * &other[2] - &line[2] * &other[1]).checked_div(&determinant)?;
                let y = (&line[2] * &other[0] - a * &other[2]).checked_div(&determinant)?;
                Some([x, y])
            })
            .filter(is_inside)
            .collect();
        crossings.sort();
        crossings.dedup();
        for ends in crossings.windows(2) {
            let middle = [0, 1].map(|i| ends[0][i].midpoint(&ends[1][i]));
            for side in [-1, 1] {
                let beside = [
                    &middle[0] + a * &tiny * r(side),
                    &middle[1] + b * &tiny * r(side),
                ];
                if !is_inside(&beside) {
                    continue;
                }
                let at = value_of(network, &beside);
                let slope = [0, 1].map(|i| {
                    let mut moved = beside.clone();
                    moved[i] = &moved[i] + &step;
                    (value_of(network, &moved) - &at) / step.clone()
                });
                let difference = |p: &Point| {
                    let network =
                        &at + (&p[0] - &beside[0]) * &slope[0] + (&p[1] - &beside[1]) * &slope[1];
                    let [x, y] = p;
                    let target = r(k[0])
                        + r(k[1]) * x
                        + r(k[2]) * y
                        + r(k[3]) * x * x
                        + r(k[4]) * x * y
                        + r(k[5]) * y * y;
                    network - target
                };
                let mut consider = |p: &Point| {
                    most = most.clone().max(difference(p).abs());
                };
                consider(&ends[0]);
                consider(&ends[1]);
                // Along the stretch: a parabola through its values at both ends and in the middle.
                let (p, q, m) = (
                    difference(&ends[0]),
                    difference(&ends[1]),
                    difference(&middle),
                );
                let bend = r(2) * (&p + &q - r(2) * &m);
                let start = &q - &p - &bend;
                if let Some(t) = (-start).checked_div(&(r(2) * &bend))
                    && t.is_positive()
                    && t < Rational::ONE
                {
                    consider(&[0, 1].map(|i| &ends[0][i] + &t * &(&ends[1][i] - &ends[0][i])));
                }
                // Inside: where both derivatives vanish, if that is in the same cell.
                let (gx, gy) = (&slope[0] - r(k[1]), &slope[1] - r(k[2]));
                let determinant = r(4 * k[3] * k[5] - k[4] * k[4]);
                if let (Some(x), Some(y)) = (
                    (&gx * r(2 * k[5]) - &gy * r(k[4])).checked_div(&determinant),
                    (&gy * r(2 * k[3]) - &gx * r(k[4])).checked_div(&determinant),
                ) {
                    let point = [x, y];
                    let is_same_cell = is_inside(&point)
                        && lines.iter().all(|line| {
                            on(line, &point).signum() * on(line, &beside).signum() >= 0
                        });
                    if is_same_cell {
                        consider(&point);
                    }
                }
            }
        }
    }
    most
}

/// Few and small numbers, so that lines coincide, meet in one point and run through corners.
fn small_network(choices: &mut Choices) -> Network {
    let activation = choices.pick(&[
        Activation::Relu,
        Activation::Relu,
        Activation::LeakyRelu(Rational::ratio(1, 3)),
        Activation::LeakyRelu(r(-2)),
        Activation::HardTanh,
        Activation::Heaviside,
        Activation::Maxout(2),
        Activation::Maxout(3),
    ]);
    let units = 1 + choices.below(4);
    let rows = units * activation.rows_per_unit();
    let mut number = |limit: i64| {
        let value = r(choices.integer(-limit, limit));
        if choices.once_in(6) {
            value * Rational::ratio(1, 3)
        } else {
            value
        }
    };
    let weights = (0..rows).map(|_| vec![number(2), number(2)]).collect();
    let bias = (0..rows).map(|_| number(1)).collect();
    let output = vec![(0..units).map(|_| number(2)).collect()];
    let last = vec![number(1)];
    let matrix = |rows| Matrix::from_dense(rows).expect("a matrix");
    let layer = |rows, bias, activation| Layer::new(matrix(rows), bias, activation).expect("fits");
    network(
        &["x", "y"],
        vec![
            layer(weights, bias, activation),
            layer(output, last, Activation::Identity),
        ],
    )
}

fn exactly(network: &Network, formula: &str, tolerance: Option<Rational>) -> Verification {
    let asked = question(network, &[formula], SQUARE, None);
    let settings = Settings {
        tolerance,
        ..Settings::default()
    };
    let found = run(network, &asked, &settings).expect("a verdict");
    // Written, read back, accepted.
    let mut bytes = Vec::new();
    text::write(&found.certificate, &mut bytes).expect("in memory");
    let again = text::read(&bytes).expect("what was written");
    assert_eq!(again, found.certificate);
    assert!(check(&again, network).is_ok());
    found
}

proptest! {
    #![proptest_config(common::cases(150))]

    #[test]
    fn the_exact_error_is_the_one_found_slowly(mut choices in choices()) {
        let network = small_network(&mut choices);
        let mut k = [0; 6];
        for coefficient in &mut k {
            *coefficient = choices.integer(-2, 2);
        }
        let truth = slow_error(&network, &k);
        let found = exactly(&network, &formula(&k), None);
        let claim = found.verified.claim();
        let said = format!("{} {network:?}", formula(&k));
        if !found.verified.is_exact() {
            // Where the error is taken along a whole line, the search for it may end at its limit.
            let upper = claim.stated_upper.clone().expect("a bound");
            prop_assert!(claim.stated_lower <= truth && truth <= upper, "{}", &said);
            return Ok(());
        }
        prop_assert_eq!(claim.stated_upper.as_ref(), Some(&truth), "{}", &said);
        prop_assert_eq!(&claim.stated_lower, &truth, "{}", &said);
        if !network.has_jumps() && !truth.is_zero() {
            let values = found.verified.witness().expect("a witness");
            prop_assert_eq!(&values.lower, &truth, "the witness's values; {}", &said);
        }
        // A tolerance that is met exactly is proved, the smallest amount less is refuted.
        let tied = exactly(&network, &formula(&k), Some(truth.clone()));
        prop_assert_eq!(tied.verdict, Verdict::Proved, "{}", &said);
        if truth.is_positive() {
            let less = &truth - &Rational::power_of_two(-60);
            let refuted = exactly(&network, &formula(&k), Some(less));
            prop_assert_eq!(refuted.verdict, Verdict::Refuted, "{}", &said);
        }
    }

    /// The same function with another layer: `x = relu(x + 2) - 2` on the square.
    #[test]
    fn a_layer_that_does_nothing_changes_nothing(mut choices in choices()) {
        let shallow = small_network(&mut choices);
        let shift = layer(
            Activation::Relu,
            &[(&["1", "0"], "2"), (&["0", "1"], "2"), (&["1", "1"], "4")],
        );
        let [hidden, output] = shallow.layers() else { panic!("two layers") };
        let bias = (0..hidden.rows())
            .map(|row| {
                let sum: Rational = hidden.weights().row(row).map(|(_, w)| w.clone()).sum();
                &hidden.bias()[row] - sum * r(2)
            })
            .collect();
        let weights = (0..hidden.rows())
            .map(|row| {
                let mut dense = vec![Rational::ZERO; 3];
                for (column, weight) in hidden.weights().row(row) {
                    dense[column] = weight.clone();
                }
                dense
            })
            .collect();
        let matrix = Matrix::from_dense(weights).expect("a matrix");
        let moved = Layer::new(matrix, bias, hidden.activation().clone()).expect("fits");
        let deep = network(&["x", "y"], vec![shift, moved, output.clone()]);
        let target = "x^2 - x*y/2 + y";
        let (one, two) = (exactly(&shallow, target, None), exactly(&deep, target, None));
        let (a, b) = (one.verified.claim(), two.verified.claim());
        let (Some(most_a), Some(most_b)) = (&a.stated_upper, &b.stated_upper) else {
            panic!("a bound for each");
        };
        if one.verified.is_exact() && two.verified.is_exact() {
            prop_assert_eq!(most_a, most_b);
        } else {
            // Where the error is taken along a whole line, the search for it may end at its limit.
            prop_assert!(a.stated_lower <= *most_b && b.stated_lower <= *most_a);
        }
    }
}

/// |x - y| exactly, as a network; against targets with kinks.
#[test]
fn kinks_and_jumps_of_the_target_are_cut_along_too() {
    let distance = network(
        &["x", "y"],
        vec![
            layer(
                Activation::Relu,
                &[(&["1", "-1"], "0"), (&["-1", "1"], "0")],
            ),
            layer(Activation::Identity, &[(&["1", "1"], "0")]),
        ],
    );
    for (target, error) in [
        ("abs(x - y)", "0"),
        ("max(x, y) - min(x, y)", "0"),
        ("abs(x - y) + x^2/4", "1/4"),
        ("abs(x + y)", "2"),
        ("if(x + 2*y >= 1, abs(x - y), 0)", "2"),
        ("max(x*y, x^2 - 2) + 3", "4"),
        ("if(x < y, y - x, 2*(x - y))", "2"),
    ] {
        let found = exactly(&distance, target, None);
        let claim = found.verified.claim();
        assert_eq!(claim.stated_upper, Some(number(error)), "{target}");
        assert_eq!(claim.stated_lower, number(error), "{target}");
    }
}

/// relu(x - y): one line through two corners.
fn ramp() -> Network {
    network(
        &["x", "y"],
        vec![
            layer(Activation::Relu, &[(&["1", "-1"], "0")]),
            layer(Activation::Identity, &[(&["1"], "0")]),
        ],
    )
}

fn certificate(tree: &str) -> Certificate {
    // relu(x - y) - x/2 is largest in the corner (1, -1), where it is 3/2.
    let mut certificate = exactly(&ramp(), "x/2", None).certificate;
    assert_eq!(certificate.claim.stated_upper, Some(number("3/2")));
    certificate.partition = Partition::from_text(tree.as_bytes().to_vec());
    certificate
}

#[test]
fn trees_with_lines_are_read_exactly() {
    for tree in [
        "/1,-1,0;ee",
        "/-1,1,0;ee",
        "/1/3,-1/3,0;ee",
        "/2^-900,-2^-900,0;ee",
        "B/1,-1,0;ee/1,-1,0;ee",
        "/1,-1,0;/1,1,-1/7;ee/1,0,0;ee",
    ] {
        assert!(check(&certificate(tree), &ramp()).is_ok(), "{tree}");
    }
    let nodes: Vec<Node> = {
        let partition = Partition::from_text(b"/2/3,-1,0.5;".to_vec());
        let mut nodes = partition.nodes();
        vec![nodes.next_node().expect("a line")]
    };
    let mut written = Partition::default();
    written.push(&nodes[0]);
    assert_eq!(written.text(), b"/4,-6,3;");
}

#[test]
fn wrong_trees_with_lines_are_rejected() {
    let cases = [
        // The line misses the cell, touches a corner, runs along a side, or is none.
        ("/1,1,3;ee", "bad-cut"),
        ("/1,1,2;ee", "bad-cut"),
        ("/1,0,1;ee", "bad-cut"),
        ("/0,0,0;ee", "bad-cut"),
        ("/0,0,1;ee", "bad-cut"),
        ("/1,-1,0;/1,-1,0;eee", "bad-cut"),
        ("/1,-1,0;/1,-1,-1;eee", "bad-cut"),
        // A cut of a box, and methods for boxes, below a line.
        ("/1,-1,0;Aeee", "bad-cut"),
        ("/1,-1,0;@A1/2;eee", "bad-cut"),
        ("/1,-1,0;en", "no-bound"),
        ("/1,-1,0;le", "no-bound"),
        ("/1,-1,0;hh", "no-bound"),
        // An exact leaf across the kink.
        ("e", "no-bound"),
        ("/1,-1,2^-60;ee", "no-bound"),
        ("/1,1,0;ee", "no-bound"),
        // No bound at all on one side.
        ("/1,-1,0;eo", "upper-not-reached"),
        ("/1,-1,0;e", "bad-tree"),
        ("/1,-1,0;eee", "bad-tree"),
        // No line.
        ("/1,-1;ee", "bad-tree"),
        ("/1,-1,0,0;ee", "bad-tree"),
        ("/1,,0;ee", "bad-tree"),
        ("/1,-1,0ee", "bad-tree"),
        ("/1,-1,2^5000;ee", "bad-tree"),
        ("/2^4000,-1,1/3^2000;ee", "bad-tree"),
    ];
    for (tree, kind) in cases {
        let rejection = check(&certificate(tree), &ramp()).expect_err(tree);
        assert_eq!(rejection.kind(), kind, "{tree}: {rejection}");
    }
    for change in ["upper", "lower"] {
        let mut certificate = certificate("/1,-1,0;ee");
        let tiny = Rational::power_of_two(-60);
        if change == "upper" {
            certificate.claim.stated_upper = Some(number("3/2") - &tiny);
        } else {
            certificate.claim.stated_lower = number("3/2") + &tiny;
        }
        let rejection = check(&certificate, &ramp()).expect_err(change);
        assert_eq!(rejection.kind(), format!("{change}-not-reached"));
    }
}

#[test]
fn no_more_lines_than_a_cell_may_have() {
    // Strips between x - y = 1/k: each line cuts what is left below the last.
    let strips = |lines: usize| {
        let cuts = (1..lines).map(|k| format!("/1,-1,-1/{};", k + 1));
        let cuts: Vec<String> = cuts.collect();
        format!("/1,-1,0;e{}{}", cuts.concat(), "e".repeat(lines))
    };
    assert!(check(&certificate(&strips(200)), &ramp()).is_ok());
    let rejection = check(&certificate(&strips(400)), &ramp()).expect_err("too many");
    assert_eq!(rejection, Rejection::TooDeep(256));
}

/// Lines need two inputs and the supremum.
#[test]
fn lines_need_two_inputs() {
    let line = network(
        &["x"],
        vec![
            layer(Activation::Relu, &[(&["1"], "0")]),
            layer(Activation::Identity, &[(&["1"], "0")]),
        ],
    );
    let asked = question(&line, &["0"], "x=-1..1", None);
    let mut certificate = run(&line, &asked, &Settings::default())
        .expect("a verdict")
        .certificate;
    certificate.partition = Partition::from_text(b"/1,0,0;ee".to_vec());
    let rejection = check(&certificate, &line).expect_err("one input");
    assert_eq!(rejection.kind(), "bad-cut");
    let asked = question(&ramp(), &["x >= 0"], SQUARE, Some(number("1/2")));
    let mut certificate = run(&ramp(), &asked, &Settings::default())
        .expect("a verdict")
        .certificate;
    certificate.partition = Partition::from_text(b"/1,-1,0;ee".to_vec());
    assert!(check(&certificate, &ramp()).is_err());
}

/// Asks for an integral norm.
fn integral(network: &Network, formula: &str, norm: Norm, settings: &Settings) -> Verification {
    let names = network.inputs().len();
    let domain = SQUARE.split(',').take(names).collect::<Vec<_>>().join(",");
    let threshold = (norm == Norm::Area).then(|| Rational::ratio(1, 2));
    let mut asked = question(network, &[formula], &domain, threshold);
    asked.norm = norm;
    let found = run(network, &asked, settings).expect("a verdict");
    let mut bytes = Vec::new();
    text::write(&found.certificate, &mut bytes).expect("in memory");
    let again = text::read(&bytes).expect("what was written");
    assert!(check(&again, network).is_ok());
    found
}

/// Weights of the rule that integrates polynomials of this degree over `[0, 1]` exactly from their
/// values at `1/(n+1), ..., n/(n+1)`, `n = degree + 1`.
fn rule(degree: usize) -> Vec<(Rational, Rational)> {
    let n = i64::try_from(degree).expect("small") + 1;
    let nodes: Vec<Rational> = (1..=n).map(|k| Rational::ratio(k, n + 1)).collect();
    // Each weight is the integral of its Lagrange polynomial.
    nodes
        .iter()
        .enumerate()
        .map(|(i, node)| {
            let mut lagrange = vec![Rational::ONE];
            for (j, other) in nodes.iter().enumerate() {
                if i == j {
                    continue;
                }
                let scale = (node - other).reciprocal().expect("distinct");
                let mut next = vec![Rational::ZERO; lagrange.len() + 1];
                for (k, a) in lagrange.iter().enumerate() {
                    next[k] = &next[k] - &(a * other * &scale);
                    next[k + 1] = &next[k + 1] + &(a * &scale);
                }
                lagrange = next;
            }
            let weight = (1_i64..).zip(&lagrange).map(|(k, a)| a / r(k)).sum();
            (node.clone(), weight)
        })
        .collect()
}

/// The integral of `(N - f)²` over the square, for one hidden layer: in strips between the heights
/// of all crossings, and in each row between its crossings with all lines.
fn slow_square(network: &Network, k: &Coefficients) -> Rational {
    let lines = lines(network);
    let mut heights = vec![r(-1), r(1)];
    for p in &lines {
        for q in &lines {
            let determinant = &p[0] * &q[1] - &p[1] * &q[0];
            let y = (&p[2] * &q[0] - &p[0] * &q[2]).checked_div(&determinant);
            heights.extend(y.filter(|y| y.abs() < Rational::ONE));
        }
    }
    heights.sort();
    heights.dedup();
    let square_at = |x: &Rational, y: &Rational| {
        let point = [x.clone(), y.clone()];
        let target = r(k[0])
            + r(k[1]) * x
            + r(k[2]) * y
            + r(k[3]) * x * x
            + r(k[4]) * x * y
            + r(k[5]) * y * y;
        let difference = value_of(network, &point) - target;
        &difference * &difference
    };
    let (inner, outer) = (rule(4), rule(5));
    let row = |y: &Rational| -> Rational {
        let crossing = |line: &[Rational; 3]| {
            let x = (-(&line[1] * y + &line[2])).checked_div(&line[0])?;
            Some(x).filter(|x| x.abs() < Rational::ONE)
        };
        let mut places: Vec<Rational> = lines.iter().filter_map(crossing).collect();
        places.extend([r(-1), r(1)]);
        places.sort();
        places.dedup();
        places
            .windows(2)
            .map(|ends| {
                let length = &ends[1] - &ends[0];
                let sum: Rational = inner
                    .iter()
                    .map(|(node, weight)| square_at(&(&ends[0] + node * &length), y) * weight)
                    .sum();
                sum * length
            })
            .sum()
    };
    heights
        .windows(2)
        .map(|ends| {
            let height = &ends[1] - &ends[0];
            let sum: Rational = outer
                .iter()
                .map(|(node, weight)| row(&(&ends[0] + node * &height)) * weight)
                .sum();
            sum * height
        })
        .sum()
}

proptest! {
    #![proptest_config(common::cases(40))]

    #[test]
    fn the_exact_square_is_the_one_found_slowly(mut choices in choices()) {
        let network = small_network(&mut choices);
        let mut k = [0; 6];
        for coefficient in &mut k {
            *coefficient = choices.integer(-2, 2);
        }
        let truth = slow_square(&network, &k);
        let found = integral(&network, &formula(&k), Norm::L2, &Settings::default());
        let claim = found.verified.claim();
        let said = format!("{} {network:?}", formula(&k));
        if !found.verified.is_exact() {
            // Where the error is taken along a whole line, the search for it may end at its limit.
            let upper = claim.stated_upper.clone().expect("a bound");
            prop_assert!(claim.stated_lower <= truth && truth <= upper, "{}", &said);
            return Ok(());
        }
        prop_assert_eq!(claim.stated_upper.as_ref(), Some(&truth), "{}", &said);
        prop_assert_eq!(&claim.stated_lower, &truth, "{}", &said);
    }

    /// The same question with a term that is 0 but no polynomial is answered by enclosures.
    #[test]
    fn exact_integrals_lie_in_their_enclosures(mut choices in choices()) {
        let network = small_network(&mut choices);
        let norm = choices.pick(&[Norm::L1, Norm::L2, Norm::Area]);
        let mut number = |limit: i64| choices.integer(-limit, limit);
        let [a, b, c] = [number(2), number(2), number(1)];
        let affine = format!("{a}*x + {b}*y + {c}/3");
        let (exact, other) = match norm {
            Norm::Area => (format!("{affine} >= 0"), format!("{affine} + 0*sin(x) >= 0")),
            _ => (affine.clone(), format!("{affine} + 0*sin(x)")),
        };
        let settings = Settings { boxes: 3000, ..Settings::default() };
        let found = integral(&network, &exact, norm, &settings);
        let enclosed = integral(&network, &other, norm, &settings);
        let (value, around) = (found.verified.claim(), enclosed.verified.claim());
        let said = format!("{exact} {norm} {network:?}");
        prop_assert_eq!(Some(&value.stated_lower), value.stated_upper.as_ref(), "{}", &said);
        prop_assert!(around.stated_lower <= value.stated_lower, "{}", &said);
        prop_assert!(around.stated_upper.as_ref().is_none_or(|upper| value.stated_lower <= *upper), "{}", &said);
    }
}

#[test]
fn exact_integrals_by_hand() {
    let settings = Settings::default;
    let line = network(
        &["x"],
        vec![
            layer(Activation::Relu, &[(&["1"], "0")]),
            layer(Activation::Identity, &[(&["1"], "0")]),
        ],
    );
    for (network, formula, norm, value) in [
        // relu(x) on [-1, 1].
        (&line, "0", Norm::L1, "1/2"),
        (&line, "0", Norm::L2, "1/3"),
        (&line, "x", Norm::L1, "1/2"),
        (&line, "1/2", Norm::L1, "3/4"),
        // x³ below 0, x - x³ above: 1/7 + 1/3 - 2/5 + 1/7.
        (&line, "x^3", Norm::L2, "23/105"),
        (&line, "x >= 1/4", Norm::Area, "1/4"),
        (&line, "abs(x) <= 3/4", Norm::Area, "3/2"),
        // relu(x - y) on [-1, 1]²: a pyramid of volume 4/3.
        (&ramp(), "0", Norm::L1, "4/3"),
        (&ramp(), "x - y", Norm::L1, "4/3"),
        (&ramp(), "0", Norm::L2, "4/3"),
        (&ramp(), "x - y >= 0", Norm::Area, "7/8"),
        (&ramp(), "x - y >= 1/2", Norm::Area, "0"),
        (&ramp(), "x >= 0 and y >= 0", Norm::Area, "15/8"),
    ] {
        let found = integral(network, formula, norm, &settings());
        let claim = found.verified.claim();
        assert_eq!(claim.stated_lower, number(value), "{norm} {formula}");
        assert_eq!(
            claim.stated_upper.as_ref(),
            Some(&claim.stated_lower),
            "{norm} {formula}"
        );
    }
}

type Change<'a> = &'a dyn Fn(&mut Certificate);

#[test]
fn wrong_integrals_are_rejected() {
    let good = integral(&ramp(), "0", Norm::L1, &Settings::default()).certificate;
    assert!(check(&good, &ramp()).is_ok());
    let tiny = Rational::power_of_two(-60);
    let tree = |text: &'static str| {
        move |c: &mut Certificate| c.partition = Partition::from_text(text.as_bytes().to_vec())
    };
    let changes: [(Change<'_>, &str); 6] = [
        (
            &|c| c.claim.stated_upper = Some(number("4/3") - &tiny),
            "upper-not-reached",
        ),
        (
            &|c| c.claim.stated_lower = number("4/3") + &tiny,
            "lower-not-reached",
        ),
        (&tree("e"), "no-bound"),
        (&tree("/1,-1,0;oe"), "upper-not-reached"),
        (&tree("/1,-1,0;eo"), "upper-not-reached"),
        (&tree("/1,-1,0;ne"), "no-bound"),
    ];
    for (change, kind) in changes {
        let mut certificate = good.clone();
        change(&mut certificate);
        let rejection = check(&certificate, &ramp()).expect_err(kind);
        assert_eq!(rejection.kind(), kind, "{rejection}");
    }
}

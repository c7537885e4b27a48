//! Leaf `w`: integrals of steep steps, part by part along their transition layers.

mod common;

use common::{Settings, layer, network, number, run};
use steeple::bounds::Cell;
use steeple::bounds::{Bound, Leaves, Reduction, on_domain};
use steeple::certificate::{Method, Norm, Partition, Question, Ranges};
use steeple::checker::{Rejection, check};
use steeple::network::Activation::{Identity, Sigmoid, Tanh};
use steeple::network::Network;
use steeple::numbers::{Dyadic, Interval, Rational};

fn question(network: &Network, formula: &str, domain: &str, norm: Norm) -> Question {
    Question {
        norm,
        ..common::question(network, &[formula], domain, None)
    }
}

fn reduction() -> Reduction {
    Reduction {
        ranges: Ranges::Natural,
        constant_radius: Dyadic::power_of_two(-30),
        kept_rounding: Dyadic::ZERO,
    }
}

/// The share of the whole domain, by one leaf.
fn share(network: &Network, asked: &Question) -> Option<Interval> {
    let root = on_domain(network, asked).expect("a value");
    let cell = Cell::root(&asked.domain);
    let mut leaves = Leaves::new(network, asked);
    let here = leaves.descend(&root, &cell, reduction()).expect("a value");
    match leaves.bound(Method::TransitionLayers, &cell, &here, reduction()) {
        Ok(Bound::Integral(share)) => Some(share),
        Ok(other) => panic!("{other:?} is no share"),
        Err(_) => None,
    }
}

/// Holds the truth, and is no wider than this.
fn assert_close(found: Option<Interval>, truth: &str, width: &str) {
    let found = found.expect("a share");
    let truth = number(truth);
    assert!(found.contains_rational(&truth), "{truth} not in {found}");
    let wide = found.wid().to_rational().expect("bounded");
    assert!(wide <= number(width), "{found} is {wide} wide");
}

/// Steps of height 1 at 1/4, of 2 at 5/8 in x and of 4 at 3/8 in y; their tails beyond the square are
/// below e^-6000.
fn three_steps() -> Network {
    network(
        &["x", "y"],
        vec![
            layer(
                Sigmoid,
                &[
                    (&["65536", "0"], "-16384"),
                    (&["-65536", "0"], "40960"),
                    (&["0", "65536"], "-24576"),
                ],
            ),
            layer(Identity, &[(&["1", "-2", "4"], "2")]),
        ],
    )
}

/// The integral of `sigmoid(w (x - p))` over a side that ends far from `p` on both sides is the length
/// beyond `p`: tails on the two sides of it are equal.
#[test]
fn sums_of_steps_have_known_integrals() {
    let net = three_steps();
    let asked = question(&net, "-1", "x=0..1,y=0..1", Norm::L1);
    // 1 + 3/4 + 2·3/8 + 4·5/8; transition layers are 46/65536 wide, and about twice that of 7 is not known.
    assert_close(share(&net, &asked), "5", "1/100");
    // Of the square: for y < 3/8 it is 1/4 + 4·3/8 + 16·3/8, beyond it
    // 25/4 + 36·3/8 + 64·3/8; less than 1/1000 of that in the steps themselves.
    let asked = question(&net, "-1", "x=0..1,y=0..1", Norm::L2);
    let found = share(&net, &asked).expect("a share");
    let [low, high] = [found.inf(), found.sup()].map(|end| end.to_rational().expect("bounded"));
    assert!(number("30.2") < low && low < number("30.26"), "{found}");
    assert!(number("30.24") < high && high < number("30.3"), "{found}");
}

/// What is left of a cell counts with its volume: here transition layers that cross make up a good part of it.
#[test]
fn what_is_left_out_is_counted() {
    let net = network(
        &["x", "y"],
        vec![
            layer(Sigmoid, &[(&["128", "0"], "0"), (&["0", "128"], "0")]),
            layer(Identity, &[(&["2^-30", "2^-30"], "3")]),
        ],
    );
    for (norm, truth) in [(Norm::L1, "12"), (Norm::L2, "36")] {
        let asked = question(&net, "0", "x=-1..1,y=-1..1", norm);
        let found = share(&net, &asked).expect("a share");
        let [low, high] = [found.inf(), found.sup()].map(|end| end.to_rational().expect("bounded"));
        let (truth, slack) = (number(truth), number("2^-25"));
        assert!(low >= &truth - &slack && low <= &truth + &slack, "{found}");
        assert!(high >= truth && high <= truth + slack, "{found}");
    }
}

#[test]
fn tanh_and_three_inputs_have_layers_as_well() {
    let net = network(
        &["x", "y", "z"],
        vec![
            layer(
                Tanh,
                &[
                    (&["100000", "0", "0"], "-50000"),
                    (&["0", "100000", "0"], "-25000"),
                    (&["0", "0", "-100000"], "75000"),
                ],
            ),
            layer(Identity, &[(&["1/2", "1/2", "1/2"], "5/2")]),
        ],
    );
    let asked = question(&net, "0", "x=0..1,y=0..1,z=0..1", Norm::L1);
    // 1 + 1/2 + 3/4 + 3/4.
    assert_close(share(&net, &asked), "3", "1/100");
}

/// A leaf with many transition layers is refused: it would take as long as many leaves.
#[test]
fn too_many_layers_are_refused() {
    let staircase = |steps: i64| {
        let rows: Vec<String> = (0..steps)
            .map(|k| (-1_000_000 * (2 * k + 1)).to_string())
            .collect();
        let weight = (2_000_000 * steps).to_string();
        let weight = [weight.as_str()];
        let rows: Vec<(&[&str], &str)> =
            (rows.iter().map(|bias| (weight.as_slice(), bias.as_str()))).collect();
        let heights = vec!["1"; rows.len()];
        network(
            &["x"],
            vec![layer(Sigmoid, &rows), layer(Identity, &[(&heights, "0")])],
        )
    };
    for (steps, truth) in [
        (1, Some("1/2")),
        (15, Some("15/2")),
        (16, None),
        (500, None),
    ] {
        let net = staircase(steps);
        let asked = question(&net, "0", "x=0..1", Norm::L1);
        let found = share(&net, &asked);
        match truth {
            Some(truth) => assert_close(found, truth, "1/1000"),
            None => assert_eq!(found, None, "{steps}"),
        }
    }
}

/// Windows that fill two sides leave no part in one window at most, whatever the steps across the others:
/// there is nothing to look at, and it is said so at once.
#[test]
fn layers_that_fill_sides_are_refused() {
    let rows: Vec<String> = (1..400).map(|k| (-100_000 * k).to_string()).collect();
    let steep: &[&str] = &["40000000", "0", "0"];
    let mut units: Vec<(&[&str], &str)> = rows.iter().map(|bias| (steep, bias.as_str())).collect();
    units.push((&["0", "2", "0"], "0"));
    units.push((&["0", "0", "2"], "0"));
    let heights = vec!["1"; units.len()];
    let net = network(
        &["x", "y", "z"],
        vec![layer(Sigmoid, &units), layer(Identity, &[(&heights, "0")])],
    );
    for domain in ["x=0..1,y=0..1,z=0..1", "x=0..1/300,y=0..1,z=0..1"] {
        let asked = question(&net, "0", domain, Norm::L1);
        assert_eq!(share(&net, &asked), None, "{domain}");
    }
    // One side is cut, another is in a window as a whole.
    let asked = question(&net, "0", "x=0..1/300,y=0..1,z=5000..5001", Norm::L1);
    assert!(share(&net, &asked).is_some());
}

#[test]
fn it_does_not_apply_without_layers_or_to_other_norms() {
    let net = three_steps();
    // Between two steps.
    let asked = question(&net, "0", "x=5/16..9/16,y=1/2..1", Norm::L1);
    assert_eq!(share(&net, &asked), None);
    let asked = question(&net, "0", "x=0..1,y=0..1", Norm::Sup);
    assert_eq!(share(&net, &asked), None);
    // Nothing is folded: nothing tells how wide a window is.
    let asked = question(&net, "0", "x=0..1,y=0..1", Norm::L1);
    let root = on_domain(&net, &asked).expect("a value");
    let cell = Cell::root(&asked.domain);
    let mut leaves = Leaves::new(&net, &asked);
    assert!(
        leaves
            .bound(Method::TransitionLayers, &cell, &root, Reduction::PLAIN)
            .is_err()
    );
}

fn borrowed(row: &[String]) -> Vec<&str> {
    row.iter().map(String::as_str).collect()
}

/// `n x n` towers for `x² + y²`: steps on lines of a grid, and one more step on four of them for each cell.
fn towers(n: i64, per_cell: i64) -> Network {
    let steepness = Rational::from(n * per_cell);
    let mut steps: Vec<([String; 2], String)> = Vec::new();
    for axis in 0..2 {
        for k in 0..=n {
            let mut weights = ["0".to_owned(), "0".to_owned()];
            weights[axis] = steepness.to_string();
            steps.push((weights, Rational::from(-k * per_cell).to_string()));
        }
    }
    let count = usize::try_from(n + 1).expect("small");
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut heights: Vec<String> = Vec::new();
    for i in 0..count - 1 {
        for j in 0..count - 1 {
            let mut row = vec!["0".to_owned(); 2 * count];
            for (place, sign) in [
                (i, "60"),
                (i + 1, "-60"),
                (count + j, "60"),
                (count + j + 1, "-60"),
            ] {
                sign.clone_into(&mut row[place]);
            }
            rows.push(row);
            let middle = |k: usize| {
                let k = i64::try_from(k).expect("small");
                let place = Rational::ratio(2 * k + 1, 2 * n);
                &place * &place
            };
            heights.push((middle(i) + middle(j)).to_string());
        }
    }
    let steps: Vec<(Vec<&str>, &str)> = steps
        .iter()
        .map(|(row, bias)| (borrowed(row), bias.as_str()))
        .collect();
    let steps: Vec<(&[&str], &str)> = steps.iter().map(|(row, b)| (row.as_slice(), *b)).collect();
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| borrowed(row)).collect();
    let rows: Vec<(&[&str], &str)> = rows.iter().map(|row| (row.as_slice(), "-90")).collect();
    network(
        &["x", "y"],
        vec![
            layer(Sigmoid, &steps),
            layer(Sigmoid, &rows),
            layer(Identity, &[(borrowed(&heights).as_slice(), "0")]),
        ],
    )
}

/// The search takes one leaf for four cells of a grid of steep towers; what it claims is
/// what cells without such leaves say; and a claim a little better is rejected.
#[test]
fn a_grid_of_steep_towers_needs_one_leaf_for_four_cells() {
    let net = towers(32, 100_000);
    let asked = question(&net, "x^2 + y^2", "x=0..1,y=0..1", Norm::L1);
    let settings = Settings {
        gap: number("1/100"),
        ..Settings::default()
    };
    let found = run(&net, &asked, &settings).expect("a verdict");
    let leaves = found.certificate.partition.leaves();
    assert!(leaves <= 16 * 16 + 16, "{leaves} leaves");
    let text = found.certificate.partition.text();
    let is_layer = |letter: &&u8| char::from(**letter) == 'w';
    let layers = text.iter().filter(is_layer).count();
    assert!(2 * layers >= leaves, "{layers} of {leaves}");
    // Most of the same cells by intervals alone: far wider, but of the same integral.
    let upper = found
        .certificate
        .claim
        .stated_upper
        .clone()
        .expect("bounded");
    let lower = found.certificate.claim.stated_lower.clone();
    let mut certificate = found.certificate.clone();
    let plain: Vec<u8> = (text.iter())
        .map(|letter| if *letter == b'w' { b'n' } else { *letter })
        .collect();
    certificate.partition = Partition::from_text(plain);
    assert!(check(&certificate, &net).is_err());
    // The network is about the value in the middle of a cell.
    let slow = slow_mean(32);
    let near = |claim: &Rational| {
        let claim = steeple::numbers::estimate::estimate_rational(claim);
        (claim / slow - 1.0).abs()
    };
    assert!(near(&lower) < 0.02 && near(&upper) < 0.02, "{slow}");
    let narrower = |upper: Rational, lower: Rational| {
        let mut certificate = found.certificate.clone();
        certificate.claim.stated_upper = Some(upper);
        certificate.claim.stated_lower = lower;
        check(&certificate, &net)
    };
    let by = number("1/1000000");
    let wrong = narrower(upper.clone() - &by, lower.clone());
    assert!(matches!(wrong, Err(Rejection::UpperNotReached { .. })));
    let wrong = narrower(upper, lower + by);
    assert!(wrong.is_err());
}

/// The mean of `|x² + y² - v|` with `v` the value in the middle of the cell, on a fine grid.
fn slow_mean(n: u32) -> f64 {
    let (n, fine) = (f64::from(n), 600_u32);
    let mut sum = 0.0;
    for i in 0..fine {
        for j in 0..fine {
            let [x, y] = [i, j].map(|k| (f64::from(k) + 0.5) / f64::from(fine));
            let middle = |t: f64| ((t * n).floor() + 0.5) / n;
            let v = middle(x).powi(2) + middle(y).powi(2);
            sum += (x * x + y * y - v).abs();
        }
    }
    sum / f64::from(fine * fine)
}

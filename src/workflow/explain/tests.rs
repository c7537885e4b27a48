use super::*;
use crate::expr::parse_target;
use crate::network::{forward, json};
use crate::numbers::literal;
use crate::numbers::{Interval, Scalar};
use crate::prover::unwatched;
use crate::report::explain::{FlatReport, HardenedReport, Steps};

fn number(text: &str) -> Rational {
    literal::parse(text).expect("a number")
}

fn explained(network: &Network, domain: &str, boxes: u64, threshold: Option<&str>) -> Explanation {
    let domain = Domain::parse(domain).expect("a domain");
    let request = ExplainRequest {
        name: "net".into(),
        network,
        weights: Weights::Exact,
        domain: &domain,
        target: None,
        threshold: threshold.map(number),
        limits: Limits {
            boxes: Some(boxes),
            ..Limits::default()
        },
        threads: Threads::Count(1),
    };
    explain(&request, &mut unwatched)
}

fn hardened(found: &Explanation) -> &HardenedReport {
    match &found.steps {
        Steps::Compared(report) => report,
        other => panic!("not compared: {other:?}"),
    }
}

fn flat(found: &Explanation) -> &FlatReport {
    let flat = found.flat.as_ref().expect("units");
    flat.as_ref().expect("known")
}

/// Do the bounds hold this value, and are they no wider than a part of it?
fn holds(bounds: Option<&Bounds>, value: &str, room: &str) {
    let (bounds, value) = (bounds.expect("bounds"), number(value));
    let upper = bounds.upper.as_ref().expect("an upper bound");
    assert!(
        bounds.lower <= value && value <= *upper,
        "{value} in {bounds:?}"
    );
    assert!(upper - &bounds.lower <= number(room), "{bounds:?}");
}

fn one_unit(activation: &str, weight: &str) -> Network {
    let text = format!(
        r#"{{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {{"activation": "{activation}", "weights": [["{weight}"]], "bias": ["0"]}},
        {{"activation": "identity", "weights": [["1"]], "bias": ["0"]}}]}}"#
    );
    json::read(&text).expect("a network")
}

/// Of one sigmoid all numbers are known in closed form.
#[test]
fn the_numbers_of_one_sigmoid() {
    let found = explained(&one_unit("sigmoid", "100"), "x=-1..1", 20_000, Some("1/2"));
    let report = hardened(&found);
    // sigmoid(0) = 1/2.
    holds(report.largest.as_ref(), "0.5", "0.01");
    // The integral of sigmoid(-100 x) from 0 to 1 is (ln 2 - ln(1 + e^-100)) / 100, twice that over 2.
    holds(report.mean.as_ref(), "0.00693147180559945", "0.0002");
    // |sigmoid(z) - step(z)| <= 1/100 where |z| >= ln 99 = 4.59512.
    assert_eq!(report.tolerance, Rational::ratio(1, 100));
    holds(report.same.as_ref(), "0.9540488", "0.002");
    let (_, differ) = report.decisions.as_ref().expect("a decision");
    holds(differ.as_ref(), "0", "0.001");
    // The slope is 1/1000 where |z| = arcosh 499 = 6.905752.
    holds(Some(&flat(&found).part), "0.93094247727702080", "1e-9");
    // Half of nearly all of [0, 1].
    holds(found.units[0].change.as_ref(), "0.5", "1e-9");
}

#[test]
fn the_numbers_of_one_tanh() {
    let found = explained(&one_unit("tanh", "100"), "x=-1..1", 20_000, None);
    let report = hardened(&found);
    holds(report.largest.as_ref(), "1", "0.02");
    // The integral of 1 - tanh(100 x) from 0 to 1 is ln 2 / 100, nearly.
    holds(report.mean.as_ref(), "0.00693147180559945", "0.0002");
    // 1 / cosh(z)^2 = 1/1000 where |z| = arcosh sqrt 1000 = 4.14678.
    holds(Some(&flat(&found).part), "0.95853225273751104", "1e-9");
}

#[test]
fn relus_have_no_steps_and_are_off_where_their_sums_are_negative() {
    let found = explained(&one_unit("relu", "2"), "x=-1..3", 1000, None);
    assert_eq!(found.steps, Steps::Never("relu".into()));
    holds(Some(&flat(&found).part), "0.25", "0");
    let steps = explained(&one_unit("heaviside", "2"), "x=-1..3", 1000, None);
    assert_eq!(steps.steps, Steps::Already);
    holds(Some(&flat(&steps).part), "1", "0");
}

/// Numbers that look random, and are the same on every machine.
struct Draws(u64);

impl Draws {
    fn weight(&mut self, size: i64) -> Rational {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let draw = i64::try_from(self.0 >> 44).expect("20 bits");
        Rational::ratio(draw - (1 << 19), 1 << 19) * Rational::from(size)
    }

    /// 2 inputs, 3 and 2 hidden units.
    fn network(&mut self, activation: &str) -> Network {
        let mut rows = |rows: usize, columns: usize, size: i64| {
            let mut row = || {
                let weights: Vec<String> = (0..columns)
                    .map(|_| format!("\"{}\"", self.weight(size)))
                    .collect();
                format!("[{}]", weights.join(","))
            };
            let rows: Vec<String> = (0..rows).map(|_| row()).collect();
            rows.join(",")
        };
        let (first, second, last) = (rows(3, 2, 20), rows(2, 3, 9), rows(1, 2, 2));
        let (a, b) = (rows(1, 3, 6), rows(1, 2, 4));
        let text = format!(
            r#"{{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
            {{"activation": "{activation}", "weights": [{first}], "bias": {a}}},
            {{"activation": "{activation}", "weights": [{second}], "bias": {b}}},
            {{"activation": "identity", "weights": [{last}], "bias": ["1/3"]}}]}}"#
        );
        json::read(&text).expect("a network")
    }
}

/// The points in the middle of the cells of a grid on [-1, 1]².
fn points() -> Vec<[Rational; 2]> {
    const N: i64 = 24;
    let at = |k: i64| Rational::ratio(2 * k + 1 - N, N);
    let all = (0..N * N).map(|k| [at(k % N), at(k / N)]);
    all.collect()
}

fn value(network: &Network, point: &[Rational]) -> Interval {
    let point: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
    forward(network, &(), &point).expect("a value")[0]
}

/// The network of steps, built by hand: each tanh is twice a step minus one.
fn by_steps(network: &Network, point: &[Rational]) -> Rational {
    let mut values = point.to_vec();
    for layer in network.layers() {
        let rows = layer.bias().iter().enumerate().map(|(row, bias)| {
            let terms = layer
                .weights()
                .row(row)
                .map(|(column, w)| w * &values[column]);
            bias + terms.sum::<Rational>()
        });
        let next = rows.map(|z| match (layer.activation(), z.is_negative()) {
            (Activation::Identity, _) => z,
            (Activation::Sigmoid, true) => Rational::ZERO,
            (Activation::Tanh, true) => -Rational::ONE,
            _ => Rational::ONE,
        });
        values = next.collect();
    }
    values[0].clone()
}

/// The largest slope of a hidden unit at a point: s (1 - s), or 1 - t².
fn largest_slope(network: &Network, point: &[Rational]) -> Interval {
    let mut values: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
    let mut largest = Interval::ZERO;
    for layer in &network.layers()[..network.layers().len() - 1] {
        let rows = layer.bias().iter().enumerate().map(|(row, bias)| {
            let terms = layer.weights().row(row);
            terms.fold(Interval::from_rational(bias), |sum, (column, w)| {
                sum.plus(&Interval::from_rational(w).times(&values[column]))
            })
        });
        let next: Vec<Interval> = rows
            .map(|z| layer.activation().apply(&(), &z).expect("a value"))
            .collect();
        for value in &next {
            let slope = match layer.activation() {
                Activation::Sigmoid => value.times(&Interval::ONE.minus(value)),
                _ => Interval::ONE.minus(&value.squared()),
            };
            largest = Scalar::max(&largest, &slope).expect("a maximum");
        }
        values = next;
    }
    largest
}

fn within_a_tenth(part: &Bounds, hits: usize, all: usize) {
    let sampled = Rational::new(hits, all).expect("points");
    let room = Rational::ratio(1, 10);
    let upper = part.upper.as_ref().expect("an upper bound");
    assert!(
        &part.lower - &room <= sampled && sampled <= upper + &room,
        "{part:?}, sampled {hits} of {all}"
    );
    assert!(upper - &part.lower <= room, "{part:?}");
}

#[test]
fn what_is_certified_of_random_networks_holds_at_sampled_points() {
    for (seed, activation) in [(1, "sigmoid"), (2, "tanh"), (3, "sigmoid")] {
        let network = Draws(seed).network(activation);
        let found = explained(&network, "x=-1..1,y=-1..1", 3000, None);
        let points = points();
        let report = hardened(&found);
        let distances: Vec<Interval> = points
            .iter()
            .map(|at| {
                let steps = Interval::from_rational(&by_steps(&network, at));
                value(&network, at).minus(&steps).magnitude()
            })
            .collect();
        let largest = report.largest.as_ref().expect("bounds");
        let upper = Interval::from_rational(largest.upper.as_ref().expect("an upper bound"));
        for distance in &distances {
            assert!(distance.inf() <= upper.sup(), "{activation} {seed}");
        }
        let tolerance = Interval::from_rational(&report.tolerance);
        let near = distances.iter().filter(|d| d.sup() <= tolerance.inf());
        within_a_tenth(
            report.same.as_ref().expect("bounds"),
            near.count(),
            points.len(),
        );
        let thousandth = Interval::from_rational(&Rational::ratio(1, 1000));
        let flat_points = points
            .iter()
            .filter(|at| largest_slope(&network, *at).sup() <= thousandth.inf());
        within_a_tenth(&flat(&found).part, flat_points.count(), points.len());
        for unit in &found.units {
            let constant = unit.constant.as_ref().expect("a finite range");
            let less = edit::without(&network, unit.layer - 1, unit.unit - 1, constant);
            let less = less.expect("fits");
            let changes = points.iter().map(|at| {
                let change = value(&network, at).minus(&value(&less, at));
                change.mig().to_rational().expect("finite")
            });
            let sampled = changes.max().expect("points");
            let change = unit.change.as_ref().expect("bounds");
            let upper = change.upper.as_ref().expect("an upper bound");
            assert!(sampled <= *upper, "{activation} {seed} {unit:?}");
            // The bounds are not much too wide: the largest change is near a sampled one.
            let room = &sampled * Rational::ratio(3, 2) + Rational::ratio(1, 100);
            assert!(
                change.lower <= *upper && *upper <= room,
                "{unit:?}, sampled {sampled}"
            );
        }
    }
}

#[test]
fn the_unit_that_matters_most_comes_first_and_errors_are_those_without_it() {
    let network = json::read(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {"activation": "relu", "weights": [["1"], ["1"], ["1"]], "bias": ["0", "-1/2", "-2"]},
        {"activation": "identity", "weights": [["1", "-4", "9"]], "bias": ["0"]}]}"#,
    )
    .expect("a network");
    let domain = Domain::parse("x=0..1").expect("a domain");
    let target = parse_target(&["x - 4*max(0, x - 1/2)"], None).expect("a target");
    let request = ExplainRequest {
        name: "net".into(),
        network: &network,
        weights: Weights::Exact,
        domain: &domain,
        target: Some((&target, Norm::Sup)),
        threshold: None,
        limits: Limits::default(),
        threads: Threads::Count(1),
    };
    let found = explain(&request, &mut unwatched);
    let places: Vec<usize> = found.units.iter().map(|unit| unit.unit).collect();
    assert_eq!(places, [2, 1, 3]);
    // Removing a unit changes the output by half its range times its weight, and the target is the network.
    for (unit, change) in found.units.iter().zip(["1", "1/2", "0"]) {
        for bounds in [&unit.change, &unit.error] {
            let bounds = bounds.as_ref().expect("bounds");
            assert_eq!(bounds.lower, number(change), "{unit:?}");
            assert_eq!(bounds.upper, Some(number(change)), "{unit:?}");
        }
    }
    let error = found.error.expect("a target").error.expect("bounds");
    assert_eq!(error.upper, Some(Rational::ZERO));
}

#[test]
fn a_network_without_hidden_units_is_a_formula() {
    let network = json::read(
        r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["a", "b"], "layers": [
        {"activation": "identity", "weights": [["2", "-1/3"], ["0", "0"]], "bias": ["1", "5"]}]}"#,
    )
    .expect("a network");
    let found = explained(&network, "x=0..1,y=0..1", 100, None);
    let affine = found.affine.expect("no hidden units");
    assert_eq!(affine, ["a = 1 + 2*x - 1/3*y", "b = 5"]);
    assert_eq!(found.steps, Steps::NoUnits);
    assert!(found.units.is_empty() && found.flat.is_none());
}

#[test]
fn zeros_and_near_zeros_are_counted() {
    let network = json::read(
        r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
        {"activation": "relu", "weights": [["50", "0"], ["1/20", "-1/10"]], "bias": ["0", "0"]},
        {"activation": "identity", "weights": [["0", "3"]], "bias": ["0"]}]}"#,
    )
    .expect("a network");
    let counts: Vec<_> = weights(&network)
        .iter()
        .map(|layer| (layer.weights, layer.zeros, layer.near_zeros))
        .collect();
    assert_eq!(counts, [(4, 1, 1), (2, 1, 0)]);
}

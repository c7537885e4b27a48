//! The places where a proof could go wrong: each test builds one, and knows the true answer.

mod common;

use common::{Settings, layer, network, number, question, run};
use steeple::bounds::Cell;
use steeple::bounds::inputs_over;
use steeple::bounds::{Bound, Leaves, OnCell, Reduction, on_domain};
use steeple::certificate::{
    Certificate, Claim, Layer, Method, Node, Norm, Partition, Question, Ranges, Weights, Witness,
};
use steeple::checker::check;
use steeple::network::Activation::{Heaviside, Identity, Relu, Sigmoid, Tanh};
use steeple::network::{Network, Reduced, forward};
use steeple::numbers::{Dyadic, Gradient, Interval, LinearForm, Precise, Rational, Scalar};
use steeple::workflow::Verdict;

/// The bound that a method gives on the whole domain, if it applies.
fn bound(network: &Network, question: &Question, method: Method) -> Option<Bound> {
    let cell = Cell::root(&question.domain);
    let root = on_domain(network, question).expect("a value");
    Leaves::new(network, question)
        .bound(method, &cell, &root, Reduction::PLAIN)
        .ok()
}

/// Every method of `sup` that applies on the whole domain bounds the error by at least `truth`.
fn no_method_is_below(network: &Network, question: &Question, truth: &str) {
    let truth = number(truth);
    for method in Method::ALL {
        match bound(network, question, method) {
            Some(Bound::Sup(bound)) => {
                let is_enough = bound.to_rational().is_none_or(|bound| bound >= truth);
                assert!(is_enough, "{method:?} says {bound:?}, the error is {truth}");
            }
            Some(Bound::Exact(bound, _)) => assert_eq!(bound, truth, "{method:?}"),
            Some(Bound::Integral(_) | Bound::ExactIntegral(_)) => {
                panic!("{method:?} says something about an integral")
            }
            None => {}
        }
    }
}

/// A certificate of one leaf, which claims `upper`.
fn one_leaf(question: &Question, method: Method, upper: &str) -> Certificate {
    let mut partition = Partition::default();
    partition.push(&Node::Leaf(method));
    Certificate {
        claim: Claim {
            question: question.clone(),
            stated_lower: Rational::ZERO,
            stated_upper: Some(number(upper)),
        },
        witness: None,
        weights: Weights::Exact,
        layer: Layer::Fast,
        constant_radius: Rational::ZERO,
        kept_rounding: Rational::ZERO,
        ranges: Ranges::Natural,
        partition,
    }
}

#[test]
fn equal_sums_have_the_values_of_their_own_functions() {
    // At 0 both sums are 0, one after the other: the sigmoid is 1/2 there, the tanh 0.
    let first = layer(Sigmoid, &[(&["1"], "0")]);
    let second = layer(Tanh, &[(&["1"], "-1/2")]);
    let net = network(&["x"], vec![first, second]);
    let tiny = Dyadic::power_of_two(-50);
    let on_domain = Reduced::from_network(&net, &[Interval::SYMMETRIC_UNIT]).expect("a value");
    let there = on_domain.reduce(&[Interval::ZERO], None, Dyadic::ZERO);
    let at_once = Reduced::from_network(&net, &[Interval::ZERO]);
    for network in [there, at_once] {
        let range = network.expect("a value").output_ranges()[0];
        assert!(range.contains_zero() && range.mag() < tiny, "{range:?}");
    }
}

/// A search looks at points of a large network through the network on a cell around them.
#[test]
fn a_point_shows_no_more_error_through_a_cell_around_it() {
    let steps = layer(
        Sigmoid,
        &[(&["9"], "-1"), (&["30"], "-20"), (&["40"], "10")],
    );
    let sum = layer(Identity, &[(&["1", "-2", "3/7"], "1/3")]);
    let net = network(&["x"], vec![steps, sum]);
    let asked = question(&net, &["sin(3*x)"], "x=-1..1", None);
    let root = on_domain(&net, &asked).expect("a value");
    for (point, low, high) in [
        ("1/3", "1/4", "1/2"),
        ("-1", "-1", "-7/8"),
        ("0", "-1/8", "1/8"),
    ] {
        let cell = Cell::from_sides(vec![(number(low), number(high))]);
        let witness = Witness {
            point: vec![number(point)],
            radius: Rational::ZERO,
        };
        let whole = root
            .evaluate_witness(&asked, &net, &witness)
            .expect("a value");
        for fold in [-60, -20, -8] {
            let fold = Dyadic::power_of_two(fold);
            let near = root
                .reduce::<Interval>(cell.intervals(), None, fold)
                .expect("a value");
            let near = OnCell::from(near)
                .evaluate_witness(&asked, &net, &witness)
                .expect("a value");
            let slack = fold.to_rational().expect("short") * Rational::from(8);
            let rounding = Rational::power_of_two(-45);
            assert!(near.lower <= &whole.lower + &rounding, "{point} {fold}");
            assert!(
                near.lower >= &whole.lower - &(slack + rounding),
                "{point} {fold}"
            );
        }
    }
}

#[test]
fn towers_that_differ_by_little_do_not_cancel() {
    // Two towers of steep steps whose first layers saturate at values e^-20 apart, with opposite
    // weights of a billion: 10^9 (T1 - T2), where folding makes T1 and T2 look alike.
    let steps = layer(Sigmoid, &[(&["1"], "20"), (&["1"], "21"), (&["0"], "1/2")]);
    let towers = layer(
        Sigmoid,
        &[(&["1", "0", "1"], "-3/2"), (&["0", "1", "1"], "-3/2")],
    );
    let sum = layer(Identity, &[(&["1000000000", "-1000000000"], "0")]);
    let net = network(&["x"], vec![steps, towers, sum]);
    let cell = Cell::from_sides(vec![(number("-1/8"), number("1/8"))]);
    let truth = forward(&net, &200, &[Precise::constant(&200, &Rational::ZERO)]).expect("a value");
    let truth = truth[0].lower().expect("bounded");
    // e^-20 of a billion is about 2; the slope of the second layer leaves a quarter of it or so.
    assert!(
        truth < number("-1/10"),
        "the difference is not small: {truth}"
    );
    let root = Reduced::from_network(&net, cell.intervals()).expect("a value");
    for power in [0, 10, 25, 28, 30, 40, 60] {
        let fold = Dyadic::power_of_two(-power);
        let natural = root
            .reduce::<Interval>(cell.intervals(), None, fold)
            .expect("a value");
        let forms = inputs_over::<LinearForm<1>>(&cell);
        let linear = root.reduce(&forms, None, fold).expect("a value");
        for reduced in [&natural, &linear] {
            // Reduced once more, merged units must not lose what they carry.
            let again = reduced
                .reduce::<Interval>(cell.intervals(), None, fold)
                .expect("a value");
            for network in [reduced, &again] {
                let range = network.enclose(cell.intervals()).expect("a value")[0];
                assert!(
                    range.contains_rational(&truth),
                    "fold 2^-{power}: {range:?}"
                );
                let form = network.enclose(&forms).expect("a value")[0].range();
                assert!(form.contains_rational(&truth), "fold 2^-{power}: {form:?}");
            }
        }
    }
    // Claims that the difference is 0, through any fold, are not accepted.
    let asked = question(&net, &["0"], "x=-1/8..1/8", None);
    for (fold, method) in [
        ("0", Method::Natural),
        ("2^-25", Method::Natural),
        ("2^-25", Method::Linear),
        ("1", Method::MeanValue),
        ("1", Method::SecondOrder),
    ] {
        let certificate = Certificate {
            constant_radius: number(fold),
            ..one_leaf(&asked, method, "1/10")
        };
        assert!(
            check(&certificate, &net).is_err(),
            "{method:?} with fold {fold}"
        );
    }
}

/// A jump at 1/3 is at no dyadic number, and one at 1 may belong to weights that are none: a box that
/// ends there is on one side of it, one that reaches a little farther is on both.
#[test]
fn boxes_that_end_at_a_jump_are_on_one_side_of_it() {
    let third = number("1/3");
    let little = Rational::power_of_two(-200);
    for (weight, bias, at) in [
        ("3", "-1", third.clone()),
        ("-3", "1", third.clone()),
        ("1", "-1/3", third.clone()),
        ("1/3", "-1/3", Rational::ONE),
        ("-1/7", "1/7", Rational::ONE),
    ] {
        let step = layer(Heaviside, &[(&[weight], bias)]);
        let net = network(&["x"], vec![step]);
        let value = |low: &Rational, high: &Rational| {
            let root = Cell::from_sides(vec![(number("-2"), number("2"))]);
            let root = Reduced::from_network(&net, root.intervals()).expect("a value");
            let cell = Cell::from_sides(vec![(low.clone(), high.clone())]);
            let sides = root.needs_sides().then(|| cell.sides());
            let here = root.reduce::<Interval>(cell.intervals(), sides, Dyadic::ZERO);
            here.expect("a value").output_ranges()[0]
        };
        let (above, below) = if weight.starts_with('-') {
            (Interval::ZERO, Interval::ONE)
        } else {
            (Interval::ONE, Interval::ZERO)
        };
        let (low, high) = (number("-2"), number("2"));
        let case = format!("heaviside({weight} x + {bias})");
        assert_eq!(value(&at, &high), above, "{case} above the jump");
        assert_eq!(value(&low, &at), below, "{case} below the jump");
        assert_eq!(value(&at, &at), Interval::ONE, "{case} at the jump");
        assert_eq!(value(&(&at - &little), &high), Interval::UNIT, "{case}");
        assert_eq!(value(&low, &(&at + &little)), Interval::UNIT, "{case}");
    }
}

/// Where two towers meet, one of them is on; where they meet at 3/10, no dyadic box says which. Against
/// a target that is no polynomial there are no exact pieces to help.
#[test]
fn towers_that_meet_at_no_dyadic_place_are_proved() {
    let steps = layer(Heaviside, &[(&["10"], "-3")]);
    let towers = layer(Heaviside, &[(&["-1"], "1/2"), (&["1"], "-1/2")]);
    let sum = layer(Identity, &[(&["1", "11/10"], "0")]);
    let net = network(&["x"], vec![steps, towers, sum]);
    let asked = question(&net, &["1 + x/10 + sin(x)/1000"], "x=0..1", None);
    for (tolerance, verdict) in [("1/10", Verdict::Proved), ("69/1000", Verdict::Refuted)] {
        let settings = Settings {
            tolerance: Some(number(tolerance)),
            ..Settings::default()
        };
        let found = run(&net, &asked, &settings).expect("a verdict");
        assert_eq!(
            found.verdict, verdict,
            "just above 3/10 the error is 0.0697"
        );
    }
}

#[test]
fn equal_units_do_cancel() {
    // The other side of it: what is exactly equal may cancel, however large the weights.
    let steps = layer(Sigmoid, &[(&["3"], "1/3"), (&["3"], "1/3")]);
    let sum = layer(Identity, &[(&["1000000000", "-1000000000"], "0")]);
    let net = network(&["x"], vec![steps, sum]);
    let asked = question(&net, &["0"], "x=-1..1", None);
    let Some(Bound::Sup(bound)) = bound(&net, &asked, Method::Natural) else {
        panic!("a bound")
    };
    // 1/3 is not dyadic, so the two are equal up to a rounding of 2^-63 or so.
    assert!(bound <= Dyadic::power_of_two(-20), "{bound:?}");
}

/// `H(H(x) + H(y) - 2)`: the quadrant where neither is negative.
fn quadrant() -> Network {
    network(
        &["x", "y"],
        vec![
            layer(Heaviside, &[(&["1", "0"], "0"), (&["0", "1"], "0")]),
            layer(Heaviside, &[(&["1", "1"], "-2")]),
            layer(Identity, &[(&["1"], "0")]),
        ],
    )
}

#[test]
fn a_step_whose_sum_is_exactly_zero_on_a_quadrant() {
    let net = quadrant();
    for (domain, value) in [
        ("x=0..1,y=0..1", "1"),
        ("x=-1..0,y=0..1", "0"),
        ("x=0..1,y=-1..0", "0"),
        ("x=-1..0,y=-1..0", "0"),
    ] {
        // The sum of the outer step is 0 on the whole quadrant, where H(0) = 1, not "almost
        // everywhere 0".
        let right = question(&net, &[value], domain, None);
        let found = run(&net, &right, &Settings::default()).expect("a verdict");
        let claim = found.verified.claim();
        assert_eq!(claim.stated_upper, Some(Rational::ZERO), "{domain}");
    }
    for domain in ["x=0..1,y=0..1", "x=-1..0,y=0..1", "x=-1..1,y=-1..1"] {
        let region = question(&net, &["x >= 0 and y >= 0"], domain, Some(number("1/2")));
        let found = run(&net, &region, &Settings::default()).expect("a verdict");
        let claim = found.verified.claim();
        let is_small = |upper: &Rational| *upper <= number("1/1000000");
        assert!(
            claim.stated_upper.as_ref().is_some_and(is_small),
            "area on {domain}"
        );
    }
    // What is wrong by 1 on one quadrant is found to be.
    for wrong in [
        "0",
        "if(x >= 0, 1, 0)",
        "if(x > 0, if(y > 0, 0, 1), 1)",
        "1",
    ] {
        let asked = question(&net, &[wrong], "x=-1..1,y=-1..1", None);
        no_method_is_below(&net, &asked, "1");
        let found = run(&net, &asked, &Settings::default()).expect("a verdict");
        let claim = found.verified.claim();
        assert_eq!(
            (claim.stated_lower.clone(), claim.stated_upper.clone()),
            (Rational::ONE, Some(Rational::ONE)),
            "{wrong}"
        );
    }
    let wrong = question(&net, &["x >= 0"], "x=-1..1,y=-1..1", Some(number("1/2")));
    let found = run(&net, &wrong, &Settings::default()).expect("a verdict");
    // One quadrant of area 1, up to the rounding of half-planes.
    let claim = found.verified.claim();
    let upper = claim.stated_upper.clone().expect("an upper bound");
    assert!(claim.stated_lower <= Rational::ONE && Rational::ONE <= upper);
    assert!(upper - &claim.stated_lower <= number("1/1000000"));
}

#[test]
fn slopes_say_nothing_across_a_jump() {
    // A step of the network that the target has not, and the other way round.
    let step = network(
        &["x"],
        vec![
            layer(Heaviside, &[(&["1"], "-1/3")]),
            layer(Identity, &[(&["1"], "0")]),
        ],
    );
    let line = network(&["x"], vec![layer(Identity, &[(&["0"], "0")])]);
    for (net, formula) in [
        (&step, "0"),
        (&step, "1"),
        (&line, "if(x < 1/3, 0, 1)"),
        (&line, "if(x < 1/3, x, x + 1) - x"),
        (&line, "heaviside(x - 1/3)"),
        (&line, "min(1, heaviside(x - 1/3))"),
        (&line, "heaviside(x - 1/3)^2"),
        (&line, "if(x < 1/3 or x > 2, 0, 1)"),
    ] {
        let asked = question(net, &[formula], "x=0..1", None);
        no_method_is_below(net, &asked, "1");
        for method in Method::ALL {
            let certificate = one_leaf(&asked, method, "9/10");
            assert!(check(&certificate, net).is_err(), "{formula}, {method:?}");
        }
        let settings = Settings {
            tolerance: Some(number("9/10")),
            ..Settings::default()
        };
        let found = run(net, &asked, &settings).expect("a verdict");
        assert_eq!(found.verdict, Verdict::Refuted, "{formula}");
    }
    // A region is its 0/1 indicator under `sup`.
    let asked = question(&line, &["x >= 1/3"], "x=0..1", None);
    no_method_is_below(&line, &asked, "1");
}

#[test]
fn slopes_of_a_step_that_hangs_on_folded_units() {
    // Through folding, what is stated of the step's sum does not depend on y any more, so its slope
    // in y is 0; the step jumps with y all the same.
    for x_weight in ["0", "1/8"] {
        let net = network(
            &["x", "y"],
            vec![
                layer(Sigmoid, &[(&["0", "1"], "0"), (&["1", "0"], "0")]),
                layer(Heaviside, &[(&["8", x_weight], "-4")]),
                layer(Identity, &[(&["1"], "0")]),
            ],
        );
        let asked = question(&net, &["0"], "x=-1..1,y=-1..1", None);
        let root = on_domain(&net, &asked).expect("a value");
        let cell = Cell::root(&asked.domain);
        let mut leaves = Leaves::new(&net, &asked);
        for fold in [Dyadic::ZERO, Dyadic::power_of_two(-2), Dyadic::ONE] {
            let here = root
                .reduce::<Interval>(cell.intervals(), None, fold)
                .map(OnCell::from)
                .expect("a value");
            for method in [
                Method::Natural,
                Method::Linear,
                Method::MeanValue,
                Method::SecondOrder,
                Method::Monotone,
            ] {
                if let Ok(Bound::Sup(bound)) = leaves.bound(method, &cell, &here, Reduction::PLAIN)
                {
                    assert!(
                        bound >= Dyadic::ONE,
                        "{method:?} with fold {fold:?}: {bound:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_root_that_touches_zero_has_no_slope_there() {
    let zero = network(&["x"], vec![layer(Identity, &[(&["0"], "0")])]);
    let side = Interval::UNIT;
    let root = |x: Gradient<1>| x.apply(steeple::numbers::Function::Sqrt).expect("defined");
    let slope = root(Gradient::<1>::variable(0, &side)).partials()[0];
    assert!(
        slope.sup().is_infinite(),
        "the slope of sqrt at 0 has no bound: {slope:?}"
    );
    for (formula, truth) in [
        ("sqrt(x)", "1"),
        ("sqrt(x) - 2*x", "1"),
        ("x^(1/2)", "1"),
        ("1 - sqrt(1 - x)", "1"),
    ] {
        let asked = question(&zero, &[formula], "x=0..1", None);
        no_method_is_below(&zero, &asked, truth);
        let settings = Settings {
            tolerance: Some(number("1.02")),
            ..Settings::default()
        };
        let found = run(&zero, &asked, &settings).expect("a verdict");
        assert_eq!(found.verdict, Verdict::Proved, "{formula}");
        let settings = Settings {
            tolerance: Some(number("0.98")),
            ..Settings::default()
        };
        let found = run(&zero, &asked, &settings).expect("a verdict");
        assert_eq!(found.verdict, Verdict::Refuted, "{formula}");
    }
    // Below 0 there is no value, and no bound.
    let asked = question(&zero, &["sqrt(x)"], "x=-1/8..1", None);
    for method in Method::ALL.into_iter().filter(|m| *m != Method::Open) {
        assert!(bound(&zero, &asked, method).is_none(), "{method:?}");
    }
}

#[test]
fn inputs_may_come_in_any_order() {
    // N(y, x) = y - 3 x, inputs named in this order.
    let net = network(&["y", "x"], vec![layer(Identity, &[(&["1", "-3"], "0")])]);
    let asked = question(&net, &["y - 3*x"], "y=0..1,x=0..2", None);
    let found = run(&net, &asked, &Settings::default()).expect("a verdict");
    assert_eq!(found.verified.claim().stated_upper, Some(Rational::ZERO));
    // As if the order were x, y: |x - 3 y - (y - 3 x)| = 4 |x - y|.
    let swapped = question(&net, &["x - 3*y"], "y=0..1,x=0..2", None);
    let found = run(&net, &swapped, &Settings::default()).expect("a verdict");
    let claim = found.verified.claim();
    assert!(
        claim.stated_lower > number("7.6")
            && claim
                .stated_upper
                .as_ref()
                .is_some_and(|u| *u >= number("8"))
    );
    let witness = found.certificate.witness.clone().expect("a witness");
    assert_eq!(
        witness.point,
        [Rational::ZERO, Rational::from(2)],
        "y = 0, x = 2"
    );
    // A domain in another order is refused, not reordered behind one's back.
    let other = Question {
        domain: steeple::expr::Domain::parse("x=0..2,y=0..1").expect("a domain"),
        ..asked
    };
    assert!(run(&net, &other, &Settings::default()).is_err());
    // Area: x >= 2 y cuts 1 of the area 2; the wrong order would give another share.
    let region = question(&net, &["y >= 3*x"], "y=0..1,x=0..2", Some(Rational::ZERO));
    let found = run(&net, &region, &Settings::default()).expect("a verdict");
    assert!(
        found
            .verified
            .claim()
            .stated_upper
            .as_ref()
            .is_some_and(|u| *u <= number("1/1000"))
    );
}

#[test]
fn heaviside_of_zero_is_one() {
    let net = network(
        &["x"],
        vec![
            layer(
                Heaviside,
                &[(&["0"], "0"), (&["0"], "-2^-80"), (&["0"], "1")],
            ),
            layer(Identity, &[(&["1", "10", "100"], "0")]),
        ],
    );
    assert_eq!(
        forward(&net, &(), &[Rational::ZERO]),
        Ok(vec![Rational::from(101)])
    );
    let asked = question(&net, &["101"], "x=-1..1", None);
    for method in [Method::Natural, Method::Linear, Method::Exact] {
        let found = bound(&net, &asked, method);
        let is_zero = match &found {
            Some(Bound::Sup(bound)) => bound.is_zero(),
            Some(Bound::Exact(bound, _)) => bound.is_zero(),
            _ => false,
        };
        assert!(is_zero, "{method:?}: {found:?}");
    }
    let wrong = question(&net, &["100"], "x=-1..1", None);
    no_method_is_below(&net, &wrong, "1");
    let formula = ["heaviside(x) + if(x >= 0, 2, 0)"];
    let target = steeple::expr::parse_target(&formula, None).expect("a target");
    assert_eq!(
        steeple::expr::evaluate_exactly(&target, &[Rational::ZERO]),
        [Ok(Rational::from(3))]
    );
}

/// Asks for an area and expects a certain share of the domain.
fn expect_area(
    net: &Network,
    region: &str,
    domain: &str,
    threshold: &str,
    truth: &str,
    slack: &str,
) {
    let asked = question(net, &[region], domain, Some(number(threshold)));
    assert_eq!(asked.norm, Norm::Area);
    let settings = Settings {
        gap: number("1/1000"),
        boxes: 4000,
        ..Settings::default()
    };
    let found = run(net, &asked, &settings).expect("a verdict");
    let claim = found.verified.claim();
    let (truth, slack) = (number(truth), number(slack));
    let upper = claim.stated_upper.clone().expect("an upper bound");
    assert!(
        claim.stated_lower <= truth && truth <= upper,
        "{region}: {truth} not in [{}, {upper}]",
        claim.stated_lower
    );
    assert!(
        &upper - &claim.stated_lower <= slack,
        "{region}: [{}, {upper}] is wide",
        claim.stated_lower
    );
    // No single leaf may contradict the truth either.
    for method in [Method::Natural, Method::HalfPlanes] {
        if let Some(Bound::Integral(area)) = bound(net, &asked, method) {
            assert!(
                area.contains_rational(&truth),
                "{region}, {method:?}: {area:?}"
            );
        }
    }
}

#[test]
fn plateaus_of_a_decision() {
    let identity = || layer(Identity, &[(&["1"], "0")]);
    // H(-relu(x)): 1 where x <= 0. The sum is exactly 0 on half of the domain.
    let net = network(
        &["x"],
        vec![
            layer(Relu, &[(&["1"], "0")]),
            layer(Heaviside, &[(&["-1"], "0")]),
            identity(),
        ],
    );
    expect_area(&net, "x <= 0", "x=-1..1", "1/2", "0", "1/100");
    expect_area(&net, "x > 0", "x=-1..1", "1/2", "2", "1/100");
    expect_area(&net, "x > -2", "x=-1..1", "1/2", "1", "1/100");
    // The complement, 1 - H(-relu(x)): 1 where x > 0.
    let net = network(
        &["x"],
        vec![
            layer(Relu, &[(&["1"], "0")]),
            layer(Heaviside, &[(&["-1"], "0")]),
            layer(Identity, &[(&["-1"], "1")]),
        ],
    );
    expect_area(&net, "x > 0", "x=-1..1", "1/2", "0", "1/100");
    expect_area(&net, "x <= 0", "x=-1..1", "1/2", "2", "1/100");
    // -relu(x) >= 0 as the decision itself.
    let net = network(
        &["x", "y"],
        vec![
            layer(Relu, &[(&["1", "0"], "0")]),
            layer(Identity, &[(&["-1"], "0")]),
        ],
    );
    expect_area(&net, "x <= 0", "x=-1..1,y=0..1", "0", "0", "1/100");
    expect_area(&net, "x > 0", "x=-1..1,y=0..1", "0", "2", "1/50");
    // relu(x) <= 0 as a region, on the same plateau.
    expect_area(&net, "relu(x) <= 0", "x=-1..1,y=0..1", "0", "0", "1/50");
    expect_area(&net, "relu(x) > 0", "x=-1..1,y=0..1", "0", "2", "1/50");
    expect_area(
        &net,
        "not (relu(x) > 0)",
        "x=-1..1,y=0..1",
        "0",
        "0",
        "1/50",
    );
}

#[test]
fn a_threshold_on_a_plateau_counts_as_inside() {
    // N = 1/2 exactly where x <= 0, more beyond: inside everywhere.
    let net = network(
        &["x", "y"],
        vec![
            layer(Relu, &[(&["1", "0"], "0")]),
            layer(Identity, &[(&["1"], "1/2")]),
        ],
    );
    expect_area(&net, "x >= -2", "x=-1..1,y=0..1", "1/2", "0", "0");
    expect_area(&net, "x >= 0", "x=-1..1,y=0..1", "1/2", "1", "1/50");
    // N = 1/2 where x <= 0, less beyond.
    let net = network(
        &["x", "y"],
        vec![
            layer(Relu, &[(&["1", "0"], "0")]),
            layer(Identity, &[(&["-1"], "1/2")]),
        ],
    );
    expect_area(&net, "x <= 0", "x=-1..1,y=0..1", "1/2", "0", "1/50");
    // sigmoid(0) = 1/2 on a half-plane: sigmoid(-relu(x)), and one step of it.
    let net = network(
        &["x", "y"],
        vec![
            layer(Relu, &[(&["1", "0"], "0")]),
            layer(Sigmoid, &[(&["-3"], "0")]),
            layer(Identity, &[(&["1"], "0")]),
        ],
    );
    expect_area(&net, "x <= 0", "x=-1..1,y=0..1", "1/2", "0", "2");
    expect_area(&net, "x > 0", "x=-1..1,y=0..1", "1/2", "2", "2");
    // A threshold that is a third: not dyadic, on a plateau of exactly that height.
    let net = network(
        &["x", "y"],
        vec![
            layer(Relu, &[(&["1", "0"], "0")]),
            layer(Identity, &[(&["-1"], "1/3")]),
        ],
    );
    expect_area(&net, "x <= 0", "x=-1..1,y=0..1", "1/3", "0", "2");
    expect_area(&net, "x > 0", "x=-1..1,y=0..1", "1/3", "2", "2");
}

#[test]
fn steps_and_their_flips_as_decisions() {
    // 1 - H(x + y): inside where x + y < 0; the boundary has no area.
    let net = network(
        &["x", "y"],
        vec![
            layer(Heaviside, &[(&["1", "1"], "0")]),
            layer(Identity, &[(&["-1"], "1")]),
        ],
    );
    expect_area(&net, "x + y < 0", "x=-1..1,y=-1..1", "1/2", "0", "1/1000");
    expect_area(&net, "x + y >= 0", "x=-1..1,y=-1..1", "1/2", "4", "1/1000");
    // At the edges of what the step takes: >= 0 always, >= 1 where it is 0, > 1 never.
    expect_area(&net, "x < 5", "x=-1..1,y=-1..1", "0", "0", "0");
    expect_area(&net, "x + y < 0", "x=-1..1,y=-1..1", "1", "0", "1/50");
    expect_area(&net, "x < 5", "x=-1..1,y=-1..1", "1.0001", "4", "0");
    // A flip through a step on a step: H(1/2 - H(x)).
    let net = network(
        &["x", "y"],
        vec![
            layer(Heaviside, &[(&["1", "0"], "0")]),
            layer(Heaviside, &[(&["-1"], "1/2")]),
            layer(Identity, &[(&["-2"], "2")]),
        ],
    );
    expect_area(&net, "x >= 0", "x=-1..1,y=-1..1", "1/2", "0", "1/1000");
    expect_area(&net, "x < 0", "x=-1..1,y=-1..1", "1/2", "4", "1/1000");
}

#[test]
fn sets_of_measure_zero_do_not_count() {
    // H(x) - (1 - H(-x)) is 1 at x = 0 alone.
    let net = network(
        &["x"],
        vec![
            layer(Heaviside, &[(&["1"], "0"), (&["-1"], "0")]),
            layer(Identity, &[(&["1", "1"], "-1")]),
        ],
    );
    assert_eq!(
        forward(&net, &(), &[Rational::ZERO]),
        Ok(vec![Rational::ONE])
    );
    let asked = question(&net, &["0"], "x=-1..1", None);
    let found = run(&net, &asked, &Settings::default()).expect("a verdict");
    assert_eq!(
        found.verified.claim().stated_upper,
        Some(Rational::ZERO),
        "an essential supremum"
    );
}

/// What is left of a unit on a box, for some folding radii, holds its values.
fn units_hold(activation: &steeple::network::Activation, low: &Rational, high: &Rational) -> usize {
    let unit = layer(activation.clone(), &[(&["1"], "0")]);
    let net = network(&["x"], vec![unit, layer(Identity, &[(&["1"], "0")])]);
    let cell = Cell::from_sides(vec![(low.clone(), high.clone())]);
    // On the same box nothing would be looked at again.
    let whole = [Interval::ordered(
        Dyadic::from_i64(-100),
        Dyadic::from_i64(100),
    )];
    let root = Reduced::from_network(&net, &whole).expect("a value");
    let points: Vec<_> = [0, 1, 3, 8]
        .map(|share| low + &(&(high - low) * &Rational::ratio(share, 8)))
        .into();
    let truth =
        |point: &Rational| common::true_forward(&net, std::slice::from_ref(point)).remove(0);
    let truths: Vec<_> = points.iter().map(truth).collect();
    let mut fewest = usize::MAX;
    for power in [2, 5, 10, 20, 40, 80] {
        let fold = Dyadic::power_of_two(-power);
        let inputs = inputs_over::<Interval>(&cell);
        let here = root.reduce(&inputs, None, fold).expect("a value");
        fewest = fewest.min(here.units());
        for (point, truth) in points.iter().zip(&truths) {
            let at = [Interval::from_rational(point)];
            let found: Interval = here.enclose(&at).expect("a value")[0];
            assert!(
                truth.is_in(&found),
                "{activation:?} at {point}, fold 2^-{power}: {truth:?} {found}"
            );
        }
    }
    fewest
}

/// Where they are constants or lines up to something tiny, that has to be in the radius.
#[test]
fn smooth_units_far_out_keep_what_they_are_off_by() {
    use steeple::network::Activation::{Elu, Gelu, Silu, Softplus, Softsign};
    let eighth = Rational::ratio(1, 8);
    for activation in [
        Softplus(None),
        Elu(Rational::ONE),
        Elu(number("1/2")),
        Elu(number("-3")),
        Silu,
        Gelu(None),
        Gelu(Some(number("3/2"))),
        Gelu(Some(number("1/10"))),
        Softsign,
    ] {
        for step in -160..=160 {
            let low = Rational::ratio(step, 2);
            let left = units_hold(&activation, &low, &(&low + &eighth));
            if step.abs() > 100 && !matches!(activation, Softsign | Gelu(Some(_))) {
                assert_eq!(left, 0, "{activation:?} is folded at {low}");
            }
        }
    }
}

/// A softplus that is the identity above a threshold jumps there.
#[test]
fn a_softplus_with_a_threshold_encloses_both_sides_of_its_jump() {
    for threshold in ["1/2", "0", "-2", "20"] {
        let threshold = number(threshold);
        let activation = steeple::network::Activation::Softplus(Some(threshold.clone()));
        for (below, above) in [("1/8", "1/8"), ("1/1000", "0"), ("0", "1/1000"), ("2", "5")] {
            let (low, high) = (&threshold - &number(below), &threshold + &number(above));
            units_hold(&activation, &low, &high);
        }
    }
}

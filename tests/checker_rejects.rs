//! A wrong certificate for each way to fail, and random damage: never a panic, and what is
//! accepted is true.

mod common;

use std::collections::BTreeSet;

use proptest::prelude::*;

use common::{
    Choices, Settings, choices, layer, network, number, question, run, square_interpolant,
};
use steeple::bounds::Cell;
use steeple::bounds::{Bound, Leaves, Reduction, on_domain};
use steeple::certificate::{
    Certificate, Layer as KernelLayer, Method, Node, Norm, Partition, Question, Ranges, Semantics,
    TreeError, Witness, text,
};
use steeple::checker::{Rejection, check, check_on_domain};
use steeple::expr::evaluate::Scratch;
use steeple::expr::{Domain, Tape, parse_target};
use steeple::network::Activation::{Heaviside, Identity, Relu, Sigmoid};
use steeple::network::{Layer, Matrix, Network, digest, forward};
use steeple::numbers::{Direction, Interval, Rational, Relation, Scalar, Truth};

/// A certificate that holds, its network, and what is known of the true error.
#[derive(Clone)]
struct Case {
    network: Network,
    certificate: Certificate,
    low: Rational,
    high: Rational,
}

fn case(
    network: Network,
    formulas: &[&str],
    domain: &str,
    threshold: Option<&str>,
    truth: (&str, &str),
) -> Case {
    let asked = question(&network, formulas, domain, threshold.map(number));
    let settings = Settings {
        gap: number("1/10"),
        ..Settings::default()
    };
    let found = run(&network, &asked, &settings).expect("a verdict");
    let case = Case {
        network,
        certificate: found.certificate,
        low: number(truth.0),
        high: number(truth.1),
    };
    assert!(check(&case.certificate, &case.network).is_ok());
    assert!(is_true(&case, &case.certificate));
    case
}

/// Do the bounds that a certificate claims hold for the error of this case?
fn is_true(case: &Case, certificate: &Certificate) -> bool {
    let claim = &certificate.claim;
    claim.stated_lower <= case.high
        && claim
            .stated_upper
            .as_ref()
            .is_none_or(|upper| case.low <= *upper)
}

/// x² by an interpolant with four pieces: the error is exactly 1/64, found exactly.
fn square() -> Case {
    case(
        square_interpolant(4),
        &["x^2"],
        "x=0..1",
        None,
        ("1/64", "1/64"),
    )
}

/// A smooth network of two inputs, found by search.
fn smooth() -> Case {
    let network = network(
        &["x", "y"],
        vec![
            layer(Sigmoid, &[(&["4", "-1"], "0"), (&["1", "2"], "-1")]),
            layer(Identity, &[(&["1", "-1"], "0")]),
        ],
    );
    // The largest value is that of sigmoid(4 x) - sigmoid(x - 1), near x = 2/3.
    case(network, &["0"], "x=0..1,y=0..1", None, ("0.5176", "0.5177"))
}

/// A step: an essential supremum, whose witness has a radius.
fn step() -> Case {
    let network = network(
        &["x", "y"],
        vec![
            layer(Heaviside, &[(&["1", "1"], "-1")]),
            layer(Identity, &[(&["1"], "0")]),
        ],
    );
    case(network, &["x/3"], "x=0..1,y=0..1", None, ("1", "1"))
}

/// The same step as a decision, against a parabola: the area is 1/6.
fn area() -> Case {
    case(
        step().network,
        &["y >= 1 - x^2"],
        "x=0..1,y=0..1",
        Some("1/2"),
        ("1/6", "1/6"),
    )
}

/// Changes a certificate and returns why it is rejected.
fn rejection(case: &Case, change: impl FnOnce(&mut Certificate)) -> Rejection {
    let mut certificate = case.certificate.clone();
    change(&mut certificate);
    check(&certificate, &case.network).expect_err("this certificate is wrong")
}

/// The case with a network of units that stay alive on all cells at a corner of the domain.
fn wide(case: &Case) -> Case {
    let weights: Vec<Vec<Rational>> = (1..=4000)
        .map(|k| vec![Rational::ONE, Rational::from(-k)])
        .collect();
    let network = common::network(
        &["x", "y"],
        vec![
            Layer::new(
                Matrix::from_dense(weights).expect("rectangular"),
                vec![Rational::ZERO; 4000],
                Relu,
            )
            .expect("fits"),
            Layer::new(
                Matrix::from_dense(vec![vec![Rational::ONE; 4000]]).expect("rectangular"),
                vec![Rational::ZERO],
                Identity,
            )
            .expect("fits"),
        ],
    );
    let mut certificate = case.certificate.clone();
    certificate.constant_radius = Rational::ZERO;
    certificate.claim.question.network = digest(&network);
    certificate.claim.question.domain = Domain::parse("x=0..1,y=0..1").expect("a domain");
    Case {
        network,
        certificate,
        ..case.clone()
    }
}

/// Replaces the tree.
fn with_tree(tree: &str) -> impl FnOnce(&mut Certificate) + use<'_> {
    move |certificate| certificate.partition = Partition::from_text(tree.as_bytes().to_vec())
}

/// Claims the same of float32 arithmetic.
fn in_floats(certificate: &mut Certificate) {
    let text = "float32 sums any ulps 4 abs 0 inputs floats";
    certificate.claim.question.semantics = Semantics::parse(text).expect("semantics");
    certificate.layer = KernelLayer::Floats;
}

/// One wrong certificate after the other, each with the rejection expected.
// A list, however long, is read from top to bottom.
#[allow(clippy::too_many_lines)]
fn wrong_certificates() -> Vec<(Rejection, &'static str)> {
    let (square, smooth, step, area) = (square(), smooth(), step(), area());
    let target = |formulas: &[&str], inputs: &[&str]| {
        let inputs: Vec<String> = inputs.iter().map(ToString::to_string).collect();
        parse_target(formulas, Some(&inputs)).expect("a target")
    };
    let point = |x: &str, y: &str, radius: &str| {
        let (point, radius) = (vec![number(x), number(y)], number(radius));
        Some(Witness { point, radius })
    };
    let tiny = Rational::power_of_two(-300);
    let mut wrong = vec![
        (
            check(&square.certificate, &square_interpolant(5)).expect_err("another network"),
            "other-network",
        ),
        (
            rejection(&square, |c| {
                c.claim.question.network = c.claim.question.network.to_uppercase();
            }),
            "other-network",
        ),
        (
            rejection(&smooth, |c| {
                c.claim.question.target = target(&["0"], &["y", "x"]);
            }),
            "other-inputs",
        ),
        (
            rejection(&smooth, |c| {
                c.claim.question.target = target(&["0"], &["x"]);
            }),
            "other-inputs",
        ),
        (
            rejection(&smooth, |c| {
                c.claim.question.target = target(&["0", "0"], &["x", "y"]);
            }),
            "other-outputs",
        ),
        (
            rejection(&smooth, |c| {
                c.claim.question.domain = Domain::parse("y=0..1,x=0..1").expect("a domain");
            }),
            "other-domain",
        ),
        (
            rejection(&smooth, |c| {
                c.claim.question.domain = Domain::parse("x=0..1").expect("a domain");
            }),
            "other-domain",
        ),
        (too_many_inputs(), "too-many-inputs"),
        (
            rejection(&smooth, |c| c.claim.question.norm = Norm::Area),
            "norm-does-not-fit",
        ),
        (
            rejection(&smooth, |c| {
                c.claim.question.threshold = Some(Rational::ONE);
            }),
            "norm-does-not-fit",
        ),
        (
            rejection(&area, |c| c.claim.question.threshold = None),
            "norm-does-not-fit",
        ),
        (
            rejection(&square, |c| c.layer = KernelLayer::Properties),
            "beyond-layer",
        ),
        (
            rejection(&square, |c| {
                c.claim.question.norm = Norm::L1;
                c.layer = KernelLayer::Core;
            }),
            "other-layer",
        ),
        (
            rejection(&square, |c| c.constant_radius = -tiny.clone()),
            "negative-radius",
        ),
        (
            rejection(&square, |c| c.kept_rounding = -tiny.clone()),
            "negative-radius",
        ),
        // What is exact in real numbers is not so in floats.
        (rejection(&square, in_floats), "upper-not-reached"),
        (
            rejection(&square, |c| {
                in_floats(c);
                c.claim.stated_upper = None;
            }),
            "lower-not-reached",
        ),
        (
            rejection(&square, |c| {
                in_floats(c);
                c.layer = KernelLayer::Fast;
            }),
            "other-layer",
        ),
        (
            rejection(&square, |c| c.layer = KernelLayer::Floats),
            "beyond-layer",
        ),
        (
            rejection(&square, |c| {
                in_floats(c);
                c.claim.question.norm = Norm::L1;
            }),
            "norm-does-not-fit",
        ),
        (
            rejection(&square, |c| {
                in_floats(c);
                c.claim.stated_upper = None;
                c.claim.stated_lower = number("1/1000");
                let point = vec![number("1/3")];
                let radius = Rational::ZERO;
                c.witness = Some(Witness { point, radius });
            }),
            "witness-not-a-float",
        ),
        // No program rounds a sigmoid without an error.
        (
            rejection(&smooth, |c| {
                in_floats(c);
                let text = "float32 sums any ulps 0 abs 1 inputs floats";
                c.claim.question.semantics = Semantics::parse(text).expect("semantics");
            }),
            "no-floats",
        ),
        (rejection(&square, with_tree("")), "bad-tree"),
        (rejection(&square, with_tree("A")), "bad-tree"),
        (rejection(&square, with_tree("Al")), "bad-tree"),
        (rejection(&square, with_tree("x")), "bad-tree"),
        (rejection(&square, with_tree("@A1/2oo")), "bad-tree"),
        (rejection(&square, with_tree("@a1/2;oo")), "bad-tree"),
        (rejection(&square, with_tree("@A1/0;oo")), "bad-tree"),
        (
            rejection(&square, |c| {
                let text = [c.partition.text(), b"o"].concat();
                c.partition = Partition::from_text(text);
            }),
            "bad-tree",
        ),
        (
            rejection(&square, |c| {
                let text = c.partition.text();
                c.partition = Partition::from_text(text[..text.len() - 1].to_vec());
            }),
            "bad-tree",
        ),
        (rejection(&square, with_tree("Boo")), "bad-cut"),
        (rejection(&square, with_tree("@A0;oo")), "bad-cut"),
        (rejection(&square, with_tree("@A1;oo")), "bad-cut"),
        (rejection(&square, with_tree("@A-1/2;oo")), "bad-cut"),
        (rejection(&smooth, with_tree("Coo")), "bad-cut"),
        (rejection(&square, with_tree(&"A".repeat(5000))), "too-deep"),
        (
            rejection(&wide(&smooth), with_tree(&"A".repeat(2000))),
            "too-large",
        ),
        (
            rejection(&square, |c| {
                let side = (Rational::ZERO, number("3^20000"));
                c.claim.question.domain =
                    Domain::new(vec!["x".into()], vec![side]).expect("a domain");
            }),
            "long-domain",
        ),
        (rejection(&square, with_tree("e")), "no-bound"),
        (rejection(&smooth, with_tree("h")), "no-bound"),
        (rejection(&smooth, with_tree("e")), "no-bound"),
        (rejection(&area, with_tree("l")), "no-bound"),
        (rejection(&area, with_tree("s")), "no-bound"),
        (rejection(&area, with_tree("e")), "no-bound"),
        (
            rejection(&smooth, |c| {
                c.claim.question.target = target(&["1/(x - 1/2)"], &["x", "y"]);
                with_tree("l")(c);
            }),
            "no-bound",
        ),
        (
            rejection(&smooth, |c| {
                c.claim.question.target = target(&["1/x"], &["x", "y"]);
                c.claim.stated_upper = None;
                c.witness = point("0", "0", "0");
                with_tree("o")(c);
            }),
            "no-value",
        ),
        (
            rejection(&square, |c| {
                c.claim.stated_upper = Some(number("1/64") - &tiny);
            }),
            "upper-not-reached",
        ),
        (
            rejection(&square, |c| c.claim.stated_upper = Some(number("-1"))),
            "upper-not-reached",
        ),
        (rejection(&smooth, with_tree("o")), "upper-not-reached"),
        (rejection(&smooth, with_tree("s")), "upper-not-reached"),
        // A step that is not decided has no second derivative.
        (rejection(&step, with_tree("s")), "upper-not-reached"),
        (
            rejection(&square, |c| c.claim.stated_lower = number("1/64") + &tiny),
            "lower-not-reached",
        ),
        (
            rejection(&smooth, |c| c.witness = None),
            "lower-not-reached",
        ),
        (
            rejection(&smooth, |c| c.witness = point("1/2", "1/2", "0")),
            "lower-not-reached",
        ),
        (
            rejection(&smooth, |c| c.witness = point("1", "0", "1/2")),
            "lower-not-reached",
        ),
        (
            rejection(&area, |c| c.claim.stated_lower = number("1/5")),
            "lower-not-reached",
        ),
        (
            rejection(&area, |c| {
                c.claim.stated_upper = None;
                with_tree("o")(c);
            }),
            "lower-not-reached",
        ),
        (
            rejection(&smooth, |c| c.witness = point("1", "-2^-300", "0")),
            "bad-witness",
        ),
        (
            rejection(&smooth, |c| c.witness = point("1", "0", "-1")),
            "bad-witness",
        ),
        (
            rejection(&square, |c| c.witness = point("1/8", "1/8", "0")),
            "bad-witness",
        ),
        (
            rejection(&step, |c| c.witness = point("0", "1", "0")),
            "witness-needs-radius",
        ),
    ];
    wrong.extend(wrong_integrals());
    wrong.extend(
        other_claims(&square)
            .into_iter()
            .map(|rejection| (rejection, "other-claim")),
    );
    wrong
}

/// x² by an interpolant with four pieces, as an integral.
fn integral(norm: Norm, truth: &str) -> Case {
    let network = square_interpolant(4);
    integral_of(network, ("x^2", "x=0..1"), norm, "1/10", (truth, truth))
}

/// An error in the l1 or l2 norm (there: its square), enclosed so closely.
fn integral_of(
    network: Network,
    (formula, domain): (&str, &str),
    norm: Norm,
    gap: &str,
    truth: (&str, &str),
) -> Case {
    let mut asked = question(&network, &[formula], domain, None);
    asked.norm = norm;
    let settings = Settings {
        gap: number(gap),
        ..Settings::default()
    };
    let found = run(&network, &asked, &settings).expect("a verdict");
    let case = Case {
        network,
        certificate: found.certificate,
        low: number(truth.0),
        high: number(truth.1),
    };
    assert!(check(&case.certificate, &case.network).is_ok());
    assert!(is_true(&case, &case.certificate));
    case
}

/// Steep steps of height 1 at 1/4 and of 2 at 5/8 in x and of 4 at 3/8 in y, with tails beyond the
/// square below e^-6000. What a step is off by on its two sides is equal, so the integral of its
/// distance from -1 is 1 + 3/4 + 2·3/8 + 4·5/8.
fn steps() -> Case {
    let network = network(
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
    );
    let truth = ("4.999999999999999999", "5.000000000000000001");
    integral_of(network, ("-1", "x=0..1,y=0..1"), Norm::L1, "1/100", truth)
}

/// A smooth network without steps, above the target: the integral of sigmoid(x - 1/2) + 1 over [0, 1]
/// is 3/2.
fn bent(norm: Norm, truth: (&str, &str)) -> Case {
    let network = network(
        &["x"],
        vec![
            layer(Sigmoid, &[(&["1"], "-1/2")]),
            layer(Identity, &[(&["1"], "1")]),
        ],
    );
    integral_of(network, ("0", "x=0..1"), norm, "1/100000", truth)
}

/// relu(x - y) beside x/2 on a square: the error is 3/2, in a corner, and exact by a cut along the
/// line where the unit changes.
fn planar() -> Case {
    let network = network(
        &["x", "y"],
        vec![
            layer(Relu, &[(&["1", "-1"], "0")]),
            layer(Identity, &[(&["1"], "0")]),
        ],
    );
    case(network, &["x/2"], "x=-1..1,y=-1..1", None, ("3/2", "3/2"))
}

/// The smooth network by a single leaf of a method.
fn single(method: Method) -> Case {
    let case = smooth();
    let question = &case.certificate.claim.question;
    let root = on_domain(&case.network, question).expect("a value");
    let cell = Cell::root(&question.domain);
    let mut leaves = Leaves::new(&case.network, question);
    let here = leaves.descend(&root, &cell, Reduction::PLAIN);
    let here = here.expect("a value");
    let Ok(Bound::Sup(bound)) = leaves.bound(method, &cell, &here, Reduction::PLAIN) else {
        panic!("{method:?} applies")
    };
    let mut single = case.clone();
    single.certificate.partition = Partition::from_text(vec![method.letter()]);
    single.certificate.constant_radius = Rational::ZERO;
    single.certificate.ranges = Ranges::Natural;
    single.certificate.claim.stated_upper = bound.to_rational();
    assert!(
        check(&single.certificate, &single.network).is_ok(),
        "{method:?}"
    );
    single
}

/// A change to a certificate.
type Change<'a> = &'a dyn Fn(&mut Certificate);

fn wrong_integrals() -> Vec<(Rejection, &'static str)> {
    let l1 = integral(Norm::L1, "1/96");
    let l2 = integral(Norm::L2, "1/7680");
    let mut wrong = Vec::new();
    for case in [&l1, &l2] {
        for tree in ["e", "g", "m", "h"] {
            wrong.push((rejection(case, with_tree(tree)), "no-bound"));
        }
        let changes: [(Change<'_>, &str); 6] = [
            (
                &|c| c.claim.question.threshold = Some(Rational::ONE),
                "norm-does-not-fit",
            ),
            (&|c| c.claim.question.norm = Norm::Area, "norm-does-not-fit"),
            (&with_leaf("o"), "upper-not-reached"),
            (
                &|c| c.claim.stated_upper = Some(case.high.clone() * number("0.999")),
                "upper-not-reached",
            ),
            (
                &|c| c.claim.stated_lower = case.low.clone() * number("1.001"),
                "lower-not-reached",
            ),
            // One leaf for all of it says too little of the lower end.
            (
                &|c| {
                    c.claim.stated_upper = None;
                    with_leaf("l")(c);
                },
                "lower-not-reached",
            ),
        ];
        for (change, kind) in changes {
            wrong.push((rejection(case, change), kind));
        }
    }
    // The bounds of one norm under the name of the other, and the root in the place of the square.
    wrong.push((
        rejection(&l1, |c| c.claim.question.norm = Norm::L2),
        "lower-not-reached",
    ));
    wrong.push((
        rejection(&l2, |c| c.claim.question.norm = Norm::L1),
        "upper-not-reached",
    ));
    wrong.push((
        rejection(&l2, |c| c.claim.stated_lower = c.claim.error_lower()),
        "lower-not-reached",
    ));
    let verified = check(&l2.certificate, &l2.network).expect("it holds");
    let asked = &l2.certificate.claim.question;
    // The error is about 0.01141, its square about 0.00013.
    assert_eq!(verified.answers(asked, Some(&number("0.013"))), Ok(()));
    let too_small = verified.answers(asked, Some(&number("0.01")));
    wrong.push((too_small.expect_err("the error is more"), "other-claim"));
    let other = &l1.certificate.claim.question;
    let other = verified.answers(other, None);
    wrong.push((other.expect_err("another norm"), "other-claim"));
    wrong
}

fn with_leaf(tree: &'static str) -> impl Fn(&mut Certificate) {
    move |certificate| certificate.partition = Partition::from_text(tree.as_bytes().to_vec())
}

/// A network of 27 inputs, which no letter of the tree can name.
fn too_many_inputs() -> Rejection {
    let names: Vec<String> = (0..27).map(|k| format!("x{k}")).collect();
    let inputs: Vec<&str> = names.iter().map(String::as_str).collect();
    let row = vec!["1"; 27];
    let wide = network(&inputs, vec![layer(Identity, &[(&row, "0")])]);
    let sides: Vec<String> = names.iter().map(|name| format!("{name}=0..1")).collect();
    let mut certificate = square().certificate;
    certificate.claim.question = question(&wide, &["x1"], &sides.join(","), None);
    check(&certificate, &wide).expect_err("too many inputs")
}

/// Asks a good certificate for what it does not claim.
fn other_claims(case: &Case) -> Vec<Rejection> {
    let verified = check(&case.certificate, &case.network).expect("good");
    let asked = verified.claim().question.clone();
    let upper = verified.claim().stated_upper.clone().expect("bounded");
    assert_eq!(verified.answers(&asked, None), Ok(()));
    assert_eq!(verified.answers(&asked, Some(&upper)), Ok(()));
    let other = |formula: &str, domain: &str, threshold: Option<Rational>| {
        question(&case.network, &[formula], domain, threshold)
    };
    // The spelling of a formula does not matter, what it says does.
    assert_eq!(
        verified.answers(&other(" x ^ 2", "x=0..1", None), None),
        Ok(())
    );
    let mut foreign = asked.clone();
    foreign.network = digest(&square_interpolant(5));
    let tiny = Rational::power_of_two(-300);
    [
        (foreign, None),
        (other("x^3", "x=0..1", None), None),
        (other("x^2", "x=0..2", None), None),
        (other("x^2", "x=0..1", Some(Rational::ONE)), None),
        (asked.clone(), Some(&upper - &tiny)),
        (asked, Some(Rational::ZERO)),
    ]
    .into_iter()
    .map(|(question, tolerance)| {
        verified
            .answers(&question, tolerance.as_ref())
            .expect_err("another claim")
    })
    .collect()
}

#[test]
fn there_is_a_wrong_certificate_for_every_rejection() {
    let mut seen = BTreeSet::new();
    for (number, (rejection, kind)) in wrong_certificates().into_iter().enumerate() {
        assert_eq!(rejection.kind(), kind, "case {number}: {rejection}");
        assert!(!rejection.to_string().is_empty());
        seen.insert(kind);
    }
    // A check may be given up as well.
    let case = square();
    let run = |jobs, job: &(dyn Fn(usize) + Sync)| (0..jobs).for_each(job);
    let stopped = check_on_domain(&case.certificate, &case.network, &run, &|| true);
    let stopped = stopped.expect_err("stopped");
    assert_eq!(stopped, Rejection::Stopped);
    seen.insert(stopped.kind());
    // Every kind that the source knows is among them.
    let source = include_str!("../kernel/src/checker/rejection.rs");
    let known: BTreeSet<&str> = source
        .lines()
        .filter_map(|line| line.trim().split_once("=> \"")?.1.strip_suffix("\","))
        .filter(|word| !word.contains(' '))
        .collect();
    assert!(known.len() >= 19, "the kinds were found: {known:?}");
    // Certificates about properties have two more; `properties.rs` has wrong ones for these.
    let of_properties = BTreeSet::from(["not-excluded", "not-unsafe"]);
    assert_eq!(&seen | &of_properties, known);
    assert!(seen.is_disjoint(&of_properties));
}

#[test]
fn trees_say_what_is_wrong_with_them() {
    let square = square();
    let tree = |text: &str| rejection(&square, with_tree(text));
    assert!(matches!(
        tree("A"),
        Rejection::Tree(TreeError::Truncated(1))
    ));
    assert!(matches!(
        tree("?"),
        Rejection::Tree(TreeError::Unknown { .. })
    ));
    assert!(matches!(
        tree("@Ax;oo"),
        Rejection::Tree(TreeError::BadPlace { .. })
    ));
    assert!(matches!(tree("Aooo"), Rejection::TreeTooLong(4)));
}

#[test]
fn bounds_hold_to_the_last_bit() {
    let tiny = Rational::power_of_two(-400);
    // Whatever a single leaf gives is accepted, the smallest amount less is not.
    for (case, methods) in [
        (
            smooth(),
            &[
                Method::Natural,
                Method::Linear,
                Method::MeanValue,
                Method::SecondOrder,
            ][..],
        ),
        (step(), &[Method::Natural, Method::Linear]),
    ] {
        let question = &case.certificate.claim.question;
        let root = on_domain(&case.network, question).expect("a value");
        let cell = Cell::root(&question.domain);
        let mut leaves = Leaves::new(&case.network, question);
        for method in methods {
            let mut certificate = case.certificate.clone();
            let letter = vec![method.letter()];
            certificate.partition = Partition::from_text(letter);
            certificate.constant_radius = Rational::ZERO;
            certificate.ranges = Ranges::Natural;
            // What exact leaves gave is not there any more.
            certificate.claim.stated_lower = Rational::ZERO;
            let here = leaves
                .descend(&root, &cell, Reduction::PLAIN)
                .expect("a value");
            let Ok(Bound::Sup(bound)) = leaves.bound(*method, &cell, &here, Reduction::PLAIN)
            else {
                panic!("{method:?} applies")
            };
            // Infinite where the method says nothing: then no claim at all is accepted.
            let bound = bound.to_rational().unwrap_or_else(|| number("2^1000"));
            let accepts = |upper: Rational| {
                let mut certificate = certificate.clone();
                certificate.claim.stated_upper = Some(upper);
                check(&certificate, &case.network).is_ok()
            };
            assert!(accepts(bound.clone()), "{method:?}");
            assert!(!accepts(&bound - &tiny), "{method:?}");
        }
    }
    // The area: both ends of the whole partition.
    let case = area();
    let accepts = |change: &dyn Fn(&mut Certificate)| {
        let mut certificate = case.certificate.clone();
        change(&mut certificate);
        check(&certificate, &case.network).is_ok()
    };
    let (mut low, mut high) = (
        number("1/6"),
        case.certificate
            .claim
            .stated_upper
            .clone()
            .expect("bounded"),
    );
    for _ in 0..80 {
        let middle = low.midpoint(&high);
        if accepts(&|c| c.claim.stated_upper = Some(middle.clone())) {
            high = middle;
        } else {
            low = middle;
        }
    }
    assert!(
        high >= number("1/6"),
        "the least upper end that is accepted is {high}"
    );
    let (mut low, mut high) = (case.certificate.claim.stated_lower.clone(), number("1/6"));
    assert!(!accepts(
        &|c| c.claim.stated_lower = high.clone() + Rational::power_of_two(-60)
    ));
    for _ in 0..80 {
        let middle = low.midpoint(&high);
        if accepts(&|c| c.claim.stated_lower = middle.clone()) {
            low = middle;
        } else {
            high = middle;
        }
    }
    assert!(
        low <= number("1/6"),
        "the largest lower end that is accepted is {low}"
    );
}

/// What trees are written with: cuts, and a leaf of every method there is.
fn tree_signs() -> Vec<u8> {
    let leaves = Method::ALL.iter().map(|method| method.letter());
    b"AAB@/".iter().copied().chain(leaves).collect()
}

/// Damages a file in a few places.
fn damage(bytes: &mut Vec<u8>, choices: &mut Choices) {
    // What numbers and trees are written with, more than anything else.
    let likely = [&tree_signs()[..], b"0123456789/-,.^*; \n"].concat();
    // Mostly beyond the digest, any change of which is noticed.
    let inputs = b"\ninputs ";
    let digest_ends = bytes
        .windows(inputs.len())
        .position(|window| window == inputs);
    let digest_ends = digest_ends.expect("a line after the digest");
    let start = if choices.once_in(10) { 0 } else { digest_ends };
    for _ in 0..=choices.below(3) {
        let at = start + choices.below(bytes.len().saturating_sub(start).max(1));
        let byte = if choices.once_in(5) {
            u8::try_from(choices.below(256)).expect("a byte")
        } else {
            choices.pick(&likely)
        };
        match choices.below(5) {
            0 if at < bytes.len() => bytes[at] = byte,
            1 if at < bytes.len() => {
                bytes.remove(at);
            }
            2 => bytes.insert(at.min(bytes.len()), byte),
            3 if at < bytes.len() => bytes[at] ^= 1 << choices.below(8),
            // Two places change places.
            _ if !bytes.is_empty() => {
                let last = bytes.len() - 1;
                let other = (at + choices.below(12)).min(last);
                bytes.swap(at.min(last), other);
            }
            _ => {}
        }
    }
}

/// What a damaged certificate claims, if it is accepted, is true.
fn is_sound(case: &Case, certificate: &Certificate) -> Result<(), String> {
    let Ok(verified) = check(certificate, &case.network) else {
        return Ok(());
    };
    let claim = verified.claim();
    let asked = &case.certificate.claim.question;
    if verified.answers(asked, None).is_ok() {
        if is_true(case, certificate) {
            return Ok(());
        }
        return Err(format!(
            "[{}, {:?}] of {asked:?}",
            claim.stated_lower, claim.stated_upper
        ));
    }
    // Another question, perhaps about another box or in another norm.
    let (low, high) = enclosed_error(&case.network, &claim.question);
    if high.is_some_and(|high| claim.stated_lower > high)
        || claim
            .stated_upper
            .as_ref()
            .is_some_and(|upper| *upper < low)
    {
        return Err(format!(
            "[{}, {:?}], but at least {low}, of {:?}",
            claim.stated_lower, claim.stated_upper, claim.question
        ));
    }
    Ok(())
}

/// Encloses the error (`l2`: its square) in the plainest way: network and target by intervals, on the
/// cells of a grid. Nothing above where a cell has no bound.
fn enclosed_error(network: &Network, question: &Question) -> (Rational, Option<Rational>) {
    const PARTS: i64 = 8;
    // Under other norms than the area a region stands for its indicator.
    let target = match question.norm {
        Norm::Area => question.target.clone(),
        _ => question.target.indicator(),
    };
    let tape = Tape::new(&target);
    let constants = tape.constants::<Interval>(&());
    let mut scratch = Scratch::default();
    let (mut low, mut high) = (Rational::ZERO, Some(Rational::ZERO));
    for middle in common::grid(&question.domain, PARTS, true) {
        let sides = question.domain.sides().iter().zip(&middle);
        let mut volume = Rational::ONE;
        let cell: Vec<Interval> = sides
            .map(|((from, to), middle)| {
                let side = (to - from) * Rational::ratio(1, PARTS);
                let (inf, sup) = (middle - &side.half(), middle + &side.half());
                volume = &volume * &side;
                Interval::from_rationals(&inf, &sup)
            })
            .collect();
        let (from, to) = error_on(network, question, &cell, (&tape, &constants, &mut scratch));
        if question.norm == Norm::Sup {
            low = low.max(from);
            high = high.and_then(|high| Some(high.max(to?)));
        } else {
            low = low + from * &volume;
            high = high.and_then(|high| Some(high + to? * &volume));
        }
    }
    (low, high)
}

/// Between which numbers the error lies at every point of a cell: the worst output, the sum of all, the
/// sum of all squares, or 1 where the decision is wrong.
fn error_on(
    network: &Network,
    question: &Question,
    cell: &[Interval],
    (tape, constants, scratch): (
        &Tape,
        &steeple::expr::Constants<Interval>,
        &mut Scratch<Interval>,
    ),
) -> (Rational, Option<Rational>) {
    let unknown = (Rational::ZERO, None);
    let results = tape.evaluate(constants, cell, scratch);
    let Ok(outputs) = forward(network, &(), cell) else {
        return unknown;
    };
    if question.norm == Norm::Area {
        let threshold = question.threshold.clone().unwrap_or_default();
        let inside = outputs[0].compare(
            Relation::GreaterOrEqual,
            &Interval::from_rational(&threshold),
        );
        let known = |truth: bool| {
            (
                Rational::from(i64::from(truth)),
                Rational::from(i64::from(truth)),
            )
        };
        let (low, high) = match (inside, results.truth()) {
            (Truth::True, Ok(Truth::True)) | (Truth::False, Ok(Truth::False)) => known(false),
            (Truth::True, Ok(Truth::False)) | (Truth::False, Ok(Truth::True)) => known(true),
            _ => (Rational::ZERO, Rational::ONE),
        };
        return (low, Some(high));
    }
    let mut all: Option<Interval> = None;
    for (k, output) in outputs.iter().enumerate() {
        let Ok(target) = results.value(k) else {
            return unknown;
        };
        let difference = output.minus(target);
        let one = match question.norm {
            Norm::L2 => difference.squared(),
            _ => difference.magnitude(),
        };
        all = Some(match (all, question.norm) {
            (None, _) => one,
            (Some(all), Norm::Sup) => {
                Interval::new(all.inf().max(one.inf()), all.sup().max(one.sup())).expect("in order")
            }
            (Some(all), _) => all.plus(&one),
        });
    }
    let all = all.expect("an output");
    let low = all.inf().rational_bound(Direction::Down);
    (
        low.unwrap_or_default(),
        all.sup().rational_bound(Direction::Up),
    )
}

/// Every method of a leaf and every kind of cut, in every norm that knows it.
fn all_cases() -> Vec<Case> {
    let mut cases = vec![
        square(),
        smooth(),
        step(),
        area(),
        integral(Norm::L1, "1/96"),
        integral(Norm::L2, "1/7680"),
        steps(),
        bent(Norm::L1, ("1.499999999999999999", "1.500000000000000001")),
        // The square of it: 1 + 2·1/2 + (1/2 - tanh(1/4)), as s^2 = s - s'.
        bent(Norm::L2, ("2.25508", "2.25509")),
        planar(),
    ];
    let methods = [
        Method::Natural,
        Method::Linear,
        Method::MeanValue,
        Method::SecondOrder,
        Method::Monotone,
    ];
    // What the core checks, with interval biases.
    let portable = [
        square(),
        smooth(),
        step(),
        area(),
        steps(),
        integral(Norm::L1, "1/96"),
    ];
    cases.extend(portable.iter().map(portable_of));
    cases.extend(methods.map(single));
    cases
}

/// The same question with a certificate of the core.
fn portable_of(case: &Case) -> Case {
    let settings = Settings {
        gap: number("1/10"),
        portable: true,
        ..Settings::default()
    };
    let asked = &case.certificate.claim.question;
    let found = run(&case.network, asked, &settings).expect("a verdict");
    assert!(found.certificate.layer.is_portable());
    let case = Case {
        network: case.network.clone(),
        certificate: found.certificate,
        low: case.low.clone(),
        high: case.high.clone(),
    };
    assert!(is_true(&case, &case.certificate));
    case
}

#[test]
fn every_method_cut_and_norm_is_damaged() {
    let (mut methods, mut cuts, mut norms) = (Vec::new(), BTreeSet::new(), Vec::new());
    for case in all_cases() {
        norms.push(case.certificate.claim.question.norm);
        let mut nodes = case.certificate.partition.nodes();
        while let Ok(node) = nodes.next_node() {
            match node {
                Node::Leaf(method) => methods.push((method, norms[norms.len() - 1])),
                Node::Cut { place: None, .. } => _ = cuts.insert("middle"),
                Node::Cut { .. } => _ = cuts.insert("place"),
                Node::Line(_) => _ = cuts.insert("line"),
            }
        }
        // The plain judge knows every case too.
        let (low, high) = enclosed_error(&case.network, &case.certificate.claim.question);
        assert!(low <= case.high && high.is_none_or(|high| case.low <= high));
    }
    for method in Method::ALL.iter().filter(|method| **method != Method::Open) {
        assert!(
            methods.iter().any(|(known, _)| known == method),
            "{method:?}"
        );
    }
    for norm in Norm::ALL {
        assert!(norms.contains(&norm), "{norm}");
    }
    let is_integral = |norm: &Norm| matches!(norm, Norm::L1 | Norm::L2);
    for method in [Method::SecondOrder, Method::TransitionLayers] {
        let mut used = methods.iter();
        assert!(
            used.any(|(known, norm)| *known == method && is_integral(norm)),
            "{method:?}"
        );
    }
    assert!(cuts.contains("line") && cuts.contains("middle"), "{cuts:?}");
    let signs = tree_signs();
    assert!(
        Method::ALL
            .iter()
            .all(|method| signs.contains(&method.letter()))
    );
}

thread_local! {
    static CASES: Vec<Case> = all_cases();
}

proptest! {
    #![proptest_config(common::cases(6000))]

    #[test]
    fn damaged_files_are_refused_or_true(mut choices in choices()) {
        let outcome = CASES.with(|cases| {
            let case = &cases[choices.below(cases.len())];
            let mut bytes = Vec::new();
            text::write(&case.certificate, &mut bytes).expect("in memory");
            damage(&mut bytes, &mut choices);
            let Ok(certificate) = text::read(&bytes) else { return Ok(()) };
            is_sound(case, &certificate).map_err(|error| format!("{error}\n{}", String::from_utf8_lossy(&bytes)))
        });
        prop_assert_eq!(outcome, Ok(()));
    }

    #[test]
    fn damaged_parts_are_refused_or_true(mut choices in choices()) {
        // Files that still read: other bounds, witnesses, folds, ranges and leaves.
        let outcome = CASES.with(|cases| {
            let case = &cases[choices.below(cases.len())];
            let mut certificate = case.certificate.clone();
            for _ in 0..=choices.below(2) {
                let change = Rational::ONE + Rational::from(choices.integer(-2, 2)) * Rational::power_of_two(-i32::try_from(choices.below(30)).expect("small"));
                match choices.below(7) {
                    0 => certificate.claim.stated_upper = certificate.claim.stated_upper.map(|u| u * &change),
                    1 => certificate.claim.stated_lower = certificate.claim.stated_lower * &change,
                    2 => certificate.constant_radius = choices.number().abs() * Rational::power_of_two(-i32::try_from(choices.below(40)).expect("small")),
                    6 => certificate.layer = choices.pick(&KernelLayer::ALL),
                    3 => certificate.ranges = choices.pick(&[Ranges::Natural, Ranges::Linear]),
                    4 => certificate.witness = Some(Witness {
                        point: certificate.claim.question.domain.sides().iter()
                            .map(|(low, high)| low + (high - low) * Rational::ratio(choices.integer(-1, 9), 8)).collect(),
                        radius: choices.number() * Rational::power_of_two(-8),
                    }),
                    _ => {
                        let mut tree = certificate.partition.text().to_vec();
                        let at = choices.below(tree.len());
                        tree[at] = choices.pick(&tree_signs());
                        certificate.partition = Partition::from_text(tree);
                    }
                }
            }
            is_sound(case, &certificate)
        });
        prop_assert_eq!(outcome, Ok(()));
    }
}

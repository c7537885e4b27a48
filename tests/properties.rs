//! Properties from VNN-LIB files: verdicts against known answers, against the exact regions of random
//! networks, and attempts to make the checker accept what is false.

mod common;

use std::fs;

use common::{Choices, Kind, cases, choices, program};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use steeple::certificate::{
    Evidence, Method, Partition, PropertyCertificate, Ranges, Semantics, property,
};
use steeple::checker::{Rejection, VerifiedProperty, check_property};
use steeple::expr::evaluate::Scratch;
use steeple::expr::{Property, Tape};
use steeple::formats::{json, vnnlib};
use steeple::network::{Network, digest, forward};
use steeple::numbers::{Precise, Rational, Scalar, Truth};
use steeple::regions::{Cells, Layers, activation_regions, linear_regions};
use steeple::workflow::{
    Limits, PropertyVerification, Verdict, VerifyPropertyRequest, verify_property,
};

fn network(text: &str) -> Network {
    json::read(text).expect("a network")
}

/// `(|x|, x)`.
fn absolute() -> Network {
    network(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["a", "b"], "layers": [
        {"activation": "relu", "weights": [[1], [-1]], "bias": [0, 0]},
        {"activation": "identity", "weights": [[1, 1], [1, -1]], "bias": [0, 0]}]}"#,
    )
}

/// A VNN-LIB file for these numbers of variables, with each assertion on a line.
fn file(inputs: usize, outputs: usize, assertions: &[String]) -> String {
    let names = Property::names(inputs, outputs);
    let declare = names
        .iter()
        .map(|name| format!("(declare-const {name} Real)\n"));
    let assert = assertions.iter().map(|a| format!("(assert {a})\n"));
    let lines: Vec<String> = declare.chain(assert).collect();
    lines.concat()
}

fn with_box(sides: &[(&str, &str)], outputs: usize, conditions: &[&str]) -> Property {
    let mut assertions = Vec::new();
    for (i, (low, high)) in sides.iter().enumerate() {
        assertions.push(format!("(>= X_{i} {low})"));
        assertions.push(format!("(<= X_{i} {high})"));
    }
    assertions.extend(conditions.iter().map(ToString::to_string));
    vnnlib::read(&file(sides.len(), outputs, &assertions)).expect("a property")
}

fn request(network: &Network, property: Property) -> VerifyPropertyRequest<'_> {
    VerifyPropertyRequest {
        semantics: Semantics::Real,
        network,
        property,
        limits: Limits {
            boxes: Some(4000),
            ..Limits::default()
        },
        threads: steeple::jobs::Threads::Count(1),
        weights: steeple::certificate::Weights::Exact,
        resume: None,
    }
}

fn decide(network: &Network, property: &Property) -> PropertyVerification {
    verify_property(
        &request(network, property.clone()),
        None,
        &mut steeple::workflow::unwatched,
    )
    .expect("a verdict")
}

#[test]
fn small_networks_have_known_verdicts() {
    let network = absolute();
    let ends = [("-1", "2")];
    for (condition, vnnlib) in [
        ("(>= Y_0 2)", "sat"),
        ("(> Y_0 2)", "unsat"),
        ("(< Y_0 0)", "unsat"),
        ("(<= Y_0 0)", "sat"),
        ("(>= Y_0 2.0001)", "unsat"),
        ("(and (>= Y_0 0.9) (<= Y_1 0))", "sat"),
        ("(and (>= Y_0 1.1) (<= Y_1 0))", "unsat"),
        ("(or (>= Y_0 3) (and (<= Y_1 -0.5) (<= Y_0 0.4)))", "unsat"),
        ("(or (>= Y_0 3) (and (<= Y_1 -0.5) (<= Y_0 0.6)))", "sat"),
        // Outputs together: |x| - x is 0 or 2|x|.
        ("(<= (+ Y_0 Y_1) -0.001)", "unsat"),
        ("(>= (- Y_0 Y_1) 2)", "sat"),
        // Inputs and outputs together: the second output is the input.
        ("(>= (- Y_1 X_0) 0.001)", "unsat"),
        ("(and (<= Y_1 X_0) (>= X_0 1.5))", "sat"),
        ("true", "sat"),
    ] {
        let answer = decide(&network, &with_box(&ends, 2, &[condition]));
        assert_eq!(answer.vnnlib(), vnnlib, "{condition}");
        if let Some(witness) = answer.witness() {
            let outputs = forward(&network, &(), &witness.point).expect("exact");
            let pairs: Vec<_> = outputs.into_iter().map(|y| (y.clone(), y)).collect();
            assert_eq!(witness.outputs, pairs);
        }
    }
    // Strict bounds of inputs: |x| = 2 at the end that is left out.
    let open = "(< X_0 2)";
    let answer = decide(&network, &with_box(&ends, 2, &[open, "(>= Y_0 2)"]));
    assert_eq!(answer.vnnlib(), "unknown");
    let answer = decide(&network, &with_box(&ends, 2, &[open, "(>= Y_0 1.99)"]));
    assert_eq!(answer.vnnlib(), "sat");
    // A point.
    let point = [("0.5", "0.5")];
    let answer = decide(&network, &with_box(&point, 2, &["(= Y_0 0.5)"]));
    assert_eq!(answer.vnnlib(), "sat");
    let answer = decide(&network, &with_box(&point, 2, &["(> Y_0 0.5)"]));
    assert_eq!(answer.vnnlib(), "unsat");
    let thirds = [("0.3", "0.3")];
    let answer = decide(&network, &with_box(&thirds, 2, &["(>= Y_0 0.30000001)"]));
    assert_eq!(answer.vnnlib(), "unsat");
}

/// Five inputs, five outputs, disjunctions over outputs and over boxes, as ACAS Xu files have them.
#[test]
fn properties_in_the_shape_of_acas_xu() {
    let mut choices = random(5);
    let network = choices.wide(5, &[8, 8], 5);
    let side = |i: usize, low: f64, high: f64| format!("(<= X_{i} {high}) (>= X_{i} {low})");
    let sides = |low: f64, high: f64| -> String {
        let all: Vec<String> = (0..5).map(|i| side(i, low, high)).collect();
        all.join(" ")
    };
    let boxes = format!("(or (and {}) (and {}))", sides(0.1, 0.2), sides(0.3, 0.35));
    let middle = vec![Rational::ratio(3, 20); 5];
    let outputs = forward(&network, &(), &middle).expect("exact");
    let best = (0..5).min_by_key(|j| outputs[*j].clone()).expect("five");
    // Some other output is the least one: (or (<= Y_1 Y_0) (<= Y_2 Y_0) ...).
    let others = (0..5).filter(|j| *j != best);
    let parts: Vec<String> = others.map(|j| format!("(<= Y_{j} Y_{best})")).collect();
    let text = file(5, 5, &[boxes.clone(), format!("(or {})", parts.join(" "))]);
    let property = vnnlib::read(&text).expect("a property");
    assert_eq!(property.cases().len(), 2);
    assert_ne!(decide(&network, &property).vnnlib(), "unknown");
    // It is the least one: it is, in the middle of the first box.
    let parts: Vec<String> = (0..5)
        .filter(|j| *j != best)
        .map(|j| format!("(>= Y_{j} Y_{best})"))
        .collect();
    let text = file(5, 5, &[boxes, format!("(and {})", parts.join(" "))]);
    let property = vnnlib::read(&text).expect("a property");
    let answer = decide(&network, &property);
    assert_eq!(answer.vnnlib(), "sat");
    assert_eq!(answer.verdict, Verdict::Refuted);
}

/// Choices that are always the same.
fn random(skip: usize) -> Wide {
    let mut runner = TestRunner::deterministic();
    let mut choices = None;
    for _ in 0..=skip {
        let tree = proptest::collection::vec(any::<u32>(), 2000)
            .new_tree(&mut runner)
            .expect("numbers");
        choices = Some(tree.current());
    }
    Wide(choices.unwrap_or_default())
}

/// Random weights for networks of a given shape.
struct Wide(Vec<u32>);

impl Wide {
    fn wide(&mut self, inputs: usize, hidden: &[usize], outputs: usize) -> Network {
        let mut layers = Vec::new();
        let mut columns = inputs;
        for (units, activation) in hidden
            .iter()
            .map(|n| (*n, "relu"))
            .chain([(outputs, "identity")])
        {
            let mut number = || {
                format!(
                    r#""{}/128""#,
                    i64::from(self.0.pop().unwrap_or(0) % 257) - 128
                )
            };
            let rows: Vec<String> = (0..units)
                .map(|_| {
                    let row: Vec<String> = (0..columns).map(|_| number()).collect();
                    format!("[{}]", row.join(", "))
                })
                .collect();
            let bias: Vec<String> = (0..units).map(|_| number()).collect();
            layers.push(format!(
                r#"{{"activation": "{activation}", "weights": [{}], "bias": [{}]}}"#,
                rows.join(", "),
                bias.join(", ")
            ));
            columns = units;
        }
        let names = |letter: &str, n: usize| -> String {
            let all: Vec<String> = (0..n).map(|i| format!(r#""{letter}{i}""#)).collect();
            all.join(", ")
        };
        network(&format!(
            r#"{{"steeple_network": 1, "inputs": [{}], "outputs": [{}], "layers": [{}]}}"#,
            names("x", inputs),
            names("y", outputs),
            layers.join(", ")
        ))
    }
}

/// `sum of coefficients · outputs <= bound`.
type Constraint = (Vec<Rational>, Rational);

/// A corner of a polygon, with the outputs there.
type Corner = (Vec<Rational>, Vec<Rational>);

/// The part of a convex polygon on which a constraint holds; the outputs are affine on it.
fn clip(polygon: &[Corner], (coefficients, bound): &Constraint) -> Vec<Corner> {
    let excess = |corner: &Corner| {
        let terms = coefficients.iter().zip(&corner.1);
        terms.fold(-bound, |sum, (c, y)| sum + c * y)
    };
    let mut kept = Vec::new();
    for (k, corner) in polygon.iter().enumerate() {
        let next = &polygon[(k + 1) % polygon.len()];
        let (here, there) = (excess(corner), excess(next));
        if !here.is_positive() {
            kept.push(corner.clone());
        }
        if here.signum() * there.signum() < 0 {
            let share = here.checked_div(&(&here - &there)).expect("they differ");
            let between = |a: &[Rational], b: &[Rational]| -> Vec<Rational> {
                let pairs = a.iter().zip(b);
                pairs.map(|(a, b)| a + (b - a) * &share).collect()
            };
            kept.push((between(&corner.0, &next.0), between(&corner.1, &next.1)));
        }
    }
    kept
}

/// The activation regions of a network with two inputs, with outputs at the corners.
fn pieces(network: &Network, sides: &[(Rational, Rational)]) -> Vec<Vec<Corner>> {
    let layers = Layers::new(network).expect("piecewise linear");
    let cells = Cells::new(layers, sides, 1 << 30).expect("small");
    let linear = linear_regions(&cells, network);
    let regions = activation_regions(&cells, &linear);
    let polygons = regions.map(|region| {
        let corners = region.polygon.into_iter();
        corners
            .map(|(x, y)| {
                let point = vec![x, y];
                let outputs = forward(network, &(), &point).expect("exact");
                (point, outputs)
            })
            .collect()
    });
    polygons.collect()
}

/// Is there a point at which all constraints of some list hold, if each bound is raised by so much?
fn is_possible(pieces: &[Vec<Corner>], any_of: &[Vec<Constraint>], slack: &Rational) -> bool {
    pieces.iter().any(|piece| {
        any_of.iter().any(|all_of| {
            let mut left = piece.clone();
            for (coefficients, bound) in all_of {
                left = clip(&left, &(coefficients.clone(), bound + slack));
            }
            !left.is_empty()
        })
    })
}

/// One or two lists of one or two constraints on two outputs, near values that are taken.
fn constraints(choices: &mut Choices, values: &[Rational]) -> Vec<Vec<Constraint>> {
    let lists = 1 + choices.below(2);
    let list = |choices: &mut Choices| -> Vec<Constraint> {
        let count = 1 + choices.below(2);
        let one = |choices: &mut Choices| {
            let coefficients: Vec<Rational> = values
                .iter()
                .map(|_| Rational::from(choices.integer(-2, 2)))
                .collect();
            let terms = coefficients.iter().zip(values);
            let here = terms.fold(Rational::ZERO, |sum, (c, y)| sum + c * y);
            (coefficients, here + choices.number())
        };
        (0..count).map(|_| one(choices)).collect()
    };
    (0..lists).map(|_| list(choices)).collect()
}

fn condition(any_of: &[Vec<Constraint>]) -> String {
    let fraction = |value: &Rational| format!("(/ {} {})", value.numerator(), value.denominator());
    let one = |(coefficients, bound): &Constraint| {
        let terms: Vec<String> = (coefficients.iter().enumerate())
            .map(|(j, c)| format!("(* {} Y_{j})", fraction(c)))
            .collect();
        format!("(<= (+ {}) {})", terms.join(" "), fraction(bound))
    };
    let all = |list: &Vec<Constraint>| {
        let each: Vec<String> = list.iter().map(one).collect();
        format!("(and {})", each.join(" "))
    };
    let lists: Vec<String> = any_of.iter().map(all).collect();
    format!("(or {})", lists.join(" "))
}

proptest! {
    #![proptest_config(cases(60))]

    /// Unsat exactly where no piece of the network meets the unsafe polygons.
    #[test]
    fn verdicts_are_those_of_the_exact_regions(mut choices in choices()) {
        let hidden = 1 + choices.below(2);
        let network = choices.network_of(2, hidden, 4, 2, Kind::ContinuousPiecewiseLinear);
        let sides = choices.sides(2);
        let middle: Vec<Rational> = sides.iter().map(|(low, high)| low.midpoint(high)).collect();
        let values = forward(&network, &(), &middle).expect("exact");
        let any_of = constraints(&mut choices, &values);
        let fraction = |v: &Rational| format!("(/ {} {})", v.numerator(), v.denominator());
        let mut assertions = vec![condition(&any_of)];
        for (i, (low, high)) in sides.iter().enumerate() {
            assertions.push(format!("(<= {} X_{i} {})", fraction(low), fraction(high)));
        }
        let pieces = pieces(&network, &sides);
        let truth = is_possible(&pieces, &any_of, &Rational::ZERO);
        let property = vnnlib::read(&file(2, 2, &assertions)).expect("a property");
        let answer = decide(&network, &property);
        match answer.verdict {
            Verdict::Proved => prop_assert!(!truth, "{network:?} {property:?}"),
            Verdict::Refuted => prop_assert!(truth, "{network:?} {property:?}"),
            _ => {
                // Nothing is left undecided that is clear by a hundredth of the outputs' size.
                let size = pieces.iter().flatten().flat_map(|corner| &corner.1);
                let size = size.map(Rational::abs).max().unwrap_or_default();
                let slack = (size + Rational::ONE) * Rational::ratio(1, 100);
                let is_close = truth != is_possible(&pieces, &any_of, &if truth { -&slack } else { slack });
                prop_assert!(is_close, "undecided: {network:?} {property:?}");
            }
        }
    }

    /// What is proved of networks with smooth units and steps holds at random points.
    #[test]
    fn what_is_proved_holds_at_points(mut choices in choices()) {
        let network = choices.network_of(2, 1, 4, 2, Kind::Any);
        let sides = choices.sides(2);
        let points: Vec<Vec<Rational>> = (0..20).map(|_| choices.point(&sides, false)).collect();
        let at = |point: &[Rational]| -> Option<Vec<Rational>> {
            let inputs: Vec<_> = (point.iter())
                .map(|x| Precise::constant(&common::BITS, x))
                .collect();
            let outputs = forward(&network, &common::BITS, &inputs).ok()?;
            outputs.iter().map(Precise::lower).collect()
        };
        let Some(values) = at(&points[0]) else { return common::not_a_case() };
        let any_of = constraints(&mut choices, &values);
        let fraction = |v: &Rational| format!("(/ {} {})", v.numerator(), v.denominator());
        let mut assertions = vec![condition(&any_of)];
        for (i, (low, high)) in sides.iter().enumerate() {
            assertions.push(format!("(<= {} X_{i} {})", fraction(low), fraction(high)));
        }
        let Ok(property) = vnnlib::read(&file(2, 2, &assertions)) else { return Ok(()) };
        let mut request = request(&network, property);
        request.limits.boxes = Some(300);
        let answer = verify_property(&request, None, &mut steeple::workflow::unwatched).expect("a verdict");
        if answer.verdict == Verdict::Proved {
            for point in &points {
                let Some(outputs) = at(point) else { continue };
                let small = Rational::power_of_two(-40);
                let holds = any_of.iter().any(|all_of| all_of.iter().all(|(coefficients, bound)| {
                    let terms = coefficients.iter().zip(&outputs);
                    let sum = terms.fold(Rational::ZERO, |sum, (c, y)| sum + c * y);
                    sum + &small <= *bound
                }));
                prop_assert!(!holds, "{point:?} {network:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(3000))]

    /// Damaged certificates for properties: what is accepted is so, at points of its boxes and at its
    /// witness.
    #[test]
    fn damaged_properties_are_refused_or_true(mut choices in choices()) {
        let network = absolute();
        let safe = with_box(&[("-1", "1")], 2, &["(or (>= Y_0 1.25) (<= Y_1 (/ -3 2)))"]);
        let broken = with_box(&[("-1", "1")], 2, &["(>= Y_0 0.5)"]);
        let good = match choices.below(3) {
            0 => claim(&network, &safe, &["@A3/4;nl"]),
            1 => claim(&network, &safe, &["AAnll"]),
            _ => failure(&network, &broken, 0, &["3/4"]),
        };
        let mut bytes = Vec::new();
        property::write(&good, &mut bytes).expect("memory");
        let likely: Vec<u8> = Method::ALL.iter().map(|method| method.letter())
            .chain(*b"AAB@/;0123456789-.<>=()XY_or \n").collect();
        for _ in 0..=choices.below(3) {
            // Mostly beyond the digest.
            let start = if choices.once_in(10) { 0 } else { 90.min(bytes.len() - 1) };
            let at = start + choices.below(bytes.len() - start);
            match choices.below(4) {
                0 => bytes[at] = choices.pick(&likely),
                1 if bytes.len() > 100 => _ = bytes.remove(at),
                2 => bytes.insert(at, choices.pick(&likely)),
                _ => bytes[at] ^= 1 << choices.below(8),
            }
        }
        let Ok(certificate) = property::read(&bytes[..]) else { return Ok(()) };
        let Ok(verified) = check_property(&certificate, &network) else { return Ok(()) };
        for (number, case) in verified.property().cases().iter().enumerate() {
            let is_met = |point: &[Rational]| {
                let outputs = forward(&network, &(), point).expect("exact");
                let all = [point, &outputs].concat();
                let tape = Tape::new(case.condition());
                let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
                tape.evaluate(&constants, &all, &mut scratch).truth() == Ok(Truth::True)
            };
            match verified.witness() {
                Some(witness) => prop_assert!(witness.case != number || is_met(&witness.point)),
                None => for k in 0..=32 {
                    let share = Rational::ratio(k, 32);
                    let point = case.sides().iter().map(|(low, high)| low + &((high - low) * &share));
                    let point: Vec<Rational> = point.collect();
                    prop_assert!(!is_met(&point), "{point:?} {}", String::from_utf8_lossy(&bytes));
                },
            }
        }
    }
}

#[test]
fn a_certificate_is_the_same_for_any_number_of_threads() {
    let network = random(1).wide(3, &[10, 10], 2);
    let sides = [("0", "1"); 3];
    // The first of these bounds that is not reached.
    let bound = (0..100).map(|k| format!("(>= (- Y_0 Y_1) {})", f64::from(k) / 16.0 - 2.0));
    let properties = bound.map(|bound| with_box(&sides, 2, &[&bound]));
    let property = properties
        .into_iter()
        .find(|property| decide(&network, property).vnnlib() == "unsat")
        .expect("a bound");
    let folder = tempfile::tempdir().expect("a folder");
    let mut found = Vec::new();
    for threads in [1, 2, 3] {
        let path = folder.path().join(format!("{threads}"));
        let mut request = request(&network, property.clone());
        request.threads = steeple::jobs::Threads::Count(threads);
        let answer = verify_property(&request, Some(&path), &mut steeple::workflow::unwatched)
            .expect("a verdict");
        assert_eq!(answer.vnnlib(), "unsat");
        assert!(answer.search.boxes > 3, "{}", answer.search.boxes);
        found.push(fs::read(path).expect("a certificate"));
    }
    assert!(found[0] == found[1] && found[1] == found[2]);
}

/// A certificate that says that a property holds, by these trees.
fn claim(network: &Network, property: &Property, trees: &[&str]) -> PropertyCertificate {
    PropertyCertificate {
        semantics: Semantics::Real,
        network: digest(network),
        weights: steeple::certificate::Weights::Exact,
        property: property.clone(),
        evidence: Evidence::Trees {
            constant_radius: Rational::ZERO,
            ranges: Ranges::Natural,
            trees: trees
                .iter()
                .map(|tree| Partition::from_text(tree.as_bytes().to_vec()))
                .collect(),
        },
    }
}

fn verdict(
    network: &Network,
    property: &Property,
    trees: &[&str],
) -> Result<VerifiedProperty, Rejection> {
    check_property(&claim(network, property, trees), network)
}

#[test]
fn false_certificates_are_rejected() {
    let network = absolute();
    let ends = [("-1", "2")];
    let safe = with_box(&ends, 2, &["(>= Y_0 2.5)"]);
    let sat = with_box(&ends, 2, &["(>= Y_0 1.5)"]);
    let kind = |found: Result<VerifiedProperty, Rejection>| match found {
        Ok(_) => "accepted",
        Err(rejection) => rejection.kind(),
    };
    // One interval is too wide; a cut at 0 is enough.
    assert_eq!(kind(verdict(&network, &safe, &["n"])), "not-excluded");
    assert_eq!(kind(verdict(&network, &safe, &["@A0;nn"])), "accepted");
    assert_eq!(kind(verdict(&network, &safe, &["@A0;ll"])), "accepted");
    for (trees, expected) in [
        (&["@A0;no"][..], "not-excluded"),
        (&["@A0;n"], "bad-tree"),
        (&["@A0;nnn"], "bad-tree"),
        (&["@A2;nn"], "bad-cut"),
        (&["@B0;nn"], "bad-cut"),
        (&["/1,0,0;nn"], "bad-cut"),
        (&["@A0;ng"], "no-bound"),
        (&["@A0;en"], "no-bound"),
        (&["@A0;nn", "@A0;nn"], "other-claim"),
        (&[], "other-claim"),
        (&["x"], "bad-tree"),
    ] {
        assert_eq!(kind(verdict(&network, &safe, trees)), expected, "{trees:?}");
    }
    for depth in 0..7 {
        let tree = format!("@A0;{}", full(depth).repeat(2));
        assert_eq!(kind(verdict(&network, &sat, &[&tree])), "not-excluded");
    }
    let mut negative = claim(&network, &safe, &["@A0;nn"]);
    if let Evidence::Trees {
        constant_radius, ..
    } = &mut negative.evidence
    {
        *constant_radius = Rational::from(-1);
    }
    assert_eq!(kind(check_property(&negative, &network)), "negative-radius");
    let mut foreign = claim(&network, &safe, &["@A0;nn"]);
    foreign.network = "sha256:00".into();
    assert_eq!(kind(check_property(&foreign, &network)), "other-network");
    // Points outside of the box, of another dimension, in another box, at which nothing happens.
    for (case, point, expected) in [
        (0, vec!["2"], "accepted"),
        (0, vec!["-3/2"], "bad-witness"),
        (0, vec!["5/2"], "bad-witness"),
        (0, vec!["1", "1"], "bad-witness"),
        (0, vec![], "bad-witness"),
        (1, vec!["2"], "bad-witness"),
        (0, vec!["1.4999999999"], "not-unsafe"),
    ] {
        let point: Vec<Rational> = point
            .into_iter()
            .map(|text| steeple::numbers::literal::parse(text).expect("a number"))
            .collect();
        let certificate = PropertyCertificate {
            evidence: Evidence::Point { case, point },
            ..claim(&network, &sat, &[])
        };
        assert_eq!(kind(check_property(&certificate, &network)), expected);
    }
    // For a property of other sizes.
    let other = with_box(&[("0", "1"), ("0", "1")], 2, &["(>= Y_0 5)"]);
    assert_eq!(kind(verdict(&network, &other, &["n"])), "other-inputs");
    let other = with_box(&ends, 3, &["(>= Y_0 5)"]);
    assert_eq!(kind(verdict(&network, &other, &["n"])), "other-outputs");
}

/// `sigmoid(x)`.
fn sigmoid() -> Network {
    network(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {"activation": "sigmoid", "weights": [[1]], "bias": [0]}]}"#,
    )
}

/// A certificate that says that a property fails at a point.
fn failure(
    network: &Network,
    property: &Property,
    case: usize,
    point: &[&str],
) -> PropertyCertificate {
    let number = |text: &&str| steeple::numbers::literal::parse(text).expect("a number");
    PropertyCertificate {
        evidence: Evidence::Point {
            case,
            point: point.iter().map(number).collect(),
        },
        ..claim(network, property, &[])
    }
}

fn kind_of(found: Result<VerifiedProperty, Rejection>) -> &'static str {
    match found {
        Ok(_) => "accepted",
        Err(rejection) => rejection.kind(),
    }
}

/// A leaf on which the condition holds everywhere is no better than one where it is not known.
#[test]
fn a_leaf_where_the_condition_holds_is_not_excluded() {
    let network = absolute();
    let property = with_box(&[("-1", "2")], 2, &["(>= Y_0 -1)"]);
    for tree in ["n", "l", "@A0;nn"] {
        assert_eq!(
            kind_of(verdict(&network, &property, &[tree])),
            "not-excluded"
        );
    }
}

/// The value of a sigmoid is enclosed; what it is inside of the enclosure is not known.
#[test]
fn witnesses_of_smooth_networks_have_to_be_certain() {
    let network = sigmoid();
    let at_one = |condition: &str| {
        let property = with_box(&[("-1", "1")], 1, &[condition]);
        check_property(&failure(&network, &property, 0, &["1"]), &network)
    };
    let found = at_one("(>= Y_0 0.7)").expect("sigmoid(1) is 0.731..");
    let (low, high) = found.witness().expect("a point").outputs[0].clone();
    let inputs = [Precise::constant(&common::BITS, &Rational::ONE)];
    let value = forward(&network, &common::BITS, &inputs).expect("defined");
    let (least, most) = (value[0].lower(), value[0].upper());
    assert!(low < least.expect("finite") && most.expect("finite") < high);
    assert!(&high - &low < Rational::power_of_two(-20));
    let fraction = |v: &Rational| format!("(/ {} {})", v.numerator(), v.denominator());
    let middle = fraction(&low.midpoint(&high));
    for sign in [">=", "<=", "="] {
        let condition = format!("({sign} Y_0 {middle})");
        assert_eq!(kind_of(at_one(&condition)), "not-unsafe", "{condition}");
    }
    assert_eq!(
        kind_of(at_one(&format!("(>= Y_0 {})", fraction(&low)))),
        "accepted"
    );
    assert_eq!(kind_of(at_one("(>= Y_0 0.74)")), "not-unsafe");
}

/// A thin tree keeps the network of every cell on the way.
#[test]
fn a_tree_that_holds_too_many_networks_is_rejected() {
    let units = 100;
    let rows = |columns: usize| -> String {
        let row = |i: usize| -> String {
            let weights = (0..columns).map(|j| format!("\"{}/64\"", 1 + (i * 37 + j * 11) % 61));
            format!("[{}]", weights.collect::<Vec<_>>().join(", "))
        };
        (0..units).map(row).collect::<Vec<_>>().join(", ")
    };
    let zeros = vec!["0"; units].join(", ");
    let ones = vec!["1"; units].join(", ");
    let network = network(&format!(
        r#"{{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {{"activation": "sigmoid", "weights": [{}], "bias": [{zeros}]}},
        {{"activation": "sigmoid", "weights": [{}], "bias": [{zeros}]}},
        {{"activation": "identity", "weights": [[{ones}]], "bias": [0]}}]}}"#,
        rows(1),
        rows(units)
    ));
    let property = with_box(&[("0", "1")], 1, &["(>= Y_0 1000)"]);
    let chain = |depth: usize| "A".repeat(depth) + &"n".repeat(depth + 1);
    assert_eq!(
        kind_of(verdict(&network, &property, &[&chain(10)])),
        "accepted"
    );
    assert_eq!(
        kind_of(verdict(&network, &property, &[&chain(3000)])),
        "too-large"
    );
}

/// A condition without a value does not hold.
#[test]
fn a_condition_without_a_value_is_not_met() {
    let network = absolute();
    let side = vec![(Rational::from(-1), Rational::ONE)];
    let condition = "1/X_0 >= 0 or Y_0 >= 1/X_0".to_string();
    let property = Property::new(1, 2, vec![(side, condition)]).expect("a property");
    let found = check_property(&failure(&network, &property, 0, &["0"]), &network);
    assert_eq!(kind_of(found), "not-unsafe");
    let found = check_property(&failure(&network, &property, 0, &["1/2"]), &network);
    assert_eq!(kind_of(found), "accepted");
    assert_ne!(kind_of(verdict(&network, &property, &["n"])), "accepted");
}

#[test]
fn leaves_and_witnesses_are_those_of_their_boxes() {
    let network = absolute();
    let boxes = "(or (<= -1 X_0 0) (<= 0 X_0 1))".to_string();
    let read = |bound: &str| {
        let condition = format!("(>= Y_1 {bound})");
        vnnlib::read(&file(1, 2, &[boxes.clone(), condition])).expect("a property")
    };
    let found = verdict(&network, &read("1.5"), &["Ann", "n"]).expect("it holds");
    assert_eq!(found.leaves(), 3);
    // Only the second box reaches 1/2.
    let property = read("0.5");
    let found = check_property(&failure(&network, &property, 1, &["1"]), &network);
    let found = found.expect("it fails");
    assert_eq!(found.witness().map(|w| w.case), Some(1));
    let wrong = check_property(&failure(&network, &property, 0, &["1"]), &network);
    assert_eq!(kind_of(wrong), "bad-witness");
}

/// Limits: of depth, of inputs, of the length of numbers.
#[test]
fn certificates_beyond_the_limits_are_rejected() {
    let network = absolute();
    let safe = with_box(&[("0", "1")], 2, &["(>= Y_0 2)"]);
    // Towards 0, again and again.
    let chain = |depth: usize| "A".repeat(depth) + &"n".repeat(depth + 1);
    assert_eq!(
        kind_of(verdict(&network, &safe, &[&chain(200)])),
        "accepted"
    );
    assert_eq!(
        kind_of(verdict(&network, &safe, &[&chain(5000)])),
        "too-deep"
    );
    let tiny = Rational::power_of_two(-20_000);
    for (low, high) in [(-&tiny, Rational::ONE), (Rational::ZERO, tiny)] {
        let case = (vec![(low, high)], "Y_0 < -1".to_string());
        let long = Property::new(1, 2, vec![case]).expect("a property");
        assert_eq!(kind_of(verdict(&network, &long, &["n"])), "long-domain");
    }
    for (inputs, expected) in [(26, "accepted"), (27, "too-many-inputs")] {
        let wide = random(2).wide(inputs, &[2], 1);
        let property = with_box(&vec![("0", "1"); inputs], 1, &["(>= Y_0 1000)"]);
        assert_eq!(kind_of(verdict(&wide, &property, &["n"])), expected);
    }
}

/// A tree cut in the middle so many times, down to leaves `l`.
fn full(depth: usize) -> String {
    match depth {
        0 => "l".into(),
        _ => format!("A{}", full(depth - 1).repeat(2)),
    }
}

/// Valid certificates, but of something else than was asked.
#[test]
fn certificates_for_weaker_properties_do_not_answer() {
    let network = absolute();
    let asked = with_box(&[("-1", "2")], 2, &["(>= Y_0 2.5)"]);
    let two_boxes = vnnlib::read(&file(
        1,
        2,
        &["(and (>= Y_0 2.5) (or (<= -1 X_0 2) (<= -2 X_0 -1)))".into()],
    ));
    let two_boxes = two_boxes.expect("a property");
    for other in [
        with_box(&[("-1", "2")], 2, &["(>= Y_0 2.6)"]),
        with_box(&[("-1", "1.5")], 2, &["(>= Y_0 2.5)"]),
        with_box(&[("-1", "2")], 2, &["(>= Y_0 2.5)", "(>= Y_1 2.5)"]),
        with_box(&[("-1", "2")], 2, &["(> Y_0 2.5)"]),
    ] {
        let verified = verdict(&network, &other, &["@A0;nn"]).expect("it holds");
        assert!(verified.holds());
        assert!(
            verified
                .answers(&digest(&network), &Semantics::Real, &other)
                .is_ok()
        );
        assert!(
            verified
                .answers("sha256:00", &Semantics::Real, &other)
                .is_err()
        );
        for asked in [&asked, &two_boxes] {
            let found = verified.answers(&digest(&network), &Semantics::Real, asked);
            assert!(matches!(found, Err(Rejection::OtherClaim(_))), "{found:?}");
        }
    }
    // A box is missing.
    let verified = verdict(&network, &asked, &["@A0;nn"]).expect("it holds");
    assert!(
        verified
            .answers(&digest(&network), &Semantics::Real, &two_boxes)
            .is_err()
    );
}

/// A reduced network is right almost everywhere where it has steps: `H(x)` is 0 on `[-1, 0]` but for
/// one point, at which it is 1. A property speaks of every point.
#[test]
fn a_step_at_the_edge_of_a_cell_is_not_decided() {
    let network = network(
        r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
        {"activation": "heaviside", "weights": [[1]], "bias": [0]},
        {"activation": "identity", "weights": [[1]], "bias": [0]}]}"#,
    );
    let property = with_box(&[("-1", "0")], 1, &["(>= Y_0 1)"]);
    for tree in ["n", "l", "Ann", "AnAnl"] {
        let found = verdict(&network, &property, &[tree]);
        assert!(
            matches!(found, Err(Rejection::NotExcluded { .. })),
            "{found:?}"
        );
    }
    let answer = decide(&network, &property);
    assert_eq!(answer.vnnlib(), "sat");
    assert_eq!(
        answer.witness().map(|w| w.point.clone()),
        Some(vec![Rational::ZERO])
    );
    let property = with_box(&[("-1", "-0.001")], 1, &["(>= Y_0 1)"]);
    assert_eq!(decide(&network, &property).vnnlib(), "unsat");
    let property = with_box(&[("-1", "1")], 1, &["(>= Y_0 1.5)"]);
    assert_eq!(decide(&network, &property).vnnlib(), "unsat");
}

/// Every file cut short, and with bytes changed: refused or read, never a panic.
#[test]
fn damaged_files_are_refused_or_read() {
    let network = absolute();
    let text = file(
        1,
        2,
        &[
            "(or (and (>= X_0 0.5) (<= X_0 1e0)) (and (> X_0 (- 1)) (< X_0 0)))".into(),
            "(or (and (>= (* 2 Y_0) 1.5) (not (= Y_1 Y_0))) (<= Y_1 (/ -3 4)))".into(),
        ],
    );
    let property = vnnlib::read(&text).expect("a property");
    let mut certificate = Vec::new();
    property::write(
        &claim(&network, &property, &["@A3/4;nl", "Anl"]),
        &mut certificate,
    )
    .expect("memory");
    let try_both = |bytes: &[u8]| {
        if let Ok(text) = vnnlib::text(bytes)
            && let Err(error) = vnnlib::read(&text)
        {
            assert!(text.get(error.span.clone()).is_some(), "{:?}", error.span);
        }
        if let Ok(certificate) = property::read(bytes) {
            let _ = check_property(&certificate, &network);
        }
    };
    for good in [text.as_bytes(), &certificate] {
        for end in 0..good.len() {
            try_both(&good[..end]);
        }
        for at in 0..good.len() {
            for other in [
                b'(',
                b')',
                b' ',
                b'0',
                b'-',
                b'e',
                b';',
                b'\n',
                0xff,
                good[at] ^ 1,
            ] {
                let mut bytes = good.to_vec();
                bytes[at] = other;
                try_both(&bytes);
            }
        }
    }
}

#[test]
fn the_program_decides_and_checks_properties() {
    use std::io::Write;
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let write = |name: &str, text: &[u8]| fs::write(folder.join(name), text).expect("a file");
    let network = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["a"], "layers": [
        {"activation": "relu", "weights": [[1], [-1]], "bias": [0, 0]},
        {"activation": "identity", "weights": [[1, 1]], "bias": [0]}]}"#;
    write("net.json", network.as_bytes());
    let lines = |bound: &str| {
        let sides = "(<= -1 X_0 2)".to_string();
        file(1, 1, &[sides, format!("(>= Y_0 {bound})")])
    };
    write("safe.vnnlib", lines("2.5").as_bytes());
    write("sat.vnnlib", lines("1.5").as_bytes());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(lines("2.5").as_bytes()).expect("memory");
    write("safe.vnnlib.gz", &packed.finish().expect("memory"));
    let verify = |property: &str| {
        let flags = [
            "verify",
            "net.json",
            "--certificate",
            "c",
            "--property",
            property,
        ];
        program(folder, &flags)
    };
    let check = |property: &str| {
        program(
            folder,
            &[
                "check",
                "c",
                "--network",
                "net.json",
                "--property",
                property,
            ],
        )
    };
    for property in ["safe.vnnlib", "safe.vnnlib.gz"] {
        let (code, out, err) = verify(property);
        assert_eq!(code, 0, "{err}");
        assert!(
            out.starts_with("proved (unsat): nothing that safe.vnnlib"),
            "{out}"
        );
        assert!(err.contains("X_0 is x, Y_0 is a"), "{err}");
        let (code, out, _) = check(property);
        assert_eq!(code, 0);
        assert!(out.starts_with("accepted (unsat)"), "{out}");
        let (code, out, _) = check("sat.vnnlib");
        assert_eq!(code, 1);
        assert!(
            out.contains("found condition Y_0 >= 5/2 for box 1, expected Y_0 >= 3/2"),
            "{out}"
        );
    }
    let (code, out, _) = program(folder, &["check", "c", "--network", "net.json"]);
    assert_eq!((code, out.starts_with("accepted (unsat)")), (0, true));
    let flags = ["--target", "x", "--domain", "x=0..1"];
    let mut arguments = vec!["check", "c", "--network", "net.json"];
    arguments.extend(flags);
    assert_eq!(program(folder, &arguments).0, 1);
    let (code, out, _) = verify("sat.vnnlib");
    assert_eq!(code, 1);
    assert_eq!(
        out,
        "refuted (sat): what sat.vnnlib describes happens at X_0 (x) = 2\n  Y_0 (a) = 2\n  in real \
         arithmetic, with the exact weights\n"
    );
    assert!(check("sat.vnnlib").1.starts_with("accepted (sat)"));
    let json = [
        "--format",
        "json",
        "verify",
        "net.json",
        "--property",
        "sat.vnnlib",
    ];
    let (code, out, _) = program(folder, &json);
    let object: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        (code, &object["vnnlib"], &object["verdict"]),
        (1, &"sat".into(), &"refuted".into())
    );
    assert_eq!(object["witness"]["point"]["x"], "2");
    assert_eq!(
        object["witness"]["network"]["a"],
        serde_json::json!(["2", "2"])
    );
    assert_eq!(object["claim"]["cases"][0]["unsafe"], "Y_0 >= 3/2");
    // Nothing is decided: what is written proves nothing, and is something to go on from.
    write("edge.vnnlib", lines("2").replace("(>=", "(>").as_bytes());
    write(
        "strict.vnnlib",
        (lines("2") + "(assert (< X_0 2))").as_bytes(),
    );
    assert_eq!(verify("edge.vnnlib").0, 0);
    fs::remove_file(folder.join("c")).expect("a certificate");
    let (code, out, _) = verify("strict.vnnlib");
    assert_eq!(code, 3);
    assert!(out.starts_with("undecided (unknown): whether"), "{out}");
    let found = program(folder, &["check", "c", "--network", "net.json"]);
    assert_eq!(found.0, 1);
    assert!(found.1.contains("(not-excluded)"), "{}", found.1);
    let go_on = |property, extra: &[&str]| {
        let asked = [
            "verify",
            "net.json",
            "--property",
            property,
            "--resume",
            "c",
        ];
        program(folder, &[&asked[..], extra].concat())
    };
    assert_eq!(go_on("strict.vnnlib", &[]).0, 3);
    let (code, _, error) = go_on("edge.vnnlib", &[]);
    assert_eq!(code, 2);
    assert!(error.contains("about another property"), "{error}");
}

#[test]
fn bad_property_files_are_refused_with_their_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("a file");
    write(
        "net.json",
        r#"{"steeple_network": 1, "inputs": ["X_0"], "outputs": ["Y_0"], "layers": [
        {"activation": "identity", "weights": [[1]], "bias": [0]}]}"#,
    );
    let bounded = "(<= 0 X_0 1)".to_string();
    for (text, message, place) in [
        (
            file(1, 1, &[bounded.clone(), "(<= (* Y_0 X_0) 1)".into()]),
            "multiplies variables",
            ":4:",
        ),
        (
            file(1, 1, &["(<= X_0 1)".into()]),
            "input X_0 has no lower bound",
            ":1:",
        ),
        (
            file(1, 1, &[bounded.clone(), "(<= Y_1 1)".into()]),
            "`Y_1` is not declared",
            ":4:",
        ),
        (
            file(1, 1, &[bounded.clone(), "(<= Y_0 1".into()]),
            "before this is closed",
            ":4:",
        ),
        (
            file(2, 1, &[bounded.clone(), "(<= 0 X_1 1)".into()]),
            "2 inputs, the network has 1",
            "",
        ),
        (String::new(), "the file is empty", ""),
        ("; nothing\n".into(), "no input is declared", ""),
    ] {
        write("p.vnnlib", &text);
        let arguments = ["verify", "net.json", "--property", "p.vnnlib"];
        let (code, out, err) = program(folder, &arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(message), "{err}");
        assert!(err.contains(&format!("p.vnnlib{place}")), "{err}");
    }
    let missing = ["verify", "net.json", "--property", "none.vnnlib"];
    assert!(program(folder, &missing).2.contains("none.vnnlib"));
    let both = [
        "verify",
        "net.json",
        "--property",
        "p.vnnlib",
        "--target",
        "x",
    ];
    assert_eq!(program(folder, &both).0, 2);
}

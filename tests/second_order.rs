//! Second derivatives over boxes, and the bound that rests on them, against exact values.

mod common;

use proptest::prelude::*;

use common::{Choices, Formula, Kind, Truth, choices, layer, network, number, outputs, question};
use steeple::bounds::Cell;
use steeple::bounds::{Bound, Leaves, OnCell, Reduction, inputs_over, on_domain};
use steeple::certificate::{Method, Norm, Question};
use steeple::expr::{Domain, Target, TargetBody, derivative, parse_target};
use steeple::network::Activation::{Identity, Tanh};
use steeple::network::{Network, Reduced, digest};
use steeple::numbers::{Dyadic, Enclosure, Hessian, Interval, Rational, Scalar};

/// All inputs fit; unused ones have derivatives 0.
const D: usize = 3;

type Second = Hessian<D>;

fn target(text: &str, inputs: usize) -> Target {
    let names: Vec<String> = common::NAMES[..inputs]
        .iter()
        .map(ToString::to_string)
        .collect();
    parse_target(&[text], Some(&names)).expect("the generator writes formulas")
}

/// Two points of a box, and the one in the middle between them.
fn line(choices: &mut Choices, sides: &[(Rational, Rational)]) -> [Vec<Rational>; 3] {
    let (p, q) = (choices.point(sides, false), choices.point(sides, false));
    let middle = |(p, q): (&Rational, &Rational)| (p + q) * Rational::ratio(1, 2);
    let m = p.iter().zip(&q).map(middle).collect();
    [p, m, q]
}

fn plus(a: &Truth, b: &Truth) -> Truth {
    Truth {
        low: &a.low + &b.low,
        high: &a.high + &b.high,
    }
}

/// `value(p) - 2 value(m) + value(q)` is in `sum of second derivatives · t_i t_j` for
/// `t = (q - p)/2`, up to `slack`; nothing is said where a derivative has no bound.
fn keeps_second_difference(
    derivatives: &Second,
    [p, _, q]: &[Vec<Rational>; 3],
    [at_p, at_m, at_q]: &[&Truth; 3],
    slack: &Rational,
) -> bool {
    let (mut low, mut high) = (-slack, slack.clone());
    let half = Rational::ratio(1, 2);
    let t: Vec<Rational> = p.iter().zip(q).map(|(p, q)| (q - p) * &half).collect();
    for (i, a) in t.iter().enumerate() {
        for (j, b) in t.iter().enumerate() {
            let second = derivatives.second(i, j);
            let ends = (second.inf().to_rational(), second.sup().to_rational());
            let (Some(inf), Some(sup)) = ends else {
                return true;
            };
            let (one, other) = (inf * (a * b), sup * (a * b));
            low = low + one.clone().min(other.clone());
            high = high + one.max(other);
        }
    }
    let change = plus(at_p, at_q).minus(&plus(at_m, at_m));
    change.meets(Some(&low), Some(&high))
}

/// Checks a formula on a random box: second differences, and derivatives of derivatives.
fn formula_holds(choices: &mut Choices, kind: Formula) -> Result<(), TestCaseError> {
    let inputs = 1 + choices.below(3);
    let height = 1 + choices.below(4);
    let text = choices.formula(inputs, height, kind);
    let target = target(&text, inputs);
    let outer = choices.sides(inputs);
    let sides = if choices.once_in(3) {
        outer
    } else {
        choices.inner(&outer)
    };
    let cell = Cell::from_sides(sides);
    let said = format!("{text} on {:?}", cell.sides());
    let Ok(found) = outputs(&target, &(), &inputs_over::<Second>(&cell)).remove(0) else {
        return common::not_a_case();
    };
    for _ in 0..4 {
        let points = line(choices, cell.sides());
        let truths = points
            .each_ref()
            .map(|point| common::true_outputs(&target, point).remove(0));
        let [Ok(p), Ok(m), Ok(q)] = &truths else {
            continue;
        };
        prop_assert!(p.is_in(&found.value()), "{said}: {p:?}");
        prop_assert!(
            keeps_second_difference(&found, &points, &[p, m, q], &Rational::ZERO),
            "{said}: {truths:?} at {points:?}, {found:?}"
        );
    }
    if kind == Formula::Any {
        return Ok(());
    }
    let TargetBody::Outputs(formulas) = target.body() else {
        return Ok(());
    };
    let point = choices.point(cell.sides(), false);
    for i in 0..inputs {
        let first = derivative(&formulas[0], i).expect("smooth");
        for j in i..inputs {
            let second = derivative(&first, j).expect("smooth");
            let text = second.display(target.inputs()).to_string();
            let second = self::target(&text, inputs);
            let Ok(truth) = common::true_outputs(&second, &point).remove(0) else {
                continue;
            };
            prop_assert!(
                truth.is_in(&found.second(i, j)),
                "{said}: derivative {i}, {j} at {point:?} is {truth:?}, not in {:?}",
                found.second(i, j)
            );
        }
    }
    Ok(())
}

/// Checks the second derivatives of a random network, reduced to a random box.
fn network_holds(choices: &mut Choices) -> Result<(), TestCaseError> {
    let inputs = 1 + choices.below(3);
    let network = choices.network(inputs, Kind::Continuous);
    let outer = choices.sides(inputs);
    let sides = choices.inner(&outer);
    let whole = Cell::from_sides(outer);
    let cell = Cell::from_sides(sides);
    let fold = Dyadic::power_of_two(-choices.integer(3, 40));
    let reduced = Reduced::from_network(&network, whole.intervals())
        .and_then(|root| root.reduce::<Interval>(cell.intervals(), None, fold))
        .expect("a value");
    let found = reduced
        .evaluate(&inputs_over::<Second>(&cell))
        .expect("a value");
    for _ in 0..4 {
        let points = line(choices, cell.sides());
        let truths = points.each_ref().map(|p| common::true_forward(&network, p));
        for (k, found) in found.iter().enumerate() {
            let radius = reduced.output(k).radius.to_rational();
            let Some(radius) = radius else { continue };
            let slack = radius * Rational::from(4);
            let [p, m, q] = truths.each_ref().map(|truth| &truth[k]);
            prop_assert!(
                keeps_second_difference(found, &points, &[p, m, q], &slack),
                "output {k}: {truths:?} at {points:?}, {found:?}\n{network:?}\n{reduced:?}"
            );
        }
    }
    Ok(())
}

/// The bound of the method on a whole domain, where it applies and has one.
fn second_order(network: &Network, question: &Question) -> Option<Rational> {
    let cell = Cell::root(&question.domain);
    let root = on_domain(network, question).expect("a value");
    let mut leaves = Leaves::new(network, question);
    match leaves.bound(Method::SecondOrder, &cell, &root, Reduction::PLAIN) {
        Ok(Bound::Sup(bound)) => bound.to_rational(),
        Ok(other) => panic!("{other:?} is no bound in sup"),
        Err(_) => None,
    }
}

type Sides = Vec<(Rational, Rational)>;

/// A random network, a formula and a box.
fn problem(choices: &mut Choices, kind: Kind, formula: Formula) -> (Network, String, Sides) {
    // Arithmetic has a size of its own for five and six inputs.
    let inputs = 1 + choices.below(6);
    let network = choices.network(inputs, kind);
    let height = 1 + choices.below(3);
    let text = choices.formula(inputs, height, formula);
    let outer = choices.sides(inputs);
    let sides = choices.inner(&outer);
    (network, text, sides)
}

/// The question how far each output is from a formula on a box.
fn about(network: &Network, text: &str, sides: &[(Rational, Rational)]) -> Question {
    let domain: Vec<String> = sides
        .iter()
        .zip(common::NAMES)
        .map(|((low, high), name)| format!("{name}={low}..{high}"))
        .collect();
    let texts = vec![text; network.outputs().len()];
    question(network, &texts, &domain.join(","), None)
}

/// Checks the bound on a random box against the error at points of it.
fn bound_holds(choices: &mut Choices, kind: Kind, formula: Formula) -> Result<(), TestCaseError> {
    let (network, text, sides) = problem(choices, kind, formula);
    let asked = about(&network, &text, &sides);
    let Some(bound) = second_order(&network, &asked) else {
        return common::not_a_case();
    };
    for _ in 0..8 {
        // At the edge a step may be taken as it is almost everywhere else.
        let point = choices.point(&sides, true);
        let error = common::error_at(&network, &asked, &point);
        prop_assert!(
            error <= bound,
            "{text} at {point:?}: {error} > {bound}\n{network:?}"
        );
    }
    Ok(())
}

/// The share of a cell by a method, where it applies and has ends.
fn share(leaves: &mut Leaves<'_>, method: Method, cell: &Cell, here: &OnCell) -> Option<Interval> {
    match leaves.bound(method, cell, here, Reduction::PLAIN) {
        Ok(Bound::Integral(share)) if share.is_bounded() => Some(share),
        Ok(Bound::Integral(_)) | Err(_) => None,
        Ok(other) => panic!("{other:?} is no share"),
    }
}

/// What a method says of a whole cell and the sum of what linear forms say of many parts of it both hold
/// the integral.
fn shares_meet(choices: &mut Choices, kind: Kind, formula: Formula) -> Result<(), TestCaseError> {
    let (network, text, sides) = problem(choices, kind, formula);
    for norm in [Norm::L1, Norm::L2] {
        let asked = Question {
            norm,
            ..about(&network, &text, &sides)
        };
        let Ok(root) = on_domain(&network, &asked) else {
            return common::not_a_case();
        };
        let mut leaves = Leaves::new(&network, &asked);
        let cell = Cell::root(&asked.domain);
        let Some(found) = share(&mut leaves, Method::SecondOrder, &cell, &root) else {
            continue;
        };
        // Cut in the middle again and again, one input after the other.
        let mut parts = vec![cell];
        let inputs = sides.len();
        for cut in 0..[7, 8, 9, 9, 10, 10][inputs - 1] {
            let halves = parts.iter().filter_map(|part| part.cut(cut % inputs, None));
            parts = halves.flat_map(|(lower, upper)| [lower, upper]).collect();
        }
        let mut sum = Interval::ZERO;
        for part in &parts {
            let Some(share) = share(&mut leaves, Method::Linear, part, &root) else {
                return Ok(());
            };
            sum = sum.plus(&share);
        }
        prop_assert!(
            found.intersection(&sum).is_some(),
            "{text}, {norm:?}: {found} and {sum} on {sides:?}\n{network:?}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(common::cases(300))]

    #[test]
    fn integrals_of_smooth_errors_meet_those_of_many_parts(mut choices in choices()) {
        shares_meet(&mut choices, Kind::Continuous, Formula::Smooth)?;
    }

    #[test]
    fn integrals_of_polynomials_meet_those_of_many_parts(mut choices in choices()) {
        shares_meet(&mut choices, Kind::Continuous, Formula::Polynomial)?;
    }
}

proptest! {
    #![proptest_config(common::cases(600))]

    #[test]
    fn polynomials_have_these_second_derivatives(mut choices in choices()) {
        formula_holds(&mut choices, Formula::Polynomial)?;
    }

    #[test]
    fn smooth_formulas_have_these_second_derivatives(mut choices in choices()) {
        formula_holds(&mut choices, Formula::Smooth)?;
    }

    #[test]
    fn formulas_with_kinks_jumps_and_gaps_keep_second_differences(mut choices in choices()) {
        formula_holds(&mut choices, Formula::Any)?;
    }

    #[test]
    fn networks_keep_second_differences(mut choices in choices()) {
        network_holds(&mut choices)?;
    }

    #[test]
    fn the_bound_holds_for_smooth_formulas(mut choices in choices()) {
        bound_holds(&mut choices, Kind::Continuous, Formula::Smooth)?;
    }

    #[test]
    fn the_bound_holds_for_any_formula_and_network(mut choices in choices()) {
        bound_holds(&mut choices, Kind::Any, Formula::Any)?;
    }
}

fn zero(inputs: &[&str]) -> Network {
    let weights = vec!["0"; inputs.len()];
    network(inputs, vec![layer(Identity, &[(&weights, "0")])])
}

#[test]
fn quadratic_errors_are_found_in_one_leaf() {
    // The largest values are taken at an end, inside, and at a corner.
    for (formula, truth) in [
        ("x^2 + x/2", "3/2"),
        ("x/2 - x^2 + 2", "33/16"),
        ("x^2 + y^2 - x*y", "3"),
        ("1 - x^2 - y^2", "1"),
    ] {
        let asked = question(&zero(&["x", "y"]), &[formula], "x=-1..1,y=-1..1", None);
        let bound = second_order(&zero(&["x", "y"]), &asked).expect("smooth");
        let truth = number(truth);
        let slack = Rational::power_of_two(-50);
        assert!(
            bound >= truth && bound <= truth + slack,
            "{formula}: {bound}"
        );
    }
}

#[test]
fn kinks_jumps_and_infinite_curvature_have_no_bound() {
    for formula in [
        "abs(x)",
        "relu(x - 1/3)",
        "heaviside(x)",
        "max(x, -y)",
        "min(x, 0)",
        "if(x > y, x, y)",
        "sqrt(x + 1)",
        "(x + 1)^(3/2)",
        "asin(x)",
        "abs(x)*y",
        "exp(-abs(y))",
    ] {
        let net = zero(&["x", "y"]);
        let asked = question(&net, &[formula], "x=-1..1,y=-1..1", None);
        assert_eq!(second_order(&net, &asked), None, "{formula}");
    }
    // Decided on the box, they are as good as what they stand for.
    for formula in ["abs(x)", "relu(x)", "max(x, -y)", "if(x > -y, x, y)"] {
        let net = zero(&["x", "y"]);
        let asked = question(&net, &[formula], "x=1..2,y=1..2", None);
        let bound = second_order(&net, &asked).expect("smooth here");
        assert!(bound < number("2.001"), "{formula}: {bound}");
    }
}

#[test]
fn a_box_without_an_inside_is_refused() {
    // Its sides as intervals have neighbouring numbers as ends, one of them the middle, where
    // abs(x - 1) could be taken for the wrong branch.
    let net = zero(&["x"]);
    let above = Rational::ONE + Rational::power_of_two(-62);
    let asked = Question {
        network: digest(&net),
        target: parse_target(&["abs(x - 1)"], Some(net.inputs())).expect("a target"),
        domain: Domain::parse(&format!("x=1..{above}")).expect("a domain"),
        norm: Norm::Sup,
        threshold: None,
        semantics: steeple::certificate::Semantics::Real,
    };
    assert_eq!(second_order(&net, &asked), None);
}

#[test]
fn the_bound_falls_with_the_cube_of_the_box() {
    // tanh(x + y) + tanh(x - y)/2 against its own expansion at (1/3, 1/5): what is left is the
    // change of second derivatives over the box.
    let net = network(
        &["x", "y"],
        vec![
            layer(Tanh, &[(&["1", "1"], "0"), (&["1", "-1"], "0")]),
            layer(Identity, &[(&["1", "1/2"], "0")]),
        ],
    );
    let middle = [number("1/3"), number("1/5")];
    let root = Reduced::from_network(&net, &[Interval::SYMMETRIC_UNIT; 2]).expect("a value");
    for power in [6, 9, 12] {
        let half = Rational::power_of_two(-power - 1);
        let around = |at: &Rational| (at - &half, at + &half);
        let cell = Cell::from_sides(middle.iter().map(around).collect());
        let found = root
            .evaluate(&inputs_over::<Hessian<2>>(&cell))
            .expect("a value")[0];
        for (i, j) in [(0, 0), (0, 1), (1, 1)] {
            let limit = Dyadic::power_of_two(i64::from(3 - power));
            let second = found.second(i, j);
            assert!(second.wid() <= limit, "side 2^-{power}: {i} {j} {second:?}");
        }
        assert!(found.range().wid() <= Dyadic::power_of_two(i64::from(2 - power)));
    }
}

#[test]
fn a_product_with_nothing_is_nothing() {
    // 0 · sqrt(x) does not depend on x, whatever the slope of the root at 0 is.
    let side = Interval::UNIT;
    let x = Hessian::<1>::variable(0, &side);
    let root = x.apply(steeple::numbers::Function::Sqrt).expect("defined");
    assert!(!root.second(0, 0).is_bounded());
    let nothing = root.mul(&Hessian::constant_value(Interval::ZERO));
    assert_eq!(nothing.expect("defined").second(0, 0), Interval::ZERO);
}

/// Integrals of quadratics that are known, by a single leaf: the line has a sign of its own, or the bend
/// is odd beside it, or neither.
#[test]
fn integrals_of_quadratics_are_found_in_one_leaf() {
    for (formula, norm, truth, slack) in [
        ("4 + x + y + x^2 - x*y", Norm::L1, "52/3", "2^-50"),
        ("4 + x + y + x^2 - x*y", Norm::L2, "3536/45", "2^-50"),
        // |8 x + x y| = |x| (8 + y); the bound of what turns the sign is 1²/8 of the volume.
        ("8*x + x*y", Norm::L1, "16", "1/2"),
        ("8*x + x*y", Norm::L2, "772/9", "2^-50"),
    ] {
        let asked = Question {
            norm,
            ..question(&zero(&["x", "y"]), &[formula], "x=-1..1,y=-1..1", None)
        };
        let net = zero(&["x", "y"]);
        let cell = Cell::root(&asked.domain);
        let root = on_domain(&net, &asked).expect("a value");
        let mut leaves = Leaves::new(&net, &asked);
        let found = share(&mut leaves, Method::SecondOrder, &cell, &root).expect("a share");
        assert!(
            found.contains_rational(&number(truth)),
            "{formula}: {found}"
        );
        let wide = found.wid().to_rational().expect("bounded");
        assert!(wide <= number(slack), "{formula}: {found}");
    }
}

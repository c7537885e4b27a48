//! Builds in float arithmetic, small ones.

use super::*;
use crate::builders::Arrangement;
use crate::certificate::{ActivationError, FloatFormat};
use crate::expr::{Domain, Target, parse_target};
use crate::numbers::literal;
use crate::workflow::{Outcome, Verdict, build, unwatched};

fn in_float32(builder: BuilderName, parameters: &Parameters, problem: [&str; 3]) -> Outcome {
    let [formula, domain, tolerance] = problem;
    let domain = Domain::parse(domain).expect("a domain");
    let target: Target = parse_target(&[formula], Some(domain.names())).expect("a formula");
    let tolerance = literal::parse(tolerance).expect("a number");
    let semantics = Semantics::Float(Floats {
        format: FloatFormat::Float32,
        summation: Summation::Any,
        activation: ActivationError {
            ulps: Rational::from(4),
            abs: Rational::power_of_two(-21),
        },
        rounded_inputs: false,
    });
    let request = BuildRequest {
        builder,
        parameters,
        target: &target,
        domain: &domain,
        norm: Norm::Sup,
        threshold: None,
        tolerance: Some(&tolerance),
        gap: Rational::ratio(1, 100),
        semantics,
        limits: Limits::default(),
        threads: crate::jobs::Threads::CALLER,
        portable: false,
    };
    build(&request, None, &mut unwatched).expect("built")
}

fn are_floats(network: &Network) -> bool {
    let layers = network.layers().iter();
    let mut numbers =
        layers.flat_map(|layer| layer.weights().pool().iter().chain(layer.bias().pool()));
    numbers.all(|number| FloatFormat::Float32.is_normal(number))
}

#[test]
fn a_size_is_raised_for_rounding() {
    let sine = ["sin(x)", "x=0..6.2831853", "0.001"];
    let parameters = Parameters::default();
    let outcome = in_float32(BuilderName::Interpolant, &parameters, sine);
    assert_eq!(outcome.verification.verdict, Verdict::Proved);
    assert!(are_floats(&outcome.built.network));
    // 71 pieces are enough in real arithmetic, and stay so far below it that rounding breaks nothing.
    let cells = outcome.built.chosen.cells.expect("cells")[0];
    assert!((71..80).contains(&cells), "{cells}");
    let steps = outcome.repair.steps.join("\n");
    assert!(
        steps.contains("in real arithmetic, which leaves the rest for rounding"),
        "{steps}"
    );
    assert!(outcome.built.notes.join("\n").contains(&steps));
}

#[test]
fn the_least_tolerance_is_told_where_nothing_helps() {
    // One hidden layer, as asked for, loses too much.
    let sine = ["sin(x)", "x=0..6.2831853", "0.00001"];
    let parameters = Parameters {
        arrangement: Some(Arrangement::Sum),
        ..Parameters::default()
    };
    let outcome = in_float32(BuilderName::Interpolant, &parameters, sine);
    assert_eq!(outcome.verification.verdict, Verdict::Undecided);
    let upper = outcome.verification.verified.claim().error_upper();
    let upper = estimate_rational(&upper.expect("a bound"));
    assert!((1e-5..2e-3).contains(&upper), "{upper}");
    let steps = outcome.repair.steps.join("\n");
    assert!(
        steps.contains("the least tolerance that was proved in float32: 0.00"),
        "{steps}"
    );
    assert!(steps.contains("summation = \"emitted\""), "{steps}");
}

#[test]
fn candidates_of_the_smallest_network_are_rounded_before_they_are_proved() {
    let parameters = Parameters {
        units: Some(crate::builders::Units::Relu),
        hidden_layers: Some(1),
        max_units: Some(3),
        effort: Some(1),
        ..Parameters::default()
    };
    let third = ["x/3 + abs(x)/7", "x=-1..1", "0.01"];
    let outcome = in_float32(BuilderName::Smallest, &parameters, third);
    assert_eq!(outcome.verification.verdict, Verdict::Proved);
    assert!(are_floats(&outcome.built.network));
    let outcome = in_float32(BuilderName::Exact, &Parameters::default(), third);
    assert_eq!(outcome.verification.verdict, Verdict::Proved);
    assert!(are_floats(&outcome.built.network));
}

#[test]
fn no_network_of_floats_has_the_error_0_where_sums_are_rounded() {
    let tariff = [
        "if(x < 10, x, if(x < 50, 10 + (x - 10)/2, 30 + (x - 50)/4))",
        "x=0..100",
        "0",
    ];
    let outcome = in_float32(BuilderName::Exact, &Parameters::default(), tariff);
    assert_eq!(outcome.verification.verdict, Verdict::Undecided);
    let upper = outcome.verification.verified.claim().error_upper();
    let upper = estimate_rational(&upper.expect("a bound"));
    assert!((1e-6..1e-4).contains(&upper), "{upper}");
}

#[test]
fn a_size_that_is_too_small_is_refuted() {
    let sine = ["sin(x)", "x=0..6.2831853", "0.001"];
    let parameters = Parameters {
        cells: Some(vec![8]),
        ..Parameters::default()
    };
    let outcome = in_float32(BuilderName::Interpolant, &parameters, sine);
    assert_eq!(outcome.verification.verdict, Verdict::Refuted);
    assert_eq!(outcome.repair, Repair::default());
}

#[test]
fn a_sum_that_loses_too_much_becomes_hats() {
    let sine = ["sin(x)", "x=0..6.2831853", "0.00001"];
    let outcome = in_float32(BuilderName::Interpolant, &Parameters::default(), sine);
    assert_eq!(outcome.verification.verdict, Verdict::Proved);
    assert!(are_floats(&outcome.built.network));
    let chosen = &outcome.built.chosen;
    assert_eq!(chosen.arrangement, Some(Arrangement::Hats));
    // In real arithmetic 397 pieces are enough; about a twentieth of the tolerance is left for rounding.
    let cells = chosen.cells.as_ref().expect("cells")[0];
    assert!((390..440).contains(&cells), "{cells}");
    let steps = outcome.repair.steps.join("\n");
    assert!(steps.contains("rounding alone may cost 0.00"), "{steps}");
    assert!(steps.contains("arranged as hats"), "{steps}");
}

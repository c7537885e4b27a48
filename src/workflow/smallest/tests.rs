use super::super::verify::WorkflowError;
use super::choose;
use crate::builders::{BuilderName, Parameters, Units};
use crate::certificate::{Norm, Semantics};
use crate::expr::{Domain, Target};
use crate::jobs::Threads;
use crate::network::{Network, size};
use crate::numbers::Rational;
use crate::prover::{Limits, unwatched};
use crate::workflow::{BuildRequest, build, spec};

/// Chooses for a formula; returns the network and its notes.
fn chosen_on(
    threads: Threads<'_>,
    (formula, domain, tolerance): (&str, &str, &str),
    parameters: &Parameters,
) -> Result<(Network, Vec<String>), WorkflowError> {
    let target = Target::parse(formula).expect("a formula");
    let domain = Domain::parse(domain).expect("a domain");
    let tolerance: Rational = tolerance.parse().expect("a number");
    let request = BuildRequest {
        builder: BuilderName::Smallest,
        parameters,
        target: &target,
        domain: &domain,
        norm: Norm::Sup,
        threshold: None,
        tolerance: Some(&tolerance),
        gap: spec::default_gap(),
        semantics: Semantics::Real,
        limits: Limits::default(),
        threads,
        portable: false,
    };
    let outcome = build(&request, None, &mut unwatched)?;
    let upper = outcome.verification.verified.claim().error_upper();
    assert!(upper.expect("a bound") <= tolerance, "the checker says so");
    Ok((outcome.built.network, outcome.built.notes))
}

fn chosen(problem: (&str, &str, &str), parameters: &Parameters) -> Network {
    chosen_on(Threads::All, problem, parameters)
        .expect("a network")
        .0
}

/// Little effort, so that tests are quick.
fn quick() -> Parameters {
    Parameters {
        effort: Some(1),
        ..Parameters::default()
    }
}

const SINE: (&str, &str, &str) = ("sin(x)", "x=0..6.2831853", "1/1000");

#[test]
fn three_units_are_a_sine_and_all_threads_find_the_same() {
    let (network, notes) = chosen_on(Threads::All, SINE, &quick()).expect("a network");
    assert_eq!(size(&network).units, 3);
    assert!(size(&network).largest_weight <= Rational::from(1000));
    assert!(notes[0].starts_with("trained tanh network"), "{notes:?}");
    let alone = chosen_on(Threads::CALLER, SINE, &quick())
        .expect("a network")
        .0;
    assert_eq!(network, alone);
}

#[test]
fn an_affine_function_needs_no_unit() {
    let network = chosen(("2*x - y/3 + 1", "x=0..1,y=-1..1", "1/1000"), &quick());
    assert_eq!(size(&network).hidden_layers, 0);
}

#[test]
fn keys_bound_the_search() {
    let sigmoid = Parameters {
        units: Some(Units::Sigmoid),
        max_weight: Some(Rational::from(30)),
        ..quick()
    };
    let network = chosen(SINE, &sigmoid);
    let names = network
        .layers()
        .iter()
        .map(|layer| layer.activation().name());
    assert_eq!(names.collect::<Vec<_>>(), ["sigmoid", "identity"]);
    assert!(size(&network).largest_weight <= Rational::from(30));

    let parabola = ("x^2", "x=-1..1", "1/20");
    let relu = Parameters {
        units: Some(Units::Relu),
        hidden_layers: Some(1),
        ..quick()
    };
    let network = chosen(parabola, &relu);
    assert_eq!(network.layers()[0].activation().name(), "relu");
    assert_eq!(size(&network).hidden_layers, 1);
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    let refused = |problem, parameters: &Parameters| {
        chosen_on(Threads::All, problem, parameters)
            .expect_err("refused")
            .to_string()
    };
    let two = Parameters {
        max_units: Some(2),
        ..quick()
    };
    let text = refused(SINE, &two);
    assert!(text.contains("of at most 2 units"), "{text}");
    assert!(
        text.contains("the best fit has 2 units and an error of about 0.00"),
        "{text}"
    );
    let jump = refused(("if(x < 1/3, 0, 1)", "x=0..1", "1/10"), &quick());
    assert!(
        jump.contains("jumps by 1 at x = 1/3") && jump.contains("at least 1/2"),
        "{jump}"
    );
    let layers = Parameters {
        hidden_layers: Some(4),
        ..quick()
    };
    assert!(refused(SINE, &layers).contains("`hidden_layers` is 4, at most 3"));
    let effort = Parameters {
        effort: Some(0),
        ..Parameters::default()
    };
    assert!(refused(SINE, &effort).contains("`effort` is 0, at least 1"));
}

#[test]
fn a_norm_or_a_missing_tolerance_is_refused() {
    let target = Target::parse("x^2").expect("a formula");
    let domain = Domain::parse("x=0..1").expect("a domain");
    let (parameters, tolerance) = (Parameters::default(), Rational::ratio(1, 10));
    for (norm, tolerance) in [(Norm::L1, Some(&tolerance)), (Norm::Sup, None)] {
        let request = BuildRequest {
            builder: BuilderName::Smallest,
            parameters: &parameters,
            target: &target,
            domain: &domain,
            norm,
            threshold: None,
            tolerance,
            gap: spec::default_gap(),
            semantics: Semantics::Real,
            limits: Limits::default(),
            threads: Threads::All,
            portable: false,
        };
        let error = choose(&request, &mut unwatched).err().expect("refused");
        assert!(
            error
                .to_string()
                .contains("needs the norm sup and a `tolerance`")
        );
    }
}

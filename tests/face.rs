//! The face of the library refuses what the command line refuses, and says which weights it judged.

use steeple::{Domain, Norm, Target, VerifyError, Weights, builders, formats};

fn square() -> (steeple::Network, Target, Domain) {
    let target = Target::parse("x^2").expect("a formula");
    let domain = Domain::parse("x=-1..1").expect("a domain");
    let network = builders::interpolant(&target, &domain, 3).expect("a network");
    (network, target, domain)
}

#[test]
fn a_target_without_values_is_refused_before_a_search() {
    let (network, _, domain) = square();
    for formula in ["sqrt(x)", "1/x", "log(x + 1)"] {
        let Ok(target) = Target::parse(formula) else {
            continue;
        };
        let found = steeple::verify(&network, &target, &domain).run();
        assert!(
            matches!(found, Err(VerifyError::NotDefined(_))),
            "{formula}: {found:?}"
        );
    }
}

#[test]
fn norms_thresholds_and_targets_go_together() {
    let (network, target, domain) = square();
    let asked = || steeple::verify(&network, &target, &domain);
    let region = asked().norm(Norm::Area).run();
    assert!(matches!(region, Err(VerifyError::Measure(_))), "{region:?}");
    let threshold = asked().threshold("1/2").expect("a number").run();
    assert!(
        matches!(threshold, Err(VerifyError::Measure(_))),
        "{threshold:?}"
    );
}

#[test]
fn a_certificate_to_go_on_with_is_looked_at() {
    let (network, target, domain) = square();
    let asked = || steeple::verify(&network, &target, &domain);
    let good = asked().run().expect("a verdict").certificate();
    let text = String::from_utf8(good).expect("text");
    let radius = text
        .lines()
        .find(|line| line.starts_with("constant-radius"));
    let bad = text.replace(radius.expect("a line"), "constant-radius -1");
    for (certificate, other) in [
        (bad, false),
        ("steeple".to_owned(), false),
        (text.replace("domain x -1", "domain x 0"), true),
    ] {
        let found = asked().resume(certificate.as_bytes()).run();
        let is_refused = match found {
            Err(VerifyError::OtherQuestion) => other,
            Err(VerifyError::Certificate(_)) => !other,
            _ => false,
        };
        assert!(is_refused, "{certificate}: {found:?}");
    }
}

#[test]
fn verdicts_and_checks_name_the_weights() {
    let (network, target, domain) = square();
    let file = formats::to_onnx(&network).expect("floats");
    let opened = formats::open(&file).expect("a network");
    assert_eq!(opened.weights, Weights::Stored);
    let answer = opened.verify(&target, &domain).run().expect("a verdict");
    assert!(answer.json().contains(r#""weights":"stored""#));
    let checked = steeple::check(&answer.certificate(), &file).expect("accepted");
    assert_eq!(checked.weights(), Weights::Stored);
    // The exact network is another one.
    let exact = formats::to_json(&network);
    assert!(steeple::check(&answer.certificate(), &exact).is_err());
}

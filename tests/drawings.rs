//! Snapshots of reports and pictures of a small built network.

use steeple::builders::{BuilderName, Parameters};
use steeple::certificate::Norm;
use steeple::expr::{Domain, parse_target};
use steeple::numbers::Rational;
use steeple::report::{Report, html, json, markdown};
use steeple::workflow::{BuildRequest, Limits, PictureKind, Subject, build, draw, summarise};

/// The report of a built network, and its pictures by name.
fn built(
    builder: BuilderName,
    parameters: &Parameters,
    formula: &str,
    domain: &str,
    norm: Norm,
) -> (Report, Vec<(String, String)>) {
    let target = parse_target(&[formula], None).expect("a formula");
    let domain = Domain::parse(domain).expect("a domain");
    let folder = tempfile::tempdir().expect("a folder");
    let request = BuildRequest {
        builder,
        parameters,
        target: &target,
        domain: &domain,
        norm,
        threshold: (norm == Norm::Area).then(|| Rational::ratio(1, 2)),
        tolerance: None,
        gap: Rational::ratio(1, 10),
        limits: Limits::default(),
        threads: Some(2),
    };
    let (built, network, verification) =
        build(&request, folder.path(), &mut |_| {}).expect("a verdict");
    let mut report = summarise(&verification, &network, Some(&built));
    report.certificate.path = Some("certificate.steeple".into());
    let question = &verification.verified.claim().question;
    let subject = Subject {
        network: &network,
        question,
        claim: Some(verification.verified.claim()),
        certificate: Some(&verification.certificate),
        values: verification.verified.witness(),
    };
    let pictures = PictureKind::for_question(question)
        .into_iter()
        .map(|kind| {
            (
                kind.name().to_string(),
                draw(kind, &subject).expect("a picture"),
            )
        })
        .collect();
    (report, pictures)
}

fn square() -> (Report, Vec<(String, String)>) {
    let parameters = Parameters {
        cells: Some(vec![4]),
        ..Parameters::default()
    };
    built(
        BuilderName::Interpolant,
        &parameters,
        "x^2",
        "x=0..1",
        Norm::Sup,
    )
}

#[test]
fn report_of_an_exact_interpolant() {
    let (report, pictures) = square();
    let names: Vec<String> = pictures
        .iter()
        .map(|(name, _)| format!("{name}.svg"))
        .collect();
    insta::assert_snapshot!("square_report_md", markdown::render(&report, &names));
    let object = json::build(&report, json::Times::LeftOut);
    insta::assert_snapshot!(
        "square_report_json",
        serde_json::to_string_pretty(&object).expect("an object")
    );
    let page = html::render(&report, &pictures);
    assert!(page.contains("exactly") && page.matches("<svg").count() >= 2);
    assert!(!page.contains("<script"), "the page runs nothing");
}

#[test]
fn partition_of_an_exact_interpolant() {
    let (_, pictures) = square();
    let (_, svg) = pictures
        .iter()
        .find(|(name, _)| name == "partition")
        .expect("a partition");
    insta::assert_snapshot!("square_partition_svg", svg);
}

#[test]
fn report_of_a_triangle_in_a_disk() {
    let parameters = Parameters {
        sides: Some(3),
        units: Some(steeple::builders::Units::Heaviside),
        ..Parameters::default()
    };
    let (report, pictures) = built(
        BuilderName::Disk,
        &parameters,
        "x^2 + y^2 <= 1",
        "x=-3/2..3/2,y=-3/2..3/2",
        Norm::Area,
    );
    let names: Vec<String> = pictures
        .iter()
        .map(|(name, _)| format!("{name}.svg"))
        .collect();
    insta::assert_snapshot!("triangle_report_md", markdown::render(&report, &names));
    // The classes of the picture are decided by enclosures, so it shows all of them.
    let (_, svg) = &pictures[0];
    for word in [
        "both inside",
        "both outside",
        "network out, target in",
        "unknown",
    ] {
        assert!(svg.contains(word), "{word}");
    }
}

#[test]
fn pictures_are_the_same_each_time() {
    let (first, second) = (square(), square());
    assert!(first.1 == second.1);
}

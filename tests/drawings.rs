//! Snapshots of reports and pictures of a small built network.

use steeple::builders::{BuilderName, Parameters};
use steeple::certificate::{Norm, Semantics};
use steeple::draw::FacetLine;
use steeple::expr::{Domain, parse_target};
use steeple::formats::json as json_network;
use steeple::network::Network;
use steeple::numbers::Rational;
use steeple::report::{Report, html, json, markdown};
use steeple::workflow::pictures::{diagram::diagram, warp::warp};
use steeple::workflow::regions::facets;
use steeple::workflow::{
    BuildRequest, Limits, PictureKind, RegionsRequest, Subject, build, count_regions, draw,
    draw_network, summarise,
};

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
        semantics: Semantics::Real,
        limits: Limits::default(),
        threads: steeple::jobs::Threads::Count(2),
        portable: false,
    };
    let outcome = build(
        &request,
        Some(folder.path()),
        &mut steeple::workflow::unwatched,
    )
    .expect("a verdict");
    let (built, verification) = (outcome.built, outcome.verification);
    let mut report = summarise(&verification, &built.network, Some(&built));
    report.certificate.path = Some("certificate.steeple".into());
    let question = &verification.verified.claim().question;
    let subject = Subject {
        network: &built.network,
        question,
        claim: Some(verification.verified.claim()),
        certificate: Some(&verification.certificate),
        values: verification.verified.witness(),
        on_domain: verification.on_domain.as_ref(),
        points: None,
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
    let page = html::render(&report, &pictures, None);
    assert!(page.contains("(exact)") && page.matches("<svg").count() >= 2);
    assert!(
        !page.contains(" src=") && !page.contains("<link"),
        "the page loads nothing"
    );
    // Style and script are files of their own, and too long for a snapshot.
    let page = html::render(&report, &[], None);
    let body = page.split_once("<body>").expect("a body").1;
    let (text, _) = body.split_once("<script>").expect("a script");
    insta::assert_snapshot!("square_report_html", text.replace("><", ">\n<"));
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

/// `step(x + y) + step(y - x)`: four cells of three heights.
const STEPS: &str = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
  {"activation": "heaviside", "weights": [["1", "1"], ["-1", "1"]], "bias": ["0", "0"]},
  {"activation": "identity", "weights": [["1", "1"]], "bias": ["0"]}]}"#;

#[test]
fn a_network_alone_is_drawn_with_exact_walls() {
    let network = json_network::read(STEPS).expect("a network");
    let domain = Domain::parse("x=-1..1,y=-1..1").expect("a domain");
    let half = Rational::ratio(1, 2);
    let drawn = |kind, threshold| draw_network(kind, &network, &domain, threshold);
    let svg = drawn(PictureKind::Surface, None).expect("a picture");
    assert!(svg.contains("nothing is proved here") && !svg.contains("target</text>"));
    insta::assert_snapshot!("steps_surface_svg", svg);
    let svg = drawn(PictureKind::Surface, Some(&half)).expect("a picture");
    assert!(svg.contains("level of the decision"));
    let error = drawn(PictureKind::Curve, None).expect_err("two inputs");
    assert_eq!(
        error.to_string(),
        "picture `curve` needs a network of one input, found 2"
    );
}

#[test]
fn a_dip_too_small_to_see_is_enlarged() {
    let parameters = Parameters {
        cells: Some(vec![2, 2]),
        ..Parameters::default()
    };
    let surface = |builder, formula| {
        let (_, pictures) = built(builder, &parameters, formula, "x=-1..1,y=-1..1", Norm::Sup);
        let found = pictures.into_iter().find(|(name, _)| name == "surface");
        found.expect("a surface").1
    };
    let towers = surface(BuilderName::Towers, "1 + x/9 + y/9");
    assert!(
        towers.contains("around the largest error found, "),
        "the dip where four towers meet"
    );
    let ridge = surface(BuilderName::Quadrants, "1 + x/9 + y/9");
    assert!(
        !ridge.contains("around the largest error found"),
        "steps as wide as cells"
    );
}

#[test]
fn pictures_are_the_same_each_time() {
    let (first, second) = (square(), square());
    assert!(first.1 == second.1);
}

/// A network in the JSON of network files.
fn read(text: &str) -> Network {
    json_network::read(text).expect("a network")
}

/// max(0, x - y) and a jump at x = 0: two creases, one wall.
const BENT: &str = r#"{ "steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
    { "activation": "relu", "weights": [["1", "-1"], ["-1", "1"]], "bias": ["0", "0"] },
    { "activation": "identity", "weights": [["1", "-1/2"]], "bias": ["0"] } ] }"#;
const STEP: &str = r#"{ "steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
    { "activation": "heaviside", "weights": [["1", "0"]], "bias": ["-1/3"] },
    { "activation": "identity", "weights": [["1"]], "bias": ["0"] } ] }"#;
/// Exclusive or with two units.
const XOR: &str = r#"{ "steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
    { "activation": "tanh", "weights": [["3", "3"], ["-3", "-3"]], "bias": ["-2", "4"] },
    { "activation": "sigmoid", "weights": [["4", "4"]], "bias": ["-2"] } ] }"#;

#[test]
fn every_region_is_a_facet() {
    let domain = Domain::parse("x=0..1,y=0..1").expect("a domain");
    let picture = |network: &Network| {
        let request = RegionsRequest {
            network,
            domain: &domain,
            threshold: None,
            memory: 1 << 30,
        };
        let answer = count_regions(&request).expect("few regions");
        let picture = facets(&answer, network, &domain, 0, "facets").expect("two inputs");
        assert_eq!(picture.facets.cells.len(), answer.counts.activation_regions);
        picture
    };
    let bent = picture(&read(BENT));
    // Both facets have the same heights along the side that they share.
    let [side] = &bent.facets.sides[..] else {
        panic!("one side, not {}", bent.facets.sides.len());
    };
    for (left, right) in side.left_heights.iter().zip(side.right_heights) {
        assert!((left - right).abs() < 1e-12);
    }
    assert_eq!(side.line, FacetLine::Crease);
    insta::assert_snapshot!("bent_facets_svg", bent.render());
    let step = picture(&read(STEP));
    let heights = [
        step.facets.sides[0].left_heights,
        step.facets.sides[0].right_heights,
    ];
    assert!(heights.contains(&[0.0; 2]) && heights.contains(&[1.0; 2]));
    insta::assert_snapshot!("step_facets_svg", step.render());
}

#[test]
fn the_plane_bent_by_two_units() {
    let domain = Domain::parse("x=0..1,y=0..1").expect("a domain");
    let network = read(XOR);
    let half = Rational::ratio(1, 2);
    let picture = warp(&network, &domain, None, Some(&half)).expect("two inputs");
    assert_eq!(picture.panels.len(), 2);
    // The decision line of the last panel says of each point what the network says.
    let line = picture.panels[1].decision.as_ref().expect("a line");
    let points = picture.panels[1].points.iter().zip(&picture.labels);
    let mut seen = [0, 0];
    for (point, &label) in points {
        assert_eq!(
            line[0] * point[0] + line[1] * point[1] + line[2] >= 0.0,
            label
        );
        seen[usize::from(label)] += 1;
    }
    assert!(seen[0] > 20 && seen[1] > 20, "{seen:?}");
    // Labels from a region go before the network's.
    let region = parse_target(&["x <= 1/2"], Some(&["x".into(), "y".into()])).expect("a region");
    let told = warp(&network, &domain, Some(&region), None).expect("two inputs");
    let inputs = told.panels[0].points.iter().zip(&told.labels);
    assert!(inputs.clone().count() > 100);
    assert!(
        inputs
            .into_iter()
            .all(|(point, &label)| (point[0] <= 0.5) == label)
    );
    insta::assert_snapshot!("xor_diagram_svg", diagram(&network).render());
}

/// The picture of an error of decisions shows where they are wrong, by enclosures, and no `|N - f|`.
#[test]
fn the_error_of_a_decision_is_where_it_is_wrong() {
    let target = parse_target(&["x^2 + y^2 <= 1"], None).expect("a formula");
    let domain = Domain::parse("x=-2..2,y=-2..2").expect("a domain");
    let parameters = Parameters {
        sides: Some(6),
        ..Parameters::default()
    };
    let (name, norm) = (BuilderName::Disk, Norm::Area);
    let built = steeple::builders::build(name, &parameters, &target, &domain, norm);
    let network = built.expect("built").network;
    for (norm, threshold) in [(Norm::Area, Some(Rational::ratio(1, 2))), (Norm::Sup, None)] {
        let question = steeple::certificate::Question {
            network: steeple::network::digest(&network),
            target: target.clone(),
            domain: domain.clone(),
            norm,
            threshold,
            semantics: Semantics::Real,
        };
        let subject = Subject {
            network: &network,
            question: &question,
            claim: None,
            certificate: None,
            values: None,
            on_domain: None,
            points: None,
        };
        let svg = draw(PictureKind::Error, &subject).expect("a picture");
        assert!(svg.contains("Where the decision N ≥ 1/2 is wrong"));
        for part in [
            "both inside",
            "both outside",
            "network out, target in",
            "unknown",
        ] {
            assert!(svg.contains(part), "{part}");
        }
        // Nothing is proved without a certificate, and the network is not compared with 0 and 1.
        for part in ["|N − f|", "network in, target out", "proved"] {
            assert!(!svg.contains(part), "{part}");
        }
        assert!(svg.contains("misclassified"), "the area is said");
    }
}

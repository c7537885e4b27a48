//! Figures that the literature or a formula gives for built networks, found by the prover and
//! accepted by the checker.

use steeple::builders::{BuilderName, Fit, Parameters, Sawtooth, Units, build};
use steeple::certificate::{Norm, Question, Semantics};
use steeple::expr::{Domain, parse_target};
use steeple::network::digest;
use steeple::numbers::estimate::estimate_rational;
use steeple::numbers::{Rational, literal};
use steeple::workflow::{Limits, Verdict, VerifyRequest, verify};

/// A certified enclosure of an error, and the bound by theorem.
struct Fact {
    lower: Rational,
    upper: Rational,
    a_priori: Option<Rational>,
    notes: Vec<String>,
}

fn fact(
    name: BuilderName,
    parameters: &Parameters,
    (formula, domain): (&str, &str),
    norm: Norm,
    tolerance: Option<&str>,
    gap: &str,
) -> Fact {
    let domain = Domain::parse(domain).expect("a domain");
    let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
    let built = build(name, parameters, &target, &domain, norm).expect("built");
    let threshold = (norm == Norm::Area).then(|| Rational::ratio(1, 2));
    let request = VerifyRequest {
        network: &built.network,
        question: Question {
            network: digest(&built.network),
            target,
            domain,
            norm,
            threshold,
            semantics: Semantics::Real,
        },
        tolerance: tolerance.map(number),
        gap: number(gap),
        limits: Limits::default(),
        resume: None,
        threads: steeple::jobs::Threads::All,
        weights: steeple::certificate::Weights::Exact,
        portable: false,
    };
    let answer = verify(&request, None, &mut steeple::workflow::unwatched).expect("an answer");
    let wanted = if tolerance.is_some() {
        Verdict::Proved
    } else {
        Verdict::Enclosed
    };
    assert_eq!(answer.verdict, wanted, "{formula}");
    let claim = answer.verified.claim();
    let fact = Fact {
        lower: claim.stated_lower.clone(),
        upper: claim.stated_upper.clone().expect("bounded"),
        a_priori: built.a_priori.map(|bound| bound.upper),
        notes: built.notes,
    };
    if let Some(bound) = &fact.a_priori {
        assert!(fact.lower <= *bound, "{formula}: the theorem is refuted");
    }
    fact
}

fn number(text: &str) -> Rational {
    literal::parse(text).expect("a number")
}

fn folds(folds: usize, of: Sawtooth) -> Parameters {
    Parameters {
        folds: Some(folds),
        of: Some(of),
        ..Parameters::default()
    }
}

#[test]
fn squares_and_products_by_folding_have_exactly_their_errors() {
    for m in [1, 2, 4, 7] {
        let exact = Rational::power_of_two(-2 * i32::try_from(m).expect("small") - 2);
        let problem = ("x^2", "x=0..1");
        let square = folds(m, Sawtooth::Square);
        let found = fact(
            BuilderName::Sawtooth,
            &square,
            problem,
            Norm::Sup,
            None,
            "1/100",
        );
        assert_eq!((&found.lower, &found.upper), (&exact, &exact));
        assert_eq!(found.a_priori, Some(exact));
    }
    for m in [1, 3] {
        let exact = Rational::from(6) * Rational::power_of_two(-2 * m - 2);
        let problem = ("x*y - x", "x=-1..1,y=0..3");
        let product = folds(usize::try_from(m).expect("small"), Sawtooth::Product);
        let found = fact(
            BuilderName::Sawtooth,
            &product,
            problem,
            Norm::Sup,
            None,
            "1/100",
        );
        assert_eq!((&found.lower, &found.upper), (&exact, &exact));
        assert_eq!(found.a_priori, Some(exact));
    }
}

#[test]
fn polynomials_by_folding_are_within_their_bounds() {
    for (problem, m) in [
        (("x^3 - x/2", "x=-1..1"), 5),
        (("x^2*y - y^2/2 + x", "x=0..1,y=-1..1"), 3),
    ] {
        let parameters = folds(m, Sawtooth::Polynomial);
        let found = fact(
            BuilderName::Sawtooth,
            &parameters,
            problem,
            Norm::Sup,
            None,
            "1/4",
        );
        let bound = found.a_priori.expect("a theorem");
        assert!(found.upper <= &bound * &Rational::ratio(5, 4));
        assert!(
            found.lower * Rational::from(20) >= bound,
            "not much too large"
        );
    }
}

#[test]
fn three_smooth_units_are_round() {
    let smooth = Parameters {
        fit: Some(Fit::Smooth),
        ..Parameters::default()
    };
    for problem in [
        ("x^2 + y^2 <= 1", "x=-3/2..3/2,y=-3/2..3/2"),
        ("(x - 1)^2 + (y + 2)^2 <= 2", "x=-1..3,y=-4..0"),
    ] {
        let found = fact(
            BuilderName::Disk,
            &smooth,
            problem,
            Norm::Area,
            Some("0.002"),
            "1/100",
        );
        assert!(found.upper <= number("0.002"));
        assert!(found.a_priori.expect("a theorem") < number("0.002"));
    }
}

#[test]
fn balanced_polygons_have_the_least_area_known() {
    for (sides, area) in [(3, "1.141"), (4, "0.568"), (5, "0.343"), (6, "0.231")] {
        let balanced = Parameters {
            sides: Some(sides),
            fit: Some(Fit::Balanced),
            units: Some(Units::Heaviside),
            ..Parameters::default()
        };
        let problem = ("x^2 + y^2 <= 1", "x=-2..2,y=-2..2");
        let found = fact(
            BuilderName::Disk,
            &balanced,
            problem,
            Norm::Area,
            None,
            "1/2000",
        );
        // Three digits are known, and the enclosure is a two-thousandth wide.
        let slack = number(area) / Rational::from(2000) + number("0.0005");
        assert!(found.lower <= number(area) + &slack, "{sides}");
        assert!(found.upper >= number(area) - &slack, "{sides}");
    }
}

#[test]
fn differences_of_tanh_are_within_their_bounds() {
    for (formula, domain, step, upper) in [
        ("x^2", "x=-1..1", "1/16", "1/200"),
        ("x^3", "x=-1..1", "1/16", "1/200"),
        ("x^2", "x=0..1", "1/8", "1/200"),
    ] {
        let parameters = Parameters {
            step: Some(number(step)),
            ..Parameters::default()
        };
        let problem = (formula, domain);
        let found = fact(
            BuilderName::TanhSmooth,
            &parameters,
            problem,
            Norm::Sup,
            None,
            "1/20",
        );
        assert!(found.upper <= number(upper), "{formula}: {}", found.upper);
        let bound = found.a_priori.expect("a theorem");
        assert!(
            bound <= &found.lower * &Rational::from(3),
            "{formula}: {bound}"
        );
        assert!(found.notes.iter().any(|note| note.contains("float32")));
    }
}

#[test]
fn inscribed_polygons_leave_what_trigonometry_says() {
    let left = |sides: usize| {
        let inscribed = Parameters {
            sides: Some(sides),
            units: Some(Units::Heaviside),
            ..Parameters::default()
        };
        let domain = Domain::parse("x=-1..1,y=-1..1").expect("a domain");
        let target = parse_target(&["x^2 + y^2 <= 1"], Some(domain.names())).expect("a region");
        let built = build(BuilderName::Disk, &inscribed, &target, &domain, Norm::Area);
        let bound = built.expect("built").a_priori.expect("a theorem").upper;
        estimate_rational(&bound)
    };
    for (n, count) in (3..=64).zip(3u32..) {
        let count = f64::from(count);
        let pi = std::f64::consts::PI;
        let truth = pi - count / 2.0 * libm::sin(2.0 * pi / count);
        assert!((left(n) - truth).abs() < 1e-9, "{n}");
    }
    for (n, ratio) in [(3, 3.39), (4, 3.65), (8, 3.91), (16, 3.98)] {
        assert!((left(n) / left(2 * n) - ratio).abs() < 0.005, "{n}");
    }
}

//! Figures of the catalogue, found by the prover and accepted by the checker.

use steeple::builders::{
    BuilderName, Division, Knots, OutputUnit, Parameters, Steepness, Units, build, entry,
};
use steeple::certificate::{Norm, Question, Semantics};
use steeple::expr::{Domain, Target, lipschitz_upper, parse_target};
use steeple::network::digest;
use steeple::numbers::Rational;
use steeple::workflow::{Limits, Verdict, Verification, VerifyRequest, verify};

fn problem(formulas: &[&str], domain: &str) -> (Target, Domain) {
    let domain = Domain::parse(domain).expect("a domain");
    let target = parse_target(formulas, Some(domain.names())).expect("formulas");
    (target, domain)
}

fn cells(cells: usize) -> Parameters {
    Parameters {
        cells: Some(vec![cells]),
        ..Parameters::default()
    }
}

/// Builds, proves and checks; also that what is proved is below the a-priori bound.
fn proved(
    name: BuilderName,
    parameters: &Parameters,
    problem: &(Target, Domain),
    norm: Norm,
    wanted: (Option<Rational>, Rational),
) -> Verification {
    let (target, domain) = problem;
    let built = build(name, parameters, target, domain, norm).expect("it is built");
    let (tolerance, gap) = wanted;
    let request = VerifyRequest {
        network: &built.network,
        question: Question {
            network: digest(&built.network),
            target: target.clone(),
            domain: domain.clone(),
            norm,
            threshold: (norm == Norm::Area).then(|| Rational::ratio(1, 2)),
            semantics: Semantics::Real,
        },
        tolerance,
        gap,
        limits: Limits {
            boxes: Some(400_000),
            ..Limits::default()
        },
        resume: None,
        threads: steeple::jobs::Threads::All,
        weights: steeple::certificate::Weights::Exact,
        portable: false,
    };
    let answer = verify(&request, None, &mut steeple::workflow::unwatched).expect("a verdict");
    if let Some(bound) = built.a_priori {
        let lower = &answer.verified.claim().stated_lower;
        assert!(
            *lower <= bound.upper,
            "{name}: {lower} is above {}",
            bound.upper
        );
    }
    answer
}

/// The error, enclosed to this relative width.
fn error(
    name: BuilderName,
    parameters: &Parameters,
    problem: &(Target, Domain),
    norm: Norm,
    gap: Rational,
) -> (Rational, Rational) {
    let answer = proved(name, parameters, problem, norm, (None, gap));
    let claim = answer.verified.claim();
    let upper = claim.stated_upper.clone().expect("an upper bound");
    (claim.stated_lower.clone(), upper)
}

fn keeps(
    name: BuilderName,
    parameters: &Parameters,
    problem: &(Target, Domain),
    norm: Norm,
    tolerance: &Rational,
) -> Verdict {
    let wanted = (Some(tolerance.clone()), Rational::ratio(1, 100));
    proved(name, parameters, problem, norm, wanted).verdict
}

#[test]
fn exact_networks_are_proved_to_have_no_error() {
    let plane = "x=-1..1, y=-1..1";
    for (formulas, domain) in [
        (&["max(x, y)"][..], plane),
        (
            &["if(x < 10, x, if(x < 50, 10 + (x-10)/2, 30 + (x-50)/4))"],
            "x=0..100",
        ),
        (&["max(abs(x) + abs(y), x + 1/3, 2*y)"], plane),
        (&["max(x, y/3)", "min(x, y/3)", "abs(x - y)"], plane),
        (&["if(x > y + 1/7, x - y, 1/7)"], plane),
        (&["abs(2*abs(2*abs(2*x - 1) - 1) - 1)"], "x=0..1"),
        // In three inputs, where all kinks are parallel to an axis and at dyadic places.
        (
            &["abs(x) + abs(y) + max(z, 1/2)"],
            "x=-1..1, y=-1..1, z=-1..1",
        ),
    ] {
        let problem = problem(formulas, domain);
        let none = Parameters::default();
        let zero = Rational::ZERO;
        let verdict = keeps(BuilderName::Exact, &none, &problem, Norm::Sup, &zero);
        assert_eq!(verdict, Verdict::Proved, "{formulas:?}");
    }
}

#[test]
fn steep_stairs_are_not_better() {
    let wave = problem(&["cos(2*pi*x)"], "x=0..1");
    let slope = lipschitz_upper(&wave.0.output_expressions()[0], &wave.1).expect("bounded");
    // L = 2 pi, from above by less than a hundredth; h = 1/256.
    let step = &slope[0] / &Rational::from(256);
    // .0229, .181, .354, .444, .492, enclosed to a fiftieth.
    for (per_cell, thousandths) in [
        (4, (22, 24)),
        (10, (176, 187)),
        (30, (345, 363)),
        (100, (434, 455)),
        (1000, (480, 504)),
    ] {
        let parameters = Parameters {
            steepness: Some(Rational::from(256 * per_cell).into()),
            ghosts: Some(8),
            ..cells(256)
        };
        let (lower, upper) = error(
            BuilderName::Staircase,
            &parameters,
            &wave,
            Norm::Sup,
            Rational::ratio(1, 50),
        );
        let (least, most) = thousandths;
        assert!(
            lower > &step * &Rational::ratio(least, 1000),
            "wh = {per_cell}"
        );
        assert!(
            upper < &step * &Rational::ratio(most, 1000),
            "wh = {per_cell}"
        );
    }
}

#[test]
fn towers_do_not_converge_and_quadrants_do() {
    let wave = problem(&["sin(3*x)*cos(2*y)"], "x=-1..1,y=-1..1");
    let mut before: Option<Rational> = None;
    for k in [4, 8, 16] {
        let dip = keeps(
            BuilderName::Towers,
            &cells(k),
            &wave,
            Norm::Sup,
            &Rational::ratio(3, 4),
        );
        assert_eq!(dip, Verdict::Refuted, "{k}");
        let (lower, upper) = error(
            BuilderName::Quadrants,
            &cells(k),
            &wave,
            Norm::Sup,
            Rational::ratio(1, 10),
        );
        if let Some(before) = before {
            // 1/K, within a fifth of it.
            assert!(&upper * &Rational::ratio(17, 10) < before, "{k}");
        }
        before = Some(lower);
    }
}

#[test]
fn the_integral_of_steep_towers_falls() {
    let bowl = problem(&["x^2 + y^2"], "x=-1..1,y=-1..1");
    let integral = |k: usize, per_cell: i64| {
        let parameters = Parameters {
            // A cell is 2/K long.
            steepness: Some(
                (Rational::from(per_cell) * Rational::new(k, 2).expect("not over 0")).into(),
            ),
            ..cells(k)
        };
        error(
            BuilderName::Towers,
            &parameters,
            &bowl,
            Norm::L1,
            Rational::ratio(1, 8),
        )
    };
    let mut before: Option<Rational> = None;
    for k in [4, 8, 16, 32, 64] {
        let (lower, upper) = integral(k, 1000);
        if let Some(before) = before {
            // 1/K, within a quarter of it.
            assert!(
                &upper * &Rational::ratio(3, 2) < before,
                "{k}: {before} {upper}"
            );
        }
        before = Some(lower);
    }
    // With wh = 5 the dips and blurred sides cost more than the cells do, however many there are.
    let (_, steep) = integral(8, 1000);
    let blurred = [8, 16, 32].map(|k| integral(k, 5));
    for (k, (lower, _)) in [8, 16, 32].into_iter().zip(&blurred) {
        assert!(steep < *lower, "{k}: {steep} {lower}");
    }
    assert!(
        blurred[2].0 > &blurred[0].1 * &Rational::ratio(4, 5),
        "it stops falling"
    );
}

#[test]
fn overlapping_towers_keep_a_tolerance() {
    let bowl = problem(&["x^2 + y^2"], "x=-1..1,y=-1..1");
    let overlapping = |overlap| Parameters {
        overlap: Some(overlap),
        ..cells(4)
    };
    let tolerance = Rational::ratio(11, 10);
    let one = keeps(
        BuilderName::Towers,
        &overlapping(1),
        &bowl,
        Norm::Sup,
        &Rational::ratio(2, 5),
    );
    assert_eq!(one, Verdict::Refuted);
    let four = keeps(
        BuilderName::Towers,
        &overlapping(4),
        &bowl,
        Norm::Sup,
        &tolerance,
    );
    assert_eq!(four, Verdict::Proved);
}

#[test]
fn uneven_knots_and_lines_are_proved_better() {
    let decay = problem(&["exp(-20*x)"], "x=0..1");
    let balanced = Parameters {
        knots: Some(Knots::Balanced),
        ..cells(16)
    };
    let name = BuilderName::Interpolant;
    let close = keeps(name, &balanced, &decay, Norm::Sup, &Rational::ratio(1, 300));
    assert_eq!(close, Verdict::Proved);
    let even = keeps(name, &cells(16), &decay, Norm::Sup, &Rational::ratio(1, 20));
    assert_eq!(even, Verdict::Refuted);
    let ridge = problem(&["exp(-40*x^2) + y/8"], "x=-1..1,y=0..1");
    let uneven = Parameters {
        grid: Some(Division::Adaptive),
        ..cells(16)
    };
    let name = BuilderName::Quadrants;
    let close = keeps(name, &uneven, &ridge, Norm::Sup, &Rational::ratio(1, 5));
    assert_eq!(close, Verdict::Proved);
    let even = keeps(name, &cells(16), &ridge, Norm::Sup, &Rational::ratio(1, 5));
    assert_eq!(even, Verdict::Refuted);
}

#[test]
fn an_output_unit_and_several_outputs_are_proved() {
    let wave = problem(&["1/2 + 0.4*sin(6*x)"], "x=0..1");
    let unit = Parameters {
        output: Some(OutputUnit::Sigmoid),
        ..cells(64)
    };
    let name = BuilderName::Staircase;
    let close = keeps(name, &unit, &wave, Norm::Sup, &Rational::ratio(1, 40));
    assert_eq!(close, Verdict::Proved);
    let both = problem(&["sin(3*x)*y", "x + y^2"], "x=0..1,y=0..1");
    for (norm, tolerance) in [
        (Norm::Sup, Rational::ratio(3, 8)),
        (Norm::L1, Rational::ratio(2, 5)),
    ] {
        let close = keeps(BuilderName::Quadrants, &cells(8), &both, norm, &tolerance);
        assert_eq!(close, Verdict::Proved, "{norm}");
    }
}

#[test]
fn jumps_are_proved() {
    let half = problem(&["3*x + 4*y >= 1"], "x=-1..1,y=-1..1");
    let steep = Parameters {
        steepness: Some(Rational::from(200).into()),
        ..Parameters::default()
    };
    let close = keeps(
        BuilderName::Step,
        &steep,
        &half,
        Norm::L1,
        &Rational::ratio(1, 50),
    );
    assert_eq!(close, Verdict::Proved);
    let exactly = Parameters {
        units: Some(Units::Heaviside),
        ..Parameters::default()
    };
    let band = problem(&["x >= 0.4 and x < 0.6"], "x=0..1");
    let close = keeps(
        BuilderName::Bump,
        &exactly,
        &band,
        Norm::Area,
        &Rational::ratio(1, 1_000_000),
    );
    assert_eq!(close, Verdict::Proved);
}

/// The smallest size that the theorem gives is proved; a half of it, less one, is refuted.
#[test]
fn sizes_are_enough_and_half_of_them_is_not() {
    let line = problem(&["x^2 + x/3"], "x=0..1");
    let plane = problem(&["x + 2*y"], "x=0..1,y=0..1");
    for (name, problem, tolerance) in [
        (BuilderName::Interpolant, &line, Rational::ratio(1, 1000)),
        (BuilderName::Staircase, &line, Rational::ratio(1, 40)),
        (BuilderName::Quadrants, &plane, Rational::ratio(1, 10)),
    ] {
        let none = Parameters {
            // Gentle steps have no theorem that gives a size.
            steepness: (name == BuilderName::Staircase)
                .then(|| Steepness::PerCell(Rational::from(40))),
            ..Parameters::default()
        };
        let needed = steeple::builders::needed_size(
            name,
            &none,
            &problem.0,
            &problem.1,
            Norm::Sup,
            &tolerance,
        );
        let needed = needed.expect("a size");
        let key = entry(name).size.expect("a size");
        let with = |size| {
            let parameters = key.with(&none, size);
            keeps(name, &parameters, problem, Norm::Sup, &tolerance)
        };
        assert_eq!(with(needed), Verdict::Proved, "{name} {needed}");
        assert!((8..=64).contains(&needed), "{name} {needed}");
        for size in 1..needed / 2 {
            assert_eq!(with(size), Verdict::Refuted, "{name} {size} of {needed}");
        }
    }
}

/// One hidden layer: products, and Franke's function with `(9y + 1)/10` in its second term.
#[test]
fn one_hidden_layer_is_enough_in_two_inputs() {
    let square = "x=-1..1,y=-1..1";
    for formula in ["x^2 + y^2", "x*y"] {
        let problem = problem(&[formula], square);
        let keeps = |size| {
            let tolerance = Rational::ratio(1, 50);
            keeps(
                BuilderName::Ridge,
                &cells(size),
                &problem,
                Norm::Sup,
                &tolerance,
            )
        };
        assert_eq!(keeps(10), Verdict::Proved, "{formula}");
        assert_eq!(keeps(5), Verdict::Refuted, "{formula}");
    }
    let franke = "0.75*exp(-((9*x-2)^2+(9*y-2)^2)/4) + 0.75*exp(-(9*x+1)^2/49-(9*y+1)/10) \
                  + 0.5*exp(-((9*x-7)^2+(9*y-3)^2)/4) - 0.2*exp(-(9*x-4)^2-(9*y-7)^2)";
    let franke = problem(&[franke], "x=0..1,y=0..1");
    let degree = |degree| Parameters {
        degree: Some(degree),
        ..cells(200)
    };
    let keeps = |parameters| {
        let tolerance = Rational::ratio(1, 10);
        keeps(
            BuilderName::Ridge,
            &parameters,
            &franke,
            Norm::Sup,
            &tolerance,
        )
    };
    assert_eq!(keeps(degree(10)), Verdict::Proved);
    assert_eq!(keeps(degree(4)), Verdict::Refuted);
}

/// Of several sizes, the smallest one that is proved.
fn smallest_proved(
    name: BuilderName,
    parameters: &Parameters,
    problem: &(Target, Domain),
    tolerance: &Rational,
) -> usize {
    let key = entry(name).size.expect("a size");
    let mut sizes = key.smallest..=64;
    let proved = sizes.find(|&size| {
        let parameters = key.with(parameters, size);
        keeps(name, &parameters, problem, Norm::Sup, tolerance) == Verdict::Proved
    });
    proved.expect("a size that is proved")
}

/// Every size below half of the one that is chosen with the prover is refuted, not only undecided.
#[test]
fn sizes_below_half_of_the_chosen_one_are_refuted() {
    let plane = |formula: &str| problem(&[formula], "x=-1..1,y=-1..1");
    let line = problem(&["x^2"], "x=-1..1");
    let none = Parameters::default();
    let overlapping = Parameters {
        overlap: Some(4),
        ..Parameters::default()
    };
    for (name, parameters, problem, tolerance, chosen) in [
        (BuilderName::Ridge, &none, &plane("x^2 + y^2"), (1, 50), 10),
        (BuilderName::Ridge, &none, &plane("x*y"), (1, 50), 8),
        (BuilderName::Ridge, &none, &plane("x*y"), (1, 2000), 45),
        (
            BuilderName::Sawtooth,
            &none,
            &plane("x^2 + y^2"),
            (1, 5000),
            7,
        ),
        (BuilderName::Sawtooth, &none, &plane("x*y"), (1, 5000), 7),
        (BuilderName::TanhSmooth, &none, &line, (1, 200), 4),
        (
            BuilderName::Towers,
            &overlapping,
            &plane("x^2 + y^2"),
            (11, 20),
            3,
        ),
    ] {
        let tolerance = Rational::ratio(tolerance.0, tolerance.1);
        let found = smallest_proved(name, parameters, problem, &tolerance);
        assert_eq!(found, chosen, "{name}");
        let key = entry(name).size.expect("a size");
        for size in key.smallest..found.div_ceil(2) {
            let parameters = key.with(parameters, size);
            let verdict = keeps(name, &parameters, problem, Norm::Sup, &tolerance);
            assert_eq!(verdict, Verdict::Refuted, "{name} {size} of {found}");
        }
    }
}

/// Steep towers on 64 x 64 cells: where four meet the network is 0, whatever their number.
#[test]
fn the_dip_of_towers_stays() {
    let bowl = problem(&["x^2 + y^2"], "x=-1..1,y=-1..1");
    for k in [4, 16, 64] {
        // At the corner (1 - 2/K, 1 - 2/K) the target is 2 (1 - 2/K)^2.
        let inner = Rational::ratio(k - 2, k);
        let dip = Rational::from(2) * &(&inner * &inner) * Rational::ratio(99, 100);
        let parameters = cells(usize::try_from(k).expect("small"));
        let found = keeps(BuilderName::Towers, &parameters, &bowl, Norm::Sup, &dip);
        assert_eq!(found, Verdict::Refuted, "{k}");
    }
}

//! Broken lines with the fewest kinks, alone and as profiles.

use super::*;
use crate::builders::{Knots, build_within};

fn best() -> Parameters {
    Parameters {
        knots: Some(Knots::Best),
        ..Parameters::default()
    }
}

fn within(
    name: BuilderName,
    problem: &(Target, Domain),
    tolerance: &Rational,
) -> Result<Built, BuildError> {
    build_within(name, &best(), &problem.0, &problem.1, tolerance, 0)
}

/// The largest difference at points.
fn distance(built: &Built, problem: &(Target, Domain), count: i64) -> Rational {
    let points = points(&problem.1, count).into_iter();
    let off = points.map(|point| {
        let value = evaluate_exactly(&problem.0, &point).remove(0);
        (exact(&built.network, &point) - value.expect("rational")).abs()
    });
    off.max().expect("points")
}

#[test]
fn a_broken_line_keeps_the_tolerance_with_a_unit_for_each_kink() {
    let runge = problem("1/(1 + 25*x^2)", "x=-1..1");
    let tolerance = rational(1, 100);
    let built = within(BuilderName::Interpolant, &runge, &tolerance).expect("built");
    assert_eq!(size(&built.network).units, 9);
    assert!(distance(&built, &runge, 400) <= tolerance);
    assert_eq!(built.chosen.cells, Some(vec![10]));
    assert!(
        built.notes[0].starts_with("9 kinks, 9 units"),
        "{:?}",
        built.notes
    );
    // The same number of pieces, as near as it can be.
    let parameters = Parameters {
        cells: Some(vec![10]),
        ..best()
    };
    let nearest = made(BuilderName::Interpolant, &parameters, &runge);
    assert!(distance(&nearest, &runge, 400) < rational(9, 1000));
}

#[test]
fn straight_lines_need_no_unit() {
    let line = problem("3*x - 1", "x=0..1");
    let built = within(BuilderName::Interpolant, &line, &rational(1, 100)).expect("built");
    assert_eq!(size(&built.network).units, 0);
    assert!(distance(&built, &line, 10) <= rational(1, 100));
    let plane = problem("3*x - 2*y + 1", "x=0..1,y=-1..1");
    let built = within(BuilderName::Ridge, &plane, &rational(1, 100)).expect("built");
    assert_eq!(size(&built.network).units, 0);
    assert_eq!(distance(&built, &plane, 5), Rational::ZERO);
}

#[test]
fn large_bends_are_divided_between_two_weights() {
    let root = problem("20000*abs(x - 1/3)", "x=0..1");
    let built = within(BuilderName::Interpolant, &root, &rational(1, 10)).expect("built");
    let layers = built.network.layers().iter();
    let numbers = layers.flat_map(|layer| layer.weights().pool().iter());
    let largest = numbers.map(Rational::abs).max().expect("weights");
    assert!(largest <= Rational::from(1000), "{largest}");
}

/// The jet engine's first component: below 0.0282, what was published for 10 trained units.
#[test]
fn ten_ridge_units_are_enough_for_the_jet_engine() {
    let jet = problem("-y - 3/2*x^2 - 1/2*x^3 - 1/2", "x=-1..1,y=-1..1");
    let parameters = Parameters {
        cells: Some(vec![10]),
        ..best()
    };
    let built = made(BuilderName::Ridge, &parameters, &jet);
    assert_eq!(size(&built.network).units, 10);
    let off = distance(&built, &jet, 120);
    assert!(
        rational(6, 1000) < off && off < rational(69, 10_000),
        "{off}"
    );
    let built = within(BuilderName::Ridge, &jet, &rational(1, 100)).expect("built");
    assert_eq!(size(&built.network).units, 9);
    assert!(distance(&built, &jet, 120) <= rational(1, 100));
}

#[test]
fn a_tolerance_is_divided_among_directions() {
    // The integrals of the roots of the second derivatives are 4 and 1/4: 16 times as many pieces alone, and
    // 16^(2/3), about 6 times as many together.
    let sum = problem("x^2/2 + y^2/512 + x/3", "x=-2..2,y=-2..2");
    let tolerance = rational(1, 100);
    let built = within(BuilderName::Ridge, &sum, &tolerance).expect("built");
    assert!(distance(&built, &sum, 60) <= tolerance);
    let note = &built.notes[0];
    assert!(note.contains("(1, 0): 10, (0, 1): 1,"), "{note}");
    let product = problem("x*y - 2*x + 1", "x=0..1,y=0..1");
    let built = within(BuilderName::Ridge, &product, &tolerance).expect("built");
    assert!(distance(&built, &product, 60) <= tolerance);
    assert!(
        built.notes[0].contains("in 2 directions"),
        "{:?}",
        built.notes
    );
    // Other functions: the polynomial takes its part of the tolerance.
    let wave = problem("1/(2 + x + y/2)", "x=-1/2..1/2,y=-1/2..1/2");
    let built = within(BuilderName::Ridge, &wave, &tolerance);
    // Without a degree from the tolerance, it is the usual one.
    let built = built.expect("built");
    assert!(distance(&built, &wave, 40) <= tolerance);
}

#[test]
fn balanced_profiles_are_nearer_than_uniform_ones() {
    let jet = problem("-y - 3/2*x^2 - 1/2*x^3 - 1/2", "x=-1..1,y=-1..1");
    let balanced = Parameters {
        knots: Some(Knots::Balanced),
        ..cells(&[9])
    };
    let [even, balanced] =
        [cells(&[9]), balanced].map(|parameters| made(BuilderName::Ridge, &parameters, &jet));
    for built in [&even, &balanced] {
        let bound = built.a_priori.clone().expect("bounded").upper;
        let off = distance(built, &jet, 120);
        assert!(
            off <= bound && bound <= &off * &rational(11, 10),
            "{off} {bound}"
        );
    }
    let bound = |built: &Built| built.a_priori.clone().expect("bounded").upper;
    assert!(bound(&balanced) < bound(&even) * rational(3, 5));
    // Where the curvature is constant, nothing changes.
    let product = problem("x*y", "x=-1..1,y=-1..1");
    let balanced = Parameters {
        knots: Some(Knots::Balanced),
        ..cells(&[4])
    };
    let [even, same] =
        [cells(&[4]), balanced].map(|parameters| made(BuilderName::Ridge, &parameters, &product));
    assert_eq!(even.network, same.network);
    assert_eq!(bound(&even), bound(&same));
}

#[test]
fn what_has_no_best_knots_is_refused() {
    let names = ["x".to_owned()];
    let two = parse_target(&["x^2", "x^3"], Some(&names)).expect("formulas");
    let domain = Domain::parse("x=0..1").expect("a domain");
    let message = within(BuilderName::Interpolant, &(two, domain), &rational(1, 10))
        .expect_err("refused")
        .to_string();
    assert_eq!(
        message,
        "`knots` = \"best\" places the kinks for one output, the target has 2; use \"balanced\", or a \
         spec for each output"
    );
    let curve = problem("exp(x)", "x=0..1");
    for tolerance in [Rational::ZERO, Rational::power_of_two(-300)] {
        let refused = within(BuilderName::Interpolant, &curve, &tolerance);
        assert_eq!(refused, Err(BuildError::NoBrokenLine));
    }
    let pole = problem("1/x", "x=0..1");
    let refused = within(BuilderName::Interpolant, &pole, &rational(1, 10));
    assert_eq!(refused, Err(BuildError::NotEvaluated("x = 0".to_owned())));
    let stairs = Parameters {
        profile: Some(Profile::Staircase),
        ..best()
    };
    let refused = try_build(BuilderName::Ridge, &stairs, &curve);
    assert_eq!(refused, Err(BuildError::KnotsOfSteps.to_string()));
}

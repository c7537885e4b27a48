//! Steps, bumps, stairs and straight lines.

use super::*;

/// A problem with several outputs.
pub fn several(formulas: &[&str], domain: &str) -> (Target, Domain) {
    let domain = Domain::parse(domain).expect("a domain");
    let target = parse_target(formulas, Some(domain.names())).expect("formulas");
    (target, domain)
}

/// Several outputs compute what a network for each would, and its bound is the worst of theirs.
pub fn outputs_agree(name: BuilderName, parameters: &Parameters, formulas: &[&str], domain: &str) {
    let together = several(formulas, domain);
    let built = made(name, parameters, &together);
    let mut worst = None;
    let mut units = 0;
    for (output, formula) in formulas.iter().enumerate() {
        let alone = made(name, parameters, &problem(formula, domain));
        for point in points(&together.1, 12) {
            let point: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
            let value = |network: &Network, output: usize| {
                forward(network, &(), &point).expect("defined")[output]
            };
            let off = value(&built.network, output).minus(&value(&alone.network, 0));
            let off = off.magnitude().inf().to_rational().expect("finite");
            assert!(off < Rational::power_of_two(-35), "{name}, output {output}");
        }
        worst = worst.max(alone.a_priori.map(|bound| bound.upper));
        units = units.max(size(&alone.network).units);
    }
    let bound = built.a_priori.map(|bound| bound.upper);
    assert!(bound >= worst && worst.is_some(), "{name}");
    // Steps are shared: for these formulas the largest network has them all. Other formulas may
    // have other directions.
    if name == BuilderName::Ridge {
        assert!(size(&built.network).units >= units, "{name}");
    } else {
        assert_eq!(size(&built.network).units, units, "{name}");
    }
    let names = ["z1", "z2", "z3"].into_iter();
    assert!(
        names
            .zip(built.network.outputs())
            .all(|(name, found)| name == found)
    );
}

#[test]
fn several_outputs_share_their_units() {
    let formulas = ["x^2", "x/3 + x^3", "max(x - 1/2, 0)"];
    for units in [Units::Sigmoid, Units::Heaviside, Units::Tanh] {
        let parameters = Parameters {
            heights: Some(Heights::Values),
            ..with_units(units, cells(&[6]))
        };
        outputs_agree(BuilderName::Staircase, &parameters, &formulas, "x=0..1");
    }
    let formulas = ["x^2", "x/3 + x^3", "abs(x - 1/2)"];
    outputs_agree(BuilderName::Interpolant, &cells(&[6]), &formulas, "x=0..1");
    let two = several(&["x", "-2*x"], "x=0..1/2");
    let built = build(
        BuilderName::Staircase,
        &Parameters {
            steepness: Some(Steepness::PerCell(Rational::from(40))),
            ..cells(&[2])
        },
        &two.0,
        &two.1,
        Norm::L1,
    );
    // L h/2 = 1/4 for the worse one, twice as much for two, times the length 1/2; plus tails.
    let upper = built.expect("it is built").a_priori.expect("a bound").upper;
    assert!(
        upper > rational(1, 4) && upper < rational(26, 100),
        "{upper}"
    );
    let message = try_build(BuilderName::Step, &Parameters::default(), &two);
    let expected = "`step` builds networks with one output, the target has 2";
    assert_eq!(message.err().as_deref(), Some(expected));
}

/// The largest error at points is at most this.
fn stays_within(built: &Built, problem: &(Target, Domain), most: &Rational) -> bool {
    let errors = points(&problem.1, 300).into_iter();
    let mut errors = errors.map(|point| error_at(&built.network, &problem.0, &point).1);
    errors.all(|error| error <= *most)
}

#[test]
fn steps_are_gentle_unless_a_steepness_is_given() {
    let wave = problem("sin(5*x)", "x=0..3");
    let near = rational(1, 40);
    for units in [Units::Sigmoid, Units::Tanh] {
        let built = made(
            BuilderName::Staircase,
            &with_units(units, cells(&[9])),
            &wave,
        );
        assert!(stays_within(&built, &wave, &near), "{units:?}");
        assert!(size(&built.network).units <= 17);
        assert_eq!(built.chosen.heights, Some(Heights::Fitted));
        assert_eq!(built.a_priori, None);
        // What is chosen builds the same network again.
        let again = made(BuilderName::Staircase, &built.chosen, &wave);
        assert_eq!(built.network, again.network);
    }
    // Values at the centres, with steps of 4 per cell and two more on each side.
    let values = Parameters {
        heights: Some(Heights::Values),
        ..cells(&[45])
    };
    let built = made(BuilderName::Staircase, &values, &wave);
    assert_eq!(size(&built.network).units, 44 + 4);
    assert_eq!(built.chosen.steepness, Some(Rational::from(60).into()));
    assert!(stays_within(&built, &wave, &near));
    let given = |steepness: Steepness| Parameters {
        steepness: Some(steepness),
        ..cells(&[45])
    };
    let per_cell = made(
        BuilderName::Staircase,
        &given(Steepness::PerCell(Rational::from(40))),
        &wave,
    );
    let plain = made(
        BuilderName::Staircase,
        &given(Rational::from(600).into()),
        &wave,
    );
    assert_eq!(per_cell.network, plain.network);
    assert_eq!(per_cell.chosen.heights, Some(Heights::Values));
    // Steep steps of that number are far off.
    assert!(!stays_within(&plain, &wave, &rational(1, 10)));
}

#[test]
fn a_steepness_per_cell_needs_cells() {
    let one = given_steepness(Steepness::PerCell(Rational::ONE));
    let line = problem("x >= 1/2", "x=0..1");
    let message = try_build(BuilderName::Step, &one, &line).expect_err("no cells");
    assert_eq!(
        message,
        "`steepness` is 1/cell, but `step` has no cells; give a number"
    );
    let plane = problem("x + 2*y", "x=0..1,y=0..2");
    let grid = Parameters {
        cells: Some(vec![4, 4]),
        ..given_steepness(Steepness::PerCell(Rational::from(40)))
    };
    // The shortest side of a cell is 1/4.
    let built = made(BuilderName::Quadrants, &grid, &plane);
    assert_eq!(built.chosen.steepness, Some(Rational::from(160).into()));
    let sharp = Parameters {
        heights: Some(Heights::Fitted),
        ..with_units(Units::Heaviside, cells(&[4]))
    };
    let message = try_build(BuilderName::Staircase, &sharp, &problem("x", "x=0..1"));
    assert_eq!(
        message.err().as_deref(),
        Some("`heights` = \"fitted\" fits smooth steps; heaviside units take \"values\"")
    );
}

fn given_steepness(steepness: Steepness) -> Parameters {
    Parameters {
        steepness: Some(steepness),
        ..Parameters::default()
    }
}

#[test]
fn an_output_unit_keeps_its_bound_between_0_and_1() {
    let wave = problem("1/2 + 0.4*sin(6*x)", "x=0..1");
    for (per_cell, ghosts) in [(4, 5), (40, 0), (400, 0)] {
        let parameters = Parameters {
            output: Some(OutputUnit::Sigmoid),
            steepness: Some(Rational::from(32 * per_cell).into()),
            ghosts: Some(ghosts),
            ..cells(&[32])
        };
        let built = made(BuilderName::Staircase, &parameters, &wave);
        let worst = worst_sampled(&built, &wave.0, &points(&wave.1, 330));
        let bound = built.a_priori.expect("bounded slopes").upper;
        // 6/90 is the slope of the inverse sigmoid over 4; the error is one of L h/2.
        assert!(bound < rational(16, 100), "{bound}");
        assert!(
            per_cell == 4 || worst > rational(3, 100),
            "{per_cell}: {worst}"
        );
        assert_eq!(size(&built.network).hidden_layers, 1);
    }
    let refused = |formula| {
        let parameters = Parameters {
            output: Some(OutputUnit::Sigmoid),
            ..cells(&[8])
        };
        try_build(
            BuilderName::Staircase,
            &parameters,
            &problem(formula, "x=0..1"),
        )
    };
    let message = refused("x").expect_err("0 is reached");
    assert_eq!(
        message,
        "with `output` = \"sigmoid\" the target must stay between 0 and 1, both excluded, as the \
         network does; it is 0 or less at x = 0"
    );
    let message = refused("3*x - 1").expect_err("too large, too small");
    assert!(message.contains("it is 0 or less at x = 0"), "{message}");
    let message = refused("1/2 + 0.6*sin(6*x)").expect_err("too large");
    assert!(message.contains("it is 1 or more at x = 1/4"), "{message}");
    assert!(refused("sin(4*x)").is_err());
}

#[test]
fn steps_and_bumps_are_where_they_should_be() {
    let plane = problem("3*x + 4*y >= 1", "x=-1..1,y=-1..1");
    let built = made(BuilderName::Step, &Parameters::default(), &plane);
    assert_eq!(built.chosen.at, Some(Rational::ONE));
    // 100 per 2·(3 + 4).
    assert_eq!(built.chosen.steepness, Some(rational(50, 7).into()));
    assert_eq!(built.a_priori.expect("recognised").upper, Rational::ZERO);
    for point in points(&plane.1, 23) {
        let d = &point[0] * &Rational::from(3) + &point[1] * &Rational::from(4) - Rational::ONE;
        let (_, error) = error_at(&built.network, &plane.0, &point);
        let tail = tail::exp_minus_upper(&(d.abs() * rational(50, 7)));
        assert!(error <= tail + Rational::power_of_two(-50), "{point:?}");
    }
    let made_with = |name, parameters: &Parameters, norm| {
        let band = problem("if(x >= 1/4 and x < 1/2, 3, 0)", "x=0..1");
        let built = build(name, parameters, &band.0, &band.1, norm).expect("it is built");
        (built, band)
    };
    let heaviside = with_units(Units::Heaviside, Parameters::default());
    let (exactly, band) = made_with(BuilderName::Bump, &heaviside, Norm::Sup);
    assert_eq!(
        exactly.a_priori.as_ref().expect("recognised").upper,
        Rational::ZERO
    );
    worst_sampled(&exactly, &band.0, &points(&band.1, 40));
    let steep = Parameters {
        steepness: Some(Rational::from(20).into()),
        ..Parameters::default()
    };
    let (built, band) = made_with(BuilderName::Bump, &steep, Norm::Sup);
    let worst = worst_sampled(&built, &band.0, &points(&band.1, 400));
    let bound = built.a_priori.expect("recognised").upper;
    assert!(worst * rational(101, 100) > bound, "{bound}");
    // The integrals, by the middles of 4000 cells.
    let (built, _) = made_with(BuilderName::Bump, &steep, Norm::L1);
    let (mut sum, mut squares) = (Rational::ZERO, Rational::ZERO);
    for k in 0..4000 {
        let (low, _) = error_at(&built.network, &band.0, &[rational(2 * k + 1, 8000)]);
        squares = squares + &low * &low;
        sum = sum + low;
    }
    let integral = sum / Rational::from(4000);
    let bound = built.a_priori.expect("recognised").upper;
    assert!(
        integral < bound && integral > &bound * &rational(95, 100),
        "{integral} {bound}"
    );
    let (built, _) = made_with(BuilderName::Bump, &steep, Norm::L2);
    let square = squares / Rational::from(4000);
    let bound = built.a_priori.expect("recognised").upper;
    let bound = &bound * &bound;
    assert!(
        square < bound && square > &bound * &rational(95, 100),
        "{square} {bound}"
    );
}

#[test]
fn steps_that_are_none_are_refused() {
    let plane = problem("x*y", "x=0..1,y=0..1");
    let line = problem("x^2", "x=0..1");
    let none = Parameters::default();
    let message = |name, parameters: &Parameters, problem| {
        try_build(name, parameters, problem).expect_err("refused")
    };
    assert_eq!(
        message(BuilderName::Step, &none, &plane),
        "`step` needs `direction`"
    );
    assert_eq!(
        message(BuilderName::Step, &none, &line),
        "`step` needs `at`"
    );
    let along = |direction: &[i64]| Parameters {
        direction: Some(direction.iter().map(|&u| Rational::from(u)).collect()),
        from: Some(Rational::ONE),
        to: Some(Rational::ONE),
        ..Parameters::default()
    };
    let short = message(BuilderName::Bump, &along(&[1]), &plane);
    assert_eq!(short, "`direction` has 1 entries, the target has 2 inputs");
    let zero = message(BuilderName::Bump, &along(&[0, 0]), &plane);
    assert_eq!(zero, "`direction` is 0 in every input");
    let empty = message(BuilderName::Bump, &along(&[1, 2]), &plane);
    assert_eq!(empty, "`from` is 1 and `to` is 1: the bump is empty");
    // A place of its own: no theorem about the target, but a network.
    let elsewhere = Parameters {
        at: Some(rational(1, 3)),
        ..Parameters::default()
    };
    assert_eq!(made(BuilderName::Step, &elsewhere, &line).a_priori, None);
}

#[test]
fn balanced_knots_are_closer_where_the_target_bends() {
    let balanced = |n: usize| Parameters {
        knots: Some(Knots::Balanced),
        ..cells(&[n])
    };
    let square = problem("x^2", "x=0..1");
    let [even, same] = [cells(&[5]), balanced(5)]
        .map(|parameters| made(BuilderName::Interpolant, &parameters, &square));
    assert_eq!(even.network, same.network);
    assert_eq!(
        even.a_priori.map(|b| b.upper),
        same.a_priori.map(|b| b.upper)
    );
    // |f''| = 400 e^(-20 x): the root's integral is 2 (1 - e^-10), its square over 8 n² is 1/(2 n²).
    let steep = problem("exp(-20*x)", "x=0..1");
    for n in [8, 16, 40] {
        let built = made(BuilderName::Interpolant, &balanced(n), &steep);
        worst_sampled(&built, &steep.0, &points(&steep.1, 400));
        let bound = built.a_priori.expect("bounded").upper;
        let count = i64::try_from(n * n).expect("small");
        let ideal = rational(1, 2 * count);
        assert!(bound > ideal, "{n}: {bound}");
        assert!(bound < ideal * rational(5, 2), "{n}: {bound}");
        let even = made(BuilderName::Interpolant, &cells(&[n]), &steep);
        assert!(even.a_priori.expect("bounded").upper > bound * Rational::from(5));
    }
    // No bound on |f''| at 0: the range of the target bounds the piece there. Equal pieces are off
    // by 1/16, in the first of them.
    let root = problem("sqrt(x)", "x=0..1");
    let built = made(BuilderName::Interpolant, &balanced(16), &root);
    worst_sampled(&built, &root.0, &points(&root.1, 2000));
    let bound = built.a_priori.expect("a range").upper;
    assert!(bound < rational(1, 100), "{bound}");
    let needed = |parameters: &Parameters| {
        let name = BuilderName::Interpolant;
        needed_size(
            name,
            parameters,
            &steep.0,
            &steep.1,
            Norm::Sup,
            &rational(1, 1000),
        )
    };
    let found = needed(&balanced(1)).expect("found");
    assert!(found < 32, "{found}");
    assert!(needed(&cells(&[1])).expect("found") > 200);
}

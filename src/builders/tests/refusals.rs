//! What cannot be built, and what is said then.

use super::*;

type Refused<'a> = (BuilderName, Parameters, &'a (Target, Domain), &'static str);

fn assert_refused<const N: usize>(cases: [Refused; N]) {
    for (name, parameters, problem, message) in cases {
        let built = try_build(name, &parameters, problem);
        assert_eq!(built.expect_err("refused"), message);
    }
}

#[test]
fn requests_that_do_not_fit_are_refused() {
    let line = problem("x", "x=0..1");
    let plane = problem("x*y", "x=0..1,y=0..1");
    let none = Parameters::default();
    let (one, zero) = (Rational::ONE, Rational::ZERO);
    assert_refused([
        (
            BuilderName::Interpolant,
            cells(&[3]),
            &plane,
            "`interpolant` takes 1 input, the target has 2",
        ),
        (
            BuilderName::Staircase,
            with_units(Units::Relu, cells(&[2])),
            &line,
            "`staircase` has no activation `relu`; it takes sigmoid, heaviside, tanh",
        ),
        (
            BuilderName::Towers,
            none.clone(),
            &plane,
            "`towers` needs `cells`, or a tolerance to choose it by",
        ),
        (
            BuilderName::Interpolant,
            Parameters {
                steepness: Some(one.clone().into()),
                ..cells(&[2])
            },
            &line,
            "`interpolant` has no key `steepness`; its keys are `activation`, `cells`, `knots`, `arrangement`",
        ),
        (
            BuilderName::Staircase,
            Parameters {
                steepness: Some(zero.clone().into()),
                ..cells(&[2])
            },
            &line,
            "`steepness` is 0, it must be greater than 0",
        ),
        (
            BuilderName::Quadrants,
            Parameters {
                second_steepness: Some(-one.clone()),
                ..cells(&[2])
            },
            &plane,
            "`second_steepness` is -1, it must be greater than 0",
        ),
        (
            BuilderName::Towers,
            cells(&[2, 0]),
            &plane,
            "`cells` is 0, at least 1 is needed",
        ),
        (
            BuilderName::Towers,
            cells(&[2, 2, 2]),
            &plane,
            "`cells` has 3 entries, the target has 2 inputs",
        ),
        (
            BuilderName::Towers,
            cells(&[1_000_000]),
            &plane,
            "the network would have about 6000000000000 weights, at most 200000000 are built; choose a smaller size",
        ),
    ]);
}

#[test]
fn shapes_that_are_none_are_refused() {
    let line = problem("x", "x=0..1");
    let plane = problem("x*y", "x=0..1,y=0..1");
    let none = Parameters::default();
    let (one, zero) = (Rational::ONE, Rational::ZERO);
    assert_refused([
        (
            BuilderName::Disk,
            none.clone(),
            &line,
            "`disk` takes 2 inputs, the target has 1",
        ),
        (
            BuilderName::Disk,
            none.clone(),
            &plane,
            "`disk` needs `sides`, or a tolerance to choose it by",
        ),
        (
            BuilderName::Tower,
            none.clone(),
            &plane,
            "`tower` needs `box`",
        ),
        (
            BuilderName::Polygon,
            none.clone(),
            &plane,
            "`polygon` needs `vertices`",
        ),
        (
            BuilderName::Disk,
            disk_of(2, Fit::Inscribed, Units::Sigmoid),
            &plane,
            "`sides` is 2, at least 3 is needed",
        ),
        (
            BuilderName::Disk,
            disk_of(5, Fit::Inscribed, Units::Sigmoid),
            &plane,
            "the target is not recognised as a disk like (x - a)^2 + (y - b)^2 <= c; give `centre` and `radius` (or `radius_squared`)",
        ),
        (
            BuilderName::Disk,
            Parameters {
                radius: Some(one.clone()),
                radius_squared: Some(one.clone()),
                ..disk_of(5, Fit::Inscribed, Units::Sigmoid)
            },
            &plane,
            "`radius` and `radius_squared` are both given, one is enough",
        ),
        (
            BuilderName::Polygon,
            Parameters {
                vertices: Some(Outlines::One(vec![(zero.clone(), zero.clone()); 2])),
                ..none.clone()
            },
            &plane,
            "a polygon needs at least 3 vertices, found 2",
        ),
        (
            BuilderName::Tower,
            Parameters {
                sides_of_box: Some(vec![(one.clone(), one.clone()); 2]),
                ..none.clone()
            },
            &plane,
            "side 1 of `box`, from 1 to 1, is empty",
        ),
    ]);
}

#[test]
fn deep_and_smooth_networks_that_cannot_be_are_refused() {
    let line = problem("x^3", "x=0..1");
    let plane = problem("x*y", "x=0..1,y=0..1");
    let wave = problem("sin(x)", "x=0..1");
    let round = problem("x^2 + y^2 <= 2", "x=-2..2,y=-2..2");
    let smooth = Parameters {
        fit: Some(Fit::Smooth),
        ..disk_of(6, Fit::Inscribed, Units::Sigmoid)
    };
    let square = Parameters {
        of: Some(Sawtooth::Square),
        ..folds(3)
    };
    let low = Parameters {
        degree: Some(2),
        step: Some(Rational::ONE),
        ..Parameters::default()
    };
    let not_polynomial = "`sawtooth` needs a polynomial as the target, with rational coefficients \
                          and of degree at most 64";
    assert_refused([
        (BuilderName::Sawtooth, folds(3), &wave, not_polynomial),
        (BuilderName::Sawtooth, folds(3), &round, not_polynomial),
        (
            BuilderName::Sawtooth,
            folds(0),
            &line,
            "`folds` is 0, at least 1 is needed",
        ),
        (
            BuilderName::Sawtooth,
            folds(65),
            &line,
            "`folds` is 65, at most 64 are possible",
        ),
        (
            BuilderName::Sawtooth,
            square,
            &line,
            "`of` is square, for a target with one input and degree 2; this one is another polynomial",
        ),
        (
            BuilderName::TanhSmooth,
            low,
            &line,
            "`degree` is 2, at least 3 is needed",
        ),
        (
            BuilderName::TanhSmooth,
            Parameters::default(),
            &line,
            "`tanh-smooth` needs `step`, or a tolerance to choose it by",
        ),
        (
            BuilderName::Fold,
            widths(&[4, 1, 3], None),
            &plane,
            "`widths`: layer 2 is 1 wide, at least 2 is needed",
        ),
        (
            BuilderName::Fold,
            widths(&[], None),
            &plane,
            "`fold` needs `widths`",
        ),
        (
            BuilderName::MaxoutFold,
            widths(&[2, 3], None),
            &plane,
            "`widths`: layer 2 is 3 wide; `maxout-fold` is as wide as there are inputs, 2",
        ),
        (
            BuilderName::MaxoutFold,
            widths(&[2, 2], Some(1)),
            &plane,
            "`rank` is 1, at least 2 is needed",
        ),
        (
            BuilderName::Disk,
            smooth,
            &round,
            "`sides` does not go with fit `smooth`, which has three sigmoid units in one hidden layer",
        ),
    ]);
}

#[test]
fn shapes_places_and_outputs_that_do_not_fit_are_refused() {
    let line = problem("x", "x=0..1");
    let plane = problem("x*y", "x=0..1,y=0..1");
    let refused = |name, parameters: &Parameters, problem| {
        try_build(name, parameters, problem).expect_err("refused")
    };
    let flat = Parameters {
        hidden_layers: Some(1),
        second_steepness: Some(Rational::ONE),
        ..Parameters::default()
    };
    let triangle = [(0, 0), (2, 0), (1, 1)].map(|(x, y)| (Rational::from(x), Rational::from(y)));
    let flat = Parameters {
        vertices: Some(Outlines::One(triangle.to_vec())),
        ..flat
    };
    let message = refused(BuilderName::Polygon, &flat, &plane);
    assert!(message.ends_with("there is no second layer"), "{message}");
    let message = refused(BuilderName::Polygon, &bent_polygon(Some(1)), &plane);
    assert!(message.contains("not convex at vertex"), "{message}");
    let pole = problem("1/(x - 1/2)", "x=0..1");
    assert_eq!(
        refused(BuilderName::Staircase, &cells(&[1]), &pole),
        "the target is not defined at x = 1/2"
    );
    let inputs = ["x".to_owned()];
    let two = parse_target(&["x", "2*x"], Some(&inputs)).expect("formulas");
    let none = Parameters::default();
    let message = try_build(BuilderName::Tower, &none, &(two, line.1.clone()));
    let expected = "`tower` builds networks with one output, the target has 2";
    assert_eq!(message.err().as_deref(), Some(expected));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn bounds_hold_for_random_quadratics(
        c in prop::array::uniform5(-8i64..8), kx in 1usize..5, ky in 1usize..5,
        w in 10i64..200, second in 5i64..60, heaviside in any::<bool>(),
    ) {
        let [a, b, d, e, f] = c;
        let formula = format!("{a}*x^2 + {b}*x*y + {d}*y^2/3 + {e}*x - {f}*y");
        let plane = problem(&formula, "x=-1..1/2,y=0..1");
        let parameters = Parameters {
            units: Some(if heaviside { Units::Heaviside } else { Units::Sigmoid }),
            steepness: Some(Rational::from(w).into()),
            second_steepness: Some(Rational::from(second)),
            ..cells(&[kx, ky])
        };
        let built = made(BuilderName::Quadrants, &parameters, &plane);
        if built.a_priori.is_some() {
            // An odd number of pieces, so that only a few samples lie on lines of the grid.
            worst_sampled(&built, &plane.0, &points(&plane.1, 13));
        }
    }
}

//! Towers that overlap, and grids that follow the target.

use super::lines::{outputs_agree, several};
use super::*;

fn overlapping(cells_of_it: usize, overlap: usize) -> Parameters {
    Parameters {
        overlap: Some(overlap),
        ..cells(&[cells_of_it])
    }
}

fn adaptive(count: usize) -> Parameters {
    Parameters {
        grid: Some(Division::Adaptive),
        ..cells(&[count])
    }
}

#[test]
fn several_outputs_share_their_units() {
    let formulas = ["x*y + x^2", "x - y/3 + x^2*y^2"];
    let domain = "x=0..1,y=0..1";
    let heaviside = with_units(Units::Heaviside, cells(&[4]));
    outputs_agree(BuilderName::Towers, &heaviside, &formulas, domain);
    outputs_agree(BuilderName::Towers, &overlapping(4, 2), &formulas, domain);
    outputs_agree(BuilderName::Quadrants, &heaviside, &formulas, domain);
    outputs_agree(BuilderName::Quadrants, &cells(&[5]), &formulas, domain);
    outputs_agree(BuilderName::Ridge, &cells(&[6]), &formulas, domain);
    let wave = ["sin(3*x)*cos(2*y)", "x*y"];
    outputs_agree(BuilderName::Ridge, &cells(&[6]), &wave, domain);
    // Of the directions of x², x·y and x·y - x² two are there already.
    let alike = several(&["x*y", "x*y/2 + x + y"], domain);
    let built = made(BuilderName::Ridge, &cells(&[6]), &alike);
    let alone = made(BuilderName::Ridge, &cells(&[6]), &problem("x*y", domain));
    let units = |built: &Built| size(&built.network).units;
    assert!(units(&built) <= units(&alone) + 2, "{}", units(&built));
    // An additive output needs the rows and columns alone; the other one has the rest.
    let both = several(&["x^2 + y^2", "x*y"], domain);
    let built = made(BuilderName::Quadrants, &cells(&[4]), &both);
    let rows = built.network.layers()[2].weights().row(0).count();
    assert_eq!((rows, size(&built.network).units), (6, 6 + 6 + 9));
    worst_sampled(
        &built,
        &problem("x^2 + y^2", domain).0,
        &points(&both.1, 17),
    );
}

/// What is no polynomial is approximated by one, whose distance is a part of the bound.
#[test]
fn ridges_of_waves_are_within_their_bounds() {
    for (formula, domain) in [
        ("sin(3*x)*cos(2*y)", "x=-1..1,y=-1..1"),
        ("exp(-x^2 - 2*y)", "x=0..1,y=-1/3..1"),
    ] {
        let wave = problem(formula, domain);
        for cells_of_it in [4, 16, 64] {
            let built = made(BuilderName::Ridge, &cells(&[cells_of_it]), &wave);
            let worst = worst_sampled(&built, &wave.0, &points(&wave.1, 40));
            let bound = built.a_priori.expect("a bound").upper;
            assert!(worst <= bound, "{formula}: {worst} and {bound}");
            // The functions of single directions are larger than their sum, and so are their errors.
            let size = bound / worst;
            assert!(size <= rational(30, 1), "{formula}, {cells_of_it}: {size}");
        }
    }
}

#[test]
fn overlapping_towers_divide_the_dip() {
    let bowl = problem("x^2 + y^2", "x=-1..1,y=-1..1");
    let corner = [rational(3, 4), rational(3, 4)];
    // Measured; a family of M dips, the others are stairs.
    for (overlap, thousandths) in [(1, 1125), (2, 560), (4, 280), (8, 130), (16, 60)] {
        let built = made(BuilderName::Towers, &overlapping(8, overlap), &bowl);
        let (error, _) = error_at(&built.network, &bowl.0, &corner);
        let off = (error.clone() - rational(thousandths, 1000)).abs();
        assert!(off < rational(6, 1000), "{overlap}: {error}");
        // 9 steps for the first family; the others share the outer two of them.
        let steps = 2 * (9 + 8 * (overlap - 1));
        assert_eq!(built.network.layers()[0].units(), steps);
        if overlap > 1 {
            let bound = built.a_priori.expect("bounded slopes").upper;
            assert!(error < bound, "{overlap}");
            // 1/4 of L h = 2/4 for each input, 2/M, and what the nearest family adds.
            let m = i64::try_from(overlap).expect("small");
            let plain = rational(1, 4) + rational(2, m);
            assert!(bound > plain && bound < plain + rational(1, m), "{bound}");
        }
    }
}

#[test]
fn overlapping_towers_keep_their_bounds() {
    let space = problem("x - y*t + t^2", "x=0..1,y=0..1,t=-1..1");
    let plane = problem("sin(3*x)*cos(2*y)", "x=-1..1,y=0..1");
    let line = problem("exp(x)", "x=0..2");
    for (problem, count, samples) in [
        (&space, vec![2, 3, 2], 5),
        (&plane, vec![4], 17),
        (&line, vec![7], 200),
    ] {
        for overlap in [2, 3, 5] {
            for units in [Units::Heaviside, Units::Sigmoid] {
                let parameters = Parameters {
                    overlap: Some(overlap),
                    ..with_units(units, cells(&count))
                };
                let built = made(BuilderName::Towers, &parameters, problem);
                worst_sampled(&built, &problem.0, &points(&problem.1, samples));
                let size = name_of(&built);
                assert!(size.contains("towers"), "{size}");
            }
        }
    }
    // A straight line makes the most of the distances: L h/4, and h/4/9 more for three families.
    let slope = problem("x", "x=0..1");
    for (overlap, bound) in [
        (2, rational(1, 16)),
        (3, rational(10, 144)),
        (4, rational(1, 16)),
    ] {
        let parameters = with_units(Units::Heaviside, overlapping(4, overlap));
        let built = made(BuilderName::Towers, &parameters, &slope);
        assert_eq!(built.a_priori.expect("bounded").upper, bound);
    }
}

fn name_of(built: &Built) -> String {
    built.notes.join("; ")
}

#[test]
fn blurred_overlapping_towers_keep_their_bounds_or_have_none() {
    let plane = problem("1 + x*y", "x=0..1,y=0..1");
    let mut bounded = 0;
    for w in [20, 60, 120, 200, 400] {
        for second in [4, 12, 40] {
            let parameters = Parameters {
                steepness: Some(Rational::from(w).into()),
                second_steepness: Some(Rational::from(second)),
                ..overlapping(4, 2)
            };
            let built = made(BuilderName::Towers, &parameters, &plane);
            if built.a_priori.is_some() {
                bounded += 1;
                worst_sampled(&built, &plane.0, &points(&plane.1, 24));
            }
        }
    }
    assert!((5..15).contains(&bounded), "{bounded}");
}

#[test]
fn adaptive_grids_do_better_where_the_target_is_uneven() {
    let ridge = problem("exp(-40*x^2) + y/8", "x=-1..1,y=0..1");
    for name in [BuilderName::Quadrants, BuilderName::Towers] {
        let bound = |parameters: &Parameters| {
            let parameters = with_units(Units::Heaviside, parameters.clone());
            let built = made(name, &parameters, &ridge);
            let worst = worst_sampled(&built, &ridge.0, &points(&ridge.1, 40));
            let bound = built.a_priori.expect("bounded slopes").upper;
            assert!(worst * Rational::from(4) > bound, "{name}");
            bound
        };
        let (even, uneven) = (bound(&cells(&[8])), bound(&adaptive(8)));
        assert!(uneven * Rational::from(2) < even, "{name}");
    }
    let sigmoid = made(BuilderName::Quadrants, &adaptive(8), &ridge);
    let worst = worst_sampled(&sigmoid, &ridge.0, &points(&ridge.1, 50));
    let bound = sigmoid.a_priori.expect("bounded slopes").upper;
    assert!(worst * Rational::from(3) > bound, "{bound}");
    // Equal slopes everywhere: equal cells.
    let tilted = problem("x + 2*y", "x=0..1,y=0..1");
    let [even, same] = [cells(&[4]), adaptive(4)]
        .map(|parameters| made(BuilderName::Quadrants, &parameters, &tilted));
    assert_eq!(even.network, same.network);
}

#[test]
fn boxes_gather_where_a_region_ends() {
    let round = problem("x^2 + y^2 <= 1/2", "x=-1..1,y=-1..1");
    let parameters = with_units(Units::Heaviside, adaptive(16));
    let built = made(BuilderName::Towers, &parameters, &round);
    assert_eq!(built.a_priori, None);
    // The area of the boxes whose centre is inside, against pi/2: 256 boxes, of which few are large.
    let area = |network: &Network| {
        let inside = points(&round.1, 64).into_iter();
        let inside = inside.filter(|point| {
            let wanted = evaluate_exactly(&round.0, point)
                .remove(0)
                .expect("defined");
            exact(network, point) != wanted
        });
        inside.count()
    };
    let even = made(
        BuilderName::Towers,
        &with_units(Units::Heaviside, cells(&[16])),
        &round,
    );
    let (wrong, more) = (area(&built.network), area(&even.network));
    assert!(2 * wrong < more, "{wrong} of {more}");
}

#[test]
fn sizes_of_overlapping_and_adaptive_grids_are_enough() {
    let plane = problem("sin(x)*y/4", "x=0..1,y=0..1");
    let tolerance = rational(1, 20);
    let heaviside = |parameters| with_units(Units::Heaviside, parameters);
    let none = Parameters::default();
    let uneven = Parameters {
        grid: Some(Division::Adaptive),
        ..Parameters::default()
    };
    let overlap = Parameters {
        overlap: Some(16),
        ..Parameters::default()
    };
    for (name, parameters) in [
        (BuilderName::Towers, heaviside(overlap.clone())),
        (BuilderName::Towers, overlap),
        (BuilderName::Towers, heaviside(uneven.clone())),
        (BuilderName::Quadrants, uneven),
    ] {
        let needed = needed_size(name, &parameters, &plane.0, &plane.1, Norm::Sup, &tolerance);
        let needed = needed.expect("a size is found");
        let sized = entry(name).size.expect("a size").with(&parameters, needed);
        let built = made(name, &sized, &plane);
        assert!(
            built.a_priori.expect("a bound").upper <= tolerance,
            "{name} {needed}"
        );
    }
    let dips = needed_size(
        BuilderName::Towers,
        &none,
        &plane.0,
        &plane.1,
        Norm::Sup,
        &tolerance,
    );
    assert_eq!(dips, None);
}

#[test]
fn overlaps_that_do_not_fit_are_refused() {
    let plane = problem("x*y", "x=0..1,y=0..1");
    let message = |parameters: &Parameters| {
        try_build(BuilderName::Towers, parameters, &plane).expect_err("refused")
    };
    assert_eq!(
        message(&overlapping(4, 0)),
        "`overlap` is 0, at least 1 is needed"
    );
    let both = Parameters {
        grid: Some(Division::Adaptive),
        ..overlapping(4, 2)
    };
    let expected = "`overlap` shifts a uniform grid; it is not possible with `grid` = \"adaptive\"";
    assert_eq!(message(&both), expected);
    assert!(message(&overlapping(1000, 1000)).contains("about 6000000000 weights"));
    let both = try_build(BuilderName::Quadrants, &overlapping(4, 2), &plane);
    assert!(
        both.expect_err("refused")
            .contains("`quadrants` has no key `overlap`")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn bounds_of_overlapping_towers_hold_for_random_quadratics(
        c in prop::array::uniform5(-8i64..8), kx in 1usize..4, ky in 1usize..4,
        overlap in 2usize..6, w in 50i64..400, second in 20i64..60,
    ) {
        let [a, b, d, e, f] = c;
        let formula = format!("{a}*x^2 + {b}*x*y + {d}*y^2/3 + {e}*x - {f}*y");
        let plane = problem(&formula, "x=-1..1/2,y=0..1");
        let parameters = Parameters {
            steepness: Some(Rational::from(w).into()),
            second_steepness: Some(Rational::from(second)),
            overlap: Some(overlap),
            ..cells(&[kx, ky])
        };
        let built = made(BuilderName::Towers, &parameters, &plane);
        if built.a_priori.is_some() {
            // Samples on lines of the grid, too.
            worst_sampled(&built, &plane.0, &points(&plane.1, 12));
        }
    }
}

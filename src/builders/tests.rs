//! Each builder: what its network computes, and whether the bound of its theorem holds and is
//! nearly reached.

mod best;
mod grids;
mod lines;
mod refusals;
mod shapes;
mod slices;

use super::*;
use crate::expr::{Tape, evaluate_exactly, parse_target};
use crate::network::{Network, forward, size};
use crate::numbers::{Direction, Interval, Scalar};
use proptest::prelude::*;

fn rational(p: i64, q: i64) -> Rational {
    Rational::ratio(p, q)
}

fn cells(cells: &[usize]) -> Parameters {
    Parameters {
        cells: Some(cells.to_vec()),
        ..Parameters::default()
    }
}

fn with_units(units: Units, parameters: Parameters) -> Parameters {
    Parameters {
        units: Some(units),
        ..parameters
    }
}

/// A problem in the inputs that the domain names.
fn problem(formula: &str, domain: &str) -> (Target, Domain) {
    let domain = Domain::parse(domain).expect("a domain");
    let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
    (target, domain)
}

fn try_build(
    name: BuilderName,
    parameters: &Parameters,
    problem: &(Target, Domain),
) -> Result<Built, String> {
    let norm = if problem.0.is_region() {
        Norm::Area
    } else {
        Norm::Sup
    };
    build(name, parameters, &problem.0, &problem.1, norm).map_err(|error| error.to_string())
}

fn made(name: BuilderName, parameters: &Parameters, problem: &(Target, Domain)) -> Built {
    try_build(name, parameters, problem).expect("it is built")
}

fn exact(network: &Network, point: &[Rational]) -> Rational {
    forward(network, &(), point).expect("rational").remove(0)
}

/// Upper and lower bounds of |N - f| at a point; equal where both are rational.
fn error_at(network: &Network, target: &Target, point: &[Rational]) -> (Rational, Rational) {
    let exact_target = evaluate_exactly(target, point).remove(0);
    if let (Ok(values), Ok(value)) = (forward(network, &(), point), exact_target) {
        let error = (&values[0] - &value).abs();
        return (error.clone(), error);
    }
    let known = forward(network, &(), point).ok();
    let point: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
    let value = match known {
        Some(values) => Interval::from_rational(&values[0]),
        None => forward(network, &(), &point).expect("defined").remove(0),
    };
    let tape = Tape::new(&target.indicator());
    let (constants, mut scratch) = (tape.constants(&()), crate::expr::Scratch::default());
    let results = tape.evaluate(&constants, &point, &mut scratch);
    let error = value.minus(results.value(0).expect("defined")).magnitude();
    let low = error.inf().rational_bound(Direction::Down).expect("finite");
    let high = error.sup().rational_bound(Direction::Up).expect("finite");
    (low, high)
}

/// The points of a grid over a domain, its ends included.
fn points(domain: &Domain, per_side: i64) -> Vec<Vec<Rational>> {
    let mut points = vec![Vec::new()];
    for (low, high) in domain.sides() {
        let side = (0..=per_side).map(|k| low + &((high - low) * rational(k, per_side)));
        let side: Vec<Rational> = side.collect();
        points = points
            .into_iter()
            .flat_map(|point| {
                side.iter().map(move |x| {
                    let mut longer = point.clone();
                    longer.push(x.clone());
                    longer
                })
            })
            .collect();
    }
    points
}

/// The largest lower bound of the error at these points; each must be below the a-priori bound.
fn worst_sampled(built: &Built, target: &Target, points: &[Vec<Rational>]) -> Rational {
    let bound = built.a_priori.as_ref().expect("a theorem applies");
    let mut worst = Rational::ZERO;
    for point in points {
        let (low, high) = error_at(&built.network, target, point);
        assert!(
            high <= &bound.upper + &Rational::power_of_two(-30),
            "{point:?}"
        );
        worst = worst.max(low);
    }
    worst
}

#[test]
fn heaviside_networks_take_the_value_of_the_cell_centre() {
    let line = problem("x^3 - x", "x=-1..2");
    let plane = problem("x^2*y + x - y/3", "x=-1..1,y=0..2");
    let space = problem("x*y*t + x - t^2", "x=0..1,y=0..1,t=-1..1");
    let cases = [
        (BuilderName::Staircase, &line, vec![7]),
        (BuilderName::Towers, &line, vec![5]),
        (BuilderName::Quadrants, &line, vec![5]),
        (BuilderName::Towers, &plane, vec![3, 4]),
        (BuilderName::Quadrants, &plane, vec![3, 4]),
        (BuilderName::Towers, &space, vec![2, 3, 2]),
        (BuilderName::Quadrants, &space, vec![2, 3, 2]),
    ];
    for (name, problem, count) in cases {
        let parameters = with_units(Units::Heaviside, cells(&count));
        let built = made(name, &parameters, problem);
        let grid = grid::Grid::new(name.name(), Some(&count), &problem.1).expect("cells");
        for index in grid::Indices::of_cells(&grid) {
            let centre = grid.centre(&index);
            let value = evaluate_exactly(&problem.0, &centre).remove(0);
            let value = value.expect("a polynomial");
            assert_eq!(exact(&built.network, &centre), value, "{name} {index:?}");
        }
    }
}

#[test]
fn heaviside_bounds_hold_and_are_nearly_reached() {
    let line = problem("3*x - x^2/4", "x=0..1");
    let plane = problem("2*x - y", "x=0..1,y=0..3");
    for (name, problem, count, samples) in [
        (BuilderName::Staircase, &line, 8, 1600),
        (BuilderName::Towers, &plane, 6, 66),
        (BuilderName::Quadrants, &plane, 6, 66),
    ] {
        let parameters = with_units(Units::Heaviside, cells(&[count]));
        let built = made(name, &parameters, problem);
        let worst = worst_sampled(&built, &problem.0, &points(&problem.1, samples));
        let bound = built.a_priori.expect("bounded slopes").upper;
        assert!(worst * Rational::from(2) >= bound, "{name}");
    }
}

#[test]
fn sigmoid_bounds_hold_and_are_nearly_reached() {
    let line = problem("cos(2*pi*x)", "x=0..1");
    for units in [Units::Sigmoid, Units::Tanh] {
        let per_cell = if units == Units::Tanh { 20 } else { 40 };
        let parameters = Parameters {
            steepness: Some(Steepness::PerCell(Rational::from(per_cell))),
            ..with_units(units, cells(&[24]))
        };
        let built = made(BuilderName::Staircase, &parameters, &line);
        let worst = worst_sampled(&built, &line.0, &points(&line.1, 480));
        let bound = built.a_priori.expect("bounded slopes").upper;
        assert!(worst * Rational::from(2) >= bound);
        // L h/2 with L = 2 pi, plus tails of 4 e^-20.
        let plain = rational(314_159_265, 100_000_000) / Rational::from(24);
        assert!(bound > plain && bound < plain * rational(103, 100));
    }
    let plane = problem("2*x - y + x*y", "x=0..1,y=0..1");
    let built = made(BuilderName::Quadrants, &cells(&[8]), &plane);
    let worst = worst_sampled(&built, &plane.0, &points(&plane.1, 25));
    let bound = built.a_priori.expect("bounded slopes").upper;
    assert!(worst * Rational::from(2) >= bound, "{bound}");
}

#[test]
fn corner_steps_keep_their_bound_where_they_are_half_on() {
    let plane = problem("abs(x - y)", "x=-1..1,y=-1..1");
    let parameters = Parameters {
        second_steepness: Some(Rational::from(200)),
        ..cells(&[2])
    };
    let built = made(BuilderName::Quadrants, &parameters, &plane);
    // Both steps are .74 on (w = 40): the row and the column are up, and the corner that should
    // take them back is not yet. The target is 0 there, the network nearly 2; L h/2 twice is 1.
    let place = vec![rational(105, 4000); 2];
    let worst = worst_sampled(&built, &plane.0, &[place]);
    assert!(worst > rational(9, 5), "{worst}");
    let bound = built.a_priori.expect("bounded slopes").upper;
    assert!(bound > rational(3, 1) && bound < rational(301, 100));
}

#[test]
fn blurred_networks_keep_their_bounds_or_have_none() {
    let line = problem("x", "x=0..1");
    for per_cell in [1, 2, 4, 10] {
        let parameters = Parameters {
            steepness: Some(Rational::from(16 * per_cell).into()),
            ..cells(&[16])
        };
        let built = made(BuilderName::Staircase, &parameters, &line);
        worst_sampled(&built, &line.0, &points(&line.1, 200));
    }
    // Second-layer steps that are decided are still .12 from 0 and 1.
    let parameters = Parameters {
        second_steepness: Some(Rational::from(4)),
        ..cells(&[16])
    };
    let built = made(BuilderName::Quadrants, &parameters, &line);
    let worst = worst_sampled(&built, &line.0, &points(&line.1, 50));
    assert!(worst > rational(1, 10));
    let plane = problem("x*y", "x=0..1,y=0..1");
    let blurred = Parameters {
        steepness: Some(Rational::from(4).into()),
        ..cells(&[8])
    };
    let built = made(BuilderName::Quadrants, &blurred, &plane);
    assert_eq!(built.a_priori, None);
    let medium = Parameters {
        steepness: Some(Rational::from(8 * 12).into()),
        second_steepness: Some(Rational::from(10)),
        ..cells(&[8])
    };
    let built = made(BuilderName::Quadrants, &medium, &plane);
    worst_sampled(&built, &plane.0, &points(&plane.1, 41));
}

#[test]
fn ghosts_remove_the_error_at_the_ends() {
    let line = problem("x", "x=0..1");
    let error = |ghosts: usize| {
        let parameters = Parameters {
            steepness: Some(Rational::from(64).into()),
            ghosts: Some(ghosts),
            ..cells(&[16])
        };
        let built = made(BuilderName::Staircase, &parameters, &line);
        assert_eq!(size(&built.network).units, 15 + 2 * ghosts);
        worst_sampled(&built, &line.0, &points(&line.1, 100))
    };
    // wh = 4: without ghosts the ends are off by about h/2 = 1/32.
    assert!(error(0) > rational(1, 40));
    assert!(error(6) < rational(1, 500));
    let message = try_build(
        BuilderName::Staircase,
        &Parameters {
            ghosts: Some(3),
            heights: Some(Heights::Values),
            ..cells(&[2])
        },
        &line,
    );
    let expected = "`ghosts` is 3, at most 2 (the number of cells) are possible";
    assert_eq!(message.err().as_deref(), Some(expected));
}

#[test]
fn the_square_is_interpolated_as_well_as_lines_can() {
    let square = problem("x^2", "x=0..1");
    for n in [1, 2, 5, 16] {
        let built = made(BuilderName::Interpolant, &cells(&[n]), &square);
        let count = i64::try_from(n).expect("small");
        let expected = rational(1, 4 * count * count);
        for k in 0..count {
            let x = rational(2 * k + 1, 2 * count);
            let error = exact(&built.network, std::slice::from_ref(&x)) - &x * &x;
            assert_eq!(error, expected);
        }
        let bound = built.a_priori.expect("x^2 bends little");
        assert_eq!((bound.upper, bound.theorem), (expected, "T22"));
        assert_eq!(size(&built.network).units, n);
    }
}

#[test]
fn kinks_are_interpolated_within_half_a_slope() {
    let kink = problem("abs(x - 1/3)", "x=0..1");
    let built = made(BuilderName::Interpolant, &cells(&[2]), &kink);
    // No unit where the slope stays; the bound is L h/2.
    assert_eq!(size(&built.network).units, 2);
    let bound = built.a_priori.as_ref().expect("bounded slopes");
    assert_eq!(bound.upper, rational(1, 4));
    let worst = worst_sampled(&built, &kink.0, &points(&kink.1, 99));
    assert!(worst > rational(1, 5));
    let straight = problem("2*x + 1", "x=0..1");
    let built = made(BuilderName::Interpolant, &cells(&[9]), &straight);
    assert_eq!(size(&built.network).units, 1);
    let jump = problem("if(x < 1/2, 0, 1)", "x=0..1");
    let built = made(BuilderName::Interpolant, &cells(&[4]), &jump);
    assert_eq!(built.a_priori, None);
}

#[test]
fn units_that_do_nothing_are_left_out() {
    let count = |name, units, count: &[usize], problem: &(Target, Domain)| {
        let built = made(name, &with_units(units, cells(count)), problem);
        let layers = built.network.layers();
        let units: Vec<usize> = layers.iter().map(crate::network::Layer::units).collect();
        units
    };
    let (h, s) = (Units::Heaviside, Units::Sigmoid);
    let bowl = problem("x^2 + y^2", "x=-1..1,y=-1..1");
    let product = problem("x*y + 5", "x=0..1,y=0..1");
    assert_eq!(count(BuilderName::Towers, h, &[5], &bowl), [12, 24, 1]);
    assert_eq!(count(BuilderName::Towers, s, &[6], &bowl), [14, 36, 1]);
    assert_eq!(count(BuilderName::Quadrants, s, &[6], &bowl), [8, 8, 1]);
    assert_eq!(count(BuilderName::Quadrants, s, &[4], &product), [6, 15, 1]);
    // Additive though not rational: no rounding noise is kept.
    let waves = problem("sin(x) - 2*exp(y)", "x=0..1,y=0..1");
    assert_eq!(count(BuilderName::Quadrants, s, &[4], &waves), [6, 6, 1]);
    // Zero as a mixed difference of exact values, though not additive as written.
    let hidden = problem("(x + y)^2 - 2*x*y", "x=0..1,y=0..1");
    assert_eq!(count(BuilderName::Quadrants, s, &[4], &hidden), [6, 6, 1]);
    // Half the cells are 0: the steps beside none of the others go as well.
    let corner = problem("x >= 1/2 and y >= 1/2", "x=0..1,y=0..1");
    assert_eq!(count(BuilderName::Towers, h, &[4], &corner), [6, 4, 1]);
    assert_eq!(count(BuilderName::Quadrants, h, &[4], &corner), [2, 1, 1]);
    let constant = problem("7/3", "x=0..1");
    assert_eq!(count(BuilderName::Staircase, s, &[9], &constant), [1]);
    let built = made(BuilderName::Staircase, &cells(&[9]), &constant);
    assert_eq!(exact(&built.network, &[Rational::ZERO]), rational(7, 3));
}

#[test]
fn additive_targets_keep_their_bounds() {
    let waves = problem("sin(2*x) - exp(y)/2 + t", "x=0..1,y=0..1,t=0..1");
    let built = made(BuilderName::Quadrants, &cells(&[4, 5, 3]), &waves);
    let worst = worst_sampled(&built, &waves.0, &points(&waves.1, 7));
    let bound = built.a_priori.expect("bounded slopes").upper;
    assert!(worst * Rational::from(2) >= bound);
}

#[test]
fn sigmoid_towers_dip_where_cells_meet_and_quadrants_do_not() {
    let flat = problem("1 + x/100 + x*y/100", "x=0..1,y=0..1");
    let centre = [rational(1, 2), rational(1, 2)];
    let towers = made(BuilderName::Towers, &cells(&[4]), &flat);
    assert_eq!(towers.a_priori, None);
    assert!(towers.notes.iter().any(|note| note.contains("dips")));
    let (dip, _) = error_at(&towers.network, &flat.0, &centre);
    assert!(dip > rational(99, 100));
    let quadrants = made(BuilderName::Quadrants, &cells(&[4]), &flat);
    let (_, error) = error_at(&quadrants.network, &flat.0, &centre);
    assert!(error < rational(1, 100));
}

#[test]
fn a_tower_is_its_box() {
    let plane = problem("x + y", "x=0..1,y=0..1");
    let sides = vec![
        (rational(1, 4), rational(1, 2)),
        (rational(1, 3), rational(2, 3)),
    ];
    let parameters = Parameters {
        sides_of_box: Some(sides.clone()),
        height: Some(Rational::from(-3)),
        ..Parameters::default()
    };
    let steps = with_units(Units::Heaviside, parameters.clone());
    let built = made(BuilderName::Tower, &steps, &plane);
    for point in points(&plane.1, 24) {
        let inside = point
            .iter()
            .zip(&sides)
            .all(|(x, (low, high))| low <= x && x < high);
        let expected = Rational::from(if inside { -3 } else { 0 });
        assert_eq!(exact(&built.network, &point), expected, "{point:?}");
    }
    let steep = made(BuilderName::Tower, &parameters, &plane);
    let middle = [rational(3, 8), rational(1, 2)].map(|x| Interval::from_rational(&x));
    let value = forward(&steep.network, &(), &middle)
        .expect("defined")
        .remove(0);
    let off = value.plus(&Interval::from_i64(3)).mag().to_rational();
    assert!(off.expect("finite") < rational(1, 1_000_000));
}

#[test]
fn sizes_from_tolerances_are_enough_and_not_wasteful() {
    let tenth = rational(1, 100);
    let line = problem("cos(5*x)", "x=0..1");
    let square = problem("x^2", "x=0..1");
    let plane = problem("sin(x)*y/4", "x=0..1,y=0..1");
    let round = problem("x^2 + y^2 <= 2", "x=-2..2,y=-2..2");
    let heaviside = with_units(Units::Heaviside, Parameters::default());
    let steep = Parameters {
        steepness: Some(Steepness::PerCell(Rational::from(40))),
        ..Parameters::default()
    };
    let cases = [
        (BuilderName::Staircase, steep, &line),
        (BuilderName::Staircase, heaviside.clone(), &line),
        (BuilderName::Interpolant, Parameters::default(), &square),
        (BuilderName::Towers, heaviside.clone(), &plane),
        (BuilderName::Quadrants, Parameters::default(), &plane),
        (BuilderName::Disk, Parameters::default(), &round),
        (
            BuilderName::Disk,
            disk_of(3, Fit::Balanced, Units::Heaviside),
            &round,
        ),
        (
            BuilderName::Disk,
            disk_of(3, Fit::Circumscribed, Units::Sigmoid),
            &round,
        ),
    ];
    for (name, parameters, problem) in cases {
        let norm = if problem.0.is_region() {
            Norm::Area
        } else {
            Norm::Sup
        };
        let needed = needed_size(name, &parameters, &problem.0, &problem.1, norm, &tenth);
        let needed = needed.expect("a size is found");
        let bound = |size| {
            let sized = entry(name)
                .size
                .expect("it has a size")
                .with(&parameters, size);
            let key = entry(name).size.expect("it has a size");
            assert!(key.is_given(&sized));
            made(name, &sized, problem).a_priori.expect("a bound").upper
        };
        assert!(bound(needed) <= tenth, "{name} {needed}");
        assert!(bound(needed - 1) > rational(98, 10_000), "{name} {needed}");
    }
    assert_eq!(
        needed_size(
            BuilderName::Interpolant,
            &Parameters::default(),
            &square.0,
            &square.1,
            Norm::Sup,
            &rational(1, 1024)
        ),
        Some(16)
    );
    // A fixed steepness blurs: more cells do not help for ever.
    let blurred = Parameters {
        steepness: Some(Rational::ONE.into()),
        ..Parameters::default()
    };
    let none = needed_size(
        BuilderName::Staircase,
        &blurred,
        &line.0,
        &line.1,
        Norm::Sup,
        &tenth,
    );
    assert_eq!(none, None);
}

fn disk_of(sides: usize, fit: Fit, units: Units) -> Parameters {
    Parameters {
        sides: Some(sides),
        fit: Some(fit),
        units: Some(units),
        ..Parameters::default()
    }
}

/// A polygon that is not convex.
fn bent_polygon(hidden_layers: Option<usize>) -> Parameters {
    let bent = [(0, 0), (2, 0), (1, 1), (2, 2), (0, 2)];
    let vertices = bent.map(|(x, y)| (Rational::from(x), Rational::from(y)));
    Parameters {
        vertices: Some(Outlines::One(vertices.to_vec())),
        hidden_layers,
        ..Parameters::default()
    }
}

fn folds(folds: usize) -> Parameters {
    Parameters {
        folds: Some(folds),
        ..Parameters::default()
    }
}

fn widths(widths: &[usize], rank: Option<usize>) -> Parameters {
    Parameters {
        widths: Some(widths.to_vec()),
        rank,
        ..Parameters::default()
    }
}

#[test]
fn what_was_chosen_builds_the_same_network_again() {
    let line = problem("sin(x)", "x=0..1");
    let plane = problem("sin(x)*y", "x=0..1,y=0..1");
    let round = problem("x^2 + y^2 <= 2", "x=-2..2,y=-2..2");
    let cubic = problem("x^3 - 2*x", "x=0..1");
    let step = Parameters {
        step: Some(rational(1, 8)),
        ..Parameters::default()
    };
    let sides = Some(vec![(Rational::ZERO, Rational::ONE); 2]);
    let tower = Parameters {
        sides_of_box: sides,
        ..Parameters::default()
    };
    let vertices = Some(
        [(0, 0), (1, 0), (0, 2)]
            .map(|(x, y)| (Rational::from(x), Rational::from(y)))
            .to_vec(),
    );
    let polygon = Parameters {
        vertices: vertices.map(Outlines::One),
        ..Parameters::default()
    };
    let half = problem("x - 3*y > 1/7", "x=0..1,y=0..1");
    let band = problem("if(x >= 1/3 and x < 1/2, -2, 0)", "x=0..1");
    let overlapping = Parameters {
        overlap: Some(3),
        ..cells(&[3])
    };
    let adaptive = Parameters {
        grid: Some(Division::Adaptive),
        ..cells(&[3])
    };
    let balanced = Parameters {
        knots: Some(Knots::Balanced),
        ..cells(&[5])
    };
    for (name, parameters, problem) in vec![
        (BuilderName::Staircase, cells(&[5]), &line),
        (BuilderName::Interpolant, cells(&[5]), &line),
        (BuilderName::Tower, tower, &plane),
        (BuilderName::Towers, cells(&[3]), &plane),
        (BuilderName::Towers, overlapping, &plane),
        (BuilderName::Towers, adaptive.clone(), &plane),
        (BuilderName::Quadrants, cells(&[3, 2]), &plane),
        (BuilderName::Quadrants, adaptive, &plane),
        (BuilderName::Step, Parameters::default(), &half),
        (BuilderName::Bump, Parameters::default(), &band),
        (BuilderName::Interpolant, balanced, &line),
        (BuilderName::Polygon, polygon, &plane),
        (
            BuilderName::Disk,
            disk_of(5, Fit::Balanced, Units::Sigmoid),
            &round,
        ),
        (
            BuilderName::Disk,
            Parameters {
                hidden_layers: Some(1),
                ..disk_of(5, Fit::Inscribed, Units::Sigmoid)
            },
            &round,
        ),
        (
            BuilderName::Disk,
            Parameters {
                fit: Some(Fit::Smooth),
                ..Parameters::default()
            },
            &round,
        ),
        (BuilderName::Polygon, bent_polygon(None), &plane),
        (BuilderName::Sawtooth, folds(3), &cubic),
        (BuilderName::TanhSmooth, step, &cubic),
        (BuilderName::Fold, widths(&[4, 3], None), &plane),
        (BuilderName::MaxoutFold, widths(&[2, 2], Some(3)), &plane),
    ] {
        let once = made(name, &parameters, problem);
        let twice = made(name, &once.chosen, problem);
        assert_eq!(once.network, twice.network, "{name}");
        assert_eq!(once.chosen, twice.chosen, "{name}");
        let known: Vec<_> = entry(name).keys.iter().map(|key| key.name).collect();
        assert!(once.chosen.present().iter().all(|key| known.contains(key)));
    }
}

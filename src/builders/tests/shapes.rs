//! Polygons and disks: where their corners are, and the area they miss.

use super::*;

#[test]
fn polygons_are_their_vertices() {
    let plane = problem("abs(x) + abs(y) <= 1", "x=-2..2,y=-2..2");
    let corner = |x, y| (Rational::from(x), Rational::from(y));
    let diamond = vec![corner(1, 0), corner(0, -1), corner(-1, 0), corner(0, 1)];
    let parameters = |units, hidden_layers| Parameters {
        units: Some(units),
        vertices: Some(Outlines::One(diamond.clone())),
        hidden_layers: Some(hidden_layers),
        ..Parameters::default()
    };
    for layers in [1, 2] {
        let built = made(
            BuilderName::Polygon,
            &parameters(Units::Heaviside, layers),
            &plane,
        );
        assert_eq!(size(&built.network).hidden_layers, layers);
        let threshold = if layers == 2 {
            rational(1, 2)
        } else {
            rational(7, 2)
        };
        for point in points(&plane.1, 16) {
            let inside = evaluate_exactly(&plane.0, &point).remove(0) == Ok(Rational::ONE);
            let value = exact(&built.network, &point);
            assert_eq!(value >= threshold, inside, "{point:?}");
        }
    }
    // Normals of sigmoid sides are of length 1, nearly.
    let built = made(BuilderName::Polygon, &parameters(Units::Sigmoid, 2), &plane);
    let w = built.chosen.steepness.expect("chosen");
    let w = w.per_input().expect("no cells");
    let first = &built.network.layers()[0];
    for row in 0..4 {
        let squares = first.weights().row(row).map(|(_, x)| x * x);
        let ratio = squares.sum::<Rational>() / (w * w);
        assert!((ratio - Rational::ONE).abs() < Rational::power_of_two(-19));
    }
}

/// The corners of a network's polygon: where the lines of neighbouring first-layer units meet.
fn corners(network: &Network) -> Vec<[Rational; 2]> {
    let first = &network.layers()[0];
    let line = |row: usize| {
        let weights: Vec<Rational> = first.weights().row(row).map(|(_, x)| x.clone()).collect();
        let [a, b] = weights.try_into().expect("no side is parallel to an axis");
        (a, b, -&first.bias()[row])
    };
    let n = first.units();
    let meet = |row: usize| {
        let ((a, b, c), (d, e, f)) = (line(row), line((row + 1) % n));
        let det = &a * &e - &b * &d;
        [(&c * &e - &b * &f) / &det, (&a * &f - &c * &d) / &det]
    };
    (0..n).map(meet).collect()
}

#[test]
fn inscribed_polygons_have_their_corners_on_the_circle() {
    let round = problem("(x - 1/3)^2 + (y + 2)^2 <= 9/4", "x=-3..3,y=-4..0");
    for n in [3, 5, 12, 41] {
        let parameters = Parameters {
            rotation: Some(rational(1, 97)),
            ..disk_of(n, Fit::Inscribed, Units::Heaviside)
        };
        let built = made(BuilderName::Disk, &parameters, &round);
        let corners = corners(&built.network);
        assert_eq!(corners.len(), n);
        let mut doubled = Rational::ZERO;
        for (k, [x, y]) in corners.iter().enumerate() {
            let (a, b) = (x - &rational(1, 3), y + &Rational::from(2));
            assert_eq!(&a * &a + &b * &b, rational(9, 4), "{n} sides");
            let [u, v] = &corners[(k + 1) % n];
            doubled = doubled + (x * v - u * y);
        }
        // The area by the corners, against the bound by pi.
        let bound = built.a_priori.expect("a disk").upper;
        let pi = rational(3_141_592_654, 1_000_000_000);
        let missing = pi * rational(9, 4) - doubled.half();
        assert!(
            (&bound - &missing).abs() < rational(1, 1_000_000),
            "{n} sides"
        );
        assert!(bound.is_positive());
    }
}

#[test]
fn the_best_polygons_are_as_good_as_they_can_be() {
    let round = problem("x^2 + y^2 <= 1", "x=-2..2,y=-2..2");
    let known = [(3, 1141), (4, 568), (5, 343), (6, 231)];
    for (n, thousandths) in known {
        let bound = |fit| {
            let built = made(
                BuilderName::Disk,
                &disk_of(n, fit, Units::Heaviside),
                &round,
            );
            built.a_priori.expect("a disk").upper
        };
        let best = bound(Fit::Balanced);
        let distance = (&best - &rational(thousandths, 1000)).abs();
        assert!(distance < rational(6, 10_000), "{n} sides: {best}");
        assert!(best < bound(Fit::Inscribed) && best < bound(Fit::Circumscribed));
    }
}

#[test]
fn circumscribed_polygons_hold_the_disk_and_balanced_ones_cut_it() {
    let round = problem("x^2 + y^2 <= 2", "x=-2..2,y=-2..2");
    for fit in Fit::POLYGONS {
        let built = made(
            BuilderName::Disk,
            &disk_of(7, fit, Units::Heaviside),
            &round,
        );
        // Offsets of the sides from the centre, squared: the bias, since normals have length 1.
        let first = &built.network.layers()[0];
        for (row, bias) in first.bias().iter().enumerate() {
            let squares = first.weights().row(row).map(|(_, x)| x * x);
            assert_eq!(squares.sum::<Rational>(), Rational::ONE);
            let square = bias * bias;
            match fit {
                Fit::Circumscribed => assert!(square > Rational::from(2)),
                Fit::Inscribed => assert!(square < rational(163, 100)),
                Fit::Balanced | Fit::Smooth => {
                    assert!(square > rational(185, 100) && square < rational(2, 1));
                }
            }
        }
    }
}

#[test]
fn area_bounds_hold_against_counting_points() {
    let round = problem("x^2 + y^2 <= 1", "x=-3/2..3/2,y=-3/2..3/2");
    let places = points(&round.1, 60);
    for fit in Fit::POLYGONS {
        for (units, steepness) in [
            (Units::Heaviside, None),
            (Units::Sigmoid, Some(60)),
            // So blurred that nothing is inside: the whole disk is wrong.
            (Units::Sigmoid, Some(2)),
        ] {
            let parameters = Parameters {
                steepness: steepness.map(|w| Rational::from(w).into()),
                ..disk_of(5, fit, units)
            };
            let built = made(BuilderName::Disk, &parameters, &round);
            let wrong = places.iter().filter(|point| {
                let inside = evaluate_exactly(&round.0, point).remove(0) == Ok(Rational::ONE);
                let point: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
                let value = forward(&built.network, &(), &point)
                    .expect("defined")
                    .remove(0);
                let half = Interval::from_rational(&rational(1, 2));
                let is_in = value.compare(crate::numbers::Relation::GreaterOrEqual, &half);
                is_in != crate::numbers::Truth::from_bool(inside)
            });
            let area = grid::whole(wrong.count()) * rational(9, 3600);
            let bound = built.a_priori.expect("a disk").upper;
            // Counting is good to about a fiftieth here.
            assert!(area < &bound + &rational(1, 20), "{fit:?} {units:?}");
            let share = if units == Units::Heaviside { 1 } else { 3 };
            assert!(
                area * Rational::from(share) + rational(1, 20) > bound,
                "{fit:?} {units:?}"
            );
        }
    }
}

#[test]
fn one_layer_leaves_the_decision_to_the_threshold() {
    let round = problem("x^2 + y^2 <= 1", "x=-2..2,y=-2..2");
    let parameters = Parameters {
        hidden_layers: Some(1),
        ..disk_of(6, Fit::Inscribed, Units::Heaviside)
    };
    let built = made(BuilderName::Disk, &parameters, &round);
    assert!(
        built
            .notes
            .iter()
            .any(|note| note.contains("at least 11/2"))
    );
    assert!(
        built
            .a_priori
            .expect("a disk")
            .statement
            .ends_with("threshold 11/2")
    );
    assert_eq!(
        exact(&built.network, &[Rational::ZERO, Rational::ZERO]),
        Rational::from(6)
    );
}

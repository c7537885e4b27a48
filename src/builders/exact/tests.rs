//! Networks against their targets, exactly; and how many units they have.

use super::*;
use crate::expr::{evaluate_exactly, parse_target};
use crate::network::forward;
use proptest::prelude::*;

fn problem(formulas: &[&str], domain: &str) -> (Target, Domain) {
    let domain = Domain::parse(domain).expect("a domain");
    let target = parse_target(formulas, Some(domain.names())).expect("a formula");
    (target, domain)
}

fn found(formula: &str, domain: &str) -> Recognised {
    let (target, domain) = problem(&[formula], domain);
    let found = recognise(&target, &domain).unwrap_or_else(|error| panic!("{formula}: {error}"));
    let mut points = points(&domain, 3);
    points.truncate(200);
    assert_same(&found, &target, &points);
    found
}

fn refused(formula: &str, domain: &str) -> String {
    let (target, domain) = problem(&[formula], domain);
    let error = recognise(&target, &domain).map(|found| found.units());
    error.expect_err(formula).to_string()
}

/// The corners of a box, and of its division by this number in every input.
fn points(domain: &Domain, parts: i64) -> Vec<Vec<Rational>> {
    let mut points = vec![Vec::new()];
    for (low, high) in domain.sides() {
        let longer = points.iter().flat_map(|point| {
            (0..=parts).map(|k| {
                let mut point: Vec<Rational> = point.clone();
                point.push(low + &((high - low) * Rational::ratio(k, parts)));
                point
            })
        });
        points = longer.collect();
    }
    points
}

fn assert_same(found: &Recognised, target: &Target, points: &[Vec<Rational>]) {
    let network = found.network(target);
    for point in points {
        let values = forward(&network, &(), point).expect("rational");
        let wanted = evaluate_exactly(target, point);
        let wanted = wanted.into_iter().collect::<Result<Vec<_>, _>>();
        assert_eq!(
            values,
            wanted.expect("a value"),
            "{:?} at {point:?}",
            target.text()
        );
    }
}

#[test]
fn units_of_named_targets() {
    let square = "x=-1..1, y=-1..1";
    let cube = "x=-1..1, y=-1..1, z=-1..1";
    for (formula, domain, widths) in [
        ("max(x, y)", square, &[2][..]),
        ("abs(x)", "x=-1..1", &[2]),
        ("abs(x) + abs(y)", square, &[3]),
        ("relu(x)", "x=-1..1", &[1]),
        ("max(x, 0)", "x=-1..1", &[1]),
        ("max(x, -2)", "x=-1..1", &[]),
        ("2*x + 1", "x=-1..1", &[]),
        ("if(x < 0, -x, 0)", "x=-1..1", &[1]),
        ("x*heaviside(x)", "x=-1..1", &[1]),
        ("sqrt((x - 1/2)^2)", "x=-1..1", &[2]),
        ("max(0, 1 - abs(x))", "x=-2..2", &[3]),
        ("max(0, 1 - abs(x))", "x=-1..1", &[2]),
        ("abs(x - y) - (x - y)", square, &[1]),
        ("min(max(x + y, 0), 1)", square, &[2]),
        ("max(x, y, z)", cube, &[3, 2]),
        ("max(x, min(y, x - 3), z, x - 5)", cube, &[2]),
        ("if(x > y and x > z, x, if(y > z, y, z))", cube, &[3, 2]),
        ("max(abs(x) + abs(y), 0)", square, &[3]),
        // The two units that face left have the slope of the first piece.
        (
            "abs(x) - 3/2*x - abs(x - 1/4)/2 + max(x, 1/2)",
            "x=-1..1",
            &[3],
        ),
        ("abs(2*abs(2*abs(2*x - 1) - 1) - 1)", "x=0..1", &[2, 2, 2]),
    ] {
        assert_eq!(found(formula, domain).widths(), widths, "{formula}");
    }
    let four = "x=-1..1, y=-1..1, z=-1..1, w=-1..1";
    assert_eq!(found("max(max(x, y), max(z, w))", four).widths(), [4, 2]);
    assert_eq!(found("max(x, y, z, w)", four).widths(), [4, 2]);
}

#[test]
fn tariffs_take_a_unit_for_each_kink_and_one_more() {
    let tariff = "if(x < 10, x, if(x < 50, 10 + (x - 10)/2, 30 + (x - 50)/4))";
    assert_eq!(found(tariff, "x=0..100").widths(), [3]);
    // Only one of the kinks is in the domain.
    assert_eq!(found(tariff, "x=0..20").widths(), [2]);
    // No tax below the first kink.
    let tax =
        "if(x <= 11604, 0, if(x <= 17005, (x - 11604)*14/100, 75614/100 + (x - 17005)*24/100))";
    assert_eq!(found(tax, "x=0..20000").widths(), [2]);
    let thirds = "if(x >= 1/3 and x < 1/2, 3*x - 1, if(x < 1/3, 0, 1/2))";
    assert_eq!(found(thirds, "x=0..1").widths(), [2]);
}

#[test]
fn the_outputs_share_units() {
    let (target, domain) = problem(
        &["max(x, y)", "min(x, y)", "abs(x - y)"],
        "x=-1..1, y=-1..1",
    );
    let three = recognise(&target, &domain).expect("piecewise linear");
    assert_eq!(three.widths(), [3]);
    assert_same(&three, &target, &points(&domain, 4));
}

#[test]
fn branches_that_meet_on_one_side_only_are_joined() {
    let square = "x=-1..1, y=-1..1";
    // abs(x + y) is affine where the condition holds, and where it does not.
    found("if(x + y < -1, -1 - 2*x - 2*y, abs(x + y))", square);
    found("if(x < 0, max(x, 0) + y, y + 2*x)", square);
    found(
        "if(x > y, x + abs(x - y), if(x < y - 1, 2*x - y + 1, x))",
        square,
    );
    // y > x - 3 on the whole square.
    found("if(y - x >= -3, x, y^2)", square);
    // x + 2 > 0 wherever x > y + 1/2 holds, but not elsewhere.
    found(
        "if(x > y + 1/2, x - y + relu(x + 1/2) - x - 1/2, 1/2)",
        square,
    );
}

#[test]
fn what_is_not_piecewise_linear_is_named() {
    let square = "x=-1..1, y=-1..1";
    let text = refused("abs(x) + x^2", "x=-1..1");
    assert!(text.starts_with("`x^2` is not piecewise linear"), "{text}");
    assert!(text.contains("\"interpolant\""), "{text}");
    assert!(refused("x*y", square).starts_with("`x*y` is not"));
    assert!(
        refused("max(x, sin(1))", "x=-1..1").starts_with("the constant `sin(1)` is not rational")
    );
    assert!(refused("1/x", "x=1..2").starts_with("`1/x` is not"));
    let text = refused("if(x*x + y*y < 1, x, y)", square);
    assert!(text.starts_with("`x*x` is not"), "{text}");
    let text = refused("if(x < 1/3, x, x + 2)", "x=-1..1");
    assert!(
        text.starts_with("the target jumps by 2 at x = 1/3"),
        "{text}"
    );
    let text = refused("if(x < y, x, y + 1/2)", square);
    assert!(
        text.starts_with("the target jumps by 1/2 at x = 0, y = 0"),
        "{text}"
    );
    let text = refused("if(x < 0, y, 0)", square);
    assert!(text.starts_with("the target jumps by 1"), "{text}");
    let text = refused("heaviside(x + y)", square);
    assert!(text.starts_with("the target jumps by 1 at"), "{text}");
    let text = refused("if(abs(x) + abs(y) < 1, x, y)", square);
    assert!(text.contains("was not recognised"), "{text}");
}

#[test]
fn compositions_with_many_pieces_are_deep_or_refused() {
    let mut text = "x".to_owned();
    for _ in 0..20 {
        text = format!("abs(2*({text}) - 1)");
    }
    let (target, domain) = problem(&[&text], "x=0..1");
    let deep = recognise(&target, &domain).expect("a million pieces, 40 units");
    assert_eq!(deep.units(), 40);
    let points: Vec<_> = (0..50).map(|k| vec![Rational::ratio(k, 49)]).collect();
    assert_same(&deep, &target, &points);
    // The same as `if` is read in one direction only, and has too many pieces.
    let mut text = "x".to_owned();
    for _ in 0..13 {
        text = format!("abs(x*0 + abs(2*({text}) - 1)*heaviside(x + 1))");
    }
    let text = refused(&text, "x=-2..1");
    assert!(
        text.starts_with("the target has more than 4096 pieces"),
        "{text}"
    );
}

#[test]
fn long_formulas_do_not_exhaust_the_stack() {
    let sum = vec!["abs(x)"; 900].join(" + ");
    assert_eq!(found(&sum, "x=-1..1").units(), 2);
    let text = format!("{}x{}", "abs(1/2 - ".repeat(90), ")".repeat(90));
    assert!(is_piecewise_linear(
        &problem(&[&text], "x=-1..1").0,
        &Domain::parse("x=-1..1").expect("a domain")
    ));
}

/// Formulas that are continuous and piecewise linear by construction.
fn formulas(inputs: usize) -> impl Strategy<Value = String> {
    let number = (-4_i64..=4, 1_i64..=3).prop_map(|(p, q)| format!("({p}/{q})"));
    let names = &["x", "y", "z"][..inputs];
    let weights = proptest::collection::vec(number.clone(), inputs);
    let affine = (weights, number.clone()).prop_map(move |(weights, constant)| {
        let parts = names
            .iter()
            .zip(&weights)
            .map(|(name, w)| format!("{w}*{name}"));
        format!("({} + {constant})", parts.collect::<Vec<_>>().join(" + "))
    });
    let leaf = prop_oneof![
        affine,
        proptest::sample::select(names).prop_map(str::to_owned)
    ];
    leaf.prop_recursive(4, 16, 3, move |inner| {
        let two = || (inner.clone(), inner.clone());
        let three = (inner.clone(), inner.clone(), inner.clone(), number.clone());
        prop_oneof![
            inner.clone().prop_map(|a| format!("abs({a})")),
            inner.clone().prop_map(|a| format!("relu({a})")),
            two().prop_map(|(a, b)| format!("max({a}, {b})")),
            two().prop_map(|(a, b)| format!("min({a}, {b})")),
            (number.clone(), inner.clone()).prop_map(|(c, a)| format!("({c}*{a})")),
            two().prop_map(|(a, b)| format!("({a} - {b})")),
            three.prop_map(|(a, b, e, c)| format!("if({a} < {b}, {e}, {e} + {c}*({a} - {b}))")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn random_targets_are_met_exactly(
        (formula, inputs) in (1_usize..=3).prop_flat_map(|n| (formulas(n), Just(n))),
        coordinates in proptest::collection::vec((0_i64..=24, 0_i64..=24, 0_i64..=24), 40),
    ) {
        let domain = ["x=-1..2", "x=-1..2, y=-2..1", "x=-1..2, y=-2..1, z=0..1"][inputs - 1];
        let (target, domain) = problem(&[&formula], domain);
        let found = recognise(&target, &domain);
        let found = found.map_err(|error| TestCaseError::fail(format!("{formula}: {error}")))?;
        let mut all = points(&domain, 2);
        all.extend(coordinates.iter().map(|(a, b, c)| {
            let sides = domain.sides().iter().zip([a, b, c]);
            sides.map(|((low, high), k)| low + &((high - low) * Rational::ratio(*k, 24))).collect()
        }));
        // Kinks of units of the first layer.
        let network = found.network(&target);
        if let [first, _, ..] = network.layers() {
            for (row, bias) in first.bias().iter().enumerate() {
                let weights: Vec<_> = first.weights().row(row).collect();
                let Some((column, weight)) = weights.first() else { continue };
                let mut point = all[row % all.len()].clone();
                point[*column] = Rational::ZERO;
                let sum = weights.iter().fold(bias.clone(), |sum, (k, w)| sum + *w * &point[*k]);
                point[*column] = -sum / *weight;
                let (low, high) = &domain.sides()[*column];
                if *low <= point[*column] && point[*column] <= *high {
                    all.push(point);
                }
            }
        }
        assert_same(&found, &target, &all);
    }
}

/// The comparison above sees a weight that is wrong by little.
#[test]
fn a_wrong_target_is_seen() {
    let (target, domain) = problem(&["max(x, y)"], "x=-1..1, y=-1..1");
    let found = recognise(&target, &domain).expect("piecewise linear");
    let other = problem(&["max(x, y + 1/1000000)"], "x=-1..1, y=-1..1").0;
    let wrong = std::panic::catch_unwind(|| assert_same(&found, &other, &points(&domain, 4)));
    assert!(wrong.is_err());
}

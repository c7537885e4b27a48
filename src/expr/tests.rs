//! Tests of the folder: trees and values against slower or independent versions.

mod text;

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::numbers::{Failure, Function, Interval, Rational, Relation, Scalar, Truth};

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn parse_xy(text: &str) -> Result<Target, ParseError> {
    parse_target(&[text], Some(&names(&["x", "y"])))
}

fn formula(text: &str) -> Expr {
    let target = parse_xy(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    target.output_expressions().remove(0)
}

fn rational(text: &str) -> Rational {
    exact_value(&formula(text)).expect("a rational")
}

/// The value over the rationals, by walking the tree, lazily.
fn walk(tree: &Expr, at: &[Rational]) -> Result<Rational, Failure> {
    match tree {
        Expr::Number(value) => Ok(value.clone()),
        Expr::Variable(index) => Ok(at[*index].clone()),
        Expr::Pi => Err(Failure::Inexact),
        Expr::Negate(a) => Ok(-walk(a, at)?),
        Expr::Add(a, b) => Ok(walk(a, at)? + walk(b, at)?),
        Expr::Sub(a, b) => Ok(walk(a, at)? - walk(b, at)?),
        Expr::Mul(a, b) => Ok(walk(a, at)? * walk(b, at)?),
        Expr::Div(a, b) => {
            let (a, b) = (walk(a, at)?, walk(b, at)?);
            a.checked_div(&b).ok_or(Failure::Undefined)
        }
        Expr::Power(a, b) => {
            let exponent = walk(b, at)?.to_i64().expect("the generator makes integers");
            let exponent = i32::try_from(exponent).expect("small");
            walk(a, at)?.powi(exponent).ok_or(Failure::Undefined)
        }
        Expr::Apply(function, a) => walk(a, at)?.apply(*function),
        Expr::Min(a, b) => Ok(walk(a, at)?.min(walk(b, at)?)),
        Expr::Max(a, b) => Ok(walk(a, at)?.max(walk(b, at)?)),
        Expr::If(condition, a, b) => walk(if holds(condition, at)? { a } else { b }, at),
    }
}

fn holds(tree: &Condition, at: &[Rational]) -> Result<bool, Failure> {
    match tree {
        Condition::Compare(relation, a, b) => Ok(relation.holds(walk(a, at)?.cmp(&walk(b, at)?))),
        Condition::And(a, b) => Ok(holds(a, at)? && holds(b, at)?),
        Condition::Or(a, b) => Ok(holds(a, at)? || holds(b, at)?),
        Condition::Not(a) => Ok(!holds(a, at)?),
    }
}

/// Trees like the parser's, in two variables; with `exact`, such that values are rational.
fn any_tree(exact: bool) -> impl Strategy<Value = Expr> {
    let number = (-3i64..4, 1i64..4).prop_map(|(p, q)| Expr::Number(Rational::ratio(p, q)));
    let leaf = prop_oneof![
        number,
        (0usize..2).prop_map(Expr::Variable),
        Just(if exact { Expr::Variable(0) } else { Expr::Pi }),
        Just(if exact { Expr::one() } else { Expr::euler() }),
    ];
    leaf.prop_recursive(5, 40, 3, move |inner| {
        let part = inner.clone().prop_map(Arc::new);
        let part = move || part.clone();
        let relation = prop_oneof![
            Just(Relation::Less),
            Just(Relation::LessOrEqual),
            Just(Relation::Greater),
            Just(Relation::GreaterOrEqual),
            Just(Relation::Equal),
            Just(Relation::NotEqual),
        ];
        let comparison =
            (relation, part(), part()).prop_map(|(r, a, b)| Condition::Compare(r, a, b));
        let condition = comparison.prop_recursive(3, 6, 2, |inner| {
            let test = inner.prop_map(Arc::new);
            prop_oneof![
                (test.clone(), test.clone()).prop_map(|(a, b)| Condition::And(a, b)),
                (test.clone(), test.clone()).prop_map(|(a, b)| Condition::Or(a, b)),
                test.prop_map(Condition::Not),
            ]
        });
        let power = if exact {
            (part(), (-2i64..4).prop_map(|n| Arc::new(Expr::integer(n)))).boxed()
        } else {
            (part(), part()).boxed()
        };
        let function = if exact {
            prop_oneof![
                Just(Function::Abs),
                Just(Function::Relu),
                Just(Function::Heaviside)
            ]
            .boxed()
        } else {
            (0..22usize).prop_map(|k| parse::FUNCTIONS[k].1).boxed()
        };
        prop_oneof![
            inner.clone().prop_map(Expr::negated),
            (part(), part()).prop_map(|(a, b)| Expr::Add(a, b)),
            (part(), part()).prop_map(|(a, b)| Expr::Sub(a, b)),
            (part(), part()).prop_map(|(a, b)| Expr::Mul(a, b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.divided_by(b)),
            power.prop_map(|(a, b)| Expr::Power(a, b)),
            (function, part()).prop_map(|(f, a)| Expr::Apply(f, a)),
            (part(), part()).prop_map(|(a, b)| Expr::Min(a, b)),
            (part(), part()).prop_map(|(a, b)| Expr::Max(a, b)),
            (condition, part(), part()).prop_map(|(c, a, b)| Expr::If(Arc::new(c), a, b)),
        ]
    })
}

fn any_point() -> impl Strategy<Value = Vec<Rational>> {
    let coordinate = (-4i64..5, 1i64..4).prop_map(|(p, q)| Rational::ratio(p, q));
    proptest::collection::vec(coordinate, 2)
}

/// The mean value theorem: a difference quotient is a slope somewhere between, so the enclosure of
/// the slopes meets that of the quotient. Returns whether there was something to compare.
fn check_quotient(tree: &Expr, point: &[Rational], axis: usize) -> bool {
    let Ok(slope) = derivative(tree, axis) else {
        return false;
    };
    let mut end = point.to_vec();
    end[axis] = &end[axis] + &Rational::ratio(1, 16);
    let enclose = |a: &[Rational], b: &[Rational]| -> Vec<Interval> {
        let sides = a.iter().zip(b);
        sides
            .map(|(low, high)| Interval::from_rationals(low, high))
            .collect()
    };
    let tape = Tape::of_expressions(2, [tree, &slope]);
    let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
    let mut at = |cell: &[Interval]| {
        let results = tape.evaluate(&constants, cell, &mut scratch);
        (results.value(0).copied(), results.value(1).copied())
    };
    // Where the range is known on the whole way, the function is defined there.
    let (Ok(range), Ok(slopes)) = at(&enclose(point, &end)) else {
        return false;
    };
    let ((Ok(first), _), (Ok(last), _)) = (at(&enclose(point, point)), at(&enclose(&end, &end)))
    else {
        return false;
    };
    assert!(range.intersection(&first).is_some() && range.intersection(&last).is_some());
    let quotient = last.minus(&first).times(&Interval::from_i64(16));
    let text = tree.display(&names(&["x", "y"])).to_string();
    assert!(
        slopes.intersection(&quotient).is_some(),
        "{text}: {slopes} misses {quotient}"
    );
    true
}

#[test]
fn each_function_has_its_slope() {
    for (name, function) in parse::FUNCTIONS {
        let tree = Expr::Apply(function, Arc::new(Expr::Variable(0)));
        let points = (-40i64..40).map(|k| vec![Rational::ratio(k, 17), Rational::ZERO]);
        let compared = points
            .filter(|point| check_quotient(&tree, point, 0))
            .count();
        assert!(
            compared >= 30 || function == Function::Heaviside,
            "{name}: {compared}"
        );
    }
}

proptest! {
    #[test]
    fn text_parses_back_to_the_same_tree(tree in any_tree(false)) {
        let inputs = names(&["x", "y"]);
        let text = tree.display(&inputs).to_string();
        prop_assert_eq!(parse_expression(&text, &inputs), Ok(tree), "{}", text);
    }

    #[test]
    fn the_tape_agrees_with_a_walk_over_the_tree(tree in any_tree(true), point in any_point()) {
        let tape = Tape::of_expressions(2, [&tree]);
        let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
        let found = tape.evaluate(&constants, &point, &mut scratch).value(0).cloned();
        prop_assert_eq!(found, walk(&tree, &point));
    }

    #[test]
    fn simpler_formulas_have_the_same_value(tree in any_tree(true), point in any_point()) {
        prop_assert_eq!(walk(&simplify(&tree), &point), walk(&tree, &point));
    }

    #[test]
    fn intervals_enclose_exact_values(tree in any_tree(true), point in any_point(), size in 0i64..3) {
        let radius = Rational::ratio(size, 2);
        let cell: Vec<Interval> = point.iter()
            .map(|value| Interval::from_rationals(&(value - &radius), &(value + &radius)))
            .collect();
        let tape = Tape::of_expressions(2, [&tree]);
        let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
        let exact = walk(&tree, &point);
        match tape.evaluate(&constants, &cell, &mut scratch).value(0) {
            Ok(enclosure) => prop_assert!(enclosure.contains_rational(&exact.expect("defined"))),
            Err(Failure::Undefined) => prop_assert_eq!(exact, Err(Failure::Undefined)),
            Err(_) => {}
        }
    }

    /// The central difference on nine points is the exact slope up to degree 8.
    #[test]
    fn derivatives_of_polynomials_are_exact(
        coefficients in proptest::collection::vec(-5i64..6, 1..5), at in -4i64..5, axis in 0usize..2,
    ) {
        let variable = Arc::new(Expr::Variable(axis));
        let mut tree = Expr::zero();
        for (degree, coefficient) in (0i64..).zip(&coefficients) {
            let power = Expr::Power(variable.clone(), Arc::new(Expr::integer(degree)));
            let term = Expr::Mul(Arc::new(Expr::integer(*coefficient)), Arc::new(power));
            let factor = Expr::Add(variable.clone(), Arc::new(Expr::Number(Rational::ratio(1, 3))));
            tree = Expr::Add(Arc::new(Expr::Mul(Arc::new(tree), Arc::new(factor))), Arc::new(term));
        }
        let value = |t: i64| {
            let mut point = vec![Rational::ratio(7, 5); 2];
            point[axis] = Rational::from(t);
            walk(&tree, &point).expect("a polynomial")
        };
        let weights = [Rational::ratio(4, 5), Rational::ratio(-1, 5), Rational::ratio(4, 105), Rational::ratio(-1, 280)];
        let slope: Rational = (1i64..).zip(&weights)
            .map(|(k, weight)| (value(at + k) - value(at - k)) * weight)
            .sum();
        let mut point = vec![Rational::ratio(7, 5); 2];
        point[axis] = Rational::from(at);
        let found = derivative(&tree, axis).expect("a polynomial");
        prop_assert_eq!(walk(&found, &point), Ok(slope));
        prop_assert_eq!(derivative(&tree, 1 - axis), Ok(Expr::zero()));
    }

    #[test]
    fn slopes_enclose_difference_quotients(tree in any_tree(false), point in any_point(), axis in 0usize..2) {
        check_quotient(&tree, &point, axis);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[x0-9.e+*/^()<>=,! a-z²πif-]{0,40}") {
        let _ = parse_target(&[&text], None);
        let _ = Domain::parse(&text);
    }

    #[test]
    fn no_bytes_make_the_parser_panic(text in any::<String>()) {
        let _ = parse_target(&[text], None);
    }
}

fn truth_at(text: &str, at: &[(i64, i64)]) -> Result<Truth, Failure> {
    let target = parse_xy(text).expect("valid");
    let tape = Tape::new(&target);
    let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
    let cell: Vec<Interval> = at
        .iter()
        .map(|(a, b)| Interval::from_rationals(&Rational::from(*a), &Rational::from(*b)))
        .collect();
    tape.evaluate(&constants, &cell, &mut scratch).truth()
}

#[test]
fn conditions_look_at_no_more_than_they_need() {
    let root = "x > 0 and sqrt(x) > 1";
    assert_eq!(truth_at(root, &[(-3, -1), (0, 0)]), Ok(Truth::False));
    assert_eq!(truth_at(root, &[(2, 3), (0, 0)]), Ok(Truth::True));
    assert_eq!(
        truth_at(root, &[(-3, 3), (0, 0)]),
        Err(Failure::PossiblyUndefined)
    );
    assert_eq!(
        truth_at("sqrt(x) > 1 and x > 0", &[(-3, -1), (0, 0)]),
        Err(Failure::Undefined)
    );
    assert_eq!(
        truth_at("x < 0 or sqrt(x) > 1", &[(-3, -1), (0, 0)]),
        Ok(Truth::True)
    );
    assert_eq!(
        truth_at("x < 0 or sqrt(x) > 1", &[(0, 0), (0, 0)]),
        Ok(Truth::False)
    );
    assert_eq!(
        truth_at("x < 0 and y < 0", &[(-1, 1), (1, 2)]),
        Ok(Truth::False)
    );
    assert_eq!(
        truth_at("not (x < 0 or y < 0)", &[(-1, 1), (1, 2)]),
        Ok(Truth::Unknown)
    );
}

#[test]
fn a_branch_not_taken_may_be_undefined() {
    let value = |text: &str, x: i64| {
        let target = parse_xy(text).expect("valid");
        evaluate_exactly(&target, &[Rational::from(x), Rational::ZERO]).remove(0)
    };
    assert_eq!(value("if(x > 0, sqrt(x), 7)", -1), Ok(Rational::from(7)));
    assert_eq!(value("if(x > 0, sqrt(x), 7)", 4), Ok(Rational::from(2)));
    assert_eq!(value("if(1/x > 0, 1, 2)", 0), Err(Failure::Undefined));
    assert_eq!(value("x/x", 0), Err(Failure::Undefined));
    assert_eq!(value("0*(x/x)", 0), Err(Failure::Undefined));
    assert_eq!(value("x^0 + 0^0", 0), Ok(Rational::from(2)));
    assert_eq!(value("x^-1", 0), Err(Failure::Undefined));
    assert_eq!(value("x^(3/2)", 4), Ok(Rational::from(8)));
    assert_eq!(value("x^(1/2)", -4), Err(Failure::Undefined));
    assert_eq!(value("x^(1/3)", -8), Err(Failure::Undefined));
    assert_eq!(value("x^(2^1)", -3), Ok(Rational::from(9)));
    assert_eq!(value("x^3000000000", -1), Err(Failure::Inexact));
    assert_eq!(value("e^x", 0), Ok(Rational::ONE));
    assert_eq!(value("x < 1", 0), Ok(Rational::ONE));

    let hull = |text: &str, low: i64, high: i64| {
        let tape = Tape::of_expressions(2, [&formula(text)]);
        let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
        let cell = [
            Interval::from_rationals(&Rational::from(low), &Rational::from(high)),
            Interval::ZERO,
        ];
        tape.evaluate(&constants, &cell, &mut scratch)
            .value(0)
            .copied()
    };
    let both = Interval::from_rationals(&Rational::ONE, &Rational::from(2));
    assert_eq!(hull("if(x > 0, 1, 2)", -1, 1), Ok(both));
    assert_eq!(hull("if(x > 0, 1, 2)", 1, 2), Ok(Interval::ONE));
    assert_eq!(
        hull("if(x > 0, 1/y, 2)", -1, 1),
        Err(Failure::PossiblyUndefined)
    );
    assert_eq!(
        hull("if(x > 0, 1/y, sqrt(-1))", -1, 1),
        Err(Failure::Undefined)
    );
    assert_eq!(hull("x*x", -1, 1), Ok(Interval::UNIT));
}

#[test]
fn equal_parts_are_computed_once_and_constants_not_at_all() {
    let tape = Tape::of_expressions(2, [&formula("(x*y + 1)^2 + (y*x + 1)^3 + (2^10 - 24)*pi")]);
    // x*y, + 1, ^2, ^3, +, + the constant.
    assert_eq!(tape.operations(), 6);
}

#[test]
fn undefined_places_are_found_and_named() {
    let place = |text: &str, domain: &str| {
        let target = parse_target(&[text], None).expect("valid");
        match check_defined(&target, &Domain::parse(domain).expect("valid")) {
            Ok(()) => "defined".to_string(),
            Err(place) => place.to_string(),
        }
    };
    let not = |point: &str| format!("the target is not defined at {point}");
    assert_eq!(place("1/x", "x=-1..1"), not("x = 0"));
    assert_eq!(place("x/x", "x=-1..2"), not("x = 0"));
    assert_eq!(place("sqrt(x)", "x=-1..1"), not("x = -1"));
    assert_eq!(place("1/(3*x - 1)", "x=0..1"), not("x = 1/3"));
    assert_eq!(place("1/(x*y)", "x=1..2,y=0..1"), not("x = 1, y = 0"));
    assert_eq!(
        place("sqrt(1 - x^2 - y^2)", "x=-1..1,y=-1..1"),
        not("x = -1, y = -1")
    );
    assert_eq!(place("1/x < 1", "x=-1..1"), not("x = 0"));
    assert_eq!(place("1/0*x", "x=0..1"), not("x = 0"));
    assert_eq!(place("ln(x)", "x=0..1"), not("x = 0"));
    assert_eq!(place("exp(1)*ln(x - 1)", "x=0..1"), not("x = 0"));
    assert_eq!(place("asin(2*x)", "x=0..1"), not("x = 1"));
    let pole = place("tan(x)", "x=0..2");
    assert!(
        pole.starts_with("could not show that the target is defined near x = "),
        "{pole}"
    );
    for (text, domain) in [
        ("1/x", "x=1/1000..1"),
        ("sqrt(x)", "x=0..1"),
        ("1/(x^2 - x + 1)", "x=-10..10"),
        ("sqrt(x*y)", "x=0..1,y=0..1"),
        ("ln(x)*tan(x) + acos(x/2)", "x=1/10..3/2"),
        ("x > 0 and ln(x) > 1", "x=1..2"),
        ("if(x > 0, 1/(x + 1), 1/(x - 1))", "x=-2..2"),
        ("x != 0 and x > 1", "x=-1..1"),
    ] {
        assert_eq!(place(text, domain), "defined", "{text}");
    }
    // A pole at an irrational place is never met exactly.
    let near = place("1/(x^2 - 2)", "x=0..2");
    assert!(
        near.starts_with("could not show that the target is defined near x = "),
        "{near}"
    );
    let many = place(
        "1/((x - y)^2 + (y - z)^2 + (z^2 - 2)^2)",
        "x=0..2,y=0..2,z=0..2",
    );
    assert!(many.starts_with("could not show"), "{many}");
}

#[test]
fn derivatives_follow_the_rules() {
    for (text, slope) in [
        ("x^2*y", "2*x*y"),
        ("x^0", "0"),
        ("x^(1 - 1)", "0"),
        ("x^(2^1)", "2*x"),
        ("y", "0"),
        ("ln(x)", "1/x"),
        ("1/x", "-(1/x^2)"),
        ("sqrt(x)", "1/(2*sqrt(x))"),
        ("e^(2*x)", "2*exp(1)^(2*x)"),
        ("exp(x*y)", "exp(x*y)*y"),
        ("2^x", "2^x*ln(2)"),
        ("x^y", "y*x^(y - 1)"),
        ("x^x", "x^x*(ln(x) + x/x)"),
        ("cos(x)", "-sin(x)"),
        ("tan(x)", "1 + tan(x)^2"),
        ("acos(x)", "-1/sqrt(1 - x^2)"),
        ("tanh(x)", "1 - tanh(x)^2"),
        ("erf(x)", "2/sqrt(pi)*exp(-x^2)"),
        ("softplus(x)", "sigmoid(x)"),
        ("softsign(x)", "1/(1 + abs(x))^2"),
        ("elu(x)", "exp(min(x, 0))"),
        ("silu(x)", "sigmoid(x) + silu(x)*(1 - sigmoid(x))"),
        (
            "gelu(x)",
            "(1 + erf(x/sqrt(2)))/2 + x*(exp(-(x^2/2))/sqrt(2*pi))",
        ),
        ("sigmoid(x)", "sigmoid(x)*(1 - sigmoid(x))"),
        ("abs(x)", "if(x > 0, 1, -1)"),
        ("relu(3*x)", "3*if(3*x > 0, 1, 0)"),
        ("min(x, x^2)", "if(x < x^2, 1, 2*x)"),
        ("max(x, y)", "if(x > y, 1, 0)"),
        ("if(y > 0, x, 2*x)", "if(y > 0, 1, 2)"),
        ("heaviside(y)*x", "heaviside(y)"),
    ] {
        let found = derivative(&formula(text), 0).unwrap_or_else(|error| panic!("{text}: {error}"));
        let shown = found.display(&names(&["x", "y"])).to_string();
        assert_eq!(shown, slope, "{text}");
    }
    assert_eq!(
        derivative(&formula("heaviside(x)"), 0),
        Err(NotDifferentiable("heaviside"))
    );
    assert_eq!(
        derivative(&formula("if(x > 0, 1, y)"), 0),
        Err(NotDifferentiable("if"))
    );
}

#[test]
fn slope_bounds_hold_and_are_close() {
    let bound = |text: &str, domain: &str, order| {
        let domain = Domain::parse(domain).expect("valid");
        derivative_range_upper(&formula(text), &domain, 0, order)
    };
    for (text, domain, order, truth) in [
        ("x^3 - x", "x=-1..1", 1, Rational::from(2)),
        ("x^2 - 2*x", "x=0..1", 1, Rational::from(2)),
        ("x*(1 - x)*(1/2 - x)", "x=0..1", 1, Rational::ratio(1, 2)),
        ("1/(1 + x^2)", "x=-2..2", 1, Rational::ratio(6495, 10_000)),
        ("1/(1 + x^2)", "x=-2..2", 2, Rational::from(2)),
        ("abs(x)*x", "x=-3..1", 1, Rational::from(6)),
        ("x^2*y - y^3*x", "x=-1..1,y=-1..1", 1, Rational::from(3)),
        ("x", "x=0..1", 2, Rational::ZERO),
    ] {
        let found = bound(text, domain, order).unwrap_or_else(|| panic!("{text}"));
        assert!(found >= truth, "{text}: {found}");
        assert!(
            found <= &truth * &Rational::ratio(102, 100),
            "{text}: {found}"
        );
    }
    for (text, domain, order, truth) in [
        ("sin(3*x)*cos(2*y)", "x=-1..1,y=-1..1", 1, "3"),
        ("cos(2*pi*x)", "x=0..1", 1, "6.2831853"),
        ("cos(2*pi*x)", "x=0..1", 2, "39.4784176"),
        ("sigmoid(8*x)", "x=-1..1", 1, "2"),
        ("exp(x) - x^3", "x=0..2", 1, "4.6109438"),
        (
            "0.2 + 0.4*x^2 + 0.3*x*sin(15*x) + 0.05*cos(50*x)",
            "x=0..1",
            1,
            "6.9955",
        ),
    ] {
        let found = bound(text, domain, order).unwrap_or_else(|| panic!("{text}"));
        assert!(found >= rational(truth), "{text}: {found}");
        assert!(
            found <= rational(truth) * Rational::ratio(102, 100),
            "{text}: {found}"
        );
    }
    assert_eq!(bound("sqrt(x)", "x=0..1", 1), None);
    assert_eq!(bound("heaviside(x)", "x=0..1", 1), None);
    assert_eq!(bound("abs(x)", "x=-1..1", 2), None);
    let domain = Domain::parse("x=0..1,y=0..2").expect("valid");
    let bounds = lipschitz_upper(&formula("3*x + y/3"), &domain).expect("linear");
    assert_eq!(bounds[0], Rational::from(3));
    assert!(bounds[1] >= Rational::ratio(1, 3) && bounds[1] <= Rational::ratio(335, 1000));
}

//! From text to trees and back, and the errors for text that is not a formula.

use super::*;

#[test]
fn precedence() {
    for (text, grouped) in [
        ("-x^2", "-(x^2)"),
        ("2^3^2", "2^(3^2)"),
        ("x^-2", "x^(-2)"),
        ("x^-y^2", "x^(-(y^2))"),
        ("x^-y*2", "(x^(-y))*2"),
        ("-x*y", "(-x)*y"),
        ("x - y - 1", "(x - y) - 1"),
        ("x/y/2", "(x/y)/2"),
        ("x/y*2", "(x/y)*2"),
        ("1/2*x", "(1/2)*x"),
        ("x + y*2^x", "x + (y*(2^x))"),
        ("x*1/2", "(x*1)/2"),
        ("max(x, y, 1)", "max(max(x, y), 1)"),
        ("step(x)", "heaviside(x)"),
        ("e^x", "exp(1)^x"),
        ("x ≤ π", "x <= pi"),
        ("x·y − 1", "x*y - 1"),
        ("0 < x <= y", "(0 < x) and (x <= y)"),
        (
            "x = 1 or x > 2 and not y == 1",
            "(x = 1) or ((x > 2) and (not (y = 1)))",
        ),
        ("not x < 1 and y < 1", "(not (x < 1)) and (y < 1)"),
        ("if(x < 1 or y < 1, 1, 2)", "if((x < 1) or (y < 1), 1, 2)"),
    ] {
        let (found, wanted) = (parse_xy(text), parse_xy(grouped));
        assert_eq!(
            found.as_ref().map(Target::body),
            wanted.as_ref().map(Target::body),
            "{text}"
        );
        assert!(found.is_ok(), "{text}");
    }
    assert_eq!(rational("2^3^2"), Rational::from(512));
    assert_eq!(rational("-2^2"), Rational::from(-4));
    assert_eq!(rational("2^-5"), Rational::ratio(1, 32));
    assert_eq!(
        rational("1.25e-2 + .5e0*0".replace(".5e0", "0.5e0").as_str()),
        Rational::ratio(1, 80)
    );
    assert_ne!(formula("(-x)^2"), formula("-x^2"));
}

#[test]
fn text_of_trees() {
    for text in [
        "x^2 + y^2",
        "-x^2",
        "(-x)^2",
        "x^(-1/2)",
        "x^-2",
        "(-2)^x",
        "1/3*x",
        "x*(1/3)",
        "x - (y - 1)",
        "x/(y*2)",
        "--x",
        "x*(-y)",
        "min(x, max(y, 2))",
        "if(x < 1 and (y < 1 or x = y), x, -1/3)",
    ] {
        assert_eq!(formula(text).display(&names(&["x", "y"])).to_string(), text);
    }
    assert_eq!(parse_xy("x+y").expect("valid").to_string(), "x+y");
    assert_eq!(Expr::Variable(2).display(&[]).to_string(), "input_3");
}

/// Text, the place marked, the message, the hint.
type WrongText = (&'static str, &'static str, &'static str, &'static str);

const WRONG: &[WrongText] = &[
    ("", "", "the formula is empty", ""),
    ("x +", "", "the formula ends where a number is expected", ""),
    (
        "2x",
        "x",
        "an operator is missing before `x`",
        "for a product write 2*x",
    ),
    (
        "2e",
        "e",
        "an operator is missing before `e`",
        "for a product write 2*e",
    ),
    (
        "x(y+1)",
        "(",
        "an operator is missing before `(`",
        "for a product write x*(...)",
    ),
    (
        "(x+1)(y)",
        "(",
        "an operator is missing before `(`",
        "for a product write (x+1)*(...)",
    ),
    (
        "x y",
        "y",
        "an operator is missing before `y`",
        "for a product write x*y",
    ),
    (
        "xy + 1",
        "xy",
        "unknown variable `xy`",
        "for a product write x*y",
    ),
    ("x + t", "t", "unknown variable `t`", "the inputs are x, y"),
    (
        "sim(x)",
        "sim",
        "unknown function `sim`",
        "did you mean sin?",
    ),
    (
        "log(x)",
        "log",
        "unknown function `log`",
        "the natural logarithm is ln",
    ),
    (
        "sin x",
        "sin",
        "`sin` needs its arguments in parentheses",
        "write sin(...)",
    ),
    ("sin()", "sin()", "`sin` takes one argument, found 0", ""),
    (
        "sin(x, y)",
        "sin(x, y)",
        "`sin` takes one argument, found 2",
        "",
    ),
    (
        "max(x)",
        "max(x)",
        "`max` takes two or more arguments, found 1",
        "",
    ),
    (
        "if(x < 1, 2)",
        "if(x < 1, 2)",
        "`if` takes a condition and two numbers, found 2",
        "",
    ),
    (
        "if(x, 1, 2)",
        "x",
        "`if` needs a condition here, this is a number",
        "compare it, as in x > 0",
    ),
    (
        "1 + (x < 1)",
        "(x < 1)",
        "`+` needs a number here, this is a condition",
        "if(condition, 1, 0) makes a number of a condition",
    ),
    (
        "(x < 1) < 2",
        "(x < 1)",
        "`<` needs a number here, this is a condition",
        "if(condition, 1, 0) makes a number of a condition",
    ),
    (
        "x and y < 1",
        "x",
        "`and` needs a condition here, this is a number",
        "compare it, as in x > 0",
    ),
    ("(x + 1", "(", "this `(` is not closed", ""),
    ("x + 1)", ")", "this `)` closes nothing", ""),
    ("x²", "²", "unexpected character `²`", "write x^2"),
    ("x***2", "*", "a number is expected, not `*`", ""),
    ("x**", "", "the formula ends where a number is expected", ""),
    ("x && y", "&", "unexpected character `&`", "write `and`"),
    (
        "x + .",
        ".",
        "unexpected character `.`",
        "write a digit before the point, as in 0.5",
    ),
    (
        "1..5",
        ".5",
        "an operator is missing before `.5`",
        "for a product write 1.*.5",
    ),
    (
        "1e999999999",
        "1e999999999",
        "this number is too long",
        "numbers are exact; exponents reach from -10000 to 10000",
    ),
    (
        "1e-99999999999999999999",
        "1e-99999999999999999999",
        "this number is too long",
        "numbers are exact; exponents reach from -10000 to 10000",
    ),
    ("x*/y", "/", "a number is expected, not `/`", ""),
    ("+x", "+", "a number is missing before `+`", ""),
    ("and x", "and", "a condition is missing before `and`", ""),
    (
        "x, y",
        ",",
        "unexpected `,`",
        "several outputs are given as a list of formulas",
    ),
];

/// As Python writes them.
#[test]
fn other_spellings_of_powers_and_decimals_mean_the_same() {
    for (text, plain) in [
        ("x**2", "x^2"),
        ("-x**2**y", "-x^2^y"),
        ("x**-2", "x^(-2)"),
        (".5*x", "0.5*x"),
        ("2.*x + 1.", "2*x + 1"),
        ("2.e1 + .5e-3*x", "20 + 0.0005*x"),
        ("x/2.", "x/2"),
        ("2.^x", "2^x"),
    ] {
        let target = |text| parse_xy(text).expect(text);
        assert_eq!(target(text).body(), target(plain).body(), "{text}");
        // Certificates hold what was typed.
        assert_eq!(target(text).text(), [text]);
    }
}

#[test]
fn errors_say_what_where_and_what_instead() {
    for (text, place, message, hint) in WRONG.iter().copied() {
        let error = parse_xy(text).expect_err(text);
        assert_eq!(error.message, message, "{text}");
        assert_eq!(error.hint.as_deref().unwrap_or(""), hint, "{text}");
        assert_eq!(&text[error.span.clone()], place, "{text}");
    }
    let error = parse_target(&["x", "x + ?"], None).expect_err("not a sign");
    assert_eq!((error.formula, error.span), (1, 4..5));
    let error = parse_target(&["x", "x < 1"], None).expect_err("a region among numbers");
    assert_eq!(error.formula, 1);
    assert!(parse_target(&["1 + 2"], None).is_err());
    assert!(parse_target(&[] as &[&str], Some(&names(&["x"]))).is_err());
    assert!(parse_target(&["1"], Some(&names(&["x", "x"]))).is_err());
}

#[test]
fn assumed_inputs_are_in_natural_order() {
    let target = parse_target(&["x10 + x2", "y + x + x02 + sin(a)"], None).expect("valid");
    assert_eq!(target.inputs(), ["a", "x", "x2", "x02", "x10", "y"]);
    assert_eq!(target.outputs_count(), 2);
}

/// Runs on a stack of the size that worker threads have.
fn on_a_stack_of(bytes: usize, work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(bytes).spawn(work);
    thread.expect("a thread").join().expect("no overflow");
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    on_a_stack_of(2 << 20, work);
}

#[test]
fn the_highest_trees_fit_a_small_stack() {
    on_a_small_stack(|| {
        let inputs = names(&["x", "y"]);
        for join in ["+x", "*sin(y)", "*(x+y)", "/y"] {
            let text = format!(
                "x{}",
                join.repeat(990 / join.matches(['+', '*', '/', 's']).count())
            );
            let tree = parse_expression(&text, &inputs).unwrap_or_else(|e| panic!("{join}: {e}"));
            assert!(tree.height() > 320);
            let shown = tree.display(&inputs).to_string();
            assert_eq!(parse_expression(&shown, &inputs).as_ref(), Ok(&tree));
            let simple = simplify(&tree);
            let first = derivative(&simple, 0).expect("smooth");
            let second = derivative(&first, 1).expect("smooth");
            let tape = Tape::of_expressions(2, [&tree, &first, &second]);
            let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
            let cell = [Rational::ZERO, Rational::ZERO];
            let _ = tape.evaluate(&constants, &cell, &mut scratch).failure();
        }
    });
}

#[test]
fn what_is_too_deep_is_refused_on_a_small_stack() {
    on_a_small_stack(|| {
        for (text, part) in [
            ("(".repeat(60_000), "nested"),
            ("-".repeat(60_000), "nested"),
            ("2^".repeat(30_000), "nested"),
            ("not ".repeat(15_000), "nested"),
            ("sin(".repeat(15_000), "nested"),
            ("if(".repeat(15_000), "nested"),
            (format!("x{}", "+x".repeat(30_000)), "operations high"),
            (format!("x{}", "<x".repeat(30_000)), "operations high"),
            (format!("max(x{})", ",x".repeat(30_000)), "operations high"),
            (format!("x<1{}", " or x<1".repeat(8_000)), "operations high"),
            ("x".repeat(70_000), "at most 65536"),
        ] {
            let error = parse_target(&[&text], Some(&names(&["x"]))).expect_err("too deep");
            assert!(error.message.contains(part), "{error}");
        }
        // The deepest nesting that is allowed.
        let deep = format!("{}x{}", "sin(-(".repeat(66), "))".repeat(66));
        assert!(parse_target(&[deep], None).is_ok());
    });
}

/// On aarch64 the tree of the 30 000 overflowed a stack of two megabytes while it was dropped.
#[test]
fn too_many_arguments_are_not_joined_first() {
    on_a_stack_of(256 << 10, || {
        for name in ["max", "min"] {
            let text = format!("{name}(x{})", ",x".repeat(30_000));
            let error = parse_target(&[&text], None).expect_err("too high");
            assert!(error.message.contains("operations high"), "{error}");
        }
    });
}

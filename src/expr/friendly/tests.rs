//! What is read, what is asked about, and places of errors in the text that was typed.

// Tables of cases are long.
#![allow(clippy::too_many_lines)]

use proptest::prelude::*;

use super::*;
use crate::numbers::Rational;

fn names(inputs: &str) -> Vec<String> {
    inputs.split(',').map(String::from).collect()
}

/// The text that the kernel gets.
fn read(inputs: &str, text: &str) -> String {
    let names = names(inputs);
    let (target, notes) = read_target(&[text], &names).unwrap_or_else(|e| panic!("{text}: {e}"));
    let canonical = target.text()[0].clone();
    assert_eq!(notes.is_empty(), canonical == text, "{text}");
    // What was made is in the kernel's grammar: read again it is the same.
    let again = canonical_text(&canonical, &names);
    assert_eq!(again, canonical, "{text}");
    canonical
}

fn canonical_text(text: &str, names: &[String]) -> String {
    super::canonical(text, names).expect("read").text()
}

#[test]
fn formulas_are_read_in_the_signs_of_programs_latex_and_paper() {
    for (inputs, text, expected) in [
        ("x", "x**2", "x**2"),
        ("x", "y = x^2", "x^2"),
        ("x", "f(x) = x^2", "x^2"),
        ("x", "y(x) = sin(x)", "sin(x)"),
        ("x", "x^2 = y", "x^2"),
        ("x", "z := x²+1", "x^2+1"),
        ("x", "np.sin(x)", "sin(x)"),
        ("x", "numpy.cos(2*x) + np.pi", "cos(2*x) + pi"),
        ("x", "Math.sin(x)", "sin(x)"),
        ("x", "math.exp(-x**2)", "exp(-x**2)"),
        ("x", "torch.tanh(x)", "tanh(x)"),
        ("x", "torch.nn.functional.relu(x)", "relu(x)"),
        ("x", "np.log(x+2)", "ln(x+2)"),
        ("x", "np.where(x > 0, x, 0)", "if(x > 0, x, 0)"),
        ("x", "np.maximum(0, x)", "max(0, x)"),
        ("x", r"\frac{1}{2} x", "(1/2)*x"),
        ("x", r"\frac12 x", "(1/2)*x"),
        ("x", r"1/\frac{x+1}{2}", "1/((x+1)/2)"),
        ("x", r"\sin x", "sin(x)"),
        ("x", r"\sin^2 x + \cos^2 x", "sin(x)^2 + cos(x)^2"),
        ("x", r"\sin(x)\cdot\cos(x)", "sin(x)*cos(x)"),
        ("x", r"\left( x+1 \right)^{2}", "(x+1)^(2)"),
        ("x", r"2\pi x", "2*pi*x"),
        ("x", r"\sqrt{x+1}", "sqrt(x+1)"),
        ("x", r"\max(x, 0)", "max(x, 0)"),
        ("x", r"$y = \frac{x}{2}$", "(x/2)"),
        ("x", r"\lvert x \rvert", "abs(x)"),
        ("x", r"\left| x \right|", "abs(x)"),
        ("x", r"\operatorname{sigmoid}(x)", "sigmoid(x)"),
        ("x_1", r"x_{1}^2", "x_1^2"),
        ("x1", r"x_{1}^2", "x1^2"),
        ("x", r"e^{-x^2}", "e^(-x^2)"),
        ("x", "IF(x>0; x; -x)", "if(x>0, x, -x)"),
        ("x", "Sin[x]", "sin(x)"),
        ("x", "POWER(x,2)*PI()", "(x^2)*pi"),
        ("x", "x - x^3/3! + x^5/5!", "x - x^3/6 + x^5/120"),
        ("x", "e^x", "e^x"),
        ("x", "|x - 1| + |x|", "abs(x - 1) + abs(x)"),
        ("x", "||x| - 1|", "abs(abs(x) - 1)"),
        ("x", "√x + √(x+1)", "sqrt(x) + sqrt(x+1)"),
        ("x", "sin²x", "sin(x)^2"),
        ("x", "sin^2(x)", "sin(x)^2"),
        ("x", "sin x + cos x", "sin(x) + cos(x)"),
        ("x", "sin x cos x", "sin(x)*cos(x)"),
        ("x", "2x^2 + 3x + 1", "2*x^2 + 3*x + 1"),
        ("x", "(x+1)(x-1)", "(x+1)*(x-1)"),
        ("x", "x(x-1)", "x*(x-1)"),
        ("x", "1 - 2(x - 1/2)²", "1 - 2*(x - 1/2)^2"),
        ("x", "exp(-x²/2)/√(2π)", "exp(-x^2/2)/sqrt(2*π)"),
        ("x", "½x ÷ 2", "(1/2)*x / 2"),
        ("x", "x⁻¹ + x¹⁰", "x^(-1) + x^10"),
        ("x", "–x", "-x"),
        ("x", "+x", "x"),
        ("x", "arcsin(x) + ReLU(x)", "asin(x) + relu(x)"),
        ("x", "log2(x)", "(ln(x)/ln(2))"),
        ("x", "sgn(x)", "if(x > 0, 1, if(x < 0, -1, 0))"),
        ("x", "clip(x, 0, 1)", "min(max(x, 0), 1)"),
        ("x", "x^2;", "x^2"),
        ("x", "y == x^2", "x^2"),
        ("x", "x < = 1", "x <= 1"),
        ("x", "（x＋１０）*2", "(x+10)*2"),
        (
            "x",
            "1e−3*x + 10_000*x + 0.5f*x",
            "1e-3*x + 10000*x + 0.5*x",
        ),
        ("x", "\"x^2\"", "x^2"),
        ("x", "lambda x: x**2", "x**2"),
        ("x", "f = lambda x: x**2", "x**2"),
        ("x", "x => x**2", "x**2"),
        ("x", "f: x ↦ x²", "x^2"),
        ("x", "@(x) x.^2 + 2.*x", "x^2 + 2*x"),
        ("x", "def f(x): return x**2", "x**2"),
        ("x,y", "(x, y) => x*y", "x*y"),
        ("x,y", "f(x, y) = x y", "x*y"),
        ("x,y", "x²y", "x^2*y"),
        ("x,y", "z = x^2 + y^2", "x^2 + y^2"),
        ("x,y", "y = x^2", "y = x^2"),
        ("x,y", "x² + y² ≤ 1", "x^2 + y^2 ≤ 1"),
        ("x,y", "inside = x^2 + y^2 =< 1", "x^2 + y^2 <= 1"),
        ("x,y", "x > 0 && !(y > 0)", "x > 0 and not (y > 0)"),
        ("x,y", "x > 0 || y > 0", "x > 0 or y > 0"),
        ("x,y", "(x > 0) & (y > 0)", "(x > 0) and (y > 0)"),
    ] {
        assert_eq!(read(inputs, text), expected, "{text}");
    }
}

#[test]
fn what_is_not_clear_is_asked_about_with_what_to_type() {
    for (inputs, text, place, hint) in [
        ("x", "x > 0 ? x : -x", "?", "write if(x > 0, x, -x)"),
        (
            "x",
            "x < 0 ? 0 : x < 1 ? x : 1",
            "?",
            "write if(x < 0, 0, if(x < 1, x, 1))",
        ),
        (
            "x",
            "if x > 0 then x^2 else -x",
            "if",
            "write if(x > 0, x^2, -x)",
        ),
        (
            "x",
            "if (x > 0) then x² else -x",
            "if",
            "write if(x > 0, x^2, -x)",
        ),
        (
            "x",
            "y = x^2 if x > 0 else -x",
            "if",
            "write if(x > 0, x^2, -x)",
        ),
        (
            "x",
            "if x < 0: 0 elif x < 1: x else: 1",
            "elif",
            "write if(x < 0, 0, if(x < 1, x, 1))",
        ),
        (
            "x",
            r"\begin{cases} x^2 & \text{if } x>0 \\ -x & x \le 0 \end{cases}",
            r"\begin",
            "write if(x>0, x^2, -x)",
        ),
        (
            "x",
            "x^2 + c",
            "c",
            "the inputs are x; give `c` a number, or make it an input with a side: c=0..1",
        ),
        ("x", "X^2", "X", "did you mean `x`?"),
        (
            "x",
            "floor(x) + 1",
            "floor",
            "write its steps on the domain with if, as in if(x < 1, 0, if(x < 2, 1, 2))",
        ),
        (
            "x",
            "x % 2",
            "%",
            "write the periods on the domain with if, as in if(x < 1, x, x - 1)",
        ),
        ("x", "5%", "5%", "write 5/100"),
        ("x", "x!", "!", "write the number, such as 24 for 4!"),
        (
            "x",
            "1,5*x",
            "1,5",
            "write 1.5; several outputs are given as a list of formulas",
        ),
        (
            "x",
            "2 + 1,5",
            "1,5",
            "write 1.5; several outputs are given as a list of formulas",
        ),
        ("x", "sin(1,5*x)", "1,5*x", "write sin(1.5*x)"),
        (
            "x",
            "log(x + 1)",
            "log",
            "the natural logarithm is ln(x + 1), the one to base 10 is ln(x + 1)/ln(10)",
        ),
        (
            "x",
            "lg(x)",
            "lg",
            "write ln(x)/ln(10) for base 10, ln(x)/ln(2) for base 2",
        ),
        ("x", "√2x", "√2x", "write sqrt(2*x), or sqrt(2)*x"),
        (
            "x",
            "sin^-1(x)",
            "sin",
            "write asin(x) for the inverse, 1/sin(x) for the reciprocal",
        ),
        ("x", "sin 2x", "sin 2x", "write sin(2*x), or sin(2)*x"),
        ("x", "sin x^2", "sin x^2", "write sin(x^2), or sin(x)^2"),
        ("x", "1/2x", "1/2x", "write (1/2)*x, or 1/(2*x)"),
        ("x,y", "x^2y", "x^2y", "write x^2*y, or x^(2*y)"),
        ("x,y", "xy", "xy", "for a product write x*y"),
        ("x", "g(t) = t^2", "t", "the inputs are x"),
        (
            "x",
            "x in [0,1]",
            "in",
            "write x >= 0 and x <= 1 for x in [0, 1]",
        ),
        (
            "x",
            r"\sqrt[3]{x}",
            r"\sqrt[3]{x}",
            "where x is at least 0, write x^(1/3)",
        ),
        (
            "x",
            "y = x² + c",
            "c",
            "the inputs are x; give `c` a number, or make it an input with a side: c=0..1",
        ),
        (
            "x",
            "θ^2",
            "θ",
            "the inputs are x; give `theta` a number, or make it an input with a side: theta=0..1",
        ),
        ("x", "30°", "°", "write x*pi/180 for x degrees"),
        (
            "x",
            "H(x)",
            "H",
            "write the formula of `H` itself; a product is written H*(...)",
        ),
        ("x", "sin(x", "(", "write a `)` where it ends"),
        ("x", "sinx", "sinx", "write sin(x)"),
        ("x", "sin2x", "sin2x", "write sin(2*x)"),
        ("x", "xsin(x)", "xsin", "for a product write x*sin(...)"),
        ("x", "sin(pix)", "pix", "for a product write pi*x"),
        (
            "x",
            "x2 + 1",
            "x2",
            "write x^2 for a power, 2*x for a product",
        ),
        ("x", "(x>0)*x", "(x>0)", "write if(x>0, 1, 0)"),
        ("x", "x if x>0", "if", "write if(x>0, x, 0)"),
        ("x", "x // 2", "/", "write one / for the quotient"),
        (
            "x",
            r"\frac{d}{dx} x^2",
            r"\frac",
            "write the derivative as a formula",
        ),
        (
            "x",
            "3f + x",
            "f",
            "the inputs are x; give `f` a number, or make it an input with a side: f=0..1",
        ),
    ] {
        let error = read_target(&[text], &names(inputs)).expect_err(text);
        assert_eq!(text.get(error.span.clone()), Some(place), "{text}: {error}");
        assert_eq!(error.hint.as_deref(), Some(hint), "{text}");
    }
}

#[test]
fn a_list_of_formulas_keeps_its_places() {
    let inputs = names("x");
    let (target, notes) = read_target(&["x²", "x"], &inputs).expect("read");
    assert_eq!(target.text(), ["x^2", "x"]);
    assert_eq!(notes, ["read `x²` as `x^2`"]);
    let error = read_target(&["x", "x² + c"], &inputs).expect_err("no c");
    assert_eq!((error.formula, error.span), (1, 6..7));
}

#[test]
fn functions_applied_over_and_over_do_not_fill_the_memory() {
    let inputs = names("x");
    // Each has its argument twice.
    let nested = |depth: usize| "sign(".repeat(depth) + "x" + &")".repeat(depth);
    assert!(read_target(&[nested(3)], &inputs).is_ok());
    assert!(read_target(&[nested(100)], &inputs).is_err());
    for open in [
        "(", "|", "if(", "if ", "√", "sin ", "x ? ", "-", "\\frac{", "!",
    ] {
        let _ = read_target(&[open.repeat(5000)], &inputs);
    }
}

#[test]
fn boxes_are_read_in_many_forms() {
    for (inputs, text, expected) in [
        ("x", "x in [0,1]", "x=0..1"),
        ("x", "x ∈ [0, 1]", "x=0..1"),
        ("x", "0<=x<=1", "x=0..1"),
        ("x", "1 ≥ x ≥ 0", "x=0..1"),
        ("x", "x=[0,1]", "x=0..1"),
        ("x", "x=(0;1)", "x=0..1"),
        ("x", "x=0:1", "x=0..1"),
        ("x", "x=0,1", "x=0..1"),
        ("x", "x:0..1", "x=0..1"),
        ("x", "x=0 to 1", "x=0..1"),
        ("x", "x=0…1", "x=0..1"),
        ("x", "[0,1]", "x=0..1"),
        ("x", "0..1", "x=0..1"),
        ("x", "x >= 0, x <= 1", "x=0..1"),
        ("x", "|x|<=1/2", "x=-1/2..1/2"),
        ("x", "x=0..3*(1/2)^2", "x=0..3/4"),
        ("x,y", "x=0,1,y=0,2", "x=0..1,y=0..2"),
        ("x,y", "x,y in [0,1]", "x=0..1,y=0..1"),
        ("x,y", "[-1,1]^2", "x=-1..1,y=-1..1"),
        ("x,y", "[0,1] × [0,2]", "x=0..1,y=0..2"),
        ("x,y", "x=0..1;y=0..1", "x=0..1,y=0..1"),
        ("x,y", "x=0..1 y=0..1", "x=0..1,y=0..1"),
        ("x,y", "x=[0,1], y=[0, max(1,2)]", "x=0..1,y=0..2"),
        ("X[0,1]", "X[0,1] in [0,1]", "X[0,1]=0..1"),
    ] {
        let (domain, notes) =
            sides::read(text, &names(inputs)).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert_eq!(domain.to_string(), expected, "{text}");
        let is_plain = text.contains("3*(1/2)");
        assert_eq!(notes.is_empty(), is_plain, "{text}");
    }
    for (text, message, hint) in [
        (
            "x=0..inf",
            "the domain is bounded, found `inf`",
            "write a number for the end, as in x=0..100",
        ),
        (
            "x=0-1",
            "`x=0-1` is not a side",
            "write x=0..1, with a comma between sides: x=-1..1,y=0..1/2",
        ),
        (
            "[0,1]^2",
            "the domain has 2 sides, the inputs are x",
            "write x=-1..1",
        ),
    ] {
        let error = sides::read(text, &names("x")).expect_err(text);
        assert_eq!(error.message, message, "{text}");
        assert_eq!(error.hint.as_deref(), Some(hint), "{text}");
    }
    for text in [
        "x=0..1 step 0.1",
        "x=[0,1,2]",
        "x=0..",
        "x=0,5..1,5",
        "x=1",
        "x>0",
        "..",
        "x in R",
        "",
    ] {
        let error = sides::read(text, &names("x")).expect_err(text);
        assert!(error.hint.is_some(), "{text}: {}", error.message);
    }
    let (domain, notes) = sides::read("x=0...5", &names("x")).expect("the kernel reads it");
    assert_eq!(domain.to_string(), "x=0..1/2");
    assert_eq!(notes, ["read `x=0...5` as `x=0..1/2`"]);
    assert_eq!(sides::names("x in [0,1], y in [0,2]"), ["x", "y"]);
    assert_eq!(sides::names("x=1/3,y=0.2"), ["x", "y"]);
    assert!(sides::names("[0,1]").is_empty());
}

#[test]
fn ends_that_are_not_rational_are_enclosed_outward() {
    // Digits of π by its series, rounded down and up.
    let (below, above) = ("3.141592653589793238", "3.141592653589793239");
    let number = |text: &str| crate::numbers::loose::parse(text).expect("a number");
    let (domain, notes) = sides::read("x=-pi..pi", &names("x")).expect("read");
    let (low, high) = &domain.sides()[0];
    assert_eq!(&-low, high);
    assert!(*high > number(below) && *high < number(above));
    // The end is not below π: its 25 digits are 3.141592653589793238462643.
    assert!(*high > number("3.141592653589793238462643"));
    assert_eq!(notes.len(), 2);
    assert_eq!(
        notes[1],
        format!("`pi` is enclosed outward: the side ends at {above}")
    );
    for text in [
        "2*pi", "sqrt(2)", "e", "exp(1/3)", "ln(7)/3", "-pi", "1e-30*pi", "1e30*pi",
    ] {
        let found = constant::read(text).expect(text);
        let (low, high) = (found.below(), found.above());
        assert!(low < high, "{text}");
        let relative = (high - low).checked_div(&high.abs()).expect("not zero");
        assert!(relative < Rational::power_of_two(-60), "{text}");
    }
    assert_eq!(
        constant::read("sqrt(4)").map(|c| c.below().clone()),
        constant::read("2").map(|c| c.above().clone())
    );
}

#[test]
fn numbers_may_be_formulas_that_are_exact() {
    let exact = |text: &str| constant::read_exact(text).map(|value| value.to_string());
    for (text, value) in [
        ("1/(2*3)", "1/6"),
        ("2**-5", "1/32"),
        ("10^-3", "1/1000"),
        ("½", "1/2"),
        (" 1 / 20 ", "1/20"),
        ("(1/2)^3", "1/8"),
    ] {
        assert_eq!(exact(text).as_deref(), Ok(value), "{text}");
    }
    for (text, hint) in [
        ("1,5", Some("write 1.5")),
        ("1%", Some("write 1/100")),
        ("pi", Some("write a decimal, such as 3.14159")),
        ("inf", None),
        ("one", None),
        ("", None),
        ("y = 2", None),
        ("1/0", None),
    ] {
        let error = constant::read_exact(text).expect_err(text);
        assert_eq!(error.hint.as_deref(), hint, "{text}");
    }
}

/// Texts made of what people write.
fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "x",
        "y",
        "z",
        "sin",
        "np.",
        "cos²",
        "2",
        "1,5",
        ".5",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|",
        "+",
        "-",
        "−",
        "*",
        "**",
        "/",
        "^",
        "²",
        "⁻¹",
        "√",
        "\\frac",
        "\\sin",
        "\\left",
        "\\pi",
        "π",
        " ",
        " ",
        " ",
        "=",
        "<=",
        "≤",
        "?",
        ":",
        "if",
        " then ",
        " else ",
        ",",
        ";",
        "!",
        "%",
        "e",
        "f(x) = ",
        "lambda x:",
        "->",
        "=>",
        "@",
        "$",
        "\"",
        "\\begin{cases}",
        "\\\\",
        "&",
        "&&",
        "||",
        "and",
        "not ",
        "sgn",
        "log",
        "floor",
        "½",
        "∞",
        "θ",
        "_",
        "{1}",
        "..",
        "in",
        "inf",
        "to",
        "\u{200b}",
        "é",
        "x(",
        "if(",
        "\\sqrt[3]{",
        "1e9",
    ]);
    prop::collection::vec(word, 0..14).prop_map(|words| words.concat())
}

/// A formula in the kernel's grammar, and the same as people write it.
fn twins() -> impl Strategy<Value = (String, String)> {
    let twin = |a: &str, b: &str| (a.to_string(), b.to_string());
    let leaf = prop::sample::select(vec![
        twin("x", "x"),
        twin("y", "y"),
        twin("pi", "\\pi"),
        twin("3", "3"),
        twin("0.5", ".5"),
        twin("(2*x)", "(2x)"),
        twin("(3*x^2*y)", "(3x²y)"),
        twin("sin(x)^2", "\\sin^2 x"),
        twin("(2*sin(x)*cos(y))", "(2sin x cos y)"),
    ]);
    leaf.prop_recursive(4, 24, 2, |inner| {
        let two = (inner.clone(), inner.clone(), 0..7usize);
        let two = two.prop_map(|((a, p), (b, q), kind)| match kind {
            0 => (format!("({a} + {b})"), format!("({p} + {q})")),
            1 => (format!("({a} - {b})"), format!("[{p} – {q}]")),
            2 => (format!("({a})*({b})"), format!("({p})({q})")),
            3 => (format!("({a})*({b})"), format!("({p}) \\cdot {{{q}}}")),
            4 => (format!("(({a})/({b}))"), format!("\\frac{{{p}}}{{{q}}}")),
            5 => (format!("max({a}, {b})"), format!("np.maximum({p}; {q})")),
            _ => (
                format!("if({a} < {b}, {a}, 1)"),
                format!("IF({p}<{q}, {p}, 1)"),
            ),
        });
        let one = (inner, 0..7usize).prop_map(|((a, p), kind)| match kind {
            0 => (format!("({a})^2"), format!("({p})²")),
            1 => (format!("sqrt({a})"), format!("√({p})")),
            2 => (format!("abs({a})"), format!("(|{p}|)")),
            3 => (format!("sin({a})"), format!("\\sin\\left({p}\\right)")),
            4 => (format!("(-({a}))"), format!("(−({p}))")),
            5 => (format!("atan({a})"), format!("arctan({p})")),
            _ => (format!("({a})^-1*x"), format!("({p})⁻¹x")),
        });
        prop_oneof![two, one]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn reading_never_panics_and_places_lie_in_the_text(text in text()) {
        let inputs = names("x,y");
        match read_target(&[&text], &inputs) {
            Ok((target, _)) => {
                let canonical = target.text()[0].clone();
                prop_assert_eq!(canonical_text(&canonical, &inputs), canonical);
            }
            Err(error) => {
                prop_assert!(text.get(error.span.clone()).is_some(), "{:?} in {:?}", error, text);
            }
        }
        let _ = sides::read(&text, &inputs);
        let _ = sides::names(&text);
        let _ = free_names(&text);
        let _ = constant::read(&text);
    }

    #[test]
    fn what_is_read_means_what_was_typed((plain, typed) in twins()) {
        let inputs = names("x,y");
        let wanted = parse_target(&[&plain], Some(&inputs)).expect("the kernel's grammar");
        let typed = format!("f(x, y) = {typed}");
        let (found, _) = read_target(&[&typed], &inputs)
            .map_err(|error| TestCaseError::fail(format!("{typed}: {error}")))?;
        prop_assert_eq!(found.body(), wanted.body(), "{} for {}", found.text()[0].clone(), typed);
    }

    #[test]
    fn what_the_kernel_reads_is_not_changed(text in text()) {
        let inputs = names("x,y");
        if let Ok(plain) = parse_target(&[&text], Some(&inputs)) {
            let (target, notes) = read_target(&[&text], &inputs).expect("the kernel reads it");
            prop_assert_eq!(target, plain);
            prop_assert!(notes.is_empty());
            prop_assert_eq!(canonical_text(&text, &inputs), text);
        }
    }
}

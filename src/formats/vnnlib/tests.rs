use super::*;
use crate::numbers::Rational;

/// A file with these numbers of variables and these assertions.
fn file(inputs: usize, outputs: usize, assertions: &[&str]) -> String {
    let names = Property::names(inputs, outputs);
    let mut lines: Vec<String> = (names.iter())
        .map(|name| format!("(declare-const {name} Real)\n"))
        .collect();
    lines.extend(assertions.iter().map(|a| format!("(assert {a})\n")));
    lines.concat()
}

/// The boxes and conditions in words.
fn cases_of(text: &str) -> Vec<String> {
    let property = read(text).unwrap_or_else(|error| panic!("{error} in {text}"));
    let case = |case: &crate::expr::Case| {
        let side = |(low, high): &(Rational, Rational)| format!("[{low}, {high}]");
        let sides: Vec<String> = case.sides().iter().map(side).collect();
        format!("{}: {}", sides.join(" "), case.text())
    };
    property.cases().iter().map(case).collect()
}

fn message(text: &str) -> String {
    let error = read(text).expect_err("refused");
    assert!(text.get(error.span.clone()).is_some(), "{:?}", error.span);
    error.to_string()
}

/// Why nothing meets the assertions; the property then says nothing else.
fn vacuous(text: &str) -> String {
    let (property, reason) = read_explained(text).unwrap_or_else(|error| panic!("{error}"));
    let [case] = property.cases() else {
        panic!("{property:?}");
    };
    assert_eq!(case.text(), "0 < 0");
    assert!(case.sides().iter().all(|(low, high)| low == high));
    reason.unwrap_or_else(|| panic!("{text}"))
}

const UNIT: [&str; 2] = ["(>= X_0 0)", "(<= X_0 1)"];

fn unit(condition: &str) -> String {
    file(1, 2, &[UNIT[0], UNIT[1], condition])
}

#[test]
fn numbers_are_exact_and_terms_are_collected() {
    for (condition, expected) in [
        ("(<= Y_0 0.1)", "Y_0 <= 1/10"),
        ("(>= Y_0 -1e-3)", "Y_0 >= -1/1000"),
        ("(< Y_0 (- 1.5))", "Y_0 < -3/2"),
        ("(>= 0.5 Y_0)", "Y_0 <= 1/2"),
        ("(<= Y_1 Y_0)", "Y_0 - Y_1 >= 0"),
        ("(> (+ Y_0 (* -2.0 Y_1) 1) (- Y_0 Y_1))", "Y_1 < 1"),
        ("(= (* Y_0 3) (/ 1 4))", "3*Y_0 = 1/4"),
        ("(<= (- Y_0 X_0) 1)", "X_0 - Y_0 >= -1"),
        ("(not (<= Y_0 1))", "Y_0 > 1"),
        ("(not (= Y_0 1))", "Y_0 != 1"),
        ("(<= 0 Y_0 1)", "Y_0 >= 0 and Y_0 <= 1"),
        ("(not (<= 0 Y_0 1))", "Y_0 < 0 or Y_0 > 1"),
        ("true", "0 <= 0"),
        ("(or (<= 1 2) (<= Y_0 1))", "0 <= 0"),
        ("(or false (<= Y_0 1))", "Y_0 <= 1"),
        ("(<= (+ Y_0 .5) 2.)", "Y_0 <= 3/2"),
        ("(>= Y_0 -.25e1)", "Y_0 >= -5/2"),
    ] {
        let found = cases_of(&unit(condition));
        assert_eq!(found, [format!("[0, 1]: {expected}")], "{condition}");
    }
}

#[test]
fn conditions_nest() {
    let text = unit(
        "(or (and (<= Y_0 0) (or (<= Y_1 0) (and (>= Y_1 2) (>= Y_0 (- 3)))))
             (and (>= Y_0 5)) (and))",
    );
    assert_eq!(cases_of(&text), ["[0, 1]: 0 <= 0"]);
    let text = unit(
        "(or (and (<= Y_0 0) (or (<= Y_1 0) (and (>= Y_1 2) (>= Y_0 (- 3))))) (and (>= Y_0 5)))",
    );
    assert_eq!(
        cases_of(&text),
        ["[0, 1]: (Y_0 <= 0 and (Y_1 <= 0 or (Y_1 >= 2 and Y_0 >= -3))) or Y_0 >= 5"]
    );
}

/// The three shapes that VNN-COMP files come in.
#[test]
fn disjunctions_of_boxes_become_cases() {
    // Outputs apart from a union of boxes.
    let text = file(
        2,
        2,
        &[
            "(or (and (>= X_0 0) (<= X_0 1) (>= X_1 0) (<= X_1 1))
                 (and (>= X_0 2) (<= X_0 3) (>= X_1 0.5) (<= X_1 0.5)))",
            "(<= Y_0 Y_1)",
        ],
    );
    let expected = [
        "[0, 1] [0, 1]: Y_0 - Y_1 <= 0",
        "[2, 3] [1/2, 1/2]: Y_0 - Y_1 <= 0",
    ];
    assert_eq!(cases_of(&text), expected);
    // Boxes and outputs together; two parts have the same box.
    let text = file(
        1,
        2,
        &["(or (and (<= 0 X_0) (<= X_0 1) (<= Y_0 0))
               (and (<= 0 X_0) (<= X_0 1) (<= Y_1 0))
               (and (<= 5 X_0) (<= X_0 6) (<= Y_1 1)))"],
    );
    assert_eq!(
        cases_of(&text),
        ["[0, 1]: Y_0 <= 0 or Y_1 <= 0", "[5, 6]: Y_1 <= 1"]
    );
    // An input in a disjunction that narrows the box; an empty part is left out.
    let text = unit("(or (<= X_0 0.5) (>= X_0 2) (>= Y_0 1))");
    assert_eq!(cases_of(&text), ["[0, 1/2]: 0 <= 0", "[0, 1]: Y_0 >= 1"]);
}

#[test]
fn strict_bounds_of_inputs_stay_in_the_condition() {
    let text = file(1, 1, &["(< X_0 1)", "(> X_0 0)", "(<= Y_0 0)"]);
    assert_eq!(
        cases_of(&text),
        ["[0, 1]: X_0 < 1 and X_0 > 0 and Y_0 <= 0"]
    );
    let text = file(
        1,
        1,
        &["(<= X_0 1)", "(>= X_0 1)", "(< X_0 1)", "(<= Y_0 0)"],
    );
    assert_eq!(vacuous(&text), "X_0 has to be at least 1 and below 1");
}

#[test]
fn what_is_not_supported_is_refused_with_its_place() {
    let at = |text: &str| {
        let error = read(text).expect_err("refused");
        (error.message, text[error.span].to_string())
    };
    for (condition, wrong, place) in [
        (
            "(<= (* Y_0 Y_1) 1)",
            "this multiplies variables",
            "(* Y_0 Y_1)",
        ),
        (
            "(<= (/ 1 Y_0) 1)",
            "this divides by a variable",
            "(/ 1 Y_0)",
        ),
        ("(<= (/ 1 0) 1)", "this divides by 0", "(/ 1 0)"),
        (
            "(<= (max Y_0 1) 1)",
            "`max` is not supported in a term",
            "(max Y_0 1)",
        ),
        (
            "(=> (<= Y_0 1) false)",
            "`=>` is not supported here",
            "(=> (<= Y_0 1) false)",
        ),
        ("(<= Y_2 1)", "`Y_2` is not declared", "Y_2"),
        ("(<= Y_0 1.0.0)", "`1.0.0` is not a number", "1.0.0"),
        (
            "(<= Y_0 z)",
            "`z` is neither a number nor an input X_i or output Y_j",
            "z",
        ),
        ("(<= Y_0)", "`<=` needs two terms", "(<= Y_0)"),
        ("(<= Y_0 ())", "expected a term here", "()"),
        ("Y_0", "expected a condition here", "Y_0"),
        ("(+ Y_0 1)", "`+` is not supported here", "(+ Y_0 1)"),
        ("(<= Y_0 1e9999)", "this number is too long", "1e9999"),
    ] {
        let (message, found) = at(&unit(condition));
        assert_eq!((message.as_str(), found.as_str()), (wrong, place));
    }
    assert!(message("").contains("no input is declared"));
    assert!(message("(declare-const X_0 Real)").contains("no output is declared"));
    assert!(message(&file(1, 1, &[])).contains("no assertion"));
    assert!(message("(declare-const X_1 Real) (declare-const Y_0 Real)").contains("X_0 is not"));
    assert!(message("(declare-const X_0 Int)").contains("not Real"));
    assert!(message("(declare-const x Real)").contains("neither an input"));
    assert!(message("(declare-const X_0 Real) (declare-const X_0 Real)").contains("twice"));
    assert!(message("(declare-const X_99999999999 Real)").contains("beyond"));
    assert!(message("(vnnlib-version <2.0>)").contains("VNN-LIB 2.0"));
    assert!(message("(push 1)").contains("the command `push`"));
    assert!(message("X_0").contains("expected a command"));
}

#[test]
fn boxes_must_be_bounded_and_not_empty() {
    let text = file(
        2,
        1,
        &["(>= X_0 0)", "(<= X_0 1)", "(>= X_1 0)", "(<= Y_0 0)"],
    );
    let error = read(&text).expect_err("refused");
    assert_eq!(error.message, "input X_1 has no upper bound");
    assert_eq!(&text[error.span], "X_1");
    let text = file(1, 1, &["(or (and (>= X_0 0) (<= X_0 1)) (<= X_0 3))"]);
    assert!(message(&text).contains("input X_0 has no lower bound"));
    let text = file(1, 1, &["(>= X_0 2)", "(<= X_0 1)", "(<= Y_0 0)"]);
    assert_eq!(vacuous(&text), "X_0 has to be at least 2 and at most 1");
    let contradiction = file(1, 1, &[UNIT[0], UNIT[1], "(<= 2 1)"]);
    assert_eq!(vacuous(&contradiction), "they are false as they stand");
    // What is false anyway needs no bounds.
    assert_eq!(
        vacuous(&file(2, 1, &["false"])),
        "they are false as they stand"
    );
}

/// Two bounds of one term that leave nothing between them make a condition false.
#[test]
fn contradictions_between_terms_are_seen() {
    let term = "Y_0 - Y_1 has to be";
    for (condition, reason) in [
        ("(and (> Y_0 Y_1) (> Y_1 Y_0))", "above 0 and below 0"),
        (
            "(not (or (<= Y_0 Y_1) (<= Y_1 Y_0)))",
            "above 0 and below 0",
        ),
        (
            "(and (>= (- (* 2 Y_0) (* 2 Y_1)) 3) (<= (/ Y_0 4) (+ (/ Y_1 4) 0.25)))",
            "at least 3/2 and at most 1",
        ),
        (
            "(and (= Y_0 Y_1) (and (< Y_0 Y_1) (<= Y_0 7)))",
            "at least 0 and below 0",
        ),
        ("(> 1 Y_0 Y_1 Y_0)", "above 0 and below 0"),
    ] {
        assert_eq!(
            vacuous(&unit(condition)),
            format!("{term} {reason}"),
            "{condition}"
        );
    }
    for possible in [
        "(and (>= Y_0 Y_1) (>= Y_1 Y_0))",
        "(and (> Y_0 Y_1) (> (+ Y_1 0.001) Y_0))",
        "(and (!= 0 1) (> Y_0 Y_1))",
        "(and (> Y_0 Y_1) (or (> Y_1 Y_0) (> Y_0 3)))",
    ] {
        if let Ok((_, reason)) = read_explained(&unit(possible)) {
            assert_eq!(reason, None, "{possible}");
        }
    }
    // Only that part of a disjunction is left out.
    let either = unit("(or (and (> Y_0 1) (< Y_0 1)) (>= Y_1 2))");
    assert_eq!(cases_of(&either), ["[0, 1]: Y_1 >= 2"]);
}

#[test]
fn many_boxes_and_long_lists_have_limits() {
    let choice =
        |i: usize| format!("(or (and (>= X_{i} 0) (<= X_{i} 1)) (and (>= X_{i} 2) (<= X_{i} 3)))");
    let choices: Vec<String> = (0..20).map(choice).collect();
    let all: Vec<&str> = choices.iter().map(String::as_str).collect();
    assert!(message(&file(20, 1, &all)).contains("sides of boxes, before equal ones are merged"));
    assert!(message(&file(17, 1, &all[..17])).contains("sides of boxes"));
    assert_eq!(cases_of(&file(5, 1, &all[..5])).len(), 32);
    // A long disjunction is not a high tree.
    let many: Vec<String> = (0..2000).map(|k| format!("(<= Y_0 {k})")).collect();
    assert_eq!(
        cases_of(&unit(&format!("(or {})", many.join(" ")))).len(),
        1
    );
}

/// Equal boxes count once, and what is said of one box may be long.
#[test]
fn boxes_are_merged_before_they_are_counted() {
    let parts = |count: usize, part: &dyn Fn(usize) -> String| {
        let parts: Vec<String> = (0..count).map(part).collect();
        file(1, 1, &[&format!("(or {})", parts.join(" ")), "(>= Y_0 2)"])
    };
    let same = parts(20_000, &|_| "(and (>= X_0 0) (<= X_0 1))".into());
    assert_eq!(cases_of(&same), ["[0, 1]: Y_0 >= 2"]);
    let apart = |k: usize| format!("(and (>= X_0 {k}) (<= X_0 {k}.5))");
    assert_eq!(cases_of(&parts(100_000, &apart)).len(), 100_000);
    assert!(message(&parts(100_001, &apart)).contains("more than 100000 boxes of inputs"));
    // Too long for one formula, so in several of the same box.
    let long = parts(20_000, &|k| {
        format!("(and (>= X_0 0) (<= X_0 1) (<= Y_0 {}))", k + 2)
    });
    let cases = cases_of(&long);
    assert!((2..20).contains(&cases.len()), "{}", cases.len());
    assert!(
        cases
            .iter()
            .all(|case| case.starts_with("[0, 1]: ") && case.len() < 65_536)
    );
    let conditions: usize = cases
        .iter()
        .map(|case| case.matches("Y_0 <= ").count())
        .sum();
    assert_eq!(conditions, 20_000);
}

#[test]
fn packed_files_are_unpacked() {
    use std::io::Write;
    let content = unit("(<= Y_0 0)");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content.as_bytes()).expect("memory");
    let packed = encoder.finish().expect("memory");
    assert_eq!(text(&packed), Ok(content.clone()));
    assert_eq!(text(content.as_bytes()), Ok(content));
    for end in 2..packed.len() {
        let error = text(&packed[..end]).expect_err("truncated");
        assert!(error.message.contains("cannot be unpacked"), "{error}");
    }
    assert!(
        text(&[0xff, 0xfe])
            .expect_err("no text")
            .message
            .contains("UTF-8")
    );
    // Zeros pack well: more than is read of them.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder
        .write_all(&vec![b' '; MAX_BYTES + 10])
        .expect("memory");
    let bomb = encoder.finish().expect("memory");
    assert!(
        text(&bomb)
            .expect_err("large")
            .message
            .contains("more than")
    );
}

//! Claims written as VNN-LIB properties: read back, they are proved and refuted as the claims are.

mod common;

use std::fs;
use steeple::certificate::Semantics;

use common::{Choices, Kind, Settings, cases, choices, grid, program, question, run};
use proptest::prelude::*;
use steeple::certificate::Question;
use steeple::expr::{Domain, Tape, evaluate_exactly, parse_target};
use steeple::formats::vnnlib::{self, Edge, write_claim};
use steeple::network::{Network, forward};
use steeple::numbers::{Rational, literal};
use steeple::workflow::{Limits, Verdict, VerifyPropertyRequest, verify_property};

fn number(text: &str) -> Rational {
    literal::parse(text).expect("a number")
}

/// The verdict on the claim, and that on its property.
fn both(network: &Network, question: &Question, tolerance: &Rational) -> (Verdict, Verdict) {
    let settings = Settings {
        tolerance: Some(tolerance.clone()),
        ..Settings::default()
    };
    let claim = run(network, question, &settings).expect("a verdict");
    (claim.verdict, of_property(network, question, tolerance))
}

fn of_property(network: &Network, question: &Question, tolerance: &Rational) -> Verdict {
    let text = write_claim(&question.target, &question.domain, tolerance, Edge::Strict);
    let text = text.expect("piecewise affine");
    let request = VerifyPropertyRequest {
        semantics: Semantics::Real,
        network,
        property: vnnlib::read(&text).expect("it reads back"),
        limits: Limits {
            boxes: Some(4000),
            ..Limits::default()
        },
        threads: steeple::jobs::Threads::Count(1),
        weights: steeple::certificate::Weights::Exact,
        resume: None,
    };
    let answer =
        verify_property(&request, None, &mut steeple::workflow::unwatched).expect("a verdict");
    answer.verdict
}

/// `|relu(x) - |x|/2|` is `|x|/2`, and `1/2` at most; a step of 1 that the network makes in one of 8.
#[test]
fn verdicts_agree_just_below_and_above_the_error() {
    let relu = |weights: &[(&[&str], &str)]| {
        common::network(
            &["x"],
            vec![
                common::layer(steeple::network::Activation::Relu, weights),
                common::layer(
                    steeple::network::Activation::Identity,
                    &[(&["1", "-1"], "0")],
                ),
            ],
        )
    };
    let part = relu(&[(&["1"], "0"), (&["0"], "0")]);
    let ramp = relu(&[(&["8"], "0"), (&["8"], "-1")]);
    for (network, formula, domain, error) in [
        (&part, "abs(x)/2", "x=-1..1", "1/2"),
        (&part, "max(x, 1/4, -x) - 1/8", "x=-1..1", "7/8"),
        (&part, "x/3", "x=-1..2", "4/3"),
        (&part, "if(x < 1/2, 0, x)", "x=-1..1", "1/2"),
        (&part, "3*min(relu(x), 1/2)", "x=0..1", "1"),
        (&ramp, "x >= 1/16", "x=-1..1", "1/2"),
        (&ramp, "if(x == 1/2, 7, 1)", "x=0..1", "1"),
        (&ramp, "1/5", "x=0.125..1", "4/5"),
    ] {
        let question = question(network, &[formula], domain, None);
        let error = number(error);
        for small in [-8, -30] {
            let small = Rational::power_of_two(small);
            let verdicts = both(network, &question, &(&error + &small));
            let proved = (Verdict::Proved, Verdict::Proved);
            assert_eq!(verdicts, proved, "{formula} above {error}");
            let verdicts = both(network, &question, &(&error - &small));
            let refuted = (Verdict::Refuted, Verdict::Refuted);
            assert_eq!(verdicts, refuted, "{formula} below {error}");
        }
        // At the error itself the claim holds, so nothing may refute it.
        assert_ne!(
            of_property(network, &question, &error),
            Verdict::Refuted,
            "{formula} at {error}"
        );
    }
}

/// A formula of `+`, `-`, multiples, `max`, `min`, `abs`, `relu` and `if`.
fn affine(choices: &mut Choices, inputs: usize, height: usize) -> String {
    if height == 0 || choices.once_in(6) {
        return match choices.below(3) {
            0 => format!("({})", choices.number()),
            _ => common::NAMES[choices.below(inputs)].to_string(),
        };
    }
    let a = affine(choices, inputs, height - 1);
    match choices.below(9) {
        0 => format!("({a} + {})", affine(choices, inputs, height - 1)),
        1 => format!("({a} - {})", affine(choices, inputs, height - 1)),
        2 => format!("({} * {a})", choices.number()),
        3 => format!("({a} / 3)"),
        4 => format!("abs({a})"),
        5 => format!("relu({a})"),
        6 => format!("max({a}, {})", affine(choices, inputs, height - 1)),
        7 => format!("min({a}, {})", affine(choices, inputs, height - 1)),
        _ => {
            let b = affine(choices, inputs, height - 1);
            let sign = choices.pick(&["<", "<=", ">", ">="]);
            let (low, high) = (affine(choices, inputs, 1), affine(choices, inputs, 1));
            format!("if({low} {sign} {high}, {a}, {b})")
        }
    }
}

proptest! {
    #![proptest_config(cases(60))]

    /// The condition holds exactly at the points where the error exceeds the tolerance.
    #[test]
    fn the_condition_is_the_excess_of_the_error(mut choices in choices()) {
        let inputs = 1 + choices.below(2);
        let formula = affine(&mut choices, inputs, 3);
        let tolerance = choices.number().abs() + Rational::ratio(1, 7);
        let domain = ["x=-1..1", "x=-1..1,y=-2..0.5"][inputs - 1];
        let domain = Domain::parse(domain).expect("a box");
        let target = parse_target(&[&formula], Some(domain.names())).expect("a formula");
        let text = write_claim(&target, &domain, &tolerance, Edge::Strict).expect("affine pieces");
        let property = vnnlib::read(&text).expect("it reads back");
        let (low, high) = (Rational::from(-20), Rational::from(20));
        for mut point in grid(&domain, 7, true) {
            // Away from round places, where the formula may jump.
            let aside = Rational::ratio(1, 997);
            for x in &mut point {
                *x = &*x + &aside;
            }
            let value = evaluate_exactly(&target, &point)[0].clone().expect("a number");
            let offsets = [Rational::ZERO, tolerance.clone(), low.clone(), high.clone()];
            for offset in offsets {
                for small in [Rational::ZERO, Rational::ratio(1, 1000), Rational::ratio(-1, 1000)] {
                    for sign in [1, -1] {
                        let output = &value + (&offset + &small) * Rational::from(sign);
                        let is_excess = (&output - &value).abs() > tolerance;
                        point.push(output);
                        let holds = property.cases().iter().any(|case| {
                            let sides = case.sides().iter().zip(&point);
                            let mut sides = sides.map(|((low, high), x)| low <= x && x <= high);
                            let tape = Tape::new(case.condition());
                            let mut scratch = steeple::expr::Scratch::default();
                            let constants = tape.constants(&());
                            let results = tape.evaluate::<Rational>(&constants, &point, &mut scratch);
                            sides.all(|inside| inside)
                                && results.truth() == Ok(steeple::numbers::Truth::True)
                        });
                        point.pop();
                        prop_assert_eq!(holds, is_excess, "{} at {:?}\n{}", formula, point, text);
                    }
                }
            }
        }
    }

    /// Whatever is decided is decided alike.
    #[test]
    fn verdicts_never_contradict(mut choices in choices()) {
        let inputs = 1 + choices.below(2);
        let formula = affine(&mut choices, inputs, 2);
        let network = choices.network_of(inputs, 1, 4, 1, Kind::ContinuousPiecewiseLinear);
        let domain = ["x=-1..1", "x=-1..1,y=-2..0.5"][inputs - 1];
        let question = question(&network, &[&formula], domain, None);
        let found = run(&network, &question, &Settings::default()).expect("an enclosure");
        let lower = found.verified.claim().error_lower();
        for tolerance in [&lower * &Rational::ratio(9, 10), &lower * &Rational::ratio(11, 10)] {
            if !tolerance.is_positive() {
                continue;
            }
            let (claim, property) = both(&network, &question, &tolerance);
            let is_decided = |verdict| verdict != Verdict::Undecided;
            if is_decided(claim) && is_decided(property) {
                prop_assert_eq!(claim, property, "{} within {}", formula, tolerance);
            }
        }
        let values = forward(&network, &(), &grid(&question.domain, 2, true)[0]);
        prop_assert!(values.is_ok());
    }
}

#[test]
fn the_program_writes_claims() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let spec = |formula: &str, claim: &str| {
        let text = format!(
            "[target]\nformula = \"{formula}\"\ndomain = {{ x = [-1, 1] }}\n\n\
             [network]\nbuilder = \"interpolant\"\ncells = 3\n\n[claim]\n{claim}\n"
        );
        fs::write(folder.join("spec.toml"), text).expect("a file");
    };
    // The interpolant of |x| on three cells misses the kink by 1/3.
    for (tolerance, code, word) in [("0.3334", 0, "unsat"), ("0.3333", 1, "(sat)")] {
        spec("abs(x)", &format!("tolerance = {tolerance}"));
        program(folder, &["build", "spec.toml", "--out", "out"]);
        let (written, out, err) = program(folder, &["convert", "spec.toml", "claim.vnnlib"]);
        assert_eq!(written, 0, "{err}");
        assert!(
            out.starts_with("written: claim.vnnlib; 4 conditions"),
            "{out}"
        );
        let network = "out/network.json";
        let verify = ["verify", network, "--property", "claim.vnnlib"];
        let (found, out, err) = program(folder, &verify);
        assert_eq!(found, code, "{out}{err}");
        assert!(out.contains(word), "{out}");
        assert_eq!(
            program(folder, &["verify", network, "--spec", "spec.toml"]).0,
            code
        );
    }
    let text = fs::read_to_string(folder.join("claim.vnnlib")).expect("a file");
    assert!(text.contains("; X_0 is x\n"), "{text}");
    assert!(!text.contains(">= Y"), "{text}");
    let or_equal = ["convert", "spec.toml", "claim.vnnlib", "--or-equal"];
    assert_eq!(program(folder, &or_equal).0, 0);
    let text = fs::read_to_string(folder.join("claim.vnnlib")).expect("a file");
    assert!(
        !text
            .lines()
            .any(|line| line.contains("(> ") || line.contains("(< ")),
        "{text}"
    );
    // What cannot be asked is refused.
    for (formula, claim, message) in [
        (
            "x + sin(3*x)",
            "tolerance = 0.1",
            "sin is not piecewise affine: `sin(3*x)`",
        ),
        ("abs(x)", "norm = \"l1\"\ntolerance = 0.1", "norm sup"),
        ("abs(x)", "norm = \"sup\"", "no tolerance"),
    ] {
        spec(formula, claim);
        let (code, out, err) = program(folder, &["convert", "spec.toml", "other.vnnlib"]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(message) && err.contains("hint: "), "{err}");
        assert!(!folder.join("other.vnnlib").exists());
    }
    for arguments in [
        ["convert", "out/network.json", "claim.vnnlib"],
        ["convert", "spec.toml", "net.onnx"],
    ] {
        assert_eq!(program(folder, &arguments).0, 2);
    }
    let flag = ["convert", "out/network.json", "net.onnx", "--or-equal"];
    assert_eq!(program(folder, &flag).0, 2);
}

//! `cargo +nightly fuzz run formula`: any text gives a formula, a domain, a number or an error with
//! its place; a formula parses back from its own text, and is the same when it is simplified.
#![no_main]

use libfuzzer_sys::fuzz_target;
use steeple::expr::friendly::{constant, read_target, sides};
use steeple::expr::{Domain, evaluate_exactly, parse_expression, parse_target, simplify};
use steeple::numbers::{Rational, literal};

fuzz_target!(|text: &str| {
    let names = ["x".to_string(), "y".to_string()];
    if let Err(error) = parse_target(&[text], None) {
        assert!(text.get(error.span).is_some());
    }
    match parse_expression(text, &names) {
        Err(error) => assert!(text.get(error.span).is_some()),
        Ok(formula) => {
            let written = formula.display(&names).to_string();
            let back = parse_expression(&written, &names).expect("what is written is read");
            assert_eq!(back, formula, "{written}");
            let simple = simplify(&formula).display(&names).to_string();
            let point = [Rational::ratio(1, 3), Rational::ratio(-2, 5)];
            let value = |text: &str| {
                let target = parse_target(&[text], Some(&names)).ok()?;
                evaluate_exactly(&target, &point).pop()?.ok()
            };
            if let Some(value_before) = value(&written) {
                assert_eq!(value(&simple), Some(value_before), "{written} and {simple}");
            }
        }
    }
    match read_target(&[text], &names) {
        Err(error) => assert!(text.get(error.span).is_some()),
        // What is read here is in the kernel's grammar.
        Ok((target, _)) => assert_eq!(parse_target(target.text(), Some(&names)), Ok(target)),
    }
    let _ = (sides::read(text, &names), constant::read(text));
    let _ = Domain::parse(text);
    if let Err(error) = literal::parse(text) {
        assert!(error.position <= text.len());
    }
});

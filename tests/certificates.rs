//! Everything under `proofs/certificates`, checked again.

use std::fs;
use std::path::Path;

use steeple::certificate::{Method, Question, Semantics, size, text};
use steeple::checker::check;
use steeple::checker::size::check_size;
use steeple::expr::{evaluate_exactly, parse_target};
use steeple::formats::json;
use steeple::network::digest;
use steeple::numbers::Rational;
use steeple::workflow::spec;

#[test]
fn every_showcase_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/certificates");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "bell_size",
            "disk",
            "nielsen",
            "sine_size",
            "square",
            "towers"
        ]
    );
    for name in names {
        let read = |file: &str| fs::read(folder.join(&name).join(file)).expect(file);
        if size::is_size(&read("certificate.steeple")) {
            is_a_bound(&read("certificate.steeple"), &read("target.toml"));
            continue;
        }
        let network = json::read_bytes(&read("network.json")).expect("a network");
        let certificate = text::read(&read("certificate.steeple")).expect("a certificate");
        let asked = String::from_utf8(read("target.toml")).expect("text");
        let asked = spec::read(&asked).expect("a spec");
        let verified = check(&certificate, &network).unwrap_or_else(|e| panic!("{name}: {e}"));
        let question = Question {
            network: digest(&network),
            target: asked.target,
            domain: asked.domain,
            norm: asked.claim.norm,
            threshold: asked.claim.threshold,
            semantics: Semantics::Real,
        };
        verified
            .answers(&question, asked.claim.tolerance.as_ref())
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        // Reading and writing again gives the same bytes.
        let mut bytes = Vec::new();
        text::write(&certificate, &mut bytes).expect("written");
        assert!(bytes == read("certificate.steeple"), "{name}");
    }
}

/// Checks a lower bound of size, which has no network.
fn is_a_bound(bytes: &[u8], asked: &[u8]) {
    let asked = spec::read(std::str::from_utf8(asked).expect("text")).expect("a spec");
    let certificate = size::read(bytes).expect("a certificate");
    let verified = check_size(&certificate).expect("it holds");
    let tolerance = asked.claim.tolerance.as_ref();
    let answered = verified.answers(&asked.target, &asked.domain, tolerance);
    answered.expect("the claim of the spec");
    assert!(verified.kinks() >= Some(9) && verified.jumps() >= Some(50));
    let mut again = Vec::new();
    size::write(&certificate, &mut again).expect("written");
    assert!(again == bytes);
}

/// The page lists every leaf, in the table of nodes and in that of methods.
#[test]
fn the_page_on_the_format_knows_every_leaf() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/FORMAT.md");
    let page = fs::read_to_string(page).expect("the page");
    let row = page
        .lines()
        .find(|line| line.ends_with("| a leaf: the method below |"))
        .expect("the row of leaves");
    let mut listed: Vec<char> = row
        .chars()
        .take_while(|c| *c != 'a')
        .filter(char::is_ascii_lowercase)
        .collect();
    let mut letters: Vec<char> = Method::ALL
        .iter()
        .map(|method| char::from(method.letter()))
        .collect();
    for letter in &letters {
        assert!(page.contains(&format!("\n| `{letter}` | ")), "{letter}");
    }
    listed.sort_unstable();
    letters.sort_unstable();
    assert_eq!(listed, letters);
}

/// What the page says of formulas is what the parser reads.
#[test]
fn the_page_on_the_format_tells_how_formulas_are_read() {
    let read = |text: &str| {
        let names = ["x".to_string()];
        parse_target(&[text], Some(&names)).map(|target| target.body().clone())
    };
    for (text, plain) in [
        ("-x^2", "-(x^2)"),
        ("x^-2", "x^(-2)"),
        ("2^-x^2", "2^(-(x^2))"),
        ("x**2", "x^2"),
        ("2^3^x", "2^(3^x)"),
        ("8/4/x", "(8/4)/x"),
        ("0 < x < 1", "0 < x and x < 1"),
        (".5*x + 2.", "0.5*x + 2"),
        ("not x < 1 and x < 2", "(not (x < 1)) and x < 2"),
    ] {
        assert_eq!(read(text), read(plain), "{text}");
        assert!(read(text).is_ok(), "{text}");
    }
    for wrong in ["+x", "1.2.3", ".", "x + -", "1e10001", "2x"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    let value = |text: &str, x: i64| {
        let names = ["x".to_string()];
        let target = parse_target(&[text], Some(&names)).expect(text);
        evaluate_exactly(&target, &[Rational::from(x)])
            .remove(0)
            .ok()
    };
    let number = |value: i64| Some(Rational::from(value));
    for (text, x, expected) in [
        ("x^0", 0, number(1)),
        ("x^-1", 0, None),
        ("x^3", -2, number(-8)),
        ("x^(1/2)", 0, number(0)),
        ("0^x", 2, number(0)),
        ("0^x", 0, None),
        ("(-1)^x", 2, None),
        ("x^2147483648", 1, None),
        ("x/x", 0, None),
        ("if(x > 0, 1/x, 5)", 0, number(5)),
    ] {
        assert_eq!(value(text, x), expected, "{text} at {x}");
    }
}

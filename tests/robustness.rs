//! Anything into every reader: a value or an error, never a panic, and never more memory or time
//! than the text is worth.

mod common;

use common::within_cpu_seconds;
use proptest::prelude::*;

use steeple::certificate::{property, size, text};
use steeple::checker::check;
use steeple::expr::{Domain, parse_expression, parse_target};
use steeple::formats::{json, vnnlib};
use steeple::network::canonical;
use steeple::network::digest::canonical_bytes;
use steeple::numbers::literal;
use steeple::training::{Task, csv};

/// Gives some bytes to every reader.
fn read_all(bytes: &[u8]) {
    let _ = json::read_bytes(bytes).map_err(|error| error.to_string());
    let _ = text::read(bytes).map_err(|error| error.to_string());
    let _ = canonical::read(bytes).map_err(|error| error.to_string());
    let text = String::from_utf8_lossy(bytes);
    let _ = property::read(bytes).map_err(|error| error.to_string());
    let _ = size::read(bytes).map_err(|error| error.to_string());
    let _ = vnnlib::text(bytes).map_err(|error| error.to_string());
    if let Err(error) = vnnlib::read(&text) {
        assert!(text.get(error.span.clone()).is_some(), "{text:?}");
    }
    let inputs = ["x".to_string(), "y".to_string()];
    for task in [Task::Classification, Task::Regression] {
        match csv::read(&text, &inputs, task) {
            Ok(samples) => assert!(samples.points().iter().flatten().all(|x| x.is_finite())),
            Err(error) => {
                let line = text.lines().nth(error.line.saturating_sub(1));
                let length = line.map_or(0, |line| line.chars().count());
                assert!(error.column <= length + 1, "{error} in {text:?}");
            }
        }
    }
    let _ = json::read(&text).map_err(|error| error.to_string());
    if let Err(error) = parse_target(&[&text], None) {
        // The place is one in the text, between characters.
        assert!(
            text.get(error.span.clone()).is_some(),
            "{:?} in {text:?}",
            error.span
        );
        let _ = error.to_string();
    }
    let names = ["x".to_string(), "y".to_string()];
    let _ = parse_target(&[&text, &text], Some(&names)).map_err(|error| error.to_string());
    let _ = parse_expression(&text, &names).map_err(|error| error.to_string());
    let _ = Domain::parse(&text).map_err(|error| error.to_string());
    if let Err(error) = literal::parse(&text) {
        assert!(error.position <= text.len());
    }
}

/// Words that the readers know, to get further into them than letters do.
const WORDS: [&str; 76] = [
    "x,y,label\n",
    "value",
    "inside",
    "\"\"",
    "\r\n",
    "(assert (<= -1 X_0 1))",
    "(declare-const X_0 Real)",
    "(declare-const Y_0 Real)",
    "(assert ",
    "(<= X_0 ",
    "(or ",
    "Y_0 ",
    "x",
    "y",
    "z9",
    "_",
    "0",
    "1",
    "2",
    "1/3",
    "0.5",
    "1e9",
    "2^-5",
    "-",
    "+",
    "*",
    "/",
    "^",
    "**",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    "\"",
    "\\",
    " ",
    "\n",
    "<=",
    "<",
    ">=",
    "==",
    "!=",
    "and ",
    "or ",
    "not ",
    "if(",
    "min(",
    "max(",
    "sin(",
    "sqrt(",
    "ln(",
    "exp(",
    "pi",
    "e",
    "..",
    "=",
    "x=0..1",
    "\"inputs\":",
    "\"outputs\":",
    "\"layers\":",
    "\"weights\":",
    "\"bias\":",
    "\"activation\":",
    "\"relu\"",
    "\"maxout\"",
    "\"rank\":",
    "\"rows\":",
    "\"entries\":",
    "\"steeple_network\":",
    "é",
    "\u{0}",
];

const NETWORK: &str = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"],
 "layers": [
  {"activation": "maxout", "rank": 2, "weights": [["2^-3", "0"], [0, "-1/3"]], "bias": ["-100", "0.5"]},
  {"activation": "leaky-relu", "slope": "1/10", "weights": {"rows": 1, "columns": 1, "entries": [[0, 0, "1e3"]]}, "bias": [7]}]}"#;

const CERTIFICATE: &str = "steeple certificate 2\nclaim area\nnetwork N sha256:00\nsemantics real\nweights exact\nlayer fast\ninputs x y\ntarget x^2 + y <= 1/3\ndomain x -1 1\n\
    domain y 0 2^-3\nthreshold 1/2\nlower 0\nupper 1/8\nwitness 1/2 1/16 radius 0\nconstant-radius 2^-20\nranges natural\n\
    tree 9\n@A1/3;onh\nend\n";

const PROPERTY: &str = "; é\n(declare-const X_0 Real)\n(declare-fun X_1 () Real)\n(declare-const Y_0 Real)\n\
    (assert (<= -1.0 X_0 1e0))\n(assert (or (and (<= X_1 2) (>= X_1 (- 1.5)) (> Y_0 X_0)) (= 0 X_1)))\n\
    (assert (not (<= (+ (* 2 Y_0) (/ X_0 3)) 0.25)))\n";

const POINTS: &str = "y, label,\"x\"\r\n1/2,inside,2^-3\n\n-1e-3,0,0.5\n\"7\",true,1/3\n";
const VALUES: &str = "x,value,y\n1,2.5,3\n-1/3,1e100,2^-1000\n";

proptest! {
    #![proptest_config(common::cases(1000))]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }

    #[test]
    fn random_words(words in proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..40)) {
        read_all(words.concat().as_bytes());
    }

    #[test]
    fn damaged_files(
        (file, cut, words) in (0..5usize, any::<bool>(), proptest::collection::vec(
            (any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), proptest::sample::select(&WORDS[..])), 1..4)),
    ) {
        let mut text = [NETWORK, CERTIFICATE, PROPERTY, POINTS, VALUES][file].to_string();
        for (from, length, word) in words {
            let from = from.index(text.len() + 1);
            let from = (0..=from).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            if cut {
                text.truncate(from);
            } else {
                let to = (from + length.index(4)).min(text.len());
                if text.is_char_boundary(to) {
                    text.replace_range(from..to, word);
                }
            }
        }
        read_all(text.as_bytes());
        if let (Ok(certificate), Ok(network)) = (text::read(text.as_bytes()), json::read(NETWORK)) {
            let _ = check(&certificate, &network).map_err(|error| error.to_string());
        }
    }
}

/// Bytes of a good file, changed: to any other, to what a format is made of, left out or repeated.
#[test]
fn every_damaged_byte_is_an_error_or_fine() {
    for good in [PROPERTY, POINTS, VALUES] {
        let good = good.as_bytes();
        for at in 0..good.len() {
            read_all(&good[..at]);
            for other in b"\0 \n\r\",();-+.eE/^019xX_\xc3\xff" {
                let mut bytes = good.to_vec();
                bytes[at] = *other;
                read_all(&bytes);
            }
            read_all(&[&good[..at], &good[at + 1..]].concat());
            read_all(&[&good[..at], &good[at / 2..]].concat());
        }
    }
}

#[test]
fn the_samples_are_good() {
    assert!(json::read(NETWORK).is_ok());
    assert!(vnnlib::read(PROPERTY).is_ok());
    let inputs = ["x".to_string(), "y".to_string()];
    assert!(csv::read(POINTS, &inputs, Task::Classification).is_ok());
    assert!(csv::read(VALUES, &inputs, Task::Regression).is_ok());
    assert!(
        text::read(CERTIFICATE.as_bytes()).is_ok(),
        "{:?}",
        text::read(CERTIFICATE.as_bytes())
    );
}

/// A small stack, as a thread has one, and a time that no hostile text may use up.
fn within_a_small_stack(name: &str, work: impl FnOnce() + Send + 'static) {
    let name = name.to_string();
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || within_cpu_seconds(20, &name, work))
        .expect("a thread")
        .join()
        .expect("no panic");
}

/// Each field counted the characters of the whole line.
#[test]
fn a_line_of_a_million_commas_is_quick() {
    let inputs = ["x".to_string(), "y".to_string()];
    let error = within_cpu_seconds(10, "commas", || {
        csv::read(&",".repeat(1 << 20), &inputs, Task::Regression).expect_err("no columns")
    });
    assert_eq!(error.to_string(), "1:1: the target has no input ``");
}

#[test]
fn deep_nesting_is_an_error_or_fine() {
    const DEPTH: usize = 20_000;
    for (open, close) in [
        ("(", ")"),
        ("-", ""),
        ("[", "]"),
        ("{\"a\":", "}"),
        ("sin(", ")"),
        ("if(x<1,", ",0)"),
        ("not ", ""),
        ("x^", ""),
        ("x+", ""),
        ("x*(", ")"),
        ("min(x,", ")"),
        ("[[", ""),
        ("{\"layers\":[", ""),
        ("abs(-(", "))"),
        ("x<1 and ", ""),
        ("(x<1 or ", ")"),
        ("2/", ""),
        ("1,", ""),
    ] {
        let inner = if open.contains('<') || open == "not " {
            "x<1"
        } else {
            "x"
        };
        let text = [open.repeat(DEPTH).as_str(), inner, &close.repeat(DEPTH)].concat();
        within_a_small_stack(open, move || read_all(text.as_bytes()));
    }
    // As deep as is allowed, and through everything that recurses.
    for (open, close, inner) in [
        ("(", ")", "x"),
        ("sin(", ")", "x"),
        ("x^(", ")", "x"),
        ("if(x<1,", ",0)", "x"),
        ("not (", ")", "x<1"),
        ("1/(2+", ")", "x"),
    ] {
        for depth in [30, 90, 190, 400, 990] {
            let text = [open.repeat(depth).as_str(), inner, &close.repeat(depth)].concat();
            within_a_small_stack(open, move || {
                let Ok(target) = parse_target(&[&text], None) else {
                    return;
                };
                let point = [steeple::numbers::Rational::ratio(1, 3)];
                let _ = steeple::expr::evaluate_exactly(&target, &point);
                let _ = target.indicator().output_expressions()[0].height();
                for output in target.output_expressions() {
                    let _ = steeple::expr::simplify(&output)
                        .display(target.inputs())
                        .to_string();
                }
            });
        }
    }
    // A long sum is not deep for a reader, and as high a tree as one may be.
    let text = vec!["x"; 5000].join(" + ");
    within_a_small_stack("a long sum", move || read_all(text.as_bytes()));
}

/// The canonical bytes of a network, damaged at every place.
#[test]
fn every_damaged_byte_of_a_network_is_an_error_or_another_network() {
    let network = json::read(NETWORK).expect("a network");
    let mut good = Vec::new();
    canonical_bytes(&network, |piece| good.extend_from_slice(piece));
    for at in 0..good.len() {
        for other in [0, 1, 2, 0x41, 0x55, 0x7f, 0x80, 0xff] {
            let mut bytes = good.clone();
            bytes[at] = other;
            if let Ok(found) = canonical::read(&bytes) {
                let mut again = Vec::new();
                canonical_bytes(&found, |piece| again.extend_from_slice(piece));
                assert_eq!(again, bytes);
            }
        }
    }
}

#[test]
fn declared_sizes_are_not_believed() {
    let sizes = [
        "1000000000",
        "18446744073709551615",
        "9223372036854775808",
        "4611686018427387904",
        "99999999999999999999999",
        "-1",
        "1e9",
    ];
    for size in sizes {
        let replace = |from: &str, to: &str| NETWORK.replace(from, &to.replace("SIZE", size));
        for text in [
            replace("\"rank\": 2", "\"rank\": SIZE"),
            replace("\"rows\": 1", "\"rows\": SIZE"),
            replace("\"columns\": 1", "\"columns\": SIZE"),
            replace("[0, 0, \"1e3\"]", "[SIZE, 0, \"1e3\"]"),
            replace("[0, 0, \"1e3\"]", "[0, SIZE, \"1e3\"]"),
            replace("\"steeple_network\": 1", "\"steeple_network\": SIZE"),
            CERTIFICATE.replace("tree 9", &format!("tree {size}")),
            CERTIFICATE.replace("certificate 2", &format!("certificate {size}")),
        ] {
            within_a_small_stack(size, move || {
                assert!(json::read(&text).is_err());
                assert!(text::read(text.as_bytes()).is_err());
            });
        }
    }
}

#[test]
fn huge_numbers_are_refused_or_quick() {
    let huge = [
        "1e999999999",
        "1e-999999999",
        "2^999999999",
        "2^-999999999",
        "9^9^9^9",
        "1e100000",
        "1e-100000",
        "2^1000000",
        "2^-999999",
        "1/1e100000",
        "10^100000",
        "3^600000",
        "1/3*1e99999",
    ];
    for number in huge {
        let network = NETWORK.replace("\"2^-3\"", &format!("\"{number}\""));
        let places = [
            CERTIFICATE.replace("1/8", number),
            CERTIFICATE.replace("2^-20", number),
            CERTIFICATE.replace("x -1 1", &format!("x -1 {number}")),
            CERTIFICATE.replace("<= 1/3", &format!("<= {number}")),
            CERTIFICATE.replace("x^2", &format!("x^({number})")),
            CERTIFICATE.replace("x^2", &format!("(x + 1)^100000 + {number}*x")),
            CERTIFICATE.replace("witness 1/2", &format!("witness {number}")),
            CERTIFICATE.replace(
                "tree 9\n@A1/3;onh",
                &format!("tree {}\n@A{number};onh", number.len() + 6),
            ),
        ];
        let number = number.to_string();
        within_a_small_stack(&number.clone(), move || {
            read_all(number.as_bytes());
            read_all(network.as_bytes());
            for text in places {
                for name in [NETWORK, &network] {
                    let (Ok(mut certificate), Ok(network)) =
                        (text::read(text.as_bytes()), json::read(name))
                    else {
                        continue;
                    };
                    certificate.claim.question.network = steeple::network::digest(&network);
                    let _ = check(&certificate, &network).map_err(|error| error.to_string().len());
                }
            }
        });
    }
}

#[test]
fn long_texts_are_refused_or_quick() {
    let million = 1 << 20;
    for (name, text) in [
        ("digits", "7".repeat(million)),
        ("zeros", format!("0.{}", "0".repeat(million))),
        ("letters", "a".repeat(million)),
        ("spaces", " ".repeat(million)),
        ("lines", "\n".repeat(million)),
        ("quotes", "\"".repeat(million)),
        ("commas", ",".repeat(million)),
        ("sides", "x=0..1,".repeat(million / 8)),
    ] {
        within_a_small_stack(name, move || read_all(text.as_bytes()));
    }
}

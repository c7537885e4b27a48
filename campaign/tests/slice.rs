//! A slice of the campaign and of the differential test, for every run of the tests.

use steeple::certificate::{Norm, Question};
use steeple::expr::{Domain, parse_target};
use steeple::network::digest;
use steeple::numbers::Rational;
use steeple_campaign::bases;
use steeple_campaign::campaign::{Plan, run};
use steeple_campaign::differential;
use steeple_campaign::document::{LEAVES, Token};
use steeple_campaign::oracle::enclose;

/// The seed of the random tests, if one is given.
fn seed() -> u64 {
    let given = std::env::var("PROPTEST_RNG_SEED").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
fn damaged_certificates_are_refused_or_true() {
    let bases = bases::all();
    let plan = |threads| Plan {
        count: 600,
        seed: seed(),
        threads,
        effort: 0,
    };
    let report = run(&plan(2), &bases);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    let total = report.total();
    // The test would be empty if all were rejected, or if nothing were known about the accepted
    // ones.
    assert!(total.accepted * 4 > total.made, "{total:?}");
    assert!(total.known * 2 > total.accepted, "{total:?}");
    assert!(
        total.repaired > 0 && total.other > 0 && total.stronger > 0,
        "{total:?}"
    );
    assert_eq!(report, run(&plan(1), &bases), "whatever the threads");
}

#[test]
fn bases_have_every_letter_and_every_kind_of_cut() {
    let bases = bases::all();
    let tokens: Vec<&Token> = bases
        .iter()
        .flat_map(|base| base.document.trees.iter().flatten())
        .collect();
    for letter in LEAVES {
        assert!(
            tokens.contains(&&Token::Leaf(*letter)),
            "{}",
            char::from(*letter)
        );
    }
    for start in ["A", "B", "@", "/"] {
        let is_there =
            |token: &&Token| matches!(token, Token::Cut(text) if text.starts_with(start));
        assert!(tokens.iter().any(is_there), "{start}");
    }
    for word in ["sup", "l1", "l2", "area", "property"] {
        assert!(
            bases
                .iter()
                .any(|base| base.document.field("claim") == Some(word)),
            "{word}"
        );
    }
}

#[test]
fn random_certificates_are_refused_or_true() {
    let rows = differential::run(&differential::Plan {
        count: 16,
        seed: seed(),
        threads: 2,
    });
    let failures: Vec<_> = rows.iter().filter(|row| row.failure.is_some()).collect();
    assert!(failures.is_empty(), "{failures:?}");
    assert!(rows.iter().any(|row| row.kernel && row.core));
    assert!(rows.iter().any(|row| row.kernel && !row.core));
}

/// The domain's corner (-4/3, -2/3) is between floats, and the region fails just beyond it.
#[test]
fn areas_beyond_a_domain_that_is_not_of_floats_counted() {
    let network = bases::net(&["x", "y"], &["identity 0,0:1"]);
    let target = parse_target(&["x > y + y"], Some(network.inputs())).expect("a target");
    let question = Question {
        network: digest(&network),
        target,
        domain: Domain::parse("x=-4/3..0,y=-5/3..-2/3").expect("a domain"),
        norm: Norm::Area,
        threshold: Some(Rational::ONE),
        semantics: steeple::certificate::Semantics::Real,
    };
    assert_eq!(enclose(&network, &question, 1).low, Rational::ZERO);
}

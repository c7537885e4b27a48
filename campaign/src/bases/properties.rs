//! Bases about properties.

use steeple::certificate::{PropertyCertificate, Semantics, Weights, property};
use steeple::checker::check_property;
use steeple::expr::Property;
use steeple::network::{Network, digest};
use steeple::prover::{Limits, PropertyRequest, prove_property};

use super::Base;
use super::networks::{net, number, with_damaged};
use super::suprema::{deep, mixed, smooth};
use crate::document::Document;

/// A case: the ends of the box, and the condition.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str);

fn base(name: &'static str, network: Network, cases: &[Case<'_>]) -> Base {
    let cases = cases.iter().map(|(sides, condition)| {
        let sides = sides.iter().map(|(low, high)| (number(low), number(high)));
        (sides.collect(), (*condition).to_string())
    });
    let (inputs, outputs) = (network.inputs().len(), network.outputs().len());
    let property = Property::new(inputs, outputs, cases.collect()).expect("a property");
    let request = PropertyRequest {
        semantics: &Semantics::Real,
        network: &network,
        property: &property,
        limits: Limits {
            boxes: Some(3000),
            ..Limits::default()
        },
        threads: steeple::jobs::Threads::Count(1),
        resume: None,
    };
    let found = prove_property(&request, &mut steeple::workflow::unwatched).expect("a search");
    let certificate = PropertyCertificate {
        semantics: Semantics::Real,
        network: digest(&network),
        weights: Weights::Exact,
        property: property.clone(),
        evidence: found.evidence,
    };
    let verified = check_property(&certificate, &network);
    assert!(verified.is_ok(), "{name}: {verified:?}");
    let mut bytes = Vec::new();
    property::write(&certificate, &mut bytes).expect("in memory");
    let document = String::from_utf8(bytes).ok();
    let document = document.and_then(|text| Document::read(&text));
    Base {
        name,
        sides: property.cases()[0].sides().to_vec(),
        networks: with_damaged(network),
        document: document.expect("what was written"),
        claim: None,
        truth: None,
    }
}

/// Returns all of them.
pub fn all() -> Vec<Base> {
    let unit: &[(&str, &str)] = &[("0", "1"), ("0", "1")];
    let plane: &[(&str, &str)] = &[("-1", "1"), ("-1", "1")];
    let low: &[(&str, &str)] = &[("-1", "0"), ("-1", "1/3")];
    let corner = net(
        &["x", "y"],
        &["heaviside 1,0:-1/3 0,1:-1/2", "identity 1,1:0"],
    );
    let pair = net(&["x"], &["sigmoid 3:0 -2:1", "identity 1,1:0 1,-1:0"]);
    vec![
        base("property smooth", smooth(), &[(unit, "Y_0 > 26/50")]),
        base(
            "property deep",
            deep(),
            &[
                (plane, "Y_0 >= 7/4 and X_0 < 1/2"),
                (low, "Y_0 < -5/2 or Y_0 > 3"),
            ],
        ),
        base(
            "property steps",
            corner,
            &[
                (unit, "Y_0 > 2"),
                (&[("1/2", "1"), ("3/4", "1")], "Y_0 < 2"),
            ],
        ),
        base(
            "property two outputs",
            pair,
            &[(&[("-1", "1")], "Y_0 < Y_1 and X_0 < 0 and Y_0 + Y_1 > 2")],
        ),
        base("property mixed", mixed(), &[(&[("-2", "2")], "Y_0 > 6/5")]),
        base(
            "witness smooth",
            smooth(),
            &[(unit, "Y_0 >= 1/2 and X_1 < 1/9")],
        ),
        base(
            "witness deep",
            deep(),
            &[(low, "Y_0 > 50"), (plane, "Y_0 > 1/3 and X_0*X_1 > 0")],
        ),
    ]
}

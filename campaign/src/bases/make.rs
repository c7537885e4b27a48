//! Makes bases from networks: by the prover, or from a tree and what the checker finds for it.

use steeple::certificate::{
    Certificate, Layer, Norm, Partition, Question, Ranges, Semantics, Weights, text,
};
use steeple::checker::check;
use steeple::expr::{Domain, parse_target};
use steeple::network::{Network, digest};
use steeple::numbers::Rational;
use steeple::workflow::{Limits, VerifyRequest, verify};

use super::Base;
use super::networks::{number, with_damaged};
use crate::document::Document;
use crate::oracle::Enclosure;
use crate::trial::strongest;

/// The ingredients of a base.
pub struct Recipe<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its network.
    pub network: Network,
    /// One formula for each output, or a region.
    pub formulas: &'a [&'a str],
    /// The domain.
    pub domain: &'a str,
    /// The norm.
    pub norm: Norm,
    /// The gap between the ends of the claim.
    pub gap: &'a str,
    /// Only with methods of the core?
    pub portable: bool,
    /// The ends of the truth, if known by theory.
    pub truth: Option<(&'a str, &'a str)>,
}

/// Returns a recipe for the sup norm with a gap of a tenth.
pub fn recipe<'a>(
    name: &'static str,
    network: Network,
    formulas: &'a [&'a str],
    domain: &'a str,
) -> Recipe<'a> {
    Recipe {
        name,
        network,
        formulas,
        domain,
        norm: Norm::Sup,
        gap: "1/10",
        portable: false,
        truth: None,
    }
}

impl<'a> Recipe<'a> {
    /// Sets another norm.
    pub fn norm(mut self, norm: Norm, gap: &'a str) -> Self {
        (self.norm, self.gap) = (norm, gap);
        self
    }

    /// Restricts it to the methods of the core.
    pub fn portable(mut self) -> Self {
        self.portable = true;
        self
    }

    /// Sets the truth, if it is known exactly.
    pub fn exactly(self, truth: &'a str) -> Self {
        self.between(truth, truth)
    }

    /// Sets two bounds of the truth.
    pub fn between(mut self, low: &'a str, high: &'a str) -> Self {
        self.truth = Some((low, high));
        self
    }

    fn question(&self) -> Question {
        let domain = Domain::parse(self.domain).expect("a domain");
        let target = parse_target(self.formulas, Some(self.network.inputs()));
        let is_area = self.norm == Norm::Area;
        Question {
            network: digest(&self.network),
            target: target.expect("a target"),
            domain,
            norm: self.norm,
            threshold: is_area.then(|| Rational::ratio(1, 2)),
            semantics: Semantics::Real,
        }
    }

    /// Returns the certificate that the prover finds.
    fn proved(&self) -> Certificate {
        let request = VerifyRequest {
            network: &self.network,
            question: self.question(),
            tolerance: None,
            gap: number(self.gap),
            limits: Limits {
                boxes: Some(3000),
                ..Limits::default()
            },
            resume: None,
            threads: steeple::jobs::Threads::Count(1),
            weights: Weights::Exact,
            portable: self.portable,
        };
        let found = verify(&request, None, &mut steeple::workflow::unwatched);
        found.expect("a certificate").certificate
    }

    /// Returns the base that the prover finds.
    pub fn found(self) -> Base {
        let certificate = self.proved();
        self.base(&certificate)
    }

    /// Returns the base of a tree, with the witness of the prover and the strongest claim that the
    /// checker accepts.
    pub fn by_tree(self, tree: &str, constant_radius: &str, ranges: Ranges) -> Base {
        let mut certificate = self.proved();
        certificate.partition = Partition::from_text(tree.as_bytes().to_vec());
        certificate.constant_radius = number(constant_radius);
        certificate.ranges = ranges;
        if !self.portable {
            certificate.layer = Layer::Fast;
        }
        if certificate.witness.is_none() && self.norm == Norm::Sup {
            certificate.claim.stated_lower = Rational::ZERO;
        }
        let strongest = strongest(&certificate, &self.network);
        let strongest = strongest.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        self.base(&strongest)
    }

    fn base(self, certificate: &Certificate) -> Base {
        let verified = check(certificate, &self.network);
        assert!(verified.is_ok(), "{}: {verified:?}", self.name);
        let mut bytes = Vec::new();
        text::write(certificate, &mut bytes).expect("in memory");
        let document = String::from_utf8(bytes).ok();
        let document = document.and_then(|text| Document::read(&text));
        let question = certificate.claim.question.clone();
        let truth = self.truth.map(|(low, high)| Enclosure {
            low: number(low),
            high: Some(number(high)),
        });
        Base {
            name: self.name,
            sides: question.domain.sides().to_vec(),
            networks: with_damaged(self.network),
            document: document.expect("what was written"),
            claim: Some(certificate.claim.clone()),
            truth: truth.map(|truth| (question, truth)),
        }
    }
}

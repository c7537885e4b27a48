//! Valid certificates, to be damaged: every norm, every method, every kind of cut and layer.

mod areas;
mod integrals;
mod make;
mod networks;
mod properties;
mod suprema;

use steeple::certificate::{Claim, Question};
use steeple::network::Network;
use steeple::numbers::Rational;

use crate::document::Document;
use crate::oracle::Enclosure;

pub use networks::{built, net, with_damaged};

/// A valid certificate.
pub struct Base {
    /// The name in tables.
    pub name: &'static str,
    /// Its network, and damaged copies of it.
    pub networks: Vec<Network>,
    /// The certificate.
    pub document: Document,
    /// The claim of the certificate, if it is about an error.
    pub claim: Option<Claim>,
    /// The domain, or the box of the first case.
    pub sides: Vec<(Rational, Rational)>,
    /// The truth, if it is known by theory.
    pub truth: Option<(Question, Enclosure)>,
}

impl Base {
    /// Is it about a property?
    pub fn is_property(&self) -> bool {
        self.document.field("claim") == Some("property")
    }
}

/// Returns all bases, newly made; the checker accepted each of them.
pub fn all() -> Vec<Base> {
    let mut bases = suprema::all();
    bases.extend(integrals::all());
    bases.extend(areas::all());
    bases.extend(properties::all());
    bases
}

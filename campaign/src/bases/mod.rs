//! Certificates that hold, to be damaged: every norm, every method, every kind of cut and layer.

mod areas;
mod integrals;
mod make;
mod networks;
mod properties;
mod suprema;

use steeple::certificate::{Claim, Question};
use steeple::network::Network;
use steeple::numbers::Rational;

use crate::oracle::Enclosure;
use crate::sheet::Sheet;

pub use networks::{built, net, with_damaged};

/// A certificate that holds.
pub struct Base {
    /// What it is called in tables.
    pub name: &'static str,
    /// Its network, and damaged ones.
    pub networks: Vec<Network>,
    /// The certificate.
    pub sheet: Sheet,
    /// What the certificate claims, if it is about an error.
    pub claim: Option<Claim>,
    /// The domain, or the box of the first case.
    pub sides: Vec<(Rational, Rational)>,
    /// The truth, where it is known by theory.
    pub truth: Option<(Question, Enclosure)>,
}

impl Base {
    /// Is it about a property?
    pub fn is_property(&self) -> bool {
        self.sheet.field("claim") == Some("property")
    }
}

/// All bases, made anew: every one was accepted by the checker.
pub fn all() -> Vec<Base> {
    let mut bases = suprema::all();
    bases.extend(integrals::all());
    bases.extend(areas::all());
    bases.extend(properties::all());
    bases
}

//! `steeple::regions`: the exact number of linear regions of a network.

use crate::expr::{Domain, DomainError};
use crate::network::Network;
use crate::numbers::Rational;
use crate::regions::RegionsError;
use crate::workflow::regions::{RegionsAnswer, RegionsRequest, count_regions, picture, to_json};

/// The memory limit for counting, in bytes.
const MEMORY: u64 = 4 << 30;

/// Counts the linear regions of a piecewise linear network on a box.
///
/// A linear region is a largest set with connected interior on which the network is one affine map.
///
/// - Exactness: exact.
/// - Errors: [`CountError`]; sigmoid and tanh networks have no linear regions.
///
/// ```
/// use steeple::{Domain, Target, builders};
/// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// let network = builders::interpolant(&target, &domain, 16)?;
/// assert_eq!(steeple::regions(&network, &domain)?.count(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn regions(network: &Network, domain: &Domain) -> Result<Regions, CountError> {
    count(network, domain, None)
}

/// Does [`regions()`], and also finds where the only output is at least a threshold: the decision region.
///
/// - Errors: those of [`regions()`].
///
/// ```
/// # use steeple::{Domain, Target, builders};
/// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// # let network = builders::interpolant(&target, &domain, 16)?;
/// // N(x) is close to x^2, which is at least 1/4 on half of [0, 1].
/// let regions = steeple::decision_region(&network, &domain, &"1/4".parse()?)?;
/// let (low, high) = regions.decision_area().expect("one input");
/// assert_eq!((low.to_string(), high.to_string()), ("1/2".into(), "1/2".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decision_region(
    network: &Network,
    domain: &Domain,
    threshold: &Rational,
) -> Result<Regions, CountError> {
    count(network, domain, Some(threshold))
}

fn count(
    network: &Network,
    domain: &Domain,
    threshold: Option<&Rational>,
) -> Result<Regions, CountError> {
    let domain = domain.in_order(network.inputs())?;
    let answer = count_regions(&RegionsRequest {
        network,
        domain: &domain,
        threshold,
        memory: MEMORY,
    })?;
    Ok(Regions { answer, domain })
}

/// The linear regions of a network on a box.
#[derive(Debug)]
pub struct Regions {
    answer: RegionsAnswer,
    domain: Domain,
}

impl Regions {
    /// How many linear regions there are.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let regions = steeple::regions(&network, &domain)?;
    /// assert_eq!(regions.count(), 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn count(&self) -> usize {
        self.answer.counts.linear_regions
    }

    /// How many cells of one on/off pattern there are; at least as many as linear regions.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let regions = steeple::regions(&network, &domain)?;
    /// assert_eq!(regions.activation_regions(), 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn activation_regions(&self) -> usize {
        self.answer.counts.activation_regions
    }

    /// The area of the decision region: lower and upper bounds, equal if the area is rational.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let regions = steeple::regions(&network, &domain)?;
    /// assert!(regions.decision_area().is_none()); // no threshold was given
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decision_area(&self) -> Option<(&Rational, &Rational)> {
        let decision = self.answer.decision.as_ref()?;
        Some((&decision.area.0, &decision.area.1))
    }

    /// The JSON object that `steeple regions --format json` prints, without its time.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let regions = steeple::regions(&network, &domain)?;
    /// assert!(regions.json().contains(r#""count":16"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn json(&self) -> String {
        to_json(&self.answer, &self.domain).to_string()
    }

    /// A picture of the regions, as an SVG document; `None` unless there are two inputs.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let regions = steeple::regions(&network, &domain)?;
    /// assert!(regions.picture("One input").is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn picture(&self, title: &str) -> Option<String> {
        picture(&self.answer, &self.domain, title).map(|picture| picture.render())
    }
}

/// The reason why linear regions are not counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CountError {
    /// The inputs of the domain are not those of the network.
    #[error("domain: {0}")]
    Domain(#[from] DomainError),
    /// The network has no linear regions, or too many.
    #[error(transparent)]
    Regions(#[from] RegionsError),
}

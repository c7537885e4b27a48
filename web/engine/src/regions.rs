//! Exact counts of linear regions, and maps of them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use steeple::builders::{self, Goal, Promise};
use steeple::numbers::estimate::estimate_rational;
use steeple::numbers::{Integer, Rational};
use steeple::regions::{self as exact, Architecture, Counts};
use steeple::workflow::pictures::titles::doing;
use steeple::workflow::regions::{
    RegionsAnswer, RegionsRequest, bounds_json, count_regions, picture,
};
use steeple::workflow::spec;
use steeple::{Domain, Network, Norm, PictureKind, Weights};

use crate::failure::Failure;
use crate::files::opened;
use crate::kept::Kept;
use crate::picture::on_screen;
use crate::prove::domain;

/// A page counts at most this many regions, where a theorem says how many there are.
const MOST_COUNTED: u32 = 50_000;
/// A page draws at most this many regions.
const MOST_DRAWN: usize = 6_000;
/// Bytes for a count.
const MEMORY: u64 = 64 << 20;
/// A page asks for at most this many counts at once.
const MOST_AT_ONCE: usize = 40;

/// The network whose regions are counted, and where.
#[derive(Deserialize)]
struct Subject {
    /// A spec of a network that is built for its many regions.
    spec: Option<String>,
    /// Instead of a spec: the text of a network file, with the domain.
    network: Option<String>,
    domain: Option<String>,
}

/// A network, and what a theorem says about its regions.
struct Found {
    network: Network,
    domain: Domain,
    promise: Option<Promise>,
    notes: Vec<String>,
    spec: Option<String>,
}

/// Counts the regions of a network, draws them, and keeps the network.
#[derive(Deserialize)]
pub struct Regions {
    name: String,
    #[serde(flatten)]
    subject: Subject,
    /// A unit of a hidden layer, both from 0: a broad line shows where it switches.
    unit: Option<(usize, usize)>,
    /// Should the picture keep the numbers to itself, because the user guesses them?
    #[serde(default)]
    untold: bool,
    /// Should the picture be for white paper?
    #[serde(default)]
    paper: bool,
}

/// Counts the regions of several networks, without pictures.
#[derive(Deserialize)]
pub struct RegionsOfAll {
    all: Vec<Subject>,
}

impl Regions {
    pub fn run(self, kept: &mut BTreeMap<String, Kept>) -> Result<Value, Failure> {
        let found = self.subject.find()?;
        let answer = found.count()?;
        let mut told = found.tell(answer.as_ref().map(|answer| answer.counts));
        let svg = match &answer {
            Some(answer) if answer.counts.activation_regions <= MOST_DRAWN => {
                found.draw(answer, self.unit, self.untold)?
            }
            _ => None,
        };
        told["svg"] = svg
            .map(|svg| if self.paper { svg } else { on_screen(&svg) })
            .into();
        let found = Kept {
            network: found.network,
            weights: Weights::Exact,
            spec: found.spec,
            opened: None,
            asked: None,
        };
        told["network"] = found.facts();
        kept.insert(self.name, found);
        Ok(told)
    }
}

impl RegionsOfAll {
    pub fn run(self) -> Result<Value, Failure> {
        if self.all.len() > MOST_AT_ONCE {
            return Err(Failure::new(format!(
                "a page counts for at most {MOST_AT_ONCE} networks at once"
            )));
        }
        let told = self.all.into_iter().map(|subject| {
            let found = subject.find()?;
            let counts = found.count()?.map(|answer| answer.counts);
            Ok(found.tell(counts))
        });
        Ok(Value::Array(told.collect::<Result<_, Failure>>()?))
    }
}

impl Subject {
    fn find(self) -> Result<Found, Failure> {
        let Some(text) = self.spec else {
            let network = self.network.unwrap_or_default();
            let network = opened(network.as_bytes())?.network;
            let (domain, _) = domain(&self.domain.unwrap_or_default(), network.inputs())?;
            return Ok(Found {
                network,
                domain,
                promise: None,
                notes: Vec::new(),
                spec: None,
            });
        };
        let read = spec::read(&text)?;
        let wanted = read
            .network
            .filter(|_| read.goal == Goal::Regions)
            .ok_or_else(|| {
                Failure::new("the spec has no builder of networks with many regions").within("spec")
            })?;
        let inputs = read.domain.dimension();
        let built = builders::build(
            wanted.builder,
            &wanted.parameters,
            &read.target,
            &read.domain,
            Norm::Sup,
        )
        .map_err(|error| Failure::new(error).within("spec").at(wanted.span.clone()))?;
        Ok(Found {
            promise: builders::promise(wanted.builder, &built.chosen, inputs),
            network: built.network,
            domain: read.domain,
            notes: built.notes,
            spec: Some(text),
        })
    }
}

impl Found {
    /// Counts the regions; `None` if a theorem says that there are more than a page counts.
    ///
    /// - Exactness: exact.
    fn count(&self) -> Result<Option<RegionsAnswer>, Failure> {
        if let Some(promise) = &self.promise
            && promise.count > Integer::from(MOST_COUNTED)
        {
            return Ok(None);
        }
        let answer = count_regions(&RegionsRequest {
            network: &self.network,
            domain: &self.domain,
            threshold: None,
            memory: MEMORY,
        });
        answer.map(Some).map_err(|error| {
            Failure::new(error)
                .within("network")
                .hint(Some("`steeple regions FILE` has no such limits"))
        })
    }

    fn tell(&self, counts: Option<Counts>) -> Value {
        let architecture = Architecture::of(&self.network);
        let widths: Vec<usize> = architecture
            .hidden
            .iter()
            .map(|(units, _)| *units)
            .collect();
        json!({
            "count": counts.map(|counts| counts.linear_regions),
            "activation_regions": counts.map(|counts| counts.activation_regions),
            "most_counted": MOST_COUNTED,
            "widths": widths,
            "bounds": bounds_json(&architecture.bounds()),
            "promise": self.promise.as_ref().map(|promise| json!({
                "count": promise.count.to_string(),
                "is_linear": promise.is_linear,
                "theorem": promise.theorem,
            })),
            "notes": self.notes,
        })
    }

    /// The regions of the plane, or the curve over an interval.
    fn draw(
        &self,
        answer: &RegionsAnswer,
        unit: Option<(usize, usize)>,
        untold: bool,
    ) -> Result<Option<String>, Failure> {
        if self.domain.dimension() == 1 {
            let curve = steeple::workflow::draw_network(
                PictureKind::Curve,
                &self.network,
                &self.domain,
                None,
            )?;
            return Ok(Some(curve));
        }
        let what = match answer.counts.linear_regions {
            _ if untold => "linear regions".to_string(),
            1 => "1 linear region".to_string(),
            regions => format!("{regions} linear regions"),
        };
        let title = doing(&self.network, ["makes", "make"], &what);
        let Some(mut picture) = picture(answer, &self.domain, &title) else {
            return Ok(None);
        };
        if untold {
            picture.caption = "Neighbours have different colours".to_string();
        }
        if let Some((layer, unit)) = unit {
            picture.marked = switches(answer, layer, unit);
            picture.caption += &match picture.marked.len() {
                0 => format!(
                    ". Unit {} of layer {} switches nowhere here",
                    unit + 1,
                    layer + 1
                ),
                _ => format!(
                    ". The broad line: unit {} of layer {} switches here",
                    unit + 1,
                    layer + 1
                ),
            };
        }
        Ok(Some(picture.render()))
    }
}

/// The sides between activation regions on which a unit of a hidden layer changes its piece, for a picture.
fn switches(answer: &RegionsAnswer, layer: usize, unit: usize) -> Vec<[(f64, f64); 2]> {
    let Some((cells, linear)) = &answer.regions else {
        return Vec::new();
    };
    let pieces: Vec<Option<u32>> = exact::activation_regions(cells, linear)
        .map(|region| region.pattern.get(layer)?.get(unit).copied())
        .collect();
    let at = |(x, y): &(Rational, Rational)| (estimate_rational(x), estimate_rational(y));
    exact::shared_sides(cells)
        .iter()
        .filter(|side| pieces[side.left] != pieces[side.right])
        .map(|side| side.ends.each_ref().map(at))
        .collect()
}

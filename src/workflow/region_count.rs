//! Builds a network without a target, writes it to disk, and counts its regions.

use std::path::Path;

use super::build::{BuildRequest, write_and_read};
use super::pictures::titles::doing;
use super::regions::{self, MOST_DRAWN, RegionsAnswer, RegionsRequest, bounds_json, domain_json};
use super::verify::WorkflowError;
use crate::builders::{self, Built, Promise};
use crate::network::{Network, digest, size};
use crate::numbers::Integer;
use crate::regions::{Architecture, Bounds, MOST_INPUTS};
use crate::report::region_count::{NotCounted, PromiseReport, RegionCountReport};
use crate::words::count;

/// A build counts at most this many regions.
const MOST_COUNTED: u32 = 1_000_000;
/// The same for more than two inputs, where each region takes a linear program or more.
const MOST_COUNTED_IN_SPACE: u32 = 2_000;
/// Bytes for the count, if no limit is given.
const MEMORY: u64 = 4 << 30;

/// A network without a target, and its regions.
#[derive(Debug)]
pub struct RegionCount {
    /// What was built.
    pub built: Built,
    /// The network as read back.
    pub network: Network,
    /// The number of regions that a theorem promises.
    pub promise: Option<Promise>,
    /// The count, or the reason why there is none.
    pub answer: Result<RegionsAnswer, NotCounted>,
}

/// Builds a network without a target, writes `network.json` into a folder, reads it back, and counts its
/// regions on the domain, unless a theorem promises too many.
///
/// - Exactness: exact.
/// - Errors: [`WorkflowError`] if there is no network.
pub fn build_and_count(
    request: &BuildRequest<'_>,
    folder: &Path,
) -> Result<RegionCount, WorkflowError> {
    let built = request.build_with(request.parameters)?;
    let network = write_and_read(&built.network, folder)?;
    let inputs = request.domain.dimension();
    let promise = builders::promise(request.builder, &built.chosen, inputs);
    let answer = match reason_not_to(promise.as_ref(), inputs) {
        Some(reason) => Err(reason),
        None => regions::count_regions(&RegionsRequest {
            network: &network,
            domain: request.domain,
            threshold: None,
            memory: request.limits.memory.unwrap_or(MEMORY),
        })
        .map_err(NotCounted::Failed),
    };
    Ok(RegionCount {
        built,
        network,
        promise,
        answer,
    })
}

fn reason_not_to(promise: Option<&Promise>, inputs: usize) -> Option<NotCounted> {
    if inputs > MOST_INPUTS {
        return Some(NotCounted::Inputs(inputs));
    }
    let most = if inputs > 2 {
        MOST_COUNTED_IN_SPACE
    } else {
        MOST_COUNTED
    };
    let promise = promise.filter(|promise| promise.count > Integer::from(most))?;
    Some(NotCounted::TooMany {
        most,
        inputs: (inputs > 2).then_some(inputs),
        promised: promise.count.clone(),
    })
}

/// Returns the report.
pub fn report(request: &BuildRequest<'_>, counted: &RegionCount) -> RegionCountReport {
    let names = request.domain.names().iter().cloned();
    let sides = names.zip(request.domain.sides());
    let size = size(&counted.network);
    let counts = counted.answer.as_ref().map(|answer| answer.counts);
    let bounds = Architecture::of(&counted.network).bounds();
    RegionCountReport {
        builder: request.builder.to_string(),
        domain: sides
            .map(|(name, (low, high))| (name, low.clone(), high.clone()))
            .collect(),
        network: digest(&counted.network),
        size: size.into(),
        counted: counts
            .map(|counts| (counts.linear_regions, counts.activation_regions))
            .map_err(Clone::clone),
        promise: counted.promise.as_ref().map(|promise| PromiseReport {
            count: promise.count.to_string(),
            what: promise.what().to_owned(),
            theorem: promise.theorem.to_owned(),
            statement: promise.statement.to_owned(),
            is_reached: counts.ok().map(|counts| {
                let found = if promise.is_linear {
                    counts.linear_regions
                } else {
                    counts.activation_regions
                };
                Integer::from(found) >= promise.count
            }),
        }),
        most: smallest(&bounds),
        object: counted.answer.as_ref().map_or_else(
            |_| {
                serde_json::json!({
                    "count": null,
                    "activation_regions": null,
                    "domain": domain_json(request.domain),
                    "bounds": bounds_json(&bounds),
                    "decision": null,
                })
            },
            |answer| regions::to_json(answer, request.domain),
        ),
        notes: counted.built.notes.clone(),
        steps: Vec::new(),
    }
}

/// The smallest of the upper bounds of the literature, with its source.
fn smallest(bounds: &Bounds) -> Option<(String, String)> {
    let known = [
        ("Zaslavsky 1975", &bounds.zaslavsky),
        ("Montufar 2017", &bounds.montufar_upper),
        ("Serra et al. 2018", &bounds.serra),
    ];
    let known = known
        .into_iter()
        .filter_map(|(source, bound)| Some((bound.as_ref()?, source)));
    let (bound, source) = known.min_by(|a, b| a.0.cmp(b.0))?;
    Some((bound.to_string(), source.to_owned()))
}

/// Returns the picture of the regions, with its name; none if they were not counted or are too many, or
/// if the network does not have two inputs.
pub fn picture(request: &BuildRequest<'_>, counted: &RegionCount) -> Vec<(String, String)> {
    let answer = counted.answer.as_ref().ok();
    let answer = answer.filter(|answer| answer.counts.activation_regions <= MOST_DRAWN);
    let picture = answer.and_then(|answer| {
        let regions = count(answer.counts.linear_regions, "linear region");
        let title = doing(&counted.network, ["makes", "make"], &regions);
        regions::picture(answer, request.domain, &title)
    });
    let svg = picture.map(|picture| ("regions".to_owned(), picture.render()));
    svg.into_iter().collect()
}

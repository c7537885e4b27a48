//! Building, proving, and narrowing what was proved.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use steeple::expr::check_ends;
use steeple::expr::friendly::{read_target, sides};
use steeple::numbers::literal;
use steeple::workflow::{Spec, spec};
use steeple::{Answer, BuildFailure, Domain, Norm, Rational, Target, Threads};

use crate::failure::Failure;
use crate::files::{decoded, opened};
use crate::kept::{Asked, Kept, find};
use crate::picture::{self, Kind};

/// What a page can use: more would make it slow to answer, or end it.
pub const MEMORY: u64 = 160 << 20;

/// When to stop, and what to draw.
#[derive(Clone, Default, Deserialize)]
pub struct Effort {
    /// Milliseconds; without it, until the gap or the tolerance is reached.
    millis: Option<u64>,
    /// Boxes.
    boxes: Option<u64>,
    /// Pictures of the answer.
    #[serde(default)]
    pictures: Vec<Kind>,
}

impl Effort {
    fn time(&self) -> Option<Duration> {
        self.millis.map(Duration::from_millis)
    }
}

/// Builds what a spec says, proves and checks it.
#[derive(Deserialize)]
pub struct Build {
    name: String,
    spec: String,
    #[serde(flatten)]
    effort: Effort,
}

impl Build {
    pub fn run(self, kept: &mut BTreeMap<String, Kept>) -> Result<Value, Failure> {
        let read = spec::read(&self.spec)?;
        let mut build = steeple::build(&self.spec)?
            .threads(Threads::CALLER)
            .memory_limit(MEMORY);
        if let Some(time) = self.effort.time() {
            build = build.time_limit(time);
        }
        if let Some(boxes) = self.effort.boxes {
            build = build.max_boxes(boxes);
        }
        let built = build.run().map_err(|error| at_its_key(error, &read))?;
        let claim = read.claim;
        let mut extra = Map::new();
        if let Some((bound, theorem)) = built.a_priori() {
            extra.insert(
                "a_priori".into(),
                json!({ "upper": steeple::report::up(bound), "theorem": theorem }),
            );
        }
        extra.insert("notes".into(), json!(built.notes()));
        let answer = built.answer().clone();
        let found = Kept {
            network: built.into_network(),
            weights: steeple::Weights::Exact,
            spec: Some(self.spec),
            opened: None,
            asked: Some(Asked {
                target: read.target,
                domain: read.domain,
                norm: claim.norm,
                tolerance: claim.tolerance,
                gap: claim.gap,
                threshold: claim.threshold,
                answer,
            }),
        };
        let told = tell_of(&found, &self.effort, extra)?;
        kept.insert(self.name, found);
        Ok(told)
    }
}

/// Why nothing was built, at the key of `[network]` that is to be changed.
fn at_its_key(error: BuildFailure, spec: &Spec) -> Failure {
    let place = match &error {
        BuildFailure::Workflow(error) => error.key().and_then(|key| {
            let place = spec.network.as_ref()?.place_of(key);
            Some(place)
        }),
        BuildFailure::OnlyRegions(_) => spec.network.as_ref().map(|network| network.span.clone()),
        _ => None,
    };
    let failure = match error {
        BuildFailure::NoBuilder => Failure::new(error)
            .hint(Some("add [network] with builder = \"staircase\", or another one"))
            .within("spec"),
        BuildFailure::OnlyRegions(builder) => Failure::new(format!(
            "builder `{builder}` makes networks with many linear regions, and has no target, so there is nothing to prove"
        ))
        .hint(Some("`steeple build SPEC` builds it, and counts its regions")),
        _ => error.into(),
    };
    match place {
        Some(place) => failure.within("spec").at(place),
        None => failure,
    }
}

/// Proves how far a network is from a target.
#[derive(Deserialize)]
pub struct Verify {
    name: String,
    /// The text of a network file; without it, the network that is kept under this name.
    network: Option<String>,
    /// A network file of any kind, instead.
    base64: Option<String>,
    /// Of its hidden layers, if the file does not say.
    activation: Option<String>,
    target: String,
    domain: String,
    norm: Option<String>,
    tolerance: Option<String>,
    gap: Option<String>,
    threshold: Option<String>,
    #[serde(flatten)]
    effort: Effort,
}

impl Verify {
    pub fn run(self, kept: &mut BTreeMap<String, Kept>) -> Result<Value, Failure> {
        let file = match (&self.network, &self.base64) {
            (Some(text), _) => opened(text.as_bytes())?,
            (None, Some(base64)) => decoded(base64, self.activation.as_deref())?,
            (None, None) => find(kept, &self.name)?
                .opened
                .clone()
                .ok_or_else(|| Failure::new("no network file was opened under this name"))?,
        };
        let inputs = file.network.inputs();
        let (target, mut notes) = target(&self.target, inputs)?;
        let (domain, read) = domain(&self.domain, inputs)?;
        notes.extend(read);
        let norm = match &self.norm {
            Some(name) => steeple::workflow::measure::norm_by_name(name).map_err(Failure::new)?,
            None if target.is_region() => Norm::Area,
            None => Norm::Sup,
        };
        let mut verify = file
            .verify(&target, &domain)
            .norm(norm)
            .threads(Threads::CALLER)
            .memory_limit(MEMORY);
        if let Some(tolerance) = &self.tolerance {
            verify = verify.tolerance(tolerance.as_str())?;
        }
        if let Some(gap) = &self.gap {
            verify = verify.gap(gap.as_str())?;
        }
        if let Some(threshold) = &self.threshold {
            verify = verify.threshold(threshold.as_str())?;
        }
        if let Some(time) = self.effort.time() {
            verify = verify.time_limit(time);
        }
        if let Some(boxes) = self.effort.boxes {
            verify = verify.max_boxes(boxes);
        }
        let answer = verify.run()?;
        let gap = match &self.gap {
            Some(gap) => gap.parse().map_err(Failure::new)?,
            None => spec::default_gap(),
        };
        let tolerance = match &self.tolerance {
            Some(tolerance) => Some(tolerance.parse().map_err(Failure::new)?),
            None => None,
        };
        let found = Kept {
            network: file.network.clone(),
            weights: file.weights,
            spec: None,
            asked: Some(Asked {
                target,
                domain,
                norm,
                tolerance,
                gap,
                threshold: answer.claim().question.threshold.clone(),
                answer,
            }),
            opened: Some(file),
        };
        let extra = Map::from_iter([("notes".into(), json!(notes))]);
        let told = tell_of(&found, &self.effort, extra)?;
        kept.insert(self.name, found);
        Ok(told)
    }
}

/// Goes on with a search that was stopped.
#[derive(Deserialize)]
pub struct Refine {
    name: String,
    #[serde(flatten)]
    effort: Effort,
}

impl Refine {
    pub fn run(self, kept: &mut BTreeMap<String, Kept>) -> Result<Value, Failure> {
        let found = kept.get_mut(&self.name).ok_or_else(|| {
            Failure::new(format!("nothing was built under the name `{}`", self.name))
        })?;
        let asked = found
            .asked
            .as_ref()
            .ok_or_else(|| Failure::new("nothing was proved of this network yet"))?;
        let mut verify = steeple::verify(&found.network, &asked.target, &asked.domain)
            .weights(found.weights)
            .norm(asked.norm)
            .gap(asked.gap.clone())?
            .threads(Threads::CALLER)
            .memory_limit(MEMORY)
            .resume(&asked.answer.certificate());
        if let Some(tolerance) = &asked.tolerance {
            verify = verify.tolerance(tolerance.clone())?;
        }
        if let (Norm::Area, Some(threshold)) = (asked.norm, &asked.threshold) {
            verify = verify.threshold(threshold.clone())?;
        }
        if let Some(time) = self.effort.time() {
            verify = verify.time_limit(time);
        }
        if let Some(boxes) = self.effort.boxes {
            verify = verify.max_boxes(boxes);
        }
        let answer = verify.run()?;
        if let Some(asked) = &mut found.asked {
            asked.answer = answer;
        }
        tell_of(found, &self.effort, Map::new())
    }
}

/// Reads a formula in these inputs, or one for each output with `;` between them. Also returns how it was read, where
/// that is not obvious.
pub fn target(text: &str, inputs: &[String]) -> Result<(Target, Vec<String>), Failure> {
    let texts: Vec<&str> = text.split(';').collect();
    read_target(&texts, inputs).map_err(|error| {
        let before = texts.iter().take(error.formula);
        let start: usize = before.map(|text| text.len() + 1).sum();
        Failure::new(&error.message)
            .hint(error.hint.clone())
            .within("target")
            .at(start + error.span.start..start + error.span.end)
    })
}

/// Reads a box such as `x=0..1, y=0..1`, with a side for each of these inputs. Also returns how it was read.
pub fn domain(text: &str, inputs: &[String]) -> Result<(Domain, Vec<String>), Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::new(error).within("domain");
    let (domain, notes) = sides::read(text, inputs)
        .map_err(|error| wrong(&error.message).hint(error.hint.clone()))?;
    let domain = domain.in_order(inputs).map_err(|error| wrong(&error))?;
    check_ends(&domain).map_err(|error| wrong(&error))?;
    Ok((domain, notes))
}

/// The answer as the page gets it.
fn tell_of(found: &Kept, effort: &Effort, mut extra: Map<String, Value>) -> Result<Value, Failure> {
    let asked = found.asked()?;
    let answer = &asked.answer;
    extra.insert("network".into(), found.facts());
    extra.insert("text".into(), json!(answer.text()));
    extra.insert("enclosure".into(), enclosure(answer));
    let report: Value = serde_json::from_str(&answer.json()).map_err(Failure::new)?;
    extra.insert("report".into(), report);
    let mut pictures = Map::new();
    for kind in &effort.pictures {
        pictures.insert(kind.name().into(), picture::of(found, *kind)?.into());
    }
    extra.insert("pictures".into(), pictures.into());
    Ok(extra.into())
}

/// A number in few digits, rounded by `round`: a short fraction, else a decimal.
pub fn few(value: &Rational, round: fn(&Rational, usize) -> String) -> String {
    /// Enough for an enclosure that is 2 % wide, and for the eye.
    const DIGITS: usize = 5;
    if value.bits() <= 24 {
        value.to_string()
    } else {
        round(value, DIGITS)
    }
}

/// What was certified: `lower`, `upper` in few digits, rounded outwards, and as numbers for a page's own pictures.
fn enclosure(answer: &Answer) -> Value {
    let (lower, upper) = (answer.lower(), answer.upper());
    let near = steeple::numbers::estimate::estimate_rational;
    let is_exact = upper.as_ref() == Some(&lower);
    let width = upper.as_ref().map(|upper| {
        let (low, high) = (near(&lower), near(upper));
        if high > 0.0 { (high - low) / high } else { 0.0 }
    });
    json!({
        "lower": few(&lower, literal::decimal_down),
        "upper": upper.as_ref().map(|upper| few(upper, literal::decimal_up)),
        "is_exact": is_exact,
        // For a page's own pictures: near, and no bound.
        "near": [near(&lower), upper.as_ref().map(near)],
        "width": width,
        "verdict": answer.verdict().name(),
    })
}

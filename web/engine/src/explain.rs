//! What a network file does, unit by unit.

use std::ops::ControlFlow;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use steeple::clock::Moment;
use steeple::expr::{check_defined, check_exponents};
use steeple::formats::Opened;
use steeple::network::size;
use steeple::prover::Limits;
use steeple::report::document::{Document, Section, Table};
use steeple::workflow::explain::pictures::pictures;
use steeple::workflow::{ExplainRequest, explain};
use steeple::{Norm, Rational, Target, Threads, VerifyError};

use crate::failure::Failure;
use crate::files::decoded;
use crate::picture::on_screen;
use crate::prove::{MEMORY, domain, target};

/// A page explains a network of at most so many hidden units ...
const MOST_UNITS: usize = 600;
/// ... and so many inputs ...
const MOST_INPUTS: usize = 32;
/// ... and so many weights that are not zero.
const MOST_WEIGHTS: usize = 40_000;

/// Milliseconds between two messages about the work.
const TELL: u64 = 200;

/// Explains a network file on a box of inputs.
#[derive(Deserialize)]
pub struct Explain {
    /// What the network is called.
    title: String,
    /// The file.
    base64: String,
    /// Of its hidden layers, if the file does not say.
    activation: Option<String>,
    domain: String,
    target: Option<String>,
    millis: u64,
}

impl Explain {
    pub fn run(self, tell: &mut dyn FnMut(&str)) -> Result<Value, Failure> {
        let file = decoded(&self.base64, self.activation.as_deref())?;
        if let Some(failure) = too_large(&file) {
            return Err(failure);
        }
        let network = &file.network;
        let (domain, mut notes) = domain(&self.domain, network.inputs())?;
        let target = match &self.target {
            Some(text) => {
                let (target, read) = target(text, network.inputs())?;
                notes.extend(read);
                Some(fitting(target, &file)?)
            }
            None => None,
        };
        if let Some(target) = &target {
            check_exponents(target).map_err(VerifyError::from)?;
            check_defined(target, &domain).map_err(VerifyError::from)?;
        }
        let is_region = target.as_ref().is_some_and(Target::is_region);
        let norm = if is_region { Norm::Area } else { Norm::Sup };
        let request = ExplainRequest {
            name: self.title.clone(),
            network,
            weights: file.weights,
            domain: &domain,
            target: target.as_ref().map(|target| (target, norm)),
            threshold: is_region.then(|| Rational::ratio(1, 2)),
            limits: Limits {
                time: Some(Duration::from_millis(self.millis)),
                begun: Some(Moment::now()),
                memory: Some(MEMORY),
                ..Limits::default()
            },
            threads: Threads::CALLER,
        };
        let begun = Moment::now();
        let mut told = Duration::ZERO;
        let mut found = explain(&request, &mut |_| {
            let now = begun.elapsed();
            if now >= told + Duration::from_millis(TELL) {
                told = now;
                tell(&json!({ "seconds": now.as_secs_f64() }).to_string());
            }
            ControlFlow::Continue(())
        });
        found.notes.extend(file.notes.iter().cloned().chain(notes));
        let drawn = pictures(network, &domain, target.as_ref(), &self.title);
        let drawn = drawn
            .iter()
            .map(|(name, svg)| json!({ "name": name, "svg": on_screen(svg), "paper": svg }));
        Ok(json!({
            "document": written(&found.document()),
            "report": found.json(),
            "pictures": drawn.collect::<Vec<_>>(),
            "is_complete": found.stopped_by.is_none(),
        }))
    }
}

/// The target, if it has a formula for each output.
fn fitting(target: Target, file: &Opened) -> Result<Target, Failure> {
    let (outputs, found) = (file.network.outputs().len(), target.text().len());
    if found == outputs {
        return Ok(target);
    }
    Err(Failure::new(format!(
        "the network has {outputs} outputs, and the target has {found}"
    ))
    .hint(Some(
        "write a formula for each output, with ; between them: x^2; x*y",
    ))
    .within("target"))
}

/// Why a page does not explain a network: it is too large.
pub fn too_large(file: &Opened) -> Option<Failure> {
    let network = &file.network;
    let counted = size(network);
    let units = counted.units;
    let (what, most) = if network.inputs().len() > MOST_INPUTS {
        (format!("{} inputs", network.inputs().len()), MOST_INPUTS)
    } else if units > MOST_UNITS {
        (format!("{units} hidden units"), MOST_UNITS)
    } else if counted.nonzero_parameters > MOST_WEIGHTS {
        let weights = counted.nonzero_parameters;
        (format!("{weights} weights that are not zero"), MOST_WEIGHTS)
    } else {
        return None;
    };
    Some(
        Failure::new(format!(
            "the network has {what}, and a page explains up to {most}"
        ))
        .hint(Some(
            "`steeple explain FILE --domain SIDES` says what each unit does, and `steeple verify FILE --target \
             FORMULA --domain SIDES` proves how wrong it is, without this limit",
        ))
        .within("network"),
    )
}

/// The parts of a report, for the page to arrange.
fn written(document: &Document) -> Value {
    let section = |section: &Section| json!({ "question": section.question, "answer": section.answer, "lines": section.lines });
    let table =
        |table: &Table| json!({ "title": table.title, "head": table.head, "rows": table.rows });
    json!({
        "title": document.title,
        "headline": document.headline,
        "facts": document.rows,
        "sections": document.sections.iter().map(section).collect::<Vec<_>>(),
        "notes": document.notes,
        "tables": document.tables.iter().map(table).collect::<Vec<_>>(),
        "meaning": document.meaning,
    })
}

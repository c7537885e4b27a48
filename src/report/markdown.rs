//! `report.md`.

use super::document::{Document, Table};
use super::{CandidateReport, Report, SizeReport, down, exactly, text, up};
use crate::certificate::{FloatFormat, Norm};
use crate::numbers::literal::decimal_up;
use crate::words::{count, short};

/// Returns the report as Markdown; pictures are linked by file name.
pub fn render(report: &Report, pictures: &[String]) -> String {
    document(report).markdown(pictures)
}

/// Returns the parts of the report, in order.
pub fn document(report: &Report) -> Document {
    let headline = text::verdict(report);
    Document {
        title: title(report),
        class: report.verdict.to_string(),
        headline: headline.lines().next().unwrap_or_default().to_owned(),
        rows: rows(report),
        notes: report.notes.clone(),
        tables: candidates(report).into_iter().collect(),
        meaning: meaning(report),
        sections: Vec::new(),
        assumes: report.arithmetic.assumes(),
        steps: report.steps.clone(),
    }
}

/// The networks that were compared, if several were.
fn candidates(report: &Report) -> Option<Table> {
    if report.candidates.is_empty() {
        return None;
    }
    let row = |candidate: &CandidateReport| {
        let hidden = candidate.hidden.iter().map(ToString::to_string);
        let error = match &candidate.error {
            None => "this network".to_owned(),
            Some((_, Some(upper))) if upper.is_zero() => "0 (exact)".to_owned(),
            Some((lower, Some(upper))) => format!("between {} and {}", down(lower), up(upper)),
            Some((lower, None)) => format!("at least {}", down(lower)),
        };
        vec![
            candidate.name.clone(),
            hidden.collect::<Vec<_>>().join("-"),
            candidate.units.to_string(),
            candidate
                .at_least
                .map_or("\u{2013}".to_owned(), |units| units.to_string()),
            candidate.nonzero_parameters.to_string(),
            decimal_up(&candidate.largest_weight, 4),
            error,
        ]
    };
    Some(Table {
        title: "Networks that keep the tolerance",
        head: vec![
            "network",
            "hidden layers",
            "units",
            "at least",
            "nonzero parameters",
            "largest weight",
            "certified error",
        ],
        rows: report.candidates.iter().map(row).collect(),
    })
}

/// A title for the report.
pub fn title(report: &Report) -> String {
    format!("Network for {}", short(&report.target_text(), 100))
}

/// The facts, by name.
pub fn rows(report: &Report) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("target", report.target_text()),
        ("domain", report.domain_text()),
        ("norm", report.norm_name().to_owned()),
    ];
    if let Some(threshold) = &report.threshold {
        rows.push(("inside where", format!("N >= {threshold}")));
    }
    if let Some(tolerance) = &report.tolerance {
        rows.push(("tolerance", exactly(tolerance)));
    }
    if report.arithmetic.floats().is_some() {
        rows.push(("arithmetic", report.arithmetic.clause()));
    }
    if let Some(points) = report.arithmetic.points(&report.domain) {
        rows.push(("points", points));
    }
    rows.push(("verdict", report.verdict.to_string()));
    rows.push((
        "error",
        match &report.upper {
            Some(_) if report.is_exact() => format!("{} (exact)", report.lower),
            Some(upper) => format!("between {} and {}", down(&report.lower), up(upper)),
            None => format!("at least {}", down(&report.lower)),
        },
    ));
    if let Some((lower, upper)) = &report.squared {
        let text = match (report.exact_square(), upper) {
            (Some(square), _) => format!("{square} (exact)"),
            (None, Some(upper)) => format!("between {} and {}", down(lower), up(upper)),
            (None, None) => format!("at least {}", down(lower)),
        };
        rows.push(("error squared", text));
    }
    if let Some(at) = text::witness_place(report) {
        rows.push(("witness", at));
    }
    if let Some(bound) = &report.a_priori {
        rows.push((
            "by theorem",
            format!(
                "at most {} ({}{}: {})",
                up(&bound.upper),
                bound.theorem,
                text::of_real(report).trim_end_matches(','),
                bound.statement
            ),
        ));
    }
    rows.push(("network", network(&report.size)));
    rows.push(("digest", report.network.clone()));
    for file in &report.rounded {
        let name = match file.arithmetic.floats() {
            Some(floats) => match floats.format {
                FloatFormat::Float32 => "in float32",
                FloatFormat::Float64 => "in float64",
            },
            None => "in real arithmetic",
        };
        rows.push((name, text::rounded(report, file)));
    }
    rows.push((
        "proof",
        format!(
            "{}, {} searched, certificate of {}, {}",
            count(report.search.leaves, "leaf"),
            count(report.search.boxes, "box"),
            count(report.certificate.bytes, "byte"),
            if report.certificate.is_unchecked {
                "not checked before the time limit, so nothing is proved"
            } else {
                "accepted by the checker"
            }
        ),
    ));
    if let Some(reason) = report.search.stopped_by {
        rows.push(("stopped by", reason.name().to_owned()));
    }
    rows
}

/// What the result means, and what it does not, item by item; the glossary explains the words.
pub fn meaning(report: &Report) -> Vec<String> {
    let mut items = match report.arithmetic.floats() {
        None => vec![
            "The bounds hold in real arithmetic, with the exact weights in network.json.".to_owned(),
            "Rounding errors of floating-point arithmetic, when the network is run, are not part of the claim."
                .to_owned(),
        ],
        Some(floats) => vec![
            format!(
                "The bounds hold for the network as a program computes it in {0} arithmetic, with the weights \
                 in network.json, which are {0} numbers.",
                floats.format.name()
            ),
            "What is assumed of the program is listed below.".to_owned(),
        ],
    };
    items.push(if report.certificate.is_unchecked {
        "The time limit came before the certificate was checked, so nothing is proved.".to_owned()
    } else {
        "The checker recomputed the bounds from the certificate, with integer and rational arithmetic only."
            .to_owned()
    });
    let is_integral = matches!(report.norm, Norm::L1 | Norm::L2);
    if is_integral && report.target.len() > 1 {
        items.push("Several outputs are added under the integral.".to_owned());
    }
    if let Some(bound) = &report.a_priori {
        items.push(format!(
            "The bound by theorem is a formula in the parameters of the builder; {} is its page under \
             proofs/theorems in the source of Steeple.",
            bound.theorem
        ));
        items.push(
            "The bound by theorem was not checked for this network; the other bounds were."
                .to_owned(),
        );
    }
    items
}

/// The size of a network in a line.
pub fn network(size: &SizeReport) -> String {
    format!(
        "{}, {}, {} ({} not zero)",
        count(size.hidden_layers, "hidden layer"),
        count(size.units, "unit"),
        count(size.parameters, "parameter"),
        size.nonzero_parameters
    )
}

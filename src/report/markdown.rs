//! `report.md`.

use super::document::Document;
use super::{Report, SizeReport, down, exactly, text, up};
use crate::certificate::Norm;
use crate::words::{count, short};

/// Returns the report as Markdown; pictures are linked by file name.
pub fn render(report: &Report, pictures: &[String]) -> String {
    document(report).markdown(pictures)
}

/// Returns what the report says, in order.
pub fn document(report: &Report) -> Document {
    let headline = text::verdict(report);
    Document {
        title: title(report),
        class: report.verdict.to_string(),
        headline: headline.lines().next().unwrap_or_default().to_owned(),
        rows: rows(report),
        notes: report.notes.clone(),
        meaning: meaning(report),
    }
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
                "at most {} ({}: {})",
                up(&bound.upper),
                bound.theorem,
                bound.statement
            ),
        ));
    }
    rows.push(("network", network(&report.size)));
    rows.push(("digest", report.network.clone()));
    for file in &report.rounded {
        rows.push(("rounded weights", text::rounded(report, file)));
    }
    rows.push((
        "proof",
        format!(
            "{}, {} box{} looked at, certificate of {} bytes, {}",
            count(report.search.leaves, "leaf"),
            report.search.boxes,
            if report.search.boxes == 1 { "" } else { "es" },
            report.certificate.bytes,
            if report.certificate.is_unchecked {
                "not checked for want of time, so nothing is proved"
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

/// What is claimed and what is not, in words.
pub fn meaning(report: &Report) -> Vec<String> {
    let mut lines = vec![
        "The bounds hold in real arithmetic, with the exact weights in network.json; what floating \
         point arithmetic does with them is not part of the claim. The checker recomputed them from the certificate with integer and rational arithmetic only; \
         it can be run again with `steeple check certificate.steeple --network network.json`."
            .to_string(),
    ];
    if report.norm == Norm::Sup && report.jumps {
        lines.push(
            "Network or target jump, so the bound is of the essential supremum: sets of measure \
             zero do not count."
                .to_string(),
        );
    }
    let integral = match report.norm {
        Norm::L1 => Some("The l1 error is the integral of |N - f| over the domain"),
        Norm::L2 => Some("The l2 error is the root of the integral of (N - f)^2 over the domain"),
        Norm::Sup | Norm::Area => None,
    };
    if let Some(integral) = integral {
        let several = if report.target.len() > 1 {
            "; the outputs are added up under the integral"
        } else {
            ""
        };
        lines.push(format!("{integral}{several}."));
    }
    if report.a_priori.is_some() {
        lines.push(
            "The bound by theorem is a formula of the builder's parameters; it was not checked \
             for this network, the other bounds were."
                .to_string(),
        );
    }
    lines
}

/// The size of a network in a line.
pub fn network(size: &SizeReport) -> String {
    format!(
        "{} hidden layer{}, {} units, {} parameters ({} not zero)",
        size.hidden_layers,
        if size.hidden_layers == 1 { "" } else { "s" },
        size.units,
        size.parameters,
        size.nonzero_parameters
    )
}

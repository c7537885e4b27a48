//! `report.md`.

use std::fmt::Write;

use super::{Report, down, exactly, text, up};

/// Returns the report as Markdown; pictures are linked by file name.
pub fn render(report: &Report, pictures: &[String]) -> String {
    let mut out = String::new();
    // Strings take any text, so writing to one cannot fail.
    let _ = write_report(&mut out, report, pictures);
    out
}

fn write_report(
    out: &mut String,
    report: &Report,
    pictures: &[String],
) -> Result<(), std::fmt::Error> {
    writeln!(out, "# {}\n", title(report))?;
    writeln!(
        out,
        "**{}**\n",
        text::verdict(report).lines().next().unwrap_or_default()
    )?;
    writeln!(out, "| | |\n|---|---|")?;
    for (name, value) in rows(report) {
        writeln!(out, "| {name} | {} |", escape(&value))?;
    }
    if !report.notes.is_empty() {
        writeln!(out, "\n## Chosen and noticed\n")?;
        for note in &report.notes {
            writeln!(out, "- {}", escape(note))?;
        }
    }
    writeln!(out, "\n## What this means\n")?;
    for paragraph in meaning(report) {
        writeln!(out, "{paragraph}\n")?;
    }
    for picture in pictures {
        let name = picture.trim_end_matches(".svg");
        writeln!(out, "![{name}]({picture})\n")?;
    }
    Ok(())
}

/// A title for the report.
pub fn title(report: &Report) -> String {
    format!("Network for {}", report.target_text())
}

/// The facts, by name.
pub fn rows(report: &Report) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("target", report.target_text()),
        ("domain", report.domain_text()),
        ("norm", report.norm.clone()),
    ];
    if let Some(threshold) = &report.threshold {
        rows.push(("inside where", format!("N >= {threshold}")));
    }
    if let Some(tolerance) = &report.tolerance {
        rows.push(("tolerance", exactly(tolerance)));
    }
    rows.push(("verdict", report.verdict.clone()));
    rows.push((
        "error",
        match &report.upper {
            Some(_) if report.is_exact() => format!("exactly {}", report.lower),
            Some(upper) => format!("between {} and {}", down(&report.lower), up(upper)),
            None => format!("at least {}", down(&report.lower)),
        },
    ));
    if let Some((lower, upper)) = &report.squared {
        let text = match (report.exact_square(), upper) {
            (Some(square), _) => format!("exactly {square}"),
            (None, Some(upper)) => format!("between {} and {}", down(lower), up(upper)),
            (None, None) => format!("at least {}", down(lower)),
        };
        rows.push(("error squared", text));
    }
    if let Some(at) = text::witness_place(report) {
        rows.push(("witness", at));
    }
    if let Some((upper, theorem, statement)) = &report.a_priori {
        rows.push((
            "by theorem",
            format!("at most {} ({theorem}: {statement})", up(upper)),
        ));
    }
    let size = &report.size;
    rows.push((
        "network",
        format!(
            "{} hidden layer{}, {} units, {} parameters ({} not zero)",
            size.hidden_layers,
            if size.hidden_layers == 1 { "" } else { "s" },
            size.units,
            size.parameters,
            size.nonzero_parameters
        ),
    ));
    rows.push(("digest", report.network.clone()));
    rows.push((
        "proof",
        format!(
            "{} leaves, {} boxes looked at, certificate of {} bytes, accepted by the checker",
            report.search.leaves, report.search.boxes, report.certificate.bytes
        ),
    ));
    if let Some(reason) = &report.search.stopped_by {
        rows.push(("stopped by", reason.clone()));
    }
    rows
}

/// What is claimed and what is not, in words.
pub fn meaning(report: &Report) -> Vec<String> {
    let mut lines = vec![
        "The bounds hold over the real numbers, with the exact weights in network.json. The \
         checker recomputed them from the certificate with integer and rational arithmetic only; \
         it can be run again with `steeple check certificate.steeple --network network.json`."
            .to_string(),
    ];
    if report.norm == "essential sup" {
        lines.push(
            "Network or target jump, so the bound is of the essential supremum: sets of measure \
             zero do not count."
                .to_string(),
        );
    }
    let integral = match report.norm.as_str() {
        "l1" => Some("The l1 error is the integral of |N - f| over the domain"),
        "l2" => Some("The l2 error is the root of the integral of (N - f)^2 over the domain"),
        _ => None,
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

/// Keeps table cells whole.
fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

//! The lines on the terminal.

use std::fmt::Write;

use super::{Report, RoundedReport, Verdict, down, exactly, up};
use crate::certificate::Layer;
use crate::prover::StoppedBy;
use crate::words::count;

/// Returns what an accepted certificate says, in lines.
pub fn accepted(report: &Report, leaves: usize, layer: Layer) -> String {
    let error = report.error_name();
    let place = report.domain_text();
    let lower = &report.lower;
    let bounds = match &report.upper {
        Some(_) if report.is_exact() => format!("{error} = {lower} (exact)"),
        Some(upper) => format!("{} <= {error} <= {}", down(lower), up(upper)),
        None => format!("{error} >= {}", down(lower)),
    };
    let before = report.arithmetic.before_inputs();
    let legend = report.legend();
    let legend = legend.map_or(String::new(), |legend| format!("\n  {legend}"));
    format!(
        "accepted: {bounds} for {before}{place}; {}, network {}{legend}\n  {}, with {}; checked {}",
        count(leaves, "leaf"),
        report.network,
        report.arithmetic.clause(),
        report.weights.text(),
        match layer {
            Layer::Core => "by the core alone".to_string(),
            layer => format!("by the layer `{layer}` of the kernel"),
        }
    )
}

/// Returns the verdict, in a sentence that repeats its claim, and the evidence for it.
///
/// ```text
/// proved: sup |N(x) - x^2| <= 1/1024 for x in [0, 1]; 16 leaves, certificate checked
/// ```
pub fn verdict(report: &Report) -> String {
    let error = report.error_name();
    let arithmetic = &report.arithmetic;
    let place = format!("for {}{}", arithmetic.before_inputs(), report.domain_text());
    let of = arithmetic.after_verdict();
    let leaves = count(report.search.leaves, "leaf");
    let tolerance = report.tolerance.as_ref().map(exactly);
    let tolerance = tolerance.unwrap_or_default();
    let mut text = match report.verdict {
        Verdict::Proved => {
            format!("proved{of}: {error} <= {tolerance} {place}; {leaves}, certificate checked")
        }
        Verdict::Refuted => {
            let at = witness_place(report).map_or(String::new(), |at| format!(" {at}"));
            format!(
                "refuted{of}: {error} <= {tolerance} fails{at}, where the error is {}{}",
                if report.is_exact() { "" } else { "at least " },
                down(&report.lower)
            )
        }
        Verdict::Enclosed if report.is_exact() => format!(
            "enclosed{of}: {error} = {} (exact) {place}; {leaves}, certificate checked",
            report.lower
        ),
        Verdict::Enclosed => format!(
            "enclosed{of}: {} <= {error} <= {} {place}; {leaves}, certificate checked",
            down(&report.lower),
            report.upper.as_ref().map_or("infinity".into(), up)
        ),
        Verdict::Undecided => {
            let wish = if tolerance.is_empty() {
                error.clone()
            } else {
                format!("{error} <= {tolerance}")
            };
            format!(
                "undecided{of}: {wish} {place}; {}",
                match &report.search.stopped_by {
                    Some(reason) => format!(
                        "stopped by {} after {}",
                        reason.name(),
                        count(report.search.boxes, "box")
                    ),
                    None => count(report.search.boxes, "box"),
                }
            )
        }
    };
    if report.certificate.is_unchecked {
        text += ", before the certificate was checked";
    }
    if let Some(legend) = report.legend() {
        text += "\n  ";
        text += &legend;
    }
    // Strings take any text, so writing to one cannot fail.
    if report.verdict != Verdict::Enclosed {
        let upper = report.upper.as_ref();
        let _ = match upper {
            Some(_) if report.is_exact() => {
                write!(text, "\n  the error is {} (exact)", report.lower)
            }
            Some(upper) => write!(
                text,
                "\n  the error is between {} and {}",
                down(&report.lower),
                up(upper)
            ),
            None => write!(text, "\n  the error is at least {}", down(&report.lower)),
        };
    }
    if let Some(square) = report.exact_square() {
        let _ = write!(text, "\n  its square is {square} (exact)");
    }
    if report.verdict == Verdict::Undecided {
        let hint = match (
            report.search.stopped_by,
            &report.upper,
            tolerance.is_empty(),
        ) {
            (Some(StoppedBy::Abstraction) | None, _, _) if arithmetic.floats().is_some() => format!(
                "{} arithmetic alone may cost what is missing (without a tolerance, the error is enclosed); \
                 fewer or smaller terms in each sum lose less, and `steeple build` with these semantics \
                 looks for such a network",
                arithmetic.name()
            ),
            (Some(StoppedBy::Abstraction), _, _) => {
                "every bound contains an abstraction error of about that size, because weights were rounded \
                 to 62 bits or a softplus jumps at its threshold; it is smaller with smaller weights, \
                 powers of two or larger thresholds"
                    .to_string()
            }
            (Some(reason), _, _) if reason != StoppedBy::Resolution => {
                let wish = match reason {
                    StoppedBy::Time => "raise --time-limit",
                    StoppedBy::Memory => "raise --memory-limit",
                    StoppedBy::Boxes => "raise --max-boxes",
                    StoppedBy::Interrupt
                    | StoppedBy::Resolution
                    | StoppedBy::Abstraction => "let it run",
                };
                match &report.certificate.path {
                    Some(path) => format!("{wish}, and continue with --resume {path}"),
                    None => format!("{wish}; with --certificate FILE, --resume FILE can continue the search"),
                }
            }
            (_, Some(upper), false) => format!("ask for {}", up(upper)),
            _ => "ask for a larger error, or draw the partition of the certificate".to_string(),
        };
        let _ = write!(text, "; hint: {hint}");
    }
    if report.verdict != Verdict::Refuted
        && let Some(at) = witness_place(report)
        && report.tolerance.is_none()
    {
        let _ = write!(text, "\n  witness {at}");
    }
    let _ = write!(
        text,
        "\n  {}, with {}",
        arithmetic.clause(),
        report.weights.text()
    );
    if let Some(points) = arithmetic.points(&report.domain) {
        let _ = write!(text, "\n  {points}");
    }
    if let Some(bound) = &report.a_priori {
        let _ = write!(
            text,
            "\n  by theorem {}{} it is at most {}: {}",
            bound.theorem,
            of_real(report),
            up(&bound.upper),
            bound.statement
        );
    }
    text
}

/// Theorems are about the exact network.
pub fn of_real(report: &Report) -> &'static str {
    match report.arithmetic.floats() {
        Some(_) => ", in real arithmetic and before rounding,",
        None => "",
    }
}

/// Returns what is known of the error of a file with rounded weights, in one line.
pub fn rounded(report: &Report, file: &RoundedReport) -> String {
    let RoundedReport {
        file: name, floats, ..
    } = file;
    let arithmetic = file.arithmetic.clause();
    let with = format!("{arithmetic}, with the {floats} weights stored in it,");
    let Some(error) = &file.error else {
        return format!(
            "{name}: {with} the error is not known: the short search for it found no bound"
        );
    };
    let between = match &error.upper {
        Some(upper) => format!("between {} and {}", down(&error.lower), up(upper)),
        None => format!("at least {}", down(&error.lower)),
    };
    let tolerance = report.tolerance.as_ref().map(exactly).unwrap_or_default();
    match error.verdict {
        Verdict::Proved => format!("{name}: {with} the error is {between}, within the tolerance"),
        Verdict::Refuted => format!(
            "warning: {name} breaks the tolerance {tolerance}: {with} the error is at least {}; \
             hint: semantics = \"float32\" in [claim] builds a network that keeps it, and `steeple \
             convert` with --precision float64 rounds less",
            down(&error.lower)
        ),
        Verdict::Enclosed => format!("{name}: {with} the error is {between}"),
        Verdict::Undecided => format!(
            "{}{name}: {with} the error is {between}{}",
            if tolerance.is_empty() {
                ""
            } else {
                "warning: "
            },
            if tolerance.is_empty() {
                String::new()
            } else {
                let hint = match file.arithmetic.floats() {
                    Some(floats) => format!(
                        "; hint: semantics = \"{}\" in [claim] asks for a network that does",
                        floats.format.name()
                    ),
                    None => String::new(),
                };
                format!(", so it is unknown whether it keeps the tolerance {tolerance}{hint}")
            }
        ),
    }
}

/// Returns `at x = 1/32, y = 1/2`, or `near` if a box around the point is meant or the point is rounded.
pub fn witness_place(report: &Report) -> Option<String> {
    let witness = report.witness.as_ref()?;
    let mut word = if witness.radius.is_zero() {
        "at"
    } else {
        "near"
    };
    let mut parts = Vec::new();
    for (name, value) in &witness.point {
        let text = value.to_string();
        if text.len() <= 40 {
            parts.push(format!("{name} = {text}"));
        } else {
            word = "near";
            parts.push(format!("{name} = {}", down(value)));
        }
    }
    Some(format!("{word} {}", parts.join(", ")))
}
/// Returns a line for each other network that keeps the tolerance.
pub fn candidates(report: &Report) -> Vec<String> {
    let others = report.candidates.iter().filter_map(|candidate| {
        let (_, upper) = candidate.error.as_ref()?;
        let error = upper
            .as_ref()
            .map_or_else(String::new, |upper| match upper {
                upper if upper.is_zero() => ", exact".to_owned(),
                upper => format!(", error at most {}", up(upper)),
            });
        let units = count(candidate.units, "hidden unit");
        Some(format!("  also proved: {}, {units}{error}", candidate.name))
    });
    others.collect()
}

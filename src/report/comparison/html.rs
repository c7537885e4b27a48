//! `report.html` of a comparison: one self-contained page.

use maud::html;

use super::{Comparison, markdown::title, words};
use crate::report::html::{figures, page};

/// Returns the page; pictures are SVG documents with a name each.
pub fn render(comparison: &Comparison, pictures: &[(String, String)]) -> String {
    let (heads, rows) = comparison.table();
    let units: Vec<Vec<String>> = comparison
        .rows
        .iter()
        .flat_map(|row| {
            row.lines
                .iter()
                .enumerate()
                .map(|(i, line)| words::unit(row, i, line))
        })
        .collect();
    page(
        &title(comparison),
        &html! {
            p { "For " (comparison.domain_text()) "." }
            @if let Some(data) = &comparison.data { p { "Trained on " (data) "." } }
            (table(&heads, &rows))
            p { (words::figures(comparison)) }
            @for paragraph in words::all(comparison) {
                @for line in paragraph { p { (line) } }
            }
            (figures(pictures))
            @if !units.is_empty() {
                h2 { "First hidden layers, unit by unit" }
                (table(&words::UNIT_HEADS, &units))
                p { (words::UNIT_NOTE) }
            }
        },
    )
}

fn table(heads: &[&str], rows: &[Vec<String>]) -> maud::Markup {
    html! {
        table {
            tr { @for head in heads { th { (head) } } }
            @for row in rows { tr { @for cell in row { td { (cell) } } } }
        }
    }
}

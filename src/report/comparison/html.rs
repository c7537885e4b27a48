//! `report.html` of a comparison: one self-contained page.

use maud::html;

use super::{Comparison, markdown::title, words};
use crate::report::document::ASSUMES;
use crate::report::html::{figures, page, prose};

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
    let assumes = comparison.arithmetic.assumes();
    page(
        &title(comparison),
        &html! {
            p { "For " (prose(&comparison.domain_text())) "." }
            @if let Some(data) = &comparison.data { p { "Trained on " (data) "." } }
            (table(&heads, &rows, 2))
            p { (prose(&words::figures(comparison))) }
            @for paragraph in words::all(comparison) {
                p { (prose(&paragraph.text)) }
                @if !paragraph.list.is_empty() {
                    ul { @for item in &paragraph.list { li { (prose(item)) } } }
                }
            }
            @if !assumes.is_empty() {
                h2 { (ASSUMES) }
                ul { @for item in &assumes { li { (prose(item)) } } }
            }
            (figures(pictures))
            @if !units.is_empty() {
                h2 { "First hidden layers, unit by unit" }
                (table(&words::UNIT_HEADS, &units, 1))
                p { (prose(words::UNIT_NOTE)) }
            }
        },
    )
}

/// A table whose first columns are words, and whose others are numbers. Where the page is too narrow,
/// the table scrolls on its own.
fn table(heads: &[&str], rows: &[Vec<String>], words: usize) -> maud::Markup {
    let class = |column: usize| (column >= words).then_some("number");
    html! {
        div.wide {
            table.figures {
                thead { tr {
                    @for (column, head) in heads.iter().enumerate() { th class=[class(column)] { (head) } }
                } }
                tbody { @for row in rows { tr {
                    @for (column, cell) in row.iter().enumerate() {
                        td class=[class(column)] { (prose(cell)) }
                    }
                } } }
            }
        }
    }
}

//! `report.html` of a comparison: one self-contained page.

use maud::{Markup, html};

use super::words::{self, Paragraph};
use super::{Comparison, markdown::title};
use crate::report::document::ASSUMES;
use crate::report::page::{Inline, Page, Table};

/// Returns the page; pictures are SVG documents with a name each.
pub fn render(comparison: &Comparison, pictures: &[(String, String)]) -> String {
    let inline = Inline::default();
    let lead = html! {
        p { "For " (inline.formula(&comparison.domain_text())) "." }
        @if let Some(data) = &comparison.data { p { "Trained on " (inline.text(data)) "." } }
    };
    let title = title(comparison);
    let mut page = Page::new(&title, &inline);
    let (heads, rows) = comparison.table();
    page.section("networks", "Networks", |inline| {
        let table = Table {
            name: "networks",
            heads: &heads,
            columns: &words::columns(comparison),
            rows: &rows,
        };
        html! { (table.html(inline)) p { (inline.text(&words::bounds(comparison))) } }
    });
    let found = words::all(comparison);
    if !found.is_empty() {
        page.section(
            "found",
            words::FOUND,
            |inline| html! { @for one in &found { (paragraph(one, inline)) } },
        );
    }
    page.pictures(pictures, None);
    let units = words::units(comparison);
    if !units.is_empty() {
        page.section("units", words::UNITS, |inline| {
            let columns = words::UNIT_COLUMNS.map(|(head, meaning)| (head, meaning.to_owned()));
            let table = Table {
                name: words::UNITS,
                heads: &words::UNIT_HEADS,
                columns: &columns,
                rows: &units,
            };
            html! { p { (inline.text(words::UNIT_NOTE)) } (table.html(inline)) }
        });
    }
    let (heads, starts) = words::starts(comparison);
    if !starts.is_empty() {
        page.section("starts", words::STARTS, |inline| {
            let table = Table {
                name: words::STARTS,
                heads: &heads,
                columns: &[],
                rows: &starts,
            };
            table.html(inline)
        });
    }
    page.list("assumes", ASSUMES, &comparison.arithmetic.assumes());
    page.steps(&comparison.steps);
    page.finish(&lead)
}

fn paragraph(paragraph: &Paragraph, inline: &Inline) -> Markup {
    html! {
        p { (inline.text(&paragraph.text)) }
        @if !paragraph.list.is_empty() {
            ul { @for item in &paragraph.list { li { (inline.text(item)) } } }
        }
    }
}

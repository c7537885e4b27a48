//! HTML reports: one self-contained page each.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use super::document::Document;
use super::markdown::document;

/// Returns the page of a report; pictures are SVG documents with a name each.
pub fn render(report: &Report, pictures: &[(String, String)]) -> String {
    document(report).html(pictures)
}

impl Document {
    /// Returns one self-contained page; pictures are SVG documents with a name each.
    pub fn html(&self, pictures: &[(String, String)]) -> String {
        page(
            &self.title,
            &html! {
                p class=(format!("verdict {}", self.class)) { (self.headline) }
                table {
                    @for (name, value) in &self.rows {
                        tr { td { (name) } td { (value) } }
                    }
                }
                @if !self.notes.is_empty() {
                    h2 { "Chosen and noticed" }
                    ul { @for note in &self.notes { li { (note) } } }
                }
                h2 { "What this means" }
                @for paragraph in &self.meaning { p { (paragraph) } }
                (figures(pictures))
            },
        )
    }
}

/// One self-contained page.
pub(super) fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                (body)
            }
        }
    };
    page.into_string()
}

/// Pictures inside a page: SVG documents with a name each.
pub(super) fn figures(pictures: &[(String, String)]) -> Markup {
    html! {
        @for (name, svg) in pictures {
            figure id=(name) { (PreEscaped(inline(svg))) }
        }
    }
}

const STYLE: &str = "body{font-family:system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;\
color:#1a1a1a;line-height:1.5}table{border-collapse:collapse}td{padding:.25rem .75rem;border-bottom:1px solid #ddd;\
vertical-align:top;overflow-wrap:anywhere}td:first-child{color:#555;white-space:nowrap}th{text-align:left;\
padding:.25rem .75rem;border-bottom:2px solid #bbb}\
.verdict{font-weight:600;border-left:.4rem solid #2a6f97;padding:.5rem 1rem;background:#f2f6f9}\
.refuted,.undecided{border-color:#9b2226;background:#fbf3f3}figure{margin:1.5rem 0}svg{max-width:100%;height:auto}";

/// Drops what may stand before the `<svg>` element of a document.
fn inline(svg: &str) -> &str {
    svg.find("<svg").map_or(svg, |at| &svg[at..])
}

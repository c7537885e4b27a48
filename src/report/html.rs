//! `report.html`: one self-contained page.

use maud::{DOCTYPE, PreEscaped, html};

use super::markdown::{meaning, rows, title};
use super::{Report, text};

pub(super) const STYLE: &str = "body{font-family:system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;\
color:#1a1a1a;line-height:1.5}table{border-collapse:collapse}td{padding:.25rem .75rem;border-bottom:1px solid #ddd;\
vertical-align:top;overflow-wrap:anywhere}td:first-child{color:#555;white-space:nowrap}th{text-align:left;padding:.25rem .75rem;border-bottom:2px solid #bbb}\
.verdict{font-weight:600;border-left:.4rem solid #2a6f97;padding:.5rem 1rem;background:#f2f6f9}\
.refuted,.undecided{border-color:#9b2226;background:#fbf3f3}figure{margin:1.5rem 0}svg{max-width:100%;height:auto}";

/// Returns the page; pictures are SVG documents with a name each.
pub fn render(report: &Report, pictures: &[(String, String)]) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title(report)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title(report)) }
                p class=(format!("verdict {}", report.verdict)) {
                    (text::verdict(report).lines().next().unwrap_or_default())
                }
                table {
                    @for (name, value) in rows(report) {
                        tr { td { (name) } td { (value) } }
                    }
                }
                @if !report.notes.is_empty() {
                    h2 { "Chosen and noticed" }
                    ul { @for note in &report.notes { li { (note) } } }
                }
                h2 { "What this means" }
                @for paragraph in meaning(report) { p { (paragraph) } }
                @for (name, svg) in pictures {
                    figure id=(name) { (PreEscaped(inline(svg))) }
                }
            }
        }
    };
    page.into_string()
}

/// Drops what may stand before the `<svg>` element of a document.
pub(super) fn inline(svg: &str) -> &str {
    svg.find("<svg").map_or(svg, |at| &svg[at..])
}

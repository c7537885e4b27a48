//! HTML reports: one self-contained page each.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use super::document::{ASSUMES, Document};
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
                p class=(format!("verdict {}", self.class)) { (prose(&self.headline)) }
                table.facts {
                    @for (name, value) in &self.rows {
                        tr { td { (name) } td { (prose(value)) } }
                    }
                }
                @for section in &self.sections {
                    h2 { (section.question) }
                    p { strong { (prose(&section.answer)) } }
                    @if !section.lines.is_empty() {
                        ul { @for line in &section.lines { li { (prose(line)) } } }
                    }
                }
                @if !self.notes.is_empty() {
                    h2 { "Notes" }
                    ul { @for note in &self.notes { li { (prose(note)) } } }
                }
                @for table in &self.tables {
                    h2 { (table.title) }
                    table {
                        thead { tr { @for name in &table.head { th { (name) } } } }
                        tbody { @for row in &table.rows { tr { @for cell in row { td { (prose(cell)) } } } } }
                    }
                }
                h2 { "What this means" }
                @for paragraph in &self.meaning { p { (prose(paragraph)) } }
                @if !self.assumes.is_empty() {
                    h2 { (ASSUMES) }
                    ul { @for item in &self.assumes { li { (prose(item)) } } }
                }
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
                h1 { (prose(title)) }
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

/// Text as HTML: what stands between backquotes is code, and elsewhere `<=` and `>=` become one sign.
///
/// A backquote without a partner stays.
pub(super) fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    let last = parts.len() - 1;
    // An even number of parts has one backquote too many, which begins the last part.
    let is_open = parts.len().is_multiple_of(2);
    let sign = |part: &str| part.replace("<=", "≤").replace(">=", "≥");
    html! {
        @for (place, part) in parts.iter().enumerate() {
            @if is_open && place == last { "`" (sign(part)) }
            @else if place % 2 == 1 { code { (part) } }
            @else { (sign(part)) }
        }
    }
}

/// Colours are variables, so that a dark page needs other values only. Pictures keep a white plate.
const STYLE: &str = ":root{color-scheme:light dark;--page:#fff;--text:#1a1a1a;--soft:#555;--line:#ddd;--head:#bbb;\
--good:#2a6f97;--good-plate:#f2f6f9;--bad:#9b2226;--bad-plate:#fbf3f3}\
@media (prefers-color-scheme:dark){:root{--page:#16181b;--text:#e4e6e8;--soft:#a5abb2;--line:#34393f;--head:#565d66;\
--good:#6db3dc;--good-plate:#1c2730;--bad:#e58a8d;--bad-plate:#2e1f21}}\
body{font-family:system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;background:var(--page);\
color:var(--text);line-height:1.5}h1,p,li{overflow-wrap:anywhere}\
table{border-collapse:collapse}td,th{padding:.25rem .75rem;border-bottom:1px solid var(--line);vertical-align:top;\
text-align:left}th{border-bottom:2px solid var(--head)}.facts td{overflow-wrap:anywhere}\
.facts td:first-child{color:var(--soft);white-space:nowrap}\
.wide{overflow-x:auto;margin:1rem 0}.figures td,.figures th{white-space:nowrap;font-variant-numeric:tabular-nums}\
.figures .number{text-align:right}.figures td:first-child,.figures th:first-child{position:sticky;left:0;\
background:var(--page)}\
.verdict{font-weight:600;border-left:.4rem solid var(--good);padding:.5rem 1rem;background:var(--good-plate)}\
.refuted,.undecided{border-color:var(--bad);background:var(--bad-plate)}\
figure{margin:1.5rem 0}svg{max-width:100%;height:auto;background:#fff}";

/// Drops what may stand before the `<svg>` element of a document.
fn inline(svg: &str) -> &str {
    svg.find("<svg").map_or(svg, |at| &svg[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_signs_are_shown_as_such() {
        let shown = |text: &str| prose(text).into_string();
        assert_eq!(shown("|N - x| <= 1"), "|N - x| ≤ 1");
        assert_eq!(
            shown("`a <= b` if a < 1"),
            "<code>a &lt;= b</code> if a &lt; 1"
        );
        assert_eq!(shown("`a` and `b"), "<code>a</code> and `b");
        assert_eq!(shown("one ` alone"), "one ` alone");
        assert_eq!(shown(""), "");
    }
}

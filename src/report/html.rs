//! `report.html`: one self-contained page.

use super::Report;
use super::markdown::sheet;

/// Returns the page; pictures are SVG documents with a name each.
pub fn render(report: &Report, pictures: &[(String, String)]) -> String {
    sheet(report).html(pictures)
}

//! The table on the terminal.

use comfy_table::{CellAlignment, ContentArrangement, Table, TableComponent, presets};

use super::{Comparison, words};

/// Returns the table and what it means; as wide as it needs to be where `width` is not known.
pub fn render(comparison: &Comparison, width: Option<u16>) -> String {
    let arithmetic = comparison.arithmetic.floats();
    let arithmetic = arithmetic.map_or(String::new(), |_| {
        format!(", {}", comparison.arithmetic.clause())
    });
    let mut lines = vec![format!(
        "{} for {}{arithmetic}",
        comparison.target_text(),
        comparison.domain_text()
    )];
    lines.push(table(comparison, width));
    for paragraph in words::all(comparison) {
        lines.extend(paragraph.lines());
    }
    lines.join("\n")
}

fn table(comparison: &Comparison, width: Option<u16>) -> String {
    let (heads, rows) = comparison.table();
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_style(TableComponent::HeaderLines, '─');
    table.set_style(TableComponent::MiddleHeaderIntersections, '─');
    if let Some(width) = width {
        table.set_width(width);
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.set_header(&heads);
    for row in rows {
        table.add_row(row);
    }
    for column in 2..heads.len() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines = table.lines().map(|line| line.trim_end().to_string());
    lines.collect::<Vec<_>>().join("\n")
}

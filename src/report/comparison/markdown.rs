//! `report.md` of a comparison.

use std::fmt::Write;

use super::{Comparison, words};
use crate::report::document::{
    ASSUMES, escape, table_row, table_rule, write_list, write_steps, write_words,
};

/// Returns the report as Markdown; pictures are linked by file name.
pub fn render(comparison: &Comparison, pictures: &[String]) -> String {
    let mut out = String::new();
    // Strings take any text, so writing to one cannot fail.
    let _ = write_report(&mut out, comparison, pictures);
    out
}

/// A title for the report.
pub fn title(comparison: &Comparison) -> String {
    format!("Networks for {}", comparison.target_text())
}

fn write_report(
    out: &mut String,
    comparison: &Comparison,
    pictures: &[String],
) -> Result<(), std::fmt::Error> {
    writeln!(out, "# {}\n", escape(&title(comparison)))?;
    writeln!(out, "For {}.", comparison.domain_text())?;
    if let Some(data) = &comparison.data {
        writeln!(out, "Trained on {data}.")?;
    }
    writeln!(out)?;
    let (heads, rows) = comparison.table();
    write_table(out, &heads, &rows)?;
    writeln!(out, "\n{}\n", words::bounds(comparison))?;
    let columns = words::columns(comparison);
    write_columns(
        out,
        columns.iter().map(|(head, meaning)| (*head, &**meaning)),
    )?;
    let found = words::all(comparison);
    if !found.is_empty() {
        writeln!(out, "\n## {}", words::FOUND)?;
    }
    for paragraph in &found {
        writeln!(out, "\n{}", escape(&paragraph.text))?;
        if !paragraph.list.is_empty() {
            writeln!(out)?;
        }
        for item in &paragraph.list {
            writeln!(out, "- {}", escape(item))?;
        }
    }
    write_list(out, ASSUMES, &comparison.arithmetic.assumes())?;
    for picture in pictures {
        let name = picture.trim_end_matches(".svg");
        writeln!(out, "\n![{name}]({picture})")?;
    }
    let (heads, starts) = words::starts(comparison);
    if !starts.is_empty() {
        writeln!(out, "\n## {}\n", words::STARTS)?;
        write_table(out, &heads, &starts)?;
    }
    let units = words::units(comparison);
    if !units.is_empty() {
        writeln!(out, "\n## {}\n", words::UNITS)?;
        writeln!(out, "{}\n", words::UNIT_NOTE)?;
        write_table(out, &words::UNIT_HEADS, &units)?;
        writeln!(out)?;
        write_columns(out, words::UNIT_COLUMNS)?;
    }
    write_steps(out, &comparison.steps)?;
    let bounds = words::bounds(comparison);
    let texts = found
        .iter()
        .flat_map(|one| std::iter::once(&one.text).chain(&one.list));
    let columns = columns.iter().flat_map(|(head, meaning)| [*head, meaning]);
    write_words(
        out,
        texts
            .map(String::as_str)
            .chain(columns)
            .chain([&*bounds, words::UNIT_NOTE]),
    )
}

/// Explains columns of a table.
fn write_columns<'a>(
    out: &mut String,
    columns: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), std::fmt::Error> {
    for (head, meaning) in columns {
        writeln!(out, "- `{head}`: {}", escape(meaning))?;
    }
    Ok(())
}

fn write_table(
    out: &mut String,
    heads: &[&str],
    rows: &[Vec<String>],
) -> Result<(), std::fmt::Error> {
    writeln!(out, "{}", table_row(heads))?;
    writeln!(out, "{}", table_rule(heads.len()))?;
    for row in rows {
        writeln!(out, "{}", table_row(row.iter().map(|cell| escape(cell))))?;
    }
    Ok(())
}

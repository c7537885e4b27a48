//! `report.md` of a comparison.

use std::fmt::Write;

use super::{Comparison, float, words};
use crate::report::document::{ASSUMES, escape, table_row, table_rule};

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
    writeln!(out, "\n{}\n", words::figures(comparison))?;
    for paragraph in words::all(comparison) {
        writeln!(out, "{}\n", escape(&paragraph.text))?;
        for item in &paragraph.list {
            writeln!(out, "- {}", escape(item))?;
        }
        if !paragraph.list.is_empty() {
            writeln!(out)?;
        }
    }
    let assumes = comparison.arithmetic.assumes();
    if !assumes.is_empty() {
        writeln!(out, "## {ASSUMES}\n")?;
        for item in &assumes {
            writeln!(out, "- {}", escape(item))?;
        }
        writeln!(out)?;
    }
    for picture in pictures {
        let name = picture.trim_end_matches(".svg");
        writeln!(out, "![{name}]({picture})\n")?;
    }
    let trained: Vec<_> = comparison
        .rows
        .iter()
        .filter(|row| !row.starts.is_empty())
        .collect();
    if !trained.is_empty() {
        writeln!(out, "## Starts\n")?;
        let best = |row: &super::Row, place: usize| row.best_start == Some(place);
        let rows: Vec<Vec<String>> = trained
            .iter()
            .flat_map(|row| {
                row.starts.iter().enumerate().map(move |(place, start)| {
                    let number = |value: Option<f64>| value.map_or("–".into(), float);
                    vec![
                        row.name.clone(),
                        start.seed.to_string(),
                        start.steps.to_string(),
                        start.loss.map_or("diverged".into(), float),
                        number(start.fit),
                        if best(row, place) {
                            "best".into()
                        } else {
                            String::new()
                        },
                    ]
                })
            })
            .collect();
        let fit = if comparison.threshold.is_some() {
            "accuracy"
        } else {
            "rms error"
        };
        write_table(out, &["network", "seed", "steps", "loss", fit, ""], &rows)?;
        writeln!(out)?;
    }
    let with_lines: Vec<_> = comparison
        .rows
        .iter()
        .filter(|row| !row.lines.is_empty())
        .collect();
    if !with_lines.is_empty() {
        writeln!(out, "## First hidden layers, unit by unit\n")?;
        let rows: Vec<Vec<String>> = with_lines
            .iter()
            .flat_map(|row| {
                row.lines
                    .iter()
                    .enumerate()
                    .map(|(i, line)| words::unit(row, i, line))
            })
            .collect();
        write_table(out, &words::UNIT_HEADS, &rows)?;
        writeln!(out, "\n{}", words::UNIT_NOTE)?;
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

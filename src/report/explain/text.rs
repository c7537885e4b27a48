//! An explanation for the terminal.

use std::fmt::Write;

use super::Explanation;
use crate::report::document::Table;

/// Lines are at most about this long.
const WIDTH: usize = 100;
/// The table has at most this many units.
const MOST_UNITS: usize = 40;

impl Explanation {
    /// Returns the lines for the terminal.
    pub fn text(&self) -> String {
        let mut out = String::new();
        // Strings take any text, so writing to one cannot fail.
        let _ = self.write_text(&mut out);
        out.truncate(out.trim_end().len());
        out
    }

    fn write_text(&self, out: &mut String) -> std::fmt::Result {
        writeln!(
            out,
            "{}: {}; {}",
            self.name,
            self.shape_text(),
            self.domain_text()
        )?;
        for section in self.sections() {
            writeln!(out, "\n{}", section.question)?;
            wrap(out, "  ", &section.answer)?;
            for line in &section.lines {
                wrap(out, "  - ", line)?;
            }
        }
        if !self.units.is_empty() {
            let (table, left) = self.unit_table(MOST_UNITS);
            writeln!(out, "\n{}", table.title)?;
            aligned(out, &table)?;
            if left > 0 {
                writeln!(out, "  ... and {left} more, all in --format json")?;
            }
        }
        writeln!(out)?;
        for paragraph in self.meaning() {
            wrap(out, "  ", &paragraph)?;
        }
        for note in &self.notes {
            wrap(out, "  ", note)?;
        }
        if let Some(stopped) = self.stopped_by {
            wrap(
                out,
                "  ",
                &format!(
                    "stopped by {}: bounds are wider than they could be, or missing",
                    stopped.name()
                ),
            )?;
        }
        Ok(())
    }
}

/// Writes a paragraph in lines, the later ones indented below the first.
fn wrap(out: &mut String, begin: &str, text: &str) -> std::fmt::Result {
    let indent = " ".repeat(begin.len());
    let mut line = begin.to_owned();
    let mut is_new = true;
    for word in text.split_whitespace() {
        if !is_new && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            line.clone_from(&indent);
            is_new = true;
        }
        if !is_new {
            line.push(' ');
        }
        line += word;
        is_new = false;
    }
    writeln!(out, "{line}")
}

/// Writes a table in columns.
fn aligned(out: &mut String, table: &Table) -> std::fmt::Result {
    let length = |text: &str| text.chars().count();
    let widths: Vec<usize> = table
        .head
        .iter()
        .enumerate()
        .map(|(column, name)| {
            let cells = table.rows.iter().map(|row| length(&row[column]));
            cells.max().unwrap_or(0).max(length(name))
        })
        .collect();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::from(" ");
        for (cell, width) in cells.zip(&widths) {
            text.push(' ');
            text += cell;
            text.extend(std::iter::repeat_n(' ', width - length(cell) + 1));
        }
        writeln!(out, "{}", text.trim_end())
    };
    line(&mut table.head.iter().copied())?;
    for row in &table.rows {
        line(&mut row.iter().map(String::as_str))?;
    }
    Ok(())
}

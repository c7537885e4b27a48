//! The parts of every report: a title, a headline, facts by name, notes, paragraphs and pictures.

use std::fmt::Write;

/// The title of what a result assumes.
pub(super) const ASSUMES: &str = "What this assumes";

/// A report before it is Markdown or HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The title.
    pub title: String,
    /// The class for its colour in HTML: a verdict, or `counted`.
    pub class: String,
    /// The result in one sentence.
    pub headline: String,
    /// The facts, by name.
    pub rows: Vec<(&'static str, String)>,
    /// Questions that are answered.
    pub sections: Vec<Section>,
    /// Notes: choices that were made, and anything unusual.
    pub notes: Vec<String>,
    /// Tables.
    pub tables: Vec<Table>,
    /// What the result means, and what it does not.
    pub meaning: Vec<String>,
    /// What it assumes of the program that runs the network, item by item.
    pub assumes: Vec<String>,
}

/// A question with its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The question.
    pub question: &'static str,
    /// The answer in a few words.
    pub answer: String,
    /// What stands behind it, sentence by sentence.
    pub lines: Vec<String>,
}

/// A table with a title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The title.
    pub title: &'static str,
    /// The names of the columns.
    pub head: Vec<&'static str>,
    /// The rows, a text for each column.
    pub rows: Vec<Vec<String>>,
}

impl Document {
    /// Returns Markdown; pictures are linked by file name.
    pub fn markdown(&self, pictures: &[String]) -> String {
        let mut out = String::new();
        // Strings take any text, so writing to one cannot fail.
        let _ = self.write_markdown(&mut out, pictures);
        out
    }

    fn write_markdown(&self, out: &mut String, pictures: &[String]) -> std::fmt::Result {
        writeln!(out, "# {}\n", escape(&self.title))?;
        writeln!(out, "**{}**\n", escape(&self.headline))?;
        writeln!(out, "| | |\n{}", table_rule(2))?;
        for (name, value) in &self.rows {
            writeln!(out, "{}", table_row([name, &*escape(value)]))?;
        }
        for section in &self.sections {
            writeln!(
                out,
                "\n## {}\n\n**{}**",
                section.question,
                escape(&section.answer)
            )?;
            if !section.lines.is_empty() {
                writeln!(out)?;
            }
            for line in &section.lines {
                writeln!(out, "- {}", escape(line))?;
            }
        }
        if !self.notes.is_empty() {
            writeln!(out, "\n## Notes\n")?;
            for note in &self.notes {
                writeln!(out, "- {}", escape(note))?;
            }
        }
        for table in &self.tables {
            writeln!(out, "\n## {}\n", table.title)?;
            writeln!(out, "{}", table_row(&table.head))?;
            writeln!(out, "{}", table_rule(table.head.len()))?;
            for row in &table.rows {
                writeln!(out, "{}", table_row(row.iter().map(|cell| escape(cell))))?;
            }
        }
        writeln!(out, "\n## What this means\n")?;
        for paragraph in &self.meaning {
            writeln!(out, "{}\n", escape(paragraph))?;
        }
        if !self.assumes.is_empty() {
            writeln!(out, "## {ASSUMES}\n")?;
            for item in &self.assumes {
                writeln!(out, "- {}", escape(item))?;
            }
            writeln!(out)?;
        }
        for picture in pictures {
            let name = picture.trim_end_matches(".svg");
            writeln!(out, "![{name}]({picture})\n")?;
        }
        Ok(())
    }
}

/// Escapes plain text, which may contain `code`, so that Markdown shows it unchanged: in a formula, `*`
/// is a sign, not emphasis.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_code = false;
    // A backquote without a partner begins nothing.
    let mut backquotes = text.matches('`').count();
    for sign in text.chars() {
        match sign {
            '`' => {
                backquotes -= 1;
                is_code = !is_code && backquotes > 0;
                out.push('`');
            }
            '*' | '\\' if !is_code => out.extend(['\\', sign]),
            '\n' => out.push(' '),
            _ => out.push(sign),
        }
    }
    out
}

/// Returns a line of a Markdown table. A cell contains Markdown, and a bar in it does not end the cell.
pub fn table_row<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
    let mut out = String::from("|");
    for cell in cells {
        out.push(' ');
        let mut backslashes = 0;
        for sign in cell.as_ref().chars() {
            if sign == '|' && backslashes % 2 == 0 {
                out.push('\\');
            }
            backslashes = if sign == '\\' { backslashes + 1 } else { 0 };
            out.push(if matches!(sign, '\n' | '\r') {
                ' '
            } else {
                sign
            });
        }
        // A backslash at the end would take the bar with it.
        if backslashes % 2 == 1 {
            out.push('\\');
        }
        out.push_str(" |");
    }
    out
}

/// Returns the line below the head of a Markdown table of this many columns.
pub fn table_rule(columns: usize) -> String {
    format!("|{}", "---|".repeat(columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cannot_end_early_and_formulas_keep_their_signs() {
        assert_eq!(table_row(["max |w|", "a"]), "| max \\|w\\| | a |");
        assert_eq!(table_row(["a \\| b\nc"]), "| a \\| b c |");
        assert_eq!(table_row(["a\\"]), "| a\\\\ |");
        assert_eq!(table_row([""; 0]), "|");
        assert_eq!(table_rule(3), "|---|---|---|");
        assert_eq!(escape("2*x*y, `a*b` and *"), "2\\*x\\*y, `a*b` and \\*");
        assert_eq!(escape("one ` alone *"), "one ` alone \\*");
    }
}

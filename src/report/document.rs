//! The parts of every report: a title, a headline, facts by name, notes, lists and pictures.

use std::fmt::Write;

use super::glossary;

/// The title of what a result means.
pub(super) const MEANING: &str = "What this means";
/// The title of what a result assumes.
pub(super) const ASSUMES: &str = "What this assumes";
/// The title of the commands.
pub(super) const AGAIN: &str = "Do it again";
/// The title of the glossary.
pub(super) const WORDS: &str = "Words";

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
    /// The commands that do the same again.
    pub steps: Vec<Step>,
}

/// A command that does a part of the work again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub what: &'static str,
    /// The command, as it is typed.
    pub command: String,
}

impl Step {
    /// Returns a command with its arguments, those with spaces or signs of the shell in quotes.
    pub fn new<'a>(what: &'static str, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let arguments = arguments.into_iter().map(quoted);
        let command = std::iter::once("steeple".to_owned()).chain(arguments);
        Self {
            what,
            command: command.collect::<Vec<_>>().join(" "),
        }
    }
}

/// An argument as it is typed in a shell.
fn quoted(argument: &str) -> String {
    let is_plain = |sign: char| sign.is_alphanumeric() || "-_./=,:+".contains(sign);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument.to_owned()
    } else if argument.contains(['$', '`', '"', '\\', '!']) {
        format!("'{}'", argument.replace('\'', "'\\''"))
    } else {
        format!("\"{argument}\"")
    }
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
        write_list(out, MEANING, &self.meaning)?;
        write_list(out, ASSUMES, &self.assumes)?;
        for picture in pictures {
            let name = picture.trim_end_matches(".svg");
            writeln!(out, "\n![{name}]({picture})")?;
        }
        write_steps(out, &self.steps)?;
        write_words(out, self.texts())
    }

    /// All texts in which words of the glossary may stand.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let rows = self.rows.iter().flat_map(|(name, value)| [*name, value]);
        let tables = self
            .tables
            .iter()
            .flat_map(|table| table.head.iter().copied());
        let lists = [&self.notes, &self.meaning, &self.assumes];
        std::iter::once(&*self.headline)
            .chain(rows)
            .chain(tables)
            .chain(lists.into_iter().flatten().map(String::as_str))
    }
}

/// Writes a list with its title, unless it is empty.
pub(super) fn write_list(out: &mut String, title: &str, items: &[String]) -> std::fmt::Result {
    if !items.is_empty() {
        writeln!(out, "\n## {title}\n")?;
    }
    for item in items {
        writeln!(out, "- {}", escape(item))?;
    }
    Ok(())
}

/// Writes the commands that do the same again.
pub(super) fn write_steps(out: &mut String, steps: &[Step]) -> std::fmt::Result {
    if !steps.is_empty() {
        writeln!(out, "\n## {AGAIN}")?;
    }
    for step in steps {
        writeln!(out, "\n{}:\n\n```sh\n{}\n```", step.what, step.command)?;
    }
    Ok(())
}

/// Writes what the words in these texts mean.
pub(super) fn write_words<'a>(
    out: &mut String,
    texts: impl IntoIterator<Item = &'a str>,
) -> std::fmt::Result {
    let words = glossary::used(texts);
    if !words.is_empty() {
        writeln!(out, "\n## {WORDS}\n")?;
    }
    for entry in words {
        writeln!(out, "- **{}**: {}", entry.word, escape(entry.meaning))?;
    }
    Ok(())
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
    fn commands_can_be_typed() {
        let step = |argument| Step::new("", ["verify", argument]).command;
        assert_eq!(step("net.json"), "steeple verify net.json");
        assert_eq!(step("x=-1..1,y=0..1/2"), "steeple verify x=-1..1,y=0..1/2");
        assert_eq!(step("x^2 <= 1"), "steeple verify \"x^2 <= 1\"");
        assert_eq!(step("a$b'c"), "steeple verify 'a$b'\\''c'");
        assert_eq!(step(""), "steeple verify \"\"");
    }

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

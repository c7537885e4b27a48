//! What every report has: a title, a headline, facts by name, notes, paragraphs and pictures.

use std::fmt::Write;

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// A report before it is Markdown or HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The title.
    pub title: String,
    /// A word for its colour in HTML: a verdict, or `counted`.
    pub class: String,
    /// What was found, in a sentence.
    pub headline: String,
    /// The facts, by name.
    pub rows: Vec<(&'static str, String)>,
    /// What was chosen and noticed.
    pub notes: Vec<String>,
    /// What is claimed and what is not, in words.
    pub meaning: Vec<String>,
}

impl Sheet {
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
        if !self.notes.is_empty() {
            writeln!(out, "\n## Chosen and noticed\n")?;
            for note in &self.notes {
                writeln!(out, "- {}", escape(note))?;
            }
        }
        writeln!(out, "\n## What this means\n")?;
        for paragraph in &self.meaning {
            writeln!(out, "{}\n", escape(paragraph))?;
        }
        for picture in pictures {
            let name = picture.trim_end_matches(".svg");
            writeln!(out, "![{name}]({picture})\n")?;
        }
        Ok(())
    }

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

/// Writes plain text, which may hold `code`, so that Markdown shows it as it is: in a formula, `*` is
/// a sign and no emphasis.
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

/// Returns a line of a Markdown table; what is in a cell is Markdown, but cannot end the cell.
pub(super) fn table_row<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
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
pub(super) fn table_rule(columns: usize) -> String {
    format!("|{}", "---|".repeat(columns))
}

/// Drops what may stand before the `<svg>` element of a document.
fn inline(svg: &str) -> &str {
    svg.find("<svg").map_or(svg, |at| &svg[at..])
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

//! Tables that keep numbers whole: where the page is too narrow, a table scrolls on its own.

use maud::{Markup, html};

use super::inline::Inline;
use super::signs::{Kind, typeset};

/// A table of words and numbers.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// What it shows: its name for those who do not see it.
    pub name: &'a str,
    /// The names of the columns.
    pub heads: &'a [&'a str],
    /// What the columns mean, where they need an explanation: head and sentence.
    pub columns: &'a [(&'static str, String)],
    /// The rows, a text for each column.
    pub rows: &'a [Vec<String>],
}

impl Table<'_> {
    /// Returns the table with the explanations below it.
    pub fn html(&self, inline: &Inline) -> Markup {
        let classes: Vec<Option<&str>> = (0..self.heads.len())
            .map(|column| self.class(column))
            .collect();
        let tip = |head: &str| {
            let found = self.columns.iter().find(|(name, _)| *name == head);
            found.map(|_| column_id(head))
        };
        html! {
            div.wide tabindex="0" role="region" aria-label=(self.name) {
                table.sortable {
                    thead { tr {
                        @for (head, class) in self.heads.iter().zip(&classes) {
                            th scope="col" class=[*class] data-tip=[tip(head)] { (typeset(head, Kind::Sentence)) }
                        }
                    } }
                    tbody { @for row in self.rows { tr {
                        @for (column, (cell, class)) in row.iter().zip(&classes).enumerate() {
                            @if column == 0 { th scope="row" { (inline.text(cell)) } }
                            @else { td class=[*class] { (inline.text(cell)) } }
                        }
                    } } }
                }
            }
            @if !self.columns.is_empty() {
                dl.columns {
                    @for (head, meaning) in self.columns {
                        div { dt id=(column_id(head)) { (typeset(head, Kind::Sentence)) } dd { (inline.text(meaning)) } }
                    }
                }
            }
        }
    }

    /// Columns of numbers are set to the right.
    fn class(&self, column: usize) -> Option<&'static str> {
        let is_number = |text: &str| {
            text.is_empty()
                || text == "–"
                || text.starts_with(|sign: char| sign.is_ascii_digit() || "-<>≥".contains(sign))
        };
        let mut cells = self.rows.iter().filter_map(|row| row.get(column));
        // A name such as 2-6-1 is no number.
        let is_first = column == 0;
        (!is_first && cells.all(|cell| is_number(cell))).then_some("number")
    }
}

/// The address of the explanation of a column.
fn column_id(head: &str) -> String {
    let sign = |sign: char| {
        if sign.is_ascii_alphanumeric() {
            sign.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    format!("column-{}", head.chars().map(sign).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_to_the_right_and_columns_are_explained() {
        let rows = [
            vec![
                "2-6-1".to_owned(),
                "trained".to_owned(),
                "0.2–0.3".to_owned(),
            ],
            vec!["8-1".to_owned(), "3".to_owned(), "–".to_owned()],
        ];
        let table = Table {
            name: "networks",
            heads: &["network", "origin", "max |w|"],
            columns: &[("max |w|", "largest".to_owned())],
            rows: &rows,
        };
        assert_eq!(
            [0, 1, 2].map(|column| table.class(column)),
            [None, None, Some("number")]
        );
        let shown = table.html(&Inline::default()).into_string();
        assert!(
            shown.contains(
                r#"<th scope="col" class="number" data-tip="column-max--w-">max |w|</th>"#
            ),
            "{shown}"
        );
        assert!(
            shown.contains(r#"<td class="number"><span class="whole">0.2–0.3</span></td>"#),
            "{shown}"
        );
        assert!(
            shown.contains(r#"<dt id="column-max--w-">max |w|</dt><dd>largest</dd>"#),
            "{shown}"
        );
    }
}

//! HTML reports: one self-contained page each.

use maud::{Markup, html};

use super::Report;
use super::document::{ASSUMES, Document, MEANING};
use super::markdown::document;
use super::page::{Inline, Page, Table};

pub use super::page::Turnable;

/// Facts that are formulas, or mostly.
const FORMULAS: [&str; 6] = [
    "target",
    "domain",
    "inside where",
    "witness",
    "by theorem",
    "points",
];

/// Returns the page of a report; pictures are SVG documents with a name each. The picture `surface` can be turned, if
/// its heights are given.
pub fn render(
    report: &Report,
    pictures: &[(String, String)],
    turnable: Option<&Turnable>,
) -> String {
    document(report).html(pictures, turnable)
}

impl Document {
    /// Returns one self-contained page; pictures are SVG documents with a name each. The picture `surface` can be
    /// turned, if its heights are given.
    pub fn html(&self, pictures: &[(String, String)], turnable: Option<&Turnable>) -> String {
        let inline = Inline::default();
        let lead = verdict(&self.headline, &self.class, &inline);
        let mut page = Page::new(&self.title, &inline);
        if !self.rows.is_empty() {
            page.section("facts", "Facts", |inline| facts(&self.rows, inline));
        }
        for section in &self.sections {
            page.section(&slug(section.question), section.question, |inline| {
                html! {
                    p { strong { (inline.text(&section.answer)) } }
                    @if !section.lines.is_empty() {
                        ul { @for line in &section.lines { li { (inline.text(line)) } } }
                    }
                }
            });
        }
        page.pictures(pictures, turnable);
        page.list("notes", "Notes", &self.notes);
        for table in &self.tables {
            page.section(&slug(table.title), table.title, |inline| {
                let table = Table {
                    name: table.title,
                    heads: &table.head,
                    columns: &[],
                    rows: &table.rows,
                };
                table.html(inline)
            });
        }
        page.list("meaning", MEANING, &self.meaning);
        page.list("assumes", ASSUMES, &self.assumes);
        page.steps(&self.steps);
        page.finish(&lead)
    }
}

/// The result: the verdict, the claim, the domain, and the evidence.
fn verdict(headline: &str, class: &str, inline: &Inline) -> Markup {
    let is_word =
        |word: &str| !word.contains(' ') || word.starts_with(class) || word.ends_with(class);
    let (word, claim) = headline
        .split_once(": ")
        .filter(|(word, _)| is_word(word))
        .map_or((None, headline), |(word, claim)| (Some(word), claim));
    let (claim, evidence) = claim
        .rsplit_once("; ")
        .map_or((claim, None), |(claim, evidence)| (claim, Some(evidence)));
    let (claim, place) = claim
        .rsplit_once(" for ")
        .map_or((claim, None), |(claim, place)| (claim, Some(place)));
    html! {
        div class=(format!("verdict {class}")) {
            @if let Some(word) = word { p.badge { (inline.text(word)) } }
            p.claim { (inline.formula(claim)) }
            @if let Some(place) = place { p { "for " (inline.formula(place)) } }
            @if let Some(evidence) = evidence { p.evidence { (inline.text(evidence)) } }
        }
    }
}

/// A title as an address.
fn slug(title: &str) -> String {
    let sign = |sign: char| {
        if sign.is_ascii_alphanumeric() {
            sign.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    title.chars().map(sign).collect()
}

/// Facts by name.
fn facts(rows: &[(&'static str, String)], inline: &Inline) -> Markup {
    html! {
        dl.facts {
            @for (name, value) in rows {
                div {
                    dt { (inline.text(name)) }
                    @if FORMULAS.contains(name) { dd { (inline.formula(value)) } }
                    @else if *name == "digest" { dd.digest { (value) } }
                    @else { dd { (inline.text(value)) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_taken_apart() {
        let shown = |headline: &str| {
            let shown = verdict(headline, "proved", &Inline::default()).into_string();
            let shown = shown.replace("<var>", "").replace("</var>", "");
            shown
                .split("<p")
                .skip(1)
                .map(|part| part.split('>').skip(1).collect::<Vec<_>>().join(">"))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            shown("proved: |N(x) - x^2| <= 1 for x in [0, 1]; 4 boxed"),
            [
                "<a class=\"term\" href=\"#word-proved\">proved</a></p>",
                "|N(x) − x<sup>2</sup>| ≤ 1</p>",
                "for x in [0, 1]</p>",
                "4 boxed</p></div>"
            ]
        );
        assert_eq!(shown("nothing at all"), ["nothing at all</p></div>"]);
        assert_eq!(shown("not: counted 4; 5")[0], "not</p>");
        assert_eq!(shown("by two ways: 4"), ["by two ways: 4</p></div>"]);
        assert_eq!(shown("proved in float32 arithmetic: 4").len(), 2);
    }
}

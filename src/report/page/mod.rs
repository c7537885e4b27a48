//! One self-contained page: style, script, pictures and all explanations are inside, and nothing is loaded.
//!
//! The text is complete without the script. With it, tables can be sorted, words explain themselves where they
//! stand, commands can be copied, and a surface can be turned.

mod inline;
mod markup;
mod signs;
mod table;
mod theorems;
mod turnable;

pub use inline::Inline;
pub use table::Table;
pub use turnable::Turnable;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::document::{AGAIN, Step, WORDS};
use super::glossary;
use crate::draw::{Background, Theme, themed};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// Only for pages with a surface that can be turned.
const TURN: &str = include_str!("turn.js");

/// The picture that can be turned.
const SURFACE: &str = "surface";

/// Nothing is loaded from anywhere, whatever a name or a formula says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// A page that is being written.
pub struct Page<'a> {
    title: &'a str,
    inline: &'a Inline,
    sections: Vec<(String, &'a str, Markup)>,
    has_surface: bool,
}

impl<'a> Page<'a> {
    /// A page with nothing on it.
    pub fn new(title: &'a str, inline: &'a Inline) -> Self {
        Self {
            title,
            inline,
            sections: Vec::new(),
            has_surface: false,
        }
    }

    /// Adds a section; `write` writes it, and words are linked again in it.
    pub fn section(&mut self, id: &str, title: &'a str, write: impl FnOnce(&Inline) -> Markup) {
        self.inline.section();
        let body = write(self.inline);
        self.sections.push((id.to_owned(), title, body));
    }

    /// Adds a list, unless it is empty.
    pub fn list(&mut self, id: &str, title: &'a str, items: &[String]) {
        if !items.is_empty() {
            self.section(
                id,
                title,
                |inline| html! { ul { @for item in items { li { (inline.text(item)) } } } },
            );
        }
    }

    /// Adds pictures: SVG documents with a name each. A surface can be turned, if its heights are given.
    pub fn pictures(&mut self, pictures: &[(String, String)], turnable: Option<&Turnable>) {
        if pictures.is_empty() {
            return;
        }
        self.has_surface |= turnable.is_some() && pictures.iter().any(|(name, _)| name == SURFACE);
        self.section("pictures", "Pictures", |_| {
            html! {
                @for (name, svg) in pictures {
                    @let data = turnable.filter(|_| name == SURFACE);
                    figure id=(format!("picture-{name}")) data-turns[data.is_some()] {
                        div.picture tabindex="0" role="region" aria-label=(format!("picture: {name}")) {
                            (PreEscaped(inlined(name, svg)))
                        }
                        @if let Some(data) = data {
                            script type="application/json" { (PreEscaped(script_text(&data.object().to_string()))) }
                        }
                    }
                }
            }
        });
    }

    /// Adds the commands that do the same again.
    pub fn steps(&mut self, steps: &[Step]) {
        if !steps.is_empty() {
            self.section("again", AGAIN, |inline| {
                html! {
                    @for step in steps {
                        p { (inline.text(step.what)) }
                        pre.command tabindex="0" { code { (step.command) } }
                    }
                }
            });
        }
    }

    /// Returns the page with what stands above the sections.
    pub fn finish(mut self, lead: &Markup) -> String {
        if let Some(theorems) = theorems::section(self.inline) {
            self.sections
                .push(("theorems".to_owned(), "Theorems used", theorems));
        }
        let words = glossary::sorted(&self.inline.words());
        if !words.is_empty() {
            let list = html! {
                dl.words {
                    @for entry in words {
                        dt id=(format!("word-{}", entry.id)) { (entry.word) }
                        dd { (Inline::title(entry.meaning)) }
                    }
                }
            };
            self.sections.push(("words".to_owned(), WORDS, list));
        }
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="color-scheme" content="light dark";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { (Inline::title(self.title)) }
                        nav aria-label="on this page" {
                            ul { @for (id, title, _) in &self.sections { li { a href=(format!("#{id}")) { (title) } } } }
                        }
                    }
                    main {
                        (lead)
                        @for (id, title, body) in &self.sections {
                            section id=(id) aria-labelledby=(format!("{id}-title")) {
                                h2 id=(format!("{id}-title")) { (title) }
                                (body)
                            }
                        }
                    }
                    script { (PreEscaped(SCRIPT)) }
                    @if self.has_surface { script { (PreEscaped(TURN)) } }
                }
            }
        };
        page.into_string()
    }
}

/// The `<svg>` element of a document, in the colours of the page, with identifiers that no other picture of the page
/// has.
fn inlined(name: &str, svg: &str) -> String {
    let svg = themed(svg, Theme::Auto, Background::Transparent);
    let svg = svg.find("<svg").map_or(&*svg, |at| &svg[at..]);
    let own = |text: &str, mark: &str| text.replace(mark, &format!("{mark}{name}-"));
    own(&own(svg, " id=\""), "url(#")
}

/// JSON inside a script element: no string in it can end the element.
fn script_text(json: &str) -> String {
    json.replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_one_page_do_not_share_names() {
        assert_eq!(
            inlined(
                "a",
                "<?xml?><svg><pattern id=\"hatch\"/><path fill=\"url(#hatch)\"/></svg>"
            ),
            "<svg><pattern id=\"a-hatch\"/><path fill=\"url(#a-hatch)\"/></svg>"
        );
        assert_eq!(script_text("\"</script>\""), "\"\\u003c/script>\"");
    }

    #[test]
    fn style_and_script_are_small() {
        let bytes = [STYLE, SCRIPT, TURN].map(str::len);
        assert!(
            bytes[0] + bytes[1] < 12_000 && bytes[2] < 7_000,
            "{bytes:?} bytes"
        );
        assert!(
            [STYLE, SCRIPT, TURN]
                .iter()
                .all(|text| !text.contains("</"))
        );
    }
}

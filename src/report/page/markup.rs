//! The Markdown of theorem pages as HTML: paragraphs, lists, formulas and links to other theorems.

use maud::{Markup, PreEscaped, html};

use super::inline::Inline;
use super::signs::{Kind, typeset};

/// Returns the blocks of a text: what is between empty lines; a fence with what it has inside is one block.
pub fn blocks(text: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let (mut begun, mut at, mut is_fenced): (Option<usize>, usize, bool) = (None, 0, false);
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        if line.starts_with("```") {
            // The line belongs to the fence that it ends or begins.
            let stop = if is_fenced { end } else { at };
            blocks.extend(begun.map(|start| text[start..stop].trim_end()));
            begun = (!is_fenced).then_some(at);
            is_fenced = !is_fenced;
        } else if line.trim().is_empty() && !is_fenced {
            blocks.extend(begun.take().map(|start| text[start..at].trim_end()));
        } else if begun.is_none() {
            begun = Some(at);
        }
        at = end;
    }
    blocks.extend(begun.map(|start| text[start..].trim_end()));
    blocks
}

/// Returns a block as HTML.
pub fn block(block: &str, inline: &Inline) -> Markup {
    if let Some(fenced) = block.strip_prefix("```") {
        let (_, inside) = fenced.split_once('\n').unwrap_or((fenced, ""));
        return display(inside.trim_end().trim_end_matches("```").trim_end());
    }
    if block.lines().all(|line| line.starts_with("    ")) {
        return display(block);
    }
    let (lead, items) = list(block);
    let is_numbered = items.first().is_some_and(|(mark, _)| *mark != "-");
    let first: u32 = items
        .first()
        .and_then(|(mark, _)| mark.parse().ok())
        .unwrap_or(1);
    html! {
        @if !lead.is_empty() { p { (sentence(&lead, inline)) } }
        @if is_numbered {
            ol start=[(first != 1).then_some(first)] { @for (_, item) in &items { li { (sentence(item, inline)) } } }
        } @else if !items.is_empty() {
            ul { @for (_, item) in &items { li { (sentence(item, inline)) } } }
        }
    }
}

/// A formula on lines of its own.
fn display(text: &str) -> Markup {
    let indent = text
        .lines()
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = text
        .lines()
        .map(|line| &line[indent.min(line.len())..])
        .collect();
    html! { pre.formula tabindex="0" { (typeset(&lines.join("\n"), Kind::Formula)) } }
}

/// The text before a list, and its items, each with its mark: `-` or a number.
fn list(block: &str) -> (String, Vec<(&str, String)>) {
    let mut lead = String::new();
    let mut items: Vec<(&str, String)> = Vec::new();
    for line in block.lines() {
        let (mark, rest) = match line.split_once(' ') {
            Some(("-", rest)) => (Some("-"), rest),
            Some((mark, rest))
                if mark
                    .strip_suffix('.')
                    .is_some_and(|number| number.parse::<u32>().is_ok()) =>
            {
                (mark.strip_suffix('.'), rest)
            }
            _ => (None, line.trim()),
        };
        match (mark, items.last_mut()) {
            (Some(mark), _) => items.push((mark, rest.to_owned())),
            (None, Some((_, item))) => add(item, rest),
            (None, None) => add(&mut lead, rest),
        }
    }
    (lead, items)
}

fn add(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(line);
}

/// A sentence with code, emphasis and links.
fn sentence(text: &str, inline: &Inline) -> Markup {
    let mut out = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place % 2 == 1 {
            out += &code(part).into_string();
        } else {
            out += &emphasis(&unlinked(part), inline);
        }
    }
    PreEscaped(out)
}

/// Code is a formula unless it is a name in the source.
fn code(text: &str) -> Markup {
    let is_name = text.contains("::") || text.contains(".rs") || text.contains("steeple");
    html! {
        @if is_name { code { (text) } } @else { span.math { (typeset(text, Kind::Formula)) } }
    }
}

/// `[T16](T16-integrals.md)` is `T16`, which is linked inside the page.
fn unlinked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, name, after)) = link(rest) {
        out.push_str(before);
        out.push_str(name);
        rest = after;
    }
    out + rest
}

fn link(text: &str) -> Option<(&str, &str, &str)> {
    let middle = text.find("](")?;
    let start = text[..middle].rfind('[')?;
    let end = middle + text[middle..].find(')')?;
    Some((&text[..start], &text[start + 1..middle], &text[end + 1..]))
}

/// Text between stars is emphasised, between two of them strongly. The text may end inside, where code begins.
fn emphasis(text: &str, inline: &Inline) -> String {
    let mut out = String::new();
    for (place, strong) in text.split("**").enumerate() {
        let mut inside = String::new();
        for (place, part) in strong
            .split('*')
            .enumerate()
            .filter(|(_, part)| !part.is_empty())
        {
            let part = inline.text(part);
            let part = if place % 2 == 1 {
                html! { em { (part) } }
            } else {
                part
            };
            inside += &part.into_string();
        }
        let inside = PreEscaped(inside);
        let inside = if place % 2 == 1 {
            html! { strong { (inside) } }
        } else {
            inside
        };
        out += &inside.into_string();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let inline = Inline::default();
        let shown: Vec<String> = blocks(text)
            .into_iter()
            .map(|part| block(part, &inline).into_string())
            .collect();
        shown.join("\n").replace("<var>", "").replace("</var>", "")
    }

    #[test]
    fn paragraphs_lists_and_formulas() {
        assert_eq!(
            shown("**One.** A *leaf\nmethod* `x^2`:\n\n1. first,\nof two\n2. second\n"),
            "<p><strong>One.</strong> A <em><a class=\"term\" href=\"#word-leaf\">leaf</a> method</em> <span \
             class=\"math\">x<sup>2</sup></span>:</p>\n<ol><li>first, of two</li><li>second</li></ol>"
        );
        assert_eq!(
            shown("    N = v_0\n      + 1\n\n```text\na\n\nb\n```\nnot here\n- x"),
            "<pre class=\"formula\" tabindex=\"0\">N = v<sub>0</sub>\n  + 1</pre>\n<pre class=\"formula\" \
             tabindex=\"0\">a\n\nb</pre>\n<p>not here</p><ul><li>x</li></ul>"
        );
        assert_eq!(
            shown("see\n- [T16](T16-integrals.md)"),
            "<p>see</p><ul><li><a href=\"#T16\">T16</a></li></ul>"
        );
    }
}

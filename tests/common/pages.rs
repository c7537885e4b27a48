//! Pages in Markdown whose commands are run: their blocks of code, the words of a command, and what its output
//! should be.

use std::ops::Range;

/// A block of code between fences.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// What stands behind the fence: `console`, `toml`, `json NAME`.
    pub kind: String,
    /// The lines between the fences, counted from 0.
    pub lines: Range<usize>,
}

/// The blocks of code of a page, in order.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, usize)> = None;
    for (k, line) in text.lines().enumerate() {
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        open = match open {
            None => Some((kind.trim().to_owned(), k + 1)),
            Some((kind, first)) => {
                let lines = first..k;
                blocks.push(Block { kind, lines });
                None
            }
        };
    }
    assert!(open.is_none(), "a block of code without an end");
    blocks
}

/// Splits a line as a shell does, which knows double quotes and comments.
pub fn words(line: &str) -> Vec<String> {
    let line = line.split("  #").next().unwrap_or_default();
    let mut words = Vec::new();
    for (k, part) in line.split('"').enumerate() {
        if k % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// A command of a console block, and the lines below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What is typed; a backslash at the end of a line goes on with the next.
    pub command: String,
    /// The lines of the page that hold the output, which may have lines `...` for any number of lines.
    pub output: Range<usize>,
}

/// The commands of a console block of a page.
pub fn steps(page: &[&str], block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut goes_on = false;
    for k in block.lines.clone() {
        let line = page[k];
        let typed = if goes_on {
            Some(line.trim())
        } else {
            line.strip_prefix("$ ")
        };
        let Some(typed) = typed else {
            let step = steps.last_mut().expect("a command before its output");
            step.output.end = k + 1;
            continue;
        };
        let (part, more) = match typed.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (typed, false),
        };
        if goes_on {
            let step = steps.last_mut().expect("the command that goes on");
            step.command.push_str(part);
            step.output = k + 1..k + 1;
        } else {
            let command = part.to_owned();
            let output = k + 1..k + 1;
            steps.push(Step { command, output });
        }
        goes_on = more;
    }
    steps
}

/// The line that stands for any number of lines.
pub const LEFT_OUT: &str = "...";

/// Lines of a program's output, as a page shows them: without spaces at their ends and empty lines at the end.
pub fn shown(output: &str) -> Vec<&str> {
    output.trim_end().lines().map(str::trim_end).collect()
}

/// Is this the output that a page shows? A line `...` of the page is any number of lines.
pub fn is_shown(page: &[&str], output: &[&str]) -> bool {
    match page.split_first() {
        None => output.is_empty(),
        Some((&LEFT_OUT, rest)) => {
            (0..=output.len()).any(|skipped| is_shown(rest, &output[skipped..]))
        }
        Some((first, rest)) => output
            .split_first()
            .is_some_and(|(line, others)| line == first && is_shown(rest, others)),
    }
}

/// The output for a page that shows another one: the lines most like those on the page, and `...` for the others.
/// A page that leaves nothing out gets all lines.
pub fn renewed(page: &[&str], output: &[&str]) -> Vec<String> {
    if is_shown(page, output) {
        return owned(page);
    }
    if !page.contains(&LEFT_OUT) {
        return owned(output);
    }
    let mut kept = Vec::new();
    let mut from = 0;
    for line in page.iter().filter(|line| **line != LEFT_OUT) {
        let best =
            (from..output.len()).max_by_key(|&k| (likeness(line, output[k]), usize::MAX - k));
        let Some(at) = best.filter(|&k| likeness(line, output[k]) > 0) else {
            continue;
        };
        kept.push(at);
        from = at + 1;
    }
    let mut lines = Vec::new();
    let mut next = 0;
    for at in kept {
        if at > next {
            lines.push(LEFT_OUT.to_owned());
        }
        lines.push(output[at].to_owned());
        next = at + 1;
    }
    if next < output.len() {
        lines.push(LEFT_OUT.to_owned());
    }
    lines
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// How many words two lines have in common, without the punctuation at their ends.
fn likeness(a: &str, b: &str) -> usize {
    let words = |line: &str| -> Vec<String> {
        let bare = |word: &str| {
            word.trim_matches(|sign: char| sign.is_ascii_punctuation())
                .to_owned()
        };
        line.split_whitespace().map(bare).collect()
    };
    let others = words(b);
    words(a).iter().filter(|word| others.contains(word)).count()
}

/// The decimals of a text, with at least two digits after the point: as written, `12.345`.
pub fn decimals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_part = |sign: char| sign.is_ascii_digit() || sign == '.';
    for word in text.split(|sign: char| !is_part(sign)) {
        let word = word.trim_matches('.');
        let Some((whole, rest)) = word.split_once('.') else {
            continue;
        };
        if !whole.is_empty() && rest.len() >= 2 && !rest.contains('.') {
            found.push(word.to_owned());
        }
    }
    found
}

/// Is a figure of the text one of these, rounded up or down to its digits?
pub fn is_among(figure: &str, figures: &[String]) -> bool {
    let digits = figure.split_once('.').map_or(0, |(_, rest)| rest.len());
    let digits = i32::try_from(digits).expect("a short number");
    let value: f64 = figure.parse().expect("a number");
    figures.iter().any(|other| {
        let other: f64 = other.parse().expect("a number");
        (value - other).abs() < 10f64.powi(-digits)
    })
}

/// The text of a page without code, addresses of links, HTML tags and formulas between bars.
pub fn prose(text: &str) -> String {
    let page: Vec<&str> = text.lines().collect();
    let blocks = blocks(text);
    let is_code = |k: usize| {
        page[k].starts_with("```") || blocks.iter().any(|block| block.lines.contains(&k))
    };
    let lines: Vec<&str> = (0..page.len())
        .filter(|&k| !is_code(k))
        .map(|k| page[k])
        .collect();
    let text = lines.join("\n");
    // Code within a line.
    let outside: Vec<&str> = text.split('`').step_by(2).collect();
    let text = outside.join(" ");
    // Addresses.
    let mut parts = text.split("](");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push(' ');
        kept.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    kept
}

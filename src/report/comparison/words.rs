//! What the figures of a comparison mean, in sentences; each is computed from the rows.

use super::{Comparison, Origin, Row, Start, UnitLine, float};
use crate::words::count;

/// The title of what the figures say.
pub const FOUND: &str = "What the table says";
/// The title of the table of starts.
pub const STARTS: &str = "Starts";
/// The title of the table of units.
pub const UNITS: &str = "First hidden layers, unit by unit";

/// Heads of the table of units.
pub const UNIT_HEADS: [&str; 7] = [
    "network",
    "unit",
    "across",
    "at",
    "steepness",
    "from 1/10 to 9/10 over",
    "a step?",
];

/// The note above the table of units.
pub const UNIT_NOTE: &str =
    "A unit of the first layer changes across a line. These numbers are estimates.";

/// The columns of the table of units that need an explanation: head and sentence.
pub const UNIT_COLUMNS: [(&str, &str); 4] = [
    ("across", "the direction of larger sums"),
    (
        "at",
        "the distance of the line from the origin in that direction",
    ),
    ("steepness", "the length of the weight vector"),
    (
        "a step?",
        "whether a smooth unit goes from a tenth to nine tenths of its range within a twentieth of the domain's \
         width",
    ),
];

/// One line of the table of units.
fn unit(row: &Row, number: usize, line: &UnitLine) -> Vec<String> {
    vec![
        row.name.clone(),
        (number + 1).to_string(),
        format!("({}, {})", float(line.direction.0), float(line.direction.1)),
        format!(
            "{}{}",
            float(line.place),
            if line.meets { "" } else { " (outside)" }
        ),
        float(line.steepness),
        line.transition.map_or("–".into(), float),
        match line.is_step {
            Some(true) => "yes".into(),
            Some(false) => "no".into(),
            None => "–".into(),
        },
    ]
}

/// The tables below the main one: the units of all first layers, without their heads.
pub fn units(comparison: &Comparison) -> Vec<Vec<String>> {
    let rows = comparison.rows.iter();
    let of_row = |row: &Row| -> Vec<Vec<String>> {
        row.lines
            .iter()
            .enumerate()
            .map(|(place, line)| unit(row, place, line))
            .collect()
    };
    rows.flat_map(of_row).collect()
}

/// The heads of the table of starts, and its rows.
pub fn starts(comparison: &Comparison) -> ([&'static str; 6], Vec<Vec<String>>) {
    let fit = if comparison.threshold.is_some() {
        "accuracy"
    } else {
        "rms error"
    };
    let number = |value: Option<f64>| value.map_or("–".into(), float);
    let of_row = |row: &Row| -> Vec<Vec<String>> {
        let line = |(place, start): (usize, &Start)| {
            let best = if row.best_start == Some(place) {
                "best"
            } else {
                ""
            };
            vec![
                row.name.clone(),
                start.seed.to_string(),
                start.steps.to_string(),
                start.loss.map_or("diverged".into(), float),
                number(start.fit),
                best.to_owned(),
            ]
        };
        row.starts.iter().enumerate().map(line).collect()
    };
    let rows = comparison.rows.iter().flat_map(of_row).collect();
    (["network", "seed", "steps", "loss", fit, "kept"], rows)
}

/// A sentence or a few, and the list that they announce.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paragraph {
    /// The sentences; they end with a colon where a list follows.
    pub text: String,
    /// The items of the list.
    pub list: Vec<String>,
}

impl From<String> for Paragraph {
    fn from(text: String) -> Self {
        Self {
            text,
            list: Vec::new(),
        }
    }
}

impl Paragraph {
    /// Returns a paragraph with a list; nothing if the list is empty.
    fn with_list(text: &str, list: Vec<String>) -> Option<Self> {
        let text = text.to_owned();
        (!list.is_empty()).then_some(Self { text, list })
    }

    /// Returns the lines for a terminal.
    pub fn lines(&self) -> Vec<String> {
        let items = self.list.iter().map(|item| format!("  {item}"));
        std::iter::once(self.text.clone()).chain(items).collect()
    }
}

/// What holds for every error in the table.
pub fn bounds(comparison: &Comparison) -> String {
    format!(
        "Every error is given by a lower and an upper bound {}, rounded outward, and the checker accepted each \
         bound.",
        comparison.arithmetic.clause()
    )
}

/// Explains the columns of the table that need it: head and sentence.
pub fn columns(comparison: &Comparison) -> Vec<(&'static str, String)> {
    let has = |figure: fn(&Row) -> bool| comparison.rows.iter().any(figure);
    let mut columns = Vec::new();
    let mut add = |head, meaning: &str| columns.push((head, meaning.to_owned()));
    if has(|row| row.sup.is_some()) {
        add(
            "sup error",
            if comparison.arithmetic.floats().is_none() {
                "the largest error on the domain; if network or target jumps, sets of measure zero do not count"
            } else {
                "the largest error on the domain"
            },
        );
    }
    if has(|row| row.beside.is_some()) {
        let text = format!(
            "the sup error {}, with weights rounded to float32: what programs such as onnxruntime may give",
            comparison.beside.clause()
        );
        add("in float32", &text);
    }
    if has(|row| row.l1.is_some()) {
        add("l1 error", "the integral of the error over the domain");
    }
    if has(|row| row.area.is_some()) {
        let head = comparison.wrong_head();
        let measure = head.trim_start_matches("wrong ");
        add(
            head,
            &format!("the {measure} that the network misclassifies"),
        );
    }
    if has(|row| row.constant.is_some()) {
        add(
            "constant",
            "the baseline: one answer for all inputs, the best one as far as values of the target tell",
        );
    }
    if comparison.is_disk && has(|row| row.best_polygon.is_some()) {
        add(
            "n-gon",
            "the area that the best regular polygon misclassifies, with as many sides as the network has units",
        );
    }
    add("params", "weights and bias terms");
    add("zeros", "the proportion of weights that are 0");
    add("max |w|", "the largest weight, without its sign");
    let smooth = "an exact count; networks with smooth units have none";
    if has(|row| row.linear_regions.is_some()) {
        add("regions", &format!("linear regions, {smooth}"));
    }
    if has(|row| row.decision_sides.is_some()) {
        add("sides", &format!("sides of the decision region, {smooth}"));
    }
    if has(|row| row.gradient_check.is_some()) {
        add(
            "gradient",
            "the largest relative difference between backpropagation and central differences",
        );
    }
    columns
}

/// Returns what the figures mean, paragraph by paragraph.
pub fn all(comparison: &Comparison) -> Vec<Paragraph> {
    let notes = comparison.notes.iter().cloned();
    let mut all = Vec::new();
    all.extend(best(comparison));
    all.extend(beside_constant(comparison));
    all.extend(polygons(comparison));
    all.extend(two_units(comparison));
    all.extend(steps(comparison));
    all.extend(towers(comparison));
    all.extend(Paragraph::with_list(
        "What went wrong in training:",
        failures(comparison),
    ));
    all.extend(not_searched(comparison));
    all.extend(notes.map(Paragraph::from));
    all
}

/// Which network is best, as far as the enclosures say.
fn best(comparison: &Comparison) -> Option<Paragraph> {
    let what = comparison.measure();
    let mut rows: Vec<(&Row, &super::Enclosure)> = comparison
        .rows
        .iter()
        .filter_map(|row| Some((row, comparison.figure(row)?)))
        .collect();
    rows.retain(|(_, found)| found.upper.is_some());
    if rows.len() < 2 {
        return None;
    }
    let networks = comparison.rows.iter().filter(|row| row.failed.is_none());
    let is_all = networks.count() == rows.len();
    rows.sort_by(|p, q| p.1.upper.cmp(&q.1.upper));
    let (first, least) = &rows[0];
    let unclear: Vec<&str> = rows[1..]
        .iter()
        .filter(|(_, found)| !least.is_below(found))
        .map(|(row, _)| row.name.as_str())
        .collect();
    let at_most = least.at_most().unwrap_or_default();
    let among = if is_all {
        String::new()
    } else {
        format!("Of the {} networks with a known bound, ", rows.len())
    };
    let the = if is_all { "The" } else { "the" };
    let text = format!(
        "{among}{the} smallest {what} is that of {} ({}): at most {at_most}, with {}.",
        first.name,
        first.origin.name(),
        count(first.units, "unit")
    );
    Some(match unclear[..] {
        [] => text.into(),
        [one] => format!("{text} The bounds cannot tell it apart from {one}.").into(),
        _ => Paragraph {
            text: format!("{text} The bounds cannot tell it apart from:"),
            list: unclear.iter().map(|name| (*name).to_owned()).collect(),
        },
    })
}

/// Each trained or imported network beside the best constant answer.
fn beside_constant(comparison: &Comparison) -> Vec<Paragraph> {
    let mut rows = comparison.rows.iter();
    let baseline = rows.find_map(|row| Some((row.constant.as_ref()?, comparison.figure(row)?)));
    let Some((answer, constant)) = baseline else {
        return Vec::new();
    };
    let the = match comparison.threshold {
        Some(_) => format!("the constant answer \"{answer}\""),
        None => format!("the constant {answer}"),
    };
    let what = comparison.measure();
    let figures = constant.figures();
    let (mut better, mut worse, mut open) = (Vec::new(), Vec::new(), Vec::new());
    let others = comparison.rows.iter();
    for row in others.filter(|row| row.origin != Origin::Built) {
        let Some(found) = comparison.figure(row) else {
            continue;
        };
        let text = format!("{}: {}", row.name, found.figures());
        if found.is_below(constant) {
            better.push(text);
        } else if constant.is_below(found) {
            worse.push(text);
        } else if found.is_telling() && constant.is_telling() {
            open.push(text);
        }
    }
    let mut all = Vec::new();
    if worse.is_empty() && open.is_empty() && !better.is_empty() {
        let text = format!(
            "{the} has a {what} of {figures}. Every trained or imported network does better."
        );
        return vec![upper_first(&text).into()];
    }
    all.extend(Paragraph::with_list(
        &format!(
            "These networks are worse than {the}, which looks at no input and has a {what} of {figures}:"
        ),
        worse,
    ));
    all.extend(Paragraph::with_list(
        &format!("The bounds do not tell whether these are better than {the} ({what} {figures}):"),
        open,
    ));
    all.extend(Paragraph::with_list(
        &format!("These are better than {the} ({what} {figures}):"),
        better,
    ));
    all
}

/// The text with a capital letter.
fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Each network beside the best polygon with as many sides as it has units.
fn polygons(comparison: &Comparison) -> Vec<Paragraph> {
    if !comparison.is_disk {
        return Vec::new();
    }
    let (mut better, mut worse, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for row in &comparison.rows {
        let (Some(area), Some(polygon)) = (&row.area, &row.best_polygon) else {
            continue;
        };
        let text = format!(
            "{}: {} (polygon: {})",
            row.name,
            area.figures(),
            polygon.figures()
        );
        if area.is_below(polygon) {
            better.push(text);
        } else if polygon.is_below(area) {
            worse.push(text);
        } else if area.is_telling() && polygon.is_telling() {
            open.push(text);
        }
    }
    let all = [
        (
            better,
            "These networks misclassify less area than the best regular n-gon with n = number of units, \
             which is the best that n steep units can do. So their units do not act as steps alone:",
        ),
        (
            worse,
            "These networks misclassify more area than the best regular n-gon with n = number of units. \
             Training did not find what n steep units can do:",
        ),
        (
            open,
            "As far as the bounds can tell, these networks are as good as the best regular n-gon with n = \
             number of units:",
        ),
    ];
    let paragraphs = all.into_iter();
    let paragraphs = paragraphs.filter_map(|(rows, text)| Paragraph::with_list(text, rows));
    let mut paragraphs: Vec<Paragraph> = paragraphs.collect();
    let smooth = comparison
        .rows
        .iter()
        .find(|row| row.origin == Origin::Built && row.name.contains("smooth"));
    if let (Some(row), false) = (smooth, paragraphs.is_empty())
        && let Some(area) = row.area.as_ref().filter(|area| area.is_telling())
    {
        let text = format!(
            "Polygons limit steep units only: {} has {}, whose level sets are nearly circles, and \
             misclassifies {}.",
            row.name,
            count(row.units, "smooth unit"),
            area.figures()
        );
        paragraphs.push(text.into());
    }
    paragraphs
}

/// Why two units cannot enclose anything.
fn two_units(comparison: &Comparison) -> Option<Paragraph> {
    if comparison.threshold.is_none() || comparison.domain.len() != 2 {
        return None;
    }
    let few = |row: &&Row| {
        row.failed.is_none() && row.is_monotone_layer() && (1..=2).contains(&row.units)
    };
    let rows: Vec<&Row> = comparison.rows.iter().filter(few).collect();
    if rows.is_empty() {
        return None;
    }
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    // The sentence is about all of these networks, so it needs a bound for each.
    let areas: Option<Vec<_>> = rows.iter().map(|row| row.area.as_ref()).collect();
    let least = areas.and_then(|areas| areas.into_iter().min_by(|p, q| p.lower.cmp(&q.lower)));
    let least = least.filter(|area| area.lower.is_positive());
    let mut list = vec![
        format!("Here this is {}.", names.join(" and ")),
        "There is always a direction in which no unit lowers the output.".to_owned(),
        "So the set where the output reaches a threshold is empty or unbounded: it contains a wedge between two \
         lines, or a strip if the lines of the units are parallel."
            .to_owned(),
    ];
    list.extend(least.map(|area| {
        let least = area.at_least();
        format!("Here the misclassified area is at least {least}.")
    }));
    Paragraph::with_list(
        "One hidden layer of at most two monotone units cannot enclose a bounded region, whatever the weights:",
        list,
    )
}

/// How many first-layer units are steps.
fn steps(comparison: &Comparison) -> Option<Paragraph> {
    let steep = |row: &Row| {
        let known: Vec<bool> = row.lines.iter().filter_map(|line| line.is_step).collect();
        (!known.is_empty()).then(|| (known.iter().filter(|step| **step).count(), known.len()))
    };
    let found: Vec<String> = comparison
        .rows
        .iter()
        .filter(|row| row.origin != Origin::Built)
        .filter_map(|row| steep(row).map(|(steps, all)| format!("{}: {steps} of {all}", row.name)))
        .collect();
    Paragraph::with_list(
        "First-layer units that are steep enough to count as steps:",
        found,
    )
}

/// How far trained first layers are from looking along one input at a time.
fn towers(comparison: &Comparison) -> Option<Paragraph> {
    let is_tower = |row: &&Row| {
        row.origin == Origin::Built
            && row.hidden.len() == 2
            && !row.axis_ratios.is_empty()
            && row.axis_ratios.iter().all(|ratio| *ratio == 0.0)
    };
    let built = comparison.rows.iter().find(is_tower)?;
    let mut found = Vec::new();
    for row in &comparison.rows {
        if row.origin == Origin::Built || row.axis_ratios.is_empty() {
            continue;
        }
        let mut ratios = row.axis_ratios.clone();
        ratios.sort_by(f64::total_cmp);
        let near = ratios.iter().filter(|ratio| **ratio < 0.05).count();
        found.push(format!(
            "{}: {} to {}, median {}; below 0.05 in {near} of {}",
            row.name,
            float(ratios[0]),
            float(ratios[ratios.len() - 1]),
            float(ratios[ratios.len() / 2]),
            count(ratios.len(), "unit")
        ));
    }
    let text = format!(
        "Each first-layer unit of {} depends on one input, so only one of its weights is not 0. In the \
         other networks, the second largest weight of a unit divided by the largest is:",
        built.name
    );
    Paragraph::with_list(&text, found)
}

/// The networks without any bound.
fn not_searched(comparison: &Comparison) -> Option<Paragraph> {
    let rows = comparison.rows.iter();
    let names = rows.filter(|row| !row.not_searched.is_empty()).map(|row| {
        // A region has one error.
        if comparison.threshold.is_some() {
            row.name.clone()
        } else {
            format!("{} ({})", row.name, row.not_searched.join(", "))
        }
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        return None;
    }
    let names = names.join(", ");
    Some(format!("Not searched, because a limit or an interrupt came first: {names}.").into())
}

/// What went wrong in training: part of the answer.
fn failures(comparison: &Comparison) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for row in &comparison.rows {
        if let Some(reason) = &row.failed {
            lines.push(format!("{}: {reason}", row.name));
        }
        let losses: Vec<f64> = row.starts.iter().filter_map(|start| start.loss).collect();
        let lost = row.starts.len() - losses.len();
        if row.failed.is_none() && lost > 0 {
            let starts = count(row.starts.len(), "start");
            lines.push(format!("{}: {lost} of {starts} diverged", row.name));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::Enclosure;
    use super::*;
    use crate::numbers::{Rational, literal};

    fn enclosure(low: &str, high: &str) -> Enclosure {
        Enclosure {
            lower: literal::parse(low).expect("a number"),
            upper: Some(literal::parse(high).expect("a number")),
        }
    }

    fn trained(
        name: &str,
        units: usize,
        area: Option<Enclosure>,
        polygon: Option<Enclosure>,
    ) -> Row {
        let mut row = Row::new(name.into(), Origin::Trained);
        row.hidden = vec![(units, "sigmoid".into())];
        row.units = units;
        row.not_searched = if area.is_none() {
            vec!["area"]
        } else {
            Vec::new()
        };
        (row.area, row.best_polygon) = (area, polygon);
        row
    }

    fn disk(rows: Vec<Row>) -> Comparison {
        let side = |name: &str| (name.to_string(), -Rational::ONE, Rational::ONE);
        Comparison {
            target: vec!["x^2 + y^2 <= 1/2".into()],
            domain: vec![side("x"), side("y")],
            threshold: Some(Rational::ratio(1, 2)),
            arithmetic: crate::floats::Told::default(),
            beside: crate::floats::Told::default(),
            is_disk: true,
            data: None,
            gap: Rational::ratio(1, 100),
            rows,
            notes: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn sentences(comparison: &Comparison) -> String {
        let paragraphs = all(comparison).into_iter();
        let lines: Vec<String> = paragraphs.flat_map(|paragraph| paragraph.lines()).collect();
        lines.join("\n")
    }

    #[test]
    fn no_sentence_uses_a_row_that_was_not_searched() {
        let comparison = disk(vec![
            trained("sigmoid 2-2-1", 2, None, None),
            trained("sigmoid 2-3-1", 3, None, Some(enclosure("0.3", "0.31"))),
            trained(
                "sigmoid 2-4-1",
                4,
                Some(enclosure("0", "3.9")),
                Some(enclosure("0.2", "0.21")),
            ),
            trained("sigmoid 2-6-1", 6, Some(enclosure("0.1", "0.11")), None),
        ]);
        let (heads, rows) = comparison.table();
        let column = heads
            .iter()
            .position(|head| *head == "wrong area")
            .expect("shown");
        assert_eq!((&*rows[0][column], &*rows[1][column]), ("–", "–"));
        let text = sentences(&comparison);
        assert!(!text.contains("Here the misclassified"), "{text}");
        assert!(!text.contains("as good as"), "{text}");
        let best = "Of the 2 networks with a known bound, the smallest misclassified area is that of \
                    sigmoid 2-6-1 (trained): at most 0.11, with 6 units. The bounds cannot tell it \
                    apart from sigmoid 2-4-1.";
        assert!(text.contains(best), "{text}");
        let missing = "Not searched, because a limit or an interrupt came first: sigmoid 2-2-1, sigmoid 2-3-1.";
        assert!(text.contains(missing), "{text}");
    }

    #[test]
    fn rows_that_were_searched_are_used() {
        let comparison = disk(vec![
            trained("a", 2, Some(enclosure("0.5", "0.51")), None),
            trained(
                "b",
                3,
                Some(enclosure("0.3", "0.31")),
                Some(enclosure("0.3", "0.31")),
            ),
        ]);
        let text = sentences(&comparison);
        assert!(
            text.contains("Here the misclassified area is at least 0.5."),
            "{text}"
        );
        assert!(
            text.contains("as good as the best regular n-gon with n = number of units:\n  b: 0.3"),
            "{text}"
        );
        assert!(
            text.contains("The smallest misclassified area is that of b"),
            "{text}"
        );
        assert!(!text.contains("Not searched"), "{text}");
    }

    #[test]
    fn the_constant_answer_is_what_others_are_measured_by() {
        let mut constant = Row::new("constant".into(), Origin::Built);
        constant.constant = Some("no".into());
        constant.area = Some(enclosure("0.39", "0.4"));
        let area = |low, high| Some(enclosure(low, high));
        let worse = trained("worse", 2, area("0.46", "0.47"), None);
        let open = trained("open", 3, area("0.38", "0.41"), None);
        let better = trained("better", 6, area("0.1", "0.11"), None);
        let lost = trained("lost", 4, None, None);
        let text = sentences(&disk(vec![
            worse,
            open,
            better.clone(),
            lost.clone(),
            constant.clone(),
        ]));
        for part in [
            "worse than the constant answer \"no\", which looks at no input and has a misclassified \
             area of 0.39–0.4:\n  worse: 0.46–0.47\n",
            "do not tell whether these are better than the constant answer \"no\" (misclassified \
             area 0.39–0.4):\n  open: 0.38–0.41\n",
            "better than the constant answer \"no\" (misclassified area 0.39–0.4):\n  better: 0.1",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("lost: "), "{text}");
        let all_better = sentences(&disk(vec![better.clone(), constant.clone()]));
        assert!(
            all_better.contains("0.39–0.4. Every trained or imported network does better."),
            "{all_better}"
        );
        // A baseline that was not searched says nothing.
        constant.area = None;
        let text = sentences(&disk(vec![better, constant]));
        assert!(!text.contains("constant"), "{text}");
    }
}

//! What the figures of a comparison mean, in sentences; each is computed from the rows.

use super::{Comparison, Origin, Row, UnitLine, float};

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

/// What stands below the table of units.
pub const UNIT_NOTE: &str = "A unit of the first layer changes across a line: `across` is the \
direction towards larger sums, `at` the line's distance from the origin in it, `steepness` the \
length of the weights. A smooth unit is called a step where it goes from a tenth to nine tenths of \
its range over at most a twentieth of the domain's width. These are estimates, for reading.";

/// One line of the table of units.
pub fn unit(row: &Row, number: usize, line: &UnitLine) -> Vec<String> {
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

/// What kind of figures the table has.
pub fn figures(comparison: &Comparison) -> String {
    let mut text = String::from(
        "Errors are in real arithmetic, from both sides, rounded outward; \
         each was accepted by the checker. `params` counts weights and bias terms, `zeros` is the \
         share of zeros among the weights.",
    );
    if comparison.is_disk {
        text +=
            " `n-gon` is what the best regular polygon with as many sides as units is wrong on.";
    }
    if comparison
        .rows
        .iter()
        .any(|row| row.linear_regions.is_some())
    {
        text += " Linear regions and sides are counted exactly; smooth networks have none.";
    }
    if comparison
        .rows
        .iter()
        .any(|row| row.gradient_check.is_some())
    {
        text += " `gradient` is the largest relative difference between backpropagation and \
                 central differences.";
    }
    text
}

/// All paragraphs, each some lines.
pub fn all(comparison: &Comparison) -> Vec<Vec<String>> {
    let paragraphs = [
        best(comparison),
        polygons(comparison),
        two_units(comparison),
        steps(comparison),
        towers(comparison),
        failures(comparison),
        not_searched(comparison),
        comparison.notes.clone(),
    ];
    paragraphs
        .into_iter()
        .filter(|lines| !lines.is_empty())
        .collect()
}

/// Which network is best, as far as the enclosures say.
fn best(comparison: &Comparison) -> Vec<String> {
    let figure = |row: &Row| {
        if comparison.threshold.is_some() {
            row.area.clone()
        } else {
            row.sup.clone()
        }
    };
    let what = if comparison.threshold.is_some() {
        "misclassified area"
    } else {
        "sup error"
    };
    let mut rows: Vec<(&Row, super::Enclosure)> = comparison
        .rows
        .iter()
        .filter_map(|row| Some((row, figure(row)?)))
        .collect();
    rows.retain(|(_, found)| found.upper.is_some());
    if rows.len() < 2 {
        return Vec::new();
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
    let mut text = format!(
        "{among}{the} smallest {what} is that of {} ({}): at most {at_most}, with {} units.",
        first.name,
        first.origin.name(),
        first.units
    );
    if !unclear.is_empty() {
        text += " The enclosures do not tell it apart from ";
        text += &unclear.join(", ");
        text += ".";
    }
    vec![text]
}

/// Each network beside the best polygon with as many sides as it has units.
fn polygons(comparison: &Comparison) -> Vec<String> {
    if !comparison.is_disk {
        return Vec::new();
    }
    let (mut better, mut worse, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for row in &comparison.rows {
        let (Some(area), Some(polygon)) = (&row.area, &row.best_polygon) else {
            continue;
        };
        let text = format!(
            "{} {} (polygon {})",
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
    let mut lines = Vec::new();
    let all = [
        (
            better,
            "Wrong on less than the best regular polygon with as many sides as they have units, which is \
             the best that so many steep units can do; so they do not use their units as steps alone, \
             they bend them",
        ),
        (
            worse,
            "Wrong on more than the best regular polygon with as many sides as they have units; training \
             has not found what so many steep units can do",
        ),
        (
            open,
            "As good as the best regular polygon, as far as the enclosures say",
        ),
    ];
    for (rows, what) in all {
        if !rows.is_empty() {
            lines.push(format!("{what}: {}.", rows.join(", ")));
        }
    }
    let smooth = comparison
        .rows
        .iter()
        .find(|row| row.origin == Origin::Built && row.name.contains("smooth"));
    if let (Some(row), false) = (smooth, lines.is_empty())
        && let Some(area) = row.area.as_ref().filter(|area| area.is_telling())
    {
        lines.push(format!(
            "Polygons are the limit of steep units, not of units: {} has {} smooth ones, whose \
             level sets are nearly circles, and is wrong on {}.",
            row.name,
            row.units,
            area.figures()
        ));
    }
    lines
}

/// Why two units cannot enclose anything.
fn two_units(comparison: &Comparison) -> Vec<String> {
    if comparison.threshold.is_none() || comparison.domain.len() != 2 {
        return Vec::new();
    }
    let few = |row: &&Row| {
        row.failed.is_none() && row.is_monotone_layer() && (1..=2).contains(&row.units)
    };
    let rows: Vec<&Row> = comparison.rows.iter().filter(few).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    // Of a network that was not searched nothing is known: then neither is it of all of them.
    let areas: Option<Vec<_>> = rows.iter().map(|row| row.area.as_ref()).collect();
    let least = areas.and_then(|areas| areas.into_iter().min_by(|p, q| p.lower.cmp(&q.lower)));
    let least = least.filter(|area| area.lower.is_positive());
    let figure = least.map_or(String::new(), |area| {
        format!(" Here at least {} of the area is wrong.", area.at_least())
    });
    vec![format!(
        "{}: one hidden layer of two monotone units cannot enclose a bounded region, whatever the \
         weights. There is always a direction in which neither unit pulls the output down, so a set \
         where it is at least a threshold is empty or reaches to infinity: it holds a wedge between \
         two lines, or a strip where the units' lines are parallel.{figure}",
        names.join(", ")
    )]
}

/// How many first-layer units are steps.
fn steps(comparison: &Comparison) -> Vec<String> {
    let count = |row: &Row| {
        let known: Vec<bool> = row.lines.iter().filter_map(|line| line.is_step).collect();
        (!known.is_empty()).then(|| (known.iter().filter(|step| **step).count(), known.len()))
    };
    let found: Vec<String> = comparison
        .rows
        .iter()
        .filter(|row| row.origin != Origin::Built)
        .filter_map(|row| count(row).map(|(steps, all)| format!("{} {steps} of {all}", row.name)))
        .collect();
    if found.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "First-layer units steep enough to be called steps: {}.",
        found.join(", ")
    )]
}

/// How far trained first layers are from looking along one input at a time.
fn towers(comparison: &Comparison) -> Vec<String> {
    let is_tower = |row: &&Row| {
        row.origin == Origin::Built
            && row.hidden.len() == 2
            && !row.axis_ratios.is_empty()
            && row.axis_ratios.iter().all(|ratio| *ratio == 0.0)
    };
    let Some(built) = comparison.rows.iter().find(is_tower) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for row in &comparison.rows {
        if row.origin == Origin::Built || row.axis_ratios.is_empty() {
            continue;
        }
        let mut ratios = row.axis_ratios.clone();
        ratios.sort_by(f64::total_cmp);
        let near = ratios.iter().filter(|ratio| **ratio < 0.05).count();
        found.push(format!(
            "{} {} to {}, {} in the middle, below 0.05 in {near} of {} units",
            row.name,
            float(ratios[0]),
            float(ratios[ratios.len() - 1]),
            float(ratios[ratios.len() / 2]),
            ratios.len()
        ));
    }
    if found.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "{} looks along one input at a time: of the weights of a first-layer unit one is not zero. How \
         large the second largest is beside the largest, where a formula makes it zero: {}.",
        built.name,
        found.join("; ")
    )]
}

/// The networks of which nothing is known.
fn not_searched(comparison: &Comparison) -> Vec<String> {
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
        return Vec::new();
    }
    vec![format!(
        "Not searched, as a limit or an interrupt came first: {}.",
        names.join(", ")
    )]
}

/// What went wrong, with the seeds: part of the answer.
fn failures(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    for row in &comparison.rows {
        if let Some(reason) = &row.failed {
            lines.push(format!("{}: {reason}", row.name));
        }
        let losses: Vec<f64> = row.starts.iter().filter_map(|start| start.loss).collect();
        let lost = row.starts.len() - losses.len();
        if row.failed.is_none() && lost > 0 {
            lines.push(format!(
                "{}: {lost} of {} starts diverged.",
                row.name,
                row.starts.len()
            ));
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
            is_disk: true,
            data: None,
            gap: Rational::ratio(1, 100),
            rows,
            notes: Vec::new(),
        }
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
        let text = all(&comparison).concat().join("\n");
        assert!(!text.contains("Here at least"), "{text}");
        assert!(!text.contains("As good as"), "{text}");
        let best = "Of the 2 networks with a known bound, the smallest misclassified area is that of \
                    sigmoid 2-6-1 (trained): at most 0.11, with 6 units. The enclosures do not tell it \
                    apart from sigmoid 2-4-1.";
        assert!(text.contains(best), "{text}");
        let missing =
            "Not searched, as a limit or an interrupt came first: sigmoid 2-2-1, sigmoid 2-3-1.";
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
        let text = all(&comparison).concat().join("\n");
        assert!(
            text.contains("Here at least 0.5 of the area is wrong."),
            "{text}"
        );
        assert!(
            text.contains("As good as the best regular polygon"),
            "{text}"
        );
        assert!(
            text.contains("The smallest misclassified area is that of b"),
            "{text}"
        );
        assert!(!text.contains("Not searched"), "{text}");
    }
}

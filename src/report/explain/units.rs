//! The table of units.

use super::words::{percent, range, rounded};
use super::{Bounds, Explanation, UnitReport};
use crate::numbers::Rational;
use crate::report::document::Table;

/// Significant digits in the table.
const DIGITS: usize = 3;

impl Explanation {
    /// The table of the first so many units, and how many are left out. Columns in which nothing stands are left
    /// out as well.
    pub(super) fn unit_table(&self, most: usize) -> (Table, usize) {
        let is_deep = self.layers.len() > 2;
        let rows = self.units.iter().take(most).map(|unit| row(unit, is_deep));
        let rows: Vec<Vec<String>> = rows.collect();
        let head = [
            "unit",
            "line",
            "kind",
            "transition layer",
            "output",
            "weight to output",
            "change if removed",
            "error without it",
        ];
        let is_used = |column: usize| rows.iter().any(|row| row[column] != NOTHING);
        let used: Vec<usize> = (0..head.len()).filter(|column| is_used(*column)).collect();
        let table = Table {
            title: "Units, the one that matters most first",
            head: used.iter().map(|column| head[*column]).collect(),
            rows: rows
                .iter()
                .map(|row| used.iter().map(|column| row[*column].clone()).collect())
                .collect(),
        };
        (table, self.units.len().saturating_sub(most))
    }
}

/// What stands where nothing is known, or nothing applies.
const NOTHING: &str = "\u{2013}";

fn row(unit: &UnitReport, is_deep: bool) -> Vec<String> {
    let nothing = || NOTHING.to_owned();
    let name = if is_deep {
        format!("{}.{}", unit.layer, unit.unit)
    } else {
        unit.unit.to_string()
    };
    let line = unit.line.as_ref().map(|line| match unit.meets {
        Some(false) => format!("{line} (outside)"),
        _ => line.clone(),
    });
    let transition = unit.transition.as_ref().map(|transition| {
        if transition.width.1.is_zero() {
            return "0: it jumps".to_owned();
        }
        let (width, part) = (&transition.width, &transition.part);
        let part = Bounds {
            lower: part.0.clone(),
            upper: Some(part.1.clone()),
            ..Bounds::default()
        };
        format!("{} ({} across)", about(&width.1), rounded_percent(&part))
    });
    let output = unit.range.as_ref();
    vec![
        name,
        line.unwrap_or_else(nothing),
        unit.class.name().to_owned(),
        transition.unwrap_or_else(nothing),
        output.map_or_else(nothing, |(low, high)| rounded(low, high)),
        unit.weight.as_ref().map_or_else(nothing, about),
        unit.change.as_ref().map_or_else(nothing, cell),
        unit.error.as_ref().map_or_else(nothing, cell),
    ]
}

/// Bounds in a cell: `0.5 to 0.7`.
fn cell(bounds: &Bounds) -> String {
    match &bounds.upper {
        Some(upper) => range((&bounds.lower, upper), DIGITS),
        None => format!("at least {}", range((&bounds.lower, &bounds.lower), DIGITS)),
    }
}

/// A number of three digits, for orientation.
fn about(value: &Rational) -> String {
    use crate::numbers::literal::decimal_down;
    // Half a unit of the last digit more, and then down: to the nearest.
    let size = value.abs();
    let nearest = size * Rational::ratio(2001, 2000);
    let text = decimal_down(&nearest, DIGITS);
    if value.is_negative() {
        format!("-{text}")
    } else {
        text
    }
}

/// A part in percent; a part of more than all is as good as all.
fn rounded_percent(part: &Bounds) -> String {
    if part.lower > Rational::from(10) {
        return "over 1000 %".to_owned();
    }
    percent_of(part)
}

fn percent_of(part: &Bounds) -> String {
    let hundred = Rational::from(100);
    let upper = part.upper.as_ref().unwrap_or(&part.lower);
    let text = about(&(upper * &hundred));
    if text.len() > 8 {
        return percent(part);
    }
    format!("{text} %")
}

//! Points from a file of comma-separated values.
//!
//! The first line names the columns: one for each input, in any order, and `value` or `label`.
//! Numbers are written as elsewhere: `0.5`, `1/3`, `2^-5`, `1e-3`. Labels are 1 or 0, `inside` or
//! `outside`, `true` or `false`. A field may be in double quotes. Empty lines are skipped.

use super::sample::{MAX_SAMPLES, Samples, Task};
use crate::numbers::estimate::estimate_rational;
use crate::numbers::{Rational, literal};

/// An error in a file, with its position; lines and columns (in characters) count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct CsvError {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
    /// The reason.
    pub message: String,
    /// How to correct it.
    pub hint: Option<String>,
}

impl CsvError {
    fn new(line: usize, column: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            column,
            message: message.into(),
            hint: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The content of a column.
#[derive(Clone, Copy)]
enum Column {
    Input(usize),
    Target,
}

/// Samples from a file, and where they stand in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The samples, in the order of the file.
    pub samples: Samples,
    /// The line of each, counted from 1.
    pub lines: Vec<usize>,
}

/// Returns the samples that a file's text holds, in its order.
///
/// - `inputs`: the names of the inputs, in the order of the network.
/// - `task`: says whether the file has a column `value` (regression) or `label`.
/// - Exactness: numbers are read exactly and rounded to floats.
/// - Errors: [`CsvError`], the first in the file.
///
/// ```
/// use steeple::training::{Task, csv};
/// let inputs = ["x".to_string()];
/// let samples = csv::read("x,label\n1/2,1\n2,outside\n", &inputs, Task::Classification)?;
/// assert_eq!(samples.points(), [[0.5, 2.0]]);
/// let error = csv::read("x,label\n1/2,2\n", &inputs, Task::Classification).unwrap_err();
/// assert_eq!(error.to_string(), "2:5: expected a label 1 or 0, found `2`");
/// # Ok::<(), csv::CsvError>(())
/// ```
pub fn read(text: &str, inputs: &[String], task: Task) -> Result<Samples, CsvError> {
    read_table(text, inputs, task).map(|table| table.samples)
}

/// Like [`read`], and says where each sample stands.
///
/// - Errors: [`CsvError`], the first in the file.
pub fn read_table(text: &str, inputs: &[String], task: Task) -> Result<Table, CsvError> {
    let mut lines = lines_of(text);
    let Some((line, header)) = lines.next() else {
        return Err(CsvError::new(1, 1, "the file is empty").hint(expected(inputs, task)));
    };
    let columns = read_header(line, header, inputs, task)?;
    let mut points = vec![Vec::new(); inputs.len()];
    let mut targets = Vec::new();
    let mut places = Vec::new();
    let mut last = line;
    for (line, row) in lines {
        last = line;
        let fields = split(line, row)?;
        if fields.len() != columns.len() {
            let place = fields
                .get(columns.len())
                .map_or(row.chars().count() + 1, |(column, _)| *column);
            let message = format!("expected {} fields, found {}", columns.len(), fields.len());
            return Err(CsvError::new(line, place, message));
        }
        if targets.len() == MAX_SAMPLES {
            let message = format!("at most {MAX_SAMPLES} points are supported");
            return Err(CsvError::new(line, 1, message));
        }
        for ((place, field), column) in fields.iter().zip(&columns) {
            match column {
                Column::Input(k) => points[*k].push(number(line, *place, field)?),
                Column::Target => targets.push(match task {
                    Task::Regression => number(line, *place, field)?,
                    Task::Classification => label(line, *place, field)?,
                }),
            }
        }
        places.push(line);
    }
    let samples = Samples::new(inputs.to_vec(), task, points, vec![targets])
        .map_err(|error| CsvError::new(last, 1, error.to_string()))?;
    Ok(Table {
        samples,
        lines: places,
    })
}

/// Returns what the first line says: the names of the inputs, in its order, and whether the file has labels
/// or values.
///
/// - Errors: [`CsvError`] if there is no column `label` or `value`, or both, or no other column.
///
/// ```
/// use steeple::training::{Task, csv};
/// let (inputs, task) = csv::read_names("height,width,label\n1,2,1\n")?;
/// assert_eq!((inputs.len(), task), (2, Task::Classification));
/// # Ok::<(), csv::CsvError>(())
/// ```
pub fn read_names(text: &str) -> Result<(Vec<String>, Task), CsvError> {
    let hint =
        "the first line names the columns: x,y,label for two classes, x,y,value for a function";
    let Some((line, header)) = lines_of(text).next() else {
        return Err(CsvError::new(1, 1, "the file is empty").hint(hint));
    };
    let fields = split(line, header)?;
    let error = |place: usize, message: String| Err(CsvError::new(line, place, message).hint(hint));
    let is_target = |name: &str| name == "label" || name == "value";
    let mut targets = fields.iter().filter(|(_, name)| is_target(name));
    let end = header.chars().count() + 1;
    let task = match (targets.next(), targets.next()) {
        (None, _) if header.contains(';') => {
            return Err(CsvError::new(line, 1, "the columns are separated by `;`")
                .hint("separate the fields by commas"));
        }
        (None, _) => {
            let found: Vec<&str> = fields.iter().map(|(_, name)| name.as_str()).collect();
            let found = found.join(", ");
            let message = format!(
                "there is no column `label` and no column `value`; the columns are {found}"
            );
            return error(end, message);
        }
        (Some(_), Some((place, _))) => {
            return error(
                *place,
                "a file has a column `label` or a column `value`, not two of them".into(),
            );
        }
        (Some((_, name)), None) if name == "label" => Task::Classification,
        (Some(_), None) => Task::Regression,
    };
    let inputs = fields.into_iter().map(|(_, name)| name);
    let inputs: Vec<String> = inputs.filter(|name| !is_target(name)).collect();
    if inputs.is_empty() {
        return error(1, "there is no column for an input".into());
    }
    Ok((inputs, task))
}

/// The lines with something in them, counted from 1.
fn lines_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
}

fn target_name(task: Task) -> &'static str {
    match task {
        Task::Regression => "value",
        Task::Classification => "label",
    }
}

fn expected(inputs: &[String], task: Task) -> String {
    format!(
        "the first line names the columns: {},{}",
        inputs.join(","),
        target_name(task)
    )
}

fn read_header(
    line: usize,
    header: &str,
    inputs: &[String],
    task: Task,
) -> Result<Vec<Column>, CsvError> {
    let target = target_name(task);
    let fields = split(line, header)?;
    let mut columns: Vec<Column> = Vec::with_capacity(fields.len());
    let mut names: Vec<&str> = Vec::new();
    for (place, name) in &fields {
        let error = |message: String| {
            let hint = if name.contains(';') {
                "separate the fields by commas".to_string()
            } else {
                expected(inputs, task)
            };
            CsvError::new(line, *place, message).hint(hint)
        };
        if names.contains(&name.as_str()) {
            return Err(error(format!("there are two columns `{name}`")));
        }
        names.push(name);
        let input = inputs.iter().position(|input| input == name);
        columns.push(match (input, name.as_str()) {
            (Some(input), _) => Column::Input(input),
            (None, name) if name == target => Column::Target,
            (None, "label") => {
                return Err(error(
                    "a column `label` needs a region as the target".into(),
                )
                .hint("write the formula as a condition, such as x^2 + y^2 <= 1, or name the column `value`"));
            }
            (None, "value") => {
                return Err(error(
                    "a column `value` needs a formula as the target".into(),
                )
                .hint("this target is a region: name the column `label`, with 1 for inside and 0 for outside"));
            }
            _ => return Err(error(format!("the target has no input `{name}`"))),
        });
    }
    let wanted = inputs.iter().map(String::as_str).chain([target]);
    for name in wanted {
        if !names.contains(&name) {
            let end = header.chars().count() + 1;
            let found = names.join(", ");
            let message = format!("there is no column `{name}`; the columns are {found}");
            return Err(CsvError::new(line, end, message).hint(expected(inputs, task)));
        }
    }
    Ok(columns)
}

/// Returns the fields of a line, each with the position of its first character.
fn split(line: usize, text: &str) -> Result<Vec<(usize, String)>, CsvError> {
    let mut fields = Vec::new();
    let mut characters = text.chars().enumerate().peekable();
    loop {
        while characters
            .next_if(|(_, c)| *c == ' ' || *c == '\t')
            .is_some()
        {}
        let place = characters.peek().map(|(place, _)| *place);
        let start = place.unwrap_or_else(|| text.chars().count()) + 1;
        let mut field = String::new();
        if characters.next_if(|(_, c)| *c == '"').is_some() {
            loop {
                match characters.next() {
                    Some((_, '"')) => {
                        if characters.next_if(|(_, c)| *c == '"').is_none() {
                            break;
                        }
                        field.push('"');
                    }
                    Some((_, c)) => field.push(c),
                    None => return Err(CsvError::new(line, start, "the quote is not closed")),
                }
            }
            while characters.next_if(|(_, c)| c.is_whitespace()).is_some() {}
            if let Some((k, c)) = characters.peek()
                && *c != ','
            {
                let message = "expected a comma or the end of the line after the quote";
                return Err(CsvError::new(line, k + 1, message));
            }
        } else {
            while let Some((_, c)) = characters.next_if(|(_, c)| *c != ',') {
                field.push(c);
            }
            field.truncate(field.trim_end().len());
        }
        fields.push((start, field));
        if characters.next().is_none() {
            return Ok(fields);
        }
    }
}

fn number(line: usize, column: usize, field: &str) -> Result<f64, CsvError> {
    let error = |message: String| {
        let hint = "write a finite decimal, or 1/3, 2^-5, 1e-3";
        let hint = if field.contains(';') {
            "separate the fields by commas"
        } else {
            hint
        };
        CsvError::new(line, column, message).hint(hint)
    };
    let exact = literal::parse(field.strip_prefix('+').unwrap_or(field))
        .map_err(|_| error(format!("`{field}` is not a number")))?;
    let value = estimate_rational(&exact);
    if value.abs() < 1e150 {
        Ok(value)
    } else {
        Err(error(format!("`{field}` is too large")))
    }
}

fn label(line: usize, column: usize, field: &str) -> Result<f64, CsvError> {
    match field {
        "inside" | "true" => return Ok(1.0),
        "outside" | "false" => return Ok(0.0),
        _ => {}
    }
    // The label is compared as the exact number, not as a float.
    number(line, column, field)?;
    let exact = literal::parse(field.strip_prefix('+').unwrap_or(field)).unwrap_or_default();
    if exact.is_zero() || exact == Rational::ONE {
        return Ok(f64::from(!exact.is_zero()));
    }
    let error = CsvError::new(
        line,
        column,
        format!("expected a label 1 or 0, found `{field}`"),
    );
    Err(error.hint("write 1 for inside the region, 0 for outside"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xy() -> Vec<String> {
        vec!["x".into(), "y".into()]
    }

    #[test]
    fn columns_may_stand_in_any_order() {
        let text = "\u{feff}y, label ,\"x\"\r\n1/4,1,-0.5\n\n \"3\",outside,2^-2\n";
        let samples = read(text, &xy(), Task::Classification).expect("good");
        assert_eq!(samples.points(), [[-0.5, 0.25], [0.25, 3.0]]);
        assert_eq!(samples.targets(), [[1.0, 0.0]]);
        let samples = read("x,y,value\n1,2,1e-1", &xy(), Task::Regression).expect("good");
        assert_eq!(samples.targets(), [[0.1]]);
    }

    #[test]
    fn the_first_line_names_inputs_and_task() {
        let (inputs, task) = read_names("\n x2 ,label,x1\n").expect("good");
        assert_eq!(
            (inputs, task),
            (vec!["x2".into(), "x1".into()], Task::Classification)
        );
        assert_eq!(read_names("t,value").expect("good").1, Task::Regression);
        for (text, message) in [
            ("", "1:1: the file is empty"),
            (
                "x,y,class\n1,2,0",
                "1:10: there is no column `label` and no column `value`; the columns are x, y, class",
            ),
            (
                "x,label,value",
                "1:9: a file has a column `label` or a column `value`, not two of them",
            ),
            ("value\n1", "1:1: there is no column for an input"),
            ("x;y;label\n", "1:1: the columns are separated by `;`"),
        ] {
            let error = read_names(text).expect_err(text);
            assert_eq!(error.to_string(), message, "{text:?}");
            assert!(error.hint.is_some(), "{text:?}");
        }
    }

    #[test]
    fn samples_know_their_lines() {
        let table = read_table("x,y,value\n\n1,2,3\n\n4,5,6\n", &xy(), Task::Regression);
        assert_eq!(table.expect("good").lines, [3, 5]);
    }

    #[test]
    fn values_for_a_region_and_labels_for_a_function_are_explained() {
        let hint = |text, task| {
            let error = read(text, &xy(), task).expect_err("the other column");
            error.hint.expect("a hint")
        };
        let value = hint("x,y,value\n1,2,3", Task::Classification);
        assert!(value.contains("name the column `label`"), "{value}");
        let label = hint("x,y,label\n1,2,1", Task::Regression);
        assert!(label.contains("x^2 + y^2 <= 1"), "{label}");
    }

    #[test]
    fn mistakes_have_line_and_column() {
        for (text, message) in [
            ("", "1:1: the file is empty"),
            ("\n\n", "1:1: the file is empty"),
            (
                "x,y",
                "1:4: there is no column `label`; the columns are x, y",
            ),
            (
                "x,label",
                "1:8: there is no column `y`; the columns are x, label",
            ),
            ("x,y,z,label", "1:5: the target has no input `z`"),
            ("x,y,x,label", "1:5: there are two columns `x`"),
            (
                "x,y,value",
                "1:5: a column `value` needs a formula as the target",
            ),
            ("x,y,label", "1:1: there are no points to train on"),
            ("x,y,label\n1,2", "2:4: expected 3 fields, found 2"),
            ("x,y,label\n1,2,1,0", "2:7: expected 3 fields, found 4"),
            ("x,y,label\n1,2,1\n1,two,1", "3:3: `two` is not a number"),
            ("x,y,label\n1,nan,1", "2:3: `nan` is not a number"),
            ("x,y,label\n1,,1", "2:3: `` is not a number"),
            ("x,y,label\n1,1e999,1", "2:3: `1e999` is too large"),
            (
                "x,y,label\n1,2,-1",
                "2:5: expected a label 1 or 0, found `-1`",
            ),
            ("x,y,label\n1,\"2,1", "2:3: the quote is not closed"),
            (
                "x,y,label\n\"1\"2,1,0",
                "2:4: expected a comma or the end of the line after the quote",
            ),
        ] {
            let error = read(text, &xy(), Task::Classification).expect_err(text);
            assert_eq!(error.to_string(), message, "{text:?}");
        }
    }
}

//! The key `domain`: a table of sides, or a text or list in their place.

use std::ops::Range;

use toml::de::DeValue;

use super::{SpecError, Table, Value, in_natural_order, read_sides};
use crate::expr::friendly::{free_names, sides};
use crate::expr::{Domain, check_ends};
use crate::numbers::Rational;

impl From<(sides::NotSides, Range<usize>)> for SpecError {
    fn from((error, span): (sides::NotSides, Range<usize>)) -> Self {
        Self {
            message: error.message,
            hint: error.hint,
            span,
        }
    }
}

/// Reads a domain: `{ x = [0, 1] }`, `"x=0..1"`, and `[0, 1]` or `[[0, 1], [0, 2]]` for inputs in order.
pub(super) fn read<'a>(
    table: &Table<'a, '_>,
    value: &'a Value<'_>,
    inputs: Option<&[String]>,
    formulas: &[&str],
) -> Result<Domain, SpecError> {
    let checked = |domain: Domain| {
        check_ends(&domain).map_err(|error| SpecError::new(error.to_string(), value.span()))?;
        Ok(domain)
    };
    match value.get_ref() {
        DeValue::String(text) => {
            let names = names(inputs, formulas);
            let (domain, notes) = sides::read(text, &names)
                .map_err(|error| SpecError::from((error, value.span())))?;
            table.notes.borrow_mut().extend(notes);
            checked(domain)
        }
        DeValue::Array(list) => {
            let names = names(inputs, formulas);
            let is_list_of_sides = list
                .first()
                .is_some_and(|first| matches!(first.get_ref(), DeValue::Array(_)));
            let sides: Vec<(Rational, Rational)> = if is_list_of_sides {
                let sides = list.iter().map(|side| table.ends(side, "domain"));
                sides.collect::<Result<_, _>>()?
            } else {
                vec![table.ends(value, "domain")?]
            };
            if names.len() != sides.len() {
                let written = table.source.get(value.span()).unwrap_or_default();
                let message = "the sides of the domain have no names";
                let one = if is_list_of_sides { "[0, 1]" } else { written };
                return Err(SpecError::new(message, value.span()).hint(format!(
                    "write domain = {{ x = {one} }}, with a side for each input"
                )));
            }
            Domain::new(names, sides)
                .map_err(|error| SpecError::new(error.to_string(), value.span()))
                .and_then(checked)
        }
        DeValue::Table(_) => {
            let Some(sides) = table.optional_table("domain")? else {
                return Err(SpecError::new("the domain has no sides", value.span()));
            };
            read_sides(&sides, ToString::to_string)
        }
        _ => {
            Err(super::wrong_type(value, "domain", "a table").hint("write domain = { x = [0, 1] }"))
        }
    }
}

/// The inputs that sides without names are for, in order: those of the spec, or the names in the
/// formula in the order in which they sort.
fn names(inputs: Option<&[String]>, formulas: &[&str]) -> Vec<String> {
    if let Some(inputs) = inputs {
        return inputs.to_vec();
    }
    let mut names: Vec<String> = Vec::new();
    for name in formulas.iter().flat_map(|formula| free_names(formula)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    in_natural_order(&names)
}

/// The place of a side: its name in a table, or else the whole domain.
pub(super) fn place(value: &Value<'_>, name: &str) -> Range<usize> {
    let DeValue::Table(table) = value.get_ref() else {
        return value.span();
    };
    let key = table.iter().find(|(key, _)| key.get_ref() == name);
    key.map_or_else(|| value.span(), |(key, _)| key.span())
}

impl<'a, 'i> Table<'a, 'i> {
    /// Reads the two ends of a side of a box, outward where they are not rational: `[0, "2*pi"]`, or
    /// `"0..2*pi"`.
    pub(super) fn ends(
        &self,
        value: &'a Value<'i>,
        key: &str,
    ) -> Result<(Rational, Rational), SpecError> {
        let mut notes = Vec::new();
        let place = |error, value: &Value<'_>| SpecError::from((error, value.span()));
        let found = match value.get_ref() {
            DeValue::String(text) => {
                let (low, high) = sides::pair(text).ok_or_else(|| {
                    SpecError::new(format!("`{key}`: `{text}` is not a side"), value.span())
                        .hint(format!("write {key} = [0, 1] or {key} = \"0..1\""))
                })?;
                let low = sides::lower_end(&low, &mut notes).map_err(|e| place(e, value))?;
                let high = sides::upper_end(&high, &mut notes).map_err(|e| place(e, value))?;
                (low, high)
            }
            _ => match Self::array(value, key)
                .map_err(|error| error.hint(format!("write {key} = [0, 1]")))?
            {
                [low, high] => {
                    let (a, b) = (self.end(low, key)?, self.end(high, key)?);
                    let a = match a {
                        Ok(number) => number,
                        Err(text) => {
                            sides::lower_end(&text, &mut notes).map_err(|e| place(e, low))?
                        }
                    };
                    let b = match b {
                        Ok(number) => number,
                        Err(text) => {
                            sides::upper_end(&text, &mut notes).map_err(|e| place(e, high))?
                        }
                    };
                    (a, b)
                }
                list => {
                    let message = format!("`{key}` takes two numbers, found {}", list.len());
                    return Err(
                        SpecError::new(message, value.span()).hint(format!("write {key} = [0, 1]"))
                    );
                }
            },
        };
        self.notes.borrow_mut().extend(notes);
        Ok(found)
    }

    /// One end: a number, or the text of one.
    fn end(&self, value: &'a Value<'i>, key: &str) -> Result<Result<Rational, String>, SpecError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(Err(text.to_string())),
            DeValue::Float(_) => {
                let written = self.source.get(value.span()).unwrap_or_default();
                if written.ends_with("inf") {
                    return Ok(Err(written.to_string()));
                }
                self.number(value, key).map(Ok)
            }
            _ => self.number(value, key).map(Ok),
        }
    }
}

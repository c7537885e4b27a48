//! Files with a fixed batch: the network of one row, where all rows are treated alike.

use super::context::{Context, Unit};
use super::value::{Coefficient, Form};

/// An output: its first size, if it has one, and its elements.
pub type Output = (Option<usize>, Vec<Form>);

/// Keeps the first of `batch` rows, if each row of the outputs depends on that row of the inputs
/// only, and in the same way; else changes nothing.
///
/// `inputs` are the numbers of elements of the inputs, all rows together.
pub fn keep_one_row(
    context: &mut Context,
    outputs: &mut [Output],
    inputs: &[usize],
    batch: usize,
) -> bool {
    let Some(rows) = rows_of_units(&context.units, inputs, batch) else {
        return false;
    };
    // The units of each row, in order; and the place of each among those of its row.
    let mut by_row = vec![Vec::new(); batch];
    let mut place = vec![0u32; context.units.len()];
    for (unit, &row) in rows.iter().enumerate() {
        place[unit] = by_row[row].len() as u32;
        by_row[row].push(unit);
    }
    let same_form = |a: &Form, b: &Form, row: usize| {
        same(&a.bias, &b.bias)
            && a.terms.len() == b.terms.len()
            && a.terms.iter().zip(&b.terms).all(|((u, v), (p, q))| {
                rows[*u as usize] == row
                    && rows[*p as usize] == 0
                    && place[*u as usize] == place[*p as usize]
                    && same(v, q)
            })
    };
    for (row, units) in by_row.iter().enumerate() {
        let alike = units.len() == by_row[0].len()
            && units.iter().zip(&by_row[0]).all(|(&unit, &first)| {
                let (unit, first) = (&context.units[unit], &context.units[first]);
                unit.activation == first.activation
                    && unit.part == first.part
                    && unit.rows.len() == first.rows.len()
                    && unit
                        .rows
                        .iter()
                        .zip(&first.rows)
                        .all(|(a, b)| same_form(a, b, row))
            });
        if !alike {
            return false;
        }
    }
    for (first_size, forms) in outputs.iter() {
        let width = forms.len() / batch;
        let alike = *first_size == Some(batch)
            && (0..forms.len()).all(|k| same_form(&forms[k], &forms[k % width], k / width));
        if !alike {
            return false;
        }
    }
    for (_, forms) in outputs.iter_mut() {
        forms.truncate(forms.len() / batch);
        for form in forms.iter_mut() {
            rename(form, &place);
        }
    }
    let mut index = 0;
    context.units.retain_mut(|unit| {
        let is_kept = rows[index] == 0;
        index += 1;
        unit.rows
            .iter_mut()
            .filter(|_| is_kept)
            .for_each(|form| rename(form, &place));
        is_kept
    });
    true
}

fn rename(form: &mut Form, place: &[u32]) {
    form.terms
        .iter_mut()
        .for_each(|term| term.0 = place[term.0 as usize]);
}

fn same(a: &Coefficient, b: &Coefficient) -> bool {
    match (a, b) {
        (Coefficient::Float(a), Coefficient::Float(b)) => a == b,
        _ => a.to_rational() == b.to_rational(),
    }
}

/// The row of each unit; nothing where one depends on several, or on none.
fn rows_of_units(units: &[Unit], inputs: &[usize], batch: usize) -> Option<Vec<usize>> {
    let mut rows = Vec::new();
    for &size in inputs {
        let width = size / batch;
        rows.extend((0..size).map(|k| k / width));
    }
    for unit in &units[rows.len()..] {
        let mut used = unit
            .rows
            .iter()
            .flat_map(|row| &row.terms)
            .map(|term| rows[term.0 as usize]);
        let row = used.next()?;
        if used.any(|other| other != row) {
            return None;
        }
        rows.push(row);
    }
    Some(rows)
}

//! Products of matrices, one of them constant.

use super::context::{Context, error};
use super::elements::checked;
use super::inputs::{Call, Output};
use super::places::{broadcast, common, size};
use super::value::{Coefficient, Data, Form, Value};
use crate::formats::foreign::ForeignError;
use crate::network::Activation;
use std::rc::Rc;

/// The product of two matrices, or of batches of them.
pub fn matmul(call: &mut Call<'_>) -> Output {
    let (a, b) = (call.inputs.take(0)?, call.inputs.take(1)?);
    multiply(call.context, Factor::new(a, false), Factor::new(b, false))
}

/// alpha A B + beta C, where A and B may be stored transposed.
pub fn gemm(call: &mut Call<'_>) -> Output {
    let (a, b) = (call.inputs.take(0)?, call.inputs.take(1)?);
    if a.dims.len() != 2 || b.dims.len() != 2 {
        return Err(error(format!(
            "expected two matrices, found shapes {:?} and {:?}",
            a.dims, b.dims
        )));
    }
    let is_transposed =
        |name: &str| Ok::<_, ForeignError>(call.node.integer(name)?.unwrap_or(0) != 0);
    let a = Factor::new(a, is_transposed("transA")?);
    let b = Factor::new(b, is_transposed("transB")?);
    let mut product = multiply(call.context, a, b)?;
    let factor = |name: &str| call.number(name, 1.0).map(Coefficient::from);
    let (alpha, beta) = (factor("alpha")?, factor("beta")?);
    let context = &mut *call.context;
    if !alpha.is_one()
        && let Data::Forms(forms) = &mut product.data
    {
        for form in forms {
            *form = std::mem::replace(form, Form::constant(Coefficient::ZERO)).times(&alpha);
            checked(context, form)?;
        }
    }
    let Some(c) = call.inputs.optional(2) else {
        return Ok(product);
    };
    // The rows of a product are long, and c is short: add in place.
    if common(&product.dims, &c.dims)? != product.dims {
        return Err(error(format!(
            "shapes {:?} and {:?} do not fit together",
            product.dims, c.dims
        )));
    }
    let places = broadcast(context, &c.dims, &product.dims)?;
    if let Data::Forms(forms) = &mut product.data {
        for (form, &place) in forms.iter_mut().zip(&places) {
            let added = c.form(place).times(&beta);
            context.spend(added.cost())?;
            let sum = std::mem::replace(form, Form::constant(Coefficient::ZERO)).plus(&added);
            sum.bias.check()?;
            *form = sum;
        }
    }
    Ok(product)
}

/// One of two matrices to be multiplied, or a batch of them.
struct Factor {
    value: Rc<Value>,
    /// Its sizes, the last two swapped where it is stored transposed.
    dims: Vec<usize>,
    is_transposed: bool,
}

impl Factor {
    fn new(value: Rc<Value>, is_transposed: bool) -> Self {
        let mut dims = value.dims.clone();
        if is_transposed {
            dims.reverse();
        }
        Self {
            value,
            dims,
            is_transposed,
        }
    }

    /// The place of the first element of a row or column, and the step to the next; of `rows` by
    /// `columns` in one matrix.
    fn line(&self, matrix: usize, shape: [usize; 2], is_row: bool, line: usize) -> (usize, usize) {
        let [rows, columns] = shape;
        let start = matrix * rows * columns;
        let (across, length) = if self.is_transposed {
            (!is_row, rows)
        } else {
            (is_row, columns)
        };
        if across {
            (start + line * length, 1)
        } else {
            (start + line, length)
        }
    }
}

/// The product as numpy defines it: vectors are rows or columns, more axes are batches.
fn multiply(context: &mut Context, mut a: Factor, mut b: Factor) -> Result<Value, ForeignError> {
    if a.dims.is_empty() || b.dims.is_empty() {
        return Err(error("expected a matrix, found a single number"));
    }
    let mut left = a.dims.clone();
    let mut right = b.dims.clone();
    if left.len() == 1 {
        left.insert(0, 1);
    }
    if right.len() == 1 {
        right.push(1);
    }
    let (m, k) = (left[left.len() - 2], left[left.len() - 1]);
    let (k2, n) = (right[right.len() - 2], right[right.len() - 1]);
    if k != k2 {
        return Err(error(format!(
            "shapes {:?} and {:?} do not fit together",
            a.dims, b.dims
        )));
    }
    let (left_batch, right_batch) = (&left[..left.len() - 2], &right[..right.len() - 2]);
    let batch = common(left_batch, right_batch)?;
    let left_places = broadcast(context, left_batch, &batch)?;
    let right_places = broadcast(context, right_batch, &batch)?;
    let mut dims = batch;
    dims.extend([m, n]);
    context.spend(size(&dims)? as u64)?;
    match (a.value.is_constant(), b.value.is_constant()) {
        (false, true) => a.value = spread(context, a.value, n)?,
        (true, false) => b.value = spread(context, b.value, m)?,
        _ => {}
    }
    let mut forms = Vec::new();
    for (&left, &right) in left_places.iter().zip(&right_places) {
        for i in 0..m {
            let row = a.line(left, [m, k], true, i);
            for j in 0..n {
                let column = b.line(right, [k, n], false, j);
                let pairs = (0..k).map(|l| (row.0 + l * row.1, column.0 + l * column.1));
                forms.push(sum_of_products(context, &a.value, &b.value, pairs)?);
            }
        }
    }
    if a.dims.len() == 1 {
        dims.remove(dims.len() - 2);
    }
    if b.dims.len() == 1 {
        dims.pop();
    }
    Ok(Value::forms(dims, forms))
}

fn sum_of_products(
    context: &mut Context,
    a: &Value,
    b: &Value,
    pairs: impl ExactSizeIterator<Item = (usize, usize)>,
) -> Result<Form, ForeignError> {
    let mut bias = Coefficient::ZERO;
    let mut terms = Vec::new();
    let mut cost = 2;
    for (i, j) in pairs {
        let (factor, value, place) = match (a.constant(i), b.constant(j)) {
            (Some(factor), _) => (factor, b, j),
            (None, Some(factor)) => (factor, a, i),
            (None, None) => {
                return Err(
                    error("it multiplies two matrices that both depend on the inputs")
                        .hint("only products with constants are affine"),
                );
            }
        };
        cost += 1;
        if factor.is_zero() {
            continue;
        }
        if let Data::Forms(forms) = &value.data {
            let form = &forms[place];
            bias = bias.plus(&form.bias.times(&factor));
            for (unit, weight) in &form.terms {
                let weight = weight.times(&factor);
                cost += weight.cost();
                terms.push((*unit, weight));
            }
        } else if let Some(constant) = value.constant(place) {
            bias = bias.plus(&constant.times(&factor));
        }
        if cost > 1 << 16 {
            context.spend(cost)?;
            cost = 0;
        }
    }
    let mut form = Form { bias, terms };
    form.merge();
    context.spend(cost)?;
    form.bias.check()?;
    form.terms
        .iter()
        .try_for_each(|(_, weight)| weight.check())?;
    Ok(form)
}

/// Puts units without activation between two products where multiplying them out would make the
/// network larger than both.
fn spread(context: &mut Context, value: Rc<Value>, uses: usize) -> Result<Rc<Value>, ForeignError> {
    let Data::Forms(forms) = &value.data else {
        return Ok(value);
    };
    let terms: usize = forms.iter().map(|form| form.terms.len()).sum();
    let apart = terms.saturating_add(forms.len().saturating_mul(uses));
    if terms.saturating_mul(uses) <= apart.saturating_mul(4).saturating_add(4096) {
        return Ok(value);
    }
    let mut value = context.own(value)?;
    if let Data::Forms(forms) = &mut value.data {
        for form in forms {
            if form.terms.len() > 1 {
                let row = std::mem::replace(form, Form::constant(Coefficient::ZERO));
                *form = context.activate(Activation::Identity, vec![row])?;
            }
        }
    }
    Ok(Rc::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::onnx::value::Kind;

    /// Two matrices of three rows and four columns, as they are and transposed.
    #[test]
    fn lines_of_transposed_matrices_are_those_of_the_matrices() {
        let element = |matrix: usize, row: usize, column: usize| matrix * 100 + row * 10 + column;
        for is_transposed in [false, true] {
            let mut stored = Vec::new();
            for matrix in 0..2 {
                let [outer, inner] = if is_transposed { [4, 3] } else { [3, 4] };
                for a in 0..outer {
                    for b in 0..inner {
                        let (row, column) = if is_transposed { (b, a) } else { (a, b) };
                        stored.push(element(matrix, row, column));
                    }
                }
            }
            let dims = if is_transposed {
                vec![4, 3]
            } else {
                vec![3, 4]
            };
            let value = Value {
                dims,
                kind: Kind::Float,
                data: Data::Floats(Vec::new()),
                is_infinite: false,
            };
            let factor = Factor::new(Rc::new(value), is_transposed);
            assert_eq!(factor.dims, [3, 4]);
            let taken = |(start, step): (usize, usize), length: usize| -> Vec<usize> {
                (0..length).map(|k| stored[start + k * step]).collect()
            };
            for matrix in 0..2 {
                for row in 0..3 {
                    let expected: Vec<_> = (0..4).map(|c| element(matrix, row, c)).collect();
                    let line = factor.line(matrix, [3, 4], true, row);
                    assert_eq!(taken(line, 4), expected);
                }
                for column in 0..4 {
                    let expected: Vec<_> = (0..3).map(|r| element(matrix, r, column)).collect();
                    let line = factor.line(matrix, [3, 4], false, column);
                    assert_eq!(taken(line, 3), expected);
                }
            }
        }
    }
}

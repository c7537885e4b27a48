//! Products of matrices, one of them constant.

use super::arithmetic::checked;
use super::context::Context;
use super::operators::Inputs;
use super::proto::Node;
use super::shapes::{broadcast, common, size, transpose};
use super::value::{Coefficient, Data, Form, Value, rational};
use crate::formats::foreign::ForeignError;
use crate::network::Activation;
use std::rc::Rc;

fn error(message: impl Into<String>) -> ForeignError {
    ForeignError::new(message)
}

/// Runs a node of this file.
pub fn run(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    let (mut a, mut b) = (inputs.take(0)?, inputs.take(1)?);
    if node.operator == "MatMul" {
        return multiply(context, a, b);
    }
    if a.dims.len() != 2 || b.dims.len() != 2 {
        return Err(error("Gemm multiplies matrices"));
    }
    if node.integer("transA")?.unwrap_or(0) != 0 {
        a = Rc::new(transpose(context, &a, &[1, 0])?);
    }
    if node.integer("transB")?.unwrap_or(0) != 0 {
        b = Rc::new(transpose(context, &b, &[1, 0])?);
    }
    let mut product = multiply(context, a, b)?;
    let factor = |name: &str| -> Result<Coefficient, ForeignError> {
        let value = node.float(name)?.unwrap_or(1.0);
        if !value.is_finite() {
            return Err(error(format!("{name} is not finite")));
        }
        Ok(rational(f64::from(value)).into())
    };
    let (alpha, beta) = (factor("alpha")?, factor("beta")?);
    if !alpha.is_one()
        && let Data::Forms(forms) = &mut product.data
    {
        for form in forms {
            *form = std::mem::replace(form, Form::constant(Coefficient::ZERO)).times(&alpha);
            checked(context, form)?;
        }
    }
    let Some(c) = inputs.optional(2) else {
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

/// The product as numpy defines it: vectors are rows or columns, more axes are batches.
fn multiply(context: &mut Context, a: Rc<Value>, b: Rc<Value>) -> Result<Value, ForeignError> {
    if a.dims.is_empty() || b.dims.is_empty() {
        return Err(error("a single number is no matrix"));
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
    let (a, b) = match (a.is_constant(), b.is_constant()) {
        (false, true) => (spread(context, a, n)?, b),
        (true, false) => (a, spread(context, b, m)?),
        _ => (a, b),
    };
    let mut forms = Vec::new();
    for (&left, &right) in left_places.iter().zip(&right_places) {
        for i in 0..m {
            for j in 0..n {
                let pairs = (0..k).map(|l| ((left * m + i) * k + l, (right * k + l) * n + j));
                forms.push(sum_of_products(context, &a, &b, pairs)?);
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
    pairs: impl Iterator<Item = (usize, usize)>,
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
                    error("two matrices that both depend on the inputs are multiplied")
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

//! Values of a formula on a grid; its parts in one input are computed once per line.
//!
//! `sin(3x)·cos(2y)` on a thousand by a thousand cells takes two thousand sines, and a million
//! products.

use std::sync::Arc;

use super::fixed::{Found, MAX_EXACT_BITS};
use super::grid::{Grid, Index};
use crate::expr::{Constants, Expr, Scratch, Tape};
use crate::numbers::{Interval, Rational};

/// A formula as a formula of its parts in one input each.
pub struct Separated {
    /// Its variables are the parts.
    tape: Tape,
    parts: Vec<Part>,
    exact: Constants<Rational>,
    enclosed: Constants<Interval>,
    exact_scratch: Scratch<Rational>,
    scratch: Scratch<Interval>,
    exact_inputs: Vec<Rational>,
    inputs: Vec<Interval>,
}

/// A part and its values at the centres of the cells of its axis, where it has them.
struct Part {
    axis: usize,
    exact: Vec<Option<Rational>>,
    enclosed: Vec<Option<Interval>>,
}

impl Separated {
    /// Returns `None` for a formula with a condition on several inputs: the branch that is not taken need not
    /// have a value.
    pub fn new(formula: &Expr, grid: &Grid) -> Option<Self> {
        let mut formulas = Vec::new();
        let outer = separate(formula, grid.axes.len(), &mut formulas)?;
        let tape = Tape::of_expressions(formulas.len(), [&outer]);
        let parts: Vec<_> = formulas
            .iter()
            .map(|(axis, formula)| Part::new(*axis, formula, grid))
            .collect();
        Some(Self {
            exact: tape.constants(&()),
            enclosed: tape.constants(&()),
            exact_scratch: Scratch::default(),
            scratch: Scratch::default(),
            exact_inputs: vec![Rational::ZERO; parts.len()],
            inputs: vec![Interval::ZERO; parts.len()],
            parts,
            tape,
        })
    }

    /// Returns the value at the centre of a cell; `None` if it needs a closer look.
    pub fn value(&mut self, index: &Index) -> Option<Found> {
        self.exact(index).or_else(|| self.enclosed(index))
    }

    fn exact(&mut self, index: &Index) -> Option<Found> {
        for (input, part) in self.exact_inputs.iter_mut().zip(&self.parts) {
            input.clone_from(part.exact[index[part.axis]].as_ref()?);
        }
        let results = self
            .tape
            .evaluate(&self.exact, &self.exact_inputs, &mut self.exact_scratch);
        let value = results.value(0).ok()?;
        (value.bits() <= MAX_EXACT_BITS).then(|| Found::Exact(value.clone()))
    }

    fn enclosed(&mut self, index: &Index) -> Option<Found> {
        for (input, part) in self.inputs.iter_mut().zip(&self.parts) {
            *input = part.enclosed[index[part.axis]]?;
        }
        let results = self
            .tape
            .evaluate(&self.enclosed, &self.inputs, &mut self.scratch);
        let value = results.value(0).ok()?;
        value.is_bounded().then_some(Found::Enclosed(*value))
    }
}

impl Part {
    fn new(axis: usize, formula: &Expr, grid: &Grid) -> Self {
        let tape = Tape::of_expressions(grid.axes.len(), [formula]);
        let (exact_constants, constants) = (tape.constants(&()), tape.constants(&()));
        let mut exact_scratch = Scratch::default();
        let mut scratch = Scratch::default();
        let mut exact_inputs = vec![Rational::ZERO; grid.axes.len()];
        let mut inputs = vec![Interval::ZERO; grid.axes.len()];
        let (mut exact, mut enclosed) = (Vec::new(), Vec::new());
        for k in 0..grid.axes[axis].cells {
            exact_inputs[axis] = grid.axes[axis].centre(k);
            inputs[axis] = Interval::from_rational(&exact_inputs[axis]);
            let results = tape.evaluate(&exact_constants, &exact_inputs, &mut exact_scratch);
            exact.push(results.value(0).ok().cloned());
            let results = tape.evaluate(&constants, &inputs, &mut scratch);
            enclosed.push(results.value(0).ok().copied());
        }
        Self {
            axis,
            exact,
            enclosed,
        }
    }
}

/// Replaces the largest parts in one input by variables; their inputs and formulas go to `parts`.
fn separate(formula: &Expr, inputs: usize, parts: &mut Vec<(usize, Expr)>) -> Option<Expr> {
    let mut used = (0..inputs).filter(|&input| formula.uses(input));
    let Some(input) = used.next() else {
        return Some(formula.clone());
    };
    if used.next().is_none() {
        let known = parts.iter().position(|(_, part)| part == formula);
        let place = known.unwrap_or(parts.len());
        if known.is_none() {
            parts.push((input, formula.clone()));
        }
        return Some(Expr::Variable(place));
    }
    let mut below = |part: &Expr| separate(part, inputs, parts).map(Arc::new);
    Some(match formula {
        Expr::Negate(a) => Expr::Negate(below(a)?),
        Expr::Add(a, b) => Expr::Add(below(a)?, below(b)?),
        Expr::Sub(a, b) => Expr::Sub(below(a)?, below(b)?),
        Expr::Mul(a, b) => Expr::Mul(below(a)?, below(b)?),
        Expr::Div(a, b) => Expr::Div(below(a)?, below(b)?),
        Expr::Power(a, b) => Expr::Power(below(a)?, below(b)?),
        Expr::Apply(function, a) => Expr::Apply(*function, below(a)?),
        Expr::Min(a, b) => Expr::Min(below(a)?, below(b)?),
        Expr::Max(a, b) => Expr::Max(below(a)?, below(b)?),
        Expr::If(..) | Expr::Number(_) | Expr::Variable(_) | Expr::Pi => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn parts(formula: &str) -> Option<Vec<usize>> {
        let names = ["x", "y"].map(str::to_owned);
        let target = parse_target(&[formula], Some(&names)).expect("a formula");
        let mut parts = Vec::new();
        let outer = separate(&target.output_expressions()[0], 2, &mut parts);
        outer.map(|_| parts.into_iter().map(|(axis, _)| axis).collect())
    }

    #[test]
    fn parts_are_as_large_as_they_can_be() {
        assert_eq!(parts("sin(3*x)*cos(2*y)"), Some(vec![0, 1]));
        assert_eq!(parts("exp(-(x^2 + y^2)) + x^2"), Some(vec![0, 1]));
        assert_eq!(parts("if(x < 0, -x, x) * y"), Some(vec![0, 1]));
        assert_eq!(parts("if(x < y, x, y)"), None);
        assert_eq!(parts("3"), Some(vec![]));
    }
}

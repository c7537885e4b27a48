//! Mixed differences of a target's values on a grid.

use super::error::BuildError;
use super::grid::{Grid, Indices, whole};
use super::request::Request;
use super::sample::Sampler;
use crate::expr::{Expr, derivative, derivative_range_upper};
use crate::numbers::Rational;

/// The values at the cell centres.
pub struct Table<'a> {
    grid: &'a Grid,
    /// One value for each cell; or, for a sum of functions of one input each, the values along
    /// each axis through cell 0.
    values: Vec<Vec<Rational>>,
    /// No value is farther than this from the true one.
    pub rounding_upper: Rational,
}

impl<'a> Table<'a> {
    /// Evaluates the target.
    pub fn new(request: &Request, grid: &'a Grid, is_additive: bool) -> Result<Self, BuildError> {
        let mut sampler = Sampler::new(request.target);
        if !is_additive {
            let centres = Indices::of_cells(grid).map(|index| grid.centre(&index));
            let sampled = sampler.values(centres)?;
            return Ok(Self {
                grid,
                values: vec![sampled.values],
                rounding_upper: sampled.rounding_upper,
            });
        }
        let inputs = grid.axes.len();
        let along = |input: usize| {
            (0..grid.axes[input].cells).map(move |k| {
                let mut index = vec![0; inputs];
                index[input] = k;
                grid.centre(&index)
            })
        };
        let sampled = sampler.values((0..inputs).flat_map(along))?;
        let mut rest = sampled.values.into_iter();
        let axes = grid.axes.iter();
        let values = axes.map(|axis| rest.by_ref().take(axis.cells).collect());
        Ok(Self {
            grid,
            values: values.collect(),
            // d values are added and d - 1 times the value of cell 0 taken off.
            rounding_upper: sampled.rounding_upper * whole(2 * inputs - 1),
        })
    }

    /// The value in the cell with this index.
    pub fn value(&self, index: &[usize]) -> Rational {
        if let [values] = self.values.as_slice() {
            return values[self.grid.place(index)].clone();
        }
        let corner = &self.values[0][0];
        let axes = self.values.iter().zip(index);
        let rises = axes.map(|(values, &k)| &values[k] - corner);
        rises.sum::<Rational>() + corner
    }

    /// The alternating sum over the corners `index` and `index - 1` in the inputs of the subset.
    pub fn mixed_difference(&self, subset: &[usize], index: &[usize]) -> Rational {
        let mut sum = Rational::ZERO;
        let mut corner = index.to_vec();
        for choice in 0u32..1 << subset.len() {
            for (bit, &input) in subset.iter().enumerate() {
                corner[input] = index[input] - usize::from(choice >> bit & 1 == 1);
            }
            let value = self.value(&corner);
            sum = if choice.count_ones() % 2 == 0 {
                sum + value
            } else {
                sum - value
            };
        }
        sum
    }
}

/// The subsets of the inputs that are not empty, the small ones first.
pub fn subsets(inputs: usize) -> Vec<Vec<usize>> {
    let members = |bits: u32| (0..inputs).filter(move |&input| bits >> input & 1 == 1);
    let all = (1u32..1 << inputs).map(|bits| members(bits).collect());
    let mut all: Vec<Vec<usize>> = all.collect();
    all.sort_by_key(Vec::len);
    all
}

/// The sum, over subsets of at least two inputs, of the largest mixed difference anywhere.
pub fn largest_mixed_differences(table: &Table, grid: &Grid, is_additive: bool) -> Rational {
    let mut sum = Rational::ZERO;
    if is_additive {
        return sum;
    }
    for subset in subsets(grid.axes.len()) {
        if subset.len() < 2 {
            continue;
        }
        let starts = (0..grid.axes.len()).map(|input| usize::from(subset.contains(&input)));
        let everywhere = Indices::new(starts.collect(), grid.cells());
        let sizes = everywhere.map(|index| table.mixed_difference(&subset, &index).abs());
        sum = sum + sizes.max().unwrap_or_default();
    }
    sum
}

/// Is the target a sum of functions of one input each, as it is written?
pub fn is_additive(request: &Request) -> bool {
    let inputs = request.domain.dimension();
    let formulas = request.target.output_expressions();
    inputs > 1 && formulas.first().is_some_and(|f| sums(f, inputs))
}

fn sums(formula: &Expr, inputs: usize) -> bool {
    match formula {
        Expr::Add(a, b) | Expr::Sub(a, b) => sums(a, inputs) && sums(b, inputs),
        Expr::Negate(a) => sums(a, inputs),
        Expr::Mul(a, b) if a.as_number().is_some() => sums(b, inputs),
        Expr::Mul(a, b) | Expr::Div(a, b) if b.as_number().is_some() => sums(a, inputs),
        term => (0..inputs).filter(|&input| term.uses(input)).count() <= 1,
    }
}

/// Returns an upper bound of the derivative that takes each input of the subset once.
pub fn mixed_derivative(request: &Request, subset: &[usize]) -> Option<Rational> {
    let formulas = request.target.output_expressions();
    let mut formula = formulas.first()?.clone();
    for &input in subset {
        formula = derivative(&formula, input).ok()?;
    }
    derivative_range_upper(&formula, request.domain, 0, 0)
}

//! Mixed differences of a target's values on a grid.

use crate::builders::error::BuildError;
use crate::builders::fixed::Numbers;
use crate::builders::grid::{Grid, Index, Indices, whole};
use crate::builders::sample::Sampler;
use crate::expr::{Domain, Expr, derivative, derivative_range_upper};
use crate::numbers::Rational;

/// The values at the cell centres.
pub struct Table<'a> {
    grid: &'a Grid,
    /// One value for each cell; or, for a sum of functions of one input each, the values along
    /// each axis through cell 0.
    values: Vec<Numbers>,
    /// Is the target a sum of functions of one input each?
    pub is_additive: bool,
    /// An upper bound on the distance of the values from the true ones.
    pub rounding_upper: Rational,
}

impl<'a> Table<'a> {
    /// Evaluates the target.
    pub fn new(
        mut sampler: Sampler,
        grid: &'a Grid,
        is_additive: bool,
    ) -> Result<Self, BuildError> {
        if !is_additive {
            let (values, rounding_upper) = sampler.on_grid(grid)?;
            return Ok(Self {
                grid,
                values: vec![values],
                is_additive,
                rounding_upper,
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
        let values = axes.map(|axis| Numbers::Plain(rest.by_ref().take(axis.cells).collect()));
        Ok(Self {
            grid,
            values: values.collect(),
            is_additive,
            // d values are added, and d - 1 times the value of cell 0 is subtracted.
            rounding_upper: sampled.rounding_upper * whole(2 * inputs - 1),
        })
    }

    /// The value in the cell with index 0 on each axis.
    pub fn first(&self) -> Rational {
        self.values[0].get(0)
    }

    /// The mixed differences over a subset of the inputs: for each index, the alternating sum over
    /// the corners `index` and `index - 1` in the inputs of the subset.
    ///
    /// A sum of functions of one input each has differences over single inputs only.
    pub fn mixed_differences(&self, subset: &[usize], indices: Indices) -> Numbers {
        if let (true, &[input]) = (self.is_additive, subset) {
            let places = indices.map(|index| index[input]);
            return self.values[input].sums(places, &[(0, true), (1, false)]);
        }
        let place = |index: Index| self.grid.place(&index);
        let strides: Vec<usize> = subset
            .iter()
            .map(|&input| {
                let mut one = Index::default();
                one[input] = 1;
                place(one)
            })
            .collect();
        let corners = (0u32..1 << subset.len()).map(|choice| {
            let taken = strides.iter().enumerate();
            let taken = taken.filter(|(bit, _)| choice >> bit & 1 == 1);
            let back = taken.map(|(_, stride)| stride).sum();
            (back, choice.count_ones().is_multiple_of(2))
        });
        let corners: Vec<(usize, bool)> = corners.collect();
        self.values[0].sums(indices.map(place), &corners)
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
pub fn largest_mixed_differences(table: &Table, grid: &Grid) -> Rational {
    let mut sum = Rational::ZERO;
    if table.is_additive {
        return sum;
    }
    for subset in subsets(grid.axes.len()) {
        if subset.len() < 2 {
            continue;
        }
        let starts = (0..grid.axes.len()).map(|input| usize::from(subset.contains(&input)));
        let everywhere = Indices::new(starts.collect(), grid.cells());
        let (largest, _) = table.mixed_differences(&subset, everywhere).sizes();
        sum = sum + largest;
    }
    sum
}

/// Is a formula, as written, a sum of functions of one input each?
pub fn is_additive(formula: &Expr, inputs: usize) -> bool {
    inputs > 1 && sums(formula, inputs)
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

/// Returns an upper bound on the derivative that takes each input of the subset once.
pub fn mixed_derivative(formula: &Expr, domain: &Domain, subset: &[usize]) -> Option<Rational> {
    let mut formula = formula.clone();
    for &input in subset {
        formula = derivative(&formula, input).ok()?;
    }
    derivative_range_upper(&formula, domain, 0, 0)
}

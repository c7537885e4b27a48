//! How the lines of a grid are spaced: equally, or closer where the target is steep.

use crate::builders::density::Density;
use crate::builders::error::BuildError;
use crate::builders::grid::Grid;
use crate::builders::parameters::Division;
use crate::builders::request::Request;
use crate::expr::simplest_between;
use crate::numbers::Rational;

/// Decides where the lines of a grid are.
pub struct Spacing {
    /// For each input, bounds on the slope; none if cells are equal.
    slopes: Option<Vec<Density>>,
}

impl Spacing {
    /// Bounds the slopes of the target if `grid = "adaptive"`.
    pub fn of(request: &Request) -> Self {
        let is_adaptive = request.parameters.grid == Some(Division::Adaptive);
        let formulas = request.target.output_expressions();
        let inputs = 0..request.domain.dimension();
        let along = |input| Density::new(&formulas, request.domain, input, 1);
        Self {
            slopes: is_adaptive.then(|| inputs.map(along).collect()),
        }
    }

    /// Returns the grid; one number of cells serves for all inputs.
    pub fn grid(
        &self,
        builder: &'static str,
        cells: Option<&Vec<usize>>,
        request: &Request,
    ) -> Result<Grid, BuildError> {
        let mut grid = Grid::new(builder, cells, request.domain)?;
        for (axis, slopes) in grid.axes.iter_mut().zip(self.slopes.iter().flatten()) {
            *axis = slopes.lines(axis.cells, 1);
        }
        Ok(grid)
    }

    /// Returns the length for the default steepness: the shortest cell side, or slightly less if that is
    /// a long fraction.
    pub fn shortest(&self, grid: &Grid) -> Rational {
        let shortest = grid.shortest();
        match self.slopes {
            Some(_) => simplest_between(&(&shortest * &Rational::ratio(4, 5)), &shortest),
            None => shortest,
        }
    }

    /// Returns the sum of `L_i h_i / 2`, for the cell of each axis where that is largest; `slopes`
    /// are those over the whole domain.
    pub fn half_steps(&self, grid: &Grid, slopes: &[Rational]) -> Rational {
        let axes = grid.axes.iter().zip(slopes).enumerate();
        let spread = axes.map(|(input, (axis, slope))| {
            let slopes = self.slopes.as_ref().map(|slopes| &slopes[input]);
            let local = slopes.and_then(|slopes| slopes.worst(axis, 1));
            local.unwrap_or_else(|| slope * &axis.longest()).half()
        });
        spread.sum()
    }
}

//! Grids of cells over a domain.

use super::error::BuildError;
use crate::expr::Domain;
use crate::numbers::Rational;

/// One side of the domain, cut into cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The number of cells, at least 1.
    pub cells: usize,
    cuts: Cuts,
    /// The side itself; cells of a shifted grid reach beyond it.
    ends: (Rational, Rational),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cuts {
    Equal { low: Rational, cell: Rational },
    Lines(Vec<Rational>),
}

impl Axis {
    /// Cuts a side into equal cells.
    pub fn equal(low: &Rational, high: &Rational, cells: usize) -> Self {
        Self {
            cells,
            cuts: Cuts::Equal {
                low: low.clone(),
                cell: (high - low) / whole(cells),
            },
            ends: (low.clone(), high.clone()),
        }
    }

    /// Cuts a side at these lines, which increase; the first and the last are its ends.
    ///
    /// - Panics: there are fewer than two lines.
    pub fn with_lines(lines: Vec<Rational>) -> Self {
        let ends = (lines[0].clone(), lines[lines.len() - 1].clone());
        Self {
            cells: lines.len() - 1,
            cuts: Cuts::Lines(lines),
            ends,
        }
    }

    /// Returns equal cells, moved upward by this part of a cell (between 0 and 1), and if that is not 0 one
    /// more cell below them. Together they cover more than the side.
    #[must_use]
    pub fn shifted(&self, part: &Rational) -> Self {
        let mut shifted = self.clone();
        if let (false, Cuts::Equal { low, cell }) = (part.is_zero(), &mut shifted.cuts) {
            *low = &*low - &(&*cell * &(Rational::ONE - part));
            shifted.cells += 1;
        }
        shifted
    }

    /// The lower end of the side.
    pub fn low(&self) -> &Rational {
        &self.ends.0
    }

    /// The upper end of the side.
    pub fn high(&self) -> &Rational {
        &self.ends.1
    }

    /// Returns line `k`; cell `k` lies between it and the next. Exact.
    pub fn line(&self, k: usize) -> Rational {
        match &self.cuts {
            Cuts::Equal { low, cell } => low + &(cell * &whole(k)),
            Cuts::Lines(lines) => lines[k].clone(),
        }
    }

    /// Returns the centre of cell `k`, or the end of the side that is nearest to it. Exact.
    pub fn centre(&self, k: usize) -> Rational {
        let centre = match &self.cuts {
            Cuts::Equal { low, cell } => low + &(cell * &(whole(k) + Rational::ratio(1, 2))),
            Cuts::Lines(lines) => (&lines[k] + &lines[k + 1]).half(),
        };
        centre.max(self.ends.0.clone()).min(self.ends.1.clone())
    }

    /// Returns the length of cell `k`.
    pub fn side(&self, k: usize) -> Rational {
        match &self.cuts {
            Cuts::Equal { cell, .. } => cell.clone(),
            Cuts::Lines(lines) => &lines[k + 1] - &lines[k],
        }
    }

    /// Returns the length of the shortest cell.
    pub fn shortest(&self) -> Rational {
        let cells = match &self.cuts {
            Cuts::Equal { .. } => 1,
            Cuts::Lines(_) => self.cells,
        };
        let sides = (0..cells).map(|k| self.side(k));
        sides.min().unwrap_or(Rational::ONE)
    }

    /// Returns the length of the longest cell.
    pub fn longest(&self) -> Rational {
        let cells = match &self.cuts {
            Cuts::Equal { .. } => 1,
            Cuts::Lines(_) => self.cells,
        };
        let sides = (0..cells).map(|k| self.side(k));
        sides.max().unwrap_or(Rational::ONE)
    }
}

/// Returns a count as a number.
pub fn whole(count: usize) -> Rational {
    Rational::new(count, 1).unwrap_or_default()
}

/// A product of cut sides. Cells are numbered with the last input running fastest.
pub struct Grid {
    /// One axis for each input.
    pub axes: Vec<Axis>,
}

impl Grid {
    /// Cuts a domain; one number of cells serves for all inputs.
    pub fn new(
        builder: &'static str,
        cells: Option<&Vec<usize>>,
        domain: &Domain,
    ) -> Result<Self, BuildError> {
        let key = "cells";
        let cells = cells.ok_or(BuildError::MissingSize { builder, key })?;
        let (inputs, found) = (domain.dimension(), cells.len());
        if found != 1 && found != inputs {
            return Err(BuildError::Length { key, found, inputs });
        }
        if cells.contains(&0) {
            return Err(BuildError::TooSmall {
                key,
                found: 0,
                smallest: 1,
            });
        }
        let cells = cells.iter().cycle();
        let cut =
            |((low, high), &cells): (&(Rational, Rational), &usize)| Axis::equal(low, high, cells);
        let axes = domain.sides().iter().zip(cells).map(cut).collect();
        Ok(Self { axes })
    }

    /// The number of cells of each axis.
    pub fn cells(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.cells).collect()
    }

    /// The number of all cells; `u128` holds it for four inputs and less than 2^32 cells each.
    pub fn total(&self) -> u128 {
        let cells = self.axes.iter().map(|axis| wide(axis.cells));
        cells.fold(1, u128::saturating_mul)
    }

    /// The length of the shortest cell side.
    pub fn shortest(&self) -> Rational {
        let cells = self.axes.iter().map(Axis::shortest);
        cells.min().unwrap_or(Rational::ONE)
    }

    /// Returns the number of the cell with this index on each axis.
    pub fn place(&self, index: &[usize]) -> usize {
        let axes = self.axes.iter().zip(index);
        axes.fold(0, |place, (axis, k)| place * axis.cells + k)
    }

    /// Returns the centre of the cell with this index on each axis.
    pub fn centre(&self, index: &[usize]) -> Vec<Rational> {
        let axes = self.axes.iter().zip(index);
        axes.map(|(axis, k)| axis.centre(*k)).collect()
    }
}

/// Returns a count as a wide integer.
pub fn wide(count: usize) -> u128 {
    u128::try_from(count).unwrap_or(u128::MAX)
}

/// The most inputs that a grid has.
pub const MOST_AXES: usize = 4;

/// The index of a cell on each axis; 0 beyond the axes of the grid.
pub type Index = [usize; MOST_AXES];

/// Runs through all indices with `starts[i] <= index[i] < ends[i]`, the last axis fastest.
#[derive(Clone)]
pub struct Indices {
    starts: Vec<usize>,
    ends: Vec<usize>,
    next: Option<Index>,
}

impl Indices {
    /// Begins at the lowest index.
    ///
    /// - Panics: there are more than [`MOST_AXES`] axes.
    pub fn new(starts: Vec<usize>, ends: Vec<usize>) -> Self {
        let is_empty = starts.iter().zip(&ends).any(|(start, end)| start >= end);
        let mut first = [0; MOST_AXES];
        first[..starts.len()].copy_from_slice(&starts);
        let next = (!is_empty).then_some(first);
        Self { starts, ends, next }
    }

    /// All cells of a grid, in the order of their numbers.
    pub fn of_cells(grid: &Grid) -> Self {
        Self::new(vec![0; grid.axes.len()], grid.cells())
    }
}

impl Iterator for Indices {
    type Item = Index;

    fn next(&mut self) -> Option<Index> {
        let current = self.next.take()?;
        let mut following = current;
        for axis in (0..self.ends.len()).rev() {
            following[axis] += 1;
            if following[axis] < self.ends[axis] {
                self.next = Some(following);
                break;
            }
            following[axis] = self.starts[axis];
        }
        Some(current)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_exactly_and_numbered_in_order() {
        let domain = Domain::parse("x=0..1,y=-1..2").expect("a domain");
        let grid = Grid::new("towers", Some(&vec![2, 3]), &domain).expect("cells");
        assert_eq!(grid.axes[1].line(3), Rational::from(2));
        assert_eq!(
            grid.centre(&[1, 0]),
            [Rational::ratio(3, 4), Rational::ratio(-1, 2)]
        );
        let places: Vec<_> = Indices::of_cells(&grid).map(|k| grid.place(&k)).collect();
        assert_eq!(places, [0, 1, 2, 3, 4, 5]);
        let inner: Vec<_> = Indices::new(vec![1, 1], grid.cells()).collect();
        assert_eq!(inner, [[1, 1, 0, 0], [1, 2, 0, 0]]);
        assert_eq!(Indices::new(vec![1, 1], vec![1, 5]).count(), 0);
    }

    #[test]
    fn shifted_cells_cover_the_side_and_have_their_centres_in_it() {
        let axis = Axis::equal(&Rational::ZERO, &Rational::from(2), 2);
        assert_eq!(axis.shifted(&Rational::ZERO), axis);
        let shifted = axis.shifted(&Rational::ratio(1, 4));
        assert_eq!(shifted.cells, 3);
        assert_eq!(shifted.line(0), Rational::ratio(-3, 4));
        assert_eq!(shifted.line(3), Rational::ratio(9, 4));
        // The middle -1/4 is outside.
        assert_eq!(shifted.centre(0), Rational::ZERO);
        assert_eq!(shifted.centre(1), Rational::ratio(3, 4));
        let uneven = Axis::with_lines([0, 1, 4].map(Rational::from).to_vec());
        assert_eq!(uneven.centre(1), Rational::ratio(5, 2));
        assert_eq!(
            (uneven.shortest(), uneven.longest()),
            (Rational::ONE, Rational::from(3))
        );
    }

    #[test]
    fn bad_cells_are_refused() {
        let domain = Domain::parse("x=0..1,y=0..1").expect("a domain");
        let message = |cells: Option<Vec<usize>>| {
            let grid = Grid::new("towers", cells.as_ref(), &domain);
            grid.err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        };
        assert_eq!(
            message(None),
            "`towers` needs `cells`, or a tolerance to choose it by"
        );
        assert_eq!(
            message(Some(vec![1, 2, 3])),
            "`cells` has 3 entries, the target has 2 inputs"
        );
        assert_eq!(
            message(Some(vec![4, 0])),
            "`cells` is 0, at least 1 is needed"
        );
    }
}

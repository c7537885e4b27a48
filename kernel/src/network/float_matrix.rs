//! Matrices of trained weights, which rarely repeat: read as floats, converted to numbers once.

use super::matrix::{Matrix, MatrixError};
use super::pool::index;
use crate::numbers::{Float64, Rational};

/// Collects the rows of a [`Matrix`] with float weights, from top to bottom. Each distinct float is
/// converted once, at the end.
pub struct FloatMatrixBuilder {
    matrix: Matrix,
    floats: Vec<Float64>,
}

impl FloatMatrixBuilder {
    /// Starts a matrix with this many columns and no rows.
    pub fn new(columns: usize) -> Self {
        Self {
            matrix: Matrix::without_rows(columns),
            floats: Vec::new(),
        }
    }

    /// Adds a row from its weights and their columns, which increase. Zeros are dropped.
    ///
    /// - Errors: [`MatrixError`] for the first weight that does not fit; the row is not added.
    pub fn push_row(&mut self, row: &[(usize, Float64)]) -> Result<(), MatrixError> {
        self.matrix.check(row.iter().map(|entry| entry.0))?;
        for &(column, weight) in row.iter().filter(|entry| !entry.1.is_zero()) {
            let column = u32::try_from(column).map_err(|_| MatrixError::TooLarge)?;
            self.matrix.columns.push(column);
            self.floats.push(weight);
        }
        self.matrix.starts.push(self.matrix.columns.len());
        Ok(())
    }

    /// Returns the matrix.
    ///
    /// - Errors: [`MatrixError::TooLarge`].
    pub fn finish(self) -> Result<Matrix, MatrixError> {
        let mut matrix = self.matrix;
        (matrix.pool, matrix.values) = shared(&self.floats).ok_or(MatrixError::TooLarge)?;
        matrix.starts.shrink_to_fit();
        matrix.columns.shrink_to_fit();
        Ok(matrix)
    }
}

/// Returns the distinct floats as rationals, in order of first appearance, and the place of each
/// float among them; `None` if there are more than 2^32 - 1 floats.
///
/// Trained weights rarely repeat, and a hash table of a million of them is slower than sorting:
///
/// ```text
/// floats                   a b a c
/// sorted with positions    (a, 0) (a, 2) (b, 1) (c, 3)
/// place: first position    0 1 0 3    of an equal float
/// place: then counted      0 1 0 2    of a new one
/// ```
pub fn shared(floats: &[Float64]) -> Option<(Vec<Rational>, Vec<u32>)> {
    let positions = 0..u32::try_from(floats.len()).ok()?;
    let mut sorted: Vec<u128> = floats
        .iter()
        .zip(positions)
        .map(|(float, position)| u128::from(float.to_bits()) << 32 | u128::from(position))
        .collect();
    sorted.sort_unstable();
    let position = |entry: u128| u32::try_from(entry & u128::from(u32::MAX)).expect("32 bits");
    let mut places = vec![0; floats.len()];
    let (mut count, mut last, mut first) = (0usize, None, 0);
    for entry in sorted {
        let bits = entry >> 32;
        if last != Some(bits) {
            (last, first) = (Some(bits), position(entry));
            count += 1;
        }
        places[index(position(entry))] = first;
    }
    let mut values = Vec::with_capacity(count);
    for (position, float) in floats.iter().enumerate() {
        let first = index(places[position]);
        places[position] = if first == position {
            values.push(float.to_rational());
            u32::try_from(values.len() - 1).expect("no more than there are floats")
        } else {
            // An earlier one, which already has its place.
            places[first]
        };
    }
    Some((values, places))
}

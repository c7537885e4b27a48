//! Sparse matrices of exact weights, whose distinct values are stored once.
//!
//! ```text
//! row i:  starts[i] .. starts[i + 1]  into  columns (increasing) and values (indices)
//! weight: pool[values[k]], never 0, all values of the pool distinct
//! pool:   in order of first appearance, so equal matrices are stored alike
//! ```
//!
//! A grid of a million towers has four weights per unit, and few of them are distinct: an entry
//! takes eight bytes.

use super::pool::{Pool, in_order_of_use, index};
use crate::numbers::Rational;

/// Why rows are not a valid matrix. Rows and columns count from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
    /// A column index is beyond the width of the matrix.
    #[error("row {row} has a weight in column {column}, there are {columns} columns")]
    OutOfRange {
        /// The row.
        row: usize,
        /// The column that does not exist.
        column: usize,
        /// The number of columns.
        columns: usize,
    },
    /// A column is given twice in one row.
    #[error("row {row} has two weights in column {column}")]
    Duplicate {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
    },
    /// The columns of a row are not increasing.
    #[error("row {row} has column {column} after a later one")]
    Unsorted {
        /// The row.
        row: usize,
        /// The column out of order.
        column: usize,
    },
    /// A dense row has the wrong length.
    #[error("row {row} has {found} weights, expected {expected}")]
    Ragged {
        /// The row.
        row: usize,
        /// Its length.
        found: usize,
        /// The number of columns.
        expected: usize,
    },
    /// More than 2^32 columns or distinct values.
    #[error("a matrix has at most 4294967295 columns and different values")]
    TooLarge,
}

/// Rows and columns of exact weights; read-only once built.
#[derive(Clone, PartialEq, Eq)]
pub struct Matrix {
    pub(super) width: usize,
    pub(super) starts: Vec<usize>,
    pub(super) columns: Vec<u32>,
    pub(super) values: Vec<u32>,
    pub(super) pool: Vec<Rational>,
}

impl Matrix {
    /// Returns the matrix with these dense rows; no rows give a matrix without columns.
    ///
    /// - Errors: [`MatrixError::Ragged`] where rows differ in length.
    pub fn from_dense(rows: Vec<Vec<Rational>>) -> Result<Self, MatrixError> {
        let mut builder = MatrixBuilder::new(rows.first().map_or(0, Vec::len));
        for row in rows {
            builder.push_dense_row(row)?;
        }
        Ok(builder.finish())
    }

    pub(super) fn without_rows(columns: usize) -> Self {
        Self {
            width: columns,
            starts: vec![0],
            columns: Vec::new(),
            values: Vec::new(),
            pool: Vec::new(),
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.width
    }

    /// Returns the number of nonzero weights.
    pub fn entries(&self) -> usize {
        self.columns.len()
    }

    /// Returns the distinct nonzero weights, in order of first appearance.
    pub fn pool(&self) -> &[Rational] {
        &self.pool
    }

    /// Returns the non-zero weights of one row with their columns, from left to right.
    ///
    /// - Panics: when the row does not exist.
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = (usize, &Rational)> {
        self.row_indices(row)
            .map(|(column, value)| (column, &self.pool[value]))
    }

    /// Returns one row as columns and indices into the [`Matrix::pool`], from left to right.
    ///
    /// - Panics: when the row does not exist.
    pub fn row_indices(&self, row: usize) -> impl ExactSizeIterator<Item = (usize, usize)> {
        let range = self.starts[row]..self.starts[row + 1];
        let columns = self.columns[range.clone()].iter();
        columns
            .zip(&self.values[range])
            .map(|(&column, &value)| (index(column), index(value)))
    }

    /// Checks the columns of the next row before anything is stored.
    pub(super) fn check(&self, entries: impl Iterator<Item = usize>) -> Result<(), MatrixError> {
        let (row, columns) = (self.rows(), self.width);
        let mut last = None;
        for column in entries {
            if column >= columns {
                return Err(MatrixError::OutOfRange {
                    row,
                    column,
                    columns,
                });
            }
            if last == Some(column) {
                return Err(MatrixError::Duplicate { row, column });
            }
            if last.is_some_and(|last| last > column) {
                return Err(MatrixError::Unsorted { row, column });
            }
            last = Some(column);
        }
        if u32::try_from(columns).is_err() {
            return Err(MatrixError::TooLarge);
        }
        Ok(())
    }
}

impl std::fmt::Debug for Matrix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = (0..self.rows()).map(|row| self.row(row).collect::<Vec<_>>());
        f.debug_list().entries(rows).finish()
    }
}

/// A weight known to one [`MatrixBuilder`]: 0, or 1 more than its place in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight(u32);

impl Weight {
    /// The weight 0, which no matrix stores.
    pub const ZERO: Self = Self(0);
}

/// Collects the rows of a [`Matrix`] from top to bottom.
pub struct MatrixBuilder {
    matrix: Matrix,
    known: Pool,
}

impl MatrixBuilder {
    /// Starts a matrix with this many columns and no rows.
    pub fn new(columns: usize) -> Self {
        Self {
            matrix: Matrix::without_rows(columns),
            known: Pool::default(),
        }
    }

    /// Returns the number of rows so far.
    pub fn rows(&self) -> usize {
        self.matrix.rows()
    }

    /// Returns a handle to a weight, for [`MatrixBuilder::push_known`]; it need not be used.
    ///
    /// - Errors: [`MatrixError::TooLarge`].
    pub fn weight(&mut self, value: Rational) -> Result<Weight, MatrixError> {
        if value.is_zero() {
            return Ok(Weight::ZERO);
        }
        let place = self
            .known
            .place(value)
            .and_then(|place| place.checked_add(1));
        place.map(Weight).ok_or(MatrixError::TooLarge)
    }

    /// Adds a row from its weights and their increasing columns. Zeros are dropped.
    ///
    /// - Errors: [`MatrixError`] for the first weight that does not fit; the row is then not added.
    pub fn push_row(
        &mut self,
        row: impl IntoIterator<Item = (usize, Rational)>,
    ) -> Result<(), MatrixError> {
        let mut known = Vec::new();
        for (column, value) in row {
            known.push((column, self.weight(value)?));
        }
        self.push_known(&known)
    }

    /// Adds a row like [`MatrixBuilder::push_row`], from weights of this builder.
    pub fn push_known(&mut self, row: &[(usize, Weight)]) -> Result<(), MatrixError> {
        self.matrix.check(row.iter().map(|entry| entry.0))?;
        for &(column, Weight(weight)) in row {
            if let Some(place) = weight.checked_sub(1) {
                let column = u32::try_from(column).map_err(|_| MatrixError::TooLarge)?;
                self.matrix.columns.push(column);
                self.matrix.values.push(place);
            }
        }
        self.matrix.starts.push(self.matrix.columns.len());
        Ok(())
    }

    /// Adds a row with one weight per column.
    ///
    /// - Errors: [`MatrixError::Ragged`] for a wrong number of weights.
    pub fn push_dense_row(&mut self, row: Vec<Rational>) -> Result<(), MatrixError> {
        self.check_length(row.len())?;
        self.push_row(row.into_iter().enumerate())
    }

    /// Checks the length of a dense row.
    pub fn check_length(&self, found: usize) -> Result<(), MatrixError> {
        let expected = self.matrix.width;
        if found == expected {
            return Ok(());
        }
        Err(MatrixError::Ragged {
            row: self.rows(),
            found,
            expected,
        })
    }

    /// Returns the matrix.
    pub fn finish(self) -> Matrix {
        let mut matrix = self.matrix;
        matrix.pool = in_order_of_use(self.known.into_values(), &mut matrix.values);
        matrix.starts.shrink_to_fit();
        matrix.columns.shrink_to_fit();
        matrix.values.shrink_to_fit();
        matrix
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::FloatMatrixBuilder;
    use crate::numbers::Float64;
    use proptest::prelude::*;

    fn integers(row: &[i64]) -> Vec<Rational> {
        row.iter().copied().map(Rational::from).collect()
    }

    #[test]
    fn zeros_are_dropped_and_values_shared() {
        let matrix = Matrix::from_dense(vec![
            integers(&[0, 7, 0]),
            integers(&[0, 0, 0]),
            integers(&[7, -7, 7]),
        ])
        .expect("rows of one length");
        assert_eq!((matrix.rows(), matrix.columns()), (3, 3));
        assert_eq!(matrix.entries(), 4);
        assert_eq!(matrix.pool(), integers(&[7, -7]));
        assert_eq!(matrix.row(1).len(), 0);
        let last: Vec<_> = matrix.row(2).map(|(c, w)| (c, w.clone())).collect();
        let expected: Vec<_> = integers(&[7, -7, 7]).into_iter().enumerate().collect();
        assert_eq!(last, expected);
    }

    #[test]
    fn rows_that_do_not_fit_are_refused_and_leave_no_trace() {
        let one = || Rational::ONE;
        let mut builder = MatrixBuilder::new(3);
        builder.push_row([(2, one())]).expect("fits");
        assert_eq!(
            builder.push_row([(0, one()), (3, one())]),
            Err(MatrixError::OutOfRange {
                row: 1,
                column: 3,
                columns: 3
            })
        );
        assert_eq!(
            builder.push_row([(1, one()), (1, Rational::ZERO)]),
            Err(MatrixError::Duplicate { row: 1, column: 1 })
        );
        assert_eq!(
            builder.push_row([(1, one()), (0, one())]),
            Err(MatrixError::Unsorted { row: 1, column: 0 })
        );
        assert_eq!(
            builder.push_dense_row(integers(&[1, 2])),
            Err(MatrixError::Ragged {
                row: 1,
                found: 2,
                expected: 3
            })
        );
        let matrix = builder.finish();
        assert_eq!((matrix.rows(), matrix.entries()), (1, 1));
    }

    #[test]
    fn equal_matrices_are_stored_alike() {
        let dense = |row: &[i64]| Matrix::from_dense(vec![integers(row)]).expect("one row");
        let mut sparse = MatrixBuilder::new(3);
        let refused = [(0, Rational::from(2)), (9, Rational::ONE)];
        assert!(sparse.push_row(refused).is_err());
        sparse
            .push_row([(0, Rational::ONE), (2, Rational::from(2))])
            .expect("fits");
        let sparse = sparse.finish();
        assert_eq!(sparse, dense(&[1, 0, 2]));
        assert_eq!(sparse.pool(), integers(&[1, 2]));
        assert_ne!(sparse, dense(&[1, 0, 3]));
        assert_ne!(sparse, dense(&[1, 2, 0]));
    }

    #[test]
    fn floats_make_the_matrix_that_their_numbers_make() {
        let float = |value: f64| Float64::from_bits(value.to_bits()).expect("finite");
        let rows = [
            vec![(0, 0.1), (2, -0.5)],
            vec![(1, 0.0), (2, 0.1)],
            vec![],
            vec![(0, 7.0), (1, -0.0), (3, -0.5)],
        ];
        let mut floats = FloatMatrixBuilder::new(4);
        let mut rationals = MatrixBuilder::new(4);
        for row in &rows {
            let row: Vec<_> = row.iter().map(|&(c, w)| (c, float(w))).collect();
            floats.push_row(&row).expect("fits");
            let numbers = row.iter().map(|(c, w)| (*c, w.to_rational()));
            rationals.push_row(numbers).expect("fits");
        }
        let refused = [(1, float(1.0)), (1, float(2.0))];
        assert_eq!(
            floats.push_row(&refused),
            Err(MatrixError::Duplicate { row: 4, column: 1 })
        );
        assert_eq!(floats.finish(), Ok(rationals.finish()));
    }

    proptest! {
        #[test]
        fn holds_what_was_pushed(rows in prop::collection::vec(
            prop::collection::vec(-3i64..=3, 5), 0..8)
        ) {
            let dense: Vec<_> = rows.iter().map(|row| integers(row)).collect();
            let matrix = Matrix::from_dense(dense).expect("rows of one length");
            prop_assert_eq!(matrix.rows(), rows.len());
            prop_assert!(matrix.pool().len() <= 6);
            for (i, row) in rows.iter().enumerate() {
                let mut back = vec![Rational::ZERO; 5];
                for (column, value) in matrix.row(i) {
                    prop_assert!(!value.is_zero());
                    back[column] = value.clone();
                }
                prop_assert_eq!(back, integers(row));
            }
        }
    }
}

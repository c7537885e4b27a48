//! Exact linear programs: has a system of strict inequalities a solution in a box?

use nalgebra::{DMatrix, DVector};

use crate::numbers::{AffineMap, Rational};

/// Returns a point inside the box at which all functions are positive, if there is one.
///
/// - Exactness: exact. The simplex method with Bland's rule (which terminates) solves `maximise e` subject
///   to `f(x) >= e` for all functions and sides of the box.
pub fn interior_point<'a>(
    sides: &[(Rational, Rational)],
    functions: impl IntoIterator<Item = &'a AffineMap>,
) -> Option<Vec<Rational>> {
    let low: Vec<Rational> = sides.iter().map(|(low, _)| low.clone()).collect();
    let mut rows = Vec::new();
    for f in functions {
        let size = f.gradient().iter().map(Rational::abs).max();
        let Some(scale) = size.unwrap_or_default().reciprocal() else {
            if f.constant().is_positive() {
                continue;
            }
            return None;
        };
        // Divided by its size, so that all numbers have about the same size.
        let at_low = f.value(&low) * &scale;
        rows.push((f.gradient().iter().map(|g| g * &scale).collect(), at_low));
    }
    for (k, (low, high)) in sides.iter().enumerate() {
        for (sign, constant) in [(1, Rational::ZERO), (-1, high - low)] {
            let mut row = vec![Rational::ZERO; sides.len()];
            row[k] = Rational::from(sign);
            rows.push((row, constant));
        }
    }
    let y = Tableau::new(rows)?.solve()?;
    Some(low.iter().zip(&y).map(|(low, y)| low + y).collect())
}

/// A linear program while it is solved: `maximise z` with y, z and all slacks at least 0, where `x = low + y`
/// and `e = z - shift`, so that `y = 0`, `z = 0` is allowed.
///
/// ```text
///              columns: n + 1 variables that are 0   constant
/// rows         basis[i] = sum of table[i, j] columns[j] + table[i, n + 1]
/// last row     z        = the same
/// ```
struct Tableau {
    table: DMatrix<Rational>,
    /// Which variable each column stands for: 0 .. n are y and z, the slacks follow.
    columns: Vec<usize>,
    /// Which variable each row stands for.
    basis: Vec<usize>,
    shift: Rational,
}

impl Tableau {
    /// Starts with functions of y: gradient and constant.
    fn new(rows: Vec<(Vec<Rational>, Rational)>) -> Option<Self> {
        let n = rows.first()?.0.len();
        let lowest = rows.iter().map(|(_, constant)| constant).min()?;
        let shift = if lowest.is_negative() {
            -lowest
        } else {
            Rational::ZERO
        };
        let count = rows.len();
        let mut table = DMatrix::from_element(count + 1, n + 2, Rational::ZERO);
        // slack = gradient · y - z + (constant + shift)
        for (i, (gradient, constant)) in rows.into_iter().enumerate() {
            for (j, value) in gradient.into_iter().enumerate() {
                table[(i, j)] = value;
            }
            table[(i, n)] = Rational::from(-1);
            table[(i, n + 1)] = constant + &shift;
        }
        table[(count, n)] = Rational::ONE;
        Some(Self {
            table,
            columns: (0..=n).collect(),
            basis: (n + 1..=n + count).collect(),
            shift,
        })
    }

    /// Returns y with a positive e, if there is one.
    fn solve(mut self) -> Option<DVector<Rational>> {
        let goal = self.basis.len();
        let constant = self.columns.len();
        let n = constant - 1;
        loop {
            // The value of z now; more than the shift is enough.
            if self.table[(goal, constant)] > self.shift {
                let mut y = DVector::from_element(n, Rational::ZERO);
                for (i, &variable) in self.basis.iter().enumerate() {
                    if variable < n {
                        y[variable] = self.table[(i, constant)].clone();
                    }
                }
                return Some(y);
            }
            let entering = (0..constant).filter(|&j| self.table[(goal, j)].is_positive());
            let entering = entering.min_by_key(|&j| self.columns[j])?;
            let ratio = |i: usize| &self.table[(i, constant)] / &-&self.table[(i, entering)];
            let leaving = (0..goal)
                .filter(|&i| self.table[(i, entering)].is_negative())
                .map(|i| (ratio(i), self.basis[i], i));
            let (_, _, leaving) = leaving.min()?;
            self.pivot(leaving, entering);
        }
    }

    /// Solves the leaving row for the entering variable and puts it into all others.
    fn pivot(&mut self, leaving: usize, entering: usize) {
        let factor = -&self.table[(leaving, entering)];
        let row = self.table.row(leaving);
        let mut row: Vec<Rational> = row.iter().map(|value| value / &factor).collect();
        // entering = (others - leaving) / factor, with the leaving variable in its column.
        row[entering] = Rational::ONE / -&factor;
        let mut rest = self.table.column_mut(entering);
        let mut factors: Vec<Rational> = rest.iter_mut().map(std::mem::take).collect();
        factors[leaving] = Rational::ZERO;
        for (mut column, solved) in self.table.column_iter_mut().zip(row) {
            if !solved.is_zero() {
                for (value, c) in column.iter_mut().zip(&factors) {
                    if !c.is_zero() {
                        *value = &*value + c * &solved;
                    }
                }
            }
            column[leaving] = solved;
        }
        std::mem::swap(&mut self.basis[leaving], &mut self.columns[entering]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(gradient: &[i64], constant: i64) -> AffineMap {
        let gradient = gradient.iter().copied().map(Rational::from);
        AffineMap::new(gradient.collect(), Rational::from(constant))
    }

    #[test]
    fn open_cells_are_found_and_flat_ones_are_not() {
        let side = (Rational::from(-1), Rational::ONE);
        let cube = [side.clone(), side.clone(), side];
        let corner = [linear(&[1, 1, 1], -2)];
        let point = interior_point(&cube, &corner).expect("a corner is cut off");
        assert!(corner[0].value(&point).is_positive() && point.iter().all(|x| *x < Rational::ONE));
        assert_eq!(interior_point(&cube, &[linear(&[1, 1, 1], -3)]), None);
        let flat = [linear(&[1, -1, 0], 0), linear(&[-1, 1, 0], 0)];
        assert_eq!(interior_point(&cube, &flat), None);
        assert_eq!(interior_point(&cube, &[linear(&[0, 0, 0], 0)]), None);
        assert!(interior_point(&cube, &[linear(&[0, 0, 0], 1)]).is_some());
    }
}

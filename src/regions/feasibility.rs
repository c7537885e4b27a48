//! Exact linear programs: has a system of strict inequalities a solution in a box?

use crate::numbers::Rational;

/// `gradient · x + constant`, for the half-space where it is positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linear {
    /// The coefficients.
    pub gradient: Vec<Rational>,
    /// The constant.
    pub constant: Rational,
}

impl Linear {
    /// Returns the value at a point.
    pub fn value(&self, point: &[Rational]) -> Rational {
        let products = self.gradient.iter().zip(point).map(|(g, x)| g * x);
        products.sum::<Rational>() + &self.constant
    }

    /// Returns minus the function.
    #[must_use]
    pub fn negated(&self) -> Self {
        self.times(&Rational::from(-1))
    }

    /// Returns the function times a number.
    #[must_use]
    pub fn times(&self, factor: &Rational) -> Self {
        Self {
            gradient: self.gradient.iter().map(|g| g * factor).collect(),
            constant: &self.constant * factor,
        }
    }

    /// Adds `factor · other`.
    pub fn add(&mut self, factor: &Rational, other: &Self) {
        for (g, h) in self.gradient.iter_mut().zip(&other.gradient) {
            *g = &*g + factor * h;
        }
        self.constant = &self.constant + factor * &other.constant;
    }

    /// Is it the same everywhere?
    pub fn is_constant(&self) -> bool {
        self.gradient.iter().all(Rational::is_zero)
    }
}

/// Returns a point inside the box at which all functions are positive, if there is one.
///
/// - Exactness: exact. The simplex method with Bland's rule, which ends, on `maximise e` below
///   `f(x) >= e` for all functions and sides of the box.
pub fn interior_point(
    sides: &[(Rational, Rational)],
    functions: &[Linear],
) -> Option<Vec<Rational>> {
    let n = sides.len();
    // x = low + y, y >= 0; e = z - shift, z >= 0, so that y = 0, z = 0 is allowed.
    let low: Vec<Rational> = sides.iter().map(|(low, _)| low.clone()).collect();
    let mut rows: Vec<Vec<Rational>> = Vec::new();
    for f in functions {
        let size = f
            .gradient
            .iter()
            .map(Rational::abs)
            .max()
            .unwrap_or_default();
        if size.is_zero() {
            if f.constant.is_positive() {
                continue;
            }
            return None;
        }
        // Divided by its size, so that the numbers stay alike.
        let scale = size.reciprocal()?;
        let row = f.gradient.iter().map(|g| g * &scale);
        rows.push(row.chain([f.value(&low) * &scale]).collect());
    }
    for (k, (low, high)) in sides.iter().enumerate() {
        for (sign, constant) in [(1, Rational::ZERO), (-1, high - low)] {
            let mut row = vec![Rational::ZERO; n + 1];
            row[k] = Rational::from(sign);
            row[n] = constant;
            rows.push(row);
        }
    }
    let shift = -rows.iter().map(|row| &row[n]).min()?;
    let shift = if shift.is_negative() {
        Rational::ZERO
    } else {
        shift
    };
    // slack = g · y - z + (constant + shift), for every row; z itself is the last variable.
    let mut table: Vec<Vec<Rational>> = rows
        .into_iter()
        .map(|mut row| {
            let constant = row.pop().unwrap_or_default();
            row.push(Rational::from(-1));
            row.push(constant + &shift);
            row
        })
        .collect();
    let mut goal = vec![Rational::ZERO; n + 2];
    goal[n] = Rational::ONE;
    // Which variable each row and column stands for: 0 .. n are y and z.
    let mut columns: Vec<usize> = (0..=n).collect();
    let mut basis: Vec<usize> = (n + 1..=n + table.len()).collect();
    loop {
        // The value of z now; more than the shift is enough.
        if goal[n + 1] > shift {
            let mut values = vec![Rational::ZERO; n + 1];
            for (row, &variable) in table.iter().zip(&basis) {
                if variable <= n {
                    values[variable] = row[n + 1].clone();
                }
            }
            return Some(low.iter().zip(&values).map(|(low, y)| low + y).collect());
        }
        let entering = (0..=n).filter(|&j| goal[j].is_positive());
        let entering = entering.min_by_key(|&j| columns[j])?;
        let leaving = (0..table.len())
            .filter(|&i| table[i][entering].is_negative())
            .min_by(|&i, &j| {
                let ratio = |k: usize| &table[k][n + 1] / &-&table[k][entering];
                ratio(i).cmp(&ratio(j)).then(basis[i].cmp(&basis[j]))
            })?;
        pivot(&mut table, &mut goal, leaving, entering);
        std::mem::swap(&mut basis[leaving], &mut columns[entering]);
    }
}

/// Solves the leaving row for the entering variable and puts it into all others.
fn pivot(table: &mut [Vec<Rational>], goal: &mut [Rational], leaving: usize, entering: usize) {
    let factor = -&table[leaving][entering];
    let mut row: Vec<Rational> = table[leaving].iter().map(|value| value / &factor).collect();
    // entering = (others - leaving) / factor, with the leaving variable in its column.
    row[entering] = Rational::ONE / -&factor;
    let replace = |target: &mut [Rational]| {
        let c = std::mem::take(&mut target[entering]);
        if c.is_zero() {
            return;
        }
        for (value, solved) in target.iter_mut().zip(&row) {
            *value = &*value + &c * solved;
        }
    };
    replace(goal);
    for (i, other) in table.iter_mut().enumerate() {
        if i != leaving {
            replace(other);
        }
    }
    table[leaving] = row;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(gradient: &[i64], constant: i64) -> Linear {
        Linear {
            gradient: gradient.iter().copied().map(Rational::from).collect(),
            constant: Rational::from(constant),
        }
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

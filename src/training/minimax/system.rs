//! Symmetric systems of linear equations.

/// Solves a symmetric positive definite system in place, by the factors of Cholesky. The matrix is given row by
/// row, its lower triangle is read, and both arguments are overwritten. Returns whether it is positive definite,
/// up to rounding.
pub(super) fn solve(matrix: &mut [f64], right: &mut [f64]) -> bool {
    let n = right.len();
    for j in 0..n {
        let (above, below) = matrix.split_at_mut((j + 1) * n);
        let row = &mut above[j * n..=j * n + j];
        let pivot = row[j] - squares(&row[..j]);
        // Also false if it is not a number.
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        let pivot = libm::sqrt(pivot);
        row[j] = pivot;
        for lower in below.chunks_exact_mut(n) {
            let mut sum = lower[j];
            for (a, b) in lower[..j].iter().zip(&row[..j]) {
                sum -= a * b;
            }
            lower[j] = sum / pivot;
        }
    }
    for i in 0..n {
        let (before, rest) = right.split_at_mut(i);
        let row = &matrix[i * n..=i * n + i];
        for (a, b) in row.iter().zip(before.iter()) {
            rest[0] -= a * b;
        }
        rest[0] /= row[i];
    }
    for i in (0..n).rev() {
        let mut sum = right[i];
        for k in i + 1..n {
            sum -= matrix[k * n + i] * right[k];
        }
        right[i] = sum / matrix[i * n + i];
    }
    true
}

fn squares(row: &[f64]) -> f64 {
    let mut sum = 0.0;
    for a in row {
        sum += a * a;
    }
    sum
}

//! Loops over floats in a fixed order, written so that the compiler uses vector instructions
//! without changing a bit: each lane is one point, or one of eight running sums.

/// Points that are computed together. The last block is filled with points of weight 0.
pub(super) const BLOCK: usize = 128;

/// One number for each point of a block.
pub(super) type Lane = [f64; BLOCK];

/// Returns the sum of products: eight running sums, which are added in a fixed order.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (x, y) in a.iter().zip(b) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let mut total = fold(&sums);
    for (x, y) in a_rest.iter().zip(b_rest) {
        total += x * y;
    }
    total
}

/// The sum of the numbers of a block.
pub(super) fn sum(lane: &Lane) -> f64 {
    let mut sums = [0.0; 8];
    for x in lane.as_chunks::<8>().0 {
        for lane in 0..8 {
            sums[lane] += x[lane];
        }
    }
    fold(&sums)
}

fn fold(s: &[f64; 8]) -> f64 {
    ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

/// Adds `factors[k] · rows[k]` for all k to `out`, in the order of k.
pub(super) fn add_combination(out: &mut Lane, factors: impl Fn(usize) -> f64, rows: &[Lane]) {
    let (fours, rest) = rows.as_chunks::<4>();
    for (k, [a, b, c, d]) in fours.iter().enumerate() {
        let k = 4 * k;
        let (wa, wb, wc, wd) = (factors(k), factors(k + 1), factors(k + 2), factors(k + 3));
        for p in 0..BLOCK {
            out[p] = (((out[p] + wa * a[p]) + wb * b[p]) + wc * c[p]) + wd * d[p];
        }
    }
    for (k, a) in rest.iter().enumerate() {
        let w = factors(4 * fours.len() + k);
        for p in 0..BLOCK {
            out[p] += w * a[p];
        }
    }
}

/// `out += factor · a`.
pub(super) fn add_multiple(out: &mut [f64], factor: f64, a: &[f64]) {
    for (x, y) in out.iter_mut().zip(a) {
        *x += factor * y;
    }
}

/// The Euclidean norm.
pub(super) fn norm(a: &[f64]) -> f64 {
    libm::sqrt(dot(a, a))
}

/// Returns the largest absolute value; NaN if there is one.
pub(super) fn largest(a: &[f64]) -> f64 {
    a.iter().fold(0.0, |most, x| {
        if most.is_nan() {
            most
        } else if x.is_nan() || x.abs() > most {
            x.abs()
        } else {
            most
        }
    })
}

/// 1 / (1 + e^-z).
pub(super) fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-z))
}

/// ln(1 + e^z), without overflow.
pub(super) fn softplus(z: f64) -> f64 {
    let above = if z > 0.0 { z } else { 0.0 };
    above + libm::log1p(libm::exp(-z.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_agree_with_plain_loops() {
        // Small integers: every order gives the same sum, exactly.
        for length in [0, 1, 7, 8, 9, 130] {
            let a: Vec<f64> = (0..length).map(f64::from).collect();
            let plain: f64 = a.iter().map(|x| x * x).sum();
            assert_eq!(dot(&a, &a).to_bits(), (plain + 0.0).to_bits(), "{length}");
        }
        let mut rows = [[0.0; BLOCK]; 7];
        for (k, row) in (0_u8..).zip(&mut rows) {
            row.fill(f64::from(k + 1));
        }
        let mut out = [1.0; BLOCK];
        add_combination(&mut out, |k| (k + 1) as f64, &rows);
        assert!(out.iter().all(|x| (x - 141.0).abs() < f64::EPSILON));
        assert!((sum(&out) - 128.0 * 141.0).abs() < f64::EPSILON);
    }

    #[test]
    fn functions_do_not_overflow() {
        assert!((softplus(1000.0) - 1000.0).abs() < 1e-12);
        assert!(softplus(-1000.0) >= 0.0 && softplus(-1000.0) < 1e-300);
        assert!(sigmoid(-1000.0) >= 0.0 && (sigmoid(1000.0) - 1.0).abs() < 1e-15);
        assert!(largest(&[1.0, f64::NAN, 2.0]).is_nan());
    }
}

//! One product or square, computed through the layers.

use super::circuit::{Circuit, Form};
use super::ranges::{Range, length, power_of_four, power_range, product_range};
use crate::numbers::Rational;

/// A product `u v` under construction, `u = u_0 + U s`, `v = v_0 + V t` with `s`, `t` in `[0, 1]`: it is
/// `u_0 v_0 + u_0 V t + v_0 U s + U V (p^2 - q^2 + q - 1/4)` with `p = (s + t)/2`,
/// `q = (s - t + 1)/2`; a square is `u_0^2 + 2 u_0 U p + U^2 p^2` with `p = s`.
pub struct Folding {
    /// The last tooth of p, and of q unless it is a square.
    teeth: Vec<Form>,
    /// The factors over the first layer, where the units are p and q themselves.
    pub left: Form,
    /// The other factor.
    pub right: Form,
    /// The product so far, until it is added to the sum.
    pub result: Option<Form>,
    /// The range of the result, from the first layer on.
    pub range: Range,
    /// The factor of the teeth of p: U V.
    pub scale: Rational,
}

impl Folding {
    /// Adds the first folds of a product to the layer under construction.
    pub fn start(
        (u, u_range): (&Form, &Range),
        (v, v_range): (&Form, &Range),
        is_square: bool,
        circuit: &mut Circuit,
    ) -> Self {
        let half = Rational::ratio(1, 2);
        let (u_length, v_length) = (length(u_range), length(v_range));
        let share = |form: &Form, range: &Range, length: &Rational| {
            let from = form.clone().plus_constant(&-&range.0);
            from.times(&length.reciprocal().expect("ranges have a length"))
        };
        let s = share(u, u_range, &u_length);
        let t = share(v, v_range, &v_length);
        let scale = &u_length * &v_length;
        // Squares are interpolated from above; from the first fold on, this bounds the error of products.
        let off = &scale * &power_of_four(2);
        if is_square {
            let (unit, tooth) = fold(circuit, &s);
            let left = unit.times(&u_length).plus_constant(&u_range.0);
            let slope = &u_range.0 * &u_length * Rational::from(2) + &scale;
            let result = unit
                .times(&slope)
                .plus_constant(&(&u_range.0 * &u_range.0))
                .plus(&-(&scale * &Rational::ratio(1, 4)), &tooth);
            let (low, high) = power_range(u_range, 2);
            return Self {
                teeth: vec![tooth],
                right: left.clone(),
                left,
                result: Some(result),
                range: (low, high + off),
                scale,
            };
        }
        let p = s.times(&half).plus(&half, &t);
        let q = s.times(&half).plus(&-&half, &t).plus_constant(&half);
        let (p, p_tooth) = fold(circuit, &p);
        let (q, q_tooth) = fold(circuit, &q);
        let one = Rational::ONE;
        let s = p.clone().plus(&one, &q).plus_constant(&-&half);
        let t = p.clone().plus(&-&one, &q).plus_constant(&half);
        let quarter = Rational::ratio(1, 4);
        let result = Form::constant(&u_range.0 * &v_range.0)
            .plus(&(&u_range.0 * &v_length), &t)
            .plus(&(&v_range.0 * &u_length), &s)
            .plus(&scale, &p.plus_constant(&-&quarter))
            .plus(&-(&scale * &quarter), &p_tooth)
            .plus(&(&scale * &quarter), &q_tooth);
        let (low, high) = product_range(u_range, v_range);
        Self {
            teeth: vec![p_tooth, q_tooth],
            left: s.times(&u_length).plus_constant(&u_range.0),
            right: t.times(&v_length).plus_constant(&v_range.0),
            result: Some(result),
            range: (low - &off, high + &off),
            scale,
        }
    }

    /// Folds once more; returns what that adds to the product.
    pub fn advance(&mut self, times: u32, circuit: &mut Circuit) -> Form {
        let mut weight = -(&self.scale * &power_of_four(times));
        let mut change = Form::default();
        for tooth in &mut self.teeth {
            *tooth = fold(circuit, tooth).1;
            change = change.plus(&weight, tooth);
            weight = -weight;
        }
        change
    }
}

/// Folds a value in `[0, 1]`: returns it, and `2 relu(x) - 4 relu(x - 1/2)`.
fn fold(circuit: &mut Circuit, value: &Form) -> (Form, Form) {
    let first = circuit.relu(value.clone());
    let second = circuit.relu(value.clone().plus_constant(&Rational::ratio(-1, 2)));
    let tooth = first
        .times(&Rational::from(2))
        .plus(&Rational::from(-4), &second);
    (first, tooth)
}

//! Activations as functions of C, without a library (T41).
//!
//! For float32 they compute in float64 and round once, so their error is hardly more than half a unit in
//! the last place, with or without contraction. For float64 they compute in float64.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::constants::{
    PARTS_PER_LN2, ROOT_TWO, ROOTS, STEP_HIGH, STEP_LOW, TAIL, TAIL_ENDS, exponential, hyperbolic,
    nearest, tail_middle,
};
use super::error::CError;
use super::text::{hexadecimal, of, table};
use crate::certificate::{ActivationError, FloatFormat};
use crate::formats::floats::{Precision, rational};
use crate::network::{Activation, Layer};
use crate::numbers::Rational;

/// Degrees of the polynomials of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Degrees {
    /// Of `(e^r - 1)/r`, for `|r| <= ln 2/32`.
    pub near: u32,
    /// Of `(e^t - 1)/t`, for `|t| <= 1/2`.
    pub wide: u32,
    /// Terms of `atanh(s)/s` in powers of `s²`, for `s <= 1/3`.
    pub tangent: u32,
    /// `e^t` counts as 0 below the negative of this number, in quarters.
    pub last: i64,
}

/// The degrees of a format.
pub fn degrees(format: FloatFormat) -> Degrees {
    match format {
        FloatFormat::Float32 => Degrees {
            near: 4,
            wide: 9,
            tangent: 11,
            last: 4 * 104,
        },
        FloatFormat::Float64 => Degrees {
            near: 6,
            wide: 14,
            tangent: 17,
            last: 4 * 708 + 2,
        },
    }
}

/// Returns how far the activations in C are from the exact ones, for every argument (T41). Steps, ReLUs, hard
/// tanhs and maxima are exact, and a leaky ReLU is one product, as T40 has it.
///
/// - Bound: 9/16 units in the last place for float32; 8 and `2^-1020` for float64.
///
/// ```
/// use steeple::certificate::FloatFormat;
/// use steeple::formats::c::activation_error;
/// assert_eq!(activation_error(FloatFormat::Float32).ulps.to_string(), "9/16");
/// ```
pub fn activation_error(format: FloatFormat) -> ActivationError {
    match format {
        FloatFormat::Float32 => ActivationError {
            ulps: Rational::ratio(9, 16),
            abs: Rational::ZERO,
        },
        FloatFormat::Float64 => ActivationError {
            ulps: Rational::from(8),
            abs: Rational::power_of_two(-1020),
        },
    }
}

/// The largest and, as its reciprocal, the smallest divisor of a gelu in C.
const LARGEST_DIVISOR: i64 = 1024;

/// The functions that layers call, as text.
pub struct Functions {
    prefix: String,
    format: FloatFormat,
    wanted: BTreeSet<Part>,
    /// Bytes of their tables.
    pub bytes: usize,
}

/// What there is, each after what it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Exp,
    Expm1,
    Relu,
    Step,
    HardTanh,
    LeakyRelu,
    Sigmoid,
    Tanh,
    Softplus,
    Softsign,
    Elu,
    Silu,
    Gelu,
}

impl Functions {
    /// No functions yet; their names begin with the prefix.
    pub fn new(prefix: &str, format: FloatFormat) -> Self {
        Self {
            prefix: prefix.to_owned(),
            format,
            wanted: BTreeSet::new(),
            bytes: 0,
        }
    }

    /// Returns the activation of a layer, counted from 1, at a sum as an expression of C. The function is
    /// written with the others.
    ///
    /// - Errors: [`CError`] for activations or parameters without a C form.
    pub fn call(&mut self, number: usize, layer: &Layer, sum: &str) -> Result<String, CError> {
        let activation = layer.activation();
        let refused = |condition: String, hint| CError::Activation {
            layer: number,
            activation: activation.name(),
            condition,
            hint,
        };
        let double = |value: &Rational, what: &str| {
            let float = Precision::from(FloatFormat::Float64).nearest(value);
            let float = float.filter(|float| float.is_normal() || value.is_zero());
            float.ok_or_else(|| {
                refused(
                    format!("where {what} is not in the range of float64"),
                    "choose another number",
                )
            })
        };
        let none = String::new();
        let (part, name, more) = match activation {
            Activation::Identity | Activation::Maxout(_) => return Ok(sum.to_owned()),
            Activation::Relu => (Part::Relu, "relu", none),
            Activation::Heaviside => (Part::Step, "step", none),
            Activation::HardTanh => (Part::HardTanh, "hard_tanh", none),
            Activation::LeakyRelu(slope) => {
                let slope =
                    super::layers::float(slope, self.format, || (number, 1, "slope".to_owned()))?;
                (Part::LeakyRelu, "leaky_relu", slope)
            }
            Activation::Sigmoid => (Part::Sigmoid, "sigmoid", none),
            Activation::Tanh => (Part::Tanh, "tanh", none),
            Activation::Softplus(threshold) => {
                let above = match threshold {
                    None => f64::MAX,
                    Some(threshold) => below(double(threshold, "the threshold")?, threshold),
                };
                (Part::Softplus, "softplus", hexadecimal(above))
            }
            Activation::Softsign => (Part::Softsign, "softsign", none),
            Activation::Elu(alpha) => (Part::Elu, "elu", hexadecimal(double(alpha, "alpha")?)),
            Activation::Silu => (Part::Silu, "silu", none),
            Activation::Gelu(_) if self.format == FloatFormat::Float64 => {
                return Err(refused(
                    "in float64".to_owned(),
                    "choose float32, or another activation",
                ));
            }
            Activation::Gelu(None) => (Part::Gelu, "gelu", hexadecimal(1.0)),
            Activation::Gelu(Some(divisor)) => {
                let largest = Rational::from(LARGEST_DIVISOR);
                if *divisor > largest || divisor * &largest < Rational::ONE {
                    return Err(refused(
                        format!("with a divisor beyond {LARGEST_DIVISOR} or below its reciprocal"),
                        "choose a divisor near sqrt 2",
                    ));
                }
                let factor = rational(ROOT_TWO).checked_div(divisor).expect("positive");
                (Part::Gelu, "gelu", hexadecimal(nearest(&factor)))
            }
        };
        self.wanted.insert(part);
        if matches!(part, Part::Tanh | Part::Elu) {
            self.wanted.insert(Part::Expm1);
        }
        if part > Part::LeakyRelu && part != Part::Softsign {
            self.wanted.insert(Part::Exp);
        }
        let more = if more.is_empty() {
            more
        } else {
            format!(", {more}")
        };
        Ok(format!("{}{name}({sum}{more})", self.prefix))
    }

    /// Returns the text of all functions that were called.
    pub fn text(&mut self) -> String {
        let mut out = String::new();
        for part in self.wanted.clone() {
            let text = match part {
                Part::Exp => self.exp(),
                Part::Expm1 => self.expm1(),
                Part::Relu => RELU.to_owned(),
                Part::Step => STEP.to_owned(),
                Part::HardTanh => HARD_TANH.to_owned(),
                Part::LeakyRelu => LEAKY_RELU.to_owned(),
                Part::Sigmoid => SIGMOID.to_owned(),
                Part::Tanh => TANH.to_owned(),
                Part::Softplus => {
                    let terms = hyperbolic(degrees(self.format).tangent);
                    SOFTPLUS.replace("{atanh}", &horner("q", &terms))
                }
                Part::Softsign => SOFTSIGN.to_owned(),
                Part::Elu => ELU.to_owned(),
                Part::Silu => match self.format {
                    FloatFormat::Float32 => SILU.replace("{far}", ""),
                    FloatFormat::Float64 => SILU.replace("{far}", SILU_FAR),
                },
                Part::Gelu => self.gelu(),
            };
            out += &self.finished(&text);
            out.push('\n');
        }
        out
    }

    /// Puts in the types and names.
    fn finished(&self, text: &str) -> String {
        let (real, _, letter) = of(self.format);
        let (narrow, wide) = match self.format {
            FloatFormat::Float32 => ("(float)", "(double)"),
            FloatFormat::Float64 => ("", ""),
        };
        text.replace("{narrow}", narrow)
            .replace("{wide}", wide)
            .replace("{real}", real)
            .replace("{F}", letter)
            .replace('$', &self.prefix)
    }

    fn exp(&mut self) -> String {
        let mut out = String::new();
        table(
            &mut out,
            "double",
            "$roots",
            ROOTS.iter().map(|root| hexadecimal(*root)),
        );
        let powers = (0..16).map(|k| format!("0x1p-{k}"));
        table(&mut out, "double", "$powers", powers);
        self.bytes += 2 * 16 * 8;
        let Degrees { near, last, .. } = degrees(self.format);
        out + &EXP
            .replace("{last}", &hexadecimal(nearest(&Rational::ratio(-last, 4))))
            .replace("{per}", &hexadecimal(PARTS_PER_LN2))
            .replace("{high}", &hexadecimal(STEP_HIGH))
            .replace("{low}", &hexadecimal(STEP_LOW))
            .replace("{near}", &horner("r", &exponential(near)))
    }

    fn expm1(&self) -> String {
        let wide = exponential(degrees(self.format).wide);
        EXPM1.replace("{series}", &horner("t", &wide))
    }

    fn gelu(&mut self) -> String {
        let mut out = String::new();
        let ends = TAIL_ENDS.map(|end| Rational::ratio(end, 8));
        let last = hexadecimal(nearest(&ends[ends.len() - 1]));
        let text = |value: Rational| hexadecimal(nearest(&value));
        table(&mut out, "double", "$ends", ends.into_iter().map(text));
        let middles: Vec<_> = (0..TAIL.len()).map(tail_middle).collect();
        table(
            &mut out,
            "double",
            "$middles",
            middles.into_iter().map(text),
        );
        let flat: Vec<f64> = TAIL.iter().flatten().copied().collect();
        table(
            &mut out,
            "double",
            "$tail",
            flat.iter().map(|c| hexadecimal(*c)),
        );
        self.bytes += (2 * TAIL.len() + flat.len()) * 8;
        let degree = TAIL[0].len() - 1;
        out + &GELU
            .replace("{terms}", &(degree + 1).to_string())
            .replace("{degree}", &degree.to_string())
            .replace("{last}", &last)
    }
}

/// The largest float that is at most the threshold, from the nearest one: a float is above the threshold if it
/// is above this.
fn below(nearest: f64, threshold: &Rational) -> f64 {
    if rational(nearest) <= *threshold {
        nearest
    } else {
        let next = nearest.next_down();
        if next.is_normal() { next } else { 0.0 }
    }
}

/// A polynomial by Horner's rule.
fn horner(variable: &str, coefficients: &[f64]) -> String {
    let mut out = String::new();
    let last = coefficients.len().saturating_sub(1);
    for (k, coefficient) in coefficients.iter().enumerate() {
        out += &hexadecimal(*coefficient);
        if k < last {
            let _ = write!(
                out,
                "{}+ {variable} * (",
                if k % 3 == 2 { "\n        " } else { " " }
            );
        }
    }
    // The innermost term needs no parentheses.
    out.truncate(out.trim_end().len());
    out + &")".repeat(last)
}

const RELU: &str = "\
static {real} $relu({real} z)
{
    return z < 0.0{F} ? 0.0{F} : z;
}
";

const STEP: &str = "\
static {real} $step({real} z)
{
    return z >= 0.0{F} ? 1.0{F} : 0.0{F};
}
";

const HARD_TANH: &str = "\
static {real} $hard_tanh({real} z)
{
    return z < -1.0{F} ? -1.0{F} : z > 1.0{F} ? 1.0{F} : z;
}
";

const LEAKY_RELU: &str = "\
static {real} $leaky_relu({real} z, {real} slope)
{
    return z < 0.0{F} ? slope * z : z;
}
";

const EXP: &str = "
/* e^t for t <= 0; 0 where that is below the smallest normal number. */
static double $exp(double t)
{
    double r, y;
    int n;
    if (!(t >= {last})) {
        return t < 0.0 ? 0.0 : t;
    }
    /* e^t = 2^(-n/16) e^r with |r| <= ln 2/32 */
    n = (int)(0.5 - t * {per});
    r = (t + (double)n * {high}) + (double)n * {low};
    y = $roots[n & 15];
    y += y * (r * ({near}));
    for (n >>= 4; n > 15; n -= 16) {
        y *= 0x1p-16;
    }
    return y * $powers[n];
}
";

const EXPM1: &str = "\
/* e^t - 1 for |t| <= 1/2 */
static double $expm1(double t)
{
    return t * ({series});
}
";

const SIGMOID: &str = "\
static {real} $sigmoid({real} x)
{
    double z = {wide}x, e = $exp(z < 0.0 ? z : -z);
    return {narrow}((z < 0.0 ? e : 1.0) / (1.0 + e));
}
";

const TANH: &str = "\
static {real} $tanh({real} x)
{
    double z = {wide}x, a = z < 0.0 ? -z : z, e;
    if (a <= 0.25) {
        e = $expm1(2.0 * z);
        return {narrow}(e / (e + 2.0));
    }
    e = $exp(-2.0 * a);
    e = (1.0 - e) / (1.0 + e);
    return {narrow}(z < 0.0 ? -e : e);
}
";

const SOFTPLUS: &str = "\
/* z itself above the threshold. ln(1 + e) = 2 atanh(e/(2 + e)) */
static {real} $softplus({real} x, double threshold)
{
    double z = {wide}x, e = $exp(z < 0.0 ? z : -z), s = e / (2.0 + e), q = s * s;
    if (z > threshold) {
        return x;
    }
    e = 2.0 * s * ({atanh});
    return {narrow}(z > 0.0 ? z + e : e);
}
";

const SOFTSIGN: &str = "\
static {real} $softsign({real} x)
{
    double z = {wide}x;
    return {narrow}(z / (1.0 + (z < 0.0 ? -z : z)));
}
";

const ELU: &str = "\
static {real} $elu({real} x, double alpha)
{
    double z = {wide}x;
    if (z >= 0.0) {
        return x;
    }
    return {narrow}(alpha * (z > -0.5 ? $expm1(z) : $exp(z) - 1.0));
}
";

const SILU: &str = "\
static {real} $silu({real} x)
{
    double z = {wide}x, e;{far}
    e = $exp(z < 0.0 ? z : -z);
    return {narrow}(z * ((z < 0.0 ? e : 1.0) / (1.0 + e)));
}
";

const SILU_FAR: &str = "
    if (z < -600.0) {
        e = $exp(0.5 * z);
        return (z * e) * e;
    }";

const GELU: &str = "\
/* z P(z factor) with the normal distribution P, by P(-a) e^(a^2/2) */
static {real} $gelu({real} x, double factor)
{
    double z = {wide}x, a = z * factor, t, p;
    int i, k = 0;
    a = a < 0.0 ? -a : a;
    if (!(a <= {last})) {
        return z < 0.0 ? 0.0{F} : x;
    }
    while (a > $ends[k]) {
        k++;
    }
    t = a - $middles[k];
    p = $tail[{terms} * k + {degree}];
    for (i = {degree} - 1; i >= 0; i--) {
        p = p * t + $tail[{terms} * k + i];
    }
    p *= $exp(-0.5 * a * a);
    return {narrow}(z < 0.0 ? z * p : z * (1.0 - p));
}
";

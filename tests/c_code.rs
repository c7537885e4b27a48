//! Networks as C code, compiled by what compilers there are: the values at many points against the real
//! network, within the bound of T40, which is computed here slowly and obviously.
//!
//! Without a compiler the tests say so and pass.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "floats are what this is about; bounds have room for their rounding"
)]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::program;
use steeple::bounds::{Cell, OnCell};
use steeple::certificate::{FloatFormat, Floats, Summation};
use steeple::floats::to_floats;
use steeple::formats::c::{self, CError, Options, Written, activation_error};
use steeple::formats::floats::{Precision, rational};
use steeple::network::{Activation, Layer, Matrix, Network, forward, numbered};
use steeple::numbers::{Interval, Precise, Rational, Scalar};

const STRICT: [&str; 9] = [
    "-std=c99",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-pedantic",
    "-Wdouble-promotion",
    "-Wfloat-conversion",
    "-Wshadow",
    "-Werror",
];
/// Points of each network at which the kernel is asked for an enclosure.
const ENCLOSED: usize = 60;
const LEVELS: [&[&str]; 3] = [
    &["-O0"],
    &["-O3"],
    &["-O3", "-march=native", "-ffp-contract=fast"],
];

/// The compilers that there are.
fn compilers() -> Vec<&'static str> {
    let is_there = |name: &&str| {
        let version = Command::new(name).arg("--version").output();
        version.is_ok_and(|answer| answer.status.success())
    };
    let found: Vec<_> = ["gcc", "clang"].into_iter().filter(is_there).collect();
    let found = if found.is_empty() {
        ["cc"].into_iter().filter(is_there).collect()
    } else {
        found
    };
    if found.is_empty() {
        eprintln!("skipped: there is no gcc, clang or cc");
    }
    found
}

/// Runs a compiler; returns what it says if it fails.
fn compile(compiler: &str, folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let answer = Command::new(compiler)
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the compiler runs");
    if answer.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&answer.stderr).into_owned())
    }
}

/// A network, how it is written, and its code.
struct Case {
    network: Network,
    options: Options,
    written: Written,
}

impl Case {
    fn new(network: &Network, options: Options) -> Self {
        let (network, _) = to_floats(network, options.format).expect("in range");
        let written = c::write(&network, &options).expect("has a C form");
        Self {
            network,
            options,
            written,
        }
    }

    fn name(&self) -> &str {
        &self.options.name
    }
}

/// A program that calls one of the functions, of its first argument, for all points in a file.
fn harness(cases: &[Case]) -> String {
    let mut text = String::from("#include <stdio.h>\n#include <string.h>\n");
    for case in cases {
        let _ = writeln!(text, "#include \"{}.h\"", case.name());
    }
    text += "int main(int n, char **v)\n{\n    FILE *in, *out;\n    if (n != 4) return 2;\n    \
             in = fopen(v[2], \"rb\");\n    out = fopen(v[3], \"wb\");\n    if (!in || !out) return 3;\n";
    for case in cases {
        let real = match case.options.format {
            FloatFormat::Float32 => "float",
            FloatFormat::Float64 => "double",
        };
        let (name, inputs, outputs) = (
            case.name(),
            case.network.inputs().len(),
            case.network.outputs().len(),
        );
        let _ = writeln!(
            text,
            "    if (strcmp(v[1], \"{name}\") == 0) {{\n        {real} x[{inputs}], y[{outputs}];\n        \
             while (fread(x, sizeof x, 1, in) == 1) {{ {name}(x, y); fwrite(y, sizeof y, 1, out); }}\n    }}"
        );
    }
    text + "    fclose(in);\n    return fclose(out) == 0 ? 0 : 4;\n}\n"
}

/// Writes all cases to a folder, with the program that calls them.
fn write_all(folder: &Path, cases: &[Case]) {
    for case in cases {
        let name = case.name();
        for (ending, text) in [("c", &case.written.source), ("h", &case.written.header)] {
            fs::write(folder.join(format!("{name}.{ending}")), text).expect("written");
        }
    }
    fs::write(folder.join("main.c"), harness(cases)).expect("written");
}

fn build(compiler: &str, folder: &Path, cases: &[Case], level: &[&str]) {
    let sources: Vec<String> = cases
        .iter()
        .map(|case| format!("{}.c", case.name()))
        .collect();
    let mut arguments = STRICT.to_vec();
    arguments.extend(level);
    arguments.extend(["main.c", "-o", "program"]);
    arguments.extend(sources.iter().map(String::as_str));
    if let Err(message) = compile(compiler, folder, &arguments) {
        panic!("{compiler} {level:?}: {message}");
    }
}

/// Returns the results at all points.
fn run(folder: &Path, case: &Case, points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let precision = Precision::from(case.options.format);
    let mut bytes = Vec::new();
    for value in points.iter().flatten() {
        precision.put(*value, &mut bytes);
    }
    fs::write(folder.join("in"), bytes).expect("written");
    let answer = Command::new(folder.join("program"))
        .args([case.name(), "in", "out"])
        .current_dir(folder)
        .status()
        .expect("the program runs");
    assert!(answer.success(), "{}", case.name());
    let bytes = fs::read(folder.join("out")).expect("written");
    let values: Vec<f64> = match case.options.format {
        FloatFormat::Float32 => bytes
            .chunks_exact(4)
            .map(|chunk| f64::from(f32::from_le_bytes(chunk.try_into().expect("4 bytes"))))
            .collect(),
        FloatFormat::Float64 => bytes
            .chunks_exact(8)
            .map(|chunk| f64::from_le_bytes(chunk.try_into().expect("8 bytes")))
            .collect(),
    };
    let outputs = case.network.outputs().len();
    assert_eq!(values.len(), points.len() * outputs, "{}", case.name());
    values.chunks(outputs).map(<[f64]>::to_vec).collect()
}

/// Numbers between -1 and 1, the same in every run.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn next(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / f64::from(1 << 26) / f64::from(1 << 26) - 1.0
    }
}

/// A network of these layers, with weights between -scale and scale, of which this part is not 0.
fn random(inputs: usize, layers: &[(usize, Activation)], density: f64, scale: f64) -> Network {
    let mut random = Random(7 + inputs as u64);
    let mut columns = inputs;
    let mut made = Vec::new();
    for (units, activation) in layers {
        let rows = units * activation.rows_per_unit();
        let mut weight = || {
            let is_there = random.next().abs() < density;
            let value = random.next() * scale;
            rational(if is_there { value } else { 0.0 })
        };
        let weights = (0..rows)
            .map(|_| (0..columns).map(|_| weight()).collect())
            .collect();
        let bias = (0..rows).map(|_| rational(random.next())).collect();
        let weights = Matrix::from_dense(weights).expect("rectangular");
        made.push(Layer::new(weights, bias, activation.clone()).expect("fits"));
        columns = *units;
    }
    Network::new(numbered("x", inputs), numbered("y", columns), made).expect("fits")
}

/// One unit of weight 1: the activation itself.
fn alone(activation: Activation) -> Network {
    let weights = Matrix::from_dense(vec![vec![Rational::ONE]]).expect("a row");
    let layer = Layer::new(weights, vec![Rational::ZERO], activation).expect("fits");
    Network::new(numbered("x", 1), numbered("y", 1), vec![layer]).expect("fits")
}

fn float(value: &Rational) -> f64 {
    Precision::Double.nearest(value).expect("finite")
}

/// The outputs of the real network, and the bound of T40 for each; nothing where a step is undecided.
///
/// The order of the sections of T40: sums (1 to 3), units (4), pieces (5).
fn bound(case: &Case, point: &[f64]) -> Option<(Vec<Interval>, Vec<f64>)> {
    let Options {
        format, summation, ..
    } = case.options;
    let u = (0.5f64).powi(i32::try_from(format.digits()).expect("small"));
    let inner = (0.5f64).powi(53);
    let tau = float(&format.smallest().to_rational().expect("finite"));
    let error = activation_error(format);
    let (ulps, abs) = (float(&error.ulps), float(&error.abs));
    let gamma = |u: f64, m: f64| m * u / (1.0 - m * u);
    let mut values: Vec<Interval> = point
        .iter()
        .map(|x| Interval::from_rational(&rational(*x)))
        .collect();
    let mut errors = vec![0.0; point.len()];
    for layer in case.network.layers() {
        let (mut sums, mut sum_errors) = (Vec::new(), Vec::new());
        for (row, bias) in layer.bias().iter().enumerate() {
            let mut sum = Interval::from_rational(bias);
            let (mut all, mut weights, mut carried) = (float(bias).abs(), 0.0, 0.0);
            let mut terms = f64::from(u8::from(!bias.is_zero()));
            for (column, weight) in layer.weights().row(row) {
                let w = float(weight).abs();
                sum = sum.plus(&values[column].times(&Interval::from_rational(weight)));
                let most = float(&values[column].mag().to_rational()?) + errors[column];
                if most > 0.0 {
                    (all, weights, carried) =
                        (all + w * most, weights + w, carried + w * errors[column]);
                    terms += 1.0;
                }
            }
            let size = float(&sum.mag().to_rational()?);
            let rounding = match summation {
                Summation::Any => gamma(u, terms) * all + 2.0 * tau * (4.0 * terms + weights),
                Summation::Emitted => {
                    let i = gamma(inner, terms) * all;
                    u * (size + carried + i) + i + 2.0 * tau * (2.0 + weights)
                }
            };
            sums.push(sum);
            sum_errors.push(carried + rounding);
        }
        let activation = layer.activation();
        let rank = activation.rows_per_unit();
        let (mut units, mut unit_errors) = (Vec::new(), Vec::new());
        for (sums, errors) in sums.chunks(rank).zip(sum_errors.chunks(rank)) {
            let value = activation.combine(&(), sums).ok()?;
            let e = errors.iter().copied().fold(0.0, f64::max);
            let size = float(&value.mag().to_rational()?);
            let z = float(&sums[0].mid().to_rational()?);
            let (slope, own) = match activation {
                Activation::Identity
                | Activation::Relu
                | Activation::HardTanh
                | Activation::Maxout(_) => (1.0, 2.0 * tau),
                Activation::Heaviside if z.abs() <= e => return None,
                Activation::Heaviside => (0.0, 0.0),
                Activation::LeakyRelu(slope) => {
                    let slope = float(slope).abs();
                    (slope.max(1.0), u * slope * (z.abs() + e) + 2.0 * tau)
                }
                Activation::Sigmoid => (0.25, 1.0),
                Activation::Elu(alpha) => (float(alpha).abs().max(1.0), 1.0),
                Activation::Tanh
                | Activation::Softplus(_)
                | Activation::Softsign
                | Activation::Silu
                | Activation::Gelu(_) => (1.13, 1.0),
            };
            let own = if activation.is_piecewise_linear() {
                own
            } else {
                ulps * 2.0 * u * size.max(tau) + abs + 2.0 * tau
            };
            units.push(value);
            unit_errors.push(slope * e + own);
        }
        (values, errors) = (units, unit_errors);
    }
    if case.options.pieces {
        // M is at most 100 here.
        errors = values
            .iter()
            .map(|value| {
                let size = value
                    .mag()
                    .to_rational()
                    .map_or(f64::MAX, |size| float(&size));
                u * size + 100.0 * (0.5f64).powi(49) + 4.0 * tau
            })
            .collect();
    }
    Some((values, errors))
}

/// Values and bounds at some points.
type Bounds = Vec<Option<(Vec<Interval>, Vec<f64>)>>;

/// How far the results are from the network, at most, as a part of the bound.
fn largest_part(case: &Case, points: &[Vec<f64>], bounds: &Bounds, results: &[Vec<f64>]) -> f64 {
    let mut largest = 0.0f64;
    let mut decided = 0;
    for ((point, bound), result) in points.iter().zip(bounds).zip(results) {
        let Some((values, bounds)) = bound else {
            continue;
        };
        decided += 1;
        for ((value, bound), result) in values.iter().zip(bounds).zip(result) {
            assert!(result.is_finite(), "{} at {point:?}", case.name());
            let result = Interval::from_rational(&rational(*result));
            let distance = result.minus(value);
            let distance = float(&distance.mig().to_rational().expect("finite"));
            // The bound itself was computed in floats.
            assert!(
                distance <= *bound * 1.000_001,
                "{} at {point:?}: off by {distance:e}, allowed {bound:e} of {value:?}",
                case.name()
            );
            largest = largest.max(distance / bound);
        }
    }
    assert!(
        decided * 2 > points.len(),
        "{}: few points decided",
        case.name()
    );
    largest
}

/// Do the results lie in the enclosures of the kernel, for the domain `[-2, 2]`?
fn are_enclosed(case: &Case, points: &[Vec<f64>], results: &[Vec<f64>]) {
    let Options {
        format, summation, ..
    } = case.options;
    let floats = Floats {
        format,
        summation,
        activation: activation_error(format),
        rounded_inputs: false,
    };
    let two = Rational::from(2);
    let sides = vec![(-&two, two); case.network.inputs().len()];
    let whole = Cell::from_sides(sides);
    let whole = OnCell::of_floats(&case.network, whole.intervals(), &floats).expect("floats");
    for (point, result) in points.iter().zip(results) {
        let sides = point.iter().map(|x| (rational(*x), rational(*x)));
        let cell = Cell::from_sides(sides.collect());
        let near = whole.enclose_on(&case.network, &cell).expect("a value");
        for (range, value) in near.iter().zip(result) {
            assert!(
                range.contains_rational(&rational(*value)),
                "{} at {point:?}: {value:e} is not in {range:?}",
                case.name()
            );
        }
    }
}

/// The points of the table beside the code, as the floats that their decimals stand for.
fn of_table(case: &Case) -> Vec<Vec<f64>> {
    let inputs = case.network.inputs().len();
    let precision = Precision::from(case.options.format);
    let number = |text: &str| {
        let number = rational(text.parse().expect("a number"));
        precision.nearest(&number).expect("small")
    };
    let lines = case.written.vectors.lines().skip(1);
    lines
        .map(|line| line.split(',').take(inputs).map(number).collect())
        .collect()
}

/// Points of the domain `[-2, 2]`, and those of the table.
fn points(case: &Case, count: usize) -> Vec<Vec<f64>> {
    let inputs = case.network.inputs().len();
    let mut random = Random(3);
    let mut points = of_table(case);
    while points.len() < count {
        let precision = Precision::from(case.options.format);
        let mut next = || {
            precision
                .nearest(&rational(2.0 * random.next()))
                .expect("small")
        };
        points.push((0..inputs).map(|_| next()).collect());
    }
    points
}

fn options(name: &str, format: FloatFormat, summation: Summation) -> Options {
    Options {
        format,
        summation,
        ..Options::new(name)
    }
}

/// Networks of all kinds of layers, activations and storage.
fn networks() -> Vec<(&'static str, Network)> {
    use Activation::{
        Elu, Gelu, HardTanh, Heaviside, Identity, LeakyRelu, Maxout, Relu, Sigmoid, Silu, Softplus,
        Softsign, Tanh,
    };
    let tenth = || Rational::ratio(1, 10);
    vec![
        (
            "sigmoid",
            random(1, &[(40, Sigmoid), (1, Identity)], 1.0, 2.0),
        ),
        (
            "deep",
            random(
                2,
                &[(20, Relu), (20, Relu), (12, Relu), (1, Identity)],
                1.0,
                0.5,
            ),
        ),
        (
            "sparse",
            random(3, &[(60, Relu), (50, Relu), (2, Identity)], 0.05, 2.0),
        ),
        (
            "maxout",
            random(2, &[(6, Maxout(3)), (5, Maxout(2))], 1.0, 1.0),
        ),
        (
            "leaky",
            random(4, &[(9, LeakyRelu(tenth())), (3, Identity)], 0.7, 1.0),
        ),
        (
            "tanh_net",
            random(2, &[(10, Tanh), (10, HardTanh), (4, Softsign)], 1.0, 1.0),
        ),
        (
            "several",
            random(
                5,
                &[(7, Softplus(None)), (6, Elu(tenth())), (8, Silu)],
                1.0,
                1.0,
            ),
        ),
        (
            "steps",
            random(2, &[(30, Heaviside), (2, Identity)], 1.0, 1.0),
        ),
        ("gelu_net", random(2, &[(4, Gelu(None))], 1.0, 1.0)),
        (
            "hats",
            random(1, &[(30, Relu), (6, HardTanh), (2, Maxout(2))], 1.0, 1.0),
        ),
        ("constant", random(2, &[(3, Relu), (1, Identity)], 0.0, 1.0)),
    ]
}

#[test]
fn code_is_within_the_bound_of_the_real_network() {
    let mut cases = Vec::new();
    for (name, network) in networks() {
        for (summation, format) in [
            (Summation::Any, FloatFormat::Float32),
            (Summation::Emitted, FloatFormat::Float32),
            (Summation::Any, FloatFormat::Float64),
        ] {
            if format == FloatFormat::Float64 && name == "gelu_net" {
                continue;
            }
            let name = format!("{name}_{}_{}", format.digits(), summation.name());
            cases.push(Case::new(&network, options(&name, format, summation)));
        }
        if name == "hats" {
            for (name, format) in [
                ("pieces", FloatFormat::Float32),
                ("pieces_64", FloatFormat::Float64),
            ] {
                let options = Options {
                    pieces: true,
                    domain: Some(vec![(Rational::from(-2), Rational::from(2))]),
                    ..options(name, format, Summation::Emitted)
                };
                cases.push(Case::new(&network, options));
            }
        }
    }
    let scratch = tempfile::tempdir().expect("a directory");
    write_all(scratch.path(), &cases);
    let points: Vec<Vec<Vec<f64>>> = cases.iter().map(|case| points(case, 200)).collect();
    let bounds: Vec<Bounds> = cases
        .iter()
        .zip(&points)
        .map(|(case, points)| points.iter().map(|point| bound(case, point)).collect())
        .collect();
    for compiler in compilers() {
        let mut before: Vec<Vec<Vec<f64>>> = Vec::new();
        let mut seen = String::new();
        for level in LEVELS {
            build(compiler, scratch.path(), &cases, level);
            let mut is_near = 0;
            for (k, case) in cases.iter().enumerate() {
                let results = run(scratch.path(), case, &points[k]);
                are_enclosed(case, &points[k][..ENCLOSED], &results);
                let part = largest_part(case, &points[k], &bounds[k], &results);
                is_near += usize::from(part > 0.1 && case.options.summation == Summation::Any);
                let _ = writeln!(
                    seen,
                    "{compiler} {level:?} {}: {part:.3} of the bound",
                    case.name()
                );
                // Sums in float64 do not depend on contraction.
                let is_exact = case.network.is_piecewise_linear()
                    && case.options.format == FloatFormat::Float32
                    && case.options.summation == Summation::Emitted
                    && !case.options.pieces;
                match before.get(k) {
                    Some(before) if is_exact => assert_eq!(*before, results, "{}", case.name()),
                    Some(_) => {}
                    None => before.push(results),
                }
            }
            assert!(is_near >= 3, "the bounds say something: {is_near}");
        }
        eprintln!("{seen}");
    }
}

/// A float32 of this place in their order.
fn single(place: i64) -> f64 {
    let size = f32::from_bits(u32::try_from(place.abs()).expect("a float"));
    f64::from(if place < 0 { -size } else { size })
}

/// Floats of all sizes, many of them where sigmoids are not flat, and the neighbours of places where the
/// functions change their formula.
fn arguments(count: usize, format: FloatFormat) -> Vec<Vec<f64>> {
    let mut random = Random(11);
    let mut all = vec![0.0];
    for place in [
        0.125f64, 0.25, 0.5, 1.0, 5.0, 9.0, 13.15, 13.75, 17.3287, 20.0, 87.3, 88.7, 104.0, 1.125,
        1.875, 2.75, 3.75, 6.5, 8.375, 10.625, 600.0, 708.4, 708.5, 1e-30, 3e38,
    ] {
        for (sign, step) in [
            (1.0, 0),
            (1.0, 1),
            (1.0, -1),
            (-1.0, 0),
            (-1.0, 1),
            (-1.0, -1),
        ] {
            all.push(match format {
                FloatFormat::Float32 => {
                    let at = i64::from((place as f32).to_bits());
                    sign * single(at + step)
                }
                FloatFormat::Float64 => {
                    let at = i64::try_from(place.to_bits()).expect("positive");
                    sign * f64::from_bits(u64::try_from(at + step).expect("positive"))
                }
            });
        }
    }
    while all.len() < count {
        // From 2^-40 to 2^7, for three of four arguments; the others up to the largest number.
        let (low, high) = match (all.len() % 4, format) {
            (0, FloatFormat::Float32) => (-126, 127),
            (0, FloatFormat::Float64) => (-1000, 1000),
            (1, _) => (-40, 7),
            _ => (-3, 4),
        };
        let span = f64::from(high - low);
        let power = (f64::from(low) + span * (random.next() + 1.0) / 2.0).floor();
        let value = random.next().signum() * (1.0 + random.next().abs()) * power.exp2();
        all.push(match format {
            FloatFormat::Float32 => f64::from(value as f32),
            FloatFormat::Float64 => value,
        });
    }
    all.retain(|x| x.is_finite() && (x.abs() < 1e38 || format == FloatFormat::Float64));
    all.into_iter().map(|x| vec![x]).collect()
}

/// The activations that are not exact.
fn curved(format: FloatFormat) -> Vec<(&'static str, Activation)> {
    let mut all = vec![
        ("of_sigmoid", Activation::Sigmoid),
        ("of_tanh", Activation::Tanh),
        ("of_softplus", Activation::Softplus(None)),
        (
            "of_threshold",
            Activation::Softplus(Some(Rational::from(20))),
        ),
        ("of_softsign", Activation::Softsign),
        ("of_elu", Activation::Elu(Rational::ratio(17, 10))),
        ("of_silu", Activation::Silu),
    ];
    if format == FloatFormat::Float32 {
        all.push(("of_gelu", Activation::Gelu(None)));
        all.push((
            "of_gelu_wide",
            Activation::Gelu(Some(Rational::ratio(7, 2))),
        ));
    }
    all
}

/// The distance of the floats at a value.
fn last_place(value: f64, format: FloatFormat) -> f64 {
    let (least, _) = format.exponents();
    let least = (least as f64).exp2();
    let size = value.abs().max(least);
    // The exponent, by the bits of a normal float64.
    let exponent = i32::try_from((size.to_bits() >> 52) & 0x7ff).expect("11 bits") - 1023;
    f64::from(exponent).exp2() * (1.0 - f64::from(format.digits())).exp2()
}

#[test]
fn activations_are_as_near_as_is_said() {
    let compilers = compilers();
    for format in [FloatFormat::Float32, FloatFormat::Float64] {
        let cases: Vec<Case> = curved(format)
            .into_iter()
            .map(|(name, activation)| {
                Case::new(&alone(activation), options(name, format, Summation::Any))
            })
            .collect();
        let scratch = tempfile::tempdir().expect("a directory");
        write_all(scratch.path(), &cases);
        let error = activation_error(format);
        let (ulps, abs) = (float(&error.ulps), float(&error.abs));
        let (least, _) = format.exponents();
        let tau = (least as f64).exp2();
        let count = match format {
            FloatFormat::Float32 => 100_000,
            FloatFormat::Float64 => 1_000,
        };
        let points = arguments(count, format);
        for compiler in &compilers {
            for level in [LEVELS[0], LEVELS[2]] {
                build(compiler, scratch.path(), &cases, level);
                // All of them without optimisation, a part of them with it.
                let points = &points[..if level == LEVELS[0] {
                    points.len()
                } else {
                    points.len() / 5
                }];
                for case in &cases {
                    let results = run(scratch.path(), case, points);
                    let activation = case.network.layers()[0].activation();
                    let mut largest = 0.0f64;
                    for (point, result) in points.iter().zip(&results) {
                        let (distance, value) = distance(activation, point[0], result[0], format);
                        let allowed = ulps * last_place(value, format) + abs + 2.0 * tau;
                        assert!(
                            distance <= allowed * 1.000_001,
                            "{compiler} {level:?} {} at {:e}: {:e}, off by {distance:e}",
                            case.name(),
                            point[0],
                            result[0]
                        );
                        largest = largest.max((distance - 2.0 * tau) / last_place(value, format));
                    }
                    eprintln!("{compiler} {level:?} {}: {largest:.4} ulps", case.name());
                }
            }
        }
    }
}

/// The distance of a result from the exact value, up to a millionth of an ulp, and the value. Kernel intervals
/// have 63 digits, enough for float32; for float64 the many digits.
fn distance(activation: &Activation, x: f64, result: f64, format: FloatFormat) -> (f64, f64) {
    let (x, result) = (rational(x), rational(result));
    match format {
        FloatFormat::Float32 => {
            let value = activation
                .apply(&(), &Interval::from_rational(&x))
                .expect("defined");
            // The fractions of tiny numbers are too long; they count as 0.
            let value = value.mid().to_rational().unwrap_or_default();
            (float(&(&result - &value).abs()), float(&value))
        }
        FloatFormat::Float64 => {
            let value = activation
                .apply(&200, &Precise::constant(&200, &x))
                .expect("defined");
            let Some(low) = value.lower() else {
                return (0.0, 0.0);
            };
            (float(&(&result - &low).abs()), float(&low))
        }
    }
}

#[test]
fn other_compilers_and_languages_take_it_too() {
    let cases: Vec<Case> = networks()
        .iter()
        .map(|(name, network)| {
            Case::new(
                network,
                options(name, FloatFormat::Float32, Summation::Emitted),
            )
        })
        .collect();
    let scratch = tempfile::tempdir().expect("a directory");
    write_all(scratch.path(), &cases);
    let is_there = |name: &&str| Command::new(name).arg("--version").output().is_ok();
    let Some(compiler) = ["g++", "clang++"].iter().find(|name| is_there(name)) else {
        eprintln!("skipped: there is no compiler of C++");
        return;
    };
    for case in &cases {
        let source = format!("{}.c", case.name());
        let mut arguments = vec!["-std=c++17", "-x", "c++", "-c", "-o", "cpp.o", &source];
        arguments.extend(&STRICT[1..]);
        assert_eq!(compile(compiler, scratch.path(), &arguments), Ok(()));
    }
}

#[test]
fn fast_math_and_excess_precision_stop_the_compiler() {
    let network = random(1, &[(2, Activation::Tanh)], 1.0, 1.0);
    let case = Case::new(&network, Options::new("net"));
    let scratch = tempfile::tempdir().expect("a directory");
    write_all(scratch.path(), std::slice::from_ref(&case));
    for compiler in compilers() {
        for (flags, word) in [
            (&["-ffast-math"][..], "-ffast-math"),
            (&["-Ofast"], "-ffast-math"),
            (&["-ffinite-math-only"], "-ffinite-math-only"),
            (
                &["-U__FLT_EVAL_METHOD__", "-D__FLT_EVAL_METHOD__=2"],
                "excess precision",
            ),
        ] {
            let mut arguments = vec!["-std=c99", "-c", "net.c", "-o", "net.o"];
            arguments.extend(flags);
            let message = compile(compiler, scratch.path(), &arguments).expect_err("refused");
            assert!(message.contains(word), "{compiler} {flags:?}: {message}");
        }
    }
}

/// The error of writing a network.
fn refused(network: &Network, options: &Options) -> CError {
    c::write(network, options).expect_err("refused")
}

#[test]
fn what_has_no_c_form_is_refused_with_its_place() {
    use Activation::{Gelu, Heaviside, LeakyRelu, Maxout, Relu};
    let plain = Options::new("net");
    let third = |what| {
        let mut rows = vec![vec![Rational::ONE; 2]; 4];
        let mut bias = vec![Rational::ONE; 4];
        match what {
            "bias" => bias[2] = Rational::ratio(1, 3),
            _ => rows[3][1] = Rational::ratio(1, 3),
        }
        let weights = Matrix::from_dense(rows).expect("rectangular");
        let layer = Layer::new(weights, bias, Maxout(2)).expect("fits");
        Network::new(numbered("x", 2), numbered("y", 2), vec![layer]).expect("fits")
    };
    for (network, options, message) in [
        (
            third("weight"),
            plain.clone(),
            "layer 1, unit 2: the weight of input 2 1/3 is not a normal float32",
        ),
        (
            third("bias"),
            plain.clone(),
            "layer 1, unit 2: the bias 1/3 is not a normal float32",
        ),
        (
            alone(LeakyRelu(Rational::ratio(1, 10))),
            plain.clone(),
            "layer 1, unit 1: the slope 1/10 is not a normal float32",
        ),
        (
            alone(Gelu(None)),
            Options {
                format: FloatFormat::Float64,
                ..plain.clone()
            },
            "layer 1: gelu has no C form in float64",
        ),
        (
            alone(Gelu(Some(Rational::from(2000)))),
            plain.clone(),
            "layer 1: gelu has no C form with a divisor beyond 1024 or below its reciprocal",
        ),
        (
            alone(Relu),
            Options::new("auto"),
            "`auto` is not a name for C: it is a word of C or C++",
        ),
        (
            alone(Heaviside),
            Options {
                pieces: true,
                ..plain.clone()
            },
            "the network cannot be written as its pieces: layer 1 has the activation heaviside",
        ),
    ] {
        let error = refused(&network, &options);
        assert_eq!(error.to_string(), message);
        assert!(error.hint().is_some(), "{message}");
    }
}

#[test]
fn pieces_are_searched_and_their_number_is_that_of_the_network() {
    // |x| and a kink that no float is near: max(x, -x) + relu(x - 1/3), in float32.
    let options = Options {
        pieces: true,
        ..Options::new("net")
    };
    let rows = [["1"], ["-1"], ["1"]].map(|[w]| vec![w.parse::<i64>().expect("a number").into()]);
    let weights = Matrix::from_dense(rows.to_vec()).expect("rectangular");
    let third = rational(f64::from(1.0f32 / 3.0));
    let first = Layer::new(
        weights,
        vec![Rational::ZERO, Rational::ZERO, -&third],
        Activation::Relu,
    );
    let sum = Matrix::from_dense(vec![vec![Rational::ONE; 3]]).expect("a row");
    let last = Layer::new(sum, vec![Rational::ZERO], Activation::Identity);
    let layers = vec![first.expect("fits"), last.expect("fits")];
    let network = Network::new(numbered("x", 1), numbered("y", 1), layers).expect("fits");
    let written = c::write(&network, &options).expect("written");
    assert_eq!(
        (written.pieces, written.knots),
        (Some(3), Some((Rational::ZERO, third)))
    );
    assert_eq!((written.flash_bytes, written.multiplications), (3 * 20, 1));
    // Only the pieces of the domain.
    let narrow = Options {
        domain: Some(vec![(Rational::ratio(1, 2), Rational::ONE)]),
        ..options
    };
    let written = c::write(&network, &narrow).expect("written");
    let half = Rational::ratio(1, 2);
    assert_eq!(
        (written.pieces, written.knots),
        (Some(1), Some((half.clone(), half)))
    );
}

#[test]
fn the_header_says_what_the_code_is() {
    let network = random(
        2,
        &[(3, Activation::Tanh), (1, Activation::Identity)],
        1.0,
        1.0,
    );
    let options = Options {
        claim: vec!["|N(x) - f(x)| <= 1/10 */ on [0, 1]".to_owned()],
        check: Some("steeple check certificate.steeple".to_owned()),
        allowed: Some(Rational::ratio(1, 10)),
        ..Options::new("net")
    };
    let case = Case::new(&network, options);
    let header = &case.written.header;
    for part in [
        "void net(const float x[2], float y[1]);",
        " *   |N(x) - f(x)| <= 1/10 * / on [0, 1]\n",
        "To check the claim: steeple check certificate.steeple",
        "semantics float32, sums any",
        "within 9/16 units in the last place",
        &steeple::network::digest(&case.network),
    ] {
        assert!(header.contains(part), "{part} in\n{header}");
    }
    // Weights and bias, and the tables of the exponential function.
    assert_eq!(case.written.flash_bytes, (6 + 3 + 3 + 1) * 4 + 2 * 16 * 8);
    assert!(header.contains(&format!(
        "{} bytes of constants, 12 bytes of values",
        case.written.flash_bytes
    )));
    assert!(header.contains("9 multiplications and 3 x tanh a call"));
    let mut lines = case.written.vectors.lines();
    assert_eq!(lines.next(), Some("x1,x2,y,allowed"));
    for line in lines {
        let numbers: Vec<f64> = line
            .split(',')
            .map(|text| text.parse().expect("a number"))
            .collect();
        let point: Vec<_> = numbers[..2]
            .iter()
            .map(|x| Interval::from_rational(&rational(*x)))
            .collect();
        let value = forward(&case.network, &(), &point).expect("defined")[0];
        let off = value.minus(&Interval::from_rational(&rational(numbers[2])));
        assert!(
            float(&off.mag().to_rational().expect("finite")) < 1e-8,
            "{line}"
        );
        assert_eq!(numbers[3].to_bits(), 0.1f64.to_bits());
    }
}

#[test]
fn the_program_writes_source_header_and_points() {
    let scratch = tempfile::tempdir().expect("a directory");
    let folder = scratch.path();
    let network = steeple::formats::to_json(&random(
        1,
        &[(3, Activation::Relu), (1, Activation::Identity)],
        1.0,
        1.0,
    ));
    fs::write(folder.join("n.json"), &network).expect("written");
    let (code, out, error) = program(folder, &["convert", "n.json", "net.c"]);
    assert_eq!(code, 0, "{error}");
    for part in [
        "written: net.c, net.h and net_test.csv; ",
        "10 numbers rounded to float32, by at most",
        "6 multiplications a call; sums any",
    ] {
        assert!(out.contains(part), "{part} in {out}");
    }
    let source = fs::read_to_string(folder.join("net.c")).expect("written");
    assert!(source.contains("#include \"net.h\""));
    let (code, out, _) = program(
        folder,
        &[
            "convert",
            "n.json",
            "net.c",
            "--pieces",
            "--semantics",
            "float64",
            "--name",
            "f",
            "--format",
            "json",
        ],
    );
    assert_eq!(code, 0);
    for part in [
        "\"semantics\": \"float64\"",
        "\"summation\": \"emitted\"",
        "\"pieces\": 4",
    ] {
        assert!(out.contains(part), "{part} in {out}");
    }
    let header = fs::read_to_string(folder.join("net.h")).expect("written");
    assert!(header.contains("void f(const double x[1], double y[1]);"));
    // Nothing is written where something is wrong, and no input is overwritten.
    fs::write(folder.join("other.h"), &network).expect("written");
    for (arguments, words) in [
        (
            &["convert", "n.json", "my-net.c"][..],
            "hint: give --name my_net",
        ),
        (
            &["convert", "n.json", "a.c", "--name", "while"],
            "hint: give --name while_net",
        ),
        (
            &["convert", "n.json", "a.c", "--pieces", "--summation", "any"],
            "--summation emitted",
        ),
        (
            &["convert", "n.json", "a.onnx", "--pieces"],
            "--pieces is for .c files",
        ),
        (&["convert", "other.h", "other.c"], "would overwrite"),
        (
            &["convert", "n.json", "a.c", "--or-equal"],
            "--or-equal is for .vnnlib files",
        ),
    ] {
        let (code, _, error) = program(folder, arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(error.contains(words), "{arguments:?}: {error}");
    }
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("a directory")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["n.json", "net.c", "net.h", "net_test.csv", "other.h"]
    );
}

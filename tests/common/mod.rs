//! Generators and helpers shared by the tests.
//!
//! A random case is read from a list of [`Choices`]: plain code that picks one thing after the
//! other, while proptest shrinks the list towards zeros, which pick the simplest thing.

// Each test file uses a part of this.
#![allow(dead_code)]

pub mod pages;

use std::path::Path;

use assert_cmd::Command;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestCaseError};

use steeple::certificate::{Norm, Question, Semantics};
use steeple::expr::evaluate::Scratch;
use steeple::expr::{Domain, Tape, Target, parse_target};
use steeple::network::{Activation, Layer, Matrix, Network, digest, forward};
use steeple::numbers::{Failure, Interval, LinearForm, Precise, Rational, Scalar, literal};
use steeple::workflow::{Limits, Verification, VerifyRequest, WorkflowError, verify};

/// Bits of the reference arithmetic.
pub const BITS: u32 = 200;

/// The names of inputs, in order.
pub const NAMES: [&str; 6] = ["x", "y", "z", "u", "v", "w"];

/// Random numbers that a case is read from; zeros when they have run out.
#[derive(Clone)]
pub struct Choices {
    values: Vec<u32>,
    next: usize,
}

impl std::fmt::Debug for Choices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // On one line: what was made of them is in the message.
        write!(f, "Choices{:?}", self.values)
    }
}

/// So many cases; the environment variable `PROPTEST_CASES` asks for another number. What failed
/// is kept beside the test, to be tried first.
pub fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        cases: count,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    }
}

/// Lists of choices.
pub fn choices() -> impl Strategy<Value = Choices> {
    proptest::collection::vec(any::<u32>(), 0..400).prop_map(|values| Choices { values, next: 0 })
}

impl Choices {
    /// These numbers, and zeros after them.
    pub fn from_values(values: Vec<u32>) -> Self {
        Self { values, next: 0 }
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        let value = self.values.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        value as usize % n
    }

    /// True about once in `n` times, and not when choices have run out.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// One of a list.
    pub fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// An integer from `low` to `high`.
    pub fn integer(&mut self, low: i64, high: i64) -> i64 {
        let count = usize::try_from(high - low + 1).expect("a small range");
        low + i64::try_from(self.below(count)).expect("a small range")
    }

    /// A number of moderate size, often a corner.
    pub fn number(&mut self) -> Rational {
        match self.below(6) {
            0 => Rational::from(self.integer(-1, 1)),
            1 => Rational::from(self.integer(-4, 4)),
            2 => Rational::ratio(self.integer(-16, 16), 8),
            3 => Rational::ratio(self.integer(-9, 9), 3),
            4 => Rational::ratio(self.integer(-50, 50), 7),
            _ => Rational::ratio(self.integer(-1000, 1000), 64),
        }
    }

    /// A weight: mostly moderate, at times very large or very small.
    pub fn weight(&mut self) -> Rational {
        let number = self.number();
        match self.below(16) {
            15 => {
                number
                    * Rational::power_of_two(i32::try_from(self.integer(-40, 40)).expect("small"))
            }
            _ => number,
        }
    }

    /// Any activation.
    pub fn activation(&mut self, kind: Kind) -> Activation {
        let slope = |slope: Rational| Activation::LeakyRelu(slope);
        let list = [
            Activation::Relu,
            Activation::Identity,
            slope(Rational::ratio(1, 10)),
            slope(Rational::ratio(-2, 1)),
            slope(Rational::from(3)),
            Activation::HardTanh,
            Activation::Maxout(2),
            Activation::Maxout(3),
            Activation::Heaviside,
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Softplus(None),
            Activation::Softsign,
            Activation::Elu(Rational::ONE),
            Activation::Elu(Rational::ratio(-1, 3)),
            Activation::Silu,
            Activation::Gelu(None),
            // The root of 2 as a float32.
            Activation::Gelu(Some(Rational::ratio(11_863_283, 1 << 23))),
            // These jump, if by little.
            Activation::Softplus(Some(Rational::from(20))),
            Activation::Softplus(Some(Rational::ratio(1, 2))),
        ];
        match kind {
            Kind::Any => self.pick(&list),
            Kind::PiecewiseLinear => self.pick(&list[..9]),
            Kind::Continuous => self.pick(&[&list[..8], &list[9..18]].concat()),
            Kind::ContinuousPiecewiseLinear => self.pick(&list[..8]),
        }
    }

    /// A layer with ties: rows that are equal, opposite, or differ in the bias alone.
    fn layer(&mut self, columns: usize, units: usize, activation: Activation) -> Layer {
        let mut rows: Vec<(Vec<Rational>, Rational)> = Vec::new();
        for _ in 0..units * activation.rows_per_unit() {
            let old = if rows.is_empty() {
                None
            } else {
                Some(rows[self.below(rows.len())].clone())
            };
            let row = match (self.below(8), old) {
                (5, Some(old)) => old,
                (6, Some((weights, bias))) => (weights.iter().map(|w| -w).collect(), -bias),
                (7, Some((weights, _))) => (weights, self.weight()),
                _ => {
                    let weights = (0..columns).map(|_| self.weight()).collect();
                    (weights, self.number())
                }
            };
            rows.push(row);
        }
        let (weights, bias) = rows.into_iter().unzip();
        let weights = Matrix::from_dense(weights).expect("rectangular");
        Layer::new(weights, bias, activation).expect("fits")
    }

    /// A network with this many inputs, 1 to 3 hidden layers of 1 to 6 units, 1 or 2 outputs.
    pub fn network(&mut self, inputs: usize, kind: Kind) -> Network {
        let hidden = 1 + self.below(3);
        let outputs = 1 + usize::from(self.once_in(4));
        self.network_of(inputs, hidden, 6, outputs, kind)
    }

    /// A network of a given shape, with up to `width` units in each hidden layer.
    pub fn network_of(
        &mut self,
        inputs: usize,
        hidden: usize,
        width: usize,
        outputs: usize,
        kind: Kind,
    ) -> Network {
        let mut columns = inputs;
        let mut layers = Vec::new();
        for _ in 0..hidden {
            let units = 1 + self.below(width);
            let activation = self.activation(kind);
            layers.push(self.layer(columns, units, activation));
            columns = units;
        }
        layers.push(self.layer(columns, outputs, Activation::Identity));
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Network::new(
            names(&NAMES[..inputs]),
            names(&["a", "b"][..outputs]),
            layers,
        )
        .expect("fits")
    }

    /// A network whose first layer has up to `width` steep steps of one input each, with places in these
    /// sides or close to them, and one more layer or none above it.
    pub fn steps(
        &mut self,
        sides: &[(Rational, Rational)],
        width: usize,
        outputs: usize,
    ) -> Network {
        let inputs = sides.len();
        let units = 1 + self.below(width);
        let rows = (0..units).map(|_| {
            let input = self.below(inputs);
            let (low, high) = &sides[input];
            let place = low + (high - low) * Rational::ratio(self.integer(-1, 17), 16);
            let sign = Rational::from(self.pick(&[1, -1]));
            let power = i32::try_from(self.integer(2, 20)).expect("small");
            let weight = sign * Rational::power_of_two(power);
            let mut weights = vec![Rational::ZERO; inputs];
            let bias = -(&weight * &place);
            weights[input] = weight;
            (weights, bias)
        });
        let (weights, bias) = rows.unzip();
        let weights = Matrix::from_dense(weights).expect("rectangular");
        let activation = self.pick(&[Activation::Sigmoid, Activation::Tanh]);
        let mut layers = vec![Layer::new(weights, bias, activation).expect("fits")];
        let mut columns = units;
        if self.once_in(2) {
            let activation = self.activation(Kind::Continuous);
            let units = 1 + self.below(3);
            layers.push(self.layer(columns, units, activation));
            columns = units;
        }
        layers.push(self.layer(columns, outputs, Activation::Identity));
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let (inputs, outputs) = (names(&NAMES[..inputs]), names(&["a", "b"][..outputs]));
        Network::new(inputs, outputs, layers).expect("fits")
    }

    /// The text of a formula in the first `inputs` names, at most `height` operations high.
    pub fn formula(&mut self, inputs: usize, height: usize, kind: Formula) -> String {
        if height == 0 || self.once_in(6) {
            return match self.below(4) {
                3 => format!("({})", self.number()),
                _ => NAMES[self.below(inputs)].to_string(),
            };
        }
        let part = |choices: &mut Self| choices.formula(inputs, height - 1, kind);
        let operations = match kind {
            Formula::Polynomial => 5,
            Formula::Smooth => 8,
            Formula::Any => 14,
        };
        match self.below(operations) {
            0 => format!("({} + {})", part(self), part(self)),
            1 => format!("({} - {})", part(self), part(self)),
            2 => format!("({} * {})", part(self), part(self)),
            3 => format!("(-{})", part(self)),
            4 => format!("({})^{}", part(self), self.integer(0, 4)),
            5 => {
                let name = self.pick(&[
                    "sin", "cos", "tanh", "sigmoid", "atan", "erf", "softplus", "silu", "gelu",
                ]);
                format!("{name}({})", part(self))
            }
            6 => format!("exp(sin({}))", part(self)),
            7 => format!("({})/(2 + cos({}))", part(self), part(self)),
            8 => {
                let names = [
                    "sqrt",
                    "ln",
                    "exp",
                    "sinh",
                    "cosh",
                    "tan",
                    "asin",
                    "acos",
                    "abs",
                    "relu",
                    "softsign",
                    "elu",
                    "heaviside",
                ];
                format!("{}({})", self.pick(&names), part(self))
            }
            9 => format!(
                "{}({}, {})",
                self.pick(&["min", "max"]),
                part(self),
                part(self)
            ),
            10 => format!("({} / {})", part(self), part(self)),
            11 => format!(
                "({})^({})",
                part(self),
                self.pick(&["-1", "-2", "-3", "1/2", "5/3", "x"])
            ),
            12 => {
                let (a, b) = (part(self), part(self));
                format!("if({}, {a}, {b})", self.condition(inputs, height - 1, kind))
            }
            _ => format!("sqrt(abs({}))", part(self)),
        }
    }

    /// The text of a condition.
    pub fn condition(&mut self, inputs: usize, height: usize, kind: Formula) -> String {
        let (a, b) = (
            self.formula(inputs, height, kind),
            self.formula(inputs, height, kind),
        );
        let sign = self.pick(&["<=", "<", ">=", ">"]);
        let first = format!("{a} {sign} {b}");
        match self.below(8) {
            5 => format!("({first} and {} >= 1/2)", NAMES[self.below(inputs)]),
            6 => format!("({first} or {} < 0)", NAMES[self.below(inputs)]),
            7 => format!("not ({first})"),
            _ => first,
        }
    }

    /// Sides of a box with ends at 0, ±1, eighths and thirds.
    pub fn sides(&mut self, inputs: usize) -> Vec<(Rational, Rational)> {
        (0..inputs)
            .map(|_| match self.below(4) {
                0 => (Rational::from(-1), Rational::ONE),
                1 => (Rational::ZERO, Rational::ONE),
                _ => {
                    let by = self.pick(&[8, 3]);
                    let low = self.integer(-2 * by, 2 * by);
                    let length = self.integer(1, 2 * by);
                    (Rational::ratio(low, by), Rational::ratio(low + length, by))
                }
            })
            .collect()
    }

    /// A box inside these sides, from about a half to a millionth as long.
    pub fn inner(&mut self, sides: &[(Rational, Rational)]) -> Vec<(Rational, Rational)> {
        let shrink = self.below(6) == 5;
        sides
            .iter()
            .map(|(low, high)| {
                let from = self.integer(0, 7);
                let to = self.integer(from + 1, 8);
                let length = high - low;
                let low = low + &length * Rational::ratio(from, 8);
                let mut side = length * Rational::ratio(to - from, 8);
                if shrink {
                    side = side * Rational::power_of_two(-20);
                }
                let high = &low + &side;
                (low, high)
            })
            .collect()
    }

    /// A point of the box; strictly inside it if asked.
    pub fn point(&mut self, sides: &[(Rational, Rational)], strictly: bool) -> Vec<Rational> {
        sides
            .iter()
            .map(|(low, high)| {
                let by = self.pick(&[16, 7]);
                let inset = i64::from(strictly);
                let share = Rational::ratio(self.integer(inset, by - inset), by);
                low + (high - low) * share
            })
            .collect()
    }
}

/// Which activations a network may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All of them.
    Any,
    /// All but sigmoid and tanh.
    PiecewiseLinear,
    /// All but heaviside.
    Continuous,
    /// Neither sigmoid nor tanh nor heaviside.
    ContinuousPiecewiseLinear,
}

/// Which operations a formula may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formula {
    /// Sums, products and powers.
    Polynomial,
    /// Functions with derivatives of every order, defined everywhere.
    Smooth,
    /// All, also those that are undefined, have kinks or jump.
    Any,
}

/// The truth at a point, between two rationals; nothing where it is not known to be defined.
#[derive(Clone, Debug)]
pub struct Truth {
    pub low: Rational,
    pub high: Rational,
}

impl Truth {
    fn exact(value: &Rational) -> Self {
        Self {
            low: value.clone(),
            high: value.clone(),
        }
    }

    fn precise(value: &Precise) -> Option<Self> {
        Some(Self {
            low: value.lower()?,
            high: value.upper()?,
        })
    }

    /// Can the true value be between these ends? An infinite end is none.
    pub fn meets(&self, low: Option<&Rational>, high: Option<&Rational>) -> bool {
        low.is_none_or(|low| *low <= self.high) && high.is_none_or(|high| self.low <= *high)
    }

    /// Can the true value be in this interval?
    pub fn is_in(&self, interval: &Interval) -> bool {
        let (low, high) = (interval.inf().to_rational(), interval.sup().to_rational());
        self.meets(low.as_ref(), high.as_ref())
    }

    pub fn minus(&self, other: &Self) -> Self {
        Self {
            low: &self.low - &other.high,
            high: &self.high - &other.low,
        }
    }

    /// The absolute value.
    pub fn size(&self) -> Self {
        let high = self.low.abs().max(self.high.abs());
        let low = self.low.clone().max(-&self.high).max(Rational::ZERO);
        Self { low, high }
    }
}

/// Evaluates formulas over any arithmetic.
pub fn outputs<S: Scalar>(
    target: &Target,
    context: &S::Context,
    inputs: &[S],
) -> Vec<Result<S, Failure>> {
    let tape = Tape::new(&target.indicator());
    let constants = tape.constants(context);
    let mut scratch = Scratch::default();
    let results = tape.evaluate(&constants, inputs, &mut scratch);
    (0..tape.outputs())
        .map(|k| results.value(k).cloned())
        .collect()
}

/// The outputs of a formula at a point: exact where they are rational, else at 200 bits.
pub fn true_outputs(target: &Target, point: &[Rational]) -> Vec<Result<Truth, Failure>> {
    let exact = outputs::<Rational>(target, &(), point);
    let inputs: Vec<Precise> = point.iter().map(|x| Precise::constant(&BITS, x)).collect();
    let precise = outputs(target, &BITS, &inputs);
    exact
        .into_iter()
        .zip(precise)
        .map(|(exact, precise)| match exact {
            Ok(value) => Ok(Truth::exact(&value)),
            Err(Failure::Undefined) => Err(Failure::Undefined),
            Err(_) => Truth::precise(&precise?).ok_or(Failure::Inexact),
        })
        .collect()
}

/// The outputs of a network at a point: exact where they are rational, else at 200 bits.
pub fn true_forward(network: &Network, point: &[Rational]) -> Vec<Truth> {
    if network.is_piecewise_linear() {
        let values = forward::<Rational>(network, &(), point).expect("rational");
        return values.iter().map(Truth::exact).collect();
    }
    let inputs: Vec<Precise> = point.iter().map(|x| Precise::constant(&BITS, x)).collect();
    let values = forward(network, &BITS, &inputs).expect("defined everywhere");
    let truth = |value| Truth::precise(value).expect("bounded");
    values.iter().map(truth).collect()
}

/// The value of a linear form at normalised coordinates: its ends, where they are bounded.
pub fn form_at<const D: usize>(
    form: &LinearForm<D>,
    coordinates: &[Rational],
) -> (Option<Rational>, Option<Rational>) {
    let mut low = form.constant_part().inf().to_rational();
    let mut high = form.constant_part().sup().to_rational();
    for (slope, e) in form.slopes().iter().zip(coordinates) {
        let ends = [slope.inf(), slope.sup()].map(|end| end.to_rational().map(|end| end * e));
        let [Some(a), Some(b)] = ends else {
            return (None, None);
        };
        low = low.map(|low| low + a.clone().min(b.clone()));
        high = high.map(|high| high + a.max(b));
    }
    (low, high)
}

/// The coordinates `e` of a point in a box: `x = mid + rad · e`.
pub fn coordinates(box_: &[Interval], point: &[Rational]) -> Vec<Rational> {
    let mut result = Vec::new();
    for (side, x) in box_.iter().zip(point) {
        let mid = side.mid().to_rational().expect("bounded");
        let rad = side.rad().to_rational().expect("bounded");
        let e = (x - &mid).checked_div(&rad).expect("not a point");
        assert!(e.abs() <= Rational::ONE, "the point is in the box");
        result.push(e);
    }
    result
}

/// A number from its text.
pub fn number(text: &str) -> Rational {
    literal::parse(text).expect("a number")
}

/// A layer from rows `(weights, bias)` in text.
pub fn layer(activation: Activation, rows: &[(&[&str], &str)]) -> Layer {
    let weights = rows
        .iter()
        .map(|(weights, _)| weights.iter().map(|w| number(w)).collect())
        .collect();
    let bias = rows.iter().map(|(_, bias)| number(bias)).collect();
    let weights = Matrix::from_dense(weights).expect("rectangular");
    Layer::new(weights, bias, activation).expect("fits")
}

/// A network with inputs of these names.
pub fn network(inputs: &[&str], layers: Vec<Layer>) -> Network {
    let count = layers.last().expect("a layer").units();
    let outputs = (0..count).map(|k| format!("out{k}")).collect();
    let inputs = inputs.iter().map(ToString::to_string).collect();
    Network::new(inputs, outputs, layers).expect("fits")
}

/// The network with one hidden layer of rectifiers that interpolates x² at `0, 1/n, ..., 1`.
pub fn square_interpolant(n: i64) -> Network {
    // Slopes grow by 2/n at each knot, from 1/n.
    let hidden: Vec<Vec<Rational>> = (0..n).map(|_| vec![Rational::ONE]).collect();
    let knots = (0..n).map(|k| Rational::ratio(-k, n)).collect();
    let rises = (0..n)
        .map(|k| Rational::ratio(if k == 0 { 1 } else { 2 }, n))
        .collect();
    let matrix = |rows| Matrix::from_dense(rows).expect("rectangular");
    network(
        &["x"],
        vec![
            Layer::new(matrix(hidden), knots, Activation::Relu).expect("fits"),
            Layer::new(
                matrix(vec![rises]),
                vec![Rational::ZERO],
                Activation::Identity,
            )
            .expect("fits"),
        ],
    )
}

/// A question about a network; with a threshold it is about an area.
pub fn question(
    network: &Network,
    formulas: &[&str],
    domain: &str,
    threshold: Option<Rational>,
) -> Question {
    Question {
        network: digest(network),
        target: parse_target(formulas, Some(network.inputs())).expect("a target"),
        domain: Domain::parse(domain).expect("a domain"),
        norm: if threshold.is_some() {
            Norm::Area
        } else {
            Norm::Sup
        },
        threshold,
        semantics: Semantics::Real,
    }
}

/// How to verify.
pub struct Settings {
    pub tolerance: Option<Rational>,
    pub gap: Rational,
    pub boxes: u64,
    pub threads: usize,
    pub portable: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tolerance: None,
            gap: Rational::ratio(1, 20),
            boxes: 20_000,
            threads: 1,
            portable: false,
        }
    }
}

/// Verifies; the certificate was written, read back and checked.
pub fn run(
    network: &Network,
    question: &Question,
    settings: &Settings,
) -> Result<Verification, WorkflowError> {
    let request = VerifyRequest {
        network,
        question: question.clone(),
        tolerance: settings.tolerance.clone(),
        gap: settings.gap.clone(),
        limits: Limits {
            time: None,
            boxes: Some(settings.boxes),
            ..Limits::default()
        },
        resume: None,
        threads: steeple::jobs::Threads::Count(settings.threads),
        weights: steeple::certificate::Weights::Exact,
        portable: settings.portable,
    };
    verify(&request, None, &mut steeple::workflow::unwatched)
}

/// Points of a grid with `n` steps in each input, moved inside by half a step if asked.
pub fn grid(domain: &Domain, n: i64, strictly: bool) -> Vec<Vec<Rational>> {
    let mut points = vec![vec![]];
    for (low, high) in domain.sides() {
        let ticks: Vec<Rational> = if strictly {
            (0..n).map(|k| Rational::ratio(2 * k + 1, 2 * n)).collect()
        } else {
            (0..=n).map(|k| Rational::ratio(k, n)).collect()
        };
        points = points
            .iter()
            .flat_map(|point| {
                ticks.iter().map(move |share| {
                    let mut point = point.clone();
                    point.push(low + (high - low) * share);
                    point
                })
            })
            .collect();
    }
    points
}

/// A lower bound of the error of the worst output at a point; 0 where it is not defined.
pub fn error_at(network: &Network, question: &Question, point: &[Rational]) -> Rational {
    let values = true_forward(network, point);
    let targets = true_outputs(&question.target, point);
    values
        .iter()
        .zip(targets)
        .filter_map(|(value, target)| Some(value.minus(&target.ok()?).size().low))
        .max()
        .unwrap_or_default()
}

/// Runs the program in a folder; returns its exit code, and what it says on standard output and on
/// standard error.
pub fn program(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("steeple").expect("the program");
    said_by(command.current_dir(folder).args(arguments))
}

/// Like [`program`], but the system ends it once it has used so many seconds of CPU time, where there is
/// a shell that can ask for this. A busy machine makes no difference.
pub fn program_within(seconds: u32, folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    if !cfg!(unix) {
        return program(folder, arguments);
    }
    let mut command = Command::new("sh");
    let limited = format!("ulimit -t {seconds}; exec \"$0\" \"$@\"");
    command.args(["-c", &limited]);
    command.arg(assert_cmd::cargo::cargo_bin("steeple"));
    said_by(command.current_dir(folder).args(arguments))
}

fn said_by(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().expect("no signal"),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// What was drawn does not have what the test is about. Such a case does not count as one that passed, and
/// the test fails where too many are of this kind.
pub fn not_a_case() -> Result<(), TestCaseError> {
    Err(TestCaseError::reject("not a case"))
}

/// Does some work in this thread, and fails where it takes more CPU time than this. Time in which
/// other programs run does not count; where the system does not tell, nothing does.
pub fn within_cpu_seconds<T>(most: u32, name: &str, work: impl FnOnce() -> T) -> T {
    let before = cpu_seconds();
    let result = work();
    if let (Some(before), Some(after)) = (before, cpu_seconds()) {
        let took = after - before;
        assert!(took <= f64::from(most), "{name}: {took} s of CPU time");
    }
    result
}

/// CPU time of this thread: user and system time in Linux's hundredths of a second.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/stat").ok()?;
    // The name of the thread, in brackets, may hold anything; the times are fields 14 and 15.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |k: usize| fields.get(k)?.parse::<u32>().ok();
    Some(f64::from(ticks(11)? + ticks(12)?) / 100.0)
}

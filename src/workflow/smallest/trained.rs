//! Networks by training, with the proof in the loop.

use super::fits::{BestFit, Budget, Shape, best_fit, fit_of, polish, sparser};
use super::problem::Problem;
use super::rounding::{is_within, network, rounded};
use super::{Outcome, Search};
use crate::builders::{Built, Parameters, Units};
use crate::jobs::on_threads;
use crate::network::Activation;
use crate::numbers::estimate::estimate_rational;
use crate::training::{Fitted, Perceptron};
use crate::workflow::verify::WorkflowError;

/// The most units of a trained network.
const MOST_UNITS: usize = 40;
/// Starts of every shape for each unit of effort, and of the first, rough search.
const STARTS: u64 = 50;
const FEW_STARTS: u64 = 24;
/// Multiplications for each unit of effort, about.
const WORK: u64 = 20_000_000_000;
/// Proofs that are tried for one fit; each that fails adds points to the sample.
const PROOFS: usize = 6;
/// One layer is not tried again with units whose error was this many tolerances in the rough search.
const FAR: f64 = 30.0;

/// The search for trained networks.
pub(super) struct Trained<'s, 'a, 'p> {
    search: &'s mut Search<'a, 'p>,
    problem: Problem,
    tolerance: f64,
    /// Activations to train.
    activations: Vec<Activation>,
    work: u64,
    /// Shapes that were fitted from many starts.
    tried: Vec<Shape>,
    /// The errors of shapes that were fitted, as estimates.
    errors: Vec<(Shape, f64)>,
}

impl<'s, 'a, 'p> Trained<'s, 'a, 'p> {
    /// Samples the target; `None` if there is nothing to train.
    pub fn new(search: &'s mut Search<'a, 'p>) -> Option<Self> {
        let scope = &search.scope;
        let request = search.request;
        let mut activations = Vec::new();
        if scope.allows(Units::Tanh) || scope.allows(Units::Sigmoid) {
            activations.push(Activation::Tanh);
        }
        if scope.allows(Units::Relu) {
            activations.push(Activation::Relu);
        }
        let problem = Problem::new(request.target, request.domain, &scope.largest_weight)?;
        let tolerance = estimate_rational(search.tolerance);
        (!activations.is_empty() && tolerance > 0.0).then_some(Self {
            problem,
            tolerance,
            activations,
            work: 0,
            tried: Vec::new(),
            errors: Vec::new(),
            search,
        })
    }

    /// Looks for a number of units that is enough in one layer, with few starts. Then halves the range below it,
    /// with all shapes and many starts: a larger network can do what a smaller one of its kind does. At last it
    /// tries the other shapes with the fewest units, for one with fewer parameters.
    pub fn run(mut self) -> Result<(), WorkflowError> {
        self.enough_in_one_layer()?;
        let starts = STARTS * u64::try_from(self.search.scope.effort).unwrap_or(1);
        let mut too_few = None;
        while let Some(units) = self.between(too_few) {
            if self.is_spent() {
                let note = "`effort` is used up, so smaller networks may exist: a larger `effort` looks further";
                self.search.notes.push(note.to_owned());
                return Ok(());
            }
            if !self.attempt_one_of(self.shapes(units), starts)? {
                too_few = Some(units);
            }
        }
        if let Some((units, false)) = self.search.fewest() {
            for shape in self.shapes(units) {
                let is_new = !self.tried.contains(&shape);
                if is_new {
                    self.attempt(&shape, starts)?;
                }
            }
        }
        Ok(())
    }

    /// Fits one layer of more and more units, until a network is proved.
    fn enough_in_one_layer(&mut self) -> Result<(), WorkflowError> {
        let mut units = 1;
        while units <= self.most() && !self.is_spent() {
            for shape in self.in_one_layer(units) {
                let found = self.fit(&shape, FEW_STARTS);
                let Some(found) = found.filter(|found| found.error <= self.tolerance) else {
                    continue;
                };
                let Some(perceptron) = shape.perceptron(&self.problem) else {
                    continue;
                };
                let limits = self.problem.limits(&perceptron);
                if self.prove_within(&shape, (&perceptron, &limits), found.parameters)? {
                    return Ok(());
                }
            }
            units += (units / 3).max(1);
        }
        Ok(())
    }

    /// The number of units to try next, if there is one between too few and the fewest that were proved.
    fn between(&self, too_few: Option<usize>) -> Option<usize> {
        let least = too_few.map_or(0, |units| units + 1);
        let most = self.most();
        let is_known = self.search.fewest().is_some();
        // Without an upper end, from the fewest up.
        let next = if is_known {
            usize::midpoint(least, most)
        } else {
            least
        };
        (least <= most && self.search.fewest().is_none_or(|(units, _)| units > 0)).then_some(next)
    }

    /// Tries shapes until one is proved.
    fn attempt_one_of(&mut self, shapes: Vec<Shape>, starts: u64) -> Result<bool, WorkflowError> {
        for shape in shapes {
            if self.attempt(&shape, starts)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The most units that are of use: fewer than a network has that was proved, or as many as an inexact one.
    fn most(&self) -> usize {
        let most = self
            .search
            .scope
            .most_units
            .unwrap_or(MOST_UNITS)
            .min(MOST_UNITS);
        match self.search.fewest() {
            Some((0, _)) => 0,
            Some((units, _)) => most.min(units - 1),
            None => most,
        }
    }

    fn is_spent(&self) -> bool {
        self.work >= self.most_work() || self.search.is_over()
    }

    fn most_work(&self) -> u64 {
        WORK.saturating_mul(u64::try_from(self.search.scope.effort).unwrap_or(1))
    }

    fn in_one_layer(&self, units: usize) -> Vec<Shape> {
        let hidden = if units == 0 { Vec::new() } else { vec![units] };
        let activations = self.activations.iter().filter(|activation| {
            // In one input there is nothing better than the best broken line.
            let is_line = self.problem.shape().0 == 1 && **activation == Activation::Relu;
            !is_line || self.search.fewest().is_none()
        });
        let shape = |activation: &Activation| Shape {
            hidden: hidden.clone(),
            activation: activation.clone(),
        };
        activations.map(shape).collect()
    }

    /// The shapes with so many units: one layer, and several whose last one is narrow.
    fn shapes(&self, units: usize) -> Vec<Shape> {
        let is_hopeful = |shape: &Shape| {
            let more = |(known, _): &&(Shape, f64)| {
                known.activation == shape.activation
                    && known.hidden.len() == 1
                    && known.units() >= shape.units()
            };
            let found = self.errors.iter().find(more);
            found.is_none_or(|(_, error)| *error <= FAR * self.tolerance)
        };
        let mut shapes = self.in_one_layer(units);
        shapes.retain(is_hopeful);
        let mut deeper = Vec::new();
        if self.search.scope.hidden_layers >= 2 {
            for last in 1..=3 {
                if units > 2 * last || (last, units) == (1, 2) {
                    deeper.push(vec![units - last, last]);
                }
            }
        }
        if self.search.scope.hidden_layers >= 3 {
            for (second, last) in [(1, 1), (2, 1), (2, 2)] {
                if units > 2 * second + last {
                    deeper.push(vec![units - second - last, second, last]);
                }
            }
        }
        for hidden in deeper {
            for activation in &self.activations {
                shapes.push(Shape {
                    hidden: hidden.clone(),
                    activation: activation.clone(),
                });
            }
        }
        shapes
    }

    /// Fits a shape; `None` if that is not possible, or a limit came.
    fn fit(&mut self, shape: &Shape, starts: u64) -> Option<BestFit> {
        let limits = &self.search.request.limits;
        let is_over = || limits.is_over().is_some();
        let mut budget = Budget {
            done: self.work,
            is_over: &is_over,
        };
        // Without hidden units there is one start.
        let starts = if shape.hidden.is_empty() { 1 } else { starts };
        let found = on_threads(self.search.request.threads, |jobs| {
            let effort = (jobs, &mut budget);
            best_fit(&self.problem, shape, starts, self.tolerance, effort)
        });
        self.work = budget.done;
        let found = found?;
        self.errors.push((shape.clone(), found.error));
        self.search.missed(shape.units(), found.error);
        self.keep_best(shape, &found);
        Some(found)
    }

    /// Keeps the network of a fit if it is the best so far, for when time is over.
    fn keep_best(&mut self, shape: &Shape, found: &BestFit) {
        let best = self.search.best_fit.as_ref();
        if best.is_some_and(|(error, _, _)| *error <= found.error) {
            return;
        }
        let Some(perceptron) = shape.perceptron(&self.problem) else {
            return;
        };
        let parameters = self.problem.unscaled(&perceptron, &found.parameters);
        let built = self.built(shape, &perceptron, &parameters);
        let is_within =
            |built: &Built| is_within(&built.network, &self.search.scope.largest_weight);
        if let Some(built) = built.filter(is_within) {
            self.search.best_fit = Some((found.error, name(shape, &built), built));
        }
    }

    /// Fits a shape and tries to prove the fit; returns whether that succeeded.
    fn attempt(&mut self, shape: &Shape, starts: u64) -> Result<bool, WorkflowError> {
        if self.is_spent() {
            return Ok(false);
        }
        self.tried.push(shape.clone());
        match self.fit(shape, starts) {
            Some(found) if found.error <= self.tolerance => self.prove(shape, &found),
            _ => Ok(false),
        }
    }

    /// Tries to prove a fit: first with as many zeros as possible, then as it is.
    fn prove(&mut self, shape: &Shape, found: &BestFit) -> Result<bool, WorkflowError> {
        let Some(perceptron) = shape.perceptron(&self.problem) else {
            return Ok(false);
        };
        let (parameters, limits) = sparser(
            &self.problem,
            &perceptron,
            &found.parameters,
            self.tolerance,
        );
        if self.prove_within(shape, (&perceptron, &limits), parameters)? {
            return Ok(true);
        }
        let limits = self.problem.limits(&perceptron);
        self.prove_within(shape, (&perceptron, &limits), found.parameters.clone())
    }

    /// Proves, adds the point where the error is too large to the sample, and polishes the fit again.
    fn prove_within(
        &mut self,
        shape: &Shape,
        (perceptron, limits): (&Perceptron, &[f64]),
        mut parameters: Vec<f64>,
    ) -> Result<bool, WorkflowError> {
        let mut problem = self.problem.clone();
        let mut digits = 0;
        for _ in 0..PROOFS {
            let Some((short, used)) =
                rounded(&problem, perceptron, &parameters, self.tolerance, digits)
            else {
                return Ok(false);
            };
            let Some(built) = self.built(shape, perceptron, &short) else {
                return Ok(false);
            };
            match self.search.prove(&name(shape, &built), built)? {
                Outcome::Kept => return Ok(true),
                Outcome::Missed(None) => return Ok(false),
                Outcome::Missed(Some(point)) => {
                    problem.add_around(self.search.request.target, &point);
                    // More digits next time: rounding may be what was too much.
                    digits = used + 1;
                }
            }
            let fit = fit_of(perceptron, limits, &problem.fine);
            let start = Fitted {
                parameters,
                mean: 0.0,
                largest: 0.0,
                work: 0,
            };
            let found = polish(&fit, start);
            self.work += found.work;
            if problem.unscaled_error(found.largest) > self.tolerance {
                return Ok(false);
            }
            parameters = found.parameters;
        }
        Ok(false)
    }

    fn built(&self, shape: &Shape, perceptron: &Perceptron, parameters: &[f64]) -> Option<Built> {
        let request = self.search.request;
        let units = match (&shape.activation, self.search.scope.units) {
            (Activation::Relu, _) => Units::Relu,
            (_, Some(Units::Sigmoid)) => Units::Sigmoid,
            _ => Units::Tanh,
        };
        let outputs = crate::builders::assemble::output_names(
            request.target.inputs(),
            request.target.outputs_count(),
        );
        let network = network(request.target, perceptron, parameters, units, &outputs)?;
        Some(Built {
            network,
            a_priori: None,
            notes: vec!["trained: no theorem gives a bound in advance".to_owned()],
            chosen: Parameters {
                units: Some(units),
                ..Parameters::default()
            },
        })
    }
}

/// What it is, for people.
fn name(shape: &Shape, built: &Built) -> String {
    if shape.hidden.is_empty() {
        return "affine function".to_owned();
    }
    let widths: Vec<String> = shape.hidden.iter().map(ToString::to_string).collect();
    let units = built.chosen.units.map_or("", Units::name);
    format!(
        "trained {units} network, hidden layers {}",
        widths.join("-")
    )
}

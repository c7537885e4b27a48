//! The exact error of a piecewise-linear network against a polynomial of degree at most 2, in one
//! and two inputs.
//!
//! In one input all pieces are looked at. In two, a best-first search bounds boxes as the general
//! search does, and cuts a box into its linear pieces where few units are alive in it and its
//! bound is above the largest error known: the boxes that may hold the maximum, and few others.

use std::sync::Arc;
use std::time::Duration;

use super::emit::{self, certificate, shorten_up};
use super::engine::{Cuts, Engine, Fate, Frontier, Host, Judgement, Looked, Open, Problem};
use super::limits::Clock;
use super::resolve::{Resolved, Unresolved, integrate, resolve};
use super::resume::Resumable;
use super::split;
use super::tree::Tree;
use super::{Outcome, Progress, Request, StoppedBy};
use crate::bounds::Cell;
use crate::bounds::{Bound, ExactCells, Leaves, OnCell, Reduction};
use crate::certificate::{Method, Partition, Ranges, Witness};
use crate::geometry::PlaneCell;
use crate::network::Specialised;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational};
use crate::numbers::{Direction, Dyadic, Failure, Function, Rational};

/// Give up where the exact arithmetic would take longer than the search it replaces.
const MAX_UNITS: usize = 4000;
const MAX_CELLS: usize = 100_000;
const MAX_BOXES: u64 = 20_000;
/// Boxes with few undecided units on which the target is no polynomial, before the search gives up.
const MAX_FAILURES: usize = 500;

/// An exact integral is a sum over all pieces; its numbers grow with each of them.
const MAX_INTEGRAL_UNITS: usize = 1000;
const MAX_INTEGRAL_PIECES: usize = 4000;
const MAX_INTEGRAL_BITS: usize = 1 << 13;

/// A box is cut into its pieces where no more units than this are alive; below `PATIENCE` cuts
/// another one for every two, since more lines than that may meet in one point.
const FEW_UNITS: usize = 3;
const PATIENCE: usize = 16;
/// Pieces that one box may have.
const MAX_PIECES: usize = 400;

/// Tries to find the error exactly; nothing where that is not possible, or takes too long.
pub fn search(
    request: &Request<'_>,
    root: &Arc<OnCell>,
    host: Host<'_>,
    progress: &mut dyn FnMut(&Progress),
) -> Option<Outcome> {
    let clock = host.clock;
    let Request {
        network, question, ..
    } = request;
    let layers = network.layers().iter();
    let units: usize = layers.map(crate::network::Layer::units).sum();
    let inputs = question.domain.sides().len();
    if inputs > 2 || !network.is_piecewise_linear() || units > MAX_UNITS {
        return None;
    }
    let prepared = Leaves::new(network, question);
    let exact = prepared.exact_cells()?;
    let whole = Cell::root(&question.domain);
    if inputs == 1 {
        let Resolved {
            tree,
            value,
            upper,
            point,
            piece,
            pieces,
        } = resolve(exact, &whole, MAX_CELLS, &clock.repeated()).ok()?;
        let witness = witness(request, root, &point, &piece);
        // A bound that is not exact is rounded up by the checker.
        let upper = if upper == value {
            upper
        } else {
            let rounded =
                Dyadic::from_rational(&upper, Direction::Up).rational_bound(Direction::Up)?;
            shorten_up(&rounded)
        };
        return Some(Outcome {
            certificate: certificate(
                request,
                emit::Found {
                    lower: value,
                    upper: Some(upper),
                    witness,
                    constant_radius: Rational::ZERO,
                    ranges: Ranges::Natural,
                    partition: tree.partition(),
                },
            ),
            boxes: pieces as u64,
            stopped_by: None,
        });
    }
    if !is_polynomial_somewhere(exact, &whole) {
        return None;
    }
    let mut problem = Exact::new(request, root, whole, exact, clock);
    let mut engine = Engine::new(&problem, host);
    let mut stopped_by = None;
    let is_resumed = request.resume.is_some_and(|earlier| {
        let root = (problem.whole.clone(), Arc::clone(root), &earlier.partition);
        engine.resume(&mut problem, vec![root]).is_some()
    });
    if !is_resumed {
        let whole = problem.unlooked();
        let enough = problem.enough;
        stopped_by = engine.begin(&mut problem, vec![whole], &enough, progress);
    }
    stopped_by = stopped_by.or_else(|| engine.run(&mut problem, progress));
    if problem.is_too_long(engine.boxes) && !problem.is_close(&engine.frontier) {
        return None;
    }
    Some(problem.finish(&engine, stopped_by))
}

/// Tries to find an integral exactly, by cutting the domain into all pieces; nothing where that is
/// not possible, or the numbers grow long.
pub fn integral(request: &Request<'_>, clock: &Clock) -> Option<Outcome> {
    let Request {
        network, question, ..
    } = request;
    let layers = network.layers().iter();
    let units: usize = layers.map(crate::network::Layer::units).sum();
    let inputs = question.domain.sides().len();
    if inputs > 2 || !network.is_piecewise_linear() || units > MAX_INTEGRAL_UNITS {
        return None;
    }
    let prepared = Leaves::new(network, question);
    let whole = Cell::root(&question.domain);
    let exact = prepared.exact_cells()?;
    let found = integrate(
        exact,
        &whole,
        MAX_INTEGRAL_PIECES,
        MAX_INTEGRAL_BITS,
        &clock.repeated(),
    );
    let (total, tree, pieces) = found.ok()?;
    if request
        .limits
        .boxes
        .is_some_and(|most| pieces as u64 > most)
    {
        return None;
    }
    Some(Outcome {
        certificate: certificate(
            request,
            emit::Found {
                lower: total.clone(),
                upper: Some(total),
                witness: None,
                constant_radius: Rational::ZERO,
                ranges: Ranges::Natural,
                partition: tree.partition(),
            },
        ),
        boxes: pieces as u64,
        stopped_by: None,
    })
}

/// Is the target a polynomial of degree at most 2 on a small box?
fn is_polynomial_somewhere(exact: &ExactCells<'_>, whole: &Cell) -> bool {
    let sides = whole.sides().iter().map(|(low, high)| {
        let at = |share: Rational| low + &(&(high - low) * &share);
        (
            at(Rational::ratio(1_234_567, 4_194_304)),
            at(Rational::ratio(1_234_568, 4_194_304)),
        )
    });
    let small = Cell::from_sides(sides.collect());
    !matches!(
        resolve(exact, &small, MAX_PIECES, &|| true),
        Err(Unresolved::NoPolynomial)
    )
}

/// How many units may cut the box: all but steps over steps, which are constant between the lines of
/// those below.
fn lines(network: &Specialised) -> usize {
    let inputs = network.inputs();
    let is_step = |k: usize| network.unit(k).function == Function::Heaviside;
    let is_over_steps = |k: usize| {
        let mut terms = network.unit(k).sum.terms.iter();
        let below = |variable: u32| (variable as usize).checked_sub(inputs);
        is_step(k) && terms.all(|(variable, _)| below(*variable).is_some_and(is_step))
    };
    (0..network.units()).filter(|k| !is_over_steps(*k)).count()
}

/// A witness: the point where the error is taken, or a small box beside it where it is a limit.
fn witness(
    request: &Request<'_>,
    root: &OnCell,
    point: &[Rational],
    piece: &PlaneCell,
) -> Option<Witness> {
    if !request.jumps() {
        return Some(Witness {
            point: point.to_vec(),
            radius: Rational::ZERO,
        });
    }
    // A witness for a refutation has to refute by itself.
    let least = request.tolerance.cloned().unwrap_or_default();
    // Towards the middle of the piece, by more than the radius in every direction.
    let corners = piece.corners();
    let count = Rational::from(i64::try_from(corners.len()).ok()?);
    let middle = [
        corners.iter().map(|c| c.first()).sum::<Rational>(),
        corners.iter().map(|c| c.second()).sum::<Rational>(),
    ];
    let middle = middle.map(|sum| sum / count.clone());
    [(-38, -60), (-30, -60), (-24, -48), (-16, -36), (-10, -30)]
        .into_iter()
        .find_map(|(step, size)| {
            let share = Rational::power_of_two(step);
            let point = point
                .iter()
                .zip(&middle)
                .map(|(x, m)| (x + &(&(m - x) * &share)).round_to_bits(80))
                .collect();
            let witness = Witness {
                point,
                radius: Rational::power_of_two(size),
            };
            let values = root.evaluate_witness(request.question, request.network, &witness);
            values.is_ok_and(|v| v.lower > least).then_some(witness)
        })
}

/// The largest error known, the point, the piece.
type Best = Option<(Rational, Vec<Rational>, PlaneCell)>;

/// What a subtree brings back.
#[derive(Default)]
struct Notes {
    best: Best,
    /// The largest bound of a leaf.
    largest: Option<Dyadic>,
    pieces: usize,
    failures: usize,
}

impl Notes {
    fn leaf(&mut self, bound: Dyadic) {
        self.largest = self.largest.max(Some(bound));
    }

    fn take(&mut self, best: Best) {
        let most = self.best.as_ref().map(|best| &best.0);
        if best.as_ref().map(|best| &best.0) > most {
            self.best = best;
        }
    }
}

/// The question in two inputs, and what is known so far.
struct Exact<'a> {
    request: &'a Request<'a>,
    exact: &'a ExactCells<'a>,
    clock: &'a Clock,
    root: &'a Arc<OnCell>,
    ranges: Ranges,
    whole: Cell,
    /// A bound that need not be better.
    enough: Dyadic,
    known: Notes,
}

impl<'a> Exact<'a> {
    fn new(
        request: &'a Request<'a>,
        root: &'a Arc<OnCell>,
        whole: Cell,
        exact: &'a ExactCells<'a>,
        clock: &'a Clock,
    ) -> Self {
        let is_deep = (0..root.units()).any(|k| {
            let unit = root.unit(k);
            let mut terms = unit.sum.terms.iter();
            unit.function == Function::Relu && terms.any(|(v, _)| *v as usize >= root.inputs())
        });
        let goal = request.tolerance.map_or(Dyadic::ZERO, |tolerance| {
            Dyadic::from_rational(tolerance, Direction::Down)
        });
        Self {
            request,
            exact,
            clock,
            root,
            ranges: if is_deep {
                Ranges::Linear
            } else {
                Ranges::Natural
            },
            whole,
            enough: goal,
            known: Notes::default(),
        }
    }

    /// The domain, of which nothing is known.
    fn unlooked(&self) -> Open<Self> {
        Open {
            root: 0,
            node: 0,
            depth: 0,
            cell: self.whole.clone(),
            here: Arc::clone(self.root),
            known: Dyadic::INFINITY,
            method: Method::Open,
        }
    }

    fn reduction(&self) -> Reduction {
        Reduction {
            ranges: self.ranges,
            constant_radius: Dyadic::ZERO,
        }
    }

    /// Does it take longer than the search that it replaces?
    fn is_too_long(&self, boxes: u64) -> bool {
        boxes > MAX_BOXES || self.known.pieces > MAX_CELLS || self.known.failures > MAX_FAILURES
    }

    /// Without a tolerance: is the enclosure as tight as wanted, if not exact?
    fn is_close(&self, frontier: &Frontier<Self>) -> bool {
        let (Some((lower, ..)), None, Some(open)) =
            (&self.known.best, self.request.tolerance, frontier.worst())
        else {
            return false;
        };
        let upper = open.rational_bound(Direction::Up);
        upper.is_some_and(|upper| &upper - lower <= upper * self.request.gap)
    }

    fn is_refuted(&self) -> bool {
        match (self.request.tolerance, &self.known.best) {
            (Some(tolerance), Some((value, ..))) => value > tolerance,
            _ => false,
        }
    }

    fn finish(self, engine: &Engine<'_, Self>, stopped_by: Option<StoppedBy>) -> Outcome {
        let largest = self.known.largest.max(engine.frontier.worst());
        let bound = largest.unwrap_or(Dyadic::ZERO);
        let (lower, witness) = match &self.known.best {
            Some((value, point, piece)) => (
                value.clone(),
                witness(self.request, self.root, point, piece),
            ),
            None => (Rational::ZERO, None),
        };
        let upper = bound.rational_bound(Direction::Up).map(|bound| {
            if bound <= lower {
                return lower.clone();
            }
            let short = shorten_up(&bound);
            match self.request.tolerance {
                Some(tolerance) if bound <= *tolerance => short.min(tolerance.clone()),
                _ => short,
            }
        });
        let is_refuted = self.is_refuted();
        Outcome {
            certificate: certificate(
                self.request,
                emit::Found {
                    lower,
                    upper,
                    witness,
                    constant_radius: Rational::ZERO,
                    ranges: self.ranges,
                    partition: engine
                        .trees
                        .first()
                        .map_or_else(Partition::default, Tree::partition),
                },
            ),
            boxes: engine.boxes + self.known.pieces as u64,
            stopped_by: stopped_by.filter(|_| !is_refuted),
        }
    }
}

impl<'a> Problem for Exact<'a> {
    type Here = Arc<OnCell>;
    /// A bound of the error.
    type Known = Dyadic;
    type Value = ();
    type Tools = Leaves<'a>;
    /// A bound that is good enough.
    type Rule = Dyadic;
    type Notes = Notes;

    /// Few, since what is found in one box makes many others good enough.
    const ROUND: usize = 1;

    fn is_best_first(&self) -> bool {
        true
    }

    fn rank(known: &Dyadic) -> Dyadic {
        *known
    }

    fn value(_: &Dyadic) {}

    fn bytes(here: &Arc<OnCell>) -> usize {
        here.bytes()
    }

    fn tools(&self) -> Leaves<'a> {
        Leaves::new(self.request.network, self.request.question)
    }

    /// Bounds the error on boxes.
    fn look(
        &self,
        leaves: &mut Leaves<'a>,
        around: &Open<Self>,
        cells: &[Cell],
        enough: &mut Dyadic,
        notes: &mut Notes,
    ) -> Vec<Looked<Self>> {
        let reduction = self.reduction();
        let look = |cell| {
            let goes_on = self.clock.repeated();
            let here = leaves.descend(&around.here, cell, reduction);
            let here = here.map_or_else(|_| Arc::clone(&around.here), Arc::new);
            let mut bound = Dyadic::INFINITY;
            let mut method = Method::Open;
            // The costlier methods only where they have a chance.
            for (tried, within) in [
                (Method::Natural, f64::INFINITY),
                (Method::Linear, f64::INFINITY),
                (Method::Monotone, 3.0),
                (Method::MeanValue, 1.5),
            ] {
                if bound <= *enough || estimate_dyadic(bound) > estimate_dyadic(*enough) * within {
                    break;
                }
                if self.request.portable && !tried.is_core() {
                    continue;
                }
                if let Ok(Bound::Sup(found)) = leaves.bound(tried, cell, &here, reduction)
                    && found < bound
                {
                    (bound, method) = (found, tried);
                }
            }
            goes_on();
            let is_done = bound <= *enough;
            if is_done {
                notes.leaf(bound);
            }
            Looked {
                here,
                known: bound,
                method,
                fate: if is_done { Fate::Leaf } else { Fate::Later },
                effort: Duration::ZERO,
            }
        };
        cells.iter().map(look).collect()
    }

    fn is_leaf(&self, open: &Open<Self>, enough: &Dyadic, notes: &mut Notes) -> bool {
        let is_leaf = open.known <= *enough;
        if is_leaf {
            notes.leaf(open.known);
        }
        is_leaf
    }

    /// Cuts a box into its pieces, if there are few.
    fn at_once(&self, open: &Open<Self>, enough: &mut Dyadic, notes: &mut Notes) -> Option<Tree> {
        let few = FEW_UNITS + open.depth.saturating_sub(PATIENCE) / 2;
        if lines(&open.here) > few {
            return None;
        }
        let goes_on = self.clock.repeated();
        let Ok(found) = resolve(self.exact, &open.cell, MAX_PIECES, &goes_on) else {
            notes.failures += 1;
            return None;
        };
        notes.pieces += found.pieces;
        *enough = (*enough).max(Dyadic::from_rational(&found.value, Direction::Down));
        notes.take(Some((found.value, found.point, found.piece)));
        Some(found.tree)
    }

    fn cuts(&self, leaves: &mut Leaves<'a>, open: &Open<Self>) -> Cuts {
        let split = split::at_jump(&open.cell, leaves.places())
            .unwrap_or_else(|| split::choose(&open.cell, &self.whole, &open.here));
        Cuts::or_middle(split)
    }

    fn uncut(
        &self,
        _: &mut Leaves<'a>,
        open: &Open<Self>,
        _: &Dyadic,
        notes: &mut Notes,
    ) -> Method {
        notes.leaf(open.known);
        open.method
    }

    fn judge(&mut self, _: &Frontier<Self>, boxes: u64) -> Judgement {
        if self.is_refuted() || self.is_too_long(boxes) {
            return Judgement::Done;
        }
        Judgement::GoOn
    }

    fn enclosure(&self, frontier: &Frontier<Self>) -> Option<(f64, f64)> {
        let lower = self.known.best.as_ref();
        let upper = self.known.largest.max(frontier.worst());
        Some((
            lower.map_or(0.0, |best| estimate_rational(&best.0)),
            estimate_dyadic(upper.unwrap_or(Dyadic::ZERO)),
        ))
    }

    fn give_up(&mut self, open: &Open<Self>) {
        self.known.leaf(open.known);
    }

    fn rule(&self, _: &[Open<Self>], _: usize) -> (Dyadic, u64) {
        (self.enough, 1)
    }

    fn learn(&mut self, notes: Vec<Notes>) {
        for notes in notes {
            self.known.largest = self.known.largest.max(notes.largest);
            self.known.pieces += notes.pieces;
            self.known.failures += notes.failures;
            self.known.take(notes.best);
        }
        if let Some((value, ..)) = &self.known.best {
            let value = Dyadic::from_rational(value, Direction::Down);
            self.enough = self.enough.max(value);
        }
    }

    fn exhausted(&self) -> Option<StoppedBy> {
        None
    }
}

impl Resumable for Exact<'_> {
    type Network = OnCell;

    fn network_bytes(network: &OnCell) -> usize {
        network.bytes()
    }

    fn descend(
        &self,
        leaves: &mut Self::Tools,
        _root: usize,
        around: &Arc<OnCell>,
        cell: &Cell,
    ) -> Result<Arc<OnCell>, Failure> {
        leaves.descend(around, cell, self.reduction()).map(Arc::new)
    }

    fn again(
        &self,
        leaves: &mut Self::Tools,
        _root: usize,
        method: Method,
        cell: &Cell,
        here: Arc<OnCell>,
    ) -> Looked<Self> {
        let known = match leaves.bound(method, cell, &here, self.reduction()) {
            Ok(Bound::Sup(bound)) => bound,
            _ => Dyadic::INFINITY,
        };
        Looked {
            here,
            known,
            method,
            fate: Fate::Later,
            effort: Duration::ZERO,
        }
    }

    fn reopened_leaf(&mut self, _: &Open<Self>) {}
}

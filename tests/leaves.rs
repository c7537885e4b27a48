//! Every leaf method under every norm, on random cells that are reached as the checker reaches them:
//! no bound is on the wrong side of what points, or many small boxes, say.

mod common;

use proptest::prelude::*;

use common::{Choices, Formula, Kind, choices};
use steeple::bounds::Cell;
use steeple::bounds::{Bound, Leaves, Reduction, on_domain};
use steeple::certificate::{Method, Norm, Question, Ranges};
use steeple::network::{Network, forward};
use steeple::numbers::{Dyadic, Interval, Rational, Relation, Scalar, Truth};

/// A random question about a random network of up to three inputs.
fn problem(choices: &mut Choices) -> (Network, Question) {
    let norm = choices.pick(&Norm::ALL);
    let inputs = 1 + choices.below(3);
    let kind = choices.pick(&[
        Kind::Any,
        Kind::Any,
        Kind::Continuous,
        Kind::PiecewiseLinear,
        Kind::ContinuousPiecewiseLinear,
    ]);
    let outputs = if norm == Norm::Area {
        1
    } else {
        1 + usize::from(choices.once_in(4))
    };
    let sides = choices.sides(inputs);
    let network = if choices.once_in(3) {
        choices.steps(&sides, 6, outputs)
    } else {
        let hidden = 1 + choices.below(3);
        choices.network_of(inputs, hidden, 5, outputs, kind)
    };
    let formulas: Vec<String> = (0..outputs)
        .map(|_| {
            let kind = choices.pick(&[Formula::Polynomial, Formula::Smooth, Formula::Any]);
            let height = 1 + choices.below(2);
            match norm {
                Norm::Area => choices.condition(inputs, height - 1, kind),
                _ => choices.formula(inputs, height, kind),
            }
        })
        .collect();
    let formulas: Vec<&str> = formulas.iter().map(String::as_str).collect();
    let domain: Vec<String> = (common::NAMES.iter().zip(&sides))
        .map(|(name, (low, high))| format!("{name}={low}..{high}"))
        .collect();
    let threshold = (norm == Norm::Area).then(|| choices.number());
    let question = Question {
        norm,
        ..common::question(&network, &formulas, &domain.join(","), threshold)
    };
    (network, question)
}

/// Points inside a cell that are on no line of small numbers.
fn points(choices: &mut Choices, cell: &Cell, count: usize) -> Vec<Vec<Rational>> {
    let mut inside = |(low, high): &(Rational, Rational), k: usize| {
        let share = match choices.below(4) {
            // Next to the ends, too.
            0 => Rational::ratio(1, 10_007),
            1 => Rational::ratio(10_006, 10_007),
            _ => Rational::ratio(choices.integer(1, 10_006), 10_007),
        };
        low + (high - low) * (share + Rational::ratio(i64::try_from(k).expect("few"), 1 << 40))
    };
    (0..count)
        .map(|_| {
            let sides = cell.sides().iter().enumerate();
            sides.map(|(k, side)| inside(side, k)).collect()
        })
        .collect()
}

/// The parts of a cell on a grid.
fn parts(cell: &Cell) -> Vec<Cell> {
    let n = [32, 8, 4][cell.sides().len() - 1];
    let mut parts = vec![vec![]];
    for (low, high) in cell.sides() {
        let at = |k: i64| low + (high - low) * Rational::ratio(k, n);
        parts = parts
            .into_iter()
            .flat_map(|part: Vec<_>| {
                (0..n).map(move |k| [part.clone(), vec![(at(k), at(k + 1))]].concat())
            })
            .collect();
    }
    parts.into_iter().map(Cell::from_sides).collect()
}

/// Encloses the share of a cell in the integral by intervals on many small parts: the network layer
/// by layer, nothing reduced. Nothing where the target may not be defined.
fn slow_share(network: &Network, question: &Question, cell: &Cell) -> Option<Interval> {
    let mut share = Interval::ZERO;
    for part in parts(cell) {
        let box_ = part.intervals();
        let values = forward::<Interval>(network, &(), box_).ok()?;
        let targets = common::outputs::<Interval>(&question.target, &(), box_);
        let mut sum = Interval::ZERO;
        for (value, target) in values.iter().zip(targets) {
            let target = target.ok()?;
            sum = sum.plus(&match question.norm {
                Norm::Area => {
                    let threshold = question.threshold.as_ref().map(Interval::from_rational)?;
                    let decision = value.compare(Relation::GreaterOrEqual, &threshold);
                    let half = Interval::point(Dyadic::HALF);
                    match (decision, target.compare(Relation::Greater, &half)) {
                        (Truth::Unknown, _) | (_, Truth::Unknown) => Interval::UNIT,
                        (a, b) if a == b => Interval::ZERO,
                        _ => Interval::ONE,
                    }
                }
                Norm::L2 => value.minus(&target).squared(),
                Norm::L1 | Norm::Sup => value.minus(&target).magnitude(),
            });
        }
        share = share.plus(&sum.times(&part.volume()));
    }
    Some(share)
}

/// Is the bound of a leaf possible?
fn bound_holds(bound: &Bound, errors: &[Rational], share: Option<&Interval>) -> Result<(), String> {
    let largest = errors.iter().max();
    match bound {
        Bound::Sup(bound) => match (
            bound.rational_bound(steeple::numbers::Direction::Up),
            largest,
        ) {
            (Some(bound), Some(error)) if *error > bound => {
                Err(format!("error {error}, bound {bound}"))
            }
            _ => Ok(()),
        },
        Bound::Exact(bound, _) => match largest {
            Some(error) if error > bound => Err(format!("error {error}, exactly {bound}")),
            _ => Ok(()),
        },
        Bound::Integral(found) => match share {
            Some(share) if share.intersection(found).is_none() => {
                Err(format!("share {share}, bound {found}"))
            }
            _ => Ok(()),
        },
        Bound::ExactIntegral(found) => match share {
            Some(share) if !share.contains_rational(found) => {
                Err(format!("share {share}, exactly {found}"))
            }
            _ => Ok(()),
        },
    }
}

/// Goes down to a random cell as the checker does, and looks at all leaves on the way. Returns the
/// methods of all bounds that were compared.
fn leaves_hold(choices: &mut Choices) -> Result<Vec<Method>, TestCaseError> {
    let (network, question) = problem(choices);
    let ranges = choices.pick(&[Ranges::Natural, Ranges::Linear]);
    let fold = match choices.below(4) {
        0 => Dyadic::ZERO,
        1 => Dyadic::HALF,
        _ => Dyadic::power_of_two(-choices.integer(3, 40)),
    };
    let reduction = Reduction {
        ranges,
        constant_radius: fold,
        kept_rounding: Dyadic::ZERO,
    };
    let mut leaves = Leaves::new(&network, &question);
    let mut around = on_domain(&network, &question).expect("moderate weights");
    let mut cell = Cell::root(&question.domain);
    let mut compared = Vec::new();
    let depth = choices.pick(&[2, 6, 20, 40]);
    for level in 0..depth {
        let Ok(here) = leaves.descend(&around, &cell, reduction) else {
            return Ok(compared);
        };
        // Few of the cells: the first and last ones.
        if level < 2 || level + 2 >= depth {
            let errors: Vec<Rational> = points(choices, &cell, 5)
                .iter()
                .map(|point| common::error_at(&network, &question, point))
                .collect();
            let share = match question.norm {
                Norm::Sup => None,
                _ => slow_share(&network, &question, &cell),
            };
            for method in Method::ALL {
                let Ok(bound) = leaves.bound(method, &cell, &here, reduction) else {
                    continue;
                };
                compared.push(method);
                if let Err(reason) = bound_holds(&bound, &errors, share.as_ref()) {
                    return Err(TestCaseError::fail(format!(
                        "{method:?} under {}: {reason}\n{:?} on {:?}, threshold {:?}, {ranges:?}, \
                         fold {fold}\n{network:?}\n{here:?}",
                        question.norm,
                        question.target.text(),
                        cell.sides(),
                        question.threshold,
                    )));
                }
            }
        }
        let axis = choices.below(cell.sides().len());
        let place = if choices.once_in(5) {
            let (low, high) = &cell.sides()[axis];
            Some(low + (high - low) * choices.pick(&["1/3", "5/8", "1/1000"].map(common::number)))
        } else {
            None
        };
        let (lower, upper) = cell.cut(axis, place.as_ref()).expect("a cut inside");
        around = here;
        cell = if choices.once_in(2) { upper } else { lower };
    }
    Ok(compared)
}

proptest! {
    #![proptest_config(common::cases(600))]

    #[test]
    fn no_leaf_is_on_the_wrong_side(mut choices in choices()) {
        leaves_hold(&mut choices)?;
    }
}

/// The test above is of use only where most methods apply.
#[test]
fn most_random_cells_have_several_bounds() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let compared: Vec<Method> = (0..200)
        .flat_map(|_| {
            let mut choices = choices().new_tree(&mut runner).expect("a case").current();
            leaves_hold(&mut choices).expect("no bound is wrong")
        })
        .collect();
    let count = |method: Method| compared.iter().filter(|found| **found == method).count();
    let counts: Vec<(Method, usize)> = Method::ALL.map(|method| (method, count(method))).into();
    assert!(compared.len() >= 1000, "{counts:?}");
    for (method, count) in &counts {
        assert!(*count >= 10, "{method:?} in {counts:?}");
    }
}

//! A toy problem: cells of an interval are good enough once they are short; near 0 they must be
//! shorter.

use super::*;
use crate::numbers::{Direction, Rational};
use crate::prover::limits::Limits;

struct Toy {
    is_best_first: bool,
    /// Cuts that a cell of a round may take.
    budget: u64,
    /// The lower ends of the cells taken in each round.
    rounds: Vec<Vec<Rational>>,
}

/// At most half as long as the distance from 0, or 1/64.
fn is_short(cell: &Cell) -> bool {
    let (low, high) = &cell.sides()[0];
    let length = high - low;
    length <= Rational::ratio(1, 64) || &length + &length <= *low
}

impl Problem for Toy {
    type Local = ();
    type Known = Dyadic;
    type Value = ();
    type Tools = ();
    type Rule = ();
    type Notes = ();

    fn round(&self) -> (usize, bool) {
        (4, self.is_best_first)
    }
    fn rank(known: &Dyadic) -> Dyadic {
        *known
    }
    fn value(_: &Dyadic) {}
    fn bytes((): &()) -> usize {
        8
    }
    fn tools(&self) {}

    fn evaluate(&self, _: &mut Work<Self>, _: &Open<Self>, cells: &[Cell]) -> Vec<Evaluated<Self>> {
        let evaluate = |cell: &Cell| Evaluated {
            local: (),
            known: cell.intervals()[0].wid(),
            method: Method::Natural,
            fate: if is_short(cell) {
                Fate::Leaf
            } else {
                Fate::Cut
            },
            effort: Duration::ZERO,
        };
        cells.iter().map(evaluate).collect()
    }
    fn cuts(&self, _: &mut Work<Self>, _: &Open<Self>) -> Cuts {
        Cuts::or_middle(Split {
            axis: 0,
            place: None,
        })
    }
    fn uncut(&self, _: &mut Work<Self>, open: &Open<Self>) -> Method {
        open.method
    }
    fn judge(&mut self, _: &Frontier<Self>, _: u64) -> Judgement {
        Judgement::GoOn
    }
    fn rule(&self, _: &[Open<Self>], _: usize) -> ((), u64) {
        ((), self.budget)
    }
    fn takes(&mut self, next: &Open<Self>, taken: usize, _: u64) -> bool {
        if taken == 0 {
            self.rounds.push(Vec::new());
        }
        let round = self.rounds.last_mut().expect("a round");
        round.push(next.cell.sides()[0].0.clone());
        true
    }
    fn learn(&mut self, _: Vec<()>) {}
    fn exhausted(&self, _: bool) -> Option<StoppedBy> {
        None
    }
}

fn toy(is_best_first: bool, budget: u64) -> Toy {
    Toy {
        is_best_first,
        budget,
        rounds: Vec::new(),
    }
}

fn unit() -> Open<Toy> {
    let cell = Cell::from_sides(vec![(Rational::ZERO, Rational::ONE)]);
    let known = Dyadic::from_rational(&Rational::ONE, Direction::Up);
    Open::unevaluated(0, cell, (), known)
}

/// Returns the tree, why the search stopped, and its rounds.
fn found(
    mut toy: Toy,
    limits: &Limits,
    jobs: Jobs<'_>,
) -> (String, Option<StoppedBy>, Vec<Vec<Rational>>) {
    let clock = Clock::start(limits, 1);
    let host = Host {
        clock: &clock,
        jobs,
    };
    let mut engine = Engine::new(&toy, host);
    let begun = engine.begin(&mut toy, vec![unit()], &(), &mut crate::prover::unwatched);
    let stopped_by = begun.or_else(|| engine.run(&mut toy, &mut crate::prover::unwatched));
    let text = engine.trees[0].partition().text().to_vec();
    let text = String::from_utf8(text).expect("letters");
    (text, stopped_by, toy.rounds)
}

#[test]
fn all_orders_and_budgets_and_runners_find_the_same() {
    let limits = Limits::default();
    let (tree, stopped_by, _) = found(toy(true, 1), &limits, Jobs::IN_ORDER);
    assert_eq!(stopped_by, None);
    assert_eq!(tree.matches('n').count(), tree.matches('A').count() + 1);
    let backwards = |jobs: usize, job: &(dyn Fn(usize) + Sync)| (0..jobs).rev().for_each(job);
    let lazy = |_: usize, _: &(dyn Fn(usize) + Sync)| {};
    for (is_best_first, budget) in [(true, 3), (false, 1), (false, 2), (false, 1000)] {
        let usual = found(toy(is_best_first, budget), &limits, Jobs::IN_ORDER);
        assert_eq!(usual.0, tree);
        for run in [&backwards as crate::jobs::Runner<'_>, &lazy] {
            let jobs = Jobs { run, threads: 3 };
            assert_eq!(found(toy(is_best_first, budget), &limits, jobs), usual);
        }
    }
}

#[test]
fn the_worst_come_first_and_of_equal_ones_the_older() {
    let (_, _, rounds) = found(toy(true, 1), &Limits::default(), Jobs::IN_ORDER);
    let ratio = |n, d| Rational::ratio(n, d);
    // [0, 1], its halves; of the quarters the one at 3/4 is good enough.
    assert_eq!(rounds[0], [Rational::ZERO]);
    assert_eq!(rounds[1], [Rational::ZERO, ratio(1, 2)]);
    assert_eq!(rounds[2][..2], [Rational::ZERO, ratio(1, 4)]);
    // Last in, first out: no cell of an earlier round before those of the last one.
    let (_, _, rounds) = found(toy(false, 1), &Limits::default(), Jobs::IN_ORDER);
    assert_eq!(rounds[0], [Rational::ZERO]);
    assert!(rounds.iter().all(|round| round.len() <= 4));
}

#[test]
fn a_limit_stops_a_search_and_leaves_the_rest_open() {
    let limits = Limits {
        boxes: Some(7),
        ..Limits::default()
    };
    let (tree, stopped_by, _) = found(toy(true, 1), &limits, Jobs::IN_ORDER);
    assert_eq!(stopped_by, Some(StoppedBy::Boxes));
    assert_eq!(tree.matches('n').count(), tree.matches('A').count() + 1);
    let limits = Limits {
        boxes: Some(0),
        ..Limits::default()
    };
    let (tree, stopped_by, _) = found(toy(true, 1), &limits, Jobs::IN_ORDER);
    assert_eq!((tree.as_str(), stopped_by), ("o", Some(StoppedBy::Boxes)));
}

#[test]
fn a_subtree_alone_is_that_of_the_whole() {
    let limits = Limits::default();
    let clock = Clock::start(&limits, 1);
    let host = Host {
        clock: &clock,
        jobs: Jobs::IN_ORDER,
    };
    let toy = toy(false, 1000);
    let below = |open: Open<Toy>| {
        let work = Work {
            tools: &mut (),
            rule: (),
            notes: (),
        };
        let expansion = subtree(&toy, &host, work, open, 1000, Frontier::new(false));
        assert!(expansion.open.is_empty());
        let text = expansion.tree.partition().text().to_vec();
        String::from_utf8(text).expect("letters")
    };
    let whole = below(unit());
    let (lower, upper) = unit().cell.cut(0, None).expect("halves");
    let half = |cell| below(Open { cell, ..unit() });
    assert_eq!(whole, format!("A{}{}", half(lower), half(upper)));
}

//! Puts parts together to one certificate.

use std::collections::BTreeMap;

use super::tree::{self, Cut};
use super::{Goal, Number, Part, State};
use crate::bounds::Cell;
use crate::certificate::{Certificate, Claim, Method, Node, Norm, Partition, text};
use crate::numbers::{Dyadic, Interval, Rational};
use crate::prover::{CellBounds, shorten_down, shorten_up};

/// Why parts cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// There is none.
    #[error("there are no parts")]
    NoParts,
    /// They are of two splits.
    #[error("{first} and {second} are parts of different splits")]
    Mixed {
        /// One name.
        first: String,
        /// Another one, which does not go with it.
        second: String,
    },
}

/// The parts of a split as one certificate. Nothing of it is proved before the checker accepts it.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The certificate, with the bounds that the parts claim.
    pub certificate: Certificate,
    /// How many parts were merged.
    pub parts: usize,
    /// The parts of which there is no result, or none that is finished; each has open cells.
    pub unfinished: Vec<Number>,
    /// The open cells.
    pub open: usize,
    /// When the bounds are good enough.
    pub goal: Goal,
}

impl Merged {
    /// Returns the certificate as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A vector takes any bytes, so writing to one cannot fail.
        let _ = text::write(&self.certificate, &mut bytes);
        bytes
    }
}

/// Puts the parts of one split together. Of a part that is there twice, the one that is further counts. Parts of a
/// part take its place. What is missing is left open. Names are for messages only.
///
/// - Exactness: nothing is checked; the bounds are those that the parts claim.
/// - Errors: [`MergeError`].
pub fn merge(parts: Vec<(String, Part)>) -> Result<Merged, MergeError> {
    // The furthest of each number.
    let mut best: BTreeMap<Number, (String, Part)> = BTreeMap::new();
    let mut first: Option<(String, Part)> = None;
    for (name, part) in parts {
        if let Some((other, known)) = &first {
            if !part.is_of_same_split(known) {
                let (first, second) = (other.clone(), name);
                return Err(MergeError::Mixed { first, second });
            }
        } else {
            first = Some((name.clone(), part.clone()));
        }
        let known = best.get(&part.number).map(|(_, known)| progress(known));
        if known.is_none_or(|known| progress(&part) > known) {
            best.insert(part.number.clone(), (name, part));
        }
    }
    let (first_name, first) = first.ok_or(MergeError::NoParts)?;
    let best: Vec<(String, Part)> = best.into_values().collect();
    let mut whole = Whole::Unknown;
    // Parts of parts come after them.
    let mut by_depth: Vec<usize> = (0..best.len()).collect();
    by_depth.sort_by_key(|at| best[*at].1.number.0.len());
    for at in by_depth {
        let (name, part) = &best[at];
        let placed = whole.place(part, at);
        if placed.is_none() {
            let (first, second) = (first_name.clone(), name.clone());
            return Err(MergeError::Mixed { first, second });
        }
    }
    let root = Cell::root(&first.certificate.claim.question.domain);
    let mut collected = Collected {
        parts: &best,
        norm: first.certificate.claim.question.norm,
        partition: Vec::new(),
        used: vec![false; best.len()],
    };
    let total = collected.collect(&whole, &root);
    let partition = Partition::from_text(collected.partition);
    let mut unfinished = missing(&best);
    let used = collected.used.iter().zip(&best);
    let partial = used.filter(|(is_used, (_, part))| **is_used && part.state != State::Done);
    unfinished.extend(partial.map(|(_, (_, part))| part.number.clone()));
    unfinished.sort();
    Ok(Merged {
        parts: collected.used.iter().filter(|is_used| **is_used).count(),
        unfinished,
        open: open_cells(&partition),
        goal: first.goal.clone(),
        certificate: assembled(&best, &first, &total, partition),
    })
}

/// Which of two results of a part is further: the state, then the size of the partition.
fn progress(part: &Part) -> (usize, usize) {
    let state = State::ALL.iter().position(|state| *state == part.state);
    (state.unwrap_or(0), part.certificate.partition.text().len())
}

fn open_cells(partition: &Partition) -> usize {
    let methods = tree::leaf_methods(partition).unwrap_or_default();
    methods
        .iter()
        .filter(|method| **method == Method::Open)
        .count()
}

/// Parts of one split, or of one part.
#[derive(Default)]
struct Group {
    of: usize,
    there: Vec<usize>,
}

/// Returns the numbers that are not there, neither as one part nor as its parts.
fn missing(parts: &[(String, Part)]) -> Vec<Number> {
    // The numbers that are there, and of how many, below each number.
    let mut groups: BTreeMap<Vec<(usize, usize)>, Group> = BTreeMap::new();
    for (_, part) in parts {
        let numbers = &part.number.0;
        for depth in 0..numbers.len() {
            let (number, of) = numbers[depth];
            let group = groups.entry(numbers[..depth].to_vec()).or_default();
            group.of = of;
            group.there.push(number);
        }
    }
    let mut missing = Vec::new();
    for (above, Group { of, there }) in groups {
        for number in (1..=of).filter(|number| !there.contains(number)) {
            let mut number_of_part = above.clone();
            number_of_part.push((number, of));
            missing.push(Number(number_of_part));
        }
    }
    missing
}

/// The tree of all parts.
enum Whole {
    /// No part is known to be here.
    Unknown,
    /// A cell of a part: which one, and which of its cells.
    Own(usize, usize),
    Cut(Cut, Box<[Whole; 2]>),
}

impl Whole {
    /// Adds a part; `None` if its cuts are others, or one of its cells is taken.
    fn place(&mut self, part: &Part, at: usize) -> Option<()> {
        let mut nodes = part.tree.nodes();
        let mut leaf = 0;
        let mut open = vec![self];
        while let Some(whole) = open.pop() {
            let Ok(cut) = tree::next(&mut nodes)? else {
                if part.own.contains(&leaf) {
                    if !matches!(whole, Self::Unknown) && part.number.0.len() < 2 {
                        return None;
                    }
                    *whole = Self::Own(at, leaf - part.own.start);
                }
                leaf += 1;
                continue;
            };
            if !matches!(whole, Self::Cut(..)) {
                *whole = Self::Cut(cut.clone(), Box::new([Self::Unknown, Self::Unknown]));
            }
            let Self::Cut(known, halves) = whole else {
                return None;
            };
            if *known != cut {
                return None;
            }
            let [lower, upper] = halves.as_mut();
            open.push(upper);
            open.push(lower);
        }
        nodes.is_at_end().then_some(())
    }
}

/// The text of the partition, as far as it is collected.
struct Collected<'a> {
    parts: &'a [(String, Part)],
    norm: Norm,
    partition: Vec<u8>,
    used: Vec<bool>,
}

impl Collected<'_> {
    /// Writes a tree, and adds up its bounds like the checker. The tree of a split is never deep.
    fn collect(&mut self, whole: &Whole, cell: &Cell) -> CellBounds {
        match whole {
            Whole::Unknown => {
                self.partition.push(Method::Open.letter());
                self.anything(cell)
            }
            Whole::Own(at, which) => {
                let (_, part) = &self.parts[*at];
                let partition = &part.certificate.partition;
                let places = tree::grown(&part.tree, &part.own, partition);
                let place = places.and_then(|places| places.get(part.own.start + which).cloned());
                let text = place.and_then(|place| partition.text().get(place));
                let text = text.unwrap_or(b"o");
                self.partition.extend_from_slice(text);
                self.used[*at] = true;
                match part.bounds.get(*which) {
                    Some(bounds) => bounds.clone(),
                    None => self.anything(cell),
                }
            }
            Whole::Cut((axis, place), halves) => {
                let node = Node::Cut {
                    axis: *axis,
                    place: place.clone(),
                };
                let mut text = Partition::default();
                text.push(&node);
                self.partition.extend_from_slice(text.text());
                let [lower, upper] = halves.as_ref();
                let cells = cell.cut(*axis, place.as_ref());
                let (low, high) = cells.unwrap_or_else(|| (cell.clone(), cell.clone()));
                let (a, b) = (self.collect(lower, &low), self.collect(upper, &high));
                self.and(&a, &b)
            }
        }
    }

    /// The bounds of a cell about which nothing is known.
    fn anything(&self, cell: &Cell) -> CellBounds {
        let upper = (self.norm == Norm::Area).then(|| {
            let sides = cell.sides().iter().map(|(low, high)| high - low);
            sides.fold(Rational::ONE, |volume, side| volume * side)
        });
        CellBounds {
            lower: Rational::ZERO,
            upper,
        }
    }

    fn and(&self, a: &CellBounds, b: &CellBounds) -> CellBounds {
        let upper = |combine: fn(Rational, Rational) -> Rational| {
            Some(combine(a.upper.clone()?, b.upper.clone()?))
        };
        if self.norm == Norm::Sup {
            return CellBounds {
                lower: Rational::ZERO,
                upper: upper(std::cmp::max),
            };
        }
        // The sum of enclosures, rounded outward like the checker's.
        let interval = |bounds: &CellBounds| {
            let lower = Interval::from_rational(&bounds.lower).inf();
            let upper = bounds.upper.as_ref();
            let upper = upper.map_or(Dyadic::INFINITY, |upper| {
                Interval::from_rational(upper).sup()
            });
            Interval::new(lower, upper)
        };
        match (interval(a), interval(b)) {
            (Some(a), Some(b)) => CellBounds::of(&a.plus(&b)),
            _ => CellBounds {
                lower: Rational::ZERO,
                upper: None,
            },
        }
    }
}

/// Makes the certificate.
fn assembled(
    parts: &[(String, Part)],
    first: &Part,
    total: &CellBounds,
    partition: Partition,
) -> Certificate {
    let of_all = &first.certificate;
    let question = of_all.claim.question.clone();
    let (lower, witness) = if question.norm == Norm::Sup {
        let claims = parts.iter().map(|(_, part)| &part.certificate);
        // The first of equal ones.
        let best = claims.reduce(|a, b| {
            if b.claim.stated_lower > a.claim.stated_lower {
                b
            } else {
                a
            }
        });
        let best = best.unwrap_or(of_all);
        (best.claim.stated_lower.clone(), best.witness.clone())
    } else {
        (shorten_down(&total.lower).max(Rational::ZERO), None)
    };
    let mut claim = Claim {
        question,
        stated_lower: lower,
        stated_upper: total.upper.clone(),
    };
    if let Some(exact) = &total.upper {
        let keeps = |claim: &Claim| match &first.goal {
            Goal::Tolerance(tolerance) => claim.keeps(tolerance),
            Goal::Gap(_) => false,
        };
        let was_kept = keeps(&claim);
        claim.stated_upper = Some(shorten_up(exact));
        if was_kept && !keeps(&claim) {
            claim.stated_upper = Some(exact.clone());
        }
    }
    Certificate {
        claim,
        witness,
        partition,
        ..of_all.clone()
    }
}

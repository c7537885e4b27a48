//! Which units each layer computes, and which it carries along.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::carry::{can_compute, carry};
use super::context::{Context, Unit, error};
use super::value::Form;
use crate::formats::foreign::ForeignError;
use crate::network::Activation;

/// Deeper networks are refused.
const MOST_LAYERS: usize = 1024;
/// More different activations side by side are refused.
const MOST_KINDS: usize = 64;

/// When a unit is computed: as early as it can be, or as late.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Early,
    Late,
}

/// A layer to be.
pub struct Stage {
    /// What all its units do.
    pub activation: Activation,
    /// The units computed here.
    pub computed: Vec<u32>,
    /// The units carried past.
    pub carried: Vec<u32>,
}

fn users(units: &[Unit], unit: u32) -> impl Iterator<Item = u32> + '_ {
    let rows = units[unit as usize].rows.iter();
    rows.flat_map(|row| row.terms.iter().map(|term| term.0))
}

/// Puts the units that outputs need into layers, one layer after the other.
pub fn schedule(
    context: &Context,
    outputs: &[Form],
    order: Order,
) -> Result<Vec<Stage>, ForeignError> {
    let mut schedule = Schedule::new(context, outputs, order)?;
    let mut stages = Vec::new();
    while !schedule.open.is_empty() {
        let stage = schedule.next()?;
        schedule.take(&stage);
        stages.push(stage);
        if stages.len() > MOST_LAYERS {
            return Err(error(format!(
                "the network has more than {MOST_LAYERS} layers"
            )));
        }
    }
    Ok(stages)
}

/// What is not in a layer yet.
struct Schedule<'a> {
    context: &'a Context,
    order: Order,
    /// How many steps each unit is away from the outputs; 0: not used.
    height: Vec<u32>,
    /// The units not yet computed.
    open: Vec<u32>,
    /// How many of these, and of the outputs, use each unit.
    uses: Vec<u32>,
    /// The units at hand, in the order in which they are the columns of the next layer.
    at_hand: Vec<u32>,
    is_at_hand: Vec<bool>,
    /// How many of the uses are in the layer that is looked at; 0 between layers.
    here: Vec<u32>,
}

impl<'a> Schedule<'a> {
    fn new(context: &'a Context, outputs: &[Form], order: Order) -> Result<Self, ForeignError> {
        let units = &context.units;
        let height = heights(units, outputs);
        let needed = (0..units.len() as u32).filter(|&k| height[k as usize] > 0);
        let needed: Vec<u32> = needed.collect();
        let mut needed_units = needed.iter().map(|&k| &units[k as usize]);
        if let Some((unit, part)) = needed_units.find_map(|unit| Some((unit, unit.part?))) {
            let ((name, whole), place) = (part.name(), context.places.get(unit.place));
            return Err(
                error(format!("{name} is only supported as a part of {whole}"))
                    .at(|| place.cloned().unwrap_or_default()),
            );
        }
        let (at_hand, open): (Vec<u32>, Vec<u32>) = needed
            .into_iter()
            .partition(|&k| units[k as usize].activation.is_none());
        let mut uses = vec![0u32; units.len()];
        for &unit in &open {
            users(units, unit).for_each(|used| uses[used as usize] += 1);
        }
        for term in outputs.iter().flat_map(|output| &output.terms) {
            uses[term.0 as usize] += 1;
        }
        let mut is_at_hand = vec![false; units.len()];
        for &unit in &at_hand {
            is_at_hand[unit as usize] = true;
        }
        Ok(Self {
            context,
            order,
            height,
            open,
            uses,
            at_hand,
            is_at_hand,
            here: vec![0; units.len()],
        })
    }

    /// Returns the best of the layers that can come next.
    fn next(&mut self) -> Result<Stage, ForeignError> {
        let units = &self.context.units;
        let ready = self.ready();
        let mut candidates: Vec<(Activation, Vec<u32>)> = kinds(units, &ready)?
            .into_iter()
            .map(|kind| {
                let computed = exactly(units, &ready, &kind);
                (kind, computed)
            })
            .collect();
        // Everything with straight pieces can be written with relu, when that is needed.
        let with_relu = |unit: &u32| can_compute(&units[*unit as usize], &Activation::Relu);
        let computed = ready.iter().copied().filter(with_relu).collect();
        candidates.push((Activation::Relu, computed));
        let mut best: Option<((bool, Reverse<usize>), Stage)> = None;
        let mut problem = None;
        for (activation, computed) in candidates {
            if computed.is_empty() {
                continue;
            }
            let carried = self.carried(&computed);
            if let Some(&stuck) = carried
                .iter()
                .find(|unit| carry(units, **unit, &activation).is_none())
            {
                problem.get_or_insert((stuck, computed[0]));
                continue;
            }
            let is_native = computed
                .iter()
                .all(|&k| units[k as usize].activation.as_ref() == Some(&activation));
            let rank = (is_native, Reverse(carried.len()));
            if best.as_ref().is_none_or(|(other, _)| rank > *other) {
                let stage = Stage {
                    activation,
                    computed,
                    carried,
                };
                best = Some((rank, stage));
            }
        }
        best.map(|(_, stage)| stage)
            .ok_or_else(|| cannot_carry(self.context, problem))
    }

    /// The units that only use what is at hand, and whose turn it is.
    fn ready(&self) -> Vec<u32> {
        let height = |unit: u32| self.height[unit as usize];
        let top = self.open.iter().map(|&k| height(k)).max().unwrap_or(0);
        let units = &self.context.units;
        let ready = self.open.iter().copied().filter(|&k| {
            (self.order == Order::Early || height(k) == top)
                && users(units, k).all(|used| self.is_at_hand[used as usize])
        });
        ready.collect()
    }

    /// The units at hand that others than the computed ones use.
    fn carried(&mut self, computed: &[u32]) -> Vec<u32> {
        for &unit in computed {
            users(&self.context.units, unit).for_each(|used| self.here[used as usize] += 1);
        }
        let carried = self
            .at_hand
            .iter()
            .copied()
            .filter(|unit| self.uses[*unit as usize] > self.here[*unit as usize]);
        let carried = carried.collect();
        for &unit in &self.at_hand {
            self.here[unit as usize] = 0;
        }
        carried
    }

    /// Goes on above a layer.
    fn take(&mut self, stage: &Stage) {
        for &unit in &stage.computed {
            users(&self.context.units, unit).for_each(|used| self.uses[used as usize] -= 1);
        }
        let done: HashSet<u32> = stage.computed.iter().copied().collect();
        self.open.retain(|unit| !done.contains(unit));
        for &unit in &self.at_hand {
            self.is_at_hand[unit as usize] = false;
        }
        self.at_hand.clone_from(&stage.computed);
        self.at_hand.extend(&stage.carried);
        self.at_hand.retain(|unit| self.uses[*unit as usize] > 0);
        for &unit in &self.at_hand {
            self.is_at_hand[unit as usize] = true;
        }
    }
}

/// How many steps each unit is away from the outputs, from the last to the first; 0: not used.
fn heights(units: &[Unit], outputs: &[Form]) -> Vec<u32> {
    let mut height = vec![0u32; units.len()];
    for term in outputs.iter().flat_map(|output| &output.terms) {
        height[term.0 as usize] = 1;
    }
    for unit in (0..units.len()).rev() {
        if height[unit] > 0 {
            for used in users(units, unit as u32) {
                height[used as usize] = height[used as usize].max(height[unit] + 1);
            }
        }
    }
    height
}

/// The different activations of units.
fn kinds(units: &[Unit], ready: &[u32]) -> Result<Vec<Activation>, ForeignError> {
    let mut kinds: Vec<Activation> = Vec::new();
    for &unit in ready {
        if let Some(kind) = &units[unit as usize].activation
            && kinds.last() != Some(kind)
            && !kinds.contains(kind)
        {
            kinds.push(kind.clone());
            if kinds.len() > MOST_KINDS {
                return Err(error(format!(
                    "more than {MOST_KINDS} different activations stand side by side"
                )));
            }
        }
    }
    Ok(kinds)
}

fn exactly(units: &[Unit], ready: &[u32], kind: &Activation) -> Vec<u32> {
    let same = |&unit: &u32| units[unit as usize].activation.as_ref() == Some(kind);
    ready.iter().copied().filter(same).collect()
}

fn cannot_carry(context: &Context, problem: Option<(u32, u32)>) -> ForeignError {
    let place = |unit: u32| context.places.get(context.units[unit as usize].place);
    let Some((stuck, past)) = problem else {
        return error("the graph cannot be put into layers");
    };
    let source = if context.units[stuck as usize].activation.is_none() {
        "an input of the network".to_owned()
    } else {
        format!(
            "the output of {}",
            place(stuck).map_or("a node", String::as_str)
        )
    };
    error(format!(
        "{source} is used in this layer and in later ones, and this layer cannot pass it on"
    ))
    .at(|| place(past).cloned().unwrap_or_default())
    .hint("connections may skip layers of relu, leaky relu and maxout only")
}

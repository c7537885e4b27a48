//! One step, or a bump of two, along a direction: one hidden layer.

use super::band::{Band, extent, read_band};
use crate::builders::assemble::{LayerBuilder, activation, network};
use crate::builders::entry::{ACTIVATION, Bounds, Entry, Goal, Key, Outputs, STEPS, key};
use crate::builders::error::BuildError;
use crate::builders::parameters::{Parameters, Units};
use crate::builders::request::{APriori, Built, Request, steepness_without_cells};
use crate::builders::tail::{exp_minus_upper, ln_upper, root_upper};
use crate::certificate::Norm;
use crate::numbers::Rational;

const DIRECTION: Key = key("direction", "from the target, or the only input");
const HEIGHT: Key = key("height", "from the target, or 1");

/// A step.
pub const STEP: Entry = Entry {
    name: "step",
    summary: "one jump along a direction, in any number of inputs",
    inputs: (1, usize::MAX),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: STEPS,
    keys: &[
        ACTIVATION,
        DIRECTION,
        key("at", "from the target"),
        HEIGHT,
        key(
            "steepness",
            "100 per length of the domain along the direction (heaviside: 1)",
        ),
    ],
    size: None,
    bounds: Bounds::AsAsked,
    bound: "height e^(-w d) at distance d from the jump; if the target is this step: sup height/2, l1 \
            2 ln 2/w per unit of its area, l2 the root of (2 ln 2 - 1)/w, area 0; heaviside: 0",
    theorem: "T20",
    example: r#"[target]
formula = "3*x + 4*y >= 1"
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "step"
steepness = 200

[claim]
norm = "l1"
tolerance = "1/50"
"#,
    build: step,
};

/// A bump.
pub const BUMP: Entry = Entry {
    name: "bump",
    summary: "two jumps along a direction, up and down again",
    inputs: (1, usize::MAX),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: STEPS,
    keys: &[
        ACTIVATION,
        DIRECTION,
        key("from", "from the target"),
        key("to", "from the target"),
        HEIGHT,
        key("steepness", "100 per length of the bump (heaviside: 1)"),
    ],
    size: None,
    bounds: Bounds::AsAsked,
    bound: "height e^(-w d) for each jump, at distance d; if the target is this bump: sup height (1/2 + \
            e^(-w g)), g its length, l1 4 ln 2/w per unit of area, l2; heaviside: 0",
    theorem: "T20",
    example: r#"[target]
formula = "x >= 0.4 and x < 0.6"
domain = { x = ["0", "1"] }

[network]
builder = "bump"
steepness = 400

[claim]
norm = "area"
tolerance = "1/100"
"#,
    build: bump,
};

/// Returns `height · s(w (u · x - at))`.
///
/// - Shapes: any number of inputs, 1 output, 1 hidden layer of 1 unit.
/// - Bound: T20 if the target is this step; otherwise none.
/// - Exactness: exact weights.
/// - Errors: [`BuildError`].
/// - Source: T20.
pub fn step(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let builder = STEP.name;
    let read = read_band(request.target);
    let read = read.filter(|band| band.sides.len() == 1);
    let direction = direction(builder, request, read.as_ref())?;
    let limits = read.as_ref().and_then(|band| band.limits(&direction));
    let at = given.at.clone().or_else(|| limits.as_ref()?.0.clone());
    let at = at.ok_or(BuildError::MissingKey { builder, key: "at" })?;
    let is_read = limits == Some((Some(at.clone()), None));
    let length = extent(&direction, request.domain);
    let mut jumps = Jumps::new(STEP.name, request, direction, read.as_ref(), &length)?;
    jumps.places = vec![at.clone()];
    let a_priori = jumps.bound(request, is_read);
    let mut built = jumps.built(request, a_priori);
    built.chosen.at = Some(at);
    Ok(built)
}

/// Returns `height · (s(w (u · x - from)) - s(w (u · x - to)))`.
///
/// - Shapes: any number of inputs, 1 output, 1 hidden layer of 2 units.
/// - Bound: T20 if the target is this bump; otherwise none.
/// - Exactness: exact weights.
/// - Errors: [`BuildError`].
/// - Source: T20.
pub fn bump(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let builder = BUMP.name;
    let read = read_band(request.target);
    let read = read.filter(|band| band.sides.len() == 2);
    let direction = direction(builder, request, read.as_ref())?;
    let limits = read.as_ref().and_then(|band| band.limits(&direction));
    let found = |key, given: &Option<Rational>, read: Option<Rational>| {
        let place = given.clone().or(read);
        place.ok_or(BuildError::MissingKey { builder, key })
    };
    let (low, high) = limits.clone().unwrap_or_default();
    let from = found("from", &given.from, low)?;
    let to = found("to", &given.to, high)?;
    if from >= to {
        return Err(BuildError::EmptyBump { from, to });
    }
    let is_read = limits == Some((Some(from.clone()), Some(to.clone())));
    let mut jumps = Jumps::new(BUMP.name, request, direction, read.as_ref(), &(&to - &from))?;
    jumps.places = vec![from.clone(), to.clone()];
    let a_priori = jumps.bound(request, is_read);
    let mut built = jumps.built(request, a_priori);
    (built.chosen.from, built.chosen.to) = (Some(from), Some(to));
    Ok(built)
}

/// The direction as given, or that of the target's first side, or the only input.
fn direction(
    builder: &'static str,
    request: &Request,
    read: Option<&Band>,
) -> Result<Vec<Rational>, BuildError> {
    let key = "direction";
    let inputs = request.domain.dimension();
    let only = (inputs == 1).then(|| vec![Rational::ONE]);
    let read = read.map(|band| band.sides[0].normal.clone());
    let direction = request.parameters.direction.clone().or(read).or(only);
    let direction = direction.ok_or(BuildError::MissingKey { builder, key })?;
    let found = direction.len();
    if found != inputs {
        return Err(BuildError::Length { key, found, inputs });
    }
    if direction.iter().all(Rational::is_zero) {
        return Err(BuildError::NoDirection);
    }
    Ok(direction)
}

/// Steps along one direction: the first up, the second down.
struct Jumps {
    direction: Vec<Rational>,
    places: Vec<Rational>,
    height: Rational,
    /// Is this the height of the target, too?
    is_height_read: bool,
    units: Units,
    steepness: Rational,
    notes: Vec<String>,
}

impl Jumps {
    fn new(
        builder: &'static str,
        request: &Request,
        direction: Vec<Rational>,
        read: Option<&Band>,
        length: &Rational,
    ) -> Result<Self, BuildError> {
        let given = request.parameters;
        let units = given.units.unwrap_or(Units::Sigmoid);
        let read = read.map(|band| &band.height);
        let height = given.height.as_ref().or(read).cloned();
        let height = height.unwrap_or(Rational::ONE);
        if height.is_zero() {
            return Err(BuildError::NoHeight);
        }
        let mut notes = Vec::new();
        let steepness = steepness_without_cells(builder, given)?;
        let steepness = steepness.unwrap_or_else(|| {
            if units == Units::Heaviside {
                return Rational::ONE;
            }
            let steepness = Rational::from(100) / length;
            notes.push(format!("steepness {steepness}"));
            steepness
        });
        Ok(Self {
            direction,
            places: Vec::new(),
            is_height_read: read == Some(&height),
            height,
            units,
            steepness,
            notes,
        })
    }

    /// The bounds of T20, if the target agrees with the keys.
    fn bound(&mut self, request: &Request, is_read: bool) -> Option<APriori> {
        if !is_read || !self.is_height_read {
            self.notes.push(
                "no a-priori bound: the target is not recognised as a jump at this place"
                    .to_owned(),
            );
            return None;
        }
        let norm = request.norm;
        let named = |upper, statement| Some(APriori::new(upper, norm, "T20", statement));
        if self.units == Units::Heaviside {
            return named(
                Rational::ZERO,
                "the error is 0, except on a set of measure zero",
            );
        }
        let height = self.height.abs();
        let is_bump = self.places.len() == 2;
        // The area of a strip of width 1/w across the domain, per unit of w.
        let strip = || {
            let sides = request.domain.sides();
            let across = |input: usize| {
                let others = sides
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != input);
                let area = others.map(|(_, (low, high))| high - low);
                let area = area.fold(Rational::ONE, |area, side| area * side);
                area.checked_div(&(self.direction[input].abs() * &self.steepness))
            };
            (0..sides.len()).filter_map(across).min()
        };
        match norm {
            Norm::Sup if is_bump => {
                let length = &self.places[1] - &self.places[0];
                let tail = exp_minus_upper(&(&self.steepness * &length));
                let upper = height * (Rational::ratio(1, 2) + tail);
                named(upper, "sup |N - f| <= height (1/2 + e^(-w g))")
            }
            Norm::Sup => named(height.half(), "sup |N - f| = height/2, beside the jump"),
            Norm::L1 => {
                let jumps = Rational::from(if is_bump { 4 } else { 2 });
                let upper = height * jumps * ln_upper(&Rational::from(2))? * strip()?;
                named(
                    upper,
                    "integral of |N - f| <= height 2 ln 2/w for each jump, times its area",
                )
            }
            Norm::Area if is_bump => {
                let upper = Rational::from(2) * ln_upper(&Rational::from(4))? * strip()?;
                named(
                    upper,
                    "misclassified area <= ln 4/w for each jump, at threshold 1/2",
                )
            }
            Norm::Area => named(Rational::ZERO, "misclassified area = 0, at threshold 1/2"),
            Norm::L2 => {
                // The integral of 1/(1 + e^|z|)^2.
                let one = ln_upper(&Rational::from(2))? * Rational::from(2) - Rational::ONE;
                let mut square = &one * &Rational::from(if is_bump { 2 } else { 1 });
                if is_bump {
                    let length = &self.steepness * &(&self.places[1] - &self.places[0]);
                    let both = exp_minus_upper(&length) * (length + Rational::ONE);
                    square = square + both * Rational::from(2);
                }
                let upper = height * root_upper(&(square * strip()?))?;
                named(
                    upper,
                    "root of the integral of (N - f)^2 <= height root((2 ln 2 - 1)/w for each jump, \
                     times its area)",
                )
            }
        }
    }

    fn built(self, request: &Request, a_priori: Option<APriori>) -> Built {
        let mut steps = LayerBuilder::new(self.direction.len());
        for place in &self.places {
            let weights = self.direction.iter().map(|u| u * &self.steepness);
            steps.unit(weights.enumerate(), -(&self.steepness * place));
        }
        let heights = [self.height.clone(), -&self.height].into_iter();
        let heights = heights.take(self.places.len());
        let hidden = vec![steps.finish(activation(self.units))];
        Built {
            network: network(request.target, hidden, heights, Rational::ZERO),
            a_priori,
            notes: self.notes,
            chosen: Parameters {
                units: Some(self.units),
                direction: Some(self.direction),
                height: Some(self.height),
                steepness: Some(self.steepness.into()),
                ..Parameters::default()
            },
        }
    }
}

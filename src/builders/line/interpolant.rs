//! Piecewise-linear interpolation in one variable: one hidden layer of relu units.

use super::{fewest, hats};
use crate::builders::assemble::{LayerBuilder, network_of_rows};
use crate::builders::density::Density;
use crate::builders::entry::{Bounds, CELLS, Entry, Goal, Outputs, SizeKey, cells_by, key};
use crate::builders::error::{BuildError, check_size_of_different};
use crate::builders::grid::{Axis, Grid, wide};
use crate::builders::parameters::{Arrangement, Knots, Parameters, Units};
use crate::builders::request::{APriori, Built, Request};
use crate::builders::sample::Sampler;
use crate::builders::sizes::smallest_size;
use crate::certificate::Norm;
use crate::expr::derivative_range_upper;
use crate::network::Activation;
use crate::numbers::Rational;
use crate::words;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "interpolant",
    summary: "straight lines between points of the graph of a function of one variable",
    inputs: (1, 1),
    outputs: Outputs::Several,
    goal: Goal::Target,
    activations: &[Units::Relu],
    keys: &[
        key("activation", "relu"),
        CELLS,
        key(
            "knots",
            "uniform (balanced: closer where the target is more curved; best: the fewest kinks)",
        ),
        key(
            "arrangement",
            "sum (hats: two hidden layers, no large sums; for floats)",
        ),
    ],
    size: Some(SizeKey {
        is_found: |parameters| parameters.knots == Some(Knots::Best),
        ..cells_by(needed_size, 1 << 22)
    }),
    bounds: Bounds::Sup,
    bound: "sup: max |f''| h^2/8, or L h/2 without a bound on f''; best knots: no bound, the prover decides (T37)",
    theorem: "T22",
    example: r#"[target]
formula = "x^2"
domain = { x = ["0", "1"] }

[network]
builder = "interpolant"
cells = 16

[claim]
norm = "sup"
tolerance = "1/1024"
"#,
    build: interpolant,
};

/// Returns the network that joins the values of the target at `cells + 1` points by straight lines.
///
/// - Shapes: 1 input, an output for each formula, 1 hidden layer, `cells` units at most, which the
///   outputs share.
/// - Bound: `sup |N - f| <= max |f''| h^2 / 8` where f'' is seen to be bounded, else `L h / 2`, both
///   for the piece where that is largest; plus rounding.
/// - Exactness: weights exact for the values used; irrational values rounded to 40 bits.
/// - Errors: [`BuildError`].
/// - Source: T22.
pub fn interpolant(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let knots = given.knots.unwrap_or_default();
    if given.arrangement == Some(Arrangement::Hats) {
        return hats::hats(request);
    }
    if knots == Knots::Best {
        return fewest::best(request);
    }
    let grid = Grid::new(ENTRY.name, given.cells.as_ref(), request.domain)?;
    let cells = grid.axes[0].cells;
    let outputs = request.target.outputs_count();
    check_size_of_different(wide(cells).saturating_mul(2 + 2 * wide(outputs)))?;
    let curve = Curve::of(request, knots);
    let axis = curve.axis(&grid.axes[0]);
    let mut sampled = Vec::with_capacity(outputs);
    for mut sampler in Sampler::all(request.target) {
        sampled.push(sampler.values((0..=axis.cells).map(|k| vec![axis.line(k)]))?);
    }

    let mut units = LayerBuilder::new(1);
    let mut weights = vec![Vec::new(); outputs];
    let mut slopes = vec![Rational::ZERO; outputs];
    for k in 0..axis.cells {
        let side = axis.side(k);
        let mut bends = Vec::with_capacity(outputs);
        for (sampled, slope) in sampled.iter().zip(&mut slopes) {
            let next = (&sampled.values[k + 1] - &sampled.values[k]) / &side;
            bends.push(&next - &*slope);
            *slope = next;
        }
        if bends.iter().all(Rational::is_zero) {
            continue;
        }
        let unit = units.units();
        units.step(0, &axis.line(k), &Rational::ONE);
        for (weights, bend) in weights.iter_mut().zip(bends) {
            weights.push((unit, bend));
        }
    }
    let mut notes = vec![words::count(units.units(), "relu unit")];
    if axis.cells < cells {
        notes.push(format!(
            "{}: closer knots would coincide",
            words::count(axis.cells, "piece")
        ));
    }
    let hidden = if units.units() == 0 {
        Vec::new()
    } else {
        vec![units.finish(Activation::Relu)]
    };

    let mut a_priori = None;
    if request.norm != Norm::Sup {
        notes.push(format!("no a-priori bound for the norm {}", request.norm));
    } else if let Some((upper, statement)) = curve.bound(&axis) {
        let rounding = sampled.iter().map(|sampled| sampled.rounding_upper.clone());
        let upper = upper + rounding.max().unwrap_or_default();
        a_priori = Some(APriori::new(upper, Norm::Sup, "T22", statement));
    } else {
        notes.push("no a-priori bound: no bound on the slopes of the target was found".to_owned());
    }
    let constants = sampled.iter().map(|sampled| sampled.values[0].clone());
    let rows = weights.into_iter().zip(constants);
    Ok(Built {
        network: network_of_rows(request.target, hidden, rows, Activation::Identity),
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(Units::Relu),
            cells: Some(vec![cells]),
            knots: Some(knots),
            arrangement: Some(Arrangement::Sum),
            ..Parameters::default()
        },
    })
}

/// Bounds on the curvature of the target: the first of these that is bounded somewhere places the knots,
/// the first that is bounded everywhere gives the bound.
pub(super) struct Curve {
    /// Bounds of |f''|, and of |f'|: over the whole domain.
    second: Option<Rational>,
    slope: Option<Rational>,
    /// Bounds of |f''| along the domain, for balanced knots.
    along: Option<Density>,
}

impl Curve {
    pub(super) fn of(request: &Request, knots: Knots) -> Self {
        let formulas = request.target.output_expressions();
        let size = |order| {
            let sizes = formulas.iter();
            let sizes = sizes.map(|f| derivative_range_upper(f, request.domain, 0, order));
            sizes.collect::<Option<Vec<_>>>()?.into_iter().max()
        };
        let along =
            (knots == Knots::Balanced).then(|| Density::new(&formulas, request.domain, 0, 2));
        Self {
            second: size(2),
            slope: size(1),
            along,
        }
    }

    /// Moves the knots.
    pub(super) fn axis(&self, equal: &Axis) -> Axis {
        match &self.along {
            Some(along) => along.lines(equal.cells, 2),
            None => equal.clone(),
        }
    }

    pub(super) fn bound(&self, axis: &Axis) -> Option<(Rational, &'static str)> {
        let arc =
            |bound: &Rational, side: &Rational| bound * &(side * side) * Rational::ratio(1, 8);
        if let Some(along) = &self.along
            && let Some(upper) = along.worst(axis, 2)
        {
            let statement = "sup |N - f| <= largest |f''| h^2/8 (or range of f) of a piece + rounding of the values";
            return Some((upper * Rational::ratio(1, 8), statement));
        }
        let longest = axis.longest();
        if let Some(second) = &self.second {
            let statement = "sup |N - f| <= max |f''| h^2/8 + rounding of the values";
            return Some((arc(second, &longest), statement));
        }
        let slope = self.slope.as_ref()?;
        let statement = "sup |N - f| <= L h/2 + rounding of the values";
        Some(((slope * &longest).half(), statement))
    }
}

/// Returns a number of cells whose a-priori bound is at most the tolerance.
pub fn needed_size(request: &Request, tolerance: &Rational) -> Option<usize> {
    let knots = request.parameters.knots.unwrap_or_default();
    if request.norm != Norm::Sup || knots == Knots::Best {
        return None;
    }
    let curve = Curve::of(request, knots);
    let (low, high) = request.domain.sides().first()?;
    // Exact values need no room for rounding, so a tolerance that is met exactly is accepted.
    let mut is_exact = true;
    for mut sampler in Sampler::all(request.target) {
        let few = sampler
            .values([vec![low.clone()], vec![high.clone()]])
            .ok()?;
        is_exact &= few.rounding_upper.is_zero();
    }
    let rounding = if is_exact {
        Rational::ZERO
    } else {
        request.rounding_guess()?
    };
    smallest_size(1, 1 << 22, |cells| {
        let (upper, _) = curve.bound(&curve.axis(&Axis::equal(low, high, cells)))?;
        Some(upper + &rounding <= *tolerance)
    })
}

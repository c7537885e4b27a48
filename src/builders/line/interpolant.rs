//! Piecewise-linear interpolation in one variable: one hidden layer of rectified linear units.

use crate::builders::assemble::{LayerBuilder, network};
use crate::builders::entry::{Bounds, CELLS, Entry, Goal, Outputs, cells_by, key};
use crate::builders::error::{BuildError, check_size};
use crate::builders::grid::{Axis, Grid, whole, wide};
use crate::builders::parameters::{Parameters, Units};
use crate::builders::request::{APriori, Built, Request, smallest_size};
use crate::builders::sample::Sampler;
use crate::certificate::Norm;
use crate::expr::derivative_range_upper;
use crate::network::Activation;
use crate::numbers::Rational;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "interpolant",
    summary: "straight lines between equally spaced points of a function of one variable",
    inputs: (1, 1),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: &[Units::Relu],
    keys: &[key("activation", "relu"), CELLS],
    size: Some(cells_by(needed_size, 1 << 22)),
    bounds: Bounds::Sup,
    bound: "sup: max |f''| h^2/8, or L h/2 without a bound on f''",
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

/// Returns the network that joins the values of the target at `cells + 1` equally spaced points by
/// straight lines.
///
/// - Shapes: 1 input, 1 output, 1 hidden layer, `cells` units at most.
/// - Bound: `sup |N - f| <= max |f''| h^2 / 8` where f'' is seen to be bounded, else `L h / 2`;
///   plus rounding.
/// - Exactness: weights exact for the values used; irrational values rounded to 40 bits.
/// - Errors: [`BuildError`].
/// - Source: T22.
pub fn interpolant(request: &Request) -> Result<Built, BuildError> {
    let grid = Grid::new(
        ENTRY.name,
        request.parameters.cells.as_ref(),
        request.domain,
    )?;
    let axis = &grid.axes[0];
    check_size(4 * wide(axis.cells))?;
    let knots = (0..=axis.cells).map(|k| vec![axis.line(k)]);
    let sampled = Sampler::new(request.target).values(knots)?;

    let mut units = LayerBuilder::new(1);
    let mut weights = Vec::new();
    let mut slope = Rational::ZERO;
    for (k, pair) in sampled.values.windows(2).enumerate() {
        let next = (&pair[1] - &pair[0]) / &axis.cell;
        let bend = &next - &slope;
        if !bend.is_zero() {
            units.step(0, &axis.line(k), &Rational::ONE);
            weights.push(bend);
        }
        slope = next;
    }
    let mut notes = vec![format!("{} bends", units.units())];
    let hidden = if units.units() == 0 {
        Vec::new()
    } else {
        vec![units.finish(Activation::Relu)]
    };

    let mut a_priori = None;
    if request.norm != Norm::Sup {
        notes.push(format!("no a-priori bound for the norm {}", request.norm));
    } else if let Some(curve) = Curve::of(request) {
        let upper = curve.bound(axis) + sampled.rounding_upper;
        a_priori = Some(APriori::new(upper, Norm::Sup, "T22", curve.statement()));
    } else {
        notes.push("no a-priori bound: no bound on the slopes of the target found".to_owned());
    }
    Ok(Built {
        network: network(request.target, hidden, weights, sampled.values[0].clone()),
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(Units::Relu),
            cells: Some(grid.cells()),
            ..Parameters::default()
        },
    })
}

/// What is known about how the target bends.
enum Curve {
    SecondDerivative(Rational),
    Slope(Rational),
}

impl Curve {
    fn of(request: &Request) -> Option<Self> {
        let formulas = request.target.output_expressions();
        let size = |order| derivative_range_upper(formulas.first()?, request.domain, 0, order);
        let second = size(2).map(Self::SecondDerivative);
        second.or_else(|| size(1).map(Self::Slope))
    }

    fn bound(&self, axis: &Axis) -> Rational {
        match self {
            Self::SecondDerivative(size) => {
                size * &(&axis.cell * &axis.cell) * Rational::ratio(1, 8)
            }
            Self::Slope(size) => (size * &axis.cell).half(),
        }
    }

    fn statement(&self) -> &'static str {
        match self {
            Self::SecondDerivative(_) => "sup |N - f| <= max |f''| h^2/8 + rounding of the values",
            Self::Slope(_) => "sup |N - f| <= L h/2 + rounding of the values",
        }
    }
}

/// Returns a number of cells whose a-priori bound is at most the tolerance.
pub fn needed_size(request: &Request, tolerance: &Rational) -> Option<usize> {
    if request.norm != Norm::Sup {
        return None;
    }
    let curve = Curve::of(request)?;
    let (low, high) = request.domain.sides().first()?;
    let bound = |cells| {
        curve.bound(&Axis {
            low: low.clone(),
            cell: (high - low) / whole(cells),
            cells,
        })
    };
    // Exact values need no room for rounding, so a tolerance that is met exactly is not lost.
    let few = Sampler::new(request.target)
        .values([vec![low.clone()], vec![high.clone()]])
        .ok()?;
    let rounding = if few.rounding_upper.is_zero() {
        Rational::ZERO
    } else {
        request.rounding_guess()?
    };
    smallest_size(1, 1 << 22, |cells| {
        Some(bound(cells) + &rounding <= *tolerance)
    })
}

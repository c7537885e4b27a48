//! Squares by repeated folding, products from squares, polynomials from products.

use super::plan::Plan;
use crate::builders::entry::{Bounds, Entry, Goal, Outputs, SizeKey, key};
use crate::builders::error::{BuildError, check_size_of_different};
use crate::builders::grid::wide;
use crate::builders::parameters::{Parameters, Sawtooth, Units};
use crate::builders::polynomial::Polynomial;
use crate::builders::request::{APriori, Built, Request};
use crate::builders::sizes::smallest_size;
use crate::certificate::Norm;
use crate::numbers::Rational;
use crate::words::count;

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "sawtooth",
    summary: "squares by repeated folding, and products and polynomials made of squares",
    inputs: (1, 4),
    outputs: Outputs::One,
    goal: Goal::Target,
    activations: &[Units::Relu],
    keys: &[
        key("activation", "relu"),
        key("folds", "from the tolerance"),
        key(
            "of",
            "from the formula (square: degree 2 in one input; product: x*y and affine terms; else \
             polynomial)",
        ),
    ],
    size: Some(SizeKey {
        name: "folds",
        smallest: 1,
        largest: MOST_FOLDS,
        set: |parameters, size| parameters.folds = Some(size),
        needed: needed_size,
        is_of_use: |_| true,
        is_found: |_| false,
        prepare: None,
    }),
    bounds: Bounds::Sup,
    bound: "sup: exactly |a| (b-a)^2 2^(-2m-2) for squares, |a| U V 2^(-2m-2) for products",
    theorem: "T30",
    example: r#"[target]
formula = "x^2"
domain = { x = ["0", "1"] }

[network]
builder = "sawtooth"

[claim]
norm = "sup"
tolerance = "1/1024"
"#,
    build: sawtooth,
};

/// More folds than this are refused: the error is far below what is printed.
const MOST_FOLDS: usize = 64;

/// Returns a deep relu network for a polynomial.
///
/// - Shapes: 1 to 4 inputs, 1 output; `folds` hidden layers for each round of products, where a
///   polynomial of degree d takes `log2 d` rounds, rounded up.
/// - Bound: `sup |N - f|` is exactly `2^(-2m-2)` times the coefficient and the lengths of the two
///   sides for one square or product, m the number of folds; else at most what the errors of all
///   products add up to.
/// - Exactness: exact weights.
/// - Errors: [`BuildError`].
/// - Source: T30; Yarotsky 2017, Propositions 2 and 3; Telgarsky 2015.
pub fn sawtooth(request: &Request) -> Result<Built, BuildError> {
    let given = request.parameters;
    let (builder, key) = (ENTRY.name, "folds");
    let folds = given.folds;
    let folds = folds.ok_or(BuildError::MissingSize { builder, key })?;
    if folds == 0 {
        let (found, smallest) = (0, 1);
        return Err(BuildError::TooSmall {
            key,
            found,
            smallest,
        });
    }
    if folds > MOST_FOLDS {
        let (found, largest) = (folds, MOST_FOLDS);
        return Err(BuildError::AboveLargest {
            key,
            found,
            largest,
        });
    }
    let polynomial = polynomial_of(request)?;
    let of = kind(&polynomial, given.of)?;
    let plan = Plan::new(&polynomial, request.domain);
    let rounds = usize::try_from(plan.rounds()).unwrap_or(usize::MAX);
    // Each layer holds five units for a product and one for each value that is kept.
    let products = wide(plan.products());
    check_size_of_different((products + 4).saturating_mul(wide(40 * folds * rounds)))?;
    let depth = u32::try_from(folds).expect("not above the largest");
    let mut notes = vec![format!(
        "{}, {} in {}",
        count(folds, "fold"),
        count(plan.products(), "product"),
        count(rounds, "round")
    )];
    let mut a_priori = None;
    if request.norm == Norm::Sup {
        let upper = plan.error_upper(depth);
        a_priori = Some(APriori::new(upper, Norm::Sup, "T30", statement(of)));
    } else {
        notes.push(format!("no a-priori bound for the norm {}", request.norm));
    }
    Ok(Built {
        network: plan.network(depth, request.target),
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(Units::Relu),
            folds: Some(folds),
            of: Some(of),
            ..Parameters::default()
        },
    })
}

fn statement(of: Sawtooth) -> &'static str {
    match of {
        Sawtooth::Square => "sup |N - f| = |a| (length of the domain)^2 2^(-2m-2), a x^2 in f",
        Sawtooth::Product => "sup |N - f| = |a| (area of the domain) 2^(-2m-2), a x y in f",
        Sawtooth::Polynomial => {
            "sup |N - f| <= sum of |coefficient| times the error of its products"
        }
    }
}

fn polynomial_of(request: &Request) -> Result<Polynomial, BuildError> {
    let formulas = request.target.output_expressions();
    let inputs = request.target.inputs().len();
    let read = formulas.first().filter(|_| !request.target.is_region());
    let read = read.and_then(|formula| Polynomial::of(formula, inputs));
    let builder = ENTRY.name;
    read.ok_or(BuildError::NotPolynomial { builder })
}

/// What the network computes: as requested, if the polynomial fits.
fn kind(polynomial: &Polynomial, asked: Option<Sawtooth>) -> Result<Sawtooth, BuildError> {
    let second = polynomial.terms().keys();
    let second = second.filter(|exponents| exponents.iter().sum::<u32>() > 1);
    let second: Vec<&[u32]> = second.map(Vec::as_slice).collect();
    let fits = |of: Sawtooth| match of {
        Sawtooth::Square => second == [&[2][..]],
        Sawtooth::Product => second == [&[1, 1][..]],
        Sawtooth::Polynomial => true,
    };
    match asked {
        Some(of) if fits(of) => Ok(of),
        Some(of) => Err(BuildError::NotSawtooth {
            of: of.name(),
            needed: match of {
                Sawtooth::Square => "one input and degree 2",
                _ => "two inputs and, beside affine terms, their product alone",
            },
        }),
        None => Ok(Sawtooth::ALL
            .iter()
            .copied()
            .find(|of| fits(*of))
            .unwrap_or(Sawtooth::Polynomial)),
    }
}

/// Returns a number of folds whose a-priori bound is at most the tolerance.
pub fn needed_size(request: &Request, tolerance: &Rational) -> Option<usize> {
    if request.norm != Norm::Sup {
        return None;
    }
    let plan = Plan::new(&polynomial_of(request).ok()?, request.domain);
    smallest_size(1, MOST_FOLDS, |folds| {
        let folds = u32::try_from(folds).ok()?;
        Some(plan.error_upper(folds) <= *tolerance)
    })
}

//! Finds out that no size can keep a tolerance, before any size is tried.
//!
//! Two reasons are tested. A target that *jumps* is never nearer than half the jump to a
//! function that is continuous there (`jump`, T27). And sigmoid towers *dip* to about 0 where cells
//! meet (`dip`, T23). Each is found with enclosures, so a refusal is never a guess.
//! If neither is found, the search for a size goes on as usual.

mod dip;
mod jump;

use std::fmt;

pub use jump::{Jump, jumps};

use super::catalogue::{BuilderName, entry};
use super::check_request;
use super::entry::{Entry, Goal};
use super::parameters::{Division, Parameters, Profile, Units};
use super::request::Request;
use crate::certificate::Norm;
use crate::expr::{Constants, Domain, Expr, Scratch, Tape, Target};
use crate::numbers::literal::{decimal_down, decimal_up};
use crate::numbers::{Direction, Interval, Rational};

/// The search for a size tries at most this many cells in an input.
const MOST_CELLS: usize = 1 << 16;

/// The reason why no size of a network keeps a tolerance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Impossible {
    /// The network is continuous, whatever its size, and the target jumps.
    Jump {
        /// The units that make it continuous.
        units: Units,
        /// The jump of the target.
        jump: Jump,
        /// An alternative.
        instead: Instead,
    },
    /// The network jumps at the lines of a grid, and the target jumps elsewhere.
    MissedJump {
        /// The jump of the target.
        jump: Jump,
        /// The grid has a line there if the number of cells is a multiple of this.
        multiple: Option<usize>,
    },
    /// Sigmoid towers are all off where cells meet.
    Dip {
        /// The error is at least this, with any number of cells that can be built.
        error_lower: Rational,
        /// The overlap asked for.
        overlap: usize,
        /// The dip is not above the tolerance from this overlap on, if one is possible.
        least_overlap: Option<usize>,
    },
}

/// Steps for a target that jumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// Steps may stand at the jump: with the same builder or with another one.
    Steps {
        /// A builder whose steps stand at lines of a grid.
        builder: &'static str,
        /// The jump is on a line where the number of cells is a multiple of this.
        multiple: usize,
    },
    /// The jump is not along a line of a grid.
    Nothing,
}

impl Impossible {
    /// The error is at least this.
    pub fn error_lower(&self) -> Rational {
        match self {
            Self::Jump { jump, .. } | Self::MissedJump { jump, .. } => jump.size.half(),
            Self::Dip { error_lower, .. } => error_lower.clone(),
        }
    }
}

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jump {
                units,
                jump,
                instead,
            } => {
                let half = jump.half();
                write!(
                    f,
                    "the target jumps {jump}; a network of {} units is continuous, so with any size \
                     its error is at least {half} there; hint: use the norm l1 or l2, ask for a \
                     tolerance above {half}",
                    units.name()
                )?;
                match instead {
                    Instead::Steps { builder, multiple } => {
                        write!(
                            f,
                            ", or use `builder` = \"{builder}\" with `activation` = \"heaviside\""
                        )?;
                        if *multiple > 1 {
                            write!(f, " and a multiple of {multiple} as `cells`")?;
                        }
                        Ok(())
                    }
                    Instead::Nothing => Ok(()),
                }
            }
            Self::MissedJump { jump, multiple } => {
                let half = jump.half();
                write!(
                    f,
                    "the target jumps {jump}, and no step of the grids that are tried stands there, \
                     so the error is at least {half}; hint: "
                )?;
                if let Some(multiple) = multiple {
                    write!(f, "give a multiple of {multiple} as `cells`, ")?;
                }
                write!(
                    f,
                    "use the norm l1 or l2, or ask for a tolerance above {half}"
                )
            }
            Self::Dip {
                error_lower,
                overlap,
                least_overlap,
            } => {
                let error = decimal_down(error_lower, 3);
                let part = if *overlap > 1 { " of one grid" } else { "" };
                write!(
                    f,
                    "sigmoid towers{part} are all off near inner corners of cells, so with any number of \
                     `cells` the error is at least {error}; hint: use `builder` = \"quadrants\", \
                     `activation` = \"heaviside\" or the norm l1"
                )?;
                if let Some(least) = least_overlap {
                    write!(f, ", or give an `overlap` of at least {least}")?;
                }
                Ok(())
            }
        }
    }
}

/// Returns a reason why no size of this builder keeps the tolerance, if one is found.
///
/// It applies to requests whose size is to be chosen. It examines the target and a few small networks, for
/// at most about a second.
///
/// - Exactness: a reason is certain, for every size that can be built. The answer is `None` if no reason
///   was found, or if the request does not fit the builder.
///
/// ```
/// use steeple::builders::{BuilderName, Parameters, impossible};
/// use steeple::certificate::Norm;
/// use steeple::expr::{Domain, parse_target};
/// use steeple::numbers::Rational;
/// let target = parse_target(&["if(x < 1/3, 0, 10)"], None).expect("a formula");
/// let domain = Domain::parse("x=0..1").expect("a domain");
/// let (given, name) = (Parameters::default(), BuilderName::Interpolant);
/// let found = impossible(name, &given, &target, &domain, Norm::Sup, &Rational::ratio(1, 10));
/// let text = found.expect("a jump").to_string();
/// assert!(text.starts_with("the target jumps by 10 at x = 1/3"));
/// assert!(impossible(name, &given, &target, &domain, Norm::Sup, &Rational::from(5)).is_none());
/// ```
pub fn impossible(
    name: BuilderName,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
    norm: Norm,
    tolerance: &Rational,
) -> Option<Impossible> {
    let entry = entry(name);
    if norm != Norm::Sup || entry.goal != Goal::Target {
        return None;
    }
    let domain = check_request(entry, parameters, target, domain).ok()?;
    let request = Request {
        parameters,
        target,
        domain: &domain,
        norm,
        within: None,
    };
    let units = units(entry, parameters);
    if units == Units::Heaviside {
        return missed(name, &request, tolerance);
    }
    let jump = jump::jumps(target, &domain)
        .into_iter()
        .find(|jump| jump.size.half() > *tolerance);
    if let Some(jump) = jump {
        let instead = instead(name, &jump, &domain);
        return Some(Impossible::Jump {
            units,
            jump,
            instead,
        });
    }
    if name == BuilderName::Towers {
        return dip::dip(&request, tolerance);
    }
    None
}

/// The units of the network: as given, or the builder's own.
fn units(entry: &Entry, parameters: &Parameters) -> Units {
    let of_stairs = parameters.profile == Some(Profile::Staircase);
    let own = if of_stairs {
        Units::Sigmoid
    } else {
        entry.activations.first().copied().unwrap_or(Units::Relu)
    };
    parameters.units.unwrap_or(own)
}

/// Finds a jump that misses all lines of the equal grids that are tried.
fn missed(name: BuilderName, request: &Request, tolerance: &Rational) -> Option<Impossible> {
    let is_grid = matches!(
        name,
        BuilderName::Staircase | BuilderName::Towers | BuilderName::Quadrants
    );
    let given = request.parameters;
    let is_shifted = given.ghosts.is_some() || given.overlap.is_some_and(|overlap| overlap > 1);
    if !is_grid || is_shifted || given.grid == Some(Division::Adaptive) {
        return None;
    }
    let mut jumps = jump::jumps(request.target, request.domain).into_iter();
    let jump =
        jumps.find(|jump| jump.size.half() > *tolerance && jump.misses_lines(request.domain))?;
    let multiple = jump.multiple(request.domain);
    Some(Impossible::MissedJump { jump, multiple })
}

/// Returns an alternative for a target with this jump.
fn instead(name: BuilderName, jump: &Jump, domain: &Domain) -> Instead {
    let Some(multiple) = jump.multiple(domain) else {
        return Instead::Nothing;
    };
    let builder = match (name, domain.dimension()) {
        (BuilderName::Towers | BuilderName::Quadrants, _) => name.name(),
        (_, 1) => BuilderName::Staircase.name(),
        _ => BuilderName::Quadrants.name(),
    };
    Instead::Steps { builder, multiple }
}

/// A formula to enclose on many boxes.
struct Formula {
    tape: Tape,
    enclosed: Constants<Interval>,
    exact: Constants<Rational>,
    scratch: Scratch<Interval>,
    exact_scratch: Scratch<Rational>,
}

impl Formula {
    fn new(formula: &Expr, inputs: usize) -> Self {
        let tape = Tape::of_expressions(inputs, [formula]);
        Self {
            enclosed: tape.constants(&()),
            exact: tape.constants(&()),
            scratch: Scratch::default(),
            exact_scratch: Scratch::default(),
            tape,
        }
    }

    /// Encloses the values on a box; `None` if they have no bound.
    fn on(&mut self, sides: &[Interval]) -> Option<Interval> {
        let results = self.tape.evaluate(&self.enclosed, sides, &mut self.scratch);
        let value = results.value(0).ok()?;
        value.is_bounded().then_some(*value)
    }

    /// Returns the value at a point, where it is found to be rational.
    fn at(&mut self, point: &[Rational]) -> Option<Rational> {
        let results = self
            .tape
            .evaluate(&self.exact, point, &mut self.exact_scratch);
        results.value(0).ok().cloned()
    }
}

/// A small box around a point.
fn around(point: &[Rational], radius: &[Rational]) -> Vec<Interval> {
    let sides = point.iter().zip(radius);
    sides
        .map(|(x, radius)| Interval::from_rationals(&(x - radius), &(x + radius)))
        .collect()
}

/// The ends of a bounded interval.
fn ends(interval: &Interval) -> Option<(Rational, Rational)> {
    let low = interval.inf().rational_bound(Direction::Down)?;
    Some((low, interval.sup().rational_bound(Direction::Up)?))
}

/// Returns a short number as it is, and a long one as a decimal.
fn short(value: &Rational, is_up: bool) -> String {
    let text = value.to_string();
    if text.len() <= 12 {
        return text;
    }
    if is_up {
        decimal_up(value, 6)
    } else {
        decimal_down(value, 6)
    }
}

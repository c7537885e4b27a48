//! Why a network cannot be built.

use super::parameters::{Fit, Profile, Steepness, Units};
use super::shape::parts::OutlineError;
use crate::expr::DomainError;
use crate::geometry::polygon::PolygonError;
use crate::numbers::Rational;

/// More weights than this are refused before anything is built.
pub const MAX_WEIGHTS: u128 = 200_000_000;
/// The same where nearly all weights are different numbers, each with memory of its own (some 300
/// bytes with what is built from it); equal ones, as in grids, are kept once.
pub const MAX_DIFFERENT_WEIGHTS: u128 = 20_000_000;

/// Numbers longer than this are refused, in bits of numerator and denominator: weights made of them
/// would take seconds each to add up. It is room for `1e-600` and `1e600`.
pub const MAX_NUMBER_BITS: usize = 2048;

/// Decisions by steps gentler than two to this power are refused.
pub const LEAST_STEEPNESS: i32 = -40;

/// What is wrong with a request to build.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The target has another number of inputs than the builder takes.
    #[error("`{builder}` takes {expected}, the target has {found}")]
    Inputs {
        /// The builder.
        builder: &'static str,
        /// What it takes.
        expected: String,
        /// The inputs of the target.
        found: usize,
    },
    /// The target has several outputs.
    #[error("`{builder}` builds networks with one output, the target has {found}")]
    Outputs {
        /// The builder.
        builder: &'static str,
        /// The outputs of the target.
        found: usize,
    },
    /// The domain is not one of the target's inputs.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// The builder does not use these units.
    #[error("`{builder}` has no activation `{}`; it takes {allowed}", found.name())]
    Activation {
        /// The builder.
        builder: &'static str,
        /// What was asked for.
        found: Units,
        /// What it takes.
        allowed: String,
    },
    /// The builder does not know a key that is present.
    #[error("`{builder}` has no key `{key}`; its keys are {keys}")]
    UnknownKey {
        /// The builder.
        builder: &'static str,
        /// The key.
        key: &'static str,
        /// The keys it has.
        keys: String,
    },
    /// Neither a size nor a tolerance to choose it by.
    #[error("`{builder}` needs `{key}`, or a tolerance to choose it by")]
    MissingSize {
        /// The builder.
        builder: &'static str,
        /// The key of its size.
        key: &'static str,
    },
    /// The builder compares networks that keep a tolerance in the norm sup.
    #[error(
        "`{builder}` compares networks that keep a tolerance: it needs the norm sup and a `tolerance` in [claim]"
    )]
    NoTolerance {
        /// The builder.
        builder: &'static str,
    },
    /// The builder needs the prover.
    #[error("`{builder}` proves what it builds: use `steeple::build` or `steeple build`")]
    NeedsProver {
        /// The builder.
        builder: &'static str,
    },
    /// A key that has no default.
    #[error("`{builder}` needs `{key}`")]
    MissingKey {
        /// The builder.
        builder: &'static str,
        /// The key.
        key: &'static str,
    },
    /// As many numbers are needed as there are inputs.
    #[error("`{key}` has {found} entries, the target has {inputs} inputs")]
    Length {
        /// The key.
        key: &'static str,
        /// Its length.
        found: usize,
        /// The inputs of the target.
        inputs: usize,
    },
    /// A polynomial with more directions than are looked for.
    #[error(
        "a polynomial of degree {degree} was not found to be a sum of functions of at most {most} \
         directions; choose a lower `degree`"
    )]
    Directions {
        /// Its degree.
        degree: usize,
        /// The most directions.
        most: usize,
    },
    /// A profile that needs other units.
    #[error("`profile` \"{}\" does not go with `activation` \"{}\": interpolants are made of relu, stairs of sigmoid or heaviside", profile.name(), units.name())]
    ProfileUnits {
        /// The profile.
        profile: Profile,
        /// The units.
        units: Units,
    },
    /// A steepness for units that have none.
    #[error("`steepness` is given, but relu units have none")]
    NoSteepness,
    /// A target that would have to be approximated in many inputs.
    #[error("the target is no polynomial, and with {inputs} inputs it is not approximated by one")]
    NoPolynomial {
        /// The inputs.
        inputs: usize,
    },
    /// A degree above the highest.
    #[error(
        "`degree` is {found}, at most {largest} is possible for a target that is no polynomial"
    )]
    TooLargeDegree {
        /// The degree.
        found: usize,
        /// The highest.
        largest: usize,
    },
    /// An approximation that takes up all of the tolerance.
    #[error(
        "degree {degree} is too low for this tolerance: the polynomial is about {distance} from the \
         target; ask for a larger tolerance, or a higher `degree`"
    )]
    DegreeTooLow {
        /// The degree.
        degree: usize,
        /// How far the polynomial is from the target.
        distance: String,
    },
    /// A whole number below the smallest that makes sense.
    #[error("`{key}` is {found}, at least {smallest} is needed")]
    TooSmall {
        /// The key.
        key: &'static str,
        /// Its value.
        found: usize,
        /// The smallest value.
        smallest: usize,
    },
    /// A whole number above the largest that makes sense.
    #[error("`{key}` is {found}, at most {largest} are possible")]
    AboveLargest {
        /// The key.
        key: &'static str,
        /// Its value.
        found: usize,
        /// The largest value.
        largest: usize,
    },
    /// More hidden layers than are built.
    #[error("`{key}` has {found} layers, at most {largest} are built")]
    Layers {
        /// The key.
        key: &'static str,
        /// The layers asked for.
        found: usize,
        /// The most that are built.
        largest: usize,
    },
    /// A hidden layer that is too narrow.
    #[error("`widths`: layer {layer} is {found} wide, at least {smallest} is needed")]
    Narrow {
        /// The layer, from 1.
        layer: usize,
        /// Its width.
        found: usize,
        /// The smallest width.
        smallest: usize,
    },
    /// A layer of maxout units that is not as wide as there are inputs.
    #[error(
        "`widths`: layer {layer} is {found} wide; `maxout-fold` is as wide as there are inputs, {inputs}"
    )]
    NotConstant {
        /// The layer, from 1.
        layer: usize,
        /// Its width.
        found: usize,
        /// The inputs.
        inputs: usize,
    },
    /// The target is no polynomial.
    #[error(
        "`{builder}` needs a polynomial as the target, with rational coefficients and of degree at most 64"
    )]
    NotPolynomial {
        /// The builder.
        builder: &'static str,
    },
    /// A part of the target that no relu network computes exactly.
    #[error(
        "{}`{part}` is not {}, so no relu network with rational weights equals the target; hint: write \
         builder = \"{instead}\" and a tolerance above 0",
        if *.is_constant { "the constant " } else { "" },
        if *.is_constant { "rational" } else { "piecewise linear" }
    )]
    NotPiecewiseLinear {
        /// The part.
        part: String,
        /// Does it depend on no input?
        is_constant: bool,
        /// A builder for such targets.
        instead: &'static str,
    },
    /// A part of the target that may be piecewise linear, but was not seen to be.
    #[error(
        "`{part}` was not recognised as continuous and piecewise linear; hint: write it with max and min, \
         or write builder = \"{instead}\""
    )]
    NotRecognised {
        /// The part.
        part: String,
        /// A builder for such targets.
        instead: &'static str,
    },
    /// A target that jumps.
    #[error(
        "the target jumps by {size} at {place}, and a relu network is continuous; hint: write builder = \
         \"{instead}\" with activation = \"heaviside\""
    )]
    Jump {
        /// A point where it does.
        place: String,
        /// How high the jump is.
        size: Rational,
        /// A builder for such targets.
        instead: &'static str,
    },
    /// A target with too many pieces.
    #[error(
        "the target has more than {most} pieces in one direction, or numbers that are too long; hint: use \
         another builder and a tolerance above 0"
    )]
    ManyPieces {
        /// The most pieces.
        most: usize,
    },
    /// A tolerance that no search for a size can end at.
    #[error(
        "no `{key}` of `{builder}` is searched for with a tolerance of 0; hint: {}",
        if *.is_exact {
            "write builder = \"exact\", whose network equals this target".to_owned()
        } else {
            format!("write `{key}`, or a tolerance above 0")
        }
    )]
    NoSizeForZero {
        /// The builder.
        builder: &'static str,
        /// The key of its size.
        key: &'static str,
        /// Does the builder `exact` build a network that equals the target?
        is_exact: bool,
    },
    /// A formula that is nested too deeply for the stack there is.
    #[error("a formula is {height} levels high, at most {most} are read here; hint: nest it less")]
    HighFormula {
        /// Its height.
        height: usize,
        /// The most that is read.
        most: usize,
    },
    /// The target is another polynomial than the one asked for.
    #[error("`of` is {of}, for a target with {needed}; this one is another polynomial")]
    NotSawtooth {
        /// What was asked for.
        of: &'static str,
        /// What that needs.
        needed: &'static str,
    },
    /// A number that is too long to reckon with.
    #[error(
        "`{key}` is a number of {bits} bits, at most {MAX_NUMBER_BITS} are built with; choose a shorter one"
    )]
    LongNumber {
        /// The key.
        key: &'static str,
        /// The bits of its numerator and denominator.
        bits: usize,
    },
    /// Weights of steps that lose too much when they are rounded.
    #[error(
        "a weight of about {weight} is too long: enclosures keep 63 bits of it, and what is left out is \
         no less than a step; choose a smaller `{key}`, or a power of two such as \"2^100\""
    )]
    TooSteep {
        /// The key that says how large it is.
        key: &'static str,
        /// Its size, rounded.
        weight: String,
    },
    /// A steepness per cell where there are no cells.
    #[error("`steepness` is {found}, but `{builder}` has no cells; give a number")]
    NoCells {
        /// The builder.
        builder: &'static str,
        /// The value of the key.
        found: Steepness,
    },
    /// Fitted heights for steps that jump.
    #[error("`heights` = \"fitted\" fits smooth steps; heaviside units take \"values\"")]
    SharpFit,
    /// Decisions by steps that hardly rise.
    #[error(
        "`{key}` is below 2^{LEAST_STEEPNESS}: the output would differ from the threshold by less than \
         enclosures see; choose a larger one"
    )]
    TooGentle {
        /// The key.
        key: &'static str,
    },
    /// A number that has to be greater than 0.
    #[error("`{key}` is {found}, it must be greater than 0")]
    NotPositive {
        /// The key.
        key: &'static str,
        /// Its value.
        found: Rational,
    },
    /// A tower or jump of height 0.
    #[error("`height` is 0: there would be nothing")]
    NoHeight,
    /// A direction that is none.
    #[error("`direction` is 0 in every input")]
    NoDirection,
    /// A bump whose ends are in the wrong order.
    #[error("`from` is {from} and `to` is {to}: the bump is empty")]
    EmptyBump {
        /// Where it begins.
        from: Rational,
        /// Where it ends.
        to: Rational,
    },
    /// A side of a box whose ends are in the wrong order.
    #[error("side {side} of `box`, from {low} to {high}, is empty")]
    EmptyBox {
        /// The side, from 1.
        side: usize,
        /// Its lower end.
        low: Rational,
        /// Its upper end.
        high: Rational,
    },
    /// More mirrored steps than there are cells to mirror.
    #[error("`ghosts` is {ghosts}, at most {cells} (the number of cells) are possible")]
    Ghosts {
        /// The steps asked for.
        ghosts: usize,
        /// The cells.
        cells: usize,
    },
    /// Overlapping towers on boxes of different sizes.
    #[error("`overlap` shifts a uniform grid; it is not possible with `grid` = \"adaptive\"")]
    OverlapOfBoxes,
    /// A target that leaves the range of an output unit.
    #[error(
        "with `output` = \"sigmoid\" the target must stay between 0 and 1, both excluded, as the network does; {}",
        out_of_range(.place, *.found)
    )]
    OutputRange {
        /// Where it does not, or might not.
        place: String,
        /// What it is there, where that is known.
        found: Option<&'static str>,
    },
    /// Another number of hidden layers than 1 or 2.
    #[error("`hidden_layers` is {0}; 1 and 2 are possible")]
    HiddenLayers(usize),
    /// A steepness for a layer that is not there.
    #[error("`second_steepness` is given, but with `hidden_layers = 1` there is no second layer")]
    NoSecondLayer,
    /// A key that a smooth disk does not have.
    #[error(
        "`{0}` does not go with fit `smooth`, which has three sigmoid units in one hidden layer"
    )]
    Smooth(&'static str),
    /// Numbers that are too small or too large for a smooth disk.
    #[error("`steepness` and the radius of the disk are out of the range of smooth units")]
    Flat,
    /// Several polygons where one is wanted.
    #[error("`vertices` holds {0} lists of points, `polygon` takes one")]
    SeveralPolygons(usize),
    /// A polygon for which one hidden layer is not enough.
    #[error("{0}, and with `hidden_layers` = 1 only convex ones are built")]
    OneLayer(PolygonError),
    /// Another number of hidden layers than 2 or 3, for parts that are added up.
    #[error("`hidden_layers` is {0}; a polygon in several convex parts has 2 or 3")]
    UnionLayers(usize),
    /// A target that is not a region, for a polygon that is to be found from it.
    #[error(
        "`vertices` is \"from target\", but the target is not a region; write it as a condition such as \
         x^2/4 + y^2 <= 1, or give the vertices"
    )]
    NoRegion,
    /// A region without a boundary in the domain.
    #[error(
        "`vertices` is \"from target\", but the region has no boundary in the domain: {}; \
         choose another domain, or give the vertices",
        boundary(*.is_everything)
    )]
    NoBoundary {
        /// Does it fill the domain?
        is_everything: bool,
    },
    /// Fewer sides than the parts of the boundary need.
    #[error(
        "`sides` is {found}, at least {smallest} are needed: the boundary of the region has {parts}, with 3 \
         sides for a closed one and 1 for one that ends at the edge of the domain"
    )]
    FewSides {
        /// Its value.
        found: usize,
        /// The smallest number.
        smallest: usize,
        /// The parts of the boundary, in words.
        parts: String,
    },
    /// Sides so long that they cross each other.
    #[error(
        "with `sides` = {0}, the sides that were found cross each other; choose more, or give the vertices"
    )]
    CrossingSides(usize),
    /// A key that is of use for vertices from the target only.
    #[error("`{0}` goes with `vertices` = \"from target\" only")]
    OnlyFromTarget(&'static str),
    /// Vertices from the target for the wrong builder.
    #[error(
        "`vertices` = \"from target\" goes with the builder `polygon`, which finds several outlines and \
         holes too"
    )]
    OnlyPolygon,
    /// A fit of disks only.
    #[error(
        "`fit` is \"{}\"; with `vertices` = \"from target\", \"balanced\" and \"smooth\" are possible",
        .0.name()
    )]
    FitOfRegion(Fit),
    /// A region that three smooth units do not approximate.
    #[error(
        "`fit` is \"smooth\", but the target is not recognised as a disk or an ellipse like \
         (x - a)^2/p + (y - b)^2/q <= 1; choose \"balanced\""
    )]
    NoEllipse,
    /// The vertices are not those of a polygon.
    #[error("`vertices`: {0}")]
    Vertices(OutlineError),
    /// The vertices of one of several polygons are not those of one.
    #[error("`vertices`, polygon {polygon}: {error}")]
    Outline {
        /// The polygon, from 1.
        polygon: usize,
        /// What is wrong.
        error: OutlineError,
    },
    /// The vertices are not those of a convex polygon.
    #[error(transparent)]
    Polygon(#[from] PolygonError),
    /// The target is not a disk and none is given.
    #[error(
        "the target is not recognised as a disk like (x - a)^2 + (y - b)^2 <= c; give `centre` and `radius` (or `radius_squared`)"
    )]
    NoDisk,
    /// Two radii.
    #[error("`radius` and `radius_squared` are both given, one is enough")]
    TwoRadii,
    /// The target has no value at a point that the builder uses.
    #[error("the target is not defined at {0}")]
    Undefined(String),
    /// The target could not be shown to have a value at a point that the builder uses.
    #[error("the target could not be evaluated at {0}")]
    NotEvaluated(String),
    /// Too many weights.
    #[error(
        "the network would have about {weights} weights, at most {most} are built; choose a smaller size"
    )]
    TooLarge {
        /// The number of weights.
        weights: u128,
        /// The most that are built.
        most: u128,
    },
    /// Best knots for several outputs.
    #[error(
        "`knots` = \"best\" places the kinks for one output, the target has {found}; use \"balanced\", or a spec for each output"
    )]
    SharedKinks {
        /// The outputs of the target.
        found: usize,
    },
    /// Knots of profiles that are stairs.
    #[error(
        "`knots` are for profiles of straight lines (`profile` = \"interpolant\"), not for stairs"
    )]
    KnotsOfSteps,
    /// No broken line is near enough.
    #[error(
        "no broken line with short weights was found within the tolerance; ask for a larger one, or use `knots` = \"uniform\""
    )]
    NoBrokenLine,
    /// A step of differences that is too small.
    #[error(
        "`step` is below 2^-{smallest}, where weights have thousands of digits; choose a larger one"
    )]
    TooFine {
        /// The power of two that is the smallest step.
        smallest: u32,
    },
}

impl BuildError {
    /// Returns the size to try instead of one that is too small for the target.
    pub fn needed_size(&self) -> Option<usize> {
        match self {
            Self::FewSides { smallest, .. } => Some(*smallest),
            Self::CrossingSides(found) => Some(found + 1),
            _ => None,
        }
    }

    /// Returns the key of `[network]` that is to be changed; none where it is the builder or the target.
    pub fn key(&self) -> Option<&'static str> {
        Some(match self {
            Self::UnknownKey { key, .. }
            | Self::MissingSize { key, .. }
            | Self::NoSizeForZero { key, .. }
            | Self::MissingKey { key, .. }
            | Self::Length { key, .. }
            | Self::TooSmall { key, .. }
            | Self::AboveLargest { key, .. }
            | Self::Layers { key, .. }
            | Self::LongNumber { key, .. }
            | Self::TooSteep { key, .. }
            | Self::TooGentle { key }
            | Self::NotPositive { key, .. }
            | Self::OnlyFromTarget(key)
            | Self::Smooth(key) => key,
            Self::Activation { .. } => "activation",
            Self::Directions { .. } | Self::TooLargeDegree { .. } | Self::DegreeTooLow { .. } => {
                "degree"
            }
            Self::ProfileUnits { .. } => "profile",
            Self::NoSteepness | Self::NoCells { .. } | Self::Flat => "steepness",
            Self::Narrow { .. } | Self::NotConstant { .. } => "widths",
            Self::NotSawtooth { .. } => "of",
            Self::SharpFit => "heights",
            Self::NoHeight => "height",
            Self::NoDirection => "direction",
            Self::EmptyBump { .. } => "from",
            Self::EmptyBox { .. } => "box",
            Self::Ghosts { .. } => "ghosts",
            Self::OverlapOfBoxes => "overlap",
            Self::OutputRange { .. } => "output",
            Self::HiddenLayers(_) | Self::OneLayer(_) | Self::UnionLayers(_) => "hidden_layers",
            Self::NoSecondLayer => "second_steepness",
            Self::FewSides { .. } | Self::CrossingSides(_) => "sides",
            Self::FitOfRegion(_) | Self::NoEllipse => "fit",
            Self::SeveralPolygons(_)
            | Self::NoRegion
            | Self::NoBoundary { .. }
            | Self::OnlyPolygon
            | Self::Vertices(_)
            | Self::Outline { .. }
            | Self::Polygon(_) => "vertices",
            Self::NoDisk => "centre",
            Self::TwoRadii => "radius",
            Self::TooFine { .. } => "step",
            Self::SharedKinks { .. } | Self::KnotsOfSteps | Self::NoBrokenLine => "knots",
            Self::Inputs { .. }
            | Self::Outputs { .. }
            | Self::Domain(_)
            | Self::NoPolynomial { .. }
            | Self::NotPolynomial { .. }
            | Self::NoTolerance { .. }
            | Self::NeedsProver { .. }
            | Self::NotPiecewiseLinear { .. }
            | Self::NotRecognised { .. }
            | Self::Jump { .. }
            | Self::ManyPieces { .. }
            | Self::HighFormula { .. }
            | Self::Undefined(_)
            | Self::NotEvaluated(_)
            | Self::TooLarge { .. } => return None,
        })
    }
}

fn out_of_range(place: &str, found: Option<&str>) -> String {
    match found {
        Some(found) => format!("it is {found} at {place}"),
        None => format!("that could not be shown near {place}"),
    }
}

fn boundary(is_everything: bool) -> &'static str {
    if is_everything {
        "it is all of it"
    } else {
        "it holds no part of it that is large enough to see"
    }
}

/// Refuses networks that would not fit the memory.
pub(super) fn check_size(weights: u128) -> Result<(), BuildError> {
    let most = MAX_WEIGHTS;
    if weights > most {
        return Err(BuildError::TooLarge { weights, most });
    }
    Ok(())
}

/// Refuses networks of different numbers that would not fit the memory.
pub(super) fn check_size_of_different(weights: u128) -> Result<(), BuildError> {
    let most = MAX_DIFFERENT_WEIGHTS;
    if weights > most {
        return Err(BuildError::TooLarge { weights, most });
    }
    Ok(())
}

//! What a user says about the network to build.

use std::fmt;

use super::values::{
    self, Count, Counts, Kind, Number, Numbers, Outlines, Point, Positive, Shape, Sides, Source,
    Vertices,
};
use crate::numbers::Rational;

/// An enumeration whose values have names in specs.
macro_rules! named {
    (
        $(#[$about:meta])*
        $kind:ident { $($(#[$doc:meta])* $value:ident = $name:literal,)* }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $kind {
            $($(#[$doc])* $value,)*
        }

        impl $kind {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];
            /// Their names in specs, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The name in specs.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $name,)*
                }
            }

            /// Finds a value by name.
            pub fn from_name(name: &str) -> Option<Self> {
                let mut all = Self::ALL.iter().copied();
                all.find(|value| value.name() == name)
            }
        }

        impl Kind for $kind {
            type Value = Self;
            const SHAPE: Shape = Shape::Name(Self::NAMES);

            fn read<S: Source>(source: &S, key: &'static str) -> Result<Option<Self>, S::Error> {
                let place = source.name(key, Self::NAMES)?;
                Ok(place.and_then(|place| Self::ALL.get(place).copied()))
            }
        }
    };
}

named! {
    /// How a disk is approximated.
    #[derive(Default)]
    Fit {
        /// A polygon with its vertices on the circle.
        #[default]
        Inscribed = "inscribed",
        /// A polygon whose sides touch the circle.
        Circumscribed = "circumscribed",
        /// The polygon with the least misclassified area.
        Balanced = "balanced",
        /// No polygon: smooth units whose level sets are nearly circles.
        Smooth = "smooth",
    }
}

impl Fit {
    /// The fits that are polygons.
    pub const POLYGONS: [Self; 3] = [Self::Inscribed, Self::Circumscribed, Self::Balanced];
}

named! {
    /// What the units of a built network compute.
    Units {
        /// Steps.
        Heaviside = "heaviside",
        /// Steep sigmoids.
        Sigmoid = "sigmoid",
        /// Steep hyperbolic tangents.
        Tanh = "tanh",
        /// Rectified linear units.
        Relu = "relu",
    }
}

named! {
    /// What the last layer of a staircase is.
    #[derive(Default)]
    OutputUnit {
        /// A weighted sum.
        #[default]
        Linear = "linear",
        /// A sigmoid of a weighted sum.
        Sigmoid = "sigmoid",
    }
}

named! {
    /// Where the heights of a staircase come from.
    Heights {
        /// The values of the target at the centres of the cells.
        Values = "values",
        /// A fit: heights for which the network is close to the target everywhere.
        Fitted = "fitted",
    }
}

named! {
    /// Where an interpolant has its knots.
    #[derive(Default)]
    Knots {
        /// Equally spaced.
        #[default]
        Uniform = "uniform",
        /// Closer where the target bends more, so that every piece has about the same error.
        Balanced = "balanced",
        /// Where the fewest are enough; the values are free, too.
        Best = "best",
    }
}

named! {
    /// How the pieces of an interpolant are added up.
    #[derive(Default)]
    Arrangement {
        /// One hidden layer: a sum of bends, one for each knot.
        #[default]
        Sum = "sum",
        /// Two hidden layers: hats, of which at most two are positive anywhere.
        Hats = "hats",
    }
}

named! {
    /// How a grid divides the domain.
    #[derive(Default)]
    Division {
        /// Into equal cells.
        #[default]
        Uniform = "uniform",
        /// Into smaller cells where the target needs them.
        Adaptive = "adaptive",
    }
}

named! {
    /// The function of one direction that a ridge network adds up.
    #[derive(Default)]
    Profile {
        /// Straight lines between knots.
        #[default]
        Interpolant = "interpolant",
        /// Stairs.
        Staircase = "staircase",
    }
}

named! {
    /// What a sawtooth network computes.
    Sawtooth {
        /// The square of its input.
        Square = "square",
        /// The product of two inputs.
        Product = "product",
        /// A polynomial.
        Polynomial = "polynomial",
    }
}

/// A point of the plane.
pub type Vertex = (Rational, Rational);

/// How steep the units of the first hidden layer are.
///
/// ```
/// use steeple::Rational;
/// use steeple::builders::Steepness;
/// let gentle = Steepness::PerCell(Rational::from(4));
/// assert_eq!(gentle.for_cell(&Rational::ratio(1, 10)), Some(Rational::from(40)));
/// assert_eq!(gentle.to_string(), "4/cell");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Steepness {
    /// In units of the argument per unit of input.
    PerInput(Rational),
    /// In units of the argument per cell side: the steepness is this over the side.
    PerCell(Rational),
}

impl Steepness {
    /// The number, of either kind.
    pub fn number(&self) -> &Rational {
        match self {
            Self::PerInput(number) | Self::PerCell(number) => number,
        }
    }

    /// Returns the steepness for cells of this side; `None` if it is per cell and the side is 0.
    pub fn for_cell(&self, side: &Rational) -> Option<Rational> {
        match self {
            Self::PerInput(steepness) => Some(steepness.clone()),
            Self::PerCell(number) => number.checked_div(side),
        }
    }

    /// Returns the steepness if it does not depend on cells.
    pub fn per_input(&self) -> Option<&Rational> {
        match self {
            Self::PerInput(steepness) => Some(steepness),
            Self::PerCell(_) => None,
        }
    }
}

impl From<Rational> for Steepness {
    fn from(steepness: Rational) -> Self {
        Self::PerInput(steepness)
    }
}

impl fmt::Display for Steepness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerInput(steepness) => write!(f, "{steepness}"),
            Self::PerCell(number) => write!(f, "{number}/cell"),
        }
    }
}

/// A key of `[network]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub about: &'static str,
    /// What its value has to be.
    pub shape: Shape,
}

impl Parameter {
    /// Finds a key by name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }
}

/// Makes of a table of keys: the struct that holds their values, the list of the keys, which of them are
/// present, their numbers, and their reader.
macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ty = $name:literal is $kind:ty,)*) => {
        /// The keys of `[network]` beside `builder`, each once.
        pub const KEYS: &[Parameter] = &[$(Parameter {
            name: $name,
            about: concat!($($doc),+).trim_ascii(),
            shape: <$kind as Kind>::SHAPE,
        }),*];

        /// The values of the keys of `[network]`. What is absent is chosen by the builder's default rule.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Parameters {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\nThe key `", $name, "`.")]
                pub $field: Option<$type>,
            )*
        }

        impl Parameters {
            /// Reads the values of all keys.
            ///
            /// - Errors: those of the source.
            pub fn read<S: Source>(source: &S) -> Result<Self, S::Error> {
                Ok(Self { $($field: <$kind as Kind>::read(source, $name)?,)* })
            }

            /// Returns every number that is not a count, with its key.
            pub fn numbers(&self) -> Vec<(&'static str, &Rational)> {
                let mut found = Vec::new();
                $(
                    let numbers = self.$field.iter().flat_map(<$kind as Kind>::numbers);
                    found.extend(numbers.map(|number| ($name, number)));
                )*
                found
            }

            /// Returns the keys that are present, in the order of [`KEYS`].
            pub fn present(&self) -> Vec<&'static str> {
                let all = [$(($name, self.$field.is_some())),*];
                let present = all.into_iter().filter(|(_, is_present)| *is_present);
                present.map(|(name, _)| name).collect()
            }
        }
    };
}

keys! {
    /// What the units compute.
    units: Units = "activation" is Units,
    /// The number of cells or pieces along each input: one number for all inputs, or a list with one for each.
    cells: Vec<usize> = "cells" is Counts,
    /// The steepness of the first hidden layer, in units of the argument per unit of input, or per cell: "4/cell".
    steepness: Steepness = "steepness" is values::Steepness,
    /// The steepness of the second hidden layer.
    second_steepness: Rational = "second_steepness" is Positive,
    /// The direction of a step or bump: one number for each input.
    direction: Vec<Rational> = "direction" is Numbers,
    /// Where a step jumps, along its direction.
    at: Rational = "at" is Number,
    /// Where a bump begins, along its direction.
    from: Rational = "from" is Number,
    /// Where a bump ends, along its direction.
    to: Rational = "to" is Number,
    /// The height of a step, bump or tower.
    height: Rational = "height" is Number,
    /// What the last layer of a staircase computes.
    output: OutputUnit = "output" is OutputUnit,
    /// Padding steps of a staircase: steps outside the domain, on each side.
    ghosts: usize = "ghosts" is Count,
    /// Where the heights of a staircase come from.
    heights: Heights = "heights" is Heights,
    /// Where an interpolant has its knots.
    knots: Knots = "knots" is Knots,
    /// How the pieces of an interpolant are added up: as a sum of bends, or as hats, which lose fewer digits in floats.
    arrangement: Arrangement = "arrangement" is Arrangement,
    /// The box of a tower: a side `[low, high]` for each input.
    sides_of_box: Vec<(Rational, Rational)> = "box" is Sides,
    /// The number of shifted grids of towers that overlap.
    overlap: usize = "overlap" is Count,
    /// How towers and quadrants divide the domain.
    grid: Division = "grid" is Division,
    /// The vertices of a polygon in order, a list of these for several polygons, or "from target".
    vertices: Outlines = "vertices" is Vertices,
    /// The number of hidden layers of polygons and disks (with 1 the threshold decides), or the most of the smallest network.
    hidden_layers: usize = "hidden_layers" is Count,
    /// The most hidden units of the smallest network.
    max_units: usize = "max_units" is Count,
    /// The largest weight of the smallest network.
    max_weight: Rational = "max_weight" is Positive,
    /// How much work the search for the smallest network does: twice as much with 8 as with 4.
    effort: usize = "effort" is Count,
    /// The number of sides of the polygon that approximates a disk, or the region of the target.
    sides: usize = "sides" is Count,
    /// How a disk, or the region of the target, is approximated.
    fit: Fit = "fit" is Fit,
    /// The centre of a disk.
    centre: Vertex = "centre" is Point,
    /// The radius of a disk.
    radius: Rational = "radius" is Positive,
    /// The square of the radius of a disk.
    radius_squared: Rational = "radius_squared" is Positive,
    /// The rotation of the polygon of a disk, in turns.
    rotation: Rational = "rotation" is Number,
    /// The degree of the polynomial that is built, or that approximates the target.
    degree: usize = "degree" is Count,
    /// The function of one direction that a ridge network adds up.
    profile: Profile = "profile" is Profile,
    /// The step of the finite differences of smooth monomials.
    step: Rational = "step" is Positive,
    /// The number of folds of a sawtooth, a hidden layer each.
    folds: usize = "folds" is Count,
    /// What a sawtooth network computes.
    of: Sawtooth = "of" is Sawtooth,
    /// The widths of the hidden layers of a folding network.
    widths: Vec<usize> = "widths" is Counts,
    /// The rank of maxout units: how many affine functions each takes the largest of.
    rank: usize = "rank" is Count,
}

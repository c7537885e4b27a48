//! What a user says about the network to build.

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
    /// Where an interpolant has its knots.
    #[derive(Default)]
    Knots {
        /// Equally spaced.
        #[default]
        Uniform = "uniform",
        /// Closer where the target bends more, so that every piece has about the same error.
        Balanced = "balanced",
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

/// The keys of `[network]` beside `builder`, each once.
pub const KEYS: &[&str] = &[
    "activation",
    "cells",
    "steepness",
    "second_steepness",
    "direction",
    "at",
    "from",
    "to",
    "height",
    "output",
    "ghosts",
    "knots",
    "box",
    "overlap",
    "grid",
    "vertices",
    "hidden_layers",
    "sides",
    "fit",
    "centre",
    "radius",
    "radius_squared",
    "rotation",
    "degree",
    "profile",
    "step",
    "folds",
    "of",
    "widths",
    "rank",
];

/// The keys of `[network]`. What is absent is chosen by the builder's default rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// `activation`.
    pub units: Option<Units>,
    /// `cells`: one number for all inputs, or one for each.
    pub cells: Option<Vec<usize>>,
    /// `steepness` of the first layer, in units of the argument per unit of input.
    pub steepness: Option<Rational>,
    /// `second_steepness`.
    pub second_steepness: Option<Rational>,
    /// `direction` of a step or bump: one number for each input.
    pub direction: Option<Vec<Rational>>,
    /// `at`: where a step jumps, along its direction.
    pub at: Option<Rational>,
    /// `from`: where a bump begins.
    pub from: Option<Rational>,
    /// `to`: where a bump ends.
    pub to: Option<Rational>,
    /// `height` of a step, bump or tower.
    pub height: Option<Rational>,
    /// `output` of a staircase.
    pub output: Option<OutputUnit>,
    /// `ghosts` of a staircase: steps outside the domain, on each side.
    pub ghosts: Option<usize>,
    /// `knots` of an interpolant.
    pub knots: Option<Knots>,
    /// `box` of a tower: one side for each input.
    pub sides_of_box: Option<Vec<(Rational, Rational)>>,
    /// `overlap` of towers: the number of shifted families.
    pub overlap: Option<usize>,
    /// `grid` of towers and quadrants.
    pub grid: Option<Division>,
    /// `vertices` of a polygon.
    pub vertices: Option<Vec<Vertex>>,
    /// `vertices` of several polygons.
    pub polygons: Option<Vec<Vec<Vertex>>>,
    /// `hidden_layers` of polygons and disks: 1 leaves the decision to the threshold.
    pub hidden_layers: Option<usize>,
    /// `sides` of a disk.
    pub sides: Option<usize>,
    /// `fit` of a disk.
    pub fit: Option<Fit>,
    /// `centre` of a disk.
    pub centre: Option<Vertex>,
    /// `radius` of a disk.
    pub radius: Option<Rational>,
    /// `radius_squared` of a disk.
    pub radius_squared: Option<Rational>,
    /// `rotation` of a disk, in turns.
    pub rotation: Option<Rational>,
    /// `degree` of a polynomial.
    pub degree: Option<usize>,
    /// `profile` of a ridge network.
    pub profile: Option<Profile>,
    /// `step` of the differences of smooth monomials.
    pub step: Option<Rational>,
    /// `folds` of a sawtooth.
    pub folds: Option<usize>,
    /// `of`: what a sawtooth computes.
    pub of: Option<Sawtooth>,
    /// `widths` of the hidden layers of a folding network.
    pub widths: Option<Vec<usize>>,
    /// `rank` of maxout units.
    pub rank: Option<usize>,
}

impl Parameters {
    /// Returns every number that is no count, with its key.
    pub fn numbers(&self) -> impl Iterator<Item = (&'static str, &Rational)> {
        let single = [
            ("steepness", &self.steepness),
            ("second_steepness", &self.second_steepness),
            ("at", &self.at),
            ("from", &self.from),
            ("to", &self.to),
            ("height", &self.height),
            ("radius", &self.radius),
            ("radius_squared", &self.radius_squared),
            ("rotation", &self.rotation),
            ("step", &self.step),
        ];
        let single = single.into_iter();
        let single = single.filter_map(|(key, value)| Some((key, value.as_ref()?)));
        let direction = self.direction.iter().flatten();
        let sides = self.sides_of_box.iter().flatten();
        let centre = self.centre.iter();
        let points = self.vertices.iter().flatten();
        let points = points.chain(self.polygons.iter().flatten().flatten());
        let pair = |key| move |(a, b)| [(key, a), (key, b)];
        single
            .chain(direction.map(|value| ("direction", value)))
            .chain(sides.map(|(a, b)| (a, b)).flat_map(pair("box")))
            .chain(centre.map(|(a, b)| (a, b)).flat_map(pair("centre")))
            .chain(points.map(|(a, b)| (a, b)).flat_map(pair("vertices")))
    }

    /// Returns the keys that are present, in the order of [`KEYS`].
    pub fn present(&self) -> Vec<&'static str> {
        let is_present = [
            self.units.is_some(),
            self.cells.is_some(),
            self.steepness.is_some(),
            self.second_steepness.is_some(),
            self.direction.is_some(),
            self.at.is_some(),
            self.from.is_some(),
            self.to.is_some(),
            self.height.is_some(),
            self.output.is_some(),
            self.ghosts.is_some(),
            self.knots.is_some(),
            self.sides_of_box.is_some(),
            self.overlap.is_some(),
            self.grid.is_some(),
            self.vertices.is_some() || self.polygons.is_some(),
            self.hidden_layers.is_some(),
            self.sides.is_some(),
            self.fit.is_some(),
            self.centre.is_some(),
            self.radius.is_some(),
            self.radius_squared.is_some(),
            self.rotation.is_some(),
            self.degree.is_some(),
            self.profile.is_some(),
            self.step.is_some(),
            self.folds.is_some(),
            self.of.is_some(),
            self.widths.is_some(),
            self.rank.is_some(),
        ];
        let present = KEYS.iter().zip(is_present).filter(|(_, present)| *present);
        present.map(|(key, _)| *key).collect()
    }
}

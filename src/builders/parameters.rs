//! What a user says about the network to build.

use std::fmt;

use crate::numbers::Rational;

/// A builder by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BuilderName {
    /// Stairs in one variable.
    Staircase,
    /// Exact piecewise-linear interpolation in one variable.
    Interpolant,
    /// The indicator of one box.
    Tower,
    /// A grid of towers.
    Towers,
    /// A grid of corner steps.
    Quadrants,
    /// The indicator of a convex polygon.
    Polygon,
    /// An n-gon for a disk.
    Disk,
}

impl BuilderName {
    /// Every builder, in the order of the catalogue.
    pub const ALL: [Self; 7] = [
        Self::Staircase,
        Self::Interpolant,
        Self::Tower,
        Self::Towers,
        Self::Quadrants,
        Self::Polygon,
        Self::Disk,
    ];

    /// The name in specs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Staircase => "staircase",
            Self::Interpolant => "interpolant",
            Self::Tower => "tower",
            Self::Towers => "towers",
            Self::Quadrants => "quadrants",
            Self::Polygon => "polygon",
            Self::Disk => "disk",
        }
    }

    /// Finds a builder by name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|builder| builder.name() == name)
    }
}

impl fmt::Display for BuilderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How an n-gon approximates a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fit {
    /// Vertices on the circle.
    #[default]
    Inscribed,
    /// Sides touch the circle.
    Circumscribed,
    /// The least misclassified area.
    Balanced,
}

impl Fit {
    /// Every fit.
    pub const ALL: [Self; 3] = [Self::Inscribed, Self::Circumscribed, Self::Balanced];

    /// The name in specs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inscribed => "inscribed",
            Self::Circumscribed => "circumscribed",
            Self::Balanced => "balanced",
        }
    }

    /// Finds a fit by name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fit| fit.name() == name)
    }
}

/// What the units of a built network compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Units {
    /// Steps.
    Heaviside,
    /// Steep sigmoids.
    Sigmoid,
    /// Steep hyperbolic tangents.
    Tanh,
    /// Rectified linear units.
    Relu,
}

impl Units {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Heaviside, Self::Sigmoid, Self::Tanh, Self::Relu];

    /// The name in specs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Heaviside => "heaviside",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
        }
    }

    /// Finds a kind by name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|units| units.name() == name)
    }
}

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
    /// `box` of a tower: one side for each input.
    pub sides_of_box: Option<Vec<(Rational, Rational)>>,
    /// `height` of a tower.
    pub height: Option<Rational>,
    /// `vertices` of a polygon.
    pub vertices: Option<Vec<(Rational, Rational)>>,
    /// `hidden_layers` of polygons and disks: 1 leaves the decision to the threshold.
    pub hidden_layers: Option<usize>,
    /// `sides` of a disk.
    pub sides: Option<usize>,
    /// `fit` of a disk.
    pub fit: Option<Fit>,
    /// `centre` of a disk.
    pub centre: Option<(Rational, Rational)>,
    /// `radius` of a disk.
    pub radius: Option<Rational>,
    /// `radius_squared` of a disk.
    pub radius_squared: Option<Rational>,
    /// `rotation` of a disk, in turns.
    pub rotation: Option<Rational>,
    /// `ghosts` of a staircase: steps outside the domain, on each side.
    pub ghosts: Option<usize>,
}

impl Parameters {
    /// Returns the keys that are present, in the order of the fields.
    pub fn present(&self) -> Vec<&'static str> {
        let keys = [
            ("activation", self.units.is_some()),
            ("cells", self.cells.is_some()),
            ("steepness", self.steepness.is_some()),
            ("second_steepness", self.second_steepness.is_some()),
            ("box", self.sides_of_box.is_some()),
            ("height", self.height.is_some()),
            ("vertices", self.vertices.is_some()),
            ("hidden_layers", self.hidden_layers.is_some()),
            ("sides", self.sides.is_some()),
            ("fit", self.fit.is_some()),
            ("centre", self.centre.is_some()),
            ("radius", self.radius.is_some()),
            ("radius_squared", self.radius_squared.is_some()),
            ("rotation", self.rotation.is_some()),
            ("ghosts", self.ghosts.is_some()),
        ];
        let present = keys.into_iter().filter(|(_, present)| *present);
        present.map(|(key, _)| key).collect()
    }
}

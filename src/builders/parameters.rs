//! What a user says about the network to build.

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

/// The keys of `[network]`. What is absent is chosen by the builder's default rule.
#[derive(Clone, Debug, Default, PartialEq)]
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

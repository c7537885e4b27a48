//! The forms of the values of keys, and the source they are read from.

use super::parameters::{Steepness as Slope, Vertex};
use crate::numbers::Rational;

/// The form of the value of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One of these names.
    Name(&'static [&'static str]),
    /// A whole number of at least 0.
    Count,
    /// A list of whole numbers of at least 0; one number stands for a list of one.
    Counts,
    /// A number.
    Number,
    /// A number greater than 0.
    Positive,
    /// A number greater than 0, or such a number per cell: `4/cell`.
    Steepness,
    /// A list of numbers; one number stands for a list of one.
    Numbers,
    /// A point of the plane: two numbers.
    Point,
    /// A list of points, several of them, or the text [`FROM_TARGET`].
    Vertices,
    /// A side, two numbers, for each input by its name.
    Sides,
}

/// The source of values, such as a table of a spec. A missing key is not an error.
pub trait Source {
    /// The error for a wrong value.
    type Error;

    /// Reads one of these names, and returns its place among them.
    ///
    /// - Errors: the value is not one of the names.
    fn name(&self, key: &'static str, names: &[&str]) -> Result<Option<usize>, Self::Error>;

    /// Reads a whole number of at least 0.
    ///
    /// - Errors: the value has another form.
    fn count(&self, key: &'static str) -> Result<Option<usize>, Self::Error>;

    /// Reads a list of whole numbers, or one.
    ///
    /// - Errors: the value has another form.
    fn counts(&self, key: &'static str) -> Result<Option<Vec<usize>>, Self::Error>;

    /// Reads a number.
    ///
    /// - Errors: the value has another form.
    fn number(&self, key: &'static str) -> Result<Option<Rational>, Self::Error>;

    /// Reads a number greater than 0.
    ///
    /// - Errors: the value has another form.
    fn positive(&self, key: &'static str) -> Result<Option<Rational>, Self::Error>;

    /// Reads a number greater than 0, or such a number per cell, as in `4/cell`.
    ///
    /// - Errors: the value has another form.
    fn steepness(&self, key: &'static str) -> Result<Option<Slope>, Self::Error>;

    /// Reads a list of numbers, or one.
    ///
    /// - Errors: the value has another form.
    fn numbers(&self, key: &'static str) -> Result<Option<Vec<Rational>>, Self::Error>;

    /// Reads a point of the plane.
    ///
    /// - Errors: the value has another form.
    fn point(&self, key: &'static str) -> Result<Option<Vertex>, Self::Error>;

    /// Reads a list of points, several, or the text [`FROM_TARGET`].
    ///
    /// - Errors: the value has another form.
    fn outlines(&self, key: &'static str) -> Result<Option<Outlines>, Self::Error>;

    /// Reads a side for each input, in the order of the inputs.
    ///
    /// - Errors: the value has another form.
    fn sides(&self, key: &'static str) -> Result<Option<Vec<(Rational, Rational)>>, Self::Error>;
}

/// The text that stands for vertices found from the target.
pub const FROM_TARGET: &str = "from target";

/// The vertices of one polygon or of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlines {
    /// The vertices of a polygon, in order around it.
    One(Vec<Vertex>),
    /// The vertices of several polygons.
    Several(Vec<Vec<Vertex>>),
    /// They are found from the region that is the target.
    FromTarget,
}

/// A shape of values as a type, for the table of keys.
pub(super) trait Kind {
    /// The type of such a value.
    type Value;
    /// The shape.
    const SHAPE: Shape;

    /// Reads the value of a key.
    fn read<S: Source>(source: &S, key: &'static str) -> Result<Option<Self::Value>, S::Error>;

    /// Returns the numbers in a value that are not counts.
    fn numbers(_value: &Self::Value) -> Vec<&Rational> {
        Vec::new()
    }
}

/// Makes a kind from its shape, the method of [`Source`] that reads it, and its numbers.
macro_rules! kind {
    ($kind:ident: $value:ty, $read:ident, $numbers:expr) => {
        #[doc = concat!("[`Shape::", stringify!($kind), "`].")]
        pub(super) enum $kind {}

        impl Kind for $kind {
            type Value = $value;
            const SHAPE: Shape = Shape::$kind;

            fn read<S: Source>(source: &S, key: &'static str) -> Result<Option<$value>, S::Error> {
                source.$read(key)
            }

            fn numbers(value: &$value) -> Vec<&Rational> {
                let numbers: fn(&$value) -> Vec<&Rational> = $numbers;
                numbers(value)
            }
        }
    };
}

kind!(Count: usize, count, |_| Vec::new());
kind!(Counts: Vec<usize>, counts, |_| Vec::new());
kind!(Number: Rational, number, |value| vec![value]);
kind!(Positive: Rational, positive, |value| vec![value]);
kind!(Steepness: Slope, steepness, |value| vec![value.number()]);
kind!(Numbers: Vec<Rational>, numbers, |values| values.iter().collect());
kind!(Point: Vertex, point, |(x, y)| vec![x, y]);
kind!(Sides: Vec<(Rational, Rational)>, sides, |sides| {
    sides.iter().flat_map(|(low, high)| [low, high]).collect()
});
kind!(Vertices: Outlines, outlines, |outlines| {
    let lists = match outlines {
        Outlines::One(list) => std::slice::from_ref(list),
        Outlines::Several(lists) => lists,
        Outlines::FromTarget => &[],
    };
    let points = lists.iter().flatten();
    points.flat_map(|(x, y)| [x, y]).collect()
});

//! Pictures of what was proved, as SVG text, or as pixels by [`png()`].
//!
//! A picture takes plain numbers (samples, and enclosures already rounded outward) and knows
//! nothing of networks or provers. Equal input gives equal bytes on every machine: only IEEE
//! `+ - * / sqrt` are used, and coordinates are rounded to hundredths of a pixel.
//!
//! `axes` finds round ticks, `palette` holds colours whose order survives a grey printer,
//! `canvas` holds shapes and texts,
//! `page` is the sheet with title, legend and caption, `plane` a frame with two axes. On
//! these stand the kinds: [`CurvePicture`], [`SurfacePicture`], [`ErrorPicture`],
//! [`HalfplanesPicture`], [`PartitionPicture`] and [`RegionsPicture`]. Non-finite values are left out, and empty data
//! gives an empty frame: a picture never fails.
//!
//! ```
//! use steeple::draw::{Bound, CurvePicture};
//! let line = |f: fn(f64) -> f64| vec![(0..=8).map(|i| (f64::from(i) / 8.0, f(f64::from(i) / 8.0))).collect()];
//! let picture = CurvePicture {
//!     title: "x² and its first step".into(),
//!     target: line(|x| x * x),
//!     network: line(|x| x),
//!     error: line(|x| x - x * x),
//!     error_upper: Some(Bound::new(0.25)),
//!     ..CurvePicture::default()
//! };
//! assert!(picture.render().contains("+0.25"));
//! ```

// Pixels are estimates: no proof depends on a cast or a float here.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

mod animation;
pub(crate) mod axes;
pub(crate) mod canvas;
mod cells;
pub(crate) mod chain;
pub(crate) mod page;
pub(crate) mod palette;
pub(crate) mod plane;

mod camera;
mod curve;
mod diagram;
mod error;
mod facets;
mod flat;
mod halfplanes;
mod labels;
mod log_plot;
mod maps;
mod partition;
mod pins;
#[cfg(feature = "png")]
mod pixels;
mod png;
mod points;
mod regions;
mod ridges;
mod scene;
mod solid;
mod stack;
mod surface;
mod theme;
mod warp;

pub use animation::animated;
pub use axes::Bound;
pub(crate) use axes::decimal;
pub use curve::{CurvePicture, CurveWitness};
pub use diagram::{DiagramLayer, DiagramPicture, DiagramWeight};
pub use error::{ErrorCell, ErrorPicture};
pub use flat::FacetsPicture;
pub use halfplanes::{Class, ClassCell, HalfPlane, HalfplanesPicture};
pub use log_plot::{LogPlot, Series};
pub use maps::{Maps, MapsPicture};
pub use partition::{PartitionCell, PartitionColour, PartitionPicture};
pub use pins::{Pins, SurfacePoint};
pub use plane::Rect;
pub use png::{PngError, png};
pub use points::{DataPoint, DataPoints, Mark};
pub use regions::{RegionArea, RegionsPicture};
pub use ridges::{Ridge, RidgesPicture};
pub use solid::{FacetLine, FacetSide, Facets};
pub use stack::{Part, StackPicture};
pub use surface::{Surface, SurfacePicture, SurfaceWitness};
pub use theme::{Background, Theme, themed};
pub use warp::{SplitCell, WarpPanel, WarpPicture};

#[cfg(test)]
mod tests;

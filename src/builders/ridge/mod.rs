//! One hidden layer in several inputs: sums of functions of one direction.
//!
//! A polynomial is a sum of polynomials in single directions ([`directions`]); each of these is a
//! function of one variable, and one hidden layer is enough for it ([`profile`]). Any
//! other function is first approximated by a polynomial ([`chebyshev`]), and the distance is bounded
//! ([`distance`]). [`network`] puts them together; [`best`] places the knots
//! such that the fewest units are enough.

pub mod best;
pub mod chebyshev;
pub mod directions;
pub mod distance;
pub mod network;
pub mod profile;

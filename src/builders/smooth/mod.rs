//! One hidden layer of smooth units that uses their curvature: circles and powers.

pub mod circles;
pub mod monomials;

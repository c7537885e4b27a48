//! One hidden layer of smooth units whose curvature does the work: circles and powers.

pub mod circles;
pub mod monomials;

//! Claims about float arithmetic: how they are asked for, what they assume, and how that is said.
//!
//! ```text
//! spec, flags -> Arithmetic -> Semantics (certificate) -> words (verdict, report, JSON)
//!                   |
//!                presets: how far activations may be off
//! ```
//!
//! What the words mean is T40 in `proofs/theorems`; the kernel proves. This room only reads and tells.

mod arithmetic;
mod presets;

pub use arithmetic::{Activations, Arithmetic, Key, Numbers, allowance, summation};
pub use presets::{PRESETS, Preset, weakest};

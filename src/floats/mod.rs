//! Claims about float arithmetic: how they are asked for, what they assume, and how that is said.
//!
//! ```text
//! spec, flags -> Arithmetic -> Semantics (certificate) -> fits? -> search, check -> Told (words)
//!                   |
//!                PRESETS: how far activations may be off
//! ```
//!
//! What the words mean is T40 in `proofs/theorems`; the kernel proves. This room only reads and tells,
//! rounds networks to floats ([`to_floats()`]), and estimates what rounding costs ([`radius_estimate()`]).

mod arithmetic;
mod fit;
mod points;
mod presets;
mod radius;
mod to_floats;
mod told;

pub use arithmetic::{Activations, Arithmetic, Key, Numbers, allowance, summation};
pub use fit::{NotFloat, Place, fits};
pub use points::{admitted, greatest_below, least_above, of_side};
pub use presets::{PRESETS, Preset, weakest};
pub use radius::{RadiusEstimate, radius_estimate};
pub use to_floats::{NumberPlace, RoundedWeights, ToFloatsError, nearest_float, to_floats};
pub use told::{Told, allowance as allowance_text, is_exact};

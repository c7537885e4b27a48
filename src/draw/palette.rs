//! Colours that colour-blind readers and grey printers can distinguish.
//!
//! Each fixed colour has a dark counterpart in [`super::theme`]; scales stay as they are.
//! Every scheme is ordered by lightness. Unknown places are hatched as well as coloured.

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Returns the colour at the fraction `t` of the way to `other`.
    pub fn mix(self, other: Rgb, t: f64) -> Rgb {
        let t = if t.is_finite() {
            t.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let one =
            |a: u8, b: u8| (f64::from(a) + t * (f64::from(b) - f64::from(a)) + 0.5).floor() as u8;
        Rgb(
            one(self.0, other.0),
            one(self.1, other.1),
            one(self.2, other.2),
        )
    }

    /// Perceived lightness, 0 to 255.
    #[cfg(test)]
    pub fn grey(self) -> f64 {
        0.2126 * f64::from(self.0) + 0.7152 * f64::from(self.1) + 0.0722 * f64::from(self.2)
    }
}

pub(crate) const INK: &str = "#1b1b1f";
pub(crate) const SOFT: &str = "#6a6a72";
pub(crate) const GRID: &str = "#dedee3";
pub(crate) const PAPER: &str = "#ffffff";
/// Lines over areas whose colours are light in every theme.
pub(crate) const OVER_FILLS: &str = "#232b36";
/// Floor and walls of the box around a surface, and their edges.
pub(crate) const BOX_SIDES: [&str; 3] = ["#f1f1f4", "#f8f8fa", "#fbfbfc"];
pub(crate) const BOX_EDGE: &str = "#b9b9c2";
/// Mesh lines across a smooth surface.
pub(crate) const MESH_LINE: &str = "#3d4756";
/// Colours of curves side by side; with dashes, see [`series`].
const SERIES: [&str; 6] = [NETWORK, UNIT, TEAL, WITNESS, VIOLET, GREY];
pub(crate) const TEAL: &str = "#1f7a68";
pub(crate) const VIOLET: &str = "#6b3f8a";
pub(crate) const GREY: &str = "#6b6f7a";
const DASHES: [&str; 4] = ["", "7 3", "2 3", "10 3 2 3"];
/// The grid of a plane that is bent: inside the region, outside of it, and without a region.
pub(crate) const BENT_INSIDE: &str = "#86b8dc";
pub(crate) const BENT_OUTSIDE: &str = "#f6e3c2";
pub(crate) const BENT: &str = "#e6e6ea";
/// Lines of theory, and what is only a guide to the eye.
pub(crate) const THEORY: &str = "#8c8c96";

/// The target is a broad light line, the network a thin dark one, so that both show.
pub(crate) const TARGET: &str = "#f0a030";
pub(crate) const NETWORK: &str = "#0b4a80";
pub(crate) const BAND: &str = "#d5e4f0";
/// Lines of hidden units.
pub(crate) const UNIT: &str = "#b86f0c";
pub(crate) const WITNESS: &str = "#b3001e";

pub(crate) const AGREE_INSIDE: &str = "#bdd7ec";
pub(crate) const AGREE_OUTSIDE: &str = "#f7f6f1";
/// The network decides inside, the target is outside.
pub(crate) const FALSE_INSIDE: &str = "#d9601a";
/// The network decides outside, the target is inside.
pub(crate) const FALSE_OUTSIDE: &str = "#571845";

/// Fill of undecided places; [`crate::draw::page`] defines the pattern.
pub(crate) const HATCH: &str = "url(#steeple-hatch)";
pub(crate) const HATCH_PAPER: &str = "#ffe27a";
pub(crate) const HATCH_LINE: &str = "#8a2b00";

/// Colours for names without an order, still different in lightness.
pub(crate) const KINDS: [Rgb; 7] = [
    Rgb(0xd9, 0xe8, 0xf5),
    Rgb(0xf2, 0xc0, 0x7e),
    Rgb(0x86, 0xb8, 0xc8),
    Rgb(0xc8, 0x84, 0x72),
    Rgb(0x4a, 0x7f, 0x8f),
    Rgb(0x5c, 0x3d, 0x6e),
    Rgb(0x36, 0x2a, 0x30),
];

/// Colour and dash of a curve among others: 24 pairs, and neighbours differ in both.
pub(crate) fn series(number: usize) -> (&'static str, &'static str) {
    let round = number / SERIES.len();
    let dash = DASHES[(number + round) % DASHES.len()];
    (SERIES[number % SERIES.len()], dash)
}

/// From pale (small) to dark (large).
pub(crate) fn sequential(t: f64) -> Rgb {
    blend(
        &[
            Rgb(0xff, 0xfd, 0xe0),
            Rgb(0xe4, 0xf3, 0xc0),
            Rgb(0xb5, 0xe0, 0xbd),
            Rgb(0x7a, 0xc8, 0xc0),
            Rgb(0x41, 0xa6, 0xc2),
            Rgb(0x28, 0x7c, 0xb5),
            Rgb(0x25, 0x53, 0x98),
            Rgb(0x1e, 0x30, 0x74),
            Rgb(0x0a, 0x17, 0x45),
        ],
        t,
    )
}

/// From orange (-1) through near white to violet (+1); the violet end is the darker one.
pub(crate) fn diverging(t: f64) -> Rgb {
    blend(
        &[
            Rgb(0xb8, 0x5c, 0x0a),
            Rgb(0xe8, 0x9a, 0x3c),
            Rgb(0xfb, 0xcf, 0x90),
            Rgb(0xf7, 0xf5, 0xf2),
            Rgb(0xb9, 0xb2, 0xd8),
            Rgb(0x72, 0x60, 0xa8),
            Rgb(0x2d, 0x0a, 0x4e),
        ],
        t.midpoint(1.0),
    )
}

/// Colours of a height, light enough for shading to show the shape.
pub(crate) fn height(t: f64) -> Rgb {
    blend(
        &[
            Rgb(0x6f, 0x9c, 0xc6),
            Rgb(0x9b, 0xc4, 0xdb),
            Rgb(0xcf, 0xe3, 0xdc),
            Rgb(0xf3, 0xea, 0xc4),
            Rgb(0xfa, 0xdb, 0x90),
        ],
        t,
    )
}

fn blend(stops: &[Rgb], t: f64) -> Rgb {
    let t = if t.is_finite() {
        t.clamp(0.0, 1.0)
    } else {
        0.0
    };
    let place = t * (stops.len() - 1) as f64;
    let i = (place.floor() as usize).min(stops.len() - 2);
    stops[i].mix(stops[i + 1], place - i as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_survives_grey() {
        let greys: Vec<f64> = (0..=32)
            .map(|i| sequential(f64::from(i) / 32.0).grey())
            .collect();
        assert!(greys.windows(2).all(|w| w[0] > w[1] + 1.0), "{greys:?}");
        let kinds: Vec<f64> = KINDS.iter().map(|c| c.grey()).collect();
        assert!(kinds.windows(2).all(|w| w[0] > w[1] + 15.0), "{kinds:?}");
        assert!(diverging(-1.0).grey() > diverging(1.0).grey() + 50.0);
    }

    #[test]
    fn no_two_of_24_curves_look_alike() {
        let all: Vec<_> = (0..24).map(series).collect();
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one), "{i}");
            if let Some(next) = all.get(i + 1) {
                assert!(one.0 != next.0 && one.1 != next.1, "{i}");
            }
        }
    }

    #[test]
    fn odd_shares_are_colours() {
        assert_eq!(sequential(f64::NAN), sequential(0.0));
        assert_eq!(sequential(9.0), sequential(1.0));
        assert_eq!(Rgb(0, 16, 255).hex(), "#0010ff");
    }
}

//! Drawing an SVG document in pixels.
//!
//! The letters are bundled and no font of the machine is looked at. Pixels are computed on the
//! processor, so equal pictures are equal bytes.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use super::PngError;

/// Pixels for each unit of the SVG document, in each direction.
const SCALE: f32 = 2.0;

/// Regular, bold and oblique, cut down to the characters of pictures.
const FONTS: [&[u8]; 3] = [
    include_bytes!("fonts/regular.ttf"),
    include_bytes!("fonts/bold.ttf"),
    include_bytes!("fonts/oblique.ttf"),
];

/// The name that the fonts have.
const FAMILY: &str = "DejaVu Sans";

fn fonts() -> Arc<Database> {
    static LOADED: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        for font in FONTS {
            fonts.load_font_data(font.to_vec());
        }
        fonts.set_sans_serif_family(FAMILY);
        Arc::new(fonts)
    };
    Arc::clone(LOADED.get_or_init(load))
}

/// Returns an SVG document as a PNG file.
pub fn png(svg: &str) -> Result<Vec<u8>, PngError> {
    let options = Options {
        font_family: FAMILY.into(),
        fontdb: fonts(),
        ..Options::default()
    };
    let other = |error: &dyn std::fmt::Display| PngError::Document(error.to_string());
    let tree = Tree::from_str(svg, &options).map_err(|error| other(&error))?;
    let pixels = |length: f32| (length * SCALE).ceil() as u32;
    let (width, height) = (pixels(tree.size().width()), pixels(tree.size().height()));
    let mut pixmap = Pixmap::new(width, height).ok_or(PngError::Size { width, height })?;
    let scale = Transform::from_scale(SCALE, SCALE);
    resvg::render(&tree, scale, &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| other(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that a picture may have is in each of the fonts.
    #[test]
    fn letters_leave_ink_and_the_same_each_time() {
        let text = |text: &str, style: &str| {
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"40\">\
                 <text x=\"5\" y=\"30\" font-size=\"20\" font-family=\"Helvetica, DejaVu Sans\" {style}>{text}</text></svg>"
            );
            png(&svg).expect("a picture")
        };
        for style in ["", "font-weight=\"bold\"", "font-style=\"italic\""] {
            let empty = text(" ", style);
            for letter in [
                "x", "9", "²", "⁻", "≤", "−", "–", "π", "∞", "σ", "·", "×", "|", "₁",
            ] {
                let picture = text(letter, style);
                assert_ne!(picture, empty, "{letter} {style}");
                assert_eq!(picture, text(letter, style));
            }
        }
        assert_ne!(text("x", ""), text("x", "font-weight=\"bold\""));
        assert_ne!(text("x", ""), text("x", "font-style=\"italic\""));
        assert!(png("no picture").is_err());
    }
}

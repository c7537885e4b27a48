//! Pictures in files: SVG or PNG, by the ending of the name.

use std::io::Write;
use std::path::Path;

use super::Refusal;
use super::look::Look;
use crate::draw::{PngError, png};
use crate::workflow::write_beside;

fn ending(path: &Path) -> Option<&str> {
    path.extension().and_then(|ending| ending.to_str())
}

/// Is a picture of this name written as pixels?
pub fn is_png(path: &Path) -> bool {
    ending(path) == Some("png")
}

/// Refuses files that are no pictures, before anything is drawn.
pub fn is_one(path: &Path) -> Result<(), Refusal> {
    match ending(path) {
        Some("png") if !cfg!(feature = "png") => Err(Refusal::in_file(path, PngError::LeftOut)),
        Some("svg" | "png") => Ok(()),
        _ => Err(Refusal::in_file(
            path,
            "pictures are written as .svg or .png, by the ending of the name",
        )),
    }
}

/// Writes a picture; returns how many bytes the file has.
pub fn write(path: &Path, svg: &str, look: Look) -> Result<usize, Refusal> {
    let svg = look.of(svg, path);
    let bytes = if is_png(path) {
        png(&svg).map_err(|error| Refusal::in_file(path, error))?
    } else {
        svg.into_bytes()
    };
    write_beside(path, |out: &mut dyn Write| out.write_all(&bytes))
        .map_err(|error| Refusal::in_file(path, error))?;
    Ok(bytes.len())
}

//! Pictures in files: SVG or PNG, by the ending of the name.

use std::io::Write;
use std::path::Path;

use super::Refusal;
use crate::draw::{PngError, png};
use crate::workflow::write_beside;

fn ending(path: &Path) -> Option<&str> {
    path.extension().and_then(|ending| ending.to_str())
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
pub fn write(path: &Path, svg: &str) -> Result<usize, Refusal> {
    let bytes = match ending(path) {
        Some("png") => png(svg).map_err(|error| Refusal::in_file(path, error))?,
        _ => svg.as_bytes().to_vec(),
    };
    write_beside(path, |out: &mut dyn Write| out.write_all(&bytes))
        .map_err(|error| Refusal::in_file(path, error))?;
    Ok(bytes.len())
}

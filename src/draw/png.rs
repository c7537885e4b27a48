//! Pictures as PNG files.

/// Why a picture cannot be a PNG file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PngError {
    /// The crate was built without the feature `png`.
    #[error(
        "PNG pictures were left out when this was built: write .svg, or build with the feature `png`"
    )]
    LeftOut,
    /// The picture has too many pixels.
    #[error("a picture of {width} by {height} pixels is too large")]
    Size {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
    },
    /// This is not an SVG document.
    #[error("{0}")]
    Document(String),
}

/// Returns a picture as a PNG file with two pixels for each unit of the SVG document.
///
/// The letters come with the crate; the fonts of the machine play no part, so equal pictures are equal bytes.
///
/// - Errors: [`PngError`]; without the feature `png` always [`PngError::LeftOut`].
///
/// ```
/// # #[cfg(feature = "png")] {
/// use steeple::draw::{CurvePicture, png};
/// let bytes = png(&CurvePicture::default().render())?;
/// assert_eq!(&bytes[1..4], b"PNG");
/// # }
/// # Ok::<(), steeple::draw::PngError>(())
/// ```
pub fn png(svg: &str) -> Result<Vec<u8>, PngError> {
    #[cfg(feature = "png")]
    return super::pixels::png(svg);
    #[cfg(not(feature = "png"))]
    {
        let _ = svg;
        Err(PngError::LeftOut)
    }
}

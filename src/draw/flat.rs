//! A piecewise linear surface: every cell a flat facet.

use super::axes::range;
use super::page::{MARGIN, Page, WIDTH};
use super::scene::Scene;
use super::solid::Facets;

/// The graph of a piecewise linear function over a rectangle.
#[derive(Clone, Debug, Default)]
pub struct FacetsPicture {
    /// Heading.
    pub title: String,
    /// A caption about the counts.
    pub caption: String,
    /// Names of the two inputs and of the value.
    pub labels: [String; 3],
    /// The rectangle: ends of the first and the second input.
    pub domain: [(f64, f64); 2],
    /// The facets over the rectangle.
    pub facets: Facets,
    /// The direction towards the viewer; the usual one when zero.
    pub toward: [f64; 3],
}

impl FacetsPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let mut page = Page::new(&self.title, &self.caption, &[]);
        let (lo, hi) = range(self.facets.cells.iter().flatten().map(|p| p[2]));
        let place = (
            MARGIN + 56.0,
            page.top + 24.0,
            WIDTH - 2.0 * MARGIN - 96.0,
            470.0,
        );
        let [(x0, x1), (y0, y1)] = self.domain;
        let scene = Scene::new((&[x0, x1], &[y0, y1]), (lo, hi), self.toward, place);
        scene.draw_box(&mut page.canvas);
        self.facets
            .draw(&scene, &mut page.canvas, self.domain, None);
        scene.draw_axes(&mut page.canvas, self.labels.each_ref().map(String::as_str));
        page.finish(scene.camera.bottom + 46.0)
    }
}

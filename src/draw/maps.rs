//! Maps of several networks side by side, with one legend.

use super::error::ErrorPicture;
use super::halfplanes::HalfplanesPicture;
use super::page::{Face, MARGIN, Page, Shape, Swatch, WIDTH, WITNESS_NAME, text_width};
use super::plane::{Plane, Rect};
use super::points::{DataPoints, Mark};

/// The content of the maps.
#[derive(Clone, Debug)]
pub enum Maps {
    /// The decision of each network, compared with the region.
    Decisions(Vec<HalfplanesPicture>),
    /// Each network's error: with one range of colours where the errors are alike, else each with its own,
    /// so that no map is blank.
    Errors(Vec<ErrorPicture>),
}

/// Points that are drawn on all maps together.
const POINTS: usize = 6000;
/// Errors share a range of colours where the largest is at most so many times the smallest.
const ALIKE: f64 = 4.0;

impl Maps {
    /// Do all error maps share one range of colours?
    pub fn share_colours(&self) -> bool {
        let Self::Errors(all) = self else {
            return false;
        };
        let sizes = || all.iter().map(|map| map.scale().1);
        let largest = sizes().fold(0.0, f64::max);
        let smallest = sizes().fold(f64::INFINITY, f64::min);
        largest <= ALIKE * smallest
    }
}

/// Several maps of one domain; the titles of the single pictures stand above the maps.
#[derive(Clone, Debug)]
pub struct MapsPicture {
    /// Heading.
    pub title: String,
    /// A caption.
    pub caption: String,
    /// The maps.
    pub maps: Maps,
}

impl MapsPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let (count, legend) = match &self.maps {
            Maps::Decisions(all) => (
                all.len(),
                all.iter()
                    .map(HalfplanesPicture::legend)
                    .max_by_key(Vec::len),
            ),
            Maps::Errors(all) => (
                all.len(),
                all.iter().map(ErrorPicture::legend).max_by_key(Vec::len),
            ),
        };
        // Witnesses are marked on single maps only.
        let mut legend = legend.unwrap_or_default();
        legend.retain(|(_, name)| name != WITNESS_NAME);
        let most_points = (POINTS / count.max(1)).max(200);
        legend.extend(self.points_legend(most_points));
        let mut page = Page::new(&self.title, &self.caption, &legend);
        let columns = if count > 4 { 3 } else { 2.min(count.max(1)) };
        let bar = if matches!(self.maps, Maps::Errors(_)) {
            96.0
        } else {
            0.0
        };
        let step = (WIDTH - 2.0 * MARGIN - bar) / columns as f64;
        let domain = match &self.maps {
            Maps::Decisions(all) => all.first().map(|map| map.domain),
            Maps::Errors(all) => all.first().map(|map| map.domain),
        };
        let domain = domain
            .filter(Rect::is_drawable)
            .unwrap_or(Rect::new(0.0, 1.0, 0.0, 1.0));
        let ratio = ((domain.y1 - domain.y0) / (domain.x1 - domain.x0)).clamp(0.25, 1.5);
        let ratio = if ratio.is_finite() { ratio } else { 1.0 };
        let (room, below) = (54.0, 30.0);
        let (wide, high) = (step - room, (step - room) * ratio);
        let shared = match &self.maps {
            Maps::Errors(all) if self.maps.share_colours() => {
                let ends = all.iter().map(ErrorPicture::scale);
                ends.reduce(|(lo, hi), (a, b)| (lo.min(a), hi.max(b)))
            }
            _ => None,
        };
        let mut bottom = page.top;
        for i in 0..count {
            let (row, column) = (i / columns, i % columns);
            let left = MARGIN + room * 0.8 + step * column as f64;
            let top = page.top + 22.0 + (high + below + 30.0) * row as f64;
            let plane = Plane::new(
                (domain.x0, domain.x1),
                (domain.y0, domain.y1),
                left,
                top,
                (wide, high),
            );
            let name = match &self.maps {
                Maps::Decisions(all) => {
                    all[i].draw_map(&mut page.canvas, &plane, most_points);
                    &all[i].title
                }
                Maps::Errors(all) => {
                    let own = all[i].scale();
                    all[i].draw_map(&mut page.canvas, &plane, shared.unwrap_or(own));
                    all[i].draw_points(&mut page.canvas, &plane, most_points);
                    if i + 1 == columns.min(count) {
                        let bar = shared.unwrap_or((0.0, 1.0));
                        all[i].draw_colours(&mut page.canvas, &plane, bar);
                    }
                    &all[i].title
                }
            };
            plane.draw_axes(&mut page.canvas, None, "");
            plane.draw_x_axis(&mut page.canvas, Some(""));
            let fitted = (wide + room * 0.6) / text_width(name, 1.0).max(1.0);
            let face = Face {
                shape: Shape::Bold,
                size: fitted.clamp(8.0, Face::TICK.size),
                ..Face::TICK
            };
            page.canvas.text((left + wide / 2.0, top - 7.0), name, face);
            bottom = bottom.max(plane.bottom() + below);
        }
        page.finish(bottom)
    }

    /// The points are the same on all maps; which of them stand out is not.
    fn points_legend(&self, most: usize) -> Vec<(Swatch, String)> {
        let points = match &self.maps {
            Maps::Decisions(all) => all.iter().map(|map| &map.points).collect::<Vec<_>>(),
            Maps::Errors(all) => all.iter().map(|map| &map.points).collect(),
        };
        let Some(first) = points.first() else {
            return Vec::new();
        };
        let mut plain = DataPoints::clone(first);
        for point in &mut plain.points {
            point.stands_out = false;
        }
        let mut items = plain.legend(most);
        let mut stand_out = points.iter().flat_map(|map| &map.points);
        if stand_out.any(|point| point.stands_out) {
            items.push((Swatch::Point(Mark::Ring), first.ring_name.clone()));
        }
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Class, ClassCell, ErrorCell};

    #[test]
    fn errors_that_are_alike_share_one_range_of_colours() {
        let map = |value: f64| ErrorPicture {
            title: format!("up to {value}"),
            domain: Rect::new(0.0, 1.0, 0.0, 1.0),
            cells: vec![ErrorCell {
                rect: Rect::new(0.0, 1.0, 0.0, 1.0),
                lo: 0.0,
                hi: value,
            }],
            certified: true,
            ..ErrorPicture::default()
        };
        let fills = |maps: Vec<ErrorPicture>| {
            let picture = MapsPicture {
                title: String::new(),
                caption: String::new(),
                maps: Maps::Errors(maps),
            };
            let text = picture.render();
            assert!(!text.contains("NaN"));
            text
        };
        let dark = crate::draw::palette::sequential(1.0).hex();
        // On its own, the small error has the darkest colour: once in the map, once in each bar.
        let alone = fills(vec![map(0.1)]).matches(&dark).count();
        let alike = fills(vec![map(0.5), map(1.0)]).matches(&dark).count();
        assert_eq!(alone, alike);
        // Where errors are far apart, the small one has its own colours, and is not blank.
        let apart = fills(vec![map(0.1), map(1.0)]).matches(&dark).count();
        assert_eq!(apart, alone + 1);
    }

    #[test]
    fn decisions_stand_side_by_side() {
        let map = |network| HalfplanesPicture {
            title: "n".into(),
            cells: vec![ClassCell {
                rect: Rect::new(0.0, 1.0, 0.0, 1.0),
                target: Class::Inside,
                network,
            }],
            ..HalfplanesPicture::default()
        };
        let picture = MapsPicture {
            title: "decisions".into(),
            caption: String::new(),
            maps: Maps::Decisions(vec![map(Class::Inside); 7]),
        };
        assert_eq!(picture.render().matches(">n</text>").count(), 7);
    }
}

//! Many cells of few colours, written with few bytes.

use super::canvas::{Canvas, Paint, PathData};
use super::plane::{Plane, Rect};
use std::collections::BTreeMap;

/// Rows overlap by so many pixels, so that no line between them stays white.
const OVERLAP: f64 = 0.02;

/// Paints cells, each with the number of its colour. Neighbours in a row are joined; rows are strokes as wide
/// as they are high, patterns are filled.
pub(super) fn paint(
    canvas: &mut Canvas,
    plane: &Plane,
    cells: impl Iterator<Item = (Rect, usize)>,
    colour: impl Fn(usize) -> String,
) {
    // By colour and height; floats of one sign are ordered like their bits.
    let mut strokes: BTreeMap<(usize, u64), PathData> = BTreeMap::new();
    let mut patterns: BTreeMap<usize, PathData> = BTreeMap::new();
    for (rect, number) in merged(cells) {
        let (x0, y0, x1, y1) = plane.corners(&rect);
        if colour(number).starts_with("url") {
            patterns.entry(number).or_default().rect(x0, y0, x1, y1);
            continue;
        }
        // In hundredths, since equal heights differ in their last bits.
        let high = ((y1 - y0).abs() * 100.0).round();
        let path = strokes.entry((number, high.to_bits())).or_default();
        let y = y0.midpoint(y1);
        path.open(&[(x0, y), (x1, y)]);
    }
    for ((number, high), data) in strokes {
        let width = f64::from_bits(high) / 100.0 + OVERLAP;
        canvas.path(data, Paint::stroke(&colour(number), width));
    }
    for (number, data) in patterns {
        canvas.path(data, Paint::fill(&colour(number)));
    }
}

/// Joins cells of one row that touch and have the same number.
pub(super) fn merged(cells: impl Iterator<Item = (Rect, usize)>) -> Vec<(Rect, usize)> {
    let mut all: Vec<_> = cells.collect();
    all.sort_by(|(a, _), (b, _)| {
        (a.y0.total_cmp(&b.y0))
            .then(a.y1.total_cmp(&b.y1))
            .then(a.x0.total_cmp(&b.x0))
    });
    let mut runs: Vec<(Rect, usize)> = Vec::new();
    for (rect, number) in all {
        match runs.last_mut() {
            Some((last, n))
                if *n == number
                    && last.y0.total_cmp(&rect.y0).is_eq()
                    && last.y1.total_cmp(&rect.y1).is_eq()
                    && last.x1.total_cmp(&rect.x0).is_eq() =>
            {
                last.x1 = rect.x1;
            }
            _ => runs.push((rect, number)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_merge() {
        let cell = |x: f64, y: f64| Rect::new(x, x + 1.0, y, y + 1.0);
        let cells = [
            (cell(1.0, 0.0), 3),
            (cell(0.0, 0.0), 3),
            (cell(2.0, 0.0), 4),
            (cell(0.0, 1.0), 3),
        ];
        let runs = merged(cells.into_iter());
        assert_eq!(runs.len(), 3);
        assert_eq!(runs[0], (Rect::new(0.0, 2.0, 0.0, 1.0), 3));
    }

    #[test]
    fn rows_of_one_height_share_a_path() {
        let plane = Plane::map(Rect::new(0.0, 64.0, 0.0, 64.0), 0.0, 20.0);
        let cells = (0..64_u32).flat_map(|i| {
            (0..64_u32).map(move |j| {
                let (x, y) = (f64::from(i), f64::from(j));
                let number = usize::from((i / 8 + j) % 2 == 0);
                (Rect::new(x, x + 1.0, y, y + 1.0), number)
            })
        });
        let mut canvas = Canvas::default();
        paint(&mut canvas, &plane, cells, |number| {
            ["#000000", "#ffffff"][number].to_owned()
        });
        let nodes = canvas.into_nodes();
        let text: String = nodes.iter().map(ToString::to_string).collect();
        assert!(nodes.len() <= 6, "{}", nodes.len());
        assert_eq!(text.matches('M').count(), 64 * 8);
        assert!(text.len() < 64 * 8 * 20, "{}", text.len());
    }
}

//! The diagram of a network: units in columns, and the weights between them.

use super::page::{Canvas, Face, MARGIN, Page, Paint, SMALL, Shape, Swatch, WIDTH, text_width};
use super::palette::{INK, NETWORK, PAPER, SOFT, UNIT};

/// The most units of a layer that are drawn; of larger layers, the first and the last.
const MOST_UNITS: usize = 16;
/// Weights are written beside their lines up to this many between two layers.
const MOST_LABELS: usize = 12;
/// Weights drawn between two layers, the largest first.
const MOST_WEIGHTS: usize = 2000;

/// A weight between two units.
#[derive(Clone, Debug, PartialEq)]
pub struct DiagramWeight {
    /// The unit of the layer to the left.
    pub from: usize,
    /// The unit of this layer; several weights may join the same two units (maxout).
    pub to: usize,
    /// Its size, for the width of the line and its side of zero.
    pub value: f64,
    /// The weight as text.
    pub text: String,
}

/// One column.
#[derive(Clone, Debug, Default)]
pub struct DiagramLayer {
    /// The text above the column.
    pub name: String,
    /// For each unit the text in it and the text below it.
    pub units: Vec<(String, String)>,
    /// The weights from the column to the left, without those that are zero.
    pub weights: Vec<DiagramWeight>,
}

/// A network's units and weights.
#[derive(Clone, Debug, Default)]
pub struct DiagramPicture {
    /// Heading.
    pub title: String,
    /// A caption about the network.
    pub caption: String,
    /// The inputs, and then each layer.
    pub layers: Vec<DiagramLayer>,
}

impl DiagramPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let mut page = Page::new(&self.title, &self.caption, &self.legend());
        let tallest = self
            .layers
            .iter()
            .map(|layer| shown(layer.units.len()))
            .max();
        let tallest = tallest.unwrap_or(1).max(1) as f64;
        let step = (420.0 / tallest).clamp(30.0, 84.0);
        let high = step * tallest;
        let top = page.top + 30.0;
        let room = WIDTH - 2.0 * MARGIN - 90.0;
        let gap = room / (self.layers.len().max(2) - 1) as f64;
        let x = |column: usize| MARGIN + 45.0 + gap * column as f64;
        let radius = (step * 0.34).clamp(9.0, 21.0);
        let y = |column: usize, row: usize| {
            let rows = shown(self.layers[column].units.len()) as f64;
            top + high / 2.0 + step * (row as f64 - (rows - 1.0) / 2.0)
        };
        for column in 1..self.layers.len() {
            self.draw_weights(&mut page.canvas, column, &x, &y, radius);
        }
        let bold = Face {
            shape: Shape::Bold,
            ..Face::TICK
        };
        for (column, layer) in self.layers.iter().enumerate() {
            page.canvas
                .text((x(column), page.top + 12.0), &layer.name, bold);
            let count = layer.units.len();
            for row in 0..shown(count) {
                let at = (x(column), y(column, row));
                let Some(unit) = unit_in(row, count) else {
                    for k in [-1.0, 0.0, 1.0] {
                        page.canvas
                            .circle((at.0, at.1 + 7.0 * k), 1.8, Paint::fill(SOFT));
                    }
                    continue;
                };
                let (inside, below) = &layer.units[unit];
                page.canvas
                    .circle(at, radius, Paint::fill(PAPER).edge(INK, 1.3));
                if text_width(inside, SMALL) < 2.0 * radius {
                    page.canvas.text((at.0, at.1 + 4.5), inside, Face::TICK);
                }
                if step >= 48.0 {
                    let face = Face {
                        size: 11.0,
                        ..Face::TICK.boxed().coloured(SOFT)
                    };
                    page.canvas.text((at.0, at.1 + radius + 12.0), below, face);
                }
            }
        }
        page.finish(top + high + 8.0)
    }

    fn legend(&self) -> Vec<(Swatch, String)> {
        let any = |is_wanted: fn(f64) -> bool| {
            let mut all = self.layers.iter().flat_map(|layer| &layer.weights);
            all.any(|weight| is_wanted(weight.value))
        };
        let mut items = Vec::new();
        if any(|value| value > 0.0) {
            items.push((
                Swatch::Line(NETWORK.into(), 2.4, ""),
                "positive weight".to_owned(),
            ));
        }
        if any(|value| value < 0.0) {
            items.push((
                Swatch::Line(UNIT.into(), 2.4, "6 3"),
                "negative weight".to_owned(),
            ));
        }
        items
    }

    /// Draws the lines into one column, faint ones first.
    fn draw_weights(
        &self,
        canvas: &mut Canvas,
        column: usize,
        x: &dyn Fn(usize) -> f64,
        y: &dyn Fn(usize, usize) -> f64,
        radius: f64,
    ) {
        let (before, here) = (&self.layers[column - 1], &self.layers[column]);
        let mut all: Vec<(&DiagramWeight, usize, usize)> = here
            .weights
            .iter()
            .filter_map(|weight| {
                let from = row_of(weight.from, before.units.len())?;
                Some((weight, from, row_of(weight.to, here.units.len())?))
            })
            .collect();
        all.sort_by(|p, q| q.0.value.abs().total_cmp(&p.0.value.abs()));
        all.truncate(MOST_WEIGHTS);
        let most = all.first().map_or(1.0, |(weight, ..)| weight.value.abs());
        let is_labelled = all.len() <= MOST_LABELS;
        for &(weight, from, to) in all.iter().rev() {
            let share = (weight.value.abs() / most).clamp(0.0, 1.0);
            let share = if share.is_nan() { 1.0 } else { share };
            let (p, q) = (
                (x(column - 1), y(column - 1, from)),
                (x(column), y(column, to)),
            );
            let (colour, dash) = if weight.value < 0.0 {
                (UNIT, "6 3")
            } else {
                (NETWORK, "")
            };
            let paint = Paint::stroke(colour, 0.5 + 2.6 * share).dashed(dash);
            canvas.line(p, q, paint.opacity(0.35 + 0.6 * share));
        }
        if !is_labelled {
            return;
        }
        let mut placed: Vec<(f64, f64)> = Vec::new();
        for &(weight, from, to) in &all {
            let (p, q) = (
                (x(column - 1), y(column - 1, from)),
                (x(column), y(column, to)),
            );
            let length = ((q.0 - p.0) * (q.0 - p.0) + (q.1 - p.1) * (q.1 - p.1))
                .sqrt()
                .max(1.0);
            let at = |t: f64| (p.0 + t * (q.0 - p.0), p.1 + t * (q.1 - p.1));
            let margin = (radius + 14.0) / length;
            // The first place along the line that is away from the others.
            let free = (0..9)
                .map(|k| at(margin + (1.0 - 2.0 * margin) * (0.3 + 0.05 * f64::from(k))))
                .max_by(|a, b| {
                    let near = |c: &(f64, f64)| {
                        let away = placed.iter().map(|d| {
                            let (dx, dy) = ((c.0 - d.0) / 3.0, c.1 - d.1);
                            dx * dx + dy * dy
                        });
                        away.fold(400.0, f64::min)
                    };
                    near(a).total_cmp(&near(b))
                })
                .unwrap_or(p);
            placed.push(free);
            let face = Face {
                size: 11.5,
                ..Face::TICK.boxed()
            };
            canvas.text((free.0, free.1 + 4.0), &weight.text, face);
        }
    }
}

/// Returns the number of rows of a layer.
fn shown(units: usize) -> usize {
    units.min(MOST_UNITS + 1)
}

/// Returns the unit in a row; `None` where units are left out.
fn unit_in(row: usize, units: usize) -> Option<usize> {
    let first = MOST_UNITS - MOST_UNITS / 4;
    match row {
        _ if units <= MOST_UNITS + 1 => Some(row),
        _ if row < first => Some(row),
        _ if row == first => None,
        _ => Some(units - (MOST_UNITS + 1 - row)),
    }
}

/// Returns the row of a unit, if it is drawn.
fn row_of(unit: usize, units: usize) -> Option<usize> {
    (0..shown(units)).find(|&row| unit_in(row, units) == Some(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_layers_show_their_ends() {
        assert_eq!(
            (0..5).map(|row| unit_in(row, 5)).collect::<Vec<_>>(),
            (0..5).map(Some).collect::<Vec<_>>()
        );
        let rows: Vec<_> = (0..shown(100)).map(|row| unit_in(row, 100)).collect();
        assert_eq!(rows[0], Some(0));
        assert_eq!(rows[12], None);
        assert_eq!(rows[16], Some(99));
        assert_eq!(row_of(50, 100), None);
        assert_eq!(row_of(99, 100), Some(16));
    }

    #[test]
    fn signs_can_be_told_apart_without_colour() {
        let weight = |from: usize, value: f64| DiagramWeight {
            from,
            to: 0,
            value,
            text: format!("w{value}"),
        };
        let column = |n: usize| DiagramLayer {
            units: vec![(String::new(), String::new()); n],
            ..DiagramLayer::default()
        };
        let last = DiagramLayer {
            weights: vec![weight(0, 1.0), weight(1, -2.0), weight(7, 1.0)],
            ..column(1)
        };
        let picture = DiagramPicture {
            layers: vec![column(2), last],
            ..DiagramPicture::default()
        };
        let text = picture.render();
        assert!(text.contains("w1") && text.contains("w-2") && text.contains("6 3"));
        assert!(!DiagramPicture::default().render().contains("NaN"));
    }
}

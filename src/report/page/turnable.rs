//! A surface that can be turned: its heights on a grid, for the script of the page.

use serde_json::{Value, json};

/// Heights over a grid of two inputs, for one or more surfaces on the same scale. They are estimates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turnable {
    /// The names of the two inputs.
    pub inputs: [String; 2],
    /// The lines of the grid in the first input.
    pub x: Vec<f64>,
    /// The lines of the grid in the second input.
    pub y: Vec<f64>,
    /// The surfaces: a name, and the heights row by row, the first input fastest.
    pub surfaces: Vec<(String, Vec<f64>)>,
}

impl Turnable {
    /// Returns the object for the script: heights as whole numbers from 0 to 9999, `null` where there is none.
    ///
    /// - Exactness: estimate; a height is off by half of a ten thousandth of the scale.
    pub(super) fn object(&self) -> Value {
        let finite = self
            .surfaces
            .iter()
            .flat_map(|(_, z)| z)
            .filter(|z| z.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), z| {
            (low.min(*z), high.max(*z))
        });
        let size = high - low;
        let height = |z: &f64| {
            let part = if size > 0.0 { (z - low) / size } else { 0.5 };
            z.is_finite().then(|| json!(whole(part * 9999.0)))
        };
        let end =
            |lines: &[f64]| [lines.first(), lines.last()].map(|line| line.map(|line| short(*line)));
        let surfaces: Vec<Value> = (self.surfaces.iter())
            .map(|(name, z)| json!({ "name": name, "heights": z.iter().map(height).collect::<Vec<_>>() }))
            .collect();
        json!({
            "inputs": self.inputs,
            "ends": [end(&self.x), end(&self.y)],
            "range": [short(low), short(high)],
            "columns": self.x.len(),
            "rows": self.y.len(),
            "surfaces": surfaces,
        })
    }
}

/// A height from 0 to 9999 as a whole number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(height: f64) -> u16 {
    libm::round(height.clamp(0.0, 9999.0)) as u16
}

/// A float for a label.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_share_a_scale_and_holes_stay_holes() {
        let turnable = Turnable {
            inputs: ["x".into(), "y".into()],
            x: vec![-1.0, 1.0],
            y: vec![0.0, 0.125],
            surfaces: vec![
                ("network".into(), vec![0.0, 1.0, f64::NAN, 0.5]),
                ("target".into(), vec![2.0; 4]),
            ],
        };
        let object = turnable.object();
        assert_eq!(
            object["surfaces"][0]["heights"],
            json!([0, 5000, null, 2500])
        );
        assert_eq!(
            object["surfaces"][1]["heights"],
            json!([9999, 9999, 9999, 9999])
        );
        assert_eq!(object["ends"], json!([["-1", "1"], ["0", "0.125"]]));
        assert_eq!(object["range"], json!(["0", "2"]));
    }

    #[test]
    fn a_flat_surface_is_in_the_middle() {
        let turnable = Turnable {
            surfaces: vec![("flat".into(), vec![3.0; 2])],
            ..Turnable::default()
        };
        assert_eq!(
            turnable.object()["surfaces"][0]["heights"],
            json!([5000, 5000])
        );
    }
}

//! Points with the values to fit.

/// Points and the values of every output there.
///
/// Invariant: one row of `inputs` coordinates and one row of `outputs` values for each point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FitPoints {
    inputs: usize,
    outputs: usize,
    points: Vec<f64>,
    values: Vec<f64>,
}

impl FitPoints {
    /// Returns an empty list of points with so many inputs and outputs.
    pub fn new(inputs: usize, outputs: usize) -> Self {
        Self {
            inputs,
            outputs,
            points: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Adds a point; one with a number that is not finite is left out.
    ///
    /// - Panics: when the lengths are not the numbers of inputs and outputs.
    pub fn push(&mut self, point: &[f64], values: &[f64]) {
        assert_eq!(point.len(), self.inputs, "inputs");
        assert_eq!(values.len(), self.outputs, "outputs");
        if point.iter().chain(values).all(|number| number.is_finite()) {
            self.points.extend(point);
            self.values.extend(values);
        }
    }

    /// The number of points.
    pub fn count(&self) -> usize {
        self.values.len() / self.outputs.max(1)
    }

    /// Returns each point with its values.
    pub fn iter(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        let points = self.points.chunks_exact(self.inputs.max(1));
        points.zip(self.values.chunks_exact(self.outputs.max(1)))
    }

    /// The number of inputs.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }
}

//! Networks as short `PyTorch` modules.

use std::fmt::Write;

use super::floats::{Precision, Rounding};
use super::foreign::ForeignError;
use crate::network::{Activation, Network};
use crate::numbers::Rational;

/// A module with more parameters is too long to read.
const MOST: usize = 100_000;

/// Returns the source of a module `Network` with the weights in it, in float64.
///
/// - Exactness: weights are rounded to the nearest float64.
/// - Errors: more than 100000 parameters, or one beyond the largest float64.
pub fn write(network: &Network) -> Result<(String, Rounding), ForeignError> {
    let mut rounding = Rounding::default();
    let size = network.layers().iter().fold(0usize, |size, layer| {
        size.saturating_add(layer.rows().saturating_mul(layer.inputs() + 1))
    });
    if size > MOST {
        return Err(ForeignError::new(format!(
            "a short module can have at most {MOST} parameters, found {size}"
        ))
        .hint("convert to .safetensors or .onnx instead"));
    }
    let mut float = |value: &Rational| {
        let float = rounding.take(value, Precision::Double);
        float
            .map(|float| format!("{float:?}"))
            .ok_or_else(|| ForeignError::new("a weight is beyond the largest float64"))
    };
    let mut text = String::from(
        "\"\"\"A network that steeple wrote; weights are rounded to float64.\"\"\"\n\nimport torch\nfrom torch import nn\n\n",
    );
    let put = |text: &mut String, line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    put(&mut text, &format!("INPUTS = {}", list(network.inputs())));
    put(&mut text, &format!("OUTPUTS = {}", list(network.outputs())));
    put(&mut text, "LAYERS = [  # weights and bias");
    for layer in network.layers() {
        put(&mut text, "    ([");
        for row in 0..layer.rows() {
            let mut dense = vec!["0.0".to_owned(); layer.inputs()];
            for (column, weight) in layer.weights().row(row) {
                dense[column] = float(weight)?;
            }
            put(&mut text, &format!("        [{}],", dense.join(", ")));
        }
        let bias = layer
            .bias()
            .iter()
            .map(&mut float)
            .collect::<Result<Vec<_>, _>>()?;
        put(&mut text, &format!("    ], [{}]),", bias.join(", ")));
    }
    put(&mut text, "]\n\n\nclass Network(nn.Module):");
    put(&mut text, "    def __init__(self, dtype=torch.float64):");
    put(&mut text, "        super().__init__()");
    put(&mut text, "        self.layers = nn.ModuleList()");
    put(&mut text, "        for weights, bias in LAYERS:");
    put(
        &mut text,
        "            layer = nn.Linear(len(weights[0]), len(weights), dtype=dtype)",
    );
    put(&mut text, "            with torch.no_grad():");
    put(
        &mut text,
        "                layer.weight.copy_(torch.tensor(weights, dtype=torch.float64))",
    );
    put(
        &mut text,
        "                layer.bias.copy_(torch.tensor(bias, dtype=torch.float64))",
    );
    put(&mut text, "            self.layers.append(layer)");
    put(&mut text, "\n    def forward(self, x):");
    for (k, layer) in network.layers().iter().enumerate() {
        put(&mut text, &format!("        x = self.layers[{k}](x)"));
        let line = match layer.activation() {
            Activation::Identity => continue,
            Activation::Heaviside => "(x >= 0).to(x.dtype)".to_owned(),
            Activation::Sigmoid => "torch.sigmoid(x)".to_owned(),
            Activation::Tanh => "torch.tanh(x)".to_owned(),
            Activation::Relu => "torch.relu(x)".to_owned(),
            Activation::LeakyRelu(slope) => {
                // Correct for slopes above 1 too, like the function of torch.
                format!("nn.functional.leaky_relu(x, {})", float(slope)?)
            }
            Activation::Softplus(None) => "torch.logaddexp(x, torch.zeros_like(x))".to_owned(),
            Activation::Softplus(Some(threshold)) => {
                format!("nn.functional.softplus(x, threshold={})", float(threshold)?)
            }
            Activation::Softsign => "nn.functional.softsign(x)".to_owned(),
            Activation::Elu(alpha) => format!("nn.functional.elu(x, {})", float(alpha)?),
            Activation::Silu => "nn.functional.silu(x)".to_owned(),
            Activation::Gelu(None) => "nn.functional.gelu(x)".to_owned(),
            Activation::Gelu(Some(divisor)) => {
                format!("x * (1 + torch.erf(x / {})) / 2", float(divisor)?)
            }
            Activation::HardTanh => "nn.functional.hardtanh(x)".to_owned(),
            Activation::Maxout(rank) => {
                format!("x.unflatten(-1, (-1, {rank})).amax(-1)")
            }
        };
        put(&mut text, &format!("        x = {line}"));
    }
    put(&mut text, "        return x");
    Ok((text, rounding))
}

/// Returns a list of strings in Python.
fn list(names: &[String]) -> String {
    let mut text = String::from("[");
    for (k, name) in names.iter().enumerate() {
        let comma = if k == 0 { "" } else { ", " };
        // A JSON string is also a Python string.
        let quoted = serde_json::to_string(name).unwrap_or_default();
        let _ = write!(text, "{comma}{quoted}");
    }
    text + "]"
}

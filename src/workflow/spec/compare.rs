//! The table `[compare]`.

use std::ops::Range;

use toml::de::DeValue;

use super::{SpecError, Table, Value};
use crate::expr::Target;
use crate::network::Activation;
use crate::numbers::Rational;
use crate::numbers::estimate::estimate_rational;
use crate::training::{Optimizer, Settings};
use crate::workflow::measure::default_threshold;

/// The table `[compare]`: networks to train.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareSpec {
    /// Units of the hidden layers of each network; one row for each pair with an activation.
    pub hidden: Vec<Vec<usize>>,
    /// What hidden units do: sigmoid, tanh or relu.
    pub activations: Vec<Activation>,
    /// The error that the smallest trained network of each activation keeps, if such a row is wanted.
    pub tolerance: Option<Rational>,
    /// Where the points come from.
    pub data: DataSpec,
    /// How to train; the threshold is that of the claim.
    pub settings: Settings,
}

/// Where the points come from.
#[derive(Clone, Debug, PartialEq)]
pub enum DataSpec {
    /// Random points of the domain.
    Random {
        /// How many.
        count: usize,
        /// The standard deviation of noise on values, or the share of labels turned round.
        noise: f64,
        /// The seed of the points.
        seed: u64,
    },
    /// A file of comma-separated values; its path is relative to the spec's folder.
    File {
        /// As written.
        path: String,
        /// Where, in the spec.
        span: Range<usize>,
    },
}

impl Default for CompareSpec {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            hidden: vec![vec![6]],
            activations: vec![Activation::Sigmoid],
            tolerance: None,
            data: DataSpec::Random {
                count: DEFAULT_SAMPLES,
                noise: 0.0,
                seed: settings.seed,
            },
            settings,
        }
    }
}

const DEFAULT_SAMPLES: usize = 1000;
/// The most starts.
pub const MAX_RESTARTS: usize = 1000;
/// The most steps.
pub const MAX_STEPS: usize = 1_000_000;

const KEYS: [&str; 12] = [
    "hidden",
    "tolerance",
    "activation",
    "samples",
    "data",
    "noise",
    "restarts",
    "optimizer",
    "steps",
    "learning_rate",
    "weight_decay",
    "seed",
];

/// The activations that are trained.
pub const TRAINED: [Activation; 3] = [Activation::Sigmoid, Activation::Tanh, Activation::Relu];

/// An activation that is not trained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` units are not trained")]
pub struct NotTrained(pub String);

impl NotTrained {
    /// What to write instead.
    pub fn hint(&self) -> String {
        let names = TRAINED.map(|activation| activation.name());
        format!("expected one of {}", names.join(", "))
    }
}

/// Returns the trained activation of this name.
///
/// - Errors: [`NotTrained`].
pub fn trained_activation(name: &str) -> Result<Activation, NotTrained> {
    let mut all = TRAINED.into_iter();
    all.find(|activation| activation.name() == name)
        .ok_or_else(|| NotTrained(name.to_owned()))
}

/// Reads the table; the claim's threshold decides where networks say "inside".
pub(super) fn read_compare(
    table: &Table<'_, '_>,
    target: &Target,
    threshold: Option<&Rational>,
) -> Result<CompareSpec, SpecError> {
    table.only(&KEYS)?;
    let standard = CompareSpec::default();
    let optimizer = match table.get("optimizer") {
        None => Optimizer::Lbfgs,
        Some(value) => {
            let name = Table::string(value, "optimizer")?;
            Optimizer::from_name(name).ok_or_else(|| {
                SpecError::new(format!("there is no optimizer `{name}`"), value.span())
                    .hint(format!("known: {}", Optimizer::NAMES.join(", ")))
            })?
        }
    };
    if optimizer == Optimizer::Lbfgs && table.get("learning_rate").is_some() {
        let place = table.key_span("learning_rate");
        return Err(
            SpecError::new("`learning_rate` is for optimizer = \"adam\"", place)
                .hint("lbfgs finds the length of each step itself"),
        );
    }
    let seed = match table.get("seed") {
        Some(value) => seed(table, value)?,
        None => 1,
    };
    let settings = Settings {
        optimizer,
        steps: between(table, "steps", 1..=MAX_STEPS)?.unwrap_or(optimizer.default_steps()),
        learning_rate: match table.positive("learning_rate")? {
            Some(rate) => float(&rate, table, "learning_rate")?,
            None => standard.settings.learning_rate,
        },
        weight_decay: match table.get("weight_decay") {
            Some(value) => weight_decay(table, value)?,
            None => standard.settings.weight_decay,
        },
        restarts: between(table, "restarts", 1..=MAX_RESTARTS)?
            .unwrap_or(standard.settings.restarts),
        seed,
        threshold: threshold.cloned().unwrap_or_else(default_threshold),
    };
    let tolerance = table.positive("tolerance")?;
    if tolerance.is_some() && target.is_region() {
        let place = table.key_span("tolerance");
        let message = "`tolerance` in [compare] is for functions: the target is a region";
        return Err(SpecError::new(message, place).hint("write `hidden` with the shapes to train"));
    }
    Ok(CompareSpec {
        hidden: match table.get("hidden") {
            Some(value) => hidden(table, value)?,
            None if tolerance.is_some() => Vec::new(),
            None => standard.hidden,
        },
        activations: match table.get("activation") {
            Some(value) => activations(value)?,
            None => standard.activations,
        },
        tolerance,
        data: data(table, target, seed)?,
        settings,
    })
}

fn between(
    table: &Table<'_, '_>,
    key: &str,
    range: std::ops::RangeInclusive<usize>,
) -> Result<Option<usize>, SpecError> {
    let Some(value) = table.get(key) else {
        return Ok(None);
    };
    let count = table.count(value, key)?;
    if range.contains(&count) {
        return Ok(Some(count));
    }
    let (low, high) = (range.start(), range.end());
    let message = format!("`{key}` is between {low} and {high}, found {count}");
    Err(SpecError::new(message, value.span()))
}

fn seed<'i>(table: &Table<'_, 'i>, value: &Value<'i>) -> Result<u64, SpecError> {
    let seed = table.count(value, "seed")?;
    Ok(u64::try_from(seed).unwrap_or(u64::MAX))
}

fn weight_decay<'i>(table: &Table<'_, 'i>, value: &Value<'i>) -> Result<f64, SpecError> {
    let number = table.number(value, "weight_decay")?;
    if number.is_negative() {
        let message = format!("`weight_decay` is at least 0, found {number}");
        return Err(SpecError::new(message, value.span()).hint("write weight_decay = 1e-4"));
    }
    float(&number, table, "weight_decay")
}

fn float(number: &Rational, table: &Table<'_, '_>, key: &str) -> Result<f64, SpecError> {
    let value = estimate_rational(number);
    if value.is_finite() {
        return Ok(value);
    }
    let message = format!("`{key}` is too large");
    Err(SpecError::new(message, table.value(key)?.span()))
}

/// Reads a list of shapes; a list of counts stands for one shape.
fn hidden<'i>(table: &Table<'_, 'i>, value: &Value<'i>) -> Result<Vec<Vec<usize>>, SpecError> {
    let list = Table::array(value, "hidden")?;
    let is_nested = |item: &Value<'i>| matches!(item.get_ref(), DeValue::Array(_));
    let shapes: Vec<Vec<usize>> = if list.iter().any(is_nested) {
        list.iter()
            .map(|shape| {
                Table::array(shape, "hidden")?
                    .iter()
                    .map(|item| units(table, item))
                    .collect()
            })
            .collect::<Result<_, SpecError>>()?
    } else {
        let shape = list.iter().map(|item| units(table, item));
        vec![shape.collect::<Result<_, _>>()?]
    };
    if list.is_empty() {
        let message = "`hidden` lists no network";
        return Err(SpecError::new(message, value.span()).hint(
            "write hidden = [[6], [16, 16]] for two networks, of one and of two hidden layers",
        ));
    }
    Ok(shapes)
}

fn units<'i>(table: &Table<'_, 'i>, item: &Value<'i>) -> Result<usize, SpecError> {
    let count = table.count(item, "hidden")?;
    if count == 0 {
        let message = "`hidden`: a hidden layer has at least 1 unit";
        return Err(SpecError::new(message, item.span()));
    }
    Ok(count)
}

fn activations(value: &Value<'_>) -> Result<Vec<Activation>, SpecError> {
    let read = |item: &Value<'_>| {
        let name = Table::string(item, "activation")?;
        trained_activation(name)
            .map_err(|error| SpecError::new(error.to_string(), item.span()).hint(error.hint()))
    };
    let list = match value.get_ref() {
        DeValue::Array(list) => list.iter().map(read).collect::<Result<Vec<_>, _>>()?,
        _ => vec![read(value)?],
    };
    if list.is_empty() {
        return Err(SpecError::new("`activation` lists none", value.span()));
    }
    Ok(list)
}

fn data(table: &Table<'_, '_>, target: &Target, seed: u64) -> Result<DataSpec, SpecError> {
    if let Some(value) = table.get("data") {
        for key in ["samples", "noise"] {
            if table.get(key).is_some() {
                let message = format!("`{key}` is for random points, but `data` gives them");
                return Err(SpecError::new(message, table.key_span(key)));
            }
        }
        if target.outputs_count() != 1 {
            let message = "`data` needs a target with one output";
            return Err(SpecError::new(message, value.span()));
        }
        return Ok(DataSpec::File {
            path: Table::string(value, "data")?.to_string(),
            span: value.span(),
        });
    }
    let most = crate::training::MAX_SAMPLES;
    let noise = match table.get("noise") {
        None => 0.0,
        Some(value) => {
            let number = table.number(value, "noise")?;
            let error = |message: String| SpecError::new(message, value.span());
            if number.is_negative() {
                return Err(error(format!("`noise` is at least 0, found {number}")));
            }
            if target.is_region() && number > Rational::ONE {
                let message =
                    format!("`noise` is a share of the labels, at most 1, found {number}");
                return Err(error(message));
            }
            float(&number, table, "noise")?
        }
    };
    Ok(DataSpec::Random {
        count: between(table, "samples", 1..=most)?.unwrap_or(DEFAULT_SAMPLES),
        noise,
        seed,
    })
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn compare(keys: &str) -> Result<CompareSpec, (String, String)> {
        let text = format!(
            "[target]\nformula = \"x^2 + y^2 <= 1\"\ndomain = {{ x = [-2, 2], y = [-2, 2] }}\n\
             [claim]\nnorm = \"area\"\nthreshold = \"1/3\"\n[compare]\n{keys}\n"
        );
        match read(&text) {
            Ok(spec) => Ok(spec.compare.expect("given")),
            Err(error) => Err((error.message, text[error.span].to_string())),
        }
    }

    #[test]
    fn every_key_is_read() {
        let found = compare(
            "hidden = [[2], [16, 16]]\nactivation = [\"sigmoid\", \"relu\"]\nsamples = 50\n\
             noise = 0.25\nrestarts = 3\noptimizer = \"adam\"\nsteps = 70\nlearning_rate = 0.5\n\
             seed = 9\nweight_decay = 1e-4",
        );
        let found = found.expect("good");
        assert_eq!(found.hidden, [vec![2], vec![16, 16]]);
        assert_eq!(found.activations, [Activation::Sigmoid, Activation::Relu]);
        assert_eq!(
            found.settings,
            Settings {
                optimizer: Optimizer::Adam,
                steps: 70,
                learning_rate: 0.5,
                weight_decay: 1e-4,
                restarts: 3,
                seed: 9,
                threshold: Rational::ratio(1, 3),
            }
        );
        assert_eq!(
            found.data,
            DataSpec::Random {
                count: 50,
                noise: 0.25,
                seed: 9
            }
        );
        let short = compare("hidden = [4, 4]\nactivation = \"tanh\"\ndata = \"p.csv\"");
        let short = short.expect("good");
        assert_eq!(short.hidden, [vec![4, 4]]);
        assert!(matches!(short.data, DataSpec::File { path, .. } if path == "p.csv"));
    }

    #[test]
    fn mistakes_are_pointed_at() {
        for (keys, message, place) in [
            ("hiden = [[2]]", "unknown key `hiden` in [compare]", "hiden"),
            ("hidden = []", "`hidden` lists no network", "[]"),
            (
                "hidden = [[0]]",
                "`hidden`: a hidden layer has at least 1 unit",
                "0",
            ),
            (
                "hidden = [[2], 3]",
                "`hidden` is a list, found a number",
                "3",
            ),
            ("hidden = 3", "`hidden` is a list, found a number", "3"),
            (
                "activation = \"heaviside\"",
                "`heaviside` units are not trained",
                "\"heaviside\"",
            ),
            ("activation = []", "`activation` lists none", "[]"),
            (
                "optimizer = \"sgd\"",
                "there is no optimizer `sgd`",
                "\"sgd\"",
            ),
            (
                "learning_rate = 1",
                "`learning_rate` is for optimizer = \"adam\"",
                "learning_rate",
            ),
            (
                "samples = 0",
                "`samples` is between 1 and 1000000, found 0",
                "0",
            ),
            (
                "steps = 0",
                "`steps` is between 1 and 1000000, found 0",
                "0",
            ),
            (
                "restarts = 0",
                "`restarts` is between 1 and 1000, found 0",
                "0",
            ),
            (
                "noise = 2",
                "`noise` is a share of the labels, at most 1, found 2",
                "2",
            ),
            ("noise = -1", "`noise` is at least 0, found -1", "-1"),
            (
                "weight_decay = -1",
                "`weight_decay` is at least 0, found -1",
                "-1",
            ),
            (
                "seed = -1",
                "`seed` is a whole number of at least 0, found -1",
                "-1",
            ),
            (
                "data = \"p.csv\"\nsamples = 3",
                "`samples` is for random points, but `data` gives them",
                "samples",
            ),
        ] {
            let found = compare(keys).expect_err(keys);
            assert_eq!(found, (message.to_string(), place.to_string()), "{keys}");
        }
    }
}

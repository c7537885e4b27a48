//! What a spec may hold, as a JSON Schema: editors complete keys by it and mark mistakes.
//!
//! It is made from the tables that readers use: the keys of `[network]` with their shapes, the entries
//! of the builders, and the defaults. What takes arithmetic to find (an empty side, a formula that
//! does not parse) it leaves to [`super::read`].

use serde_json::{Map, Value, json};

use super::compare::{MAX_RESTARTS, MAX_STEPS, TRAINED};
use super::default_gap;
use crate::builders::parameters::KEYS;
use crate::builders::{BuilderName, Entry, FROM_TARGET, Goal, Key, Shape, catalogue};
use crate::certificate::{Norm, Summation};
use crate::floats::{Numbers, PRESETS};
use crate::network::Activation;
use crate::training::{MAX_SAMPLES, Optimizer};
use crate::workflow::measure::default_threshold;
use crate::workflow::{CompareSpec, DataSpec};

/// Returns the JSON Schema (draft 2020-12) of spec files.
pub fn schema() -> Value {
    let counting: Vec<&str> = catalogue()
        .iter()
        .filter(|entry| entry.goal == Goal::Regions)
        .map(|entry| entry.name)
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Steeple spec",
        "description": "What to build, for which target, and what to prove of it.",
        "type": "object",
        "properties": {
            "target": target(),
            "network": network(),
            "claim": claim(),
            "compare": compare(),
        },
        "required": ["target"],
        "additionalProperties": false,
        "anyOf": [
            { "properties": { "network": { "required": ["builder"] } } },
            {
                "properties": {
                    "claim": {
                        "properties": { "norm": { "const": Norm::Sup.name() } },
                        "required": ["tolerance"],
                    },
                },
                "required": ["claim"],
            },
        ],
        "if": {
            "properties": {
                "network": {
                    "properties": { "builder": { "enum": counting } },
                    "required": ["builder"],
                },
            },
            "required": ["network"],
        },
        "then": {
            "properties": {
                "target": {
                    "properties": { "formula": false },
                    "anyOf": [{ "required": ["inputs"] }, { "required": ["domain"] }],
                },
                "claim": false,
            },
        },
        "else": {
            "properties": { "target": { "required": ["formula", "domain"] } },
        },
    })
}

/// A schema with a description.
fn described(about: &str, schema: Value) -> Value {
    let mut object = Map::new();
    object.insert("description".into(), about.into());
    if let Value::Object(rest) = schema {
        object.extend(rest);
    }
    Value::Object(object)
}

/// A schema with a default.
fn with_default(default: impl Into<Value>, mut schema: Value) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert("default".into(), default.into());
    }
    schema
}

/// Text that is read as a number, between these patterns.
fn number_text(sign: &str, end: &str) -> Value {
    const DIGITS: &str = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?";
    const POWER: &str = r"[0-9]+\^[+-]?[0-9]+";
    let part = format!("(?:{POWER}|{DIGITS})");
    json!({
        "type": "string",
        "pattern": format!(r"^\s*{sign}{part}(?:/{part})?(?:\*{part})?{end}\s*$"),
    })
}

/// A bare number with these properties, or text that is read as a number.
fn number_or_text(number: &Value, sign: &str) -> Value {
    json!({ "anyOf": [number, number_text(sign, "")] })
}

fn number() -> Value {
    number_or_text(&json!({ "type": "number" }), "[+-]?")
}

fn positive() -> Value {
    number_or_text(&json!({ "type": "number", "exclusiveMinimum": 0 }), r"\+?")
}

/// A number that is 0 or greater.
fn not_negative() -> Value {
    number_or_text(&json!({ "type": "number", "minimum": 0 }), r"\+?")
}

/// A whole number in a range.
fn count(least: usize, most: Option<usize>) -> Value {
    let mut number = json!({ "type": "integer", "minimum": least });
    if let (Some(object), Some(most)) = (number.as_object_mut(), most) {
        object.insert("maximum".into(), most.into());
    }
    number_or_text(&number, r"\+?")
}

/// A list of such values.
fn list_of(item: &Value) -> Value {
    json!({ "type": "array", "items": item })
}

/// A list of such values that is not empty.
fn some_of(item: &Value) -> Value {
    json!({ "type": "array", "items": item, "minItems": 1 })
}

/// A list of such values, or one.
fn one_or_list(item: &Value) -> Value {
    json!({ "anyOf": [item, list_of(item)] })
}

/// Two numbers: a side, or a point.
fn pair() -> Value {
    json!({ "type": "array", "items": number(), "minItems": 2, "maxItems": 2 })
}

/// A side for each input, by name.
fn sides() -> Value {
    json!({ "type": "object", "additionalProperties": pair(), "minProperties": 1 })
}

fn names(names: &[&str]) -> Value {
    json!({ "type": "string", "enum": names })
}

fn of_shape(shape: Shape) -> Value {
    match shape {
        Shape::Name(all) => names(all),
        Shape::Count => count(0, None),
        Shape::Counts => one_or_list(&count(0, None)),
        Shape::Number => number(),
        Shape::Positive => positive(),
        Shape::Steepness => {
            let per_cell = number_text(r"\+?", r"(?:\s*/|\s+per)\s*cell");
            json!({ "anyOf": [positive(), per_cell] })
        }
        Shape::Numbers => one_or_list(&number()),
        Shape::Point => pair(),
        Shape::Vertices => json!({
            "anyOf": [list_of(&pair()), list_of(&list_of(&pair())), { "const": FROM_TARGET }]
        }),
        Shape::Sides => sides(),
    }
}

fn target() -> Value {
    let text = json!({ "type": "string" });
    let formulas = json!({ "anyOf": [text, some_of(&text)] });
    json!({
        "description": "What the network should compute.",
        "type": "object",
        "properties": {
            "formula": described(
                "A formula, or a list with one for each output; a condition such as x^2 + y^2 <= 1 is a region.",
                formulas,
            ),
            "inputs": described(
                "The names of the inputs, in order; those of the domain, sorted, by default.",
                list_of(&text),
            ),
            "domain": described("The box: a side [low, high] for each input.", sides()),
        },
        "additionalProperties": false,
    })
}

/// The table `[network]`: every key with its type, and for each builder the keys that it takes.
fn network() -> Value {
    let builders: Vec<&str> = catalogue().iter().map(|entry| entry.name).collect();
    let mut keys = Map::new();
    let about = "Which builder; `steeple catalogue` explains them. Default: smallest, with norm sup and a tolerance.";
    keys.insert("builder".into(), described(about, names(&builders)));
    for key in KEYS {
        keys.insert(key.name.into(), described(key.about, of_shape(key.shape)));
    }
    let each: Vec<Value> = catalogue().iter().map(keys_of_builder).collect();
    json!({
        "description": "What to build.",
        "type": "object",
        "properties": keys,
        "additionalProperties": false,
        "allOf": each,
    })
}

/// The keys that a builder takes; their types are said above.
fn keys_of_builder(entry: &Entry) -> Value {
    let mut keys = Map::new();
    keys.insert("builder".into(), json!({ "description": entry.summary }));
    for key in entry.keys {
        keys.insert(key.name.into(), key_of_builder(entry, key));
    }
    let mut is_this = json!({ "properties": { "builder": { "const": entry.name } } });
    // Without a builder the smallest network is meant.
    if entry.name != BuilderName::Smallest.name() {
        is_this["required"] = json!(["builder"]);
    }
    json!({
        "if": is_this,
        "then": { "properties": keys, "additionalProperties": false },
    })
}

/// What a key of a builder says and has by default.
fn key_of_builder(entry: &Entry, key: &Key) -> Value {
    let about = key.parameter().map_or("", |parameter| parameter.about);
    let about = match key.default.strip_prefix("needed: ") {
        Some(needed) => format!("{about} Needed: {needed}."),
        None => format!("{about} Default: {}.", key.default),
    };
    let allowed: Vec<&str> = match key.parameter().map(|parameter| parameter.shape) {
        Some(Shape::Name(_)) if key.name == "activation" => {
            entry.activations.iter().map(|units| units.name()).collect()
        }
        Some(Shape::Name(all)) => all.to_vec(),
        _ => Vec::new(),
    };
    let mut object = Map::new();
    object.insert("description".into(), about.into());
    if key.name == "activation" {
        object.insert("enum".into(), allowed.as_slice().into());
    }
    if let Some(default) = plain_default(key.default, &allowed) {
        object.insert("default".into(), default);
    }
    Value::Object(object)
}

/// A default that is the same whatever the other keys say: a number, or a name, which may be followed by
/// what another name means.
fn plain_default(text: &str, allowed: &[&str]) -> Option<Value> {
    if let Ok(number) = text.parse::<u32>() {
        return Some(number.into());
    }
    let (name, rest) = text.split_once(" (").unwrap_or((text, ""));
    let explained = rest.split(':').next().unwrap_or_default();
    let is_plain = rest.is_empty() || allowed.contains(&explained);
    (allowed.contains(&name) && is_plain).then(|| name.into())
}

fn claim() -> Value {
    let needs_floats = json!({
        "required": ["semantics"],
        "properties": { "semantics": { "enum": ["float32", "float64"] } },
    });
    let in_words = json!({ "type": "string", "pattern": "^[^=]*=" });
    let allowance = json!({
        "type": "object",
        "properties": {
            "ulps": described("Units in the last place; at least 1/2.", not_negative()),
            "abs": described("An absolute error.", with_default(0, not_negative())),
        },
        "required": ["ulps"],
        "additionalProperties": false,
    });
    let norm = names(&Norm::ALL.map(Norm::name));
    json!({
        "description": "What to prove.",
        "type": "object",
        "properties": {
            "norm": described(
                "How the error is measured.",
                with_default(Norm::Sup.name(), norm),
            ),
            "tolerance": described(
                "The error to prove, 0 for a network that equals the target; without it the error is enclosed.",
                not_negative(),
            ),
            "threshold": described(
                "For norm area: inside is where the network is at least this.",
                with_default(default_threshold().to_string(), number()),
            ),
            "gap": described(
                "Without a tolerance: the relative width of the enclosure.",
                with_default(default_gap().to_string(), positive()),
            ),
            "semantics": described(
                "The arithmetic that the claim is about.",
                with_default("real", names(&Numbers::NAMES)),
            ),
            "activation_error": described(
                "With floats: how far computed activations may be off; by default the worst of the runtimes.",
                json!({ "anyOf": [names(&PRESETS.map(|preset| preset.name)), in_words, allowance] }),
            ),
            "summation": described(
                "With floats: sums are added in any order, or as emitted C code adds them.",
                with_default(Summation::Any.name(), names(&["any", "emitted"])),
            ),
            "rounded_inputs": described(
                "With floats: claim the network at the rounded input, for every real input of the domain.",
                with_default(false, json!({ "type": "boolean" })),
            ),
        },
        "additionalProperties": false,
        "dependentSchemas": {
            "activation_error": needs_floats,
            "summation": needs_floats,
            "rounded_inputs": {
                "anyOf": [{ "properties": { "rounded_inputs": { "const": false } } }, needs_floats],
            },
        },
        "not": { "required": ["tolerance", "gap"] },
        "if": {
            "properties": { "norm": { "const": Norm::Area.name() } },
            "required": ["norm"],
        },
        "else": { "properties": { "threshold": false } },
    })
}

fn compare() -> Value {
    let standard = CompareSpec::default();
    let settings = &standard.settings;
    let (samples, noise) = match standard.data {
        DataSpec::Random { count, noise, .. } => (Some(count), Some(noise)),
        DataSpec::File { .. } => (None, None),
    };
    let trained = names(&TRAINED.map(|activation| activation.name()));
    let units = count(1, None);
    let activation = json!({ "anyOf": [trained, some_of(&trained)] });
    let first = standard.activations.first();
    let first = first.map(Activation::name);
    json!({
        "description": "Networks to train and to compare with.",
        "type": "object",
        "properties": {
            "hidden": described(
                "The units of the hidden layers: [16, 16], or a list of such lists, one for each network.",
                with_default(
                    standard.hidden,
                    json!({ "anyOf": [some_of(&units), some_of(&list_of(&units))] }),
                ),
            ),
            "tolerance": described(
                "Adds the smallest trained network of each activation that keeps this error in the norm sup.",
                positive(),
            ),
            "activation": described(
                "What hidden units compute, or a list: each shape is trained with each.",
                with_default(first, activation),
            ),
            "samples": described(
                "How many random points to train on.",
                with_default(samples, count(1, Some(MAX_SAMPLES))),
            ),
            "data": described(
                "A file of comma-separated values to train on, relative to the spec's folder.",
                json!({ "type": "string" }),
            ),
            "noise": described(
                "The standard deviation of noise on values, or the fraction of wrong labels.",
                with_default(noise, number_or_text(&json!({ "type": "number", "minimum": 0 }), r"\+?")),
            ),
            "restarts": described(
                "How many random starts.",
                with_default(settings.restarts, count(1, Some(MAX_RESTARTS))),
            ),
            "optimizer": described(
                "The method of descent.",
                with_default(settings.optimizer.name(), names(Optimizer::NAMES)),
            ),
            "steps": described(
                &format!("The most steps from each start. Default: {}.", default_steps()),
                count(1, Some(MAX_STEPS)),
            ),
            "learning_rate": described(
                "The step size of adam.",
                with_default(settings.learning_rate, positive()),
            ),
            "weight_decay": described(
                "Half the sum of the squared weights, times this, is added to the loss.",
                with_default(
                    settings.weight_decay,
                    number_or_text(&json!({ "type": "number", "minimum": 0 }), r"\+?"),
                ),
            ),
            "seed": described(
                "The seed of the first start and of the points.",
                with_default(settings.seed, count(0, None)),
            ),
        },
        "additionalProperties": false,
        "dependentSchemas": {
            "data": { "properties": { "samples": false, "noise": false } },
        },
        "if": {
            "properties": { "optimizer": { "const": Optimizer::Adam.name() } },
            "required": ["optimizer"],
        },
        "else": { "properties": { "learning_rate": false } },
    })
}

/// `500 (lbfgs), 1000 (adam)`.
fn default_steps() -> String {
    let each = Optimizer::ALL.iter();
    let each = each.map(|method| format!("{} ({})", method.default_steps(), method.name()));
    each.collect::<Vec<_>>().join(", ")
}

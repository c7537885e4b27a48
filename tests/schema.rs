//! The JSON Schema of specs says what the reader says.

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Value, json};

use steeple::builders::parameters::KEYS;
use steeple::builders::{BuildError, Entry, Shape, build, catalogue};
use steeple::numbers::loose;
use steeple::workflow::spec::{read, schema};

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).expect("a schema")
}

fn to_json(text: &str) -> Value {
    let table: toml::Table = text.parse().expect("TOML");
    serde_json::to_value(table).expect("JSON")
}

/// The specs in some folders of the repository.
fn specs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec!["examples".into(), "benches/specs".into()];
    folders.push("tests/data/queries".to_string());
    let certificates = fs::read_dir(root.join("proofs/certificates")).expect("a folder");
    for entry in certificates {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            let name = path.file_name().and_then(|name| name.to_str());
            folders.push(format!("proofs/certificates/{}", name.expect("a name")));
        }
    }
    let mut found = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn it_is_a_schema_and_every_spec_of_the_repository_is_valid() {
    let schema = schema();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = validator();
    let specs = specs();
    assert!(specs.len() >= 20, "{}", specs.len());
    let texts = specs.iter().map(|path| {
        let text = fs::read_to_string(path).expect("text");
        (path.display().to_string(), text)
    });
    let examples = catalogue().iter();
    let examples = examples.map(|entry| (entry.name.to_owned(), entry.example.to_owned()));
    for (name, text) in texts.chain(examples) {
        if let Err(error) = validator.validate(&to_json(&text)) {
            panic!("{name}: {error} at {}", error.instance_path());
        }
        assert!(read(&text).is_ok(), "{name}");
    }
}

const GOOD: &str = r#"
[target]
formula = "x^2 + y^2 <= 1"
inputs = ["x", "y"]
domain = { x = ["-3/2", 1.5], y = [-2, "2^1"] }

[network]
builder = "disk"
activation = "heaviside"
fit = "balanced"
centre = [0, "1/3"]
radius = 1
sides = 6

[claim]
norm = "area"
threshold = 0.5
tolerance = "1e-1"

[compare]
hidden = [[2], [16, 16]]
activation = ["sigmoid", "relu"]
samples = 50
optimizer = "adam"
learning_rate = 0.5
"#;

#[test]
fn mistakes_are_refused_by_the_schema_and_by_the_reader() {
    let validator = validator();
    let is_read = |text: &str| {
        let Ok(spec) = read(text) else { return false };
        let Some(network) = &spec.network else {
            return true;
        };
        let parameters = &network.parameters;
        let (target, domain) = (&spec.target, &spec.domain);
        build(network.builder, parameters, target, domain, spec.claim.norm).is_ok()
    };
    assert!(validator.is_valid(&to_json(GOOD)) && is_read(GOOD));
    for (from, to) in [
        // Keys that there are not, or not here.
        ("sides = 6", "side = 6"),
        ("sides = 6", "cells = 4"),
        ("[claim]", "[clam]"),
        ("samples = 50", "sample = 50"),
        ("formula =", "formulas ="),
        ("tolerance =", "tolerances ="),
        ("optimizer = \"adam\"\n", ""),
        ("samples = 50", "samples = 50\ndata = \"points.csv\""),
        ("tolerance = \"1e-1\"", "tolerance = 1\ngap = 1"),
        // Types.
        ("sides = 6", "sides = true"),
        ("sides = 6", "sides = 6.5"),
        ("sides = 6", "sides = -6"),
        ("sides = 6", "sides = \"six\""),
        ("radius = 1", "radius = [1]"),
        ("radius = 1", "radius = 0"),
        ("radius = 1", "radius = \"-1\""),
        ("centre = [0, \"1/3\"]", "centre = [0]"),
        ("centre = [0, \"1/3\"]", "centre = 0"),
        ("centre = [0, \"1/3\"]", "centre = [0, \"1//3\"]"),
        ("[\"x\", \"y\"]", "\"x\""),
        ("\"x^2 + y^2 <= 1\"", "1"),
        ("[-2, \"2^1\"]", "[-2, 0, 2]"),
        ("tolerance = \"1e-1\"", "tolerance = \"1e\""),
        ("hidden = [[2], [16, 16]]", "hidden = 2"),
        ("hidden = [[2], [16, 16]]", "hidden = [2, [3]]"),
        ("hidden = [[2], [16, 16]]", "hidden = [0]"),
        ("samples = 50", "samples = 0"),
        ("learning_rate = 0.5", "learning_rate = 0"),
        // Names.
        ("builder = \"disk\"", "builder = \"disc\""),
        ("fit = \"balanced\"", "fit = \"even\""),
        ("activation = \"heaviside\"", "activation = \"relu\""),
        ("[\"sigmoid\", \"relu\"]", "\"heaviside\""),
        ("norm = \"area\"", "norm = \"l3\""),
        ("norm = \"area\"", "norm = \"l1\""),
        ("\"adam\"", "\"sgd\""),
        // What is needed.
        ("builder = \"disk\"\n", ""),
        ("formula = \"x^2 + y^2 <= 1\"\n", ""),
    ] {
        assert_eq!(GOOD.matches(from).count(), 1, "{from}");
        let text = GOOD.replace(from, to);
        assert!(!validator.is_valid(&to_json(&text)), "schema: {to}");
        assert!(!is_read(&text), "reader: {to}");
    }
}

/// A value of this shape, for inputs of these names.
fn sample(shape: Shape, inputs: &[String]) -> Value {
    match shape {
        Shape::Name(names) => json!(names[0]),
        Shape::Count => json!(3),
        Shape::Counts => json!([3]),
        Shape::Number | Shape::Positive => json!(1),
        Shape::Steepness => json!("4/cell"),
        Shape::Numbers => json!(vec![1; inputs.len()]),
        Shape::Point => json!([0, "1/2"]),
        Shape::Vertices => json!([[0, 0], [1, 0], [0, 1]]),
        Shape::Sides => {
            let sides = inputs.iter().map(|name| (name.clone(), json!([0, "1/2"])));
            Value::Object(sides.collect())
        }
    }
}

/// Is this a key of the builder, by what is said of its example with this key?
fn is_key(entry: &Entry, key: &str, value: &Value) -> (bool, bool) {
    let mut spec = to_json(entry.example);
    spec["network"][key] = value.clone();
    let text = toml::to_string(&spec).expect("TOML");
    let spec_read = read(&text).unwrap_or_else(|error| panic!("{key}: {error}\n{text}"));
    let network = spec_read.network.expect("given");
    let (parameters, norm) = (&network.parameters, spec_read.claim.norm);
    let (target, domain) = (&spec_read.target, &spec_read.domain);
    let built = build(network.builder, parameters, target, domain, norm);
    let is_unknown =
        matches!(built, Err(BuildError::UnknownKey { key: found, .. }) if found == key);
    let errors: Vec<String> = validator()
        .iter_errors(&spec)
        .map(|error| error.to_string())
        .collect();
    let about = format!("'{key}' was unexpected");
    let is_refused = errors.iter().any(|error| error.contains(&about));
    (!is_unknown, !is_refused)
}

#[test]
fn each_builder_takes_the_keys_that_the_schema_offers_and_no_others() {
    let mut taken = 0;
    for entry in catalogue() {
        let spec = read(entry.example).expect("good");
        for key in KEYS {
            let value = sample(key.shape, spec.target.inputs());
            let (by_builder, by_schema) = is_key(entry, key.name, &value);
            assert_eq!(by_builder, by_schema, "{}: {}", entry.name, key.name);
            let is_listed = entry.keys.iter().any(|known| known.name == key.name);
            assert_eq!(by_schema, is_listed, "{}: {}", entry.name, key.name);
            taken += usize::from(by_builder);
        }
    }
    assert!(taken > 60, "{taken}");
}

#[test]
fn every_shape_is_the_same_to_the_schema_and_to_the_reader() {
    let values = [
        json!(3),
        json!(-3),
        json!(0),
        json!(2.5),
        json!("1/3"),
        json!("2^-5"),
        json!("x"),
        json!("from target"),
        json!(""),
        json!(true),
        json!([]),
        json!([1]),
        json!(["1/3"]),
        json!([1, 2]),
        json!([1, [2]]),
        json!([true, 2]),
        json!([[1, 2]]),
        json!([[1, 2, 3]]),
        json!([[[1, 2], [3, 4]], [[5, 6]]]),
        json!([[[1]]]),
        json!({ "x": [0, 1] }),
        json!({ "x": [0] }),
        json!({ "x": 0 }),
        json!({}),
    ];
    let keys = &schema()["properties"]["network"]["properties"];
    for key in KEYS {
        let names = match key.shape {
            Shape::Name(names) => names.iter().map(|name| json!(name)).collect(),
            _ => Vec::new(),
        };
        let schema = jsonschema::validator_for(&keys[key.name]).expect("a schema");
        for value in values.iter().chain(&names) {
            let spec = json!({
                "target": { "formula": "x", "domain": { "x": [0, 1] } },
                "network": { "builder": "step", key.name: value },
            });
            let text = toml::to_string(&spec).expect("TOML");
            let is_read = read(&text).is_ok();
            // A schema cannot add: a count may be written as the text of any number.
            let is_count = matches!(key.shape, Shape::Count | Shape::Counts);
            let is_fraction = is_count && value.to_string().contains(['/', '-']);
            assert!(
                is_read == schema.is_valid(value) || is_fraction,
                "{} = {value}: {is_read}",
                key.name
            );
        }
    }
}

#[test]
fn every_table_has_the_keys_of_its_reader() {
    let schema = schema();
    let tables = ["target", "claim", "compare"];
    let keys_of = |table: &str| -> Vec<String> {
        let keys = schema["properties"][table]["properties"].as_object();
        keys.expect("keys").keys().cloned().collect()
    };
    let all: Vec<String> = tables.iter().flat_map(|table| keys_of(table)).collect();
    assert!(all.len() > 15, "{all:?}");
    for table in tables {
        for key in &all {
            let mut spec = json!({
                "target": { "formula": "x", "domain": { "x": [0, 1] } },
                "claim": {},
                "compare": {},
            });
            let value = spec[table].get(key).cloned();
            spec[table][key] = value.unwrap_or_else(|| json!(true));
            let read = read(&toml::to_string(&spec).expect("TOML"));
            let unknown = format!("unknown key `{key}` in [{table}]");
            let is_unknown = read.is_err_and(|error| error.message == unknown);
            assert_eq!(!is_unknown, keys_of(table).contains(key), "{table}: {key}");
        }
    }
}

#[test]
fn text_is_a_number_to_the_schema_where_it_is_one_to_the_reader() {
    let number = &schema()["properties"]["network"]["properties"]["at"];
    let validator = jsonschema::validator_for(number).expect("a schema");
    let parts = [
        "1", ".5", "2.", "1.5e-3", "1E+3", "2^-5", "10^2", "", ".", "e3", "2^", "^2", "1e", "x",
        "1 ",
    ];
    let mut texts: Vec<String> = Vec::new();
    for sign in ["", "-", "+", "+-", " "] {
        for part in parts {
            texts.push(format!("{sign}{part}"));
            for (between, other) in [
                ("/", "3"),
                ("*", "2^-10"),
                ("/", "4*5"),
                ("^", "2"),
                ("/", ""),
            ] {
                texts.push(format!("{sign}{part}{between}{other}"));
            }
        }
    }
    let mut good = 0;
    for text in texts {
        let is_number = loose::parse(text.trim()).is_ok();
        assert_eq!(validator.is_valid(&json!(text)), is_number, "`{text}`");
        good += usize::from(is_number);
    }
    assert!(good > 50, "{good}");
}

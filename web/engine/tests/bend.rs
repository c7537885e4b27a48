//! The places that a page moves are the values of the network's units.

use serde_json::{Value, json};
use steeple_web::Engine;

fn ask(question: &Value) -> Result<Value, Value> {
    let text = Engine::new().ask(&question.to_string(), &mut |_| {});
    let mut answer: Value = serde_json::from_str(&text).expect("JSON");
    match answer.get_mut("ok") {
        Some(told) => Ok(told.take()),
        None => Err(answer["error"].take()),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    let all = value.as_array().expect("a list");
    all.iter()
        .map(|value| value.as_f64().expect("a number"))
        .collect()
}

/// One relu layer folds the plane at both axes; then the sum is compared with 1.
const FOLDED: &str = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
    {"activation": "relu", "weights": [[1, 0], [-1, 0], [0, 1], [0, -1]], "bias": [0, 0, 0, 0]},
    {"activation": "sigmoid", "weights": [[2, 2, 0, 0], [0, 0, 2, 2]], "bias": [0, "-1/2"]},
    {"activation": "identity", "weights": [[-1, -1]], "bias": [2]}]}"#;

#[test]
fn each_place_has_the_values_of_the_units() {
    let told = ask(&json!({
        "do": "bend", "network": FOLDED, "target": "x^2 + y^2 <= 1", "domain": "x=-2..2, y=-1..1",
    }))
    .expect("places");
    let start = numbers(&told["start"]);
    let count = start.len() / 2;
    let parts = ["grid", "edge"].map(|part| told[part].as_u64().expect("a number") as usize);
    assert_eq!(parts[0], 33 * 33);
    assert_eq!(
        count,
        parts[0] + parts[1] + told["labels"].as_array().expect("labels").len()
    );
    assert_eq!(start[..2], [-2.0, -1.0]);
    let layers: Vec<[Vec<f64>; 2]> = (0..3)
        .map(|k| ["sums", "values"].map(|kind| numbers(&told["layers"][k][kind])))
        .collect();
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-5, "{found} {wanted}");
    for i in 0..count {
        let (x, y) = (start[2 * i], start[2 * i + 1]);
        near(layers[0][0][4 * i + 1], -x);
        near(layers[0][1][4 * i + 1], (-x).max(0.0));
        near(layers[1][0][2 * i], 2.0 * x.abs());
        near(layers[1][1][2 * i + 1], sigmoid(2.0 * y.abs() - 0.5));
        let output = 2.0 - sigmoid(2.0 * x.abs()) - sigmoid(2.0 * y.abs() - 0.5);
        near(layers[2][0][i], output);
        near(layers[2][1][i], output);
    }
    // The edge lies on the circle, and the cells beside it are on both sides.
    for i in parts[0]..parts[0] + parts[1] {
        near(start[2 * i].hypot(start[2 * i + 1]), 1.0);
    }
    let cells = told["cells"].as_array().expect("cells");
    assert_eq!(cells.len(), 32 * 32);
    assert!(cells.contains(&json!(true)) && cells.contains(&json!(false)));
    assert_eq!(
        told["layers"][1]["weights"][1],
        json!([0.0, 0.0, 2.0, 2.0, -0.5])
    );
}

#[test]
fn a_spec_is_built_without_a_proof() {
    let spec = "target = { formula = \"x^2 + y^2 <= 1\", domain = { x = [-2, 2], y = [-2, 2] } }\n\
        network = { builder = \"disk\", sides = 6, hidden_layers = 1, steepness = 10 }\n\
        claim = { norm = \"area\", threshold = \"11/2\" }";
    let told = ask(&json!({ "do": "bend", "spec": spec })).expect("places");
    assert_eq!(told["threshold"], 5.5);
    assert_eq!(told["layers"].as_array().map(Vec::len), Some(2));
    assert_eq!(told["layers"][0]["units"], 6);
}

#[test]
fn mistakes_are_told_with_their_field() {
    let line = FOLDED
        .replace(r#""x", "y""#, r#""x""#)
        .replace("[[1, 0], [-1, 0], [0, 1], [0, -1]]", "[[1], [1], [1], [1]]");
    let target = "target = { formula = \"x^2\", domain = { x = [0, 1] } }";
    for (question, field) in [
        (json!({}), "network"),
        (json!({ "network": FOLDED }), "target"),
        (
            json!({ "network": FOLDED, "target": "x^2 <=", "domain": "x=0..1, y=0..1" }),
            "target",
        ),
        (
            json!({ "network": FOLDED, "target": "x <= 1", "domain": "" }),
            "domain",
        ),
        (
            json!({ "network": FOLDED, "target": "x <= 1", "domain": "x=0..1" }),
            "domain",
        ),
        (
            json!({ "network": line, "target": "x <= 1", "domain": "x=0..1" }),
            "network",
        ),
        (json!({ "spec": target }), "spec"),
        (
            json!({ "spec": format!("{target}\nnetwork = {{ builder = \"interpolant\" }}") }),
            "spec",
        ),
    ] {
        let mut asked = question.clone();
        asked["do"] = json!("bend");
        let failure = ask(&asked).expect_err("a mistake");
        assert_eq!(failure["field"], field, "{question} {failure}");
    }
}

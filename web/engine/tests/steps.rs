//! Sums of steps and coarse surfaces, as a page draws them.

use serde_json::{Value, json};
use steeple_web::Engine;

fn ask(engine: &mut Engine, question: &Value) -> Value {
    let answer = engine.ask(&question.to_string(), &mut |_| {});
    serde_json::from_str(&answer).expect("JSON")
}

/// Builds a spec under the name `it`.
fn build(engine: &mut Engine, spec: &str) {
    let answer = ask(
        engine,
        &json!({ "do": "build", "name": "it", "spec": spec, "boxes": 200 }),
    );
    assert!(answer["error"].is_null(), "{answer}");
}

const STAIRS: &str = r#"
[target]
formula = "sin(6*x)"
domain = { x = [0, 1] }

[network]
builder = "staircase"
cells = 6
steepness = "4/cell"
ghosts = 1
"#;

#[test]
fn the_units_that_are_told_add_up_to_the_network() {
    let mut engine = Engine::new();
    build(&mut engine, STAIRS);
    let told = &ask(
        &mut engine,
        &json!({ "do": "steps", "name": "it", "samples": 5 }),
    )["ok"];
    assert_eq!(told["activation"], "sigmoid");
    let units = told["units"].as_array().expect("units");
    assert_eq!(units.len(), 7);
    let number = |value: &Value| value.as_f64().expect("a number");
    // In the middle of a cell a staircase has about the value of its target there.
    let x: f64 = 1.5 / 6.0;
    let sum = units.iter().fold(number(&told["constant"]), |sum, unit| {
        let z = number(&unit[0]) * x + number(&unit[1]);
        sum + number(&unit[2]) / (1.0 + (-z).exp())
    });
    assert!((sum - (6.0 * x).sin()).abs() < 0.15, "{sum}");
    let target = told["target"].as_array().expect("samples");
    assert_eq!(target.len(), 5);
    assert!((number(&target[1][1]) - 1.5_f64.sin()).abs() < 1e-9);
}

#[test]
fn single_steps_are_told_of_one_input_and_one_layer_only() {
    let mut engine = Engine::new();
    let steps = json!({ "do": "steps", "name": "it", "samples": 5 });
    assert!(
        ask(&mut engine, &steps)["error"]["message"].is_string(),
        "nothing was built"
    );
    build(&mut engine, TOWERS);
    let answer = ask(&mut engine, &steps);
    let message = answer["error"]["message"].as_str().expect("a failure");
    assert!(
        message.contains("one input and one hidden layer"),
        "{message}"
    );
}

const TOWERS: &str = r#"
[target]
formula = "2 - x^2 - y^2"
domain = { x = [-1, 1], y = [-1, 1] }

[network]
builder = "towers"
cells = 2
steepness = "20/cell"
"#;

const TOWER: &str = r#"
[target]
formula = "x >= 0 and x < 1/2 and y >= 0 and y < 1/2"
domain = { x = [-1, 1], y = [-1, 1] }

[network]
builder = "tower"
box = { x = [0, "1/2"], y = [0, "1/2"] }
steepness = 20

[claim]
norm = "area"
"#;

#[test]
fn a_coarse_surface_shows_the_place_of_the_largest_error_and_says_that_it_is_coarse() {
    let mut engine = Engine::new();
    build(&mut engine, TOWERS);
    let coarse = json!({ "do": "coarse", "name": "it" });
    let answer = ask(&mut engine, &coarse);
    let svg = answer["ok"]["svg"].as_str().expect("a picture");
    assert!(svg.contains("Sampled on"), "it says that it is sampled");
    assert!(svg.contains("largest error found"), "it marks the dip");
}

#[test]
fn a_coarse_surface_of_a_region_is_drawn_and_of_one_input_is_refused() {
    let mut engine = Engine::new();
    let coarse = json!({ "do": "coarse", "name": "it" });
    build(&mut engine, TOWER);
    assert!(ask(&mut engine, &coarse)["ok"]["svg"].is_string());
    build(&mut engine, STAIRS);
    assert!(ask(&mut engine, &coarse)["error"]["message"].is_string());
}

//! One point, forward and backward: the page's numbers are those of the library.

use serde_json::{Value, json};
use steeple_web::Engine;

fn question() -> Value {
    json!({
        "do": "passes", "hidden": [2], "activation": "sigmoid", "output": "sigmoid", "loss": "squares",
        "parameters": ["1", "-0.5", "1/2", "1", "0.2", "-0.3", "1", "-1", "0.1"],
        "point": ["0.5", "1"], "label": "1", "rate": 1.0, "steps": 1,
    })
}

fn ask(question: &Value) -> Value {
    let answer = Engine::new().ask(&question.to_string(), &mut |_| {});
    serde_json::from_str(&answer).expect("JSON")
}

fn floats(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(float).collect()
}

fn float(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

fn is_near(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() < 1e-12
}

#[test]
fn both_passes_are_as_by_hand() {
    let found = ask(&question())["ok"].clone();
    // z₁ = 1·0.5 − 0.5·1 + 0.2, z₂ = 0.5·0.5 + 1·1 − 0.3.
    let (a1, a2) = (sigmoid(0.2), sigmoid(0.95));
    let a = sigmoid(a1 - a2 + 0.1);
    let delta = 2.0 * (a - 1.0) * a * (1.0 - a);
    let first = delta * a1 * (1.0 - a1);
    let second = -delta * a2 * (1.0 - a2);
    assert!(is_near(float(&found["loss"]), (a - 1.0) * (a - 1.0)));
    let wanted = [
        first * 0.5,
        first,
        second * 0.5,
        second,
        first,
        second,
        delta * a1,
        delta * a2,
        delta,
    ];
    for (found, wanted) in floats(&found["gradient"]).iter().zip(wanted) {
        assert!(is_near(*found, wanted), "{found} {wanted}");
    }
    assert!(is_near(float(&found["layers"][1]["delta"][0]), delta));
    assert!(is_near(float(&found["layers"][0]["delta"][1]), second));
    let relative = floats(&found["check"]["relative"]);
    assert_eq!(relative.len(), 9);
    assert!(
        relative.iter().all(|relative| *relative < 1e-7),
        "{relative:?}"
    );
}

#[test]
fn a_step_moves_against_the_gradient() {
    let found = ask(&question())["ok"].clone();
    let (weights, gradient) = (floats(&found["parameters"]), floats(&found["gradient"]));
    let next = found["next"]["parameters"].as_array().expect("in range");
    for ((weight, derivative), moved) in weights.iter().zip(&gradient).zip(next) {
        let moved: f64 = moved.as_str().expect("a text").parse().expect("a number");
        assert!((weight - derivative - moved).abs() < 1e-9);
    }
    // What is shown is what the next question begins with.
    let mut again = question();
    again["parameters"] = found["next"]["parameters"].clone();
    assert_eq!(ask(&again)["ok"]["loss"], found["next"]["loss"]);
    assert!(float(&found["next"]["loss"]) < float(&found["loss"]));
}

#[test]
fn cross_entropy_has_no_slope() {
    let mut asked = question();
    asked["loss"] = json!("cross_entropy");
    // Saturated, and wrong.
    asked["parameters"][8] = json!("-6");
    let found = ask(&asked)["ok"].clone();
    let a = float(&found["layers"][1]["a"][0]);
    assert!(a < 0.01);
    assert!(is_near(float(&found["layers"][1]["delta"][0]), a - 1.0));
    assert!(is_near(float(&found["loss"]), -a.ln()));
    asked["loss"] = json!("squares");
    let squares = float(&ask(&asked)["ok"]["layers"][1]["delta"][0]);
    assert!(squares.abs() < 0.02);
}

#[test]
fn bad_numbers_have_a_place() {
    let cases = [
        ("/parameters/4", json!("0,5"), "parameters", json!([4, 5])),
        ("/parameters/0", json!("2e9"), "parameters", json!([0, 1])),
        (
            "/parameters/0",
            json!("1".repeat(50)),
            "parameters",
            json!([0, 1]),
        ),
        ("/point/1", json!(""), "inputs", json!([1, 2])),
        ("/label", json!("one"), "label", json!([0, 1])),
    ];
    for (place, value, field, span) in cases {
        let mut asked = question();
        *asked.pointer_mut(place).expect("a place") = value;
        let error = ask(&asked)["error"].clone();
        assert_eq!(error["field"], field, "{error}");
        assert_eq!(error["span"], span, "{error}");
    }
    let mut asked = question();
    asked["loss"] = json!("cross_entropy");
    asked["label"] = json!("1/2");
    assert_eq!(ask(&asked)["error"]["field"], "label");
    for (key, value) in [
        ("hidden", json!([0])),
        ("hidden", json!([1000])),
        ("hidden", json!([u64::MAX])),
        ("parameters", json!(["1"])),
        ("point", json!([])),
        ("activation", json!("relu")),
        ("steps", json!(5000)),
    ] {
        let mut asked = question();
        asked[key] = value;
        assert!(ask(&asked)["error"]["message"].is_string(), "{key}");
    }
}

#[test]
fn a_huge_rate_gives_no_network() {
    let mut asked = question();
    asked["rate"] = json!(1e300);
    let next = ask(&asked)["ok"]["next"].clone();
    assert_eq!(next["parameters"], Value::Null);
}

#[test]
fn the_box_around_the_point_is_proved() {
    let mut engine = Engine::new();
    let mut ask = |question: &Value| -> Value {
        serde_json::from_str(&engine.ask(&question.to_string(), &mut |_| {})).expect("JSON")
    };
    let found = ask(&question());
    let asked = json!({
        "do": "verify", "name": "passes", "network": found["ok"]["network"], "target": "1",
        "domain": found["ok"]["domain"], "gap": "1/50",
    });
    let proved = ask(&asked);
    assert!(proved["ok"].is_object(), "{proved} {asked}");
    let near = floats(&proved["ok"]["enclosure"]["near"]);
    let a = float(&found["ok"]["layers"][1]["a"][0]);
    assert!(
        near[1] >= 1.0 - a && near[0] < 1.0 - a + 0.01,
        "{near:?} {a}"
    );
}

//! Region counts of a page are those of the library.

use serde_json::{Value, json};
use steeple::{Domain, formats};
use steeple_web::Engine;

fn ask(engine: &mut Engine, question: &Value) -> Result<Value, Value> {
    let text = engine.ask(&question.to_string(), &mut |_| {});
    let mut answer: Value = serde_json::from_str(&text).expect("JSON");
    match answer.get_mut("ok") {
        Some(told) => Ok(told.take()),
        None => Err(answer["error"].take()),
    }
}

fn fold(widths: &[usize], inputs: &str, domain: &str) -> String {
    format!(
        "[target]\ninputs = {inputs}\ndomain = {domain}\n\n[network]\nbuilder = \"fold\"\nwidths = {widths:?}\n"
    )
}

fn plane(widths: &[usize]) -> String {
    fold(widths, r#"["x", "y"]"#, "{ x = [0, 1], y = [0, 1] }")
}

/// |x| + |y|, less 1 outside of a square on its corner.
const NETWORK: &str = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
    {"activation": "relu", "weights": [["1", "0"], ["-1", "0"], ["0", "1"], ["0", "-1"]], "bias": ["0", "0", "0", "0"]},
    {"activation": "relu", "weights": [["1", "1", "1", "1"]], "bias": ["-1"]},
    {"activation": "identity", "weights": [["1"]], "bias": ["0"]}]}"#;

#[test]
fn folded_networks_are_counted_like_by_the_library() {
    let mut engine = Engine::new();
    for (widths, count) in [
        (&[8][..], 37),
        (&[4, 4], 44),
        (&[3, 5, 3], 84),
        (&[6, 6, 6], 1782),
    ] {
        let question = json!({ "do": "regions", "name": "d", "spec": plane(widths) });
        let told = ask(&mut engine, &question).expect("a count");
        assert_eq!(told["count"], count, "{widths:?}");
        assert_eq!(told["promise"]["count"], count.to_string(), "{widths:?}");
        assert_eq!(told["widths"], json!(widths));
        let file = ask(
            &mut engine,
            &json!({ "do": "file", "name": "d", "which": "network" }),
        );
        let file = file.expect("a file")["text"]
            .as_str()
            .expect("a text")
            .to_string();
        let network = formats::open(file.as_bytes()).expect("a network").network;
        let domain = Domain::parse("x=0..1, y=0..1").expect("a domain");
        let counted = steeple::regions(&network, &domain).expect("a count");
        assert_eq!(counted.count(), count, "{widths:?}");
        assert_eq!(told["activation_regions"], counted.activation_regions());
        let report: Value = serde_json::from_str(&counted.json()).expect("JSON");
        assert_eq!(told["bounds"], report["bounds"]);
    }
}

#[test]
fn pictures_mark_a_unit_and_keep_numbers_to_themselves() {
    let mut engine = Engine::new();
    let mut draw = |extra: Value| {
        let mut question = json!({
            "do": "regions", "name": "d", "network": NETWORK, "domain": "x=-1..1, y=-1..1",
        });
        for (key, value) in extra.as_object().expect("keys") {
            question[key] = value.clone();
        }
        let told = ask(&mut engine, &question).expect("a count");
        (
            told["count"].clone(),
            told["svg"].as_str().expect("a picture").to_string(),
        )
    };
    let (count, plain) = draw(json!({}));
    // Inside of the square on its corner it is 0; outside there are four slopes.
    assert_eq!(count, 5);
    assert!(plain.contains("5 linear regions") && !plain.contains("broad line"));
    let (_, marked) = draw(json!({ "unit": [1, 0] }));
    assert!(marked.contains("unit 1 of layer 2 switches here") && marked.len() > plain.len());
    let (_, nowhere) = draw(json!({ "unit": [7, 7] }));
    assert!(nowhere.contains("Unit 8 of layer 8 switches nowhere here"));
    let (_, untold) = draw(json!({ "untold": true }));
    assert!(!untold.contains("5 linear") && !untold.contains("exact counts"));
    let (_, paper) = draw(json!({ "paper": true }));
    assert!(plain.contains("st-auto") && !paper.contains("st-auto"));
}

#[test]
fn what_is_too_much_is_told_by_theorem() {
    let mut engine = Engine::new();
    let question = json!({ "do": "regions", "name": "d", "spec": plane(&[8, 8, 8, 8, 8]) });
    let told = ask(&mut engine, &question).expect("a promise");
    assert_eq!((&told["count"], &told["svg"]), (&Value::Null, &Value::Null));
    assert_eq!(told["promise"]["count"], (256 * 256 * 37).to_string());
    // Many regions are counted, and not drawn.
    let question = json!({ "do": "regions", "name": "d", "spec": plane(&[8, 8, 8]) });
    let told = ask(&mut engine, &question).expect("a count");
    assert_eq!((&told["count"], &told["svg"]), (&json!(9472), &Value::Null));
    // One input has a curve.
    let line = fold(&[2, 2, 2], r#"["x"]"#, "{ x = [0, 1] }");
    let told = ask(
        &mut engine,
        &json!({ "do": "regions", "name": "d", "spec": line }),
    );
    let told = told.expect("a count");
    assert_eq!(told["count"], 12);
    assert!(told["svg"].as_str().expect("a curve").contains("</svg>"));
}

#[test]
fn several_networks_are_counted_at_once() {
    let mut engine = Engine::new();
    let all =
        json!([{ "spec": plane(&[12]) }, { "network": NETWORK, "domain": "y=-1..1, x=-1..1" }]);
    let told = ask(&mut engine, &json!({ "do": "regions_of_all", "all": all })).expect("counts");
    assert_eq!(
        (&told[0]["count"], &told[1]["count"]),
        (&json!(79), &json!(5))
    );
    let all = vec![json!({ "spec": plane(&[4]) }); 41];
    let failure =
        ask(&mut engine, &json!({ "do": "regions_of_all", "all": all })).expect_err("too many");
    assert_eq!(
        failure["message"],
        "a page counts for at most 40 networks at once"
    );
}

#[test]
fn mistakes_are_told_with_their_field() {
    let mut engine = Engine::new();
    let smooth = NETWORK.replace("relu", "sigmoid");
    let target = "target = { formula = \"x^2\", domain = { x = [0, 1] } }\nnetwork = { builder = \"interpolant\", cells = 4 }";
    for (subject, field) in [
        (json!({}), "network"),
        (json!({ "network": "[", "domain": "x=0..1" }), "network"),
        (json!({ "network": NETWORK }), "domain"),
        (json!({ "network": NETWORK, "domain": "x=0..1" }), "domain"),
        (
            json!({ "network": smooth, "domain": "x=0..1, y=0..1" }),
            "network",
        ),
        (json!({ "spec": "" }), "spec"),
        (json!({ "spec": target }), "spec"),
        (json!({ "spec": plane(&[1, 4]) }), "spec"),
        (json!({ "spec": plane(&[]) }), "spec"),
    ] {
        let mut question = subject.clone();
        question["do"] = json!("regions");
        question["name"] = json!("d");
        let failure = ask(&mut engine, &question).expect_err("a mistake");
        assert_eq!(failure["field"], field, "{subject} {failure}");
    }
}

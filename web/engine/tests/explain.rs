//! Network files in the page: opened, explained, and refused in words; specs, proved as by the program.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use steeple_web::Engine;

fn ask(engine: &mut Engine, question: &Value) -> Value {
    serde_json::from_str(&engine.ask(&question.to_string(), &mut |_| {})).expect("JSON")
}

fn explain(bytes: &[u8], domain: &str, target: Option<&str>) -> Value {
    let question = json!({
        "do": "explain", "title": "it", "base64": STANDARD.encode(bytes), "domain": domain, "target": target,
        "millis": 20_000,
    });
    ask(&mut Engine::new(), &question)
}

fn open(bytes: &[u8]) -> Value {
    let question = json!({ "do": "open", "name": "file", "base64": STANDARD.encode(bytes) });
    ask(&mut Engine::new(), &question)
}

/// Two steep sigmoids.
const STAIRS: &[u8] = br#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
    {"activation": "sigmoid", "weights": [["200"], ["200"]], "bias": ["-50", "-150"]},
    {"activation": "identity", "weights": [["1", "1"]], "bias": ["0"]}]}"#;

/// A network with this many inputs and hidden units.
fn network(inputs: usize, units: usize) -> Vec<u8> {
    let names: Vec<String> = (1..=inputs).map(|k| format!("x{k}")).collect();
    json!({
        "steeple_network": 1, "inputs": names, "outputs": ["z"], "layers": [
            {"activation": "relu", "weights": vec![vec!["1"; inputs]; units], "bias": vec!["0"; units]},
            {"activation": "identity", "weights": [vec!["1"; units]], "bias": ["0"]}]
    })
    .to_string()
    .into_bytes()
}

fn sides(text: &str) -> steeple::Domain {
    steeple::Domain::parse(text).expect("a domain")
}

fn formula(text: &str) -> steeple::Target {
    steeple::Target::parse(text).expect("a target")
}

#[test]
fn a_page_says_what_the_library_says() {
    let found = explain(STAIRS, "x=0..1", Some("x"))["ok"].clone();
    let opened = steeple::formats::open(STAIRS).expect("a network").network;
    let (domain, target) = (sides("x=0..1"), formula("x"));
    let wanted = steeple::explain(&opened, &domain)
        .name("it")
        .target(&target);
    let wanted = wanted.run().expect("explained");
    let json: Value = serde_json::from_str(&wanted.json()).expect("JSON");
    assert_eq!(found["report"], json);
    assert_eq!(found["document"]["headline"], wanted.headline());
    assert_eq!(found["is_complete"], true);
    let text = wanted.text();
    for section in found["document"]["sections"].as_array().expect("sections") {
        let question = section["question"].as_str().expect("a text");
        assert!(text.contains(question), "{question}");
    }
    let pictures = found["pictures"].as_array().expect("pictures");
    let names = pictures
        .iter()
        .filter_map(|picture| picture["name"].as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["network", "steps", "diagram"]);
}

#[test]
fn an_explanation_without_time_says_so() {
    let question = json!({
        "do": "explain", "title": "it", "base64": STANDARD.encode(STAIRS), "domain": "x=0..1", "millis": 0,
    });
    let found = ask(&mut Engine::new(), &question)["ok"].clone();
    assert_eq!(found["is_complete"], false);
    assert_eq!(found["report"]["stopped_by"], "time");
}

#[test]
fn what_is_wrong_is_said_at_its_field() {
    let cases = [
        ("x=0..1", Some("sqrt("), "target"),
        ("x=0..1", Some("1/x"), "target"),
        ("x=0..1", Some("x*y"), "target"),
        ("y=0..1", None, "domain"),
        ("x=1..0", None, "domain"),
        ("x=0", None, "domain"),
        ("", None, "domain"),
    ];
    for (domain, target, field) in cases {
        let error = explain(STAIRS, domain, target)["error"].clone();
        assert_eq!(error["field"], field, "{domain} {target:?}: {error}");
    }
    let undefined = explain(STAIRS, "x=0..1", Some("1/x"))["error"].clone();
    assert_eq!(undefined["message"], "the target is not defined at x = 0");
    let syntax = explain(STAIRS, "x=0..1", Some("x + sqrt("))["error"].clone();
    assert!(syntax["span"].is_array(), "{syntax}");
}

#[test]
fn files_of_other_kinds_and_damaged_files_are_refused() {
    let network = steeple::formats::open(STAIRS).expect("ours").network;
    let mut onnx = steeple::formats::to_onnx(&network).expect("ONNX");
    assert!(explain(&onnx, "x=0..1", None)["ok"].is_object());
    onnx.truncate(onnx.len() / 2);
    let cases: [&[u8]; 7] = [
        b"",
        b"\x89PNG\r\n\x1a\n0000",
        b"[target]\nformula = \"x\"\n",
        b"x,y\n1,2\n3,4\n",
        &onnx,
        &STAIRS[..100],
        b"PK\x03\x04archive/data.pkl",
    ];
    for bytes in cases {
        let error = open(bytes)["error"].clone();
        assert_eq!(error["field"], "network", "{error}");
        assert_ne!(error["message"], "");
    }
    let question = json!({ "do": "open", "name": "file", "base64": "?" });
    let error = ask(&mut Engine::new(), &question)["error"].clone();
    assert_eq!(error["field"], "network");
}

#[test]
fn a_large_network_is_opened_and_not_explained() {
    for (bytes, what) in [
        (network(40, 2), "40 inputs"),
        (network(2, 700), "700 hidden units"),
    ] {
        let opened = open(&bytes)["ok"].clone();
        let message = opened["too_large"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(what), "{message}");
        let hint = opened["too_large"]["hint"].as_str().expect("a hint");
        assert!(hint.contains("steeple explain"), "{hint}");
        let error = explain(&bytes, "x1=0..1", None)["error"].clone();
        assert_eq!(error["message"], message);
    }
    assert_eq!(open(&network(30, 500))["ok"]["too_large"], Value::Null);
}

#[test]
fn several_outputs_need_several_targets() {
    let bytes = br#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["a", "b"], "layers": [
        {"activation": "identity", "weights": [["1"], ["2"]], "bias": ["0", "0"]}]}"#;
    assert!(explain(bytes, "x=0..1", None)["ok"].is_object());
    assert!(explain(bytes, "x=0..1", Some("x; 2*x"))["ok"].is_object());
    let error = explain(bytes, "x=0..1", Some("x"))["error"].clone();
    assert_eq!(error["field"], "target");
    let error = explain(bytes, "x=0..1", Some("x; 2*y"))["error"].clone();
    assert_eq!(error["span"], json!([2, 6]));
}

#[test]
fn a_network_file_is_verified_as_by_the_library() {
    let network = steeple::formats::open(STAIRS).expect("a network").network;
    let onnx = steeple::formats::to_onnx(&network).expect("ONNX");
    let mut engine = Engine::new();
    let question = json!({
        "do": "verify", "name": "file", "base64": STANDARD.encode(&onnx), "target": "x", "domain": "x=0..1",
    });
    assert!(ask(&mut engine, &question)["ok"].is_object());
    let question = json!({ "do": "file", "name": "file", "which": "certificate" });
    let file = ask(&mut engine, &question)["ok"]["text"].clone();
    let opened = steeple::formats::open(&onnx).expect("a network");
    let (target, domain) = (formula("x"), sides("x=0..1"));
    let wanted = opened.verify(&target, &domain).run().expect("an answer");
    let wanted = wanted.certificate();
    assert_eq!(file.as_str().map(str::as_bytes), Some(wanted.as_slice()));
    assert!(steeple::check(&wanted, &onnx).is_ok());
}

#[test]
fn a_spec_gives_the_certificate_of_the_program() {
    let spec = "[target]\nformula = \"sin(3*x)\"\ndomain = { x = [0, 1] }\n\n[network]\nbuilder = \"staircase\"\ncells = 7\n";
    let wanted = steeple::build(spec).expect("a spec").run().expect("built");
    let mut engine = Engine::new();
    for millis in [2_000, 20_000] {
        let question = json!({ "do": "build", "name": "spec", "spec": spec, "millis": millis });
        let answer = ask(&mut engine, &question);
        assert_eq!(answer["ok"]["report"]["search"]["stopped_by"], Value::Null);
        let question = json!({ "do": "file", "name": "spec", "which": "certificate" });
        let file = ask(&mut engine, &question);
        let text = file["ok"]["text"].as_str().expect("a text");
        assert_eq!(text.as_bytes(), wanted.answer().certificate());
    }
}

#[test]
fn a_spec_that_cannot_be_built_says_where() {
    let begin = "[target]\nformula = \"x\"\ndomain = { x = [0, 1] }\n\n";
    for (rest, at) in [
        ("[network]\nbuilder = \"staircase\"\ncells = 0\n", "0"),
        ("[network]\nbuilder = \"stairs\"\n", "\"stairs\""),
        ("[network]\nbuilder = \"staircase\"\ncolour = 3\n", "colour"),
        ("[network\n", ""),
        ("", ""),
    ] {
        let spec = format!("{begin}{rest}");
        let question = json!({ "do": "build", "name": "spec", "spec": spec });
        let error = ask(&mut Engine::new(), &question)["error"].clone();
        assert_eq!(error["field"], "spec", "{rest}: {error}");
        let end = |place: usize| usize::try_from(error["span"][place].as_u64()?).ok();
        if let (false, Some(start), Some(end)) = (at.is_empty(), end(0), end(1)) {
            assert_eq!(&spec[start..end], at, "{error}");
        } else {
            assert!(at.is_empty(), "{error}");
        }
    }
}

/// Weights alone: one input, two hidden units, one output.
fn weights() -> Vec<u8> {
    let head = json!({
        "0.weight": { "dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8] },
        "0.bias": { "dtype": "F32", "shape": [2], "data_offsets": [8, 16] },
        "2.weight": { "dtype": "F32", "shape": [1, 2], "data_offsets": [16, 24] },
        "2.bias": { "dtype": "F32", "shape": [1], "data_offsets": [24, 28] },
    })
    .to_string();
    let mut bytes = u64::try_from(head.len())
        .expect("short")
        .to_le_bytes()
        .to_vec();
    bytes.extend(head.into_bytes());
    for value in [1.0_f32, 2.0, 0.0, -1.0, 0.5, 0.25, 0.125] {
        bytes.extend(value.to_le_bytes());
    }
    bytes
}

#[test]
fn weights_without_activations_ask_for_one() {
    let bytes = weights();
    let error = open(&bytes)["error"].clone();
    assert_eq!(
        error["message"],
        "a safetensors file has weights and no activations"
    );
    assert_eq!(error["hint"], "choose the activation of its hidden layers");
    for (name, is_known) in [("relu", true), ("tanh", true), ("nothing", false)] {
        let question = json!({
            "do": "open", "name": "file", "base64": STANDARD.encode(&bytes), "activation": name,
        });
        let answer = ask(&mut Engine::new(), &question);
        let layers = &answer["ok"]["network"]["layers"];
        if is_known {
            assert_eq!(
                layers[0],
                json!({ "units": 2, "activation": name }),
                "{answer}"
            );
            assert_eq!(layers[1]["activation"], "identity");
        } else {
            assert_eq!(answer["error"]["field"], "network", "{answer}");
        }
    }
    // Other files keep their own.
    let question = json!({
        "do": "open", "name": "file", "base64": STANDARD.encode(STAIRS), "activation": "relu",
    });
    let answer = ask(&mut Engine::new(), &question);
    assert_eq!(
        answer["ok"]["network"]["layers"][0]["activation"],
        "sigmoid"
    );
}

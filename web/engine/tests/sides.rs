//! A disk as a polygon: the figure is that of the library, and a draft is a picture of the same network.

use serde_json::{Value, json};
use steeple_web::Engine;

const HEXAGON: &str = "
target = { formula = \"x^2 + y^2 <= 1\", domain = { x = [\"-3/2\", \"3/2\"], y = [\"-3/2\", \"3/2\"] } }
network = { builder = \"disk\", sides = 6, fit = \"balanced\", activation = \"heaviside\" }
claim = { norm = \"area\", gap = \"1/20\" }
";

fn ask(engine: &mut Engine, question: &Value) -> Value {
    serde_json::from_str(&engine.ask(&question.to_string(), &mut |_| {})).expect("JSON")
}

fn build(name: &str, spec: &str, pictures: &[&str]) -> Value {
    json!({ "do": "build", "name": name, "spec": spec, "pictures": pictures })
}

#[test]
fn a_hexagon_has_the_enclosure_of_the_library_and_a_draft() {
    let mut engine = Engine::new();
    let answer = ask(&mut engine, &build("six", HEXAGON, &["draft"]));
    let built = steeple::build(HEXAGON)
        .expect("a spec")
        .run()
        .expect("built");
    let native: Value = serde_json::from_str(&built.answer().json()).expect("JSON");
    assert_eq!(answer["ok"]["report"]["error"], native["error"]);

    let draft = answer["ok"]["pictures"]["draft"].as_str().expect("SVG");
    let fine = ask(
        &mut engine,
        &json!({ "do": "draw", "name": "six", "kind": "halfplanes" }),
    );
    let fine = fine["ok"]["svg"].as_str().expect("SVG");
    // The same words, fewer cells.
    for text in ["6 lines", "Proved: ", "network out, target in"] {
        assert!(draft.contains(text) && fine.contains(text), "{text}");
    }
    assert!(
        2 * draft.len() < fine.len(),
        "{} {}",
        draft.len(),
        fine.len()
    );
}

#[test]
fn drafts_need_a_region_in_the_plane() {
    let specs = [
        (
            "target = { formula = \"x^2\", domain = { x = [0, 1] } }\n\
             network = { builder = \"interpolant\", cells = 4 }",
            "two inputs",
        ),
        (
            "target = { formula = \"x + y\", domain = { x = [0, 1], y = [0, 1] } }\n\
             network = { builder = \"quadrants\", cells = 2 }",
            "needs a region",
        ),
    ];
    for (spec, expected) in specs {
        let answer = ask(&mut Engine::new(), &build("wrong", spec, &["draft"]));
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(expected), "{answer}");
    }
}

//! The networks that a page trains are those of the program, and what is wrong with points and specs is shown with
//! its place.

use serde_json::{Value, json};
use std::path::Path;
use steeple::formats;
use steeple::prover::Limits;
use steeple::training::{Problem, Start};
use steeple::workflow::spec::{self, Trainable, read_to_train};
use steeple::workflow::{points_alone, train_rows, training_data};
use steeple_web::Engine;

fn answer(question: &Value) -> Value {
    let told = Engine::new().ask(&question.to_string(), &mut |_| {});
    serde_json::from_str(&told).expect("JSON")
}

fn trained(spec: &str, points: Option<&str>) -> Value {
    let question =
        json!({ "do": "train", "name": "n", "spec": spec, "points": points, "film": 1000 });
    let told = answer(&question);
    assert!(told["error"].is_null(), "{told}");
    told["ok"].clone()
}

fn failure(spec: &str, points: Option<&str>) -> Value {
    let told = answer(&json!({ "do": "train", "name": "n", "spec": spec, "points": points }));
    assert!(told["ok"].is_null(), "{told}");
    told["error"].clone()
}

/// A spec with this region and these further keys of `[compare]`.
fn region(formula: &str, keys: &str) -> String {
    format!(
        "[target]\nformula = \"{formula}\"\ninputs = [\"x\", \"y\"]\n\
         domain = {{ x = [\"-3/2\", \"3/2\"], y = [\"-3/2\", \"3/2\"] }}\n\n\
         [claim]\nnorm = \"area\"\n\n[compare]\n{keys}\n"
    )
}

const DISK: &str = "x^2 + y^2 <= 1";

#[test]
fn the_network_is_that_of_the_program_byte_for_byte() {
    for keys in [
        "hidden = [[6]]\nsamples = 150\nsteps = 60\nseed = 1",
        "hidden = [[3]]\nactivation = \"relu\"\nsamples = 100\nsteps = 40\nseed = 7\nrestarts = 2",
        "hidden = [[2, 3]]\nactivation = \"tanh\"\noptimizer = \"adam\"\nlearning_rate = 0.5\nsamples = 60\nsteps = 80\nnoise = 0.1",
    ] {
        let text = region(DISK, keys);
        let read = spec::read(&text).expect("a spec");
        let compare = read.compare.clone().expect("a table");
        let data = training_data(&read, &compare, Path::new("")).expect("points");
        let row = train_rows(&compare, &data.samples, &Limits::default(), &|_, _| {}).remove(0);
        let training = row.training.expect("a network");
        let found = trained(&text, None);
        let network = String::from_utf8(formats::to_json(&training.network)).expect("a text");
        assert_eq!(found["network"], network.as_str(), "{keys}");
        assert_eq!(found["title"], row.name.as_str());
        assert_eq!(found["best"], training.best);
        let losses: Vec<f64> = serde_json::from_value(found["losses"].clone()).expect("numbers");
        // `serde_json` reads floats to within their last digit.
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-15 * b;
        assert_eq!(losses.len(), training.found().losses.len());
        assert!(
            losses.iter().zip(&training.found().losses).all(near),
            "{keys}"
        );
        let starts = found["starts"].as_array().expect("a list");
        assert_eq!(starts.len(), training.restarts.len());
        // The film: the start, and at the chosen step the network itself.
        let film = found["film"].as_array().expect("a list");
        assert_eq!(film.len(), losses.len());
        let chosen = found["chosen"]
            .as_u64()
            .and_then(|step| usize::try_from(step).ok());
        let numbers =
            |value: &Value| -> Vec<f64> { serde_json::from_value(value.clone()).expect("numbers") };
        let (last, weights) = (
            numbers(&film[chosen.expect("a step")]),
            numbers(&found["weights"]),
        );
        assert_eq!(last.len(), weights.len());
        for (one, other) in last.iter().zip(&weights) {
            assert!((one - other).abs() <= other.abs() * 1e-6, "{one} {other}");
        }
        let (hidden, activation) = (&compare.hidden[0], &compare.activations[0]);
        let start = Start::Random { hidden, activation };
        let problem = Problem::new(&start, &data.samples, &compare.settings).expect("fits");
        let before = problem
            .network(&problem.start(training.best))
            .expect("finite");
        let bias = steeple::numbers::estimate::estimate_rational(&before.layers()[0].bias()[0]);
        let place = hidden[0] * 2;
        assert!((numbers(&film[0])[place] - bias).abs() <= bias.abs() * 1e-6);
    }
}

#[test]
fn long_films_keep_their_ends() {
    let text = region(
        DISK,
        "hidden = [[2]]\nsamples = 40\nsteps = 57\noptimizer = \"adam\"",
    );
    let question = json!({ "do": "train", "name": "n", "spec": text, "film": 10 });
    let found = answer(&question)["ok"].clone();
    assert_eq!(
        found["steps"],
        json!([0, 6, 12, 18, 24, 30, 36, 42, 48, 54, 57])
    );
    let none = json!({ "do": "train", "name": "n", "spec": text });
    assert_eq!(answer(&none)["ok"]["film"], json!([]));
}

#[test]
fn the_first_of_several_starts_is_told() {
    let told_with = |restarts: usize| {
        let keys = format!("hidden = [[2]]\nsamples = 40\nsteps = 30\nrestarts = {restarts}");
        let question = json!({ "do": "train", "name": "n", "spec": region(DISK, &keys) });
        let mut told = Vec::new();
        let answer = Engine::new().ask(&question.to_string(), &mut |text| {
            told.push(serde_json::from_str::<Value>(text).expect("JSON"));
        });
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        (told, answer["ok"].clone())
    };
    let (told, alone) = told_with(1);
    assert!(told.is_empty());
    let (told, best) = told_with(3);
    assert_eq!(told, [alone]);
    assert_eq!(best["starts"][0], told[0]["starts"][0]);
    assert_eq!(best["starts"].as_array().map(Vec::len), Some(3));
}

#[test]
fn points_of_a_text_are_those_of_a_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("points");
    std::fs::create_dir_all(&folder).expect("a folder");
    let points = "x,y,label\n-1,0,1\n0,1,1\n1,0,inside\n0,-1,1\n0,0,0\n1/5,1/5,0\n0,0,1\n2,0,0\n";
    std::fs::write(folder.join("points.csv"), points).expect("written");
    let keys = "hidden = [[3]]\ndata = \"points.csv\"\nsteps = 50";
    // With a region.
    let text = region(DISK, keys);
    let read = spec::read(&text).expect("a spec");
    let compare = read.compare.clone().expect("a table");
    let data = training_data(&read, &compare, &folder).expect("points");
    let row = train_rows(&compare, &data.samples, &Limits::default(), &|_, _| {}).remove(0);
    let network = formats::to_json(&row.training.expect("a network").network);
    let found = trained(&text, Some(points));
    assert_eq!(
        found["network"].as_str().map(str::as_bytes),
        Some(&*network)
    );
    let notes = found["notes"].to_string();
    assert!(
        notes.contains("outside the domain, the first in line 9 of points.csv"),
        "{notes}"
    );
    assert!(
        notes.contains("1 place has points with both labels"),
        "{notes}"
    );
    // Without one.
    let text = format!("[compare]\n{keys}\n");
    let Trainable::Points(read) = read_to_train(&text).expect("a spec") else {
        panic!("points alone");
    };
    let (data, domain) = points_alone(&read, &folder).expect("points");
    let row = train_rows(&read.compare, &data.samples, &Limits::default(), &|_, _| {}).remove(0);
    let network = formats::to_json(&row.training.expect("a network").network);
    let found = trained(&text, Some(points));
    assert_eq!(
        found["network"].as_str().map(str::as_bytes),
        Some(&*network)
    );
    assert_eq!(domain.sides().len(), 2);
    assert_eq!(found["domain"], json!([[-1.0, 2.0], [-1.0, 1.0]]));
}

#[test]
fn mistakes_have_their_place() {
    let text = region(DISK, "hidden = [[3]]\ndata = \"points.csv\"");
    for (points, message, place) in [
        ("x,y,label\n1,2,1\n1,two,1\n", "`two` is not a number", "t"),
        (
            "x,y,label\r\n1,2,3\r\n",
            "expected a label 1 or 0, found `3`",
            "3",
        ),
        ("x,y,label\nö,2,1\n", "`ö` is not a number", "ö"),
        ("x,y,label\n1,2\n", "expected 3 fields, found 2", "\n"),
        ("", "the file is empty", ""),
    ] {
        let found = failure(&text, Some(points));
        assert_eq!(found["message"], message, "{points:?}");
        assert_eq!(found["field"], "points");
        let end = |k: usize| {
            found["span"][k]
                .as_u64()
                .and_then(|end| usize::try_from(end).ok())
        };
        let (start, end) = (end(0).expect("a place"), end(1).expect("a place"));
        assert_eq!(points.get(start..end).unwrap_or(""), place, "{points:?}");
    }
    let found = failure(&text, None);
    assert_eq!(found["field"], "points");
    let found = failure(&region("x^2 + y^2", "hidden = [[3]]"), None);
    assert_eq!(found["field"], "spec");
    let found = failure(&region(DISK, "hidden = [[3]]\nactivation = \"step\""), None);
    assert_eq!(found["field"], "spec");
}

#[test]
fn what_a_page_cannot_do_the_program_does() {
    for (keys, message) in [
        ("samples = 20001", "at most 20000 points"),
        ("samples = 10\nsteps = 10001", "at most 10000 steps"),
        ("samples = 10\nrestarts = 51", "at most 50 random starts"),
        (
            "samples = 10\nhidden = [[2000, 9]]",
            "at most 5000 weights and biases",
        ),
        (
            "samples = 20000\nsteps = 10000\nrestarts = 50\nhidden = [[9]]",
            "too long",
        ),
    ] {
        let found = failure(&region(DISK, keys), None);
        assert!(found["message"].to_string().contains(message), "{found}");
        assert!(
            found["hint"].to_string().contains("steeple train"),
            "{found}"
        );
    }
}

/// What is certified of a network, as numbers.
fn area(network: &Value, formula: &str) -> (f64, f64) {
    let told = answer(&json!({
        "do": "verify", "name": "n", "network": network, "target": formula, "norm": "area", "gap": "1/20",
        "domain": "x=-3/2..3/2, y=-3/2..3/2",
    }));
    let near = &told["ok"]["enclosure"]["near"];
    (
        near[0].as_f64().expect("a number"),
        near[1].as_f64().expect("a number"),
    )
}

#[test]
fn rivals_are_those_of_a_comparison() {
    let text = region(DISK, "hidden = [[6]]\nsamples = 100\nsteps = 30");
    let network = trained(&text, None)["network"].clone();
    let told = answer(&json!({ "do": "rivals", "spec": text, "network": network }));
    let rivals = told["ok"]["rivals"].as_array().expect("a list").clone();
    let titles: Vec<&str> = rivals
        .iter()
        .filter_map(|rival| rival["title"].as_str())
        .collect();
    assert_eq!(
        titles,
        ["constant", "best polygon of 6 sides", "smooth disk"]
    );
    assert_eq!(rivals[0]["answer"], "no");
    // The area between a circle and the best hexagon, to the gap.
    let (low, high) = area(&rivals[1]["network"], DISK);
    assert!(low <= 0.231 && 0.231 <= high, "{low} {high}");
    let (low, high) = area(&rivals[0]["network"], DISK);
    assert!(
        low <= std::f64::consts::PI && std::f64::consts::PI <= high,
        "{low} {high}"
    );
}

#[test]
fn on_the_circle_training_is_worse_than_the_constant_answer() {
    let formula = "abs(x^2 + y^2 - 1) <= 0.02";
    let text = region(
        formula,
        "hidden = [[6]]\nsamples = 1000\nrestarts = 1\nsteps = 150\nseed = 1",
    );
    let network = trained(&text, None)["network"].clone();
    let told = answer(&json!({ "do": "rivals", "spec": text, "network": network }));
    let rivals = told["ok"]["rivals"].as_array().expect("a list").clone();
    assert_eq!((rivals.len(), &rivals[0]["answer"]), (1, &json!("no")));
    let (lower, _) = area(&network, formula);
    let (_, upper) = area(&rivals[0]["network"], formula);
    assert!(
        lower > upper,
        "trained: at least {lower}; constant: at most {upper}"
    );
}

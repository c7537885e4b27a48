//! Steeple for a page: questions and answers are JSON texts.
//!
//! The module keeps what was asked last under each name, so that a page can ask for a picture, a certificate or a
//! narrower enclosure without sending everything again. Every answer is an object: `{"ok": ...}`, or
//! `{"error": {"message", "hint", "field", "span"}}` ([`Failure`]). The same code answers in a browser and in the
//! tests of this package, which run it as a native library.
//!
//! ```
//! let mut engine = steeple_web::Engine::new();
//! let answer = engine.ask(
//!     r#"{"do": "build", "name": "first", "spec": "target = { formula = \"x^2\", domain = { x = [0, 1] } }\nnetwork = { builder = \"interpolant\", cells = 16 }"}"#,
//!     &mut |_| {},
//! );
//! assert!(answer.contains(r#""upper":"1/1024""#), "{answer}");
//! ```

#[cfg(target_arch = "wasm32")]
#[allow(
    unsafe_code,
    reason = "a page calls functions by name and shares memory"
)]
mod abi;
mod bend;
mod explain;
mod failure;
mod files;
mod kept;
mod passes;
mod picture;
mod prove;
mod regions;
mod steps;
mod train;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

pub use failure::Failure;
use kept::Kept;

/// What a page may ask.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Question {
    Build(prove::Build),
    Verify(prove::Verify),
    Refine(prove::Refine),
    Draw(picture::Draw),
    File(files::File),
    Open(files::Open),
    Explain(explain::Explain),
    Passes(passes::Passes),
    Steps(steps::Steps),
    Coarse(steps::Coarse),
    Train(train::Train),
    Rivals(train::Rivals),
    Regions(regions::Regions),
    RegionsOfAll(regions::RegionsOfAll),
    Bend(bend::Bend),
}

/// Answers questions, and remembers what it built.
#[derive(Default)]
pub struct Engine {
    kept: BTreeMap<String, Kept>,
}

impl Engine {
    /// An engine that remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers one question; `tell` gets messages on the way, which are JSON, too.
    pub fn ask(&mut self, question: &str, tell: &mut dyn FnMut(&str)) -> String {
        let answer = serde_json::from_str(question)
            .map_err(|error| {
                Failure::new(format!(
                    "the page asked a question that Steeple does not know: {error}"
                ))
            })
            .and_then(|question| self.answer(question, tell));
        match answer {
            Ok(answer) => json!({ "ok": answer }),
            Err(failure) => json!({ "error": failure }),
        }
        .to_string()
    }

    fn answer(&mut self, question: Question, tell: &mut dyn FnMut(&str)) -> Result<Value, Failure> {
        match question {
            Question::Build(build) => build.run(&mut self.kept),
            Question::Verify(verify) => verify.run(&mut self.kept),
            Question::Refine(refine) => refine.run(&mut self.kept),
            Question::Draw(draw) => draw.run(&self.kept),
            Question::File(file) => file.run(&self.kept),
            Question::Open(open) => open.run(&mut self.kept),
            Question::Explain(explain) => explain.run(tell),
            Question::Passes(passes) => passes.run(),
            Question::Train(train) => train.run(&mut self.kept, tell),
            Question::Steps(steps) => steps.run(&self.kept),
            Question::Coarse(coarse) => coarse.run(&self.kept),
            Question::Rivals(rivals) => rivals.run(),
            Question::Regions(regions) => regions.run(&mut self.kept),
            Question::RegionsOfAll(regions) => regions.run(),
            Question::Bend(bend) => bend.run(),
        }
    }
}

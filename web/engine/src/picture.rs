//! Pictures of what is kept.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use steeple::PictureKind;
use steeple::draw::{Background, Theme, themed};
use steeple::workflow::pictures::{self, Subject, diagram::diagram, ridges::ridges};

use crate::failure::Failure;
use crate::kept::{Kept, find};

/// The kinds of pictures that need nothing but a network and its answer.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Curve,
    Surface,
    Error,
    Halfplanes,
    /// Half-planes on a coarse grid, quickly.
    Draft,
    Partition,
    Diagram,
    Ridges,
}

impl Kind {
    /// The name, as in questions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Curve => "curve",
            Self::Surface => "surface",
            Self::Error => "error",
            Self::Halfplanes => "halfplanes",
            Self::Draft => "draft",
            Self::Partition => "partition",
            Self::Diagram => "diagram",
            Self::Ridges => "ridges",
        }
    }
}

/// Draws a kept network.
#[derive(Deserialize)]
pub struct Draw {
    name: String,
    kind: Kind,
    /// For white paper, instead of for the reader's screen: to be saved as a file.
    #[serde(default)]
    paper: bool,
}

impl Draw {
    pub fn run(self, kept: &BTreeMap<String, Kept>) -> Result<Value, Failure> {
        let found = find(kept, &self.name)?;
        let svg = if self.paper {
            plain(found, self.kind)?
        } else {
            of(found, self.kind)?
        };
        Ok(json!({ "svg": svg }))
    }
}

/// A picture that follows the reader's screen.
pub fn of(found: &Kept, kind: Kind) -> Result<String, Failure> {
    Ok(on_screen(&plain(found, kind)?))
}

/// In the colours of the reader's screen, without paper.
pub fn on_screen(svg: &str) -> String {
    themed(svg, Theme::Auto, Background::Transparent)
}

/// A picture as the program draws it.
fn plain(found: &Kept, kind: Kind) -> Result<String, Failure> {
    let certified = match kind {
        Kind::Curve => PictureKind::Curve,
        Kind::Surface => PictureKind::Surface,
        Kind::Error => PictureKind::Error,
        Kind::Halfplanes => PictureKind::Halfplanes,
        Kind::Partition => PictureKind::Partition,
        Kind::Draft => return draft(found),
        Kind::Diagram => return Ok(diagram(&found.network).render()),
        Kind::Ridges => return Ok(ridges(&found.network, &found.asked()?.domain)?),
    };
    Ok(found.asked()?.answer.picture(certified)?)
}

/// Cells along a side in a picture that follows a slider, as a power of two.
const DRAFT: u32 = 7;

/// Half-planes on a coarse grid.
fn draft(found: &Kept) -> Result<String, Failure> {
    let claim = found.asked()?.answer.claim();
    let subject = Subject {
        claim: Some(claim),
        ..Subject::alone(&found.network, &claim.question)
    };
    Ok(pictures::draft(&subject, DRAFT)?)
}

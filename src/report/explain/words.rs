//! The sentences of an explanation, for the terminal and for reports alike.

use super::{Bounds, By, Explanation, HardenedReport, LayerWeights, Steps};
use crate::certificate::Norm;
use crate::numbers::Rational;
use crate::numbers::literal::{decimal_down, decimal_up};
use crate::report::{exactly, up};
use crate::words::{count, short};

/// Significant digits of a bound in a sentence.
const DIGITS: usize = 4;
/// A longer target is cut.
const LONGEST: usize = 100;

/// Two ends, rounded outward: `0.5 to 0.7`; one number where both are the same.
pub(super) fn range((low, high): (&Rational, &Rational), digits: usize) -> String {
    let (low, high) = (decimal_down(low, digits), decimal_up(high, digits));
    if low == high {
        low
    } else {
        format!("{low} to {high}")
    }
}

/// Bounds in a sentence: `between 0.5 and 0.7`, `at least 0.5`, `0.5`.
pub(super) fn between(bounds: &Bounds) -> String {
    said(bounds, &Rational::ONE, "")
}

/// A part of the whole, in percent.
pub(super) fn percent(bounds: &Bounds) -> String {
    said(bounds, &Rational::from(100), " %")
}

fn said(bounds: &Bounds, times: &Rational, sign: &str) -> String {
    let low = decimal_down(&(&bounds.lower * times), DIGITS);
    let Some(upper) = &bounds.upper else {
        return format!("at least {low}{sign}");
    };
    let high = decimal_up(&(upper * times), DIGITS);
    if low == high {
        format!("{low}{sign}")
    } else {
        format!("between {low}{sign} and {high}{sign}")
    }
}

/// Bounds that may be missing.
pub(super) fn or_unknown(bounds: Option<&Bounds>, say: fn(&Bounds) -> String) -> String {
    bounds.map_or_else(|| "not known".to_owned(), say)
}

/// A question with its answer and what belongs to it.
pub(super) struct Section {
    /// The question.
    pub(super) question: &'static str,
    /// The answer in a few words.
    pub(super) answer: String,
    /// What stands behind it.
    pub(super) lines: Vec<String>,
}

impl Explanation {
    /// What the network is, in one line.
    pub(super) fn shape_text(&self) -> String {
        let mut parts = vec![count(self.domain.len(), "input")];
        if let Some((last, hidden)) = self.layers.split_last() {
            parts.extend(
                hidden
                    .iter()
                    .map(|(units, name)| count(*units, &format!("{name} unit"))),
            );
            let through = match last.1 {
                "identity" => String::new(),
                name => format!(" through {name}"),
            };
            parts.push(format!("{}{through}", count(self.outputs.len(), "output")));
        }
        parts.join(", ")
    }

    /// The result in one sentence.
    pub fn headline(&self) -> String {
        let name = &self.name;
        match &self.steps {
            Steps::NoUnits => format!("{name} has no hidden units: it is one formula"),
            Steps::Already => format!("{name} is made of steps: every unit is one"),
            Steps::Never(kind) => {
                format!(
                    "{name} is not made of steps: its units are {kind} units, which do not level off like a step"
                )
            }
            Steps::Compared(report) => format!("{name} {}", verdict(report)),
        }
    }

    /// The questions that are answered, in order.
    pub(super) fn sections(&self) -> Vec<Section> {
        let mut sections = vec![self.about_steps()];
        sections.extend(self.about_error());
        sections.extend(self.about_flatness());
        sections.extend(self.about_shapes());
        sections.extend(self.about_weights());
        sections
    }

    fn about_steps(&self) -> Section {
        let question = "Is it smooth, or made of steps?";
        let (answer, lines) = match &self.steps {
            Steps::NoUnits => (
                "Neither: it has no hidden units.".to_owned(),
                self.affine.clone().unwrap_or_default(),
            ),
            Steps::Already => (
                "It is made of steps.".to_owned(),
                vec![
                    "Every hidden unit jumps from 0 to 1 at its line and is flat elsewhere."
                        .to_owned(),
                ],
            ),
            Steps::Never(kind) => (
                "Not made of steps.".to_owned(),
                vec![format!(
                    "A step levels off on both sides. A {kind} unit does not, so there is no step to put in its place."
                )],
            ),
            Steps::Compared(report) => (sentence(verdict(report)), self.compared(report)),
        };
        Section {
            question,
            answer,
            lines,
        }
    }

    fn compared(&self, report: &HardenedReport) -> Vec<String> {
        let kept = match report.kept {
            0 => String::new(),
            kept => format!(" ({} stay as they are)", count(kept, "other unit")),
        };
        let mut lines = vec![format!(
            "Put a step in the place of each of its {}{kept}, and call the result H. A step is 0 (tanh: -1) on one \
             side of its line, and 1 on the other.",
            count(report.replaced, "sigmoid or tanh unit")
        )];
        if let Some(reason) = &report.reason {
            lines.push(format!("How far N is from H is not known: {reason}."));
            if report.largest.is_none() {
                return lines;
            }
        }
        lines.push(format!(
            "N and H have the same values, up to {}, on {} of the domain.",
            exactly(&report.tolerance),
            or_unknown(report.same.as_ref(), percent)
        ));
        lines.push(format!(
            "Their mean distance over the domain is {}.",
            or_unknown(report.mean.as_ref(), between)
        ));
        lines.push(format!(
            "Their largest distance is {}. It is never small: where H jumps, N is about halfway, so the two differ \
             by about half the jump however steep N is.",
            or_unknown(report.largest.as_ref(), between)
        ));
        if let Some((threshold, differ)) = &report.decisions {
            lines.push(format!(
                "As a decision, \"at least {}\", they differ on {} of the domain.",
                exactly(threshold),
                or_unknown(differ.as_ref(), percent)
            ));
        }
        lines
    }

    fn about_error(&self) -> Option<Section> {
        let report = self.error.as_ref()?;
        let target = short(&report.target.join(", "), LONGEST);
        let what = match report.norm {
            Norm::Sup => "largest error",
            Norm::L1 => "integral of the error",
            Norm::L2 => "l2 error",
            Norm::Area => "misclassified area",
        };
        let answer = match &report.error {
            Some(error) => format!("The {what} is {}.", between(error)),
            None => "Not known: no bounds were found in the time for it.".to_owned(),
        };
        Some(Section {
            question: "How wrong is it?",
            answer,
            lines: vec![format!("The target is {target}.")],
        })
    }

    fn about_flatness(&self) -> Option<Section> {
        let question = "Where is it flat, so that it could not learn from a point there?";
        Some(match self.flat.as_ref()? {
            Ok(flat) => {
                let upper = flat.part.upper.clone().unwrap_or(Rational::ONE);
                let answer = if upper.is_zero() {
                    "Nowhere.".to_owned()
                } else {
                    format!("On {} of the domain.", percent(&flat.part))
                };
                Section {
                    question,
                    answer,
                    lines: vec![format!("{}.", first_upper(&flat.meaning))],
                }
            }
            Err(why) => Section {
                question,
                answer: "Not known.".to_owned(),
                lines: vec![format!("{}.", first_upper(why))],
            },
        })
    }

    fn about_shapes(&self) -> Option<Section> {
        if self.shapes.is_empty() {
            return None;
        }
        let mut lines: Vec<String> = self
            .shapes
            .iter()
            .take(MOST_SHAPES)
            .map(|shape| format!("{}.", shape.sentence))
            .collect();
        if self.shapes.len() > MOST_SHAPES {
            let more = self.shapes.len() - MOST_SHAPES;
            lines.push(format!("{more} more are in the JSON form."));
        }
        Some(Section {
            question: "Which units work together?",
            answer: format!("{} found.", count(self.shapes.len(), "shape")),
            lines,
        })
    }

    fn about_weights(&self) -> Option<Section> {
        let first = self.weights.first().filter(|_| self.weights.len() > 1)?;
        let inputs = self.domain.len();
        let zeros: usize = self.weights.iter().map(|layer| layer.zeros).sum();
        let near: usize = self.weights.iter().map(|layer| layer.near_zeros).sum();
        let all: usize = self.weights.iter().map(|layer| layer.weights).sum();
        let mut lines = Vec::new();
        if near > 0 {
            lines.push(format!(
                "{} nearly zero: at most a thousandth of the largest in the layer, which is {}.",
                if near == 1 {
                    "1 more is".to_owned()
                } else {
                    format!("{near} more are")
                },
                largest(&self.weights)
            ));
        }
        if inputs > 1 {
            let wanted = first.weights / inputs * (inputs - 1);
            let have = first.zeros + first.near_zeros;
            let ends = if have >= wanted {
                "as many or more"
            } else {
                "fewer"
            };
            lines.push(format!(
                "A tower with sides along the axes needs one weight for each first unit, and {} zeros in a first \
                 layer of {} weights. This one has {have}: {ends}.",
                wanted, first.weights
            ));
        }
        Some(Section {
            question: "Which weights are zero?",
            answer: format!("{zeros} of {}.", count(all, "weight")),
            lines,
        })
    }

    /// What the numbers mean, and who stands for them.
    pub(super) fn meaning(&self) -> Vec<String> {
        let has = |by: By| {
            let changes = self
                .units
                .iter()
                .flat_map(|unit| [&unit.change, &unit.error]);
            changes.flatten().any(|bounds| bounds.by == by)
        };
        let mut lines = Vec::new();
        if !self.units.is_empty() {
            lines.push(
                "The line of a unit is where its sum is 0. A sigmoid or tanh goes from a tenth to nine tenths of its \
                 way within its transition layer, on both sides of that line. A unit is step-like if this layer is \
                 at most a tenth of the domain across; linear if it is within a twentieth of a straight line; dead \
                 if its output changes by at most 1/1000; and else bent, or a kink."
                    .to_owned(),
            );
            lines.push(
                "To remove a unit is to replace it by a constant, the middle of its range. The table says how much \
                 an output then changes at most."
                    .to_owned(),
            );
        }
        let mut who = vec![
            "Ranges of units and transition layers come from exact numbers and intervals that hold the true value",
        ];
        if has(By::Arithmetic) {
            who.push("and so does a change that is the weight of a unit times its range");
        }
        let who = who.join(", ");
        lines.push(format!(
            "{who}. Distances, errors and parts of the domain are proved: the checker accepted a certificate for \
             each pair of bounds. Shapes are exact for the network H of steps."
        ));
        lines
    }
}

/// At most this many shapes are listed.
const MOST_SHAPES: usize = 24;

fn largest(weights: &[LayerWeights]) -> String {
    let sizes: Vec<String> = weights.iter().map(|layer| up(&layer.largest)).collect();
    sizes.join(" and ")
}

/// Is the network made of steps? A phrase after its name.
fn verdict(report: &HardenedReport) -> String {
    let Some(same) = &report.same else {
        return "was not compared with a network of steps".to_owned();
    };
    let tolerance = exactly(&report.tolerance);
    let part = percent(same);
    let upper = same.upper.clone().unwrap_or(Rational::ONE);
    if same.lower >= Rational::ratio(9, 10) {
        format!("is made of steps up to {tolerance} on {part} of the domain")
    } else if upper <= Rational::ratio(1, 2) {
        format!(
            "is smooth, not made of steps: only {part} of the domain looks like steps, up to {tolerance}"
        )
    } else {
        format!("is partly made of steps: up to {tolerance} on {part} of the domain")
    }
}

fn sentence(phrase: String) -> String {
    format!("It {phrase}.")
}

fn first_upper(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(signs).collect()
    })
}

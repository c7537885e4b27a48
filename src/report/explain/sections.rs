//! The questions that an explanation answers, for the terminal and for reports alike.

use super::words::{DIGITS, between, or_unknown, percent};
use super::{By, Explanation, HardenedReport, Steps};
use crate::certificate::Norm;
use crate::numbers::Rational;
use crate::numbers::literal::decimal_down;
use crate::report::document::Section;
use crate::report::exactly;
use crate::words::{count, short};

/// A longer target is cut.
const LONGEST: usize = 100;
/// At most this many shapes are listed.
const MOST_SHAPES: usize = 6;

impl Explanation {
    fn is_piecewise_linear(&self) -> bool {
        let pieces = [
            "identity",
            "relu",
            "leaky-relu",
            "hard-tanh",
            "maxout",
            "heaviside",
        ];
        self.layers.iter().all(|(_, name)| pieces.contains(name))
    }

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
                    "A step is flat on both sides of its line. {} {kind} unit is not, so there is no step to put \
                     in its place.{}",
                    article(kind),
                    if self.is_piecewise_linear() {
                        " The network is affine on each of finitely many pieces, which `steeple regions` counts."
                    } else {
                        ""
                    }
                )],
            ),
            Steps::Compared(report) => (sentence(&verdict(report)), self.compared(report)),
        };
        Section {
            question,
            answer,
            lines,
        }
    }

    fn compared(&self, report: &HardenedReport) -> Vec<String> {
        let layers = self.layers.iter().map(|(_, name)| *name);
        let mut kinds: Vec<&str> = layers
            .filter(|name| matches!(*name, "sigmoid" | "tanh"))
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        let kind = kinds.join(" or ");
        let kept = match report.kept {
            0 => String::new(),
            kept => format!(" ({} stay as they are)", count(kept, "other unit")),
        };
        let mut lines = vec![format!(
            "Put a step in the place of each of its {}{kept}, and call the result H. A step is {} on one side of its \
             line, and 1 on the other.",
            count(report.replaced, &format!("{kind} unit")),
            match kind.as_str() {
                "tanh" => "-1",
                "sigmoid" => "0",
                _ => "0 (for tanh -1)",
            }
        )];
        if let Some(reason) = &report.reason {
            lines.push(format!("How far N is from H is not known: {reason}."));
            if report.largest.is_none() {
                return lines;
            }
        }
        lines.push(format!(
            "N and H have the same values, up to {}, on {} of the domain.",
            decimal_down(&report.tolerance, DIGITS),
            or_unknown(report.same.as_ref(), percent)
        ));
        lines.push(format!(
            "Their mean distance over the domain is {}.",
            or_unknown(report.mean.as_ref(), between)
        ));
        lines.push(format!(
            "Their largest distance is {}. It is never small: next to a line where H jumps, N is still on its way, \
             however steep it is. So look at the part of the domain and at the mean.",
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
        let question = "Where is it saturated?";
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
                    lines: vec![format!(
                        "Saturated means that {}. A training point there teaches the hidden units almost nothing.",
                        flat.meaning
                    )],
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
        let has_steps = matches!(self.steps, Steps::Already | Steps::Compared(_));
        if self.shapes.is_empty() {
            return has_steps.then(|| Section {
                question: "Which units work together?",
                answer: "None that make a bump, staircase, wall, tower or polygon.".to_owned(),
                lines: vec![
                    "Such shapes need steps of the same height that face each other. Training seldom makes them: its units overlap.".to_owned(),
                ],
            });
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
            answer: format!(
                "{} found: {}.",
                count(self.shapes.len(), "shape"),
                self.kinds()
            ),
            lines,
        })
    }

    /// The kinds of shapes, with how many there are of each.
    fn kinds(&self) -> String {
        let mut kinds: Vec<(&str, usize)> = Vec::new();
        for shape in &self.shapes {
            match kinds.iter_mut().find(|(kind, _)| *kind == shape.kind) {
                Some((_, number)) => *number += 1,
                None => kinds.push((&shape.kind, 1)),
            }
        }
        let kinds: Vec<String> = kinds
            .iter()
            .map(|(kind, number)| count(*number, kind))
            .collect();
        kinds.join(", ")
    }

    fn about_weights(&self) -> Option<Section> {
        let first = self.weights.first().filter(|_| self.weights.len() > 1)?;
        let inputs = self.domain.len();
        let zeros: usize = self.weights.iter().map(|layer| layer.zeros).sum();
        let near: usize = self.weights.iter().map(|layer| layer.near_zeros).sum();
        let all: usize = self.weights.iter().map(|layer| layer.weights).sum();
        let mut lines = Vec::new();
        if near > 0 {
            let are = if near == 1 { "1 more is" } else { "more are" };
            let number = if near == 1 {
                String::new()
            } else {
                format!("{near} ")
            };
            lines.push(format!(
                "{number}{are} nearly zero: at most a thousandth of the largest in the same layer."
            ));
        }
        if inputs > 1 {
            let wanted = first.weights / inputs * (inputs - 1);
            let have = first.zeros + first.near_zeros;
            let are = if have == 1 { "is" } else { "are" };
            let of_first = format!(
                "{have} of the {} weights of its first layer {are} zero or nearly so",
                first.weights
            );
            lines.push(if have >= wanted {
                format!("{of_first}, as towers with sides along the axes need ({wanted}: one weight for each unit).")
            } else {
                format!(
                    "{of_first}. Towers with sides along the axes would need {wanted}, one weight for each unit; so \
                     its lines are not all along the axes."
                )
            });
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
            let has_layers = self.units.iter().any(|unit| unit.transition.is_some());
            let mut kinds = String::from("The line of a unit is where its sum is 0. ");
            if has_layers {
                kinds += "Within its transition layer, across that line, a sigmoid or tanh goes from a tenth to nine \
                          tenths of its way. A unit is step-like if this layer is at most a tenth of the domain \
                          across; ";
            } else {
                kinds += "A unit is ";
            }
            kinds += "linear if it is within a twentieth of a straight line; dead if its output changes by at most \
                      1/1000; else bent, or a kink.";
            lines.push(kinds);
            lines.push(
                "To remove a unit is to replace it by a constant near the middle of its range. The table says how \
                 much an output then changes, at most."
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
        let by_cells = match &self.steps {
            Steps::Compared(report) => report.mean.as_ref().map(|mean| mean.by),
            _ => None,
        };
        lines.push(if by_cells == Some(By::Arithmetic) {
            format!(
                "{who}. So do the distances to H and the parts of the domain, cell by cell, because this network is \
                 too long as a formula. Errors and other changes are proved: the checker accepted a certificate for \
                 each pair of bounds."
            )
        } else {
            format!(
                "{who}. Other distances, errors and parts of the domain are proved: the checker accepted a \
                 certificate for each pair of bounds."
            )
        });
        if !self.shapes.is_empty() {
            lines.push(
                "Shapes are found by exact geometry of the lines. They are exact for the network H of steps; N is a \
                 smooth form of it."
                    .to_owned(),
            );
        }
        lines
    }
}

/// Is the network made of steps? A phrase after its name.
fn verdict(report: &HardenedReport) -> String {
    let Some(same) = &report.same else {
        return "was not compared with a network of steps".to_owned();
    };
    let tolerance = decimal_down(&report.tolerance, DIGITS);
    let part = percent(same);
    let upper = same.upper.clone().unwrap_or(Rational::ONE);
    if same.lower >= Rational::ratio(9, 10) {
        format!("is made of steps, up to {tolerance}, on {part} of the domain")
    } else if upper.is_zero() {
        format!("is smooth, not made of steps: nowhere does it look like steps, up to {tolerance}")
    } else if upper <= Rational::ratio(1, 2) {
        format!(
            "is smooth, not made of steps: only {part} of the domain looks like steps, up to {tolerance}"
        )
    } else if same.lower >= Rational::ratio(1, 2) && upper <= Rational::ratio(9, 10) {
        format!("is partly made of steps: up to {tolerance}, on {part} of the domain")
    } else {
        format!("looks like steps, up to {tolerance}, on {part} of the domain")
    }
}

fn sentence(phrase: &str) -> String {
    format!("It {phrase}.")
}

fn first_upper(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(signs).collect()
    })
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "An"
    } else {
        "A"
    }
}

//! Other questions: domains, thresholds, formulas and networks. There are only a few of each, so
//! that the truth about a question is computed once.

use steeple::network::digest;
use steeple::numbers::{Rational, literal};

use super::Patient;
use crate::bases::Base;
use crate::random::Choices;

/// One of a few small numbers of both signs.
fn few(choices: &mut Choices) -> Rational {
    let size = Rational::power_of_two(-choices.pick(&[1, 3, 6, 12, 30, 50]));
    if choices.once_in(2) { size } else { -size }
}

/// Changes an end of a side, of the domain or of the box of a case.
pub fn domain<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let is_property = patient.document.field("box").is_some();
    let word = if is_property { "box" } else { "domain" };
    let fields = patient.document.fields_mut(word);
    let which = choices.below(fields.len());
    let field = fields.into_iter().nth(which)?;
    let mut words: Vec<String> = field.split(' ').map(ToString::to_string).collect();
    let numbers: Vec<usize> = (0..words.len())
        .filter(|k| literal::parse(&words[*k]).is_ok())
        .collect();
    let at = choices.pick(&numbers);
    let old = literal::parse(&words[at]).ok()?;
    words[at] = (old + few(choices)).to_string();
    *field = words.join(" ");
    Some(())
}

pub fn threshold<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let field = patient.document.field_mut("threshold")?;
    *field = (literal::parse(field).ok()? + few(choices)).to_string();
    Some(())
}

/// Returns a line with a formula.
fn formula<'t>(patient: &'t mut Patient<'_>, choices: &mut Choices) -> Option<&'t mut String> {
    let is_property = patient.document.field("unsafe").is_some();
    let word = if is_property { "unsafe" } else { "target" };
    let fields = patient.document.fields_mut(word);
    let which = choices.below(fields.len());
    fields.into_iter().nth(which)
}

/// Changes a digit of a formula, or adds a small term.
pub fn number<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let field = formula(patient, choices)?;
    let is_alone = |k: usize| k == 0 || !field.as_bytes()[k - 1].is_ascii_alphanumeric();
    let digits: Vec<usize> = (0..field.len())
        .filter(|k| field.as_bytes()[*k].is_ascii_digit() && is_alone(*k))
        .filter(|k| *k == 0 || field.as_bytes()[k - 1] != b'_')
        .collect();
    let is_condition = field.contains(['<', '>', '=']);
    if digits.is_empty() || (!is_condition && choices.once_in(2)) {
        if is_condition {
            return None;
        }
        *field = format!("{field} + ({})", few(choices));
        return Some(());
    }
    let at = choices.pick(&digits);
    let digit = choices.below(4).to_string();
    let is_new = field[at..=at] != digit;
    field.replace_range(at..=at, &digit);
    is_new.then_some(())
}

/// Words and their replacements.
const SWAPS: &[(&str, &str)] = &[
    ("sin", "cos"),
    ("cos", "sin"),
    ("tanh", "atan"),
    ("exp", "cosh"),
    ("abs", "relu"),
    ("sqrt", "abs"),
    ("sigmoid", "tanh"),
    ("if(", "max("),
    (" + ", " - "),
    (" - ", " + "),
    ("*", "+"),
    ("+", "*"),
    ("^2", "^3"),
    ("^2", "^1"),
    ("^3", "^2"),
    ("<=", "<"),
    ("<=", ">="),
    (">=", "<="),
    (">=", ">"),
    ("<", "<="),
    (">", ">="),
    (" and ", " or "),
    (" or ", " and "),
    ("min", "max"),
    ("max", "min"),
    ("x", "y"),
    ("y", "x"),
    ("Y_0", "X_0"),
];

pub fn function<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let field = formula(patient, choices)?;
    let fits: Vec<_> = SWAPS
        .iter()
        .filter(|(old, _)| field.contains(old))
        .collect();
    if fits.is_empty() {
        return None;
    }
    let (old, new) = choices.pick(&fits);
    *field = field.replacen(old, new, 1);
    Some(())
}

/// Takes another network, with its own digest.
pub fn network<'a>(base: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    forged(base, patient, choices)?;
    let field = patient.document.field_mut("network")?;
    *field = format!("N {}", digest(patient.network));
    Some(())
}

/// Takes another network, but keeps the digest.
pub fn forged<'a>(base: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let which = choices.below(base.networks.len());
    patient.network = &base.networks[which];
    patient.which = which;
    (which > 0).then_some(())
}

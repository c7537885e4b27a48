//! Other claims, witnesses and hints.

use steeple::numbers::{Rational, literal};

use super::Patient;
use crate::bases::Base;
use crate::random::Choices;

/// Changes the number in a line.
fn with_number(
    patient: &mut Patient<'_>,
    word: &str,
    change: impl FnOnce(Rational) -> Rational,
) -> Option<()> {
    let field = patient.document.field_mut(word)?;
    *field = change(literal::parse(field).ok()?).to_string();
    Some(())
}

/// A small change, relative to a number or absolute.
fn little(of: &Rational, choices: &mut Choices) -> Rational {
    let power = Rational::power_of_two(-choices.small(0, 64));
    if choices.once_in(4) || of.is_zero() {
        power
    } else {
        of.abs() * power
    }
}

pub fn lower_up<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    with_number(patient, "lower", |lower| {
        let by = little(&lower, choices);
        lower + by
    })
}

pub fn upper_down<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    with_number(patient, "upper", |upper| {
        let by = little(&upper, choices);
        upper - by
    })
}

pub fn wider<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    with_number(patient, "upper", |upper| {
        let by = little(&upper, choices);
        upper + by
    })?;
    with_number(patient, "lower", |lower| {
        let by = little(&lower, choices);
        lower - by
    })
}

/// Changes the numerator of an end by one.
pub fn last_bit<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let (word, by) = choices.pick(&[("lower", 1), ("upper", -1), ("lower", -1), ("upper", 1)]);
    with_number(patient, word, |end| {
        let denominator = Rational::from(end.denominator().clone());
        let bit = denominator.reciprocal().unwrap_or(Rational::ONE);
        end + bit * Rational::from(by)
    })
}

pub fn swapped<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    if choices.once_in(2) {
        let word = choices.pick(&["lower", "upper"]);
        return with_number(patient, word, |end| -end);
    }
    let lower = patient.document.field("lower")?.to_string();
    let upper = patient.document.field_mut("upper")?;
    let lower = std::mem::replace(upper, lower);
    *patient.document.field_mut("lower")? = lower;
    Some(())
}

/// Moves the witness: one coordinate slightly, or to anywhere in the domain.
pub fn witness<'a>(base: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let field = patient.document.field_mut("witness")?;
    let mut words: Vec<String> = field.split(' ').map(ToString::to_string).collect();
    // A property names its case first, an error its radius last.
    let is_property = base.is_property();
    let first = usize::from(is_property);
    let at = first + choices.below(base.sides.len());
    let old = literal::parse(words.get(at)?).ok()?;
    let (low, high) = base.sides.get(at - first)?;
    let new = match choices.below(4) {
        0 => low + (high - low) * Rational::ratio(choices.integer(-1, 9), 8),
        1 => old - Rational::power_of_two(-choices.small(1, 60)),
        2 => old + Rational::power_of_two(-choices.small(1, 60)),
        _ => low + (high - low) * Rational::ratio(choices.integer(0, 4096), 4096),
    };
    words[at] = new.to_string();
    if is_property && choices.once_in(8) {
        words[0] = choices.below(3).to_string();
    }
    *field = words.join(" ");
    Some(())
}

pub fn radius<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let field = patient.document.field_mut("witness")?;
    let (point, old) = field.split_once(" radius ")?;
    let old = literal::parse(old).ok()?;
    let power = Rational::power_of_two(-choices.small(0, 60));
    let new = match choices.below(4) {
        0 => Rational::ZERO,
        1 => old * power,
        2 => old + power,
        _ => power,
    };
    *field = format!("{point} radius {new}");
    Some(())
}

pub fn constant_radius<'a>(
    _: &'a Base,
    patient: &mut Patient<'a>,
    choices: &mut Choices,
) -> Option<()> {
    with_number(patient, "constant-radius", |old| match choices.below(4) {
        0 => Rational::ZERO,
        1 => old * Rational::power_of_two(choices.small(-8, 20)),
        _ => Rational::power_of_two(-choices.small(-2, 50)),
    })
}

pub fn ranges<'a>(_: &'a Base, patient: &mut Patient<'a>, _: &mut Choices) -> Option<()> {
    let field = patient.document.field_mut("ranges")?;
    *field = if field == "natural" {
        "linear"
    } else {
        "natural"
    }
    .to_string();
    Some(())
}

pub fn layer<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let layers = ["core", "integrals", "smooth", "fast", "properties"];
    let field = patient.document.field_mut("layer")?;
    let new = choices.pick(&layers);
    let is_new = field != new;
    *field = new.to_string();
    is_new.then_some(())
}

pub fn weights<'a>(_: &'a Base, patient: &mut Patient<'a>, _: &mut Choices) -> Option<()> {
    let field = patient.document.field_mut("weights")?;
    *field = if field == "exact" { "stored" } else { "exact" }.to_string();
    Some(())
}

/// Names another norm; `area` comes with a threshold, the others without.
pub fn norm<'a>(base: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    if base.is_property() {
        return None;
    }
    let new = choices.pick(&["sup", "l1", "l2", "area"]);
    let field = patient.document.field_mut("claim")?;
    let is_new = field != new;
    *field = new.to_string();
    let lines = &mut patient.document.lines;
    let threshold = lines.iter().position(|(word, _)| word == "threshold");
    match (threshold, new) {
        (Some(at), "sup" | "l1" | "l2") => _ = lines.remove(at),
        (None, "area") => {
            let lower = lines.iter().position(|(word, _)| word == "lower")?;
            lines.insert(lower, ("threshold".to_string(), "1/2".to_string()));
        }
        _ => {}
    }
    if let Some(layer) = patient.document.field_mut("layer")
        && layer == "core"
    {
        *layer = "integrals".to_string();
    }
    is_new.then_some(())
}

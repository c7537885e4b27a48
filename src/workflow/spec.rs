//! Spec files: what to build, for which target, and what to prove of it.
//!
//! TOML, read with the place of every value. Numbers are taken from the text of the file, never
//! through a float: `tolerance = 0.1` is exactly 1/10. What is not understood is refused with its
//! place and what was expected.

mod advice;
mod arithmetic;
mod compare;
mod network;
mod points;
mod schema;
mod sides;
mod syntax;

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::measure::{MeasureError, fits_target, threshold_of};
use crate::builders::{BuilderName, Goal, Parameters, Steepness, entry};
use crate::certificate::{Norm, Semantics};
use crate::expr::friendly::{constant, read_target as read_formulas};
use crate::expr::{
    Domain, DomainError, Target, TargetBody, check_defined, check_ends, check_exponents,
    check_names, parse_target,
};
use crate::floats::Arithmetic;
use crate::numbers::{Rational, literal, loose};

pub use advice::{Alias, norm_by_alias, of_builder};
pub use compare::{
    CompareSpec, DataSpec, MAX_RESTARTS, MAX_STEPS, NotTrained, TRAINED, trained_activation,
};
pub use points::{PointsSpec, Trainable, read_to_train};
pub use schema::schema;

/// A spec file, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// The target, its inputs in order.
    pub target: Target,
    /// The box, its sides in the same order.
    pub domain: Domain,
    /// Were the inputs taken from the formula's names rather than from the key `inputs`?
    pub assumed_inputs: bool,
    /// What to build, if the spec says.
    pub network: Option<NetworkSpec>,
    /// What the target is for. Where linear regions are counted it stands for its inputs alone:
    /// there is no formula, and nothing to prove.
    pub goal: Goal,
    /// What to prove.
    pub claim: ClaimSpec,
    /// What to train, if the spec says.
    pub compare: Option<CompareSpec>,
    /// What was read in other words than it was written.
    pub notes: Vec<String>,
}

impl Spec {
    /// Returns what to build: what the table `[network]` says, or the smallest network where there is no such
    /// table but a tolerance in the norm sup.
    pub fn to_build(&self) -> Option<Cow<'_, NetworkSpec>> {
        if let Some(network) = &self.network {
            return Some(Cow::Borrowed(network));
        }
        self.claim.chooses_smallest().then(|| {
            Cow::Owned(NetworkSpec {
                builder: BuilderName::Smallest,
                parameters: Parameters::default(),
                span: 0..0,
                places: Vec::new(),
            })
        })
    }
}

/// The table `[network]`.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkSpec {
    /// Which builder.
    pub builder: BuilderName,
    /// Its keys.
    pub parameters: Parameters,
    /// Where the builder is named in the file.
    pub span: Range<usize>,
    /// Where each key has its value.
    pub places: Vec<(String, Range<usize>)>,
}

impl NetworkSpec {
    /// Returns the place of a key: of its value, or of the builder's name where it is not there.
    pub fn place_of(&self, key: &str) -> Range<usize> {
        let place = self.places.iter().find(|(name, _)| name == key);
        place.map_or_else(|| self.span.clone(), |(_, place)| place.clone())
    }
}

/// The table `[claim]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimSpec {
    /// The measure of the error.
    pub norm: Norm,
    /// The error wanted.
    pub tolerance: Option<Rational>,
    /// For `area`: inside is where the network is at least this; 1/2 by default.
    pub threshold: Option<Rational>,
    /// Without a tolerance: the relative width of the enclosure wanted; 1/100 by default.
    pub gap: Rational,
    /// The arithmetic, as it is asked for.
    pub arithmetic: Arithmetic,
    /// What that means.
    pub semantics: Semantics,
}

impl Default for ClaimSpec {
    fn default() -> Self {
        Self {
            norm: Norm::Sup,
            tolerance: None,
            threshold: None,
            gap: default_gap(),
            arithmetic: Arithmetic::default(),
            semantics: Semantics::Real,
        }
    }
}

impl ClaimSpec {
    /// Does a missing builder mean the smallest network that keeps the tolerance?
    fn chooses_smallest(&self) -> bool {
        self.norm == Norm::Sup && self.tolerance.is_some()
    }
}

/// What is wrong with a spec, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct SpecError {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The place, in bytes of the file.
    pub span: Range<usize>,
}

impl SpecError {
    fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            span,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

type Value<'i> = Spanned<DeValue<'i>>;

/// The default relative width of an enclosure.
pub fn default_gap() -> Rational {
    Rational::ratio(1, 100)
}

/// Reads a spec.
///
/// - Errors: [`SpecError`] for the first thing that is wrong.
pub fn read(text: &str) -> Result<Spec, SpecError> {
    let document = DeTable::parse(text).map_err(|error| syntax_error(text, &error))?;
    let root = Table::new(document.get_ref(), 0..text.len(), "the spec", text);
    root.only(&["target", "network", "claim", "compare"])?;
    let network = root.optional_table("network")?;
    let builder = match &network {
        Some(table) => network::read_builder(table)?,
        None => None,
    };
    let goal = builder.map_or(Goal::Target, |builder| entry(builder).goal);
    let table = root.table("target")?;
    let (target, domain, assumed_inputs) = match builder {
        Some(builder) if goal == Goal::Regions => {
            if root.get("claim").is_some() {
                let message = format!("`{builder}` claims nothing: its linear regions are counted");
                return Err(
                    SpecError::new(message, root.key_span("claim")).hint("leave [claim] out")
                );
            }
            read_inputs_alone(&table, builder)?
        }
        _ => read_target(&table)?,
    };
    let claim = match root.optional_table("claim")? {
        Some(table) => read_claim(&table, &target)?,
        None => ClaimSpec::default(),
    };
    let network = network
        .map(|table| network::read_network(&table, builder, &claim, &domain))
        .transpose()?;
    let compare = root
        .optional_table("compare")?
        .map(|table| compare::read_compare(&table, &target, claim.threshold.as_ref()))
        .transpose()?;
    let notes = root.notes.take();
    Ok(Spec {
        target,
        domain,
        assumed_inputs,
        network,
        goal,
        claim,
        compare,
        notes,
    })
}

/// The error for a text that is not TOML.
fn syntax_error(text: &str, error: &toml::de::Error) -> SpecError {
    let span = error.span().unwrap_or(0..0);
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    let mut found = SpecError::new(message, span.clone());
    found.hint = syntax::hint(text, &span);
    found
}

fn read_target(table: &Table<'_, '_>) -> Result<(Target, Domain, bool), SpecError> {
    table.only(&["formula", "inputs", "domain"])?;
    let formula = table.value("formula")?;
    let formulas: Vec<(&str, Range<usize>)> = match formula.get_ref() {
        DeValue::Array(list) => list
            .iter()
            .map(|item| Ok((Table::string(item, "formula")?, item.span())))
            .collect::<Result<_, SpecError>>()?,
        _ => vec![(Table::string(formula, "formula")?, formula.span())],
    };
    let inputs = read_names(table)?;
    let texts: Vec<&str> = formulas.iter().map(|(text, _)| *text).collect();
    let sides = table.value("domain")?;
    let domain = sides::read(table, sides, inputs.as_deref(), &texts)?;
    // Without `inputs` the domain names them, in the order in which names sort.
    let assumed = inputs.is_none();
    let names = inputs.unwrap_or_else(|| in_natural_order(domain.names()));
    let named_by = if assumed { "domain" } else { "inputs" };
    let named_at = table.value(named_by)?.span();
    check_names(&names).map_err(|error| SpecError::new(error.to_string(), named_at))?;
    let (target, notes) = read_formulas(&texts, &names).map_err(|error| {
        let (text, span) = formulas
            .get(error.formula)
            .cloned()
            .unwrap_or(("", formula.span()));
        let place = inside_string(table.source, text, &span, &error.span);
        let mut found = SpecError::new(error.message, place);
        found.hint = syntax::escapes(table.source, text, &span).or(error.hint);
        found
    })?;
    table.notes.borrow_mut().extend(notes);
    let domain = domain
        .in_order(&names)
        .map_err(|error| SpecError::new(error.to_string(), sides.span()))?;
    for (index, name) in names.iter().enumerate() {
        let is_used = match target.body() {
            TargetBody::Outputs(outputs) => outputs.iter().any(|o| o.uses(index)),
            TargetBody::Region(condition) => condition.uses(index),
        };
        if !is_used && assumed {
            return Err(SpecError::new(
                format!("the domain has a side for `{name}`, which the formula does not use"),
                sides::place(sides, name),
            )
            .hint("name it in `inputs` if the network is to have it as an input all the same"));
        }
    }
    check_exponents(&target).map_err(|error| SpecError::new(error.to_string(), formula.span()))?;
    check_defined(&target, &domain)
        .map_err(|error| SpecError::new(error.to_string(), formula.span()))?;
    Ok((target, domain, assumed))
}

/// The names in `inputs`, where it is given.
fn read_names(table: &Table<'_, '_>) -> Result<Option<Vec<String>>, SpecError> {
    let Some(list) = table.get("inputs") else {
        return Ok(None);
    };
    let names = Table::array(list, "inputs")
        .map_err(|error| error.hint("write inputs = [\"x\"]"))?
        .iter();
    let names = names.map(|item| Table::string(item, "inputs").map(String::from));
    names.collect::<Result<_, _>>().map(Some)
}

/// A target of inputs and a domain (by default the unit cube), for builders that approximate
/// nothing; its formula is 0.
fn read_inputs_alone(
    table: &Table<'_, '_>,
    builder: BuilderName,
) -> Result<(Target, Domain, bool), SpecError> {
    if table.get("formula").is_some() {
        let message = format!("`{builder}` approximates no formula");
        return Err(SpecError::new(message, table.key_span("formula")).hint("leave it out"));
    }
    table.only(&["inputs", "domain"])?;
    let inputs = read_names(table)?;
    let sides = table.get("domain");
    let assumed = inputs.is_none();
    let (names, domain) = match (inputs, &sides) {
        (Some(names), None) => {
            let sides = vec![(Rational::ZERO, Rational::ONE); names.len()];
            (names.clone(), Domain::new(names, sides))
        }
        (inputs, Some(sides)) => {
            let domain = sides::read(table, sides, inputs.as_deref(), &[])?;
            let names = inputs.unwrap_or_else(|| in_natural_order(domain.names()));
            (names.clone(), domain.in_order(&names))
        }
        (None, None) => {
            let message = "key `inputs` or `domain` is missing in [target]";
            return Err(SpecError::new(message, table.span.clone()));
        }
    };
    let place = table.get("inputs").or(table.get("domain"));
    let place = place.map_or(table.span.clone(), Spanned::span);
    let error = |message: String| SpecError::new(message, place.clone());
    check_names(&names).map_err(|found| error(found.to_string()))?;
    let domain = domain.map_err(|found| error(found.to_string()))?;
    let target = parse_target(&["0"], Some(&names)).map_err(|found| error(found.message))?;
    Ok((target, domain, assumed))
}

/// Reads sides with names; what is wrong with them is said in the words of the caller.
fn read_sides(
    table: &Table<'_, '_>,
    words: impl Fn(&DomainError) -> String,
) -> Result<Domain, SpecError> {
    let mut names = Vec::new();
    let mut sides = Vec::new();
    for (key, value) in table.entries() {
        let side = table.ends(value, key)?;
        names.push(key.to_string());
        sides.push(side);
        // One at a time, so that a message has the place of the side it is about.
        let index = names.len() - 1;
        let side = Domain::new(vec![names[index].clone()], vec![sides[index].clone()])
            .map_err(|error| SpecError::new(words(&error), value.span()))?;
        check_ends(&side).map_err(|error| SpecError::new(error.to_string(), value.span()))?;
    }
    Domain::new(names, sides).map_err(|error| SpecError::new(words(&error), table.span.clone()))
}

/// Sorts names; numbers at their ends count as numbers, so `x2` stands before `x10`.
fn in_natural_order(names: &[String]) -> Vec<String> {
    let key = |name: &String| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = name[stem.len()..].parse::<u64>().ok();
        (stem.to_string(), number, name.clone())
    };
    let mut sorted = names.to_vec();
    sorted.sort_by_key(key);
    sorted
}

fn read_claim(table: &Table<'_, '_>, target: &Target) -> Result<ClaimSpec, SpecError> {
    table.only(&[
        "norm",
        "tolerance",
        "threshold",
        "gap",
        "semantics",
        "activation_error",
        "summation",
        "rounded_inputs",
    ])?;
    let norm = match table.get("norm") {
        None => Norm::Sup,
        Some(value) => {
            let name = Table::string(value, "norm")?;
            let alias = norm_by_alias(name).map_err(|(message, hint)| {
                let error = SpecError::new(message, value.span());
                SpecError { hint, ..error }
            })?;
            table.notes.borrow_mut().extend(alias.note);
            alias.norm
        }
    };
    let at =
        |key| move |error: MeasureError| SpecError::new(error.to_string(), table.key_span(key));
    fits_target(norm, target).map_err(at("norm"))?;
    let tolerance = table.tolerance()?;
    let gap = table.positive("gap")?;
    if gap.is_some() && tolerance.is_some() {
        return Err(SpecError::new(
            "`gap` is for claims without a tolerance",
            table.key_span("gap"),
        ));
    }
    let threshold = table.optional("threshold", Table::number)?;
    let threshold = threshold_of(norm, threshold).map_err(at("threshold"))?;
    let (arithmetic, semantics) = arithmetic::read(table)?;
    Ok(ClaimSpec {
        norm,
        tolerance,
        threshold,
        gap: gap.unwrap_or_else(default_gap),
        arithmetic,
        semantics,
    })
}

/// A TOML table with its name and place, for messages.
struct Table<'a, 'i> {
    entries: &'a DeTable<'i>,
    span: Range<usize>,
    name: String,
    source: &'a str,
    /// What to say beside the result, of the whole spec.
    notes: Rc<RefCell<Vec<String>>>,
}

impl<'a, 'i> Table<'a, 'i> {
    fn new(entries: &'a DeTable<'i>, span: Range<usize>, name: &str, source: &'a str) -> Self {
        Self {
            entries,
            span,
            name: name.to_string(),
            source,
            notes: Rc::default(),
        }
    }

    fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Value<'i>)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), value))
    }

    fn get(&self, key: &str) -> Option<&'a Value<'i>> {
        self.entries()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    fn key_span(&self, key: &str) -> Range<usize> {
        self.entries
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map_or(self.span.clone(), |(name, _)| name.span())
    }

    /// Refuses keys that are not in the list; proposes the nearest one.
    fn only(&self, known: &[&str]) -> Result<(), SpecError> {
        for (key, value) in self.entries {
            let is_list = matches!(value.get_ref(), DeValue::Array(_));
            let name: &str = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let message = format!("unknown key `{name}` in {}", self.name);
            let nearest = known
                .iter()
                .map(|candidate| (distance(name, candidate), *candidate))
                .min()
                .filter(|(distance, _)| *distance <= 2);
            let hint = match (advice::of_key(&self.name, name, known, is_list), nearest) {
                (Some(hint), _) => hint,
                (None, Some((_, candidate))) => format!("did you mean `{candidate}`?"),
                (None, None) => format!("known keys: {}", known.join(", ")),
            };
            return Err(SpecError::new(message, key.span()).hint(hint));
        }
        Ok(())
    }

    fn value(&self, key: &str) -> Result<&'a Value<'i>, SpecError> {
        self.get(key).ok_or_else(|| {
            let message = format!("key `{key}` is missing in {}", self.name);
            let error = SpecError::new(message, self.span.clone());
            let hint = advice::of_missing(key).map(String::from);
            SpecError { hint, ..error }
        })
    }

    fn optional_table(&self, key: &str) -> Result<Option<Table<'a, 'i>>, SpecError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(Table {
                entries: table,
                span: value.span(),
                name: format!("[{key}]"),
                source: self.source,
                notes: Rc::clone(&self.notes),
            })),
            DeValue::Array(_) => {
                let error = wrong_type(value, key, "a table");
                Err(error.hint(format!("write [{key}], with one pair of brackets")))
            }
            _ => Err(wrong_type(value, key, "a table")),
        }
    }

    fn table(&self, key: &str) -> Result<Table<'a, 'i>, SpecError> {
        self.optional_table(key)?.ok_or_else(|| {
            let error = SpecError::new(format!("[{key}] is missing in {}", self.name), 0..0);
            let hint = advice::of_missing(key).map(String::from);
            SpecError { hint, ..error }
        })
    }

    fn string(value: &'a Value<'i>, key: &str) -> Result<&'a str, SpecError> {
        value
            .get_ref()
            .as_str()
            .ok_or_else(|| wrong_type(value, key, "text in quotes"))
    }

    fn array(value: &'a Value<'i>, key: &str) -> Result<&'a [Value<'i>], SpecError> {
        match value.get_ref() {
            DeValue::Array(list) => Ok(list),
            _ => Err(wrong_type(value, key, "a list")),
        }
    }

    /// Reads a number from text or from the text of a bare number.
    fn number(&self, value: &Value<'i>, key: &str) -> Result<Rational, SpecError> {
        let written = self.source.get(value.span()).unwrap_or_default();
        let (text, number) = match value.get_ref() {
            DeValue::String(text) => return number_of_text(text, key, value.span()),
            // TOML has checked where `_` and `+` stand.
            DeValue::Integer(_) | DeValue::Float(_) => {
                (written, literal::parse(&written.replace(['_', '+'], "")))
            }
            _ => return Err(wrong_type(value, key, "a number")),
        };
        number.map_err(|_| {
            SpecError::new(format!("`{key}`: `{text}` is not a number"), value.span())
                .hint("write a finite decimal or an exact \"1/3\", \"2^-5\", \"1e-3\"")
        })
    }

    fn count(&self, value: &Value<'i>, key: &str) -> Result<usize, SpecError> {
        let number = self.number(value, key)?;
        number
            .to_i64()
            .and_then(|count| usize::try_from(count).ok())
            .ok_or_else(|| {
                let message = if number.is_integer() && number.is_positive() {
                    // On a machine of 32 bits, less than in a file.
                    let most = i64::try_from(usize::MAX).unwrap_or(i64::MAX);
                    format!("`{key}` is at most {most}, found {number}")
                } else {
                    format!("`{key}` is a whole number of at least 0, found {number}")
                };
                SpecError::new(message, value.span())
            })
    }

    /// Reads the value of a key, if it is there.
    fn optional<T>(
        &self,
        key: &str,
        read: impl Fn(&Self, &'a Value<'i>, &str) -> Result<T, SpecError>,
    ) -> Result<Option<T>, SpecError> {
        self.get(key)
            .map(|value| read(self, value, key))
            .transpose()
    }

    /// Reads a list of numbers; one number stands for a list of one.
    fn numbers(&self, value: &'a Value<'i>, key: &str) -> Result<Vec<Rational>, SpecError> {
        match value.get_ref() {
            DeValue::Array(list) => list.iter().map(|item| self.number(item, key)).collect(),
            _ => Ok(vec![self.number(value, key)?]),
        }
    }

    /// Reads a list of counts; one count stands for a list of one.
    fn counts(&self, value: &'a Value<'i>, key: &str) -> Result<Vec<usize>, SpecError> {
        match value.get_ref() {
            DeValue::Array(list) => list.iter().map(|item| self.count(item, key)).collect(),
            _ => Ok(vec![self.count(value, key)?]),
        }
    }

    fn positive(&self, key: &str) -> Result<Option<Rational>, SpecError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let number = self.number(value, key)?;
        above_0(number, key, value).map(Some)
    }

    /// Reads a number greater than 0, or such a number per cell, as in `"4/cell"`.
    fn steepness(&self, key: &str) -> Result<Option<Steepness>, SpecError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let DeValue::String(text) = value.get_ref() else {
            return Ok(self.positive(key)?.map(Steepness::PerInput));
        };
        let Some(number) = before_per_cell(text) else {
            return Ok(self.positive(key)?.map(Steepness::PerInput));
        };
        let number = number_of_text(number, key, value.span())?;
        Ok(Some(Steepness::PerCell(above_0(number, key, value)?)))
    }

    /// Reads `tolerance`, which is 0 for a network that equals its target.
    fn tolerance(&self) -> Result<Option<Rational>, SpecError> {
        let Some(value) = self.get("tolerance") else {
            return Ok(None);
        };
        let number = self.number(value, "tolerance")?;
        if number.is_negative() {
            let message = format!("`tolerance` must be 0 or greater, found {number}");
            let error = SpecError::new(message, value.span());
            return Err(error.hint("leave it out to ask for an enclosure of the error"));
        }
        Ok(Some(number))
    }

    /// Reads two numbers: a point of the plane.
    fn side(&self, value: &'a Value<'i>, key: &str) -> Result<(Rational, Rational), SpecError> {
        match Table::array(value, key)? {
            [low, high] => Ok((self.number(low, key)?, self.number(high, key)?)),
            list => Err(SpecError::new(
                format!("`{key}` takes two numbers, found {}", list.len()),
                value.span(),
            )),
        }
    }
}

/// Reads a number that is written as a formula: `3*(1/2)^2`.
/// Returns the text before `/cell` or `per cell`, if the text ends so.
fn before_per_cell(text: &str) -> Option<&str> {
    let number = text.trim().strip_suffix("cell")?;
    let number = number.trim_end();
    number
        .strip_suffix('/')
        .or_else(|| number.strip_suffix(" per"))
}

/// Refuses numbers that are not greater than 0.
fn above_0(number: Rational, key: &str, value: &Value<'_>) -> Result<Rational, SpecError> {
    if number.is_positive() {
        return Ok(number);
    }
    let message = format!("`{key}` must be greater than 0, found {number}");
    Err(SpecError::new(message, value.span()))
}

/// Reads a number that was written as text.
fn number_of_text(text: &str, key: &str, span: Range<usize>) -> Result<Rational, SpecError> {
    loose::parse(text.trim()).or_else(|_| formula_of_number(text, key, span))
}

fn formula_of_number(text: &str, key: &str, span: Range<usize>) -> Result<Rational, SpecError> {
    constant::read_exact(text).map_err(|error| {
        let hint = error.hint.unwrap_or_else(|| {
            "write a finite decimal or an exact \"1/3\", \"2^-5\", \"1e-3\"".to_string()
        });
        SpecError::new(format!("`{key}`: {}", error.message), span).hint(hint)
    })
}

fn wrong_type(value: &Value<'_>, key: &str, expected: &str) -> SpecError {
    SpecError::new(
        format!(
            "`{key}` is {expected}, found {}",
            match value.get_ref() {
                DeValue::String(_) => "text",
                DeValue::Integer(_) | DeValue::Float(_) => "a number",
                DeValue::Boolean(_) => "true or false",
                DeValue::Datetime(_) => "a date",
                DeValue::Array(_) => "a list",
                DeValue::Table(_) => "a table",
            }
        ),
        value.span(),
    )
}

/// The place of a part of a formula in the file: exact where the string is written as it reads,
/// the whole string otherwise.
fn inside_string(
    source: &str,
    text: &str,
    string: &Range<usize>,
    part: &Range<usize>,
) -> Range<usize> {
    let written = source.get(string.clone()).unwrap_or_default();
    match written.find(text) {
        Some(offset) if !text.is_empty() => {
            let start = string.start + offset;
            let end = (start + part.end).min(string.end);
            (start + part.start).min(end)..end.max(start + part.start)
        }
        _ => string.clone(),
    }
}

/// The number of letters to change, add or drop (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[target]
formula = "x^2 + y^2 <= 1"
domain = { y = ["-3/2", 1.5], x = [-2, "2^1"] }

[network]
builder = "disk"
sides = 6

[claim]
norm = "area"
tolerance = 0.1
"#;

    /// The message for a spec made from the good one by one replacement, and what it points at.
    fn refused(from: &str, to: &str) -> (String, String) {
        assert!(GOOD.contains(from), "{from}");
        let text = GOOD.replacen(from, to, 1);
        let error = read(&text).expect_err(to);
        let place = text.get(error.span).expect("inside the file").to_string();
        (error.message, place)
    }

    #[test]
    fn a_good_spec_is_exact_and_sorted_by_name() {
        let spec = read(GOOD).expect("good");
        let bare = read(&GOOD.replace("[-2,", "[-2_0.5e+1,")).expect("TOML's spelling");
        assert_eq!(bare.domain.sides()[0].0, Rational::from(-205));
        assert_eq!(spec.target.inputs(), ["x", "y"]);
        assert!(spec.assumed_inputs);
        assert_eq!(spec.claim.tolerance, Some(Rational::ratio(1, 10)));
        assert_eq!(spec.claim.threshold, Some(Rational::ratio(1, 2)));
        let sides = spec.domain.sides();
        assert_eq!(sides[0], (Rational::from(-2), Rational::from(2)));
        assert_eq!(sides[1], (Rational::ratio(-3, 2), Rational::ratio(3, 2)));
        assert_eq!(spec.network.expect("given").parameters.sides, Some(6));
    }

    #[test]
    fn mistakes_are_pointed_at() {
        let cases = [
            (
                "sides =",
                "side =",
                "unknown key `side` in [network]",
                "side",
            ),
            (
                "formula =",
                "formla =",
                "unknown key `formla` in [target]",
                "formla",
            ),
            (
                "sides = 6",
                "sides = \"six\"",
                "`sides`: `six` is not a number",
                "\"six\"",
            ),
            (
                "sides = 6",
                "sides = true",
                "`sides` is a number, found true or false",
                "true",
            ),
            (
                "tolerance = 0.1",
                "gap = 0",
                "`gap` must be greater than 0, found 0",
                "0",
            ),
            (
                "0.1",
                "\"-1/3\"",
                "`tolerance` must be 0 or greater, found -1/3",
                "\"-1/3\"",
            ),
            ("0.1", "inf", "`tolerance`: `inf` is not a number", "inf"),
            ("0.1", "nan", "`tolerance`: `nan` is not a number", "nan"),
            ("\"disk\"", "\"dsk\"", "unknown builder `dsk`", "\"dsk\""),
            (
                "\"area\"",
                "\"l3\"",
                "unknown norm `l3`; expected one of sup, l1, l2, area",
                "\"l3\"",
            ),
            ("y^2", "z^2", "unknown variable `z`", "z"),
            ("6", "\"1_0\"", "`sides`: `1_0` is not a number", "\"1_0\""),
            (
                "0.1",
                "\"+-1\"",
                "`tolerance` must be 0 or greater, found -1",
                "\"+-1\"",
            ),
            (
                "[claim]",
                "[clain]",
                "unknown key `clain` in the spec",
                "clain",
            ),
            (
                "domain =",
                "inputs = [\"x\", \"x\"]\ndomain =",
                "there are two inputs called `x`",
                "[\"x\", \"x\"]",
            ),
        ];
        for (from, to, message, place) in cases {
            let (found, at) = refused(from, to);
            assert!(found.contains(message), "{to}: {found}");
            assert_eq!(at, place, "{to}");
        }
    }

    #[test]
    fn a_key_that_is_not_there_has_the_place_of_the_builder() {
        let network = read(GOOD).expect("good").network.expect("given");
        assert_eq!(&GOOD[network.place_of("sides")], "6");
        assert_eq!(&GOOD[network.place_of("radius")], "\"disk\"");
    }

    #[test]
    fn a_domain_is_a_box_of_the_inputs() {
        for (from, to, message) in [
            ("[-2, \"2^1\"]", "[2, -2]", "empty"),
            ("[-2, \"2^1\"]", "[2, 2]", "empty"),
            (
                "[-2, \"2^1\"]",
                "[-2, inf]",
                "the domain is bounded, found `inf`",
            ),
            ("[-2, \"2^1\"]", "[-2]", "takes two numbers, found 1"),
            (
                "x = [-2, \"2^1\"]",
                "x = [-2, 2], x = [0, 1]",
                "duplicate key",
            ),
            (
                "x = [-2, \"2^1\"]",
                "x = [-2, 2], u = [0, 1]",
                "does not use",
            ),
            (", x = [-2, \"2^1\"]", "", "unknown variable"),
        ] {
            let (found, _) = refused(from, to);
            assert!(found.contains(message), "{to}: {found}");
        }
    }

    #[test]
    fn an_undefined_target_is_refused_with_the_point() {
        let text = "[target]\nformula = \"1/x\"\ndomain = { x = [-1, 1] }\n";
        let error = read(text).expect_err("1/x at 0");
        assert!(error.message.contains("x = 0"), "{}", error.message);
    }

    #[test]
    fn errors_go_through_a_main_of_any_error() {
        fn main() -> Result<(), Box<dyn std::error::Error>> {
            read("[target]\nformula = \"x^2\"\ndomain = 3\n")?;
            Ok(())
        }
        let message = main().expect_err("no table").to_string();
        assert_eq!(message, "`domain` is a table, found a number");
    }

    #[test]
    fn what_is_not_toml_is_refused_with_its_place() {
        let error = read("[target\n").expect_err("no bracket");
        assert!(error.span.start <= 8);
        assert!(
            read("")
                .expect_err("empty")
                .message
                .contains("[target] is missing")
        );
    }
}

//! Assertions as trees of constraints, and these as boxes with a condition each.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::HashMap;
use std::ops::Range;

use super::VnnlibError;
use super::expression::Expression;
use super::linear::{Constraint, Linear, Variable, term};
use crate::numbers::{Rational, Relation};

/// The most boxes.
pub const MAX_CASES: usize = 1 << 12;

/// A condition; `All` of none is true, `Any` of none is false.
#[derive(Clone, Debug)]
pub enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    One(Constraint),
}

/// Reads a condition; `is_negated` asks for its opposite.
///
/// # Errors
/// What is not supported, with its place.
pub fn condition(
    expression: &Expression<'_>,
    is_negated: bool,
    declared: &dyn Fn(Variable) -> bool,
) -> Result<Node, VnnlibError> {
    let span = || expression.span.clone();
    match expression.word() {
        Some("true") => return Ok(truth(!is_negated)),
        Some("false") => return Ok(truth(is_negated)),
        _ => {}
    }
    let (operator, operands) = expression.call().ok_or_else(|| {
        VnnlibError::new("expected a condition here", span())
            .hint("such as (<= X_0 1.0) or (and ...)")
    })?;
    let all = |is_negated: bool| -> Result<Vec<Node>, VnnlibError> {
        let each = operands.iter();
        each.map(|operand| condition(operand, is_negated, declared))
            .collect()
    };
    match (operator, operands) {
        ("and", _) if is_negated => all(true).map(Node::Any),
        ("and", _) => all(false).map(Node::All),
        ("or", _) if is_negated => all(true).map(Node::All),
        ("or", _) => all(false).map(Node::Any),
        ("not", [one]) => condition(one, !is_negated, declared),
        ("<=" | "<" | ">=" | ">" | "=", [_, _, ..]) => {
            let terms: Vec<Linear> = operands
                .iter()
                .map(|operand| term(operand, declared))
                .collect::<Result<_, _>>()?;
            let each = terms.windows(2).filter_map(|pair| match pair {
                [left, right] => Some(compare(operator, left, right, is_negated, span())),
                _ => None,
            });
            let each: Vec<Node> = each.collect();
            Ok(if is_negated {
                Node::Any(each)
            } else {
                Node::All(each)
            })
        }
        ("<=" | "<" | ">=" | ">" | "=", _) => Err(VnnlibError::new(
            format!("`{operator}` needs two terms"),
            span(),
        )),
        ("not", _) => Err(VnnlibError::new("`not` needs one condition", span())),
        _ => Err(
            VnnlibError::new(format!("`{operator}` is not supported here"), span())
                .hint("conditions are made of and, or, not, <=, <, >=, > and ="),
        ),
    }
}

fn truth(value: bool) -> Node {
    if value {
        Node::All(Vec::new())
    } else {
        Node::Any(Vec::new())
    }
}

/// `left operator right`, or its opposite.
fn compare(
    operator: &str,
    left: &Linear,
    right: &Linear,
    is_negated: bool,
    span: Range<usize>,
) -> Node {
    // left - right, or right - left, and its relation to 0.
    let (is_mirrored, relation) = match (operator, is_negated) {
        ("<=", false) => (false, Relation::LessOrEqual),
        ("<=", true) => (true, Relation::Less),
        ("<", false) => (false, Relation::Less),
        ("<", true) => (true, Relation::LessOrEqual),
        (">=", false) => (true, Relation::LessOrEqual),
        (">=", true) => (false, Relation::Less),
        (">", false) => (true, Relation::Less),
        (">", true) => (false, Relation::LessOrEqual),
        (_, false) => (false, Relation::Equal),
        (_, true) => (false, Relation::NotEqual),
    };
    let (above, below) = if is_mirrored {
        (right, left)
    } else {
        (left, right)
    };
    let mut linear = above.clone();
    linear.add(&Rational::from(-1), below);
    if linear.terms.is_empty() {
        return truth(relation.holds(linear.constant.cmp(&Rational::ZERO)));
    }
    Node::One(Constraint {
        linear,
        relation,
        span,
    })
}

/// One end of a side.
#[derive(Clone, Debug, PartialEq, Eq)]
struct End {
    place: Rational,
    /// Is the end itself left out?
    is_open: bool,
    span: Range<usize>,
}

/// What is known of the sides of a box.
type Bounds = Vec<(Option<End>, Option<End>)>;

/// A box, and what else has to hold there.
#[derive(Clone)]
struct Part<'n> {
    bounds: Bounds,
    rest: Vec<&'n Node>,
}

/// A bound of one input that a constraint is, if it is one.
enum Bound {
    Lower(usize, End),
    Upper(usize, End),
    Both(usize, End),
}

fn bound(constraint: &Constraint) -> Option<Bound> {
    let linear = &constraint.linear;
    let mut terms = linear.terms.iter();
    let (Some((Variable::Input(input), factor)), None) = (terms.next(), terms.next()) else {
        return None;
    };
    let end = End {
        place: -linear.constant.checked_div(factor)?,
        is_open: constraint.relation == Relation::Less,
        span: constraint.span.clone(),
    };
    match constraint.relation {
        Relation::LessOrEqual | Relation::Less if factor.is_negative() => {
            Some(Bound::Lower(*input, end))
        }
        Relation::LessOrEqual | Relation::Less => Some(Bound::Upper(*input, end)),
        Relation::Equal => Some(Bound::Both(*input, end)),
        _ => None,
    }
}

fn has_bounds(node: &Node) -> bool {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().any(has_bounds),
        Node::One(constraint) => bound(constraint).is_some(),
    }
}

/// Cuts a side; an open end of the same place is tighter.
fn raise(old: &mut Option<End>, new: &End) {
    let is_tighter = old
        .as_ref()
        .is_none_or(|old| (&new.place, new.is_open) > (&old.place, old.is_open));
    if is_tighter {
        *old = Some(new.clone());
    }
}

fn lower(old: &mut Option<End>, new: &End) {
    let is_tighter = old.as_ref().is_none_or(|old| {
        new.place < old.place || (new.place == old.place && new.is_open && !old.is_open)
    });
    if is_tighter {
        *old = Some(new.clone());
    }
}

/// The input whose side is empty, if one is.
fn empty_side(bounds: &Bounds) -> Option<(usize, &End, &End)> {
    bounds.iter().enumerate().find_map(|(i, side)| {
        let (Some(low), Some(high)) = side else {
            return None;
        };
        let is_empty =
            low.place > high.place || (low.place == high.place && (low.is_open || high.is_open));
        is_empty.then_some((i, low, high))
    })
}

/// What a walk through the condition keeps.
struct Spread {
    inputs: usize,
    /// The first contradiction of two bounds.
    empty: Option<VnnlibError>,
}

impl Spread {
    /// Splits a condition into boxes.
    fn parts<'n>(&mut self, node: &'n Node) -> Result<Vec<Part<'n>>, VnnlibError> {
        let everything = || vec![(None, None); self.inputs];
        if !has_bounds(node) {
            return Ok(vec![Part {
                bounds: everything(),
                rest: vec![node],
            }]);
        }
        match node {
            Node::One(constraint) => {
                let mut part = Part {
                    bounds: everything(),
                    rest: Vec::new(),
                };
                let (input, is_lower, is_upper, end) = match bound(constraint) {
                    Some(Bound::Lower(input, end)) => (input, true, false, end),
                    Some(Bound::Upper(input, end)) => (input, false, true, end),
                    Some(Bound::Both(input, end)) => (input, true, true, end),
                    None => return Ok(vec![part]),
                };
                if let Some((low, high)) = part.bounds.get_mut(input) {
                    if is_lower {
                        *low = Some(end.clone());
                    }
                    if is_upper {
                        *high = Some(end.clone());
                    }
                }
                // Boxes are closed: what an open end leaves out stays in the condition.
                if end.is_open {
                    part.rest.push(node);
                }
                Ok(vec![part])
            }
            Node::All(nodes) => {
                let mut parts = vec![Part {
                    bounds: everything(),
                    rest: Vec::new(),
                }];
                for node in nodes {
                    if !has_bounds(node) {
                        for part in &mut parts {
                            part.rest.push(node);
                        }
                        continue;
                    }
                    let others = self.parts(node)?;
                    if parts.len().saturating_mul(others.len()) > MAX_CASES * 16 {
                        return Err(too_many(node));
                    }
                    let mut both = Vec::new();
                    for (part, other) in parts
                        .iter()
                        .flat_map(|part| others.iter().map(move |other| (part, other)))
                    {
                        both.extend(self.intersection(part, other));
                    }
                    parts = both;
                    if parts.len() > MAX_CASES {
                        return Err(too_many(node));
                    }
                }
                Ok(parts)
            }
            Node::Any(nodes) => {
                let mut parts = Vec::new();
                for node in nodes {
                    parts.extend(self.parts(node)?);
                    if parts.len() > MAX_CASES {
                        return Err(too_many(node));
                    }
                }
                Ok(parts)
            }
        }
    }

    /// Nothing where the boxes do not meet.
    fn intersection<'n>(&mut self, a: &Part<'n>, b: &Part<'n>) -> Option<Part<'n>> {
        let mut both = a.clone();
        for (side, (low, high)) in both.bounds.iter_mut().zip(&b.bounds) {
            if let Some(low) = low {
                raise(&mut side.0, low);
            }
            if let Some(high) = high {
                lower(&mut side.1, high);
            }
        }
        if let Some((input, low, high)) = empty_side(&both.bounds) {
            let place = low.span.start.max(high.span.start)..low.span.end.max(high.span.end);
            self.empty.get_or_insert_with(|| {
                let least = if low.is_open { "above" } else { "at least" };
                let most = if high.is_open { "below" } else { "at most" };
                VnnlibError::new(
                    format!(
                        "X_{input} has to be {least} {} and {most} {}, so there are no inputs",
                        low.place, high.place
                    ),
                    place,
                )
            });
            return None;
        }
        both.rest.extend(&b.rest);
        Some(both)
    }
}

fn too_many(node: &Node) -> VnnlibError {
    let message = format!("this comes to more than {MAX_CASES} boxes of inputs");
    VnnlibError::new(message, place(node).unwrap_or_default())
}

fn place(node: &Node) -> Option<Range<usize>> {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().find_map(place),
        Node::One(constraint) => Some(constraint.span.clone()),
    }
}

/// A closed box of inputs and the text of a condition on inputs and outputs.
pub type Case = (Sides, String);

/// Lower and upper end of each input.
type Sides = Vec<(Rational, Rational)>;

/// Returns boxes and conditions that together say what the assertions say, each box once, in the
/// order in which they occur.
///
/// # Errors
/// Inputs without bounds, or none at all; too many boxes.
pub fn cases(
    assertions: Vec<Node>,
    declarations: &[Range<usize>],
) -> Result<Vec<Case>, VnnlibError> {
    let whole = Node::All(assertions);
    let mut spread = Spread {
        inputs: declarations.len(),
        empty: None,
    };
    let parts = spread.parts(&whole)?;
    let mut places: HashMap<Sides, usize> = HashMap::new();
    let mut boxes: Vec<(Sides, Vec<Text>)> = Vec::new();
    for part in parts {
        let mut sides = Vec::with_capacity(declarations.len());
        for (i, ((low, high), declared)) in part.bounds.into_iter().zip(declarations).enumerate() {
            let missing = |which: &str| {
                let message = format!("input X_{i} has no {which} bound");
                VnnlibError::new(message, declared.clone())
                    .hint("every input needs both bounds, in every part of a disjunction")
            };
            let low = low.ok_or_else(|| missing("lower"))?.place;
            sides.push((low, high.ok_or_else(|| missing("upper"))?.place));
        }
        let Some(condition) = joined(part.rest.into_iter().map(text), true) else {
            continue;
        };
        let at = *places.entry(sides.clone()).or_insert(boxes.len());
        match boxes.get_mut(at) {
            Some((_, conditions)) => {
                if conditions.iter().all(|other| other.text != condition.text) {
                    conditions.push(condition);
                }
            }
            None => boxes.push((sides, vec![condition])),
        }
    }
    if boxes.is_empty() {
        return Err(spread.empty.unwrap_or_else(|| {
            VnnlibError::new("the assertions contradict each other", 0..0)
                .hint("they are false whatever the inputs and outputs are")
        }));
    }
    let condition = |(sides, conditions): (_, Vec<Text>)| {
        let any = joined(conditions.into_iter().map(Some), false);
        (sides, any.map_or(String::new(), |any| any.text))
    };
    Ok(boxes.into_iter().map(condition).collect())
}

/// What is always true.
const TRUE: &str = "0 <= 0";

/// The text of a formula.
struct Text {
    text: String,
    /// Does it need brackets inside another one?
    is_list: bool,
}

/// A condition as a formula; nothing where it is false.
fn text(node: &Node) -> Option<Text> {
    match node {
        Node::All(nodes) => joined(nodes.iter().map(text), true),
        Node::Any(nodes) => joined(nodes.iter().map(text), false),
        Node::One(constraint) => Some(Text {
            text: constraint.text(),
            is_list: false,
        }),
    }
}

/// All or any of these; nothing where that is false.
fn joined(parts: impl Iterator<Item = Option<Text>>, is_all: bool) -> Option<Text> {
    let mut texts = Vec::new();
    for part in parts {
        match part {
            None if is_all => return None,
            None => {}
            Some(part) if part.text == TRUE && is_all => {}
            Some(part) if part.text == TRUE => return Some(part),
            Some(part) => texts.push(part),
        }
    }
    if texts.len() <= 1 {
        let nothing = is_all.then(|| Text {
            text: TRUE.to_string(),
            is_list: false,
        });
        return texts.pop().or(nothing);
    }
    let bracketed = |part: Text| {
        if part.is_list {
            format!("({})", part.text)
        } else {
            part.text
        }
    };
    let texts = texts.into_iter().map(bracketed).collect();
    Some(Text {
        text: balanced(texts, if is_all { " and " } else { " or " }),
        is_list: true,
    })
}

/// Joined in groups of groups, so that the tree of a long list is not high.
fn balanced(mut texts: Vec<String>, word: &str) -> String {
    const GROUP: usize = 64;
    while texts.len() > GROUP {
        let groups = texts.chunks(GROUP).map(|group| match group {
            [one] => one.clone(),
            several => format!("({})", several.join(word)),
        });
        texts = groups.collect();
    }
    texts.join(word)
}

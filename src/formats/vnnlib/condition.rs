//! Turns assertions into trees of constraints, and those into boxes with a condition each.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::VnnlibError;
use super::expression::Expression;
use super::linear::{Constraint, Linear, Variable, term};
use crate::numbers::{Rational, Relation};

/// The most boxes, equal ones counted once.
pub const MAX_CASES: usize = 100_000;
/// The most boxes before equal ones are merged, and the most sides of all boxes together.
const MAX_PARTS: usize = 1 << 18;
const MAX_SIDES: usize = 1 << 20;
/// The longest joined condition of one box, in bytes: slightly less than a formula.
const MAX_FORMULA: usize = 60_000;
/// The longest text of all conditions, in bytes.
const MAX_TEXT: usize = 1 << 27;

/// A condition; `All` of none is true, `Any` of none is false.
#[derive(Clone, Debug)]
pub enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    One(Constraint),
}

/// Reads a condition, or its negation if `is_negated`.
///
/// - Errors: something unsupported, with its place.
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

/// `left operator right`, or its negation.
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
}

/// Lower and upper end, if they are known.
type Side = (Option<End>, Option<End>);

/// The known ends of the sides of a box.
type Bounds = Vec<Side>;

/// A box, and the constraints that must also hold there.
#[derive(Clone)]
struct Part<'n> {
    bounds: Bounds,
    rest: Vec<&'n Node>,
}

/// Returns a constraint as a bound on one input, if it is one.
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

/// Cuts a side; at the same place, an open end is tighter.
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
        is_empty(low, high).then_some((i, low, high))
    })
}

fn is_empty(low: &End, high: &End) -> bool {
    low.place > high.place || (low.place == high.place && (low.is_open || high.is_open))
}

/// The state of a walk through the condition.
struct Spread {
    inputs: usize,
    /// The first contradiction of two bounds.
    empty: Option<String>,
}

impl Spread {
    fn is_too_many(&self, parts: usize) -> bool {
        parts > MAX_PARTS || parts.saturating_mul(self.inputs) > MAX_SIDES
    }

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
                // Boxes are closed, so an open end stays in the condition.
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
                    // Most pairs may not meet.
                    if self.is_too_many(parts.len().saturating_mul(others.len()) / 4) {
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
                    if self.is_too_many(parts.len()) {
                        return Err(too_many(node));
                    }
                }
                Ok(parts)
            }
            Node::Any(nodes) => {
                let mut parts = Vec::new();
                for node in nodes {
                    parts.extend(self.parts(node)?);
                    if self.is_too_many(parts.len()) {
                        return Err(too_many(node));
                    }
                }
                Ok(parts)
            }
        }
    }

    /// `None` if the boxes do not meet.
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
            self.empty
                .get_or_insert_with(|| contradiction(&format!("X_{input}"), low, high));
            return None;
        }
        both.rest.extend(&b.rest);
        Some(both)
    }
}

fn contradiction(what: &str, low: &End, high: &End) -> String {
    let least = if low.is_open { "above" } else { "at least" };
    let most = if high.is_open { "below" } else { "at most" };
    format!(
        "{what} has to be {least} {} and {most} {}",
        low.place, high.place
    )
}

/// Do two of these constraints bound one linear term from both sides, with nothing in between?
fn contradictory<'n>(constraints: impl Iterator<Item = &'n Constraint>) -> Option<String> {
    let mut bounds: HashMap<Vec<(Variable, Rational)>, Side> = HashMap::new();
    for constraint in constraints {
        let linear = &constraint.linear;
        let Some(factor) = linear.terms.values().next() else {
            continue;
        };
        // The term with 1 as its first coefficient.
        let term = linear.terms.iter().map(|(variable, coefficient)| {
            let coefficient = coefficient.checked_div(factor)?;
            Some((*variable, coefficient))
        });
        let (Some(term), Some(place)) = (
            term.collect::<Option<Vec<_>>>(),
            linear.constant.checked_div(factor),
        ) else {
            continue;
        };
        let end = End {
            place: -place,
            is_open: constraint.relation == Relation::Less,
        };
        let sides = bounds.entry(term).or_default();
        match constraint.relation {
            Relation::Less | Relation::LessOrEqual if factor.is_negative() => {
                raise(&mut sides.0, &end);
            }
            Relation::Less | Relation::LessOrEqual => lower(&mut sides.1, &end),
            Relation::Equal => {
                raise(&mut sides.0, &end);
                lower(&mut sides.1, &end);
            }
            _ => continue,
        }
        if let (Some(low), Some(high)) = sides
            && is_empty(low, high)
        {
            let mut term = linear.clone();
            term.constant = Rational::ZERO;
            let term = term.scaled(&factor.reciprocal()?);
            return Some(contradiction(&term.text(), low, high));
        }
    }
    None
}

/// The constraints that must hold wherever a condition holds.
fn all_of<'n>(node: &'n Node, found: &mut Vec<&'n Constraint>) {
    match node {
        Node::All(nodes) => nodes.iter().for_each(|node| all_of(node, found)),
        Node::One(constraint) => found.push(constraint),
        Node::Any(nodes) => {
            if let [one] = nodes.as_slice() {
                all_of(one, found);
            }
        }
    }
}

fn too_many(node: &Node) -> VnnlibError {
    let message = format!(
        "this comes to more than {MAX_PARTS} boxes, or {MAX_SIDES} sides of boxes, before equal ones are merged"
    );
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

/// A box, and conditions of which one must not hold.
struct Gathered {
    sides: Sides,
    conditions: Vec<Text>,
    /// Their approximate length in bytes.
    length: usize,
}

impl Gathered {
    fn add(&mut self, condition: Text) {
        // With brackets and `or`.
        self.length = self
            .length
            .saturating_add(condition.text.len())
            .saturating_add(8);
        self.conditions.push(condition);
    }
}

/// Boxes and conditions, or the reason why there are none.
pub struct Cases {
    /// At least one.
    pub cases: Vec<Case>,
    /// The reason why no inputs and outputs satisfy the assertions, if that was found: then there is one
    /// case, with one point and a condition that is false.
    pub vacuous: Option<String>,
}

/// Returns boxes and conditions that are equivalent to the assertions, each box once (unless its conditions
/// are too long for one formula), in the order in which they occur.
///
/// - Errors: inputs without bounds; too many boxes.
pub fn cases(assertions: Vec<Node>, declarations: &[Range<usize>]) -> Result<Cases, VnnlibError> {
    let whole = Node::All(assertions);
    let mut spread = Spread {
        inputs: declarations.len(),
        empty: None,
    };
    let parts = spread.parts(&whole)?;
    let mut empty = spread.empty;
    let mut places: HashMap<Sides, usize> = HashMap::new();
    let mut boxes: Vec<Gathered> = Vec::new();
    let mut last: HashMap<usize, usize> = HashMap::new();
    let mut seen: HashSet<(usize, String)> = HashSet::new();
    let mut length = 0usize;
    for part in parts {
        // A condition that is always false needs no box.
        let condition = match together(&part.rest) {
            Ok(Some(condition)) => condition,
            Ok(None) => continue,
            Err(reason) => {
                empty.get_or_insert(reason);
                continue;
            }
        };
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
        let next = places.len();
        let number = *places.entry(sides.clone()).or_insert(next);
        if !seen.insert((number, condition.text.clone())) {
            continue;
        }
        length = length.saturating_add(condition.text.len());
        if length > MAX_TEXT {
            let message = format!("the conditions come to more than {MAX_TEXT} bytes of text");
            return Err(VnnlibError::new(message, place(&whole).unwrap_or_default()));
        }
        // The last case of the box, unless its condition would be too long for one formula.
        let latest = last.get(&number).and_then(|at| boxes.get_mut(*at));
        let room = MAX_FORMULA.saturating_sub(condition.text.len());
        if let Some(case) = latest.filter(|case| case.length <= room) {
            case.add(condition);
            continue;
        }
        last.insert(number, boxes.len());
        let mut case = Gathered {
            sides,
            conditions: Vec::new(),
            length: 0,
        };
        case.add(condition);
        boxes.push(case);
        if boxes.len() > MAX_CASES {
            let message = format!("this comes to more than {MAX_CASES} boxes of inputs");
            return Err(VnnlibError::new(message, place(&whole).unwrap_or_default()));
        }
    }
    if boxes.is_empty() {
        let reason = empty.unwrap_or_else(|| "they are false as they stand".to_string());
        let point = vec![(Rational::ZERO, Rational::ZERO); declarations.len()];
        return Ok(Cases {
            cases: vec![(point, FALSE.to_string())],
            vacuous: Some(reason),
        });
    }
    let condition = |case: Gathered| {
        let any = joined(case.conditions.into_iter().map(Some), false);
        (case.sides, any.map_or(String::new(), |any| any.text))
    };
    Ok(Cases {
        cases: boxes.into_iter().map(condition).collect(),
        vacuous: None,
    })
}

/// The text of conditions that must all hold; `None` if they are false as written.
///
/// - Errors: two of them that contradict each other.
fn together(nodes: &[&Node]) -> Result<Option<Text>, String> {
    let mut constraints = Vec::new();
    for node in nodes {
        all_of(node, &mut constraints);
    }
    match contradictory(constraints.into_iter()) {
        Some(reason) => Err(reason),
        None => Ok(joined(nodes.iter().map(|node| text(node)), true)),
    }
}

/// A condition that is always false.
const FALSE: &str = "0 < 0";

/// A condition that is always true.
const TRUE: &str = "0 <= 0";

/// The text of a formula.
struct Text {
    text: String,
    /// Does it need brackets inside another one?
    is_list: bool,
}

/// A condition as a formula; `None` if it is false.
fn text(node: &Node) -> Option<Text> {
    match node {
        Node::All(nodes) => {
            let mut constraints = Vec::new();
            all_of(node, &mut constraints);
            if contradictory(constraints.into_iter()).is_some() {
                return None;
            }
            joined(nodes.iter().map(text), true)
        }
        Node::Any(nodes) => joined(nodes.iter().map(text), false),
        Node::One(constraint) => Some(Text {
            text: constraint.text(),
            is_list: false,
        }),
    }
}

/// All or any of these; `None` if that is false.
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

/// Joins texts in nested groups, so that the tree of a long list is not deep.
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

//! Piecewise affine formulas as lists of affine pieces.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::BTreeMap;

use super::linear::{Linear, Variable};
use crate::expr::{Condition, Expr, exact_value, function_name};
use crate::numbers::{Function, Rational, Relation};

/// The most pieces of a formula, and the most ways in which a condition can hold.
pub const MAX_PIECES: usize = 1 << 10;

/// The reason why a formula has no affine pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAffine {
    /// The message.
    pub message: String,
    /// Which part of the formula, as text.
    pub part: String,
}

/// `linear < 0`, or `linear <= 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    pub linear: Linear,
    pub is_strict: bool,
}

/// A formula where some guards hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// None of them holds everywhere on the box, none nowhere.
    pub guards: Vec<Guard>,
    pub value: Linear,
}

/// Takes formulas apart on one box.
pub struct Splitter<'a> {
    pub names: &'a [String],
    pub sides: &'a [(Rational, Rational)],
}

impl Splitter<'_> {
    /// Returns pieces that together are the formula on the box, except on a set of measure zero.
    ///
    /// - Edges: where pieces of `max`, `min`, `abs` and `relu` meet, both hold and both are right.
    ///   A jump (`if`, `step`, a comparison) belongs to no piece: guards of jumps are strict.
    /// - Errors: [`NotAffine`], with the part that is not.
    pub fn pieces(&self, formula: &Expr) -> Result<Vec<Piece>, NotAffine> {
        if !formula.any(&mut |node| matches!(node, Expr::Variable(_)))
            && let Some(constant) = exact_value(formula)
        {
            return Ok(vec![Piece {
                guards: Vec::new(),
                value: Linear {
                    constant,
                    ..Linear::default()
                },
            }]);
        }
        let refused = |message: &str| {
            Err(NotAffine {
                message: message.into(),
                part: formula.display(self.names).to_string(),
            })
        };
        let minus = Rational::from(-1);
        match formula {
            Expr::Variable(input) => {
                let mut value = Linear::default();
                value.terms.insert(Variable::Input(*input), Rational::ONE);
                Ok(vec![Piece {
                    guards: Vec::new(),
                    value,
                }])
            }
            Expr::Negate(a) => self.each(a, |value| Some(value.scaled(&minus)), "this"),
            Expr::Add(a, b) => self.both(formula, a, b, |a, b| Some(a.plus(&Rational::ONE, b))),
            Expr::Sub(a, b) => self.both(formula, a, b, |a, b| Some(a.plus(&minus, b))),
            Expr::Mul(a, b) => self.both(formula, a, b, |a, b| match (a.number(), b.number()) {
                (Some(a), _) => Some(b.scaled(a)),
                (_, Some(b)) => Some(a.scaled(b)),
                (None, None) => None,
            }),
            Expr::Div(a, b) => self.both(formula, a, b, |a, b| {
                Some(a.scaled(&b.number()?.reciprocal()?))
            }),
            Expr::Power(a, b) if exact_value(b) == Some(Rational::ONE) => self.pieces(a),
            Expr::Max(a, b) | Expr::Min(a, b) => {
                let is_max = matches!(formula, Expr::Max(..));
                let mut found = Vec::new();
                for (guards, a, b) in self.pairs(formula, a, b)? {
                    // a - b <= 0, where b is the larger one.
                    let difference = a.plus(&minus, &b);
                    let (larger, smaller) = if is_max { (b, a) } else { (a, b) };
                    let closed = |linear| Guard {
                        linear,
                        is_strict: false,
                    };
                    found.extend(self.guarded(&guards, closed(difference.clone()), larger));
                    let mirrored = difference.scaled(&minus);
                    found.extend(self.guarded(&guards, closed(mirrored), smaller));
                }
                self.few(found, formula)
            }
            Expr::Apply(function @ (Function::Abs | Function::Relu | Function::Heaviside), a) => {
                let constant = |constant| Linear {
                    constant,
                    ..Linear::default()
                };
                let mut found = Vec::new();
                for piece in self.pieces(a)? {
                    let mirrored = piece.value.scaled(&minus);
                    let (below, above) = match function {
                        Function::Abs => (mirrored.clone(), piece.value.clone()),
                        Function::Relu => (Linear::default(), piece.value.clone()),
                        _ => (Linear::default(), constant(Rational::ONE)),
                    };
                    let is_strict = *function == Function::Heaviside;
                    let guard = |linear| Guard { linear, is_strict };
                    found.extend(self.guarded(&piece.guards, guard(piece.value), below));
                    found.extend(self.guarded(&piece.guards, guard(mirrored), above));
                }
                self.few(found, formula)
            }
            Expr::If(condition, a, b) => {
                let mut found = Vec::new();
                for (holds, branch) in [(true, a), (false, b)] {
                    let ways = self.ways(condition, holds)?;
                    if ways.is_empty() {
                        continue;
                    }
                    for piece in self.pieces(branch)? {
                        found.extend(ways.iter().filter_map(|way| {
                            let guards = together(way, &piece.guards)?;
                            let value = piece.value.clone();
                            Some(Piece { guards, value })
                        }));
                    }
                }
                self.few(found, formula)
            }
            Expr::Apply(function, _) => {
                let name = function_name(*function);
                refused(&format!("{name} is not piecewise affine"))
            }
            Expr::Power(..) => refused("powers are not piecewise affine"),
            Expr::Number(_) | Expr::Pi => refused("this is not a rational number"),
        }
    }

    /// The pieces of a formula of one part.
    fn each(
        &self,
        part: &Expr,
        value: impl Fn(&Linear) -> Option<Linear>,
        what: &str,
    ) -> Result<Vec<Piece>, NotAffine> {
        let pieces = self.pieces(part)?;
        let each = pieces.into_iter().map(|piece| {
            let value = value(&piece.value).ok_or_else(|| NotAffine {
                message: format!("{what} is not affine"),
                part: part.display(self.names).to_string(),
            })?;
            Ok(Piece { value, ..piece })
        });
        each.collect()
    }

    /// The pieces of a formula of two parts, each a function of theirs.
    fn both(
        &self,
        formula: &Expr,
        a: &Expr,
        b: &Expr,
        value: impl Fn(&Linear, &Linear) -> Option<Linear>,
    ) -> Result<Vec<Piece>, NotAffine> {
        let pairs = self.pairs(formula, a, b)?;
        let each = pairs.into_iter().map(|(guards, a, b)| {
            let value = value(&a, &b).ok_or_else(|| NotAffine {
                message: "this is not affine".into(),
                part: formula.display(self.names).to_string(),
            })?;
            Ok(Piece { guards, value })
        });
        each.collect()
    }

    /// The values of two formulas, and the guards under which they are taken.
    fn pairs(
        &self,
        formula: &Expr,
        a: &Expr,
        b: &Expr,
    ) -> Result<Vec<(Vec<Guard>, Linear, Linear)>, NotAffine> {
        let (first, second) = (self.pieces(a)?, self.pieces(b)?);
        at_most(first.len().saturating_mul(second.len()), || {
            formula.display(self.names).to_string()
        })?;
        let pairs = first.iter().flat_map(|a| {
            second.iter().filter_map(|b| {
                let guards = together(&a.guards, &b.guards)?;
                Some((guards, a.value.clone(), b.value.clone()))
            })
        });
        Ok(pairs.collect())
    }

    fn few(&self, pieces: Vec<Piece>, formula: &Expr) -> Result<Vec<Piece>, NotAffine> {
        at_most(pieces.len(), || formula.display(self.names).to_string())?;
        Ok(pieces)
    }

    /// The piece under one more guard; `None` if that holds nowhere.
    fn guarded(&self, guards: &[Guard], guard: Guard, value: Linear) -> Option<Piece> {
        let mut guards = guards.to_vec();
        match self.on_box(&guard) {
            Some(false) => return None,
            Some(true) => {}
            None => guards = together(&guards, &[guard])?,
        }
        Some(Piece { guards, value })
    }

    /// Does a guard hold everywhere on the box, except on edges? Nowhere, except on edges?
    fn on_box(&self, guard: &Guard) -> Option<bool> {
        let linear = &guard.linear;
        let (mut low, mut high) = (linear.constant.clone(), linear.constant.clone());
        for (variable, factor) in &linear.terms {
            let Variable::Input(input) = variable else {
                return None;
            };
            let (left, right) = self.sides.get(*input)?;
            let (at_left, at_right) = (factor * left, factor * right);
            low = low + at_left.clone().min(at_right.clone());
            high = high + at_left.max(at_right);
        }
        if low == high {
            return Some(low.is_negative() || (low.is_zero() && !guard.is_strict));
        }
        if !high.is_positive() {
            Some(true)
        } else if !low.is_negative() {
            Some(false)
        } else {
            None
        }
    }

    /// The ways in which a condition can hold, or fail, except on a set of measure zero: guards that hold
    /// together.
    fn ways(&self, condition: &Condition, holds: bool) -> Result<Vec<Vec<Guard>>, NotAffine> {
        match (condition, holds) {
            (Condition::Not(a), _) => self.ways(a, !holds),
            (Condition::And(a, b), true) | (Condition::Or(a, b), false) => {
                let (first, second) = (self.ways(a, holds)?, self.ways(b, holds)?);
                at_most(first.len().saturating_mul(second.len()), || {
                    condition.display(self.names).to_string()
                })?;
                let both = |a: &Vec<Guard>| {
                    let each = second.iter();
                    each.filter_map(|b| together(a, b)).collect::<Vec<_>>()
                };
                Ok(first.iter().flat_map(both).collect())
            }
            (Condition::And(a, b), false) | (Condition::Or(a, b), true) => {
                let mut ways = self.ways(a, holds)?;
                ways.extend(self.ways(b, holds)?);
                at_most(ways.len(), || condition.display(self.names).to_string())?;
                Ok(ways)
            }
            (Condition::Compare(relation, a, b), _) => {
                // a - b < 0, or b - a < 0; an equality holds on a set of measure zero, or everywhere.
                let signs: &[i64] = match (relation, holds) {
                    (Relation::Less | Relation::LessOrEqual, true)
                    | (Relation::Greater | Relation::GreaterOrEqual, false) => &[1],
                    (Relation::Greater | Relation::GreaterOrEqual, true)
                    | (Relation::Less | Relation::LessOrEqual, false) => &[-1],
                    (Relation::Equal, true) | (Relation::NotEqual, false) => &[],
                    (Relation::NotEqual, true) | (Relation::Equal, false) => &[1, -1],
                };
                let mut ways = Vec::new();
                let part = Expr::Sub(a.clone(), b.clone());
                for piece in self.pieces(&part)? {
                    if let Some(constant) = piece.value.number() {
                        let is_so = relation.holds(constant.cmp(&Rational::ZERO)) == holds;
                        ways.extend(is_so.then_some(piece.guards));
                        continue;
                    }
                    for sign in signs {
                        let linear = piece.value.scaled(&Rational::from(*sign));
                        let guard = Guard {
                            linear,
                            is_strict: true,
                        };
                        let found = self.guarded(&piece.guards, guard, Linear::default());
                        ways.extend(found.map(|piece| piece.guards));
                    }
                }
                Ok(ways)
            }
        }
    }
}

/// Refuses formulas with too many pieces.
fn at_most(found: usize, part: impl Fn() -> String) -> Result<(), NotAffine> {
    if found <= MAX_PIECES {
        return Ok(());
    }
    Err(NotAffine {
        message: format!("this has more than {MAX_PIECES} pieces"),
        part: part(),
    })
}

/// Both lists of guards; `None` if the guards on one input leave no room. A piece without room is an edge of
/// others, or has measure zero.
fn together(a: &[Guard], b: &[Guard]) -> Option<Vec<Guard>> {
    let mut guards = a.to_vec();
    guards.extend(b.iter().filter(|guard| !a.contains(guard)).cloned());
    let mut ends: BTreeMap<Variable, (Option<Rational>, Option<Rational>)> = BTreeMap::new();
    for guard in &guards {
        let mut terms = guard.linear.terms.iter();
        let (Some((variable, factor)), None) = (terms.next(), terms.next()) else {
            continue;
        };
        let end = -guard.linear.constant.checked_div(factor)?;
        let (low, high) = ends.entry(*variable).or_default();
        if factor.is_positive() {
            let least = high
                .take()
                .map_or_else(|| end.clone(), |high| high.min(end.clone()));
            *high = Some(least);
        } else {
            let most = low
                .take()
                .map_or_else(|| end.clone(), |low| low.max(end.clone()));
            *low = Some(most);
        }
        if let (Some(low), Some(high)) = (low, high)
            && low >= high
        {
            return None;
        }
    }
    Some(guards)
}

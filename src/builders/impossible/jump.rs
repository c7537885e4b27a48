//! Finds jumps of a target: T27.
//!
//! A formula jumps only where the two sides of a comparison are equal (or the argument of `heaviside`
//! is 0). A *switch* is such a pair. Between two points where a switch is certainly on different sides
//! there is one where it changes, and the formula with the switch held on either side is enclosed on a
//! little box around it.

use std::fmt;
use std::sync::Arc;

use super::{Formula, around, ends, short};
use crate::builders::grid::whole;
use crate::expr::{Condition, Domain, Expr, Target, derivative, simplest_between};
use crate::numbers::literal::decimal_down;
use crate::numbers::{Function, Interval, Rational, Relation};

/// The number of switches that are examined in a formula.
const MOST_SWITCHES: usize = 64;
/// The number of places that are examined where a switch changes.
const MOST_PLACES: usize = 48;
/// A place is enclosed to this fraction of the domain's side.
const HALVINGS: usize = 48;
/// Lines of a grid are searched up to this many cells.
const MOST_CELLS: usize = super::MOST_CELLS;

/// A jump of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jump {
    /// The names of the inputs, and a point: the jump if it is exact, otherwise very near to it.
    pub place: Vec<(String, Rational)>,
    /// The size of the jump: exact, or a lower bound.
    pub size: Rational,
    /// Are place and size exact?
    pub is_exact: bool,
    /// The input along which it jumps.
    axis: usize,
    /// The place in that input lies between these.
    between: (Rational, Rational),
    /// Is the jump across this input alone, along the whole domain?
    is_across: bool,
}

impl fmt::Display for Jump {
    /// Writes `by 10 at x = 50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (by, at) = if self.is_exact {
            ("by", "at")
        } else {
            ("by at least", "near")
        };
        write!(f, "{by} {} {at} ", self.number(&self.size))?;
        for (index, (name, value)) in self.place.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{name} = {}", self.number(value))?;
        }
        Ok(())
    }
}

impl Jump {
    /// Half the jump in words.
    pub fn half(&self) -> String {
        self.number(&self.size.half())
    }

    fn number(&self, value: &Rational) -> String {
        if self.is_exact {
            short(value, false)
        } else {
            decimal_down(value, 6)
        }
    }

    /// Do the lines of 1, 2, 4, 8 and so on equal cells all miss the place, in every input?
    pub fn misses_lines(&self, domain: &Domain) -> bool {
        let sides = domain.sides().iter().zip(&self.place).enumerate();
        let mut sides = sides.map(|(axis, (side, (_, value)))| {
            let (from, to) = if axis == self.axis {
                self.between.clone()
            } else {
                (value.clone(), value.clone())
            };
            (part(side, &from), part(side, &to))
        });
        sides.all(|(from, to)| {
            let mut cells = 1;
            while cells <= MOST_CELLS {
                let line = Rational::from((&from * &whole(cells)).ceil());
                if line <= &to * &whole(cells) {
                    return false;
                }
                cells *= 2;
            }
            true
        })
    }

    /// The number of equal cells that have a line at the jump, as every multiple of it does; `None` if no
    /// line follows the jump, or only with more cells than are tried.
    pub fn multiple(&self, domain: &Domain) -> Option<usize> {
        if !self.is_exact || !self.is_across {
            return None;
        }
        let place = part(&domain.sides()[self.axis], &self.place[self.axis].1);
        let cells = usize::try_from(place.denominator()).ok()?;
        (cells <= MOST_CELLS).then_some(cells)
    }
}

/// The relative position of a number in a side: 0 at the lower end, 1 at the upper end.
fn part((low, high): &(Rational, Rational), value: &Rational) -> Rational {
    (value - low) / (high - low)
}

/// Returns the jumps that are found in a target, the largest first, without repetition.
///
/// - Exactness: each is certain: on any line in its direction, and on all lines near it, the target
///   takes values on sets of positive length, as near together as one likes, that differ by the size.
pub fn jumps(target: &Target, domain: &Domain) -> Vec<Jump> {
    if !target.has_jumps() {
        return Vec::new();
    }
    let mut found: Vec<Jump> = Vec::new();
    for formula in target.output_expressions() {
        let mut switches = Vec::new();
        collect(&formula, &mut switches);
        for switch in &switches {
            // The two sides of the switch must not jump themselves.
            if switch.difference().has_jumps() {
                continue;
            }
            found.extend(jumps_at(&formula, switch, &switches, domain));
        }
    }
    found.sort_by(|a, b| b.size.cmp(&a.size));
    found
}

/// A switch: two numbers, and the formula depends on which is larger.
#[derive(Clone, Debug, PartialEq)]
struct Switch {
    left: Arc<Expr>,
    right: Arc<Expr>,
}

/// The sign of left less right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Below,
    On,
    Above,
}

impl Switch {
    fn difference(&self) -> Expr {
        match &*self.right {
            Expr::Number(zero) if zero.is_zero() => (*self.left).clone(),
            _ => Expr::Sub(self.left.clone(), self.right.clone()),
        }
    }

    /// The truth of a comparison on this side, if it belongs to this switch.
    fn decides(&self, relation: Relation, a: &Expr, b: &Expr, side: Side) -> Option<bool> {
        let relation = if *self.left == *a && *self.right == *b {
            relation
        } else if *self.left == *b && *self.right == *a {
            relation.mirrored()
        } else {
            return None;
        };
        Some(relation.holds(match side {
            Side::Below => std::cmp::Ordering::Less,
            Side::On => std::cmp::Ordering::Equal,
            Side::Above => std::cmp::Ordering::Greater,
        }))
    }
}

fn collect(formula: &Expr, switches: &mut Vec<Switch>) {
    let zero = Arc::new(Expr::zero());
    formula.any(&mut |node| {
        match node {
            Expr::Apply(Function::Heaviside, a) => add(a, &zero, switches),
            Expr::If(condition, ..) => collect_from(condition, switches),
            _ => {}
        }
        switches.len() >= MOST_SWITCHES
    });
}

fn collect_from(condition: &Condition, switches: &mut Vec<Switch>) {
    match condition {
        Condition::Compare(_, a, b) => add(a, b, switches),
        Condition::And(a, b) | Condition::Or(a, b) => {
            collect_from(a, switches);
            collect_from(b, switches);
        }
        Condition::Not(a) => collect_from(a, switches),
    }
}

fn add(a: &Arc<Expr>, b: &Arc<Expr>, switches: &mut Vec<Switch>) {
    let is_known = |switch: &Switch| {
        (switch.left == *a && switch.right == *b) || (switch.left == *b && switch.right == *a)
    };
    if switches.len() < MOST_SWITCHES && !switches.iter().any(is_known) {
        switches.push(Switch {
            left: a.clone(),
            right: b.clone(),
        });
    }
}

/// A condition with a known switch: decided, or the rest of it.
enum Held {
    Decided(bool),
    Open(Condition),
}

/// Returns the formula with a switch held on one side.
fn held(formula: &Expr, switch: &Switch, side: Side) -> Expr {
    let next = |a: &Arc<Expr>| Arc::new(held(a, switch, side));
    match formula {
        Expr::Number(_) | Expr::Variable(_) | Expr::Pi => formula.clone(),
        Expr::Negate(a) => Expr::Negate(next(a)),
        Expr::Apply(Function::Heaviside, a) => {
            let is_on = switch.decides(Relation::GreaterOrEqual, a, &Expr::zero(), side);
            match is_on {
                Some(true) => Expr::one(),
                Some(false) => Expr::zero(),
                None => Expr::Apply(Function::Heaviside, next(a)),
            }
        }
        Expr::Apply(function, a) => Expr::Apply(*function, next(a)),
        Expr::Add(a, b) => Expr::Add(next(a), next(b)),
        Expr::Sub(a, b) => Expr::Sub(next(a), next(b)),
        Expr::Mul(a, b) => Expr::Mul(next(a), next(b)),
        Expr::Div(a, b) => Expr::Div(next(a), next(b)),
        Expr::Power(a, b) => Expr::Power(next(a), next(b)),
        Expr::Min(a, b) => Expr::Min(next(a), next(b)),
        Expr::Max(a, b) => Expr::Max(next(a), next(b)),
        Expr::If(condition, a, b) => match held_condition(condition, switch, side) {
            Held::Decided(true) => held(a, switch, side),
            Held::Decided(false) => held(b, switch, side),
            Held::Open(condition) => Expr::If(Arc::new(condition), next(a), next(b)),
        },
    }
}

fn held_condition(condition: &Condition, switch: &Switch, side: Side) -> Held {
    let next = |a: &Condition| held_condition(a, switch, side);
    match condition {
        Condition::Compare(relation, a, b) => match switch.decides(*relation, a, b, side) {
            Some(truth) => Held::Decided(truth),
            None => Held::Open(Condition::Compare(
                *relation,
                Arc::new(held(a, switch, side)),
                Arc::new(held(b, switch, side)),
            )),
        },
        Condition::Not(a) => match next(a) {
            Held::Decided(truth) => Held::Decided(!truth),
            Held::Open(a) => Held::Open(Condition::Not(Arc::new(a))),
        },
        Condition::And(a, b) => match (next(a), next(b)) {
            (Held::Decided(false), _) => Held::Decided(false),
            (Held::Decided(true), other) | (other, Held::Decided(true)) => other,
            // A first condition that fails to have a value would be hidden.
            (Held::Open(a), Held::Decided(false)) => {
                Held::Open(Condition::And(Arc::new(a), Arc::new(never())))
            }
            (Held::Open(a), Held::Open(b)) => Held::Open(Condition::And(Arc::new(a), Arc::new(b))),
        },
        Condition::Or(a, b) => match (next(a), next(b)) {
            (Held::Decided(true), _) => Held::Decided(true),
            (Held::Decided(false), other) | (other, Held::Decided(false)) => other,
            (Held::Open(a), Held::Decided(true)) => Held::Open(Condition::Or(
                Arc::new(a),
                Arc::new(Condition::Not(Arc::new(never()))),
            )),
            (Held::Open(a), Held::Open(b)) => Held::Open(Condition::Or(Arc::new(a), Arc::new(b))),
        },
    }
}

/// A condition that holds nowhere.
fn never() -> Condition {
    let zero = Arc::new(Expr::zero());
    Condition::Compare(Relation::Less, zero.clone(), zero)
}

/// A switch, and the formula with it on each side.
struct Held3 {
    difference: Formula,
    below: Formula,
    on: Formula,
    above: Formula,
    others: Vec<Formula>,
}

/// Finds the jumps of a formula at one switch.
fn jumps_at(formula: &Expr, switch: &Switch, all: &[Switch], domain: &Domain) -> Vec<Jump> {
    let inputs = domain.dimension();
    let difference = switch.difference();
    let of = |side| Formula::new(&held(formula, switch, side), inputs);
    let others = all.iter().filter(|other| *other != switch);
    let mut parts = Held3 {
        difference: Formula::new(&difference, inputs),
        below: of(Side::Below),
        on: of(Side::On),
        above: of(Side::Above),
        others: others
            .map(|other| Formula::new(&other.difference(), inputs))
            .collect(),
    };
    let used: Vec<usize> = (0..inputs).filter(|axis| difference.uses(*axis)).collect();
    let mut found = Vec::new();
    for &axis in &used {
        let mut slope = derivative(&difference, axis)
            .ok()
            .map(|slope| Formula::new(&slope, inputs));
        for line in lines(domain, axis) {
            for (from, to) in parts.changes(&line, axis, domain) {
                if found.len() >= MOST_PLACES {
                    return found;
                }
                let jump = parts.jump(&line, axis, (from, to), slope.as_mut(), domain);
                let is_across = used.len() == 1;
                found.extend(jump.map(|jump| Jump { is_across, ..jump }));
            }
        }
    }
    found
}

/// Points through which lines in the direction of an input are laid. No coordinate of theirs is on a
/// line of 1, 2, 4, 8 or so on equal cells.
fn lines(domain: &Domain, axis: usize) -> Vec<Vec<Rational>> {
    let per_side: i64 = match domain.dimension() {
        1 | 2 => 8,
        3 => 4,
        _ => 3,
    };
    let mut points = vec![Vec::new()];
    for (input, (low, high)) in domain.sides().iter().enumerate() {
        let places = if input == axis { 1 } else { per_side };
        let place = |k: i64| low + &((high - low) * Rational::ratio(3 * k + 1, 3 * per_side));
        let longer = points.iter().flat_map(|point: &Vec<Rational>| {
            (0..places).map(move |k| {
                let mut point = point.clone();
                point.push(place(k));
                point
            })
        });
        points = longer.collect();
    }
    points
}

impl Held3 {
    /// The side of the switch at a point, where that is certain.
    fn side(&mut self, point: &[Rational]) -> Option<Side> {
        if let Some(value) = self.difference.at(point) {
            return Some(match value.signum() {
                0 => Side::On,
                sign if sign < 0 => Side::Below,
                _ => Side::Above,
            });
        }
        let sides: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
        let value = self.difference.on(&sides)?;
        if value.inf().is_positive() {
            Some(Side::Above)
        } else if value.sup().is_negative() {
            Some(Side::Below)
        } else {
            None
        }
    }

    /// The parts of a line at whose ends the switch is on different sides.
    fn changes(
        &mut self,
        line: &[Rational],
        axis: usize,
        domain: &Domain,
    ) -> Vec<(Rational, Rational)> {
        let parts: i64 = match domain.dimension() {
            1 => 1024,
            2 => 64,
            _ => 24,
        };
        let (low, high) = &domain.sides()[axis];
        let mut point = line.to_vec();
        let mut before: Option<(Rational, Side)> = None;
        let mut changes = Vec::new();
        for k in 0..=parts {
            point[axis] = low + &((high - low) * Rational::ratio(k, parts));
            let side = self.side(&point);
            let Some(side) = side.filter(|side| *side != Side::On) else {
                continue;
            };
            let here = point[axis].clone();
            if let Some((from, other)) = &before
                && *other != side
            {
                changes.push((from.clone(), here.clone()));
            }
            before = Some((here, side));
        }
        changes
    }

    /// The jump between two points of a line that are on different sides, if there is one.
    fn jump(
        &mut self,
        line: &[Rational],
        axis: usize,
        (mut from, mut to): (Rational, Rational),
        slope: Option<&mut Formula>,
        domain: &Domain,
    ) -> Option<Jump> {
        let mut point = line.to_vec();
        point[axis].clone_from(&from);
        let first = self.side(&point)?;
        let (low, high) = &domain.sides()[axis];
        let narrow = (high - low) * Rational::power_of_two(-48);
        for _ in 0..2 * HALVINGS {
            if &to - &from <= narrow {
                break;
            }
            // A middle that is on the switch has neighbours that are not.
            let eighth = (&to - &from) * Rational::ratio(1, 8);
            let middle = from.midpoint(&to);
            let mut is_narrower = false;
            for probe in [middle.clone(), &middle - &eighth, &middle + &eighth] {
                if probe <= from || probe >= to {
                    continue;
                }
                point[axis].clone_from(&probe);
                match self.side(&point) {
                    Some(side) if side == first => from = probe,
                    Some(Side::On) | None => continue,
                    Some(_) => to = probe,
                }
                is_narrower = true;
            }
            if !is_narrower {
                break;
            }
        }
        let simple = simplest_between(&from, &to);
        point[axis].clone_from(&simple);
        let names = domain.names().iter().cloned();
        let place: Vec<_> = names.zip(point.iter().cloned()).collect();
        let radius: Vec<Rational> = domain
            .sides()
            .iter()
            .map(|(low, high)| (high - low) * Rational::power_of_two(-50))
            .collect();
        let mut sides = around(&point, &radius);
        sides[axis] = Interval::from_rationals(&from, &to);
        if self.is_exact(&point, &sides, slope)
            && let (Some(below), Some(above)) = (self.below.at(&point), self.above.at(&point))
        {
            let size = (below - above).abs();
            return size.is_positive().then(|| Jump {
                place,
                size,
                is_exact: true,
                axis,
                between: (simple.clone(), simple),
                is_across: false,
            });
        }
        let size = self.gap(&sides)?;
        size.is_positive().then_some(Jump {
            place,
            size,
            is_exact: false,
            axis,
            between: (from, to),
            is_across: false,
        })
    }

    /// Does the switch change at this point and nowhere else on the line in the box, and do all others
    /// stay as they are on the box? Then the formula on either side is continuous there.
    fn is_exact(
        &mut self,
        point: &[Rational],
        sides: &[Interval],
        slope: Option<&mut Formula>,
    ) -> bool {
        let is_steady = slope
            .and_then(|slope| slope.on(sides))
            .is_some_and(|slope| !slope.contains_zero());
        let mut others = self.others.iter_mut();
        is_steady
            && self
                .difference
                .at(point)
                .is_some_and(|value| value.is_zero())
            && others.all(|other| other.on(sides).is_some_and(|value| !value.contains_zero()))
    }

    /// How far the values on one side of the switch are from those on the other and on it, at least.
    fn gap(&mut self, sides: &[Interval]) -> Option<Rational> {
        let (below, above) = (self.below.on(sides)?, self.above.on(sides)?);
        let on = self.on.on(sides)?;
        let between = |a: &Interval, b: &Interval| {
            let ((a_low, a_high), (b_low, b_high)) = (ends(a)?, ends(b)?);
            Some((a_low - b_high).max(b_low - a_high))
        };
        between(&below, &on.hull(&above)).max(between(&above, &on.hull(&below)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn found(formula: &str, domain: &str) -> Vec<String> {
        let domain = Domain::parse(domain).expect("a domain");
        let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
        let mut texts: Vec<String> = Vec::new();
        for jump in jumps(&target, &domain) {
            texts.push(jump.to_string());
        }
        texts
    }

    #[test]
    fn jumps_in_one_input_are_found_exactly() {
        let tariff = "if(x < 10, 2*x, if(x < 50, 20 + 3*(x-10), 150 + 5*(x-50)))";
        assert_eq!(found(tariff, "x=0..100"), ["by 10 at x = 50"]);
        assert_eq!(
            found("x + 3*heaviside(x - 1/3)", "x=0..1"),
            ["by 3 at x = 1/3"]
        );
        assert_eq!(
            found("x >= 1/7 and x < 2/3", "x=0..1"),
            ["by 1 at x = 1/7", "by 1 at x = 2/3"]
        );
        // Two conditions that change together are one switch.
        let both = "if(x < 1/3, 1, 0) + if(1/3 <= x, -1, 1)";
        assert_eq!(found(both, "x=0..1"), ["by 3 at x = 1/3"]);
        assert_eq!(found("not (x < 1/3)", "x=0..1"), ["by 1 at x = 1/3"]);
    }

    #[test]
    fn jumps_at_irrational_places_are_found_nearly() {
        assert_eq!(
            found("if(x^2 < 1/2, 0, 10)", "x=0..1"),
            ["by at least 10 near x = 0.707106"]
        );
        let sine = found("if(sin(x) > 1/2, x, 10)", "x=0..4");
        assert_eq!(sine.len(), 2, "{sine:?}");
        assert!(sine[0].starts_with("by at least 9.4764"), "{sine:?}");
    }

    #[test]
    fn functions_that_do_not_jump_have_no_jumps() {
        for formula in [
            "if(x < 10, 2*x, if(x < 50, 20 + 3*(x-10), 140 + 5*(x-50)))",
            "if(x < 1/3, 1, 0) + if(x < 1/3, 0, 1)",
            "(x - 1/3)*heaviside(x - 1/3)",
            "if(x^2 < 1/2, x^2, 1/2)",
            "abs(x) + max(x, 1)",
            "if(x < 0, x, 1)",
            "tanh(1e30*(x - 1/3))",
            "if(sin(x) > 1/2, 1/2, sin(x))",
        ] {
            assert_eq!(
                found(formula, "x=0..100"),
                Vec::<String>::new(),
                "{formula}"
            );
        }
        for formula in [
            "if(x < y, x, y)",
            "if(x*y < 1/4, 1/4, x*y)",
            "if(x < 1/2, 1, 1) + y",
        ] {
            assert_eq!(
                found(formula, "x=0..1,y=0..1"),
                Vec::<String>::new(),
                "{formula}"
            );
        }
    }

    #[test]
    fn jumps_in_several_inputs_are_found() {
        let disk = found("x^2 + y^2 <= 1/2", "x=-1..1,y=-1..1");
        assert!(
            !disk.is_empty()
                && disk
                    .iter()
                    .all(|jump| jump.contains("by at least 1 near") || jump.starts_with("by 1 at")),
            "{disk:?}"
        );
        let half = found("if(x < 1/3, y, 10)", "x=0..1,y=0..1");
        assert_eq!(half[0], "by 239/24 at x = 1/3, y = 1/24");
        let four = found("heaviside(a - b + c - 2*d)", "a=0..1,b=0..1,c=0..1,d=0..1");
        assert!(four[0].starts_with("by 1 at"), "{four:?}");
    }

    #[test]
    fn lines_of_cells_hit_or_miss_a_jump() {
        let domain = Domain::parse("x=0..100").expect("a domain");
        let at = |formula: &str| {
            let target = parse_target(&[formula], None).expect("a formula");
            jumps(&target, &domain).remove(0)
        };
        let half = at("x < 50");
        assert_eq!(
            (half.misses_lines(&domain), half.multiple(&domain)),
            (false, Some(2))
        );
        let tariff = at("x < 45.67");
        assert_eq!(
            (tariff.misses_lines(&domain), tariff.multiple(&domain)),
            (true, Some(10_000))
        );
        let root = at("x^2 < 50");
        assert_eq!(
            (root.misses_lines(&domain), root.multiple(&domain)),
            (true, None)
        );
        let fine = at("x < 45.6789");
        assert_eq!(
            (fine.misses_lines(&domain), fine.multiple(&domain)),
            (true, None)
        );
    }
}

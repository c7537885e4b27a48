//! Formulas as they would be typeset, in Unicode: `x²`, `≤`, `2π·x`, `√(x + 1)`, `|x|`.
//!
//! The text comes from the tree, so it means the same: [`super::friendly`] reads it back.

use super::{Condition, Expr, Target, TargetBody, function_name};
use crate::numbers::{Function, Rational, Relation, literal};

/// How tightly a text binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Not,
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

/// Returns a formula or a region as it would be typeset; other texts with better signs.
///
/// Fractions stay fractions, decimals decimals, and powers without a superscript keep `^`.
///
/// ```
/// use steeple::expr::typeset;
/// assert_eq!(typeset("sin(2*pi*x)^2 - abs(x)/2"), "sin(2π·x)² − |x|/2");
/// assert_eq!(typeset("x^2 + y^2 <= 1/20"), "x² + y² ≤ 1/20");
/// assert_eq!(typeset("sup |N - f| <= 1/20"), "sup |N − f| ≤ 1/20");
/// ```
pub fn typeset(formula: &str) -> String {
    match Target::parse(formula) {
        Ok(target) => typeset_target(&target),
        Err(_) => signs(formula),
    }
}

/// Returns the formulas of a target as they would be typeset, with commas between them.
pub fn typeset_target(target: &Target) -> String {
    let set = Setting {
        names: target.inputs(),
        decimals: target.text().iter().any(|text| text.contains('.')),
    };
    match target.body() {
        TargetBody::Outputs(outputs) => {
            let texts: Vec<String> = outputs.iter().map(|output| set.whole(output)).collect();
            texts.join(", ")
        }
        TargetBody::Region(condition) => set.test(condition, Binding::Or),
    }
}

/// Better signs for a text that is not a formula alone.
fn signs(text: &str) -> String {
    let text = text.replace(" - ", " − ").replace('*', "·");
    let text = text.replace("<=", "≤").replace(">=", "≥");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('^') {
        out.push_str(before);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (power, after) = after.split_at(digits);
        if power.is_empty() || after.starts_with('.') {
            out.push('^');
            out.push_str(power);
        } else {
            out.push_str(&superscript(power));
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Raised digits.
pub(crate) fn superscript(digits: &str) -> String {
    let raised = |c: char| match c {
        '-' | '−' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        c => c
            .to_digit(10)
            .and_then(|digit| char::from_u32(0x2070 + digit))
            .unwrap_or(c),
    };
    digits.chars().map(raised).collect()
}

/// The names of inputs, and whether constants are written as decimals where that is exact.
struct Setting<'a> {
    names: &'a [String],
    decimals: bool,
}

impl Setting<'_> {
    fn whole(&self, tree: &Expr) -> String {
        self.value(tree, Binding::Or)
    }

    /// Returns the text of a tree, in parentheses if it binds less than `least`.
    fn value(&self, tree: &Expr, least: Binding) -> String {
        let (text, binding) = self.bound(tree);
        if binding < least {
            format!("({text})")
        } else {
            text
        }
    }

    fn bound(&self, tree: &Expr) -> (String, Binding) {
        let atom = |text: String| (text, Binding::Atom);
        match tree {
            Expr::Number(number) => self.number(number),
            Expr::Variable(index) => {
                let name = self.names.get(*index);
                atom(name.map_or_else(|| format!("input_{}", index + 1), Clone::clone))
            }
            Expr::Pi => atom("π".into()),
            Expr::Negate(a) => (format!("−{}", self.value(a, Binding::Power)), Binding::Sign),
            Expr::Add(a, b) => (self.sum(a, "+", b), Binding::Sum),
            Expr::Sub(a, b) => (self.sum(a, "−", b), Binding::Sum),
            Expr::Mul(a, b) => (self.product(a, b), Binding::Product),
            Expr::Div(a, b) => {
                let (a, b) = (
                    self.value(a, Binding::Product),
                    self.value(b, Binding::Power),
                );
                (format!("{a}/{b}"), Binding::Product)
            }
            Expr::Power(a, b) => {
                let base = self.value(a, Binding::Atom);
                let whole = b.as_number().filter(|power| power.is_integer());
                let text = match whole {
                    Some(power) => base + &superscript(&power.to_string()),
                    None => format!("{base}^{}", self.value(b, Binding::Atom)),
                };
                (text, Binding::Power)
            }
            Expr::Apply(function, a) => self.applied(*function, a),
            Expr::Min(a, b) => atom(format!("min({}, {})", self.whole(a), self.whole(b))),
            Expr::Max(a, b) => atom(format!("max({}, {})", self.whole(a), self.whole(b))),
            Expr::If(condition, a, b) => atom(format!(
                "if({}, {}, {})",
                self.test(condition, Binding::Or),
                self.whole(a),
                self.whole(b)
            )),
        }
    }

    fn number(&self, number: &Rational) -> (String, Binding) {
        let mut text = number.to_string();
        let mut binding = Binding::Atom;
        if !number.is_integer() {
            let decimal = literal::decimal_down(number, 12);
            let is_exact = decimal == literal::decimal_up(number, 12);
            if self.decimals && is_exact && !decimal.contains('e') {
                text = decimal;
            } else {
                binding = Binding::Product;
            }
        }
        if number.is_negative() {
            text = text.replacen('-', "−", 1);
            binding = binding.min(Binding::Sign);
        }
        (text, binding)
    }

    fn sum(&self, a: &Expr, sign: &str, b: &Expr) -> String {
        let right = self.value(b, Binding::Product);
        let left = self.value(a, Binding::Sum);
        if right.starts_with('−') {
            // Two signs in a row are hard to read.
            format!("{left} {sign} ({right})")
        } else {
            format!("{left} {sign} {right}")
        }
    }

    /// A product: `2x`, `2π·x`, `2 sin(x)`, `x·y`.
    fn product(&self, a: &Expr, b: &Expr) -> String {
        let (left, right) = (
            self.value(a, Binding::Product),
            self.value(b, Binding::Power),
        );
        let first = right.chars().next().unwrap_or(' ');
        let is_factor = a.as_number().is_some() && !left.contains('/');
        // `2e` would read as the beginning of a number with an exponent.
        let is_name = first.is_alphabetic() && !matches!(first, 'e' | 'E');
        let is_call = matches!(b, Expr::Apply(..) | Expr::Min(..) | Expr::Max(..));
        let sign = match first {
            _ if !is_factor => "·",
            '(' => "",
            _ if is_name && is_call => " ",
            _ if is_name => "",
            _ => "·",
        };
        format!("{left}{sign}{right}")
    }

    fn applied(&self, function: Function, a: &Expr) -> (String, Binding) {
        let inside = self.whole(a);
        let text = match function {
            Function::Exp if a.as_number().is_some_and(|number| *number == Rational::ONE) => {
                "e".into()
            }
            Function::Abs if !inside.contains('|') => format!("|{inside}|"),
            Function::Sqrt => {
                let is_short = match a {
                    Expr::Number(number) => number.is_integer() && !number.is_negative(),
                    Expr::Variable(_) | Expr::Pi => true,
                    _ => false,
                };
                let root = if is_short {
                    format!("√{inside}")
                } else {
                    format!("√({inside})")
                };
                // A power or a product after it would seem to stand under the root.
                return (root, Binding::Power);
            }
            _ => format!("{}({inside})", function_name(function)),
        };
        (text, Binding::Atom)
    }

    fn test(&self, tree: &Condition, least: Binding) -> String {
        let (text, binding) = match tree {
            Condition::Compare(relation, a, b) => {
                let sign = match relation {
                    Relation::Less => "<",
                    Relation::LessOrEqual => "≤",
                    Relation::Greater => ">",
                    Relation::GreaterOrEqual => "≥",
                    Relation::Equal => "=",
                    Relation::NotEqual => "≠",
                };
                let (a, b) = (self.value(a, Binding::Sum), self.value(b, Binding::Sum));
                (format!("{a} {sign} {b}"), Binding::Sum)
            }
            Condition::And(a, b) => (
                format!(
                    "{} and {}",
                    self.test(a, Binding::And),
                    self.test(b, Binding::Not)
                ),
                Binding::And,
            ),
            Condition::Or(a, b) => (
                format!(
                    "{} or {}",
                    self.test(a, Binding::Or),
                    self.test(b, Binding::And)
                ),
                Binding::Or,
            ),
            Condition::Not(a) => (format!("not {}", self.test(a, Binding::Not)), Binding::Not),
        };
        if binding < least {
            format!("({text})")
        } else {
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::evaluate_exactly;
    use crate::expr::friendly::read_target;
    use proptest::prelude::*;
    use std::sync::Arc;

    #[test]
    fn formulas_are_typeset() {
        for (typed, shown) in [
            ("x^2", "x²"),
            ("x1*x2 - 3*x1", "x1·x2 − 3x1"),
            ("sin(2*pi*x)", "sin(2π·x)"),
            ("sqrt(x)/2 + sqrt(x+1)", "√x/2 + √(x + 1)"),
            ("sqrt(x)^2", "(√x)²"),
            ("abs(x - abs(x))", "abs(x − |x|)"),
            ("1/20*x", "1/20·x"),
            ("0.3*x + 1/4", "0.3x + 0.25"),
            ("x^(1/2) + 2^x + x^-3", "x^(1/2) + 2^x + x⁻³"),
            ("exp(-x^2-y^2)", "exp(−x² − y²)"),
            ("2*exp(x) - 2*sin(x)*x", "2·exp(x) − 2 sin(x)·x"),
            ("6/(2*x)", "6/(2x)"),
            ("(x + 1)^2*(x - 1)", "(x + 1)²·(x − 1)"),
            ("2*(x + 1)", "2(x + 1)"),
            ("x - (-3*x)", "x − (−3x)"),
            ("x - (y - 1)", "x − (y − 1)"),
            ("(x^2)^3 + (-x)^2", "(x²)³ + (−x)²"),
            ("-(x^2)", "−x²"),
            ("e^x + e", "e^x + e"),
            (
                "x >= 0 and not (y < 1 or x = y)",
                "x ≥ 0 and not (y < 1 or x = y)",
            ),
            ("if(x != 0, max(x, 1), 2)", "if(x ≠ 0, max(x, 1), 2)"),
        ] {
            assert_eq!(typeset(typed), shown);
        }
    }

    #[test]
    fn other_texts_get_better_signs() {
        for (typed, shown) in [
            ("sup |N - f| <= 1/20", "sup |N − f| ≤ 1/20"),
            ("sigmoid 2-3-1", "sigmoid 2-3-1"),
            ("the square x^2, x^12 and x^n", "the square x², x¹² and x^n"),
            ("x^2.5 of", "x^2.5 of"),
            ("", ""),
        ] {
            assert_eq!(typeset(typed), shown);
        }
    }

    fn formulas() -> impl Strategy<Value = Expr> {
        let leaf = prop_oneof![
            (0..2_usize).prop_map(Expr::Variable),
            (-3..4_i64).prop_map(Expr::integer),
            (1..4_i64, 2..5_i64).prop_map(|(a, b)| Expr::integer(a).divided_by(Expr::integer(b))),
        ];
        leaf.prop_recursive(4, 24, 2, |part| {
            let two = (part.clone(), part.clone());
            prop_oneof![
                two.clone()
                    .prop_map(|(a, b)| Expr::Add(Arc::new(a), Arc::new(b))),
                two.clone()
                    .prop_map(|(a, b)| Expr::Sub(Arc::new(a), Arc::new(b))),
                two.clone()
                    .prop_map(|(a, b)| Expr::Mul(Arc::new(a), Arc::new(b))),
                two.clone().prop_map(|(a, b)| a.divided_by(b)),
                two.prop_map(|(a, b)| Expr::Max(Arc::new(a), Arc::new(b))),
                part.clone().prop_map(Expr::negated),
                part.clone()
                    .prop_map(|a| Expr::Apply(Function::Abs, Arc::new(a))),
                part.clone()
                    .prop_map(|a| Expr::Apply(Function::Relu, Arc::new(a))),
                (part, -2..4_i64).prop_map(|(a, power)| {
                    Expr::Power(Arc::new(a), Arc::new(Expr::integer(power)))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn what_is_typeset_means_the_same(tree in formulas()) {
            let names = ["x".to_string(), "y".to_string()];
            let target = Target::new(names.to_vec(), TargetBody::Outputs(vec![tree]))
                .expect("a target");
            let shown = typeset_target(&target);
            let (read, _) = read_target(&[&shown], &names)
                .map_err(|error| TestCaseError::fail(format!("{shown}: {error}")))?;
            for point in [[1, 2], [-2, 3], [3, -1]] {
                let point = point.map(|at: i64| Rational::from(at));
                let before = evaluate_exactly(&target, &point);
                prop_assert_eq!(before, evaluate_exactly(&read, &point), "{}", shown);
            }
        }
    }
}

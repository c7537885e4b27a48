//! Reads a formula as a continuous piecewise-linear function, or says which part is not one.

use super::choice::Truth;
use super::form::{Form, Way, point_at};
use super::units::{Jump, Sum, Units};
use crate::builders::affine::Affine;
use crate::builders::error::BuildError;
use crate::expr::{Domain, Expr, exact_value};
use crate::numbers::{Function, Rational, Relation};

/// Functions of one direction with more pieces than this are refused.
pub const MOST_PIECES: usize = 4096;

/// So many parts of a `max` are looked at for the next step.
const MOST_LOOKED_AT: usize = 24;

/// Numbers of more bits than this are refused.
const MOST_BITS: usize = 4096;

/// Reads formulas over one domain.
pub struct Reader<'a> {
    /// The names of the inputs, for messages.
    pub names: &'a [String],
    /// Its sides are in the order of the names.
    pub domain: &'a Domain,
    /// The units so far.
    pub units: Units,
    /// Is a function of one direction written with one hidden layer, however it was composed?
    pub is_flat: bool,
}

impl Reader<'_> {
    /// Returns a formula as a sum of units.
    pub fn read(&mut self, formula: &Expr) -> Result<Sum, BuildError> {
        let form = self.form(formula)?;
        let sum = self.units.sum(&form, self.domain);
        sum.map_err(|jump| self.jump(&jump))
    }

    /// The error for a jump.
    pub fn jump(&self, jump: &Jump) -> BuildError {
        let point = point_at(&jump.direction, &jump.at, self.domain);
        self.jump_at(&point, &jump.size)
    }

    /// The error for a jump at a point.
    pub fn jump_at(&self, point: &[Rational], size: &Rational) -> BuildError {
        let place = self.names.iter().zip(point);
        let place: Vec<String> = place.map(|(name, at)| format!("{name} = {at}")).collect();
        BuildError::Jump {
            place: place.join(", "),
            size: size.abs(),
            instead: if self.names.len() == 1 {
                "staircase"
            } else {
                "quadrants"
            },
        }
    }

    /// The error for a part that is not piecewise linear.
    fn refused(&self, part: &Expr) -> BuildError {
        let text = part.display(self.names).to_string();
        let is_constant = !part.any(&mut |node| matches!(node, Expr::Variable(_)));
        BuildError::NotPiecewiseLinear {
            part: crate::words::short(&text, 60),
            is_constant,
            instead: self.instead(),
        }
    }

    /// The error for a part that was not understood.
    pub fn not_recognised(&self, part: &Expr) -> BuildError {
        let text = part.display(self.names).to_string();
        BuildError::NotRecognised {
            part: crate::words::short(&text, 60),
            instead: self.instead(),
        }
    }

    /// A builder for other targets.
    fn instead(&self) -> &'static str {
        match self.names.len() {
            1 => "interpolant",
            _ => "ridge",
        }
    }

    /// Returns a constant.
    pub fn number(&self, value: Rational) -> Form {
        let affine = Affine::constant(self.names.len(), value);
        Form::affine(affine, self.domain)
    }

    /// Returns `a + factor · b`.
    pub fn plus(&self, a: &Form, factor: &Rational, b: &Form) -> Form {
        let sum = a.plus(factor, b, self.domain);
        sum.bounded(&self.units.highs, self.domain)
    }

    /// Returns a formula as a form, which may jump.
    pub fn form(&mut self, formula: &Expr) -> Result<Form, BuildError> {
        if let Some(constant) = exact_value(formula) {
            return Ok(self.number(constant));
        }
        let one = Rational::ONE;
        let form = match formula {
            Expr::Variable(input) => {
                let affine = Affine::input(self.names.len(), *input);
                Form::affine(affine, self.domain)
            }
            Expr::Negate(a) => self.form(a)?.times(&-one, self.domain),
            Expr::Add(a, b) => {
                let (a, b) = (self.form(a)?, self.form(b)?);
                self.plus(&a, &one, &b)
            }
            Expr::Sub(a, b) => {
                let (a, b) = (self.form(a)?, self.form(b)?);
                self.plus(&a, &-one, &b)
            }
            Expr::Mul(a, b) => {
                let (a, b) = (self.form(a)?, self.form(b)?);
                self.product(&a, &b).ok_or_else(|| self.refused(formula))?
            }
            Expr::Div(a, b) => {
                let (a, b) = (self.form(a)?, self.form(b)?);
                let inverse = self.values(&b, Rational::reciprocal);
                let quotient = inverse.and_then(|inverse| self.product(&a, &inverse));
                quotient.ok_or_else(|| self.refused(formula))?
            }
            Expr::Power(a, b) => self.power(formula, a, b)?,
            Expr::Apply(function, a) => self.applied(formula, *function, a)?,
            Expr::Min(..) | Expr::Max(..) => self.largest(formula)?,
            Expr::If(condition, a, b) => self.choice(formula, condition, a, b)?,
            Expr::Number(_) | Expr::Pi => return Err(self.refused(formula)),
        };
        let longest = form
            .ridges
            .values()
            .map(|pieces| pieces.breaks().len())
            .max();
        let numbers = form.affine.weights.iter().chain([&form.affine.constant]);
        let bits = numbers.chain([&form.range.1]).map(Rational::bits).max();
        if longest.is_some_and(|most| most >= MOST_PIECES)
            || bits.is_some_and(|most| most > MOST_BITS)
        {
            return Err(BuildError::ManyPieces { most: MOST_PIECES });
        }
        Ok(form)
    }

    /// Returns a product, where one of the two is constant on every piece.
    fn product(&self, a: &Form, b: &Form) -> Option<Form> {
        if let Some(factor) = a.constant() {
            return Some(b.times(factor, self.domain));
        }
        if let Some(factor) = b.constant() {
            return Some(a.times(factor, self.domain));
        }
        let Way::One(direction) = Form::way(&[a, b]) else {
            return None;
        };
        let (a, b) = (
            a.along(&direction, self.domain)?,
            b.along(&direction, self.domain)?,
        );
        let product = a.times(&b)?;
        Some(Form::of_pieces(&direction, product, self.domain))
    }

    /// Applies a function to a form that is constant on every piece.
    fn values(&self, a: &Form, of: impl Fn(&Rational) -> Option<Rational>) -> Option<Form> {
        match Form::way(&[a]) {
            Way::Constant => Some(self.number(of(&a.affine.constant)?)),
            Way::One(direction) => {
                let pieces = a.along(&direction, self.domain)?.map_values(of)?;
                Some(Form::of_pieces(&direction, pieces, self.domain))
            }
            Way::Several => None,
        }
    }

    fn power(&mut self, formula: &Expr, base: &Expr, exponent: &Expr) -> Result<Form, BuildError> {
        let refused = self.refused(formula);
        if let Some(root) = square_root_of_square(formula) {
            return self.absolute(root);
        }
        let exponent = self.form(exponent)?;
        let whole = exponent.constant().and_then(Rational::to_i64);
        let whole = whole.and_then(|whole| i32::try_from(whole).ok());
        let Some(whole) = whole.filter(|whole| whole.abs() <= 64) else {
            return Err(refused);
        };
        if let 0 | 1 = whole {
            let base = self.form(base)?;
            return Ok(if whole == 0 {
                self.number(Rational::ONE)
            } else {
                base
            });
        }
        let base = self.form(base)?;
        self.values(&base, |value| value.powi(whole)).ok_or(refused)
    }

    fn applied(
        &mut self,
        formula: &Expr,
        function: Function,
        a: &Expr,
    ) -> Result<Form, BuildError> {
        match function {
            Function::Abs => self.absolute(a),
            Function::Relu => {
                let a = self.form(a)?;
                self.relu(&a).map_err(|jump| self.jump(&jump))
            }
            Function::Heaviside => {
                let a = self.form(a)?;
                match self.sign(&a, Relation::GreaterOrEqual) {
                    Truth::Always(holds) => Ok(self.number(Rational::from(i64::from(holds)))),
                    Truth::Along(direction, holds, _) => {
                        Ok(Form::of_pieces(&direction, holds, self.domain))
                    }
                    Truth::Sign(_) | Truth::Unknown => Err(self.not_recognised(formula)),
                }
            }
            Function::Sqrt => match square_root_of_square(formula) {
                Some(root) => self.absolute(root),
                None => Err(self.refused(formula)),
            },
            _ => Err(self.refused(formula)),
        }
    }

    fn absolute(&mut self, a: &Expr) -> Result<Form, BuildError> {
        let a = self.form(a)?;
        let negative = a.times(&-Rational::ONE, self.domain);
        let parts = self
            .relu(&a)
            .and_then(|above| Ok((above, self.relu(&negative)?)));
        let (above, below) = parts.map_err(|jump| self.jump(&jump))?;
        let mut sum = self.plus(&above, &Rational::ONE, &below);
        sum.range.0 = sum.range.0.max(Rational::ZERO);
        let most = a.range.1.max(-a.range.0);
        sum.range.1 = sum.range.1.min(most);
        Ok(sum)
    }

    /// Returns the positive part.
    ///
    /// - Errors: [`Jump`], for a part that jumps and is not a function of one direction.
    pub fn relu(&mut self, a: &Form) -> Result<Form, Jump> {
        if !a.range.0.is_negative() {
            return Ok(a.clone());
        }
        if !a.range.1.is_positive() {
            return Ok(self.number(Rational::ZERO));
        }
        let is_composed = !a.ridges.is_empty();
        if let Way::One(direction) = Form::way(&[a])
            && (self.is_flat || !is_composed)
            && let Some(pieces) = a.along(&direction, self.domain)
        {
            return Ok(Form::of_pieces(&direction, pieces.relu(), self.domain));
        }
        self.units.relu(a, self.domain)
    }

    /// Returns the largest or smallest of the parts of nested `max` or `min`, two at a time, those of the
    /// fewest layers first.
    fn largest(&mut self, formula: &Expr) -> Result<Form, BuildError> {
        let is_max = matches!(formula, Expr::Max(..));
        let mut parts = Vec::new();
        flatten(formula, is_max, &mut parts);
        let mut forms = Vec::with_capacity(parts.len());
        for part in parts {
            let form = self.form(part)?;
            let form = if is_max {
                form
            } else {
                form.times(&-Rational::ONE, self.domain)
            };
            forms.push((self.layers(&form), form));
        }
        while forms.len() > 1 {
            forms.sort_by_key(|(layers, _)| *layers);
            let joined = self.first_pair(&forms);
            let (_, b) = forms.remove(joined);
            let (_, a) = forms.remove(0);
            let larger = self.larger(&a, &b).map_err(|jump| self.jump(&jump))?;
            forms.push((self.layers(&larger), larger));
        }
        let (_, form) = forms.pop().expect("there are two parts at least");
        Ok(if is_max {
            form
        } else {
            form.times(&-Rational::ONE, self.domain)
        })
    }

    /// Returns what to join with the first form: one that needs no unit, else one that differs in one
    /// direction, else the next.
    fn first_pair(&self, forms: &[(usize, Form)]) -> usize {
        let rest = || 1..forms.len().min(MOST_LOOKED_AT);
        let difference = |k: usize| self.plus(&forms[0].1, &-Rational::ONE, &forms[k].1);
        let is_decided = |k: &usize| {
            let (low, high) = difference(*k).range;
            !low.is_negative() || !high.is_positive()
        };
        let is_simple = |k: &usize| Form::way(&[&difference(*k)]) != Way::Several;
        let found = rest().find(is_decided).or_else(|| rest().find(is_simple));
        found.unwrap_or(1)
    }

    /// Returns the larger one of two.
    fn larger(&mut self, a: &Form, b: &Form) -> Result<Form, Jump> {
        let difference = self.plus(a, &-Rational::ONE, b);
        let above = self.relu(&difference)?;
        let mut larger = self.plus(b, &Rational::ONE, &above);
        let least = (&a.range.0).max(&b.range.0);
        let most = (&a.range.1).max(&b.range.1);
        larger.range.0 = larger.range.0.max(least.clone());
        larger.range.1 = larger.range.1.min(most.clone());
        Ok(larger)
    }

    /// Returns the smaller one of two.
    pub fn smaller(&mut self, a: &Form, b: &Form) -> Result<Form, Jump> {
        let minus = -Rational::ONE;
        let (a, b) = (a.times(&minus, self.domain), b.times(&minus, self.domain));
        Ok(self.larger(&a, &b)?.times(&minus, self.domain))
    }

    /// Returns how many hidden layers a form needs.
    fn layers(&self, form: &Form) -> usize {
        let kinks = usize::from(!form.ridges.is_empty());
        let levels = levels(&self.units.inner);
        let units = form.units.keys().map(|unit| levels[*unit]).max();
        kinks.max(units.unwrap_or(0))
    }
}

/// Returns the hidden layer of each unit, as early as possible, from 1.
pub fn levels(inner: &[Sum]) -> Vec<usize> {
    let mut levels: Vec<usize> = Vec::with_capacity(inner.len());
    for sum in inner {
        let below = sum.terms.keys().map(|unit| levels[*unit]).max();
        levels.push(1 + below.unwrap_or(0));
    }
    levels
}

/// Returns the parts of nested `max`, or of nested `min`.
fn flatten<'e>(formula: &'e Expr, is_max: bool, parts: &mut Vec<&'e Expr>) {
    match formula {
        Expr::Max(a, b) if is_max => {
            flatten(a, is_max, parts);
            flatten(b, is_max, parts);
        }
        Expr::Min(a, b) if !is_max => {
            flatten(a, is_max, parts);
            flatten(b, is_max, parts);
        }
        other if parts.contains(&other) => {}
        other => parts.push(other),
    }
}

/// Returns `a` for `sqrt(a^2)`, `sqrt(a*a)` and `(a^2)^(1/2)`.
fn square_root_of_square(formula: &Expr) -> Option<&Expr> {
    let square = match formula {
        Expr::Apply(Function::Sqrt, square) => square,
        Expr::Power(square, half) if exact_value(half)? == Rational::ratio(1, 2) => square,
        _ => return None,
    };
    match square.as_ref() {
        Expr::Power(a, two) if exact_value(two)? == Rational::from(2) => Some(a),
        Expr::Mul(a, b) if a == b => Some(a),
        _ => None,
    }
}

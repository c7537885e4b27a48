//! The box on which a target is approximated.

use std::fmt;

use super::evaluate::exact_value;
use super::parse::{is_name, parse_expression};
use crate::numbers::{Interval, Rational};

/// The greatest number of inputs.
pub const MAX_INPUTS: usize = 32;

/// An axis-aligned box with rational corners: one named side for each input.
///
/// Invariant: from 1 to [`MAX_INPUTS`] sides, distinct names, each side of positive length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    names: Vec<String>,
    sides: Vec<(Rational, Rational)>,
}

/// Why something is not a domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    /// There are no sides.
    #[error("the domain has no sides")]
    Empty,
    /// There are too many.
    #[error("the domain has {0} sides, at most {MAX_INPUTS} are allowed")]
    TooManyInputs(usize),
    /// Names and sides do not match.
    #[error("the domain has {names} names and {sides} sides")]
    Count {
        /// How many names.
        names: usize,
        /// How many sides.
        sides: usize,
    },
    /// A name is not one.
    #[error(
        "`{0}` cannot name an input: names are ASCII letters, digits and _, not beginning with a digit"
    )]
    BadName(String),
    /// A name is given twice.
    #[error("the domain gives `{0}` twice")]
    DuplicateName(String),
    /// A side has no length.
    #[error(
        "the side of `{name}` from {low} to {high} is empty; the lower end must be below the upper end"
    )]
    EmptySide {
        /// The input.
        name: String,
        /// Its lower end.
        low: Rational,
        /// Its upper end.
        high: Rational,
    },
    /// A part of the text is not a side.
    #[error("`{0}` is not a side; hint: write x=-1..1,y=0..1/2")]
    Syntax(String),
    /// A number cannot be read.
    #[error("`{text}` is not a number: {reason}")]
    Number {
        /// What was found.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A required side is missing.
    #[error("the domain has no side for `{0}`")]
    Missing(String),
    /// A side has an unknown name.
    #[error("the domain has a side for `{name}`; the inputs are {inputs}")]
    Unknown {
        /// The name found.
        name: String,
        /// The names expected.
        inputs: String,
    },
}

impl Domain {
    /// Returns the box with these names and sides.
    pub fn new(names: Vec<String>, sides: Vec<(Rational, Rational)>) -> Result<Self, DomainError> {
        if names.len() != sides.len() {
            return Err(DomainError::Count {
                names: names.len(),
                sides: sides.len(),
            });
        }
        if names.is_empty() {
            return Err(DomainError::Empty);
        }
        if names.len() > MAX_INPUTS {
            return Err(DomainError::TooManyInputs(names.len()));
        }
        for (index, (name, (low, high))) in names.iter().zip(&sides).enumerate() {
            if !is_name(name) {
                return Err(DomainError::BadName(name.clone()));
            }
            if names.iter().take(index).any(|other| other == name) {
                return Err(DomainError::DuplicateName(name.clone()));
            }
            if low >= high {
                return Err(DomainError::EmptySide {
                    name: name.clone(),
                    low: low.clone(),
                    high: high.clone(),
                });
            }
        }
        Ok(Self { names, sides })
    }

    /// Returns the box that a text like `x=-1..1,y=0..1/2` describes; the ends are exact.
    ///
    /// ```
    /// use steeple_kernel::expr::Domain;
    /// let domain = Domain::parse("x=-1..1, y=0..0.5")?;
    /// assert_eq!(domain.volume().to_string(), "1");
    /// assert_eq!(domain.to_string(), "x=-1..1,y=0..1/2");
    /// # Ok::<(), steeple_kernel::expr::DomainError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let (mut names, mut sides) = (Vec::new(), Vec::new());
        if text.trim().is_empty() {
            return Err(DomainError::Empty);
        }
        // A comma in the indices of a name, as in `X[0,1]`, does not end a side.
        let mut is_in_name = false;
        let ends_side = move |c: char| {
            is_in_name = c == '[' || is_in_name && c != ']';
            c == ',' && !is_in_name
        };
        for part in text.split(ends_side) {
            let syntax = || DomainError::Syntax(part.trim().to_string());
            if names.len() == MAX_INPUTS {
                return Err(DomainError::TooManyInputs(text.split(ends_side).count()));
            }
            let (name, side) = part.split_once('=').ok_or_else(syntax)?;
            let (low, high) = side.split_once("..").ok_or_else(syntax)?;
            names.push(name.trim().to_string());
            sides.push((number(low)?, number(high)?));
        }
        Self::new(names, sides)
    }

    /// Returns the same box with its sides in the order of these inputs.
    pub fn in_order(&self, inputs: &[String]) -> Result<Self, DomainError> {
        if let Some(name) = self.names.iter().find(|name| !inputs.contains(name)) {
            return Err(DomainError::Unknown {
                name: name.clone(),
                inputs: inputs.join(", "),
            });
        }
        let side = |input: &String| {
            let index = self.names.iter().position(|name| name == input);
            let side = index.and_then(|index| self.sides.get(index)).cloned();
            side.ok_or_else(|| DomainError::Missing(input.clone()))
        };
        let sides = inputs.iter().map(side).collect::<Result<_, _>>()?;
        Self::new(inputs.to_vec(), sides)
    }

    /// The names of the inputs.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The lower and upper end for each input.
    pub fn sides(&self) -> &[(Rational, Rational)] {
        &self.sides
    }

    /// Returns the number of inputs.
    pub fn dimension(&self) -> usize {
        self.sides.len()
    }

    /// Returns the product of the lengths of the sides, exactly.
    pub fn volume(&self) -> Rational {
        let lengths = self.sides.iter().map(|(low, high)| high - low);
        lengths.fold(Rational::ONE, |product, length| product * length)
    }

    /// Does this point lie in the closed box?
    pub fn contains(&self, point: &[Rational]) -> bool {
        let inside = |((low, high), value): (&(Rational, Rational), &Rational)| {
            low <= value && value <= high
        };
        point.len() == self.sides.len() && self.sides.iter().zip(point).all(inside)
    }

    /// Returns intervals that enclose the sides, outward where an end is not dyadic.
    pub fn enclosure(&self) -> Vec<Interval> {
        let enclose = |(low, high): &(Rational, Rational)| Interval::from_rationals(low, high);
        self.sides.iter().map(enclose).collect()
    }

    /// Returns the sides of the part of the box in a cell.
    ///
    /// A side of the cell without a bound, or one that misses the box, counts as that of the box.
    pub fn part(&self, cell: &[Interval]) -> Vec<(Rational, Rational)> {
        let side = |((low, high), side): (&(Rational, Rational), &Interval)| {
            let (inf, sup) = (side.inf().to_rational(), side.sup().to_rational());
            let inf = inf.map_or_else(|| low.clone(), |inf| inf.max(low.clone()));
            let sup = sup.map_or_else(|| high.clone(), |sup| sup.min(high.clone()));
            if inf <= sup {
                (inf, sup)
            } else {
                (low.clone(), high.clone())
            }
        };
        self.sides.iter().zip(cell).map(side).collect()
    }

    /// Returns the simplest point of the part of the box in a cell.
    pub fn simplest_point(&self, cell: &[Interval]) -> Vec<Rational> {
        let sides = self.part(cell).into_iter();
        sides
            .map(|(low, high)| simplest_between(&low, &high))
            .collect()
    }
}

fn number(text: &str) -> Result<Rational, DomainError> {
    let text = text.trim();
    let error = |reason: String| DomainError::Number {
        text: text.to_string(),
        reason,
    };
    let formula = parse_expression(text, &[]).map_err(|e| error(e.to_string()))?;
    exact_value(&formula).ok_or_else(|| error("it is not rational".to_string()))
}

/// Returns the rational with the smallest denominator between two, ends included; of several
/// integers the one nearest to zero.
pub fn simplest_between(low: &Rational, high: &Rational) -> Rational {
    if !low.is_positive() && !high.is_negative() {
        return Rational::ZERO;
    }
    if high.is_negative() {
        return -simplest_between(&-high, &-low);
    }
    // Common terms of the two continued fractions, then the first place where they differ.
    let (mut low, mut high) = (low.clone(), high.clone());
    let mut terms = Vec::new();
    let mut value = loop {
        let ceiling = Rational::from(low.ceil());
        if ceiling <= high {
            break ceiling;
        }
        let whole = Rational::from(low.floor());
        // No integer lies between them, so both are above their common whole part.
        let (Some(a), Some(b)) = ((&low - &whole).reciprocal(), (&high - &whole).reciprocal())
        else {
            break low;
        };
        terms.push(whole);
        (low, high) = (b, a);
    };
    while let Some(whole) = terms.pop() {
        let Some(rest) = value.reciprocal() else {
            break;
        };
        value = whole + rest;
    }
    value
}

/// Writes `x=-1..1,y=0..1/2`, which parses back.
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, (low, high))) in self.names.iter().zip(&self.sides).enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{name}={low}..{high}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn domains_are_read_exactly_and_written_back() {
        let domain = Domain::parse(" x = -1/3 .. 2^-5 , y2=0.1..1e3").expect("valid");
        assert_eq!(domain.to_string(), "x=-1/3..1/32,y2=1/10..1000");
        assert_eq!(Domain::parse(&domain.to_string()), Ok(domain.clone()));
        assert_eq!(domain.dimension(), 2);
        let volume = Rational::ratio(35, 96) * Rational::ratio(9999, 10);
        assert_eq!(domain.volume(), volume);
        assert!(domain.contains(&[Rational::ratio(1, 32), Rational::ONE]));
        assert!(!domain.contains(&[Rational::ratio(1, 31), Rational::ONE]));
        assert!(!domain.contains(&[Rational::ZERO]));
    }

    #[test]
    fn bad_domains_say_what_is_wrong() {
        let message = |text: &str| Domain::parse(text).expect_err("invalid").to_string();
        assert_eq!(message(" "), "the domain has no sides");
        assert_eq!(
            message("x=1..1"),
            "the side of `x` from 1 to 1 is empty; the lower end must be below the upper end"
        );
        assert_eq!(message("x=0..1,x=0..1"), "the domain gives `x` twice");
        assert!(message("x").starts_with("`x` is not a side"));
        assert!(message("x=0-1").starts_with("`x=0-1` is not a side"));
        assert!(message("2=0..1").starts_with("`2` cannot name an input"));
        assert_eq!(
            message("x=0..pi"),
            "`pi` is not a number: it is not rational"
        );
        assert!(message("x=0..nan").starts_with("`nan` is not a number: unknown variable `nan`"));
        assert!(message("x=0..1,").starts_with("`` is not a side"));
        let many: Vec<String> = (0..33).map(|k| format!("x{k}=0..1")).collect();
        assert!(message(&many.join(",")).contains("33 sides"));
    }

    #[test]
    fn sides_follow_the_inputs() {
        let domain = Domain::parse("y=0..1,x=2..3").expect("valid");
        let names =
            |list: &[&str]| -> Vec<String> { list.iter().map(ToString::to_string).collect() };
        let ordered = domain.in_order(&names(&["x", "y"])).expect("same names");
        assert_eq!(ordered.to_string(), "x=2..3,y=0..1");
        assert_eq!(
            domain.in_order(&names(&["x", "y", "z"])),
            Err(DomainError::Missing("z".into()))
        );
        assert!(matches!(
            domain.in_order(&names(&["x"])),
            Err(DomainError::Unknown { .. })
        ));
    }

    proptest! {
        #[test]
        fn the_simplest_rational_has_the_smallest_denominator(
            a in -60i64..60, b in 1i64..40, length in 1i64..40, c in 1i64..600,
        ) {
            let low = Rational::ratio(a, b);
            let high = &low + &Rational::ratio(length, c);
            let found = simplest_between(&low, &high);
            prop_assert!(low <= found && found <= high);
            let denominators = (1i64..1000).find(|q| {
                let scaled = &low * &Rational::from(*q);
                Rational::from(scaled.ceil()) <= &high * &Rational::from(*q)
            });
            prop_assert_eq!(Some(found.denominator().to_string()), denominators.map(|q| q.to_string()));
        }
    }
}

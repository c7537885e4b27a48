//! Roots, factorials and percent signs, which the kernel has no sign for.

use super::super::words::{Kind, Token};
use super::part::Part;
use super::{PRODUCT, Reader, Stop, error};

impl<'a> Reader<'a> {
    /// What LaTeX applies a command to: a group, or one digit or letter.
    pub(super) fn argument(&mut self) -> Result<Part, Stop> {
        let token = self.peek();
        if token.kind == Kind::Open {
            self.next();
            let inner = self.inside()?;
            let close = self.close()?;
            return Ok(Part {
                span: token.span.start..close.end,
                ..inner
            });
        }
        // `\frac12` would take a number apart.
        if token.kind == Kind::Number && token.text.len() != 1 {
            return Err(Stop::Syntax);
        }
        self.prefix()
    }

    /// A root, with its degree where LaTeX gives one.
    pub(super) fn root(&mut self, token: &'a Token) -> Result<Part, Stop> {
        let open = self.peek();
        if open.kind == Kind::Open && self.source[open.span.clone()] == *"[" {
            self.next();
            let degree = self.inside()?;
            self.close()?;
            let inner = self.argument()?;
            let span = token.span.start..inner.span.end;
            let (n, x) = (degree.text(), inner.text());
            if n != "2" {
                let x = if inner.is_atom { x } else { format!("({x})") };
                let hint = format!("where {x} is at least 0, write {x}^(1/{n})");
                self.ask(
                    "there is no sign for this root here",
                    span.clone(),
                    Some(hint),
                );
            }
            return Ok(Self::call("sqrt", &[inner], token, &span));
        }
        if open.kind == Kind::Open {
            let inner = self.argument()?;
            let span = token.span.start..inner.span.end;
            return Ok(Self::call("sqrt", &[inner], token, &span));
        }
        let operand = self.prefix()?;
        let goes_on = self.peek();
        if self.begins_operand(goes_on) && !goes_on.spaced {
            let rest = self.continued(operand.clone(), PRODUCT)?;
            let (x, whole) = (operand.text(), rest.text());
            let after = whole.strip_prefix(&x).unwrap_or_default();
            let hint = format!("write sqrt({whole}), or sqrt({x}){after}");
            self.ask(
                "it is not clear where the root ends",
                token.span.start..rest.span.end,
                Some(hint),
            );
        }
        let span = token.span.start..operand.span.end;
        Ok(Self::call("sqrt", &[operand], token, &span))
    }

    /// `4!` is 24.
    pub(super) fn factorial(&mut self, left: Part) -> Result<Part, Stop> {
        let token = self.next();
        let last = left
            .pieces
            .last()
            .map(|piece| piece.text.trim().to_string());
        let number = last
            .and_then(|text| text.parse::<u32>().ok())
            .filter(|n| *n <= 20);
        let is_number = self
            .tokens
            .get(self.at.saturating_sub(2))
            .is_some_and(|before| {
                before.kind == Kind::Number && before.span.end == token.span.start
            });
        let (Some(number), true) = (number, is_number) else {
            let hint = "write the number, such as 24 for 4!";
            return Err(Stop::Refused(error(
                "formulas have no factorials",
                token.span.clone(),
                hint,
            )));
        };
        let product: u64 = (1..=u64::from(number)).product();
        let mut left = left;
        if let Some(last) = left.pieces.last_mut() {
            let space = if last.text.starts_with(' ') { " " } else { "" };
            last.text = format!("{space}{product}");
            last.from.end = token.span.end;
        }
        left.span.end = token.span.end;
        Ok(left)
    }

    /// `5%` and `x % 2`.
    pub(super) fn percent(&self, left: &Part) -> Stop {
        let token = self.peek();
        let next = self.after(1);
        let span = left.span.start..token.span.end;
        if left.is_number && token.text == "%" && !self.begins_operand(next) {
            let hint = format!("write {}/100", left.text());
            return Stop::Refused(error("formulas have no percent sign", span, hint));
        }
        let a = if left.is_atom {
            left.text()
        } else {
            "x".into()
        };
        let hint =
            format!("write the periods on the domain with if, as in if({a} < 1, {a}, {a} - 1)");
        let name = if token.text == "%" { "%" } else { "mod" };
        Stop::Refused(error(
            format!("there is no operator `{name}`"),
            token.span.clone(),
            hint,
        ))
    }
}

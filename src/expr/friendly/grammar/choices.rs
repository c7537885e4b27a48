//! `c ? a : b`, `a if c else b` and `if c then a else b`: asked about, with the same written by `if`.

use super::super::words::{Kind, Token};
use super::part::{Part, piece};
use super::{ASK, OR, Reader, Stop, error};

impl<'a> Reader<'a> {
    /// `c ? a : b`.
    pub(super) fn question_mark(&mut self, condition: Part) -> Result<Part, Stop> {
        let token = self.next();
        let a = self.expression(ASK)?;
        if !self.peek().is(Kind::Other, ":") {
            return Err(Stop::Syntax);
        }
        self.next();
        let b = self.expression(ASK)?;
        Ok(self.asked_if(condition, a, b, token))
    }

    /// Python's `a if c else b`.
    pub(super) fn trailing_if(&mut self, a: Part) -> Result<Part, Stop> {
        let token = self.next();
        let condition = self.expression(OR)?;
        if !self.peek().is_word("else") {
            let hint = format!("write if({}, {}, 0)", condition.text(), a.text());
            let message = "a choice needs a number for the other case too";
            return Err(Stop::Refused(error(message, token.span.clone(), hint)));
        }
        self.next();
        let b = self.expression(ASK)?;
        Ok(self.asked_if(condition, a, b, token))
    }

    /// `if(c, a, b)`, or `if c then a else b`.
    pub(super) fn if_form(&mut self, token: &'a Token) -> Result<Part, Stop> {
        let mut condition = None;
        if self.peek().kind == Kind::Open {
            let open = self.peek().span.start;
            let (arguments, span) = self.arguments(token)?;
            let [only] = arguments.as_slice() else {
                return Ok(Self::call("if", &arguments, token, &span));
            };
            let mut group = vec![piece("(", &(open..open + 1))];
            group.extend(only.clone().trimmed());
            group.push(piece(")", &(span.end - 1..span.end)));
            let group = Part {
                pieces: group,
                span: open..span.end,
                is_atom: true,
                ..only.clone()
            };
            // Two things in a row would be a product: `if (x > 0) x else y`.
            let is_over = self.begins_operand(self.peek())
                || self.peek().is_word("then")
                || self.peek().is(Kind::Other, ":");
            condition = Some(if is_over {
                only.clone()
            } else {
                self.continued(group, OR)?
            });
        }
        let condition = match condition {
            Some(condition) => condition,
            None => self.expression(OR)?,
        };
        if self.peek().is_word("then")
            || self.peek().is(Kind::Other, ":")
            || self.peek().kind == Kind::Comma
        {
            self.next();
        }
        let a = self.expression(OR)?;
        if self.peek().kind == Kind::Comma {
            self.next();
        }
        let word = self.next();
        let b = if word.is_word("elif") || word.is_word("elseif") {
            self.if_form(word)?
        } else if word.is_word("else") || word.is_word("otherwise") {
            if self.peek().is(Kind::Other, ":") || self.peek().kind == Kind::Comma {
                self.next();
            }
            self.expression(ASK)?
        } else {
            return Err(Stop::Syntax);
        };
        Ok(self.asked_if(condition, a, b, token))
    }

    pub(super) fn asked_if(&mut self, condition: Part, a: Part, b: Part, token: &Token) -> Part {
        let start = token.span.start.min(condition.span.start).min(a.span.start);
        let span = start..b.span.end.max(a.span.end);
        let message = "a choice is written if(condition, number, number)";
        self.ask(message, token.span.clone(), None);
        Self::call("if", &[condition, a, b], token, &span)
    }
}

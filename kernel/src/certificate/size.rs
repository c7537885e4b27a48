//! Certificates for lower bounds of size: the claim, its evidence, and its text (see
//! `proofs/FORMAT.md`).
//!
//! They are about all functions near a target, so they name no network.

use std::io::{self, Write};

use super::header::{FIRST_LINE, Layer};
use super::text::{Lines, ReadError, write_target};
use crate::expr::{Domain, Target};
use crate::numbers::Rational;

/// The word of the claim.
const CLAIM: &str = "units-at-least";
/// The greatest number of triples or pairs of a certificate.
pub const MAX_PLACES: usize = 1 << 16;
/// The longest number in a certificate, except the ends of the domain: the bits of numerator and
/// denominator together.
pub const MAX_NUMBER_BITS: usize = 1 << 12;

/// A proof that every function near a target has many kinks or jumps along a line; it may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizeCertificate {
    /// The target.
    pub target: Target,
    /// The box, its sides in the order of the target's inputs.
    pub domain: Domain,
    /// The functions differ from the target by at most this, in the essential supremum.
    pub tolerance: Rational,
    /// Half the side of the boxes around points on which the target is enclosed.
    pub radius: Rational,
    /// Triples: no function within the tolerance is affine from the first to the last point.
    pub kinks: Option<Along<3>>,
    /// Pairs: no function within the tolerance is constant from the first to the last point.
    pub jumps: Option<Along<2>>,
}

/// Places along a line segment of the domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Along<const N: usize> {
    /// The output of the target, counted from zero.
    pub output: usize,
    /// The point with parameter 0.
    pub from: Vec<Rational>,
    /// The point with parameter 1.
    pub to: Vec<Rational>,
    /// Parameters between 0 and 1, which increase in each group. A group begins at or after the end of
    /// the one before; a triple may begin at or after the middle of the one before, as T38 says.
    pub places: Vec<[Rational; N]>,
}

/// Do the first two lines of this file announce a certificate for a lower bound of size?
pub fn is_size(bytes: &[u8]) -> bool {
    bytes
        .strip_prefix(FIRST_LINE.as_bytes())
        .and_then(|rest| rest.strip_prefix(b"\nclaim "))
        .and_then(|rest| rest.strip_prefix(CLAIM.as_bytes()))
        .is_some_and(|rest| rest.first() == Some(&b'\n'))
}

/// Writes a certificate.
///
/// - Errors: those of the writer.
pub fn write(certificate: &SizeCertificate, mut out: impl Write) -> io::Result<()> {
    writeln!(out, "{FIRST_LINE}")?;
    writeln!(out, "claim {CLAIM}")?;
    writeln!(out, "semantics real")?;
    writeln!(out, "layer {}", Layer::Sizes)?;
    writeln!(out, "inputs {}", certificate.target.inputs().join(" "))?;
    write_target(&certificate.target, &certificate.domain, &mut out)?;
    writeln!(out, "tolerance {}", certificate.tolerance)?;
    writeln!(out, "radius {}", certificate.radius)?;
    if let Some(kinks) = &certificate.kinks {
        kinks.write("kinks", "triple", &mut out)?;
    }
    if let Some(jumps) = &certificate.jumps {
        jumps.write("jumps", "pair", &mut out)?;
    }
    writeln!(out, "end")?;
    out.flush()
}

/// Reads a certificate.
///
/// - Errors: [`ReadError`] with the line, for anything that [`write()`] would not have written
///   there.
pub fn read(bytes: &[u8]) -> Result<SizeCertificate, ReadError> {
    let mut lines = Lines::new(bytes);
    lines.first(FIRST_LINE)?;
    for (word, expected) in [
        ("claim", CLAIM),
        ("semantics", "real"),
        ("layer", Layer::Sizes.name()),
    ] {
        if lines.field(word)? != expected {
            return Err(lines.error(format!("expected `{word} {expected}`")));
        }
    }
    let inputs = lines.field("inputs")?.split(' ');
    let inputs: Vec<String> = inputs.map(ToString::to_string).collect();
    let target = lines.target(&inputs)?;
    let domain = lines.domain(&inputs)?;
    let text = lines.field("tolerance")?;
    let tolerance = lines.number(text)?;
    let text = lines.field("radius")?;
    let radius = lines.number(text)?;
    let kinks = Along::read("kinks", "triple", &mut lines)?;
    let jumps = Along::read("jumps", "pair", &mut lines)?;
    lines.end()?;
    Ok(SizeCertificate {
        target,
        domain,
        tolerance,
        radius,
        kinks,
        jumps,
    })
}

impl<const N: usize> Along<N> {
    fn write(&self, name: &str, group: &str, out: &mut impl Write) -> io::Result<()> {
        let line = |numbers: &[Rational]| {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            numbers.join(" ")
        };
        writeln!(out, "{name} {}", self.places.len())?;
        writeln!(out, "output {}", self.output)?;
        writeln!(out, "from {}", line(&self.from))?;
        writeln!(out, "to {}", line(&self.to))?;
        for places in &self.places {
            writeln!(out, "{group} {}", line(places))?;
        }
        Ok(())
    }

    /// Reads the lines, if they are there.
    fn read(name: &str, group: &str, lines: &mut Lines<'_>) -> Result<Option<Self>, ReadError> {
        let Some(text) = lines.optional(name)? else {
            return Ok(None);
        };
        let count = count(text, lines)?;
        if count > MAX_PLACES {
            return Err(lines.error(format!("expected at most {MAX_PLACES}, found {count}")));
        }
        let text = lines.field("output")?;
        let output = self::count(text, lines)?;
        let text = lines.field("from")?;
        let from = lines.numbers(text)?;
        let text = lines.field("to")?;
        let to = lines.numbers(text)?;
        let mut places = Vec::new();
        for _ in 0..count {
            let text = lines.field(group)?;
            let numbers = <[Rational; N]>::try_from(lines.numbers(text)?);
            places.push(numbers.map_err(|_| lines.error(format!("expected {N} numbers")))?);
        }
        Ok(Some(Self {
            output,
            from,
            to,
            places,
        }))
    }
}

/// Reads a whole number, which is written in one way only.
fn count(text: &str, lines: &Lines<'_>) -> Result<usize, ReadError> {
    let number = text.parse().ok();
    let number = number.filter(|number: &usize| number.to_string() == text);
    number.ok_or_else(|| lines.error(format!("expected a whole number, found `{text}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    #[test]
    fn certificates_are_read_back_as_they_were_written() {
        let ratio = Rational::ratio;
        let kinks = Along {
            output: 1,
            from: vec![Rational::ZERO, ratio(-1, 3)],
            to: vec![Rational::ONE, ratio(1, 7)],
            places: vec![
                [Rational::ZERO, ratio(1, 4), ratio(1, 2)],
                [ratio(1, 2), ratio(2, 3), Rational::ONE],
            ],
        };
        let jumps = Along {
            output: 0,
            from: kinks.to.clone(),
            to: kinks.from.clone(),
            places: vec![[Rational::ZERO, ratio(1, 4)]],
        };
        let both = SizeCertificate {
            target: parse_target(&["x + y", "x*y"], None).expect("formulas"),
            domain: Domain::parse("x=0..1,y=-1..1").expect("a domain"),
            tolerance: ratio(1, 10),
            radius: Rational::power_of_two(-40),
            kinks: Some(kinks),
            jumps: Some(jumps),
        };
        let one = SizeCertificate {
            kinks: None,
            ..both.clone()
        };
        let none = SizeCertificate {
            jumps: None,
            ..one.clone()
        };
        for certificate in [both, one, none] {
            let mut bytes = Vec::new();
            write(&certificate, &mut bytes).expect("memory");
            assert!(is_size(&bytes));
            assert_eq!(read(&bytes), Ok(certificate));
            for end in 0..bytes.len() {
                assert!(read(&bytes[..end]).is_err(), "cut after {end} bytes");
            }
        }
    }
}

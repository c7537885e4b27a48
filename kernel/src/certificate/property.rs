//! Certificates for properties: the claim, how to check it, and its text (see `proofs/FORMAT.md`).

use std::io::{self, Write};

use super::Ranges;
use super::header::{FIRST_LINE, Header, Kind, Layer, Weights};
use super::partition::Partition;
use super::semantics::Semantics;
use super::text::{Lines, ReadError, write_tree};
use crate::expr::Property;
use crate::numbers::Rational;

/// A proof that a network has a property, or does not have it; it may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyCertificate {
    /// The digest of the network, `sha256:...`.
    pub network: String,
    /// The arithmetic that evaluates it.
    pub semantics: Semantics,
    /// Which weights of its file the network has. For readers: the digest already names the
    /// network.
    pub weights: Weights,
    /// The property.
    pub property: Property,
    /// The reason why it holds, or does not.
    pub evidence: Evidence,
}

/// The evidence of a verdict on a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The condition holds at this point of the box of this case.
    Point {
        /// The case, counted from zero.
        case: usize,
        /// One number for each input.
        point: Vec<Rational>,
    },
    /// The condition fails everywhere: a tree for the box of each case, in order.
    Trees {
        /// As in [`Certificate::constant_radius`](super::Certificate::constant_radius).
        constant_radius: Rational,
        /// As in [`Certificate::ranges`](super::Certificate::ranges).
        ranges: Ranges,
        /// The cuts and the leaves.
        trees: Vec<Partition>,
    },
}

/// Returns the layer that checks properties in this arithmetic.
fn layer(semantics: &Semantics) -> Layer {
    match semantics {
        Semantics::Real => Layer::Properties,
        Semantics::Float(_) => Layer::Floats,
    }
}

/// Do the first two lines of this file announce a certificate for a property?
pub fn is_property(bytes: &[u8]) -> bool {
    bytes
        .strip_prefix(FIRST_LINE.as_bytes())
        .is_some_and(|rest| rest.starts_with(b"\nclaim property\n"))
}

/// Writes a certificate.
///
/// - Errors: those of the writer.
pub fn write(certificate: &PropertyCertificate, mut out: impl Write) -> io::Result<()> {
    let property = &certificate.property;
    let mut inputs = Property::names(property.inputs(), property.outputs());
    let outputs = inputs.split_off(property.inputs());
    let header = Header {
        kind: Kind::Property,
        network: certificate.network.clone(),
        semantics: certificate.semantics.clone(),
        weights: certificate.weights,
        layer: layer(&certificate.semantics),
        inputs,
    };
    header.write(&mut out)?;
    writeln!(out, "outputs {}", outputs.join(" "))?;
    for case in property.cases() {
        let ends = case.sides().iter().flat_map(|(low, high)| [low, high]);
        let ends: Vec<String> = ends.map(ToString::to_string).collect();
        writeln!(out, "box {}", ends.join(" "))?;
        let text: Vec<&str> = case.text().split_whitespace().collect();
        writeln!(out, "unsafe {}", text.join(" "))?;
    }
    match &certificate.evidence {
        Evidence::Point { case, point } => {
            let point: Vec<String> = point.iter().map(ToString::to_string).collect();
            writeln!(out, "witness {case} {}", point.join(" "))?;
        }
        Evidence::Trees {
            constant_radius,
            ranges,
            trees,
        } => {
            writeln!(out, "constant-radius {constant_radius}")?;
            writeln!(out, "ranges {}", ranges.name())?;
            for tree in trees {
                write_tree(tree, &mut out)?;
            }
        }
    }
    writeln!(out, "end")?;
    out.flush()
}

/// Reads a certificate.
///
/// - Errors: [`ReadError`] with the line, for anything that [`write()`] would not have written
///   there.
pub fn read(bytes: &[u8]) -> Result<PropertyCertificate, ReadError> {
    let mut lines = Lines::new(bytes);
    let header = Header::read(&mut lines)?;
    if header.kind != Kind::Property {
        return Err(lines.error("expected a claim about a property".into()));
    }
    let inputs = header.inputs.len();
    let found = lines.field("outputs")?.split(' ');
    let names = header.inputs.iter().map(String::as_str).chain(found);
    let names: Vec<&str> = names.collect();
    let outputs = names.len().saturating_sub(inputs);
    if names != Property::names(inputs, outputs) {
        return Err(lines.error("expected inputs X_0, X_1, .. and outputs Y_0, Y_1, ..".into()));
    }
    let expected = layer(&header.semantics);
    if header.layer != expected {
        return Err(lines.error(format!("expected layer {expected}")));
    }
    let mut cases = Vec::new();
    let mut next = Some(lines.field("box")?);
    while let Some(text) = next {
        let ends = lines.numbers(text)?;
        let mut pairs = ends.chunks_exact(2);
        let sides: Vec<(Rational, Rational)> = pairs
            .by_ref()
            .filter_map(|pair| Some((pair.first()?.clone(), pair.last()?.clone())))
            .collect();
        if !pairs.remainder().is_empty() || sides.len() != inputs {
            return Err(lines.error(format!("expected two numbers for each of {inputs} inputs")));
        }
        cases.push((sides, lines.field("unsafe")?.to_string()));
        next = lines.optional("box")?;
    }
    let count = cases.len();
    let property = Property::new(inputs, outputs, cases);
    let property = property.map_err(|error| lines.error(error.to_string()))?;
    let evidence = if let Some(text) = lines.optional("witness")? {
        let (case, point) = text
            .split_once(' ')
            .ok_or_else(|| lines.error("expected the number of a box and a point".into()))?;
        let case = case
            .parse()
            .map_err(|_| lines.error(format!("expected the number of a box, found `{case}`")))?;
        Evidence::Point {
            case,
            point: lines.numbers(point)?,
        }
    } else {
        let (constant_radius, ranges) = lines.hints()?;
        let trees = (0..count).map(|_| lines.tree());
        Evidence::Trees {
            constant_radius,
            ranges,
            trees: trees.collect::<Result<_, _>>()?,
        }
    };
    lines.end()?;
    Ok(PropertyCertificate {
        network: header.network,
        semantics: header.semantics,
        weights: header.weights,
        property,
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_read_back_as_they_were_written() {
        let sides = vec![(Rational::ZERO, Rational::ratio(1, 3))];
        let cases = vec![
            (sides.clone(), "Y_0 <= 1/2 and X_0 < 1/3".to_string()),
            (sides, "Y_0 >= 5".to_string()),
        ];
        let property = Property::new(1, 1, cases).expect("a property");
        let point = Evidence::Point {
            case: 1,
            point: vec![Rational::ratio(1, 7)],
        };
        let trees = Evidence::Trees {
            constant_radius: Rational::ZERO,
            ranges: Ranges::Linear,
            trees: vec![
                Partition::from_text(b"Anl".to_vec()),
                Partition::from_text(vec![b'n'; 101]),
            ],
        };
        for evidence in [point, trees] {
            let certificate = PropertyCertificate {
                network: "sha256:0".into(),
                semantics: Semantics::Real,
                weights: Weights::Stored,
                property: property.clone(),
                evidence,
            };
            let mut bytes = Vec::new();
            write(&certificate, &mut bytes).expect("memory");
            assert!(is_property(&bytes));
            assert_eq!(read(&bytes), Ok(certificate));
            for end in 0..bytes.len() {
                assert!(read(&bytes[..end]).is_err(), "cut after {end} bytes");
            }
        }
    }
}

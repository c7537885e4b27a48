//! Reads a network from its canonical bytes, whose hash is its [`digest`](super::digest()).
//!
//! There is exactly one way to write a network, and every other text is refused: numbers not in
//! lowest terms, columns out of order, bytes after the last node.

use super::activation::Activation;
use super::digest::{AFFINE, FIRST_LINE, UNITS};
use super::layer::Layer;
use super::matrix::MatrixBuilder;
use super::model::Network;
use crate::numbers::{Integer, Natural, Rational};

/// Why bytes are not a network, and the position of the error, counted from zero.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {position}: {message}")]
pub struct CanonicalError {
    /// The position.
    pub position: usize,
    /// The reason.
    pub message: String,
}

/// Do the bytes begin like those of a network, of this or another version?
pub fn is_canonical(bytes: &[u8]) -> bool {
    bytes.starts_with(b"steeple network ")
}

/// Reads a network.
///
/// - Errors: [`CanonicalError`] at the first invalid byte. Graphs other than chains of layers are
///   refused with their own message.
pub fn read(bytes: &[u8]) -> Result<Network, CanonicalError> {
    let mut reader = Reader { bytes, position: 0 };
    if !bytes.starts_with(FIRST_LINE) {
        return Err(reader.error("expected `steeple network 2`"));
    }
    reader.position = FIRST_LINE.len();
    let (inputs, outputs) = (reader.names()?, reader.names()?);
    let nodes = reader.count()?;
    let mut layers = Vec::new();
    let mut node = 0;
    while node < nodes {
        if reader.byte()? != AFFINE {
            return Err(reader.error("expected an affine map, `A`; other graphs are not supported"));
        }
        reader.source(node)?;
        node += 1;
        let (rows, columns) = (reader.count()?, reader.count()?);
        let mut weights = MatrixBuilder::new(columns);
        let mut bias = Vec::new();
        for _ in 0..rows {
            bias.push(reader.number()?);
            let entries = reader.count()?;
            let mut row = Vec::new();
            for _ in 0..entries {
                let (column, weight) = (reader.count()?, reader.number()?);
                if weight.is_zero() {
                    return Err(reader.error("a stored weight is 0"));
                }
                row.push((column, weight));
            }
            let pushed = weights.push_row(row);
            pushed.map_err(|error| reader.error(&error.to_string()))?;
        }
        let activation = if node < nodes && reader.bytes.get(reader.position) == Some(&UNITS) {
            reader.byte()?;
            reader.source(node)?;
            node += 1;
            reader.activation()?
        } else {
            Activation::Identity
        };
        let layer = Layer::new(weights.finish(), bias, activation);
        layers.push(layer.map_err(|error| reader.error(&error.to_string()))?);
    }
    if reader.position < bytes.len() {
        return Err(reader.error("expected the end after the last node"));
    }
    Network::new(inputs, outputs, layers).map_err(|error| reader.error(&error.to_string()))
}

struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, message: &str) -> CanonicalError {
        CanonicalError {
            position: self.position,
            message: message.to_owned(),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], CanonicalError> {
        let end = self.position.checked_add(length);
        let found = end.and_then(|end| self.bytes.get(self.position..end));
        let found = found.ok_or_else(|| self.error("the file ends before the network does"))?;
        self.position += length;
        Ok(found)
    }

    fn byte(&mut self) -> Result<u8, CanonicalError> {
        Ok(self.take(1)?.first().copied().unwrap_or_default())
    }

    fn count(&mut self) -> Result<usize, CanonicalError> {
        let bytes = self.take(8)?;
        let count = bytes.iter().try_fold(0_usize, |count, byte| {
            count.checked_mul(256)?.checked_add(usize::from(*byte))
        });
        count.ok_or_else(|| self.error("a count is too large"))
    }

    fn text(&mut self) -> Result<&'a str, CanonicalError> {
        let length = self.count()?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.error("a name is not text"))
    }

    fn names(&mut self) -> Result<Vec<String>, CanonicalError> {
        let count = self.count()?;
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(self.text()?.to_owned());
        }
        Ok(names)
    }

    /// Reads the sources of a node after `before` others; in a chain that is the node before it.
    fn source(&mut self, before: usize) -> Result<(), CanonicalError> {
        if self.count()? == 1 && self.count()? == before {
            return Ok(());
        }
        Err(self.error("networks that are not chains are not supported yet"))
    }

    fn number(&mut self) -> Result<Rational, CanonicalError> {
        let sign = self.byte()?;
        let (numerator, denominator) = (self.magnitude()?, self.magnitude()?);
        let size = Rational::new(Integer::from(numerator), Integer::from(denominator.clone()));
        let size = size.filter(|size| *size.denominator() == denominator);
        match (sign, size) {
            (0, Some(size)) if size.is_zero() => Ok(size),
            (1, Some(size)) if size.is_positive() => Ok(size),
            (2, Some(size)) if size.is_positive() => Ok(-size),
            _ => Err(self.error("a number is not a fraction in lowest terms with its sign")),
        }
    }

    fn magnitude(&mut self) -> Result<Natural, CanonicalError> {
        let length = self.count()?;
        let bytes = self.take(length)?;
        if bytes.first() == Some(&0) {
            return Err(self.error("a number begins with a zero byte"));
        }
        Ok(Natural::from_be_bytes(bytes))
    }

    fn option(&mut self) -> Result<Option<Rational>, CanonicalError> {
        match self.byte()? {
            0 => Ok(None),
            1 => self.number().map(Some),
            _ => Err(self.error("expected 0 or 1")),
        }
    }

    fn activation(&mut self) -> Result<Activation, CanonicalError> {
        let name = self.text()?;
        Ok(match name {
            "leaky-relu" => Activation::LeakyRelu(self.number()?),
            "elu" => Activation::Elu(self.number()?),
            "maxout" => Activation::Maxout(self.count()?),
            "softplus" => Activation::Softplus(self.option()?),
            "gelu" => Activation::Gelu(self.option()?),
            _ => match Activation::from_name(name) {
                Some(activation) if activation != Activation::Identity => activation,
                _ => return Err(self.error(&format!("unknown activation `{name}`"))),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::digest::canonical_bytes;

    fn bytes_of(network: &Network) -> Vec<u8> {
        let mut bytes = Vec::new();
        canonical_bytes(network, |piece| bytes.extend_from_slice(piece));
        bytes
    }

    fn example(activation: Activation) -> Network {
        let mut builder = MatrixBuilder::new(2);
        let rows = [[(0, (-513, 7)), (1, (1, 3))], [(0, (2, 1)), (1, (5, 1))]];
        for row in rows {
            let row = row.map(|(column, (p, q))| (column, Rational::ratio(p, q)));
            builder.push_row(row).expect("fits");
        }
        let bias = vec![Rational::ZERO, Rational::ratio(-1, 5)];
        let first = Layer::new(builder.finish(), bias, activation).expect("fits");
        let mut last = MatrixBuilder::new(first.units());
        last.push_row([(0, Rational::ONE)]).expect("fits");
        let last = Layer::new(last.finish(), vec![Rational::ONE], Activation::Identity);
        let names = |text: &str| text.split(' ').map(str::to_owned).collect();
        let layers = vec![first, last.expect("fits")];
        Network::new(names("x yy"), names("z"), layers).expect("fits")
    }

    #[test]
    fn networks_are_read_back() {
        for activation in [
            Activation::Relu,
            Activation::Identity,
            Activation::LeakyRelu(Rational::ratio(1, 10)),
            Activation::Maxout(2),
            Activation::Softplus(Some(Rational::from(20))),
            Activation::Gelu(None),
            Activation::Elu(Rational::ONE),
        ] {
            let network = example(activation);
            assert_eq!(read(&bytes_of(&network)), Ok(network));
        }
    }

    #[test]
    fn nothing_but_the_canonical_bytes_is_read() {
        let network = example(Activation::Tanh);
        let bytes = bytes_of(&network);
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "cut after {end} bytes");
        }
        assert!(read(&[bytes.as_slice(), b"A"].concat()).is_err());
        // Another network or none: no two texts are the same network.
        for at in 0..bytes.len() {
            for change in [1, 255, 128] {
                let mut other = bytes.clone();
                other[at] = other[at].wrapping_add(change);
                if let Ok(found) = read(&other) {
                    assert_ne!(found, network, "byte {at}");
                    assert_eq!(bytes_of(&found), other, "byte {at}");
                }
            }
        }
    }
}

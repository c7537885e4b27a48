//! Canonical bytes of a network and their SHA-256: what a claim means by "this network".
//!
//! Two networks have the same bytes exactly if they have the same names in the same order, and
//! layers of the same shape with the same activations, weights and bias. How the numbers were
//! spelled and whether a matrix was stored dense or sparse does not matter.
//!
//! A network is a graph: a list of nodes, each after its sources. Today it is a chain, in which the
//! source of each node is the node before it.
//!
//! ```text
//! network    = "steeple network 2\n" names(inputs) names(outputs) count(nodes) node*
//! names      = count(names) text*
//! text       = count(bytes) bytes in UTF-8
//! node       = "A" sources count(rows) count(columns) row*     affine map of its sources, one after the other
//!            | "U" sources activation                          a unit for each value (maxout: each `rank` values)
//! sources    = count(sources) count*                           0: the inputs, k: node k, counted from 1
//! row        = number(bias) count(non-zero weights) (count(column, from 0) number(weight))*
//!              with columns increasing
//! activation = text(name) parameter
//! parameter  = number(slope) for "leaky-relu", number(alpha) for "elu", count(rank) for "maxout",
//!              option(threshold) for "softplus", option(divisor) for "gelu", else nothing
//! option     = one byte: 0 for none, or 1 and number
//! number     = sign magnitude(numerator) magnitude(denominator), in lowest terms, denominator > 0
//! sign       = one byte: 0 for zero, 1 for positive, 2 for negative
//! magnitude  = count(bytes) bytes, most significant first, no leading zero byte; 0 has no bytes
//! count      = eight bytes, most significant first
//! ```
//!
//! The last node gives the outputs. The names of activations are those of network files, without
//! `identity`: an affine map without an activation has no units. The number 0 is
//! `00 · 0000000000000000 · 0000000000000001 01`.

use std::fmt::Write;

use dashu_base::UnsignedAbs;
use sha2::{Digest, Sha256};

use super::activation::Activation;
use super::layer::Layer;
use super::model::Network;
use crate::numbers::{Natural, Rational};

/// The beginning of canonical bytes.
pub(super) const FIRST_LINE: &[u8] = b"steeple network 2\n";
/// An affine map.
pub(super) const AFFINE: u8 = b'A';
/// Units.
pub(super) const UNITS: u8 = b'U';

/// Returns `sha256:` and the 64 hexadecimal digits of the hash of the canonical bytes.
pub fn digest(network: &Network) -> String {
    let mut hash = Sha256::new();
    canonical_bytes(network, |bytes| hash.update(bytes));
    let mut text = "sha256:".to_owned();
    for byte in hash.finalize() {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}

/// Passes the canonical bytes to `sink`, piece by piece.
pub fn canonical_bytes(network: &Network, mut sink: impl FnMut(&[u8])) {
    let mut bytes = FIRST_LINE.to_vec();
    put_names(&mut bytes, network.inputs());
    put_names(&mut bytes, network.outputs());
    let has_units = |layer: &&Layer| *layer.activation() != Activation::Identity;
    let units = network.layers().iter().filter(has_units).count();
    put_count(&mut bytes, network.layers().len() + units);
    sink(&bytes);
    let mut source = 0;
    for layer in network.layers() {
        affine_bytes(layer, source, &mut sink);
        source += 1;
        if has_units(&layer) {
            unit_bytes(layer, source, &mut sink);
            source += 1;
        }
    }
}

/// The only source of a node.
fn put_source(bytes: &mut Vec<u8>, source: usize) {
    put_count(bytes, 1);
    put_count(bytes, source);
}

fn unit_bytes(layer: &Layer, source: usize, sink: &mut impl FnMut(&[u8])) {
    let mut bytes = vec![UNITS];
    put_source(&mut bytes, source);
    put_text(&mut bytes, layer.activation().name());
    match layer.activation() {
        Activation::LeakyRelu(slope) => put_number(&mut bytes, slope),
        Activation::Elu(alpha) => put_number(&mut bytes, alpha),
        Activation::Softplus(option) | Activation::Gelu(option) => {
            bytes.push(u8::from(option.is_some()));
            if let Some(number) = option {
                put_number(&mut bytes, number);
            }
        }
        Activation::Maxout(rank) => put_count(&mut bytes, *rank),
        _ => {}
    }
    sink(&bytes);
}

fn affine_bytes(layer: &Layer, source: usize, sink: &mut impl FnMut(&[u8])) {
    let mut bytes = vec![AFFINE];
    put_source(&mut bytes, source);
    put_count(&mut bytes, layer.rows());
    put_count(&mut bytes, layer.inputs());
    let bias = Encoded::new(layer.bias().pool());
    let weights = Encoded::new(layer.weights().pool());
    for (row, constant) in layer.bias().indices().enumerate() {
        bytes.extend_from_slice(bias.number(constant));
        let entries = layer.weights().row_indices(row);
        put_count(&mut bytes, entries.len());
        for (column, value) in entries {
            put_count(&mut bytes, column);
            bytes.extend_from_slice(weights.number(value));
        }
        if bytes.len() >= 1 << 16 {
            sink(&bytes);
            bytes.clear();
        }
    }
    sink(&bytes);
}

/// The bytes of numbers: the same few numbers fill a large layer, so they are encoded once.
struct Encoded {
    bytes: Vec<u8>,
    /// Where each number ends.
    ends: Vec<usize>,
}

impl Encoded {
    fn new(values: &[Rational]) -> Self {
        let mut bytes = Vec::new();
        let end = |value| {
            put_number(&mut bytes, value);
            bytes.len()
        };
        let ends = values.iter().map(end).collect();
        Self { bytes, ends }
    }

    fn number(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[place]]
    }
}

fn put_count(bytes: &mut Vec<u8>, count: usize) {
    let count = u64::try_from(count).expect("counts have at most 64 bits");
    bytes.extend_from_slice(&count.to_be_bytes());
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_count(bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
}

fn put_names(bytes: &mut Vec<u8>, names: &[String]) {
    put_count(bytes, names.len());
    for name in names {
        put_text(bytes, name);
    }
}

fn put_number(bytes: &mut Vec<u8>, value: &Rational) {
    bytes.push(match value.signum() {
        0 => 0,
        1 => 1,
        _ => 2,
    });
    put_magnitude(bytes, &value.numerator().unsigned_abs());
    put_magnitude(bytes, value.denominator());
}

fn put_magnitude(bytes: &mut Vec<u8>, value: &Natural) {
    let digits = value.to_be_bytes();
    put_count(bytes, digits.len());
    bytes.extend_from_slice(&digits);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Matrix, MatrixBuilder};

    fn rationals(values: &[i64]) -> Vec<Rational> {
        values.iter().copied().map(Rational::from).collect()
    }

    fn network(inputs: &[&str], weights: Matrix, bias: &[i64], activation: Activation) -> Network {
        let layer = Layer::new(weights, rationals(bias), activation).expect("fits");
        let outputs = (0..layer.units()).map(|i| format!("z{i}")).collect();
        let inputs = inputs.iter().map(ToString::to_string).collect();
        Network::new(inputs, outputs, vec![layer]).expect("fits")
    }

    fn dense(rows: &[&[i64]]) -> Matrix {
        Matrix::from_dense(rows.iter().map(|row| rationals(row)).collect()).expect("rectangular")
    }

    /// Written from the description alone, by hand.
    #[test]
    fn bytes_are_those_of_the_description() {
        let mut builder = MatrixBuilder::new(2);
        builder
            .push_row([(1, Rational::ratio(-513, 7))])
            .expect("fits");
        let leaky = Activation::LeakyRelu(Rational::ratio(1, 10));
        let net = network(&["x", "yy"], builder.finish(), &[0], leaky);
        let mut bytes = Vec::new();
        canonical_bytes(&net, |piece| bytes.extend_from_slice(piece));
        let mut expected = b"steeple network 2\n".to_vec();
        let count = |n: u8| [0, 0, 0, 0, 0, 0, 0, n];
        let mut put = |piece: &[u8]| expected.extend_from_slice(piece);
        put(&count(2));
        put(&count(1));
        put(b"x");
        put(&count(2));
        put(b"yy");
        put(&count(1));
        put(&count(2));
        put(b"z0");
        put(&count(2));
        put(b"A");
        put(&count(1));
        put(&count(0));
        put(&count(1));
        put(&count(2));
        put(&[0]);
        put(&count(0));
        put(&count(1));
        put(&[1]);
        put(&count(1));
        put(&count(1));
        put(&[2]);
        put(&count(2));
        put(&[2, 1]);
        put(&count(1));
        put(&[7]);
        put(b"U");
        put(&count(1));
        put(&count(1));
        put(&count(10));
        put(b"leaky-relu");
        put(&[1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 10]);
        assert_eq!(bytes, expected);
        let hash = digest(&net);
        assert_eq!(hash.len(), 7 + 64);
        let hex: String = Sha256::digest(&bytes)
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!(hash, format!("sha256:{hex}"));
    }

    #[test]
    fn storage_does_not_matter() {
        let plain = network(
            &["x", "y"],
            dense(&[&[5, 0], &[3, 5]]),
            &[1, 2],
            Activation::Relu,
        );
        let mut builder = MatrixBuilder::new(2);
        builder.push_row([(0, Rational::from(5))]).expect("fits");
        builder
            .push_row([(0, Rational::from(3)), (1, Rational::from(5))])
            .expect("fits");
        let other = network(&["x", "y"], builder.finish(), &[1, 2], Activation::Relu);
        assert_eq!(digest(&plain), digest(&other));
    }

    #[test]
    fn every_part_matters() {
        let base = || dense(&[&[5, 0], &[3, 5]]);
        let names: &[&str] = &["x", "y"];
        let networks = [
            network(names, base(), &[1, 2], Activation::Relu),
            network(&["y", "x"], base(), &[1, 2], Activation::Relu),
            network(names, base(), &[2, 1], Activation::Relu),
            network(names, base(), &[1, -2], Activation::Relu),
            network(names, base(), &[1, 2], Activation::Tanh),
            network(names, base(), &[1, 2], Activation::Maxout(2)),
            network(names, base(), &[1, 2], Activation::Maxout(1)),
            network(names, base(), &[1, 2], Activation::LeakyRelu(Rational::ONE)),
            network(
                names,
                base(),
                &[1, 2],
                Activation::LeakyRelu(Rational::ZERO),
            ),
            network(names, base(), &[1, 2], Activation::Softplus(None)),
            network(
                names,
                base(),
                &[1, 2],
                Activation::Softplus(Some(Rational::ZERO)),
            ),
            network(
                names,
                base(),
                &[1, 2],
                Activation::Softplus(Some(Rational::ONE)),
            ),
            network(names, base(), &[1, 2], Activation::Softsign),
            network(names, base(), &[1, 2], Activation::Elu(Rational::ONE)),
            network(
                names,
                base(),
                &[1, 2],
                Activation::Elu(Rational::ratio(1, 2)),
            ),
            network(names, base(), &[1, 2], Activation::Silu),
            network(names, base(), &[1, 2], Activation::Gelu(None)),
            network(
                names,
                base(),
                &[1, 2],
                Activation::Gelu(Some(Rational::ONE)),
            ),
            network(names, dense(&[&[5, 3], &[0, 5]]), &[1, 2], Activation::Relu),
            network(names, dense(&[&[0, 5], &[3, 5]]), &[1, 2], Activation::Relu),
        ];
        let mut digests: Vec<_> = networks.iter().map(digest).collect();
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), networks.len());
    }
}

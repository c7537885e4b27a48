use super::*;
use crate::network::{digest, forward};
use proptest::prelude::*;

const QUERIES: [&str; 9] = [
    include_str!("../../../tests/queries/q1_stair_16.json"),
    include_str!("../../../tests/queries/q1_stair_64.json"),
    include_str!("../../../tests/queries/q2_tower_4.json"),
    include_str!("../../../tests/queries/q2_tower_8.json"),
    include_str!("../../../tests/queries/q3_relu_16.json"),
    include_str!("../../../tests/queries/q3_relu_16_16.json"),
    include_str!("../../../tests/queries/q4_sigmoid_6.json"),
    include_str!("../../../tests/queries/q5_interp_32.json"),
    include_str!("../../../tests/queries/q5_interp_8.json"),
];

/// The example of the format's description.
const EXAMPLE: &str = r#"{ "steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"],
  "layers": [ { "activation": "sigmoid", "weights": [["200", "0"], ["0", "-1/3"]], "bias": ["-100", "0.5"] },
              { "activation": "identity", "weights": {"rows": 1, "columns": 2, "entries": [[0, 1, "2^-3"]]}, "bias": ["0"] } ] }"#;

fn written(network: &Network) -> String {
    let mut bytes = Vec::new();
    write(network, &mut bytes).expect("memory takes every byte");
    String::from_utf8(bytes).expect("UTF-8")
}

fn assert_round_trip(network: &Network) {
    let text = written(network);
    let back = read(&text).expect("what is written can be read");
    assert_eq!(&back, network);
    assert_eq!(digest(&back), digest(network));
    assert_eq!(written(&back), text);
}

/// A file of one layer.
fn one_layer(layer: &str) -> String {
    format!(
        r#"{{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
{layer}]}}"#
    )
}

#[test]
fn the_example_is_read_exactly() {
    let network = read(EXAMPLE).expect("the example");
    assert_eq!(network.inputs(), ["x", "y"]);
    assert_eq!(network.outputs(), ["z"]);
    let [first, last] = network.layers() else {
        panic!("two layers");
    };
    assert_eq!(first.activation(), &Activation::Sigmoid);
    let row = |layer: &Layer, row| -> Vec<_> {
        let entries = layer.weights().row(row);
        entries.map(|(c, w)| (c, w.to_string())).collect()
    };
    assert_eq!(row(first, 0), [(0, "200".to_owned())]);
    assert_eq!(row(first, 1), [(1, "-1/3".to_owned())]);
    assert_eq!(*first.bias(), [Rational::from(-100), Rational::ratio(1, 2)]);
    assert_eq!(row(last, 0), [(1, "1/8".to_owned())]);
    assert_round_trip(&network);
}

#[test]
fn query_networks_are_read_and_written() {
    for text in QUERIES {
        assert_round_trip(&read(text).expect("a query network"));
    }
    // The last interpolates sin 2 pi x at multiples of 1/8, exactly at 0 and 1/4.
    let network = read(QUERIES[8]).expect("a query network");
    let at = |p, q| forward(&network, &(), &[Rational::ratio(p, q)]).expect("exact");
    assert_eq!(at(0, 1), [Rational::ZERO]);
    assert_eq!(at(1, 4), [Rational::ONE]);
    assert_ne!(at(1, 8), [Rational::ONE]);
}

#[test]
fn spelling_and_layout_do_not_change_the_digest() {
    let dense = r#"{"activation": "relu", "weights": [["1/2", 0]], "bias": ["0.10"]}"#;
    let sparse = r#"{"bias": ["\u0031/10"], "weights":
        {"entries": [[0, 1, "0"], [0, 0, "2^-1"]], "columns": 2, "rows": 1}, "activation": "relu"}"#;
    let [dense, sparse] = [dense, sparse].map(|layer| read(&one_layer(layer)).expect("valid"));
    assert_eq!(dense, sparse);
    assert_eq!(digest(&dense), digest(&sparse));
}

#[test]
fn integers_without_quotes_have_any_size() {
    let layer = r#"{"activation": "relu", "weights": [[123456789012345678901234567890, -0]], "bias": [-7]}"#;
    let network = read(&one_layer(layer)).expect("valid");
    let pool = network.layers()[0].weights().pool();
    assert_eq!(pool[0].to_string(), "123456789012345678901234567890");
    assert_eq!(network.layers()[0].weights().entries(), 1);
}

#[test]
fn parameters_of_activations_round_trip() {
    let layers = [
        r#"{"activation": "leaky-relu", "slope": "1/10", "weights": [[1, 2]], "bias": [0]}"#,
        r#"{"activation": "maxout", "rank": 2, "weights": [[1, 2], [3, 4]], "bias": [0, 1]}"#,
        r#"{"activation": "hard-tanh", "weights": [[1, 2]], "bias": [0]}"#,
    ];
    for layer in layers {
        assert_round_trip(&read(&one_layer(layer)).expect(layer));
    }
}

#[test]
fn large_layers_with_many_zeros_are_written_sparse() {
    let size = 100;
    let layer = |full: bool| {
        let mut builder = MatrixBuilder::new(size);
        for row in 0..size {
            let weight = |column| Rational::new(row + column + 1, 7usize).expect("7 is not 0");
            let columns = (0..size).filter(|&column| full || column == row);
            builder
                .push_row(columns.map(|column| (column, weight(column))))
                .expect("fits");
        }
        Layer::new(
            builder.finish(),
            vec![Rational::ONE; size],
            Activation::Relu,
        )
        .expect("fits")
    };
    let names = |letter| (0..size).map(|i| format!("{letter}{i}")).collect();
    let network = |full| Network::new(names("x"), names("z"), vec![layer(full)]).expect("fits");
    for full in [false, true] {
        let network = network(full);
        assert_round_trip(&network);
        assert_eq!(written(&network).contains("entries"), !full);
    }
}

/// Returns the message for `text`, as `line:column message`.
fn refusal(text: &str) -> String {
    let error = read(text).expect_err(text);
    format!("{}:{} {}", error.line, error.column, error.message)
}

#[test]
fn malformed_files_are_refused_with_their_place() {
    let cases = [
        ("", "1:1 EOF while parsing a value"),
        (
            "{\"steeple_network\": 1",
            "1:21 EOF while parsing an object",
        ),
        ("{\"steeple_network\": 1}\n}", "2:1 trailing characters"),
        ("[1]", "1:1 expected a network file, found an array"),
        ("{}", "1:1 missing key `steeple_network`"),
        (
            "{\"steeple_network\": 2, \"units\": []}",
            "1:21 unknown version 2 of the format; expected 1",
        ),
        (
            "{\"steeple_network\": \"1\"}",
            "1:21 expected the version of the format, 1, found \"1\"",
        ),
        ("{\"steeple_network\": 1}", "1:1 missing key `inputs`"),
        (
            "{\"steeple_network\": 1,\n \"input\": 3}",
            "2:11 unknown key `input` in a network file; expected one of `steeple_network`, \
             `inputs`, `outputs`, `layers`",
        ),
        (
            "{\"steeple_network\": 1, \"steeple_network\": 1}",
            "1:43 the key `steeple_network` is given twice",
        ),
        (
            "{\"steeple_network\": 1, \"inputs\": \"x\", \"outputs\": [], \"layers\": []}",
            "1:34 expected a list of names, found \"x\"",
        ),
        (
            "{\"steeple_network\": 1, \"inputs\": [\"é\", 3], \"outputs\": [], \"layers\": []}",
            "1:40 expected a name as text, found 3",
        ),
        (
            "{\"steeple_network\": 1, \"inputs\": [\"x\"], \"outputs\": [\"z\"], \"layers\": []}",
            "1:69 a network needs at least one layer",
        ),
        (
            "{\"steeple_network\": 1, \"inputs\": [\"x\", \"x\"], \"outputs\": [], \"layers\": []}",
            "1:34 the inputs have the name `x` twice",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(text), expected);
    }
}

#[test]
fn malformed_layers_are_refused_with_their_place() {
    let cases = [
        ("3", "2:1 expected a layer, found 3"),
        (
            r#"{"weights": [], "bias": []}"#,
            "2:1 missing key `activation`",
        ),
        (
            r#"{"activation": "relu", "bias": []}"#,
            "2:1 missing key `weights`",
        ),
        (
            r#"{"activation": "ReLU", "weights": [[1, 2]], "bias": [0]}"#,
            "2:16 unknown activation `ReLU`; expected one of identity, heaviside, sigmoid, tanh, \
             relu, leaky-relu, hard-tanh, maxout, softplus, softsign, elu, silu, gelu",
        ),
        (
            r#"{"activation": "relu", "weights": [[1, 2]], "bias": [0], "bias": [1]}"#,
            "2:66 the key `bias` is given twice",
        ),
        (
            r#"{"activation": "relu", "weights": [[1, 2]], "bias": [0], "x": 1}"#,
            "2:63 unknown key `x` in a layer; expected one of `activation`, `weights`, `bias`, \
             `rank`, `slope`, `alpha`, `threshold`, `divisor`",
        ),
        (
            r#"{"activation": "relu", "rank": 2, "weights": [[1, 2]], "bias": [0]}"#,
            "2:32 `rank` does not belong to `relu`",
        ),
        (
            r#"{"activation": "maxout", "rank": 2, "slope": 1, "weights": [[1, 2]], "bias": [0]}"#,
            "2:46 `slope` does not belong to `maxout`",
        ),
        (
            r#"{"activation": "maxout", "weights": [[1, 2]], "bias": [0]}"#,
            "2:1 missing key `rank`",
        ),
        (
            r#"{"activation": "maxout", "rank": 0, "weights": [[1, 2]], "bias": [0]}"#,
            "2:1 1 rows of weights do not divide into maxout units of rank 0",
        ),
        (
            r#"{"activation": "maxout", "rank": -1, "weights": [[1, 2]], "bias": [0]}"#,
            "2:34 expected a rank, found -1",
        ),
        (
            r#"{"activation": "elu", "weights": [[1, 2]], "bias": [0]}"#,
            "2:1 missing key `alpha`",
        ),
        (
            r#"{"activation": "silu", "alpha": 1, "weights": [[1, 2]], "bias": [0]}"#,
            "2:33 `alpha` does not belong to `silu`",
        ),
        (
            r#"{"activation": "gelu", "divisor": 0, "weights": [[1, 2]], "bias": [0]}"#,
            "2:1 the divisor of gelu must be positive",
        ),
        (
            r#"{"activation": "leaky-relu", "weights": [[1, 2]], "bias": [0]}"#,
            "2:1 missing key `slope`",
        ),
        (
            r#"{"activation": "relu", "weights": [[1, 2]], "bias": [0, 0]}"#,
            "2:1 1 rows of weights need 1 bias terms, found 2",
        ),
        (
            r#"{"activation": "relu", "weights": [], "bias": []}"#,
            "2:1 a layer needs at least one unit",
        ),
        (
            r#"{"activation": "relu", "weights": [[1]], "bias": [0]}"#,
            "2:1 layer 1 expects 1 inputs, the network has 2",
        ),
        (
            r#"{"activation": "relu", "weights": [[1, 2], [3, 4]], "bias": [0, 0]}"#,
            "2:1 layer 1 gives 2 outputs, the network names 1",
        ),
        (
            r#"{"activation": "relu", "weights": [[1, 2], [3]], "bias": [0, 0]}"#,
            "2:44 row 1 has 1 weights, expected 2",
        ),
        (
            r#"{"activation": "relu", "weights": [1, 2], "bias": [0]}"#,
            "2:36 expected a row of weights, found 1",
        ),
        (
            r#"{"activation": "relu", "weights": [[1, 2], [3, 4]], "bias": [0, 0]},
{"activation": "relu", "weights": [[1, 2, 3]], "bias": [0]}"#,
            "3:1 layer 2 expects 3 inputs, layer 1 gives 2",
        ),
    ];
    for (layer, expected) in cases {
        assert_eq!(refusal(&one_layer(layer)), expected);
    }
}

#[test]
fn malformed_numbers_are_refused_with_their_place() {
    let cases = [
        ("NaN", "2:37 expected value"),
        (
            "null",
            "2:37 expected a number as text, or an integer, found null",
        ),
        (
            "[1]",
            "2:37 expected a number as text, or an integer, found an array",
        ),
        (
            "1e3",
            "2:37 expected a number as text, or an integer, found the JSON fraction 1e3",
        ),
        (r#""NaN""#, "2:38 expected a digit"),
        (r#""1/x""#, "2:40 expected a digit"),
        (r#""1 ""#, "2:39 expected the end of the number"),
        (r#""1/0""#, "2:40 expected a denominator other than 0"),
        (
            r#""\u0031x""#,
            "2:37 expected the end of the number at byte 1 of the number",
        ),
        (r#""\q""#, "2:39 invalid escape"),
    ];
    for (number, expected) in cases {
        let layer = format!(r#"{{"activation": "relu", "weights": [[{number}, 2]], "bias": [0]}}"#);
        assert_eq!(refusal(&one_layer(&layer)), expected, "{number}");
    }
}

#[test]
fn malformed_sparse_weights_are_refused_with_their_place() {
    let cases = [
        (r#"{"rows": 1, "columns": 2}"#, "missing key `entries`"),
        (
            r#"{"rows": 1, "columns": 2, "entries": [], "zeros": 1}"#,
            "unknown key `zeros` in sparse weights; expected one of `rows`, `columns`, `entries`",
        ),
        (
            r#"{"rows": 999999999999, "columns": 2, "entries": []}"#,
            "999999999999 rows of weights need 999999999999 bias terms, found 1",
        ),
        (
            r#"{"rows": 1, "columns": 2, "entries": [[0, 1]]}"#,
            "expected an entry [row, column, weight], found 2 items",
        ),
        (
            r#"{"rows": 1, "columns": 2, "entries": [[0, 1, 2, 3]]}"#,
            "expected an entry [row, column, weight], found 4 items",
        ),
        (
            r#"{"rows": 1, "columns": 2, "entries": [[1, 0, 5]]}"#,
            "row 1 does not exist, there are 1 rows",
        ),
        (
            r#"{"rows": 1, "columns": 2, "entries": [[0, 2, 5]]}"#,
            "row 0 has a weight in column 2, there are 2 columns",
        ),
        (
            r#"{"rows": 1, "columns": 2, "entries": [[0, 1, 5], [0, 0, 1], [0, 1, 0]]}"#,
            "row 0 has two weights in column 1",
        ),
        (
            r#"{"rows": 1, "columns": 2, "entries": [[0, "1", 5]]}"#,
            "expected a column, counted from 0, found \"1\"",
        ),
        (
            r#"{"rows": 1, "columns": 99999999999999999999, "entries": []}"#,
            "expected the number of columns, found 99999999999999999999",
        ),
        (
            r#"{"rows": 1, "columns": 99999999999, "entries": []}"#,
            "a matrix has at most 4294967295 columns and different values",
        ),
    ];
    for (weights, expected) in cases {
        let layer = format!(r#"{{"activation": "relu", "weights": {weights}, "bias": [0]}}"#);
        let error = read(&one_layer(&layer)).expect_err(weights);
        assert_eq!((error.message.as_str(), error.line), (expected, 2));
    }
    let layer = r#"{"activation": "relu", "bias": [0],
        "weights": {"rows": 1, "columns": 2, "entries": [
            [0, 1, 5],
            [0, 1, 6]]}}"#;
    assert_eq!(
        refusal(&one_layer(layer)),
        "5:20 row 0 has two weights in column 1"
    );
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let error = read_bytes(b"{\n \"\xff\": 1}").expect_err("not UTF-8");
    assert_eq!((error.line, error.column), (2, 3));
    assert!(read_bytes(EXAMPLE.as_bytes()).is_ok());
}

#[test]
fn deep_nesting_does_not_use_the_stack() {
    let deep = "[".repeat(2_000_000);
    assert!(read(&deep).is_err());
    let closed = format!("{deep}{}", "]".repeat(2_000_000));
    let text = one_layer(&closed);
    assert!(refusal(&text).ends_with("expected a layer, found an array"));
}

#[test]
fn a_number_that_could_not_be_read_back_is_not_written() {
    // A million digits and a power: short enough to read, too long once multiplied out.
    let number = format!("{}*7^333333", "7".repeat(1_000_000));
    let layer = format!(r#"{{"activation": "relu", "weights": [["{number}", 2]], "bias": [0]}}"#);
    let network = read(&one_layer(&layer)).expect("valid");
    let error = write(&network, &mut io::sink()).expect_err("too long");
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}

proptest! {
    #[test]
    fn random_text_is_refused_without_panic(text in "\\PC{0,60}") {
        prop_assert!(read(&text).is_err());
    }

    #[test]
    fn random_bytes_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        prop_assert!(read_bytes(&bytes).is_err());
    }

    #[test]
    fn damaged_files_do_not_panic(
        which in 0..=QUERIES.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..4),
    ) {
        let text = QUERIES.get(which).copied().unwrap_or(EXAMPLE);
        let mut bytes = text.as_bytes().to_vec();
        for (place, byte, kind) in damage {
            let place = place.index(bytes.len());
            let token = b"{}[]\",:0123456789.eE-/^*\\n"[usize::from(byte) % 26];
            match kind {
                0 => bytes[place] = byte,
                1 => bytes[place] = token,
                2 => bytes.insert(place, token),
                _ => bytes.truncate(place.max(1)),
            }
        }
        // If the damaged file is still a network, it can be written and read.
        if let Ok(network) = read_bytes(&bytes) {
            assert_round_trip(&network);
        }
    }
}

//! Files of other tools: what the real exporters wrote is read as onnxruntime runs it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use steeple::formats::floats::Precision;
use steeple::formats::foreign::Weights;
use steeple::formats::{gzip, json, onnx, python, safetensors};
use steeple::network::{Activation, Layer, Network, forward};
use steeple::numbers::estimate::Estimate;
use steeple::numbers::{Precise, Rational, Scalar, literal};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/onnx")
}

fn fixtures() -> Vec<PathBuf> {
    let files = fs::read_dir(data()).expect("the fixtures are there");
    let mut files: Vec<_> = files
        .map(|file| file.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "onnx"))
        .collect();
    files.sort();
    files
}

fn read(path: &Path) -> Network {
    let bytes = fs::read(path).expect("readable");
    let imported = onnx::read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    imported
        .into_network(Weights::Exact, None)
        .expect("a network")
}

/// Decimals as Python prints floats.
fn number(text: &str) -> Rational {
    literal::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn enclosure(network: &Network, point: &[Rational]) -> Vec<(Rational, Rational)> {
    let bits = 200;
    let inputs: Vec<_> = point
        .iter()
        .map(|value| Precise::constant(&bits, value))
        .collect();
    forward(network, &bits, &inputs)
        .expect("defined")
        .iter()
        .map(|value| {
            (
                value.lower().expect("finite"),
                value.upper().expect("finite"),
            )
        })
        .collect()
}

#[test]
fn real_files_are_read_as_onnxruntime_runs_them() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 20, "{} fixtures", fixtures.len());
    for path in fixtures {
        let network = read(&path);
        let text = fs::read_to_string(path.with_extension("txt")).expect("outputs beside it");
        let mut lines = text.lines();
        // Some operators run in float32 only.
        let unit = match lines.next() {
            Some("float64") => Rational::power_of_two(-46),
            Some("float32") => Rational::power_of_two(-17),
            other => panic!("{other:?}"),
        };
        let mut points = 0;
        for line in lines {
            let (point, outputs) = line.split_once(" | ").expect("two sides");
            let point: Vec<_> = point.split(' ').map(number).collect();
            let outputs: Vec<_> = outputs.split(' ').map(number).collect();
            let enclosures = enclosure(&network, &point);
            assert_eq!(enclosures.len(), outputs.len(), "{}", path.display());
            for ((low, high), output) in enclosures.into_iter().zip(outputs) {
                let slack = &unit * &(&Rational::ONE + &output.abs());
                assert!(
                    &low - &slack <= output && output <= &high + &slack,
                    "{}: {line}: [{low}, {high}]",
                    path.display()
                );
            }
            points += 1;
        }
        assert_eq!(points, 100);
    }
}

/// Units that exporters write in parts are found again, one layer for each.
#[test]
fn smooth_units_are_read_as_what_they_are() {
    use Activation::{Elu, Gelu, Identity, Silu, Softplus, Softsign};
    // The root of 2 as a float32, and what float32s make of its inverse.
    let root = Rational::ratio(11_863_283, 1 << 23);
    let inverse = Rational::ratio(1 << 24, 11_863_283);
    let half = || Rational::ratio(1, 2);
    let cases = [
        ("torch_trace_gelu", vec![Gelu(Some(root.clone())); 2]),
        ("torch_dynamo_gelu", vec![Gelu(None); 2]),
        ("torch_trace_silu", vec![Silu; 2]),
        ("torch_dynamo_silu", vec![Silu; 2]),
        ("torch_trace_softplus", vec![Softplus(None); 2]),
        (
            "torch_dynamo_softplus",
            vec![Softplus(Some(Rational::from(20))); 2],
        ),
        ("torch_trace_softsign", vec![Softsign; 2]),
        ("torch_dynamo_softsign", vec![Softsign; 2]),
        ("torch_trace_elu", vec![Elu(half()); 2]),
        ("torch_dynamo_elu", vec![Elu(half()); 2]),
        ("torch_trace_celu", vec![Elu(Rational::ONE); 2]),
        (
            "torch_dynamo_softplus_beta",
            vec![Softplus(Some(Rational::ratio(5, 2)))],
        ),
        ("made_gelu_by_inverse", vec![Gelu(Some(inverse.clone()))]),
        ("made_gelu_half_first", vec![Gelu(Some(inverse))]),
        ("made_erfc_times", vec![Gelu(Some(Rational::ONE))]),
        ("made_swish_beta", vec![Silu]),
        ("made_log_add_exp", vec![Softplus(None)]),
        ("made_log_sigmoid", vec![Softplus(None)]),
        ("made_softsign_parts", vec![Softsign]),
        ("made_softplus_where", vec![Softplus(Some(half()))]),
    ];
    for (name, mut expected) in cases {
        let network = read(&data().join(format!("{name}.onnx")));
        expected.push(Identity);
        let found = network.layers().iter().map(Layer::activation);
        assert!(found.eq(&expected), "{name}: {network:?}");
    }
}

/// Of versions of the operators, the later ones are read, and what is assumed of them is said.
#[test]
fn later_opsets_are_read_with_a_note_and_older_ones_are_refused() {
    let file = data().join("made_relu_opset26.onnx");
    let whole = fs::read(&file).expect("readable");
    // The entry for the operators of the standard: no domain, and the version.
    let entry = [0x42, 4, 0x0a, 0, 0x10, 26];
    let with = |version: &[u8]| {
        let at = find(&whole, &entry);
        let mut bytes = whole[..at].to_vec();
        bytes.extend([
            0x42,
            3 + u8::try_from(version.len()).expect("short"),
            0x0a,
            0,
            0x10,
        ]);
        bytes.extend(version);
        bytes.extend(&whole[at + entry.len()..]);
        onnx::read(&bytes)
    };
    let known = with(&[26]).expect("known");
    for version in [&[7][..], &[23], &[24], &[27], &[28]] {
        let notes = with(version).expect("known").notes;
        assert_eq!(notes, known.notes, "{version:?}");
    }
    for (version, number) in [
        (&[29][..], "29"),
        (&[0xe7, 7], "999"),
        (
            &[255, 255, 255, 255, 255, 255, 255, 255, 127],
            "9223372036854775807",
        ),
    ] {
        let later = with(version).expect("read");
        assert_eq!(later.layers, known.layers);
        let note = later.notes.last().expect("a note");
        let expected = format!(
            "version {number} of the operators (opset) is later than the last one known here, 28; assumed to mean \
             the same as in that one: Add, Cast, Identity, MatMul, Relu"
        );
        assert_eq!(*note, expected);
    }
    for (version, number) in [
        (&[6][..], "6"),
        (&[0], "0"),
        (&[255, 255, 255, 255, 255, 255, 255, 255, 255, 1], "-1"),
    ] {
        let error = with(version).expect_err("too old");
        let expected = format!(
            "version {number} of the operators (opset) is too old, version 7 and later are read"
        );
        assert_eq!(error.message, expected);
    }
}

/// Where as it is written for continuous functions becomes relu units and nothing else.
#[test]
fn where_of_values_that_meet_is_read_as_relu() {
    for name in ["relu", "leaky", "abs", "max", "clip", "times"] {
        let network = read(&data().join(format!("made_where_{name}.onnx")));
        let mut activations = network.layers().iter().map(Layer::activation);
        assert_eq!(
            activations.next_back(),
            Some(&Activation::Identity),
            "{name}"
        );
        assert!(
            activations.all(|activation| *activation == Activation::Relu),
            "{name}"
        );
    }
}

/// What is said about each broken file, as the command line says it.
#[test]
fn broken_files_are_refused_with_place_and_hint() {
    let folder = data().join("refused");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the files are there")
        .map(|file| file.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "onnx"))
        .collect();
    files.sort();
    assert!(files.len() >= 20);
    let mut said = String::new();
    for path in files {
        let bytes = fs::read(&path).expect("readable");
        let name = path.file_name().expect("a name").to_string_lossy();
        let error = onnx::read(&bytes).expect_err(&name);
        let _ = writeln!(said, "{name}: {error}");
        if let Some(hint) = error.hint {
            let _ = writeln!(said, "  hint: {hint}");
        }
    }
    let path = folder.join("messages.txt");
    if std::env::var_os("STEEPLE_WRITE_REFUSALS").is_some() {
        fs::write(&path, &said).expect("written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(said == expected, "what is said has changed to\n{said}");
}

/// A network with every activation and with weights that no float holds.
fn zoo() -> Network {
    let text = r#"{"steeple_network": 1, "inputs": ["u", "v"], "outputs": ["p", "q"], "layers": [
        {"activation": "relu", "weights": [["1/3", "-2"], ["0", "7/5"], ["1", "1"]], "bias": ["0.1", "1", "-1/7"]},
        {"activation": "leaky-relu", "slope": "1/10", "weights": [["1", "-1/9", "2"], ["0", "1", "0"]], "bias": ["0", "1/3"]},
        {"activation": "hard-tanh", "weights": [["1/2", "1"], ["3", "-1"]], "bias": ["0", "0"]},
        {"activation": "maxout", "rank": 2, "weights": [["1", "0"], ["0", "1"], ["-1", "1/3"], ["0", "0"]], "bias": ["0", "0", "0", "1/5"]},
        {"activation": "tanh", "weights": [["1", "1"], ["2", "-1"]], "bias": ["0", "1"]},
        {"activation": "heaviside", "weights": [["1", "1"], ["2", "-1"]], "bias": ["-1/3", "0"]},
        {"activation": "sigmoid", "weights": [["1", "0"], ["2", "-1"]], "bias": ["1", "0"]},
        {"activation": "softplus", "weights": [["1/3", "0"], ["2", "-1"]], "bias": ["1", "0"]},
        {"activation": "softplus", "threshold": "20", "weights": [["1", "0"], ["2", "-1"]], "bias": ["1", "0"]},
        {"activation": "softsign", "weights": [["1", "0"], ["2", "-1"]], "bias": ["1", "0"]},
        {"activation": "elu", "alpha": "1/2", "weights": [["1", "0"], ["2", "-1"]], "bias": ["1/7", "0"]},
        {"activation": "silu", "weights": [["1", "0"], ["2", "-1"]], "bias": ["1", "0"]},
        {"activation": "gelu", "weights": [["1", "0"], ["2", "-1"]], "bias": ["1", "0"]},
        {"activation": "gelu", "divisor": "3/2", "weights": [["1", "0"], ["2", "-1"]], "bias": ["1", "0"]},
        {"activation": "identity", "weights": [["1", "1/3"], ["0", "5"]], "bias": ["0", "1"]}]}"#;
    json::read(text).expect("a network")
}

#[test]
fn our_files_give_the_same_network_back() {
    let network = zoo();
    for precision in [Precision::Single, Precision::Double] {
        let written = onnx::write(&network, precision).expect("written");
        assert!(written.rounding.rounded > 10);
        let back = onnx::read(&written.bytes).expect("read");
        assert_eq!(
            back.into_network(Weights::Exact, None).as_ref(),
            Ok(&network)
        );
        let (bytes, rounding) = safetensors::write(&network, precision).expect("written");
        // The slope of the leaky units is a rounded attribute in ONNX, and exact text here.
        assert_eq!(rounding.rounded + 1, written.rounding.rounded);
        assert_eq!(rounding.largest, written.rounding.largest);
        let back = safetensors::read(&bytes, None).expect("read");
        assert_eq!(
            back.into_network(Weights::Exact, None).as_ref(),
            Ok(&network)
        );
        // The rounded graph alone is near: the exact text is cut out.
        let at = find(&written.bytes, b"steeple_network");
        let mut bytes = written.bytes;
        bytes[at] = b'S';
        let rounded = onnx::read(&bytes)
            .expect("read")
            .into_network(Weights::Exact, None)
            .expect("fits");
        // It may have other layers, but it is nearly the same function.
        for (u, v) in [(0.3, -0.7), (-2.0, 1.5), (0.01, 0.02), (5.0, 4.0)] {
            let at = [Estimate(u), Estimate(v)];
            let values = |network: &Network| forward(network, &(), &at).expect("a value");
            for (near, exact) in values(&rounded).iter().zip(values(&network)) {
                assert!((near.0 - exact.0).abs() < 1e-5, "{near:?} {exact:?}");
            }
        }
    }
    let (text, rounding) = python::write(&network).expect("written");
    assert!(
        text.contains("x = x.unflatten(-1, (-1, 2)).amax(-1)"),
        "{text}"
    );
    assert!(rounding.rounded > 10);
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    let mut windows = bytes.windows(part.len());
    windows
        .position(|window| window == part)
        .expect("it is there")
}

#[test]
fn exact_weights_of_another_graph_are_refused() {
    let written = onnx::write(&zoo(), Precision::Single).expect("written");
    let mut bytes = written.bytes;
    let at = find(&bytes, b"layers.0.bias");
    // The last byte of 0.1 as float32, after the name and two bytes of raw data's head.
    bytes[at + 13 + 2 + 3] ^= 1;
    let error = onnx::read(&bytes).expect_err("refused");
    assert!(error.message.contains("changed since"), "{error}");
    let (mut bytes, _) = safetensors::write(&zoo(), Precision::Single).expect("written");
    *bytes.last_mut().expect("bytes") ^= 1;
    let error = safetensors::read(&bytes, None).expect_err("refused");
    assert!(error.message.contains("changed later"), "{error}");
}

#[test]
fn weights_of_other_tools_need_their_activations_told() {
    let header = |names: [&str; 2]| {
        let [first, second] = names;
        format!(
            r#"{{"{first}.weight":{{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}},"{second}.weight":{{"dtype":"F16","shape":[1,1],"data_offsets":[8,10]}},"{second}.bias":{{"dtype":"BF16","shape":[1],"data_offsets":[10,12]}}}}"#
        )
    };
    let file = |names| {
        let header = header(names);
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes.extend([0, 0, 128, 63, 0, 0, 0, 191, 0, 0x3c, 0x80, 0x3f]);
        bytes
    };
    let bytes = file(["2", "10"]);
    let told = r#"{"activations": ["leaky-relu:1/3"]}"#;
    let network = safetensors::read(&bytes, Some(told)).expect("read");
    let layers = network.layers;
    assert_eq!(
        layers[0].activation(),
        &Activation::LeakyRelu(Rational::ratio(1, 3))
    );
    assert_eq!(
        layers[0].weights().row(0).last(),
        Some((1, &Rational::ratio(-1, 2)))
    );
    assert_eq!(layers[1].bias()[0], Rational::ONE);
    let refused = |bytes: &[u8], beside| {
        let error = safetensors::read(bytes, beside).expect_err("refused");
        format!("{error}; {}", error.hint.as_deref().unwrap_or_default())
    };
    insta::assert_snapshot!([
        refused(&bytes, None),
        refused(&bytes, Some("{}")),
        refused(&bytes, Some(r#"{"activations": ["selu"]}"#)),
        refused(&bytes, Some(r#"{"activations": ["relu", "relu", "relu"]}"#)),
        refused(&file(["out", "hidden"]), Some(told)),
        refused(&bytes[..bytes.len() - 1], Some(told)),
        refused(b"", Some(told)),
    ].join("\n"), @r#"
    a safetensors file has no activations, and there is no JSON file with them; add a JSON file of the same name next to it: expected {"activations": ["relu", ..., "identity"]}, one for each layer
    the JSON file next to it: missing field `activations` at line 1 column 2; expected {"activations": ["relu", ..., "identity"]}, one for each layer
    the JSON file next to it: unknown activation `selu`; expected one of identity, heaviside, sigmoid, tanh, relu, hard-tanh, softplus, softplus:THRESHOLD, softsign, elu:ALPHA, silu, gelu, gelu:DIVISOR, leaky-relu:SLOPE, maxout:RANK
    expected 2 activations, found 3; the layers are 2, 10; expected {"activations": ["relu", ..., "identity"]}, one for each layer
    tensor `out.weight`: it expects 2 inputs, but the layer before gives 1; layers are sorted by their names; set `layers` in the JSON file to change the order
    this is not a whole safetensors file: incomplete metadata, file not fully covered; the file is truncated or damaged
    this is not a whole safetensors file: header too small; the file is truncated or damaged
    "#);
    let order = r#"{"activations": ["relu"], "layers": ["out", "hidden"]}"#;
    assert!(safetensors::read(&file(["out", "hidden"]), Some(order)).is_ok());
}

/// Gives some bytes to every reader: a value or an error, never a panic.
fn read_all(bytes: &[u8]) {
    if let Ok(imported) = onnx::read(bytes) {
        let _ = imported
            .into_network(Weights::Exact, None)
            .expect("numbered names fit");
    }
    let _ = safetensors::read(bytes, Some(r#"{"activations": ["relu", "tanh"]}"#));
    let _ = gzip::unpack(bytes);
}

#[test]
fn truncated_files_are_errors() {
    for name in [
        "torch_trace_features",
        "sklearn_scaled",
        "torch_dynamo_skip",
    ] {
        let bytes = fs::read(data().join(name).with_extension("onnx")).expect("readable");
        for length in 0..bytes.len() {
            read_all(&bytes[..length]);
        }
    }
    let (bytes, _) = safetensors::write(&zoo(), Precision::Single).expect("written");
    for length in 0..bytes.len() {
        assert!(
            safetensors::read(&bytes[..length], None).is_err(),
            "{length}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn damaged_files_never_panic(
        file in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let files = fixtures();
        let mut bytes = fs::read(file.get(&files)).expect("readable");
        for (place, value) in flips {
            *place.get_mut(&mut bytes) = value;
        }
        read_all(&bytes);
    }
}

/// A claim about floats is about sums and functions of them, one layer after the other: what a file does beside
/// that rounds, too.
#[test]
fn files_tell_whether_they_compute_layer_by_layer() {
    use steeple::certificate::FloatFormat::{Float32, Float64};
    let folder = data();
    let computes = |name: &str| {
        let bytes = fs::read(folder.join(name).with_extension("onnx")).expect("a file");
        let imported = onnx::read(&bytes).expect("a network");
        imported.computes.map_err(|error| error.to_string())
    };
    for name in [
        "torch_trace_relu",
        "torch_dynamo_sigmoid",
        "torch_dynamo_leaky",
        "torch_dynamo_softplus",
        "made_where_step",
        "sklearn_relu",
        "keras_tanh",
    ] {
        assert_eq!(computes(name), Ok(Some(Float32)), "{name}");
    }
    assert_eq!(computes("torch_trace_double"), Ok(Some(Float64)));
    for (name, words) in [
        ("torch_trace_skip", "Add"),
        ("torch_trace_features", "Sub"),
        ("torch_trace_normed", "BatchNormalization"),
        ("torch_trace_silu", "Mul"),
        ("torch_trace_half", "float32"),
        ("sklearn_scaled", "Scaler"),
        ("made_carried_past_leaky", "Sub"),
    ] {
        let why = computes(name).expect_err(name);
        assert!(why.contains(words), "{name}: {why}");
    }
    // Ours do, up to units that are written in parts: the layers before the silu one.
    let zoo = zoo();
    let layers = zoo.layers()[..11].to_vec();
    let names = (zoo.inputs().to_vec(), zoo.outputs().to_vec());
    let plain = Network::new(names.0, names.1, layers).expect("a network");
    for (precision, format) in [(Precision::Single, Float32), (Precision::Double, Float64)] {
        let found = |network: &Network| {
            let written = onnx::write(network, precision).expect("written");
            let read = onnx::read(&written.bytes).expect("read");
            read.computes.map_err(|error| error.to_string())
        };
        assert_eq!(found(&plain), Ok(Some(format)));
        assert!(found(&zoo).expect_err("parts").contains("Mul"));
    }
}

//! Files of other tools: what the real exporters wrote is read as onnxruntime runs it.

use std::fs;
use std::path::{Path, PathBuf};

use steeple::formats::onnx;
use steeple::network::{Network, forward};
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
    imported.into_network(None).expect("a network")
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

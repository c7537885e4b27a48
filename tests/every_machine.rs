//! The same bits on every x86-64 and aarch64 machine: digests of what the program writes, to be met
//! wherever the tests are run. CONTRIBUTING.md says how to run them for another processor.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use sha2::{Digest, Sha256};

/// Runs the program in a folder, and returns a line with the digest of the file that it wrote.
fn digest(folder: &Path, file: &str, command: &str) -> String {
    Command::cargo_bin("steeple")
        .expect("the program")
        .current_dir(folder)
        .args(command.split(' '))
        .assert()
        .code(0);
    let bytes = fs::read(folder.join(file)).expect("written");
    let mut line = String::new();
    for byte in &Sha256::digest(&bytes)[..8] {
        let _ = write!(line, "{byte:02x}");
    }
    format!("{line}  {command}\n")
}

/// Returns a folder with the specs in it.
fn folder() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().expect("a folder");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for name in [
        "labelled_disk",
        "nielsen",
        "paraboloid",
        "round",
        "smallest",
    ] {
        let name = format!("{name}.toml");
        fs::copy(examples.join(&name), scratch.path().join(&name)).expect("copied");
    }
    scratch
}

/// Floats all the way, by our own loops and by exp, log, tanh and cos of a library.
#[test]
fn trained_networks() {
    let scratch = folder();
    let mut said = String::new();
    for command in [
        "train labelled_disk.toml --hidden 3 --restarts 1 --out t.json",
        "train labelled_disk.toml --hidden 3,3 --activation relu --optimizer adam --steps 100 --restarts 1 --out t.json",
        "train nielsen.toml --hidden 5 --activation tanh --steps 100 --restarts 1 --out t.json",
        "train paraboloid.toml --hidden 4,4 --optimizer adam --steps 100 --restarts 1 --out t.json",
    ] {
        said += &digest(scratch.path(), "t.json", command);
    }
    insta::assert_snapshot!(said, @"
    2df17a398467d998  train labelled_disk.toml --hidden 3 --restarts 1 --out t.json
    f3a6a3dcc9868102  train labelled_disk.toml --hidden 3,3 --activation relu --optimizer adam --steps 100 --restarts 1 --out t.json
    02acd80287265192  train nielsen.toml --hidden 5 --activation tanh --steps 100 --restarts 1 --out t.json
    4b5a6f3461fb4260  train paraboloid.toml --hidden 4,4 --optimizer adam --steps 100 --restarts 1 --out t.json
    ");
}

/// Floats guide the search, and what was found is exact.
#[test]
fn certificates() {
    let scratch = folder();
    let mut said = String::new();
    for name in ["nielsen", "round", "smallest"] {
        let command = format!("build {name}.toml --out {name}");
        let file = format!("{name}/certificate.steeple");
        said += &digest(scratch.path(), &file, &command);
    }
    insta::assert_snapshot!(said, @"
    e9e294d514e49e55  build nielsen.toml --out nielsen
    a3966d219b36cceb  build round.toml --out round
    ee2a36a27347147c  build smallest.toml --out smallest
    ");
}

/// Floats become decimals and pixels.
#[test]
fn pictures() {
    let scratch = folder();
    let folder = scratch.path();
    let mut said = String::new();
    said += &digest(folder, "p/network.json", "build paraboloid.toml --out p");
    for (kind, file) in [
        ("surface", "s.svg"),
        ("surface", "s.png"),
        ("error", "e.png"),
    ] {
        let command = format!("draw {kind} p/network.json --spec paraboloid.toml --out {file}");
        said += &digest(folder, file, &command);
    }
    said += &digest(folder, "d.png", "draw diagram p/network.json --out d.png");
    insta::assert_snapshot!(said, @"
    fcdc97d0fa0d4f34  build paraboloid.toml --out p
    336be4bec76c3866  draw surface p/network.json --spec paraboloid.toml --out s.svg
    7a8a01b844a25c50  draw surface p/network.json --spec paraboloid.toml --out s.png
    b69163e3b6213329  draw error p/network.json --spec paraboloid.toml --out e.png
    7816e359442231e2  draw diagram p/network.json --out d.png
    ");
}

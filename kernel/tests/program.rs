//! `steeple-check`, run as a program on the certificates of the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use steeple_kernel::network::digest::canonical_bytes;
use steeple_kernel::network::json;

/// Runs the program; returns its exit code, what it printed, and what it complained of.
fn run(words: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_steeple-check"))
        .args(words)
        .output()
        .expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let code = output.status.code().expect("no signal");
    (code, text(output.stdout), text(output.stderr))
}

fn showcase(name: &str, file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proofs/certificates");
    let path = folder.join(name).join(file);
    path.to_str().expect("a path in text").to_string()
}

/// A file in a folder of its own, which is gone with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("steeple-check-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        fs::write(&path, bytes).expect("written");
        path.to_str().expect("a path in text").to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn every_showcase_is_accepted() {
    for name in ["disk", "nielsen", "square", "towers"] {
        let (certificate, network) = (
            showcase(name, "certificate.steeple"),
            showcase(name, "network.json"),
        );
        let (code, out, said) = run(&[&certificate, "--network", &network]);
        assert_eq!((code, said.as_str()), (0, ""), "{name}: {out}");
        assert!(out.starts_with("accepted by the layer "), "{name}: {out}");
    }
}

#[test]
fn lower_bounds_of_size_need_no_network() {
    let certificate = showcase("sine_size", "certificate.steeple");
    let (code, out, said) = run(&[&certificate]);
    assert_eq!((code, said.as_str()), (0, ""), "{out}");
    assert!(out.contains("\nkinks at least 38\n"), "{out}");
    let units = "relu units at least 38 in one hidden layer, 6 in any number";
    assert!(out.contains(units), "{out}");
    let claim = ["--target", "sin(x)", "--domain", "x=0..6.2831853"];
    for (more, expected) in [
        (vec!["--tolerance", "1/1000"], 0),
        (vec!["--tolerance", "1/5000"], 0),
        (vec!["--tolerance", "1/500"], 1),
        (vec!["--norm", "l2"], 1),
        (vec!["--core"], 1),
        (vec!["--network", "there-is-none.json"], 1),
        (vec!["--tolerance", "small"], 2),
    ] {
        let words = [certificate.as_str()].into_iter().chain(claim);
        let words: Vec<&str> = words.chain(more.clone()).collect();
        assert_eq!(run(&words).0, expected, "{more:?}");
    }
    let scratch = Scratch::new("size");
    let text = fs::read_to_string(&certificate).expect("a file");
    let damaged = scratch.file("damaged", text.replace("sin(x)", "x").as_bytes());
    let (code, out, _) = run(&[&damaged]);
    assert!(
        code == 1 && out.starts_with("rejected (not-forced)"),
        "{out}"
    );
    // An error needs a network.
    let (code, _, said) = run(&[&showcase("square", "certificate.steeple")]);
    assert!(code == 2 && said.contains("needs --network"), "{said}");
}

#[test]
fn the_core_takes_what_is_its_own_and_canonical_bytes() {
    let scratch = Scratch::new("core");
    let network = fs::read(showcase("square", "network.json")).expect("a file");
    let network = json::read_bytes(&network).expect("a network");
    let mut bytes = Vec::new();
    canonical_bytes(&network, |piece| bytes.extend_from_slice(piece));
    let file = scratch.file("square.network", &bytes);
    let certificate = showcase("square", "certificate.steeple");
    let (code, out, _) = run(&["--core", "--network", &file, &certificate]);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.contains("\nerror at least 1/1024\nerror at most 1/1024\n"),
        "{out}"
    );
    let (code, out, _) = run(&[
        &showcase("towers", "certificate.steeple"),
        "--network",
        &showcase("towers", "network.json"),
        "--core",
    ]);
    assert_eq!(code, 1, "{out}");
    assert!(out.starts_with("rejected (beyond-layer): "), "{out}");
    // Damaged bytes and a part of the bytes are refused.
    for end in [17, 18, 40, bytes.len() - 1] {
        let file = scratch.file("cut.network", &bytes[..end]);
        let (code, out, said) = run(&["--core", "--network", &file, &certificate]);
        assert_eq!((code, out.as_str()), (2, ""), "cut after {end} bytes");
        assert!(said.contains("cut.network: "), "{said}");
    }
}

#[test]
fn the_claim_given_has_to_be_the_one_that_is_certified() {
    let certificate = showcase("square", "certificate.steeple");
    let network = showcase("square", "network.json");
    let check = |claim: &[&str]| {
        let words = [&[certificate.as_str(), "--network", &network], claim].concat();
        run(&words)
    };
    let claim = ["--target", "x^2", "--domain", "x=0..1"];
    for (more, code, expected) in [
        (&["--tolerance", "1/1024"][..], 0, "accepted"),
        (&["--tolerance=0.001"], 0, "accepted"),
        (&["--tolerance", "1/1025"], 1, "rejected (other-claim)"),
        (&["--norm", "l1"], 1, "rejected (other-claim)"),
        (&["--norm", "max"], 2, "unknown norm `max`"),
        (&["--tolerance", "x"], 2, "--tolerance: "),
        (&["--domain", "x=0..2"], 2, "--domain is given twice"),
        (&["--what"], 2, "unknown flag --what"),
        (&["another"], 2, "unexpected `another`"),
    ] {
        let (found, out, said) = check(&[&claim[..], more].concat());
        assert_eq!(found, code, "{more:?}: {out}{said}");
        let text = if code == 2 { said } else { out };
        assert!(text.contains(expected), "{more:?}: {text}");
    }
    assert_eq!(check(&["--target", "x^3", "--domain", "x=0..1"]).0, 1);
    assert_eq!(check(&["--target", "x^2"]).0, 2);
    assert_eq!(check(&["--domain", "x=0..1"]).0, 2);
}

#[test]
fn what_is_no_certificate_is_refused() {
    let scratch = Scratch::new("bad");
    let network = showcase("square", "network.json");
    let good = fs::read_to_string(showcase("square", "certificate.steeple")).expect("a file");
    for (text, expected) in [
        (String::new(), "malformed"),
        (good[..good.len() / 2].to_string(), "malformed"),
        (
            good.replace("certificate 2", "certificate 1"),
            "certificates of version 1 are not supported",
        ),
        (
            good.replace("claim sup", "claim slope"),
            "claims `slope` are not supported yet",
        ),
        (
            good.replace("claim sup", "claim max"),
            "unknown claim `max`",
        ),
        (
            good.replace("semantics real", "semantics float32 sum=any"),
            "`float32 sum=any` are not supported; expected real",
        ),
        (
            good.replace("weights exact", "weights some"),
            "unknown weights `some`",
        ),
        (
            good.replace("layer core", "layer shell"),
            "unknown layer `shell`",
        ),
        (
            good.replace("\nsemantics", "\nnetwork M sha256:00\nsemantics"),
            "several networks are not supported yet",
        ),
        (
            good.replace("\ntree", "\nroot A-\ntree"),
            "with a `root`, are not supported yet",
        ),
        (
            good.replace("layer core", "layer properties"),
            "beyond-layer",
        ),
        (
            good.replace("network N ", "network "),
            "the name of the network and its digest",
        ),
    ] {
        assert_ne!(text, good, "{expected}");
        let file = scratch.file("c.steeple", text.as_bytes());
        let (code, out, said) = run(&[&file, "--network", &network]);
        assert_eq!((code, said.as_str()), (1, ""), "{out}");
        assert!(
            out.starts_with("rejected (") && out.contains(expected),
            "{expected}: {out}"
        );
    }
    // A leaf with numbers of its own has a place in the format, and no method yet.
    let tree = good
        .lines()
        .find(|line| line.starts_with("tree "))
        .expect("a tree");
    let length: usize = tree[5..].parse().expect("a length");
    let payload = good
        .replace(tree, &format!("tree {}", length + 3))
        .replace("ee\nend", "ee(1)\nend");
    let file = scratch.file("c.steeple", payload.as_bytes());
    let (code, out, _) = run(&[&file, "--network", &network]);
    assert_eq!(code, 1);
    assert!(
        out.contains("has a payload, which is not supported yet"),
        "{out}"
    );
    // Files that are not there, and no files.
    let certificate = showcase("square", "certificate.steeple");
    for words in [
        &[certificate.as_str()][..],
        &["--network", &network],
        &["none", "--network", &network],
        &[&certificate, "--network", "none"],
        &[&certificate, "--network", &certificate],
        &[],
    ] {
        let (code, out, said) = run(words);
        assert_eq!((code, out.as_str()), (2, ""), "{words:?}");
        assert!(said.starts_with("error: "), "{words:?}: {said}");
    }
    assert_eq!(run(&["--help"]).0, 0);
}

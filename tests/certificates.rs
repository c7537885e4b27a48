//! Everything under `proofs/certificates`, checked again.

use std::fs;
use std::path::Path;

use steeple::certificate::{Question, text};
use steeple::checker::check;
use steeple::formats::json;
use steeple::network::digest;
use steeple::workflow::spec;

#[test]
fn every_showcase_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/certificates");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.sort();
    assert_eq!(names, ["disk", "nielsen", "square", "towers"]);
    for name in names {
        let read = |file: &str| fs::read(folder.join(&name).join(file)).expect(file);
        let network = json::read_bytes(&read("network.json")).expect("a network");
        let certificate = text::read(&read("certificate.steeple")).expect("a certificate");
        let asked = String::from_utf8(read("target.toml")).expect("text");
        let asked = spec::read(&asked).expect("a spec");
        let verified = check(&certificate, &network).unwrap_or_else(|e| panic!("{name}: {e}"));
        let question = Question {
            network: digest(&network),
            target: asked.target,
            domain: asked.domain,
            norm: asked.claim.norm,
            threshold: asked.claim.threshold,
        };
        verified
            .answers(&question, asked.claim.tolerance.as_ref())
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        // Reading and writing again gives the same bytes.
        let mut bytes = Vec::new();
        text::write(&certificate, &mut bytes).expect("written");
        assert!(bytes == read("certificate.steeple"), "{name}");
    }
}

//! Checks a certificate file against a network file; nothing is searched.
//!
//! ```sh
//! cargo run --example check_file                     # a stored certificate of this repository
//! cargo run --example check_file -- certificate.steeple network.json
//! ```

use std::error::Error;
use std::fs;

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let stored = concat!(env!("CARGO_MANIFEST_DIR"), "/proofs/certificates/square");
    let (certificate, network) = match arguments.as_slice() {
        [certificate, network] => (certificate.clone(), network.clone()),
        [] => (
            format!("{stored}/certificate.steeple"),
            format!("{stored}/network.json"),
        ),
        _ => return Err("expected CERTIFICATE NETWORK, or nothing".into()),
    };
    let checked = steeple::check(&fs::read(certificate)?, &fs::read(network)?)?;
    match (checked.claim(), checked.property()) {
        (Some(claim), _) => println!(
            "accepted: norm {} of N - ({}) is at most {}, {} leaves",
            claim.question.norm,
            claim.question.target.text().join(", "),
            checked
                .upper()
                .map_or("infinity".into(), |upper| upper.to_string()),
            checked.leaves(),
        ),
        (None, Some((_, holds))) => println!(
            "accepted: the property {}",
            if holds { "holds" } else { "fails at a point" }
        ),
        (None, None) => println!("accepted"),
    }
    Ok(())
}

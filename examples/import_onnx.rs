//! Opens an ONNX file and proves how far its stored floats are from a target.
//!
//! ```sh
//! cargo run --example import_onnx                    # a file that is made here, of thirds rounded to float32
//! cargo run --example import_onnx -- net.onnx "x^2" "x=0..1"
//! ```

use std::error::Error;

use steeple::{Domain, Target, builders, formats};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (target, domain, opened) = match arguments.as_slice() {
        [file, target, domain] => (
            Target::parse(target)?,
            Domain::parse(domain)?,
            formats::open(file.as_str())?,
        ),
        [] => {
            let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
            let file = formats::to_onnx(&builders::interpolant(&target, &domain, 3)?)?;
            (target, domain, formats::open(&file)?)
        }
        _ => return Err("expected FILE TARGET DOMAIN, or nothing".into()),
    };
    for note in &opened.notes {
        println!("note: {note}");
    }
    let answer = opened.verify(&target, &domain).run()?;
    println!("{}", answer.text());
    Ok(())
}

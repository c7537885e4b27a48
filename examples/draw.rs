//! Draws what was proved, and the linear regions: SVG documents are text.
//!
//! ```sh
//! cargo run --example draw                           # writes two files to the directory for temporary files
//! ```

use std::error::Error;
use std::fs;

use steeple::{Domain, PictureKind, Target, builders};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir();
    let (target, domain) = (
        Target::parse("x^2 + y^2 <= 1")?,
        Domain::parse("x=-1.5..1.5,y=-1.5..1.5")?,
    );
    let network = builders::disk(&target, &domain, 6)?;
    let answer = steeple::verify(&network, &target, &domain)
        .norm(steeple::Norm::Area)
        .run()?;
    let file = folder.join("hexagon.svg");
    fs::write(&file, answer.picture(PictureKind::Halfplanes)?)?;
    // The disk has area pi, the hexagon 3 sqrt(3)/2: they differ by 0.5435.
    println!("{}\n{}", answer.text(), file.display());

    let (target, domain) = (Target::parse("abs(x)")?, Domain::parse("x=-1..1")?);
    let network = builders::interpolant(&target, &domain, 2)?;
    let regions = steeple::regions(&network, &domain)?;
    println!("|x| has {} linear regions", regions.count());
    Ok(())
}

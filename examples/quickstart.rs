//! A network by formula, a proof, and a certificate that anybody can check.
//!
//! ```sh
//! cargo run --example quickstart
//! ```

use std::error::Error;

use steeple::kernel::numbers::literal::{decimal_down, decimal_up};
use steeple::{Domain, Target, builders, formats};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    let (target, domain) = (Target::parse("sin(3*x)")?, Domain::parse("x=-1..1")?);
    println!("pieces  units  error between");
    for pieces in [4, 8, 16, 32] {
        let network = builders::interpolant(&target, &domain, pieces)?;
        let answer = steeple::verify(&network, &target, &domain).run()?;

        // The certificate holds on its own, whoever found it.
        let checked = steeple::check(&answer.certificate(), &formats::to_json(&network))?;
        let upper = checked.upper().ok_or("no bound")?;
        println!(
            "{pieces:>6}  {:>5}  {} and {}",
            network.layers()[0].units(),
            decimal_down(&answer.lower(), 4),
            decimal_up(&upper, 4),
        );
    }
    Ok(())
}

//! Writes `docs/one_or_two_layers.md`: what towers, quadrants, ridge functions and sawtooths need
//! for equal certified error.
//!
//! ```sh
//! cargo run --release --example one_or_two_layers        # some minutes; writes the page
//! cargo run --release --example one_or_two_layers -- -   # prints it instead
//! ```

mod page;
mod rows;

use std::fs;
use std::path::Path;

use steeple::certificate::Norm;

use page::page;
use rows::{TARGETS, halving_tolerances, layers_table};

fn main() -> Result<(), String> {
    let mut tables = Vec::new();
    for (norm, tolerances) in [(Norm::Sup, 5), (Norm::L1, 5)] {
        for (formula, domain) in TARGETS {
            let tolerances = halving_tolerances(tolerances);
            let table = layers_table(formula, domain, norm, &tolerances, &mut |row| {
                let units = row.size.as_ref().map(|size| size.units);
                eprintln!("{norm} {formula} {}: {} {units:?}", row.tolerance, row.name);
            })?;
            tables.push(table);
        }
    }
    let text = page(&tables);
    if std::env::args().any(|argument| argument == "-") {
        #[allow(clippy::print_stdout)]
        {
            print!("{text}");
        }
        return Ok(());
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/one_or_two_layers.md");
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

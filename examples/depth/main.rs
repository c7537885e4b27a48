//! Writes `docs/depth.md` and its pictures: linear regions of shallow and deep networks.
//!
//! ```sh
//! cargo run --release --example depth
//! ```

mod page;
mod rows;

use std::error::Error;
use std::fs;
use std::path::Path;

use rows::depth_page;

fn main() -> Result<(), Box<dyn Error>> {
    let (page, files) = depth_page(&mut |row| {
        eprintln!(
            "{:?}: fold {}, trained {}",
            row.widths, row.folded, row.trained
        );
    })?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    fs::write(folder.join("depth.md"), page.markdown())?;
    for (name, svg) in files {
        fs::write(folder.join(name), svg)?;
    }
    Ok(())
}

//! `steeple completions` and `steeple man`.

use clap::CommandFactory;

use crate::cli::arguments::{Arguments, Completions};
use crate::cli::{Output, Refusal};

/// Prints a completion script.
pub fn completions(arguments: &Completions) -> Output {
    let mut bytes = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "steeple",
        &mut bytes,
    );
    Output::yes(String::from_utf8_lossy(&bytes))
}

/// Prints the manual page.
pub fn man() -> Result<Output, Refusal> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut bytes)
        .map_err(Refusal::new)?;
    Ok(Output::yes(String::from_utf8_lossy(&bytes)))
}

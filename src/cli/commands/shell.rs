//! `steeple completions` and `steeple man`.

use clap::CommandFactory;

use crate::cli::arguments::{Arguments, Completions, Man};
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

/// Prints a manual page: of the program, or of one of its commands.
pub fn man(arguments: &Man) -> Result<Output, Refusal> {
    let mut program = Arguments::command();
    // Global flags and full names reach the commands.
    program.build();
    let command = match &arguments.of {
        None => program,
        Some(name) => {
            let known: Vec<&str> = program
                .get_subcommands()
                .map(clap::Command::get_name)
                .collect();
            let Some(found) = program.find_subcommand(name) else {
                return Err(Refusal::new(format_args!(
                    "unknown command `{name}`; expected one of {}",
                    known.join(", ")
                )));
            };
            found.clone()
        }
    };
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut bytes)
        .map_err(Refusal::new)?;
    Ok(Output::yes(String::from_utf8_lossy(&bytes)))
}

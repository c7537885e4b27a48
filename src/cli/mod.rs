//! Level 10: the only place that prints or knows clap.
//!
//! A command returns an [`Output`] (what goes to standard output, and the exit code) or a
//! [`Refusal`] (one message on standard error, exit code 2). [`main`] prints them.

pub mod arguments;
mod commands;
mod folder;
mod inputs;
mod interrupt;
mod message;
mod picture;
mod progress;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Instant;

use clap::Parser;

use arguments::{Arguments, Command};
pub use message::Refusal;

/// What a command has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// For standard output, without the last line end.
    pub text: String,
    /// 0 yes, 1 no, 3 undecided.
    pub code: u8,
}

impl Output {
    /// A result that answers yes.
    pub fn yes(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: 0,
        }
    }
}

static BEGUN: OnceLock<Instant> = OnceLock::new();

/// When the command began: a limit on time is for all of it.
fn begun() -> Instant {
    *BEGUN.get_or_init(Instant::now)
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    begun();
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Build(ref command) => commands::build::run(command, arguments.format),
        Command::Verify(ref command) => commands::verify::run(command, arguments.format),
        Command::Check(ref command) => commands::check::run(command, arguments.format),
        Command::Eval(ref command) => commands::eval::run(command, arguments.format),
        Command::Regions(ref command) => commands::regions::run(command, arguments.format),
        Command::Train(ref command) => commands::train::run(command, arguments.format),
        Command::Compare(ref command) => commands::compare::run(command, arguments.format),
        Command::Draw(ref command) => commands::draw::run(command, arguments.format),
        Command::Convert(ref command) => commands::convert::run(command, arguments.format),
        Command::Catalogue(ref command) => commands::catalogue::run(command, arguments.format),
        Command::Completions(ref command) => Ok(commands::shell::completions(command)),
        Command::Man => commands::shell::man(),
    };
    match outcome {
        Ok(output) => match print(&output.text) {
            Ok(()) => ExitCode::from(output.code),
            // Nobody reads on: what was asked was done, and there is nobody to tell.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(output.code),
            Err(error) => {
                let _ = writeln!(io::stderr(), "error: standard output: {error}");
                ExitCode::from(2)
            }
        },
        Err(refusal) => {
            let _ = write!(io::stderr(), "{refusal}");
            ExitCode::from(refusal.code)
        }
    }
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Says something beside the result.
fn note(text: &str) {
    let _ = writeln!(io::stderr(), "note: {text}");
}

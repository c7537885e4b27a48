//! The only place that prints or knows clap.
//!
//! A command returns an [`Output`] (what goes to standard output, and the exit code) or a
//! [`Refusal`] (one message on standard error, exit code 2). [`main`] prints them.

mod advice;
pub mod arguments;
mod commands;
mod earlier;
mod folder;
mod inputs;
mod interrupt;
mod message;
mod nearest;
mod outputs;
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
    /// For standard output, without the last line end; nothing where a file was written there.
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
    if steeple_stdio::standard_output_was_closed() {
        say("error: standard output is closed, so the result would be lost");
        say("  hint: > /dev/null throws it away");
        return ExitCode::from(2);
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // What was asked for is the help, or the version.
        Err(error) if !error.use_stderr() => {
            return ended(&Output::yes(error.render().to_string()), Listener::MayLeave);
        }
        Err(error) => error.exit(),
    };
    let listener = match arguments.command {
        Command::Catalogue(_) | Command::Completions(_) | Command::Man => Listener::MayLeave,
        _ => Listener::WantsAll,
    };
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
        Ok(output) => ended(&output, listener),
        Err(refusal) => {
            let _ = write!(io::stderr(), "{refusal}");
            ExitCode::from(refusal.code)
        }
    }
}

/// Who reads standard output.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listener {
    /// Of a list or a page, someone may read the first lines and leave, as `head` does.
    MayLeave,
    /// A result that nobody takes is lost.
    WantsAll,
}

/// Prints what a command has to say, and returns the exit code.
fn ended(output: &Output, listener: Listener) -> ExitCode {
    match print(&output.text) {
        Ok(()) => ExitCode::from(output.code),
        Err(error)
            if error.kind() == io::ErrorKind::BrokenPipe && listener == Listener::MayLeave =>
        {
            ExitCode::from(output.code)
        }
        Err(error) => {
            let why = match error.kind() {
                io::ErrorKind::BrokenPipe => "nobody reads it any more".to_string(),
                _ => error.to_string(),
            };
            say(&format!(
                "error: standard output: {why}, so the result is lost"
            ));
            ExitCode::from(2)
        }
    }
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.is_empty() && !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Writes a line to standard error.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Says something beside the result.
fn note(text: &str) {
    say(&format!("note: {text}"));
}

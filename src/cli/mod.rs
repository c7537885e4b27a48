//! The only place that prints or knows clap.
//!
//! A command returns an [`Output`] (what goes to standard output, and the exit code) or a
//! [`Refusal`] (one message on standard error, exit code 2). [`main`] prints them.

mod advice;
mod again;
pub mod arguments;
mod commands;
mod earlier;
mod folder;
mod inputs;
mod interrupt;
mod look;
mod message;
mod nearest;
mod outputs;
mod picture;
mod progress;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::OnceLock;

use clap::{CommandFactory, FromArgMatches};

use crate::clock::Moment;
use arguments::{Arguments, Colour, Command, Format};
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

static BEGUN: OnceLock<Moment> = OnceLock::new();

/// When the command began: a limit on time is for all of it.
fn begun() -> Moment {
    *BEGUN.get_or_init(Moment::now)
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    if steeple_stdio::standard_output_was_closed() {
        begun();
        return closed_output();
    }
    let given: Vec<OsString> = std::env::args_os().collect();
    ExitCode::from(run(&given))
}

/// Says that there is nobody to write the result for.
fn closed_output() -> ExitCode {
    say("error: standard output is closed, so the result would be lost");
    say("  hint: > /dev/null throws it away");
    ExitCode::from(2)
}

/// Runs the program with these arguments, the first of which is its name, and returns the exit code.
///
/// Once in a process: what the flags say about messages, and the time at which the program began, hold until its end.
pub fn run(given: &[OsString]) -> u8 {
    begun();
    let arguments = match parsed(given) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let format = arguments.format;
    let _ = SETTINGS.set(Settings {
        is_quiet: arguments.quiet,
        in_colour: in_colour(arguments.color),
    });
    let listener = match arguments.command {
        Command::Catalogue(_) | Command::Schema(_) | Command::Completions(_) | Command::Man(_) => {
            Listener::MayLeave
        }
        _ => Listener::WantsAll,
    };
    let outcome = match arguments.command {
        Command::Build(ref command) => commands::build::run(command, format),
        Command::Bound(ref command) => commands::bound::run(command, format),
        Command::Verify(ref command) => commands::verify::run(command, format),
        Command::Check(ref command) => commands::check::run(command, format),
        Command::Split(ref command) => commands::parts::split(command, format),
        Command::Merge(ref command) => commands::parts::merge(command, format),
        Command::Eval(ref command) => commands::eval::run(command, format),
        Command::Regions(ref command) => commands::regions::run(command, format),
        Command::Train(ref command) => commands::train::run(command, format),
        Command::Compare(ref command) => commands::compare::run(command, format),
        Command::Explain(ref command) => commands::explain::run(command, format),
        Command::Explore(ref command) => commands::explore::run(command, format),
        Command::Draw(ref command) => commands::draw::run(command, format),
        Command::Convert(ref command) => commands::convert::run(command, format),
        Command::Catalogue(ref command) => Ok(commands::catalogue::run(command, format)),
        Command::Schema(_) => Ok(commands::schema::run()),
        Command::Completions(ref command) => Ok(commands::shell::completions(command)),
        Command::Man(ref command) => commands::shell::man(command),
    };
    match outcome {
        Ok(output) => ended(&output, listener),
        Err(refusal) => refused(&refusal, format),
    }
}

/// Says why there is no result: to people on standard error, to programs as an object on standard output too.
fn refused(refusal: &Refusal, format: Format) -> u8 {
    let _ = write!(io::stderr(), "{}", refusal.text(settings().in_colour));
    if format == Format::Json {
        let object = commands::pretty(&refusal.json());
        if print(&object).is_err() {
            return 2;
        }
    }
    refusal.code
}

/// Reads the arguments. Where that cannot be done, or what was asked for is the help or the version, this is
/// printed, and the exit code returned.
fn parsed(all: &[OsString]) -> Result<Arguments, u8> {
    // The flags that say how to print an error count even where the rest is not understood.
    let given: Vec<String> = all
        .iter()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let value_of = |flag: &str| {
        let joined = format!("{flag}=");
        let after = given.iter().position(|argument| argument == flag);
        let after = after.and_then(|at| given.get(at + 1)).map(String::as_str);
        after.or_else(|| {
            given
                .iter()
                .find_map(|argument| argument.strip_prefix(&joined))
        })
    };
    let colour = match value_of("--color") {
        Some("always") => Colour::Always,
        Some("never") => Colour::Never,
        _ => Colour::Auto,
    };
    let choice = if in_colour(colour) {
        clap::ColorChoice::Always
    } else {
        clap::ColorChoice::Never
    };
    let matches = Arguments::command().color(choice).try_get_matches_from(all);
    let arguments = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
    arguments.map_err(|error| {
        let rendered = error.render();
        // What was asked for is the help, or the version.
        if !error.use_stderr() {
            return ended(&Output::yes(rendered.to_string()), Listener::MayLeave);
        }
        let _ = if in_colour(colour) {
            write!(io::stderr(), "{}", rendered.ansi())
        } else {
            write!(io::stderr(), "{rendered}")
        };
        if value_of("--format") == Some("json") {
            let text = rendered.to_string();
            let mut lines = text.lines().map(str::trim);
            let message = lines.next().unwrap_or_default();
            let message = message.strip_prefix("error: ").unwrap_or(message);
            // What may be given, what is nearest, what is missing; not the usage, which is for people.
            let more: Vec<&str> = lines
                .take_while(|line| !line.starts_with("Usage:"))
                .filter(|line| !line.is_empty() && !line.starts_with("For more"))
                .collect();
            let more: Vec<&str> = more
                .iter()
                .map(|line| {
                    line.trim_start_matches("tip: ")
                        .trim_start_matches("hint: ")
                })
                .collect();
            let refusal = match message.strip_suffix(':') {
                // What is missing is listed below the message.
                Some(message) => Refusal::usage(&format!("{message}: {}", more.join(", "))),
                None => more
                    .iter()
                    .fold(Refusal::usage(message), |refusal, more| refusal.hint(more)),
            };
            let object = commands::pretty(&refusal.json());
            let _ = print(&object);
        }
        2
    })
}

/// Do messages have colours?
fn in_colour(wish: Colour) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match wish {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            io::stderr().is_terminal()
                && !is_set("NO_COLOR")
                && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
        }
    }
}

/// What holds for the whole run.
#[derive(Clone, Copy, Debug, Default)]
struct Settings {
    is_quiet: bool,
    in_colour: bool,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

fn settings() -> Settings {
    SETTINGS.get().copied().unwrap_or_default()
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
fn ended(output: &Output, listener: Listener) -> u8 {
    match print(&output.text) {
        Ok(()) => output.code,
        Err(error)
            if error.kind() == io::ErrorKind::BrokenPipe && listener == Listener::MayLeave =>
        {
            output.code
        }
        Err(error) => {
            let why = match error.kind() {
                io::ErrorKind::BrokenPipe => "nobody reads it any more".to_string(),
                _ => error.to_string(),
            };
            say(&format!(
                "error: standard output: {why}, so the result is lost"
            ));
            2
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
    if settings().is_quiet {
        return;
    }
    let word = if settings().in_colour {
        "\u{1b}[1;34mnote\u{1b}[0m"
    } else {
        "note"
    };
    say(&format!("{word}: {text}"));
}

//! The `steeple` program: parse arguments, run, turn the outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    steeple::cli::main()
}

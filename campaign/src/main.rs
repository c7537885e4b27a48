//! `steeple-campaign damage` and `steeple-campaign differential`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use steeple_campaign::bases;
use steeple_campaign::campaign::{Failure, Plan, run_all};
use steeple_campaign::differential::{self, Row};

/// Searches for false claims that a checker accepts.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Damage valid certificates, and judge the accepted ones.
    Damage {
        /// The number of certificates to damage.
        #[arg(long, default_value_t = 10_000)]
        count: u64,
        /// The seed of the random choices.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The number of threads; the figures do not depend on it.
        #[arg(long, default_value_t = 1)]
        threads: usize,
        /// The effort of the judge, from 0 to 2.
        #[arg(long, default_value_t = 1)]
        effort: usize,
        /// The directory for certificates that must not have been accepted.
        #[arg(long, default_value = "campaign-failures")]
        out: PathBuf,
    },
    /// Write the valid certificates that `damage` starts from, in the form of `differential`.
    Bases {
        /// The directory for certificates, networks and `index.tsv`.
        #[arg(long)]
        out: PathBuf,
    },
    /// Let the kernel, its core and the oracle judge random certificates, and write these for other
    /// checkers.
    Differential {
        /// The number of problems; each gives several certificates.
        #[arg(long, default_value_t = 100)]
        count: u64,
        /// The seed of the random choices.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The number of threads; the files do not depend on it.
        #[arg(long, default_value_t = 1)]
        threads: usize,
        /// The directory for certificates, networks and `index.tsv`.
        #[arg(long)]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> std::io::Result<u8> {
    match command {
        Command::Damage {
            count,
            seed,
            threads,
            effort,
            out,
        } => {
            let begun = Instant::now();
            let report = run_all(&Plan {
                count,
                seed,
                threads,
                effort,
            });
            write!(std::io::stdout(), "{}", report.tables())?;
            writeln!(std::io::stderr(), "{:.1} s", begun.elapsed().as_secs_f64())?;
            write_failures(&report.failures, &out)?;
            Ok(u8::from(!report.failures.is_empty()))
        }
        Command::Bases { out } => {
            let rows = differential::of_bases(&bases::all());
            differential::write(&rows, &out)?;
            summarise(&rows)
        }
        Command::Differential {
            count,
            seed,
            threads,
            out,
        } => {
            let rows = differential::run(&differential::Plan {
                count,
                seed,
                threads,
            });
            differential::write(&rows, &out)?;
            summarise(&rows)
        }
    }
}

/// Prints the number of rows of each kind, and the failures.
fn summarise(rows: &[Row]) -> std::io::Result<u8> {
    let mut counts = BTreeMap::new();
    for row in rows {
        let verdicts = (row.kernel, row.core, row.oracle.name());
        *counts.entry(verdicts).or_insert(0) += 1;
    }
    let mut out = std::io::stdout();
    let word = |accepted: bool| if accepted { "accepted" } else { "rejected" };
    for ((kernel, core, oracle), count) in counts {
        let (kernel, core) = (word(kernel), word(core));
        writeln!(
            out,
            "kernel {kernel}, core {core}, oracle {oracle}: {count}"
        )?;
    }
    let mut code = 0;
    for (k, row) in rows.iter().enumerate() {
        if let Some(failure) = &row.failure {
            writeln!(out, "{k:06}: {failure}")?;
            code = 1;
        }
    }
    Ok(code)
}

/// Writes and lists the certificates and networks of failures.
fn write_failures(failures: &[Failure], out: &Path) -> std::io::Result<()> {
    if failures.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(out)?;
    for failure in failures.iter().take(100) {
        let name = format!("{:07}", failure.item);
        fs::write(
            out.join(format!("{name}.certificate")),
            &failure.certificate,
        )?;
        fs::write(out.join(format!("{name}.json")), &failure.network)?;
        writeln!(
            std::io::stdout(),
            "{name}: {}; {}: {}",
            failure.base,
            failure.kind,
            failure.reason
        )?;
    }
    Ok(())
}

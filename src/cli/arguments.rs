//! Flags as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Builds neural networks by formula, proves with exact arithmetic how far they are from a
/// symbolic target, and draws what it proved.
///
/// Exit codes: 0 yes (proved, enclosed, accepted, done), 1 no (refuted, certificate rejected),
/// 2 the request was not understood or a file is missing or malformed, 3 undecided.
#[derive(Debug, Parser)]
#[command(name = "steeple", version, arg_required_else_help = true)]
pub struct Arguments {
    /// How results are written to standard output.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object and nothing else.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build a network from a spec, prove its error, check the proof, draw and report.
    Build(Build),
    /// Prove or refute an error bound of a network, or enclose its error.
    Verify(Verify),
    /// Check a certificate: the checker alone.
    Check(Check),
    /// Evaluate a network at a point: exactly where the value is rational, else enclosed.
    Eval(Eval),
    /// Count the linear regions of a network, exactly; the region on which it decides "inside".
    Regions(Regions),
    /// Train a network on a spec's target or data.
    Train(Train),
    /// Compare built, trained and given networks: one certified table, and what it means.
    Compare(Compare),
    /// Draw one picture.
    Draw(Draw),
    /// Write a network in another format: .json, .network, .onnx, .safetensors, .py.
    Convert(Convert),
    /// List the builders, or explain one.
    Catalogue(Catalogue),
    /// Print a completion script for a shell.
    Completions(Completions),
    /// Print the manual page.
    Man,
}

/// What limits a search.
#[derive(Args, Clone, Debug)]
pub struct Limits {
    /// Stop after this time, such as 30, 30s, 5min or 2h, and say what is known.
    #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
    pub time_limit: Option<f64>,
    /// Stop after looking at this many boxes.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub max_boxes: Option<u64>,
    /// Stop after the search takes this much memory, such as 4GiB or 500MB; what is known is said.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub memory_limit: Option<u64>,
    /// Threads to search with; the result does not depend on it.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// Which weights of a network file count.
#[derive(Args, Clone, Copy, Debug)]
pub struct WhichWeights {
    /// Of an imported network: the floats as the file stores them, or the exact weights that Steeple
    /// wrote beside them. A .json network has exact weights only.
    #[arg(long, value_enum, default_value_t = Weights::Stored)]
    pub weights: Weights,
}

/// The values of `--weights`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Weights {
    /// As the file stores them.
    Stored,
    /// As text beside the stored ones.
    Exact,
}

/// What a network is compared with.
#[derive(Args, Clone, Debug)]
pub struct Question {
    /// Take target, domain and claim from this spec file.
    #[arg(long, value_name = "SPEC", conflicts_with_all = ["target", "domain"])]
    pub spec: Option<PathBuf>,
    /// Instead of a target: what must not happen, from this VNN-LIB file (.vnnlib or .vnnlib.gz).
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["spec", "target", "domain", "norm", "tolerance", "threshold"]
    )]
    pub property: Option<PathBuf>,
    /// The target as a formula or a region; once for each output of the network.
    #[arg(
        long,
        value_name = "FORMULA",
        requires = "domain",
        allow_hyphen_values = true
    )]
    pub target: Vec<String>,
    /// The box of inputs, such as "x=-1..1,y=0..1/2".
    #[arg(long, value_name = "SIDES", allow_hyphen_values = true)]
    pub domain: Option<String>,
    /// How the error is measured: sup (the default), l1, l2 or area.
    #[arg(long, value_name = "NORM")]
    pub norm: Option<String>,
    /// The error wanted, as an exact number: 1/20, 0.05, 2^-5.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub tolerance: Option<String>,
    /// For norm area: the network says "inside" where its output is at least this.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub threshold: Option<String>,
}

/// `steeple build`.
#[derive(Args, Debug)]
pub struct Build {
    /// The spec file.
    pub spec: PathBuf,
    /// The folder to write to; by default the spec's name without its ending.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Use only the methods that every checker has: the certificate gets larger, and a small program can
    /// check it.
    #[arg(long)]
    pub portable: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
}

/// `steeple compare`.
#[derive(Args, Debug)]
pub struct Compare {
    /// The spec file: what to build is in its table `network`, what to train in `compare`.
    pub spec: PathBuf,
    /// Network files to put beside them.
    pub networks: Vec<PathBuf>,
    /// Write the report, pictures, networks and certificates to this folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple verify`.
#[derive(Args, Debug)]
pub struct Verify {
    /// The network file.
    pub network: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub question: Question,
    /// Without a tolerance: the relative width of the enclosure wanted [default: 0.01].
    #[arg(
        long,
        value_name = "NUMBER",
        conflicts_with = "tolerance",
        allow_hyphen_values = true
    )]
    pub gap: Option<String>,
    /// Keep the certificate in this file.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Go on from this certificate, which a search for the same question left when it stopped.
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Use only the methods that every checker has: the certificate gets larger, and a small program can
    /// check it.
    #[arg(long)]
    pub portable: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple check`.
#[derive(Args, Debug)]
pub struct Check {
    /// The certificate file.
    pub certificate: PathBuf,
    /// The network file.
    #[arg(long, value_name = "NETWORK")]
    pub network: PathBuf,
    /// Check with the core of the checker alone; the certificate must be one of the layer `core`.
    #[arg(long)]
    pub core: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub question: Question,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple eval`.
#[derive(Args, Debug)]
pub struct Eval {
    /// The network file.
    pub network: PathBuf,
    /// The point, such as "x=1/3,y=0.2".
    #[arg(long, value_name = "POINT", allow_hyphen_values = true)]
    pub at: String,
    /// Significant digits of an enclosure.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub digits: u16,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple draw`.
#[derive(Args, Debug)]
pub struct Draw {
    /// Which picture: curve, surface, error, halfplanes or partition, of a network and its target;
    /// regions, facets or warp, of a network over a domain; diagram, of a network alone;
    /// convergence, of the builder of a spec, error against size.
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// The network file; for convergence none, or networks to put beside the builder's.
    #[arg(value_name = "NETWORK")]
    pub networks: Vec<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub question: Question,
    /// Show what this certificate proves; it is checked first.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// The file to write: .svg or .png.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple train`. Without flags the first network of the spec's table `compare` is trained; what
/// the spec does not say either is 6 sigmoid units on 1000 random points.
#[derive(Args, Debug)]
pub struct Train {
    /// The spec file: target and domain, and its table `compare` for points and settings.
    pub spec: PathBuf,
    /// Units of the hidden layers: 6, or 16,16 for two layers.
    #[arg(
        long,
        value_name = "UNITS",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    pub hidden: Option<Vec<usize>>,
    /// What hidden units do: sigmoid, tanh or relu.
    #[arg(long, value_name = "NAME")]
    pub activation: Option<String>,
    /// Start at this network, once, and report what descent keeps of it.
    #[arg(long, value_name = "NETWORK", conflicts_with_all = ["hidden", "activation", "restarts"])]
    pub from: Option<PathBuf>,
    /// The network file to write [default: the spec's name with .trained.json].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Seed of the first start's weights; the points keep the spec's seed.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Random starts, of which the best is kept.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub restarts: Option<u64>,
    /// lbfgs or adam.
    #[arg(long, value_name = "NAME")]
    pub optimizer: Option<String>,
    /// The most steps from each start.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub steps: Option<u64>,
    /// The step size of adam [default: 0.01].
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub learning_rate: Option<String>,
    /// Compare backpropagation with central differences, before the first step.
    #[arg(long)]
    pub check_gradient: bool,
    /// Write out one forward and one backward pass, before the first step (small networks).
    #[arg(long)]
    pub explain: bool,
    /// Draw the network along the way, as SVG files in this folder (one or two inputs).
    #[arg(long, value_name = "DIR")]
    pub frames: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple regions`.
#[derive(Args, Debug)]
pub struct Regions {
    /// The network file.
    pub network: PathBuf,
    /// The box of inputs, such as "x=-1..1,y=0..1/2"; or of the section's parameters.
    #[arg(long, value_name = "SIDES", allow_hyphen_values = true)]
    pub domain: String,
    /// Look along a segment, a plane or another flat section of the inputs: each as an affine
    /// formula in the domain's variables, such as "x=t,y=1-t,z=1/2" with --domain "t=0..1".
    #[arg(long, value_name = "FORMULAS")]
    pub section: Option<String>,
    /// Also give the region on which the only output is at least this number.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub threshold: Option<String>,
    /// Draw the regions to this file, .svg or .png (two inputs).
    #[arg(long, value_name = "FILE")]
    pub draw: Option<PathBuf>,
    /// Write all regions to this JSON file: polygons, areas, affine maps, patterns (one or two
    /// inputs).
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// Stop once this much memory is used, such as 4GiB or 500MB; what is known is said.
    #[arg(long, value_name = "SIZE", value_parser = bytes, default_value = "4GiB")]
    pub memory_limit: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple convert`.
#[derive(Args, Debug)]
pub struct Convert {
    /// The network file: .json, .network, .onnx, .onnx.gz or .safetensors; or a spec, .toml.
    pub network: PathBuf,
    /// The file to write: .json, .network (the canonical bytes, which the digest is of), .onnx,
    /// .safetensors or .py (a `PyTorch` module); of a spec .vnnlib,
    /// what would refute its claim, as a question for other verifiers.
    pub out: PathBuf,
    /// In .vnnlib files: write >= and <= only, for tools that know no others. A tolerance that is
    /// just reached then counts as exceeded.
    #[arg(long)]
    pub or_equal: bool,
    /// Floats to round to in .onnx and .safetensors files; the exact weights travel beside them.
    #[arg(long, value_name = "TYPE", default_value = "float32", value_parser = ["float32", "float64"])]
    pub precision: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple catalogue`.
#[derive(Args, Debug)]
pub struct Catalogue {
    /// A builder to explain.
    pub name: Option<String>,
}

/// `steeple completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell.
    pub shell: clap_complete::Shell,
}

/// Reads a number of bytes: a whole number and a unit of 1000s or 1024s.
fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size above 0 such as 4GiB, 500MB or 100000".to_string();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match &text[digits.len()..] {
        "" | "B" => 1,
        "kB" | "KB" => 1000,
        "MB" => 1000 * 1000,
        "GB" => 1000 * 1000 * 1000,
        "K" | "KiB" => 1 << 10,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        _ => return Err(wrong()),
    };
    let number = digits.trim_end().parse::<u64>().map_err(|_| wrong())?;
    number
        .checked_mul(unit)
        .filter(|bytes| *bytes > 0)
        .ok_or_else(wrong)
}

/// Reads a number of seconds, or of another unit that is named: `90`, `90s`, `1.5min`, `2h`.
fn seconds(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[number.len()..] {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "ms" => 1e-3,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3600.0,
        _ => f64::NAN,
    };
    number
        .trim_end()
        .parse::<f64>()
        .ok()
        .map(|number| number * unit)
        .filter(|seconds| seconds.is_finite() && *seconds > 0.0 && *seconds < 1e9)
        .ok_or_else(|| "expected a time above 0, such as 30, 30s, 5min or 2h".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn sizes_are_read_with_their_units() {
        assert_eq!(bytes("4GiB"), Ok(4 << 30));
        assert_eq!(bytes("500MB"), Ok(500_000_000));
        assert_eq!(bytes("7"), Ok(7));
        for wrong in ["", "GiB", "0", "-1", "1.5G", "4gigs", "99999999999GiB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_are_read_with_their_units() {
        for (text, time) in [
            ("5", 5.0),
            ("5s", 5.0),
            ("1.5min", 90.0),
            ("2m", 120.0),
            ("2 h", 7200.0),
        ] {
            assert_eq!(seconds(text), Ok(time), "{text}");
        }
        for wrong in [
            "",
            "s",
            "0",
            "0s",
            "-1s",
            "5x",
            "inf",
            "nan",
            "infs",
            "1e9",
            "99999999h",
        ] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_flags_are_consistent() {
        Arguments::command().debug_assert();
    }
}

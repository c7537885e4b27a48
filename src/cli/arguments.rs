//! Flags as typed.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::builders::BuilderName;
use crate::certificate::{Norm, Summation};
use crate::cli::look::Look;
use crate::floats::{self, Activations, Numbers};
use crate::network::Activation;
use crate::training::Optimizer;
use crate::workflow::spec::{TRAINED, norm_by_alias, of_builder, trained_activation};

/// The heading of the flags that every command has.
const GENERAL: &str = "General options";

/// Builds neural networks by formula, proves with exact arithmetic how far they are from a
/// symbolic target, and draws what it proved.
///
/// Exit codes: 0 yes (proved, enclosed, accepted, done), 1 no (refuted, certificate rejected),
/// 2 the request was not understood or a file is missing or malformed, 3 undecided.
#[derive(Debug, Parser)]
#[command(
    name = "steeple",
    version,
    arg_required_else_help = true,
    after_help = "Examples:
  steeple build examples/wave.toml
  steeple verify net.onnx --target \"x^2\" --domain \"x=0..1\" --tolerance 1/100

A file name `-` is standard input or standard output. `steeple help COMMAND` explains a command."
)]
pub struct Arguments {
    /// How to write results to standard output.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, help_heading = GENERAL)]
    pub format: Format,
    /// Print results and errors only: no notes, no progress.
    #[arg(short, long, global = true, help_heading = GENERAL)]
    pub quiet: bool,
    /// When to colour messages. `NO_COLOR` in the environment turns colours off as well.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t = Colour::Auto,
        help_heading = GENERAL
    )]
    pub color: Colour,
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

/// When messages have colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build a network from a spec, prove an error bound, check the proof, draw and report.
    Build(Build),
    /// Prove or refute an error bound of a network, or enclose its error.
    Verify(Verify),
    /// Check certificates, without a search.
    Check(Check),
    /// Cut a proof into parts, for several machines.
    Split(Split),
    /// Put the parts of a proof together to one certificate.
    Merge(Merge),
    /// Evaluate a network at a point: exactly, or enclosed where the value is irrational.
    Eval(Eval),
    /// Count the linear regions of a network exactly, and outline its decision region.
    Regions(Regions),
    /// Prove how many units every network of a kind needs for the tolerance of a spec.
    Bound(Bound),
    /// Train a network on the target or the data of a spec.
    Train(Train),
    /// Compare built, trained and imported networks in one table of certified errors.
    Compare(Compare),
    /// Explain a network: what each unit does, and how far it is from one made of steps.
    Explain(Explain),
    /// Write the explorer, one page for a browser, with a spec or a network in it.
    Explore(Explore),
    /// Draw one picture.
    Draw(Draw),
    /// Convert a network to .json, .network, .onnx, .safetensors, .py or .c.
    Convert(Convert),
    /// List the builders, or explain one of them.
    Catalogue(Catalogue),
    /// Print the JSON Schema of spec files, for editors.
    Schema(Schema),
    /// Print a completion script for a shell.
    Completions(Completions),
    /// Print a manual page: of the program, or of a command.
    Man(Man),
}

/// What limits a search.
#[derive(Args, Clone, Debug)]
pub struct Limits {
    /// Stop after TIME, such as 30, 30s, 5min or 2h, and report the best bounds found.
    #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
    pub time_limit: Option<f64>,
    /// Stop after N boxes and report the best bounds found: the same on every machine.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub max_boxes: Option<u64>,
    /// Stop when the search takes SIZE of memory, such as 4GiB or 500MB, and report the best bounds found.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub memory_limit: Option<u64>,
    /// Number of threads; the result does not depend on it [default: all cores].
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// Which weights of a network file to use.
#[derive(Args, Clone, Copy, Debug)]
pub struct WhichWeights {
    /// Weights of an imported network: the floats that the file stores, or the exact weights that Steeple
    /// wrote alongside. A .json network has exact weights only.
    #[arg(long, value_enum, default_value_t = Weights::Stored)]
    pub weights: Weights,
}

/// The values of `--weights`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Weights {
    /// The floats that the file stores.
    Stored,
    /// The exact weights in the metadata of the file.
    Exact,
}

/// The question about a network.
#[derive(Args, Clone, Debug)]
pub struct Question {
    /// Spec file with target, domain and claim.
    #[arg(long, value_name = "SPEC", conflicts_with_all = ["target", "domain"])]
    pub spec: Option<PathBuf>,
    /// Target: a formula, or a region such as "x^2 + y^2 <= 1"; once for each output of the network.
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
    /// Norm of the error [default: sup].
    #[arg(long, value_name = "NORM", value_parser = norms(), hide_possible_values = false)]
    pub norm: Option<Norm>,
    /// Error bound to prove, an exact number: 1/20, 0.05, 2^-5.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub tolerance: Option<String>,
    /// With --norm area: the network decides "inside" where its output is at least NUMBER [default: 1/2].
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub threshold: Option<String>,
}

/// The arithmetic that a claim is about.
#[derive(Args, Clone, Debug)]
pub struct Arithmetic {
    /// Arithmetic of the claim: with float32 or float64 it is about the network as a program computes it
    /// [default: real].
    #[arg(long, value_name = "NUMBERS", value_parser = numbers())]
    pub semantics: Option<Numbers>,
    /// With floats: how far computed activations may be off, such as ulps=2,abs=1e-7, or the name of a runtime:
    /// libm, onnxruntime, pytorch [default: the worst of these].
    #[arg(long, value_name = "ERROR", value_parser = activation_errors())]
    pub activation_error: Option<Activations>,
    /// With floats: sums are added in any order, or as emitted C code adds them [default: any].
    #[arg(long, value_name = "ORDER", value_parser = summations())]
    pub summation: Option<Summation>,
    /// With floats: claim the network at the rounded input, for every real input of the domain.
    #[arg(long)]
    pub rounded_inputs: bool,
}

impl From<&Arithmetic> for floats::Arithmetic {
    fn from(flags: &Arithmetic) -> Self {
        Self {
            numbers: flags.semantics,
            activations: flags.activation_error.clone(),
            summation: flags.summation,
            rounded_inputs: flags.rounded_inputs.then_some(true),
        }
    }
}

/// `steeple build`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple build examples/wave.toml
  steeple build examples/disk.toml --out disk --time-limit 60")]
pub struct Build {
    /// The spec file.
    pub spec: PathBuf,
    /// Directory to write to [default: the name of the spec without .toml].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Use the core methods only, which every checker has. The certificate gets larger.
    #[arg(long)]
    pub portable: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub arithmetic: Arithmetic,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub look: Look,
}

/// `steeple compare`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple compare examples/labelled_disk.toml --out comparison
  steeple compare examples/round.toml mine.onnx")]
pub struct Compare {
    /// The spec file: its table `network` says what to build, its table `compare` what to train.
    pub spec: PathBuf,
    /// Further network files to compare with.
    pub networks: Vec<PathBuf>,
    /// Directory for the report, pictures, networks and certificates.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub arithmetic: Arithmetic,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub look: Look,
}

/// `steeple verify`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple verify net.onnx --target \"sin(3*x)\" --domain \"x=-1..1\" --tolerance 0.01
  steeple verify net.json --spec wave.toml --certificate wave.steeple")]
pub struct Verify {
    /// The network file.
    #[arg(required_unless_present = "part")]
    pub network: Option<PathBuf>,
    /// Search these parts of a proof, which `steeple split` wrote. The results are written alongside.
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        conflicts_with_all = [
            "gap", "spec", "target", "domain", "norm", "tolerance", "threshold", "property", "certificate", "resume",
            "portable", "semantics"
        ]
    )]
    pub part: Vec<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub question: Question,
    /// Verify this VNN-LIB property (.vnnlib or .vnnlib.gz) instead of an error bound.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["gap", "spec", "target", "domain", "norm", "tolerance", "threshold"]
    )]
    pub property: Option<PathBuf>,
    /// Without a tolerance: relative width of the enclosure of the error [default: 0.01].
    #[arg(
        long,
        value_name = "NUMBER",
        conflicts_with = "tolerance",
        allow_hyphen_values = true
    )]
    pub gap: Option<String>,
    /// Write the certificate to FILE.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Continue an interrupted search from its certificate.
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Use the core methods only, which every checker has. The certificate gets larger.
    #[arg(long)]
    pub portable: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub arithmetic: Arithmetic,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple split`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple split wave.toml --parts 16 --out parts
  steeple split net.onnx --target \"sin(3*x)\" --domain \"x=-1..1\" --tolerance 0.01 --parts 8 --out parts")]
pub struct Split {
    /// A spec, whose network is built, or a network file.
    #[arg(value_name = "SPEC|NETWORK")]
    pub file: PathBuf,
    /// Number of parts, about: more than machines, so that none waits long for another.
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    pub parts: usize,
    /// The directory for the parts and the network.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub question: Question,
    /// Without a tolerance: relative width of the enclosure of the error [default: 0.01].
    #[arg(
        long,
        value_name = "NUMBER",
        conflicts_with = "tolerance",
        allow_hyphen_values = true
    )]
    pub gap: Option<String>,
    /// Use the core methods only, which every checker has. The certificate gets larger.
    #[arg(long)]
    pub portable: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub arithmetic: Arithmetic,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple merge`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple merge parts --out certificate.steeple
  steeple check certificate.steeple --network parts/network.json")]
pub struct Merge {
    /// The directory of the parts.
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// The certificate to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `steeple check`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple check wave/certificate.steeple
  steeple check c1.steeple c2.steeple --network net.onnx --format json")]
pub struct Check {
    /// The certificate files.
    #[arg(value_name = "CERTIFICATE", required_unless_present = "part")]
    pub certificates: Vec<PathBuf>,
    /// Check the bounds of these parts of a proof, each alone. This is not a proof about the whole.
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        conflicts_with_all = [
            "certificates", "core", "spec", "target", "domain", "norm", "tolerance", "threshold", "property"
        ]
    )]
    pub part: Vec<PathBuf>,
    /// The network file [default: network.json in the directory of each certificate].
    #[arg(long, value_name = "NETWORK")]
    pub network: Option<PathBuf>,
    /// Check with the core of the kernel alone; the certificate must be of the layer `core`.
    #[arg(long)]
    pub core: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub question: Question,
    /// Check that the certificate is about this VNN-LIB property (.vnnlib or .vnnlib.gz) instead of an error bound.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["spec", "target", "domain", "norm", "tolerance", "threshold"]
    )]
    pub property: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub arithmetic: Arithmetic,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple eval`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple eval net.json --at \"x=1/3,y=0.2\"
  steeple eval net.onnx --at \"x=0.5\" --digits 50")]
pub struct Eval {
    /// The network file.
    pub network: PathBuf,
    /// The point, such as "x=1/3,y=0.2".
    #[arg(
        long,
        value_name = "POINT",
        allow_hyphen_values = true,
        required_unless_present = "points"
    )]
    pub at: Option<String>,
    /// A CSV file of points: the first line names the inputs. Prints a CSV file of enclosures.
    #[arg(long, value_name = "FILE", conflicts_with = "at")]
    pub points: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub arithmetic: Arithmetic,
    /// Significant digits of an enclosure.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub digits: u16,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple draw`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple draw surface net.json --spec wave.toml --out wave.svg
  steeple draw partition net.json --certificate wave.steeple --out cells.png")]
pub struct Draw {
    /// Kind of picture.
    #[arg(value_name = "KIND", value_enum)]
    pub kind: Picture,
    /// The network file; for convergence any number of networks to compare with the builder's.
    #[arg(value_name = "NETWORK")]
    pub networks: Vec<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub question: Question,
    /// Draw what this certificate proves; it is checked first.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// For convergence: what the error is drawn over [default: size].
    #[arg(long, value_name = "WHAT")]
    pub over: Option<Over>,
    /// File to write: .svg or .png; `-` writes SVG to standard output.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub look: Look,
}

/// `steeple explain`. A target is not needed; with one the errors are told as well.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple explain net.json --domain \"x=-1..1,y=-1..1\"
  steeple explain net.onnx --target \"sin(3*x)\" --domain \"x=-1..1\" --out explained")]
pub struct Explain {
    /// The network file.
    pub network: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub question: Question,
    /// Directory for the report and pictures.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub limits: Limits,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub look: Look,
}

/// `steeple explore`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple explore --out explorer.html
  steeple explore net.onnx --out net.html")]
pub struct Explore {
    /// A spec or a network file for the page to begin with; its content says which it is.
    #[arg(value_name = "SPEC_OR_NETWORK")]
    pub file: Option<PathBuf>,
    /// File to write: .html; `-` writes to standard output. The page works alone and without a network connection.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Take the explorer's page from this file [default: the one in the program, built with the feature `explore`].
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
}

/// What changes along the horizontal axis of the picture `convergence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Over {
    /// The size of the builder.
    Size,
    /// The steepness of a staircase with the cells of the spec.
    Steepness,
}

/// The kinds of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Picture {
    /// Network, target and certified error band over one input; without a target the network alone.
    Curve,
    /// Network and target over two inputs, in perspective; without a target the network alone.
    Surface,
    /// Heat map of the certified error over two inputs.
    Error,
    /// Decision, region and the lines of the first hidden layer (two inputs).
    Halfplanes,
    /// The cells of a certificate.
    Partition,
    /// The linear regions (two inputs).
    Regions,
    /// The network's graph as flat facets (two inputs).
    Facets,
    /// How the hidden layers bend the plane (two inputs).
    Warp,
    /// What each unit of one hidden layer adds, and the sum (one or two inputs).
    Ridges,
    /// Units and weights.
    Diagram,
    /// Error against size or steepness, for the builder of a spec.
    Convergence,
}

impl Picture {
    /// The name on the command line.
    pub fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// `steeple train`. Without flags this trains the first network of the spec's table `compare`; without that
/// table, 6 sigmoid units on 1000 random points.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple train points.csv --hidden 6 --frames pictures
  steeple train examples/round.toml --check-gradient")]
pub struct Train {
    /// The spec file: target and domain, and its table `compare` for points and settings. Or a file of points
    /// alone, points.csv, with a column `label` (two classes) or `value`: then no error is proved.
    pub spec: PathBuf,
    /// Units of the hidden layers: 6, or 16,16 for two layers.
    #[arg(
        long,
        value_name = "UNITS",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    pub hidden: Option<Vec<usize>>,
    /// Activation of the hidden units.
    #[arg(long, value_name = "NAME", value_parser = activations())]
    pub activation: Option<Activation>,
    /// Start from this network instead of random weights, and report what training keeps of it.
    #[arg(long, value_name = "NETWORK", conflicts_with_all = ["hidden", "activation", "restarts"])]
    pub from: Option<PathBuf>,
    /// Network file to write [default: the name of the spec with .trained.json].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Seed of the first random weights; the points keep the seed of the spec.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Number of random starts; the best result is kept.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub restarts: Option<u64>,
    /// Optimizer [default: lbfgs].
    #[arg(long, value_name = "NAME", value_parser = optimizers())]
    pub optimizer: Option<Optimizer>,
    /// Largest number of steps from each start.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub steps: Option<u64>,
    /// Step size of adam [default: 0.01].
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub learning_rate: Option<String>,
    /// Add half the sum of the squared weights, times NUMBER, to the loss, so that weights stay small (1e-4, say)
    /// [default: 0].
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub weight_decay: Option<String>,
    /// Compare backpropagation with central differences before the first step.
    #[arg(long)]
    pub check_gradient: bool,
    /// Print one forward and one backward pass before the first step (small networks).
    #[arg(long)]
    pub explain: bool,
    /// Directory for SVG pictures of the network during training (one or two inputs).
    #[arg(long, value_name = "DIR")]
    pub frames: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub look: Look,
}

/// `steeple regions`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple regions net.onnx --domain \"x=-1..1,y=-1..1\" --draw regions.svg
  steeple regions net.json --domain \"t=0..1\" --section \"x=t,y=1-t\"")]
pub struct Regions {
    /// The network file.
    pub network: PathBuf,
    /// The box of inputs, such as "x=-1..1,y=0..1/2"; with --section, of its parameters.
    #[arg(long, value_name = "SIDES", allow_hyphen_values = true)]
    pub domain: String,
    /// Restrict the network to a segment, a plane or another flat section of its inputs: an affine formula for
    /// each input in the variables of the domain, such as "x=t,y=1-t,z=1/2" with --domain "t=0..1".
    #[arg(long, value_name = "FORMULAS")]
    pub section: Option<String>,
    /// Also outline the decision region: where the only output is at least NUMBER.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub threshold: Option<String>,
    /// Picture of the regions to write, .svg or .png (two inputs).
    #[arg(long, value_name = "FILE")]
    pub draw: Option<PathBuf>,
    /// JSON file to write with all regions: polygons, areas, affine maps, activation patterns (one or two
    /// inputs).
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// Stop when SIZE of memory is used, such as 4GiB or 500MB, and report the count so far.
    #[arg(long, value_name = "SIZE", value_parser = bytes, default_value = "4GiB")]
    pub memory_limit: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub look: Look,
}

/// `steeple bound`. The spec needs a tolerance and the norm sup; it needs no table `network`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple bound examples/nielsen.toml
  steeple bound examples/nielsen.toml --tolerance 1/1000 --certificate nielsen.steeple")]
pub struct Bound {
    /// The spec file: target, domain and tolerance.
    pub spec: PathBuf,
    /// Use this tolerance instead of the spec's.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub tolerance: Option<String>,
    /// Write the certificate to FILE; `steeple check FILE` checks it, without a network.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
}

/// `steeple convert`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple convert net.json net.onnx
  steeple convert net.json net.c --name net --summation emitted")]
pub struct Convert {
    /// The network file: .json, .network, .onnx, .onnx.gz or .safetensors; or a spec, .toml.
    pub network: PathBuf,
    /// File to write: .json, .network (the canonical bytes, whose digest names the network), .onnx,
    /// .safetensors, .py (a `PyTorch` module) or .c (C99 code, with its header .h and points to test it with,
    /// `_test.csv`, alongside). From a spec, .vnnlib writes the negated claim for other verifiers.
    pub out: PathBuf,
    /// In .vnnlib files: write >= and <= only, for tools that do not support > and <. A tolerance that is
    /// exactly reached then counts as exceeded.
    #[arg(long)]
    pub or_equal: bool,
    /// Floats to round to in .onnx and .safetensors files; the metadata keeps the exact weights.
    #[arg(long, value_name = "TYPE", default_value = "float32", value_parser = ["float32", "float64"])]
    pub precision: String,
    /// In .c files: the name of the function [default: the name of the file].
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// In .c files: the floats of weights and values, to which the weights are rounded [default: float32].
    #[arg(long, value_name = "FLOATS", value_parser = ["float32", "float64"])]
    pub semantics: Option<String>,
    /// In .c files: add up sums in the floats themselves, in any order, or in float64, rounded once: the order of
    /// the emitted code. [default: any; with --pieces: emitted].
    #[arg(long, value_name = "ORDER", value_parser = ["any", "emitted"])]
    pub summation: Option<String>,
    /// In .c files: write a piecewise linear network in one input as a search over its pieces.
    #[arg(long)]
    pub pieces: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub weights: WhichWeights,
}

/// `steeple catalogue`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple catalogue
  steeple catalogue quadrants")]
pub struct Catalogue {
    /// A builder to explain.
    #[arg(value_parser = builders())]
    pub name: Option<BuilderName>,
}

/// `steeple man`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple man | man -l -
  steeple man verify > steeple-verify.1")]
pub struct Man {
    /// A command, such as verify.
    #[arg(value_name = "COMMAND")]
    pub of: Option<String>,
}

/// `steeple schema`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple schema > spec.json
  steeple schema > s.json; taplo check --schema \"file://$PWD/s.json\" wave.toml")]
pub struct Schema;

/// `steeple completions`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  steeple completions bash > steeple.bash
  steeple completions zsh > _steeple")]
pub struct Completions {
    /// The shell.
    pub shell: clap_complete::Shell,
}

/// Why a name is not read: the message and what to do.
type Unknown = (String, Option<String>);

/// Reads one of several names. Help and shells list the names; the reader knows other words for them.
#[derive(Clone)]
struct Choice<T> {
    flag: &'static str,
    names: Vec<PossibleValue>,
    read: fn(&str) -> Result<T, Unknown>,
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Choice<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        (self.read)(&value.to_string_lossy()).map_err(|(message, hint)| {
            let hint = hint.map_or(String::new(), |hint| format!("  hint: {hint}\n"));
            let text = format!("{}{message}\n{hint}", self.flag);
            clap::Error::raw(ErrorKind::InvalidValue, text).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names.iter().cloned()))
    }
}

/// The norms.
fn norms() -> impl TypedValueParser<Value = Norm> {
    Choice {
        flag: "--norm: ",
        names: vec![
            PossibleValue::new("sup").help("the largest error"),
            PossibleValue::new("l1").help("the integral of the error"),
            PossibleValue::new("l2").help("the root of the integral of the squared error"),
            PossibleValue::new("area").help("the misclassified area, where the target is a region"),
        ],
        read: |name| norm_by_alias(name).map(|alias| alias.norm),
    }
}

/// Why a value is not read, without its hint being optional.
fn explained<T>(found: Result<T, (String, String)>) -> Result<T, Unknown> {
    found.map_err(|(message, hint)| (message, Some(hint)))
}

fn numbers() -> impl TypedValueParser<Value = Numbers> {
    Choice {
        flag: "--semantics: ",
        names: Numbers::NAMES.map(PossibleValue::new).to_vec(),
        read: |name| explained(Numbers::read(name)),
    }
}

fn summations() -> impl TypedValueParser<Value = Summation> {
    Choice {
        flag: "--summation: ",
        names: vec![PossibleValue::new("any"), PossibleValue::new("emitted")],
        read: |name| explained(floats::summation(name)),
    }
}

fn activation_errors() -> impl TypedValueParser<Value = Activations> {
    Choice {
        flag: "--activation-error: ",
        names: Vec::new(),
        read: |text| explained(Activations::read(text)),
    }
}

/// What hidden units that are trained may do.
fn activations() -> impl TypedValueParser<Value = Activation> {
    Choice {
        flag: "--activation: ",
        names: TRAINED.map(|unit| PossibleValue::new(unit.name())).to_vec(),
        read: |name| {
            trained_activation(&name.to_lowercase())
                .map_err(|error| (error.to_string(), Some(error.hint())))
        },
    }
}

fn optimizers() -> impl TypedValueParser<Value = Optimizer> {
    let names = Optimizer::ALL.iter().map(|known| known.name());
    Choice {
        flag: "--optimizer: ",
        names: names.map(PossibleValue::new).collect(),
        read: |name| {
            Optimizer::from_name(&name.to_lowercase().replace(['-', '_'], "")).ok_or_else(|| {
                let names: Vec<&str> = Optimizer::ALL.iter().map(|known| known.name()).collect();
                let names = names.join(" or ");
                (
                    format!("unknown optimizer `{name}`; expected {names}"),
                    None,
                )
            })
        },
    }
}

/// The names of the catalogue.
fn builders() -> impl TypedValueParser<Value = BuilderName> {
    let names = BuilderName::ALL.iter().map(|name| name.name());
    Choice {
        flag: "",
        names: names.map(PossibleValue::new).collect(),
        read: |name| {
            let names: Vec<&str> = BuilderName::ALL.iter().map(|name| name.name()).collect();
            BuilderName::from_name(name).ok_or_else(|| {
                let message = format!("unknown builder `{name}`");
                (message, Some(of_builder(name, &names)))
            })
        },
    }
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

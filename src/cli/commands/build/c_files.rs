//! The network as C code, beside the other results of a build.

use crate::certificate::{FloatFormat, Floats, Semantics, Summation};
use crate::cli::earlier::CODE;
use crate::cli::folder::Folder;
use crate::cli::{Refusal, note};
use crate::floats::{self, to_floats};
use crate::formats::c::{self, Options};
use crate::network::{Layer, Network};
use crate::report::{Report, text};
use crate::words::count;
use crate::workflow::Verification;

/// The command that checks the claim, in the folder of the build.
const CHECK: &str = "steeple check certificate.steeple";
/// A network with more parameters is not written: its source would have some 10 MB.
const MOST: usize = 1 << 18;

/// Writes the code, and adds a note to the report. With a claim about floats the code has its weights and
/// sums; otherwise weights are rounded to float32, and the header claims nothing.
pub fn write(
    folder: &Folder,
    network: &Network,
    verification: &Verification,
    report: &mut Report,
) -> Result<(), Refusal> {
    if report.size.nonzero_parameters > MOST {
        return Ok(());
    }
    let question = &verification.verified.claim().question;
    let mut options = Options {
        domain: Some(question.domain.sides().to_vec()),
        ..Options::new("network")
    };
    let network = match &question.semantics {
        Semantics::Real => match to_floats(network, FloatFormat::Float32) {
            Ok((rounded, _)) => rounded,
            Err(error) => {
                note(&format!("network.c is not written: {error}"));
                return Ok(());
            }
        },
        Semantics::Float(floats) => {
            options.format = floats.format;
            options.summation = floats.summation;
            options.pieces = floats.summation == Summation::Emitted && has_pieces(network);
            if is_covered(floats, network) {
                options.claim = text::verdict(report).lines().map(str::to_owned).collect();
                options.check = Some(CHECK.to_owned());
            }
            network.clone()
        }
    };
    let written = match c::write(&network, &options) {
        Ok(written) => written,
        Err(error) => {
            note(&format!("network.c is not written: {error}"));
            return Ok(());
        }
    };
    let texts = [&written.source, &written.header, &written.vectors];
    for (name, text) in CODE.into_iter().zip(texts) {
        folder.write(name, text)?;
    }
    report.notes.push(format!(
        "network.c: {} bytes of constants, {} a call",
        written.flash_bytes,
        count(written.multiplications, "multiplication")
    ));
    Ok(())
}

/// Is the network evaluated by its pieces?
fn has_pieces(network: &Network) -> bool {
    network.inputs().len() == 1 && network.is_piecewise_linear() && !network.has_jumps()
}

/// Does the claim assume no less of activations than the code keeps?
fn is_covered(floats: &Floats, network: &Network) -> bool {
    let kept = c::activation_error(floats.format);
    let assumed = &floats.activation;
    let is_enough = assumed.ulps >= kept.ulps && assumed.abs >= kept.abs;
    let is_exact = |layer: &Layer| floats::is_exact(layer.activation());
    is_enough || network.layers().iter().all(is_exact)
}

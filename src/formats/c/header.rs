//! What the header says, and the frame of the source.

use std::fmt::Write as _;

use super::layers::prototype;
use super::text::in_comment;
use super::{Options, Written};
use crate::certificate::{FloatFormat, Summation};
use crate::network::{Activation, Network, digest};
use crate::words::count;

/// The text of the header.
pub fn header(network: &Network, options: &Options, written: &Written) -> String {
    let name = &options.name;
    let mut out = String::from("/*\n");
    let mut line = |text: &str| {
        for part in text.split('\n') {
            let part = in_comment(part);
            let _ = writeln!(out, "{}", format!(" * {part}").trim_end());
        }
    };
    line(&format!(
        "{name}: a neural network as C code, written by steeple."
    ));
    line("");
    for (letter, names) in [("x", network.inputs()), ("y", network.outputs())] {
        for (k, name) in names.iter().enumerate().take(NAMED) {
            line(&format!("  {letter}[{k}]  {name}"));
        }
        if names.len() > NAMED {
            line(&format!("  ...   {} in all", names.len()));
        }
    }
    line("");
    line(&arithmetic(network, options));
    if !options.claim.is_empty() {
        line("\nThe claim, which is about this code:");
        for part in &options.claim {
            line(&format!("  {part}"));
        }
    }
    line(&format!(
        "\nThe network with these weights: {}",
        digest(network)
    ));
    match &options.check {
        Some(check) => line(&format!("To check the claim: {check}")),
        None => line("To prove an error for this network: steeple verify, then steeple check."),
    }
    let place = if written.is_static {
        "of static memory: calls must not overlap"
    } else {
        "on the stack"
    };
    line(&format!(
        "\n{} bytes of constants, {} bytes of values {place},\n{}{} a call.",
        written.flash_bytes,
        written.ram_bytes,
        count(written.multiplications, "multiplication"),
        functions(network, options),
    ));
    line(
        "\nx and y must not overlap. Not valid with -ffast-math or excess precision, which stop the compiler.",
    );
    let guard = format!("{}_H_INCLUDED", name.to_ascii_uppercase());
    let prototype = prototype(network, name, options.format);
    let _ = write!(
        out,
        " */\n#ifndef {guard}\n#define {guard}\n\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n{prototype};\n\n\
         #ifdef __cplusplus\n}}\n#endif\n\n#endif\n"
    );
    out
}

/// Names of inputs or outputs in the header, at most.
const NAMED: usize = 16;

/// How sums and activations are evaluated.
fn arithmetic(network: &Network, options: &Options) -> String {
    let format = options.format.name();
    if options.pieces {
        return format!(
            "The network is affine on pieces. The code finds the piece of x, evaluates its line in float64\nand \
             rounds once to {format} (semantics {format}, sums emitted)."
        );
    }
    let mut text = match (options.format, options.summation) {
        (FloatFormat::Float32, Summation::Emitted) => {
            "Weights and values are float32. Sums are added up in float64, where products of float32 are exact,\n\
             and rounded once (semantics float32, sums emitted). Contraction (-ffp-contract) does not change them."
                .to_owned()
        }
        (_, summation) => format!(
            "Weights, sums and values are {format} (semantics {format}, sums {}). The bounds hold with and\n\
             without contraction of products and sums (-ffp-contract).",
            summation.name()
        ),
    };
    if network
        .layers()
        .iter()
        .any(|layer| is_curved(layer.activation()))
    {
        let error = super::activation_error(options.format);
        let more = if error.abs.is_zero() {
            ""
        } else {
            " and 2^-1020"
        };
        let _ = write!(
            text,
            "\nActivations are within {} units in the last place{more} of the exact ones.",
            error.ulps
        );
    }
    text
}

/// Is the activation evaluated by a function with an error?
fn is_curved(activation: &Activation) -> bool {
    !activation.is_piecewise_linear()
}

/// How many activations of each kind a call evaluates.
fn functions(network: &Network, options: &Options) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    if options.pieces {
        return String::new();
    }
    for layer in network.layers() {
        let name = layer.activation().name();
        if !is_curved(layer.activation()) {
            continue;
        }
        match kinds.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += layer.units(),
            None => kinds.push((name, layer.units())),
        }
    }
    kinds.iter().fold(String::new(), |mut text, (name, count)| {
        let _ = write!(text, " and {count} x {name}");
        text
    })
}

/// The first lines of the source: what the code relies on.
pub fn preamble(options: &Options) -> String {
    format!(
        "/* {}: see {} for what this computes. */\n#include \"{}\"\n{PREAMBLE}",
        options.name, options.header_file, options.header_file
    )
}

const PREAMBLE: &str = "
#include <float.h>
#include <stddef.h>
#include <stdint.h>

/* What is proved about this code needs the floats of IEEE 754, rounded one operation at a time. */
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__)
#error \"compile without -ffast-math: sums and quotients must be evaluated as written\"
#endif
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0
#error \"compile without -ffinite-math-only\"
#endif
#if !defined(FLT_EVAL_METHOD) || FLT_EVAL_METHOD != 0
#error \"excess precision: compile for SSE (-mfpmath=sse -msse2) or another unit with FLT_EVAL_METHOD 0\"
#endif
#if FLT_RADIX != 2 || FLT_MANT_DIG != 24 || DBL_MANT_DIG != 53 || DBL_MAX_EXP != 1024
#error \"float and double must be the 32-bit and 64-bit floats of IEEE 754\"
#endif

";

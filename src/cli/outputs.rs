//! Output files, looked at before anything is computed.

use std::fs;
use std::path::{Path, PathBuf};

use super::Refusal;
use crate::workflow::files::{Destination, Identity, STANDARD_OUTPUT, Temporary, directory_of};

/// Does this stand for standard output?
pub fn is_standard(path: &Path) -> bool {
    path == Path::new(STANDARD_OUTPUT)
}

/// Makes sure that output files, each with its flag, are none of the files that are read, nor each
/// other, and that they can be written: before a long search for what is to be in them.
pub fn look_at(outputs: &[(&str, &Path)], inputs: &[PathBuf]) -> Result<(), Refusal> {
    are_apart(outputs, inputs)?;
    outputs
        .iter()
        .try_for_each(|(_, path)| can_be_written(path))
}

/// Makes sure that output files are none of the files that are read, nor each other: by name or
/// through links.
pub fn are_apart(outputs: &[(&str, &Path)], inputs: &[PathBuf]) -> Result<(), Refusal> {
    let read: Vec<(Identity, &PathBuf)> = inputs
        .iter()
        .filter_map(|input| Some((Identity::of(input)?, input)))
        .collect();
    let standard = Identity::of_standard_output();
    let mut seen: Vec<(Identity, &str)> = Vec::new();
    for (flag, path) in outputs {
        if is_standard(path) || is_device(path) {
            continue;
        }
        // Without one, the path leads nowhere, which is found when it is to be written.
        let Some(identity) = Identity::of(path) else {
            continue;
        };
        if let Some((_, input)) = read.iter().find(|(read, _)| *read == identity) {
            return Err(overwrites(path, flag, input).hint("choose another name for the output"));
        }
        if let Some((_, other)) = seen.iter().find(|(seen, _)| *seen == identity) {
            return Err(Refusal::in_file(
                path,
                format_args!("{other} and {flag} are the same file"),
            )
            .hint("choose two names"));
        }
        if standard.as_ref() == Some(&identity) {
            return Err(Refusal::in_file(
                path,
                format_args!("{flag} and standard output are the same file"),
            )
            .hint("choose two names"));
        }
        seen.push((identity, flag));
    }
    Ok(())
}

/// Says that an output is an input.
pub fn overwrites(output: &Path, flag: &str, input: &Path) -> Refusal {
    if output == input {
        Refusal::in_file(
            output,
            format_args!("{flag} would overwrite this file, which is read"),
        )
    } else {
        Refusal::in_file(
            output,
            format_args!(
                "{flag} would overwrite {}, which is read: both are the same file",
                input.display()
            ),
        )
    }
}

/// A terminal, say: it can be read and written, and nothing is overwritten.
#[cfg(unix)]
fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    fs::metadata(path).is_ok_and(|found| found.file_type().is_char_device())
}

#[cfg(not(unix))]
fn is_device(_: &Path) -> bool {
    false
}

/// Makes sure that a file can be written there, before a long search for what is to be in it.
pub fn can_be_written(path: &Path) -> Result<(), Refusal> {
    let destination = Destination::of(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::IsADirectory => {
            Refusal::in_file(path, "this is a directory, not a file")
        }
        _ => Refusal::in_file(path, format_args!("cannot be written: {error}")),
    })?;
    match destination {
        Destination::Standard => Err(Refusal::new(
            "`-` is standard output, and that takes what is printed",
        )
        .hint("give a file name; ./- is a file of that name")),
        // To open a pipe is to wait for its reader.
        Destination::Into(found) => {
            if fs::metadata(&found).is_ok_and(|found| found.permissions().readonly()) {
                return Err(Refusal::in_file(
                    path,
                    "cannot be written: permission denied",
                ));
            }
            Ok(())
        }
        Destination::Replacing(place) => {
            let directory = directory_of(&place);
            is_there(directory, path)?;
            Temporary::within(directory).map(drop).map_err(|error| {
                Refusal::in_file(path, format_args!("cannot be written: {}", error.kind()))
            })
        }
    }
}

/// Makes sure that the directory of an output is there.
pub fn is_there(directory: &Path, output: &Path) -> Result<(), Refusal> {
    if directory.is_dir() {
        return Ok(());
    }
    let message = format_args!(
        "cannot be written: there is no directory {}",
        directory.display()
    )
    .to_string();
    Err(Refusal::in_file(output, message).hint("make the directory first, or choose another place"))
}

//! Reads files up to a limit that is checked while reading: any file, even an endless device, takes no
//! more time and memory than the largest legitimate file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The byte limit for sources without a size, such as a pipe or a device. Larger files can be read from a disk.
const LARGEST_STREAM: u64 = 1 << 30;
/// This many bytes show whether a file can be of its kind.
const BEGINNING: u64 = 1 << 12;

/// A kind of file: its possible first bytes, and its largest size.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Bytes, at most.
    pub most: u64,
    /// Can a file begin like this?
    begins: fn(&[u8]) -> bool,
}

impl Kind {
    /// A certificate. One of 4096 quadrants has 15 MB; 4 GiB are a billion leaves.
    pub const CERTIFICATE: Self = Self {
        most: 4 << 30,
        begins: |bytes| bytes.starts_with(b"steeple "),
    };
    /// A network as JSON. One of 16.8 million units has about 1 GB.
    pub const NETWORK: Self = Self {
        most: 8 << 30,
        begins: |bytes| {
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            let text = text.trim_ascii_start();
            text.is_empty() || text.starts_with(b"{")
        },
    };
    /// A network in another format; protobuf holds at most 2 GiB, safetensors any number.
    pub const FOREIGN: Self = Self {
        most: 8 << 30,
        begins: |bytes| !bytes.iter().take(8).all(|byte| *byte == 0),
    };
    /// A network in any format.
    pub const ANY_NETWORK: Self = Self {
        most: 8 << 30,
        begins: |bytes| !bytes.iter().take(8).all(|byte| *byte == 0),
    };
    /// The text next to weights: the name of an activation for each layer.
    pub const COMPANION: Self = Self {
        most: 16 << 20,
        begins: is_text,
    };
    /// A spec: a page of text; with the corners of polygons some thousand lines.
    pub const SPEC: Self = Self {
        most: 16 << 20,
        begins: is_text,
    };
    /// A property, packed or not.
    pub const PROPERTY: Self = Self {
        // As `vnnlib::MAX_BYTES`, which a test compares.
        most: 1 << 26,
        begins: |bytes| bytes.starts_with(&[0x1f, 0x8b]) || is_text(bytes),
    };
    /// Points to train on: some millions.
    pub const DATA: Self = Self {
        most: 1 << 28,
        begins: is_text,
    };
    /// One of our reports, next to the results of an earlier run.
    pub const REPORT: Self = Self {
        most: 64 << 20,
        begins: is_text,
    };
}

fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0)
}

/// Reads a file of this kind. If a file does not begin like its kind, only its beginning is returned, which
/// is enough for its reader to recognise it.
///
/// - Errors: those of the file system; the file is a directory, or larger than its kind can be.
pub fn read(path: &Path, kind: Kind) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "this is a directory, not a file",
        ));
    }
    let most = if about.is_file() {
        kind.most
    } else {
        kind.most.min(LARGEST_STREAM)
    };
    let too_large = || {
        let what = if about.is_file() {
            "this file is"
        } else {
            "this is not a regular file, and it is"
        };
        io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("{what} larger than the limit of {most} bytes"),
        )
    };
    if about.len() > most {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    (&mut file).take(BEGINNING).read_to_end(&mut bytes)?;
    if !(kind.begins)(&bytes) {
        return Ok(bytes);
    }
    let size = usize::try_from(about.len()).unwrap_or(usize::MAX);
    // One byte more, so that the end is seen without growing again.
    bytes
        .try_reserve_exact(size.saturating_sub(bytes.len()).saturating_add(1))
        .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let rest = most.saturating_sub(read).saturating_add(1);
    file.take(rest).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size > most) {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Reads a stream of this kind, such as standard input, as [`read`] reads a file.
///
/// - Errors: those of the stream; it is longer than its kind can be.
pub fn read_stream(stream: impl Read, kind: Kind) -> io::Result<Vec<u8>> {
    let most = kind.most.min(LARGEST_STREAM);
    let mut bytes = Vec::new();
    stream
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size > most) {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("larger than the limit of {most} bytes for a stream"),
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_as_long_as_their_reader_takes() {
        let most = u64::try_from(super::super::vnnlib::MAX_BYTES);
        assert_eq!(most, Ok(Kind::PROPERTY.most));
    }

    const SMALL: Kind = Kind {
        most: 10_000,
        begins: |bytes| bytes.starts_with(b"a"),
    };

    #[test]
    fn files_are_read_whole_up_to_the_limit() {
        let scratch = tempfile::tempdir().expect("a directory");
        let path = scratch.path().join("file");
        for size in [1usize, 4095, 4096, 4097, 9_999, 10_000, 10_001, 20_000] {
            std::fs::write(&path, vec![b'a'; size]).expect("written");
            match read(&path, SMALL) {
                Ok(bytes) => assert_eq!((bytes.len(), size <= 10_000), (size, true)),
                Err(error) => {
                    assert!(size > 10_000, "{size}: {error}");
                    assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
                }
            }
        }
        std::fs::write(&path, vec![b'b'; 9_000]).expect("written");
        assert_eq!(read(&path, SMALL).expect("a beginning").len(), 4096);
        assert!(read(scratch.path(), SMALL).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_without_an_end_is_read_up_to_the_limit() {
        let zeros = Path::new("/dev/zero");
        let kinds = [
            Kind::CERTIFICATE,
            Kind::NETWORK,
            Kind::FOREIGN,
            Kind::SPEC,
            Kind::PROPERTY,
        ];
        for kind in kinds.into_iter().chain([Kind::DATA]) {
            assert_eq!(read(zeros, kind).expect("a beginning").len(), 4096);
        }
        let any = Kind {
            begins: |_| true,
            ..SMALL
        };
        let error = read(zeros, any).expect_err("endless");
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}

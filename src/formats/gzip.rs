//! Unpacks gzipped files, up to a limit.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::foreign::ForeignError;

/// What any file may unpack to.
const FLOOR: usize = 16 << 20;
/// How often a larger file may become its own size.
const RATIO: usize = 100;
/// What no file may unpack to.
const CEILING: usize = 2 << 30;

/// Returns the bytes that were packed.
///
/// - Memory: 16 MiB and a hundred times the file, and never above 2 GiB.
/// - Errors: damaged files, and those that unpack to more.
pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, ForeignError> {
    let most = bytes
        .len()
        .saturating_mul(RATIO)
        .saturating_add(FLOOR)
        .min(CEILING);
    let mut unpacked = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(bytes)
        .take(limit)
        .read_to_end(&mut unpacked)
        .map_err(|_| {
            ForeignError::new("this is not a whole gzip file")
                .hint("the file is truncated or damaged, or not packed at all")
        })?;
    if unpacked.len() > most {
        return Err(ForeignError::new(format!(
            "the file unpacks to more than {most} bytes, which is more than a network of its size can need"
        ))
        .hint("unpack it with gunzip, if you trust it"));
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn what_was_packed_comes_back() {
        let packed = pack(b"a network");
        assert_eq!(unpack(&packed), Ok(b"a network".to_vec()));
        for length in 0..packed.len() {
            assert!(unpack(&packed[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn bombs_are_refused() {
        let bomb = pack(&vec![0; FLOOR + (4 << 20)]);
        assert!(bomb.len() < 30_000);
        let message = unpack(&bomb).expect_err("refused").message;
        assert!(message.contains("unpacks to more than"), "{message}");
    }
}

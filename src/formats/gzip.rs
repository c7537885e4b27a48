//! Unpacks gzipped files, up to a limit.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::foreign::ForeignError;

/// The largest size after unpacking: ONNX is protobuf, which holds at most 2 GiB. The ratio of the sizes is
/// not limited: published networks of mostly zeros unpack to 181 times their size.
const MOST: u64 = 2 << 30;

/// Returns the unpacked bytes.
///
/// - Memory: the unpacked size, never above 2 GiB.
/// - Errors: the file is damaged, or unpacks to more.
pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, ForeignError> {
    unpack_up_to(bytes, MOST)
}

fn unpack_up_to(bytes: &[u8], most: u64) -> Result<Vec<u8>, ForeignError> {
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(most.saturating_add(1))
        .read_to_end(&mut unpacked)
        .map_err(|_| {
            ForeignError::new("this is not a whole gzip file")
                .hint("the file is truncated or damaged, or not packed at all")
        })?;
    if u64::try_from(unpacked.len()).map_or(true, |size| size > most) {
        return Err(ForeignError::new(format!(
            "the file unpacks to more than {most} bytes, which is the limit"
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
    fn files_of_zeros_are_unpacked_however_small_they_are() {
        let zeros = vec![0; 20 << 20];
        let packed = pack(&zeros);
        assert!(packed.len() * 500 < zeros.len());
        assert!(unpack(&packed).expect("unpacked") == zeros);
    }

    #[test]
    fn bombs_are_refused() {
        let bomb = pack(&vec![0; 1 << 20]);
        assert!(unpack_up_to(&bomb, 1 << 20).is_ok());
        let message = unpack_up_to(&bomb, (1 << 20) - 1)
            .expect_err("refused")
            .message;
        assert!(message.contains("unpacks to more than"), "{message}");
    }
}

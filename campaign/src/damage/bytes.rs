//! Bytes that are changed, inserted, removed or swapped, mostly after the digest.

use crate::document::LEAVES;
use crate::random::Choices;

/// Damages a file in one to four places.
pub fn damage(bytes: &mut Vec<u8>, choices: &mut Choices) {
    let likely = [LEAVES, b"AABC@/0123456789/-,.^*; \n"].concat();
    let inputs = b"\ninputs ";
    let digest_ends = bytes.windows(inputs.len()).position(|part| part == inputs);
    let tree = b"\ntree ";
    let tree_begins = bytes.windows(tree.len()).position(|part| part == tree);
    let start = match choices.below(10) {
        0 => 0,
        1..=4 => tree_begins.unwrap_or(0),
        _ => digest_ends.unwrap_or(0),
    };
    for _ in 0..=choices.below(4).saturating_sub(choices.below(3)) {
        let at = start + choices.below(bytes.len().saturating_sub(start));
        let byte = if choices.once_in(5) {
            u8::try_from(choices.below(256)).unwrap_or(0)
        } else {
            choices.pick(&likely)
        };
        change(bytes, at, byte, choices);
    }
}

fn change(bytes: &mut Vec<u8>, at: usize, byte: u8, choices: &mut Choices) {
    match choices.below(6) {
        0 | 5 if at < bytes.len() => bytes[at] = byte,
        1 if at < bytes.len() => _ = bytes.remove(at),
        2 => bytes.insert(at.min(bytes.len()), byte),
        3 if at < bytes.len() => bytes[at] ^= 1 << choices.below(8),
        _ if !bytes.is_empty() => {
            let last = bytes.len() - 1;
            let other = (at + choices.below(12)).min(last);
            bytes.swap(at.min(last), other);
        }
        _ => {}
    }
}

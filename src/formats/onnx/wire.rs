//! Protocol buffers as far as ONNX needs them, borrowed from the bytes of the file.
//!
//! Nothing is copied and nothing recurses: a message is a slice, its fields are walked when they
//! are asked for. So a file cannot make its reader allocate, whatever lengths it declares.

use crate::formats::foreign::ForeignError;

/// A message: its bytes, and where they start in the file.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    bytes: &'a [u8],
    start: usize,
}

/// The value of one field.
#[derive(Clone, Copy, Debug)]
pub enum Field<'a> {
    /// Integers, enumerations, truth values.
    Varint(u64),
    /// `double`.
    Fixed64([u8; 8]),
    /// Text, bytes, messages, packed numbers.
    Bytes(Message<'a>),
    /// `float`.
    Fixed32([u8; 4]),
}

impl<'a> Message<'a> {
    /// The message that a file is.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, start: 0 }
    }

    /// The bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Where the message starts in the file.
    pub fn start(self) -> usize {
        self.start
    }

    /// Returns the bytes as text.
    pub fn text(self) -> Result<&'a str, ForeignError> {
        std::str::from_utf8(self.bytes).map_err(|_| self.error("this text is not UTF-8"))
    }

    /// Walks the fields: number and value, from first to last.
    pub fn fields(self) -> Fields<'a> {
        Fields {
            rest: self.bytes,
            at: self.start,
        }
    }

    /// An error at the start of this message.
    pub fn error(self, message: &str) -> ForeignError {
        error(self.start, message)
    }
}

fn error(at: usize, message: &str) -> ForeignError {
    ForeignError::new(message).at(|| format!("byte {at}"))
}

/// Walks the fields of a message; the first error is the last item.
pub struct Fields<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    fn next_field(&mut self) -> Result<(u64, Field<'a>), ForeignError> {
        let at = self.at;
        let key = self.varint()?;
        let number = key >> 3;
        if number == 0 {
            return Err(error(at, "this is not a field of a message")
                .hint("the file is damaged, or is not an ONNX file"));
        }
        let field = match key & 7 {
            0 => Field::Varint(self.varint()?),
            1 => Field::Fixed64(self.fixed()?),
            2 => {
                let length = self.varint()?;
                let length = usize::try_from(length)
                    .ok()
                    .filter(|length| *length <= self.rest.len())
                    .ok_or_else(|| {
                        let left = self.rest.len();
                        let message = format!("expected {length} bytes, found {left}");
                        error(at, &message).hint("the file is truncated or damaged")
                    })?;
                let start = self.at;
                let bytes = self.take(length)?;
                Field::Bytes(Message { bytes, start })
            }
            5 => Field::Fixed32(self.fixed()?),
            kind => {
                return Err(error(
                    at,
                    &format!("expected wire type 0, 1, 2 or 5, found {kind}"),
                )
                .hint("the file is damaged, or is not an ONNX file"));
            }
        };
        Ok((number, field))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ForeignError> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            return Err(
                error(self.at, "the file ends inside a field").hint("the file is truncated")
            );
        };
        self.rest = rest;
        self.at += length;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], ForeignError> {
        let bytes = self.take(N)?;
        Ok(std::array::from_fn(|k| bytes[k]))
    }

    fn varint(&mut self) -> Result<u64, ForeignError> {
        let at = self.at;
        let mut value = 0;
        for shift in (0..70).step_by(7) {
            let byte = self.take(1)?[0];
            // The tenth byte has one bit to give; what is beyond it is dropped, as protobuf does.
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(error(at, "a number is longer than ten bytes").hint("the file is damaged"))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Field<'a>), ForeignError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.next_field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Returns the varints packed in a message.
pub fn packed(message: Message<'_>) -> impl Iterator<Item = Result<u64, ForeignError>> {
    let mut fields = message.fields();
    std::iter::from_fn(move || {
        if fields.rest.is_empty() {
            return None;
        }
        let value = fields.varint();
        if value.is_err() {
            fields.rest = &[];
        }
        Some(value)
    })
}

/// Writes a message.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// The bytes so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Adds an integer.
    pub fn varint(&mut self, number: u64, value: u64) {
        self.put(number << 3);
        self.put(value);
    }

    /// Adds bytes or text.
    pub fn bytes(&mut self, number: u64, value: &[u8]) {
        self.put(number << 3 | 2);
        self.put(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    /// Adds a message.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a finished message is handed over"
    )]
    pub fn message(&mut self, number: u64, value: Writer) {
        self.bytes(number, &value.bytes);
    }

    /// Adds a float.
    pub fn float(&mut self, number: u64, value: f32) {
        self.put(number << 3 | 5);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    fn put(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut inner = Writer::default();
        inner.varint(3, u64::MAX);
        inner.float(2, 0.5);
        let mut outer = Writer::default();
        outer.message(1, inner);
        outer.bytes(500, b"text");
        let bytes = outer.into_bytes();
        let fields: Vec<_> = Message::new(&bytes)
            .fields()
            .map(|field| field.expect("well formed"))
            .collect();
        let [(1, Field::Bytes(inner)), (500, Field::Bytes(text))] = fields[..] else {
            panic!("{fields:?}");
        };
        assert_eq!(text.text(), Ok("text"));
        let inner: Vec<_> = inner.fields().map(|field| field.expect("fine")).collect();
        assert!(matches!(
            inner[..],
            [(3, Field::Varint(u64::MAX)), (2, Field::Fixed32(_))]
        ));
    }

    #[test]
    fn lengths_beyond_the_file_are_refused_with_their_place() {
        let refused = |bytes: &[u8]| {
            let last = Message::new(bytes).fields().last().expect("an item");
            last.expect_err("refused").to_string()
        };
        assert_eq!(
            refused(&[0x08, 0x01, 0x12, 0xff, 0xff, 0x03, 7]),
            "byte 2: expected 65535 bytes, found 1"
        );
        assert_eq!(
            refused(&[0x0d, 1, 2]),
            "byte 1: the file ends inside a field"
        );
        assert_eq!(
            refused(&[0x0b]),
            "byte 0: expected wire type 0, 1, 2 or 5, found 3"
        );
        assert_eq!(
            refused(&[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
            "byte 1: a number is longer than ten bytes"
        );
    }
}

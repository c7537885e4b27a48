//! Constants: tensors as they are stored, with every number exactly what its bits say.

use super::places;
use super::value::{Data, Kind, Value};
use super::wire::{Field, Message, packed};
use crate::formats::floats::{bfloat, half};
use crate::formats::foreign::ForeignError;

/// The types of elements, by their numbers in ONNX.
pub const FLOAT: u64 = 1;
const UINT8: u64 = 2;
const INT8: u64 = 3;
const UINT16: u64 = 4;
const INT16: u64 = 5;
const INT32: u64 = 6;
/// 64-bit integers.
pub const INT64: u64 = 7;
/// Truth values.
pub const BOOL: u64 = 9;
const FLOAT16: u64 = 10;
/// 64-bit floats.
pub const DOUBLE: u64 = 11;
const UINT32: u64 = 12;
const UINT64: u64 = 13;
const BFLOAT16: u64 = 16;

/// The fields of a tensor that hold numbers, by their numbers in `onnx.proto`.
const FLOAT_DATA: u64 = 4;
const INT32_DATA: u64 = 5;
const INT64_DATA: u64 = 7;
const DOUBLE_DATA: u64 = 10;
const UINT64_DATA: u64 = 11;

/// Returns what a type holds; nothing for text, complex numbers and packed small types.
pub fn kind(element: u64) -> Option<Kind> {
    match element {
        FLOAT | FLOAT16 | DOUBLE | BFLOAT16 => Some(Kind::Float),
        UINT8 | INT8 | UINT16 | INT16 | INT32 | INT64 | UINT32 | UINT64 => Some(Kind::Integer),
        BOOL => Some(Kind::Bool),
        _ => None,
    }
}

/// Returns the name of a type.
pub fn name(element: u64) -> String {
    let names = [
        "undefined",
        "float32",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "int32",
        "int64",
        "string",
        "bool",
        "float16",
        "float64",
        "uint32",
        "uint64",
        "complex64",
        "complex128",
        "bfloat16",
    ];
    usize::try_from(element)
        .ok()
        .and_then(|element| names.get(element))
        .map_or_else(|| format!("type {element}"), |name| (*name).to_owned())
}

/// A tensor in a file, its numbers not read yet.
pub struct Tensor<'a> {
    /// Its name.
    pub name: &'a str,
    element: u64,
    dims: Vec<u64>,
    message: Message<'a>,
    raw: Option<&'a [u8]>,
    is_external: bool,
    has_segment: bool,
}

impl<'a> Tensor<'a> {
    /// Reads all but the numbers.
    pub fn read(message: Message<'a>) -> Result<Self, ForeignError> {
        let mut tensor = Self {
            name: "",
            element: 0,
            dims: Vec::new(),
            message,
            raw: None,
            is_external: false,
            has_segment: false,
        };
        for field in message.fields() {
            match field? {
                (1, Field::Varint(size)) => tensor.dims.push(size),
                (1, Field::Bytes(sizes)) => {
                    for size in packed(sizes) {
                        tensor.dims.push(size?);
                    }
                }
                (2, Field::Varint(element)) => tensor.element = element,
                (3, _) => tensor.has_segment = true,
                (8, Field::Bytes(name)) => tensor.name = name.text()?,
                (9, Field::Bytes(raw)) if tensor.raw.replace(raw.bytes()).is_some() => {
                    return Err(message.error("a tensor has raw_data twice"));
                }
                (13, _) => tensor.is_external = true,
                (14, Field::Varint(place)) => tensor.is_external |= place != 0,
                _ => {}
            }
        }
        Ok(tensor)
    }

    /// Returns the tensor with its numbers.
    ///
    /// - Exactness: exact.
    /// - Memory: 8 bytes for a number that is there, whatever sizes are declared.
    /// - Errors: numbers elsewhere, too few or too many of them, NaN, types without exact numbers.
    pub fn value(&self) -> Result<Value, ForeignError> {
        let place = || match self.name {
            "" => format!("the tensor at byte {}", self.message.start()),
            name => format!("tensor `{name}`"),
        };
        self.decode().map_err(|error| error.at(place))
    }

    fn decode(&self) -> Result<Value, ForeignError> {
        if self.is_external {
            return Err(ForeignError::new("its numbers are in another file").hint(
                "put everything into one file: onnx.save(onnx.load(\"in.onnx\"), \"out.onnx\"), \
                 or torch.onnx.export(..., external_data=False)",
            ));
        }
        if self.has_segment {
            return Err(ForeignError::new("tensors in segments are not supported"));
        }
        let Some(kind) = kind(self.element) else {
            let name = name(self.element);
            return Err(
                ForeignError::new(format!("elements of type {name} are not supported"))
                    .hint("supported are float16, bfloat16, float32, float64, integers and bool"),
            );
        };
        let dims = self.dims.iter().map(|&dim| usize::try_from(dim).ok());
        let dims = dims.collect::<Option<Vec<_>>>();
        let size = dims.as_deref().and_then(|dims| places::size(dims).ok());
        let (Some(dims), Some(size)) = (dims, size) else {
            return Err(ForeignError::new(format!(
                "its sizes {:?} are larger than any file",
                self.dims
            ))
            .hint("the file is damaged"));
        };
        let data = match self.raw {
            Some(raw) => self.from_raw(raw, size)?,
            None => self.from_fields()?,
        };
        let found = match &data {
            Data::Floats(list) => list.len(),
            Data::Integers(list) => list.len(),
            Data::Forms(list) => list.len(),
        };
        if found != size {
            return Err(self.wrong_length(size, found));
        }
        let mut is_infinite = false;
        if let Data::Floats(list) = &data {
            if let Some(k) = list.iter().position(|value| value.is_nan()) {
                return Err(
                    ForeignError::new(format!("element {k} is not a number (NaN)"))
                        .hint("the training of this network has failed"),
                );
            }
            is_infinite = list.iter().any(|value| value.is_infinite());
        }
        Ok(Value {
            dims,
            kind,
            data,
            is_infinite,
        })
    }

    fn wrong_length(&self, size: usize, found: usize) -> ForeignError {
        let dims: Vec<_> = self.dims.iter().map(u64::to_string).collect();
        ForeignError::new(format!(
            "its sizes [{}] ask for {size} elements, the file has {found}",
            dims.join(", ")
        ))
        .hint("the file is truncated or damaged")
    }

    #[expect(
        clippy::wrong_self_convention,
        reason = "from the raw bytes of the tensor"
    )]
    fn from_raw(&self, raw: &[u8], size: usize) -> Result<Data, ForeignError> {
        let width = match self.element {
            UINT8 | INT8 | BOOL => 1,
            UINT16 | INT16 | FLOAT16 | BFLOAT16 => 2,
            FLOAT | INT32 | UINT32 => 4,
            _ => 8,
        };
        if size.checked_mul(width) != Some(raw.len()) {
            return Err(self.wrong_length(size, raw.len() / width));
        }
        Ok(match self.element {
            FLOAT => Data::Floats(each(raw, |b| f64::from(f32::from_le_bytes(b)))),
            UINT8 => Data::Integers(each(raw, |b| i64::from(u8::from_le_bytes(b)))),
            INT8 => Data::Integers(each(raw, |b| i64::from(i8::from_le_bytes(b)))),
            UINT16 => Data::Integers(each(raw, |b| i64::from(u16::from_le_bytes(b)))),
            INT16 => Data::Integers(each(raw, |b| i64::from(i16::from_le_bytes(b)))),
            INT32 => Data::Integers(each(raw, |b| i64::from(i32::from_le_bytes(b)))),
            INT64 => Data::Integers(each(raw, i64::from_le_bytes)),
            BOOL => Data::Integers(each(raw, |[b]: [u8; 1]| i64::from(b != 0))),
            FLOAT16 => Data::Floats(each(raw, |b| half(u16::from_le_bytes(b)))),
            DOUBLE => Data::Floats(each(raw, f64::from_le_bytes)),
            UINT32 => Data::Integers(each(raw, |b| i64::from(u32::from_le_bytes(b)))),
            UINT64 => {
                let list: Option<_> = each(raw, u64::from_le_bytes)
                    .into_iter()
                    .map(|value| i64::try_from(value).ok())
                    .collect();
                Data::Integers(list.ok_or_else(too_large)?)
            }
            _ => Data::Floats(each(raw, |b| bfloat(u16::from_le_bytes(b)))),
        })
    }

    #[expect(
        clippy::wrong_self_convention,
        reason = "from the typed fields of the tensor"
    )]
    fn from_fields(&self) -> Result<Data, ForeignError> {
        let wanted = match self.element {
            FLOAT => FLOAT_DATA,
            INT64 => INT64_DATA,
            DOUBLE => DOUBLE_DATA,
            UINT32 | UINT64 => UINT64_DATA,
            _ => INT32_DATA,
        };
        let mut floats = Vec::new();
        let mut integers = Vec::new();
        let is_float = kind(self.element) == Some(Kind::Float);
        let element = self.element;
        let mut put = |value: u64| -> Result<(), ForeignError> {
            let low = value as u32;
            match element {
                FLOAT16 => floats.push(half(low as u16)),
                BFLOAT16 => floats.push(bfloat(low as u16)),
                UINT32 | UINT64 => integers.push(i64::try_from(value).map_err(|_| too_large())?),
                INT64 => integers.push(value.cast_signed()),
                BOOL => integers.push(i64::from(low != 0)),
                _ => integers.push(i64::from(low.cast_signed())),
            }
            Ok(())
        };
        let mut stored = Vec::new();
        let damaged = || self.message.error("the numbers of a tensor are cut off");
        for field in self.message.fields() {
            let (number, field) = field?;
            if number != wanted {
                continue;
            }
            match (wanted, field) {
                (FLOAT_DATA, Field::Fixed32(bits)) => {
                    stored.push(f64::from(f32::from_le_bytes(bits)));
                }
                (FLOAT_DATA, Field::Bytes(list)) => {
                    let (whole, rest) = list.bytes().as_chunks();
                    if !rest.is_empty() {
                        return Err(damaged());
                    }
                    stored.extend(whole.iter().map(|b| f64::from(f32::from_le_bytes(*b))));
                }
                (DOUBLE_DATA, Field::Fixed64(bits)) => stored.push(f64::from_le_bytes(bits)),
                (DOUBLE_DATA, Field::Bytes(list)) => {
                    let (whole, rest) = list.bytes().as_chunks();
                    if !rest.is_empty() {
                        return Err(damaged());
                    }
                    stored.extend(whole.iter().map(|b| f64::from_le_bytes(*b)));
                }
                (INT32_DATA | INT64_DATA | UINT64_DATA, Field::Varint(value)) => put(value)?,
                (INT32_DATA | INT64_DATA | UINT64_DATA, Field::Bytes(list)) => {
                    for value in packed(list) {
                        put(value?)?;
                    }
                }
                _ => return Err(damaged()),
            }
        }
        if matches!(wanted, FLOAT_DATA | DOUBLE_DATA) {
            return Ok(Data::Floats(stored));
        }
        Ok(if is_float {
            Data::Floats(floats)
        } else {
            Data::Integers(integers)
        })
    }
}

fn too_large() -> ForeignError {
    ForeignError::new("an unsigned integer is 2^63 or more, which is not supported")
}

/// The numbers of raw data.
fn each<T, const N: usize>(raw: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    raw.as_chunks().0.iter().map(|bytes| read(*bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::onnx::wire::Writer;

    fn read(element: u64, dims: &[u64], fill: impl FnOnce(&mut Writer)) -> Result<Value, String> {
        let mut writer = Writer::default();
        for dim in dims {
            writer.varint(1, *dim);
        }
        writer.varint(2, element);
        writer.bytes(8, b"w");
        fill(&mut writer);
        let bytes = writer.into_bytes();
        let tensor = Tensor::read(Message::new(&bytes)).expect("well formed");
        tensor.value().map_err(|error| error.to_string())
    }

    fn floats(value: Result<Value, String>) -> Vec<f64> {
        match value.expect("fine").data {
            Data::Floats(list) => list,
            Data::Integers(list) => list.into_iter().map(|value| value as f64).collect(),
            Data::Forms(_) => panic!("stored numbers"),
        }
    }

    #[test]
    fn every_type_raw_and_typed() {
        let raw =
            |element, bytes: &[u8]| floats(read(element, &[2], |writer| writer.bytes(9, bytes)));
        assert_eq!(raw(1, &[0, 0, 128, 63, 0, 0, 0, 191]), [1.0, -0.5]);
        assert_eq!(raw(2, &[255, 1]), [255.0, 1.0]);
        assert_eq!(raw(3, &[255, 1]), [-1.0, 1.0]);
        assert_eq!(raw(4, &[255, 255, 1, 0]), [65535.0, 1.0]);
        assert_eq!(raw(5, &[255, 255, 1, 0]), [-1.0, 1.0]);
        assert_eq!(raw(6, &[254, 255, 255, 255, 3, 0, 0, 0]), [-2.0, 3.0]);
        assert_eq!(raw(9, &[0, 1]), [0.0, 1.0]);
        // 1/1024 of the smallest normal float16, and -2; infinity is kept for bounds.
        assert_eq!(raw(10, &[1, 0, 0, 0xc0]), [2f64.powi(-24), -2.0]);
        assert_eq!(raw(10, &[0, 0x7c, 0xff, 0x7b]), [f64::INFINITY, 65504.0]);
        assert_eq!(raw(16, &[0x80, 0x3f, 0, 0xc0]), [1.0, -2.0]);
        assert_eq!(
            raw(12, &[255, 255, 255, 255, 0, 0, 0, 0])[0],
            4_294_967_295.0
        );
        let one: Vec<u8> = [0.1f64, -3.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        assert_eq!(raw(11, &one), [0.1, -3.0]);
        let typed = |element, number, list: &[u64]| {
            floats(read(element, &[list.len() as u64], |writer| {
                for value in list {
                    writer.varint(number, *value);
                }
            }))
        };
        assert_eq!(typed(10, 5, &[0x3c00, 0xc000]), [1.0, -2.0]);
        assert_eq!(typed(16, 5, &[0x3f80]), [1.0]);
        assert_eq!(typed(6, 5, &[u64::MAX, 7]), [-1.0, 7.0]);
        assert_eq!(typed(7, 7, &[u64::MAX]), [-1.0]);
        assert_eq!(typed(13, 11, &[9]), [9.0]);
        let packed = read(1, &[2], |writer| {
            writer.bytes(4, &[0, 0, 128, 63, 0, 0, 0, 191]);
        });
        assert_eq!(floats(packed), [1.0, -0.5]);
        let scalar = read(1, &[], |writer| writer.float(4, 0.25)).expect("fine");
        assert_eq!((scalar.dims.len(), scalar.len()), (0, 1));
    }

    #[test]
    fn what_is_not_there_is_refused() {
        let refused = |value: Result<Value, String>| value.expect_err("refused");
        assert_eq!(
            refused(read(1, &[1 << 40, 1 << 40], |_| {})),
            "tensor `w`: its sizes [1099511627776, 1099511627776] are larger than any file"
        );
        assert_eq!(
            refused(read(1, &[1 << 30], |writer| writer.bytes(9, &[0; 8]))),
            "tensor `w`: its sizes [1073741824] ask for 1073741824 elements, the file has 2"
        );
        assert_eq!(
            refused(read(1, &[2], |writer| writer.float(4, f32::NAN)))
                .split(": ")
                .last(),
            Some("its sizes [2] ask for 2 elements, the file has 1")
        );
        assert_eq!(
            refused(read(1, &[1], |writer| writer.float(4, f32::NAN))),
            "tensor `w`: element 0 is not a number (NaN)"
        );
        assert_eq!(
            refused(read(8, &[1], |_| {})),
            "tensor `w`: elements of type string are not supported"
        );
        let external = |writer: &mut Writer| writer.varint(14, 1);
        assert_eq!(
            refused(read(1, &[1], external)),
            "tensor `w`: its numbers are in another file"
        );
    }
}

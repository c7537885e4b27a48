//! The messages of ONNX: views of the bytes, read when asked.
//!
//! Field numbers are those of `onnx.proto`.

use std::cell::Cell;

use super::wire::{Field, Message, packed};
use crate::formats::foreign::ForeignError;

/// A model: a graph and which version of the operators it speaks.
pub struct Model<'a> {
    /// The graph.
    pub graph: Graph<'a>,
    /// The version of the default operators.
    pub opset: u64,
    /// Keys and values that tools left.
    pub metadata: Vec<(&'a str, &'a str)>,
}

/// A graph: nodes, constants, inputs and outputs.
pub struct Graph<'a> {
    /// The nodes, to be read with [`Node::read`].
    pub nodes: Vec<Message<'a>>,
    /// The constants, to be read with [`Tensor::read`].
    pub initializers: Vec<Message<'a>>,
    /// What goes in.
    pub inputs: Vec<Message<'a>>,
    /// What comes out.
    pub outputs: Vec<Message<'a>>,
}

fn bytes<'a>(field: Field<'a>, message: Message<'a>) -> Result<Message<'a>, ForeignError> {
    match field {
        Field::Bytes(bytes) => Ok(bytes),
        _ => Err(wrong_type(message)),
    }
}

fn varint(field: Field<'_>, message: Message<'_>) -> Result<u64, ForeignError> {
    match field {
        Field::Varint(value) => Ok(value),
        _ => Err(wrong_type(message)),
    }
}

fn wrong_type(message: Message<'_>) -> ForeignError {
    message
        .error("a field of this message does not have the type that ONNX gives it")
        .hint("the file is damaged, or is not an ONNX file")
}

impl<'a> Model<'a> {
    /// Reads the outer messages of a file.
    pub fn read(file: &'a [u8]) -> Result<Self, ForeignError> {
        let message = Message::new(file);
        let mut graph = None;
        let mut opset = None;
        let mut metadata = Vec::new();
        for field in message.fields() {
            match field? {
                (7, field) if graph.replace(bytes(field, message)?).is_some() => {
                    return Err(message.error("the file has two graphs"));
                }
                (8, field) => {
                    let mut domain = "";
                    let mut version = 0;
                    let entry = bytes(field, message)?;
                    for field in entry.fields() {
                        match field? {
                            (1, field) => domain = bytes(field, entry)?.text()?,
                            (2, field) => version = varint(field, entry)?,
                            _ => {}
                        }
                    }
                    if matches!(domain, "" | "ai.onnx")
                        && opset.replace(version).is_some_and(|other| other != version)
                    {
                        return Err(entry.error("the file gives two versions of the operators"));
                    }
                }
                (14, field) => {
                    let (mut key, mut value) = ("", "");
                    let entry = bytes(field, message)?;
                    for field in entry.fields() {
                        match field? {
                            (1, field) => key = bytes(field, entry)?.text()?,
                            (2, field) => value = bytes(field, entry)?.text()?,
                            _ => {}
                        }
                    }
                    metadata.push((key, value));
                }
                (25, field) => refuse_other_meaning(bytes(field, message)?)?,
                _ => {}
            }
        }
        let Some(graph) = graph else {
            return Err(ForeignError::new("there is no graph in this file")
                .hint("the file is empty, damaged, or not an ONNX file"));
        };
        let Some(opset) = opset else {
            return Err(ForeignError::new(
                "the file does not say which version of the operators it uses (opset_import)",
            ));
        };
        Ok(Self {
            graph: Graph::read(graph)?,
            opset,
            metadata,
        })
    }
}

/// Refuses a function of the file that has the name of an operator of ONNX, or might have.
fn refuse_other_meaning(function: Message<'_>) -> Result<(), ForeignError> {
    let (mut name, mut domain) = ("", "");
    for field in function.fields() {
        match field? {
            (1, field) => name = bytes(field, function)?.text()?,
            (10, field) => domain = bytes(field, function)?.text()?,
            _ => {}
        }
    }
    if is_known(domain) {
        return Err(function
            .error(&format!("the file redefines the operator {name}"))
            .hint("functions are not supported; `onnx.inliner.inline_local_functions` puts them into the graph"));
    }
    Ok(())
}

/// Is this a domain whose operators are read?
fn is_known(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx" | "ai.onnx.ml")
}

impl<'a> Graph<'a> {
    fn read(message: Message<'a>) -> Result<Self, ForeignError> {
        let mut graph = Self {
            nodes: Vec::new(),
            initializers: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        for field in message.fields() {
            let (number, field) = field?;
            let list = match number {
                1 => &mut graph.nodes,
                5 => &mut graph.initializers,
                11 => &mut graph.inputs,
                12 => &mut graph.outputs,
                // Left out, one that is listed among the inputs as well would be an input.
                15 => {
                    return Err(message
                        .error("the graph has sparse constants, which are not supported")
                        .hint("store them as dense tensors"));
                }
                _ => continue,
            };
            list.push(bytes(field, message)?);
        }
        Ok(graph)
    }
}

/// One operator at work.
pub struct Node<'a> {
    /// Its name, which may be empty.
    pub name: &'a str,
    /// The operator.
    pub operator: &'a str,
    /// Where the operator is defined; empty for ONNX itself.
    pub domain: &'a str,
    /// Which of several functions of one name is meant; empty for operators.
    pub overload: &'a str,
    /// Names of what goes in; empty where an optional input is left out.
    pub inputs: Vec<&'a str>,
    /// Names of what comes out.
    pub outputs: Vec<&'a str>,
    attributes: Vec<(&'a str, Message<'a>)>,
    /// Which of the attributes were looked at: a bit for each.
    seen: Cell<u64>,
}

/// The most attributes a node may have: as many as bits tell which were looked at.
const MOST_ATTRIBUTES: usize = 64;

impl<'a> Node<'a> {
    /// Reads a node.
    pub fn read(message: Message<'a>) -> Result<Self, ForeignError> {
        let mut node = Self {
            name: "",
            operator: "",
            domain: "",
            overload: "",
            inputs: Vec::new(),
            outputs: Vec::new(),
            attributes: Vec::new(),
            seen: Cell::new(0),
        };
        for field in message.fields() {
            let (number, field) = field?;
            if !matches!(number, 1..=5 | 7 | 8) {
                continue;
            }
            let inner = bytes(field, message)?;
            match number {
                1 => node.inputs.push(inner.text()?),
                2 => node.outputs.push(inner.text()?),
                3 => node.name = inner.text()?,
                4 => node.operator = inner.text()?,
                7 => node.domain = inner.text()?,
                8 => node.overload = inner.text()?,
                _ => {
                    let mut name = "";
                    for field in inner.fields() {
                        if let (1, field) = field? {
                            name = bytes(field, inner)?.text()?;
                        }
                    }
                    if node.attributes.iter().any(|(other, _)| *other == name) {
                        return Err(inner.error(&format!("the attribute `{name}` is given twice")));
                    }
                    if node.attributes.len() >= MOST_ATTRIBUTES {
                        return Err(inner.error(&format!(
                            "a node has more than {MOST_ATTRIBUTES} attributes"
                        )));
                    }
                    node.attributes.push((name, inner));
                }
            }
        }
        Ok(node)
    }

    /// How messages name this node.
    pub fn place(&self) -> String {
        let operator = match self.domain {
            "" | "ai.onnx" => self.operator.to_owned(),
            domain => format!("{domain}.{}", self.operator),
        };
        match (self.name, self.outputs.first()) {
            ("", Some(output)) => format!("the {operator} node that gives `{output}`"),
            ("", None) => format!("a node of {operator}"),
            (name, _) => format!("node `{name}` ({operator})"),
        }
    }

    fn attribute(&self, name: &str) -> Option<Message<'a>> {
        let place = self
            .attributes
            .iter()
            .position(|(other, _)| *other == name)?;
        self.seen.set(self.seen.get() | 1 << place);
        Some(self.attributes[place].1)
    }

    /// Returns the name of an attribute that nobody has looked at yet, so that it would be read as
    /// if it were not there.
    pub fn overlooked(&self) -> Option<&'a str> {
        let mut attributes = self.attributes.iter().enumerate();
        let (_, (name, _)) = attributes.find(|(place, _)| self.seen.get() >> place & 1 == 0)?;
        Some(name)
    }

    /// An attribute whose value is the field of this number. One of another type, or one that stands
    /// for an attribute of a function, would be read as 0 or as left out.
    fn valued(&self, name: &str, value: u64) -> Result<Option<Message<'a>>, ForeignError> {
        let Some(message) = self.attribute(name) else {
            return Ok(None);
        };
        let (mut kind, mut has_other, mut is_reference) = (0, false, false);
        for field in message.fields() {
            match field? {
                (20, field) => kind = varint(field, message)?,
                (21, _) => is_reference = true,
                (number @ (2..=11 | 14 | 15 | 22 | 23), _) => has_other |= number != value,
                _ => {}
            }
        }
        // The types count as the fields of their values do, from 1 instead of 2; old files leave it out.
        let is_wrong = if kind == 0 {
            has_other
        } else {
            kind != value - 1
        };
        if is_wrong || is_reference {
            return Err(ForeignError::new(format!(
                "the attribute `{name}` does not have the type that ONNX gives it"
            ))
            .hint("`onnx.checker.check_model` says what is wrong with the file"));
        }
        Ok(Some(message))
    }

    /// Is there an attribute of this name?
    pub fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    /// An attribute that is an integer.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, ForeignError> {
        let mut found = None;
        if let Some(message) = self.valued(name, 3)? {
            for field in message.fields() {
                if let (3, field) = field? {
                    found = Some(varint(field, message)?.cast_signed());
                }
            }
            // The value 0 may be left out, as protobuf does with default values.
            return Ok(found.or(Some(0)));
        }
        Ok(found)
    }

    /// An attribute that is a float; finite or not.
    pub fn float(&self, name: &str) -> Result<Option<f32>, ForeignError> {
        let mut found = None;
        if let Some(message) = self.valued(name, 2)? {
            for field in message.fields() {
                match field? {
                    (2, Field::Fixed32(bits)) => found = Some(f32::from_le_bytes(bits)),
                    (2, _) => return Err(wrong_type(message)),
                    _ => {}
                }
            }
            return Ok(found.or(Some(0.0)));
        }
        Ok(found)
    }

    /// An attribute that is a list of integers.
    pub fn integers(&self, name: &str) -> Result<Option<Vec<i64>>, ForeignError> {
        let Some(message) = self.valued(name, 8)? else {
            return Ok(None);
        };
        let mut list = Vec::new();
        for field in message.fields() {
            match field? {
                (8, Field::Varint(value)) => list.push(value.cast_signed()),
                (8, Field::Bytes(values)) => {
                    for value in packed(values) {
                        list.push(value?.cast_signed());
                    }
                }
                (8, _) => return Err(wrong_type(message)),
                _ => {}
            }
        }
        Ok(Some(list))
    }

    /// An attribute that is a list of floats.
    pub fn floats(&self, name: &str) -> Result<Option<Vec<f32>>, ForeignError> {
        let Some(message) = self.valued(name, 7)? else {
            return Ok(None);
        };
        let mut list = Vec::new();
        for field in message.fields() {
            match field? {
                (7, Field::Fixed32(bits)) => list.push(f32::from_le_bytes(bits)),
                (7, Field::Bytes(values)) => {
                    let (whole, rest) = values.bytes().as_chunks();
                    if !rest.is_empty() {
                        return Err(wrong_type(message));
                    }
                    list.extend(whole.iter().map(|bits| f32::from_le_bytes(*bits)));
                }
                (7, _) => return Err(wrong_type(message)),
                _ => {}
            }
        }
        Ok(Some(list))
    }

    /// An attribute that is a text.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, ForeignError> {
        let mut found = None;
        if let Some(message) = self.valued(name, 4)? {
            for field in message.fields() {
                if let (4, field) = field? {
                    found = Some(bytes(field, message)?.text()?);
                }
            }
        }
        Ok(found)
    }

    /// An attribute that is a tensor.
    pub fn tensor(&self, name: &str) -> Result<Option<Message<'a>>, ForeignError> {
        let mut found = None;
        if let Some(message) = self.valued(name, 5)? {
            for field in message.fields() {
                if let (5, field) = field? {
                    found = Some(bytes(field, message)?);
                }
            }
        }
        Ok(found)
    }
}

/// The name, type and shape of an input or output.
pub struct ValueInfo<'a> {
    /// The name.
    pub name: &'a str,
    /// The type of its elements, by number; 0 where it is not said.
    pub element: u64,
    /// The sizes, nothing for one that is not a number; nothing at all where it is not said.
    pub dims: Option<Vec<Option<u64>>>,
    /// Is it something else than a tensor: a list, a map?
    pub is_other: bool,
}

impl<'a> ValueInfo<'a> {
    /// Reads it.
    pub fn read(message: Message<'a>) -> Result<Self, ForeignError> {
        let mut info = Self {
            name: "",
            element: 0,
            dims: None,
            is_other: false,
        };
        for field in message.fields() {
            match field? {
                (1, field) => info.name = bytes(field, message)?.text()?,
                (2, field) => {
                    let kind = bytes(field, message)?;
                    for field in kind.fields() {
                        match field? {
                            (1, field) => info.read_tensor_type(bytes(field, kind)?)?,
                            (6, _) => {}
                            _ => info.is_other = true,
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(info)
    }

    fn read_tensor_type(&mut self, message: Message<'a>) -> Result<(), ForeignError> {
        for field in message.fields() {
            match field? {
                (1, field) => self.element = varint(field, message)?,
                (2, field) => {
                    let shape = bytes(field, message)?;
                    let mut dims = Vec::new();
                    for field in shape.fields() {
                        let (1, field) = field? else {
                            continue;
                        };
                        let dim = bytes(field, shape)?;
                        let mut size = None;
                        for field in dim.fields() {
                            if let (1, field) = field? {
                                size = Some(varint(field, dim)?);
                            }
                        }
                        dims.push(size);
                    }
                    self.dims = Some(dims);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

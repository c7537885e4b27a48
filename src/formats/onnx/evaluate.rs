//! Walks a graph from its inputs to its outputs.
//!
//! Only what the outputs need is looked at. Nodes may stand in any order; a value that needs
//! itself is refused. A value is dropped after its last use, or handed to it to be changed.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::batch::keep_one_row;
use super::context::{Context, error};
use super::operators;
use super::proto::{Graph, Node, ValueInfo};
use super::tensor::{Tensor, kind};
use super::value::{Form, Value};
use super::wire::Message;
use crate::formats::foreign::ForeignError;

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Source<'a> {
    Input,
    Initializer(Message<'a>),
    Node(usize),
}

/// The values of a graph: where each comes from, and those at hand.
struct Walk<'a> {
    sources: HashMap<&'a str, Source<'a>>,
    values: HashMap<&'a str, Rc<Value>>,
    /// How often each value is still used.
    uses: HashMap<&'a str, usize>,
}

/// The sizes of the inputs of a graph.
struct InputSizes {
    /// The first size that all inputs share.
    batch: Option<usize>,
    /// How many elements each has.
    elements: Vec<usize>,
}

/// Returns the outputs of a graph as forms; the units are in the context.
pub fn evaluate(graph: &Graph<'_>, context: &mut Context) -> Result<Vec<Form>, ForeignError> {
    let mut walk = Walk {
        sources: HashMap::new(),
        values: HashMap::new(),
        uses: HashMap::new(),
    };
    walk.add_initializers(graph)?;
    let sizes = walk.add_inputs(graph, context)?;
    walk.add_nodes(graph)?;
    let wanted = walk.outputs(graph)?;
    let (order, uses) = order(graph, &walk.sources, &wanted)?;
    walk.uses = uses;
    for index in order {
        let node = Node::read(graph.nodes[index])?;
        walk.run(&node, context)
            .map_err(|error| error.at(|| node.place()))?;
    }
    let mut outputs = Vec::new();
    for name in wanted {
        let value = walk.take(context, name)?;
        if value.is_infinite {
            return Err(error(format!("the output `{name}` is infinite")));
        }
        let value = context.own(value)?;
        outputs.push((value.dims.first().copied(), value.into_forms()));
    }
    if let Some(batch) = sizes.batch.filter(|batch| *batch > 1) {
        let note = if keep_one_row(context, &mut outputs, &sizes.elements, batch) {
            format!("the file is for batches of {batch}; the network is that of one row")
        } else {
            format!(
                "the first size of the inputs, {batch}, is not a batch: all elements are inputs"
            )
        };
        context.note(note);
    }
    Ok(outputs.into_iter().flat_map(|(_, forms)| forms).collect())
}

impl<'a> Walk<'a> {
    fn add_initializers(&mut self, graph: &Graph<'a>) -> Result<(), ForeignError> {
        for message in &graph.initializers {
            let name = Tensor::read(*message)?.name;
            let source = Source::Initializer(*message);
            if self.sources.insert(name, source).is_some() {
                return Err(error(format!("two tensors have the name `{name}`"))
                    .at(|| format!("byte {}", message.start())));
            }
        }
        Ok(())
    }

    fn add_inputs(
        &mut self,
        graph: &Graph<'a>,
        context: &mut Context,
    ) -> Result<InputSizes, ForeignError> {
        let mut inputs = HashSet::new();
        let mut sizes = InputSizes {
            batch: None,
            elements: Vec::new(),
        };
        for message in &graph.inputs {
            let info = ValueInfo::read(*message)?;
            if !inputs.insert(info.name) {
                return Err(error(format!("two inputs have the name `{}`", info.name)));
            }
            // Old files list their constants among the inputs.
            if let Some(Source::Initializer(_)) = self.sources.get(info.name) {
                continue;
            }
            self.sources.insert(info.name, Source::Input);
            let value =
                input(&info, context).map_err(|e| e.at(|| format!("input `{}`", info.name)))?;
            let first = value.dims.first().copied().filter(|_| value.dims.len() > 1);
            sizes.batch = if sizes.elements.is_empty() {
                first
            } else {
                sizes.batch.filter(|batch| Some(*batch) == first)
            };
            sizes.elements.push(value.len());
            self.values.insert(info.name, Rc::new(value));
        }
        Ok(sizes)
    }

    fn add_nodes(&mut self, graph: &Graph<'a>) -> Result<(), ForeignError> {
        for (index, message) in graph.nodes.iter().enumerate() {
            let node = Node::read(*message)?;
            for output in node.outputs.iter().filter(|name| !name.is_empty()) {
                if self.sources.insert(output, Source::Node(index)).is_some() {
                    return Err(
                        error(format!("two values have the name `{output}`")).at(|| node.place())
                    );
                }
            }
        }
        Ok(())
    }

    /// The names of the outputs.
    fn outputs(&self, graph: &Graph<'a>) -> Result<Vec<&'a str>, ForeignError> {
        let mut wanted = Vec::new();
        for message in &graph.outputs {
            let info = ValueInfo::read(*message)?;
            if !self.sources.contains_key(info.name) {
                return Err(error(format!("the output `{}` is not defined", info.name)));
            }
            wanted.push(info.name);
        }
        if wanted.is_empty() {
            return Err(error("the graph has no output"));
        }
        Ok(wanted)
    }

    /// Finds what a node gives, from values that are there.
    fn run(&mut self, node: &Node<'a>, context: &mut Context) -> Result<(), ForeignError> {
        let mut operands = Vec::with_capacity(node.inputs.len());
        for name in &node.inputs {
            operands.push(if name.is_empty() {
                None
            } else {
                Some(self.take(context, name)?)
            });
        }
        context.places.push(node.place());
        let results = operators::run(node, operands, context)?;
        for (name, value) in node.outputs.iter().zip(results) {
            if self.uses.contains_key(name) {
                self.values.insert(name, Rc::new(value));
            }
        }
        let mut outputs = node.outputs.iter();
        let is_missing =
            |name: &&&str| self.uses.contains_key(**name) && !self.values.contains_key(**name);
        match outputs.find(is_missing) {
            Some(name) => Err(error(format!("its output `{name}` is not supported"))),
            None => Ok(()),
        }
    }

    /// Returns a value that is there: a stored one is read now.
    fn take(&mut self, context: &mut Context, name: &str) -> Result<Rc<Value>, ForeignError> {
        if let Some(Source::Initializer(message)) = self.sources.get(name) {
            // Read anew for each use, so paid for each time.
            let value = Tensor::read(*message)?.value()?;
            context.spend(value.len() as u64)?;
            return Ok(Rc::new(value));
        }
        let left = self.uses.get_mut(name).map_or(0, |uses| {
            *uses = uses.saturating_sub(1);
            *uses
        });
        let value = if left == 0 {
            self.values.remove(name)
        } else {
            self.values.get(name).cloned()
        };
        value.ok_or_else(|| error(format!("the value `{name}` is not defined")))
    }
}

/// Returns the nodes that the outputs need, each after those it needs, and how often each value
/// is used.
fn order<'a>(
    graph: &Graph<'a>,
    sources: &HashMap<&'a str, Source<'a>>,
    wanted: &[&'a str],
) -> Result<(Vec<usize>, HashMap<&'a str, usize>), ForeignError> {
    const NEW: u8 = 0;
    const OPEN: u8 = 1;
    const DONE: u8 = 2;
    let mut states = vec![NEW; graph.nodes.len()];
    let mut order = Vec::new();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    let mut stack = Vec::new();
    for name in wanted {
        *uses.entry(name).or_default() += 1;
        if let Some(Source::Node(index)) = sources.get(name) {
            stack.push(*index);
        }
    }
    while let Some(&index) = stack.last() {
        if states[index] != NEW {
            stack.pop();
            if states[index] == OPEN {
                states[index] = DONE;
                order.push(index);
            }
            continue;
        }
        states[index] = OPEN;
        let node = Node::read(graph.nodes[index])?;
        for name in node.inputs.iter().filter(|name| !name.is_empty()) {
            *uses.entry(name).or_default() += 1;
            match sources.get(name) {
                Some(Source::Node(before)) => match states[*before] {
                    NEW => stack.push(*before),
                    OPEN => {
                        return Err(error(format!(
                            "the graph is cyclic: `{name}` depends on itself"
                        ))
                        .at(|| node.place()));
                    }
                    _ => {}
                },
                Some(_) => {}
                None => {
                    return Err(error(format!("its input `{name}` is not defined"))
                        .at(|| node.place())
                        .hint("the graph is incomplete, or is part of another graph"));
                }
            }
        }
    }
    Ok((order, uses))
}

/// Returns the tensor of fresh inputs that a description asks for; a free first size is 1.
fn input(info: &ValueInfo<'_>, context: &mut Context) -> Result<Value, ForeignError> {
    if info.is_other || kind(info.element).is_none() {
        return Err(error("this input is not a tensor of numbers"));
    }
    let Some(dims) = &info.dims else {
        return Err(error("the file does not give its shape")
            .hint("export the network with an example input, or with shape inference"));
    };
    let mut sizes = Vec::new();
    for (k, dim) in dims.iter().enumerate() {
        match dim {
            // -1 and 0 are other spellings of "any".
            Some(size) if 0 < *size && size.cast_signed() > 0 => sizes.push(*size),
            _ if k == 0 => sizes.push(1),
            _ => {
                return Err(error(format!(
                    "size {} of its shape is not fixed; only the first, the batch, may be open",
                    k + 1
                ))
                .hint("export the network with fixed sizes"));
            }
        }
    }
    let mut size = 1u64;
    for dim in &sizes {
        size = size.saturating_mul(*dim);
    }
    context.spend(size.saturating_mul(8))?;
    let mut forms = Vec::new();
    for _ in 0..size {
        forms.push(context.input()?);
    }
    let sizes = sizes
        .into_iter()
        .map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    Ok(Value::forms(sizes.collect(), forms))
}

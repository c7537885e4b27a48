//! Walks a graph from its inputs to its outputs.
//!
//! Only what the outputs need is looked at. Nodes may stand in any order; a value that needs
//! itself is refused. A value is dropped after its last use, or handed to it to be changed.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::batch::keep_one_row;
use super::context::Context;
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

/// Returns the outputs of a graph as forms; the units are in the context.
pub fn evaluate(graph: &Graph<'_>, context: &mut Context) -> Result<Vec<Form>, ForeignError> {
    let mut sources = HashMap::new();
    for message in &graph.initializers {
        let name = Tensor::read(*message)?.name;
        if sources
            .insert(name, Source::Initializer(*message))
            .is_some()
        {
            return Err(
                ForeignError::new(format!("two tensors have the name `{name}`"))
                    .at(|| format!("byte {}", message.start())),
            );
        }
    }
    let mut values: HashMap<&str, Rc<Value>> = HashMap::new();
    let mut inputs = HashSet::new();
    // The first size that all inputs share, and how many elements each has.
    let mut batch = None;
    let mut input_sizes = Vec::new();
    for message in &graph.inputs {
        let info = ValueInfo::read(*message)?;
        if !inputs.insert(info.name) {
            return Err(ForeignError::new(format!(
                "two inputs have the name `{}`",
                info.name
            )));
        }
        // Old files list their constants among the inputs.
        if let Some(Source::Initializer(_)) = sources.get(info.name) {
            continue;
        }
        sources.insert(info.name, Source::Input);
        let value = input(&info, context).map_err(|e| e.at(|| format!("input `{}`", info.name)))?;
        let first = value.dims.first().copied().filter(|_| value.dims.len() > 1);
        batch = match (input_sizes.is_empty(), first) {
            (true, first) => first,
            (false, first) => batch.filter(|batch| Some(*batch) == first),
        };
        input_sizes.push(value.len());
        values.insert(info.name, Rc::new(value));
    }
    for (index, message) in graph.nodes.iter().enumerate() {
        let node = Node::read(*message)?;
        for output in node.outputs.iter().filter(|name| !name.is_empty()) {
            if sources.insert(output, Source::Node(index)).is_some() {
                return Err(
                    ForeignError::new(format!("the name `{output}` was given before"))
                        .at(|| node.place()),
                );
            }
        }
    }
    let mut wanted = Vec::new();
    for message in &graph.outputs {
        let info = ValueInfo::read(*message)?;
        if !sources.contains_key(info.name) {
            return Err(ForeignError::new(format!(
                "nothing gives the output `{}`",
                info.name
            )));
        }
        wanted.push(info.name);
    }
    if wanted.is_empty() {
        return Err(ForeignError::new("the graph has no output"));
    }
    let (order, mut uses) = order(graph, &sources, &wanted)?;
    for index in order {
        let node = Node::read(graph.nodes[index])?;
        let mut run = || {
            let mut operands = Vec::with_capacity(node.inputs.len());
            for name in &node.inputs {
                operands.push(if name.is_empty() {
                    None
                } else {
                    Some(take(context, name, &sources, &mut values, &mut uses)?)
                });
            }
            context.places.push(node.place());
            operators::run(&node, operands, context)
        };
        let results = run().map_err(|error| error.at(|| node.place()))?;
        for (name, value) in node.outputs.iter().zip(results) {
            if uses.contains_key(name) {
                values.insert(name, Rc::new(value));
            }
        }
        if let Some(name) = node
            .outputs
            .iter()
            .find(|name| uses.contains_key(*name) && !values.contains_key(*name))
        {
            return Err(
                ForeignError::new(format!("its output `{name}` is not supported"))
                    .at(|| node.place()),
            );
        }
    }
    let mut outputs = Vec::new();
    for name in wanted {
        let value = take(context, name, &sources, &mut values, &mut uses)?;
        if value.is_infinite {
            return Err(ForeignError::new(format!(
                "the output `{name}` is infinite"
            )));
        }
        let value = context.own(value)?;
        outputs.push((value.dims.first().copied(), value.into_forms()));
    }
    if let Some(batch) = batch.filter(|batch| *batch > 1) {
        let note = if keep_one_row(context, &mut outputs, &input_sizes, batch) {
            format!("the file is for batches of {batch}; the network is that of one row")
        } else {
            format!("the first size of the inputs, {batch}, is no batch: all elements are inputs")
        };
        context.note(note);
    }
    Ok(outputs.into_iter().flat_map(|(_, forms)| forms).collect())
}

/// Returns a value that is there: a stored one is read now.
fn take<'a>(
    context: &mut Context,
    name: &str,
    sources: &HashMap<&'a str, Source<'a>>,
    values: &mut HashMap<&'a str, Rc<Value>>,
    uses: &mut HashMap<&'a str, usize>,
) -> Result<Rc<Value>, ForeignError> {
    if let Some(Source::Initializer(message)) = sources.get(name) {
        // Read anew for each use, so paid for each time.
        let value = Tensor::read(*message)?.value()?;
        context.spend(value.len() as u64)?;
        return Ok(Rc::new(value));
    }
    let left = uses.get_mut(name).map_or(0, |uses| {
        *uses = uses.saturating_sub(1);
        *uses
    });
    let value = if left == 0 {
        values.remove(name)
    } else {
        values.get(name).cloned()
    };
    value.ok_or_else(|| ForeignError::new(format!("nothing gives the value `{name}`")))
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
                        return Err(ForeignError::new(format!(
                            "the graph is cyclic: `{name}` depends on itself"
                        ))
                        .at(|| node.place()));
                    }
                    _ => {}
                },
                Some(_) => {}
                None => {
                    return Err(
                        ForeignError::new(format!("nothing gives its input `{name}`"))
                            .at(|| node.place())
                            .hint("the graph is cut off, or refers to one outside"),
                    );
                }
            }
        }
    }
    Ok((order, uses))
}

/// Returns the tensor of fresh inputs that a description asks for; a free first size is 1.
fn input(info: &ValueInfo<'_>, context: &mut Context) -> Result<Value, ForeignError> {
    if info.is_other || kind(info.element).is_none() {
        return Err(ForeignError::new("this input is not a tensor of numbers"));
    }
    let Some(dims) = &info.dims else {
        return Err(
            ForeignError::new("the file does not say how many numbers it has")
                .hint("export the network with an example input, or with shape inference"),
        );
    };
    let mut sizes = Vec::new();
    for (k, dim) in dims.iter().enumerate() {
        match dim {
            // -1 and 0 are other spellings of "any".
            Some(size) if 0 < *size && size.cast_signed() > 0 => sizes.push(*size),
            _ if k == 0 => sizes.push(1),
            _ => {
                return Err(ForeignError::new(format!(
                    "size {} of its shape is free, and only the first, the batch, may be",
                    k + 1
                ))
                .hint("export the network with sizes fixed"));
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

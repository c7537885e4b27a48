//! The partition of a proof: the leaves of a certificate, coloured by method.

use super::{Subject, caption, rect};
use crate::bounds::Cell;
use crate::certificate::{Certificate, Method, Node};
use crate::draw::{PartitionCell, PartitionColour, PartitionPicture};
use crate::words::count;

fn partition_cell(cell: &Cell, method: Method, depth: u32) -> PartitionCell {
    let mut known = Method::ALL.iter().skip(1);
    PartitionCell {
        rect: rect(cell),
        method: known.position(|known| *known == method),
        ratio: 0.0,
        depth,
    }
}

/// The name of a method in the key of a picture.
fn title(method: Method) -> &'static str {
    match method {
        Method::Open => "open",
        Method::Natural => "intervals",
        Method::Linear => "linear forms",
        Method::MeanValue => "mean value",
        Method::SecondOrder => "second order",
        Method::Monotone => "monotone",
        Method::Exact => "exact",
        Method::HalfPlanes => "half-planes",
        Method::TransitionLayers => "transition layers",
    }
}

/// The cells of a certificate.
pub(super) fn partition(
    subject: &Subject<'_>,
    certificate: &Certificate,
) -> Option<PartitionPicture> {
    let whole = Cell::root(&subject.question.domain);
    let mut nodes = certificate.partition.nodes();
    let mut open = vec![(whole.clone(), 0_u32)];
    let mut cells = Vec::new();
    while let Some((cell, depth)) = open.pop() {
        match nodes.next_node().ok()? {
            Node::Cut { axis, place } => {
                let (lower, upper) = cell.cut(axis, place.as_ref())?;
                open.push((upper, depth + 1));
                open.push((lower, depth + 1));
            }
            Node::Leaf(method) => cells.push(partition_cell(&cell, method, depth)),
            Node::Line(_) => {
                // The box as a whole; its parts are too small to be told apart.
                let mut parts = 2_usize;
                let mut worst = Method::Exact;
                while parts > 0 {
                    match nodes.next_node().ok()? {
                        Node::Leaf(method) => {
                            parts -= 1;
                            if method == Method::Open {
                                worst = method;
                            }
                        }
                        _ => parts += 1,
                    }
                }
                cells.push(partition_cell(&cell, worst, depth));
            }
        }
    }
    let name = |axis: usize| {
        let names = subject.question.target.inputs();
        names.get(axis).cloned().unwrap_or_default()
    };
    Some(PartitionPicture {
        title: format!("The proof, in {}", count(cells.len(), "cell")),
        caption: format!(
            "{}\nOn each cell, one argument proves the bound.",
            caption(subject)
        ),
        x_label: name(0),
        y_label: name(1),
        one_input: subject.question.target.inputs().len() == 1,
        domain: rect(&whole),
        cells,
        methods: Method::ALL
            .into_iter()
            .skip(1)
            .map(|method| title(method).to_string())
            .collect(),
        colour: PartitionColour::Method,
    })
}

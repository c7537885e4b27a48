//! Partitions as trees that can be taken apart.

use std::ops::Range;

use super::Part;
use crate::bounds::Cell;
use crate::certificate::{Method, Node, Nodes, Partition};
use crate::checker::walk::MAX_DEPTH;
use crate::numbers::Rational;

/// A cut: the input, and the place if it is not the middle.
pub(super) type Cut = (usize, Option<Rational>);

/// Returns the next node if it is a cut or a leaf; a cut along a line has no place in a part.
pub(super) fn next(nodes: &mut Nodes<'_>) -> Option<Result<Cut, Method>> {
    match nodes.next_node().ok()? {
        Node::Cut { axis, place } => Some(Ok((axis, place))),
        Node::Leaf(method) => Some(Err(method)),
        Node::Line(_) => None,
    }
}

/// Returns the cell of each leaf, in order; `None` if it is not a tree, or one deeper than a checker walks.
pub(super) fn leaf_cells(tree: &Partition, root: Cell) -> Option<Vec<Cell>> {
    let mut nodes = tree.nodes();
    let mut cells = Vec::new();
    let mut open = vec![(root, 0)];
    while let Some((cell, depth)) = open.pop() {
        match next(&mut nodes)? {
            Ok(_) if depth >= MAX_DEPTH => return None,
            Ok((axis, place)) => {
                let (lower, upper) = cell.cut(axis, place.as_ref())?;
                open.push((upper, depth + 1));
                open.push((lower, depth + 1));
            }
            Err(_) => cells.push(cell),
        }
    }
    nodes.is_at_end().then_some(cells)
}

/// Returns the method of each leaf, in order.
pub(super) fn leaf_methods(tree: &Partition) -> Option<Vec<Method>> {
    let mut nodes = tree.nodes();
    let mut methods = Vec::new();
    while !nodes.is_at_end() {
        methods.extend(next(&mut nodes)?.err());
    }
    Some(methods)
}

/// Returns where in the text of a grown tree each leaf of the earlier tree begins and ends; `None` if it did
/// not grow from that tree, or if a leaf outside of `own` changed.
pub(super) fn grown(
    earlier: &Partition,
    own: &Range<usize>,
    later: &Partition,
) -> Option<Vec<Range<usize>>> {
    let (mut before, mut after) = (earlier.nodes(), later.nodes());
    let mut places = Vec::new();
    let mut open = 1_usize;
    while open > 0 {
        open -= 1;
        let begin = after.position();
        match next(&mut before)? {
            Ok(cut) => {
                if next(&mut after)? != Ok(cut) {
                    return None;
                }
                open += 2;
            }
            Err(_) if own.contains(&places.len()) => {
                after.skip_tree().ok()?;
                places.push(begin..after.position());
            }
            Err(_) => {
                if next(&mut after)? != Err(Method::Open) {
                    return None;
                }
                places.push(begin..after.position());
            }
        }
    }
    let has_lines = later.text().contains(&b'/') && has_lines(later);
    (before.is_at_end() && after.is_at_end() && !has_lines).then_some(places)
}

/// Returns which leaves of its partition a part has.
pub(super) fn leaves(part: &Part) -> Option<Range<usize>> {
    let partition = &part.certificate.partition;
    let places = grown(&part.tree, &part.own, partition)?;
    let own = places.get(part.own.clone())?;
    let leaves_in = |text: &[u8]| Partition::from_text(text.to_vec()).leaves();
    let (begin, end) = (own.first()?.start, own.last()?.end);
    let before = leaves_in(partition.text().get(..begin)?);
    Some(before..before + leaves_in(partition.text().get(begin..end)?))
}

/// Is there a cut along a line? A fraction has the same sign.
fn has_lines(tree: &Partition) -> bool {
    let mut nodes = tree.nodes();
    while !nodes.is_at_end() {
        if next(&mut nodes).is_none() {
            return true;
        }
    }
    false
}

/// Returns the combined value of all leaves, whose values come in order: two halves of a cell are combined as
/// soon as both are known, as the checker does.
pub(super) fn folded<T>(
    tree: &Partition,
    leaves: &mut impl Iterator<Item = T>,
    and: impl Fn(T, T) -> T,
) -> Option<T> {
    let mut nodes = tree.nodes();
    // The lower halves that wait for their upper ones, with their depth.
    let mut waiting: Vec<(usize, T)> = Vec::new();
    let mut open = vec![0_usize];
    while let Some(mut depth) = open.pop() {
        if next(&mut nodes)?.is_ok() {
            open.extend([depth + 1, depth + 1]);
            continue;
        }
        let mut total = leaves.next()?;
        while let Some((_, lower)) = waiting.pop_if(|(above, _)| *above == depth && depth > 0) {
            total = and(lower, total);
            depth -= 1;
        }
        waiting.push((depth, total));
    }
    let (_, total) = waiting.pop()?;
    (nodes.is_at_end() && waiting.is_empty()).then_some(total)
}

/// A part of a tree.
#[derive(Debug, PartialEq)]
pub(super) struct Pruned {
    /// The tree as far as it leads to the cells of the part. Every leaf is open.
    pub tree: Partition,
    /// Which leaves of it are these cells.
    pub own: Range<usize>,
    /// The same tree, with what was below these cells.
    pub partition: Partition,
}

/// Returns the part of a tree that has these leaves, in the largest cells possible.
pub(super) fn pruned(tree: &Partition, leaves: &Range<usize>) -> Option<Pruned> {
    let mut nodes = tree.nodes();
    let mut small = Partition::default();
    let mut text = Vec::new();
    let mut own: Option<Range<usize>> = None;
    let (mut seen, mut places) = (0, 0);
    let mut open = 1_usize;
    while open > 0 {
        open -= 1;
        let begin = nodes.position();
        let mut after = nodes.clone();
        let end = seen + after.skip_tree().ok()?;
        let is_own = leaves.start <= seen && end <= leaves.end;
        if is_own || end <= leaves.start || leaves.end <= seen {
            small.push(&Node::Leaf(Method::Open));
            if is_own {
                text.extend_from_slice(tree.text().get(begin..after.position())?);
                own = Some(own.map_or(places, |own| own.start)..places + 1);
            } else {
                text.push(Method::Open.letter());
            }
            (seen, nodes) = (end, after);
            places += 1;
            continue;
        }
        let (axis, place) = next(&mut nodes)?.ok()?;
        small.push(&Node::Cut { axis, place });
        text.extend_from_slice(tree.text().get(begin..nodes.position())?);
        open += 2;
    }
    Some(Pruned {
        tree: small,
        own: own?,
        partition: Partition::from_text(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Partition {
        Partition::from_text(text.into())
    }

    #[test]
    fn a_tree_is_pruned_to_some_of_its_leaves() {
        // Leaves: n o o l n, as ((n o) (o (l n))).
        let whole = tree("AAnoBoAln");
        let some = |leaves| {
            let found = pruned(&whole, &leaves).expect("a tree");
            let text = |tree: &Partition| String::from_utf8_lossy(tree.text()).into_owned();
            (text(&found.tree), found.own, text(&found.partition))
        };
        let expected =
            |tree: &str, own, partition: &str| (tree.to_owned(), own, partition.to_owned());
        assert_eq!(some(1..3), expected("AAooBoo", 1..3, "AAooBoo"));
        assert_eq!(some(4..5), expected("AoBoAoo", 3..4, "AoBoAon"));
        // Whole subtrees are one cell.
        assert_eq!(some(0..3), expected("AoBoo", 0..2, "AAnoBoo"));
        assert_eq!(some(0..5), expected("o", 0..1, "AAnoBoAln"));
        assert!(pruned(&tree("AAn"), &(0..1)).is_none());
    }

    #[test]
    fn leaves_are_combined_half_by_half() {
        let and = |a: String, b: String| format!("({a}{b})");
        let mut leaves = (0..5).map(|leaf| leaf.to_string());
        let total = folded(&tree("AAnoBoAln"), &mut leaves, and);
        assert_eq!(total.as_deref(), Some("((01)(2(34)))"));
        assert_eq!(
            folded(&tree("Ano"), &mut std::iter::once(String::new()), and),
            None
        );
    }

    #[test]
    fn a_grown_tree_is_cut_where_the_earlier_one_ends() {
        let earlier = tree("AoBoo");
        assert_eq!(
            grown(&earlier, &(1..2), &tree("AoBAnno")),
            Some(vec![1..2, 3..6, 6..7])
        );
        // Outside of its own leaves, by another cut, or in the middle of a text nothing may have changed.
        assert_eq!(grown(&earlier, &(1..2), &tree("AoBon")), None);
        assert_eq!(grown(&earlier, &(1..2), &tree("BoBAnno")), None);
        assert_eq!(grown(&earlier, &(1..2), &tree("AoBAnn")), None);
        assert_eq!(grown(&earlier, &(1..2), &tree("AoBAnnoo")), None);
        // A line is not a cut of a cell; a fraction is a place.
        assert_eq!(grown(&earlier, &(1..2), &tree("AoB/1,0,0;nno")), None);
        assert!(grown(&earlier, &(1..2), &tree("AoB@A1/3;nno")).is_some());
    }
}

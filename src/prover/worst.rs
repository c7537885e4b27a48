//! Open cells, the worst first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::numbers::Dyadic;

/// A cell that is not known well enough.
pub trait Open {
    /// How bad it is.
    fn rank(&self) -> Dyadic;
    /// Its place in the tree, which tells how old it is.
    fn node(&self) -> usize;
}

/// A queue of open cells: the worst first, and of equal ones the older.
pub struct WorstFirst<T>(BinaryHeap<Worst<T>>);

struct Worst<T>(T);

impl<T: Open> Ord for Worst<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_rank = self.0.rank().cmp(&other.0.rank());
        by_rank.then(other.0.node().cmp(&self.0.node()))
    }
}
impl<T: Open> PartialOrd for Worst<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T: Open> PartialEq for Worst<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl<T: Open> Eq for Worst<T> {}

impl<T: Open> WorstFirst<T> {
    /// A queue without cells.
    pub fn new() -> Self {
        Self(BinaryHeap::new())
    }

    /// Adds a cell.
    pub fn push(&mut self, cell: T) {
        self.0.push(Worst(cell));
    }

    /// Takes the worst cell out.
    pub fn pop(&mut self) -> Option<T> {
        self.0.pop().map(|Worst(cell)| cell)
    }

    /// Looks at the worst cell.
    pub fn peek(&self) -> Option<&T> {
        self.0.peek().map(|Worst(cell)| cell)
    }

    /// How many cells there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The cells, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|Worst(cell)| cell)
    }

    /// The cells, the oldest first.
    pub fn into_oldest_first(self) -> Vec<T> {
        let mut cells: Vec<T> = self.0.into_iter().map(|Worst(cell)| cell).collect();
        cells.sort_by_key(Open::node);
        cells
    }
}

impl<T: Open> Extend<T> for WorstFirst<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, cells: I) {
        self.0.extend(cells.into_iter().map(Worst));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Cell(i64, usize);

    impl Open for Cell {
        fn rank(&self) -> Dyadic {
            Dyadic::from_i64(self.0)
        }
        fn node(&self) -> usize {
            self.1
        }
    }

    #[test]
    fn the_worst_comes_first_and_of_equal_ones_the_older() {
        let cells = [(2, 4), (7, 9), (7, 3), (-1, 0), (7, 5)];
        let mut queue = WorstFirst::new();
        queue.extend(cells.map(|(rank, node)| Cell(rank, node)));
        assert_eq!(queue.peek(), Some(&Cell(7, 3)));
        let ranked = std::iter::from_fn(|| queue.pop()).map(|cell| cell.1);
        assert_eq!(ranked.collect::<Vec<_>>(), [3, 5, 9, 4, 0]);
    }
}

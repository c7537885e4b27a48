//! Activation patterns, stored layer by layer: the cells of one parent share the patterns below.

/// The bits of one layer's pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits<'a>(pub &'a [u64]);

impl Bits<'_> {
    /// Is the bit set?
    pub fn get(self, bit: usize) -> bool {
        self.0[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// Returns the number written in (at most the first 32 of) these bits.
    pub fn number(self, first: usize, length: usize) -> usize {
        (0..length.min(32)).fold(0, |sum, i| sum | usize::from(self.get(first + i)) << i)
    }
}

/// Sets or clears a bit.
pub fn set(words: &mut [u64], bit: usize, value: bool) {
    let mask = 1 << (bit % 64);
    if value {
        words[bit / 64] |= mask;
    } else {
        words[bit / 64] &= !mask;
    }
}

/// Flips a bit.
pub fn flip(words: &mut [u64], bit: usize) {
    words[bit / 64] ^= 1 << (bit % 64);
}

/// Writes a number into (at most the first 32 of) these bits.
pub fn write_number(words: &mut [u64], first: usize, length: usize, number: usize) {
    for i in 0..length {
        set(words, first + i, i < 32 && number >> i & 1 == 1);
    }
}

/// The root of a [`PatternTree`].
pub const ROOT: u32 = 0;

/// Patterns of cells: a node for each cell of each layer, below its parent in the layer before.
///
/// Node [`ROOT`] is the domain; a node at depth `l` stores the bits of layer `l - 1`.
#[derive(Clone, Debug)]
pub struct PatternTree {
    /// For each node its parent and depth.
    nodes: Vec<(u32, u32)>,
    /// For each node where its words start; their number is that of the depth.
    starts: Vec<usize>,
    words: Vec<u64>,
    /// Words of a node, by depth.
    lengths: Vec<usize>,
}

impl PatternTree {
    /// Returns the tree with its root alone, for layers with these numbers of bits.
    pub fn new(bits: impl Iterator<Item = usize>) -> Self {
        let layers = bits.map(|bits| bits.div_ceil(64));
        Self {
            nodes: vec![(ROOT, 0)],
            starts: vec![0],
            words: Vec::new(),
            lengths: std::iter::once(0).chain(layers).collect(),
        }
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Adds a node and returns it; `None` if there are too many.
    pub fn push(&mut self, parent: u32, words: &[u64]) -> Option<u32> {
        let node = u32::try_from(self.nodes.len()).ok()?;
        let depth = self.depth(parent) + 1;
        debug_assert_eq!(words.len(), self.lengths[depth]);
        self.nodes.push((parent, u32::try_from(depth).ok()?));
        self.starts.push(self.words.len());
        self.words.extend_from_slice(words);
        Some(node)
    }

    /// Adds a node with the words of another child of the same parent.
    pub fn push_like(&mut self, sibling: u32) -> Option<u32> {
        let node = u32::try_from(self.nodes.len()).ok()?;
        let from = self.starts[sibling as usize];
        let length = self.lengths[self.depth(sibling)];
        self.nodes.push(self.nodes[sibling as usize]);
        self.starts.push(self.words.len());
        self.words.extend_from_within(from..from + length);
        Some(node)
    }

    /// The parent of a node; the root is its own.
    pub fn parent(&self, node: u32) -> u32 {
        self.nodes[node as usize].0
    }

    /// The depth of a node: the number of decided layers.
    pub fn depth(&self, node: u32) -> usize {
        self.nodes[node as usize].1 as usize
    }

    /// The bits of the last layer that is decided.
    pub fn bits(&self, node: u32) -> Bits<'_> {
        let start = self.starts[node as usize];
        Bits(&self.words[start..start + self.lengths[self.depth(node)]])
    }

    /// The bits of the last layer that is decided, to change.
    pub fn words_mut(&mut self, node: u32) -> &mut [u64] {
        let start = self.starts[node as usize];
        let length = self.lengths[self.depth(node)];
        &mut self.words[start..start + length]
    }

    /// Returns the nodes from the one below the root down to this one.
    pub fn path(&self, mut node: u32) -> Vec<u32> {
        let mut path = Vec::with_capacity(self.depth(node));
        while node != ROOT {
            path.push(node);
            node = self.parent(node);
        }
        path.reverse();
        path
    }

    /// The number of bytes of the tree.
    pub fn bytes(&self) -> usize {
        self.nodes.capacity() * 8 + self.starts.capacity() * 8 + self.words.capacity() * 8
    }
}

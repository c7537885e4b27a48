//! The sizes that are tried on the way to the smallest that is enough.

/// Sizes to try: doubled until one is enough, then the step to the last one that was too small is halved.
///
/// A caller takes [`Sizes::untried`] and says of that size whether it is enough; where every size above
/// one that is enough is enough too, [`Sizes::smallest`] is the smallest of all in the end.
///
/// ```
/// use steeple::builders::Sizes;
/// let mut sizes = Sizes::new(1, 100);
/// let mut tried = Vec::new();
/// while let Some(size) = sizes.untried() {
///     tried.push(size);
///     sizes.tried(size, size >= 11);
/// }
/// assert_eq!(tried, [1, 2, 4, 8, 16, 12, 10, 11]);
/// assert_eq!(sizes.smallest(), Some(11));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    smallest: usize,
    largest: usize,
    /// A size that is enough by theorem.
    known: Option<usize>,
    /// The largest size that was too small.
    too_small: Option<usize>,
    /// The smallest size that was enough.
    enough: Option<usize>,
}

impl Sizes {
    /// Sizes from the smallest to the largest.
    pub fn new(smallest: usize, largest: usize) -> Self {
        Self {
            smallest,
            largest,
            known: None,
            too_small: None,
            enough: None,
        }
    }

    /// The same where a size is known to be enough: nothing larger is tried.
    #[must_use]
    pub fn with_known(self, known: Option<usize>) -> Self {
        Self { known, ..self }
    }

    /// Returns the next size to try; nothing where it is known which is the smallest, or that none is
    /// enough.
    pub fn untried(&self) -> Option<usize> {
        match (self.too_small, self.enough) {
            (None, None) => Some(self.smallest),
            (Some(too_small), None) => {
                let doubled = too_small.saturating_mul(2).min(self.largest);
                let is_between = |known: &usize| too_small < *known && *known < doubled;
                let next = self.known.filter(is_between).unwrap_or(doubled);
                (next > too_small).then_some(next)
            }
            (too_small, Some(enough)) => {
                let below = too_small.unwrap_or_else(|| self.smallest.saturating_sub(1));
                (enough.saturating_sub(below) > 1).then(|| usize::midpoint(below, enough))
            }
        }
    }

    /// Notes of a size whether it is enough.
    pub fn tried(&mut self, size: usize, is_enough: bool) {
        if is_enough {
            self.enough = Some(size);
        } else {
            self.too_small = Some(size);
        }
    }

    /// The smallest size that was enough.
    pub fn smallest(&self) -> Option<usize> {
        self.enough
    }

    /// The largest size that was too small, if one was.
    pub fn too_small(&self) -> Option<usize> {
        self.too_small
    }
}

/// Returns the smallest size that is enough; nothing where none is up to the largest, or where that
/// cannot be said.
pub fn smallest_size(
    smallest: usize,
    largest: usize,
    mut is_enough: impl FnMut(usize) -> Option<bool>,
) -> Option<usize> {
    let mut sizes = Sizes::new(smallest, largest);
    while let Some(size) = sizes.untried() {
        sizes.tried(size, is_enough(size)?);
    }
    sizes.smallest()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_size_is_found() {
        for wanted in 3..70 {
            assert_eq!(smallest_size(3, 100, |n| Some(n >= wanted)), Some(wanted));
        }
        assert_eq!(smallest_size(3, 100, |n| Some(n >= 101)), None);
        assert_eq!(smallest_size(3, 100, |n| Some(n >= 100)), Some(100));
        assert_eq!(smallest_size(3, 100, |_| None), None);
        assert_eq!(smallest_size(3, 3, |_| Some(false)), None);
    }

    #[test]
    fn nothing_above_a_size_that_is_known_to_be_enough_is_tried() {
        for known in 1..70 {
            let mut sizes = Sizes::new(1, 100).with_known(Some(known));
            while let Some(size) = sizes.untried() {
                let doubled = sizes.too_small().map_or(1, |before| 2 * before);
                assert!(size <= known.min(doubled), "{size}");
                sizes.tried(size, size >= known);
            }
            assert_eq!(sizes.smallest(), Some(known));
        }
    }
}

//! Finds where a target needs shorter cells: bounds on slabs of one side, and lines that follow them.

use super::grid::Axis;
use super::sample::{exponent_above, range_width, short_above};
use crate::expr::{Domain, Expr, derivative_range_upper};
use crate::numbers::{Interval, Rational};

/// The number of equal slabs of a side.
const SLABS: usize = 64;
/// A slab without a bound is halved at most this often.
const HALVINGS: usize = 24;
/// The largest number of slabs after that.
const MOST_SLABS: usize = 1024;
/// Bits of a length.
const SHORT: i32 = 24;
/// The number of bisections in the search for the least bound of a cell.
const SEARCHES: usize = 40;

/// A part of a side, with bounds on a formula there.
#[derive(Clone, Debug)]
struct Slab {
    low: Rational,
    high: Rational,
    bound: Option<Rational>,
    /// The cost from the width of the target's range, if it can replace the bound.
    width: Option<Rational>,
}

/// Bounds along one side, from its lower to its upper end.
#[derive(Clone, Debug)]
pub struct Density {
    slabs: Vec<Slab>,
}

impl Density {
    /// Returns upper bounds on the `order`-th derivative in one input, of every formula, on slabs
    /// of the domain across that input. Slabs without a bound are halved again and again.
    pub fn new(formulas: &[Expr], domain: &Domain, input: usize, order: u32) -> Self {
        let bound = |low: &Rational, high: &Rational| {
            let mut sides = domain.sides().to_vec();
            sides[input] = (low.clone(), high.clone());
            let slab = Domain::new(domain.names().to_vec(), sides).ok()?;
            let bounds = formulas.iter();
            let bounds = bounds.map(|f| derivative_range_upper(f, &slab, input, order));
            bounds.collect::<Option<Vec<_>>>()?.into_iter().max()
        };
        // A straight line between two values of the target is within the width of its range, which
        // is in place of |f''| h^2/8.
        let width = |low: &Rational, high: &Rational| {
            let side = [(low.clone(), high.clone())];
            let width = (domain.dimension() == 1).then(|| range_width(formulas, &side));
            Some(width?? * Rational::from(8))
        };
        let (low, high) = &domain.sides()[input];
        let axis = Axis::equal(low, high, SLABS);
        let mut slabs = Vec::new();
        for k in 0..SLABS {
            // A stack, the lower half on top.
            let mut open = vec![(axis.line(k), axis.line(k + 1), 0)];
            while let Some((low, high, halvings)) = open.pop() {
                let bound = bound(&low, &high);
                if bound.is_some() || halvings == HALVINGS || slabs.len() >= MOST_SLABS {
                    let width = if order == 2 { width(&low, &high) } else { None };
                    slabs.push(Slab {
                        low,
                        high,
                        bound,
                        width,
                    });
                } else {
                    let middle = (&low + &high).half();
                    open.push((middle.clone(), high, halvings + 1));
                    open.push((low, middle, halvings + 1));
                }
            }
        }
        Self { slabs }
    }

    /// Returns lines that nearly minimise the largest cost of a cell: its bound times its length to this
    /// power (1 or 2), or the cost from the range of the target. Cells are equal if all bounds are equal.
    pub fn lines(&self, cells: usize, power: i32) -> Axis {
        let (first, last) = (&self.slabs[0], &self.slabs[self.slabs.len() - 1]);
        let equal = Axis::equal(&first.low, &last.high, cells);
        if cells == 1 || self.slabs.iter().all(|slab| slab.bound == first.bound) {
            return equal;
        }
        let filled = self.filled();
        // Equal cells have this cost. With the longest allowed cells, the fewest cells reach the end.
        let cost =
            |low: &Rational, high: &Rational| filled.cost(low, high, power).unwrap_or_default();
        let costs = (0..cells).map(|k| cost(&equal.line(k), &equal.line(k + 1)));
        let mut enough = short_above(&costs.max().unwrap_or_default(), SHORT);
        let mut too_small = Rational::ZERO;
        let mut best = filled.march(&enough, cells, power);
        for _ in 0..SEARCHES {
            let middle = (&enough + &too_small).half();
            match filled.march(&middle, cells, power) {
                Some(lines) => (enough, best) = (middle, Some(lines)),
                None => too_small = middle,
            }
        }
        let Some(mut lines) = best else { return equal };
        // Jumps of the bounds can leave spare cells: they split the costliest ones.
        while lines.len() <= cells {
            let sides = lines.windows(2).map(|pair| cost(&pair[0], &pair[1]));
            let worst = sides
                .enumerate()
                .max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
            let place = worst.map_or(0, |(place, _)| place);
            let middle = (&lines[place] + &lines[place + 1]).half();
            lines.insert(place + 1, middle);
        }
        Axis::with_lines(lines)
    }

    /// The same with a bound everywhere: a missing bound becomes the greatest one.
    fn filled(&self) -> Self {
        let found = self.slabs.iter().filter_map(|slab| slab.bound.as_ref());
        let most = found.max().cloned().unwrap_or(Rational::ONE);
        let mut filled = self.clone();
        for slab in &mut filled.slabs {
            slab.bound.get_or_insert_with(|| most.clone());
        }
        filled
    }

    /// Returns lines from the lower to the upper end, each cell as long as `enough` allows; `None` if that
    /// takes too many cells.
    fn march(&self, enough: &Rational, cells: usize, power: i32) -> Option<Vec<Rational>> {
        let last = self.slabs.len() - 1;
        let (begin, end) = (&self.slabs[0].low, &self.slabs[last].high);
        let longest = end - begin;
        let allowed = |slab: &Slab| match &slab.bound {
            Some(bound) if bound.is_positive() => length(enough, bound, power).min(longest.clone()),
            _ => longest.clone(),
        };
        let lengths: Vec<Rational> = self.slabs.iter().map(allowed).collect();
        let mut lines = vec![begin.clone()];
        let mut slab = 0;
        while lines.len() <= cells {
            let start = lines.last()?.clone();
            // The length that the steepest slab so far allows, and the cost from the ranges.
            let mut shortest: Option<&Rational> = None;
            let mut ranges = Some(Rational::ZERO);
            let stop = loop {
                let Slab {
                    low, high, width, ..
                } = &self.slabs[slab];
                let here = shortest.map_or(&lengths[slab], |so_far| so_far.min(&lengths[slab]));
                ranges = ranges.and_then(|ranges| Some(ranges + width.as_ref()?));
                let stop = &start + here;
                if ranges.as_ref().is_none_or(|ranges| ranges > enough) {
                    if stop <= *low {
                        break low.clone();
                    }
                    if stop < *high {
                        break stop;
                    }
                }
                if slab == last {
                    break end.clone();
                }
                shortest = Some(here);
                slab += 1;
            };
            if stop <= start {
                return None;
            }
            let is_last = stop == *end;
            lines.push(stop);
            if is_last {
                return Some(lines);
            }
        }
        None
    }

    /// Returns the cost of a cell; `None` if neither its bounds nor its ranges are known.
    fn cost(&self, low: &Rational, high: &Rational, power: i32) -> Option<Rational> {
        let first = self.slabs.partition_point(|slab| slab.high <= *low);
        let met = || {
            self.slabs[first..]
                .iter()
                .take_while(|slab| slab.low < *high)
        };
        let bounds = met().map(|slab| slab.bound.clone());
        let bound = bounds
            .collect::<Option<Vec<_>>>()
            .and_then(|bounds| bounds.into_iter().max());
        let by_bound = bound.and_then(|bound| Some(bound * (high - low).powi(power)?));
        let ranges = met().map(|slab| slab.width.clone());
        let by_range = ranges.sum::<Option<Rational>>();
        match (by_bound, by_range) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Returns the largest cost of these cells; `None` if one is unknown.
    pub fn worst(&self, axis: &Axis, power: i32) -> Option<Rational> {
        let costs = (0..axis.cells).map(|k| self.cost(&axis.line(k), &axis.line(k + 1), power));
        costs.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

/// Returns a length whose power times the bound is at most `enough`, of about 24 bits.
fn length(enough: &Rational, bound: &Rational, power: i32) -> Rational {
    let ratio = enough / bound;
    if power == 1 {
        return short_below(&ratio);
    }
    let root = Interval::from_rational(&ratio).root().ok();
    let root = root.and_then(|root| root.inf().to_rational());
    short_below(&root.unwrap_or_default())
}

fn short_below(value: &Rational) -> Rational {
    let unit = Rational::power_of_two(exponent_above(value) - SHORT);
    Rational::from((value / &unit).floor()) * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn density(formula: &str, domain: &str, order: u32) -> Density {
        let domain = Domain::parse(domain).expect("a domain");
        let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
        Density::new(&target.output_expressions(), &domain, 0, order)
    }

    #[test]
    fn lines_follow_the_bounds() {
        let even = density("x^2", "x=0..1", 2).lines(5, 2);
        assert_eq!(even, Axis::equal(&Rational::ZERO, &Rational::ONE, 5));
        // |f'| = 2x: with lines at x_k, 2 x_(k+1) (x_(k+1) - x_k) is the same for all cells.
        let slopes = density("x^2", "x=0..1", 1);
        let lines = slopes.lines(4, 1);
        assert_eq!(lines.cells, 4);
        let spread = slopes.worst(&lines, 1).expect("bounded");
        // Over the reals .3210 (x_4 = 1 by three quadratic equations); slabs are 1/64 wide.
        assert!(spread > Rational::ratio(32, 100), "{spread}");
        assert!(spread < Rational::ratio(35, 100), "{spread}");
        // A bound that jumps up at 1/2: the lower half takes one cell.
        let kink = density("max(x - 1/2, (x - 1/2)/1000)", "x=0..1", 1);
        let lines = kink.lines(5, 1);
        assert_eq!(lines.cells, 5);
        assert!(
            lines.line(1) > Rational::ratio(45, 100),
            "{}",
            lines.line(1)
        );
    }

    #[test]
    fn places_without_a_bound_get_short_slabs() {
        let root = density("sqrt(x)", "x=0..1", 2);
        assert_eq!(
            root.slabs
                .iter()
                .filter(|slab| slab.bound.is_none())
                .count(),
            1
        );
        let lines = root.lines(8, 2);
        assert_eq!(lines.cells, 8);
        assert!(lines.side(0) < lines.side(7));
        // By the range next to 0 and by |f''| elsewhere: an eighth of this is an error.
        let worst = root.worst(&lines, 2).expect("a range");
        assert!(worst < Rational::ratio(8, 40), "{worst}");
        assert_eq!(density("sqrt(x)", "x=0..1", 1).worst(&lines, 1), None);
    }
}

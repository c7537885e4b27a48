//! Linear scales, round ticks, and short decimals.

/// Largest magnitude drawn; beyond it values are clamped so that differences stay finite.
const HUGE: f64 = 1e300;
/// Smallest span drawn, far above the subnormal numbers.
const TINY: f64 = 1e-250;

/// A number with its text in a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// Where it is drawn; for an upper bound, rounded up.
    pub value: f64,
    /// The text beside it.
    pub text: String,
}

impl Bound {
    /// Returns an upper bound whose text has at most four digits, rounded up.
    ///
    /// - Exactness: the decimal is never below `value`.
    ///
    /// ```
    /// # use steeple::draw::Bound;
    /// assert_eq!(Bound::new(2.0 / 3.0).text, "0.6667");
    /// assert_eq!(Bound::new(0.10000001).text, "0.1001");
    /// ```
    pub fn new(value: f64) -> Self {
        Bound {
            value,
            text: decimal_up(value, 4),
        }
    }
}

/// Maps `[lo, hi]` to pixels linearly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub lo: f64,
    pub hi: f64,
    pub from: f64,
    pub to: f64,
}

impl Scale {
    /// `lo..hi` must come from [`range`] or be widened by [`widened`]; this does the latter.
    pub fn new((lo, hi): (f64, f64), from: f64, to: f64) -> Self {
        let (lo, hi) = widened(lo, hi);
        Scale { lo, hi, from, to }
    }

    pub fn at(&self, value: f64) -> f64 {
        let t = (value.clamp(-HUGE, HUGE) - self.lo) / (self.hi - self.lo);
        self.from + t.clamp(-100.0, 100.0) * (self.to - self.from)
    }
}

/// The hull of the finite values, `[0, 1]` without any; never empty or too thin to draw.
pub(crate) fn range(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let mut hull = (f64::INFINITY, f64::NEG_INFINITY);
    for v in values.into_iter().filter(|v| v.is_finite()) {
        hull = (hull.0.min(v), hull.1.max(v));
    }
    if hull.0 > hull.1 {
        return (0.0, 1.0);
    }
    widened(hull.0, hull.1)
}

/// Adds this fraction of the length at both ends.
pub(crate) fn padded((lo, hi): (f64, f64), share: f64) -> (f64, f64) {
    let pad = (hi - lo) * share;
    (lo - pad, hi + pad)
}

/// Makes any pair a drawable range: finite, increasing, and not thinner than floats resolve.
pub(crate) fn widened(lo: f64, hi: f64) -> (f64, f64) {
    if !lo.is_finite() || !hi.is_finite() || lo > hi {
        return (0.0, 1.0);
    }
    let (lo, hi) = (lo.clamp(-HUGE, HUGE), hi.clamp(-HUGE, HUGE));
    let size = lo.abs().max(hi.abs());
    if hi - lo > size * 1e-9 && hi - lo > TINY {
        return (lo, hi);
    }
    let pad = if size > TINY { size * 0.1 } else { 1.0 };
    (lo - pad, hi + pad)
}

/// Round positions on an axis, with labels that leave out the common factor `10^power`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ticks {
    pub marks: Vec<(f64, String)>,
    pub power: i32,
}

impl Ticks {
    /// The axis label with the factor that the tick labels omit.
    pub fn label(&self, name: &str) -> String {
        match (self.power, name.is_empty()) {
            (0, _) => name.to_owned(),
            (p, true) => format!("×10{}", superscript(p)),
            (p, false) => format!("{name}  (×10{})", superscript(p)),
        }
    }
}

/// About `want` multiples of 1, 2 or 5 times a power of ten in `[lo, hi]`.
pub(crate) fn ticks(lo: f64, hi: f64, want: u32) -> Ticks {
    let (lo, hi) = widened(lo, hi);
    let raw = (hi - lo) / f64::from(want.max(1));
    let mut e = exponent(raw);
    let lead = raw / ten_to(e);
    let digit: i64 = match lead {
        t if t < 1.5 => 1,
        t if t < 3.5 => 2,
        t if t < 7.5 => 5,
        _ => {
            e += 1;
            1
        }
    };
    let step = digit as f64 * ten_to(e);
    let first = (lo / step - 1e-6).ceil() as i64;
    let last = (hi / step + 1e-6).floor() as i64;
    let numbers: Vec<i64> = (first..=last.min(first + 100)).map(|k| k * digit).collect();
    let largest = numbers.iter().map(|n| n.unsigned_abs()).max().unwrap_or(0);
    // Position of the leading digit of the largest tick.
    let top = e + i32::try_from(largest.max(1).ilog10()).unwrap_or(0);
    let power = if (-3..5).contains(&top) { 0 } else { top };
    let marks = numbers
        .iter()
        .map(|&n| (n as f64 * ten_to(e), shifted(n, e - power)))
        .collect();
    Ticks { marks, power }
}

/// `n·10^e` in positional decimals, exactly.
fn shifted(n: i64, e: i32) -> String {
    let sign = if n < 0 { "−" } else { "" };
    let mut digits = n.unsigned_abs().to_string();
    if e >= 0 {
        if n != 0 {
            digits.extend(std::iter::repeat_n('0', e.unsigned_abs() as usize));
        }
        return format!("{sign}{digits}");
    }
    let places = e.unsigned_abs() as usize;
    if digits.len() <= places {
        digits.insert_str(0, &"0".repeat(places + 1 - digits.len()));
    }
    let (whole, part) = digits.split_at(digits.len() - places);
    if n == 0 {
        return "0".to_owned();
    }
    format!("{sign}{whole}.{part}")
}

/// A decimal of at most `digits` digits, to nearest: for values that are estimates.
pub(crate) fn decimal(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    let text = format!("{:.*e}", digits.max(1) - 1, value.abs());
    written(value < 0.0, &text)
}

/// A decimal of at most `digits` digits that is not below `value`.
pub(crate) fn decimal_up(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    // 770 digits write every f64 exactly, so the digits that are cut off are known.
    let exact = format!("{:.770e}", value.abs());
    let (mantissa, e) = exact.split_once('e').unwrap_or((&exact, "0"));
    let mut e: i32 = e.parse().unwrap_or(0);
    let all: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let (kept, cut) = all.split_at(digits.clamp(1, 15));
    let mut kept: u64 = kept.parse().unwrap_or(0);
    if value > 0.0 && cut.bytes().any(|b| b != b'0') {
        kept += 1;
    }
    let mut text = kept.to_string();
    if text.len() > digits.clamp(1, 15) {
        e += 1;
    }
    if text.len() > 1 {
        text.insert(1, '.');
    }
    written(value < 0.0, &format!("{text}e{e}"))
}

/// Turns `d.ddde±x` into positional decimals, or a power of ten when that would be long.
fn written(negative: bool, scientific: &str) -> String {
    let (mantissa, e) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let e: i32 = e.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    let n: i64 = digits.parse().unwrap_or(0);
    let n = if negative { -n } else { n };
    let tail = i32::try_from(digits.len()).unwrap_or(1) - 1;
    if (-4..6).contains(&e) {
        shifted(n, e - tail)
    } else {
        format!("{}×10{}", shifted(n, -tail), superscript(e))
    }
}

fn superscript(n: i32) -> String {
    n.to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            d => char::from_u32(0x2070 + u32::from(d) - u32::from('0')).unwrap_or('⁰'),
        })
        .collect()
}

/// The decimal exponent of a positive number, from its exact digits.
fn exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.split_once('e')
        .and_then(|(_, e)| e.parse().ok())
        .unwrap_or(0)
}

/// `10^e`, correctly rounded because the standard parser is; `powi` may differ by machine.
fn ten_to(e: i32) -> f64 {
    format!("1e{e}").parse().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(lo: f64, hi: f64, want: u32) -> Vec<String> {
        ticks(lo, hi, want).marks.into_iter().map(|m| m.1).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            labels(0.0, 1.0, 5),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(labels(-2.0, 2.0, 4), ["−2", "−1", "0", "1", "2"]);
        assert_eq!(labels(0.0, 300.0, 3), ["0", "100", "200", "300"]);
        let small = ticks(-3e-7, 3e-7, 3);
        assert_eq!(small.power, -7);
        assert_eq!(small.label("error"), "error  (×10⁻⁷)");
        assert_eq!(small.marks[0].1, "−2");
    }

    #[test]
    fn ticks_survive_extremes() {
        for (lo, hi) in [
            (-1e308, 1e308),
            (1e300, 1e300),
            (0.0, 1e-320),
            (1.0, 1.0 + f64::EPSILON),
            (f64::NAN, 1.0),
            (2.0, -2.0),
        ] {
            let t = ticks(lo, hi, 5);
            assert!((2..=12).contains(&t.marks.len()), "{lo} {hi}: {t:?}");
            assert!(t.marks.iter().all(|m| m.0.is_finite() && m.1.len() < 16));
            let s = Scale::new((lo, hi), 0.0, 100.0);
            assert!(s.at(1e308).is_finite());
        }
    }

    #[test]
    fn upper_decimals_are_not_below() {
        assert_eq!(decimal_up(0.25, 4), "0.25");
        assert_eq!(decimal_up(0.1, 4), "0.1001");
        assert_eq!(decimal_up(0.999_999, 4), "1");
        assert_eq!(decimal_up(1e-9, 3), "1.01×10⁻⁹");
        assert_eq!(decimal_up(-0.123_456, 3), "−0.123");
        assert_eq!(decimal(0.1, 4), "0.1");
        assert_eq!(decimal(1_234_567.0, 3), "1.23×10⁶");
        assert_eq!(decimal(f64::NAN, 3), "?");
    }
}

//! Reports on several networks for one target.
//!
//! A [`Comparison`] is plain data: one [`Row`] per network. [`json`], [`text`], [`markdown`] and
//! [`html`] write it; [`words`] explains the figures.

#[cfg(feature = "html")]
pub mod html;
pub mod json;
pub mod markdown;
#[cfg(feature = "cli")]
pub mod text;
pub mod words;

use super::document::Step;
use crate::floats::Told;
use crate::formats::foreign::Weights;
use crate::numbers::{Rational, literal};

/// Digits of printed figures, rounded outward.
const DIGITS: usize = 3;

/// Lower and upper bounds on a quantity, from a checked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    /// The lower bound.
    pub lower: Rational,
    /// The upper bound, if one is known.
    pub upper: Option<Rational>,
}

impl Enclosure {
    /// Returns the figures for a table, rounded outward: `0.231` if the bounds agree, else `0.22–0.24`.
    pub fn figures(&self) -> String {
        let low = literal::decimal_down(&self.lower, DIGITS);
        match &self.upper {
            None => format!(">= {low}"),
            Some(high) => {
                let high = literal::decimal_up(high, DIGITS);
                if low == high {
                    low
                } else {
                    format!("{low}–{high}")
                }
            }
        }
    }

    /// The upper end for a sentence, rounded up.
    pub fn at_most(&self) -> Option<String> {
        self.upper
            .as_ref()
            .map(|upper| literal::decimal_up(upper, DIGITS))
    }

    /// The lower end for a sentence, rounded down.
    pub fn at_least(&self) -> String {
        literal::decimal_down(&self.lower, DIGITS)
    }

    /// Is the quantity known to a factor of two?
    pub fn is_telling(&self) -> bool {
        let upper = self.upper.as_ref();
        upper.is_some_and(|upper| &self.lower + &self.lower >= *upper)
    }

    /// Is the quantity certainly less than the other one?
    pub fn is_below(&self, other: &Self) -> bool {
        self.upper
            .as_ref()
            .is_some_and(|upper| *upper < other.lower)
    }
}

/// Where a network comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// By formula.
    Built,
    /// By descent, here.
    Trained,
    /// From a file.
    Imported,
}

impl Origin {
    /// The word in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Built => "built",
            Self::Trained => "trained",
            Self::Imported => "imported",
        }
    }
}

/// One start of training.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// Its seed.
    pub seed: u64,
    /// The loss at the end; none where it diverged.
    pub loss: Option<f64>,
    /// The accuracy on the points, or the root mean square error.
    pub fit: Option<f64>,
    /// Steps taken.
    pub steps: usize,
}

/// A unit of the first hidden layer, of a network in two inputs: it changes across a line.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitLine {
    /// The unit vector across the line, towards larger sums.
    pub direction: (f64, f64),
    /// The distance of the line from the origin, along the direction.
    pub place: f64,
    /// The length of the weights: for sigmoid and tanh, how steep it is; for relu, how fast it grows.
    pub steepness: f64,
    /// For sigmoid and tanh: the distance over which it goes from a tenth to nine tenths of its range.
    pub transition: Option<f64>,
    /// Is that at most a twentieth of the domain's width? Then the unit looks like a step.
    pub is_step: Option<bool>,
    /// Whether the line meets the domain.
    pub meets: bool,
}

/// One network.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Which weights it has: those of an imported file, else exact ones.
    pub weights: Weights,
    /// Why there is no network.
    pub failed: Option<String>,
    /// The answer that it gives everywhere, for the baseline: `no`, `yes`, or numbers.
    pub constant: Option<String>,
    /// Units of each hidden layer, and what they do.
    pub hidden: Vec<(usize, String)>,
    /// Hidden units.
    pub units: usize,
    /// Weights and bias terms, zeros included.
    pub parameters: usize,
    /// The proportion of zeros among the weights.
    pub zero_weight_share: f64,
    /// The largest absolute value of a weight.
    pub largest_weight: f64,
    /// The (essential) supremum of the error.
    pub sup: Option<Enclosure>,
    /// The supremum of the error in the arithmetic of [`Comparison::beside`], over the network with its weights
    /// rounded to floats.
    pub beside: Option<Enclosure>,
    /// The integral of the error.
    pub l1: Option<Enclosure>,
    /// The misclassified area.
    pub area: Option<Enclosure>,
    /// The norms without bounds, because the search was stopped too early.
    pub not_searched: Vec<&'static str>,
    /// Linear regions that meet the domain.
    pub linear_regions: Option<usize>,
    /// The sides of the region where it decides "inside", without those on the border of the domain.
    pub decision_sides: Option<usize>,
    /// The area that the best regular polygon with as many sides as units misclassifies.
    pub best_polygon: Option<Enclosure>,
    /// The largest relative difference of backpropagation and central differences.
    pub gradient_check: Option<f64>,
    /// The starts of training.
    pub starts: Vec<Start>,
    /// The place of the best start.
    pub best_start: Option<usize>,
    /// The first hidden layer, with two inputs.
    pub lines: Vec<UnitLine>,
    /// For each first-layer unit in several inputs, its second largest weight over its largest:
    /// 0 if it depends on one input only.
    pub axis_ratios: Vec<f64>,
}

impl Row {
    /// A row without a network yet.
    pub fn new(name: String, origin: Origin) -> Self {
        Self {
            name,
            origin,
            weights: Weights::Exact,
            failed: None,
            constant: None,
            hidden: Vec::new(),
            units: 0,
            parameters: 0,
            zero_weight_share: 0.0,
            largest_weight: 0.0,
            sup: None,
            beside: None,
            l1: None,
            area: None,
            not_searched: Vec::new(),
            linear_regions: None,
            decision_sides: None,
            best_polygon: None,
            gradient_check: None,
            starts: Vec::new(),
            best_start: None,
            lines: Vec::new(),
            axis_ratios: Vec::new(),
        }
    }

    /// Has it one hidden layer of units that only rise: sigmoid, tanh, heaviside, relu?
    pub fn is_monotone_layer(&self) -> bool {
        let monotone = ["sigmoid", "tanh", "heaviside", "relu", "hard-tanh"];
        matches!(&self.hidden[..], [(_, activation)] if monotone.contains(&activation.as_str()))
    }
}

/// Several networks for one target.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The formulas as they were given.
    pub target: Vec<String>,
    /// The inputs with their sides.
    pub domain: Vec<(String, Rational, Rational)>,
    /// For regions: inside is where a network is at least this.
    pub threshold: Option<Rational>,
    /// The arithmetic of all bounds, but those in float32 beside real ones.
    pub arithmetic: Told,
    /// The arithmetic of the column `in float32`.
    pub beside: Told,
    /// Whether the target is a disk inside the domain.
    pub is_disk: bool,
    /// The origin of the training points.
    pub data: Option<String>,
    /// The relative width of the bounds that was asked for.
    pub gap: Rational,
    /// The networks.
    pub rows: Vec<Row>,
    /// Notes on anything unusual.
    pub notes: Vec<String>,
    /// The commands that do the same again.
    pub steps: Vec<Step>,
}

impl Comparison {
    /// The formulas in one line.
    pub fn target_text(&self) -> String {
        self.target.join(", ")
    }

    /// The error by which the rows are compared: the misclassified area of a region, else the sup error.
    pub fn figure<'a>(&self, row: &'a Row) -> Option<&'a Enclosure> {
        match self.threshold {
            Some(_) => row.area.as_ref(),
            None => row.sup.as_ref(),
        }
    }

    /// The name of that error.
    pub fn measure(&self) -> &'static str {
        match (&self.threshold, self.domain.len()) {
            (Some(_), 1) => "misclassified length",
            (Some(_), 2) => "misclassified area",
            (Some(_), _) => "misclassified volume",
            (None, _) => "sup error",
        }
    }

    /// The head of the column of what is misclassified.
    pub fn wrong_head(&self) -> &'static str {
        match self.domain.len() {
            1 => "wrong length",
            2 => "wrong area",
            _ => "wrong volume",
        }
    }

    /// The domain in one line.
    pub fn domain_text(&self) -> String {
        let sides = self.domain.iter();
        let sides = sides.map(|(name, low, high)| format!("{name} in [{low}, {high}]"));
        sides.collect::<Vec<_>>().join(", ")
    }

    /// Returns the heads of the table's columns, and the cells of each row, without empty columns.
    pub fn table(&self) -> (Vec<&'static str>, Vec<Vec<String>>) {
        type Cell = fn(&Row) -> Option<String>;
        let wrong = self.wrong_head();
        let columns: [(&'static str, Cell); 15] = [
            ("network", |row| Some(row.name.clone())),
            ("origin", |row| Some(row.origin.name().into())),
            ("units", |row| has(row, row.units.to_string())),
            ("sup error", |row| row.sup.as_ref().map(Enclosure::figures)),
            ("in float32", |row| {
                row.beside.as_ref().map(Enclosure::figures)
            }),
            ("l1 error", |row| row.l1.as_ref().map(Enclosure::figures)),
            (wrong, |row| row.area.as_ref().map(Enclosure::figures)),
            ("n-gon", |row| {
                row.best_polygon.as_ref().map(Enclosure::figures)
            }),
            ("layers", |row| has(row, row.hidden.len().to_string())),
            ("params", |row| has(row, row.parameters.to_string())),
            ("zeros", |row| has(row, percent(row.zero_weight_share))),
            ("max |w|", |row| has(row, float(row.largest_weight))),
            ("regions", |row| row.linear_regions.map(|n| n.to_string())),
            ("sides", |row| row.decision_sides.map(|n| n.to_string())),
            ("gradient", |row| {
                row.gradient_check.map(|x| format!("{x:.0e}"))
            }),
        ];
        let shown = columns
            .iter()
            .filter(|(_, cell)| self.rows.iter().any(|row| cell(row).is_some()));
        let heads = shown.clone().map(|(head, _)| *head).collect();
        let line = |row: &Row| {
            let cells = shown.clone().map(|(_, cell)| cell(row));
            cells
                .map(|cell| cell.unwrap_or_else(|| "–".into()))
                .collect()
        };
        (heads, self.rows.iter().map(line).collect())
    }
}

/// Returns the text, if the row has a network.
fn has(row: &Row, text: String) -> Option<String> {
    row.failed.is_none().then_some(text)
}

/// Returns a proportion in percent, without decimals; 0 and 100 mean exactly that.
fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p > 0.0 && p < 1.0 => "< 1 %".into(),
        p if p > 99.0 && p < 100.0 => "> 99 %".into(),
        p => format!("{p:.0} %"),
    }
}

/// A float of three digits.
pub fn float(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        size if !(1e-3..1e5).contains(&size) => format!("{value:.2e}"),
        size if size < 1.0 => format!("{value:.4}"),
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_outward() {
        let enclosure = |low: &str, high: &str| Enclosure {
            lower: literal::parse(low).expect("a number"),
            upper: Some(literal::parse(high).expect("a number")),
        };
        assert_eq!(enclosure("0.23149", "0.23151").figures(), "0.231–0.232");
        assert_eq!(enclosure("1/4", "1/4").figures(), "0.25");
        assert!(enclosure("0.1", "0.2").is_below(&enclosure("0.21", "0.3")));
        assert!(!enclosure("0.1", "0.2").is_below(&enclosure("0.2", "0.3")));
        let open = Enclosure {
            lower: Rational::ONE,
            upper: None,
        };
        assert_eq!(open.figures(), ">= 1");
        assert!(!open.is_below(&enclosure("2", "3")));
    }

    #[test]
    fn shares_are_never_rounded_to_all_or_nothing() {
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.001), "< 1 %");
        assert_eq!(percent(0.999), "> 99 %");
        assert_eq!(percent(1.0), "100 %");
    }

    #[test]
    fn columns_without_figures_are_left_out() {
        let comparison = Comparison {
            target: vec!["x".into()],
            domain: Vec::new(),
            threshold: None,
            arithmetic: Told::default(),
            beside: Told::default(),
            is_disk: false,
            data: None,
            gap: Rational::ONE,
            rows: vec![Row::new("a".into(), Origin::Built)],
            notes: Vec::new(),
            steps: Vec::new(),
        };
        let (heads, rows) = comparison.table();
        assert!(!heads.contains(&"sides") && heads.contains(&"units"));
        assert_eq!(rows[0].len(), heads.len());
    }

    #[test]
    fn regions_are_measured_by_length_area_or_volume() {
        let mut row = Row::new("a".into(), Origin::Built);
        row.area = Some(Enclosure {
            lower: Rational::ZERO,
            upper: None,
        });
        let mut comparison = Comparison {
            target: vec!["x".into()],
            domain: Vec::new(),
            threshold: Some(Rational::ONE),
            arithmetic: Told::default(),
            beside: Told::default(),
            is_disk: false,
            data: None,
            gap: Rational::ONE,
            rows: vec![row],
            notes: Vec::new(),
            steps: Vec::new(),
        };
        for (inputs, head) in [(1, "wrong length"), (2, "wrong area"), (3, "wrong volume")] {
            comparison.domain = vec![("x".into(), Rational::ZERO, Rational::ONE); inputs];
            assert!(comparison.table().0.contains(&head), "{head}");
            let word = head.replace("wrong", "misclassified");
            assert_eq!(comparison.measure(), word);
        }
    }
}

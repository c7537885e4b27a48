//! The points that networks are trained on: from a spec, or from a file alone, and what is unusual about them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::spec::{CompareSpec, DataSpec, PointsSpec, Spec};
use crate::expr::{Domain, Target, check_names, parse_target};
use crate::formats::kind::{Kind, Wanted};
use crate::formats::reading;
use crate::numbers::estimate::exact_dyadic;
use crate::numbers::{Rational, literal};
use crate::training::csv::{self, CsvError, Table};
use crate::training::{SampleError, Samples, Task, sample};
use crate::words::count;

/// The reason why there are no training points.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The data file cannot be read.
    #[error("{}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// The data file cannot be used.
    #[error("{}:{error}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: CsvError,
    },
    /// No points could be drawn.
    #[error(transparent)]
    Sample(#[from] SampleError),
}

/// Points to train on.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingData {
    /// The points.
    pub samples: Samples,
    /// What is unusual about them, in sentences.
    pub notes: Vec<String>,
}

/// Returns the training points of a spec: random ones, or those of its data file.
///
/// - `folder`: the folder of the spec; the path of a data file is relative to it.
/// - Errors: [`DataError`].
pub fn training_data(
    spec: &Spec,
    compare: &CompareSpec,
    folder: &Path,
) -> Result<TrainingData, DataError> {
    match &compare.data {
        DataSpec::Random { count, noise, seed } => {
            let samples = sample(&spec.target, &spec.domain, *count, *noise, *seed)?;
            let notes = one_label(&samples).into_iter().collect();
            Ok(TrainingData { samples, notes })
        }
        DataSpec::File { path, .. } => {
            let path = folder.join(path);
            data_in(spec, &text_of(&path)?, &path)
        }
    }
}

/// Returns the training points of a spec whose data file has this text; `path` is its name in messages.
///
/// - Errors: [`DataError::Csv`].
pub fn data_in(spec: &Spec, text: &str, path: &Path) -> Result<TrainingData, DataError> {
    let task = if spec.target.is_region() {
        Task::Classification
    } else {
        Task::Regression
    };
    let found = csv::read_table(text, spec.target.inputs(), task);
    let Table { samples, lines } = found.map_err(|error| DataError::Csv {
        path: path.to_path_buf(),
        error,
    })?;
    let mut notes = Vec::new();
    notes.extend(outside(&samples, &spec.domain, path, &lines));
    notes.extend(contradicting(&samples));
    notes.extend(one_label(&samples));
    Ok(TrainingData { samples, notes })
}

/// Returns the points of a spec without a formula, and the box they are in: that of the spec, or the smallest
/// one around them.
///
/// - Errors: [`DataError`].
pub fn points_alone(spec: &PointsSpec, folder: &Path) -> Result<(TrainingData, Domain), DataError> {
    let DataSpec::File { path, .. } = &spec.compare.data else {
        return Err(SampleError::None.into());
    };
    let path = folder.join(path);
    points_in(spec, &text_of(&path)?, &path)
}

/// Like [`points_alone`], where the data file has this text; `path` is its name in messages.
///
/// - Errors: [`DataError`].
pub fn points_in(
    spec: &PointsSpec,
    text: &str,
    path: &Path,
) -> Result<(TrainingData, Domain), DataError> {
    let in_file = |error| DataError::Csv {
        path: path.to_path_buf(),
        error,
    };
    let (names, task) = csv::read_names(text).map_err(in_file)?;
    let inputs = spec.inputs.clone().unwrap_or(names);
    let at_header = |message: String| DataError::File {
        path: path.to_path_buf(),
        message,
    };
    check_names(&inputs).map_err(|error| at_header(format!("the first line: {error}")))?;
    let Table { samples, lines } = csv::read_table(text, &inputs, task).map_err(in_file)?;
    let mut notes = Vec::new();
    let domain = if let Some(domain) = &spec.domain {
        notes.extend(outside(&samples, domain, path, &lines));
        domain.clone()
    } else {
        let domain = bounding_box(&samples).map_err(at_header)?;
        notes.push(format!(
            "the domain is the bounding box of the points: {}",
            domain_flag(&domain)
        ));
        domain
    };
    notes.extend(contradicting(&samples));
    notes.extend(one_label(&samples));
    Ok((TrainingData { samples, notes }, domain))
}

/// A target that stands for none, where only the shape of a question is needed: a number or a region.
pub fn no_target(samples: &Samples) -> Option<Target> {
    let formula = match samples.task() {
        Task::Regression => "0",
        Task::Classification => "0 >= 1",
    };
    parse_target(&[formula], Some(samples.inputs())).ok()
}

/// Writes a domain as the flag `--domain` takes it: `x=-1..1,y=0..0.5`.
pub fn domain_flag(domain: &Domain) -> String {
    let sides = domain.names().iter().zip(domain.sides());
    let end = |end: &Rational| {
        let (down, up) = (literal::decimal_down(end, 9), literal::decimal_up(end, 9));
        if down == up { down } else { end.to_string() }
    };
    let sides = sides.map(|(name, (low, high))| format!("{name}={}..{}", end(low), end(high)));
    sides.collect::<Vec<_>>().join(",")
}

/// The text of a file of points.
fn text_of(path: &Path) -> Result<String, DataError> {
    let failed = |message: String| DataError::File {
        path: path.to_path_buf(),
        message,
    };
    let bytes =
        reading::read(path, reading::Kind::DATA).map_err(|error| failed(error.to_string()))?;
    let name = path.display().to_string();
    if let Some(other) = Kind::of(&bytes, &name).refused(Wanted::Points, &name) {
        return Err(failed(other.message));
    }
    String::from_utf8(bytes).map_err(|_| failed("this is not a text file in UTF-8".into()))
}

fn exact(value: f64) -> Rational {
    let exact = exact_dyadic(value).and_then(crate::numbers::Dyadic::to_rational);
    exact.unwrap_or_default()
}

/// Digits of the ends of a bounding box, rounded outward.
const DIGITS: usize = 4;
/// Characters of an end that stays as it was written.
const SHORT: usize = 7;

/// The smallest box around the points whose ends have few digits.
fn bounding_box(samples: &Samples) -> Result<Domain, String> {
    let mut sides = Vec::new();
    for (name, column) in samples.inputs().iter().zip(samples.points()) {
        let low = column.iter().copied().fold(f64::INFINITY, f64::min);
        let high = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if low >= high {
            return Err(format!(
                "{name} is {low} at every point, so the points have no bounding box; hint: give `domain` in \
                 [target]"
            ));
        }
        // A short number stays as it was written; a long one is rounded outward.
        let end = |x: f64, rounded: String| {
            let written = x.to_string();
            if written.len() <= SHORT {
                written
            } else {
                rounded
            }
        };
        let ends = (
            end(low, literal::decimal_down(&exact(low), DIGITS)),
            end(high, literal::decimal_up(&exact(high), DIGITS)),
        );
        let read = |text: &str| literal::parse(text).map_err(|error| error.to_string());
        sides.push((read(&ends.0)?, read(&ends.1)?));
    }
    Domain::new(samples.inputs().to_vec(), sides).map_err(|error| error.to_string())
}

/// Says how many points lie outside the domain.
fn outside(samples: &Samples, domain: &Domain, path: &Path, lines: &[usize]) -> Option<String> {
    let is_outside = |point: &usize| {
        let sides = domain.sides().iter().zip(samples.points());
        sides.into_iter().any(|((low, high), column)| {
            let x = exact(column[*point]);
            x < *low || x > *high
        })
    };
    let found: Vec<usize> = (0..samples.count()).filter(is_outside).collect();
    let first = lines[*found.first()?];
    let (verb, them) = match found.len() {
        1 => ("lies", "it is"),
        _ => ("lie", "they are"),
    };
    Some(format!(
        "{} of {} {verb} outside the domain, the first in line {first} of {}; {them} used for training, but \
         no bound holds there",
        found.len(),
        count(samples.count(), "point"),
        path.display()
    ))
}

/// Says how many labels no network can get right, because the same point has both.
fn contradicting(samples: &Samples) -> Option<String> {
    let mut labels: BTreeMap<Vec<u64>, [usize; 2]> = BTreeMap::new();
    if samples.task() != Task::Classification {
        return None;
    }
    for point in 0..samples.count() {
        // -0 and 0 are the same place.
        let place = samples
            .points()
            .iter()
            .map(|column| (column[point] + 0.0).to_bits());
        let inside = usize::from(samples.targets()[0][point] > 0.5);
        labels.entry(place.collect()).or_default()[inside] += 1;
    }
    let places = labels
        .values()
        .filter(|[out, inside]| *out > 0 && *inside > 0);
    let (mut both, mut wrong) = (0, 0);
    for [outside, inside] in places {
        both += 1;
        wrong += outside.min(inside);
    }
    let at = match both {
        0 => return None,
        1 => "1 place has points with both labels".to_owned(),
        n => format!("{n} places have points with both labels"),
    };
    Some(format!(
        "{at}, so every network is wrong on at least {wrong} of {}",
        count(samples.count(), "point")
    ))
}

/// Says that all labels are the same.
fn one_label(samples: &Samples) -> Option<String> {
    if samples.task() != Task::Classification {
        return None;
    }
    let labels = &samples.targets()[0];
    let inside = labels.iter().filter(|label| **label > 0.5).count();
    let name = match inside {
        0 => "0 (outside)",
        n if n == labels.len() => "1 (inside)",
        _ => return None,
    };
    Some(format!(
        "every label is {name}: a network that gives the same answer everywhere fits these points"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(xs: &[f64], labels: &[f64]) -> Samples {
        let (points, labels) = (vec![xs.to_vec()], vec![labels.to_vec()]);
        Samples::new(vec!["x".into()], Task::Classification, points, labels).expect("good")
    }

    #[test]
    fn points_outside_the_domain_are_counted() {
        let domain = Domain::parse("x=-1..1").expect("parses");
        let samples = labelled(&[0.0, 1.0, 1.5, -3.0], &[0.0, 1.0, 1.0, 0.0]);
        let path = Path::new("p.csv");
        let note = outside(&samples, &domain, path, &[2, 3, 5, 6]).expect("two");
        assert!(
            note.starts_with("2 of 4 points lie outside the domain, the first in line 5 of p.csv;"),
            "{note}"
        );
        let inside = labelled(&[1.0, -1.0], &[0.0, 1.0]);
        assert_eq!(outside(&inside, &domain, path, &[2, 3]), None);
    }

    #[test]
    fn labels_that_contradict_each_other_are_counted() {
        let samples = labelled(
            &[0.0, -0.0, 0.0, 1.0, 1.0, 2.0],
            &[0.0, 1.0, 1.0, 0.0, 1.0, 1.0],
        );
        assert_eq!(
            contradicting(&samples).as_deref(),
            Some(
                "2 places have points with both labels, so every network is wrong on at least 2 of 6 points"
            )
        );
        let once = labelled(&[0.0, 0.0], &[1.0, 1.0]);
        assert_eq!(contradicting(&once), None);
        assert!(
            one_label(&once)
                .expect("all inside")
                .contains("every label is 1")
        );
        assert_eq!(one_label(&samples), None);
    }

    #[test]
    fn the_bounding_box_is_rounded_outward() {
        let samples = labelled(&[0.5, -1.25, 0.123_456], &[0.0, 1.0, 1.0]);
        let domain = bounding_box(&samples).expect("a box");
        let (low, high) = &domain.sides()[0];
        assert_eq!(
            (low.to_string(), high.to_string()),
            ("-5/4".into(), "1/2".into())
        );
        let samples = labelled(&[-0.123_456, 0.654_321], &[0.0, 1.0]);
        let domain = bounding_box(&samples).expect("a box");
        let (low, high) = &domain.sides()[0];
        assert_eq!(
            (low.to_string(), high.to_string()),
            ("-247/2000".into(), "409/625".into())
        );
        let flat = bounding_box(&labelled(&[2.0, 2.0], &[0.0, 1.0])).expect_err("flat");
        assert!(flat.contains("x is 2 at every point"), "{flat}");
    }
}

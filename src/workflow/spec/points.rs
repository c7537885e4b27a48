//! Specs without a formula: points to train on, and nothing to prove an error against.

use toml::de::DeTable;

use super::compare::{CompareSpec, DataSpec, read_compare};
use super::{SpecError, Table, check_names, parse_target, read_names, sides, syntax_error};
use crate::expr::Domain;

/// What a spec is for, when it is read to train.
#[derive(Clone, Debug, PartialEq)]
pub enum Trainable {
    /// A target, and points of it.
    Target(Box<super::Spec>),
    /// Points alone.
    Points(Box<PointsSpec>),
}

/// A spec without a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct PointsSpec {
    /// The inputs in order; those of the file's header where there are none.
    pub inputs: Option<Vec<String>>,
    /// The box, its sides in the order of the inputs; the bounding box of the points where there is none.
    pub domain: Option<Domain>,
    /// What to train, and the file of points.
    pub compare: CompareSpec,
}

impl PointsSpec {
    /// The spec of a file of points, with default settings.
    pub fn of_file(path: &str) -> Self {
        Self {
            inputs: None,
            domain: None,
            compare: CompareSpec {
                data: DataSpec::File {
                    path: path.to_owned(),
                    span: 0..0,
                },
                ..CompareSpec::default()
            },
        }
    }
}

/// Reads a spec to train: with a formula as [`read`](super::read) does, or with points alone.
///
/// - Errors: [`SpecError`] for the first thing that is wrong.
pub fn read_to_train(text: &str) -> Result<Trainable, SpecError> {
    if !has_points_alone(text) {
        return super::read(text).map(|spec| Trainable::Target(Box::new(spec)));
    }
    let document = DeTable::parse(text).map_err(|error| syntax_error(text, &error))?;
    let root = Table::new(document.get_ref(), 0..text.len(), "the spec", text);
    root.only(&["target", "network", "claim", "compare"])?;
    for (key, reason) in [
        ("network", "builders approximate a formula"),
        ("claim", "an error is proved against a formula"),
    ] {
        if root.get(key).is_some() {
            let message = format!(
                "this spec has points and no formula, so it has no table [{key}]: {reason}"
            );
            return Err(SpecError::new(message, root.key_span(key))
                .hint("leave it out, or give the `formula` in [target]"));
        }
    }
    let (inputs, domain) = match root.optional_table("target")? {
        Some(table) => read_inputs_and_domain(&table)?,
        None => (None, None),
    };
    let table = root.table("compare")?;
    if table.get("tolerance").is_some() {
        let message = "`tolerance` is for errors against a formula, and this spec has none";
        return Err(SpecError::new(message, table.key_span("tolerance")));
    }
    // What the keys say does not depend on the target, which is a number or a region.
    let names = inputs.clone().unwrap_or_else(|| vec!["x".to_owned()]);
    let target = parse_target(&["0"], Some(&names))
        .map_err(|error| SpecError::new(error.message, root.span.clone()))?;
    Ok(Trainable::Points(Box::new(PointsSpec {
        inputs,
        domain,
        compare: read_compare(&table, &target, None)?,
    })))
}

/// Does a spec name a file of points, and no formula?
fn has_points_alone(text: &str) -> bool {
    let Ok(document) = DeTable::parse(text) else {
        return false;
    };
    let key = |table: &str, key: &str| {
        let table = document
            .get_ref()
            .iter()
            .find(|(name, _)| name.get_ref() == table);
        let entries = table.and_then(|(_, value)| value.get_ref().as_table());
        entries.is_some_and(|entries| entries.iter().any(|(name, _)| name.get_ref() == key))
    };
    key("compare", "data") && !key("target", "formula")
}

type InputsAndDomain = (Option<Vec<String>>, Option<Domain>);

fn read_inputs_and_domain(table: &Table<'_, '_>) -> Result<InputsAndDomain, SpecError> {
    table.only(&["inputs", "domain"])?;
    let inputs = read_names(table)?;
    let Some(value) = table.get("domain") else {
        if let (Some(names), Some(place)) = (&inputs, table.get("inputs")) {
            check_names(names).map_err(|error| SpecError::new(error.to_string(), place.span()))?;
        }
        return Ok((inputs, None));
    };
    let domain = sides::read(table, value, inputs.as_deref(), &[])?;
    let names = inputs.unwrap_or_else(|| super::in_natural_order(domain.names()));
    let error = |message: String| SpecError::new(message, value.span());
    check_names(&names).map_err(|found| error(found.to_string()))?;
    let domain = domain
        .in_order(&names)
        .map_err(|found| error(found.to_string()))?;
    Ok((Some(names), Some(domain)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_alone_need_no_formula() {
        let text = "[target]\ninputs = [\"y\", \"x\"]\ndomain = { x = [0, 1], y = [-1, 1] }\n\
                    [compare]\ndata = \"points.csv\"\nhidden = [[3]]\n";
        let Ok(Trainable::Points(spec)) = read_to_train(text) else {
            panic!("points: {:?}", read_to_train(text));
        };
        assert_eq!(spec.inputs.as_deref(), Some(&["y".into(), "x".into()][..]));
        assert_eq!(spec.domain.expect("given").names(), ["y", "x"]);
        assert_eq!(spec.compare.hidden, [vec![3]]);
        let Ok(Trainable::Points(spec)) = read_to_train("[compare]\ndata = \"p.csv\"\n") else {
            panic!("points");
        };
        assert_eq!((spec.inputs, spec.domain), (None, None));
    }

    #[test]
    fn a_formula_is_read_as_ever() {
        let text =
            "[target]\nformula = \"x^2\"\ndomain = { x = [0, 1] }\n[compare]\ndata = \"p.csv\"\n";
        assert!(matches!(read_to_train(text), Ok(Trainable::Target(_))));
        // Without points, a formula is missing as ever.
        let error = read_to_train("[target]\ndomain = { x = [0, 1] }\n").expect_err("no formula");
        assert_eq!(error.message, "key `formula` is missing in [target]");
    }

    #[test]
    fn tables_that_need_a_formula_are_refused() {
        let points = "[compare]\ndata = \"p.csv\"\n";
        for (more, place, message) in [
            (
                "[claim]\nnorm = \"area\"\n",
                "claim",
                "so it has no table [claim]",
            ),
            (
                "[network]\nbuilder = \"disk\"\n",
                "network",
                "so it has no table [network]",
            ),
            (
                "tolerance = 0.1\n",
                "tolerance",
                "`tolerance` is for errors against a formula",
            ),
            (
                "samples = 10\n",
                "samples",
                "`samples` is for random points",
            ),
            ("[target]\nform = \"x\"\n", "form", "unknown key `form`"),
        ] {
            let text = format!("{points}{more}");
            let error = read_to_train(&text).expect_err(more);
            assert!(error.message.contains(message), "{}", error.message);
            assert_eq!(&text[error.span], place, "{}", error.message);
        }
    }
}

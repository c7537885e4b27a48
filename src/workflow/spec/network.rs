//! The table `[network]`.

use toml::Spanned;
use toml::de::DeValue;

use super::{ClaimSpec, NetworkSpec, SpecError, Table, Value, advice, read_sides};
use crate::builders::parameters::KEYS;
use crate::builders::{
    BuilderName, FROM_TARGET, Outlines, Parameters, Source, Steepness, Vertex, entry,
};
use crate::expr::{Domain, DomainError};
use crate::numbers::Rational;

/// Reads which builder it is, if the table says.
pub(super) fn read_builder(table: &Table<'_, '_>) -> Result<Option<BuilderName>, SpecError> {
    let known: Vec<&str> = ["builder"]
        .into_iter()
        .chain(KEYS.iter().map(|key| key.name))
        .collect();
    table.only(&known)?;
    let Some(value) = table.get("builder") else {
        return Ok(None);
    };
    let name = Table::string(value, "builder")?;
    let known: Vec<&str> = BuilderName::ALL.iter().map(|known| known.name()).collect();
    let written = advice::choice(name, &known).unwrap_or(name);
    let found = BuilderName::from_name(written);
    found.map(Some).ok_or_else(|| {
        let message = format!("unknown builder `{name}`");
        SpecError::new(message, value.span()).hint(advice::of_builder(name, &known))
    })
}

/// Reads the table; whether a builder has a key is for the builder to say.
pub(super) fn read_network(
    table: &Table<'_, '_>,
    builder: Option<BuilderName>,
    claim: &ClaimSpec,
    domain: &Domain,
) -> Result<NetworkSpec, SpecError> {
    let builder = match builder {
        Some(builder) => builder,
        None if claim.chooses_smallest() && is_of_smallest(table) => BuilderName::Smallest,
        None => {
            let missing = table.value("builder");
            return Err(missing.expect_err("it is not there"));
        }
    };
    let span = table
        .get("builder")
        .map_or(table.span.clone(), Spanned::span);
    Ok(NetworkSpec {
        builder,
        parameters: Parameters::read(&Values { table, domain })?,
        span,
        places: table
            .entries()
            .map(|(key, value)| (key.to_string(), value.span()))
            .collect(),
    })
}

/// Are all keys of the table keys of the smallest network? If not, another builder was meant.
fn is_of_smallest(table: &Table<'_, '_>) -> bool {
    let known = entry(BuilderName::Smallest).keys;
    let mut written = table.entries();
    written.all(|(key, _)| known.iter().any(|known| known.name == key))
}

/// The values of the table's keys.
struct Values<'t, 'a, 'i> {
    table: &'t Table<'a, 'i>,
    /// Its names are those of the sides of a box.
    domain: &'t Domain,
}

impl Source for Values<'_, '_, '_> {
    type Error = SpecError;

    fn name(&self, key: &'static str, names: &[&str]) -> Result<Option<usize>, SpecError> {
        choice(self.table, key, names)
    }

    fn count(&self, key: &'static str) -> Result<Option<usize>, SpecError> {
        self.table.optional(key, Table::count)
    }

    fn counts(&self, key: &'static str) -> Result<Option<Vec<usize>>, SpecError> {
        self.table.optional(key, Table::counts)
    }

    fn number(&self, key: &'static str) -> Result<Option<Rational>, SpecError> {
        self.table.optional(key, Table::number)
    }

    fn positive(&self, key: &'static str) -> Result<Option<Rational>, SpecError> {
        self.table.positive(key)
    }

    fn steepness(&self, key: &'static str) -> Result<Option<Steepness>, SpecError> {
        self.table.steepness(key)
    }

    fn numbers(&self, key: &'static str) -> Result<Option<Vec<Rational>>, SpecError> {
        self.table.optional(key, Table::numbers)
    }

    fn point(&self, key: &'static str) -> Result<Option<Vertex>, SpecError> {
        self.table.optional(key, Table::side)
    }

    fn outlines(&self, key: &'static str) -> Result<Option<Outlines>, SpecError> {
        self.table.optional(key, outlines)
    }

    fn sides(&self, key: &'static str) -> Result<Option<Vec<(Rational, Rational)>>, SpecError> {
        let Some(sides) = self.table.optional_table(key)? else {
            return Ok(None);
        };
        let ordered = read_sides(&sides, box_error)?.in_order(self.domain.names());
        let ordered =
            ordered.map_err(|error| SpecError::new(box_error(&error), sides.span.clone()))?;
        Ok(Some(ordered.sides().to_vec()))
    }
}

/// Reads one of several names; returns its place among them.
pub(super) fn choice(
    table: &Table<'_, '_>,
    key: &str,
    names: &[&str],
) -> Result<Option<usize>, SpecError> {
    let Some(value) = table.get(key) else {
        return Ok(None);
    };
    let found = Table::string(value, key)?;
    let written = advice::choice(found, names).unwrap_or(found);
    let place = names.iter().position(|name| *name == written);
    place.map(Some).ok_or_else(|| {
        SpecError::new(format!("unknown value `{found}` for `{key}`"), value.span())
            .hint(format!("expected one of {}", names.join(", ")))
    })
}

/// What is wrong with the sides of `box`.
fn box_error(error: &DomainError) -> String {
    match error {
        DomainError::Empty => "the box has no sides".into(),
        DomainError::TooManyInputs(sides) => format!(
            "the box has {sides} sides, the most inputs are {}",
            crate::expr::domain::MAX_INPUTS
        ),
        DomainError::Count { names, sides } => {
            format!("the box has {names} names and {sides} sides")
        }
        DomainError::DuplicateName(name) => format!("the box gives `{name}` twice"),
        DomainError::Missing(name) => format!("the box has no side for `{name}`"),
        DomainError::Unknown { name, inputs } => {
            format!("the box has a side for `{name}`; the inputs are {inputs}")
        }
        // These speak of one side.
        DomainError::BadName(_)
        | DomainError::EmptySide { .. }
        | DomainError::Syntax(_)
        | DomainError::Number { .. } => error.to_string(),
    }
}

/// Reads points, lists of points (which of the two the first entry tells), or "from target".
fn outlines<'i>(
    table: &Table<'_, 'i>,
    value: &Value<'i>,
    key: &str,
) -> Result<Outlines, SpecError> {
    let points = |value: &Value<'i>| -> Result<Vec<Vertex>, SpecError> {
        let points = Table::array(value, key)?.iter();
        points.map(|point| table.side(point, key)).collect()
    };
    if let DeValue::String(text) = value.get_ref() {
        let names = [FROM_TARGET];
        let is_known = advice::choice(text, &names).unwrap_or(text) == FROM_TARGET;
        return if is_known {
            Ok(Outlines::FromTarget)
        } else {
            let message = format!("unknown value `{text}` for `{key}`");
            let hint = format!("expected a list of points, or \"{FROM_TARGET}\"");
            Err(SpecError::new(message, value.span()).hint(hint))
        };
    }
    let list = Table::array(value, key)?;
    let first = list.first().and_then(|first| match first.get_ref() {
        DeValue::Array(first) => first.first(),
        _ => None,
    });
    if first.is_some_and(|first| matches!(first.get_ref(), DeValue::Array(_))) {
        let lists = list.iter().map(points);
        return Ok(Outlines::Several(lists.collect::<Result<_, _>>()?));
    }
    Ok(Outlines::One(points(value)?))
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::builders::{Fit, Sawtooth};

    fn parameters(keys: &str) -> Result<Parameters, String> {
        let text = format!(
            "[target]\nformula = \"x + y\"\ndomain = {{ x = [0, 1], y = [0, 1] }}\n\
             [network]\nbuilder = \"towers\"\n{keys}\n"
        );
        let spec = read(&text).map_err(|error| error.message)?;
        Ok(spec.network.expect("given").parameters)
    }

    #[test]
    fn every_key_is_read() {
        let found = parameters(
            "activation = \"relu\"\ncells = [4, 5]\nsteepness = 3\nsecond_steepness = 0.5\n\
             direction = [1, \"-1/3\"]\nat = 0.1\nfrom = -1\nto = 2\nheight = 7\n\
             output = \"sigmoid\"\nghosts = 2\nheights = \"fitted\"\nknots = \"balanced\"\n\
             arrangement = \"hats\"\nbox = { y = [0, 1], x = [2, 3] }\noverlap = 8\ngrid = \"adaptive\"\n\
             vertices = [[0, 0], [1, 0], [0, 1]]\nhidden_layers = 2\nsides = 6\nfit = \"smooth\"\n\
             centre = [0, 1]\nradius = 2\nradius_squared = 4\nrotation = 0.25\ndegree = 3\n\
             profile = \"staircase\"\nstep = 0.01\nfolds = 5\nof = \"product\"\n\
             widths = [4, 4]\nrank = 3\n\
             max_units = 9\nmax_weight = 1000\neffort = 2",
        );
        let found = found.expect("good");
        let all: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(found.present(), all);
        assert_eq!(found.direction.expect("given")[1], Rational::ratio(-1, 3));
        assert_eq!(found.sides_of_box.expect("given")[0].0, Rational::from(2));
        assert_eq!(found.widths, Some(vec![4, 4]));
        assert_eq!(
            (found.of, found.fit),
            (Some(Sawtooth::Product), Some(Fit::Smooth))
        );
    }

    #[test]
    fn vertices_are_points_or_lists_of_points() {
        let several = parameters("vertices = [[[0, 0], [1, 0], [0, 1]], [[2, 2], [3, 2], [2, 3]]]");
        let several = several.expect("good");
        assert!(matches!(several.vertices, Some(Outlines::Several(lists)) if lists.len() == 2));
        let mixed = parameters("vertices = [[0, 0], [[1, 0], [0, 1]]]");
        assert!(mixed.expect_err("mixed").contains("`vertices` is a number"));
        let flat = parameters("vertices = [1, 2]").expect_err("no points");
        assert!(
            flat.contains("`vertices` is a list, found a number"),
            "{flat}"
        );
    }

    #[test]
    fn lists_and_names_are_checked() {
        for (keys, message) in [
            (
                "widths = [4, -1]",
                "`widths` is a whole number of at least 0, found -1",
            ),
            (
                "direction = [1, true]",
                "`direction` is a number, found true or false",
            ),
            (
                "direction = \"north\"",
                "`direction`: `north` is not a number",
            ),
            ("knots = \"even\"", "unknown value `even` for `knots`"),
            ("step = 0", "`step` must be greater than 0, found 0"),
            ("grid = 4", "`grid` is text in quotes, found a number"),
        ] {
            assert_eq!(parameters(keys), Err(message.to_owned()));
        }
    }

    #[test]
    fn a_box_is_refused_in_its_own_words_and_inputs_keep_their_names() {
        let refused = |sides: &str| {
            let text = format!(
                "[target]\nformula = \"domain + x\"\ndomain = {{ domain = [0, 1], x = [0, 1] }}\n\
                 [network]\nbuilder = \"tower\"\nbox = {{ {sides} }}\n"
            );
            read(&text).expect_err("no box").message
        };
        assert_eq!(
            refused("domain = [0, 1], z = [0, 1]"),
            "the box has a side for `z`; the inputs are domain, x"
        );
        assert_eq!(refused("x = [0, 1]"), "the box has no side for `domain`");
        assert_eq!(refused(""), "the box has no sides");
        assert_eq!(
            refused("domain = [1, 0], x = [0, 1]"),
            "the side of `domain` from 1 to 0 is empty; the lower end must be below the upper end"
        );
    }
}

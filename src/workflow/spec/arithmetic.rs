//! The keys of `[claim]` about arithmetic.

use toml::de::DeValue;

use super::{SpecError, Table, Value, wrong_type};
use crate::certificate::Semantics;
use crate::floats::{Activations, Arithmetic, Key, Numbers, allowance, summation};

/// Reads `semantics`, `activation_error`, `summation` and `rounded_inputs`.
pub(super) fn read(table: &Table<'_, '_>) -> Result<(Arithmetic, Semantics), SpecError> {
    let arithmetic = Arithmetic {
        numbers: table.optional("semantics", |_, value, key| {
            Numbers::read(Table::string(value, key)?).map_err(at(value))
        })?,
        activations: table.optional(Key::ActivationError.name(), activations)?,
        summation: table.optional(Key::Summation.name(), |_, value, key| {
            summation(Table::string(value, key)?).map_err(at(value))
        })?,
        rounded_inputs: table.optional(Key::RoundedInputs.name(), |_, value, key| {
            let is_set = value.get_ref().as_bool();
            is_set.ok_or_else(|| wrong_type(value, key, "true or false"))
        })?,
    };
    let semantics = arithmetic.semantics().map_err(|key| {
        let message = format!("`{}` is for claims about floats", key.name());
        let error = SpecError::new(message, table.key_span(key.name()));
        error.hint("add semantics = \"float32\" or \"float64\"")
    })?;
    Ok((arithmetic, semantics))
}

/// Puts a message at a value.
fn at(value: &Value<'_>) -> impl Fn((String, String)) -> SpecError {
    let span = value.span();
    move |(message, hint)| SpecError::new(message, span.clone()).hint(hint)
}

/// Reads a name, or `{ ulps = 4, abs = "1e-7" }`.
fn activations<'a, 'i>(
    table: &Table<'a, 'i>,
    value: &'a Value<'i>,
    key: &str,
) -> Result<Activations, SpecError> {
    match value.get_ref() {
        DeValue::String(text) => Activations::read(text).map_err(at(value)),
        DeValue::Table(entries) => {
            let part = Table::new(entries, value.span(), &format!("`{key}`"), table.source);
            part.only(&["ulps", "abs"])?;
            let number = |key| part.optional(key, Table::number);
            let given = allowance(number("ulps")?, number("abs")?);
            given
                .map(Activations::Given)
                .map_err(|message| SpecError::new(message, value.span()))
        }
        _ => Err(wrong_type(value, key, "a name or a table { ulps, abs }")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::read as read_spec;
    use crate::certificate::Semantics;

    fn semantics(claim: &str) -> Result<Semantics, String> {
        let text =
            format!("[target]\nformula = \"x^2\"\ndomain = {{ x = [0, 1] }}\n[claim]\n{claim}\n");
        read_spec(&text)
            .map(|spec| spec.claim.semantics)
            .map_err(|error| {
                let place = &text[error.span.clone()];
                let hint = error.hint.unwrap_or_default();
                format!("{place}: {}; {hint}", error.message)
            })
    }

    #[test]
    fn the_keys_make_the_line_of_the_certificate() {
        for (claim, line) in [
            ("", "real"),
            ("semantics = 'real'", "real"),
            (
                "semantics = 'float32'",
                "float32 sums any ulps 4 abs 1/2097152 inputs floats",
            ),
            (
                "semantics = 'float32'\nactivation_error = { ulps = '1/2', abs = 1e-3 }\nsummation = \
                 'any'\nrounded_inputs = true",
                "float32 sums any ulps 1/2 abs 1/1000 inputs rounded",
            ),
        ] {
            assert_eq!(semantics(claim).expect(claim).to_string(), line);
        }
        let emitted = "semantics = 'float32'\nsummation = 'emitted'";
        let emitted = semantics(emitted).expect("semantics").to_string();
        assert!(emitted.starts_with("float32 sums emitted ulps 1 abs 1/"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (claim, message) in [
            (
                "semantics = 'fixed'",
                "'fixed': semantics `fixed` is reserved for fixed-point arithmetic, about which nothing \
                 can be proved yet; use float32, or real",
            ),
            (
                "semantics = 'f32'",
                "'f32': unknown semantics `f32`, expected one of real, float32, float64; did you mean \
                 `float32`?",
            ),
            (
                "summation = 'any'",
                "summation: `summation` is for claims about floats; add semantics = \"float32\" or \
                 \"float64\"",
            ),
            (
                "semantics = 'real'\nrounded_inputs = true",
                "rounded_inputs: `rounded_inputs` is for claims about floats; add semantics = \
                 \"float32\" or \"float64\"",
            ),
            (
                "semantics = 'float32'\nactivation_error = { ulps = 1, abs = -1 }",
                "{ ulps = 1, abs = -1 }: `abs` must be 0 or greater, found -1; ",
            ),
            (
                "semantics = 'float32'\nactivation_error = 3",
                "3: `activation_error` is a name or a table { ulps, abs }, found a number; ",
            ),
            (
                "semantics = 'float32'\nrounded_inputs = 1",
                "1: `rounded_inputs` is true or false, found a number; ",
            ),
            (
                "semantics = 'float32'\nsummation = 'pairwise'",
                "'pairwise': unknown summation `pairwise`, expected any or emitted; any: in any order; \
                 emitted: as the C code does that Steeple writes",
            ),
        ] {
            assert_eq!(semantics(claim).expect_err(claim), message);
        }
    }
}

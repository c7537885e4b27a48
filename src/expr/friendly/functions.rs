//! Functions under other names than the kernel's, and what to write for those that there are not.
//!
//! In a template `{a}` is the first argument and `[a]` the same in parentheses, unless it is one
//! number, name or call.

use crate::expr::parse::FUNCTIONS;

/// How a call is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// A function of the kernel, by its name there.
    Kernel(&'static str),
    /// Something made of such functions, and how many arguments it takes.
    Template(usize, &'static str),
    /// Nothing; what to write instead, as a template of the arguments.
    Missing(&'static str),
}

/// The kernel's functions of several arguments.
const SEVERAL: &[&str] = &["min", "max", "if"];

/// Other names of the kernel's functions.
const ALIASES: &[(&str, &str)] = &[
    ("arcsin", "asin"),
    ("arccos", "acos"),
    ("arctan", "atan"),
    ("arctg", "atan"),
    ("tg", "tan"),
    ("sen", "sin"),
    ("fabs", "abs"),
    ("absolute", "abs"),
    ("maximum", "max"),
    ("fmax", "max"),
    ("minimum", "min"),
    ("fmin", "min"),
    ("where", "if"),
    ("ifelse", "if"),
    ("ite", "if"),
    ("iif", "if"),
    ("logistic", "sigmoid"),
    ("expit", "sigmoid"),
    ("sigma", "sigmoid"),
    ("logsig", "sigmoid"),
    ("tansig", "tanh"),
    ("swish", "silu"),
    ("unitstep", "heaviside"),
    ("unit_step", "heaviside"),
];

/// What other functions are.
const TEMPLATES: &[(&str, usize, &str)] = &[
    ("arcsinh", 1, "ln([a] + sqrt([a]^2 + 1))"),
    ("arsinh", 1, "ln([a] + sqrt([a]^2 + 1))"),
    ("asinh", 1, "ln([a] + sqrt([a]^2 + 1))"),
    ("arccosh", 1, "ln([a] + sqrt([a]^2 - 1))"),
    ("arcosh", 1, "ln([a] + sqrt([a]^2 - 1))"),
    ("acosh", 1, "ln([a] + sqrt([a]^2 - 1))"),
    ("arctanh", 1, "(ln((1 + [a])/(1 - [a]))/2)"),
    ("artanh", 1, "(ln((1 + [a])/(1 - [a]))/2)"),
    ("atanh", 1, "(ln((1 + [a])/(1 - [a]))/2)"),
    ("log2", 1, "(ln({a})/ln(2))"),
    ("log_2", 1, "(ln({a})/ln(2))"),
    ("log10", 1, "(ln({a})/ln(10))"),
    ("log_10", 1, "(ln({a})/ln(10))"),
    ("log_e", 1, "ln({a})"),
    ("log1p", 1, "ln(1 + [a])"),
    ("expm1", 1, "(exp({a}) - 1)"),
    ("exp2", 1, "(2^[a])"),
    ("sign", 1, "if({a} > 0, 1, if({a} < 0, -1, 0))"),
    ("sgn", 1, "if({a} > 0, 1, if({a} < 0, -1, 0))"),
    ("signum", 1, "if({a} > 0, 1, if({a} < 0, -1, 0))"),
    ("pow", 2, "([a]^[b])"),
    ("power", 2, "([a]^[b])"),
    ("square", 1, "([a]^2)"),
    ("hypot", 2, "sqrt([a]^2 + [b]^2)"),
    ("clip", 3, "min(max({a}, {b}), {c})"),
    ("clamp", 3, "min(max({a}, {b}), {c})"),
    ("relu6", 1, "min(max({a}, 0), 6)"),
    ("hardtanh", 1, "min(max({a}, -1), 1)"),
    ("cot", 1, "(cos({a})/sin({a}))"),
    ("ctg", 1, "(cos({a})/sin({a}))"),
    ("sec", 1, "(1/cos({a}))"),
    ("csc", 1, "(1/sin({a}))"),
    ("cosec", 1, "(1/sin({a}))"),
    ("coth", 1, "(1/tanh({a}))"),
    ("sech", 1, "(1/cosh({a}))"),
    ("csch", 1, "(1/sinh({a}))"),
    ("erfc", 1, "(1 - erf({a}))"),
    ("radians", 1, "([a]*pi/180)"),
    ("deg2rad", 1, "([a]*pi/180)"),
    ("degrees", 1, "([a]*180/pi)"),
    ("rad2deg", 1, "([a]*180/pi)"),
];

/// Functions that are written without brackets too: `sin x`.
const BARE: &[&str] = &[
    "sin", "cos", "tan", "asin", "acos", "atan", "arcsin", "arccos", "arctan", "sinh", "cosh",
    "tanh", "exp", "ln", "log", "lg", "log2", "log_2", "log10", "log_10", "sqrt", "cot", "sec",
    "csc", "erf", "tg", "ctg", "arctg", "sen",
];

/// May this function stand before its argument without brackets?
pub(super) fn is_bare(name: &str) -> bool {
    BARE.contains(&name.to_ascii_lowercase().as_str())
}

const STEPS: &str =
    "write its steps on the domain with if, as in if({a} < 1, 0, if({a} < 2, 1, 2))";
const TERMS: &str = "write the terms out, as in x + x^2/2 + x^3/6";

/// What there is not, and what to write instead.
const MISSING: &[(&str, &str)] = &[
    ("floor", STEPS),
    ("ceil", STEPS),
    ("ceiling", STEPS),
    ("round", STEPS),
    ("trunc", STEPS),
    ("rint", STEPS),
    ("int", STEPS),
    (
        "mod",
        "write its periods on the domain with if, as in if({a} < 1, {a}, {a} - 1)",
    ),
    (
        "fmod",
        "write its periods on the domain with if, as in if({a} < 1, {a}, {a} - 1)",
    ),
    (
        "rem",
        "write its periods on the domain with if, as in if({a} < 1, {a}, {a} - 1)",
    ),
    (
        "lg",
        "write ln({a})/ln(10) for base 10, ln({a})/ln(2) for base 2",
    ),
    ("cbrt", "where it is at least 0, write [a]^(1/3)"),
    ("atan2", "where {b} is greater than 0, write atan([a]/[b])"),
    (
        "arctan2",
        "where {b} is greater than 0, write atan([a]/[b])",
    ),
    ("sinc", "write if([a] = 0, 1, sin({a})/[a])"),
    (
        "leaky_relu",
        "write max({a}, 0.01*[a]), with the slope that you mean",
    ),
    (
        "leakyrelu",
        "write max({a}, 0.01*[a]), with the slope that you mean",
    ),
    (
        "factorial",
        "write the number, such as 24 for the factorial of 4",
    ),
    ("sum", TERMS),
    ("prod", TERMS),
    ("integrate", "write the integral as a formula"),
    ("diff", "write the derivative as a formula"),
    ("derivative", "write the derivative as a formula"),
    ("softmax", "write it out, as in exp(x)/(exp(x) + exp(y))"),
    ("random", "a target has one value at each point"),
    ("rand", "a target has one value at each point"),
];

/// Finds how a call of this name is read; nothing for names that mean nothing.
pub(super) fn find(name: &str, from_library: bool, arguments: usize) -> Option<Call> {
    let lower = name.to_ascii_lowercase();
    let kernel = FUNCTIONS.iter().map(|(known, _)| *known);
    if let Some(known) = kernel
        .chain(SEVERAL.iter().copied())
        .find(|known| *known == lower)
    {
        return Some(Call::Kernel(known));
    }
    if let Some((_, known)) = ALIASES.iter().find(|(alias, _)| *alias == lower) {
        return Some(Call::Kernel(known));
    }
    if let Some((_, count, template)) = TEMPLATES.iter().find(|(known, ..)| *known == lower) {
        return Some(Call::Template(*count, template));
    }
    if lower == "log" {
        // In programs it is the natural one, on paper and pocket calculators often not.
        return Some(match arguments {
            1 if from_library => Call::Kernel("ln"),
            2 => Call::Missing("write ln({a})/ln({b})"),
            _ => Call::Missing(
                "the natural logarithm is ln({a}), the one to base 10 is ln({a})/ln(10)",
            ),
        });
    }
    MISSING
        .iter()
        .find(|(known, _)| *known == lower)
        .map(|(_, hint)| Call::Missing(hint))
}

//! Names of C functions.

use super::error::CError;

/// Words of C and C++, up to C23 and C++20.
const KEYWORDS: &str = "alignas alignof and and_eq asm auto bitand bitor bool break case catch char \
    char8_t char16_t char32_t class co_await co_return co_yield compl concept const consteval constexpr \
    constinit const_cast continue decltype default delete do double dynamic_cast else enum explicit export \
    extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq \
    nullptr operator or or_eq private protected public register reinterpret_cast requires restrict return \
    short signed sizeof static static_assert static_cast struct switch template this thread_local throw \
    true try typedef typeid typename typeof typeof_unqual union unsigned using virtual void volatile \
    wchar_t while xor xor_eq linux unix";

/// Functions of the C library that compilers know, the ones of <math.h> without `f` or `l` at their end.
const LIBRARY: &str = "abort abs acos acosh asin asinh atan atan2 atanh atexit atof atoi atol bsearch cabs \
    calloc carg cbrt ceil cexp clog cos cosh copysign div erf erfc exit exp exp2 expm1 fabs fdim floor fma \
    fmax fmin fmod fopen fprintf fputs free frexp fscanf fwrite gamma getc gets hypot ilogb index j0 j1 jn \
    labs ldexp lgamma log log10 log1p log2 logb lrint lround main malloc memchr memcmp memcpy memmove \
    memset modf nan nearbyint nextafter nexttoward pow printf putc putchar puts qsort rand realloc \
    remainder remquo rindex rint round scalbln scalbn scanf sin sincos sinh snprintf sprintf sqrt srand \
    strcat strchr strcmp strcpy strlen strncpy strstr strtod system tan tanh tgamma time trunc y0 y1 yn \
    size_t uint8_t uint16_t uint32_t";

/// Makes sure that a C and a C++ compiler take this as the name of a function.
///
/// - Errors: [`CError::Name`], with a name that would do.
pub fn look_at(name: &str) -> Result<(), CError> {
    let refused = |reason, instead: String| {
        Err(CError::Name {
            name: name.to_owned(),
            reason,
            instead,
        })
    };
    if !is_identifier(name) {
        let plain: String = name
            .chars()
            .map(|letter| if is_part(letter) { letter } else { '_' })
            .collect();
        let plain = plain.trim_start_matches('_');
        let instead = if is_identifier(plain) && reason(plain).is_none() {
            plain.to_owned()
        } else {
            format!("net_{plain}")
        };
        return refused(
            "letters, digits and _ can be in it, and a letter begins",
            instead,
        );
    }
    match reason(name) {
        Some(reason) => refused(reason, format!("{name}_net")),
        None if name.len() > MOST => refused("it is too long", "net".to_owned()),
        None => Ok(()),
    }
}

/// Makes sure that a source can include a file of this name.
///
/// - Errors: [`CError::Name`].
pub fn look_at_file(name: &str) -> Result<(), CError> {
    let is_part = |letter: char| !letter.is_control() && !['"', '\\', '?'].contains(&letter);
    if !name.is_empty() && name.chars().all(is_part) {
        return Ok(());
    }
    Err(CError::Name {
        name: name.to_owned(),
        reason: "the source includes the file of this name",
        instead: "net.h".to_owned(),
    })
}

/// C99 compilers tell 31 letters of external names apart at least; most of them tell all.
const MOST: usize = 63;

fn is_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// A leading _ belongs to the compiler; so does __ anywhere, in C++.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_alphabetic()) && name.chars().all(is_part)
}

fn reason(name: &str) -> Option<&'static str> {
    let is_in = |list: &str, name: &str| list.split_ascii_whitespace().any(|word| word == name);
    let shorter = name.strip_suffix(['f', 'l']);
    if is_in(KEYWORDS, name) {
        Some("it is a word of C or C++")
    } else if is_in(LIBRARY, name) || shorter.is_some_and(|name| is_in(LIBRARY, name)) {
        Some("it is a name of the C library")
    } else if name.contains("__") {
        Some("C++ keeps names with two _ in a row for itself")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_functions_are_told_from_others() {
        for name in ["net", "sin3", "Net_2", "a", "x", "expand", "self"] {
            assert_eq!(look_at(name), Ok(()), "{name}");
        }
        for (name, instead) in [
            ("int", "int_net"),
            ("class", "class_net"),
            ("exp", "exp_net"),
            ("expf", "expf_net"),
            ("main", "main_net"),
            ("2d", "net_2d"),
            ("", "net_"),
            ("_x", "x"),
            ("my-net", "my_net"),
            ("-int", "net_int"),
            ("naïve", "na_ve"),
            ("a b", "a_b"),
        ] {
            let error = look_at(name).expect_err(name);
            let CError::Name { instead: found, .. } = &error else {
                panic!("{error}")
            };
            assert_eq!(found, instead, "{name}");
            assert_eq!(look_at(found), Ok(()), "{found}");
        }
        assert!(look_at_file("my net-2.h").is_ok());
        assert!(look_at_file("a\"b.h").is_err() && look_at_file("a\\b.h").is_err());
        assert!(look_at("a__b").is_err() && look_at(&"a".repeat(64)).is_err());
    }
}

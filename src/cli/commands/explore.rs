//! `steeple explore`.

use std::borrow::Cow;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::pretty;
use crate::cli::arguments::{Explore, Format, Weights, WhichWeights};
use crate::cli::{Output, Refusal, inputs, outputs};
use crate::formats::kind::Kind;
use crate::formats::reading::Kind as Reading;
use crate::formats::{self, json as own};
use crate::workflow::write_beside;

/// The page, packed by gzip. In a clone of the repository, `web/build.sh` makes it.
#[cfg(feature = "explore")]
const PAGE: &[u8] = include_bytes!("../../../web/target/explorer.html.gz"); // run web/build.sh first

/// Where the page has what it begins with; a page that this command wrote can be filled again.
const PLACE: &str = r#"<script id="given" type="application/json">"#;
const END: &str = "</script>";

/// The largest network file that a page opens, in bytes; as the page itself says.
const LARGEST: u64 = 32 << 20;

/// Writes the explorer as one page, with a spec or a network in it.
pub fn run(arguments: &Explore, format: Format) -> Result<Output, Refusal> {
    let out = &arguments.out;
    look_at_output(arguments, format)?;
    let page = page(arguments)?;
    let given = match &arguments.file {
        Some(file) => given(file)?,
        None => json!({}),
    };
    let whole = filled(&page, &given).ok_or_else(|| {
        let path = arguments.page.as_deref().unwrap_or(out);
        Refusal::in_file(path, "this is not the explorer's page").hint("web/build.sh makes it")
    })?;
    if outputs::is_standard(out) {
        return Ok(Output::yes(whole));
    }
    write_beside(out, |file: &mut dyn Write| file.write_all(whole.as_bytes()))
        .map_err(|error| Refusal::in_file(out, error))?;
    let path = out.display().to_string();
    Ok(Output::yes(match format {
        Format::Text => format!("written: {path}; open it in a browser"),
        Format::Json => {
            pretty(&json!({ "path": path, "bytes": whole.len(), "link": given.get("link") }))
        }
    }))
}

/// Makes sure that the file is a page, and takes the place of nothing that is read.
fn look_at_output(arguments: &Explore, format: Format) -> Result<(), Refusal> {
    let out = &arguments.out;
    if outputs::is_standard(out) {
        if format == Format::Json {
            return Err(
                Refusal::new("--out - and --format json both write to standard output")
                    .hint("give --out a file name"),
            );
        }
        return Ok(());
    }
    let ending = out.extension().and_then(|ending| ending.to_str());
    if !matches!(ending, Some("html" | "htm")) {
        return Err(Refusal::in_file(
            out,
            "the page is written as .html, by the ending of the name",
        ));
    }
    let mut read: Vec<PathBuf> = arguments.page.iter().cloned().collect();
    if let Some(file) = &arguments.file {
        read.extend(inputs::network_files(file));
    }
    outputs::look_at(&[("--out", out)], &read)
}

/// The page without anything in it.
fn page(arguments: &Explore) -> Result<Cow<'static, str>, Refusal> {
    let Some(path) = &arguments.page else {
        return own_page();
    };
    let bytes = inputs::bytes(path, Reading::REPORT)?;
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| Refusal::in_file(path, "this is not a text file in UTF-8"))
}

/// The page in the program.
#[cfg(feature = "explore")]
fn own_page() -> Result<Cow<'static, str>, Refusal> {
    let mut page = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(PAGE), &mut page)
        .map_err(|error| Refusal::new(format_args!("the page in this program: {error}")))?;
    Ok(Cow::Owned(page))
}

#[cfg(not(feature = "explore"))]
fn own_page() -> Result<Cow<'static, str>, Refusal> {
    Err(
        Refusal::new("this program was built without the explorer's page").hint(
            "in a clone of the repository, run `web/build.sh` and then `cargo install --path . --features explore`; \
             or give the page with --page",
        ),
    )
}

/// What the page begins with: a spec, or a network.
fn given(path: &Path) -> Result<Value, Refusal> {
    let refuse_if_large = |bytes: u64| {
        if bytes <= LARGEST {
            return Ok(());
        }
        let message = format_args!(
            "the file has {} MB, and a page opens up to {} MB",
            bytes >> 20,
            LARGEST >> 20
        );
        Err(Refusal::in_file(path, message)
            .hint("`steeple explain FILE` and `steeple verify FILE` open files of any size"))
    };
    if let Ok(about) = fs::metadata(path)
        && about.is_file()
    {
        refuse_if_large(about.len())?;
    }
    let bytes = inputs::bytes(path, Reading::ANY_NETWORK)?;
    let is_spec = Kind::of(&bytes, &path.display().to_string()) == Kind::Spec;
    if is_spec || path.extension().is_some_and(|ending| ending == "toml") {
        let (_, text) = inputs::read_spec(path)?;
        return Ok(json!({ "link": "#spec", "spec": text }));
    }
    let weights = WhichWeights {
        weights: Weights::Stored,
    };
    let network = inputs::read_network(path, inputs::Names::Numbered, weights)?.network;
    let mut name = match path.file_name() {
        Some(name) if !inputs::is_standard(path) => name.to_string_lossy().into_owned(),
        _ => "network".to_string(),
    };
    // A page has the file alone: what needs a second one is written as one.
    let bytes = if formats::open(&bytes).is_ok() {
        bytes
    } else {
        let mut whole = Vec::new();
        own::write(&network, &mut whole).map_err(|error| Refusal::in_file(path, error))?;
        name = format!("{name}.json");
        whole
    };
    refuse_if_large(bytes.len() as u64)?;
    Ok(json!({ "link": "#file", "network": { "name": name, "base64": STANDARD.encode(bytes) } }))
}

/// The page with this in its place; `None` for another page. No `<` is left in it, so it cannot end the script.
fn filled(page: &str, given: &Value) -> Option<String> {
    let start = page.find(PLACE)? + PLACE.len();
    let end = start + page[start..].find(END)?;
    let given = given.to_string().replace('<', r"\u003c");
    Some([&page[..start], &given, &page[end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spec_ends_the_script_early() {
        let page = format!("<p>{PLACE}{{}}{END}<script>1</script>");
        let given = json!({ "spec": "# </script><!-- <script> \u{2028}\n" });
        let whole = filled(&page, &given).expect("a page");
        assert_eq!(whole.matches("</script>").count(), 2, "{whole}");
        assert!(!whole.contains("<!--"), "{whole}");
        let text = &whole[whole.find(PLACE).expect("it is there") + PLACE.len()..];
        let text = &text[..text.find(END).expect("an end")];
        assert_eq!(
            serde_json::from_str::<Value>(text).expect("JSON"),
            given,
            "{text}"
        );
        // Again, with something else.
        assert_eq!(filled(&whole, &json!({})).as_deref(), Some(page.as_str()));
        assert_eq!(filled("<p>", &given), None);
    }
}

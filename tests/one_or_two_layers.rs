//! `docs/one_or_two_layers.md` holds what the library computes: a part of it is computed again.

#[allow(dead_code)]
#[path = "../examples/one_or_two_layers/page.rs"]
mod page;
#[path = "../examples/one_or_two_layers/rows.rs"]
mod rows;

use std::fs;
use std::path::Path;

use page::Source;
use rows::{TARGETS, halving_tolerances, layers_table};
use steeple::certificate::Norm;

#[test]
fn the_page_holds_the_rows_that_are_computed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/one_or_two_layers.md");
    let page = fs::read_to_string(path).expect("the page");
    let tolerances = halving_tolerances(2);
    for (norm, formula, domain, count) in [
        (Norm::Sup, TARGETS[0].0, TARGETS[0].1, 1),
        (Norm::Sup, TARGETS[1].0, TARGETS[1].1, 1),
        (Norm::L1, TARGETS[0].0, TARGETS[0].1, 1),
    ] {
        let start = page
            .find(&format!("### `{formula}` in the {norm} norm"))
            .expect("a table");
        let rest = &page[start..];
        let section = &rest[..rest[3..].find("###").map_or(rest.len(), |end| end + 3)];
        let table = layers_table(formula, domain, norm, &tolerances[..count], &mut |_| {});
        let table = table.expect("a table");
        for tolerance in &tolerances[..count] {
            let lines = table.lines(tolerance);
            // In the norm sup also the smallest network.
            let rows = if norm == Norm::Sup { 6 } else { 5 };
            assert_eq!(lines.lines().count(), rows);
            assert!(
                section.contains(&lines),
                "{norm} {formula}: not in the page:\n{lines}"
            );
        }
        for row in &table.rows {
            if let Source::Proved(_, upper) = &row.source {
                assert!(*upper <= row.tolerance, "{}", row.name);
            }
        }
    }
}

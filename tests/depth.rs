//! `docs/depth.md` holds what the library counts: a part of it is counted again.

#[allow(dead_code)]
#[path = "../examples/depth/page.rs"]
mod page;
#[allow(dead_code)]
#[path = "../examples/depth/rows.rs"]
mod rows;

use std::fs;
use std::path::Path;

use page::DepthTable;
use rows::{SHAPES, bent, depth_row};

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    fs::read_to_string(path).expect("a file of the page")
}

#[test]
fn the_page_holds_the_rows_that_are_counted() {
    let page = file("depth.md");
    let (units, shapes) = SHAPES[0];
    let rows = shapes
        .iter()
        .map(|widths| depth_row(widths).expect("a row"));
    let table = DepthTable {
        units,
        rows: rows.collect(),
    };
    assert_eq!(table.lines().lines().count(), 2);
    assert!(
        page.contains(&table.markdown()),
        "not in the page:\n{}",
        table.markdown()
    );
    // Figures that were derived by hand: 1 + 8 + 28 lines in general position, and
    // 2^2 · (1 + 4 + 6) by folding.
    assert_eq!((table.rows[0].folded, table.rows[1].folded), (37, 44));
}

#[test]
fn the_page_says_what_is_certified_of_bent_planes() {
    let (row, svg) = bent(2).expect("a network");
    assert!(file("depth.md").contains(&format!("is wrong on {} of the area", row.wrong)));
    assert_eq!(file(&row.picture), svg);
}

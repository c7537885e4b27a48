//! The table of `examples/labelled_disk.toml`, as it stands.

use assert_cmd::Command;

#[test]
fn the_table_of_the_labelled_disk() {
    let output = Command::cargo_bin("steeple")
        .expect("built")
        .args(["compare", "examples/labelled_disk.toml"])
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).expect("text");
    insta::assert_snapshot!(text);
}

//! The `steeple` program.
fn main() {}

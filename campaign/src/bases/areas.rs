//! Bases about misclassified areas.

use steeple::builders::{BuilderName, Parameters};
use steeple::certificate::{Norm, Ranges};
use steeple::network::Network;

use super::Base;
use super::make::{Recipe, recipe};
use super::networks::{built, net};
use super::suprema::{bent, deep, smooth, step, thirds};

/// A polygon in a disk.
fn disk() -> Network {
    let parameters = Parameters {
        sides: Some(4),
        ..Parameters::default()
    };
    let (formula, domain) = ("x^2 + y^2 <= 1", "x=-3/2..3/2,y=-3/2..3/2");
    built(BuilderName::Disk, &parameters, formula, domain, Norm::Area)
}

fn area<'a>(
    name: &'static str,
    network: Network,
    formulas: &'a [&'a str],
    domain: &'a str,
    gap: &'a str,
) -> Recipe<'a> {
    recipe(name, network, formulas, domain).norm(Norm::Area, gap)
}

/// Returns all of them.
pub fn all() -> Vec<Base> {
    let (plane, unit) = ("x=-1..1,y=-1..1", "x=0..1,y=0..1");
    let wide = "x=-3/2..3/2,y=-3/2..3/2";
    let parabola: &[&str] = &["y >= 1 - x^2"];
    let line = net(&["x"], &["relu 1:0 2:-1", "identity 1,-1:1/4"]);
    let half = net(&["x", "y"], &["relu 1,-1:0", "identity 1:1/4"]);
    vec![
        area("area parabola", step(), parabola, unit, "1/10")
            .exactly("1/6")
            .found(),
        area("area parabola, one leaf", step(), parabola, unit, "1/2")
            .exactly("1/6")
            .by_tree("h", "0", Ranges::Natural),
        area("area parabola, portable", step(), parabola, unit, "1/5")
            .exactly("1/6")
            .portable()
            .found(),
        // x - y >= 1/4 beside x >= 1/2: 9/32 + 1/2 - 2·1/4.
        area("area planar", half, &["x >= 1/2"], unit, "1/10")
            .exactly("9/32")
            .found(),
        // Of the sum of fractions at least 1/2.
        area("area fractions", thirds(), &["x > 2"], unit, "1/2")
            .exactly("19524049/34918884")
            .by_tree("AhBhh", "0", Ranges::Natural),
        area("area disk", disk(), &["x^2 + y^2 <= 1"], wide, "1/5").found(),
        area(
            "area disk, portable",
            disk(),
            &["x^2 + y^2 <= 1"],
            wide,
            "1/3",
        )
        .portable()
        .found(),
        area(
            "area smooth",
            smooth(),
            &["x > y and x + y < 3/2"],
            unit,
            "1/5",
        )
        .found(),
        area("area deep", deep(), &["x*y > 0 or x < -1/2"], plane, "1/5").found(),
        // N >= 1/2 on [1/4, 3/4].
        area(
            "area one input",
            line,
            &["x < 1/3 or x > 2/3"],
            "x=0..1",
            "1/10",
        )
        .exactly("5/6")
        .found(),
        area("area all n", bent(), &["x - y > 1/2"], plane, "1/2").by_tree(
            "ABnnBnn",
            "0",
            Ranges::Natural,
        ),
    ]
}

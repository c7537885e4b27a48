//! Bases for the norms l1 and l2.

use steeple::builders::{BuilderName, Parameters, Units};
use steeple::certificate::{Norm, Ranges};
use steeple::network::Network;

use super::Base;
use super::make::recipe;
use super::networks::{built, net, number};
use super::suprema::{bent, deep, mixed, smooth, square, step, thirds};

/// Steep steps of height 1 at 1/4 and of 2 at 5/8 in x, and of 4 at 3/8 in y. The integral of the
/// distance from -1 is 1 + 3/4 + 2·3/8 + 4·5/8, up to tails below e^-6000.
fn steps() -> Network {
    net(
        &["x", "y"],
        &[
            "sigmoid 65536,0:-16384 -65536,0:40960 0,65536:-24576",
            "identity 1,-2,4:2",
        ],
    )
}

/// A peak where the middles of two steps cross.
fn crossing() -> Network {
    net(
        &["x", "y"],
        &[
            "sigmoid 512,0:-256 512,0:-260 0,512:-256 0,512:-260",
            "sigmoid 60,-60,60,-60:-90",
            "identity 1024:0",
        ],
    )
}

/// Very steep towers.
fn towers(cells: usize) -> Network {
    let parameters = Parameters {
        cells: Some(vec![cells]),
        steepness: Some(number("400000").into()),
        units: Some(Units::Sigmoid),
        ..Parameters::default()
    };
    let (formula, domain) = ("1 + x*y/2", "x=0..1,y=0..1");
    built(BuilderName::Towers, &parameters, formula, domain, Norm::L1)
}

/// Returns all of them.
pub fn all() -> Vec<Base> {
    let mut bases = exact();
    bases.extend(curved());
    bases.extend(steep());
    bases
}

/// Exact cells.
fn exact() -> Vec<Base> {
    let of = |name| recipe(name, square(), &["x^2"], "x=0..1");
    let plane = "x=-1..1,y=-1..1";
    vec![
        of("l1 square")
            .norm(Norm::L1, "1/10")
            .exactly("1/96")
            .found(),
        of("l1 square, portable")
            .norm(Norm::L1, "1/10")
            .exactly("1/96")
            .portable()
            .found(),
        of("l2 square")
            .norm(Norm::L2, "1/10")
            .exactly("1/7680")
            .found(),
        // relu² - x relu + x²/4 over the square: 4/3 - 2/3 + 1/3.
        recipe("l2 planar", bent(), &["x/2"], plane)
            .norm(Norm::L2, "1/10")
            .exactly("1")
            .found(),
        // Value from the independent checker.
        recipe("l1 planar", deep(), &["y/3 - 2"], plane)
            .norm(Norm::L1, "1/10")
            .exactly("509483977/69672960")
            .found(),
    ]
}

/// Methods `n`, `l` and `s`.
fn curved() -> Vec<Base> {
    let (plane, unit) = ("x=-1..1,y=-1..1", "x=0..1,y=0..1");
    let pair = net(&["x"], &["tanh 2:0 -1:1/2", "identity 1,1:0 1,-2:1"]);
    let wave = || recipe("l1 smooth", smooth(), &["x*y - y^3/3"], unit);
    let mut portable = wave();
    portable.name = "l1 smooth, portable";
    let mut squared = wave();
    squared.name = "l2 smooth";
    let letters = |name, norm, tree: &str| {
        let mut recipe = wave().norm(norm, "1/2");
        recipe.name = name;
        recipe.by_tree(tree, "0", Ranges::Natural)
    };
    vec![
        wave().norm(Norm::L1, "1/4").found(),
        portable.norm(Norm::L1, "1/4").portable().found(),
        squared.norm(Norm::L2, "1/4").found(),
        recipe("l1 fractions", thirds(), &["0"], unit)
            .norm(Norm::L1, "1/2")
            .exactly("22856606/43648605")
            .by_tree("AlBls", "0", Ranges::Natural),
        letters("l1 all n", Norm::L1, "ABnnBnn"),
        letters("l1 all l", Norm::L1, "ABllBll"),
        letters("l2 all l", Norm::L2, "ABllBll"),
        letters("l1 all s", Norm::L1, "ABssBss"),
        letters("l2 all s", Norm::L2, "ABssBss"),
        recipe("l1 two outputs", pair, &["x^2", "sin(3*x)"], "x=-1..1")
            .norm(Norm::L1, "1/5")
            .found(),
        recipe("l1 region", step(), &["y >= 1 - x^2"], unit)
            .norm(Norm::L1, "2/3")
            .found(),
        recipe("l2 mixed", mixed(), &["sqrt(1 + x^2) - gelu(x)"], "x=-2..2")
            .norm(Norm::L2, "1/3")
            .found(),
        recipe("l1 kinks", deep(), &["abs(x)*y/4 + 1"], plane)
            .norm(Norm::L1, "1/3")
            .found(),
    ]
}

/// Leaf `w`.
fn steep() -> Vec<Base> {
    let unit = "x=0..1,y=0..1";
    let truth = ("4.999999999999999999", "5.000000000000000001");
    let of = |name, norm, formula, tree: &str| {
        recipe(name, steps(), formula, unit)
            .norm(norm, "1/2")
            .by_tree(tree, "2^-30", Ranges::Natural)
    };
    vec![
        recipe("l1 steps", steps(), &["-1"], unit)
            .norm(Norm::L1, "1/100")
            .between(truth.0, truth.1)
            .found(),
        of("l1 steps, one leaf", Norm::L1, &["-1"], "w"),
        of("l1 steps, curved", Norm::L1, &["x*y - 2"], "Aww"),
        // Only a peak where two transition layers cross.
        recipe("l1 crossing", crossing(), &["0"], unit)
            .norm(Norm::L1, "1/2")
            .by_tree("w", "2^-10", Ranges::Natural),
        of("l2 steps", Norm::L2, &["-1"], "Bww"),
        recipe("l1 towers", towers(2), &["1 + x*y/2"], unit)
            .norm(Norm::L1, "1/5")
            .found(),
        recipe("l2 towers", towers(2), &["1 + x*y/2"], unit)
            .norm(Norm::L2, "1/3")
            .found(),
    ]
}

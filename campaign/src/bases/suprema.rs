//! Bases for the sup norm.

use steeple::builders::{BuilderName, Parameters, Units};
use steeple::certificate::{Norm, Ranges};
use steeple::network::Network;

use super::Base;
use super::make::recipe;
use super::networks::{built, net, number};

/// x² at five knots: the error is 1/64.
pub fn square() -> Network {
    net(
        &["x"],
        &[
            "relu 1:0 1:-1/4 1:-1/2 1:-3/4",
            "identity 1/4,1/2,1/2,1/2:0",
        ],
    )
}

/// Two smooth units of two inputs.
pub fn smooth() -> Network {
    net(&["x", "y"], &["sigmoid 4,-1:0 1,2:-1", "identity 1,-1:0"])
}

/// One step of two inputs.
pub fn step() -> Network {
    net(&["x", "y"], &["heaviside 1,1:-1", "identity 1:0"])
}

/// One rectifier of two inputs.
pub fn bent() -> Network {
    net(&["x", "y"], &["relu 1,-1:0", "identity 1:0"])
}

/// Two hidden layers of rectifiers.
pub fn deep() -> Network {
    net(
        &["x", "y"],
        &[
            "relu 1,1:-1/2 1,-1:0 -1,1/2:1/4",
            "relu 1,-1,1/2:-1/8 -1/2,1,1:0 1,1,-1:1/3",
            "identity 1,-1,1/2:0",
        ],
    )
}

/// Units of every smooth kind and of all kinds with kinks, of one input.
pub fn mixed() -> Network {
    net(
        &["x"],
        &[
            "elu(1/2) 1:0 -2:1/3",
            "silu 1,1/2:0 -1,1:1/5",
            "gelu 2,-1:0 1,1:-1/2",
            "softplus(20) 1,1:-1 -1,1/2:0",
            "softsign 1,-1:1/7 1/2,2:0",
            "leaky-relu(1/10) 3,1:-1/2 1,-1:0",
            "hard-tanh 1,-1:1/4 1/2,1:0",
            "identity 1,-1/2:0",
        ],
    )
}

/// Steep towers on a grid of two by two, which share their steps.
fn towers(steepness: &str) -> Network {
    let parameters = Parameters {
        cells: Some(vec![2]),
        steepness: Some(number(steepness).into()),
        units: Some(Units::Sigmoid),
        ..Parameters::default()
    };
    let (formula, domain) = ("1 + x*y/2", "x=0..1,y=0..1");
    built(BuilderName::Towers, &parameters, formula, domain, Norm::L1)
}

/// Sums of corner steps.
fn quadrants() -> Network {
    let parameters = Parameters {
        cells: Some(vec![3]),
        units: Some(Units::Sigmoid),
        ..Parameters::default()
    };
    let (formula, domain) = ("sin(2*x)*cos(y)", "x=-1..1,y=-1..1");
    built(
        BuilderName::Quadrants,
        &parameters,
        formula,
        domain,
        Norm::Sup,
    )
}

/// A sum of fractions that are not binary: every step of a bound is rounded.
pub fn thirds() -> Network {
    net(
        &["x", "y"],
        &[
            "relu 1/3,0:1/17 0,1/7:1/19 1/5,1/13:1/9",
            "identity 1,1,1/3:1/11",
        ],
    )
}

/// A staircase of one input.
pub fn staircase() -> Network {
    let parameters = Parameters {
        cells: Some(vec![6]),
        units: Some(Units::Sigmoid),
        ..Parameters::default()
    };
    built(
        BuilderName::Staircase,
        &parameters,
        "x + sin(2*x)/2",
        "x=0..1",
        Norm::Sup,
    )
}

/// Returns all of them.
pub fn all() -> Vec<Base> {
    let mut bases = piecewise();
    bases.extend(curved());
    bases.extend(by_letter());
    bases.extend(to_the_last_bit());
    bases.extend(reduced());
    bases
}

/// Networks with kinks or jumps.
fn piecewise() -> Vec<Base> {
    let plane = "x=-1..1,y=-1..1";
    let unit = "x=0..1,y=0..1";
    let maxout = net(
        &["x", "y"],
        &[
            "maxout(3) 1,0:0 0,1:1/5 -1,-1:0 1,1:-1 2,-1:0 0,0:1/2",
            "identity 1,-1:0",
        ],
    );
    let corner = net(
        &["x", "y"],
        &[
            "heaviside 1,0:-1/3 0,1:-1/2",
            "heaviside 1,1:-3/2",
            "identity 2:1/7",
        ],
    );
    let pair = net(&["x"], &["relu 1:0 -1:1/2", "identity 1,1:0 1,-2:1"]);
    vec![
        recipe("sup square", square(), &["x^2"], "x=0..1")
            .exactly("1/64")
            .found(),
        recipe("sup square, portable", square(), &["x^2"], "x=0..1")
            .exactly("1/64")
            .portable()
            .found(),
        recipe("sup cube", square(), &["x^3 - x/3"], "x=0..1").found(),
        recipe("sup planar", bent(), &["x/2"], plane)
            .exactly("3/2")
            .found(),
        recipe("sup planar deep", deep(), &["x*y/4 - y/3 + x^2/8"], plane)
            .norm(Norm::Sup, "1/100")
            .exactly("9/4")
            .found(),
        // These two are attained at a corner; exact values from the independent checker.
        recipe("sup deep", deep(), &["x*abs(y)/4"], plane)
            .exactly("49/24")
            .found(),
        recipe("sup deep, portable", deep(), &["sin(x) - y/3"], plane)
            .portable()
            .found(),
        recipe("sup maxout", maxout, &["max(x, y)^2 - exp(x)/3"], plane).found(),
        recipe("sup step", step(), &["x/3"], unit)
            .exactly("1")
            .found(),
        recipe("sup step, portable", step(), &["x/3"], unit)
            .exactly("1")
            .portable()
            .found(),
        // 15/7 compared with 1/2, at x = 1.
        recipe("sup corner", corner, &["if(x < 1/3, y, 1 - x/2)"], unit)
            .exactly("23/14")
            .found(),
        recipe("sup two outputs", pair, &["x^2", "sin(3*x)"], "x=-1..1").found(),
    ]
}

/// Networks with smooth units.
fn curved() -> Vec<Base> {
    let plane = "x=-1..1,y=-1..1";
    let unit = "x=0..1,y=0..1";
    let solid = net(
        &["x", "y", "z"],
        &["tanh 1,-1,2:0 2,1,-1:1/2", "identity 1,-1:0"],
    );
    vec![
        recipe("sup smooth", smooth(), &["0"], unit)
            .between("0.5176", "0.5177")
            .found(),
        recipe("sup smooth, portable", smooth(), &["x - y^2/2"], unit)
            .portable()
            .found(),
        recipe("sup staircase", staircase(), &["x + sin(2*x)/2"], "x=0..1").found(),
        recipe(
            "sup staircase, portable",
            staircase(),
            &["x + sin(2*x)/2"],
            "x=0..1",
        )
        .portable()
        .found(),
        recipe(
            "sup mixed",
            mixed(),
            &["sqrt(1 + x^2) - gelu(x)"],
            "x=-2..2",
        )
        .found(),
        recipe("sup towers", towers("40"), &["1 + x*y/2"], unit)
            .norm(Norm::Sup, "1/3")
            .found(),
        recipe(
            "sup quadrants, portable",
            quadrants(),
            &["sin(2*x)*cos(y)"],
            plane,
        )
        .norm(Norm::Sup, "1/3")
        .portable()
        .found(),
        recipe(
            "sup three inputs",
            solid,
            &["x*y - z/2"],
            "x=0..1,y=0..1,z=0..1",
        )
        .norm(Norm::Sup, "1/4")
        .found(),
    ]
}

/// The same letter for all leaves of a regular tree, and the strongest claim that it gives.
fn by_letter() -> Vec<Base> {
    let unit = "x=0..1,y=0..1";
    let of = |name, letter: &str, ranges| {
        let cut = format!("A{letter}{letter}");
        let tree = format!("AB{cut}{cut}B{cut}{cut}");
        recipe(name, smooth(), &["x*y - y^3/3"], unit).by_tree(&tree, "0", ranges)
    };
    let merged = |name, radius, ranges| {
        let tree = "AABnlBlnABnlBln";
        recipe(name, towers("40"), &["1 + x*y/2"], unit).by_tree(tree, radius, ranges)
    };
    vec![
        of("sup all n", "n", Ranges::Natural),
        of("sup all l", "l", Ranges::Linear),
        of("sup all g", "g", Ranges::Natural),
        of("sup all s", "s", Ranges::Linear),
        recipe("sup all m", smooth(), &["x"], unit).by_tree("Amm", "0", Ranges::Natural),
        merged("sup merged", "1/1024", Ranges::Natural),
        merged("sup merged, linear", "1/64", Ranges::Linear),
    ]
}

/// Bounds that are off only by roundings.
fn to_the_last_bit() -> Vec<Base> {
    let of = |name, letter: &str| {
        // At the corner (1, 1).
        let recipe = recipe(name, thirds(), &["0"], "x=0..1,y=0..1").exactly("35263682/43648605");
        recipe.by_tree(&format!("A{letter}B{letter}{letter}"), "0", Ranges::Natural)
    };
    vec![
        of("sup fractions n", "n"),
        of("sup fractions l", "l"),
        of("sup fractions g", "g"),
        of("sup fractions s", "s"),
        of("sup fractions m", "m"),
    ]
}

/// Networks with large errors where units become constant or are merged.
fn reduced() -> Vec<Base> {
    let unit = "x=0..1,y=0..1";
    // 2^24 (sigmoid - 1) is -0.03 at the left end, and far from saturated at a sum of 20.
    let far = || net(&["x"], &["sigmoid 20:20", "identity 16777216:-16777217"]);
    let curved = || {
        net(
            &["x", "y"],
            &[
                "tanh 1/2,1/4:0 -1/4,1/2:1/8",
                "tanh 2,-1:1/4 1,3:-1",
                "identity 4,-3:0",
            ],
        )
    };
    // Two units with the same weights and nearly the same bias.
    let twins = || {
        net(
            &["x", "y"],
            &[
                "sigmoid 3,1:-2 1,-2:1/2",
                "tanh 2,-2:0 2,-2:1/64",
                "identity 8,-8:1/4",
            ],
        )
    };
    let of = |name, network: Network, domain, portable, radius, ranges| {
        let mut recipe = recipe(name, network, &["0"], domain);
        recipe.portable = portable;
        let tree = if domain == unit { "AnBln" } else { "Anl" };
        recipe.by_tree(tree, radius, ranges)
    };
    let (natural, linear) = (Ranges::Natural, Ranges::Linear);
    vec![
        of("sup saturated", far(), "x=0..1", false, "2^-30", natural),
        of(
            "sup saturated, portable",
            far(),
            "x=0..1",
            true,
            "2^-30",
            natural,
        ),
        of("sup constants", curved(), unit, false, "1/2", natural),
        of(
            "sup constants, linear",
            curved(),
            unit,
            false,
            "1/2",
            linear,
        ),
        of(
            "sup constants, portable",
            curved(),
            unit,
            true,
            "1/16",
            natural,
        ),
        of("sup twins", twins(), unit, false, "1/256", natural),
        of(
            "sup twins, portable",
            twins(),
            unit,
            true,
            "1/4096",
            natural,
        ),
    ]
}

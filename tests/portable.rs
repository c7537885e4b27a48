//! Certificates of the core: networks with interval biases, and what is proved with them alone.

mod common;

use proptest::prelude::*;

use common::{Choices, Formula, Kind, Settings, choices, layer, network, number, question, run};
use steeple::bounds::{Cell, inputs_over};
use steeple::certificate::{Layer, Method, Norm, Question, text};
use steeple::checker::{Rejection, check, check_core};
use steeple::expr::check_defined;
use steeple::network::Activation::{Heaviside, Identity, Relu, Sigmoid, Tanh};
use steeple::network::{Local, Network};
use steeple::numbers::{Dyadic, Interval, LinearForm, Rational};
use steeple::workflow::Verdict;

/// The network on a box in one step from these sides.
fn on_box(network: &Network, outer: &Cell, inner: &Cell, radius: Dyadic) -> Local {
    Local::from_network(network, outer.intervals())
        .and_then(|local| local.reduced(network, inner.intervals(), inner.sides(), radius))
        .expect("a value")
}

fn cell(domain: &str) -> Cell {
    Cell::root(&steeple::expr::Domain::parse(domain).expect("a domain"))
}

/// Random networks down a chain of boxes with random radii: ranges and linear forms hold the truth.
fn encloses_the_truth(choices: &mut Choices, kind: Kind) -> Result<(), TestCaseError> {
    let inputs = 1 + choices.below(3);
    let hidden = 1 + choices.below(3);
    let network = choices.network_of(inputs, hidden, 5, 2, kind);
    let mut sides = choices.sides(inputs);
    let Ok(mut local) = Local::from_network(&network, Cell::from_sides(sides.clone()).intervals())
    else {
        return Ok(());
    };
    for _ in 0..4 {
        sides = choices.inner(&sides);
        let cell = Cell::from_sides(sides.clone());
        let radius = choices.pick(&[
            Dyadic::ZERO,
            Dyadic::power_of_two(-40),
            Dyadic::power_of_two(-8),
            Dyadic::power_of_two(-1),
            Dyadic::from_i64(3),
        ]);
        local = match local.reduced(&network, cell.intervals(), cell.sides(), radius) {
            Ok(local) => local,
            Err(_) => return Ok(()),
        };
        let forms = local.linear_forms(&inputs_over::<LinearForm<3>>(&cell));
        for _ in 0..6 {
            let point = choices.point(&sides, true);
            let truth = common::true_forward(&network, &point);
            for (k, (value, range)) in truth.iter().zip(local.output_ranges()).enumerate() {
                prop_assert!(
                    value.is_in(range),
                    "output {k} at {point:?}: {value:?} is not in {range:?}, radius {radius:?}\n{network:?}"
                );
                if let Ok(forms) = &forms {
                    let is_thin = cell.intervals().iter().any(|side| side.rad().is_zero());
                    if is_thin {
                        continue;
                    }
                    let coordinates = common::coordinates(cell.intervals(), &point);
                    let (low, high) = common::form_at(&forms[k], &coordinates);
                    prop_assert!(
                        value.meets(low.as_ref(), high.as_ref()),
                        "output {k} at {point:?}: {value:?} is not in {low:?}, {high:?}\n{network:?}"
                    );
                    prop_assert!(value.is_in(&forms[k].range()));
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(common::cases(300))]

    #[test]
    fn interval_biases_hold_the_network(mut choices in choices()) {
        let kind = choices.pick(&[Kind::ContinuousPiecewiseLinear, Kind::Continuous, Kind::Any]);
        encloses_the_truth(&mut choices, kind)?;
    }
}

/// Does the certificate hold by the core, with core methods alone? Then its enclosure holds every error that
/// is found by sampling.
fn is_portable(
    network: &Network,
    question: &Question,
    settings: &Settings,
) -> Result<bool, TestCaseError> {
    let found = run(network, question, settings).expect("a verdict");
    let mut bytes = Vec::new();
    text::write(&found.certificate, &mut bytes).expect("in memory");
    let certificate = text::read(&bytes).expect("what was written");
    prop_assert!(certificate.layer.is_portable(), "{}", certificate.layer);
    let methods = certificate.partition.text().iter();
    for letter in methods.filter(|letter| letter.is_ascii_lowercase()) {
        let method = Method::from_letter(*letter).expect("a leaf");
        prop_assert!(method.is_core(), "{method:?}");
    }
    let verified = check(&certificate, network).expect("accepted before");
    prop_assert_eq!(&verified, &found.verified);
    match (certificate.layer, check_core(&certificate, network)) {
        (Layer::Core, by_core) => prop_assert_eq!(by_core, Ok(verified)),
        (layer, by_core) => prop_assert_eq!(
            by_core,
            Err(Rejection::BeyondLayer {
                named: layer,
                most: Layer::Core
            })
        ),
    }
    let claim = found.verified.claim();
    let (Norm::Sup, Some(upper)) = (question.norm, &claim.stated_upper) else {
        return Ok(claim.stated_upper.is_some());
    };
    let jumps = network.has_jumps() || question.target.has_jumps();
    let nudge = Rational::ratio(1, 1_000_003);
    let steps = if question.domain.dimension() == 1 {
        50
    } else {
        8
    };
    for mut point in common::grid(&question.domain, steps, jumps) {
        // A grid point may lie on a jump, which an essential supremum does not count.
        if jumps {
            point = point.iter().map(|x| x + &nudge).collect();
        }
        if question.domain.contains(&point) {
            let error = common::error_at(network, question, &point);
            prop_assert!(
                error <= *upper,
                "{:?}: {error} at {point:?}, but claimed {upper}\n{network:?}",
                question.target.text()
            );
        }
    }
    Ok(true)
}

proptest! {
    #![proptest_config(common::cases(60))]

    #[test]
    fn portable_enclosures_hold_every_sampled_error(mut choices in choices()) {
        let inputs = 1 + choices.below(2);
        let hidden = 1 + choices.below(2);
        let kind = choices.pick(&[Kind::ContinuousPiecewiseLinear, Kind::Continuous, Kind::Any]);
        let net = choices.network_of(inputs, hidden, 4, 1, kind);
        let kind = choices.pick(&[Formula::Polynomial, Formula::Smooth, Formula::Any]);
        let formula = choices.formula(inputs, 2, kind);
        let domain: Vec<String> = choices
            .sides(inputs)
            .iter()
            .zip(common::NAMES)
            .map(|((low, high), name)| format!("{name}={low}..{high}"))
            .collect();
        let mut asked = question(&net, &[&formula], &domain.join(","), None);
        prop_assume!(check_defined(&asked.target, &asked.domain).is_ok());
        let settings = Settings { boxes: 400, portable: true, ..Settings::default() };
        is_portable(&net, &asked, &settings)?;
        asked.norm = choices.pick(&[Norm::L1, Norm::L2]);
        is_portable(&net, &asked, &settings)?;
    }
}

/// At every step rule that a set of measure zero, or a bias that is an interval, could break.
#[test]
fn steps_are_decided_as_they_should_be() {
    let ranges = |net: &Network, domain: &str| {
        let cell = cell(domain);
        let local = on_box(net, &cell, &cell, Dyadic::ZERO);
        local.output_ranges().to_vec()
    };
    let pass = || layer(Identity, &[(&["1"], "0")]);
    // H(-relu(x)) is 1 left of 0, though its sum is at most 0 everywhere.
    let net = network(
        &["x"],
        vec![
            layer(Relu, &[(&["1"], "0")]),
            layer(Heaviside, &[(&["-1"], "0")]),
            pass(),
        ],
    );
    assert_eq!(ranges(&net, "x=-1..1"), [Interval::UNIT]);
    assert_eq!(ranges(&net, "x=-1..0"), [Interval::ONE]);
    // H(x) is 0 almost everywhere left of 0, H(-x) right of it; H(0 x) is 1.
    let step = |weight: &str, bias: &str| {
        network(&["x"], vec![layer(Heaviside, &[(&[weight], bias)]), pass()])
    };
    assert_eq!(ranges(&step("1", "0"), "x=-1..0"), [Interval::ZERO]);
    assert_eq!(ranges(&step("1", "0"), "x=0..1"), [Interval::ONE]);
    assert_eq!(ranges(&step("-1", "0"), "x=0..1"), [Interval::ZERO]);
    assert_eq!(ranges(&step("1", "0"), "x=-1..1"), [Interval::UNIT]);
    assert_eq!(ranges(&step("0", "0"), "x=-1..1"), [Interval::ONE]);
    // Boxes that end at a jump which is no dyadic number.
    assert_eq!(ranges(&step("1", "-1/3"), "x=1/3..1"), [Interval::ONE]);
    assert_eq!(ranges(&step("1", "-1/3"), "x=0..1/3"), [Interval::ZERO]);
    assert_eq!(ranges(&step("1/7", "-1/21"), "x=1/3..1"), [Interval::ONE]);
    assert_eq!(
        ranges(&step("1/7", "-1/21"), "x=0..33/100"),
        [Interval::ZERO]
    );
    // H(H(x) + H(y) - 2) is 1 on a whole quadrant, where its sum is 0.
    let corner = network(
        &["x", "y"],
        vec![
            layer(Heaviside, &[(&["1", "0"], "0"), (&["0", "1"], "0")]),
            layer(Heaviside, &[(&["1", "1"], "-2")]),
            pass(),
        ],
    );
    assert_eq!(ranges(&corner, "x=0..1,y=0..1"), [Interval::ONE]);
    assert_eq!(ranges(&corner, "x=-1..0,y=0..1"), [Interval::ZERO]);
    assert_eq!(ranges(&corner, "x=-1..1,y=0..1"), [Interval::UNIT]);
}

/// Two towers of opposite huge weights differ by a little, and are not the same.
#[test]
fn units_that_are_nearly_equal_do_not_cancel() {
    for activation in [Sigmoid, Tanh] {
        let net = network(
            &["x"],
            vec![
                layer(activation.clone(), &[(&["1"], "40"), (&["1"], "20")]),
                layer(
                    activation,
                    &[(&["3", "1"], "-4"), (&["3", "1"], "-400000001/100000000")],
                ),
                layer(Identity, &[(&["1000000000", "-1000000000"], "0")]),
            ],
        );
        let cell = cell("x=-1..1");
        for power in [-60, -40, -20, -4] {
            let local = on_box(&net, &cell, &cell, Dyadic::power_of_two(power));
            for point in ["-1", "-1/3", "0", "1/7", "1"] {
                let truth = &common::true_forward(&net, &[number(point)])[0];
                let range = &local.output_ranges()[0];
                assert!(
                    truth.is_in(range),
                    "2^{power} at {point}: {truth:?} in {range:?}"
                );
            }
        }
    }
}

/// The examples that the tool is taught with can all be checked by the core.
#[test]
fn the_core_checks_a_sum_of_corner_steps() {
    let question = "[target]\nformula = \"sin(3*x)*cos(2*y)\"\n\
                    domain = { x = [-1, 1], y = [-1, 1] }\n\
                    [network]\nbuilder = \"quadrants\"\nactivation = \"sigmoid\"\ncells = 10\n\
                    [claim]\nnorm = \"sup\"\ntolerance = \"1/3\"\n";
    let spec = steeple::workflow::spec::read(question).expect("a spec");
    let built = steeple::builders::build(
        steeple::builders::BuilderName::Quadrants,
        &steeple::builders::Parameters {
            cells: Some(vec![10]),
            units: Some(steeple::builders::Units::Sigmoid),
            ..Default::default()
        },
        &spec.target,
        &spec.domain,
        Norm::Sup,
    )
    .expect("a network");
    let asked = common::question(
        &built.network,
        &["sin(3*x)*cos(2*y)"],
        "x=-1..1,y=-1..1",
        None,
    );
    let settings = Settings {
        tolerance: Some(number("1/3")),
        portable: true,
        ..Settings::default()
    };
    let found = run(&built.network, &asked, &settings).expect("a verdict");
    assert_eq!(found.verdict, Verdict::Proved);
    let verified = check_core(&found.certificate, &built.network).expect("by the core");
    assert_eq!(
        verified.answers(&asked, settings.tolerance.as_ref()),
        Ok(())
    );
    // One that needs more is refused by name.
    let fast = run(
        &built.network,
        &asked,
        &Settings {
            portable: false,
            ..settings
        },
    );
    let fast = fast.expect("a verdict").certificate;
    let refused = check_core(&fast, &built.network).expect_err("not the core");
    assert_eq!(refused.kind(), "beyond-layer");
    // And so is one that says that it needs less than it does.
    let mut wrong = fast;
    wrong.layer = Layer::Core;
    wrong.partition = steeple::certificate::Partition::from_text(b"s".to_vec());
    let refused = check_core(&wrong, &built.network).expect_err("another method");
    assert_eq!(refused.kind(), "no-bound");
}

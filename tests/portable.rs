//! Certificates of the core: networks with interval biases, and what is proved with them alone.

mod common;

use proptest::prelude::*;

use common::{Choices, Formula, Kind, Settings, choices, number, question, run};
use steeple::bounds::{Cell, inputs_over};
use steeple::certificate::{Layer, Method, Norm, Question, text};
use steeple::checker::{Rejection, check, check_core};
use steeple::expr::check_defined;
use steeple::network::{Local, Network};
use steeple::numbers::{Dyadic, LinearForm, Rational};
use steeple::workflow::Verdict;

/// Random networks down a chain of boxes with random radii: ranges and linear forms hold the truth.
fn encloses_the_truth(choices: &mut Choices, kind: Kind) -> Result<(), TestCaseError> {
    let inputs = 1 + choices.below(3);
    let hidden = 1 + choices.below(3);
    let network = choices.network_of(inputs, hidden, 5, 2, kind);
    let mut sides = choices.sides(inputs);
    let Ok(mut local) = Local::from_network(&network, Cell::from_sides(sides.clone()).intervals())
    else {
        return common::not_a_case();
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
    #![proptest_config(common::cases(120))]

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
    #![proptest_config(common::cases(24))]

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

/// The examples that the tool is taught with can all be checked by the core.
#[test]
fn the_core_checks_a_sum_of_corner_steps() {
    let question = "[target]\nformula = \"sin(3*x)*cos(2*y)\"\n\
                    domain = { x = [-1, 1], y = [-1, 1] }\n\
                    [network]\nbuilder = \"quadrants\"\nactivation = \"sigmoid\"\ncells = 10\n\
                    [claim]\nnorm = \"sup\"\ntolerance = \"1/2\"\n";
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
        tolerance: Some(number("1/2")),
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

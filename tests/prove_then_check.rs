//! Random small problems: prove, write, read back, check; the enclosure holds what sampling finds.

mod common;

use proptest::prelude::*;

use common::{
    Choices, Formula, Kind, Settings, choices, not_a_case, number, question, run,
    square_interpolant,
};
use steeple::certificate::{Question, text};
use steeple::checker::check;
use steeple::expr::check_defined;
use steeple::network::Network;
use steeple::numbers::Rational;
use steeple::workflow::{Verdict, Verification};

/// Writes a domain from sides.
fn domain_text(sides: &[(Rational, Rational)]) -> String {
    let side =
        |(name, (low, high)): (&&str, &(Rational, Rational))| format!("{name}={low}..{high}");
    let sides: Vec<String> = common::NAMES.iter().zip(sides).map(side).collect();
    sides.join(",")
}

/// The verdict follows from the claim, and the file reads back as the same certificate.
fn is_consistent(
    network: &Network,
    question: &Question,
    settings: &Settings,
    found: &Verification,
) {
    let claim = found.verified.claim();
    if let Some(upper) = &claim.stated_upper {
        assert!(claim.stated_lower <= *upper, "the ends are in order");
    }
    match (&settings.tolerance, found.verdict) {
        (Some(tolerance), Verdict::Proved) => {
            assert!(
                claim
                    .stated_upper
                    .as_ref()
                    .is_some_and(|upper| upper <= tolerance)
            );
        }
        (Some(tolerance), Verdict::Refuted) => assert!(claim.stated_lower > *tolerance),
        (None, Verdict::Refuted | Verdict::Proved) | (Some(_), Verdict::Enclosed) => {
            panic!("{:?} does not answer what was asked", found.verdict)
        }
        _ => {}
    }
    let mut bytes = Vec::new();
    text::write(&found.certificate, &mut bytes).expect("in memory");
    assert_eq!(bytes.len() as u64, found.certificate_bytes);
    let again = text::read(&bytes).expect("what was written");
    assert_eq!(again, found.certificate);
    let verified = check(&again, network).expect("accepted before");
    assert_eq!(verified, found.verified);
    assert_eq!(
        verified.answers(question, claim.stated_upper.as_ref()),
        Ok(())
    );
}

/// A random small problem for `sup`.
fn sup_problem(choices: &mut Choices) -> Option<(Network, Question)> {
    let inputs = 1 + choices.below(2);
    let kind = choices.pick(&[Kind::ContinuousPiecewiseLinear, Kind::Continuous, Kind::Any]);
    let hidden = 1 + choices.below(2);
    let network = choices.network_of(inputs, hidden, 4, 1, kind);
    let formula_kind = choices.pick(&[Formula::Polynomial, Formula::Smooth, Formula::Any]);
    let height = 1 + choices.below(2);
    let formula = choices.formula(inputs, height, formula_kind);
    let domain = domain_text(&choices.sides(inputs));
    let question = question(&network, &[&formula], &domain, None);
    // The command refuses targets that are not defined; so does this.
    check_defined(&question.target, &question.domain).ok()?;
    Some((network, question))
}

proptest! {
    #![proptest_config(common::cases(80))]

    #[test]
    fn an_enclosure_holds_every_sampled_error(mut choices in choices()) {
        let Some((network, question)) = sup_problem(&mut choices) else { return not_a_case() };
        let settings = Settings { boxes: 600, ..Settings::default() };
        let found = run(&network, &question, &settings).expect("a verdict");
        is_consistent(&network, &question, &settings, &found);
        let claim = found.verified.claim();
        let said = format!("{:?} on {}", question.target.text(), question.domain);
        let jumps = network.has_jumps() || question.target.has_jumps();
        let Some(upper) = &claim.stated_upper else { return not_a_case() };
        let steps = if question.domain.dimension() == 1 { 60 } else { 9 };
        for point in common::grid(&question.domain, steps, jumps) {
            // A grid point may lie on a jump, which an essential supremum does not count.
            if jumps {
                let near: Vec<Rational> = point.iter().map(|x| x + Rational::ratio(1, 1_000_003)).collect();
                if !question.domain.contains(&near) { continue }
                let error = common::error_at(&network, &question, &near);
                prop_assert!(error <= *upper, "{said}: {error} at {near:?}, but claimed {upper}\n{network:?}");
            } else {
                let error = common::error_at(&network, &question, &point);
                prop_assert!(error <= *upper, "{said}: {error} at {point:?}, but claimed {upper}\n{network:?}");
            }
        }
        // The lower end is an error somewhere: at the witness, or all around it.
        let is_limit = jumps && found.verified.is_exact();
        if is_limit {
            // An exact leaf's error; the witness comes near it.
        } else if let Some(witness) = &found.certificate.witness {
            let at = common::error_at(&network, &question, &witness.point);
            let high = common::true_forward(&network, &witness.point)[0]
                .minus(common::true_outputs(&question.target, &witness.point)[0].as_ref().expect("defined"))
                .size().high;
            prop_assert!(claim.stated_lower <= high, "{said}: {at} at the witness, claimed {}", claim.stated_lower);
        } else {
            prop_assert!(claim.stated_lower.is_zero());
        }
    }

    #[test]
    fn tolerances_around_a_known_error_are_decided(mut choices in choices()) {
        let Some((network, question)) = sup_problem(&mut choices) else { return not_a_case() };
        let enclosed = run(&network, &question, &Settings { boxes: 2000, gap: number("1/200"), ..Settings::default() });
        let enclosed = enclosed.expect("a verdict");
        let claim = enclosed.verified.claim();
        if enclosed.verdict != Verdict::Enclosed || claim.stated_lower.is_zero() { return not_a_case() }
        let upper = claim.stated_upper.clone().expect("enclosed");
        for (share, expected, never) in [
            ("0.98", Verdict::Refuted, Verdict::Proved),
            ("1.02", Verdict::Proved, Verdict::Refuted),
        ] {
            let base = if expected == Verdict::Refuted { &claim.stated_lower } else { &upper };
            let settings = Settings {
                tolerance: Some(base * &number(share)),
                boxes: 200_000,
                ..Settings::default()
            };
            let found = run(&network, &question, &settings).expect("a verdict");
            is_consistent(&network, &question, &settings, &found);
            prop_assert_ne!(found.verdict, never);
            prop_assert_eq!(found.verdict, expected, "{:?} {}\n{:?}\nerror [{}, {}]",
                question.target.text(), question.domain, network, claim.stated_lower, upper);
        }
    }

    #[test]
    fn threads_and_limits_change_nothing_but_the_work(mut choices in choices()) {
        let Some((network, question)) = sup_problem(&mut choices) else { return not_a_case() };
        let bytes = |settings: &Settings| {
            let found = run(&network, &question, settings).expect("a verdict");
            let mut bytes = Vec::new();
            text::write(&found.certificate, &mut bytes).expect("in memory");
            (bytes, found)
        };
        for tolerance in [None, Some(number("1/10"))] {
            let settings = |boxes, threads| Settings {
                tolerance: tolerance.clone(), boxes, threads, ..Settings::default()
            };
            let (one, full) = bytes(&settings(500, 1));
            prop_assert_eq!(&one, &bytes(&settings(500, 2)).0, "two threads");
            prop_assert_eq!(&one, &bytes(&settings(500, 1)).0, "twice the same");
            // A run that is cut short gives a valid enclosure that is hardly tighter: a part of a
            // cell may be bounded a little worse than the whole of it.
            let settings = settings(5, 1);
            let (_, part) = bytes(&settings);
            is_consistent(&network, &question, &settings, &part);
            let (part, full) = (part.verified.claim(), full.verified.claim());
            if let (Some(part), Some(full), None) = (&part.stated_upper, &full.stated_upper, &tolerance) {
                prop_assert!(part * &number("1.1") >= *full, "{} after a few boxes, {} after more", part, full);
            }
            if let Some(full_upper) = &full.stated_upper {
                prop_assert!(part.stated_lower <= *full_upper);
            }
        }
    }

    #[test]
    fn areas_hold_a_count_on_a_grid(mut choices in choices()) {
        let inputs = 1 + choices.below(2);
        let kind = choices.pick(&[Kind::ContinuousPiecewiseLinear, Kind::PiecewiseLinear, Kind::Any]);
        let hidden = 1 + choices.below(2);
        let network = choices.network_of(inputs, hidden, 4, 1, kind);
        let region = if choices.once_in(2) {
            // A half-plane or a disk, where half-planes do well.
            let by = Rational::ratio(choices.integer(-8, 8), 8);
            let y = common::NAMES[inputs - 1];
            choices.pick(&[format!("x + 2*{y} <= {by}"), format!("x^2 + {y}^2 < 1/2"), format!("not (x < {by}) or {y} > 1/2")])
        } else {
            choices.condition(inputs, 1, Formula::Smooth)
        };
        let threshold = choices.number();
        let domain = domain_text(&choices.sides(inputs));
        let question = question(&network, &[&region], &domain, Some(threshold.clone()));
        let settings = Settings { boxes: 300, gap: number("1/50"), ..Settings::default() };
        let found = run(&network, &question, &settings).expect("a verdict");
        is_consistent(&network, &question, &settings, &found);
        let claim = found.verified.claim();
        let volume = question.domain.volume();
        let upper = claim.stated_upper.clone().expect("at most the domain");
        prop_assert!(!claim.stated_lower.is_negative() && upper <= &volume * &number("1.000001"));
        // A sampled share is near the true one; how near is not certain, so every leaf that is
        // decided is looked at as well, below.
        let (mut surely, mut maybe, mut all) = (0, 0, 0);
        let steps = if inputs == 1 { 200 } else { 16 };
        for point in common::grid(&question.domain, steps, true) {
            let value = &common::true_forward(&network, &point)[0];
            let Ok(inside) = &common::true_outputs(&question.target, &point)[0] else { return Ok(()) };
            let decision = match (value.low >= threshold, value.high >= threshold) {
                (true, true) => Some(true),
                (false, false) => Some(false),
                _ => None,
            };
            let region = (inside.low == inside.high).then(|| inside.low == Rational::ONE);
            all += 1;
            match (decision, region) {
                (Some(a), Some(b)) => { surely += i64::from(a != b); maybe += i64::from(a != b); }
                _ => maybe += 1,
            }
        }
        let share = |count: i64| Rational::ratio(count, all) * &volume;
        // Lines and circles cross few of the grid's cells.
        let slack = &volume * &number(if inputs == 1 { "0.1" } else { "0.35" });
        prop_assert!(share(surely) - &slack <= upper, "{region} on {domain}, threshold {threshold}: {surely} of {all}, claimed {upper}\n{network:?}");
        prop_assert!(share(maybe) + &slack >= claim.stated_lower, "{region} on {domain}, threshold {threshold}: {maybe} of {all}, claimed {}\n{network:?}", claim.stated_lower);
        prop_assert!(leaves_hold(&network, &question, &mut choices), "{region} on {domain}, threshold {threshold}\n{network:?}");
    }
}

/// Looks at random boxes as leaves: what is decided there agrees with points strictly inside,
/// and an area with what clipped polygons of a one-sided sample allow.
fn leaves_hold(network: &Network, question: &Question, choices: &mut Choices) -> bool {
    use steeple::bounds::Cell;
    use steeple::bounds::{Bound, Leaves, OnCell, Reduction, on_domain};
    use steeple::certificate::Method;
    use steeple::numbers::{Dyadic, Interval};
    let root = on_domain(network, question).expect("a value");
    let threshold = question.threshold.clone().expect("an area");
    let mut leaves = Leaves::new(network, question);
    for _ in 0..4 {
        let cell = Cell::from_sides(choices.inner(question.domain.sides()));
        let here = root
            .reduce::<Interval>(cell.intervals(), None, Dyadic::power_of_two(-20))
            .map(OnCell::from)
            .expect("a value");
        // Is the decision wrong at the points tried?
        let wrong: Vec<Option<bool>> = (0..12)
            .map(|_| {
                let point = choices.point(cell.sides(), true);
                let value = &common::true_forward(network, &point)[0];
                let inside = common::true_outputs(&question.target, &point)[0]
                    .clone()
                    .ok()?;
                if (value.low >= threshold) != (value.high >= threshold)
                    || inside.low != inside.high
                {
                    return None;
                }
                Some((value.low >= threshold) != (inside.low == Rational::ONE))
            })
            .collect();
        for method in [Method::Natural, Method::HalfPlanes] {
            let Ok(Bound::Integral(area)) = leaves.bound(method, &cell, &here, Reduction::PLAIN)
            else {
                continue;
            };
            let full = area.inf() >= cell.volume().inf();
            let empty = area.sup().is_zero();
            let contradicts = |wrong: &Option<bool>| match wrong {
                Some(true) => empty,
                Some(false) => full,
                None => false,
            };
            if area.sup() > cell.volume().sup() || wrong.iter().any(contradicts) {
                return false;
            }
        }
    }
    true
}

#[test]
fn the_interpolant_of_the_square_is_exact() {
    for n in [1, 2, 3, 7, 16, 50] {
        let network = square_interpolant(n);
        let asked = question(&network, &["x^2"], "x=0..1", None);
        let found = run(&network, &asked, &Settings::default()).expect("a verdict");
        let claim = found.verified.claim();
        let truth = Rational::ratio(1, 4 * n * n);
        assert_eq!(
            (&claim.stated_lower, claim.stated_upper.as_ref()),
            (&truth, Some(&truth))
        );
        assert!(found.verified.is_exact());
        assert_eq!(found.verdict, Verdict::Enclosed);
        for (share, verdict) in [
            ("0.98", Verdict::Refuted),
            ("1", Verdict::Proved),
            ("1.02", Verdict::Proved),
        ] {
            let settings = Settings {
                tolerance: Some(&truth * &number(share)),
                ..Settings::default()
            };
            let found = run(&network, &asked, &settings).expect("a verdict");
            assert_eq!(found.verdict, verdict, "{share} of 1/(4·{n}²)");
        }
    }
}

#[test]
fn known_errors_are_enclosed() {
    use common::{layer, network};
    use steeple::network::Activation::{
        Elu, Gelu, Heaviside, Identity, Relu, Sigmoid, Silu, Softplus, Softsign, Tanh,
    };
    let zero = |inputs: &[&str]| {
        let row: Vec<&str> = inputs.iter().map(|_| "0").collect();
        network(inputs, vec![layer(Identity, &[(&row, "0")])])
    };
    let unit = |activation, weight: &str| {
        network(
            &["x"],
            vec![
                layer(activation, &[(&[weight], "0")]),
                layer(Identity, &[(&["1"], "0")]),
            ],
        )
    };
    // (network, formula, domain, error in closed form where it is rational)
    let cases = [
        (zero(&["x"]), "x^2 - x", "x=0..1", "1/4"),
        (zero(&["x"]), "x^3", "x=-2..1", "8"),
        (zero(&["x", "y"]), "x*y", "x=-1..2,y=-3..1", "6"),
        (
            zero(&["x", "y"]),
            "abs(x) + abs(y)",
            "x=-1..1/2,y=-1/3..1",
            "2",
        ),
        (zero(&["x"]), "sin(x)", "x=0..3", "1"),
        (unit(Relu, "1"), "x", "x=-3..1", "3"),
        (unit(Heaviside, "1"), "1/2", "x=-1..1", "1/2"),
        (
            unit(Sigmoid, "1000000"),
            "if(x < 0, 0, 1)",
            "x=-1..1",
            "1/2",
        ),
        (unit(Tanh, "3"), "tanh(3*x) + x/7", "x=-1..1", "1/7"),
        (
            unit(Sigmoid, "3"),
            "1/2 + tanh(3*x/2)/2 + x^2/9",
            "x=-1/2..1/2",
            "1/36",
        ),
        // Smooth units beside formulas that say the same in another way.
        (
            unit(Softplus(None), "3"),
            "ln(1 + e^(3*x)) + x/7",
            "x=-1..1",
            "1/7",
        ),
        (
            unit(Softsign, "3"),
            "3*x/(1 + 3*abs(x)) + x^2/9",
            "x=-1..1",
            "1/9",
        ),
        (
            unit(Elu(number("1/2")), "3"),
            "max(3*x, (exp(min(3*x, 0)) - 1)/2) + x/7",
            "x=0..1",
            "1/7",
        ),
        (
            unit(Elu(Rational::ONE), "3"),
            "if(x < 0, e^(3*x) - 1, 3*x) + x/7",
            "x=-1..1",
            "1/7",
        ),
        (
            unit(Silu, "3"),
            "3*x/(1 + e^(-3*x)) + x/7",
            "x=-1..1",
            "1/7",
        ),
        (
            unit(Gelu(None), "3"),
            "3*x*(1 + erf(3*x/sqrt(2)))/2 + x^2/9",
            "x=-1..1",
            "1/9",
        ),
        // Another divisor is another scale.
        (
            unit(Gelu(Some(number("2"))), "3"),
            "sqrt(2)*gelu(3*x/sqrt(2)) + x/7",
            "x=-1..1",
            "1/7",
        ),
        // Above 20 it is z itself: off by e^-20 there, which is far below what is asked.
        (
            unit(Softplus(Some(number("20"))), "30"),
            "softplus(30*x) + x/7",
            "x=-1..1",
            "1/7",
        ),
    ];
    for (network, formula, domain, truth) in cases {
        let asked = question(&network, &[formula], domain, None);
        let truth = number(truth);
        let settings = Settings {
            gap: number("1/1000"),
            ..Settings::default()
        };
        let found = run(&network, &asked, &settings).expect("a verdict");
        let claim = found.verified.claim();
        let upper = claim.stated_upper.clone().expect("bounded");
        assert!(
            claim.stated_lower <= truth && truth <= upper,
            "{formula}: [{}, {upper}]",
            claim.stated_lower
        );
        assert_eq!(
            found.verdict,
            Verdict::Enclosed,
            "{formula}: [{}, {upper}]",
            claim.stated_lower
        );
        for (share, verdict) in [("0.98", Verdict::Refuted), ("1.02", Verdict::Proved)] {
            let settings = Settings {
                tolerance: Some(&truth * &number(share)),
                ..Settings::default()
            };
            let found = run(&network, &asked, &settings).expect("a verdict");
            assert_eq!(found.verdict, verdict, "{formula}, {share} of the error");
        }
    }
}

#[test]
fn known_areas_are_enclosed() {
    use common::{layer, network};
    use steeple::network::Activation::{Heaviside, Identity, Sigmoid};
    let line = |activation| {
        network(
            &["x", "y"],
            vec![
                layer(activation, &[(&["30", "30"], "-30")]),
                layer(Identity, &[(&["1"], "0")]),
            ],
        )
    };
    // N says x + y >= 1, on the unit square.
    let cases = [
        (line(Sigmoid), "x + y >= 1", "0", "1/10000"),
        (line(Sigmoid), "x + y <= 1", "1", "1/10000"),
        (line(Heaviside), "x >= 1/2", "1/4", "1/100"),
        (line(Heaviside), "2*x + y >= 1", "1/4", "1/100"),
        (line(Heaviside), "x*y >= 2", "1/2", "1/100"),
        // Between 1 - x² and 1 - x: 1/2 - 1/3.
        (line(Heaviside), "y >= 1 - x^2", "1/6", "1/100"),
    ];
    for (network, region, truth, wide) in cases {
        let asked = question(&network, &[region], "x=0..1,y=0..1", Some(number("1/2")));
        let truth = number(truth);
        let settings = Settings {
            gap: number("1/500"),
            ..Settings::default()
        };
        let found = run(&network, &asked, &settings).expect("a verdict");
        let claim = found.verified.claim();
        let upper = claim.stated_upper.clone().expect("bounded");
        assert!(
            claim.stated_lower <= truth && truth <= upper,
            "{region}: [{}, {upper}]",
            claim.stated_lower
        );
        assert!(
            &upper - &claim.stated_lower <= number(wide),
            "{region}: [{}, {upper}]",
            claim.stated_lower
        );
        if truth.is_positive() {
            for (share, verdict) in [("0.98", Verdict::Refuted), ("1.02", Verdict::Proved)] {
                let settings = Settings {
                    tolerance: Some(&truth * &number(share)),
                    ..Settings::default()
                };
                let found = run(&network, &asked, &settings).expect("a verdict");
                assert_eq!(found.verdict, verdict, "{region}, {share} of the area");
            }
        }
    }
}

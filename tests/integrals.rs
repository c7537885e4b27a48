//! The norms `l1` and `l2`: known integrals, sums over fine grids, several outputs, several inputs.

mod common;

use proptest::prelude::*;

use common::{Choices, Formula, Kind, Settings, choices, layer, network, number, run};
use steeple::certificate::{Norm, Question};
use steeple::expr::check_defined;
use steeple::network::Activation::{Heaviside, Identity, Relu, Sigmoid};
use steeple::network::Network;
use steeple::numbers::Rational;
use steeple::workflow::{Verdict, Verification};

fn question(network: &Network, formulas: &[&str], domain: &str, norm: Norm) -> Question {
    Question {
        norm,
        ..common::question(network, formulas, domain, None)
    }
}

fn enclose(network: &Network, asked: &Question, gap: &str) -> Verification {
    let settings = Settings {
        gap: number(gap),
        boxes: 200_000,
        ..Settings::default()
    };
    run(network, asked, &settings).expect("a verdict")
}

/// A network whose output is a constant.
fn constant(inputs: &[&str], values: &[&str]) -> Network {
    let zeros = vec!["0"; inputs.len()];
    let rows: Vec<(&[&str], &str)> = values
        .iter()
        .map(|value| (zeros.as_slice(), *value))
        .collect();
    network(inputs, vec![layer(Identity, &rows)])
}

fn heaviside_at(place: &str) -> Network {
    network(
        &["x"],
        vec![
            layer(Heaviside, &[(&["1"], place)]),
            layer(Identity, &[(&["1"], "0")]),
        ],
    )
}

/// The claim holds the truth (`l2`: of the square), is as tight as wanted, and tolerances one per
/// cent below and above the error get the right verdict.
fn is_known(network: &Network, asked: &Question, truth: &str, gap: &str) -> Verification {
    let truth = number(truth);
    let found = enclose(network, asked, gap);
    let claim = found.verified.claim();
    let upper = claim.stated_upper.clone().expect("bounded");
    assert!(
        claim.stated_lower <= truth && truth <= upper,
        "{asked:?}: {truth} in [{}, {upper}]",
        claim.stated_lower
    );
    assert_eq!(found.verdict, Verdict::Enclosed, "{asked:?}");
    let error = claim.error_lower();
    for (share, verdict) in [("0.99", Verdict::Refuted), ("1.01", Verdict::Proved)] {
        let settings = Settings {
            tolerance: Some(&error * &number(share)),
            boxes: 200_000,
            ..Settings::default()
        };
        let found = run(network, asked, &settings).expect("a verdict");
        assert_eq!(found.verdict, verdict, "{share} of the error: {asked:?}");
    }
    found
}

#[test]
fn interpolants_of_a_square() {
    // On each of n pieces of length h: the integral of t (h - t), h³/6, and of its square, h⁵/30.
    for n in [1_i64, 3, 8] {
        let net = common::square_interpolant(n);
        let of = |norm| question(&net, &["x^2"], "x=0..1", norm);
        is_known(&net, &of(Norm::L1), &format!("1/{}", 6 * n * n), "1/1000");
        is_known(
            &net,
            &of(Norm::L2),
            &format!("1/{}", 30 * n.pow(4)),
            "1/1000",
        );
    }
}

#[test]
fn an_affine_difference_needs_one_leaf() {
    let cases = [
        ("x", "x=-1/3..2/3", "5/18", "1/9"),
        ("x + y", "x=-1..1,y=-1..1", "8/3", "8/3"),
        ("x + y + z", "x=-1..1,y=-1..1,z=-1..1", "13/2", "8"),
        (
            "x + y + z + t",
            "x=-1..1,y=-1..1,z=-1..1,t=-1..1",
            "224/15",
            "64/3",
        ),
        (
            "x + 1000000*y",
            "x=-1..1,y=-1..1",
            "6000000000002/3000000",
            "4000000000004/3",
        ),
    ];
    for (formula, domain, l1, l2) in cases {
        let names: Vec<&str> = ["x", "y", "z", "t"][..domain.matches('=').count()].to_vec();
        let net = constant(&names, &["0"]);
        for (norm, truth) in [(Norm::L1, l1), (Norm::L2, l2)] {
            let asked = question(&net, &[formula], domain, norm);
            let found = enclose(&net, &asked, "1/1000000");
            let claim = found.verified.claim();
            let upper = claim.stated_upper.clone().expect("bounded");
            let slack = &upper * &number("1e-11");
            let truth = number(truth);
            assert!(
                claim.stated_lower <= &truth + &slack && &truth - &slack <= upper,
                "{formula}"
            );
            // Where an integral is found exactly, the cell is cut along the zeros of the difference.
            let is_one_leaf = found.search.leaves == 1 || found.verified.is_exact();
            assert!(is_one_leaf, "{formula}, {norm}");
            assert!(&upper - &claim.stated_lower <= slack, "{formula}, {norm}");
        }
    }
}

#[test]
fn outputs_are_added_up_under_the_integral() {
    let net = constant(&["x"], &["0", "1"]);
    // |x| and |1 - x|, and their squares.
    let of = |norm| question(&net, &["x", "x"], "x=0..2", norm);
    is_known(&net, &of(Norm::L1), "3", "1/1000");
    is_known(&net, &of(Norm::L2), "10/3", "1/1000");
}

#[test]
fn a_region_counts_as_its_indicator() {
    let net = heaviside_at("-1/2");
    for norm in [Norm::L1, Norm::L2] {
        let asked = question(&net, &["x^2 >= 1/16"], "x=0..1", norm);
        is_known(&net, &asked, "1/4", "1/1000");
        // A jump costs nothing: the two agree but for a point.
        let asked = question(&net, &["x > 1/2"], "x=0..1", norm);
        let found = enclose(&net, &asked, "1/1000");
        assert_eq!(found.verified.claim().error_upper(), Some(Rational::ZERO));
    }
}

#[test]
fn steep_sigmoids_are_steps_in_an_integral() {
    let net = network(
        &["x"],
        vec![
            layer(Sigmoid, &[(&["1000000000"], "-500000000")]),
            layer(Identity, &[(&["1"], "0")]),
        ],
    );
    let asked = question(&net, &["x"], "x=0..1", Norm::L1);
    let found = enclose(&net, &asked, "1/1000");
    let claim = found.verified.claim();
    // 1/4, up to what happens on a few times 10^-9.
    let upper = claim.stated_upper.clone().expect("bounded") + number("1e-8");
    assert!(claim.stated_lower <= number("1/4") + number("1e-8") && number("1/4") <= upper);
    assert!(found.search.leaves < 100, "{} leaves", found.search.leaves);
}

#[test]
fn an_irrational_root_may_have_an_exact_square() {
    let net = network(
        &["x"],
        vec![
            layer(Relu, &[(&["1"], "0")]),
            layer(Identity, &[(&["1"], "0")]),
        ],
    );
    let asked = question(&net, &["abs(x)"], "x=-1..1", Norm::L2);
    // The integral of x² over half of the domain: 1/3.
    is_known(&net, &asked, "1/3", "1/1000");
}

/// Sums of the integrands over the middles of a grid; nothing where a value is missing.
#[allow(clippy::cast_precision_loss)]
fn sums(network: &Network, asked: &Question, n: i64) -> Option<(f64, f64)> {
    use steeple::bounds::on_domain;
    use steeple::expr::Tape;
    use steeple::expr::evaluate::Scratch;
    use steeple::network::estimate_outputs;
    use steeple::numbers::estimate::{Estimate, estimate_rational};
    let root = on_domain(network, asked).ok()?;
    let tape = Tape::new(&asked.target.indicator());
    let constants = tape.constants::<Estimate>(&());
    let (mut scratch, mut values) = (Scratch::default(), Vec::new());
    let sides: Vec<(f64, f64)> = asked
        .domain
        .sides()
        .iter()
        .map(|(low, high)| (estimate_rational(low), estimate_rational(high)))
        .collect();
    let count = n.pow(u32::try_from(sides.len()).ok()?);
    let volume: f64 = sides.iter().map(|(low, high)| high - low).product();
    let (mut size, mut square) = (0.0, 0.0);
    for index in 0..count {
        let mut left = index;
        let mut point = Vec::new();
        for (low, high) in &sides {
            let k = left % n;
            left /= n;
            point.push(low + (high - low) * (k as f64 + 0.5) / n as f64);
        }
        let inputs: Vec<Estimate> = point.iter().map(|x| Estimate(*x)).collect();
        let results = tape.evaluate(&constants, &inputs, &mut scratch);
        let outputs = estimate_outputs(&root, &point, &mut values);
        for (k, output) in outputs.iter().enumerate() {
            let error = output - results.value(k).ok()?.0;
            size += error.abs() * volume / count as f64;
            square += error * error * volume / count as f64;
        }
    }
    Some((size, square))
}

fn random_problem(choices: &mut Choices) -> Option<(Network, [Question; 2])> {
    let inputs = 1 + choices.below(3);
    let kind = choices.pick(&[Kind::ContinuousPiecewiseLinear, Kind::Continuous, Kind::Any]);
    let hidden = 1 + choices.below(2);
    let outputs = 1 + choices.below(2);
    let network = choices.network_of(inputs, hidden, 4, outputs, kind);
    let formulas: Vec<String> = (0..outputs)
        .map(|_| choices.formula(inputs, 1, Formula::Smooth))
        .collect();
    let formulas: Vec<&str> = formulas.iter().map(String::as_str).collect();
    let names = common::NAMES.iter().zip(choices.sides(inputs));
    let domain: Vec<String> = names
        .map(|(name, (low, high))| format!("{name}={low}..{high}"))
        .collect();
    let asked =
        [Norm::L1, Norm::L2].map(|norm| question(&network, &formulas, &domain.join(","), norm));
    check_defined(&asked[0].target, &asked[0].domain).ok()?;
    Some((network, asked))
}

proptest! {
    #![proptest_config(common::cases(40))]
    /// A sum over a grid and one twice as fine tell about how far both are from the integral.
    #[test]
    fn sums_over_grids_are_within_the_enclosures(mut choices in choices()) {
        let Some((network, asked)) = random_problem(&mut choices) else { return common::not_a_case() };
        let n = [2048, 64, 18][asked[0].domain.sides().len() - 1];
        let Some(coarse) = sums(&network, &asked[0], n / 2) else { return common::not_a_case() };
        let share = [2048.0, 64.0, 18.0][asked[0].domain.sides().len() - 1];
        let Some(fine) = sums(&network, &asked[0], n) else { return common::not_a_case() };
        for (asked, coarse, fine) in [(&asked[0], coarse.0, fine.0), (&asked[1], coarse.1, fine.1)] {
            let settings = Settings { gap: number("1/10"), boxes: 2000, ..Settings::default() };
            let found = run(&network, asked, &settings).expect("a verdict");
            let claim = found.verified.claim();
            let slack = 4.0 * (fine - coarse).abs() + 1e-9 * fine.abs() + fine.abs() / share;
            let float = steeple::numbers::estimate::estimate_rational;
            prop_assert!(float(&claim.stated_lower) <= fine + slack, "{asked:?} {network:?}\n{fine} {coarse} {:?}", claim.stated_lower);
            if let Some(upper) = &claim.stated_upper {
                prop_assert!(fine - slack <= float(upper), "{asked:?} {network:?}\n{fine} {coarse} {upper:?}");
            }
        }
    }
}

#[test]
fn the_result_does_not_depend_on_the_threads() {
    let net = network(
        &["x", "y"],
        vec![
            layer(Sigmoid, &[(&["40", "-1"], "0"), (&["1", "20"], "-1")]),
            layer(Identity, &[(&["1", "-1"], "0")]),
        ],
    );
    for norm in [Norm::L1, Norm::L2] {
        let asked = question(&net, &["x*y"], "x=-1..1,y=-1..1", norm);
        let [one, two] = [1, 2].map(|threads| {
            let settings = Settings {
                gap: number("1/100"),
                threads,
                boxes: 100_000,
                ..Settings::default()
            };
            run(&net, &asked, &settings).expect("a verdict")
        });
        assert_eq!(one.certificate, two.certificate);
        assert_eq!(one.verdict, Verdict::Enclosed);
    }
}

/// Networks of many units are searched in parts, each for itself.
#[test]
fn a_long_staircase_is_enclosed_part_by_part() {
    let steps = 12_000;
    let rows: Vec<([String; 1], String)> = (0..steps)
        .map(|k| (["12000000".to_owned()], format!("-{}", 1000 * k + 500)))
        .collect();
    let borrowed: Vec<[&str; 1]> = rows.iter().map(|(row, _)| [row[0].as_str()]).collect();
    let rows: Vec<(&[&str], &str)> = borrowed
        .iter()
        .zip(&rows)
        .map(|(row, (_, bias))| (row.as_slice(), bias.as_str()))
        .collect();
    let heights = vec!["1/12000"; steps];
    let net = network(
        &["x"],
        vec![
            layer(Sigmoid, &rows),
            layer(Identity, &[(heights.as_slice(), "0")]),
        ],
    );
    for norm in [Norm::L1, Norm::L2] {
        let asked = question(&net, &["x"], "x=0..1", norm);
        let [one, two] = [1, 2].map(|threads| {
            let settings = Settings {
                gap: number("1/100"),
                threads,
                boxes: 400_000,
                ..Settings::default()
            };
            run(&net, &asked, &settings).expect("a verdict")
        });
        assert_eq!(one.certificate, two.certificate);
        assert_eq!(one.verdict, Verdict::Enclosed, "{:?}", one.verified.claim());
        // Steps this steep: nearly teeth of height 1/24000 to both sides. l2 is that over root 3.
        let claim = one.verified.claim();
        let (lower, upper) = (claim.error_lower(), claim.error_upper().expect("bounded"));
        let teeth = match norm {
            Norm::L1 => number("1/48000"),
            _ => number("0.57735/24000"),
        };
        assert!(lower <= &teeth * &number("1.005"), "{lower}");
        assert!(upper >= &teeth * &number("0.995"), "{upper}");
        // A few leaves a step: its window, or parts of it, and both sides.
        let leaves = one.certificate.partition.leaves();
        assert!(leaves < 8 * steps, "{norm:?}: {leaves} leaves");
        // A limit stops it, and what was found is a certificate of more than nothing.
        let settings = Settings {
            gap: number("1/100"),
            boxes: 20_000,
            ..Settings::default()
        };
        let stopped = run(&net, &asked, &settings).expect("a verdict");
        assert!(stopped.verdict != Verdict::Enclosed);
        assert!(stopped.verified.claim().error_lower() <= upper);
    }
}

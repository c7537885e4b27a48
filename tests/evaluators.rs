//! Every arithmetic holds the truth: formulas and networks over intervals, linear forms and
//! gradients, and the network reduced to what is alive on a box, against exact values.

mod common;

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use common::{Choices, Formula, Kind, Truth, choices, coordinates, form_at, outputs};
use steeple::bounds::Cell;
use steeple::bounds::inputs_over;
use steeple::expr::{Target, parse_target};
use steeple::network::{Activation, Layer, Matrix, Network, Reduced, forward};
use steeple::numbers::{Dyadic, Enclosure, Failure, Gradient, Interval, LinearForm, Rational};

/// All inputs fit; unused ones have slope 0.
const D: usize = 3;

type Form = LinearForm<D>;
type Slopes = Gradient<D>;

fn target(text: &str, inputs: usize) -> Target {
    let names: Vec<String> = common::NAMES[..inputs]
        .iter()
        .map(ToString::to_string)
        .collect();
    parse_target(&[text], Some(&names)).expect("the generator writes formulas")
}

/// `value(p) - value(q)` is in `sum of partials · (p - q)`, up to `slack`; nothing is said where a
/// partial has no bound.
fn keeps_mean_value(
    slopes: &Slopes,
    (p, at_p): (&[Rational], &Truth),
    (q, at_q): (&[Rational], &Truth),
    slack: &Rational,
) -> bool {
    let (mut low, mut high) = (-slack, slack.clone());
    for (partial, (p, q)) in slopes.partials().iter().zip(p.iter().zip(q)) {
        let ends = (partial.inf().to_rational(), partial.sup().to_rational());
        let (Some(inf), Some(sup)) = ends else {
            return true;
        };
        let (a, b) = (inf * (p - q), sup * (p - q));
        low = low + a.clone().min(b.clone());
        high = high + a.max(b);
    }
    at_p.minus(at_q).meets(Some(&low), Some(&high))
}

/// Checks every arithmetic on one formula and box.
fn formula_holds(choices: &mut Choices, kind: Formula) -> Result<usize, TestCaseError> {
    let inputs = 1 + choices.below(3);
    let height = 1 + choices.below(4);
    let text = choices.formula(inputs, height, kind);
    let target = target(&text, inputs);
    let outer = choices.sides(inputs);
    let sides = if choices.once_in(3) {
        outer
    } else {
        choices.inner(&outer)
    };
    let cell = Cell::from_sides(sides);
    let said = format!("{text} on {:?}", cell.sides());
    let natural = outputs(&target, &(), &inputs_over::<Interval>(&cell)).remove(0);
    let form = outputs(&target, &(), &inputs_over::<Form>(&cell)).remove(0);
    let slopes = outputs(&target, &(), &inputs_over::<Slopes>(&cell)).remove(0);
    let mut known: Vec<(Vec<Rational>, Truth)> = Vec::new();
    let mut compared = 0;
    for _ in 0..6 {
        let point = choices.point(cell.sides(), false);
        let truth = match common::true_outputs(&target, &point).remove(0) {
            Ok(truth) => truth,
            Err(Failure::Undefined) => {
                prop_assert!(
                    natural.is_err() && form.is_err() && slopes.is_err(),
                    "{said} is undefined at {point:?}, but has a value on the box"
                );
                continue;
            }
            Err(_) => continue,
        };
        for failure in [natural.err(), form.err(), slopes.err()]
            .into_iter()
            .flatten()
        {
            prop_assert_ne!(
                failure,
                Failure::Undefined,
                "{}: defined at {:?}",
                said,
                point
            );
        }
        if let Ok(natural) = &natural {
            compared += 1;
            prop_assert!(
                truth.is_in(natural),
                "{said} at {point:?}: {truth:?} not in {natural:?}"
            );
        }
        if let Ok(form) = &form {
            prop_assert!(
                truth.is_in(&form.range()),
                "{said} at {point:?}: {truth:?}, {form:?}"
            );
            let (low, high) = form_at(form, &coordinates(cell.intervals(), &point));
            prop_assert!(
                truth.meets(low.as_ref(), high.as_ref()),
                "{said} at {point:?}: {truth:?} not in {form:?}"
            );
        }
        if let Ok(slopes) = &slopes {
            prop_assert!(
                truth.is_in(&slopes.value()),
                "{said} at {point:?}: {truth:?}"
            );
            for (q, at_q) in &known {
                prop_assert!(
                    keeps_mean_value(slopes, (&point, &truth), (q, at_q), &Rational::ZERO),
                    "{said}: {truth:?} at {point:?}, {at_q:?} at {q:?}, {:?}",
                    slopes.partials()
                );
            }
        }
        known.push((point, truth));
    }
    Ok(compared)
}

/// Checks the evaluation of a reduced network over a cell against true values at points.
fn reduced_holds(
    network: &Reduced,
    cell: &Cell,
    points: &[(Vec<Rational>, Vec<Truth>)],
    said: &dyn Fn() -> String,
) -> Result<(), TestCaseError> {
    let natural = network
        .enclose(&inputs_over::<Interval>(cell))
        .expect("a value");
    let forms = network
        .enclose(&inputs_over::<Form>(cell))
        .expect("a value");
    let lines = network
        .linear_forms(&inputs_over::<Form>(cell))
        .expect("a value");
    let slopes = network
        .evaluate(&inputs_over::<Slopes>(cell))
        .expect("a value");
    for (number, (point, truths)) in points.iter().enumerate() {
        let here: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
        let at_point = network.enclose(&here).expect("a value");
        for (k, truth) in truths.iter().enumerate() {
            prop_assert!(
                truth.is_in(&at_point[k]),
                "at {point:?}: {truth:?} not in {:?}\n{}",
                at_point[k],
                said()
            );
            prop_assert!(
                truth.is_in(&natural[k]),
                "at {point:?}: {truth:?} not in {:?}\n{}",
                natural[k],
                said()
            );
            for form in [&forms[k], &lines[k]] {
                prop_assert!(
                    truth.is_in(&form.range()),
                    "at {point:?}: {truth:?} not in {form:?}\n{}",
                    said()
                );
                let (low, high) = form_at(form, &coordinates(cell.intervals(), point));
                prop_assert!(
                    truth.meets(low.as_ref(), high.as_ref()),
                    "at {point:?}: {truth:?} not in {form:?}\n{}",
                    said()
                );
            }
            // The slopes are those of the stated network, which is within the radius.
            let radius = network.output(k).radius;
            let Some(radius) = radius.to_rational() else {
                continue;
            };
            for (q, at_q) in &points[..number] {
                prop_assert!(
                    keeps_mean_value(
                        &slopes[k],
                        (point, truth),
                        (q, &at_q[k]),
                        &(&radius + &radius)
                    ),
                    "{truth:?} at {point:?}, {:?} at {q:?}, {:?}\n{}",
                    at_q[k],
                    slopes[k],
                    said()
                );
            }
        }
    }
    Ok(())
}

/// Steps, and steps on one or two of them: what linear forms bound in a way of their own.
fn steps_on_steps(choices: &mut Choices) -> Network {
    let smooth = |choices: &mut Choices| choices.pick(&[Activation::Sigmoid, Activation::Tanh]);
    let row = |choices: &mut Choices, columns: usize, most: usize| {
        let mut weights = vec![Rational::ZERO; columns];
        for _ in 0..=choices.below(most) {
            weights[choices.below(columns)] = choices.weight();
        }
        weights
    };
    let (inputs, units) = (1 + choices.below(2), 3);
    let mut layers = Vec::new();
    for (columns, most) in [(inputs, inputs), (units, 2)] {
        let weights = (0..units).map(|_| row(choices, columns, most)).collect();
        // Half of the second steps stand in the middle of the first.
        let bias = |weights: &Vec<Rational>, choices: &mut Choices| {
            if choices.once_in(2) {
                choices.number()
            } else {
                weights.iter().fold(Rational::ZERO, |sum, w| sum - w) * Rational::ratio(1, 2)
            }
        };
        let weights: Vec<Vec<Rational>> = weights;
        let bias = weights.iter().map(|w| bias(w, choices)).collect();
        let weights = Matrix::from_dense(weights).expect("rectangular");
        layers.push(Layer::new(weights, bias, smooth(choices)).expect("fits"));
    }
    let last = (0..units).map(|_| choices.weight()).collect();
    let last = Matrix::from_dense(vec![last]).expect("rectangular");
    layers.push(Layer::new(last, vec![choices.number()], Activation::Identity).expect("fits"));
    let inputs = common::NAMES[..inputs].iter().map(ToString::to_string);
    Network::new(inputs.collect(), vec!["a".into()], layers).expect("fits")
}

/// Reduces a random network down a chain of nested boxes; everything on the way holds the truth.
fn chain_holds(choices: &mut Choices, kind: Kind) -> Result<(), TestCaseError> {
    let inputs = 1 + choices.below(3);
    let network = choices.network(inputs, kind);
    nested_boxes_hold(choices, &network)
}

fn nested_boxes_hold(choices: &mut Choices, network: &Network) -> Result<(), TestCaseError> {
    let mut sides = choices.sides(network.inputs().len());
    let mut cell = Cell::from_sides(sides.clone());
    // At the edge of a box a step may be taken as it is almost everywhere else.
    let strictly = network.has_jumps();
    // Plain evaluation of all layers holds the truth as well.
    let plain = forward::<Interval>(network, &(), cell.intervals()).expect("a value");
    let mut reduced = Reduced::from_network(network, cell.intervals()).expect("a value");
    let mut cells = vec![];
    for level in 0..5 {
        let points: Vec<_> = (0..4)
            .map(|_| {
                let point = choices.point(&sides, strictly);
                let truths = common::true_forward(network, &point);
                (point, truths)
            })
            .collect();
        cells.push(cell.sides().to_vec());
        let said = || format!("{network:?}\nboxes {cells:?}\n{reduced:?}");
        if level == 0 {
            for (point, truths) in &points {
                for (truth, range) in truths.iter().zip(&plain) {
                    prop_assert!(truth.is_in(range), "plain at {point:?}\n{}", said());
                }
            }
        }
        reduced_holds(&reduced, &cell, &points, &said)?;
        sides = choices.inner(&sides);
        cell = Cell::from_sides(sides.clone());
        let fold = match choices.below(4) {
            0 => Dyadic::ZERO,
            _ => Dyadic::power_of_two(-choices.integer(3, 40)),
        };
        reduced = if choices.once_in(2) {
            reduced.reduce::<Form>(&inputs_over(&cell), Some(cell.sides()), fold)
        } else {
            reduced.reduce::<Interval>(&inputs_over(&cell), Some(cell.sides()), fold)
        }
        .expect("a value");
    }
    Ok(())
}

proptest! {
    #![proptest_config(common::cases(800))]

    #[test]
    fn polynomials_are_enclosed(mut choices in choices()) {
        let compared = formula_holds(&mut choices, Formula::Polynomial)?;
        prop_assert_eq!(compared, 6, "polynomials have a value everywhere");
    }

    #[test]
    fn smooth_formulas_are_enclosed(mut choices in choices()) {
        formula_holds(&mut choices, Formula::Smooth)?;
    }

    #[test]
    fn formulas_with_kinks_jumps_and_gaps_are_enclosed(mut choices in choices()) {
        formula_holds(&mut choices, Formula::Any)?;
    }

    #[test]
    fn steps_on_steps_are_enclosed(mut choices in choices()) {
        let network = steps_on_steps(&mut choices);
        nested_boxes_hold(&mut choices, &network)?;
    }

    #[test]
    fn reduced_networks_hold_the_network(mut choices in choices()) {
        chain_holds(&mut choices, Kind::Any)?;
    }

    #[test]
    fn reduced_piecewise_linear_networks_hold_the_exact_value(mut choices in choices()) {
        chain_holds(&mut choices, Kind::PiecewiseLinear)?;
    }
}

/// Formulas with second derivatives of moderate size near the point they are looked at.
const SMOOTH: [(&str, &str, &str); 16] = [
    ("x*y + x^2", "1/3", "-2/7"),
    ("x^3 - 2*y^4", "5/7", "1/2"),
    ("x/y", "1/3", "3/2"),
    ("x^(-2) + y^(-1)", "3/2", "-4/3"),
    ("exp(x*y)", "1/2", "-1"),
    ("ln(1 + x^2 + y^2)", "0", "1/5"),
    ("sqrt(1 + x + y)", "1/9", "1/9"),
    ("sin(3*x)*cos(2*y)", "2/3", "1"),
    ("tan(x) + atan(y)", "1/2", "-2"),
    ("asin(x) - acos(y)", "1/3", "-1/4"),
    ("sinh(x)*cosh(y)", "1", "-1/2"),
    ("tanh(4*x - y)", "1/5", "3/5"),
    ("sigmoid(5*x + y)", "-1/5", "2/3"),
    ("x^y", "3/2", "1/3"),
    ("abs(x) + max(x, y)", "-1/3", "1/4"),
    ("if(x > y, sin(x), y)", "2/3", "1/3"),
];

#[test]
fn linear_forms_of_smooth_formulas_fall_with_the_square_of_the_box() {
    for (text, x, y) in SMOOTH {
        let target = target(text, 2);
        for power in [10, 20] {
            let half = Rational::power_of_two(-power - 1);
            let around = |at: &str| (common::number(at) - &half, common::number(at) + &half);
            let cell = Cell::from_sides(vec![around(x), around(y)]);
            let form: Form = outputs(&target, &(), &inputs_over::<Form>(&cell))
                .remove(0)
                .expect("defined");
            let slopes = form
                .slopes()
                .iter()
                .fold(Dyadic::ZERO, |most, s| most.max(s.wid()));
            let rest = form.constant_part().wid().max(slopes);
            let limit = Dyadic::power_of_two(i64::from(5 - 2 * power));
            assert!(rest <= limit, "{text}, side 2^-{power}: {form:?}");
            let natural: Interval = outputs(&target, &(), cell.intervals())
                .remove(0)
                .expect("defined");
            let limit = Dyadic::power_of_two(i64::from(6 - power));
            assert!(
                natural.wid() <= limit,
                "{text}, side 2^-{power}: {natural:?}"
            );
            let slopes: Slopes = outputs(&target, &(), &inputs_over::<Slopes>(&cell))
                .remove(0)
                .expect("defined");
            for partial in slopes.partials() {
                assert!(
                    partial.wid() <= limit.scale(2, steeple::numbers::Direction::Up),
                    "{text}, side 2^-{power}: {partial:?}"
                );
            }
        }
    }
}

#[test]
fn reduced_smooth_networks_fall_with_the_square_of_the_box() {
    use steeple::network::Activation::{Identity, Sigmoid, Tanh};
    let network = common::network(
        &["x", "y"],
        vec![
            common::layer(
                Sigmoid,
                &[
                    (&["2", "-1"], "1/3"),
                    (&["1/3", "3"], "-1"),
                    (&["-2", "1"], "0"),
                ],
            ),
            common::layer(
                Tanh,
                &[(&["1", "-2", "1/7"], "0"), (&["2", "1", "1"], "-1/2")],
            ),
            common::layer(Identity, &[(&["3", "-2"], "1")]),
        ],
    );
    let domain = vec![(Rational::from(-1), Rational::ONE); 2];
    let whole = Cell::from_sides(domain);
    let root = Reduced::from_network(&network, whole.intervals()).expect("a value");
    for power in [10, 20] {
        let half = Rational::power_of_two(-power - 1);
        let around = |at: &str| (common::number(at) - &half, common::number(at) + &half);
        let cell = Cell::from_sides(vec![around("1/3"), around("-1/5")]);
        let here = root
            .reduce::<Form>(&inputs_over(&cell), Some(cell.sides()), Dyadic::ZERO)
            .expect("a value");
        assert_eq!(here.units(), 5, "nothing is decided here");
        let form = here.enclose(&inputs_over::<Form>(&cell)).expect("a value")[0];
        let limit = Dyadic::power_of_two(i64::from(6 - 2 * power));
        assert!(
            form.constant_part().wid() <= limit,
            "side 2^-{power}: {form:?}"
        );
        let natural: Interval = here.enclose(cell.intervals()).expect("a value")[0];
        assert!(
            natural.wid() <= Dyadic::power_of_two(i64::from(6 - power)),
            "{natural:?}"
        );
        assert!(
            natural.range().encloses(&form.range()),
            "the form is the tighter one"
        );
    }
}

#[test]
fn a_reduced_network_is_sharp_at_a_point() {
    // Not much too wide: away from steps, what rounding leaves is tiny.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..200 {
        let mut choices = choices().new_tree(&mut runner).expect("a case").current();
        let inputs = 1 + choices.below(3);
        let network = choices.network_of(inputs, 2, 4, 1, Kind::ContinuousPiecewiseLinear);
        let sides = vec![(Rational::from(-1), Rational::ONE); inputs];
        let cell = Cell::from_sides(sides.clone());
        let root = Reduced::from_network(&network, cell.intervals()).expect("a value");
        let point = choices.point(&sides, false);
        let here: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
        let found = root.enclose(&here).expect("a value")[0];
        // Compare with what the sizes of weights allow: a bound of all partial sums.
        let mut size = Rational::ONE;
        for layer in network.layers() {
            let row_size = |row: usize| {
                let weights = layer
                    .weights()
                    .row(row)
                    .fold(Rational::ZERO, |s, (_, w)| s + w.abs());
                weights + layer.bias()[row].abs()
            };
            let largest = (0..layer.rows()).map(row_size).max().expect("a row");
            // Slopes of leaky ReLUs and the sums that maxout and hard tanh are written as.
            size = size * (largest + Rational::ONE) * Rational::from(16);
        }
        let limit = Dyadic::from_rational(
            &(size * Rational::power_of_two(-58)),
            steeple::numbers::Direction::Up,
        );
        assert!(found.wid() <= limit, "{network:?} at {point:?}: {found:?}");
    }
}

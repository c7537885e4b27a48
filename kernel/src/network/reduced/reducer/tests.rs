use super::*;
use crate::network::{Activation, Matrix, Network};
use crate::numbers::estimate::estimate_dyadic;

fn network(layers: Vec<Layer>) -> Network {
    Network::new(vec!["x".into()], vec!["z".into()], layers).expect("fits")
}

fn layer(rows: Vec<Vec<Rational>>, bias: Vec<Rational>, activation: Activation) -> Layer {
    let weights = Matrix::from_dense(rows).expect("rectangular");
    Layer::new(weights, bias, activation).expect("fits")
}

/// `units` ReLUs with kinks evenly over `[0, 1]`; the slopes of their sum alternate.
fn zigzag(units: i64) -> Network {
    let rows = (0..units).map(|_| vec![Rational::ONE]).collect();
    let kinks = (0..units).map(|k| Rational::ratio(-k, units)).collect();
    let weights = (0..units).map(|k| Rational::from(if k % 2 == 0 { 1 } else { -1 }));
    network(vec![
        layer(rows, kinks, Activation::Relu),
        layer(
            vec![weights.collect()],
            vec![Rational::ZERO],
            Activation::Identity,
        ),
    ])
}

fn side(low: i64, high: i64) -> Interval {
    Interval::from_i64(low)
        .hull(&Interval::from_i64(high))
        .times_point(Dyadic::power_of_two(-4))
}

#[test]
fn a_unit_takes_half_a_line_of_the_processors_memory() {
    assert_eq!(size_of::<Unit>(), 32);
    assert_eq!(size_of::<Image>(), 40);
}

/// Long networks are handed over, short ones copied. Memory that was returned, or used for another
/// network, leaves no trace.
#[test]
fn long_networks_and_used_memory_give_what_fresh_memory_gives() {
    let units = 3 * i64::try_from(LARGE).expect("few");
    let network = zigzag(units);
    let root = Reduced::from_network(&network, &[side(0, 16)]).expect("a value");
    let mut used = Reducer::<Interval>::default();
    // Long, then short, then long again.
    for (low, high) in [(0, 16), (0, 8), (5, 6), (7, 7), (8, 16), (3, 12)] {
        let inputs = [side(low, high)];
        let here = used.reduce(&root, &inputs, None, Dyadic::ZERO);
        let here = here.expect("a value");
        let ranges = used.output_ranges(&root, &inputs, None, Dyadic::ZERO);
        assert_eq!(ranges.expect("a value"), here.output_ranges());
        let fresh = root.reduce(&inputs, None, Dyadic::ZERO);
        assert_eq!(
            format!("{here:?}"),
            format!("{:?}", fresh.expect("a value"))
        );
        // The kinks inside, except those at the ends.
        let inside = units * (high - low) / 16;
        let found = i64::try_from(here.units()).expect("few");
        assert!(
            (inside - 1..=inside + 1).contains(&found),
            "{found}, not {inside}"
        );
        assert_eq!(here.units.capacity(), here.units.len());
        assert_eq!(here.terms.capacity(), here.terms.len());
        // In the middle, by hand: x - kink alternately.
        let x = Rational::ratio(low + high, 32);
        let point = Interval::from_rational(&x);
        let found = here.enclose::<Interval>(&[point]).expect("a value")[0];
        let on = (0..units).filter(|k| Rational::ratio(*k, units) < x);
        let sum: Rational = on
            .map(|k| {
                let term = &x - &Rational::ratio(k, units);
                if k % 2 == 0 { term } else { -term }
            })
            .sum();
        let expected = Interval::from_rational(&sum);
        assert!(found.inf() <= expected.inf() && expected.sup() <= found.sup());
        assert!(estimate_dyadic(found.wid()) < 1e-9);
    }
    assert!(used.units.capacity() <= 2 * root.units() + LARGE);
    used.reduce(&root, &[side(5, 5)], None, Dyadic::ZERO)
        .expect("a value");
    let short = root
        .reduce(&[side(5, 6)], None, Dyadic::ZERO)
        .expect("a value");
    used.reduce(&short, &[side(5, 5)], None, Dyadic::ZERO)
        .expect("a value");
    let most = 2 * short.terms.len() + 2 * LARGE;
    assert!(used.images.capacity() <= most && used.table.places() <= most);
}

/// A coefficient that cancels and reappears has its last value; nothing of a sum remains for the
/// next.
#[test]
fn sums_are_collected_anew() {
    let mut reducer = Reducer::<Interval>::default();
    reducer.begin(&[side(0, 16), side(0, 16)], Dyadic::ZERO, 0, 0);
    for (variable, coefficient) in [(1, 3), (0, 2), (1, -3), (1, 5), (0, 2)] {
        reducer.add_term(variable, Dyadic::from_i64(coefficient));
    }
    let sum = reducer.take();
    let expected = [(0, Dyadic::from_i64(4)), (1, Dyadic::from_i64(5))];
    assert_eq!(sum.terms, expected);
    assert_eq!(sum.radius, Dyadic::ZERO);
    reducer.add_term(0, Dyadic::ONE);
    reducer.add_term(0, -Dyadic::ONE);
    assert!(reducer.take().terms.is_empty());
    reducer.add_term(1, Dyadic::ONE);
    assert_eq!(reducer.take().terms, [(1, Dyadic::ONE)]);
}

/// Two units that agree up to their abstraction errors are merged, and the errors of both are kept:
/// of the second one too, mirrored or not.
#[test]
fn merged_units_keep_the_abstraction_error_of_each() {
    let whole = Rational::from;
    let half = Rational::ratio(1, 2);
    for sign in [1, -1] {
        // Two small tails and a step; two steps of the step, which differ by the tails; and their
        // difference (or their sum, which is then 1), up to the tails.
        let net = network(vec![
            layer(
                vec![vec![whole(1)], vec![whole(-1)], vec![whole(8)]],
                vec![whole(-6), whole(-6), whole(-4)],
                Activation::Sigmoid,
            ),
            layer(
                vec![
                    vec![half.clone(), whole(0), whole(4)],
                    vec![whole(0), whole(20), whole(4 * sign)],
                ],
                vec![whole(-2), whole(-2 * sign)],
                Activation::Sigmoid,
            ),
            layer(
                vec![vec![whole(1), whole(-sign)]],
                vec![whole(0)],
                Activation::Identity,
            ),
        ]);
        let domain = [side(0, 16)];
        let root = Reduced::from_network(&net, &domain).expect("a value");
        let here = root
            .reduce(&[side(0, 15)], None, Dyadic::power_of_two(-7))
            .expect("a value");
        // One step of the step, which cancels.
        assert_eq!(here.units(), 0, "{sign}: {here:?}");
        for sixteenth in 0..=15 {
            let at = [side(sixteenth, sixteenth)];
            let truth = root.enclose::<Interval>(&at).expect("a value")[0];
            let found = here.enclose::<Interval>(&at).expect("a value")[0];
            assert!(found.encloses(&truth), "{sign}: {found} without {truth}");
        }
    }
}

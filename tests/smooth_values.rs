//! Enclosures of the smooth functions against many digits from elsewhere: `data/smooth_values.txt` is
//! written by mpmath, at the places where a mistake would hide.

use steeple::numbers::slope::{Curvature, Curve};
use steeple::numbers::{Direction, Dyadic, Function, Interval, Rational, literal};

/// A number that is known up to some digits.
struct Known {
    value: Rational,
    slack: Rational,
}

impl Known {
    fn new(value: Rational) -> Self {
        let slack = value.abs() * literal::parse("1e-43").expect("a number");
        Self { value, slack }
    }

    fn read(text: &str) -> Option<Self> {
        (text != "-").then(|| Self::new(literal::parse(text).expect("a number")))
    }

    fn is_in(&self, low: Option<&Rational>, high: Option<&Rational>) -> bool {
        low.is_none_or(|low| *low <= &self.value + &self.slack)
            && high.is_none_or(|high| &self.value - &self.slack <= *high)
    }
}

/// An enclosure with its ends as fractions; nothing for an infinite one.
struct Ends(Option<Rational>, Option<Rational>);

impl Ends {
    fn new(interval: &Interval) -> Self {
        Self(interval.inf().to_rational(), interval.sup().to_rational())
    }

    fn hold(&self, known: &Known) -> bool {
        known.is_in(self.0.as_ref(), self.1.as_ref())
    }
}

struct Place {
    at: Dyadic,
    exact: Rational,
    value: Known,
    slope: Known,
    /// Nothing at a kink of the slope.
    second: Option<Known>,
}

fn places(name: &str) -> Vec<Place> {
    let mut places: Vec<Place> = include_str!("data/smooth_values.txt")
        .lines()
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .filter(|fields| fields[0] == name)
        .map(|fields| {
            let number = |k: usize| fields[k].parse::<i64>().expect("an integer");
            let at = Dyadic::new(i128::from(number(1)), number(2), Direction::Down);
            Place {
                at,
                exact: at.to_rational().expect("a short number"),
                value: Known::read(fields[3]).expect("a value"),
                slope: Known::read(fields[4]).expect("a slope"),
                second: Known::read(fields[5]),
            }
        })
        .collect();
    places.sort_by_key(|place| place.at);
    places
}

/// Checks all that is said of a function on the range from one place to another.
fn range_holds(function: Function, places: &[Place], from: usize, to: usize) {
    let range = Interval::ordered(places[from].at, places[to].at);
    let curve = Curve::Named(function);
    let value = curve.value(&range).expect("defined everywhere");
    let second = curve.second(&range, &value);
    let (slope, offset, beside) = curve.line(&range).expect("defined everywhere");
    let slope = slope.to_rational().expect("finite");
    let values = [Ends::new(&value), Ends::new(&beside)];
    let slopes = [
        Ends::new(&curve.slope(&range)),
        Ends::new(&curve.slope_from(&range, &value)),
    ];
    let (second, offset) = (Ends::new(&second), Ends::new(&offset));
    let curvature = curve.curvature(&range);
    let step = 1 + (to - from) / 12;
    for place in places[from..=to].iter().step_by(step).chain([&places[to]]) {
        let said = || format!("{function:?} on {range:?} at {:?}", place.at);
        assert!(values.iter().all(|v| v.hold(&place.value)), "{}", said());
        assert!(slopes.iter().all(|s| s.hold(&place.slope)), "{}", said());
        let line = &slope * &place.exact;
        let rest = Known {
            value: &place.value.value - &line,
            slack: place.value.slack.clone(),
        };
        assert!(offset.hold(&rest), "{}: slope {slope}", said());
        let Some(known) = &place.second else { continue };
        assert!(second.hold(known), "{}", said());
        match curvature {
            Curvature::Convex => assert!(known.is_in(Some(&Rational::ZERO), None), "{}", said()),
            Curvature::Concave => assert!(known.is_in(None, Some(&Rational::ZERO)), "{}", said()),
            Curvature::Unknown => {}
        }
    }
}

#[test]
fn enclosures_hold_what_mpmath_says() {
    for (function, name) in [
        (Function::Erf, "erf"),
        (Function::Softplus, "softplus"),
        (Function::Softsign, "softsign"),
        (Function::Elu, "elu"),
        (Function::Silu, "silu"),
        (Function::Gelu, "gelu"),
    ] {
        let places = places(name);
        assert!(places.len() >= 75, "{name}: {}", places.len());
        for from in 0..places.len() {
            for to in from..places.len() {
                // All that are narrow, and some of the wide ones.
                if to - from < 4 || (from * 7 + to) % 5 == 0 {
                    range_holds(function, &places, from, to);
                }
            }
        }
    }
}

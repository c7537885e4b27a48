//! Bounds of well-known functions.

use super::*;
use crate::certificate::size::SizeCertificate;
use crate::checker::size::check_size;
use crate::expr::parse_target;

fn kinks(formula: &str, domain: &str, tolerance: &str) -> usize {
    let domain = Domain::parse(domain).expect("a domain");
    let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
    let tolerance = tolerance.parse().expect("a number");
    let Some(kinks) = triples(&target, &domain, &tolerance) else {
        return 0;
    };
    let certificate = SizeCertificate {
        radius: radius(&domain),
        kinks: Some(kinks),
        jumps: None,
        target,
        domain,
        tolerance,
    };
    let verified = check_size(&certificate).expect("the kernel tested every triple");
    verified.kinks().expect("kinks")
}

/// The best broken lines that are known have just as many kinks, so no bound is larger.
#[test]
fn bounds_are_the_kinks_of_the_best_broken_lines() {
    let nielsen = "0.2+0.4*x^2+0.3*x*sin(15*x)+0.05*cos(50*x)";
    let functions = [
        (nielsen, "x=0..1", [9, 20, 63]),
        ("x^2", "x=0..1", [1, 3, 11]),
        ("sin(x)", "x=0..6.2831853", [4, 12, 38]),
        ("exp(x)", "x=0..1", [1, 3, 10]),
        ("1/(1+25*x^2)", "x=-1..1", [3, 9, 31]),
        ("sqrt(x)", "x=0..1", [1, 4, 15]),
        ("tanh(20*x)", "x=-1..1", [4, 8, 26]),
    ];
    for (formula, domain, expected) in functions {
        let found = ["1/20", "1/100", "1/1000"].map(|tolerance| kinks(formula, domain, tolerance));
        assert_eq!(found, expected, "{formula}");
    }
}

/// As many disjoint pairs as fit among all points of a grid: each ends as soon as the values are far apart.
fn slow_pairs(values: &[f64], twice: f64) -> usize {
    let (mut count, mut least, mut most) = (0, values[0], values[0]);
    for &value in values {
        (least, most) = (least.min(value), most.max(value));
        if most - least > twice {
            (count, least, most) = (count + 1, value, value);
        }
    }
    count
}

#[test]
fn pairs_are_as_many_as_on_a_fine_grid() {
    let domain = Domain::parse("x=0..3").expect("a domain");
    let target = parse_target(&["sin(5*x)"], None).expect("a formula");
    for (tolerance, twice) in [("1/10", 0.2), ("1/40", 0.05), ("1/3", 2.0 / 3.0)] {
        let values = (0..=100_000_u32).map(|k| libm::sin(5.0 * (3.0 * f64::from(k) / 1e5)));
        let values: Vec<f64> = values.collect();
        let found = pairs(&target, &domain, &tolerance.parse().expect("a number"));
        let found = found.map_or(0, |found| found.places.len());
        assert_eq!(found, slow_pairs(&values, twice), "{tolerance}");
    }
}

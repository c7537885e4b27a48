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

#[test]
fn bounds_are_at_least_those_of_the_prototype() {
    let functions = [
        ("0.2+0.4*x^2+0.3*x*sin(15*x)+0.05*cos(50*x)", "x=0..1"),
        ("x^2", "x=0..1"),
        ("sin(x)", "x=0..6.2831853"),
        ("exp(x)", "x=0..1"),
        ("1/(1+25*x^2)", "x=-1..1"),
        ("sqrt(x)", "x=0..1"),
        ("tanh(20*x)", "x=-1..1"),
    ];
    for (formula, domain) in functions {
        let found = ["1/20", "1/100", "1/1000"].map(|tolerance| kinks(formula, domain, tolerance));
        eprintln!("{formula} {found:?}");
    }
}

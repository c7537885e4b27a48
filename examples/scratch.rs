use std::time::Instant;
use steeple::certificate::{Norm, Question};
use steeple::expr::{Domain, parse_target};
use steeple::network::digest;
use steeple::numbers::Rational;
use steeple::numbers::estimate::estimate_rational;
use steeple::workflow::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let network = steeple::formats::json::read_bytes(&std::fs::read(&a[1]).unwrap()).unwrap();
    let target = parse_target(&[&a[2]], Some(network.inputs())).unwrap();
    let domain = Domain::parse(&a[3]).unwrap();
    let norm = Norm::from_name(&a[4]).unwrap();
    let tol = a
        .get(5)
        .filter(|t| *t != "-")
        .map(|t| steeple::numbers::literal::parse(t).unwrap());
    let question = Question {
        network: digest(&network),
        target,
        domain,
        norm,
        threshold: (norm == Norm::Area).then(|| Rational::ratio(1, 2)),
    };
    let gap = a.get(6).map_or(Rational::ratio(1, 100), |t| {
        steeple::numbers::literal::parse(t).unwrap()
    });
    let r = VerifyRequest {
        network: &network,
        question,
        tolerance: tol,
        gap,
        limits: Limits {
            time: None,
            boxes: Some(2_000_000),
        },
        threads: a.get(7).map(|t| t.parse().unwrap()),
    };
    let t = Instant::now();
    match verify(&r, None, &mut |_| {}) {
        Ok(v) => {
            let c = v.verified.claim();
            println!(
                "{:?} [{:.9}, {:?}] boxes {} leaves {} search {:.3}s check {:.3}s bytes {} stop {:?} total {:.3}",
                v.verdict,
                estimate_rational(&c.lower),
                c.upper.as_ref().map(estimate_rational),
                v.search.boxes,
                v.search.leaves,
                v.search.seconds,
                v.check_seconds,
                v.certificate_bytes,
                v.search.stopped_by,
                t.elapsed().as_secs_f64()
            );
            if v.verified.is_exact() {
                println!("exactly {}", c.lower);
            }
            let mut m = std::collections::BTreeMap::new();
            for b in v.certificate.partition.text() {
                *m.entry(*b as char).or_insert(0) += 1;
            }
            println!(
                "{m:?} fold {} {:?} witness {:?}",
                estimate_rational(&v.certificate.fold),
                v.certificate.ranges,
                v.certificate.witness.map(|w| (w.point, w.radius))
            );
        }
        Err(e) => println!("{e}"),
    }
}

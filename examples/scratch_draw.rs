use steeple::certificate::{Norm, Question};
use steeple::expr::{Domain, parse_target};
use steeple::network::digest;
use steeple::numbers::Rational;
use steeple::workflow::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let network = steeple::formats::json::read_bytes(&std::fs::read(&a[1]).unwrap()).unwrap();
    let target = parse_target(&[&a[2]], Some(network.inputs())).unwrap();
    let domain = Domain::parse(&a[3]).unwrap();
    let norm = Norm::from_name(&a[4]).unwrap();
    let question = Question {
        network: digest(&network),
        target,
        domain,
        norm,
        threshold: (norm == Norm::Area).then(|| Rational::ratio(1, 2)),
    };
    let r = VerifyRequest {
        network: &network,
        question: question.clone(),
        tolerance: None,
        gap: Rational::ratio(1, 100),
        limits: Limits::default(),
        threads: None,
    };
    let v = verify(&r, None, &mut |_| {}).unwrap();
    let s = Subject {
        network: &network,
        question: &question,
        claim: Some(v.verified.claim()),
        certificate: Some(&v.certificate),
        values: v.verified.witness(),
    };
    for k in PictureKind::for_question(&question) {
        let t = std::time::Instant::now();
        let svg = draw(k, &s).unwrap();
        println!(
            "{} {} bytes {:.3}s",
            k.name(),
            svg.len(),
            t.elapsed().as_secs_f64()
        );
        std::fs::write(format!("{}/{}.svg", a[5], k.name()), svg).unwrap();
    }
}

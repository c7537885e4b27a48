//! The families of networks that Steeple is made for, at small size: `cargo bench`.
//!
//! `benches/README.md` says how the large ones are run.

use std::hint::black_box;

use divan::{Bencher, black_box_drop};
use steeple::builders::{BuilderName, Fit, Parameters, Units, build};
use steeple::certificate::{Norm, Question};
use steeple::checker::check;
use steeple::expr::{Domain, Target, parse_target};
use steeple::formats::json;
use steeple::network::{Network, digest};
use steeple::numbers::{Rational, literal};
use steeple::workflow::spec;
use steeple::workflow::{Limits, Verdict, Verification, VerifyRequest, verify};

fn main() {
    divan::main();
}

/// A network and what is asked of it.
struct Problem {
    network: Network,
    question: Question,
    tolerance: Option<Rational>,
    gap: Rational,
}

impl Problem {
    fn new(network: Network, target: Target, domain: Domain, norm: Norm) -> Self {
        Self {
            question: Question {
                network: digest(&network),
                target,
                domain,
                norm,
                threshold: (norm == Norm::Area).then(|| Rational::ratio(1, 2)),
                semantics: steeple::certificate::Semantics::Real,
            },
            network,
            tolerance: None,
            gap: Rational::ratio(1, 20),
        }
    }

    fn verify(&self) -> Verification {
        let request = VerifyRequest {
            network: &self.network,
            question: self.question.clone(),
            tolerance: self.tolerance.clone(),
            gap: self.gap.clone(),
            limits: Limits::default(),
            resume: None,
            threads: steeple::jobs::Threads::All,
            weights: steeple::certificate::Weights::Exact,
            portable: false,
        };
        let answer = verify(&request, None, &mut steeple::workflow::unwatched)
            .expect("a checked certificate");
        assert!(matches!(
            answer.verdict,
            Verdict::Proved | Verdict::Enclosed
        ));
        answer
    }
}

/// One of the small networks under `tests/data/queries`, against its tolerance.
fn query(name: &str) -> Problem {
    let file = |ending: &str| {
        let folder = env!("CARGO_MANIFEST_DIR");
        let path = format!("{folder}/tests/data/queries/{name}.{ending}");
        std::fs::read_to_string(&path).expect("a file of the repository")
    };
    let network = json::read(&file("json")).expect("a network");
    let spec = spec::read(&file("toml")).expect("a spec");
    let mut problem = Problem::new(network, spec.target, spec.domain, spec.claim.norm);
    problem.tolerance = spec.claim.tolerance;
    problem
}

fn quadrants(cells: usize) -> Problem {
    let target = parse_target(&["sin(3*x)*cos(2*y)"], None).expect("a formula");
    let domain = Domain::parse("x=-1..1,y=-1..1").expect("a domain");
    let parameters = Parameters {
        cells: Some(vec![cells]),
        ..Parameters::default()
    };
    let name = BuilderName::Quadrants;
    let built = build(name, &parameters, &target, &domain, Norm::Sup).expect("a network");
    Problem::new(built.network, target, domain, Norm::Sup)
}

fn disk(gap: &str) -> Problem {
    let target = parse_target(&["x^2 + y^2 <= 1"], None).expect("a region");
    let domain = Domain::parse("x=-3/2..3/2,y=-3/2..3/2").expect("a domain");
    let parameters = Parameters {
        sides: Some(6),
        units: Some(Units::Heaviside),
        fit: Some(Fit::Inscribed),
        ..Parameters::default()
    };
    let name = BuilderName::Disk;
    let built = build(name, &parameters, &target, &domain, Norm::Area).expect("a network");
    let mut problem = Problem::new(built.network, target, domain, Norm::Area);
    problem.gap = literal::parse(gap).expect("a number");
    problem
}

/// Proof, certificate and check against a tolerance 5 % above the error.
#[divan::bench(args = [
    "q1_stair_64", "q2_tower_4", "q2_tower_8", "q3_relu_16", "q3_relu_16_16", "q4_sigmoid_6", "q5_interp_32",
])]
fn tolerance(bencher: Bencher, name: &str) {
    let problem = query(name);
    bencher.bench(|| problem.verify());
}

/// Proof, certificate and check to an enclosure of 1 %.
#[divan::bench(args = ["q1_stair_64", "q2_tower_4", "q4_sigmoid_6", "q5_interp_32"])]
fn enclosure(bencher: Bencher, name: &str) {
    let mut problem = query(name);
    problem.tolerance = None;
    problem.gap = Rational::ratio(1, 100);
    bencher.bench(|| problem.verify());
}

/// As in `specs/quadrants.toml`, smaller.
#[divan::bench(args = [16, 32], sample_count = 10)]
fn quadrants_sup(bencher: Bencher, cells: usize) {
    let problem = quadrants(cells);
    bencher.bench(|| problem.verify());
}

/// As in `specs/disk.toml`, to a wider enclosure.
#[divan::bench(args = ["1/1000"], sample_count = 10)]
fn disk_area(bencher: Bencher, gap: &str) {
    let problem = disk(gap);
    bencher.bench(|| problem.verify());
}

/// The checker alone.
#[divan::bench(args = ["q1_stair_64", "q3_relu_16_16", "q4_sigmoid_6", "quadrants 16", "disk 1/1000"])]
fn check_alone(bencher: Bencher, name: &str) {
    let problem = match name.split_once(' ') {
        Some(("quadrants", cells)) => quadrants(cells.parse().expect("a count")),
        Some(("disk", gap)) => disk(gap),
        _ => query(name),
    };
    let certificate = problem.verify().certificate;
    bencher.bench(|| check(black_box(&certificate), &problem.network));
}

/// A network of 65 thousand units is built, written, read, and named by its digest.
mod files {
    use super::{Bencher, black_box, black_box_drop, digest, json, quadrants};

    const CELLS: usize = 256;

    #[divan::bench(sample_count = 10)]
    fn building(bencher: Bencher) {
        bencher.bench(|| black_box_drop(quadrants(CELLS)));
    }

    #[divan::bench(sample_count = 10)]
    fn writing(bencher: Bencher) {
        let network = quadrants(CELLS).network;
        bencher.bench(|| json::write(black_box(&network), &mut std::io::sink()));
    }

    #[divan::bench(sample_count = 10)]
    fn reading(bencher: Bencher) {
        let mut bytes = Vec::new();
        json::write(&quadrants(CELLS).network, &mut bytes).expect("memory takes every byte");
        bencher.bench(|| json::read_bytes(black_box(&bytes)));
    }

    #[divan::bench(sample_count = 10)]
    fn digesting(bencher: Bencher) {
        let network = quadrants(CELLS).network;
        bencher.bench(|| digest(black_box(&network)));
    }
}

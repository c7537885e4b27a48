//! Searches that stop at a limit and go on, checks by other runners, and areas in three inputs.

mod common;

use common::{Settings, layer, network, number, question, run};
use steeple::certificate::{
    Certificate, Evidence, Norm, Partition, PropertyCertificate, Question, Semantics, property,
};
use steeple::checker::{Rejection, check, check_by, check_property, check_property_by};
use steeple::expr::Property;
use steeple::network::{Activation, Network};
use steeple::numbers::Rational;
use steeple::prover::{Interrupt, StoppedBy};
use steeple::workflow::{
    Limits, Verdict, Verification, VerifyPropertyRequest, VerifyRequest, verify, verify_property,
};

/// Two sigmoid steps and a slope in two inputs.
fn steps() -> Network {
    network(
        &["x", "y"],
        vec![
            layer(
                Activation::Sigmoid,
                &[
                    (&["40", "0"], "-10"),
                    (&["0", "-30"], "5"),
                    (&["3", "2"], "0"),
                ],
            ),
            layer(Activation::Identity, &[(&["1", "-1", "1/2"], "1/3")]),
        ],
    )
}

fn asked(norm: Norm) -> Question {
    Question {
        norm,
        ..question(&steps(), &["sin(2*x) - y^2/3"], "x=-1..1,y=-1..1", None)
    }
}

fn search(question: &Question, limits: Limits, resume: Option<&Verification>) -> Verification {
    let network = steps();
    let request = VerifyRequest {
        network: &network,
        question: question.clone(),
        tolerance: None,
        gap: Rational::ratio(1, 200),
        limits,
        resume: resume.map(|earlier| earlier.certificate.clone()),
        threads: steeple::jobs::Threads::Count(2),
        weights: steeple::certificate::Weights::Exact,
        portable: false,
    };
    verify(&request, None, &mut steeple::workflow::unwatched).expect("a checked certificate")
}

#[test]
fn a_search_that_stopped_goes_on_from_its_certificate() {
    for norm in [Norm::Sup, Norm::L1, Norm::L2] {
        let question = asked(norm);
        let boxes = Limits {
            boxes: Some(12),
            ..Limits::default()
        };
        let stopped = search(&question, boxes, None);
        assert_eq!(stopped.verdict, Verdict::Undecided, "{norm}");
        assert_eq!(stopped.search.stopped_by, Some(StoppedBy::Boxes));
        let whole = search(&question, Limits::default(), None);
        let went_on = search(&question, Limits::default(), Some(&stopped));
        assert_eq!(whole.verdict, Verdict::Enclosed, "{norm}");
        assert_eq!(went_on.verdict, Verdict::Enclosed, "{norm}");
        // What the first search found is the top of the tree of the second.
        assert!(went_on.search.leaves > stopped.search.leaves);
        // Both hold the truth, so they meet; and the part was no better than the whole.
        let (a, b) = (whole.verified.claim(), went_on.verified.claim());
        let upper =
            |claim: &steeple::certificate::Claim| claim.stated_upper.clone().expect("a bound");
        assert!(
            a.stated_lower <= upper(b) && b.stated_lower <= upper(a),
            "{norm}"
        );
        assert!(upper(stopped.verified.claim()) >= b.stated_lower, "{norm}");
        // Nothing is left to do for a third.
        let done = search(&question, Limits::default(), Some(&went_on));
        assert_eq!(done.verdict, Verdict::Enclosed, "{norm}");
        assert_eq!(done.search.leaves, went_on.search.leaves, "{norm}");
    }
}

/// `relu(t) - relu(t - 1)` for `t = (3 x + 7 y)/10`: at most 1.
fn clamp() -> Network {
    let sum = ["3/10", "7/10"];
    network(
        &["x", "y"],
        vec![
            layer(Activation::Relu, &[(&sum, "0"), (&sum, "-1")]),
            layer(Activation::Identity, &[(&["1", "-1"], "0")]),
        ],
    )
}

#[test]
fn an_exact_search_that_stopped_goes_on_from_its_certificate() {
    let network = clamp();
    let question = question(&network, &["x*y"], "x=-1..37/10,y=-1..37/10", None);
    let search = |boxes: Option<u64>, earlier: Option<Certificate>| {
        let request = VerifyRequest {
            network: &network,
            question: question.clone(),
            tolerance: None,
            gap: Rational::ratio(1, 200),
            limits: Limits {
                boxes,
                ..Limits::default()
            },
            resume: earlier,
            threads: steeple::jobs::Threads::Count(2),
            weights: steeple::certificate::Weights::Exact,
            portable: false,
        };
        verify(&request, None, &mut steeple::workflow::unwatched).expect("a checked certificate")
    };
    let whole = search(None, None);
    assert!(whole.verified.is_exact());
    for boxes in [1, 2, 3, 5, 9] {
        let stopped = search(Some(boxes), None);
        let went_on = search(None, Some(stopped.certificate));
        assert!(went_on.verified.is_exact());
        assert_eq!(went_on.verified.claim(), whole.verified.claim());
    }
}

/// The condition that the clamp is larger than 1 by a hair, and that it is 1 nearly.
fn larger_than(bound: &str) -> Property {
    let text = format!(
        "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)
         (assert (<= -1 X_0 3.7))(assert (<= -1 X_1 3.7))(assert (> Y_0 {bound}))"
    );
    steeple::formats::vnnlib::read(&text).expect("a property")
}

#[test]
fn a_search_for_a_property_that_stopped_goes_on() {
    let network = clamp();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("certificate.steeple");
    let search = |bound: &str, boxes: Option<u64>, resume: Option<Evidence>| {
        let request = VerifyPropertyRequest {
            semantics: Semantics::Real,
            network: &network,
            property: larger_than(bound),
            limits: Limits {
                boxes,
                ..Limits::default()
            },
            threads: steeple::jobs::Threads::Count(2),
            weights: steeple::certificate::Weights::Exact,
            resume,
        };
        let answer = verify_property(&request, Some(&path), &mut steeple::workflow::unwatched)
            .expect("an answer");
        let bytes = std::fs::read(&path).expect("a certificate");
        (answer, property::read(&bytes).expect("it reads back"))
    };
    let (whole, _) = search("1.001", None, None);
    let (stopped, unfinished) = search("1.001", Some(whole.search.boxes / 2), None);
    assert_eq!(stopped.verdict, Verdict::Undecided);
    let rejected = check_property(&unfinished, &network).expect_err("it has open leaves");
    assert!(matches!(rejected, Rejection::NotExcluded { .. }));
    let (went_on, finished) = search("1.001", None, Some(unfinished.evidence.clone()));
    assert_eq!(went_on.verdict, Verdict::Proved);
    // Earlier leaves are looked at once, and by their own method; cuts are not looked at again.
    assert!(went_on.search.boxes < whole.search.boxes * 4 / 5);
    assert!(check_property(&finished, &network).is_ok());
    // A point may be found as well.
    let (refuted, found) = search("0.999", None, Some(unfinished.evidence));
    assert_eq!(refuted.verdict, Verdict::Refuted);
    // It is not looked for again; where it shows nothing, it is.
    let (again, kept) = search("0.999", Some(1), Some(found.evidence.clone()));
    assert_eq!((again.verdict, again.search.boxes), (Verdict::Refuted, 0));
    assert_eq!(kept, found);
    let (other, _) = search("1.001", None, Some(found.evidence));
    assert_eq!(other.verdict, Verdict::Proved);
}

#[test]
fn properties_are_checked_the_same_by_every_runner() {
    let network = clamp();
    let property = larger_than("1.0001");
    let request = VerifyPropertyRequest {
        semantics: Semantics::Real,
        network: &network,
        property: property.clone(),
        limits: Limits::default(),
        threads: steeple::jobs::Threads::Count(2),
        weights: steeple::certificate::Weights::Exact,
        resume: None,
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("certificate.steeple");
    verify_property(&request, Some(&path), &mut steeple::workflow::unwatched).expect("an answer");
    let bytes = std::fs::read(&path).expect("a certificate");
    let certificate = property::read(&bytes).expect("it reads back");
    let Evidence::Trees {
        constant_radius,
        ranges,
        trees,
    } = &certificate.evidence
    else {
        panic!("trees")
    };
    let text = trees[0].text().to_vec();
    assert!(text.len() > 1 << 14, "it has parts");
    let with = |trees: Vec<Vec<u8>>, cases: usize| {
        let case = &property.cases()[0];
        let sides = || (case.sides().to_vec(), case.text().to_string());
        PropertyCertificate {
            property: Property::new(2, 1, (0..cases).map(|_| sides()).collect())
                .expect("a property"),
            evidence: Evidence::Trees {
                constant_radius: constant_radius.clone(),
                ranges: *ranges,
                trees: trees.into_iter().map(Partition::from_text).collect(),
            },
            ..certificate.clone()
        }
    };
    let by = |certificate: &PropertyCertificate| {
        let never = || false;
        let backwards = |jobs: usize, job: &(dyn Fn(usize) + Sync)| (0..jobs).rev().for_each(job);
        let usual = check_property(certificate, &network);
        assert_eq!(
            usual,
            check_property_by(certificate, &network, &backwards, &never)
        );
        assert_eq!(
            usual,
            check_property_by(certificate, &network, &|_, _| {}, &never)
        );
        usual.map(|verified| verified.leaves())
    };
    let leaves = by(&with(vec![text.clone()], 1)).expect("accepted");
    assert_eq!(by(&with(vec![text.clone(); 2], 2)), Ok(2 * leaves));
    // An open leaf far down, with leaves of another case before it.
    let mut damaged = text.clone();
    let last = damaged
        .iter()
        .rposition(|letter| *letter == b'l')
        .expect("a leaf");
    damaged[last] = b'o';
    let after = damaged[last..]
        .iter()
        .filter(|letter| letter.is_ascii_lowercase())
        .count()
        - 1;
    let rejected = by(&with(vec![text.clone(), damaged], 2));
    assert_eq!(
        rejected,
        Err(Rejection::NotExcluded {
            leaf: 2 * leaves - after
        })
    );
    let longer = [text.as_slice(), b"l"].concat();
    assert!(matches!(
        by(&with(vec![longer], 1)),
        Err(Rejection::TreeTooLong(_))
    ));
    let shorter = text[..text.len() - 1].to_vec();
    assert!(matches!(
        by(&with(vec![shorter], 1)),
        Err(Rejection::Tree(_))
    ));
}

#[test]
fn an_interrupt_and_a_full_memory_end_a_search_with_what_is_known() {
    let stop = Interrupt::new();
    assert!(!stop.set());
    let interrupted = Limits {
        interrupt: Some(stop),
        ..Limits::default()
    };
    let uninterrupted = Limits {
        interrupt: Some(Interrupt::new()),
        ..Limits::default()
    };
    let full = Limits {
        memory: Some(1),
        ..Limits::default()
    };
    for norm in [Norm::Sup, Norm::L1] {
        let question = asked(norm);
        for (limits, reason) in [
            (&interrupted, StoppedBy::Interrupt),
            (&full, StoppedBy::Memory),
        ] {
            let stopped = search(&question, limits.clone(), None);
            assert_eq!(stopped.verdict, Verdict::Undecided);
            assert_eq!(stopped.search.stopped_by, Some(reason));
        }
    }
    let done = search(&asked(Norm::Sup), uninterrupted, None);
    assert_eq!(done.verdict, Verdict::Enclosed);
}

/// All cells of a grid, cut in the middle.
fn halved(depth: usize) -> Vec<u8> {
    let Some(below) = depth.checked_sub(1) else {
        return b"n".to_vec();
    };
    let half = halved(below);
    let cut = if depth.is_multiple_of(2) { b"A" } else { b"B" };
    [cut, half.as_slice(), half.as_slice()].concat()
}

/// A large tree is walked in parts: by whom does not matter, nor whether all are.
#[test]
fn every_runner_gets_the_same_answer() {
    let network = steps();
    for norm in [Norm::L1, Norm::L2, Norm::Sup] {
        let found = search(&asked(norm), Limits::default(), None);
        let mut certificate = found.certificate.clone();
        let text = halved(13);
        certificate.partition = Partition::from_text(text.clone());
        certificate.claim.stated_lower = Rational::ZERO;
        certificate.claim.stated_upper = None;
        certificate.witness = None;
        let by = |certificate: &Certificate| {
            let backwards = check_by(certificate, &network, &|jobs, job| {
                for k in (0..jobs).rev() {
                    job(k);
                    job(k);
                }
                job(jobs + 7);
            });
            let none = check_by(certificate, &network, &|_, _| {});
            let usual = check(certificate, &network);
            assert_eq!(usual, backwards);
            assert_eq!(usual, none);
            usual
        };
        assert_eq!(by(&certificate).expect("accepted").leaves(), 1 << 13);
        // What the leaves give together is in the message, to the last digit.
        certificate.claim.stated_upper = Some(Rational::ZERO);
        let rejection = by(&certificate).expect_err("too small");
        assert!(matches!(rejection, Rejection::UpperNotReached { .. }));
        // The first thing that is wrong, in the order of the text.
        let mut damaged = text.clone();
        for at in [5000, 9000] {
            let leaf = (at..text.len())
                .find(|at| text[*at] == b'n')
                .expect("a leaf");
            damaged[leaf] = b'z';
        }
        certificate.partition = Partition::from_text(damaged);
        assert!(matches!(by(&certificate), Err(Rejection::Tree(_))));
        // Something is missing, and something is left over.
        certificate.partition = Partition::from_text(text[..text.len() - 1].to_vec());
        assert!(matches!(by(&certificate), Err(Rejection::Tree(_))));
        certificate.partition = Partition::from_text([text.as_slice(), b"n"].concat());
        assert!(matches!(by(&certificate), Err(Rejection::TreeTooLong(_))));
    }
}

/// The ball and a half-space of the cube around it: they differ on 4 - 2 pi/3 + 2 pi/3.
#[test]
fn areas_in_three_inputs() {
    let half = network(
        &["x", "y", "z"],
        vec![
            layer(Activation::Heaviside, &[(&["0", "0", "1"], "0")]),
            layer(Activation::Identity, &[(&["1"], "0")]),
        ],
    );
    let question = question(
        &half,
        &["x^2 + y^2 + z^2 <= 1"],
        "x=-1..1,y=-1..1,z=-1..1",
        Some(number("1/2")),
    );
    let settings = Settings {
        gap: Rational::ratio(1, 50),
        boxes: 100_000,
        ..Settings::default()
    };
    let found = run(&half, &question, &settings).expect("a checked certificate");
    assert_eq!(found.verdict, Verdict::Enclosed);
    let claim = found.verified.claim();
    let four = Rational::from(4);
    assert!(claim.stated_lower <= four && four <= claim.stated_upper.clone().expect("a bound"));
}

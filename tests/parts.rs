//! One proof in parts: what is merged is what the checker accepts, whatever is missing, late, damaged or a lie.

mod common;

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use proptest::prelude::*;

use common::{Choices, Formula, Kind, choices, not_a_case, number, program, question};
use steeple::certificate::{Certificate, Norm, Question, Semantics, Weights, text};
use steeple::checker::{Rejection, check};
use steeple::expr::check_defined;
use steeple::network::Network;
use steeple::numbers::Rational;
use steeple::parts::{self, Merged, Number, Part, PartError, State, Worker};
use steeple::workflow::{Limits, Verdict, VerifyRequest, unwatched, verify};
use steeple::{Arithmetic, Domain, Target, Threads};

/// A question with what is wanted of it.
struct Asked {
    network: Network,
    question: Question,
    tolerance: Option<Rational>,
    gap: Rational,
    portable: bool,
}

impl Asked {
    fn request(&self, threads: usize, resume: Option<Certificate>) -> VerifyRequest<'_> {
        VerifyRequest {
            network: &self.network,
            question: self.question.clone(),
            tolerance: self.tolerance.clone(),
            gap: self.gap.clone(),
            limits: boxes(20_000),
            resume,
            threads: Threads::Count(threads),
            weights: Weights::Exact,
            portable: self.portable,
        }
    }

    fn split(&self, parts: usize, threads: usize) -> Vec<Part> {
        parts::split(&self.request(threads, None), parts, &mut unwatched).expect("parts")
    }

    fn work(&self, job: &Part, boxes: u64, threads: usize, marks_open: bool) -> Part {
        let mut worker = Worker::new(self.network.clone());
        let limits = Limits {
            boxes: Some(boxes),
            ..Limits::default()
        };
        let mut watch = |_: &_| ControlFlow::Continue(());
        let worked = worker.work(job, limits, Threads::Count(threads), marks_open, &mut watch);
        let part = worked.expect("a result").part;
        // What travels is bytes.
        Part::from_bytes(&part.to_bytes()).expect("what was written")
    }
}

fn boxes(most: u64) -> Limits {
    Limits {
        boxes: Some(most),
        ..Limits::default()
    }
}

fn merged(parts: Vec<Part>) -> Merged {
    let named = parts.into_iter().map(|part| (part.name(), part));
    parts::merge(named.collect()).expect("parts of one split")
}

/// A random small problem in any norm and arithmetic.
fn problem(choices: &mut Choices) -> Option<Asked> {
    let inputs = 1 + choices.below(2);
    let kind = choices.pick(&[Kind::ContinuousPiecewiseLinear, Kind::Continuous, Kind::Any]);
    let hidden = 1 + choices.below(2);
    let network = choices.network_of(inputs, hidden, 4, 1, kind);
    let norm = choices.pick(&[Norm::Sup, Norm::Sup, Norm::L1, Norm::L2, Norm::Area]);
    let sides = choices.sides(inputs);
    let sides = common::NAMES.iter().zip(&sides);
    let domain: Vec<String> = sides
        .map(|(name, (low, high))| format!("{name}={low}..{high}"))
        .collect();
    let formula = if norm == Norm::Area {
        choices.condition(inputs, 1, Formula::Smooth)
    } else {
        choices.formula(inputs, 2, Formula::Smooth)
    };
    let threshold = (norm == Norm::Area).then(|| number("1/2"));
    let mut question = question(&network, &[&formula], &domain.join(","), threshold);
    question.norm = norm;
    check_defined(&question.target, &question.domain).ok()?;
    let tolerance = choices.once_in(2).then(|| number("1/3"));
    Some(Asked {
        network,
        question,
        tolerance,
        gap: number("1/10"),
        portable: norm == Norm::Sup && choices.once_in(4),
    })
}

/// Cells of a finished part would have been done again.
#[test]
fn a_search_that_comes_to_its_end_leaves_nothing_open() {
    for norm in [Norm::Sup, Norm::L1] {
        let target = steeple::Target::parse("x^2").expect("a formula");
        let domain = steeple::Domain::parse("x=0..1").expect("a domain");
        let network = steeple::builders::staircase(&target, &domain, 8).expect("a network");
        let mut question = question(&network, &["x^2"], "x=0..1", None);
        question.norm = norm;
        let asked = Asked {
            network,
            question,
            ..steps()
        };
        for job in asked.split(3, 1) {
            let done = asked.work(&job, 100_000, 1, true);
            assert_eq!(done.state, State::Done);
            assert_eq!(parts::split_further(&done, 2), None, "{norm:?}");
            let partial = asked.work(&job, 1, 1, true);
            assert_eq!(partial.state, State::Partial, "{norm:?}");
            assert!(parts::split_further(&partial, 2).is_some(), "{norm:?}");
        }
    }
}

proptest! {
    #![proptest_config(common::cases(60))]

    #[test]
    fn merged_parts_are_accepted(mut choices in choices()) {
        let Some(asked) = problem(&mut choices) else { return not_a_case() };
        let count = 1 + choices.below(7);
        let jobs = asked.split(count, 1);
        prop_assert!((1..=count).contains(&jobs.len()), "{} parts of {count}", jobs.len());
        prop_assert_eq!(&jobs, &asked.split(count, 2), "threads change nothing");
        let done: Vec<Part> = jobs.iter().map(|job| asked.work(job, 4000, 1, false)).collect();
        let again = asked.work(&jobs[0], 4000, 2, false);
        prop_assert_eq!(&again.to_bytes(), &done[0].to_bytes(), "threads change nothing");
        // The bounds of each part are those of its leaves.
        for part in &done {
            let mut worker = Worker::new(asked.network.clone());
            let checked = parts::check(&mut worker, part, Threads::Count(1)).expect("its network");
            prop_assert!(checked.expect("bounds").holds, "part {}", part.number);
        }
        let whole = merged(done.clone());
        let verified = check(&whole.certificate, &asked.network);
        let verified = verified.map_err(|rejection| {
            TestCaseError::fail(format!("{rejection}\n{:?}\n{:?}", asked.question, asked.network))
        })?;
        // The same question, and bounds that go with those of one search.
        prop_assert_eq!(verified.answers(&asked.question, None), Ok(()));
        let one = verify(&asked.request(1, None), None, &mut unwatched).expect("a verdict");
        let (one, claim) = (one.verified.claim(), verified.claim());
        if let Some(upper) = claim.error_upper() { prop_assert!(one.error_lower() <= upper); }
        if let Some(upper) = one.error_upper() { prop_assert!(claim.error_lower() <= upper); }
        if let (Norm::Sup, None, true) = (asked.question.norm, &asked.tolerance, whole.unfinished.is_empty())
            && let Some(upper) = claim.error_upper()
            && done.iter().all(|part| part.state == State::Done)
            && one.error_upper().is_some_and(|upper| &upper - &one.error_lower() <= &upper * &number("1/10"))
        {
            let gap = &upper - &claim.error_lower();
            prop_assert!(gap <= &upper * &number("1/9"), "[{}, {upper}]", claim.error_lower());
        }
        // Without some parts it is weaker, and still true; a search goes on from it.
        let some: Vec<Part> = done.iter().filter(|_| !choices.once_in(3)).cloned().collect();
        if !some.is_empty() && some.len() < done.len() {
            let fewer = merged(some);
            prop_assert!(!fewer.unfinished.is_empty());
            let verified = check(&fewer.certificate, &asked.network);
            prop_assert!(verified.is_ok(), "{:?}", verified.err());
            let rest = verify(&asked.request(1, Some(fewer.certificate)), None, &mut unwatched);
            prop_assert!(rest.is_ok(), "{:?}", rest.err());
        }
    }

    #[test]
    fn a_part_that_was_stopped_goes_on_and_may_be_split(mut choices in choices()) {
        let Some(asked) = problem(&mut choices) else { return not_a_case() };
        let jobs = asked.split(3, 1);
        let first = asked.work(&jobs[0], 10, 1, true);
        let mut results = vec![first.clone()];
        results.extend(jobs[1..].iter().map(|job| asked.work(job, 2000, 1, false)));
        let verified = check(&merged(results.clone()).certificate, &asked.network);
        prop_assert!(verified.is_ok(), "{:?}", verified.err());
        // The same part, from where it was.
        let mut continued = results.clone();
        continued[0] = asked.work(&first, 2000, 1, false);
        let verified = check(&merged(continued).certificate, &asked.network);
        prop_assert!(verified.is_ok(), "{:?}", verified.err());
        // Its open cells, as parts of a part; even if one of them is missing.
        let Some(smaller) = parts::split_further(&first, 3) else { return Ok(()) };
        for lost in [None, Some(0)] {
            let mut all = results.clone();
            for (at, job) in smaller.iter().enumerate() {
                let job = Part::from_bytes(&job.to_bytes()).expect("a part");
                if Some(at) != lost { all.push(asked.work(&job, 2000, 1, false)); }
            }
            let whole = merged(all);
            let name = smaller[0].number.clone();
            if lost.is_some() && smaller.len() > 1 {
                prop_assert!(whole.unfinished.contains(&name), "{:?}", whole.unfinished);
            }
            let verified = check(&whole.certificate, &asked.network);
            prop_assert!(verified.is_ok(), "{:?}", verified.err());
        }
    }
}

/// Two sigmoid steps and a slope.
fn steps() -> Asked {
    let network = common::network(
        &["x", "y"],
        vec![
            common::layer(
                steeple::Activation::Sigmoid,
                &[
                    (&["40", "0"], "-10"),
                    (&["0", "-30"], "5"),
                    (&["3", "2"], "0"),
                ],
            ),
            common::layer(
                steeple::Activation::Identity,
                &[(&["1", "-1", "1/2"], "1/3")],
            ),
        ],
    );
    let question = question(&network, &["sin(2*x) - y^2/3"], "x=-1..1,y=-1..1", None);
    Asked {
        network,
        question,
        tolerance: None,
        gap: number("1/1000"),
        portable: false,
    }
}

/// A staircase, with about the same error on each step.
fn stairs() -> Asked {
    let target = Target::parse("sin(3*x)").expect("a formula");
    let domain = Domain::parse("x=-1..1").expect("a domain");
    let network = steeple::builders::staircase(&target, &domain, 40).expect("a network");
    let question = question(&network, &["sin(3*x)"], "x=-1..1", None);
    Asked {
        network,
        question,
        tolerance: None,
        gap: number("1/100"),
        portable: false,
    }
}

#[test]
fn claims_about_floats_are_split_too() {
    let mut asked = steps();
    let semantics = Arithmetic::float32().semantics_of(&asked.network);
    asked.question.semantics = semantics.expect("an arithmetic");
    // Of weights that are floats.
    assert_ne!(asked.question.semantics, Semantics::Real);
    let network =
        steeple::formats::open(&steeple::formats::to_onnx(&asked.network).expect("floats"));
    asked.network = network.expect("a network").network;
    asked.question.network = steeple::network::digest(&asked.network);
    let done = asked.split(5, 1);
    let done: Vec<Part> = done
        .iter()
        .map(|job| asked.work(job, 20_000, 1, false))
        .collect();
    let verified = check(&merged(done).certificate, &asked.network).expect("accepted");
    let claim = verified.claim();
    let upper = claim.error_upper().expect("a bound");
    assert!(
        upper > number("1") && &upper - &claim.error_lower() < &upper * &number("1/9"),
        "{upper}"
    );
}

#[test]
fn a_part_that_claims_more_than_it_shows_is_refused_by_the_check() {
    let asked = stairs();
    let mut done: Vec<Part> = (asked.split(4, 1).iter())
        .map(|job| asked.work(job, 20_000, 1, false))
        .collect();
    done.sort_by_key(Part::upper);
    for part in &mut done {
        for bounds in &mut part.bounds {
            bounds.upper = Some(number("1/1000000000000"));
        }
        // Its digest is right: whoever lies can count.
        *part = Part::from_bytes(&part.to_bytes()).expect("a part");
    }
    let mut worker = Worker::new(asked.network.clone());
    let alone = parts::check(&mut worker, done.last().expect("parts"), Threads::Count(1))
        .expect("its network");
    assert!(!alone.expect("bounds").holds, "seen alone");
    let whole = merged(done);
    let found = check(&whole.certificate, &asked.network);
    assert!(
        matches!(found, Err(Rejection::UpperNotReached { .. })),
        "{found:?}"
    );
}

#[test]
fn an_open_cell_in_a_part_that_claims_a_bound_is_refused_by_the_check() {
    let asked = stairs();
    let mut done: Vec<Part> = (asked.split(4, 1).iter())
        .map(|job| asked.work(job, 20_000, 1, false))
        .collect();
    let tree = done[1].tree.clone();
    done[1].certificate.partition = tree;
    let part = Part::from_bytes(&done[1].to_bytes()).expect("a part");
    done[1] = part;
    let found = check(&merged(done).certificate, &asked.network);
    assert!(
        matches!(found, Err(Rejection::UpperNotReached { .. })),
        "{found:?}"
    );
}

#[test]
fn damage_is_seen() {
    let asked = stairs();
    let job = asked.split(3, 1).remove(0);
    for part in [job.clone(), asked.work(&job, 300, 1, false)] {
        let bytes = part.to_bytes();
        assert_eq!(Part::from_bytes(&bytes), Ok(part));
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1 << (at % 7);
            let found = Part::from_bytes(&other);
            assert!(
                matches!(found, Err(PartError::Damaged(_) | PartError::NotAPart)),
                "byte {at}: {found:?}"
            );
            assert!(
                Part::from_bytes(&bytes[..at]).is_err(),
                "the first {at} bytes"
            );
        }
    }
}

/// With a digest that fits, lines that do not fit together are refused; none of them ends the program.
#[test]
fn lines_that_do_not_fit_together_are_refused() {
    let asked = stairs();
    let job = asked.split(3, 1).remove(1);
    let done = asked.work(&job, 300, 1, false);
    let text = String::from_utf8(done.to_bytes()).expect("text");
    let lines: Vec<&str> = text.lines().skip(2).collect();
    let line = |word: &str| {
        *lines
            .iter()
            .find(|line| line.starts_with(word))
            .expect("a line")
    };
    let sealed = |rest: &str| {
        use sha2::{Digest, Sha256};
        let digest = Sha256::digest(rest.as_bytes());
        let digest = digest.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        format!("steeple part 1\nsha256 {digest}\n{rest}").into_bytes()
    };
    let rest = format!("{}\n", lines.join("\n"));
    assert_eq!(Part::from_bytes(&sealed(&rest)), Ok(done));
    let deep = format!("tree {}{}", "A".repeat(100_000), "o".repeat(100_001));
    for (old, new) in [
        (line("version"), "version 9.9.9"),
        (line("split"), "split 12"),
        (line("part"), "part 4/3"),
        (line("part"), "part 0/3"),
        (line("goal"), "goal none 1"),
        (line("unknown"), "unknown -1"),
        (line("cells"), "cells 7 1"),
        (line("cells"), "cells 0 0"),
        (line("cells"), "cells 18446744073709551615 2"),
        (line("tree"), "tree o"),
        (line("tree"), "tree Ao"),
        (line("tree"), "tree nA"),
        (line("tree"), deep.as_str()),
        (line("state"), "state finished"),
        (line("state"), "state waiting"),
        (line("bounds"), "bounds 0 1\nbounds 0 1"),
        (line("bounds"), "bounds 0"),
        (line("bounds"), "bounds 0 x"),
        ("claim sup", "claim everything"),
    ] {
        let found = Part::from_bytes(&sealed(&rest.replacen(old, new, 1)));
        let is_right = match &found {
            Err(PartError::OtherVersion { found }) => found == "9.9.9",
            Err(PartError::Damaged(_)) => true,
            _ => false,
        };
        assert!(is_right, "{new}: {found:?}");
    }
}

/// A tree that no walk takes below a cell of a part, with a digest that fits: an error, in every norm.
#[test]
fn a_partition_that_cannot_be_continued_is_refused() {
    for norm in [Norm::Sup, Norm::L1] {
        let mut asked = stairs();
        asked.question.norm = norm;
        let mut part = asked.split(2, 1).remove(0);
        let deep = format!("{}{}", "A".repeat(5000), "o".repeat(5001));
        let text = String::from_utf8(part.tree.text().to_vec()).expect("text");
        // The first open leaf is the first cell of the part.
        let grown = text.replacen('o', &deep, 1);
        part.certificate.partition = steeple::certificate::Partition::from_text(grown.into_bytes());
        let part = Part::from_bytes(&part.to_bytes()).expect("lines that fit together");
        let mut worker = Worker::new(asked.network.clone());
        let mut watch = |_: &_| ControlFlow::Continue(());
        let found = worker.work(&part, boxes(1000), Threads::Count(1), false, &mut watch);
        let text = found.map(|_| ()).expect_err("refused").to_string();
        assert!(text.contains("cannot be continued"), "{text}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let asked = stairs();
    let jobs = asked.split(4, 1);
    let done = vec![jobs[0].clone(), asked.work(&jobs[2], 20_000, 1, false)];
    let whole = merged(done);
    let numbers: Vec<String> = whole.unfinished.iter().map(ToString::to_string).collect();
    assert_eq!(numbers, ["1 of 4", "2 of 4", "4 of 4"]);
    assert_eq!(whole.certificate.claim.stated_upper, None);
    assert!(check(&whole.certificate, &asked.network).is_ok());
    assert_eq!(
        Number(vec![(7, 64), (2, 3)]).to_string(),
        "7 of 64, part 2 of 3"
    );
}

const FLAGS: [&str; 6] = [
    "--target", "sin(3*x)", "--domain", "x=-1..1", "--gap", "1/10",
];

/// Splits a network of 30 steps.
fn split_in(folder: &Path, more: &[&str]) {
    let spec = "target = { formula = \"sin(3*x)\", domain = { x = [\"-1\", \"1\"] } }\n\
                network = { builder = \"staircase\", cells = 30 }\nclaim = { gap = \"1/10\" }\n";
    std::fs::write(folder.join("steps.toml"), spec).expect("written");
    let mut arguments = vec!["split", "steps.toml", "--parts", "3", "--out", "parts"];
    arguments.extend(more);
    let (code, out, err) = program(folder, &arguments);
    assert_eq!(code, 0, "{out}{err}");
}

fn names(folder: &Path, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a directory");
    let names = entries.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("text")
    });
    let mut names: Vec<String> = names.filter(|name| name.ends_with(ending)).collect();
    names.sort();
    names
}

#[test]
fn the_program_splits_works_and_merges() {
    let scratch = tempfile::tempdir().expect("a directory");
    let folder = scratch.path();
    split_in(folder, &[]);
    let directory = folder.join("parts");
    let jobs = names(&directory, ".job");
    assert_eq!(jobs.len(), 3);
    let job = |at: usize| format!("parts/{}", jobs[at]);
    // One by one, and two in one run.
    let (code, out, _) = program(folder, &["verify", "--part", &job(0), "--threads", "1"]);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.starts_with("part 1 of 3: done; the error on it is at most "),
        "{out}"
    );
    let first = directory.join(names(&directory, ".result").remove(0));
    let written = std::fs::read(&first).expect("a result");
    // Merged too early: weaker, and the rest is searched from there.
    let (code, out, _) = program(folder, &["merge", "parts", "--out", "early.steeple"]);
    assert_eq!(code, 3, "{out}");
    assert!(
        out.contains("not finished: part 2 of 3, part 3 of 3; 2 cells are open"),
        "{out}"
    );
    let network = "parts/network.json";
    let check = |name| program(folder, &["check", name, "--network", network]);
    assert_eq!(check("early.steeple").0, 0);
    let mut rest = vec!["verify", network, "--resume", "early.steeple"];
    rest.extend(FLAGS);
    let (code, out, _) = program(folder, &rest);
    assert_eq!(code, 0, "{out}");
    // A run that is stopped is continued; a result that is there is not done again.
    let (code, out, _) = program(folder, &["verify", "--part", &job(1), "--max-boxes", "8"]);
    assert_eq!(code, 3, "{out}");
    assert!(
        out.contains("stopped by boxes; the next run continues"),
        "{out}"
    );
    let (code, out, _) = program(folder, &["verify", "--part", &job(0), &job(1), &job(2)]);
    assert_eq!(code, 0, "{out}");
    assert!(out.starts_with("part 1 of 3: done already"), "{out}");
    assert_eq!(std::fs::read(&first).expect("a result"), written);
    let (code, out, _) = program(folder, &["merge", "parts", "--out", "whole.steeple"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains(
        "nothing is proved yet: steeple check whole.steeple --network parts/network.json"
    ));
    let (code, out, _) = check("whole.steeple");
    assert_eq!(code, 0, "{out}");
    // Splitting again changes nothing.
    split_in(folder, &[]);
    assert_eq!(names(&directory, ".job"), jobs);
    assert_eq!(names(&directory, ".result").len(), 3);
    // Each part alone.
    let results: Vec<String> = (names(&directory, ".result").iter())
        .map(|name| format!("parts/{name}"))
        .collect();
    let (code, out, _) = program(folder, &["check", "--part", &results[0], &results[1]]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("part 2 of 3: its bounds hold"), "{out}");
    assert!(out.contains("trusts every machine that gave one"), "{out}");
    // A damaged result is left out, with a word; its cells are open.
    let mut bytes = written.clone();
    let end = bytes.len() - 3;
    bytes[end] ^= 1;
    std::fs::write(&first, bytes).expect("written");
    let (code, out, err) = program(folder, &["merge", "parts", "--out", "damaged.steeple"]);
    assert_eq!(code, 3, "{out}");
    assert!(
        err.contains("damaged") && err.contains("it is left out"),
        "{err}"
    );
    assert_eq!(check("damaged.steeple").0, 0);
    // It is done again: the same bytes.
    let (code, _, _) = program(folder, &["verify", "--part", &job(0)]);
    assert_eq!(
        (code, std::fs::read(&first).expect("a result")),
        (0, written)
    );
}

#[test]
fn the_program_refuses_what_does_not_belong_together() {
    let scratch = tempfile::tempdir().expect("a directory");
    let folder = scratch.path();
    split_in(folder, &[]);
    let directory = folder.join("parts");
    let job = format!("parts/{}", names(&directory, ".job")[0]);
    let refused = |arguments: &[&str], expected: &str| {
        let (code, out, err) = program(folder, arguments);
        assert_eq!(code, 2, "{arguments:?}: {out}{err}");
        assert!(err.contains(expected), "{arguments:?}: {err}");
        assert_eq!(err.matches("error: ").count(), 1, "one message: {err}");
    };
    refused(&["check", "--part", &job], "was not searched yet");
    refused(
        &["verify", "--part", "parts/network.json"],
        "not a part of a proof",
    );
    refused(
        &["verify", "--part", &job, "--tolerance", "1/10"],
        "cannot be used with",
    );
    refused(&["merge", "parts"], "--out");
    std::fs::create_dir(folder.join("empty")).expect("a directory");
    refused(
        &["merge", "empty", "--out", "c.steeple"],
        "this directory has no parts",
    );
    refused(&["merge", "nowhere", "--out", "c.steeple"], "nowhere");
    refused(
        &["split", "steps.toml", "--parts", "0", "--out", "zero"],
        "--parts",
    );
    // The certificate takes the place of no part, and not of the network.
    let network = std::fs::read(directory.join("network.json")).expect("a network");
    refused(
        &["merge", "parts", "--out", "parts/network.json"],
        "network.json",
    );
    refused(&["merge", "parts", "--out", &job], "part-1-of-3");
    assert_eq!(
        std::fs::read(directory.join("network.json")).expect("a network"),
        network
    );
    // A split of something else in the same directory, and in a directory that someone mixed.
    refused(
        &["split", "steps.toml", "--parts", "2", "--out", "parts"],
        "this is a part of another split",
    );
    let (code, _, err) = program(
        folder,
        &["split", "steps.toml", "--parts", "2", "--out", "other"],
    );
    assert_eq!(code, 0, "{err}");
    let other = folder.join("other");
    let stranger = names(&other, ".job").remove(0);
    std::fs::copy(other.join(&stranger), directory.join(&stranger)).expect("copied");
    refused(
        &["merge", "parts", "--out", "c.steeple"],
        "are parts of different splits",
    );
    assert!(!folder.join("c.steeple").exists());
    std::fs::remove_file(directory.join(&stranger)).expect("removed");
    // Another network, and none.
    let network = directory.join("network.json");
    let text = std::fs::read_to_string(&network).expect("a network");
    std::fs::write(&network, text.replacen("30", "31", 1)).expect("written");
    refused(
        &["verify", "--part", &job],
        "this part is about the network sha256:",
    );
    std::fs::remove_file(&network).expect("removed");
    refused(&["verify", "--part", &job], "there is no network.json");
    assert!(names(&directory, ".result").is_empty());
}

#[test]
fn the_merged_verdict_is_that_of_one_search() {
    let asked = steps();
    let enclosed = verify(&asked.request(1, None), None, &mut unwatched).expect("a verdict");
    assert_eq!(enclosed.verdict, Verdict::Enclosed);
    let upper = enclosed.verified.claim().error_upper().expect("a bound");
    for (tolerance, holds) in [
        (&upper * &number("1.02"), true),
        (&upper * &number("1/2"), false),
    ] {
        let asked = Asked {
            tolerance: Some(tolerance.clone()),
            ..steps()
        };
        let jobs = asked.split(6, 1);
        let done = jobs.iter().map(|job| asked.work(job, 20_000, 1, false));
        let verified =
            check(&merged(done.collect()).certificate, &asked.network).expect("accepted");
        let claim = verified.claim();
        assert_eq!(
            (claim.keeps(&tolerance), claim.exceeds(&tolerance)),
            (holds, !holds)
        );
    }
    let mut bytes = Vec::new();
    text::write(&enclosed.certificate, &mut bytes).expect("in memory");
    assert_eq!(Part::from_bytes(&bytes), Err(PartError::NotAPart));
}

//! Counts regions of shallow and deep networks: built, random, trained; and draws them.

use std::path::Path;

use super::page::{BendingRow, DepthPage, DepthRow, DepthTable};
use steeple::builders::{self, BuilderName, Parameters};
use steeple::certificate::{Norm, Question};
use steeple::expr::{Domain, Target, parse_target};
use steeple::network::{Activation, Network, digest, size};
use steeple::numbers::Rational;
use steeple::prover::Limits;
use steeple::regions::Architecture;
use steeple::report::comparison::Enclosure;
use steeple::training::{Problem, Samples, Settings, Start, sample};
use steeple::workflow::pictures::warp::warp;
use steeple::workflow::regions::facets;
use steeple::workflow::{RegionsAnswer, RegionsRequest, VerifyRequest, count_regions, verify};

/// What the trained networks are trained on.
pub const TARGET: &str = "sin(6*x)*cos(4*y)";
/// The domain of all counts.
pub const DOMAIN: &str = "x=0..1,y=0..1";
/// Numbers of hidden units, with the shapes that share them out.
pub const SHAPES: [(usize, &[&[usize]]); 4] = [
    (8, &[&[8], &[4, 4]]),
    (12, &[&[12], &[6, 6], &[4, 4, 4]]),
    (16, &[&[16], &[8, 8], &[4, 4, 4, 4]]),
    (24, &[&[24], &[12, 12], &[8, 8, 8], &[6, 6, 6, 6]]),
];
/// The region that is bent.
const DISK: &str = "x^2 + y^2 <= 1/2";
const AROUND: &str = "x=-1..1,y=-1..1";
/// Random starts that are counted.
const STARTS: usize = 10;
/// Starts of training; the best is counted.
const TRAINED: usize = 3;
const POINTS: usize = 500;
const STEPS: usize = 300;
const MEMORY: u64 = 4 << 30;

type Failure = Box<dyn std::error::Error>;

/// Counts one row.
///
/// - Exactness: exact, but for the fit.
/// - Errors: what the builder, training or counting says.
pub fn depth_row(widths: &[usize]) -> Result<DepthRow, Failure> {
    let domain = Domain::parse(DOMAIN)?;
    let target = parse_target(&[TARGET], Some(domain.names()))?;
    let fold = folded(widths)?;
    let bounds = Architecture::of(&fold).bounds();
    let samples = sample(&target, &domain, POINTS, 0.0, 1)?;
    let start = Start::Random {
        hidden: widths,
        activation: &Activation::Relu,
    };
    let settings = Settings {
        steps: STEPS,
        restarts: STARTS,
        ..Settings::default()
    };
    let problem = Problem::new(&start, &samples, &settings)?;
    let mut random = Vec::new();
    for seed in 0..STARTS {
        let network = problem.network(&problem.start(seed));
        random.push(regions(&network.ok_or("a start is not finite")?, &domain)?);
    }
    let (network, fit) = trained(&start, &samples)?;
    let sum: usize = random.iter().sum();
    Ok(DepthRow {
        widths: widths.to_vec(),
        parameters: size(&fold).parameters,
        most: bounds.zaslavsky.or(bounds.serra),
        possible: bounds.montufar_lower,
        folded: regions(&fold, &domain)?,
        random: [
            random.iter().copied().min().unwrap_or(0),
            (sum + STARTS / 2) / STARTS,
            random.iter().copied().max().unwrap_or(0),
        ],
        expected: bounds.hanin_rolnick,
        trained: regions(&network, &domain)?,
        fit,
    })
}

/// Counts everything, and draws the pictures; returns the page, and files by name.
///
/// - Errors: those of [`depth_row`].
pub fn depth_page(
    progress: &mut dyn FnMut(&DepthRow),
) -> Result<(DepthPage, Vec<(String, String)>), Failure> {
    let domain = Domain::parse(DOMAIN)?;
    let mut tables = Vec::new();
    for (units, shapes) in SHAPES {
        let mut rows = Vec::new();
        for widths in shapes {
            let row = depth_row(widths)?;
            progress(&row);
            rows.push(row);
        }
        tables.push(DepthTable { units, rows });
    }
    let mut pictures = Vec::new();
    let mut files = Vec::new();
    for (name, network, text) in drawn()? {
        let answer = answer(&network, &domain)?;
        let count = answer.counts.linear_regions;
        let picture = facets(&answer, &network, &domain, 0, &text).ok_or("two inputs")?;
        files.push((name.to_string(), picture.render()));
        pictures.push((
            name.to_string(),
            format!("{text}: {count} regions, each a flat facet."),
        ));
    }
    let mut bending = Vec::new();
    for units in [2, 3] {
        let (row, svg) = bent(units)?;
        files.push((row.picture.clone(), svg));
        bending.push(row);
    }
    let page = DepthPage {
        tables,
        target: format!("{POINTS} random points of `{TARGET}`"),
        domain: "[0, 1]²".into(),
        starts: STARTS,
        pictures,
        bending,
        region: DISK.into(),
    };
    Ok((page, files))
}

/// The networks that are drawn.
fn drawn() -> Result<Vec<(&'static str, Network, String)>, Failure> {
    let domain = Domain::parse(DOMAIN)?;
    let target = parse_target(&[TARGET], Some(domain.names()))?;
    let samples = sample(&target, &domain, POINTS, 0.0, 1)?;
    let mut networks = vec![(
        "depth-fold.svg",
        folded(&[4, 4])?,
        "Built: fold, 4 + 4 units".to_string(),
    )];
    let shapes: [(&str, &str, &[usize]); 2] = [
        ("depth-shallow.svg", "Trained: one layer of 16 units", &[16]),
        ("depth-deep.svg", "Trained: two layers of 8 units", &[8, 8]),
    ];
    for (name, text, hidden) in shapes {
        let start = Start::Random {
            hidden,
            activation: &Activation::Relu,
        };
        networks.push((name, trained(&start, &samples)?.0, text.to_string()));
    }
    Ok(networks)
}

/// The network of the `fold` builder.
fn folded(widths: &[usize]) -> Result<Network, Failure> {
    let domain = Domain::parse(DOMAIN)?;
    let nothing = parse_target(&["0"], Some(domain.names()))?;
    let parameters = Parameters {
        widths: Some(widths.to_vec()),
        ..Parameters::default()
    };
    let built = builders::build(BuilderName::Fold, &parameters, &nothing, &domain, Norm::Sup)?;
    Ok(built.network)
}

/// The best trained network, and the root of its mean square error.
fn trained(start: &Start<'_>, samples: &Samples) -> Result<(Network, f64), Failure> {
    let settings = Settings {
        steps: STEPS,
        restarts: TRAINED,
        ..Settings::default()
    };
    let training = steeple::training::train(start, samples, &settings, &|_| true)?;
    let fit = training.found().fit;
    Ok((training.network, fit))
}

fn answer(network: &Network, domain: &Domain) -> Result<RegionsAnswer, Failure> {
    let request = RegionsRequest {
        network,
        domain,
        threshold: None,
        memory: MEMORY,
    };
    Ok(count_regions(&request)?)
}

fn regions(network: &Network, domain: &Domain) -> Result<usize, Failure> {
    Ok(answer(network, domain)?.counts.linear_regions)
}

/// Trains a layer of tanh units on a disk, certifies what it is wrong on, and draws how it bends
/// the plane.
///
/// - Errors: what training or the prover says.
pub fn bent(units: usize) -> Result<(BendingRow, String), Failure> {
    let domain = Domain::parse(AROUND)?;
    let region: Target = parse_target(&[DISK], Some(domain.names()))?;
    let samples = sample(&region, &domain, POINTS, 0.0, 1)?;
    let start = Start::Random {
        hidden: &[units],
        activation: &Activation::Tanh,
    };
    let settings = Settings {
        restarts: 2 * TRAINED,
        steps: STEPS,
        ..Settings::default()
    };
    let network = steeple::training::train(&start, &samples, &settings, &|_| true)?.network;
    let half = Rational::ratio(1, 2);
    let request = VerifyRequest {
        network: &network,
        question: Question {
            network: digest(&network),
            target: region.clone(),
            domain: domain.clone(),
            norm: Norm::Area,
            threshold: Some(half.clone()),
            semantics: steeple::certificate::Semantics::Real,
        },
        tolerance: None,
        gap: Rational::ratio(1, 20),
        limits: Limits::default(),
        resume: None,
        threads: steeple::jobs::Threads::All,
        weights: steeple::certificate::Weights::Exact,
        portable: false,
    };
    let verification = verify(&request, None::<&Path>, &mut steeple::workflow::unwatched)?;
    let claim = verification.verified.claim();
    let area = Rational::from(4);
    let share = Enclosure {
        lower: claim.error_lower() * &area.reciprocal().unwrap_or_default(),
        upper: claim
            .error_upper()
            .map(|upper| upper * &area.reciprocal().unwrap_or_default()),
    };
    let picture = warp(&network, &domain, Some(&region), Some(&half)).ok_or("two inputs")?;
    let row = BendingRow {
        units,
        wrong: share.figures(),
        picture: format!("bending-{units}.svg"),
    };
    Ok((row, picture.render()))
}

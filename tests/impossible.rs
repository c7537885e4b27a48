//! What no size of a network can do is refused before any is tried; what can be done is not.

mod common;

use std::fs;

use common::{error_at, grid, number, program, question};
use steeple::builders::{
    BuilderName, Division, Impossible, Knots, Parameters, Profile, Units, build, impossible,
};
use steeple::certificate::Norm;
use steeple::expr::{Domain, Target, parse_target};
use steeple::numbers::Rational;

struct Problem {
    target: Target,
    domain: Domain,
}

fn problem(formula: &str, domain: &str) -> Problem {
    let domain = Domain::parse(domain).expect("a domain");
    let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
    Problem { target, domain }
}

impl Problem {
    fn ask(&self, name: BuilderName, given: &Parameters, tolerance: &str) -> Option<Impossible> {
        let (target, domain, tolerance) = (&self.target, &self.domain, number(tolerance));
        impossible(name, given, target, domain, Norm::Sup, &tolerance)
    }

    /// The largest error that is seen of a network with so many cells, at the corners of its cells and
    /// between them.
    fn seen(&self, given: &Parameters, cells: usize) -> Rational {
        let given = Parameters {
            cells: Some(vec![cells]),
            ..given.clone()
        };
        let (name, norm) = (BuilderName::Towers, Norm::Sup);
        let built = build(name, &given, &self.target, &self.domain, norm).expect("built");
        let text: Vec<&str> = self.target.text().iter().map(String::as_str).collect();
        let asked = question(&built.network, &text, &self.domain.to_string(), None);
        let parts = i64::try_from(cells * (8 / cells)).expect("few");
        let points = grid(&self.domain, parts, false);
        let errors = points
            .iter()
            .map(|point| error_at(&built.network, &asked, point));
        errors.max().expect("points")
    }
}

fn given(units: Units) -> Parameters {
    Parameters {
        units: Some(units),
        ..Parameters::default()
    }
}

const WAVE: (&str, &str) = ("sin(3*x)*cos(2*y)", "x=-1..1,y=-1..1");
const TARIFF: &str = "if(x < 10, 2*x, if(x < 50, 20 + 3*(x-10), 150 + 5*(x-50)))";

#[test]
fn sigmoid_towers_dip_whatever_the_cells() {
    let wave = problem(WAVE.0, WAVE.1);
    let none = Parameters::default();
    let overlap = |overlap| Parameters {
        overlap: Some(overlap),
        ..Parameters::default()
    };
    let adaptive = Parameters {
        grid: Some(Division::Adaptive),
        ..Parameters::default()
    };
    for (parameters, tolerance) in [
        (&none, "1/10"),
        (&none, "1/2"),
        (&overlap(2), "1/20"),
        (&overlap(3), "1/50"),
        (&adaptive, "1/10"),
    ] {
        let found = wave.ask(BuilderName::Towers, parameters, tolerance);
        let found = found.unwrap_or_else(|| panic!("{parameters:?} {tolerance}"));
        let Impossible::Dip { error_lower, .. } = &found else {
            panic!("{found}")
        };
        assert!(*error_lower > number(tolerance));
        // It is true of networks of a few sizes.
        for cells in [1, 2, 4] {
            let seen = wave.seen(parameters, cells);
            assert!(
                seen >= error_lower - &number("1/1000"),
                "{cells}: {seen} {error_lower}"
            );
        }
    }
    let found = wave.ask(BuilderName::Towers, &none, "1/10").expect("a dip");
    assert!(
        matches!(
            found,
            Impossible::Dip {
                least_overlap: Some(10),
                ..
            }
        ),
        "{found:?}"
    );
    let text = found.to_string();
    for part in [
        "inner corners",
        "`cells`",
        "quadrants",
        "heaviside",
        "l1",
        "`overlap` of at least 10",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for (formula, domain) in [
        ("1 + x*y*z", "x=0..1,y=0..1,z=0..1"),
        ("1 + a*b*c*d", "a=0..1,b=0..1,c=0..1,d=0..1"),
        ("exp(-x^2-y^2)", "x=-2..2,y=-2..2"),
        // It vanishes at all corners of 8 cells, and of 16 at some.
        ("sin(8*pi*x)*sin(8*pi*y)", "x=0..1,y=0..1"),
    ] {
        let found = problem(formula, domain).ask(BuilderName::Towers, &none, "1/100");
        assert!(
            matches!(found, Some(Impossible::Dip { .. })),
            "{formula}: {found:?}"
        );
    }
}

#[test]
fn towers_that_can_succeed_are_not_refused() {
    let wave = problem(WAVE.0, WAVE.1);
    let with = |change: &dyn Fn(&mut Parameters)| {
        let mut parameters = Parameters::default();
        change(&mut parameters);
        parameters
    };
    for (parameters, tolerance) in [
        (Parameters::default(), "1"),
        (with(&|p| p.overlap = Some(16)), "1/10"),
        (given(Units::Heaviside), "1/10"),
        (
            with(&|p| p.second_steepness = Some(number("1/100"))),
            "1/10",
        ),
    ] {
        let found = wave.ask(BuilderName::Towers, &parameters, tolerance);
        assert_eq!(found, None, "{parameters:?} {tolerance}");
    }
    let norm = Norm::L1;
    let (target, domain, tolerance) = (&wave.target, &wave.domain, number("1/10"));
    let none = Parameters::default();
    let found = impossible(BuilderName::Towers, &none, target, domain, norm, &tolerance);
    assert_eq!(found, None);
    let quadrants = wave.ask(BuilderName::Quadrants, &none, "1/10");
    assert_eq!(quadrants, None);
    for (formula, domain, tolerance) in [
        // One tower for all of it.
        ("1 + x*y/1000", "x=0..1,y=0..1", "1/500"),
        ("0*x*y", "x=0..1,y=0..1", "1/1000000"),
        // One input: towers beside a line are half on each.
        ("1 + x^2", "x=0..1", "1/10"),
        ("x*y", "x=0..1/10,y=0..1/10", "1/100"),
    ] {
        let found = problem(formula, domain).ask(BuilderName::Towers, &none, tolerance);
        assert_eq!(found, None, "{formula}");
    }
}

#[test]
fn continuous_networks_are_no_closer_than_half_a_jump() {
    let tariff = problem(TARIFF, "x=0..100");
    let stairs = Parameters {
        profile: Some(Profile::Staircase),
        ..Parameters::default()
    };
    let balanced = Parameters {
        knots: Some(Knots::Balanced),
        ..Parameters::default()
    };
    for (name, parameters) in [
        (BuilderName::Interpolant, Parameters::default()),
        (BuilderName::Interpolant, balanced),
        (BuilderName::Staircase, Parameters::default()),
        (BuilderName::Staircase, given(Units::Tanh)),
        (BuilderName::Towers, Parameters::default()),
        (BuilderName::Quadrants, Parameters::default()),
        (BuilderName::Ridge, Parameters::default()),
        (BuilderName::Ridge, stairs),
        (BuilderName::TanhSmooth, Parameters::default()),
        (BuilderName::Sawtooth, Parameters::default()),
    ] {
        let found = tariff.ask(name, &parameters, "1/1000");
        let Some(Impossible::Jump { jump, .. }) = &found else {
            panic!("{name}: {found:?}")
        };
        assert_eq!(jump.to_string(), "by 10 at x = 50");
        assert_eq!(
            found.map(|found| found.error_lower()),
            Some(Rational::from(5))
        );
        assert_eq!(tariff.ask(name, &parameters, "5"), None, "{name}");
    }
    let disk = problem("x^2 + y^2 <= 1", "x=-2..2,y=-2..2");
    for name in [
        BuilderName::Quadrants,
        BuilderName::Towers,
        BuilderName::Ridge,
        BuilderName::Disk,
    ] {
        let found = disk.ask(name, &Parameters::default(), "1/10");
        assert!(
            matches!(found, Some(Impossible::Jump { .. })),
            "{name}: {found:?}"
        );
    }
    // The same formula without its jump, and others that are continuous.
    let flat = problem(&TARIFF.replace("150", "140"), "x=0..100");
    assert_eq!(
        flat.ask(BuilderName::Interpolant, &Parameters::default(), "1/1000"),
        None
    );
    let ramp = problem("if(x < y, x, y)", "x=0..1,y=0..1");
    assert_eq!(
        ramp.ask(BuilderName::Ridge, &Parameters::default(), "1/1000"),
        None
    );
}

#[test]
fn steps_have_to_stand_at_the_jump() {
    let steps = given(Units::Heaviside);
    let at = |place: &str| problem(&format!("if(x < {place}, 0, 10)"), "x=0..100");
    assert_eq!(at("50").ask(BuilderName::Staircase, &steps, "1/10"), None);
    let found = at("45.67").ask(BuilderName::Staircase, &steps, "1/10");
    let text = found.expect("missed").to_string();
    assert!(
        text.contains("at x = 4567/100") && text.contains("a multiple of 10000"),
        "{text}"
    );
    // And it is so: with that many cells the stairs are exact.
    let problem = at("45.67");
    let exact = Parameters {
        cells: Some(vec![10_000]),
        ..steps.clone()
    };
    let (name, norm) = (BuilderName::Staircase, Norm::Sup);
    let built = build(name, &exact, &problem.target, &problem.domain, norm).expect("built");
    assert_eq!(built.network.layers()[0].units(), 1);
}

const SPEC: &str = r#"[target]
formula = "FORMULA"
domain = DOMAIN
[network]
builder = "BUILDER"
[claim]
tolerance = "1/50"
"#;

/// Writes a spec and builds it.
fn built(formula: &str, domain: &str, builder: &str, more: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = SPEC.replace("FORMULA", formula).replace("DOMAIN", domain);
    fs::write(
        folder.path().join("a.toml"),
        spec.replace("BUILDER", builder),
    )
    .expect("written");
    let arguments = [&["build", "a.toml", "--out", "out"], more].concat();
    let (code, out, error) = program(folder.path(), &arguments);
    assert!(code != 2 || out.is_empty(), "{out}");
    assert!(code != 2 || !folder.path().join("out/network.json").exists());
    (code, error)
}

#[test]
fn the_program_says_so_at_once() {
    let plane = "{ x = [-1, 1], y = [-1, 1] }";
    let (code, error) = built(WAVE.0, plane, "towers", &[]);
    assert_eq!(code, 2, "{error}");
    assert!(
        error.contains("sigmoid towers are all off near inner corners"),
        "{error}"
    );
    let (code, error) = built(TARIFF, "{ x = [0, 100] }", "interpolant", &[]);
    assert_eq!(code, 2, "{error}");
    assert!(
        error.contains("the target jumps by 10 at x = 50"),
        "{error}"
    );
}

#[test]
fn the_best_size_is_named_where_none_is_enough() {
    let cube = "{ x = [0, 1], y = [0, 1], z = [0, 1] }";
    let (code, error) = built("x*y*z", cube, "sawtooth", &["--max-boxes", "2"]);
    assert!(code == 2 || code == 3, "{error}");
    if code == 2 {
        assert!(error.contains("the best was `folds` = "), "{error}");
    }
}

/// Steepness far out is answered, or refused with what is wrong with it.
#[test]
fn numbers_far_out_are_answered_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = |keys: &str| {
        let text =
            format!("[target]\nformula = \"x^2\"\ndomain = {{ x = [0, 1] }}\n[network]\n{keys}\n");
        fs::write(folder.path().join("a.toml"), text).expect("written");
        let arguments = ["build", "a.toml", "--out", "out", "--max-boxes", "5000"];
        program(folder.path(), &arguments)
    };
    for units in ["sigmoid", "tanh"] {
        let stairs = format!("builder = \"staircase\"\ncells = 16\nactivation = \"{units}\"\n");
        let (code, out, error) = line(&format!("{stairs}steepness = \"2^332\""));
        assert_eq!(code, 0, "{out}{error}");
        assert!(out.starts_with("enclosed: "), "{out}");
        let (code, _, error) = line(&format!("{stairs}steepness = \"1e100\""));
        assert_eq!(code, 2, "{error}");
        assert!(
            error.contains("a weight of about 1e100 is too long"),
            "{error}"
        );
        for steepness in ["1e100000", "1e-100000"] {
            let (code, _, error) = line(&format!("{stairs}steepness = \"{steepness}\""));
            assert_eq!(code, 2, "{error}");
            assert!(error.contains("`steepness` is a number of 332"), "{error}");
        }
    }
    // A step far away from the domain is decided, however long its number is.
    let (code, out, _) = line("builder = \"step\"\nat = \"1e100\"");
    assert_eq!(code, 0, "{out}");
    let (code, _, error) = line("builder = \"staircase\"\ncells = 18446744073709551615");
    assert_eq!(code, 2);
    assert!(
        error.contains("`cells` is at most 9223372036854775807"),
        "{error}"
    );
}

//! Counts the regions of a network on a box, and writes the decision region, a picture and all regions.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::draw::{FacetLine, FacetSide, Facets, FacetsPicture, Rect, RegionArea, RegionsPicture};
use crate::expr::{Domain, Expr};
use crate::network::Network;
use crate::numbers::estimate::estimate_rational;
use crate::numbers::{AffineMap, Natural, Rational};
use crate::regions::{
    self, Architecture, Bounds, Cells, Counts, Decision, Layers, LinearRegions, MOST_INPUTS,
    RegionsError, Ring, Section, restrict,
};
use crate::words::count;

/// Pictures show at most this many regions.
pub const MOST_DRAWN: usize = 100_000;

/// The request.
#[derive(Clone, Copy, Debug)]
pub struct RegionsRequest<'a> {
    /// The network, as a function of the domain's variables: see [`along`].
    pub network: &'a Network,
    /// The box.
    pub domain: &'a Domain,
    /// The network decides "inside" at this value or more.
    pub threshold: Option<&'a Rational>,
    /// Bytes that may be used.
    pub memory: u64,
}

/// The counts, and the regions in up to two inputs.
#[derive(Debug)]
pub struct RegionsAnswer {
    /// The counts.
    pub counts: Counts,
    /// The bounds of the literature for the architecture.
    pub bounds: Bounds,
    /// The set where the network is at least the threshold; with one or two inputs.
    pub decision: Option<Decision>,
    /// The regions themselves; with one or two inputs.
    pub regions: Option<(Cells, LinearRegions)>,
}

/// Counts the regions of a network.
///
/// - Exactness: exact.
/// - Errors: [`RegionsError`].
pub fn count_regions(request: &RegionsRequest<'_>) -> Result<RegionsAnswer, RegionsError> {
    let (network, sides) = (request.network, request.domain.sides());
    let bounds = Architecture::of(network).bounds();
    if sides.len() > MOST_INPUTS {
        return Err(RegionsError::Inputs(sides.len()));
    }
    if sides.len() > 2 {
        let counts = regions::count(network, sides, request.memory)?;
        return Ok(RegionsAnswer {
            counts,
            bounds,
            decision: None,
            regions: None,
        });
    }
    let cells = Cells::new(Layers::new(network)?, sides, request.memory)?;
    let linear = regions::linear_regions(&cells, network);
    let decide = |threshold| regions::decision(network, sides, threshold, request.memory);
    Ok(RegionsAnswer {
        counts: Counts {
            activation_regions: cells.count(),
            linear_regions: linear.count,
        },
        bounds,
        decision: request.threshold.map(decide).transpose()?,
        regions: Some((cells, linear)),
    })
}

/// Returns the network along a section: for each input a formula, affine in the parameters.
///
/// - Exactness: exact.
/// - Errors: the number of the first formula that is not affine.
pub fn along(network: &Network, formulas: &[Expr], names: &[String]) -> Result<Network, usize> {
    let inputs = formulas
        .iter()
        .enumerate()
        .map(|(i, formula)| affine(formula, names.len()).ok_or(i))
        .collect::<Result<_, _>>()?;
    let section = Section {
        names: names.to_vec(),
        inputs,
    };
    restrict(network, &section).map_err(|_| formulas.len())
}

/// Returns a formula as an affine function of its variables, if it is one.
fn affine(formula: &Expr, variables: usize) -> Option<AffineMap> {
    let of = |part: &Expr| affine(part, variables);
    let sum = |a: &Expr, factor: i64, b: &Expr| {
        let mut sum = of(a)?;
        sum.add(&Rational::from(factor), &of(b)?);
        Some(sum)
    };
    Some(match formula {
        Expr::Number(value) => AffineMap::number(variables, value.clone()),
        Expr::Variable(k) => AffineMap::variable(variables, *k),
        Expr::Negate(a) => of(a)?.negated(),
        Expr::Add(a, b) => sum(a, 1, b)?,
        Expr::Sub(a, b) => sum(a, -1, b)?,
        Expr::Mul(a, b) => match (of(a)?, of(b)?) {
            (f, g) if f.is_constant() => g.times(f.constant()),
            (f, g) if g.is_constant() => f.times(g.constant()),
            _ => return None,
        },
        Expr::Div(a, b) => match of(b)? {
            g if g.is_constant() => of(a)?.times(&g.constant().reciprocal()?),
            _ => return None,
        },
        _ => return None,
    })
}

/// Returns the JSON of the command, without times.
pub fn to_json(answer: &RegionsAnswer, domain: &Domain) -> Value {
    json!({
        "count": answer.counts.linear_regions,
        "activation_regions": answer.counts.activation_regions,
        "domain": domain_json(domain),
        "bounds": bounds_json(&answer.bounds),
        "decision": answer.decision.as_ref().map(|d| decision_json(d, domain.dimension())),
    })
}

/// The domain as JSON.
pub fn domain_json(domain: &Domain) -> Value {
    let sides = domain.names().iter().zip(domain.sides());
    let sides =
        sides.map(|(name, (low, high))| (name.clone(), json!([low.to_string(), high.to_string()])));
    Value::Object(sides.collect())
}

/// The bounds as JSON strings, because they can be of any size.
pub fn bounds_json(bounds: &Bounds) -> Value {
    let text = |bound: &Option<Natural>| bound.as_ref().map(ToString::to_string);
    json!({
        "zaslavsky": text(&bounds.zaslavsky),
        "montufar_lower": text(&bounds.montufar_lower),
        "montufar_upper": text(&bounds.montufar_upper),
        "pascanu": text(&bounds.pascanu),
        "serra": text(&bounds.serra),
        "hanin_rolnick": text(&bounds.hanin_rolnick),
    })
}

fn decision_json(decision: &Decision, inputs: usize) -> Value {
    let planar = inputs == 2;
    let (low, high) = &decision.area;
    let ends = [decision.perimeter.inf(), decision.perimeter.sup()];
    let perimeter = ends.map(|end| end.to_rational().unwrap_or_default().to_string());
    json!({
        "sides": planar.then_some(decision.sides),
        "border_sides": planar.then_some(decision.border_sides),
        "components": decision.components,
        "holes": decision.holes,
        "area": (low == high).then(|| low.to_string()),
        "area_bounds": [low.to_string(), high.to_string()],
        "perimeter": planar.then_some(perimeter),
    })
}

/// A ring of corners as JSON; with one input the two ends.
fn ring_json(ring: &Ring, inputs: usize) -> Value {
    if inputs == 1 {
        let ends = [
            ring.iter().map(|p| &p.0).min(),
            ring.iter().map(|p| &p.0).max(),
        ];
        return json!(ends.map(|end| end.map(ToString::to_string)));
    }
    let corners = ring
        .iter()
        .map(|(x, y)| json!([x.to_string(), y.to_string()]));
    corners.collect()
}

/// Writes all regions as exact numbers: polygons, areas, maps and patterns.
///
/// - Form: `{"inputs": [..], "outputs": [..], "linear_regions": [{"rings": [[[x, y], ..], ..], "area",
///   "maps": {output: {"gradient": [..], "constant"}}}], "activation_regions": [{"linear_region",
///   "polygon", "area", "pattern": [[piece, ..], ..]}], "decision": [[ring, ..], ..]}`; with one
///   input a ring is the two ends of an interval.
/// - Errors: those of `out`.
pub fn export(
    answer: &RegionsAnswer,
    network: &Network,
    domain: &Domain,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some((cells, linear)) = &answer.regions else {
        return Ok(());
    };
    let inputs = domain.dimension();
    let names = json!(network.outputs());
    writeln!(
        out,
        "{{\"inputs\": {}, \"outputs\": {names},",
        json!(domain.names())
    )?;
    write!(
        out,
        " \"domain\": {},\n \"linear_regions\": [",
        domain_json(domain)
    )?;
    let rings = |rings: &[Ring]| {
        rings
            .iter()
            .map(|r| ring_json(r, inputs))
            .collect::<Value>()
    };
    for (i, region) in regions::describe_linear_regions(cells, linear)
        .iter()
        .enumerate()
    {
        let maps = network
            .outputs()
            .iter()
            .zip(&region.maps)
            .map(|(name, map)| {
                let gradient = map.gradient().iter().map(ToString::to_string);
                let gradient: Vec<String> = gradient.collect();
                let constant = map.constant().to_string();
                (
                    name.clone(),
                    json!({ "gradient": gradient, "constant": constant }),
                )
            });
        let maps = Value::Object(maps.collect::<Map<String, Value>>());
        let area = region.area.to_string();
        let line = json!({ "rings": rings(&region.rings), "area": area, "maps": maps });
        write!(out, "{}\n  {line}", if i > 0 { "," } else { "" })?;
    }
    write!(out, "],\n \"activation_regions\": [")?;
    for (i, region) in regions::activation_regions(cells, linear).enumerate() {
        let line = json!({
            "linear_region": region.linear_region,
            "polygon": ring_json(&region.polygon, inputs),
            "area": region.area.to_string(),
            "pattern": region.pattern,
        });
        write!(out, "{}\n  {line}", if i > 0 { "," } else { "" })?;
    }
    let polygons = answer
        .decision
        .iter()
        .flat_map(|decision| &decision.polygons);
    let polygons: Value = polygons.map(|polygon| rings(polygon)).collect();
    writeln!(out, "],\n \"decision\": {polygons}}}")
}

/// Returns the picture of the regions of a network in two inputs; `None` for other networks.
pub fn picture(answer: &RegionsAnswer, domain: &Domain, title: &str) -> Option<RegionsPicture> {
    let (cells, linear) = answer.regions.as_ref()?;
    let ([x, y], [x_name, y_name]) = (domain.sides(), domain.names()) else {
        return None;
    };
    let at = |(x, y): &(Rational, Rational)| (estimate_rational(x), estimate_rational(y));
    let line = |ring: &Ring| ring.iter().map(at).collect::<Vec<_>>();
    let described = regions::describe_linear_regions(cells, linear);
    let adjacent = regions::neighbours(cells, linear);
    let areas = described
        .iter()
        .zip(adjacent.neighbours)
        .map(|(region, neighbours)| RegionArea {
            rings: region.rings.iter().map(line).collect(),
            neighbours,
        });
    let counts = answer.counts;
    let mut caption = format!(
        "{} and {} (exact counts)",
        count(counts.linear_regions, "linear region"),
        count(counts.activation_regions, "activation region")
    );
    if counts.linear_regions < counts.activation_regions {
        caption += " (dashed where the map does not change)";
    }
    if let Some(decision) = &answer.decision {
        let _ = write!(
            caption,
            ". The broad line is the decision boundary: {}, {}, {}",
            count(decision.sides, "side"),
            count(decision.components, "connected part"),
            count(decision.holes, "hole")
        );
    }
    let decision = answer
        .decision
        .iter()
        .flat_map(|d| d.polygons.iter().flatten());
    let side =
        |(low, high): &(Rational, Rational)| (estimate_rational(low), estimate_rational(high));
    let ((x0, x1), (y0, y1)) = (side(x), side(y));
    Some(RegionsPicture {
        title: title.into(),
        caption,
        x_label: x_name.clone(),
        y_label: y_name.clone(),
        domain: Rect::new(x0, x1, y0, y1),
        regions: areas.collect(),
        seams: adjacent.seams.iter().map(|[p, q]| [at(p), at(q)]).collect(),
        marked: Vec::new(),
        decision: decision.map(line).collect(),
    })
}

/// Returns the picture of an output of a network in two inputs as a surface of flat facets, one for each
/// region; `None` for other networks.
pub fn facets(
    answer: &RegionsAnswer,
    network: &Network,
    domain: &Domain,
    output: usize,
    title: &str,
) -> Option<FacetsPicture> {
    let (cells, linear) = answer.regions.as_ref()?;
    let ([x, y], [x_name, y_name]) = (domain.sides(), domain.names()) else {
        return None;
    };
    let described = regions::describe_linear_regions(cells, linear);
    let all: Vec<regions::ActivationRegion> = regions::activation_regions(cells, linear).collect();
    let height = |region: usize, (x, y): &(Rational, Rational)| {
        let map = &described[all[region].linear_region as usize].maps[output];
        estimate_rational(&map.value(&[x.clone(), y.clone()]))
    };
    let at = |(x, y): &(Rational, Rational)| (estimate_rational(x), estimate_rational(y));
    let facet = |(i, region): (usize, &regions::ActivationRegion)| {
        let corner = |p: &(Rational, Rational)| [at(p).0, at(p).1, height(i, p)];
        region.polygon.iter().map(corner).collect()
    };
    let side = |side: regions::SharedSide| FacetSide {
        left: side.left,
        right: side.right,
        line: if all[side.left].linear_region == all[side.right].linear_region {
            FacetLine::None
        } else {
            FacetLine::Crease
        },
        left_heights: side.ends.each_ref().map(|p| height(side.left, p)),
        right_heights: side.ends.each_ref().map(|p| height(side.right, p)),
        ends: side.ends.each_ref().map(at),
    };
    let ends =
        |(low, high): &(Rational, Rational)| (estimate_rational(low), estimate_rational(high));
    Some(FacetsPicture {
        title: title.into(),
        caption: format!(
            "{} (exact count): each is a flat facet",
            count(answer.counts.linear_regions, "linear region")
        ),
        labels: [
            x_name.clone(),
            y_name.clone(),
            network.outputs()[output].clone(),
        ],
        domain: [ends(x), ends(y)],
        facets: Facets {
            cells: all.iter().enumerate().map(facet).collect(),
            sides: regions::shared_sides(cells).into_iter().map(side).collect(),
        },
        toward: [0.0; 3],
    })
}

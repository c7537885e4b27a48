//! Tests that every kind of picture must pass.

use super::*;
use svg::node::element::tag::Type;
use svg::parser::Event;

/// Checks that tags balance, names no attribute twice, and leaves no bare `<` or `&`.
fn assert_well_formed(text: &str) {
    let mut open: Vec<String> = Vec::new();
    let mut roots = 0;
    for event in svg::read(text).expect("readable") {
        match event {
            Event::Tag(name, Type::Start, _) => {
                roots += usize::from(open.is_empty());
                open.push(name.to_owned());
            }
            Event::Tag(name, Type::End, _) => assert_eq!(open.pop().as_deref(), Some(name)),
            Event::Tag(_, Type::Empty, _) => assert!(!open.is_empty()),
            Event::Text(t) => assert!(!t.contains('<'), "{t}"),
            Event::Error(e) => panic!("{e}"),
            _ => {}
        }
    }
    assert!(open.is_empty() && roots == 1, "{open:?}");
    for (at, _) in text.match_indices('&') {
        let rest = &text[at..];
        assert!(
            ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"]
                .iter()
                .any(|e| rest.starts_with(e)),
            "{}",
            &rest[..20.min(rest.len())]
        );
    }
    for word in ["NaN", "inf ", "inf\"", "e+", "\u{0}"] {
        let shapes = text.lines().filter(|l| l.contains("<path"));
        assert!(shapes.clone().all(|l| !l.contains(word)), "{word}");
    }
}

/// Numbers in every role a picture has for them.
struct Roles {
    text: String,
    line: Vec<(f64, f64)>,
    rects: Vec<Rect>,
    bound: Option<Bound>,
}

impl Roles {
    fn new(text: &str, numbers: &[f64]) -> Self {
        let at = |i: usize| numbers.get(i % numbers.len().max(1)).copied();
        let places = 0..numbers.len();
        Roles {
            text: text.to_owned(),
            line: places
                .clone()
                .filter_map(|i| at(i).zip(at(i + 1)))
                .collect(),
            rects: places
                .filter_map(|i| Some(Rect::new(at(i)?, at(i + 1)?, at(i + 2)?, at(i + 3)?)))
                .collect(),
            bound: at(1).map(Bound::new),
        }
    }
}

impl Roles {
    fn points(&self) -> DataPoints {
        let marks = [Mark::Inside, Mark::Outside, Mark::Value];
        let point = |(k, &(x, y)): (usize, &(f64, f64))| DataPoint {
            x,
            y,
            mark: marks[k % 3],
            stands_out: k % 2 == 0,
        };
        DataPoints {
            points: self.line.iter().enumerate().map(point).collect(),
            ring_name: self.text.clone(),
        }
    }
}

/// One picture of each kind with the given numbers and text in every place.
fn all_kinds(text: &str, numbers: &[f64]) -> Vec<String> {
    let roles = Roles::new(text, numbers);
    let mut pictures = over_cells(&roles);
    pictures.extend(over_samples(&roles, numbers));
    pictures.extend(of_units(&roles, numbers));
    pictures
}

fn over_samples(roles: &Roles, numbers: &[f64]) -> Vec<String> {
    let Roles {
        text, line, bound, ..
    } = roles;
    let pair = line.first().copied();
    let surface = Surface {
        name: text.clone(),
        value: text.clone(),
        xs: numbers.to_vec(),
        ys: numbers.to_vec(),
        z: numbers.iter().map(|_| numbers.to_vec()).collect(),
        facets: None,
    };
    let corners: Vec<[f64; 3]> = line.iter().map(|(x, y)| [*x, *y, *y]).collect();
    let ends = line.first().zip(line.last());
    let side = ends.map(|(p, q)| FacetSide {
        left: 0,
        right: 1,
        ends: [*p, *q],
        left_heights: [p.0, q.0],
        right_heights: [p.1, q.1],
        line: FacetLine::Mesh,
    });
    let facets = Facets {
        cells: vec![corners.clone(), corners],
        sides: side.into_iter().collect(),
    };
    let zoomed = Surface::of_facets(
        text,
        roles.rects.first().copied().unwrap_or_default(),
        facets,
    );
    vec![
        CurvePicture {
            title: text.clone(),
            caption: text.clone(),
            x_label: text.clone(),
            target: vec![line.clone()],
            network: vec![line.clone(), line.clone()],
            error: vec![line.clone()],
            error_upper: bound.clone(),
            witness: pair.map(|(x, y)| CurveWitness {
                x,
                target: y,
                network: x,
            }),
            points: roles.points(),
            in_view: [numbers.to_vec(), numbers.to_vec()],
        }
        .render(),
        SurfacePicture {
            title: text.clone(),
            caption: text.clone(),
            x_label: text.clone(),
            y_label: text.clone(),
            z_label: text.clone(),
            surfaces: vec![surface.clone(), surface],
            witness: pair.map(|(x, y)| SurfaceWitness {
                x,
                y,
                network: x,
                target: y,
            }),
            toward: pair.map_or([0.0; 3], |(x, y)| [x, y, 1.0]),
            points: Pins {
                pins: (roles.points().points.into_iter())
                    .map(|point| SurfacePoint { point, z: point.x })
                    .collect(),
                ring_name: text.clone(),
            },
            level: pair.map(|(x, _)| x),
            zoom: Some(zoomed),
            has_own_scales: pair.is_some_and(|(x, y)| x < y),
        }
        .render(),
    ]
}

/// Pictures of units, weights and sizes.
fn of_units(roles: &Roles, numbers: &[f64]) -> Vec<String> {
    let Roles { text, line, .. } = roles;
    let points: Vec<(f64, f64, f64)> = line.iter().map(|&(x, y)| (x, y, y)).collect();
    let weights = line.iter().map(|&(x, _)| DiagramWeight {
        from: 0,
        to: 0,
        value: x,
        text: text.clone(),
    });
    let column = |weights: Vec<DiagramWeight>| DiagramLayer {
        name: text.clone(),
        units: vec![(text.clone(), text.clone()); 2],
        weights,
    };
    vec![
        LogPlot {
            title: text.clone(),
            caption: text.clone(),
            series: vec![
                Series {
                    name: text.clone(),
                    points: points.clone(),
                    is_marked: true,
                    is_theory: false,
                };
                2
            ],
            is_x_log: true,
            ..LogPlot::default()
        }
        .render(),
        DiagramPicture {
            title: text.clone(),
            caption: text.clone(),
            layers: vec![column(Vec::new()), column(weights.collect())],
        }
        .render(),
        StackPicture {
            title: text.clone(),
            caption: text.clone(),
            xs: numbers.to_vec(),
            constant: 1.0,
            parts: vec![
                Part {
                    name: text.clone(),
                    values: numbers.to_vec(),
                };
                3
            ],
            ..StackPicture::default()
        }
        .render(),
        RidgesPicture {
            title: text.clone(),
            caption: text.clone(),
            domain: [line.first().copied().unwrap_or((0.0, 1.0)); 2],
            ridges: vec![
                Ridge {
                    name: text.clone(),
                    direction: [1.0, numbers.first().copied().unwrap_or(1.0)],
                    profile: points,
                };
                5
            ],
            ..RidgesPicture::default()
        }
        .render(),
    ]
}

fn over_cells(roles: &Roles) -> Vec<String> {
    let Roles {
        text,
        line,
        rects,
        bound,
    } = roles;
    let partition = PartitionPicture {
        title: text.clone(),
        caption: text.clone(),
        methods: vec![text.clone()],
        cells: rects
            .iter()
            .enumerate()
            .map(|(i, &rect)| PartitionCell {
                rect,
                method: i.checked_sub(1),
                ratio: rect.x0,
                depth: 3,
            })
            .collect(),
        ..PartitionPicture::default()
    };
    vec![
        ErrorPicture {
            title: text.clone(),
            caption: text.clone(),
            x_label: text.clone(),
            y_label: text.clone(),
            cells: rects
                .iter()
                .map(|&rect| ErrorCell {
                    rect,
                    lo: rect.x0,
                    hi: rect.x1,
                })
                .collect(),
            certified: true,
            error_upper: bound.clone(),
            witness: line.first().copied(),
            points: roles.points(),
            ..ErrorPicture::default()
        }
        .render(),
        HalfplanesPicture {
            title: text.clone(),
            caption: text.clone(),
            x_label: text.clone(),
            y_label: text.clone(),
            cells: rects
                .iter()
                .map(|&rect| ClassCell {
                    rect,
                    target: Class::Inside,
                    network: Class::Unknown,
                })
                .collect(),
            lines: line
                .iter()
                .map(|&(a, b)| HalfPlane { a, b, c: a })
                .collect(),
            polygon: line.clone(),
            boundary: vec![line.clone()],
            ..HalfplanesPicture::default()
        }
        .render(),
        partition.render(),
        PartitionPicture {
            one_input: true,
            colour: PartitionColour::Bound,
            ..partition
        }
        .render(),
    ]
}

#[test]
fn any_numbers_give_a_picture() {
    let cases: [&[f64]; 9] = [
        &[],
        &[1.0],
        &[0.0, 0.5, 1.0, 2.0],
        &[3.0; 6],
        &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
        &[-1e300, 1e300, -1e300, 1e300, 0.0],
        &[f64::MIN, 0.0, f64::MAX],
        &[0.0, f64::MIN_POSITIVE / 8.0, 1e-320],
        &[1.0, 1.0 + f64::EPSILON, 1.0, f64::NAN, 2.0],
    ];
    for numbers in cases {
        for picture in all_kinds("a picture", numbers) {
            assert_well_formed(&picture);
        }
    }
}

#[test]
fn texts_are_escaped() {
    let text = "a < b & \"c\" > 'd' ]]> <script>\u{0}\u{1b}\u{fffe}";
    for picture in all_kinds(text, &[0.0, 1.0, 2.0]) {
        assert_well_formed(&picture);
        assert!(picture.contains("a &lt; b &amp; "));
        assert!(!picture.contains("<script") && !picture.contains('\u{1b}'));
    }
}

#[test]
fn equal_input_gives_equal_bytes() {
    let numbers = [0.0, 0.1, 0.5, 0.9, 1.3];
    assert_eq!(all_kinds("t", &numbers), all_kinds("t", &numbers));
}

#[test]
fn a_staircase() {
    let stairs = |shift: f64| -> Vec<Vec<(f64, f64)>> {
        (0..4)
            .map(|i| {
                let x = f64::from(i) / 4.0;
                vec![(x, x + shift), (x + 0.25, x + shift)]
            })
            .collect()
    };
    let picture = CurvePicture {
        title: "four steps".into(),
        caption: "proved: |N − x| ≤ 1/8".into(),
        target: vec![vec![(0.0, 0.0), (1.0, 1.0)]],
        network: stairs(0.125),
        error: (0..4)
            .map(|i| {
                let x = f64::from(i) / 4.0;
                vec![(x, 0.125), (x + 0.25, -0.125)]
            })
            .collect(),
        error_upper: Some(Bound::new(0.125)),
        witness: Some(CurveWitness {
            x: 0.25,
            target: 0.25,
            network: 0.375,
        }),
        ..CurvePicture::default()
    };
    insta::assert_snapshot!(picture.render());
}

#[test]
fn a_tower() {
    let lines = vec![0.0, 0.3, 0.3, 0.7, 0.7, 1.0];
    let on = |i: usize| i == 2 || i == 3;
    let picture = SurfacePicture {
        title: "one tower".into(),
        surfaces: vec![Surface {
            name: String::new(),
            value: String::new(),
            z: (0..6)
                .map(|j| {
                    (0..6)
                        .map(|i| f64::from(u8::from(on(i) && on(j))))
                        .collect()
                })
                .collect(),
            xs: lines.clone(),
            ys: lines,
            facets: None,
        }],
        ..SurfacePicture::default()
    };
    insta::assert_snapshot!(picture.render());
}

use super::*;
use crate::network::json;

fn found(inputs: &str, layers: &str, threshold: Option<&str>, domain: &str) -> Vec<String> {
    let text = format!(
        r#"{{"steeple_network": 1, "inputs": [{inputs}], "outputs": ["z"], "layers": [{layers}]}}"#
    );
    let network = json::read(&text).expect("a network");
    let domain = Domain::parse(domain).expect("a domain");
    let threshold = threshold.map(|text| crate::numbers::literal::parse(text).expect("a number"));
    let found = shapes(&network, &domain, threshold.as_ref());
    found.into_iter().map(|shape| shape.sentence).collect()
}

const SQUARE: &str = "x=0..1,y=0..1";

#[test]
fn a_tower_is_four_steps_under_one_unit() {
    let first = r#"{"activation": "sigmoid", "weights": [["200", "0"], ["200", "0"], ["0", "200"], ["0", "200"]],
        "bias": ["-50", "-150", "-50", "-150"]}"#;
    let tower = |bias: &str| {
        format!(
            r#"{first}, {{"activation": "sigmoid", "weights": [["40", "-40", "40", "-40"]], "bias": ["{bias}"]}},
            {{"activation": "identity", "weights": [["1"]], "bias": ["0"]}}"#
        )
    };
    let inputs = r#""x", "y""#;
    let said = "Units 1-4 make a tower over x in [1/4, 3/4], y in [1/4, 3/4]: unit 1 of layer 2 is on \
                inside, and nowhere else";
    assert_eq!(found(inputs, &tower("-60"), None, SQUARE), [said]);
    // With -30 two steps of three that are on suffice: a cross, and no tower. With -90 nothing is ever on.
    assert_eq!(found(inputs, &tower("-30"), None, SQUARE), [""; 0]);
    assert_eq!(found(inputs, &tower("-90"), None, SQUARE), [""; 0]);
}

#[test]
fn polygons_have_as_many_sides_as_units() {
    let inputs = r#""x", "y""#;
    let octagon = r#"{"activation": "tanh", "weights": [["5", "0"], ["-5", "0"], ["0", "5"], ["0", "5"],
        ["3", "3"], ["-3", "3"], ["3", "-3"], ["-3", "-3"]], "bias": ["5", "5", "5", "-5", "4", "4", "4", "4"]}"#;
    let by = |weights: &str, threshold: Option<&str>| {
        let layers = format!(
            r#"{octagon}, {{"activation": "identity", "weights": [[{weights}]], "bias": ["0"]}}"#
        );
        found(inputs, &layers, threshold, "x=-2..2,y=-2..2")
    };
    // The sides cut corners of x, y in [-1, 1], whose legs are 2/3: the area is 4 - 4 (2/3)^2 / 2.
    let level = r#""1", "1", "1", "-1", "1", "1", "1", "1""#;
    let surround = "Units 1-8 surround an octagon of area 28/9: the sum is highest inside and falls by 2 \
                    across each side; just outside, 7 of 8 parts are left, so only a threshold shows the \
                    octagon alone";
    assert_eq!(by(level, None), [surround]);
    let make = "Units 1-8 make an octagon of area 28/9: the output reaches the threshold 7 inside, and \
                nowhere else";
    assert_eq!(by(level, Some("7")), [make]);
    // The fourth step the other way round leaves y open above; three pairs are left.
    let open = by(r#""1", "1", "1", "1", "1", "1", "1", "1""#, None);
    assert_eq!(open.len(), 3);
    assert!(
        open.iter().all(|said| said.contains("make a wall")),
        "{open:?}"
    );
}

#[test]
fn steps_on_a_line_make_bumps_and_staircases() {
    let by = |bias: &str, weights: &str| {
        let layers = format!(
            r#"{{"activation": "sigmoid", "weights": [["30"], ["30"], ["30"], ["30"]], "bias": [{bias}]}},
            {{"activation": "identity", "weights": [[{weights}]], "bias": ["0"]}}"#
        );
        found(r#""x""#, &layers, None, "x=0..1")
    };
    let even = r#""-3", "-9", "-15", "-21""#;
    assert_eq!(
        by(even, r#""1", "2", "1/2", "7""#),
        ["Units 1-4 make a staircase that goes up: 4 steps, 1/5 apart"]
    );
    assert_eq!(
        by(even, r#""1", "-1", "-2", "2""#),
        [
            "Units 1 and 2 make a bump between x = 1/10 and x = 3/10, of height 1",
            "Units 3 and 4 make a dip between x = 1/2 and x = 7/10, of height 2"
        ]
    );
    assert_eq!(
        by(even, r#""1", "-5", "-2", "3""#),
        ["Units 1-4 make a staircase up and down: 4 steps, 1/5 apart"]
    );
    assert_eq!(
        by(r#""-3", "-9", "-15", "-22""#, r#""1", "-5", "-2", "3""#),
        [""; 0]
    );
}

#[test]
fn parallel_steps_make_walls_and_ditches() {
    let by = |weights: &str| {
        let layers = format!(
            r#"{{"activation": "sigmoid", "weights": [["30", "10"], ["60", "20"], ["7", "1"]], "bias": ["-5", "-30", "0"]}},
            {{"activation": "identity", "weights": [[{weights}]], "bias": ["0"]}}"#
        );
        found(r#""x", "y""#, &layers, None, SQUARE)
    };
    assert_eq!(
        by(r#""3", "-3", "5""#),
        [
            "Units 1 and 2 make a wall between the parallel lines x + 1/3*y = 1/6 and x + 1/3*y = 1/2, of height 3"
        ]
    );
    assert_eq!(
        by(r#""-3", "3", "5""#),
        [
            "Units 1 and 2 make a ditch between the parallel lines x + 1/3*y = 1/6 and x + 1/3*y = 1/2, of height 3"
        ]
    );
    assert_eq!(by(r#""3", "3", "5""#), [""; 0]);
}

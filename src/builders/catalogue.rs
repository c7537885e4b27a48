//! The builders in words, for `steeple catalogue`.

use super::parameters::{BuilderName, Units};

/// A key of `[network]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What holds when it is left out.
    pub default: &'static str,
}

/// What there is to know about a builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The builder.
    pub name: BuilderName,
    /// What it builds, in a line.
    pub summary: &'static str,
    /// The fewest and the most inputs.
    pub inputs: (usize, usize),
    /// The activations it takes, the default one first.
    pub activations: &'static [Units],
    /// The keys it takes.
    pub keys: &'static [Key],
    /// The a-priori bound.
    pub bound: &'static str,
    /// The page under `proofs/theorems`.
    pub theorem: &'static str,
    /// A spec that can be tried.
    pub example: &'static str,
}

impl Entry {
    /// The number of inputs in words.
    pub fn inputs_text(&self) -> &'static str {
        match self.inputs {
            (1, 1) => "1 input",
            (2, 2) => "2 inputs",
            _ => "1 to 4 inputs",
        }
    }
}

const fn key(name: &'static str, default: &'static str) -> Key {
    Key { name, default }
}

const STEPS: &[Units] = &[Units::Sigmoid, Units::Heaviside];
const CELLS: Key = key("cells", "from the tolerance");
const ACTIVATION: Key = key("activation", "sigmoid");
const SECOND: Key = key("second_steepness", "40 (heaviside: 1)");
const SHAPE_LAYERS: Key = key(
    "hidden_layers",
    "2 (1 leaves the decision to the threshold sides - 1/2)",
);

const ENTRIES: &[Entry] = &[
    Entry {
        name: BuilderName::Staircase,
        summary: "stairs in one variable: a step for each line between cells",
        inputs: (1, 1),
        activations: &[Units::Sigmoid, Units::Heaviside, Units::Tanh],
        keys: &[
            ACTIVATION,
            CELLS,
            key("steepness", "40 per cell (tanh: 20, heaviside: 1)"),
            key(
                "ghosts",
                "0 (mirrored steps outside the domain, on each side)",
            ),
        ],
        bound: "sup: L h (1/2 + 2 e^(-wh/2)/(1 - e^(-wh))); heaviside: L h/2",
        theorem: "T21",
        example: r#"[target]
formula = "cos(2*pi*x)"
domain = { x = ["0", "1"] }

[network]
builder = "staircase"
cells = 64

[claim]
norm = "sup"
tolerance = "1/10"
"#,
    },
    Entry {
        name: BuilderName::Interpolant,
        summary: "straight lines between equally spaced points of a function of one variable",
        inputs: (1, 1),
        activations: &[Units::Relu],
        keys: &[key("activation", "relu"), CELLS],
        bound: "sup: max |f''| h^2/8, or L h/2 without a bound on f''",
        theorem: "T22",
        example: r#"[target]
formula = "x^2"
domain = { x = ["0", "1"] }

[network]
builder = "interpolant"
cells = 16

[claim]
norm = "sup"
tolerance = "1/1024"
"#,
    },
    Entry {
        name: BuilderName::Tower,
        summary: "one box: 2d steps and a unit that counts them",
        inputs: (1, 4),
        activations: STEPS,
        keys: &[
            ACTIVATION,
            key("box", "needed: a side for each input"),
            key("height", "1"),
            key(
                "steepness",
                "100 per shortest side of the box (heaviside: 1)",
            ),
            SECOND,
        ],
        bound: "none: heaviside gives the indicator of the box exactly",
        theorem: "T23",
        example: r#"[target]
formula = "x >= 0 and x < 1/2 and y >= 0 and y < 1/2"
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "tower"
box = { x = ["0", "1/2"], y = ["0", "1/2"] }
steepness = 200

[claim]
norm = "area"
tolerance = "1/50"
"#,
    },
    Entry {
        name: BuilderName::Towers,
        summary: "a grid of towers, each as high as the target at its centre",
        inputs: (1, 4),
        activations: STEPS,
        keys: &[
            ACTIVATION,
            CELLS,
            key("steepness", "100 per shortest cell side (heaviside: 1)"),
            SECOND,
        ],
        bound: "ess sup, heaviside: sum of L_i h_i/2; sigmoid: none, the network dips to about 0 \
                where cells meet",
        theorem: "T23",
        example: r#"[target]
formula = "sin(3*x)*cos(2*y)"
inputs = ["x", "y"]
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "towers"
activation = "heaviside"
cells = 32

[claim]
norm = "sup"
tolerance = "1/5"
"#,
    },
    Entry {
        name: BuilderName::Quadrants,
        summary: "a grid of corner steps, which add up to a staircase without dips",
        inputs: (1, 4),
        activations: STEPS,
        keys: &[
            ACTIVATION,
            CELLS,
            key("steepness", "40 per shortest cell side (heaviside: 1)"),
            SECOND,
        ],
        bound: "sup: sum of L_i h_i/2 + largest mixed differences + tails; heaviside: sum of \
                L_i h_i/2",
        theorem: "T24",
        example: r#"[target]
formula = "sin(3*x)*cos(2*y)"
inputs = ["x", "y"]
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "quadrants"
cells = 32

[claim]
norm = "sup"
tolerance = "1/5"
"#,
    },
    Entry {
        name: BuilderName::Polygon,
        summary: "a convex polygon: a unit for each side and one that counts them",
        inputs: (2, 2),
        activations: STEPS,
        keys: &[
            ACTIVATION,
            key("vertices", "needed: points in order around the polygon"),
            SHAPE_LAYERS,
            key("steepness", "400 per shortest side (heaviside: 1)"),
            SECOND,
        ],
        bound: "none: heaviside gives the closed polygon exactly",
        theorem: "T25",
        example: r#"[target]
formula = "abs(x) + abs(y) <= 1"
domain = { x = ["-1", "1"], y = ["-1", "1"] }

[network]
builder = "polygon"
vertices = [["1", "0"], ["0", "1"], ["-1", "0"], ["0", "-1"]]

[claim]
norm = "area"
tolerance = "1/10"
"#,
    },
    Entry {
        name: BuilderName::Disk,
        summary: "an n-gon for a disk, inscribed, circumscribed or with the least wrong area",
        inputs: (2, 2),
        activations: STEPS,
        keys: &[
            ACTIVATION,
            key("sides", "from the tolerance"),
            key("fit", "inscribed"),
            key("centre", "from the target"),
            key("radius", "from the target"),
            key("radius_squared", "from the target"),
            key("rotation", "0 (turns)"),
            SHAPE_LAYERS,
            key(
                "steepness",
                "max(100 n, 16 n^2)/r or a little more (heaviside: 1)",
            ),
            SECOND,
        ],
        bound: "area: that on which disk and polygon differ, + perimeter ln(2n)/w for sigmoid",
        theorem: "T25",
        example: r#"[target]
formula = "x^2 + y^2 <= 1"
domain = { x = ["-3/2", "3/2"], y = ["-3/2", "3/2"] }

[network]
builder = "disk"
sides = 6
fit = "balanced"

[claim]
norm = "area"
tolerance = "1/4"
"#,
    },
];

/// The builders, in the order of [`BuilderName::ALL`].
pub fn catalogue() -> &'static [Entry] {
    ENTRIES
}

/// Returns the entry of a builder.
pub fn entry(name: BuilderName) -> &'static Entry {
    let entry = ENTRIES.iter().find(|entry| entry.name == name);
    entry.expect("every builder is in the catalogue")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builder_is_in_the_catalogue_once_and_its_example_is_toml() {
        let names: Vec<_> = catalogue().iter().map(|entry| entry.name).collect();
        assert_eq!(names, BuilderName::ALL);
        for entry in catalogue() {
            let spec: toml::Table = entry.example.parse().expect("TOML");
            let network = spec["network"].as_table().expect("a table");
            assert_eq!(network["builder"].as_str(), Some(entry.name.name()));
            for key in network.keys().filter(|key| *key != "builder") {
                assert!(entry.keys.iter().any(|known| known.name == key), "{key}");
            }
            assert!(entry.theorem.starts_with('T'));
        }
    }

    #[test]
    fn names_read_back() {
        for name in BuilderName::ALL {
            assert_eq!(BuilderName::from_name(name.name()), Some(name));
        }
        assert_eq!(BuilderName::from_name("Tower"), None);
    }
}

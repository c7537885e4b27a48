//! The list of builders: one line for each.

use std::fmt;

use super::cells::{quadrants, tower, towers};
use super::deep::{fold, maxout_fold, sawtooth};
use super::entry::Entry;
use super::exact;
use super::line::{interpolant, staircase, step};
use super::ridge::network as ridge;
use super::shape::{disk, polygon, polygons};
use super::smallest;
use super::smooth::monomials;

/// Makes the list of builders from a name and an entry for each.
macro_rules! registry {
    ($($name:ident => $entry:path,)*) => {
        /// A builder by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum BuilderName {
            $(
                #[doc = concat!("`", stringify!($entry), "`.")]
                $name,
            )*
        }

        impl BuilderName {
            /// Every builder, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }

        const ENTRIES: &[Entry] = &[$($entry),*];

        /// Returns the entry of a builder.
        pub fn entry(name: BuilderName) -> &'static Entry {
            match name {
                $(BuilderName::$name => &$entry,)*
            }
        }
    };
}

registry! {
    Smallest => smallest::ENTRY,
    Step => step::STEP,
    Bump => step::BUMP,
    Staircase => staircase::ENTRY,
    Interpolant => interpolant::ENTRY,
    Exact => exact::ENTRY,
    Tower => tower::ENTRY,
    Towers => towers::ENTRY,
    Quadrants => quadrants::ENTRY,
    Polygon => polygon::ENTRY,
    Polygons => polygons::ENTRY,
    Disk => disk::ENTRY,
    Ridge => ridge::ENTRY,
    TanhSmooth => monomials::ENTRY,
    Sawtooth => sawtooth::ENTRY,
    Fold => fold::ENTRY,
    MaxoutFold => maxout_fold::ENTRY,
}

impl BuilderName {
    /// The name in specs.
    pub fn name(self) -> &'static str {
        entry(self).name
    }

    /// Finds a builder by name.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|builder| builder.name() == name)
    }
}

impl fmt::Display for BuilderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The builders, in the order of [`BuilderName::ALL`].
pub fn catalogue() -> &'static [Entry] {
    ENTRIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_name_keys_that_there_are_and_their_examples_are_toml() {
        for entry in catalogue() {
            let spec: toml::Table = entry.example.parse().expect("TOML");
            let network = spec["network"].as_table().expect("a table");
            assert_eq!(network["builder"].as_str(), Some(entry.name));
            for key in network.keys().filter(|key| *key != "builder") {
                assert!(entry.keys.iter().any(|known| known.name == key), "{key}");
            }
            for key in entry.keys {
                assert!(key.parameter().is_some(), "{}: {}", entry.name, key.name);
            }
            if let Some(size) = &entry.size {
                assert!(entry.keys.iter().any(|key| key.name == size.name));
            }
            assert!(entry.theorem.starts_with('T'));
        }
    }

    #[test]
    fn names_read_back() {
        for name in BuilderName::ALL {
            assert_eq!(BuilderName::from_name(name.name()), Some(*name));
        }
        assert_eq!(BuilderName::from_name("Tower"), None);
    }
}

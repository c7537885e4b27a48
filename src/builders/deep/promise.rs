//! The number of regions that a theorem promises for a network that was built to have many.

use super::{fold, maxout_fold};
use crate::builders::catalogue::BuilderName;
use crate::builders::parameters::Parameters;
use crate::numbers::Integer;

/// A number of regions, by theorem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The exact number of regions in the domain.
    pub count: Integer,
    /// Are these linear regions? Otherwise activation regions, several of which can be one linear region.
    pub is_linear: bool,
    /// The page under `proofs/theorems`.
    pub theorem: &'static str,
    /// The number as a formula.
    pub statement: &'static str,
}

impl Promise {
    /// The kind of regions.
    pub fn what(&self) -> &'static str {
        if self.is_linear {
            "linear regions"
        } else {
            "activation regions"
        }
    }
}

/// Returns the promise for a network with these parameters; `None` for builders whose theorem is about an
/// error.
pub fn promise(name: BuilderName, chosen: &Parameters, inputs: usize) -> Option<Promise> {
    let widths = chosen.widths.as_deref().filter(|widths| !widths.is_empty());
    match name {
        BuilderName::Fold => {
            let widths = widths?;
            Some(Promise {
                count: fold::regions(widths, inputs),
                is_linear: widths[widths.len() - 1] > inputs,
                theorem: "T31",
                statement: "(product over l < L of the shares of n_l) (sum over j <= n_0 of C(n_L, j))",
            })
        }
        BuilderName::MaxoutFold => Some(Promise {
            count: maxout_fold::regions(chosen.rank?, widths?.len(), inputs),
            is_linear: true,
            theorem: "T32",
            statement: "(1 + (k - 1)(2^L - 1))^(n_0)",
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_are_those_of_the_theorems() {
        let with = |widths: &[usize], rank| Parameters {
            widths: Some(widths.to_vec()),
            rank,
            ..Parameters::default()
        };
        let of = |name, parameters: &Parameters| promise(name, parameters, 2).map(|p| p.count);
        let fold = BuilderName::Fold;
        assert_eq!(of(fold, &with(&[4, 4], None)), Some(Integer::from(44)));
        assert_eq!(of(fold, &with(&[6, 6, 6], None)), Some(Integer::from(1782)));
        let flat = promise(fold, &with(&[4, 2], None), 2).expect("a promise");
        assert_eq!(
            (flat.count.clone(), flat.what()),
            (Integer::from(16), "activation regions")
        );
        let maxout = of(BuilderName::MaxoutFold, &with(&[2, 2], Some(3)));
        assert_eq!(maxout, Some(Integer::from(49)));
        assert_eq!(of(BuilderName::Towers, &with(&[2, 2], Some(3))), None);
    }
}

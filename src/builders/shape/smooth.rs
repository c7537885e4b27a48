//! Disks without sides: three smooth units.

use super::circle::Disk;
use super::disk::{half_direction, turned, wanted_disk};
use crate::builders::error::BuildError;
use crate::builders::parameters::{Fit, Parameters, Units};
use crate::builders::request::{APriori, Built, Request, steepness_without_cells};
use crate::builders::smooth::circles::{self, Circles};
use crate::certificate::Norm;

/// Returns the network that decides "inside" approximately on the target's disk, for the threshold 1/2.
///
/// - Shapes: 2 inputs, 1 output, 1 hidden layer of 3 sigmoid units.
/// - Bound: the area on which the decision and the disk differ.
/// - Exactness: exact weights.
/// - Errors: [`BuildError`], also for keys of polygons.
/// - Source: T33.
pub fn smooth_disk(request: &Request, read: Option<&Disk>) -> Result<Built, BuildError> {
    let given = request.parameters;
    let misfits = [
        ("sides", given.sides.is_some()),
        (
            "activation",
            given.units.is_some_and(|units| units != Units::Sigmoid),
        ),
        (
            "hidden_layers",
            given.hidden_layers.is_some_and(|layers| layers != 1),
        ),
        ("second_steepness", given.second_steepness.is_some()),
    ];
    if let Some((key, _)) = misfits.into_iter().find(|(_, is_given)| *is_given) {
        return Err(BuildError::Smooth(key));
    }
    let disk = wanted_disk(given, read)?;
    let rotation = given.rotation.clone().unwrap_or_default();
    let half = half_direction(&rotation);
    let steepness = steepness_without_cells("disk", given)?;
    let steepness = steepness.unwrap_or_else(|| circles::default_steepness(&disk.radius_squared));
    let (centre, square) = (&disk.centre, &disk.radius_squared);
    let made = Circles::new(centre, square, &steepness, &turned(&half, &half));
    let made = made.ok_or(BuildError::Flat)?;
    let mut notes = vec![
        format!(
            "disk around ({}, {}), radius squared {square}",
            centre.0, centre.1
        ),
        format!("steepness {steepness}; a smaller one is rounder"),
    ];
    let mut a_priori = None;
    if request.norm != Norm::Area {
        notes.push(format!(
            "no a-priori bound for the norm {}; use the norm area",
            request.norm
        ));
    } else if read != Some(&disk) || !request.target.is_region() {
        notes.push("no a-priori bound: the target is not recognised as this disk".to_owned());
    } else if let Some(upper) = made.area_error_upper(request.domain) {
        let statement = "misclassified area <= 2 pi r^2 t, t about 0.031 (w r)^3, at threshold 1/2";
        a_priori = Some(APriori::new(upper, Norm::Area, "T33", statement));
    } else {
        notes.push(
            "no a-priori bound: the steepness or the domain is too large for the expansion"
                .to_owned(),
        );
    }
    let radius = given.radius.clone();
    Ok(Built {
        network: made.network(request.target),
        a_priori,
        notes,
        chosen: Parameters {
            units: Some(Units::Sigmoid),
            fit: Some(Fit::Smooth),
            hidden_layers: Some(1),
            steepness: Some(steepness.into()),
            radius_squared: radius.is_none().then(|| disk.radius_squared.clone()),
            centre: Some(disk.centre),
            radius,
            rotation: Some(rotation),
            ..Parameters::default()
        },
    })
}

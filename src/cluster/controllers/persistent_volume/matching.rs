//! Which volume suits a claim (`FindMatchingVolume`).

use std::sync::Arc;

use crate::apimachinery::builtin::PERSISTENT_VOLUME;
use crate::apimachinery::{LabelSelector, Object, Quantity};
use crate::base::Value;

use super::super::super::registry::Registry;
use super::is_for;

/// The size of a volume or, with another pointer, what a claim asks for.
fn amount(object: &Object, pointer: &str) -> Quantity {
    object.get(pointer).and_then(Quantity::from_value).unwrap_or(Quantity::ZERO)
}

fn has_modes(claim: &Object, volume: &Object) -> bool {
    let offered = volume.list("/spec/accessModes");
    claim.list("/spec/accessModes").iter().all(|mode| offered.contains(mode))
}

fn same(claim: &Object, volume: &Object, field: &str, default: &str) -> bool {
    let text = |object: &Object| match object.text(&format!("/spec/{field}")) {
        "" => default.to_owned(),
        text => text.to_owned(),
    };
    text(claim) == text(volume)
}

/// The volume that suits a claim best: one that is bound to it already, else, unless the choice is
/// left to the scheduler, the one with the fewest access modes and, among these, the smallest.
pub(super) fn best(registry: &Registry, claim: &Object, delayed: bool) -> Option<Arc<Object>> {
    let candidates = registry.store().list(&PERSISTENT_VOLUME, None).filter(|volume| {
        !volume.is_terminating()
            && has_modes(claim, volume)
            && same(claim, volume, "volumeMode", "Filesystem")
            && amount(volume, "/spec/capacity/storage") >= amount(claim, "/spec/resources/requests/storage")
    });
    let candidates: Vec<&Arc<Object>> = candidates.collect();
    if let Some(bound) = candidates.iter().find(|volume| is_for(volume, claim)) {
        return Some(Arc::clone(bound));
    }
    if delayed {
        return None;
    }
    candidates
        .into_iter()
        .filter(|volume| is_free_for(claim, volume))
        .min_by(|one, two| smaller(one, two))
        .cloned()
}

/// Whether a volume that nobody has is of the claim's class and has the labels it asks for.
pub(super) fn is_free_for(claim: &Object, volume: &Object) -> bool {
    let selector = LabelSelector::from_value(claim.get("/spec/selector").unwrap_or(&Value::Null));
    let selects = claim.get("/spec/selector").is_none_or(Value::is_null) || selector.matches(volume.labels());
    volume.text("/status/phase") == "Available"
        && volume.get("/spec/claimRef").is_none_or(Value::is_null)
        && same(claim, volume, "storageClassName", "")
        && selects
}

fn smaller(one: &Object, two: &Object) -> std::cmp::Ordering {
    let modes = |volume: &Object| volume.list("/spec/accessModes").len();
    let size = |volume: &Object| amount(volume, "/spec/capacity/storage");
    modes(one)
        .cmp(&modes(two))
        .then_with(|| size(one).partial_cmp(&size(two)).unwrap_or(std::cmp::Ordering::Equal))
}

/// Why a volume that a claim names does not suit it (`checkVolumeSatisfyClaim`).
pub(super) fn mismatch(claim: &Object, volume: &Object) -> Option<&'static str> {
    if amount(volume, "/spec/capacity/storage") < amount(claim, "/spec/resources/requests/storage") {
        Some("requested PV is too small")
    } else if !same(claim, volume, "storageClassName", "") {
        Some("storageClassName does not match")
    } else if !same(claim, volume, "volumeAttributesClassName", "") {
        Some("VolumeAttributesClassName does not match")
    } else if !same(claim, volume, "volumeMode", "Filesystem") {
        Some("incompatible volumeMode")
    } else if !has_modes(claim, volume) {
        Some("incompatible accessMode")
    } else {
        None
    }
}

//! Where volumes can be attached: in their zone (`VolumeZone`), and no more than a driver takes (`NodeVolumeLimits`).

use std::collections::{BTreeMap, BTreeSet};

use crate::apimachinery::builtin::{CSI_NODE, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::Value;

use super::super::registry::Registry;
use super::candidate::Candidate;
use super::filters::Refusal;
use super::volumes::{claim_names, class_of, waits};

/// Labels of volumes and nodes, and what the older ones are called now.
const TOPOLOGY: &[(&str, &str)] = &[
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("topology.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("topology.kubernetes.io/region", "topology.kubernetes.io/region"),
];

/// Whether a volume's zone is another one than a node's. A node that tells of none has them all.
pub(super) fn is_elsewhere(volume: &Object, node: &Object) -> bool {
    if TOPOLOGY.iter().all(|(label, _)| node.label(label).is_none()) {
        return false;
    }
    TOPOLOGY.iter().any(|(label, newer)| {
        let Some(zones) = volume.label(label) else { return false };
        let here = node.label(label).or_else(|| node.label(newer));
        here.is_none_or(|here| !zones.split("__").any(|zone| zone == here))
    })
}

/// Why a node's drivers take no more volumes.
pub(super) fn limits(
    registry: &Registry,
    wanted: &BTreeSet<(String, String)>,
    candidate: &Candidate,
) -> Vec<Refusal> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let limits = limits_of(registry, candidate.name());
    if limits.is_empty() {
        return Vec::new();
    }
    let mut attached = BTreeSet::new();
    candidate.objects(registry.store()).for_each(|other| add_volumes(registry, other, &mut attached));
    let exceeded = limits.iter().any(|(driver, limit)| {
        let of_driver = |volumes: &BTreeSet<(String, String)>| -> usize {
            volumes.iter().filter(|(found, _)| found == driver).count()
        };
        let new = wanted.iter().filter(|volume| volume.0 == *driver && !attached.contains(*volume)).count();
        new > 0 && of_driver(&attached) + new > *limit
    });
    if exceeded { vec![Refusal::for_now("node(s) exceed max volume count")] } else { Vec::new() }
}

/// How many volumes each driver attaches to a node, as far as it says.
fn limits_of(registry: &Registry, node: &str) -> BTreeMap<String, usize> {
    let Ok(found) = registry.get(&CSI_NODE, &ObjectKey::new("", node)) else { return BTreeMap::new() };
    let limit = |driver: &Value| {
        let count = driver.pointer("/allocatable/count")?.as_u64()?;
        Some((driver["name"].as_str()?.to_owned(), usize::try_from(count).ok()?))
    };
    found.list("/spec/drivers").iter().filter_map(limit).collect()
}

/// The drivers and handles of a Pod's volumes.
pub(super) fn volumes_of(registry: &Registry, pod: &Object) -> BTreeSet<(String, String)> {
    let mut volumes = BTreeSet::new();
    add_volumes(registry, pod, &mut volumes);
    volumes
}

/// The drivers and handles of the volumes that a Pod's claims have, or will be given where it goes.
fn add_volumes(registry: &Registry, pod: &Object, volumes: &mut BTreeSet<(String, String)>) {
    for (name, _) in claim_names(pod) {
        let key = ObjectKey::new(pod.namespace(), name);
        let Ok(claim) = registry.get(&PERSISTENT_VOLUME_CLAIM, &key) else { continue };
        let volume = ObjectKey::new("", claim.text("/spec/volumeName"));
        if let Ok(volume) = registry.get(&PERSISTENT_VOLUME, &volume) {
            let text = |field: &str| volume.text(&format!("/spec/csi/{field}")).to_owned();
            if !text("driver").is_empty() {
                volumes.insert((text("driver"), text("volumeHandle")));
            }
        } else if let Some(class) = class_of(registry, &claim).filter(|class| waits(class)) {
            volumes.insert((class.text("/provisioner").to_owned(), key.to_string()));
        }
    }
}

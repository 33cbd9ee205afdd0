//! What must be true of every cluster once nothing more is due at the present moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::apimachinery::{Kind, LabelSelector, Object, builtin};

use super::super::simulation::Simulation;
use super::super::storage::ChangeType;

/// What the change log said there is.
pub(super) struct Replay {
    cursor: u64,
    objects: BTreeMap<(String, String), Arc<Object>>,
    wrong: Option<String>,
}

fn name(kind: &Kind, object: &Object) -> (String, String) {
    (kind.group_resource(), object.key().to_string())
}

impl Replay {
    /// Everything that there is already.
    pub(super) fn of(simulation: &Simulation) -> Self {
        let store = simulation.registry.store();
        let objects = store.all().map(|object| {
            let kind = crate::apimachinery::kind_of(object.api_version(), object.kind()).unwrap();
            (name(kind, object), Arc::clone(object))
        });
        Self { cursor: store.revision(), objects: objects.collect(), wrong: None }
    }

    /// Follows the log to its end.
    pub(super) fn follow(&mut self, simulation: &Simulation) {
        let store = simulation.registry.store();
        for change in store.changes_since(self.cursor).unwrap() {
            let key = name(change.kind, &change.object);
            if change.revision != self.cursor + 1 || change.object.resource_version() != change.revision {
                self.wrong = Some(format!("revision {} follows {}", change.revision, self.cursor));
            }
            self.cursor = change.revision;
            let before = match change.change_type {
                ChangeType::Deleted => self.objects.remove(&key),
                _ => self.objects.insert(key, Arc::clone(&change.object)),
            };
            if before.is_some() != (change.change_type != ChangeType::Added) || before != change.previous {
                self.wrong = Some(format!("revision {} does not follow from what was", change.revision));
            }
        }
    }

    fn check(&self, simulation: &Simulation) -> Result<(), String> {
        if let Some(wrong) = &self.wrong {
            return Err(wrong.clone());
        }
        let same = self.objects.len() == simulation.registry.store().all().count()
            && simulation.registry.store().all().all(|object| {
                let kind = crate::apimachinery::kind_of(object.api_version(), object.kind()).unwrap();
                self.objects.get(&name(kind, object)) == Some(object)
            });
        expect(same, || "the log told of other objects than there are".to_owned())
    }
}

fn expect(good: bool, wrong: impl FnOnce() -> String) -> Result<(), String> {
    if good { Ok(()) } else { Err(wrong()) }
}

/// What is wrong with the world.
pub(super) fn check(simulation: &Simulation, replay: &Replay) -> Result<(), String> {
    expect(simulation.livelocks().is_empty(), || format!("livelock: {:?}", simulation.livelocks()))?;
    replay.check(simulation)?;
    owners(simulation)?;
    counts(simulation)?;
    addresses(simulation)?;
    endpoints(simulation)
}

fn list(simulation: &Simulation, kind: &'static Kind) -> Vec<Arc<Object>> {
    simulation.registry.list(kind, None)
}

/// No Pod has two controllers, or one that is not there.
fn owners(simulation: &Simulation) -> Result<(), String> {
    let kinds = [
        &builtin::REPLICA_SET,
        &builtin::STATEFUL_SET,
        &builtin::DAEMON_SET,
        &builtin::JOB,
        &builtin::DEPLOYMENT,
        &builtin::NODE,
    ];
    let uids: BTreeSet<String> =
        kinds.iter().flat_map(|kind| list(simulation, kind)).map(|object| object.uid().to_owned()).collect();
    for kind in [&builtin::POD, &builtin::REPLICA_SET] {
        for object in list(simulation, kind) {
            let references = object.list("/metadata/ownerReferences");
            let controllers = references.iter().filter(|reference| reference["controller"] == true).count();
            expect(controllers <= 1, || format!("{} has {controllers} controllers", object.key()))?;
            for reference in references {
                let uid = reference["uid"].as_str().unwrap_or_default();
                expect(uids.contains(uid) || object.is_terminating(), || {
                    format!("{} {} is an orphan of {reference}", object.kind(), object.key())
                })?;
            }
        }
    }
    Ok(())
}

fn is_active(pod: &Object) -> bool {
    !pod.is_terminating() && !matches!(pod.text("/status/phase"), "Succeeded" | "Failed")
}

fn is_ready(pod: &Object) -> bool {
    let conditions = pod.list("/status/conditions");
    conditions.iter().any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

/// The numbers in statuses are those of the Pods.
fn counts(simulation: &Simulation) -> Result<(), String> {
    let all = list(simulation, &builtin::POD);
    let owned = |owner: &Object| -> Vec<&Arc<Object>> {
        all.iter().filter(|pod| pod.controller().is_some_and(|found| found.uid == owner.uid())).collect()
    };
    for set in list(simulation, &builtin::REPLICA_SET) {
        let pods = owned(&set);
        let active: Vec<_> = pods.into_iter().filter(|pod| is_active(pod)).collect();
        let ready = active.iter().filter(|pod| is_ready(pod)).count();
        if set.is_terminating() {
            continue;
        }
        equal(&set, "/status/replicas", active.len())?;
        equal(&set, "/status/readyReplicas", ready)?;
        equal(&set, "/spec/replicas", active.len())?;
    }
    // As upstream does, these two count Pods that are ready although they are going.
    for set in list(simulation, &builtin::DAEMON_SET).iter().filter(|set| !set.is_terminating()) {
        let mut oldest: BTreeMap<&str, &Arc<Object>> = BTreeMap::new();
        for pod in owned(set) {
            let first = oldest.entry(pod.text("/spec/nodeName")).or_insert(pod);
            if pod.creation_timestamp() < first.creation_timestamp() {
                *first = pod;
            }
        }
        let ready = oldest.values().filter(|pod| is_ready(pod)).count();
        equal(set, "/status/numberReady", ready)?;
    }
    for set in list(simulation, &builtin::STATEFUL_SET).iter().filter(|set| !set.is_terminating()) {
        let ready = owned(set).into_iter().filter(|pod| is_ready(pod)).count();
        equal(set, "/status/readyReplicas", ready)?;
    }
    for deployment in list(simulation, &builtin::DEPLOYMENT).iter().filter(|one| !one.is_terminating()) {
        let sets = list(simulation, &builtin::REPLICA_SET);
        let sets = sets.iter().filter(|set| set.controller().is_some_and(|o| o.uid == deployment.uid()));
        let total: i64 = sets.map(|set| set.number("/status/replicas").unwrap_or_default()).sum();
        equal(deployment, "/status/replicas", usize::try_from(total).unwrap_or_default())?;
    }
    for job in list(simulation, &builtin::JOB).iter().filter(|job| !job.is_terminating()) {
        let active = owned(job).into_iter().filter(|pod| is_active(pod)).count();
        equal(job, "/status/active", active)?;
    }
    Ok(())
}

fn equal(object: &Object, pointer: &str, expected: usize) -> Result<(), String> {
    let said = object.number(pointer).unwrap_or_default();
    expect(usize::try_from(said) == Ok(expected), || {
        format!("{} {}: {pointer} is {said}, there are {expected}", object.kind(), object.key())
    })
}

/// No two Pods that run, and no two Services, share an address or a node port.
fn addresses(simulation: &Simulation) -> Result<(), String> {
    let mut seen = BTreeMap::new();
    for pod in list(simulation, &builtin::POD) {
        let ended = matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
        if !ended && !pod.flag("/spec/hostNetwork") {
            unique(&mut seen, pod.text("/status/podIP"), &pod)?;
        }
    }
    for service in list(simulation, &builtin::SERVICE) {
        let address = service.text("/spec/clusterIP");
        unique(&mut seen, if address == "None" { "" } else { address }, &service)?;
        for port in service.list("/spec/ports") {
            let port = port["nodePort"].as_u64().unwrap_or_default();
            unique(&mut seen, &if port == 0 { String::new() } else { port.to_string() }, &service)?;
        }
    }
    Ok(())
}

fn unique(seen: &mut BTreeMap<String, String>, word: &str, object: &Object) -> Result<(), String> {
    if word.is_empty() {
        return Ok(());
    }
    let owner = format!("{} {}", object.kind(), object.key());
    match seen.insert(word.to_owned(), owner.clone()) {
        Some(other) => Err(format!("{owner} and {other} share {word}")),
        None => Ok(()),
    }
}

/// Behind every Service stand the ready Pods that it selects, and nobody else.
fn endpoints(simulation: &Simulation) -> Result<(), String> {
    let slices = list(simulation, &builtin::ENDPOINT_SLICE);
    let pods = list(simulation, &builtin::POD);
    for service in list(simulation, &builtin::SERVICE) {
        let Some(labels) = service.map("/spec/selector") else { continue };
        let selector = LabelSelector::from_map(labels);
        let expected: BTreeSet<&str> = pods
            .iter()
            .filter(|pod| pod.namespace() == service.namespace() && selector.matches(pod.labels()))
            .filter(|pod| is_ready(pod) && is_active(pod))
            .map(|pod| pod.text("/status/podIP"))
            .collect();
        let found: BTreeSet<&str> = slices
            .iter()
            .filter(|slice| slice.namespace() == service.namespace())
            .filter(|slice| slice.label("kubernetes.io/service-name") == Some(service.name()))
            .flat_map(|slice| slice.list("/endpoints"))
            .filter(|endpoint| endpoint["conditions"]["ready"] == true)
            .filter_map(|endpoint| endpoint["addresses"][0].as_str())
            .collect();
        expect(found == expected, || {
            format!("behind {} stand {found:?}, ready are {expected:?}", service.key())
        })?;
    }
    Ok(())
}

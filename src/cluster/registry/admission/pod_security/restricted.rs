//! The restricted level: what hardened Pods do.

use std::collections::BTreeSet;

use crate::base::{Key, Value};

use super::baseline::{added_capabilities, bad_seccomp};
use super::pod_view::{PodView, Setters, containers_text, name, plural, quoted};
use super::{Check, Finding};

/// The checks, in the order of their names.
pub(super) const CHECKS: &[Check] =
    &[privilege_escalation, capabilities, volumes, run_as_non_root, run_as_user, seccomp];

/// Kinds of volumes that say nothing about the node.
const VOLUMES: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

fn privilege_escalation(pod: &PodView<'_>, minor: u32) -> Option<Finding> {
    if minor < 8 || (minor >= 25 && pod.is_for_windows()) {
        return None;
    }
    let names =
        pod.containers_that(|container| container["securityContext"]["allowPrivilegeEscalation"] != false);
    (!names.is_empty()).then(|| {
        let detail =
            format!("{} must set securityContext.allowPrivilegeEscalation=false", containers_text(&names));
        Finding::new("allowPrivilegeEscalation != false", detail)
    })
}

fn capabilities(pod: &PodView<'_>, minor: u32) -> Option<Finding> {
    if minor < 22 || (minor >= 25 && pod.is_for_windows()) {
        return None;
    }
    let keeps = pod.containers_that(|container| {
        let dropped = container["securityContext"]["capabilities"]["drop"].as_array();
        !dropped.is_some_and(|dropped| dropped.iter().any(|name| name == "ALL"))
    });
    let (adds, added) = added_capabilities(pod, &["NET_BIND_SERVICE"]);
    let mut details = Vec::new();
    if !keeps.is_empty() {
        details.push(format!(
            "{} must set securityContext.capabilities.drop=[\"ALL\"]",
            containers_text(&keeps)
        ));
    }
    if !adds.is_empty() {
        details.push(format!(
            "{} must not include {} in securityContext.capabilities.add",
            containers_text(&adds),
            quoted(&added)
        ));
    }
    (!details.is_empty()).then(|| Finding::new("unrestricted capabilities", details.join("; ")))
}

fn volumes(pod: &PodView<'_>, _minor: u32) -> Option<Finding> {
    let kind = |volume: &Value| -> Option<Key> {
        let sources = volume.as_object()?.keys().filter(|key| *key != "name");
        sources.clone().find(|key| !VOLUMES.contains(&key.as_str())).cloned()
    };
    let all = || pod.spec()["volumes"].as_array().into_iter().flatten();
    let names: Vec<&str> = all().filter(|volume| kind(volume).is_some()).map(name).collect();
    let kinds: BTreeSet<Key> = all().filter_map(kind).collect();
    (!names.is_empty()).then(|| {
        let (word, uses) = (plural("volume", "volumes", names.len()), plural("uses", "use", names.len()));
        let types = plural("restricted volume type", "restricted volume types", kinds.len());
        let detail = format!("{word} {} {uses} {types} {}", quoted(&names), quoted(&kinds));
        Finding::new("restricted volume types", detail)
    })
}

fn run_as_non_root(pod: &PodView<'_>, minor: u32) -> Option<Finding> {
    const REASON: &str = "runAsNonRoot != true";
    if minor >= 35 && pod.has_own_users() {
        return None;
    }
    let setters = Setters::find(pod, |security| (security["runAsNonRoot"] == false).then(String::new));
    if !setters.is_empty() {
        let detail = format!("{} must not set securityContext.runAsNonRoot=false", setters.text());
        return Some(Finding::new(REASON, detail));
    }
    if pod.security()["runAsNonRoot"] == true {
        return None;
    }
    let names = pod.containers_that(|container| container["securityContext"]["runAsNonRoot"].is_null());
    (!names.is_empty()).then(|| {
        let who = containers_text(&names);
        Finding::new(REASON, format!("pod or {who} must set securityContext.runAsNonRoot=true"))
    })
}

fn run_as_user(pod: &PodView<'_>, minor: u32) -> Option<Finding> {
    if minor < 23 || (minor >= 35 && pod.has_own_users()) {
        return None;
    }
    let setters = Setters::find(pod, |security| (security["runAsUser"] == 0).then(String::new));
    (!setters.is_empty())
        .then(|| Finding::new("runAsUser=0", format!("{} must not set runAsUser=0", setters.text())))
}

fn seccomp(pod: &PodView<'_>, minor: u32) -> Option<Finding> {
    if minor < 19 || (minor >= 25 && pod.is_for_windows()) {
        return None;
    }
    if let Some(finding) = bad_seccomp(pod) {
        return Some(finding);
    }
    if !pod.security()["seccompProfile"].is_null() {
        return None;
    }
    let names = pod.containers_that(|container| container["securityContext"]["seccompProfile"].is_null());
    (!names.is_empty()).then(|| {
        let what = "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"";
        Finding::new("seccompProfile", format!("pod or {} {what}", containers_text(&names)))
    })
}

//! Pods that still hold what a ConfigMap or Secret said when they started.

use crate::apimachinery::{Kind, Object, builtin};

use super::super::finding::{Finding, name_of};
use super::super::sentences;
use super::{Chain, text};

impl Chain<'_> {
    /// A ConfigMap or Secret that was changed after a Pod had read it for good.
    pub(super) fn stale(self, pod: &Object) -> Option<Finding> {
        let started = pod.text("/status/startTime");
        read_once(pod).into_iter().find_map(|(kind, name)| {
            let source = self.world.named(kind, Some(pod.namespace()), name)?;
            let fields = source.list("/metadata/managedFields").iter();
            let changed = fields.map(|field| text(field, "/time")).max()?;
            let words = [name_of(source), name_of(pod)];
            let finding = Finding::lasting(&sentences::STALE, [&words[0], &words[1]]);
            (changed > started && !started.is_empty()).then(|| finding.shown_by(self.describe(source)))
        })
    }
}

/// What the containers of a Pod read at their start and never again.
fn read_once(pod: &Object) -> Vec<(&'static Kind, &str)> {
    let mut names: Vec<(&'static Kind, &str)> = Vec::new();
    for container in pod.list("/spec/containers") {
        for source in container["envFrom"].as_array().into_iter().flatten() {
            names.push((&builtin::CONFIG_MAP, text(source, "/configMapRef/name")));
            names.push((&builtin::SECRET, text(source, "/secretRef/name")));
        }
        for variable in container["env"].as_array().into_iter().flatten() {
            names.push((&builtin::CONFIG_MAP, text(variable, "/valueFrom/configMapKeyRef/name")));
            names.push((&builtin::SECRET, text(variable, "/valueFrom/secretKeyRef/name")));
        }
        for mount in container["volumeMounts"].as_array().into_iter().flatten() {
            if text(mount, "/subPath").is_empty() {
                continue;
            }
            let volume = pod.list("/spec/volumes").iter().find(|volume| volume["name"] == mount["name"]);
            if let Some(volume) = volume {
                names.push((&builtin::CONFIG_MAP, text(volume, "/configMap/name")));
                names.push((&builtin::SECRET, text(volume, "/secret/secretName")));
            }
        }
    }
    names.retain(|(_, name)| !name.is_empty());
    names
}

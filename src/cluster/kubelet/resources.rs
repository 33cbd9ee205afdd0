//! Resources of running containers: who the container runs as, and limits that follow the spec in place.

use std::sync::Arc;

use serde_json::Value;

use crate::apimachinery::Quantity;

use super::super::runtime;
use super::pod_spec::{self, ContainerSpec};
use super::pod_worker::PodWorker;
use super::usage::limit;

impl PodWorker<'_> {
    /// Lets running containers have the resources that the spec says now; one whose policy asks for it
    /// is restarted (`doPodResizeAction`).
    pub(super) fn follow_resources(&mut self) {
        let pod = Arc::clone(&self.pod);
        for spec in pod_spec::all_containers(&pod) {
            let wanted = spec.get("/resources").cloned().unwrap_or(Value::Null);
            let container = self.container(spec.name());
            if !container.is_running() || container.kill.is_some() || container.resources == wanted {
                continue;
            }
            let before = std::mem::replace(&mut container.resources, wanted.clone());
            if before.is_null() {
                continue;
            }
            let changed = |resource: &str| {
                ["limits", "requests"].iter().any(|list| before[list][resource] != wanted[list][resource])
            };
            let restarts = spec.list("/resizePolicy").iter().any(|policy| {
                policy["restartPolicy"] == "RestartContainer"
                    && policy["resourceName"].as_str().is_some_and(changed)
            });
            self.set_limits(&spec);
            super::machine_files::tell_limits(&mut self.container(spec.name()).layer, &spec);
            if restarts {
                let grace = self.grace();
                self.kill(&spec, &format!("Container {} resize requires restart", spec.name()), grace);
            }
        }
    }

    /// Notes what a container may use.
    pub(super) fn set_limits(&mut self, spec: &ContainerSpec<'_>) {
        let number = |amount: Option<i64>| amount.and_then(|amount| u64::try_from(amount).ok()).unwrap_or(0);
        let resources = spec.get("/resources");
        let container = self.container(spec.name());
        container.cpu_limit = number(limit(resources, "cpu").map(Quantity::milli));
        container.memory_limit = number(limit(resources, "memory").map(Quantity::whole));
        container.resources = resources.cloned().unwrap_or(Value::Null);
    }

    /// Refuses to run as root what must not (`verifyRunAsNonRoot`).
    pub(super) fn verify_user(&self, spec: &ContainerSpec<'_>) -> Result<(), String> {
        let of_pod = |field: &str| self.pod.get(&format!("/spec/securityContext/{field}"));
        let field = |name: &str| {
            spec.get(&format!("/securityContext/{name}"))
                .or_else(|| of_pod(name))
                .filter(|value| !value.is_null())
        };
        if field("runAsNonRoot") != Some(&Value::Bool(true)) {
            return Ok(());
        }
        let full_name = pod_spec::full_name(&self.pod);
        let named = format!("(pod: {full_name:?}, container: {})", spec.name());
        match field("runAsUser").and_then(Value::as_i64) {
            Some(0) => Err(format!("container's runAsUser breaks non-root policy {named}")),
            Some(_) => Ok(()),
            None => {
                let image = Self::image_reference(spec)
                    .and_then(|reference| runtime::image_of(&reference.repository()));
                if image.is_none_or(|image| image.user == 0) {
                    return Err(format!("container has runAsNonRoot and image will run as root {named}"));
                }
                Ok(())
            }
        }
    }
}

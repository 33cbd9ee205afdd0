//! Rules of Nodes.

use crate::apimachinery::{FieldError, FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// Labels that give a node a role: `node-role.kubernetes.io/<role>`.
const ROLE_PREFIX: &str = "node-role.kubernetes.io/";
/// Older label whose value is the role.
const ROLE_LABEL: &str = "kubernetes.io/role";

/// The ranges of a node's Pods: the older field has the word.
fn pod_ranges(node: &Object) -> Vec<&str> {
    let ranges: Vec<&str> = node.list("/spec/podCIDRs").iter().filter_map(Value::as_str).collect();
    match node.text("/spec/podCIDR") {
        "" => ranges,
        range if ranges.first() == Some(&range) => ranges,
        range => vec![range],
    }
}

/// `pkg/registry/core/node`.
pub(crate) struct NodeStrategy;

impl Strategy for NodeStrategy {
    fn accepts_status_on_create(&self) -> bool {
        true
    }

    fn write_out_zero_values(&self, object: &mut Object) {
        if object.get("/spec").is_none() {
            object.set("/spec", json!({}));
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::node_taint_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let mut errors = FieldErrors::new();
        let before = pod_ranges(old);
        if !before.is_empty() && before != pod_ranges(new) {
            let detail = "node updates may not change podCIDR except from \"\" to valid";
            errors.push(FieldError::forbidden("spec.podCIDRs", detail));
        }
        let provider = old.text("/spec/providerID");
        if !provider.is_empty() && provider != new.text("/spec/providerID") {
            let detail = "node updates may not change providerID except from \"\" to valid";
            errors.push(FieldError::forbidden("spec.providerID", detail));
        }
        errors
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Status"),
                Column::text("Roles"),
                columns::AGE,
                Column::text("Version"),
                Column::wide("Internal-IP"),
                Column::wide("External-IP"),
                Column::wide("OS-Image"),
                Column::wide("Kernel-Version"),
                Column::wide("Container-Runtime"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let info = |field: &str| match object.text(&format!("/status/nodeInfo/{field}")) {
            "" => Value::from("<unknown>"),
            text => text.into(),
        };
        vec![
            object.name().into(),
            status(object).into(),
            columns::or_none(&roles(object).join(",")),
            columns::age(object, now),
            object.text("/status/nodeInfo/kubeletVersion").into(),
            columns::or_none(address(object, "InternalIP")),
            columns::or_none(address(object, "ExternalIP")),
            info("osImage"),
            info("kernelVersion"),
            info("containerRuntimeVersion"),
        ]
    }
}

fn status(node: &Object) -> String {
    let ready = match node.condition("Ready") {
        None => "Unknown",
        Some(_) if node.condition_is_true("Ready") => "Ready",
        Some(_) => "NotReady",
    };
    let cordoned = if node.flag("/spec/unschedulable") { ",SchedulingDisabled" } else { "" };
    format!("{ready}{cordoned}")
}

fn roles(node: &Object) -> Vec<String> {
    let mut roles: Vec<String> = node
        .labels()
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| match key.strip_prefix(ROLE_PREFIX) {
            Some(role) => Some(role.to_owned()),
            None if key == ROLE_LABEL => value.as_str().map(str::to_owned),
            None => None,
        })
        .filter(|role| !role.is_empty())
        .collect();
    roles.sort();
    roles.dedup();
    roles
}

fn address<'a>(node: &'a Object, address_type: &str) -> &'a str {
    node.list("/status/addresses")
        .iter()
        .find(|address| address["type"] == address_type)
        .and_then(|address| address["address"].as_str())
        .unwrap_or_default()
}

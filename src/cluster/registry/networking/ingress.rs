//! Rules of Ingresses.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// Where the class stood before `spec.ingressClassName`.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
/// How many hosts a cell lists.
const HOSTS_MAX: usize = 3;

/// `pkg/registry/networking/ingress`.
pub(crate) struct IngressStrategy;

impl Strategy for IngressStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn creates_on_update(&self) -> bool {
        true
    }

    fn write_out_zero_values(&self, object: &mut Object) {
        if object.get("/status/loadBalancer").is_none() {
            object.set("/status/loadBalancer", json!({}));
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::ingress_errors(object)
    }

    fn warnings(&self, object: &Object) -> Vec<String> {
        let deprecated = object.annotation(CLASS_ANNOTATION).map(|_| {
            format!(
                "annotation {CLASS_ANNOTATION:?} is deprecated, please use 'spec.ingressClassName' instead"
            )
        });
        deprecated.into_iter().collect()
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Class"),
                Column::text("Hosts"),
                Column::text("Address"),
                Column::text("Ports"),
                columns::AGE,
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let ports = if object.list("/spec/tls").is_empty() { "80" } else { "80, 443" };
        vec![
            object.name().into(),
            columns::text_or_none(object, "/spec/ingressClassName"),
            hosts(object.list("/spec/rules")).into(),
            addresses(object).into(),
            ports.into(),
            columns::age(object, now),
        ]
    }
}

/// The first hosts of the rules, and how many more rules there are (`formatHosts`).
fn hosts(rules: &[Value]) -> String {
    let mut hosts = Vec::new();
    let mut more = false;
    for rule in rules {
        more |= hosts.len() == HOSTS_MAX;
        if let Some(host) = rule["host"].as_str().filter(|host| !more && !host.is_empty()) {
            hosts.push(host);
        }
    }
    match (hosts.is_empty(), more) {
        (true, _) => "*".to_owned(),
        (_, true) => format!("{} + {} more...", hosts.join(","), rules.len() - HOSTS_MAX),
        _ => hosts.join(","),
    }
}

/// Addresses of the load balancer, sorted.
fn addresses(object: &Object) -> String {
    let entries = object.list("/status/loadBalancer/ingress").iter();
    let mut addresses: Vec<&str> =
        entries.filter_map(|entry| entry["ip"].as_str().or_else(|| entry["hostname"].as_str())).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_lists_three_hosts() {
        let rules = |names: &[&str]| names.iter().map(|name| json!({"host": name})).collect::<Vec<_>>();
        assert_eq!(hosts(&rules(&["", "a"])), "a");
        assert_eq!(hosts(&[json!({})]), "*");
        assert_eq!(hosts(&rules(&["a", "b", "c", "d", "e"])), "a,b,c + 2 more...");
    }
}

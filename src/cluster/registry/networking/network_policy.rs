//! Rules of NetworkPolicies.

use crate::apimachinery::{FieldErrors, LabelSelector, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// `pkg/registry/networking/networkpolicy`.
pub(crate) struct NetworkPolicyStrategy;

impl Strategy for NetworkPolicyStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        if object.get("/spec").is_none_or(Value::is_null) {
            object.set("/spec", json!({}));
        }
        if object.get("/spec/podSelector").is_none_or(Value::is_null) {
            object.set("/spec/podSelector", json!({}));
        }
        for rules in ["/spec/ingress", "/spec/egress"] {
            let Some(Value::Array(rules)) = object.get_mut(rules) else { continue };
            let ports = rules.iter_mut().filter_map(|rule| rule.get_mut("ports")?.as_array_mut()).flatten();
            for port in ports.filter_map(Value::as_object_mut) {
                port.entry("protocol").or_insert_with(|| "TCP".into());
            }
        }
        if object.list("/spec/policyTypes").is_empty() {
            let mut types = vec!["Ingress"];
            if !object.list("/spec/egress").is_empty() {
                types.push("Egress");
            }
            object.set("/spec/policyTypes", types);
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::network_policy_errors(object)
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Pod-Selector"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let selector = LabelSelector::from_value(object.get("/spec/podSelector").unwrap_or(&Value::Null));
        let selector = if selector.is_empty() { "<none>".to_owned() } else { selector.to_string() };
        vec![object.name().into(), selector.into(), columns::age(object, now)]
    }
}

//! Rules of Endpoints.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// `pkg/registry/core/endpoint`.
pub(crate) struct EndpointsStrategy;

impl Strategy for EndpointsStrategy {
    fn creates_on_update(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        let Some(Value::Array(subsets)) = object.get_mut("/subsets") else { return };
        for port in subsets.iter_mut().filter_map(|subset| subset["ports"].as_array_mut()).flatten() {
            if let Value::Object(port) = port {
                port.entry("protocol").or_insert_with(|| "TCP".into());
            }
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::endpoints_errors(object)
    }

    fn deprecation(&self) -> Option<&'static str> {
        Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Endpoints"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let entries: Vec<String> = object.list("/subsets").iter().flat_map(subset_texts).collect();
        vec![object.name().into(), columns::listed(&entries, columns::NONE), columns::age(object, now)]
    }
}

/// `address:port` of every ready address and port of a subset.
fn subset_texts(subset: &Value) -> Vec<String> {
    let texts = |field: &str, inner: &str| -> Vec<String> {
        let items = subset[field].as_array().into_iter().flatten();
        items.map(|item| item[inner].to_string().replace('"', "")).collect()
    };
    let (addresses, ports) = (texts("addresses", "ip"), texts("ports", "port"));
    if ports.is_empty() {
        return addresses;
    }
    ports.iter().flat_map(|port| addresses.iter().map(move |address| format!("{address}:{port}"))).collect()
}

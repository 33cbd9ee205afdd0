//! Rules of EndpointSlices.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// What an EndpointSlice without ports or endpoints shows.
const UNSET: &str = "<unset>";

/// `pkg/registry/discovery/endpointslice`.
pub(crate) struct EndpointSliceStrategy;

impl Strategy for EndpointSliceStrategy {
    fn set_defaults(&self, object: &mut Object) {
        let Some(Value::Array(ports)) = object.get_mut("/ports") else { return };
        for port in ports.iter_mut().filter_map(Value::as_object_mut) {
            port.entry("name").or_insert_with(|| "".into());
            port.entry("protocol").or_insert_with(|| "TCP".into());
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::endpoint_slice_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::endpoint_slice_update_errors(new, old)
    }

    fn counts_generations(&self) -> bool {
        true
    }

    fn desired_state_changed(&self, new: &Object, old: &Object) -> bool {
        ["/metadata/labels", "/metadata/annotations", "/ports", "/endpoints"]
            .iter()
            .any(|pointer| new.get(pointer) != old.get(pointer))
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("AddressType"),
                Column::text("Ports"),
                Column::text("Endpoints"),
                columns::AGE,
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let ports: Vec<String> = object.list("/ports").iter().map(port_text).collect();
        let addresses: Vec<String> = object
            .list("/endpoints")
            .iter()
            .filter_map(|endpoint| endpoint["addresses"].as_array())
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        vec![
            object.name().into(),
            object.text("/addressType").into(),
            columns::listed(&ports, UNSET),
            columns::listed(&addresses, UNSET),
            columns::age(object, now),
        ]
    }
}

fn port_text(port: &Value) -> String {
    match (port["port"].as_i64(), port["name"].as_str()) {
        (Some(number), _) => number.to_string(),
        (None, Some(name)) => name.to_owned(),
        (None, None) => "*".to_owned(),
    }
}

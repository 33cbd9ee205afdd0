//! Rules of CSIDrivers, CSINodes and CSIStorageCapacities: what drivers say about themselves.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::{Field, immutable};

/// Characters that a driver's name may have.
const DRIVER_NAME_LENGTH_MAX: usize = 63;

/// `pkg/registry/storage/csidriver`.
pub(crate) struct CsiDriverStrategy;

impl Strategy for CsiDriverStrategy {
    fn set_defaults(&self, object: &mut Object) {
        for (field, value) in [
            ("attachRequired", json!(true)),
            ("podInfoOnMount", json!(false)),
            ("storageCapacity", json!(false)),
            ("fsGroupPolicy", json!("ReadWriteOnceWithFSType")),
            ("volumeLifecycleModes", json!(["Persistent"])),
            ("requiresRepublish", json!(false)),
            ("seLinuxMount", json!(false)),
        ] {
            let pointer = format!("/spec/{field}");
            if object.get(&pointer).is_none() {
                object.set(&pointer, value);
            }
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let spec = Field::of(object, "spec");
        let mut errors = FieldErrors::new();
        errors.extend(driver_name_error(&Field::of(object, "metadata").child("name")));
        let policies = ["File", "None", "ReadWriteOnceWithFSType"];
        errors.extend(spec.child("fsGroupPolicy").one_of(&policies));
        for mode in spec.child("volumeLifecycleModes").items() {
            errors.extend(mode.one_of(&["Ephemeral", "Persistent"]));
        }
        errors
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let same = |field: &str| {
            immutable(&Field::of(new, "spec").child(field), &Field::of(old, "spec").child(field))
        };
        ["attachRequired", "volumeLifecycleModes"].into_iter().flat_map(same).collect()
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::boolean("AttachRequired"),
                Column::boolean("PodInfoOnMount"),
                Column::boolean("StorageCapacity"),
                Column::text("TokenRequests"),
                Column::boolean("RequiresRepublish"),
                Column::text("Modes"),
                columns::AGE,
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let audiences = object.get("/spec/tokenRequests").and_then(Value::as_array).map(|requests| {
            let audiences: Vec<&str> =
                requests.iter().map(|request| request["audience"].as_str().unwrap_or_default()).collect();
            audiences.join(",")
        });
        let modes: Vec<&str> =
            object.list("/spec/volumeLifecycleModes").iter().filter_map(Value::as_str).collect();
        vec![
            object.name().into(),
            (object.get("/spec/attachRequired") != Some(&Value::Bool(false))).into(),
            object.flag("/spec/podInfoOnMount").into(),
            object.flag("/spec/storageCapacity").into(),
            audiences.unwrap_or_else(|| columns::UNSET.to_owned()).into(),
            object.flag("/spec/requiresRepublish").into(),
            columns::or_none(&modes.join(",")),
            columns::age(object, now),
        ]
    }
}

fn driver_name_error(name: &Field<'_>) -> Option<crate::apimachinery::FieldError> {
    let too_long = name.text().len() > DRIVER_NAME_LENGTH_MAX;
    too_long.then(|| {
        crate::apimachinery::FieldError::new(
            name.path(),
            crate::apimachinery::FieldErrorType::TooLong,
            Value::Null,
            format!("may not be more than {DRIVER_NAME_LENGTH_MAX} bytes"),
        )
    })
}

/// `pkg/registry/storage/csinode`.
pub(crate) struct CsiNodeStrategy;

impl Strategy for CsiNodeStrategy {
    fn write_out_zero_values(&self, object: &mut Object) {
        if object.get("/spec/drivers").is_none() {
            object.set("/spec/drivers", Value::Null);
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let mut errors = FieldErrors::new();
        let mut seen: Vec<&str> = Vec::new();
        for driver in Field::of(object, "spec").child("drivers").items() {
            let (name, node_id) = (driver.child("name"), driver.child("nodeID"));
            if name.is_empty() {
                errors.push(name.required(""));
            } else if seen.contains(&name.text()) {
                errors.push(name.duplicate());
            }
            seen.push(name.text());
            if node_id.is_empty() {
                errors.push(node_id.required(""));
            }
        }
        errors
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::number("Drivers"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        vec![object.name().into(), object.list("/spec/drivers").len().into(), columns::age(object, now)]
    }
}

/// `pkg/registry/storage/csistoragecapacity`.
pub(crate) struct CsiStorageCapacityStrategy;

impl Strategy for CsiStorageCapacityStrategy {
    fn validate(&self, object: &Object) -> FieldErrors {
        let class = Field::of(object, "storageClassName");
        if class.is_empty() { vec![class.required("")] } else { FieldErrors::new() }
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let same = |field: &str| immutable(&Field::of(new, field), &Field::of(old, field));
        ["nodeTopology", "storageClassName"].into_iter().flat_map(same).collect()
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("StorageClassName"), Column::text("Capacity")] }
    }

    fn cells(&self, object: &Object, _now: Timestamp) -> Vec<Value> {
        let capacity = object.text("/capacity");
        vec![
            object.name().into(),
            object.text("/storageClassName").into(),
            if capacity.is_empty() { columns::UNSET.into() } else { capacity.into() },
        ]
    }
}

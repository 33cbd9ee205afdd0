//! Rules of APIServices.

use crate::apimachinery::{FieldErrors, NODE_METRICS, Object};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::Field;

/// The highest `groupPriorityMinimum`.
const GROUP_PRIORITY_MAX: i64 = 20_000;
/// The highest `versionPriority`.
const VERSION_PRIORITY_MAX: i64 = 1_000;

/// `kube-aggregator/pkg/registry/apiservice`.
pub(crate) struct ApiServiceStrategy;

impl Strategy for ApiServiceStrategy {
    fn set_defaults(&self, object: &mut Object) {
        if object.get("/spec/service").is_some() && object.get("/spec/service/port").is_none() {
            object.set("/spec/service/port", 443);
        }
    }

    fn name_errors(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    fn metadata_with_status(&self) -> &'static [&'static str] {
        &[]
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let spec = Field::of(object, "spec");
        let name = Field::of(object, "metadata").child("name");
        let expected = format!("{}.{}", object.text("/spec/version"), object.text("/spec/group"));
        let mut errors = FieldErrors::new();
        if name.text() != expected {
            errors.push(name.invalid(format!("must be `spec.version+\".\"+spec.group`: {expected:?}")));
        }
        if spec.child("group").is_empty() && object.text("/spec/version") != "v1" {
            errors.push(
                spec.child("group").required("only v1 may have an empty group and it better be legacy kube"),
            );
        }
        let (group, version) = (spec.child("groupPriorityMinimum"), spec.child("versionPriority"));
        if !(1..=GROUP_PRIORITY_MAX).contains(&group.number()) {
            errors.push(group.invalid("must be positive and less than 20000"));
        }
        if !(1..=VERSION_PRIORITY_MAX).contains(&version.number()) {
            errors.push(version.invalid("must be positive and less than 1000"));
        }
        let service = spec.child("service");
        if service.is_absent() {
            if !spec.child("caBundle").is_empty() {
                errors.push(spec.child("caBundle").invalid("local APIServices may not have a caBundle"));
            }
            if object.flag("/spec/insecureSkipTLSVerify") {
                let skip = spec.child("insecureSkipTLSVerify");
                errors.push(skip.invalid("local APIServices may not have insecureSkipTLSVerify"));
            }
            return errors;
        }
        for field in ["namespace", "name"].map(|field| service.child(field)) {
            if field.is_empty() {
                errors.push(field.required(""));
            }
        }
        errors
    }

    fn warnings(&self, object: &Object) -> Vec<String> {
        if object.get("/spec/service").is_none() || object.text("/spec/group") == NODE_METRICS.group {
            return Vec::new();
        }
        let line = "not simulated: API servers behind a Service; this APIService is kept and never becomes available";
        vec![line.to_owned()]
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Service"), Column::text("Available"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let service = match object.text("/spec/service/name") {
            "" => "Local".to_owned(),
            name => format!("{}/{name}", object.text("/spec/service/namespace")),
        };
        let text = |field: &str| {
            let condition = object.condition("Available")?;
            condition.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
        };
        let available = match (text("status"), text("reason")) {
            (None, _) => "Unknown".to_owned(),
            (Some("True"), _) => "True".to_owned(),
            (Some(status), Some(reason)) => format!("{status} ({reason})"),
            (Some(status), None) => status.to_owned(),
        };
        vec![object.name().into(), service.into(), available.into(), columns::age(object, now)]
    }
}

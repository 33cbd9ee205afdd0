//! Rules of Events.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// `pkg/registry/core/event`.
pub(crate) struct EventStrategy {
    /// Whether it came as one of events.k8s.io.
    pub newer: bool,
}

impl Strategy for EventStrategy {
    fn validate(&self, object: &Object) -> FieldErrors {
        validation::event_errors(object, self.newer)
    }

    fn add_rule_errors(&self, new: &Object, old: Option<&Object>, errors: &mut FieldErrors) {
        match old {
            _ if !self.newer => {}
            None => errors.extend(validation::newer_event_errors(new)),
            Some(old) => errors.extend(validation::newer_event_update_errors(new, old)),
        }
    }

    fn creates_on_update(&self) -> bool {
        true
    }

    fn write_out_zero_values(&self, object: &mut Object) {
        for time in ["eventTime", "firstTimestamp", "lastTimestamp"] {
            object.field_mut(time);
        }
        if object.field("source").is_null() {
            object.set("/source", json!({}));
        }
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                Column::text("Last Seen"),
                Column::text("Type"),
                Column::text("Reason"),
                Column::text("Object"),
                Column::wide("Subobject"),
                Column::wide("Source"),
                Column::text("Message"),
                Column::wide("First Seen"),
                Column::wide("Count"),
                Column::wide("Name"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let event_time = object.time("/eventTime");
        let first = object.time("/firstTimestamp").or(event_time);
        let series = object.get("/series").is_some();
        let last = if series {
            object.time("/series/lastObservedTime")
        } else {
            object.time("/lastTimestamp").or(first)
        };
        let count = if series {
            columns::count(object, "/series/count")
        } else {
            columns::count(object, "/count").max(1)
        };
        vec![
            columns::since(last, now).into(),
            object.text("/type").into(),
            object.text("/reason").into(),
            involved_object(object).into(),
            object.text("/involvedObject/fieldPath").into(),
            source(object).into(),
            object.text("/message").trim().into(),
            columns::since(first, now).into(),
            count.into(),
            object.name().into(),
        ]
    }
}

fn involved_object(event: &Object) -> String {
    let kind = event.text("/involvedObject/kind").to_lowercase();
    match event.text("/involvedObject/name") {
        "" => kind,
        name => format!("{kind}/{name}"),
    }
}

fn source(event: &Object) -> String {
    let first_of = |one: &'static str, two: &'static str| match event.text(one) {
        "" => event.text(two),
        text => text,
    };
    let component = first_of("/source/component", "/reportingComponent");
    match first_of("/source/host", "/reportingInstance") {
        "" => component.to_owned(),
        host => format!("{component}, {host}"),
    }
}

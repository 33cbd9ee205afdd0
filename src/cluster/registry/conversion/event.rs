//! events.k8s.io/v1 Event, stored as core/v1 Event.

use crate::apimachinery::Object;
use crate::base::{Map, Value};

use super::rename;

/// Fields that the two versions name differently: events.k8s.io/v1, core/v1.
const NAMES: &[(&str, &str)] = &[
    ("/regarding", "/involvedObject"),
    ("/note", "/message"),
    ("/reportingController", "/reportingComponent"),
    ("/deprecatedSource", "/source"),
    ("/deprecatedFirstTimestamp", "/firstTimestamp"),
    ("/deprecatedLastTimestamp", "/lastTimestamp"),
    ("/deprecatedCount", "/count"),
];

/// To core/v1.
pub(super) fn to_core(object: &mut Object) {
    for (events, core) in NAMES {
        rename(object, events, core);
    }
    for text in ["/reportingComponent", "/reportingInstance"] {
        if object.get(text).is_none() {
            object.set(text, "");
        }
    }
}

/// To events.k8s.io/v1.
pub(super) fn to_events(object: &mut Object) {
    for (events, core) in NAMES {
        rename(object, core, events);
    }
    for text in ["/reportingController", "/reportingInstance"] {
        if object.text(text).is_empty() {
            object.remove(text);
        }
    }
    for part in ["/regarding", "/deprecatedSource"] {
        if object.get(part).is_none() {
            object.set(part, Map::new());
        }
    }
    for time in ["/eventTime", "/deprecatedFirstTimestamp", "/deprecatedLastTimestamp"] {
        if object.get(time).is_none() {
            object.set(time, Value::Null);
        }
    }
}

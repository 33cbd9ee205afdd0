//! Full objects of every kind, as a genuine release encodes them: read from protobuf and from JSON alike.
//!
//! The files are no part of this repository; where they are missing the test says that it was skipped.

use std::path::Path;

use super::*;
use crate::apimachinery::kinds::{KINDS, Kind, unstored};
use crate::apimachinery::{decode_strictly, schema};
use crate::base::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/data/api-roundtrip");

/// Where two values differ.
fn differences(path: &str, expected: &Value, found: &Value, told: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let path = format!("{path}.{key}");
                match found.get(key) {
                    Some(other) => differences(&path, value, other, told),
                    None => told.push(format!("{path} is missing: {value}")),
                }
            }
            let more = found.iter().filter(|(key, _)| !expected.contains_key(key));
            told.extend(more.map(|(key, value)| format!("{path}.{key} is too much: {value}")));
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (index, (value, other)) in expected.iter().zip(found).enumerate() {
                differences(&format!("{path}[{index}]"), value, other, told);
            }
        }
        _ if expected == found => {}
        _ => told.push(format!("{path}: {expected} became {found}")),
    }
}

fn examine(kind: &Kind, told: &mut Vec<String>) {
    let group = if kind.group.is_empty() { "core" } else { kind.group };
    let name = format!("{group}.{}.{}", kind.version, kind.kind);
    let path = |extension: &str| Path::new(FOLDER).join(format!("{name}.{extension}"));
    // The folder has none of the kinds of the aggregator and of apiextensions: they are known as JSON alone.
    let Ok(text) = std::fs::read(path("json")) else {
        return assert!(kind.group.starts_with("api"), "{name} is missing");
    };
    let expected: Value = serde_json::from_slice(&text).unwrap();
    match decode_strictly(kind, &expected) {
        Ok(read) => {
            told.extend(read.unknown_fields.iter().map(|field| format!("{name}: unknown field {field}")));
            differences(&format!("{name} as JSON: "), &expected, &read.value, told);
        }
        Err(status) => told.push(format!("{name}: {status}")),
    }
    match decode(&std::fs::read(path("pb")).unwrap()) {
        Ok(read) => differences(&format!("{name} as protobuf: "), &expected, &read, told),
        Err(error) => told.push(format!("{name}: {error}")),
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that proves nothing must say so")]
fn full_objects_of_every_kind_are_read_alike() {
    if !Path::new(FOLDER).is_dir() {
        eprintln!("SKIPPED: no objects of a genuine release in {FOLDER}");
        return;
    }
    let mut told = Vec::new();
    for kind in KINDS.iter().chain(unstored::TABLE).filter(|kind| schema::of(kind).is_some()) {
        examine(kind, &mut told);
    }
    assert!(told.is_empty(), "{} differences:\n{}", told.len(), told.join("\n"));
}

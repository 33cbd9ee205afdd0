//! Every type of the API: a table of facts, of which a line is read when its type is asked for.
//!
//! A line of `types.txt` reads `TYPE @GROUP/VERSION/KIND FIELD=TYPE FIELD!=TYPE …`: the kind only where
//! objects have the type; `!` marks required fields; `[]` and `{}` lists of and maps to what follows.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use super::go_facts;
use super::list_types::{ATOMIC_TYPES, LIST_FACTS};
use super::types::{Field, FieldType, GroupVersionKind, ListType, TypeReference, TypeSchema};
use crate::apimachinery::kinds::{KINDS, Kind};

pub(in crate::apimachinery) const TABLE: &str = include_str!("types.txt");

/// One line of the table.
struct Line {
    name: &'static str,
    kind: Option<GroupVersionKind<'static>>,
    fields: &'static str,
    schema: OnceLock<TypeSchema>,
}

struct Catalogue {
    /// Sorted by name.
    lines: Vec<Line>,
    by_kind: BTreeMap<GroupVersionKind<'static>, usize>,
}

/// The type of a served kind's objects; `None` for kinds that Kubernetes does not bring along.
#[must_use]
pub fn of(kind: &Kind) -> Option<&'static TypeSchema> {
    /// By place in the table of kinds.
    static BY_PLACE: LazyLock<Vec<Option<TypeReference>>> =
        LazyLock::new(|| KINDS.iter().map(|kind| reference(kind.group, kind.version, kind.kind)).collect());
    match BY_PLACE.get(kind.place) {
        Some(reference) => reference.map(at),
        None => of_group_version_kind(kind.group, kind.version, kind.kind),
    }
}

/// The type of the objects with that group, version and kind.
#[must_use]
pub fn of_group_version_kind(group: &str, version: &str, kind: &str) -> Option<&'static TypeSchema> {
    reference(group, version, kind).map(at)
}

fn reference(group: &str, version: &str, kind: &str) -> Option<TypeReference> {
    let by_kind: &BTreeMap<GroupVersionKind<'_>, usize> = &catalogue().by_kind;
    by_kind.get(&GroupVersionKind { group, version, kind }).map(|index| TypeReference(*index))
}

/// The type with that full name, `io.k8s.api.core.v1.PodSpec`.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static TypeSchema> {
    catalogue().find(name).map(at)
}

pub(super) fn at(reference: TypeReference) -> &'static TypeSchema {
    let line = &catalogue().lines[reference.0];
    line.schema.get_or_init(|| read(line))
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let lines: Vec<Line> = TABLE.lines().map(split).collect();
        let kinds = lines.iter().enumerate().filter_map(|(index, line)| Some((line.kind?, index)));
        Catalogue { by_kind: kinds.collect(), lines }
    })
}

impl Catalogue {
    fn find(&self, name: &str) -> Option<TypeReference> {
        self.lines.binary_search_by(|line| line.name.cmp(name)).ok().map(TypeReference)
    }
}

fn split(line: &'static str) -> Line {
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (kind, fields) = match rest.strip_prefix('@') {
        Some(rest) => rest.split_once(' ').unwrap_or((rest, "")),
        None => ("", rest),
    };
    let mut parts = kind.split('/');
    let kind = match (parts.next(), parts.next(), parts.next()) {
        (Some(group), Some(version), Some(kind)) => Some(GroupVersionKind { group, version, kind }),
        _ => None,
    };
    Line { name, kind, fields, schema: OnceLock::new() }
}

fn read(line: &'static Line) -> TypeSchema {
    let fields = line
        .fields
        .split(' ')
        .filter_map(|word| {
            let (field, field_type) = word.split_once('=')?;
            let name = field.trim_end_matches('!');
            Some((name, field_of(line, name, field != name, field_type)))
        })
        .collect();
    TypeSchema {
        name: line.name,
        fields,
        kind: line.kind,
        atomic: ATOMIC_TYPES.contains(&line.name),
        go_order: OnceLock::new(),
    }
}

fn field_of(line: &Line, field: &str, required: bool, field_type: &'static str) -> Field {
    let type_name = line.name;
    let field_type = field_type_of(field_type);
    let fact = LIST_FACTS.iter().find(|fact| fact.type_name == type_name && fact.field == field);
    // The parts of a kind are structs, no pointers; k8s-openapi calls `metadata` required, upstream does not.
    let is_part = line.kind.is_some()
        && matches!(field, "metadata" | "spec" | "status")
        && matches!(field_type, FieldType::Message(_));
    let required = required && !(is_part && field == "metadata");
    let is_template = go_facts::TEMPLATES.contains(&type_name) && matches!(field, "metadata" | "spec");
    let pointer_string = go_facts::lists(go_facts::POINTER_STRINGS, type_name, field);
    let omits_zero = !required
        && match field_type {
            FieldType::String | FieldType::Bytes => {
                !pointer_string && !go_facts::lists(go_facts::WRITTEN_EMPTY, type_name, field)
            }
            _ => go_facts::lists(go_facts::OMITTED_ZEROS, type_name, field),
        };
    Field {
        required,
        value_struct: is_part || is_template || go_facts::lists(go_facts::VALUE_STRUCTS, type_name, field),
        omits_zero,
        go_string_type: go_facts::NAMED_STRINGS
            .iter()
            .find(|(name, named_field, _)| *name == type_name && *named_field == field)
            .map(|(_, _, go_type)| *go_type),
        patch_strategy: fact.map_or("", |fact| fact.patch_strategy),
        patch_merge_key: fact.map_or("", |fact| fact.patch_merge_key),
        list_type: match fact.map_or("", |fact| fact.list_type) {
            "set" => ListType::Set,
            "map" => fact.map_or(ListType::Atomic, |fact| ListType::Map(fact.map_keys)),
            _ => ListType::Atomic,
        },
        atomic_map: fact.is_some_and(|fact| fact.atomic_map),
        field_type,
    }
}

fn field_type_of(word: &'static str) -> FieldType {
    if let Some(items) = word.strip_prefix("[]") {
        return FieldType::Array(Box::new(field_type_of(items)));
    }
    if let Some(values) = word.strip_prefix("{}") {
        return FieldType::Map(Box::new(field_type_of(values)));
    }
    match word {
        "string" => FieldType::String,
        "int32" => FieldType::Integer32,
        "int64" => FieldType::Integer64,
        "number" => FieldType::Number,
        "bool" => FieldType::Boolean,
        "bytes" => FieldType::Bytes,
        "time" => FieldType::Time,
        "microtime" => FieldType::MicroTime,
        "quantity" => FieldType::Quantity,
        "int-or-string" => FieldType::IntOrString,
        name => catalogue().find(name).map_or(FieldType::Any, FieldType::Message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::{KINDS, kind_of};

    #[test]
    fn every_served_kind_has_a_type() {
        for kind in KINDS {
            assert!(of(kind).is_some(), "{kind:?}");
        }
    }

    #[test]
    fn every_fact_is_about_a_field_that_exists() {
        for fact in LIST_FACTS {
            let schema = by_name(fact.type_name).unwrap_or_else(|| panic!("{}", fact.type_name));
            assert!(schema.field(fact.field).is_some(), "{} {}", fact.type_name, fact.field);
        }
        let tables = [go_facts::VALUE_STRUCTS, go_facts::OMITTED_ZEROS, go_facts::POINTER_STRINGS];
        for (type_name, fields) in tables.into_iter().flatten() {
            let schema = by_name(type_name).unwrap_or_else(|| panic!("{type_name}"));
            for field in *fields {
                assert!(schema.field(field).is_some(), "{type_name} {field}");
            }
        }
        for (type_name, field, _) in go_facts::NAMED_STRINGS {
            assert!(
                by_name(type_name).is_some_and(|schema| schema.field(field).is_some()),
                "{type_name} {field}"
            );
        }
    }

    #[test]
    fn types_of_fields_are_read_from_the_schemas() {
        let deployment = of(kind_of("apps/v1", "Deployment").unwrap()).unwrap();
        let spec = deployment.field("spec").unwrap().field_type.message().unwrap();
        assert_eq!(spec.go_name(), "DeploymentSpec");
        assert_eq!(spec.field("replicas").unwrap().field_type, FieldType::Integer32);
        assert!(spec.field("selector").unwrap().required);
        assert!(!deployment.field("metadata").unwrap().required);
        let pod_spec = by_name("io.k8s.api.core.v1.PodSpec").unwrap();
        let containers = pod_spec.field("containers").unwrap();
        assert_eq!(containers.field_type.go_type(), "[]v1.Container");
        assert_eq!(containers.patch_merge_key, "name");
        assert_eq!(
            by_name("io.k8s.api.core.v1.Secret").unwrap().field("data").unwrap().field_type.go_type(),
            "map[string][]uint8"
        );
        let limits = by_name("io.k8s.api.core.v1.ResourceRequirements").unwrap().field("limits").unwrap();
        assert_eq!(limits.field_type, FieldType::Map(Box::new(FieldType::Quantity)));
        let started = by_name("io.k8s.api.core.v1.PodStatus").unwrap().field("startTime").unwrap();
        assert_eq!(started.field_type, FieldType::Time);
    }
}

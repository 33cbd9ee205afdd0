//! Reads a request's JSON as upstream's Go types would: wrong types refused, unknown fields named and dropped.

use super::places::{Place, Places, plain_mismatch};
use super::scalars;
use super::types::{Field, FieldType, TypeSchema};
use crate::apimachinery::custom;
use crate::apimachinery::kinds::Kind;
use crate::apimachinery::object::Object;
use crate::apimachinery::quantity::{QUANTITY_FORMAT_ERROR, Quantity};
use crate::apimachinery::status::Status;
use crate::base::{Map, Number, Value};

/// An object as it comes out of a round trip through its Go type.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The object without unknown fields and without what `omitempty` leaves out.
    pub value: Value,
    /// Paths of unknown fields, `spec.template.spec.containers[0].imagee`.
    pub unknown_fields: Vec<String>,
}

/// Reads an object of a kind; a custom one by its structural schema.
///
/// # Errors
/// 400 when a field has the wrong JSON type or a malformed value, worded as upstream words it.
pub fn decode(kind: &Kind, value: &Value) -> Result<Decoded, Status> {
    if let Some(custom) = kind.custom {
        return custom::decode(kind, custom, value);
    }
    match super::of(kind) {
        Some(schema) => decode_as(schema, kind.kind, kind.version, value),
        None => Ok(Decoded { value: value.clone(), unknown_fields: Vec::new() }),
    }
}

/// Reads an object of a type; `kind` and `version` word the errors.
///
/// # Errors
/// As [`decode`].
pub fn decode_as(
    schema: &'static TypeSchema,
    kind: &str,
    version: &str,
    value: &Value,
) -> Result<Decoded, Status> {
    let (mut reader, mut value) = (Reader::default(), value.clone());
    if !reader.message(schema, &mut value, None).map_err(|error| refusal(kind, version, &error))? {
        value = Value::Object(Map::new());
    }
    Ok(Decoded { value, unknown_fields: reader.unknown_fields })
}

/// Reads an object in its place; gives back the paths of unknown fields. What it shares with `known` was
/// read before.
///
/// # Errors
/// As [`decode`].
pub fn decode_object(
    kind: &Kind,
    object: &mut Object,
    known: Option<&Object>,
) -> Result<Vec<String>, Status> {
    let Some(schema) = super::of(kind).filter(|_| kind.custom.is_none()) else {
        let decoded = decode(kind, object.value())?;
        *object = Object::from_value(decoded.value)
            .ok_or_else(|| Status::bad_request("the request body is not an object"))?;
        return Ok(decoded.unknown_fields);
    };
    let mut reader = Reader::default();
    let fresh = |(name, _): &(&str, &Value)| !known.is_some_and(|known| object.shares(known, name));
    let names: Vec<String> = object.fields().filter(fresh).map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let read =
            reader.field(schema, &name, object.field_mut(&name), known.and_then(|known| known.entry(&name)));
        if !read.map_err(|error| refusal(kind.kind, kind.version, &error))? {
            object.remove_field(&name);
        }
    }
    for (name, field) in schema.fields.iter().filter(|(_, field)| field.value_struct) {
        if object.field(name).is_null() {
            *object.field_mut(name) = zero(&field.field_type);
        }
    }
    Ok(reader.unknown_fields)
}

/// 400 for strict field validation: names unknown (and, as given, duplicate) fields.
///
/// `errors` are phrases such as `unknown field "spec.replica"`.
#[must_use]
pub fn strict_error(kind: &Kind, errors: &[String]) -> Status {
    refusal(kind.kind, kind.version, &format!("strict decoding error: {}", errors.join(", ")))
}

fn refusal(kind: &str, version: &str, error: &str) -> Status {
    Status::bad_request(format!("{kind} in version {version:?} cannot be handled as a {kind}: {error}"))
}

/// Makes of values what Go would write of them after it has read them. Its functions answer whether it would
/// write anything at all.
#[derive(Default)]
struct Reader {
    places: Places,
    unknown_fields: Vec<String>,
}

impl Reader {
    fn message(
        &mut self,
        schema: &'static TypeSchema,
        value: &mut Value,
        known: Option<&Value>,
    ) -> Result<bool, String> {
        let map = match value {
            Value::Object(map) => map,
            Value::Null => return Ok(false),
            other => return Err(self.places.mismatch(json_type(other), &schema.go_type())),
        };
        let mut outcome = Ok(());
        map.retain(|name, value| {
            outcome.is_ok()
                && self.field(schema, name, value, known.and_then(|known| known.get(name))).unwrap_or_else(
                    |error| {
                        outcome = Err(error);
                        false
                    },
                )
        });
        outcome?;
        add_value_structs(schema, map);
        Ok(true)
    }

    /// Reads a field. What it shares with what is known there was read before.
    fn field(
        &mut self,
        schema: &'static TypeSchema,
        name: &str,
        value: &mut Value,
        known: Option<&Value>,
    ) -> Result<bool, String> {
        let Some((name, field)) = schema.fields.get_key_value(name) else {
            let path = self.places.path_to(name);
            self.unknown_fields.push(path);
            return Ok(false);
        };
        self.places.push(Place::Field(schema.go_name(), name));
        let written = self.value(&field.field_type, field.go_string_type, value, known)?;
        self.places.pop();
        Ok(written && !is_omitted(field, value))
    }

    fn value(
        &mut self,
        expected: &'static FieldType,
        go_type: Option<&str>,
        value: &mut Value,
        known: Option<&Value>,
    ) -> Result<bool, String> {
        if value.is_object() && known.is_some_and(|known| value.is_shared_with(known)) {
            return Ok(true);
        }
        if value.is_null() && *expected != FieldType::Any {
            return Ok(false);
        }
        match expected {
            FieldType::Message(reference) => return self.message(reference.schema(), value, known),
            FieldType::Array(item) => self.array(expected, item, value, known)?,
            FieldType::Map(item) => self.map(expected, item, value, known)?,
            _ => self.scalar(expected, go_type, value)?,
        }
        Ok(true)
    }

    fn array(
        &mut self,
        expected: &FieldType,
        item_type: &'static FieldType,
        value: &mut Value,
        known: Option<&Value>,
    ) -> Result<(), String> {
        let Value::Array(items) = value else {
            return Err(self.places.mismatch(json_type(value), &expected.go_type()));
        };
        for (index, item) in items.iter_mut().enumerate() {
            self.places.push(Place::Index(index));
            if !self.value(item_type, None, item, known.and_then(|known| known.get(index)))? {
                *item = zero(item_type);
            }
            self.places.pop();
        }
        Ok(())
    }

    fn map(
        &mut self,
        expected: &FieldType,
        item_type: &'static FieldType,
        value: &mut Value,
        known: Option<&Value>,
    ) -> Result<(), String> {
        let Value::Object(entries) = value else {
            return Err(self.places.mismatch(json_type(value), &expected.go_type()));
        };
        // The key is told of fields below alone.
        let has_fields = matches!(item_type, FieldType::Message(_) | FieldType::Array(_) | FieldType::Map(_));
        for (key, item) in entries {
            if has_fields {
                self.places.push(Place::Key(key.to_string()));
            }
            if !self.value(item_type, None, item, known.and_then(|known| known.get(key)))? {
                *item = zero(item_type);
            }
            if has_fields {
                self.places.pop();
            }
        }
        Ok(())
    }

    fn scalar(&self, expected: &FieldType, go_type: Option<&str>, value: &mut Value) -> Result<(), String> {
        match (expected, &*value) {
            (FieldType::Any, _)
            | (FieldType::String, Value::String(_))
            | (FieldType::Boolean, Value::Bool(_))
            | (FieldType::Number, Value::Number(_))
            | (FieldType::IntOrString, Value::String(_)) => Ok(()),
            (FieldType::Integer32 | FieldType::Integer64, Value::Number(number)) => {
                self.check_integer(expected, number)
            }
            (FieldType::IntOrString, Value::Number(number)) => match number.as_i64() {
                Some(whole) if i32::try_from(whole).is_ok() => Ok(()),
                _ => Err(plain_mismatch(&format!("number {number}"), "int32")),
            },
            (FieldType::IntOrString, other) => Err(plain_mismatch(json_type(other), "int32")),
            (FieldType::Bytes, Value::String(text)) => scalars::check_base64(text),
            (FieldType::Time | FieldType::MicroTime, Value::String(text)) => {
                *value = scalars::normal_time(text, *expected == FieldType::MicroTime)?.into();
                Ok(())
            }
            (FieldType::Time | FieldType::MicroTime, other) => {
                Err(plain_mismatch(json_type(other), "string"))
            }
            (FieldType::Quantity, _) => {
                let quantity = Quantity::from_value(value).ok_or_else(|| QUANTITY_FORMAT_ERROR.to_owned())?;
                *value = quantity.to_string().into();
                Ok(())
            }
            (_, other) => {
                let go_type = go_type.map_or_else(|| expected.go_type(), str::to_owned);
                Err(self.places.mismatch(json_type(other), &go_type))
            }
        }
    }

    fn check_integer(&self, expected: &FieldType, number: &Number) -> Result<(), String> {
        let fits = number
            .as_i64()
            .is_some_and(|whole| *expected == FieldType::Integer64 || i32::try_from(whole).is_ok());
        if fits {
            Ok(())
        } else {
            Err(self.places.mismatch(&format!("number {number}"), &expected.go_type()))
        }
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What Go leaves out because of `omitempty`.
fn is_omitted(field: &Field, value: &Value) -> bool {
    if field.required {
        return false;
    }
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty() && matches!(field.field_type, FieldType::Map(_)),
        Value::String(text) => field.omits_zero && text.is_empty(),
        Value::Number(number) => field.omits_zero && number.as_i64() == Some(0),
        Value::Bool(flag) => field.omits_zero && !flag,
        Value::Null => true,
    }
}

/// What a JSON null becomes inside a list or a map.
fn zero(item: &'static FieldType) -> Value {
    match item {
        FieldType::String | FieldType::Bytes => Value::String(String::new()),
        FieldType::Integer32 | FieldType::Integer64 | FieldType::Number | FieldType::IntOrString => 0.into(),
        FieldType::Boolean => Value::Bool(false),
        FieldType::Quantity => "0".into(),
        FieldType::Message(reference) => {
            let mut empty = Map::new();
            add_value_structs(reference.schema(), &mut empty);
            Value::Object(empty)
        }
        FieldType::Map(_) => Value::Object(Map::new()),
        FieldType::Array(_) => Value::Array(Vec::new()),
        FieldType::Time | FieldType::MicroTime | FieldType::Any => Value::Null,
    }
}

/// Structs that Go writes although nobody gave them.
fn add_value_structs(schema: &'static TypeSchema, decoded: &mut Map) {
    for (name, field) in schema.fields.iter().filter(|(_, field)| field.value_struct) {
        if !decoded.contains_key(name) {
            decoded.insert((*name).to_owned(), zero(&field.field_type));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin::{CONFIG_MAP, DEPLOYMENT, POD, SECRET, SERVICE};
    use crate::base::json;

    fn deployment(spec: Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})
    }

    fn error(kind: &Kind, value: &Value) -> String {
        let message = decode(kind, value).unwrap_err().message;
        let prefix =
            format!("{} in version {:?} cannot be handled as a {}: ", kind.kind, kind.version, kind.kind);
        message.strip_prefix(&prefix).unwrap_or_else(|| panic!("{message}")).to_owned()
    }

    #[test]
    fn wrong_types_are_refused_in_the_words_of_go() {
        let container = |value: Value| json!({"spec": {"containers": [value]}});
        let template = |spec: Value| deployment(json!({"template": {"spec": spec}}));
        let go = |found: &str, field: &str, go_type: &str| {
            format!("json: cannot unmarshal {found} into Go struct field {field} of type {go_type}")
        };
        for (kind, value, expected) in [
            (
                &DEPLOYMENT,
                deployment(json!({"replicas": "two"})),
                go("string", "DeploymentSpec.spec.replicas", "int32"),
            ),
            (
                &DEPLOYMENT,
                deployment(json!({"replicas": 3.5})),
                go("number 3.5", "DeploymentSpec.spec.replicas", "int32"),
            ),
            (&DEPLOYMENT, deployment(json!("x")), go("string", "Deployment.spec", "v1.DeploymentSpec")),
            (
                &DEPLOYMENT,
                template(json!({"containers": {}})),
                go("object", "PodSpec.spec.template.spec.containers", "[]v1.Container"),
            ),
            (
                &DEPLOYMENT,
                template(json!({"containers": ["a"]})),
                go("string", "PodSpec.spec.template.spec.containers", "v1.Container"),
            ),
            (
                &POD,
                container(json!({"ports": [{"containerPort": "80"}]})),
                go("string", "ContainerPort.spec.containers.ports.containerPort", "int32"),
            ),
            (
                &POD,
                container(json!({"imagePullPolicy": true})),
                go("bool", "Container.spec.containers.imagePullPolicy", "v1.PullPolicy"),
            ),
            (
                &POD,
                container(json!({"command": "sh"})),
                go("string", "Container.spec.containers.command", "[]string"),
            ),
            (
                &POD,
                json!({"metadata": {"labels": {"a": 1}}}),
                go("number", "ObjectMeta.metadata.labels", "string"),
            ),
            (&CONFIG_MAP, json!({"data": {"n": 5}}), go("number", "ConfigMap.data", "string")),
            (
                &SERVICE,
                json!({"spec": {"ports": [{"targetPort": {}}]}}),
                "json: cannot unmarshal object into Go value of type int32".to_owned(),
            ),
            (&SECRET, json!({"data": {"k": "no base64"}}), "illegal base64 data at input byte 2".to_owned()),
            (
                &POD,
                container(json!({"resources": {"limits": {"cpu": "100mb"}}})),
                QUANTITY_FORMAT_ERROR.to_owned(),
            ),
            (&POD, json!([]), "json: cannot unmarshal array into Go value of type v1.Pod".to_owned()),
        ] {
            assert_eq!(error(kind, &value), expected);
        }
    }

    #[test]
    fn unknown_fields_are_named_and_dropped() {
        let value = deployment(json!({
            "replica": 2,
            "template": {"spec": {"container": [], "containers": [{"name": "a", "imagee": "x"}]}},
        }));
        let decoded = decode(&DEPLOYMENT, &value).unwrap();
        assert_eq!(
            decoded.unknown_fields,
            ["spec.replica", "spec.template.spec.container", "spec.template.spec.containers[0].imagee"]
        );
        assert_eq!(decoded.value.pointer("/spec/replica"), None);
        assert_eq!(decoded.value.pointer("/spec/template/spec/containers/0/imagee"), None);
        let status = strict_error(&DEPLOYMENT, &["unknown field \"spec.replica\"".to_owned()]);
        assert_eq!(
            status.message,
            "Deployment in version \"v1\" cannot be handled as a Deployment: \
             strict decoding error: unknown field \"spec.replica\""
        );
    }

    #[test]
    fn values_come_back_as_from_a_round_trip_through_go() {
        let value = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "p", "labels": {}, "creationTimestamp": null},
            "spec": {
                "containers": [{"name": "c", "image": "", "args": [], "resources": null,
                                "ports": [{"containerPort": 80, "hostPort": 0}], "stdin": false,
                                "env": [{"name": "E", "value": ""}]}],
                "terminationGracePeriodSeconds": 0,
                "volumes": [{"name": "v", "emptyDir": {}}],
                "nodeSelector": null,
            },
        });
        assert_eq!(
            decode(&POD, &value).unwrap().value,
            json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": "p"},
                "spec": {
                    "containers": [{"name": "c", "resources": {}, "ports": [{"containerPort": 80}], "env": [{"name": "E"}]}],
                    "terminationGracePeriodSeconds": 0,
                    "volumes": [{"name": "v", "emptyDir": {}}],
                },
                "status": {},
            })
        );
    }

    #[test]
    fn quantities_become_text_in_canonical_form() {
        let value = json!({"spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": 1, "memory": "0.5Gi"}}}]}});
        let decoded = decode(&POD, &value).unwrap().value;
        assert_eq!(
            decoded.pointer("/spec/containers/0/resources/limits"),
            Some(&json!({"cpu": "1", "memory": "512Mi"}))
        );
    }
}

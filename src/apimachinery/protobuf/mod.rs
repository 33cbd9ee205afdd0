//! Request bodies in protobuf, as typed clients (kubectl create among them) send them, read as JSON.

mod message;
mod messages;
mod wire;

use crate::base::Value;

pub(super) use self::messages::numbered_fields;
use self::wire::Reader;
use super::schema;

/// What every body begins with.
const MAGIC: &[u8] = b"k8s\0";

/// Reads a body: the magic, then `runtime.Unknown` with apiVersion, kind and the object.
///
/// # Errors
/// When the bytes are malformed, nested too deeply, or hold a kind that is not known.
pub fn decode(bytes: &[u8]) -> Result<Value, String> {
    let Some(envelope) = bytes.strip_prefix(MAGIC) else {
        return Err("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
            .to_owned());
    };
    let mut api_version = String::new();
    let mut kind = String::new();
    let mut raw: &[u8] = &[];
    let mut reader = Reader::new(envelope);
    while let Some((number, field)) = reader.next_field()? {
        match number {
            1 => (api_version, kind) = type_meta(field.bytes()?)?,
            2 => raw = field.bytes()?,
            _ => {}
        }
    }
    let name = message_name(&api_version, &kind)
        .ok_or_else(|| format!("no kind {kind:?} is registered for version {api_version:?}"))?;
    let mut value = message::decode(name, raw)?;
    if let Value::Object(object) = &mut value {
        object.insert("apiVersion", api_version.into());
        object.insert("kind", kind.into());
    }
    Ok(value)
}

fn type_meta(bytes: &[u8]) -> Result<(String, String), String> {
    let (mut api_version, mut kind) = (String::new(), String::new());
    let mut reader = Reader::new(bytes);
    while let Some((number, field)) = reader.next_field()? {
        match number {
            1 => api_version = field.text()?,
            2 => kind = field.text()?,
            _ => {}
        }
    }
    Ok((api_version, kind))
}

/// DeleteOptions belong to every group and version.
fn message_name(api_version: &str, kind: &str) -> Option<&'static str> {
    if kind == "DeleteOptions" {
        return Some("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions");
    }
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    schema::of_group_version_kind(group, version, kind).map(|schema| schema.name)
}

#[cfg(test)]
mod roundtrip_tests;
#[cfg(test)]
mod tests;

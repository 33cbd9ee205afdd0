//! The documents of a kuberc file: which of them can be used, and what in it is refused.

use super::errors::Outcome;
use super::kuberc::{list, refused};
use crate::base::{Output, Position, Value, parse_yaml};

/// What a field of a document holds.
enum Shape {
    Text,
    Texts,
    Structs(Fields),
}

/// Names and shapes of fields.
type Fields = &'static [(&'static str, Shape)];

const OPTION: Fields = &[("name", Shape::Text), ("default", Shape::Text)];

/// The versions there are, and the fields of a Preference in each.
const VERSIONS: &[(&str, Fields)] = &[
    (
        "kubectl.config.k8s.io/v1beta1",
        &[
            ("apiVersion", Shape::Text),
            ("kind", Shape::Text),
            (
                "aliases",
                Shape::Structs(&[
                    ("name", Shape::Text),
                    ("command", Shape::Text),
                    ("prependArgs", Shape::Texts),
                    ("appendArgs", Shape::Texts),
                    ("options", Shape::Structs(OPTION)),
                ]),
            ),
            ("defaults", Shape::Structs(&[("command", Shape::Text), ("options", Shape::Structs(OPTION))])),
            ("credentialPluginPolicy", Shape::Text),
            ("credentialPluginAllowlist", Shape::Structs(&[("name", Shape::Text), ("command", Shape::Text)])),
        ],
    ),
    (
        "kubectl.config.k8s.io/v1alpha1",
        &[
            ("apiVersion", Shape::Text),
            ("kind", Shape::Text),
            (
                "aliases",
                Shape::Structs(&[
                    ("name", Shape::Text),
                    ("command", Shape::Text),
                    ("prependArgs", Shape::Texts),
                    ("appendArgs", Shape::Texts),
                    ("flags", Shape::Structs(OPTION)),
                ]),
            ),
            ("overrides", Shape::Structs(&[("command", Shape::Text), ("flags", Shape::Structs(OPTION))])),
        ],
    ),
];

impl Shape {
    /// Whether the value can be read as this; fields that are not known are noted.
    fn fits(&self, value: &Value, path: &str, unknown: &mut Vec<String>) -> bool {
        match (self, value) {
            (_, Value::Null) | (Self::Text, Value::String(_)) => true,
            (Self::Texts, Value::Array(items)) => items.iter().all(Value::is_string),
            (Self::Structs(fields), Value::Array(items)) => items
                .iter()
                .enumerate()
                .all(|(index, item)| fits(item, fields, &format!("{path}[{index}]."), unknown)),
            _ => false,
        }
    }
}

fn fits(value: &Value, fields: Fields, path: &str, unknown: &mut Vec<String>) -> bool {
    let Some(held) = value.as_object() else { return false };
    held.iter().all(|(name, value)| {
        let path = format!("{path}{name}");
        match fields.iter().find(|(known, _)| known == name) {
            Some((_, shape)) => shape.fits(value, &path, unknown),
            None => {
                unknown.push(format!("unknown field {path:?}"));
                true
            }
        }
    })
}

/// What is in a kuberc file.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// The first document that can be read.
    Preference(Value),
    /// The file is empty.
    Nothing,
    /// No document can be read: what kubectl says of it.
    NothingValid(String),
}

/// Reads a kuberc file that is told by its path.
pub(super) fn read(text: &str, path: &str, err: &mut Output) -> Outcome<Found> {
    if text.is_empty() {
        return Ok(Found::Nothing);
    }
    for document in text.split("\n---") {
        let Ok(documents) = parse_yaml(document) else { continue };
        let Some(document) = documents.into_iter().next() else { continue };
        let value = &document.value;
        let Some((_, fields)) = VERSIONS.iter().find(|(version, _)| value["apiVersion"] == *version) else {
            continue;
        };
        let mut unknown = Vec::new();
        if value["kind"] != "Preference" || !fits(value, fields, "", &mut unknown) {
            continue;
        }
        let twice: Vec<String> = document.duplicate_keys().iter().map(key_set_twice).collect();
        if !twice.is_empty() {
            unknown.insert(0, format!("yaml: unmarshal errors:\n  {}", twice.join("\n  ")));
        }
        if !unknown.is_empty() {
            // Upstream ends no line here.
            err.text(format!(
                "kuberc: ignoring strict decoding error in {path}: strict decoding error: {}",
                unknown.join(", ")
            ))?;
        }
        validate(value)?;
        return Ok(Found::Preference(document.value));
    }
    Ok(Found::NothingValid(format!("no valid preferences found in {path}, use --v=5 to see details")))
}

/// A key that stands a second time in its map, by the line it stands in.
fn key_set_twice((path, position): &(String, Position)) -> String {
    let key = path.rsplit('.').next().unwrap_or_default();
    format!("line {}: key {key:?} already set in map", position.line)
}

/// The document with the fields of a Preference of today and no others, as upstream holds it.
pub(super) fn known(document: &Value) -> Value {
    let (_, fields) = &VERSIONS[0];
    known_of(document, fields)
}

fn known_of(value: &Value, fields: Fields) -> Value {
    let Some(held) = value.as_object() else { return value.clone() };
    let kept = fields.iter().filter_map(|(name, shape)| {
        let value = held.get(name)?;
        let value = match (shape, value) {
            (Shape::Structs(inner), Value::Array(items)) => {
                items.iter().map(|item| known_of(item, inner)).collect()
            }
            _ => value.clone(),
        };
        Some(((*name).to_owned(), value))
    });
    Value::Object(kept.collect())
}

/// Refuses what can be read and makes no sense.
fn validate(preference: &Value) -> Outcome {
    let mut seen: Vec<&Value> = Vec::new();
    for alias in list(preference, "aliases") {
        let name = alias["name"].as_str().unwrap_or_default();
        if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_alphabetic()) {
            return Err(refused("invalid alias name, can only include alphabetical characters"));
        }
        if seen.contains(&&alias["name"]) {
            return Err(refused(format!("duplicate alias name {name}")));
        }
        seen.push(&alias["name"]);
    }
    let entries = ["aliases", "defaults", "overrides"].iter().flat_map(|field| list(preference, field));
    for option in entries.flat_map(|entry| list(entry, "options").iter().chain(list(entry, "flags"))) {
        let name = option["name"].as_str().unwrap_or_default();
        if name.starts_with('-') {
            return Err(refused(format!("flag name {name} should be in long form without dashes")));
        }
    }
    validate_plugins(preference)
}

/// The policy about programs that bring credentials, and its list.
fn validate_plugins(preference: &Value) -> Outcome {
    let policy = preference["credentialPluginPolicy"].as_str().unwrap_or_default();
    let allowed = &preference["credentialPluginAllowlist"];
    let wrong = |text: String| Err(refused(format!("misconfigured credential plugin allowlist: {text}")));
    match policy {
        "" | "AllowAll" | "DenyAll" if allowed.is_null() => Ok(()),
        "" | "AllowAll" | "DenyAll" => wrong(format!("plugin policy is {policy:?} but allowlist is non-nil")),
        "Allowlist" if allowed.is_null() => {
            Err(refused("credential plugin policy set to \"Allowlist\", but allowlist is unspecified"))
        }
        "Allowlist" if list(preference, "credentialPluginAllowlist").is_empty() => Err(refused(
            "credential plugin policy set to \"Allowlist\", but allowlist is empty; use \"DenyAll\" policy instead",
        )),
        "Allowlist" => {
            let is_empty = |entry: &Value| {
                ["name", "command"].iter().all(|field| entry[*field].as_str().unwrap_or_default().is_empty())
            };
            match list(preference, "credentialPluginAllowlist").iter().position(is_empty) {
                Some(index) => wrong(format!("empty allowlist entry #{}", index + 1)),
                None => Ok(()),
            }
        }
        _ => Err(refused(format!("unknown plugin policy: {policy:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    /// What is said of a file with these lines behind its head.
    fn told(lines: &str) -> String {
        let (mut err, text) = Output::captured();
        let file = format!("apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n{lines}");
        match read(&file, "kuberc", &mut err) {
            Ok(Found::NothingValid(why)) => format!("kuberc error kuberc: {why}"),
            Ok(_) => String::from_utf8(text.lock().unwrap().clone()).unwrap(),
            Err(failure) => {
                failure.report().trim_end().replace("error occurred while applying preferences ", "")
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (lines, expected) in [
            (
                "aliases: [{name: g2, command: get}]",
                "invalid alias name, can only include alphabetical characters",
            ),
            ("aliases: [{name: g, command: get}, {name: g, command: run}]", "duplicate alias name g"),
            (
                "defaults: [{command: get, options: [{name: -o, default: name}]}]",
                "flag name -o should be in long form without dashes",
            ),
            ("credentialPluginPolicy: Some", "unknown plugin policy: \"Some\""),
            (
                "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: []",
                "credential plugin policy set to \"Allowlist\", but allowlist is empty; use \"DenyAll\" policy instead",
            ),
            (
                "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: ''}]",
                "misconfigured credential plugin allowlist: empty allowlist entry #1",
            ),
            (
                "aliases: none",
                "kuberc error kuberc: no valid preferences found in kuberc, use --v=5 to see details",
            ),
            (
                "defaults: [{command: get, what: x}]",
                "kuberc: ignoring strict decoding error in kuberc: strict decoding error: unknown field \"defaults[0].what\"",
            ),
            (
                "defaults:\n- command: get\n  command: run\n  what: x",
                "kuberc: ignoring strict decoding error in kuberc: strict decoding error: yaml: unmarshal errors:\n  line 5: key \"command\" already set in map, unknown field \"defaults[0].what\"",
            ),
            ("credentialPluginPolicy: DenyAll", ""),
        ] {
            assert_eq!(told(lines), expected, "{lines}");
        }
    }

    #[test]
    fn documents_that_cannot_be_read_are_passed_over() {
        let (mut err, _) = Output::captured();
        let file = "apiVersion: other/v1\nkind: Preference\n---\nbroken: [\n---\napiVersion: kubectl.config.k8s.io/v1alpha1\nkind: Preference\n";
        assert!(matches!(read(file, "kuberc", &mut err).unwrap(), Found::Preference(_)));
        assert_eq!(read("", "kuberc", &mut err).unwrap(), Found::Nothing);
    }

    #[test]
    fn fields_of_no_preference_of_today_are_dropped() {
        let old = json!({"kind": "Preference", "overrides": [], "aliases": [{"name": "a", "flags": [], "command": "get"}]});
        assert_eq!(known(&old), json!({"kind": "Preference", "aliases": [{"name": "a", "command": "get"}]}));
    }
}

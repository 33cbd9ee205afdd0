//! What the fields of a kubeconfig must be: the complaint that Go's JSON decoder would make.

use base64::Engine;
use serde_json::Value;

use super::manifest::json_type;

/// What a value is to be.
enum Shape {
    Text,
    Bool,
    /// Bytes, written in base64.
    Bytes,
    /// Anything.
    Raw,
    /// A list of a type named so.
    List(&'static Shape),
    /// Names to values.
    Map(&'static Shape),
    /// A structure.
    Struct(&'static str, &'static [(&'static str, Shape)]),
}

use Shape::{Bool, Bytes, List, Map, Raw, Struct, Text};

static EXTENSION: Shape = Struct("NamedExtension", &[("name", Text), ("extension", Raw)]);
static ENV_VAR: Shape = Struct("ExecEnvVar", &[("name", Text), ("value", Text)]);
static TEXTS: Shape = List(&Text);

static CLUSTER: Shape = Struct(
    "NamedCluster",
    &[
        ("name", Text),
        (
            "cluster",
            Struct(
                "Cluster",
                &[
                    ("server", Text),
                    ("tls-server-name", Text),
                    ("insecure-skip-tls-verify", Bool),
                    ("certificate-authority", Text),
                    ("certificate-authority-data", Bytes),
                    ("proxy-url", Text),
                    ("disable-compression", Bool),
                    ("extensions", List(&EXTENSION)),
                ],
            ),
        ),
    ],
);

static CONTEXT: Shape = Struct(
    "NamedContext",
    &[
        ("name", Text),
        (
            "context",
            Struct(
                "Context",
                &[("cluster", Text), ("user", Text), ("namespace", Text), ("extensions", List(&EXTENSION))],
            ),
        ),
    ],
);

static USER: Shape = Struct(
    "NamedAuthInfo",
    &[
        ("name", Text),
        (
            "user",
            Struct(
                "AuthInfo",
                &[
                    ("client-certificate", Text),
                    ("client-certificate-data", Bytes),
                    ("client-key", Text),
                    ("client-key-data", Bytes),
                    ("token", Text),
                    ("tokenFile", Text),
                    ("as", Text),
                    ("as-uid", Text),
                    ("as-groups", List(&Text)),
                    ("as-user-extra", Map(&TEXTS)),
                    ("username", Text),
                    ("password", Text),
                    ("auth-provider", Struct("AuthProviderConfig", &[("name", Text), ("config", Map(&Text))])),
                    (
                        "exec",
                        Struct(
                            "ExecConfig",
                            &[
                                ("command", Text),
                                ("args", List(&Text)),
                                ("env", List(&ENV_VAR)),
                                ("apiVersion", Text),
                                ("installHint", Text),
                                ("provideClusterInfo", Bool),
                                ("interactiveMode", Text),
                            ],
                        ),
                    ),
                    ("extensions", List(&EXTENSION)),
                ],
            ),
        ),
    ],
);

static CONFIG: Shape = Struct(
    "Config",
    &[
        ("kind", Text),
        ("apiVersion", Text),
        ("preferences", Struct("Preferences", &[("colors", Bool), ("extensions", List(&EXTENSION))])),
        ("clusters", List(&CLUSTER)),
        ("users", List(&USER)),
        ("contexts", List(&CONTEXT)),
        ("current-context", Text),
        ("extensions", List(&EXTENSION)),
    ],
);

impl Shape {
    /// The type's name in Go.
    fn name(&self) -> String {
        match self {
            Text => "string".to_owned(),
            Bool => "bool".to_owned(),
            Bytes => "[]uint8".to_owned(),
            Raw => "runtime.RawExtension".to_owned(),
            List(inner) => format!("[]{}", inner.name()),
            Map(inner) => format!("map[string]{}", inner.name()),
            Struct(name, _) => format!("v1.{name}"),
        }
    }

    /// The first value that is something else; `place` is the structure around it and the path to it.
    fn mistake(&self, value: &Value, place: (&str, &str)) -> Option<String> {
        let (around, path) = place;
        match (self, value) {
            (_, Value::Null) | (Raw, _) | (Text, Value::String(_)) | (Bool, Value::Bool(_)) => None,
            (Bytes, Value::String(text)) => illegal_base64(text),
            (List(inner), Value::Array(items)) => {
                items.iter().find_map(|item| inner.mistake(item, (around, path)))
            }
            (Map(inner), Value::Object(map)) => {
                map.values().find_map(|item| inner.mistake(item, (around, path)))
            }
            (Struct(name, fields), Value::Object(map)) => {
                // YAML became JSON first, with its keys sorted.
                let mut known: Vec<_> = fields.iter().collect();
                known.sort_by_key(|(field, _)| *field);
                known.into_iter().find_map(|(field, shape)| {
                    let path = if path.is_empty() { (*field).to_owned() } else { format!("{path}.{field}") };
                    shape.mistake(map.get(*field)?, (name, &path))
                })
            }
            (shape, value) => Some(format!(
                "json: cannot unmarshal {} into Go struct field {around}.{path} of type {}",
                json_type(value),
                shape.name()
            )),
        }
    }
}

/// Why a text is no base64, as Go tells it.
fn illegal_base64(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    if base64::engine::general_purpose::STANDARD.decode(&text).is_ok() {
        return None;
    }
    let index = text.bytes().position(|byte| !alphabet(&byte)).unwrap_or(text.len());
    Some(format!("illegal base64 data at input byte {index}"))
}

/// What Go would complain of in a kubeconfig; names that stand twice included.
pub(super) fn mistake(config: &Value) -> Option<String> {
    CONFIG.mistake(config, ("", "")).or_else(|| twice(config))
}

/// A name that stands twice in a list.
fn twice(config: &Value) -> Option<String> {
    let lists = [
        ("clusters", "NamedCluster", "*api.Cluster"),
        ("users", "NamedAuthInfo", "*api.AuthInfo"),
        ("contexts", "NamedContext", "*api.Context"),
    ];
    lists.into_iter().find_map(|(section, list, kind)| {
        let entries = config[section].as_array()?;
        let name = |entry: &Value| entry["name"].as_str().unwrap_or_default().to_owned();
        let repeated = entries
            .iter()
            .enumerate()
            .find(|(index, entry)| entries[..*index].iter().any(|earlier| name(earlier) == name(entry)));
        let (_, entry) = repeated?;
        // Of clusters and users Go would print all bytes of certificates and keys.
        let shown = match section {
            "contexts" => entries.iter().map(context).collect::<Vec<_>>().join(" "),
            _ => entries.iter().map(|entry| format!("{{{} {{…}}}}", name(entry))).collect::<Vec<_>>().join(" "),
        };
        Some(format!(
            "error converting *[]{list} into *map[string]{kind}: duplicate name {:?} in list: [{shown}]",
            name(entry)
        ))
    })
}

/// A context as Go prints the structure.
fn context(entry: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let inner = &entry["context"];
    let fields = [&inner["cluster"], &inner["user"], &inner["namespace"]].map(text);
    format!("{{{} {{{} []}}}}", text(&entry["name"]), fields.join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_wrong_type_is_told_with_its_place_in_gos_structures() {
        for (config, expected) in [
            (json!({"contexts": {}}), "object into Go struct field Config.contexts of type []v1.NamedContext"),
            (json!({"contexts": ["x"]}), "string into Go struct field Config.contexts of type v1.NamedContext"),
            (
                json!({"clusters": [{"cluster": {"server": 5}}], "contexts": 1}),
                "number into Go struct field Cluster.clusters.cluster.server of type string",
            ),
            (
                json!({"users": [{"user": {"exec": {"args": [true]}}}]}),
                "bool into Go struct field ExecConfig.users.user.exec.args of type string",
            ),
        ] {
            assert_eq!(mistake(&config).unwrap(), format!("json: cannot unmarshal {expected}"));
        }
    }

    #[test]
    fn data_that_is_no_base64_and_names_that_stand_twice_are_told() {
        let data = |text: &str| json!({"clusters": [{"cluster": {"certificate-authority-data": text}}]});
        assert_eq!(mistake(&data("aGk=")), None);
        assert_eq!(mistake(&data("aGk!")).unwrap(), "illegal base64 data at input byte 3");
        let context = json!({"name": "a", "context": {"cluster": "b", "user": "c"}});
        assert_eq!(
            mistake(&json!({"contexts": [context, context]})).unwrap(),
            "error converting *[]NamedContext into *map[string]*api.Context: duplicate name \"a\" in list: [{a {b c  []}} {a {b c  []}}]"
        );
    }
}

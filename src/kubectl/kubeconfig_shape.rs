//! What the fields of a kubeconfig must be.

use crate::base::Value;

use super::go_shape::{
    Reading,
    Shape::{self, Bool, Bytes, List, Map, Raw, Struct, Text},
};

const READING: Reading = Reading { package: "v1", strict: false };

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
                    (
                        "auth-provider",
                        Struct("AuthProviderConfig", &[("name", Text), ("config", Map(&Text))]),
                    ),
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

/// What Go would complain of in a kubeconfig; names that stand twice included.
pub(super) fn mistake(config: &Value) -> Option<String> {
    CONFIG.mistake(config, READING).or_else(|| twice(config))
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
            _ => {
                entries.iter().map(|entry| format!("{{{} {{…}}}}", name(entry))).collect::<Vec<_>>().join(" ")
            }
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
    use crate::base::json;

    use super::*;

    #[test]
    fn fields_of_another_type_and_names_that_stand_twice_are_told() {
        assert_eq!(
            mistake(&json!({"users": [{"user": {"exec": {"args": [true]}}}]})).unwrap(),
            "json: cannot unmarshal bool into Go struct field ExecConfig.users.user.exec.args of type string"
        );
        let context = json!({"name": "a", "context": {"cluster": "b", "user": "c"}});
        assert_eq!(
            mistake(&json!({"contexts": [context, context]})).unwrap(),
            "error converting *[]NamedContext into *map[string]*api.Context: duplicate name \"a\" in list: [{a {b c  []}} {a {b c  []}}]"
        );
    }
}

//! A Pod as the checks of its security look at it, and the words that they share.

use std::collections::BTreeSet;

use crate::apimachinery::Object;
use crate::base::Value;

/// A Pod or a Pod template.
pub(super) struct PodView<'a> {
    pod: &'a Object,
}

impl<'a> PodView<'a> {
    /// A view of a Pod or a template.
    pub(super) fn new(pod: &'a Object) -> Self {
        Self { pod }
    }

    /// Its spec.
    pub(super) fn spec(&self) -> &'a Value {
        self.pod.get("/spec").unwrap_or(&Value::Null)
    }

    /// Its own security context.
    pub(super) fn security(&self) -> &'a Value {
        &self.spec()["securityContext"]
    }

    /// Its annotations.
    pub(super) fn annotations(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let annotations = self.pod.map("/metadata/annotations").into_iter().flatten();
        annotations.map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
    }

    /// All containers, init containers first.
    pub(super) fn containers(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        let spec = self.spec();
        ["initContainers", "containers", "ephemeralContainers"]
            .into_iter()
            .flat_map(|list| spec[list].as_array().into_iter().flatten())
    }

    /// Names of the containers that are so.
    pub(super) fn containers_that(&self, are_so: impl Fn(&Value) -> bool) -> Vec<&'a str> {
        self.containers().filter(|container| are_so(container)).map(name).collect()
    }

    /// Whether it is for Windows, where some rules make no sense.
    pub(super) fn is_for_windows(&self) -> bool {
        self.spec()["os"]["name"] == "windows"
    }

    /// Whether its users are not those of the node.
    pub(super) fn has_own_users(&self) -> bool {
        self.spec()["hostUsers"] == false
    }
}

/// A container's name.
pub(super) fn name(container: &Value) -> &str {
    container["name"].as_str().unwrap_or_default()
}

/// `container "a"`, `containers "a", "b"`.
pub(super) fn containers_text(names: &[&str]) -> String {
    format!("{} {}", plural("container", "containers", names.len()), quoted(names))
}

/// One word or the other.
pub(super) fn plural(one: &'static str, many: &'static str, count: usize) -> &'static str {
    if count == 1 { one } else { many }
}

/// `"a", "b"`.
pub(super) fn quoted<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| format!("{:?}", text.as_ref())).collect();
    texts.join(", ")
}

/// Who set something that is forbidden: `pod and container "a"`.
#[derive(Default)]
pub(super) struct Setters {
    pod: bool,
    containers: Vec<String>,
    /// What they set.
    pub values: BTreeSet<String>,
}

impl Setters {
    /// Everyone whose security context `find` finds something forbidden in.
    pub(super) fn find(pod: &PodView<'_>, find: impl Fn(&Value) -> Option<String>) -> Self {
        let mut setters = Self::default();
        if let Some(value) = find(pod.security()) {
            setters.pod = true;
            setters.values.insert(value);
        }
        for container in pod.containers() {
            if let Some(value) = find(&container["securityContext"]) {
                setters.containers.push(name(container).to_owned());
                setters.values.insert(value);
            }
        }
        setters
    }

    /// Whether nobody did.
    pub(super) fn is_empty(&self) -> bool {
        !self.pod && self.containers.is_empty()
    }

    /// Who they are.
    pub(super) fn text(&self) -> String {
        let names: Vec<&str> = self.containers.iter().map(String::as_str).collect();
        match (self.pod, names.is_empty()) {
            (true, true) => "pod".to_owned(),
            (true, false) => format!("pod and {}", containers_text(&names)),
            (false, _) => containers_text(&names),
        }
    }
}

//! The environment of a container: `env`, `envFrom`, service links, and `$(VARIABLE)`.

use std::collections::BTreeMap;

use crate::apimachinery::builtin::{CONFIG_MAP, SECRET, SERVICE};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::Value;

use super::super::registry::Registry;
use super::super::runtime::Files;
use super::env_files;
use super::pod_spec::{self, ContainerSpec};
use super::volumes;

type Environment = BTreeMap<String, String>;

/// Everything that the container's processes find in their environment; `files` are those of the Pod's volumes
/// in which variables may stand.
///
/// # Errors
/// The kubelet's words for what is missing: `configmap "x" not found` …
pub(super) fn environment(
    registry: &Registry,
    pod: &Object,
    spec: &ContainerSpec<'_>,
    address: &str,
    files: &BTreeMap<String, Files>,
) -> Result<Environment, String> {
    let mut environment = service_links(registry, pod);
    environment.insert("HOME".to_owned(), "/root".to_owned());
    environment
        .insert("PATH".to_owned(), "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned());
    image_environment(spec, &mut environment);
    for source in spec.list("/envFrom") {
        add_all(registry, pod, source, &mut environment)?;
    }
    for variable in spec.list("/env") {
        let Some(name) = variable["name"].as_str() else { continue };
        let value = match variable.get("valueFrom").filter(|from| !from.is_null()) {
            None => Some(expand(variable["value"].as_str().unwrap_or_default(), &environment)),
            Some(from) if from["fileKeyRef"].is_object() => {
                env_files::value_of(pod, &from["fileKeyRef"], files)?
            }
            Some(from) => value_from(registry, pod, spec, from, address)?,
        };
        if let Some(value) = value {
            environment.insert(name.to_owned(), value);
        }
    }
    Ok(environment)
}

fn image_environment(spec: &ContainerSpec<'_>, environment: &mut Environment) {
    use super::super::runtime::{ImageReference, image_of};
    let Ok(reference) = ImageReference::parse(spec.image()) else { return };
    let image = image_of(&reference);
    environment.extend(image.map(|image| image.environment_of(&reference.tag)).into_iter().flatten());
}

/// `KUBERNETES_SERVICE_HOST` and the variables of every Service of the namespace.
fn service_links(registry: &Registry, pod: &Object) -> Environment {
    let mut environment = Environment::new();
    let mut add = |service: &Object| {
        let address = service.text("/spec/clusterIP");
        if address.is_empty() || address == "None" {
            return;
        }
        let prefix = service.name().to_uppercase().replace('-', "_");
        environment.insert(format!("{prefix}_SERVICE_HOST"), address.to_owned());
        for (index, port) in service.list("/spec/ports").iter().enumerate() {
            let number = port["port"].as_u64().unwrap_or_default();
            let protocol = port["protocol"].as_str().unwrap_or("TCP");
            let url = format!("{}://{address}:{number}", protocol.to_lowercase());
            if index == 0 {
                environment.insert(format!("{prefix}_SERVICE_PORT"), number.to_string());
                environment.insert(format!("{prefix}_PORT"), url.clone());
            }
            if let Some(name) = port["name"].as_str().filter(|name| !name.is_empty()) {
                let name = name.to_uppercase().replace('-', "_");
                environment.insert(format!("{prefix}_SERVICE_PORT_{name}"), number.to_string());
            }
            let stem = format!("{prefix}_PORT_{number}_{}", protocol.to_uppercase());
            environment.insert(stem.clone(), url);
            environment.insert(format!("{stem}_PROTO"), protocol.to_lowercase());
            environment.insert(format!("{stem}_PORT"), number.to_string());
            environment.insert(format!("{stem}_ADDR"), address.to_owned());
        }
    };
    let master = ObjectKey::new("default", "kubernetes");
    if let Ok(service) = registry.get(&SERVICE, &master) {
        add(&service);
    }
    if pod.get("/spec/enableServiceLinks") != Some(&Value::Bool(false)) {
        registry.store().list(&SERVICE, Some(pod.namespace())).for_each(|service| add(service));
    }
    environment
}

fn add_all(
    registry: &Registry,
    pod: &Object,
    source: &Value,
    environment: &mut Environment,
) -> Result<(), String> {
    let prefix = source["prefix"].as_str().unwrap_or_default();
    for (field, secret) in [("configMapRef", false), ("secretRef", true)] {
        let Some(reference) = source.get(field).filter(|reference| !reference.is_null()) else { continue };
        let name = reference["name"].as_str().unwrap_or_default();
        match data(registry, pod.namespace(), name, secret) {
            Ok(data) => environment.extend(data.into_iter().map(|(key, value)| {
                (format!("{prefix}{key}"), String::from_utf8_lossy(&value).into_owned())
            })),
            Err(_) if reference["optional"] == true => {}
            Err(why) => return Err(why),
        }
    }
    Ok(())
}

fn value_from(
    registry: &Registry,
    pod: &Object,
    spec: &ContainerSpec<'_>,
    from: &Value,
    address: &str,
) -> Result<Option<String>, String> {
    for (field, secret) in [("configMapKeyRef", false), ("secretKeyRef", true)] {
        let Some(reference) = from.get(field).filter(|reference| !reference.is_null()) else { continue };
        let (name, key) =
            (reference["name"].as_str().unwrap_or_default(), reference["key"].as_str().unwrap_or_default());
        let found = data(registry, pod.namespace(), name, secret).and_then(|mut data| {
            data.remove(key).ok_or_else(|| {
                let kind = if secret { "Secret" } else { "ConfigMap" };
                format!("couldn't find key {key} in {kind} {}/{name}", pod.namespace())
            })
        });
        return match found {
            Ok(value) => Ok(Some(String::from_utf8_lossy(&value).into_owned())),
            Err(_) if reference["optional"] == true => Ok(None),
            Err(why) => Err(why),
        };
    }
    if let Some(path) = from.pointer("/fieldRef/fieldPath").and_then(Value::as_str) {
        return Ok(Some(field(registry, pod, path, address)));
    }
    let reference = from.get("resourceFieldRef").filter(|reference| reference.is_object());
    let named = reference.and_then(|reference| reference["containerName"].as_str());
    if let Some(name) = named.filter(|name| !name.is_empty() && pod_spec::container(pod, name).is_none()) {
        return Err(format!("container {name} not found"));
    }
    Ok(reference.map(|reference| super::downward::resource(registry, pod, Some(spec), reference)))
}

/// The data of a ConfigMap or Secret, decoded.
///
/// # Errors
/// `configmap "x" not found` when there is none.
pub(super) fn data(
    registry: &Registry,
    namespace: &str,
    name: &str,
    secret: bool,
) -> Result<BTreeMap<String, Vec<u8>>, String> {
    use base64::Engine as _;
    let (kind, words) = if secret { (&SECRET, "secret") } else { (&CONFIG_MAP, "configmap") };
    let object = registry
        .get(kind, &ObjectKey::new(namespace, name))
        .map_err(|_| format!("{words} {name:?} not found"))?;
    let decode = |value: &Value| {
        base64::engine::general_purpose::STANDARD
            .decode(value.as_str().unwrap_or_default())
            .unwrap_or_default()
    };
    let plain = |value: &Value| value.as_str().unwrap_or_default().as_bytes().to_vec();
    let mut all = BTreeMap::new();
    for (key, value) in object.map("/data").into_iter().flatten() {
        all.insert(key.to_string(), if secret { decode(value) } else { plain(value) });
    }
    for (key, value) in object.map("/binaryData").into_iter().flatten() {
        all.insert(key.to_string(), decode(value));
    }
    Ok(all)
}

/// A field of the Pod as the downward API gives it.
pub(super) fn field(registry: &Registry, pod: &Object, path: &str, address: &str) -> String {
    let key = |path: &str| {
        path.split_once("['")
            .and_then(|(_, rest)| rest.strip_suffix("']"))
            .map(str::to_owned)
            .unwrap_or_default()
    };
    match path {
        "metadata.name" => pod.name().to_owned(),
        "metadata.namespace" => pod.namespace().to_owned(),
        "metadata.uid" => pod.uid().to_owned(),
        "metadata.labels" => volumes::pairs(pod.labels()),
        "metadata.annotations" => volumes::pairs(pod.map("/metadata/annotations")),
        "spec.nodeName" => pod.text("/spec/nodeName").to_owned(),
        "spec.serviceAccountName" => pod.text("/spec/serviceAccountName").to_owned(),
        "status.podIP" | "status.podIPs" => address.to_owned(),
        "status.hostIP" | "status.hostIPs" => host_address(registry, pod),
        path if path.starts_with("metadata.labels[") => pod.label(&key(path)).unwrap_or_default().to_owned(),
        path if path.starts_with("metadata.annotations[") => {
            pod.annotation(&key(path)).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

fn host_address(registry: &Registry, pod: &Object) -> String {
    use crate::apimachinery::builtin::NODE;
    let node = registry.get(&NODE, &ObjectKey::new("", pod.text("/spec/nodeName")));
    node.ok()
        .and_then(|node| {
            let addresses = node.list("/status/addresses");
            let own = addresses.iter().find(|address| address["type"] == "InternalIP")?;
            own["address"].as_str().map(str::to_owned)
        })
        .unwrap_or_default()
}

/// Replaces `$(NAME)` by the variable, leaves unknown ones, and reads `$$` as `$`
/// (`k8s.io/kubernetes/third_party/forked/golang/expansion`).
pub(super) fn expand(text: &str, environment: &Environment) -> String {
    expand_with(text, |name| environment.get(name).cloned())
}

/// [`expand`] with values from elsewhere.
pub(super) fn expand_with(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(index) = rest.find('$') {
        expanded.push_str(&rest[..index]);
        rest = &rest[index + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            match value(name) {
                Some(value) => expanded.push_str(&value),
                None => expanded.push_str(&format!("$({name})")),
            }
            rest = after;
        } else {
            expanded.push('$');
        }
    }
    expanded.push_str(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_in_parentheses_are_replaced() {
        let environment = Environment::from([("A".to_owned(), "1".to_owned())]);
        for (text, expanded) in [
            ("x$(A)y", "x1y"),
            ("$(B)", "$(B)"),
            ("$$(A)", "$(A)"),
            ("$A", "$A"),
            ("$(A", "$(A"),
            ("5$", "5$"),
        ] {
            assert_eq!(expand(text, &environment), expanded);
        }
    }
}

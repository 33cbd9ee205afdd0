//! Containers of a Pod or a Pod template.

use super::text::{Text, array, long_time, scalar, text_of, yes_or_no};
use crate::apimachinery::Quantity;
use crate::base::Value;

/// Where containers stand.
pub(crate) struct Place<'p> {
    /// The Pod whose status and fields are shown; `None` in a template.
    pub(crate) pod: Option<&'p Value>,
    /// Which list of `status` tells about them.
    pub(crate) statuses: &'static str,
}

impl Place<'_> {
    /// Containers of a template.
    pub(crate) const TEMPLATE: Self = Place { pod: None, statuses: "" };
}

/// Describes a list of containers under a title.
pub(crate) fn describe(text: &mut Text, title: &str, containers: &Value, place: &Place<'_>) {
    let containers = array(containers);
    let indented = place.pod.is_none();
    let none = if containers.is_empty() { " <none>" } else { "" };
    text.line(usize::from(indented), format!("{title}:{none}"));
    for container in containers {
        let name = text_of(&container["name"]);
        text.line(1, format!("{}{name}:", if indented { " " } else { "" }));
        let statuses = place.pod.map(|pod| array(&pod["status"][place.statuses])).unwrap_or_default();
        let status = statuses.iter().find(|status| status["name"] == container["name"]);
        basics(text, container, status);
        words(text, "Command", &container["command"]);
        words(text, "Args", &container["args"]);
        if let Some(status) = status {
            states(text, status);
        }
        resources(text, 2, &container["resources"]);
        for (title, field) in
            [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")]
        {
            if container[field].is_object() {
                text.field(2, title, probe(&container[field]));
            }
        }
        environment_sources(text, container);
        environment(text, container, place.pod);
        mounts(text, container);
    }
}

fn basics(text: &mut Text, container: &Value, status: Option<&Value>) {
    if let Some(status) = status {
        text.field(2, "Container ID", text_of(&status["containerID"]));
    }
    text.field(2, "Image", text_of(&container["image"]));
    if let Some(status) = status {
        text.field(2, "Image ID", text_of(&status["imageID"]));
    }
    for (one, many, field) in [("Port", "Ports", "containerPort"), ("Host Port", "Host Ports", "hostPort")] {
        let ports: Vec<String> = array(&container["ports"])
            .iter()
            .map(|port| {
                let number = port[field].as_i64().unwrap_or_default();
                let name = text_of(&port["name"]);
                let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
                format!("{number}/{}{name}", port["protocol"].as_str().unwrap_or("TCP"))
            })
            .collect();
        let title = if ports.len() > 1 { many } else { one };
        text.field(2, title, if ports.is_empty() { "<none>".to_owned() } else { ports.join(", ") });
    }
}

fn words(text: &mut Text, title: &str, words: &Value) {
    if array(words).is_empty() {
        return;
    }
    text.line(2, format!("{title}:"));
    for line in array(words).iter().flat_map(|word| text_of(word).split('\n')) {
        text.line(3, line);
    }
}

fn states(text: &mut Text, status: &Value) {
    state(text, "State", &status["state"]);
    if status["lastState"]["terminated"].is_object() {
        state(text, "Last State", &status["lastState"]);
    }
    text.field(2, "Ready", yes_or_no(&status["ready"]));
    text.field(2, "Restart Count", status["restartCount"].as_i64().unwrap_or_default());
}

fn state(text: &mut Text, title: &str, state: &Value) {
    if state["running"].is_object() {
        text.field(2, title, "Running");
        text.field(3, "Started", long_time(&state["running"]["startedAt"]));
    } else if state["terminated"].is_object() {
        let ended = &state["terminated"];
        text.field(2, title, "Terminated");
        text.field_if(3, "Reason", text_of(&ended["reason"]));
        text.field_if(3, "Message", text_of(&ended["message"]));
        text.field(3, "Exit Code", ended["exitCode"].as_i64().unwrap_or_default());
        if ended["signal"].as_i64().unwrap_or_default() > 0 {
            text.field(3, "Signal", scalar(&ended["signal"]));
        }
        text.field(3, "Started", long_time(&ended["startedAt"]));
        text.field(3, "Finished", long_time(&ended["finishedAt"]));
    } else {
        text.field(2, title, "Waiting");
        text.field_if(3, "Reason", text_of(&state["waiting"]["reason"]));
    }
}

/// Describes limits and requests.
pub(crate) fn resources(text: &mut Text, level: usize, resources: &Value) {
    for (title, field) in [("Limits", "limits"), ("Requests", "requests")] {
        let Some(list) = resources[field].as_object().filter(|list| !list.is_empty()) else { continue };
        text.line(level, format!("{title}:"));
        for (name, quantity) in list {
            text.field(level + 1, name, scalar(quantity));
        }
    }
}

fn probe(probe: &Value) -> String {
    let number = |field: &str, default: i64| probe[field].as_i64().unwrap_or(default);
    let timing = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        number("initialDelaySeconds", 0),
        number("timeoutSeconds", 1),
        number("periodSeconds", 10),
        number("successThreshold", 1),
        number("failureThreshold", 3)
    );
    if probe["exec"].is_object() {
        let command: Vec<&str> = array(&probe["exec"]["command"]).iter().map(text_of).collect();
        return format!("exec [{}] {timing}", command.join(" "));
    }
    if probe["httpGet"].is_object() {
        let get = &probe["httpGet"];
        let scheme = get["scheme"].as_str().unwrap_or("HTTP").to_lowercase();
        let path = text_of(&get["path"]);
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        return format!(
            "http-get {scheme}://{}:{}{slash}{path} {timing}",
            text_of(&get["host"]),
            scalar(&get["port"])
        );
    }
    if probe["tcpSocket"].is_object() {
        let socket = &probe["tcpSocket"];
        return format!("tcp-socket {}:{} {timing}", text_of(&socket["host"]), scalar(&socket["port"]));
    }
    if probe["grpc"].is_object() {
        let grpc = &probe["grpc"];
        return format!("grpc <pod>:{} {} {timing}", scalar(&grpc["port"]), text_of(&grpc["service"]));
    }
    format!("unknown {timing}")
}

fn environment_sources(text: &mut Text, container: &Value) {
    let sources = array(&container["envFrom"]);
    if sources.is_empty() {
        return;
    }
    text.line(2, "Environment Variables from:");
    for source in sources {
        let (kind, reference) = if source["configMapRef"].is_object() {
            ("ConfigMap", &source["configMapRef"])
        } else {
            ("Secret", &source["secretRef"])
        };
        let prefix = text_of(&source["prefix"]);
        let prefix = if prefix.is_empty() { String::new() } else { format!(" with prefix '{prefix}'") };
        let optional = reference["optional"].as_bool().unwrap_or_default();
        text.line(3, format!("{}\t{kind}{prefix}\tOptional: {optional}", text_of(&reference["name"])));
    }
}

fn environment(text: &mut Text, container: &Value, pod: Option<&Value>) {
    let variables = array(&container["env"]);
    if variables.is_empty() {
        return text.line(2, "Environment:\t<none>");
    }
    text.line(2, "Environment:");
    for variable in variables {
        let name = text_of(&variable["name"]);
        let from = &variable["valueFrom"];
        if !from.is_object() {
            let mut lines = text_of(&variable["value"]).split('\n');
            text.field(3, name, lines.next().unwrap_or_default());
            lines.for_each(|line| text.line(3, format!("\t{line}")));
        } else if from["fieldRef"].is_object() {
            let path = text_of(&from["fieldRef"]["fieldPath"]);
            let value = pod.map(|pod| pod_field(pod, path)).unwrap_or_default();
            let version = from["fieldRef"]["apiVersion"].as_str().unwrap_or("v1");
            text.field(3, name, format!("{value} ({version}:{path})"));
        } else if from["resourceFieldRef"].is_object() {
            let reference = &from["resourceFieldRef"];
            let (value, resource) = (resource_field(container, reference), text_of(&reference["resource"]));
            text.field(3, name, format!("{value} ({resource})"));
        } else {
            let (place, reference) = if from["secretKeyRef"].is_object() {
                ("in secret", &from["secretKeyRef"])
            } else {
                ("of config map", &from["configMapKeyRef"])
            };
            let (key, object) = (text_of(&reference["key"]), text_of(&reference["name"]));
            let optional = reference["optional"].as_bool().unwrap_or_default();
            text.field(3, name, format!("<set to the key '{key}' {place} '{object}'>\tOptional: {optional}"));
        }
    }
}

/// The value that the downward API gives for a field path, as far as the Pod alone tells it.
fn pod_field<'p>(pod: &'p Value, path: &str) -> &'p str {
    match path {
        "metadata.name" => text_of(&pod["metadata"]["name"]),
        "metadata.namespace" => text_of(&pod["metadata"]["namespace"]),
        _ => "",
    }
}

/// What the downward API makes of a container's resources: whole parts of the divisor, rounded up.
fn resource_field(container: &Value, reference: &Value) -> String {
    let resource = text_of(&reference["resource"]);
    let (list, name) = resource.split_once('.').unwrap_or((resource, ""));
    let is_known = matches!(list, "limits" | "requests")
        && (matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-"));
    if !is_known {
        return String::new();
    }
    let milli =
        |value: &Value| Quantity::parse(&scalar(value)).map_or(0, |quantity| i128::from(quantity.milli()));
    let divisor = match milli(&reference["divisor"]) {
        0 => 1000,
        divisor => divisor,
    };
    let amount = milli(&container["resources"][list][name]);
    let parts = (amount + divisor - 1) / divisor;
    let is_unlimited = parts == 0 && matches!(resource, "limits.cpu" | "limits.memory");
    if is_unlimited { "node allocatable".to_owned() } else { parts.to_string() }
}

fn mounts(text: &mut Text, container: &Value) {
    let mut mounts: Vec<&Value> = array(&container["volumeMounts"]).iter().collect();
    mounts.sort_by_key(|mount| text_of(&mount["mountPath"]));
    text.line(2, if mounts.is_empty() { "Mounts:\t<none>" } else { "Mounts:" });
    for mount in mounts {
        let mut how = if mount["readOnly"] == true { "ro".to_owned() } else { "rw".to_owned() };
        if let Some(path) = mount["subPath"].as_str().filter(|path| !path.is_empty()) {
            how.push_str(&format!(",path={path:?}"));
        }
        text.line(3, format!("{} from {} ({how})", text_of(&mount["mountPath"]), text_of(&mount["name"])));
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn resources_are_counted_in_parts_of_the_divisor() {
        let container = json!({"resources": {"requests": {"cpu": "1500m", "memory": "100M"}, "limits": {"memory": "128Mi"}}});
        let field = |resource: &str, divisor: &str| {
            resource_field(&container, &json!({"resource": resource, "divisor": divisor}))
        };
        assert_eq!(field("requests.cpu", "0"), "2");
        assert_eq!(field("requests.cpu", "1m"), "1500");
        assert_eq!(field("limits.memory", "1Mi"), "128");
        assert_eq!(field("requests.memory", "1k"), "100000");
        assert_eq!(field("limits.cpu", "0"), "node allocatable");
        assert_eq!(field("limits.ephemeral-storage", "0"), "0");
        assert_eq!(field("limits.other", "0"), "");
    }
}

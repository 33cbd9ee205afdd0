//! Rules of containers.

use crate::apimachinery::{
    FieldError, FieldErrors, SHOWN_FIELDS, validate_config_key, validate_dns1123_label,
    validate_environment_variable_name, validate_port_name,
};
use crate::base::{Key, Value};

use super::env_files::file_key_errors;
use super::field::Field;
use super::lifecycle::{env_from_errors, lifecycle_errors};
use super::probe::probe_errors;
use super::resources::resource_errors;
use super::security::container_security_errors;
use super::volume::inner_path_errors;

/// What looks after a container that runs on.
const PROBES: &[&str] = &["livenessProbe", "readinessProbe", "startupProbe"];
/// When a container may say that it starts again.
const RESTART_POLICIES: &[&str] = &["Always", "Never", "OnFailure"];
/// How many rules about exit codes a container may have.
const RESTART_RULES_MAX: u64 = 20;
/// How many exit codes a rule may have.
const EXIT_CODES_MAX: u64 = 255;
/// What a rule about exit codes may do.
const RESTART_ACTIONS: &[&str] = &["Restart", "RestartAllContainers"];
/// Protocols of ports, in the order of messages.
pub(super) const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];

/// What is wrong with a container whose Pod has volumes of these names.
pub(super) fn container_errors(container: &Field<'_>, volumes: &[&str]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let name = container.child("name");
    if name.is_empty() {
        errors.push(name.required(""));
    } else {
        errors.extend(name.invalid_all(validate_dns1123_label(name.text())));
    }
    let image = container.child("image");
    if image.is_empty() {
        errors.push(image.required(""));
    } else if image.text().trim() != image.text() {
        errors.push(image.invalid("must not have leading or trailing whitespace"));
    }
    errors.extend(container.child("terminationMessagePolicy").one_of(&["File", "FallbackToLogsOnError"]));
    errors.extend(port_errors(&container.child("ports")));
    errors.extend(container.child("env").items().flat_map(|variable| variable_errors(&variable)));
    errors.extend(env_from_errors(&container.child("envFrom")));
    errors.extend(mount_errors(container, volumes));
    errors.extend(restart_errors(container));
    errors.extend(container.child("imagePullPolicy").one_of(&["Always", "IfNotPresent", "Never"]));
    errors.extend(resource_errors(&container.child("resources")));
    errors.extend(container_security_errors(&container.child("securityContext")));
    errors
}

/// What is wrong with when a container says that it starts again (`validateContainerRestartPolicy`).
fn restart_errors(container: &Field<'_>) -> FieldErrors {
    let (policy, rules) = (container.child("restartPolicy"), container.child("restartPolicyRules"));
    let mut errors = FieldErrors::new();
    if policy.is_absent() && !rules.is_empty() {
        errors.push(policy.required("must specify restartPolicy when restart rules are used"));
    }
    if !policy.is_absent() && !RESTART_POLICIES.contains(&policy.text()) {
        errors.push(policy.not_supported(RESTART_POLICIES));
    }
    errors.extend(rules.too_many(RESTART_RULES_MAX));
    for rule in rules.items() {
        let (action, codes) = (rule.child("action"), rule.child("exitCodes"));
        if !RESTART_ACTIONS.contains(&action.text()) {
            errors.push(action.not_supported(RESTART_ACTIONS));
        }
        let operator = codes.child("operator");
        if codes.is_absent() {
            errors.push(codes.required("must be specified"));
        } else if !["In", "NotIn"].contains(&operator.text()) {
            errors.push(FieldError {
                value: operator.text().into(),
                ..operator.not_supported(&["In", "NotIn"])
            });
        }
        errors.extend(codes.child("values").too_many(EXIT_CODES_MAX));
    }
    errors
}

/// What is wrong with the hooks and probes of a container that runs on (`validateContainers`).
pub(super) fn running_errors(container: &Field<'_>, grace: i64) -> FieldErrors {
    let mut errors = lifecycle_errors(&container.child("lifecycle"), grace);
    for probe in PROBES {
        errors.extend(probe_errors(&container.child(probe), *probe != "readinessProbe"));
    }
    errors
}

/// What is wrong with the hooks and probes of an init container: none unless it runs on (`validateInitContainers`).
pub(super) fn init_errors(container: &Field<'_>, grace: i64) -> FieldErrors {
    let policy = container.child("restartPolicy");
    if policy.text() == "Always" {
        return running_errors(container, grace);
    }
    let mut errors = FieldErrors::new();
    let detail = "may not be set for init containers without restartPolicy=Always";
    for field in ["lifecycle"].iter().chain(PROBES) {
        let field = container.child(field);
        if !field.is_absent() {
            errors.push(field.forbidden(detail));
        }
    }
    errors
}

fn port_errors(ports: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    for port in ports.items() {
        let name = port.child("name");
        if !name.is_empty() {
            let messages = validate_port_name(name.text());
            if messages.is_empty() && taken.contains(&name.text()) {
                errors.push(name.duplicate());
            }
            errors.extend(name.invalid_all(messages));
            taken.push(name.text());
        }
        let number = port.child("containerPort");
        if number.number() == 0 {
            errors.push(number.required(""));
        } else {
            errors.extend(number.port_number());
        }
        let host_port = port.child("hostPort");
        if host_port.number() != 0 {
            errors.extend(host_port.port_number());
        }
        errors.extend(port.child("protocol").one_of(PROTOCOLS));
    }
    errors
}

/// Two containers of a Pod cannot have the same port of the node.
pub(super) fn host_port_conflicts(containers: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    for port in containers.items().flat_map(|container| container.child("ports").items()) {
        let host_port = port.child("hostPort");
        if host_port.number() == 0 {
            continue;
        }
        let key = (port.child("protocol").text(), port.child("hostIP").text(), host_port.number());
        if taken.contains(&key) {
            let shown = format!("{}/{}/{}", key.0, key.1, key.2);
            errors.push(FieldError { value: shown.into(), ..host_port.duplicate() });
        }
        taken.push(key);
    }
    errors
}

fn variable_errors(variable: &Field<'_>) -> FieldErrors {
    let name = variable.child("name");
    let mut errors = if name.is_empty() {
        vec![name.required("")]
    } else {
        name.invalid_all(validate_environment_variable_name(name.text()))
    };
    let from = variable.child("valueFrom");
    if from.is_absent() {
        return errors;
    }
    let sources: Vec<&Key> = from.map().into_iter().flat_map(|map| map.keys()).collect();
    match sources.len() {
        0 => errors.push(from.invalid_value(
            "",
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
        )),
        1 if !variable.child("value").is_empty() => {
            errors.push(from.invalid_value("", "may not be specified when `value` is not empty"));
        }
        1 => {}
        _ => errors.push(from.invalid_value("", "may not have more than one field specified at a time")),
    }
    errors.extend(field_reference_errors(&from.child("fieldRef"), SHOWN_FIELDS));
    errors.extend(resource_reference_errors(&from.child("resourceFieldRef"), false));
    for source in ["configMapKeyRef", "secretKeyRef"] {
        errors.extend(key_reference_errors(&from.child(source)));
    }
    errors.extend(file_key_errors(&from.child("fileKeyRef")));
    errors
}

/// What is wrong with a reference to a field of the Pod.
pub(super) fn field_reference_errors(reference: &Field<'_>, shown: &[&str]) -> FieldErrors {
    let path = reference.child("fieldPath");
    if reference.is_absent() {
        return FieldErrors::new();
    }
    if path.is_empty() {
        return vec![path.required("")];
    }
    let subscripted = ["metadata.labels['", "metadata.annotations['"];
    if shown.contains(&path.text()) || subscripted.iter().any(|prefix| path.text().starts_with(prefix)) {
        return FieldErrors::new();
    }
    vec![path.not_supported(shown)]
}

/// Amounts of a container that may be shown.
const SHOWN_RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// What is wrong with a reference to an amount of a container, which volumes have to name.
pub(super) fn resource_reference_errors(reference: &Field<'_>, in_volume: bool) -> FieldErrors {
    if reference.is_absent() {
        return FieldErrors::new();
    }
    let (container, resource) = (reference.child("containerName"), reference.child("resource"));
    if in_volume && container.is_empty() {
        return vec![container.required("")];
    }
    if resource.is_empty() {
        return vec![resource.required("")];
    }
    let huge =
        ["limits.hugepages-", "requests.hugepages-"].iter().any(|prefix| resource.text().starts_with(prefix));
    if huge || SHOWN_RESOURCES.contains(&resource.text()) {
        return FieldErrors::new();
    }
    vec![resource.not_supported(SHOWN_RESOURCES)]
}

fn key_reference_errors(reference: &Field<'_>) -> FieldErrors {
    let key = reference.child("key");
    if reference.is_absent() {
        return FieldErrors::new();
    }
    if key.is_empty() {
        return vec![key.required("")];
    }
    key.invalid_all(validate_config_key(key.text()))
}

fn mount_errors(container: &Field<'_>, volumes: &[&str]) -> FieldErrors {
    let mounts = container.child("volumeMounts");
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    for mount in mounts.items() {
        let (name, path) = (mount.child("name"), mount.child("mountPath"));
        if name.is_empty() {
            errors.push(name.required(""));
        } else if !volumes.contains(&name.text()) {
            errors.push(name.not_found());
        }
        if path.is_empty() {
            errors.push(path.required(""));
        } else if taken.contains(&path.text()) {
            errors.push(path.invalid("must be unique"));
        }
        taken.push(path.text());
        // Upstream names these without saying of which mount they are.
        let of_all = |field: &str| {
            Field::at([mounts.path(), ".", field].concat(), mount.value().get(field).unwrap_or(&Value::Null))
        };
        let (sub_path, expression) = (of_all("subPath"), of_all("subPathExpr"));
        errors.extend(inner_path_errors(&sub_path));
        if !expression.is_empty() && !sub_path.is_empty() {
            let detail = "subPathExpr and subPath are mutually exclusive";
            errors.push(mount.child("subPathExpr").invalid(detail));
        }
        errors.extend(inner_path_errors(&expression));
        errors.extend(propagation_error(container, &of_all("mountPropagation")));
        errors.extend(recursion_errors(&mount, &of_all("recursiveReadOnly")));
    }
    errors
}

/// What is mounted inside a mount can be for reading only where the mount itself is (`validateMountRecursiveReadOnly`).
fn recursion_errors(mount: &Field<'_>, recursive: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    match recursive.text() {
        _ if recursive.is_absent() => {}
        "Disabled" => {}
        "Enabled" | "IfPossible" => {
            if mount.child("readOnly").value() != &Value::Bool(true) {
                errors.push(recursive.forbidden("may only be specified when readOnly is true"));
            }
            if !matches!(mount.child("mountPropagation").text(), "" | "None") {
                let detail = "may only be specified when mountPropagation is None or not specified";
                errors.push(recursive.forbidden(detail));
            }
        }
        _ => errors.push(recursive.not_supported(&["Disabled", "Enabled", "IfPossible"])),
    }
    errors
}

fn propagation_error(container: &Field<'_>, propagation: &Field<'_>) -> Option<FieldError> {
    let supported = ["Bidirectional", "HostToContainer", "None"];
    if propagation.is_absent() {
        return None;
    }
    if !supported.contains(&propagation.text()) {
        return Some(propagation.not_supported(&supported));
    }
    let privileged = container.child("securityContext").child("privileged").value() == &Value::Bool(true);
    (propagation.text() == "Bidirectional" && !privileged).then(|| {
        propagation.forbidden("Bidirectional mount propagation is available only to privileged containers")
    })
}

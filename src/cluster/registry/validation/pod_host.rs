//! Rules of what a Pod shares with its node: users, networks, names, the system it is for.

use crate::apimachinery::{FieldError, FieldErrors, validate_dns1123_subdomain};
use crate::base::Value;

use super::field::Field;

/// The longest name that a Pod may give itself.
const HOSTNAME_MAX: usize = 64;
/// Systems that Pods can be for, in the order of messages.
const SYSTEMS: &[&str] = &["linux", "windows"];

/// Whether a field of the spec says yes.
fn is_set(spec: &Field<'_>, field: &str) -> bool {
    spec.child(field).value() == &Value::Bool(true)
}

/// Whether a Pod has users of its own, and not those of its node.
pub(super) fn has_own_users(spec: &Field<'_>) -> bool {
    spec.child("hostUsers").value() == &Value::Bool(false)
}

/// A Pod with users of its own cannot share other namespaces with the node (`validateHostUsers`).
pub(super) fn host_user_errors(spec: &Field<'_>) -> FieldErrors {
    if !has_own_users(spec) {
        return FieldErrors::new();
    }
    // Two of the names begin with a capital in upstream's messages.
    [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")]
        .into_iter()
        .filter(|(field, _)| is_set(spec, field))
        .map(|(_, shown)| spec.child(shown).forbidden("when `hostUsers` is false"))
        .collect()
}

/// A name of the Pod's own choice stands against what else decides about its name.
pub(super) fn hostname_override_errors(spec: &Field<'_>) -> FieldErrors {
    let name = spec.child("hostnameOverride");
    if name.is_absent() {
        return FieldErrors::new();
    }
    let mut errors: FieldErrors = ["hostNetwork", "setHostnameAsFQDN"]
        .into_iter()
        .filter(|field| is_set(spec, field))
        .map(|field| name.forbidden(format!("may not be specified when `{field}` is true")))
        .collect();
    errors.extend(name.invalid_all(validate_dns1123_subdomain(name.text())));
    if name.text().len() > HOSTNAME_MAX {
        errors.push(name.invalid(format!("must be no more than {HOSTNAME_MAX} bytes")));
    }
    errors
}

/// What the system that a Pod says it is for does not have (`validateOS`, `validateLinux`).
pub(super) fn system_errors(spec: &Field<'_>) -> FieldErrors {
    let os = spec.child("os");
    let name = os.child("name");
    if os.is_absent() {
        return FieldErrors::new();
    }
    if name.is_empty() {
        return vec![name.required("cannot be empty")];
    }
    if !SYSTEMS.contains(&name.text()) {
        return vec![FieldError { value: name.text().into(), ..os.not_supported(SYSTEMS) }];
    }
    if name.text() != "linux" {
        return FieldErrors::new();
    }
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    let containers = lists.into_iter().flat_map(|list| spec.child(list).items());
    std::iter::once(spec.clone())
        .chain(containers)
        .map(|holder| holder.child("securityContext").child("windowsOptions"))
        .filter(|options| !options.is_absent())
        .map(|options| options.forbidden("windows options cannot be set for a linux pod"))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::apimachinery::Object;
    use crate::base::json;

    use super::*;

    fn told(spec: Value, rule: fn(&Field<'_>) -> FieldErrors) -> Vec<String> {
        let pod = Object::from_value(json!({"spec": spec})).unwrap();
        rule(&Field::of(&pod, "spec")).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn own_users_stand_against_the_nodes_namespaces() {
        let shared = json!({"hostUsers": false, "hostNetwork": true, "hostPID": true});
        assert_eq!(
            told(shared, host_user_errors),
            [
                "spec.hostNetwork: Forbidden: when `hostUsers` is false",
                "spec.HostPID: Forbidden: when `hostUsers` is false"
            ]
        );
        assert!(told(json!({"hostUsers": true, "hostNetwork": true}), host_user_errors).is_empty());
    }

    #[test]
    fn a_name_of_ones_own_is_one_and_the_only_one() {
        let refused = |spec| told(spec, hostname_override_errors).len();
        assert_eq!(refused(json!({"hostnameOverride": "override.example.host", "hostname": "a"})), 0);
        assert_eq!(refused(json!({"hostnameOverride": "a", "setHostnameAsFQDN": true})), 1);
        assert_eq!(refused(json!({"hostnameOverride": "a", "hostNetwork": true})), 1);
        assert_eq!(refused(json!({"hostnameOverride": "Not-RFC1123", "hostNetwork": false})), 1);
        assert_eq!(refused(json!({"hostnameOverride": "a".repeat(65)})), 1);
    }

    #[test]
    fn a_pod_for_linux_has_no_options_of_windows() {
        let options = json!({"windowsOptions": {"runAsUserName": "x"}});
        let spec = |os: &str| json!({"os": {"name": os}, "securityContext": options, "containers": [{"securityContext": options}]});
        assert_eq!(told(spec("linux"), system_errors).len(), 2);
        assert!(told(spec("windows"), system_errors).is_empty());
        assert_eq!(
            told(spec("plan9"), system_errors),
            ["spec.os: Unsupported value: \"plan9\": supported values: \"linux\", \"windows\""]
        );
    }
}

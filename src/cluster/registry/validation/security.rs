//! Rules of security contexts, of Pods and of containers.

use crate::apimachinery::{FieldError, FieldErrors};
use crate::base::Value;

use super::field::Field;
use super::internal_types::compact;
use super::pod_host::has_own_users;

/// Numbers of users and groups.
const IDS: std::ops::RangeInclusive<i64> = 0..=2_147_483_647;
const ID_RANGE: &str = "must be between 0 and 2147483647, inclusive";
const PROFILE_TYPES: &[&str] = &["Localhost", "RuntimeDefault", "Unconfined"];

/// What a client is told whose kernel parameter cannot be one.
const SYSCTL_NAME: &str = r"must have at most 253 characters and match regex ([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const SYSCTL_LENGTH_MAX: usize = 253;
/// Kernel parameters of the network, and of what processes share.
const NET_SYSCTLS: &[&str] = &["net."];
const IPC_SYSCTLS: &[&str] = &["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."];

/// Segments of letters, digits, `-` and `_` between dots or slashes.
fn is_sysctl_name(name: &str) -> bool {
    let outer = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_segment = |segment: &str| {
        let bytes = segment.as_bytes();
        let ends = bytes.first().copied().is_some_and(outer) && bytes.last().copied().is_some_and(outer);
        ends && bytes.iter().all(|byte| outer(*byte) || matches!(byte, b'-' | b'_'))
    };
    name.len() <= SYSCTL_LENGTH_MAX && name.split(['.', '/']).all(is_segment)
}

fn id_error(field: &Field<'_>) -> Option<FieldError> {
    (!field.is_absent() && !IDS.contains(&field.number())).then(|| field.invalid(ID_RANGE))
}

fn seccomp_errors(profile: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if profile.is_absent() {
        return errors;
    }
    let (kind, local) = (profile.child("type"), profile.child("localhostProfile"));
    if kind.is_empty() {
        errors.push(kind.required("type is required when seccompProfile is set"));
    } else if !PROFILE_TYPES.contains(&kind.text()) {
        errors.push(kind.not_supported(PROFILE_TYPES));
    }
    match kind.text() {
        "Localhost" if local.is_absent() => {
            errors.push(local.required("must be set when seccomp type is Localhost"));
        }
        "Localhost" => {}
        _ if !local.is_absent() => {
            let error = local.invalid("can only be set when seccomp type is Localhost");
            errors.push(error.showing(compact("Profile", profile.value())));
        }
        _ => {}
    }
    errors
}

/// What is wrong with a profile of AppArmor (`ValidateAppArmorProfileField`).
fn app_armor_errors(profile: &Field<'_>) -> FieldErrors {
    let (kind, local) = (profile.child("type"), profile.child("localhostProfile"));
    let detail = "must be set when AppArmor type is Localhost";
    let error = match kind.text() {
        _ if profile.is_absent() => None,
        "" => Some(kind.required("type is required when appArmorProfile is set")),
        "Localhost" if local.is_absent() => Some(local.required(detail)),
        "Localhost" if local.text().trim() != local.text() => {
            Some(local.invalid("must not be padded with whitespace"))
        }
        "Localhost" => local.is_empty().then(|| local.required(detail)),
        "RuntimeDefault" | "Unconfined" => {
            let given = !local.is_absent();
            given.then(|| local.invalid("can only be set when AppArmor type is Localhost"))
        }
        _ => Some(kind.not_supported(PROFILE_TYPES)),
    };
    error.into_iter().collect()
}

/// Kernel parameters of a namespace that the Pod shares with its node (`ValidateHostSysctl`).
fn host_sysctl_error(spec: &Field<'_>, name: &Field<'_>) -> Option<FieldError> {
    let parameter = name.text().replace('/', ".");
    let is_of = |prefixes: &[&str]| prefixes.iter().any(|prefix| parameter.starts_with(prefix));
    let shared = [("hostNetwork", NET_SYSCTLS), ("hostIPC", IPC_SYSCTLS)]
        .into_iter()
        .find(|(field, prefixes)| spec.child(field).value() == &Value::Bool(true) && is_of(prefixes));
    shared.map(|(field, _)| name.invalid(format!("may not be specified when '{field}' is true")))
}

/// All of `/proc` is only for a container whose users are not those of the node.
pub(super) fn unmasked_error(spec: &Field<'_>, container: &Field<'_>) -> Option<FieldError> {
    let mount = container.child("securityContext").child("procMount");
    let unmasked = mount.text() == "Unmasked" && !has_own_users(spec);
    unmasked.then(|| mount.invalid("`hostUsers` must be false to use `Unmasked`"))
}

/// What is wrong with the security context of a Pod.
pub(super) fn pod_security_errors(spec: &Field<'_>) -> FieldErrors {
    let context = &spec.child("securityContext");
    let mut errors = FieldErrors::new();
    for name in ["fsGroup", "runAsUser", "runAsGroup"] {
        errors.extend(id_error(&context.child(name)));
    }
    errors.extend(context.child("supplementalGroups").items().filter_map(|group| id_error(&group)));
    let share = spec.child("shareProcessNamespace");
    if [&share, &spec.child("hostPID")].iter().all(|field| field.value() == &Value::Bool(true)) {
        let path = format!("{}.shareProcessNamespace", context.path());
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        errors.push(Field::at(path, share.value()).invalid(detail));
    }
    let mut taken = Vec::new();
    for sysctl in context.child("sysctls").items() {
        let name = sysctl.child("name");
        if name.is_empty() {
            errors.push(name.required(""));
        } else if taken.contains(&name.text()) {
            errors.push(name.duplicate());
        } else if !is_sysctl_name(name.text()) {
            errors.push(name.invalid(SYSCTL_NAME));
        }
        errors.extend(host_sysctl_error(spec, &name));
        taken.push(name.text());
    }
    let policies: [(&str, &[&str]); 3] = [
        ("fsGroupChangePolicy", &["Always", "OnRootMismatch"]),
        ("supplementalGroupsPolicy", &["Merge", "Strict"]),
        ("seLinuxChangePolicy", &["MountOption", "Recursive"]),
    ];
    for (policy, supported) in policies {
        let policy = context.child(policy);
        if !policy.is_absent() && !supported.contains(&policy.text()) {
            errors.push(policy.not_supported(supported));
        }
    }
    errors.extend(seccomp_errors(&context.child("seccompProfile")));
    errors.extend(app_armor_errors(&context.child("appArmorProfile")));
    errors
}

/// What is wrong with the security context of a container (`ValidateSecurityContext`).
pub(super) fn container_security_errors(context: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for name in ["runAsUser", "runAsGroup"] {
        errors.extend(id_error(&context.child(name)));
    }
    let mount = context.child("procMount");
    if !mount.is_absent() && !["Default", "Unmasked"].contains(&mount.text()) {
        errors.push(mount.not_supported(&["Default", "Unmasked"]));
    }
    errors.extend(seccomp_errors(&context.child("seccompProfile")));
    let escalation = context.child("allowPrivilegeEscalation");
    if escalation.value() == &Value::Bool(false) {
        if context.child("privileged").value() == &Value::Bool(true) {
            let detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
            errors.push(context.invalid(detail).showing(compact("SecurityContext", context.value())));
        }
        let added = context.child("capabilities").child("add");
        if added.items().any(|capability| capability.text() == "CAP_SYS_ADMIN") {
            let detail =
                "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
            errors.push(context.invalid(detail).showing(compact("SecurityContext", context.value())));
        }
    }
    errors.extend(app_armor_errors(&context.child("appArmorProfile")));
    errors
}

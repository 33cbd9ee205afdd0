//! Rules of PersistentVolumes, claims for them, and StorageClasses.

use crate::apimachinery::is_volume_source;
use crate::apimachinery::{
    FieldError, FieldErrorType, FieldErrors, Object, Quantity, validate_dns1123_subdomain, validate_label_key,
};
use crate::base::{Map, Value};

use super::field::Field;
use super::internal_types::with_difference;
use super::volume::of_one_source;
use super::workload::{expression_errors, label_errors};

/// Ways to use a volume, in the order of messages.
const ACCESS_MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES: &[&str] = &["Block", "Filesystem"];
const RECLAIM_POLICIES: &[&str] = &["Delete", "Recycle", "Retain"];
const BINDING_MODES: &[&str] = &["Immediate", "WaitForFirstConsumer"];
/// Types of host paths, in the order of messages.
const HOST_PATH_TYPES: &[&str] =
    &["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
/// What a client is told that changes more of a claim than it may.
const CLAIM_FIXED: &str = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
/// The longest name of a driver.
const DRIVER_MAX: usize = 63;
/// The size asked for, as a pointer.
const REQUEST: &str = "/spec/resources/requests/storage";

/// What is wrong with a volume (`ValidatePersistentVolume`).
pub(crate) fn persistent_volume_errors(volume: &Object) -> FieldErrors {
    let spec = Field::of(volume, "spec");
    let mut errors = access_mode_errors(&spec.child("accessModes"), "");
    errors.extend(capacity_errors(&spec.child("capacity")));
    let policy = spec.child("persistentVolumeReclaimPolicy");
    if !policy.is_empty() {
        errors.extend(policy.one_of(RECLAIM_POLICIES));
    }
    errors.extend(of_one_source(&spec, SOURCES, source_errors));
    let root = volume.text("/spec/hostPath/path").trim_end_matches('/').is_empty()
        && !volume.text("/spec/hostPath/path").is_empty();
    if root && policy.text() == "Recycle" {
        errors.push(policy.forbidden("may not be 'recycle' for a hostPath mount of '/'"));
    }
    errors.extend(class_and_mode_errors(&spec));
    errors
}

fn access_mode_errors(modes: &Field<'_>, missing: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if modes.is_empty() {
        errors.push(modes.required(missing));
    }
    let (mut alone, mut others) = (false, false);
    for mode in modes.items() {
        if !ACCESS_MODES.contains(&mode.text()) {
            errors.push(FieldError::not_supported(modes.path(), mode.value().clone(), ACCESS_MODES));
        }
        if mode.text() == "ReadWriteOncePod" { alone = true } else { others = true }
    }
    if alone && others {
        errors.push(modes.forbidden("may not use ReadWriteOncePod with other access modes"));
    }
    errors
}

fn capacity_errors(capacity: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if capacity.is_empty() {
        errors.push(capacity.required(""));
    }
    let amounts = capacity.map().cloned().unwrap_or_default();
    if amounts.len() != 1 || !amounts.contains_key("storage") {
        errors.push(capacity.not_supported(&["storage"]));
    }
    for (name, amount) in &amounts {
        errors.extend(positive_amount_error(&format!("{}[{name}]", capacity.path()), amount));
    }
    errors
}

fn positive_amount_error(path: &str, amount: &Value) -> Option<FieldError> {
    let quantity = Quantity::from_value(amount)?;
    let positive = !quantity.is_zero() && !quantity.is_negative();
    (!positive).then(|| FieldError::invalid(path, quantity.to_string(), "must be greater than zero"))
}

/// The sources of PersistentVolumes, in the order in which they are looked at.
const SOURCES: &str = "hostPath gcePersistentDisk awsElasticBlockStore glusterfs flocker nfs rbd quobyte cephfs iscsi cinder fc flexVolume azureFile vsphereVolume photonPersistentDisk portworxVolume azureDisk scaleIO local storageos csi";

fn source_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let given = |map: &Map| map.iter().any(|(field, value)| is_volume_source(field) && !value.is_null());
    if !spec.map().is_some_and(given) {
        errors.push(spec.required("must specify a volume type"));
    }
    errors.extend(host_path_errors(&spec.child("hostPath")));
    let local = spec.child("local");
    if !local.is_absent() {
        if local.child("path").is_empty() {
            errors.push(local.child("path").required(""));
        }
        if spec.child("nodeAffinity").is_absent() {
            errors.push(spec.child("nodeAffinity").required("Local volume requires node affinity"));
        }
    }
    for (source, fields) in [("nfs", ["server", "path"]), ("csi", ["driver", "volumeHandle"])] {
        let source = spec.child(source);
        if !source.is_absent() {
            let missing = fields.iter().map(|field| source.child(field)).filter(Field::is_empty);
            errors.extend(missing.map(|field| field.required("")));
        }
    }
    let driver = spec.child("csi").child("driver");
    if !driver.is_empty() {
        errors.extend(driver.invalid_all(validate_dns1123_subdomain(&driver.text().to_lowercase())));
        if driver.text().len() > DRIVER_MAX {
            errors.push(FieldError::new(
                driver.path(),
                FieldErrorType::TooLong,
                Value::Null,
                format!("may not be more than {DRIVER_MAX} bytes"),
            ));
        }
    }
    errors
}

/// What is wrong with a path on the node (`validateHostPathVolumeSource`).
pub(super) fn host_path_errors(source: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if source.is_absent() {
        return errors;
    }
    let (path, kind) = (source.child("path"), source.child("type"));
    if path.is_empty() {
        errors.push(path.required(""));
        return errors;
    }
    if path.text().split('/').any(|part| part == "..") {
        errors.push(path.invalid("must not contain '..'"));
    }
    if !kind.is_absent() && !HOST_PATH_TYPES.contains(&kind.text()) {
        errors.push(kind.not_supported(HOST_PATH_TYPES));
    }
    errors
}

fn class_and_mode_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let (class, mode) = (spec.child("storageClassName"), spec.child("volumeMode"));
    if !class.is_empty() {
        errors.extend(class.invalid_all(validate_dns1123_subdomain(class.text())));
    }
    if !mode.is_absent() && !VOLUME_MODES.contains(&mode.text()) {
        errors.push(mode.not_supported(VOLUME_MODES));
    }
    errors
}

/// What is wrong with a change of a volume (`ValidatePersistentVolumeUpdate`).
pub(crate) fn persistent_volume_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let source = |volume: &Object| -> Map {
        let mut spec = volume.map("/spec").cloned().unwrap_or_default();
        spec.retain(|field, value| is_volume_source(field) && !value.is_null());
        spec
    };
    let (before, after) = (Value::from(source(old)), Value::from(source(new)));
    let mut errors = FieldErrors::new();
    if before != after {
        let message = "spec.persistentvolumesource is immutable after creation";
        let message = with_difference(message, "PersistentVolumeSource", &before, &after);
        errors.push(FieldError::forbidden("spec.persistentvolumesource", message));
    }
    errors.extend(fixed_mode_error(new, old));
    let affinity = Field::of(new, "spec").child("nodeAffinity");
    let before = old.get("/spec/nodeAffinity").filter(|before| !before.is_null());
    if before.is_some_and(|before| before != affinity.value()) {
        errors.push(affinity.invalid("field is immutable"));
    }
    errors
}

fn fixed_mode_error(new: &Object, old: &Object) -> Option<FieldError> {
    let mode = new.get("/spec/volumeMode").cloned().unwrap_or_default();
    (new.get("/spec/volumeMode") != old.get("/spec/volumeMode"))
        .then(|| FieldError::invalid("volumeMode", mode, "field is immutable"))
}

/// What is wrong with a claim (`ValidatePersistentVolumeClaim`).
pub(crate) fn persistent_volume_claim_errors(claim: &Object) -> FieldErrors {
    claim_spec_errors(&Field::of(claim, "spec"))
}

/// What is wrong with the spec of a claim, alone or in a template.
pub(super) fn claim_spec_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = access_mode_errors(&spec.child("accessModes"), "at least 1 access mode is required");
    let selector = spec.child("selector");
    errors.extend(label_errors(&selector.child("matchLabels")));
    for expression in selector.child("matchExpressions").items() {
        errors.extend(expression_errors(&expression));
    }
    let resources = spec.child("resources");
    let path = format!("{}[storage]", resources.path());
    match resources.child("requests").child("storage").value() {
        Value::Null => errors.push(FieldError::required(path, "")),
        amount => errors.extend(positive_amount_error(&path, amount)),
    }
    errors.extend(class_and_mode_errors(spec));
    errors
}

/// What is wrong with a change of a claim (`ValidatePersistentVolumeClaimUpdate`).
pub(crate) fn persistent_volume_claim_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let mut allowed = new.clone();
    let mut restored = Vec::new();
    if old.text("/spec/volumeName").is_empty() {
        restored.push("/spec/volumeName");
    }
    // A claim without a class may be given one later, by the controller or by hand.
    if old.get("/spec/storageClassName").is_none_or(Value::is_null) {
        restored.push("/spec/storageClassName");
    }
    if new.text("/status/phase") == "Bound" {
        restored.extend([REQUEST, "/spec/volumeAttributesClassName"]);
    }
    for pointer in restored {
        match old.get(pointer) {
            Some(value) => allowed.set(pointer, value.clone()),
            None => drop(allowed.remove(pointer)),
        }
    }
    let spec = |claim: &Object| claim.get("/spec").cloned().unwrap_or_default();
    let mut errors = FieldErrors::new();
    if spec(&allowed) != spec(old) {
        let (before, after) = (spec(old), spec(&allowed));
        let message = with_difference(CLAIM_FIXED, "PersistentVolumeClaimSpec", &before, &after);
        errors.push(FieldError::forbidden("spec", message));
    }
    let amount = |claim: &Object, pointer: &str| {
        claim.get(pointer).and_then(Quantity::from_value).unwrap_or(Quantity::ZERO)
    };
    let (wanted, had) = (amount(new, REQUEST), amount(old, REQUEST));
    if wanted < had && wanted <= amount(old, "/status/capacity/storage") {
        let path = "spec.resources.requests.storage";
        errors.push(FieldError::forbidden(path, "field can not be less than status.capacity"));
    }
    errors.extend(fixed_mode_error(new, old));
    errors
}

/// What is wrong with a class (`ValidateStorageClass`).
pub(crate) fn storage_class_errors(class: &Object) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let provisioner = Field::of(class, "provisioner");
    if provisioner.is_empty() {
        errors.push(provisioner.required(""));
    }
    for (key, value) in class.map("/parameters").into_iter().flatten() {
        if key.is_empty() {
            errors.push(FieldError::invalid("parameters", key.as_str(), "field must not be empty"));
        }
        if !value.is_string() {
            let kind = FieldErrorType::Invalid;
            errors.push(FieldError::new(
                format!("parameters[{key}]"),
                kind,
                value.clone(),
                "must be a string",
            ));
        }
    }
    let policy = Field::of(class, "reclaimPolicy");
    if !policy.is_empty() && !["Delete", "Retain"].contains(&policy.text()) {
        errors.push(policy.not_supported(&["Delete", "Retain"]));
    }
    let mode = Field::of(class, "volumeBindingMode");
    if mode.is_empty() {
        errors.push(mode.required(""));
    } else if !BINDING_MODES.contains(&mode.text()) {
        errors.push(mode.not_supported(BINDING_MODES));
    }
    let terms = Field::of(class, "allowedTopologies");
    for expression in terms.items().flat_map(|term| term.child("matchLabelExpressions").items()) {
        let (key, values) = (expression.child("key"), expression.child("values"));
        if values.is_empty() {
            errors.push(values.required(""));
        }
        for (index, value) in values.items().enumerate() {
            let repeated = values.items().take(index).any(|other| other.text() == value.text());
            errors.extend(repeated.then(|| value.duplicate()));
        }
        errors.extend(key.invalid_all(validate_label_key(key.text())));
    }
    errors
}

/// What is wrong with a change of a class (`ValidateStorageClassUpdate`).
pub(crate) fn storage_class_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for field in ["parameters", "provisioner", "reclaimPolicy"] {
        if Field::of(new, field).value() != Field::of(old, field).value() {
            let detail = format!("updates to {field} are forbidden.");
            errors.push(FieldError::forbidden(field, detail));
        }
    }
    let mode = Field::of(new, "volumeBindingMode");
    if mode.value() != Field::of(old, "volumeBindingMode").value() {
        errors.push(mode.invalid("field is immutable"));
    }
    errors
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn object(spec: Value) -> Object {
        Object::from_value(json!({"spec": spec})).unwrap()
    }

    fn texts(errors: &FieldErrors) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_claim_says_how_much_it_wants_and_how_it_is_used() {
        assert_eq!(
            texts(&persistent_volume_claim_errors(&object(json!({})))),
            [
                "spec.accessModes: Required value: at least 1 access mode is required",
                "spec.resources[storage]: Required value",
            ]
        );
        let claim = object(json!({"accessModes": ["ReadWriteOncePod", "Any"],
            "resources": {"requests": {"storage": "0"}}, "volumeMode": "Tape"}));
        assert_eq!(
            texts(&persistent_volume_claim_errors(&claim)),
            [
                "spec.accessModes: Unsupported value: \"Any\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"",
                "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
                "spec.resources[storage]: Invalid value: \"0\": must be greater than zero",
                "spec.volumeMode: Unsupported value: \"Tape\": supported values: \"Block\", \"Filesystem\"",
            ]
        );
    }

    #[test]
    fn a_claim_may_only_grow_and_only_when_bound() {
        let mut old = object(json!({"accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "standard"}));
        let mut new = old.clone();
        new.set(REQUEST, "2Gi");
        let refused = texts(&persistent_volume_claim_update_errors(&new, &old));
        assert_eq!(refused.len(), 1);
        assert!(refused[0].starts_with(&format!("spec: Forbidden: {CLAIM_FIXED}\n")), "{refused:?}");
        for claim in [&mut old, &mut new] {
            claim.set("/status", json!({"phase": "Bound", "capacity": {"storage": "1Gi"}}));
        }
        assert_eq!(persistent_volume_claim_update_errors(&new, &old), []);
        new.set(REQUEST, "512Mi");
        assert_eq!(
            texts(&persistent_volume_claim_update_errors(&new, &old)),
            ["spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"]
        );
    }

    #[test]
    fn drivers_have_names_and_topologies_values() {
        let volume = object(json!({"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"},
            "csi": {"driver": "BAD_", "volumeHandle": "x"}}));
        let told = texts(&persistent_volume_errors(&volume));
        assert!(
            told[0].starts_with("spec.csi.driver: Invalid value: \"BAD_\": a lowercase RFC 1123"),
            "{told:?}"
        );
        let class = Object::from_value(json!({"provisioner": "p", "volumeBindingMode": "Immediate",
            "allowedTopologies": [{"matchLabelExpressions": [{"key": "zone", "values": []},
                {"key": "zone", "values": ["a", "a"]}]}]}))
        .unwrap();
        assert_eq!(
            texts(&storage_class_errors(&class)),
            [
                "allowedTopologies[0].matchLabelExpressions[0].values: Required value",
                "allowedTopologies[0].matchLabelExpressions[1].values[1]: Duplicate value: \"a\"",
            ]
        );
    }

    #[test]
    fn a_volume_has_one_source_and_keeps_it() {
        let volume = object(json!({"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"},
            "hostPath": {"path": "/data", "type": ""}}));
        assert_eq!(persistent_volume_errors(&volume), []);
        assert_eq!(
            texts(&persistent_volume_errors(&object(json!({})))),
            [
                "spec.accessModes: Required value",
                "spec.capacity: Required value",
                "spec.capacity: Unsupported value: null: supported values: \"storage\"",
                "spec: Required value: must specify a volume type",
            ]
        );
        let mut moved = volume.clone();
        moved.set("/spec/hostPath/path", "/other");
        let refused = texts(&persistent_volume_update_errors(&moved, &volume));
        assert!(
            refused[0].starts_with(
                "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n"
            ),
            "{refused:?}"
        );
    }
}

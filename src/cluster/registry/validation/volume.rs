//! Rules of volumes.

use std::collections::BTreeSet;

use crate::apimachinery::{FieldErrors, Quantity, validate_config_key, validate_dns1123_label};
use crate::base::Key;

use super::container::{field_reference_errors, resource_reference_errors};
use super::field::Field;
use super::storage::claim_spec_errors;

/// What a client is told about a mode of files that is none.
const MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";
/// The sources of a Pod's volumes, in the order in which they are looked at.
const VOLUME_SOURCES: &str = "emptyDir hostPath gitRepo gcePersistentDisk awsElasticBlockStore secret nfs iscsi glusterfs flocker persistentVolumeClaim rbd cinder cephfs quobyte downwardAPI fc flexVolume azureFile vsphereVolume configMap photonPersistentDisk portworxVolume azureDisk storageos projected scaleIO csi ephemeral image";
/// What may be at a path of the node.
const HOST_PATH_TYPES: &[&str] =
    &["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// Names that volumes of a Pod go by.
pub(super) fn volume_names<'a>(volumes: &Field<'a>) -> Vec<&'a str> {
    volumes.items().map(|volume| volume.child("name").text()).collect()
}

/// What is wrong with the volumes of a Pod.
pub(super) fn volume_errors(volumes: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    for volume in volumes.items() {
        errors.extend(of_one_source(&volume, VOLUME_SOURCES, source_errors));
        let name = volume.child("name");
        if name.is_empty() {
            errors.push(name.required(""));
        } else {
            errors.extend(name.invalid_all(validate_dns1123_label(name.text())));
        }
        if taken.contains(&name.text()) && !name.is_empty() {
            errors.push(name.duplicate());
        }
        taken.push(name.text());
    }
    errors
}

/// What is wrong with a volume of which only the first source, in upstream's order, is looked into: there
/// may be no other one.
pub(super) fn of_one_source(
    volume: &Field<'_>,
    order: &str,
    judge: impl Fn(&Field<'_>) -> FieldErrors,
) -> FieldErrors {
    let given = order.split(' ').filter(|source| !volume.child(source).is_absent());
    let extra: Vec<&str> = given.skip(1).collect();
    let mut alone = volume.value().clone();
    if let Some(map) = alone.as_object_mut() {
        map.retain(|field, _| !extra.contains(&field.as_str()));
    }
    let mut errors = judge(&Field::at(volume.path().to_owned(), &alone));
    let forbidden = |source: &&str| volume.child(source).forbidden("may not specify more than 1 volume type");
    errors.extend(extra.iter().map(forbidden));
    errors
}

fn source_errors(volume: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if volume.map().is_none_or(|map| map.keys().all(|key| key == "name")) {
        errors.push(volume.required("must specify a volume type"));
    }
    for (source, field) in [
        ("configMap", "name"),
        ("secret", "secretName"),
        ("hostPath", "path"),
        ("persistentVolumeClaim", "claimName"),
        ("nfs", "server"),
    ] {
        let source = volume.child(source);
        let field = source.child(field);
        if !source.is_absent() && field.is_empty() {
            errors.push(field.required(""));
        }
    }
    for source in ["configMap", "secret"] {
        errors.extend(files_errors(&volume.child(source)));
    }
    errors.extend(host_path_errors(&volume.child("hostPath")));
    let ephemeral = volume.child("ephemeral");
    let template = ephemeral.child("volumeClaimTemplate");
    if !template.is_absent() {
        errors.extend(claim_spec_errors(&template.child("spec")));
    } else if !ephemeral.is_absent() {
        errors.push(template.required(""));
    }
    errors.extend(nfs_errors(&volume.child("nfs")));
    let limit = volume.child("emptyDir").child("sizeLimit");
    if Quantity::from_value(limit.value()).is_some_and(Quantity::is_negative) {
        errors.push(limit.forbidden("SizeLimit field must be a valid resource quantity"));
    }
    errors.extend(downward_errors(&volume.child("downwardAPI")));
    errors.extend(projected_errors(&volume.child("projected")));
    errors
}

fn mode_error(mode: &Field<'_>) -> Option<crate::apimachinery::FieldError> {
    (!mode.is_absent() && !(0..=0o777).contains(&mode.number())).then(|| mode.invalid(MODE))
}

/// A path inside a volume.
pub(super) fn inner_path_errors(path: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if path.text().starts_with('/') {
        errors.push(path.invalid("must be a relative path"));
    }
    if path.text().split('/').any(|part| part == "..") {
        errors.push(path.invalid("must not contain '..'"));
    }
    errors
}

/// What is wrong with a volume made of the files of a ConfigMap or a Secret.
fn files_errors(source: &Field<'_>) -> FieldErrors {
    let mut errors: FieldErrors = mode_error(&source.child("defaultMode")).into_iter().collect();
    for item in source.child("items").items() {
        let (key, path) = (item.child("key"), item.child("path"));
        if key.is_empty() {
            errors.push(key.required(""));
        } else {
            errors.extend(key.invalid_all(validate_config_key(key.text())));
        }
        if path.is_empty() {
            errors.push(path.required(""));
        }
        errors.extend(file_path_errors(&path));
        errors.extend(mode_error(&item.child("mode")));
    }
    errors
}

/// A file's path inside a volume, which may not begin like the folders that the kubelet keeps there.
fn file_path_errors(path: &Field<'_>) -> FieldErrors {
    let mut errors = inner_path_errors(path);
    if path.text().starts_with("..") && !path.text().starts_with("../") && path.text() != ".." {
        errors.push(path.invalid("must not start with '..'"));
    }
    errors
}

fn host_path_errors(source: &Field<'_>) -> FieldErrors {
    let (path, kind) = (source.child("path"), source.child("type"));
    let mut errors = FieldErrors::new();
    if path.text().split('/').any(|part| part == "..") {
        errors.push(path.invalid("must not contain '..'"));
    }
    if !HOST_PATH_TYPES.contains(&kind.text()) {
        errors.push(kind.not_supported(HOST_PATH_TYPES));
    }
    errors
}

fn nfs_errors(source: &Field<'_>) -> FieldErrors {
    let path = source.child("path");
    if source.is_absent() {
        return FieldErrors::new();
    }
    if path.is_empty() {
        return vec![path.required("")];
    }
    if path.text().starts_with('/') {
        FieldErrors::new()
    } else {
        vec![path.invalid("must be an absolute path")]
    }
}

fn downward_errors(source: &Field<'_>) -> FieldErrors {
    let mut errors: FieldErrors = mode_error(&source.child("defaultMode")).into_iter().collect();
    for item in source.child("items").items() {
        let (path, field, resource) =
            (item.child("path"), item.child("fieldRef"), item.child("resourceFieldRef"));
        if path.is_empty() {
            errors.push(path.required(""));
        }
        errors.extend(file_path_errors(&path));
        match (field.is_absent(), resource.is_absent()) {
            (false, false) => {
                errors.push(item.invalid_value(
                    "resource",
                    "fieldRef and resourceFieldRef can not be specified simultaneously",
                ));
            }
            (true, true) => errors.push(item.required("one of fieldRef and resourceFieldRef is required")),
            (false, true) => errors.extend(field_reference_errors(&field, DOWNWARD_FIELDS)),
            (true, false) => errors.extend(resource_reference_errors(&resource, true)),
        }
        errors.extend(mode_error(&item.child("mode")));
    }
    errors
}

/// Fields of a Pod that a file may show.
const DOWNWARD_FIELDS: &[&str] =
    &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/// Paths of one source that another has taken (`validateProjectionSources`).
fn taken_paths<'a>(projected: &Field<'_>, source: &Field<'a>, taken: &mut BTreeSet<&'a str>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for kind in ["configMap", "secret", "downwardAPI"] {
        let source = source.child(kind);
        for path in source.child("items").items().map(|item| item.child("path").text()) {
            if !path.is_empty() && !taken.insert(path) {
                let name = if kind == "downwardAPI" { path } else { source.child("name").text() };
                errors.push(projected.invalid_value(name, "conflicting duplicate paths"));
            }
        }
    }
    errors
}

fn projected_errors(projected: &Field<'_>) -> FieldErrors {
    let mut errors: FieldErrors = mode_error(&projected.child("defaultMode")).into_iter().collect();
    let mut taken = BTreeSet::new();
    for source in projected.child("sources").items() {
        let kinds: Vec<&Key> = source.map().into_iter().flat_map(|map| map.keys()).collect();
        if kinds.is_empty() {
            errors.push(source.required("must specify a volume type"));
        }
        for extra in kinds.iter().skip(1) {
            errors.push(source.child(extra).forbidden("may not specify more than 1 volume type"));
        }
        for kind in ["configMap", "secret"] {
            let files = source.child(kind);
            if !files.is_absent() && files.child("name").is_empty() {
                errors.push(files.child("name").required(""));
            }
            errors.extend(files_errors(&files));
        }
        errors.extend(downward_errors(&source.child("downwardAPI")));
        errors.extend(taken_paths(projected, &source, &mut taken));
        let token = source.child("serviceAccountToken");
        if !token.is_absent() {
            let (path, seconds) = (token.child("path"), token.child("expirationSeconds"));
            if !seconds.is_absent() && seconds.number() < 10 * 60 {
                errors.push(seconds.invalid("may not specify a duration less than 10 minutes"));
            }
            if path.is_empty() {
                errors.push(path.required(""));
            }
            errors.extend(inner_path_errors(&path));
        }
    }
    errors
}

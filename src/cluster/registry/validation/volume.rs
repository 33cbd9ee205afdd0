//! Rules of volumes.

use crate::apimachinery::{FieldErrors, validate_dns1123_label};

use super::field::Field;

/// Names that volumes of a Pod go by.
pub(super) fn volume_names<'a>(volumes: &Field<'a>) -> Vec<&'a str> {
    volumes.items().map(|volume| volume.child("name").text()).collect()
}

/// What is wrong with the volumes of a Pod.
pub(super) fn volume_errors(volumes: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    for volume in volumes.items() {
        errors.extend(source_errors(&volume));
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

fn source_errors(volume: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let sources: Vec<&String> =
        volume.map().into_iter().flat_map(|map| map.keys()).filter(|key| *key != "name").collect();
    if sources.is_empty() {
        errors.push(volume.required("must specify a volume type"));
    }
    for extra in sources.iter().skip(1) {
        errors.push(volume.child(extra).forbidden("may not specify more than 1 volume type"));
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
    errors
}

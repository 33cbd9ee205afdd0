//! Rules of variables whose values stand in a file of a volume (`fileKeyRef`).

use crate::apimachinery::{FieldErrors, validate_dns1123_label, validate_environment_variable_name};

use super::field::Field;
use super::volume::inner_path_errors;

/// What a client is told whose file is in a volume that the Pod's containers do not write.
const ONLY_EMPTY: &str = "referenced volume must be of type emptyDir";
/// The longest name of a variable in a file.
const KEY_MAX: usize = 128;

/// What is wrong with a reference to a variable in a file.
pub(super) fn file_key_errors(reference: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if reference.is_absent() {
        return errors;
    }
    let [volume, path, key] = ["volumeName", "path", "key"].map(|field| reference.child(field));
    for field in [&key, &volume, &path].into_iter().filter(|field| field.is_empty()) {
        errors.push(field.required(""));
    }
    if !key.is_empty() {
        errors.extend(key.invalid_all(validate_environment_variable_name(key.text())));
        if key.text().len() > KEY_MAX {
            errors.push(key.invalid(format!("must be no more than {KEY_MAX} bytes")));
        }
    }
    if !volume.is_empty() {
        errors.extend(volume.invalid_all(validate_dns1123_label(volume.text())));
    }
    errors.extend(inner_path_errors(&path));
    errors
}

/// The files of a Pod's variables are in volumes that its containers write.
pub(super) fn env_file_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    let containers = lists.into_iter().flat_map(|list| spec.child(list).items());
    for variable in containers.flat_map(|container| container.child("env").items()) {
        let name = variable.child("valueFrom").child("fileKeyRef").child("volumeName");
        if name.is_empty() {
            continue;
        }
        let volume = spec.child("volumes").items().find(|volume| volume.child("name").text() == name.text());
        match volume {
            None => errors.push(name.not_found()),
            Some(volume) if volume.child("emptyDir").is_absent() => errors.push(name.invalid(ONLY_EMPTY)),
            Some(_) => {}
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use crate::apimachinery::Object;
    use crate::base::json;

    use super::*;

    #[test]
    fn a_file_of_variables_is_in_a_volume_that_containers_write() {
        let variable = |volume| json!({"valueFrom": {"fileKeyRef": {"volumeName": volume, "path": "a.env", "key": "A"}}});
        let pod = Object::from_value(json!({"spec": {
            "volumes": [{"name": "own", "emptyDir": {}}, {"name": "secret", "secret": {"secretName": "s"}}],
            "initContainers": [{"env": [variable("secret")]}],
            "containers": [{"env": [variable("own"), variable("none")]}],
        }}))
        .unwrap();
        let told: Vec<String> =
            env_file_errors(&Field::of(&pod, "spec")).iter().map(ToString::to_string).collect();
        let reference = "valueFrom.fileKeyRef.volumeName";
        assert_eq!(
            told,
            [
                format!("spec.initContainers[0].env[0].{reference}: Invalid value: \"secret\": {ONLY_EMPTY}"),
                format!("spec.containers[0].env[1].{reference}: Not found: \"none\""),
            ]
        );
    }

    #[test]
    fn the_path_stays_in_the_volume() {
        let reference = json!({"volumeName": "v", "path": "../a.env", "key": ""});
        let told: Vec<String> =
            file_key_errors(&Field::at("f".to_owned(), &reference)).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["f.key: Required value", "f.path: Invalid value: \"../a.env\": must not contain '..'"]
        );
    }
}

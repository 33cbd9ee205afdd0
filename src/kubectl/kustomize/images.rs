//! images: other names, tags and digests for the images of containers.

use crate::base::Value;

use super::file::Kustomization;
use super::resource::Resource;

/// Changes the images of all containers.
pub(super) fn run(file: &Kustomization, resources: &mut [Resource]) {
    for entry in file.list("images").iter().chain(file.list("imageTags")) {
        for resource in resources.iter_mut().filter(|resource| resource.kind() != "CustomResourceDefinition")
        {
            // Upstream goes through containers once for old files and once for new ones, so that a suffix
            // of tags is appended twice.
            walk(&mut resource.value, entry);
            walk(&mut resource.value, entry);
        }
    }
}

/// Containers may stand anywhere, such as in a CronJob's template.
fn walk(value: &mut Value, entry: &Value) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                if key == "containers" || key == "initContainers" {
                    for container in inner.as_array_mut().into_iter().flatten() {
                        if let Some(image) = container["image"].as_str().map(|image| changed(image, entry)) {
                            container["image"] = image.into();
                        }
                    }
                } else {
                    walk(inner, entry);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, entry)),
        _ => {}
    }
}

fn changed(image: &str, entry: &Value) -> String {
    let text = |field: &str| entry[field].as_str().unwrap_or_default();
    let (name, tag, digest) = split(image);
    if name != text("name") {
        return image.to_owned();
    }
    let name = if text("newName").is_empty() { name } else { text("newName") };
    let scalar = |field: &str| match &entry[field] {
        Value::Number(number) => number.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    let (new_tag, new_digest, suffix) = (scalar("newTag"), scalar("digest"), scalar("tagSuffix"));
    if !new_digest.is_empty() {
        return match new_tag.is_empty() {
            true => format!("{name}@{new_digest}"),
            false => format!("{name}:{new_tag}@{new_digest}"),
        };
    }
    if !new_tag.is_empty() {
        return format!("{name}:{new_tag}{suffix}");
    }
    let tag = if tag.is_empty() && suffix.is_empty() { String::new() } else { format!(":{tag}{suffix}") };
    // Another tag is another image.
    let digest = if digest.is_empty() || !suffix.is_empty() { String::new() } else { format!("@{digest}") };
    format!("{name}{tag}{digest}")
}

/// Name, tag and digest of an image.
fn split(image: &str) -> (&str, &str, &str) {
    let (rest, digest) = image.split_once('@').unwrap_or((image, ""));
    let path = rest.rfind('/').map_or(0, |slash| slash + 1);
    match rest[path..].find(':') {
        Some(colon) => (&rest[..path + colon], &rest[path + colon + 1..], digest),
        None => (rest, "", digest),
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::changed;

    #[test]
    fn a_suffix_makes_another_image_of_which_no_digest_is_known() {
        let entry = json!({"name": "nginx", "tagSuffix": "-x"});
        assert_eq!(changed("nginx:1@sha256:abc", &entry), "nginx:1-x");
        assert_eq!(
            changed("nginx@sha256:abc", &json!({"name": "nginx", "newName": "web"})),
            "web@sha256:abc"
        );
    }
}

//! `kubectl set image`.

use super::{NO_TEMPLATE, all_targets, change_each, pod_spec, resources_and_pairs};
use crate::base::Value;
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::printers::check_printing;
use crate::kubectl::resource_args::NOTHING_NAMED;

/// Sets the images of containers by name; `*` means every container.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    check_printing(call)?;
    let (resources, pairs) = resources_and_pairs(&call.args, "image")?;
    if resources.is_empty() && call.flags.all("filename").is_empty() {
        return Err(Failure::message(NOTHING_NAMED));
    }
    // Upstream reads the objects before it looks at what is to change.
    let api = call.api().await?;
    let infos = all_targets(call, &api, &resources).await?;
    if pairs.is_empty() {
        return Err(Failure::message("at least one image update is required"));
    }
    let images: Vec<(String, String)> = pairs.iter().filter_map(|pair| split(pair)).collect();
    if images.len() > 1 && images.iter().any(|(name, _)| name == "*") {
        return Err(Failure::message(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs",
        ));
    }
    change_each(call, &api, &infos, "image updated", |object| set(object, &images)).await
}

fn split(pair: &str) -> Option<(String, String)> {
    pair.split_once('=').map(|(name, image)| (name.to_owned(), image.to_owned()))
}

fn set(object: &mut Value, images: &[(String, String)]) -> Outcome {
    let Some(spec) = pod_spec(object) else {
        return Err(Failure::message(NO_TEMPLATE));
    };
    let mut missing = Vec::new();
    for (name, image) in images {
        let mut found = false;
        for list in ["initContainers", "containers"] {
            for container in spec[list].as_array_mut().into_iter().flatten() {
                if name == "*" || container["name"] == *name.as_str() {
                    found = true;
                    match container.as_object_mut() {
                        // Go's struct has no empty image.
                        Some(container) if image.is_empty() => drop(container.remove("image")),
                        _ => container["image"] = image.as_str().into(),
                    }
                }
            }
        }
        if spec["initContainers"].is_null()
            && let Some(spec) = spec.as_object_mut()
        {
            spec.remove("initContainers");
        }
        if !found && name != "*" {
            missing.push(Failure::message(format!("error: unable to find container named {name:?}")));
        }
    }
    Failure::many(missing)
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn only_the_named_container_changes() {
        let mut pod = json!({"kind": "Pod", "spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "x"}]}});
        set(&mut pod, &[("b".to_owned(), "y".to_owned())]).unwrap();
        assert_eq!(
            pod["spec"],
            json!({"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]})
        );
        let failure = set(&mut pod, &[("c".to_owned(), "y".to_owned())]).unwrap_err();
        assert_eq!(failure.report(), r#"error: unable to find container named "c""#);
    }
}

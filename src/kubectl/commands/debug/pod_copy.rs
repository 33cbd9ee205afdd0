//! `kubectl debug --copy-to`: a copy of a Pod with a debug container, or with other images.

use super::profiles::Style;
use super::{Wanted, container, container_name, customize, set_flags, warn_of_user};
use crate::apimachinery::builtin;
use crate::base::{Value, json};
use crate::kubectl::api::Api;
use crate::kubectl::command::Call;
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};

/// Creates the copy; gives it back with the name of its debug container, empty when there is none.
pub(super) async fn create(
    call: &mut Call<'_>,
    api: &Api,
    wanted: &mut Wanted,
    pod: &Value,
) -> Outcome<(Value, String)> {
    let mut copy = copy_of(call, pod);
    let name = add_container(call, wanted, &mut copy)?;
    if !name.is_empty() {
        wanted.profile.apply(&mut copy, &name, Style::Copy, call);
        customize(wanted, &mut copy, "containers", &name);
        warn_of_user(call, &copy, "containers", &name)?;
    }
    let pods = Resource::from(&builtin::POD);
    let namespace = text_of(&pod["metadata"]["namespace"]);
    let created = api.post(&pods.collection(namespace), &copy).await?;
    if call.flags.on("replace") {
        let url = pods.object(namespace, text_of(&pod["metadata"]["name"]));
        api.delete(&url, &json!({"gracePeriodSeconds": 0})).await?;
    }
    Ok((created, name))
}

/// The Pod under another name, without what belongs to the one that runs.
fn copy_of(call: &Call<'_>, pod: &Value) -> Value {
    let mut spec = pod["spec"].clone();
    if let Some(spec) = spec.as_object_mut() {
        spec.remove("ephemeralContainers");
        if !call.flags.on("same-node") {
            spec.remove("nodeName");
        }
    }
    if call.flags.is_set("share-processes") {
        spec["shareProcessNamespace"] = call.flags.on("share-processes").into();
    }
    let images: Vec<(&str, &str)> =
        call.flags.all("set-image").iter().filter_map(|pair| pair.split_once('=')).collect();
    for container in spec["containers"].as_array_mut().into_iter().flatten() {
        let name = text_of(&container["name"]).to_owned();
        let find = |wanted: &str| images.iter().find(|(known, _)| *known == wanted).map(|(_, image)| *image);
        if let Some(image) = find(&name).or_else(|| find("*")) {
            container["image"] = image.into();
        }
    }
    let mut metadata = json!({"name": call.flags.text("copy-to"), "namespace": pod["metadata"]["namespace"]});
    for field in ["labels", "annotations"] {
        if let Some(map) = pod["metadata"].get(field) {
            metadata[field] = map.clone();
        }
    }
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
}

/// Changes the container that `--container` names, or adds one.
fn add_container(call: &mut Call<'_>, wanted: &mut Wanted, copy: &mut Value) -> Outcome<String> {
    let mut name = call.flags.text("container").to_owned();
    let image = call.flags.text("image").to_owned();
    let known = array(&copy["spec"]["containers"]).iter().any(|container| container["name"] == name);
    if !known {
        if image.is_empty() {
            if !call.flags.all("set-image").is_empty() {
                return Ok(String::new());
            }
            return Err(Failure::message("you must specify image when creating new container"));
        }
        if name.is_empty() {
            name = container_name(call, wanted, copy)?;
        }
        let new = container(call, wanted, &name);
        if let Some(list) = copy["spec"]["containers"].as_array_mut() {
            list.push(new);
        }
    }
    for container in copy["spec"]["containers"].as_array_mut().into_iter().flatten() {
        if container["name"] != name {
            continue;
        }
        set_flags(call, wanted, container);
        if !image.is_empty() {
            container["image"] = image.as_str().into();
        }
    }
    Ok(name)
}

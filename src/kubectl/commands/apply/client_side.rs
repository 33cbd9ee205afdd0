//! Applying by a three-way patch: last applied, file, live (`k8s.io/kubectl/pkg/cmd/apply/patcher.go`).

use super::super::record::record;
use super::{Applied, Failure, Outcome};
use crate::apimachinery::{
    InGoOrder, apply_merge_patch, apply_strategic_patch, clashing_strategic_patch, create_merge_patch,
    supports_strategic_patch, three_way_merge_patch, three_way_strategic_patch,
};
use crate::base::{Value, escape_html, json, to_yaml};
use crate::kubectl::api::{Api, MERGE_PATCH, STRATEGIC_PATCH};
use crate::kubectl::command::Call;
use crate::kubectl::commands::delete::Plan;
use crate::kubectl::discovery::Resource;
use crate::kubectl::printers::DryRun;
use crate::kubectl::resource_args::Info;
use crate::kubectl::watch::until;

/// The annotation that remembers what was applied.
pub(in crate::kubectl::commands) const LAST_APPLIED: &str =
    "kubectl.kubernetes.io/last-applied-configuration";
/// How often a conflict is answered by reading again.
const RETRIES: usize = 5;

/// Applies one object of a file.
pub(super) async fn apply(call: &mut Call<'_>, api: &Api, info: &Info, dry_run: DryRun) -> Outcome<Applied> {
    let mut modified = info.object.value().clone();
    record(call, &mut modified);
    annotate(&mut modified);
    let live = match api.get(&info.url()).await {
        Err(failure) if failure.is_not_found() => return create(call, api, info, modified, dry_run).await,
        other => other.map_err(|failure| super::retrieving(failure, info))?,
    };
    if last_applied_of(&live).is_none() {
        call.complain(format!(
            "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.",
            info.resource.plural, info.name
        ))?;
    }
    if dry_run == DryRun::Client {
        let (patch, content_type) = patch_of(&info.resource, &modified, &live)?;
        let verb = if patch == json!({}) { "unchanged" } else { "configured" };
        return Ok(Applied { object: merged(&info.resource, &patch, content_type, &live)?, verb });
    }
    patch(call, api, info, &modified, live, dry_run).await
}

async fn create(
    call: &Call<'_>,
    api: &Api,
    info: &Info,
    mut modified: Value,
    dry_run: DryRun,
) -> Outcome<Applied> {
    if dry_run == DryRun::Client {
        return Ok(Applied { object: modified, verb: "created" });
    }
    super::super::create::forget_version(&mut modified);
    // As a later apply would: a null is a field that is not there.
    remove_nulls(&mut modified);
    let url = super::super::create::write_url(call, info.resource.collection(&info.namespace), dry_run);
    let object =
        api.post(&url, &modified).await.map_err(|failure| failure.about("creating", &info.source))?;
    Ok(Applied { object, verb: "created" })
}

async fn patch(
    call: &Call<'_>,
    api: &Api,
    info: &Info,
    modified: &Value,
    mut live: Value,
    dry_run: DryRun,
) -> Outcome<Applied> {
    let url = super::super::create::write_url(call, info.url(), dry_run);
    for attempt in 0.. {
        let (patch, content_type) = match patch_of(&info.resource, modified, &live) {
            Ok(computed) => computed,
            Err(failure) => return Err(uncomputed(call, info, modified, &live, &failure.to_string())?),
        };
        if patch == json!({}) {
            return Ok(Applied { object: live, verb: "unchanged" });
        }
        if !call.flags.on("overwrite")
            && let Some(clash) = clash(&info.resource, &live, &patch)?
        {
            return Err(uncomputed(call, info, modified, &live, &clash)?);
        }
        match api.patch(&url, content_type, &patch).await {
            Ok(object) => return Ok(Applied { object, verb: "configured" }),
            Err(failure) if is_conflict(&failure) && attempt < RETRIES => live = api.get(&info.url()).await?,
            Err(failure) if may_force(&failure) && call.flags.on("force") => {
                return replace(call, api, info, modified, live, dry_run).await;
            }
            Err(failure) => return Err(explain(failure, info, &patch)),
        }
    }
    Err(Failure::message("timed out waiting for the condition"))
}

fn is_conflict(failure: &Failure) -> bool {
    failure.status().is_some_and(|status| status.is("Conflict"))
}

fn may_force(failure: &Failure) -> bool {
    failure.status().is_some_and(|status| status.is("Conflict") || status.is("Invalid"))
}

/// Deletes and creates again (`--force`); what cannot be created leaves the old object, created anew.
async fn replace(
    call: &Call<'_>,
    api: &Api,
    info: &Info,
    modified: &Value,
    mut live: Value,
    dry_run: DryRun,
) -> Outcome<Applied> {
    let plan = Plan::new(call.flags.text("cascade"), call.flags.int("grace-period"), dry_run);
    api.delete(&info.url(), &plan.options()).await?;
    until(api, &info.resource, &info.namespace, &info.name, |object| Ok(object.is_none().then_some(())))
        .await?;
    let created = match create(call, api, info, modified.clone(), dry_run).await {
        Err(failure) => {
            super::super::create::forget_version(&mut live);
            let url =
                super::super::create::write_url(call, info.resource.collection(&info.namespace), dry_run);
            return Err(match api.post(&url, &live).await {
                Ok(_) => failure,
                Err(second) => Failure::message(format!(
                    "An error occurred force-replacing the existing object with the newly provided one:\n\n{}.\n\nAdditionally, an error occurred attempting to restore the original object:\n\n{}",
                    failure, second
                )),
            });
        }
        created => created?,
    };
    Ok(Applied { verb: "configured", ..created })
}

/// The patch from the live object to the file's, and its content type.
pub(in crate::kubectl) fn patch_of(
    resource: &Resource,
    modified: &Value,
    live: &Value,
) -> Outcome<(Value, &'static str)> {
    let original = original_of(live)?;
    match resource.builtin().filter(|kind| supports_strategic_patch(kind)) {
        Some(kind) => {
            Ok((three_way_strategic_patch(kind, original.as_ref(), modified, live)?, STRATEGIC_PATCH))
        }
        None => Ok((three_way_merge_patch(original.as_ref(), modified, live), MERGE_PATCH)),
    }
}

/// The live object with what the file says, worked out here.
fn merged(resource: &Resource, patch: &Value, content_type: &str, live: &Value) -> Outcome<Value> {
    Ok(match resource.builtin().filter(|_| content_type == STRATEGIC_PATCH) {
        Some(kind) => apply_strategic_patch(kind, live, patch)?,
        None => apply_merge_patch(live, patch),
    })
}

/// What was applied last, if anything.
fn original_of(live: &Value) -> Outcome<Option<Value>> {
    let text = last_applied_of(live).filter(|text| !text.is_empty());
    let read = text.map(serde_json::from_str::<Value>).transpose();
    read.map_err(|_| Failure::message("invalid JSON document"))
}

/// What is said with `--overwrite=false` when the patch and the changes since the last apply disagree.
fn clash(resource: &Resource, live: &Value, patch: &Value) -> Outcome<Option<String>> {
    let original = original_of(live)?;
    let changed = match resource.builtin().filter(|kind| supports_strategic_patch(kind)) {
        Some(kind) => clashing_strategic_patch(kind, original.as_ref(), live, patch)?,
        None => {
            let changed = create_merge_patch(&original.unwrap_or_else(|| json!({})), live);
            disagree(patch, &changed).then_some(changed)
        }
    };
    Ok(changed.map(|changed| {
        let (patch, changed) = (to_yaml(patch), to_yaml(&changed));
        format!("patch:\n{patch}\nconflicts with changes made from original to current:\n{changed}\n")
    }))
}

/// Whether two merge patches say different things about a field.
fn disagree(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.iter().any(|(key, value)| other.get(key).is_some_and(|other| disagree(value, other)))
        }
        (one, other) => one != other,
    }
}

/// What is said when no patch can be worked out.
fn uncomputed(call: &Call<'_>, info: &Info, modified: &Value, live: &Value, why: &str) -> Outcome<Failure> {
    if info.resource.builtin().is_some() {
        call.streams
            .err
            .clone()
            .line(format!("warning: error calculating patch from openapi v3 spec: {why}"))?;
    }
    Ok(Failure::message(format!(
        "error when applying patch:\n\nto:\n{}\nfor: {source:?}: error when patching {source:?}: creating patch with:\noriginal:\n{}\nmodified:\n{}\ncurrent:\n{}\nfor: {why}",
        info.described(),
        last_applied_of(live).unwrap_or_default(),
        escape_html(modified.to_string()).into_owned() + "\n",
        escape_html(live.to_string()).into_owned() + "\n",
        source = info.source,
    )))
}

/// Takes fields out that are null.
fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(remove_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

/// Says what was patched, as upstream does for refusals that are not about validity.
fn explain(failure: Failure, info: &Info, patch: &Value) -> Failure {
    let wrap = |text: &str| {
        format!(
            "error when applying patch:\n{}\nto:\n{}\nfor: {:?}: error when patching {:?}: {text}",
            escape_html(patch.to_string()).into_owned(),
            info.described(),
            info.source,
            info.source,
        )
    };
    match failure {
        Failure::Status(mut status) => {
            status.message = wrap(&status.message);
            Failure::Status(status)
        }
        other => other,
    }
}

/// Records the object in its own annotation, as the last applied configuration.
pub(in crate::kubectl) fn annotate(object: &mut Value) {
    let mut plain = object.clone();
    if !plain["metadata"]["annotations"].is_object() {
        plain["metadata"]["annotations"] = json!({});
    }
    if let Some(annotations) = plain["metadata"]["annotations"].as_object_mut() {
        annotations.remove(LAST_APPLIED);
    }
    let text = escape_html(plain.to_string()) + "\n";
    if !object["metadata"]["annotations"].is_object() {
        object["metadata"]["annotations"] = json!({});
    }
    object["metadata"]["annotations"][LAST_APPLIED] = text.into();
}

/// As [`annotate`], of an object that flags made: its text is that of Go's struct.
pub(in crate::kubectl) fn annotate_typed(object: &mut Value) {
    let text = serde_json::to_string(&InGoOrder::new(object)).unwrap_or_else(|_| object.to_string());
    if !object["metadata"]["annotations"].is_object() {
        object["metadata"]["annotations"] = json!({});
    }
    object["metadata"]["annotations"][LAST_APPLIED] = (escape_html(text) + "\n").into();
}

/// What was applied last, as JSON text.
pub(super) fn last_applied_of(object: &Value) -> Option<&str> {
    object["metadata"]["annotations"][LAST_APPLIED].as_str()
}

/// Whether apply manages the object.
pub(in crate::kubectl) fn was_applied(object: &Value) -> bool {
    last_applied_of(object).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_annotation_holds_the_manifest_without_itself() {
        let mut object = json!({"kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": "1 < 2"}});
        annotate(&mut object);
        let expected = "{\"data\":{\"x\":\"1 \\u003c 2\"},\"kind\":\"ConfigMap\",\"metadata\":{\"annotations\":{},\"name\":\"a\"}}\n";
        assert_eq!(last_applied_of(&object), Some(expected));
        let mut again = object.clone();
        annotate(&mut again);
        assert_eq!(again, object);
    }

    #[test]
    fn nulls_are_fields_that_are_not_there() {
        let mut object = json!({"data": {"a": null, "b": [{"c": null, "d": 1}]}, "spec": null});
        remove_nulls(&mut object);
        assert_eq!(object, json!({"data": {"b": [{"d": 1}]}}));
    }
}

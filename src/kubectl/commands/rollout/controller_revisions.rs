//! Revisions of workloads that keep them in ControllerRevisions: their history and the way back.

use std::collections::BTreeMap;

use super::undo::Verb;
use crate::apimachinery::builtin;
use crate::base::Value;
use crate::kubectl::api::{Api, STRATEGIC_PATCH};
use crate::kubectl::describe::{array, selector_text, template_text, text_of};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::printers::DryRun;
use crate::kubectl::resource_args::{Info, items};

/// The ControllerRevisions of a workload by number.
async fn revisions(api: &Api, workload: &Value) -> Outcome<BTreeMap<i64, Value>> {
    let resource = Resource::from(&builtin::CONTROLLER_REVISION);
    let url = resource
        .collection(text_of(&workload["metadata"]["namespace"]))
        .with("labelSelector", selector_text(&workload["spec"]["selector"]));
    let list = api.list(&url).await?;
    let owns = |revision: &Value| {
        let owners = array(&revision["metadata"]["ownerReferences"]);
        owners.iter().any(|one| one["controller"] == true && one["uid"] == workload["metadata"]["uid"])
    };
    let owned = items(&list, &resource).into_iter().filter(owns);
    Ok(owned.map(|revision| (revision["revision"].as_i64().unwrap_or_default(), revision)).collect())
}

/// The workload as it was at each revision, with the annotations that the revision keeps.
pub(super) async fn past_states(api: &Api, workload: &Value) -> Outcome<BTreeMap<i64, Value>> {
    let states = revisions(api, workload).await?.into_iter().map(|(number, revision)| {
        let mut state = workload.clone();
        state["spec"]["template"] = template_of(&revision);
        state["metadata"]["annotations"] = revision["metadata"]["annotations"].clone();
        (number, state)
    });
    Ok(states.collect())
}

/// The template that a revision keeps.
fn template_of(revision: &Value) -> Value {
    let mut template = revision["data"]["spec"]["template"].clone();
    if let Some(map) = template.as_object_mut() {
        map.remove("$patch");
    }
    template
}

/// Goes back to an earlier revision, by the patch that it keeps.
pub(super) async fn roll_back(api: &Api, info: &Info, to_revision: i64, dry_run: DryRun) -> Outcome<Verb> {
    let workload = info.object.value();
    let revisions = revisions(api, workload).await?;
    let (number, target) = find(&revisions, to_revision)?;
    let template = template_of(target);
    if dry_run == DryRun::Client {
        return Ok(Verb::Template(template_text(&template)));
    }
    if workload["spec"]["template"] == template {
        return Ok(Verb::Done(format!(
            "skipped rollback (current template already matches revision {number})"
        )));
    }
    let url = info.url().with("dryRun", dry_run.parameter());
    api.patch(&url, STRATEGIC_PATCH, &target["data"])
        .await
        .map_err(|failure| Failure::message(format!("failed restoring revision {to_revision}: {failure}")))?;
    Ok(Verb::Done("rolled back".to_owned()))
}

/// The revision of that number; for 0 the one before the latest.
fn find(revisions: &BTreeMap<i64, Value>, to_revision: i64) -> Outcome<(i64, &Value)> {
    let found =
        if to_revision > 0 { revisions.get_key_value(&to_revision) } else { revisions.iter().rev().nth(1) };
    found.map(|(number, revision)| (*number, revision)).ok_or_else(|| {
        Failure::message(if to_revision > 0 {
            format!("unable to find specified revision {to_revision} in history")
        } else {
            "no last revision to roll back to".to_owned()
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn the_way_back_leads_to_the_revision_before_the_latest() {
        let revisions: BTreeMap<i64, Value> = [(1, json!("a")), (3, json!("b")), (4, json!("c"))].into();
        assert_eq!(find(&revisions, 0).unwrap().0, 3);
        assert_eq!(find(&revisions, 1).unwrap().0, 1);
        assert!(find(&revisions, 2).is_err());
    }

    #[test]
    fn a_revisions_template_is_shown_without_its_patch_directive() {
        let revision = json!({"data": {"spec": {"template": {"$patch": "replace", "spec": {}}}}});
        assert_eq!(template_of(&revision), json!({"spec": {}}));
    }
}

//! Revisions of a Deployment: its ReplicaSets, which of them is the new one, their change causes.

use super::api::Api;
use super::describe::{array, selector_text, text_of};
use super::discovery::Resource;
use super::errors::Outcome;
use super::resource_args::items;
use crate::apimachinery::builtin;
use crate::base::Value;

/// The annotation that numbers a ReplicaSet among its siblings.
pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
/// The annotation that says why.
pub(super) const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";
/// The label that makes templates differ although nothing that a person wrote does.
const HASH_LABEL: &str = "pod-template-hash";

/// The ReplicaSets that a Deployment controls, oldest first.
pub(super) async fn owned_replica_sets(api: &Api, deployment: &Value) -> Outcome<Vec<Value>> {
    let resource = Resource::from(&builtin::REPLICA_SET);
    let url = resource
        .collection(text_of(&deployment["metadata"]["namespace"]))
        .with("labelSelector", selector_text(&deployment["spec"]["selector"]));
    let list = api.list(&url).await?;
    let mut owned: Vec<Value> = items(&list, &resource)
        .into_iter()
        .filter(|replica_set| {
            let owners = array(&replica_set["metadata"]["ownerReferences"]);
            owners
                .iter()
                .any(|owner| owner["controller"] == true && owner["uid"] == deployment["metadata"]["uid"])
        })
        .collect();
    owned.sort_by_key(|one| {
        let metadata = &one["metadata"];
        (text_of(&metadata["creationTimestamp"]).to_owned(), text_of(&metadata["name"]).to_owned())
    });
    Ok(owned)
}

/// The ReplicaSet of the present template, if there is one, and the others.
pub(super) fn split<'r>(
    deployment: &Value,
    replica_sets: &'r [Value],
) -> (Option<&'r Value>, Vec<&'r Value>) {
    let template = without_hash(&deployment["spec"]["template"]);
    let new = replica_sets.iter().position(|one| without_hash(&one["spec"]["template"]) == template);
    let old = replica_sets.iter().enumerate().filter(|(index, _)| Some(*index) != new).map(|(_, one)| one);
    (new.and_then(|index| replica_sets.get(index)), old.collect())
}

/// A template without the label that the controller adds.
pub(super) fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(HASH_LABEL);
    }
    template
}

/// The revision that an object carries; 0 when it has none.
pub(super) fn revision_of(object: &Value) -> i64 {
    text_of(&object["metadata"]["annotations"][REVISION]).parse().unwrap_or_default()
}

/// Why a revision came to be; empty when nobody said.
pub(super) fn change_cause(object: &Value) -> &str {
    text_of(&object["metadata"]["annotations"][CHANGE_CAUSE])
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn the_new_replica_set_has_the_same_template_but_for_the_hash() {
        let template = |image: &str, hash: &str| json!({"metadata": {"labels": {"app": "web", "pod-template-hash": hash}}, "spec": {"image": image}});
        let deployment =
            json!({"spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec": {"image": "b"}}}});
        let sets = [
            json!({"spec": {"template": template("a", "1")}}),
            json!({"spec": {"template": template("b", "2")}}),
        ];
        let (new, old) = split(&deployment, &sets);
        assert_eq!(new, Some(&sets[1]));
        assert_eq!(old, [&sets[0]]);
    }
}

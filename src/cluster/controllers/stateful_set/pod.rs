//! The Pods of StatefulSets: names, labels and templates (`stateful_set_utils.go`).

use crate::apimachinery::{Object, builtin};
use crate::base::{Value, json};

use super::super::owned_object;
use super::claims::{claim_name, template_names};

/// Label that names the revision of a Pod's template.
const REVISION_LABEL: &str = "controller-revision-hash";
/// Label with the Pod's own name, for Services of one Pod.
const NAME_LABEL: &str = "statefulset.kubernetes.io/pod-name";
/// Label with the Pod's ordinal.
const INDEX_LABEL: &str = "apps.kubernetes.io/pod-index";

/// The ordinal of a Pod of the set; `None` when its name is not one of the set's.
pub(super) fn ordinal_of(set: &Object, pod: &Object) -> Option<i64> {
    let (parent, ordinal) = pod.name().rsplit_once('-')?;
    (parent == set.name()).then(|| ordinal.parse().ok())?
}

/// The name of the revision that a Pod was made of.
pub(super) fn revision_of(pod: &Object) -> &str {
    pod.label(REVISION_LABEL).unwrap_or_default()
}

/// The Pod of an ordinal, made of a revision's template (`newStatefulSetPod`).
pub(super) fn stateful_pod(set: &Object, ordinal: i64, revision: &Object) -> Object {
    let template = revision.get("/data/spec/template").cloned().and_then(Object::from_value);
    let template = template.unwrap_or_else(|| Object::new(&builtin::POD, "", ""));
    let mut pod = owned_object(&builtin::POD, set, &template);
    let name = format!("{}-{ordinal}", set.name());
    pod.set("/metadata/name", name.clone());
    pod.set_label(NAME_LABEL, name.clone());
    pod.set_label(INDEX_LABEL, ordinal.to_string());
    pod.set_label(REVISION_LABEL, revision.name());
    pod.set("/spec", template.get("/spec").cloned().unwrap_or_else(|| json!({})));
    pod.set("/spec/hostname", name.clone());
    let service = set.text("/spec/serviceName");
    if !service.is_empty() {
        pod.set("/spec/subdomain", service);
    }
    add_claims(set, &mut pod, &name);
    pod
}

/// A volume for each claim template, in place of the template's own of that name (`updateStorage`).
fn add_claims(set: &Object, pod: &mut Object, name: &str) {
    let claims = template_names(set);
    if claims.is_empty() {
        return;
    }
    let mut volumes: Vec<Value> = claims
        .iter()
        .map(|claim| {
            let claim_name = claim_name(claim, name);
            json!({"name": claim, "persistentVolumeClaim": {"claimName": claim_name}})
        })
        .collect();
    let own = pod.list("/spec/volumes").iter();
    volumes.extend(
        own.filter(|volume| volume["name"].as_str().is_none_or(|own| !claims.contains(&own))).cloned(),
    );
    pod.set("/spec/volumes", volumes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_belongs_to_the_set_that_its_name_begins_with() {
        let named = |name: &str| Object::new(&builtin::POD, "default", name);
        let set = named("db");
        assert_eq!(ordinal_of(&set, &named("db-12")), Some(12));
        assert_eq!(ordinal_of(&set, &named("db-x")), None);
        assert_eq!(ordinal_of(&set, &named("db-a-1")), None);
    }

    #[test]
    fn a_claim_takes_the_place_of_the_templates_volume() {
        let mut set = Object::new(&builtin::STATEFUL_SET, "default", "db");
        set.set("/spec/volumeClaimTemplates", json!([{"metadata": {"name": "data"}}]));
        let mut revision = Object::new(&builtin::CONTROLLER_REVISION, "default", "db-1");
        let volumes = json!([{"name": "data", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}]);
        revision.set("/data/spec/template/spec/volumes", volumes);
        let pod = stateful_pod(&set, 0, &revision);
        assert_eq!(
            pod.list("/spec/volumes"),
            [
                json!({"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}),
                json!({"name": "tmp", "emptyDir": {}}),
            ]
        );
    }
}

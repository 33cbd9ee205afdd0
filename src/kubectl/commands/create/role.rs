//! `kubectl create role` and `create clusterrole`.

use std::collections::BTreeMap;

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, required_name};
use crate::apimachinery::builtin;
use crate::base::{Value, json};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::discovery::resolve;
use crate::kubectl::errors::{Failure, Outcome, no_resource_type};
use crate::kubectl::flags::Flag;

const API_VERSION: &str = "rbac.authorization.k8s.io/v1";
const RBAC: &str = "rbac.authorization.k8s.io";

/// `kubectl create role`.
pub(super) static ROLE: Command = Command {
    name: "role",
    short: "Create a role with single rule",
    usage: "NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [--dry-run=server|client|none] [options]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(role(call)),
    ..Command::PLAIN
};

/// `kubectl create clusterrole`.
pub(super) static CLUSTER_ROLE: Command = Command {
    name: "clusterrole",
    short: "Create a cluster role",
    usage: "NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [--dry-run=server|client|none] [options]",
    flags: &[FLAGS, CLUSTER_FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(cluster_role(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::list("verb", "Verb that applies to the resources contained in the rule"),
    Flag::list("resource", "Resource that the rule applies to"),
    Flag::array("resource-name", "Object that the rule applies to, may be repeated"),
    field_manager("kubectl-create"),
];

const CLUSTER_FLAGS: &[Flag] = &[
    Flag::list("non-resource-url", "A partial url that user should have access to"),
    Flag::list("aggregation-rule", "Label selector of the cluster roles whose rules are gathered"),
];

/// Verbs that mean something for resources.
const RESOURCE_VERBS: &[&str] = &[
    "*",
    "get",
    "delete",
    "list",
    "create",
    "update",
    "patch",
    "watch",
    "proxy",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
];
/// Verbs that mean something for paths.
const PATH_VERBS: &[&str] = &["*", "get", "post", "put", "delete", "patch", "head", "options"];

/// Verbs that mean something for these resources (name and group) alone.
const SPECIAL_VERBS: &[(&str, &[(&str, &str)])] = &[
    ("use", &[("podsecuritypolicies", "policy"), ("podsecuritypolicies", "extensions")]),
    ("bind", &[("roles", RBAC), ("clusterroles", RBAC)]),
    ("escalate", &[("roles", RBAC), ("clusterroles", RBAC)]),
    (
        "impersonate",
        &[("users", ""), ("serviceaccounts", ""), ("groups", ""), ("userextras", "authentication.k8s.io")],
    ),
];

/// A `--resource`, as it was typed.
struct Typed {
    resource: String,
    group: String,
    subresource: String,
}

async fn role(call: &mut Call<'_>) -> Outcome {
    let name = required_name(call)?;
    let (verbs, resources, names) = (verbs(call), resources(call), unique(call.flags.all("resource-name")));
    if verbs.is_empty() {
        return Err(Failure::message("at least one verb must be specified"));
    }
    warn_about(call, &verbs)?;
    if resources.is_empty() {
        return Err(Failure::message("at least one resource must be specified"));
    }
    let api = call.api().await?;
    check_resources(&api, &verbs, &resources).await?;
    let rules = rules(&api, &verbs, &resources, &names, &[]).await;
    let object =
        json!({"apiVersion": API_VERSION, "kind": "Role", "metadata": {"name": name}, "rules": rules});
    create(call, &builtin::ROLE, object).await
}

async fn cluster_role(call: &mut Call<'_>) -> Outcome {
    let aggregated = aggregation_labels(call.flags.all("aggregation-rule"))?;
    let name = required_name(call)?;
    let (verbs, resources, names) = (verbs(call), resources(call), unique(call.flags.all("resource-name")));
    let paths = unique(call.flags.all("non-resource-url"));
    let mut object = json!({"apiVersion": API_VERSION, "kind": "ClusterRole", "metadata": {"name": name}});
    if !call.flags.all("aggregation-rule").is_empty() {
        if [&verbs, &names, &paths].iter().any(|given| !given.is_empty()) || !resources.is_empty() {
            return Err(Failure::message(
                "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames",
            ));
        }
        object["aggregationRule"] = json!({"clusterRoleSelectors": [{"matchLabels": aggregated}]});
        object["rules"] = Value::Null;
        return create(call, &builtin::CLUSTER_ROLE, object).await;
    }
    if verbs.is_empty() {
        return Err(Failure::message("at least one verb must be specified"));
    }
    if resources.is_empty() && paths.is_empty() {
        return Err(Failure::message("one of resource or nonResourceURL must be specified"));
    }
    let api = call.api().await?;
    if !resources.is_empty() {
        warn_about(call, &verbs)?;
        check_resources(&api, &verbs, &resources).await?;
    }
    check_paths(&verbs, &paths)?;
    object["rules"] = rules(&api, &verbs, &resources, &names, &paths).await.into();
    create(call, &builtin::CLUSTER_ROLE, object).await
}

fn aggregation_labels(pairs: &[String]) -> Outcome<Value> {
    let mut labels = BTreeMap::new();
    for pair in pairs {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            Failure::message(format!(
                "invalid argument {pair:?} for \"--aggregation-rule\" flag: malformed pair, expect string=string\nSee 'kubectl create clusterrole --help' for usage."
            ))
        })?;
        labels.insert(key.trim().to_owned(), value.trim().to_owned());
    }
    Ok(json!(labels))
}

fn unique(values: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in values {
        if !found.contains(value) {
            found.push(value.clone());
        }
    }
    found
}

fn verbs(call: &Call<'_>) -> Vec<String> {
    let verbs = unique(call.flags.all("verb"));
    if verbs.iter().any(|verb| verb == "*") { vec!["*".to_owned()] } else { verbs }
}

fn resources(call: &Call<'_>) -> Vec<Typed> {
    let mut found = Vec::new();
    for typed in call.flags.all("resource") {
        let (whole, subresource) = typed.split_once('/').unwrap_or((typed, ""));
        let (resource, group) = whole.split_once('.').unwrap_or((whole, ""));
        let everything = typed == "*";
        if everything {
            found.clear();
        }
        found.push(Typed {
            resource: resource.to_owned(),
            group: group.to_owned(),
            subresource: subresource.to_owned(),
        });
        if everything {
            break;
        }
    }
    found
}

fn warn_about(call: &mut Call<'_>, verbs: &[String]) -> Outcome {
    for verb in verbs.iter().filter(|verb| !RESOURCE_VERBS.contains(&verb.as_str())) {
        call.complain(format!("Warning: '{verb}' is not a standard resource verb"))?;
    }
    Ok(())
}

/// The resource's plural and group: as the server has them, or as typed.
async fn found(api: &Api, typed: &Typed) -> (String, String, Option<Failure>) {
    let whole = if typed.group.is_empty() {
        typed.resource.clone()
    } else {
        format!("{}.{}", typed.resource, typed.group)
    };
    match resolve(api, &whole).await {
        Ok(resource) => (resource.plural, resource.group, None),
        // Here the mapper itself is asked, whose refusals are printed as they are.
        Err(Failure::Message(_)) => {
            let text = no_resource_type(&typed.resource, &typed.group, "").to_string();
            (typed.resource.clone(), typed.group.clone(), Some(Failure::Plain(text)))
        }
        Err(failure) => (typed.resource.clone(), typed.group.clone(), Some(failure)),
    }
}

async fn check_resources(api: &Api, verbs: &[String], resources: &[Typed]) -> Outcome {
    for typed in resources {
        if typed.resource.is_empty() {
            return Err(Failure::message("resource must be specified if apiGroup/subresource specified"));
        }
        if typed.resource == "*" {
            return Ok(());
        }
        let (resource, group, mut missing) = found(api, typed).await;
        for verb in verbs {
            let Some((_, fitting)) = SPECIAL_VERBS.iter().find(|(special, _)| special == verb) else {
                continue;
            };
            if !fitting.contains(&(resource.as_str(), group.as_str())) {
                return Err(Failure::message(format!(
                    "can not perform '{verb}' on '{resource}' in group '{group}'"
                )));
            }
            missing = None;
        }
        if let Some(failure) = missing {
            return Err(failure);
        }
    }
    Ok(())
}

fn check_paths(verbs: &[String], paths: &[String]) -> Outcome {
    if paths.is_empty() {
        return Ok(());
    }
    if let Some(verb) = verbs.iter().find(|verb| !PATH_VERBS.contains(&verb.as_str())) {
        return Err(Failure::message(format!("invalid verb: '{verb}' for nonResourceURL")));
    }
    for path in paths.iter().filter(|path| *path != "*") {
        if !path.starts_with('/') {
            return Err(Failure::message("nonResourceURL should start with /"));
        }
        if path[..path.len() - 1].contains('*') {
            return Err(Failure::message(
                "nonResourceURL only supports wildcard matches when '*' is at the end",
            ));
        }
    }
    Ok(())
}

/// One rule for each API group, and one for the paths.
async fn rules(
    api: &Api,
    verbs: &[String],
    resources: &[Typed],
    names: &[String],
    paths: &[String],
) -> Vec<Value> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for typed in resources {
        let (mut resource, group, _) = found(api, typed).await;
        if !typed.subresource.is_empty() {
            resource = format!("{resource}/{}", typed.subresource);
        }
        let known = groups.entry(group).or_default();
        if !known.contains(&resource) {
            known.push(resource);
        }
    }
    let mut rules: Vec<Value> = Vec::new();
    for (group, resources) in groups {
        let mut rule = json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
        if !names.is_empty() {
            rule["resourceNames"] = names.into();
        }
        rules.push(rule);
    }
    if !paths.is_empty() {
        rules.push(json!({"nonResourceURLs": paths, "verbs": verbs}));
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::super::super::super::scripted::server;
    use super::*;

    fn typed(resource: &str, group: &str, subresource: &str) -> Typed {
        let (resource, group) = (resource.to_owned(), group.to_owned());
        Typed { resource, group, subresource: subresource.to_owned() }
    }

    #[tokio::test]
    async fn each_group_gets_a_rule() {
        let (api, _, _) = server(&[]);
        let verbs = ["get".to_owned()];
        let wanted = [typed("po", "", "log"), typed("deploy", "apps", ""), typed("rs", "apps", "scale")];
        let made = rules(&api, &verbs, &wanted, &[], &["/healthz".to_owned()]).await;
        assert_eq!(
            made,
            [
                json!({"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}),
                json!({"apiGroups": ["apps"], "resources": ["deployments", "replicasets/scale"], "verbs": ["get"]}),
                json!({"nonResourceURLs": ["/healthz"], "verbs": ["get"]}),
            ]
        );
    }

    #[tokio::test]
    async fn special_verbs_go_with_few_resources() {
        let (api, _, _) = server(&[]);
        let error = check_resources(&api, &["bind".to_owned()], &[typed("pods", "", "")]).await.unwrap_err();
        assert_eq!(error.report(), "error: can not perform 'bind' on 'pods' in group ''");
        check_resources(&api, &["impersonate".to_owned()], &[typed("users", "", "")]).await.unwrap();
    }
}

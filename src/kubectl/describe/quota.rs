//! Describes ResourceQuotas and LimitRanges, alone and as part of their namespace.

use super::text::{Text, array, scalar, text_of};
use crate::apimachinery::{Quantity, builtin, resource_list};
use crate::base::{Key, Value};
use crate::kubectl::api::Api;
use crate::kubectl::discovery::Resource;

/// Headings of a table of limits.
const LIMIT_TITLES: &str =
    "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio";
const LIMIT_RULES: &str = "----\t--------\t---\t---\t---------------\t-------------\t-----------------------";
/// What the scopes of quotas mean.
const SCOPE_HELP: &[(&str, &str)] = &[
    (
        "BestEffort",
        "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
    ),
    (
        "NotBestEffort",
        "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.",
    ),
    (
        "NotTerminating",
        "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.",
    ),
    (
        "Terminating",
        "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
    ),
];

/// Describes a ResourceQuota.
pub(crate) fn resource_quota(text: &mut Text, quota: &Value) {
    text.field(0, "Name", text_of(&quota["metadata"]["name"]));
    text.field(0, "Namespace", text_of(&quota["metadata"]["namespace"]));
    scopes(text, 0, " * ", quota);
    text.line(0, "Resource\tUsed\tHard");
    text.line(0, "--------\t----\t----");
    amounts(text, 0, quota, true);
}

fn scopes(text: &mut Text, level: usize, bullet: &str, quota: &Value) {
    let mut scopes: Vec<&str> = array(&quota["spec"]["scopes"]).iter().map(text_of).collect();
    if scopes.is_empty() {
        return;
    }
    scopes.sort_unstable();
    text.field(level, "Scopes", scopes.join(", "));
    for scope in scopes {
        if let Some((_, help)) = SCOPE_HELP.iter().find(|(name, _)| *name == scope) {
            text.line(level, format!("{bullet}{help}"));
        }
    }
}

/// A line for each amount; what is used is written as what is allowed when `alike`.
fn amounts(text: &mut Text, level: usize, quota: &Value, alike: bool) {
    let used = resource_list(quota["status"]["used"].as_object());
    for (name, hard) in resource_list(quota["status"]["hard"].as_object()) {
        let used = used.get(&name).copied().unwrap_or(Quantity::ZERO);
        let used = if alike { used.written_as(hard) } else { used };
        text.line(level, format!("{name}\t{used}\t{hard}"));
    }
}

/// Describes a LimitRange.
pub(crate) fn limit_range(text: &mut Text, range: &Value) {
    text.field(0, "Name", text_of(&range["metadata"]["name"]));
    text.field(0, "Namespace", text_of(&range["metadata"]["namespace"]));
    text.line(0, LIMIT_TITLES);
    text.line(0, LIMIT_RULES);
    limits(text, "", range);
}

fn limits(text: &mut Text, prefix: &str, range: &Value) {
    const FIELDS: [&str; 5] = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
    for item in array(&range["spec"]["limits"]) {
        let mut names: Vec<&Key> = FIELDS
            .iter()
            .flat_map(|field| item[*field].as_object().into_iter().flatten())
            .map(|(name, _)| name)
            .collect();
        names.sort();
        names.dedup();
        for name in names {
            let cells = FIELDS.map(|field| match scalar(&item[field][name]) {
                empty if empty.is_empty() => "-".to_owned(),
                amount => amount,
            });
            text.line(0, format!("{prefix}{}\t{name}\t{}", text_of(&item["type"]), cells.join("\t")));
        }
    }
}

/// The quotas and limits of a namespace.
pub(crate) async fn of_namespace(text: &mut Text, api: &Api, namespace: &Value) {
    let name = text_of(&namespace["metadata"]["name"]);
    let list = |kind| Resource::from(kind).collection(name);
    if let Ok(quotas) = api.list(&list(&builtin::RESOURCE_QUOTA)).await {
        text.line(0, "");
        let quotas = array(&quotas["items"]);
        text.line(0, if quotas.is_empty() { "No resource quota." } else { "Resource Quotas" });
        for quota in quotas {
            text.field(1, "Name", text_of(&quota["metadata"]["name"]));
            scopes(text, 1, "* ", quota);
            text.line(1, "Resource\tUsed\tHard");
            text.line(1, "--------\t---\t---");
            amounts(text, 1, quota, false);
        }
    }
    if let Ok(ranges) = api.list(&list(&builtin::LIMIT_RANGE)).await {
        text.line(0, "");
        let ranges = array(&ranges["items"]);
        if ranges.is_empty() {
            return text.line(0, "No LimitRange resource.");
        }
        text.line(0, format!("Resource Limits\n {LIMIT_TITLES}"));
        text.line(0, format!(" {LIMIT_RULES}"));
        ranges.iter().for_each(|range| limits(text, " ", range));
    }
}

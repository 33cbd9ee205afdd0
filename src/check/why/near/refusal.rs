//! What the last command was refused for: the field or the kind behind the words, and where its rules are read.

use std::sync::LazyLock;

use regex::Regex;

use crate::apimachinery::{KINDS, Kind, Object, QUANTITY_FORMAT_ERROR, resolve_kind};
use crate::base::{Value, nearest};

use super::super::chain::{is_limit_range, near};
use super::super::finding::{Aside, Finding, Sentence, name_of};
use super::super::sentences;
use super::fields::{meant_field, meant_value, of_type};
use super::{usage, wordings};

/// A path of a manifest, as refusals write it.
const PATH: &str =
    r"((?:spec|metadata|data|stringData|type|rules|subjects|roleRef|webhooks|template)[\w.\[\]-]*)";

static NO_KIND: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"no matches for kind "([^"]+)" in version "([^"]+)""#).ok());
static INVALID: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r#"The (\w+) "[^"]*" is invalid: (?:\* )?{PATH}: "#)).ok());
static VERSIONED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(\w+) in version "[^"]+" cannot be handled as a"#).ok());
static UNKNOWN_FIELD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"unknown field "([^"]+)""#).ok());
static OTHER_TYPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"cannot unmarshal (\w+) into Go struct field (?:\w+\.)([\w.]+) of type (\S+)").ok()
});

static PATCHED_PATH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#""(?:op|path)"\s*:\s*"([^"]*)"[^{}]*"(?:op|path)"\s*:\s*"([^"]*)""#).ok());

/// How the API server says that a field is fixed.
const IMMUTABLE: &[&str] = &[
    "field is immutable",
    "is immutable after creation",
    "may not change fields",
    "may not change once",
    "cannot change roleRef",
];

/// What is written behind a resource and a slash.
const SUBRESOURCES: &[(&str, &str)] = &[
    ("log", "pods/log"),
    ("logs", "pods/log"),
    ("exec", "pods/exec"),
    ("portforward", "pods/portforward"),
    ("port-forward", "pods/portforward"),
    ("attach", "pods/attach"),
    ("scale", "deployments/scale"),
    ("token", "serviceaccounts/token"),
];

/// Whether a refusal is a conflict of two managers of a field.
pub(super) fn is_conflict(complaint: &str) -> bool {
    complaint.contains("Apply failed with")
}

/// Whether the file of a kustomization was taken for that of an object.
pub(super) fn is_kustomization(complaint: &str) -> bool {
    complaint.contains("no matches for kind \"Kustomization\"")
}

/// What a refusal means that only the object can tell, and the command that shows it.
pub(super) fn of_object(object: &Object, command: &str, complaint: &str) -> Option<(Aside, String)> {
    let name = name_of(object);
    let no_revision = ["unable to find specified revision", "no rollout history found"];
    if no_revision.iter().any(|words| complaint.contains(words)) {
        let limit = object.number("/spec/revisionHistoryLimit");
        let revision = object.annotation("deployment.kubernetes.io/revision");
        let cut = limit.zip(revision.and_then(|revision| revision.parse::<i64>().ok()));
        let cut = cut.filter(|(limit, revision)| limit + 1 < *revision);
        let aside: Aside =
            cut.map(|(limit, _)| (&sentences::HISTORY_CUT, vec![name.clone(), limit.to_string()]));
        return Some((aside, format!("kubectl rollout history {name}")));
    }
    if complaint.contains("unable to find container named") {
        let lists = ["/spec/template/spec/containers", "/spec/containers"].into_iter();
        let names = lists.flat_map(|list| object.list(list)).filter_map(|one| one["name"].as_str());
        let names = names.collect::<Vec<_>>().join(", ");
        return Some((
            Some((&sentences::ITS_CONTAINERS, vec![names])),
            format!("kubectl describe {}", name.replace('/', " ")),
        ));
    }
    if let Some([field]) = captured(&UNKNOWN_FIELD, complaint)
        && captured::<1>(&VERSIONED, complaint).is_none()
    {
        // A patch is refused without the name of the kind.
        let kind = kind_named(object.kind())?;
        let parent = field.rsplit_once('.').map_or("", |(parent, _)| parent);
        return Some((meant_field(kind, field), explain(kind, parent)));
    }
    let vague = complaint.contains("the server rejected our request due to an error in our request");
    let pattern = PATCHED_PATH.as_ref().filter(|_| vague)?;
    let mut paths = pattern.captures_iter(command).filter_map(|found| {
        let (one, two) = (found.get(1)?.as_str(), found.get(2)?.as_str());
        let (op, path) = if one.starts_with('/') { (two, one) } else { (one, two) };
        matches!(op, "replace" | "remove" | "test").then_some(path)
    });
    let path = paths.find(|path| object.get(path).is_none())?;
    let show = format!("kubectl get {name} -o yaml");
    if let Some(aside) = in_a_list(object, path) {
        return Some((Some(aside), show));
    }
    Some((Some((&sentences::NO_SUCH_PATH, vec![path.to_owned(), name])), show))
}

/// The list in which a path names an item by a word, and the path by its number.
fn in_a_list(object: &Object, path: &str) -> Option<(&'static Sentence, Vec<String>)> {
    let places = path.match_indices('/').map(|(place, _)| place).skip(1);
    let (list, rest) = places.map(|place| path.split_at(place)).find(|(before, rest)| {
        let item = rest[1..].split('/').next().unwrap_or_default();
        object.get(before).is_some_and(Value::is_array) && item != "-" && item.parse::<usize>().is_err()
    })?;
    let (written, below) = rest[1..].split_once('/').unwrap_or((&rest[1..], ""));
    let items = object.list(list);
    let place = items.iter().position(|item| item["name"] == written).unwrap_or(0);
    let meant = format!("{list}/{place}/{below}");
    Some((&sentences::LIST_PLACE, vec![list.to_owned(), meant.trim_end_matches('/').to_owned()]))
}

/// A finding about a refusal, with what the refusal means and the command that shows the rule.
pub(super) fn explained(finding: Finding, complaint: &str) -> Finding {
    let (aside, show) = meaning(complaint);
    let finding = finding.aside(aside);
    match show {
        Some(show) => finding.shown_by(show),
        None => finding,
    }
}

fn meaning(complaint: &str) -> (Aside, Option<String>) {
    let (aside, show) = meant(complaint);
    (wordings::meaning(complaint).or(aside), show)
}

fn meant(complaint: &str) -> (Aside, Option<String>) {
    if is_kustomization(complaint) {
        return (Some((&sentences::WITH_K, Vec::new())), None);
    }
    if let Some([kind, version]) = captured(&NO_KIND, complaint) {
        return of_kind(kind, version);
    }
    let kind = captured(&VERSIONED, complaint).and_then(|[kind]| kind_named(kind));
    if let Some(meant) = by_words(complaint) {
        return meant;
    }
    let of_usage = usage::by_complaint(complaint);
    if complaint.contains("illegal base64 data") {
        return (
            Some((&sentences::PLAIN_UNDER_DATA, Vec::new())),
            Some("kubectl explain secret.stringData".to_owned()),
        );
    }
    if let (Some(kind), Some([field])) = (kind, captured(&UNKNOWN_FIELD, complaint)) {
        let parent = field.rsplit_once('.').map_or("", |(parent, _)| parent);
        return (meant_field(kind, field), Some(explain(kind, parent)));
    }
    if let (Some(kind), Some([found, path, wanted])) = (kind, captured(&OTHER_TYPE, complaint)) {
        return (of_type(kind, found, path, wanted), Some(explain(kind, path)));
    }
    if let Some([kind, path]) = captured(&INVALID, complaint)
        && let Some(kind) = kind_named(kind)
    {
        let immutable = IMMUTABLE.iter().any(|words| complaint.contains(words)) && kind.kind != "Pod";
        let aside: Aside = immutable.then(|| (&sentences::IMMUTABLE, Vec::new()));
        let aside = aside.or(of_usage).or_else(|| meant_value(path, complaint));
        return (aside, Some(explain(kind, path)));
    }
    (of_usage, None)
}

/// What a refusal means that says the same whatever it is about.
fn by_words(complaint: &str) -> Option<(Aside, Option<String>)> {
    let with = |sentence: &'static Sentence| -> Aside { Some((sentence, Vec::new())) };
    if is_conflict(complaint) {
        return Some((with(&sentences::CONFLICT), None));
    }
    if complaint.contains("already exists") {
        return Some((with(&sentences::IS_THERE), None));
    }
    if complaint.contains("could not find the requested resource (patch ") {
        return Some((with(&sentences::NOT_SCALED), None));
    }
    if complaint.contains("error decoding patch: json: cannot unmarshal object") {
        return Some((with(&sentences::PATCH_LIST), None));
    }
    if let Some((found, _)) = complaint.split_once(" looking for beginning of object key string") {
        let sentence = if found.ends_with("'}'") { &sentences::JSON_COMMA } else { &sentences::JSON_NAMES };
        return Some((with(sentence), None));
    }
    if let Some((path, _)) = complaint.split_once(" cannot be used with pathType") {
        let stars = path.ends_with("/*");
        let sentence = if stars { &sentences::NO_STARS } else { &sentences::PATTERN_TYPE };
        return Some((
            with(sentence),
            Some("kubectl explain ingress.spec.rules.http.paths.pathType".to_owned()),
        ));
    }
    if complaint.contains("more than one PodDisruptionBudget") {
        return Some((None, Some("kubectl get poddisruptionbudgets".to_owned())));
    }
    if complaint.contains("cannot use generate name with apply") {
        return Some((with(&sentences::CREATE_NAMES), None));
    }
    if complaint.contains(QUANTITY_FORMAT_ERROR) {
        return Some((with(&sentences::AMOUNT_FORM), None));
    }
    if let Some((_, rest)) = complaint.split_once("doesn't have a resource type \"") {
        let written = rest.split('"').next().unwrap_or(rest);
        let part = SUBRESOURCES.iter().find(|(part, _)| *part == written);
        let aside: Aside = match part {
            Some((_, whole)) => Some((&sentences::SUBRESOURCE, vec![(*whole).to_owned()])),
            None => near(written, KINDS.iter().map(|kind| kind.plural)),
        };
        return Some((aside, Some("kubectl api-resources".to_owned())));
    }
    if complaint.contains("for externally-accessible services") {
        return Some((with(&sentences::OUTSIDE_TYPES), Some("kubectl explain service.spec.type".to_owned())));
    }
    if complaint.contains("invalid Yaml document separator") {
        return Some((with(&sentences::THREE_DASHES), None));
    }
    if complaint.contains("invalid taint spec") {
        return Some((with(&sentences::TAINT_FORM), None));
    }
    if complaint.contains("mapping values are not allowed in this context") {
        return Some((with(&sentences::NO_KEY_HERE), None));
    }
    if complaint.contains("could not find expected ':'") {
        return Some((with(&sentences::COLON_FORM), None));
    }
    if complaint.contains("must support resize") {
        let show = "kubectl get storageclass -o yaml".to_owned();
        return Some((with(&sentences::NO_EXPANSION), Some(show)));
    }
    if let Some((_, rest)) = complaint.split_once("exceeded quota: ") {
        let quota = rest.split(',').next().unwrap_or(rest);
        return Some((None, Some(format!("kubectl describe resourcequota {quota}"))));
    }
    (complaint.contains("is forbidden") && is_limit_range(complaint))
        .then(|| (None, Some("kubectl describe limitrange".to_owned())))
}

/// A kind in another version than its own.
fn of_kind(written: &str, version: &str) -> (Aside, Option<String>) {
    let show = Some("kubectl api-resources".to_owned());
    let spelt = || nearest(written, KINDS.iter().map(|kind| kind.kind)).and_then(kind_named);
    let Some(kind) = resolve_kind(written).or_else(spelt) else {
        return (None, show);
    };
    let own = kind.api_version();
    let differs = own != version || kind.kind != written;
    (differs.then(|| (&sentences::KIND_IS_OF, vec![kind.kind.to_owned(), own])), show)
}

fn kind_named(written: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.kind == written)
}

/// `kubectl explain deployment.spec.template`, without indexes and keys that the learner chose.
fn explain(kind: &Kind, path: &str) -> String {
    let mut told = kind.singular.to_owned();
    for part in path.split('.') {
        let (name, _) = part.split_once('[').unwrap_or((part, ""));
        if name.is_empty() {
            break;
        }
        told.push('.');
        told.push_str(name);
        if matches!(name, "data" | "stringData" | "labels" | "annotations" | "matchLabels" | "nodeSelector") {
            break;
        }
    }
    format!("kubectl explain {told}")
}

fn captured<'t, const N: usize>(pattern: &LazyLock<Option<Regex>>, text: &'t str) -> Option<[&'t str; N]> {
    let found = pattern.as_ref()?.captures(text)?;
    let mut parts = [""; N];
    for (index, part) in parts.iter_mut().enumerate() {
        *part = found.get(index + 1)?.as_str();
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_leads_to_the_rule_behind_it() {
        for (complaint, aside, show) in [
            (
                "error: resource mapping not found for name: \"web\" namespace: \"\" from \"a.yaml\": no matches for kind \"Deployment\" in version \"v1\"",
                Some(vec!["Deployment", "apps/v1"]),
                Some("kubectl api-resources"),
            ),
            ("no matches for kind \"Thing\" in version \"v1\"", None, Some("kubectl api-resources")),
            (
                "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.template.spec.containers[0].imagee\"",
                Some(vec!["image"]),
                Some("kubectl explain deployment.spec.template.spec.containers"),
            ),
            (
                "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
                Some(vec![]),
                Some("kubectl explain configmap.data"),
            ),
            (
                "CronJob in version \"v1\" cannot be handled as a CronJob: strict decoding error: unknown field \"spec.template\"",
                Some(vec!["template", "spec.jobTemplate.spec"]),
                Some("kubectl explain cronjob.spec"),
            ),
            (
                "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.volumes[0].secret.name\"",
                Some(vec!["secretName"]),
                Some("kubectl explain pod.spec.volumes.secret"),
            ),
            (
                "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
                Some(vec!["replicas"]),
                Some("kubectl explain deployment.spec.replicas"),
            ),
            (
                "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 6",
                Some(vec![]),
                Some("kubectl explain secret.stringData"),
            ),
            (
                "The Deployment \"web\" is invalid: spec.selector: Invalid value: {…}: field is immutable",
                Some(vec![]),
                Some("kubectl explain deployment.spec.selector"),
            ),
            (
                "The Pod \"a\" is invalid: spec.containers[0].volumeMounts[0].name: Not found: \"html\"",
                None,
                Some("kubectl explain pod.spec.containers.volumeMounts.name"),
            ),
            ("error: unable to read", None, None),
        ] {
            let (told, command) = meaning(complaint);
            assert_eq!(
                told.map(|(_, words)| words),
                aside.map(|words| words.into_iter().map(str::to_owned).collect()),
                "{complaint}"
            );
            assert_eq!(command.as_deref(), show, "{complaint}");
        }
    }

    #[test]
    fn a_field_that_is_none_is_looked_for_near_far_and_under_a_shorter_name() {
        for (complaint, words) in [
            (
                "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.initialDelaySeconds\"",
                &["initialDelaySeconds", "spec.template.spec.containers.livenessProbe"][..],
            ),
            (
                "DaemonSet in version \"v1\" cannot be handled as a DaemonSet: strict decoding error: unknown field \"spec.replicas\"",
                &["replicas", "DaemonSet"],
            ),
            (
                "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.containers[0].env[0].valueFrom.secretKeyRef.secretName\"",
                &["name"],
            ),
            (
                "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"annotations\"",
                &["annotations", "metadata"],
            ),
        ] {
            assert_eq!(
                meaning(complaint).0.map(|(_, words)| words).unwrap_or_default(),
                words,
                "{complaint}"
            );
        }
    }
}

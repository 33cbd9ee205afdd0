//! Refusals in fixed words that name a field and not what is meant: what they leave untold.

use std::net::IpAddr;

use super::super::chain::{at_digest, near};
use super::super::finding::{Aside, Sentence};
use super::super::sentences;

/// Words of a refusal that are all found in it, and what they mean.
const FIXED: &[(&[&str], &Sentence)] = &[
    (&["error when replacing", "the object has been modified"], &sentences::OLDER_COPY),
    (&["error when replacing", "(NotFound)"], &sentences::REPLACES_ONLY),
    (&["could not find the requested resource (patch daemonsets"], &sentences::ONE_A_NODE),
    (&["could not find the requested resource (patch jobs"], &sentences::JOB_NUMBERS),
    (&["cannot be handled as a Job", "unknown field \"spec.replicas\""], &sentences::JOB_NUMBERS),
    (&["cannot be handled as a ConfigMap", "unknown field \"stringData\""], &sentences::PLAIN_ALREADY),
    (&["does not match the current range"], &sentences::SERVICE_RANGE),
    (&["Probe: Required value: must specify a handler type"], &sentences::ONE_HANDLER),
    (&["Probe.", "may not specify more than 1 handler type"], &sentences::ONE_HANDLER),
    (&["cannot add key ", "another key by that name already exists"], &sentences::GIVEN_TWICE),
    (&["subjects[", ".apiGroup: Unsupported value", "supported values: \"\""], &sentences::NO_GROUP),
    (&["may not specify both ipBlock and another peer"], &sentences::PEER_APART),
    (&["topologyKey: Required value"], &sentences::TOPOLOGY_KEY),
    (&["expected exactly 5 fields, found 6"], &sentences::SCHEDULE_FIELDS),
];

/// What quotas count most often.
const COUNTED: &[&str] = &[
    "cpu",
    "memory",
    "pods",
    "services",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "requests.cpu",
    "requests.memory",
    "limits.cpu",
    "limits.memory",
    "requests.storage",
];

/// What a refusal means, where its words are known.
pub(super) fn meaning(complaint: &str) -> Aside {
    // Where the namespace is not there, nothing can be made in it either.
    let homeless = complaint.contains("namespaces \"");
    let fixed = FIXED
        .iter()
        .filter(|_| !homeless)
        .find(|(parts, _)| parts.iter().all(|part| complaint.contains(part)));
    if let Some((_, sentence)) = fixed {
        return Some((sentence, Vec::new()));
    }
    let value = |field: &str| {
        let (_, rest) = complaint.split_once(field)?.1.split_once("Invalid value: \"")?;
        rest.split('"').next()
    };
    if let Some(written) = value("].host: ") {
        let name = written.split_once("://").map_or(written, |(_, rest)| rest);
        let name = name.split(['/', ':']).next().unwrap_or(name);
        return (name != written && !name.is_empty())
            .then(|| (&sentences::HOST_ALONE, vec![name.to_owned()]));
    }
    if let Some(address) = value("ipBlock.cidr: ").and_then(|written| written.parse::<IpAddr>().ok()) {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        return Some((&sentences::ONE_ADDRESS, vec![format!("{address}/{bits}")]));
    }
    if complaint.contains("must be a standard resource for quota") {
        return near(value("spec.hard[")?, COUNTED.iter().copied());
    }
    if value("labels: ").is_some_and(|written| written.contains(' ')) {
        return Some((&sentences::LABEL_BLANK, Vec::new()));
    }
    let (_, image) = complaint.split_once("Invalid image name \"")?;
    at_digest(image.split('"').next().unwrap_or(image))
}

/// What the words of a command have to do with a refusal: a selector that a blank cuts in two.
pub(super) fn of_words(words: &[&str], complaint: &str) -> Aside {
    if !complaint.contains("name cannot be provided when a selector is specified") {
        return None;
    }
    let place = words.iter().position(|word| word.ends_with(',') && word.contains('='))?;
    let whole = format!("{}{}", words[place], words.get(place + 1)?);
    let whole = whole.trim_start_matches("--selector=").trim_start_matches("-l").to_owned();
    Some((&sentences::SELECTOR_CUT, vec![whole]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_that_are_meant_are_explained() {
        for (complaint, sentence, words) in [
            (
                "The Ingress \"a\" is invalid: spec.rules[0].host: Invalid value: \"http://a.b:80/c\": a lowercase",
                Some(&sentences::HOST_ALONE),
                vec!["a.b"],
            ),
            // What is only spelt in capitals has no part too many.
            (
                "The Ingress \"a\" is invalid: spec.rules[0].host: Invalid value: \"A.b\": a lowercase",
                None,
                vec![],
            ),
            (
                "spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"fd00::1\": must be a valid CIDR value",
                Some(&sentences::ONE_ADDRESS),
                vec!["fd00::1/128"],
            ),
            (
                "spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"10.0.0\": must be a valid CIDR",
                None,
                vec![],
            ),
            (
                "metadata.labels: Invalid value: \"team a\": a valid label must be",
                Some(&sentences::LABEL_BLANK),
                vec![],
            ),
            ("metadata.labels: Invalid value: \"team/a\": a valid label must be", None, vec![]),
            (
                "Error from server (NotFound): error when replacing \"a.yaml\": deployments.apps \"a\" not found",
                Some(&sentences::REPLACES_ONLY),
                vec![],
            ),
            (
                "Error from server (NotFound): error when replacing \"a.yaml\": namespaces \"a\" not found",
                None,
                vec![],
            ),
            // A hook asks in another set of ways.
            (
                "spec.containers[0].lifecycle.postStart: Required value: must specify a handler type",
                None,
                vec![],
            ),
            (
                "subjects[0].apiGroup: Unsupported value: \"\": supported values: \"rbac.authorization.k8s.io\"",
                None,
                vec![],
            ),
        ] {
            let told = meaning(complaint);
            assert_eq!(told.as_ref().map(|(sentence, _)| *sentence), sentence, "{complaint}");
            assert_eq!(told.map(|(_, words)| words).unwrap_or_default(), words, "{complaint}");
        }
    }

    #[test]
    fn a_selector_is_joined_where_a_comma_ends_it() {
        let refused = "error: name cannot be provided when a selector is specified";
        let told = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            of_words(&words, refused).map(|(_, words)| words.concat())
        };
        assert_eq!(told("kubectl delete pods -l app=a, tier=b").as_deref(), Some("app=a,tier=b"));
        assert_eq!(told("kubectl delete pods web -l app=a"), None);
    }
}

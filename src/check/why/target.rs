//! Why, for an object that a learner names.

use std::time::Duration;

use crate::apimachinery::{KINDS, Kind, Object, resolve_kind};
use crate::base::{Value, nearest, timeout};
use crate::lesson::HttpProbe;

use super::super::Context;
use super::super::probe;
use super::super::verdict::{Explanation, Reason};
use super::super::words::{Phrase, say};
use super::super::world::{Place, World};
use super::chain::Chain;
use super::finding::{Finding, name_of};
use super::reading;
use super::trail::trail;

/// Kinds in which an object is looked for that is named without one.
const USUAL: &[&str] = &[
    "deployment",
    "statefulset",
    "daemonset",
    "cronjob",
    "job",
    "service",
    "ingress",
    "pod",
    "persistentvolumeclaim",
    "replicaset",
    "horizontalpodautoscaler",
    "node",
];

/// Ports of a Service that are asked, at most.
const PORTS_MAX: usize = 3;

/// How long an answer is awaited.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a learner asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::check) struct Target {
    kind: Option<&'static str>,
    name: String,
    namespace: Option<String>,
}

impl Target {
    /// Reads `pod/web`, `pod web`, `web`, each perhaps with `-n NAMESPACE`.
    ///
    /// # Errors
    /// With the word that is no kind.
    pub(in crate::check) fn parse(text: &str) -> Result<Self, String> {
        let mut namespace = None;
        let mut words = Vec::new();
        let mut rest = text.split_whitespace();
        while let Some(word) = rest.next() {
            match word.strip_prefix("--namespace=").or_else(|| word.strip_prefix("-n=")) {
                Some(name) => namespace = Some(name.to_owned()),
                None if matches!(word, "-n" | "--namespace") => namespace = rest.next().map(str::to_owned),
                None => words.push(word),
            }
        }
        let (kind, name) = match words.as_slice() {
            [one] => one.split_once('/').map_or((None, *one), |(kind, name)| (Some(kind), name)),
            [kind, name, ..] => (Some(*kind), *name),
            [] => (None, ""),
        };
        let kind = match kind {
            Some(word) => Some(resolve_kind(word).ok_or_else(|| word.to_owned())?.singular),
            None => None,
        };
        Ok(Self { kind, name: name.to_owned(), namespace })
    }
}

/// The chain below what a learner names, and its first broken link.
pub(in crate::check) async fn explain_target(text: &str, context: &Context) -> Explanation {
    let language = context.language;
    let alone = |text: String| Explanation { trail: Vec::new(), text, reasons: Vec::new() };
    let target = match Target::parse(text) {
        Ok(target) => target,
        Err(word) => {
            let near = nearest(&word, KINDS.iter().flat_map(|kind| [kind.singular, kind.plural]));
            return alone(say(language, Phrase::NoSuchKind(&word, near.unwrap_or_default())));
        }
    };
    let namespace = target.namespace.clone().unwrap_or_else(|| context.namespace.clone());
    let mut world = World::in_namespace(&namespace);
    let mut places = reading::chain_places(&namespace);
    let kinds: Vec<&'static Kind> = match target.kind {
        Some(kind) => resolve_kind(kind).into_iter().collect(),
        None => USUAL.iter().filter_map(|kind| resolve_kind(kind)).collect(),
    };
    places.extend(kinds.iter().map(|kind| Place::new(kind, &namespace)));
    if kinds.iter().any(|kind| reading::is_binding(kind)) {
        places.extend(reading::roles(&namespace));
    }
    world.widen(&context.client, places).await;
    let found = kinds.iter().find_map(|kind| world.named(kind, Some(&namespace), &target.name));
    let Some(object) = found else {
        let objects = || kinds.iter().flat_map(|kind| world.all(kind, Some(&namespace)));
        let near = nearest(&target.name, objects().map(Object::name)).map(str::to_owned);
        let near = near.and_then(|near| objects().find(|object| object.name() == near)).map(name_of);
        let wanted =
            target.kind.map_or_else(|| target.name.clone(), |kind| format!("{kind}/{}", target.name));
        return alone(say(
            language,
            Phrase::NotThere(&wanted, &namespace, near.as_deref().unwrap_or_default()),
        ));
    };
    let logs = reading::logs(&world, context).await;
    let chain = Chain::new(&world, &logs);
    let known = chain.broken_link(object).or_else(|| chain.rival(object));
    let finding = match known {
        None if object.kind() == "Service" => unheard(chain, object, context).await,
        known => known,
    };
    let reasons: Vec<Reason> = finding.iter().map(|finding| finding.reason(language)).collect();
    let text = match reasons.first() {
        Some(_) => String::new(),
        None => say(language, Phrase::NothingWrong(&name_of(object))),
    };
    Explanation { trail: trail(&world, object, language), text, reasons }
}

/// A port of a Service behind which nobody listens: only a request can tell.
async fn unheard(chain: Chain<'_>, service: &Object, context: &Context) -> Option<Finding> {
    let tcp = |port: &&Value| !matches!(port["protocol"].as_str(), Some("UDP" | "SCTP"));
    for port in service.list("/spec/ports").iter().filter(tcp).take(PORTS_MAX) {
        let probe = HttpProbe {
            service: service.name().to_owned(),
            namespace: Some(service.namespace().to_owned()),
            port: port["port"].to_string(),
            path: "/".to_owned(),
            status: 200,
            contains: None,
            host: None,
            times: 1,
            distinct: 0,
        };
        let reply = timeout(PATIENCE, probe::once(&probe, context)).await;
        if let Some(Ok(answered)) = &reply
            && answered.body.contains("connection refused")
        {
            return chain.unanswered(service, &probe, reply.as_ref());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_named_in_the_ways_of_kubectl() {
        let target = |kind, name: &str, namespace: Option<&str>| {
            Ok(Target { kind, name: name.to_owned(), namespace: namespace.map(str::to_owned) })
        };
        assert_eq!(Target::parse("deploy/web"), target(Some("deployment"), "web", None));
        assert_eq!(Target::parse("po web-1 -n shop"), target(Some("pod"), "web-1", Some("shop")));
        assert_eq!(Target::parse("web"), target(None, "web", None));
        assert_eq!(Target::parse("deploymnet/web"), Err("deploymnet".to_owned()));
    }
}

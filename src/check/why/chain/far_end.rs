//! What a program asked a Service for in vain: whether the Service offers it, and what keeps it from answering.

use serde_json::Value;

use crate::apimachinery::{LabelSelector, Object, builtin};

use super::super::finding::{Aside, Finding};
use super::super::sentences;
use super::service::{offers, written};
use super::{Chain, text};

/// How programs say that they reached nobody.
const UNREACHED: &[&str] = &["refused", "timed out", "timeout", "No route to host", "can't connect"];

/// How many links are followed behind a Service that did not answer, at most: programs may ask each other in
/// circles, and each of them several.
const FAR_LINKS: usize = 6;

/// A Service that a Pod's own words name, and the port where they name one.
type Asked<'a> = (&'a Object, Option<String>);

impl<'a> Chain<'a> {
    /// What is wrong with the Service that a program could not reach.
    pub(super) fn at_the_far_end(self, pod: &Object, probe: &Value, line: &str) -> Option<Finding> {
        if !UNREACHED.iter().any(|words| line.contains(words)) {
            return None;
        }
        let near = Self { links: self.links.min(FAR_LINKS), ..self };
        self.asked(pod, probe).into_iter().find_map(|(service, port)| {
            let offered = |port: &String| service.list("/spec/ports").iter().any(|one| offers(one, port));
            match port.filter(|port| !offered(port)) {
                Some(port) => Some(self.no_such_port(service, &port)),
                None => near.broken_link(service).filter(|finding| finding.lasts),
            }
        })
    }

    /// The NetworkPolicy before a Service that a Pod's own words name.
    pub(super) fn policy_at_the_end(self, pod: &Object, probe: &Value) -> Aside {
        self.asked(pod, probe).into_iter().find_map(|(service, _)| {
            let policy = self.policy_of(service)?;
            let mut words = vec![policy.name().to_owned(), service.name().to_owned()];
            let Some(nobody) = self.lets_nobody_in(policy) else {
                return Some((&sentences::POLICY_AT_THE_END, words));
            };
            words.push(nobody);
            Some((&sentences::POLICY_FROM_NOBODY, words))
        })
    }

    /// The selector of a policy's `from` that nothing carries.
    fn lets_nobody_in(self, policy: &Object) -> Option<String> {
        let rules = policy.list("/spec/ingress").iter();
        let mut peers = rules.filter_map(|rule| rule["from"].as_array()).flatten();
        peers.find_map(|peer| {
            let (selector, kind, namespace) = match peer.get("namespaceSelector") {
                Some(selector) => (selector, &builtin::NAMESPACE, None),
                None => (peer.get("podSelector")?, &builtin::POD, Some(policy.namespace())),
            };
            let labels = selector["matchLabels"].as_object()?;
            let known = self.world.all(kind, namespace);
            let meant = LabelSelector::from_value(selector);
            let nobody = !known.is_empty() && !known.iter().any(|one| meant.matches(one.labels()));
            nobody.then(|| written(labels))
        })
    }

    /// The Services that a Pod's commands and its probe name, each once.
    fn asked(self, pod: &Object, probe: &Value) -> Vec<Asked<'a>> {
        let containers = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
        let of_containers = containers.flat_map(|container| [&container["command"], &container["args"]]);
        let lists = of_containers.chain(probe.pointer("/exec/command")).filter_map(Value::as_array);
        let texts: Vec<&str> = lists.flatten().filter_map(Value::as_str).collect();
        let joined = texts.join(" ");
        let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | ';' | '(' | ')');
        let words: Vec<&str> = joined.split(ends).filter(|word| !word.is_empty()).collect();
        let own = |service: &Object| {
            let selector = service.map("/spec/selector").filter(|selector| !selector.is_empty());
            selector.is_some_and(|selector| LabelSelector::from_map(selector).matches(pod.labels()))
        };
        let pairs = words.iter().enumerate();
        let named = pairs.filter_map(|(index, word)| self.named_by(pod, word, words.get(index + 1).copied()));
        let mut asked: Vec<Asked<'_>> = Vec::new();
        for (service, port) in named.filter(|(service, _)| !own(service)) {
            let is_told = |(other, of_it): &Asked<'_>| std::ptr::eq(*other, service) && *of_it == port;
            if !asked.iter().any(is_told) {
                asked.push((service, port));
            }
        }
        asked
    }

    /// The Service of `http://web.team:8080/path`, or of `web 8080`.
    fn named_by(self, pod: &Object, word: &str, next: Option<&str>) -> Option<Asked<'a>> {
        let (scheme, rest) = word.split_once("://").unwrap_or(("", word));
        let authority = rest.split(['/', '?']).next().unwrap_or(rest);
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port.to_owned())),
            None => (authority, None),
        };
        let mut labels = host.split('.');
        let (name, second) = (labels.next()?, labels.next());
        let namespace = second.filter(|part| *part != "svc").unwrap_or(pod.namespace());
        let port = port.or_else(|| match scheme {
            "http" => Some("80".to_owned()),
            "https" => Some("443".to_owned()),
            _ => next.filter(|next| next.parse::<u16>().is_ok()).map(str::to_owned),
        });
        let here = self.world.all(&builtin::SERVICE, Some(namespace)).iter();
        let mut all = here.chain(self.world.everywhere(&builtin::SERVICE));
        let service = all.find(|one| one.name() == name && one.namespace() == namespace)?;
        (text(service.value(), "/spec/type") != "ExternalName").then_some((service, port))
    }
}

//! What a program asked a Service for in vain: whether the Service offers it, and what keeps it from answering.

use crate::apimachinery::{LabelSelector, Object, builtin};
use crate::base::Value;

use super::super::super::partial::show;
use super::super::finding::{Aside, Finding, name_of};
use super::super::sentences;
use super::service::{declared_ports, offers};
use super::{Chain, text};

/// How programs say that they reached nobody.
const UNREACHED: &[&str] = &["refused", "timed out", "timeout", "No route to host", "can't connect"];

/// Bytes of a file of settings that are read, at most.
const FILE_MAX: usize = 16 * 1024;

/// How many links are followed behind a Service that did not answer, at most: programs may ask each other in
/// circles, and each of them several.
const FAR_LINKS: usize = 6;

/// A Service that a Pod's own words name, and the port where they name one.
pub(super) type Asked<'a> = (&'a Object, Option<String>);

impl<'a> Chain<'a> {
    /// What is wrong with the Service that a program could not reach.
    pub(super) fn at_the_far_end(self, pod: &Object, probe: &Value, line: &str) -> Option<Finding> {
        if !is_unreached(line) {
            return None;
        }
        let near = Self { links: self.links.min(FAR_LINKS), ..self };
        let asked = self.asked(pod, probe).into_iter().find_map(|(service, port)| {
            let offered = |port: &String| service.list("/spec/ports").iter().any(|one| offers(one, port));
            match port.as_ref().filter(|port| !offered(port)) {
                Some(port) => {
                    let secure: Aside = (port == "443").then(|| (&sentences::PORT_OF_HTTPS, Vec::new()));
                    let door = service.list("/spec/ports").iter().any(|one| {
                        let door = one["nodePort"].as_i64();
                        door.is_some() && door == port.parse().ok()
                    });
                    let door: Aside = door.then(|| (&sentences::NODE_PORT_INSIDE, vec![port.clone()]));
                    Some(self.no_such_port(service, port).or_aside(|| secure.or(door)))
                }
                None => near
                    .broken_link(service)
                    .filter(|finding| finding.lasts)
                    .or_else(|| self.port_as_it_is(service, port.as_deref()?, line)),
            }
        });
        asked.or_else(|| self.behind_an_alias(pod, probe))
    }

    /// A headless Service gives the addresses of its Pods: nobody translates its port to another.
    fn port_as_it_is(self, service: &Object, asked: &str, line: &str) -> Option<Finding> {
        let headless = service.text("/spec/clusterIP") == "None" && line.contains("refused");
        let port = service.list("/spec/ports").iter().find(|port| offers(port, asked))?;
        let target = port.get("targetPort").filter(|target| **target != port["port"])?;
        let words = [name_of(service), port["port"].to_string(), show(target)];
        let finding = Finding::lasting(&sentences::HEADLESS_PORT, [&words[0], &words[1], &words[2]]);
        headless.then(|| finding.shown_by(self.describe(service)))
    }

    /// What is wrong with a Service that the programs of a Pod ask for in vain when they are asked themselves.
    pub(super) fn behind_a_proxy(self, pod: &Object, status: u16) -> Option<Finding> {
        let said = match status {
            502 => "connection refused",
            504 => "timed out",
            _ => return None,
        };
        self.proxy_to_itself(pod).or_else(|| self.at_the_far_end(pod, &Value::Null, said))
    }

    /// A proxy that hands on to its own Pod, where no container declares the port.
    fn proxy_to_itself(self, pod: &Object) -> Option<Finding> {
        // What another container listens on it need not declare.
        if pod.list("/spec/containers").len() > 1 {
            return None;
        }
        let own = self.settings(pod).into_iter().find_map(|word| {
            let authority = word.split_once("://")?.1.trim_end_matches(';').split('/').next()?;
            let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
            matches!(host, "localhost" | "127.0.0.1").then_some((authority, port))
        });
        let (authority, port) = own?;
        if declared_ports(pod).iter().any(|(number, _)| port.parse() == Ok(*number)) {
            return None;
        }
        let services = self.world.all(&builtin::SERVICE, Some(pod.namespace())).iter();
        let mut meant = services.filter(|service| {
            service.name() != "kubernetes" && service.list("/spec/ports").iter().any(|one| offers(one, port))
        });
        let aside: Aside =
            meant.next().map(|service| (&sentences::OFFERS_IT, vec![name_of(service), port.to_owned()]));
        let finding = Finding::lasting(&sentences::PROXY_TO_ITSELF, [&name_of(pod), authority]);
        Some(finding.aside(aside).shown_by(self.describe(pod)))
    }

    /// What is wrong with a Service that a container's own command names.
    pub(super) fn named_in_command(self, pod: &Object, container: &Value) -> Option<Finding> {
        let lists = [&container["command"], &container["args"]].into_iter().filter_map(Value::as_array);
        let command = lists.flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
        let near = Self { links: self.links.min(FAR_LINKS), ..self };
        self.asked(pod, &Value::Null).into_iter().find_map(|(service, port)| {
            let offered = |port: &String| service.list("/spec/ports").iter().any(|one| offers(one, port));
            // Whether a name is there says nothing of who answers under it.
            if !command.contains(service.name()) || command.contains("nslookup") {
                return None;
            }
            match port.as_ref().filter(|port| !offered(port)) {
                Some(port) => Some(self.no_such_port(service, port)),
                None => near.broken_link(service).filter(|finding| finding.lasts),
            }
        })
    }

    /// The NetworkPolicy before a Service that a Pod's own words name, and what of the Pod it does not like.
    pub(super) fn policy_at_the_end(self, pod: &Object, probe: &Value) -> Aside {
        self.asked(pod, probe).into_iter().find_map(|(service, _)| self.shut_out(pod, service))
    }

    /// The Services that a Pod's commands and its probe name, each once.
    fn asked(self, pod: &Object, probe: &Value) -> Vec<Asked<'a>> {
        let containers = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
        let of_containers = containers.flat_map(|container| [&container["command"], &container["args"]]);
        let lists = of_containers.chain(probe.pointer("/exec/command")).filter_map(Value::as_array);
        let mut texts: Vec<&str> = lists.flatten().filter_map(Value::as_str).collect();
        texts.extend(self.settings(pod));
        let joined = texts.join(" ");
        let words = words_in(&joined);
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

    /// What the variables of a Pod's containers say, and the files of ConfigMaps that are mounted in them.
    fn settings<'p>(self, pod: &'p Object) -> Vec<&'p str>
    where
        'a: 'p,
    {
        let map = |name: &str| {
            let found = self.world.named(&builtin::CONFIG_MAP, Some(pod.namespace()), name);
            found.and_then(|found| found.map("/data"))
        };
        let containers = || pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
        let variables = containers().filter_map(|container| container["env"].as_array()).flatten();
        let values = variables.filter_map(|variable| match variable.get("value") {
            Some(value) => value.as_str(),
            None => {
                let reference = variable.pointer("/valueFrom/configMapKeyRef")?;
                map(text(reference, "/name"))?.get(text(reference, "/key"))?.as_str()
            }
        });
        let sources = containers().filter_map(|container| container["envFrom"].as_array()).flatten();
        let names = sources.map(|source| text(source, "/configMapRef/name"));
        let volumes = pod.list("/spec/volumes").iter().map(|volume| text(volume, "/configMap/name"));
        let maps = names.chain(volumes).filter(|name| !name.is_empty()).filter_map(map);
        let files = maps.flat_map(|map| map.values()).filter_map(Value::as_str);
        let words = files.filter(|file| file.len() <= FILE_MAX).flat_map(str::split_whitespace);
        // Of a text only an address with a port or a scheme is surely one.
        values.chain(words.filter(|word| word.contains(':'))).collect()
    }

    /// The Service of `http://web.team:8080/path`, or of `web 8080`.
    pub(super) fn named_by(self, pod: &Object, word: &str, next: Option<&str>) -> Option<Asked<'a>> {
        let asked = self.or_alias_named_by(pod, word, next);
        asked.filter(|(service, _)| text(service.value(), "/spec/type") != "ExternalName")
    }

    /// As `named_by`, or a Service that is only another name.
    fn or_alias_named_by(self, pod: &Object, word: &str, next: Option<&str>) -> Option<Asked<'a>> {
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
        Some((service, port))
    }

    /// A Service that is only another name, asked for a port that who bears the name does not offer.
    fn behind_an_alias(self, pod: &Object, probe: &Value) -> Option<Finding> {
        let containers = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
        let of_containers = containers.flat_map(|container| [&container["command"], &container["args"]]);
        let lists = of_containers.chain(probe.pointer("/exec/command")).filter_map(Value::as_array);
        let joined = lists.flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
        let words = words_in(&joined);
        words.iter().enumerate().find_map(|(place, word)| {
            let (alias, port) = self.or_alias_named_by(pod, word, words.get(place + 1).copied())?;
            let host = alias.text("/spec/externalName");
            let (bearer, _) = self.named_by(pod, host, None).filter(|_| !host.is_empty())?;
            let port = port?;
            let ports = bearer.list("/spec/ports");
            let offered = ports.iter().map(|one| one["port"].to_string()).collect::<Vec<_>>().join(", ");
            let finding = Finding::lasting(&sentences::ALIAS_PORT, [&name_of(alias), host, &port, &offered]);
            let missing = !ports.iter().any(|one| offers(one, &port));
            missing.then(|| finding.shown_by(format!("kubectl get service {} -o yaml", alias.name())))
        })
    }
}

/// Whether a program says that it reached nobody.
pub(super) fn is_unreached(line: &str) -> bool {
    UNREACHED.iter().any(|words| line.contains(words))
}

/// The words of a command, also of a script within it.
pub(super) fn words_in(joined: &str) -> Vec<&str> {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | ';' | '(' | ')');
    joined.split(ends).filter(|word| !word.is_empty()).collect()
}

//! Ingresses: class → controller → Service → port.

use crate::apimachinery::{Object, builtin};
use crate::base::Value;

use super::super::finding::{Aside, Finding, name_of};
use super::super::sentences;
use super::service::{offers, target_of};
use super::{Chain, near, text};

/// The annotation of ingress-nginx that makes another path of one.
const REWRITES: &str = "nginx.ingress.kubernetes.io/rewrite-target";

impl Chain<'_> {
    pub(super) fn ingress(self, ingress: &Object) -> Option<Finding> {
        self.ingress_class(ingress).or_else(|| {
            let rules = ingress.list("/spec/rules").iter();
            let paths =
                rules.filter_map(|rule| rule.pointer("/http/paths")).filter_map(Value::as_array).flatten();
            let backends =
                paths.filter_map(|path| path.get("backend")).chain(ingress.get("/spec/defaultBackend"));
            backends
                .into_iter()
                .find_map(|backend| self.backend(ingress, backend))
                .or_else(|| self.certificate(ingress))
                .or_else(|| self.no_certificate(ingress))
        })
    }

    /// Why a host is not answered through an Ingress.
    pub(in crate::check) fn host(self, host: &str, path: &str, status: Option<u16>) -> Option<Finding> {
        let ingresses = self.world.all(&builtin::INGRESS, None);
        let serves = |ingress: &&Object| {
            let rules = ingress.list("/spec/rules");
            rules.is_empty() || rules.iter().any(|rule| is_for(rule, host))
        };
        if let Some(ingress) = ingresses.iter().find(serves) {
            if let Some(finding) = self.moved_to_https(ingress, status) {
                return Some(finding);
            }
            let broken = self.broken_link(ingress).or_else(|| self.no_path(ingress, host, path));
            let broken = broken.or_else(|| self.backend_fails(ingress, host, path, status?));
            return broken
                .or_else(|| self.path_as_it_is(ingress, host, path).filter(|_| status == Some(404)))
                .or_else(|| {
                    let reached = status.is_some_and(|status| (200..=404).contains(&status));
                    self.rewritten(ingress, host, path).filter(|_| reached)
                });
        }
        let hosts = ingresses.iter().flat_map(|ingress| ingress.list("/spec/rules"));
        let hosts: Vec<&str> = hosts.map(|rule| text(rule, "/host")).collect();
        let star = format!("*.{host}");
        let below =
            hosts.contains(&star.as_str()).then(|| (&sentences::STAR_BELOW, vec![star, host.to_owned()]));
        let longer = || {
            let star = hosts.iter().find(|one| {
                one.strip_prefix('*').is_some_and(|rest| rest.len() > 1 && host.ends_with(rest))
            })?;
            Some((&sentences::STAR_FOR_ONE, vec![(*star).to_owned()]))
        };
        let near = below.or_else(longer).or_else(|| near(host, hosts.iter().copied()));
        Some(Finding::lasting(&sentences::NO_HOST, [host]).aside(near).shown_by("kubectl get ingress"))
    }

    /// An Ingress with a certificate sends everybody who comes without one to https.
    fn moved_to_https(self, ingress: &Object, status: Option<u16>) -> Option<Finding> {
        let moved = status.filter(|status| matches!(status, 301 | 302 | 307 | 308))?.to_string();
        let secure = !ingress.list("/spec/tls").is_empty();
        let finding = Finding::lasting(&sentences::MOVED_TO_HTTPS, [&name_of(ingress), &moved]);
        secure.then(|| finding.shown_by(self.describe(ingress)))
    }

    /// A Service that looks as it should, and at which the controller reaches nobody.
    fn backend_fails(self, ingress: &Object, host: &str, path: &str, status: u16) -> Option<Finding> {
        if !matches!(status, 502 | 504) {
            return None;
        }
        let backend = rule_for(ingress, host, path)?.get("backend")?;
        let wanted = text(backend, "/service/name");
        let service = self.world.named(&builtin::SERVICE, Some(ingress.namespace()), wanted)?;
        let selector = service.map("/spec/selector").filter(|selector| !selector.is_empty())?;
        let pods = self.selected(service, selector);
        if status == 504 {
            return self.policy_before(service, &pods);
        }
        let asked = port_of(backend);
        let port = service.list("/spec/ports").iter().find(|port| offers(port, &asked))?;
        Some(self.connection_refused(service, &target_of(port), &pods))
    }

    fn no_path(self, ingress: &Object, host: &str, path: &str) -> Option<Finding> {
        let path = path.split('?').next().unwrap_or(path);
        let mut paths = paths_of(ingress, host);
        if paths.clone().any(|rule| leads(rule, path)) || ingress.get("/spec/defaultBackend").is_some() {
            return None;
        }
        let known =
            paths.by_ref().map(|rule| format!("{} ({})", text(rule, "/path"), text(rule, "/pathType")));
        let known: Vec<String> = known.collect();
        let words = [name_of(ingress), known.join(", ")];
        let finding = Finding::lasting(&sentences::NO_PATH, [&words[0], path, &words[1]]);
        let below = |rule: &&Value| {
            let stem = text(rule, "/path").trim_end_matches('/');
            path.strip_prefix(stem).is_some_and(|rest| rest.starts_with('/'))
        };
        let exact = paths_of(ingress, host).filter(below).any(|rule| text(rule, "/pathType") == "Exact");
        let star = paths_of(ingress, host).any(|rule| text(rule, "/path").ends_with('*'));
        let exact: Aside = exact.then(|| (&sentences::EXACT_ONLY, Vec::new()));
        let cut = || {
            let stems = paths_of(ingress, host).filter(|rule| text(rule, "/pathType") == "Prefix");
            let stems = stems.map(|rule| text(rule, "/path").trim_end_matches('/'));
            let stem = stems.into_iter().find(|stem| !stem.is_empty() && path.starts_with(stem))?;
            Some((&sentences::WHOLE_PARTS, vec![stem.to_owned(), path.to_owned()]))
        };
        let exact = exact.or_else(cut);
        let finding = finding.aside(exact).or_aside(|| star.then(|| (&sentences::NO_STARS, Vec::new())));
        Some(finding.shown_by(self.describe(ingress)))
    }

    fn ingress_class(self, ingress: &Object) -> Option<Finding> {
        let name = name_of(ingress);
        let classes = self.world.all(&builtin::INGRESS_CLASS, None);
        let class = match ingress.text("/spec/ingressClassName") {
            "" => ingress.annotation("kubernetes.io/ingress.class").unwrap_or_default(),
            class => class,
        };
        let show = "kubectl get ingressclasses";
        if classes.is_empty() {
            return Some(Finding::lasting(&sentences::NO_INGRESS_CONTROLLER, [&name]).shown_by(show));
        }
        if class.is_empty() {
            let default = classes
                .iter()
                .any(|class| class.annotation("ingressclass.kubernetes.io/is-default-class") == Some("true"));
            let finding = Finding::lasting(&sentences::NO_INGRESS_CLASS, [&name]);
            return (!default).then(|| finding.shown_by(show));
        }
        if !classes.iter().any(|known| known.name() == class) {
            let near = self.near_name(&builtin::INGRESS_CLASS, "", class);
            return Some(
                Finding::lasting(&sentences::INGRESS_CLASS, [&name, class]).aside(near).shown_by(show),
            );
        }
        None
    }

    fn backend(self, ingress: &Object, backend: &Value) -> Option<Finding> {
        let name = name_of(ingress);
        let wanted = text(backend, "/service/name");
        if wanted.is_empty() {
            return None;
        }
        let Some(service) = self.world.named(&builtin::SERVICE, Some(ingress.namespace()), wanted) else {
            let near = self.near_or_elsewhere(&builtin::SERVICE, ingress.namespace(), wanted);
            let finding = Finding::lasting(&sentences::BACKEND_MISSING, [&name, wanted]).aside(near);
            return Some(finding.shown_by(self.describe(ingress)));
        };
        let port = port_of(backend);
        let ports = service.list("/spec/ports");
        if !ports.iter().any(|offered| offers(offered, &port)) {
            let offered: Vec<String> = ports.iter().map(|port| port["port"].to_string()).collect();
            let words = [name.as_str(), &port, wanted, &offered.join(", ")];
            return Some(Finding::lasting(&sentences::BACKEND_PORT, words).shown_by(self.describe(ingress)));
        }
        self.broken_link(service)
    }

    fn certificate(self, ingress: &Object) -> Option<Finding> {
        let secrets = ingress.list("/spec/tls").iter().map(|tls| text(tls, "/secretName"));
        let missing = secrets.into_iter().find(|name| {
            !name.is_empty() && self.world.named(&builtin::SECRET, Some(ingress.namespace()), name).is_none()
        })?;
        let finding = Finding::lasting(&sentences::TLS_SECRET, [&name_of(ingress), missing]);
        Some(finding.shown_by("kubectl get secrets"))
    }

    /// A Secret that an Ingress takes its certificate from, and that holds none.
    fn no_certificate(self, ingress: &Object) -> Option<Finding> {
        let names = ingress.list("/spec/tls").iter().map(|tls| text(tls, "/secretName"));
        let mut found =
            names.filter_map(|name| self.world.named(&builtin::SECRET, Some(ingress.namespace()), name));
        let empty = |secret: &&Object| {
            let data = secret.map("/data");
            ["tls.crt", "tls.key"].iter().any(|key| data.is_none_or(|data| !data.contains_key(key)))
        };
        let secret = found.find(empty)?;
        let words = [&name_of(ingress), secret.name(), secret.text("/type")];
        let finding = Finding::lasting(&sentences::NO_CERTIFICATE, words);
        Some(finding.shown_by(format!("kubectl describe secret {}", secret.name())))
    }

    /// A program behind an Ingress that is asked for a path that it does not know.
    fn path_as_it_is(self, ingress: &Object, host: &str, path: &str) -> Option<Finding> {
        let path = path.split('?').next().unwrap_or(path);
        let rule = rule_for(ingress, host, path)?;
        if text(rule, "/path").len() < 2 {
            return None;
        }
        let words = [&name_of(ingress), path, text(rule, "/backend/service/name")];
        let finding = Finding::lasting(&sentences::PATH_AS_IT_IS, words);
        ingress.annotation(REWRITES).is_none().then(|| finding.shown_by(self.describe(ingress)))
    }

    /// Whatever is asked for below a path is handed on as one and the same.
    fn rewritten(self, ingress: &Object, host: &str, path: &str) -> Option<Finding> {
        let target = ingress.annotation(REWRITES).filter(|target| !target.contains('$'))?;
        let path = path.split('?').next().unwrap_or(path);
        let rule = rule_for(ingress, host, path)?;
        let words = [name_of(ingress), text(rule, "/path").to_owned(), target.to_owned(), path.to_owned()];
        let [name, below, target, path] = words.each_ref().map(String::as_str);
        let finding = Finding::lasting(&sentences::REWRITTEN, [name, below, target, path]);
        (path != below && path != target).then(|| finding.shown_by(self.describe(ingress)))
    }
}

/// Whether a rule is for a host: for every one, for it, or for whatever stands one label below.
fn is_for(rule: &Value, host: &str) -> bool {
    let written = text(rule, "/host");
    let below = written.strip_prefix("*.");
    let under = host.split_once('.').map(|(_, rest)| rest);
    written.is_empty() || written == host || (below.is_some() && below == under)
}

/// The paths that an Ingress has for a host.
fn paths_of<'i>(ingress: &'i Object, host: &'i str) -> impl Iterator<Item = &'i Value> + Clone {
    let rules = ingress.list("/spec/rules").iter();
    let of_host = rules.filter(move |rule| is_for(rule, host));
    of_host.filter_map(|rule| rule.pointer("/http/paths")?.as_array()).flatten()
}

/// The rule of a host that a path comes under: the longest.
fn rule_for<'i>(ingress: &'i Object, host: &'i str, path: &str) -> Option<&'i Value> {
    let path = path.split('?').next().unwrap_or(path);
    paths_of(ingress, host).filter(|rule| leads(rule, path)).max_by_key(|rule| text(rule, "/path").len())
}

/// The port of a Service that a backend names, by number or by name.
fn port_of(backend: &Value) -> String {
    let number = backend.pointer("/service/port/number").map(ToString::to_string);
    number.unwrap_or_else(|| text(backend, "/service/port/name").to_owned())
}

/// Whether a path is one that a rule is about.
fn leads(rule: &Value, path: &str) -> bool {
    let written = text(rule, "/path");
    match text(rule, "/pathType") {
        "Exact" => written == path,
        _ => path == written || path.starts_with(&format!("{}/", written.trim_end_matches('/'))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::super::super::world::World;
    use super::*;
    use crate::base::json;
    use crate::lesson::Language;

    #[test]
    fn a_star_stands_for_one_label() {
        for (written, host, fits) in [
            ("*.shop.example", "a.shop.example", true),
            ("*.shop.example", "shop.example", false),
            ("*.shop.example", "a.b.shop.example", false),
            ("shop.example", "shop.example", true),
            ("", "shop.example", true),
        ] {
            assert_eq!(is_for(&json!({"host": written}), host), fits, "{written} {host}");
        }
    }

    #[test]
    fn a_prefix_ends_between_slashes_and_a_star_at_the_first_dot() {
        let told = |path: &str, kind: &str, host: &str, asked: &str| {
            let paths = json!({"paths": [{"path": path, "pathType": kind}]});
            let ingress = json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                "metadata": {"name": "i", "namespace": "default", "annotations": {"kubernetes.io/ingress.class": "n"}},
                "spec": {"rules": [{"host": host, "http": paths}]},
            });
            let class = json!({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "n"}});
            let (world, logs) = (World::of("default", vec![ingress, class]), BTreeMap::new());
            let found = Chain::new(&world, &logs).host("a.shop.example", asked, Some(404));
            found.map(|finding| finding.reason(Language::En).text).unwrap_or_default()
        };
        let parts = "from slash to slash";
        assert!(told("/shop", "Prefix", "a.shop.example", "/shopping").contains(parts));
        assert!(!told("/shop", "Exact", "a.shop.example", "/shopping").contains(parts));
        assert!(!told("/shop", "Prefix", "a.shop.example", "/cart").contains(parts));
        let star = "stands for one part";
        assert!(told("/", "Prefix", "*.example", "/").contains(star));
        assert!(!told("/", "Prefix", "*.shop.example", "/").contains(star));
        assert!(!told("/", "Prefix", "*.other", "/").contains(star));
    }

    #[test]
    fn the_path_that_is_handed_on_is_that_of_the_longest_rule_of_the_host() {
        let path = |path: &str, service: &str| json!({"path": path, "pathType": "Prefix", "backend": {"service": {"name": service, "port": {"number": 80}}}});
        let ingress = json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "i", "namespace": "default"},
            "spec": {"rules": [
                {"host": "other.example", "http": {"paths": [path("/shop/api", "other")]}},
                {"host": "a.example", "http": {"paths": [path("/", "root"), path("/shop", "shop")]}},
            ]},
        });
        let ingress = Object::from_value(ingress).unwrap();
        let service = |name: &str| {
            let spec = json!({"selector": {"app": name}, "ports": [{"port": 80}]});
            let metadata = json!({"name": name, "namespace": "default"});
            json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
        };
        let services = ["root", "shop", "other"].map(service).to_vec();
        let (world, logs) = (World::of("default", services), BTreeMap::new());
        let told = |path: &str| {
            let found = Chain::new(&world, &logs).path_as_it_is(&ingress, "a.example", path);
            found.map(|finding| finding.reason(Language::En).text)
        };
        let text = told("/shop/api?x=1").unwrap();
        assert!(text.contains("the path /shop/api on to the Service shop as it is"), "{text}");
        assert_eq!((told("/shopping"), told("/")), (None, None));
        for (path, service) in [("/shop/api", "service/shop"), ("/shopping?x=1", "service/root")] {
            let refused = Chain::new(&world, &logs).backend_fails(&ingress, "a.example", path, 502).unwrap();
            let reason = refused.reason(Language::En);
            assert!(reason.text.contains(service), "{reason:?}");
        }
    }
}

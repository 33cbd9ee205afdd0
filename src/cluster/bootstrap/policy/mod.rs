//! The roles, bindings and service accounts of a fresh cluster, from tables
//! (`plugin/pkg/auth/authorizer/rbac/bootstrappolicy`, kubeadm, minikube).

use std::sync::LazyLock;

use crate::apimachinery::builtin::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING, SERVICE_ACCOUNT};
use crate::apimachinery::{Kind, Object, record_update};
use crate::base::{Timestamp, Value, json};

use super::super::registry::Registry;

const TABLES: [&str; 3] =
    [include_str!("cluster_roles.txt"), include_str!("controller_roles.txt"), include_str!("other.txt")];

const GROUP: &str = "rbac.authorization.k8s.io";
const READ: [&str; 3] = ["get", "list", "watch"];
const WRITE: [&str; 5] = ["create", "delete", "deletecollection", "patch", "update"];
/// Who made the roles that come with Kubernetes.
const API_SERVER: &str = "kube-apiserver";
/// Where the controllers' service accounts are.
const SYSTEM: &str = "kube-system";

/// Puts them into a registry.
pub(super) fn load(registry: &mut Registry) {
    static OBJECTS: LazyLock<Vec<(&'static Kind, Object)>> = LazyLock::new(objects);
    for (kind, object) in OBJECTS.iter() {
        registry.load(kind, object.clone());
    }
}

/// Everything in the tables.
fn objects() -> Vec<(&'static Kind, Object)> {
    let mut tables = Tables { author: API_SERVER, made: Vec::new() };
    for table in TABLES {
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            tables.line(line);
        }
    }
    let mut made = tables.made;
    for (object, manager) in &mut made {
        record_update(None, &mut object.1, manager, "", Timestamp::UNIX_EPOCH);
    }
    made.into_iter().map(|(object, _)| object).collect()
}

struct Tables {
    /// Who makes what follows.
    author: &'static str,
    made: Vec<((&'static Kind, Object), &'static str)>,
}

impl Tables {
    fn line(&mut self, line: &'static str) {
        let mut words = line.split_whitespace();
        if line.starts_with(' ') {
            let words: Vec<&str> = words.collect();
            match words.split_first() {
                Some((&"to", subjects)) => self.bind_last(subjects),
                _ => self.rule(&words),
            }
            return;
        }
        let first = words.next().unwrap_or_default();
        let name = words.next().unwrap_or_default();
        match first {
            "by" => self.author = name,
            "role" => self.role(name, words),
            "controller" => {
                self.role(&format!("system:controller:{name}"), [].into_iter());
                self.bind_last(&[&format!("ServiceAccount:{SYSTEM}:{name}")]);
                if words.next().is_none() {
                    self.account(name);
                }
                // The rules that follow belong to the role, which stays the last one.
                let place = self.made.iter().rposition(|((kind, _), _)| *kind == &CLUSTER_ROLE);
                if let Some(place) = place {
                    let role = self.made.remove(place);
                    self.made.push(role);
                }
            }
            "account" => self.account(name),
            "bind" => {
                let words: Vec<&str> = words.collect();
                let subjects = words.get(2..).unwrap_or_default();
                let role = words.first().copied().unwrap_or_default();
                self.bind("", name, ("ClusterRole", role), subjects);
            }
            _ => {}
        }
    }

    fn add(&mut self, kind: &'static Kind, mut object: Object) {
        if self.author == API_SERVER && kind != &SERVICE_ACCOUNT {
            object.set_annotation("rbac.authorization.kubernetes.io/autoupdate", "true");
            object.set_label("kubernetes.io/bootstrapping", "rbac-defaults");
        }
        // What its addon brings is marked; the binding that minikube itself makes is not.
        if self.author == "minikube" && object.name() != "minikube-rbac" {
            object.set_label("addonmanager.kubernetes.io/mode", "Reconcile");
        }
        let manager = match (self.author, kind == &SERVICE_ACCOUNT) {
            (_, true) => "kube-controller-manager",
            ("minikube", _) => "kubectl-create",
            (author, _) => author,
        };
        self.made.push(((kind, object), manager));
    }

    fn account(&mut self, name: &str) {
        self.add(&SERVICE_ACCOUNT, Object::new(&SERVICE_ACCOUNT, SYSTEM, name));
    }

    fn role<'a>(&mut self, name: &str, words: impl Iterator<Item = &'a str>) {
        let mut namespace = "";
        let mut labels: Vec<String> = Vec::new();
        let mut gathers = None;
        for word in words {
            match word.split_once(':') {
                Some(("in", place)) => namespace = place,
                Some(("joins", role)) => labels.push(format!("{GROUP}/aggregate-to-{role}")),
                Some(("gathers", role)) => gathers = Some(format!("{GROUP}/aggregate-to-{role}")),
                _ => {}
            }
        }
        let kind = if namespace.is_empty() { &CLUSTER_ROLE } else { &ROLE };
        let mut role = Object::new(kind, namespace, name);
        for label in labels {
            role.set_label(&label, "true");
        }
        if let Some(label) = gathers {
            role.set("/aggregationRule", json!({"clusterRoleSelectors": [{"matchLabels": {label: "true"}}]}));
        }
        role.set("/rules", Value::Null);
        self.add(kind, role);
    }

    fn rule(&mut self, words: &[&str]) {
        let sorts = self.author == API_SERVER;
        let Some(((_, role), _)) =
            self.made.iter_mut().rev().find(|((kind, _), _)| [&CLUSTER_ROLE, &ROLE].contains(kind))
        else {
            return;
        };
        let rule = match words {
            ["events"] => rule(&["create,patch,update", "core,events.k8s.io", "events"], sorts),
            words => rule(words, sorts),
        };
        let mut rules = role.list("/rules").to_vec();
        rules.push(rule);
        role.set("/rules", rules);
    }

    /// Binds the role above.
    fn bind_last(&mut self, subjects: &[&str]) {
        let Some(((kind, role), _)) = self.made.last() else { return };
        let (kind, name, namespace) = (kind.kind, role.name().to_owned(), role.namespace().to_owned());
        let other = subjects.iter().find_map(|subject| subject.strip_prefix("as:")).map(str::to_owned);
        let own = other.unwrap_or_else(|| name.clone());
        self.bind(&namespace, &own, (kind, &name), subjects);
    }

    fn bind(&mut self, namespace: &str, name: &str, role: (&str, &str), subjects: &[&str]) {
        let kind = if namespace.is_empty() { &CLUSTER_ROLE_BINDING } else { &ROLE_BINDING };
        let mut binding = Object::new(kind, namespace, name);
        binding.set("/roleRef", json!({"apiGroup": GROUP, "kind": role.0, "name": role.1}));
        let subjects: Vec<Value> = subjects.iter().filter_map(|subject| as_subject(subject)).collect();
        if !subjects.is_empty() {
            binding.set("/subjects", subjects);
        }
        self.add(kind, binding);
    }
}

/// `Group:system:masters` or `ServiceAccount:NAMESPACE:NAME`.
fn as_subject(word: &str) -> Option<Value> {
    let (kind, name) = word.split_once(':')?;
    match kind {
        "ServiceAccount" => {
            let (namespace, name) = name.split_once(':')?;
            Some(json!({"kind": kind, "name": name, "namespace": namespace}))
        }
        "User" | "Group" => Some(json!({"apiGroup": GROUP, "kind": kind, "name": name})),
        _ => None,
    }
}

fn rule(words: &[&str], sorts: bool) -> Value {
    let values = |text: &str| -> Vec<String> {
        let mut values: Vec<String> = Vec::new();
        for value in text.split(',') {
            match value {
                "read" => values.extend(READ.map(str::to_owned)),
                "write" => values.extend(WRITE.map(str::to_owned)),
                "core" => values.push(String::new()),
                value => values.push(value.to_owned()),
            }
        }
        if sorts {
            values.sort();
        }
        values
    };
    match words {
        [verbs, paths] => json!({"nonResourceURLs": values(paths), "verbs": values(verbs)}),
        [verbs, groups, resources] => {
            json!({"apiGroups": values(groups), "resources": values(resources), "verbs": values(verbs)})
        }
        [verbs, groups, resources, names] => json!({
            "apiGroups": values(groups), "resourceNames": values(names), "resources": values(resources),
            "verbs": values(verbs),
        }),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::ObjectKey;
    use crate::base::Random;
    use crate::cluster::registry::WriteOptions;

    #[test]
    fn everything_in_the_tables_is_valid_and_stands_once() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut registry = Registry::new(now, Random::seeded(1));
        super::super::namespaces(&mut registry);
        let made = objects();
        for (kind, object) in &made {
            let options = WriteOptions::component("test");
            registry.create(kind, object.namespace(), object.clone(), &options).unwrap();
        }
        assert!(made.len() > 150, "{}", made.len());
    }

    #[test]
    fn a_line_becomes_a_role_with_its_binding() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut registry = Registry::new(now, Random::seeded(1));
        load(&mut registry);
        let name = "system:controller:ttl-controller";
        let role = registry.get(&CLUSTER_ROLE, &ObjectKey::new("", name)).unwrap();
        assert_eq!(
            role.value()["rules"],
            json!([
                {"apiGroups": [""], "resources": ["nodes"], "verbs": ["list", "patch", "update", "watch"]},
                {"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch", "update"]},
            ])
        );
        let binding = registry.get(&CLUSTER_ROLE_BINDING, &ObjectKey::new("", name)).unwrap();
        assert_eq!(
            binding.value()["subjects"],
            json!([{"kind": "ServiceAccount", "name": "ttl-controller", "namespace": "kube-system"}])
        );
        assert_eq!(binding.label("kubernetes.io/bootstrapping"), Some("rbac-defaults"));
        assert_eq!(binding.text("/metadata/managedFields/0/time"), "2026-01-01T00:00:00Z");
        let edit = registry.get(&CLUSTER_ROLE, &ObjectKey::new("", "edit")).unwrap();
        assert_eq!(edit.label("rbac.authorization.k8s.io/aggregate-to-admin"), Some("true"));
        let key = ObjectKey::new("kube-system", "system::extension-apiserver-authentication-reader");
        assert_eq!(registry.get(&ROLE_BINDING, &key).unwrap().list("/subjects").len(), 2);
    }
}

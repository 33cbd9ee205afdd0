//! Variables that a program misses: called otherwise, optional and not there, of another container, or not put in.

use std::sync::LazyLock;

use regex::Regex;

use crate::apimachinery::{Kind, Object, builtin};
use crate::base::Value;

use super::super::finding::{Aside, name_of};
use super::super::sentences;
use super::{Chain, text};

static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[A-Z][A-Z0-9_]{2,}\b").ok());
static REFERENCE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\$\(([A-Za-z_][\w.-]*)\)").ok());

/// Variables that are named, at most.
const NAMES_MAX: usize = 6;

/// The variable that tells a Pod of an indexed Job which one it is.
const INDEX: &str = "JOB_COMPLETION_INDEX";

impl Chain<'_> {
    /// What of a container's environment makes its program end.
    pub(super) fn behind_the_variable(self, pod: &Object, container: &Value, line: &str) -> Aside {
        let names = NAME.iter().flat_map(|pattern| pattern.find_iter(line)).map(|found| found.as_str());
        let mut missed = names.filter(|name| !defines(container, name));
        not_put_in(container, line)
            .or_else(|| missed.find_map(|name| self.missed_variable(pod, container, name)))
            .or_else(|| self.left_out(pod, container, line))
            .or_else(|| self.not_noted(pod, container))
            .or_else(|| self.of_service(pod, container, line))
    }

    /// A variable from a label or an annotation that the Pod has not.
    fn not_noted(self, pod: &Object, container: &Value) -> Aside {
        let mut variables = container["env"].as_array().into_iter().flatten();
        variables.find_map(|variable| {
            let path = text(variable, "/valueFrom/fieldRef/fieldPath");
            let (map, key) = path.strip_suffix("']")?.split_once("['")?;
            let pointer = format!("/{}", map.replace('.', "/"));
            let has = |object: &Object| object.map(&pointer).is_some_and(|map| map.contains_key(key));
            let words = vec![text(variable, "/name").to_owned(), path.to_owned(), name_of(pod)];
            let owner = self.workload_of(pod);
            let kinds = [&builtin::DEPLOYMENT, &builtin::STATEFUL_SET, &builtin::DAEMON_SET, &builtin::JOB];
            let mut owners = kinds.into_iter().flat_map(|kind| self.world.all(kind, Some(pod.namespace())));
            let above = owners.any(|workload| name_of(workload) == owner && has(workload));
            let sentence = if above { &sentences::NOTED_ABOVE } else { &sentences::NOT_NOTED };
            let words = if above { [words, vec![owner.clone()]].concat() } else { words };
            (!has(pod)).then_some((sentence, words))
        })
    }

    /// A variable that the kubelet makes of a Service, which a program takes for one of its own.
    fn of_service(self, pod: &Object, container: &Value, line: &str) -> Aside {
        if pod.get("/spec/enableServiceLinks") == Some(&Value::Bool(false)) || !line.contains("tcp://") {
            return None;
        }
        let services = self.world.all(&builtin::SERVICE, Some(pod.namespace())).iter();
        let script = [&container["command"], &container["args"]].map(ToString::to_string).concat();
        services.into_iter().find_map(|service| {
            let variable = format!("{}_PORT", service.name().to_uppercase().replace('-', "_"));
            let address = format!("tcp://{}", service.text("/spec/clusterIP"));
            let taken = line.contains(&address) || script.contains(&variable);
            taken.then(|| (&sentences::SERVICE_VARIABLE, vec![variable, name_of(service)]))
        })
    }

    fn missed_variable(self, pod: &Object, container: &Value, name: &str) -> Aside {
        let sources = container["envFrom"].as_array().into_iter().flatten();
        for source in sources {
            let prefix = text(source, "/prefix");
            let holds = [
                (&builtin::CONFIG_MAP, text(source, "/configMapRef/name")),
                (&builtin::SECRET, text(source, "/secretRef/name")),
            ]
            .into_iter()
            .find(|(kind, owner)| self.has_key(kind, pod, owner, name));
            match holds {
                Some((kind, owner)) if !prefix.is_empty() => {
                    let words = [name, &format!("{} {owner}", kind.kind), &format!("{prefix}{name}")];
                    return Some((&sentences::PREFIXED, words.map(str::to_owned).to_vec()));
                }
                Some(_) => return None,
                None => {}
            }
        }
        if name == INDEX {
            let owner = pod.controller().filter(|owner| owner.kind == "Job")?;
            return Some((&sentences::NOT_INDEXED, vec![name.to_owned(), format!("job/{}", owner.name)]));
        }
        let others = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
        let mut others = others.filter(|other| other["name"] != container["name"]);
        let other = others.find(|other| defines(other, name))?;
        Some((&sentences::VARIABLE_BESIDE, vec![name.to_owned(), text(other, "/name").to_owned()]))
    }

    fn has_key(self, kind: &'static Kind, pod: &Object, owner: &str, key: &str) -> bool {
        let found = self.world.named(kind, Some(pod.namespace()), owner);
        found.and_then(|found| found.map("/data")).is_some_and(|data| data.contains_key(key))
    }

    /// A variable that is optional, and whose source or key is not there: behind the end of a program that says
    /// nothing, or speaks of it.
    fn left_out(self, pod: &Object, container: &Value, line: &str) -> Aside {
        let kinds = [(&builtin::CONFIG_MAP, "configMapKeyRef"), (&builtin::SECRET, "secretKeyRef")];
        let mut variables = container["env"].as_array().into_iter().flatten();
        variables.find_map(|variable| {
            let (kind, reference) = kinds
                .into_iter()
                .find_map(|(kind, field)| Some((kind, variable.pointer("/valueFrom")?.get(field)?)))?;
            let (owner, key) = (text(reference, "/name"), text(reference, "/key"));
            let absent = reference["optional"] == true && !self.has_key(kind, pod, owner, key);
            let words = [text(variable, "/name"), key, &format!("{} {owner}", kind.kind)].map(str::to_owned);
            let meant = line.is_empty() || line.contains(&words[0]);
            (absent && meant).then(|| (&sentences::LEFT_OUT, words.to_vec()))
        })
    }
}

/// Whether a container's list of variables has one of that name.
fn defines(container: &Value, name: &str) -> bool {
    container["env"].as_array().into_iter().flatten().any(|variable| text(variable, "/name") == name)
}

/// A reference that stands in a program's words as it was written.
fn not_put_in(container: &Value, line: &str) -> Aside {
    let found = REFERENCE.as_ref()?.captures(line)?;
    let name = found.get(1)?.as_str();
    let own = container["env"].as_array().into_iter().flatten();
    let written = format!("$({name})");
    let user = own.clone().find(|variable| text(variable, "/value").contains(&written));
    let Some(user) = user else {
        let names: Vec<&str> = own.map(|variable| text(variable, "/name")).take(NAMES_MAX).collect();
        let list = ["args", "command"].into_iter().find(|list| {
            let mut words = container[*list].as_array().into_iter().flatten().filter_map(Value::as_str);
            words.any(|word| word.contains(&written))
        })?;
        let words = vec![name.to_owned(), list.to_owned(), names.join(", ")];
        let sentence = if names.is_empty() { &sentences::NOT_DEFINED } else { &sentences::NOT_DEFINED_BUT };
        return (!defines(container, name)).then_some((sentence, words));
    };
    let words = vec![name.to_owned(), text(user, "/name").to_owned()];
    let sentence = if defines(container, name) { &sentences::DEFINED_LATER } else { &sentences::NOT_DEFINED };
    Some((sentence, words))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::base::json;

    use super::super::super::super::world::World;
    use super::*;

    #[test]
    fn an_optional_variable_lies_behind_the_end_of_who_is_silent_or_speaks_of_it() {
        let source = json!({"configMapKeyRef": {"name": "nope", "key": "mode", "optional": true}});
        let container = json!({"name": "c", "env": [{"name": "MODE", "valueFrom": source}]});
        let pod =
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "default"}});
        let pod = Object::from_value(pod).unwrap();
        let (world, logs) = (World::of("default", Vec::new()), BTreeMap::new());
        for (line, told) in [("", true), ("MODE must be set", true), ("bind: Address already in use", false)]
        {
            let found = Chain::new(&world, &logs).behind_the_variable(&pod, &container, line);
            assert_eq!(found.is_some(), told, "{line}");
        }
    }
}

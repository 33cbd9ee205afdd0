//! Pods that wait for themselves: for a Service behind which only ready Pods stand, while they become ready.

use crate::apimachinery::{LabelSelector, Object};
use crate::base::Value;

use super::super::finding::{Aside, name_of};
use super::super::sentences;
use super::Chain;
use super::far_end::words_in;

impl Chain<'_> {
    /// The Service that the words of an init container or a probe ask, and that has nobody but such Pods behind it.
    pub(super) fn waits_for_itself(self, pod: &Object, command: &Value) -> Aside {
        let texts: Vec<&str> = command.as_array()?.iter().filter_map(Value::as_str).collect();
        let joined = texts.join(" ");
        let words = words_in(&joined);
        let named = words.iter().enumerate().filter_map(|(place, word)| {
            let next = words.get(place + 1).copied();
            self.named_by(pod, word, next).map(|(service, _)| service)
        });
        let waits = |service: &&Object| {
            let Some(selector) = service.map("/spec/selector").filter(|selector| !selector.is_empty()) else {
                return false;
            };
            let ready = self.selected(service, selector).iter().any(|one| one.condition_is_true("Ready"));
            let own = LabelSelector::from_map(selector).matches(pod.labels());
            // A cluster IP has a name whoever stands behind it.
            let by_name = joined.contains("nslookup") && service.text("/spec/clusterIP") != "None";
            own && !ready && !by_name && !service.flag("/spec/publishNotReadyAddresses")
        };
        let service = named.into_iter().find(waits)?;
        Some((&sentences::WAITS_FOR_ITSELF, vec![name_of(service)]))
    }
}

/// The containers of its own Pod that an init container asks for, and that begin only after it.
pub(super) fn asks_later(pod: &Object, container: &Value) -> Aside {
    let texts: Vec<&str> = container["command"].as_array()?.iter().filter_map(Value::as_str).collect();
    let joined = texts.join(" ");
    let own = |word: &&str| {
        let host = word.split_once("://").map_or(*word, |(_, rest)| rest);
        matches!(host.split([':', '/']).next(), Some("localhost" | "127.0.0.1"))
    };
    // What it sends to the background may listen itself.
    let asks =
        words_in(&joined).iter().any(own) && !joined.replace("&&", "").replace("2>&1", "").contains('&');
    let all = pod.list("/spec/initContainers");
    let (before, after) = all.split_at(all.iter().position(|one| one["name"] == container["name"])?);
    let is_sidecar = |one: &&Value| one["restartPolicy"] == "Always";
    let own_network = !pod.flag("/spec/hostNetwork");
    if !asks || !own_network || before.iter().any(|one| is_sidecar(&one)) {
        return None;
    }
    let mut later: Vec<&Value> = after.iter().skip(1).filter(is_sidecar).collect();
    if later.is_empty() {
        later.extend(pod.list("/spec/containers"));
    }
    let later = later.into_iter().filter_map(|one| one["name"].as_str()).collect::<Vec<_>>();
    Some((&sentences::BEGINS_LATER, vec![later.join(", ")]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::base::json;

    use super::super::super::super::world::World;
    use super::*;

    #[test]
    fn only_a_service_that_selects_the_pod_and_nobody_ready_is_waited_for_in_vain() {
        let told = |selector: &str, other_is_ready: bool, command: &str| {
            let service = json!({
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "web", "namespace": "default"},
                "spec": {"clusterIP": "10.96.0.9", "selector": {"app": selector}, "ports": [{"port": 80}]},
            });
            let pod = |name: &str, ready: bool| {
                let ready = if ready { "True" } else { "False" };
                json!({
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "metadata": {"name": name, "namespace": "default", "labels": {"app": "web"}},
                    "status": {"conditions": [{"type": "Ready", "status": ready}]},
                })
            };
            let own = Object::from_value(pod("own", false)).unwrap();
            let all = vec![service, pod("own", false), pod("other", other_is_ready)];
            let (world, logs) = (World::of("default", all), BTreeMap::new());
            let command = json!(["sh", "-c", command]);
            Chain::new(&world, &logs).waits_for_itself(&own, &command).is_some()
        };
        assert!(told("web", false, "until wget -qO- http://web; do sleep 2; done"));
        assert!(!told("web", true, "until wget -qO- http://web; do sleep 2; done"));
        assert!(!told("db", false, "until wget -qO- http://web; do sleep 2; done"));
        assert!(!told("web", false, "until nslookup web; do sleep 2; done"));
    }

    #[test]
    fn only_a_sidecar_before_it_listens_for_an_init_container() {
        let told = |first: &str, command: &str| {
            let spec = json!({
                "initContainers": [{"name": "one", "restartPolicy": first}, {"name": "wait", "command": ["sh", "-c", command]}],
                "containers": [{"name": "web"}],
            });
            let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec});
            let pod = Object::from_value(pod).unwrap();
            let wait = pod.list("/spec/initContainers")[1].clone();
            asks_later(&pod, &wait).map(|(_, words)| words.concat())
        };
        let asks = "until nc -z localhost 80; do sleep 2; done";
        assert_eq!(told("", asks).as_deref(), Some("web"));
        assert_eq!(told("Always", asks), None);
        assert_eq!(told("", "until nc -z db 80; do sleep 2; done"), None);
        assert_eq!(told("", "httpd -p 80 & until nc -z localhost 80; do sleep 2; done"), None);
    }
}

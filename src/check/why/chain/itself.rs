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
}

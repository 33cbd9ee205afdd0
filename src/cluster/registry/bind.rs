//! The `binding` subresource of Pods.

use std::sync::Arc;

use crate::apimachinery::{Object, ObjectKey, Status, builtin, seconds};
use crate::base::{Value, json};

use super::Registry;
use super::admission::label_by_node;

impl Registry {
    /// Binds a Pod to a node (the `binding` subresource): sets nodeName and PodScheduled.
    ///
    /// # Errors
    /// 404 when the Pod is gone, 409 when it is being deleted, has gates or is bound already.
    pub(crate) fn bind(&mut self, pod: &ObjectKey, node: &str, dry_run: bool) -> Result<Arc<Object>, Status> {
        let old = self.get(&builtin::POD, pod)?;
        let refusal = if old.is_terminating() {
            Some(format!("pod {} is being deleted, cannot be assigned to a host", pod.name))
        } else if !old.list("/spec/schedulingGates").is_empty() {
            Some(format!("pod {} has non-empty .spec.schedulingGates", pod.name))
        } else if old.text("/spec/nodeName").is_empty() {
            None
        } else {
            Some(format!("pod {} is already assigned to node {:?}", pod.name, old.text("/spec/nodeName")))
        };
        if let Some(why) = refusal {
            let message = format!("Operation cannot be fulfilled on pods/binding {:?}: {why}", pod.name);
            return Err(Status::failure(409, "Conflict", message));
        }
        let mut new = Object::clone(&old);
        new.set("/spec/nodeName", node);
        new.remove("/status/nominatedNodeName");
        label_by_node(self, &mut new);
        mark_scheduled(&mut new, &seconds(self.now));
        Ok(if dry_run { Arc::new(new) } else { self.store.put(&builtin::POD, new) })
    }
}

/// Sets the condition PodScheduled to true.
fn mark_scheduled(pod: &mut Object, now: &str) {
    let generation = pod.generation();
    let mut conditions = pod.list("/status/conditions").to_vec();
    conditions.retain(|condition| condition.get("type").and_then(Value::as_str) != Some("PodScheduled"));
    conditions.push(json!({
        "type": "PodScheduled",
        "status": "True",
        "observedGeneration": generation,
        "lastProbeTime": null,
        "lastTransitionTime": now,
    }));
    pod.set("/status/conditions", conditions);
}

//! FlowSchemas: whether the level that a schema names is there (`apiserver/pkg/util/flowcontrol`).

use crate::apimachinery::builtin::{FLOW_SCHEMA, PRIORITY_LEVEL_CONFIGURATION};
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::Value;

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::conditions;

/// Who writes the status.
const MANAGER: &str = "api-priority-and-fairness-config-consumer-v1";
/// Where a schema names its level.
const LEVEL: &str = "/spec/priorityLevelConfiguration/name";

/// Keeps the condition `Dangling`.
pub(super) struct FlowSchemaController;

static WATCHES: &[Watch] = &[
    Watch { kind: &FLOW_SCHEMA, keys: super::itself },
    Watch {
        kind: &PRIORITY_LEVEL_CONFIGURATION,
        keys: |change, registry| {
            let named = |schema: &&std::sync::Arc<Object>| schema.text(LEVEL) == change.object.name();
            registry.store().list(&FLOW_SCHEMA, None).filter(named).map(|schema| schema.key()).collect()
        },
    },
];

impl Reconciler for FlowSchemaController {
    fn name(&self) -> &'static str {
        "flow-schema-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(schema) = registry.get(&FLOW_SCHEMA, key) else { return Ok(Action::AwaitChange) };
        let level = schema.text(LEVEL);
        let there = registry.get(&PRIORITY_LEVEL_CONFIGURATION, &ObjectKey::new("", level)).is_ok();
        let about =
            format!("This FlowSchema references the PriorityLevelConfiguration object named {level:?}");
        let (status, reason, message) = if there {
            ("False", "Found", format!("{about} and it exists"))
        } else {
            ("True", "NotFound", format!("{about} but there is no such object"))
        };
        let known = schema.condition("Dangling").and_then(|condition| condition.get("status"));
        if known.and_then(Value::as_str) == Some(status) {
            return Ok(Action::AwaitChange);
        }
        let mut list = schema.list("/status/conditions").to_vec();
        conditions::set(
            &mut list,
            conditions::condition("Dangling", status, reason, &message, registry.now()),
        );
        let mut changed = Object::clone(&schema);
        conditions::write(&mut changed, list);
        registry.update_status(&FLOW_SCHEMA, changed, MANAGER)?;
        Ok(Action::AwaitChange)
    }
}

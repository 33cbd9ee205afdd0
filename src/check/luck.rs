//! Whether an answer was luck: where several workloads stand behind a Service, any of them may answer.

use crate::apimachinery::builtin;
use crate::lesson::{HttpProbe, ObjectRef};

use super::Context;
use super::probe::{self, Reply};
use super::why;
use super::world::{Place, World};

/// Statuses from here on are asked for on purpose, where a check asks for one.
const ERRORS: u16 = 400;

/// Asks once more what several workloads may answer; whether an answer is another now.
pub(super) async fn rule_out(
    replies: &mut [(HttpProbe, Reply)],
    context: &Context,
    world: &mut World,
) -> bool {
    let mut other = false;
    let once = replies.iter_mut().filter(|(probe, _)| probe.status < ERRORS && probe.times <= 1);
    for (probe, reply) in once {
        let namespace = probe.namespace.as_deref().unwrap_or(&context.namespace);
        let kinds = [&builtin::SERVICE, &builtin::POD, &builtin::REPLICA_SET];
        world.widen(&context.client, kinds.map(|kind| Place::new(kind, namespace)).to_vec()).await;
        let service = ObjectRef {
            kind: &builtin::SERVICE,
            name: probe.service.clone(),
            namespace: probe.namespace.clone(),
        };
        if !why::reaches_several(world, &service) {
            continue;
        }
        if let Some(answered) = probe::insist(probe, context).await {
            *reply = Ok(answered);
            other = true;
        }
    }
    other
}

//! Static Pods: the kubelet runs them from files, and makes their mirrors in the API again when these go.

use crate::apimachinery::builtin::POD;
use crate::apimachinery::{ObjectKey, Status};

use super::super::bootstrap;
use super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::NodeState;

/// Makes the mirror of a static Pod anew when it is gone or going; gives back whether it did.
///
/// The containers know nothing of it: they go on (`pkg/kubelet/pod/mirror_client.go`).
///
/// # Errors
/// When the mirror is refused.
pub(super) fn renew_mirror(
    registry: &mut Registry,
    node: &mut NodeState,
    key: &ObjectKey,
) -> Result<bool, Status> {
    let Some(mirror) = bootstrap::mirror_pod(registry, key) else { return Ok(false) };
    let options = WriteOptions::component("kubelet");
    if let Ok(present) = registry.get(&POD, key) {
        if !present.is_terminating() {
            return Ok(false);
        }
        let at_once = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
        registry.delete(&POD, key, &at_once, &options)?;
    }
    let made = registry.create(&POD, &key.namespace, mirror, &options)?;
    if let Some(runtime) = node.pods.get_mut(&key.to_string()) {
        made.object.uid().clone_into(&mut runtime.uid);
    }
    Ok(true)
}

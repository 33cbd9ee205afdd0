//! DefaultTolerationSeconds: a Pod stays five minutes on a node that is not ready or unreachable.

use crate::apimachinery::{Object, Status, builtin};
use crate::base::{Value, json};

use super::super::Registry;
use super::Attributes;

/// Seconds that a Pod tolerates a lost node.
const TOLERATION_SECONDS: i64 = 300;
/// Taints of a lost node.
const LOST_NODE_TAINTS: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/// Adds the tolerations that a Pod does not name itself.
pub(super) fn admit(
    _registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    if attributes.kind != &builtin::POD || object.get("/spec").is_none() {
        return Ok(());
    }
    let mut tolerations = object.list("/spec/tolerations").to_vec();
    let given = tolerations.len();
    for taint in LOST_NODE_TAINTS {
        if tolerations[..given].iter().any(|toleration| tolerates(toleration, taint)) {
            continue;
        }
        tolerations.push(json!({
            "key": taint, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": TOLERATION_SECONDS,
        }));
    }
    if tolerations.len() > given {
        object.set("/spec/tolerations", tolerations);
    }
    Ok(())
}

fn tolerates(toleration: &Value, taint: &str) -> bool {
    let text = |field: &str| toleration[field].as_str().unwrap_or_default();
    (text("key").is_empty() || text("key") == taint)
        && (text("effect").is_empty() || text("effect") == "NoExecute")
}

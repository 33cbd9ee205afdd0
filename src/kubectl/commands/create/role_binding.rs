//! `kubectl create rolebinding` and `create clusterrolebinding`.

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, one_name, required_name};
use crate::apimachinery::builtin;
use crate::base::{Value, json};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::{Flag, Flags};

const RBAC: &str = "rbac.authorization.k8s.io";

/// `kubectl create rolebinding`.
pub(super) static ROLE_BINDING: Command = Command {
    name: "rolebinding",
    short: "Create a role binding for a particular role or cluster role",
    usage: "NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]",
    flags: &[
        &[
            Flag::text("clusterrole", "", "ClusterRole this RoleBinding should reference"),
            Flag::text("role", "", "Role this RoleBinding should reference"),
        ],
        FLAGS,
        OUTPUT,
        DRY_RUN,
        VALIDATE,
        SAVE_CONFIG,
    ],
    run: |call| Box::pin(role_binding(call)),
    ..Command::PLAIN
};

/// `kubectl create clusterrolebinding`.
pub(super) static CLUSTER_ROLE_BINDING: Command = Command {
    name: "clusterrolebinding",
    short: "Create a cluster role binding for a particular cluster role",
    usage: "NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]",
    flags: &[
        &[Flag::text("clusterrole", "", "ClusterRole this ClusterRoleBinding should reference").required()],
        FLAGS,
        OUTPUT,
        DRY_RUN,
        VALIDATE,
        SAVE_CONFIG,
    ],
    run: |call| Box::pin(cluster_role_binding(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::array("user", "Users to bind to the role, may be repeated"),
    Flag::array("group", "Groups to bind to the role, may be repeated"),
    Flag::array("serviceaccount", "Service accounts to bind to the role, NAMESPACE:NAME, may be repeated"),
    field_manager("kubectl-create"),
];

async fn role_binding(call: &mut Call<'_>) -> Outcome {
    let name = required_name(call)?;
    let (role, cluster_role) = (call.flags.text("role"), call.flags.text("clusterrole"));
    if role.is_empty() == cluster_role.is_empty() {
        return Err(Failure::message("exactly one of clusterrole or role must be specified"));
    }
    let (kind, role) = if role.is_empty() { ("ClusterRole", cluster_role) } else { ("Role", role) };
    let object = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name},
        "subjects": subjects(&call.flags)?,
        "roleRef": {"apiGroup": RBAC, "kind": kind, "name": role},
    });
    create(call, &builtin::ROLE_BINDING, without_empty_subjects(object))
        .await
        .map_err(|failure| failed(failure, "rolebinding"))
}

async fn cluster_role_binding(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let role = call.flags.text("clusterrole");
    let object = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "subjects": subjects(&call.flags)?,
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
    });
    create(call, &builtin::CLUSTER_ROLE_BINDING, without_empty_subjects(object))
        .await
        .map_err(|failure| failed(failure, "clusterrolebinding"))
}

fn without_empty_subjects(mut object: Value) -> Value {
    if object["subjects"].as_array().is_some_and(Vec::is_empty)
        && let Some(map) = object.as_object_mut()
    {
        map.remove("subjects");
    }
    object
}

/// The subjects that `--user`, `--group` and `--serviceaccount` name, in this order.
pub(in super::super) fn subjects(flags: &Flags) -> Outcome<Vec<Value>> {
    let named = |kind: &str, name: &String| json!({"kind": kind, "apiGroup": RBAC, "name": name});
    let mut subjects: Vec<Value> = Vec::new();
    subjects.extend(flags.all("user").iter().map(|name| named("User", name)));
    subjects.extend(flags.all("group").iter().map(|name| named("Group", name)));
    for account in flags.all("serviceaccount") {
        let parts: Vec<&str> = account.split(':').collect();
        let [namespace, name] = parts.as_slice() else { return Err(malformed()) };
        if namespace.is_empty() || name.is_empty() {
            return Err(malformed());
        }
        subjects.push(json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
    }
    Ok(subjects)
}

fn malformed() -> Failure {
    Failure::message("serviceaccount must be <namespace>:<name>")
}

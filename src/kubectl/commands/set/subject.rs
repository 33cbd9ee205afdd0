//! `kubectl set subject`.

use super::super::create::subjects;
use super::{all_targets, change_each};
use crate::base::Value;
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::check_printing;
use crate::kubectl::resource_args::Info;

/// Flags of `set subject`.
pub(super) const FLAGS: &[Flag] = &[
    Flag::array("user", "Users to bind to the role, may be repeated"),
    Flag::array("group", "Groups to bind to the role, may be repeated"),
    Flag::array("serviceaccount", "Service accounts to bind to the role, NAMESPACE:NAME, may be repeated"),
];

/// `kubectl set subject`.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    check_printing(call)?;
    let api = call.api().await?;
    let args = call.args.clone();
    let infos = all_targets(call, &api, &args).await?;
    let given = ["user", "group", "serviceaccount"];
    if given.iter().all(|flag| call.flags.all(flag).is_empty()) {
        return Err(Failure::message("you must specify at least one value of user, group or serviceaccount"));
    }
    let new = subjects(&call.flags)?;
    let is_binding =
        |info: &&Info| matches!(info.resource.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
    if let Some(other) = infos.iter().find(|info| !is_binding(info)) {
        return Err(Failure::message(format!(
            "{}/{} setting subjects is only supported for RoleBinding/ClusterRoleBinding",
            other.resource.plural, other.name
        )));
    }
    change_each(call, &api, &infos, "subjects updated", |object| add(object, &new)).await
}

fn add(object: &mut Value, new: &[Value]) -> Outcome {
    let mut all = object["subjects"].as_array().cloned().unwrap_or_default();
    for subject in new {
        if !all.contains(subject) {
            all.push(subject.clone());
        }
    }
    object["subjects"] = all.into();
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn subjects_join_those_that_are_there_once() {
        let jane = json!({"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "jane"});
        let mut binding = json!({"kind": "RoleBinding"});
        add(&mut binding, std::slice::from_ref(&jane)).unwrap();
        add(&mut binding, std::slice::from_ref(&jane)).unwrap();
        assert_eq!(binding["subjects"], json!([jane]));
    }
}

//! `kubectl set serviceaccount`.

use super::{NO_TEMPLATE, all_targets, change_each, pod_spec};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::printers::check_printing;

/// Sets the ServiceAccount of Pod templates.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    check_printing(call)?;
    let Some((account, resources)) = call.args.split_last() else {
        return Err(Failure::message("serviceaccount is required"));
    };
    // Of arguments beside --local upstream takes no notice here.
    let resources = if call.flags.on("local") { &[] } else { resources };
    let (account, resources) = (account.clone(), resources.to_vec());
    let api = call.api().await?;
    let infos = all_targets(call, &api, &resources).await?;
    change_each(call, &api, &infos, "serviceaccount updated", |object| {
        let spec = pod_spec(object).ok_or_else(|| Failure::message(NO_TEMPLATE))?;
        match (account.as_str(), spec.as_object_mut()) {
            // An empty name is none, as in Go's struct.
            ("", Some(spec)) => drop(spec.remove("serviceAccountName")),
            (account, _) => spec["serviceAccountName"] = account.into(),
        }
        Ok(())
    })
    .await
}

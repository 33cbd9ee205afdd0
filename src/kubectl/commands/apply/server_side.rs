//! Server-side apply: the server merges and keeps track of who owns which field.

use super::{Applied, Failure, Outcome};
use crate::kubectl::api::{APPLY_PATCH, Api, Url};
use crate::kubectl::command::Call;
use crate::kubectl::printers::DryRun;
use crate::kubectl::resource_args::Info;

/// What upstream adds to a conflict; the wording is part of kubectl's interface.
const CONFLICT_ADVICE: &str = "
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

/// Applies one object of a file.
pub(super) async fn apply(call: &Call<'_>, api: &Api, info: &Info, dry_run: DryRun) -> Outcome<Applied> {
    let url = url(call, info, dry_run);
    match api.patch(&url, APPLY_PATCH, info.object.value()).await {
        Ok(object) => Ok(Applied { object, verb: "serverside-applied" }),
        Err(Failure::Status(status)) if status.is("Conflict") => {
            Err(Failure::message(format!("{}{CONFLICT_ADVICE}", status.message)))
        }
        Err(failure) => Err(failure),
    }
}

fn url(call: &Call<'_>, info: &Info, dry_run: DryRun) -> Url {
    let manager =
        if call.flags.is_set("field-manager") { call.flags.text("field-manager") } else { "kubectl" };
    let validation = match call.flags.text("validate") {
        "false" | "ignore" => "Ignore",
        "warn" => "Warn",
        _ => "Strict",
    };
    info.url()
        .with("dryRun", dry_run.parameter())
        .with("fieldManager", manager)
        .with("fieldValidation", validation)
        .with("force", call.flags.on("force-conflicts").to_string())
}

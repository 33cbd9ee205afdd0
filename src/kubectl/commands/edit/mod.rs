//! `kubectl edit`: objects in an editor, and what was changed sent back as patches.

mod document;
mod session;

use super::flag_sets::{FILES, OUTPUT, RECORD, VALIDATE, field_manager};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::resource_args::{Found, Info, NO_NAME, Wanted, find, info_of, locate, require_arguments};

pub(super) use session::{Mode, Session};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "edit",
    short: "Edit a resource on the server",
    usage: "(RESOURCE/NAME | -f FILENAME) [options]",
    flags: &[FLAGS, LINE_ENDINGS, FILES, OUTPUT, VALIDATE, RECORD],
    arguments: Arguments::Objects(&[]),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::switch("output-patch", "Print the patch of what was changed"),
    Flag::switch("save-config", "Record the object as the last applied configuration"),
    Flag::text("subresource", "", "Subresource to edit instead of the object"),
    field_manager("kubectl-edit"),
];

/// `--windows-line-endings`.
pub(super) const LINE_ENDINGS: &[Flag] =
    &[Flag::switch("windows-line-endings", "End lines in the editor with CR LF")];

async fn run(call: &mut Call<'_>) -> Outcome {
    let output = call.flags.text("output");
    if !matches!(output, "" | "json" | "kyaml" | "yaml") {
        return Err(Failure::message(format!(
            "unable to match a printer suitable for the output format {output:?}, allowed formats are: json,kyaml,yaml"
        )));
    }
    require_arguments(call)?;
    let api = call.api().await?;
    let args = call.args.clone();
    let wanted = Wanted { types_alone: true, ..Wanted::default() };
    let subresource = call.flags.text("subresource").to_owned();
    let mut infos = Vec::new();
    if subresource.is_empty() {
        infos = find(call, &api, &args, wanted).await?;
    } else {
        for found in locate(call, &api, &args, wanted).await? {
            let (resource, namespace, name) = match found {
                Found::Named(resource, namespace, name, _) => (resource, namespace, name),
                Found::Object(info) => (info.resource, info.namespace, info.name),
            };
            if name.is_empty() {
                return Err(Failure::message(NO_NAME));
            }
            let held = api.get(&resource.subresource(&namespace, &name, &subresource)).await?;
            infos.push(Info { namespace, name, ..info_of(resource, held, String::new())? });
        }
    }
    // Nothing is edited unless everything can be.
    Failure::many(std::mem::take(&mut call.deferred))?;
    if infos.is_empty() {
        return Err(Failure::message("edit cancelled, no objects found"));
    }
    Session::new(call, &api, Mode::Normal).run(infos).await
}

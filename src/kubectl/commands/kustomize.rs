//! `kubectl kustomize`: what a kustomization builds, printed.

use std::path::Path;

use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome, reason};
use crate::kubectl::flags::Flag;
use crate::kubectl::klog::{self, Severity};
use crate::kubectl::kustomize::build_with;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "kustomize",
    short: "Build a kustomization target from a directory or URL",
    usage: "DIR [flags] [options]",
    flags: &[FLAGS],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("output", "", "File to write to instead of standard output").short('o'),
    Flag::text(
        "load-restrictor",
        "LoadRestrictionsRootOnly",
        "Which files may be read: LoadRestrictionsRootOnly, or with LoadRestrictionsNone any",
    ),
    Flag::text("reorder", "legacy", "Order of the objects: legacy or none")
        .deprecated("use the new 'sortOptions' field in kustomization.yaml instead."),
    Flag::switch("enable-helm", "Accepted for compatibility; a kustomization with charts is refused"),
    Flag::switch(
        "enable-alpha-plugins",
        "Accepted for compatibility; a kustomization with plugins is refused",
    ),
    Flag::switch("as-current-user", "Accepted for compatibility"),
    Flag::array("env", "Accepted for compatibility").short('e'),
    Flag::text("helm-command", "helm", "Accepted for compatibility"),
    Flag::array("helm-api-versions", "Accepted for compatibility"),
    Flag::text("helm-kube-version", "", "Accepted for compatibility"),
    Flag::switch("helm-debug", "Accepted for compatibility"),
    Flag::array("mount", "Accepted for compatibility"),
    Flag::switch("network", "Accepted for compatibility"),
    Flag::text("network-name", "bridge", "Accepted for compatibility"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let folder = match call.args.as_slice() {
        [] => ".".to_owned(),
        [folder] => folder.clone(),
        _ => return Err(Failure::message("specify one path to kustomization.yaml")),
    };
    let anywhere = match call.flags.text("load-restrictor") {
        "LoadRestrictionsRootOnly" => false,
        "LoadRestrictionsNone" => true,
        other => {
            return Err(Failure::message(format!(
                "illegal flag value --load-restrictor {other}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]"
            )));
        }
    };
    let path = call.factory.path(&folder);
    let reorder = call.flags.text("reorder").to_owned();
    if !matches!(reorder.as_str(), "legacy" | "none") {
        return Err(Failure::message(format!(
            "illegal flag value --reorder {reorder}; legal values: [legacy none]"
        )));
    }
    let built = build_with(&path, &folder, anywhere, &mut call.streams.err)?;
    if built.is_ordered && call.flags.is_set("reorder") {
        let text = "Warning: Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI flag ('--reorder'). Using the kustomization file over the CLI flag.";
        call.complain(klog::line(Severity::Info, "log.go:244", text))?;
    }
    let built = if reorder == "none" { built } else { built.sorted() };
    let text = built.to_yaml();
    match call.flags.text("output") {
        "" => call.text(text),
        place if call.factory.path(place).is_dir() => {
            for (name, text) in built.files() {
                write(&call.factory.path(place).join(&name), &format!("{place}/{name}"), &text)?;
            }
            Ok(())
        }
        place if place.ends_with('/') => Err(Failure::message(format!("open {place}: is a directory"))),
        place => write(&call.factory.path(place), place, &text),
    }
}

fn write(path: &Path, shown: &str, text: &str) -> Outcome {
    std::fs::write(path, text).map_err(|error| Failure::message(format!("open {shown}: {}", reason(&error))))
}

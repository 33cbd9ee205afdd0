//! One edit: shown, edited, checked, sent, and shown again until it is accepted or given up.

use std::path::PathBuf;

use super::super::record::record;
use super::document::{self, Form, Reason, without_managed_fields};
use crate::apimachinery::{Object, create_merge_patch, two_way_strategic_patch};
use crate::base::{Random, escape_html, json};
use crate::kubectl::api::{Api, MERGE_PATCH, STRATEGIC_PATCH, Url};
use crate::kubectl::command::Call;
use crate::kubectl::discovery::{of_object, unknown_kind};
use crate::kubectl::errors::{Failure, Outcome, unwritten};
use crate::kubectl::printers::print_done;
use crate::kubectl::programs::Program;
use crate::kubectl::resource_args::Info;

/// What is edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kubectl::commands) enum Mode {
    /// Live objects.
    Normal,
    /// Manifests that are created afterwards.
    BeforeCreate,
    /// What was applied last.
    LastApplied,
}

/// An edit and what it needs.
pub(in crate::kubectl::commands) struct Session<'s, 'a> {
    call: &'s mut Call<'a>,
    api: &'s Api,
    mode: Mode,
    random: Random,
}

/// What came of sending an edited file.
#[derive(Default)]
struct Results {
    reasons: Vec<Reason>,
    invalid: usize,
    retryable: usize,
    missing: usize,
    file: Option<PathBuf>,
}

impl<'s, 'a> Session<'s, 'a> {
    pub(in crate::kubectl::commands) fn new(call: &'s mut Call<'a>, api: &'s Api, mode: Mode) -> Self {
        Self { call, api, mode, random: Random::seeded(Random::fresh_seed()) }
    }

    /// Edits the objects together until they are accepted or the person gives up.
    pub(in crate::kubectl::commands) async fn run(&mut self, infos: Vec<Info>) -> Outcome {
        let form = match self.call.flags.text("output") {
            "json" => Form::Json,
            "kyaml" => Form::Kyaml,
            _ => Form::Yaml,
        };
        let as_json = form == Form::Json;
        let (mut results, mut edited) = (Results::default(), String::new());
        let mut again = false;
        let original = document::shown(&infos, form);
        loop {
            let body = if again { document::strip_comments(&edited) } else { original.clone() };
            let header = if as_json { String::new() } else { document::header(self.mode, &results.reasons) };
            let before = std::mem::take(&mut edited);
            let file = match self.let_edit(&format!("{header}{body}"), as_json).await {
                Ok((file, text)) => {
                    edited = text;
                    file
                }
                Err(failure) => return self.keep(results.file.as_ref(), failure),
            };
            if again && document::same(&before, &edited) {
                return self
                    .keep(Some(&file), Failure::message("Edit cancelled, no valid changes were saved."));
            }
            forget(results.file.take());
            if let Some(why) = document::malformed(&document::strip_comments(&edited)) {
                results = Results { file: Some(file), ..Results::default() };
                again = true;
                let why = format!("<nil>: Invalid value: \"The edited file failed validation\": {why}");
                self.invalid(&infos[0], vec![why], &mut results)?;
                continue;
            }
            if document::same(&original, &edited) {
                forget(Some(file));
                return self.call.complain("Edit cancelled, no changes made.");
            }
            results = Results { file: Some(file.clone()), ..Results::default() };
            let objects = match document::objects(&edited) {
                Ok(objects) => self.placed(objects).await?,
                Err(why) => Err(why),
            };
            match objects {
                Err(why) => {
                    again = true;
                    let head = format!("The edited file had a syntax error: {why}");
                    results.reasons.push(Reason { head, details: Vec::new() });
                    continue;
                }
                Ok(objects) => {
                    if let Err(failure) = self.send_all(&infos, objects, &mut results).await {
                        return self.keep(results.file.as_ref(), failure);
                    }
                }
            }
            if let Some(outcome) = self.finish(&file, &mut results)? {
                return outcome;
            }
            again = !results.reasons.is_empty();
        }
    }

    /// The objects with their namespaces; or which of them is of a kind that the server does not have.
    async fn placed(&self, objects: Vec<Object>) -> Outcome<Result<Vec<Object>, String>> {
        let namespace = self.call.namespace()?;
        let mut placed = Vec::new();
        for mut object in objects {
            let (version, kind) = (object.api_version().to_owned(), object.kind().to_owned());
            let Some(resource) = of_object(self.api, &version, &kind).await? else {
                let (name, place) = (object.name(), object.namespace());
                return Ok(Err(unknown_kind(&kind, &version, name, place, "edited-file").to_string()));
            };
            if resource.namespaced && object.namespace().is_empty() {
                object.set("/metadata/namespace", namespace.as_str());
            }
            placed.push(object);
        }
        Ok(Ok(placed))
    }

    /// What to say at the end; `None` to show the file again.
    fn finish(&mut self, file: &std::path::Path, results: &mut Results) -> Outcome<Option<Outcome>> {
        let shown = file.display().to_string();
        if results.retryable > 0 {
            self.call
                .complain(format!("You can run `kubectl replace -f {shown}` to try this update again."))?;
            return Ok(Some(Err(Failure::Exit(1))));
        }
        if results.missing > 0 {
            let text = format!("The edits you made on deleted resources have been saved to {shown:?}");
            self.call.complain(text)?;
            return Ok(Some(Err(Failure::Exit(1))));
        }
        if results.invalid > 0 {
            return Ok(None);
        }
        forget(results.file.take());
        Ok(Some(Ok(())))
    }

    /// Says where the edited file is, when something else than its content went wrong.
    fn keep(&mut self, file: Option<&PathBuf>, failure: Failure) -> Outcome {
        if let Some(file) = file.filter(|file| file.exists()) {
            let shown = file.display().to_string();
            self.call.complain(format!("A copy of your changes has been stored to {shown:?}"))?;
        }
        Err(failure)
    }

    /// Writes the text into a new file and starts the editor on it; gives back the file and its text.
    async fn let_edit(&mut self, text: &str, as_json: bool) -> Outcome<(PathBuf, String)> {
        let folder =
            self.call.factory.variable("TMPDIR").filter(|folder| !folder.is_empty()).unwrap_or("/tmp");
        let ending = if as_json { "json" } else { "yaml" };
        let name = format!("kubectl-edit-{}.{ending}", self.random.below(u64::from(u32::MAX)));
        let file = PathBuf::from(folder).join(name);
        let text = match self.call.flags.on("windows-line-endings") {
            true => text.replace('\n', "\r\n"),
            false => text.to_owned(),
        };
        crate::base::write_private(&file, &text).map_err(|error| unwritten("open", &file, &error))?;
        let (words, name) = self.call.factory.editor(&file.display().to_string());
        let ended = self.call.factory.start(Program { words, ..Program::default() }).await;
        let why = match ended {
            Ok(Ok(ended)) if ended.code == 0 => {
                return Ok((file.clone(), std::fs::read_to_string(&file)?.replace("\r\n", "\n")));
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                Failure::message(format!("unable to launch the editor {name:?}"))
            }
            Ok(_) => Failure::message(format!("there was a problem with the editor {name:?}")),
            Err(failure) => failure,
        };
        forget(Some(file));
        Err(why)
    }

    async fn send_all(&mut self, infos: &[Info], objects: Vec<Object>, results: &mut Results) -> Outcome {
        let namespace = self.call.namespace()?;
        for object in objects {
            let place = object.namespace();
            if !place.is_empty() && place != namespace && self.mode != Mode::BeforeCreate {
                return Err(Failure::message(format!(
                    "the namespace from the provided object \"{place}\" does not match the namespace \"{namespace}\". You must pass '--namespace={place}' to perform this operation."
                )));
            }
            let uid = object.text("/metadata/uid").to_owned();
            let original = infos.iter().find(|info| info.object.text("/metadata/uid") == uid);
            let Some(original) = original else {
                return Err(Failure::message(format!("no original object found for {}", object.value())));
            };
            match self.mode {
                Mode::Normal => self.patch(original, object, results).await?,
                Mode::BeforeCreate => self.create(original, object).await?,
                Mode::LastApplied => self.annotate(original, &object).await?,
            }
        }
        Ok(())
    }

    async fn patch(&mut self, original: &Info, edited: Object, results: &mut Results) -> Outcome {
        let before = without_managed_fields(original.object.value());
        let mut after = without_managed_fields(edited.value());
        if self.call.flags.on("save-config") {
            // As upstream does, with who manages what, which the editor did not show.
            let mut whole = after.clone();
            whole["metadata"]["managedFields"] = original.object.value()["metadata"]["managedFields"].clone();
            super::super::apply::annotate(&mut whole);
            after["metadata"]["annotations"] = whole["metadata"]["annotations"].take();
        }
        if before != after {
            record(self.call, &mut after);
        }
        if before == after {
            return print_done(self.call, &after, &original.named(), "skipped");
        }
        let fixed = ["/apiVersion", "/kind", "/metadata/name"];
        if fixed.iter().any(|path| before.pointer(path) != after.pointer(path)) {
            return Err(Failure::message("At least one of apiVersion, kind and name was changed"));
        }
        // What a subresource answers may be of another kind.
        let is_own = before["kind"] == *original.resource.kind;
        let kind = original
            .resource
            .builtin()
            .filter(|kind| is_own && crate::apimachinery::supports_strategic_patch(kind));
        let (patch, content_type) = match kind {
            Some(kind) => (two_way_strategic_patch(kind, &before, &after)?, STRATEGIC_PATCH),
            None => (create_merge_patch(&before, &after), MERGE_PATCH),
        };
        if self.call.flags.on("output-patch") {
            self.call.line(format!("Patch: {patch}"))?;
        }
        let url = self.write_url(original.place(&self.call.flags));
        match self.api.patch(&url, content_type, &patch).await {
            Ok(object) => print_done(self.call, &object, &original.named(), "edited"),
            Err(Failure::ClosedPipe) => Err(Failure::ClosedPipe),
            Err(failure) => self.refused(original, &failure, results),
        }
    }

    fn write_url(&self, url: Url) -> Url {
        super::super::create::write_url(self.call, url, crate::kubectl::printers::DryRun::None)
    }

    /// Remembers why the server refused, for the header of the next round.
    fn refused(&mut self, info: &Info, failure: &Failure, results: &mut Results) -> Outcome {
        let what = format!("{} {:?}", info.resource.group_resource(), info.name);
        match failure.status() {
            Some(status) if status.is("Invalid") => {
                let causes = status.details.iter().flat_map(|details| &details.causes);
                let causes = causes.map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
                self.invalid(info, causes, results)
            }
            Some(status) if status.is("NotFound") => {
                results.missing += 1;
                self.call.complain(format!("error: {what} could not be found on the server"))
            }
            _ => {
                results.retryable += 1;
                self.call.complain(format!("error: {what} could not be patched: {failure}"))
            }
        }
    }

    fn invalid(&mut self, info: &Info, details: Vec<String>, results: &mut Results) -> Outcome {
        let what = format!("{} {:?}", info.resource.group_resource(), info.name);
        results.invalid += 1;
        results.reasons.push(Reason { head: format!("{what} was not valid"), details });
        self.call.complain(format!("error: {what} is invalid"))
    }

    async fn create(&mut self, original: &Info, edited: Object) -> Outcome {
        let mut object = edited.value().clone();
        if self.call.flags.on("save-config") {
            super::super::apply::annotate(&mut object);
        }
        record(self.call, &mut object);
        super::super::create::forget_version(&mut object);
        let url = self.write_url(original.resource.collection(&original.namespace));
        let created = self.api.post(&url, &object).await?;
        let name = created["metadata"]["name"].as_str().unwrap_or_default();
        print_done(self.call, &created, &original.resource.named(name), "created")
    }

    /// Puts an edited manifest into the annotation of the live object.
    async fn annotate(&mut self, original: &Info, edited: &Object) -> Outcome {
        if edited.value() == original.object.value() {
            return print_done(self.call, edited.value(), &original.named(), "skipped");
        }
        let text = format!("{}\n", escape_html(edited.value().to_string()));
        let patch = json!({"metadata": {"annotations": {super::super::apply::LAST_APPLIED: text}}});
        let url = self.write_url(original.url());
        self.api.patch(&url, MERGE_PATCH, &patch).await?;
        print_done(self.call, edited.value(), &original.named(), "edited")
    }
}

/// Removes a file of an earlier round; one that is gone already is fine.
fn forget(file: Option<PathBuf>) {
    if let Some(file) = file {
        let _ = std::fs::remove_file(file);
    }
}

//! Output formats: one file each, chosen by `-o`.

mod custom_columns;
mod go_template;
mod items;
mod json;
mod jsonpath;
mod kyaml;
mod name;
mod sort;
mod table;

use std::borrow::Cow;

use crate::base::{Value, json, to_yaml};

use super::command::Call;
use super::errors::{Failure, Outcome};
use super::flags::parse_bool;
use super::klog::{self, Severity};

pub(super) use custom_columns::CustomColumns;
pub(super) use go_template::GoTemplate;
pub(super) use items::ItemPrinter;
pub(super) use json::{indent, to_json};
pub(super) use kyaml::to_kyaml;
pub(super) use name::{name_of, print_name};
pub(super) use sort::{SortField, Sorts, sort_by};
pub(super) use table::{TableOptions, TablePrinter, escape_controls, labels_text, plain_table};

/// A format that `-o` names, other than the tables for people.
#[derive(Clone, Debug)]
pub(super) enum Format {
    /// YAML.
    Yaml,
    /// JSON, indented by four.
    Json,
    /// `kind/name`.
    Name,
    /// kubectl's JSONPath dialect.
    JsonPath(jsonpath::Template),
    /// Columns by JSONPath.
    CustomColumns(CustomColumns),
    /// Go's templates.
    GoTemplate(GoTemplate),
    /// YAML that is JSON but for comments, trailing commas and bare keys.
    Kyaml,
}

const OBJECT_FORMATS: &[&str] = &[
    "go-template",
    "go-template-file",
    "json",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "kyaml",
    "name",
    "template",
    "templatefile",
    "yaml",
];
const COLUMN_FORMATS: &[&str] = &["custom-columns", "custom-columns-file", "wide"];

/// The format that `-o` asks for; `None` for tables (`-o wide` or no `-o`).
pub(super) fn format_of(call: &Call<'_>, tables: bool) -> Outcome<Option<Format>> {
    let mut output = call.flags.text("output");
    if (output.is_empty() || !call.flags.is_set("output")) && !call.flags.text("template").is_empty() {
        output = "go-template";
    }
    let (name, argument) = output.split_once('=').unwrap_or((output, ""));
    let template = if argument.is_empty() { call.flags.text("template") } else { argument };
    let allow_missing =
        !call.flags.is_set("allow-missing-template-keys") || call.flags.on("allow-missing-template-keys");
    // The names of formats without an argument may be written in capitals.
    match output.to_lowercase().as_str() {
        "yaml" => return Ok(Some(Format::Yaml)),
        "kyaml" => return Ok(Some(Format::Kyaml)),
        "json" => return Ok(Some(Format::Json)),
        "name" => return Ok(Some(Format::Name)),
        _ => {}
    }
    match name {
        "" if output.is_empty() => Ok(None),
        "wide" if tables && output == "wide" => Ok(None),
        "jsonpath" | "jsonpath-as-json" => {
            if template.is_empty() {
                return Err(Failure::message("template format specified but no template given"));
            }
            jsonpath::Template::parse(template, allow_missing, name == "jsonpath-as-json")
                .map(Format::JsonPath)
                .map(Some)
        }
        "jsonpath-file" => {
            let text = read_template(call, template)?;
            jsonpath::Template::parse(&text, allow_missing, false).map(Format::JsonPath).map(Some)
        }
        "custom-columns" if tables => {
            CustomColumns::parse(argument, call.flags.on("no-headers")).map(Format::CustomColumns).map(Some)
        }
        "custom-columns-file" if tables => {
            if argument.is_empty() {
                return Err(custom_columns::none_given());
            }
            let text = read_template(call, argument)?;
            CustomColumns::parse_file(&text, call.flags.on("no-headers")).map(Format::CustomColumns).map(Some)
        }
        "go-template" | "template" => {
            if template.is_empty() {
                return Err(Failure::message("template format specified but no template given"));
            }
            GoTemplate::parse(template, allow_missing).map(Format::GoTemplate).map(Some)
        }
        "go-template-file" | "templatefile" => {
            let text = read_template(call, template)?;
            GoTemplate::parse(&text, allow_missing).map(Format::GoTemplate).map(Some)
        }
        _ => Err(unknown_format(output, tables)),
    }
}

fn read_template(call: &Call<'_>, path: &str) -> Outcome<String> {
    if path.is_empty() {
        return Err(Failure::message("template format specified but no template given"));
    }
    std::fs::read_to_string(call.factory.path(path)).map_err(|_| {
        let template = if call.flags.text("output").starts_with("custom-columns-file") {
            "template"
        } else {
            "--template"
        };
        Failure::message(format!("error reading {template} {path}, open {path}: no such file or directory"))
    })
}

fn unknown_format(output: &str, tables: bool) -> Failure {
    let mut allowed: Vec<&str> = OBJECT_FORMATS.to_vec();
    if tables {
        allowed.extend(COLUMN_FORMATS);
    }
    allowed.sort_unstable();
    Failure::message(format!(
        "unable to match a printer suitable for the output format {output:?}, allowed formats are: {}",
        allowed.join(",")
    ))
}

impl Format {
    /// Prints one object (or List) the way the format says; a template that fails half-way prints its beginning.
    pub(super) fn show(&self, call: &mut Call<'_>, object: &Value) -> Outcome {
        if let Self::GoTemplate(template) = self {
            let printed = template.print(object);
            call.text(printed.text)?;
            return printed.failure.map_or(Ok(()), Err);
        }
        if let Self::CustomColumns(columns) = self {
            let (text, ended) = columns.print(object);
            call.text(text)?;
            return ended;
        }
        let text = self.text(call, object)?;
        if matches!(self, Self::Yaml) {
            call.yaml_documents += 1;
            if call.yaml_documents > 1 {
                call.line("---")?;
            }
        }
        call.text(text)
    }

    /// What [`Self::show`] would print.
    pub(super) fn text(&self, call: &Call<'_>, object: &Value) -> Outcome<String> {
        let keep = call.flags.on("show-managed-fields");
        Ok(match self {
            Self::Yaml => to_yaml(&without_managed_fields(object, keep)),
            Self::Kyaml if holds_structs(&call.path) => {
                kyaml::to_typed_kyaml(&without_managed_fields(object, keep))
            }
            Self::Kyaml => kyaml::to_kyaml(&without_managed_fields(object, keep)),
            Self::Json if holds_structs(&call.path) => {
                json::to_typed_json(&without_managed_fields(object, keep))
            }
            Self::Json => to_json(&without_managed_fields(object, keep)),
            Self::Name => print_name(object),
            Self::JsonPath(template) => template.print(object)?,
            Self::CustomColumns(columns) => {
                let (text, ended) = columns.print(object);
                ended?;
                text
            }
            Self::GoTemplate(template) => {
                let printed = template.print(object);
                return printed.failure.map_or(Ok(printed.text), Err);
            }
        })
    }
}

/// Whether a command holds its objects in Go structs upstream, not in maps.
fn holds_structs(path: &str) -> bool {
    const COMMANDS: &[&str] = &[
        "kubectl create ",
        "kubectl run",
        "kubectl expose",
        "kubectl autoscale",
        "kubectl set ",
        "kubectl rollout ",
        "kubectl taint",
        "kubectl auth ",
        "kubectl certificate ",
        "kubectl config view",
        "kubectl kuberc view",
        "kubectl events",
        "kubectl cluster-info dump",
        "kubectl api-resources",
    ];
    COMMANDS.iter().any(|command| path.starts_with(command))
}

/// The object (or every item of a List) without the bookkeeping of field managers.
fn without_managed_fields(object: &Value, keep: bool) -> Cow<'_, Value> {
    let has = |object: &Value| object["metadata"].get("managedFields").is_some();
    let in_items = object["items"].as_array().is_some_and(|items| items.iter().any(has));
    // A long list that was stripped already is not copied.
    if keep || !has(object) && !in_items {
        return Cow::Borrowed(object);
    }
    let mut object = object.clone();
    let strip = |object: &mut Value| {
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("managedFields");
        }
    };
    strip(&mut object);
    if let Some(items) = object.get_mut("items").and_then(Value::as_array_mut) {
        items.iter_mut().for_each(strip);
    }
    Cow::Owned(object)
}

/// Objects as the List that kubectl prints.
pub(super) fn list_of(objects: Vec<Value>) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": objects})
}

/// Refuses a `--dry-run` or an `-o` that means nothing, before anything is done.
pub(super) fn check_printing(call: &Call<'_>) -> Outcome {
    dry_run(call)?;
    format_of(call, false).map(|_| ())
}

/// Prints what happened to an object: the object when `-o` asks for it, else `kind/name verb`.
pub(super) fn print_done(call: &mut Call<'_>, object: &Value, named: &str, verb: &str) -> Outcome {
    match format_of(call, false)? {
        Some(format) => format.show(call, object),
        None => {
            let suffix = dry_run(call)?.suffix();
            call.line(format!("{named} {verb}{suffix}"))
        }
    }
}

/// What `--dry-run` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DryRun {
    /// Really do it.
    None,
    /// Only show what would be sent.
    Client,
    /// Have the server do everything but store it.
    Server,
}

impl DryRun {
    /// What is printed after the verb.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Client => " (dry run)",
            Self::Server => " (server dry run)",
        }
    }

    /// The value of the `dryRun` parameter.
    pub(super) fn parameter(self) -> &'static str {
        if self == Self::Server { "All" } else { "" }
    }
}

/// What is said of a `--dry-run` of old times.
pub(super) fn deprecated_dry_run(value: &str) -> Option<String> {
    let (place, text) = match (value, parse_bool(value)) {
        ("unchanged", _) => {
            (719, "--dry-run is deprecated and can be replaced with --dry-run=client.".to_owned())
        }
        (_, None) => return None,
        (_, Some(on)) => {
            let (place, instead) = if on { (733, "client") } else { (736, "none") };
            let text = format!(
                "--dry-run={value} is deprecated (boolean value) and can be replaced with --dry-run={instead}."
            );
            (place, text)
        }
    };
    Some(klog::line(Severity::Warning, &format!("helpers.go:{place}"), &text))
}

/// Reads `--dry-run`.
pub(super) fn dry_run(call: &Call<'_>) -> Outcome<DryRun> {
    match call.flags.text("dry-run") {
        "none" => Ok(DryRun::None),
        // A command without the flag.
        "" if !call.flags.is_set("dry-run") => Ok(DryRun::None),
        "client" => Ok(DryRun::Client),
        "server" => Ok(DryRun::Server),
        // Of old habits the person was told before the command began.
        "unchanged" => Ok(DryRun::Client),
        text if parse_bool(text).is_some() => {
            Ok(if parse_bool(text) == Some(true) { DryRun::Client } else { DryRun::None })
        }
        other => Err(Failure::message(format!(
            "Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."
        ))),
    }
}

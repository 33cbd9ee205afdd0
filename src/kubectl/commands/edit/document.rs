//! The file that the editor shows: its header, its objects, and what of it is no comment.

use super::session::Mode;
use crate::apimachinery::Object;
use crate::base::{Value, json, parse_yaml, to_yaml};
use crate::kubectl::manifest;
use crate::kubectl::printers::{to_json, to_kyaml};
use crate::kubectl::resource_args::Info;

const NORMAL: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
";
const LAST_APPLIED: &str = "# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
";

/// Why a file is shown again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) head: String,
    pub(super) details: Vec<String>,
}

/// The comment at the beginning of the file.
pub(super) fn header(mode: Mode, reasons: &[Reason]) -> String {
    let mut text = if mode == Mode::LastApplied { LAST_APPLIED } else { NORMAL }.to_owned();
    for Reason { head, details } in reasons {
        let colon = if details.is_empty() { "" } else { ":" };
        text.push_str(&format!("# {}{colon}\n", commented(head)));
        for detail in details {
            text.push_str(&format!("# * {}\n", commented(detail)));
        }
        text.push_str("#\n");
    }
    text
}

/// Keeps further lines inside the comment.
fn commented(text: &str) -> String {
    text.replace('\n', "\n# ").replace("\n# #", "\n#")
}

/// The objects as one document.
pub(super) fn shown(infos: &[Info], format: Form) -> String {
    let object = match infos {
        [info] => without_managed_fields(info.object.value()),
        infos => {
            let items: Vec<Value> =
                infos.iter().map(|info| without_managed_fields(info.object.value())).collect();
            json!({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": items})
        }
    };
    match format {
        Form::Json => to_json(&object),
        Form::Kyaml => to_kyaml(&object),
        Form::Yaml => to_yaml(&object),
    }
}

/// How objects are written into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Kyaml,
    Yaml,
}

/// An object without what only field managers read.
pub(super) fn without_managed_fields(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    object
}

/// The lines that are no comments.
pub(super) fn strip_comments(text: &str) -> String {
    let is_comment = |line: &str| line.trim().starts_with('#') && !line.trim().starts_with("#!");
    text.split('\n').filter(|line| !is_comment(line)).collect::<Vec<_>>().join("\n")
}

/// Whether two files say the same, comments and layout aside.
pub(super) fn same(one: &str, two: &str) -> bool {
    let values = |text: &str| -> Option<Vec<Value>> {
        Some(parse_yaml(text).ok()?.into_iter().map(|document| document.value).collect())
    };
    match (values(one), values(two)) {
        (Some(one), Some(two)) => one == two,
        _ => strip_comments(one) == strip_comments(two),
    }
}

/// What is wrong with the form of a file, before anybody asks the server.
pub(super) fn malformed(text: &str) -> Option<String> {
    let documents = match parse_yaml(text) {
        Ok(documents) => documents,
        Err(error) => return Some(error.to_string()),
    };
    let Some(object) = documents.first().and_then(|document| document.value.as_object()) else {
        return Some("invalid object to validate".to_owned());
    };
    let missing: Vec<String> = ["apiVersion", "kind"]
        .into_iter()
        .filter(|key| object.get(key).is_none_or(Value::is_null))
        .map(|key| format!("{key} not set"))
        .collect();
    match missing.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        many => Some(format!("[{}]", many.join(", "))),
    }
}

/// The objects of an edited file, or what keeps them from being read.
pub(super) fn objects(text: &str) -> Result<Vec<Object>, String> {
    let (mut documents, mut failures) = (Vec::new(), Vec::new());
    manifest::parse(text, "edited-file", false, &mut documents, &mut failures);
    match failures.first() {
        Some(failure) => Err(failure.to_string()),
        None => Ok(documents.into_iter().map(|document| document.object).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_why_the_file_is_back() {
        let reasons = [Reason {
            head: "pods \"a\" was not valid".to_owned(),
            details: vec!["spec: one\ntwo".to_owned()],
        }];
        let text = header(Mode::Normal, &reasons);
        assert!(text.starts_with("# Please edit the object below."));
        assert!(text.ends_with("# reopened with the relevant failures.\n#\n# pods \"a\" was not valid:\n# * spec: one\n# two\n#\n"));
        assert!(header(Mode::LastApplied, &[]).contains("'last-applied-configuration' annotations"));
    }

    #[test]
    fn comments_and_layout_are_no_changes() {
        assert!(same("# hello\na: 1\n", "a:   1 # one\n"));
        assert!(!same("a: 1\n", "a: 2\n"));
        assert_eq!(malformed("a: 1\n"), Some("[apiVersion not set, kind not set]".to_owned()));
        assert_eq!(malformed("apiVersion: v1\nkind: Pod\n"), None);
        assert_eq!(malformed("# only\n"), Some("invalid object to validate".to_owned()));
        assert!(malformed("a: [\n").is_some_and(|why| why.starts_with("yaml: ")));
    }
}

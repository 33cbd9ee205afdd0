//! Lines of a description: indented, cells separated by tabs, aligned at the end.

use crate::base::{Columns, Map, Timestamp, Value, align, human_duration};

/// Annotations longer than this are broken over lines.
const LONGEST_ANNOTATION: usize = 140;
/// The annotation that nobody wants to read.
const HIDDEN_ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A description being written.
#[derive(Debug, Default)]
pub(crate) struct Text(String);

impl Text {
    /// Adds a line at an indentation level of two spaces each.
    pub(crate) fn line(&mut self, level: usize, text: impl AsRef<str>) {
        self.0.push_str(&"  ".repeat(level));
        self.0.push_str(text.as_ref());
        self.0.push('\n');
    }

    /// Adds `key:<tab>value`.
    pub(crate) fn field(&mut self, level: usize, key: &str, value: impl std::fmt::Display) {
        self.line(level, format!("{key}:\t{value}"));
    }

    /// Adds `key:<tab>value` unless the value is empty.
    pub(crate) fn field_if(&mut self, level: usize, key: &str, value: &str) {
        if !value.is_empty() {
            self.field(level, key, value);
        }
    }

    /// Adds labels, one a line, the first behind the title.
    pub(crate) fn labels(&mut self, level: usize, title: &str, labels: Option<&Map>) {
        let lines: Vec<String> =
            labels.into_iter().flatten().map(|(key, value)| format!("{key}={}", text_of(value))).collect();
        self.list(level, title, &lines);
    }

    /// Adds lines, the first behind the title, the others below it; `<none>` for no lines.
    pub(crate) fn list(&mut self, level: usize, title: &str, lines: &[String]) {
        let Some((first, rest)) = lines.split_first() else {
            return self.field(level, title, "<none>");
        };
        self.field(level, title, first);
        for line in rest {
            self.line(0, format!("\t{line}"));
        }
    }

    /// Adds name, labels and annotations of an object.
    pub(crate) fn head(&mut self, object: &Value) {
        let metadata = &object["metadata"];
        self.field(0, "Name", text_of(&metadata["name"]));
        self.labels(0, "Labels", metadata["labels"].as_object());
        self.annotations(0, "Annotations", metadata["annotations"].as_object());
    }

    /// The same with the namespace after the name.
    pub(crate) fn head_in_namespace(&mut self, object: &Value) {
        let metadata = &object["metadata"];
        self.field(0, "Name", text_of(&metadata["name"]));
        self.field(0, "Namespace", text_of(&metadata["namespace"]));
        self.labels(0, "Labels", metadata["labels"].as_object());
        self.annotations(0, "Annotations", metadata["annotations"].as_object());
    }

    /// Adds annotations, long ones broken over lines.
    pub(crate) fn annotations(&mut self, level: usize, title: &str, annotations: Option<&Map>) {
        let mut lines = Vec::new();
        for (key, value) in annotations.into_iter().flatten().filter(|(key, _)| *key != HIDDEN_ANNOTATION) {
            let value = text_of(value);
            let value = value.strip_suffix('\n').unwrap_or(value);
            if value.len() + key.len() + 2 <= LONGEST_ANNOTATION && !value.contains('\n') {
                lines.push(format!("{key}: {value}"));
                continue;
            }
            lines.push(format!("{key}:"));
            lines
                .extend(value.split('\n').map(|part| format!("  {}", shorten(part, LONGEST_ANNOTATION - 2))));
        }
        self.list(level, title, &lines);
    }

    /// The text with tabs, for who prints it unaligned.
    pub(crate) fn raw(&self) -> &str {
        &self.0
    }

    /// The text in columns.
    pub(crate) fn aligned(&self) -> String {
        align(Columns::Describe, &self.0)
    }
}

/// A text of at most so many letters, and dots where it was longer.
pub(super) fn shorten(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length).chain("...".chars()).collect()
}

/// The text of a JSON string; empty for anything else.
pub(crate) fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A list, empty when there is none.
pub(crate) fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A JSON scalar as Go prints it; empty when there is none.
pub(crate) fn scalar(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A moment as `Mon, 23 Nov 2026 03:39:11 +0000` (RFC 1123 with a numeric zone); Go's zero time when there is none.
pub(crate) fn long_time(value: &Value) -> String {
    match text_of(value).parse::<Timestamp>() {
        Ok(time) => time.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        Err(_) => "Mon, 01 Jan 0001 00:00:00 +0000".to_owned(),
    }
}

/// How long ago a moment was.
pub(crate) fn since(value: &Value, now: Timestamp) -> String {
    match text_of(value).parse::<Timestamp>() {
        Ok(time) => human_duration(now.duration_since(time)),
        Err(_) => "<unknown>".to_owned(),
    }
}

/// `True` or `False`.
pub(crate) fn yes_or_no(value: &Value) -> &'static str {
    if value.as_bool().unwrap_or_default() { "True" } else { "False" }
}

/// `Deployment/web`, or empty.
pub(crate) fn controller_of(object: &Value) -> String {
    let owners = array(&object["metadata"]["ownerReferences"]);
    let controller = owners.iter().find(|owner| owner["controller"] == true);
    controller
        .map(|owner| format!("{}/{}", text_of(&owner["kind"]), text_of(&owner["name"])))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn maps_are_listed_below_each_other_and_aligned() {
        let mut text = Text::default();
        text.field(0, "Name", "web");
        text.labels(0, "Labels", json!({"app": "web", "tier": "front"}).as_object());
        text.annotations(0, "Annotations", None);
        assert_eq!(
            text.aligned(),
            "Name:         web\nLabels:       app=web\n              tier=front\nAnnotations:  <none>\n"
        );
    }

    #[test]
    fn moments_are_written_out() {
        assert_eq!(long_time(&json!("2026-11-23T03:39:11Z")), "Mon, 23 Nov 2026 03:39:11 +0000");
    }
}

//! Lists written item by item, in the very text that the whole list would give.

use serde_json::{Value, json};

use crate::base::to_yaml;

use super::super::command::Call;
use super::super::errors::Outcome;
use super::{Format, list_of, name_of, plain_table, to_json};

/// How much text is held back, so that a short list is printed whole or, when something fails, not at all.
const HELD: usize = 16 << 20;

const JSON: Frame = Frame {
    head: "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n",
    between: ",\n",
    tail: "\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n",
};
const YAML: Frame = Frame {
    head: "apiVersion: v1\nitems:\n",
    between: "",
    tail: "kind: List\nmetadata:\n  resourceVersion: \"\"\n",
};

/// What stands around the items of a List.
struct Frame {
    head: &'static str,
    between: &'static str,
    tail: &'static str,
}

/// Prints the items of one List as they come.
pub(crate) struct ItemPrinter {
    format: Format,
    keep_managed_fields: bool,
    text: String,
    /// Cells of columns, which have to wait for the widest.
    rows: Vec<Vec<String>>,
    any: bool,
}

impl ItemPrinter {
    /// Whether lists of that format can be written so.
    pub(crate) fn fits(format: &Format) -> bool {
        matches!(format, Format::Json | Format::Yaml | Format::Name | Format::CustomColumns(_))
    }

    /// Nothing is printed yet.
    pub(crate) fn new(format: Format, call: &Call<'_>) -> Self {
        let keep_managed_fields = call.flags.on("show-managed-fields");
        Self { format, keep_managed_fields, text: String::new(), rows: Vec::new(), any: false }
    }

    /// The part of an item that is printed.
    pub(crate) fn kept(&self, mut item: Value) -> Value {
        match &self.format {
            Format::Name => {
                json!({"apiVersion": item["apiVersion"], "kind": item["kind"], "metadata": {"name": item["metadata"]["name"]}})
            }
            Format::CustomColumns(_) => item,
            _ if self.keep_managed_fields => item,
            _ => {
                if let Some(metadata) = item.get_mut("metadata").and_then(Value::as_object_mut) {
                    metadata.remove("managedFields");
                }
                item
            }
        }
    }

    /// Adds an item.
    pub(crate) fn add(&mut self, call: &mut Call<'_>, item: Value) -> Outcome {
        let item = self.kept(item);
        match &self.format {
            Format::Json => self.framed(&JSON, &to_json(&list_of(vec![item]))),
            Format::Yaml => self.framed(&YAML, &to_yaml(&list_of(vec![item]))),
            Format::CustomColumns(columns) => self.rows.push(columns.row(&item)),
            _ => {
                self.text.push_str(&name_of(&item));
                self.text.push('\n');
            }
        }
        self.any = true;
        if self.text.len() >= HELD {
            call.text(std::mem::take(&mut self.text))?;
        }
        Ok(())
    }

    fn framed(&mut self, frame: &Frame, whole: &str) {
        let item = whole.strip_prefix(frame.head).and_then(|rest| rest.strip_suffix(frame.tail));
        self.text.push_str(if self.any { frame.between } else { frame.head });
        self.text.push_str(item.unwrap_or_default());
    }

    /// Ends the list.
    pub(crate) fn finish(mut self, call: &mut Call<'_>) -> Outcome {
        match &self.format {
            Format::Json if self.any => self.text.push_str(JSON.tail),
            Format::Yaml if self.any => self.text.push_str(YAML.tail),
            Format::Json => self.text = to_json(&list_of(Vec::new())),
            Format::Yaml => self.text = to_yaml(&list_of(Vec::new())),
            Format::CustomColumns(columns) => {
                let mut lines = columns.headers();
                lines.append(&mut self.rows);
                self.text = plain_table(&lines);
            }
            _ => {}
        }
        call.text(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_what_stands_around_the_items_of_a_whole_list() {
        let item = |name: &str| json!({"kind": "Pod", "metadata": {"name": name}, "text": "a\n\nb\n"});
        let whole = list_of(vec![item("a"), item("b")]);
        for (frame, format, expected) in
            [(&JSON, Format::Json, to_json(&whole)), (&YAML, Format::Yaml, to_yaml(&whole))]
        {
            let text = String::new();
            let mut printer =
                ItemPrinter { format, keep_managed_fields: false, text, rows: Vec::new(), any: false };
            for name in ["a", "b"] {
                let one = list_of(vec![item(name)]);
                let text = if matches!(printer.format, Format::Json) { to_json(&one) } else { to_yaml(&one) };
                printer.framed(frame, &text);
                printer.any = true;
            }
            assert_eq!(printer.text + frame.tail, expected);
        }
    }
}

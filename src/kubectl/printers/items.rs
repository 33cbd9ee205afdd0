//! Lists written item by item, in the very text that the whole list would give.

use crate::apimachinery::ForItems;
use crate::base::{Value, json, to_yaml};

use super::super::command::Call;
use super::super::errors::{Failure, Outcome};
use super::{CustomColumns, Format, GoTemplate, jsonpath, kyaml, list_of, name_of, plain_table, to_json};

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

impl Frame {
    /// The item inside a List of one.
    fn inside<'t>(&self, whole: &'t str) -> &'t str {
        whole.strip_prefix(self.head).and_then(|rest| rest.strip_suffix(self.tail)).unwrap_or_default()
    }
}

const KYAML: Frame = Frame {
    head: "---\n{\n  apiVersion: \"v1\",\n  items: [",
    between: ", ",
    tail: "],\n  kind: \"List\",\n  metadata: {\n    resourceVersion: \"\",\n  },\n}\n",
};

/// How items are written.
enum Style {
    /// As parts of a whole with that frame, which this function writes.
    Framed(&'static Frame, fn(&Value) -> String),
    Name,
    Columns(CustomColumns),
    JsonPath(jsonpath::Template, ForItems),
    GoTemplate(GoTemplate, String),
}

/// Prints the items of one List as they come.
pub(crate) struct ItemPrinter {
    style: Style,
    keep_managed_fields: bool,
    text: String,
    /// Why a row could not be made.
    failed: Option<Failure>,
    /// Cells of columns, which have to wait for the widest.
    rows: Vec<Vec<String>>,
    any: bool,
    /// Whether a part of the text was printed.
    began: bool,
}

impl ItemPrinter {
    /// For a format in which lists can be written so; nothing is printed yet.
    pub(crate) fn new(format: &Format, call: &Call<'_>) -> Option<Self> {
        let mut text = String::new();
        let style = match format {
            Format::Json => Style::Framed(&JSON, to_json),
            Format::Yaml => Style::Framed(&YAML, to_yaml),
            Format::Kyaml => Style::Framed(&KYAML, kyaml::to_kyaml),
            Format::Name => Style::Name,
            Format::CustomColumns(columns) => Style::Columns(columns.clone()),
            Format::JsonPath(template) => {
                let parts = template.for_items()?;
                text.clone_from(&parts.before);
                Style::JsonPath(template.clone(), parts)
            }
            Format::GoTemplate(template) => {
                let (before, each, after) = template.for_items()?;
                text = before;
                Style::GoTemplate(each, after)
            }
        };
        let keep_managed_fields = call.flags.on("show-managed-fields");
        Some(Self {
            style,
            keep_managed_fields,
            text,
            failed: None,
            rows: Vec::new(),
            any: false,
            began: false,
        })
    }

    /// Whether the output is still as if nothing had been done.
    pub(crate) fn is_unprinted(&self) -> bool {
        !self.began
    }

    /// The part of an item that is printed.
    pub(crate) fn kept(&self, mut item: Value) -> Value {
        match &self.style {
            Style::Name => {
                json!({"apiVersion": item["apiVersion"], "kind": item["kind"], "metadata": {"name": item["metadata"]["name"]}})
            }
            Style::Columns(_) | Style::JsonPath(..) | Style::GoTemplate(..) => item,
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
        match &self.style {
            Style::Framed(frame, write) => {
                let whole = write(&list_of(vec![item]));
                self.text.push_str(if self.any { frame.between } else { frame.head });
                self.text.push_str(frame.inside(&whole));
            }
            // What follows a row that failed is not shown.
            Style::Columns(_) if self.failed.is_some() => {}
            Style::Columns(columns) => match columns.check().and_then(|()| columns.row(&item)) {
                Ok(row) => self.rows.push(row),
                Err(failure) => self.failed = Some(failure),
            },
            Style::Name => {
                self.text.push_str(&name_of(&item));
                self.text.push('\n');
            }
            Style::JsonPath(template, parts) => {
                let Some(text) = template.print_item(parts, &item)? else { return Ok(()) };
                self.text.push_str(if self.any { parts.between } else { "" });
                self.text.push_str(&text);
            }
            Style::GoTemplate(template, _) => {
                let printed = template.print(&json!({"items": [item]}));
                if let Some(failure) = printed.failure {
                    return Err(failure);
                }
                self.text.push_str(&printed.text);
            }
        }
        self.any = true;
        if self.text.len() >= HELD {
            self.began = true;
            call.text(std::mem::take(&mut self.text))?;
        }
        Ok(())
    }

    /// Ends the list.
    pub(crate) fn finish(mut self, call: &mut Call<'_>) -> Outcome {
        match &self.style {
            Style::Framed(frame, _) if self.any => self.text.push_str(frame.tail),
            Style::Framed(_, write) => self.text = write(&list_of(Vec::new())),
            Style::JsonPath(_, parts) => self.text.push_str(&parts.after),
            Style::GoTemplate(_, after) => self.text.push_str(after),
            Style::Columns(columns) => {
                let mut lines = columns.headers();
                lines.append(&mut self.rows);
                self.text = plain_table(&lines);
                self.failed = self.failed.or_else(|| columns.check().err());
            }
            Style::Name => {}
        }
        call.text(self.text)?;
        self.failed.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_what_stands_around_the_items_of_a_whole_list() {
        let item = |name: &str| json!({"kind": "Pod", "metadata": {"name": name}, "text": "a\n\nb\n"});
        let whole = list_of(vec![item("a"), item("b")]);
        let kyaml_style = Style::Framed(&KYAML, kyaml::to_kyaml);
        for style in [Style::Framed(&JSON, to_json), Style::Framed(&YAML, to_yaml), kyaml_style] {
            let Style::Framed(frame, write) = style else { continue };
            let one = |name: &str| frame.inside(&write(&list_of(vec![item(name)]))).to_owned();
            let text = [frame.head, &one("a"), frame.between, &one("b"), frame.tail].concat();
            assert_eq!(text, write(&whole));
        }
    }

    #[test]
    fn a_template_over_items_is_printed_item_by_item() {
        let template = GoTemplate::parse("<{{range .items}}{{.n}},{{end}}>", true).unwrap();
        let (before, each, after) = template.for_items().unwrap();
        let one = |n: i64| each.print(&json!({"items": [{"n": n}]})).text;
        let whole = template.print(&json!({"items": [{"n": 1}, {"n": 2}]})).text;
        assert_eq!([before, one(1), one(2), after].concat(), whole);
        for more in
            ["{{len .items}}", "{{range $i, $p := .items}}{{$i}}{{end}}", "{{range .items}}{{else}}-{{end}}"]
        {
            assert!(GoTemplate::parse(more, true).unwrap().for_items().is_none(), "{more}");
        }
    }
}

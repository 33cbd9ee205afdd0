//! Tables for people, as `k8s.io/cli-runtime/pkg/printers` lays out the server's Table.

use crate::base::{Columns, Map, Value, align};

/// How a table is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableOptions {
    /// Show columns of every priority.
    pub(crate) wide: bool,
    /// Leave the header out.
    pub(crate) no_headers: bool,
    /// Begin rows with the namespace.
    pub(crate) with_namespace: bool,
    /// End rows with all labels.
    pub(crate) show_labels: bool,
    /// Labels that get a column of their own.
    pub(crate) label_columns: Vec<String>,
    /// A column before all others: its header; each call of [`TablePrinter::print`] gives the cell.
    pub(crate) event_column: bool,
}

/// Prints tables whose columns keep the widths they once had, as a watch needs.
#[derive(Debug, Default)]
pub(crate) struct TablePrinter {
    options: TableOptions,
    columns: Vec<Value>,
    widths: Vec<usize>,
    header_done: bool,
}

impl TablePrinter {
    pub(crate) fn new(options: TableOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Lays out a Table; `event` fills the EVENT column where one was asked for.
    pub(crate) fn print(&mut self, table: &Value, event: &str) -> String {
        let rows = self.rows(table, event);
        self.lay_out(rows, "")
    }

    /// The cells of a Table's rows: much smaller than the rows themselves.
    pub(crate) fn rows(&mut self, table: &Value, event: &str) -> Vec<Vec<String>> {
        let definitions = table["columnDefinitions"].as_array().map(Vec::as_slice).unwrap_or_default();
        if !definitions.is_empty() {
            self.columns = definitions.to_vec();
        }
        let rows = table["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        rows.iter().map(|row| self.row(row, event)).collect()
    }

    /// Lays out rows, the first time with the header; names begin with `kind/` unless that is empty.
    pub(crate) fn lay_out(&mut self, mut rows: Vec<Vec<String>>, kind: &str) -> String {
        if !kind.is_empty() {
            let first = usize::from(self.options.event_column) + usize::from(self.options.with_namespace);
            let shown = self.columns.iter().filter(|column| self.is_shown(column));
            let names: Vec<usize> = shown
                .enumerate()
                .filter(|(_, column)| is_name(column))
                .map(|(index, _)| first + index)
                .collect();
            for row in &mut rows {
                for index in &names {
                    if let Some(cell) = row.get_mut(*index) {
                        cell.insert_str(0, &format!("{kind}/"));
                    }
                }
            }
        }
        if !self.header_done && !self.options.no_headers {
            rows.insert(0, self.header());
        }
        self.header_done = true;
        self.layout(&rows)
    }

    /// Begins rows that have no namespaces with an empty one.
    pub(crate) fn add_namespaces(&mut self, rows: &mut [Vec<String>]) {
        self.options.with_namespace = true;
        rows.iter_mut().for_each(|row| row.insert(0, String::new()));
    }

    fn header(&self) -> Vec<String> {
        let mut cells = Vec::new();
        if self.options.event_column {
            cells.push("EVENT".to_owned());
        }
        if self.options.with_namespace {
            cells.push("NAMESPACE".to_owned());
        }
        let shown = self.columns.iter().filter(|column| self.is_shown(column));
        cells.extend(shown.map(|column| column["name"].as_str().unwrap_or_default().to_uppercase()));
        cells.extend(
            self.options
                .label_columns
                .iter()
                .map(|key| key.rsplit('/').next().unwrap_or_default().to_uppercase()),
        );
        if self.options.show_labels {
            cells.push("LABELS".to_owned());
        }
        cells
    }

    fn is_shown(&self, column: &Value) -> bool {
        self.options.wide || column["priority"].as_i64().unwrap_or_default() == 0
    }

    fn row(&self, row: &Value, event: &str) -> Vec<String> {
        let metadata = &row["object"]["metadata"];
        let mut cells = Vec::new();
        if self.options.event_column {
            cells.push(event.to_owned());
        }
        if self.options.with_namespace {
            cells.push(metadata["namespace"].as_str().unwrap_or_default().to_owned());
        }
        let values = row["cells"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (column, value) in self.columns.iter().zip(values) {
            if !self.is_shown(column) {
                continue;
            }
            cells.push(cell_text(value));
        }
        let labels = metadata["labels"].as_object();
        cells.extend(self.options.label_columns.iter().map(|key| {
            let value = labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        }));
        if self.options.show_labels {
            cells.push(labels_text(labels));
        }
        cells
    }

    /// Go's tabwriter: minimum width 6 with padding 3, the last cell as it is.
    fn layout(&mut self, lines: &[Vec<String>]) -> String {
        if lines.iter().flatten().any(|cell| cell.contains('\n')) {
            let rows: String = lines.iter().map(|line| line.join("\t") + "\n").collect();
            return align(Columns::Get, &rows);
        }
        for line in lines {
            for (index, cell) in line.iter().take(line.len().saturating_sub(1)).enumerate() {
                if self.widths.len() <= index {
                    self.widths.push(0);
                }
                self.widths[index] = self.widths[index].max((cell.chars().count() + 3).max(6));
            }
        }
        let mut text = String::new();
        for line in lines {
            for (index, cell) in line.iter().enumerate() {
                text.push_str(cell);
                if index + 1 < line.len() {
                    let missing = self.widths[index].saturating_sub(cell.chars().count());
                    text.push_str(&" ".repeat(missing));
                }
            }
            text.push('\n');
        }
        text
    }
}

fn is_name(column: &Value) -> bool {
    column["format"] == "name" || column["name"] == "Name"
}

/// Lays out rows with a header, the way `get` does.
pub(crate) fn plain_table(rows: &[Vec<String>]) -> String {
    TablePrinter::default().layout(rows)
}

/// The text of a cell: up to its first line break, control characters made visible.
fn cell_text(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let end = text.find(['\n', '\r', '\u{c}']);
    let shown = escape_controls(&text[..end.unwrap_or(text.len())]);
    if end.is_some() { format!("{shown}...") } else { shown }
}

/// Makes escape characters harmless, as `printers.WriteEscaped` does.
pub(crate) fn escape_controls(text: &str) -> String {
    text.replace('\u{1b}', "^[").replace('\r', "\\r")
}

/// `a=b,c=d`, or `<none>`.
pub(crate) fn labels_text(labels: Option<&Map>) -> String {
    let pairs: Vec<String> = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    if pairs.is_empty() { "<none>".to_owned() } else { pairs.join(",") }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn pods() -> Value {
        json!({
            "columnDefinitions": [
                {"name": "Name", "format": "name", "priority": 0},
                {"name": "Ready", "priority": 0},
                {"name": "Node", "priority": 1}
            ],
            "rows": [
                {"cells": ["web", "1/1", "minikube"], "object": {"metadata": {"namespace": "team", "labels": {"app": "web", "x/tier": "front"}}}},
                {"cells": ["a-long-name", null, "minikube"], "object": {"metadata": {"namespace": "team"}}}
            ]
        })
    }

    #[test]
    fn columns_are_as_wide_as_kubectl_makes_them() {
        let text = TablePrinter::new(TableOptions::default()).print(&pods(), "");
        assert_eq!(text, "NAME          READY\nweb           1/1\na-long-name   \n");
    }

    #[test]
    fn options_add_columns_and_prefixes() {
        let options = TableOptions {
            wide: true,
            with_namespace: true,
            show_labels: true,
            label_columns: vec!["x/tier".to_owned()],
            ..TableOptions::default()
        };
        let mut printer = TablePrinter::new(options);
        let rows = printer.rows(&pods(), "");
        assert_eq!(
            printer.lay_out(rows, "pod"),
            "NAMESPACE   NAME              READY   NODE       TIER    LABELS\n\
             team        pod/web           1/1     minikube   front   app=web,x/tier=front\n\
             team        pod/a-long-name           minikube           <none>\n"
        );
    }

    #[test]
    fn a_watch_keeps_the_widths_and_prints_the_header_once() {
        let mut printer = TablePrinter::new(TableOptions::default());
        printer.print(&pods(), "");
        let next = json!({"rows": [{"cells": ["b", "0/1", ""]}]});
        assert_eq!(printer.print(&next, ""), "b             0/1\n");
    }

    #[test]
    fn cells_end_at_the_first_line_break() {
        assert_eq!(cell_text(&json!("one\ntwo")), "one...");
        assert_eq!(cell_text(&json!(3)), "3");
    }
}

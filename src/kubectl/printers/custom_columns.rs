//! `-o custom-columns=HEADER:.path,…`.

use serde_json::Value;

use crate::apimachinery::{JsonPath, go_value};

use super::super::errors::{Failure, Outcome};
use super::plain_table;

/// Columns with headers and paths.
#[derive(Clone, Debug)]
pub(crate) struct CustomColumns {
    columns: Vec<(String, JsonPath)>,
    no_headers: bool,
}

impl CustomColumns {
    /// Reads `NAME:.metadata.name,IMAGE:.spec.image`.
    pub(crate) fn parse(spec: &str, no_headers: bool) -> Outcome<Self> {
        if spec.is_empty() {
            return Err(none_given());
        }
        let mut columns = Vec::new();
        for part in spec.split(',') {
            let Some((header, path)) = part.split_once(':') else {
                return Err(Failure::message(format!(
                    "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
                )));
            };
            columns.push((header.to_owned(), JsonPath::parse_relaxed(path).map_err(Failure::message)?));
        }
        Ok(Self { columns, no_headers })
    }

    /// Reads a file whose first line holds headers and whose second holds paths.
    pub(crate) fn parse_file(text: &str, no_headers: bool) -> Outcome<Self> {
        let mut lines = text.lines();
        let headers: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().collect();
        let paths: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().collect();
        if headers.is_empty() || headers.len() != paths.len() {
            return Err(Failure::message(format!(
                "number of headers ({}) and field specifications ({}) don't match",
                headers.len(),
                paths.len()
            )));
        }
        let pairs: Vec<String> =
            headers.iter().zip(paths).map(|(header, path)| format!("{header}:{path}")).collect();
        Self::parse(&pairs.join(","), no_headers)
    }

    /// Lays out one object, or the items of a list.
    pub(crate) fn print(&self, object: &Value) -> Outcome<String> {
        let mut rows = self.headers();
        match object.get("items").and_then(Value::as_array) {
            Some(items) => rows.extend(items.iter().map(|item| self.row(item))),
            None => rows.push(self.row(object)),
        }
        Ok(plain_table(&rows))
    }

    /// The line of headers, if one is wanted.
    pub(crate) fn headers(&self) -> Vec<Vec<String>> {
        let headers = || self.columns.iter().map(|(header, _)| header.clone()).collect();
        if self.no_headers { Vec::new() } else { vec![headers()] }
    }

    /// The cells of one object.
    pub(crate) fn row(&self, object: &Value) -> Vec<String> {
        self.columns
            .iter()
            .map(|(_, path)| {
                let found = path.find(object).unwrap_or_default();
                let texts: Vec<String> = found.iter().map(go_value).collect();
                if texts.is_empty() { "<none>".to_owned() } else { texts.join(",") }
            })
            .collect()
    }
}

/// What is said when no columns are named.
pub(crate) fn none_given() -> Failure {
    Failure::message("custom-columns format specified but no custom columns given")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn missing_fields_read_none_and_maps_as_go_prints_them() {
        let columns = CustomColumns::parse("NAME:.metadata.name,L:.metadata.labels,X:.nope", false).unwrap();
        let list = json!({"items": [{"metadata": {"name": "web", "labels": {"a": "b"}}}]});
        assert_eq!(columns.print(&list).unwrap(), "NAME   L          X\nweb    map[a:b]   <none>\n");
    }
}

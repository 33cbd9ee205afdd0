//! `-o custom-columns=HEADER:.path,…`.

use crate::apimachinery::{JsonPath, go_value};
use crate::base::Value;

use super::super::errors::{Failure, Outcome};
use super::{escape_controls, plain_table};

/// Columns with headers and paths.
#[derive(Clone, Debug)]
pub(crate) struct CustomColumns {
    /// Headers, and paths or what is wrong with them, which is told when something is printed.
    columns: Vec<(String, Result<JsonPath, String>)>,
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
            let path = JsonPath::relaxed(path).map_err(Failure::message)?;
            columns.push((header.to_owned(), JsonPath::parse(&path)));
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

    /// Lays out one object, or the items of a list, up to the first that a path does not fit; also what is wrong.
    pub(crate) fn print(&self, object: &Value) -> (String, Outcome) {
        let mut rows = self.headers();
        let objects = match object.get("items").and_then(Value::as_array) {
            Some(items) => items.as_slice(),
            None => std::slice::from_ref(object),
        };
        let mut ended = self.check();
        for item in objects.iter().take_while(|_| ended.is_ok()) {
            match self.row(item) {
                Ok(row) => rows.push(row),
                Err(failure) => {
                    ended = Err(failure);
                    break;
                }
            }
        }
        (plain_table(&rows), ended)
    }

    /// Says what is wrong with a path.
    pub(crate) fn check(&self) -> Outcome {
        match self.columns.iter().find_map(|(_, path)| path.as_ref().err()) {
            Some(why) => Err(Failure::message(why)),
            None => Ok(()),
        }
    }

    /// The line of headers, if one is wanted.
    pub(crate) fn headers(&self) -> Vec<Vec<String>> {
        let headers = || self.columns.iter().map(|(header, _)| header.clone()).collect();
        if self.no_headers { Vec::new() } else { vec![headers()] }
    }

    /// The cells of one object.
    pub(crate) fn row(&self, object: &Value) -> Outcome<Vec<String>> {
        self.columns
            .iter()
            .map(|(_, path)| {
                let path = path.as_ref().map_err(Failure::message)?;
                let found = path.find(object).map_err(Failure::message)?;
                let texts: Vec<String> =
                    found.iter().map(|value| escape_controls(&go_value(value))).collect();
                Ok(if texts.is_empty() { "<none>".to_owned() } else { texts.join(",") })
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
    use crate::base::json;

    use super::*;

    #[test]
    fn missing_fields_read_none_and_maps_as_go_prints_them() {
        let columns = CustomColumns::parse("NAME:.metadata.name,L:.metadata.labels,X:.nope", false).unwrap();
        let list = json!({"items": [{"metadata": {"name": "web", "labels": {"a": "b"}}}]});
        let (text, ended) = columns.print(&list);
        ended.unwrap();
        assert_eq!(text, "NAME   L          X\nweb    map[a:b]   <none>\n");
        let escape = json!({"metadata": {"name": "\u{1b}[31m"}});
        assert_eq!(columns.row(&escape).unwrap()[0], "^[[31m");
    }

    #[test]
    fn rows_stand_up_to_the_one_that_a_path_does_not_fit() {
        let columns = CustomColumns::parse("A:.a[?(@.b==1)].b", false).unwrap();
        let list = json!({"items": [{"a": [{"b": 1}]}, {"a": "text"}, {}]});
        let (text, ended) = columns.print(&list);
        assert_eq!(text, "A\n1\n");
        assert_eq!(ended.unwrap_err().to_string(), "text is not array or slice and cannot be filtered");
        let (text, ended) = CustomColumns::parse("A:.a[x]", false).unwrap().print(&json!({}));
        assert_eq!((text.as_str(), ended.is_err()), ("A\n", true));
    }
}

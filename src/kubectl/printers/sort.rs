//! `--sort-by`: objects ordered by a field, numbers and quantities by value, texts naturally.

use std::cmp::Ordering;

use crate::apimachinery::{JsonPath, Quantity};
use crate::base::Value;

use super::super::errors::{Failure, Outcome};
use super::super::go_sort;
use super::super::klog::{self, Severity};

/// The field that `--sort-by` names, a relaxed JSONPath.
#[derive(Clone, Debug)]
pub(crate) struct SortField {
    typed: String,
    path: JsonPath,
    sorts: Sorts,
}

/// What is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sorts {
    Objects,
    Rows,
}

impl Sorts {
    /// Where upstream complains of what cannot be sorted, and how it calls that.
    fn in_go(self) -> (&'static str, &'static str) {
        match self {
            Self::Objects => ("sorter.go:329", "*unstructured.Unstructured"),
            Self::Rows => ("sorter.go:375", "[][][]reflect.Value"),
        }
    }
}

impl SortField {
    /// Reads the path.
    pub(crate) fn parse(typed: &str, sorts: Sorts) -> Outcome<Self> {
        let path = JsonPath::parse_relaxed(typed).map_err(Failure::message)?;
        Ok(Self { typed: relaxed(typed), path, sorts })
    }

    /// What an object is sorted by: small, so that the object itself need not be held.
    pub(crate) fn key(&self, object: &Value) -> Option<Value> {
        self.path.find(object).unwrap_or_default().into_iter().next()
    }

    /// Sorts what was made of objects by the keys of the objects.
    pub(crate) fn sort<T>(&self, mut keyed: Vec<(Option<Value>, T)>) -> Outcome<Vec<T>> {
        if !keyed.is_empty() && keyed.iter().all(|(key, _)| key.is_none()) {
            return Err(self.not_found());
        }
        let several = keyed.iter().filter(|(key, _)| key.is_some()).count() > 1;
        if let Some(wrong) = keyed.iter().find_map(|(key, _)| unsortable(key.as_ref()?)).filter(|_| several) {
            let (place, held) = self.sorts.in_go();
            let why = format!(
                "Field {} in {held} is an unsortable type: interface, err: unsortable type: {wrong}",
                self.typed
            );
            return Err(Failure::Plain(klog::line(Severity::Fatal, place, &why)));
        }
        go_sort::sort(&mut keyed, |(one, _), (two, _)| match (one, two) {
            // What lacks the field is less than anything, even than its like.
            (None, _) => true,
            (_, None) => false,
            (Some(one), Some(two)) => compare(one, two) == Ordering::Less,
        });
        Ok(keyed.into_iter().map(|(_, value)| value).collect())
    }

    /// A failure about a field that no object has.
    pub(crate) fn not_found(&self) -> Failure {
        Failure::message(format!("couldn't find any field with path {:?} in the list of objects", self.typed))
    }
}

/// The Go type of values that have no order.
fn unsortable(key: &Value) -> Option<&'static str> {
    match key {
        Value::Bool(_) => Some("bool"),
        Value::Array(_) => Some("[]interface {}"),
        Value::Object(_) => Some("map[string]interface {}"),
        _ => None,
    }
}

/// Sorts objects by the field at a relaxed JSONPath.
pub(crate) fn sort_by(objects: &mut Vec<Value>, path: &str) -> Outcome {
    let field = SortField::parse(path, Sorts::Objects)?;
    let keyed = objects.drain(..).map(|object| (field.key(&object), object)).collect();
    *objects = field.sort(keyed)?;
    Ok(())
}

/// A path with its braces.
fn relaxed(path: &str) -> String {
    let inner = path.trim_start_matches('{').trim_end_matches('}');
    if inner.starts_with('.') { format!("{{{inner}}}") } else { format!("{{.{inner}}}") }
}

fn compare(one: &Value, two: &Value) -> Ordering {
    match (one, two) {
        (Value::Number(one), Value::Number(two)) => {
            one.as_f64().partial_cmp(&two.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Value::String(one), Value::String(two)) => match (Quantity::parse(one), Quantity::parse(two)) {
            (Ok(one), Ok(two)) => one.cmp(&two),
            _ => natural(one, two),
        },
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (one, two) => one.to_string().cmp(&two.to_string()),
    }
}

/// Natural order: runs of digits compare as numbers.
fn natural(one: &str, two: &str) -> Ordering {
    let (mut one, mut two) = (one, two);
    loop {
        let (digits_one, digits_two) = (leading_digits(one), leading_digits(two));
        if digits_one > 0 && digits_two > 0 {
            let (a, b) = (&one[..digits_one], &two[..digits_two]);
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            let order = a.len().cmp(&b.len()).then_with(|| a.cmp(b));
            if order != Ordering::Equal {
                return order;
            }
            (one, two) = (&one[digits_one..], &two[digits_two..]);
            continue;
        }
        match (one.chars().next(), two.chars().next()) {
            (Some(a), Some(b)) if a == b => {
                (one, two) = (&one[a.len_utf8()..], &two[b.len_utf8()..]);
            }
            (a, b) => return a.cmp(&b),
        }
    }
}

fn leading_digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn digits_inside_texts_compare_as_numbers() {
        assert_eq!(natural("web-9", "web-10"), Ordering::Less);
        assert_eq!(natural("a", "b"), Ordering::Less);
        assert_eq!(natural("web", "web-1"), Ordering::Less);
    }

    #[test]
    fn quantities_compare_by_what_they_amount_to() {
        let order = |one: &str, two: &str| compare(&json!(one), &json!(two));
        assert_eq!(order("1500m", "2"), Ordering::Less);
        assert_eq!(order("1Gi", "900Mi"), Ordering::Greater);
    }

    #[test]
    fn objects_without_the_field_come_first_and_no_field_at_all_is_refused() {
        let mut objects = vec![json!({"a": 10}), json!({"a": 9}), json!({})];
        sort_by(&mut objects, ".a").unwrap();
        assert_eq!(objects, [json!({}), json!({"a": 9}), json!({"a": 10})]);
        let mut several =
            vec![json!({"n": 1}), json!({"a": 1, "n": 2}), json!({"n": 3}), json!({"a": 1, "n": 4})];
        sort_by(&mut several, ".a").unwrap();
        let order: Vec<_> = several.iter().map(|object| object["n"].as_i64().unwrap()).collect();
        assert_eq!(order, [3, 1, 2, 4]);
        let failure = sort_by(&mut objects, ".b").unwrap_err();
        assert_eq!(failure.to_string(), r#"couldn't find any field with path "{.b}" in the list of objects"#);
    }
}

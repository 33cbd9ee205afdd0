//! Columns and cells of server-side tables (`pkg/printers/internalversion/printers.go`).

use serde::Serialize;

use crate::apimachinery::{LabelSelector, Object, Quantity};
use crate::base::{Map, Timestamp, Value, human_duration};

/// `meta/v1 TableColumnDefinition`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Column {
    /// Heading, in mixed case; kubectl prints it in capitals.
    pub name: &'static str,
    /// `string`, `integer` or `boolean`.
    #[serde(rename = "type")]
    pub column_type: &'static str,
    /// `name` for the primary name, else empty.
    pub format: &'static str,
    /// What the column shows; kubectl does not print it.
    pub description: &'static str,
    /// 0 always shown, 1 with `-o wide`.
    pub priority: i32,
}

impl Column {
    /// A column of text.
    pub(super) const fn text(name: &'static str) -> Self {
        Self { name, column_type: "string", format: "", description: "", priority: 0 }
    }

    /// A column of whole numbers.
    pub(super) const fn number(name: &'static str) -> Self {
        Self { column_type: "integer", ..Self::text(name) }
    }

    /// A column of `true` and `false`.
    pub(super) const fn boolean(name: &'static str) -> Self {
        Self { column_type: "boolean", ..Self::text(name) }
    }

    /// A column of text that only `-o wide` shows.
    pub(super) const fn wide(name: &'static str) -> Self {
        Self { priority: 1, ..Self::text(name) }
    }
}

/// The column of names.
pub(super) const NAME: Column = Column { format: "name", ..Column::text("Name") };
/// The column of ages.
pub(super) const AGE: Column = Column::text("Age");

/// What an empty cell shows.
pub(super) const NONE: &str = "<none>";
/// What a field shows that nobody set.
pub(super) const UNSET: &str = "<unset>";
/// What an unknown moment shows.
const UNKNOWN: &str = "<unknown>";
/// How many addresses or ports a cell lists.
const LISTED_MAX: usize = 3;

/// Time since the object was created.
pub(super) fn age(object: &Object, now: Timestamp) -> Value {
    since(object.creation_timestamp(), now).into()
}

/// Time since a moment, or that it is unknown.
pub(super) fn since(moment: Option<Timestamp>, now: Timestamp) -> String {
    moment.map_or_else(|| UNKNOWN.to_owned(), |moment| human_duration(now.duration_since(moment)))
}

/// The text, or `<none>`.
pub(super) fn or_none(text: &str) -> Value {
    if text.is_empty() { NONE.into() } else { text.into() }
}

/// The text at a path, or `<none>`.
pub(super) fn text_or_none(object: &Object, pointer: &str) -> Value {
    or_none(object.text(pointer))
}

/// Writes the amounts of a map as Go writes quantities: `1024Mi` as `1Gi`.
pub(super) fn canonical_amounts(object: &mut Object, pointer: &str) {
    let Some(Value::Object(amounts)) = object.get_mut(pointer) else { return };
    for amount in amounts.values_mut() {
        if let Some(quantity) = Quantity::from_value(amount) {
            *amount = quantity.to_string().into();
        }
    }
}

/// The number at a path, 0 when absent.
pub(super) fn count(object: &Object, pointer: &str) -> i64 {
    object.number(pointer).unwrap_or_default()
}

/// Names and images of a Pod spec's containers, each joined by commas.
pub(super) fn containers_and_images(containers: &[Value]) -> [Value; 2] {
    ["name", "image"].map(|field| {
        let texts: Vec<&str> = containers.iter().filter_map(|container| container[field].as_str()).collect();
        texts.join(",").into()
    })
}

/// `a=b,c=d`, or `<none>`.
pub(super) fn labels_text(labels: Option<&Map>) -> Value {
    let terms: Vec<String> = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    or_none(&terms.join(","))
}

/// Columns of what keeps a number of Pods: ReplicaSets and ReplicationControllers.
pub(super) const REPLICAS: &[Column] = &[
    NAME,
    Column::number("Desired"),
    Column::number("Current"),
    Column::number("Ready"),
    AGE,
    Column::wide("Containers"),
    Column::wide("Images"),
    Column::wide("Selector"),
];

/// The cells of those columns.
pub(super) fn replicas_cells(object: &Object, selector: Value, now: Timestamp) -> Vec<Value> {
    let [names, images] = containers_and_images(object.list("/spec/template/spec/containers"));
    vec![
        object.name().into(),
        count(object, "/spec/replicas").into(),
        count(object, "/status/replicas").into(),
        count(object, "/status/readyReplicas").into(),
        age(object, now),
        names,
        images,
        selector,
    ]
}

/// The label selector of a workload, or `<none>`.
pub(super) fn selector_text(object: &Object) -> Value {
    let selector = object.get("/spec/selector").map(LabelSelector::from_value);
    or_none(&selector.map(|selector| selector.to_string()).unwrap_or_default())
}

/// The first entries joined by commas, and how many more there are.
pub(super) fn listed(entries: &[String], empty: &str) -> Value {
    if entries.is_empty() {
        return empty.into();
    }
    let shown = entries.iter().take(LISTED_MAX).cloned().collect::<Vec<_>>().join(",");
    match entries.len().saturating_sub(LISTED_MAX) {
        0 => shown.into(),
        more => format!("{shown} + {more} more...").into(),
    }
}

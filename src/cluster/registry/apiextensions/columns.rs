//! Columns and cells of custom resources (`apiextensions-apiserver/pkg/registry/customresource/tableconvertor`).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::apimachinery::{JsonPath, Kind, Object, PrinterColumn};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};

/// The columns of a custom kind. Like the kind itself they are made once and kept.
pub(super) fn of(kind: &Kind) -> &'static [Column] {
    static COLUMNS: Mutex<BTreeMap<usize, &'static [Column]>> = Mutex::new(BTreeMap::new());
    let Some(custom) = kind.custom else { return &[columns::NAME, columns::AGE] };
    if custom.columns.is_empty() {
        return &[columns::NAME, columns::AGE];
    }
    // A custom type stands where it stands for ever.
    let identity = std::ptr::from_ref(custom) as usize;
    let mut known = COLUMNS.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(identity).or_insert_with(|| {
        let own = custom.columns.iter().map(column);
        std::iter::once(columns::NAME).chain(own).collect::<Vec<Column>>().leak()
    })
}

fn column(column: &PrinterColumn) -> Column {
    let PrinterColumn { name, column_type, format, description, priority, .. } = *column;
    Column { name, column_type, format, description, priority }
}

/// One cell a column; null (which kubectl shows as `<none>`) where there is nothing to show.
pub(super) fn cells(kind: &Kind, object: &Object, now: Timestamp) -> Vec<Value> {
    let own = kind.custom.map(|custom| custom.columns.as_slice()).unwrap_or_default();
    if own.is_empty() {
        return vec![object.name().into(), columns::age(object, now)];
    }
    let mut cells = vec![object.name().into()];
    cells.extend(own.iter().map(|column| cell(column, object, now)));
    cells
}

fn cell(column: &PrinterColumn, object: &Object, now: Timestamp) -> Value {
    let Ok(path) = JsonPath::parse(&format!("{{{}}}", column.json_path)) else { return Value::Null };
    let Some(value) = path.find(object.value()).ok().and_then(|found| found.into_iter().next()) else {
        return Value::Null;
    };
    match (column.column_type, &value) {
        ("string", _) => path.render(object.value(), true).map_or(Value::Null, Value::from),
        ("integer", Value::Number(number)) => {
            // Go's conversion drops what follows the point.
            number
                .as_i64()
                .map_or_else(|| number.as_f64().map_or(Value::Null, |n| Value::from(n.trunc())), Value::from)
        }
        ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => value,
        ("date", Value::String(text)) => match text.parse::<Timestamp>() {
            Ok(moment) => columns::since(Some(moment), now).into(),
            Err(_) => "<invalid>".into(),
        },
        _ => Value::Null,
    }
}

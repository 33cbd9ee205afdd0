//! Server-side tables: what `kubectl get` prints.

use std::sync::Arc;

use serde_json::Value;

use crate::apimachinery::{Kind, Object};
use crate::base::Timestamp;

use super::Registry;
use super::columns::Column;
use super::conversion::to_stored;
use super::strategy::strategy_of;

/// `meta/v1 Table`, before it is encoded.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Columns, wide ones included.
    pub columns: &'static [Column],
    /// One row an object, in the order given.
    pub rows: Vec<Row>,
}

/// One row of a table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// One cell a column.
    pub cells: Vec<Value>,
    /// The object shown.
    pub object: Arc<Object>,
    /// `Succeeded` or `Failed` when the object has run to its end (the row's condition `Completed`).
    pub completed: Option<&'static str>,
}

impl Registry {
    /// The table of objects of one kind, ages counted to `now`.
    pub(crate) fn table(kind: &'static Kind, objects: &[Arc<Object>], now: Timestamp) -> Table {
        let strategy = strategy_of(kind.stored());
        let stored = |object: &Arc<Object>| match kind.stored_as {
            Some(_) => Arc::new(to_stored(kind, Object::clone(object))),
            None => Arc::clone(object),
        };
        let mut objects = objects.to_vec();
        strategy.sort(&mut objects);
        let rows = objects
            .iter()
            .map(|object| {
                let stored = stored(object);
                Row {
                    cells: strategy.cells(&stored, now),
                    object: Arc::clone(object),
                    completed: strategy.completed(&stored),
                }
            })
            .collect();
        Table { columns: strategy.columns(), rows }
    }
}

//! Server-side tables: what `kubectl get` prints.

use std::sync::Arc;

use crate::apimachinery::{Kind, Object};
use crate::base::{Timestamp, Value};

use super::Registry;
use super::columns::Column;
use super::conversion::to_stored;
use super::custom::table_rules;

/// `meta/v1 Table`, before it is encoded.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Columns, wide ones included.
    pub columns: &'static [Column],
    kind: &'static Kind,
    objects: Vec<Arc<Object>>,
    now: Timestamp,
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
        let strategy = table_rules(kind);
        let mut objects = objects.to_vec();
        strategy.sort(&mut objects);
        Table { columns: strategy.columns(), kind, objects, now }
    }
}

impl Table {
    /// One row an object, each made when it is asked for: of many cold objects one is looked at at a time.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> + Clone {
        self.objects.iter().map(|object| self.row(Object::to_look_at(Arc::clone(object))))
    }

    fn row(&self, object: Arc<Object>) -> Row {
        let strategy = table_rules(self.kind);
        let stored = match self.kind.stored_as {
            Some(_) if self.kind.custom.is_none() => Arc::new(to_stored(self.kind, Object::clone(&object))),
            _ => Arc::clone(&object),
        };
        Row { cells: strategy.cells(&stored, self.now), completed: strategy.completed(&stored), object }
    }
}

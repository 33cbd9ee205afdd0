//! Columns of `metrics.k8s.io`, as metrics-server gives them.

use crate::apimachinery::Object;
use crate::base::{Timestamp, Value};

use super::columns::{self, Column};
use super::strategy::Strategy;

const COLUMNS: &[Column] =
    &[columns::NAME, Column::text("cpu"), Column::text("memory"), Column::text("Window")];

/// Metrics of Nodes.
pub(super) struct NodeMetricsStrategy;

impl Strategy for NodeMetricsStrategy {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Object, _: Timestamp) -> Vec<Value> {
        let usage = |name: &str| object.text(&format!("/usage/{name}")).into();
        vec![object.name().into(), usage("cpu"), usage("memory"), object.text("/window").into()]
    }
}

/// Metrics of Pods.
pub(super) struct PodMetricsStrategy;

impl Strategy for PodMetricsStrategy {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Object, _: Timestamp) -> Vec<Value> {
        let sum = |name: &str, unit: &str| {
            let amounts = object.list("/containers").iter().filter_map(|own| own["usage"][name].as_str());
            let numbers = amounts.filter_map(|text| text.trim_end_matches(unit).parse::<i64>().ok());
            Value::from(format!("{}{unit}", numbers.sum::<i64>()))
        };
        vec![object.name().into(), sum("cpu", "n"), sum("memory", "Ki"), object.text("/window").into()]
    }
}

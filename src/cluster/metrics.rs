//! What `metrics.k8s.io` tells of Nodes and Pods, and whether anybody serves it.

use jiff::SignedDuration;

use crate::apimachinery::{ObjectKey, Quantity, Status, builtin};
use crate::base::{Map, Timestamp, Value, json};

use super::registry::{Registry, time_text};

/// Name of the APIService behind which metrics-server stands.
const API_SERVICE: &str = "v1beta1.metrics.k8s.io";
/// What one container used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContainerUsage {
    /// Name of the container.
    pub name: String,
    /// Billionths of a processor.
    pub cpu_nano: i64,
    /// Bytes.
    pub memory: i64,
}

/// What the containers of one Pod used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PodMetrics {
    /// Namespace of the Pod.
    pub namespace: String,
    /// Name of the Pod.
    pub name: String,
    /// Labels of the Pod.
    pub labels: Map,
    /// When it was measured.
    pub timestamp: Timestamp,
    /// Over which time.
    pub window: SignedDuration,
    /// Container by container.
    pub containers: Vec<ContainerUsage>,
}

/// What a whole node used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodeMetrics {
    /// Name of the Node.
    pub name: String,
    /// Labels of the Node.
    pub labels: Map,
    /// When it was measured.
    pub timestamp: Timestamp,
    /// Over which time.
    pub window: SignedDuration,
    /// Billionths of a processor.
    pub cpu_nano: i64,
    /// Bytes.
    pub memory: i64,
}

/// Whether the metrics API is registered at all.
pub(crate) fn is_registered(registry: &Registry) -> bool {
    registry.get(&builtin::API_SERVICE, &ObjectKey::new("", API_SERVICE)).is_ok()
}

/// Whether the metrics API answers.
///
/// # Errors
/// 404 when nobody serves it, 503 when whoever should is not ready.
pub(crate) fn availability(registry: &Registry) -> Result<(), Status> {
    let Ok(service) = registry.get(&builtin::API_SERVICE, &ObjectKey::new("", API_SERVICE)) else {
        return Err(Status::failure(404, "NotFound", "the server could not find the requested resource"));
    };
    let key = ObjectKey::new(service.text("/spec/service/namespace"), service.text("/spec/service/name"));
    let ready = registry.get(&builtin::ENDPOINTS, &key).is_ok_and(|endpoints| {
        let subsets = endpoints.list("/subsets");
        subsets.iter().any(|subset| subset["addresses"].as_array().is_some_and(|list| !list.is_empty()))
    });
    if ready { Ok(()) } else { Err(Status::failure(503, "ServiceUnavailable", "service unavailable")) }
}

/// An amount of a resource in thousandths, as quantities are written.
pub(crate) fn amount(_resource: &str, milli: i64) -> Value {
    Quantity::from_milli(milli).to_string().into()
}

fn usage(cpu_nano: i64, memory: i64) -> Value {
    let cpu = if cpu_nano == 0 { "0".to_owned() } else { format!("{cpu_nano}n") };
    json!({"cpu": cpu, "memory": format!("{}Ki", memory / 1_024)})
}

/// A Go duration of whole seconds with their fraction: `1m0.1s`, `15.02s`.
fn go_duration(window: SignedDuration) -> String {
    let (minutes, milliseconds) = (window.as_secs() / 60, window.as_millis() % 60_000);
    let seconds = format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000);
    let seconds = seconds.trim_end_matches('0').trim_end_matches('.');
    if minutes == 0 { format!("{seconds}s") } else { format!("{minutes}m{seconds}s") }
}

fn metadata(labels: &Map, now: Timestamp) -> Value {
    let mut metadata = json!({"creationTimestamp": time_text(now)});
    if !labels.is_empty() {
        metadata["labels"] = labels.clone().into();
    }
    metadata
}

impl PodMetrics {
    /// `metrics.k8s.io/v1beta1 PodMetrics`.
    pub(crate) fn object(&self, now: Timestamp) -> Value {
        let mut metadata = metadata(&self.labels, now);
        metadata["name"] = json!(self.name);
        metadata["namespace"] = json!(self.namespace);
        let containers: Vec<Value> = self
            .containers
            .iter()
            .map(|own| json!({"name": own.name, "usage": usage(own.cpu_nano, own.memory)}))
            .collect();
        json!({
            "kind": "PodMetrics", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": metadata,
            "timestamp": time_text(self.timestamp), "window": go_duration(self.window),
            "containers": containers,
        })
    }
}

impl NodeMetrics {
    /// `metrics.k8s.io/v1beta1 NodeMetrics`.
    pub(crate) fn object(&self, now: Timestamp) -> Value {
        let mut metadata = metadata(&self.labels, now);
        metadata["name"] = json!(self.name);
        json!({
            "kind": "NodeMetrics", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": metadata,
            "timestamp": time_text(self.timestamp), "window": go_duration(self.window),
            "usage": usage(self.cpu_nano, self.memory),
        })
    }
}
